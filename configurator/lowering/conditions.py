"""From "this must not be false" to constraints.

Kleene's logic has three values, a constraint two. So every condition is first
taken apart into *atoms that must not be false* and *atoms that must not be true*
(unknown satisfies both): with N for "must not be", and dually for true,

    N false (a and b) = N false a  and  N false b        N false (not a) = N true a
    N false (a or b)  = N false a  or   N false b

What is joined by `and` becomes constraints of their own, over as few variables as
possible. What is joined by `or` becomes, in this order of preference, a table over classes
of interchangeable values when that is small; else clauses of such parts; a part that
compares sums becomes a linear constraint; what is left a predicate.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import product
from math import prod

from attrs import frozen

from configurator.catalog.evaluation import truth
from configurator.catalog.expressions import (
    Both,
    Comparison,
    Either,
    Expression,
    IsChosen,
    Not,
)
from configurator.catalog.values import NumberType
from configurator.csp.constraints import (
    ClauseConstraint,
    Constraint,
    LinearConstraint,
    Literal,
    Origin,
    PredicateConstraint,
    TableConstraint,
)
from configurator.csp.simplification import with_fewest_classes
from configurator.lowering.layout import OptionLayout, SlotLayout, ValueClasses
from configurator.lowering.linear import LinearForm, linear_form
from configurator.lowering.readings import Readings

MOST_ROWS = 20_000
"""The largest table that is computed row by row; beyond it a sum or predicate is kept."""
MOST_REMEMBERED = 65_536
"""The most answers that one predicate remembers."""
MOST_PARTS = 64
"""The most clauses that one condition is multiplied out to."""


@frozen(eq=False)
class Atom:
    """A condition that must not have one truth value.

    Attributes:
        never: the truth value it must not have.
        known: whether it must be known as well: then it must have the other truth value.
    """

    expression: Expression
    never: bool
    known: bool = False


@frozen(eq=False)
class All:
    """Every part holds."""

    parts: "tuple[Formula, ...]"


@frozen(eq=False)
class Any:
    """Some part holds."""

    parts: "tuple[Formula, ...]"


Formula = Atom | All | Any


def must_not_be(never: bool, expression: Expression, *, known: bool = False) -> Formula:
    """The formula that holds when the expression does not have that truth value, nor with `known` none."""
    match expression:
        case Not(operand=operand):
            return must_not_be(not never, operand, known=known)
        case Both(operands=operands):
            parts = tuple(must_not_be(never, operand, known=known) for operand in operands)
            return Any(parts) if never else All(parts)
        case Either(operands=operands):
            parts = tuple(must_not_be(never, operand, known=known) for operand in operands)
            return All(parts) if never else Any(parts)
        case _:
            return Atom(expression, never, known)


def must_be(wanted: bool, expression: Expression) -> Formula:
    """The formula that holds where the expression has that truth value; unknown is not enough."""
    return must_not_be(not wanted, expression, known=True)


def atoms_of(formula: Formula) -> tuple[Atom, ...]:
    """Every atom, in the order written."""
    if isinstance(formula, Atom):
        return (formula,)
    return tuple(atom for part in formula.parts for atom in atoms_of(part))


Reading = Callable[[Mapping[int, int]], bool]
"""Whether something holds where variables have these values."""
Column = Callable[[tuple[int, ...]], bool]
"""Whether something holds for a row of classes."""


@frozen(eq=False)
class Answers:
    """Where an atom holds.

    Attributes:
        classes: for each variable on which it depends.
        rows: the combinations of classes for which it holds.
    """

    classes: dict[int, ValueClasses]
    rows: frozenset[tuple[int, ...]]

    @classmethod
    def of(cls, literal: Literal, size: int) -> "Answers":
        """Where a literal holds."""
        classes = ValueClasses.by(value in literal.values for value in range(size))
        rows = ((number,) for number, value in enumerate(classes.first) if value in literal.values)
        return cls({literal.variable: classes}, frozenset(rows))

    @classmethod
    def shortened(cls, classes: Mapping[int, ValueClasses], rows: frozenset[tuple[int, ...]]) -> "Answers":
        """With as few classes as needed."""
        table = TableConstraint(tuple(classes), tuple(found.of for found in classes.values()), rows)
        small = with_fewest_classes(table)
        return cls(dict(zip(small.scope, map(ValueClasses.by, small.classes), strict=True)), small.rows)

    def column(self, scope: tuple[int, ...], finer: Mapping[int, ValueClasses]) -> Column:
        """Whether the atom holds for a row of finer classes of more variables."""
        own = [
            (scope.index(variable), tuple(classes.of[value] for value in finer[variable].first))
            for variable, classes in self.classes.items()
        ]
        rows = self.rows
        return lambda row: tuple([of[row[at]] for at, of in own]) in rows


@frozen(eq=False)
class ConditionLowering:
    """Turns formulas into constraints with one origin."""

    readings: Readings
    origin: Origin
    most_rows: int = MOST_ROWS

    def lower(self, formula: Formula, unless: tuple[Literal, ...] = ()) -> Iterator[Constraint]:
        """Constraints that together say: the formula holds, or one of the `unless` literals does."""
        if isinstance(formula, All):
            for part in formula.parts:
                yield from self.lower(part, unless)
            return
        table = None if unless else self.table(formula)
        if table is not None:
            yield from table
            return
        clauses = multiplied_out(formula)
        if clauses is None:
            yield self.predicate(formula, unless)
            return
        for clause in clauses:
            yield from self.clause(clause, unless)

    # ------------------------------------------------------------ one disjunction

    def clause(self, atoms: tuple[Atom, ...], unless: tuple[Literal, ...]) -> Iterator[Constraint]:
        """`atom or atom or …`, or one of the literals."""
        literals: dict[int, frozenset[int]] = {}
        for literal in unless:
            literals[literal.variable] = literals.get(literal.variable, frozenset()) | literal.values
        wide: list[Atom] = []
        for atom in atoms:
            found = self.literal(atom)
            if found is True:
                return
            if found is None:
                wide.append(atom)
            elif found is not False:
                literals[found.variable] = literals.get(found.variable, frozenset()) | found.values
        excuses = tuple(Literal(variable, values) for variable, values in sorted(literals.items()))
        if any(len(excuse.values) == self.readings.size(excuse.variable) for excuse in excuses):
            return
        if not wide:
            yield ClauseConstraint(excuses, self.origin)
        elif len(wide) == 1:
            yield from self.wide(wide[0], excuses)
        else:
            yield from self.last_resort(Any(tuple(wide)), excuses)

    def literal(self, atom: Atom) -> Literal | bool | None:
        """An atom over one variable as a literal; over none as its truth; over more as `None`."""
        place = atom.expression.place if isinstance(atom.expression, IsChosen) else None
        if place is not None and place not in self.readings.bound:
            layout = self.readings.at(place)
            # A slot is filled exactly when its first position is: positions ascend, blanks stand last.
            first = layout.variables[0]
            assert isinstance(layout, SlotLayout | OptionLayout)
            filled = frozenset(value for value, found in enumerate(layout.values) if found)
            wanted = isinstance(atom.expression, IsChosen) and atom.expression.chosen is not atom.never
            every = frozenset(range(self.readings.size(first)))
            return Literal(first, filled if wanted else every - filled)
        scope = self.readings.scope(atom.expression)
        if not scope:
            return self.reading(atom)({})
        if len(scope) > 1:
            return None
        (variable,) = scope
        classes = self.readings.classes((atom.expression,), variable)
        holds = self.reading(atom)
        holding = [holds({variable: value}) for value in classes.first]
        return Literal(variable, frozenset(value for value, found in enumerate(classes.of) if holding[found]))

    def wide(self, atom: Atom, excuses: tuple[Literal, ...]) -> Iterator[Constraint]:
        """An atom over several variables: a sum if it is one, else a table, else a predicate."""
        table = None if excuses else self.table(atom)
        if table is not None:
            yield from table
            return
        bounds = self.linear(atom)
        if bounds is None:
            yield from self.last_resort(atom, excuses)
            return
        form, lower, upper = bounds
        unknown = merged((*form.absent, *form.blank))
        if not atom.known:
            yield from linear_constraint(form, lower, upper, (*excuses, *unknown), self.origin)
            return
        yield from linear_constraint(form, lower, upper, excuses, self.origin)
        for literal in unknown:
            known = frozenset(range(self.readings.size(literal.variable))) - literal.values
            clause = merged((*excuses, Literal(literal.variable, known)))
            if all(len(each.values) < self.readings.size(each.variable) for each in clause):
                yield ClauseConstraint(clause, self.origin)

    def last_resort(self, formula: Formula, excuses: tuple[Literal, ...]) -> Iterator[Constraint]:
        """What is neither a literal nor a sum: a table that knows the excuses, else a predicate."""
        table = self.table(formula, excuses)
        yield from (self.predicate(formula, excuses),) if table is None else table

    def linear(self, atom: Atom) -> tuple[LinearForm, int | None, int | None] | None:
        """A comparison of sums as bounds on a linear form (made whole: below 0 is at most -1)."""
        expression = atom.expression
        if not isinstance(expression, Comparison) or not isinstance(expression.left.type, NumberType):
            return None
        left, right = (linear_form(side, self.readings) for side in (expression.left, expression.right))
        bounds = _BOUNDS.get((expression.operator, atom.never))
        if left is None or right is None or bounds is None:
            return None
        return (left.plus(right, -1), *bounds)

    def reading(self, formula: Formula) -> Reading:
        """Tells whether the formula holds where its variables have these values; made once, called often."""
        match formula:
            case Atom(expression=expression, never=never, known=known):
                read = self.readings.reader((expression,))
                if known:
                    return lambda values: truth(expression, read(values)) is (not never)
                return lambda values: truth(expression, read(values)) is not never
            case All(parts=parts):
                every = tuple(map(self.reading, parts))
                return lambda values: all(holds(values) for holds in every)
            case Any(parts=parts):
                some = tuple(map(self.reading, parts))
                return lambda values: any(holds(values) for holds in some)

    # ------------------------------------------------------------ tables and predicates

    def classes(self, formula: Formula) -> dict[int, ValueClasses]:
        """For each variable, ascending, the classes of its values that the formula can tell apart."""
        expressions = tuple(atom.expression for atom in atoms_of(formula))
        scope = self.readings.scope_of(expressions)
        return {variable: self.readings.classes(expressions, variable) for variable in scope}

    def table(self, formula: Formula, unless: tuple[Literal, ...] = ()) -> tuple[Constraint, ...] | None:
        """The formula as a table over classes, or clauses that say the same; `None` when it is too large.

        Empty where it always holds. Every atom is evaluated on the classes of its own variables alone, which
        are few; the rows of the whole are then put together from what the atoms said.
        """
        if prod(len(classes.first) for classes in self.classes(formula).values()) > self.most_rows:
            return None
        excuses = [Answers.of(literal, self.readings.size(literal.variable)) for literal in unless]
        answers = [*excuses, *map(self.answers, atoms_of(formula))]
        classes = self.refined(answers)
        if prod(len(found.first) for found in classes.values()) > self.most_rows:
            return None
        columns = [answer.column(tuple(classes), classes) for answer in answers]
        holds = combined(formula, iter(columns[len(excuses) :]))
        excused = columns[: len(excuses)]
        every = tuple(product(*(range(len(found.first)) for found in classes.values())))
        rows = frozenset(row for row in every if any(excuse(row) for excuse in excused) or holds(row))
        if len(rows) == len(every):
            return ()
        table = TableConstraint(
            tuple(classes), tuple(found.of for found in classes.values()), rows, self.origin
        )
        return narrowest(with_fewest_classes(table))

    def refined(self, answers: list[Answers]) -> dict[int, ValueClasses]:
        """For each variable, ascending, the classes of its values that some answer can tell apart."""
        scope = sorted({variable for answer in answers for variable in answer.classes})
        return {
            variable: ValueClasses.joint(
                [answer.classes[variable] for answer in answers if variable in answer.classes],
                self.readings.size(variable),
            )
            for variable in scope
        }

    def answers(self, atom: Atom) -> Answers:
        """Whether an atom holds, for each combination of its own classes."""
        bounds = self.linear(atom)
        if bounds is not None:
            return sum_answers(*bounds, known=atom.known)
        classes = self.classes(atom)
        holds = self.reading(atom)
        scope = tuple(classes)
        values = product(*(found.first for found in classes.values()))
        combinations = product(*(range(len(found.first)) for found in classes.values()))
        rows = frozenset(
            row
            for row, first in zip(combinations, values, strict=True)
            if holds(dict(zip(scope, first, strict=True)))
        )
        return Answers.shortened(classes, rows)

    def predicate(self, formula: Formula, unless: tuple[Literal, ...]) -> Constraint:
        """The last resort: the formula itself, asked for every combination of classes that is met."""
        excused = {literal.variable: literal.values for literal in unless}
        seen = self.classes(formula)
        scope = tuple(sorted({*seen, *excused}))
        classes = {variable: self.classes_beside(variable, seen, excused) for variable in scope}
        reading = self.reading(formula)

        def function(values: tuple[int, ...]) -> bool:
            of = dict(zip(scope, values, strict=True))
            return any(of[v] in allowed for v, allowed in excused.items()) or reading(of)

        return asked_by_class(scope, tuple(classes[v] for v in scope), function, self.origin)

    def classes_beside(
        self, variable: int, seen: Mapping[int, ValueClasses], excused: Mapping[int, frozenset[int]]
    ) -> ValueClasses:
        """The classes of a variable's values, told apart also by whether they excuse the formula."""
        parts = [seen[variable]] if variable in seen else []
        if variable in excused:
            size = self.readings.size(variable)
            parts.append(ValueClasses.by(value in excused[variable] for value in range(size)))
        return ValueClasses.joint(parts, self.readings.size(variable))


