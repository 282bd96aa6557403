"""When it can be there, how many can be built, what is nearest: questions that need rules and stock."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from command_runs import Run, run

LAMP = """\
catalog lamp "Desk lamp" version "1" currency EUR

assembled in 2 days for 12.00 EUR open monday to friday

family shade "Shade" {
  | sku  | price [EUR] | cost [EUR] | policy  | lead_time |
  | SH-W |       29.00 |       8.50 | stocked |         5 |
  | SH-B |       31.00 |       9.00 | bought  |         5 |
}
family base "Base" {
  | sku      | price [EUR] | cost [EUR] | policy  | lead_time |
  | BA-OAK   |       55.00 |      18.00 | made    |        10 |
  | BA-STEEL |       45.00 |      11.00 | stocked |        20 |
}
slot shade "Shade" : shade choose one
slot base  "Base"  : base choose one

calc price in EUR = shade.price + base.price
"""

OAK = ("shade=SH-W", "base=BA-OAK")
STEEL = ("shade=SH-W", "base=BA-STEEL")


@pytest.fixture
def lamp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    """Runs a command about the lamp: three shades, one oak base; `PO-7` brings ten steel bases on a Friday.

    It is Sunday, 2026-11-22.
    """
    monkeypatch.chdir(tmp_path)
    Path("lamp.pcat").write_text(LAMP)
    Path("stock.csv").write_text("sku,on_hand\nSH-W,3\nSH-B,0\nBA-OAK,1\nBA-STEEL,0\n")
    url = f"sqlite:///{tmp_path / 'stock.db'}"
    assert run("stock", "import", "stock.csv", "--db", url).code == 0
    words = ("stock", "supply", "add", "PO-7", "BA-STEEL", "10", "--due", "2026-12-04")
    assert run(*words, "--db", url).code == 0
    return lambda command, *more: run(command, "lamp.pcat", *more, "--db", url)


def order(tmp_path: Path, *lines: dict[str, object], **more: object) -> str:
    file = tmp_path / "order.json"
    file.write_text(json.dumps({"lines": lines, **more}))
    return str(file)


def line(base: str, quantity: int = 1, day: str | None = None) -> dict[str, object]:
    told: dict[str, object] = {"configuration": {"shade": "SH-W", "base": base}, "quantity": quantity}
    return {**told, "date": day} if day else told


# ---------------------------------------------------------------- promise


def test_what_is_in_stock_is_there_after_its_assembly(lamp: Callable[..., Run]) -> None:
    promised = lamp("promise", *OAK)

    assert (0, "an inquiry: nothing is reserved; `configurator accept` does that\n") == (
        promised.code,
        promised.error,
    )
    assert (
        "possible on 2026-11-25: all components are in stock; assembly takes 2 working days\n"
        "  component  there       from        units\n"
        "  BA-OAK     2026-11-23  1 in stock      1\n"
        "  SH-W       2026-11-23  1 in stock      1\n"
        "  price 84.00 EUR, cost 38.50 EUR (components 26.50 EUR, assembly 12.00 EUR)\n"
    ) == promised.out


def test_what_is_made_moves_the_date_and_is_told_to_be_made(lamp: Callable[..., Run]) -> None:
    promised = lamp("promise", *OAK, "--quantity", "3", "-q")

    assert (0, "") == (promised.code, promised.error)
    assert (
        "possible on 2026-12-04: 2 of `BA-OAK` have to be made, there on 2026-12-02; "
        "assembly takes 2 working days\n"
        "  component  there       from                units\n"
        "  BA-OAK     2026-12-02  1 in stock, 2 made      3\n"
        "  SH-W       2026-11-23  3 in stock              3\n"
        "  make 2 BA-OAK: order by 2026-11-22, needed on 2026-12-02\n"
        "  price 252.00 EUR, cost 115.50 EUR (components 79.50 EUR, assembly 36.00 EUR)\n"
    ) == promised.out


def test_what_is_stocked_waits_for_its_supply_and_a_working_day(lamp: Callable[..., Run]) -> None:
    promised = lamp("promise", *STEEL, "--json")

    found = promised.result["promise"]
    assert ["2026-12-08", "BA-STEEL", False] == [found["day"], found["pacing"], found["on_time"]]
    assert "2026-12-04" == found["lines"][0]["begin"]
    assert [
        {"kind": "supply", "quantity": 1, "day": "2026-12-04", "location": "default", "supply": "PO-7"}
    ] == (found["lines"][0]["components"][0]["sources"])


def test_more_than_ever_comes_has_no_date(lamp: Callable[..., Run]) -> None:
    refused = lamp("promise", *STEEL, "--quantity", "11")

    assert 5 == refused.code
    assert (
        "no date: of `BA-STEEL` 11 are needed, and no more than 10 can be promised; "
        "of `SH-W` 11 are needed, and no more than 3 can be promised\n"
    ) == refused.out.splitlines(keepends=True)[0]


def test_a_date_after_the_one_that_is_wanted_is_too_late(lamp: Callable[..., Run]) -> None:
    late = lamp("promise", *STEEL, "--need-by", "2026-12-01")
    kept = lamp("promise", *STEEL, "--need-by", "2026-12-24", "--json")

    assert 5 == late.code
    assert (
        "too late: wanted on 2026-12-01, possible on 2026-12-08: `BA-STEEL` waits for supply `PO-7` on "
        "2026-12-04; assembly takes 2 working days"
    ) == late.out.splitlines()[0]
    assert [0, "2026-12-24"] == [kept.code, kept.result["promise"]["day"]]


def test_lines_share_what_there_is(lamp: Callable[..., Run], tmp_path: Path) -> None:
    file = order(tmp_path, line("BA-OAK"), line("BA-OAK"))
    promised = lamp("promise", "-f", file, "-q")

    assert 0 == promised.code
    assert [
        "line 1: 2026-11-25: all components are in stock; assembly takes 2 working days",
        "line 2: 2026-12-04: 1 of `BA-OAK` has to be made, there on 2026-12-02; "
        "assembly takes 2 working days",
    ] == [told for told in promised.out.splitlines() if told.startswith("line")]


def test_nothing_valid_or_undecided_has_no_date(lamp: Callable[..., Run]) -> None:
    undecided = lamp("promise", "shade=SH-W")

    assert (1, "incomplete: only what is all decided has a date\n  still open: base\n") == (
        undecided.code,
        undecided.out,
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("-f", "order.json", "shade=SH-W"), "choices and quantity stand in the order's file"),
        (("-f", "order.json", "--quantity", "2"), "choices and quantity stand in the order's file"),
        (("--stock", "stock.csv"), "this is asked of a stock: give one of `--db` and `--stock`"),
        ((*OAK, "--quantity", "0"), "invalid value for '--quantity': 0 is not in the range 1<=x<=1000000"),
        (
            (*OAK, "--need-by", "soon"),
            "invalid value for '--need-by': `soon` is no date; write it like 2026-11-22",
        ),
    ],
)
def test_a_promise_asked_wrongly_is_a_usage_error(
    words: tuple[str, ...], message: str, lamp: Callable[..., Run]
) -> None:
    refused = lamp("promise", *words)

    assert (2, "", f"error: {message}") == (refused.code, refused.out, refused.error.splitlines()[0])


# ---------------------------------------------------------------- buildable


def test_buildable_counts_and_names_what_limits(lamp: Callable[..., Run]) -> None:
    now = lamp("buildable", *OAK)
    later = lamp("buildable", *OAK, "--need-by", "2026-12-24")

    assert [0, 0] == [now.code, later.code]
    assert (
        "1 can be built now, no more because of BA-OAK\n"
        "  component  each needs  there  enough for\n"
        "  BA-OAK              1      1           1\n"
        "  SH-W                1      3           3\n"
    ) == now.out
    assert "3 can be built by 2026-12-24, no more because of SH-W\n" == later.out.splitlines(keepends=True)[0]


def test_nothing_buildable_is_unavailable(lamp: Callable[..., Run]) -> None:
    none = lamp("buildable", *STEEL)

    assert (5, "none can be built now, because of BA-STEEL") == (none.code, none.out.splitlines()[0])


def test_counts_in_a_file_can_be_asked(lamp: Callable[..., Run]) -> None:
    del lamp
    asked = run("buildable", "lamp.pcat", *OAK, "--stock", "stock.csv", "--json")

    assert [1, False, ["BA-OAK"]] == [asked.result[key] for key in ("quantity", "unlimited", "bottleneck")]


def test_only_a_whole_configuration_is_counted(lamp: Callable[..., Run]) -> None:
    asked = lamp("buildable", "shade=SH-W")

    assert (1, "incomplete: still open: base\n") == (asked.code, asked.out)


# ---------------------------------------------------------------- nearest


def test_nearest_tells_every_step_between_the_wish_and_today(lamp: Callable[..., Run]) -> None:
    found = lamp("nearest", *STEEL)

    assert (0, "") == (found.code, found.error)
    assert (
        "possible as it was chosen on 2026-12-08\n"
        "  1  2026-12-08  as it was chosen\n"
        "                 waits: `BA-STEEL` waits for supply `PO-7` on 2026-12-04\n"
        "  2  2026-11-25  base = BA-OAK     +10.00 EUR\n"
    ) == "".join(found.out.splitlines(keepends=True)[:4])


def test_nearest_keeps_what_is_locked(lamp: Callable[..., Run]) -> None:
    found = lamp("nearest", *STEEL, "--quantity", "20", "--lock", "base")

    assert 5 == found.code
    assert "nothing can be built, whatever is changed and however long one waits" == found.out.splitlines()[0]


def test_nearest_in_json_has_its_keys(lamp: Callable[..., Run]) -> None:
    result = lamp("nearest", *STEEL, "--limit", "1", "--json").result

    assert ["proposals", "more", "more_changes", "proved", "conflicts"] == list(result)
    assert [1, True, True] == [len(result["proposals"]), result["more"], result["proved"]]
    assert [
        *("day", "begin", "changes", "weight", "delta", "choices", "reasons", "waits"),
    ] == list(result["proposals"][0])


# ---------------------------------------------------------------- accept


def test_accept_tells_date_price_and_cost(lamp: Callable[..., Run], tmp_path: Path) -> None:
    accepted = lamp("accept", order(tmp_path, line("BA-OAK")), "--order", "SO-1", "-q")

    assert 0 == accepted.code
    assert (
        "reserved SO-1: 2 components for good, promised for 2026-11-25, reservation R-c1fd30ad5024489f\n"
        "  all components are in stock; assembly takes 2 working days\n"
        "  price 84.00 EUR, cost 38.50 EUR (components 26.50 EUR, assembly 12.00 EUR)\n"
    ) == accepted.out


def test_accept_moves_the_date_for_what_is_made(lamp: Callable[..., Run], tmp_path: Path) -> None:
    accepted = lamp("accept", order(tmp_path, line("BA-OAK", 2)), "--order", "SO-1", "-q")

    assert 0 == accepted.code
    assert "  make 1 BA-OAK: order by 2026-11-22, needed on 2026-12-02\n" in accepted.out


def test_a_refusal_tells_when_and_what_instead(lamp: Callable[..., Run], tmp_path: Path) -> None:
    refused = lamp("accept", order(tmp_path, line("BA-STEEL")), "--order", "SO-1")

    assert (5, "with `--late` it is accepted for the day on which it is possible\n") == (
        refused.code,
        refused.error,
    )
    assert (
        "not available SO-1: 1 component short; nothing is reserved\n"
        "  BA-STEEL short by 1 (wanted 1 for 2026-11-23, free 0; 10 arrive on 2026-12-04)\n"
        "possible on 2026-12-08: `BA-STEEL` waits for supply `PO-7` on 2026-12-04; "
        "assembly takes 2 working days\n"
        "possible instead:\n"
        "  1  2026-11-25  base = BA-OAK  +10.00 EUR\n"
    ) == "".join(refused.out.splitlines(keepends=True)[:5])


def test_late_is_accepted_for_the_day_on_which_it_is_possible(
    lamp: Callable[..., Run], tmp_path: Path
) -> None:
    accepted = lamp("accept", order(tmp_path, line("BA-STEEL")), "--order", "SO-1", "--late", "--json")

    assert [0, "accepted", "2026-12-08"] == [
        accepted.code,
        accepted.result["decision"],
        accepted.result["reservation"]["promised"],
    ]
    assert {"2026-12-04"} == {each["needed"] for each in accepted.result["reservation"]["lines"]}


def test_what_is_held_is_told_with_its_end(lamp: Callable[..., Run], tmp_path: Path) -> None:
    lamp("accept", order(tmp_path, line("BA-OAK", 1)), "--order", "SO-1", "--ttl", "2h")
    file = order(tmp_path, {"configuration": {"shade": "SH-W", "base": "BA-STEEL"}, "quantity": 3})
    refused = lamp("accept", file, "--order", "SO-2", "--alternatives", "0")

    assert "  SH-W     short by 1 (wanted 3 for 2026-11-23, free 2; 1 held until 14:00 UTC)\n" in refused.out


def test_a_day_and_a_priority_can_be_named_beside_the_order(lamp: Callable[..., Run], tmp_path: Path) -> None:
    words = ("--order", "SO-1", "--need-by", "2026-12-24", "--priority", "3", "--actor", "shop")
    accepted = lamp("accept", order(tmp_path, line("BA-STEEL")), *words, "--json")

    promised = accepted.result["reservation"]
    assert ["2026-12-24", 3] == [promised["promised"], promised["priority"]]
    assert date(2026, 12, 22).isoformat() == promised["lines"][0]["needed"]


# ---------------------------------------------------------------- the objects


def test_every_answer_has_its_own_keys(lamp: Callable[..., Run]) -> None:
    promised = lamp("promise", *OAK, "--json").result
    built = lamp("buildable", *OAK, "--json").result

    assert ["promise", "price", "cost", "conflicts", "open", "configurations"] == list(promised)
    assert ["day", "on_time", "pacing", "reason", "lines", "to_procure", "today", "seq"] == list(
        promised["promise"]
    )
    assert [
        *("line", "wanted", "day", "begin", "on_time", "assembly_days", "pacing", "reason", "components"),
    ] == list(promised["promise"]["lines"][0])
    assert {
        "component": "BA-OAK",
        "quantity": 1,
        "location": None,
        "day": "2026-11-23",
        "most": 1,
        "known": True,
        "sources": [
            {"kind": "stock", "quantity": 1, "day": "2026-11-22", "location": "default", "supply": None}
        ],
    } == promised["promise"]["lines"][0]["components"][0]
    assert {
        "amount": {"number": 38.5, "text": "38.50 EUR"},
        "components": {"number": 26.5, "text": "26.50 EUR"},
        "assembly": {"number": 12, "text": "12.00 EUR"},
        "unknown": [],
    } == promised["cost"]
    assert [
        *("quantity", "unlimited", "day", "components", "bottleneck", "seq", "conflicts", "open"),
    ] == list(built)


def test_what_is_to_be_procured_has_its_own_keys(lamp: Callable[..., Run]) -> None:
    promised = lamp("promise", *OAK, "--quantity", "2", "--json").result["promise"]

    assert [
        {
            "component": "BA-OAK",
            "quantity": 1,
            "policy": "made",
            "order_by": "2026-11-22",
            "due": "2026-12-02",
        }
    ] == promised["to_procure"]
