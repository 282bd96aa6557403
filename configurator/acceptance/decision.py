"""The decision about an order: valid? then available? then reserved, all or nothing.

An order names for each line the day on which it is wanted, or none. Lines share what there is (`promising`).
Stock decides about all lines and days at once, in one request. What is bought or made when an order needs it
never refuses an order: it moves the promise, and what has to be procured is booked together with the
reservation. What is stocked and short refuses it; the answer then tells when the wish itself could be, and
what could be built instead.
"""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from hashlib import sha256

from attrs import evolve, field, frozen

from configurator.acceptance.bill_of_materials import bill_of_materials, total_demand
from configurator.acceptance.costs import OrderCost, order_cost, order_price
from configurator.acceptance.masters import assembly_cost
from configurator.acceptance.nearest import Proposal, Unbuildable, Wish, proposals_on
from configurator.acceptance.orders import Order
from configurator.acceptance.promising import (
    OrderPlan,
    OrderPromise,
    ToProcure,
    WantedLine,
    left_after,
    plan_order,
    procured,
    without_reservation,
)
from configurator.acceptance.seen_stock import Seen, seen_by, with_known_masters, workshop_of
from configurator.availability.balances import Shortage
from configurator.availability.demand import Demand
from configurator.availability.masters import ItemMaster
from configurator.availability.reservations import (
    Refused,
    Reservation,
    ReservationOutcome,
    ReservationRequest,
    Reserved,
)
from configurator.availability.snapshot import StockSnapshot
from configurator.availability.store import StockStore
from configurator.catalog.evaluation import Chosen
from configurator.catalog.model import Bundle, Catalog
from configurator.configuration.bundles import read_bundles
from configurator.configuration.choices import Choices, read_choices
from configurator.configuration.model import Configuration
from configurator.configuration.nested_choices import canonical_choices
from configurator.configuration.pricing import Amount
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

