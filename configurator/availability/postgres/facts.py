"""Facts in a PostgreSQL stock: goods, counts, expected receipts, and what is known of items.

A fact is never refused by what was promised: what it leaves too little for is given up with it. Which
promises those are depends on all that were made, so such a fact is alone while it is written. Goods that
come, and goods that move, break nothing and are written side by side with requests.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from attrs import evolve, frozen
from psycopg.types.json import Jsonb

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
from configurator.availability.postgres.connections import whole
from configurator.availability.postgres.ledger import (
    Move,
    SweepFirstError,
    append_event,
    enter,
    expect,
    make_known,
    move,
    remember_time,
    sweep_now,
)
from configurator.availability.postgres.reading import (
    Turn,
    at_writing_time,
    known_reservation,
    live_reservations,
    locked_pools_of,
    masters_of,
    open_supply,
    pools_of,
    positions_of,
)
from configurator.availability.quantities import DEFAULT_LOCATION, ItemId
from configurator.availability.reservations import Reservation
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
    turn, again = _begin(turn, receipt.key, receipt.hash, alone=_is_new(turn, receipt.sku, receipt.location))
    if again:
        return again
    # The pool before the supply, as everybody locks them.
    pool = make_known(turn, receipt.sku, receipt.location)
    turn = at_writing_time(turn)
    if receipt.supply is not None:
        _receive_expected(turn, receipt, receipt.supply)
    seq = append_event(turn, EventKind.RECEIVED, None, receipt.payload)
    move(turn, seq, [Move(pool, on_hand=receipt.quantity)])
    return _answer(turn, receipt.key, receipt.hash, StockChange(seq))


def _receive_expected(turn: Turn, receipt: Receipt, named: str) -> None:
    turn.session.rows("SELECT FROM stock.supply WHERE ref = %s FOR NO KEY UPDATE", named)
    check_receipt_of(open_supply(turn, named), named, receipt.sku, receipt.location)
    # The right sides see the row as it was: what comes beyond what was expected raises that.
    turn.session.rows(
        "UPDATE stock.supply SET received = received + %s, qty = greatest(qty, received + %s) WHERE ref = %s",
        whole(receipt.quantity),
        whole(receipt.quantity),
        named,
    )


def adjust(turn: Turn, adjustment: Adjustment, *, break_promises: bool) -> StockChange:
    """Goods are found or lost."""
    turn, again = _begin(turn, adjustment.key, adjustment.hash, alone=True)
    if again:
        return again
    pool = _pool(turn, adjustment.sku, adjustment.location)
    if pool.on_hand + adjustment.change < 0:
        raise more_lost_than_there(adjustment, pool.on_hand)
    after = recounted({pool.place: adjustment.change})
    broken = _given_up(turn, [pool], after, EventKind.ADJUSTED, break_promises=break_promises)
    seq = append_event(turn, EventKind.ADJUSTED, None, adjustment.payload)
    move(turn, seq, [Move(pool.id, on_hand=adjustment.change)])
    return _answer(turn, adjustment.key, adjustment.hash, StockChange(seq, broken))


def transfer(turn: Turn, told: Transfer, *, may_sweep: bool) -> StockChange:
    """Goods move from one location to another; only what is free can go.

    Raises:
        SweepFirstError: holds that have expired stand in the way.
    """
    turn, again = _begin(turn, told.key, told.hash, alone=_is_new(turn, told.sku, told.target))
    if again:
        return again
    _pool(turn, told.sku, told.source)
    make_known(turn, told.sku, told.target, locked=False)
    pools = {pool.location: pool for pool in locked_pools_of(turn, [told.sku])}
    turn = at_writing_time(turn)
    source = pools[told.source]
    free = positions_of(turn, [source], live=True)[source.place].available(None, turn.today)
    if free < told.quantity:
        raise OutOfStockError([(told.sku, told.quantity, free)])
    written = positions_of(turn, [source], live=False)[source.place]
    if may_sweep and written.available(None, turn.today) < told.quantity:
        raise SweepFirstError
    seq = append_event(turn, EventKind.TRANSFERRED, None, told.payload)
    target = pools[told.target].id
    move(turn, seq, [Move(source.id, on_hand=-told.quantity), Move(target, on_hand=told.quantity)])
    return _answer(turn, told.key, told.hash, StockChange(seq))


def _is_new(turn: Turn, sku: ItemId, location: str) -> bool:
    """Whether an item is not known at a location; making it known needs to be alone.

    Whoever has locked the counters of an item, or waits for them, would not see another place of it.
    """
    return all(pool.location != location for pool in pools_of(turn, [sku]))


def _pool(turn: Turn, sku: ItemId, location: str) -> Pool:
    for pool in pools_of(turn, [sku]):
        if pool.location == location:
            return pool
    raise unknown_place(sku, location)


# Idempotency


def _begin(turn: Turn, key: str | None, hash_: str, *, alone: bool) -> tuple[Turn, StockChange | None]:
    """Enter, wait for a twin in flight, and see whether the fact was told before."""
    enter(turn, alone=alone)
    answer: dict[str, Any] | None = None
    if key is not None:
        turn.session.rows("SELECT stock.hold_key(%s)", key)
        answer = turn.session.value("SELECT stock.answered(%s)", key)
    turn = at_writing_time(turn)
    if key is None or answer is None:
        return turn, None
    if answer["hash"] != hash_:
        raise IdempotencyConflict(answer["key"])
    change = change_again(answer["outcome"], key, lambda id_: known_reservation(turn, id_))
    remember_time(turn)
    return turn, change


def _answer(turn: Turn, key: str | None, hash_: str, change: StockChange) -> StockChange:
    if key is not None:
        turn.session.rows(
            "INSERT INTO stock.request (key, seq, hash, outcome) VALUES (%s, %s, %s, %s)",
            key,
            whole(change.seq),
            hash_,
            Jsonb(change_row(change)),
        )
    return _done(turn, change)


def _done(turn: Turn, change: StockChange) -> StockChange:
    remember_time(turn)
    return change


# What is known of items


def set_floor(turn: Turn, sku: ItemId, floor: int, location: str) -> StockChange:
    """New requests leave so many where they are."""
    turn, _ = _begin(turn, None, "", alone=True)
    pool = _pool(turn, sku, location)
    if pool.floor == floor:
        return _done(turn, StockChange(0))
    payload = {"after": floor, "before": pool.floor, "location": location, "sku": sku}
    seq = append_event(turn, EventKind.FLOOR_SET, None, payload)
    turn.session.rows("UPDATE stock.pool SET floor = %s WHERE id = %s", whole(floor), whole(pool.id))
    return _done(turn, StockChange(seq))


def set_masters(turn: Turn, masters: Sequence[ItemMaster]) -> StockChange:
    """What is known of items, sorted by SKU, is said anew."""
    turn, _ = _begin(turn, None, "", alone=True)
    skus = [master.sku for master in masters]
    stocked = {pool.sku for pool in pools_of(turn, skus)}
    changes = changed_masters(masters, stocked, masters_of(turn, skus))
    if not changes:
        return _done(turn, StockChange(0))
    seq = append_event(turn, EventKind.MASTERS_SET, None, masters_payload(changes))
    _make_all_known(turn, [master.sku for master in changes if master.sku not in stocked], DEFAULT_LOCATION)
    turn.session.rows(
        "UPDATE stock.component SET policy = said ->> 1, lead_time = (said ->> 2)::integer, "
        "cost = said ->> 3, currency = said ->> 4 "
        "FROM jsonb_array_elements(%s) AS said WHERE sku = said ->> 0",
        Jsonb([[master.sku, *master_row(master)] for master in changes]),
    )
    return _done(turn, StockChange(seq))


def _make_all_known(turn: Turn, skus: Sequence[ItemId], location: str) -> None:
    turn.session.rows(
        "INSERT INTO stock.component (sku) SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING", list(skus)
    )
    turn.session.rows(
        "INSERT INTO stock.pool (sku, location) SELECT unnest(%s::text[]), %s ON CONFLICT DO NOTHING",
        list(skus),
        location,
    )


# Expected receipts


@frozen
class _Row:
    """What a supply of any state says. With what came unexpected it may be more than `Supply` can name."""

    ref: str
    sku: ItemId
    due: date
    quantity: int
    location: str
    firm: bool


def _row(turn: Turn, named: str) -> _Row | None:
    rows = turn.session.rows(
        "SELECT ref, sku, due, qty, location, firm FROM stock.supply WHERE ref = %s", named
    )
    return _Row(*rows[0]) if rows else None


def add_supply(turn: Turn, supply: Supply) -> StockChange:
    """A receipt is expected."""
    turn, _ = _begin(turn, None, "", alone=True)
    known = _row(turn, supply.id)
    if known is not None:
        told = _Row(supply.id, supply.sku, supply.due, supply.quantity, supply.location, supply.firm)
        if known != told:
            raise IdempotencyConflict(supply.id)
        return _done(turn, StockChange(0))
    make_known(turn, supply.sku, supply.location)
    return _done(turn, StockChange(expect(turn, evolve(supply, reservation=""))))


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
    turn, _ = _begin(turn, None, "", alone=True)
    before = open_supply(turn, named)
    if before is None:
        raise no_open_supply(named)
    after = changed(before, due, quantity, firm=firm)
    if before == after:
        return _done(turn, StockChange(0))
    broken = _given_up(
        turn,
        [_pool(turn, before.sku, before.location)],
        replacing(before, after),
        EventKind.SUPPLY_CHANGED,
        break_promises=break_promises,
        told_of=named,
    )
    payload = {"after": supply_row(after), "before": supply_row(before), "supply": named}
    seq = append_event(turn, EventKind.SUPPLY_CHANGED, None, payload)
    turn.session.rows(
        "UPDATE stock.supply SET due = %s, qty = %s, firm = %s, res_id = %s WHERE ref = %s",
        after.due,
        whole(after.quantity),
        after.firm,
        after.reservation,
        named,
    )
    return _done(turn, StockChange(seq, broken))


def cancel_supply(turn: Turn, named: str, *, break_promises: bool) -> StockChange:
    """What is open of an expected receipt will not come."""
    turn, _ = _begin(turn, None, "", alone=True)
    if _row(turn, named) is None:
        raise unknown_supply(named)
    before = open_supply(turn, named)
    if before is None:
        return _done(turn, StockChange(0))
    broken = _given_up(
        turn,
        [_pool(turn, before.sku, before.location)],
        replacing(before, None),
        EventKind.SUPPLY_CANCELLED,
        break_promises=break_promises,
        told_of=named,
    )
    seq = append_event(turn, EventKind.SUPPLY_CANCELLED, None, {"open": before.open, "supply": named})
    turn.session.rows("UPDATE stock.supply SET cancelled = TRUE WHERE ref = %s", named)
    return _done(turn, StockChange(seq, broken))


# Counts


def plan_import(turn: Turn, counts: Mapping[ItemId, int], location: str) -> ImportPlan:
    """What these counts, sorted by SKU, would change at a location."""
    plan, pools = _plan(turn, counts, location)
    after = recounted(plan.more(location))(positions_of(turn, pools, live=True))
    return evolve(plan, broken=_to_give_up(turn, pools, after), missing=missing_from(after))


def _plan(turn: Turn, counts: Mapping[ItemId, int], location: str) -> tuple[ImportPlan, list[Pool]]:
    pools = [pool for pool in pools_of(turn, counts) if pool.location == location]
    on_hand = {pool.place: pool.on_hand for pool in pools}
    return ImportPlan(import_lines(counts, on_hand, positions_of(turn, pools, live=True), location)), pools


def import_counts(
    turn: Turn, counts: Mapping[ItemId, int], location: str, *, break_promises: bool
) -> ImportPlan:
    """Set these counts, sorted by SKU, at a location."""
    turn, _ = _begin(turn, None, "", alone=True)
    plan, pools = _plan(turn, counts, location)
    if not plan.changes:
        remember_time(turn)
        return plan
    after = recounted(plan.more(location))
    missing = missing_from(after(positions_of(turn, pools, live=True)))
    broken = _given_up(turn, pools, after, EventKind.IMPORTED, break_promises=break_promises)
    _make_all_known(turn, [line.sku for line in plan.changes if line.before is None], location)
    seq = append_event(turn, EventKind.IMPORTED, None, plan.payload(location))
    ids = {pool.sku: pool.id for pool in pools_of(turn, counts) if pool.location == location}
    move(turn, seq, [Move(ids[sku], on_hand=more) for (sku, _), more in plan.more(location).items() if more])
    remember_time(turn)
    return evolve(plan, broken=broken, missing=missing)


# Promises that a fact breaks


def _to_give_up(turn: Turn, pools: Sequence[Pool], after: Positions) -> tuple[Reservation, ...]:
    if not missing_from(after):
        return ()
    return promises_to_break(after, giving_up_order(live_reservations(turn, [pool.id for pool in pools])))


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
        turn: alone.
        pools: those that the fact touches, as far as they are known.
        after: from their positions to those after the fact, every promise kept.
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
        # At the time of the fact: a hold that ends between two times would be given up and swept as well.
        sweep_now(turn)
    for each in broken:
        turn.session.rows(
            "SELECT stock.give_up(%s, %s, %s, %s, %s)",
            each.id,
            because.value,
            told_of,
            whole(turn.now),
            turn.actor,
        )
    return broken
