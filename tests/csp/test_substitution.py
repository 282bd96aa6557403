"""Constraints read off other variables mean what they meant, and their negations the contrary."""

from itertools import product

from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

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
from configurator.csp.negation import negations
from configurator.csp.problem import check_constraint
from configurator.csp.semantics import holds
from configurator.csp.substitution import View, substituted
from configurator.csp.variables import Variable
from configurator.testing.problem_strategies import constraints


@frozen
class Seen:
    """A constraint over some variables, and how they are read off others."""

    constraint: Constraint
    views: tuple[View, ...]
    sizes: tuple[int, ...]


@st.composite
def seen_constraints(draw: st.DrawFn) -> Seen:
    own = tuple(draw(st.lists(st.integers(1, 4), min_size=1, max_size=4)))
    constraint = draw(constraints(own).filter(lambda found: not isinstance(found, SortedConstraint)))
    sizes = tuple(draw(st.lists(st.integers(0, 3), max_size=3)))
    views = []
    for size in own:
        target = draw(st.sampled_from([None, *range(len(sizes))]))
        amount = 1 if target is None else sizes[target]
        values = draw(st.lists(st.integers(0, size - 1), min_size=amount, max_size=amount))
        views.append(View(target, tuple(values)))
    return Seen(constraint, tuple(views), sizes)


def assignments(sizes: tuple[int, ...]) -> list[tuple[int, ...]]:
    return list(product(*map(range, sizes)))


def own(views: tuple[View, ...], assignment: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(view.values[0 if view.target is None else assignment[view.target]] for view in views)


@given(seen=seen_constraints())
def test_a_constraint_holds_where_it_held_of_what_is_seen(seen: Seen) -> None:
    found = substituted(seen.constraint, seen.views, seen.sizes)
    meant = [holds(seen.constraint, own(seen.views, each)) for each in assignments(seen.sizes)]

    assert meant == [found is None or holds(found, each) for each in assignments(seen.sizes)]


@given(seen=seen_constraints())
def test_what_comes_out_fits_the_variables_it_is_about(seen: Seen) -> None:
    found = substituted(seen.constraint, seen.views, seen.sizes)
    variables = tuple(Variable(f"v{at}", size) for at, size in enumerate(seen.sizes))

    if found is not None:
        check_constraint(found, variables)
        for group in negations(found, variables):
            for each in group:
                check_constraint(each, variables)


@given(seen=seen_constraints())
def test_what_breaks_what_comes_out_keeps_one_of_its_negations(seen: Seen) -> None:
    found = substituted(seen.constraint, seen.views, seen.sizes)
    variables = tuple(Variable(f"v{at}", size) for at, size in enumerate(seen.sizes))
    groups = () if found is None else negations(found, variables)
    broken = [any(all(holds(each, a) for each in group) for group in groups) for a in assignments(seen.sizes)]

    assert broken == [found is not None and not holds(found, a) for a in assignments(seen.sizes)]


def test_tables_of_one_meaning_come_out_alike() -> None:
    views = (View(0, (0, 1)), View(1, (0, 1)))
    first = TableConstraint((0, 1), ((0, 1), (5, 7)), frozenset({(0, 5), (1, 7)}))
    second = TableConstraint((1, 0), ((0, 1, 2), (0, 1, 1)), frozenset({(0, 0), (1, 1), (2, 2)}))

    assert substituted(first, views, (2, 2)) == substituted(second, views, (2, 2))


def test_sums_in_other_units_come_out_alike() -> None:
    views = (View(0, (0, 1)), View(1, (0, 1)))
    terms = [tuple(LinearTerm(at, (5 * factor, 8 * factor)) for at in (0, 1)) for factor in (1, 10)]
    first = LinearConstraint(terms[0], None, 13)
    second = LinearConstraint(terms[1], None, 139)

    assert substituted(first, views, (2, 2)) == substituted(second, views, (2, 2))


def test_a_small_predicate_becomes_a_table() -> None:
    alike = PredicateConstraint((0, 1), lambda values: values[0] == values[1], None, ((0, 1), (0, 1)))
    table = TableConstraint((0, 1), ((0, 1), (0, 1)), frozenset({(0, 0), (1, 1)}))

    assert table == substituted(alike, (View(0, (0, 1)), View(1, (0, 1))), (2, 2))


def test_what_always_holds_says_nothing_and_what_never_does_is_false() -> None:
    clause = ClauseConstraint((Literal(0, frozenset({1})),))

    assert (None, ClauseConstraint(())) == (
        substituted(clause, (View(None, (1,)),), ()),
        substituted(clause, (View(None, (0,)),), ()),
    )
