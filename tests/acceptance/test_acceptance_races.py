"""Two processes want the last unit of the same thing: exactly one order is accepted."""

import multiprocessing
from pathlib import Path

from order_racer import race

from configurator.availability.opening import open_stock

ROUNDS = 15
PROCESSES = multiprocessing.get_context("spawn")
COMPONENTS = "\n".join(f'component "P{number}" {{ size = {number} }}' for number in range(ROUNDS))
CATALOG = f"catalog parts\nfamily part choose one {{\n{COMPONENTS}\n}}\n"


def test_of_two_processes_that_order_the_last_unit_exactly_one_is_accepted(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'stock.db'}"
    with open_stock(url) as store:
        store.import_counts({f"P{number}": 1 for number in range(ROUNDS)})
    start = PROCESSES.Barrier(2)
    pipes = [PROCESSES.Pipe(duplex=False) for _ in range(2)]
    racers = [
        PROCESSES.Process(target=race, args=(CATALOG, url, f"racer{number}", ROUNDS, start, pipe[1]))
        for number, pipe in enumerate(pipes)
    ]
    for racer in racers:
        racer.start()
    won = [pipe[0].recv() for pipe in pipes]
    for racer in racers:
        racer.join()

    assert list(range(ROUNDS)) == sorted(won[0] + won[1])
    with open_stock(url) as store:
        assert {0} == {balance.free for balance in store.balances()}
        assert () == store.audit()
