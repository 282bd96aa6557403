"""The stage that resolves scenarios: what they give, choose and expect, with every name checked."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import permutations

from attrs import evolve

from configurator.catalog.choices import (
    ChoiceProblem,
    OptionChoice,
    PlaceChoice,
    SlotChoice,
    empty_choice,
    option_choice,
    place_of,
    slot_choice,
)
from configurator.catalog.draft import Draft
from configurator.catalog.expectations import (
    ComparedPath,
    Expectation,
    ExpectedConflict,
    ExpectedCount,
    ExpectedNumber,
    ExpectedShortage,
    ExpectedTruth,
    ExpectedValue,
    ExpectedVerdict,
    ExpectedWarning,
)
from configurator.catalog.expression_checking import shown_unit
from configurator.catalog.expressions import ComponentIn, Expression, ResourceValue
from configurator.catalog.instance_choices import is_missing, is_spoken_of
from configurator.catalog.loading import Module
from configurator.catalog.model import Scenario
from configurator.catalog.named_values import NamedValues
from configurator.catalog.names import Scope
from configurator.catalog.restrictions import resolve_choices
from configurator.catalog.rules import Restriction, Rule
from configurator.catalog.structure import AssemblyPlace, Place, Slot
from configurator.catalog.units import find_unit
from configurator.catalog.values import NumberType, SetType, Unit
from configurator.diagnostics.suggestion import did_you_mean
from configurator.source import Span
from configurator.syntax import expressions as written
from configurator.syntax.expressions import (
    BinaryOperation,
    Name,
    NumberLiteral,
    PathReference,
    UnaryOperation,
)
from configurator.syntax.nodes import (
    Choice,
    ExpectExpression,
    ExpectInvalid,
    ExpectSolutions,
    ExpectUnavailable,
    ExpectValid,
    ExpectValue,
    ExpectWarning,
    GivenBundle,
    GivenDate,
    GivenStock,
    InstanceValue,
    ListValue,
    NothingValue,
    QuantityValue,
    ScenarioDeclaration,
)
from configurator.syntax.nodes import Expectation as WrittenExpectation

MOST_INSTANCES = 5
"""Instances of an assembly of which a list may be expected: it is looked for in every order."""

_LAST_NUMBER = re.compile(r"\d+(?:\.\d+)?$")


def resolve_scenarios(draft: Draft, values: NamedValues) -> None:
    """All scenarios, in the order written: after everything else, since they may name it all."""
    titles: dict[str, Span] = {}
    for module, statement in draft.loaded.statements:
        if isinstance(statement, ScenarioDeclaration):
            title = statement.title
            if title.value in titles and titles[title.value] != title.span:
                draft.warning(
                    "W0611",
                    f'there are two scenarios "{title.value}"',
                    title.span,
                    help=(f"the other one is at {titles[title.value].location}; name them apart",),
                )
            titles.setdefault(title.value, title.span)
            _ScenarioReader(draft, values, module, statement).read()


class _ScenarioReader:
    """Reads one scenario."""

    def __init__(self, draft: Draft, values: NamedValues, module: Module, node: ScenarioDeclaration) -> None:
        self.draft = draft
        self.values = values
        self.module = module
        self.node = node
        self.scope = Scope(module.namespace)

    def read(self) -> None:
        """Resolve it and keep it; a scenario with a mistake keeps the catalog from loading."""
        stock = self.stock()
        bundles = self.bundles()
        choices = self.choices(bundles)
        expectations = tuple(
            found for each in self.node.expectations if (found := self.expectation(each)) is not None
        )
        self.warn_of_plenty(stock, expectations)
        self.draft.scenarios.append(
            Scenario(
                title=self.node.title.value,
                tags=tuple(tag.text for tag in self.node.tags),
                todo=self.node.todo,
                day=self.day(),
                stock=tuple(stock.items()),
                bundles=tuple(bundles),
                choices=choices,
                expectations=expectations,
                title_span=self.node.title.span,
                span=self.node.span,
            )
        )

    # ------------------------------------------------------------ given

    def day(self) -> date | None:
        days = [given for given in self.node.givens if isinstance(given, GivenDate)]
        for again in days[1:]:
            self.twice("the date", again.span)
        return days[0].date if days else None

    def stock(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for given in self.node.givens:
            if not isinstance(given, GivenStock):
                continue
            sku = given.component.value
            if sku in found:
                self.twice(f"the stock of `{sku}`", given.span)
            elif self.known_component(sku, given.component.span):
                if not any(
                    component.stocked
                    for family in self.draft.families.values()
                    for component in family.components
                    if component.sku == sku
                ):
                    self.draft.error(
                        "E0601",
                        f"`{sku}` is not stocked, so there is no stock of it",
                        given.component.span,
                        help=("leave the line out: what is not stocked is never short",),
                    )
                found[sku] = given.quantity
        return found

    def bundles(self) -> list[str]:
        found: list[str] = []
        keys = [bundle.key for bundle in self.draft.bundles]
        for given in self.node.givens:
            if not isinstance(given, GivenBundle):
                continue
            key = self.module.namespace + given.name.text
            if key in found:
                self.twice(f"the bundle `{given.name.text}`", given.span)
            elif key in keys:
                found.append(key)
            else:
                known = [each.removeprefix(self.module.namespace) for each in keys]
                self.draft.error(
                    "E0301",
                    f"unknown bundle `{given.name.text}`",
                    given.name.span,
                    help=did_you_mean(given.name.text, known),
                )
        return found

    def twice(self, what: str, span: Span) -> None:
        self.draft.error("E0611", f"the scenario says {what} twice", span, help=("say it once",))

    def known_component(self, sku: str, span: Span) -> bool:
        """Whether some family has the SKU; reports where none has."""
        skus = {component.sku for family in self.draft.families.values() for component in family.components}
        if sku not in skus:
            self.draft.error("E0303", f"unknown component `{sku}`", span, help=did_you_mean(sku, skus))
        return sku in skus

    # ------------------------------------------------------------ chosen

    def choices(self, bundles: list[str]) -> tuple[PlaceChoice, ...]:
        """At most one for each place, in catalog order; with `only` one for each."""
        found: dict[str, PlaceChoice] = {}
        broken = False
        for node in self.node.choices:
            chosen = resolve_choices(self.draft, self.values, self.module, node)
            if chosen is None:
                broken = True
                continue
            for choice in chosen:
                key = choice.slot if isinstance(choice, SlotChoice) else choice.option
                if key not in found:
                    found[key] = choice
                    continue
                both = self.joined(self.draft.places[key], found[key], choice, node)
                if both is not None:
                    found[key] = both
        if self.node.only and not broken:
            self.leave_out(found, bundles)
        return tuple(found[key] for key in self.draft.places if key in found)

    def joined(self, place: Place, one: PlaceChoice, other: PlaceChoice, node: Choice) -> PlaceChoice | None:
        """Two lists of what a place includes, as one list."""
        try:
            match one, other:
                case SlotChoice(at_least=True), SlotChoice(at_least=True) if isinstance(place, Slot):
                    return slot_choice(place, [*one.units, *other.units], at_least=True)
                case OptionChoice(at_least=True), OptionChoice(at_least=True) if not isinstance(place, Slot):
                    assert isinstance(one.value, frozenset)
                    assert isinstance(other.value, frozenset)
                    return option_choice(place, one.value | other.value, at_least=True)
                case _:
                    self.twice(f"what `{node.path.text}` is", node.span)
        except ChoiceProblem as problem:
            self.draft.error(problem.code, problem.message, node.value.span, help=problem.help)
        return None

    def leave_out(self, found: dict[str, PlaceChoice], bundles: list[str]) -> None:
        """`choose only`: what neither the scenario nor a bundle names is absent."""
        applied = [bundle for bundle in self.draft.bundles if bundle.key in bundles]
        named = {key for bundle in applied for choice in bundle.choices for key in (place_of(choice),)}
        open_places: list[str] = []
        for key, place in self.draft.places.items():
            if key in found or key in named or is_missing(place, found):
                continue
            if is_spoken_of(place, found):
                found[key] = OptionChoice(key, value=True, presence=True)
                continue
            try:
                found[key] = empty_choice(place)
            except ChoiceProblem:
                open_places.append(key.removeprefix(self.module.namespace))
        if open_places:
            told = ", ".join(f"`{key}`" for key in open_places)
            self.draft.error(
                "E0610",
                f"`choose only` leaves out what must be chosen: {told}",
                self.node.title.span,
                help=("name it, or write `choose` if it may stay open",),
            )

    # ------------------------------------------------------------ expected

    def expectation(self, node: WrittenExpectation) -> Expectation | None:
        match node:
            case ExpectValid(kind=kind, span=span):
                return ExpectedVerdict(kind, span)
            case ExpectInvalid(because=because, only=only, span=span):
                keys = [self.deciding(name) for name in because]
                named = tuple(dict.fromkeys(key for key in keys if key is not None))
                return ExpectedConflict(named, only, span)
            case ExpectUnavailable(component=sku, span=span):
                known = sku is None or self.known_component(sku.value, sku.span)
                return ExpectedShortage(sku.value if sku else None, span) if known else None
            case ExpectValue():
                return self.expected_value(node)
            case ExpectWarning(id=name, span=span):
                key = self.warning(name)
                return ExpectedWarning(key, span) if key is not None else None
            case ExpectSolutions(operator=operator, count=count, span=span):
                found = _LAST_NUMBER.search(span.text)
                number = Span(span.file, span.start + found.start(), span.end) if found else span
                return ExpectedCount(operator, count, number, span)
            case ExpectExpression():
                return self.expected_truth(node)
            case _:
                return None

    def restriction(self, name: Name | PathReference) -> Restriction | None:
        """The rule, table or resource of that name; reports one that does not exist."""
        key = self.module.namespace + name.text
        if key in self.draft.ids:
            # One whose declaration has a mistake was reported there.
            return next((each for each in self.draft.restrictions if each.key == key), None)
        known = [each.removeprefix(self.module.namespace) for each in self.draft.ids]
        self.draft.error(
            "E0301",
            f"no rule, table or resource is called `{name.text}`",
            name.span,
            help=self.inside_an_assembly(name.text, known) or did_you_mean(name.text, known),
        )
        return None

    @staticmethod
    def inside_an_assembly(name: str, known: list[str]) -> tuple[str, ...]:
        """What is declared inside an assembly is called by its whole path."""
        whole = next((each for each in known if each.endswith(f".{name}")), None)
        return () if whole is None else (f"inside an assembly it is called `{whole}`",)

    def deciding(self, name: Name | PathReference) -> str | None:
        """A restriction; one that cannot make anything invalid gives a warning."""
        found = self.restriction(name)
        if isinstance(found, Rule) and found.severity != "error":
            self.draft.warning(
                "W0613",
                f"`{name.text}` only gives a {_GIVES[found.severity]}, so nothing is invalid because of it",
                name.span,
                help=(f"write `expect warning {name.text}`",),
            )
        return found.key if found is not None else None

    def warning(self, name: Name | PathReference) -> str | None:
        """A rule that warns; another restriction gives a warning itself."""
        found = self.restriction(name)
        if found is not None and not (isinstance(found, Rule) and found.severity != "error"):
            self.draft.warning(
                "W0613",
                f"`{name.text}` gives no warning: what breaks it is invalid",
                name.span,
                help=(f"write `expect invalid because {name.text}`",),
            )
        return found.key if found is not None else None

    def expected_value(self, node: ExpectValue) -> ExpectedValue | None:
        """`forced x = …`: of a place, of an assembly, or of an attribute of what fills a place."""
        key = self.values.checker.names.assembly(node.choice.path, self.scope)
        if key is None:
            found = self.values.checker.names.place(node.choice.path, self.scope)
            if found is None:
                return None
            if found[1]:
                return self.expected_attribute(node)
        choices = resolve_choices(self.draft, self.values, self.module, node.choice)
        if choices is None:
            return None
        ways = (choices,) if key is None else self.ways(self.draft.assembly_places[key], choices, node)
        return ExpectedValue(node.kind, ways, None, (), node.span) if ways else None

    def expected_attribute(self, node: ExpectValue) -> ExpectedValue | None:
        compared = self.comparison(node.choice)
        condition = self.values.checker.condition(compared, self.scope) if compared is not None else None
        if condition is None:
            return None
        return ExpectedValue(node.kind, (), condition, self.paths(node.choice.path), node.span)

    def ways(
        self, place: AssemblyPlace, choices: tuple[PlaceChoice, ...], node: ExpectValue
    ) -> tuple[tuple[PlaceChoice, ...], ...]:
        """A list of instances in every order: instances are equal up to it. None for what is too much."""
        if not place.repeated:
            return (choices,)
        prefixes = [instance.prefix for instance in place.instances]
        nested = any("[" in place_of(choice).partition("]")[2] for choice in choices)
        if nested or len(prefixes) > MOST_INSTANCES:
            self.draft.error(
                "E0304",
                f"there are too many ways to order what `{node.choice.path.text}` is expected to be",
                node.choice.span,
                help=("expect something of their number or of all of them: `always count(…) = …`",),
            )
            return ()
        found: dict[frozenset[PlaceChoice], tuple[PlaceChoice, ...]] = {}
        for order in permutations(prefixes):
            renamed = dict(zip(prefixes, order, strict=True))
            way = tuple(_renamed(choice, renamed) for choice in choices)
            found.setdefault(frozenset(way), way)
        return tuple(found.values())

    def comparison(self, node: Choice) -> written.Expression | None:
        """An attribute with the value it is expected to have."""
        value = node.value
        if isinstance(value, NothingValue | QuantityValue | ListValue | InstanceValue) or node.includes:
            self.draft.error(
                "E0304",
                f"`{node.path.text}` is compared with a single value",
                value.span,
                help=("write `= VALUE`, or expect something of the place itself",),
            )
            return None
        side = PathReference((value,), value.span) if isinstance(value, Name) else value
        return BinaryOperation("=", node.path, side, node.span)

    def expected_truth(self, node: ExpectExpression) -> ExpectedTruth | None:
        condition = self.values.checker.condition(node.expression, self.scope)
        if condition is None:
            return None
        numbers = tuple(self.numbers(node.expression)) if node.kind == "once" else ()
        return ExpectedTruth(node.kind, condition, self.paths(node.expression), numbers, node.span)

    # ------------------------------------------------------------ what is compared

    def paths(self, node: written.Expression) -> tuple[ComparedPath, ...]:
        """What an expression that was checked compares: its paths and aggregates, each once, as written."""
        found: dict[str, ComparedPath] = {}
        for part in written.mentions(node):
            text = " ".join(part.span.text.split())
            if text not in found and (path := self.path(part, text)) is not None:
                found[text] = path
        return tuple(found.values())

    def path(self, node: PathReference | written.Aggregate, text: str) -> ComparedPath | None:
        if isinstance(node, PathReference):
            place = self.values.checker.names.at(node, self.scope)
            if place is not None and isinstance(place[0], Slot) and not place[1]:
                return ComparedPath(text, None, slot=place[0].key)
        expression = self.values.checker.known(node, self.scope)
        if expression is None or isinstance(expression, ComponentIn) or isinstance(expression.type, SetType):
            return None if expression is None else ComparedPath(text, expression)
        unit = self.unit_of(expression)
        money = unit is not None and unit == self.draft.currency
        return ComparedPath(text, expression, unit=unit, money=money)

    def unit_of(self, expression: Expression) -> Unit | None:
        """The unit in which people read a value: its own, else the one that others are multiples of."""
        own = expression.unit if isinstance(expression, ResourceValue) else shown_unit(expression)
        kind = expression.type
        if own is not None or not isinstance(kind, NumberType) or len(kind.dimension) != 1:
            return own
        ((base, exponent),) = kind.dimension
        return self.draft.units.get(base) if exponent == 1 else None

    def numbers(self, node: written.Expression) -> Iterator[ExpectedNumber]:
        """The numbers that `path = number` compares with, also in a chain of `and`."""
        if not isinstance(node, BinaryOperation):
            return
        if node.operator == "and":
            yield from self.numbers(node.left)
            yield from self.numbers(node.right)
        if node.operator != "=":
            return
        for side, other in ((node.right, node.left), (node.left, node.right)):
            literal = side.operand if isinstance(side, UnaryOperation) and side.operator == "-" else side
            if isinstance(literal, NumberLiteral) and not isinstance(other, NumberLiteral):
                expression = self.values.checker.number(other, self.scope)
                if expression is None:
                    return
                unit = find_unit(self.draft, literal.unit)
                money = unit is not None and unit == self.draft.currency
                text = " ".join(other.span.text.split())
                yield ExpectedNumber(text, expression, unit, money, side.span)
                return

    # ------------------------------------------------------------ traps

    def warn_of_plenty(self, stock: dict[str, int], expectations: Iterable[Expectation]) -> None:
        """Stock that is not given is unlimited: nothing can be unavailable because of it."""
        for expected in expectations:
            if not isinstance(expected, ExpectedShortage):
                continue
            sku = expected.component
            if stock and (sku is None or sku in stock):
                continue
            what = "any stock" if sku is None else f"the stock of `{sku}`"
            self.draft.warning(
                "W0612",
                f"the scenario does not give {what}, so nothing is short",
                expected.span,
                help=(f'add a line such as `given stock "{sku or "SKU"}" = 0`',),
            )


_GIVES = {"warn": "warning", "hint": "hint"}


def _renamed(choice: PlaceChoice, prefixes: Mapping[str, str]) -> PlaceChoice:
    """The same choice about another instance."""
    key = place_of(choice)
    prefix = next(each for each in prefixes if key == each or key.startswith(f"{each}."))
    other = prefixes[prefix] + key.removeprefix(prefix)
    return evolve(choice, slot=other) if isinstance(choice, SlotChoice) else evolve(choice, option=other)
