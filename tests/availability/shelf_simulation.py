"""One shelf, day by day: goods come, orders wait, goods go. The judge of every formula about later days."""

from collections.abc import Sequence
from datetime import date

from hypothesis import strategies as st
from stock_stores import TODAY, day

from configurator.availability.positions import ItemPosition
from configurator.availability.supply import Commitment, Supply

HORIZON = 12
"""So many days are simulated; nothing happens after them."""


def day_number(when: date) -> int:
    return (when - TODAY).days


def needs(position: ItemPosition) -> list[tuple[int, int]]:
    """What is needed, by day."""
    return [(day_number(each.needed), each.quantity) for each in position.commitments]


def arrivals(position: ItemPosition) -> list[tuple[int, int]]:
    """What comes, by day; what is late or due today counts from tomorrow on."""
    return [(max(1, day_number(each.due)), each.open) for each in position.supplies if each.firm]


def lived_through(
    goods: int, coming: Sequence[tuple[int, int]], wanted: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """`(goods, how many wait in vain)` at the end of each day, when all who can be served are."""
    told = []
    waiting = 0
    for today in range(HORIZON):
        goods += sum(quantity for due, quantity in coming if due == today)
        waiting += sum(
            quantity for needed, quantity in wanted if needed == today or (today == 0 and needed < 0)
        )
        served = min(goods, waiting)
        goods -= served
        waiting -= served
        told.append((goods, waiting))
    return told


def can_promise(position: ItemPosition, asked: Sequence[tuple[int, int]]) -> bool:
    """Whether all of `(day, quantity)` can be promised: from then on nobody waits, and the floor stays."""
    if not asked:
        return True
    first = min(needed for needed, _ in asked)
    told = lived_through(max(0, position.unpromised), arrivals(position), [*needs(position), *asked])
    return all(not waiting and goods >= position.floor for goods, waiting in told[max(0, first) :])


def positions(
    *, locations: Sequence[str] = ("default",), sku: str = "CPU", promises: int = 0
) -> st.SearchStrategy[ItemPosition]:
    """Small positions with late supplies, planned ones, and at least so many promises, of any day."""
    small = st.integers(1, 3)
    due = st.integers(-2, HORIZON - 3).map(day)

    def built(
        location: str,
        unpromised: int,
        floor: int,
        coming: list[tuple[date, int, bool]],
        wanted: list[tuple[date, int]],
    ) -> ItemPosition:
        return ItemPosition(
            sku,
            unpromised,
            floor,
            tuple(
                Supply(f"PO-{number}", sku, when, quantity, location, firm=firm)
                for number, (when, quantity, firm) in enumerate(coming)
            ),
            tuple(
                Commitment(sku, location, when, quantity, f"R-{number}", f"SO-{number}")
                for number, (when, quantity) in enumerate(wanted)
            ),
            location,
        )

    return st.builds(
        built,
        st.sampled_from(locations),
        st.integers(0, 5),
        st.sampled_from([0, 0, 1, 2]),
        st.lists(st.tuples(due, small, st.sampled_from([True, True, False])), max_size=3),
        st.lists(st.tuples(due, small), min_size=promises, max_size=3),
    )
