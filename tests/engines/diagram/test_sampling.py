"""Uniform samples: exactly as likely, all of them, from a seed."""

from collections import Counter

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from made_diagrams import (
    MadeDiagram,
    Path,
    assumptions_on,
    diagram_of,
    free_diagram,
    made_diagrams,
    made_mixed_diagrams,
    obeying,
)

from configurator.engines.diagram.compiled import CompiledDiagram
from configurator.engines.diagram.decisions import SingleDecision
from configurator.engines.diagram.walks.random_numbers import RandomNumbers
from configurator.engines.diagram.walks.ranking import FastOrder, fast_order
from configurator.engines.diagram.walks.sampling import uniform_samples
from configurator.engines.diagram.walks.shares import Shares
from configurator.engines.diagram.whole import Whole, objects

LAWS = settings(deadline=None, max_examples=60)
CHI_SQUARE = {5: 20.5, 8: 26.1, 15: 37.7, 99: 148.2}
"""For degrees of freedom what chance exceeds in one case among a thousand."""


def chi_square(counts: list[int]) -> float:
    """How far counts are from equal ones."""
    expected = sum(counts) / len(counts)
    return sum((found - expected) ** 2 for found in counts) / expected


def with_large_numbers(order: FastOrder) -> FastOrder:
    """The same order, its counts as Python's own numbers down to the last layer."""
    counts = (*(objects(found.tolist()) for found in order.counts[:-1]), order.counts[-1])
    return FastOrder(order.compiled, counts)


def lopsided() -> CompiledDiagram:
    """Six solutions behind nodes of different weight: values 0, 1, 2 of the first variable have 1, 2, 3."""
    paths: set[Path] = {(first, second) for first in range(3) for second in range(first + 1)}
    decisions = tuple(SingleDecision.of(at, np.arange(3, dtype=np.int32)) for at in range(2))
    return evolve(free_diagram(3, 3), diagram=diagram_of(paths, 2), decisions=decisions)


@LAWS
@given(made=st.one_of(made_diagrams(), made_mixed_diagrams()), data=st.data(), seed=st.integers(0, 2**70))
def test_samples_are_solutions(made: MadeDiagram, data: st.DataObject, seed: int) -> None:
    assumptions = data.draw(assumptions_on(made))
    obedient = obeying(made, assumptions)

    samples = uniform_samples(made.compiled, assumptions, 20, seed)

    assert set(obedient) >= set(map(tuple, samples.T.tolist()))
    assert (len(made.compiled.variables), 20 if obedient else 0) == samples.shape


def test_each_solution_is_equally_likely() -> None:
    samples = uniform_samples(lopsided(), {}, 60_000, 1)

    counts = Counter(map(tuple, samples.T.tolist()))

    assert 6 == len(counts)
    assert chi_square(list(counts.values())) < CHI_SQUARE[5]


def test_each_solution_is_equally_likely_where_numbers_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = lopsided()
    large = with_large_numbers(fast_order(compiled, {}))
    monkeypatch.setattr("configurator.engines.diagram.walks.sampling.fast_order", lambda *_: large)

    counts = Counter(map(tuple, uniform_samples(compiled, {}, 60_000, 1).T.tolist()))

    assert 2 == len(large.shares)
    assert 6 == len(counts)
    assert chi_square(list(counts.values())) < CHI_SQUARE[5]


def test_shares_of_few_bits_are_decided_by_more() -> None:
    layer = with_large_numbers(fast_order(lopsided(), {})).layers[0]
    shares = Shares.of(layer, bits=1)  # begin at 0, 1/6 and 3/6: the second lies within the first bit's half

    arcs = shares.arcs(np.zeros(60_000, np.int64), RandomNumbers.seeded(3))

    counts = np.bincount(arcs, minlength=3)
    assert (
        chi_square(
            [int(counts[0]), *np.full(2, counts[1] / 2).astype(int), *np.full(3, counts[2] / 3).astype(int)]
        )
        < CHI_SQUARE[5]
    )


def test_members_of_one_class_are_equally_likely() -> None:
    samples = uniform_samples(free_diagram(4, 4), {}, 40_000, 5)

    counts = np.bincount(samples[0] * 4 + samples[1], minlength=16)

    assert chi_square(counts.tolist()) < CHI_SQUARE[15]


def test_samples_among_10_to_the_80_are_uniform_in_each_variable() -> None:
    samples = uniform_samples(free_diagram(*(100,) * 40), {}, 20_000, 5)

    spread = [chi_square(np.bincount(values, minlength=100).tolist()) for values in samples]

    assert 40 == len(spread)
    assert sum(found < CHI_SQUARE[99] for found in spread) >= 39


def test_one_seed_gives_the_same_samples() -> None:
    compiled = free_diagram(100, 100, 100)

    first, again, other = (uniform_samples(compiled, {}, 50, seed).tolist() for seed in (8, 8, 9))

    assert first == again
    assert first != other


def test_samples_of_a_seed_are_known() -> None:
    assert [[7, 1, 2], [1, 7, 4]] == uniform_samples(free_diagram(10, 10), {}, 3, 0).tolist()


def test_no_solution_has_no_samples() -> None:
    assert (2, 0) == uniform_samples(free_diagram(2, 2), {0: frozenset()}, 5, 1).shape


def test_negative_amount_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        uniform_samples(free_diagram(2, 2), {}, -1, 1)


# ---------------------------------------------------------------- random numbers


@pytest.mark.parametrize("bound", [1, 2, 3, 2**61 + 1, 2**62, 2**64, 2**64 + 1, 10**80])
def test_random_numbers_are_below_their_bound(bound: int) -> None:
    numbers = RandomNumbers.seeded(4).all_below(bound, 200)

    assert all(0 <= number < bound for number in numbers.tolist())
    assert max(numbers.tolist()) >= bound * 9 // 10 - 1


@pytest.mark.parametrize("large", [False, True])
def test_random_numbers_fall_evenly(large: bool) -> None:
    bounds: Whole = np.full(9_000, 9)

    numbers = RandomNumbers.seeded(2).below(objects(bounds.tolist()) if large else bounds)

    assert chi_square(np.bincount(numbers.astype(np.int64), minlength=9).tolist()) < CHI_SQUARE[8]


def test_remainders_of_an_incomplete_round_are_drawn_again() -> None:
    """Of 2**64 words, those from 3 * bound on would favour small remainders: a quarter of all words."""
    bound = 2**62 - 2**58

    numbers = RandomNumbers.seeded(2).all_below(bound, 40_000)

    quarters = np.bincount(numbers // (bound // 16 + 1), minlength=16)
    assert chi_square(quarters.tolist()) < CHI_SQUARE[15]
