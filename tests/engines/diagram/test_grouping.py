"""Mixed slots as one variable each: the same solutions, up to writing out members."""

from collections.abc import Iterator
from itertools import combinations_with_replacement, permutations, product
from math import comb

import numpy as np
import pytest
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

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
from configurator.csp.semantics import broken
from configurator.csp.variables import Assignment, Variable
from configurator.engines.diagram.compiling.grouping import Grouped, MultisetPart, SinglePart, grouped
from configurator.engines.diagram.decisions import DecisionWeights
from configurator.engines.engine import NO_LIMITS
from configurator.engines.exhaustive import ExhaustiveEngine
from configurator.testing.problem_strategies import HUGE, constraints, subsets


@frozen
class Slots:
    """Variables of a problem: some chains of positions, and others.

    Attributes:
        chains: positions of each.
        others: variables in no chain.
    """

    sizes: tuple[int, ...]
    chains: tuple[tuple[int, ...], ...]
    others: tuple[int, ...]


scales = st.sampled_from((1, 1, 1, HUGE))


def problem_of(slots: Slots, rules: list[Constraint]) -> ConstraintProblem:
    variables = tuple(Variable(f"v{at}", size) for at, size in enumerate(slots.sizes))
    chains = tuple(SortedConstraint(chain) for chain in slots.chains)
    return ConstraintProblem(variables, chains + tuple(rules))


def solutions_of(slots: Slots, problem: ConstraintProblem) -> list[Assignment]:
    """All solutions, by what constraints mean; only ascending sequences are tried."""
    places: list[tuple[tuple[int, ...], list[tuple[int, ...]]]] = [
        ((other,), [(value,) for value in range(slots.sizes[other])]) for other in slots.others
    ]
    for chain in slots.chains:
        filled = range(1, slots.sizes[chain[0]])
        sequences = [
            found + (0,) * (len(chain) - units)
            for units in range(len(chain) + 1)
            for found in combinations_with_replacement(filled, units)
        ]
        places.append((chain, sequences))
    found = []
    for chosen in product(*(values for _, values in places)):
        assignment = [0] * len(slots.sizes)
        for (scope, _), values in zip(places, chosen, strict=True):
            for variable, value in zip(scope, values, strict=True):
                assignment[variable] = value
        if not broken(problem, tuple(assignment)):
            found.append(tuple(assignment))
    return sorted(found)


def members_of(found: Grouped) -> list[list[list[tuple[int, ...]]]]:
    """For each new variable and value the members it stands for."""
    every = []
    for variable, part in zip(found.problem.variables, found.parts, strict=True):
        decision = part.decision(np.arange(variable.size, dtype=np.int32))
        counts = decision.everything.multiplicity.tolist()
        labels = np.repeat(np.arange(variable.size, dtype=np.int32), counts)
        ranks = np.array([rank for count in counts for rank in range(count)], np.int64)
        columns = decision.everything.members(labels, ranks).T.tolist()
        by_value: list[list[tuple[int, ...]]] = [[] for _ in counts]
        for label, column in zip(labels.tolist(), columns, strict=True):
            by_value[label].append(tuple(column))
        every.append(by_value)
    return every


def scope_of(part: MultisetPart | SinglePart) -> tuple[int, ...]:
    return part.scope if isinstance(part, MultisetPart) else (part.variable,)


def written_out(found: Grouped) -> Iterator[tuple[Assignment, Assignment]]:
    """Yield (solution over the new variables, solution over the old) for every solution and its members."""
    members = members_of(found)
    scopes = [scope_of(part) for part in found.parts]
    for solution in ExhaustiveEngine().prepare(found.problem).solutions({}):
        for chosen in product(*(of[value] for of, value in zip(members, solution, strict=True))):
            values = {
                variable: value
                for scope, member in zip(scopes, chosen, strict=True)
                for variable, value in zip(scope, member, strict=True)
            }
            yield solution, tuple(values[variable] for variable in range(len(values)))


