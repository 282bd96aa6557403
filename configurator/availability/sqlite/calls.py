"""What a SQLite stock can be asked and told, whoever holds the transaction."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import TypeVar

from configurator.availability.balances import StockBalance, StockCheck
from configurator.availability.changes import Adjustment, Receipt, StockChange, Transfer
from configurator.availability.clock import Clock, told_by, writing_time
from configurator.availability.demand import Demand
from configurator.availability.ledger import StockEvent
from configurator.availability.masters import ItemMaster, checked_masters
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
    Reservation,
    ReservationOutcome,
    ReservationRequest,
    check_identity,
    checked_ttl,
    request_hash,
)
from configurator.availability.snapshot import StockSnapshot
from configurator.availability.sqlite import facts, life, reading, reserving
from configurator.availability.sqlite.audit import audit
from configurator.availability.sqlite.ledger import Turn, accept_time, last_event
from configurator.availability.stock_import import ImportPlan, checked_counts
from configurator.availability.supply import Supply, check_new

_Result = TypeVar("_Result")


class SqliteCalls(ABC):
    """The questions and changes of `StockStore`, each as one action on a transaction."""

    @abstractmethod
    def _write(
        self, action: Callable[[Turn], _Result], timing: Callable[[Clock, int], int] = writing_time
    ) -> _Result:
        """Do something that changes the stock, all or nothing."""

    @abstractmethod
    def _read(self, action: Callable[[Turn], _Result]) -> _Result:
        """Look at the stock as it is at one moment."""

    # Requests

    def reserve(self, request: ReservationRequest) -> ReservationOutcome:
        """See `StockStore.reserve`."""
        return self._write(lambda turn: reserving.reserve(turn, request))

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
        hash_ = request_hash(order, ttl, content, priority)
        return self._read(lambda turn: reserving.recall(turn, order, key, hash_))

    # Questions

    def check(self, demand: Demand) -> StockCheck:
        """See `StockStore.check`."""
        return self._read(
            lambda turn: StockCheck(reserving.shortages(turn, demand), last_event(turn.connection))
        )

    def balances(self, skus: Iterable[ItemId] | None = None) -> tuple[StockBalance, ...]:
        """See `StockStore.balances`."""
        asked = checked_names(skus, "the SKU")
        return self._read(lambda turn: reading.balances(turn, asked))

    def snapshot(self, skus: Iterable[ItemId] | None = None) -> StockSnapshot:
        """See `StockStore.snapshot`."""
        asked = checked_names(skus, "the SKU")
        return self._read(lambda turn: reading.snapshot(turn, asked))

    def supplies(self, skus: Iterable[ItemId] | None = None) -> tuple[Supply, ...]:
        """See `StockStore.supplies`."""
        asked = checked_names(skus, "the SKU")
        return self._read(lambda turn: reading.supplies_of(turn, asked, live=True))

    def masters(self, skus: Iterable[ItemId] | None = None) -> tuple[ItemMaster, ...]:
        """See `StockStore.masters`."""
        asked = checked_names(skus, "the SKU")
        return self._read(lambda turn: reading.masters_of(turn.connection, asked))

    def reservation(self, reservation: str) -> Reservation:
        """See `StockStore.reservation`."""
        checked_name(reservation, "the id of the reservation")
        return self._read(lambda turn: reading.reservation(turn, reservation))

    def reservations(self, order: str | None = None, *, live: bool = False) -> tuple[Reservation, ...]:
        """See `StockStore.reservations`."""
        if order is not None:
            checked_name(order, "the order id")
        return self._read(lambda turn: reading.reservations(turn, order, live=live))

    def events(self, after: int = 0, limit: int | None = None) -> tuple[StockEvent, ...]:
        """See `StockStore.events`."""
        checked_event(after)
        checked_limit(limit)
        return self._read(lambda turn: reading.events(turn.connection, after, limit))

    def audit(self) -> tuple[str, ...]:
        """See `StockStore.audit`."""
        return self._read(lambda turn: audit(turn.connection))

    # The life of a reservation

    def confirm(self, reservation: str) -> Reservation:
        """See `StockStore.confirm`."""
        checked_name(reservation, "the id of the reservation")
        return self._write(lambda turn: life.confirm(turn, reservation))

    def extend(self, reservation: str, ttl: timedelta) -> Reservation:
        """See `StockStore.extend`."""
        checked_name(reservation, "the id of the reservation")
        checked_ttl(ttl)
        return self._write(lambda turn: life.extend(turn, reservation, ttl))

    def release(self, reservation: str) -> Reservation:
        """See `StockStore.release`."""
        checked_name(reservation, "the id of the reservation")
        return self._write(lambda turn: life.release(turn, reservation))

    def cancel(self, reservation: str) -> Reservation:
        """See `StockStore.cancel`."""
        checked_name(reservation, "the id of the reservation")
        return self._write(lambda turn: life.cancel(turn, reservation))

    def consume(self, reservation: str, quantities: Mapping[ItemId, int] | None = None) -> Reservation:
        """See `StockStore.consume`."""
        checked_name(reservation, "the id of the reservation")
        quantities = checked_parts(quantities)
        return self._write(lambda turn: life.consume(turn, reservation, quantities))

    def expire(self, limit: int | None = None) -> tuple[Reservation, ...]:
        """See `StockStore.expire`."""
        checked_limit(limit)
        return self._write(lambda turn: life.expire(turn, limit))

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
        return self._write(lambda turn: facts.receive(turn, receipt))

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
        return self._write(lambda turn: facts.adjust(turn, adjustment, break_promises=break_promises))

    def transfer(
        self, sku: ItemId, quantity: int, *, source: str, target: str, key: str | None = None
    ) -> StockChange:
        """See `StockStore.transfer`."""
        transfer = Transfer(sku, quantity, source, target, key)
        return self._write(lambda turn: facts.transfer(turn, transfer))

    def set_floor(self, sku: ItemId, floor: int, *, location: str = DEFAULT_LOCATION) -> StockChange:
        """See `StockStore.set_floor`."""
        checked_name(sku, "the SKU")
        checked_name(location, "the location")
        checked_quantity(floor, sku)
        return self._write(lambda turn: facts.set_floor(turn, sku, floor, location))

    def set_masters(self, masters: Iterable[ItemMaster]) -> StockChange:
        """See `StockStore.set_masters`."""
        checked = checked_masters(masters)
        return self._write(lambda turn: facts.set_masters(turn, checked))

    def add_supply(self, supply: Supply) -> StockChange:
        """See `StockStore.add_supply`."""
        check_new(supply)
        return self._write(lambda turn: facts.add_supply(turn, supply))

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
        return self._write(
            lambda turn: facts.change_supply(
                turn, supply, due, quantity, firm=firm, break_promises=break_promises
            )
        )

    def cancel_supply(self, supply: str, *, break_promises: bool = False) -> StockChange:
        """See `StockStore.cancel_supply`."""
        checked_name(supply, "the supply's id")
        return self._write(lambda turn: facts.cancel_supply(turn, supply, break_promises=break_promises))

    def plan_import(self, counts: Mapping[ItemId, int], *, location: str = DEFAULT_LOCATION) -> ImportPlan:
        """See `StockStore.plan_import`."""
        checked = checked_counts(counts)
        checked_name(location, "the location")
        return self._read(lambda turn: facts.plan_import(turn, checked, location))

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
        return self._write(
            lambda turn: facts.import_counts(turn, checked, location, break_promises=break_promises)
        )

    # The clock

    def accept_clock(self) -> None:
        """See `StockStore.accept_clock`."""
        self._write(accept_time, _accepted_time)


def _accepted_time(clock: Clock, before: int) -> int:
    """The clock's time where it is behind the last write; otherwise nothing needs accepting."""
    return min(told_by(clock), before)
