"""Where a demand is taken from, judged by trying every way to split it over the places."""

from collections.abc import Iterator
from datetime import date
from itertools import product

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from shelf_simulation import can_promise, day_number, positions
from stock_stores import TODAY, day, demand

from configurator.availability.balances import Shortage
from configurator.availability.demand import Demand, DemandLine
from configurator.availability.placing import place
from configurator.availability.positions import ItemPosition

PLACES = ("default", "a", "b")
STOCKS = st.lists(positions(locations=PLACES), max_size=3, unique_by=lambda position: position.location)
LINES = st.lists(
    st.builds(
        DemandLine,
        st.just("CPU"),
        st.integers(1, 4),
        st.sampled_from([None, None, *PLACES]),
        st.sampled_from([None, day(1), day(3), day(6)]),
    ),
    min_size=1,
    max_size=3,
)


def splits(quantity: int, places: int) -> Iterator[tuple[int, ...]]:
    """Every way to take so many from so many places."""
    if places == 0:
        if quantity == 0:
            yield ()
        return
    for first in range(quantity + 1):
        for rest in splits(quantity - first, places - 1):
            yield first, *rest


def number(needed: date | None) -> int:
    return 0 if needed is None else day_number(needed)


def can_be_placed(lines: tuple[DemandLine, ...], stock: list[ItemPosition]) -> bool:
    """Whether some split of the lines over the places breaks no promise at any of them."""
    ways = [
        [
            way
            for way in splits(line.quantity, len(stock))
            if all(
                not taken or line.location in {None, each.location}
                for taken, each in zip(way, stock, strict=True)
            )
        ]
        for line in lines
    ]
    return any(
        all(
            can_promise(
                each,
                [(number(line.needed), way[at]) for line, way in zip(lines, choice, strict=True) if way[at]],
            )
            for at, each in enumerate(stock)
        )
        for choice in product(*ways)
    )


def most(line: DemandLine, others: tuple[DemandLine, ...], stock: list[ItemPosition]) -> int:
    """The most of a line that can be placed beside others."""
    best = 0
    for quantity in range(1, line.quantity + 1):
        if can_be_placed((*others, DemandLine(line.sku, quantity, line.location, line.needed)), stock):
            best = quantity
    return best


@settings(max_examples=150, deadline=None)
@given(stock=STOCKS, lines=LINES)
def test_a_demand_is_placed_exactly_where_some_split_of_it_breaks_no_promise(
    stock: list[ItemPosition], lines: list[DemandLine]
) -> None:
    asked = Demand(tuple(lines))

    placement = place(asked, {"CPU": tuple(stock)}, TODAY)

    assert can_be_placed(asked.lines, stock) == (not placement.shortages)


@settings(max_examples=100, deadline=None)
@given(stock=STOCKS, lines=LINES)
def test_what_is_taken_is_what_was_asked_for_and_breaks_no_promise(
    stock: list[ItemPosition], lines: list[DemandLine]
) -> None:
    asked = Demand(tuple(lines))
    placement = place(asked, {"CPU": tuple(stock)}, TODAY)
    if placement.shortages:
        assert () == placement.takings
        return

    for needed in {line.needed for line in asked.lines}:
        wanted = sum(line.quantity for line in asked.lines if line.needed == needed)
        assert wanted == sum(taking.quantity for taking in placement.takings if taking.needed == needed)
    for each in stock:
        here = [taking for taking in placement.takings if taking.location == each.location]
        assert can_promise(each, [(number(taking.needed), taking.quantity) for taking in here])
        for line in asked.lines:
            if line.location == each.location:
                assert line.quantity <= sum(t.quantity for t in here if t.needed == line.needed)


