"""Which promises a fact breaks: goods were lost, a count is lower, a receipt slips.

Facts are never refused, and promises that cannot be kept are given up with the fact, in one transaction: the
lowest priority first, holds before allocations, the latest granted first, each as a whole because part of an
order cannot be assembled, and only where that helps. Who fell in vain, because a greater one had to fall
after him, is kept after all: in the end no promise is given up that could be kept beside the others.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import TypeAlias

from attrs import evolve

from configurator.availability.positions import ItemPosition
from configurator.availability.quantities import ItemId
from configurator.availability.reservations import Reservation, ReservationState
from configurator.availability.supply import Supply
from configurator.errors import PromiseBreakError

Place: TypeAlias = tuple[ItemId, str]
"""An item at a location."""

Positions: TypeAlias = dict[Place, ItemPosition]

AfterFact: TypeAlias = Callable[[Positions], Positions]
"""From positions to those that a fact touches, as they would stand after it with every promise kept."""


def recounted(more: Mapping[Place, int]) -> AfterFact:
    """So many more lie at these places, or fewer; places that are new had none."""

    def after(positions: Positions) -> Positions:
        found = {}
        for (sku, location), change in more.items():
            position = positions.get((sku, location), ItemPosition(sku, 0, location=location))
            found[sku, location] = evolve(position, unpromised=position.unpromised + change)
        return found

    return after


def replacing(before: Supply, supply: Supply | None) -> AfterFact:
    """Another supply comes in the place of one, or none."""
    place = (before.sku, before.location)

    def after(positions: Positions) -> Positions:
        kept = tuple(each for each in positions[place].supplies if each.id != before.id)
        return {place: evolve(positions[place], supplies=kept if supply is None else (*kept, supply))}

    return after


def giving_up_order(live: Iterable[Reservation]) -> tuple[Reservation, ...]:
    """Live reservations, oldest first, in the order in which they are given up."""
    latest_first = tuple(live)[::-1]
    return tuple(
        sorted(latest_first, key=lambda each: (each.priority, each.state is not ReservationState.HELD))
    )


def promises_to_break(
    after: Mapping[Place, ItemPosition], candidates: Iterable[Reservation]
) -> tuple[Reservation, ...]:
    """The reservations to give up so that what stays promised can be met, in that order.

    What lies on the shelf is cured first, by those that were promised from it; only then what is still too
    little on later days, since the first may have cured the second. At last those that can be kept beside the
    others are kept after all, the last one first.

    Args:
        after: the positions that the fact touches, as they would stand with every promise kept; what is
            unpromised may then be below 0. The safety stock is not counted on: a fact may eat it.
        candidates: live reservations in the order of `giving_up_order`.
    """
    left = dict(after)
    waiting = list(candidates)
    broken: list[Reservation] = []
    for relieves in (_relieves_shelf, _relieves_later_day):
        for reservation in tuple(waiting):
            touched = [place for place in _places(reservation) if place in left]
            if any(relieves(reservation, place, left[place]) for place in touched):
                for place in touched:
                    left[place] = _given_up(reservation, place, left[place])
                waiting.remove(reservation)
                broken.append(reservation)
    for reservation in tuple(reversed(broken)):
        back = {
            place: _handed_back(reservation, place, left[place], after[place])
            for place in _places(reservation)
            if place in left
        }
        if not missing_from(back):
            left |= back
            broken.remove(reservation)
    return tuple(broken)


def missing_from(after: Mapping[Place, ItemPosition]) -> tuple[tuple[ItemId, str, int], ...]:
    """`(sku, location, how many)` where too little is left for promises, on the worst day; by place."""
    least = {
        place: min(balance for _, balance in position.projection(date.min))
        for place, position in sorted(after.items())
    }
    return tuple((*place, -balance) for place, balance in least.items() if balance < 0)


def promise_break(after: Mapping[Place, ItemPosition], broken: Iterable[Reservation]) -> PromiseBreakError:
    """The error of a fact that would break these promises and may not."""
    return PromiseBreakError(missing_from(after), tuple(dict.fromkeys(each.order for each in broken)))


def _places(reservation: Reservation) -> tuple[Place, ...]:
    return tuple(dict.fromkeys((line.sku, line.location) for line in reservation.lines))


def _relieves_shelf(reservation: Reservation, place: Place, position: ItemPosition) -> bool:
    return (
        position.unpromised < 0 and _given_up(reservation, place, position).unpromised > position.unpromised
    )


def _relieves_later_day(reservation: Reservation, place: Place, position: ItemPosition) -> bool:
    after = _given_up(reservation, place, position)
    return any(
        _balance(after, day) > balance for day, balance in position.projection(date.min) if balance < 0
    )


def _balance(position: ItemPosition, day: date) -> int:
    return [balance for since, balance in position.projection(date.min) if since <= day][-1]


def _handed_back(
    reservation: Reservation, place: Place, position: ItemPosition, before: ItemPosition
) -> ItemPosition:
    """The position with what the reservation had in it before."""
    is_hold = reservation.state is ReservationState.HELD
    return evolve(
        position,
        unpromised=position.unpromised - _from_shelf(reservation, place),
        commitments=(
            *position.commitments,
            *(each for each in before.commitments if each.reservation == reservation.id),
        ),
        supplies=(
            *position.supplies,
            *(each for each in before.supplies if is_hold and each.reservation == reservation.id),
        ),
    )


def _from_shelf(reservation: Reservation, place: Place) -> int:
    return sum(
        line.open for line in reservation.lines if (line.sku, line.location) == place and line.needed is None
    )


def _given_up(reservation: Reservation, place: Place, position: ItemPosition) -> ItemPosition:
    """The position without the reservation, and without what was to be had for it while it is only held.

    What is to be had for a reservation is due when it needs it, so nothing is less than before on any day.
    """
    is_hold = reservation.state is ReservationState.HELD
    return evolve(
        position,
        unpromised=position.unpromised + _from_shelf(reservation, place),
        commitments=tuple(each for each in position.commitments if each.reservation != reservation.id),
        supplies=tuple(
            each for each in position.supplies if not (is_hold and each.reservation == reservation.id)
        ),
    )
