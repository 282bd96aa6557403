"""Components and table rows from spreadsheets: what is read, and how mistakes name their place."""

import io
from collections.abc import Callable, Sequence
from datetime import datetime
from fractions import Fraction
from pathlib import Path

import pytest

from configurator.catalog.compilation import CompileResult, compile_catalog
from configurator.catalog_files import find_catalog, text_reader
from configurator.configuration.validation import Invalid, Valid
from configurator.configurator import Configurator
from configurator.diagnostics.rendering import render_text
from configurator.spreadsheets import reading

pytest.importorskip("python_calamine", reason="the extra `excel` is not installed")
xlsxwriter = pytest.importorskip("xlsxwriter", reason="the extra `excel` is not installed")

HEAD = "catalog t currency EUR\nunit GB\n"
SOURCE = (
    'from xlsx "tables/drives.xlsx" sheet "EU" columns "Article" as sku, "Capacity" as size [GB], '
    '"Price" as price [EUR] ignore others'
)


def workbook(
    rows: Sequence[Sequence[object]], *others: str, more: Callable[..., object] = lambda *_: None
) -> bytes:
    """A workbook with the rows on its sheet `EU`, and further sheets."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        page = book.add_worksheet("EU")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for at, row in enumerate(rows):
            for column, content in enumerate(row):
                if isinstance(content, datetime):
                    page.write_datetime(at, column, content, day)
                elif content is not None:
                    page.write(at, column, content)
        more(book, page)
        for name in others:
            book.add_worksheet(name)
    return made.getvalue()


DRIVES: list[list[object]] = [
    ["Article", "Name", "Capacity", "Price"],
    ["00471", "Small", 4.1, 49.9],
    [4711, "Big", 8, 0.1 + 0.2],
]


def family(source: str, data: bytes, *declarations: str) -> str:
    """A catalog of one family from the workbook."""
    del data
    lines = "\n".join(declarations)
    return f"{HEAD}family drive choose one {{\n{lines}\n{source}\n}}\n"


def compiled(source: str, data: bytes, *declarations: str) -> CompileResult:
    text = family(source, data, *declarations)
    return compile_catalog("t.pcat", text_reader({"t.pcat": text, "tables/drives.xlsx": data}))


def values(result: CompileResult) -> list[tuple[str, dict[str, object]]]:
    assert result.catalog is not None, result.diagnostics
    return [(c.sku, dict(c.values)) for c in result.catalog.families["drive"].components]


def told(result: CompileResult) -> list[tuple[str, str, str]]:
    return [(each.code, each.message, each.location) for each in result.diagnostics]


def test_a_sheet_is_read_exactly() -> None:
    found = compiled(SOURCE, workbook(DRIVES))

    assert [
        ("00471", {"size": Fraction(41, 10), "price": Fraction(499, 10)}),
        ("4711", {"size": 8, "price": Fraction(3, 10)}),
    ] == values(found)
    assert () == found.diagnostics


def test_a_sheet_may_head_its_columns_itself_wherever_it_begins() -> None:
    rows: list[list[object]] = [
        [],
        [None, "sku", "size [GB]", "boxed", "valid_until"],
        [None, "A", 1.5, True, datetime(2026, 12, 31)],  # noqa: DTZ001 - a day
        [],
        [None, "B", 2, False],
    ]
    found = compiled('from xlsx "tables/drives.xlsx"', workbook(rows))

    assert [("A", {"size": Fraction(3, 2), "boxed": True}), ("B", {"size": 2, "boxed": False})] == values(
        found
    )
    assert found.catalog is not None
    assert "2026-12-31" == str(found.catalog.families["drive"].components[0].period.end)


def test_texts_with_decimal_commas_and_numbers_stand_side_by_side() -> None:
    found = compiled(f"{SOURCE} decimal comma", workbook([*DRIVES, ["X", "Text", "2,5", "1,50"]]))

    assert [Fraction(41, 10), 8, Fraction(5, 2)] == [row["size"] for _, row in values(found)]


def test_a_rule_table_may_be_a_sheet() -> None:
    data = workbook([["a", "n"], ["x, y", ">= 5"], ["other", "1..2"], ["x", 3]])
    text = (
        "catalog t\noption a : one of { x, y, z }\noption n : whole 0..9\n"
        'table t allow { from xlsx "t.xlsx" }\n'
    )
    asked = Configurator.from_text(text, files={"t.xlsx": data})

    assert isinstance(asked.validate({"a": "y", "n": 5}), Valid)
    assert isinstance(asked.validate({"a": "x", "n": 3}), Valid)
    assert isinstance(asked.validate({"a": "y", "n": 4}), Invalid)


def test_the_only_sheet_that_is_not_hidden_needs_no_name() -> None:
    def hide(book: object, _: object) -> None:
        book.add_worksheet("old").hide()  # type: ignore[attr-defined]  # XlsxWriter is untyped

    assert values(compiled(SOURCE.replace('sheet "EU" ', ""), workbook(DRIVES, more=hide)))


# ---------------------------------------------------------------- mistakes


def test_a_mistake_is_shown_at_its_cell() -> None:
    found = compiled(SOURCE, workbook([*DRIVES, ["X", "Odd", "many", 1]]))

    assert """\
