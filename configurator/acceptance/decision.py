"""The decision about an order: valid? then available? then reserved, all or nothing."""

import json
from datetime import date, timedelta
from hashlib import sha256

from attrs import field, frozen

from configurator.acceptance.bill_of_materials import bill_of_materials, total_demand
from configurator.acceptance.orders import Order
from configurator.availability.balances import Shortage
from configurator.availability.demand import Demand
from configurator.availability.reservations import Refused, Reservation, ReservationRequest
from configurator.availability.snapshot import StockSnapshot
from configurator.availability.store import StockStore
from configurator.catalog.model import Bundle, Catalog
from configurator.configuration.bundles import read_bundles
from configurator.configuration.choices import Choices, read_choices
from configurator.configuration.model import Configuration
from configurator.configuration.nested_choices import canonical_choices
from configurator.configuration.product import PreparedProduct, ask
from configurator.configuration.validation import Incomplete, Invalid, Valid, Verdict, validate
from configurator.engines.engine import NO_LIMITS, SearchLimits, Unknown
from configurator.errors import (
    ChoiceError,
    IncompleteConfigurationError,
    InvalidConfigurationError,
    OrderError,
    OutOfStockError,
)
from configurator.explanation.conflict import Conflict


@frozen
class LineConflict:
    """Why a line of an order is invalid. Lines count from 1."""

    line: int
    conflict: Conflict


@frozen
class LineOpen:
    """What a line of an order leaves undecided. Lines count from 1."""

    line: int
    open: tuple[str, ...]


@frozen
class Accepted:
    """Every line is valid and all its components are set aside.

    Attributes:
        configurations: one per line; empty for a replay whose order is no longer valid today.
        reservation: `None` only for an order of nothing that is stocked.
        key: the idempotency key in use; repeat the call with it to be told the same again.
        replayed: whether this repeats an answer given before; look at the reservation's state then.
    """

    configurations: tuple[Configuration, ...]
    reservation: Reservation | None
    key: str | None
    replayed: bool
    accepted: bool = field(default=True, init=False)

    def __bool__(self) -> bool:
        return self.accepted

    def or_raise(self) -> "Accepted":
        """This answer."""
        return self


@frozen
class Available:
    """Every line is valid and all its components are there; nothing is reserved."""

    configurations: tuple[Configuration, ...]
    accepted: bool = field(default=False, init=False)

    def __bool__(self) -> bool:
        return True

    def or_raise(self) -> "Available":
        """This answer."""
        return self


@frozen
class RejectedInvalid:
    """Some line has no valid configuration. Nothing was reserved."""

    conflicts: tuple[LineConflict, ...]
    accepted: bool = field(default=False, init=False)

    def __bool__(self) -> bool:
        return self.accepted

    def or_raise(self) -> "RejectedInvalid":
        """Raise what speaks against it.

        Raises:
            InvalidConfigurationError: always.
        """
        raise InvalidConfigurationError([found.conflict.message for found in self.conflicts])


@frozen
class RejectedUnavailable:
    """Every line is valid, but components are short. Nothing was reserved.

    Attributes:
        shortages: by SKU, each with what all lines together want and what is free.
        key: the idempotency key of the refusal; `None` where only a snapshot was asked.
    """

    shortages: tuple[Shortage, ...]
    key: str | None = None
    replayed: bool = False
    accepted: bool = field(default=False, init=False)

    def __bool__(self) -> bool:
        return self.accepted

    def or_raise(self) -> "RejectedUnavailable":
        """Raise what is short.

        Raises:
            OutOfStockError: always.
        """
        raise OutOfStockError([(s.component, s.wanted, s.free) for s in self.shortages])


@frozen
class OrderIncomplete:
    """Some line is not all decided, and could be. Nothing was reserved."""

    lines: tuple[LineOpen, ...]
    accepted: bool = field(default=False, init=False)

    def __bool__(self) -> bool:
        return self.accepted

    def or_raise(self) -> "OrderIncomplete":
        """Raise what is open.

        Raises:
            IncompleteConfigurationError: always.
        """
        raise IncompleteConfigurationError([path for line in self.lines for path in line.open])


Rejection = RejectedInvalid | OrderIncomplete | Unknown
Decision = Accepted | RejectedUnavailable | Rejection
"""What `accept_order` answers."""
Check = Available | RejectedUnavailable | Rejection
"""What `check_order` answers."""


@frozen
class Acceptable:
    """Every line is valid: what is left is a question of stock."""

    configurations: tuple[Configuration, ...]
    demand: Demand


