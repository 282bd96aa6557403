"""From the text of a cell to a value of a type, and from many cells to the type they share."""

import re
from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from configurator.catalog.values import (
    BooleanType,
    ComponentType,
    DateType,
    EnumerationType,
    Number,
    NumberType,
    SetType,
    TextType,
    Type,
    Unit,
    Value,
    normal,
)
from configurator.diagnostics.suggestion import did_you_mean

LONGEST_NUMBER = 60
"""Digits of the longest number read: far beyond any real one, and quick to refuse."""

_NUMBER = {
    False: re.compile(r"([+-]?\d+)(?:\.(\d+))?"),
    True: re.compile(r"([+-]?\d+)(?:,(\d+))?"),
}


class CellProblem(Exception):  # noqa: N818 - carried to the stage that knows the place, never to a user
    """A text that is no value of the type; `help` holds next steps."""

    def __init__(self, message: str, *help: str) -> None:  # noqa: A002 - same word as in Diagnostic
        self.message = message
        self.help = help
        super().__init__(message)


def read_number(text: str, *, decimal_comma: bool = False) -> Number | None:
    """An exact number, or `None` when the text is none."""
    match = _NUMBER[decimal_comma].fullmatch(text) if len(text) <= LONGEST_NUMBER else None
    if match is None:
        return None
    whole, decimals = match.groups()
    # Twice as fast as `Fraction(text)`.
    return normal(Fraction(int(whole + decimals), 10 ** len(decimals))) if decimals else int(whole)


def read_date(text: str) -> date | None:
    """A day written as in `2026-11-22`, or `None` when the text is none."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def unquoted(text: str) -> str:
    """The text without the double quotes around it, if it has them."""
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return text


def infer_type(texts: Iterable[str], unit: Unit | None, *, decimal_comma: bool = False) -> Type:
    """The narrowest of whole, decimal, yes or no, date, text that all texts share; blanks do not count."""
    known = {text for text in texts if text}
    if unit is not None:
        return NumberType(unit.dimension)
    numbers = [read_number(text, decimal_comma=decimal_comma) for text in known]
    if known and all(number is not None for number in numbers):
        return NumberType(whole=all(isinstance(number, int) for number in numbers))
    if known and all(text in {"yes", "no"} for text in known):
        return BooleanType()
    if known and all(read_date(text) for text in known):
        return DateType()
    return TextType()


def read_value(text: str, kind: Type, unit: Unit | None, *, decimal_comma: bool = False) -> Value:
    """The value a cell's text stands for; numbers come in base units.

    Raises:
        CellProblem: the text is no value of the type.
    """
    match kind:
        case NumberType(dimension=dimension):
            number = read_number(text, decimal_comma=decimal_comma)
            if number is None:
                raise CellProblem(
                    f"`{text}` is no number", *number_help(text, unit, decimal_comma=decimal_comma)
                )
            return normal(number * unit.factor) if unit and dimension else number
        case BooleanType():
            if text not in {"yes", "no"}:
                raise CellProblem(f"`{text}` is neither `yes` nor `no`")
            return text == "yes"
        case DateType():
            day = read_date(text)
            if day is None:
                raise CellProblem(f"`{text}` is no date", "write it as in 2026-11-22")
            return day
        case EnumerationType(values=values):
            word = unquoted(text)
            if word not in values:
                raise CellProblem(f"`{word}` is not one of {', '.join(values)}", *did_you_mean(word, values))
            return word
        case SetType(values=values):
            items = [unquoted(item.strip()) for item in _split_items(text)]
            for item in items:
                # `""` stands for no element at all: a blank cell would be an unknown set.
                if item and values is not None and item not in values:
                    raise CellProblem(
                        f"`{item}` is not one of {', '.join(values)}", *did_you_mean(item, values)
                    )
            return frozenset(item for item in items if item)
        case TextType() | ComponentType():
            return unquoted(text)


def is_odd_number(text: str, *, decimal_comma: bool) -> bool:
    """Whether a text that is no number would be one elsewhere: `1.234,50`, `2,5`."""
    return (
        without_thousands(text) is not None or read_number(text, decimal_comma=not decimal_comma) is not None
    )


def number_help(text: str, unit: Unit | None, *, decimal_comma: bool) -> tuple[str, ...]:
    """What to write instead of a text that is no number, as far as it can be told."""
    if unit and text.endswith(unit.name) and read_number(text.removesuffix(unit.name).strip()) is not None:
        return (f"the heading already says [{unit.name}]: write the number alone",)
    if text.endswith("%") and read_number(text[:-1].strip(), decimal_comma=decimal_comma) is not None:
        return ("write the number that is meant: 30 % is 0.3, or 30 in a column of percents",)
    plain = without_thousands(text)
    if plain is not None:
        written = plain.replace(".", ",") if decimal_comma else plain
        return (f"write it without separators between thousands: {written}",)
    if read_number(text, decimal_comma=not decimal_comma) is not None:
        other = "a point" if decimal_comma else "a comma"
        return (
            f"it is written with {other}; say `decimal comma` for the file only if all its numbers have one",
        )
    return ()


def without_thousands(text: str) -> str | None:
    """`1234.50` for `1,234.50`, `1.234,50` and `1 234.50`; `None` where thousands are not surely separated.

    `1,234` alone may be a decimal number in another country; so it is not taken for one thousand.
    """
    match = _THOUSANDS.fullmatch(text) if len(text) <= LONGEST_NUMBER else None
    if match is None:
        return None
    sign, whole, separator, _, decimals = match.groups()
    if separator in {",", "."} and decimals is None and whole.count(separator) == 1:
        return None
    return sign + whole.replace(separator, "") + (f".{decimals}" if decimals else "")


_THOUSANDS = re.compile(r"([+-]?)(\d{1,3}(?:([,.'’ \u00a0\u202f])\d{3})(?:\3\d{3})*)(?:((?!\3)[.,])(\d+))?")


def _split_items(text: str) -> list[str]:
    """Split at commas outside double quotes."""
    return re.findall(r'(?:"(?:\\.|[^"\\])*"|[^,])+', text)
