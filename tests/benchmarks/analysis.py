"""How long an analysis takes, beside counting anew without each rule, CP-SAT and clingo.

    python tests/benchmarks/analysis.py [CATALOG …] [--as-of DAY] [--seconds N]

| Question            | Ours                 | CP-SAT                      | clingo                      |
|---------------------|----------------------|-----------------------------|-----------------------------|
| void                | compiled and read    | one model                   | one solve                   |
| dead values         | the same             | solved until nothing is new | brave consequences, a call  |
| forced values       | the same             | the same                    | cautious consequences       |
| redundant rules     | a walk for all rules | others without it, negated  | the same                    |
| refused by it alone | the same walk        | -                           | enumerates, where it is few |

The walk has all rules side by side (`engines.diagram.left_out`). Beside it stands the problem without the
rule, compiled and counted, rule by rule. A place that looks optional and must be filled is one with a forced
value. clingo's times include writing the catalog out and grounding it, CP-SAT's building its models. Times
are processor seconds of this process, so that a busy machine does not count. All answers are compared.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from importlib.util import find_spec
from typing import TypeVar

from attrs import frozen
from solver_problems import Ask, InClingo, InCpSat

from configurator.configurator import Configurator
from configurator.csp.constraints import Constraint
from configurator.csp.negation import broken_part
from configurator.csp.problem import ConstraintProblem
from configurator.engines.diagram.left_out import LeftOut, left_out_counts
from configurator.engines.diagram.search import DiagramEngine
from configurator.engines.engine import Domains, Unknown
from configurator.engines.registry import find_engine
from configurator.errors import EngineUnavailableError
from configurator.explanation.conflict import SwitchedRules, switched_rules

T = TypeVar("T")


def say(line: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{line}\n")


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """How many processor seconds something takes, and what came of it."""
    began = time.process_time()
    found = work()
    return time.process_time() - began, found


def without(rules: SwitchedRules, number: int) -> ConstraintProblem:
    """The problem without one rule."""
    fixed, parts = rules.problem.fixed, rules.problem.parts
    others = [part for at, part in enumerate(parts) if at != number]
    return fixed.extended(tuple(constraint for part in others for constraint in part))


def counted_anew(rules: SwitchedRules, everything: int) -> tuple[int, ...]:
    """What each rule refuses alone, by compiling the rest."""
    found = []
    for number in range(len(rules.restrictions)):
        counted = DiagramEngine().prepare(without(rules, number)).count({})
        assert isinstance(counted, int)
        found.append(counted - everything)
    return tuple(found)


def redundant_by(ask: Ask, rules: SwitchedRules) -> int:
    """How many rules a solver finds redundant: no way to break one goes with all the others."""
    parts: list[Sequence[Constraint]] = list(rules.problem.parts)
    every, ways = range(len(parts)), []
    for part in rules.problem.parts:
        found = broken_part(part, rules.problem.fixed.variables)
        ways.append(range(len(parts), len(parts) + len(found)))
        parts.extend(found)
    asked = ask(rules.problem.fixed, parts)
    return sum(
        not any(asked.holds([*(part for part in every if part != number), way]) for way in own)
        for number, own in enumerate(ways)
    )


def refused_by_clingo(rules: SwitchedRules, seconds: float) -> tuple[int | None, ...]:
    """What each rule refuses alone, enumerated; `None` where that took longer than so many seconds.

    Ways to break a rule may overlap, so configurations are enumerated without the rule, less all there are.
    """
    asked = InClingo(rules.problem.fixed, rules.problem.parts)
    every = range(len(rules.problem.parts))
    everything, complete = asked.count(every, seconds)
    found: list[int | None] = []
    for number in every:
        if not complete:
            # Without one rule there are no fewer.
            found.append(None)
            continue
        counted, whole = asked.count([part for part in every if part != number], seconds)
        found.append(counted - everything if whole else None)
    return tuple(found)


def measure(path: str, day: date, seconds: float) -> None:
    """Print all figures of one catalog."""
    loading, asked = timed(lambda: Configurator.load(path))
    whole, analysis = timed(lambda: asked.analyze(as_of=day))
    assert not isinstance(analysis, Unknown)
    say(f"{path}: {len(analysis.weights)} rules, tables and resources, {len(analysis.findings)} findings")
    say(f"  loaded in {loading:.2f} s, analyzed in {whole:.2f} s")
    lowered = asked.product(day).lowered
    rules = switched_rules(lowered)
    fixed, parts = rules.problem.fixed, rules.problem.parts
    walk, found = timed(lambda: left_out_counts(fixed, parts))
    assert isinstance(found, LeftOut)
    anew, counts = timed(lambda: counted_anew(rules, found.everything))
    assert counts == found.alone
    say(f"  what each rule refuses alone: walk {walk:.2f} s, anew {anew:.2f} s: {anew / walk:.0f} times")
    own, domains = timed(lambda: DiagramEngine().prepare(lowered.problem).domains({}))
    assert not isinstance(domains, Unknown)
    say(f"  void, dead and forced values: compiled and read {own:.2f} s")
    ours = Ours(lowered.problem, rules, found, domains, walk, own)
    beside_cp_sat(ours)
    beside_clingo(ours, seconds)


@frozen(eq=False)
class Ours:
    """What we found out, and in how many seconds."""

    problem: ConstraintProblem
    rules: SwitchedRules
    left_out: LeftOut
    domains: Domains
    walk: float
    own: float

    @property
    def redundant(self) -> int:
        """How many rules refuse nothing alone."""
        return sum(not refused for refused in self.left_out.alone)


def beside_cp_sat(ours: Ours) -> None:
    """Print what CP-SAT can be asked."""
    try:
        engine = find_engine("cp-sat")
    except EngineUnavailableError as missing:
        say(f"  {missing}")
        return
    # Its library takes a second to load.
    engine.prepare(ours.problem).feasibility({})
    void, answer = timed(lambda: InCpSat(ours.problem).holds(()))
    assert answer == all(ours.domains)
    say(f"  CP-SAT: whether it is void {void:.2f} s: {void / ours.own:.1f} times all three")
    values, found = timed(lambda: engine.prepare(ours.problem).domains({}))
    assert found == ours.domains
    say(f"  CP-SAT: dead and forced values {values:.2f} s: {values / ours.own:.1f} times")
    alone, redundant = timed(lambda: redundant_by(InCpSat, ours.rules))
    assert redundant == ours.redundant
    say(f"  CP-SAT: whether each is redundant {alone:.2f} s: {alone / ours.walk:.1f} times the walk")


def beside_clingo(ours: Ours, seconds: float) -> None:
    """Print what clingo can be asked."""
    if find_spec("clingo") is None:
        say("  clingo is not installed")
        return
    void, answer = timed(lambda: InClingo(ours.problem).holds(()))
    assert answer == all(ours.domains)
    say(f"  clingo: whether it is void {void:.2f} s: {void / ours.own:.1f} times all three")
    some, values = timed(lambda: InClingo(ours.problem).values_of_some())
    assert values == ours.domains
    say(f"  clingo: dead values {some:.2f} s: {some / ours.own:.1f} times")
    every, values = timed(lambda: InClingo(ours.problem).values_of_all())
    assert values == tuple(values if len(values) == 1 else () for values in ours.domains)
    say(f"  clingo: forced values {every:.2f} s: {every / ours.own:.1f} times")
    alone, redundant = timed(lambda: redundant_by(InClingo, ours.rules))
    assert redundant == ours.redundant
    say(f"  clingo: whether each is redundant {alone:.2f} s: {alone / ours.walk:.1f} times the walk")
    taken, counts = timed(lambda: refused_by_clingo(ours.rules, seconds))
    known = [number for number, count in enumerate(counts) if count is not None]
    assert all(counts[number] == ours.left_out.alone[number] for number in known)
    if len(known) < len(counts):
        say(f"  clingo: what a rule refuses alone is not enumerated in {seconds:g} s: {len(known)} rules")
    else:
        say(f"  clingo: what each rule refuses alone {taken:.2f} s: {taken / ours.walk:.0f} times the walk")


def main() -> None:
    """Measure the catalogs named, or the shipped ones."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("catalogs", nargs="*", default=["package:bicycle", "package:desktop_pc"])
    parser.add_argument("--as-of", type=date.fromisoformat, default=date(2026, 11, 22))
    parser.add_argument("--seconds", type=float, default=10.0, help="how long clingo may enumerate")
    given = parser.parse_args()
    for path in given.catalogs:
        measure(path, given.as_of, given.seconds)


if __name__ == "__main__":
    main()
