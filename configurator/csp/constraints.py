"""The kinds of constraint: a closed list, each with an opaque origin.

| Kind      | Holds when                                                                  |
|-----------|-----------------------------------------------------------------------------|
| Clause    | at least one literal does                                                   |
| Table     | the classes of the values form one of the rows                              |
| Linear    | an `unless` literal does, or the weighted sum lies between the bounds       |
| Sorted    | the values ascend, blanks (value 0) standing only at the end                |
| Predicate | its function says so: the last resort for what no other kind expresses      |

What each means exactly is defined once, in `semantics.holds`.
"""

from collections.abc import Callable

from attrs import field, frozen

Origin = object
"""Where a constraint comes from (a rule, a table's row, a default, ...). Engines hand it back unread."""


@frozen
class Literal:
    """`variable` takes one of `values`."""

    variable: int
    values: frozenset[int]


@frozen
class ClauseConstraint:
    """At least one literal holds. Without literals it is false."""

    literals: tuple[Literal, ...]
    origin: Origin = field(eq=False, default=None)

    @property
    def scope(self) -> tuple[int, ...]:
        """The variables it reads, each once, ascending."""
        return tuple(sorted({literal.variable for literal in self.literals}))


@frozen
class TableConstraint:
    """The values' classes form one of the rows.

    A family may hold thousands of components and yet only a few sockets: `classes`
    maps each value to its class, and rows speak of classes.

    Attributes:
        scope: the variables, each once.
        classes: for each variable of the scope, the class of each of its values.
        rows: the allowed tuples of classes.
    """

    scope: tuple[int, ...]
    classes: tuple[tuple[int, ...], ...]
    rows: frozenset[tuple[int, ...]]
    origin: Origin = field(eq=False, default=None)


@frozen
class LinearTerm:
    """`weights[value]` is what the variable adds to a sum. Exact whole numbers of any size."""

    variable: int
    weights: tuple[int, ...]


@frozen
class LinearConstraint:
    """`lower <= sum of weights <= upper`, unless one of the literals holds.

    Attributes:
        terms: at most one per variable.
        lower: inclusive; `None` for no bound.
        upper: inclusive; `None` for no bound.
        unless: literals that excuse the sum; empty for a plain sum.
    """

    terms: tuple[LinearTerm, ...]
    lower: int | None
    upper: int | None
    unless: tuple[Literal, ...] = ()
    origin: Origin = field(eq=False, default=None)

    @property
    def scope(self) -> tuple[int, ...]:
        """The variables it reads, each once, ascending."""
        variables = {term.variable for term in self.terms} | {literal.variable for literal in self.unless}
        return tuple(sorted(variables))


@frozen
class SortedConstraint:
    """The values of the scope never fall, and value 0 (blank) is followed by blanks only.

    One of all orders of the same multiset: this is how a mixed slot is chosen up to order.
    """

    scope: tuple[int, ...]
    origin: Origin = field(eq=False, default=None)


@frozen
class PredicateConstraint:
    """`function` is given the scope's values, in the scope's order, and says yes or no.

    The function must be pure. An engine that cannot evaluate it must say so rather than ignore it.

    Attributes:
        classes: for each variable of the scope, the class of each of its values: values of one class look
            the same to the function, so asking for one of each is enough. `None` when nothing is known.
    """

    scope: tuple[int, ...]
    function: Callable[[tuple[int, ...]], bool] = field(eq=False)
    origin: Origin = field(eq=False, default=None)
    classes: tuple[tuple[int, ...], ...] | None = None


Constraint = ClauseConstraint | TableConstraint | LinearConstraint | SortedConstraint | PredicateConstraint
