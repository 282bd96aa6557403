"""Values, fillings and tables as the language writes them."""

import csv
import io
from collections.abc import Sequence
from fractions import Fraction

from configurator.testing.made.products import FACTORS, Filling, MadeOption, MadePlace, MadeSlot


def decimal(number: Fraction) -> bool:
    """Whether a number can be written down exactly, in a few digits."""
    return (number * 10**6).denominator == 1


def number_text(number: Fraction) -> str:
    """An exact decimal."""
    digits = 0
    while (number * 10**digits).denominator != 1:
        digits += 1
    sign, whole = "-" if number < 0 else "", str(abs(int(number * 10**digits))).rjust(digits + 1, "0")
    return f"{sign}{whole[: len(whole) - digits]}.{whole[len(whole) - digits :]}" if digits else sign + whole


def option_text(option: MadeOption, filling: Filling) -> str:
    """A value of an option as the language writes it."""
    match filling:
        case frozenset():
            return f"[{', '.join(element for element in option.elements if element in filling)}]"
        case bool():
            return "yes" if filling else "no"
        case Fraction():
            return f"{number_text(filling / FACTORS[option.unit])} {option.unit}".strip()
        case _:
            return str(filling)


def units_text(slot: MadeSlot, filling: Filling) -> str:
    """What fills a slot as the language writes it."""
    assert isinstance(filling, tuple)
    # Without a quantity that of an identical slot is open.
    short = slot.kind != "identical"
    texts = [f'"{c.sku}"' if short and n == 1 else f'{n} x "{c.sku}"' for c, n in filling]
    if slot.kind == "mixed":
        return f"[{', '.join(texts)}]" if len(texts) != 1 else texts[0]
    return texts[0] if texts else "none"


def filling_text(place: MadePlace, filling: Filling) -> str:
    """What a place holds as the language writes it."""
    return units_text(place, filling) if isinstance(place, MadeSlot) else option_text(place, filling)


def table_lines(rows: Sequence[Sequence[str]]) -> list[str]:
    """A table with a rule beneath its heading."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return [lines[0], "|" + "---|" * len(rows[0]), *lines[1:]]


def csv_text(rows: Sequence[Sequence[str]], separator: str) -> str:
    """Rows as CSV."""
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\n").writerows(rows)
    return out.getvalue()
