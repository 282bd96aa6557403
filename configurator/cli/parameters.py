"""Forms of option values: days and durations, read by callbacks of options."""

import re
from datetime import date, timedelta

import click

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DURATION = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)(ms|s|m|h|d)", re.ASCII)
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
