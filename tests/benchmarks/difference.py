"""How long it takes to tell what a change to the shipped PC does, beside listing, CP-SAT and clingo.

    python tests/benchmarks/difference.py

The PC has 10**21 configurations, so listing all of both versions is out of the question; what is shown
instead is how many can be listed in the time that the whole answer takes, and from that how long all
would take. Counts are exact, whatever their size.

CP-SAT and clingo can tell the kind of a change, not how much it changes: whether anything is lost and whether
anything is gained are two questions of satisfiability. They are handed what differs: for each constraint
that is new and each value that is gone the other version's problem, and what breaks it. All kinds are
compared. Their times are of building the models and asking until the first yes; ours of the kind alone
is from the loaded versions on. Seconds are the processor's, so that a busy machine does not count.
"""

import platform
import sys
import time
from collections.abc import Callable, Mapping
from datetime import date
from itertools import islice
from pathlib import Path

from solver_problems import Ask, solvers

from configurator.authoring.common_ground import Side
from configurator.authoring.difference import Comparison, Effect
from configurator.configurator import Configurator
from configurator.engines.engine import NO_LIMITS

DAY = date(2026, 11, 22)
RUNS = 3
FOLDER = Path(__file__).resolve().parents[2] / "catalogs" / "desktop_pc"
SECONDS_IN_A_YEAR = 365 * 86_400

Files = Mapping[str, str]
Edit = Callable[[str], str]

FOLLOWS = """
rule any-socket "A rule that others imply":
  when cpu.socket = AM4
  forbid board.socket = AM5 because "The socket does not fit."
"""

EDITS: tuple[tuple[str, str, Edit], ...] = (
    ("nothing", "rules.pcat", str),
    ("one price", "core.pcat", lambda text: text.replace("189.42", "199.42")),
    ("30 % -> 35 % power in reserve", "rules.pcat", lambda text: text.replace("30 % spare", "35 % spare")),
    ("30 % -> 25 % power in reserve", "rules.pcat", lambda text: text.replace("30 % spare", "25 % spare")),
    ("a rule that says nothing new", "rules.pcat", lambda text: f"{text}{FOLLOWS}"),
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
        began = time.process_time()
        found = old.difference(new, as_of=DAY).effect
        best = min(best, time.process_time() - began)
    assert isinstance(found, Effect)
    return best, found


# ---------------------------------------------------------------- the kind alone

KINDS = {
    (False, False): "refactoring",
    (False, True): "generalisation",
    (True, False): "specialisation",
    (True, True): "both",
}
"""By whether anything is lost and whether anything is gained."""


def kind_by(ask: Ask, comparison: Comparison) -> str:
    """The kind of a change from two questions: is anything lost, is anything gained."""
    old, new = comparison.ground.old, comparison.ground.new
    return KINDS[refused(ask, comparison, old, new), refused(ask, comparison, new, old)]


def refused(ask: Ask, comparison: Comparison, side: Side, other: Side) -> bool:
    """Whether one version has a configuration that the other refuses."""
    causes = list(comparison.causes(side, other))
    for common in (False, True):
        mine = [cause for cause in causes if cause.common is common]
        if not mine:
            continue
        # The edits here change no place, so each version has one way to fill what only it has: nothing.
        (way,) = {id(cause.way): cause.way for cause in mine}.values()
        problem = comparison.ground.problem_of((way,)) if common else side.problem_of((way,))
        asked = ask(problem, [cause.constraints for cause in mine])
        if any(asked.holds((number,)) for number in range(len(mine))):
            return True
    return False


def kinds(edited: Files) -> tuple[str, Mapping[str, float]]:
    """The kind of a change, on which all agree, and the best of some runs of each, seconds."""
    taken: dict[str, float] = {}
    told: set[str] = set()
    for _ in range(RUNS):
        old, new = (loaded(found).product(DAY) for found in (files(), edited))
        began = time.process_time()
        comparison = Comparison(old, new, 1, NO_LIMITS)
        first, second = comparison.ground.old, comparison.ground.new
        lost, gained = (
            comparison.examples_of(*sides, NO_LIMITS).any for sides in ((first, second), (second, first))
        )
        seconds = {"kind alone": time.process_time() - began}
        told.add(KINDS[bool(lost), bool(gained)])
        for name, ask in solvers().items():
            began = time.process_time()
            told.add(kind_by(ask, comparison))
            seconds[name] = time.process_time() - began
        taken = {name: min(found, taken.get(name, found)) for name, found in seconds.items()}
    (kind,) = told
    return kind, taken


# ---------------------------------------------------------------- listing


def listed_in(seconds: float) -> int:
    """How many configurations of the shipped PC can be listed in so many seconds, its diagram ready."""
    shipped = loaded(files())
    configurations = shipped.configurations(as_of=DAY)
    next(configurations)
    began, number = time.process_time(), 0
    while time.process_time() - began < seconds:
        number += sum(1 for _ in islice(configurations, 100))
    return number


def main() -> None:
    """Print a line for each edit, and what listing comes to."""
    sys.stdout.write(f"Python {platform.python_version()}, {platform.machine()}, best of {RUNS}\n")
    names = ("kind alone", *solvers())
    head = "".join(f"{name:>12}" for name in names)
    sys.stdout.write(f"{'edit':<32}{'seconds':>8}  {'kind':<15}{'lost':>28}{'gained':>28}{head}\n")
    slowest, total = 0.0, 0
    for name, file, edit in EDITS:
        found = files()
        seconds, effect = compared({**found, file: edit(found[file])})
        slowest, total = max(slowest, seconds), (effect.old or 0) + (effect.new or 0)
        kind, alone = kinds({**found, file: edit(found[file])})
        assert kind == effect.kind
        told = "".join(f"{alone[each]:>12.3f}" for each in names)
        sys.stdout.write(
            f"{name:<32}{seconds:>8.2f}  {effect.kind:<15}{effect.lost:>28,}{effect.gained:>28,}{told}\n"
        )
        sys.stdout.flush()
    number = listed_in(slowest)
    years = total * slowest / number / SECONDS_IN_A_YEAR
    sys.stdout.write(
        f"\nin {slowest:.2f} s {number:,} configurations can be listed; "
        f"two whole lists take {years:.1e} years\n"
    )


if __name__ == "__main__":
    main()