# ---------------------------------------------------------------- random problems


@st.composite
def slots(draw: DrawFn) -> Slots:
    """One chain or two, of up to three positions, and up to two others, in any order of variables."""
    length, values = st.sampled_from((1, 2, 2, 3, 3)), st.sampled_from((1, 2, 3, 3, 4))
    places = [draw(st.tuples(length, values))]
    if draw(st.booleans()):
        places.append(draw(st.tuples(st.integers(1, 2), st.integers(1, 3))))
    others = draw(st.lists(st.sampled_from((1, 2, 3, 3)), max_size=2))
    order = draw(st.permutations([*(("chain", p) for p in places), *(("other", (1, o)) for o in others)]))
    sizes: list[int] = []
    chains, single = [], []
    for kind, (positions, size) in order:
        scope = tuple(range(len(sizes), len(sizes) + positions))
        sizes += [size] * positions
        if kind == "chain":
            chains.append(scope)
        else:
            single.append(scope[0])
    return Slots(tuple(sizes), tuple(chains), tuple(single))


def weights_of(draw: DrawFn, size: int, scale: int = 1) -> tuple[int, ...]:
    return tuple(draw(st.integers(-2, 3)) * scale for _ in range(size))


def outside(draw: DrawFn, found: Slots, chain: tuple[int, ...]) -> tuple[int, ...]:
    """Some variables that are not in the chain; of another chain no position."""
    assert chain in found.chains
    return tuple(draw(st.permutations(found.others)))[: draw(st.integers(0, 2))]


def bounds(draw: DrawFn, scale: int) -> tuple[int | None, int | None]:
    """Mostly one bound, sometimes both or none."""
    lower, upper = draw(st.integers(-4, 3)) * scale, draw(st.integers(-1, 6)) * scale
    return draw(st.sampled_from(((lower, None), (None, upper), (lower, upper), (None, None))))


def for_each(draw: DrawFn, found: Slots, chain: tuple[int, ...]) -> list[Constraint]:
    """One constraint for each position, or for each pair; in it perhaps all positions as well."""
    size, others = found.sizes[chain[0]], outside(draw, found, chain)
    names = draw(st.integers(1, 2))
    tuples = list(permutations(chain, names))
    match draw(st.sampled_from(("clause", "table", "sum"))):
        case "clause":
            own = [draw(subsets(size)) for _ in range(names)]
            rest = tuple(Literal(other, draw(subsets(found.sizes[other]))) for other in others)
            return [
                ClauseConstraint((*(Literal(v, s) for v, s in zip(t, own, strict=True)), *rest))
                for t in tuples
            ]
        case "table":
            of = st.integers(0, 2)
            classes = [tuple(draw(of) for _ in range(size)) for _ in range(names)]
            rest_classes = [tuple(draw(of) for _ in range(found.sizes[other])) for other in others]
            rows = draw(st.frozensets(st.tuples(*[of] * (names + len(others)))))
            every = frozenset(product(range(3), repeat=names + len(others)))
            kept = rows if draw(st.booleans()) else every - rows
            return [TableConstraint((*t, *others), (*classes, *rest_classes), kept) for t in tuples]
        case _:
            return list(sums_for_each(draw, found, chain, tuples, others))


def sums_for_each(
    draw: DrawFn, found: Slots, chain: tuple[int, ...], tuples: list[tuple[int, ...]], others: tuple[int, ...]
) -> Iterator[Constraint]:
    """Sums of the positions named, perhaps with all the others, perhaps excused by those named."""
    size, scale = found.sizes[chain[0]], draw(scales)
    named = [weights_of(draw, size, scale) for _ in tuples[0]] if tuples else []
    everyone = weights_of(draw, size, scale) if draw(st.booleans()) else (0,) * size
    terms = tuple(LinearTerm(other, weights_of(draw, found.sizes[other], scale)) for other in others)
    excuse = draw(st.none() | subsets(size))
    lower, upper = bounds(draw, scale)
    for names in tuples:
        by = dict(zip(names, named, strict=True))
        own = tuple(LinearTerm(position, by.get(position, everyone)) for position in chain)
        unless = () if excuse is None else tuple(Literal(position, excuse) for position in names)
        yield LinearConstraint(own + terms, lower, upper, unless)


