"""A mixed slot as one decision, against all its ascending sequences written out."""

from collections import Counter
from collections.abc import Iterable
from functools import cache
from itertools import combinations_with_replacement, islice
from math import comb

import numpy as np
import pytest
from attrs import field, frozen
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from configurator.engines.diagram.decisions import DecisionWeights
from configurator.engines.diagram.multiset_vectors import MultisetShape
from configurator.engines.diagram.multisets import MultisetDecision, RestrictedMultiset
from configurator.engines.diagram.whole import objects, whole
from configurator.errors import SearchLimitError

Member = tuple[int, ...]

HUGE = 2**70


@frozen
class MadeMultiset:
    """A decision under assumptions.

    Attributes:
        left: the members left, by class, ascending.
    """

    decision: MultisetDecision
    assumptions: dict[int, frozenset[int]]
    left: dict[int, list[Member]] = field(repr=False)

    @property
    def restricted(self) -> RestrictedMultiset:
        return self.decision.restricted(self.assumptions)

    @property
    def members(self) -> list[tuple[int, Member]]:
        return [(label, member) for label, members in self.left.items() for member in members]


@cache
def sequences(positions: int, largest: int) -> list[Member]:
    """All ascending sequences, blanks last."""
    found = [
        filled + (0,) * (positions - units)
        for units in range(positions + 1)
        for filled in combinations_with_replacement(range(1, largest + 1), units)
    ]
    return sorted(found)


def atom_of(shape: MultisetShape, member: Member) -> int:
    """The number of a member's kinds among all multisets of kinds, found by listing them."""
    kinds = tuple(int(shape.kind_of[value]) + 1 for value in member if value)
    if 0 in kinds:
        return -1
    blanks = (0,) * (shape.positions - len(kinds))
    return atoms(shape.positions, shape.kinds)[(*sorted(kinds, reverse=True), *blanks)]


@cache
def atoms(positions: int, kinds: int) -> dict[Member, int]:
    """Multisets of kinds (from 1), written downwards, in order."""
    every = sorted(tuple(sorted(found, reverse=True)) for found in sequences(positions, kinds))
    return {found: at for at, found in enumerate(every)}


@st.composite
def shapes(draw: DrawFn, *, positions: int = 4, largest: int = 5) -> MultisetShape:
    """Some positions over a few components of a few kinds; some components are impossible."""
    values = draw(st.lists(st.integers(-1, 2), max_size=largest))
    number = {kind: at for at, kind in enumerate(dict.fromkeys(kind for kind in values if kind >= 0))}
    kind_of = np.array([-1, *(number.get(kind, -1) for kind in values)], np.int32)
    return MultisetShape(draw(st.integers(1, positions)), kind_of)


@st.composite
def made_multisets(draw: DrawFn) -> MadeMultiset:
    """Classes over the atoms at random, and assumptions on some positions."""
    shape = draw(shapes())
    classes = draw(st.lists(st.integers(-1, 3), min_size=shape.atoms, max_size=shape.atoms))
    number = {label: at for at, label in enumerate(sorted(set(classes) - {-1}))}
    class_of = np.array([number.get(label, -1) for label in classes], np.int32)
    variables = tuple(range(2, 2 + shape.positions))
    decision = MultisetDecision.of(variables, shape, class_of)
    some = st.frozensets(st.integers(-1, len(shape.kind_of)))
    fixed = st.integers(0, len(shape.kind_of) - 1).map(lambda value: frozenset({value}))
    assumptions = draw(st.dictionaries(st.integers(0, 7), some | fixed, max_size=4))
    left: dict[int, list[Member]] = {label: [] for label in range(decision.classes)}
    for member in sequences(shape.positions, len(shape.kind_of) - 1):
        atom = atom_of(shape, member)
        obeys = all(
            value in assumptions.get(variable, {value})
            for variable, value in zip(variables, member, strict=True)
        )
        if atom >= 0 and class_of[atom] >= 0 and obeys:
            left[int(class_of[atom])].append(member)
    return MadeMultiset(decision, assumptions, left)


def columns_of(members: Iterable[Member], positions: int) -> np.ndarray:
    rows = list(members)
    return np.array(rows, np.int32).reshape(len(rows), positions).T


