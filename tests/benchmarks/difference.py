"""How long it takes to tell what a change to the shipped PC does, beside listing the configurations.

    python tests/benchmarks/difference.py

The PC has 10**21 configurations, so listing all of both versions is out of the question; what is shown
instead is how many can be listed in the time that the whole answer takes, and from that how long all
would take. Counts are exact, whatever their size. Milliseconds depend on the machine.
"""

import platform
import sys
import time
from collections.abc import Callable, Mapping
from datetime import date
from itertools import islice
from pathlib import Path

from configurator.authoring.difference import Effect
from configurator.configurator import Configurator

DAY = date(2026, 11, 22)
RUNS = 3
FOLDER = Path(__file__).resolve().parents[2] / "catalogs" / "desktop_pc"
SECONDS_IN_A_YEAR = 365 * 86_400

Files = Mapping[str, str]
Edit = Callable[[str], str]

EDITS: tuple[tuple[str, str, Edit], ...] = (
    ("nothing", "rules.pcat", str),
    ("one price", "core.pcat", lambda text: text.replace("189.42", "199.42")),
    ("30 % -> 35 % power in reserve", "rules.pcat", lambda text: text.replace("30 % spare", "35 % spare")),
    ("a processor less", "core.pcat", lambda text: without(text, "| CPU-7600 ")),
    ("up to three drives", "desktop_pc.pcat", lambda text: text.replace("1..4 mixed", "1..3 mixed")),
    ("one processor for another", "core.pcat", lambda text: text.replace("CPU-7600 ", "CPU-7650 ")),
)


def without(text: str, beginning: str) -> str:
    """A text without the lines that hold some words."""
    return "".join(line for line in text.splitlines(keepends=True) if beginning not in line)


def files() -> Files:
    """The files of the shipped PC."""
    read = [file for file in FOLDER.rglob("*") if file.suffix in {".pcat", ".csv"}]
    return {file.relative_to(FOLDER).as_posix(): file.read_text(encoding="utf-8") for file in read}


def loaded(found: Files) -> Configurator:
    """A version of the PC, nothing of it compiled."""
    return Configurator.from_text(found["desktop_pc.pcat"], name="desktop_pc.pcat", files=found)


def compared(edited: Files) -> tuple[float, Effect]:
    """The best of some runs from two versions that are only loaded, and the answer."""
    best = float("inf")
    for _ in range(RUNS):
        old, new = loaded(files()), loaded(edited)
        began = time.perf_counter()
        found = old.difference(new, as_of=DAY).effect
        best = min(best, time.perf_counter() - began)
    assert isinstance(found, Effect)
    return best, found


def listed_in(seconds: float) -> int:
    """How many configurations of the shipped PC can be listed in so many seconds, its diagram ready."""
    shipped = loaded(files())
    configurations = shipped.configurations(as_of=DAY)
    next(configurations)
    began, number = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        number += sum(1 for _ in islice(configurations, 100))
    return number


def main() -> None:
    """Print a line for each edit, and what listing comes to."""
    sys.stdout.write(f"Python {platform.python_version()}, {platform.machine()}, best of {RUNS}\n")
    sys.stdout.write(f"{'edit':<32}{'seconds':>8}  {'kind':<15}{'lost':>28}{'gained':>28}\n")
    slowest, total = 0.0, 0
    for name, file, edit in EDITS:
        found = files()
        seconds, effect = compared({**found, file: edit(found[file])})
        slowest, total = max(slowest, seconds), (effect.old or 0) + (effect.new or 0)
        sys.stdout.write(
            f"{name:<32}{seconds:>8.2f}  {effect.kind:<15}{effect.lost:>28,}{effect.gained:>28,}\n"
        )
    number = listed_in(slowest)
    years = total * slowest / number / SECONDS_IN_A_YEAR
    sys.stdout.write(
        f"\nin {slowest:.2f} s {number:,} configurations can be listed; "
        f"two whole lists take {years:.1e} years\n"
    )


if __name__ == "__main__":
    main()
