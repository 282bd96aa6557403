"""Scenarios as items of pytest: which are collected, what they are called, chosen by, and told as."""

import os
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_runs import MORE, RULES, SHOP, node_ids, run, run_apart, write, write_shop

from configurator.catalog.loading import CatalogReader
from configurator.configurator import Configurator
from configurator.testing.pytest_items import mark_name, node_names

ALL = [
    "catalogs/shop.pcat::told beside the rule",
    "catalogs/shop.pcat::office PC",
    "catalogs/shop.pcat::too weak",
    "catalogs/shop.pcat::silence",
    "catalogs/tests/more.pcat::strong",
]
FAILED = """\
FAIL "too weak"                                                          catalogs/shop.pcat:27
     expected: valid
     got:      invalid because watts
     watts  C-MAX draws 170 W, P-100 gives 100 W.  catalogs/rules.pcat:1
            cpu.draw = 170 W, psu.watts = 100 W
"""


@pytest.fixture
def shop(pytester: pytest.Pytester) -> pytest.Pytester:
    write_shop(pytester.path)
    return pytester


def collected(pytester: pytest.Pytester, *arguments: str) -> list[str]:
    return node_ids(run(pytester, "--collect-only", "-q", *arguments))


# ---------------------------------------------------------------- collecting


def test_scenarios_of_catalogs_and_of_files_of_scenarios_are_items(shop: pytest.Pytester) -> None:
    assert ALL == collected(shop)


def test_a_module_has_no_items_of_its_own(shop: pytest.Pytester) -> None:
    result = run(shop, "catalogs/rules.pcat", "catalogs/shop.pcat")

    assert {"passed": 2, "failed": 1, "skipped": 1} == result.parseoutcomes()


@pytest.mark.parametrize("named", ["rules.pcat", "."])
def test_what_is_neither_headed_nor_a_module_is_an_error(pytester: pytest.Pytester, named: str) -> None:
    write(pytester.path, {"rules.pcat": "rul a\n"})

    result = run(pytester, named)

    assert {"errors": 1} == result.parseoutcomes()
    result.stdout.fnmatch_lines(["error?E0102?: unexpected `rul`", "*--> rules.pcat:1:1"])


def test_a_catalog_that_is_not_utf_8_is_an_error_in_a_folder_too(pytester: pytest.Pytester) -> None:
    (pytester.path / "wide.pcat").write_bytes('catalog pc "PC"\n'.encode("utf-16"))

    result = run(pytester)

    assert {"errors": 1} == result.parseoutcomes()
    result.stdout.fnmatch_lines(["error?E0204?: `wide.pcat` is not UTF-8: byte 0xff on line 1"])


def test_a_file_one_scenario_or_a_folder_can_be_named(shop: pytest.Pytester) -> None:
    assert ALL[4:] == collected(shop, "catalogs/tests")
    assert ALL[:4] == collected(shop, "catalogs/shop.pcat")
    assert [ALL[1]] == collected(shop, ALL[1])


def test_hidden_files_and_folders_are_passed_over(shop: pytest.Pytester) -> None:
    write(shop.path, {".old/shop.pcat": SHOP, ".old/rules.pcat": RULES, "catalogs/.draft.pcat": MORE})

    assert ALL == collected(shop, "-o", "norecursedirs=")


def test_a_hidden_file_that_is_named_itself_is_collected(shop: pytest.Pytester) -> None:
    write(shop.path, {"catalogs/.draft.pcat": MORE.replace("../", "")})

    assert ["catalogs/.draft.pcat::strong"] == collected(shop, "catalogs/.draft.pcat")


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        ("shop.pcat", ALL[:4]),
        ("catalogs/tests/*", ALL[4:]),
        ("*/tests/* s*.pcat", ALL),
        ("rules.pcat", []),
        ("", []),
    ],
)
def test_a_setting_says_which_files_are_collected(
    shop: pytest.Pytester, patterns: str, expected: list[str]
) -> None:
    shop.makeini(f"[pytest]\nconfigurator_files = {patterns}\n")

    assert expected == collected(shop)