@settings(max_examples=100, deadline=None)
@given(stock=STOCKS, lines=LINES)
def test_a_shortage_tells_what_a_line_could_get_after_those_before_it(
    stock: list[ItemPosition], lines: list[DemandLine]
) -> None:
    asked = Demand(tuple(lines))
    in_turn = sorted(asked.lines, key=lambda line: (line.location is None, line.needed or date.min))
    before: tuple[DemandLine, ...] = ()
    expected = {}
    for line in in_turn:
        got = most(line, before, stock)
        if got == line.quantity:
            before = (*before, line)
        else:
            expected[line] = Shortage("CPU", line.quantity, got, bool(stock), line.location, line.needed)

    placement = place(asked, {"CPU": tuple(stock)}, TODAY)

    assert tuple(expected[line] for line in asked.lines if line in expected) == placement.shortages


@settings(max_examples=100, deadline=None)
@given(stock=STOCKS, lines=LINES, ready=st.integers(1, 7))
def test_what_is_procured_makes_up_for_just_what_lacks(
    stock: list[ItemPosition], lines: list[DemandLine], ready: int
) -> None:
    asked = Demand(tuple(DemandLine("CPU", line.quantity, needed=line.needed) for line in lines))
    early = tuple(line for line in asked.lines if number(line.needed) < ready)

    placement = place(asked, {"CPU": tuple(stock)}, TODAY, {"CPU": day(ready)})

    assert can_be_placed(early, stock) == (not placement.shortages)
    if not placement.shortages:
        come = sum(each.quantity for each in placement.procured)
        assert any(can_be_placed(rest, stock) for rest in lessened(asked, come, ready))
        assert not any(can_be_placed(rest, stock) for rest in lessened(asked, come - 1, ready))


@settings(max_examples=100, deadline=None)
@given(stock=STOCKS, lines=LINES, ready=st.integers(1, 7))
def test_what_can_be_procured_makes_no_other_line_short(
    stock: list[ItemPosition], lines: list[DemandLine], ready: int
) -> None:
    asked = Demand(tuple(lines))
    early = tuple(line for line in asked.lines if number(line.needed) < ready)

    placement = place(asked, {"CPU": tuple(stock)}, TODAY, {"CPU": day(ready)})

    assert can_be_placed(early, stock) == (not placement.shortages)


def lessened(asked: Demand, less: int, ready: int) -> Iterator[tuple[DemandLine, ...]]:
    """Every way to ask for so many less of what can be procured."""
    if less < 0:
        return
    for way in splits(less, len(asked.lines)):
        if all(
            off <= line.quantity and (not off or number(line.needed) >= ready)
            for off, line in zip(way, asked.lines, strict=True)
        ):
            yield tuple(
                evolve(line, quantity=line.quantity - off)
                for off, line in zip(way, asked.lines, strict=True)
                if off < line.quantity
            )


def test_items_of_a_demand_do_not_meet() -> None:
    stock = {"CPU": (ItemPosition("CPU", 2),), "GPU": (ItemPosition("GPU", 1),)}

    placement = place(demand(("CPU", 1), ("GPU", 2), ("PSU", 1)), stock, TODAY)

    assert (Shortage("GPU", 2, 1), Shortage("PSU", 1, 0, known=False)) == placement.shortages


@settings(max_examples=150, deadline=None)
@given(stock=STOCKS, asked=st.lists(st.tuples(st.integers(1, 3), st.integers(0, 7)), min_size=1, max_size=6))
def test_requests_one_by_one_get_what_one_place_with_all_of_it_would_give(
    stock: list[ItemPosition], asked: list[tuple[int, int]]
) -> None:
    places = {
        each.location: ItemPosition("CPU", max(0, each.unpromised), 0, each.supplies, (), each.location)
        for each in stock
    }
    gathered = tuple(evolve(supply, location="default") for each in stock for supply in each.supplies)
    together = ItemPosition("CPU", sum(each.unpromised for each in places.values()), supplies=gathered)
    for quantity, at in asked:
        line = DemandLine("CPU", quantity, needed=day(at) if at else None)
        placement = place(Demand((line,)), {"CPU": tuple(places.values())}, TODAY)

        assert (together.available(line.needed, TODAY) >= quantity) == (not placement.shortages)
        for taking in placement.takings:
            places[taking.location] = places[taking.location].taking(taking.quantity, taking.needed)
        if placement.takings:
            together = together.taking(quantity, line.needed)
