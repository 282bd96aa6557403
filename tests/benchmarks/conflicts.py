"""Minimal conflicts side by side: choices that have no completion, and who needs how long to say why.

    python tests/benchmarks/conflicts.py [--instances Mw M5 L0] [--number 60] [--cap SECONDS]
                                         [--markdown FILE]

Each is asked the same: random choices for eight families that no configuration keeps; the answer is a set of
rules and choices that cannot hold together, minimal. Each answer is checked, by clingo where it is installed:
together the members have no solution, and each of them can be left out for one.

| Who          | How                                                                                   |
|--------------|---------------------------------------------------------------------------------------|
| configurator | one incremental solver with a switch for each rule; deletion guided by cores          |
| clingo       | an atom for each rule, assumed; its core, then deletion                                |
| CP-SAT       | enforcement literals; sufficient assumptions, then deletion, as its manual shows them |
"""

import argparse
import statistics
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from attrs import frozen
from benchmark_page import write_between
from benchmark_report import surroundings
from instance_problems import ABSENT, Instance, State, instances_present, named_instance

from configurator.csp.constraints import ClauseConstraint, LinearConstraint, Literal, TableConstraint
from configurator.csp.problem import ConstraintProblem
from configurator.engines.switched import SwitchedProblem
from configurator.explanation.minimal_sets import shrink

CHOICES = 8
"""Families that are chosen."""
FAR = 1 << 50
"""Beyond every sum here."""

Conflict = tuple[frozenset[int], frozenset[int]]
"""The numbers of rules, and of families whose choices take part."""


class Explainer(Protocol):
    """Who is asked."""

    name: str

    def conflict(self, state: State) -> Conflict | None:
        """A minimal conflict; `None` where the choices can be completed."""


class Ours:
    """The switched problem."""

    name = "configurator"

    def __init__(self, instance: Instance) -> None:
        variables, rules = instance.problem.variables, instance.problem.constraints
        self.rules = len(rules)
        self.problem = SwitchedProblem.of(ConstraintProblem(variables, ()), [(rule,) for rule in rules])

    def conflict(self, state: State) -> Conflict | None:
        """Rules are tried first, so that choices are blamed."""
        chosen = tuple(state.items())
        asked = self.problem.extended(
            [(ClauseConstraint((Literal(family, frozenset({value})),)),) for family, value in chosen]
        )
        found = shrink(asked, range(self.rules + len(chosen)))
        if found is None:
            return None
        return (
            frozenset(part for part in found.parts if part < self.rules),
            frozenset(chosen[part - self.rules][0] for part in found.parts if part >= self.rules),
        )


def deleted(core: Iterable[int], infeasible: Any) -> frozenset[int]:
    """Of a conflict what is left when each member was left out that can be."""
    kept = dict.fromkeys(core)
    for member in tuple(kept):
        rest = [each for each in kept if each != member]
        if infeasible(rest):
            kept = dict.fromkeys(rest)
    return frozenset(kept)


class Deletion:
    """A solver with an assumption for each rule, behind deletion. Members: rules, then `rules + family`."""

    name = ""

    def __init__(self, instance: Instance) -> None:
        self.rules = len(instance.problem.constraints)

    def core(self, members: Sequence[int], state: State) -> list[int] | None:
        """Members that suffice for there being no solution; `None` where there is one."""
        raise NotImplementedError

    def conflict(self, state: State) -> Conflict | None:
        """The solver's own core, then deletion."""
        core = self.core([*range(self.rules), *(self.rules + family for family in state)], state)
        if core is None:
            return None
        found = deleted(sorted(core), lambda members: self.core(members, state) is not None)
        return (
            frozenset(member for member in found if member < self.rules),
            frozenset(member - self.rules for member in found if member >= self.rules),
        )


class Clingo(Deletion):
    """Rules hold where their atom is assumed."""

    name = "clingo"

    def __init__(self, instance: Instance) -> None:
        super().__init__(instance)
        from clingo import Control, Function, Number  # noqa: PLC0415 - only where it is installed
        from peers.answer_sets import program_of  # noqa: PLC0415 - as above

        self._atom: Any = lambda name, *numbers: Function(name, [Number(each) for each in numbers])
        self.control = Control(["--models=1"])
        program = "\n".join(program_of(instance.problem, "on({}), "))
        self.control.add("base", [], f"{program}\n{{ on(0..{self.rules - 1}) }}.")
        self.control.ground([("base", [])])

    def core(self, members: Sequence[int], state: State) -> list[int] | None:
        """Its own core, by literals."""
        assumed = [
            (
                self._atom("on", member)
                if member < self.rules
                else self._atom("v", member - self.rules, state[member - self.rules]),
                True,
            )
            for member in members
        ]
        with self.control.solve(assumptions=assumed, yield_=True) as handle:
            if handle.get().satisfiable:
                return None
            literals = set(handle.core())
        atoms: Any = self.control.symbolic_atoms
        return [m for m, (atom, _) in zip(members, assumed, strict=True) if atoms[atom].literal in literals]


