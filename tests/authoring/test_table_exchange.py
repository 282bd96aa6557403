"""Tables taken back from a spreadsheet: what is written where, and what is refused with which words."""

from collections.abc import Mapping, Sequence

import pytest
from attrs import evolve

from configurator.authoring.tables.answers import TablesImported, TablesRefused
from configurator.authoring.tables.exchange import take_back
from configurator.authoring.tables.exporting import sheets_of
from configurator.authoring.tables.written import written_tables
from configurator.catalog.compilation import compile_catalog
from configurator.catalog.model import Catalog
from configurator.catalog_files import text_reader
from configurator.spreadsheets.sheet import ColumnForm, SheetForm, SheetProblem
from configurator.spreadsheets.writing import write_workbook
from configurator.table_files import workbook_sheets

pytest.importorskip("python_calamine", reason="the extra `excel` is not installed")
pytest.importorskip("xlsxwriter", reason="the extra `excel` is not installed")

TEXT = """\
catalog t "Test" version "3" currency EUR
unit W

family cpu "Processor" choose one {
  attribute tier : one of { low, high }
  | sku | name     | tier | draw [W] | price [EUR] | boxed |
  |-----|----------|------|----------|-------------|-------|
  | C-1 | One      | low  |       65 |       99.00 | yes   |  # the old one
  | C-2 | Two \\| b | high |      105 |      249.50 | no    |
  component "C-9" "Nine" { tier = low, draw = 5 W, price = 1 EUR, boxed = no }
}

family fan choose 0..2 mixed {
  from csv "fans.csv" separator ";" decimal comma
    columns "No" as sku, "Watt" as draw [W], "Euro" as price [EUR] ignore others
}

table cooling allow {
  | cpu      | cpu.draw [W] |
  |----------|--------------|
  | C-1      | any          |
  | C-2, C-9 | >= 1         |
}

rule cheap: require cpu != "C-2" because "dear"
"""
FANS = 'No;Watt;Supplier;Euro\r\nF-1;1,50;Ann;9,90\r\nF-2;2;"Bo; b";12,00\r\n'
FILES = {"t.pcat": TEXT.encode(), "fans.csv": FANS.encode()}

Rows = Sequence[Sequence[str]]


def catalog_of(files: Mapping[str, bytes]) -> Catalog:
    result = compile_catalog("t.pcat", text_reader(files))
    assert result.catalog is not None, result.diagnostics
    return result.catalog


def exported(files: Mapping[str, bytes] = FILES) -> dict[str, SheetForm]:
    """The sheets by name."""
    catalog = catalog_of(files)
    sheets = sheets_of(catalog, written_tables("t.pcat", text_reader(files), catalog))
    return {sheet.name: sheet for sheet in sheets}


def taken(
    changed: Mapping[str, Rows],
    now: Mapping[str, bytes] = FILES,
    *,
    merge: bool = False,
    headings: Mapping[str, Sequence[str]] | None = None,
    others: Sequence[SheetForm] = (),
) -> TablesImported | TablesRefused:
    """What sheets exported from `FILES`, some with other rows, make of the files as they are now."""
    sheets = exported()
    for name, rows in changed.items():
        sheets[name] = evolve(sheets[name], rows=tuple(tuple(row) for row in rows))
    for name, titles in (headings or {}).items():
        columns = tuple(ColumnForm(title) for title in titles)
        sheets[name] = evolve(sheets[name], columns=columns)
    data = write_workbook([*sheets.values(), *others])
    assert not isinstance(data, SheetProblem)
    given = workbook_sheets(data, "plan.xlsx")
    return take_back("t.pcat", text_reader(now), catalog_of(now), given, "plan.xlsx", merge=merge)


def files_after(result: TablesImported | TablesRefused) -> dict[str, str]:
    assert isinstance(result, TablesImported), result.diagnostics
    return {path: content.decode() for path, content in result.files.items()}


def told(result: TablesImported | TablesRefused) -> list[tuple[str, str, str]]:
    assert isinstance(result, TablesRefused)
    return [(each.code, each.message, each.location) for each in result.diagnostics]


CPU = [["C-1", "One", "low", "65", "99.00", "yes"], ["C-2", "Two | b", "high", "105", "249.50", "no"]]