def combined(formula: Formula, columns: Iterator[Column]) -> Column:
    """The formula's own answer from those of its atoms, in the order written."""
    match formula:
        case Atom():
            return next(columns)
        case All(parts=parts):
            every = [combined(part, columns) for part in parts]
            return lambda row: all(holds(row) for holds in every)
        case Any(parts=parts):
            some = [combined(part, columns) for part in parts]
            return lambda row: any(holds(row) for holds in some)


def narrowest(table: TableConstraint) -> tuple[Constraint, ...]:
    """What a table with as few classes as it needs says, in the narrowest form.

    A clause for each column where one row is allowed, one clause where all but one are, else the table
    itself. A clause of two variables stays a table: it can be joined with other tables. A table that allows
    everything says nothing.
    """
    columns = range(len(table.scope))
    if not table.rows:
        return (ClauseConstraint((), table.origin),)
    if len(columns) == 1 or len(table.rows) == 1:
        allowed = [frozenset(row[at] for row in table.rows) for at in columns]
        return tuple(ClauseConstraint((_literal(table, at, allowed[at]),), table.origin) for at in columns)
    binary = all(set(of) == {0, 1} for of in table.classes)
    if len(columns) == 2 or not binary or len(table.rows) != 2 ** len(columns) - 1:
        return (table,)
    (forbidden,) = set(product((0, 1), repeat=len(columns))) - table.rows
    literals = tuple(_literal(table, at, frozenset({1 - forbidden[at]})) for at in columns)
    return (ClauseConstraint(literals, table.origin),)


