"""The measurement of pytest's start runs. No time is asserted."""

import re

from pytest_start import CASES, measured


def test_every_case_is_measured_with_and_without_the_plugin() -> None:
    found = list(measured(1))

    assert list(CASES) == [case.name for case in found]
    for case in found:
        assert all(len(runs) == 1 for runs in (*case.clock, *case.processor))
        assert re.search(r"clock \d\.\d{3} : \d\.\d{3} s = \d+\.\d\d {2}processor ", case.line())