def test_a_sheet_has_the_headings_of_the_language() -> None:
    sheets = exported()

    assert ["notes", "cpu", "fan", "cooling", "base"] == list(sheets)
    assert ["sku", "name", "tier", "draw [W]", "price [EUR]", "boxed"] == [
        column.heading for column in sheets["cpu"].columns
    ]
    assert ["sku", "draw [W]", "price [EUR]"] == [column.heading for column in sheets["fan"].columns]
    assert (("F-1", "1.50", "9.90"), ("F-2", "2", "12.00")) == sheets["fan"].rows


def test_columns_of_known_values_have_drop_downs() -> None:
    sheets = exported()

    assert [("low", "high"), ("yes", "no")] == [c.values for c in sheets["cpu"].columns if c.strict]
    assert ("C-1", "C-2", "C-9", "any", "absent") == sheets["cooling"].columns[0].values
    assert not sheets["cooling"].columns[0].strict


def test_a_changed_cell_keeps_its_row_in_shape() -> None:
    rows = [["C-1", "Uno", "low", "65", "89.5", "yes"], CPU[1]]

    after = files_after(taken({"cpu": rows}))["t.pcat"]

    assert (
        TEXT.replace(
            "| C-1 | One      | low  |       65 |       99.00 |",
            "| C-1 | Uno      | low  |       65 |       89.50 |",
        )
        == after
    )


def test_a_text_too_long_for_its_column_widens_its_row_alone() -> None:
    rows = [["C-1", "A very long name", "low", "65", "99", "yes"], CPU[1]]

    after = files_after(taken({"cpu": rows}))["t.pcat"]

    assert TEXT.replace("| One      |", "| A very long name |") == after


def test_bars_are_escaped() -> None:
    after = files_after(taken({"cpu": [["C-1", "a|b", *CPU[0][2:]], CPU[1]]}))["t.pcat"]

    assert TEXT.replace("| One      |", "| a\\|b     |") == after


def test_rows_are_put_in_after_the_row_before_them() -> None:
    new = ["C-3", "Three", "low", "7.5", "100", "no"]

    after = files_after(taken({"cpu": [CPU[0], new, CPU[1]]}))["t.pcat"]

    line = "  | C-3 | Three    | low  |      7.5 |      100.00 | no    |\n"
    old = "  | C-2 |"
    assert TEXT.replace(old, line + old) == after


def test_a_new_first_row_stands_under_the_dashes() -> None:
    new = ["C-0", "Zero", "low", "1", "1.00", "no"]

    after = files_after(taken({"cpu": [new, *CPU]}))["t.pcat"]

    line = "  | C-0 | Zero     | low  |        1 |        1.00 | no    |\n"
    old = "  | C-1 | One"
    assert TEXT.replace(old, line + old) == after


def test_a_removed_row_takes_its_line_along() -> None:
    rule = [["C-2, C-9", ">= 1"]]

    after = files_after(taken({"cooling": rule}))["t.pcat"]

    assert TEXT.replace("  | C-1      | any          |\n", "") == after


def test_csv_cells_keep_separator_comma_quotes_and_line_ends() -> None:
    rows = [["F-1", "1.75", "9.90"], ["F-3", "3", "7"], ["F-2", "2", "12.5"]]

    after = files_after(taken({"fan": rows}))

    assert {
        "fans.csv": 'No;Watt;Supplier;Euro\r\nF-1;1,75;Ann;9,90\r\nF-3;3,00;;7,00\r\nF-2;2;"Bo; b";12,50\r\n'
    } == after


def test_a_new_sku_with_all_else_as_before_is_a_new_name() -> None:
    result = taken({"fan": [["F-1b", "1.5", "9.9"], ["F-2", "2", "12"]]})

    assert (
        'No;Watt;Supplier;Euro\r\nF-1b;1,50;Ann;9,90\r\nF-2;2;"Bo; b";12,00\r\n'
        == files_after(result)["fans.csv"]
    )


def test_numbers_written_in_another_way_are_no_change() -> None:
    result = taken({"cpu": [["C-1", "One", "low", "65.0", "99", "yes"], CPU[1]]})

    assert {} == files_after(result)


