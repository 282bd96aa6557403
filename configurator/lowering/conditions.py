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

from collections.abc import Iterator, Mapping
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
from configurator.lowering.layout import SlotLayout
from configurator.lowering.linear import LinearForm, linear_form
from configurator.lowering.readings import Readings, Signature, signature_reader

MOST_ROWS = 20_000
"""The largest table that is computed row by row; beyond it a sum or predicate is kept."""
MOST_PARTS = 64
"""The most clauses that one condition is multiplied out to."""


@frozen(eq=False)
class Atom:
    """A condition that must not have one truth value.

    Attributes:
        never: the truth value it must not have.
    """

    expression: Expression
    never: bool


@frozen(eq=False)
class All:
    """Every part holds."""

    parts: "tuple[Formula, ...]"


@frozen(eq=False)
class Any:
    """Some part holds."""

    parts: "tuple[Formula, ...]"


Formula = Atom | All | Any


def must_not_be(never: bool, expression: Expression) -> Formula:
    """The formula that holds when the expression does not have that truth value."""
    match expression:
        case Not(operand=operand):
            return must_not_be(not never, operand)
        case Both(operands=operands):
            parts = tuple(must_not_be(never, operand) for operand in operands)
            return Any(parts) if never else All(parts)
        case Either(operands=operands):
            parts = tuple(must_not_be(never, operand) for operand in operands)
            return All(parts) if never else Any(parts)
        case _:
            return Atom(expression, never)


def atoms_of(formula: Formula) -> tuple[Atom, ...]:
    """Every atom, in the order written."""
    if isinstance(formula, Atom):
        return (formula,)
    return tuple(atom for part in formula.parts for atom in atoms_of(part))


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
        expressions = tuple(atom.expression for atom in atoms_of(formula))
        if not unless and self.rows_needed(expressions) <= self.most_rows:
            constraint = self.table(formula, expressions)
            if constraint is not None:
                yield constraint
            return
        clauses = multiplied_out(formula)
        if clauses is None:
            yield self.predicate(formula, expressions, unless)
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
            formula = Any(tuple(wide))
            expressions = tuple(atom.expression for atom in wide)
            if not excuses and self.rows_needed(expressions) <= self.most_rows:
                constraint = self.table(formula, expressions)
                if constraint is not None:
                    yield constraint
            else:
                yield self.predicate(formula, expressions, excuses)

    def literal(self, atom: Atom) -> Literal | bool | None:
        """An atom over one variable as a literal; over none as its truth; over more as `None`."""
        place = atom.expression.place if isinstance(atom.expression, IsChosen) else None
        if place is not None and place not in self.readings.bound:
            layout = self.readings.layout.of[place]
            assert isinstance(layout, SlotLayout)
            # A slot is filled exactly when its first position is: positions ascend, blanks stand last.
            first = layout.variables[0]
            filled = frozenset(value for value, units in enumerate(layout.values) if units)
            wanted = isinstance(atom.expression, IsChosen) and atom.expression.chosen is not atom.never
            every = frozenset(range(self.readings.size(first)))
            return Literal(first, filled if wanted else every - filled)
        scope = self.readings.scope(atom.expression)
        if not scope:
            return truth(atom.expression, self.readings.chosen((atom.expression,), {})) is not atom.never
        if len(scope) > 1:
            return None
        (variable,) = scope
        values = range(self.readings.size(variable))
        return Literal(variable, frozenset(value for value in values if self.holds(atom, {variable: value})))

    def wide(self, atom: Atom, excuses: tuple[Literal, ...]) -> Iterator[Constraint]:
        """An atom over several variables: a sum if it is one, else a table, else a predicate."""
        expressions = (atom.expression,)
        if not excuses and self.rows_needed(expressions) <= self.most_rows:
            constraint = self.table(atom, expressions)
            if constraint is not None:
                yield constraint
            return
        bounds = self.linear(atom)
        if bounds is None:
            yield self.predicate(atom, expressions, excuses)
            return
        form, lower, upper = bounds
        yield from linear_constraint(form, lower, upper, (*excuses, *form.absent, *form.blank), self.origin)

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

    def holds(self, formula: Formula, values: Mapping[int, int]) -> bool:
        """Whether the formula holds where its variables have these values."""
        match formula:
            case Atom(expression=expression, never=never):
                return truth(expression, self.readings.chosen((expression,), values)) is not never
            case All(parts=parts):
                return all(self.holds(part, values) for part in parts)
            case Any(parts=parts):
                return any(self.holds(part, values) for part in parts)

    # ------------------------------------------------------------ tables and predicates

    def signatures(self, expressions: tuple[Expression, ...]) -> tuple[Signature, ...]:
        """What the expressions see of each of their variables."""
        scope = self.readings.scope_of(expressions)
        return tuple(signature_reader(expressions, self.readings, variable) for variable in scope)

    def rows_needed(self, expressions: tuple[Expression, ...]) -> int:
        """How many combinations of classes there are: what a table would cost."""
        classes = (classes_of(signature, self.readings) for signature in self.signatures(expressions))
        return prod(len(set(found)) for found in classes)

    def table(self, formula: Formula, expressions: tuple[Expression, ...]) -> Constraint | None:
        """The formula as a table over classes; `None` where it always holds."""
        signatures = self.signatures(expressions)
        scope = tuple(signature.variable for signature in signatures)
        classes = tuple(classes_of(signature, self.readings) for signature in signatures)
        representatives = [_first_of_each(found) for found in classes]
        rows = frozenset(
            tuple(row)
            for row in product(*(range(len(found)) for found in representatives))
            if self.holds(
                formula,
                {
                    variable: found[at]
                    for variable, found, at in zip(scope, representatives, row, strict=True)
                },
            )
        )
        if len(rows) == prod(map(len, representatives)):
            return None
        if not scope:
            return ClauseConstraint((), self.origin)
        if len(scope) == 1:
            allowed = frozenset(value for value, found in enumerate(classes[0]) if (found,) in rows)
            return ClauseConstraint((Literal(scope[0], allowed),), self.origin)
        return TableConstraint(scope, classes, rows, self.origin)

    def predicate(
        self, formula: Formula, expressions: tuple[Expression, ...], unless: tuple[Literal, ...]
    ) -> Constraint:
        """The last resort: the formula itself, asked for every combination."""
        excused = {literal.variable: literal.values for literal in unless}
        scope = tuple(sorted({*self.readings.scope_of(expressions), *excused}))

        def function(values: tuple[int, ...]) -> bool:
            of = dict(zip(scope, values, strict=True))
            if any(of[variable] in allowed for variable, allowed in excused.items()):
                return True
            return self.holds(formula, of)

        return PredicateConstraint(scope, function, self.origin)


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
    if not terms:
        if (low is not None and low > 0) or (high is not None and high < 0):
            yield ClauseConstraint(excuses, origin)
        return
    yield LinearConstraint(terms, low, high, excuses, origin)


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


def classes_of(signature: Signature, readings: Readings) -> tuple[int, ...]:
    """The class of each value of the signature's variable: values that look the same have the same."""
    numbers: dict[tuple[object, ...], int] = {}
    return tuple(
        numbers.setdefault(signature(value), len(numbers))
        for value in range(readings.size(signature.variable))
    )


def _first_of_each(classes: tuple[int, ...]) -> list[int]:
    first: dict[int, int] = {}
    for value, found in enumerate(classes):
        first.setdefault(found, value)
    return list(first.values())
