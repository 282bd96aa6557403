"""What two versions of a catalog declare, compared name by name.

Layout, comments and the order of statements make no difference. A rule is changed when what it says
differs *and* its own text does: one that only reads a changed calc is not told again.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from fractions import Fraction
from typing import Literal, TypeVar

from attrs import frozen

from configurator.authoring.checks.instances import declared_path
from configurator.catalog.digest import canonical
from configurator.catalog.expressions import Calc
from configurator.catalog.model import Bundle, Catalog, Objective, Preference, Scenario
from configurator.catalog.rules import Default, Message, Resource, Restriction, Rule, VariantTable
from configurator.catalog.source_words import source_words, without_because
from configurator.catalog.structure import (
    AssemblyPlace,
    Attribute,
    Cardinality,
    Component,
    ComponentFamily,
    FinalAssembly,
    ProductOption,
    Slot,
)
from configurator.catalog.values import (
    EnumerationType,
    NumberType,
    SetType,
    Unit,
    Value,
    describe_type,
    format_number,
    format_value,
)
from configurator.source import Span

T = TypeVar("T")

What = Literal[
    "catalog",
    "unit",
    "family",
    "column",
    "component",
    "slot",
    "option",
    "assembly",
    "calc",
    "rule",
    "table",
    "resource",
    "default",
    "preference",
    "objective",
    "bundle",
    "scenario",
    "assembled",
]


@frozen
class Detail:
    """One thing about a declaration that differs.

    Attributes:
        name: what it is: a column, `message`, `text`, `row`, `values`, ….
        before: as people read it; `None` where there was none.
        after: likewise; `None` where there is none any more.
        money: whether it is an amount of money.
    """

    name: str
    before: str | None
    after: str | None
    money: bool = False


@frozen
class ChangedDeclaration:
    """A declaration that differs.

    Attributes:
        name: its dotted path; of a component `family.SKU`.
        details: what differs; empty for one that was added or removed.
        location: where it stands, in the old version if it was removed.
    """

    kind: Literal["added", "removed", "changed"]
    what: What
    name: str
    details: tuple[Detail, ...]
    location: str

    @property
    def only_message(self) -> bool:
        """Whether it says the same in other words: only a message, title or name changed."""
        return self.kind == "changed" and all(detail.name in WORDS for detail in self.details)

    @property
    def new_price(self) -> bool:
        """Whether it is a component with another amount of money than before."""
        return self.what == "component" and any(detail.money for detail in self.details)


WORDS = ("message", "title", "name")
"""Details that only people read."""
MOST_HUNKS = 3
"""Places in a rule's text that are told one by one; more are told as one."""


def changed_declarations(old: Catalog, new: Catalog) -> tuple[ChangedDeclaration, ...]:
    """Every declaration that was added, removed or changed.

    By kind of declaration, as in `What`; within a kind those of the new version in its order, then those
    that are gone.
    """
    return (
        *_header(old, new),
        *_compared("unit", old.units, new.units, _unit, _nowhere),
        *_families(old, new),
        *_compared("slot", _by_path(old.slots), _by_path(new.slots), _slot, _place_of),
        *_compared("option", _chosen_options(old), _chosen_options(new), _option, _place_of),
        *_compared("assembly", _by_path(old.assemblies), _by_path(new.assemblies), _assembly, _place_of),
        *_compared("calc", _by_path(old.calcs.values()), _by_path(new.calcs.values()), _calc, _place_of),
        *_restrictions(old, new),
        *_wishes(old, new),
    )


# ---------------------------------------------------------------- comparing by name


def _compared(
    what: What,
    before: Mapping[str, T],
    after: Mapping[str, T],
    details: Callable[[T, T], Iterable[Detail]],
    place: Callable[[T], str],
) -> Iterator[ChangedDeclaration]:
    for name, found in after.items():
        if name not in before:
            yield ChangedDeclaration("added", what, name, (), place(found))
            continue
        told = tuple(details(before[name], found))
        if told:
            yield ChangedDeclaration("changed", what, name, told, place(found))
    for name, found in before.items():
        if name not in after:
            yield ChangedDeclaration("removed", what, name, (), place(found))


def _by_key(found: Iterable[T]) -> dict[str, T]:
    return {str(getattr(each, "key")): each for each in found}  # noqa: B009 - all that is declared has a key


