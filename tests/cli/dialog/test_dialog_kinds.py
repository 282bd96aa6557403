"""Every kind of place in the dialog: what its offers look like and what keys make of them."""

import pytest
from hands import Hands, drive

from configurator import Configurator
from configurator.cli.dialog.app import Dialog

ALL_KINDS = """
catalog kinds "Every kind" version "1" currency EUR

unit m
unit cm = 0.01 m

option finish "Finish" : one of { matt, gloss }
option gift "Gift wrapping" : yesno
option letters "Letters" : whole 0..12
option cable "Cable" : number 0.5..3 step 0.5 in m
option extras "Extras" : some 0..2 of { light, lock, bell }

family memory "Memory" choose 1..4 identical {
  | sku    | price [EUR] |
  |--------|-------------|
  | RAM-8  |       20.00 |
  | RAM-16 |       35.00 |
}
family screen "Screens" choose 0..2 identical {
  | sku  | price [EUR] |
  |------|-------------|
  | SC-1 |      150.00 |
}
family drives "Drives" choose 1..3 mixed {
  | sku  | price [EUR] |
  |------|-------------|
  | SSD  |       50.00 |
  | HDD  |       40.00 |
  | TAPE |       90.00 |
}
family stand "Stand" choose optional {
  | sku  | price [EUR] |
  |------|-------------|
  | ST-1 |       10.00 |
}

calc price "Price" in EUR = sum(price) + 2.00 EUR * letters

rule one-disk: require count(drives where price = 40.00 EUR) <= 1 because "One disk at most."
rule no-bell: extras = [bell] excludes gift = yes because "Bells are not wrapped."
rule short: finish = gloss requires letters <= 4 because "Gloss takes four letters."
"""


@pytest.fixture(scope="module")
def kinds() -> Configurator:
    return Configurator.from_text(ALL_KINDS.replace("extras = [bell]", "bell in extras"))


def beneath(hands: Hands, place: str) -> list[str]:
    """The lines of the offers of a place."""
    titles = [line.place for line in hands.app.line_list.lines]
    first = titles.index(place) + 1
    return hands.lines[first : first + titles.count(place) - 1]


def run(kinds: Configurator, act: object, **choices: object) -> Dialog:
    return drive(kinds, act, choices=choices, size=(100, 40))  # type: ignore[arg-type]  # each test says what it does


def test_every_kind_of_place_has_its_line(kinds: Configurator) -> None:
    async def act(hands: Hands) -> None:
        assert [
            "> Finish - open, 2 possible",
            "> Gift wrapping - open, 2 possible",
            "> Letters - open",
            "> Cable - open",
            "> Extras - open",
            "> Memory - open, 2 possible",
            "> Screens - open, 2 possible",
            "> Drives - open, 3 possible",
            "> Stand - open, 2 possible",
        ] == hands.lines

    run(kinds, act)


