"""Stock in a PostgreSQL database: for many callers, who wait for each other only over the same items.

What many do at once (reserving, confirming, consuming, giving back) is one function of the server and one
round trip. Facts that may break promises are alone while they are written. Times are the server's own unless
a clock is given, so that machines with different clocks agree. `functions` says in which order locks
are taken.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from datetime import date, timedelta
from types import TracebackType
from typing import Self

from configurator.availability.balances import StockBalance, StockCheck
from configurator.availability.changes import Adjustment, Receipt, StockChange, Transfer
from configurator.availability.clock import Clock, system_clock
from configurator.availability.demand import Demand
from configurator.availability.granting import by_item
from configurator.availability.ledger import EventKind, StockEvent
from configurator.availability.masters import ItemMaster, checked_masters
from configurator.availability.placing import place
from configurator.availability.postgres import facts, life, reading, reserving
from configurator.availability.postgres.audit import audit
from configurator.availability.postgres.calls import Calls, Joined, Kind, Own, PlaceHereError
from configurator.availability.postgres.connections import Address, Connections, joined_connection
from configurator.availability.postgres.ledger import (
    EnterAloneError,
    SweepFirstError,
    append_event,
    enter,
    sweep,
)
from configurator.availability.postgres.migrations import check_version, make, migrate, stock_version
from configurator.availability.postgres.reading import Turn
from configurator.availability.postgres.schema import SCHEMA_VERSION
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
from configurator.availability.stock_import import ImportPlan, checked_counts
from configurator.availability.supply import Supply, check_new
from configurator.errors import StockRequestError, UnknownReservationError


class PostgresStockStore:
    """A `StockStore` in a PostgreSQL database.

    Threads may share a store, each call has a connection of its own; processes each open their own (a store
    must not be carried across a fork). Made by `open_stock`. Waits at most `timeout` seconds for other
    writers, in each statement.
    """

    def __init__(self, calls: Calls, address: Address) -> None:
        """Take over where calls happen; see `open`."""
        self._calls = calls
        self._address = address

    @classmethod
    def open(cls, url: str, *, now: Clock, timeout: float, create: bool, actor: str = "") -> Self:
        """Open the stock in a database, or make an empty one in a schema of its own if `create` says so.

        Raises:
            StockUnavailableError: it cannot be opened; the text says why and what to do next.
        """
        address = Address.of(url)
        calls = Calls(Own(Connections(address, timeout)), now, actor)
        try:
            _prepare(calls, address, create=create)
        except BaseException:
            calls.scope.close()
            raise
        return cls(calls, address)

    @classmethod
    def create(cls, url: str, *, timeout: float) -> bool:
        """Make an empty stock; whether there was none. One that is there stays as it is.

        Raises:
            StockUnavailableError: it cannot be made, or what is there is of another version or no stock.
        """
        address = Address.of(url)
        with closing(Own(Connections(address, timeout))) as scope:
            return _prepare(Calls(scope, system_clock, ""), address, create=True)

    @classmethod
    def migrate(cls, url: str, *, timeout: float) -> tuple[int, int]:
        """Bring a stock of an older version to the present one, in one transaction; `(before, after)`.

        Raises:
            StockUnavailableError: there is no stock, it is of a newer version, or it cannot be changed.
        """
        address = Address.of(url)
        with closing(Own(Connections(address, timeout))) as scope:
            calls = Calls(scope, system_clock, "")
            return calls.run(Kind.MANY, lambda turn: migrate(turn.session, address)), SCHEMA_VERSION

    @property
    def retries(self) -> int:
        """How often a call had to be made again because the server saw a conflict.

        Locks are taken in one order, so it stays 0.
        """
        return self._calls.retries

    # Requests

    def reserve(self, request: ReservationRequest) -> ReservationOutcome:
        """See `StockStore.reserve`."""
        there = reserving.is_for_the_server(request)
        alone = False
        sweeps = 0
        while True:
            try:
                if there:
                    return self._calls.run(Kind.ONE, _reserve_there(request, sweeps))
                return self._calls.run(Kind.MANY, _reserve_here(request, sweeps, alone))
            except PlaceHereError:
                there = False
            except EnterAloneError:
                alone = True
            except SweepFirstError:
                sweeps += 1
                self.expire()

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
        return self._calls.look(lambda turn: reserving.recall(turn, order, key, hash_))

    # Questions

    def check(self, demand: Demand) -> StockCheck:
        """See `StockStore.check`."""
        settled = self._settled()

        def checked(turn: Turn) -> StockCheck:
            positions = reading.positions_of(turn, reading.pools_of(turn, demand.skus), live=True)
            placement = place(demand, by_item(positions), turn.today)
            return StockCheck(placement.shortages, reading.last_event(turn, settled))

        return self._calls.look(checked)

    def balances(self, skus: Iterable[ItemId] | None = None) -> tuple[StockBalance, ...]:
        """See `StockStore.balances`."""
        asked = reading.asked(checked_names(skus, "the SKU"))
        return self._calls.look(lambda turn: reading.balances(turn, asked))

    def snapshot(self, skus: Iterable[ItemId] | None = None) -> StockSnapshot:
        """See `StockStore.snapshot`."""
        asked = reading.asked(checked_names(skus, "the SKU"))
        settled = self._settled()
        return self._calls.look(lambda turn: reading.snapshot(turn, asked, settled))

    def supplies(self, skus: Iterable[ItemId] | None = None) -> tuple[Supply, ...]:
        """See `StockStore.supplies`."""
        asked = reading.asked(checked_names(skus, "the SKU"))
        return self._calls.look(lambda turn: reading.supplies_of(turn, asked))

    def masters(self, skus: Iterable[ItemId] | None = None) -> tuple[ItemMaster, ...]:
        """See `StockStore.masters`."""
        asked = reading.asked(checked_names(skus, "the SKU"))
        return self._calls.look(lambda turn: reading.masters_of(turn, asked))

    def reservation(self, reservation: str) -> Reservation:
        """See `StockStore.reservation`."""
        checked_name(reservation, "the id of the reservation")
        found = self._calls.look(lambda turn: reading.reservation(turn, reservation))
        if found is None:
            raise UnknownReservationError(reservation)
        return found

    def reservations(self, order: str | None = None, *, live: bool = False) -> tuple[Reservation, ...]:
        """See `StockStore.reservations`."""
        if order is not None:
            checked_name(order, "the order id")
        return self._calls.look(lambda turn: reading.reservations(turn, order, live=live))

    def events(self, after: int = 0, limit: int | None = None) -> tuple[StockEvent, ...]:
        """See `StockStore.events`."""
        checked_event(after)
        checked_limit(limit)
        settled = self._settled()
        return self._calls.look(lambda turn: reading.events(turn, after, limit, settled))

    def _settled(self) -> int:
        """Asked in a transaction before the one that looks: what comes between is looked at as well."""
        return self._calls.run(Kind.ONE, lambda turn: reading.settled(turn.session))

    # The life of a reservation

    def confirm(self, reservation: str) -> Reservation:
        """See `StockStore.confirm`."""
        checked_name(reservation, "the id of the reservation")
        return self._calls.run(Kind.ONE, lambda turn: life.confirm(turn, reservation))

    def extend(self, reservation: str, ttl: timedelta) -> Reservation:
        """See `StockStore.extend`."""
        checked_name(reservation, "the id of the reservation")
        checked_ttl(ttl)
        return self._calls.run(Kind.ONE, lambda turn: life.extend(turn, reservation, ttl))

    def release(self, reservation: str) -> Reservation:
        """See `StockStore.release`."""
        checked_name(reservation, "the id of the reservation")
        return self._calls.run(Kind.ONE, lambda turn: life.release(turn, reservation))

    def cancel(self, reservation: str) -> Reservation:
        """See `StockStore.cancel`."""
        checked_name(reservation, "the id of the reservation")
        return self._calls.run(Kind.ONE, lambda turn: life.cancel(turn, reservation))

    def consume(self, reservation: str, quantities: Mapping[ItemId, int] | None = None) -> Reservation:
        """See `StockStore.consume`."""
        checked_name(reservation, "the id of the reservation")
        quantities = checked_parts(quantities)
        if quantities is None:
            try:
                return self._calls.run(Kind.ONE, lambda turn: life.consume_there(turn, reservation))
            except PlaceHereError:
                pass
        return self._calls.sweeping(
            lambda turn, may_sweep: life.consume_here(turn, reservation, quantities, may_sweep=may_sweep)
        )

    def expire(self, limit: int | None = None) -> tuple[Reservation, ...]:
        """See `StockStore.expire`."""
        checked_limit(limit)
        return self._calls.run(Kind.ONE, lambda turn: sweep(turn, limit))

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
        return self._calls.run(Kind.MANY, lambda turn: facts.receive(turn, receipt))

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
        return self._calls.run(
            Kind.MANY, lambda turn: facts.adjust(turn, adjustment, break_promises=break_promises)
        )

    def transfer(
        self, sku: ItemId, quantity: int, *, source: str, target: str, key: str | None = None
    ) -> StockChange:
        """See `StockStore.transfer`."""
        told = Transfer(sku, quantity, source, target, key)
        return self._calls.sweeping(lambda turn, may_sweep: facts.transfer(turn, told, may_sweep=may_sweep))

    def set_floor(self, sku: ItemId, floor: int, *, location: str = DEFAULT_LOCATION) -> StockChange:
        """See `StockStore.set_floor`."""
        checked_name(sku, "the SKU")
        checked_name(location, "the location")
        checked_quantity(floor, sku)
        return self._calls.run(Kind.MANY, lambda turn: facts.set_floor(turn, sku, floor, location))

    def set_masters(self, masters: Iterable[ItemMaster]) -> StockChange:
        """See `StockStore.set_masters`."""
        checked = checked_masters(masters)
        return self._calls.run(Kind.MANY, lambda turn: facts.set_masters(turn, checked))

    def add_supply(self, supply: Supply) -> StockChange:
        """See `StockStore.add_supply`."""
        check_new(supply)
        return self._calls.run(Kind.MANY, lambda turn: facts.add_supply(turn, supply))

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
        return self._calls.run(
            Kind.MANY,
            lambda turn: facts.change_supply(
                turn, supply, due, quantity, firm=firm, break_promises=break_promises
            ),
        )

    def cancel_supply(self, supply: str, *, break_promises: bool = False) -> StockChange:
        """See `StockStore.cancel_supply`."""
        checked_name(supply, "the supply's id")
        return self._calls.run(
            Kind.MANY, lambda turn: facts.cancel_supply(turn, supply, break_promises=break_promises)
        )

    def plan_import(self, counts: Mapping[ItemId, int], *, location: str = DEFAULT_LOCATION) -> ImportPlan:
        """See `StockStore.plan_import`."""
        checked = checked_counts(counts)
        checked_name(location, "the location")
        return self._calls.look(lambda turn: facts.plan_import(turn, checked, location))

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
        return self._calls.run(
            Kind.MANY,
            lambda turn: facts.import_counts(turn, checked, location, break_promises=break_promises),
        )

    # The books

    def joined(self, connection: object) -> "PostgresStockStore":
        """See `StockStore.joined`.

        The transaction is of isolation level READ COMMITTED, PostgreSQL's own default. What it did keeps
        others waiting until it ends, so it should end soon. Its events are told when it has committed.
        """
        scope = Joined(joined_connection(connection), self._address)
        calls = Calls(scope, self._calls.clock or system_clock, self._calls.actor)
        level = calls.run(Kind.ONE, lambda turn: turn.session.value("SHOW transaction_isolation"))
        if level != "read committed":
            raise StockRequestError(f"a transaction that stock joins is `read committed`, not `{level}`")
        if calls.run(Kind.ONE, lambda turn: stock_version(turn.session, self._address)) is None:
            raise StockRequestError("the database of the connection has no stock in it")
        return PostgresStockStore(calls, self._address)

    def audit(self) -> tuple[str, ...]:
        """See `StockStore.audit`."""

        def audited(turn: Turn) -> tuple[str, ...]:
            turn.session.rows("SET LOCAL statement_timeout = 0")
            return audit(turn.session)

        return self._calls.look(audited)

    def accept_clock(self) -> None:
        """See `StockStore.accept_clock`."""

        def accepted(turn: Turn) -> None:
            enter(turn, alone=True)
            before = turn.session.value("SELECT stock.high_water()")
            now = turn.session.value("SELECT stock.present(%s::bigint)", turn.given)
            if now < before:
                turn = Turn(turn.session, turn.given, turn.actor, now)
                append_event(turn, EventKind.CLOCK_ACCEPTED, None, {"before": before, "after": now})
                turn.session.rows("UPDATE stock.meta SET clock_high_water = %s", now)

        self._calls.run(Kind.MANY, accepted)

    def close(self) -> None:
        """See `StockStore.close`."""
        self._calls.scope.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _prepare(calls: Calls, address: Address, *, create: bool) -> bool:
    """Look whose tables there are, perhaps make them; whether they were made."""
    version = calls.run(Kind.LOOK, lambda turn: stock_version(turn.session, address))
    made = False
    if version is None and create:
        made, version = calls.run(Kind.MANY, lambda turn: make(turn.session, address))
    check_version(version, address.shown)
    return made


def _reserve_there(request: ReservationRequest, sweeps: int) -> Callable[[Turn], ReservationOutcome]:
    return lambda turn: reserving.reserve_there(turn, request, sweeps=sweeps)


def _reserve_here(
    request: ReservationRequest, sweeps: int, alone: bool
) -> Callable[[Turn], ReservationOutcome]:
    return lambda turn: reserving.reserve_here(turn, request, sweeps=sweeps, alone=alone)
