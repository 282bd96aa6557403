"""Laws that hold for any store, any stock and any demand."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

import pytest
from attrs import evolve, frozen
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stock_stores import DAY, NOON, STORES, HandClock, day, opened

from configurator.availability.balances import Shortage
from configurator.availability.demand import Demand, DemandLine
from configurator.availability.reservations import (
    Refused,
    ReservationOutcome,
    ReservationRequest,
    Reserved,
    ReservedLine,
)
from configurator.availability.store import StockStore
from configurator.availability.supply import Supply

EXAMPLES = {"memory": 60, "sqlite": 12, "postgres": 3}
HORIZON = 9

SKUS = ("A", "B", "C")
PLACES = ("default", "hall-2")
LINES = st.lists(
    st.builds(
        DemandLine,
        st.sampled_from(SKUS),
        st.integers(1, 4),
        st.sampled_from([None, None, *PLACES]),
        st.sampled_from([None, None, day(1), day(3), day(5)]),
    ),
    min_size=1,
    max_size=4,
)
Place: TypeAlias = tuple[str, str]
Answer: TypeAlias = tuple[ReservedLine, ...] | tuple[Shortage, ...]


@frozen
class Story:
    """What a stock goes through: goods and floors at places, supplies, then orders one after the other."""

    goods: dict[Place, int]
    floors: dict[Place, int]
    supplies: tuple[Supply, ...]
    orders: tuple[tuple[DemandLine, ...], ...]


@st.composite
def stories(draw: st.DrawFn) -> Story:
    places = st.tuples(st.sampled_from(SKUS), st.sampled_from(PLACES))
    goods = draw(st.dictionaries(places, st.integers(1, 6), min_size=1, max_size=4))
    coming = draw(st.lists(st.tuples(places, st.integers(0, 6), st.integers(1, 5)), max_size=3))
    return Story(
        goods,
        draw(st.dictionaries(st.sampled_from(sorted(goods)), st.integers(0, 3), max_size=2)),
        tuple(
            Supply(f"PO-{number}", sku, day(due), quantity, location)
            for number, ((sku, location), due, quantity) in enumerate(coming)
        ),
        tuple(tuple(lines) for lines in draw(st.lists(LINES, min_size=1, max_size=3))),
    )


def lived(store: StockStore, story: Story, until: int | None = None) -> list[ReservationOutcome]:
    """What the orders are told, in a store that is empty before."""
    for (sku, location), quantity in story.goods.items():
        store.receive(sku, quantity, location=location)
    for (sku, location), floor in story.floors.items():
        store.set_floor(sku, floor, location=location)
    for supply in story.supplies:
        store.add_supply(supply)
    return [
        store.reserve(ReservationRequest(f"SO-{number}", Demand(lines)))
        for number, lines in enumerate(story.orders[:until])
    ]


def answers(kind: str, story: Story, clock: HandClock | None = None) -> list[Answer]:
    """What the orders of a story took, or what was short."""
    with TemporaryDirectory() as folder, opened(kind, Path(folder), clock or HandClock()) as store:
        told = lived(store, story)
        assert () == store.audit()
    return [each.reservation.lines if isinstance(each, Reserved) else each.shortages for each in told]


def law(kind: str, *strategies: st.SearchStrategy[object]) -> Callable[[Callable[..., None]], None]:
    """Run a property with as many examples as the store is quick."""

    def run(property_: Callable[..., None]) -> None:
        quick = settings(
            max_examples=EXAMPLES[kind], deadline=None, suppress_health_check=[HealthCheck.too_slow]
        )
        quick(given(*strategies)(property_))()

    return run


@pytest.mark.parametrize("kind", STORES)
def test_permuting_and_splitting_lines_gives_the_same_outcome(kind: str) -> None:
    @law(kind, stories(), st.data())
    def holds(story: Story, data: st.DataObject) -> None:
        def scattered(lines: tuple[DemandLine, ...]) -> tuple[DemandLine, ...]:
            pieces = [evolve(line, quantity=1) for line in lines for _ in range(line.quantity)]
            return tuple(data.draw(st.permutations(pieces)))

        other = evolve(story, orders=tuple(scattered(lines) for lines in story.orders))

        assert answers(kind, story) == answers(kind, other)


NAMES = st.permutations(["0", "A'", "Z z", "a", "ä"]).map(lambda names: dict(zip(SKUS, names, strict=False)))


@pytest.mark.parametrize("kind", STORES)
def test_renaming_items_renames_the_outcome(kind: str) -> None:
    @law(kind, stories(), NAMES)
    def holds(story: Story, names: dict[str, str]) -> None:
        other = Story(
            {(names[sku], location): quantity for (sku, location), quantity in story.goods.items()},
            {(names[sku], location): floor for (sku, location), floor in story.floors.items()},
            tuple(evolve(supply, sku=names[supply.sku]) for supply in story.supplies),
            tuple(tuple(evolve(line, sku=names[line.sku]) for line in lines) for lines in story.orders),
        )

        expected = [
            {
                evolve(each, sku=names[each.sku])
                if isinstance(each, ReservedLine)
                else evolve(each, component=names[each.component])
                for each in answer
            }
            for answer in answers(kind, story)
        ]
        assert expected == [set(answer) for answer in answers(kind, other)]


@pytest.mark.parametrize("kind", STORES)
def test_shifting_all_times_and_days_shifts_the_outcome(kind: str) -> None:
    @law(kind, stories(), st.integers(-400, 400))
    def holds(story: Story, days: int) -> None:
        shift = timedelta(days=days)

        def moved(needed: date | None) -> date | None:
            return None if needed is None else needed + shift

        other = evolve(
            story,
            supplies=tuple(evolve(supply, due=supply.due + shift) for supply in story.supplies),
            orders=tuple(
                tuple(evolve(line, needed=moved(line.needed)) for line in lines) for lines in story.orders
            ),
        )

        expected = [
            tuple(evolve(each, needed=moved(each.needed)) for each in answer)
            for answer in answers(kind, story)
        ]
        assert expected == answers(kind, other, HandClock(NOON + shift))


@pytest.mark.parametrize("kind", STORES)
@pytest.mark.parametrize("more", ["goods", "supply", "earlier", "floor", "release"])
def test_what_makes_more_available_never_turns_yes_into_no(kind: str, more: str) -> None:
    @law(kind, stories(), st.sampled_from(SKUS), st.sampled_from(PLACES), st.integers(0, 5))
    def holds(story: Story, sku: str, location: str, number: int) -> None:
        with TemporaryDirectory() as folder, opened(kind, Path(folder), HandClock()) as store:
            told = lived(store, story, -1)
            asked = Demand(story.orders[-1])
            before = store.check(asked).shortages

            match more:
                case "goods":
                    store.receive(sku, 1 + number, location=location)
                case "supply":
                    store.add_supply(Supply("more", sku, day(number), 2, location))
                case "earlier":
                    for supply in story.supplies:
                        store.change_supply(supply.id, due=supply.due - number * DAY)
                case "floor":
                    for (each, place), floor in story.floors.items():
                        store.set_floor(each, max(0, floor - number), location=place)
                case _:
                    for outcome in told[: 1 + number]:
                        if isinstance(outcome, Reserved):
                            store.release(outcome.reservation.id)

            assert not (before == () and store.check(asked).shortages)


@pytest.mark.parametrize("kind", STORES)
def test_one_more_promise_never_makes_another_earlier(kind: str) -> None:
    @law(kind, stories(), st.sampled_from(SKUS), st.integers(1, 5))
    def holds(story: Story, sku: str, quantity: int) -> None:
        def fits(store: StockStore) -> list[bool]:
            days = [None, *(day(number) for number in range(1, HORIZON))]
            return [
                not store.check(Demand((DemandLine(sku, quantity, needed=needed),))).shortages
                for needed in days
            ]

        with TemporaryDirectory() as folder, opened(kind, Path(folder), HandClock()) as store:
            lived(store, story, -1)
            before = fits(store)
            store.reserve(ReservationRequest("one more", Demand(story.orders[-1])))
            after = fits(store)

        assert before == sorted(before)
        assert all(not late or early for early, late in zip(before, after, strict=True))


@pytest.mark.parametrize("kind", STORES)
def test_releasing_undoes_reserving(kind: str) -> None:
    @law(kind, stories())
    def holds(story: Story) -> None:
        with TemporaryDirectory() as folder, opened(kind, Path(folder), HandClock()) as store:
            lived(store, story, -1)
            before = store.balances()
            outcome = store.reserve(ReservationRequest("undone", Demand(story.orders[-1])))
            if isinstance(outcome, Reserved):
                store.release(outcome.reservation.id)

            assert before == store.balances()


@pytest.mark.parametrize("kind", STORES)
def test_a_check_and_a_snapshot_say_what_a_request_is_told(kind: str) -> None:
    @law(kind, stories())
    def holds(story: Story) -> None:
        with TemporaryDirectory() as folder, opened(kind, Path(folder), HandClock()) as store:
            lived(store, story, -1)
            asked = Demand(story.orders[-1])
            checked = store.check(asked).shortages
            seen = store.snapshot().check(asked)
            outcome = store.reserve(ReservationRequest("asked", asked))

        short = outcome.shortages if isinstance(outcome, Refused) else ()
        assert short == checked == seen
