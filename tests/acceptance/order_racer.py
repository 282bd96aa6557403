"""A process that tries to have orders accepted, one per round; run by `test_acceptance_races.py`."""

from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier

from configurator.acceptance.decision import Accepted
from configurator.availability.opening import open_stock
from configurator.configurator import Configurator


def race(catalog: str, url: str, name: str, rounds: int, start: Barrier, answers: Connection) -> None:
    """In each round wait for the others, then order the round's last unit; send the rounds that were won."""
    configurator = Configurator.from_text(catalog)
    configurator.product()
    won = []
    with open_stock(url) as store:
        for number in range(rounds):
            start.wait(60)
            order = {"order": f"{name}-{number}", "part": f"P{number}"}
            if isinstance(configurator.accept(order, store), Accepted):
                won.append(number)
    answers.send(won)
    answers.close()
