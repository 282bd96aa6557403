"""A call that breaks in the middle, for whatever reason, leaves nothing behind in a SQLite stock."""

from pathlib import Path
from unittest import mock

import pytest
from stock_stores import HandClock, free, opened, request

from configurator.availability.sqlite import reserving


class BrokenError(Exception):
    """Something that nobody thought of."""


def test_a_call_that_breaks_in_the_middle_leaves_nothing_behind(tmp_path: Path) -> None:
    with opened("sqlite", tmp_path, HandClock()) as store:
        store.import_counts({"CPU": 2})
        before = store.events()
        with (
            # The last thing that a request writes: its event, its counters and its lines are there by then.
            mock.patch.object(reserving, "store_answer", side_effect=BrokenError),
            pytest.raises(BrokenError),
        ):
            store.reserve(request("SO-1", {"CPU": 1}))

        assert ({"CPU": 2}, before, ()) == (free(store), store.events(), store.audit())


def test_after_a_call_that_broke_the_next_one_goes_on(tmp_path: Path) -> None:
    with opened("sqlite", tmp_path, HandClock()) as store:
        store.import_counts({"CPU": 2})
        with (
            mock.patch.object(reserving, "store_answer", side_effect=BrokenError),
            pytest.raises(BrokenError),
        ):
            store.reserve(request("SO-1", {"CPU": 1}))
        store.reserve(request("SO-1", {"CPU": 1}))

        assert {"CPU": 1} == free(store)