def _literal(table: TableConstraint, column: int, classes: frozenset[int]) -> Literal:
    """A table's column takes a value of these classes."""
    values = frozenset(value for value, found in enumerate(table.classes[column]) if found in classes)
    return Literal(table.scope[column], values)


def asked_by_class(
    scope: tuple[int, ...],
    classes: tuple[ValueClasses, ...],
    function: Callable[[tuple[int, ...]], bool],
    origin: Origin,
) -> PredicateConstraint:
    """A predicate that is evaluated once for each combination of classes that somebody asks for."""

    @lru_cache(maxsize=MOST_REMEMBERED)
    def of_classes(row: tuple[int, ...]) -> bool:
        return function(tuple([found.first[at] for found, at in zip(classes, row, strict=True)]))

    def of_values(values: tuple[int, ...]) -> bool:
        return of_classes(tuple([found.of[value] for found, value in zip(classes, values, strict=True)]))

    return PredicateConstraint(scope, of_values, origin, tuple(found.of for found in classes))


_BOUNDS: dict[tuple[str, bool], tuple[int | None, int | None]] = {
    # (operator, truth value it must not have) -> bounds of left minus right
    ("<=", False): (None, 0),
    ("<", False): (None, -1),
    (">=", False): (0, None),
    (">", False): (1, None),
    ("=", False): (0, 0),
    ("<=", True): (1, None),
    ("<", True): (0, None),
    (">=", True): (None, -1),
    (">", True): (None, 0),
    ("!=", True): (0, 0),
}


