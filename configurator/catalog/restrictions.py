"""The stage that resolves what restricts configurations: rules, tables, resources; and defaults."""

import re
from collections.abc import Collection
from fnmatch import fnmatchcase

from attrs import evolve

from configurator.catalog.aggregate_checking import BOOLEAN
from configurator.catalog.cell_values import CellProblem, read_value
from configurator.catalog.choices import (
    ChoiceProblem,
    OptionChoice,
    PlaceChoice,
    SlotChoice,
    place_of,
    read_choice,
)
from configurator.catalog.draft import Draft
from configurator.catalog.expansion import bindings_inside
from configurator.catalog.expression_checking import shown_unit
from configurator.catalog.expressions import (
    AttributeOf,
    Both,
    ComponentIn,
    Expression,
    IsChosen,
    Not,
    places_asked,
    places_compared,
)
from configurator.catalog.instance_choices import Entry, InstanceChoices, There, add_choice
from configurator.catalog.loading import Module
from configurator.catalog.messages import read_message
from configurator.catalog.named_values import NamedValues, spare_factor
from configurator.catalog.names import Scope, told_path
from configurator.catalog.rules import (
    Binding,
    Bounded,
    CellTest,
    Default,
    InstanceBinding,
    Interval,
    Resource,
    Rule,
    RuleClause,
    TableColumn,
    TableRow,
    VariantTable,
)
from configurator.catalog.structure import ALWAYS, Period, Slot
from configurator.catalog.table_sources import TableContent, table_content
from configurator.catalog.units import find_unit
from configurator.catalog.values import (
    ComponentType,
    EnumerationType,
    NumberType,
    SetType,
    TextType,
    Type,
    Unit,
    Value,
    describe_dimension,
    normal,
)
from configurator.diagnostics.diagnostic import Diagnostic
from configurator.diagnostics.suggestion import did_you_mean
from configurator.syntax.cells import (
    AnyPattern,
    CellAbsent,
    CellComparison,
    CellItem,
    CellRange,
    CellValue,
    CellWildcard,
    ListPattern,
    OtherPattern,
    parse_cell,
)
from configurator.syntax.expressions import BooleanLiteral
from configurator.syntax.nodes import (
    Cell,
    Choice,
    ChoiceValue,
    ColumnHeading,
    DefaultDeclaration,
    Effective,
    InstanceValue,
    ListValue,
    NothingValue,
    ResourceDeclaration,
    RuleDeclaration,
    TableDeclaration,
)
from configurator.syntax.nodes import (
    RuleClause as WrittenClause,
)

_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")


def resolve_restrictions(draft: Draft, values: NamedValues) -> None:
    """Rules, tables and resources in the order declared, then defaults."""
    for module, statement in draft.loaded.statements:
        match statement:
            case RuleDeclaration():
                resolve_rule(draft, values, module, statement)
            case TableDeclaration():
                _TableReader(draft, values, module, statement).read()
            case ResourceDeclaration():
                resolve_resource(draft, values, module, statement)
            case DefaultDeclaration():
                resolve_default(draft, values, module, statement)
            case _:
                pass


def period_of(node: Effective | None) -> Period:
    """The days of an `effective` clause."""
    return Period(node.start, node.end) if node else ALWAYS


# ---------------------------------------------------------------- rules


def resolve_rule(draft: Draft, values: NamedValues, module: Module, node: RuleDeclaration) -> None:
    """One rule: its loops bound, its guards and clauses typed, its message read."""
    key = module.namespace + node.id.text
    claimed = draft.claim_id(key, node.id.span)
    scope = values.scope(module)
    bindings: list[Binding | InstanceBinding] = [*bindings_inside(draft, module)]
    bound: dict[str, str] = {}
    for loop in node.loops:
        found = values.checker.names.loop(loop.path, scope)
        if found is None:
            return
        if loop.alias.text in bound:
            draft.error("E0302", f"`{loop.alias.text}` is bound twice", loop.alias.span, help=("use `as`",))
            return
        bindings.extend(found)
        last = found[-1]
        bound[loop.alias.text] = last.name if isinstance(last, Binding) else last.names[0]
    scope = evolve(scope, bound=bound)
    guard = values.checker.condition(node.guard, scope) if node.guard else None
    clauses = [resolve_clause(values, written, scope, guard) for written in node.clauses]
    message = read_message(draft, values.checker, node.message, scope)
    known = tuple(clause for clause in clauses if clause is not None)
    if not claimed or len(known) != len(clauses) or (node.guard and guard is None):
        return
    warn_of_silence(draft, node, known)
    title = node.title.value if node.title else node.id.text
    draft.restrictions.append(
        Rule(
            key,
            title,
            node.severity,
            period_of(node.effective),
            tuple(bindings),
            known,
            message,
            node.span,
        )
    )


