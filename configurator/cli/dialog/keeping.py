"""What is kept of a dialogue: the order, and a scenario in the language of catalogs."""

import json
from pathlib import Path

from configurator.authoring import recording
from configurator.catalog.choices import place_of
from configurator.configuration.completion import Completed
from configurator.configuration.enumeration import Count
from configurator.configuration.model import JsonValue
from configurator.configuration.pricing import Amount
from configurator.configuration.session import Session
from configurator.configuration.validation import Invalid, Valid

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
    if isinstance(price, Amount) and price.number >= 0 and recording.is_decimal(price.number):
        return "valid", f"price = {price.text}"
    return ("valid",)


def scenario_text(session: Session, title: str, expected: tuple[str, ...]) -> str:
    """A scenario of the choices that expects what `expectations` says.

    Raises:
        ChoiceError: no scenario can say what was chosen.
    """
    every = (choice for each in session.given for choice in each.choices)
    return recording.scenario_text(
        session.product.catalog,
        title,
        {place_of(choice): choice for choice in every},
        expected,
        day=session.as_of,
        bundles=session.bundles,
    )
