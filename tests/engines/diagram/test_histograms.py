"""Counting by sums, against all solutions written out and against sums in Python's own numbers."""

from collections import Counter
from collections.abc import Sequence
from itertools import accumulate
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_objectives import MadeQuestion, made_questions
from numpy.typing import NDArray

from configurator.csp.constraints import LinearTerm
from configurator.csp.variables import Variable
from configurator.engines.diagram import whole
from configurator.engines.diagram.compiled import CompiledDiagram
from configurator.engines.diagram.decisions import SingleDecision
from configurator.engines.diagram.layers import Diagram, Layer
from configurator.engines.diagram.weighing import convolution, histograms, tallies
from configurator.engines.diagram.weighing.convolution import Kernel, transform_size
from configurator.engines.diagram.weighing.cross_transforms import CrossTransforms, Factors, Limbs
from configurator.engines.diagram.weighing.histograms import count_within, histogram
from configurator.engines.diagram.weighing.objectives import path_sum
from configurator.engines.diagram.weighing.path_sums import PathSum
from configurator.engines.diagram.weighing.residues import Residues
from configurator.engines.diagram.whole import objects
from configurator.errors import SearchLimitError


def priced(prices: Sequence[Sequence[int]]) -> PathSum:
    """Independent families, each one class of components with these prices."""
    arc = np.zeros(1, np.int32)
    compiled = CompiledDiagram(
        tuple(Variable(f"v{index}", len(of_family)) for index, of_family in enumerate(prices)),
        tuple(
            SingleDecision.of(index, np.zeros(len(of_family), np.int32))
            for index, of_family in enumerate(prices)
        ),
        Diagram(tuple(Layer.of(1, arc, arc, arc) for _ in prices)),
    )
    found = path_sum(compiled, tuple(LinearTerm(index, tuple(of)) for index, of in enumerate(prices)))
    assert found is not None
    return found


def counted(prices: Sequence[Sequence[int]]) -> Counter[int]:
    """How many ways lead to each total, family by family in Python's own numbers."""
    totals = Counter({0: 1})
    for of_family in prices:
        following: Counter[int] = Counter()
        for total, ways in totals.items():
            for price in of_family:
                following[total + price] += ways
        totals = following
    return totals


@given(
    question=made_questions(),
    bounds=st.lists(st.integers(-25, 25), max_size=4),
    further=st.integers(0, 1 << 70),
)
def test_a_histogram_counts_the_solutions_up_to_each_edge(
    question: MadeQuestion, bounds: list[int], further: int
) -> None:
    edges = [bound * question.scale + further % question.scale for bound in bounds]

    found = histogram(question.sum, edges, question.assumptions)

    assert tuple(sum(total <= edge for total, _ in question.answers) for edge in edges) == found


@given(
    words=st.sampled_from((1, 3)),
    whole_windows=st.booleans(),
    level=st.sampled_from((0, 1, None)),
    question=made_questions(),
    bound=st.integers(-25, 25),
)
def test_every_way_of_counting_counts_the_same(
    words: int, whole_windows: bool, level: int | None, question: MadeQuestion, bound: int
) -> None:
    """Whatever the estimates of cost and size would have chosen."""
    plain = Residues.below
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tallies, "SCATTERED", 1e9 if whole_windows else 0.0)
        patch.setattr(tallies, "CALL", 0.0 if whole_windows else 1e9)
        if words > 1:
            patch.setattr(Residues, "below", lambda bound: plain(max(bound, 1 << 90)))
        if level is not None:
            patch.setattr(histograms, "_cheapest_level", lambda down, *_: min(level, len(down.bytes) - 1))
        found = histogram(question.sum, (bound, bound + 7), question.assumptions)

    totals = [total for total, _ in question.answers]
    assert (sum(total <= bound for total in totals), sum(total <= bound + 7 for total in totals)) == found


