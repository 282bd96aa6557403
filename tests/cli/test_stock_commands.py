"""Orders and stock on the command line."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from command_runs import NOON, Run, run

RESERVATION = "R-c1fd30ad5024489f"


def order_of(configuration: dict[str, Any], quantity: int = 1) -> str:
    return json.dumps({"lines": [{"configuration": configuration, "quantity": quantity}]})


def bike(wheel: str, colour: str = "red", support: bool = False) -> dict[str, Any]:
    return {"colour": colour, "support": support, "front_wheel": wheel, "rear_wheel": wheel}


def accept(database: str, order: str, *words: str, **more: Any) -> Run:
    return run(
        "accept",
        "kids_bike.pcat",
        "-",
        "--db",
        database,
        "--order",
        "SO-1",
        "-q",
        *words,
        given=order,
        **more,
    )


# ---------------------------------------------------------------- accept


def test_accept_reserves_for_good(order_file: str, database: str) -> None:
    accepted = run("accept", "kids_bike.pcat", order_file, "--db", database, "-q")

    assert (0, "") == (accepted.code, accepted.error)
    assert accepted.out == f"reserved SO-1: 4 components for good, reservation {RESERVATION}\n"


def test_accept_with_a_ttl_says_until_when(order_file: str, database: str) -> None:
    accepted = run("accept", "kids_bike.pcat", order_file, "--db", database, "--ttl", "15m", "-q")

    assert accepted.out == f"reserved SO-1: 4 components until 12:15 UTC, reservation {RESERVATION}\n"


def test_a_hold_until_another_day_names_the_day(order_file: str, database: str) -> None:
    accepted = run("accept", "kids_bike.pcat", order_file, "--db", database, "--ttl", "2d", "-q")

    assert accepted.out.startswith("reserved SO-1: 4 components until 2026-11-24 12:00 UTC, ")


def test_accept_takes_what_it_reserves(order_file: str, database: str) -> None:
    run("accept", "kids_bike.pcat", order_file, "--db", database)
    shown = run("stock", "show", "--db", database)

    assert shown.out == (
        "component  on hand  held  allocated  floor  free\n"
        "W18              5     0          4      0     1\n"
        "W20              1     0          0      0     1\n"
    )


def test_accept_again_takes_nothing_twice(order_file: str, database: str) -> None:
    run("accept", "kids_bike.pcat", order_file, "--db", database)
    again = run("accept", "kids_bike.pcat", order_file, "--db", database, "--json")

    assert (0, True, "ALLOCATED") == (
        again.code,
        again.result["replayed"],
        again.result["reservation"]["state"],
    )
    assert "(reserved before; nothing was taken twice)" in (
        run("accept", "kids_bike.pcat", order_file, "--db", database).out
    )


def test_a_replay_of_an_expired_hold_says_that_nothing_is_set_aside(order_file: str, database: str) -> None:
    words = ("accept", "kids_bike.pcat", order_file, "--db", database, "--ttl", "15m")
    run(*words)
    again = run(*words, now=NOON + timedelta(hours=1))

    assert again.code == 5
    assert again.out == (
        f"no longer reserved SO-1: reservation {RESERVATION} was made before and is expired; "
        "nothing is set aside now\n"
    )
    assert again.error.endswith(
        "this repeats the answer to the key `SO-1#0`; to try again, give a new one with `--key`\n"
    )


def test_a_new_key_tries_again(order_file: str, database: str) -> None:
    words = ("accept", "kids_bike.pcat", order_file, "--db", database, "--ttl", "15m")
    run(*words)
    again = run(*words, "--key", "SO-1-second", now=NOON + timedelta(hours=1))

    assert (0, "reserved SO-1: 4 components until 13:15 UTC") == (again.code, again.out.split(", ")[0])


def test_one_key_with_two_contents_is_a_conflict(database: str) -> None:
    accept(database, order_of(bike("W18")), "--key", "K")
    other = accept(database, order_of(bike("W18", "blue")), "--key", "K")

    assert (2, "") == (other.code, other.out)
    assert other.error == (
        "error: the key `K` was used before with other content\n"
        "  = help: give it a new key with `--key`, or repeat the call exactly as it was\n"
    )


def test_short_and_unknown_components_are_told_apart(tmp_path: Path, database: str) -> None:
    order = tmp_path / "order.json"
    lines = [
        {"configuration": bike("W18"), "quantity": 3},
        {"configuration": bike("W14", support=True)},
    ]
    order.write_text(json.dumps({"lines": lines}))
    words = ("--order", "SO-7", "--alternatives", "0", "-q")
    refused = run("accept", "kids_bike.pcat", str(order), "--db", database, *words)

    assert (5, "") == (refused.code, refused.error)
    assert refused.out == (
        "not available SO-7: 1 component short, 1 component unknown to stock; nothing is reserved\n"
        "  W18 short by 1 (wanted 6, free 5)\n"
        "  W14 unknown to stock (wanted 2)\n"
        "not possible later: too little is expected of W14, W18\n"
    )


def test_a_refusal_is_an_answer_in_json(database: str) -> None:
    refused = accept(database, order_of(bike("W20")), "--json")

    assert (5, "no", "rejected_unavailable", None) == (
        refused.code,
        refused.envelope["status"],
        refused.result["decision"],
        refused.result["reservation"],
    )
    assert refused.result["shortages"] == [
        {"component": "W20", "wanted": 2, "free": 1, "known": True, "location": None, "needed": None}
    ]


def test_a_refused_order_may_try_again_after_an_import(tmp_path: Path, database: str) -> None:
    assert accept(database, order_of(bike("W20"))).code == 5
    (tmp_path / "more.csv").write_text("sku,on_hand\nW20,2\n")
    run("stock", "import", str(tmp_path / "more.csv"), "--db", database)

    assert accept(database, order_of(bike("W20"))).code == 0


def test_an_invalid_order_names_rule_and_line(tmp_path: Path, database: str) -> None:
    order = tmp_path / "order.json"
    order.write_text(
        json.dumps(
            {
                "lines": [
                    {"configuration": bike("W18")},
                    {"configuration": {"colour": "yellow", "front_wheel": "W14"}},
                ]
            }
        )
    )
    refused = run("accept", "kids_bike.pcat", str(order), "--db", database, "--order", "SO-1", "-q")

    assert (1, "") == (refused.code, refused.error)
    assert refused.out == (
        "line 2: not possible: 2 choices, 1 rule\n"
        "\n"
        "  yellow-front  Yellow starts at 18 inches.  kids_bike.pcat:20\n"
        "                colour = yellow and front_wheel = W14\n"
    )


def test_the_conflicts_of_an_order_carry_their_line(database: str) -> None:
    refused = accept(database, order_of({"colour": "yellow", "front_wheel": "W14"}), "--json")

    assert (1, "rejected_invalid") == (refused.code, refused.result["decision"])
    assert (1, ["yellow-front"]) == (
        refused.result["conflicts"][0]["line"],
        refused.result["conflicts"][0]["rules"],
    )


def test_an_incomplete_order_reserves_nothing(database: str) -> None:
    refused = accept(database, order_of({"colour": "red", "front_wheel": "W18"}))

    assert refused.code == 1
    assert refused.out == (
        "incomplete: nothing is reserved before everything is decided\n  still open: support, rear_wheel\n"
    )


def test_accept_against_counts_reserves_nothing(order_file: str, stock_file: str) -> None:
    accepted = run("accept", "kids_bike.pcat", order_file, "--stock", stock_file, "-q")

    assert (0, "available: everything for 1 line is there; nothing is reserved\n") == (
        accepted.code,
        accepted.out,
    )


def test_the_same_order_from_python_and_from_a_file_shares_its_key(tmp_path: Path) -> None:
    from configurator import Configurator, open_stock  # noqa: PLC0415 - the front door beside the command

    catalog = tmp_path / "box.pcat"
    catalog.write_text(
        'catalog box "Box" version "1" currency EUR\nunit cm\n'
        "option width : number 10..12 step 0.5 in cm\n"
        "family pad choose one {\n  | sku |\n  |-----|\n  | P-1 |\n}\n"
    )
    stock = tmp_path / "stock.csv"
    stock.write_text("sku,on_hand\nP-1,9\n")
    url = f"sqlite:///{tmp_path / 'stock.db'}"
    run("stock", "import", str(stock), "--db", url)
    with open_stock(url, now=lambda: NOON) as store:
        Configurator.load(catalog).accept({"width": 10.5, "pad": "P-1"}, store, order_id="SO-1")
    again = run(
        "accept", str(catalog), "-", "--db", url, "--order", "SO-1", given='{"width": 10.5, "pad": "P-1"}'
    )

    assert (0, True) == (again.code, "reserved before" in again.out)


# ---------------------------------------------------------------- stock


def test_import_tells_what_changes(tmp_path: Path, database: str) -> None:
    (tmp_path / "recount.csv").write_text("sku,on_hand\nW18,7\nW20,1\nW16,1200\n")
    imported = run("stock", "import", str(tmp_path / "recount.csv"), "--db", database)

    assert (0, "") == (imported.code, imported.error)
    assert imported.out == (
        "imported 3 components: 1 new, 1 changed, 1 as before\n"
        "  W18  5  ->  7\n"
    )  # fmt: skip


def test_import_twice_changes_nothing(stock_file: str, database: str) -> None:
    again = run("stock", "import", stock_file, "--db", database)

    assert again.out == "imported 2 components: 0 new, 0 changed, 2 as before\n"


def test_a_dry_run_writes_nothing(tmp_path: Path, database: str) -> None:
    (tmp_path / "recount.csv").write_text("sku,on_hand\nW18,7\n")
    planned = run("stock", "import", str(tmp_path / "recount.csv"), "--db", database, "--dry-run")

    assert planned.out == "would import 1 component: 0 new, 1 changed, 0 as before\n  W18  5  ->  7\n"
    assert run("stock", "show", "W18", "--db", database, "--json").result["items"][0]["on_hand"] == 5


def test_a_dry_run_makes_no_database(tmp_path: Path, stock_file: str) -> None:
    planned = run("stock", "import", stock_file, "--db", f"sqlite:///{tmp_path / 'new.db'}", "--dry-run")

    assert planned.code == 6
    assert not (tmp_path / "new.db").exists()


def test_a_count_below_promises_is_refused(tmp_path: Path, order_file: str, database: str) -> None:
    run("accept", "kids_bike.pcat", order_file, "--db", database)
    (tmp_path / "recount.csv").write_text("sku,on_hand\nW18,3\n")
    words = ("stock", "import", str(tmp_path / "recount.csv"), "--db", database)
    refused = run(*words)

    assert (1, "") == (refused.code, refused.out)
    assert refused.error == (
        "error: too little is left for what is promised (W18 1 too few); to be given up: SO-1\n"
        "  = help: nothing was changed: look again, or give those orders up with `--break-promises`\n"
    )
    assert run(*words, "--dry-run").code == 1
    broken = run(*words, "--break-promises")
    assert broken.code == 0
    assert broken.out.endswith(f"given up: reservation {RESERVATION} of order SO-1 (allocated)\n")


def test_show_names_what_stock_does_not_know(database: str) -> None:
    shown = run("stock", "show", "W20", "W99", "--db", database)

    assert (1, "") == (shown.code, shown.error)
    assert shown.out == (
        "component  on hand  held  allocated  floor  free\n"
        "W20              1     0          0      0     1\n"
        "W99 is unknown to stock\n"
    )


def test_show_can_be_cut(database: str) -> None:
    shown = run("stock", "show", "--db", database, "--limit", "1")

    assert (2, "1 of 2 components\n") == (len(shown.out.splitlines()), shown.error)


def test_a_clock_that_went_back_stops_orders_until_it_is_accepted(order_file: str, database: str) -> None:
    words = ("accept", "kids_bike.pcat", order_file, "--db", database, "-q")
    before = NOON - timedelta(days=3)
    refused = run(*words, now=before)

    assert (6, "") == (refused.code, refused.out)
    assert refused.error == (
        "error: the clock says 2026-11-19 12:00:00 UTC, but stock was last written at "
        "2026-11-22 12:00:00 UTC; set the clock right, or accept its time with "
        "`configurator stock clock --accept`\n"
    )
    accepted = run("stock", "clock", "--accept", "--db", database, now=before)
    assert accepted.out == "accepted: stock goes on from 2026-11-19 12:00 UTC\n"
    assert run(*words, now=before).code == 0


def test_the_clock_is_not_accepted_by_accident(database: str) -> None:
    asked = run("stock", "clock", "--db", database)

    assert (2, "") == (asked.code, asked.out)


@pytest.mark.parametrize("group", [(), ("stock",)])
def test_a_group_alone_shows_its_commands(group: tuple[str, ...]) -> None:
    shown = run(*group)

    assert (2, "") == (shown.code, shown.out)
    assert "Commands:" in shown.error


def test_an_order_that_changed_is_named_where_nobody_gave_a_key(database: str) -> None:
    assert 0 == accept(database, order_of(bike("W18"))).code
    other = accept(database, order_of(bike("W18", "blue")))

    assert (2, "") == (other.code, other.out)
    assert "error: order `SO-1` came before with other content\n" == other.error.splitlines(keepends=True)[0]
    assert "`--ttl` are not those of before" in other.error


def test_each_line_that_is_short_says_what_stands(tmp_path: Path, database: str) -> None:
    order = tmp_path / "order.json"
    lines = [{"configuration": bike("W18"), "quantity": 2}] * 2 + [
        {"configuration": bike("W14", support=True)},
        {"configuration": bike("W20")},
    ]
    order.write_text(json.dumps({"lines": lines}))
    refused = run("accept", "kids_bike.pcat", str(order), "--db", database, "--order", "SO-9")

    assert 5 == refused.code
    for number in (2, 3, 4):
        assert f"line {number}: nothing else can be built today; `configurator nearest`" in refused.out
