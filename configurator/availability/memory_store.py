"""Stock in memory: the reference for every other store, and a store for tests and embedders.

Nothing is counted up and down here: what is held and allocated is added up from the reservations each time,
so there is no counter that could drift. That makes it slow for many reservations, and plain to check.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from attrs import evolve, frozen

from configurator.availability.balances import StockBalance, StockCheck, missing, shortage_rows
from configurator.availability.clock import (
    Clock,
    microseconds,
    moment,
    reading_time,
    system_clock,
    writing_time,
)
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
    check_identity,
    checked_ttl,
    default_key,
    request_hash,
    reservation_id,
)
from configurator.availability.stock_import import ImportLine, ImportPlan, checked_counts, promises_to_break
from configurator.errors import (
    IdempotencyConflict,
    PromiseBreakError,
    ReservationStateError,
    StockUnavailableError,
    UnknownReservationError,
)

_HELD = ReservationState.HELD
_ALLOCATED = ReservationState.ALLOCATED


@frozen
class _Answer:
    """A stored answer: whose request, which content, what was said."""

    order: str
    hash: str
    by_order: bool
    outcome: ReservationOutcome


class MemoryStockStore:
    """A `StockStore` that ends with the process. Threads may share it."""

    def __init__(self, now: Clock = system_clock) -> None:
        """An empty stock with a clock."""
        self._clock = now
        self._high_water = 0
        self._on_hand: dict[ItemId, int] = {}
        # In the order in which they were granted, states as last written.
        self._reservations: dict[str, Reservation] = {}
        self._answers: dict[str, _Answer] = {}
        self._events: list[StockEvent] = []
        self._mutex = threading.Lock()
        self._closed = False

    def reserve(self, request: ReservationRequest) -> ReservationOutcome:
        """See `StockStore.reserve`."""
        with self._writing() as now:
            key = request.key
            if key is None:
                key = default_key(request.order, self._refused_attempts(request.order))
            answer = self._answers.get(key)
            if answer is not None:
                if answer.hash != request.hash:
                    raise IdempotencyConflict(key)
                return self._replayed(answer.outcome, now)
            outcome = self._decided(request, key, now)
            self._answers[key] = _Answer(request.order, request.hash, request.key is None, outcome)
            return outcome

    def recall(
        self, order: str, *, key: str | None = None, ttl: timedelta | None = None, content: str
    ) -> ReservationOutcome | None:
        """See `StockStore.recall`."""
        check_identity(order, key, ttl)
        with self._reading() as now:
            key = key or default_key(order, self._refused_attempts(order))
            answer = self._answers.get(key)
            if answer is None:
                return None
            if answer.hash != request_hash(order, ttl, content):
                raise IdempotencyConflict(key)
            return self._replayed(answer.outcome, now)

    def _refused_attempts(self, order: str) -> int:
        return sum(
            answer.by_order and answer.order == order and isinstance(answer.outcome, Refused)
            for answer in self._answers.values()
        )

    def _replayed(self, outcome: ReservationOutcome, now: datetime) -> ReservationOutcome:
        match outcome:
            case Reserved(reservation=granted):
                return evolve(outcome, reservation=self._present(granted.id, now), replayed=True)
            case Refused():
                return evolve(outcome, replayed=True)

    def _decided(self, request: ReservationRequest, key: str, now: datetime) -> ReservationOutcome:
        if missing(request.demand, self._written_balances()):
            self._sweep(None, now)
        short = missing(request.demand, self._written_balances())
        if short:
            payload = {"key": key, "order": request.order, "shortages": shortage_rows(short)}
            return Refused(short, key, self._tell(EventKind.REFUSED, None, now, payload), replayed=False)
        granted = Reservation(
            id=reservation_id(key),
            order=request.order,
            state=_ALLOCATED if request.ttl is None else _HELD,
            lines=request.demand.lines,
            created=now,
            expires_at=None if request.ttl is None else now + request.ttl,
            config_digest=request.config_digest,
        )
        lines = {line.sku: line.quantity for line in granted.lines}
        told = {"key": key, "lines": lines, "order": granted.order, "state": granted.state.value}
        with self._told(EventKind.RESERVED, granted.id, now, told):
            self._reservations[granted.id] = granted
        return Reserved(granted, key, len(self._events), replayed=False)

    def check(self, demand: Demand) -> StockCheck:
        """See `StockStore.check`."""
        with self._reading() as now:
            return StockCheck(missing(demand, self._balances(now)), len(self._events))

    def balances(self, skus: Iterable[ItemId] | None = None) -> tuple[StockBalance, ...]:
        """See `StockStore.balances`."""
        with self._reading() as now:
            found = self._balances(now)
            return tuple(found[sku] for sku in sorted(found if skus is None else set(skus) & found.keys()))

    def reservation(self, reservation: str) -> Reservation:
        """See `StockStore.reservation`."""
        with self._reading() as now:
            return self._present(reservation, now)

    def reservations(self, order: str | None = None) -> tuple[Reservation, ...]:
        """See `StockStore.reservations`."""
        with self._reading() as now:
            return tuple(
                self._present(id_, now)
                for id_, found in self._reservations.items()
                if order is None or found.order == order
            )

    def confirm(self, reservation: str) -> Reservation:
        """See `StockStore.confirm`."""
        return self._step(reservation, "confirm", EventKind.CONFIRMED, {_HELD}, _ALLOCATED)

    def extend(self, reservation: str, ttl: timedelta) -> Reservation:
        """See `StockStore.extend`."""
        checked_ttl(ttl)
        with self._writing() as now:
            found = self._present(reservation, now)
            if found.state is not _HELD or found.expires_at is None:
                raise ReservationStateError(reservation, found.state.value.lower(), "extend")
            if now + ttl > found.expires_at:
                payload = {"expires_at": microseconds(now + ttl)}
                with self._told(EventKind.EXTENDED, reservation, now, payload):
                    self._reservations[reservation] = evolve(found, expires_at=now + ttl)
            return self._present(reservation, now)

    def release(self, reservation: str) -> Reservation:
        """See `StockStore.release`."""
        released = ReservationState.RELEASED
        return self._step(reservation, "release", EventKind.RELEASED, {_HELD, _ALLOCATED}, released)

    def consume(self, reservation: str) -> Reservation:
        """See `StockStore.consume`."""
        consumed = ReservationState.CONSUMED
        return self._step(reservation, "consume", EventKind.CONSUMED, {_ALLOCATED}, consumed)

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
                expires_at = None if after is _ALLOCATED else found.expires_at
                with self._told(kind, id_, now, {}):
                    self._reservations[id_] = evolve(found, state=after, expires_at=expires_at)
                    if after is ReservationState.CONSUMED:
                        for line in found.lines:
                            self._on_hand[line.sku] -= line.quantity
            elif found.state is not after:
                raise ReservationStateError(id_, found.state.value.lower(), verb)
            return self._present(id_, now)

    def expire(self, limit: int | None = None) -> tuple[Reservation, ...]:
        """See `StockStore.expire`."""
        with self._writing() as now:
            return self._sweep(limit, now)

    def _sweep(self, limit: int | None, now: datetime) -> tuple[Reservation, ...]:
        due = [
            (found.expires_at, found)
            for found in self._reservations.values()
            if found.state is _HELD and found.expires_at is not None and found.expires_at <= now
        ]
        # Sorting is stable: holds that end together go in the order in which they were granted.
        due.sort(key=lambda pair: pair[0])
        expired = []
        for _, found in due[:limit]:
            with self._told(EventKind.EXPIRED, found.id, now, {}):
                self._reservations[found.id] = evolve(found, state=ReservationState.EXPIRED)
            expired.append(self._reservations[found.id])
        return tuple(expired)

    def plan_import(self, counts: Mapping[ItemId, int]) -> ImportPlan:
        """See `StockStore.plan_import`."""
        with self._reading() as now:
            return self._plan(checked_counts(counts), now)

    def import_counts(self, counts: Mapping[ItemId, int], *, break_promises: bool = False) -> ImportPlan:
        """See `StockStore.import_counts`."""
        checked = checked_counts(counts)
        with self._writing() as now:
            plan = self._plan(checked, now)
            if plan.below_promises and not break_promises:
                raise PromiseBreakError(plan.below_promises)
            if plan.changes:
                self._apply(plan, now)
            return plan

    def _plan(self, counts: Mapping[ItemId, int], now: datetime) -> ImportPlan:
        balances = self._balances(now)
        lines = tuple(
            ImportLine(sku, self._on_hand.get(sku), count, balances[sku].promised if sku in balances else 0)
            for sku, count in counts.items()
        )
        latest_first = [self._present(id_, now) for id_ in reversed(self._reservations)]
        holds = [found for found in latest_first if found.state is _HELD]
        allocations = [found for found in latest_first if found.state is _ALLOCATED]
        return ImportPlan(lines, promises_to_break(lines, holds + allocations))

    def _apply(self, plan: ImportPlan, now: datetime) -> None:
        written = self._written_balances()
        if any(line.sku in written and line.after < written[line.sku].promised for line in plan.changes):
            self._sweep(None, now)
        for broken in plan.broken:
            told = {"order": broken.order, "state": broken.state.value}
            with self._told(EventKind.PROMISE_BROKEN, broken.id, now, told):
                self._reservations[broken.id] = evolve(broken, state=ReservationState.RELEASED)
        counts = {line.sku: [line.before, line.after] for line in plan.changes}
        with self._told(EventKind.IMPORTED, None, now, {"counts": counts}):
            self._on_hand.update({line.sku: line.after for line in plan.changes})

    def events(self, after: int = 0) -> tuple[StockEvent, ...]:
        """See `StockStore.events`."""
        with self._reading():
            return tuple(event for event in self._events if event.seq > after)

    def audit(self) -> tuple[str, ...]:
        """See `StockStore.audit`."""
        with self._reading():
            found = []
            for balance in self._written_balances().values():
                moved = [
                    move for event in self._events for move in event.movements if move.sku == balance.sku
                ]
                if min(balance.held, balance.allocated, balance.on_hand - balance.promised) < 0:
                    found.append(f"I1: `{balance.sku}` has promises beyond what is on hand")
                if (balance.on_hand, balance.held, balance.allocated) != (
                    sum(move.on_hand for move in moved),
                    sum(move.held for move in moved),
                    sum(move.allocated for move in moved),
                ):
                    found.append(f"I2: the counters of `{balance.sku}` are not the sum of its movements")
            return tuple(found)

    def accept_clock(self) -> None:
        """See `StockStore.accept_clock`."""
        with self._open():
            now = microseconds(self._clock())
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

    def _present(self, id_: str, now: datetime) -> Reservation:
        found = self._reservations.get(id_)
        if found is None:
            raise UnknownReservationError(id_)
        if found.state is _HELD and found.expires_at is not None and found.expires_at <= now:
            return evolve(found, state=ReservationState.EXPIRED)
        return found

    def _balances(self, now: datetime) -> dict[ItemId, StockBalance]:
        """What counts now: holds that have expired do not."""
        return self._added_up(lambda found: self._present(found.id, now).state)

    def _written_balances(self) -> dict[ItemId, StockBalance]:
        """What was last written: holds count until they are swept."""
        return self._added_up(lambda found: found.state)

    def _added_up(self, state_of: Callable[[Reservation], ReservationState]) -> dict[ItemId, StockBalance]:
        held = dict.fromkeys(self._on_hand, 0)
        allocated = dict.fromkeys(self._on_hand, 0)
        for found in self._reservations.values():
            for line in found.lines:
                held[line.sku] += line.quantity if state_of(found) is _HELD else 0
                allocated[line.sku] += line.quantity if state_of(found) is _ALLOCATED else 0
        return {sku: StockBalance(sku, self._on_hand[sku], held[sku], allocated[sku]) for sku in sorted(held)}

    @contextmanager
    def _told(
        self, kind: EventKind, reservation: str | None, now: datetime, payload: Mapping[str, object]
    ) -> Iterator[None]:
        """An event around a change: its movements are what the change did to the counters."""
        before = self._written_balances()
        yield
        movements = []
        for sku, balance in self._written_balances().items():
            old = before.get(sku, StockBalance(sku, 0))
            movement = StockMovement(
                sku,
                balance.on_hand - old.on_hand,
                balance.held - old.held,
                balance.allocated - old.allocated,
            )
            if movement != StockMovement(sku):
                movements.append(movement)
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
        self._events.append(StockEvent(seq, kind, reservation, now, canonical(payload), movements))
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