def test_what_is_named_itself_is_collected_whatever_the_setting_says(shop: pytest.Pytester) -> None:
    shop.makeini("[pytest]\nconfigurator_files = shop.pcat\n")

    assert ALL[4:] == collected(shop, "catalogs/tests/more.pcat")


def test_a_catalog_that_several_files_name_is_loaded_once(
    shop: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(shop.path, {f"catalogs/tests/more_{number}.pcat": MORE for number in range(3)})
    loaded: list[str] = []
    load = Configurator.from_reader

    def noted(entry: str, reader: CatalogReader) -> Configurator:
        loaded.append(entry)
        return load(entry, reader)

    monkeypatch.setattr(Configurator, "from_reader", noted)

    assert 8 == len(collected(shop))
    assert ["shop.pcat"] == loaded


def test_a_catalog_that_does_not_load_is_an_error_without_a_traceback(shop: pytest.Pytester) -> None:
    write(shop.path, {"catalogs/broken.pcat": SHOP.replace("family cpu", "famly cpu")})

    result = run(shop, "catalogs/broken.pcat")

    assert {"errors": 1} == result.parseoutcomes()
    result.stdout.fnmatch_lines(
        [
            "*ERROR collecting catalogs/broken.pcat*",
            "error?E0102?: unexpected `famly`",
            " --> catalogs/broken.pcat:7:1",
            "  |",
            '7 | famly cpu "Processor" choose one {',
            "  | ^^^^^",
            "  = help: did you mean `family`?",
        ],
        consecutive=False,
    )
    assert "Traceback" not in result.stdout.str()
    assert "pytest_items.py" not in result.stdout.str()


def test_a_file_of_scenarios_for_nothing_is_an_error(pytester: pytest.Pytester) -> None:
    write(pytester.path, {"more.pcat": MORE})

    result = run(pytester)

    result.stdout.fnmatch_lines(["error?E0612?: `../shop.pcat` is no catalog", "*--> more.pcat:1:15"])


def test_a_catalog_reached_over_a_link_says_where_its_scenarios_stand(shop: pytest.Pytester) -> None:
    (shop.path / "linked.pcat").symlink_to(shop.path / "catalogs" / "shop.pcat")

    result = run(shop, "linked.pcat", "--junitxml=out.xml")

    assert {"passed": 2, "failed": 1, "skipped": 1} == result.parseoutcomes()
    assert {"catalogs/shop.pcat", "catalogs/rules.pcat"} == {place for place, _ in places(shop.path).values()}


# ---------------------------------------------------------------- names


ODD = {
    "the card [long]": "the card (long)",
    "[x]": "(x)",
    "a::b": "a: :b",
    "::::": ": : : :",
    "Büro, 椅子": "Büro, 椅子",
    "price < 1.5 EUR": "price < 1.5 EUR",
    "a: :b": "a: :b (2)",
    " ends with a blank ": " ends with a blank ",
}


def odd_scenarios() -> str:
    scenarios = (f'scenario "{title}" {{\n  choose nothing\n  expect valid\n}}\n' for title in ODD)
    return MORE.partition("scenario ")[0] + "\n".join(scenarios)


def test_odd_titles_have_ids_by_which_they_can_be_run(shop: pytest.Pytester) -> None:
    write(shop.path, {"catalogs/tests/odd.pcat": odd_scenarios()})
    ids = [f"catalogs/tests/odd.pcat::{name}" for name in ODD.values()]

    assert ids == collected(shop, "catalogs/tests/odd.pcat")
    assert [[each] for each in ids] == [collected(shop, each) for each in ids]


def test_odd_titles_are_shown_as_they_are(shop: pytest.Pytester) -> None:
    write(shop.path, {"catalogs/tests/odd.pcat": odd_scenarios()})

    result = run(shop, "catalogs/tests/odd.pcat", "-v")

    shown = [line.partition(" PASSED")[0] for line in result.outlines if " PASSED" in line]
    assert [f"catalogs/tests/odd.pcat::{name}".rstrip() for name in ODD.values()] == [
        each.rstrip() for each in shown
    ]


@given(st.lists(st.text(max_size=6) | st.text(":a (2)[]\n", max_size=6), max_size=6, unique=True))
def test_names_are_different_on_one_line_and_without_what_parts_ids(titles: list[str]) -> None:
    names = node_names(titles)

    assert len(set(names)) == len(titles)
    assert all(name.isprintable() and not any(each in name for each in ("::", "[", "]")) for name in names)
    assert names == node_names(titles)


BRACKETED = {
    "first [b] x": "first (b) x",
    "first :: x [b]": "first : : x (b)",
    "a [b] : : c/d": "a (b) : : c/d",
    "[b": "(b",
    "b]": "b)",
    "first (b) x": "first (b) x (2)",
}


@pytest.fixture
def bracketed(shop: pytest.Pytester) -> pytest.Pytester:
    """Scenarios with such titles, all of which fail."""
    scenarios = (
        f'scenario "{title}" {{\n  choose cpu = "C-MAX", psu = "P-100"\n  expect valid\n}}\n'
        for title in BRACKETED
    )
    head = MORE.partition("scenario ")[0]
    write(shop.path, {"catalogs/tests/more.pcat": head + "\n".join(scenarios)})
    return shop


BRACKETED_IDS = [f"catalogs/tests/more.pcat::{name}" for name in BRACKETED.values()]


def failed_ids(lines: Iterable[str]) -> set[str]:
    """What the summary names as failed."""
    failed = (line.removeprefix("FAILED ") for line in lines if line.startswith("FAILED "))
    return {line.partition(" - ")[0] for line in failed}


def test_scenarios_with_brackets_in_their_titles_can_be_named_and_left_out(
    bracketed: pytest.Pytester,
) -> None:
    assert BRACKETED_IDS == collected(bracketed, "catalogs/tests")
    assert [[each] for each in BRACKETED_IDS] == [collected(bracketed, each) for each in BRACKETED_IDS]
    assert BRACKETED_IDS[1:5] == collected(bracketed, "catalogs/tests", "--deselect", BRACKETED_IDS[0])


def test_failed_scenarios_with_brackets_in_their_titles_are_found_again(bracketed: pytest.Pytester) -> None:
    first = run(bracketed, "catalogs/tests", "--junitxml=out.xml")
    again = run(bracketed, "catalogs/tests", "--lf")
    (bracketed.path / "catalogs" / "tests" / "new.pcat").write_text(MORE, encoding="utf-8")
    mixed = run(bracketed, "catalogs/tests", "--lf")

    assert set(BRACKETED_IDS) == failed_ids(first.outlines) == failed_ids(again.outlines)
    assert {"failed": len(BRACKETED)} == again.parseoutcomes() == mixed.parseoutcomes()
    assert set(BRACKETED.values()) == set(places(bracketed.path))


def test_several_processes_call_scenarios_with_brackets_the_same(bracketed: pytest.Pytester) -> None:
    told, _ = run_apart(bracketed.path, "catalogs/tests", "-n", "2", "-rf", "--junitxml=out.xml")
    again, _ = run_apart(bracketed.path, "catalogs/tests", "--lf", "-rf")

    assert set(BRACKETED_IDS) == failed_ids(told.splitlines()) == failed_ids(again.splitlines())
    assert set(BRACKETED.values()) == set(places(bracketed.path))


def test_words_of_titles_choose_as_they_are_written(bracketed: pytest.Pytester) -> None:
    assert BRACKETED_IDS[:3] == collected(bracketed, "catalogs/tests", "-k", "[b]")


# ---------------------------------------------------------------- choosing


def test_tags_are_marks(shop: pytest.Pytester) -> None:
    assert ALL[1:3] == collected(shop, "-m", "smoke")
    assert [ALL[2], ALL[4]] == collected(shop, "-m", "power-budget")
    assert [ALL[1]] == collected(shop, "-m", "smoke and not power-budget")


def test_words_of_titles_and_tags_choose(shop: pytest.Pytester) -> None:
    assert [ALL[1]] == collected(shop, "-k", "office")
    assert [ALL[1]] == collected(shop, "-k", "smoke and not weak")


def test_what_failed_last_is_run_alone_or_first(shop: pytest.Pytester) -> None:
    run(shop)

    again = run(shop, "--lf")
    first = run(shop, "--ff", "-v")

    assert {"failed": 1} == {k: v for k, v in again.parseoutcomes().items() if k in {"failed", "passed"}}
    ran = [line for line in first.outlines if line.startswith("catalogs") and "%]" in line]
    assert ran[0].startswith("catalogs/shop.pcat::too weak FAILED")


def test_the_first_failure_can_end_the_run(shop: pytest.Pytester) -> None:
    assert {"passed": 2, "failed": 1} == run(shop, "-x").parseoutcomes()


def test_a_scenario_can_be_left_out(shop: pytest.Pytester) -> None:
    result = run(shop, "--deselect", "catalogs/shop.pcat::too weak")

    assert {"passed": 3, "skipped": 1, "deselected": 1} == result.parseoutcomes()


ACTING = "skip, skipif, xfail, parametrize, usefixtures, filterwarnings, tryfirst, trylast"


def test_tags_named_like_marks_by_which_pytest_acts_do_not_act(shop: pytest.Pytester) -> None:
    tagged = MORE.replace("tags power-budget", f"tags {ACTING}, and, _own")
    write(shop.path, {"catalogs/tests/more.pcat": tagged})

    every = " and ".join(f"tag_{tag}" for tag in [*ACTING.split(", "), "and", "_own"])
    assert {"passed": 1} == run(shop, "catalogs/tests", "-m", every).parseoutcomes()
    assert [] == collected(shop, "catalogs/tests", "-m", ACTING.replace(", ", " or "))


@pytest.mark.parametrize("tag", ["smoke", "power-budget", "Größe", "v1"])
def test_other_tags_are_marks_of_the_same_name(tag: str) -> None:
    assert tag == mark_name(tag)


def test_marks_are_registered_before_they_are_given(tmp_path: Path) -> None:
    write_shop(tmp_path)
    write(tmp_path, {"pytest.ini": "[pytest]\nmarkers =\n    smoke: quick ones\n"})

    told, code = run_apart(tmp_path, "--strict-markers", "--strict-config", "-W", "error", "-rs")

    assert pytest.ExitCode.TESTS_FAILED == code
    assert "1 failed, 3 passed, 1 skipped" in told


# ---------------------------------------------------------------- telling


def test_a_failed_scenario_is_told_as_by_the_command(shop: pytest.Pytester) -> None:
    result = run(shop)

    assert {"passed": 3, "failed": 1, "skipped": 1} == result.parseoutcomes()
    assert FAILED in result.stdout.str()
    assert "pytest_items.py" not in result.stdout.str()
    result.stdout.fnmatch_lines(
        ["FAILED catalogs/shop.pcat::too weak - expected valid, got invalid because *"]
    )


def test_one_line_about_a_failure_names_the_place_of_the_scenario(shop: pytest.Pytester) -> None:
    result = run(shop, "--tb=line")

    place = shop.path / "catalogs" / "shop.pcat"
    assert f"{place}:27: expected valid, got invalid because watts" in result.outlines


def test_a_mistake_of_ours_is_told_with_its_traceback(
    shop: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Configurator, "test", broken)

    result = run(shop, "-k", "office")

    result.stdout.fnmatch_lines(["*raise ZeroDivisionError", "E * ZeroDivisionError"])


def test_a_reminder_is_skipped_and_says_why(shop: pytest.Pytester) -> None:
    result = run(shop, "-rs")

    result.stdout.fnmatch_lines(["SKIPPED ?1? catalogs/shop.pcat:32: todo scenario"])


def test_an_undecided_scenario_fails_and_says_so(shop: pytest.Pytester) -> None:
    result = run(shop, "-k", "office", "--scenario-timeout=0.000000001")

    assert {"failed": 1, "deselected": 4} == result.parseoutcomes()
    result.stdout.fnmatch_lines(
        ['UNDECIDED "office PC" *', "     expected: valid", "     got:      not decided: the time limit of *"]
    )


def places(folder: Path) -> dict[str, tuple[str, str]]:
    """File and line of each case of `out.xml`, by its name."""
    found = {}
    for case in ET.parse(folder / "out.xml").getroot().iter("testcase"):  # noqa: S314 - written a moment ago
        told = {each.get("name"): each.get("value") for each in case.iter("property")}
        found[str(case.get("name"))] = (str(told["file"]), str(told["line"]))
    return found


def test_junit_xml_says_where_scenarios_stand(shop: pytest.Pytester) -> None:
    run(shop, "--junitxml=out.xml")

    expected = {
        "told beside the rule": ("catalogs/rules.pcat", "5"),
        "office PC": ("catalogs/shop.pcat", "22"),
        "too weak": ("catalogs/shop.pcat", "27"),
        "silence": ("catalogs/shop.pcat", "32"),
        "strong": ("catalogs/tests/more.pcat", "3"),
    }
    assert expected == places(shop.path)


def test_marks_of_a_conftest_act_as_ever(shop: pytest.Pytester) -> None:
    shop.makeconftest(
        "import pytest\n"
        "def pytest_collection_modifyitems(items):\n"
        "    for item in items:\n"
        "        if item.name == 'too weak': item.add_marker(pytest.mark.xfail)\n"
    )

    assert {"passed": 3, "skipped": 1, "xfailed": 1} == run(shop).parseoutcomes()


# ---------------------------------------------------------------- days


DATED = """\
catalog dated "Dated" version "1"

family cpu "Processor" choose one {
  component "C-OLD" effective until 2026-12-31 {}
  component "C-NEW" effective from 2027-01-01 {}
}

scenario "the new one" {
  choose nothing
  expect forced cpu = "C-NEW"
}

scenario "the old one" {
  given date 2026-05-01
  choose nothing
  expect forced cpu = "C-OLD"
}
"""


@pytest.mark.parametrize(
    "arguments", [("--catalog-date=2027-01-20",), ("-o", "configurator_catalog_date=2027-01-20")]
)
def test_the_day_of_scenarios_without_one_can_be_given(
    pytester: pytest.Pytester, arguments: tuple[str, ...]
) -> None:
    write(pytester.path, {"dated.pcat": DATED})

    assert {"passed": 2} == run(pytester, *arguments).parseoutcomes()


def test_a_day_before_all_others_is_heeded(pytester: pytest.Pytester) -> None:
    write(pytester.path, {"dated.pcat": DATED})

    assert {"passed": 1, "failed": 1} == run(pytester, "--catalog-date=2026-12-31").parseoutcomes()


def test_a_day_that_nobody_chose_is_told_once(pytester: pytest.Pytester) -> None:
    write(pytester.path, {"dated.pcat": DATED})

    result = run(pytester)

    told = [line for line in result.outlines if "W0610" in line]
    assert 1 == len(told)
    assert "no day is given for this scenario: run as of today" in told[0]


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("--catalog-date=soon", "--catalog-date is a day such as 2027-01-20, not `soon`"),
        ("--scenario-timeout=5m", "--scenario-timeout is a number of seconds, not `5m`"),
        ("--scenario-timeout=0", "--scenario-timeout is a number of seconds, not `0`"),
        ("--scenario-timeout=nan", "--scenario-timeout is a number of seconds, not `nan`"),
    ],
)
def test_options_that_cannot_be_understood_are_refused(
    pytester: pytest.Pytester, argument: str, message: str
) -> None:
    result = run(pytester, argument)

    assert pytest.ExitCode.USAGE_ERROR == result.ret
    assert f"ERROR: {message}" in result.errlines


def test_paths_in_messages_are_those_seen_from_where_pytest_began(
    shop: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shop.path / "catalogs" / "tests")

    result = run(shop, os.path.join("..", "shop.pcat"))  # noqa: PTH118 - as it is written on a command line

    result.stdout.fnmatch_lines(['FAIL "too weak" * ../shop.pcat:27'])