def test_counts_beyond_64_bits_are_exact() -> None:
    """40 families of 100 components at 0, 1, … 99: a closed form by inclusion and exclusion."""
    families, bound = 40, 1_234
    path_sum = priced([range(100)] * families)

    found = count_within(path_sum, bound, {})

    # Sums of at most `bound` of 40 numbers, those with k of them at 100 or more taken out in turn.
    assert found == sum(
        (-1) ** k * comb(families, k) * comb(bound - 100 * k + families, families)
        for k in range(bound // 100 + 1)
    )
    assert found > 1 << 64


def test_a_histogram_of_huge_counts_is_exact_at_every_edge() -> None:
    prices = [[(7 * family + 13 * each) % 50 for each in range(60)] for family in range(20)]
    totals = counted(prices)
    edges = range(-1, max(totals) + 2, 97)

    found = histogram(priced(prices), edges, {})

    assert tuple(sum(ways for total, ways in totals.items() if total <= edge) for edge in edges) == found


def test_families_of_thousands_of_prices_are_counted_exactly() -> None:
    """Transforms, since thousands of shifts would be slower; against running sums in Python's own numbers."""
    prices = [sorted({(each * each * (family + 3)) % 4_999 for each in range(1_500)}) for family in range(3)]
    first, second, third = prices[0][::5], prices[1], prices[2]
    amounts = Counter(third)
    below = list(accumulate(amounts[total] for total in range(15_000)))
    pairs = Counter(one + other for one in first for other in second)
    bound = 7_000

    found = count_within(priced([first, second, third]), bound, {})

    assert found == sum(ways * below[bound - total] for total, ways in pairs.items() if total <= bound)


def test_sums_beyond_64_bits_without_a_common_divisor_are_counted() -> None:
    prices = [[(1 << 70) * each + family * each * each for each in range(6)] for family in range(1, 5)]
    totals = counted(prices)
    edges = sorted(totals)[::7]

    found = histogram(priced(prices), edges, {})

    assert tuple(sum(ways for total, ways in totals.items() if total <= edge) for edge in edges) == found


def test_too_many_sums_beyond_64_bits_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(histograms, "STATES", 20)
    path_sum = priced(
        [[(1 << 70) * each + family * each * each for each in range(6)] for family in range(1, 5)]
    )

    with pytest.raises(SearchLimitError, match="needs more than 20 sums beyond 64 bits"):
        count_within(path_sum, 9 << 70, {})


def test_a_histogram_that_exceeds_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallies, "MEMORY", 1 << 20)
    path_sum = priced([[(each * 79_199) % 999_983 for each in range(600)]] * 4)

    with pytest.raises(SearchLimitError, match="the histogram of sums needs more than 1 MB"):
        count_within(path_sum, 2_000_000, {})


# ---------------------------------------------------------------- the arithmetic


@given(numbers=st.lists(st.integers(0, 1 << 200), min_size=1))
def test_residues_hold_numbers_up_to_their_bound(numbers: list[int]) -> None:
    residues = Residues.below(max(numbers))

    assert numbers == residues.numbers(residues.held(objects(numbers))).tolist()


@given(
    histogram=st.lists(st.integers(0, 1 << 20), min_size=1, max_size=40),
    members=st.dictionaries(st.integers(0, 60), st.integers(1, 1 << 35), min_size=1, max_size=30),
    places=st.integers(1, 120),
    words=st.sampled_from((0, 90)),
    by_transform=st.booleans(),
)
def test_shifts_and_transforms_add_members_alike(
    histogram: list[int], members: dict[int, int], places: int, words: int, by_transform: bool
) -> None:
    residues = Residues.below(1 << words)
    weights = sorted(members)
    kernel = Kernel(np.array(weights), objects([members[weight] for weight in weights]), residues)
    expected = [0] * (len(histogram) + weights[-1] - weights[0])
    for at, ways in enumerate(histogram):
        for weight in weights:
            expected[at + weight - weights[0]] += ways * members[weight]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(convolution, "_SHIFT", 1e9 if by_transform else 0.0)
        found, first = kernel.applied(residues.held(objects(histogram)), places)

    assert weights[0] == first
    written = residues.numbers(found).tolist()
    assert expected[:places] == written[:places] + [0] * (min(places, len(expected)) - len(written))


