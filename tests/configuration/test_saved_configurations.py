"""What is saved of a dialogue, and what becomes of it when the catalog moves on."""

import json
from datetime import date

import pytest

from configurator.configuration.saved import SavedConfiguration
from configurator.configuration.upgrade import Broken, LostChoice, Repaired, Unchanged
from configurator.configuration.validation import Invalid
from configurator.configurator import Configurator
from configurator.engines.engine import Unknown
from configurator.errors import ChoiceError, InvalidConfigurationError
from configurator.serialization import parse_json, to_json

DAY = date(2026, 11, 22)
OLD = """
catalog pc "PC" version "1.0" currency EUR
family cpu "Processor" choose one {
  | sku | socket | price [EUR] |
  |-----|--------|-------------|
  | C1  | a      |      100.00 |
  | C2  | b      |      250.00 |
}
family board "Mainboard" choose one {
  | sku | socket | price [EUR] |
  |-----|--------|-------------|
  | B1  | a      |       80.00 |
  | B2  | b      |      120.00 |
}
family disk "Disks" choose 0..3 mixed { component "D1" {} component "D2" {} }
family fan "Fans" choose 0..3 identical { component "F1" {} component "F2" {} }
option length "Length" : number 1..3 step 0.5 in mm
option extras : some 0..2 of { paint, case }
option colour : one of { red, blue }
unit mm
rule sockets: require cpu.socket = board.socket because "They do not fit."
calc price "Price" in EUR = sum(cpu.price) + sum(board.price)
"""


def catalog(text: str = OLD) -> Configurator:
    """A catalog."""
    return Configurator.from_text(text)


def upgraded(choices: dict[str, object], new: str) -> object:
    """What becomes of choices of the old catalog in a new one."""
    saved = catalog().session(choices, as_of=DAY).save()
    return catalog(new).upgrade(saved, as_of=DAY)


# ---------------------------------------------------------------- saving


def test_only_choices_and_catalog_are_saved() -> None:
    pc = catalog()
    saved = pc.session({"colour": "red", "cpu": "C2"}, as_of=DAY).choose(board="B2").save()

    assert {
        "choices": {"colour": "red", "cpu": "C2", "board": "B2"},
        "catalog": {"name": "pc", "version": "1.0", "digest": pc.digest},
    } == saved.to_dict()


def test_what_is_saved_goes_through_json_and_comes_back() -> None:
    pc = catalog()
    given: dict[str, object] = {
        "disk": {"includes": ["D2", "2 x D1"]},
        "fan": "2 x F1",
        "length": "2.5 mm",
        "extras": {"case"},
    }
    saved = pc.session(given, as_of=DAY).save()
    again = SavedConfiguration.from_dict(json.loads(json.dumps(saved.to_dict())))

    assert saved == again
    assert pc.session(again.choices, as_of=DAY).save() == saved
    assert ["disk", "fan", "length", "extras"] == list(again.choices)


def test_what_is_read_by_our_own_reader_can_be_written_again() -> None:
    pc = catalog()
    saved = pc.session({"length": "2.5"}, as_of=DAY).save()
    text = json.dumps(to_json(saved))
    again = SavedConfiguration.from_dict(parse_json(text.encode(), "saved.json"))

    assert text == json.dumps(again.to_dict())


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"choices": {}},
        {"choices": {}, "catalog": {}, "more": 1},
        {"choices": [], "catalog": {"name": "a", "version": "1", "digest": "d"}},
        {"choices": {1: 2}, "catalog": {"name": "a", "version": "1", "digest": "d"}},
        {"choices": {}, "catalog": {"name": "a", "version": 1, "digest": "d"}},
        {"choices": {}, "catalog": {"name": "a", "version": "1"}},
        {"choices": {}, "catalog": "a"},
        {"choices": {"a": {1, 2}}, "catalog": {"name": "a", "version": "1", "digest": "d"}},
    ],
)
def test_what_is_no_saved_configuration_is_refused(data: object) -> None:
    with pytest.raises(ChoiceError):
        SavedConfiguration.from_dict(data)


# ---------------------------------------------------------------- a newer catalog


