"""Orders whose lines share what there is, on open days and on closed ones: one answer, whoever asks."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest

from configurator import (
    Accepted,
    Available,
    Buildable,
    Configurator,
    Nearest,
    Promised,
    RejectedUnavailable,
    open_stock,
)
from configurator.availability.reservations import ReservationOutcome, ReservationRequest
from configurator.availability.store import StockStore
from configurator.availability.supply import Supply

MONDAY = datetime(2026, 6, 15, 12, tzinfo=UTC)
SATURDAY = datetime(2026, 6, 13, 12, tzinfo=UTC)
SHOP = """catalog shop "Shop" version "1" currency EUR
{assembled}
family part choose optional {{
  | sku  | price [EUR] | policy  | lead_time |
  |------|-------------|---------|-----------|
  | MADE | 1.00        | made    | 6         |
  | KEPT | 1.00        | stocked | 6         |
}}
family more choose optional {{
  | sku  | price [EUR] | policy  | lead_time |
  |------|-------------|---------|-----------|
  | SLOW | 1.00        | made    | 20        |
  | BOLT | 1.00        | stocked | 6         |
}}
family service choose one not stocked {{
  | sku   | price [EUR] |
  |-------|-------------|
  | CHECK | 2.00        |
}}
calc price in EUR = sum(price)
"""
WORKDAYS = "assembled in 1 day open monday to friday"


def shop(now: datetime = MONDAY, assembled: str = "") -> Configurator:
    return Configurator.from_text(SHOP.format(assembled=assembled), clock=lambda: now)


def filled(counts: Mapping[str, int], *supplies: Supply, now: datetime = MONDAY) -> StockStore:
    store = open_stock("memory:", now=lambda: now)
    store.import_counts({"MADE": 0, "KEPT": 0, "SLOW": 0, "BOLT": 0, **counts})
    for supply in supplies:
        store.add_supply(supply)
    return store


def line(
    part: str | None, quantity: int = 1, day: str | None = None, more: str | None = None
) -> dict[str, object]:
    configuration = {"part": part, "more": more, "service": "CHECK"}
    return {"configuration": configuration, "quantity": quantity} | ({} if day is None else {"date": day})


def order(*lines: dict[str, object]) -> dict[str, object]:
    return {"order": "SO-1", "lines": [*lines]}


# ---------------------------------------------------------------- who takes first


def test_a_line_that_must_be_in_time_takes_before_one_that_can_wait_for_what_is_made() -> None:
    placed, asked = order(line("MADE", 1, "2026-06-18"), line("MADE", 3)), shop()
    with filled({"MADE": 2}) as store:
        checked = asked.check(placed, store)
        promised = asked.promise(placed, store)
        accepted = asked.accept(placed, store)

        assert isinstance(checked, Available)
        assert isinstance(promised, Promised)
        assert isinstance(accepted, Accepted)
        assert checked.promise.lines == promised.promise.lines
        assert accepted.promise is not None
        assert checked.promise.lines == accepted.promise.lines
        days = [date(2026, 6, 18), date(2026, 6, 21)]
        assert days == [each.day for each in accepted.promise.lines]
        assert [("MADE", 2, days[1])] == [(each.sku, each.quantity, each.due) for each in accepted.to_procure]
        assert [("MADE", 2, days[1])] == [(each.sku, each.quantity, each.due) for each in store.supplies()]
        assert () == store.audit()


def test_a_line_for_which_all_can_be_made_in_time_leaves_the_shelf_to_one_that_cannot_wait() -> None:
    placed = order(line("MADE", 1, "2026-07-18"), line("MADE", 1))
    with filled({"MADE": 1}) as store:
        accepted = shop().accept(placed, store)

        assert isinstance(accepted, Accepted)
        assert accepted.promise is not None
        assert [date(2026, 7, 18), MONDAY.date()] == [each.day for each in accepted.promise.lines]
        assert [date(2026, 7, 18)] == [each.due for each in accepted.to_procure]


def test_a_line_that_waits_for_something_slow_anyway_leaves_the_shelf_to_one_that_does_not() -> None:
    placed = order(line("MADE", 1, more="SLOW"), line("MADE", 1))
    with filled({"MADE": 1}) as store:
        accepted = shop().accept(placed, store)

        assert isinstance(accepted, Accepted)
        assert accepted.promise is not None
        assert [date(2026, 7, 5), MONDAY.date()] == [each.day for each in accepted.promise.lines]
        booked = [(each.sku, each.quantity, each.due) for each in store.supplies()]
        assert sorted(booked) == sorted((each.sku, each.quantity, each.due) for each in accepted.to_procure)
        assert {"MADE", "SLOW"} == {sku for sku, _, _ in booked}


class Robbed:
    """A store of which others take goods just before the request."""

    def __init__(self, store: StockStore, sku: str) -> None:
        self.store, self.sku = store, sku

    def __getattr__(self, name: str) -> object:
        return getattr(self.store, name)

    def reserve(self, request: ReservationRequest) -> ReservationOutcome:
        """Reserve, after the goods are gone."""
        self.store.import_counts({self.sku: 0})
        return self.store.reserve(request)


def test_what_is_booked_is_told_where_others_took_what_was_planned_with() -> None:
    with filled({"MADE": 2}) as store:
        robbed = Robbed(store, "MADE")
        accepted = shop().accept(order(line("MADE", 3, "2026-07-18")), robbed)  # type: ignore[arg-type]  # passes all on

        assert isinstance(accepted, Accepted)
        assert [("MADE", 3)] == [(each.sku, each.quantity) for each in accepted.to_procure]
        assert accepted.promise is not None
        assert accepted.to_procure == accepted.promise.to_procure
        assert [3] == [each.quantity for each in store.supplies()]


# ---------------------------------------------------------------- what needs nothing


@pytest.mark.parametrize(
    "others", [(), (line("KEPT"),), (line("MADE"),)], ids=["alone", "beside stocked", "beside made"]
)
@pytest.mark.parametrize("late", [False, True])
def test_a_dated_line_that_needs_nothing_from_stock_is_on_time(
    others: tuple[dict[str, object], ...], late: bool
) -> None:
    placed, asked = order(line(None, 1, "2026-06-25"), *others), shop()
    with filled({"KEPT": 1}) as store:
        checked, accepted = asked.check(placed, store, late=late), asked.accept(placed, store, late=late)

        assert isinstance(checked, Available)
        assert isinstance(accepted, Accepted)
        assert accepted.promise is not None
        for promise in (checked.promise, accepted.promise):
            assert promise.on_time
            assert (date(2026, 6, 25), date(2026, 6, 25)) == (promise.lines[0].day, promise.lines[0].begin)


# ---------------------------------------------------------------- closed days


@pytest.mark.parametrize("due", [14, 15], ids=["on Sunday", "on Monday"])
def test_what_comes_before_work_begins_is_in_time_on_a_closed_day(due: int) -> None:
    placed, asked = order(line("KEPT")), shop(SATURDAY, WORKDAYS)
    with filled({}, Supply("PO-1", "KEPT", date(2026, 6, due), 1), now=SATURDAY) as store:
        nearest = asked.nearest({"part": "KEPT", "more": None, "service": "CHECK"}, store)
        built = asked.buildable({"part": "KEPT", "more": None, "service": "CHECK"}, store)
        checked, accepted = asked.check(placed, store), asked.accept(placed, store)

        assert isinstance(checked, Available)
        assert isinstance(accepted, Accepted)
        assert accepted.promise is not None
        assert isinstance(nearest, Nearest)
        assert isinstance(built, Buildable)
        assert 1 == built.quantity
        monday, tuesday = date(2026, 6, 15), date(2026, 6, 16)
        assert [(monday, tuesday, ())] == [(p.begin, p.day, p.changes) for p in nearest.proposals]
        assert [(monday, tuesday)] == [(each.begin, each.day) for each in accepted.promise.lines]
        assert accepted.promise.lines == checked.promise.lines


def test_what_is_begun_on_a_closed_day_is_begun_on_the_first_working_day_whoever_says_so() -> None:
    asked = shop(SATURDAY, WORKDAYS)
    with filled({"KEPT": 1}, now=SATURDAY) as store:
        nearest = asked.nearest({"service": "CHECK"}, store)
        checked = asked.check(order(line("KEPT")), store)

        assert isinstance(nearest, Nearest)
        assert isinstance(checked, Available)
        assert date(2026, 6, 15) == nearest.first.begin == checked.promise.lines[0].begin
        assert "all components are in stock" == checked.promise.lines[0].because


def test_what_comes_until_work_on_a_made_part_begins_is_in_time() -> None:
    # Made until Sunday, begun on Monday.
    supply = Supply("PO-1", "BOLT", date(2026, 6, 22), 1)
    with filled({}, supply) as store:
        accepted = shop(assembled=WORKDAYS).accept(order(line("MADE", more="BOLT")), store)

        assert isinstance(accepted, Accepted)
        assert accepted.promise is not None
        assert date(2026, 6, 22) == accepted.promise.lines[0].begin


def test_alternatives_told_on_a_closed_day_are_accepted_when_they_are_ordered() -> None:
    asked, placed = shop(SATURDAY, WORKDAYS), line("KEPT", more="BOLT")
    supply = Supply("PO-1", "BOLT", date(2026, 6, 14), 1)
    with filled({}, supply, now=SATURDAY) as store:
        refused = asked.accept(order(placed), store)
        assert isinstance(refused, RejectedUnavailable)
        ((proposal,),) = [
            each.proposals for each in refused.alternatives if isinstance(each.proposals, tuple)
        ]
        instead = {"order": "SO-2", "lines": [{"configuration": dict(proposal.choices)}]}

        assert "BOLT" == proposal.choices["more"]
        assert isinstance(asked.accept(instead, store), Accepted)


# ---------------------------------------------------------------- how many can be built


@pytest.mark.parametrize(
    ("on", "quantity", "reason"),
    [
        (None, 3, "no more than 3 because of `KEPT`"),
        (date(2026, 6, 1), 0, "that day is too early to assemble any"),
        (date(2026, 6, 15), 0, "that day is too early to assemble any"),
        (date(2026, 6, 16), 3, "no more than 3 because of `KEPT`"),
    ],
    ids=str,
)
def test_how_many_can_be_built_says_why_no_more(on: date | None, quantity: int, reason: str) -> None:
    choices = {"part": "KEPT", "more": None, "service": "CHECK"}
    with filled({"KEPT": 3}) as store:
        found = shop(assembled=WORKDAYS).buildable(choices, store, on=on)

        assert isinstance(found, Buildable)
        assert (quantity, reason) == (found.quantity, found.reason)


def test_a_day_that_is_over_counts_as_today_for_how_many_can_be_built() -> None:
    choices = {"part": "KEPT", "more": None, "service": "CHECK"}
    with filled({"KEPT": 3}) as store:
        found = shop().buildable(choices, store, on=date(2026, 6, 1))

        assert isinstance(found, Buildable)
        assert 3 == found.quantity