error[E0502]: `many` is no number in column `Capacity`
 --> tables/drives.xlsx, sheet "EU", row 4, column C (Capacity)
  |
4 | X | Odd | many | 1
  |           ^^^^""" == render_text(found.diagnostics)


@pytest.mark.parametrize(
    ("row", "mistake"),
    [
        (
            ["X", "Odd", None, 1],
            ("E0504", "`X` has no `size`", 'tables/drives.xlsx, sheet "EU", row 4, column C (Capacity)'),
        ),
        (
            ["X", "Odd", 1],
            ("E0504", "`X` has no `price`", 'tables/drives.xlsx, sheet "EU", row 4, column D (Price)'),
        ),
        (
            ["00471", "Odd", 1, 1],
            (
                "E0503",
                "SKU `00471` stands twice in family `drive`",
                'tables/drives.xlsx, sheet "EU", row 4, column A (Article)',
            ),
        ),
        (
            [None, "Odd", 1, 1],
            ("E0504", "a component has no SKU", 'tables/drives.xlsx, sheet "EU", row 4, column A (Article)'),
        ),
        (
            ["X", "Odd", "1,234.50", 1],
            (
                "E0502",
                "`1,234.50` is no number in column `Capacity`",
                'tables/drives.xlsx, sheet "EU", row 4, column C (Capacity)',
            ),
        ),
        (
            ["X", "Odd", 1, "#REF!"],
            (
                "E0223",
                "`#REF!` is a formula that failed",
                'tables/drives.xlsx, sheet "EU", row 4, column D (Price)',
            ),
        ),
        (
            ["X", "Odd", 1, 1234567890123456],
            (
                "E0223",
                "a number of more than 15 digits, which a spreadsheet does not keep exactly",
                'tables/drives.xlsx, sheet "EU", row 4, column D (Price)',
            ),
        ),
        (
            [datetime(2026, 3, 12), "Odd", 1, 1],  # noqa: DTZ001 - a day
            (
                "W0520",
                "the spreadsheet took the SKU for the date 2026-03-12",
                'tables/drives.xlsx, sheet "EU", row 4, column A (Article)',
            ),
        ),
    ],
    ids=["blank", "blank at the end", "twice", "no SKU", "thousands", "formula", "digits", "date"],
)
def test_mistakes_in_cells_name_sheet_row_and_column(
    row: list[object], mistake: tuple[str, str, str]
) -> None:
    assert [mistake] == told(compiled(SOURCE, workbook([*DRIVES, row])))


def test_merged_cells_are_no_blanks() -> None:
    def merge(_: object, page: object) -> None:
        page.merge_range(1, 2, 2, 2, 4)  # type: ignore[attr-defined]  # XlsxWriter is untyped

    found = compiled(SOURCE, workbook(DRIVES, more=merge), "attribute size : number in GB optional")

    assert [
        (
            "E0223",
            "the cell is merged with C2, which alone holds the value",
            'tables/drives.xlsx, sheet "EU", row 3, column C (Capacity)',
        )
    ] == told(found)


def test_cells_of_columns_that_nothing_uses_may_hold_anything() -> None:
    found = compiled(SOURCE, workbook([*DRIVES, ["X", "#REF!", 1, 1]]))

    assert () == found.diagnostics


def test_a_mistake_in_one_row_does_not_hide_those_in_others() -> None:
    found = compiled(SOURCE, workbook([*DRIVES, ["X", "a", 1, "#REF!"], ["Y", "b", "many", 1]]))

    assert ["E0223", "E0502"] == [code for code, _, _ in told(found)]


@pytest.mark.parametrize(
    ("source", "others", "mistake"),
    [
        (
            SOURCE.replace("EU", "eu"),
            ["US"],
            ("E0221", "`tables/drives.xlsx` has no sheet `eu`", "it has: EU, US", ("did you mean `EU`?",)),
        ),
        (
            SOURCE.replace('sheet "EU" ', ""),
            ["US"],
            (
                "E0221",
                "`tables/drives.xlsx` has 2 sheets",
                "they are: EU, US",
                ('say which one: `sheet "EU"`',),
            ),
        ),
        (
            SOURCE.replace('"Capacity"', '"Capacty"'),
            [],
            (
                "E0505",
                "`tables/drives.xlsx` has no column `Capacty`",
                "it has: Article, Name, Capacity, Price",
                ("did you mean `Capacity`?",),
            ),
        ),
        (
            SOURCE.replace("EU", "US"),
            ["US"],
            (
                "E0505",
                "sheet `US` of `tables/drives.xlsx` is empty",
                "",
                ("its first line names the columns",),
            ),
        ),
    ],
    ids=["no such sheet", "several sheets", "no such column", "an empty sheet"],
)
def test_mistakes_in_the_statement_say_what_there_is(
    source: str, others: list[str], mistake: tuple[str, str, str, tuple[str, ...]]
) -> None:
    found = compiled(source, workbook(DRIVES, *others))

    assert [mistake] == [(each.code, each.message, each.label, each.help) for each in found.diagnostics]


def test_without_the_library_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object) -> None:
        raise ImportError

    monkeypatch.setattr(reading, "_calamine_sheet", missing)
    found = compiled(SOURCE, workbook(DRIVES))

    assert [
        (
            "E0220",
            "sheet `EU` of `tables/drives.xlsx` cannot be read: python-calamine is not installed",
            ("pip install 'pcat-configurator[excel]', or save the sheet as CSV and write `from csv`",),
        )
    ] == [(each.code, each.message, each.help) for each in found.diagnostics]


def test_a_workbook_outside_of_the_folder_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.xlsx").write_bytes(workbook(DRIVES))
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "t.pcat").write_text(family(SOURCE.replace("tables/drives", "../secret"), b""))
    found = find_catalog(str(inside))

    assert ["E0203"] == [each.code for each in compile_catalog(found.entry, found.reader).diagnostics]


# ---------------------------------------------------------------- digest


def digest(data: bytes, source: str = SOURCE) -> str:
    found = compiled(source, data).catalog
    assert found is not None
    return found.digest


def test_the_digest_is_of_the_cells_not_of_the_file() -> None:
    formatted = workbook(DRIVES, "US", more=lambda _, page: page.set_column(0, 0, 40))

    assert workbook(DRIVES) != formatted
    assert digest(workbook(DRIVES)) == digest(formatted)


def test_a_changed_cell_is_another_digest() -> None:
    changed = [*DRIVES[:2], [4711, "Big", 8, 0.31]]

    assert digest(workbook(DRIVES)) != digest(workbook(changed))