def warn_of_silence(draft: Draft, node: RuleDeclaration, clauses: tuple[RuleClause, ...]) -> None:
    """A comparison with an absent component is unknown and breaks nothing: a trap unless it is meant."""
    for clause in clauses:
        # In a guard, unknown and false come to the same; in the body, unknown passes where false would not.
        asked = {place for part in (*clause.guards, clause.body) for place in places_asked(part)}
        for place in dict.fromkeys(places_compared(clause.body)):
            absent = absent_place(draft, place)
            if absent is not None and absent not in asked and place not in asked:
                told = told_path(absent)
                draft.warning(
                    "W0701",
                    f"rule `{node.id.text}` says nothing where `{told}` is absent",
                    node.id.span,
                    help=(f"say so with `when {told} is chosen`, or ask `{told} is absent`",),
                )
                return


def absent_place(draft: Draft, key: str) -> str | None:
    """What may be absent so that a slot or option has no value: itself, or the assembly around it."""
    place = draft.place(key)
    if place is None:
        return None
    if isinstance(place, Slot) and place.cardinality.may_be_absent:
        return key
    return place.within if place.may_be_empty else None


def resolve_clause(
    values: NamedValues, node: WrittenClause, scope: Scope, guard: Expression | None
) -> RuleClause | None:
    """Every form of a clause as guards that must be true and a body that must not be false."""
    left = values.checker.condition(node.left, scope)
    right = values.checker.condition(node.right, scope) if node.right else None
    if left is None or (node.right is not None and right is None):
        return None
    guards = (guard,) if guard else ()
    match node.kind:
        case "require":
            return RuleClause(guards, left, node.kind, node.span)
        case "forbid":
            return RuleClause(guards, Not(left, BOOLEAN), node.kind, node.span)
        case "requires":
            assert right is not None
            return RuleClause((*guards, left), right, node.kind, node.span)
        case "excludes":
            assert right is not None
            return RuleClause((*guards, left), Not(right, BOOLEAN), node.kind, node.span)


def resolve_resource(draft: Draft, values: NamedValues, module: Module, node: ResourceDeclaration) -> None:
    """One resource."""
    key = module.namespace + node.id.text
    if draft.ids.get(key) is not node.id.span:
        return  # a second resource of that name, reported where names are claimed
    scope = values.scope(module)
    terms = values.resource_terms(scope.namespace + node.id.text)
    message = read_message(draft, values.checker, node.message, scope)
    if terms is None:
        return
    supply, demand = terms
    title = node.title.value if node.title else node.id.text
    unit = values.resource_unit(module, node, supply[0].expression.type)
    resource = Resource(
        key,
        title,
        period_of(node.effective),
        unit,
        supply,
        demand,
        spare_factor(node),
        message,
        node.span,
        bindings_inside(draft, module),
    )
    draft.resources[key] = resource
    draft.restrictions.append(resource)


def resolve_default(draft: Draft, values: NamedValues, module: Module, node: DefaultDeclaration) -> None:
    """One default: its place, its value, its condition."""
    scope = Scope(module.namespace)
    choices = resolve_choices(draft, values, module, node.choice)
    guard = values.checker.condition(node.guard, scope) if node.guard else None
    if choices is None or (node.guard and guard is None):
        return
    if node.choice.includes:
        draft.error(
            "E0304",
            f"a default says exactly what `{node.choice.path.text}` takes, not what it includes",
            node.choice.span,
            help=("write `=`",),
        )
        return
    for choice in choices:
        if len(choices) == 1:
            guard = with_surroundings(draft, choice, guard)
        match choice:
            case SlotChoice(slot=slot, units=units):
                draft.defaults.append(Default(slot, units, None, guard, node.span))
            case OptionChoice(option=option, value=value):
                draft.defaults.append(Default(option, (), value, guard, node.span))


def with_surroundings(draft: Draft, choice: PlaceChoice, guard: Expression | None) -> Expression | None:
    """What is inside an assembly has its default where the assembly is there; it does not bring it in."""
    place = draft.places[place_of(choice)]
    if place.within is None:
        return guard
    there = IsChosen(place.within, chosen=True, type=BOOLEAN)
    return there if guard is None else Both((there, guard), BOOLEAN)


