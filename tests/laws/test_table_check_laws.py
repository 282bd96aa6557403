"""What the checks of tables say, judged by matching every combination with every row."""

from itertools import product
from operator import le

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


PARTS = {"P1": 1, "P2": 3, "P3": 4, "P4": 7, "P5": 7}
PART_CELLS = {
    "q": st.sampled_from(
        ["any", "P1", "P2, P3", "P1, P2, P3, P5", "not P4", "absent", "P4, absent", "other"]
    ),
    "q.w": st.sampled_from(
        ["any", "1", "3..5", "4", "< 7", "2..7", "not 7", "1, 4..7", "absent", "5..6, absent"]
    ),
    "more": st.sampled_from(["any", "yes", "no", "yes, no", "other"]),
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


@st.composite
def long_tables(draw: st.DrawFn) -> Catalog:
    """A catalog with one table of up to five columns, some about a part that may be absent; many alike."""
    cells = {"size": CELLS["size"], "n": CELLS["n"], **PART_CELLS}
    columns = draw(st.lists(st.sampled_from(sorted(cells)), min_size=1, max_size=5, unique=True))
    few = {column: draw(st.lists(cells[column], min_size=1, max_size=4)) for column in columns}
    row = st.tuples(*(st.sampled_from(few[column]) for column in columns))
    rows = draw(st.lists(row, min_size=1, max_size=16))
    kind = draw(st.sampled_from(["allow", "forbid", "allow partial"]))
    lines = [f"| {' | '.join(each)} |" for each in (columns, *rows)]
    parts = "\n".join(f"| {sku} | {w} |" for sku, w in PARTS.items())
    text = (
        f"catalog t\noption size : one of {{ {', '.join(SIZES)} }}\n"
        f"option n : whole 1..5\noption more : yesno\n"
        f"family part {{\n| sku | w |\n|---|--:|\n{parts}\n}}\nslot q : part choose optional\n"
        f"table t {kind} {{\n" + "\n".join(lines) + "\n}\n"
    )
    result = compile_catalog("t.pcat", text_reader({"t.pcat": text}))
    assert result.catalog is not None, result.diagnostics
    return result.catalog


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


VALUES: dict[str, tuple[object, ...]] = {
    "size": SIZES,
    "n": NUMBERS,
    "more": (False, True),
    "q": (*PARTS, None),
    "q.w": (*dict.fromkeys(PARTS.values()), None),
}
"""What the columns of a long table can hold; `None` where nothing is chosen."""


def reached(table: VariantTable, rows: tuple[int, ...]) -> set[tuple[object, ...]]:
    """The values of all columns together that some of a table's rows match, when it has no others."""
    found: set[tuple[object, ...]] = set()
    tests = [[table.rows[row].tests[at] for row in rows] for at in range(len(table.columns))]
    told = [
        [
            frozenset(value for value in VALUES[column.heading] if _takes(row[at], row, value))
            for at in range(len(row))
        ]
        for column, row in zip(table.columns, tests, strict=True)
    ]
    for cells in zip(*told, strict=True):
        found.update(product(*cells))
    return found


def _takes(test: CellTest, column: list[CellTest], value: object) -> bool:
    if test.kind == "any":
        return True
    if test.kind == "other":
        listed = [each for each in column if each.kind == "values"]
        return value is not None and not any(each.lists(value) for each in listed)  # type: ignore[arg-type]  # a value of the column
    return test.matches_absent if value is None else test.matches(value)  # type: ignore[arg-type]  # likewise


@given(catalog=long_tables())
def test_all_rows_of_a_long_table_that_add_nothing_can_go_at_once(catalog: Catalog) -> None:
    table = table_of(catalog)
    idle = {int(found.message.split()[1]) - 1 for found in covered_rows(catalog)}
    every = range(len(table.rows))

    assert reached(table, tuple(every)) == reached(table, tuple(each for each in every if each not in idle))


@given(catalog=long_tables())
def test_a_row_is_told_with_the_first_row_that_says_the_same_or_else_more(catalog: Catalog) -> None:
    table = table_of(catalog)
    rows = [
        [_taken(column.heading, test) for column, test in zip(table.columns, row.tests, strict=True)]
        for row in table.rows
    ]
    # What `other` means hangs on the other rows, and what matches nothing is another finding.
    if any(test.kind == "other" for row in table.rows for test in row.tests) or not all(map(all, rows)):
        return
    expected: dict[int, str] = {}
    for number, row in enumerate(rows, start=1):
        first = rows.index(row) + 1
        wider = [at for at, each in enumerate(rows, start=1) if each != row and all(map(le, row, each))]
        if first < number:
            expected[number] = f"row {number} of table `t` says the same as row {first}"
        elif wider:
            does = "forbids" if table.kind == "forbid" else "allows"
            expected[number] = f"row {number} of table `t` adds nothing: row {wider[0]} {does} all of it"

    assert list(expected.values()) == [found.message for found in covered_rows(catalog)]


def _taken(heading: str, test: CellTest) -> frozenset[object]:
    """What a cell matches; `any` something of its own, for a list of all there is does not say as much."""
    taken = frozenset(value for value in VALUES[heading] if _takes(test, [test], value))
    return taken | {"any"} if test.kind == "any" else taken
