"""Constraint problems as clauses.

A *literal* is a whole number: `n` says that something is so, `-n` that it is not. `TRUE` always holds.

How each thing is said:

| What   | How                                                                                      |
|--------|------------------------------------------------------------------------------------------|
| Value  | a tree of literals for each variable: classes of values that tables and clauses cannot   |
|        | tell apart, under them classes that sums cannot, under them single values where their    |
|        | order matters                                                                            |
| Table  | the combinations it forbids, or for each class its supports (two columns), or a literal  |
|        | for each row: whichever is smallest                                                      |
| Linear | a decision diagram over prefix sums with intervals merged, after Abio, Nieuwenhuis,      |
|        | Oliveras, Rodriguez-Carbonell and Mayer-Eichberger, "A New Look at BDDs for              |
|        | Pseudo-Boolean Constraints", JAIR 45 (2012), here with many-valued terms                 |
| Sorted | an order encoding: a literal for "at least this value", position by position             |

Unit propagation on these clauses sees what `csp.propagation` sees. A constraint may be *guarded*: it
need hold only where the guard does.
"""

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import pairwise, product
from math import gcd, prod

from attrs import define, evolve, frozen

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
from configurator.csp.value_sets import ValueSet, ValueSets, is_single, least, value_set, values_in
from configurator.csp.variables import Assignment
from configurator.engines.engine import SearchLimits

TRUE = 1
"""The literal that always holds. Its negation, `-TRUE`, never does."""
FALSE = -TRUE

PAIRWISE = 5
"""Most literals of which at most one holds that are told pair by pair; more get a ladder of new literals."""

LARGEST_TABULATION = 20_000
"""Most combinations of classes for which a predicate is written down as a table."""

LARGEST_SUM = 100_000
"""Most arcs in the diagram of a sum's bound; beyond it is said roughly."""
LARGEST_ROUGH_SUM = 20_000
"""Most arcs in the diagram of a bound that is said roughly."""
WIDEST_REFUTATION = 500
"""Most values of one variable that are tried when a predicate has refused a model."""

Clause = list[int]

Checkpoint = Callable[[], None]
"""Called now and then where nothing is half done; it may raise to end the work."""


@define(eq=False)
class Node:
    """Some values of a variable, with the literal that says it takes one of them.

    Attributes:
        parts: the values in two or more parts, or nothing; the literals of parts follow one another.
    """

    values: ValueSet
    literal: int
    parts: tuple["Node", ...] = ()


