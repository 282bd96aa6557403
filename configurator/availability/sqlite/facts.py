"""Facts as SQL: goods that came, went or moved, counts, expected receipts, and what is known of items.

A fact is never refused by what was promised: what it leaves too little for is given up with it.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from attrs import evolve, frozen

from configurator.availability.breaking import (
    AfterFact,
    Positions,
    giving_up_order,
    missing_from,
    promise_break,
    promises_to_break,
    recounted,
    replacing,
)
from configurator.availability.changes import (
    Adjustment,
    Receipt,
    StockChange,
    Transfer,
    change_again,
    change_row,
    more_lost_than_there,
    unknown_place,
)
from configurator.availability.ledger import EventKind
from configurator.availability.masters import ItemMaster, changed_masters, master_row, masters_payload
from configurator.availability.pools import Pool
from configurator.availability.quantities import DEFAULT_LOCATION, ItemId
from configurator.availability.reservations import Reservation, ReservationState
from configurator.availability.sqlite.ledger import Move, Turn, append_event, move
from configurator.availability.sqlite.life import call_off, expire, give_back
from configurator.availability.sqlite.reading import (
    FOR_EXPIRED,
    SUPPLY_COLUMNS,
    live_reservations,
    masters_of,
    pools_of,
    positions_of,
    reservation,
    supply_from,
)
from configurator.availability.sqlite.reserving import store_answer, stored_answer
from configurator.availability.sqlite.supply import expect, make_known
from configurator.availability.stock_import import ImportPlan, import_lines
from configurator.availability.supply import (
    Supply,
    changed,
    check_receipt_of,
    no_open_supply,
    supply_row,
    unknown_supply,
)
from configurator.errors import IdempotencyConflict, OutOfStockError

# Goods


def receive(turn: Turn, receipt: Receipt) -> StockChange:
    """Goods come, perhaps as expected."""
    if again := _told_again(turn, receipt.key, receipt.hash):
        return again
    if receipt.supply is not None:
        _receive_expected(turn, receipt, receipt.supply)
    pool = make_known(turn, receipt.sku, receipt.location)
    seq = append_event(turn, EventKind.RECEIVED, None, receipt.payload)
    move(turn, seq, [Move(pool, on_hand=receipt.quantity)])
    return _answer(turn, receipt.key, receipt.hash, StockChange(seq))


def _receive_expected(turn: Turn, receipt: Receipt, named: str) -> None:
    known = _expected(turn, named)
    check_receipt_of(known.supply if known and known.is_open else None, named, receipt.sku, receipt.location)
    # The right sides see the row as it was: what comes beyond what was expected raises that.
    turn.connection.execute(
        "UPDATE supply SET received = received + ?, qty = max(qty, received + ?) WHERE ref = ?",
        (receipt.quantity, receipt.quantity, named),
    )


def adjust(turn: Turn, adjustment: Adjustment, *, break_promises: bool) -> StockChange:
    """Goods are found or lost."""
    if again := _told_again(turn, adjustment.key, adjustment.hash):
        return again
    pool = _pool(turn, adjustment.sku, adjustment.location)
    if pool.on_hand + adjustment.change < 0:
        raise more_lost_than_there(adjustment, pool.on_hand)
    broken = _given_up(
        turn,
        [pool],
        recounted({pool.place: adjustment.change}),
        EventKind.ADJUSTED,
        break_promises=break_promises,
    )
    seq = append_event(turn, EventKind.ADJUSTED, None, adjustment.payload)
    move(turn, seq, [Move(pool.id, on_hand=adjustment.change)])
    return _answer(turn, adjustment.key, adjustment.hash, StockChange(seq, broken))


def transfer(turn: Turn, told: Transfer) -> StockChange:
    """Goods move from one location to another; only what is free can go."""
    if again := _told_again(turn, told.key, told.hash):
        return again
    source = _pool(turn, told.sku, told.source)
    free = positions_of(turn, [source], live=True)[source.place].available(None, turn.today)
    if free < told.quantity:
        raise OutOfStockError([(told.sku, told.quantity, free)])
    if positions_of(turn, [source], live=False)[source.place].available(None, turn.today) < told.quantity:
        expire(turn, None)
    target = make_known(turn, told.sku, told.target)
    seq = append_event(turn, EventKind.TRANSFERRED, None, told.payload)
    move(turn, seq, [Move(source.id, on_hand=-told.quantity), Move(target, on_hand=told.quantity)])
    return _answer(turn, told.key, told.hash, StockChange(seq))


def _pool(turn: Turn, sku: ItemId, location: str) -> Pool:
    for pool in pools_of(turn.connection, [sku]):
        if pool.location == location:
            return pool
    raise unknown_place(sku, location)


# Idempotency


def _told_again(turn: Turn, key: str | None, hash_: str) -> StockChange | None:
    answer = None if key is None else stored_answer(turn, key, hash_)
    if key is None or answer is None:
        return None
    return change_again(answer[0], key, lambda id_: reservation(turn, id_))


def _answer(turn: Turn, key: str | None, hash_: str, change: StockChange) -> StockChange:
    if key is not None:
        store_answer(turn, change.seq, key, hash_, change_row(change))
    return change


# What is known of items


def set_floor(turn: Turn, sku: ItemId, floor: int, location: str) -> StockChange:
    """New requests leave so many where they are."""
    pool = _pool(turn, sku, location)
    if pool.floor == floor:
        return StockChange(0)
    payload = {"after": floor, "before": pool.floor, "location": location, "sku": sku}
    seq = append_event(turn, EventKind.FLOOR_SET, None, payload)
    turn.connection.execute("UPDATE pool SET floor = ? WHERE id = ?", (floor, pool.id))
    return StockChange(seq)


def set_masters(turn: Turn, masters: Sequence[ItemMaster]) -> StockChange:
    """What is known of items, sorted by SKU, is said anew."""
    skus = [master.sku for master in masters]
    stocked = {pool.sku for pool in pools_of(turn.connection, skus)}
    changes = changed_masters(masters, stocked, masters_of(turn.connection, skus))
    if not changes:
        return StockChange(0)
    seq = append_event(turn, EventKind.MASTERS_SET, None, masters_payload(changes))
    for master in changes:
        if master.sku not in stocked:
            make_known(turn, master.sku, DEFAULT_LOCATION)
        turn.connection.execute(
            "UPDATE component SET policy = ?, lead_time = ?, cost = ?, currency = ? WHERE sku = ?",
            (*master_row(master), master.sku),
        )
    return StockChange(seq)


# Expected receipts


@frozen
class _Expected:
    """A row of `supply`. What came beyond what was expected may be more than a `Supply` can name."""

    row: tuple[Any, ...]
    is_open: bool

    @property
    def supply(self) -> Supply:
        return supply_from(self.row)

    def is_told_by(self, supply: Supply) -> bool:
        """Whether adding that supply would tell nothing new."""
        ref, sku, due, quantity, location, _, firm, _ = self.row
        known = (ref, sku, due, quantity, location, bool(firm))
        return known == (
            supply.id,
            supply.sku,
            supply.due.isoformat(),
            supply.quantity,
            supply.location,
            supply.firm,
        )


def _expected(turn: Turn, named: str) -> _Expected | None:
    row = turn.connection.execute(
        f"SELECT {SUPPLY_COLUMNS}, cancelled = 0 AND received < qty AND NOT {FOR_EXPIRED} "  # noqa: S608 - our own constants
        "FROM supply WHERE ref = ?",
        (turn.now, named),
    ).fetchone()
    return None if row is None else _Expected(tuple(row[:-1]), bool(row[-1]))


def add_supply(turn: Turn, supply: Supply) -> StockChange:
    """A receipt is expected."""
    known = _expected(turn, supply.id)
    if known is not None:
        if not known.is_told_by(supply):
            raise IdempotencyConflict(supply.id)
        return StockChange(0)
    return StockChange(expect(turn, evolve(supply, reservation="")))


def change_supply(
    turn: Turn,
    named: str,
    due: date | None,
    quantity: int | None,
    *,
    firm: bool | None,
    break_promises: bool,
) -> StockChange:
    """An expected receipt comes on another day, with more or less, or is firm or not."""
    known = _expected(turn, named)
    if known is None or not known.is_open:
        raise no_open_supply(named)
    before = known.supply
    after = changed(before, due, quantity, firm=firm)
    if before == after:
        return StockChange(0)
    kind = EventKind.SUPPLY_CHANGED
    broken = _given_up(
        turn,
        _pools_at(turn, before),
        replacing(before, after),
        kind,
        break_promises=break_promises,
        told_of=named,
    )
    payload = {"after": supply_row(after), "before": supply_row(before), "supply": named}
    seq = append_event(turn, kind, None, payload)
    turn.connection.execute(
        "UPDATE supply SET due = ?, qty = ?, firm = ?, res_id = NULL WHERE ref = ?",
        (after.due.isoformat(), after.quantity, after.firm, named),
    )
    return StockChange(seq, broken)


def cancel_supply(turn: Turn, named: str, *, break_promises: bool) -> StockChange:
    """What is open of an expected receipt will not come."""
    known = _expected(turn, named)
    if known is None:
        raise unknown_supply(named)
    if not known.is_open:
        return StockChange(0)
    kind = EventKind.SUPPLY_CANCELLED
    before = known.supply
    broken = _given_up(
        turn,
        _pools_at(turn, before),
        replacing(before, None),
        kind,
        break_promises=break_promises,
        told_of=named,
    )
    return StockChange(call_off(turn, named, before.open, None), broken)


def _pools_at(turn: Turn, supply: Supply) -> list[Pool]:
    return [_pool(turn, supply.sku, supply.location)]


# Counts


def plan_import(turn: Turn, counts: Mapping[ItemId, int], location: str) -> ImportPlan:
    """What these counts, sorted by SKU, would change at a location."""
    plan, pools = _plan(turn, counts, location)
    after = recounted(plan.more(location))(positions_of(turn, pools, live=True))
    return evolve(plan, broken=_to_give_up(turn, pools, after), missing=missing_from(after))


def _plan(turn: Turn, counts: Mapping[ItemId, int], location: str) -> tuple[ImportPlan, list[Pool]]:
    pools = [pool for pool in pools_of(turn.connection, counts) if pool.location == location]
    on_hand = {pool.place: pool.on_hand for pool in pools}
    return ImportPlan(import_lines(counts, on_hand, positions_of(turn, pools, live=True), location)), pools


def import_counts(
    turn: Turn, counts: Mapping[ItemId, int], location: str, *, break_promises: bool
) -> ImportPlan:
    """Set these counts, sorted by SKU, at a location."""
    plan, pools = _plan(turn, counts, location)
    if not plan.changes:
        return plan
    after = recounted(plan.more(location))
    missing = missing_from(after(positions_of(turn, pools, live=True)))
    broken = _given_up(turn, pools, after, EventKind.IMPORTED, break_promises=break_promises)
    ids = {pool.sku: pool.id for pool in pools}
    ids |= {line.sku: make_known(turn, line.sku, location) for line in plan.changes if line.before is None}
    seq = append_event(turn, EventKind.IMPORTED, None, plan.payload(location))
    move(turn, seq, [Move(ids[sku], on_hand=more) for (sku, _), more in plan.more(location).items() if more])
    return evolve(plan, broken=broken, missing=missing)


# Promises that a fact breaks


def _to_give_up(turn: Turn, pools: Sequence[Pool], after: Positions) -> tuple[Reservation, ...]:
    if not missing_from(after):
        return ()
    candidates = live_reservations(turn, [pool.id for pool in pools])
    return promises_to_break(after, giving_up_order(candidates))


def _given_up(
    turn: Turn,
    pools: Sequence[Pool],
    after: AfterFact,
    because: EventKind,
    *,
    break_promises: bool,
    told_of: str | None = None,
) -> tuple[Reservation, ...]:
    """Make room for a fact: sweep what has expired where it stands in the way, then give up promises.

    Args:
        turn: the call that tells the fact.
        pools: those that the fact touches.
        after: from their positions to how they would stand after the fact.
        because: the fact.
        break_promises: whether promises may be given up.
        told_of: the supply that the fact is about.

    Raises:
        PromiseBreakError: promises would have to be given up, and may not be. Nothing has changed then.
    """
    seen = after(positions_of(turn, pools, live=True))
    broken = _to_give_up(turn, pools, seen)
    if broken and not break_promises:
        raise promise_break(seen, broken)
    if missing_from(after(positions_of(turn, pools, live=False))):
        expire(turn, None)
    for each in broken:
        told = {"because": because.value, "order": each.order, "state": each.state.value}
        give_back(turn, each, EventKind.PROMISE_BROKEN, told, ReservationState.RELEASED, told_of)
    return broken