def test_another_order_of_rows_is_told_and_not_taken_over() -> None:
    result = taken({"cpu": CPU[::-1]})

    assert {} == files_after(result)
    assert isinstance(result, TablesImported)
    assert ("cpu",) == result.reordered


def test_another_order_of_columns_is_no_change() -> None:
    rows = [[row[0], *row[:0:-1]] for row in CPU]
    titles = ["sku", "boxed", "price [EUR]", "draw [W]", "tier", "name"]

    assert {} == files_after(taken({"cpu": rows}, headings={"cpu": titles}))


def test_changes_are_told_cell_by_cell() -> None:
    rows = [["C-1", "Uno", "low", "65", "99", "yes"]]
    result = taken(
        {"cpu": rows, "cooling": [["C-1", "any"]], "fan": [["F-2", "2", "12"], ["F-3", "1", "1"]]},
        now=NO_RULE,
    )

    assert isinstance(result, TablesImported), result.diagnostics
    assert [
        ("cpu", "removed", "C-2", "", "C-2 | Two | b | high | 105 | 249.50 | no", ""),
        ("cpu", "changed", "C-1", "name", "One", "Uno"),
        ("fan", "removed", "F-1", "", "F-1 | 1.50 | 9.90", ""),
        ("fan", "added", "F-3", "", "", "F-3 | 1 | 1"),
        ("cooling", "removed", "2", "", "C-2, C-9 | >= 1", ""),
    ] == [(c.table, c.kind, c.row, c.column, c.before, c.after) for c in result.changes]


NO_RULE = {**FILES, "t.pcat": TEXT.replace('rule cheap: require cpu != "C-2" because "dear"\n', "").encode()}

# ---------------------------------------------------------------- refused


@pytest.mark.parametrize(
    ("changed", "mistake"),
    [
        (
            {"cpu": [["C-1", "One", "low", "hot", "99", "yes"], CPU[1]]},
            (
                "E0502",
                "`hot` is no number in column `draw [W]`",
                'plan.xlsx, sheet "cpu", row 2, column D (draw [W])',
            ),
        ),
        (
            {"cpu": [CPU[0], ["C-2", "Two", "height", "105", "249.5", "no"]]},
            (
                "E0502",
                "`height` is not one of low, high in column `tier`",
                'plan.xlsx, sheet "cpu", row 3, column C (tier)',
            ),
        ),
        (
            {"cpu": [CPU[0], ["C-2", "Two", "high", "105", "249.5", "maybe"]]},
            (
                "E0502",
                "`maybe` is neither `yes` nor `no` in column `boxed`",
                'plan.xlsx, sheet "cpu", row 3, column F (boxed)',
            ),
        ),
        (
            {"cpu": [CPU[0], ["C-2", "Two", "high", "", "249.5", "no"]]},
            ("E0504", "`C-2` has no `draw`", 'plan.xlsx, sheet "cpu", row 3, column D (draw [W])'),
        ),
        (
            {"cpu": [*CPU, ["C-9", "Nine", "low", "1", "1", "no"]]},
            ("E0503", "SKU `C-9` stands twice in family `cpu`", "t.pcat:10:13"),
        ),
        (
            {"fan": [["F-1", "1.5", "9.9"], ["F-2", "2", "dear"]]},
            (
                "E0502",
                "`dear` is no number in column `price [EUR]`",
                'plan.xlsx, sheet "fan", row 3, column C (price [EUR])',
            ),
        ),
        (
            {"cooling": [["C-1", "any"], ["C-7", "any"]]},
            (
                "E0502",
                "unknown component `C-7` in column `cpu`",
                'plan.xlsx, sheet "cooling", row 3, column A (cpu)',
            ),
        ),
        (
            {"cpu": [["C-1", "One\nTwo", *CPU[0][2:]], CPU[1]]},
            (
                "E0224",
                "a cell of several lines does not fit into a row of a catalog",
                'plan.xlsx, sheet "cpu", row 2, column B (name)',
            ),
        ),
        (
            {"cpu": [["---", "---", "---", "---", "---", "---"], *CPU]},
            (
                "E0502",
                "`---` is not one of low, high in column `tier`",
                'plan.xlsx, sheet "cpu", row 2, column C (tier)',
            ),
        ),
    ],
    ids=["number", "value", "yes or no", "blank", "twice", "csv", "pattern", "lines", "dashes"],
)
def test_what_does_not_fit_is_refused_at_its_place(
    changed: dict[str, Rows], mistake: tuple[str, str, str]
) -> None:
    assert mistake in told(taken(changed))


