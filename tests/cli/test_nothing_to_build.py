"""What commands say where the rules allow something and stock builds nothing of it."""

from pathlib import Path

import pytest
from command_runs import run

BIKE = """\
catalog bike "Bike" version "1" currency EUR
family frame "Frame" choose one {
  | sku   | price [EUR] |
  | STEEL |      200.00 |
  | TITAN |      900.00 |
}
family gear "Gears" choose one {
  | sku   | price [EUR] | policy  | lead_time |
  | HUB3  |       80.00 | stocked |         9 |
  | HUB8  |      180.00 | stocked |         9 |
  | CHAIN |       60.00 | bought  |         5 |
}
rule light: frame = "TITAN" excludes gear = "HUB3"
calc price in EUR = sum(price)
"""
NOTHING = "nothing can be built, whatever is chosen: "


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a catalog and a stock without gears."""
    (tmp_path / "bike.pcat").write_text(BIKE, encoding="utf-8")
    (tmp_path / "stock.csv").write_text("sku,on_hand\nSTEEL,2\nHUB3,0\nHUB8,0\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_a_reason_says_that_nothing_can_be_built_not_that_nothing_is_valid() -> None:
    done = run("explain", "bike.pcat", "gear=HUB8", "--why-not", "gear=HUB3", "--stock", "stock.csv")

    assert 0 == done.code
    assert "nothing at all can be built of this catalog, whatever is chosen:" == done.out.splitlines()[0]
    assert "these leave nothing to build" in done.out
    assert "valid" not in done.out


@pytest.mark.usefixtures("folder")
def test_what_stock_has_never_heard_of_is_told_with_the_day_from_which_it_can_be_had() -> None:
    done = run("explain", "bike.pcat", "gear=CHAIN", "--stock", "stock.csv")

    assert "CHAIN is unknown to stock, to be had only from 2" in done.out


@pytest.mark.usefixtures("folder")
def test_an_analysis_says_once_why_nothing_can_be_built() -> None:
    done = run("analyze", "bike.pcat", "--stock", "stock.csv")

    assert 5 == done.code
    assert 1 == done.out.count(NOTHING)
    assert "no valid configuration" not in done.out
    assert {"STEEL", "TITAN", "HUB3", "HUB8", "CHAIN"} <= set(done.out.split())


@pytest.mark.usefixtures("folder")
def test_an_empty_list_says_that_stock_is_in_the_way() -> None:
    words = ("list", "bike.pcat", "gear=HUB8", "--stock", "stock.csv", "--available", "only")

    done = run(*words)

    assert 5 == done.code
    assert "no configuration that keeps the choices can be built" in done.error
    assert "by the rules it is possible: stock is in the way" in done.error
    assert run(*words, "--json").result["unavailable"] is True


@pytest.mark.usefixtures("folder")
def test_an_empty_list_by_the_rules_is_not_blamed_on_stock() -> None:
    words = ("gear=HUB3", "frame=TITAN", "--stock", "stock.csv", "--available", "only")

    done = run("list", "bike.pcat", *words)

    assert 1 == done.code
    assert "no configuration keeps the choices" in done.error


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("words", [("explain",), ("explain", "--why-price"), ("repair",), ("validate",)])
def test_choices_that_only_stock_refuses_end_with_5(words: tuple[str, ...]) -> None:
    done = run(*words, "bike.pcat", "gear=HUB8", "--stock", "stock.csv")

    assert 5 == done.code
    assert "by the rules it is possible: stock is in the way" in done.error
    told = run(*words, "bike.pcat", "gear=HUB8", "--stock", "stock.csv", "--json").result
    assert told["unavailable"] is True
    assert "only" == told["stock"]["available"]


@pytest.mark.usefixtures("folder")
def test_choices_that_rules_refuse_end_with_1_under_stock_too() -> None:
    done = run("explain", "bike.pcat", "gear=HUB3", "frame=TITAN", "--stock", "stock.csv")

    assert 1 == done.code
