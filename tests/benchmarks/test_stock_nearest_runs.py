"""The benchmark of what is nearest, on a small catalog: both lists agree. No time is asserted."""

import pytest
from stock_nearest import NOON, generated, measure

from configurator.configurator import Configurator


def test_what_is_told_and_what_trying_finds_agree(capsys: pytest.CaptureFixture[str]) -> None:
    made = Configurator.from_text(generated(4, 5, 10), clock=lambda: NOON)
    measure("small", made, 4, 0.3)

    head, _, _, tried, _ = capsys.readouterr().out.splitlines()
    assert head.startswith("small: 4 questions, ")
    assert tried.endswith("for 4 of them, all equal:")
