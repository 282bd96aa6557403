"""Scenarios as text: choices as the language writes them, which read back as what they were."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction

from attrs import evolve

from configurator.catalog.choices import OptionChoice, PlaceChoice, SlotChoice
from configurator.catalog.model import Bundle, Catalog
from configurator.catalog.structure import AssemblyPlace, Place, ProductOption, Slot
from configurator.catalog.values import BooleanType, EnumerationType, Number, SetType, Unit, format_number
from configurator.configuration.given_choices import lies_at
from configurator.configuration.model import JsonValue, option_value
from configurator.configuration.nested_choices import nested_choices
from configurator.errors import ChoiceError
from configurator.source import SourceFile
from configurator.syntax.formatting.formatter import Formatted, format_text
from configurator.syntax.nodes import CatalogFile, CatalogHeader, ScenarioDeclaration, ScenariosHeader
from configurator.syntax.parser import parse_catalog
from configurator.syntax.vocabulary import BLOCK_WORDS, OPERATOR_WORDS, STATEMENT_WORDS

_WORD = re.compile(r"[^\W\d_]\w*")
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f]+")
_NOT_BARE = {*OPERATOR_WORDS, *STATEMENT_WORDS, *BLOCK_WORDS, "x"}

Flat = Mapping[str, PlaceChoice]
"""Choices by the paths of their places."""


# ---------------------------------------------------------------- one scenario


def scenario_text(
    catalog: Catalog,
    title: str,
    choices: Flat,
    expected: Sequence[str],
    *,
    day: date | None,
    bundles: Sequence[str] = (),
    stock: Sequence[tuple[str, int]] = (),
    tags: Sequence[str] = (),
) -> str:
    """A scenario, in the form that `configurator fmt` gives it.

    Read back, it chooses what was chosen. The language numbers no instances of assemblies: what is said of
    some of them is said of as many as there are at least, which is the same up to their order.

    Args:
        catalog: which the choices are about.
        title: line breaks become blanks.
        choices: by the paths of their places.
        expected: what stands after each `expect`, as the language writes it.
        day: of `given date`; `None` gives none.
        bundles: keys of those that are applied.
        stock: SKUs with their counts.
        tags: names of the language.

    Raises:
        ChoiceError: something is chosen that no scenario can say, such as that one of several instances, of
            which the others are open, is left out.
        ValueError: an expectation or a tag is none that the language knows.
    """
    applied = [each for each in catalog.bundles if each.key in bundles]
    written = BETWEEN_CHOICES.join(written_choices(catalog, choices, applied))
    head = f"scenario {quoted(title)}" + (f" tags {', '.join(tags)}" if tags else "")
    lines = (
        f"{head} {{",
        *((f"  given date {day.isoformat()}",) if day else ()),
        *(f"  given stock {quoted(sku)} = {count}" for sku, count in stock),
        *(f"  given bundle {name}" for name in bundles),
        f"  choose {written or 'nothing'}",
        *(f"  expect {each}" for each in expected),
        "}",
    )
    match format_text("".join(f"{line}\n" for line in lines)):
        case Formatted(text=text):
            return text
        case wrong:
            raise ValueError(f"the scenario cannot be read: {wrong.diagnostics[0].message}")


BETWEEN_CHOICES = f",\n{' ' * len('  choose ')}"
"""Choices stand beneath each other."""


def quoted(text: str) -> str:
    """A text between quotes; line breaks, which no text can have, are blanks."""
    escaped = _BLANKS.sub(" ", text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def is_decimal(number: Number) -> bool:
    """Whether a number can be written out in full."""
    denominator = Fraction(number).denominator
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    return denominator == 1


# ---------------------------------------------------------------- choices


def written_choices(catalog: Catalog, flat: Flat, bundles: Sequence[Bundle] = ()) -> list[str]:
    """Choices as the language writes them, assemblies as wholes.

    Args:
        catalog: which they are about.
        flat: the choices.
        bundles: those that are applied besides: their instances stay the first ones.

    Raises:
        ChoiceError: see `scenario_text`.
    """
    packed = _packed(catalog, flat, bundles)
    told = nested_choices(catalog, tuple(packed.values()))
    return [_written(catalog, path, value, packed, path) for path, value in told.items()]


def _packed(catalog: Catalog, flat: Flat, bundles: Iterable[Bundle]) -> dict[str, PlaceChoice]:
    """Choices with the instances of which something is said numbered from the first one on."""
    found = dict(flat)
    given = {
        choice.option
        for bundle in bundles
        for choice in bundle.choices
        if isinstance(choice, OptionChoice) and choice.presence and choice.value is True
    }
    for home in catalog.assemblies:
        if home.repeated and any(lies_at(key, home.key) for key in found):
            found = _with_instances_first(home, found, given)
    return found


def _with_instances_first(home: AssemblyPlace, flat: Flat, given: set[str]) -> dict[str, PlaceChoice]:
    """The same with the instances of one assembly numbered anew; those of bundles keep their numbers.

    Where some are left out and others are open, no list says it: then all stays as it is.
    """
    absent = [each.prefix for each in home.instances if _is_left_out(flat.get(each.prefix))]
    brought = {
        each.prefix
        for each in home.instances
        if any(_brings_in(choice, key, each.prefix) for key, choice in flat.items())
    }
    said = [
        each.prefix
        for each in home.instances
        if each.prefix not in absent and (each.prefix in given or each.prefix in brought)
    ]
    if absent and (brought & set(absent) or len(said) + len(absent) != len(home.instances)):
        return dict(flat)
    spoken_of = {each.prefix for each in home.instances if any(lies_at(key, each.prefix) for key in flat)}
    if spoken_of - {*said, *absent}:
        # What is left empty in one that may not be there brings it in nowhere, and a list would.
        return dict(flat)
    moved: dict[str, PlaceChoice] = {}
    for key, choice in flat.items():
        number = next((at for at, prefix in enumerate(said) if lies_at(key, prefix)), None)
        if number is not None:
            prefix = home.instances[number].prefix
            if home.instances[number].presence == prefix:
                moved.setdefault(prefix, OptionChoice(prefix, value=True, presence=True))
            own = prefix + key[len(said[number]) :]
            moved[own] = _about(own, choice)
        elif not any(lies_at(key, prefix) for prefix in absent):
            moved[key] = choice
    # Between instances of which something is said there may be some that only a bundle brings in.
    for each in home.instances[: len(said)]:
        if each.presence == each.prefix:
            moved.setdefault(each.prefix, OptionChoice(each.prefix, value=True, presence=True))
    if absent:
        for each in home.instances[len(said) :]:
            moved[each.prefix] = OptionChoice(each.prefix, value=False, presence=True)
    return moved


def _is_left_out(choice: PlaceChoice | None) -> bool:
    return isinstance(choice, OptionChoice) and choice.presence and choice.value is False


def _brings_in(choice: PlaceChoice, key: str, prefix: str) -> bool:
    """Whether a choice says that an instance is there: a place inside left empty does not."""
    return lies_at(key, prefix) and not _is_empty(choice)


def _is_empty(choice: PlaceChoice) -> bool:
    match choice:
        case SlotChoice(units=units):
            return not units
        case OptionChoice(value=value):
            return value == frozenset() or (choice.presence and value is False)


def _about(key: str, choice: PlaceChoice) -> PlaceChoice:
    return evolve(choice, slot=key) if isinstance(choice, SlotChoice) else evolve(choice, option=key)


def _written(catalog: Catalog, path: str, value: JsonValue, flat: Flat, name: str) -> str:
    """One choice: `bag = [{ capacity = "B100" }]`."""
    if "[" in name:
        raise _unsayable(catalog, path, flat)
    home = catalog.assembly_of.get(path)
    if home is None:
        return _choice(catalog, name, catalog.place_of[path], flat[path])
    if not home.repeated:
        return f"{name} = {_instance(catalog, path, value, flat) if isinstance(value, dict) else 'none'}"
    items = value["includes"] if isinstance(value, dict) else value
    assert isinstance(items, list)
    told = (_instance(catalog, f"{path}[{at}]", item, flat) for at, item in enumerate(items, start=1))
    return f"{name} {'includes' if isinstance(value, dict) else '='} [{', '.join(told)}]"


def _unsayable(catalog: Catalog, path: str, flat: Flat) -> ChoiceError:
    place = catalog.place_of.get(path)
    itself = path not in catalog.assembly_of and isinstance(place, ProductOption) and place.presence
    prefix = path if itself else catalog.instance_around(path)
    inside = [key for key, choice in flat.items() if key != prefix and _brings_in(choice, key, prefix)]
    if inside and _is_left_out(flat.get(prefix)):
        told = f"no scenario can say that `{prefix}` is left out and what `{inside[0]}` is"
        return ChoiceError([told], ("leave one of them out",))
    around = catalog.assembly_around(prefix).key
    told = f"no scenario can say what is chosen of single instances of `{around}`"
    if prefix == path and _is_left_out(flat.get(path)):
        told = f"no scenario can say that `{prefix}` is left out while other instances of `{around}` are open"
    return ChoiceError([told], (f"choose all instances of `{around}`",))


def _instance(catalog: Catalog, prefix: str, value: JsonValue, flat: Flat) -> str:
    assert isinstance(value, dict)
    inside = [_written(catalog, f"{prefix}.{name}", inner, flat, name) for name, inner in value.items()]
    return f"{{ {', '.join(inside)} }}" if inside else "{ }"


def _choice(catalog: Catalog, name: str, place: Place, choice: PlaceChoice) -> str:
    match choice:
        case SlotChoice(units=units, at_least=at_least):
            return f"{name} {'includes' if at_least else '='} {_units(place, units)}"
        case OptionChoice(at_least=at_least):
            assert isinstance(place, ProductOption)
            return f"{name} {'includes' if at_least else '='} {_value(catalog, place, choice)}"


def _units(place: Place, units: tuple[tuple[str, int | None], ...]) -> str:
    told = [quoted(sku) if quantity is None else f"{quantity} x {quoted(sku)}" for sku, quantity in units]
    if isinstance(place, Slot) and place.cardinality.kind == "mixed":
        return f"[{', '.join(told)}]"
    # A slot of one takes no quantity but 1, and says none.
    if isinstance(place, Slot) and place.cardinality.kind != "identical":
        told = [quoted(sku) for sku, _ in units]
    return told[0] if told else "none"


def _value(catalog: Catalog, place: ProductOption, choice: OptionChoice) -> str:
    value = option_value(place, choice.value)
    match place.type:
        case BooleanType():
            return "yes" if value else "no"
        case SetType():
            assert isinstance(value, tuple)
            return f"[{', '.join(_word(str(element)) for element in value)}]"
        case EnumerationType():
            return _word(str(value))
        case _:
            assert isinstance(choice.value, int | Fraction)
            return _number(catalog.units, place.range.unit if place.range else None, choice.value)


def _number(units: Mapping[str, Unit], own: Unit | None, base: Number) -> str:
    """A number in its own unit, without it; in another one where that cannot write it out: `10 min` for h."""
    if own is None or is_decimal(Fraction(base) / own.factor):
        return format_number(Fraction(base) / own.factor if own else base)
    others = (each for each in units.values() if each.dimension == own.dimension)
    return format_number(
        base, next((each for each in others if is_decimal(Fraction(base) / each.factor)), own)
    )


def _word(text: str) -> str:
    """A value, bare where it can be."""
    return text if _WORD.fullmatch(text) and text not in _NOT_BARE else quoted(text)


# ---------------------------------------------------------------- files of scenarios


def with_scenario(before: str, scenario: str, catalog: str, name: str) -> str:
    """The text of a file with a scenario added at its end.

    Args:
        before: what is in the file; empty where there is none.
        scenario: the text of the scenario.
        catalog: the path of the catalog, as seen from the file.
        name: of the file, for messages.

    Raises:
        ValueError: with a sentence for people: the file is a module, is or is about another catalog, has a
            scenario of that title, or cannot be read as it is or with the scenario.
    """
    known = _parsed(before, name)
    if isinstance(known.header, ScenariosHeader) and known.header.path.value != catalog:
        raise ValueError(f"`{name}` holds scenarios for `{known.header.path.value}`, not `{catalog}`")
    if isinstance(known.header, CatalogHeader) and catalog != name:
        raise ValueError(f"`{name}` is a catalog itself, not a file of scenarios for `{catalog}`")
    if known.header is None and known.statements:
        raise ValueError(f"`{name}` is a module of a catalog, not a file of scenarios")
    head = f"scenarios for {quoted(catalog)}\n" if known.header is None else ""
    end = "" if before.endswith("\n") or not before else "\n"
    text = f"{before}{end}{head}\n{scenario}"
    titles = _titles(_parsed(text, name))
    if len(titles) != len(set(titles)):
        raise ValueError(f"`{name}` has a scenario `{titles[-1]}` already")
    return text


def titles_in(text: str, name: str) -> tuple[str, ...]:
    """The titles of the scenarios in a file, in the order written.

    Raises:
        ValueError: it cannot be read.
    """
    return _titles(_parsed(text, name))


def title_apart(title: str, taken: Iterable[str]) -> str:
    """A title that is not taken: itself, else with the next number, `office 2`."""
    known = set(taken)
    title = _BLANKS.sub(" ", title)
    found, number = title, 1
    while found in known:
        number += 1
        found = f"{title} {number}"
    return found


def _titles(file: CatalogFile) -> tuple[str, ...]:
    return tuple(each.title.value for each in file.statements if isinstance(each, ScenarioDeclaration))


def _parsed(text: str, name: str) -> CatalogFile:
    result = parse_catalog(SourceFile(name, text))
    if result.file is None:
        raise ValueError(f"`{name}` cannot be read: {result.diagnostics[0].message}")
    return result.file
