"""What becomes of a reservation, on the command line."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from command_runs import NOON, Run, run

SO_1 = "R-c1fd30ad5024489f"


@pytest.fixture
def told(database: str) -> Callable[..., Run]:
    """Runs a command about reservations on the database: five wheels `W18`, one `W20`."""
    return lambda *words, **more: run("reservation", *words, "--db", database, **more)


@pytest.fixture
def held(told: Callable[..., Run], database: str, order_file: str) -> Callable[..., Run]:
    """The same, and `SO-1` holds four wheels `W18` for 15 minutes."""
    assert run("accept", "kids_bike.pcat", order_file, "--db", database, "--ttl", "15m").code == 0
    return told


def test_reservations_are_listed_with_their_state(held: Callable[..., Run]) -> None:
    listed = held("list")

    assert (0, "") == (listed.code, listed.error)
    assert (
        "reservation         order  state                 components\n"
        f"{SO_1}  SO-1   held until 12:15 UTC           4\n"
    ) == listed.out


def test_a_list_can_be_narrowed(held: Callable[..., Run]) -> None:
    assert [1, 1, 0, 0] == [
        len(held("list", *words, "--json").result["reservations"])
        for words in (
            ("--order", "SO-1"),
            ("--state", "held,allocated"),
            ("--state", "allocated"),
            ("--order", "SO-9"),
        )
    ]


def test_a_state_that_is_none_is_told_with_those_there_are(held: Callable[..., Run]) -> None:
    refused = held("list", "--state", "gone")

    assert 2 == refused.code
    assert "`gone` is no state; there are: held, allocated, consumed, released, expired" in refused.error


def test_show_tells_what_was_taken(held: Callable[..., Run]) -> None:
    assert f"{SO_1} of order SO-1: held until 12:15 UTC\n  W18  4\n" == held("show", SO_1).out


def test_from_held_to_taken_for_assembly(held: Callable[..., Run]) -> None:
    extended = held("extend", SO_1, "--ttl", "30m")
    confirmed = held("confirm", SO_1)
    part = held("consume", SO_1, "W18=1")
    rest = held("consume", SO_1)

    assert [
        f"held SO-1: 4 components until 12:30 UTC (reservation {SO_1})\n",
        f"confirmed SO-1: 4 components for good (reservation {SO_1})\n",
        f"consumed SO-1: 1 component taken for assembly, 3 left (reservation {SO_1})\n",
        f"consumed SO-1: all 4 components taken for assembly (reservation {SO_1})\n",
    ] == [each.out for each in (extended, confirmed, part, rest)]


def test_a_part_taken_is_shown(held: Callable[..., Run]) -> None:
    held("confirm", SO_1)
    held("consume", SO_1, "W18=1")

    assert f"{SO_1} of order SO-1: allocated\n  W18  4  1 taken for assembly\n" == held("show", SO_1).out


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (("W18=5",), f"of `W18` the reservation `{SO_1}` has 4 left, not 5"),
        (("W20=1",), f"of `W20` the reservation `{SO_1}` has 0 left, not 1"),
        (("W18=0",), f"nothing is to be taken of the reservation `{SO_1}`"),
        (("W18=-1",), "the quantity `-1` of `W18` is not a whole number from 0 to 1000000000000"),
        (("W18=1.5",), "of `W18`: `1.5` is no whole number"),
        (("W18",), "`W18` is no part of a reservation"),
        (("=1",), "`=1` is no part of a reservation"),
        (("W18=1", "W18=1"), "`W18` is named twice"),
    ],
)
def test_a_part_that_is_none_takes_nothing(
    parts: tuple[str, ...], message: str, held: Callable[..., Run]
) -> None:
    held("confirm", SO_1)
    refused = held("consume", SO_1, *parts)

    assert (2, f"error: {message}") == (refused.code, refused.error.splitlines()[0])
    assert [0] == [line["consumed"] for line in held("show", SO_1, "--json").result["reservation"]["lines"]]


def test_what_is_given_back_is_free_again(held: Callable[..., Run], database: str) -> None:
    released = held("release", SO_1)

    assert f"released SO-1: 4 components free again (reservation {SO_1})\n" == released.out
    assert 5 == run("stock", "show", "W18", "--db", database, "--json").result["items"][0]["free"]


def test_only_an_accepted_order_is_called_off(held: Callable[..., Run]) -> None:
    refused = held("cancel", SO_1)
    held("confirm", SO_1)
    cancelled = held("cancel", SO_1)

    assert (1, "") == (refused.code, refused.out)
    assert (
        f"error: cannot cancel reservation `{SO_1}`: it is held\n"
        "  = help: give a hold back with `configurator reservation release`\n"
    ) == refused.error
    assert f"called off SO-1: 4 components free again (reservation {SO_1})\n" == cancelled.out


def test_an_expired_hold_stays_expired(held: Callable[..., Run]) -> None:
    later = NOON + timedelta(hours=1)
    refused = held("confirm", SO_1, now=later)

    assert (1, f"error: cannot confirm reservation `{SO_1}`: it is expired\n") == (
        refused.code,
        refused.error,
    )


def test_expired_holds_are_written_down_once(held: Callable[..., Run]) -> None:
    later = NOON + timedelta(hours=1)
    first = held("expire", now=later)
    again = held("expire", now=later)

    assert f"expired: 1 hold\n  {SO_1} of order SO-1, 4 components until 12:15 UTC\n" == first.out
    assert "expired: 0 holds\n" == again.out


def test_an_unknown_reservation_is_no(told: Callable[..., Run]) -> None:
    for step in ("show", "confirm", "consume", "release", "cancel"):
        refused = told(step, "R-9")

        assert (1, "") == (refused.code, refused.out)
        assert (
            "error: no reservation `R-9`\n"
            "  = help: those of an order: `configurator reservation list --order ID`\n"
        ) == refused.error


@pytest.mark.parametrize("ttl", ["0", "99999d"])
def test_a_hold_lasts_a_time(ttl: str, held: Callable[..., Run]) -> None:
    assert 2 == held("extend", SO_1, "--ttl", ttl).code


def test_a_reservation_in_json_has_all_its_keys(held: Callable[..., Run]) -> None:
    assert {
        "reservation": {
            "id": SO_1,
            "order": "SO-1",
            "state": "HELD",
            "lines": [
                {"component": "W18", "quantity": 4, "location": "default", "needed": None, "consumed": 0}
            ],
            "created": "2026-11-22T12:00:00+00:00",
            "expires_at": "2026-11-22T12:15:00+00:00",
            "priority": 0,
            "promised": "2026-11-22",
        },
        "broken_by": None,
    } == held("show", SO_1, "--json").result
