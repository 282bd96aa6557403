"""What can be promised, when, and of how many: compared with going day by day and piece by piece."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import combinations, product

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from configurator.availability.answers.atp import AtpRow, atp
from configurator.availability.answers.atp_grid import StockColumns, atp_grid
from configurator.availability.answers.buildable import (
    AlternativeLine,
    buildable,
    buildable_with_alternatives,
    most_pieces,
)
from configurator.availability.answers.calendar import ClosedDays, WorkingCalendar
from configurator.availability.answers.pegging import Peg, Unpegged, pegging
from configurator.availability.answers.promise import (
    Promise,
    PromisedComponent,
    PromiseSource,
    SourceKind,
    promise,
    promise_each,
)
from configurator.availability.answers.shortages import LowItem, shortages
from configurator.availability.balances import StockBalance
from configurator.availability.demand import Demand, DemandLine
from configurator.availability.masters import ItemMaster, Policy
from configurator.availability.placing import place
from configurator.availability.reservations import Reservation, ReservationState, ReservedLine
from configurator.availability.snapshot import StockSnapshot
from configurator.availability.supply import Commitment, Supply
from configurator.errors import StockRequestError

TODAY = date(2026, 11, 23)
LAST = 12
"""The last day of a simulation, counted from today: nothing happens after day 9."""


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


@st.composite
def snapshots(draw: st.DrawFn) -> StockSnapshot:
    """Items at one or two places, with receipts, promises, floors, masters; promises can be in trouble."""
    balances: list[StockBalance] = []
    supplies: list[Supply] = []
    commitments: list[Commitment] = []
    for sku in "ABC":
        for location in draw(st.sampled_from([(), ("default",), ("default", "east")])):
            on_hand, floor = draw(st.integers(0, 6)), draw(st.integers(0, 2))
            held = draw(st.integers(0, on_hand))
            balances.append(StockBalance(sku, on_hand, held, 0, floor, location=location))
            for _ in range(draw(st.integers(0, 3))):
                due, quantity = draw(st.integers(-2, 9)), draw(st.integers(1, 4))
                received, firm = draw(st.integers(0, 1)), draw(st.integers(0, 3)) > 0
                name = f"PO-{len(supplies)}"
                supplies.append(Supply(name, sku, day(due), quantity, location, received, firm))
            for _ in range(draw(st.integers(0, 2))):
                needed, quantity = draw(st.integers(-1, 9)), draw(st.integers(1, 3))
                name = f"R-{len(commitments)}"
                commitments.append(Commitment(sku, location, day(needed), quantity, name, f"SO-{name}"))
    masters = [
        ItemMaster(sku, policy, lead_time)
        for sku in "AB"
        for policy in [draw(st.sampled_from([None, Policy.STOCKED, Policy.BOUGHT, Policy.MADE]))]
        for lead_time in [draw(st.sampled_from([None, 0, 4, 10]))]
    ]
    return StockSnapshot(tuple(balances), tuple(supplies), tuple(commitments), tuple(masters))


def simulated(snapshot: StockSnapshot, sku: str, location: str, extra: dict[int, int]) -> list[int]:
    """The balance above the floor at the end of each day, when so many more are taken on some days."""
    (balance,) = [each for each in snapshot.balances if (each.sku, each.location) == (sku, location)]
    level = balance.on_hand - balance.held - balance.floor
    levels = []
    for number in range(LAST):
        for supply in snapshot.supplies:
            arrives = max(1, (supply.due - TODAY).days)
            if supply.firm and (supply.sku, supply.location) == (sku, location) and arrives == number:
                level += supply.quantity - supply.received
        for commitment in snapshot.commitments:
            wanted = max(0, (commitment.needed - TODAY).days)
            if (commitment.sku, commitment.location) == (sku, location) and wanted == number:
                level -= commitment.quantity
        level -= extra.get(number, 0)
        levels.append(level)
    return levels


def simulated_promisable(snapshot: StockSnapshot, sku: str, location: str, number: int) -> int:
    """The most that can be taken on a day with no later balance below the floor, tried one by one."""
    most = 0
    while min(simulated(snapshot, sku, location, {number: most + 1})[number:]) >= 0:
        most += 1
    return most


def places_of(snapshot: StockSnapshot, sku: str) -> list[str]:
    return [each.location for each in snapshot.balances if each.sku == sku]


# ---------------------------------------------------------------- what can be promised, by date


@settings(max_examples=120, deadline=None)
@given(snapshot=snapshots(), sku=st.sampled_from("ABC"))
def test_each_row_tells_what_a_simulation_day_by_day_finds(snapshot: StockSnapshot, sku: str) -> None:
    table = atp(snapshot, sku, today=TODAY)

    found = [table.on(day(number)).promisable for number in range(LAST)]
    assert found == [
        sum(simulated_promisable(snapshot, sku, where, number) for where in places_of(snapshot, sku))
        for number in range(LAST)
    ]


@settings(max_examples=60, deadline=None)
@given(snapshot=snapshots(), sku=st.sampled_from("ABC"))
def test_projected_balances_add_up_receipts_and_commitments(snapshot: StockSnapshot, sku: str) -> None:
    table = atp(snapshot, sku, today=TODAY)

    floor = sum(each.floor for each in snapshot.balances if each.sku == sku)
    levels = [simulated(snapshot, sku, where, {}) for where in places_of(snapshot, sku)]
    for number in range(LAST):
        assert table.on(day(number)).projected == sum(level[number] for level in levels) + floor


@settings(max_examples=60, deadline=None)
@given(snapshot=snapshots(), sku=st.sampled_from("ABC"))
def test_discrete_quantities_add_up_to_the_cumulative_ones(snapshot: StockSnapshot, sku: str) -> None:
    rows = atp(snapshot, sku, today=TODAY).rows

    for number, row in enumerate(rows):
        assert row.discrete >= 0
        assert row.promisable == sum(each.discrete for each in rows[: number + 1])


@settings(max_examples=100, deadline=None)
@given(snapshot=snapshots(), days=st.integers(1, LAST))
def test_the_table_of_many_items_says_what_each_table_says(snapshot: StockSnapshot, days: int) -> None:
    grid = atp_grid(snapshot, days, skus="ABC", today=TODAY)

    tables = [atp(snapshot, sku, today=TODAY) for sku in "ABC"]
    expected = [[table.on(day(number)).promisable for number in range(days)] for table in tables]
    assert expected == grid.promisable.tolist()
    assert tuple(table.unlimited_from for table in tables) == grid.unlimited_from


def test_a_day_after_the_table_takes_its_receipts_and_promises_together() -> None:
    snapshot = StockSnapshot(
        (StockBalance("A", 5),),
        (Supply("PO-1", "A", day(6), 5),),
        (Commitment("A", "default", day(6), 8, "R-1", "SO-1"),),
    )

    assert [[2, 2, 2]] == atp_grid(snapshot, 3, today=TODAY).promisable.tolist()


def test_columns_made_once_answer_like_the_snapshot() -> None:
    snapshot = StockSnapshot.from_counts({"A": 3, "B": 0})
    columns = StockColumns(snapshot, TODAY)

    assert [[3, 3], [0, 0]] == atp_grid(columns, 2).promisable.tolist()
    assert ("A", "B") == atp_grid(columns, 2).skus


def test_a_table_of_no_items_is_empty() -> None:
    grid = atp_grid(StockSnapshot(()), 5, today=TODAY)

    assert (0, 5) == grid.promisable.shape


def test_a_table_has_at_least_one_day() -> None:
    with pytest.raises(StockRequestError) as raised:
        atp_grid(StockSnapshot(()), 0)

    assert str(raised.value) == "a table has from 1 to 3660 days, not `0`"


def test_what_later_promises_need_is_not_given_away_before() -> None:
    snapshot = StockSnapshot(
        (StockBalance("A", 5),),
        (Supply("PO-1", "A", day(6), 4), Supply("PO-2", "A", day(2), 9, firm=False)),
        (Commitment("A", "default", day(4), 3, "R-1", "SO-1"),),
        (ItemMaster("A", Policy.MADE, 10),),
    )

    table = atp(snapshot, "A", today=TODAY)

    assert table.rows == (
        AtpRow(TODAY, 0, 0, 0, 5, 2, 2, unlimited=False),
        AtpRow(day(2), 0, 9, 0, 5, 0, 2, unlimited=False),
        AtpRow(day(4), 0, 0, 3, 2, 0, 2, unlimited=False),
        AtpRow(day(6), 4, 0, 0, 6, 4, 6, unlimited=False),
        AtpRow(day(10), 0, 0, 0, 6, 0, 6, unlimited=True),
    )
    assert (table.policy, table.unlimited_from) == (Policy.MADE, day(10))


def test_rows_end_with_the_day_asked_for_and_still_look_ahead() -> None:
    commitment = Commitment("A", "default", day(4), 3, "R-1", "SO-1")

    table = atp(StockSnapshot((StockBalance("A", 5),), (), (commitment,)), "A", until=day(3), today=TODAY)

    assert (AtpRow(TODAY, 0, 0, 0, 5, 2, 2, unlimited=False),) == table.rows


def test_an_item_that_stock_has_never_heard_of_has_one_row_of_zeros() -> None:
    table = atp(StockSnapshot(()), "A", today=TODAY)

    assert (AtpRow(TODAY, 0, 0, 0, 0, 0, 0, unlimited=False),) == table.rows
    assert not table.known


# ---------------------------------------------------------------- the day on which everything is there


def simulated_earliest(
    snapshot: StockSnapshot, lines: Sequence[DemandLine], fixed: Sequence[DemandLine]
) -> int | None:
    """The first day on which lines of one item fit beside fixed ones, or are bought; tried day by day."""
    master = snapshot.master_of.get(lines[0].sku)
    lead_time = None if master is None else master.replenished_in
    for number in range(LAST):
        wanted = [DemandLine(line.sku, line.quantity, line.location, day(number)) for line in lines]
        if number == lead_time or fits(snapshot, [*fixed, *wanted]):
            return number
    return None


def fits(snapshot: StockSnapshot, lines: Sequence[DemandLine]) -> bool:
    """Whether some division of the lines among the places keeps every balance above the floor."""
    places = places_of(snapshot, lines[0].sku)
    divisions = [list(divided(line, places)) for line in lines]
    for choice in product(*divisions):
        extra: dict[str, dict[int, int]] = {where: {} for where in places}
        for line, division in zip(lines, choice, strict=True):
            number = (line.needed - TODAY).days if line.needed else 0
            for where, quantity in zip(places, division, strict=True):
                extra[where][number] = extra[where].get(number, 0) + quantity
        if all(keeps(snapshot, lines[0].sku, where, extra[where]) for where in places):
            return True
    return False


def keeps(snapshot: StockSnapshot, sku: str, where: str, extra: dict[int, int]) -> bool:
    """Whether taking so many leaves every balance from then on above the floor."""
    taken = [number for number, quantity in extra.items() if quantity]
    return not taken or min(simulated(snapshot, sku, where, extra)[min(taken) :]) >= 0


def divided(line: DemandLine, places: Sequence[str]) -> Iterator[tuple[int, ...]]:
    for shares in product(range(line.quantity + 1), repeat=len(places)):
        named = all(
            line.location in {None, where} for where, share in zip(places, shares, strict=True) if share
        )
        if sum(shares) == line.quantity and named:
            yield shares


DEMANDS = st.dictionaries(st.sampled_from("ABC"), st.integers(1, 5), min_size=1)


@settings(max_examples=120, deadline=None)
@given(snapshot=snapshots(), wanted=DEMANDS)
def test_each_component_gets_the_day_that_trying_day_by_day_finds(
    snapshot: StockSnapshot, wanted: dict[str, int]
) -> None:
    promised = promise(snapshot, Demand.of(wanted), today=TODAY)

    expected = [simulated_earliest(snapshot, [line], ()) for line in Demand.of(wanted).lines]
    assert [None if n is None else day(n) for n in expected] == [each.day for each in promised.components]
    complete = None if None in expected else day(max(n for n in expected if n is not None))
    assert promised.complete == complete


@settings(max_examples=80, deadline=None)
@given(
    snapshot=snapshots(),
    asked=st.lists(
        st.tuples(st.integers(1, 4), st.sampled_from([None, "default", "east"])),
        min_size=2,
        max_size=3,
        unique_by=lambda pair: pair[1],
    ),
)
def test_lines_of_one_item_share_what_there_is(
    snapshot: StockSnapshot, asked: list[tuple[int, str | None]]
) -> None:
    lines = [DemandLine("A", quantity, location) for quantity, location in asked]

    promised = promise(snapshot, Demand(tuple(lines)), today=TODAY)

    expected = simulated_earliest(snapshot, lines, ())
    days = {each.day for each in promised.components}
    if expected is None:
        assert None in days
    else:
        assert {day(expected)} == days


@settings(max_examples=80, deadline=None)
@given(snapshot=snapshots(), wishes=st.lists(DEMANDS, min_size=2, max_size=3))
def test_demands_of_one_order_are_promised_one_after_the_other(
    snapshot: StockSnapshot, wishes: list[dict[str, int]]
) -> None:
    promised = promise_each(snapshot, [Demand.of(wish) for wish in wishes], today=TODAY)

    taken: dict[str, list[DemandLine]] = {sku: [] for sku in "ABC"}
    for wish, answer in zip(wishes, promised, strict=True):
        numbers = {
            sku: simulated_earliest(snapshot, [DemandLine(sku, quantity)], taken[sku])
            for sku, quantity in wish.items()
        }
        assert {sku: None if n is None else day(n) for sku, n in numbers.items()} == {
            each.sku: each.day for each in answer.components
        }
        if answer.complete is not None:
            for each in answer.components:
                from_stock = sum(
                    s.quantity for s in each.sources if s.kind in {SourceKind.STOCK, SourceKind.SUPPLY}
                )
                if from_stock:
                    taken[each.sku].append(DemandLine(each.sku, from_stock, None, answer.complete))


@settings(max_examples=120, deadline=None)
@given(snapshot=snapshots(), wanted=DEMANDS)
def test_sources_account_for_every_unit_and_are_there_in_time(
    snapshot: StockSnapshot, wanted: dict[str, int]
) -> None:
    promised = promise(snapshot, Demand.of(wanted), today=TODAY)

    for each in promised.components:
        if each.day is None:
            assert each.sources == ()
            assert each.most < each.quantity
        else:
            assert sum(source.quantity for source in each.sources) == each.quantity
            assert max(source.day for source in each.sources) <= each.day


@settings(max_examples=60, deadline=None)
@given(snapshot=snapshots(), wanted=DEMANDS)
def test_what_can_be_placed_now_is_promised_today(snapshot: StockSnapshot, wanted: dict[str, int]) -> None:
    demand = Demand.of(wanted)
    without_masters = StockSnapshot(snapshot.balances, snapshot.supplies, snapshot.commitments)

    promised = promise(without_masters, demand, today=TODAY)

    assert (not place(demand, snapshot.positions, TODAY).shortages) == (promised.complete == TODAY)


@settings(max_examples=60, deadline=None)
@given(snapshot=snapshots(), wanted=DEMANDS)
def test_one_more_promise_never_makes_another_one_earlier(
    snapshot: StockSnapshot, wanted: dict[str, int]
) -> None:
    more = Commitment("A", "default", day(3), 1, "R-X", "SO-X")
    burdened = StockSnapshot(
        snapshot.balances, snapshot.supplies, (*snapshot.commitments, more), snapshot.masters
    )

    before = promise(snapshot, Demand.of(wanted), today=TODAY).complete
    after = promise(burdened, Demand.of(wanted), today=TODAY).complete

    assert after is None or (before is not None and before <= after)


def test_the_component_that_comes_last_paces_the_promise() -> None:
    snapshot = StockSnapshot(
        (StockBalance("CPU", 3), StockBalance("GPU", 1)),
        (Supply("PO-1", "GPU", day(4), 5),),
        masters=(ItemMaster("FRAME", Policy.MADE, 2),),
    )

    promised = promise(
        snapshot,
        Demand.of({"CPU": 1, "GPU": 2, "FRAME": 1}),
        assembly_days=2,
        calendar=WorkingCalendar(tuple(range(5))),
        today=TODAY,
    )

    stock = PromiseSource(SourceKind.STOCK, 1, TODAY, "default")
    made = PromiseSource(SourceKind.MADE, 1, day(2))
    arriving = PromiseSource(SourceKind.SUPPLY, 1, day(4), "default", "PO-1")
    gpu = PromisedComponent("GPU", 2, None, day(4), (stock, arriving), 2)
    assert promised == Promise(
        (
            PromisedComponent("CPU", 1, None, TODAY, (stock,), 1),
            PromisedComponent("FRAME", 1, None, day(2), (made,), 1),
            gpu,
        ),
        TODAY,
        complete=day(4),
        begin=day(4),
        ready=day(8),
        assembly_days=2,
        seq=0,
    )
    assert promised.pacing == gpu
    assert promised.reason == "`GPU` waits for supply `PO-1` on 2026-11-27"
    assert promised.components[1].reason == "1 of `FRAME` has to be made, there on 2026-11-25"


def test_all_components_that_can_never_be_had_are_named() -> None:
    promised = promise(
        StockSnapshot.from_counts({"CPU": 3, "GPU": 1}),
        Demand.of({"CPU": 1, "GPU": 2, "PSU": 1}),
        today=TODAY,
    )

    assert promised.ready is None
    assert promised.pacing is None
    assert ["GPU", "PSU"] == [each.sku for each in promised.never]
    assert promised.reason == (
        "of `GPU` 2 are needed, and no more than 1 can be promised; stock does not know `PSU`"
    )


def test_what_can_be_bought_before_a_supply_comes_is_bought() -> None:
    snapshot = StockSnapshot(
        (StockBalance("GPU", 1),),
        (Supply("PO-1", "GPU", day(8), 5),),
        masters=(ItemMaster("GPU", Policy.BOUGHT, 3),),
    )

    (component,) = promise(snapshot, Demand.of({"GPU": 2}), today=TODAY).components

    assert component.day == day(3)
    assert component.lead_time_source == PromiseSource(SourceKind.BOUGHT, 1, day(3))


def test_what_is_missing_on_the_shelf_is_made_up_for_first() -> None:
    snapshot = StockSnapshot(
        (StockBalance("GPU", 0, held=2),),
        (Supply("PO-1", "GPU", day(2), 3), Supply("PO-2", "GPU", day(5), 4)),
    )

    (component,) = promise(snapshot, Demand.of({"GPU": 2}), today=TODAY).components

    assert component.sources == (
        PromiseSource(SourceKind.SUPPLY, 1, day(2), "default", "PO-1"),
        PromiseSource(SourceKind.SUPPLY, 1, day(5), "default", "PO-2"),
    )


def test_a_single_one_of_which_there_is_none_is_told_so() -> None:
    promised = promise(StockSnapshot.from_counts({"GPU": 0}), Demand.of({"GPU": 1}), today=TODAY)

    assert promised.reason == "of `GPU` 1 is needed, and none can be promised"


def test_what_is_short_of_a_bought_component_is_bought() -> None:
    snapshot = StockSnapshot.from_counts({"GPU": 1}, [ItemMaster("GPU", Policy.BOUGHT, 7)])

    (component,) = promise(snapshot, Demand.of({"GPU": 3}), today=TODAY).components

    assert component.sources == (
        PromiseSource(SourceKind.STOCK, 1, TODAY, "default"),
        PromiseSource(SourceKind.BOUGHT, 2, day(7)),
    )
    assert component.reason == "2 of `GPU` have to be bought, there on 2026-11-30"


def test_what_is_ordered_today_is_there_tomorrow_at_the_earliest() -> None:
    snapshot = StockSnapshot((), masters=(ItemMaster("GPU", Policy.BOUGHT, 0),))

    promised = promise(snapshot, Demand.of({"GPU": 3}), today=TODAY)

    assert promised.complete == day(1)
    assert promised.reason == "3 of `GPU` have to be bought, there on 2026-11-24"


def test_an_empty_demand_is_met_today() -> None:
    promised = promise(StockSnapshot(()), Demand(), today=TODAY)

    assert promised.complete == TODAY
    assert promised.reason == "all components are in stock"


def test_assembly_begins_on_the_first_working_day() -> None:
    closed = WorkingCalendar(closed=(ClosedDays(TODAY, day(3)),))

    promised = promise(StockSnapshot(()), Demand(), calendar=closed, today=TODAY)

    assert (TODAY, day(4), day(4)) == (promised.complete, promised.begin, promised.ready)


# ---------------------------------------------------------------- how many can be built


@settings(max_examples=100, deadline=None)
@given(snapshot=snapshots(), wanted=DEMANDS, number=st.integers(0, 11))
def test_so_many_can_be_placed_and_no_more(
    snapshot: StockSnapshot, wanted: dict[str, int], number: int
) -> None:
    demand = Demand.of(wanted)

    answer = buildable(snapshot, demand, day=day(number), today=TODAY)

    limited = Demand(
        tuple(
            DemandLine(line.sku, line.quantity, None, day(number))
            for line in demand.lines
            if not atp(snapshot, line.sku, today=TODAY).on(day(number)).unlimited
        )
    )
    if limited.is_empty:
        assert answer.quantity is None
    else:
        assert answer.quantity is not None
        assert (
            not answer.quantity
            or not place(limited.times(answer.quantity), snapshot.positions, TODAY).shortages
        )
        assert place(limited.times(answer.quantity + 1), snapshot.positions, TODAY).shortages


@settings(max_examples=100, deadline=None)
@given(snapshot=snapshots(), named=st.integers(1, 2), anywhere=st.integers(1, 2))
def test_lines_that_name_a_place_share_with_those_that_do_not(
    snapshot: StockSnapshot, named: int, anywhere: int
) -> None:
    demand = Demand((DemandLine("C", named, "default"), DemandLine("C", anywhere)))

    answer = buildable(snapshot, demand, today=TODAY).quantity

    assert answer is not None
    assert not place(demand.times(answer), snapshot.positions, TODAY).shortages
    assert place(demand.times(answer + 1), snapshot.positions, TODAY).shortages


ALTERNATIVES = st.lists(
    st.builds(
        AlternativeLine,
        st.integers(1, 2),
        st.sets(st.sampled_from("ABC"), min_size=1, max_size=3).map(lambda skus: tuple(sorted(skus))),
    ),
    min_size=1,
    max_size=4,
)


def can_be_divided(lines: Sequence[AlternativeLine], pieces: int, stock: dict[str, int]) -> bool:
    """Whether so many pieces get all they need, by trying to give every unit to every line."""
    wanted = [line.skus for line in lines for _ in range(line.quantity * pieces)]

    def give(number: int, left: tuple[int, ...]) -> bool:
        if number == len(wanted):
            return True
        if (number, left) in dead:
            return False
        for sku in wanted[number]:
            at = "ABC".index(sku)
            if left[at] and give(number + 1, (*left[:at], left[at] - 1, *left[at + 1 :])):
                return True
        dead.add((number, left))
        return False

    dead: set[tuple[int, tuple[int, ...]]] = set()
    return give(0, tuple(stock[sku] for sku in "ABC"))


@settings(max_examples=200, deadline=None)
@given(lines=ALTERNATIVES, counts=st.tuples(*[st.integers(0, 7)] * 3))
def test_alternatives_allow_so_many_pieces_as_counting_upwards_finds(
    lines: list[AlternativeLine], counts: tuple[int, int, int]
) -> None:
    stock = dict(zip("ABC", counts, strict=True))

    pieces, bottleneck = most_pieces(lines, stock)

    expected = 0
    while can_be_divided(lines, expected + 1, stock):
        expected += 1
    assert pieces == expected
    tight = [line for line in lines if set(line.skus) <= set(bottleneck)]
    needed = sum(line.quantity for line in tight) * (expected + 1)
    assert needed > sum(stock[sku] for sku in bottleneck)


@settings(max_examples=300, deadline=None)
@given(
    lines=st.lists(
        st.builds(
            AlternativeLine, st.integers(1, 3), st.sets(st.sampled_from("ABCDEF"), min_size=1, max_size=3)
        ),
        min_size=3,
        max_size=7,
    ),
    counts=st.tuples(*[st.integers(0, 30)] * 6),
)
def test_alternatives_allow_what_the_tightest_set_of_lines_allows(
    lines: list[AlternativeLine], counts: tuple[int, ...]
) -> None:
    stock = dict(zip("ABCDEF", counts, strict=True))

    pieces, _ = most_pieces(lines, stock)

    sets = [chosen for size in range(1, len(lines) + 1) for chosen in combinations(lines, size)]
    assert pieces == min(
        sum(stock[sku] for sku in {sku for line in chosen for sku in line.skus})
        // sum(line.quantity for line in chosen)
        for chosen in sets
    )


def test_alternatives_that_compete_are_counted_once() -> None:
    lines = [AlternativeLine(1, skus) for skus in (("A",), ("A",), ("B", "C"), ("C",))]

    answer = buildable_with_alternatives(StockSnapshot.from_counts({"A": 3, "B": 2, "C": 2}), lines)

    assert answer.quantity == 1
    assert answer.reason == "no more than 1 because of `A`"


def test_lines_that_an_unlimited_component_can_fill_do_not_limit() -> None:
    snapshot = StockSnapshot.from_counts({"A": 3}, [ItemMaster("B", Policy.BOUGHT, 0)])

    answer = buildable_with_alternatives(snapshot, [AlternativeLine(5, ("A", "B"))], day=day(1), today=TODAY)

    assert answer.quantity is None
    assert answer.reason == "nothing that it needs is limited"


def test_components_that_together_are_too_few_are_the_bottleneck() -> None:
    lines = [AlternativeLine(1, ("A", "B")), AlternativeLine(1, ("A", "B")), AlternativeLine(1, ("C",))]

    answer = buildable_with_alternatives(StockSnapshot.from_counts({"A": 3, "B": 2, "C": 9}), lines)

    assert answer.quantity == 2
    assert answer.reason == "no more than 2 because of `A` and `B` together"


def test_a_line_with_alternatives_needs_a_component_and_a_quantity() -> None:
    with pytest.raises(StockRequestError) as no_component:
        AlternativeLine(1, ())
    with pytest.raises(StockRequestError) as nothing:
        AlternativeLine(0, ("A",))

    assert str(no_component.value) == "a line with alternatives needs at least one component"
    assert str(nothing.value) == "a piece needs at least 1 of `A`"


def test_shelves_below_what_is_promised_build_nothing() -> None:
    short = StockSnapshot((StockBalance("A", 3, held=3, floor=2), StockBalance("B", 9)))

    answer = buildable(short, Demand.of({"A": 1, "B": 2}))

    assert answer.quantity == 0
    assert answer.reason == "no more than 0 because of `A`"


# ---------------------------------------------------------------- what serves what


@settings(max_examples=150, deadline=None)
@given(snapshot=snapshots())
def test_pegs_account_for_every_promise_and_every_supply(snapshot: StockSnapshot) -> None:
    answer = pegging(snapshot, today=TODAY)

    for commitment in snapshot.commitments:
        pegs = answer.of_reservation(commitment.reservation)
        assert sum(peg.quantity for peg in pegs) == commitment.quantity
    for supply in snapshot.supplies:
        served = sum(peg.quantity for peg in answer.on_supply(supply.id))
        left = sum(each.quantity for each in answer.unpegged if each.supply == supply.id)
        assert served + left == (supply.open if supply.firm else 0)
    for balance in snapshot.balances:
        at = (balance.sku, balance.location)
        served = sum(
            p.quantity for p in answer.pegs if (p.sku, p.location) == at and p.supply is None and p.day
        )
        left = sum(u.quantity for u in answer.unpegged if (u.sku, u.location) == at and u.supply is None)
        assert served + left == balance.on_hand


@settings(max_examples=150, deadline=None)
@given(snapshot=snapshots())
def test_promises_are_late_only_where_too_little_is_there_on_some_day(snapshot: StockSnapshot) -> None:
    late = {(peg.sku, peg.location) for peg in pegging(snapshot, today=TODAY).late}

    for balance in snapshot.balances:
        levels = simulated(snapshot, balance.sku, balance.location, {})
        in_trouble = min(levels) + balance.floor < 0
        assert in_trouble == ((balance.sku, balance.location) in late)


@settings(max_examples=80, deadline=None)
@given(snapshot=snapshots())
def test_earlier_needs_are_never_served_later(snapshot: StockSnapshot) -> None:
    for sku, location in {(each.sku, each.location) for each in snapshot.balances}:
        pegs = [p for p in pegging(snapshot, sku, location=location, today=TODAY).pegs if p.needed]

        days = [peg.day or date.max for peg in pegs]
        assert sorted(days) == days
        assert [peg.needed for peg in pegs] == sorted(peg.needed for peg in pegs if peg.needed)


def test_orders_that_hang_on_a_receipt_are_named() -> None:
    snapshot = StockSnapshot(
        (StockBalance("A", 3, allocated=1),),
        (Supply("PO-1", "A", day(3), 2),),
        (
            Commitment("A", "default", day(5), 4, "R-2", "SO-2"),
            Commitment("A", "default", day(2), 1, "R-1", "SO-1"),
        ),
    )

    answer = pegging(snapshot, today=TODAY)

    assert answer.pegs == (
        Peg("A", "default", 1, None, "", "", None, TODAY),
        Peg("A", "default", 1, day(2), "R-1", "SO-1", None, TODAY),
        Peg("A", "default", 1, day(5), "R-2", "SO-2", None, TODAY),
        Peg("A", "default", 2, day(5), "R-2", "SO-2", "PO-1", day(3)),
        Peg("A", "default", 1, day(5), "R-2", "SO-2", None, None),
    )
    assert ["SO-2"] == [peg.order for peg in answer.on_supply("PO-1")]
    assert ["SO-2"] == [peg.order for peg in answer.unmet]
    assert answer.unpegged == ()


def test_reservations_name_what_is_set_aside_for_them() -> None:
    live = Reservation(
        "R-1",
        "SO-1",
        ReservationState.HELD,
        (ReservedLine("A", 3, consumed=1), ReservedLine("A", 9, needed=day(4))),
        datetime(2026, 11, 20, tzinfo=UTC),
        None,
        "",
    )
    gone = evolve(live, id="R-0", state=ReservationState.EXPIRED)

    answer = pegging(StockSnapshot((StockBalance("A", 5, held=3),)), reservations=(live, gone), today=TODAY)

    assert answer.pegs == (
        Peg("A", "default", 2, None, "R-1", "SO-1", None, TODAY),
        Peg("A", "default", 1, None, "", "", None, TODAY),
    )
    assert (Unpegged("A", "default", 2, None, TODAY),) == answer.unpegged


# ---------------------------------------------------------------- what is short overall


def test_what_is_short_overall_is_told_by_kind() -> None:
    overdue = Supply("PO-1", "A", day(-3), 2)
    snapshot = StockSnapshot(
        (StockBalance("A", 3, held=1, floor=2), StockBalance("B", 5, floor=4), StockBalance("C", 0)),
        (overdue, Supply("PO-2", "B", TODAY, 2)),
        (Commitment("B", "default", day(2), 9, "R-1", "SO-1"),),
        (ItemMaster("C", Policy.BOUGHT, 3),),
    )

    answer = shortages(snapshot, today=TODAY)

    assert (LowItem("A", "default", 2, 2, 2, day(-3)),) == answer.low
    assert [("SO-1", 2)] == [(peg.order, peg.quantity) for peg in answer.late]
    assert (overdue,) == answer.overdue


def test_nothing_is_short_where_shelves_are_full() -> None:
    assert shortages(StockSnapshot.from_counts({"A": 1}), today=TODAY).is_empty