def of_all(draw: DrawFn, found: Slots, chain: tuple[int, ...]) -> list[Constraint]:
    """One constraint over all positions that sees them alike, but for what each adds by being filled."""
    size, others = found.sizes[chain[0]], outside(draw, found, chain)
    match draw(st.sampled_from(("clause", "table", "sum"))):
        case "clause":
            own = draw(subsets(size))
            rest = tuple(Literal(other, draw(subsets(found.sizes[other]))) for other in others)
            return [ClauseConstraint((*(Literal(v, own) for v in chain), *rest))]
        case "table":
            classes = tuple(draw(st.integers(0, 2)) for _ in range(size))
            rest_classes = [tuple(draw(st.integers(0, 1)) for _ in range(found.sizes[o])) for o in others]
            seeds = draw(
                st.lists(st.tuples(*[st.integers(0, 2)] * len(chain), *[st.integers(0, 1)] * len(others)))
            )
            rows = frozenset(
                (*turned, *row[len(chain) :]) for row in seeds for turned in permutations(row[: len(chain)])
            )
            return [TableConstraint((*chain, *others), (*[classes] * len(chain), *rest_classes), rows)]
        case _:
            scale = draw(scales)
            weights = weights_of(draw, size, scale)
            terms = tuple(LinearTerm(other, weights_of(draw, found.sizes[other], scale)) for other in others)
            lower, upper = bounds(draw, scale)
            return [LinearConstraint(tuple(evenly(draw, chain, weights)) + terms, lower, upper)]


def evenly(draw: DrawFn, chain: tuple[int, ...], weights: tuple[int, ...]) -> Iterator[LinearTerm]:
    """Terms that weigh alike, but for constants of each position for being blank or filled."""
    plain = draw(st.booleans())
    for position in chain:
        blank, filled = (0, 0) if plain else draw(st.tuples(st.integers(-1, 1), st.integers(-1, 1)))
        yield LinearTerm(position, (weights[0] + blank, *(weight + filled for weight in weights[1:])))


def by_filling(draw: DrawFn, found: Slots, chain: tuple[int, ...]) -> list[Constraint]:
    """A clause that asks of some positions only whether they are filled, as a clause or as a table."""
    size, others = found.sizes[chain[0]], outside(draw, found, chain)
    filled, blank = frozenset(range(1, size)), frozenset({0})
    literals = tuple(
        Literal(v, draw(st.sampled_from((filled, blank)))) for v in chain[: draw(st.integers(1, 2))]
    )
    rest = tuple(Literal(other, draw(subsets(found.sizes[other]))) for other in others)
    return [ClauseConstraint(literals + rest)]


def between(draw: DrawFn, found: Slots) -> list[Constraint]:
    """One table for each pair of positions of two chains."""
    if len(found.chains) < 2:
        return []
    one, other = found.chains
    classes = [tuple(draw(st.integers(0, 1)) for _ in range(found.sizes[chain[0]])) for chain in (one, other)]
    rows = draw(st.frozensets(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=1))
    return [TableConstraint(pair, tuple(classes), rows) for pair in product(one, other)]


def symmetric_rules(draw: DrawFn, found: Slots) -> list[Constraint]:
    rules = between(draw, found) if draw(st.booleans()) else []
    for _ in range(draw(st.integers(0, 3))):
        rule = draw(st.sampled_from((for_each, of_all, by_filling)))
        rules += rule(draw, found, draw(st.sampled_from(found.chains)))
    return draw(st.permutations(rules))


