"""A process that tries to reserve, once per round; run by `test_stock_races.py`."""

from collections.abc import Sequence
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from random import Random

from stock_stores import granted, refused, request

from configurator.availability.opening import open_stock
from configurator.availability.reservations import Reserved


def race(url: str, name: str, rounds: int, start: Barrier, answers: Connection) -> None:
    """In each round wait for all others, then ask for one unit of that round's item; send who got it."""
    won = []
    for number in range(rounds):
        with open_stock(url) as store:
            start.wait(60)
            outcome = store.reserve(request(f"{name}-{number}", {f"ITEM-{number}": 1}))
        if isinstance(outcome, Reserved):
            granted(outcome)
            won.append(number)
        else:
            refused(outcome)
    answers.send(won)
    answers.close()


def crowd(url: str, name: str, skus: Sequence[str], rounds: int) -> int:
    """In each round ask for one of each item, in another order each time; how often all were had."""
    random = Random(name)  # noqa: S311 - a test's dice
    with open_stock(url, timeout=60) as store:
        outcomes = [
            store.reserve(request(f"{name}-{number}", dict.fromkeys(random.sample(skus, len(skus)), 1)))
            for number in range(rounds)
        ]
    return sum(isinstance(outcome, Reserved) for outcome in outcomes)


def open_first(url: str, sku: str) -> None:
    """Open a database that may not be there yet, and count one item."""
    with open_stock(url) as store:
        store.import_counts({sku: 1})