def resolve_choices(
    draft: Draft, values: NamedValues, module: Module, node: Choice
) -> tuple[PlaceChoice, ...] | None:
    """A written choice as one for each place it speaks of, several only for assemblies.

    Each place once. Reports what does not fit.
    """
    key = values.checker.names.assembly(node.path, Scope(module.namespace))
    if key is None:
        found = values.checker.names.place(node.path, Scope(module.namespace))
        if found is None:
            return None
        place, rest = found
        key = place.key
        if rest:
            draft.error(
                "E0304", f"`{node.path.text}` cannot be chosen, only `{place.key}` can", node.path.span
            )
            return None
    reader = InstanceChoices[ChoiceValue](draft.places, draft.assembly_places, WRITTEN)
    chosen: dict[str, PlaceChoice] = {}
    try:
        for part in reader.parts(key, node.value, at_least=node.includes):
            if isinstance(part, There):
                choice: PlaceChoice = OptionChoice(part.presence, part.there, presence=True)
            else:
                choice = read_choice(part.place, part.value, draft.units, at_least=part.at_least)
            add_choice(chosen, choice)
    except ChoiceProblem as problem:
        draft.error(problem.code, problem.message, node.value.span, help=problem.help)
        return None
    return tuple(chosen.values())


class _Written:
    """Choices as they are written in the language."""

    def items(self, value: ChoiceValue) -> list[ChoiceValue] | None:
        return list(value.items) if isinstance(value, ListValue) else None

    def entries(self, value: ChoiceValue) -> list[Entry[ChoiceValue]] | None:
        if not isinstance(value, InstanceValue):
            return None
        return [Entry(each.path.text, each.value, each.includes) for each in value.choices]

    def there(self, value: ChoiceValue) -> bool | None:
        match value:
            case NothingValue():
                return False
            case BooleanLiteral(value=flag):
                return flag
            case _:
                return None


WRITTEN = _Written()


# ---------------------------------------------------------------- tables


