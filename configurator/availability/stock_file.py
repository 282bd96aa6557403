"""A stock file: counts, safety stocks and masters from CSV text.

The columns `sku` and `on_hand` are needed; `floor`, `policy`, `lead_time`, `cost` and `currency` are read
where they stand; all others are left alone, and named.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Final, TypeVar

from attrs import field, frozen

from configurator.availability.masters import LONGEST_LEAD_TIME, ItemMaster, Policy
from configurator.availability.quantities import MAXIMUM_QUANTITY, ItemId, name_problem
from configurator.diagnostics.suggestion import did_you_mean
from configurator.errors import StockFileError, StockRequestError

T = TypeVar("T")

_COLUMNS: Final = ("sku", "on_hand")
_FACTS: Final = ("floor", "policy", "lead_time", "cost", "currency")
_PROBLEMS_TOLD: Final = 5
_LONGEST_SHOWN: Final = 40

_WHOLE = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"[+-]?([0-9]+[.,]?[0-9]*|[.,][0-9]+)")
_TIME = re.compile(r"([0-9]{1,6})\s*(d|days?|w|weeks?)?", re.ASCII)
_AMOUNT = re.compile(r"([0-9]{1,15}(?:[.,][0-9]{1,6})?)\s*([^\W\d_]+)?")

_POLICIES: Final = {
    "stocked": Policy.STOCKED,
    "bought": Policy.BOUGHT,
    "bought to order": Policy.BOUGHT,
    "made": Policy.MADE,
    "made to order": Policy.MADE,
}
_DAYS_IN_A_WEEK: Final = 7


@frozen
class StockFile:
    """What a stock file says.

    Attributes:
        counts: what lies there, by SKU, in the order of the file.
        floors: safety stock, by SKU, of those whose cell says one; 0 is one.
        masters: of those whose cells say something, in the order of the file.
        ignored: the columns that mean nothing here, in the order of the file.
    """

    counts: Mapping[ItemId, int] = field(hash=False)
    floors: Mapping[ItemId, int] = field(default=MappingProxyType({}), hash=False)
    masters: tuple[ItemMaster, ...] = ()
    ignored: tuple[str, ...] = ()


@frozen
class _Row:
    """A record and the line on which it begins."""

    line: int
    cells: tuple[str, ...]


def parse_stock(text: str, name: str) -> dict[ItemId, int]:
    """The counts of a stock file by SKU, in its order; see `read_stock_file`.

    Raises:
        StockFileError: there are mistakes, also in what else it says.
    """
    return dict(read_stock_file(text, name).counts)


def read_stock_file(text: str, name: str) -> StockFile:
    """What a stock file says.

    A byte order mark, CRLF, blank lines, spaces around cells and `;` between them (when the header has it)
    are taken as they come. A header without rows says nothing. An empty cell of a column that is not
    needed leaves open what stands there.

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
    facts = _fact_places(header, name)
    counts: dict[ItemId, int] = {}
    floors: dict[ItemId, int] = {}
    masters: list[ItemMaster] = []
    first_lines: dict[ItemId, int] = {}
    problems: list[tuple[int, str]] = []
    for row in rows:
        told = [problem for problem in (_row_problem(row, header, places, first_lines),) if problem]
        sku = row.cells[places[0]] if len(row.cells) == len(header.cells) else ""
        floor, master = None, None
        if sku and not name_problem(sku):
            cells = {column: row.cells[place] for column, place in facts.items()}
            floor, master = _facts(sku, cells, told)
            first_lines.setdefault(sku, row.line)
        if told or master is None:
            problems += [(row.line, problem) for problem in told]
            continue
        counts[sku] = int(row.cells[places[1]])
        if floor is not None:
            floors[sku] = floor
        if master != ItemMaster(sku):
            masters.append(master)
    if problems:
        raise _file_error(problems, name)
    known = {*_COLUMNS, *_FACTS}
    ignored = tuple(cell for cell in header.cells if cell not in known)
    return StockFile(counts, floors, tuple(masters), ignored)


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


def _fact_places(header: _Row, name: str) -> dict[str, int]:
    """Where the columns stand that may be there, by name."""
    for column in _FACTS:
        if header.cells.count(column) > 1:
            raise StockFileError(f"there is more than one column `{column}`", f"{name}:{header.line}")
    return {column: header.cells.index(column) for column in _FACTS if column in header.cells}


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
    if not on_hand:
        return f"`{sku}` has no count; write 0 when there is none"
    return _quantity_problem("count", sku, on_hand)