def _by_path(found: Iterable[T]) -> dict[str, T]:
    """By the path as it is declared: what is inside an assembly once, however many instances there are."""
    declared: dict[str, T] = {}
    for key, each in _by_key(found).items():
        declared.setdefault(declared_path(key), each)
    return declared


def _chosen_options(catalog: Catalog) -> dict[str, ProductOption]:
    """The options that are declared; that an instance is there is none of them."""
    return _by_path(option for option in catalog.options if not option.presence)


def _place_of(found: object) -> str:
    span = getattr(found, "span", None)
    return span.location if isinstance(span, Span) else ""


def _nowhere(_: object) -> str:
    return ""


def _detail(name: str, before: object, after: object) -> Iterator[Detail]:
    if before != after:
        yield Detail(name, _told(before), _told(after))


def _told(value: object) -> str | None:
    return None if value is None else str(value)


# ---------------------------------------------------------------- header, units


def _header(old: Catalog, new: Catalog) -> Iterator[ChangedDeclaration]:
    details: list[Detail] = []
    for name in ("name", "title", "version", "timezone", "tested_on"):
        details += _detail(name, getattr(old, name), getattr(new, name))
    currencies = [catalog.currency.name if catalog.currency else None for catalog in (old, new)]
    details += _detail("currency", *currencies)
    if details:
        yield ChangedDeclaration("changed", "catalog", new.name, tuple(details), "")


def _unit(before: Unit, after: Unit) -> Iterator[Detail]:
    told = [f"{format_number(unit.factor)} {unit.base}" for unit in (before, after)]
    yield from _detail("value", *told)


# ---------------------------------------------------------------- families


def _families(old: Catalog, new: Catalog) -> Iterator[ChangedDeclaration]:
    yield from _compared("family", old.families, new.families, _family, _place_of)
    both = [key for key in new.families if key in old.families]
    for key in both:
        before, after = old.families[key], new.families[key]
        columns = [_prefixed(key, family.attributes) for family in (before, after)]
        yield from _compared("column", columns[0], columns[1], _column, _place_of)
    for key in both:
        before, after = old.families[key], new.families[key]
        shared = [after.attributes[name] for name in after.attributes if name in before.attributes]
        money = [catalog.currency.dimension if catalog.currency else None for catalog in (old, new)]
        components = [
            _prefixed(key, {component.sku: component for component in family.components})
            for family in (before, after)
        ]

        def details(
            first: Component,
            second: Component,
            shared: Sequence[Attribute] = tuple(shared),
            money: Sequence[object] = tuple(money),
        ) -> Iterator[Detail]:
            return _component(first, second, shared, money)

        yield from _compared("component", components[0], components[1], details, _place_of)


def _prefixed(key: str, found: Mapping[str, T]) -> dict[str, T]:
    return {f"{key}.{name}": each for name, each in found.items()}


def _family(before: ComponentFamily, after: ComponentFamily) -> Iterator[Detail]:
    yield from _detail("title", before.title, after.title)


def _column(before: Attribute, after: Attribute) -> Iterator[Detail]:
    yield from _detail("title", before.title, after.title)
    yield from _detail("type", _type(before), _type(after))
    yield from _detail("optional", _yes(before.optional), _yes(after.optional))


def _type(attribute: Attribute) -> str:
    # The values of a set of any text are those that happen to be there.
    kind = attribute.type
    return "a set" if isinstance(kind, SetType) else describe_type(kind)


def _component(
    before: Component, after: Component, shared: Sequence[Attribute], money: Sequence[object]
) -> Iterator[Detail]:
    yield from _detail("name", before.title, after.title)
    for attribute in shared:
        values = before.values.get(attribute.name), after.values.get(attribute.name)
        if values[0] == values[1] and type(values[0]) is type(values[1]):
            continue
        kind = attribute.type
        is_money = isinstance(kind, NumberType) and kind.dimension in money and bool(kind.dimension)
        told = [_worth(value, attribute.unit, money=is_money) for value in values]
        if told[0] != told[1]:
            yield Detail(attribute.name, told[0], told[1], is_money)
    yield from _detail("in force", before.period.describe(), after.period.describe())
    yield from _detail("stocked", _yes(before.stocked), _yes(after.stocked))


