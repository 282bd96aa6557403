"""Reading a SQLite stock inside a transaction that somebody else began."""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from sqlite3 import Connection
from typing import Any, Final

from configurator.availability.balances import StockBalance
from configurator.availability.breaking import Positions
from configurator.availability.clock import moment
from configurator.availability.ledger import EventKind, StockEvent, StockMovement, canonical
from configurator.availability.masters import ItemMaster, master_from
from configurator.availability.pools import Pool, pool_balances, pool_positions
from configurator.availability.quantities import ItemId
from configurator.availability.reservations import Reservation, ReservationState, ReservedLine
from configurator.availability.snapshot import StockSnapshot
from configurator.availability.sqlite.ledger import Turn, last_event
from configurator.availability.supply import Commitment, Supply
from configurator.errors import UnknownReservationError

_POOLS: Final = "SELECT id, sku, location, on_hand, held, allocated, planned, floor FROM pool WHERE lot = ''"
_IN_ORDER: Final = "ORDER BY sku, location"
SUPPLY_COLUMNS: Final = "ref, sku, due, qty, location, received, firm, res_id"
FOR_EXPIRED: Final = (
    "EXISTS (SELECT 1 FROM reservation WHERE id = supply.res_id AND state = 'HELD' AND expires_at <= ?)"
)
"""Whether a supply was to be had for a hold that has expired by a time."""
_SUPPLIES: Final = (
    f"SELECT {SUPPLY_COLUMNS} FROM supply "  # noqa: S608 - our own constants
    f"WHERE cancelled = 0 AND received < qty AND NOT (? AND {FOR_EXPIRED})"
)
_LIVE: Final = "state IN ('HELD', 'ALLOCATED') AND (state = 'ALLOCATED' OR expires_at > ?)"
# By the index of those that live, which SQLite would leave for the table's own order: most are past.
_ALL_LIVE: Final = f"seq IN (SELECT seq FROM reservation WHERE {_LIVE})"  # noqa: S608 - our own constant
_ASKED: Final = "sku IN (SELECT value FROM json_each(?))"


def pools_of(connection: Connection, skus: Iterable[ItemId] | None) -> list[Pool]:
    """The pools of some or all items, by SKU and location."""
    # Two statements, since one that says "or all" could not use the index.
    if skus is None:
        rows = connection.execute(f"{_POOLS} {_IN_ORDER}")
    else:
        rows = connection.execute(f"{_POOLS} AND {_ASKED} {_IN_ORDER}", (canonical(sorted(set(skus))),))
    return [Pool(*row) for row in rows]


def positions_of(turn: Turn, pools: Sequence[Pool], *, live: bool) -> Positions:
    """Pools over time, by place; with `live`, holds that have expired are left out before they are swept."""
    # by INVARIANT on `move`: where nothing is planned there is nothing to look for
    planned = [pool.id for pool in pools if pool.planned]
    return pool_positions(
        pools,
        _expired(turn) if live else {},
        supplies_of(turn, {pool.sku for pool in pools}, live=live),
        commitments_of(turn, planned, live=live),
    )


def _expired(turn: Turn) -> dict[int, tuple[int, int]]:
    """By pool, what holds that have expired and are not swept took from the shelf and for later days."""
    rows = turn.connection.execute(
        "SELECT src_id, coalesce(sum(qty) FILTER (WHERE src = 'POOL'), 0), "
        "coalesce(sum(qty) FILTER (WHERE src = 'SUPPLY'), 0) "
        "FROM reservation JOIN reservation_line ON res_id = id "
        "WHERE state IN ('HELD', 'ALLOCATED') AND state = 'HELD' AND expires_at <= ? GROUP BY src_id",
        (turn.now,),
    )
    return {pool: (shelf, later) for pool, shelf, later in rows}


def supplies_of(turn: Turn, skus: Collection[ItemId] | None, *, live: bool) -> tuple[Supply, ...]:
    """What is still to come, by SKU, day and id; with `live`, nothing that is for an expired hold."""
    if skus is None:
        rows = turn.connection.execute(f"{_SUPPLIES} ORDER BY sku, due, ref", (live, turn.now))
    else:
        asked = canonical(sorted(skus))
        rows = turn.connection.execute(
            f"{_SUPPLIES} AND {_ASKED} ORDER BY sku, due, ref", (live, turn.now, asked)
        )
    return tuple(supply_from(row) for row in rows)


def supply_from(row: Sequence[Any]) -> Supply:
    """A supply from the columns that `SUPPLY_COLUMNS` names."""
    ref, sku, due, quantity, location, received, firm, reservation = row
    day = date.fromisoformat(due)
    return Supply(ref, sku, day, quantity, location, received, bool(firm), reservation or "")


def commitments_of(turn: Turn, pools: Collection[int], *, live: bool) -> tuple[Commitment, ...]:
    """What was promised for later days from these pools, by SKU, day and reservation."""
    if not pools:
        return ()
    # CROSS, because the pools are few and the pending lines many: SQLite shall begin with the pools.
    rows = turn.connection.execute(
        "SELECT sku, location, needed, qty - consumed, reservation.id, order_ref "
        "FROM pool CROSS JOIN reservation_line AS line ON line.src_id = pool.id AND pending = 1 "
        "JOIN reservation ON reservation.id = res_id "
        "WHERE pool.id IN (SELECT value FROM json_each(?)) "
        "AND NOT (? AND state = 'HELD' AND expires_at <= ?) "
        "ORDER BY sku, needed, reservation.id, location",
        (canonical(sorted(pools)), live, turn.now),
    )
    return tuple(
        Commitment(sku, location, date.fromisoformat(needed), quantity, reservation, order)
        for sku, location, needed, quantity, reservation, order in rows
    )


