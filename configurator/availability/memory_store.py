"""Stock in memory: the reference for every other store, and a store for tests and embedders.

Nothing is counted up and down here: what is held, allocated and planned is added up from the reservations
each time, so there is no counter that could drift. That makes it slow for many reservations, and plain to
check.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from types import TracebackType
from typing import Self

from attrs import evolve, frozen

from configurator.availability.balances import StockBalance, StockCheck, shortage_rows
from configurator.availability.breaking import (
    AfterFact,
    Place,
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
    more_lost_than_there,
    unknown_place,
)
from configurator.availability.clock import (
    Clock,
    microseconds,
    moment,
    reading_time,
    system_clock,
    told_by,
    writing_time,
)
from configurator.availability.consuming import after_taking, line_rows, lines_to_take, not_there
from configurator.availability.demand import Demand
from configurator.availability.granting import (
    by_item,
    granted,
    granted_payload,
    placed_lines,
    procured_supplies,
)
from configurator.availability.ledger import EventKind, StockEvent, StockMovement, canonical
from configurator.availability.masters import ItemMaster, changed_masters, checked_masters, masters_payload
from configurator.availability.placing import Placement, place
from configurator.availability.pools import needed_later
from configurator.availability.positions import ItemPosition
from configurator.availability.quantities import (
    DEFAULT_LOCATION,
    ItemId,
    checked_event,
    checked_limit,
    checked_name,
    checked_names,
    checked_parts,
    checked_quantity,
)
from configurator.availability.reservations import (
    Refused,
    Reservation,
    ReservationOutcome,
    ReservationRequest,
    ReservationState,
    Reserved,
    ReservedLine,
    check_identity,
    checked_ttl,
    default_key,
    request_hash,
)
from configurator.availability.snapshot import StockSnapshot
from configurator.availability.stock_import import ImportPlan, checked_counts, import_lines
from configurator.availability.store import StockStore
from configurator.availability.supply import (
    Commitment,
    Supply,
    changed,
    check_new,
    check_receipt_of,
    no_open_supply,
    supply_row,
    unknown_supply,
)
from configurator.errors import (
    IdempotencyConflict,
    OutOfStockError,
    ReservationStateError,
    StockRequestError,
    StockUnavailableError,
    UnknownReservationError,
)

_HELD = ReservationState.HELD
_ALLOCATED = ReservationState.ALLOCATED
_STANDING = {_HELD, _ALLOCATED}


@frozen
class _Pool:
    """What lies at a place, and how much of it new requests may not touch."""

    on_hand: int = 0
    floor: int = 0


@frozen
class _Expected:
    """A supply, open or not. What came beyond what was expected may be more than a supply can name."""

    supply: Supply
    surplus: int = 0
    cancelled: bool = False

    @property
    def told(self) -> Supply:
        """As one would add it."""
        return evolve(self.supply, quantity=self.supply.quantity + self.surplus, received=0, reservation="")

    @property
    def is_open(self) -> bool:
        return not self.cancelled and self.supply.open > 0


@frozen
class _Answer:
    """A stored answer: whose request, which content, what was said. Facts have no order."""

    hash: str
    outcome: ReservationOutcome | StockChange
    order: str | None = None
    by_order: bool = False


class MemoryStockStore:
    """A `StockStore` that ends with the process. Threads may share it."""

    def __init__(self, now: Clock = system_clock, actor: str = "") -> None:
        """An empty stock with a clock; the actor is named in every event."""
        self._clock = now
        self._actor = checked_name(actor, "the actor") if actor else ""
        self._high_water = 0
        self._pools: dict[Place, _Pool] = {}
        self._masters: dict[ItemId, ItemMaster] = {}
        self._supplies: dict[str, _Expected] = {}
        # In the order in which they were granted, states as last written.
        self._reservations: dict[str, Reservation] = {}
        # Of these the held and allocated ones, in the same order: most of a long story is past.
        self._standing: dict[str, Reservation] = {}
        self._answers: dict[str, _Answer] = {}
        self._events: list[StockEvent] = []
        self._mutex = threading.Lock()
        self._closed = False

    # Requests

    def reserve(self, request: ReservationRequest) -> ReservationOutcome:
        """See `StockStore.reserve`."""
        with self._writing() as now:
            key = request.key
            if key is None:
                key = default_key(request.order, self._refused_attempts(request.order))
            answer = self._answered(key, request.hash)
            if answer is not None:
                return self._replayed(answer, now)
            outcome = self._decided(request, key, now)
            if not outcome.seq:
                return outcome
            self._answers[key] = _Answer(request.hash, outcome, request.order, request.key is None)
            return outcome

    def recall(
        self,
        order: str,
        *,
        key: str | None = None,
        ttl: timedelta | None = None,
        content: str,
        priority: int = 0,
    ) -> ReservationOutcome | None:
        """See `StockStore.recall`."""
        check_identity(order, key, ttl)
        with self._reading() as now:
            key = key or default_key(order, self._refused_attempts(order))
            answer = self._answered(key, request_hash(order, ttl, content, priority))
            return None if answer is None else self._replayed(answer, now)

    def _answered(self, key: str | None, content: str) -> ReservationOutcome | StockChange | None:
        answer = None if key is None else self._answers.get(key)
        if answer is None:
            return None
        if answer.hash != content:
            raise IdempotencyConflict(key or "")
        return answer.outcome

    def _refused_attempts(self, order: str) -> int:
        return sum(
            answer.by_order and answer.order == order and isinstance(answer.outcome, Refused)
            for answer in self._answers.values()
        )

    def _replayed(self, outcome: ReservationOutcome | StockChange, now: datetime) -> ReservationOutcome:
        match outcome:
            case Reserved(reservation=before):
                return evolve(outcome, reservation=self._present(before.id, now), replayed=True)
            case Refused():
                return evolve(outcome, replayed=True)
            case StockChange():
                raise AssertionError("the hash of a fact is never that of a request")

    def _decided(self, request: ReservationRequest, key: str, now: datetime) -> ReservationOutcome:
        ready = dict(request.replenished)
        placement = self._placed(request.demand, None, now, ready)
        if placement.shortages:
            placement = self._placed(request.demand, now, now, ready)
            if placement.shortages and request.tentative:
                return Refused(placement.shortages, key, 0, replayed=False)
            self._sweep(None, now)
        if placement.shortages:
            short = placement.shortages
            payload = {"key": key, "order": request.order, "shortages": shortage_rows(short)}
            return Refused(short, key, self._tell(EventKind.REFUSED, None, now, payload), replayed=False)
        reservation = granted(request, key, placed_lines(placement), now)
        for supply in procured_supplies(reservation.id, placement.procured):
            self._expect(supply, reservation.id, now)
        with self._told(EventKind.RESERVED, reservation.id, now, granted_payload(reservation, key)):
            self._keep(reservation)
        return Reserved(reservation, key, len(self._events), replayed=False)

    def _expect(self, supply: Supply, reservation: str | None, now: datetime) -> None:
        payload = {
            "due": supply.due.isoformat(),
            "firm": supply.firm,
            "location": supply.location,
            "quantity": supply.quantity,
            "sku": supply.sku,
            "supply": supply.id,
        }
        with self._told(EventKind.SUPPLY_ADDED, reservation, now, payload):
            self._put(supply.sku, supply.location, 0)
            self._supplies[supply.id] = _Expected(supply)

    def _placed(
        self,
        demand: Demand,
        seen: datetime | None,
        now: datetime,
        replenished: Mapping[ItemId, date] | None = None,
    ) -> Placement:
        return place(demand, by_item(self._positions(seen)), _day(now), replenished or {})

    # Questions

    def check(self, demand: Demand) -> StockCheck:
        """See `StockStore.check`."""
        with self._reading() as now:
            return StockCheck(self._placed(demand, now, now).shortages, len(self._events))

    def balances(self, skus: Iterable[ItemId] | None = None) -> tuple[StockBalance, ...]:
        """See `StockStore.balances`."""
        asked = checked_names(skus, "the SKU")
        with self._reading() as now:
            return self._balances(now, asked)

    def snapshot(self, skus: Iterable[ItemId] | None = None) -> StockSnapshot:
        """See `StockStore.snapshot`."""
        asked = checked_names(skus, "the SKU")
        with self._reading() as now:
            commitments = [
                each for each in self._commitments(self._live(now)) if asked is None or each.sku in asked
            ]
            commitments.sort(key=lambda each: (each.sku, each.needed, each.reservation, each.location))
            return StockSnapshot(
                self._balances(now, asked),
                self._open_supplies(now, asked),
                tuple(commitments),
                self._masters_of(asked),
                len(self._events),
                now,
            )

    def supplies(self, skus: Iterable[ItemId] | None = None) -> tuple[Supply, ...]:
        """See `StockStore.supplies`."""
        asked = checked_names(skus, "the SKU")
        with self._reading() as now:
            return self._open_supplies(now, asked)

    def masters(self, skus: Iterable[ItemId] | None = None) -> tuple[ItemMaster, ...]:
        """See `StockStore.masters`."""
        asked = checked_names(skus, "the SKU")
        with self._reading():
            return self._masters_of(asked)

    def reservation(self, reservation: str) -> Reservation:
        """See `StockStore.reservation`."""
        checked_name(reservation, "the id of the reservation")
        with self._reading() as now:
            return self._present(reservation, now)

    def reservations(self, order: str | None = None, *, live: bool = False) -> tuple[Reservation, ...]:
        """See `StockStore.reservations`."""
        if order is not None:
            checked_name(order, "the order id")
        with self._reading() as now:
            every = self._live(now) if live else [self._present(id_, now) for id_ in self._reservations]
            return tuple(found for found in every if order is None or found.order == order)

    def events(self, after: int = 0, limit: int | None = None) -> tuple[StockEvent, ...]:
        """See `StockStore.events`."""
        checked_event(after)
        checked_limit(limit)
        with self._reading():
            return tuple(event for event in self._events if event.seq > after)[:limit]

    # The life of a reservation

    def confirm(self, reservation: str) -> Reservation:
        """See `StockStore.confirm`."""
        checked_name(reservation, "the id of the reservation")
        return self._step(reservation, "confirm", EventKind.CONFIRMED, {_HELD}, _ALLOCATED)

    def extend(self, reservation: str, ttl: timedelta) -> Reservation:
        """See `StockStore.extend`."""
        checked_name(reservation, "the id of the reservation")
        checked_ttl(ttl)
        with self._writing() as now:
            found = self._present(reservation, now)
            if found.state is not _HELD or found.expires_at is None:
                raise ReservationStateError(reservation, found.state.value.lower(), "extend")
            if now + ttl > found.expires_at:
                payload = {"expires_at": microseconds(now + ttl)}
                with self._told(EventKind.EXTENDED, reservation, now, payload):
                    self._keep(evolve(found, expires_at=now + ttl))
            return self._present(reservation, now)

    def release(self, reservation: str) -> Reservation:
        """See `StockStore.release`."""
        checked_name(reservation, "the id of the reservation")
        released = ReservationState.RELEASED
        return self._step(reservation, "release", EventKind.RELEASED, {_HELD, _ALLOCATED}, released)

    def cancel(self, reservation: str) -> Reservation:
        """See `StockStore.cancel`."""
        checked_name(reservation, "the id of the reservation")
        released = ReservationState.RELEASED
        return self._step(reservation, "cancel", EventKind.CANCELLED, {_ALLOCATED}, released)

    def _step(
        self,
        id_: str,
        verb: str,
        kind: EventKind,
        before: set[ReservationState],
        after: ReservationState,
    ) -> Reservation:
        """Go from one of the states `before` to `after`; who is there already stays."""
        with self._writing() as now:
            found = self._present(id_, now)
            if found.state in before:
                if after is _ALLOCATED:
                    with self._told(kind, id_, now, {}):
                        self._keep(evolve(found, state=after, expires_at=None))
                else:
                    self._end(found, kind, after, now, {})
            elif found.state is not after:
                raise ReservationStateError(id_, found.state.value.lower(), verb)
            return self._present(id_, now)

    def consume(self, reservation: str, quantities: Mapping[ItemId, int] | None = None) -> Reservation:
        """See `StockStore.consume`."""
        checked_name(reservation, "the id of the reservation")
        quantities = checked_parts(quantities)
        with self._writing() as now:
            found = self._present(reservation, now)
            taking = lines_to_take(found, quantities)
            if not taking:
                return found
            if short := self._not_there(taking, found.id, now, now):
                raise OutOfStockError(short)
            if self._not_there(taking, found.id, None, now):
                self._sweep(None, now)
            lines = after_taking(found, taking)
            state = _ALLOCATED if any(line.open for line in lines) else ReservationState.CONSUMED
            with self._told(EventKind.CONSUMED, found.id, now, {"lines": line_rows(taking)}):
                self._keep(evolve(found, lines=lines, state=state))
                for line in taking:
                    self._put(line.sku, line.location, -line.quantity)
            return self._present(reservation, now)

    def _not_there(
        self, taking: tuple[ReservedLine, ...], reservation: str, seen: datetime | None, now: datetime
    ) -> tuple[tuple[ItemId, int, int], ...]:
        positions = self._positions(seen)
        return not_there(taking, reservation, lambda line: positions[line.sku, line.location], _day(now))

    def expire(self, limit: int | None = None) -> tuple[Reservation, ...]:
        """See `StockStore.expire`."""
        checked_limit(limit)
        with self._writing() as now:
            return self._sweep(limit, now)

    def _sweep(self, limit: int | None, now: datetime) -> tuple[Reservation, ...]:
        due = [
            (found.expires_at, found)
            for found in self._standing.values()
            if found.state is _HELD and found.expires_at is not None and found.expires_at <= now
        ]
        # Sorting is stable: holds that end together go in the order in which they were granted.
        due.sort(key=lambda pair: pair[0])
        expired = []
        for _, found in due[:limit]:
            self._end(found, EventKind.EXPIRED, ReservationState.EXPIRED, now, {})
            expired.append(self._reservations[found.id])
        return tuple(expired)

    def _end(
        self,
        found: Reservation,
        kind: EventKind,
        state: ReservationState,
        now: datetime,
        told: Mapping[str, object],
        told_of: str | None = None,
    ) -> None:
        """Give back what a reservation took; what was to be had for a hold is cancelled with it.

        Args:
            found: the reservation, as it stands.
            kind: why it ends.
            state: what it is from now on.
            now: the time.
            told: what its event tells.
            told_of: a supply of which the fact tells that ends the reservation; that one is not cancelled.
        """
        with self._told(kind, found.id, now, told):
            self._keep(evolve(found, state=state))
        own = [
            each
            for each in self._supplies.values()
            if found.state is _HELD and each.is_open and each.supply.reservation == found.id
        ]
        for each in own:
            if each.supply.id != told_of:
                self._call_off(each, found.id, now)

    def _call_off(self, expected: _Expected, reservation: str | None, now: datetime) -> None:
        payload = {"open": expected.supply.open, "supply": expected.supply.id}
        with self._told(EventKind.SUPPLY_CANCELLED, reservation, now, payload):
            self._supplies[expected.supply.id] = evolve(expected, cancelled=True)

    # Facts

    def receive(
        self,
        sku: ItemId,
        quantity: int,
        *,
        location: str = DEFAULT_LOCATION,
        supply: str | None = None,
        key: str | None = None,
    ) -> StockChange:
        """See `StockStore.receive`."""
        receipt = Receipt(sku, quantity, location, supply, key)
        with self._writing() as now:
            answer = self._answered(key, receipt.hash)
            if answer is not None:
                return self._told_again(answer, now)
            expected = None if supply is None else self._expected(supply, now)
            if supply is not None:
                check_receipt_of(expected.supply if expected else None, supply, sku, location)
            with self._told(EventKind.RECEIVED, None, now, receipt.payload):
                self._put(sku, location, quantity)
                if supply is not None and expected is not None:
                    self._supplies[supply] = _received(expected, quantity)
            return self._answer(key, receipt.hash, StockChange(len(self._events)))

    def adjust(
        self,
        sku: ItemId,
        change: int,
        *,
        reason: str,
        location: str = DEFAULT_LOCATION,
        key: str | None = None,
        break_promises: bool = False,
    ) -> StockChange:
        """See `StockStore.adjust`."""
        adjustment = Adjustment(sku, change, reason, location, key)
        with self._writing() as now:
            answer = self._answered(key, adjustment.hash)
            if answer is not None:
                return self._told_again(answer, now)
            pool = self._pool(sku, location)
            if pool.on_hand + change < 0:
                raise more_lost_than_there(adjustment, pool.on_hand)
            after = recounted({(sku, location): change})
            broken = self._given_up(after, EventKind.ADJUSTED, now, break_promises=break_promises)
            with self._told(EventKind.ADJUSTED, None, now, adjustment.payload):
                self._put(sku, location, change)
            return self._answer(key, adjustment.hash, StockChange(len(self._events), broken))

    def transfer(
        self, sku: ItemId, quantity: int, *, source: str, target: str, key: str | None = None
    ) -> StockChange:
        """See `StockStore.transfer`."""
        transfer = Transfer(sku, quantity, source, target, key)
        with self._writing() as now:
            answer = self._answered(key, transfer.hash)
            if answer is not None:
                return self._told_again(answer, now)
            self._pool(sku, source)
            free = self._positions(now)[sku, source].available(None, _day(now))
            if free < quantity:
                raise OutOfStockError([(sku, quantity, free)])
            if self._positions(None)[sku, source].available(None, _day(now)) < quantity:
                self._sweep(None, now)
            with self._told(EventKind.TRANSFERRED, None, now, transfer.payload):
                self._put(sku, source, -quantity)
                self._put(sku, target, quantity)
            return self._answer(key, transfer.hash, StockChange(len(self._events)))

    def set_floor(self, sku: ItemId, floor: int, *, location: str = DEFAULT_LOCATION) -> StockChange:
        """See `StockStore.set_floor`."""
        checked_name(sku, "the SKU")
        checked_name(location, "the location")
        checked_quantity(floor, sku)
        with self._writing() as now:
            pool = self._pool(sku, location)
            if pool.floor == floor:
                return StockChange(0)
            payload = {"after": floor, "before": pool.floor, "location": location, "sku": sku}
            with self._told(EventKind.FLOOR_SET, None, now, payload):
                self._pools[sku, location] = evolve(pool, floor=floor)
            return StockChange(len(self._events))

    def set_masters(self, masters: Iterable[ItemMaster]) -> StockChange:
        """See `StockStore.set_masters`."""
        checked = checked_masters(masters)
        with self._writing() as now:
            known = {sku for sku, _ in self._pools}
            changes = changed_masters(checked, known, self._masters.values())
            if not changes:
                return StockChange(0)
            with self._told(EventKind.MASTERS_SET, None, now, masters_payload(changes)):
                for master in changes:
                    self._masters[master.sku] = master
                    if master.sku not in known:
                        self._put(master.sku, DEFAULT_LOCATION, 0)
            return StockChange(len(self._events))

    def add_supply(self, supply: Supply) -> StockChange:
        """See `StockStore.add_supply`."""
        check_new(supply)
        with self._writing() as now:
            expected = self._supplies.get(supply.id)
            if expected is not None:
                if expected.told != evolve(supply, reservation=""):
                    raise IdempotencyConflict(supply.id)
                return StockChange(0)
            self._expect(evolve(supply, reservation=""), None, now)
            return StockChange(len(self._events))

    def change_supply(
        self,
        supply: str,
        *,
        due: date | None = None,
        quantity: int | None = None,
        firm: bool | None = None,
        break_promises: bool = False,
    ) -> StockChange:
        """See `StockStore.change_supply`."""
        checked_name(supply, "the supply's id")
        with self._writing() as now:
            expected = self._expected(supply, now)
            if expected is None:
                raise no_open_supply(supply)
            before = expected.supply
            after = changed(before, due, quantity, firm=firm)
            if before == after:
                return StockChange(0)
            payload = {"after": supply_row(after), "before": supply_row(before), "supply": supply}
            kind = EventKind.SUPPLY_CHANGED
            broken = self._given_up(
                replacing(before, after), kind, now, break_promises=break_promises, told_of=supply
            )
            with self._told(kind, None, now, payload):
                self._supplies[supply] = _Expected(after)
            return StockChange(len(self._events), broken)

    def cancel_supply(self, supply: str, *, break_promises: bool = False) -> StockChange:
        """See `StockStore.cancel_supply`."""
        checked_name(supply, "the supply's id")
        with self._writing() as now:
            if supply not in self._supplies:
                raise unknown_supply(supply)
            expected = self._expected(supply, now)
            if expected is None:
                return StockChange(0)
            kind = EventKind.SUPPLY_CANCELLED
            after = replacing(expected.supply, None)
            broken = self._given_up(after, kind, now, break_promises=break_promises, told_of=supply)
            self._call_off(expected, None, now)
            return StockChange(len(self._events), broken)

    def plan_import(self, counts: Mapping[ItemId, int], *, location: str = DEFAULT_LOCATION) -> ImportPlan:
        """See `StockStore.plan_import`."""
        checked = checked_counts(counts)
        checked_name(location, "the location")
        with self._reading() as now:
            return self._plan(checked, location, now)

    def import_counts(
        self,
        counts: Mapping[ItemId, int],
        *,
        location: str = DEFAULT_LOCATION,
        break_promises: bool = False,
    ) -> ImportPlan:
        """See `StockStore.import_counts`."""
        checked = checked_counts(counts)
        checked_name(location, "the location")
        with self._writing() as now:
            plan = self._plan(checked, location, now)
            if not plan.changes:
                return plan
            more = plan.more(location)
            self._given_up(recounted(more), EventKind.IMPORTED, now, break_promises=break_promises)
            with self._told(EventKind.IMPORTED, None, now, plan.payload(location)):
                for place_, change in more.items():
                    self._put(*place_, change)
            return plan

    def _plan(self, counts: Mapping[ItemId, int], location: str, now: datetime) -> ImportPlan:
        on_hand = {place_: pool.on_hand for place_, pool in self._pools.items()}
        positions = self._positions(now)
        plan = ImportPlan(import_lines(counts, on_hand, positions, location))
        after = recounted(plan.more(location))(positions)
        return evolve(plan, broken=self._to_give_up(after, now), missing=missing_from(after))

    def _to_give_up(self, after: Positions, now: datetime) -> tuple[Reservation, ...]:
        return promises_to_break(after, giving_up_order(self._live(now)))

    def _given_up(
        self,
        after: AfterFact,
        because: EventKind,
        now: datetime,
        *,
        break_promises: bool,
        told_of: str | None = None,
    ) -> tuple[Reservation, ...]:
        """Make room for a fact: sweep what has expired where it stands in the way, then give up promises.

        Args:
            after: from all positions to those that the fact touches, as they would stand after it.
            because: the fact.
            now: the time of the fact.
            break_promises: whether promises may be given up.
            told_of: the supply that the fact is about.

        Raises:
            PromiseBreakError: promises would have to be given up, and may not be. Nothing has changed then.
        """
        seen = after(self._positions(now))
        broken = self._to_give_up(seen, now)
        if broken and not break_promises:
            raise promise_break(seen, broken)
        if missing_from(after(self._positions(None))):
            self._sweep(None, now)
        for each in broken:
            told = {"because": because.value, "order": each.order, "state": each.state.value}
            self._end(each, EventKind.PROMISE_BROKEN, ReservationState.RELEASED, now, told, told_of)
        return broken

    def _answer(self, key: str | None, content: str, change: StockChange) -> StockChange:
        if key is not None:
            self._answers[key] = _Answer(content, change)
        return change

    def _told_again(self, outcome: ReservationOutcome | StockChange, now: datetime) -> StockChange:
        assert isinstance(outcome, StockChange), "the hash of a request is never that of a fact"
        broken = tuple(self._present(each.id, now) for each in outcome.broken)
        return evolve(outcome, broken=broken, replayed=True)

    def _pool(self, sku: ItemId, location: str) -> _Pool:
        if (sku, location) not in self._pools:
            raise unknown_place(sku, location)
        return self._pools[sku, location]

    def _put(self, sku: ItemId, location: str, quantity: int) -> None:
        """Add to what lies at a place, which becomes known if it was not."""
        pool = self._pools.get((sku, location), _Pool())
        self._pools[sku, location] = evolve(pool, on_hand=pool.on_hand + quantity)

    # The books

    def joined(self, connection: object) -> StockStore:
        """See `StockStore.joined`."""
        del connection
        raise StockRequestError("a stock in memory has no transactions to join")

    def audit(self) -> tuple[str, ...]:
        """See `StockStore.audit`."""
        with self._reading():
            found = []
            for place_, counters in sorted(self._counters().items()):
                named = f"`{place_[0]}` at `{place_[1]}`"
                on_hand, held, allocated, _ = counters
                if min(*counters, on_hand - held - allocated) < 0:
                    found.append(f"I1: {named} has promises beyond what is on hand")
                moved = [
                    (move.on_hand, move.held, move.allocated, move.planned)
                    for event in self._events
                    for move in event.movements
                    if (move.sku, move.location) == place_
                ]
                if counters != tuple(map(sum, zip((0, 0, 0, 0), *moved, strict=True))):
                    found.append(f"I2: the counters of {named} are not the sum of its movements")
            for sku, location, missing in missing_from(self._positions(None)):
                found.append(f"I9: of `{sku}` at `{location}` {missing} too few are left for later days")
            return tuple(found)

    def accept_clock(self) -> None:
        """See `StockStore.accept_clock`."""
        with self._open():
            now = told_by(self._clock)
            if now < self._high_water:
                payload = {"before": self._high_water, "after": now}
                self._tell(EventKind.CLOCK_ACCEPTED, None, moment(now), payload)
                self._high_water = now

    def close(self) -> None:
        """See `StockStore.close`."""
        self._closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _keep(self, reservation: Reservation) -> None:
        self._reservations[reservation.id] = reservation
        if reservation.state in _STANDING:
            self._standing[reservation.id] = reservation
        else:
            self._standing.pop(reservation.id, None)

    def _present(self, id_: str, now: datetime) -> Reservation:
        found = self._reservations.get(id_)
        if found is None:
            raise UnknownReservationError(id_)
        if found.state is _HELD and found.expires_at is not None and found.expires_at <= now:
            return evolve(found, state=ReservationState.EXPIRED)
        return found

    def _live(self, seen: datetime | None) -> list[Reservation]:
        """What is held or allocated, oldest first: as seen at a time, or as last written."""
        if seen is None:
            return list(self._standing.values())
        found = [self._present(id_, seen) for id_ in self._standing]
        return [each for each in found if each.state in _STANDING]

    @staticmethod
    def _commitments(live: Iterable[Reservation]) -> list[Commitment]:
        return [
            Commitment(line.sku, line.location, line.needed, line.open, each.id, each.order)
            for each in live
            for line in each.lines
            if line.needed is not None and line.open
        ]

    def _positions(self, seen: datetime | None) -> Positions:
        """Every place, as seen at a time: holds that have expired do not count; or as last written."""
        live = self._live(seen)
        commitments: dict[Place, list[Commitment]] = {}
        for commitment in self._commitments(live):
            commitments.setdefault((commitment.sku, commitment.location), []).append(commitment)
        supplies: dict[Place, list[Supply]] = {}
        for supply in self._open_supplies(seen):
            supplies.setdefault((supply.sku, supply.location), []).append(supply)
        found = {}
        for place_, (on_hand, held, allocated, _) in self._counters(live).items():
            sku, location = place_
            found[place_] = ItemPosition(
                sku,
                on_hand - held - allocated,
                self._pools[place_].floor,
                tuple(supplies.get(place_, ())),
                tuple(commitments.get(place_, ())),
                location,
            )
        return found

    def _counters(self, live: Iterable[Reservation] | None = None) -> dict[Place, tuple[int, int, int, int]]:
        """On hand, held, allocated and planned of every place; as last written where nothing is said."""
        live = self._live(None) if live is None else live
        held, allocated, planned = (dict.fromkeys(self._pools, 0) for _ in range(3))
        for each in live:
            for line in each.lines:
                counter = planned if line.needed else held if each.state is _HELD else allocated
                counter[line.sku, line.location] += line.open
        return {
            place_: (pool.on_hand, held[place_], allocated[place_], planned[place_])
            for place_, pool in self._pools.items()
        }

    def _balances(self, now: datetime, skus: Iterable[ItemId] | None = None) -> tuple[StockBalance, ...]:
        asked = None if skus is None else set(skus)
        positions = self._positions(now)
        found = []
        for place_, (on_hand, held, allocated, planned) in sorted(self._counters(self._live(now)).items()):
            sku, location = place_
            if asked is None or sku in asked:
                position = positions[place_]
                later = needed_later(position, _day(now))
                found.append(
                    StockBalance(sku, on_hand, held, allocated, position.floor, planned, later, location)
                )
        return tuple(found)

    def _expected(self, supply: str, seen: datetime | None) -> _Expected | None:
        """An open supply; with a time, none that was to be had for a hold that has expired by then."""
        found = self._supplies.get(supply)
        if found is None or not found.is_open:
            return None
        written = self._reservations.get(found.supply.reservation)
        if seen is not None and written is not None and written.state is _HELD:
            return found if self._present(written.id, seen).state is _HELD else None
        return found

    def _open_supplies(
        self, seen: datetime | None, skus: frozenset[ItemId] | None = None
    ) -> tuple[Supply, ...]:
        found = [
            each.supply
            for each in self._supplies.values()
            if self._expected(each.supply.id, seen) and (skus is None or each.supply.sku in skus)
        ]
        return tuple(sorted(found, key=lambda each: (each.sku, each.due, each.id)))

    def _masters_of(self, skus: frozenset[ItemId] | None) -> tuple[ItemMaster, ...]:
        return tuple(
            master
            for sku, master in sorted(self._masters.items())
            if not master.is_open and (skus is None or sku in skus)
        )

    @contextmanager
    def _told(
        self, kind: EventKind, reservation: str | None, now: datetime, payload: Mapping[str, object]
    ) -> Iterator[None]:
        """An event around a change: its movements are what the change did to the counters."""
        before = self._counters()
        yield
        movements = []
        for place_, after in sorted(self._counters().items()):
            sku, location = place_
            old = before.get(place_, (0, 0, 0, 0))
            on_hand, held, allocated, planned = (new - was for new, was in zip(after, old, strict=True))
            if on_hand or held or allocated or planned:
                movements.append(StockMovement(sku, on_hand, held, allocated, planned, location))
        self._tell(kind, reservation, now, payload, tuple(movements))

    def _tell(
        self,
        kind: EventKind,
        reservation: str | None,
        now: datetime,
        payload: Mapping[str, object],
        movements: tuple[StockMovement, ...] = (),
    ) -> int:
        seq = len(self._events) + 1
        event = StockEvent(seq, kind, reservation, now, canonical(payload), movements, self._actor)
        self._events.append(event)
        return seq

    @contextmanager
    def _open(self) -> Iterator[None]:
        with self._mutex:
            if self._closed:
                raise StockUnavailableError("the stock in memory was closed")
            yield

    @contextmanager
    def _reading(self) -> Iterator[datetime]:
        with self._open():
            yield moment(reading_time(self._clock, self._high_water))

    @contextmanager
    def _writing(self) -> Iterator[datetime]:
        """No step fails after its first change, so nothing has to be undone."""
        with self._open():
            now = writing_time(self._clock, self._high_water)
            yield moment(now)
            # by the order of these lines: a call that raises leaves the time as it was
            self._high_water = now


def _day(now: datetime) -> date:
    return now.astimezone(UTC).date()


def _received(expected: _Expected, quantity: int) -> _Expected:
    """A supply after so many of it came; more than was expected raises what was expected."""
    supply = expected.supply
    surplus = max(0, quantity - supply.open)
    return evolve(
        expected, supply=evolve(supply, received=supply.received + quantity - surplus), surplus=surplus
    )
