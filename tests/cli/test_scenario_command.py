"""`configurator scenario from`: orders in all forms become scenarios that pass; files lose nothing."""

import json
from pathlib import Path

import pytest
from command_runs import Run, run

from configurator import Configurator

PC = """catalog pc "PC" version "1" currency EUR
  tested on 2026-11-22

family cpu "Processor" choose one {
  | sku      | igpu | price [EUR] |
  |----------|------|-------------|
  | CPU-7600 | yes  |      199.00 |
  | CPU-14F  | no   |      179.00 |
}
family gpu "Card" choose optional {
  | sku      | price [EUR] |
  |----------|-------------|
  | GPU-4060 |      319.00 |
}
calc price "Price" in EUR = sum(price)
calc parts "Parts" = count(gpu) + 1
bundle gamer { choose gpu = "GPU-4060" }
rule picture: cpu.igpu = no requires gpu is chosen
rule doubled hint: cpu.igpu = yes excludes gpu is chosen because "Two pictures."
"""

CLASH = {"cpu": "CPU-14F", "gpu": None}
CLASH_TEXT = """scenario "cpu CPU-14F, gpu none" {
  given date 2026-11-22
  choose cpu = "CPU-14F",
         gpu = none
  expect invalid because only picture
}
"""


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pc.pcat").write_text(PC, encoding="utf-8")


def recorded(content: object, *words: str) -> Run:
    Path("order.json").write_text(json.dumps(content), encoding="utf-8")
    return run("scenario", "from", "order.json", *words)


def test_choices_are_printed_as_a_scenario_and_beside_it_what_begins_a_file() -> None:
    done = recorded(CLASH)

    assert (0, CLASH_TEXT) == (done.code, done.out)
    assert 'a file of them begins with `scenarios for "pc.pcat"`; `-o FILE` makes one\n' == done.error


def test_standard_input_is_read_and_the_catalog_found_in_this_folder() -> None:
    done = run("scenario", "from", "-", given=json.dumps(CLASH))

    assert (0, CLASH_TEXT) == (done.code, done.out)


@pytest.mark.parametrize(
    "content",
    [
        CLASH,
        {"lines": [{"configuration": CLASH}]},
        {"choices": CLASH, "catalog": {"name": "pc", "version": "1", "digest": "sha256:0"}},
    ],
)
def test_every_form_of_an_order_is_read(content: object) -> None:
    assert CLASH_TEXT == recorded(content).out


def test_a_session_that_was_saved_keeps_its_bundles() -> None:
    pc = Configurator.load("pc.pcat")
    session = pc.session({"cpu": "CPU-14F"}, bundles=["gamer"])

    text = recorded(session.save().to_dict()).out

    assert "  given bundle gamer\n" in text
    assert 'scenario "gamer, cpu CPU-14F"' in text


def test_each_line_of_an_order_is_a_scenario_named_by_the_order() -> None:
    done = recorded(
        {
            "order": "SO-7",
            "lines": [{"configuration": {"cpu": "CPU-7600", "gpu": None}}, {"configuration": {}}],
        },
        "--json",
    )

    assert [
        {"title": "order SO-7, line 1", "expectations": ["valid", "price = 199.00 EUR"]},
        {"title": "order SO-7, line 2", "expectations": ["valid"]},
    ] == [{key: each[key] for key in ("title", "expectations")} for each in done.result["scenarios"]]
    assert done.result["file"] is None


def test_warnings_and_calcs_that_are_named_are_expected() -> None:
    done = recorded({"cpu": "CPU-7600", "gpu": "GPU-4060"}, "--calc", "parts", "--calc", "price")

    assert (
        "  expect valid\n  expect parts = 2\n  expect price = 518.00 EUR\n  expect warning doubled\n"
        in done.out
    )


def test_under_stock_it_says_what_is_short_of_so_many_as_are_ordered() -> None:
    Path("stock.csv").write_text("sku,on_hand\nCPU-7600,3\nCPU-14F,9\nGPU-4060,9\n", encoding="utf-8")
    line = {"configuration": {"cpu": "CPU-7600", "gpu": None}}

    three = recorded({"lines": [{**line, "quantity": 3}]}, "--stock", "stock.csv").out
    four = recorded({"lines": [{**line, "quantity": 4}]}, "--stock", "stock.csv").out

    assert '  given stock "CPU-7600" = 1\n' in three
    assert "  expect available\n" in three
    assert '  given stock "CPU-7600" = 0\n' in four
    assert '  expect unavailable "CPU-7600"\n' in four


# ---------------------------------------------------------------- files


def test_recorded_scenarios_are_added_to_a_file_and_pass() -> None:
    for content in (CLASH, {"cpu": "CPU-7600", "gpu": "GPU-4060"}, {}, CLASH):
        assert recorded(content, "-o", "sub.pcat", "--tag", "recorded").code == 0

    tested = run("test", "sub.pcat", "--json")

    assert ["passed"] * 4 == [each["state"] for each in tested.result["files"][0]["scenarios"]]
    assert [
        "cpu CPU-14F, gpu none",
        "cpu CPU-7600, gpu GPU-4060",
        "nothing chosen",
        "cpu CPU-14F, gpu none 2",
    ] == [each["title"] for each in tested.result["files"][0]["scenarios"]]
    assert run("fmt", "--check", "sub.pcat").code == 0
    assert tested.envelope["diagnostics"] == []


