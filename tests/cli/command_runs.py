"""Running commands inside the test process, with clocks that stand where the test puts them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from attrs import field, frozen
from click.testing import CliRunner

from configurator.cli.main import root
from configurator.cli.surroundings import Surroundings

CATALOGS = Path(__file__).resolve().parents[1] / "catalogs"

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@frozen
class Run:
    """What a command did."""

    code: int
    out: str
    error: str

    @property
    def envelope(self) -> Any:
        return json.loads(self.out)

    @property
    def result(self) -> Any:
        return self.envelope["result"]


@frozen
class Stopwatch:
    """Says 0 the first time, then that 20 ms have gone by."""

    readings: list[float] = field(factory=list)

    def __call__(self) -> float:
        self.readings.append(0.02 if self.readings else 0.0)
        return self.readings[-1]


def run(*words: str, given: str | bytes | None = None, now: datetime | Callable[[], datetime] = NOON) -> Run:
    """Run `configurator WORDS…`."""
    clock = now if callable(now) else lambda: now
    surroundings = Surroundings(now=clock, monotonic=Stopwatch(), user=lambda: "mara")
    result = CliRunner().invoke(root, words, input=given, obj=surroundings, prog_name="configurator")
    return Run(result.exit_code, result.stdout, result.stderr)