def linear_constraint(
    form: LinearForm, lower: int | None, upper: int | None, unless: tuple[Literal, ...], origin: Origin
) -> Iterator[Constraint]:
    """`lower <= form <= upper` in whole numbers, unless a literal holds.

    Without variables it is decided at once.
    """
    terms, constant, _ = form.whole()
    low = None if lower is None else lower - constant
    high = None if upper is None else upper - constant
    excuses = merged(unless)
    if terms:
        yield LinearConstraint(terms, low, high, excuses, origin)
    elif not is_between(0, low, high):
        yield ClauseConstraint(excuses, origin)


def sum_answers(form: LinearForm, lower: int | None, upper: int | None, *, known: bool = False) -> Answers:
    """Where a sum lies between its bounds; or, unless it must be `known`, is not. Found by adding: quick."""
    weights, constant, _ = form.whole_weights()
    low = None if lower is None else lower - constant
    high = None if upper is None else upper - constant
    unknown = {literal.variable: literal.values for literal in merged(form.absent + form.blank)}
    # By INVARIANT on `LinearForm` a class is unknown as a whole.
    summands = [
        [
            None if value in unknown.get(variable, ()) else number
            for value, number in zip(classes.first, numbers, strict=True)
        ]
        for variable, (classes, numbers) in weights.items()
    ]
    combinations = product(*(range(len(part)) for part in summands))
    rows = frozenset(
        row
        for row, added in zip(combinations, product(*summands), strict=True)
        if (not known if None in added else is_between(sum(added), low, high))  # type: ignore[arg-type]  # no `None` is left
    )
    return Answers.shortened({variable: classes for variable, (classes, _) in weights.items()}, rows)


