"""Requests for stock as SQL: the answers given before, and new ones."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TypeAlias

from attrs import field, frozen

from configurator.availability.balances import Shortage, shortage_rows
from configurator.availability.clock import microseconds, moment
from configurator.availability.consuming import by_need
from configurator.availability.demand import Demand
from configurator.availability.granting import (
    by_item,
    granted,
    granted_payload,
    placed_lines,
    procured_supplies,
    replayed,
)
from configurator.availability.ledger import EventKind, canonical
from configurator.availability.placing import Placement, Taking, place
from configurator.availability.pools import Pool
from configurator.availability.quantities import DEFAULT_LOCATION, ItemId
from configurator.availability.reservations import (
    Refused,
    Reservation,
    ReservationOutcome,
    ReservationRequest,
    Reserved,
    ReservedLine,
    default_key,
)
from configurator.availability.sqlite.ledger import Move, Turn, append_event, move
from configurator.availability.sqlite.life import expire
from configurator.availability.sqlite.reading import pools_of, positions_of, reservation
from configurator.availability.sqlite.schema import REFUSED_ATTEMPT
from configurator.availability.sqlite.supply import expect, make_known
from configurator.errors import IdempotencyConflict


@frozen
class _Attempt:
    """A request under the key it goes by; `number` counts earlier refusals if the request gave no key."""

    request: ReservationRequest
    hash: str
    key: str
    number: int | None


_Taken: TypeAlias = tuple[int, ReservedLine]
"""So much of a pool."""


def reserve(turn: Turn, request: ReservationRequest) -> ReservationOutcome:
    """Answer a request for the first time, or as it was answered before."""
    attempt = _attempt(turn, request)
    before = _answered(turn, attempt.key, attempt.hash)
    if before is not None:
        return before
    found = _placed(turn, request)
    if found.shortages:
        # Only now: while there is enough, expired holds can wait for a quieter moment.
        found = _found(turn, request, pools_of(turn.connection, request.demand.skus), live=True)
        if found.shortages and request.tentative:
            return Refused(found.shortages, attempt.key, 0, replayed=False)
        expire(turn, None)
    if found.shortages:
        return _refuse(turn, attempt, found.shortages)
    return _grant(turn, attempt, found)


def recall(turn: Turn, order: str, key: str | None, hash_: str) -> ReservationOutcome | None:
    """The stored answer to a request, or `None` when it was never made."""
    return _answered(turn, key or default_key(order, _refused_attempts(turn, order)), hash_)


def stored_answer(turn: Turn, key: str, hash_: str) -> tuple[Mapping[str, object], int] | None:
    """What was answered under a key, and the number of its event; `None` when the key is new.

    Raises:
        IdempotencyConflict: the key came before with other content.
    """
    stored = turn.connection.execute(
        "SELECT hash, outcome, seq FROM request WHERE key = ?", (key,)
    ).fetchone()
    if stored is None:
        return None
    if stored[0] != hash_:
        raise IdempotencyConflict(key)
    return json.loads(stored[1]), stored[2]


def store_answer(
    turn: Turn,
    seq: int,
    key: str,
    hash_: str,
    outcome: Mapping[str, object],
    order: str | None = None,
    attempt: int | None = None,
) -> None:
    """Remember an answer under its key; `order` and `attempt` are those of a request for stock."""
    turn.connection.execute(
        "INSERT INTO request (seq, key, hash, order_ref, attempt, outcome) VALUES (?, ?, ?, ?, ?, ?)",
        (seq, key, hash_, order, attempt, canonical(outcome)),
    )


def _attempt(turn: Turn, request: ReservationRequest) -> _Attempt:
    if request.key is not None:
        return _Attempt(request, request.hash, request.key, None)
    refused = _refused_attempts(turn, request.order)
    return _Attempt(request, request.hash, default_key(request.order, refused), refused)


def _refused_attempts(turn: Turn, order: str) -> int:
    found = turn.connection.execute(
        f"SELECT count(*) FROM request WHERE order_ref = ? AND {REFUSED_ATTEMPT}",  # noqa: S608 - our own constant
        (order,),
    ).fetchone()
    return int(found[0])


def _answered(turn: Turn, key: str, hash_: str) -> ReservationOutcome | None:
    stored = stored_answer(turn, key, hash_)
    if stored is None:
        return None
    outcome, seq = stored
    return replayed(outcome, key, seq, lambda id_: reservation(turn, id_))


# Where it is taken from


@frozen
class _Found:
    """What a request takes, by SKU, day and location, and what has to come for it; or what is short."""

    lines: tuple[ReservedLine, ...] = ()
    procured: tuple[Taking, ...] = ()
    shortages: tuple[Shortage, ...] = ()
    # The pools by place, as far as they were there.
    pools: Mapping[tuple[ItemId, str], int] = field(factory=dict)


def _placed(turn: Turn, request: ReservationRequest) -> _Found:
    pools = pools_of(turn.connection, request.demand.skus)
    return _from_first_places(turn, request.demand, pools) or _found(turn, request, pools, live=False)


def _from_first_places(turn: Turn, demand: Demand, pools: Sequence[Pool]) -> _Found | None:
    """The common case in short: every item needed once and now, where it is taken first, and nothing planned.

    `None` where it takes more thought; the answer is that of `place`.
    """
    first: dict[ItemId, Pool] = {}
    for pool in pools:
        if pool.sku not in first or pool.location == DEFAULT_LOCATION:
            first[pool.sku] = pool
    if len(first) != len(demand.lines):
        return None
    lines = []
    for line in demand.lines:
        pool = first[line.sku]
        if (
            pool.planned
            or (line.location is not None and line.location != pool.location)
            or (line.needed is not None and line.needed > turn.today)
            or pool.unpromised - pool.floor < line.quantity
        ):
            return None
        lines.append(ReservedLine(line.sku, line.quantity, pool.location))
    return _Found(tuple(lines), pools={pool.place: pool.id for pool in first.values()})


def _found(turn: Turn, request: ReservationRequest, pools: Sequence[Pool], *, live: bool) -> _Found:
    placement = _placement(turn, request.demand, pools, dict(request.replenished), live=live)
    known = {pool.place: pool.id for pool in pools}
    return _Found(placed_lines(placement), placement.procured, placement.shortages, known)


def _placement(
    turn: Turn,
    demand: Demand,
    pools: Sequence[Pool],
    replenished: Mapping[ItemId, date],
    *,
    live: bool,
) -> Placement:
    return place(demand, by_item(positions_of(turn, pools, live=live)), turn.today, replenished)


def shortages(turn: Turn, demand: Demand) -> tuple[Shortage, ...]:
    """What would be short now; holds that have expired do not count."""
    return _placement(turn, demand, pools_of(turn.connection, demand.skus), {}, live=True).shortages


# Answers


def _refuse(turn: Turn, attempt: _Attempt, short: tuple[Shortage, ...]) -> Refused:
    rows = shortage_rows(short)
    request = attempt.request
    payload = {"key": attempt.key, "order": request.order, "shortages": rows}
    seq = append_event(turn, EventKind.REFUSED, None, payload)
    store_answer(turn, seq, attempt.key, attempt.hash, {"refused": rows}, request.order, attempt.number)
    return Refused(short, attempt.key, seq, replayed=False)


def _grant(turn: Turn, attempt: _Attempt, found: _Found) -> Reserved:
    request = attempt.request
    reservation = granted(request, attempt.key, found.lines, moment(turn.now))
    pools = {**found.pools, **_procure(turn, reservation.id, found.procured)}
    seq = append_event(turn, EventKind.RESERVED, reservation.id, granted_payload(reservation, attempt.key))
    taken = [(pools[line.sku, line.location], line) for line in reservation.lines]
    move(turn, seq, _moves(taken, held=reservation.expires_at is not None))
    _insert(turn, seq, reservation, taken)
    outcome = {"reserved": reservation.id}
    store_answer(turn, seq, attempt.key, attempt.hash, outcome, request.order, attempt.number)
    return Reserved(reservation, attempt.key, seq, replayed=False)


def _procure(turn: Turn, id_: str, procured: Iterable[Taking]) -> dict[tuple[ItemId, str], int]:
    """Expect what has to come for a reservation; the pools where it comes in, by place."""
    pools = {}
    for supply in procured_supplies(id_, procured):
        expect(turn, supply)
        pools[supply.sku, supply.location] = make_known(turn, supply.sku, supply.location)
    return pools


def _moves(taken: Iterable[_Taken], *, held: bool) -> list[Move]:
    now, later = by_need(taken)
    return [
        Move(
            pool,
            held=now.get(pool, 0) if held else 0,
            allocated=0 if held else now.get(pool, 0),
            planned=later.get(pool, 0),
        )
        for pool in dict.fromkeys((*now, *later))
    ]


def _insert(turn: Turn, seq: int, reservation: Reservation, taken: Iterable[_Taken]) -> None:
    turn.connection.execute(
        "INSERT INTO reservation "
        "(seq, id, order_ref, config_digest, class, state, created, expires_at, promise_date) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            seq,
            reservation.id,
            reservation.order,
            reservation.config_digest,
            reservation.priority,
            reservation.state.value,
            turn.now,
            None if reservation.expires_at is None else microseconds(reservation.expires_at),
            None if reservation.promised is None else reservation.promised.isoformat(),
        ),
    )
    turn.connection.executemany(
        "INSERT INTO reservation_line (res_id, src, src_id, needed, qty, pending) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (reservation.id, "POOL", pool, "", line.quantity, 0)
            if line.needed is None
            else (reservation.id, "SUPPLY", pool, line.needed.isoformat(), line.quantity, 1)
            for pool, line in taken
        ],
    )
