"""Questions under stock at the terminal: what is marked, what is left out, exit codes, forms for programs."""

from pathlib import Path
from typing import Any

import pytest
from command_runs import run

BENCH = """\
catalog bench "Workbench" version "1" currency EUR
family top "Top" choose one {
  | sku   | price [EUR] |
  | OAK   |      220.00 |
  | BEECH |      180.00 |
  | STEEL |      320.00 |
}
family leg "Legs" choose 2..3 identical {
  | sku  | price [EUR] |
  | FIX  |       30.00 |
  | LIFT |       95.00 |
}
calc price in EUR = sum(price)
rule steel-stands:
  when top = STEEL
  require leg.quantity >= 3
  because "A top of steel stands on three legs."
"""
STOCK = "sku,on_hand\nOAK,3\nBEECH,0\nSTEEL,1\nFIX,2\nLIFT,2\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a catalog and its stock, in a file and in a database where beech is expected."""
    (tmp_path / "bench.pcat").write_text(BENCH, encoding="utf-8")
    (tmp_path / "stock.csv").write_text(STOCK, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for words in (
        ("init",),
        ("import", "stock.csv"),
        ("supply", "add", "PO-1", "BEECH", "2", "--due", "2030-01-07"),
    ):
        assert run("stock", *words, "--db", "sqlite:///stock.db").code == 0
    return tmp_path


def result_of(*words: str) -> Any:
    """What a command tells programs."""
    return run(*words, "--json").result


@pytest.mark.usefixtures("folder")
def test_a_count_tells_how_many_can_be_built() -> None:
    told = run("count", "bench.pcat", "--stock", "stock.csv", "-q")

    assert told.code == 0
    assert "2 of them can be built" == told.out.splitlines()[1]
    found = result_of("count", "bench.pcat", "--stock", "stock.csv")
    assert {"count": 2, "exact": True, "combinations": 12} == found["buildable"]
    assert {"seq": 0, "need_by": None, "available": "all"} == found["stock"]
    assert 2 == result_of("count", "bench.pcat", "--stock", "stock.csv", "--available", "only")["count"]


@pytest.mark.usefixtures("folder")
def test_by_a_day_what_comes_until_then_counts() -> None:
    db = ("--db", "sqlite:///stock.db", "--available", "only")

    assert 2 == result_of("count", "bench.pcat", *db)["count"]
    assert 2 == result_of("count", "bench.pcat", *db, "--need-by", "2030-01-06")["count"]
    assert 4 == result_of("count", "bench.pcat", *db, "--need-by", "2030-01-07")["count"]


@pytest.mark.usefixtures("folder")
def test_a_list_marks_each_or_leaves_out_what_cannot_be_built() -> None:
    marked = run("list", "bench.pcat", "--stock", "stock.csv", "--format", "csv", "-q").out.splitlines()
    only = run("list", "bench.pcat", "--stock", "stock.csv", "--available", "only", "--format", "csv", "-q")

    assert 11 == len(marked)
    assert ["OAK,2xFIX,280.00 EUR,yes,", "OAK,2xLIFT,410.00 EUR,yes,"] == only.out.splitlines()[1:]
    assert 2 == sum(line.endswith("yes,") for line in marked)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("command", ["validate", "complete", "cheapest"])
def test_what_stock_alone_keeps_from_being_possible_ends_with_5(command: str) -> None:
    told = run(command, "bench.pcat", "top=BEECH", "--stock", "stock.csv")

    assert told.code == 5
    assert "by the rules it is possible: stock is in the way" in told.error
    found = result_of(command, "bench.pcat", "top=BEECH", "--stock", "stock.csv")
    assert found["unavailable"] is True
    assert 1 == run(command, "bench.pcat", "top=STEEL", "leg=2xFIX", "--stock", "stock.csv").code


@pytest.mark.usefixtures("folder")
def test_options_tell_from_when_on_what_is_allowed_can_be_had() -> None:
    told = run("options", "bench.pcat", "--db", "sqlite:///stock.db", "-q").out

    assert [
        "top  OAK, BEECH, STEEL",
        "     not now BEECH  stock  from 2030-01-07",
        "     not now STEEL  stock  in nothing that can be built",
        "leg  2..3xFIX, 2..3xLIFT",
    ] == told.splitlines()
    found = result_of("options", "bench.pcat", "--db", "sqlite:///stock.db")["options"]
    assert [
        {"when": "now", "day": None},
        {"when": "from", "day": "2030-01-07"},
        {"when": "none", "day": None},
    ] == [each["availability"] for each in found["top"]]
    by = run("options", "bench.pcat", "--db", "sqlite:///stock.db", "--need-by", "2030-01-07", "-q").out
    assert "     not by 2030-01-07 STEEL  stock  in nothing that can be built" == by.splitlines()[1]
    only = run("options", "bench.pcat", "--db", "sqlite:///stock.db", "--available", "only", "-q").out
    assert ["top  OAK  (forced)", "leg  2xFIX, 2xLIFT"] == only.splitlines()


@pytest.mark.usefixtures("folder")
def test_ways_out_and_reasons_are_those_that_stock_allows() -> None:
    repaired = run("repair", "bench.pcat", "top=STEEL", "--stock", "stock.csv", "-q")
    explained = run("explain", "bench.pcat", "--why-not", "top=BEECH", "--stock", "stock.csv", "-q")

    assert ["ways out (smallest change first)", "  1  top = OAK  -100.00 EUR"] == repaired.out.splitlines()
    assert "there is no BEECH in stock" in explained.out
    (evidence,) = (
        each
        for conflict in result_of("explain", "bench.pcat", "top=BEECH", "--db", "sqlite:///stock.db")[
            "conflicts"
        ]
        for each in conflict["evidence"]
        if each["kind"] == "stock"
    )
    assert "2030-01-07" == evidence["until"]


@pytest.mark.usefixtures("folder")
def test_an_analysis_tells_what_is_in_nothing_and_what_chokes() -> None:
    found = result_of("analyze", "bench.pcat", "--db", "sqlite:///stock.db")

    assert (10, 2) == (found["configurations"], found["buildable"])
    dead, chokes = found["dead"], found["chokes"]
    assert [("BEECH", [], ["BEECH"]), ("STEEL", ["steel-stands"], ["FIX", "LIFT"])] == [
        (each["component"], each["rules"], each["stock"]) for each in dead
    ]
    assert {"BEECH": 2, "FIX": 2, "LIFT": 2} == {each["component"]: each["gained"] for each in chokes}
    told = run("analyze", "bench.pcat", "--stock", "stock.csv", "--format", "sarif")
    assert told.code == 2
    (Path() / "none.csv").write_text("sku,on_hand\nOAK,0\n", encoding="utf-8")
    assert 5 == run("analyze", "bench.pcat", "--stock", "none.csv").code


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--need-by", "2026-12-01"), "`--need-by` says something about stock"),
        (("--available", "only"), "`--available` says something about stock"),
        (
            ("--stock", "stock.csv", "--db", "sqlite:///stock.db"),
            "`--db` and `--stock` are two kinds of stock",
        ),
    ],
)
def test_half_a_stock_and_two_stocks_are_refused(words: tuple[str, ...], told: str) -> None:
    found = run("count", "bench.pcat", *words)

    assert found.code == 2
    assert told in found.error


@pytest.mark.usefixtures("folder")
def test_a_code_is_not_explained_under_stock() -> None:
    assert 2 == run("explain", "E0301", "--stock", "stock.csv").code
