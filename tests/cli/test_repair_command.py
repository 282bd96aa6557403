"""Ways out on the command line: exact text on standard output, exit codes, forms in JSON."""

import json
import shlex
from pathlib import Path

import pytest
from command_runs import run

MINI = ("pc.pcat", "cpu=CPU-7800X", "gpu=GPU-4090", "chassis=CASE-MINI")
WAYS_OUT = """\
ways out (smallest change first)
  1  chassis = CASE-TW     -25.00 EUR
  2  chassis = CASE-T      -30.00 EUR
  3  gpu     = GPU-4060  -1580.00 EUR
"""


def test_repair_tells_the_best_ways_out() -> None:
    told = run("repair", *MINI, "-q")

    assert (0, WAYS_OUT, "") == (told.code, told.out, told.error)


def test_more_ways_out_are_announced_on_standard_error() -> None:
    assert "there are more; see `--limit`" in run("repair", *MINI).error


def test_a_limit_of_zero_tells_all_ways_out() -> None:
    told = run("repair", *MINI, "--limit", "0", "-q")

    assert (0, "") == (told.code, told.error)
    assert told.out.startswith(WAYS_OUT)
    assert len(told.out.splitlines()) > len(WAYS_OUT.splitlines())
    assert run("repair", *MINI, "--limit", "0", "--apply", "1").out.endswith("chassis=CASE-TW\n")


def test_validate_ends_with_the_same_ways_out() -> None:
    told = run("validate", *MINI)

    assert told.code == 1
    assert told.out.endswith(f"gpu = GPU-4090 and chassis = CASE-MINI\n\n{WAYS_OUT}")


def test_a_way_out_of_several_places_has_a_line_for_each() -> None:
    choices = ("colour=yellow", "front_wheel=W14", "rear_wheel=W14")
    told = run("repair", "kids_bike.pcat", *choices, "--lock", "colour")
    expected = """\
ways out (smallest change first)
  1  front_wheel = W18
     rear_wheel  = W18
  2  front_wheel = W20
     rear_wheel  = W20
"""

    assert (0, expected) == (told.code, told.out)


def test_a_dearer_way_out_has_a_sign() -> None:
    told = run("repair", "pc.pcat", "cpu=CPU-7800X", "board=MB-B760-ATX", "--lock", "cpu", "-q")
    expected = """\
ways out (smallest change first)
  1  board = MB-B650-ATX  +30.00 EUR
  2  board = MB-B650-ITX  +60.00 EUR
"""

    assert expected == told.out


def test_locks_that_clash_are_told_as_validate_tells_them() -> None:
    told = run("repair", *MINI, "--lock", "chassis", "--lock", "gpu")

    assert told.code == 1
    assert told.out.startswith("not possible: 3 choices, 2 rules\n\n  gpu-length ")
    assert "no change of what is not locked helps" in told.error


def test_weights_put_other_places_first() -> None:
    told = run("repair", *MINI, "--weight", "chassis=2", "--limit", "1", "-q")

    assert "ways out (smallest change first)\n  1  gpu = GPU-4060  -1580.00 EUR\n" == told.out


@pytest.mark.parametrize("word", ["chassis", "chassis=", "chassis=0", "chassis=-1", "chassis=two", "=2"])
def test_a_weight_that_is_none_is_a_mistake_in_the_command(word: str) -> None:
    told = run("repair", *MINI, "--weight", word)

    assert told.code == 2
    assert f"`{word}` is no weight; write `psu=3`, a whole number of at least 1" in told.error


def test_a_lock_on_what_is_no_place_is_a_mistake_in_the_command() -> None:
    told = run("repair", *MINI, "--lock", "chasis")

    assert told.code == 2
    assert "`chasis` is neither a slot nor an option" in told.error
    assert "did you mean `chassis`?" in told.error


def test_nothing_to_repair_is_a_yes() -> None:
    told = run("repair", "pc.pcat", "cpu=CPU-7800X", "-q")

    assert (0, "nothing to repair: the choices are possible\n") == (told.code, told.out)


def test_a_way_out_applied_is_a_line_of_words_that_validate_takes() -> None:
    applied = run("repair", *MINI, "storage+=SSD-2T", "memory=RAM-D5-16", "--apply", "3", "-q")
    words = shlex.split(applied.out)

    assert ["cpu=CPU-7800X", "memory=RAM-D5-16", "storage+=SSD-2T"] == words[:3]
    assert 0 == run("validate", "pc.pcat", *words).code


def test_a_way_out_applied_as_json_can_be_given_back(tmp_path: Path) -> None:
    applied = run("repair", *MINI, "--apply", "2", "--json").result
    file = tmp_path / "repaired.json"
    file.write_text(json.dumps(applied["choices"]))

    assert applied["repairs"][1]["choices"] == applied["choices"]
    assert 0 == run("validate", "pc.pcat", "-f", str(file)).code


def test_applying_where_nothing_is_to_repair_gives_the_choices() -> None:
    told = run("repair", "pc.pcat", "memory=2xRAM-D5-16", "gpu=none", "cpu=CPU-7600", "--apply", "1", "-q")

    assert (0, "cpu=CPU-7600 memory=2xRAM-D5-16 gpu=none\n") == (told.code, told.out)


def test_a_way_out_that_does_not_exist_cannot_be_applied() -> None:
    told = run(
        "repair", "kids_bike.pcat", "colour=yellow", "rear_wheel=W14", "--lock", "colour", "--apply", "9"
    )

    assert told.code == 2
    assert "there is no way out 9" in told.error
    assert "there are 2 ways out in all" in told.error


def test_json_holds_every_change_with_its_money() -> None:
    result = run("repair", *MINI, "--limit", "1", "--json").result

    assert {
        "repairs": [
            {
                "changes": [
                    {"place": "chassis", "before": "CASE-MINI", "after": "CASE-TW", "at_least": False}
                ],
                "weight": 1,
                "delta": {"number": -25, "text": "-25.00 EUR"},
                "keys": [],
                "choices": {
                    "cpu": "CPU-7800X",
                    "gpu": "GPU-4090",
                    "chassis": "CASE-TW",
                },
            }
        ],
        "more": True,
        "conflicts": [],
        "choices": None,
    } == result


def test_json_of_validate_holds_repairs_of_what_is_invalid_alone() -> None:
    invalid, incomplete = run("validate", *MINI, "--json").result, run("validate", "pc.pcat", "--json").result

    assert ["CASE-TW", "CASE-T", "GPU-4060"] == [
        change["after"] for repair in invalid["repairs"] for change in repair["changes"]
    ]
    assert [] == incomplete["repairs"]


def test_json_tells_what_locks_leave_no_way_out() -> None:
    told = run("repair", *MINI, "--lock", "chassis", "--lock", "gpu", "--json")

    assert (1, "no") == (told.code, told.envelope["status"])
    assert [] == told.result["repairs"]
    assert [["gpu-length"], ["cooler-clearance"]] == [each["rules"] for each in told.result["conflicts"]]
