"""A process that tries to reserve, once per round; run by `test_stock_races.py`."""

from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier

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


def open_first(url: str, sku: str) -> None:
    """Open a database that may not be there yet, and count one item."""
    with open_stock(url) as store:
        store.import_counts({sku: 1})