def test_a_component_that_a_rule_names_cannot_be_removed() -> None:
    assert ("E0303", "unknown component `C-2` in family `cpu`", "t.pcat:25:28") in told(
        taken({"cpu": CPU[:1], "cooling": [["C-1", "any"]]})
    )


def test_unknown_columns_and_sheets_are_refused() -> None:
    titles = ["sku", "name", "tear", "draw [W]", "price [EUR]", "boxed"]
    result = taken({}, headings={"cpu": titles}, others=[SheetForm("Sheet1", (), (("x",),))])

    assert [
        ("E0224", "the sheet `Sheet1` was not exported", 'plan.xlsx, sheet "Sheet1", row 1, column A (x)'),
        ("E0224", "`cpu` has no column `tear`", 'plan.xlsx, sheet "cpu", row 1, column C (tear)'),
        ("E0224", "the column `tier` is missing", 'plan.xlsx, sheet "cpu", row 1'),
    ] == told(result)


def test_a_workbook_of_another_making_is_refused() -> None:
    data = write_workbook([SheetForm("cpu", (), (("sku",),))])
    assert not isinstance(data, SheetProblem)
    sheets = workbook_sheets(data, "plan.xlsx")
    result = take_back("t.pcat", text_reader(FILES), catalog_of(FILES), sheets, "plan.xlsx", merge=False)

    assert [("E0224", "`plan.xlsx` was not made by `configurator tables export`", "")] == told(result)


def test_a_workbook_of_another_catalog_is_refused() -> None:
    other = {**FILES, "t.pcat": TEXT.replace("catalog t ", "catalog u ").encode()}

    assert [("E0224", "`plan.xlsx` holds tables of `t`, not of `u`", "")] == told(taken({}, now=other))


# ---------------------------------------------------------------- an export older than the catalog


def later(old: str, new: str) -> dict[str, bytes]:
    """The files after somebody has changed the catalog."""
    assert old in TEXT
    return {**FILES, "t.pcat": TEXT.replace(old, new).encode()}


def test_changes_elsewhere_do_not_matter() -> None:
    now = later('because "dear"', 'because "too dear"')
    rows = [["C-1", "Uno", *CPU[0][2:]], CPU[1]]

    assert now["t.pcat"].decode().replace("One", "Uno") == files_after(taken({"cpu": rows}, now))["t.pcat"]


def test_an_old_export_of_which_nothing_was_changed_changes_nothing() -> None:
    assert {} == files_after(taken({}, later("       65", "       55")))


def test_an_old_export_is_refused_with_what_both_sides_changed() -> None:
    now = later("       65", "       55")
    result = taken({"cpu": [["C-1", "Uno", *CPU[0][2:]], CPU[1]]}, now)

    assert [
        ("E0225", "`cpu` has changed in the catalog since it was exported", 'plan.xlsx, sheet "cpu", row 1')
    ] == (told(result))
    assert (
        "rows changed in the sheet: 1; none of them has changed in the catalog",
        "with `--merge` they are applied to the table as it is now; or export it anew",
    ) == result.diagnostics[0].help


def test_changes_of_both_sides_are_merged_on_demand() -> None:
    now = later("       65", "       55")
    result = taken({"cpu": [["C-1", "Uno", *CPU[0][2:]], CPU[1]]}, now, merge=True)

    assert now["t.pcat"].decode().replace("One", "Uno") == files_after(result)["t.pcat"]
    assert isinstance(result, TablesImported)
    assert ("cpu",) == result.merged


def test_a_row_new_in_the_catalog_stays() -> None:
    line = "  | C-4 | Four     | low  |       35 |       79.00 | yes   |\n"
    now = later("  | C-2 |", line + "  | C-2 |")
    new = ["C-3", "Three", "low", "45", "89", "no"]
    after = files_after(taken({"cpu": [*CPU, new]}, now, merge=True))["t.pcat"]

    assert ["C-1", "C-4", "C-2", "C-3"] == [
        row.split()[1] for row in after.split("\n") if row.startswith("  | C-") and "W" not in row
    ][:4]


