"""Where stock lives: what every store can do."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from types import TracebackType
from typing import Protocol, Self

from configurator.availability.balances import StockBalance, StockCheck
from configurator.availability.demand import Demand
from configurator.availability.ledger import StockEvent
from configurator.availability.quantities import ItemId
from configurator.availability.reservations import Reservation, ReservationOutcome, ReservationRequest
from configurator.availability.stock_import import ImportPlan


class StockStore(Protocol):
    """Stock that can be counted, asked and reserved, by many callers at once.

    Each call is one transaction: it happens as a whole or not at all, and what it answered stays true after
    a crash as far as the store lasts. Every call may raise `StockUnavailableError`; every call that writes
    may raise `ClockError`. Stores are context managers that close on leaving.
    """

    def reserve(self, request: ReservationRequest) -> ReservationOutcome:
        """Take everything the request needs, or nothing and say what is short.

        Raises:
            IdempotencyConflict: the request's key came before with other content.
        """

    def recall(
        self, order: str, *, key: str | None = None, ttl: timedelta | None = None, content: str
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
        """The counters of all items or of those asked for, by SKU; unknown ones are left out.

        Holds that have expired are not counted, swept or not.
        """

    def reservation(self, reservation: str) -> Reservation:
        """The reservation with that id, in its state of now.

        Raises:
            UnknownReservationError: there is none.
        """

    def reservations(self, order: str | None = None) -> tuple[Reservation, ...]:
        """All reservations, or those of one order, oldest first."""

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

        Raises:
            ReservationStateError: it has expired or was consumed.
            UnknownReservationError: there is none.
        """

    def consume(self, reservation: str) -> Reservation:
        """Take an allocation off the shelf, whole; one that is consumed already stays as it is.

        Raises:
            ReservationStateError: it is not allocated.
            UnknownReservationError: there is none.
        """

    def expire(self, limit: int | None = None) -> tuple[Reservation, ...]:
        """Give back what expired holds took, the earliest expiry first, at most `limit` of them."""

    def plan_import(self, counts: Mapping[ItemId, int]) -> ImportPlan:
        """What `import_counts` would do with these counts. Writes nothing."""

    def import_counts(self, counts: Mapping[ItemId, int], *, break_promises: bool = False) -> ImportPlan:
        """Set the counts of the named items; others stay as they are. A second time it changes nothing.

        A count is a fact and can fall below what is promised. With `break_promises` reservations are then
        given up until the rest fits: holds before allocations, the latest first, each as a whole.

        Raises:
            PromiseBreakError: a count falls below what is promised, without `break_promises`.
        """

    def events(self, after: int = 0) -> tuple[StockEvent, ...]:
        """What happened after the event with that number, in order."""

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
