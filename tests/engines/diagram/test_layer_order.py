"""The search for an order: how wide it is made, by what a narrow one has found."""

import numpy as np
import pytest

from configurator.engines.diagram.compiling import ordering
from configurator.engines.diagram.compiling.ordering import BEAM, OrderingTask, View, Widths, find_order
from configurator.engines.engine import NO_LIMITS, SearchLimits


def entangled(decisions: int, classes: int) -> OrderingTask:
    """One constraint that reads everything, and tells all classes of every decision apart."""
    everyone = (1 << decisions) - 1
    return OrderingTask(
        [[View(0, everyone & ~(1 << decision), np.arange(classes))] for decision in range(decisions)]
    )


@pytest.fixture
def beams(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The beams with which an order was searched."""
    seen: list[int] = []
    searched = ordering._searched

    def noting(
        widths: Widths, part: tuple[int, ...], limits: SearchLimits, beam: int
    ) -> tuple[float, tuple[int, ...]]:
        seen.append(beam)
        return searched(widths, part, limits, beam)

    monkeypatch.setattr(ordering, "_searched", noting)
    return seen


@pytest.mark.parametrize(
    ("classes", "expected"),
    [(4, [BEAM]), (16, [BEAM, 8 * BEAM]), (100, [BEAM])],
    ids=["narrow", "wide", "hopeless"],
)
def test_a_wider_beam_is_tried_where_it_may_help(classes: int, expected: list[int], beams: list[int]) -> None:
    find_order(entangled(10, classes), NO_LIMITS)

    assert expected == beams


def test_a_beam_cut_short_is_widened_however_bad_its_order_is(
    beams: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ordering, "EFFORT", 40 * 10**3)
    find_order(entangled(10, 100), NO_LIMITS)

    assert [40, 160] == beams


def test_an_order_holds_every_decision_once() -> None:
    assert sorted(find_order(entangled(10, 100), NO_LIMITS)) == list(range(10))
