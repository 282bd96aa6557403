"""Prices and pages from anywhere: exact text on standard output, exit codes, forms in JSON."""

import json
from pathlib import Path

import pytest
from command_runs import Run, run

SHOP = """\
catalog shop "Shop" version "1" currency EUR
family frame choose one {
  | sku  | price [EUR] |
  |------|-------------|
  | F-20 |       90.00 |
  | F-28 |      190.50 |
}
family bell choose optional {
  | sku  | price [EUR] | weight |
  |------|-------------|--------|
  | RING |        5.00 |     30 |
  | HORN |        9.00 |    120 |
}
option colour : one of { red, blue }
calc price in EUR = sum(price)
calc weight = sum(weight)
calc area = frame.price * bell.weight
rule horn: bell = HORN requires frame = "F-28"
"""
VOID = 'rule never: require frame not in { "F-20", "F-28" }\n'


@pytest.fixture
def shop(tmp_path: Path) -> str:
    """A catalog of ten configurations."""
    file = tmp_path / "shop.pcat"
    file.write_text(SHOP)
    return str(file)


def with_rule(shop: str, rule: str) -> str:
    """The same catalog with one more rule."""
    file = Path(shop).with_name("more.pcat")
    file.write_text(SHOP + rule)
    return str(file)


def told(ended: Run) -> tuple[int, str, str]:
    """Exit code and both streams."""
    return ended.code, ended.out, ended.error


# ---------------------------------------------------------------- cheapest


def test_the_cheapest_is_told_place_by_place(shop: str) -> None:
    expected = "frame   F-28\nbell    none\ncolour  red\nprice   190.50 EUR\n"

    assert (0, expected, "") == told(run("cheapest", shop, "frame=F-28"))


def test_several_cheapest_are_a_table_in_ascending_order(shop: str) -> None:
    expected = """\
frame  bell  colour  price
F-20   none  red     90.00 EUR
F-20   none  blue    90.00 EUR
F-20   RING  red     95.00 EUR
"""

    assert (0, expected, "") == told(run("cheapest", shop, "--limit", "3"))


def test_columns_choose_what_is_told_of_the_cheapest(shop: str) -> None:
    expected = "price       bell\n190.50 EUR  none\n"

    assert (0, expected, "") == told(run("cheapest", shop, "frame=F-28", "--columns", "price,bell"))


def test_another_calc_can_be_made_small(shop: str) -> None:
    expected = "frame   F-28\nbell    RING\ncolour  red\nweight  30\n"

    assert (0, expected, "") == told(run("cheapest", shop, "bell=RING", "frame=F-28", "--by", "weight"))


def test_cheapest_in_json_has_exact_amounts(shop: str) -> None:
    result = run("cheapest", shop, "frame=F-28", "--limit", "2", "--json").result

    assert result == {
        "by": "price",
        "cheapest": [
            {
                "configuration": {"frame": "F-28", "bell": None, "colour": colour},
                "amount": {"number": 190.5, "text": "190.50 EUR"},
            }
            for colour in ("red", "blue")
        ],
    }


def test_cheapest_of_impossible_choices_is_no(shop: str) -> None:
    ended = run("cheapest", shop, "bell=HORN", "frame=F-20")
    in_json = run("cheapest", shop, "bell=HORN", "frame=F-20", "--json")

    assert told(ended) == (
        1,
        "nothing with a price keeps the choices\n",
        "`configurator validate` with the same choices says why\n",
    )
    assert (1, {"by": "price", "cheapest": []}) == (in_json.code, in_json.result)


def test_cheapest_by_what_is_no_calc_names_those_there_are(shop: str) -> None:
    expected = (
        "error: the catalog has no calc `prise`; it has `price`, `weight`, `area`\n"
        "  = help: did you mean `price`?\n"
    )

    assert (2, "", expected) == told(run("cheapest", shop, "--by", "prise"))


def test_cheapest_by_what_is_no_sum_is_not_decided(shop: str) -> None:
    ended = run("cheapest", shop, "--by", "area", "--json")
    reason = "the calc `area` is no sum over the places"

    assert (4, {"by": "area", "cheapest": None, "reason": reason}) == (ended.code, ended.result)