def balances(turn: Turn, skus: Collection[ItemId] | None) -> tuple[StockBalance, ...]:
    """Counters by SKU and location, holds that have expired left out."""
    pools = pools_of(turn.connection, skus)
    positions = positions_of(turn, [pool for pool in pools if pool.planned], live=True)
    return pool_balances(pools, _expired(turn), positions, turn.today)


def snapshot(turn: Turn, skus: Collection[ItemId] | None) -> StockSnapshot:
    """All there is to know of some or all items."""
    pools = pools_of(turn.connection, skus)
    positions = positions_of(turn, pools, live=True)
    commitments = [each for position in positions.values() for each in position.commitments]
    return StockSnapshot(
        pool_balances(pools, _expired(turn), positions, turn.today),
        supplies_of(turn, skus, live=True),
        tuple(sorted(commitments, key=lambda each: (each.sku, each.needed, each.reservation, each.location))),
        masters_of(turn.connection, skus),
        last_event(turn.connection),
        moment(turn.now),
    )


def masters_of(connection: Connection, skus: Collection[ItemId] | None) -> tuple[ItemMaster, ...]:
    """The masters of some or all items, by SKU; an item of which nothing is said has none."""
    said = (
        "SELECT sku, policy, lead_time, cost, currency FROM component "
        "WHERE (policy IS NOT NULL OR lead_time IS NOT NULL OR cost IS NOT NULL)"
    )
    if skus is None:
        rows = connection.execute(f"{said} ORDER BY sku")
    else:
        rows = connection.execute(f"{said} AND {_ASKED} ORDER BY sku", (canonical(sorted(skus)),))
    return tuple(master_from(*row) for row in rows)


def reservation(turn: Turn, id_: str) -> Reservation:
    """One reservation as it stands now."""
    found = reservations_where(turn, "id = ?", (id_,))
    if not found:
        raise UnknownReservationError(id_)
    return found[0]


def reservations(turn: Turn, order: str | None, *, live: bool) -> tuple[Reservation, ...]:
    """All reservations or those of one order, oldest first; with `live`, only what is not past."""
    match order, live:
        case None, False:
            return reservations_where(turn, "TRUE", ())
        case None, True:
            return reservations_where(turn, _ALL_LIVE, (turn.now,))
        case _, False:
            return reservations_where(turn, "order_ref = ?", (order,))
        case _:
            return reservations_where(turn, f"order_ref = ? AND {_LIVE}", (order, turn.now))


def live_reservations(turn: Turn, pools: Collection[int]) -> tuple[Reservation, ...]:
    """The holds and allocations that took something from these pools, oldest first; none that has expired."""
    return reservations_where(
        turn,
        "state IN ('HELD', 'ALLOCATED') AND (state = 'ALLOCATED' OR expires_at > ?) AND EXISTS ("
        "SELECT 1 FROM reservation_line WHERE res_id = reservation.id "
        "AND src_id IN (SELECT value FROM json_each(?)))",
        (turn.now, canonical(sorted(pools))),
    )


def reservations_where(turn: Turn, condition: str, values: Sequence[object]) -> tuple[Reservation, ...]:
    """The reservations that meet a condition of this package, oldest first."""
    rows = turn.connection.execute(
        "SELECT id, order_ref, state, created, expires_at, config_digest, class, promise_date, "  # noqa: S608 - our own constants
        "(SELECT json_group_array(json_array(sku, needed, location, qty, consumed)) "
        "FROM reservation_line JOIN pool ON pool.id = src_id WHERE res_id = reservation.id) "
        f"FROM reservation WHERE {condition} ORDER BY seq",
        tuple(values),
    )
    return tuple(
        Reservation(
            id=id_,
            order=order_ref,
            state=_present_state(state, expires_at, turn.now),
            lines=_lines(lines),
            created=moment(created),
            expires_at=None if expires_at is None else moment(expires_at),
            config_digest=digest,
            priority=priority,
            promised=None if promised is None else date.fromisoformat(promised),
        )
        for id_, order_ref, state, created, expires_at, digest, priority, promised, lines in rows
    )


def _present_state(state: str, expires_at: int | None, now: int) -> ReservationState:
    if state == ReservationState.HELD.value and expires_at is not None and expires_at <= now:
        return ReservationState.EXPIRED
    return ReservationState(state)


def _lines(told: str) -> tuple[ReservedLine, ...]:
    """Lines by SKU, day (now, which is told as an empty text, first) and location."""
    return tuple(
        ReservedLine(sku, quantity, location, date.fromisoformat(needed) if needed else None, consumed)
        for sku, needed, location, quantity, consumed in sorted(json.loads(told))
    )


def events(connection: Connection, after: int, limit: int | None) -> tuple[StockEvent, ...]:
    """The events after a number, in order, with their movements."""
    # Numbers have no gaps, so so many events end at a number that is known.
    last = last_event(connection) if limit is None else after + limit
    movements: dict[int, list[StockMovement]] = {}
    for seq, *movement in connection.execute(
        "SELECT seq, sku, d_on_hand, d_held, d_allocated, d_planned, location "
        "FROM ledger JOIN pool ON pool.id = pool_id WHERE seq > ? AND seq <= ? ORDER BY seq, sku, location",
        (after, last),
    ):
        movements.setdefault(seq, []).append(StockMovement(*movement))
    rows = connection.execute(
        "SELECT seq, kind, res_id, at, payload, actor FROM event WHERE seq > ? AND seq <= ? ORDER BY seq",
        (after, last),
    )
    return tuple(
        StockEvent(seq, EventKind(kind), res_id, moment(at), payload, tuple(movements.get(seq, ())), actor)
        for seq, kind, res_id, at, payload, actor in rows
    )