@frozen
class WeightLadder:
    """The weights of a term in steps.

    Attributes:
        variable: the term's variable.
        weights: what each of its values weighs.
        steps: the different weights, ascending.
        at_least: for each step the literal "weighs so much or more"; the first is `TRUE`.
    """

    variable: int
    weights: tuple[int, ...]
    steps: tuple[int, ...]
    at_least: tuple[int, ...]

    def mirrored(self) -> "WeightLadder":
        """The same with every weight negated."""
        return WeightLadder(
            self.variable,
            tuple(-weight for weight in self.weights),
            tuple(-step for step in reversed(self.steps)),
            (TRUE, *(-literal for literal in reversed(self.at_least[1:]))),
        )

    def excess(self, unit: int) -> "WeightLadder":
        """What each value weighs beyond the least, in units that divide it."""
        least_step = self.steps[0]
        return WeightLadder(
            self.variable,
            tuple((weight - least_step) // unit for weight in self.weights),
            tuple((step - least_step) // unit for step in self.steps),
            self.at_least,
        )

    def coarse(self, unit: int) -> "WeightLadder":
        """The weights rounded down to whole units."""
        steps: dict[int, int] = {}
        for step, literal in zip(self.steps, self.at_least, strict=True):
            steps.setdefault(step // unit, literal)
        weights = tuple(weight // unit for weight in self.weights)
        return WeightLadder(self.variable, weights, tuple(steps), tuple(steps.values()))


@frozen
class Side:
    """One bound of a sum: `sum of weights <= room`, the least weight of each term being 0.

    Attributes:
        ladders: the terms that have more than one weight.
        room: what they may add up to.
        condition: literals of which one may hold instead.
    """

    ladders: tuple[WeightLadder, ...]
    room: int
    condition: tuple[int, ...]

    @property
    def most(self) -> int:
        """What the terms add up to at most."""
        return sum(ladder.steps[-1] for ladder in self.ladders)


class Encoding:
    """The values of a problem's variables as literals, and its constraints as clauses over them.

    Clauses are handed on as they come about. Literals are only ever added, and values are told apart
    ever more finely, so that constraints may be added at any time.

    Attributes:
        literals: how many there are: 1 to this number.
    """

    def __init__(
        self,
        sets: ValueSets,
        add_clause: Callable[[Clause], object],
        add_exactly_one: Callable[[Clause], object] | None = None,
    ) -> None:
        """Begin with what each variable may take; no set is empty.

        Args:
            sets: the values of each variable.
            add_clause: is given each clause; the empty one says that nothing is possible.
            add_exactly_one: is given literals of which exactly one holds; by default clauses say so.
        """
        self.literals = TRUE
        self._add_clause = add_clause
        self._add_exactly_one = add_exactly_one
        self._roots = tuple(Node(values, TRUE) for values in sets)
        self._named: dict[tuple[int, ValueSet], int] = {}
        self._ladders: dict[tuple[int, tuple[ValueSet, ...]], tuple[int, ...]] = {}
        self._orders: dict[int, tuple[tuple[int, ...], tuple[int, ...]]] = {}
        self._assumptions: dict[int, tuple[ValueSet, list[int]]] = {}
        # The solver tries "it is so" first.
        self._hinted = list(sets)
        add_clause([TRUE])

    @property
    def sets(self) -> ValueSets:
        """What each variable may take."""
        return tuple(root.values for root in self._roots)

    # ---------------------------------------------------------------- literals and clauses

    def new_literal(self) -> int:
        """A literal that nothing speaks of yet."""
        self.literals += 1
        return self.literals

    def clause(self, literals: Iterable[int]) -> None:
        """One of the literals holds."""
        kept = [literal for literal in literals if literal != FALSE]
        if TRUE not in kept:
            self._add_clause(kept)

    def at_most_one(self, literals: Sequence[int]) -> None:
        """No two of the literals hold."""
        if len(literals) <= PAIRWISE:
            for position, second in enumerate(literals):
                for first in literals[:position]:
                    self._add_clause([-first, -second])
            return
        before = literals[0]
        for literal in literals[1:-1]:
            self._add_clause([-before, -literal])
            reached = self.new_literal()
            self._add_clause([-before, reached])
            self._add_clause([-literal, reached])
            before = reached
        self._add_clause([-before, -literals[-1]])

    # ---------------------------------------------------------------- values

    def tell_apart(self, variable: int, looks: Sequence[Hashable]) -> None:
        """Give literals of their own to values that look different; `looks` has one entry for each value."""
        for leaf in self._leaves(self._roots[variable]):
            parts: dict[Hashable, list[int]] = {}
            for value in values_in(leaf.values):
                parts.setdefault(looks[value], []).append(value)
            if len(parts) > 1:
                self._split(leaf, [value_set(part) for part in parts.values()])

    def tell_values_apart(self, problem: ConstraintProblem, checkpoint: Checkpoint) -> None:
        """Give literals to the values that a problem's tables and clauses tell apart, then its sums.

        Not needed, but the trees are flatter for it: each value has its place at most two levels deep.
        """
        by_rule: list[list[Sequence[Hashable]]] = [[] for _ in problem.variables]
        by_weight: list[list[Sequence[Hashable]]] = [[] for _ in problem.variables]
        for constraint in problem.constraints:
            literals: tuple[Literal, ...] = ()
            match constraint:
                case TableConstraint(scope=scope, classes=classes):
                    for variable, column in zip(scope, classes, strict=True):
                        by_rule[variable].append(column)
                case ClauseConstraint():
                    literals = constraint.literals
                case LinearConstraint(terms=terms):
                    literals = constraint.unless
                    for term in terms:
                        by_weight[term.variable].append(term.weights)
                case _:
                    pass
            for literal in literals:
                size = problem.variables[literal.variable].size
                by_rule[literal.variable].append([value in literal.values for value in range(size)])
        for views in (by_rule, by_weight):
            for variable, columns in enumerate(views):
                checkpoint()
                if columns:
                    self.tell_apart(variable, list(zip(*columns, strict=True)))

    def order_values(self, variable: int) -> None:
        """Give each value a literal of its own, and one for "this value or a later one"; blank (0) is last.

        Linear in the number of values: neighbours alone are compared.
        """
        if variable in self._orders:
            return
        root = self._roots[variable]
        values = sorted(values_in(root.values), key=lambda value: (value == 0, value))
        at_least = (TRUE, *(self.new_literal() for _ in values[1:]))
        for earlier, later in pairwise(at_least[1:]):
            self._add_clause([-later, earlier])
        for leaf in self._leaves(root):
            if not is_single(leaf.values):
                # Being in order, no two values can hold, so that nobody need say it.
                self._split(leaf, [1 << value for value in values_in(leaf.values)], exclusive=False)
        here = {least(leaf.values): leaf.literal for leaf in self._leaves(root)}
        for position, value in enumerate(values):
            later = at_least[position + 1] if position + 1 < len(values) else FALSE
            self.clause((-here[value], at_least[position]))
            self.clause((-here[value], -later))
            self.clause((here[value], -at_least[position], later))
        self._orders[variable] = (tuple(values), at_least)

    def literal_for(self, variable: int, values: ValueSet) -> int:
        """The literal that says the variable takes one of the values."""
        root = self._roots[variable]
        values &= root.values
        if values == root.values:
            return TRUE
        if not values:
            return FALSE
        key = (variable, values)
        if key not in self._named:
            self._named[key] = self._name(root, values)
        return self._named[key]

    def literals_within(self, variable: int, values: ValueSet) -> list[int]:
        """Literals of which one holds exactly when the variable takes one of the values: as few as can be."""
        return self._cover(self._roots[variable], values & self._roots[variable].values)

    def values_told_apart(self, variable: int, values: ValueSet) -> list[tuple[int, int]]:
        """Of the values that look alike the smallest, each with its literal. In no order."""
        return [
            (least(leaf.values & values), leaf.literal)
            for leaf in self._leaves(self._roots[variable])
            if leaf.values & values
        ]

    def assumed(self, sets: ValueSets) -> list[int]:
        """Literals that leave each variable nothing but values that look like some value of its set."""
        assumed: list[int] = []
        for variable, (root, values) in enumerate(zip(self._roots, sets, strict=True)):
            # From one question to the next most sets stay the same.
            before, literals = self._assumptions.get(variable, (root.values, []))
            if before != values:
                literals = self._leaving(root, values)
                self._assumptions[variable] = (values, literals)
            assumed += literals
        return assumed

    def hints(self, sets: ValueSets) -> list[int]:
        """For the literals of classes: themselves if a value of the set is in them, else their negations.

        Those that were told the last time are left out.
        """
        hints: list[int] = []
        for variable, (root, values) in enumerate(zip(self._roots, sets, strict=True)):
            changed = self._hinted[variable] ^ values
            if changed:
                self._hinted[variable] = values
                waiting = list(root.parts)
                while waiting:
                    node = waiting.pop()
                    if node.values & changed:
                        hints.append(node.literal if node.values & values else -node.literal)
                        waiting += node.parts
        return hints

    def assignment(self, model: Sequence[int], sets: ValueSets) -> Assignment:
        """The values that a model gives: of those in the set that look alike the smallest.

        Args:
            model: literal `n` or `-n` at position `n - 1`.
            sets: what was assumed.
        """
        return tuple(
            least(self._chosen(root, model) & values) for root, values in zip(self._roots, sets, strict=True)
        )

    def _chosen(self, node: Node, model: Sequence[int]) -> ValueSet:
        while node.parts:
            first = node.parts[0].literal
            # One part's literal is positive, and it is the largest number.
            node = node.parts[max(model[first - 1 : first - 1 + len(node.parts)]) - first]
        return node.values

    def _leaves(self, root: Node) -> list[Node]:
        leaves: list[Node] = []
        waiting = [root]
        while waiting:
            node = waiting.pop()
            if node.parts:
                waiting += reversed(node.parts)
            else:
                leaves.append(node)
        return leaves

    def _split(self, leaf: Node, parts: Sequence[ValueSet], *, exclusive: bool = True) -> None:
        """Give the parts of a leaf's values literals: one holds when the leaf's does, none else."""
        self._assumptions.clear()
        leaf.parts = tuple(Node(values, self.new_literal()) for values in parts)
        literals = [part.literal for part in leaf.parts]
        if self._add_exactly_one is not None:
            self._add_exactly_one(literals if leaf.literal == TRUE else [-leaf.literal, *literals])
            return
        self.clause([-leaf.literal, *literals])
        for literal in literals:
            self.clause((-literal, leaf.literal))
        if exclusive:
            self.at_most_one(literals)

    def _cover(self, root: Node, values: ValueSet) -> list[int]:
        """Literals of the largest nodes that make up the values; leaves that lie on both sides are split."""
        literals: list[int] = []
        waiting = [root]
        while waiting:
            node = waiting.pop()
            inside = node.values & values
            if inside == node.values:
                literals.append(node.literal)
            elif inside:
                if not node.parts:
                    self._split(node, (inside, node.values & ~values))
                waiting += reversed(node.parts)
        return literals

    def _name(self, root: Node, values: ValueSet) -> int:
        inside, outside = self._cover(root, values), self._cover(root, root.values & ~values)
        if len(inside) == 1:
            return inside[0]
        if len(outside) == 1:
            return -outside[0]
        name = self.new_literal()
        self._add_clause([-name, *inside])
        self._add_clause([name, *outside])
        for literal in inside:
            self._add_clause([-literal, name])
        for literal in outside:
            self._add_clause([-literal, -name])
        return name

    def _leaving(self, root: Node, values: ValueSet) -> list[int]:
        dead: list[int] = []
        alive: list[int] = []
        waiting = [root]
        while waiting:
            node = waiting.pop()
            inside = node.values & values
            if not inside:
                dead.append(-node.literal)
            elif inside == node.values or not node.parts:
                alive.append(node.literal)
            else:
                waiting += node.parts
        return alive if len(alive) == 1 else dead

    # ---------------------------------------------------------------- tables and clauses

    def add_clause_constraint(self, constraint: ClauseConstraint, guard: int = TRUE) -> None:
        """One of the literals holds."""
        self.clause([-guard, *self.literals_of(constraint.literals)])

    def literals_of(self, literals: Iterable[Literal]) -> list[int]:
        """Literals of which one holds exactly when one of a problem's literals does."""
        merged: dict[int, ValueSet] = {}
        for literal in literals:
            merged[literal.variable] = merged.get(literal.variable, 0) | value_set(literal.values)
        return [self.literal_for(variable, values) for variable, values in merged.items()]

    def add_table(self, table: TableConstraint, guard: int = TRUE) -> None:
        """The classes form one of the rows."""
        form = compact_table(table, tuple(self._roots[variable].values for variable in table.scope))
        columns = [
            [self.literals_within(variable, values) for values in column]
            for variable, column in zip(table.scope, form.columns, strict=True)
        ]
        for column, variable, values in zip(columns, table.scope, form.columns, strict=True):
            named = self.literal_for(variable, sum(values))
            if not column:
                self.clause([-guard])
                return
            self.clause([-guard, named])
        if len(columns) < 2 and form.rows:
            return
        names = [
            [self.literal_for(variable, values) for values in column]
            for variable, column in zip(table.scope, form.columns, strict=True)
        ]
        combinations = prod(map(len, columns))
        forbidden = combinations - len(form.rows)
        if forbidden * (len(columns) + 1) <= 3 * len(form.rows) * max(1, len(columns) - 1):
            for row in product(*(range(len(column)) for column in columns)):
                if row not in form.rows:
                    self.clause([-guard, *(-column[part] for column, part in zip(names, row, strict=True))])
        elif len(columns) == 2:
            self._add_supports(names, columns, form.rows, guard)
        else:
            self._add_rows(names, form.rows, guard)

    def _add_supports(
        self,
        names: list[list[int]],
        columns: list[list[list[int]]],
        rows: frozenset[tuple[int, ...]],
        guard: int,
    ) -> None:
        """For each class of a column of two the classes of the other one that go with it."""
        for here, there in ((0, 1), (1, 0)):
            supports: list[list[int]] = [[] for _ in names[here]]
            for row in sorted(rows):
                supports[row[here]] += columns[there][row[there]]
            for name, support in zip(names[here], supports, strict=True):
                self.clause([-guard, -name, *support])

    def _add_rows(self, names: list[list[int]], rows: frozenset[tuple[int, ...]], guard: int) -> None:
        """A literal for each row: one holds, and with it the classes it names."""
        ordered = sorted(rows)
        chosen = [self.new_literal() for _ in ordered]
        self.clause([-guard, *chosen])
        for position, column in enumerate(names):
            supports: list[list[int]] = [[] for _ in column]
            for literal, row in zip(chosen, ordered, strict=True):
                self.clause((-literal, column[row[position]]))
                supports[row[position]].append(literal)
            for name, support in zip(column, supports, strict=True):
                self.clause([-guard, -name, *support])

    # ---------------------------------------------------------------- chains

    def add_sorted(self, constraint: SortedConstraint, guard: int = TRUE) -> None:
        """No value is followed by an earlier one, blanks being last: linear in values times positions."""
        for variable in constraint.scope:
            self.order_values(variable)
        for before, after in pairwise(constraint.scope):
            for value, literal in zip(*self._orders[before], strict=True):
                self.clause((-guard, -literal, self._at_least(after, value)))

    def _at_least(self, variable: int, value: int) -> int:
        """The literal "this value or a later one"; blank is last."""
        values, at_least = self._orders[variable]
        position = bisect_left(values, (value == 0, value), key=lambda each: (each == 0, each))
        return at_least[position] if position < len(values) else FALSE

    # ---------------------------------------------------------------- sums

    def add_sum(self, constraint: LinearConstraint, guard: int, checkpoint: Checkpoint) -> tuple[Side, ...]:
        """Say a sum, each bound by itself; the bounds that are said only roughly come back.

        They are those that would take too many clauses. Their weights are rounded down: whole multiples
        of a coarse unit, rounded down, add up to no more than the room rounded down. So what is said is
        true of everything that keeps the bound, and of some things that do not.
        """
        condition = (-guard, *self.literals_of(constraint.unless))
        ladders = [self.ladder(term) for term in constraint.terms]
        sides = []
        if constraint.upper is not None:
            sides.append(_side(ladders, constraint.upper, condition))
        if constraint.lower is not None:
            sides.append(_side([ladder.mirrored() for ladder in ladders], -constraint.lower, condition))
        if len(sides) == 2 and sum(side.room for side in sides) < sides[0].most:
            # No whole number of common units lies between the bounds.
            self.clause(condition)
            return ()
        return tuple(side for side in sides if not self._add_side(side, checkpoint))

    def _add_side(self, side: Side, checkpoint: Checkpoint) -> bool:
        """Say one bound, exactly or roughly; whether exactly."""
        if side.most <= side.room:
            return True
        # Where this bound on the size is far beyond the limit, so is the size, as a rule.
        if arcs_at_most(side, 1) <= 16 * LARGEST_SUM and self._add_diagram(side, 1, LARGEST_SUM, checkpoint):
            return True
        largest = max(ladder.steps[-1] for ladder in side.ladders)
        unit = 2
        while unit <= largest and not (
            arcs_at_most(side, unit) <= 2 * LARGEST_ROUGH_SUM
            and self._add_diagram(side, unit, LARGEST_ROUGH_SUM, checkpoint)
        ):
            unit *= 2
        return False

    def weighed(self, term: LinearTerm) -> list[tuple[int, int]]:
        """What a term may weigh, ascending, with the literals of which one holds when it does."""
        self.tell_apart(term.variable, term.weights)
        members = _by_weight(self._roots[term.variable].values, term.weights)
        return [
            (weight, literal)
            for weight in sorted(members)
            for literal in self.literals_within(term.variable, value_set(members[weight]))
        ]

    def refute_excess(self, side: Side, assignment: Assignment) -> None:
        """Refute an assignment if it breaks one bound of a sum, and all others that weigh no less."""
        steps = [bisect_left(each.steps, each.weights[assignment[each.variable]]) for each in side.ladders]
        total = sum(ladder.steps[step] for ladder, step in zip(side.ladders, steps, strict=True))
        spare = total - (side.room + 1)
        if spare < 0:
            return
        clause = list(side.condition)
        # The smallest are let go first: so the fewest terms are left to blame.
        for step, ladder in sorted(
            zip(steps, side.ladders, strict=True), key=lambda each: each[1].steps[each[0]]
        ):
            lowest = bisect_left(ladder.steps, ladder.steps[step] - spare)
            spare -= ladder.steps[step] - ladder.steps[lowest]
            clause.append(-ladder.at_least[lowest])
        self.clause(clause)

    def ladder(self, term: LinearTerm) -> WeightLadder:
        """The weights of the values that the term's variable has, with their literals."""
        members = _by_weight(self._roots[term.variable].values, term.weights)
        steps = tuple(sorted(members))
        groups = tuple(value_set(members[step]) for step in steps)
        key = (term.variable, groups)
        if key not in self._ladders:
            self.tell_apart(term.variable, term.weights)
            self._ladders[key] = self._new_ladder(term.variable, groups)
        return WeightLadder(term.variable, term.weights, steps, self._ladders[key])

    def _new_ladder(self, variable: int, groups: Sequence[ValueSet]) -> tuple[int, ...]:
        if len(groups) <= 2:
            return (TRUE, *(self.literal_for(variable, group) for group in groups[1:]))
        at_least = (TRUE, *(self.new_literal() for _ in groups[1:]))
        for position, group in enumerate(groups):
            here = at_least[position]
            above = at_least[position + 1] if position + 1 < len(groups) else FALSE
            members = self.literals_within(variable, group)
            self.clause((-above, here))
            self.clause((-here, above, *members))
            for member in members:
                self.clause((-member, here))
                self.clause((-member, -above))
        return at_least

    def _add_diagram(self, side: Side, unit: int, most_arcs: int, checkpoint: Checkpoint) -> bool:
        ladders = sorted(
            (ladder.coarse(unit) for ladder in side.ladders), key=lambda ladder: -ladder.steps[-1]
        )
        ladders = [ladder for ladder in ladders if len(ladder.steps) > 1]
        diagram = SumDiagram.of(ladders, side.room // unit, most_arcs, checkpoint)
        if diagram is None:
            return False
        literals = {position: self.new_literal() for position in range(len(diagram.nodes))}
        literals |= {ALWAYS: TRUE, NEVER: FALSE}
        self.clause((*side.condition, literals[diagram.root]))
        for position, (level, children) in enumerate(diagram.nodes):
            here, before = literals[position], None
            for child, literal in zip(children, ladders[level].at_least, strict=True):
                # A child that is also its lighter neighbour's is implied by it.
                if child != before:
                    self.clause((-here, -literal, literals[child]))
                before = child
        return True


ALWAYS, NEVER = -1, -2
"""The ends of a diagram: whatever the rest weighs there is room, or there is none."""


@frozen
class SumDiagram:
    """Which prefix sums have the same future, as a diagram.

    Attributes:
        nodes: for each its level (the term it decides on) and its child for each step of that term.
        root: the first node, or an end.
    """

    nodes: tuple[tuple[int, tuple[int, ...]], ...]
    root: int

    @classmethod
    def of(
        cls,
        ladders: Sequence[WeightLadder],
        room: int,
        most_arcs: int,
        checkpoint: Checkpoint,
    ) -> "SumDiagram | None":
        """The diagram of `sum of steps <= room`, or `None` when it has too many arcs.

        Depth first with a memory of intervals: once a node is known, so is the interval of prefix
        sums that share its future.
        """
        rest = [0]
        for ladder in reversed(ladders):
            rest.append(rest[-1] + ladder.steps[-1])
        rest.reverse()
        # For each level the intervals known so far, by their largest sum: (largest, smallest, node).
        known: list[list[tuple[int, int, int]]] = [[] for _ in ladders]
        nodes: list[tuple[int, tuple[int, ...]]] = []
        arcs = 0

        def look_up(level: int, total: int) -> tuple[int, int | None, int | None] | None:
            """A node with the interval of its sums, smallest and largest."""
            if total > room:
                return NEVER, room + 1, None
            if total + rest[level] <= room:
                return ALWAYS, None, room - rest[level]
            position = bisect_left(known[level], (total,))
            if position < len(known[level]):
                largest, smallest, node = known[level][position]
                if smallest <= total:
                    return node, smallest, largest
            return None

        waiting = [(0, 0)]
        while waiting:
            level, total = waiting[-1]
            if look_up(level, total) is not None:
                waiting.pop()
                continue
            steps = ladders[level].steps
            children = [look_up(level + 1, total + step) for step in steps]
            missing = [total + step for step, child in zip(steps, children, strict=True) if child is None]
            if missing:
                waiting += [(level + 1, each) for each in missing]
                continue
            found = [child for child in children if child is not None]
            smallest = max(
                low - step for (_, low, _), step in zip(found, steps, strict=True) if low is not None
            )
            largest = min(
                high - step for (_, _, high), step in zip(found, steps, strict=True) if high is not None
            )
            waiting.pop()
            arcs += len(steps)
            if arcs > most_arcs:
                return None
            if len(nodes) % 64 == 0:
                checkpoint()
            entry = (largest, smallest, len(nodes))
            known[level].insert(bisect_left(known[level], entry), entry)
            nodes.append((level, tuple(child[0] for child in found)))
        root = look_up(0, 0)
        assert root is not None
        return cls(tuple(nodes), root[0])


def _by_weight(values: ValueSet, weights: Sequence[int]) -> dict[int, list[int]]:
    members: dict[int, list[int]] = {}
    for value in values_in(values):
        members.setdefault(weights[value], []).append(value)
    return members


def arcs_at_most(side: Side, unit: int) -> int:
    """A bound on the arcs of a side's diagram in units of that size: often far above what it has."""
    arcs, prefixes, room = 0, 1, side.room // unit + 1
    for ladder in sorted(side.ladders, key=lambda ladder: -ladder.steps[-1]):
        steps = min(len(ladder.steps), ladder.steps[-1] // unit + 1)
        arcs += prefixes * steps
        prefixes = min(prefixes * steps, room)
    return arcs


def _side(ladders: Sequence[WeightLadder], bound: int, condition: tuple[int, ...]) -> Side:
    """A bound on a sum as room for what the terms take beyond their least, in the largest common unit."""
    least_sum = sum(ladder.steps[0] for ladder in ladders)
    unit = gcd(*(step - ladder.steps[0] for ladder in ladders for step in ladder.steps)) or 1
    beyond = tuple(ladder.excess(unit) for ladder in ladders if len(ladder.steps) > 1)
    return Side(beyond, (bound - least_sum) // unit, condition)


@frozen
class CompactTable:
    """A table over sets of values, with as few sets in a column as there are different ones.

    Attributes:
        columns: for each variable sets of values, none of them empty, no value in two.
        rows: the allowed tuples of positions in the columns.
    """

    columns: tuple[tuple[ValueSet, ...], ...]
    rows: frozenset[tuple[int, ...]]


def compact_table(table: TableConstraint, sets: ValueSets) -> CompactTable:
    """The table within sets of values: classes that go with the same rows become one."""
    members: list[dict[int, ValueSet]] = []
    for classes, values in zip(table.classes, sets, strict=True):
        column: dict[int, list[int]] = {}
        for value in values_in(values):
            column.setdefault(classes[value], []).append(value)
        members.append({name: value_set(found) for name, found in column.items()})
    rows = {
        row for row in table.rows if all(name in column for name, column in zip(row, members, strict=True))
    }
    for position, column_members in enumerate(members):
        others: dict[int, set[tuple[int, ...]]] = {}
        for row in rows:
            others.setdefault(row[position], set()).add(row[:position] + row[position + 1 :])
        merged: dict[frozenset[tuple[int, ...]], int] = {}
        names: dict[int, int] = {}
        for name in sorted(others):
            names[name] = merged.setdefault(frozenset(others[name]), len(merged))
        rows = {(*row[:position], names[row[position]], *row[position + 1 :]) for row in rows}
        joint: dict[int, ValueSet] = dict.fromkeys(range(len(merged)), 0)
        for name, number in names.items():
            joint[number] |= column_members[name]
        members[position] = joint
    return CompactTable(
        tuple(tuple(column[number] for number in sorted(column)) for column in members), frozenset(rows)
    )


@frozen(eq=False)
class LazySum:
    """A sum that was said roughly.

    Attributes:
        sides: its bounds that were not said exactly.
    """

    constraint: LinearConstraint
    sides: tuple[Side, ...]

    def refute(self, assignment: Assignment, encoding: Encoding, _limits: SearchLimits) -> None:
        """Say why an assignment breaks it."""
        for side in self.sides:
            encoding.refute_excess(side, assignment)


@frozen(eq=False)
class LazyPredicate:
    """A predicate that was not written down.

    Attributes:
        alike: for each variable of the scope the values that look the same to the function.
    """

    constraint: PredicateConstraint
    alike: tuple[tuple[ValueSet, ...], ...]
    guard: int

    def refute(self, assignment: Assignment, encoding: Encoding, limits: SearchLimits) -> None:
        """Say what one variable may be while the others look as they do.

        That takes as many evaluations as the variable has classes, and refutes as many models.
        """
        scope, function = self.constraint.scope, self.constraint.function
        values = [assignment[variable] for variable in scope]
        clause = [-self.guard]
        varied = self._widest()
        for column, variable in enumerate(scope):
            if column != varied:
                here = next(each for each in self.alike[column] if each >> values[column] & 1)
                clause.append(-encoding.literal_for(variable, here))
        if varied is not None:
            allowed = 0
            for candidates in self.alike[varied]:
                limits.check()
                values[varied] = least(candidates)
                if function(tuple(values)):
                    allowed |= candidates
            clause.append(encoding.literal_for(scope[varied], allowed))
        encoding.clause(clause)

    def _widest(self) -> int | None:
        """The column with the most classes that are not too many to try."""
        fitting = [column for column, each in enumerate(self.alike) if len(each) <= WIDEST_REFUTATION]
        return max(fitting, key=lambda column: len(self.alike[column]), default=None)


Lazy = LazySum | LazyPredicate
"""A constraint that models are held against."""


def add_constraints(
    constraints: Sequence[Constraint],
    encoding: Encoding,
    guard: int,
    add_sum: Callable[[LinearConstraint, int, Checkpoint], tuple[Side, ...]],
    checkpoint: Checkpoint,
) -> tuple[Lazy, ...]:
    """Write constraints so that they hold where the guard does; what could not be written comes back.

    Args:
        constraints: to be written.
        encoding: where.
        guard: the literal on which they depend.
        add_sum: says a sum and returns its bounds that it has not said exactly.
        checkpoint: called now and then; it may raise to end the work.
    """
    lazy: list[Lazy] = []
    for constraint in constraints:
        checkpoint()
        match constraint:
            case ClauseConstraint():
                encoding.add_clause_constraint(constraint, guard)
            case TableConstraint():
                encoding.add_table(constraint, guard)
            case SortedConstraint():
                encoding.add_sorted(constraint, guard)
            case LinearConstraint():
                if rough := add_sum(constraint, guard, checkpoint):
                    lazy.append(LazySum(constraint, rough))
            case PredicateConstraint():
                lazy.append(LazyPredicate(constraint, alike_to(constraint, encoding.sets), guard))
    return tuple(lazy)


def alike_to(constraint: PredicateConstraint, sets: ValueSets) -> tuple[tuple[ValueSet, ...], ...]:
    """For each variable of a predicate's scope its values in the sets, in groups that look the same to it."""
    classes = constraint.classes
    columns = []
    for position, variable in enumerate(constraint.scope):
        members: dict[int, list[int]] = {}
        for value in values_in(sets[variable]):
            members.setdefault(value if classes is None else classes[position][value], []).append(value)
        columns.append(tuple(map(value_set, members.values())))
    return tuple(columns)


def with_tabulated_predicates(
    problem: ConstraintProblem, sets: ValueSets, checkpoint: Checkpoint
) -> ConstraintProblem:
    """The problem with predicates written as tables where those are not too large.

    They say the same of all values in the sets. Values outside are of a class that no row names.
    """
    return evolve(
        problem,
        constraints=tuple(_tabulated(each, problem, sets, checkpoint) for each in problem.constraints),
    )


def _tabulated(
    constraint: Constraint, problem: ConstraintProblem, sets: ValueSets, checkpoint: Checkpoint
) -> Constraint:
    if not isinstance(constraint, PredicateConstraint):
        return constraint
    columns = alike_to(constraint, sets)
    if prod(map(len, columns)) > LARGEST_TABULATION:
        return constraint
    rows = set()
    for row in product(*(range(len(column)) for column in columns)):
        checkpoint()
        if constraint.function(tuple(least(column[part]) for column, part in zip(columns, row, strict=True))):
            rows.add(row)
    classes = []
    for variable, column in zip(constraint.scope, columns, strict=True):
        names = [-1] * problem.variables[variable].size
        for name, values in enumerate(column):
            for value in values_in(values):
                names[value] = name
        classes.append(tuple(names))
    return TableConstraint(constraint.scope, tuple(classes), frozenset(rows), constraint.origin)
