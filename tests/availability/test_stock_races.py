"""Real processes and threads that want the same goods at the same moment."""

import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from stock_racer import open_first, race
from stock_stores import free, granted, request

from configurator.availability.opening import open_stock
from configurator.availability.reservations import Reserved

ROUNDS = 25
PROCESSES = multiprocessing.get_context("spawn")


def test_of_two_processes_racing_for_the_last_unit_exactly_one_wins(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'stock.db'}"
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


def test_processes_that_make_the_same_database_make_one(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'stock.db'}"
    with PROCESSES.Pool(4) as pool:
        pool.starmap(open_first, [(url, str(number)) for number in range(12)])
        pool.close()
        pool.join()

    with open_stock(url) as store:
        assert {str(number): 1 for number in range(12)} == free(store)


def test_threads_that_share_a_store_share_its_stock(tmp_path: Path) -> None:
    with open_stock(f"sqlite:///{tmp_path / 'stock.db'}") as store:
        store.import_counts({"CPU": 10})
        with ThreadPoolExecutor(8) as threads:
            outcomes = list(threads.map(lambda n: store.reserve(request(f"SO-{n}", {"CPU": 1})), range(30)))

        assert 10 == sum(isinstance(outcome, Reserved) for outcome in outcomes)
        assert list(range(2, 32)) == sorted(outcome.seq for outcome in outcomes)


def test_one_order_sent_from_many_threads_is_reserved_once(tmp_path: Path) -> None:
    with open_stock(f"sqlite:///{tmp_path / 'stock.db'}") as store:
        store.import_counts({"CPU": 10})
        with ThreadPoolExecutor(8) as threads:
            outcomes = [
                granted(outcome)
                for outcome in threads.map(lambda _: store.reserve(request("SO-1", {"CPU": 1})), range(20))
            ]

        assert 19 == sum(outcome.replayed for outcome in outcomes)
        assert {"CPU": 9} == free(store)
