"""`configurator options --reasons`: what cannot be chosen, and why; why what is forced is."""

from pathlib import Path

import pytest
from attrs import define
from click.testing import CliRunner
from command_runs import NOON, Run, run

from configurator.cli.main import root
from configurator.cli.surroundings import Surroundings

BOX = """\
catalog box "Box" version "1" currency EUR
unit cm
family lid "Lid" choose one {
  | sku | name  | cm   | price [EUR] |
  |-----|-------|------|-------------|
  | L-1 | Plain |   10 |        1.00 |
  | L-2 | Fine  |   12 |        2.00 |
}
family pad "Pads" choose 0..3 identical {
  | sku | name  | price [EUR] |
  |-----|-------|-------------|
  | P-1 | Felt  |        0.10 |
  | P-2 | Cork  |        0.20 |
}
family fill "Filling" choose 0..2 mixed {
  | sku | name  | stains | price [EUR] |
  |-----|-------|--------|-------------|
  | F-1 | Hay   | yes    |        0.50 |
  | F-2 | Foam  | no     |        0.60 |
}
option colour : one of { red, blue }
option width  : whole 10..12 in cm
option extras : some 0..2 of { lock, seal }
rule fits "It fits": when colour = blue require lid = "L-2" because "{lid.name} is not blue."
rule dry "Dry": when colour = blue require pad is absent because "Blue boxes take no pads."
rule soft "Soft": when colour = blue require count(fill where stains) = 0 because "Hay stains blue."
rule wide "Wide": when colour = blue require width >= 12 cm because "Blue is 12 cm wide."
rule shut "Shut": when colour = blue require seal in extras and lock not in extras because "Blue is sealed."
calc price "Price" in EUR = sum(price)
"""


@pytest.fixture
def box(tmp_path: Path) -> str:
    """A catalog with places of every kind."""
    file = tmp_path / "box.pcat"
    file.write_text(BOX)
    return str(file)


def told(ended: Run) -> tuple[int, list[str], str]:
    """The exit code, what was told line by line, what was remarked."""
    return ended.code, ended.out.splitlines(), ended.error


def test_beneath_each_place_stands_what_cannot_be_chosen_and_why(box: str) -> None:
    expected = [
        "lid     L-2  (forced)",
        "        not L-1       fits     Plain is not blue.",
        "        only L-2      fits     It fits: nothing that is left keeps this",
        "pad     none",
        "        only none     dry      Blue boxes take no pads.",
        "        not P-1, P-2  dry      Blue boxes take no pads.",
        "fill    0..2 of: up to 2xF-2",
        "        not F-1       soft     Hay stains blue.",
        "colour  blue  (chosen)",
        "        not red       choices  `colour = blue` is chosen",
        "width   12",
        "        only 12       wide     Blue is 12 cm wide.",
        "extras  must: seal; cannot: lock",
        "        not lock      shut     Blue is sealed.",
        "        only seal     shut     Blue is sealed.",
    ]

    assert (0, expected, "") == told(run("options", box, "colour=blue", "--reasons"))


def test_where_nothing_is_excluded_there_is_nothing_to_tell(box: str) -> None:
    plain = told(run("options", box))

    assert (0, 6) == (plain[0], len(plain[1]))
    assert plain == told(run("options", box, "--reasons"))


def test_reasons_stand_beneath_the_prices(box: str) -> None:
    _, lines, _ = told(run("options", box, "colour=blue", "--reasons", "--prices"))
    head, _, rows = "\n".join(lines).partition("\n\n")

    assert head.splitlines() == told(run("options", box, "colour=blue", "--prices"))[1]
    assert [
        "lid     not L-1       fits     Plain is not blue.",
        "        only L-2      fits     It fits: nothing that is left keeps this",
        "pad     only none     dry      Blue boxes take no pads.",
    ] == rows.splitlines()[:3]


def test_json_has_a_reason_for_each_offer(box: str) -> None:
    options = run("options", box, "colour=blue", "--reasons", "--json").result["options"]
    dry = {"rules": ["dry"], "choices": ["colour"]}

    assert options["colour"] == [
        {
            "value": "red",
            "state": "excluded",
            "reason": {
                "answer": "possible",
                "rules": [],
                "choices": ["colour"],
                "message": "`colour = blue` is chosen",
            },
        },
        {
            "value": "blue",
            "state": "chosen",
            "reason": {
                "answer": "chosen",
                "rules": [],
                "choices": ["colour"],
                "message": "`colour = blue` is chosen",
            },
        },
    ]
    assert options["pad"]["absent_reason"] == {
        "answer": "forced",
        **dry,
        "message": "pad = none is the only way left",
    }
    assert options["pad"]["components"][0] == {
        "component": "P-1",
        "lowest": 0,
        "highest": 0,
        "state": "excluded",
        "reason": {"answer": "excluded", **dry, "message": "Blue boxes take no pads."},
    }
    assert [(each["component"], each["state"]) for each in options["fill"]["components"]] == [
        ("F-1", "excluded"),
        ("F-2", "free"),
    ]
    assert options["fill"]["components"][1]["reason"] is None
    assert options["width"]["reason"]["answer"] == "forced"
    assert [each["reason"]["answer"] for each in options["extras"]["elements"]] == ["excluded", "forced"]


def test_json_without_the_option_has_no_reasons_and_nothing_excluded(box: str) -> None:
    options = run("options", box, "colour=blue", "--json").result["options"]

    assert options["colour"] == [{"value": "blue", "state": "chosen"}]
    assert "absent_reason" not in options["pad"]


def test_what_its_own_place_holds_by_choice_is_told_where_it_takes_part(box: str) -> None:
    filled = run("options", box, "fill+=F-1", "--reasons", "--json").result["options"]

    assert filled["colour"][1]["reason"]["choices"] == ["fill"]
    assert filled["fill"]["components"][0]["reason"]["answer"] == "chosen"


def test_a_default_tells_where_it_stands(tmp_path: Path) -> None:
    (tmp_path / "box.pcat").write_text(f"{BOX}default colour = red\n")
    options = run("options", str(tmp_path / "box.pcat"), "--reasons", "--json").result["options"]
    message = options["colour"][0]["reason"].pop("message")

    assert options["colour"][0]["reason"] == {"answer": "default", "rules": [], "choices": []}
    assert message.startswith("`colour = red` is the default: ")
    assert message.endswith("box.pcat:30:1")


def test_choices_that_leave_nothing_are_told_as_ever(box: str) -> None:
    clash = ("options", box, "colour=blue", "lid=L-1")
    plain = told(run(*clash))

    assert 1 == plain[0]
    assert plain == told(run(*clash, "--reasons"))


def test_choices_that_leave_nothing_have_reasons_in_json(box: str) -> None:
    result = run("options", box, "colour=blue", "lid=L-1", "--reasons", "--json").result

    assert [conflict["rules"] for conflict in result["conflicts"]] == [["fits"]]
    assert [each["reason"]["rules"] for each in result["options"]["lid"]] == [["fits"], []]


def test_when_the_time_is_up_no_more_reasons_are_looked_for(box: str) -> None:
    ended = CliRunner().invoke(
        root,
        ["options", box, "colour=blue", "--reasons"],
        obj=Surroundings(now=lambda: NOON, monotonic=Late()),
    )

    assert 0 == ended.exit_code
    assert (
        "        not red       not decided  the time limit of 60 s was reached" in ended.stdout.splitlines()
    )


@define
class Late:
    """Says 0 the first time, then that an hour has gone by."""

    hours: int = -1

    def __call__(self) -> float:
        self.hours += 1
        return 3600.0 * self.hours
