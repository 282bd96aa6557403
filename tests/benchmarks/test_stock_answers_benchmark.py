"""The benchmark of answers about stock, on a small warehouse: both sides agree, every question is told."""

import pytest
from stock_answers import figures, main


def test_both_sides_agree_on_a_small_warehouse() -> None:
    assert ["table of 40 components x 20 days", "the same, snapshot to columns included"] == [
        figure.name for figure in figures(40, 20, 1)
    ][:2]


def test_every_question_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--components", "30", "--days", "10", "--rounds", "1"])

    assert 3 == capsys.readouterr().out.count("plain Python")
