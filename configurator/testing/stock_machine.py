"""A state machine that holds a store of yours against the plain one in memory, step by step.

    from configurator.testing import StockMachine

    TestMyStore = StockMachine.for_store(my_store).TestCase

Every call goes to both stores: they have to answer the same, refuse in the same words, and have the same
state after each step: balances, snapshot, supplies, masters, reservations, events. The audit of both has to
find nothing.
"""

# Each rule is a step whose name says what it does.
# ruff: noqa: D102

import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from configurator.availability.demand import Demand, DemandLine
from configurator.availability.masters import ItemMaster, Policy
from configurator.availability.memory_store import MemoryStockStore
from configurator.availability.quantities import MAXIMUM_QUANTITY, ItemId
from configurator.availability.reservations import (
    ReservationRequest,
    ReservationState,
    procured_id,
    reservation_id,
)
from configurator.availability.store import StockStore
from configurator.availability.supply import Supply
from configurator.errors import StockError

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class HandClock:
    """Stands still until it is moved.

    Attributes:
        time: what it shows.
    """

    def __init__(self, time: datetime = NOON) -> None:
        self.time = time

    def __call__(self) -> datetime:
        """What it shows."""
        return self.time

    def move(self, step: timedelta) -> None:
        """Move it on, or back."""
        self.time += step


Factory: TypeAlias = Callable[[Path, HandClock], StockStore]
"""Opens the store of a folder with a clock, empty at first; the same store again when asked again."""

MOST_SKUS = 4
"""How many SKUs a machine takes: two that are in stock, one that becomes known, one that rarely does."""


def day(number: int) -> date:
    """So many days after the first."""
    return NOON.date() + timedelta(days=number)


def _sku(*places: int) -> st.SearchStrategy[ItemId]:
    """One of the machine's SKUs."""
    return st.sampled_from(places).flatmap(lambda place: st.runner().map(lambda machine: machine.skus[place]))


SKUS = _sku(0, 0, 1)
# New items become known, and some stay unknown.
ANY_SKU = _sku(0, 0, 0, 1, 1, 2, 3)
PLACES = st.sampled_from(["default", "default", "hall-2"])
ANY_PLACE = st.sampled_from([None, None, None, None, "default", "hall-2", "nowhere"])
DAYS = st.integers(-1, 9).map(day)
LATER = st.sampled_from([day(number) for number in (1, 2, 4, 7)])
NEEDED = st.sampled_from([None, None, day(0), day(1), day(3), day(6)])
ORDERS = st.integers(1, 40).map(lambda number: f"SO-{number}")
# Keys that orders make for themselves are among those given, as a caller may send them back.
KEYS = st.sampled_from([None, None, None, None, None, None, "k1", "k2", "SO-1#0", "SO-2#1"])
SECONDS = (1, 60, 60, 300_000)
TTLS = st.sampled_from([None, None, *(timedelta(seconds=number) for number in SECONDS)])
SMALL = st.integers(1, 3)
# What no store takes: every store has to refuse it in the same words.
NONSENSE = st.sampled_from([0, -1, MAXIMUM_QUANTITY + 1, 1.5, True])
SUPPLIES = ["PO-1", "PO-2", "PO-3"]
WHICH = st.integers(0, 200)
MASTERS = st.builds(
    ItemMaster,
    ANY_SKU,
    st.sampled_from([None, Policy.BOUGHT, Policy.STOCKED]),
    st.sampled_from([None, 0, 5]),
)
BREAKING = st.sampled_from([True, True, False])


def demands(
    skus: st.SearchStrategy[ItemId],
    places: st.SearchStrategy[str | None],
    days: st.SearchStrategy[date | None],
) -> st.SearchStrategy[Demand]:
    """Demands of one to three lines, in which an item may come more than once."""
    line = st.builds(DemandLine, skus, SMALL, places, days)
    return st.lists(line, min_size=1, max_size=3).map(lambda lines: Demand(tuple(lines)))


FOR_NOW = demands(SKUS, st.none(), st.none())
FOR_LATER = demands(SKUS, st.none(), LATER)
OF_ALL_KINDS = demands(ANY_SKU, ANY_PLACE, NEEDED)


