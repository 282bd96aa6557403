"""W0701: a rule that an absent component switches off, unless that is said."""

import pytest

from configurator import Configurator

HEAD = """catalog x "X" version "1" currency EUR
unit mm
family gpu choose optional {
  | sku | length [mm] |
  |-----|-------------|
  | G1  |         200 |
  | G2  |         400 |
}
family box choose one {
  | sku | room [mm] |
  |-----|-----------|
  | B1  |       300 |
}
"""


def warned(rule: str) -> list[str]:
    loaded = Configurator.from_text(HEAD + rule)
    return [finding.message for finding in loaded.diagnostics if finding.code == "W0701"]


@pytest.mark.parametrize(
    "rule",
    [
        "rule fits: require gpu.length <= box.room",
        "rule fits: require not gpu.length > box.room",
        'rule fits: require box = "B1" or gpu.length < 300 mm',
        'rule fits: box = "B1" requires gpu = "G1"',
    ],
)
def test_a_body_that_an_absent_component_makes_unknown_is_warned_of(rule: str) -> None:
    assert ["rule `fits` says nothing where `gpu` is absent"] == warned(rule)


@pytest.mark.parametrize(
    "rule",
    [
        "rule fits: when gpu is chosen require gpu.length <= box.room",
        "rule fits: require gpu is absent or gpu.length <= box.room",
        'rule fits: gpu = "G2" requires box = "B1"',
        "rule fits: for each gpu require gpu.length <= box.room",
        "rule fits: require sum(gpu.length) <= box.room",
    ],
)
def test_a_rule_that_says_so_or_cannot_be_unknown_is_not(rule: str) -> None:
    assert [] == warned(rule)
