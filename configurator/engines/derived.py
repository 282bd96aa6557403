"""Answers made of other answers, for engines that have no shorter way."""

from collections.abc import Callable, Iterator, Sequence

from configurator.csp.problem import ConstraintProblem
from configurator.csp.value_sets import ValueSet, ValueSets, values_in
from configurator.csp.variables import Assignment, Assumptions
from configurator.engines.engine import Domains, Feasibility, Feasible, Unknown

Ask = Callable[[int, ValueSet], Feasibility]
"""Whether there is a solution in which a variable takes one of some values."""

Replacements = Callable[[Assignment, int, ValueSet], ValueSet]
"""Which of some values of a variable may stand in a solution in place of the one it has there."""


def allowed_values(problem: ConstraintProblem, assumptions: Assumptions) -> Domains:
    """For each variable the values of its domain that the assumptions leave it, ascending.

    Values that a variable does not have are passed over.

    Raises:
        ValueError: an assumption speaks of a variable that does not exist.
    """
    for variable in assumptions:
        if not 0 <= variable < len(problem.variables):
            raise ValueError(f"no variable {variable} among {len(problem.variables)}")
    return tuple(
        tuple(
            value for value in range(variable.size) if index not in assumptions or value in assumptions[index]
        )
        for index, variable in enumerate(problem.variables)
    )


def domains_of(solutions: Iterator[Assignment], variables: int) -> Domains:
    """The valid domains as the union of all solutions: as costly as listing them."""
    seen: list[set[int]] = [set() for _ in range(variables)]
    for solution in solutions:
        for values, value in zip(seen, solution, strict=True):
            values.add(value)
    return tuple(tuple(sorted(values)) for values in seen)


def domains_by_witnesses(
    candidates: ValueSets,
    first: Assignment,
    ask: Ask,
    replacements: Replacements,
    burdens: Sequence[Sequence[float]],
) -> ValueSets | Unknown:
    """The valid domains from questions of feasibility, as few as possible.

    Every witness proves a value of each variable, and so do its neighbours (one value changed), which
    are found without a search. Before its neighbours are tried, a witness is relieved: value
    by value it takes the least burden that keeps it a solution, since a cheap computer has room for any
    one dear component. What is left of a variable's values is asked for as a whole, so that one
    "infeasible" settles them all.

    Args:
        candidates: values that may be in a solution; no other is.
        first: a solution.
        ask: feasibility; its witnesses lie within `candidates`.
        replacements: which candidates keep a witness a solution.
        burdens: for each variable how much each value takes of what is scarce; empty where nothing is.
    """
    proven = [0] * len(candidates)

    def prove(witness: Assignment) -> None:
        """Add what a witness, its relieved form and their neighbours prove."""
        for solution in dict.fromkeys((witness, _relieved(candidates, witness, replacements, burdens))):
            for variable, values in enumerate(candidates):
                proven[variable] |= 1 << solution[variable]
                if missing := values & ~proven[variable]:
                    proven[variable] |= replacements(solution, variable, missing)

    prove(first)
    for variable, values in enumerate(candidates):
        while missing := values & ~proven[variable]:
            match ask(variable, missing):
                case Feasible(witness=witness):
                    prove(witness)
                case Unknown() as unknown:
                    return unknown
                case _:
                    break
    return tuple(proven)


def _relieved(
    candidates: ValueSets, witness: Assignment, replacements: Replacements, burdens: Sequence[Sequence[float]]
) -> Assignment:
    """A solution that takes no more of what is scarce than the witness does."""
    relieved = witness
    for variable, burden in enumerate(burdens):
        if burden:
            choices = values_in(replacements(relieved, variable, candidates[variable]))
            lightest = min(choices, key=burden.__getitem__)
            relieved = (*relieved[:variable], lightest, *relieved[variable + 1 :])
    return relieved
