"""`configurator explain`, word by word."""

from pathlib import Path

import pytest
from command_runs import run

DAY = ("--as-of", "2026-11-22", "-q")


def test_conflicts_are_told_rule_by_rule_with_the_choices_beneath() -> None:
    told = run("explain", "pc.pcat", "cpu=CPU-14400", "chassis=CASE-MINI", "gpu=GPU-4090", *DAY)

    assert 1 == told.code
    assert told.out == (
        "not possible: 3 choices, 4 rules\n\n"
        "  cooler-clearance  Not enough air flow in the Cube 15. (row 2)           pc.pcat:133\n"
        "                    gpu = GPU-4090 and chassis = CASE-MINI\n"
        "  gpu-length        RTX 4090 is 336 mm long; Cube 15 takes up to 300 mm.  pc.pcat:101\n"
        "                    gpu = GPU-4090 and chassis = CASE-MINI\n"
        "  cpu-socket        Processor fits mainboard                              pc.pcat:85\n"
        "  board-form        require board.form in chassis.fits                    pc.pcat:97\n"
        "                    these leave nothing with cpu = CPU-14400 and chassis = CASE-MINI\n"
    )


def test_a_limit_says_that_there_are_more_conflicts() -> None:
    words = ("cpu=CPU-14400", "chassis=CASE-MINI", "gpu=GPU-4090")
    told = run("explain", "pc.pcat", *words, "--limit", "1", "--as-of", "2026-11-22")

    assert "not possible: 3 choices, 1 rule" in told.out
    assert "1 conflict told, and there are more\n" in told.error


def test_what_matters_most_decides_which_conflict_is_first() -> None:
    words = ("cpu=CPU-14400", "chassis=CASE-MINI", "gpu=GPU-4090", "--limit", "1", *DAY)
    told = run("explain", "pc.pcat", *words, "--importance", "cpu, chassis", "--json")

    assert [["cpu-socket", "board-form"]] == [conflict["rules"] for conflict in told.result["conflicts"]]
    assert told.result["complete"] is False


def test_choices_without_a_conflict_are_possible() -> None:
    told = run("explain", "pc.pcat", "cpu=CPU-14400", *DAY)

    assert (0, "possible: nothing speaks against the choices\n") == (told.code, told.out)


def test_why_not_tells_a_chain_and_a_way_back() -> None:
    told = run("explain", "pc.pcat", "cpu=CPU-14400", "--why-not", "gpu=none", *DAY)

    assert 0 == told.code
    assert told.out == (
        "gpu = none is impossible because\n"
        "  needs-picture  Core i5-14400F has no graphics of its own  pc.pcat:106\n"
        "    cpu = CPU-14400  ->  cpu.igpu = no  ->  gpu must be chosen\n"
        "drop `cpu = CPU-14400` and it is possible again (3 other values)\n"
    )


def test_why_not_tells_what_has_to_be_supposed() -> None:
    told = run("explain", "pc.pcat", "board=MB-H610-MATX", "--why-not", "storage=SSD-1T,SSD-2T", *DAY)

    assert told.out == (
        "storage = 1 x SSD-1T, 1 x SSD-2T is impossible because\n"
        "  suppose storage = 1 x SSD-1T, 1 x SSD-2T\n"
        "  m2_slots  H610M (end of line) has 1 M.2 slots  pc.pcat:120\n"
        "    board = MB-H610-MATX and storage = 1 x SSD-1T, 1 x SSD-2T  ->  board.m2_slots = 1  ->  "
        "nothing is left\n"
        "drop `board = MB-H610-MATX` and it is possible again (3 other values)\n"
    )


