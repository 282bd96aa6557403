"""Forms of option values: days, durations, whole numbers and money, read by callbacks of options."""

import re
from datetime import date, timedelta
from decimal import Decimal

import click
from attrs import frozen

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DURATION = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)(ms|s|m|h|d)", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d+", re.ASCII)
_LONGEST_WHOLE = 30
_MONEY = re.compile(r"(\d{1,30}(?:\.\d{1,30})?) ?([A-Z]{3})", re.ASCII)
_UNITS = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}


def read_day(_: click.Context, __: click.Parameter, value: str | None) -> date | None:
    """The day that `2026-11-22` names.

    Raises:
        BadParameter: it is no such text, or the calendar has no such day.
    """
    if value is None:
        return None
    if not _DAY.fullmatch(value):
        raise click.BadParameter(f"`{value}` is no date; write it like 2026-11-22")
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise click.BadParameter(f"`{value}` is no day of the calendar ({error})") from error


def read_duration(_: click.Context, __: click.Parameter, value: str | None) -> timedelta | None:
    """The duration that `500ms`, `10s`, `15m`, `2h`, `7d` or `0` names.

    Raises:
        BadParameter: it is no such text.
    """
    if value is None:
        return None
    if value == "0":
        return timedelta(0)
    match = _DURATION.fullmatch(value)
    if match is None:
        raise click.BadParameter(f"`{value}` is no duration; write it like 500ms, 10s, 15m, 2h or 7d")
    return float(match[1]) * _UNITS[match[2]]


def read_whole(_: click.Context, __: click.Parameter, value: str | None) -> int | None:
    """The whole number that a word is, with or without a sign; whether it makes sense is told by stock.

    Raises:
        BadParameter: it is none, or has more digits than anybody counts.
    """
    return None if value is None else whole_number(value)


def whole_number(text: str) -> int:
    """The whole number that a text is.

    Raises:
        BadParameter: it is none, or has more digits than anybody counts.
    """
    if not _WHOLE.fullmatch(text):
        raise click.BadParameter(f"`{text[:_LONGEST_WHOLE]}` is no whole number")
    if len(text) > _LONGEST_WHOLE:
        raise click.BadParameter(f"`{text[:_LONGEST_WHOLE]}…` is absurdly large")
    return int(text)


@frozen
class Money:
    """An exact amount of a currency."""

    amount: Decimal
    currency: str


NONE = "none"
"""What takes away the value of an option that may have none."""


def read_money(_: click.Context, __: click.Parameter, value: str | None) -> Money | str | None:
    """The amount that `12.50 EUR` names; `none` as it is.

    Raises:
        BadParameter: it is no such text.
    """
    if value in {None, NONE}:
        return value
    match = _MONEY.fullmatch(str(value))
    if match is None:
        raise click.BadParameter(f"`{value}` is no amount of money; write it like `12.50 EUR`")
    return Money(Decimal(match[1]), match[2])


def read_days(_: click.Context, __: click.Parameter, value: str | None) -> int | str | None:
    """The number of days that `7`, `7d`, `7 d` or `2w` names; `none` as it is.

    Raises:
        BadParameter: it is no such text.
    """
    if value in {None, NONE}:
        return value
    written = str(value)
    if written.endswith("w"):
        return whole_number(written.removesuffix("w").rstrip()) * 7
    return whole_number(written.removesuffix("d").rstrip())
