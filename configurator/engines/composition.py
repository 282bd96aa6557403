"""A problem with interchangeable blocks rewritten so that each block is one variable.

The values of such a variable, a *composite*, are what an instance can be: 0 for "not there", then every
content of a block that keeps the constraints within the block, ascending. A chain over the composites of
a group leaves of all orders of the same instances one. What comes out is a plain problem: to engines an
instance is a component, and a group a mixed slot. Its solutions are the canonical solutions of the problem
it was made of, in the same order, each once.

Groups within blocks come first: a bag that has pockets is written out with its pockets as composites in a
chain of their own.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np
from attrs import evolve, field, frozen

from configurator.csp.constraints import (
    ClauseConstraint,
    Constraint,
    LinearConstraint,
    LinearTerm,
    Literal,
    PredicateConstraint,
    SortedConstraint,
    TableConstraint,
)
from configurator.csp.problem import ConstraintProblem
from configurator.csp.symmetries import (
    InterchangeableBlocks,
    NestedBlocks,
    Symmetries,
    block_of,
    nested,
    places_of,
)
from configurator.csp.variables import Assignment, Assumptions, Variable
from configurator.engines.block_contents import Contents, InnerGroup, demanded, in_a_row
from configurator.engines.diagram.compiling.grouping import renamed
from configurator.engines.diagram.decisions import Columns
from configurator.engines.diagram.whole import Flags
from configurator.engines.engine import Objective, SearchLimits
from configurator.engines.many_assignments import (
    Values,
    added_up,
    all_solutions,
    holding_value,
    looks,
)
from configurator.errors import SearchLimitError

MOST_CONTENTS = 100_000
"""Contents of a block above which it is not made one variable."""
MOST_COMBINATIONS = 2_000_000
"""Combinations looked at together in finding the contents of a block."""


# ---------------------------------------------------------------- the problem of composites


@frozen(eq=False)
class ComposedGroup:
    """A group whose blocks are composites.

    Attributes:
        composites: for each block, in their order, the variable it has become.
    """

    nest: NestedBlocks = field(repr=False)
    contents: Contents = field(repr=False)
    composites: tuple[int, ...]


@frozen(eq=False, slots=False)
class Composition:
    """A problem with composites in place of interchangeable blocks.

    Attributes:
        variables: of the problem it was made of.
        problem: the problem of composites.
        groups: the outermost groups.
        number: for each variable in no block its number in the problem of composites.
    """

    variables: tuple[Variable, ...] = field(repr=False)
    problem: ConstraintProblem
    groups: tuple[ComposedGroup, ...]
    number: Mapping[int, int] = field(repr=False)
    _places: Mapping[int, tuple[int, int, int]] = field(repr=False)

    @classmethod
    def of(
        cls,
        problem: ConstraintProblem,
        symmetries: Symmetries,
        limits: SearchLimits,
        most: int = MOST_CONTENTS,
    ) -> "Composition":
        """Write out the contents of blocks and rewrite what is said about them.

        Raises:
            SearchLimitError: the time is up, or a block has more than `most` contents.
            ValueError: the blocks of a group are not what `InterchangeableBlocks` says.
        """
        nests = nested(symmetries)
        places = places_of(nests)
        contents = []
        for at, nest in enumerate(nests):
            own = [each for each in problem.constraints if block_of(each.scope, places) == (at, 0)]
            contents.append(contents_of(problem, nest, own, limits, most))
        return cls.over(problem, nests, contents, limits)

    @classmethod
    def over(
        cls,
        problem: ConstraintProblem,
        nests: Sequence[NestedBlocks],
        contents: Sequence[Contents],
        limits: SearchLimits,
    ) -> "Composition":
        """The same for contents that are known: constraints within blocks are taken to be kept by them.

        Raises:
            SearchLimitError: the time is up.
        """
        places = places_of(nests)
        standing: dict[int, tuple[int, int, int]] = {}
        number: dict[int, int] = {}
        composites: list[list[int]] = [[] for _ in nests]
        variables: list[Variable] = []
        for at, variable in enumerate(problem.variables):
            group, block = places.get(at, (-1, -1))
            if group < 0:
                number[at] = len(variables)
                variables.append(variable)
            elif nests[group].group.blocks[block][0] == at:
                composites[group].append(len(variables))
                for offset, inside in enumerate(nests[group].group.blocks[block]):
                    standing[inside] = (group, offset, len(variables))
                variables.append(Variable(variable.name, contents[group].size))
        composed = tuple(
            ComposedGroup(nest, content, tuple(at))
            for nest, content, at in zip(nests, contents, composites, strict=True)
        )
        bare = cls(problem.variables, ConstraintProblem(tuple(variables), ()), composed, number, standing)
        across = [each for each in problem.constraints if block_of(each.scope, places) is None]
        return evolve(
            bare,
            problem=bare.problem.extended((*bare.chains(), *bare.rewritten(across, limits))),
            places=standing,
        )

    def chains(self) -> Iterator[Constraint]:
        """That composites ascend, and are there where they must be."""
        for group in self.groups:
            yield SortedConstraint(group.composites)
            if not group.contents.may_be_absent:
                present = frozenset(range(1, group.contents.size))
                for composite in group.composites:
                    yield ClauseConstraint((Literal(composite, present),))

    # ------------------------------------------------------------ there

    def assumed(
        self, assumptions: Assumptions, choices: Sequence[Constraint], limits: SearchLimits
    ) -> tuple[dict[int, frozenset[int]], tuple[Constraint, ...]]:
        """What is said about single variables and blocks as assumptions and constraints on composites.

        Args:
            assumptions: about the variables the problem had.
            choices: constraints of which each lies within a block.
            limits: for all of it.

        Raises:
            SearchLimitError: the time is up, or too many choices are to be matched.
            ValueError: an assumption speaks of a variable that does not exist.
        """
        found: dict[int, frozenset[int]] = {}
        demands: list[Constraint] = []
        for variable, values in assumptions.items():
            if variable in self.number:
                found[self.number[variable]] = values
            elif variable not in self._places:
                raise ValueError(f"no variable {variable} among {len(self.variables)}")
        for group in self.groups:
            allowed = [
                self._allowed(group, block, assumptions, choices, limits) for block in group.nest.group.blocks
            ]
            places = in_a_row(allowed)
            if places is not None:
                for composite, held in zip(group.composites, places, strict=True):
                    if not held.all():
                        found[composite] = _members(held)
                continue
            for union, needed in demanded(allowed, limits):
                weights = tuple(union.astype(np.int64).tolist())
                terms = tuple(LinearTerm(composite, weights) for composite in group.composites)
                demands.append(LinearConstraint(terms, needed, None))
        return found, tuple(demands)

    def _allowed(
        self,
        group: ComposedGroup,
        block: Sequence[int],
        assumptions: Assumptions,
        choices: Sequence[Constraint],
        limits: SearchLimits,
    ) -> Flags:
        at = {variable: offset for offset, variable in enumerate(block)}
        said = {at[variable]: values for variable, values in assumptions.items() if variable in at}
        own = [renamed(each, at) for each in choices if at.keys() >= set(each.scope)]
        return group.contents.keeping(said, own, limits)

    def objective(self, terms: Objective) -> Objective:
        """What an assignment of composites costs."""
        return tuple(self._terms(terms))

    def rewritten(self, constraints: Iterable[Constraint], limits: SearchLimits) -> tuple[Constraint, ...]:
        """What constraints on the variables the problem had say about composites.

        Raises:
            SearchLimitError: the time is up.
        """
        found = []
        for constraint in constraints:
            limits.check()
            found.append(self._rewritten(constraint))
        return tuple(found)

    # ------------------------------------------------------------ and back

    def columns(self, composed: Columns) -> Columns:
        """Assignments of composites as assignments of the problem's variables, column by column."""
        found = np.empty((len(self.variables), composed.shape[1]), np.int32)
        for variable, at in self.number.items():
            found[variable] = composed[at]
        for variable, (group, offset, composite) in self._places.items():
            found[variable] = self.groups[group].contents.columns[offset][composed[composite]]
        return found

    def assignment(self, composed: Assignment) -> Assignment:
        """An assignment of composites as one of the problem's variables."""
        contents = self._contents
        found: list[int] = []
        # Blocks have no gaps and composites stand in their places.
        for at, value in enumerate(composed):
            if at in contents:
                found += contents[at].columns[:, value].tolist()
            else:
                found.append(value)
        return tuple(found)

    @cached_property
    def _contents(self) -> dict[int, Contents]:
        """What each composite can be."""
        return {at: group.contents for group in self.groups for at in group.composites}

    def composed(self, columns: Columns) -> Columns:
        """Assignments of the problem's variables over composites; -1 for what no instance can be."""
        found = np.empty((len(self.problem.variables), columns.shape[1]), np.int32)
        for variable, at in self.number.items():
            found[at] = columns[variable]
        for group in self.groups:
            for block, composite in zip(group.nest.group.blocks, group.composites, strict=True):
                found[composite] = group.contents.number_of(columns[list(block)])
        return found

    # ------------------------------------------------------------ rewriting

    def _seen(self, variable: int) -> tuple[int, Values | None]:
        """The variable it has become, and which of its values each composite stands for."""
        if variable in self.number:
            return self.number[variable], None
        group, offset, composite = self._places[variable]
        return composite, self.groups[group].contents.columns[offset]

    def _rewritten(self, constraint: Constraint) -> Constraint:
        match constraint:
            case ClauseConstraint(literals=literals):
                return evolve(constraint, literals=self._literals(literals))
            case LinearConstraint(terms=terms, unless=unless):
                return evolve(constraint, terms=tuple(self._terms(terms)), unless=self._literals(unless))
            case TableConstraint():
                return self._table(constraint)
            case PredicateConstraint(scope=scope, classes=classes):
                by_column = classes or [range(self.variables[variable].size) for variable in scope]
                return self._predicate(constraint, by_column)
            case SortedConstraint(scope=scope):
                if all(variable in self.number for variable in scope):
                    return evolve(constraint, scope=tuple(self.number[variable] for variable in scope))
                condition = PredicateConstraint(scope, ascending, constraint.origin)
                return self._predicate(condition, [range(self.variables[v].size) for v in scope])

    def _literals(self, literals: Sequence[Literal]) -> tuple[Literal, ...]:
        found: list[Literal] = []
        held: dict[int, Flags] = {}
        for literal in literals:
            at, values = self._seen(literal.variable)
            if values is None:
                found.append(Literal(at, literal.values))
            else:
                flags = holding_value(literal.values, values)
                held[at] = held[at] | flags if at in held else flags
        return (*found, *(Literal(at, _members(flags)) for at, flags in held.items()))

    def _terms(self, terms: Sequence[LinearTerm]) -> Iterator[LinearTerm]:
        together: dict[int, list[tuple[LinearTerm, Values]]] = {}
        for term in terms:
            at, values = self._seen(term.variable)
            if values is None:
                yield LinearTerm(at, term.weights)
            else:
                together.setdefault(at, []).append((term, values))
        known: dict[object, tuple[int, ...]] = {}
        for at, found in together.items():
            # Blocks of a group mostly weigh the same: one list of weights serves them all.
            key = tuple((term.weights, id(values)) for term, values in found)
            if key not in known:
                seen = {term.variable: values for term, values in found}
                size = self.problem.variables[at].size
                known[key] = tuple(added_up([term for term, _ in found], seen, size).tolist())
            yield LinearTerm(at, known[key])

    def _joint(self, scope: Sequence[int], classes: Sequence[Sequence[int]]) -> "list[_Joint]":
        """The variables that a scope has become, each with the columns of the scope that it settles."""
        columns: dict[int, list[int]] = {}
        for column, variable in enumerate(scope):
            columns.setdefault(self._seen(variable)[0], []).append(column)
        found = []
        for at, of in columns.items():
            size = self.problem.variables[at].size
            seen = []
            for column in of:
                values = self._seen(scope[column])[1]
                seen.append(np.arange(size, dtype=np.int32) if values is None else values)
            first, number = looks([(classes[c], v) for c, v in zip(of, seen, strict=True)], size)
            names = [
                tuple(classes[c][int(v[example])] for c, v in zip(of, seen, strict=True))
                for example in first.tolist()
            ]
            found.append(_Joint(at, tuple(of), tuple(seen), tuple(number.tolist()), tuple(names)))
        return found

    def _table(self, table: TableConstraint) -> Constraint:
        joint = self._joint(table.scope, table.classes)
        numbers = [{name: number for number, name in enumerate(each.names)} for each in joint]
        rows = set()
        for row in table.rows:
            told = tuple(
                number.get(tuple(row[column] for column in each.columns), -1)
                for number, each in zip(numbers, joint, strict=True)
            )
            if -1 not in told:
                rows.add(told)
        return TableConstraint(
            tuple(each.variable for each in joint),
            tuple(each.classes for each in joint),
            frozenset(rows),
            table.origin,
        )

    def _predicate(
        self, predicate: PredicateConstraint, classes: Sequence[Sequence[int]]
    ) -> PredicateConstraint:
        joint = self._joint(predicate.scope, classes)
        return PredicateConstraint(
            tuple(each.variable for each in joint),
            _Asked(predicate, tuple(joint)),
            predicate.origin,
            tuple(each.classes for each in joint),
        )


