"""What is kept of a dialogue: the order, and a scenario in the language of catalogs."""

import json
import os
import re
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

from attrs import evolve

from configurator.catalog.choices import OptionChoice, PlaceChoice, SlotChoice, place_of
from configurator.catalog.model import Catalog
from configurator.catalog.structure import Place, ProductOption, Slot
from configurator.catalog.values import BooleanType, EnumerationType, SetType, format_number
from configurator.catalog_files import FolderReader, find_catalog
from configurator.configuration.completion import Completed
from configurator.configuration.enumeration import Count
from configurator.configuration.given_choices import lies_at
from configurator.configuration.model import JsonValue, option_value
from configurator.configuration.nested_choices import nested_choices
from configurator.configuration.pricing import Amount
from configurator.configuration.session import Session
from configurator.configuration.validation import Invalid, Valid
from configurator.errors import CatalogError
from configurator.source import SourceFile
from configurator.syntax.nodes import CatalogFile, ScenarioDeclaration, ScenariosHeader
from configurator.syntax.parser import parse_catalog
from configurator.syntax.vocabulary import BLOCK_WORDS, OPERATOR_WORDS, STATEMENT_WORDS

_WORD = re.compile(r"[^\W\d_]\w*")
_NOT_BARE = {*OPERATOR_WORDS, *STATEMENT_WORDS, *BLOCK_WORDS, "x"}

ORDER_FILE = "order.json"
SCENARIO_FILE = "scenarios.pcat"


# ---------------------------------------------------------------- orders


def order_of(session: Session) -> dict[str, JsonValue]:
    """An order of one: the whole configuration where only one is left, otherwise the choices."""
    line: dict[str, JsonValue] = {"configuration": _configuration(session)}
    if session.bundles:
        line["bundles"] = list(session.bundles)
    return {"lines": [{**line, "quantity": 1}]}


def _configuration(session: Session) -> dict[str, JsonValue]:
    count = session.count()
    if isinstance(count, Count) and count.value == 1:
        completed = session.complete()
        if isinstance(completed, Completed):
            return completed.configuration.to_dict()
    return dict(session.save().choices)


def write_order(session: Session, file: Path) -> None:
    """Write the order into a file, whatever was in it.

    Raises:
        OSError: it cannot be written.
    """
    text = json.dumps(order_of(session), ensure_ascii=False, indent=2)
    file.write_text(f"{text}\n", encoding="utf-8")


# ---------------------------------------------------------------- scenarios


def expectations(session: Session) -> tuple[str, ...]:
    """What a scenario of the choices expects: what is now the case. It may take a search to find out."""
    verdict = session.verdict
    if isinstance(verdict, Invalid):
        rules = verdict.conflicts[0].rules
        return (f"invalid because {', '.join(rules)}" if rules else "invalid",)
    price = session.price if isinstance(verdict, Valid) else None
    # Below zero, or rounded, it would not be read as what it is.
    if isinstance(price, Amount) and price.number >= 0 and _is_decimal(price):
        return "valid", f"price = {price.text}"
    return ("valid",)


def scenario_text(session: Session, title: str, expected: tuple[str, ...]) -> str:
    """A scenario of the choices that expects what `expectations` says."""
    every = (choice for each in session.given for choice in each.choices)
    choices = written_choices(session.product.catalog, {place_of(choice): choice for choice in every})
    lines = (
        f"scenario {_text(title)} {{",
        f"  given date {session.as_of.isoformat()}",
        *(f"  given bundle {name}" for name in session.bundles),
        f"  choose {BETWEEN_CHOICES.join(choices) or 'nothing'}",
        *(f"  expect {each}" for each in expected),
        "}",
    )
    return "".join(f"{line}\n" for line in lines)


BETWEEN_CHOICES = f",\n{' ' * len('  choose ')}"
"""Choices stand beneath each other."""


def _is_decimal(amount: Amount) -> bool:
    denominator = amount.number.denominator
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    return denominator == 1


def written_choices(catalog: Catalog, flat: Mapping[str, PlaceChoice]) -> list[str]:
    """Choices as the language writes them, assemblies as wholes.

    The language numbers no instances: what is said of some of them is said of as many as there are at least.
    """
    packed = _packed(catalog, flat)
    return [
        _written(catalog, path, value, packed)
        for path, value in nested_choices(catalog, tuple(packed.values())).items()
    ]


def _packed(catalog: Catalog, flat: Mapping[str, PlaceChoice]) -> dict[str, PlaceChoice]:
    """Choices with the instances of which something is said numbered from the first one on."""
    found = dict(flat)
    for home in catalog.assemblies:
        if not home.repeated or not any(lies_at(key, home.key) for key in found):
            continue
        absent = [each.prefix for each in home.instances if _is_left_out(found.get(each.prefix))]
        said = [
            each.prefix
            for each in home.instances
            if each.prefix not in absent and any(lies_at(key, each.prefix) for key in found)
        ]
        moved: dict[str, PlaceChoice] = {}
        for key, choice in found.items():
            number = next((at for at, prefix in enumerate(said) if lies_at(key, prefix)), None)
            if number is not None:
                prefix = home.instances[number].prefix
                moved.setdefault(prefix, OptionChoice(prefix, value=True, presence=True))
                own = prefix + key[len(said[number]) :]
                moved[own] = _about(own, choice)
            elif not any(lies_at(key, prefix) for prefix in absent):
                moved[key] = choice
        if len(said) + len(absent) == len(home.instances):
            for each in home.instances[len(said) :]:
                moved[each.prefix] = OptionChoice(each.prefix, value=False, presence=True)
        found = moved
    return found