def test_choices_that_still_go_together_stay_as_they_are() -> None:
    answer = upgraded({"cpu": "C2", "disk": ["D1"]}, OLD.replace("120.00", "130.00"))

    assert isinstance(answer, Unchanged)
    assert {"cpu": "C2", "disk": [{"component": "D1", "quantity": 1}]} == answer.choices


def test_what_a_new_rule_forbids_is_repaired_by_the_smallest_change() -> None:
    rule = 'rule blue: require cpu != C2 or colour = blue because "C2 is blue."'
    answer = upgraded({"cpu": "C2", "board": "B2", "colour": "red"}, OLD + rule)

    assert isinstance(answer, Repaired)
    assert answer.repair is not None
    assert ["colour"] == [change.place for change in answer.repair.changes]
    assert ("C2 is blue.",) == answer.reasons
    assert {"cpu": "C2", "board": "B2", "colour": "blue"} == answer.choices


def test_a_component_that_is_gone_leaves_its_place_open() -> None:
    answer = upgraded(
        {"board": "B2", "cpu": "C2"},
        OLD.replace("  | B2  | b      |      120.00 |", "  | B3  | b      |      120.00 |"),
    )

    assert isinstance(answer, Repaired)
    assert answer.repair is None
    assert (LostChoice("board", "B2", "unknown component `B2` in family `board`"),) == answer.lost
    assert {"cpu": "C2"} == answer.choices


def test_a_place_that_is_gone_is_a_reason() -> None:
    answer = upgraded({"colour": "red"}, OLD.replace("option colour : one of { red, blue }", ""))

    assert isinstance(answer, Repaired)
    assert ("`colour` is neither a slot nor an option",) == answer.reasons
    assert {} == answer.choices


def test_what_is_gone_and_what_clashes_are_told_together() -> None:
    new = OLD.replace("option colour : one of { red, blue }", "").replace("| C2  | b ", "| C2  | a ")
    answer = upgraded({"colour": "red", "cpu": "C2", "board": "B2"}, new)

    assert isinstance(answer, Repaired)
    assert answer.repair is not None
    assert ("`colour` is neither a slot nor an option", "They do not fit.") == answer.reasons
    # Another mainboard costs 40 less, and no other processor has the socket.
    assert {"cpu": "C2", "board": "B1"} == answer.choices
    assert not isinstance(catalog(new).validate(answer.choices, as_of=DAY), Invalid)


def test_an_upgrade_of_another_catalogs_choices_says_so() -> None:
    other = OLD.replace("catalog pc", "catalog tower")
    same = upgraded({"cpu": "C2"}, OLD)
    stays = upgraded({"cpu": "C2"}, other)
    changes = upgraded({"cpu": "C2"}, other.replace('"C2"', '"C9"').replace("| C2 ", "| C9 "))
    breaks = upgraded({"cpu": "C2"}, f"{other}rule never: require 1 = 2")

    assert isinstance(same, Unchanged)
    assert (None, ()) == (same.other_catalog, same.reasons)
    told = "the choices were saved with another catalog, `pc`"
    for answer, kind in ((stays, Unchanged), (changes, Repaired), (breaks, Broken)):
        assert isinstance(answer, kind)
        assert ("pc", told) == (answer.other_catalog, answer.reasons[0])


def test_a_component_not_in_force_any_more_is_replaced() -> None:
    new = OLD.replace('component "D1" {}', 'component "D1" effective until 2026-01-01 {}')
    answer = upgraded({"disk": ["D1"]}, new)

    assert isinstance(answer, Repaired)
    assert answer.repair is not None
    assert ["disk"] == [change.place for change in answer.repair.changes]


def test_a_catalog_that_allows_nothing_breaks_every_saved_configuration() -> None:
    answer = upgraded({"cpu": "C1"}, OLD + "rule never: require colour != red and colour != blue")

    assert isinstance(answer, Broken)
    assert not answer
    assert answer.reasons
    with pytest.raises(InvalidConfigurationError):
        answer.or_raise()


def test_an_upgrade_without_time_is_unknown() -> None:
    saved = catalog().session({"cpu": "C1"}, as_of=DAY).save()

    assert isinstance(catalog().upgrade(saved, as_of=DAY, seconds=-1.0), Unknown)