def test_words_and_yes_or_no_are_chosen_by_their_line(kinds: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await hands.choose("finish", "gloss")
        await hands.choose("gift", "no")
        assert ["(x) no", "( ) yes"] == [line.replace(" 0.00 EUR", "") for line in beneath(hands, "gift")]

        assert {"finish": "gloss", "gift": False} == hands.choices

    run(kinds, act)


def test_an_optional_slot_can_be_left_empty(kinds: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await hands.choose("stand", "none")
        assert ["(x) none", "( ) ST-1 +10.00 EUR"] == beneath(hands, "stand")

        assert {"stand": None} == hands.choices

    run(kinds, act)


def test_identical_components_get_their_quantity_from_plus_minus_and_digits(kinds: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await hands.open("memory")
        assert ["( ) RAM-8 1..4 x 0.00 EUR", "( ) RAM-16 1..4 x +15.00 EUR"] == beneath(hands, "memory")
        hands.go("memory", "RAM-16")
        await hands.press("space")
        assert {"memory": "RAM-16"} == hands.choices
        await hands.press("3")
        assert {"memory": {"component": "RAM-16", "quantity": 3}} == hands.choices
        assert "(x) RAM-16 3 of 1..4 x" in hands.lines
        await hands.press("minus", "plus", "plus")
        assert {"memory": {"component": "RAM-16", "quantity": 4}} == hands.choices
        await hands.press("plus")
        assert hands.app.text_of("remark") == "`memory` takes at most 4, not 5"
        await hands.press("0")

        assert {} == hands.choices

    run(kinds, act)


def test_identical_components_may_be_none(kinds: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await hands.choose("screen", "none")
        assert {"screen": None} == hands.choices
        await hands.choose("screen", "SC-1")
        await hands.press("1", "minus")

        assert {} == hands.choices

    run(kinds, act)


def test_a_mixed_slot_is_filled_unit_by_unit_and_then_closed(kinds: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await hands.open("drives")
        assert [
            "( ) SSD up to 3 +10.00 EUR",
            "( ) HDD up to 1 0.00 EUR",
            "( ) TAPE up to 3 +50.00 EUR",
        ] == beneath(hands, "drives")
        hands.go("drives", "SSD")
        await hands.press("plus", "space")
        assert {"drives": {"includes": [{"component": "SSD", "quantity": 2}]}} == hands.choices
        assert "> Drives" not in "".join(hands.lines)
        assert "v Drives 2xSSD and perhaps more you" in hands.lines
        hands.go("drives", "no more than these")
        await hands.press("space")
        assert {"drives": [{"component": "SSD", "quantity": 2}]} == hands.choices
        hands.go("drives", "HDD")
        await hands.press("plus")
        assert {
            "drives": [{"component": "SSD", "quantity": 2}, {"component": "HDD", "quantity": 1}]
        } == hands.choices
        hands.go("drives", "SSD")
        await hands.press("minus", "minus")
        hands.go("drives", "HDD")
        await hands.press("minus")

        assert hands.app.text_of("remark") == "`drives` cannot be left empty"

    run(kinds, act)


def test_one_unit_too_many_is_a_conflict_with_ways_out(kinds: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await hands.open("drives")
        hands.go("drives", "HDD")
        await hands.press("plus", "plus")
        assert "One disk at most." in hands.panel
        await hands.press("escape")

        assert {"drives": {"includes": [{"component": "HDD", "quantity": 1}]}} == hands.choices

    run(kinds, act)


def test_elements_of_a_set_are_toggled(kinds: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await hands.choose("extras", "lock")
        hands.go("extras", "light")
        await hands.press("space")
        assert {"extras": {"includes": ["light", "lock"]}} == hands.choices
        assert "- bell not possible: beside what is chosen" in hands.lines
        await hands.press("space")
        assert {"extras": {"includes": ["lock"]}} == hands.choices
        hands.go("extras", "no more than these")
        await hands.press("space")

        assert {"extras": ["lock"]} == hands.choices

    run(kinds, act)


def test_a_set_that_may_be_empty_can_be_chosen_to_be(kinds: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await hands.choose("extras", "none")

        assert {"extras": []} == hands.choices

    run(kinds, act)


def test_an_excluded_element_names_its_rule(kinds: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await hands.open("extras")

        assert "- bell not possible: no-bell" in hands.lines

    run(kinds, act, gift=True)


def test_a_number_is_typed_and_its_intervals_are_shown(kinds: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await hands.open("letters")
        assert ["( ) 0 to 4 in steps of 1"] == beneath(hands, "letters")
        hands.go("letters", "0 to 4")
        await hands.press("space")
        await hands.type("thirteen")
        await hands.press("enter")
        assert "`letters`" in hands.prompt.wrong
        await hands.type("3")
        await hands.press("enter")
        assert {"finish": "gloss", "letters": 3} == hands.choices
        assert "v Letters 3 you" in hands.lines

        assert ["(x) 0 to 4 in steps of 1"] == beneath(hands, "letters")

    run(kinds, act, finish="gloss")


def test_a_number_with_a_unit_is_typed_with_or_without_it(kinds: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await hands.open("cable")
        hands.go("cable", "0.5 to 3 m")
        for typed, meant in (("1.5", 1.5), ("250 cm", 2.5)):
            await hands.press("space")
            await hands.type(typed)
            await hands.press("enter")
            assert {"cable": meant} == hands.choices
            hands.go("cable", "0.5 to 3 m")

    run(kinds, act)


def test_a_number_that_clashes_is_a_conflict(kinds: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await hands.open("letters")
        hands.go("letters", "0 to 4")
        await hands.press("space")
        await hands.type("9")
        await hands.press("enter")

        assert "Gloss takes four letters." in hands.panel

    run(kinds, act, finish="gloss")


def test_filling_in_the_rest_decides_every_kind(kinds: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await hands.press("c")

        assert hands.app.text_of("facts") == "1 left   70.00 EUR"
        assert "open" not in " ".join(hands.lines)
        assert len(hands.choices) == 9

    run(kinds, act)
