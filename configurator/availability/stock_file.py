"""Counts from CSV text: the columns `sku` and `on_hand`, others are ignored."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import Final

from attrs import frozen

from configurator.availability.quantities import MAXIMUM_QUANTITY, ItemId, name_problem
from configurator.diagnostics.suggestion import did_you_mean
from configurator.errors import StockFileError

_COLUMNS: Final = ("sku", "on_hand")
_PROBLEMS_TOLD: Final = 5

_WHOLE = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"[+-]?([0-9]+[.,]?[0-9]*|[.,][0-9]+)")


@frozen
class _Row:
    """A record and the line on which it begins."""

    line: int
    cells: tuple[str, ...]


def parse_stock(text: str, name: str) -> dict[ItemId, int]:
    """Counts by SKU, in the order of the file.

    A byte order mark, CRLF, blank lines, spaces around cells and `;` between them (when the header has it)
    are taken as they come. A header without rows gives no counts.

    Args:
        text: the whole file.
        name: what to call it in messages.

    Raises:
        StockFileError: there are mistakes. It stands at the first and tells the next ones with their lines.
    """
    rows = _rows(text.removeprefix("\N{BOM}"), name)
    header = next(rows, None)
    if header is None:
        raise StockFileError("the file is empty; its first line should be `sku,on_hand`", name)
    places = _column_places(header, name)
    counts: dict[ItemId, int] = {}
    first_lines: dict[ItemId, int] = {}
    problems: list[tuple[int, str]] = []
    for row in rows:
        problem = _row_problem(row, header, places, first_lines)
        if problem:
            problems.append((row.line, problem))
            continue
        sku, on_hand = (row.cells[place] for place in places)
        first_lines[sku] = row.line
        counts[sku] = int(on_hand)
    if problems:
        raise _file_error(problems, name)
    return counts


def _rows(text: str, name: str) -> Iterator[_Row]:
    first_line = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = ";" if first_line.count(";") > first_line.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = tuple(cell.strip() for cell in next(reader))
        except StopIteration:
            return
        except csv.Error as error:
            raise StockFileError(f"the row cannot be read ({error})", f"{name}:{line}") from error
        if any(cells):
            yield _Row(line, cells)


def _column_places(header: _Row, name: str) -> tuple[int, ...]:
    location = f"{name}:{header.line}"
    for column in _COLUMNS:
        if column not in header.cells:
            found = ", ".join(f"`{cell}`" for cell in header.cells)
            hint = "".join(f"; {line}" for line in _hint(column, header.cells))
            raise StockFileError(f"there is no column `{column}` among {found}{hint}", location)
        if header.cells.count(column) > 1:
            raise StockFileError(f"there is more than one column `{column}`", location)
    return tuple(header.cells.index(column) for column in _COLUMNS)


def _hint(column: str, cells: Sequence[str]) -> tuple[str, ...]:
    # Asked from the column's side: which of the names found was meant to be this one.
    near = did_you_mean(column, (cell for cell in cells if cell not in _COLUMNS))
    return tuple(line.replace("did you mean ", "is it ") for line in near)


def _row_problem(row: _Row, header: _Row, places: tuple[int, ...], first_lines: dict[ItemId, int]) -> str:
    """What is wrong with a row, empty when nothing is."""
    if len(row.cells) != len(header.cells):
        return f"the row has {len(row.cells)} cells, the header {len(header.cells)}"
    sku, on_hand = (row.cells[place] for place in places)
    problem = name_problem(sku)
    if problem:
        return f"the SKU {problem}"
    if sku in first_lines:
        return f"`{sku}` is counted twice, first on line {first_lines[sku]}"
    return _count_problem(sku, on_hand)


def _count_problem(sku: ItemId, on_hand: str) -> str:
    shown = on_hand if len(on_hand) <= 40 else f"{on_hand[:40]}…"
    if not on_hand:
        return f"`{sku}` has no count; write 0 when there is none"
    if not _WHOLE.fullmatch(on_hand):
        kind = "a whole number" if _NUMBER.fullmatch(on_hand) else "a number"
        return f"the count `{shown}` of `{sku}` is not {kind}"
    if on_hand.startswith("-") and on_hand.strip("-0"):
        return f"the count `{shown}` of `{sku}` is below 0"
    # Compared by length first: Python refuses to read thousands of digits.
    digits = on_hand.lstrip("+-0")
    if len(digits) > len(str(MAXIMUM_QUANTITY)) or int(digits or "0") > MAXIMUM_QUANTITY:
        return f"the count `{shown}` of `{sku}` is above {MAXIMUM_QUANTITY}"
    return ""


def _file_error(problems: list[tuple[int, str]], name: str) -> StockFileError:
    (line, message), *others = problems
    told = "".join(f"; line {other}: {text}" for other, text in others[: _PROBLEMS_TOLD - 1])
    left = len(problems) - _PROBLEMS_TOLD
    more = f"; and {left} more" if left > 0 else ""
    return StockFileError(message + told + more, f"{name}:{line}")
