"""How long an analysis takes, beside counting anew without each rule: `python tests/benchmarks/analysis.py`.

Three ways to find out what each rule refuses alone:

| Way   | How                                                                                      |
|-------|------------------------------------------------------------------------------------------|
| walk  | all rules side by side in one walk (`engines.diagram.left_out`)                          |
| anew  | the problem without the rule, compiled and counted, rule by rule                         |
| CP-SAT| only whether a rule is redundant: the others and the rule's negation have no solution    |

And dead components: from the compiled diagram, and one CP-SAT call for each component. Times are processor
seconds of this process, so that a busy machine does not count.
"""

import argparse
import sys
import time
from collections.abc import Callable
from datetime import date
from typing import TypeVar

from configurator.configuration.product import PreparedProduct
from configurator.configurator import Configurator
from configurator.csp.negation import broken_part
from configurator.csp.problem import ConstraintProblem
from configurator.engines.diagram.left_out import LeftOut, left_out_counts
from configurator.engines.diagram.search import DiagramEngine
from configurator.engines.engine import Engine, Infeasible, Unknown
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


def redundant_by(engine: Engine, rules: SwitchedRules) -> int:
    """How many rules an engine finds redundant, one question for each way of breaking each rule."""
    redundant = 0
    for number, part in enumerate(rules.problem.parts):
        rest = without(rules, number)
        ways = broken_part(part, rest.variables)
        answers = (engine.prepare(rest.extended(way)).feasibility({}) for way in ways)
        redundant += all(isinstance(answer, Infeasible) for answer in answers)
    return redundant


def dead_by(engine: Engine, product: PreparedProduct) -> int:
    """How many values an engine finds in no solution, one question each."""
    problem = product.lowered.problem
    prepared = engine.prepare(problem)
    return sum(
        isinstance(prepared.feasibility({variable: frozenset({value})}), Infeasible)
        for variable, found in enumerate(problem.variables)
        for value in range(found.size)
    )


def measure(path: str, day: date) -> None:
    """Print all figures of one catalog."""
    loading, asked = timed(lambda: Configurator.load(path))
    whole, analysis = timed(lambda: asked.analyze(as_of=day))
    assert not isinstance(analysis, Unknown)
    say(f"{path}: {len(analysis.weights)} rules, tables and resources, {len(analysis.findings)} findings")
    say(f"  loaded in {loading:.2f} s, analyzed in {whole:.2f} s")
    product = asked.product(day)
    rules = switched_rules(product.lowered)
    fixed, parts = rules.problem.fixed, rules.problem.parts
    walk, found = timed(lambda: left_out_counts(fixed, parts))
    assert isinstance(found, LeftOut)
    anew, counts = timed(lambda: counted_anew(rules, found.everything))
    assert counts == found.alone
    say(f"  what each rule refuses alone: walk {walk:.2f} s, anew {anew:.2f} s: {anew / walk:.0f} times")
    try:
        engine = find_engine("cp-sat")
    except EngineUnavailableError as missing:
        say(f"  {missing}")
        return
    alone, redundant = timed(lambda: redundant_by(engine, rules))
    assert redundant == sum(not refused for refused in found.alone)
    say(f"  whether each is redundant: CP-SAT {alone:.2f} s, {alone / walk:.1f} times the walk, which counts")
    own, domains = timed(lambda: DiagramEngine().prepare(product.lowered.problem).domains({}))
    dead, values = timed(lambda: dead_by(engine, product))
    assert not isinstance(domains, Unknown)
    variables = product.lowered.problem.variables
    assert values == sum(found.size for found in variables) - sum(map(len, domains))
    say(f"  dead values: compiled and read {own:.2f} s, CP-SAT {dead:.2f} s: {dead / own:.0f} times")


def main() -> None:
    """Measure the catalogs named, or the shipped ones."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("catalogs", nargs="*", default=["package:bicycle", "package:desktop_pc"])
    parser.add_argument("--as-of", type=date.fromisoformat, default=date(2026, 11, 22))
    given = parser.parse_args()
    for path in given.catalogs:
        measure(path, given.as_of)


if __name__ == "__main__":
    main()
