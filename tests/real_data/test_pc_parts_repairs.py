"""Ways out among 58,000 real components: the same as trying every component of a family by other means."""

from datetime import date

import pytest
from pc_parts import FOLDER, MISSING, Row, catalog_text, cleaned, csv_files
from pc_parts_truth import cents, fits

from configurator.configuration.repairs import Repairs
from configurator.configurator import Configurator

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=MISSING)

DAY = date(2026, 6, 15)
MISFIT = "CPU-00701"
"""A processor for another socket."""


@pytest.fixture(scope="module")
def pc() -> Configurator:
    """The catalog of all components."""
    return Configurator.from_text(catalog_text(), files=csv_files())


@pytest.fixture(scope="module")
def chosen(pc: Configurator) -> dict[str, str | None]:
    """A whole PC that is valid but for its processor."""
    completed = pc.complete(as_of=DAY).or_raise().configuration
    found = {key: value if isinstance(value, str) else None for key, value in completed.items()}
    return {**found, "cpu": MISFIT}


def rows_of(chosen: dict[str, str | None]) -> dict[str, Row | None]:
    """The rows of what is chosen."""
    by_sku = {row["sku"]: row for rows in cleaned().rows.values() for row in rows}
    return {key: by_sku[sku] if sku else None for key, sku in chosen.items()}


def test_the_best_processors_are_those_of_trying_all(pc: Configurator, chosen: dict[str, str | None]) -> None:
    rows = rows_of(chosen)
    before = cents(rows["cpu"]["price"]) if rows["cpu"] else 0
    ranked = []
    for at, row in enumerate(cleaned().rows["cpu"]):
        if fits({**rows, "cpu": row}):
            delta = cents(row["price"]) - before
            ranked.append((abs(delta), delta, at, row["sku"]))
    answer = pc.repairs(chosen, limit=20, as_of=DAY)

    assert isinstance(answer, Repairs)
    assert [sku for *_, sku in sorted(ranked)[:20]] == [
        change.after for repair in answer.repairs for change in repair.changes
    ]


def test_three_families_of_thousands_change_at_once_for_the_same_money(
    pc: Configurator, chosen: dict[str, str | None]
) -> None:
    answer = pc.repairs(chosen, locked=["cpu"], as_of=DAY)

    assert isinstance(answer, Repairs)
    for repair in answer.repairs:
        after = {change.place: str(change.after) for change in repair.changes}
        assert ["board", "memory", "drive"] == list(after)
        assert fits(rows_of({**chosen, **after}))
        assert repair.delta is not None
        assert 0 == repair.delta.number
