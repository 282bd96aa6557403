"""Histories of many processes, each judged afterwards: could one caller have been told the same?"""

import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from history import judged, recorded

from configurator.availability.opening import open_stock
from storms.tally import Budget, Tally

Fresh = Callable[[int], AbstractContextManager[str]]
"""From the number of a history to the URL of an empty stock."""


def storm(
    tally: Tally,
    budget: Budget,
    fresh: Fresh,
    *,
    seed: int,
    rounds: int,
    processes: int,
    calls: int,
) -> None:
    """Record and judge so many histories in all, or until the time is over.

    Args:
        tally: gets the figures.
        budget: when to stop.
        fresh: where each history takes place.
        seed: of the first history.
        rounds: histories, in all runs of the tally together.
        processes: of one history.
        calls: of each process.
    """
    while tally.counts["histories"] < rounds and not budget.over:
        number = tally.counts["histories"]
        with fresh(number) as url:
            # An interrupt is for the storm, which stops after this history; its processes never see it.
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
            made = recorded(url, processes=processes, calls=calls, seed=seed + number)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
            with open_stock(url, timeout=60) as store:
                verdict = judged(made, store)
        tally.counts["histories"] += 1
        tally.counts["calls"] += len(made)
        tally.counts["calls in an order that holds"] += verdict.judged
        tally.counts["calls refused by rule"] += verdict.raised
        for call in made:
            tally.time((call.ended - call.began) / 1e9)
        tally.violations += [f"seed {seed + number}: {problem}" for problem in verdict.problems]
        tally.save()


@contextmanager
def in_sqlite(_number: int) -> Iterator[str]:
    """A database file of its own for each history."""
    with tempfile.TemporaryDirectory(prefix="history-") as folder:
        yield f"sqlite:///{Path(folder) / 'stock.db'}"


def in_postgres(server: str) -> Fresh:
    """A database of its own for each history, on a server."""
    import psycopg  # noqa: PLC0415 - only who asks for it needs PostgreSQL

    @contextmanager
    def fresh(number: int) -> Iterator[str]:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE history_{number}".encode())
        yield f"{server.rpartition('/')[0]}/history_{number}"

    return fresh