def is_between(number: int, lower: int | None, upper: int | None) -> bool:
    """Whether a number lies between bounds, of which each may be open."""
    return (lower is None or lower <= number) and (upper is None or number <= upper)


def merged(literals: tuple[Literal, ...]) -> tuple[Literal, ...]:
    """One literal per variable, in order of variables."""
    values: dict[int, frozenset[int]] = {}
    for literal in literals:
        values[literal.variable] = values.get(literal.variable, frozenset()) | literal.values
    return tuple(Literal(variable, found) for variable, found in sorted(values.items()))


def multiplied_out(formula: Formula) -> tuple[tuple[Atom, ...], ...] | None:
    """The formula as an `and` of `or`s of atoms; `None` when that would be too many."""
    match formula:
        case Atom():
            return ((formula,),)
        case All(parts=parts):
            found = [multiplied_out(part) for part in parts]
            if any(clauses is None for clauses in found):
                return None
            clauses = tuple(clause for part in found if part is not None for clause in part)
            return clauses if len(clauses) <= MOST_PARTS else None
        case Any(parts=parts):
            joined: tuple[tuple[Atom, ...], ...] = ((),)
            for part in parts:
                clauses_of_part = multiplied_out(part)
                if clauses_of_part is None or len(joined) * len(clauses_of_part) > MOST_PARTS:
                    return None
                joined = tuple(one + other for one in joined for other in clauses_of_part)
            return joined
