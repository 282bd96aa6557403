"""The SQLite store and the plain one in memory, step by step the same: outcome, full state, audit."""

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from stock_stores import HandClock, opened

from configurator.availability.demand import Demand
from configurator.availability.memory_store import MemoryStockStore
from configurator.availability.reservations import ReservationRequest, reservation_id
from configurator.availability.store import StockStore
from configurator.errors import StockError

SKUS = st.sampled_from(["A", "B", "C", "never counted"])
ORDERS = st.sampled_from(["SO-1", "SO-2", "SO-3"])
# Keys that orders make for themselves are among those given, as a caller may send them back.
KEYS = st.sampled_from([None, None, None, "k1", "k2", "SO-1#0", "SO-2#1"])
TTLS = st.sampled_from([None, timedelta(seconds=1), timedelta(seconds=30), timedelta(seconds=60)])
DEMANDS = st.lists(st.tuples(SKUS, st.integers(0, 4)), min_size=1, max_size=4).map(Demand.of)
STEPS = ("confirm", "release", "consume", "reservation")


class StoresAgree(RuleBasedStateMachine):
    """Every call goes to both stores."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = HandClock()
        self.model = MemoryStockStore(self.clock)
        self.tried: StockStore = opened("sqlite", Path(self.folder.name), self.clock)
        self.keys = ["k1"]

    def both(self, name: str, *args: object, **options: object) -> Any:
        answers = [self._answer(store, name, args, options) for store in (self.model, self.tried)]
        assert answers[0] == answers[1]
        return answers[0]

    @staticmethod
    def _answer(store: StockStore, name: str, args: tuple[object, ...], options: dict[str, object]) -> object:
        try:
            return getattr(store, name)(*args, **options)
        except StockError as error:
            return type(error), str(error)

    @initialize()
    def begin_with_stock(self) -> None:
        self.both("import_counts", {"A": 6, "B": 3})

    @rule(order=ORDERS, demand=DEMANDS, ttl=TTLS, key=KEYS, content=st.sampled_from(["", "", "dated"]))
    def reserve(
        self, order: str, demand: Demand, ttl: timedelta | None, key: str | None, content: str
    ) -> None:
        if demand.is_empty:
            return
        outcome = self.both("reserve", ReservationRequest(order, demand, ttl, key, content))
        if not isinstance(outcome, tuple):
            self.keys.append(outcome.key)

    @rule(step=st.sampled_from(STEPS), which=st.integers(0, 50))
    def go_on(self, step: str, which: int) -> None:
        self.both(step, reservation_id(self.keys[which % len(self.keys)]))

    @rule(which=st.integers(0, 50), seconds=st.integers(1, 90))
    def extend(self, which: int, seconds: int) -> None:
        self.both("extend", reservation_id(self.keys[which % len(self.keys)]), timedelta(seconds=seconds))

    @rule(limit=st.sampled_from([None, 0, 1]))
    def expire(self, limit: int | None) -> None:
        self.both("expire", limit)

    @rule(seconds=st.sampled_from([1, 15, 29, 30, 31, 60, -1, -40]))
    def pass_time(self, seconds: int) -> None:
        self.clock.move(timedelta(seconds=seconds))

    @rule(days=st.sampled_from([-2, -1, 2]), accepted=st.booleans())
    def set_the_clock(self, days: int, accepted: bool) -> None:
        self.clock.move(timedelta(days=days))
        if accepted:
            self.both("accept_clock")

    @rule(
        counts=st.dictionaries(st.sampled_from("ABCD"), st.integers(0, 8), max_size=3), breaking=st.booleans()
    )
    def count(self, counts: dict[str, int], breaking: bool) -> None:
        plan = self.both("plan_import", counts)
        done = self.both("import_counts", counts, break_promises=breaking)
        assert isinstance(done, tuple) or plan == done

    @rule(demand=DEMANDS)
    def check(self, demand: Demand) -> None:
        self.both("check", demand)

    @rule()
    def reopen(self) -> None:
        self.tried.close()
        self.tried = opened("sqlite", Path(self.folder.name), self.clock)

    @invariant()
    def the_whole_state_is_the_same_and_sound(self) -> None:
        self.both("balances")
        self.both("reservations")
        self.both("events")
        assert () == self.both("audit")

    def teardown(self) -> None:
        self.tried.close()
        self.folder.cleanup()


TestStoresAgree = StoresAgree.TestCase
TestStoresAgree.settings = settings(
    max_examples=40,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