@frozen(eq=False)
class _Joint:
    """A variable that stands for some columns of a scope.

    Attributes:
        columns: their numbers.
        values: for each of them, and each value of the variable, the column's value.
        classes: for each value of the variable the number of its look.
        names: for each look the classes of the columns.
    """

    variable: int
    columns: tuple[int, ...]
    values: tuple[Values, ...] = field(repr=False)
    classes: tuple[int, ...] = field(repr=False)
    names: tuple[tuple[int, ...], ...] = field(repr=False)


@frozen(eq=False)
class _Asked:
    """A predicate asked about composites."""

    predicate: PredicateConstraint
    joint: tuple[_Joint, ...]

    def __call__(self, values: tuple[int, ...]) -> bool:
        """Whether it holds."""
        told = [0] * len(self.predicate.scope)
        for each, value in zip(self.joint, values, strict=True):
            for column, of in zip(each.columns, each.values, strict=True):
                told[column] = int(of[value])
        return self.predicate.function(tuple(told))


def ascending(values: tuple[int, ...]) -> bool:
    """What `SortedConstraint` demands."""
    return all(after == 0 or (before != 0 and before <= after) for before, after in pairwise(values))


def contents_of(
    problem: ConstraintProblem,
    nest: NestedBlocks,
    own: Sequence[Constraint],
    limits: SearchLimits,
    most: int = MOST_CONTENTS,
) -> Contents:
    """What blocks of a group can be.

    Args:
        problem: the problem they are in.
        nest: the group.
        own: the constraints within its first block; those within the others are the same.
        limits: for all of it.
        most: how many contents there may be.

    Raises:
        SearchLimitError: the time is up, or there are too many.
        ValueError: the blocks are not what `InterchangeableBlocks` says.
    """
    group = nest.group
    check_blocks(problem, nest)
    first = group.blocks[0]
    at = {variable: offset for offset, variable in enumerate(first)}
    inner = tuple(_moved(each, at) for each in nest.inner[0])
    small = ConstraintProblem(
        tuple(problem.variables[variable] for variable in first),
        tuple(renamed(constraint, at) for constraint in own),
    )
    composed = Composition.of(small, tuple(_all_groups(inner)), limits, most)
    rows = all_solutions(composed.problem, MOST_COMBINATIONS, limits)
    columns = composed.columns(rows)
    present = columns[0] > 0
    if columns[:, ~present].any():
        raise ValueError(
            f"`{problem.variables[first[0]].name}` is not there and holds something all the same"
        )
    if int(present.sum()) > most:
        name = problem.variables[first[0]].name
        raise SearchLimitError(f"`{name}` and what belongs to it can be settled in more than {most:,} ways")
    absent = np.zeros((len(first), 1), np.int32)
    blank = np.zeros((len(rows), 1), np.int32)
    whole_rows = np.concatenate((blank, rows[:, present]), axis=1)
    return Contents(
        np.concatenate((absent, columns[:, present]), axis=1),
        tuple(
            InnerGroup(each.contents, each.nest.group.blocks, whole_rows[list(each.composites)])
            for each in composed.groups
        ),
        bool((~present).any()),
    )


