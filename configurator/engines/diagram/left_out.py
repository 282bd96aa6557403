"""How many solutions each part of a problem refuses alone: all of these counts from one walk.

A part (the constraints of one rule, say) refuses an assignment alone when the assignment breaks some
constraint of the part and keeps everything else. So many solutions more there would be without the part.

One could compile the problem anew without each part. Instead all constraints are read side by side, decision
after decision, as small automata (`compiling.tables`), and what no constraint can tell apart is one node:

1. A way that breaks nothing goes on as usual.
2. A way that breaks the constraints of exactly one part is noted with its part. What is left of that part is
   *excused*: it can be broken no more, and the way goes on to a node that tells only what the others
   have read. Often that node is one which unbroken ways reach as well; where it is not, it is made.
3. A way that breaks two parts, or what belongs to no part, ends.

At last the ways to each place where a part is broken, times the ways from there to the end that
break nothing, are what this part refuses alone. Every such assignment breaks its part at one place first, so
each is counted once.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from attrs import define, evolve, field, frozen
from numpy.typing import NDArray

from configurator.csp.constraints import (
    ClauseConstraint,
    Constraint,
    LinearConstraint,
    SortedConstraint,
    TableConstraint,
)
from configurator.csp.problem import ConstraintProblem
from configurator.csp.semantics import broken
from configurator.csp.variables import Variable
from configurator.engines.diagram.compiling.compilation import (
    automata_of,
    class_weights,
    ordering_task,
)
from configurator.engines.diagram.compiling.grouping import (
    MOST_ATOMS,
    MultisetPart,
    Part,
    SinglePart,
    alike,
    renamed,
    rewritten,
)
from configurator.engines.diagram.compiling.model import Model, SumForm, chain_tables, quotient
from configurator.engines.diagram.compiling.normal_form import normal_form
from configurator.engines.diagram.compiling.ordering import find_order
from configurator.engines.diagram.compiling.slot_sights import (
    ClauseSight,
    SumSight,
    TableSight,
    sight_of,
)
from configurator.engines.diagram.compiling.tables import (
    Automaton,
    ClauseForm,
    Step,
    TableForm,
)
from configurator.engines.diagram.limits import DEFAULT_SIZES, SizeLimits
from configurator.engines.diagram.multiset_vectors import MultisetShape
from configurator.engines.diagram.numbering import combined, numbered, numbered_rows, spread
from configurator.engines.diagram.whole import Flags, Whole, fits, objects, widened
from configurator.engines.engine import NO_LIMITS, SearchLimits

Numbers = NDArray[np.int64]
Owned = tuple[int, Constraint]
"""A constraint with the number of its part; `FIXED` for what belongs to none."""

FIXED = -1


@frozen
class LeftOut:
    """Counts of a problem with parts.

    Attributes:
        everything: how many solutions keep all parts.
        alone: for each part how many assignments break it and keep everything else.
    """

    everything: int
    alone: tuple[int, ...]


def left_out_counts(
    fixed: ConstraintProblem,
    parts: Sequence[tuple[Constraint, ...]],
    limits: SearchLimits = NO_LIMITS,
    *,
    order: Sequence[int] | None = None,
    sizes: SizeLimits = DEFAULT_SIZES,
) -> LeftOut:
    """What each part refuses alone.

    Args:
        fixed: the variables, and what always holds.
        parts: the constraints of each part.
        limits: how long it may take.
        order: the variables in the order of the layers, such as a compiled diagram has; else one is found.
        sizes: how large it may become.

    Raises:
        SearchLimitError: a limit was reached.
    """
    if not all(variable.size for variable in fixed.variables):
        return LeftOut(0, (0,) * len(parts))
    if not fixed.variables:
        return _of_nothing(fixed, parts)
    owned = [(FIXED, c) for c in _normal(fixed.variables, fixed.constraints, limits)]
    for number, part in enumerate(parts):
        owned += [(number, c) for c in _normal(fixed.variables, part, limits)]
    work = _Grouping.of(fixed.variables, owned)
    work.group_chains(limits)
    reading = _reading(work, order, sizes, limits)
    return _walked(reading, len(parts), sizes, limits)


def _of_nothing(fixed: ConstraintProblem, parts: Sequence[tuple[Constraint, ...]]) -> LeftOut:
    """Without variables there is one assignment."""
    if broken(fixed, ()):
        return LeftOut(0, (0,) * len(parts))
    refusing = [bool(broken(evolve(fixed, constraints=part), ())) for part in parts]
    alone = sum(refusing) == 1
    return LeftOut(int(not any(refusing)), tuple(int(refuses and alone) for refuses in refusing))


def _normal(
    variables: tuple[Variable, ...], constraints: tuple[Constraint, ...], limits: SearchLimits
) -> tuple[Constraint, ...]:
    """Constraints in normal form; the false clause where a sum alone rules everything out."""
    form = normal_form(ConstraintProblem(variables, constraints), limits)
    return (ClauseConstraint(()),) if form.void else form.problem.constraints + form.sums


# ---------------------------------------------------------------- mixed slots as one decision


@define(eq=False)
class _Grouping:
    """The constraints while mixed slots are made one decision each.

    As in `compiling.grouping`, but each part is rewritten by itself, and a component stays possible
    although some part rules it out: without that part it is.
    """

    variables: tuple[Variable, ...]
    owned: list[Owned]
    shapes: dict[int, tuple[tuple[int, ...], MultisetShape]] = field(factory=dict)

    @classmethod
    def of(cls, variables: tuple[Variable, ...], owned: Sequence[Owned]) -> "_Grouping":
        return cls(variables, list(owned))

    def group_chains(self, limits: SearchLimits) -> None:
        """Group every chain that stands for itself; the others stay positions."""
        chains = [(part, c.scope) for part, c in self.owned if isinstance(c, SortedConstraint)]
        for scope in dict.fromkeys(scope for part, scope in chains if part == FIXED and len(scope) > 1):
            limits.check()
            taken = {variable for other in chains if other != (FIXED, scope) for variable in other[1]}
            sizes = {self.variables[variable].size for variable in scope}
            if list(scope) == sorted(scope) and len(sizes) == 1 and min(sizes) > 1 and not taken & set(scope):
                self._group(scope)

    def _group(self, scope: tuple[int, ...]) -> None:
        position = {variable: at for at, variable in enumerate(scope)}
        size = self.variables[scope[0]].size
        sights: dict[int, list[ClauseSight | SumSight | TableSight]] = {}
        kept: list[Owned] = []
        for part, constraint in self.owned:
            if not any(variable in position for variable in constraint.scope):
                kept.append((part, constraint))
            elif not isinstance(constraint, SortedConstraint):
                assert isinstance(constraint, ClauseConstraint | LinearConstraint | TableConstraint)
                sights.setdefault(part, []).append(sight_of(constraint, position, size))
        kind_of = _kinds(sights.values(), size)
        shape = MultisetShape(len(scope), kind_of)
        if shape.atoms > MOST_ATOMS:
            return
        first, _ = numbered(kind_of[1:].astype(np.int64), shape.kinds)
        examples = np.append(0, first + 1)
        for part, seen in sights.items():
            over = [sight.over(examples) for sight in seen]
            if not alike(over, len(scope)):
                return
            kept += [(part, found) for found in rewritten(over, shape.sequences, scope[0])]
        self.owned = kept
        self.shapes[scope[0]] = (scope, shape)

    def finished(self) -> tuple[tuple[Part, ...], tuple[int, ...], list[Owned]]:
        """The decisions, the number of values of each, and the constraints over them."""
        inner = {v for scope, _ in self.shapes.values() for v in scope[1:]}
        left = [variable for variable in range(len(self.variables)) if variable not in inner]
        number = {variable: at for at, variable in enumerate(left)}
        parts: list[Part] = []
        sizes: list[int] = []
        for variable in left:
            if variable in self.shapes:
                scope, shape = self.shapes[variable]
                parts.append(MultisetPart(scope, shape))
                sizes.append(shape.atoms)
            else:
                parts.append(SinglePart(variable))
                sizes.append(self.variables[variable].size)
        owned = [(part, renamed(constraint, number)) for part, constraint in self.owned]
        return tuple(parts), tuple(sizes), owned


def _kinds(sights: Iterable[Sequence[ClauseSight | SumSight | TableSight]], size: int) -> NDArray[np.int32]:
    """For each value its kind: values that all constraints see alike, as they appear; -1 for blank."""
    columns: dict[bytes, Numbers] = {}
    for seen in sights:
        for sight in seen:
            for _, view in sight.views():
                column = np.unique(view, return_inverse=True)[1].reshape(-1).astype(np.int64)
                columns.setdefault(column.tobytes(), column)
    keys, bound = combined([(c[1:], int(c.max()) + 1) for c in columns.values()], size - 1)
    _, kind = numbered(keys, bound)
    known: dict[int, int] = {}
    kinds = [known.setdefault(found, len(known)) for found in kind.tolist()]
    return np.array([-1, *kinds], np.int32)


# ---------------------------------------------------------------- automata


@frozen(eq=False)
class _Reader:
    """An automaton with the part it belongs to, and one state more at each step: excused.

    Attributes:
        part: the number of its part, `FIXED` for none.
        steps: by decision what state follows on each state and class; -1 where it is broken.
        excused: by decision, in the order in which they are read, the excused state before it.
        last: the decision that ends it.
        rows: for each state the classes of the last decision that keep it.
    """

    part: int
    steps: Mapping[int, Numbers]
    excused: Mapping[int, int]
    last: int
    rows: Flags

    @classmethod
    def of(cls, part: int, automaton: Automaton) -> "_Reader":
        tables = [step.following.astype(np.int64) for step in automaton.steps]
        heights = [len(table) for table in tables] + [len(automaton.rows)]
        steps: dict[int, Numbers] = {}
        heights_at: dict[int, int] = {}
        for at, (step, table) in enumerate(zip(automaton.steps, tables, strict=True)):
            extra = np.full((1, table.shape[1]), heights[at + 1], np.int64)
            steps[step.decision] = np.concatenate([table, extra])
            heights_at[step.decision] = heights[at]
        heights_at[automaton.last] = heights[-1]
        rows = np.concatenate([automaton.rows, np.ones((1, automaton.rows.shape[1]), np.bool_)])
        return cls(part, steps, heights_at, automaton.last, rows)

    def excused_at(self, ahead: frozenset[int]) -> int:
        """Its excused state, given the decisions still to come."""
        return next(state for decision, state in self.excused.items() if decision in ahead)


@frozen(eq=False)
class _Reading:
    """All that a walk goes over.

    Attributes:
        order: the decisions, layer by layer.
        members: by decision, how many members each class has.
        readers: the constraints.
    """

    order: tuple[int, ...]
    members: Mapping[int, Whole]
    readers: tuple[_Reader, ...]


def _reading(
    work: _Grouping, order: Sequence[int] | None, sizes: SizeLimits, limits: SearchLimits
) -> _Reading:
    parts, widths, owned = work.finished()
    tables: list[tuple[int, TableForm]] = []
    clauses: list[tuple[int, ClauseForm]] = []
    sums: list[tuple[int, SumForm]] = []
    never: list[int] = []
    everyone = [np.ones(width, np.bool_) for width in widths]
    for part, constraint in owned:
        limits.check()
        match constraint:
            case TableConstraint():
                table = TableForm.of(constraint)
                table = table.within(everyone) if table.scope else table
                if not len(table.rows):
                    never.append(part)
                elif table.scope:
                    tables.append((part, _with_room(table)))
            case ClauseConstraint():
                clause = ClauseForm.of(constraint, widths)
                if clause.scope:
                    clauses.append((part, clause))
                else:
                    never.append(part)
            case SortedConstraint(scope=scope):
                found = chain_tables(scope, widths, sizes)
                tables += [(part, _with_room(table.within(everyone))) for table in found]
            case LinearConstraint():
                sums.append((part, SumForm.of(constraint)))
            case _:
                raise AssertionError(constraint)
    model = Model(
        tuple(everyone), tuple(t for _, t in tables), tuple(c for _, c in clauses), tuple(s for _, s in sums)
    )
    class_of = quotient(model, model.sums)
    layers = _layers(parts, order)
    if layers is None:
        layers = find_order(ordering_task(model, model.sums, class_of), limits)
    automata = automata_of(model, class_of, layers, sizes)
    owners = [part for part, _ in tables] + [part for part, _ in clauses]
    readers = [_Reader.of(part, automaton) for part, automaton in zip(owners, automata, strict=True)]
    for part, found_sum in sums:
        weights = class_weights(found_sum, layers, class_of)
        by_decision = dict(zip(layers, weights, strict=True))
        readers.append(_Reader.of(part, sum_automaton(found_sum, layers, by_decision, sizes)))
    first = layers[0]
    for part in never:
        refused = np.zeros((1, int(class_of[first].max()) + 1), np.bool_)
        readers.append(_Reader.of(part, Automaton((), first, refused)))
    members = {
        at: found.decision(class_of[at].astype(np.int32)).everything.multiplicity
        for at, found in enumerate(parts)
    }
    return _Reading(tuple(layers), members, tuple(readers))


def _with_room(table: TableForm) -> TableForm:
    """The table with a class of its own for values that are in no row: they break it, and nothing else."""
    classes = tuple(
        np.where(found < 0, table.width(at), found).astype(np.int32) for at, found in enumerate(table.classes)
    )
    return evolve(table, classes=classes)


def _layers(parts: Sequence[Part], order: Sequence[int] | None) -> tuple[int, ...] | None:
    """The decisions in the order in which their first variables stand."""
    if order is None:
        return None
    rank = {variable: at for at, variable in enumerate(order)}
    firsts = [part.variable if isinstance(part, SinglePart) else part.scope[0] for part in parts]
    return tuple(sorted(range(len(parts)), key=lambda at: rank[firsts[at]]))


def sum_automaton(
    form: SumForm, order: Sequence[int], weights: Mapping[int, Numbers], sizes: SizeLimits
) -> Automaton:
    """A bounded sum read in the order of the layers; totals with equal futures are one state.

    Raises:
        SearchLimitError: it takes too many different totals on the way.
    """
    scope = [decision for decision in order if decision in form.weights]
    totals = [np.zeros(1, np.int64)]
    for decision in scope[:-1]:
        added = np.unique(weights[decision])
        sizes.check_cells(len(totals[-1]) * len(added))
        found = np.unique(totals[-1].reshape(-1, 1) + added)
        totals.append(found[found <= form.upper])
    sizes.check_cells(len(totals[-1]) * len(weights[scope[-1]]))
    rows: Flags = totals[-1].reshape(-1, 1) + weights[scope[-1]] <= form.upper
    first, state = numbered_rows(rows)
    rows = rows[first]
    steps: list[Step] = []
    for at in range(len(scope) - 2, -1, -1):
        sizes.check_cells(len(totals[at]) * len(weights[scope[at]]))
        after = totals[at].reshape(-1, 1) + weights[scope[at]]
        place = np.minimum(np.searchsorted(totals[at + 1], after), len(totals[at + 1]) - 1)
        following = np.where(after <= form.upper, state[place], -1).astype(np.int32)
        first, state = numbered_rows(following)
        steps.append(Step(scope[at], following[first]))
    return Automaton(tuple(reversed(steps)), scope[-1], rows)


# ---------------------------------------------------------------- the walk


@frozen(eq=False)
class _Cells:
    """One decision as those who read it see it: a cell for each different view of a node and each class.

    Attributes:
        breaking: for each view and class the part that is broken there; `KEPT`, or `ENDED` where two are.
        after: for each view and class the number of what the readers have read after it.
        states: for each such number the states of those who read on, a column each.
    """

    breaking: Numbers = field(repr=False)
    after: Numbers = field(repr=False)
    states: Numbers = field(repr=False)


KEPT = -2
ENDED = -3


@frozen(eq=False)
class _Layer:
    """What happens between two layers.

    Attributes:
        nodes: of the upper layer.
        source: the ways that break nothing, sorted by the node they leave.
        target: where they lead.
        members: how many members they stand for.
        refused: by part, for each node of the lower layer how many ways from the root break it at this layer.
    """

    nodes: int
    source: Numbers = field(repr=False)
    target: Numbers = field(repr=False)
    members: Whole = field(repr=False)
    refused: dict[int, Whole] = field(repr=False)


@define(eq=False)
class _Frontier:
    """The nodes of a layer.

    Attributes:
        clean: for each node how many unbroken ways lead to it; 0 for those made for broken ones.
        readers: who is half read, by number; also who may be excused before it begins.
        states: for each node a row with their states.
    """

    clean: Whole
    readers: tuple[int, ...]
    states: Numbers

    @property
    def nodes(self) -> int:
        return len(self.states)


def _walked(reading: _Reading, parts: int, sizes: SizeLimits, limits: SearchLimits) -> LeftOut:
    """Down to collect the ways, up to count what follows them."""
    several = _parts_of_several(reading.readers)
    waiting = tuple(n for n, reader in enumerate(reading.readers) if reader.part in several)
    frontier = _Frontier(np.ones(1, np.int64), waiting, np.zeros((1, len(waiting)), np.int64))
    layers: list[_Layer] = []
    arcs = 0
    for at, decision in enumerate(reading.order):
        limits.check()
        layer, frontier = _stepped(reading, frontier, decision, frozenset(reading.order[at + 1 :]), sizes)
        arcs += len(layer.source)
        sizes.check_arcs(arcs)
        layers.append(layer)
        if not frontier.nodes:
            return LeftOut(0, (0,) * parts)
    below: Whole = np.ones(frontier.nodes, np.int64)
    alone = [0] * parts
    for layer in reversed(layers):
        limits.check()
        for part, ways in layer.refused.items():
            alone[part] += _paired(ways, below)
        below = _added_up(below, layer.target, layer.members, layer.source, layer.nodes)
    return LeftOut(int(below[0]), tuple(alone))


def _parts_of_several(readers: Sequence[_Reader]) -> frozenset[int]:
    """The parts with more than one reader: one of them may have to be excused before it begins."""
    owners = [reader.part for reader in readers if reader.part != FIXED]
    return frozenset(part for part in owners if owners.count(part) > 1)


def _stepped(
    reading: _Reading, frontier: _Frontier, decision: int, ahead: frozenset[int], sizes: SizeLimits
) -> tuple[_Layer, _Frontier]:
    """One decision, read by everyone who asks for it."""
    members = reading.members[decision]
    touched = [n for n, r in enumerate(reading.readers) if decision in r.steps or decision == r.last]
    column = {number: at for at, number in enumerate(frontier.readers)}
    seen = [
        frontier.states[:, column[n]] if n in column else np.zeros(frontier.nodes, np.int64) for n in touched
    ]
    untouched = [n for n in frontier.readers if n not in touched]
    first, view = _numbered_columns(seen, frontier.nodes)
    sizes.check_layer(8 * len(first) * len(members) * (len(touched) + 4))
    cells = _cells(reading, touched, decision, [states[first] for states in seen], len(members), ahead)
    first, rest = _numbered_columns([frontier.states[:, column[n]] for n in untouched], frontier.nodes)
    rests = frontier.states[first][:, [column[n] for n in untouched]]

    source, label = _ways(cells.breaking == KEPT, view, np.arange(frontier.nodes), sizes)
    clean = np.flatnonzero(np.array(frontier.clean > 0, np.bool_))
    broken_at, broken_label = _ways(cells.breaking >= 0, view, clean, sizes)
    part = cells.breaking[view[broken_at], broken_label]
    rests, excused = _excused_rests(reading, rests, untouched, np.unique(part).tolist(), ahead)
    broken_rest = rest[broken_at]
    for number, new in excused.items():
        here = np.flatnonzero(part == number)
        broken_rest[here] = new[broken_rest[here]]

    width = len(cells.states)
    keys = np.concatenate(
        [
            rest[source] * width + cells.after[view[source], label],
            broken_rest * width + cells.after[view[broken_at], broken_label],
        ]
    )
    first, target = numbered(keys, len(rests) * width)
    sizes.check_nodes(len(first))
    states = np.concatenate([rests[keys[first] // width], cells.states[keys[first] % width]], axis=1)
    going_on = tuple(untouched) + tuple(n for n in touched if reading.readers[n].last != decision)

    kept, broken = target[: len(source)], target[len(source) :]
    ways = _added_up(frontier.clean, source, members[label], kept, len(first))
    refused = {}
    for number in np.unique(part).tolist():
        here = np.flatnonzero(part == number)
        refused[number] = _added_up(
            frontier.clean, broken_at[here], members[broken_label[here]], broken[here], len(first)
        )
    layer = _Layer(frontier.nodes, source, kept, members[label], refused)
    return layer, _Frontier(ways, going_on, states)


def _numbered_columns(columns: Sequence[Numbers], length: int) -> tuple[Numbers, Numbers]:
    """Different rows of columns numbered: for each number a row that has it, for each row its number."""
    return numbered(*combined([(found, int(found.max(initial=0)) + 1) for found in columns], length))


def _cells(
    reading: _Reading,
    touched: Sequence[int],
    decision: int,
    seen: Sequence[Numbers],
    classes: int,
    ahead: frozenset[int],
) -> _Cells:
    """What each class makes of each view of a decision."""
    views = len(seen[0]) if seen else 1
    broken: dict[int, Flags] = {}
    after: dict[int, Numbers] = {}
    for number, states in zip(touched, seen, strict=True):
        reader = reading.readers[number]
        if decision == reader.last:
            refused = ~reader.rows[states]
        else:
            following = reader.steps[decision][states]
            refused = following < 0
            after[number] = np.maximum(following, 0)
        broken[reader.part] = broken[reader.part] | refused if reader.part in broken else refused
    breaking = np.full((views, classes), KEPT, np.int64)
    for part, refused in broken.items():
        if part != FIXED:
            breaking = np.where(refused, np.where(breaking == KEPT, part, ENDED), breaking)
    if FIXED in broken:
        breaking[broken[FIXED]] = ENDED
    columns = []
    for number, following in after.items():
        reader = reading.readers[number]
        columns.append(np.where(breaking == reader.part, reader.excused_at(ahead), following).reshape(-1))
    first, kinds = _numbered_columns(columns, views * classes)
    states_after = np.array([column[first] for column in columns], np.int64).reshape(len(columns), len(first))
    return _Cells(breaking, kinds.reshape(views, classes), states_after.T)


def _ways(cells: Flags, view: Numbers, nodes: Numbers, sizes: SizeLimits) -> tuple[Numbers, Numbers]:
    """For each node the classes whose cell is set: sources and labels, source by source.

    Raises:
        SearchLimitError: there are too many.
    """
    degree = cells.sum(axis=1)
    labels = np.nonzero(cells)[1]
    starts = np.cumsum(degree) - degree
    lengths = degree[view[nodes]]
    sizes.check_arcs(int(lengths.sum()))
    run, at = spread(starts[view[nodes]], lengths)
    return nodes[run], labels[at]


def _excused_rests(
    reading: _Reading,
    rests: Numbers,
    readers: Sequence[int],
    parts: Sequence[int],
    ahead: frozenset[int],
) -> tuple[Numbers, dict[int, Numbers]]:
    """Rows of states, with those in which all that is left of a part is excused.

    Returns:
        The rows, and for each part that has something left what each row becomes.
    """
    blocks, concerned = [rests], []
    for part in parts:
        own = [at for at, number in enumerate(readers) if reading.readers[number].part == part]
        if own:
            changed = rests.copy()
            for at in own:
                changed[:, at] = reading.readers[readers[at]].excused_at(ahead)
            blocks.append(changed)
            concerned.append(part)
    if not concerned:
        return rests, {}
    rows = np.concatenate(blocks)
    first, number = _numbered_columns(list(rows.T), len(rows))
    # The rows as they were keep their numbers: new ones come behind them.
    known = np.full(len(first), -1, np.int64)
    known[number[: len(rests)]] = np.arange(len(rests))
    fresh = np.flatnonzero(known < 0)
    known[fresh] = len(rests) + np.arange(len(fresh))
    found = known[number].reshape(len(blocks), len(rests))
    return np.concatenate([rests, rows[first[fresh]]]), dict(zip(concerned, found[1:], strict=True))


def _added_up(of: Whole, at: Numbers, members: Whole, to: Numbers, nodes: int) -> Whole:
    """What nodes have, passed along ways times their members, added up where they lead."""
    bound = int(of.max(initial=0)) * sum(members.tolist()) if len(at) else 0
    total = np.zeros(nodes, np.int64) if fits(bound) else objects([0] * nodes)
    np.add.at(total, to, widened(of, bound).take(at) * widened(members, bound))
    return total


def _paired(one: Whole, other: Whole) -> int:
    """The sum of products, exactly."""
    both = np.flatnonzero(np.array((one > 0) & (other > 0), np.bool_))
    return int((objects(one[both].tolist()) * objects(other[both].tolist())).sum()) if len(both) else 0
