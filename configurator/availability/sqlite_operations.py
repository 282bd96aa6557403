"""Every stock operation as SQL on an open connection, inside a transaction that somebody else began.

Nothing here opens a file, begins, commits or rolls back. A function that writes relies on holding SQLite's
one write lock since before its first read, so what it read stays true until the commit.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from sqlite3 import Connection
from typing import Final

from attrs import frozen

from configurator.availability.balances import Shortage, StockBalance, missing, shortage_rows
from configurator.availability.clock import microseconds, moment
from configurator.availability.demand import Demand
from configurator.availability.ledger import EventKind, StockEvent, StockMovement, canonical
from configurator.availability.quantities import ItemId
from configurator.availability.reservations import (
    Refused,
    Reservation,
    ReservationOutcome,
    ReservationRequest,
    ReservationState,
    Reserved,
    default_key,
    reservation_id,
)
from configurator.availability.sqlite_schema import AUDIT_QUERIES, DEFAULT_LOCATION
from configurator.availability.stock_import import ImportLine, ImportPlan, promises_to_break
from configurator.errors import (
    IdempotencyConflict,
    PromiseBreakError,
    ReservationStateError,
    UnknownReservationError,
)

_MICROSECOND: Final = timedelta(microseconds=1)


@frozen
class _Pool:
    """A row of counters."""

    id: int
    balance: StockBalance


@frozen
class _Move:
    """A change of the counters of one pool."""

    pool: int
    on_hand: int = 0
    held: int = 0
    allocated: int = 0


# Time


def high_water(connection: Connection) -> int:
    """The time of the last write, 0 before the first."""
    return int(connection.execute("SELECT clock_high_water FROM meta").fetchone()[0])


def remember_time(connection: Connection, now: int) -> None:
    """Let no later write be before `now`."""
    connection.execute("UPDATE meta SET clock_high_water = ? WHERE clock_high_water <> ?", (now, now))


def accept_time(connection: Connection, now: int) -> None:
    """Go back to `now` if the last write was later, and tell it as an event."""
    before = high_water(connection)
    if now < before:
        _append_event(connection, EventKind.CLOCK_ACCEPTED, None, now, {"before": before, "after": now})
        remember_time(connection, now)


# Reading


def last_event(connection: Connection) -> int:
    """The number of the last event, 0 before the first."""
    return int(connection.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()[0])


def balances(connection: Connection, skus: Iterable[ItemId] | None, now: int) -> tuple[StockBalance, ...]:
    """Counters by SKU, holds that have expired at `now` left out."""
    rows = connection.execute(
        "SELECT pool.sku, sum(line.qty) FROM reservation "
        "JOIN reservation_line AS line ON line.res_id = reservation.id AND line.src = 'POOL' "
        "JOIN pool ON pool.id = line.src_id "
        "WHERE reservation.state = 'HELD' AND reservation.expires_at <= ? GROUP BY pool.sku",
        (now,),
    )
    expired: dict[ItemId, int] = dict(rows)
    return tuple(
        StockBalance(b.sku, b.on_hand, b.held - expired.get(b.sku, 0), b.allocated, b.floor)
        for b in (pool.balance for pool in _pools(connection, skus).values())
    )


def shortages(connection: Connection, demand: Demand, now: int) -> tuple[Shortage, ...]:
    """What is missing for a demand at `now`."""
    found = balances(connection, demand.skus, now)
    return missing(demand, {balance.sku: balance for balance in found})


def reservation(connection: Connection, id_: str, now: int) -> Reservation:
    """One reservation as it stands at `now`."""
    found = _reservations(connection, now, "id = ?", (id_,))
    if not found:
        raise UnknownReservationError(id_)
    return found[0]


def reservations(connection: Connection, order: str | None, now: int) -> tuple[Reservation, ...]:
    """All reservations or those of one order, oldest first."""
    if order is None:
        return _reservations(connection, now, "TRUE", ())
    return _reservations(connection, now, "order_ref = ?", (order,))


def events(connection: Connection, after: int) -> tuple[StockEvent, ...]:
    """The events after a number, in order, with their movements."""
    movements: dict[int, list[StockMovement]] = {}
    for seq, *movement in connection.execute(
        "SELECT seq, sku, d_on_hand, d_held, d_allocated FROM ledger JOIN pool ON pool.id = ledger.pool_id "
        "WHERE seq > ? ORDER BY seq, sku",
        (after,),
    ):
        movements.setdefault(seq, []).append(StockMovement(*movement))
    return tuple(
        StockEvent(seq, EventKind(kind), res_id, moment(at), payload, tuple(movements.get(seq, ())))
        for seq, kind, res_id, at, payload in connection.execute(
            "SELECT seq, kind, res_id, at, payload FROM event WHERE seq > ? ORDER BY seq", (after,)
        )
    )


def audit(connection: Connection) -> tuple[str, ...]:
    """A sentence for each violated invariant, and for each row that points to nothing."""
    found = [str(row[0]) for query in AUDIT_QUERIES for row in connection.execute(query)]
    found += [
        f"a row of `{table}` points to a missing row of `{parent}`"
        for table, _, parent, _ in connection.execute("PRAGMA foreign_key_check")
    ]
    return tuple(found)


def _pools(connection: Connection, skus: Iterable[ItemId] | None) -> dict[ItemId, _Pool]:
    """The pools of some or all items, by SKU: the one place that says which pools count."""
    wanted = None if skus is None else canonical(sorted(set(skus)))
    rows = connection.execute(
        "SELECT id, sku, on_hand, held, allocated, floor FROM pool WHERE location = ? AND lot = '' "
        "AND (? IS NULL OR sku IN (SELECT value FROM json_each(?))) ORDER BY sku",
        (DEFAULT_LOCATION, wanted, wanted),
    )
    return {row[1]: _Pool(row[0], StockBalance(*row[1:])) for row in rows}


def _reservations(
    connection: Connection, now: int, condition: str, values: Sequence[object], order: str = "seq"
) -> tuple[Reservation, ...]:
    """The reservations that meet a condition of this module, with their lines by SKU."""
    rows = connection.execute(
        "SELECT id, order_ref, state, created, expires_at, config_digest, "  # noqa: S608 - our own constants
        "(SELECT json_group_array(json_array(sku, qty)) FROM (SELECT sku, qty FROM reservation_line AS line "
        "JOIN pool ON pool.id = line.src_id WHERE line.res_id = reservation.id AND line.src = 'POOL')) "
        f"FROM reservation WHERE {condition} ORDER BY {order}",
        tuple(values),
    )
    return tuple(
        Reservation(
            id=id_,
            order=order_ref,
            state=_present_state(state, expires_at, now),
            lines=Demand.of(json.loads(lines)).lines,
            created=moment(created),
            expires_at=None if expires_at is None else moment(expires_at),
            config_digest=digest,
        )
        for id_, order_ref, state, created, expires_at, digest, lines in rows
    )


def _present_state(state: str, expires_at: int | None, now: int) -> ReservationState:
    if state == ReservationState.HELD.value and expires_at is not None and expires_at <= now:
        return ReservationState.EXPIRED
    return ReservationState(state)


# Writing the story


def _append_event(
    connection: Connection, kind: EventKind, reservation: str | None, at: int, payload: Mapping[str, object]
) -> int:
    # One past the last: rows are never deleted, so numbers have no gaps and none comes twice.
    connection.execute(
        "INSERT INTO event (seq, kind, res_id, at, payload) "
        "VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM event), ?, ?, ?, ?)",
        (kind.value, reservation, at, canonical(payload)),
    )
    return last_event(connection)


def _move(connection: Connection, seq: int, moves: Sequence[_Move]) -> None:
    """Change counters and write the movements of one event.

    INVARIANT: counters change nowhere else, so each is the sum of its movements. Whatever takes more than
    before is guarded by what is free, a second belt beside the reads before it and the table's CHECK.
    """
    rows = canonical([[move.pool, move.on_hand, move.held, move.allocated] for move in moves])
    changed = connection.execute(
        "UPDATE pool SET on_hand = on_hand + move.d_on_hand, held = held + move.d_held, "
        "allocated = allocated + move.d_allocated "
        "FROM (SELECT json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS d_on_hand, "
        "json_extract(value, '$[2]') AS d_held, json_extract(value, '$[3]') AS d_allocated "
        "FROM json_each(?)) AS move "
        "WHERE pool.id = move.id AND (move.d_held + move.d_allocated <= 0 "
        "OR on_hand - held - allocated - floor >= move.d_held + move.d_allocated)",
        (rows,),
    ).rowcount
    if changed != len(moves):
        raise AssertionError(f"{len(moves)} counters should have moved, {changed} did")
    connection.execute(
        "INSERT INTO ledger (seq, pool_id, d_on_hand, d_held, d_allocated) "
        "SELECT ?, json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'), "
        "json_extract(value, '$[3]') FROM json_each(?)",
        (seq, rows),
    )


# Reserving


@frozen
class _Attempt:
    """A request under the key it goes by; `number` counts earlier refusals if the request gave no key."""

    request: ReservationRequest
    key: str
    number: int | None


def reserve(connection: Connection, request: ReservationRequest, now: int) -> ReservationOutcome:
    """Answer a request for the first time, or as it was answered before."""
    attempt = _attempt(connection, request)
    before = _answered(connection, attempt.key, request.hash, now)
    if before is not None:
        return before
    pools = _pools(connection, request.demand.skus)
    if _missing(request.demand, pools):
        # Only now: while there is enough, expired holds can wait for a quieter moment.
        expire(connection, None, now)
        pools = _pools(connection, request.demand.skus)
    short = _missing(request.demand, pools)
    if short:
        return _refuse(connection, attempt, short, now)
    return _grant(connection, attempt, pools, now)


def recall(
    connection: Connection, order: str, key: str | None, hash_: str, now: int
) -> ReservationOutcome | None:
    """The stored answer to a request, or `None` when it was never made."""
    if key is None:
        key = default_key(order, _refused_attempts(connection, order))
    return _answered(connection, key, hash_, now)


def _answered(connection: Connection, key: str, hash_: str, now: int) -> ReservationOutcome | None:
    stored = connection.execute("SELECT hash, outcome, seq FROM request WHERE key = ?", (key,)).fetchone()
    if stored is None:
        return None
    if stored[0] != hash_:
        raise IdempotencyConflict(key)
    return _replay(connection, key, json.loads(stored[1]), stored[2], now)


def _attempt(connection: Connection, request: ReservationRequest) -> _Attempt:
    if request.key is not None:
        return _Attempt(request, request.key, None)
    refused = _refused_attempts(connection, request.order)
    return _Attempt(request, default_key(request.order, refused), refused)


def _refused_attempts(connection: Connection, order: str) -> int:
    found = connection.execute(
        "SELECT count(*) FROM request WHERE order_ref = ? AND attempt IS NOT NULL "
        "AND json_extract(outcome, '$.refused') IS NOT NULL",
        (order,),
    ).fetchone()
    return int(found[0])


def _missing(demand: Demand, pools: Mapping[ItemId, _Pool]) -> tuple[Shortage, ...]:
    return missing(demand, {sku: pool.balance for sku, pool in pools.items()})


def _replay(
    connection: Connection, key: str, outcome: Mapping[str, object], seq: int, now: int
) -> ReservationOutcome:
    match outcome:
        case {"reserved": str(id_)}:
            return Reserved(reservation(connection, id_, now), key, seq, replayed=True)
        case {"refused": list(rows)}:
            short = tuple(Shortage(sku, wanted, free, known) for sku, wanted, free, known in rows)
            return Refused(short, key, seq, replayed=True)
        case _:
            raise AssertionError(f"the stored outcome of `{key}` is neither kind")


def _refuse(connection: Connection, attempt: _Attempt, short: tuple[Shortage, ...], now: int) -> Refused:
    rows = shortage_rows(short)
    payload = {"key": attempt.key, "order": attempt.request.order, "shortages": rows}
    seq = _append_event(connection, EventKind.REFUSED, None, now, payload)
    _store_answer(connection, attempt, {"refused": rows}, seq)
    return Refused(short, attempt.key, seq, replayed=False)


def _grant(connection: Connection, attempt: _Attempt, pools: Mapping[ItemId, _Pool], now: int) -> Reserved:
    request = attempt.request
    id_ = reservation_id(attempt.key)
    lines = [(pools[line.sku].id, line.quantity) for line in request.demand.lines]
    if request.ttl is None:
        state, expires_at = ReservationState.ALLOCATED, None
        moves = [_Move(pool, allocated=quantity) for pool, quantity in lines]
    else:
        state, expires_at = ReservationState.HELD, now + request.ttl // _MICROSECOND
        moves = [_Move(pool, held=quantity) for pool, quantity in lines]
    payload = {
        "key": attempt.key,
        "lines": {line.sku: line.quantity for line in request.demand.lines},
        "order": request.order,
        "state": state.value,
    }
    seq = _append_event(connection, EventKind.RESERVED, id_, now, payload)
    _move(connection, seq, moves)
    connection.execute(
        "INSERT INTO reservation (id, seq, order_ref, config_digest, state, created, expires_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (id_, seq, request.order, request.config_digest, state.value, now, expires_at),
    )
    connection.executemany(
        "INSERT INTO reservation_line (res_id, src, src_id, qty) VALUES (?, 'POOL', ?, ?)",
        [(id_, pool, quantity) for pool, quantity in lines],
    )
    _store_answer(connection, attempt, {"reserved": id_}, seq)
    return Reserved(reservation(connection, id_, now), attempt.key, seq, replayed=False)


def _store_answer(connection: Connection, attempt: _Attempt, outcome: Mapping[str, object], seq: int) -> None:
    connection.execute(
        "INSERT INTO request (key, hash, order_ref, attempt, outcome, seq) VALUES (?, ?, ?, ?, ?, ?)",
        (attempt.key, attempt.request.hash, attempt.request.order, attempt.number, canonical(outcome), seq),
    )


# The life of a reservation


def confirm(connection: Connection, id_: str, now: int) -> Reservation:
    """A hold becomes an allocation."""
    found = reservation(connection, id_, now)
    if found.state is ReservationState.HELD:
        seq = _append_event(connection, EventKind.CONFIRMED, id_, now, {})
        _move(
            connection, seq, [_Move(pool, held=-qty, allocated=qty) for pool, qty in _lines(connection, id_)]
        )
        _set_state(connection, id_, ReservationState.ALLOCATED)
        connection.execute("UPDATE reservation SET expires_at = NULL WHERE id = ?", (id_,))
    elif found.state is not ReservationState.ALLOCATED:
        raise ReservationStateError(id_, found.state.value.lower(), "confirm")
    return reservation(connection, id_, now)


def extend(connection: Connection, id_: str, ttl: timedelta, now: int) -> Reservation:
    """A hold gets time until `ttl` from now, if that is later."""
    found = reservation(connection, id_, now)
    if found.state is not ReservationState.HELD or found.expires_at is None:
        raise ReservationStateError(id_, found.state.value.lower(), "extend")
    expires_at = now + ttl // _MICROSECOND
    if expires_at > microseconds(found.expires_at):
        _append_event(connection, EventKind.EXTENDED, id_, now, {"expires_at": expires_at})
        connection.execute("UPDATE reservation SET expires_at = ? WHERE id = ?", (expires_at, id_))
    return reservation(connection, id_, now)


def release(connection: Connection, id_: str, now: int) -> Reservation:
    """A hold or an allocation is given back."""
    found = reservation(connection, id_, now)
    if found.state in {ReservationState.HELD, ReservationState.ALLOCATED}:
        _give_back(connection, found, EventKind.RELEASED, {}, now)
    elif found.state is not ReservationState.RELEASED:
        raise ReservationStateError(id_, found.state.value.lower(), "release")
    return reservation(connection, id_, now)


def consume(connection: Connection, id_: str, now: int) -> Reservation:
    """An allocation leaves the shelf: the only step at which on-hand falls."""
    found = reservation(connection, id_, now)
    if found.state is ReservationState.ALLOCATED:
        seq = _append_event(connection, EventKind.CONSUMED, id_, now, {})
        _move(
            connection,
            seq,
            [_Move(pool, on_hand=-qty, allocated=-qty) for pool, qty in _lines(connection, id_)],
        )
        connection.execute("UPDATE reservation_line SET consumed = qty WHERE res_id = ?", (id_,))
        _set_state(connection, id_, ReservationState.CONSUMED)
    elif found.state is not ReservationState.CONSUMED:
        raise ReservationStateError(id_, found.state.value.lower(), "consume")
    return reservation(connection, id_, now)


def expire(connection: Connection, limit: int | None, now: int) -> tuple[Reservation, ...]:
    """Holds that have expired at `now` give back what they took, in order of expiry."""
    rows = connection.execute(
        "SELECT id FROM reservation WHERE state = 'HELD' AND expires_at <= ? "
        "ORDER BY expires_at, seq LIMIT ?",
        (now, -1 if limit is None else limit),
    ).fetchall()
    return tuple(_expire_one(connection, id_, now) for (id_,) in rows)


def _expire_one(connection: Connection, id_: str, now: int) -> Reservation:
    found = reservation(connection, id_, now)
    seq = _append_event(connection, EventKind.EXPIRED, id_, now, {})
    _move(connection, seq, [_Move(pool, held=-quantity) for pool, quantity in _lines(connection, id_)])
    _set_state(connection, id_, ReservationState.EXPIRED)
    return found


def _give_back(
    connection: Connection,
    found: Reservation,
    kind: EventKind,
    payload: Mapping[str, object],
    now: int,
) -> None:
    """End a live hold or allocation; its goods are free again."""
    seq = _append_event(connection, kind, found.id, now, payload)
    held = found.state is ReservationState.HELD
    moves = [
        _Move(pool, held=-quantity) if held else _Move(pool, allocated=-quantity)
        for pool, quantity in _lines(connection, found.id)
    ]
    _move(connection, seq, moves)
    _set_state(connection, found.id, ReservationState.RELEASED)


def _lines(connection: Connection, id_: str) -> list[tuple[int, int]]:
    """`(pool, quantity)` of a reservation, by pool."""
    return connection.execute(
        "SELECT src_id, qty FROM reservation_line WHERE res_id = ? AND src = 'POOL' ORDER BY src_id", (id_,)
    ).fetchall()


def _set_state(connection: Connection, id_: str, state: ReservationState) -> None:
    connection.execute("UPDATE reservation SET state = ? WHERE id = ?", (state.value, id_))


# Counting


def plan_import(connection: Connection, counts: Mapping[ItemId, int], now: int) -> ImportPlan:
    """What these counts, sorted by SKU, would change."""
    known = {balance.sku: balance for balance in balances(connection, counts, now)}
    lines = tuple(
        ImportLine(sku, known[sku].on_hand, count, known[sku].promised)
        if sku in known
        else ImportLine(sku, None, count, 0)
        for sku, count in counts.items()
    )
    if all(line.after >= line.promised for line in lines):
        return ImportPlan(lines)
    live = "state = 'ALLOCATED' OR state = 'HELD' AND expires_at > ?"
    # `HELD` sorts after `ALLOCATED`: the weaker promise goes first, the latest one first among equals.
    candidates = _reservations(connection, now, live, (now,), order="state DESC, seq DESC")
    return ImportPlan(lines, promises_to_break(lines, candidates))


def import_counts(
    connection: Connection, counts: Mapping[ItemId, int], now: int, *, break_promises: bool
) -> ImportPlan:
    """Set these counts, sorted by SKU."""
    plan = plan_import(connection, counts, now)
    if plan.below_promises and not break_promises:
        raise PromiseBreakError(plan.below_promises)
    if not plan.changes:
        return plan
    _make_room(connection, plan, now)
    for broken in plan.broken:
        told = {"order": broken.order, "state": broken.state.value}
        _give_back(connection, broken, EventKind.PROMISE_BROKEN, told, now)
    _set_counts(connection, plan, now)
    return plan


def _make_room(connection: Connection, plan: ImportPlan, now: int) -> None:
    """Sweep if holds that have expired would stand in the way of a lower count."""
    pools = _pools(connection, (line.sku for line in plan.changes))
    if any(line.sku in pools and line.after < pools[line.sku].balance.promised for line in plan.changes):
        expire(connection, None, now)


def _set_counts(connection: Connection, plan: ImportPlan, now: int) -> None:
    new = [(line.sku,) for line in plan.changes if line.before is None]
    connection.executemany("INSERT INTO component (sku) VALUES (?)", new)
    connection.executemany(
        "INSERT INTO pool (sku, location) VALUES (?, ?)", [(sku, DEFAULT_LOCATION) for (sku,) in new]
    )
    payload = {"counts": {line.sku: [line.before, line.after] for line in plan.changes}}
    seq = _append_event(connection, EventKind.IMPORTED, None, now, payload)
    pools = _pools(connection, (line.sku for line in plan.changes))
    moves = [
        _Move(pools[line.sku].id, on_hand=line.after - (line.before or 0))
        for line in plan.changes
        if line.after != (line.before or 0)
    ]
    _move(connection, seq, moves)
