"""Constraints as clauses: the parts, each against what it stands for."""

from collections.abc import Iterable, Sequence
from itertools import product
from math import prod

from hypothesis import given, settings
from hypothesis import strategies as st

from configurator.csp.constraints import LinearTerm, TableConstraint
from configurator.csp.value_sets import value_set
from configurator.engines.sat_encoding import (
    ALWAYS,
    FALSE,
    NEVER,
    TRUE,
    Encoding,
    Side,
    SumDiagram,
    WeightLadder,
    arcs_at_most,
    compact_table,
)
from configurator.engines.sat_optimum import Counter

LAWS = settings(deadline=None, max_examples=100)


class Clauses:
    """Collects clauses and says what they allow, by trying everything."""

    def __init__(self, sizes: Iterable[int]) -> None:
        self.clauses: list[list[int]] = []
        self.encoding = Encoding(tuple((1 << size) - 1 for size in sizes), self.clauses.append)

    def models(self) -> list[tuple[int, ...]]:
        """Every model, each as the literals that hold, ascending."""
        numbers = range(1, self.encoding.literals + 1)
        models = []
        for signs in product((1, -1), repeat=len(numbers)):
            holding = {sign * number for sign, number in zip(signs, numbers, strict=True)}
            if all(any(literal in holding for literal in clause) for clause in self.clauses):
                models.append(tuple(sorted((literal for literal in holding), key=abs)))
        return models

    def implied(self, assumed: Iterable[int]) -> set[int]:
        """What unit propagation finds."""
        holding = set(assumed)
        grown = True
        while grown:
            grown = False
            for clause in self.clauses:
                left = [literal for literal in clause if -literal not in holding]
                if len(left) == 1 and left[0] not in holding:
                    holding.add(left[0])
                    grown = True
        return holding


def nothing() -> None:
    """A checkpoint that lets everything pass."""


def ladder(*steps: int) -> WeightLadder:
    return WeightLadder(0, steps, steps, (TRUE, *range(2, len(steps) + 1)))


def end_of(diagram: SumDiagram, choices: Sequence[int]) -> int:
    node = diagram.root
    while node not in {ALWAYS, NEVER}:
        level, children = diagram.nodes[node]
        node = children[choices[level]]
    return node


# ---------------------------------------------------------------- values


def test_every_value_has_a_model_and_every_model_a_value() -> None:
    trial = Clauses([7])
    trial.encoding.tell_apart(0, [0, 0, 1, 2, 3, 4, 5])
    trial.encoding.tell_apart(0, [0, 0, 0, 0, 0, 0, 1])

    chosen = sorted(trial.encoding.assignment(model, (0b1111111,)) for model in trial.models())

    # Six classes are more than can be told pair by pair; 0 stands for itself and 1.
    assert set(chosen) == {(0,), (2,), (3,), (4,), (5,), (6,)}


def test_values_alike_are_told_apart_when_something_speaks_of_one_of_them() -> None:
    trial = Clauses([4])

    inside = trial.encoding.literal_for(0, 0b0110)
    alone = trial.encoding.literal_for(0, 0b0010)

    values = {
        trial.encoding.assignment(model, (0b1111,)): (inside in model, alone in model)
        for model in trial.models()
    }
    assert values == {(0,): (False, False), (1,): (True, True), (2,): (True, False)}


def test_the_whole_domain_is_true_and_nothing_is_false() -> None:
    encoding = Clauses([3]).encoding

    assert encoding.literal_for(0, 0b1111) == TRUE
    assert encoding.literal_for(0, 0b1000) == FALSE


def test_literals_for_a_set_and_for_the_rest_are_opposite() -> None:
    trial = Clauses([4])
    some, rest = trial.encoding.literal_for(0, 0b0011), trial.encoding.literal_for(0, 0b1100)

    assert all((some in model) != (rest in model) for model in trial.models())


def test_an_assumption_leaves_what_looks_like_a_value_of_the_set() -> None:
    trial = Clauses([6])
    trial.encoding.tell_apart(0, [0, 0, 1, 1, 2, 2])
    assumed = trial.encoding.assumed((0b000110,))

    models = [model for model in trial.models() if set(assumed) <= set(model)]
    assert {trial.encoding.assignment(model, (0b000110,)) for model in models} == {(1,), (2,)}


# ---------------------------------------------------------------- sums


@LAWS
@given(
    weights=st.lists(
        st.lists(st.integers(1, 9), max_size=3, unique=True).map(lambda each: (0, *sorted(each))), max_size=4
    ),
    room=st.integers(-1, 30),
)
def test_a_path_through_a_diagram_ends_where_the_sum_does(weights: list[tuple[int, ...]], room: int) -> None:
    ladders = [ladder(*steps) for steps in weights]
    diagram = SumDiagram.of(ladders, room, 10_000, nothing)
    assert diagram is not None

    for choices in product(*(range(len(steps)) for steps in weights)):
        total = sum(steps[choice] for steps, choice in zip(weights, choices, strict=True))
        assert end_of(diagram, choices) == (ALWAYS if total <= room else NEVER)