def accept_order(
    product: PreparedProduct,
    order: Order,
    store: StockStore,
    *,
    ttl: timedelta | None = None,
    key: str | None = None,
    as_of: date | None = None,
    limits: SearchLimits = NO_LIMITS,
) -> Decision:
    """Accept an order: validate every line, add up the bill of materials, reserve all or nothing.

    Idempotent: the same key (by default made from the order's id) with the same order
    gives the stored answer again, see `Accepted.replayed`.

    Args:
        product: the catalog on the day of the order.
        order: needs an id.
        store: where stock is kept.
        ttl: how long to hold what is reserved; `None` allocates it at once and for good.
        key: the idempotency key; `None` for the order's own.
        as_of: the day if it was asked for by name; it is then part of the order's identity.
        limits: for the search, if one is needed.

    Raises:
        ChoiceError: a line names what does not exist.
        OrderError: the order has no id.
        IdempotencyConflict: the key was used before with other content.
        StockError: the store cannot answer.
    """
    if isinstance(store, StockSnapshot):
        raise TypeError("accepting reserves stock, which a snapshot cannot: open a store, or ask `check`")
    if order.id is None:
        raise OrderError(["an order that reserves stock needs an id"])
    read = read_lines(product.catalog, order)
    canonical = json.dumps([line.canonical for line in read], ensure_ascii=False)
    content = f"{product.catalog.name}\n{canonical}\n{as_of or ''}"
    ready = judge_order(product, order, limits)
    # What was answered once stays answered, even if the day is over or the catalog has changed since.
    outcome = store.recall(order.id, key=key, ttl=ttl, content=content)
    if outcome is None:
        if not isinstance(ready, Acceptable):
            return ready
        if ready.demand.is_empty:
            return Accepted(ready.configurations, None, None, replayed=False)
        digest = f"sha256:{sha256(canonical.encode()).hexdigest()}"
        outcome = store.reserve(
            ReservationRequest(
                order=order.id, demand=ready.demand, ttl=ttl, key=key, content=content, config_digest=digest
            )
        )
    if isinstance(outcome, Refused):
        return RejectedUnavailable(outcome.shortages, outcome.key, outcome.replayed)
    configurations = ready.configurations if isinstance(ready, Acceptable) else ()
    return Accepted(configurations, outcome.reservation, outcome.key, outcome.replayed)


def check_order(
    product: PreparedProduct, order: Order, stock: StockSnapshot, *, limits: SearchLimits = NO_LIMITS
) -> Check:
    """Hold an order against a snapshot of stock; nothing is reserved.

    Raises:
        ChoiceError: a line names what does not exist.
    """
    ready = judge_order(product, order, limits)
    if not isinstance(ready, Acceptable):
        return ready
    shortages = () if ready.demand.is_empty else stock.check(ready.demand)
    return RejectedUnavailable(shortages) if shortages else Available(ready.configurations)


def judge_order(product: PreparedProduct, order: Order, limits: SearchLimits) -> Acceptable | Rejection:
    """Whether every line is valid, and what all lines together need.

    One invalid line rejects the order, whatever else is open: an answer that can still change
    comes after one that cannot.
    """
    verdicts = judge_lines(product, order, limits)
    conflicts = tuple(
        LineConflict(line, conflict)
        for line, verdict in verdicts
        if isinstance(verdict, Invalid)
        for conflict in verdict.conflicts
    )
    if conflicts:
        return RejectedInvalid(conflicts)
    for _, verdict in verdicts:
        if isinstance(verdict, Unknown):
            return verdict
    still_open = tuple(LineOpen(line, v.open) for line, v in verdicts if isinstance(v, Incomplete))
    if still_open:
        return OrderIncomplete(still_open)
    configurations = tuple(v.configuration for _, v in verdicts if isinstance(v, Valid))
    bills = [
        (bill_of_materials(product.catalog, configuration), line.quantity)
        for configuration, line in zip(configurations, order.lines, strict=True)
    ]
    return Acceptable(configurations, total_demand(bills))


def judge_lines(
    product: PreparedProduct, order: Order, limits: SearchLimits
) -> tuple[tuple[int, Verdict], ...]:
    """The verdict on each line, lines counted from 1; all lines are read before any is judged.

    Raises:
        ChoiceError: with the mistakes of every line.
    """
    read = read_lines(product.catalog, order)
    return tuple(
        (number, validate(ask(product.applying(line.bundles), line.choices, limits), limits))
        for number, line in enumerate(read, start=1)
    )


@frozen
class ReadLine:
    """A line of an order, understood."""

    catalog: Catalog
    choices: Choices
    quantity: int
    bundles: tuple[Bundle, ...]

    @property
    def canonical(self) -> list[object]:
        """What it orders, the same for every way to write it, ready for JSON; bundles only where some are."""
        told: list[object] = [canonical_choices(self.catalog, self.choices), self.quantity]
        return [*told, [bundle.key for bundle in self.bundles]] if self.bundles else told


def read_lines(catalog: Catalog, order: Order) -> tuple[ReadLine, ...]:
    """What each line chooses, with its quantity and bundles.

    Raises:
        ChoiceError: with the mistakes of every line.
    """
    read: list[ReadLine] = []
    problems: list[str] = []
    help_lines: dict[str, None] = {}
    for number, line in enumerate(order.lines, start=1):
        try:
            bundles = read_bundles(catalog, line.bundles)
            choices = read_choices(catalog, line.configuration)
            read.append(ReadLine(catalog, choices, line.quantity, bundles))
        except ChoiceError as error:
            prefix = f"line {number}: " if len(order.lines) > 1 else ""
            problems += [prefix + problem for problem in error.problems]
            help_lines.update(dict.fromkeys(error.help))
    if problems:
        raise ChoiceError(problems, tuple(help_lines))
    return tuple(read)