def _is_left_out(choice: PlaceChoice | None) -> bool:
    return isinstance(choice, OptionChoice) and choice.presence and choice.value is False


def _about(key: str, choice: PlaceChoice) -> PlaceChoice:
    return evolve(choice, slot=key) if isinstance(choice, SlotChoice) else evolve(choice, option=key)


def _written(
    catalog: Catalog, path: str, value: JsonValue, flat: Mapping[str, PlaceChoice], name: str = ""
) -> str:
    """One choice: `bag = [{ capacity = "B100" }]`."""
    name, home = name or path, catalog.assembly_of.get(path)
    if home is None:
        return _choice(name, catalog.place_of[path], flat[path])
    if not home.repeated:
        return f"{name} = {_instance(catalog, path, value, flat) if isinstance(value, dict) else 'none'}"
    items = value["includes"] if isinstance(value, dict) else value
    assert isinstance(items, list)
    told = (_instance(catalog, f"{path}[{at}]", item, flat) for at, item in enumerate(items, start=1))
    return f"{name} {'includes' if isinstance(value, dict) else '='} [{', '.join(told)}]"


def _instance(catalog: Catalog, prefix: str, value: JsonValue, flat: Mapping[str, PlaceChoice]) -> str:
    assert isinstance(value, dict)
    inside = [_written(catalog, f"{prefix}.{name}", inner, flat, name) for name, inner in value.items()]
    return f"{{ {', '.join(inside)} }}" if inside else "{}"


def _choice(name: str, place: Place, choice: PlaceChoice) -> str:
    match choice:
        case SlotChoice(units=units, at_least=at_least):
            return f"{name} {'includes' if at_least else '='} {_units(place, units)}"
        case OptionChoice(at_least=at_least):
            assert isinstance(place, ProductOption)
            return f"{name} {'includes' if at_least else '='} {_value(place, choice)}"


def _units(place: Place, units: tuple[tuple[str, int | None], ...]) -> str:
    told = [_text(sku) if quantity is None else f"{quantity} x {_text(sku)}" for sku, quantity in units]
    if isinstance(place, Slot) and place.cardinality.kind == "mixed":
        return f"[{', '.join(told)}]"
    # A slot of one takes no quantity but 1, and says none.
    if isinstance(place, Slot) and place.cardinality.kind != "identical":
        told = [_text(sku) for sku, _ in units]
    return told[0] if told else "none"


def _value(place: ProductOption, choice: OptionChoice) -> str:
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
            assert isinstance(value, int | Fraction)
            return format_number(value)


def _word(text: str) -> str:
    """A value, bare where it can be."""
    return text if _WORD.fullmatch(text) and text not in _NOT_BARE else _text(text)


def _text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


# ---------------------------------------------------------------- files of scenarios


def with_scenario(before: str, scenario: str, catalog: str, name: str) -> str:
    """The text of a file with a scenario added at its end.

    Args:
        before: what is in the file; empty where there is none.
        scenario: the text of the scenario.
        catalog: the path of the catalog, as seen from the file.
        name: of the file, for messages.

    Raises:
        ValueError: with a sentence for people: the file is about another catalog, has a scenario of that
            title, or cannot be read as it is or with the scenario.
    """
    known = _parsed(before, name)
    if isinstance(known.header, ScenariosHeader) and known.header.path.value != catalog:
        raise ValueError(f"`{name}` holds scenarios for `{known.header.path.value}`, not `{catalog}`")
    head = "" if before.strip() else f"scenarios for {_text(catalog)}\n"
    gap = "\n" if before.endswith("\n") or not before else "\n\n"
    text = f"{before}{head}{gap}{scenario}"
    titles = [
        each.title.value for each in _parsed(text, name).statements if isinstance(each, ScenarioDeclaration)
    ]
    if len(titles) != len(set(titles)):
        raise ValueError(f"`{name}` has a scenario `{titles[-1]}` already")
    return text


def _parsed(text: str, name: str) -> CatalogFile:
    result = parse_catalog(SourceFile(name, text))
    if result.file is None:
        raise ValueError(f"`{name}` cannot be read: {result.diagnostics[0].message}")
    return result.file


def add_scenario(file: Path, scenario: str, catalog: str) -> None:
    """Add a scenario at the end of a file, which is made where there is none.

    Args:
        file: where it goes.
        scenario: its text.
        catalog: the catalog as the command named it.

    Raises:
        ValueError: see `with_scenario`.
        OSError: it cannot be read or written.
    """
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    text = with_scenario(before, scenario, catalog_from(file, catalog), file.name)
    file.write_text(text, encoding="utf-8")


def catalog_from(file: Path, catalog: str) -> str:
    """The path of a catalog as seen from a file; one that comes with the library keeps its name."""
    if catalog.startswith("package:"):
        return catalog
    try:
        found = find_catalog(catalog)
    except CatalogError:
        return catalog
    if not isinstance(found.reader, FolderReader):
        return catalog
    place = found.reader.root / found.entry
    return Path(os.path.relpath(place, file.resolve().parent)).as_posix()