@pytest.mark.parametrize("words", [("cheapest",), ("options", "--prices")])
def test_what_is_no_sum_wants_another_calc_not_more_time(shop: str, words: tuple[str, ...]) -> None:
    command, *options = words
    ended = run(command, shop, *options, "--by", "area")

    assert 4 == ended.code
    assert "write the calc as a sum of which each summand reads one place" in ended.error
    assert "--timeout" not in ended.error


def test_several_cheapest_from_another_engine_say_who_knows(shop: str) -> None:
    expected = (
        "not decided: only the engine `diagram` gives the 2 cheapest configurations, "
        "and `sat` was asked for: leave the engine open, or ask for `diagram`\n"
    )

    assert (4, expected, "") == told(run("cheapest", shop, "--limit", "2", "--engine", "sat", "-q"))


# ---------------------------------------------------------------- options with prices


def test_options_tell_what_each_value_leads_to(shop: str) -> None:
    expected = """\
place   value  from        to
frame   F-28   190.50 EUR  199.50 EUR
bell    none   190.50 EUR  190.50 EUR
        RING   195.50 EUR  195.50 EUR
        HORN   199.50 EUR  199.50 EUR
colour  red    190.50 EUR  199.50 EUR
        blue   190.50 EUR  199.50 EUR
"""

    assert (0, expected, "") == told(run("options", shop, "frame=F-28", "--prices"))


def test_options_with_prices_in_json_have_both(shop: str) -> None:
    result = run("options", shop, "frame=F-28", "--prices", "--json").result

    assert ["options", "conflicts", "prices"] == list(result)
    assert result["options"]["frame"] == [{"value": "F-28", "state": "chosen"}]
    assert result["prices"]["frame"] == [
        {
            "value": "F-28",
            "least": {"number": 190.5, "text": "190.50 EUR"},
            "most": {"number": 199.5, "text": "199.50 EUR"},
        }
    ]


def test_options_without_their_prices_are_told_in_json(shop: str) -> None:
    ended = run("options", shop, "--prices", "--engine", "sat", "--json")

    assert (4, None) == (ended.code, ended.result["prices"])
    assert ended.result["options"]["bell"] == [
        {"value": value, "state": "free"} for value in (None, "RING", "HORN")
    ]
    assert ended.result["reason"].startswith("only the engine `diagram` gives price ranges, and `sat` ")


# ---------------------------------------------------------------- the fast order


def test_pages_in_the_fast_order_lead_to_each_other(shop: str) -> None:
    whole = run("list", shop, "--order", "fast", "--json").result
    pages = [run("list", shop, "--order", "fast", "--limit", "4", "--json").result]
    while pages[-1]["next"]:
        more = ("--page-token", pages[-1]["next"], "--limit", "4", "--json")
        pages.append(run("list", shop, *more).result)

    assert [(0, 4, True), (4, 4, True), (8, 2, False)] == [
        (page["offset"], len(page["configurations"]), page["more"]) for page in pages
    ]
    assert whole["configurations"] == [each for page in pages for each in page["configurations"]]
    assert {10} == {page["size"] for page in (whole, *pages)}


def test_the_fast_order_holds_what_catalog_order_holds(shop: str) -> None:
    fast, written = (
        run("list", shop, "bell=none", "--order", order, "--format", "jsonl").out.splitlines()
        for order in ("fast", "catalog")
    )

    assert sorted(written) == sorted(fast)


def test_a_page_in_the_fast_order_says_where_it_stands(shop: str) -> None:
    ended = run("list", shop, "--order", "fast", "--offset", "2", "--limit", "3", "--columns", "price")
    token = run("list", shop, "--order", "fast", "--offset", "2", "--limit", "3", "--json").result["next"]

    assert ended.error == f"3 configurations from number 2 on, of 10 (--page-token {token} for the next)\n"
    assert token.endswith("-5")
    assert len(ended.out.splitlines()) == 4


def test_beyond_the_end_of_the_fast_order_there_is_nothing(shop: str) -> None:
    expected = (0, "", "none beyond the first 10\n")

    assert expected == told(run("list", shop, "--order", "fast", "--offset", str(10**30)))


def test_an_empty_fast_order_is_no(shop: str) -> None:
    ended = run("list", shop, "frame=F-20", "bell=HORN", "--order", "fast")

    assert (1, "") == (ended.code, ended.out)
    assert ended.error.startswith("no configuration keeps the choices\n")


