"""Orders with days: what is promised, what is procured, what is refused and when it could be."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from bike_shop import COUNTS, MONDAY, bike, line, order, seen, shop, stocked

from configurator.acceptance.decision import (
    Accepted,
    Available,
    OrderIncomplete,
    Promised,
    RejectedInvalid,
    RejectedUnavailable,
)
from configurator.acceptance.promising import Workshop, left_after
from configurator.availability.answers.buildable import Buildable
from configurator.availability.balances import StockBalance
from configurator.availability.demand import Demand
from configurator.availability.masters import ItemMaster, Policy
from configurator.availability.placing import Placement, place
from configurator.availability.positions import ItemPosition
from configurator.availability.reservations import ReservationOutcome, ReservationRequest
from configurator.availability.snapshot import StockSnapshot
from configurator.availability.store import StockStore
from configurator.availability.supply import Supply
from configurator.configuration.validation import Incomplete, Invalid
from configurator.errors import IdempotencyConflict, OutOfStockError

WEDNESDAY = date(2026, 6, 17)
Positions = Mapping[str, tuple[ItemPosition, ...]]
HUB_BIKE = bike(gear="HUB8")


def taken(answer: object) -> list[tuple[str, int, date | None]]:
    """What an accepted order took, and for which day."""
    assert isinstance(answer, Accepted)
    assert answer.reservation is not None
    return [(each.sku, each.quantity, each.needed) for each in answer.reservation.lines]


# ---------------------------------------------------------------- without a day


def test_what_is_in_stock_is_there_when_it_is_assembled() -> None:
    with stocked() as store:
        answer = shop().accept(order(line(bike())), store)

        assert isinstance(answer, Accepted)
        assert answer.promise is not None
        assert [("HUB3", 1, None), ("STEEL", 1, None)] == taken(answer)
        assert answer.promise.day == WEDNESDAY
        assert "all components are in stock; assembly takes 2 working days" == answer.promise.reason
        assert answer.promise.pacing is None
        assert answer.reservation is not None
        assert answer.reservation.promised == WEDNESDAY
        assert () == answer.to_procure


def test_a_bought_component_that_is_short_moves_the_promise_and_is_procured_with_the_order() -> None:
    with stocked() as store:
        answer = shop().accept(order(line(bike("TITAN", "CHAIN"), 3)), store)

        assert isinstance(answer, Accepted)
        assert answer.promise is not None
        # Made in 20 days, that is on a Sunday; begun on Monday, the 6th of July.
        assert answer.promise.day == date(2026, 7, 8)
        assert answer.promise.pacing is not None
        assert answer.promise.pacing.sku == "TITAN"
        monday = date(2026, 7, 6)
        assert [
            ("CHAIN", 1, Policy.BOUGHT, date(2026, 7, 1), monday),
            ("TITAN", 3, Policy.MADE, date(2026, 6, 16), monday),
        ] == [(each.sku, each.quantity, each.policy, each.order_by, each.due) for each in answer.to_procure]
        assert [("CHAIN", 3, monday), ("TITAN", 3, monday)] == taken(answer)
        assert [("CHAIN", 1), ("TITAN", 3)] == [
            (each.sku, each.quantity) for each in store.supplies(["CHAIN", "TITAN"])
        ]
        assert () == store.audit()


def test_a_stocked_component_that_is_short_refuses_and_tells_when_it_could_be() -> None:
    with stocked() as store:
        answer = shop().accept(order(line(HUB_BIKE)), store)

        assert isinstance(answer, RejectedUnavailable)
        assert [("HUB8", 1, 0)] == [(s.component, s.wanted, s.free) for s in answer.shortages]
        assert answer.possible_on == date(2026, 6, 26)
        assert answer.promise is not None
        assert answer.promise.pacing is not None
        assert answer.promise.pacing.sku == "HUB8"
        assert answer.promise.reason.endswith("; assembly takes 2 working days")
        assert () == store.reservations()


def test_an_order_that_may_be_late_is_accepted_for_its_earliest_day() -> None:
    with stocked() as store:
        answer = shop().accept(order(line(HUB_BIKE)), store, late=True)

        begin = date(2026, 6, 24)
        assert [("HUB8", 1, begin), ("STEEL", 1, begin)] == taken(answer)
        assert isinstance(answer, Accepted)
        assert answer.promise is not None
        assert answer.promise.day == date(2026, 6, 26)
        assert not answer.promise.on_time


def test_what_can_never_be_had_is_refused_even_when_it_may_be_late() -> None:
    with stocked() as store:
        answer = shop().accept(order(line(HUB_BIKE, 5)), store, late=True)

        assert isinstance(answer, RejectedUnavailable)
        assert answer.possible_on is None
        assert answer.promise is not None
        assert answer.promise.pacing is None
        assert "HUB8" in answer.promise.reason


def test_a_stocked_component_that_comes_before_a_made_one_does_not_refuse() -> None:
    with stocked() as store:
        answer = shop().accept(order(line(bike("TITAN", "HUB8"))), store)

        monday = date(2026, 7, 6)
        assert [("HUB8", 1, monday), ("TITAN", 1, monday)] == taken(answer)


# ---------------------------------------------------------------- with days


def test_components_are_needed_assembly_time_before_the_day() -> None:
    with stocked() as store:
        answer = shop().accept(order(line(bike(), 1, "2026-06-22")), store)

        # Monday the 22nd is two working days after Thursday the 18th.
        assert [("HUB3", 1, date(2026, 6, 18)), ("STEEL", 1, date(2026, 6, 18))] == taken(answer)
        assert isinstance(answer, Accepted)
        assert answer.promise is not None
        assert answer.promise.day == date(2026, 6, 22)


def test_a_day_off_is_kept_by_the_working_day_before_it() -> None:
    with stocked() as store:
        answer = shop().accept(order(line(bike(), 1, "2026-06-21")), store)

        assert [("HUB3", 1, date(2026, 6, 17)), ("STEEL", 1, date(2026, 6, 17))] == taken(answer)
        assert isinstance(answer, Accepted)
        assert answer.promise is not None
        assert answer.promise.day == date(2026, 6, 21)


@pytest.mark.parametrize("day", ["2026-06-16", "2026-06-15", "2020-01-01"])
def test_a_day_that_is_too_early_is_rejected_with_the_earliest_one_and_leaves_no_trace(day: str) -> None:
    with stocked() as store:
        before = store.events()
        answer = shop().accept(order(line(bike(), 1, day)), store)

        assert isinstance(answer, RejectedUnavailable)
        assert () == answer.shortages
        assert answer.possible_on == WEDNESDAY
        assert answer.promise is not None
        assert "all components are in stock; assembly takes 2 working days" == answer.promise.reason
        assert before == store.events()


def test_a_line_that_is_too_early_and_short_tells_both() -> None:
    lines = (line(HUB_BIKE, 2, "2026-06-15"), line(bike(), 1, "2026-06-30"))
    with stocked() as store:
        answers = (shop().accept(order(*lines), store), shop().check(order(*lines), store))

        for answer in answers:
            assert isinstance(answer, RejectedUnavailable)
            assert (1,) == answer.too_early
            assert [("HUB8", 2, 0, None)] == [
                (each.component, each.wanted, each.free, each.needed) for each in answer.shortages
            ]
            assert answer.possible_on == date(2026, 6, 30)
        assert () == store.reservations()


def test_what_is_only_too_early_says_so_when_it_is_raised() -> None:
    answer = shop().check(order(line(bike(), 1, "2026-06-15")), seen())

    with pytest.raises(OutOfStockError, match="wanted before it could be assembled"):
        answer.or_raise()


def test_a_day_that_is_too_early_is_accepted_late_where_that_may_be() -> None:
    with stocked() as store:
        answer = shop().accept(order(line(bike(), 1, "2026-06-15")), store, late=True)

        assert isinstance(answer, Accepted)
        assert answer.promise is not None
        assert answer.promise.day == WEDNESDAY


def test_all_lines_and_days_are_one_request() -> None:
    lines = (line(bike(), 2, "2026-06-30"), line(bike(), 2, "2026-07-30"))
    with stocked() as store:
        answer = shop().accept(order(*lines), store)

        # Three hub gears for four bikes: the second line is short, and nothing of the first is kept.
        assert isinstance(answer, RejectedUnavailable)
        assert [("HUB3", 2, 1, date(2026, 7, 28))] == [
            (s.component, s.wanted, s.free, s.needed) for s in answer.shortages
        ]
        assert answer.promise is not None
        assert [True, False] == [each.on_time for each in answer.promise.lines]
        assert () == store.reservations()


def test_a_line_wanted_first_comes_first_wherever_it_is_written() -> None:
    lines = (line(bike(), 2, "2026-07-30"), line(bike(), 2, "2026-06-30"))
    with stocked() as store:
        answer = shop().accept(order(*lines), store)

        assert isinstance(answer, RejectedUnavailable)
        assert answer.promise is not None
        assert [False, True] == [each.on_time for each in answer.promise.lines]


def test_what_is_bought_for_a_day_is_ordered_in_time_for_it() -> None:
    with stocked() as store:
        answer = shop().accept(order(line(bike(gear="CHAIN"), 3, "2026-06-26")), store)

        assert isinstance(answer, Accepted)
        (chain,) = answer.to_procure
        assert (1, date(2026, 6, 19), date(2026, 6, 24)) == (chain.quantity, chain.order_by, chain.due)


def test_what_cannot_be_bought_in_time_is_rejected_with_its_day() -> None:
    with stocked() as store:
        answer = shop().accept(order(line(bike(gear="CHAIN"), 3, "2026-06-18")), store)

        assert isinstance(answer, RejectedUnavailable)
        assert [("CHAIN", 3, 2)] == [(s.component, s.wanted, s.free) for s in answer.shortages]
        # Bought by Saturday the 20th, begun on Monday.
        assert answer.possible_on == date(2026, 6, 24)


def test_two_lines_never_count_on_the_same_goods() -> None:
    lines = (line(bike(gear="CHAIN"), 2, "2026-06-26"), line(bike(gear="CHAIN"), 2, "2026-06-29"))
    with stocked() as store:
        answer = shop().accept(order(*lines), store)

        assert isinstance(answer, Accepted)
        assert [("CHAIN", 2, date(2026, 6, 25))] == [
            (each.sku, each.quantity, each.due) for each in answer.to_procure
        ]
        assert () == store.audit()


def test_what_is_left_is_told_shortly_however_many_lines_took_of_it() -> None:
    master = ItemMaster("CHAIN", Policy.BOUGHT, 5)
    stock = StockSnapshot(
        (StockBalance("CHAIN", 100), StockBalance("HUB3", 500)), (), (), (master,), at=MONDAY
    )
    days = [MONDAY.date() + timedelta(days=7 + number % 3) for number in range(300)]
    taken_of = [(Demand.of({"CHAIN": 1, "HUB3": 1}), day) for day in days]

    left = left_after(stock, taken_of, Workshop(), MONDAY.date())

    # One promise for each day, not for each line; and none of chains, which are bought until then.
    assert 3 == len(left.commitments)
    assert 300 == sum(each.quantity for each in left.commitments)
    assert {"HUB3"} == {each.sku for each in left.commitments}
    assert () == left.supplies


def test_a_line_looks_at_no_more_of_stock_the_more_lines_there_were(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[int] = []

    def counted(demand: Demand, positions: Positions, *more: Any) -> Placement:
        told = [each for places in positions.values() for each in places]
        looked_at.append(sum(1 + len(each.supplies) + len(each.commitments) for each in told))
        return place(demand, positions, *more)

    monkeypatch.setattr("configurator.acceptance.promising.place", counted)
    counts = tuple(dict.fromkeys(COUNTS, 10_000).items())
    many = [
        line(bike(gear="HUB3"), 1, str(date(2026, 6, 22) + timedelta(days=number % 5)))
        for number in range(60)
    ]
    answer = shop().promise(order(*many), seen(counts))

    assert isinstance(answer, Promised)
    assert answer.promise.on_time
    # Two components, and for each the promises of at most five days.
    assert 60 == len(looked_at)
    assert max(looked_at) <= 2 * (1 + 5)


# ---------------------------------------------------------------- once


def test_a_dated_order_told_again_is_accepted_once_and_tells_what_is_still_to_be_procured() -> None:
    placed = order(line(bike("TITAN", "CHAIN"), 3, "2026-08-03"), priority=3)
    with stocked() as store:
        first = shop().accept(placed, store)
        again = shop().accept(placed, store)

        assert isinstance(first, Accepted)
        assert isinstance(again, Accepted)
        assert again.replayed
        assert first.reservation == again.reservation
        assert first.to_procure == again.to_procure
        assert again.promise is None
        assert (first.price, first.cost) == (again.price, again.cost)
        assert first.reservation is not None
        assert first.reservation.priority == 3
        assert 1 == len(store.reservations())


@pytest.mark.parametrize(
    "changed",
    [
        order(line(bike(), 1, "2026-07-02")),
        order(line(bike())),
        order(line(bike(), 1, "2026-07-01"), priority=1),
    ],
    ids=["another day", "no day", "another priority"],
)
def test_day_and_priority_are_part_of_the_content(changed: dict[str, object]) -> None:
    with stocked() as store:
        shop().accept(order(line(bike(), 1, "2026-07-01")), store, key="K")
        with pytest.raises(IdempotencyConflict):
            shop().accept(changed, store, key="K")


def test_whether_it_may_be_late_is_part_of_the_content() -> None:
    with stocked() as store:
        shop().accept(order(line(bike())), store, key="K")
        with pytest.raises(IdempotencyConflict):
            shop().accept(order(line(bike())), store, key="K", late=True)


def test_a_replayed_refusal_tells_what_could_be_built_now() -> None:
    placed = order(line(HUB_BIKE, 2))
    with stocked() as store:
        first = shop().accept(placed, store, key="K")
        store.import_counts({"HUB8": 9})
        again = shop().accept(placed, store, key="K")

        assert isinstance(first, RejectedUnavailable)
        assert isinstance(again, RejectedUnavailable)
        assert again.replayed
        assert first.shortages == again.shortages
        assert (date(2026, 6, 26), WEDNESDAY) == (first.possible_on, again.possible_on)
        assert ((1,), ()) == (
            tuple(each.line for each in first.alternatives),
            tuple(each.line for each in again.alternatives),
        )


def test_what_was_procured_for_a_hold_is_given_up_with_it() -> None:
    with stocked() as store:
        held = shop().accept(order(line(bike("TITAN", "CHAIN"))), store, ttl=timedelta(hours=1))
        assert isinstance(held, Accepted)
        assert held.reservation is not None
        store.release(held.reservation.id)

        assert ("PO-1",) == tuple(each.id for each in store.supplies())


class Supplied:
    """A store to which goods come just before the first request."""

    def __init__(self, store: StockStore, sku: str) -> None:
        self.store, self.sku, self.asked = store, sku, 0

    def __getattr__(self, name: str) -> object:
        return getattr(self.store, name)

    def reserve(self, request: ReservationRequest) -> ReservationOutcome:
        """Reserve, after the goods have come."""
        self.asked += 1
        if self.asked == 1:
            self.store.receive(self.sku, 5)
        return self.store.reserve(request)


@pytest.mark.parametrize("ttl", [None, timedelta(hours=1)], ids=["allocated", "held"])
@pytest.mark.parametrize(
    ("day", "ready", "begin"),
    [(None, WEDNESDAY, date(2026, 6, 15)), ("2026-06-18", date(2026, 6, 18), date(2026, 6, 16))],
    ids=["as soon as possible", "on a day"],
)
def test_an_order_that_was_short_when_it_was_planned_and_is_granted_tells_the_promise_of_what_it_got(
    day: str | None, ready: date, begin: date, ttl: timedelta | None
) -> None:
    with stocked() as store:
        supplied = Supplied(store, "HUB8")
        answer = shop().accept(order(line(HUB_BIKE, 2, day)), supplied, ttl=ttl)  # type: ignore[arg-type]  # passes all on

        assert isinstance(answer, Accepted)
        assert answer.promise is not None
        assert answer.reservation is not None
        assert answer.promise.on_time
        assert [(ready, begin)] == [(each.day, each.begin) for each in answer.promise.lines]
        assert answer.reservation.promised == ready
        assert () == answer.to_procure


class Robbed:
    """A store of which others take goods just before the first request."""

    def __init__(self, store: StockStore, sku: str) -> None:
        self.store, self.sku, self.asked = store, sku, 0

    def __getattr__(self, name: str) -> object:
        return getattr(self.store, name)

    def reserve(self, request: ReservationRequest) -> ReservationOutcome:
        """Reserve, after the goods are gone."""
        self.asked += 1
        if self.asked == 1:
            self.store.import_counts({self.sku: 0})
        return self.store.reserve(request)


def test_an_order_that_loses_a_race_is_planned_anew() -> None:
    with stocked() as store:
        robbed = Robbed(store, "CHAIN")
        answer = shop().accept(order(line(bike(gear="CHAIN"))), robbed)  # type: ignore[arg-type]  # passes all on

        # Chains were there when it was planned; now one is bought, and nothing tells of the first attempt.
        assert isinstance(answer, Accepted)
        assert 2 == robbed.asked
        assert answer.promise is not None
        assert answer.promise.day == date(2026, 6, 24)
        assert ["CHAIN"] == [each.sku for each in answer.to_procure]
        assert not any(event.kind.value == "REFUSED" for event in store.events())


def test_an_order_that_loses_a_race_for_stocked_goods_is_refused_with_what_is_left() -> None:
    with stocked() as store:
        robbed = Robbed(store, "HUB3")
        answer = shop().accept(order(line(bike())), robbed)  # type: ignore[arg-type]  # passes all on

        assert isinstance(answer, RejectedUnavailable)
        assert [("HUB3", 1, 0)] == [(s.component, s.wanted, s.free) for s in answer.shortages]
        assert [("gear", "CHAIN")] == [
            (change.place, change.after)
            for found in answer.alternatives
            if isinstance(found.proposals, tuple)
            for proposal in found.proposals
            for change in proposal.changes
        ]


# ---------------------------------------------------------------- alternatives


def test_alternatives_of_a_short_line_can_be_built_today_beside_the_others() -> None:
    lines = (line(bike(), 2), line(HUB_BIKE, 1), line(bike(gear="HUB8", bell="DING"), 2))
    with stocked() as store:
        answer = shop().accept(order(*lines), store, alternatives=2)

        assert isinstance(answer, RejectedUnavailable)
        told = {
            found.line: [proposal.choices["gear"] for proposal in found.proposals]
            for found in answer.alternatives
            if isinstance(found.proposals, tuple)
        }
        # One HUB3 is left beside the first line; line 2 would take it, so that line 3 has chains.
        assert {2: ["HUB3", "CHAIN"], 3: ["CHAIN"]} == told


def test_no_alternatives_are_looked_for_where_none_are_wanted() -> None:
    with stocked() as store:
        answer = shop().accept(order(line(HUB_BIKE)), store, alternatives=0)

        assert isinstance(answer, RejectedUnavailable)
        assert () == answer.alternatives


def test_alternatives_that_take_too_long_leave_the_refusal_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("configurator.acceptance.decision.SECONDS_FOR_ALTERNATIVES", -1)
    with stocked() as store:
        answer = shop().accept(order(line(HUB_BIKE), line(HUB_BIKE)), store)

        assert isinstance(answer, RejectedUnavailable)
        assert [("HUB8", 2, 0)] == [(s.component, s.wanted, s.free) for s in answer.shortages]
        assert [1, 2] == [found.line for found in answer.alternatives]
        reasons = {getattr(found.proposals, "reason", "") for found in answer.alternatives}
        assert {"the time limit of -1 s was reached"} == reasons


def test_a_limit_of_the_caller_holds_for_alternatives_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("configurator.acceptance.decision.SECONDS_FOR_ALTERNATIVES", -1)
    with stocked() as store:
        answer = shop().accept(order(line(HUB_BIKE)), store, seconds=60)

        assert isinstance(answer, RejectedUnavailable)
        assert [1] == [
            len(found.proposals) for found in answer.alternatives if isinstance(found.proposals, tuple)
        ]


def test_a_line_for_which_nothing_else_can_be_built_has_no_proposals() -> None:
    answer = shop().check(order(line(bike(), 99)), seen(), alternatives=1)

    assert isinstance(answer, RejectedUnavailable)
    assert [(1, ())] == [(found.line, found.proposals) for found in answer.alternatives]


# ---------------------------------------------------------------- price and cost


def test_price_and_cost_are_told_apart() -> None:
    answer = shop().promise(order(line(bike(), 2), line(bike("TITAN", "CHAIN"))), seen())

    assert isinstance(answer, Promised)
    assert answer.price is not None
    assert "1520.00 EUR" == answer.price.text
    # Two frames and gears at 90 and 30, one at 500 and 20, three assemblies at 35.
    assert answer.cost.amount is not None
    assert answer.cost.assembly is not None
    assert ("865.00 EUR", "105.00 EUR") == (answer.cost.amount.text, answer.cost.assembly.text)
    assert () == answer.cost.unknown


def test_a_component_without_a_cost_leaves_the_cost_unknown() -> None:
    answer = shop().promise(order(line(bike(bell="DING"))), seen())

    assert isinstance(answer, Promised)
    assert answer.cost.amount is None
    assert ("DING",) == answer.cost.unknown


# ---------------------------------------------------------------- without reserving


def test_a_check_tells_the_promise_and_reserves_nothing() -> None:
    with stocked() as store:
        before = store.events()
        answer = shop().check(order(line(bike("TITAN", "CHAIN"))), store)

        assert isinstance(answer, Available)
        assert answer.promise.day == date(2026, 7, 8)
        assert before == store.events()


def test_a_promise_is_told_line_by_line_with_what_serves_it() -> None:
    answer = shop().promise(order(line(bike()), line(HUB_BIKE, 1, "2026-07-01")), seen())

    assert isinstance(answer, Promised)
    assert [WEDNESDAY, date(2026, 7, 1)] == [each.day for each in answer.promise.lines]
    assert [("HUB8", "PO-1"), ("STEEL", None)] == [
        (each.sku, each.sources[-1].supply) for each in answer.promise.lines[1].components
    ]


def test_a_promise_of_what_is_invalid_or_open_is_none() -> None:
    invalid = shop().promise(order(line(bike("TITAN", "HUB3"))), seen())
    unfinished = shop().promise(order(line({"frame": "STEEL"})), seen())

    assert isinstance(invalid, RejectedInvalid)
    assert isinstance(unfinished, OrderIncomplete)


def test_counts_of_a_file_are_taken_for_today() -> None:
    from_file = seen().from_counts(COUNTS)
    answer = shop().promise(order(line(bike("TITAN", "CHAIN"))), from_file)

    assert isinstance(answer, Promised)
    assert answer.promise.day == date(2026, 7, 8)
    assert answer.promise.today == MONDAY.date()


def test_how_many_can_be_built_is_told_for_a_day() -> None:
    asked, supply = shop(), Supply("PO-2", "STEEL", date(2026, 6, 24), 1)
    stock = seen(tuple(COUNTS.items()), supply)
    found = [asked.buildable(bike(gear="HUB3"), stock, on=on) for on in (None, date(2026, 6, 16))]
    many = asked.buildable(bike(gear="CHAIN"), stock, on=date(2026, 6, 26))

    assert [3, 0] == [each.quantity for each in found if isinstance(each, Buildable)]
    assert isinstance(many, Buildable)
    assert (6, ("STEEL",)) == (many.quantity, many.bottleneck)


def test_how_many_can_be_built_of_what_is_named_only() -> None:
    named = {"frame": "STEEL", "gear": "HUB3"}
    found = shop().buildable(named, seen(), only=True)

    assert isinstance(shop().buildable(named, seen()), Incomplete)
    assert isinstance(found, Buildable)
    assert 3 == found.quantity


def test_how_many_can_be_built_of_what_is_invalid_or_open_is_not_asked() -> None:
    assert isinstance(shop().buildable(bike("TITAN", "HUB3"), seen()), Invalid)
    assert isinstance(shop().buildable({"frame": "STEEL"}, seen()), Incomplete)
