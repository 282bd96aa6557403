"""What the options and settings of the pytest plugin say, and where a session keeps what it finds."""

from datetime import date
from typing import Any

import pytest

COVERAGE_FORMS = ("text", "json", "html")
FINDINGS = pytest.StashKey[Any]()
"""What a session has found besides the outcomes of its items; only where there is something to keep."""
SENT = "configurator"
"""Under this name a worker of pytest-xdist sends what it found."""


def said(config: pytest.Config, option: str) -> str:
    """What an option says, else the setting of that name; empty for nothing."""
    return str(config.getoption(option) or config.getini(f"configurator_{option}") or "")


def catalog_date(config: pytest.Config) -> date | None:
    """The day of scenarios that name none.

    Raises:
        pytest.UsageError: it is no day.
    """
    text = said(config, "catalog_date")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        message = f"--catalog-date is a day such as 2027-01-20, not `{text}`"
        raise pytest.UsageError(message) from error


def scenario_timeout(config: pytest.Config) -> float | None:
    """How many seconds one scenario may take.

    Raises:
        pytest.UsageError: it is no number above zero.
    """
    text = said(config, "scenario_timeout")
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise pytest.UsageError(f"--scenario-timeout is a number of seconds, not `{text}`")
    return seconds