def test_sums_with_the_same_future_share_a_node() -> None:
    # After two of them 0, 1 and 2 are alike if the third takes 0 or 10 out of 12; so are 3 and more.
    diagram = SumDiagram.of([ladder(0, 1, 3), ladder(0, 1, 3), ladder(0, 10)], 12, 100, nothing)

    assert diagram is not None
    assert sum(level == 2 for level, _ in diagram.nodes) == 1


def test_a_diagram_beyond_its_size_is_none() -> None:
    ladders = [ladder(0, 7, 11), ladder(0, 5, 6), ladder(0, 3, 4)]
    whole = SumDiagram.of(ladders, 13, 1_000, nothing)
    assert whole is not None
    arcs = sum(len(children) for _, children in whole.nodes)

    assert SumDiagram.of(ladders, 13, arcs, nothing) == whole
    assert SumDiagram.of(ladders, 13, arcs - 1, nothing) is None


@LAWS
@given(
    weights=st.lists(
        st.lists(st.integers(1, 50), max_size=3, unique=True).map(lambda each: (0, *sorted(each))),
        min_size=1,
        max_size=5,
    ),
    room=st.integers(0, 100),
    unit=st.sampled_from((1, 2, 8)),
)
def test_a_diagram_has_no_more_arcs_than_foretold(
    weights: list[tuple[int, ...]], room: int, unit: int
) -> None:
    ladders = tuple(ladder(*steps) for steps in weights)
    coarse = sorted((each.coarse(unit) for each in ladders), key=lambda each: -each.steps[-1])
    diagram = SumDiagram.of(coarse, room // unit, 10_000, nothing)
    assert diagram is not None

    arcs = sum(len(children) for _, children in diagram.nodes)
    assert arcs <= arcs_at_most(Side(ladders, room, ()), unit)


def test_what_breaks_a_sum_is_refuted_with_all_that_weighs_no_less() -> None:
    trial = Clauses([4, 4, 2])
    terms = [LinearTerm(0, (0, 3, 5, 9)), LinearTerm(1, (0, 2, 4, 9)), LinearTerm(2, (0, 1))]
    side = Side(tuple(trial.encoding.ladder(term) for term in terms), 8, (FALSE,))
    before = len(trial.clauses)

    # 9 + 4 + 1 is 5 more than it takes: the third is let go, the second as well, the first must be 9.
    trial.encoding.refute_excess(side, (3, 2, 1))

    nine = trial.encoding.literal_for(0, 0b1000)
    assert trial.clauses[before:] == [[-side.ladders[0].at_least[3]]]
    assert -nine in trial.implied([TRUE])


def test_what_keeps_a_bound_is_not_refuted() -> None:
    trial = Clauses([4])
    side = Side((trial.encoding.ladder(LinearTerm(0, (0, 3, 5, 9))),), 5, ())
    before = len(trial.clauses)

    trial.encoding.refute_excess(side, (2,))

    assert len(trial.clauses) == before


# ---------------------------------------------------------------- tables and counters


def test_classes_that_go_with_the_same_rows_become_one() -> None:
    table = TableConstraint((0, 1), ((0, 1, 2, 3), (0, 0, 1)), frozenset({(0, 0), (1, 0), (2, 1), (7, 1)}))

    compact = compact_table(table, (0b1111, 0b111))

    assert compact.columns == ((0b0011, 0b0100), (0b011, 0b100))
    assert compact.rows == {(0, 0), (1, 1)}


def test_a_table_within_sets_speaks_of_what_is_left() -> None:
    table = TableConstraint((0, 1), ((0, 1, 2), (0, 1, 2)), frozenset({(0, 0), (1, 1), (2, 2)}))

    compact = compact_table(table, (0b110, 0b011))

    assert compact.columns == ((value_set({1}),), (value_set({1}),))
    assert compact.rows == {(0, 0)}


@LAWS
@given(size=st.integers(1, 6), data=st.data())
def test_a_counter_holds_from_so_many_on(size: int, data: st.DataObject) -> None:
    trial = Clauses([])
    inputs = [trial.encoding.new_literal() for _ in range(size)]
    counter = Counter.of(inputs)
    wanted = data.draw(st.integers(1, size))
    literal = counter.at_least(wanted, trial.encoding)
    held = data.draw(st.sets(st.sampled_from(inputs)))

    holding = trial.implied([TRUE, *(each if each in held else -each for each in inputs)])

    # Clauses go one way only: nothing but need makes it hold.
    assert (literal in holding) == (len(held) >= wanted)


def test_a_counter_is_written_as_far_as_it_is_needed() -> None:
    clauses = []
    for wanted in (1, 2, 16):
        trial = Clauses([])
        counter = Counter.of([trial.encoding.new_literal() for _ in range(16)])
        counter.at_least(wanted, trial.encoding)
        clauses.append(len(trial.clauses))

    assert clauses == sorted(clauses)
    assert clauses[0] < prod((4, 16))
