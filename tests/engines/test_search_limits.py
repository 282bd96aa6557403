"""Limits on a question."""

import pytest

from configurator.engines.engine import NO_LIMITS, SearchLimits
from configurator.errors import SearchLimitError


def test_time_begins_to_run_when_limits_are_made() -> None:
    assert SearchLimits.within(2.5, now=lambda: 10.0).deadline == 12.5


def test_without_seconds_there_is_no_limit() -> None:
    limits = SearchLimits.within(None, now=lambda: 10.0)

    assert limits.deadline is None
    limits.check()
    NO_LIMITS.check()


def test_the_last_moment_is_still_in_time() -> None:
    SearchLimits(5.0, 1.0, now=lambda: 5.0).check()


def test_past_the_deadline_the_reason_names_the_limit() -> None:
    with pytest.raises(SearchLimitError, match=r"^the time limit of 1\.5 s was reached$") as caught:
        SearchLimits(5.0, 1.5, now=lambda: 5.1).check()

    assert caught.value.reason == "the time limit of 1.5 s was reached"
