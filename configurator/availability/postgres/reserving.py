"""Requests to a PostgreSQL stock: most are answered by one function of the server, some are worked out here.

The server decides about what is needed now, wherever it lies, and of which nothing is promised for later
days. Whatever has to do with days and named locations is placed as every store places it.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from psycopg.types.json import Jsonb

from configurator.availability.balances import Shortage, shortage_of, shortage_rows
from configurator.availability.clock import moment
from configurator.availability.consuming import line_rows
from configurator.availability.granting import by_item, granted, placed_lines, procured_supplies, replayed
from configurator.availability.placing import Placement, place
from configurator.availability.pools import Pool
from configurator.availability.postgres.connections import whole, wholes
from configurator.availability.postgres.ledger import (
    EnterAloneError,
    SweepFirstError,
    enter,
    expect,
    make_known,
    remember_time,
)
from configurator.availability.postgres.reading import (
    Turn,
    at_writing_time,
    day_from,
    locked_pools_of,
    positions_of,
    reservation_from,
)
from configurator.availability.reservations import (
    Refused,
    ReservationOutcome,
    ReservationRequest,
    Reserved,
    ReservedLine,
    default_key,
    reservation_id,
)
from configurator.errors import IdempotencyConflict

_MICROSECOND: Final = timedelta(microseconds=1)

_RESERVE: Final = (
    "SELECT stock.reserve(%s, %s, %s, %s::bigint, %s, %s::integer, %s::date, %s::text[], %s::bigint[], "
    "%s::integer, %s::bigint, %s)"
)


def is_for_the_server(request: ReservationRequest) -> bool:
    """Whether the server can answer the request by itself, as far as can be seen from the request alone."""
    return not (
        request.replenished
        or request.tentative
        or any(line.location is not None or line.needed is not None for line in request.demand.lines)
    )


def reserve_there(turn: Turn, request: ReservationRequest, *, sweeps: int) -> ReservationOutcome:
    """Let the server answer a request."""
    lines = request.demand.lines
    told = turn.session.value(
        _RESERVE,
        request.key,
        request.order,
        request.hash,
        _ttl(request),
        request.config_digest,
        whole(request.priority),
        request.promised,
        [line.sku for line in lines],
        wholes([line.quantity for line in lines]),
        sweeps,
        whole(turn.given),
        turn.actor,
    )
    match told:
        case {"answer": answer, "at": at}:
            return replay(answer, request.hash, at)
        case {"refused": rows, "key": key, "seq": seq}:
            return Refused(tuple(shortage_of(row) for row in rows), key, seq, replayed=False)
        case _:
            return _granted(request, told)


def _ttl(request: ReservationRequest) -> object:
    return None if request.ttl is None else whole(request.ttl // _MICROSECOND)


def _granted(request: ReservationRequest, told: Mapping[str, Any]) -> Reserved:
    lines = tuple(
        ReservedLine(sku, quantity, location, day_from(needed))
        for sku, location, needed, quantity in told["lines"]
    )
    reservation = granted(request, told["key"], lines, moment(told["at"]))
    return Reserved(reservation, told["key"], told["seq"], replayed=False)


def recall(turn: Turn, order: str, key: str | None, hash_: str) -> ReservationOutcome | None:
    """The stored answer to a request, or `None` when it was never made."""
    if key is None:
        key = default_key(order, turn.session.value("SELECT stock.refused_attempts(%s)", order))
    answer = turn.session.value("SELECT stock.answered(%s)", key)
    return None if answer is None else replay(answer, hash_, turn.now)


def replay(answer: Mapping[str, Any], hash_: str, now: int) -> ReservationOutcome:
    """A stored answer again, its reservation as it stands at a time.

    Raises:
        IdempotencyConflict: it is the answer to something else.
    """
    key, seq = answer["key"], answer["seq"]
    if answer["hash"] != hash_:
        raise IdempotencyConflict(key)
    return replayed(answer["outcome"], key, seq, lambda _: reservation_from(answer["reservation"], now))


def reserve_here(turn: Turn, request: ReservationRequest, *, sweeps: int, alone: bool) -> ReservationOutcome:
    """Answer a request for the first time, or as it was answered before.

    Raises:
        SweepFirstError: something is short, and holds that have expired are not swept yet.
        EnterAloneError: an item has to be made known.
    """
    if alone:
        enter(turn, alone=True)
    ((key, number, answer),) = turn.session.rows(
        "SELECT * FROM stock.begin_request(%s, %s)", request.key, request.order
    )
    if answer is not None:
        turn = at_writing_time(turn)
        outcome = replay(answer, request.hash, turn.now)
        remember_time(turn)
        return outcome
    pools = locked_pools_of(turn, request.demand.skus)
    turn = at_writing_time(turn)
    placement = _placed(turn, request, pools, live=False)
    if placement.shortages and request.tentative:
        # Looked at with expired holds left out, so that a sweep that does not help is not made for it.
        seen = _placed(turn, request, pools, live=True)
        if seen.shortages:
            remember_time(turn)
            return Refused(seen.shortages, key, 0, replayed=False)
    if placement.shortages and _asks_for_sweep(turn, request, sweeps):
        raise SweepFirstError
    if placement.shortages:
        return _refuse(turn, request, key, number, placement.shortages)
    return _grant(turn, request, key, number, placement, pools, alone=alone)


def _asks_for_sweep(turn: Turn, request: ReservationRequest, sweeps: int) -> bool:
    skus = list(request.demand.skus)
    statement = "SELECT stock.asks_for_sweep(%s::integer, %s::text[], %s)"
    return bool(turn.session.value(statement, sweeps, skus, whole(turn.now)))


def _placed(turn: Turn, request: ReservationRequest, pools: list[Pool], *, live: bool) -> Placement:
    positions = positions_of(turn, pools, live=live)
    return place(request.demand, by_item(positions), turn.today, dict(request.replenished))


def _refuse(
    turn: Turn, request: ReservationRequest, key: str, number: int | None, short: tuple[Shortage, ...]
) -> Refused:
    seq = turn.session.value(
        "SELECT stock.refuse(%s, %s, %s, %s::bigint, %s, %s, %s)",
        key,
        request.order,
        request.hash,
        whole(number),
        Jsonb(shortage_rows(short)),
        whole(turn.now),
        turn.actor,
    )
    remember_time(turn)
    return Refused(short, key, seq, replayed=False)


def _grant(
    turn: Turn,
    request: ReservationRequest,
    key: str,
    number: int | None,
    placement: Placement,
    pools: list[Pool],
    *,
    alone: bool,
) -> Reserved:
    ids = {pool.place: pool.id for pool in pools}
    # Before anything is told, so that going back leaves no gap in the numbers.
    for where in sorted({(each.sku, each.location) for each in placement.procured} - ids.keys()):
        if not alone:
            raise EnterAloneError
        ids[where] = make_known(turn, *where)
    for supply in procured_supplies(reservation_id(key), placement.procured):
        expect(turn, supply)
    lines = placed_lines(placement)
    told = turn.session.value(
        "SELECT stock.grant_request(%s, %s, %s, %s::bigint, %s::bigint, %s, %s::integer, %s::date, %s, "
        "%s::bigint[], %s::date[], %s::bigint[], %s, %s)",
        key,
        request.order,
        request.hash,
        whole(number),
        _ttl(request),
        request.config_digest,
        whole(request.priority),
        request.promised,
        Jsonb(line_rows(lines)),
        wholes([ids[line.sku, line.location] for line in lines]),
        [line.needed for line in lines],
        wholes([line.quantity for line in lines]),
        whole(turn.now),
        turn.actor,
    )
    remember_time(turn)
    return _granted(request, told)
