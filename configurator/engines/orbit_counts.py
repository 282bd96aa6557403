"""Counts up to order by counting labelled solutions: for blocks that can be too many things to be listed.

Of a problem with n interchangeable blocks let the contents change places in every possible way. Wanted is the
number of orbits: of sets of solutions that are one in different orders. The lemma of Cauchy, Frobenius and
Burnside gives it as the average, over all ways to change places, of the number of solutions that
stay as they are. A solution stays as it is if the blocks of each cycle are equal, so all ways with the same
lengths of cycles count the same, and each takes one count: of the problem in which the blocks of a
cycle are tied to the first of them. Groups within the blocks of a cycle go with them; going once round a
cycle changes the places within them as well, in every way alike, which makes it an average of averages.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from math import factorial

from attrs import evolve, frozen

from configurator.csp.constraints import (
    ClauseConstraint,
    Constraint,
    LinearConstraint,
    LinearTerm,
    Literal,
    PredicateConstraint,
    SortedConstraint,
)
from configurator.csp.problem import ConstraintProblem
from configurator.csp.substitution import View, substituted
from configurator.csp.symmetries import NestedBlocks, Symmetries, nested, places_of
from configurator.csp.variables import Assumptions, Variable
from configurator.engines.composition import ascending
from configurator.engines.engine import SearchLimits, Unknown
from configurator.errors import SearchLimitError

MOST_COUNTS = 200
"""Counts of labelled solutions that a count up to order may take."""
MOST_CHOICES = 4
"""Different choices about blocks of one group that can be matched with each other here."""
MOST_CONDITIONS = 6
"""Different conditions that these choices are made of."""

Tie = tuple[tuple[int, ...], tuple[int, ...]]
"""Variables that take the values of others."""


def count_up_to_order(
    problem: ConstraintProblem,
    symmetries: Symmetries,
    assumptions: Assumptions,
    choices: Sequence[Constraint],
    count: Callable[[ConstraintProblem], int | Unknown],
    limits: SearchLimits,
) -> int:
    """How many canonical solutions there are.

    Args:
        problem: the labelled one.
        symmetries: what changes places in it.
        assumptions: about single variables; those in blocks are meant up to order.
        choices: constraints about single blocks, meant likewise; they may read what lies outside as well.
        count: the number of solutions of a problem.
        limits: for all of it.

    Raises:
        SearchLimitError: a count is unknown, or it would take too many, or choices are entangled too much.
    """
    groups = nested(symmetries)
    problem, groups = with_choices(problem, groups, assumptions, choices)
    cases = list(_first(_ties(groups), MOST_COUNTS))
    total = Fraction(0)
    for share, ties in cases:
        limits.check()
        found = count(tied(problem, ties))
        if isinstance(found, Unknown):
            raise SearchLimitError(found.reason)
        total += share * found
    assert total.denominator == 1
    return total.numerator


# ---------------------------------------------------------------- ways to change places


def _first(cases: Iterator[tuple[Fraction, list[Tie]]], most: int) -> Iterator[tuple[Fraction, list[Tie]]]:
    for number, case in enumerate(cases):
        if number == most:
            raise SearchLimitError(f"a count up to order would take more than {most:,} counts")
        yield case


def _ties(groups: Sequence[NestedBlocks]) -> Iterator[tuple[Fraction, list[Tie]]]:
    """Yield the ways to change places that count alike: their share of all, and what they tie together."""
    if not groups:
        yield Fraction(1), []
        return
    first, *others = groups
    for share, ties in _ties_of(first):
        for rest_share, rest in _ties(others):
            yield share * rest_share, ties + rest


def _ties_of(nest: NestedBlocks) -> Iterator[tuple[Fraction, list[Tie]]]:
    blocks = nest.group.blocks
    for lengths in partitions(len(blocks), len(blocks)):
        ties: list[Tie] = []
        inner: list[NestedBlocks] = []
        at = 0
        for length in lengths:
            ties += [(blocks[at], follower) for follower in blocks[at + 1 : at + length]]
            inner += nest.inner[at]
            at += length
        for share, within in _ties(inner):
            yield share * share_of(lengths), ties + within


def partitions(amount: int, most: int) -> Iterator[tuple[int, ...]]:
    """Yield the ways to write a number as a sum of numbers up to `most`, descending."""
    if not amount:
        yield ()
    for first in range(min(amount, most), 0, -1):
        for rest in partitions(amount - first, first):
            yield (first, *rest)


def share_of(lengths: Sequence[int]) -> Fraction:
    """The part of all permutations that have cycles of these lengths."""
    ways = 1
    for length in set(lengths):
        often = lengths.count(length)
        ways *= length**often * factorial(often)
    return Fraction(1, ways)


# ---------------------------------------------------------------- the problem with variables tied


def tied(problem: ConstraintProblem, ties: Sequence[Tie]) -> ConstraintProblem:
    """The problem in which variables take the values of others; those that follow are gone."""
    leader = {follow: lead for leads, follows in ties for lead, follow in zip(leads, follows, strict=True)}
    number: dict[int, int] = {}
    variables: list[Variable] = []
    for at, variable in enumerate(problem.variables):
        if at not in leader:
            number[at] = len(variables)
            variables.append(variable)
    # Blocks within a block that follows are tied to those within its leader, which may follow in turn.
    for at in leader:
        lead = at
        while lead in leader:
            lead = leader[lead]
        number[at] = number[lead]
    views = [View(number[at], tuple(range(each.size))) for at, each in enumerate(problem.variables)]
    sizes = [variable.size for variable in variables]
    said: dict[object, Constraint] = {}
    for constraint in problem.constraints:
        found = _tied(constraint, number, views, sizes)
        if found is not None:
            # Functions cannot be told to be the same.
            said[id(found) if isinstance(found, PredicateConstraint) else found] = found
    return ConstraintProblem(tuple(variables), tuple(said.values()))


def _tied(
    constraint: Constraint, number: Mapping[int, int], views: Sequence[View], sizes: Sequence[int]
) -> Constraint | None:
    if not isinstance(constraint, SortedConstraint):
        return substituted(constraint, views, sizes)
    scope = tuple(number[variable] for variable in constraint.scope)
    if len(set(scope)) == len(scope):
        return evolve(constraint, scope=scope)
    return substituted(PredicateConstraint(constraint.scope, ascending), views, sizes)


# ---------------------------------------------------------------- choices about single blocks


@frozen
class _Condition:
    """What may be said of a block: that one of these holds, or all of them.

    Attributes:
        literals: variables with their values; those of the block by where they stand in it.
    """

    literals: tuple[tuple[bool, int, frozenset[int]], ...]
    every: bool

    def of(self, block: Sequence[int]) -> list[Literal]:
        """The literals about a block."""
        return [Literal(block[place] if inside else place, values) for inside, place, values in self.literals]


def with_choices(
    problem: ConstraintProblem,
    groups: Sequence[NestedBlocks],
    assumptions: Assumptions,
    choices: Sequence[Constraint],
) -> tuple[ConstraintProblem, tuple[NestedBlocks, ...]]:
    """The problem with assumptions and choices as constraints that do not tell blocks apart.

    Each block is given one variable more, after all others, which says what conditions its content keeps.

    Args:
        problem: the labelled one.
        groups: its outermost groups.
        assumptions: about single variables.
        choices: constraints of which each is about one block, and perhaps about what lies outside.

    Raises:
        SearchLimitError: choices are too many, or of a form that cannot be said so.
        ValueError: an assumption speaks of a variable that does not exist.
    """
    places = places_of(groups)
    inner = {variable for nest in groups for within in nest.inner for variable in places_of(within)}
    said: list[Constraint] = []
    allowed: dict[tuple[int, int], dict[int, frozenset[int]]] = {}
    clauses: dict[tuple[int, int], list[_Condition]] = {}
    for variable, values in assumptions.items():
        if not 0 <= variable < len(problem.variables):
            raise ValueError(f"no variable {variable} among {len(problem.variables)}")
        left = frozenset(range(problem.variables[variable].size)) & values
        single = ClauseConstraint((Literal(variable, left),))
        if variable in places:
            choices = (*choices, single)
        else:
            said.append(single)
    for choice in choices:
        if not isinstance(choice, ClauseConstraint):
            raise SearchLimitError("such a choice about an instance cannot be counted one by one")
        if not inner.isdisjoint(choice.scope):
            raise SearchLimitError("choices about instances within instances cannot be counted one by one")
        (place,) = {places[variable] for variable in choice.scope if variable in places}
        block = groups[place[0]].group.blocks[place[1]]
        if len(choice.literals) == 1:
            ((variable, values),) = ((each.variable, each.values) for each in choice.literals)
            known = allowed.setdefault(place, {})
            known[variable] = known.get(variable, values) & values
            continue
        merged: dict[tuple[bool, int], frozenset[int]] = {}
        for literal in choice.literals:
            inside = literal.variable in block
            where = inside, block.index(literal.variable) if inside else literal.variable
            merged[where] = merged.get(where, frozenset()) | literal.values
        told = tuple((*where, merged[where]) for where in sorted(merged))
        clauses.setdefault(place, []).append(_Condition(told, every=False))
    problem = problem.extended(tuple(said))
    found = []
    for at, nest in enumerate(groups):
        demanded = []
        for number, block in enumerate(nest.group.blocks):
            conditions = clauses.get((at, number), [])
            if narrow := allowed.get((at, number)):
                literals = tuple(sorted((True, block.index(v), values) for v, values in narrow.items()))
                conditions = [*conditions, _Condition(literals, every=True)]
            demanded.append(frozenset(conditions))
        problem, grown = _with_marks(problem, nest, demanded)
        found.append(grown)
    return problem, tuple(found)


def _with_marks(
    problem: ConstraintProblem, nest: NestedBlocks, demanded: Sequence[frozenset[_Condition]]
) -> tuple[ConstraintProblem, NestedBlocks]:
    """The problem with one variable more for each block of a group, where something is said about them."""
    blocks = nest.group.blocks
    amounts: dict[frozenset[_Condition], int] = {}
    for conditions in demanded:
        if conditions:
            amounts[conditions] = amounts.get(conditions, 0) + 1
    bits = {each: number for number, each in enumerate(dict.fromkeys(c for found in amounts for c in found))}
    if not amounts:
        return problem, nest
    if len(amounts) > MOST_CHOICES or len(bits) > MOST_CONDITIONS:
        raise SearchLimitError(
            f"{len(amounts)} different choices about interchangeable instances are too many to be counted"
        )
    size = 1 << len(bits)
    first = len(problem.variables)
    marks = range(first, first + len(blocks))
    added: list[Constraint] = []
    for condition, number in bits.items():
        keeping = frozenset(mark for mark in range(size) if mark >> number & 1)
        for block, mark in zip(blocks, marks, strict=True):
            added += _marked(problem, condition, condition.of(block), mark, keeping, size)
    wanted = [(sum(1 << bits[each] for each in found), often) for found, often in amounts.items()]
    for amount in range(1, len(wanted) + 1):
        for chosen in combinations(wanted, amount):
            weights = tuple(int(any(mark & kept == kept for kept, _ in chosen)) for mark in range(size))
            terms = tuple(LinearTerm(mark, weights) for mark in marks)
            added.append(LinearConstraint(terms, sum(often for _, often in chosen), None))
    variables = tuple(Variable(f"{problem.variables[block[0]].name} keeps", size) for block in blocks)
    grown = tuple((*block, mark) for block, mark in zip(blocks, marks, strict=True))
    return (
        ConstraintProblem((*problem.variables, *variables), (*problem.constraints, *added)),
        NestedBlocks(evolve(nest.group, blocks=grown), nest.inner),
    )


def _marked(
    problem: ConstraintProblem,
    condition: _Condition,
    literals: Sequence[Literal],
    mark: int,
    keeping: frozenset[int],
    size: int,
) -> Iterator[Constraint]:
    """That a mark says whether a condition is kept."""
    kept, failed = Literal(mark, keeping), Literal(mark, frozenset(range(size)) - keeping)
    refused = [
        Literal(each.variable, frozenset(range(problem.variables[each.variable].size)) - each.values)
        for each in literals
    ]
    if condition.every:
        yield from (ClauseConstraint((failed, literal)) for literal in literals)
        yield ClauseConstraint((kept, *refused))
    else:
        yield ClauseConstraint((failed, *literals))
        yield from (ClauseConstraint((kept, literal)) for literal in refused)
