"""Whatever the text: no exception, every mistake told, each of them once."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from configurator.diagnostics.diagnostic import Severity
from configurator.diagnostics.rendering import render_text, to_json
from configurator.source import SourceFile
from configurator.syntax.parser import ParseResult, parse_catalog

CATALOGS = [
    path.read_text(encoding="utf-8")
    for path in sorted((Path(__file__).parents[1] / "catalogs").rglob("*.pcat"))
]
SMALL = """\
catalog shed "Garden shed" version "1" currency EUR
unit cm
unit m = 100 cm
family wall "Wall" choose one not stocked {
  attribute kind : one of { plain, insulated } default plain
  | sku | kind      | width [cm] | price [EUR] |
  |-----|-----------|------------|-------------|
  | W-1 | plain     |        200 |      199.00 |
  | W-2 | insulated |        250 |      299.00 |
  component "W-3" "Large" effective from 2027-01-01 { kind = plain, width = 3 m, price = 399 EUR, }
}
option colour "Colour" : one of { red, "moss green", grey }
option height : whole 180..260 in cm
assembly window "Window" choose 0..3 {
  option round : yesno
  table sizes allow {
    from csv "windows.csv" separator ";" columns "No" as sku, "B" as width [cm] ignore others
  }
}
calc price "Price" in EUR = sum(price where price > 0 EUR) + bundles.price
rule low-red "Low and red" warn:
  for each window as w
  when colour = red and (height < 2 m or not w.round)
  forbid wall in { "W-1", "W-2" }
  because "A {colour} wall is {wall.width} wide."
