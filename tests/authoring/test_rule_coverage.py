"""Rule coverage: what decides in a scenario, how it is told, and how parts of it are put together."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configurator import Configurator, CoverageElement, RuleCoverage, combined_coverage
from configurator.authoring.coverage.elements import MOST_ROWS
from configurator.authoring.coverage.page import coverage_page
from configurator.authoring.coverage.scenario import scenario_coverage
from configurator.authoring.coverage.telling import coverage_lines, percent, total_share
from configurator.engines.engine import SearchLimits
from configurator.serialization_testing import rule_coverage_from_json, rule_coverage_json

DAY = date(2026, 6, 15)

PC = """
catalog pc "PC" version "1" currency EUR
  tested on 2026-06-15

unit W

family cpu "Processor" choose one {
  | sku   | socket | tdp [W] | price [EUR] |
  |-------|--------|---------|-------------|
  | CPU-4 | AM4    |      65 |       90.00 |
  | CPU-5 | AM5    |     105 |      190.00 |
}
family board "Board" choose one {
  | sku   | socket | price [EUR] | valid_until |
  |-------|--------|-------------|-------------|
  | MB-3  | AM4    |       30.00 | 2026-01-31  |
  | MB-4  | AM4    |       60.00 |             |
  | MB-5  | AM5    |       95.00 |             |
}
family psu "Power supply" choose one {
  | sku     | watts [W] | price [EUR] |
  |---------|-----------|-------------|
  | PSU-90  |        90 |       40.00 |
  | PSU-150 |       150 |       55.00 |
}
option colour "Colour" : one of { black, white }

rule socket "Processor and board fit": require cpu.socket = board.socket

resource power "Power" in W {
  supply psu.watts
  demand cpu.tdp
}

table paint "Paint" forbid {
  | colour | board |
  |--------|-------|
  | white  | MB-4  |
}

table warranty "Warranty" allow {
  | cpu   | psu              |
  |-------|------------------|
  | CPU-4 | PSU-90           |
  | CPU-4 | PSU-150          |
  | CPU-5 | any              |
}

rule loud "It is loud" warn: forbid cpu = "CPU-5"

rule summer "In summer only" effective from 2026-07-01: forbid colour = black

rule frost "Frost" hint effective until 2026-02-28: forbid cpu = "CPU-4"

bundle old "Old kit" effective until 2026-03-31 { choose cpu = "CPU-4" }

