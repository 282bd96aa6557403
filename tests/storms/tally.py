"""Figures of a storm: counts that add up over several runs, times, and everything that went wrong."""

import json
import math
import signal
import sys
import time
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Final, Self

from attrs import define, field

_STEP: Final = math.log(1.02)
MOST_SHOWN: Final = 20


@define
class Tally:
    """What a storm has counted; kept in a file, if one is named, so that a later run goes on from there.

    Attributes:
        name: of the storm.
        counts: by what was counted, in the order in which it was first counted.
        times: how often each call took so long, in buckets of 2 %.
        violations: sentences; one is enough for the storm to have failed.
    """

    name: str
    file: Path | None = None
    counts: Counter[str] = field(factory=Counter)
    times: Counter[int] = field(factory=Counter)
    violations: list[str] = field(factory=list)

    @classmethod
    def opened(cls, name: str, file: Path | None) -> Self:
        """The tally in a file, or a new one."""
        if file is None or not file.exists():
            return cls(name, file)
        kept = json.loads(file.read_text(encoding="utf-8"))
        if kept["name"] != name:
            raise SystemExit(f"`{file}` is the tally of `{kept['name']}`, not of `{name}`")
        times = Counter({int(bucket): times for bucket, times in kept["times"].items()})
        return cls(name, file, Counter(kept["counts"]), times, kept["violations"])

    def save(self) -> None:
        """Write the file, if there is one."""
        if self.file is not None:
            kept = {
                "name": self.name,
                "counts": self.counts,
                "times": self.times,
                "violations": self.violations,
            }
            self.file.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")

    def time(self, seconds: float) -> None:
        """Count a call that took so long."""
        self.times[int(math.log(max(seconds, 1e-6) / 1e-6) / _STEP)] += 1

    def quantile(self, share: float) -> float:
        """Seconds within which that share of the calls was answered; 0 without calls."""
        wanted = math.ceil(share * self.times.total())
        reached = 0
        for bucket in sorted(self.times):
            reached += self.times[bucket]
            if reached >= wanted:
                return 1e-6 * math.exp((bucket + 1) * _STEP)
        return 0.0

    def told(self) -> str:
        """The figures for people, one to a line."""
        lines = [f"{self.name}: {'FAILED' if self.violations else 'all held'}"]
        lines += [f"  {what:<46} {number:>10,}" for what, number in self.counts.items()]
        if self.times:
            for label, share in (("median", 0.5), ("99 %", 0.99), ("slowest", 1.0)):
                lines.append(f"  {f'time of a call, {label}':<46} {1000 * self.quantile(share):>10,.1f} ms")
        lines += [f"  VIOLATION {violation}" for violation in self.violations[:MOST_SHOWN]]
        if len(self.violations) > MOST_SHOWN:
            lines.append(f"  … {len(self.violations) - MOST_SHOWN} more violations")
        return "\n".join(lines) + "\n"


@define
class Budget:
    """How long a storm may go on: a number of seconds, and until somebody interrupts it."""

    seconds: float
    _began: float = field(factory=time.monotonic)
    _interrupted: bool = False

    @classmethod
    def started(cls, seconds: float) -> Self:
        """A budget that also ends at the first interrupt, so that the figures so far are told."""
        budget = cls(seconds)

        def stop(_signal: int, _frame: FrameType | None) -> None:
            budget._interrupted = True
            sys.stderr.write("stopping after this round\n")

        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGTERM, stop)
        return budget

    @property
    def spent(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._began

    @property
    def over(self) -> bool:
        """Whether it is time to stop."""
        return self._interrupted or self.spent >= self.seconds