def test_the_file_may_be_the_catalog_or_lie_in_another_folder() -> None:
    Path("tests").mkdir()

    recorded(CLASH, "-o", "pc.pcat")
    recorded({}, "-o", "tests/s.pcat")

    assert run("test", "pc.pcat", "tests").code == 0
    assert Path("tests/s.pcat").read_text(encoding="utf-8").startswith('scenarios for "../pc.pcat"\n')


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_was_in_a_file_stays_byte_by_byte(end: str) -> None:
    before = (
        f'\ufeff# mine{end}scenarios for "pc.pcat"{end}{end}scenario "a" {{ choose nothing expect valid }}'
    )
    Path("s.pcat").write_bytes(before.encode())
    Path("s.pcat").chmod(0o640)

    done = recorded(CLASH, "-o", "s.pcat")
    after = Path("s.pcat").read_bytes()

    assert "added to `s.pcat`: cpu CPU-14F, gpu none\n" == done.out
    assert after.startswith(before.encode())
    assert after.count(b"\n") == after.count(end.encode())
    assert 0o640 == Path("s.pcat").stat().st_mode & 0o777
    assert run("test", "s.pcat").code == 0


def test_a_link_stays_a_link() -> None:
    Path("real").mkdir()
    Path("real/s.pcat").write_text('scenarios for "pc.pcat"\n', encoding="utf-8")
    Path("s.pcat").symlink_to("real/s.pcat")

    done = recorded(CLASH, "-o", "s.pcat")

    assert 0 == done.code, done.error
    assert Path("s.pcat").is_symlink()
    assert CLASH_TEXT in Path("real/s.pcat").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ('scenarios for "other.pcat"\n', "`s.pcat` holds scenarios for `other.pcat`, not `pc.pcat`"),
        ("catalog b\n", "`s.pcat` is a catalog itself, not a file of scenarios for `pc.pcat`"),
        ("unit W\n", "`s.pcat` is a module of a catalog, not a file of scenarios"),
        ("catalog {", "`s.pcat` cannot be read: "),
        ("\xff", "`s.pcat` is not UTF-8: "),
    ],
)
def test_a_file_that_is_none_of_scenarios_for_the_catalog_is_left_alone(before: str, told: str) -> None:
    Path("s.pcat").write_bytes(before.encode("latin-1"))

    done = recorded(CLASH, "-o", "s.pcat", "--catalog", "pc.pcat")

    assert 2 == done.code
    assert done.error.startswith(f"error: nothing is written: {told}")
    assert before.encode("latin-1") == Path("s.pcat").read_bytes()


def test_a_title_that_is_given_and_taken_is_told() -> None:
    recorded(CLASH, "-o", "s.pcat", "--title", "mine")
    before = Path("s.pcat").read_bytes()

    done = recorded(CLASH, "-o", "s.pcat", "--title", "mine")

    assert (2, "error: nothing is written: `s.pcat` has a scenario `mine` already\n") == (
        done.code,
        done.error,
    )
    assert before == Path("s.pcat").read_bytes()


def test_a_folder_that_is_not_there_is_told() -> None:
    done = recorded(CLASH, "-o", "no/s.pcat")

    assert (6, "error: `no/s.pcat` cannot be written: no such file or directory\n") == (done.code, done.error)


# ---------------------------------------------------------------- which catalog


def test_the_nearest_folder_above_has_the_catalog() -> None:
    Path("a/b").mkdir(parents=True)
    Path("a/b/order.json").write_text(json.dumps(CLASH), encoding="utf-8")

    assert CLASH_TEXT == run("scenario", "from", "a/b/order.json").out


def test_two_catalogs_in_the_nearest_folder_are_told() -> None:
    Path("pd.pcat").write_text(PC, encoding="utf-8")

    done = recorded(CLASH)

    assert 2 == done.code
    assert (
        "error: 2 catalogs in the folder `.`: pc.pcat, pd.pcat\n"
        "  = help: name the catalog: `--catalog CATALOG`\n"
    ) == done.error


def test_another_catalog_is_named() -> None:
    done = recorded({}, "--catalog", "package:bicycle", "-o", "s.pcat")

    assert 0 == done.code
    assert Path("s.pcat").read_text(encoding="utf-8").startswith('scenarios for "package:bicycle"\n')


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--tag", "a b"), "`a b` is no tag: a tag is a word of letters, digits, `_` and `-`"),
        (("--tag", "x, y"), "`x, y` is no tag: "),
        (("--tag", ""), "`` is no tag: "),
        (("--tag", "a # b"), "`a # b` is no tag: "),
        (("--tag", 'a { choose nothing expect valid } scenario "z"'), "`a { choose nothing"),
        (("--title", " "), "a scenario needs a title, and this one is empty"),
        (("--title", "two\nlines"), "a title is one line without control characters, not 'two\\nlines'"),
        (("--calc", "prize"), "there is no calc `prize`"),
        (("--bundle", "gamers"), "there is no bundle `gamers`"),
    ],
)
def test_what_does_not_exist_is_told(words: tuple[str, ...], told: str) -> None:
    done = recorded(CLASH, *words)

    assert 2 == done.code
    assert done.error.startswith(f"error: {told}")


def test_what_no_scenario_can_say_is_told() -> None:
    Path("bag.pcat").write_text(
        "catalog bags\nassembly bag choose 0..3 { option size : one of { small, large } }\n", encoding="utf-8"
    )

    done = recorded({"bag[2]": None}, "--catalog", "bag.pcat")

    assert 2 == done.code
    assert (
        "error: no scenario can say that `bag[2]` is left out while other instances of `bag` are open\n"
        "  = help: choose all instances of `bag`\n"
    ) == done.error
