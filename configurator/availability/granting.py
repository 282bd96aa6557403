"""What a store writes and answers when it grants a request for stock, and when it is asked again."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from configurator.availability.balances import shortage_of
from configurator.availability.breaking import Place
from configurator.availability.consuming import line_rows
from configurator.availability.placing import Placement, Taking
from configurator.availability.positions import ItemPosition
from configurator.availability.quantities import ItemId
from configurator.availability.reservations import (
    Refused,
    Reservation,
    ReservationOutcome,
    ReservationRequest,
    ReservationState,
    Reserved,
    ReservedLine,
    procured_id,
    reservation_id,
)
from configurator.availability.supply import Supply


def by_item(positions: Mapping[Place, ItemPosition]) -> dict[ItemId, tuple[ItemPosition, ...]]:
    """Positions by item rather than by place, as `place` takes them."""
    found: dict[ItemId, list[ItemPosition]] = {}
    for (sku, _), position in positions.items():
        found.setdefault(sku, []).append(position)
    return {sku: tuple(each) for sku, each in found.items()}


def placed_lines(placement: Placement) -> tuple[ReservedLine, ...]:
    """The lines of the reservation that takes what was placed."""
    return tuple(
        ReservedLine(taking.sku, taking.quantity, taking.location, taking.needed)
        for taking in placement.takings
    )


def granted(
    request: ReservationRequest, key: str, lines: tuple[ReservedLine, ...], created: datetime
) -> Reservation:
    """The reservation that a request gets under a key."""
    return Reservation(
        id=reservation_id(key),
        order=request.order,
        state=ReservationState.ALLOCATED if request.ttl is None else ReservationState.HELD,
        lines=lines,
        created=created,
        expires_at=None if request.ttl is None else created + request.ttl,
        config_digest=request.config_digest,
        priority=request.priority,
        promised=request.promised,
    )


def granted_payload(reservation: Reservation, key: str) -> dict[str, object]:
    """What the event tells that grants a reservation under a key."""
    return {
        "key": key,
        "lines": line_rows(reservation.lines),
        "order": reservation.order,
        "state": reservation.state.value,
    }


def procured_supplies(reservation: str, procured: Iterable[Taking]) -> tuple[Supply, ...]:
    """What has to come for a reservation, as the supplies that it becomes."""
    supplies = []
    for number, each in enumerate(procured, 1):
        assert each.needed is not None, "nothing can be had at once"
        id_ = procured_id(reservation, number)
        supplies.append(
            Supply(id_, each.sku, each.needed, each.quantity, each.location, reservation=reservation)
        )
    return tuple(supplies)


def replayed(
    outcome: Mapping[str, object], key: str, seq: int, reservation_of: Callable[[str], Reservation]
) -> ReservationOutcome:
    """The answer to a request that comes again.

    Args:
        outcome: the stored one, `{"reserved": id}` or `{"refused": rows}`.
        key: under which it was stored.
        seq: the event that it was given with.
        reservation_of: a reservation by its id, as it stands now.
    """
    match outcome:
        case {"reserved": str(id_)}:
            return Reserved(reservation_of(id_), key, seq, replayed=True)
        case {"refused": list(rows)}:
            return Refused(tuple(map(shortage_of, rows)), key, seq, replayed=True)
        case _:
            raise AssertionError(f"the stored outcome of `{key}` is neither kind")
