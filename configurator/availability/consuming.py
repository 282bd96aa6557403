"""Which lines of a reservation leave the shelf: all that is left, or the parts that are asked for."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from attrs import evolve

from configurator.availability.positions import ItemPosition
from configurator.availability.quantities import ItemId
from configurator.availability.reservations import Reservation, ReservationState, ReservedLine
from configurator.errors import ReservationStateError, StockRequestError


def lines_to_take(
    reservation: Reservation, quantities: Mapping[ItemId, int] | None
) -> tuple[ReservedLine, ...]:
    """What is taken of each line, in their order; lines of which nothing is taken are left out.

    The quantity of each is how many of it are taken now. Nothing where all of a reservation is taken, and all
    of it is gone already.

    Args:
        reservation: as it stands now.
        quantities: by SKU, checked and in its order; of each item the lines are used up in theirs. `None`
            takes all.

    Raises:
        ReservationStateError: it is not allocated.
        StockRequestError: more of an item than is left, an item that it does not have, or nothing.
    """
    if reservation.state not in {ReservationState.ALLOCATED, ReservationState.CONSUMED}:
        raise ReservationStateError(reservation.id, reservation.state.value.lower(), "consume")
    if quantities is None:
        parts = [line.open for line in reservation.lines]
    else:
        parts = _parts(reservation, quantities)
    return tuple(
        evolve(line, quantity=part, consumed=0)
        for line, part in zip(reservation.lines, parts, strict=True)
        if part
    )


def _parts(reservation: Reservation, quantities: Mapping[ItemId, int]) -> list[int]:
    wanted = dict(quantities)
    if not any(wanted.values()):
        raise StockRequestError(f"nothing is to be taken of the reservation `{reservation.id}`")
    for sku, quantity in wanted.items():
        left = sum(line.open for line in reservation.lines if line.sku == sku)
        if quantity > left:
            raise StockRequestError(
                f"of `{sku}` the reservation `{reservation.id}` has {left} left, not {quantity}"
            )
    parts = []
    for line in reservation.lines:
        part = min(line.open, wanted.get(line.sku, 0))
        parts.append(part)
        if part:
            wanted[line.sku] -= part
    return parts


def not_there(
    taking: tuple[ReservedLine, ...],
    reservation: str,
    position_of: Callable[[ReservedLine], ItemPosition],
    today: date,
) -> tuple[tuple[ItemId, int, int], ...]:
    """`(sku, wanted, free)` for each line that was promised for a later day and cannot be taken now.

    What was set aside from the shelf can always be taken. A line that cannot be takes nothing from those
    that follow.

    Args:
        taking: what `lines_to_take` gave.
        reservation: its id.
        position_of: where a line stands; asked once for each item and location.
        today: the stock's day.
    """
    left: dict[tuple[ItemId, str], ItemPosition] = {}
    short = []
    for line in taking:
        if line.needed is None:
            continue
        place = (line.sku, line.location)
        position = left[place] if place in left else position_of(line)
        free = position.takeable(line.needed, today)
        if free < line.quantity:
            short.append((line.sku, line.quantity, free))
            left[place] = position
        else:
            left[place] = position.without(line.quantity, reservation, line.needed)
    return tuple(short)


def by_need(lines: Iterable[tuple[int, ReservedLine]]) -> tuple[dict[int, int], dict[int, int]]:
    """How many of each pool: from the shelf, and for later days.

    Args:
        lines: with the number of the pool of each.
    """
    shelf: dict[int, int] = {}
    later: dict[int, int] = {}
    for pool, line in lines:
        counter = shelf if line.needed is None else later
        counter[pool] = counter.get(pool, 0) + line.quantity
    return shelf, later


def after_taking(reservation: Reservation, taking: tuple[ReservedLine, ...]) -> tuple[ReservedLine, ...]:
    """The lines of a reservation after some of them left the shelf."""
    gone = {(line.sku, line.location, line.needed): line.quantity for line in taking}
    return tuple(
        evolve(line, consumed=line.consumed + gone.get((line.sku, line.location, line.needed), 0))
        for line in reservation.lines
    )


def line_rows(lines: tuple[ReservedLine, ...]) -> list[list[object]]:
    """Lines as JSON: `[sku, location, needed, quantity]` each, `needed` being null for the shelf."""
    return [
        [line.sku, line.location, None if line.needed is None else line.needed.isoformat(), line.quantity]
        for line in lines
    ]
