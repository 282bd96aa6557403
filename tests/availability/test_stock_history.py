"""Many processes at once, judged afterwards: what they were told is what one caller could have been told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from attrs import evolve
from history import Call, Logger, judged, recorded
from stock_databases import url_for
from stock_stores import DAY, HandClock, refused, request

from configurator.availability.ledger import StockEvent
from configurator.availability.memory_store import MemoryStockStore
from configurator.availability.opening import open_stock
from configurator.availability.reservations import ReservationOutcome, reservation_id


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_many_processes_are_told_what_one_could_have_been_told_and_a_follower_misses_nothing(
    kind: str, tmp_path: Path
) -> None:
    url = url_for(kind, tmp_path)

    followed: list[StockEvent] = []
    with ThreadPoolExecutor(1) as threads, open_stock(url) as store:
        history = threads.submit(recorded, url, processes=4, calls=60)
        while not history.done():
            followed += store.events(after=followed[-1].seq if followed else 0, limit=7)
        followed += store.events(after=followed[-1].seq)
        calls = history.result()

        verdict = judged(calls, store)
        events = store.events()
    assert () == verdict.problems
    assert verdict.judged > 100
    assert events == tuple(followed)


# The judge is fair, and sees what is wrong


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def store(clock: HandClock) -> MemoryStockStore:
    return MemoryStockStore(clock, "Ada")


@pytest.fixture
def calls(store: MemoryStockStore, clock: HandClock) -> list[Call]:
    """A history of one caller, in which a hold expires."""
    logger = Logger(store, "Ada")
    logger.call("import_counts", {"A": 3})
    logger.call("reserve", request("SO-1", {"A": 2}, ttl=timedelta(seconds=1)))
    logger.call("reserve", request("SO-2", {"A": 2}))
    clock.move(DAY)
    logger.call("receive", "A", 1, key="k")
    logger.call("receive", "A", 1, key="k")
    logger.call("reserve", request("SO-2", {"A": 4}))
    logger.call("consume", reservation_id("SO-2#1"))
    logger.call("consume", reservation_id("SO-1#0"))
    return logger.calls


def test_a_history_of_one_caller_is_right(store: MemoryStockStore, calls: list[Call]) -> None:
    verdict = judged(calls, store)

    assert ((), 6, 1) == (verdict.problems, verdict.judged, verdict.raised)


def test_two_calls_at_once_may_come_in_either_order(store: MemoryStockStore, calls: list[Call]) -> None:
    first, second = calls[1], calls[2]
    together = (first.began, second.ended)
    calls[1:3] = [evolve(call, began=together[0], ended=together[1]) for call in (first, second)]

    assert () == judged(calls, store).problems


def test_a_call_that_comes_before_one_that_was_over_is_told(
    store: MemoryStockStore, calls: list[Call]
) -> None:
    calls[0] = evolve(calls[0], began=calls[1].ended + 1, ended=calls[1].ended + 2)

    assert "event 1 came before event 2, which was over by then" in judged(calls, store).problems


def test_an_answer_that_was_not_right_is_told(store: MemoryStockStore, calls: list[Call]) -> None:
    answer = refused(_outcome(calls[2]))
    calls[2] = evolve(calls[2], answer=evolve(answer, shortages=(evolve(answer.shortages[0], free=0),)))

    assert any(
        problem.startswith("event 3: reserve was told Refused") for problem in judged(calls, store).problems
    )


def _outcome(call: Call) -> ReservationOutcome:
    answer: ReservationOutcome = call.answer  # type: ignore[assignment]  # of a request
    return answer


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda calls: calls.pop(3), "what was told again had not been told before: "),
        (lambda calls: calls.pop(2), "the events are not those of the calls one after the other: "),
        (lambda calls: calls.append(calls[1]), "event 2 answered two calls: "),
        (
            lambda calls: calls.__setitem__(0, evolve(calls[0], args=({"A": 4},))),
            "event 1: import_counts was told ",
        ),
        (
            lambda calls: calls.__setitem__(3, evolve(calls[3], process="Bob")),
            "event 4 names `Ada`, not who called: ",
        ),
    ],
)
def test_a_history_that_was_spoilt_is_told(
    store: MemoryStockStore, calls: list[Call], spoil: Callable[[list[Call]], object], problem: str
) -> None:
    spoil(calls)

    assert any(told.startswith(problem) for told in judged(calls, store).problems)
