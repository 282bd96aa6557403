"""Tables that stay in files beside a catalog: which file, and what its columns are."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Literal

from attrs import field, frozen

from configurator.building.fragments import heading
from configurator.building.values import ValueProblem, quoted, shown


@frozen
class TableFile:
    """A file whose rows are components of a family, or rows of a rule table.

    Attributes:
        path: relative to the catalog, with `/` between names; it ends in `.csv` or `.xlsx`.
        sheet: of a workbook.
        separator: between the cells of a CSV file, one character; a comma by default.
        decimal_comma: numbers are written `2,5`.
        columns: by title, what each column is here, with its unit: `{"Capacity": "size [GB]"}`; empty where
            the file's own headings count.
        ignore_others: the other columns are left out on purpose.
    """

    path: str
    sheet: str | None = None
    separator: str | None = None
    decimal_comma: bool = False
    columns: Mapping[str, str] = field(default=MappingProxyType({}), hash=False)
    ignore_others: bool = False

    @property
    def kind(self) -> Literal["csv", "xlsx", ""]:
        """By the ending of its path; empty for any other one."""
        match PurePosixPath(self.path).suffix.lower():
            case ".csv":
                return "csv"
            case ".xlsx":
                return "xlsx"
            case _:
                return ""


def source_words(file: TableFile) -> str:
    """`from csv "drives.csv" separator ";" columns "Article" as sku`.

    Raises:
        ValueProblem: something about the file cannot be written.
    """
    if not file.kind:
        raise ValueProblem(f"{shown(file.path)} is neither a `.csv` nor an `.xlsx` file")
    words = [f"from {file.kind} {quoted(file.path)}"]
    if file.sheet is not None:
        words.append(f"sheet {quoted(file.sheet)}")
    if file.separator is not None:
        words.append(f"separator {quoted(file.separator)}")
    if file.decimal_comma:
        words.append("decimal comma")
    if file.columns:
        mapped = [f"{quoted(title)} as {_column(path)}" for title, path in file.columns.items()]
        words.append(f"columns {', '.join(mapped)}")
    if file.ignore_others:
        words.append("ignore others")
    return "\n".join(words)


def _column(path: str) -> str:
    found = heading(path)
    if found.says.type is not None:
        raise ValueProblem(f"`{found.words}`: the column of a file has no type here", "declare an attribute")
    return found.words