def test_transforms_of_the_largest_words_are_exact() -> None:
    """Many limbs: remainders near 2**31, counts near 2**31, thousands of them."""
    residues = Residues.below(1 << 200)
    numbers = [(1 << 61) - 1 - at for at in range(3_000)]
    kernel = Kernel(np.arange(2_000), objects([(1 << 60) + at for at in range(2_000)]), residues)

    found, _ = kernel.applied(residues.held(objects(numbers)), 5_000)

    place = 2_500
    expected = sum(numbers[place - weight] * ((1 << 60) + weight) for weight in range(2_000))
    assert expected == residues.numbers(found[:, place : place + 1])[0]


@given(
    histograms=st.lists(st.lists(st.integers(0, 1 << 40), min_size=1, max_size=20), min_size=1, max_size=3),
    members=st.lists(
        st.dictionaries(st.integers(0, 30), st.integers(1, 1 << 12), min_size=1), min_size=1, max_size=3
    ),
    pairs=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=6),
    words=st.sampled_from((0, 90)),
    kept=st.sampled_from((1, 3)),
)
def test_sums_of_products_are_those_of_products_written_out(
    histograms: list[list[int]],
    members: list[dict[int, int]],
    pairs: list[tuple[int, int]],
    words: int,
    kept: int,
) -> None:
    residues = Residues.below(1 << words)
    crossed = [(one % len(histograms), other % len(members)) for one, other in pairs]
    expected = [0] * 60
    for one, other in crossed:
        for at, ways in enumerate(histograms[one]):
            for weight, times in members[other].items():
                expected[at + weight] += ways * times
    rows = [residues.held(objects(found)) for found in histograms]
    kernels = {
        label: Kernel(np.array(sorted(found)), objects(found[weight] for weight in sorted(found)), residues)
        for label, found in enumerate(members)
    }
    size = transform_size(60)

    limbs = Limbs.fewest(
        np.zeros(len(crossed), np.int64),
        _factors([rows[one] for one, _ in crossed]),
        _factors([kernels[other].held for _, other in crossed]),
        size,
    )
    transforms = CrossTransforms(residues, size, limbs, kernels, rows.__getitem__, kept)
    found = transforms.sum_of([one for one, _ in crossed], [other for _, other in crossed], 60)

    assert expected == residues.numbers(found).tolist()


def _factors(rows: Sequence[NDArray[np.int64]]) -> Factors:
    """What is known of the factors of some products."""
    norms = [np.sqrt((found.astype(np.float64) ** 2).sum(axis=1).max()) for found in rows]
    lengths = np.array([found.shape[1] for found in rows])
    return Factors(lengths, np.array(norms), max(int(found.max()) for found in rows))


@given(length=st.integers(1, 1 << 20))
def test_a_transform_holds_what_it_is_for_and_has_only_small_factors(length: int) -> None:
    size = transform_size(length)
    rest = size
    for factor in (2, 3, 5):
        while rest % factor == 0:
            rest //= factor

    assert length <= size <= 2 * length + 2
    assert 1 == rest
    assert 0 == size % 2


@pytest.mark.parametrize("streamed", [False, True])
@given(question=made_questions(), bound=st.integers(-25, 25))
def test_counts_that_do_not_fit_when_added_up_are_joined_digit_by_digit(
    streamed: bool,
    question: MadeQuestion,
    bound: int,
) -> None:
    """Node by node, dense or sparse, as counts beyond a word are."""
    plain = whole.fits
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tallies, "SCATTERED", 1e9 if streamed else 0.0)
        patch.setattr(tallies, "CALL", 0.0 if streamed else 1e9)
        patch.setattr(histograms, "DIGIT_BITS", 2)
        patch.setattr(histograms, "_DIGIT", 3)
        calls: list[int] = []

        def fits(magnitude: int) -> bool:
            calls.append(magnitude)
            return plain(magnitude) if len(calls) == 1 else False

        patch.setattr(histograms, "fits", fits)
        found = histogram(question.sum, (bound, bound + 7), question.assumptions)

    totals = [total for total, _ in question.answers]
    assert (sum(total <= bound for total in totals), sum(total <= bound + 7 for total in totals)) == found
