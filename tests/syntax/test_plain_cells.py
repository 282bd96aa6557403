"""Cells of plain words and numbers are read without the grammar, and read the same."""

from attrs import asdict
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from configurator.diagnostics.diagnostic import Diagnostic
from configurator.source import SourceFile, Span
from configurator.syntax import cells
from configurator.syntax.cells import CellPattern, parse_cell
from configurator.syntax.nodes import Cell

words = st.sampled_from(
    [
        "any",
        "other",
        "absent",
        "not",
        "not a",
        "A-1",
        "Micro ATX",
        "280",
        "1.5",
        "-3",
        "+2",
        "12 mm",
        "1.5kg",
        "x_y",
        "Ü",
    ]
)
signs = st.sampled_from(
    [",", ", ", "..", " .. ", ">=", "<= ", ">", "<", "=", " ", "-", ".", "*", '"', "/", "(", ")"]
)
texts = st.lists(st.one_of(words, signs), min_size=1, max_size=6).map("".join).map(str.strip)


def by_grammar(cell: Cell) -> CellPattern | Diagnostic:
    tree = cells._cell_tree(cell.text)
    if isinstance(tree, Exception):
        return cells._bad_cell(cell, tree)
    return cells._CellBuilder(cell).pattern(tree)


def places(pattern: CellPattern | Diagnostic) -> object:
    """All of it, places too."""
    return asdict(
        pattern, value_serializer=lambda _, __, value: str(value.text) if isinstance(value, Span) else value
    )


@given(texts)
@example("1..2, 5..7 mm")
@example("absent, any")
@example("not .. any")
@example("not a, b")
@example("5..3")
@settings(max_examples=600, deadline=None)
def test_a_cell_is_read_as_the_grammar_reads_it(text: str) -> None:
    assume(text)
    source = SourceFile("t.pcat", f"| {text} |")
    cell = Cell(text, Span(source, 2, 2 + len(text)))

    assert by_grammar(cell) == parse_cell(cell)
    assert places(by_grammar(cell)) == places(parse_cell(cell))


def test_plain_cells_are_told_from_others() -> None:
    source = SourceFile("t.pcat", "| 120..140, >= 280 |")

    assert cells._plain_items(Cell("120..140, >= 280", Span(source, 2, 18))) is not None
    assert cells._plain_items(Cell('"a"', Span(source, 2, 5))) is None