def test_a_row_that_both_have_added_is_added_once() -> None:
    rows = [["C-1", "any"], ["C-2, C-9", ">= 1"], ["C-9", "5"], ["C-9", "5"]]
    now = {**FILES, **{path: text.encode() for path, text in files_after(taken({"cooling": rows})).items()}}

    assert {} == files_after(taken({"cooling": rows}, now, merge=True))


@pytest.mark.parametrize("merge", [False, True])
def test_a_cell_that_both_changed_is_a_conflict(merge: bool) -> None:
    now = later("       65", "       55")
    result = taken({"cpu": [["C-1", "One", "low", "45", "99", "yes"], CPU[1]]}, now, merge=merge)

    assert [
        (
            "E0225",
            "`draw [W]` has changed both in the sheet and in the catalog",
            'plan.xlsx, sheet "cpu", row 2, column D (draw [W])',
        )
    ] == told(result)
    assert (
        "exported: 65; in the sheet: 45; in the catalog: 55",
        "make the sheet or the catalog say what the other one says",
    ) == result.diagnostics[0].help


def test_a_row_removed_on_one_side_and_changed_on_the_other_is_a_conflict() -> None:
    now = {**later("     249.50", "     259.50")}
    now["t.pcat"] = now["t.pcat"].replace(b'rule cheap: require cpu != "C-2" because "dear"\n', b"")
    result = taken({"cpu": CPU[:1]}, now, merge=True)

    assert [("E0225", "the row `C-2` was removed in the sheet and changed in the catalog", "")] == told(
        result
    )


# ---------------------------------------------------------------- tables that live in a workbook


def test_a_table_read_from_a_workbook_is_changed_there() -> None:
    drives = write_workbook([SheetForm("EU", (), (("sku", "size"), ("D-1", "4")))])
    assert not isinstance(drives, SheetProblem)
    files = {
        "t.pcat": b'catalog t\nfamily drive choose one { from xlsx "d.xlsx" sheet "EU" }\n',
        "d.xlsx": drives,
    }
    sheets = exported(files)
    assert sheets["drive"].locked
    sheets["drive"] = evolve(sheets["drive"], rows=(("D-1", "5"),))
    data = write_workbook(list(sheets.values()))
    assert not isinstance(data, SheetProblem)
    given = workbook_sheets(data, "plan.xlsx")
    result = take_back("t.pcat", text_reader(files), catalog_of(files), given, "plan.xlsx", merge=False)

    assert [
        (
            "E0224",
            "`drive` is read from a workbook and cannot be changed here",
            'plan.xlsx, sheet "drive", row 2',
        )
    ] == told(result)
    assert ("change it in d.xlsx, sheet EU",) == result.diagnostics[0].help


# ---------------------------------------------------------------- two tables of the same rows

SHARED = {
    "t.pcat": b"catalog t\n"
    b'family a choose one { from csv "x.csv" }\nfamily b choose one { from csv "x.csv" }\n',
    "x.csv": b"sku,size\nX-1,1\nX-2,2\n",
}


def shared(**rows: Rows) -> TablesImported | TablesRefused:
    sheets = exported(SHARED)
    for name, changed in rows.items():
        sheets[name] = evolve(sheets[name], rows=tuple(tuple(row) for row in changed))
    data = write_workbook(list(sheets.values()))
    assert not isinstance(data, SheetProblem)
    given = workbook_sheets(data, "plan.xlsx")
    return take_back("t.pcat", text_reader(SHARED), catalog_of(SHARED), given, "plan.xlsx", merge=False)


def test_two_tables_of_the_same_rows_are_changed_alike() -> None:
    rows = [["X-1", "10"], ["X-3", "3"]]

    assert {"x.csv": "sku,size\nX-1,10\nX-3,3\n"} == files_after(shared(a=rows, b=rows))


def test_two_tables_of_the_same_rows_cannot_be_changed_apart() -> None:
    assert [
        ("E0224", "`b` stands in the same rows as a table that has changed", 'plan.xlsx, sheet "b", row 1')
    ] == told(shared(a=[["X-1", "10"], ["X-2", "2"]]))
