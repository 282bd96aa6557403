"""Values that no constraint can tell apart.

Two graphics cards that differ only in a name are one card to every rule. A search that
tries one of them has tried both; a count takes one of them as often as there are members.

This is neighbourhood interchangeability (Freuder, "Eliminating interchangeable values
in constraint satisfaction problems", AAAI 1991), found by the form of the constraints.
"""

from collections.abc import Hashable

from attrs import frozen

from configurator.csp.constraints import (
    ClauseConstraint,
    LinearConstraint,
    Literal,
    PredicateConstraint,
    SortedConstraint,
    TableConstraint,
)
from configurator.csp.problem import ConstraintProblem
from configurator.csp.value_sets import ValueSet, ValueSets, value_set


@frozen
class Interchangeability:
    """For each variable its values in groups that no constraint can tell apart.

    Attributes:
        groups: the groups with more than one member, in the order of their smallest value; values in
            no group stand alone.
    """

    groups: tuple[tuple[ValueSet, ...], ...]

    @classmethod
    def of(cls, problem: ConstraintProblem) -> "Interchangeability":
        """Group the values by what each constraint makes of them. Linear in the problem's text."""
        views: list[list[tuple[Hashable, ...]]] = [[] for _ in problem.variables]
        for constraint in problem.constraints:
            match constraint:
                case TableConstraint(scope=scope, classes=classes):
                    for variable, of in zip(scope, classes, strict=True):
                        views[variable].append(of)
                case PredicateConstraint(scope=scope, classes=classes) if classes is not None:
                    for variable, of in zip(scope, classes, strict=True):
                        views[variable].append(of)
                case LinearConstraint(terms=terms, unless=unless):
                    for term in terms:
                        views[term.variable].append(term.weights)
                    _view_literals(unless, problem, views)
                case ClauseConstraint(literals=literals):
                    _view_literals(literals, problem, views)
                case SortedConstraint(scope=scope) | PredicateConstraint(scope=scope):
                    for variable in scope:
                        views[variable].append(tuple(range(problem.variables[variable].size)))
        return cls(
            tuple(
                _groups(variable.size, seen) for variable, seen in zip(problem.variables, views, strict=True)
            )
        )

    def representatives(self, domains: ValueSets) -> ValueSets:
        """The sets with one value, the smallest, of each group."""
        return tuple(
            self._representatives(domain, groups) if groups else domain
            for domain, groups in zip(domains, self.groups, strict=True)
        )

    def multiplicities(self, domains: ValueSets) -> tuple[dict[int, int], ...]:
        """For each variable how many values each representative stands for, where more than one."""
        return tuple(
            {
                (alive & -alive).bit_length() - 1: alive.bit_count()
                for group in groups
                if (alive := group & domain).bit_count() > 1
            }
            for domain, groups in zip(domains, self.groups, strict=True)
        )

    def represented(self, domains: ValueSets, chosen: ValueSets) -> ValueSets:
        """The chosen values with all the members of their groups, within the sets."""
        return tuple(
            domain & (values | sum(group for group in groups if group & values))
            for domain, values, groups in zip(domains, chosen, self.groups, strict=True)
        )

    @staticmethod
    def _representatives(domain: ValueSet, groups: tuple[ValueSet, ...]) -> ValueSet:
        for group in groups:
            alive = group & domain
            domain &= ~(alive & (alive - 1)) if alive else -1
        return domain


def _view_literals(
    literals: tuple[Literal, ...], problem: ConstraintProblem, views: list[list[tuple[Hashable, ...]]]
) -> None:
    for literal in literals:
        size = problem.variables[literal.variable].size
        views[literal.variable].append(tuple(value in literal.values for value in range(size)))


def _groups(size: int, views: list[tuple[Hashable, ...]]) -> tuple[ValueSet, ...]:
    members: dict[tuple[Hashable, ...], list[int]] = {}
    for value in range(size):
        members.setdefault(tuple(view[value] for view in views), []).append(value)
    return tuple(value_set(group) for group in members.values() if len(group) > 1)
