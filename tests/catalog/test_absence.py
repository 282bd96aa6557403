"""What is absent or blank is unknown: three-valued logic, where only false breaks a rule."""

import pytest
from judged import broken_rules

CATALOG = """catalog t
unit W
family gpu "Card" choose optional {
  attribute length : number optional
  attribute draw : number in W optional
  | sku   | length | draw [W] |
  |-------|--------|----------|
  | SHORT | 100    | 10       |
  | LONG  | 300    | 30       |
  | BLANK |        |          |
}
family psu choose one {
  | sku | watts [W] |
  |-----|-----------|
  | P20 | 20        |
}
"""


def broken(rule: str, gpu: str | None) -> bool:
    """Whether the one rule is broken with that card."""
    return bool(broken_rules(CATALOG + rule, {"gpu": gpu, "psu": "P20"}))


@pytest.mark.parametrize(
    ("rule", "breaking"),
    [
        ("rule r: require gpu.length < 200", ["LONG"]),
        ("rule r: require not gpu.length < 200", ["SHORT"]),
        ("rule r: forbid gpu.length >= 200", ["LONG"]),
        ("rule r: forbid not gpu.length >= 200", ["SHORT"]),
        ('rule r: require gpu = "LONG"', ["SHORT", "BLANK"]),
        ('rule r: require gpu != "LONG"', ["LONG"]),
        ("rule r: require gpu.length < 200 or gpu is absent", ["LONG"]),
        ("rule r: require gpu.length < 200 and gpu is chosen", [None, "LONG"]),
        ("rule r: require gpu is chosen", [None]),
        ("rule r: forbid gpu is chosen", ["SHORT", "LONG", "BLANK"]),
        ("rule r: when gpu.length > 200 require 1 = 2", ["LONG"]),
        ("rule r: when not gpu.length > 200 require 1 = 2", ["SHORT"]),
        ("rule r: gpu.length > 200 requires 1 = 2", ["LONG"]),
        ("rule r: gpu.length > 200 excludes 1 = 1", ["LONG"]),
        ("rule r: gpu is absent excludes 1 = 1", [None]),
        ("rule r: require gpu.length in { 100, 200 }", ["LONG"]),
        ("rule r: require gpu.length not in { 100, 200 }", ["SHORT"]),
        ("rule r: require gpu.length between 200 and 400", ["SHORT"]),
        ("rule r: require if gpu.length > 200 then 1 = 2 else 1 = 1", ["LONG"]),
        ("rule r: require (if gpu is absent then 1 else 2) = 2", [None]),
        ("rule r: require gpu.length + 1 > 200", ["SHORT"]),
        ("rule r: require any(gpu.length > 200)", [None, "SHORT"]),
        ("rule r: require all(gpu.length > 200)", ["SHORT"]),
        ("rule r: require any(gpu where length > 200)", [None, "SHORT", "BLANK"]),
        ("rule r: require count(gpu) = 1", [None]),
        ("rule r: require count(gpu where length > 200) = 0", ["LONG"]),
        ("rule r: require sum(gpu.length) > 0", [None]),
        ("rule r: require max(gpu.length) > 200", ["SHORT"]),
        ("rule r: require avg(gpu.length) > 200", ["SHORT"]),
        ("rule r: require distinct(gpu.length) = 1", [None]),
        ("rule r: for each gpu require gpu.length < 200", ["LONG"]),
        ('rule r: for each gpu as x require x.sku = "LONG"', ["SHORT", "BLANK"]),
    ],
)
def test_a_rule_is_broken_only_where_it_is_false(rule: str, breaking: list[str | None]) -> None:
    assert breaking == [gpu for gpu in (None, "SHORT", "LONG", "BLANK") if broken(rule, gpu)]


@pytest.mark.parametrize(
    ("resource", "breaking"),
    [
        ("resource r { supply psu.watts demand gpu.draw }", ["LONG", "BLANK"]),
        ("resource r { supply psu.watts demand sum(gpu.draw) }", ["LONG", "BLANK"]),
        ("resource r { supply psu.watts demand gpu.draw + 15 W }", ["SHORT", "LONG", "BLANK"]),
        ("resource r { supply psu.watts demand 2 * gpu.draw, 1 W }", ["SHORT", "LONG", "BLANK"]),
        ("resource r { supply psu.watts demand gpu.draw keep 100 % spare }", ["LONG", "BLANK"]),
        ("resource r { supply psu.watts demand gpu.draw keep 101 % spare }", ["SHORT", "LONG", "BLANK"]),
        ("resource r { supply gpu.draw demand 20 W }", [None, "SHORT", "BLANK"]),
        ("resource r { supply psu.watts demand max(gpu.draw) }", ["LONG", "BLANK"]),
        (
            "resource r { supply psu.watts demand if gpu.length > 200 then 30 W else 10 W }",
            ["LONG", "BLANK"],
        ),
        (
            "calc need = gpu.draw + 15 W\nresource r { supply psu.watts demand need }",
            ["SHORT", "LONG", "BLANK"],
        ),
    ],
)
def test_a_resource_counts_the_absent_as_nothing_and_the_unknown_as_too_much(
    resource: str, breaking: list[str | None]
) -> None:
    assert breaking == [gpu for gpu in (None, "SHORT", "LONG", "BLANK") if broken(resource, gpu)]


def test_a_resource_may_be_asked_for_what_is_left() -> None:
    rule = (
        "resource r { supply psu.watts demand gpu.draw }\nrule left: require r.left = 20 W or r.needed = 10 W"
    )

    assert not broken(rule, None)
    assert not broken(rule, "SHORT")
    assert ["r", "left"] == broken_rules(CATALOG + rule, {"gpu": "LONG", "psu": "P20"})
    assert ["r"] == broken_rules(CATALOG + rule, {"gpu": "BLANK", "psu": "P20"})
