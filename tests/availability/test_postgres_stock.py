"""What is special about stock in PostgreSQL: transactions that overlap, on a server that may go away."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from stock_databases import url_for
from stock_stores import HandClock, granted, refused, request

from configurator.availability.demand import Demand
from configurator.availability.opening import open_stock
from configurator.availability.postgres import connections
from configurator.availability.postgres.calls import Kind
from configurator.availability.postgres.store import PostgresStockStore
from configurator.availability.reservations import Refused, ReservationRequest, Reserved, reservation_id
from configurator.availability.store import StockStore
from configurator.errors import (
    ReservationStateError,
    StockRequestError,
    StockUnavailableError,
    UnknownReservationError,
)

SECONDS = 30
"""After which a test gives up on something that should happen at once."""


@pytest.fixture
def url(tmp_path: Path) -> str:
    return url_for("postgres", tmp_path)


@pytest.fixture
def store(url: str) -> Iterator[PostgresStockStore]:
    with open_stock(url, timeout=SECONDS) as opened:
        assert isinstance(opened, PostgresStockStore)
        yield opened
        assert () == opened.audit()
        assert 0 == opened.retries


@contextmanager
def connected(url: str, *, autocommit: bool = False) -> Iterator["psycopg.Connection[Any]"]:
    connection = psycopg.connect(url.rpartition("schema=")[0].rstrip("?&"), autocommit=autocommit)
    try:
        yield connection
    finally:
        connection.close()


def schema_of(url: str) -> str:
    return url.rpartition("schema=")[2]


def sql(url: str, statement: str) -> list[tuple[Any, ...]]:
    """Run statements around the store; `stock.` stands for its schema."""
    with connected(url, autocommit=True) as connection:
        cursor = connection.execute(statement.replace("stock.", f'"{schema_of(url)}".').encode())
        return cursor.fetchall() if cursor.description else []


@contextmanager
def in_the_background() -> Iterator[Callable[[Callable[[], Any]], "Future[Any]"]]:
    with ThreadPoolExecutor(8) as threads:
        yield threads.submit


# Others may use the same server: `stock.` in the text of a statement tells whose it is.
_WAITING = (
    "FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND position($$stock.$$ IN query) > 0 "
    "AND pid <> pg_backend_pid()"
)


def wait_until_somebody_waits(url: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not sql(url, f"SELECT 1 {_WAITING}"):
        assert time.monotonic() < deadline, "nobody waits"
        time.sleep(0.01)


# Twins


def test_a_twin_in_flight_waits_for_the_answer_to_the_first(url: str, store: PostgresStockStore) -> None:
    store.import_counts({"CPU": 3})
    with connected(url) as connection, in_the_background() as begin:
        first = granted(store.joined(connection).reserve(request("SO-1", {"CPU": 2}, key="K")))
        second = begin(lambda: store.reserve(request("SO-1", {"CPU": 2}, key="K")))
        wait_until_somebody_waits(url)
        connection.commit()

        assert (first.reservation, first.seq, True) == (
            (answer := granted(second.result(SECONDS))).reservation,
            answer.seq,
            answer.replayed,
        )


def test_a_twin_of_what_was_rolled_back_is_answered_itself(url: str, store: PostgresStockStore) -> None:
    store.import_counts({"CPU": 3})
    with connected(url) as connection, in_the_background() as begin:
        store.joined(connection).reserve(request("SO-1", {"CPU": 2}, key="K"))
        second = begin(lambda: store.reserve(request("SO-1", {"CPU": 2}, key="K")))
        wait_until_somebody_waits(url)
        connection.rollback()

        assert not granted(second.result(SECONDS)).replayed


def test_a_second_attempt_without_a_key_waits_for_the_refusal_of_the_first(
    url: str, store: PostgresStockStore
) -> None:
    store.import_counts({"CPU": 1})
    with connected(url) as connection, in_the_background() as begin:
        refused(store.joined(connection).reserve(request("SO-1", {"CPU": 2})))
        second = begin(lambda: store.reserve(request("SO-1", {"CPU": 2})))
        wait_until_somebody_waits(url)
        connection.commit()

        assert ("SO-1#1", False) == ((answer := refused(second.result(SECONDS))).key, answer.replayed)


# Many at once


def test_callers_who_want_the_same_items_in_any_order_never_block_each_other_for_good(
    store: PostgresStockStore,
) -> None:
    skus = [f"ITEM-{number}" for number in range(12)]
    store.import_counts(dict.fromkeys(skus, 60))

    def call(number: int) -> None:
        dice = Random(number)  # noqa: S311 - no secret
        for turn in range(12):
            order = f"SO-{number}-{turn}"
            wanted = Demand.of((sku, dice.randint(1, 3)) for sku in dice.sample(skus, 8))
            ttl = dice.choice([None, timedelta(microseconds=1), timedelta(minutes=1)])
            outcome = store.reserve(ReservationRequest(order, wanted, ttl))
            # A hold may have run out, or the request may have been refused.
            with suppress(ReservationStateError, UnknownReservationError, StockRequestError):
                match dice.randrange(6):
                    case 0:
                        store.confirm(reservation_id(outcome.key))
                    case 1:
                        store.release(reservation_id(outcome.key))
                    case 2:
                        store.consume(reservation_id(outcome.key))
                    case 3:
                        store.expire(3)
                    case 4:
                        store.receive(dice.choice(skus), 2, location=dice.choice(["default", "east"]))
                    case _:
                        store.adjust(dice.choice(skus), -1, reason="lost", break_promises=True)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(call, range(8)))

    # A deadlock would have been tried again.
    assert 0 == store.retries


def test_the_last_unit_goes_to_one_of_many(store: PostgresStockStore) -> None:
    store.import_counts({"CPU": 10})
    with ThreadPoolExecutor(8) as threads:
        outcomes = list(threads.map(lambda n: store.reserve(request(f"SO-{n}", {"CPU": 1})), range(30)))

    assert 10 == sum(isinstance(outcome, Reserved) for outcome in outcomes)


def test_stores_that_make_the_same_stock_make_one(url: str) -> None:
    def made(number: int) -> None:
        with open_stock(url, timeout=SECONDS) as store:
            store.receive(str(number), 1)

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(made, range(6)))

    with open_stock(url, create=False) as store:
        assert [str(number) for number in range(6)] == [each.sku for each in store.balances()]


def test_more_threads_than_connections_wait_for_one(
    store: PostgresStockStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MOST_CONNECTIONS", 1)
    store.import_counts({"CPU": 10})
    with ThreadPoolExecutor(4) as threads:
        outcomes = list(threads.map(lambda n: store.reserve(request(f"SO-{n}", {"CPU": 1})), range(10)))

    assert not [outcome for outcome in outcomes if isinstance(outcome, Refused)]


# Following the story


def test_an_event_is_not_told_before_one_with_a_lower_number_can_still_come(
    url: str, store: PostgresStockStore
) -> None:
    store.import_counts({"CPU": 1, "GPU": 1})
    with connected(url) as connection:
        first = store.joined(connection).reserve(request("SO-1", {"CPU": 1}))
        second = store.reserve(request("SO-2", {"GPU": 1}))

        assert (2, 3) == (first.seq, second.seq)
        assert [(3,)] == sql(url, "SELECT seq FROM stock.event WHERE seq > 1"), "a reader by number misses 2"
        assert () == store.events(1)
        assert 1 == store.snapshot().seq
        connection.commit()
    assert [2, 3] == [event.seq for event in store.events(1)]


def test_the_number_of_what_was_rolled_back_is_passed_over(url: str, store: PostgresStockStore) -> None:
    store.import_counts({"CPU": 1, "GPU": 1})
    with connected(url) as connection:
        store.joined(connection).reserve(request("SO-1", {"CPU": 1}))
        store.reserve(request("SO-2", {"GPU": 1}))
        connection.rollback()

    assert [1, 3] == [event.seq for event in store.events()]
    assert [3] == [event.seq for event in store.events(1, 1)]


def test_who_follows_the_story_misses_nothing(url: str, store: PostgresStockStore) -> None:
    store.import_counts({f"ITEM-{number}": 100 for number in range(6)})
    done = threading.Event()

    def follow() -> list[int]:
        seen: list[int] = []
        while True:
            last_look = done.is_set()
            seen.extend(event.seq for event in store.events(seen[-1] if seen else 0))
            if last_look:
                return seen

    def write(number: int) -> None:
        with connected(url) as connection:
            for turn in range(8):
                joined = store.joined(connection)
                joined.reserve(request(f"SO-{number}-{turn}", {f"ITEM-{number}": 1}))
                if turn % 3 == 2:
                    connection.rollback()
                else:
                    connection.commit()

    with ThreadPoolExecutor(7) as threads:
        follower = threads.submit(follow)
        list(threads.map(write, range(6)))
        done.set()

    assert [event.seq for event in store.events()] == follower.result(SECONDS)


# A caller's own transaction


def test_an_order_and_its_hold_are_kept_or_lost_together(url: str, store: PostgresStockStore) -> None:
    store.import_counts({"CPU": 3})
    sql(url, "CREATE TABLE stock.orders (id text)")
    for order, end in (("SO-1", "rollback"), ("SO-2", "commit")):
        with connected(url) as connection:
            connection.execute(f'INSERT INTO "{schema_of(url)}".orders VALUES (%s)'.encode(), (order,))  # noqa: S608 - our own constant
            store.joined(connection).reserve(request(order, {"CPU": 1}))
            getattr(connection, end)()

    assert [("SO-2",)] == sql(url, "SELECT id FROM stock.orders")
    assert ["SO-2"] == [found.order for found in store.reservations()]


def test_an_error_of_stock_leaves_the_callers_transaction_as_it_was(
    url: str, store: PostgresStockStore
) -> None:
    store.import_counts({"CPU": 3})
    with connected(url) as connection:
        joined = store.joined(connection)
        held = granted(joined.reserve(request("SO-1", {"CPU": 1}, ttl=timedelta(minutes=1)))).reservation
        with pytest.raises(ReservationStateError):
            joined.consume(held.id)
        joined.confirm(held.id)
        connection.commit()

    assert "ALLOCATED" == store.reservation(held.id).state.value


def test_holds_that_have_expired_are_swept_inside_a_callers_transaction(url: str) -> None:
    clock = HandClock()
    with open_stock(url, now=clock, timeout=SECONDS) as store:
        store.import_counts({"CPU": 1})
        store.reserve(request("SO-1", {"CPU": 1}, ttl=timedelta(seconds=1)))
        clock.move(timedelta(seconds=2))
        with connected(url) as connection:
            granted(store.joined(connection).reserve(request("SO-2", {"CPU": 1})))
            connection.commit()

        assert ["IMPORTED", "RESERVED", "EXPIRED", "RESERVED"] == [e.kind.value for e in store.events()]
        assert () == store.audit()


def test_a_connection_of_sqlalchemy_is_joined_by_what_is_inside_it(
    url: str, store: PostgresStockStore
) -> None:
    store.import_counts({"CPU": 1})
    with connected(url) as connection:
        around = SimpleNamespace(connection=SimpleNamespace(driver_connection=connection))
        store.joined(around).reserve(request("SO-1", {"CPU": 1}))
        connection.commit()

    assert 1 == len(store.reservations())


def test_what_cannot_be_joined_is_told(url: str, store: PostgresStockStore, tmp_path: Path) -> None:
    def why(connection: object, tried: StockStore = store) -> str:
        with pytest.raises(StockRequestError) as caught:
            tried.joined(connection)
        return str(caught.value)

    assert "joins a connection of psycopg 3" in why(object())
    with connected(url, autocommit=True) as connection:
        assert "has begun no transaction" in why(connection)
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        assert "is `read committed`, not `repeatable read`" in why(connection)
    assert "is closed" in why(connection)
    elsewhere = url_for("postgres", tmp_path / "elsewhere")
    with open_stock(elsewhere) as other, connected(url) as connection:
        sql(elsewhere, f'DROP SCHEMA "{schema_of(elsewhere)}" CASCADE')
        assert "has no stock in it" in why(connection, other)


# Trouble


def test_who_waits_too_long_is_told_that_nothing_was_changed(url: str, store: PostgresStockStore) -> None:
    store.import_counts({"CPU": 3})
    with connected(url) as connection, open_stock(url, timeout=0.2) as hasty:
        store.joined(connection).reserve(request("SO-1", {"CPU": 1}))
        with pytest.raises(
            StockUnavailableError, match="stayed locked by another writer; nothing was changed"
        ):
            hasty.reserve(request("SO-2", {"CPU": 1}))


def test_a_connection_that_is_lost_in_a_transaction_is_told_and_made_anew(
    url: str, store: PostgresStockStore
) -> None:
    store.import_counts({"CPU": 3})
    with connected(url) as connection, in_the_background() as begin:
        store.joined(connection).reserve(request("SO-1", {"CPU": 1}))
        waiting = begin(lambda: store.reserve(request("SO-2", {"CPU": 1})))
        wait_until_somebody_waits(url)
        sql(url, f"SELECT pg_terminate_backend(pid) {_WAITING}")

        with pytest.raises(StockUnavailableError, match="was lost; a request can safely be sent again"):
            waiting.result(SECONDS)
        connection.commit()
    assert not granted(store.reserve(request("SO-2", {"CPU": 1}))).replayed


def test_connections_that_were_cut_while_nobody_used_them_are_not_noticed(
    url: str, store: PostgresStockStore
) -> None:
    store.import_counts({"CPU": 3})
    with store._calls.scope.session(Kind.ONE) as session:
        pid = session.connection.info.backend_pid
    sql(url, f"SELECT pg_terminate_backend({pid}, 10000)")

    assert 3 == store.balances()[0].on_hand


def test_a_caller_whose_transaction_lost_its_connection_is_told(url: str, store: PostgresStockStore) -> None:
    store.import_counts({"CPU": 3})
    with connected(url) as connection:
        joined = store.joined(connection)
        joined.reserve(request("SO-1", {"CPU": 1}))
        sql(url, f"SELECT pg_terminate_backend({connection.info.backend_pid})")
        with pytest.raises(StockUnavailableError, match="was lost"):
            joined.reserve(request("SO-2", {"CPU": 1}))

    assert () == store.reservations()


def test_a_closed_store_answers_nothing(url: str) -> None:
    with open_stock(url) as store:
        store.close()
        with pytest.raises(StockUnavailableError, match="was closed"):
            store.balances()


def test_without_a_clock_the_time_is_the_servers(url: str, store: PostgresStockStore) -> None:
    store.import_counts({"CPU": 3})

    ((server,),) = sql(url, "SELECT clock_timestamp()")
    at = store.events()[0].at
    assert UTC == at.tzinfo
    assert abs(server - at) < timedelta(minutes=1)
    assert isinstance(at, datetime)


# Passwords


@pytest.mark.parametrize(
    "wrong",
    [
        "postgresql://somebody:hush@127.0.0.1:1/shop",
        "postgresql://somebody:hush@127.0.0.1:port/shop",
        "postgresql://somebody:hush@127.0.0.1/shop?nonsense=1",
        "postgresql://somebody:hush@127.0.0.1/shop?schema=Not-A-Name",
        "postgresql://somebody:hush@[::1/shop",
        "postgres://somebody:hush@127.0.0.1:1/shop?password=hush",
        "postgresql://somebody:some@hush@127.0.0.1:1/shop",
        "postgresql://somebody:some/hush@127.0.0.1:1/shop",
    ],
)
def test_a_password_is_never_told(wrong: str) -> None:
    with pytest.raises(StockUnavailableError) as caught:
        open_stock(wrong, timeout=1)

    told: BaseException | None = caught.value
    assert told is not None
    assert "hush" not in f"{told} {told.__cause__!r}"
    assert told.__cause__ is None


def test_a_wrong_password_is_told_without_it(url: str) -> None:
    wrong = url.replace("127.0.0.1", "127.0.0.1", 1).replace("://configurator:", "://configurator:hush")
    if wrong == url:
        pytest.skip("the server that the environment names has another user")

    with pytest.raises(StockUnavailableError) as caught:
        open_stock(wrong, timeout=5)

    assert "password authentication failed" in str(caught.value)
    assert "hush" not in str(caught.value)
