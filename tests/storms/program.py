"""The command line of the storms: `python -m tests.storms STORM …`."""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from storms import (
    histories,
    interleavings,
    kill_sqlite,
    last_unit,
    mutants,
    power_loss,
)
from storms.tally import Budget, Tally


def main(arguments: list[str]) -> int:
    """Run one storm; 1 when anything was violated."""
    asked = _parser().parse_args(arguments)
    tally = Tally.opened(asked.storm, asked.tally)
    budget = Budget.started(asked.budget)
    asked.run(asked, tally, budget)
    tally.save()
    sys.stdout.write(tally.told())
    sys.stdout.write(f"  {'seconds of this run':<46} {budget.spent:>10,.0f}\n")
    return 1 if tally.violations else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.storms", description=__doc__)
    storms = parser.add_subparsers(dest="storm", required=True, metavar="STORM")

    def add(
        name: str, run: Callable[[argparse.Namespace, Tally, Budget], None], summary: str
    ) -> argparse.ArgumentParser:
        storm = storms.add_parser(name, help=summary, description=summary)
        storm.set_defaults(run=run)
        storm.add_argument("--seed", type=int, default=1, help="of all that is not the machine's own chance")
        storm.add_argument(
            "--budget", type=float, default=600, metavar="SECONDS", help="stop by then; default 600"
        )
        storm.add_argument(
            "--tally", type=Path, metavar="FILE", help="go on from these figures, and keep them"
        )
        return storm

    storm = add("last-unit", _last_unit, "many processes want the last unit; one gets it")
    storm.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    storm.add_argument("--rounds", type=int, default=1000)
    storm.add_argument("--workers", type=int, default=200)
    storm = add(
        "kill-sqlite", _kill_sqlite, "SIGKILL while writing to SQLite; nothing that was answered is lost"
    )
    storm.add_argument("--kills", type=int, default=10_000)
    storm.add_argument("--writers", type=int, default=4)
    storm = add(
        "kill-postgres", _kill_postgres, "crashes of a PostgreSQL server; nothing that was answered is lost"
    )
    storm.add_argument("--cycles", type=int, default=500)
    storm.add_argument("--without-control", action="store_true", help="only what must hold")
    storm.add_argument("--writers", type=int, default=4)
    storm = add("power-loss", _power_loss, "power cuts on SQLite; nothing that was answered is lost")
    storm.add_argument("--cuts", type=int, default=5_000)
    storm.add_argument("--steps", type=int, default=150, help="calls of each of the four threads of a record")
    storm = add("interleavings", _interleavings, "two callers in every order of their steps")
    storm.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    storm.add_argument("--only", nargs="*", default=(), metavar="WORDS", help="cases with such words")
    storm = add("history", _history, "many processes; what they are told is what one could have been told")
    storm.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    storm.add_argument("--rounds", type=int, default=100, help="histories, each on a stock of its own")
    storm.add_argument("--processes", type=int, default=12)
    storm.add_argument("--calls", type=int, default=250, help="of each process")
    storm = add("mutants", _mutants, "seeded mistakes; the tests of stock notice every one")
    storm.add_argument("--only", nargs="*", default=(), metavar="WORDS", help="mistakes with such words")
    return parser


def _last_unit(asked: argparse.Namespace, tally: Tally, budget: Budget) -> None:
    with tempfile.TemporaryDirectory(prefix="last-unit-") as folder, _stock(asked.store, folder) as url:
        last_unit.storm(
            tally, budget, url, Path(folder), seed=asked.seed, rounds=asked.rounds, workers=asked.workers
        )
        if asked.store == "postgres":
            _no_deadlocks(tally, url)


def _no_deadlocks(tally: Tally, url: str) -> None:
    """A ring of waiting callers is broken by the server and the call made again: unseen, but not meant."""
    import psycopg  # noqa: PLC0415 - only who asks for it needs PostgreSQL

    with psycopg.connect(url, autocommit=True) as connection:
        ((number,),) = connection.execute("SELECT sum(deadlocks) FROM pg_stat_database").fetchall()
    tally.counts["deadlocks"] += int(number)
    if number:
        tally.violations.append(f"{number} deadlocks")


@contextmanager
def _stock(store: str, folder: str) -> Iterator[str]:
    """The URL of an empty stock."""
    if store == "sqlite":
        yield f"sqlite:///{folder}/stock.db"
        return
    from postgres import running  # noqa: PLC0415 - only who asks for it needs PostgreSQL

    with running(durable=True) as server:
        yield server.url


def _kill_sqlite(asked: argparse.Namespace, tally: Tally, budget: Budget) -> None:
    kill_sqlite.storm(tally, budget, seed=asked.seed, kills=asked.kills, writers=asked.writers)


def _kill_postgres(asked: argparse.Namespace, tally: Tally, budget: Budget) -> None:
    from storms import kill_postgres  # noqa: PLC0415 - only who asks for it needs PostgreSQL

    kill_postgres.storm(
        tally,
        budget,
        seed=asked.seed,
        cycles=asked.cycles,
        writers=asked.writers,
        control=not asked.without_control,
    )


def _power_loss(asked: argparse.Namespace, tally: Tally, budget: Budget) -> None:
    power_loss.storm(tally, budget, seed=asked.seed, replays=asked.cuts, steps=asked.steps)


def _interleavings(asked: argparse.Namespace, tally: Tally, budget: Budget) -> None:
    if asked.store == "sqlite":
        interleavings.storm(tally, budget, only=asked.only)
        return
    with _stock("postgres", "") as server:
        interleavings.postgres_storm(tally, budget, server, only=asked.only)


def _history(asked: argparse.Namespace, tally: Tally, budget: Budget) -> None:
    with tempfile.TemporaryDirectory(prefix="history-") as folder, _stock(asked.store, folder) as url:
        histories.storm(
            tally,
            budget,
            histories.in_sqlite if asked.store == "sqlite" else histories.in_postgres(url),
            seed=asked.seed,
            rounds=asked.rounds,
            processes=asked.processes,
            calls=asked.calls,
        )


def _mutants(asked: argparse.Namespace, tally: Tally, budget: Budget) -> None:
    mutants.storm(tally, budget, names=asked.only)