def _worth(value: Value, unit: Unit | None, *, money: bool) -> str | None:
    if value is None:
        return None
    if isinstance(value, int | Fraction) and not isinstance(value, bool):
        return format_number(value, unit, money=money)
    if isinstance(value, frozenset):
        return ", ".join(sorted(value)) or "nothing"
    return format_value(value)


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"


# ---------------------------------------------------------------- places


def _slot(before: Slot, after: Slot) -> Iterator[Detail]:
    yield from _detail("title", before.title, after.title)
    yield from _detail("family", before.family.key, after.family.key)
    yield from _detail("choose", _bounds(before.cardinality), _bounds(after.cardinality))


def _assembly(before: AssemblyPlace, after: AssemblyPlace) -> Iterator[Detail]:
    yield from _detail("title", before.title, after.title)
    yield from _detail("assembly", declared_path(before.assembly), declared_path(after.assembly))
    yield from _detail("choose", _instances(before), _instances(after))


def _instances(found: AssemblyPlace) -> str:
    if found.repeated:
        return f"{found.minimum}..{found.maximum}"
    return "one" if found.minimum else "optional"


def _bounds(found: Cardinality) -> str:
    if found.kind in {"one", "optional"}:
        return found.kind
    return f"{found.minimum}..{found.maximum} {found.kind}"


def _option(before: ProductOption, after: ProductOption) -> Iterator[Detail]:
    yield from _detail("title", before.title, after.title)
    kinds = before.type, after.type
    if type(kinds[0]) is not type(kinds[1]) or (isinstance(kinds[0], NumberType) and kinds[0] != kinds[1]):
        yield from _detail("type", describe_type(kinds[0]), describe_type(kinds[1]))
        return
    values = [_values(option) for option in (before, after)]
    if set(values[0]) != set(values[1]):
        gone = [value for value in values[0] if value not in values[1]]
        come = [value for value in values[1] if value not in values[0]]
        yield Detail("values", ", ".join(gone) or None, ", ".join(come) or None)
    yield from _detail("range", _range(before), _range(after))
    if isinstance(before.type, SetType):
        told = [f"{option.minimum}..{option.maximum}" for option in (before, after)]
        yield from _detail("choose", *told)


def _values(option: ProductOption) -> tuple[str, ...]:
    kind = option.type
    return (kind.values or ()) if isinstance(kind, EnumerationType | SetType) else ()


def _range(option: ProductOption) -> str | None:
    found = option.range
    if found is None:
        return None
    low, high = format_number(found.minimum, found.unit), format_number(found.maximum, found.unit)
    return f"{low} to {high} in steps of {format_number(found.step, found.unit)}"


# ---------------------------------------------------------------- rules


def _restrictions(old: Catalog, new: Catalog) -> Iterator[ChangedDeclaration]:
    before, after = _by_key(old.restrictions), _by_key(new.restrictions)
    for kind, what in KINDS:
        of = [
            {key: found for key, found in each.items() if isinstance(found, kind)} for each in (before, after)
        ]
        yield from _compared(what, of[0], of[1], _restriction, _place_of)


KINDS: tuple[tuple[type[Rule | VariantTable | Resource], Literal["rule", "table", "resource"]], ...] = (
    (Rule, "rule"),
    (VariantTable, "table"),
    (Resource, "resource"),
)


def _restriction(before: Restriction, after: Restriction) -> Iterator[Detail]:
    yield from _detail("title", before.title, after.title)
    yield from _detail("in force", before.period.describe(), after.period.describe())
    if isinstance(before, Rule) and isinstance(after, Rule):
        yield from _detail("severity", before.severity, after.severity)
    if isinstance(before, VariantTable) and isinstance(after, VariantTable):
        yield from _table(before, after)
    elif _meaning(before) != _meaning(after):
        yield from _text(_without_message(before), _without_message(after))
    messages = _message(before.message), _message(after.message)
    yield from _detail("message", *messages)


def _meaning(found: Restriction) -> object:
    match found:
        case Rule():
            clauses = [[canonical(clause.guards), canonical(clause.body)] for clause in found.clauses]
            return [canonical(found.bindings), clauses]
        case Resource():
            return [canonical(found.supply), canonical(found.demand), found.factor]
        case VariantTable():
            return found.kind


