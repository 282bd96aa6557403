"""Cells of tables: Python values with every sign of their own kept, and patterns for rule tables."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from attrs import field, frozen

from configurator.building.values import (
    LINE_ENDS,
    Scalar,
    ValueProblem,
    is_quantity,
    listed,
    literal,
    number,
    one_line,
    plain,
    quoted,
    shown,
)
from configurator.catalog.cell_values import infer_type, read_value
from configurator.catalog.values import TextType
from configurator.diagnostics.diagnostic import Diagnostic
from configurator.source import SourceFile, Span
from configurator.syntax.cells import CellValue, ListPattern, is_line_of_dashes, parse_cell
from configurator.syntax.nodes import Cell

Operator = Literal["=", "!=", "<", "<=", ">", ">="]


@frozen
class Pattern:
    """A cell of a rule table that says more than one value: `Pattern("120..140")`, `Pattern("FR-TRL-*")`.

    What it says is in the language of cells. Values that come from elsewhere belong into one of the methods,
    where every sign in them is kept: a text with a comma stays one text.

    Attributes:
        text: as it stands between the bars, a bar inside it not escaped.
    """

    text: str = field()

    @text.validator
    def _check(self, _: object, text: str) -> None:
        problem = _mistake_in(text)
        if problem is not None:
            raise problem.at(f"pattern {shown(text)}")

    @classmethod
    def any(cls) -> "Pattern":
        """Matches everything, also where nothing is chosen."""
        return cls("any")

    @classmethod
    def other(cls) -> "Pattern":
        """Matches what no other row names."""
        return cls("other")

    @classmethod
    def absent(cls) -> "Pattern":
        """Matches where nothing is chosen."""
        return cls("absent")

    @classmethod
    def none_of(cls, *values: Scalar) -> "Pattern":
        """Matches whatever is there and is not one of the values."""
        return cls(f"not {', '.join(_words(value, 'none_of') for value in values)}")

    @classmethod
    def between(cls, low: Scalar, high: Scalar) -> "Pattern":
        """Matches from one bound to the other, both included."""
        return cls(f"{_words(low, 'between')}..{_words(high, 'between')}")

    @classmethod
    def compared(cls, operator: Operator, value: Scalar) -> "Pattern":
        """Matches what compares so with a value: `Pattern.compared(">=", 280)`."""
        if operator not in {"=", "!=", "<", "<=", ">", ">="}:
            raise ValueProblem(f"{shown(operator)} is no comparison").at("pattern compared")
        return cls(f"{operator} {_words(value, 'compared')}")


def _words(value: object, method: str) -> str:
    try:
        return rule_value(value)
    except ValueProblem as problem:
        raise problem.at(f"pattern {method}") from None


@lru_cache(maxsize=4096)
def _pattern(text: str) -> object:
    source = SourceFile("cell", text)
    return parse_cell(Cell(text, Span(source, 0, len(text))))


def _mistake_in(text: str) -> ValueProblem | None:
    try:
        one_line(text)
    except ValueProblem as problem:
        return problem
    if text != text.strip():
        return ValueProblem("blanks at its ends would be lost", "leave them out")
    found = _pattern(text)
    return ValueProblem(found.message, *found.help) if isinstance(found, Diagnostic) else None


# ---------------------------------------------------------------- rule tables


def rule_cell(value: object) -> str:
    """A value, a list of values and patterns, or a pattern, as a cell of a rule table.

    Raises:
        ValueProblem: nothing can be written for it.
    """
    if isinstance(value, Pattern):
        return value.text
    if plain(value) is None:
        raise ValueProblem(
            "a cell is blank",
            "`Pattern.any()` where the column does not matter, `Pattern.absent()` for nothing",
        )
    items = listed(value)
    if items is None:
        return rule_value(value)
    if not items:
        raise ValueProblem("a list without values matches nothing")
    text = ", ".join(item.text if isinstance(item, Pattern) else rule_value(item) for item in items)
    problem = _mistake_in(text)
    if problem is not None:
        raise problem
    return text


def rule_value(value: object) -> str:
    """A single value in a cell of a rule table: bare where it would be read as just that, else quoted.

    Raises:
        ValueProblem: nothing can be written for it.
    """
    value = plain(value)
    if not isinstance(value, str):
        return literal(value)
    one_line(value)
    # A row of dashes alone would be the line under a heading.
    bare = value and value == value.strip() and not is_line_of_dashes((value,))
    found = _pattern(value) if bare else None
    match found:
        case ListPattern(items=(CellValue(text=text, quoted=False, number=None),), negated=False) if (
            text == value
        ):
            return value
        case _:
            return quoted(value)


# ---------------------------------------------------------------- component tables


Kind = Literal["text", "number", "yes or no", "day", "set"]


def kind_of(value: object) -> Kind:
    """Which kind of value a column has by one of its values.

    Raises:
        ValueProblem: it is of no kind.
    """
    value = plain(value)
    match value:
        case str():
            return "text"
        case bool():
            return "yes or no"
        case date():
            return "day"
        case int() | Decimal() | Fraction():
            return "number"
        case _ if listed(value) is not None:
            return "set"
        case _ if is_quantity(value):
            raise ValueProblem(
                f"{shown(value)} has a unit of its own", "a column has one unit: name it in its heading"
            )
        case _:
            number(value)
            return "number"


def component_cell(value: object) -> str | None:
    """A value as a cell of a table of components; `None` where no cell can say it, only a `component` can.

    Raises:
        ValueProblem: the language has no words for it.
    """
    value = plain(value)
    if value is None:
        return ""
    if isinstance(value, str):
        return _text_cell(one_line(value))
    items = listed(value)
    if is_quantity(value):
        kind_of(value)
    if items is not None:
        return ", ".join(_element(item) for item in items) or quoted("")
    return literal(value)


def sku_cell(sku: object) -> str | None:
    """A SKU as a cell; `None` where no cell can say it.

    Raises:
        ValueProblem: it is no SKU.
    """
    sku = plain(sku)
    if not isinstance(sku, str) or not sku:
        raise ValueProblem(f"{shown(sku)} is no SKU", "a SKU is a text that is not empty")
    # Quotes around a SKU would belong to it.
    return sku if one_line(sku) == sku.strip() else None


def _text_cell(text: str) -> str | None:
    for written in (text, quoted(text)):
        if written and written == written.strip() and read_value(written, TextType(), None) == text:
            return written
    return None


def _element(value: object) -> str:
    text = value if isinstance(value, str) else literal(value)
    if not one_line(text):
        raise ValueProblem("an empty text cannot be an element of a set")
    bare = text == text.strip() and not {",", '"'} & {*text}
    return text if bare else quoted(text)


def is_inferred(kind: Kind, texts: Iterable[str]) -> bool:
    """Whether a column of such cells is taken for what it is, without being told."""
    return kind in {"number", "yes or no", "day"} or (
        kind == "text" and isinstance(infer_type(texts, None), TextType)
    )


def row_line(cells: Iterable[str]) -> str | None:
    """A line of a table; `None` where it would be taken for the line under a heading."""
    cells = tuple(cells)
    if is_line_of_dashes(cells):
        return None
    assert not any(LINE_ENDS.search(cell) for cell in cells)
    return "".join(f"| {cell.replace('|', chr(92) + '|')} " for cell in cells) + "|"


def dashes(columns: int) -> str:
    """The line under a heading, which tells neighbouring tables apart."""
    return "|---" * columns + "|"
