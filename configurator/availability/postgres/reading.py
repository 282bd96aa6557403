"""Reading a PostgreSQL stock, in a transaction that somebody else began."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any, Final

from attrs import evolve, frozen

from configurator.availability.balances import StockBalance
from configurator.availability.breaking import Positions
from configurator.availability.clock import moment
from configurator.availability.ledger import EventKind, StockEvent, StockMovement, canonical
from configurator.availability.masters import ItemMaster, master_from
from configurator.availability.pools import Pool, pool_balances, pool_positions
from configurator.availability.postgres.connections import Session, whole, wholes
from configurator.availability.postgres.schema import SCHEMA_VERSION
from configurator.availability.quantities import ItemId
from configurator.availability.reservations import Reservation, ReservationState, ReservedLine
from configurator.availability.snapshot import StockSnapshot
from configurator.availability.supply import Commitment, Supply


@frozen(slots=False)
class Turn:
    """One call's transaction.

    Attributes:
        session: where it speaks to the server.
        given: the time that the caller's clock gives; `None` for the server's own.
        actor: who calls.
        now: the time of the call, microseconds since 1970 UTC; 0 before it is known.
    """

    session: Session
    given: int | None
    actor: str
    now: int = 0

    @property
    def today(self) -> date:
        """The day of the call, in UTC."""
        return moment(self.now).date()


_POOLS: Final = (
    "SELECT id, sku, location, on_hand, held, allocated, planned, floor FROM stock.pool "
    "WHERE lot = '' AND (%s::text[] IS NULL OR sku = ANY (%s)) "
)


class OtherVersionError(Exception):
    """The tables are of another version than when they were opened."""

    def __init__(self, version: int) -> None:
        super().__init__(version)
        self.version = version


def at_reading_time(turn: Turn) -> Turn:
    """The turn at its time, which is never before the last write.

    Raises:
        OtherVersionError: the tables were brought to another version since they were opened.
    """
    return _at(turn, "greatest(stock.present(%s), stock.high_water())")


def at_writing_time(turn: Turn) -> Turn:
    """Likewise for a call that may write, which a clock that is far behind may not."""
    return _at(turn, "stock.write_time(%s)")


def _at(turn: Turn, time: str) -> Turn:
    statement = f"SELECT {time}, (SELECT schema_version FROM stock.meta)"  # noqa: S608 - our own texts
    ((now, version),) = turn.session.rows(statement, whole(turn.given))
    if version != SCHEMA_VERSION:
        raise OtherVersionError(version)
    return evolve(turn, now=now)


def asked(skus: Iterable[ItemId] | None) -> list[ItemId] | None:
    """Items as statements take them: sorted, each once; `None` for all."""
    return None if skus is None else sorted(set(skus))


def pools_of(turn: Turn, skus: Iterable[ItemId] | None) -> list[Pool]:
    """The pools of some or all items, by SKU and location."""
    wanted = asked(skus)
    rows = turn.session.rows(f"{_POOLS} ORDER BY sku, location", wanted, wanted)
    return [Pool(*row) for row in rows]


def locked_pools_of(turn: Turn, skus: Iterable[ItemId]) -> list[Pool]:
    """The pools of some items, by SKU and location; nobody else changes them before this transaction ends."""
    wanted = asked(skus)
    rows = turn.session.rows(f"{_POOLS} ORDER BY id FOR NO KEY UPDATE", wanted, wanted)
    return sorted((Pool(*row) for row in rows), key=lambda pool: pool.place)


def positions_of(turn: Turn, pools: Sequence[Pool], *, live: bool) -> Positions:
    """Pools over time, by place; with `live`, holds that have expired are left out before they are swept."""
    # by INVARIANT on `stock.move`: where nothing is planned there is nothing to look for
    planned = [pool.id for pool in pools if pool.planned]
    return pool_positions(
        pools,
        _expired(turn) if live else {},
        supplies_of(turn, {pool.sku for pool in pools}, live=live),
        _commitments(turn, planned, live=live),
    )


def _expired(turn: Turn) -> dict[int, tuple[int, int]]:
    """By pool, what holds that have expired and are not swept took from the shelf and for later days."""
    rows = turn.session.rows(
        "SELECT src_id, coalesce(sum(qty) FILTER (WHERE src = 'POOL'), 0)::bigint, "
        "coalesce(sum(qty) FILTER (WHERE src = 'SUPPLY'), 0)::bigint "
        "FROM stock.reservation JOIN stock.reservation_line ON res_id = id "
        "WHERE state = 'HELD' AND expires_at <= %s GROUP BY src_id",
        whole(turn.now),
    )
    return {pool: (shelf, later) for pool, shelf, later in rows}


_SUPPLIES: Final = (
    "SELECT ref, sku, due, qty, location, received, firm, supply.res_id FROM stock.supply "
    "WHERE NOT cancelled AND received < qty AND NOT (%s AND EXISTS ("
    "SELECT FROM stock.reservation WHERE id = supply.res_id AND state = 'HELD' AND expires_at <= %s)) "
)


def supplies_of(turn: Turn, skus: Iterable[ItemId] | None, *, live: bool = True) -> tuple[Supply, ...]:
    """What is still to come, by SKU, day and id; with `live`, not what was to be had for an expired hold."""
    wanted = asked(skus)
    if wanted is not None and not wanted:
        return ()
    rows = turn.session.rows(
        f"{_SUPPLIES} AND (%s::text[] IS NULL OR sku = ANY (%s)) ORDER BY sku, due, ref",
        live,
        whole(turn.now),
        wanted,
        wanted,
    )
    return tuple(Supply(*row) for row in rows)


def open_supply(turn: Turn, named: str) -> Supply | None:
    """The supply of that id if it is still to come."""
    rows = turn.session.rows(f"{_SUPPLIES} AND ref = %s", True, whole(turn.now), named)
    return Supply(*rows[0]) if rows else None


def _commitments(turn: Turn, pools: Collection[int], *, live: bool) -> tuple[Commitment, ...]:
    if not pools:
        return ()
    rows = turn.session.rows(
        "SELECT sku, location, needed, qty - consumed, res.id, order_ref FROM stock.reservation_line "
        "JOIN stock.pool ON pool.id = src_id JOIN stock.reservation AS res ON res.id = res_id "
        "WHERE src_id = ANY (%s) AND pending AND qty > consumed "
        "AND NOT (%s AND state = 'HELD' AND expires_at <= %s) "
        "ORDER BY sku, needed, res.id, location",
        wholes(sorted(pools)),
        live,
        whole(turn.now),
    )
    return tuple(Commitment(*row) for row in rows)


def balances(turn: Turn, skus: Iterable[ItemId] | None) -> tuple[StockBalance, ...]:
    """Counters by SKU and location, holds that have expired left out."""
    pools = pools_of(turn, skus)
    positions = positions_of(turn, [pool for pool in pools if pool.planned], live=True)
    return pool_balances(pools, _expired(turn), positions, turn.today)


def snapshot(turn: Turn, skus: Iterable[ItemId] | None, seq: int) -> StockSnapshot:
    """All there is to know of some or all items; every event up to `seq` is in it."""
    pools = pools_of(turn, skus)
    positions = positions_of(turn, pools, live=True)
    commitments = [each for position in positions.values() for each in position.commitments]
    return StockSnapshot(
        pool_balances(pools, _expired(turn), positions, turn.today),
        supplies_of(turn, skus),
        tuple(sorted(commitments, key=lambda each: (each.sku, each.needed, each.reservation, each.location))),
        masters_of(turn, skus),
        last_event(turn, seq),
        moment(turn.now),
    )


def masters_of(turn: Turn, skus: Iterable[ItemId] | None) -> tuple[ItemMaster, ...]:
    """The masters of some or all items, by SKU; an item of which nothing is said has none."""
    wanted = asked(skus)
    rows = turn.session.rows(
        "SELECT sku, policy, lead_time, cost, currency FROM stock.component "
        "WHERE (policy IS NOT NULL OR lead_time IS NOT NULL OR cost IS NOT NULL) "
        "AND (%s::text[] IS NULL OR sku = ANY (%s)) ORDER BY sku",
        wanted,
        wanted,
    )
    return tuple(master_from(*row) for row in rows)


def reservations(turn: Turn, order: str | None, *, live: bool) -> tuple[Reservation, ...]:
    """All reservations or those of one order, oldest first; with `live`, only what is not past."""
    if live:
        rows = turn.session.rows(
            "SELECT stock.told(id) FROM stock.reservation "
            "WHERE state IN ('HELD', 'ALLOCATED') AND (state = 'ALLOCATED' OR expires_at > %s) "
            "AND (%s::text IS NULL OR order_ref = %s) ORDER BY seq",
            whole(turn.now),
            order,
            order,
        )
        return tuple(reservation_from(row, turn.now) for (row,) in rows)
    rows = turn.session.rows(
        "SELECT stock.told(id) FROM stock.reservation WHERE %s::text IS NULL OR order_ref = %s ORDER BY seq",
        order,
        order,
    )
    return tuple(reservation_from(row, turn.now) for (row,) in rows)


def reservation(turn: Turn, id_: str) -> Reservation | None:
    """One reservation, if there is one with that id."""
    row = turn.session.value("SELECT stock.told(%s)", id_)
    return None if row is None else reservation_from(row, turn.now)


def known_reservation(turn: Turn, id_: str) -> Reservation:
    """One reservation that is known to be there."""
    found = reservation(turn, id_)
    assert found is not None, "reservations are never deleted"
    return found


def live_reservations(turn: Turn, pools: Collection[int]) -> tuple[Reservation, ...]:
    """The holds and allocations that took something from these pools, oldest first; none that has expired."""
    rows = turn.session.rows(
        "SELECT stock.told(id) FROM stock.reservation "
        "WHERE state IN ('HELD', 'ALLOCATED') AND (state = 'ALLOCATED' OR expires_at > %s) "
        "AND EXISTS (SELECT FROM stock.reservation_line WHERE res_id = reservation.id AND src_id = ANY (%s)) "
        "ORDER BY seq",
        whole(turn.now),
        wholes(sorted(pools)),
    )
    return tuple(reservation_from(row, turn.now) for (row,) in rows)


def reservation_from(row: Sequence[Any], now: int) -> Reservation:
    """A reservation as it stands at a time, from what `stock.told` gives."""
    id_, order, state, created, expires_at, digest, priority, promised, lines = row
    if state == ReservationState.HELD.value and expires_at <= now:
        state = ReservationState.EXPIRED.value
    return Reservation(
        id=id_,
        order=order,
        state=ReservationState(state),
        lines=tuple(
            ReservedLine(sku, quantity, location, day_from(needed), consumed)
            for sku, quantity, location, needed, consumed in lines
        ),
        created=moment(created),
        expires_at=None if expires_at is None else moment(expires_at),
        config_digest=digest,
        priority=priority,
        promised=day_from(promised),
    )


def day_from(told: str | None) -> date | None:
    """A day from JSON."""
    return None if told is None else date.fromisoformat(told)


def settled(session: Session) -> int:
    """A number up to which every event is there or never will be; to be asked before anything is read."""
    return int(session.value("SELECT stock.settled()"))


def last_event(turn: Turn, until: int) -> int:
    """The number of the last event up to a number, 0 before the first."""
    return int(
        turn.session.value("SELECT coalesce(max(seq), 0) FROM stock.event WHERE seq <= %s", whole(until))
    )


def events(turn: Turn, after: int, limit: int | None, until: int) -> tuple[StockEvent, ...]:
    """The events after a number and up to another, in order, with their movements."""
    rows = turn.session.rows(
        "SELECT seq, kind, res_id, at, payload, actor, (SELECT jsonb_agg(jsonb_build_array("
        "sku, d_on_hand, d_held, d_allocated, d_planned, location) ORDER BY sku, location) "
        "FROM stock.ledger JOIN stock.pool ON pool.id = pool_id WHERE ledger.seq = event.seq) "
        "FROM stock.event WHERE seq > %s AND seq <= %s ORDER BY seq LIMIT %s",
        whole(after),
        whole(until),
        whole(limit),
    )
    return tuple(
        StockEvent(
            seq,
            EventKind(kind),
            res_id,
            moment(at),
            canonical(payload),
            tuple(StockMovement(*movement) for movement in movements or ()),
            actor,
        )
        for seq, kind, res_id, at, payload, actor, movements in rows
    )