def weighed(draw: DrawFn, made: MadeMultiset, scale: int = 1) -> tuple[DecisionWeights, dict[Member, int]]:
    """Random weights, few of them different, and what each member left weighs."""
    shape = made.decision.shape
    size, atoms = len(shape.kind_of), shape.atoms
    values = [scale * weight for weight in draw(st.lists(st.integers(-2, 4), min_size=size, max_size=size))]
    extra = st.lists(st.integers(-3, 3), min_size=atoms, max_size=atoms) if draw(st.booleans()) else st.none()
    on_top = draw(extra)
    bound = 100 * scale
    typed = objects if scale > 1 else whole
    weights = DecisionWeights(typed(values), bound, None if on_top is None else typed(on_top))
    of = {
        member: sum(values[value] for value in member) + (on_top[atom_of(shape, member)] if on_top else 0)
        for _, member in made.members
    }
    return weights, of


scales = st.sampled_from((1, 1, HUGE))
flags = st.lists(st.booleans(), min_size=4, max_size=4)


# ---------------------------------------------------------------- counting and numbering


@given(made=made_multisets())
def test_a_class_has_as_many_members_as_can_be_listed(made: MadeMultiset) -> None:
    assert [len(members) for members in made.left.values()] == made.restricted.multiplicity.tolist()
    assert [bool(members) for members in made.left.values()] == made.restricted.open.tolist()


@given(made=made_multisets())
def test_members_written_out_are_exactly_those_left(made: MadeMultiset) -> None:
    labels = np.array([label for label, members in made.left.items() for _ in members], np.int32)
    ranks = np.array([rank for members in made.left.values() for rank in range(len(members))], np.int64)

    written = made.restricted.members(labels, ranks).T.tolist()

    assert sorted(made.members) == sorted(zip(labels.tolist(), map(tuple, written), strict=True))


@given(made=made_multisets())
def test_ranks_are_the_inverse_of_members(made: MadeMultiset) -> None:
    positions = made.decision.shape.positions
    columns = columns_of((member for _, member in made.members), positions)

    labels, ranks = made.restricted.ranks(columns)

    assert [label for label, _ in made.members] == labels.tolist()
    assert columns.tolist() == made.restricted.members(labels, ranks).tolist()


@given(made=made_multisets(), data=st.data())
def test_columns_that_are_no_member_have_no_rank(made: MadeMultiset, data: st.DataObject) -> None:
    positions, size = made.decision.shape.positions, len(made.decision.shape.kind_of)
    column = st.tuples(*[st.integers(-2, size + 1)] * positions)
    columns = data.draw(st.lists(column, max_size=20))
    class_of_member = {member: label for label, member in made.members}

    labels, _ = made.restricted.ranks(columns_of(columns, positions))

    assert [class_of_member.get(column, -1) for column in columns] == labels.tolist()


@given(shape=shapes(), data=st.data())
def test_a_columns_atom_is_the_multiset_of_its_kinds(shape: MultisetShape, data: st.DataObject) -> None:
    decision = MultisetDecision.of(tuple(range(shape.positions)), shape, np.zeros(shape.atoms, np.int32))
    size = len(shape.kind_of)
    known = {member: atom_of(shape, member) for member in sequences(shape.positions, size - 1)}
    strays = data.draw(st.lists(st.tuples(*[st.integers(-2, size + 1)] * shape.positions), max_size=10))
    columns = [*known, *strays]

    atoms = decision.atoms_of(columns_of(columns, shape.positions))

    assert [known.get(column, -1) for column in columns] == atoms.tolist()


@given(shape=shapes())
def test_full_slots_have_the_atoms_of_their_kinds_whatever_the_order_of_kinds(shape: MultisetShape) -> None:
    decision = MultisetDecision.of(tuple(range(shape.positions)), shape, np.zeros(shape.atoms, np.int32))
    full = [member for member in sequences(shape.positions, len(shape.kind_of) - 1) if all(member)]

    atoms = decision.atoms_of(columns_of(full, shape.positions))

    assert [atom_of(shape, member) for member in full] == atoms.tolist()


@given(made=made_multisets())
def test_only_assumptions_that_forbid_something_touch_a_decision(made: MadeMultiset) -> None:
    everything = frozenset(range(len(made.decision.shape.kind_of)))
    bound = [made.assumptions.get(variable, everything) for variable in made.decision.variables]
    possible = {value for value in everything if not value or made.decision.shape.kind_of[value] >= 0}

    assert all(possible <= values for values in bound) == made.restricted.untouched


# ---------------------------------------------------------------- what positions can take


@given(made=made_multisets(), alive=flags)
def test_domains_are_the_union_of_the_members(made: MadeMultiset, alive: list[bool]) -> None:
    positions, size = made.decision.shape.positions, len(made.decision.shape.kind_of)
    living = [member for label, member in made.members if alive[label]]

    domains = made.restricted.domains(np.array(alive[: made.decision.classes], np.bool_))

    union = [[any(m[at] == value for m in living) for value in range(size)] for at in range(positions)]
    assert union == [found.tolist() for found in domains]


