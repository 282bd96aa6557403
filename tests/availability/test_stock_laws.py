"""Laws that hold for any store and any demand."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stock_stores import STORES, HandClock, opened

from configurator.availability.demand import Demand
from configurator.availability.reservations import Refused, ReservationOutcome, ReservationRequest
from configurator.availability.snapshot import StockSnapshot

COUNTS = st.dictionaries(st.sampled_from("ABC"), st.integers(0, 6), min_size=1)
PAIRS = st.lists(st.tuples(st.sampled_from("ABC"), st.integers(1, 4)), min_size=1, max_size=6)


def outcome_of(kind: str, counts: dict[str, int], demand: Demand) -> ReservationOutcome:
    with TemporaryDirectory() as folder, opened(kind, Path(folder), HandClock()) as store:
        store.import_counts(counts)
        return store.reserve(ReservationRequest("SO-1", demand))


@pytest.mark.parametrize("kind", STORES)
@settings(max_examples=15, deadline=None)
@given(counts=COUNTS, pairs=PAIRS, data=st.data())
def test_permuting_and_splitting_lines_gives_the_same_outcome(
    kind: str, counts: dict[str, int], pairs: list[tuple[str, int]], data: st.DataObject
) -> None:
    pieces = [(sku, 1) for sku, quantity in pairs for _ in range(quantity)]
    other = data.draw(st.permutations(pieces))

    assert outcome_of(kind, counts, Demand.of(pairs)) == outcome_of(kind, counts, Demand.of(other))


@pytest.mark.parametrize("kind", STORES)
@settings(max_examples=15, deadline=None)
@given(counts=COUNTS, pairs=PAIRS)
def test_a_snapshot_and_a_fresh_store_find_the_same_shortages(
    kind: str, counts: dict[str, int], pairs: list[tuple[str, int]]
) -> None:
    demand = Demand.of(pairs)

    outcome = outcome_of(kind, counts, demand)

    found = outcome.shortages if isinstance(outcome, Refused) else ()
    assert StockSnapshot.from_counts(counts).check(demand) == found


@settings(max_examples=50)
@given(counts=COUNTS, pairs=PAIRS, more=COUNTS)
def test_more_stock_never_turns_yes_into_no(
    counts: dict[str, int], pairs: list[tuple[str, int]], more: dict[str, int]
) -> None:
    raised = {sku: counts.get(sku, 0) + more.get(sku, 0) for sku in counts | more}
    demand = Demand.of(pairs)

    before = {short.component for short in StockSnapshot.from_counts(counts).check(demand)}
    after = {short.component for short in StockSnapshot.from_counts(raised).check(demand)}

    assert after <= before