@pytest.mark.parametrize("words", [["colour=red"], ["--only", "frame=F-20", "colour=red"], ["RULE"]])
def test_a_page_token_is_refused_for_another_question(shop: str, words: list[str]) -> None:
    token = run("list", shop, "--order", "fast", "--limit", "1", "--json").result["next"]
    catalog = (
        with_rule(shop, 'rule more: colour = red requires frame = "F-28"\n') if "RULE" in words else shop
    )
    expected = (
        "error: the page token belongs to another catalog, other choices or another order\n"
        "  = help: ask again from the beginning with `--order fast`\n"
    )

    ended = run("list", catalog, *(word for word in words if word != "RULE"), "--page-token", token)

    assert (2, "", expected) == told(ended)


@pytest.mark.parametrize("token", ["", "7", "diagram-0123456789abcdef-", "diagram-0123456789abcdef-1x"])
def test_what_is_no_page_token_is_refused(shop: str, token: str) -> None:
    expected = f"error: `{token}` is no page token\n  = help: copy it from the summary or `next` of a page\n"

    assert (2, "", expected) == told(run("list", shop, "--page-token", token))


def test_a_page_begins_at_one_place_only(shop: str) -> None:
    expected = (
        "error: `--page-token` and `--offset` both say where to begin\n  = help: leave one of them out\n"
    )

    assert (2, "", expected) == told(run("list", shop, "--page-token", "x", "--offset", "1"))


def test_where_there_is_no_fast_order_the_reason_is_told(shop: str) -> None:
    ended = run("list", shop, "--order", "fast", "--engine", "sat")
    in_json = run("list", shop, "--order", "fast", "--engine", "sat", "--json")
    reason = (
        "only the engine `diagram` gives pages in the fast order, and `sat` was asked for: "
        "leave the engine open, or ask for `diagram`"
    )

    assert told(ended) == (
        4,
        "",
        f"not decided: {reason}\nwithout `--order fast` they are listed in catalog order\n",
    )
    assert (4, reason, None) == (in_json.code, in_json.result["reason"], in_json.result["next"])


def test_the_fast_order_can_run_out_of_time() -> None:
    ended = run("list", "pc.pcat", "--order", "fast", "--timeout", "0.001ms", "--json")

    assert (4, "unknown") == (ended.code, ended.envelope["status"])
    assert ended.result["reason"] == "the time limit of 1e-06 s was reached"


def test_stock_marks_pages_in_the_fast_order(shop: str, tmp_path: Path) -> None:
    stock = tmp_path / "few.csv"
    stock.write_text("sku,on_hand\nF-20,1\nF-28,0\nRING,1\nHORN,1\n")
    ended = run("list", shop, "--order", "fast", "--stock", str(stock), "--format", "jsonl")

    lines = [json.loads(line) for line in ended.out.splitlines()]
    assert [line["buildable"] for line in lines] == [
        line["configuration"]["frame"] == "F-20" for line in lines
    ]


# ---------------------------------------------------------------- inspect


@pytest.mark.parametrize("engine", ["auto", "diagram"])
def test_inspect_says_that_nothing_is_valid(shop: str, engine: str) -> None:
    void = with_rule(shop, VOID)
    ended = run("inspect", void, "--engine", engine)

    assert "void: no configuration is valid; `configurator validate` says why\n" in ended.out
    assert run("inspect", void, "--engine", engine, "--json").result["void"] is True


def test_inspect_says_nothing_of_the_kind_where_something_is_valid(shop: str) -> None:
    assert "void" not in run("inspect", shop).out
    assert run("inspect", shop, "--json").result["void"] is False


def test_inspect_with_another_engine_says_who_compiles_and_saves_nothing(shop: str, tmp_path: Path) -> None:
    ended = run("inspect", shop, "--engine", "sat", "--save", str(tmp_path / "x.npz"))

    assert ended.code == 4
    assert ended.out.splitlines()[-2:] == [
        "note: only the engine `diagram` gives a compiled form to look into, and `sat` was asked for: "
        "leave the engine open, or ask for `diagram`",
        "nothing saved: there is no compiled form",
    ]
    assert not (tmp_path / "x.npz").exists()
