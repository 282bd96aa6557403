"""Which promises a fact breaks, judged by a plain table of days."""

from itertools import accumulate

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from stock_stores import NOON, TODAY, day

from configurator.availability.breaking import Place, giving_up_order, missing_from, promises_to_break
from configurator.availability.positions import ItemPosition
from configurator.availability.reservations import Reservation, ReservationState, ReservedLine
from configurator.availability.supply import Commitment, Supply

PLACES: tuple[Place, ...] = (("CPU", "default"), ("CPU", "hall-2"), ("GPU", "default"))
DAYS = 8
LINES = st.lists(
    st.tuples(st.sampled_from(PLACES), st.none() | st.integers(-1, DAYS - 2), st.integers(1, 3)),
    min_size=1,
    max_size=3,
    unique_by=lambda line: line[:2],
)
ENDS = st.sampled_from([ReservationState.HELD, ReservationState.ALLOCATED])


@st.composite
def reservations(draw: st.DrawFn) -> tuple[Reservation, ...]:
    """Live ones, oldest first."""
    return tuple(
        Reservation(
            f"R-{number}",
            f"SO-{number}",
            draw(ENDS),
            tuple(
                ReservedLine(sku, quantity, location, None if needed is None else day(needed))
                for (sku, location), needed, quantity in draw(LINES)
            ),
            NOON,
            None,
            "",
            draw(st.integers(0, 1)),
        )
        for number in range(draw(st.integers(0, 5)))
    )


@st.composite
def facts(draw: st.DrawFn) -> tuple[dict[Place, ItemPosition], tuple[Reservation, ...]]:
    """Places after a fact, with every promise kept, and who was promised."""
    live = draw(reservations())
    after = {}
    for sku, location in PLACES:
        own = [
            Supply(f"{each.id}/1", sku, line.needed, line.quantity, location, reservation=each.id)
            for each in live
            for line in each.lines
            if (line.sku, line.location) == (sku, location) and line.needed and draw(st.booleans())
        ]
        coming = draw(st.lists(st.tuples(st.integers(0, DAYS - 2), st.integers(1, 4)), max_size=2))
        shelf = sum(
            line.quantity
            for each in live
            for line in each.lines
            if (line.sku, line.location) == (sku, location) and line.needed is None
        )
        after[sku, location] = ItemPosition(
            sku,
            draw(st.integers(0, 4)) - shelf,
            0,
            (*own, *(Supply(f"PO-{n}", sku, day(due), q, location) for n, (due, q) in enumerate(coming))),
            tuple(
                Commitment(sku, location, line.needed, line.quantity, each.id, each.order)
                for each in live
                for line in each.lines
                if (line.sku, line.location) == (sku, location) and line.needed
            ),
            location,
        )
    return after, live


def table(position: ItemPosition, live: tuple[Reservation, ...], kept: tuple[Reservation, ...]) -> list[int]:
    """What is left at a place on the shelf and on each day, when only some promises are kept."""
    changes = [0] * (DAYS + 2)
    changes[0] = position.unpromised
    gone = {each.id: each for each in live if each not in kept}
    for each in gone.values():
        changes[0] += sum(
            line.quantity
            for line in each.lines
            if (line.sku, line.location) == (position.sku, position.location) and line.needed is None
        )
    for supply in position.supplies:
        owner = gone.get(supply.reservation)
        if owner is None or owner.state is not ReservationState.HELD:
            changes[(supply.due - TODAY).days + 2] += supply.open
    for commitment in position.commitments:
        if commitment.reservation not in gone:
            changes[(commitment.needed - TODAY).days + 2] -= commitment.quantity
    return list(accumulate(changes))


def given_up(after: dict[Place, ItemPosition], live: tuple[Reservation, ...]) -> tuple[Reservation, ...]:
    """Whoever helps on the shelf, in order; then on any day; less whoever can stay, from the last one on."""
    latest_first = live[::-1]
    in_order = sorted(
        latest_first, key=lambda each: (each.priority, each.state is ReservationState.ALLOCATED)
    )
    kept = live
    broken = []
    for days in (slice(0, 1), slice(0, None)):
        for each in in_order:
            if each not in kept:
                continue
            without = tuple(other for other in kept if other is not each)
            if any(
                old < 0 and new > old
                for position in after.values()
                for old, new in zip(
                    table(position, live, kept)[days], table(position, live, without)[days], strict=True
                )
            ):
                kept = without
                broken.append(each)
    for each in broken[::-1]:
        again = tuple(other for other in live if other in kept or other is each)
        if all(left >= 0 for position in after.values() for left in table(position, live, again)):
            kept = again
    return tuple(each for each in broken if each not in kept)


@given(fact=facts())
def test_promises_are_given_up_in_order_as_far_as_that_helps(
    fact: tuple[dict[Place, ItemPosition], tuple[Reservation, ...]],
) -> None:
    after, live = fact

    assert given_up(after, live) == promises_to_break(after, giving_up_order(live))


@given(fact=facts())
def test_what_stays_promised_can_be_met(
    fact: tuple[dict[Place, ItemPosition], tuple[Reservation, ...]],
) -> None:
    after, live = fact
    broken = promises_to_break(after, giving_up_order(live))
    kept = tuple(each for each in live if each not in broken)

    assert all(left >= 0 for position in after.values() for left in table(position, live, kept))


@given(fact=facts())
def test_nobody_is_given_up_who_could_be_kept_beside_the_others(
    fact: tuple[dict[Place, ItemPosition], tuple[Reservation, ...]],
) -> None:
    after, live = fact
    broken = promises_to_break(after, giving_up_order(live))

    for each in broken:
        kept = tuple(other for other in live if other is each or other not in broken)
        assert any(left < 0 for position in after.values() for left in table(position, live, kept))


@given(fact=facts())
def test_what_is_missing_is_what_the_worst_day_lacks(
    fact: tuple[dict[Place, ItemPosition], tuple[Reservation, ...]],
) -> None:
    after, live = fact
    worst = {place: min(table(position, live, live)) for place, position in after.items()}

    assert tuple((*place, -least) for place, least in sorted(worst.items()) if least < 0) == missing_from(
        after
    )
    assert bool(missing_from(after)) == bool(promises_to_break(after, giving_up_order(live)))


def test_what_was_consumed_is_not_given_up_again() -> None:
    line = ReservedLine("CPU", 3, consumed=2)
    found = Reservation("R-1", "SO-1", ReservationState.ALLOCATED, (line,), NOON, None, "")
    after = {("CPU", "default"): ItemPosition("CPU", -1)}

    assert (found,) == promises_to_break(after, [found])
    assert () == promises_to_break(after, [evolve(found, lines=(evolve(line, consumed=3),))])
