"""The life of a reservation as SQL: confirmed, extended, given back, expired, taken off the shelf."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Final

from configurator.availability.clock import microseconds
from configurator.availability.consuming import after_taking, by_need, line_rows, lines_to_take, not_there
from configurator.availability.ledger import EventKind
from configurator.availability.pools import Pool
from configurator.availability.quantities import ItemId
from configurator.availability.reservations import Reservation, ReservationState, ReservedLine
from configurator.availability.sqlite.ledger import Move, Turn, append_event, move
from configurator.availability.sqlite.reading import pools_of, positions_of, reservation
from configurator.errors import OutOfStockError, ReservationStateError

_MICROSECOND: Final = timedelta(microseconds=1)
_HELD: Final = ReservationState.HELD
_ALLOCATED: Final = ReservationState.ALLOCATED


def confirm(turn: Turn, id_: str) -> Reservation:
    """A hold becomes an allocation; what it was promised for later days stays as it is."""
    found = reservation(turn, id_)
    if found.state is _HELD:
        seq = append_event(turn, EventKind.CONFIRMED, id_, {})
        shelf = _open_lines(turn, found)[0]
        move(turn, seq, [Move(pool, held=-qty, allocated=qty) for pool, qty in shelf.items()])
        turn.connection.execute(
            "UPDATE reservation SET state = 'ALLOCATED', expires_at = NULL WHERE id = ?", (id_,)
        )
    elif found.state is not _ALLOCATED:
        raise ReservationStateError(id_, found.state.value.lower(), "confirm")
    return reservation(turn, id_)


def extend(turn: Turn, id_: str, ttl: timedelta) -> Reservation:
    """A hold gets time until `ttl` from now, if that is later."""
    found = reservation(turn, id_)
    if found.state is not _HELD or found.expires_at is None:
        raise ReservationStateError(id_, found.state.value.lower(), "extend")
    expires_at = turn.now + ttl // _MICROSECOND
    if expires_at > microseconds(found.expires_at):
        append_event(turn, EventKind.EXTENDED, id_, {"expires_at": expires_at})
        turn.connection.execute("UPDATE reservation SET expires_at = ? WHERE id = ?", (expires_at, id_))
    return reservation(turn, id_)


def release(turn: Turn, id_: str) -> Reservation:
    """A hold or an allocation is given back."""
    return _ended(turn, id_, "release", EventKind.RELEASED, {_HELD, _ALLOCATED})


def cancel(turn: Turn, id_: str) -> Reservation:
    """An allocation is given back."""
    return _ended(turn, id_, "cancel", EventKind.CANCELLED, {_ALLOCATED})


def _ended(
    turn: Turn, id_: str, verb: str, kind: EventKind, states: Iterable[ReservationState]
) -> Reservation:
    found = reservation(turn, id_)
    if found.state in states:
        give_back(turn, found, kind, {}, ReservationState.RELEASED)
    elif found.state is not ReservationState.RELEASED:
        raise ReservationStateError(id_, found.state.value.lower(), verb)
    return reservation(turn, id_)


def give_back(
    turn: Turn,
    found: Reservation,
    kind: EventKind,
    payload: Mapping[str, object],
    state: ReservationState,
    told_of: str | None = None,
) -> None:
    """End a hold or an allocation in a state; what is left of it is free again.

    What was to be had for a hold is called off with it, but for the supply of which the fact tells that
    ends it.
    """
    seq = append_event(turn, kind, found.id, payload)
    shelf, later = _open_lines(turn, found)
    holding = found.state is not _ALLOCATED
    move(
        turn,
        seq,
        [
            Move(
                pool,
                held=-shelf.get(pool, 0) if holding else 0,
                allocated=0 if holding else -shelf.get(pool, 0),
                planned=-later.get(pool, 0),
            )
            for pool in dict.fromkeys((*shelf, *later))
        ],
    )
    if later:
        turn.connection.execute("UPDATE reservation_line SET pending = 0 WHERE res_id = ?", (found.id,))
    _set_state(turn, found.id, state)
    if holding:
        own = turn.connection.execute(
            "SELECT ref, qty - received FROM supply "
            "WHERE res_id = ? AND cancelled = 0 AND received < qty AND ref IS NOT ? ORDER BY id",
            (found.id, told_of),
        ).fetchall()
        for ref, left in own:
            call_off(turn, ref, left, found.id)


def call_off(turn: Turn, named: str, left: int, reservation: str | None) -> int:
    """What is left of a supply will not come; the number of the event."""
    payload = {"open": left, "supply": named}
    seq = append_event(turn, EventKind.SUPPLY_CANCELLED, reservation, payload)
    turn.connection.execute("UPDATE supply SET cancelled = 1 WHERE ref = ?", (named,))
    return seq


def expire(turn: Turn, limit: int | None) -> tuple[Reservation, ...]:
    """Holds that have expired give back what they took, in order of expiry."""
    rows = turn.connection.execute(
        "SELECT id FROM reservation "
        "WHERE state IN ('HELD', 'ALLOCATED') AND state = 'HELD' AND expires_at <= ? "
        "ORDER BY expires_at, seq LIMIT ?",
        (turn.now, -1 if limit is None else limit),
    ).fetchall()
    expired = tuple(reservation(turn, id_) for (id_,) in rows)
    for each in expired:
        give_back(turn, each, EventKind.EXPIRED, {}, ReservationState.EXPIRED)
    return expired


def consume(turn: Turn, id_: str, quantities: Mapping[ItemId, int] | None) -> Reservation:
    """An allocation leaves the shelf, or part of it: the only step at which it makes on-hand fall."""
    found = reservation(turn, id_)
    taking = lines_to_take(found, quantities)
    if not taking:
        return found
    dated = sorted({line.sku for line in taking if line.needed is not None})
    pools = pools_of(turn.connection, dated)
    if short := _not_there(turn, found, taking, pools, live=True):
        raise OutOfStockError(short)
    if _not_there(turn, found, taking, pools, live=False):
        expire(turn, None)
    _take(turn, found, taking)
    return reservation(turn, id_)


def _not_there(
    turn: Turn, found: Reservation, taking: tuple[ReservedLine, ...], pools: Sequence[Pool], *, live: bool
) -> tuple[tuple[ItemId, int, int], ...]:
    if not pools:
        return ()
    positions = positions_of(turn, pools, live=live)
    return not_there(taking, found.id, lambda line: positions[line.sku, line.location], turn.today)


def _take(turn: Turn, found: Reservation, taking: tuple[ReservedLine, ...]) -> None:
    seq = append_event(turn, EventKind.CONSUMED, found.id, {"lines": line_rows(taking)})
    pools = {pool.place: pool.id for pool in pools_of(turn.connection, {line.sku for line in taking})}
    shelf, later = by_need((pools[line.sku, line.location], line) for line in taking)
    moves = []
    for pool in dict.fromkeys((*shelf, *later)):
        now, then = shelf.get(pool, 0), later.get(pool, 0)
        moves.append(Move(pool, on_hand=-now - then, allocated=-now, planned=-then))
    move(turn, seq, moves)
    turn.connection.executemany(
        "UPDATE reservation_line "
        "SET consumed = consumed + ?, pending = src = 'SUPPLY' AND consumed + ? < qty "
        "WHERE res_id = ? AND src_id = ? AND needed = ?",
        [
            (line.quantity, line.quantity, found.id, pools[line.sku, line.location], _told(line))
            for line in taking
        ],
    )
    if not any(line.open for line in after_taking(found, taking)):
        _set_state(turn, found.id, ReservationState.CONSUMED)


def _told(line: ReservedLine) -> str:
    return "" if line.needed is None else line.needed.isoformat()


def _open_lines(turn: Turn, found: Reservation) -> tuple[dict[int, int], dict[int, int]]:
    """What is left of a reservation by pool: what it took from the shelf, and what it took for later days."""
    rows = turn.connection.execute(
        "SELECT src, src_id, sum(qty - consumed) FROM reservation_line "
        "WHERE res_id = ? AND consumed < qty GROUP BY src, src_id ORDER BY src_id",
        (found.id,),
    ).fetchall()
    return (
        {pool: left for src, pool, left in rows if src == "POOL"},
        {pool: left for src, pool, left in rows if src == "SUPPLY"},
    )


def _set_state(turn: Turn, id_: str, state: ReservationState) -> None:
    turn.connection.execute("UPDATE reservation SET state = ? WHERE id = ?", (state.value, id_))