def check_blocks(problem: ConstraintProblem, nest: NestedBlocks) -> None:
    """Raise `ValueError` where blocks have gaps or differ in form: only our own mistake can do that."""
    group = nest.group
    sizes = {tuple(problem.variables[variable].size for variable in block) for block in group.blocks}
    gaps = any(after != before + 1 for block in group.blocks for before, after in pairwise(block))
    order = any(after[0] <= before[-1] for before, after in pairwise(group.blocks))
    offsets = {
        tuple(
            tuple(tuple(variable - block[0] for variable in each) for each in within.group.blocks)
            for within in inner
        )
        for block, inner in zip(group.blocks, nest.inner, strict=True)
    }
    if len(sizes) > 1 or gaps or order or len(offsets) > 1:
        name = problem.variables[group.blocks[0][0]].name
        raise ValueError(f"the blocks of `{name}` do not all have one form")


def _moved(nest: NestedBlocks, at: Mapping[int, int]) -> NestedBlocks:
    """The groups of a block with its variables numbered from 0."""
    blocks = tuple(tuple(at[variable] for variable in block) for block in nest.group.blocks)
    inner = tuple(tuple(_moved(each, at) for each in within) for within in nest.inner)
    return NestedBlocks(evolve(nest.group, blocks=blocks), inner)


def _all_groups(nests: Iterable[NestedBlocks]) -> Iterator[InterchangeableBlocks]:
    for nest in nests:
        yield nest.group
        for inner in nest.inner:
            yield from _all_groups(inner)


def _members(flags: Flags) -> frozenset[int]:
    return frozenset(np.flatnonzero(flags).tolist())
