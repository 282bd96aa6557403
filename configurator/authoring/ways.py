"""Places that only one version has, cannot be empty, and are read by its rules: the ways to fill them.

Compared without such places, a version has every configuration that *some* way to fill them allows: the
union of as many problems as there are ways. Mostly one of them allows whatever any other does (an option
`no` that no rule speaks of), and the union is that problem. Where several are left, none of which allows
all that another does, a union is counted by inclusion and exclusion: what all ways of a set of ways
allow is what keeps the constraints of all of them, and nothing has to be negated.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations, product
from math import prod

from attrs import field, frozen

from configurator.csp.constraints import ClauseConstraint, Constraint, PredicateConstraint
from configurator.csp.problem import ConstraintProblem
from configurator.csp.semantics import holds
from configurator.csp.substitution import View, substituted
from configurator.csp.variables import Assignment

MOST_FILLINGS = 4_096
"""Ways to fill the places up to which they are tried out one by one."""
MOST_WAYS = 64
"""Ways that differ in what they say about the other places, up to which they are compared."""


@frozen(eq=False)
class Way:
    """One way to fill the places; where there are no such places, the only one, which fills nothing.

    Attributes:
        fixed: the places' variables with their values.
        told: what the rules that read the places then say about the others.
        views: how the version's variables are read off the common ground's.
        constraints: what the version then says about the common ground.
    """

    fixed: Mapping[int, int]
    told: tuple[Constraint, ...] = field(repr=False)
    views: tuple[View, ...] = field(repr=False)
    constraints: tuple[Constraint, ...] = field(repr=False)

    def own(self, assignment: Assignment) -> Assignment:
        """An assignment of the common ground as one of the version."""
        return tuple(
            view.values[0 if view.target is None else assignment[view.target]] for view in self.views
        )


def comparable(constraint: Constraint) -> bool:
    """Whether two of its kind can be told to be the same. Two functions never can."""
    return not isinstance(constraint, PredicateConstraint)


def identity(constraint: Constraint) -> object:
    """Equal for constraints that are known to say the same."""
    return constraint if comparable(constraint) else id(constraint)


def fillings(problem: ConstraintProblem, variables: Sequence[int]) -> Iterator[dict[int, int]] | None:
    """Every way to fill variables that keeps the constraints on them alone; `None` for too many."""
    sizes = [problem.variables[variable].size for variable in variables]
    if prod(sizes) > MOST_FILLINGS:
        return None
    inside = [c for c in problem.constraints if c.scope and set(c.scope) <= set(variables)]
    return _kept(len(problem.variables), variables, sizes, inside)


def _kept(
    amount: int, variables: Sequence[int], sizes: Sequence[int], inside: Sequence[Constraint]
) -> Iterator[dict[int, int]]:
    for values in product(*map(range, sizes)):
        filled = dict(zip(variables, values, strict=True))
        assignment = tuple(filled.get(variable, 0) for variable in range(amount))
        if all(holds(constraint, assignment) for constraint in inside):
            yield filled


def told_by(
    problem: ConstraintProblem, reading: Iterable[Constraint], filled: Mapping[int, int]
) -> tuple[Constraint, ...] | None:
    """What the constraints that read filled variables say about the others; `None` if one cannot be kept."""
    sizes = [variable.size for variable in problem.variables]
    views = [View(variable, tuple(range(size))) for variable, size in enumerate(sizes)]
    for variable, value in filled.items():
        views[variable] = View(None, (value,))
    told: dict[object, Constraint] = {}
    for constraint in reading:
        found = substituted(constraint, views, sizes)
        if isinstance(found, ClauseConstraint) and not found.literals:
            return None
        if found is not None:
            told[identity(found)] = found
    return tuple(told.values())


def greatest(ways: Sequence[Way], allows: Callable[[Way, Way], bool]) -> tuple[Way, ...]:
    """The fewest of some ways that together allow what all of them do, in the same order.

    Args:
        ways: any.
        allows: whether the first allows whatever the second does; asked only where that is not plain.
    """
    kept: list[Way] = []
    # Those that say least are likely to allow what others do.
    for way in sorted(ways, key=lambda each: len(each.told)):
        if not any(_allows(other, way, allows) for other in kept):
            kept = [other for other in kept if not _allows(way, other, allows)]
            kept.append(way)
    return tuple(way for way in ways if way in kept)


def _allows(first: Way, second: Way, asked: Callable[[Way, Way], bool]) -> bool:
    said = set(map(identity, second.told))
    return all(identity(constraint) in said for constraint in first.told) or asked(first, second)


def signed_subsets(ways: Sequence[Way]) -> Iterator[tuple[int, tuple[Way, ...]]]:
    """The sets of ways that a union is counted by, with what their count is to be taken times: 1 or -1."""
    for size in range(1, len(ways) + 1):
        for chosen in combinations(ways, size):
            yield 1 if size % 2 else -1, chosen
