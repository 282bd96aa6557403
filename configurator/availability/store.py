"""Where stock lives: what every store can do."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from types import TracebackType
from typing import Protocol, Self

from configurator.availability.balances import StockBalance, StockCheck
from configurator.availability.changes import StockChange
from configurator.availability.demand import Demand
from configurator.availability.ledger import StockEvent
from configurator.availability.masters import ItemMaster
from configurator.availability.quantities import DEFAULT_LOCATION, ItemId
from configurator.availability.reservations import Reservation, ReservationOutcome, ReservationRequest
from configurator.availability.snapshot import StockSnapshot
from configurator.availability.stock_import import ImportPlan
from configurator.availability.supply import Supply


class StockStore(Protocol):
    """Stock that can be counted, asked and reserved, by many callers at once.

    Each call is one transaction: it happens as a whole or not at all, and what it answered stays true after
    a crash as far as the store lasts. Every call may raise `StockUnavailableError`; every call that writes
    may raise `ClockError`. Stores are context managers that close on leaving.

    A call that raises leaves everything as it was: no event, no sweep, no stored answer, and the remembered
    time stays too. One that returns has its time remembered, even if there was nothing to change. Names and
    quantities are checked before anything else, then keys, then states. The day of a call is its time's day
    in UTC. Names are sorted by code points.
    """

    def reserve(self, request: ReservationRequest) -> ReservationOutcome:
        """Take everything the request needs, or nothing and say what is short.

        Where it is taken from says `placing.place`. Holds that have expired are swept, all of them, when
        something would be short with them still counted. What is bought or made for the request becomes a
        firm supply with it, see `ReservationRequest.replenished`.

        Raises:
            IdempotencyConflict: the request's key came before with other content.
        """

    def recall(
        self,
        order: str,
        *,
        key: str | None = None,
        ttl: timedelta | None = None,
        content: str,
        priority: int = 0,
    ) -> ReservationOutcome | None:
        """The stored answer to a request with that content, or `None` when none was made. Reserves nothing.

        What was answered once stays answered, also when the caller could no longer make the request:
        its day is over, its catalog has changed.

        Raises:
            IdempotencyConflict: the request's key came before with other content.
        """

    def check(self, demand: Demand) -> StockCheck:
        """What would be short now. Reserves nothing."""

    def balances(self, skus: Iterable[ItemId] | None = None) -> tuple[StockBalance, ...]:
        """The counters of all items or of those asked for, by SKU and location; unknown ones are left out.

        Holds that have expired are not counted, swept or not.
        """

    def snapshot(self, skus: Iterable[ItemId] | None = None) -> StockSnapshot:
        """All there is to know of all items or of those asked for, at one moment; what answers are made of.

        Holds that have expired are not counted, swept or not.
        """

    def supplies(self, skus: Iterable[ItemId] | None = None) -> tuple[Supply, ...]:
        """What is still to come, by SKU, day and id; what has come in full or was cancelled is left out.

        So is what was to be had for a hold that has expired, swept or not. Only what is still to come is
        *open*; the id of a supply that is not stays taken.
        """

    def masters(self, skus: Iterable[ItemId] | None = None) -> tuple[ItemMaster, ...]:
        """The masters of all items or of those asked for, by SKU; those without one are left out."""

    def reservation(self, reservation: str) -> Reservation:
        """The reservation with that id, in its state of now.

        Raises:
            UnknownReservationError: there is none.
        """

    def reservations(self, order: str | None = None, *, live: bool = False) -> tuple[Reservation, ...]:
        """All reservations, or those of one order, oldest first, in their states of now.

        Args:
            order: the order's id.
            live: leave out what is past; those that are held or allocated now are found without reading the
                others.
        """

    def confirm(self, reservation: str) -> Reservation:
        """Turn a hold into an allocation; one that is allocated already stays as it is.

        It never fails for lack of stock: what is held is there.

        Raises:
            ReservationStateError: it has expired or is past that step.
            UnknownReservationError: there is none.
        """

    def extend(self, reservation: str, ttl: timedelta) -> Reservation:
        """Let a hold run for `ttl` from now; it is never made shorter.

        Raises:
            ReservationStateError: it is no hold, or it has expired.
            UnknownReservationError: there is none.
        """

    def release(self, reservation: str) -> Reservation:
        """Give back what a hold or an allocation took; one that is released already stays as it is.

        Of an allocation that was consumed in part, the rest. What was to be bought or made for a hold is
        cancelled with it, in the order in which it was added, wherever a hold ends without being confirmed.

        Raises:
            ReservationStateError: it has expired or was consumed.
            UnknownReservationError: there is none.
        """

    def cancel(self, reservation: str) -> Reservation:
        """Call off an accepted order: like `release`, of an allocation only.

        What is released already, by whichever call, stays as it is.

        Raises:
            ReservationStateError: it is a hold, has expired or was consumed.
            UnknownReservationError: there is none.
        """

    def consume(self, reservation: str, quantities: Mapping[ItemId, int] | None = None) -> Reservation:
        """Take an allocation off the shelf; one that is consumed already stays as it is.

        What was set aside from the shelf can always be taken. How many of what was promised for a later day
        can be taken says `ItemPosition.takeable`; taking more is not possible, and then nothing is taken.

        Args:
            reservation: its id.
            quantities: by SKU, to take a part: of each item what is needed first goes first, in the order of
                the reservation's lines. The reservation is CONSUMED when nothing of it is left; until then it
                stays ALLOCATED. `None` takes all that is left. Zeros are left out; of one that is CONSUMED no
                part is left.

        Raises:
            ReservationStateError: it is not allocated.
            OutOfStockError: what was promised for a later day does not lie there yet, or others need it
                first; one shortage for each line, in the order of the reservation's lines.
            StockRequestError: more of an item than is left, or an item that it does not have, or nothing.
            UnknownReservationError: there is none.
        """

    def expire(self, limit: int | None = None) -> tuple[Reservation, ...]:
        """Give back what expired holds took, the earliest expiry first, at most `limit` of them.

        Raises:
            StockRequestError: the limit is negative or absurd.
        """

    def receive(
        self,
        sku: ItemId,
        quantity: int,
        *,
        location: str = DEFAULT_LOCATION,
        supply: str | None = None,
        key: str | None = None,
    ) -> StockChange:
        """Put goods on the shelf; an item or location that is new is made known.

        Args:
            sku: the item.
            quantity: at least 1.
            location: where it goes.
            supply: the id of the expected receipt that this is, or is part of; it has that item and location.
                More than was expected raises what was expected. Planned ones may come too.
            key: an idempotency key, so that a message that comes twice is booked once.

        Raises:
            StockRequestError: the quantity is none, or no such supply is open.
            IdempotencyConflict: the key came before with other content.
        """

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
        """Book what was found (above 0) or lost (below 0); a fact may break promises, see `import_counts`.

        The key does not stand for `break_promises`: who was told what would break may ask again with it.

        Raises:
            StockRequestError: the change is 0 or absurd, there is no reason, more is lost than is on hand, or
                stock knows no such item there.
            PromiseBreakError: too little is left for what is promised, without `break_promises`.
            IdempotencyConflict: the key came before with other content.
        """

    def transfer(
        self, sku: ItemId, quantity: int, *, source: str, target: str, key: str | None = None
    ) -> StockChange:
        """Move goods between two locations; only what is free now can go. A new target is made known.

        Raises:
            OutOfStockError: less is free at the source.
            StockRequestError: the quantity is none, the locations are one, or stock knows no such item there.
            IdempotencyConflict: the key came before with other content.
        """

    def set_floor(self, sku: ItemId, floor: int, *, location: str = DEFAULT_LOCATION) -> StockChange:
        """Set the safety stock that new requests may not touch; what was promised before stays promised.

        Raises:
            StockRequestError: the floor is no quantity, or stock knows no such item there.
        """

    def set_masters(self, masters: Iterable[ItemMaster]) -> StockChange:
        """Set what is known of items beside their counts; items that are new become known, with no goods.

        What a master leaves open is open afterwards; one that leaves all open is none. A second time it
        changes nothing.

        Raises:
            StockRequestError: an item has two masters.
        """

    def add_supply(self, supply: Supply) -> StockChange:
        """Expect a receipt; an item or location that is new is made known. A second time it changes nothing.

        An id is used once. Adding what is known by it, as it stands, changes nothing, also when it has come
        or was cancelled since: a message that comes late must not bring it back. For which reservation it is
        to be had is left unread.

        Raises:
            IdempotencyConflict: a supply of that id is known with other content.
            StockRequestError: some of it has been received already, say what is open; or the id is one that
                reservations give.
        """

    def change_supply(
        self,
        supply: str,
        *,
        due: date | None = None,
        quantity: int | None = None,
        firm: bool | None = None,
        break_promises: bool = False,
    ) -> StockChange:
        """Change an expected receipt; a fact may break promises, see `import_counts`.

        `None` leaves something as it is. A quantity of just what has come closes it. What was to be had for a
        hold is changed by who has ordered it: it stays when the hold ends.

        Raises:
            StockRequestError: no such supply is open, or the quantity is less than was received.
            PromiseBreakError: too little is left for what is promised, without `break_promises`.
        """

    def cancel_supply(self, supply: str, *, break_promises: bool = False) -> StockChange:
        """What is open of a receipt will not come; a fact may break promises, see `import_counts`.

        Where nothing of it is open any more nothing changes.

        Raises:
            StockRequestError: there is no such supply.
            PromiseBreakError: too little is left for what is promised, without `break_promises`.
        """

    def plan_import(self, counts: Mapping[ItemId, int], *, location: str = DEFAULT_LOCATION) -> ImportPlan:
        """What `import_counts` would do with these counts. Writes nothing."""

    def import_counts(
        self,
        counts: Mapping[ItemId, int],
        *,
        location: str = DEFAULT_LOCATION,
        break_promises: bool = False,
    ) -> ImportPlan:
        """Set the counts of the named items at a location; others stay as they are.

        A second time it changes nothing. A count is a fact and can leave too little for what is promised, on
        the shelf or on a later day that no supply serves in time; days are taken as they were promised and
        safety stock is used. With `break_promises` reservations are then given up until the rest fits, see
        `breaking.promises_to_break`. Holds that have expired are no promises; all are swept when with them
        too little would be left.

        Raises:
            PromiseBreakError: a count falls below what is promised, without `break_promises`.
        """

    def events(self, after: int = 0, limit: int | None = None) -> tuple[StockEvent, ...]:
        """What happened after the event with that number, in order, at most `limit` events.

        Whoever follows a stock asks again with the number of the last event told: none is ever missed.

        Raises:
            StockRequestError: the number or the limit is negative or absurd.
        """

    def joined(self, connection: object) -> "StockStore":
        """The same stock inside a transaction of the caller's, so that his rows and stock change together.

        The caller begins, commits and rolls back; the store returned takes no lock, commits nothing and is
        not closed. SQLite: the caller has begun with `BEGIN IMMEDIATE`; when the disk is full, SQLite may end
        his transaction by rolling all of it back, and the `StockUnavailableError` says so.

        Args:
            connection: an open connection to the same database with a transaction begun: of the database's
                own driver, or an SQLAlchemy connection around one.

        Raises:
            StockRequestError: the store has no transactions (`memory:`), the connection is of another kind
                or has begun none, or the database has no stock in it.
        """

    def audit(self) -> tuple[str, ...]:
        """Every broken promise of the bookkeeping itself, one sentence each; empty when all is well.

        It reads the whole stock.
        """

    def accept_clock(self) -> None:
        """Go on from the clock's present time although the last write was later."""

    def close(self) -> None:
        """Give up files and locks. A closed store answers nothing; closing twice is fine."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...
