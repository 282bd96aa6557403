"""What the checks of tables say, judged by matching every combination with every row."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from configurator.authoring.checks.overlaps import covered_rows
from configurator.authoring.checks.table_gaps import table_gaps
from configurator.catalog.compilation import compile_catalog
from configurator.catalog.model import Catalog
from configurator.catalog.rules import CellTest, VariantTable
from configurator.catalog_files import text_reader

SIZES = ("S", "M", "L")
NUMBERS = tuple(range(1, 6))
CELLS = {
    "size": st.sampled_from(["any", "S", "M", "L", "S, M", "M, L", "not S", "not M, L", "other"]),
    "n": st.sampled_from(["any", "1", "2", "5", "1..3", "2..3", ">= 4", "< 3", "not 2", "1, 4..5", "other"]),
    # What a calc can be is listed nowhere: bounds stay bounds.
    "twice": st.sampled_from(["any", "2", "4..6", "2..8", ">= 4", "> 4", "not 4", "not 4..6", "2, 6"]),
}


@st.composite
def tables(draw: st.DrawFn) -> Catalog:
    """A catalog with one table of two or three columns."""
    columns = draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=2, max_size=3, unique=True))
    rows = draw(st.lists(st.tuples(*(CELLS[column] for column in columns)), min_size=1, max_size=5))
    kind = draw(st.sampled_from(["allow", "forbid", "allow partial"]))
    lines = [f"| {' | '.join(cells)} |" for cells in (columns, *rows)]
    text = (
        f"catalog t\noption size : one of {{ {', '.join(SIZES)} }}\noption n : whole 1..5\n"
        f"calc twice = n * 2\ntable t {kind} {{\n" + "\n".join(lines) + "\n}\n"
    )
    catalog = compile_catalog("t.pcat", text_reader({"t.pcat": text})).catalog
    assert catalog is not None
    return catalog


def table_of(catalog: Catalog) -> VariantTable:
    (table,) = catalog.restrictions
    assert isinstance(table, VariantTable)
    return table


def matched(table: VariantTable, rows: tuple[int, ...]) -> set[tuple[object, ...]]:
    """The combinations that some of a table's rows match, when the table has no other ones."""
    found: set[tuple[object, ...]] = set()
    names = [column.heading for column in table.columns]
    for size, n in product(SIZES, NUMBERS):
        values = {"size": size, "n": n, "twice": n * 2}
        for row in rows:
            if all(_matches(table, rows, at, row, values[name]) for at, name in enumerate(names)):
                found.add((size, n))
    return found


def _matches(table: VariantTable, rows: tuple[int, ...], at: int, row: int, value: object) -> bool:
    test: CellTest = table.rows[row].tests[at]
    if test.kind == "any":
        return True
    if test.kind == "other":
        listed = [table.rows[each].tests[at] for each in rows]
        return not any(each.lists(value) for each in listed if each.kind == "values")  # type: ignore[arg-type]  # a value of the column
    return test.matches(value)  # type: ignore[arg-type]  # likewise


@given(catalog=tables())
def test_without_a_row_that_adds_nothing_the_table_says_the_same(catalog: Catalog) -> None:
    table = table_of(catalog)
    every = tuple(range(len(table.rows)))
    rows = [int(found.message.split()[1]) - 1 for found in covered_rows(catalog)]

    for row in rows:
        assert matched(table, every) == matched(table, tuple(each for each in every if each != row))
    # And all of them can go at once.
    assert matched(table, every) == matched(table, tuple(each for each in every if each not in rows))


@given(catalog=tables())
def test_every_row_that_one_other_row_covers_is_found(catalog: Catalog) -> None:
    table = table_of(catalog)
    listed = [at for at, column in enumerate(table.columns) if column.heading != "twice"]
    other = any(test.kind == "other" for row in table.rows for test in row.tests)
    found = {int(each.message.split()[1]) - 1 for each in covered_rows(catalog)}

    if other or len(listed) < len(table.columns):
        return
    for row in range(len(table.rows)):
        mine = matched(table, (row,))
        covering = [
            each for each in range(len(table.rows)) if each != row and mine <= matched(table, (each,))
        ]
        if mine and any(each < row or not matched(table, (each,)) <= mine for each in covering):
            assert row in found


@given(catalog=tables())
def test_a_value_is_told_missing_just_where_no_combination_with_it_can_match(catalog: Catalog) -> None:
    table = table_of(catalog)
    key = table.columns[0].heading
    told = [found.message for found in table_gaps(catalog) if found.code == "W0507"]

    if table.kind != "allow" or key == "twice":
        assert told == []
        return
    column = [row.tests[0] for row in table.rows]
    values = SIZES if key == "size" else NUMBERS
    open_values = [
        value
        for value in values
        if not any(_matches(table, tuple(range(len(column))), 0, row, value) for row in range(len(column)))
    ]

    assert bool(open_values) == bool(told)
    if key == "size":
        named = ", ".join(f"`{value}`" for value in open_values)
        assert told == ([f"table `t` says nothing about {named}"] if open_values else [])


@given(catalog=tables())
def test_the_row_that_is_proposed_closes_the_gap(catalog: Catalog) -> None:
    for found in table_gaps(catalog):
        for each in found.replacements:
            file = each.span.file
            text = file.text[: each.span.start] + each.text + file.text[each.span.end :]
            mended = compile_catalog("t.pcat", text_reader({"t.pcat": text})).catalog

            assert mended is not None
            assert [] == [again for again in table_gaps(mended) if again.code == "W0507"]