class _TableReader:
    """Reads one `table` statement."""

    def __init__(self, draft: Draft, values: NamedValues, module: Module, node: TableDeclaration) -> None:
        self.draft = draft
        self.values = values
        self.module = module
        self.node = node
        self.scope = values.scope(module)
        self.known_skus: dict[TableColumn, dict[str, None]] = {}
        self.known_tests: dict[tuple[TableColumn, str], CellTest] = {}

    def read(self) -> None:
        key = self.module.namespace + self.node.id.text
        claimed = self.draft.claim_id(key, self.node.id.span)
        content = table_content(self.draft, self.module, self.node.content)
        message = read_message(self.draft, self.values.checker, self.node.message, self.scope)
        if content is None:
            return
        columns = self.columns(content)
        if columns is None or not claimed:
            return
        errors = len(self.draft.diagnostics)
        rows = tuple(
            TableRow(
                number,
                tuple(self.test(*pair, content) for pair in zip(row.cells, columns, strict=True)),
                row.span,
            )
            for number, row in enumerate(content.rows, start=1)
        )
        if any(finding.severity.value == "error" for finding in self.draft.diagnostics[errors:]):
            return
        if not rows:
            self.draft.error("E0506", f"table `{self.node.id.text}` has no rows", self.node.id.span)
            return
        title = self.node.title.value if self.node.title else self.node.id.text
        table = VariantTable(
            key,
            title,
            self.node.kind,
            period_of(self.node.effective),
            tuple(column for column, _ in columns),
            rows,
            message,
            self.node.span,
            bindings_inside(self.draft, self.module),
        )
        self.warn_of_absence(table)
        self.draft.restrictions.append(table)

    def columns(self, content: TableContent) -> list[tuple[TableColumn, Unit | None]] | None:
        """Each column with the unit its cells are in."""
        found = [self.column(heading) for heading in content.headings]
        texts = [heading.path.text for heading in content.headings]
        for heading in content.headings:
            if texts.count(heading.path.text) > 1:
                self.draft.error("E0506", f"`{heading.path.text}` heads two columns", heading.span)
                return None
        known = [column for column in found if column is not None]
        return known if len(known) == len(found) else None

    def column(self, heading: ColumnHeading) -> tuple[TableColumn, Unit | None] | None:
        expression = self.values.checker.value(heading.path, self.scope)
        unit = find_unit(self.draft, heading.unit)
        if expression is None or (heading.unit is not None and unit is None):
            return None
        if heading.type is not None:
            self.draft.error("E0506", "a column of a rule table takes its type from its path", heading.span)
            return None
        if isinstance(expression.type, SetType):
            self.draft.error(
                "E0506",
                f"`{heading.path.text}` is a set, which no cell can match",
                heading.span,
                help=("write a rule with `in` instead",),
            )
            return None
        if unit is not None and (
            not isinstance(expression.type, NumberType) or expression.type.dimension != unit.dimension
        ):
            dimension = expression.type.dimension if isinstance(expression.type, NumberType) else ()
            self.draft.error(
                "E0402",
                f"`{heading.path.text}` is in {describe_dimension(dimension)}, not in {unit.name}",
                heading.span,
            )
            return None
        of_cells = unit or shown_unit(expression)
        return TableColumn(heading.path.text, expression, of_cells), of_cells

    # ------------------------------------------------------------ cells

    def test(self, cell: Cell, column: tuple[TableColumn, Unit | None], content: TableContent) -> CellTest:
        """What a cell matches; columns repeat their cells, so each text that is right is read once."""
        known = self.known_tests.get((column[0], cell.text))
        if known is None:
            before = len(self.draft.diagnostics)
            known = self.read_test(cell, column, content)
            if len(self.draft.diagnostics) == before:
                self.known_tests[column[0], cell.text] = known
        return known

    def read_test(
        self, cell: Cell, column: tuple[TableColumn, Unit | None], content: TableContent
    ) -> CellTest:
        comma = content.decimal_comma and isinstance(column[0].expression.type, NumberType)
        if comma and re.search(r"\d\.\d", cell.text):
            self.draft.error(
                "E0502",
                f"`{cell.text}` has a decimal point in column `{column[0].heading}`",
                cell.span,
                help=("the file says `decimal comma`: write a comma",),
            )
            return CellTest("any")
        # A comma between two digits is a decimal one, any other separates values.
        pattern = parse_cell(evolve(cell, text=_DECIMAL_COMMA.sub(".", cell.text)) if comma else cell)
        match pattern:
            case Diagnostic():
                self.draft.diagnostics.append(pattern)
                return CellTest("any")
            case AnyPattern():
                return CellTest("any")
            case OtherPattern():
                return CellTest("other")
            case ListPattern(items=items, negated=negated):
                return self.listed(items, column, negated=negated, comma=content.decimal_comma and not comma)

    def listed(
        self,
        items: tuple[CellItem, ...],
        column: tuple[TableColumn, Unit | None],
        *,
        negated: bool,
        comma: bool,
    ) -> CellTest:
        values: set[Value] = set()
        intervals: list[Interval] = []
        absent = False
        for item in items:
            try:
                match item:
                    case CellAbsent():
                        absent = True
                    case CellWildcard():
                        values |= self.wildcard(item, column[0])
                    case CellValue():
                        values.add(self.cell_value(item, column, comma=comma))
                    case CellRange(low=low, high=high):
                        first = self.bound(low, column, comma=comma)
                        last = self.bound(high, column, comma=comma)
                        values, intervals = self.between(column[0], first, last, values, intervals)
                    case CellComparison():
                        values, intervals = self.compared(item, column, values, intervals, comma=comma)
            except CellProblem as problem:
                where = f" in column `{column[0].heading}`"
                self.draft.error("E0502", problem.message + where, item.span, help=problem.help)
        return CellTest("values", frozenset(values), tuple(intervals), absent=absent, negated=negated)

    def cell_value(self, item: CellValue, column: tuple[TableColumn, Unit | None], *, comma: bool) -> Value:
        kind, unit = column[0].expression.type, column[1]
        if isinstance(kind, NumberType):
            if item.unit is not None:
                own = find_unit(self.draft, item.unit)
                if own is None or item.number is None:
                    raise CellProblem(f"`{item.text}` is no number here")
                if own.dimension != kind.dimension:
                    raise CellProblem(f"`{item.text}` is not in {describe_dimension(kind.dimension)}")
                return normal(item.number * own.factor)
            if item.number is not None and not item.quoted and not comma:
                return normal(item.number * unit.factor if unit else item.number)
        # Between quotes stands the text itself: quotes inside belong to it, they are not taken off again.
        listed = isinstance(kind, EnumerationType) and item.text in kind.values
        plain = item.quoted and (listed or isinstance(kind, TextType | ComponentType))
        value = item.text if plain else read_value(item.text, kind, unit, decimal_comma=comma)
        if isinstance(kind, ComponentType) and value not in self.skus(column[0]):
            raise CellProblem(
                f"unknown component `{item.text}`", *did_you_mean(item.text, self.skus(column[0]))
            )
        return value

    def skus(self, column: TableColumn) -> Collection[str]:
        """The SKUs that a column can hold, in catalog order; every cell asks for one."""
        expression = column.expression
        if not isinstance(expression, ComponentIn):
            return ()
        if column not in self.known_skus:
            families = self.values.checker.names.families(expression.place)
            skus = (component.sku for family in families for component in family.components)
            self.known_skus[column] = dict.fromkeys(skus)
        return self.known_skus[column]

    def wildcard(self, item: CellWildcard, column: TableColumn) -> set[Value]:
        """The values a pattern stands for; one that stands for none is a mistake."""
        expression = column.expression
        known: list[str] = []
        if isinstance(expression, ComponentIn):
            known = list(self.skus(column))
        elif isinstance(expression, AttributeOf):
            families = self.values.checker.names.families(expression.place)
            found = {c.values.get(expression.attribute) for f in families for c in f.components}
            known = sorted(value for value in found if isinstance(value, str))
        elif isinstance(expression.type, EnumerationType):
            known = list(expression.type.values)
        pattern = item.pattern.replace("[", "[[]").replace("?", "[?]")
        matching: set[Value] = {text for text in known if fnmatchcase(text, pattern)}
        if not matching:
            raise CellProblem(f"nothing matches `{item.pattern}`")
        return matching

    def bound(self, side: CellValue, column: tuple[TableColumn, Unit | None], *, comma: bool) -> Value:
        kind = column[0].expression.type
        ordered = isinstance(kind, EnumerationType) and kind.ordered
        value = self.cell_value(side, column, comma=comma)
        if not ordered and (isinstance(value, bool | str | frozenset) or value is None):
            raise CellProblem(f"`{side.text}` has no order, so it bounds nothing")
        return value

    @staticmethod
    def between(
        column: TableColumn, low: Value, high: Value, values: set[Value], intervals: list[Interval]
    ) -> tuple[set[Value], list[Interval]]:
        kind: Type = column.expression.type
        if isinstance(kind, EnumerationType):
            ranks = kind.values
            inside = ranks[ranks.index(str(low)) : ranks.index(str(high)) + 1]
            return values | set(inside), intervals
        return values, [*intervals, Interval(_bounded(low), _bounded(high))]

    def compared(
        self,
        item: CellComparison,
        column: tuple[TableColumn, Unit | None],
        values: set[Value],
        intervals: list[Interval],
        *,
        comma: bool,
    ) -> tuple[set[Value], list[Interval]]:
        if item.operator == "=":
            return values | {self.cell_value(item.value, column, comma=comma)}, intervals
        if item.operator == "!=":
            raise CellProblem("`!=` is written `not`", f"write `not {item.value.text}`")
        value = self.bound(item.value, column, comma=comma)
        kind = column[0].expression.type
        if isinstance(kind, EnumerationType):
            return values | _on_side(kind.values, item.operator, str(value)), intervals
        edge, inside = _bounded(value), item.operator.endswith("=")
        if item.operator.startswith("<"):
            return values, [*intervals, Interval(None, edge, high_inside=inside)]
        return values, [*intervals, Interval(edge, None, low_inside=inside)]

    # ------------------------------------------------------------ traps

    def warn_of_absence(self, table: VariantTable) -> None:
        """`allow` is strict, also for an absent slot: without a row for it the slot is forced."""
        if table.kind != "allow":
            return
        for at, column in enumerate(table.columns):
            match column.expression:
                case AttributeOf(place=place) | ComponentIn(place=place):
                    slot = self.draft.place(place)
                case _:
                    continue
            silent = not any(row.tests[at].matches_absent for row in table.rows)
            if isinstance(slot, Slot) and slot.cardinality.may_be_absent and silent:
                self.draft.warning(
                    "W0702",
                    f"table `{table.key}` has no row for an absent `{told_path(place)}`, so it forces one",
                    self.node.id.span,
                    help=("add a row with `absent` in that column, or write `allow partial`",),
                )


def _bounded(value: Value) -> Bounded:
    assert not isinstance(value, bool | str | frozenset)
    assert value is not None
    return value


def _on_side(values: tuple[str, ...], operator: str, edge: str) -> set[Value]:
    at = values.index(edge)
    match operator:
        case "<":
            return set(values[:at])
        case "<=":
            return set(values[: at + 1])
        case ">":
            return set(values[at + 1 :])
        case _:
            return set(values[at:])