@st.composite
def symmetric_problems(draw: DrawFn) -> tuple[Slots, ConstraintProblem]:
    """Problems whose rules treat positions of a chain alike."""
    found = draw(slots())
    return found, problem_of(found, symmetric_rules(draw, found))


@st.composite
def any_problems(draw: DrawFn) -> tuple[Slots, ConstraintProblem]:
    """The same with some constraints that may treat them differently."""
    found = draw(slots())
    rules = symmetric_rules(draw, found)
    if draw(st.booleans()) and rules:
        del rules[draw(st.integers(0, len(rules) - 1))]
    rules += draw(st.lists(constraints(found.sizes), max_size=2))
    return found, problem_of(found, rules)


@st.composite
def side_sums(draw: DrawFn, found: Slots) -> LinearConstraint:
    """A sum over everything that chains see evenly."""
    terms = [LinearTerm(other, weights_of(draw, found.sizes[other])) for other in found.others]
    for chain in found.chains:
        terms += evenly(draw, chain, weights_of(draw, found.sizes[chain[0]]))
    return LinearConstraint(tuple(terms), None, 0)


# ---------------------------------------------------------------- the law


@settings(max_examples=300)
@given(case=symmetric_problems())
def test_a_grouped_problem_has_the_same_solutions(case: tuple[Slots, ConstraintProblem]) -> None:
    found = grouped(case[1], (), NO_LIMITS)

    assert solutions_of(*case) == sorted(old for _, old in written_out(found))


@settings(max_examples=200)
@given(case=symmetric_problems())
def test_slots_whose_rules_treat_positions_alike_are_grouped(case: tuple[Slots, ConstraintProblem]) -> None:
    slots_, problem = case

    found = grouped(problem, (), NO_LIMITS)

    groups = {part.scope for part in found.parts if isinstance(part, MultisetPart)}
    assert ({chain for chain in slots_.chains if len(chain) > 1}, ()) == (groups, found.chains)


@settings(max_examples=400)
@given(case=any_problems())
def test_whatever_cannot_be_grouped_is_left_as_it_was(case: tuple[Slots, ConstraintProblem]) -> None:
    found = grouped(case[1], (), NO_LIMITS)

    assert solutions_of(*case) == sorted(old for _, old in written_out(found))


@settings(max_examples=150)
@given(data=st.data())
def test_a_sum_outside_weighs_what_it_did(data: st.DataObject) -> None:
    slots_, problem = data.draw(symmetric_problems())
    side = data.draw(side_sums(slots_))

    found = grouped(problem, (side,), NO_LIMITS)

    (weights,) = found.sides
    assert weights is not None
    for new, old in written_out(found):
        total = sum(term.weights[old[term.variable]] for term in side.terms)
        assert total == sum(
            weighed(part, added, value, old)
            for part, added, value in zip(found.parts, weights, new, strict=True)
        )
        assert all(abs(total) < added.unreachable for added in weights)


def weighed(part: MultisetPart | SinglePart, added: DecisionWeights, value: int, old: Assignment) -> int:
    on_top = 0 if added.atoms is None else int(added.atoms[value])
    return on_top + sum(int(added.values[old[position]]) for position in scope_of(part))


# ---------------------------------------------------------------- cases, one by one

DRIVES = Slots((4, 4, 4, 3), ((0, 1, 2),), (3,))
"""Up to three drives out of three, and a board that is not one of them."""


def literal(variable: int, *values: int) -> Literal:
    return Literal(variable, frozenset(values))


FILLED = (1, 2, 3)

