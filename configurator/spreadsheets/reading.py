"""The door to python-calamine: bytes of an .xlsx workbook to sheets, with care. Optional.

calamine is quick, but trusts its input: a sheet with two cells far apart becomes a dense range that no memory
holds, an archive may unfold to any size, and what a cell holds instead of a value (`#REF!`, a formula never
computed) comes back as a blank. So the archive is unpacked here, up to a limit; the text of the sheets is
searched for the addresses of their cells and for such cells; and calamine gets an archive made anew of
exactly what was looked at.
"""

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from html import unescape
from typing import TYPE_CHECKING

from attrs import field, frozen

from configurator.distribution import DISTRIBUTION
from configurator.spreadsheets.sheet import CellMistake, Sheet, SheetProblem, cell_text

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

LARGEST_CONTENT = 200_000_000
"""Bytes of the largest workbook, unpacked."""
MOST_CELLS = 5_000_000
"""The most cells of a sheet, counted from its first cell to its last row and column."""
MOST_ROWS = 1_048_576
"""Rows of the longest sheet that spreadsheet programs know."""

_OLD_FORMAT = bytes.fromhex("d0cf11e0a1b11ae1")
_OTHER_FORMATS = {"xl/workbook.bin": ".xlsb", "content.xml": ".ods"}
_BOOK = "xl/workbook.xml"
_NEEDLESS = ("xl/media/", "xl/drawings/", "xl/charts/", "xl/embeddings/", "docProps/", "customXml/")

_SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_NAME = re.compile(rb'\bname\s*=\s*(?:"([^"]*)"|\'([^\']*)\')')
_RELATION = re.compile(rb'\w+:id\s*=\s*["\']([^"\']+)["\']')
_STATE = re.compile(rb'\bstate\s*=\s*["\'](?:hidden|veryHidden)["\']')
_TARGET = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_ID = re.compile(rb'\bId\s*=\s*["\']([^"\']+)["\']')
_PATH = re.compile(rb'\bTarget\s*=\s*["\']([^"\']+)["\']')

_CELL = re.compile(rb"<(?:\w+:)?c(?:\s+[^>]*[^/>]|\s*)>")
_ADDRESSED = re.compile(
    rb'<(?:\w+:)?c\s(?:[^>]*\s)?r\s*=\s*["\']([A-Za-z]{1,3})(\d{1,7})["\'](?:[^>]*[^/>])?>'
)
_ADDRESS = re.compile(rb'\br\s*=\s*["\']([A-Za-z]{1,3})?(\d{1,10})["\']')
_ROW = re.compile(rb"<(?:\w+:)?row\b")
_ERROR = re.compile(
    rb'<(?:\w+:)?c\s(?=[^>]*\bt\s*=\s*["\']e["\'])[^>]*?\br\s*=\s*["\']([A-Za-z]{1,3})(\d{1,7})["\'][^>]*>'
    rb"(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>([^<]*)<",
    re.DOTALL,
)
_UNCOMPUTED = re.compile(
    rb'<(?:\w+:)?c\s(?:[^>]*\s)?r\s*=\s*["\']([A-Za-z]{1,3})(\d{1,7})["\'][^>]*>'
    rb"\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*(?=</(?:\w+:)?c>)"
)
_ERROR_TEXTS = frozenset(
    {"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"}
)


@frozen
class SheetName:
    """A sheet of a workbook by name.

    Attributes:
        hidden: whether people see it only when they ask for it.
    """

    name: str
    hidden: bool
    part: str = field(repr=False)


@frozen(eq=False)
class Workbook:
    """A workbook, unpacked and looked at, whose sheets can be read.

    Attributes:
        sheets: in the order of the workbook.
    """

    sheets: tuple[SheetName, ...]
    _parts: Mapping[str, bytes] = field(repr=False)

    def read(self, name: str, *, decimal_comma: bool = False) -> Sheet | SheetProblem:
        """The cells of a sheet, which the workbook has.

        Blank rows at the end and blank cells at the end of rows are left out.

        Args:
            name: of the sheet.
            decimal_comma: whether numbers are told with one; texts stay as they are.
        """
        sheet = next(sheet for sheet in self.sheets if sheet.name == name)
        return _read(self, sheet, decimal_comma=decimal_comma)


