"""Lark tree to syntax nodes, statement by statement, with the mistakes that a grammar cannot tell."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from fractions import Fraction

from lark import Token, Tree

from configurator.diagnostics.diagnostic import Diagnostic
from configurator.source import SourceFile, Span
from configurator.syntax.cells import is_line_of_dashes, parse_heading, split_row
from configurator.syntax.expression_builder import (
    MOST_LEVELS,
    ExpressionBuilder,
    TooDeepError,
    is_punctuation,
)
from configurator.syntax.expressions import (
    Expression,
    Name,
    PathReference,
    Scalar,
    TextLiteral,
)
from configurator.syntax.literals import Branch, child_token, child_tokens, child_tree, child_trees, needed
from configurator.syntax.nodes import (
    AssembledDeclaration,
    AssemblyDeclaration,
    AttributeDeclaration,
    BundleDeclaration,
    CalcDeclaration,
    Cardinality,
    CatalogFile,
    CatalogHeader,
    Cell,
    Choice,
    ChoiceValue,
    ClosedDays,
    ColumnHeading,
    ColumnMapping,
    ComponentDeclaration,
    ComponentField,
    DefaultDeclaration,
    Effective,
    Expectation,
    ExpectExpression,
    ExpectInvalid,
    ExpectSolutions,
    ExpectUnavailable,
    ExpectValid,
    ExpectValue,
    ExpectWarning,
    FamilyDeclaration,
    FamilyItem,
    ForEach,
    Given,
    GivenBundle,
    GivenDate,
    GivenStock,
    Import,
    InstanceValue,
    ListValue,
    NothingValue,
    ObjectiveDeclaration,
    OptionDeclaration,
    PreferDeclaration,
    QuantityValue,
    ResourceDeclaration,
    Row,
    RuleClause,
    RuleDeclaration,
    ScenarioDeclaration,
    ScenariosHeader,
    SetValue,
    SlotDeclaration,
    Statement,
    TableBlock,
    TableDeclaration,
    TableSource,
    UnitDeclaration,
)
from configurator.syntax.type_builder import TYPE_RULES
from configurator.syntax.vocabulary import WEEKDAYS


def build_file(
    tree: Tree[Token], source: SourceFile, skipped: Sequence[int] = ()
) -> tuple[CatalogFile, tuple[Diagnostic, ...]]:
    """The nodes of a file, with every mistake found while building them.

    With mistakes the nodes are stand-ins in part: fit for more checks, not for use.

    Args:
        tree: the file as parsed.
        source: its text.
        skipped: where stretches begin that could not be read, ascending. What may have stood
            there is not reported as missing.
    """
    builder = _TreeBuilder(source, skipped)
    file = builder.file(tree)
    return file, tuple(builder.diagnostics)


class _TreeBuilder(ExpressionBuilder):
    def __init__(self, source: SourceFile, skipped: Sequence[int]) -> None:
        super().__init__(source)
        self.skipped = skipped

    def is_whole(self, span: Span) -> bool:
        """Whether nothing inside a span was left out."""
        later = bisect_right(self.skipped, span.start)
        return later == len(self.skipped) or self.skipped[later] >= span.end

    # ------------------------------------------------------------ file

    def file(self, tree: Tree[Token]) -> CatalogFile:
        header: CatalogHeader | ScenariosHeader | None = None
        statements: list[Statement] = []
        for child in tree.children:
            assert isinstance(child, Tree)
            if child.data == "catalog_header":
                header = self.catalog_header(child)
            elif child.data == "scenarios_header":
                header = ScenariosHeader(self.text(needed(child_token(child, "TEXT"))), self.span(child))
            else:
                statements.extend(self.statement(child))
        return CatalogFile(self.source, header, tuple(statements))

    def catalog_header(self, tree: Tree[Token]) -> CatalogHeader:
        fields: dict[str, Token] = {}
        for child in child_trees(tree, "version", "currency", "timezone", "tested_on", "language"):
            value = child.children[0]
            assert isinstance(value, Token)
            if child.data in fields:
                self.repeated(str(child.data).replace("_", " "), self.span(child))
            fields[child.data] = value
        version, currency, timezone = fields.get("version"), fields.get("currency"), fields.get("timezone")
        tested_on, language = fields.get("tested_on"), fields.get("language")
        return CatalogHeader(
            self.declared_name(needed(child_token(tree, "NAME"))),
            self.title(tree),
            self.text(version) if version else None,
            self.name(currency) if currency else None,
            self.text(timezone) if timezone else None,
            self.day(tested_on) if tested_on else None,
            self.whole(language, "the version of the language") if language else None,
            self.span(tree),
        )

    def statement(self, tree: Tree[Token]) -> Iterable[Statement]:
        """The statement, or nothing when it was too deep to build."""
        build = getattr(self, tree.data + "_statement")
        try:
            yield build(tree)
        except TooDeepError as error:
            self.report(
                "E0110",
                f"the expression is nested more than {MOST_LEVELS} levels deep",
                error.span,
                help=("give a part of it a name with `calc`",),
            )

    def import_statement(self, tree: Tree[Token]) -> Import:
        alias = child_tree(tree, "alias")
        return Import(
            self.text(needed(child_token(tree, "TEXT"))),
            self.declared_name(needed(child_token(alias, "NAME"))) if alias else None,
            self.span(tree),
        )

    def unit_statement(self, tree: Tree[Token]) -> UnitDeclaration:
        factor, base = child_token(tree, "NUMBER"), child_token(tree, "UNIT")
        value = self.fraction(factor) if factor else None
        if factor is not None and value == 0:
            self.report("E0107", "a unit cannot be 0 times another one", self.span(factor))
        return UnitDeclaration(
            self.declared_name(needed(child_token(tree, "NAME"))),
            value,
            self.name(base) if base else None,
            self.span(tree),
        )

    # ------------------------------------------------------------ pieces that statements share

    def title(self, tree: Tree[Token]) -> TextLiteral | None:
        token = child_token(tree, "TEXT")
        return self.text(token) if token is not None else None

    def message(self, tree: Tree[Token]) -> TextLiteral | None:
        """The text after `because`, told at most once."""
        texts = list(child_trees(tree, "because"))
        for again in texts[1:]:
            self.repeated("because", self.span(again))
        return self.title(texts[0]) if texts else None

    def repeated(self, what: str, span: Span) -> None:
        self.report("E0112", f"`{what}` stands twice", span, help=("say it once",))

    def effective(self, tree: Tree[Token]) -> Effective | None:
        period = child_tree(tree, "effective_from", "effective_until")
        if period is None:
            return None
        days = [self.day(token) for token in child_tokens(period, "DATE")]
        if period.data == "effective_until":
            return Effective(None, days[0], self.span(period))
        if len(days) == 1:
            return Effective(days[0], None, self.span(period))
        if days[0] > days[1]:
            self.report(
                "E0114",
                f"the period ends on {days[1]}, before it begins on {days[0]}",
                self.span(period),
                help=("both days belong to the period; write the earlier one after `from`",),
            )
        return Effective(days[0], days[1], self.span(period))

    def cardinality(self, tree: Tree[Token]) -> Cardinality | None:
        written = child_tree(tree, "cardinality")
        if written is None:
            return None
        span = self.span(written)
        word = child_token(written, "ONE", "OPTIONAL")
        if word is not None:
            return (
                Cardinality("one", 1, 1, span) if word.type == "ONE" else Cardinality("optional", 0, 1, span)
            )
        numbers = list(child_tokens(written, "NUMBER"))
        counts = [self.whole(number, "how many to choose") for number in numbers]
        bounds = self.span(numbers[0]).to(self.span(numbers[-1]))
        self.check_bounds(Fraction(counts[0]), Fraction(counts[-1]), bounds)
        if counts[-1] == 0:
            self.report("E0111", f"`{span.text}` leaves nothing to choose", bounds)
        kind = child_token(written, "IDENTICAL", "MIXED")
        if kind is None:
            return Cardinality("instances", counts[0], counts[-1], span)
        word_kind = "identical" if kind.type == "IDENTICAL" else "mixed"
        return Cardinality(word_kind, counts[0], counts[-1], span)  # type: ignore[arg-type]  # one of its five texts

    # ------------------------------------------------------------ what there is to choose

    def family_statement(self, tree: Tree[Token]) -> FamilyDeclaration:
        cardinality = self.cardinality(tree)
        if cardinality is not None and cardinality.kind == "instances":
            self.report(
                "E0113",
                f"`{cardinality.span.text}` does not say how the components go together",
                cardinality.span,
                label="expected `identical` or `mixed`",
                help=("`identical` takes one component several times, `mixed` takes different ones",),
            )
        return FamilyDeclaration(
            self.declared_name(needed(child_token(tree, "NAME"))),
            self.title(tree),
            cardinality,
            child_tree(tree, "not_stocked") is None,
            tuple(self.family_items(tree)),
            self.span(tree),
        )

    def family_items(self, tree: Tree[Token]) -> Iterable[FamilyItem]:
        rows: list[Token] = []
        for child in tree.children:
            if isinstance(child, Token) and child.type == "ROW":
                rows.append(child)
                continue
            item = self.family_item(child)
            if item is not None:
                yield from self.tables(tree, rows)
                rows = []
                yield item
        yield from self.tables(tree, rows)

    def family_item(self, branch: Branch) -> FamilyItem | None:
        if isinstance(branch, Tree):
            match branch.data:
                case "attribute":
                    return self.attribute(branch)
                case "component":
                    return self.component(branch)
                case "source":
                    return self.table_source(branch)
        return None

    def attribute(self, tree: Tree[Token]) -> AttributeDeclaration:
        default = child_tree(tree, "attribute_default")
        return AttributeDeclaration(
            self.attribute_name(needed(child_token(tree, "NAME"))),
            self.title(tree),
            self.type_expression(next(child_trees(tree, *TYPE_RULES))),
            child_token(tree, "OPTIONAL") is not None,
            self.scalar(default.children[0]) if default is not None else None,
            self.span(tree),
        )

    def component(self, tree: Tree[Token]) -> ComponentDeclaration:
        texts = [self.text(token) for token in child_tokens(tree, "TEXT")]
        fields = tuple(self.component_field(child) for child in child_trees(tree, "component_field"))
        self.check_once([(each.name.text, each.name.span) for each in fields], "the field")
        return ComponentDeclaration(
            texts[0],
            texts[1] if len(texts) > 1 else None,
            self.effective(tree),
            fields,
            self.span(tree),
        )

    def component_field(self, tree: Tree[Token]) -> ComponentField:
        name, value = tree.children[0], tree.children[-1]
        assert isinstance(name, Token)
        return ComponentField(self.attribute_name(name), self.field_value(value), self.span(tree))

    def field_value(self, branch: Branch) -> Scalar | SetValue:
        if not (isinstance(branch, Tree) and branch.data == "set_value"):
            return self.scalar(branch)
        items = tuple(self.scalar(child) for child in branch.children if not is_punctuation(child))
        self.check_once([(item.span.text, item.span) for item in items], "the value")
        return SetValue(items, self.span(branch))

    def slot_statement(self, tree: Tree[Token]) -> SlotDeclaration:
        cardinality = self.cardinality(tree)
        assert cardinality is not None
        return SlotDeclaration(
            self.declared_name(needed(child_token(tree, "NAME"))),
            self.title(tree),
            self.path(next(child_trees(tree, "path"))),
            cardinality,
            self.span(tree),
        )

    def option_statement(self, tree: Tree[Token]) -> OptionDeclaration:
        return OptionDeclaration(
            self.declared_name(needed(child_token(tree, "NAME"))),
            self.title(tree),
            self.type_expression(next(child_trees(tree, *TYPE_RULES))),
            self.span(tree),
        )

    def assembly_statement(self, tree: Tree[Token]) -> AssemblyDeclaration:
        cardinality = self.cardinality(tree)
        if cardinality is not None and cardinality.kind in {"identical", "mixed"}:
            self.report(
                "E0113",
                f"an assembly is configured one by one, never `{cardinality.kind}`",
                cardinality.span,
                label=f"expected `choose {cardinality.minimum}..{cardinality.maximum}`",
            )
        items = [
            statement
            for child in tree.children
            if isinstance(child, Tree) and child.data != "cardinality"
            for statement in self.statement(child)
        ]
        return AssemblyDeclaration(
            self.declared_name(needed(child_token(tree, "NAME"))),
            self.title(tree),
            cardinality,
            tuple(items),
            self.span(tree),
        )

    # ------------------------------------------------------------ tables

    def tables(self, tree: Tree[Token], tokens: Sequence[Token]) -> Iterable[TableBlock]:
        """The tables of adjacent rows. A line of dashes tells that the row above it is a heading."""
        headed = bool(tokens) and self.is_whole(self.span(tree).to(self.span(tokens[0])))
        rows: list[Row] = []
        for i, token in enumerate(tokens):
            span = self.span(token)
            row = split_row(self.source, span.start, span.end)
            if isinstance(row, Diagnostic):
                self.diagnostics.append(row)
                headed = headed and i > 0
            elif _is_rule_of_dashes(row):
                if len(rows) > 1 and headed:
                    yield self.table_block(rows[:-1])
                rows = rows[-1:]
                if rows:
                    self.check_width(rows[0], row)
            else:
                rows.append(row)
        # Without its heading a table is rows of unknown meaning: nothing more is said about it.
        if rows and headed:
            yield self.table_block(rows)

    def table_block(self, rows: Sequence[Row]) -> TableBlock:
        heading, *rest = rows
        headings = tuple(self.column(cell) for cell in heading.cells)
        self.check_once(
            [(each.path.text, each.path.span) for each in headings if each.path.text], "the column"
        )
        for row in rest:
            self.check_width(heading, row)
        return TableBlock(headings, tuple(rest), heading.span.to(rows[-1].span))

    def column(self, cell: Cell) -> ColumnHeading:
        heading = parse_heading(cell)
        if isinstance(heading, ColumnHeading):
            return heading
        self.diagnostics.append(heading)
        return ColumnHeading(PathReference((), cell.span), None, None, cell.span)

    def check_width(self, heading: Row, row: Row) -> None:
        wanted, found = len(heading.cells), len(row.cells)
        if wanted != found:
            line = heading.span.position.line
            self.report(
                "E0501",
                f"the row has {found} {_plural('cell', found)}, the heading has {wanted}",
                row.span,
                label=f"expected {wanted} {_plural('cell', wanted)}, as in the heading in line {line}",
                help=("a bar inside a cell is written `\\|`",) if found > wanted else (),
            )

    def table_source(self, tree: Tree[Token]) -> TableSource:
        clauses: dict[str, Tree[Token]] = {}
        for child in child_trees(tree, "sheet", "separator", "decimal_comma", "columns", "ignore_others"):
            if child.data in clauses:
                self.repeated(str(child.data).replace("_", " "), self.span(child))
            clauses[child.data] = child
        kind = needed(child_token(tree, "CSV", "XLSX"))
        sheet, separator, columns = clauses.get("sheet"), clauses.get("separator"), clauses.get("columns")
        separator_text = self.title(separator) if separator else None
        if separator_text is not None and len(separator_text.value) != 1:
            self.report("E0113", "a separator is one character", separator_text.span)
        return TableSource(
            "csv" if kind.type == "CSV" else "xlsx",
            self.text(needed(child_token(tree, "TEXT"))),
            self.title(sheet) if sheet else None,
            separator_text,
            "decimal_comma" in clauses,
            tuple(self.mapping(child) for child in child_trees(columns, "mapping")) if columns else (),
            "ignore_others" in clauses,
            self.span(tree),
        )

    def mapping(self, tree: Tree[Token]) -> ColumnMapping:
        path = next(child_trees(tree, "path"))
        for token in child_tokens(path, "NAME"):
            self.attribute_name(token)
        return ColumnMapping(
            self.text(needed(child_token(tree, "TEXT"))), self.path(path), self.unit_of(tree), self.span(tree)
        )

    def table_statement(self, tree: Tree[Token]) -> TableDeclaration:
        kind = "forbid" if child_token(tree, "FORBID") else "allow"
        if child_token(tree, "PARTIAL"):
            kind = "allow partial"
        source = child_tree(tree, "source")
        content = self.table_source(source) if source is not None else self.only_table(tree)
        return TableDeclaration(
            self.declared_id(needed(child_token(tree, "ID"))),
            self.title(tree),
            kind,  # type: ignore[arg-type]  # one of its three texts
            self.effective(tree),
            content,
            self.message(tree),
            self.span(tree),
        )

    def only_table(self, tree: Tree[Token]) -> TableBlock:
        tokens = list(child_tokens(tree, "ROW"))
        tables = list(self.tables(tree, tokens))
        for extra in tables[1:]:
            self.report(
                "E0506",
                "a `table` statement holds one table",
                extra.headings[0].span if extra.headings else extra.span,
                label="a second heading",
            )
        return tables[0] if tables else TableBlock((), (), self.span(tokens[0]))

    # ------------------------------------------------------------ rules

    def calc_statement(self, tree: Tree[Token]) -> CalcDeclaration:
        return CalcDeclaration(
            self.declared_name(needed(child_token(tree, "NAME"))),
            self._title_before_equals(tree),
            self.unit_of(tree),
            self.expression(tree.children[-1]),
            self.span(tree),
        )

    def _title_before_equals(self, tree: Tree[Token]) -> TextLiteral | None:
        # `calc x = "text"` has a text too, and it is no title.
        for child in tree.children:
            if isinstance(child, Token) and child.type == "EQUALS":
                break
            if isinstance(child, Token) and child.type == "TEXT":
                return self.text(child)
        return None

    def rule_statement(self, tree: Tree[Token]) -> RuleDeclaration:
        severity = child_token(tree, "SEVERITY")
        return RuleDeclaration(
            self.declared_id(needed(child_token(tree, "ID"))),
            self.title(tree),
            str(severity) if severity is not None else "error",  # type: ignore[arg-type]  # the terminal's texts
            self.effective(tree),
            tuple(self.for_each(child) for child in child_trees(tree, "for_each")),
            self.guard(tree),
            tuple(self.clause(child) for child in child_trees(tree, "clause", "implication")),
            self.message(tree),
            self.span(tree),
        )

    def for_each(self, tree: Tree[Token]) -> ForEach:
        path = self.path(next(child_trees(tree, "path")))
        alias = child_tree(tree, "alias")
        name = self.declared_name(needed(child_token(alias, "NAME"))) if alias else path.names[-1]
        return ForEach(path, name, self.span(tree))

    def guard(self, tree: Tree[Token]) -> Expression | None:
        guard = child_tree(tree, "guard")
        return self.expression(guard.children[-1]) if guard is not None else None

    def clause(self, tree: Tree[Token]) -> RuleClause:
        word = needed(child_token(tree, "REQUIRE", "FORBID", "REQUIRES", "EXCLUDES"))
        if tree.data == "clause":
            left, right = self.expression(tree.children[-1]), None
        else:
            left, right = self.expression(tree.children[0]), self.expression(tree.children[-1])
        return RuleClause(str(word), left, right, self.span(tree))  # type: ignore[arg-type]  # the terminals' texts

    def resource_statement(self, tree: Tree[Token]) -> ResourceDeclaration:
        name = needed(child_token(tree, "NAME"))
        keeps = list(child_trees(tree, "keep"))
        for again in keeps[1:]:
            self.repeated("keep", self.span(again))
        supply, demand = self.amounts(tree, "supply"), self.amounts(tree, "demand")
        for what, amounts in (("supply", supply), ("demand", demand)):
            if not amounts and self.is_whole(self.span(tree)):
                self.report(
                    "E0113",
                    f"the resource `{name}` has no `{what}`",
                    self.span(name),
                    help=(f"add a line `{what} …` between its braces",),
                )
        return ResourceDeclaration(
            self.declared_name(name),
            self.title(tree),
            self.unit_of(tree),
            self.effective(tree),
            supply,
            demand,
            self.fraction(needed(child_token(keeps[0], "NUMBER"))) if keeps else None,
            self.message(tree),
            self.span(tree),
        )

    def amounts(self, tree: Tree[Token], rule: str) -> tuple[Expression, ...]:
        return tuple(
            self.expression(item)
            for child in child_trees(tree, rule)
            for item in child.children
            if not is_punctuation(item)
        )

    # ------------------------------------------------------------ wishes

    def default_statement(self, tree: Tree[Token]) -> DefaultDeclaration:
        return DefaultDeclaration(
            self.choice(next(child_trees(tree, "choice"))), self.guard(tree), self.span(tree)
        )

    def prefer_statement(self, tree: Tree[Token]) -> PreferDeclaration:
        return PreferDeclaration(
            self.declared_id(needed(child_token(tree, "ID"))),
            self.expression(tree.children[1]),
            self.weight(tree),
            self.message(tree),
            self.span(tree),
        )

    def objective_statement(self, tree: Tree[Token]) -> ObjectiveDeclaration:
        direction = needed(child_token(tree, "DIRECTION"))
        return ObjectiveDeclaration(
            str(direction),  # type: ignore[arg-type]  # the terminal's texts
            self.expression(tree.children[1]),
            self.weight(tree),
            self.span(tree),
        )

    def weight(self, tree: Tree[Token]) -> Fraction | None:
        weight = child_tree(tree, "weight")
        return self.fraction(needed(child_token(weight, "NUMBER"))) if weight is not None else None

    def bundle_statement(self, tree: Tree[Token]) -> BundleDeclaration:
        for rule, word in (("bundle_price", "price"), ("about", "about")):
            for again in list(child_trees(tree, rule))[1:]:
                self.repeated(word, self.span(again))
        price, about = child_tree(tree, "bundle_price"), child_tree(tree, "about")
        return BundleDeclaration(
            self.declared_name(needed(child_token(tree, "NAME"))),
            self.title(tree),
            self.effective(tree),
            self.choices(child_trees(tree, "choose")),
            self.number(next(child_trees(price, "number"))) if price else None,
            self.title(about) if about else None,
            self.span(tree),
        )

    # ------------------------------------------------------------ how the product is assembled

    def assembled_statement(self, tree: Tree[Token]) -> AssembledDeclaration:
        for rule, word in (("assembly_cost", "for"), ("opening", "open"), ("closing", "closed")):
            for again in list(child_trees(tree, rule))[1:]:
                self.repeated(word, self.span(again))
        cost = child_tree(tree, "assembly_cost")
        opening, closing = child_tree(tree, "opening"), child_tree(tree, "closing")
        return AssembledDeclaration(
            self.whole(needed(child_token(tree, "NUMBER")), "the days of assembly"),
            self.number(next(child_trees(cost, "number"))) if cost else None,
            self.workdays(opening) if opening else (),
            tuple(self.closed_days(each) for each in child_trees(closing, "closed_days")) if closing else (),
            self.span(tree),
        )

    def workdays(self, tree: Tree[Token]) -> tuple[int, ...]:
        found: dict[int, Span] = {}
        for written in child_trees(tree, "open_days"):
            days = [WEEKDAYS.index(str(token)) for token in child_tokens(written, "WEEKDAY")]
            # `friday to monday` goes over the weekend.
            for day in (days[0] + more for more in range((days[-1] - days[0]) % 7 + 1)):
                if day % 7 in found:
                    self.repeated(WEEKDAYS[day % 7], self.span(written))
                found.setdefault(day % 7, self.span(written))
        return tuple(sorted(found))

    def closed_days(self, tree: Tree[Token]) -> ClosedDays:
        days = [self.day(token) for token in child_tokens(tree, "DATE")]
        if days[0] > days[-1]:
            self.report(
                "E0114",
                f"the closed days end on {days[-1]}, before they begin on {days[0]}",
                self.span(tree),
                help=("both days are closed; write the earlier one first",),
            )
        return ClosedDays(days[0], days[-1], self.span(tree))

    # ------------------------------------------------------------ choices

    def choices(self, trees: Iterable[Tree[Token]]) -> tuple[Choice, ...]:
        """The choices of all these trees; each path once, except for `includes`."""
        choices = tuple(self.choice(child) for tree in trees for child in child_trees(tree, "choice"))
        self.check_once(
            [(choice.path.text, choice.path.span) for choice in choices if not choice.includes],
            "the choice of",
        )
        return choices

    def choice(self, tree: Tree[Token]) -> Choice:
        path, value = tree.children[0], tree.children[-1]
        assert isinstance(path, Tree)
        includes = child_token(tree, "INCLUDES") is not None
        return Choice(self.path(path), includes, self.choice_value(value), self.span(tree))

    def choice_value(self, branch: Branch) -> ChoiceValue:
        if isinstance(branch, Token) or branch.data == "number":
            return self.scalar(branch)
        span = self.span(branch)
        match branch.data:
            case "nothing":
                return NothingValue(span)
            case "quantity":
                quantity = self.whole(needed(child_token(branch, "NUMBER")), "a quantity")
                return QuantityValue(quantity, self.text(needed(child_token(branch, "TEXT"))), span)
            case "list":
                items = (child for child in branch.children if not is_punctuation(child))
                return ListValue(tuple(self.choice_value(item) for item in items), span)
            case _:
                return InstanceValue(self.choices([branch]), span)

    # ------------------------------------------------------------ scenarios

    def scenario_statement(self, tree: Tree[Token]) -> ScenarioDeclaration:
        title = needed(child_token(tree, "TEXT"))
        todo = child_token(tree, "TODO") is not None
        chosen = list(child_trees(tree, "choose", "choose_only", "choose_nothing"))
        for again in chosen[1:]:
            if again.data != "choose" or chosen[0].data != "choose":
                self.report(
                    "E0112",
                    "`choose only` and `choose nothing` stand alone",
                    self.span(again),
                    help=("write all choices after one `choose`, separated by commas",),
                )
        expectations = tuple(
            self.expectation(child)
            for child in tree.children
            if isinstance(child, Tree) and str(child.data).startswith("expect_")
        )
        if not expectations and not todo and self.is_whole(self.span(tree)):
            self.report(
                "E0113",
                f"the scenario {title} expects nothing",
                self.span(title),
                help=("add a line such as `expect valid`, or begin with `todo scenario`",),
            )
        tags = child_tree(tree, "tags")
        return ScenarioDeclaration(
            self.text(title),
            tuple(self.name(token) for token in child_tokens(tags, "ID")) if tags else (),
            tuple(
                self.given(child) for child in child_trees(tree, "given_date", "given_stock", "given_bundle")
            ),
            any(each.data == "choose_only" for each in chosen),
            self.choices(chosen),
            expectations,
            todo,
            self.span(tree),
        )

    def given(self, tree: Tree[Token]) -> Given:
        span = self.span(tree)
        match tree.data:
            case "given_date":
                return GivenDate(self.day(needed(child_token(tree, "DATE"))), span)
            case "given_stock":
                count = self.whole(needed(child_token(tree, "NUMBER")), "a stock")
                return GivenStock(self.text(needed(child_token(tree, "TEXT"))), count, span)
            case _:
                return GivenBundle(self.path(next(child_trees(tree, "path"))), span)

    def expectation(self, tree: Tree[Token]) -> Expectation:
        span = self.span(tree)
        match tree.data:
            case "expect_valid":
                return ExpectValid("valid" if child_token(tree, "VALID") else "available", span)
            case "expect_invalid":
                because = tuple(self.rule_path(child) for child in child_trees(tree, "rule_path"))
                return ExpectInvalid(because, child_token(tree, "ONLY") is not None, span)
            case "expect_unavailable":
                return ExpectUnavailable(self.title(tree), span)
            case "expect_value":
                kind = needed(child_token(tree, "CONSEQUENCE"))
                choice = self.choice(next(child_trees(tree, "choice")))
                return ExpectValue(str(kind), choice, span)  # type: ignore[arg-type]  # the terminal's texts
            case "expect_warning":
                return ExpectWarning(self.rule_path(next(child_trees(tree, "rule_path"))), span)
            case "expect_solutions":
                operator = needed(child_token(tree, "EQUALS", "ORDER"))
                count = self.whole(needed(child_token(tree, "NUMBER")), "a number of solutions")
                return ExpectSolutions(str(operator), count, span)
            case _:
                quantifier = child_token(tree, "QUANTIFIER")
                kind_text = str(quantifier) if quantifier is not None else "once"
                return ExpectExpression(kind_text, self.expression(tree.children[-1]), span)  # type: ignore[arg-type]  # likewise

    def rule_path(self, tree: Tree[Token]) -> PathReference | Name:
        path = self.path(tree)
        return path.names[0] if len(path.names) == 1 else path


def _is_rule_of_dashes(row: Row) -> bool:
    # The first cell decides nearly always; a component table has thousands of rows.
    return row.cells[0].text.startswith(("-", ":")) and is_line_of_dashes([cell.text for cell in row.cells])


def _plural(word: str, count: int) -> str:
    return word if count == 1 else word + "s"
