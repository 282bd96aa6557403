"""The life of a reservation in a PostgreSQL stock: each step is one function of the server.

Only what leaves the shelf in part, or was promised for a later day, is worked out here.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from configurator.availability.consuming import after_taking, by_need, line_rows, lines_to_take, not_there
from configurator.availability.ledger import EventKind
from configurator.availability.pools import Pool
from configurator.availability.postgres.connections import whole, wholes
from configurator.availability.postgres.ledger import (
    Move,
    SweepFirstError,
    append_event,
    enter,
    move,
    remember_time,
)
from configurator.availability.postgres.reading import (
    Turn,
    at_writing_time,
    known_reservation,
    locked_pools_of,
    positions_of,
    reservation,
    reservation_from,
)
from configurator.availability.quantities import ItemId
from configurator.availability.reservations import Reservation, ReservedLine
from configurator.errors import OutOfStockError, ReservationStateError, UnknownReservationError

_MICROSECOND: Final = timedelta(microseconds=1)
_STEP: Final = "SELECT stock.take_step(%s, %s, %s, %s::bigint, %s)"


def confirm(turn: Turn, id_: str) -> Reservation:
    """A hold becomes an allocation; what it was promised for later days stays as it is."""
    told = turn.session.value(_STEP, id_, "CONFIRMED", "ALLOCATED", whole(turn.given), turn.actor)
    return _answer(told, id_, "confirm")


def release(turn: Turn, id_: str) -> Reservation:
    """A hold or an allocation is given back."""
    told = turn.session.value(_STEP, id_, "RELEASED", "RELEASED", whole(turn.given), turn.actor)
    return _answer(told, id_, "release")


def cancel(turn: Turn, id_: str) -> Reservation:
    """An allocation is given back."""
    told = turn.session.value(_STEP, id_, "CANCELLED", "RELEASED", whole(turn.given), turn.actor)
    return _answer(told, id_, "cancel")


def extend(turn: Turn, id_: str, ttl: timedelta) -> Reservation:
    """A hold gets time until `ttl` from now, if that is later."""
    told = turn.session.value(
        "SELECT stock.extend(%s, %s, %s::bigint, %s)",
        id_,
        whole(ttl // _MICROSECOND),
        whole(turn.given),
        turn.actor,
    )
    return _answer(told, id_, "extend")


def consume_there(turn: Turn, id_: str) -> Reservation:
    """All that is left of an allocation leaves the shelf."""
    told = turn.session.value("SELECT stock.consume(%s, %s::bigint, %s)", id_, whole(turn.given), turn.actor)
    return _answer(told, id_, "consume")


def _answer(told: Mapping[str, Any] | None, id_: str, verb: str) -> Reservation:
    match told:
        case None:
            raise UnknownReservationError(id_)
        case {"state": str(state)}:
            raise ReservationStateError(id_, state.lower(), verb)
        case _:
            return reservation_from(told["reservation"], told["at"])


def consume_here(
    turn: Turn, id_: str, quantities: Mapping[ItemId, int] | None, *, may_sweep: bool
) -> Reservation:
    """An allocation leaves the shelf, or part of it.

    Raises:
        SweepFirstError: holds that have expired stand in the way.
    """
    enter(turn)
    turn.session.rows("SELECT FROM stock.reservation WHERE id = %s FOR NO KEY UPDATE", id_)
    turn = at_writing_time(turn)
    found = reservation(turn, id_)
    if found is None:
        raise UnknownReservationError(id_)
    taking = lines_to_take(found, quantities)
    if not taking:
        remember_time(turn)
        return found
    pools = locked_pools_of(turn, {line.sku for line in taking})
    if short := _not_there(turn, found, taking, pools, live=True):
        raise OutOfStockError(short)
    if may_sweep and _not_there(turn, found, taking, pools, live=False):
        raise SweepFirstError
    _take(turn, found, taking, pools)
    remember_time(turn)
    return known_reservation(turn, id_)


def _not_there(
    turn: Turn, found: Reservation, taking: tuple[ReservedLine, ...], pools: list[Pool], *, live: bool
) -> tuple[tuple[ItemId, int, int], ...]:
    dated = {line.sku for line in taking if line.needed is not None}
    if not dated:
        return ()
    positions = positions_of(turn, [pool for pool in pools if pool.sku in dated], live=live)
    return not_there(taking, found.id, lambda line: positions[line.sku, line.location], turn.today)


def _take(turn: Turn, found: Reservation, taking: tuple[ReservedLine, ...], pools: list[Pool]) -> None:
    ids = {pool.place: pool.id for pool in pools}
    seq = append_event(turn, EventKind.CONSUMED, found.id, {"lines": line_rows(taking)})
    shelf, later = by_need((ids[line.sku, line.location], line) for line in taking)
    moves = []
    for pool in dict.fromkeys((*shelf, *later)):
        now, then = shelf.get(pool, 0), later.get(pool, 0)
        moves.append(Move(pool, on_hand=-now - then, allocated=-now, planned=-then))
    move(turn, seq, moves)
    turn.session.rows(
        "UPDATE stock.reservation_line SET consumed = consumed + part.qty, "
        "pending = pending AND consumed + part.qty < reservation_line.qty "
        "FROM unnest(%s::bigint[], %s::date[], %s::bigint[]) AS part(pool, needed, qty) "
        "WHERE res_id = %s AND src_id = part.pool "
        "AND reservation_line.needed = coalesce(part.needed, '-infinity')",
        wholes([ids[line.sku, line.location] for line in taking]),
        [line.needed for line in taking],
        wholes([line.quantity for line in taking]),
        found.id,
    )
    if not any(line.open for line in after_taking(found, taking)):
        turn.session.rows("UPDATE stock.reservation SET state = 'CONSUMED' WHERE id = %s", found.id)
