"""Rows, headings and cells of tables."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configurator.diagnostics.diagnostic import Diagnostic
from configurator.source import SourceFile, Span
from configurator.syntax.cells import (
    AnyPattern,
    CellAbsent,
    CellComparison,
    CellItem,
    CellPattern,
    CellRange,
    CellValue,
    CellWildcard,
    ListPattern,
    OtherPattern,
    parse_cell,
    parse_heading,
    split_row,
)
from configurator.syntax.expressions import Name, PathReference
from configurator.syntax.nodes import Cell, ColumnHeading, Row, TypeExpression

HERE = Span(SourceFile("here", ""), 0, 0)


def cell(text: str) -> Cell:
    """A cell in the middle of a line, as a table has it."""
    source = SourceFile("t", f"| before | {text} |")
    return Cell(text, Span(source, 11, 11 + len(text)))


def value(
    text: str, number: int | str | None = None, unit: str | None = None, *, quoted: bool = False
) -> CellValue:
    return CellValue(
        text,
        quoted,
        Fraction(number) if number is not None else None,
        Name(unit, HERE) if unit else None,
        HERE,
    )


def some(*items: CellItem, negated: bool = False) -> ListPattern:
    return ListPattern(items, negated, HERE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GPU-4060", some(value("GPU-4060"))),
        ("Micro ATX", some(value("Micro ATX"))),
        ("a, b", some(value("a"), value("b"))),
        ("280", some(value("280", 280))),
        ("280 mm", some(value("280 mm", 280, "mm"))),
        ("-5", some(value("-5", -5))),
        ("1.50 EUR", some(value("1.50 EUR", "1.5", "EUR"))),
        ("2026-11-22", some(value("2026-11-22"))),
        ("120..140", some(CellRange(value("120", 120), value("140", 140), HERE))),
        ("120 .. 140 mm", some(CellRange(value("120", 120, "mm"), value("140 mm", 140, "mm"), HERE))),
        ("-5..-3", some(CellRange(value("-5", -5), value("-3", -3), HERE))),
        (">= 280 mm", some(CellComparison(">=", value("280 mm", 280, "mm"), HERE))),
        ("!=a", some(CellComparison("!=", value("a"), HERE))),
        (
            "< 5, > 10",
            some(CellComparison("<", value("5", 5), HERE), CellComparison(">", value("10", 10), HERE)),
        ),
        ("not x", some(value("x"), negated=True)),
        ("not a, b", some(value("a"), value("b"), negated=True)),
        ("note, nothing", some(value("note"), value("nothing"))),
        ("FR-TRL-*", some(CellWildcard("FR-TRL-*", HERE))),
        ("absent", some(CellAbsent(HERE))),
        ("GPU-1, absent", some(value("GPU-1"), CellAbsent(HERE))),
        ("not absent", some(CellAbsent(HERE), negated=True)),
        ("any", AnyPattern(HERE)),
        ("other", OtherPattern(HERE)),
        ('"any"', some(value("any", quoted=True))),
        ('"a, b", "c*"', some(value("a, b", quoted=True), value("c*", quoted=True))),
        (r'"3.5\" \\"', some(value('3.5" \\', quoted=True))),
        ("any colour", some(value("any colour"))),
        ("yes", some(value("yes"))),
    ],
)
def test_cells_of_rule_tables(text: str, expected: CellPattern) -> None:
    assert parse_cell(cell(text)) == expected


@pytest.mark.parametrize(
    ("text", "code", "marked"),
    [
        ("", "E0504", " "),
        ("a,", "E0502", ","),
        (", a", "E0502", ","),
        ("5..", "E0502", "."),
        (">=", "E0502", "="),
        ('"a', "E0502", '"'),
        ('"a" b', "E0502", "b"),
        ("a, any", "E0502", "any"),
        ("not other", "E0502", "other"),
        ("a, not b", "E0502", "not b"),
        ("140..120", "E0502", "140..120"),
        (r'"\n"', "E0106", r"\n"),
    ],
)
def test_mistakes_in_cells_know_their_place(text: str, code: str, marked: str) -> None:
    finding = parse_cell(cell(text))

    assert isinstance(finding, Diagnostic)
    assert finding.span is not None
    assert (finding.code, finding.span.text) == (code, marked)


def test_same_text_in_two_places_has_two_spans() -> None:
    source = SourceFile("t", "| A-1 | A-1 |")
    patterns = [parse_cell(Cell("A-1", Span(source, start, start + 3))) for start in (2, 8)]

    starts = [
        item.span.start for pattern in patterns if isinstance(pattern, ListPattern) for item in pattern.items
    ]
    assert starts == [2, 8]


@given(text=st.text(max_size=20))
def test_any_text_gives_a_pattern_or_a_finding(text: str) -> None:
    source = SourceFile("t", text)
    finding = parse_cell(Cell(text, Span(source, 0, len(text))))

    assert isinstance(finding, AnyPattern | OtherPattern | ListPattern | Diagnostic)


# ---------------------------------------------------------------- headings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("socket", ("socket", None, None)),
        ("draw [W]", ("draw", "W", None)),
        ("gpu.length [mm]", ("gpu.length", "mm", None)),
        (
            "fits : set of { ATX, ITX }",
            ("fits", None, TypeExpression("set of", HERE, values=(Name("ATX", HERE), Name("ITX", HERE)))),
        ),
        ("price : money", ("price", None, TypeExpression("money", HERE))),
    ],
)
def test_headings(text: str, expected: tuple[str, str | None, TypeExpression | None]) -> None:
    path, unit, kind = expected

    assert parse_heading(cell(text)) == ColumnHeading(
        PathReference(tuple(Name(part, HERE) for part in path.split(".")), HERE),
        Name(unit, HERE) if unit else None,
        kind,
        HERE,
    )


@pytest.mark.parametrize(
    ("text", "code", "marked"),
    [
        ("", "E0506", " "),
        ("max power", "E0506", "power"),
        ("draw [W", "E0506", "W"),
        ("5", "E0506", "5"),
        ("x : colour", "E0506", "colour"),
        ("none", "E0109", "none"),
    ],
)
def test_mistakes_in_headings_know_their_place(text: str, code: str, marked: str) -> None:
    finding = parse_heading(cell(text))

    assert isinstance(finding, Diagnostic)
    assert finding.span is not None
    assert (finding.code, finding.span.text) == (code, marked)


# ---------------------------------------------------------------- rows


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("| a | b |", ["a", "b"]),
        ("|a|b|", ["a", "b"]),
        ("|  |x|", ["", "x"]),
        ("| a |   ", ["a"]),
        ("| a | # a comment", ["a"]),
        (r"| a \| b | c |", ["a | b", "c"]),
        ("| #ff0000 |", ["#ff0000"]),
    ],
)
def test_rows_are_split_at_bars(line: str, expected: list[str]) -> None:
    row = split_row(SourceFile("t", line), 0, len(line))

    assert isinstance(row, Row)
    assert expected == [each.text for each in row.cells]


@pytest.mark.parametrize("line", ["|", "| a", "| a | b", r"| a \|", "| a | b | c"])
def test_row_needs_its_last_bar(line: str) -> None:
    finding = split_row(SourceFile("t", line), 0, len(line))

    assert isinstance(finding, Diagnostic)
    assert finding.code == "E0501"


@given(cells=st.lists(st.text(st.characters(exclude_characters="|\\\n"), max_size=5), min_size=1, max_size=6))
def test_what_is_joined_with_bars_is_split_again(cells: list[str]) -> None:
    line = "|" + "|".join(cells) + "|"
    row = split_row(SourceFile("t", line), 0, len(line))

    assert isinstance(row, Row)
    assert [each.strip() for each in cells] == [each.text for each in row.cells]
    assert [each.text for each in row.cells] == [each.span.text for each in row.cells]