@given(made=made_multisets(), alive=flags)
def test_highest_counts_are_those_of_some_member(made: MadeMultiset, alive: list[bool]) -> None:
    living = [member for label, member in made.members if alive[label]]
    flagged = np.array(alive[: made.decision.classes], np.bool_)

    highest = made.restricted.highest_counts(flagged)
    filled = made.restricted.filled(flagged)

    values = range(1, len(made.decision.shape.kind_of))
    assert [0, *(max((m.count(v) for m in living), default=0) for v in values)] == highest.tolist()
    units = [sum(1 for value in member if value) for member in living]
    assert ((min(units), max(units)) if units else None) == filled


# ---------------------------------------------------------------- weights


@given(made=made_multisets(), data=st.data(), scale=scales)
def test_least_is_that_of_the_lightest_member(made: MadeMultiset, data: st.DataObject, scale: int) -> None:
    weights, of = data.draw(st.composite(weighed)(made, scale))

    least = made.restricted.weighted(weights).least

    lightest = [
        min((of[member] for member in members), default=weights.unreachable) for members in made.left.values()
    ]
    assert lightest == least.tolist()


@settings(max_examples=150)
@given(made=made_multisets(), data=st.data(), scale=scales)
def test_least_by_value_is_that_of_the_lightest_member_with_it(
    made: MadeMultiset, data: st.DataObject, scale: int
) -> None:
    weights, of = data.draw(st.composite(weighed)(made, scale))
    dead = st.just(weights.unreachable)
    base = data.draw(
        st.lists(st.integers(-5, 5) | dead, min_size=made.decision.classes, max_size=made.decision.classes)
    )

    found = made.restricted.weighted(weights).least_by_value(
        objects(base) if scale > 1 else np.array(base, np.int64)
    )

    def least(at: int, value: int) -> int:
        weighing = (base[label] + of[m] for label, m in made.members if m[at] == value and base[label] < 90)
        return min(weighing, default=weights.unreachable)

    positions, size = made.decision.shape.positions, len(made.decision.shape.kind_of)
    assert [[least(at, value) for value in range(size)] for at in range(positions)] == [
        row.tolist() for row in found
    ]


@given(made=made_multisets(), data=st.data())
def test_least_by_units_is_that_of_the_lightest_member_with_so_many(
    made: MadeMultiset, data: st.DataObject
) -> None:
    weights, of = data.draw(st.composite(weighed)(made))
    base = data.draw(st.lists(st.integers(-5, 5), min_size=4, max_size=4))[: made.decision.classes]

    weighted = made.restricted.weighted(weights)
    found = weighted.least_by_units(np.array(base, np.int64))
    by_filled = weighted.least_by_filled(np.array(base, np.int64))

    def least(chosen: Iterable[tuple[int, Member]]) -> int:
        return min((base[label] + of[member] for label, member in chosen), default=weights.unreachable)

    for units, row in enumerate(found, start=1):
        for value in range(1, len(row)):
            assert least(pair for pair in made.members if pair[1].count(value) >= units) == row[value]
    for filled, total in enumerate(by_filled):
        assert least(pair for pair in made.members if sum(map(bool, pair[1])) == filled) == total


@given(made=made_multisets(), data=st.data(), scale=scales)
def test_a_distribution_counts_every_member(made: MadeMultiset, data: st.DataObject, scale: int) -> None:
    weights, of = data.draw(st.composite(weighed)(made, scale))

    weighted = made.restricted.weighted(weights)

    for label, members in made.left.items():
        sums, counts = weighted.distribution(label)
        counted = Counter(of[member] for member in members)
        assert sorted(counted.items()) == list(zip(sums.tolist(), counts.tolist(), strict=True))


@given(made=made_multisets(), data=st.data(), scale=scales)
def test_members_come_by_weight_equal_ones_ascending(
    made: MadeMultiset, data: st.DataObject, scale: int
) -> None:
    weights, of = data.draw(st.composite(weighed)(made, scale))

    weighted = made.restricted.weighted(weights)

    for label, members in made.left.items():
        expected = sorted((of[member], member) for member in members)
        assert expected == list(weighted.members_by_weight(label))


# ---------------------------------------------------------------- large families

FAMILY = 13_000
POSITIONS = 4


def family(kinds: int, positions: int = POSITIONS) -> MultisetDecision:
    """So many picks out of 13,000 components of a few kinds, every atom a class."""
    kind_of = np.append(-1, np.arange(FAMILY) * 7919 % kinds).astype(np.int32)
    shape = MultisetShape(positions, kind_of)
    return MultisetDecision.of(tuple(range(positions)), shape, np.arange(shape.atoms, dtype=np.int32))


