"""Orders as customers hand them in: lines of valid configurations, with quantities, bundles and days."""

import json
from collections.abc import Sequence
from datetime import date
from hashlib import sha256

from hypothesis import strategies as st

from configurator.availability.reservations import HIGHEST_PRIORITY
from configurator.configuration.model import JsonValue
from configurator.testing.strategies.asked import (
    AnyCatalog,
    check_most,
    configurator_of,
    days_between,
    nothing_to_draw,
    question_of,
    read_asked,
)
from configurator.testing.strategies.drawing import Drawing, below, drawing_of

OrderDocument = dict[str, JsonValue]
"""An order as parsed JSON."""

Sold = tuple[tuple[str, ...], Drawing]
"""The names of bundles, and what can be drawn with them."""


def orders(
    catalog: AnyCatalog,
    *,
    max_lines: int = 3,
    max_quantity: int = 10,
    dates: tuple[date, date] | None = None,
    as_of: date | None = None,
) -> st.SearchStrategy[OrderDocument]:
    """Orders that `Configurator.accept`, `check` and `promise` take: parsed JSON, every line valid.

    The id is made from what is ordered, so that two orders with one id are the same order. Lines have a
    bundle where the catalog has one that can be sold, orders a priority.

    Args:
        catalog: as in `configurations`.
        max_lines: the most lines, at least 1.
        max_quantity: the most products of a line, at least 1.
        dates: the first and the last day on which a line may be wanted; by default no line names a day.
        as_of: as in `configurations`.

    Raises:
        StrategyError: the most is less than 1, or the last day comes before the first. At the first draw:
            there is no valid configuration.
    """
    configurator = configurator_of(catalog)
    check_most(max_lines=max_lines, max_quantity=max_quantity)
    days = days_between(dates)

    def prepared() -> st.SearchStrategy[OrderDocument]:
        question = question_of(configurator, (), (), as_of)
        plain = drawing_of(question)
        sold: list[Sold] = [] if plain.empty else [((), plain)]
        for bundle in configurator.catalog.bundles:
            read, applied = read_asked(configurator, {}, {}, bundles=[bundle.key])
            found = drawing_of(question_of(configurator, read, applied, as_of))
            if not found.empty:
                sold.append(((bundle.key,), found))
        if not sold:
            raise nothing_to_draw(question)
        return _orders(sold, max_lines, max_quantity, days)

    return st.deferred(prepared)


@st.composite
def _orders(
    draw: st.DrawFn,
    sold: Sequence[Sold],
    max_lines: int,
    max_quantity: int,
    days: st.SearchStrategy[date] | None,
) -> OrderDocument:
    lines: list[JsonValue] = [
        _line(draw, sold, max_quantity, days) for _ in range(1 + draw(below(max_lines)))
    ]
    found: OrderDocument = {"lines": lines}
    priority = draw(below(HIGHEST_PRIORITY + 1))
    if priority:
        found["priority"] = priority
    content = json.dumps(found, ensure_ascii=False).encode()
    return {"order": f"SO-{sha256(content).hexdigest()[:10].upper()}", **found}


def _line(
    draw: st.DrawFn, sold: Sequence[Sold], max_quantity: int, days: st.SearchStrategy[date] | None
) -> JsonValue:
    bundles, drawing = sold[draw(below(len(sold)))]
    configuration = drawing.product.configuration(drawing.assigned(draw))
    line: dict[str, JsonValue] = {
        "configuration": configuration.to_dict(),
        "quantity": 1 + draw(below(max_quantity)),
    }
    if bundles:
        line["bundles"] = [*bundles]
    if days is not None and draw(below(2)):
        line["date"] = draw(days).isoformat()
    return line