class CpSat(Deletion):
    """One worker; its core suffices, and deletion makes it minimal."""

    name = "CP-SAT"

    def __init__(self, instance: Instance) -> None:
        super().__init__(instance)
        from ortools.sat.python import cp_model  # noqa: PLC0415 - only where it is installed
        from peers.cp_sat import CpSat as Session  # noqa: PLC0415 - as above

        self.cp_model = cp_model
        bare = Session(Instance(instance.name, ConstraintProblem(instance.problem.variables, ()), ()))
        self.bare, self.model = bare, bare.model
        self.guards = [self.model.new_bool_var("") for _ in instance.problem.constraints]
        for guard, constraint in zip(self.guards, instance.problem.constraints, strict=True):
            self._add(guard, constraint)

    def _add(self, guard: Any, constraint: object) -> None:
        from peers.constraint2 import value_rows  # noqa: PLC0415 - its module wants python-constraint2

        match constraint:
            case TableConstraint(scope=scope):
                numbers = [self.bare.numbers[variable] for variable in scope]
                rows = list(value_rows(constraint))
                self.model.add_allowed_assignments(numbers, rows).only_enforce_if(guard)
            case LinearConstraint(terms=terms, lower=lower, upper=upper, unless=()):
                bounds = (-FAR if lower is None else lower, FAR if upper is None else upper)
                self.model.add_linear_constraint(self.bare.sum_of(terms), *bounds).only_enforce_if(guard)
            case _:
                raise AssertionError(constraint)

    def core(self, members: Sequence[int], state: State) -> list[int] | None:
        """Sufficient assumptions."""
        literal_of = {
            member: self.guards[member]
            if member < self.rules
            else self.bare.literals[member - self.rules][state[member - self.rules]]
            for member in members
        }
        self.model.clear_assumptions()
        self.model.add_assumptions(list(literal_of.values()))
        solver = self.cp_model.CpSolver()
        solver.parameters.num_workers = 1
        if solver.solve(self.model) != self.cp_model.INFEASIBLE:
            return None
        sufficient = set(solver.sufficient_assumptions_for_infeasibility())
        return [member for member, literal in literal_of.items() if literal.index in sufficient]


@frozen
class Asked:
    """What one explainer needed.

    Attributes:
        milliseconds: for each question.
        members: for each question how many members the conflict has.
    """

    milliseconds: tuple[float, ...]
    members: tuple[int, ...]


def infeasible_states(instance: Instance, explainer: Explainer, number: int) -> list[State]:
    """Random choices for some families that have no completion, each value alike."""
    random = np.random.default_rng(1)
    sizes = [variable.size for variable in instance.problem.variables]
    states: list[State] = []
    while len(states) < number:
        families = random.choice(len(sizes), min(CHOICES, len(sizes)), replace=False)
        state = {int(family): int(random.integers(sizes[family])) for family in families}
        if explainer.conflict(state) is not None:
            states.append(state)
    return states


def ask(explainer: Explainer, judge: Deletion | None, states: Sequence[State], cap: float) -> Asked:
    """Time every question, or as many as the cap allows, and check every answer."""
    milliseconds: list[float] = []
    members: list[int] = []
    for state in states:
        if sum(milliseconds) > cap * 1000:
            break
        begun = time.process_time()
        found = explainer.conflict(state)
        milliseconds.append((time.process_time() - begun) * 1000)
        assert found is not None, explainer.name
        if judge is not None:
            check(judge, found, state, explainer.name)
        members.append(sum(map(len, found)))
    return Asked(tuple(milliseconds), tuple(members))


def check(judge: Deletion, found: Conflict, state: State, who: str) -> None:
    """Together no solution, and one for each that is left out."""
    members = [*found[0], *(judge.rules + family for family in found[1])]
    assert judge.core(members, state) is not None, f"{who}: no conflict"
    for left_out in members:
        rest = [member for member in members if member != left_out]
        assert judge.core(rest, state) is None, f"{who}: not minimal"


def explainers(instance: Instance) -> list[Explainer]:
    """Those that are installed, ours first."""
    found: list[Explainer] = [Ours(instance)]
    for peer in (Clingo, CpSat):
        try:
            found.append(peer(instance))
        except ImportError:
            sys.stderr.write(f"{peer.name} is not installed\n")
    return found


def rows(name: str, asked: Mapping[str, Asked]) -> Iterable[str]:
    """Lines of the table."""
    ours = statistics.median(asked[Ours.name].milliseconds)
    for who, found in asked.items():
        median = statistics.median(found.milliseconds)
        slowest = sorted(found.milliseconds)[int(0.95 * len(found.milliseconds))]
        ratio = "" if who == Ours.name else f"{median / ours:,.1f}x"
        size = statistics.mean(found.members)
        asked_for = len(found.milliseconds)
        yield (
            f"| {name} | {who} | {asked_for} | {median:.2f} ms | {slowest:.2f} ms | {size:.1f} | {ratio} |"
        )


def main(arguments: Sequence[str]) -> int:
    """Ask everybody and tell."""
    parser = argparse.ArgumentParser(description="Minimal conflicts side by side.")
    parser.add_argument("--instances", nargs="+", default=["Mw", "M5", "L0"], help="which")
    parser.add_argument("--number", type=int, default=60, help="questions for each instance")
    parser.add_argument("--cap", type=float, default=20.0, help="seconds for each peer and instance")
    parser.add_argument("--markdown", type=Path, help="put the table into a page, between its marks")
    options = parser.parse_args(arguments)
    if not instances_present():
        sys.stderr.write(f"{ABSENT}\n")
        return 2
    lines = [
        f"Processor time; {surroundings()}",
        "",
        "| Instance | Who | Asked | Median | 95 % | Members, mean | Slower than ours |",
        "|--|--|--:|--:|--:|--:|--:|",
    ]
    for name in options.instances:
        instance = named_instance(name)
        everybody = explainers(instance)
        judge = next((each for each in everybody if isinstance(each, Clingo)), None)
        states = infeasible_states(instance, everybody[0], options.number)
        lines += rows(name, {each.name: ask(each, judge, states, options.cap) for each in everybody})
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    if options.markdown:
        write_between(options.markdown, "conflicts", "\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