class StockMachine(RuleBasedStateMachine):
    """Every call goes to both stores. `for_store` makes one for a store of yours.

    Attributes:
        factory: opens the store that is tried.
        skus: the items that are counted, wanted, expected.
        reopens: whether the store is closed and opened again on the way.
    """

    factory: Factory
    skus: Sequence[ItemId] = ("A", "B", "new", "never counted")
    reopens: bool = True

    @classmethod
    def for_store(
        cls,
        factory: Factory,
        *,
        skus: Sequence[ItemId] = ("A", "B", "new", "never counted"),
        reopens: bool = True,
    ) -> "type[StockMachine]":
        """A machine that tries the stores of a factory.

        Args:
            factory: gets a folder of its own and a clock, which is moved by hand, and opens the store of that
                folder: an empty one at first, and the same again when it is asked again after `close()`.
                Nothing of an earlier folder may be left in it. The store reads the time from the clock alone.
            skus: four items; the first two are in stock from the beginning.
            reopens: whether to close the store and open it again now and then; not for a store that is gone
                when it is closed.

        Raises:
            ValueError: it is not four different items.
        """
        if len(skus) != MOST_SKUS or len(set(skus)) != MOST_SKUS:
            raise ValueError(f"a machine takes {MOST_SKUS} different SKUs, not {', '.join(skus) or 'none'}")
        made = {"factory": staticmethod(factory), "skus": tuple(skus), "reopens": reopens}
        return type(cls.__name__, (cls,), made)

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = HandClock()
        self.model = MemoryStockStore(self.clock)
        self.tried = self._opened()
        self.requests: list[ReservationRequest] = []
        self.keys = ["k1"]
        self.facts: list[tuple[str, tuple[object, ...], dict[str, object]]] = []

    def _opened(self) -> StockStore:
        return self.factory(Path(self.folder.name), self.clock)

    def _both(self, name: str, *args: object, **options: object) -> Any:
        """Ask both the same.

        Raises:
            AssertionError: they answer differently.
        """
        expected, got = (self._answer(store, name, args, options) for store in (self.model, self.tried))
        if expected != got or type(expected) is not type(got):
            raise AssertionError(f"`{name}` answers otherwise than it should: {_unlike(expected, got)}")
        return expected

    @staticmethod
    def _answer(
        store: StockStore, name: str, args: tuple[object, ...], options: Mapping[str, object]
    ) -> object:
        try:
            return getattr(store, name)(*args, **options)
        except StockError as error:
            return type(error), str(error)

    def _told(self, name: str, *args: object, **options: object) -> None:
        """Tell both a fact, and remember it to be told again."""
        self.facts.append((name, args, options))
        self._both(name, *args, **options)

    def _some_reservation(self, which: int, *states: ReservationState) -> str:
        """Mostly one in one of these states, now and then another one, or one that nobody knows."""
        found = self.model.reservations()
        wanted = [each.id for each in found if each.state in states]
        ids = [*wanted * 9, *(each.id for each in found), reservation_id("unknown")]
        return ids[which % len(ids)]

    def _some_supply(self, which: int) -> str:
        """Mostly one that is open, now and then one that has come, was cancelled or never was."""
        to_come = [each.id for each in self.model.supplies()]
        own = [procured_id(reservation_id(key), 1) for key in self.keys]
        ids = [*to_come * 9, *SUPPLIES, *own]
        return ids[which % len(ids)]

    @initialize(ttl=TTLS)
    def begin_with_stock_and_promises(self, ttl: timedelta | None) -> None:
        first, second, third, _ = self.skus
        self._both("import_counts", {first: 12, second: 7})
        self._both("receive", first, 4, location="hall-2")
        self._both("add_supply", Supply("PO-1", first, day(2), 5))
        shelf = Demand((DemandLine(first, 3), DemandLine(second, 1)))
        later = Demand((DemandLine(first, 4, needed=day(2)), DemandLine(first, 2)))
        to_have = Demand((DemandLine(second, 9, needed=day(4)), DemandLine(third, 1, needed=day(3))))
        ready = ((second, day(1)), (third, day(2)))
        self._ask(ReservationRequest("SO-A", shelf))
        self._ask(ReservationRequest("SO-B", shelf, ttl))
        self._ask(ReservationRequest("SO-C", later, priority=5))
        self._ask(ReservationRequest("SO-D", to_have, ttl, replenished=ready))

    def _ask(self, request: ReservationRequest) -> None:
        self.requests.append(request)
        outcome = self._both("reserve", request)
        if not isinstance(outcome, tuple):
            self.keys.append(outcome.key)

    # Requests

    @rule(order=ORDERS, demand=FOR_NOW, ttl=TTLS, priority=st.sampled_from([0, 0, 5]))
    def reserve_now(self, order: str, demand: Demand, ttl: timedelta | None, priority: int) -> None:
        self._ask(ReservationRequest(order, demand, ttl, priority=priority))

    @rule(order=ORDERS, demand=FOR_LATER, ttl=TTLS)
    def reserve_for_later(self, order: str, demand: Demand, ttl: timedelta | None) -> None:
        self._ask(ReservationRequest(order, demand, ttl, promised=demand.lines[0].needed))

    @rule(order=ORDERS, number=st.integers(3, 9), needed=LATER, ttl=TTLS, sku=ANY_SKU, more=FOR_LATER)
    def reserve_what_can_be_had(
        self, order: str, number: int, needed: date, ttl: timedelta | None, sku: ItemId, more: Demand
    ) -> None:
        demand = Demand((DemandLine(sku, 2 * number, needed=needed),)) + more
        ready = tuple((each, day(1)) for each in demand.skus)
        self._ask(ReservationRequest(order, demand, ttl, replenished=ready))

    @rule(
        order=ORDERS,
        demand=OF_ALL_KINDS,
        ttl=TTLS,
        key=KEYS,
        content=st.sampled_from(["", "", "dated"]),
        priority=st.sampled_from([0, 0, 5]),
        ready=st.none() | st.integers(0, 5).map(day),
        tentative=st.sampled_from([False, False, True]),
    )
    def reserve(
        self,
        order: str,
        demand: Demand,
        ttl: timedelta | None,
        key: str | None,
        content: str,
        priority: int,
        ready: date | None,
        tentative: bool,
    ) -> None:
        replenished = () if ready is None else ((demand.skus[0], ready),)
        self._ask(
            ReservationRequest(
                order,
                demand,
                ttl,
                key,
                content,
                priority=priority,
                replenished=replenished,
                tentative=tentative,
            )
        )

    @rule(sku=ANY_SKU, order=ORDERS, needed=NEEDED)
    def reserve_far_too_many(self, sku: ItemId, order: str, needed: date | None) -> None:
        self._ask(ReservationRequest(order, Demand((DemandLine(sku, MAXIMUM_QUANTITY, needed=needed),))))

    @rule(which=WHICH)
    def send_a_request_again(self, which: int) -> None:
        if self.requests:
            self._both("reserve", self.requests[which % len(self.requests)])

    @rule(which=WHICH)
    def send_a_fact_again(self, which: int) -> None:
        if self.facts:
            name, args, options = self.facts[which % len(self.facts)]
            self._both(name, *args, **options)

    # The life of a reservation

    @rule(which=WHICH)
    def confirm(self, which: int) -> None:
        self._both("confirm", self._some_reservation(which, ReservationState.HELD))

    @rule(which=WHICH)
    def consume(self, which: int) -> None:
        self._both("consume", self._some_reservation(which, ReservationState.ALLOCATED))

    @rule(which=WHICH, parts=st.dictionaries(SKUS, st.integers(0, 2), min_size=1, max_size=2))
    def consume_a_part(self, which: int, parts: dict[ItemId, int]) -> None:
        self._both("consume", self._some_reservation(which, ReservationState.ALLOCATED), parts)

    @rule(which=WHICH, step=st.sampled_from(["release", "release", "cancel", "reservation"]))
    def end(self, which: int, step: str) -> None:
        live = (ReservationState.HELD, ReservationState.ALLOCATED)
        self._both(step, self._some_reservation(which, *live))

    @rule(which=WHICH, seconds=st.integers(1, 90))
    def extend(self, which: int, seconds: int) -> None:
        id_ = self._some_reservation(which, ReservationState.HELD)
        self._both("extend", id_, timedelta(seconds=seconds))

    @rule(limit=st.sampled_from([None, 0, 1]))
    def expire(self, limit: int | None) -> None:
        self._both("expire", limit)

    # Facts

    @rule(sku=ANY_SKU, quantity=SMALL, place=PLACES, key=KEYS)
    def receive(self, sku: ItemId, quantity: int, place: str, key: str | None) -> None:
        self._told("receive", sku, quantity, location=place, key=key)

    @rule(which=WHICH, quantity=st.integers(1, 7), key=KEYS, wrong=st.sampled_from([False] * 5 + [True]))
    def receive_what_is_expected(self, which: int, quantity: int, key: str | None, wrong: bool) -> None:
        id_ = self._some_supply(which)
        sku, place = next(
            ((each.sku, each.location) for each in self.model.supplies() if each.id == id_),
            (self.skus[0], "default"),
        )
        self._told("receive", self.skus[1] if wrong else sku, quantity, location=place, supply=id_, key=key)

    @rule(sku=SKUS, change=st.integers(-6, 3), place=PLACES, key=KEYS, breaking=BREAKING)
    def adjust(self, sku: ItemId, change: int, place: str, key: str | None, breaking: bool) -> None:
        self._told("adjust", sku, change, reason="counted", location=place, key=key, break_promises=breaking)

    @rule(sku=SKUS, quantity=SMALL, there=st.booleans(), key=KEYS)
    def transfer(self, sku: ItemId, quantity: int, there: bool, key: str | None) -> None:
        source, goal = ("default", "hall-2") if there else ("hall-2", "default")
        self._told("transfer", sku, quantity, source=source, target=goal, key=key)

    @rule(sku=SKUS, floor=st.sampled_from([0, 0, 1, 2, 4]), place=PLACES)
    def set_floor(self, sku: ItemId, floor: int, place: str) -> None:
        self._told("set_floor", sku, floor, location=place)

    @rule(masters=st.lists(MASTERS, max_size=3))
    def set_masters(self, masters: list[ItemMaster]) -> None:
        self._told("set_masters", masters)

    @rule(
        id_=st.sampled_from(SUPPLIES),
        sku=ANY_SKU,
        due=DAYS,
        quantity=st.sampled_from([1, 2, 3, 5, MAXIMUM_QUANTITY]),
        place=PLACES,
        firm=st.sampled_from([True, True, False]),
    )
    def add_supply(self, id_: str, sku: ItemId, due: date, quantity: int, place: str, firm: bool) -> None:
        self._told("add_supply", Supply(id_, sku, due, quantity, place, firm=firm))

    @rule(
        which=WHICH,
        due=st.none() | DAYS,
        quantity=st.none() | st.integers(1, 6),
        firm=st.sampled_from([None, None, True, False]),
        breaking=BREAKING,
    )
    def change_supply(
        self, which: int, due: date | None, quantity: int | None, firm: bool | None, breaking: bool
    ) -> None:
        id_ = self._some_supply(which)
        self._told("change_supply", id_, due=due, quantity=quantity, firm=firm, break_promises=breaking)

    @rule(which=WHICH, breaking=BREAKING)
    def cancel_supply(self, which: int, breaking: bool) -> None:
        self._told("cancel_supply", self._some_supply(which), break_promises=breaking)

    @rule(counts=st.dictionaries(ANY_SKU, st.integers(0, 9), max_size=3), place=PLACES, breaking=BREAKING)
    def count(self, counts: dict[ItemId, int], place: str, breaking: bool) -> None:
        plan = self._both("plan_import", counts, location=place)
        done = self._both("import_counts", counts, location=place, break_promises=breaking)
        if not isinstance(done, tuple) and plan != done:
            raise AssertionError(f"`import_counts` does not do what was planned: {_unlike(plan, done)}")

    @rule(value=NONSENSE, which=WHICH, sku=ANY_SKU, place=st.sampled_from(["default", "nowhere", " ", ""]))
    def ask_nonsense(self, value: int, which: int, sku: ItemId, place: str) -> None:
        """What is no quantity, no place, no limit or no reservation, in every call that takes one."""
        self._both("receive", sku, value, location=place)
        self._both("adjust", sku, value, reason=place, location=place)
        self._both("transfer", sku, value, source=place, target="nowhere")
        self._both("set_floor", sku, value, location="nowhere")
        self._both("import_counts", {sku: 1}, location=" ")
        self._both("change_supply", self._some_supply(which), quantity=value)
        self._both("consume", self._some_reservation(which, ReservationState.ALLOCATED), {sku: value})
        unknown = reservation_id("unknown")
        for step in ("confirm", "consume", "release", "cancel", "reservation"):
            self._both(step, unknown)
        self._both("extend", unknown, timedelta(seconds=1))
        self._both("expire", -1)
        self._both("events", limit=-1)
        self._both("add_supply", Supply(procured_id(reservation_id("k1"), 1), self.skus[0], day(1), 1))
        self._both("add_supply", Supply("PO-9", self.skus[0], day(1), 2, received=1))

    # Time

    @rule(seconds=st.sampled_from([1, 59, 60, 3600, 43_200, 86_400, 86_400, 172_800, -1, -40, -43_200]))
    def pass_time(self, seconds: int) -> None:
        self.clock.move(timedelta(seconds=seconds))

    @rule(which=WHICH, early=st.booleans())
    def let_a_hold_end(self, which: int, early: bool) -> None:
        """Go to the moment at which a hold ends, or to the last one at which it does not."""
        ends = [each.expires_at for each in self.model.reservations() if each.state is ReservationState.HELD]
        if ends:
            end = ends[which % len(ends)]
            assert end is not None
            self.clock.time = end - timedelta(microseconds=1) if early else end

    @rule(days=st.sampled_from([-3, -2, -1]), accepted=st.booleans())
    def set_the_clock_back(self, days: int, accepted: bool) -> None:
        self.clock.move(timedelta(days=days))
        if accepted:
            self._both("accept_clock")
        else:
            self._both("receive", self.skus[0], 1)
            self.clock.move(timedelta(days=-days))

    # Reading

    @rule(
        demand=OF_ALL_KINDS,
        skus=st.lists(ANY_SKU, max_size=3),
        after=st.integers(0, 30),
        limit=st.sampled_from([None, 0, 1, 2]),
        which=WHICH,
        ttl=TTLS,
        priority=st.sampled_from([0, 5]),
    )
    def look(
        self,
        demand: Demand,
        skus: list[ItemId],
        after: int,
        limit: int | None,
        which: int,
        ttl: timedelta | None,
        priority: int,
    ) -> None:
        """Ask everything that changes nothing."""
        self._both("check", demand)
        for question in ("balances", "snapshot", "supplies", "masters"):
            self._both(question, skus)
        self._both("events", after=after, limit=limit)
        self._both("reservation", self._some_reservation(which))
        self._both("reservations", f"SO-{which}")
        key = self.keys[which % len(self.keys)]
        self._both("recall", "SO-1", key=key, ttl=ttl, content="dated", priority=priority)
        self._both("recall", f"SO-{which}", content="dated")

    @rule()
    def reopen(self) -> None:
        if self.reopens:
            self.tried.close()
            self.tried = self._opened()

    @invariant()
    def the_whole_state_is_the_same_and_sound(self) -> None:
        for question in ("balances", "supplies", "masters", "snapshot", "reservations", "events"):
            self._both(question)
        broken = self._both("audit")
        if broken:
            raise AssertionError(f"the bookkeeping of both is wrong: {broken[0]}")

    def teardown(self) -> None:
        self.tried.close()
        self.folder.cleanup()


# ---------------------------------------------------------------- what differs


def _unlike(expected: object, got: object, where: str = "") -> str:
    """Where two answers differ first: `balances[0].held: expected 1, got 0`."""
    if type(expected) is type(got):
        if isinstance(expected, tuple | list) and isinstance(got, tuple | list) and len(expected) == len(got):
            for at, (one, other) in enumerate(zip(expected, got, strict=True)):
                if one != other:
                    return _unlike(one, other, f"{where}[{at}]")
        for each in getattr(type(expected), "__attrs_attrs__", ()):
            one, other = getattr(expected, each.name), getattr(got, each.name)
            if each.eq and one != other:
                return _unlike(one, other, f"{where}.{each.name}")
    told = f"{where.removeprefix('.')}: " if where else ""
    return f"{told}expected {expected!r}, got {got!r}"
