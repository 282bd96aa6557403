"""Tables of a catalog as sheets, with what is needed to take them back."""

from collections.abc import Sequence

from configurator.authoring.tables.written import WrittenTable
from configurator.catalog.model import Catalog
from configurator.spreadsheets.sheet import SheetForm
from configurator.syntax.nodes import TableSource

NOTES, BASE = "notes", "base"
"""The sheet that tells people and the import what the others are, and the one with the cells as exported."""

_LONGEST_NAME = 31
FORM = ("made by", "configurator tables export, form 1")
"""The row of the notes that tells which program made them, and in which form."""
TABLES = ("sheet", "holds", "key", "number", "file")
"""The heading of the list of sheets in the notes."""
_RESERVED = {NOTES, BASE, "lists", "history"}


def sheets_of(catalog: Catalog, tables: Sequence[WrittenTable]) -> tuple[SheetForm, ...]:
    """One sheet for each table, before them the notes, after them the cells once more, for programs."""
    names = _sheet_names(tables)
    notes: list[tuple[str, ...]] = [
        (catalog.title, f"version {catalog.version}" if catalog.version else ""),
        ("Change cells, add rows, remove rows; then run", "configurator tables import CATALOG FILE"),
        ("Columns and sheets stay as they are. A locked sheet is changed in the workbook named below.",),
        (),
        FORM,
        ("catalog", catalog.name),
        ("digest", catalog.digest),
        (),
        TABLES,
        *[
            (name, table.kind, table.key, str(table.number), table.path)
            for name, table in zip(names, tables, strict=True)
        ],
    ]
    base = [
        (name, *row)
        for name, table in zip(names, tables, strict=True)
        for row in (table.headings, *table.rows)
    ]
    return (
        SheetForm(NOTES, (), tuple(notes)),
        *[
            SheetForm(
                name,
                tuple(column.form for column in table.columns),
                table.rows,
                locked=not is_editable(table),
            )
            for name, table in zip(names, tables, strict=True)
        ],
        SheetForm(BASE, (), tuple(base), secret=True),
    )


def is_editable(table: WrittenTable) -> bool:
    """Whether its file can be rewritten: a workbook cannot."""
    return not (isinstance(table.node, TableSource) and table.node.kind == "xlsx")


def _sheet_names(tables: Sequence[WrittenTable]) -> list[str]:
    """A name for each sheet, such as spreadsheet programs take: short, without signs, all different."""
    taken = set(_RESERVED)
    names = []
    for table in tables:
        plain = "".join("_" if sign in "[]:*?/\\'" else sign for sign in table.name)[:_LONGEST_NAME]
        name, number = plain, 1
        while name.lower() in taken:
            number += 1
            name = f"{plain[: _LONGEST_NAME - 4]} ({number})"
        taken.add(name.lower())
        names.append(name)
    return names
