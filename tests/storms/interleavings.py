"""Two callers at once, in every order of their steps: the outcome is always that of one after the other.

Each operation is split at its statements into begin, read, write and commit, and two of them are run in all
seventy orders of their steps. So are two transactions of callers that each make two calls. Answers and the
stock afterwards must be those of one of the two serial orders, which the store in memory tells; the audit
must find nothing.
"""

import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from storms.cases import DOUBLE, SINGLE, Allowed, Case, serial
from storms.stepped_runs import Schedule, SqliteRuns
from storms.stepped_sqlite import stepped_sqlite
from storms.stepping import StuckError, schedules
from storms.tally import Budget, Tally

STEPS: Final = 4


def postgres_storm(tally: Tally, budget: Budget, server: str, *, only: Iterable[str] = ()) -> None:
    """All cases in all orders on PostgreSQL, each call within a transaction of its caller.

    Args:
        tally: gets the figures.
        budget: when to stop.
        server: the URL of a server on which databases may be made.
        only: cases with some of these words in their names; empty for all.
    """
    from storms.stepped_postgres import postgres_runs  # noqa: PLC0415 - only who asks for it needs PostgreSQL

    for number, case in enumerate(chosen(only)):
        with postgres_runs(server, f"case_{number}") as runs:
            _all_orders(tally, budget, case, runs.run, len(case.callers[0]) + 2)
            tally.counts["steps allowed one by one"] += runs.steps
            tally.counts["waits for the other's lock"] += runs.waits
    if not tuple(only):
        _must_have_met(tally, budget)
    tally.save()


def chosen(only: Iterable[str]) -> tuple[Case, ...]:
    """All cases, or those with some of these words in their names."""
    words = tuple(only)
    return tuple(case for case in (*SINGLE, *DOUBLE) if not words or any(each in case.name for each in words))


def _must_have_met(tally: Tally, budget: Budget) -> None:
    if not budget.over and not tally.counts["waits for the other's lock"]:
        tally.violations.append("no session ever waited for the other: they did not meet")


def storm(tally: Tally, budget: Budget, *, only: Iterable[str] = ()) -> None:
    """All cases in all orders on SQLite, with and without the lock between processes.

    Args:
        tally: gets the figures.
        budget: when to stop.
        only: cases with some of these words in their names; empty for all.
    """
    with tempfile.TemporaryDirectory(prefix="interleavings-") as folder:
        for file_lock in (True, False):
            with stepped_sqlite(file_lock=file_lock) as stepped:
                for number, case in enumerate(chosen(only)):
                    # A database for each, since the audit reads all of it every time.
                    runs = SqliteRuns(Path(folder) / f"stock-{file_lock}-{number}.db", stepped)
                    _all_orders(tally, budget, case, runs.single if case in SINGLE else runs.double)
                    tally.counts["steps allowed one by one"] += runs.steps
                    tally.counts["waits for the other's lock"] += runs.waits
    if not tuple(only):
        _must_have_met(tally, budget)
    tally.save()


Run = Callable[[Case, Allowed, Schedule], str]


def _all_orders(tally: Tally, budget: Budget, case: Case, run: Run, steps: int = STEPS) -> None:
    allowed = (serial(case, (0, 1)), serial(case, (1, 0)))
    for schedule in schedules(steps):
        if budget.over:
            return
        tally.counts["orders of steps"] += 1
        try:
            wrong = run(case, allowed, schedule)
        except StuckError as error:
            wrong = f"{case.name}: {error}"
        if wrong:
            order = "".join(str(number + 1) for number in schedule)
            tally.violations.append(f"order {order}: {wrong}")
