"""The questions as people ask them: exact text on standard output, exit codes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from command_runs import run

NOT_POSSIBLE = """\
not possible: 3 choices, 2 rules

  gpu-length        RTX 4090 is 336 mm long; Cube 15 takes up to 300 mm.  pc.pcat:101
                    gpu = GPU-4090 and chassis = CASE-MINI
  cooler-clearance  Not enough air flow in the Cube 15. (rows 1 and 2)    pc.pcat:133
                    gpu = GPU-4090 and chassis = CASE-MINI
"""
WAYS_OUT = """
ways out (smallest change first)
  1  chassis = CASE-TW     -25.00 EUR
  2  chassis = CASE-T      -30.00 EUR
  3  gpu     = GPU-4060  -1580.00 EUR
"""
BOX = """\
catalog box "Box" version "1" currency EUR
unit cm
option width : number 10..12 step 0.5 in cm
option extras : some 0..2 of { lid, lock }
family pad choose optional {
  | sku |
  |-----|
  | P-1 |
}
rule narrow:
  require width != 11 cm
rule locked:
  require lid in extras
rule bare:
  lock in extras requires pad is absent
default pad = "P-1"
"""
CLASH = ("pc.pcat", "cpu=CPU-7800X", "gpu=GPU-4090", "chassis=CASE-MINI")


# ---------------------------------------------------------------- count


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("kids_bike.pcat",), "14 configurations (10.9 % of 128 combinations), exact, 0.02 s\n"),
        (("kids_bike.pcat", "colour=yellow"), "2 configurations (6.2 % of 32 combinations), exact, 0.02 s\n"),
        (("tshirt.pcat",), "68 configurations (68.0 % of 100 combinations), exact, 0.02 s\n"),
        (
            ("pc.pcat", "--as-of", "2026-11-22"),
            "50,240 configurations (8.0 % of 626,688 combinations), exact, 0.02 s\n",
        ),
    ],
)
def test_count_says_how_many_of_how_many(words: tuple[str, ...], expected: str) -> None:
    counted = run("count", *words)

    assert (0, expected) == (counted.code, counted.out)


def test_count_of_nothing_is_no() -> None:
    counted = run("count", "kids_bike.pcat", "colour=yellow", "front_wheel=W14", "-q")

    assert (1, "0 configurations (0.0 % of 8 combinations), exact, 0.02 s\n", "") == (
        counted.code,
        counted.out,
        counted.error,
    )


def test_questions_tell_warnings_as_one_line_on_standard_error() -> None:
    counted = run("count", "bicycle.pcat")

    assert counted.error == "1 warning; see `configurator check bicycle.pcat`\n"


def test_verbose_questions_tell_every_warning_and_what_was_asked() -> None:
    counted = run("count", "bicycle.pcat", "-v")

    assert "warning[W0630]: the price of bundle `winter` changes nothing" in counted.error
    assert counted.error.endswith("as of 2026-11-22, engine auto, 20.0 ms\n")


def test_both_engines_can_be_asked() -> None:
    counted = run("count", "tshirt.pcat", "--engine", "exhaustive")

    assert counted.out == "68 configurations (68.0 % of 100 combinations), exact, 0.02 s\n"


# ---------------------------------------------------------------- list


def test_list_is_a_table_in_catalog_order() -> None:
    listed = run("list", "kids_bike.pcat", "support=yes", "front_wheel=W14", "-q")

    assert (0, "") == (listed.code, listed.error)
    assert listed.out == (
        "colour  support  front_wheel  rear_wheel\n"
        "red     yes      W14          W14\n"
        "green   yes      W14          W14\n"
        "blue    yes      W14          W14\n"
    )


def test_columns_choose_what_is_shown_in_which_order() -> None:
    words = ("pc.pcat", "cpu=CPU-7600", "gpu=none", "--columns", "price,memory,storage", "--limit", "2")
    listed = run("list", *words, "--as-of", "2026-11-22", "-q")

    assert listed.out == (
        "price       memory       storage\n680.80 EUR  1xRAM-D5-16  SSD-1T\n715.80 EUR  1xRAM-D5-16  SSD-1T\n"
    )


def test_a_list_that_is_cut_says_so() -> None:
    listed = run("list", "tshirt.pcat", "--limit", "2", "--format", "csv")

    assert listed.out == "colour,size,theme\nred,S,plain\nred,S,t2\n"
    assert "2 configurations, and there are more (--offset 2 for the next" in listed.error


def test_offset_goes_on_where_the_page_before_ended() -> None:
    whole = run("list", "tshirt.pcat", "--format", "jsonl").out.splitlines()
    pages = [
        run("list", "tshirt.pcat", "--format", "jsonl", "--offset", str(at), "--limit", "20").out
        for at in (0, 20, 40, 60)
    ]

    assert len(whole) == 68
    assert whole == "".join(pages).splitlines()


def test_limit_0_lists_all() -> None:
    listed = run("list", "tshirt.pcat", "--limit", "0", "-q")

    assert len(listed.out.splitlines()) == 69


def test_the_last_page_says_that_there_is_no_more() -> None:
    listed = run("list", "tshirt.pcat", "--json", "--offset", "66", "--limit", "2")

    assert (2, False) == (len(listed.result["configurations"]), listed.result["more"])


def test_a_cut_list_in_json_says_more() -> None:
    listed = run("list", "tshirt.pcat", "--json", "--limit", "1")

    assert listed.result == {
        "configurations": [{"colour": "red", "size": "S", "theme": "plain"}],
        "more": True,
    }


def test_json_lines_are_canonical_configurations() -> None:
    listed = run("list", "pc.pcat", "--format", "jsonl", "--limit", "1", "--as-of", "2026-11-22")

    assert json.loads(listed.out) == {
        "services.warranty": "WAR-2",
        "board": "MB-B650-ATX",
        "cpu": "CPU-7600",
        "memory": {"component": "RAM-D5-16", "quantity": 1},
        "storage": [{"component": "SSD-1T", "quantity": 1}],
        "gpu": None,
        "chassis": "CASE-T",
        "psu": "PSU-450",
    }


def test_an_empty_list_is_no() -> None:
    listed = run("list", "kids_bike.pcat", "colour=yellow", "front_wheel=W14")

    assert (1, "") == (listed.code, listed.out)
    assert "no configuration keeps the choices\n" in listed.error


def test_stock_marks_what_can_be_built_and_names_what_is_short(stock_file: str) -> None:
    listed = run("list", "kids_bike.pcat", "colour=red", "--stock", stock_file, "-q")

    assert listed.out == (
        "colour  support  front_wheel  rear_wheel  stock\n"
        "red     no       W18          W18         buildable\n"
        "red     no       W20          W20         W20 short by 1 (wanted 2, free 1)\n"
        "red     yes      W14          W14         W14 unknown to stock (wanted 2)\n"
        "red     yes      W16          W16         W16 unknown to stock (wanted 2)\n"
    )


def test_json_lines_with_stock_carry_shortages(stock_file: str) -> None:
    words = ("colour=red", "front_wheel=W20", "--stock", stock_file, "--format", "jsonl")
    listed = run("list", "kids_bike.pcat", *words)

    assert json.loads(listed.out) == {
        "configuration": {"colour": "red", "support": False, "front_wheel": "W20", "rear_wheel": "W20"},
        "buildable": False,
        "shortages": [
            {"component": "W20", "wanted": 2, "free": 1, "known": True, "location": None, "needed": None}
        ],
    }


def test_json_with_stock_has_a_parallel_array(stock_file: str) -> None:
    listed = run("list", "kids_bike.pcat", "colour=yellow", "--stock", stock_file, "--json")

    assert [True, False] == [each["buildable"] for each in listed.result["availability"]]


def test_csv_with_stock_has_two_more_columns(stock_file: str) -> None:
    listed = run("list", "kids_bike.pcat", "colour=yellow", "--stock", stock_file, "--format", "csv")

    assert listed.out == (
        "colour,support,front_wheel,rear_wheel,buildable,shortages\n"
        "yellow,no,W18,W18,yes,\n"
        'yellow,no,W20,W20,no,"W20 short by 1 (wanted 2, free 1)"\n'
    )


# ---------------------------------------------------------------- validate


def test_validate_names_rules_places_and_choices() -> None:
    judged = run("validate", *CLASH, "--as-of", "2026-11-22", "-q")

    assert (1, NOT_POSSIBLE + WAYS_OUT, "") == (judged.code, judged.out, judged.error)


def test_validate_of_some_choices_says_what_is_open() -> None:
    judged = run("validate", "kids_bike.pcat", "colour=red")

    assert (0, "incomplete, but possible: 3 places still open: support, front_wheel, rear_wheel\n") == (
        judged.code,
        judged.out,
    )


def test_validate_of_all_choices_says_valid() -> None:
    judged = run(
        "validate", "kids_bike.pcat", "colour=red", "support=no", "front_wheel=W18", "rear_wheel=W18"
    )

    assert (0, "valid\n") == (judged.code, judged.out)


def test_only_leaves_nothing_open() -> None:
    judged = run(
        "validate", "pc.pcat", "board=MB-B650-ATX", "cpu=CPU-7600", "memory=2xRAM-D5-16", "storage=SSD-1T",
        "chassis=CASE-T", "psu=PSU-450", "services.warranty=WAR-2", "--only", "-q",
    )  # fmt: skip

    assert (0, "valid: 735.70 EUR\n") == (judged.code, judged.out)


def test_only_refuses_to_leave_a_mandatory_slot_empty() -> None:
    judged = run("validate", "kids_bike.pcat", "colour=red", "support=no", "front_wheel=W18", "--only", "-q")

    assert (2, "error: `rear_wheel` cannot be left empty\n") == (judged.code, judged.error)


def test_what_is_not_in_force_is_named_with_its_day() -> None:
    judged = run("validate", "pc.pcat", "board=MB-X870-ATX", "--as-of", "2026-11-22", "-q")

    assert judged.code == 1
    assert judged.out.startswith(
        "not possible: 1 choice, 1 component not in force\n\n"
        "  not in force  X870 Carbon (MB-X870-ATX) can be chosen from 2027-01-15, not on 2026-11-22"
    )


def test_as_of_moves_the_day() -> None:
    judged = run("validate", "pc.pcat", "board=MB-X870-ATX", "--as-of", "2027-01-15")

    assert judged.code == 0


def test_choices_come_from_a_file_and_words_stand_above_it(tmp_path: Path) -> None:
    file = tmp_path / "choices.json"
    file.write_text('{"colour": "yellow", "front_wheel": "W14"}')

    assert run("validate", "kids_bike.pcat", "-f", str(file)).code == 1
    assert run("validate", "kids_bike.pcat", "-f", str(file), "front_wheel=W18").code == 0


def test_choices_come_from_standard_input() -> None:
    judged = run("validate", "kids_bike.pcat", "-", given='{"colour": "yellow", "front_wheel": "W14"}')

    assert judged.code == 1


def test_plus_equals_asks_for_at_least_that() -> None:
    counted = [
        run("count", "pc.pcat", word, "--as-of", "2026-11-22", "--json").result["count"]
        for word in ("storage=HDD-8T,SSD-1T", "storage+=HDD-8T,SSD-1T", "storage+=HDD-8T")
    ]

    assert sorted(counted) == counted
    assert 0 < counted[0] < counted[1] < counted[2]


def test_plus_equals_may_be_repeated() -> None:
    one, two = (
        run("count", "pc.pcat", *words, "--as-of", "2026-11-22", "--json").result["count"]
        for words in (("storage+=HDD-8T,SSD-1T",), ("storage+=HDD-8T", "storage+=SSD-1T"))
    )

    assert one == two


# ---------------------------------------------------------------- options


def test_options_tell_every_place() -> None:
    offered = run("options", "pc.pcat", "cpu=CPU-7600", "--as-of", "2026-11-22", "-q")

    assert (0, "") == (offered.code, offered.error)
    assert offered.out == (
        "services.warranty  WAR-2, WAR-5  (default WAR-2)\n"
        "board              MB-B650-ATX, MB-B650-ITX\n"
        "cpu                CPU-7600  (chosen)\n"
        "memory             1..4xRAM-D5-16, 1..4xRAM-D5-32  (default RAM-D5-16)\n"
        "storage            1..4 of: up to 3xSSD-1T, up to 3xSSD-2T, up to 4xHDD-8T\n"
        "gpu                none, GPU-4060, GPU-4070, GPU-4090\n"
        "chassis            CASE-T, CASE-TW, CASE-MINI\n"
        "psu                PSU-450, PSU-650, PSU-850, PSU-1200  (default PSU-650)\n"
    )


def test_options_tell_why_nothing_is_left_where_a_component_is_not_in_force(tmp_path: Path) -> None:
    (tmp_path / "a.pcat").write_text(
        "catalog a\nfamily bags choose 0..2 mixed {\n"
        '  component "B1" {}\n  component "B3" effective until 2025-01-01 {}\n}\n'
    )
    told = run("options", str(tmp_path / "a.pcat"), "bags=B3", "--engine", "diagram")

    assert 1 == told.code
    assert told.out.startswith("not possible: 1 choice")
    assert "up to" not in told.out


def test_options_in_json_have_a_form_for_each_kind_of_place() -> None:
    offered = run("options", "pc.pcat", "cpu=CPU-7600", "--as-of", "2026-11-22", "--json").result["options"]

    assert offered["cpu"] == [{"value": "CPU-7600", "state": "chosen"}]
    assert offered["gpu"][0] == {"value": None, "state": "free"}
    assert offered["memory"] == {
        "components": [
            {"component": "RAM-D5-16", "lowest": 1, "highest": 4, "state": "default"},
            {"component": "RAM-D5-32", "lowest": 1, "highest": 4, "state": "free"},
        ],
        "absent": False,
    }
    assert offered["storage"] == {
        "components": [
            {"component": "SSD-1T", "highest": 3},
            {"component": "SSD-2T", "highest": 3},
            {"component": "HDD-8T", "highest": 4},
        ],
        "fewest": 1,
        "most": 4,
    }


def test_options_of_numbers_and_sets_have_their_own_forms(tmp_path: Path) -> None:
    catalog = tmp_path / "box.pcat"
    catalog.write_text(BOX)
    offered = run("options", str(catalog), "--json")

    assert offered.result["options"] == {
        "pad": [{"value": None, "state": "free"}, {"value": "P-1", "state": "default"}],
        "width": {"intervals": [[10, 10.5], [11.5, 12]]},
        "extras": {"elements": [{"element": "lid", "state": "must"}, {"element": "lock", "state": "can"}]},
    }


def test_options_of_impossible_choices_tell_the_conflict() -> None:
    offered = run("options", *CLASH, "--as-of", "2026-11-22", "-q")

    assert (1, NOT_POSSIBLE) == (offered.code, offered.out)


# ---------------------------------------------------------------- complete


def test_complete_tells_who_chose_what() -> None:
    completed = run("complete", "pc.pcat", "cpu=CPU-7600", "--as-of", "2026-11-22", "-q")

    assert (0, "") == (completed.code, completed.error)
    assert completed.out == (
        "default       services.warranty  WAR-2\n"
        "chosen by us  board              MB-B650-ATX\n"
        "you chose     cpu                CPU-7600\n"
        "default       memory             2xRAM-D5-16\n"
        "chosen by us  storage            SSD-1T\n"
        "chosen by us  gpu                none\n"
        "chosen by us  chassis            CASE-T\n"
        "default       psu                PSU-650\n"
        "              price              770.70 EUR\n"
        "              power_draw         124 W\n"
        "              ram_total          32 GB\n"
        "wish kept: quiet (Gold and platinum supplies are quieter)\n"
        "minimise price: 770.70 EUR\n"
    )


def test_complete_minds_what_the_call_asks_for_before_the_wishes_of_the_catalog() -> None:
    completed = run(
        "complete", "pc.pcat", "cpu=CPU-7600", "--minimise", "price", "--as-of", "2026-11-22", "-q"
    )

    assert (0, "") == (completed.code, completed.error)
    assert completed.out.splitlines()[8:] == [
        "              price              680.80 EUR",
        "              power_draw         120 W",
        "              ram_total          16 GB",
        "minimise price: 680.80 EUR",
        'default not kept: memory = 2 x "RAM-D5-16"  pc.pcat:142',
        "  it does not go with `minimise price` (680.80 EUR)",
        'default not kept: psu = "PSU-650" when gpu is absent  pc.pcat:143',
        "  it does not go with `minimise price` (680.80 EUR)",
        "wish not kept: quiet (Gold and platinum supplies are quieter)  pc.pcat:144",
        "  it does not go with `minimise price` (680.80 EUR)",
    ]


def test_complete_tells_what_came_with_a_bundle() -> None:
    completed = run("complete", "pc.pcat", "--bundle", "gamer", "--as-of", "2026-11-22", "-q")

    assert (0, "") == (completed.code, completed.error)
    assert [line for line in completed.out.splitlines() if line.startswith("bundle")] == [
        "bundle        memory             2xRAM-D5-32",
        "bundle        gpu                GPU-4070",
        "bundle        psu                PSU-850",
    ]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            ("validate", "pc.pcat", "gpu=GPU-4060", "--bundle", "gamer"),
            "not possible: 1 choice, 1 bundle\n"
            "\n"
            "  choices  `gpu = GPU-4060` and `gpu = GPU-4070 (bundle gamer)` cannot hold together\n"
            "           gpu = GPU-4060 and gpu = GPU-4070 (bundle gamer)\n"
            "\n"
            "ways out (smallest change first)\n"
            "  1  gpu = GPU-4070  +310.00 EUR\n",
        ),
        (
            ("count", "pc.pcat", "--bundle", "gamer"),
            "578 configurations (17.7 % of 3,264 combinations), exact, 0.02 s\n",
        ),
        (
            ("explain", "pc.pcat", "--bundle", "gamer", "--why", "gpu=GPU-4070"),
            "gpu = GPU-4070 was chosen: `gpu = GPU-4070 (bundle gamer)`\n",
        ),
        (
            ("explain", "pc.pcat", "--bundle", "gamer", "--why-not", "gpu=GPU-4060"),
            "gpu = GPU-4060 is impossible because\n"
            "  suppose gpu = GPU-4060\n"
            "    gpu = GPU-4070 (bundle gamer) and gpu = GPU-4060  ->  nothing is left\n"
            "drop `bundle gamer` and it is possible again\n",
        ),
    ],
)
def test_every_question_minds_bundles(words: tuple[str, ...], expected: str) -> None:
    assert expected == run(*words, "--as-of", "2026-11-22", "-q").out


@pytest.mark.parametrize("command", ["validate", "options", "complete", "count", "list", "repair", "explain"])
def test_an_expired_bundle_is_told_with_its_days(command: str) -> None:
    told = run(command, "pc.pcat", "--bundle", "gamer", "--as-of", "2027-01-01", "-q")

    assert told.code == 1
    if command not in {"count", "list"}:
        assert (
            "  not in force  Gamer bundle (bundle gamer) can be applied until 2026-12-31, not on 2027-01-01"
            in told.out
        )


def test_an_unknown_bundle_is_a_mistake_of_whoever_asks() -> None:
    told = run("validate", "pc.pcat", "--bundle", "gamr")

    assert (2, "error: there is no bundle `gamr`\n  = help: did you mean `gamer`?\n") == (
        told.code,
        told.error,
    )


def test_complete_tells_defaults_that_do_not_go_with_the_choices(tmp_path: Path) -> None:
    (tmp_path / "box.pcat").write_text(BOX)
    completed = run("complete", str(tmp_path / "box.pcat"), "extras=lid,lock", "-q")

    assert (0, "") == (completed.code, completed.error)
    assert completed.out == (
        "chosen by us  width   10\n"
        "you chose     extras  lid,lock\n"
        "chosen by us  pad     none\n"
        f'default not kept: pad = "P-1"  {tmp_path}/box.pcat:16\n'
        "  it does not go with bare (lock in extras requires pad is absent) and `extras = lid, lock`\n"
    )


def test_complete_of_impossible_choices_tells_the_conflict() -> None:
    completed = run("complete", *CLASH, "--as-of", "2026-11-22", "-q")

    assert (1, NOT_POSSIBLE) == (completed.code, completed.out)


def test_what_complete_gives_validate_takes() -> None:
    completed = run("complete", "pc.pcat", "--as-of", "2026-11-22", "--json").result["configuration"]
    judged = run("validate", "pc.pcat", "-", "--as-of", "2026-11-22", given=json.dumps(completed))

    assert (0, "valid: 770.70 EUR\n") == (judged.code, judged.out)


# ---------------------------------------------------------------- limits, colours


def test_a_question_that_runs_out_of_time_is_unknown() -> None:
    counted = run("count", "pc.pcat", "--timeout", "0.001ms", "-q")

    assert (4, "not decided: the time limit of 1e-06 s was reached\n") == (counted.code, counted.out)


@pytest.mark.parametrize("command", ["validate", "options", "cheapest", "complete"])
def test_every_question_can_run_out_of_time(command: str) -> None:
    asked = run(command, "pc.pcat", "--timeout", "0.001ms", "--json")

    assert (4, "unknown") == (asked.code, asked.envelope["status"])


def test_a_list_that_runs_out_of_time_says_so_even_when_quiet() -> None:
    listed = run("list", "pc.pcat", "--timeout", "0.001ms", "-q")

    assert (4, "") == (listed.code, listed.out)
    assert listed.error == (
        "not decided: the time limit of 1e-06 s was reached after 0 configurations; there may be more\n"
    )


def test_colours_come_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = run("validate", "kids_bike.pcat").out

    assert "\x1b[" not in plain
    assert "\x1b[1;32m" in run("validate", "kids_bike.pcat", "--color").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[1;32m" in run("validate", "kids_bike.pcat").out
    assert "\x1b[" not in run("validate", "kids_bike.pcat", "--no-color").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in run("validate", "kids_bike.pcat").out


def test_text_from_a_catalog_cannot_write_on_the_screen(tmp_path: Path) -> None:
    catalog = tmp_path / "evil.pcat"
    catalog.write_text(
        'catalog evil "E" version "1" currency EUR\n'
        "option a : one of { x, y }\n"
        'rule r:\n  forbid a = x\n  because "\N{RIGHT-TO-LEFT OVERRIDE}gone"\n'
    )
    judged = run("validate", str(catalog), "a=x")

    assert judged.code == 1
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in judged.out
    assert "\N{REPLACEMENT CHARACTER}gone" in judged.out


def test_a_count_of_thousands_of_digits_is_told_in_full(tmp_path: Path) -> None:
    catalog = tmp_path / "wide.pcat"
    catalog.write_text("catalog wide\n" + "".join(f"option o{at} : yesno\n" for at in range(2_200)), "utf-8")
    shortest = {**os.environ, "PYTHONINTMAXSTRDIGITS": str(sys.int_info.str_digits_check_threshold)}
    command = [sys.executable, "-m", "configurator", "count", str(catalog), "-q"]

    done = subprocess.run(command, check=True, capture_output=True, text=True, env=shortest)

    assert done.stdout.startswith(f"{2**2_200:,} configurations")