ALIKE: dict[str, list[Constraint]] = {
    "nothing": [],
    "at least two": [ClauseConstraint((literal(position, *FILLED),)) for position in (0, 1)],
    "one for two, in one go with the board": [ClauseConstraint((literal(1, 0), literal(3, 1)))],
    "for each": [ClauseConstraint((literal(position, 0, 1, 2), literal(3, 2))) for position in range(3)],
    "no drive 2": [ClauseConstraint((literal(position, 0, 1, 3),)) for position in range(3)],
    "for each pair, once filled": [
        TableConstraint(
            pair, ((0, 1, 1, 2),) * 2, frozenset(set(product(range(3), repeat=2)) - {(1, 2), (2, 1)})
        )
        for pair in permutations(range(3), 2)
    ],
    "for each unit its share of the board": [
        LinearConstraint(
            (LinearTerm(position, (0, 1, 2, 4)), LinearTerm(3, (0, -2, -4))), None, 0, (literal(position, 0),)
        )
        for position in range(3)
    ],
    "for each unit but the last its share of the board": [
        LinearConstraint(
            (LinearTerm(position, (0, 1, 2, 4)), LinearTerm(3, (0, -2, -4))),
            None,
            -1,
            (literal(position, 0, 3),),
        )
        for position in range(3)
    ],
    "for each unit its share, written differently": [
        LinearConstraint(
            (LinearTerm(at, (at - 9, at + 1, at + 2, at + 4)), LinearTerm(3, (0, -2, -4))), None, at + 1
        )
        for at in range(3)
    ],
    "for each unit its share of all units": [
        LinearConstraint(
            (
                *(LinearTerm(at, (0, 2, 4, 8) if at == position else (0, -1, -2, -4)) for at in range(3)),
                LinearTerm(3, (0, -1, -2)),
            ),
            -5,
            0,
        )
        for position in range(3)
    ],
    "a sum, excused by any unit": [
        LinearConstraint(
            tuple(LinearTerm(at, (0, 1, 2, 3)) for at in range(3)),
            None,
            4,
            (*(literal(at, 3) for at in range(3)), literal(3, 1)),
        )
    ],
    "a sum in which the third unit is dearer": [
        LinearConstraint(
            (
                LinearTerm(0, (0, 1, 2, 3)),
                LinearTerm(1, (0, 1, 2, 3)),
                LinearTerm(2, (-1, 3, 4, 5)),
                LinearTerm(3, (0, 1, 2)),
            ),
            2,
            6,
        )
    ],
    "a table over all": [
        TableConstraint(
            (0, 3, 1, 2),
            ((0, 1, 1, 2), (0, 1, 1), (0, 1, 1, 2), (0, 1, 1, 2)),
            frozenset((row[0], 1, *row[1:]) for row in permutations(range(3))) | {(1, 0, 1, 1)},
        )
    ],
    "for each as a table with the board": [
        TableConstraint((3, position), ((0, 1, 1), (0, 1, 1, 2)), frozenset({(0, 0), (0, 1), (1, 0), (1, 2)}))
        for position in range(3)
    ],
}


@pytest.mark.parametrize("case", ALIKE)
def test_such_rules_are_grouped(case: str) -> None:
    problem = problem_of(DRIVES, ALIKE[case])

    found = grouped(problem, (), NO_LIMITS)

    assert () == found.chains
    assert [3, 1] == [len(scope_of(part)) for part in found.parts]
    assert 1 < len(solutions_of(DRIVES, problem)) < 60 or case == "nothing"
    assert solutions_of(DRIVES, problem) == sorted(old for _, old in written_out(found))