@pytest.mark.parametrize(
    ("words", "out"),
    [
        (
            ("gpu=GPU-4060", "--why-not", "gpu=GPU-4070"),
            "gpu = GPU-4070 is possible: +310.00 EUR\nit takes the place of `gpu = GPU-4060`\n",
        ),
        (("cpu=CPU-7600", "--why", "cpu=CPU-7600"), "cpu = CPU-7600 was chosen\n"),
        (
            ("--why", "memory=2xRAM-D5-16"),
            "memory = 2 x RAM-D5-16 is the default; nothing forces it pc.pcat:142\n",
        ),
        (
            ("--why", "chassis=CASE-T"),
            "chassis = CASE-T is not forced; possible also: CASE-TW, CASE-MINI\n",
        ),
        (
            ("chassis=CASE-MINI", "--why", "board=MB-B650-ITX"),
            "board = MB-B650-ITX is forced because\n"
            "  board-form  require board.form in chassis.fits  pc.pcat:97\n"
            "    chassis = CASE-MINI  ->  chassis.fits = {ITX}  ->  board = MB-B650-ITX\n",
        ),
        (
            ("--why-not", "board=MB-X870-ATX"),
            "board = MB-X870-ATX is impossible because\n"
            "  not in force  X870 Carbon (MB-X870-ATX) can be chosen from 2027-01-15, not on 2026-11-22  "
            "pc.pcat:21\n",
        ),
    ],
)
def test_other_answers_are_told_in_a_line_or_two(words: tuple[str, ...], out: str) -> None:
    assert (0, out) == ((told := run("explain", "pc.pcat", *words, *DAY)).code, told.out)


VOID = """catalog void
family a choose one { component "A1" {} component "A2" {} }
option o : one of { x, y }
rule r2: require a = "A2"
rule r3: require o = x
rule r4: require o = y
"""


def test_where_nothing_is_valid_that_is_said_first(tmp_path: Path) -> None:
    file = tmp_path / "void.pcat"
    file.write_text(VOID, encoding="utf-8")
    told = run("explain", str(file), "--why-not", "a=A1", *DAY)

    assert told.out.replace(str(file), "void.pcat") == (
        "nothing at all is valid in this catalog, whatever is chosen:\n"
        "  r3  require o = x  void.pcat:5\n"
        "  r4  require o = y  void.pcat:6\n"
        "      these cannot hold together\n"
        "a = A1 is impossible because\n"
        '  r2  require a = "A2"  void.pcat:4\n'
        "    a = A2\n"
    )


def test_where_a_place_can_never_be_filled_that_is_said_once(tmp_path: Path) -> None:
    file = tmp_path / "void.pcat"
    file.write_text(
        "catalog v\nfamily a choose one { | sku | valid_until |\n | A | 2025-01-01 |\n}\noption o : yesno\n"
    )
    told = run("explain", str(file), "--why-not", "o=yes", *DAY)

    assert told.out.replace(str(file), "void.pcat") == (
        "nothing at all is valid in this catalog, whatever is chosen:\n"
        "  choices  nothing can be chosen for a on 2026-11-22  void.pcat:2\n"
        "o = yes is impossible too\n"
    )


def test_a_price_is_told_place_by_place() -> None:
    told = run("explain", "pc.pcat", "cpu=CPU-7800X", "chassis=CASE-MINI", "--why-price", *DAY)

    assert told.out == (
        "board    MB-B650-ITX  219.00 EUR  forced    not MB-H610-MATX (79.00 EUR): board-form, chassis\n"
        "cpu      CPU-7800X    389.00 EUR  chosen    not CPU-14400 (179.00 EUR): "
        "cpu-socket, board-form, chassis\n"
        "memory   1xRAM-D5-16   54.90 EUR  cheapest  not 1xRAM-D4-16 (39.90 EUR): "
        "ram-type, board-form, chassis\n"
        "storage  SSD-1T        74.90 EUR  cheapest\n"
        "chassis  CASE-MINI    139.00 EUR  chosen    not CASE-T (109.00 EUR): -60.00 EUR in all\n"
        "psu      PSU-450       54.00 EUR  cheapest\n"
        "total                 930.80 EUR\n"
    )