SECONDS_FOR_ALTERNATIVES = 5.0
"""How long alternatives are looked for at most where nobody sets a limit: the refusal itself is known."""
MOST_ATTEMPTS = 4
"""How often an order is planned anew when others took what it was planned with."""


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
        promise: when it will be there, and why; of an order that was short when it was planned, and is not
            any more, what was granted. `None` for a replay, see `Reservation.promised`.
        to_procure: what has to be bought or made for it; of a replay what is still open of it.
        price: what it brings in; `None` where the catalog has no price.
        cost: what it costs the maker. Of a replay both as of today; `None` where it is no longer valid today.
    """

    configurations: tuple[Configuration, ...]
    reservation: Reservation | None
    key: str | None
    replayed: bool
    promise: OrderPromise | None = None
    to_procure: tuple[ToProcure, ...] = ()
    price: Amount | None = None
    cost: OrderCost | None = None
    accepted: bool = field(default=True, init=False)

    def __bool__(self) -> bool:
        return self.accepted

    def or_raise(self) -> "Accepted":
        """This answer."""
        return self


@frozen
class Available:
    """Every line is valid and its components can be had in time; nothing is reserved.

    Attributes:
        promise: when it can be there, and why.
        price: what it brings in; `None` where the catalog has no price.
        cost: what it costs the maker.
    """

    configurations: tuple[Configuration, ...]
    promise: OrderPromise
    price: Amount | None
    cost: OrderCost
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
    _verdicts: tuple[tuple[int, Invalid], ...] = field(default=(), eq=False, repr=False)
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
class LineAlternatives:
    """What could be built instead of a line of an order that is short, on its day or today.

    Attributes:
        line: its number, from 1.
        proposals: the nearest to what was asked for first; those of lines before it are taken to be had.
            Unknown where a limit ended the search, with its reason; empty where nothing can be built.
    """

    line: int
    proposals: tuple[Proposal, ...] | Unknown


@frozen
class RejectedUnavailable:
    """Every line is valid, but components are short, or the time is. Nothing was reserved.

    Attributes:
        shortages: by SKU, each with what all lines together want and what is free. Where a line is wanted
            before it could even be assembled, what would be short if it were begun today, mostly nothing.
        key: the idempotency key of the refusal; `None` where stock was not asked to reserve.
        replayed: whether this repeats a refusal; promise and alternatives are of now all the same.
        promise: when each line could be there, and why; `None` for an order no longer valid today.
        alternatives: what could be built instead, for each line that is short.
        too_early: the numbers of lines that are wanted before they could be assembled, begun today.
    """

    shortages: tuple[Shortage, ...]
    key: str | None = None
    replayed: bool = False
    promise: OrderPromise | None = None
    alternatives: tuple[LineAlternatives, ...] = ()
    too_early: tuple[int, ...] = ()
    accepted: bool = field(default=False, init=False)

    @property
    def possible_on(self) -> date | None:
        """The day on which the order could be there as it is; `None` for never, or not known."""
        return None if self.promise is None else self.promise.day

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


@frozen
class Promised:
    """Every line is valid, and this is when it can be there; nothing is reserved.

    Attributes:
        promise: when, why, and what has to be procured for it; its day is `None` where that is never.
        price: what it brings in; `None` where the catalog has no price.
        cost: what it costs the maker.
    """

    configurations: tuple[Configuration, ...]
    promise: OrderPromise
    price: Amount | None
    cost: OrderCost

    def __bool__(self) -> bool:
        return self.promise.day is not None

    def or_raise(self) -> "Promised":
        """This answer."""
        return self


def invalid_lines(rejected: RejectedInvalid) -> tuple[tuple[int, Invalid], ...]:
    """The numbers of lines that are invalid, each with its verdict; none for what was made by hand."""
    return rejected._verdicts  # noqa: SLF001 - told here and nowhere else


Rejection = RejectedInvalid | OrderIncomplete | Unknown
Decision = Accepted | RejectedUnavailable | Rejection
"""What `accept_order` answers."""
Check = Available | RejectedUnavailable | Rejection
"""What `check_order` answers."""


@frozen(eq=False)
class Acceptable:
    """Every line is valid: what is left is a question of stock."""

    configurations: tuple[Configuration, ...]
    lines: tuple[WantedLine, ...]
    price: Amount | None
    products: int

    @property
    def demand(self) -> Demand:
        """What all lines together need."""
        return Demand(tuple(each for line in self.lines for each in line.demand.lines))


# ---------------------------------------------------------------- the questions


def accept_order(
    product: PreparedProduct,
    order: Order,
    store: StockStore,
    *,
    ttl: timedelta | None = None,
    key: str | None = None,
    as_of: date | None = None,
    late: bool = False,
    alternatives: int = 1,
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
        late: whether to accept it for later days than are wanted, rather than to reject it.
        alternatives: how many to tell at most for each line that is short; 0 looks for none.
        limits: for the searches, if any are needed. Where they keep alternatives from being found, those are
            unknown, and the decision stands. Without limits alternatives are looked for a few seconds, see
            `SECONDS_FOR_ALTERNATIVES`; everything else takes as long as it takes.

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
    content = f"{product.catalog.name}\n{canonical}\n{as_of or ''}" + ("\nlate" if late else "")
    ready = judge_order(product, order, limits)
    digest = f"sha256:{sha256(canonical.encode()).hexdigest()}"
    asked = _Asked(product, order.id, store, ttl, key, content, digest, order.priority)
    # What was answered once stays answered, even if the day is over or the catalog has changed since.
    outcome, plan = asked.recall(), None
    if outcome is None:
        if not isinstance(ready, Acceptable):
            return ready
        outcome, plan = asked.reserve(ready, late=late)
    too_early = outcome is None and plan is not None and bool(plan.too_early) and not late
    if too_early or isinstance(outcome, Refused):
        told = RejectedUnavailable(())
        if isinstance(outcome, Refused):
            told = RejectedUnavailable(outcome.shortages, outcome.key, outcome.replayed)
        if not isinstance(ready, Acceptable):
            return told
        # What could be built instead may need any component.
        seen = asked.seen(None if alternatives else ready.demand)
        return _with_ways_out(told, product, read, ready, seen, alternatives, limits)
    return asked.accepted(ready, outcome, plan, kept=plan is None or _is_kept(plan, late=late))


def check_order(
    product: PreparedProduct,
    order: Order,
    stock: StockSnapshot,
    *,
    today: date,
    late: bool = False,
    alternatives: int = 1,
    limits: SearchLimits = NO_LIMITS,
) -> Check:
    """Hold an order against a snapshot of stock; nothing is reserved.

    Args:
        product: the catalog on the day of the order.
        order: may have no id.
        stock: the snapshot.
        today: the day, for counts that have no day of their own.
        late: as in `accept_order`.
        alternatives: likewise.
        limits: likewise.

    Raises:
        ChoiceError: a line names what does not exist.
    """
    ready = judge_order(product, order, limits)
    if not isinstance(ready, Acceptable):
        return ready
    seen = seen_by(product, stock, today)
    plan = plan_order(ready.lines, seen.snapshot, workshop_of(product.catalog), today=seen.today)
    if _is_kept(plan, late=late):
        return Available(ready.configurations, plan.promise, ready.price, _cost(product, ready, seen))
    read = read_lines(product.catalog, order)
    return _with_ways_out(RejectedUnavailable(()), product, read, ready, seen, alternatives, limits)


def promise_order(
    product: PreparedProduct,
    order: Order,
    stock: StockSnapshot,
    *,
    today: date,
    limits: SearchLimits = NO_LIMITS,
) -> Promised | Rejection:
    """When an order can be there, what it waits for, what it brings in and costs; nothing is reserved.

    Raises:
        ChoiceError: a line names what does not exist.
    """
    ready = judge_order(product, order, limits)
    if not isinstance(ready, Acceptable):
        return ready
    seen = seen_by(product, stock, today)
    plan = plan_order(ready.lines, seen.snapshot, workshop_of(product.catalog), today=seen.today)
    return Promised(ready.configurations, plan.promise, ready.price, _cost(product, ready, seen))


# ---------------------------------------------------------------- stock


def _cost(product: PreparedProduct, ready: Acceptable, seen: Seen) -> OrderCost:
    catalog = product.catalog
    masters: Mapping[str, ItemMaster] = seen.snapshot.master_of
    return order_cost(ready.demand, masters, assembly_cost(catalog), ready.products, catalog.currency)


def _is_kept(plan: OrderPlan, *, late: bool) -> bool:
    """Whether a plan is what the order asks for."""
    return plan.promise.on_time or (late and plan.promise.day is not None)


@frozen(eq=False)
class _Asked:
    """An order before a store."""

    product: PreparedProduct
    order: str
    store: StockStore
    ttl: timedelta | None
    key: str | None
    content: str
    digest: str
    priority: int

    def seen(self, demand: Demand | None) -> Seen:
        """The stock of now, as far as some demand needs it, or all of it."""
        snapshot = self.store.snapshot(None if demand is None else demand.skus)
        return seen_by(self.product, snapshot, snapshot.today)

    def recall(self) -> ReservationOutcome | None:
        """The stored answer, if there is one."""
        return self.store.recall(
            self.order, key=self.key, ttl=self.ttl, content=self.content, priority=self.priority
        )

    def reserve(self, ready: Acceptable, *, late: bool) -> tuple[ReservationOutcome | None, OrderPlan]:
        """Plan the order and reserve what it needs; where others were faster, plan it anew.

        No outcome where nothing is to be reserved, or a line is wanted too early: then stock is not asked.
        """
        workshop = workshop_of(self.product.catalog)
        for attempt in range(1, MOST_ATTEMPTS + 1):
            seen = self.seen(ready.demand)
            plan = plan_order(ready.lines, seen.snapshot, workshop, today=seen.today)
            kept = _is_kept(plan, late=late)
            if ready.demand.is_empty or (plan.too_early and not late):
                return None, plan
            outcome = self.store.reserve(
                ReservationRequest(
                    order=self.order,
                    demand=plan.demand if kept else plan.asked,
                    ttl=self.ttl,
                    key=self.key,
                    content=self.content,
                    config_digest=self.digest,
                    priority=self.priority,
                    promised=plan.promise.day if kept else plan.asked_day,
                    replenished=tuple(sorted(plan.replenished.items())),
                    # Where the plan says that all can be had, a refusal means no more than that it is old.
                    tentative=kept and attempt < MOST_ATTEMPTS,
                )
            )
            if isinstance(outcome, Reserved) or not kept or attempt == MOST_ATTEMPTS:
                return outcome, plan
        raise AssertionError("the last attempt is an answer")

    def accepted(
        self,
        ready: "Acceptable | Rejection",
        outcome: ReservationOutcome | None,
        plan: OrderPlan | None,
        *,
        kept: bool,
    ) -> Accepted:
        """The answer to an order that got what it needs; `kept` says whether that is what was planned."""
        assert outcome is None or isinstance(outcome, Reserved)
        reservation = None if outcome is None else outcome.reservation
        replayed = outcome is not None and outcome.replayed
        told = Accepted((), reservation, None if outcome is None else outcome.key, replayed)
        if reservation is not None and replayed:
            told = evolve(told, to_procure=self._still_to_procure(reservation))
        elif plan is not None:
            if reservation is not None and isinstance(ready, Acceptable):
                # Others may have been faster, and left more or less than was planned with.
                booked = self._still_to_procure(reservation) if plan.replenished else ()
                if not kept or booked != plan.promise.to_procure:
                    plan = self._granted(ready, reservation)
                    plan = evolve(plan, promise=evolve(plan.promise, to_procure=booked))
            told = evolve(told, promise=plan.promise, to_procure=plan.promise.to_procure)
        if isinstance(ready, Acceptable):
            cost = _cost(self.product, ready, self.seen(ready.demand))
            told = evolve(told, configurations=ready.configurations, price=ready.price, cost=cost)
        return told

    def _granted(self, ready: Acceptable, reservation: Reservation) -> OrderPlan:
        """The order planned with the stock of now and what it got itself."""
        seen = self.seen(ready.demand)
        before = without_reservation(seen.snapshot, reservation)
        return plan_order(ready.lines, before, workshop_of(self.product.catalog), today=seen.today)

    def _still_to_procure(self, reservation: Reservation) -> tuple[ToProcure, ...]:
        """What is open of what was to be procured for a reservation."""
        skus = tuple(dict.fromkeys(line.sku for line in reservation.lines))
        supplies = [each for each in self.store.supplies(skus) if each.reservation == reservation.id]
        snapshot = with_known_masters(self.product, self.store.snapshot(skus)) if supplies else None
        return tuple(
            procured(snapshot, each.sku, each.open, each.due)
            for each in sorted(supplies, key=lambda each: (each.due, each.sku))
            if snapshot is not None
        )


# ---------------------------------------------------------------- ways out


def _with_ways_out(
    told: RejectedUnavailable,
    product: PreparedProduct,
    read: "tuple[ReadLine, ...]",
    ready: Acceptable,
    seen: Seen,
    alternatives: int,
    limits: SearchLimits,
) -> RejectedUnavailable:
    """A rejection with when the order could be, and what could be built instead of lines that are short."""
    workshop = workshop_of(product.catalog)
    plan = plan_order(ready.lines, seen.snapshot, workshop, today=seen.today)
    told = evolve(told, promise=plan.promise, too_early=plan.too_early)
    if told.key is None:
        # Stock was not asked, so that this is what it would say.
        told = evolve(told, shortages=plan.shortages(seen.snapshot))
    if alternatives < 1:
        return told
    if limits.deadline is None:
        limits = limits.at_most(SECONDS_FOR_ALTERNATIVES)
    on_time = [
        (line.demand, promised.begin)
        for line, promised in zip(ready.lines, plan.promise.lines, strict=True)
        if promised.on_time and promised.begin is not None
    ]
    left = left_after(seen.snapshot, on_time, workshop, seen.today)
    found: list[LineAlternatives] = []
    for line, promised in zip(ready.lines, plan.promise.lines, strict=True):
        if promised.on_time:
            continue
        own = product.applying(read[line.number - 1].bundles)
        asked = read[line.number - 1]
        proposals = proposals_on(
            own,
            asked.choices,
            Seen(left, seen.today),
            Wish(line.wanted, asked.quantity),
            alternatives,
            limits,
        )
        if isinstance(proposals, Unbuildable):
            proposals = ()
        if not isinstance(proposals, Unknown):
            proposals = tuple(each for each in proposals if each.changes)
            if proposals:
                demand = _demand_of(own, proposals[0], asked.quantity)
                left = left_after(left, [(demand, proposals[0].begin)], workshop, seen.today)
        found.append(LineAlternatives(line.number, proposals))
    return evolve(told, alternatives=tuple(found))


def _demand_of(product: PreparedProduct, proposal: Proposal, times: int) -> Demand:
    # Everything is decided, so that no limit is needed, and none may lose the refusal.
    question = ask(product, read_choices(product.catalog, proposal.choices), NO_LIMITS)
    assignment = question.choices.decided(product.lowered.layout)
    assert assignment is not None
    bill = bill_of_materials(product.catalog, product.configuration(assignment))
    return total_demand([(bill, times)])


# ---------------------------------------------------------------- validity


def judge_order(product: PreparedProduct, order: Order, limits: SearchLimits) -> Acceptable | Rejection:
    """Whether every line is valid, and what all lines together need.

    One invalid line rejects the order, whatever else is open: an answer that can still change
    comes after one that cannot.
    """
    read = read_lines(product.catalog, order)
    judged = tuple(enumerate((_judged(product, line, limits) for line in read), start=1))
    verdicts = [(number, verdict) for number, (verdict, _) in judged]
    conflicts = tuple(
        LineConflict(line, conflict)
        for line, verdict in verdicts
        if isinstance(verdict, Invalid)
        for conflict in verdict.conflicts
    )
    if conflicts:
        invalid = tuple((line, verdict) for line, verdict in verdicts if isinstance(verdict, Invalid))
        return RejectedInvalid(conflicts, invalid)
    for _, verdict in verdicts:
        if isinstance(verdict, Unknown):
            return verdict
    still_open = tuple(LineOpen(line, v.open) for line, v in verdicts if isinstance(v, Incomplete))
    if still_open:
        return OrderIncomplete(still_open)
    configurations = tuple(v.configuration for _, (v, _) in judged if isinstance(v, Valid))
    priced = [
        (product.applying(line.bundles).catalog, chosen, line.quantity)
        for (_, (_, chosen)), line in zip(judged, read, strict=True)
        if chosen is not None
    ]
    lines = tuple(
        WantedLine(number, _demand(product.catalog, configuration, line.quantity), line.wanted)
        for number, (configuration, line) in enumerate(zip(configurations, read, strict=True), start=1)
    )
    return Acceptable(configurations, lines, order_price(priced), sum(line.quantity for line in read))


def _demand(catalog: Catalog, configuration: Configuration, times: int) -> Demand:
    return total_demand([(bill_of_materials(catalog, configuration), times)])


def _judged(
    product: PreparedProduct, line: "ReadLine", limits: SearchLimits
) -> tuple[Verdict, Chosen | None]:
    """The verdict on a line, with what is chosen in it if that is everything."""
    question = ask(product.applying(line.bundles), line.choices, limits)
    verdict = validate(question, limits)
    assignment = question.choices.decided(product.lowered.layout) if isinstance(verdict, Valid) else None
    return verdict, None if assignment is None else product.lowered.lift(assignment)


@frozen
class ReadLine:
    """A line of an order, understood."""

    catalog: Catalog
    choices: Choices
    quantity: int
    bundles: tuple[Bundle, ...]
    wanted: date | None = None

    @property
    def canonical(self) -> list[object]:
        """What it orders, the same for every way to write it, ready for JSON.

        Bundles only where some are, its day only where one is wanted: so an order without is told as ever.
        """
        told: list[object] = [canonical_choices(self.catalog, self.choices), self.quantity]
        if self.bundles:
            told.append([bundle.key for bundle in self.bundles])
        if self.wanted is not None:
            told.append(self.wanted.isoformat())
        return told


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
            read.append(ReadLine(catalog, choices, line.quantity, bundles, line.wanted))
        except ChoiceError as error:
            prefix = f"line {number}: " if len(order.lines) > 1 else ""
            problems += [prefix + problem for problem in error.problems]
            help_lines.update(dict.fromkeys(error.help))
    if problems:
        raise ChoiceError(problems, tuple(help_lines))
    return tuple(read)
