"""Python values as words of the language: nothing in them is ever read as anything but a value."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from numbers import Integral

from configurator.catalog.values import MOST_DECIMALS
from configurator.errors import CatalogBuildError
from configurator.syntax.habits import VALUE_HABITS
from configurator.syntax.literals import MOST_DIGITS
from configurator.syntax.vocabulary import OPERATOR_WORDS

Number = int | Decimal | Fraction
"""Exact numbers. Whole numbers of NumPy are taken too; a `float` is refused."""

Quantity = tuple[Number, str]
"""A number with its unit: `(Decimal("9.5"), "GB")`."""

Scalar = str | Number | bool | date | Enum | Quantity
"""A single value. A member of an `Enum` stands for its own value."""

Value = Scalar | Iterable[Scalar] | None
"""What a component has in a column: a list or set for several values, `None` for a blank."""

Choice = Scalar | Iterable["Choice"] | Mapping[str, "Choice"] | None
"""What a place is filled with or set to.

A text is a SKU or a value of an option; `{"component": "RAM-16", "quantity": 2}` says how many of a
component, `None` that there is none; a list is exact, `{"includes": [...]}` is at least that; any other
mapping is an instance of an assembly.
"""

LINE_ENDS = re.compile("[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_NAME = re.compile(r"[^\W\d]\w*")
_ID = re.compile(r"[^\W\d]\w*(?:-\w+)*")
_OTHER_WORDS = OPERATOR_WORDS | set(VALUE_HABITS)
"""Words that are not read as values, some of them because other languages have them."""
_LONGEST_SHOWN = 60
_AS_THEY_ARE = {str, int, bool, Decimal, Fraction, date, type(None)}


class ValueProblem(Exception):  # noqa: N818 - carried to the call that knows the place, never to a user
    """A value that the language has no words for. `help` holds next steps."""

    def __init__(self, message: str, *help: str) -> None:  # noqa: A002 - same word as in Diagnostic
        self.message = message
        self.help = help
        super().__init__(message)

    def at(self, call: str) -> CatalogBuildError:
        """The mistake for whoever made that call."""
        return CatalogBuildError(call, self.message, self.help)


def shown(value: object) -> str:
    """A value for a message, cut where it is long."""
    try:
        text = repr(value)
    except ValueError:
        return "a number of thousands of digits"
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def plain(value: object) -> object:
    """A value without its wrapping: what a member of an `Enum` or a scalar of NumPy stands for."""
    if type(value) in _AS_THEY_ARE:
        return value
    while isinstance(value, Enum):
        value = value.value
    if hasattr(value, "dtype") and hasattr(value, "item") and getattr(value, "shape", None) == ():
        value = value.item()
    if isinstance(value, Integral) and not isinstance(value, bool | int):
        return int(value)
    return value


# ---------------------------------------------------------------- texts


def one_line(text: str) -> str:
    """The text itself, if the language can hold it.

    Raises:
        ValueProblem: it has several lines, or half of a character.
    """
    if not isinstance(text, str):
        raise ValueProblem(f"{shown(text)} is no text", "give a `str`")
    if LINE_ENDS.search(text):
        raise ValueProblem(f"the text {shown(text)} has more than one line", "a text stands on one line")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueProblem(f"the text {shown(text)} holds half of a character") from None
    return str(text)


def quoted(text: str) -> str:
    r"""A text between quotes: `"say \"hi\""`.

    Raises:
        ValueProblem: it has several lines, or half of a character.
    """
    return '"' + one_line(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def word(text: str) -> str:
    """A value of a list, bare where it can stand so, else between quotes."""
    bare = isinstance(text, str) and _NAME.fullmatch(text) and text not in _OTHER_WORDS
    return text if bare else quoted(text)


# ---------------------------------------------------------------- numbers, days


def number(value: object) -> str:
    """A number's digits: `65`, `-9.50`.

    Raises:
        ValueProblem: it is no exact number, has no end, or more digits than the language reads.
    """
    value = plain(value)
    match value:
        case bool():
            raise ValueProblem(f"{value} is no number")
        case int():
            # Refused before it is written out: Python does not write whole numbers of thousands of digits.
            if abs(value) >= 10**MOST_DIGITS:
                raise ValueProblem(f"{shown(value)} has more than {MOST_DIGITS} digits")
            digits = str(value)
        case Decimal():
            digits = _decimal(value)
        case Fraction():
            digits = _fraction(value)
        case float():
            raise ValueProblem(f"{value!r} is a float, which is no exact number", *_instead_of(value))
        case _:
            raise ValueProblem(f"{shown(value)} is no number", "give an `int`, a `Decimal` or a `Fraction`")
    if len(digits.lstrip("-")) > MOST_DIGITS:
        raise ValueProblem(f"{shown(value)} has more than {MOST_DIGITS} digits")
    return digits


def _decimal(value: Decimal) -> str:
    if not value.is_finite():
        raise ValueProblem(f"{value} is no number", "leave it out, or give `None` for a blank")
    if abs(value.adjusted()) > MOST_DIGITS:
        raise ValueProblem(f"{shown(value)} has more than {MOST_DIGITS} digits")
    return format(abs(value) if value == 0 else value, "f")


def _fraction(value: Fraction) -> str:
    for places in range(MOST_DECIMALS + 1):
        scaled = value * 10**places
        if scaled.denominator == 1:
            digits = str(abs(scaled.numerator)).rjust(places + 1, "0")
            sign = "-" if value < 0 else ""
            return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)
    raise ValueProblem(
        f"{value} is no decimal number of at most {MOST_DECIMALS} places",
        "give another unit, or compute it in a calc from whole numbers",
    )


def _instead_of(value: float) -> tuple[str, ...]:
    if value != value or value in {float("inf"), float("-inf")}:  # noqa: PLR0124 - the one number unlike itself
        return ("give `None` for a blank",)
    return (f'write `Decimal("{format(Decimal(str(value)), "f")}")` if that is the number meant',)


def day(value: object) -> str:
    """A day: `2026-11-22`.

    Raises:
        ValueProblem: it is none, or has a time of day.
    """
    value = plain(value)
    if isinstance(value, datetime):
        raise ValueProblem(f"{shown(value)} has a time of day", "give a `date`: `….date()`")
    if not isinstance(value, date):
        raise ValueProblem(f"{shown(value)} is no day", "give a `date`")
    return value.isoformat()


# ---------------------------------------------------------------- values in general


def literal(value: object, *, bare: bool = False) -> str:
    """A single value as an expression has it: `"CPU-1"`, `9.5 GB`, `yes`, `2026-11-22`.

    Args:
        value: a `Scalar`.
        bare: whether a text that can stand without quotes does.

    Raises:
        ValueProblem: the language has no words for it.
    """
    value = plain(value)
    match value:
        case str():
            return word(value) if bare else quoted(value)
        case bool():
            return "yes" if value else "no"
        case date():
            return day(value)
        case (amount, unit) if is_quantity(value):
            return f"{number(amount)} {unit_name(unit)}"
        case None:
            raise ValueProblem("a value is missing", "`None` is no value here")
        case _:
            return number(value)


def unit_name(unit: object) -> str:
    """A unit's name.

    Raises:
        ValueProblem: it cannot be one.
    """
    if not isinstance(unit, str) or not re.fullmatch(r"[^\W\d_]\w*", unit) or unit in OPERATOR_WORDS:
        raise ValueProblem(f"{shown(unit)} is no name of a unit", "it begins with a letter: `W`, `mm`, `EUR`")
    return unit


def is_quantity(value: object) -> bool:
    """Whether a value is a number with its unit."""
    return isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], str)


def listed(value: object) -> list[object] | None:
    """The elements of a list or a set, those of a set sorted; `None` for a single value."""
    value = plain(value)
    if isinstance(value, set | frozenset):
        return sorted((plain(each) for each in value), key=str)
    if isinstance(value, list | tuple) and not is_quantity(value):
        return [plain(each) for each in value]
    return None


# ---------------------------------------------------------------- choices


def choice_value(value: object) -> str:
    """What stands after `=` in a choice.

    Raises:
        ValueProblem: the language has no words for it.
    """
    value = plain(value)
    if value is None:
        return "none"
    if isinstance(value, Mapping):
        keys = set(value)
        if keys == {"component"}:
            return literal(value["component"])
        if keys == {"component", "quantity"}:
            return _units(value["component"], value["quantity"])
        return _block([choice(path, inner) for path, inner in value.items()])
    items = listed(value)
    if items is not None:
        return f"[{', '.join(choice_value(item) for item in items)}]"
    return literal(value)


def choice(path: object, value: object) -> str:
    """`memory = 2 x "RAM-16"`, `storage includes ["SSD-2T"]`.

    Raises:
        ValueProblem: the path is none, or the language has no words for the value.
    """
    written = path_words(path)
    if isinstance(value, Mapping) and set(value) == {"includes"}:
        return f"{written} includes {choice_value(value['includes'])}"
    return f"{written} = {choice_value(value)}"


def _block(choices: list[str]) -> str:
    return f"{{ {', '.join(choices)} }}" if choices else "{ }"


def _units(component: object, quantity: object) -> str:
    count = plain(quantity)
    if isinstance(count, bool) or not isinstance(count, int) or count < 0:
        raise ValueProblem(f"the quantity {shown(quantity)} is no whole number")
    component = plain(component)
    if not isinstance(component, str):
        raise ValueProblem(f"{shown(component)} is no SKU", "a SKU is a text")
    return f"{number(count)} x {quoted(component)}"


def name_words(name: object) -> str:
    """A name, which may still be a word of the language.

    Raises:
        ValueProblem: it is none.
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueProblem(f"{shown(name)} is no name", "a name is one word of letters, digits and `_`")
    return name


def id_words(name: object) -> str:
    """The id of a rule, a table or a wish, or a tag, which may still be a word of the language.

    Raises:
        ValueProblem: it is none.
    """
    if not isinstance(name, str) or not _ID.fullmatch(name):
        raise ValueProblem(f"{shown(name)} is no id", "such as `cpu-socket`")
    return name


def path_words(path: object) -> str:
    """A dotted path.

    Raises:
        ValueProblem: it is none.
    """
    if not isinstance(path, str) or not all(_NAME.fullmatch(name) for name in path.split(".")):
        raise ValueProblem(f"{shown(path)} is no path", "write names with dots: `bag.size`")
    return path