@pytest.mark.parametrize(("kinds", "positions"), [(1, 4), (6, 4), (40, 3), (2, 16)])
def test_a_large_family_counts_by_the_closed_formula(kinds: int, positions: int) -> None:
    decision = family(kinds, positions)

    counts = decision.everything.multiplicity

    assert comb(FAMILY + positions, positions) == sum(map(int, counts))
    assert comb(kinds + positions, positions) == len(counts)


def test_counts_beyond_a_machine_word_are_exact() -> None:
    decision = family(1, 16)

    counts = decision.everything.multiplicity

    assert [comb(FAMILY + units - 1, units) for units in range(17)] == counts.tolist()
    last = decision.everything.members(np.array([16]), objects([comb(FAMILY + 15, 16) - 1]))
    assert [[FAMILY]] * 16 == last.tolist()


def test_ranks_of_a_large_family_are_the_inverse_of_members() -> None:
    decision = family(6)
    counts = decision.everything.multiplicity
    labels = np.arange(210, dtype=np.int32).repeat(5)
    ranks = np.array([count * part // 5 for count in counts.tolist() for part in range(5)], np.int64)

    columns = decision.everything.members(labels, ranks)

    assert [labels.tolist(), ranks.tolist()] == [
        found.tolist() for found in decision.everything.ranks(columns)
    ]


def test_a_component_fixed_at_a_position_leaves_what_fits_around_it() -> None:
    decision = family(6)

    left = decision.restricted({1: frozenset({5_000})})

    # One unit before it, and after it up to two.
    assert 5_000 * comb(FAMILY - 5_000 + 3, 2) == sum(left.multiplicity.tolist())
    first, second, third, _ = left.domains(np.ones(210, np.bool_))
    assert (list(range(1, 5_001)), [5_000]) == (
        np.flatnonzero(first).tolist(),
        np.flatnonzero(second).tolist(),
    )
    assert [0, *range(5_000, FAMILY + 1)] == np.flatnonzero(third).tolist()


def test_values_that_no_position_may_take_do_not_cut_a_slot_into_runs() -> None:
    """A scattered half of the family, the same for every position, is one run."""
    decision = family(1)
    half = frozenset(range(0, FAMILY + 1, 2))

    left = decision.restricted(dict.fromkeys(range(POSITIONS), half))

    assert [comb(FAMILY // 2 + n - 1, n) for n in range(5)] == left.multiplicity.tolist()


def test_too_many_runs_are_refused() -> None:
    decision = family(1)

    with pytest.raises(SearchLimitError, match="cut a mixed slot into more than 1,000,000 cases"):
        decision.restricted({1: frozenset(range(0, FAMILY + 1, 2))})


def test_thousands_of_equal_weights_come_one_by_one() -> None:
    decision = family(1)
    weights = DecisionWeights(whole([0, *[7] * FAMILY]), 100)

    first = list(islice(decision.everything.weighted(weights).members_by_weight(3), 3))

    assert [(21, (1, 1, 1, 0)), (21, (1, 1, 2, 0)), (21, (1, 1, 3, 0))] == first


def test_a_distribution_of_many_weights_is_exact() -> None:
    """Prices 1 to 13,000, two units: each sum in as many pairs as fit under it and the top."""
    decision = family(1, 2)
    weights = DecisionWeights(whole(range(FAMILY + 1)), 100_000)

    sums, counts = decision.everything.weighted(weights).distribution(2)

    assert list(range(2, 2 * FAMILY + 1)) == sums.tolist()
    assert [min(total // 2, (2 * FAMILY - total) // 2 + 1) for total in sums.tolist()] == counts.tolist()


def test_too_many_different_weights_are_refused() -> None:
    decision = family(1, 2)
    weights = DecisionWeights(whole([value * value * value for value in range(FAMILY + 1)]), 10**15)

    with pytest.raises(SearchLimitError, match="too many different sums"):
        decision.everything.weighted(weights).distribution(2)


def test_least_weights_by_value_of_a_large_family_are_exact() -> None:
    """The dearer the later: beside a component at the last position all others can be the cheapest."""
    decision = family(1)
    weights = DecisionWeights(whole(range(FAMILY + 1)), 100_000)

    first, *_, last = decision.everything.weighted(weights).least_by_value(np.array([10**5] * 4 + [0]))

    assert [3 + value for value in range(1, FAMILY + 1)] == last[1:].tolist()
    assert [4 * value for value in range(1, FAMILY + 1)] == first[1:].tolist()
