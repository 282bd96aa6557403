"""Real processes and threads that want the same goods at the same moment."""

import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from stock_databases import url_for
from stock_racer import crowd, open_first, race
from stock_stores import free, granted, request

from configurator.availability.opening import open_stock
from configurator.availability.reservations import Reserved

ROUNDS = 12
PROCESSES = multiprocessing.get_context("spawn")
DATABASES = pytest.mark.parametrize("kind", ["sqlite", "postgres"])


@DATABASES
def test_t1_of_two_processes_racing_for_the_last_unit_exactly_one_wins(kind: str, tmp_path: Path) -> None:
    url = url_for(kind, tmp_path)
    with open_stock(url) as store:
        store.import_counts({f"ITEM-{number}": 1 for number in range(ROUNDS)})
    start = PROCESSES.Barrier(2)
    pipes = [PROCESSES.Pipe(duplex=False) for _ in range(2)]
    racers = [
        PROCESSES.Process(target=race, args=(url, f"racer{number}", ROUNDS, start, pipe[1]))
        for number, pipe in enumerate(pipes)
    ]
    for racer in racers:
        racer.start()
    won = [pipe[0].recv() for pipe in pipes]
    for racer in racers:
        racer.join()

    assert list(range(ROUNDS)) == sorted(won[0] + won[1])
    with open_stock(url) as store:
        assert () == store.audit()
        assert {0} == set(free(store).values())


@DATABASES
def test_t5_processes_that_ask_for_the_same_items_in_any_order_never_block_each_other(
    kind: str, tmp_path: Path
) -> None:
    url = url_for(kind, tmp_path)
    skus = [f"ITEM-{number}" for number in range(6)]
    with open_stock(url) as store:
        store.import_counts(dict.fromkeys(skus, 3 * ROUNDS))
    start = PROCESSES.Barrier(3)
    with PROCESSES.Pool(3, initializer=_wait, initargs=(start,)) as pool:
        got = pool.starmap(crowd, [(url, f"SO-{number}", skus, ROUNDS) for number in range(3)])
        pool.close()
        pool.join()

    assert [ROUNDS, ROUNDS, ROUNDS] == got
    with open_stock(url) as store:
        assert {0} == set(free(store).values())
        assert () == store.audit()


def _wait(start: Barrier) -> None:
    start.wait(60)


@DATABASES
def test_processes_that_make_the_same_database_make_one(kind: str, tmp_path: Path) -> None:
    url = url_for(kind, tmp_path)
    with PROCESSES.Pool(4) as pool:
        pool.starmap(open_first, [(url, str(number)) for number in range(12)])
        pool.close()
        pool.join()

    with open_stock(url) as store:
        assert {str(number): 1 for number in range(12)} == free(store)


@DATABASES
def test_threads_that_share_a_store_share_its_stock(kind: str, tmp_path: Path) -> None:
    with open_stock(url_for(kind, tmp_path)) as store:
        store.import_counts({"CPU": 10})
        with ThreadPoolExecutor(8) as threads:
            outcomes = list(threads.map(lambda n: store.reserve(request(f"SO-{n}", {"CPU": 1})), range(30)))

        assert 10 == sum(isinstance(outcome, Reserved) for outcome in outcomes)
        assert list(range(2, 32)) == sorted(outcome.seq for outcome in outcomes)


@DATABASES
def test_one_order_sent_from_many_threads_is_reserved_once(kind: str, tmp_path: Path) -> None:
    with open_stock(url_for(kind, tmp_path)) as store:
        store.import_counts({"CPU": 10})
        with ThreadPoolExecutor(8) as threads:
            outcomes = [
                granted(outcome)
                for outcome in threads.map(lambda _: store.reserve(request("SO-1", {"CPU": 1})), range(20))
            ]

        assert 19 == sum(outcome.replayed for outcome in outcomes)
        assert {"CPU": 9} == free(store)
