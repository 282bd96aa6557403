"""The benchmark of questions under stock, on a small catalog: every question is told."""

import pytest
from under_stock import main


def test_every_question_is_told_with_and_without_stock(capsys: pytest.CaptureFixture[str]) -> None:
    main(["package:coffee_machine", "--rounds", "1"])

    told = capsys.readouterr().out
    assert 5 == told.count("under stock")
    assert "components short" in told