def test_there_is_no_price_to_explain_where_nothing_is_possible() -> None:
    told = run("explain", "pc.pcat", "board=MB-X870-ATX", "--why-price", *DAY)

    assert (1, "nothing keeps the choices\n") == (told.code, told.out)


def test_a_code_is_explained_by_its_page() -> None:
    told = run("explain", "e0301")

    assert 0 == told.code
    assert told.out.startswith("### E0301: an unknown name\n\n")
    assert ["code", "title", "explanation", "wrong", "right"] == list(
        run("explain", "E0301", "--json").result
    )


def test_a_code_of_an_earlier_version_is_said_to_be_given_up() -> None:
    told = run("explain", "W0601")

    assert 0 == told.code
    assert told.out.startswith("W0601 is given up. Earlier versions gave it for bundles")
    assert {"code": "W0601", "given_up": told.out.strip().removeprefix("W0601 is given up. ")} == run(
        "explain", "W0601", "--json"
    ).result


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("E9301",), "there is no code `E9301`"),
        (("E0301", "cpu=X"), "`E0301` is a code: it takes no choices and no questions"),
        (("pc.pcat", "--why", "cpu=CPU-7600", "--why-price"), "`--why` and `--why-price` are two questions"),
        (("pc.pcat", "--why", "cpu"), "`cpu` is no choice"),
        (("pc.pcat", "--why-not", "cpu=CPU-1"), "unknown component `CPU-1` in family `cpu`"),
        (("pc.pcat", "--importance", "cup"), "`cup` is neither a slot nor an option"),
    ],
)
def test_mistakes_in_the_question_are_told(words: tuple[str, ...], message: str) -> None:
    told = run("explain", *words, "-q")

    assert 2 == told.code
    assert f"error: {message}\n" in told.error


@pytest.mark.parametrize(
    ("words", "answer", "keys"),
    [
        (
            ("--why-not", "gpu=none"),
            "excluded",
            ["answer", "value", "derivation", "conflict", "retreats", "nothing_valid"],
        ),
        (("--why-not", "gpu=GPU-4060"), "possible", ["answer", "value", "price_delta", "instead"]),
        (("--why", "cpu=CPU-14400"), "chosen", ["answer", "value", "choice"]),
        (("--why", "gpu=GPU-4060"), "not_forced", ["answer", "value", "others"]),
        (("--why", "psu=PSU-650", "--timeout", "0.001ms"), "unknown", ["answer", "reason"]),
    ],
)
def test_reasons_have_their_documented_keys(words: tuple[str, ...], answer: str, keys: list[str]) -> None:
    result = run("explain", "pc.pcat", "cpu=CPU-14400", *words, *DAY, "--json").result

    assert (answer, keys) == (result.get("answer"), list(result))


def test_steps_are_told_in_json_piece_by_piece() -> None:
    result = run("explain", "pc.pcat", "cpu=CPU-14400", "--why-not", "gpu=none", *DAY, "--json").result
    (step,) = result["derivation"]["steps"]

    assert {
        "text": "cpu = CPU-14400  ->  cpu.igpu = no  ->  gpu must be chosen",
        "premises": ["cpu = CPU-14400"],
        "readings": ["cpu.igpu = no"],
        "conclusion": ["gpu must be chosen"],
    } == {key: value for key, value in step.items() if key != "by"}


def test_an_area_lists_its_codes() -> None:
    told = run("explain", "w05")

    assert 0 == told.code
    assert "W0503  a row that adds nothing\n" in told.out
    assert all(line.startswith("W05") for line in told.out.splitlines())
    assert run("explain", "W05", "--json").result["codes"][0] == {
        "code": "W0501",
        "title": "a value that no row allows",
    }


def test_an_unknown_code_is_told_with_where_to_look() -> None:
    refused = run("explain", "E0399")

    assert (2, "") == (refused.code, refused.out)
    assert refused.error.endswith("`configurator explain E03` lists the codes that begin so\n")