resource room in cm { supply wall.width demand 80 cm * count(window), if colour = red then 1 cm else 0 cm }
default wall = "W-2" when height between 200 cm and 2.5 m
prefer cheap : price <= 300 EUR weight 2
bundle set effective until 2026-12-31 { choose window = [{ round = yes }, {}] price -20 EUR about "Two" }
scenario "all" tags smoke, a-b {
  given date 2026-11-22
  given stock "W-1" = 0
  choose only wall = "W-1", colour includes ["moss green"]
  expect forced wall.kind = plain
  expect invalid because only low-red, room
  expect solutions >= 1
}
"""
JUNK = [
    *"{}[]()\"|,.:;=<>!&-+*/%#\\'€@^é𝔘\0\t\n\r\u2028",
    *["..", "==", "//", "/*", "family ", "rule ", "because ", "none ", "expect ", "\nrule ", "\n}", "| a |"],
    *["2 ", "x ", "not ", "in ", "2026-02-30 "],
]
PIECES = re.compile(r'"[^"\n]*"|\w+|\s+|[^\w\s]')


def told_well(text: str, result: ParseResult) -> None:
    """What holds for every reading."""
    errors = [each for each in result.diagnostics if each.severity is Severity.ERROR]
    assert (result.file is None) == bool(errors)
    for each in result.diagnostics:
        assert each.span is not None
        assert 0 <= each.span.start <= each.span.end <= len(text)
        assert "\n" not in each.message
        assert each.message
        to_json(each)
    places = [(each.span.start, each.code, each.message) for each in result.diagnostics if each.span]
    assert sorted(set(places)) == sorted(places)
    render_text(result.diagnostics)


@st.composite
def damaged_texts(draw: st.DrawFn) -> str:
    """A catalog with a few pieces taken out, doubled, swapped or put in."""
    pieces = PIECES.findall(draw(st.sampled_from([SMALL, SMALL, *CATALOGS])))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(pieces) - 1))
        match draw(st.sampled_from(["drop", "drop some", "double", "swap", "insert"])):
            case "drop":
                del pieces[place]
            case "drop some":
                del pieces[place : place + draw(st.integers(2, 30))]
            case "double":
                pieces.insert(place, pieces[place])
            case "swap":
                other = draw(st.integers(0, len(pieces) - 1))
                pieces[place], pieces[other] = pieces[other], pieces[place]
            case _:
                pieces.insert(place, draw(st.sampled_from(JUNK)))
        if not pieces:
            return ""
    return "".join(pieces)


@given(text=st.text(max_size=200))
def test_any_text_is_read_without_an_exception(text: str) -> None:
    told_well(text, parse_catalog(SourceFile("fuzz", text)))


@given(pieces=st.lists(st.sampled_from([*JUNK, *PIECES.findall(SMALL)]), max_size=60))
def test_any_mixture_of_words_is_read_without_an_exception(pieces: list[str]) -> None:
    text = "".join(pieces)

    told_well(text, parse_catalog(SourceFile("fuzz", text)))


@settings(max_examples=150)
@given(text=damaged_texts())
def test_damaged_catalog_is_read_without_an_exception(text: str) -> None:
    told_well(text, parse_catalog(SourceFile("fuzz", text)))


@given(cut=st.integers(0, len(SMALL)))
def test_catalog_cut_short_is_read_without_an_exception(cut: int) -> None:
    told_well(SMALL[:cut], parse_catalog(SourceFile("fuzz", SMALL[:cut])))


def test_small_catalog_itself_is_sound() -> None:
    assert parse_catalog(SourceFile("shed.pcat", SMALL)).diagnostics == ()


# ---------------------------------------------------------------- one mistake, one report

GOOD = [
    'family wall "Wall" choose one {\n  | sku | n |\n  | A   | 1 |\n}',
    "option colour : one of { red, blue }",
    "calc total in EUR = sum(price) + 5 EUR",
    'rule low:\n  when a.b\n  require c = d and e < 5\n  because "Low"',
    "resource room {\n  supply a\n  demand b\n}",
    'bundle set {\n  choose a = "A"\n  price 5 EUR\n}',
    'scenario "s" {\n  choose nothing\n  expect valid\n}',
    "default a = b",
]
BROKEN = [
    'fammily wall "Wall" choose one {\n  | sku | n |\n  | A   | 1 |\n}',
    'family wall "Wall" choose one {\n  | sku | n |\n  | A   |\n}',
    'family wall "Wall" choose one {\n  | sku | n |\n  | A   | 1\n}',
    'family wall "Wall" choose ? {\n  | sku | n |\n  | A   | 1 |\n}',
    "option colour : one of { red blue }",
    "option colour : one of { red, blue",
    "option colour : shades { red }",
    "calc total in EUR = sum(price) + ",
    "calc total in EUR = (1 + 2",
    "calc total in EUR = 1 + * 2",
    'rule low:\n  when a.b\n  require c == d\n  because "Low"',
    'rule low:\n  when a.b\n  require 1 < c < d\n  because "Low"',
    'rule low:\n  when a.b\n  require c @ d\n  because "Low"',
    'rule low:\n  require c = d\n  because "Low',
    'rule low\n  require c = d\n  because "Low"',
    "resource room {\n  supply a\n  demnd b\n}",
    "resource room {\n  supply ? a\n  demand b\n}",
    "bundle set {\n  choose a = \n  price 5 EUR\n}",
    'scenario "s" {\n  choose nothing\n  expect\n}',
    'scenario "s" {\n  choose nothing\n  expect valid\n',
    "default a b",
    "slot a : wheel",
    "nonsense of any kind { } here",
]


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("before", GOOD)
def test_broken_statement_between_good_ones_gives_one_report(before: str, broken: str) -> None:
    result = parse_catalog(SourceFile("test.pcat", f"{before}\n{broken}\n{GOOD[3]}\n{before}\n"))

    assert len(result.diagnostics) == 1, render_text(result.diagnostics)


# What resembles no statement, right after one that had to be skipped, is taken for the rest of that one.
@given(statements=st.lists(st.sampled_from([*GOOD, *BROKEN[:-1]]), max_size=8))
def test_as_many_reports_as_broken_statements(statements: list[str]) -> None:
    result = parse_catalog(SourceFile("test.pcat", "\n".join(statements) + "\n"))

    expected = sum(statement in BROKEN for statement in statements)
    assert len(result.diagnostics) == expected, render_text(result.diagnostics)
