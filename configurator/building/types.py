"""Types, cardinalities and periods as a program names them, in the words of the language."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Literal, get_args

from configurator.building.values import Number, Scalar, ValueProblem, day, literal, number, shown, unit_name

AttributeKind = Literal[
    "number", "whole", "money", "text", "yesno", "date", "one of", "ordered of", "set of", "set of text"
]
"""Types of a column, as in the language."""

OptionKind = Literal["one of", "some", "yesno", "whole", "number"]
"""Types of an option, as in the language."""

_ATTRIBUTES: tuple[str, ...] = get_args(AttributeKind)
_OPTIONS: tuple[str, ...] = get_args(OptionKind)
_LISTED = {"one of", "ordered of", "set of", "some"}
_CARDINALITY = re.compile(r"one|optional|\d{1,9}(?:\.\.\d{1,9})?(?: (?:identical|mixed))?")


def cardinality(choose: str | None) -> str:
    """` choose 1..4 identical`, or nothing.

    Raises:
        ValueProblem: it is no cardinality.
    """
    if choose is None:
        return ""
    words = " ".join(choose.split()) if isinstance(choose, str) else ""
    if not _CARDINALITY.fullmatch(words):
        raise ValueProblem(
            f"{shown(choose)} does not say how many",
            "`one`, `optional`, `2 identical`, `1..4 identical`, `0..4 mixed`; of an assembly `0..4`",
        )
    return f" choose {words}"


def effective(start: date | None, end: date | None) -> str:
    """` effective from A until B`, or nothing.

    Raises:
        ValueProblem: something is no day, or the end comes before the start.
    """
    words = (f" from {day(start)}" if start is not None else "") + (
        f" until {day(end)}" if end is not None else ""
    )
    if start is not None and end is not None and end < start:
        raise ValueProblem(f"{end} comes before {start}", "both days are in force")
    return f" effective{words}" if words else ""


def attribute_type(kind: str, values: Iterable[Scalar], unit: str | None) -> str:
    """`one of { entry, mid }`, `number in W`.

    Raises:
        ValueProblem: it is no type of a column.
    """
    if kind not in _ATTRIBUTES:
        raise ValueProblem(f"{shown(kind)} is no type of a column", f"there are: {', '.join(_ATTRIBUTES)}")
    if unit is not None and kind not in {"number", "whole"}:
        raise ValueProblem(f"`{kind}` has no unit")
    return kind + _values(kind, values) + _unit(unit)


def option_type(
    kind: str,
    values: Iterable[Scalar],
    bounds: tuple[Number | None, Number | None],
    step: Number | None,
    unit: str | None,
) -> str:
    """`one of { red, blue }`, `some 0..2 of { … }`, `whole 0..10 in EUR`.

    Raises:
        ValueProblem: it is no type of an option.
    """
    if kind not in _OPTIONS:
        raise ValueProblem(f"{shown(kind)} is no type of an option", f"there are: {', '.join(_OPTIONS)}")
    bounded, numbers = kind in {"some", "whole", "number"}, kind in {"whole", "number"}
    given = [number(bound) for bound in bounds if bound is not None]
    if bounded and len(given) < len(bounds):
        raise ValueProblem(f"`{kind}` needs `minimum` and `maximum`")
    if not bounded and given:
        raise ValueProblem(f"`{kind}` has no `minimum` and no `maximum`")
    if (step is not None) != (kind == "number"):
        raise ValueProblem("`number` needs a `step`" if step is None else f"`{kind}` has no `step`")
    if unit is not None and not numbers:
        raise ValueProblem(f"`{kind}` has no unit")
    words = kind
    if bounded:
        words += f" {'..'.join(given)}"
    if step is not None:
        words += f" step {number(step)}"
    return words + _values(kind, values) + _unit(unit)


def _values(kind: str, values: Iterable[Scalar]) -> str:
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise ValueProblem(f"{shown(values)} is no list", 'the values are a list: `["red", "blue"]`')
    written = [literal(value, bare=True) for value in values]
    if kind not in _LISTED:
        if written:
            raise ValueProblem(f"`{kind}` has no `values`")
        return ""
    if not written:
        raise ValueProblem(f"`{kind}` needs `values`")
    return f"{' of' if kind == 'some' else ''} {{ {', '.join(written)} }}"


def _unit(unit: str | None) -> str:
    return "" if unit is None else f" in {unit_name(unit)}"