def _quantity_problem(what: str, sku: ItemId, written: str) -> str:
    shown = _shown(written)
    if not _WHOLE.fullmatch(written):
        kind = "a whole number" if _NUMBER.fullmatch(written) else "a number"
        return f"the {what} `{shown}` of `{sku}` is not {kind}"
    if written.startswith("-") and written.strip("-0"):
        return f"the {what} `{shown}` of `{sku}` is below 0"
    # Compared by length first: Python refuses to read thousands of digits.
    digits = written.lstrip("+-0")
    if len(digits) > len(str(MAXIMUM_QUANTITY)) or int(digits or "0") > MAXIMUM_QUANTITY:
        return f"the {what} `{shown}` of `{sku}` is above {MAXIMUM_QUANTITY}"
    return ""


def _shown(written: str) -> str:
    return written if len(written) <= _LONGEST_SHOWN else f"{written[:_LONGEST_SHOWN]}…"


# ---------------------------------------------------------------- safety stock and master


def _facts(sku: ItemId, cells: Mapping[str, str], told: list[str]) -> tuple[int | None, ItemMaster]:
    """Safety stock and master of a row; mistakes of cells are added to `told`, such cells count as empty."""

    def read(column: str, reader: Callable[[ItemId, str], T]) -> T | None:
        written = cells.get(column, "")
        try:
            return reader(sku, written) if written else None
        except StockRequestError as error:
            told.append(str(error))
            return None

    floor, policy, days = read("floor", _floor), read("policy", _policy), read("lead_time", _lead_time)
    cost = read("cost", lambda _, written: _cost(sku, written, cells.get("currency", "")))
    return floor, ItemMaster(sku, policy, days, *(cost or (None, None)))


def _floor(sku: ItemId, written: str) -> int:
    problem = _quantity_problem("floor", sku, written)
    if problem:
        raise StockRequestError(problem)
    return int(written)


def _policy(sku: ItemId, written: str) -> Policy:
    found = _POLICIES.get(" ".join(written.lower().split()))
    if found is None:
        near = "".join(f"; {line}" for line in did_you_mean(written.lower(), _POLICIES))
        expected = near or "; it is `stocked`, `bought` or `made`"
        raise StockRequestError(f"`{_shown(written)}` is no policy, for `{sku}`{expected}")
    return found


def _lead_time(sku: ItemId, written: str) -> int:
    found = _TIME.fullmatch(written.lower())
    days = (
        0 if found is None else int(found[1]) * (_DAYS_IN_A_WEEK if (found[2] or "").startswith("w") else 1)
    )
    if found is None or days > LONGEST_LEAD_TIME:
        raise StockRequestError(
            f"the lead time `{_shown(written)}` of `{sku}` is not a number of days "
            f"up to {LONGEST_LEAD_TIME}, such as `10`, `10 d` or `2 w`"
        )
    return days


def _cost(sku: ItemId, written: str, currency: str) -> tuple[Decimal, str]:
    """An amount and its currency, which stands behind it or in a column of its own."""
    found = _AMOUNT.fullmatch(written)
    if found is None:
        raise StockRequestError(
            f"the cost `{_shown(written)}` of `{sku}` is not an amount such as `12.50 EUR`, "
            "with at most six decimals"
        )
    behind = found[2] or ""
    if behind and currency and behind != currency:
        raise StockRequestError(f"the cost of `{sku}` is in {behind}, its column `currency` says {currency}")
    if not behind and not currency:
        raise StockRequestError(f"the cost `{written}` of `{sku}` is in no currency; write `{written} EUR`")
    problem = name_problem(behind or currency)
    if problem:
        raise StockRequestError(f"the currency {problem}")
    return Decimal(found[1].replace(",", ".")), behind or currency


def _file_error(problems: list[tuple[int, str]], name: str) -> StockFileError:
    (line, message), *others = problems
    told = "".join(f"; line {other}: {text}" for other, text in others[: _PROBLEMS_TOLD - 1])
    left = len(problems) - _PROBLEMS_TOLD
    more = f"; and {left} more" if left > 0 else ""
    return StockFileError(message + told + more, f"{name}:{line}")