def _table(before: VariantTable, after: VariantTable) -> Iterator[Detail]:
    yield from _detail("kind", before.kind, after.kind)
    columns = [", ".join(column.heading for column in table.columns) for table in (before, after)]
    yield from _detail("columns", *columns)
    rows = [[source_words(row.span.text) for row in table.rows] for table in (before, after)]
    gone, come = Counter(rows[0]) - Counter(rows[1]), Counter(rows[1]) - Counter(rows[0])
    yield from (Detail("row", row, None) for row in dict.fromkeys(rows[0]) if row in gone)
    yield from (Detail("row", None, row) for row in dict.fromkeys(rows[1]) if row in come)


def _message(found: Message | None) -> str | None:
    if found is None:
        return None
    return "".join(
        part.text if part.expression is None and part.slot is None else f"{{{part.text}}}"
        for part in found.parts
    )


# ---------------------------------------------------------------- calcs and wishes


def _calc(before: Calc, after: Calc) -> Iterator[Detail]:
    yield from _detail("title", before.title, after.title)
    if _content(before) != _content(after):
        yield from _text(before.span.text, after.span.text)


def _content(calc: Calc) -> object:
    # Calcs that it reads are calcs of their own.
    return source_words(calc.span.text.partition("=")[2]), calc.unit


def _wishes(old: Catalog, new: Catalog) -> Iterator[ChangedDeclaration]:
    kinds: tuple[tuple[What, Callable[[Catalog], Mapping[str, _Wish]]], ...] = (
        ("default", lambda catalog: _numbered((each.place, each) for each in catalog.defaults)),
        ("preference", lambda catalog: _by_key(catalog.preferences)),
        ("objective", lambda catalog: _numbered((each.direction, each) for each in catalog.objectives)),
        ("bundle", lambda catalog: _by_key(catalog.bundles)),
        ("scenario", lambda catalog: _numbered((each.title, each) for each in catalog.scenarios)),
        ("assembled", lambda catalog: {"product": found} if (found := catalog.final_assembly) else {}),
    )
    for what, found in kinds:
        yield from _compared(what, found(old), found(new), _wish, _place_of)


_Wish = Default | Preference | Objective | Bundle | Scenario | FinalAssembly


def _numbered(found: Iterable[tuple[str, T]]) -> dict[str, T]:
    """By name; from the second of a name on with its number."""
    told: dict[str, T] = {}
    seen: Counter[str] = Counter()
    for name, each in found:
        seen[name] += 1
        told[name if seen[name] == 1 else f"{name} ({seen[name]})"] = each
    return told


def _wish(before: _Wish, after: _Wish) -> Iterator[Detail]:
    yield from _text(before.span.text, after.span.text)


# ---------------------------------------------------------------- texts

_UNIT = re.compile(r"%|[^\W\d]\w*")
_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|\d+(?:\.\d+)?|[^\W\d][\w.-]*|\S')


def _without_message(found: Restriction) -> str:
    """A rule's text up to the sentence for the customer, which is compared by itself."""
    return without_because(source_words(found.span.text))


def _text(before: str, after: str) -> Iterator[Detail]:
    """Where two texts differ, token by token; as one where they differ in many places."""
    tokens = [_TOKEN.findall(source_words(text)) for text in (before, after)]
    matcher = SequenceMatcher(None, tokens[0], tokens[1], autojunk=False)
    hunks = [code for code in matcher.get_opcodes() if code[0] != "equal"]
    if len(hunks) > MOST_HUNKS:
        yield Detail("text", source_words(before), source_words(after))
        return
    for _, from_, to, from_after, to_after in hunks:
        hunk = tokens[0][from_:to], tokens[1][from_after:to_after]
        unit = _unit_behind(hunk, tokens[0][to : to + 1], tokens[1][to_after : to_after + 1])
        told = [" ".join((*side, *unit)) or None for side in hunk]
        yield Detail("text", told[0], told[1])


def _unit_behind(
    hunk: tuple[Sequence[str], Sequence[str]], before: Sequence[str], after: Sequence[str]
) -> Sequence[str]:
    """What a number is told with: the `%` of `30 %`, the `GB` of `5 GB`."""
    if not all(map(_is_number, hunk)) or list(before) != list(after):
        return ()
    return [token for token in before if _UNIT.fullmatch(token)]


def _is_number(tokens: Sequence[str]) -> bool:
    return len(tokens) == 1 and tokens[0][0].isdecimal()