calc price "Price" in EUR = sum(price)
"""


def decided(text: str, catalog: str = PC) -> set[str]:
    """What decides in a scenario with these lines."""
    asked = Configurator.from_text(f'{catalog}\nscenario "one" {{\n{text}\n}}\n')
    (scenario,) = asked.scenarios
    found = asked.scenario_coverage(scenario)
    assert not found.reason
    return set(found.decided)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # What is to blame, alone or with others; what would be a part of it on other days.
        ('choose cpu = "CPU-5", board = "MB-4"\nexpect invalid', {"socket"}),
        ('choose cpu = "CPU-5", psu = "PSU-90"\nexpect invalid because power', {"power"}),
        ('choose colour = white, board = "MB-4"\nexpect invalid', {"paint", "paint row 1"}),
        # What merely holds decides nothing, but for the row that alone allows what is shown.
        ("choose nothing\nexpect valid", {"warranty row 1", "range of summer", "range of frost"}),
        # `only` is also about what would be to blame without a row, or on other days: the board alone then.
        (
            'choose cpu = "CPU-4", board = "MB-5", psu = "PSU-150"\nexpect invalid because only socket',
            {"socket", "warranty row 2", "warranty row 3", "range of summer"},
        ),
        (
            'choose cpu = "CPU-4", board = "MB-5", psu = "PSU-150"\nexpect invalid because socket',
            {"socket"},
        ),
        (
            'choose cpu = "CPU-5"\nexpect forced board = "MB-5"',
            {"socket", "warranty row 3", "range of summer"},
        ),
        (
            'choose cpu = "CPU-5"\nexpect impossible psu = "PSU-90"',
            {"power", "warranty row 3", "range of summer"},
        ),
        (
            'choose cpu = "CPU-5"\nexpect warning loud',
            {"loud", "socket", "power", "warranty row 3", "range of summer"},
        ),
        # The old board would be the first one.
        (
            'choose nothing\nexpect completes board = "MB-4"',
            {"range of MB-3", "warranty row 1", "range of summer", "range of frost"},
        ),
        # Nothing but choices is full: a board that nothing else refuses counts.
        (
            'choose cpu = "CPU-4", psu = "PSU-90", colour = white\nexpect solutions = 0',
            {"socket", "paint", "paint row 1", "range of MB-3"},
        ),
        ('choose board = "MB-3"\nexpect invalid', {"range of MB-3"}),
        ("given bundle old\nchoose nothing\nexpect invalid", {"range of old"}),
        ("given bundle old\nchoose nothing\nexpect solutions = 0", {"range of old"}),
        (
            'given stock "PSU-150" = 0\nchoose cpu = "CPU-5"\nexpect unavailable "PSU-150"',
            {"power", "warranty row 3", "range of summer"},
        ),
        ("given date 2026-08-01\nchoose colour = black\nexpect invalid because summer", {"summer"}),
    ],
)
def test_what_decides_is_what_an_answer_hangs_on(text: str, expected: set[str]) -> None:
    assert expected == decided(text)


def test_elements_stand_in_the_order_declared_with_rows_and_ranges_after_what_they_are_of() -> None:
    elements = Configurator.from_text(PC).coverage_elements()

    assert [
        "range of MB-3",
        "socket",
        "power",
        "paint",
        "paint row 1",
        "warranty",
        "warranty row 1",
        "warranty row 2",
        "warranty row 3",
        "loud",
        "summer",
        "range of summer",
        "frost",
        "range of frost",
        "range of old",
    ] == [each.id for each in elements]
    assert ["range", "rule", "resource", "table", "row"] == [each.kind for each in elements[:5]]
    assert "catalog.pcat:38:3" == elements[4].location


def test_elements_that_share_a_name_keep_ids_of_their_own() -> None:
    catalog = Configurator.from_text("""
        catalog twins "Twins" version "1"
        family a "A" choose one { component "X" effective from 2026-01-01 { } component "Y" { } }
        family b "B" choose one { component "X" effective from 2026-01-01 { } component "Y" { } }
        family c "C" { component "Z" effective from 2026-01-01 { } }
        rule x "Rule" effective from 2026-01-01: forbid a = "Y"
        bundle x "Bundle" effective from 2026-01-01 { choose a = "Y" }
        """)

    ids = [each.id for each in catalog.coverage_elements()]

    assert ["range of X in a", "range of X in b", "x", "range of x", "range of bundle x"] == ids


def test_rows_of_a_table_whose_rows_stand_in_a_file_are_elements_there() -> None:
    files = {"fits.csv": "board,cpu\nB1,C1\nB2,C2\n"}
    catalog = Configurator.from_text(
        """
        catalog files "Files" version "1"
        family cpu "C" choose one { component "C1" { } component "C2" { } }
        family board "B" choose one { component "B1" { } component "B2" { } }
        table fits "Fits" allow { from csv "fits.csv" }
        scenario "two" { choose cpu = "C2" expect forced board = "B2" }
        """,
        files=files,
    )

    coverage = catalog.rule_coverage(as_of=DAY)

    assert ["catalog.pcat:5:9", "fits.csv:2:1", "fits.csv:3:1"] == [
        e.element.location for e in coverage.elements
    ]
    assert ["decided", "missing", "decided"] == [each.state for each in coverage.elements]


def test_a_rule_of_an_assembly_decides_in_any_of_its_instances() -> None:
    assembly = """
        catalog racks "Racks" version "1"
        family board "Board" { component "SMALL" { load = 1 } component "LARGE" { load = 2 } }
        assembly shelf "Shelf" choose 1..3 {
          slot board "Board" : board choose one
          option colour "Colour" : one of { red, blue }
          rule no-blue-large "Large ones are red": board = "LARGE" requires colour = red
          table paint "Paint" allow {
            | colour | board |
            | ------ | ----- |
            | red    | any   |
            | blue   | SMALL |
          }
        }
        rule not-all-red "Something blue": require any(shelf.colour = blue)
        """

    assert {"shelf.no-blue-large", "shelf.paint"} <= decided(
        'choose shelf = [{ board = "SMALL" }, { board = "LARGE", colour = blue }]\nexpect invalid', assembly
    )
    # A small red one comes first, and would be alone.
    rows = {"shelf.paint row 1", "shelf.paint row 2"}
    assert {"not-all-red", *rows} == decided("choose nothing\nexpect count(shelf) = 2", assembly)


def test_a_rule_of_an_imported_file_has_the_id_that_scenarios_use() -> None:
    files = {"rules.pcat": 'rule never "No": forbid wish = yes'}
    catalog = Configurator.from_text(
        """
        catalog whole "Whole" version "1"
        option wish "Wish" : yesno
        import "rules.pcat"
        scenario "no" { choose wish = yes expect invalid because never }
        """,
        files=files,
    )

    coverage = catalog.rule_coverage(as_of=DAY)

    assert (Fraction(1), ["rules.pcat:1:1"]) == (coverage.share, [e.location for e in coverage.decided])


def test_a_row_that_only_repeats_another_one_decides_nowhere() -> None:
    catalog = """
        catalog twice "Twice" version "1"
        option a "A" : one of { x, y }
        table fits "Fits" allow {
          | a    |
          |------|
          | x    |
          | x, y |
        }
        """

    assert set() == decided("choose a = x\nexpect valid\nexpect solutions = 1", catalog)
    assert {"fits row 2"} == decided("choose a = y\nexpect valid\nexpect solutions = 1", catalog)


def test_a_row_that_leaves_a_key_alone_when_it_is_gone_decides_what_the_key_refuses() -> None:
    catalog = """
        catalog partly "Partly" version "1"
        option a "A" : one of { x, y }
        option b "B" : one of { x, y }
        table fits "Fits" allow partial {
          | a | b |
          |---|---|
          | x | x |
        }
        """

    assert {"fits", "fits row 1"} == decided("choose a = x, b = y\nexpect invalid", catalog)
    assert set() == decided("choose a = y, b = y\nexpect valid", catalog)


def test_two_rows_that_refuse_the_same_are_both_to_blame_and_their_table_counts() -> None:
    catalog = """
        catalog both "Both" version "1"
        option a "A" : one of { x, y }
        table never "No" forbid {
          | a    |
          |------|
          | x    |
          | not y |
        }
        """

    assert {"never", "never row 1", "never row 2"} == decided("choose a = x\nexpect invalid", catalog)
    assert {"never"} == decided("choose nothing\nexpect completes a = y\nexpect solutions = 1", catalog)


def test_a_scenario_that_is_not_run_covers_nothing() -> None:
    catalog = Configurator.from_text(f"""{PC}
        todo scenario "later" {{ choose cpu = "CPU-5", board = "MB-4" expect invalid }}
        """)

    found = catalog.scenario_coverage(catalog.scenarios[0])

    assert (frozenset(), frozenset()) == (found.decided, found.undecided)


def test_known_elements_are_not_looked_at_again() -> None:
    catalog = Configurator.from_text(f"""{PC}
        scenario "one" {{ choose cpu = "CPU-5", board = "MB-4" expect invalid because socket }}
        """)

    found = catalog.scenario_coverage(catalog.scenarios[0], known={"socket"})

    assert (frozenset(), frozenset(), "") == (found.decided, found.undecided, found.reason)


def test_rows_of_a_long_table_are_told_as_not_looked_at() -> None:
    rows = "\n".join(f"| {number} | {number} |" for number in range(MOST_ROWS + 1))
    catalog = Configurator.from_text(f"""
        catalog long "Long" version "1"
        option a "A" : whole 0..{MOST_ROWS}
        option b "B" : whole 0..{MOST_ROWS}
        table pairs "Pairs" allow {{
          | a | b |
          |---|---|
          {rows}
        }}
        scenario "unequal" {{ choose a = 1, b = 2 expect invalid }}
        """)

    coverage = catalog.rule_coverage(as_of=DAY)

    assert ["pairs"] == [each.id for each in coverage.decided]
    assert [
        "rule coverage of long: 1 of 1 decided (100.0 %)",
        "  tables 1 of 1",
        "  table `pairs` has more than 1,000 rows: these are not looked at one by one",
    ] == list(coverage_lines("long", coverage))


def test_what_a_limit_stops_is_undecided_and_not_missing() -> None:
    catalog = Configurator.from_text(f"""{PC}
        scenario "one" {{ choose cpu = "CPU-5", board = "MB-4" expect invalid }}
        """)
    over = SearchLimits(0.0, 2, lambda: 1.0)

    found = scenario_coverage(catalog.scenarios[0], DAY, lambda _: catalog.product(DAY), over)

    assert "the time limit of 2 s was reached" == found.reason
    assert {each.id for each in catalog.coverage_elements()} == found.undecided


# ---------------------------------------------------------------- telling


def covered() -> RuleCoverage:
    """Three elements: one that is decided, one that is not, one of which a limit kept it open."""
    catalog = Configurator.from_text(f"""{PC}
        scenario "boards & <processors>" {{
          choose cpu = "CPU-5", board = "MB-4"
          expect invalid because socket
        }}
        """)
    elements = [each for each in catalog.coverage_elements() if each.id in {"socket", "power", "paint row 1"}]
    (scenario,) = catalog.scenarios
    found = catalog.scenario_coverage(scenario)
    decided_there = combined_coverage(elements, {"catalog.pcat:62:9": found.decided})
    form = rule_coverage_json(decided_there)
    form["elements"][1]["reasons"] = ["the time limit of 2 s was reached"]
    return rule_coverage_from_json(form)


def test_coverage_is_told_with_what_is_missing_and_where_it_stands() -> None:
    assert [
        "rule coverage of pc: 1 of 3 decided (33.3 %)",
        "  rules 1 of 1, rows 0 of 1, resources 0 of 1",
        "  undecided  resource  power        catalog.pcat:30",
        "  missing    row       paint row 1  catalog.pcat:38",
        "  undecided: the time limit of 2 s was reached",
    ] == list(coverage_lines("pc", covered()))


@pytest.mark.parametrize(
    ("share", "told"),
    [
        (Fraction(1), "100.0 %"),
        (Fraction(9999, 10_000), "99.9 %"),
        (Fraction(0), "0.0 %"),
        (Fraction(2, 3), "66.6 %"),
    ],
)
def test_a_share_is_rounded_down(share: Fraction, told: str) -> None:
    assert told == percent(share)


def test_several_catalogs_share_what_they_have_together() -> None:
    nothing = combined_coverage((), {})

    assert (Fraction(1, 3), Fraction(2, 3)) == (
        total_share([covered(), nothing]),
        total_share([covered()], at_best=True),
    )
    assert Fraction(1) == nothing.share == total_share([])


class Seen(HTMLParser):
    """What a browser would find in a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.marked: dict[str, list[str]] = {}
        self._marks: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "span":
            self._marks.append(dict(attrs).get("class") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "span":
            self._marks.pop()

    def handle_data(self, data: str) -> None:
        if self._marks:
            self.marked.setdefault(self._marks[-1], []).append(data)


EVIL = """catalog evil "<script>alert(1)</script>" version "1"
option a "</pre><img src=x onerror=alert(1)>" : one of { x, y }
rule first "<b>": forbid a = x
  because "</title><script src='https://example.org'></script>"
rule second "\\"onmouseover=\\"": require a = x or a = y
scenario "<script>\\"'&" { choose a = x expect invalid because first }
"""


def test_a_page_shows_the_sources_with_marks_and_nothing_of_a_catalog_becomes_markup() -> None:
    catalog = Configurator.from_text(EVIL, name="<evil>.pcat")
    page = coverage_page({"<evil>": catalog.rule_coverage(as_of=DAY)})
    seen = Seen()
    seen.feed(page)

    assert {"script", "img", "b", "link"}.isdisjoint(seen.tags)
    assert "default-src 'none'; style-src 'unsafe-inline'" in page
    assert [
        '3 ✓ rule first "<b>": forbid a = x',
        "4 ✓   because \"</title><script src='https://example.org'></script>\"",
    ] == (seen.marked["decided"])
    assert ['5 ✗ rule second "\\"onmouseover=\\"": require a = x or a = y'] == seen.marked["missing"]
    assert EVIL.splitlines()[0] in seen.marked[""][1]


# ---------------------------------------------------------------- putting together

ELEMENTS = tuple(CoverageElement("rule", name, f"c.pcat:{at}:1") for at, name in enumerate("abcd"))
parts = st.dictionaries(st.sampled_from(("s1", "s2", "s3")), st.frozensets(st.sampled_from("abcdx"))).map(
    lambda found: combined_coverage(ELEMENTS, found)
)


@given(one=parts, two=parts, three=parts)
def test_parts_are_put_together_in_any_order_and_twice_is_as_good_as_once(
    one: RuleCoverage, two: RuleCoverage, three: RuleCoverage
) -> None:
    assert one.merged(two) == two.merged(one)
    assert one.merged(two).merged(three) == one.merged(two.merged(three))
    assert one == one.merged(one) == one.merged(combined_coverage(ELEMENTS, {}))


@given(one=parts)
def test_a_coverage_comes_back_from_json(one: RuleCoverage) -> None:
    assert one == rule_coverage_from_json(rule_coverage_json(one))


def test_coverages_of_different_catalogs_are_not_put_together() -> None:
    with pytest.raises(ValueError, match="these are about different elements: of two catalogs"):
        combined_coverage(ELEMENTS, {}).merged(combined_coverage(ELEMENTS[1:], {}))


def ids(elements: Sequence[CoverageElement]) -> list[str]:
    return [each.id for each in elements]


def test_scenarios_apart_cover_what_they_cover_together() -> None:
    catalog = Configurator.load("package:bicycle")
    half = len(catalog.scenarios) // 2
    first, second = catalog.scenarios[:half], catalog.scenarios[half:]

    together = catalog.rule_coverage()
    apart = catalog.rule_coverage(second).merged(catalog.rule_coverage(first))

    assert together == apart
    assert ids(together.decided) != ids(catalog.rule_coverage(first).decided)
