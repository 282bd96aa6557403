"""What is kept of a dialogue: the order, and a scenario in the language of catalogs."""

import json
import os
import re
from fractions import Fraction
from pathlib import Path

from configurator.catalog.choices import OptionChoice, PlaceChoice, SlotChoice
from configurator.catalog.structure import Place, ProductOption, Slot
from configurator.catalog.values import BooleanType, EnumerationType, SetType, format_number
from configurator.catalog_files import FolderReader, find_catalog
from configurator.configuration.completion import Completed
from configurator.configuration.enumeration import Count
from configurator.configuration.model import JsonValue, option_value
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
    choices = [_choice(session, choice) for each in session.given for choice in each.choices]
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


def _choice(session: Session, choice: PlaceChoice) -> str:
    match choice:
        case SlotChoice(slot=key, units=units, at_least=at_least):
            place = session.product.catalog.place_of[key]
            return f"{key} {'includes' if at_least else '='} {_units(place, units)}"
        case OptionChoice(option=key, at_least=at_least):
            place = session.product.catalog.place_of[key]
            assert isinstance(place, ProductOption)
            return f"{key} {'includes' if at_least else '='} {_value(place, choice)}"


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
