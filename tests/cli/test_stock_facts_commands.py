"""Facts of stock on the command line: goods that come, go, move, are expected; and what happened."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from command_runs import NOON, Run, run

SO_1 = "R-c1fd30ad5024489f"


@pytest.fixture
def told(database: str) -> Callable[..., Run]:
    """Runs a command on the database: five wheels `W18`, one `W20`."""
    return lambda *words: run(*words, "--db", database)


@pytest.fixture
def reserved(told: Callable[..., Run], order_file: str) -> Callable[..., Run]:
    """The same, and an order `SO-1` has four wheels `W18` for good."""
    assert told("accept", "kids_bike.pcat", order_file).code == 0
    return told


# ---------------------------------------------------------------- receive


def test_goods_that_come_are_on_hand_and_free(told: Callable[..., Run]) -> None:
    received = told("stock", "receive", "W18", "3")

    assert (0, "") == (received.code, received.error)
    assert "received 3 W18: 8 on hand, 8 free\n" == received.out


def test_an_unknown_component_is_received_and_said_to_be_new(told: Callable[..., Run]) -> None:
    first = told("stock", "receive", "W24", "3", "--location", "berlin")
    second = told("stock", "receive", "W24", "1", "--location", "berlin", "--json")

    assert "received 3 W24 at berlin, new to stock: 3 on hand, 3 free\n" == first.out
    assert [False, 4] == [second.result["new"], second.result["items"][0]["on_hand"]]


def test_a_delivery_told_twice_with_one_key_is_booked_once(told: Callable[..., Run]) -> None:
    words = ("stock", "receive", "W18", "3", "--key", "DN-4711")
    told(*words)
    again = told(*words)
    other = told("stock", "receive", "W18", "4", "--key", "DN-4711")

    assert (
        "received 3 W18: 8 on hand, 8 free (booked before with this key; nothing was booked twice)\n"
        == again.out
    )
    assert (2, "") == (other.code, other.out)
    assert (
        "error: the key `DN-4711` was used before with other content\n"
        "  = help: give it a new key with `--key`, or repeat the call exactly as it was\n"
    ) == other.error


@pytest.mark.parametrize(
    ("quantity", "message"),
    [
        ("0", "nothing of `W18` is received with the quantity 0"),
        ("-3", "the quantity `-3` of `W18` is not a whole number from 0 to 1000000000000"),
        ("2.5", "invalid value for 'QUANTITY': `2.5` is no whole number"),
        ("1e3", "invalid value for 'QUANTITY': `1e3` is no whole number"),
        ("three", "invalid value for 'QUANTITY': `three` is no whole number"),
        ("", "invalid value for 'QUANTITY': `` is no whole number"),
        ("٣", "invalid value for 'QUANTITY': `٣` is no whole number"),
        (
            "9999999999999",
            "the quantity `9999999999999` of `W18` is not a whole number from 0 to 1000000000000",
        ),
        ("9" * 5000, f"invalid value for 'QUANTITY': `{'9' * 30}…` is absurdly large"),
    ],
)
def test_a_quantity_that_is_none_is_refused(quantity: str, message: str, told: Callable[..., Run]) -> None:
    refused = told("stock", "receive", "W18", quantity)

    assert (2, "") == (refused.code, refused.out)
    assert f"error: {message}" == refused.error.splitlines()[0]
    assert 5 == told("stock", "show", "W18", "--json").result["items"][0]["on_hand"]


# ---------------------------------------------------------------- adjust


def test_lost_and_found_goods_are_told_with_their_reason(told: Callable[..., Run]) -> None:
    lost = told("stock", "adjust", "W18", "-2", "--reason", "broken")
    found = told("stock", "adjust", "W18", "+1", "--reason", "behind the shelf")

    assert "lost 2 W18 (broken): 3 on hand, 3 free\n" == lost.out
    assert "found 1 W18 (behind the shelf): 4 on hand, 4 free\n" == found.out


def test_a_loss_that_breaks_promises_names_the_orders_and_changes_nothing(
    reserved: Callable[..., Run],
) -> None:
    refused = reserved("stock", "adjust", "W18", "-2", "--reason", "broken")

    assert (1, "") == (refused.code, refused.out)
    assert (
        "error: too little is left for what is promised (W18 1 too few); to be given up: SO-1\n"
        "  = help: nothing was changed: look again, or give those orders up with `--break-promises`\n"
    ) == refused.error
    assert 5 == reserved("stock", "show", "W18", "--json").result["items"][0]["on_hand"]


def test_a_loss_may_give_promises_up(reserved: Callable[..., Run]) -> None:
    done = reserved("stock", "adjust", "W18", "-2", "--reason", "broken", "--break-promises")

    assert (
        f"lost 2 W18 (broken): 3 on hand, 3 free\ngiven up: reservation {SO_1} of order SO-1 (allocated)\n"
    ) == done.out


@pytest.mark.parametrize("change", ["0", "-6"])
def test_nothing_and_more_than_there_is_cannot_be_lost(change: str, told: Callable[..., Run]) -> None:
    refused = told("stock", "adjust", "W18", change, "--reason", "broken")

    assert (2, "") == (refused.code, refused.out)


def test_an_adjustment_needs_a_reason(told: Callable[..., Run]) -> None:
    refused = told("stock", "adjust", "W18", "-1")

    assert (2, "error: missing option '--reason'") == (refused.code, refused.error.splitlines()[0])


# ---------------------------------------------------------------- transfer, floor, master


def test_only_what_is_free_moves(reserved: Callable[..., Run]) -> None:
    moved = reserved("stock", "transfer", "W18", "1", "--to", "berlin")
    refused = reserved("stock", "transfer", "W18", "1", "--to", "berlin")

    assert (
        "moved 1 W18 from default to berlin: default 4 on hand, 0 free; berlin 1 on hand, 1 free\n"
        == moved.out
    )
    assert (5, "") == (refused.code, refused.out)
    assert "error: W18 short by 1 (wanted 1, free 0)\n  = help: nothing was changed\n" == refused.error


def test_a_floor_is_kept_from_new_orders(told: Callable[..., Run]) -> None:
    first = told("stock", "floor", "W18", "2")
    again = told("stock", "floor", "W18", "2")

    assert "floor of W18: 0 -> 2; 5 on hand, 3 free\n" == first.out
    assert "nothing to change: W18: 2; 5 on hand, 3 free\n" == again.out


def test_what_a_master_is_not_told_stays(told: Callable[..., Run]) -> None:
    told("stock", "master", "W18", "--policy", "bought", "--lead-time", "7")
    changed = told("stock", "master", "W18", "--cost", "12.50 EUR")
    opened = told("stock", "master", "W18", "--lead-time", "none", "--json")

    assert "master of W18: bought, lead time 7 days, cost 12.50 EUR\n" == changed.out
    assert ["bought", None, {"number": 12.5, "text": "12.50 EUR"}] == [
        opened.result[key] for key in ("policy", "lead_time", "cost")
    ]
    assert "W18: bought, cost 12.50 EUR\n" == told("stock", "master", "W18").out


def test_a_master_of_nothing_is_no_answer(told: Callable[..., Run]) -> None:
    assert (0, "W18: nothing is said of it\n") == (
        told("stock", "master", "W18").code,
        told("stock", "master", "W18").out,
    )
    assert (1, "W99 is unknown to stock\n") == (
        told("stock", "master", "W99").code,
        told("stock", "master", "W99").out,
    )


@pytest.mark.parametrize("cost", ["12.50", "12,50 EUR", "-1 EUR", "EUR 12.50", "1e5 EUR"])
def test_a_cost_is_an_amount_and_a_currency(cost: str, told: Callable[..., Run]) -> None:
    refused = told("stock", "master", "W18", "--cost", cost)

    assert 2 == refused.code
    assert f"`{cost}` is no amount of money; write it like `12.50 EUR`" in refused.error


# ---------------------------------------------------------------- supply


def test_what_is_expected_is_listed_and_received(told: Callable[..., Run]) -> None:
    added = told("stock", "supply", "add", "PO-7", "W18", "5", "--due", "2026-12-04")
    told("stock", "supply", "add", "FC-1", "W24", "9", "--due", "2027-01-04", "--planned")
    received = told("stock", "receive", "W18", "2", "--supply", "PO-7")

    assert "expected: 5 W18 on 2026-12-04 (PO-7)\n" == added.out
    assert (
        "received 2 W18 of PO-7: 7 on hand, 7 free\n"
        "  3 arrive on 2026-12-04 (PO-7)\n"
    ) == received.out  # fmt: skip
    assert (
        "due         supply  component  open  of\n"
        "2026-12-04  PO-7    W18           3   5\n"
        "2027-01-04  FC-1    W24           9   9  planned only\n"
    ) == told("stock", "supply", "list").out


def test_one_id_is_one_supply(told: Callable[..., Run]) -> None:
    words = ("stock", "supply", "add", "PO-7", "W18")
    told(*words, "5", "--due", "2026-12-04")
    again = told(*words, "5", "--due", "2026-12-04")
    other = told(*words, "6", "--due", "2026-12-04")

    assert (0, "nothing to change: 5 W18 on 2026-12-04 (PO-7)\n") == (again.code, again.out)
    assert (2, "") == (other.code, other.out)
    assert (
        "error: there is a supply `PO-7` already, with other content\n"
        "  = help: change it with `configurator stock supply change`, or give this one another id\n"
    ) == other.error


def test_a_supply_slips_and_is_called_off(told: Callable[..., Run]) -> None:
    told("stock", "supply", "add", "PO-7", "W18", "5", "--due", "2026-12-04")
    changed = told("stock", "supply", "change", "PO-7", "--due", "2026-12-11", "--quantity", "4")
    cancelled = told("stock", "supply", "cancel", "PO-7")

    assert "changed: 5 W18 on 2026-12-04 (PO-7) -> 4 W18 on 2026-12-11 (PO-7)\n" == changed.out
    assert "cancelled: 4 W18 on 2026-12-11 (PO-7) will not come\n" == cancelled.out
    assert (2, "error: no supply `PO-9`\n") == (
        told("stock", "supply", "cancel", "PO-9").code,
        told("stock", "supply", "cancel", "PO-9").error,
    )


def test_a_change_of_nothing_is_a_mistake(told: Callable[..., Run]) -> None:
    refused = told("stock", "supply", "change", "PO-7")

    assert (2, "error: nothing is said about the supply") == (refused.code, refused.error.splitlines()[0])


# ---------------------------------------------------------------- show, atp, shortages, pegging


def test_show_of_named_components_tells_what_is_to_come(told: Callable[..., Run]) -> None:
    told("stock", "supply", "add", "PO-7", "W18", "5", "--due", "2026-12-04")
    told("stock", "receive", "W18", "1", "--location", "berlin")
    told("stock", "master", "W18", "--policy", "bought", "--lead-time", "1")
    shown = told("stock", "show", "W18")

    assert (
        "component  location  on hand  held  allocated  floor  free\n"
        "W18        berlin          1     0          0      0     1\n"
        "W18        default         5     0          0      0     5\n"
        "  W18: bought, lead time 1 day\n"
        "  W18: 5 arrive on 2026-12-04 (PO-7)\n"
    ) == shown.out


def test_atp_tells_day_by_day_what_can_be_promised(reserved: Callable[..., Run]) -> None:
    reserved("stock", "supply", "add", "PO-7", "W18", "5", "--due", "2026-12-04")
    reserved("stock", "supply", "add", "FC-1", "W18", "9", "--due", "2026-12-24", "--planned")
    reserved("stock", "master", "W20", "--policy", "made", "--lead-time", "10")
    told_atp = reserved("atp", "W18", "W20", "W99")

    assert 1 == told_atp.code
    assert (
        "W18: 5 on hand, 4 of that promised\n"
        "  day         comes  needed  balance  discrete  can be promised\n"
        "  2026-11-22      0       0        1         1                1\n"
        "  2026-12-04      5       0        6         5                6\n"
        "  2026-12-24      0       0        6         0                6\n"
        "  9 more planned for 2026-12-24, and not counted on\n"
        "W20: 1 on hand, 0 of that promised; made in 10 days\n"
        "  day         comes  needed  balance  discrete  can be promised\n"
        "  2026-11-22      0       0        1         1                1\n"
        "  2026-12-02      0       0        1         0     any quantity\n"
        "W99 is unknown to stock\n"
    ) == told_atp.out


def test_nothing_short_is_told_as_such(told: Callable[..., Run]) -> None:
    shown = told("stock", "shortages")

    assert (0, "nothing is short on 2026-11-22\n") == (shown.code, shown.out)


def test_shortages_tell_low_shelves_and_overdue_receipts(told: Callable[..., Run], database: str) -> None:
    told("stock", "supply", "add", "PO-7", "W20", "5", "--due", "2026-12-04")
    told("stock", "floor", "W20", "3")
    shown = run("stock", "shortages", "--db", database, now=NOON + timedelta(days=20))

    assert 1 == shown.code
    assert (
        "1 receipt overdue:\n"
        "  due         supply  component  open  of\n"
        "  2026-12-04  PO-7    W20           5   5\n"
        "1 shelf at the safety stock or below:\n"
        "  component  next        left  floor  coming\n"
        "  W20        2026-12-04     1      3       5\n"
    ) == shown.out


def test_pegging_tells_whose_goods_are_whose(reserved: Callable[..., Run]) -> None:
    shown = reserved("stock", "pegging", "W18")

    assert (
        "component  order  needed  from       there       units\n"
        "W18        SO-1   now     the shelf  2026-11-22      4\n"
        "W18: 1 left over on the shelf\n"
    ) == shown.out


# ---------------------------------------------------------------- init, audit, events


def test_init_makes_a_stock_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    first = run("stock", "init", "--db", url, "-q")
    again = run("stock", "init", "--db", url, "-q")

    assert [(0, "made: an empty stock\n"), (0, "there already: the stock stays as it is\n")] == [
        (first.code, first.out),
        (again.code, again.out),
    ]


def test_right_books_have_nothing_to_say(reserved: Callable[..., Run]) -> None:
    audited = reserved("stock", "audit")

    assert (0, "right: counters, reservations and ledger tell the same\n") == (audited.code, audited.out)


def test_books_that_somebody_wrote_into_are_told_and_left_as_they_are(
    reserved: Callable[..., Run], tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "stock.db")) as other, other:
        other.execute("UPDATE pool SET on_hand = on_hand + 1 WHERE sku = 'W18'")
    audited = reserved("stock", "audit")

    assert 1 == audited.code
    assert (
        "not right: 1 broken invariant\n"
        "  I2: the counters of `W18` at `default` are not the sum of its movements\n"
    ) == audited.out
    assert (
        "nothing was mended: keep the database as it is, and find out who wrote to it past the stock\n"
        == audited.error
    )
    assert 6 == reserved("stock", "show", "W18", "--json").result["items"][0]["on_hand"]


def test_a_stock_of_this_version_needs_no_migration(told: Callable[..., Run]) -> None:
    migrated = told("stock", "migrate", "--json")

    assert [0, migrated.result["before"]] == [migrated.code, migrated.result["after"]]
    assert (
        f"nothing to do: the tables have version {migrated.result['after']}\n" == told("stock", "migrate").out
    )


def test_events_tell_what_happened_and_who_did_it(reserved: Callable[..., Run]) -> None:
    reserved("stock", "receive", "W18", "3", "--actor", "gate 2")
    events = reserved("stock", "events")

    assert (
        "1  2026-11-22 12:00:00Z  imported  mara    2 counts\n"
        f"2  2026-11-22 12:00:00Z  reserved  mara    {SO_1} SO-1: 4 components allocated\n"
        "3  2026-11-22 12:00:00Z  received  gate 2  3 W18\n"
    ) == events.out


def test_events_are_followed_by_number(reserved: Callable[..., Run]) -> None:
    first = reserved("stock", "events", "--limit", "1", "--json").result
    rest = reserved("stock", "events", "--after", str(first["next"]), "--format", "jsonl")

    assert [1, True] == [first["next"], first["more"]]
    assert ["RESERVED"] == [json.loads(line)["kind"] for line in rest.out.splitlines()]
    assert (0, "nothing happened after event 2\n") == (
        reserved("stock", "events", "--after", "2").code,
        reserved("stock", "events", "--after", "2").error,
    )


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        (
            ("receive", "W18", "3"),
            ["component", "quantity", "location", "supply", "new", "items", "seq", "broken", "replayed"],
        ),
        (
            ("adjust", "W18", "-1", "--reason", "lost"),
            ["component", "change", "location", "reason", "items", "seq", "broken", "replayed"],
        ),
        (
            ("transfer", "W18", "1", "--to", "berlin"),
            ["component", "quantity", "source", "target", "items", "seq", "broken", "replayed"],
        ),
        (
            ("floor", "W18", "1"),
            ["component", "before", "after", "location", "items", "seq", "broken", "replayed"],
        ),
        (
            ("master", "W18"),
            ["component", "policy", "lead_time", "cost", "seq", "broken", "replayed"],
        ),
        (
            ("supply", "add", "PO-8", "W18", "3", "--due", "2026-12-04"),
            [
                *("supply", "component", "location", "due", "quantity", "received", "open", "firm"),
                *("reservation", "new", "seq", "broken", "replayed"),
            ],
        ),
        (("supply", "change", "PO-7", "--planned"), ["before", "after", "seq", "broken", "replayed"]),
        (("supply", "cancel", "PO-7"), ["before", "after", "seq", "broken", "replayed"]),
        (("supply", "list"), ["supplies", "more"]),
        (("audit",), ["problems"]),
        (("events",), ["events", "more", "next"]),
        (("shortages",), ["late", "overdue", "low", "today", "seq"]),
        (("pegging",), ["pegs", "unpegged", "unknown", "seq"]),
    ],
)
def test_every_stock_command_has_its_own_result(
    words: tuple[str, ...], keys: list[str], told: Callable[..., Run]
) -> None:
    told("stock", "supply", "add", "PO-7", "W18", "5", "--due", "2026-12-04")
    answer = told("stock", *words, "--json")

    assert (0, keys) == (answer.code, list(answer.result))
    named = 2 if words[0] == "supply" else 1
    assert " ".join(["stock", *words[:named]]) == answer.envelope["command"]


def test_stock_in_memory_is_not_written_to() -> None:
    refused = run("stock", "receive", "W18", "3", "--db", "memory:")

    assert (6, "") == (refused.code, refused.out)
    assert "error: stock in memory ends with the command; write `sqlite:///stock.db`\n" == refused.error


# ---------------------------------------------------------------- more words


def test_a_delivery_beyond_what_was_expected_says_by_how_many(told: Callable[..., Run]) -> None:
    told("stock", "supply", "add", "PO-7", "W18", "2", "--due", "2026-12-04")
    words = ("stock", "receive", "W18", "5", "--supply", "PO-7", "--key", "DN-1")

    assert "  3 more than were still expected of PO-7\n" in told(*words).out
    assert "more than" not in told(*words).out


@pytest.mark.parametrize(
    ("written", "days"), [("14", 14), ("10d", 10), ("10 d", 10), ("2w", 14), ("2 w", 14)]
)
def test_a_lead_time_is_written_as_in_a_stock_file(told: Callable[..., Run], written: str, days: int) -> None:
    assert 0 == told("stock", "master", "W18", "--lead-time", written).code

    assert f"lead time {days} days" in told("stock", "master", "W18").out


def test_a_reservation_given_up_for_a_fact_is_shown_as_broken(reserved: Callable[..., Run]) -> None:
    assert reserved("reservation", "show", SO_1, "--json").result["broken_by"] is None
    reserved("stock", "adjust", "W18", "-2", "--reason", "lost", "--break-promises")

    assert "released, broken by a fact: adjusted" in reserved("reservation", "show", SO_1).out
    assert "adjusted" == reserved("reservation", "show", SO_1, "--json").result["broken_by"]