OTHERWISE: dict[str, list[Constraint]] = {
    "the first alone": [ClauseConstraint((literal(0, 0, 1, 2),))],
    "the first, where there is no third": [ClauseConstraint((literal(0, 0, 1), literal(2, *FILLED)))],
    "two of three": ALIKE["for each"][:2],
    "an order": [
        TableConstraint(pair, ((0, 1, 1, 2),) * 2, frozenset(set(product(range(3), repeat=2)) - {(1, 2)}))
        for pair in ((0, 1), (0, 2), (1, 2))
    ],
    "weights": [LinearConstraint((LinearTerm(0, (0, 1, 2, 3)), LinearTerm(1, (0, 1, 1, 3))), None, 3)],
    "a condition": [PredicateConstraint((0, 1), lambda values: values[0] != values[1])],
    "bounds": [
        LinearConstraint((LinearTerm(at, (0, 1, 2, 3)), LinearTerm(3, (0, 1, 2))), None, 3 + at)
        for at in range(3)
    ],
    "another unit for each": [
        ClauseConstraint((literal(at, 0, *(set(FILLED) - {at + 1})), literal(3, 2))) for at in range(3)
    ],
    "another board for each": [ClauseConstraint((literal(at, 0, 1, 2), literal(3, at))) for at in range(3)],
    "another table for each": [
        TableConstraint((at, 3), ((0, 1, 1, 2), classes), frozenset({(0, 0), (0, 1), (1, 0), (2, 1)}))
        for at, classes in enumerate(((0, 1, 1), (0, 1, 1), (0, 0, 1)))
    ],
    "another sum for each": [
        LinearConstraint((LinearTerm(at, (0, 1, 2, 4)), LinearTerm(3, (0, -at, -3))), None, 0)
        for at in range(3)
    ],
    "shifted weights": [
        LinearConstraint((LinearTerm(at, (-9, at + 1, at + 2, at + 4)), LinearTerm(3, (0, -2, -4))), None, 3)
        for at in range(3)
    ],
    "shifted weights with a lower bound": [
        LinearConstraint((LinearTerm(at, (9, 1 - at, 2 - at, 4 - at)), LinearTerm(3, (0, 2, 4))), 1, None)
        for at in range(3)
    ],
    "lower bounds": [
        LinearConstraint((LinearTerm(at, (3, 1, 2, 3)), LinearTerm(3, (0, 1, 2))), 1 + at // 2, None)
        for at in range(3)
    ],
}


@pytest.mark.parametrize("case", OTHERWISE)
def test_such_rules_leave_a_chain(case: str) -> None:
    problem = problem_of(DRIVES, OTHERWISE[case])

    found = grouped(problem, (), NO_LIMITS)

    assert 1 == len(found.chains)
    assert all(isinstance(part, SinglePart) for part in found.parts)
    assert problem == found.problem


def test_a_chain_that_cannot_be_grouped_is_told_with_its_reason() -> None:
    found = grouped(problem_of(DRIVES, OTHERWISE["the first alone"]), (), NO_LIMITS)

    assert ("`v0` and its chain stay positions: a rule does not treat them alike",) == found.chains


@pytest.mark.parametrize(
    ("sizes", "chains"),
    [
        ((3, 3, 3), ((0, 1), (1, 2))),
        ((3, 3, 3), ((0, 1), (2, 1, 0))),
        ((3, 3), ((1, 0),)),
        ((3, 2), ((0, 1),)),
        ((0, 0), ((0, 1),)),
    ],
)
def test_odd_chains_stay_chains(sizes: tuple[int, ...], chains: tuple[tuple[int, ...], ...]) -> None:
    problem = problem_of(Slots(sizes, chains, ()), [])

    found = grouped(problem, (), NO_LIMITS)

    assert len(chains) == len(found.chains)
    assert problem == found.problem


def test_the_same_chain_twice_is_one_group() -> None:
    problem = problem_of(Slots((3, 3), ((0, 1), (0, 1)), ()), [])

    found = grouped(problem, (), NO_LIMITS)

    assert [(0, 1)] == [scope_of(part) for part in found.parts]


def test_a_chain_of_one_position_is_a_variable() -> None:
    found = grouped(problem_of(Slots((3,), ((0,),), ()), []), (), NO_LIMITS)

    assert ((), ()) == (found.problem.constraints, found.chains)
    assert [(0,)] == [scope_of(part) for part in found.parts]


def test_a_slot_without_components_has_one_case() -> None:
    found = grouped(problem_of(Slots((1, 1), ((0, 1),), ()), []), (), NO_LIMITS)

    assert [((0,), (0, 0))] == list(written_out(found))


def test_a_sum_outside_that_positions_see_differently_is_brought_in() -> None:
    family = tuple(rule for rule in ALIKE["for each unit its share of all units"])
    upper = tuple(
        LinearConstraint(rule.terms, None, 0) for rule in family if isinstance(rule, LinearConstraint)
    )
    plain = LinearConstraint((LinearTerm(3, (0, 1, 2)),), None, 1)

    found = grouped(problem_of(DRIVES, []), (*upper, plain), NO_LIMITS)

    assert [None, None, None] == list(found.sides[:3])
    assert found.sides[3] is not None
    expected = solutions_of(DRIVES, problem_of(DRIVES, list(upper)))
    assert expected == sorted(old for _, old in written_out(found))


# ---------------------------------------------------------------- large families

FAMILY = 13_000


def large(kinds: int, rules: list[Constraint]) -> Grouped:
    """Up to four out of 13,000 components, so many kinds of which one table with a board tells apart."""
    classes = (kinds, *(at * kinds // FAMILY for at in range(FAMILY)))
    board = TableConstraint(
        (0, 4), (classes, (0, 1)), frozenset(product(range(kinds + 1), (0, 1))) - {(0, 1)}
    )
    alike = [TableConstraint((at, 4), board.classes, board.rows) for at in range(4)] if kinds > 1 else []
    return grouped(
        problem_of(Slots((FAMILY + 1,) * 4 + (2,), ((0, 1, 2, 3),), (4,)), alike + rules), (), NO_LIMITS
    )


def test_equal_components_are_one_case_for_each_number_of_units() -> None:
    found = large(1, [])

    decision = found.parts[0].decision(np.arange(5, dtype=np.int32))

    assert [5, 2] == [variable.size for variable in found.problem.variables]
    assert [comb(FAMILY + n - 1, n) for n in range(5)] == decision.everything.multiplicity.tolist()


def test_a_least_number_of_units_closes_the_cases_with_fewer() -> None:
    filled = frozenset(range(1, FAMILY + 1))
    found = large(1, [ClauseConstraint((Literal(at, filled),)) for at in range(2)])

    sizes = {solution[0] for solution in ExhaustiveEngine().prepare(found.problem).solutions({})}

    assert {2, 3, 4} == sizes


def test_kinds_are_told_apart_by_what_matters_alone() -> None:
    """Ten classes of components, but the board minds the first alone: two kinds, 15 cases."""
    found = large(10, [])

    part = found.parts[0]
    assert isinstance(part, MultisetPart)
    assert (2, 15) == (part.shape.kinds, found.problem.variables[0].size)
    assert [-1, *[0] * 1300, *[1] * 11_700] == part.shape.kind_of.tolist()


def test_too_many_kinds_leave_a_chain() -> None:
    weights = tuple(range(FAMILY + 1))
    budget = LinearConstraint(tuple(LinearTerm(at, weights) for at in range(4)), None, 20_000)

    found = large(1, [budget])

    cases = comb(FAMILY + 4, 4)
    reason = f"{FAMILY:,} kinds of components make {cases:,} cases"
    assert (f"`v0` and its chain stay positions: {reason}",) == found.chains


def test_a_sum_outside_does_not_part_kinds() -> None:
    weights = tuple(range(FAMILY + 1))
    budget = LinearConstraint(tuple(LinearTerm(at, weights) for at in range(4)), None, 20_000)
    problem = problem_of(Slots((FAMILY + 1,) * 4, ((0, 1, 2, 3),), ()), [])

    found = grouped(problem, (budget,), NO_LIMITS)

    assert [5] == [variable.size for variable in found.problem.variables]
    (weighing,) = found.sides
    assert weighing is not None
    assert (list(weights), None) == (weighing[0].values.tolist(), weighing[0].atoms)


def test_a_group_is_named_after_its_first_and_last_position() -> None:
    found = grouped(problem_of(DRIVES, []), (), NO_LIMITS)

    assert ["v0…v2", "v3"] == [variable.name for variable in found.problem.variables]