def open_workbook(data: bytes) -> Workbook | SheetProblem:
    """A workbook from the bytes of an .xlsx file.

    No sheet is read yet. At most `LARGEST_CONTENT` bytes are unpacked.
    """
    if data.startswith(_OLD_FORMAT):
        return SheetProblem(
            "is an old .xls workbook, or protected with a password", ("save it as .xlsx without a password",)
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = _unpacked(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError):
        return _NO_WORKBOOK
    if isinstance(parts, SheetProblem):
        return parts
    for part, suffix in _OTHER_FORMATS.items():
        if part in parts:
            return SheetProblem(f"is an {suffix} workbook", ("save it as .xlsx",))
    sheets = tuple(_sheets(parts))
    return Workbook(sheets, parts) if sheets else _NO_WORKBOOK


_NO_WORKBOOK = SheetProblem("is not an .xlsx workbook", ("save it as .xlsx in a spreadsheet program",))


def _unpacked(archive: zipfile.ZipFile) -> dict[str, bytes] | SheetProblem:
    parts: dict[str, bytes] = {}
    left = LARGEST_CONTENT
    for entry in archive.infolist():
        name = entry.filename
        if entry.is_dir() or name.startswith(_NEEDLESS):
            continue
        if name not in _OTHER_FORMATS and not name.endswith((".xml", ".rels")):
            continue
        if entry.flag_bits & 1:
            return SheetProblem("is protected with a password", ("save it without a password",))
        # The size that an archive states may be a lie; what is read is not.
        with zipfile.ZipFile.open(archive, entry) as file:
            content = file.read(left + 1)
        left -= len(content)
        if left < 0:
            return SheetProblem(
                f"is larger than {LARGEST_CONTENT:,} bytes when unpacked",
                ("split it into several workbooks",),
            )
        parts[name] = content
    return parts


def _sheets(parts: Mapping[str, bytes]) -> Iterable[SheetName]:
    relations = {}
    for relation in _TARGET.findall(parts.get("xl/_rels/workbook.xml.rels", b"")):
        key, target = _ID.search(relation), _PATH.search(relation)
        if key and target:
            path = target[1].decode("utf-8", "replace")
            relations[key[1]] = path[1:] if path.startswith("/") else posixpath.normpath(f"xl/{path}")
    for sheet in _SHEET.findall(parts.get(_BOOK, b"")):
        name, key = _NAME.search(sheet), _RELATION.search(sheet)
        part = relations.get(key[1], "") if key else ""
        # A sheet that is a picture of a chart has no cells.
        if name and re.search(rb"<(?:\w+:)?sheetData\b", parts.get(part, b"")):
            text = (name[1] or name[2] or b"").decode("utf-8", "replace")
            yield SheetName(unescape(text), bool(_STATE.search(sheet)), part)


# ---------------------------------------------------------------- one sheet


def _read(book: Workbook, sheet: SheetName, *, decimal_comma: bool) -> Sheet | SheetProblem:
    text = book._parts[sheet.part]  # noqa: SLF001 - the workbook's own reader
    if _extent(text) > MOST_CELLS:
        return SheetProblem(
            f"has more than {MOST_CELLS:,} cells from its first to its last",
            ("delete the rows and columns after the table",),
        )
    others = {each.part for each in book.sheets if each is not sheet}
    try:
        found = _calamine_sheet(
            {name: part for name, part in book._parts.items() if name not in others},  # noqa: SLF001 - as above
            sheet.name,
        )
    except ImportError:
        return SheetProblem(
            "cannot be read: python-calamine is not installed",
            (f"pip install '{DISTRIBUTION}[excel]', or save the sheet as CSV and write `from csv`",),
        )
    if isinstance(found, SheetProblem):
        return found
    return _texts(sheet.name, found, text, decimal_comma=decimal_comma)


def _calamine_sheet(parts: Mapping[str, bytes], name: str) -> "CalamineSheet | SheetProblem":
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - optional

    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as made:
        for part, content in parts.items():
            made.writestr(part, content)
    archive.seek(0)
    try:
        return CalamineWorkbook.from_filelike(archive).get_sheet_by_name(name)
    except (CalamineError, ValueError, OSError):
        return _NO_WORKBOOK
    except BaseException as error:
        # What a broken file does to calamine's own code arrives as an exception that is no `Exception`.
        if type(error).__name__ != "PanicException":
            raise
        return _NO_WORKBOOK


def _extent(text: bytes) -> int:
    """At most so many cells lie between the first and the last that holds something."""
    cells = _ADDRESSED.findall(text)
    if len(cells) == len(_CELL.findall(text)):
        if not cells:
            return 0
        rows = max(map(int, {row for _, row in cells}))
        return rows * max(_column({letters for letters, _ in cells}))
    # Some cells have no address, or one in an unusual form: the last cell is no further than all of them.
    addresses = _ADDRESS.findall(text)
    rows = max((int(row) for _, row in addresses), default=0) + len(_ROW.findall(text))
    longest = max(len(_CELL.findall(row)) for row in _ROW.split(text))
    return min(rows, MOST_ROWS + 1) * (
        max(_column({letters for letters, _ in addresses}), default=0) + longest
    )


def _column(letters: Iterable[bytes]) -> list[int]:
    """The number of each column, from 1; 0 for none."""
    found = []
    for each in letters:
        number = 0
        for letter in each.upper():
            number = number * 26 + letter - ord("A") + 1
        found.append(number)
    return found


def _place(letters: bytes, row: bytes) -> tuple[int, int]:
    return int(row) - 1, _column([letters])[0] - 1


def _texts(name: str, found: "CalamineSheet", text: bytes, *, decimal_comma: bool) -> Sheet:
    mistakes: dict[tuple[int, int], CellMistake] = {}
    dates: set[tuple[int, int]] = set()
    rows: list[tuple[str, ...]] = []
    first_row, first_column = found.start or (0, 0)
    rows.extend(() for _ in range(first_row))
    before = ("",) * first_column
    for at, contents in enumerate(found.to_python() if found.start else (), start=first_row):
        texts = []
        for column, content in enumerate(contents, start=first_column):
            if isinstance(content, str):
                texts.append(content.strip())
                if content in _ERROR_TEXTS:
                    mistakes[at, column] = _failed(content)
                continue
            shown = cell_text(content)
            if isinstance(shown, CellMistake):
                mistakes[at, column] = shown
                shown = str(content)
            elif not isinstance(content, bool | int | float):
                dates.add((at, column))
            elif decimal_comma:
                shown = shown.replace(".", ",")
            texts.append(shown)
        while texts and not texts[-1]:
            texts.pop()
        rows.append(before + tuple(texts) if texts else ())
    for letters, row, value in _ERROR.findall(text) if b"e" in text else ():
        place = _place(letters, row)
        mistakes[place] = _failed(value.decode("utf-8", "replace"))
        _put(rows, place, value.decode("utf-8", "replace"))
    for letters, row in _UNCOMPUTED.findall(text) if b"f>" in text or b"<f" in text else ():
        mistakes[_place(letters, row)] = CellMistake(
            "a formula that was never computed", "open the workbook in a spreadsheet program and save it"
        )
        _put(rows, _place(letters, row), "=")
    while rows and not rows[-1]:
        rows.pop()
    return Sheet(name, tuple(rows), mistakes, frozenset(dates), _merged(found))


def _failed(value: str) -> CellMistake:
    return CellMistake(f"`{value}` is a formula that failed", "mend the formula, or write the value itself")


def _put(rows: list[tuple[str, ...]], place: tuple[int, int], text: str) -> None:
    """Show a text where a cell was read as blank."""
    row, column = place
    rows.extend(() for _ in range(row + 1 - len(rows)))
    cells = [*rows[row], *[""] * (column + 1 - len(rows[row]))]
    cells[column] = text
    rows[row] = tuple(cells)


def _merged(found: "CalamineSheet") -> dict[tuple[int, int], tuple[int, int]]:
    ranges = found.merged_cell_ranges or []
    last_row, last_column = found.end or (-1, -1)
    return {
        (row, column): first
        for first, last in ranges
        for row in range(first[0], min(last[0], last_row) + 1)
        for column in range(first[1], min(last[1], last_column) + 1)
        if (row, column) != first
    }
