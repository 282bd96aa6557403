"""Assemblies in the dialog: instances are added and left out, and what is inside them is indented."""

import json
from pathlib import Path

import pytest
from hands import Hands, drive

from configurator import Configurator
from configurator.cli.dialog.keeping import scenario_text, write_order
from configurator.cli.dialog.places import PlaceLine

BIKE = """
catalog bike "Bicycle" version "1" currency EUR

option wide "Wide" : yesno
assembly basket "Basket" choose optional {
  option position "Position" : one of { front, back }
}
assembly bag "Bag" choose 0..3 {
  family size "Size" choose one {
    | sku | price [EUR] |
    |-----|-------------|
    | B10 |       10.00 |
    | B50 |       30.00 |
  }
}
calc price "Price" in EUR = sum(price)
rule narrow: for each bag when wide = no require bag.size = "B10" because "A narrow bike takes small bags."
"""


@pytest.fixture(scope="module")
def bike() -> Configurator:
    return Configurator.from_text(BIKE)


def test_an_instance_is_added_and_its_inside_appears_beneath_it(bike: Configurator) -> None:
    async def act(hands: Hands) -> None:
        assert [
            "> Wide - open, 2 possible",
            "> Basket - open, 2 possible",
            "> Bag 1 - open, 2 possible",
        ] == hands.lines

        await hands.choose("bag[1]", "yes")

        assert {"bag": {"includes": [{}]}} == hands.choices
        assert [
            "> Wide - open, 2 possible",
            "> Basket - open, 2 possible",
        ] == hands.lines[:2]
        places = [line.place for line in hands.app.line_list.lines]
        assert "bag[1].size" in places
        assert "bag[2]" in places
        assert "bag[3]" not in places
        lines = [line for line in hands.app.line_list.lines if isinstance(line, PlaceLine)]
        titles = [line.title for line in lines if line.place == "bag[1].size"]
        assert ["  Size"] == titles

    drive(bike, act)


def test_an_instance_left_out_takes_what_was_chosen_inside_it_along(bike: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await hands.choose("bag[1]", "none")

        assert {"wide": True, "bag[1]": None} == hands.choices

    drive(bike, act, choices={"wide": True, "bag[1].size": "B50"})


def test_orders_and_scenarios_tell_assemblies_as_wholes(bike: Configurator, tmp_path: Path) -> None:
    session = (
        bike.session({"wide": True}).choose({"bag[1]": True}).choose({"bag[1].size": "B50", "bag[2]": True})
    )
    file = tmp_path / "order.json"

    write_order(session, file)

    (line,) = json.loads(file.read_text())["lines"]
    assert {"wide": True, "bag": {"includes": [{"size": "B50"}, {}]}} == line["configuration"]
    text = scenario_text(session, "two bags", ("valid",))
    assert '  choose wide = yes,\n         bag includes [{ size = "B50" }, { }]\n' in text
    assert not list(Configurator.from_text(BIKE + text).diagnostics)


@pytest.mark.parametrize(
    ("choices", "written"),
    [
        ({"bag": []}, "bag = []"),
        ({"basket": None}, "basket = none"),
        ({"basket": {"position": "front"}}, "basket = { position = front }"),
        ({"basket.position": "front"}, "basket.position = front"),
        # The language numbers no instances.
        ({"bag[3].size": "B10"}, 'bag includes [{ size = "B10" }]'),
        ({"bag": [{}, {"size": "B10"}]}, 'bag = [{ }, { size = "B10" }]'),
    ],
)
def test_a_scenario_says_of_assemblies_what_was_chosen(
    bike: Configurator, choices: dict[str, object], written: str
) -> None:
    text = scenario_text(bike.session(choices), "chosen", ("valid",))

    assert f"  choose {written}\n" in text
    (outcome,) = Configurator.from_text(BIKE + text).test().outcomes
    assert ["passed"] == [each.state for each in outcome.expectations]
