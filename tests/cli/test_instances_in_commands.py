"""Choices about instances of assemblies as words, and what commands say of them."""

import json
from pathlib import Path

import pytest
from command_runs import run

from configurator.configuration.instance_words import MOST_LEVELS, read_instances, write_instances

BIKE = """catalog bike "Bike" version "1" currency EUR
unit l
option wheel : one of { small, large }
assembly basket choose optional { option position : one of { front, back } }
assembly bag choose 0..2 {
  family size choose one {
    | sku  | volume [l] |
    |------|------------|
    | B10  |         10 |
    | B100 |        100 |
  }
  option marks : some 0..2 of { a, b }
}
rule big-bag:
  for each bag when bag.size.volume = 100 l require wheel = large because "{bag.size} is too large."
"""


@pytest.fixture
def bike(tmp_path: Path) -> str:
    file = tmp_path / "bike.pcat"
    file.write_text(BIKE)
    return str(file)


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (["basket=yes"], 2 * 2 * (1 + 8 + 36) - 2 * (45 - 1 - 4 - 10)),
        (["basket=none", "bag=[]"], 2),
        (["basket=none", "bag=none"], 2),
        (["basket={}", "bag=[]"], 4),
        (["basket = { position = front }", "bag=[]"], 2),
        (["basket.position=front", "bag=[]"], 2),
        (["basket=none", "wheel=large", "bag=[{size=B10, marks=[a, b]}, {}]"], 8),
        (["basket=none", "wheel=large", 'bag=[{size="B10",marks=[]}]'], 1),
        (["basket=none", "wheel=large", "bag=[{marks=none, size=B10}]"], 1),
        (["basket=none", "wheel=large", "bag=[{marks += [a], size=B10}]"], 2),
        (["basket=none", "wheel=large", "bag+=[{size=B10}]", "bag+=[{size=B100}]"], 16),
        (["basket=none", "wheel=large", "bag[2].size=B10", "bag[1]=none"], 4),
        (["basket=none", "wheel=large", "bag[2]={size=B10}", "bag[1]=no"], 4),
    ],
)
def test_choices_about_instances_are_words(bike: str, words: list[str], count: int) -> None:
    done = run("count", bike, *words, "--json")

    assert 0 == done.code
    assert count == done.result["count"]


@pytest.mark.parametrize(
    ("word", "message", "help_line"),
    [
        (
            "bag=2",
            "`bag` is a list of instances",
            "write `[{ … }]`, `[]` for none; `bag[1]` speaks of the first",
        ),
        (
            "bag=[{size=B10",
            "instances cannot be read at the end: `,` or `}` belongs there",
            "write `[{ name = value, … }, …]` for a list, `{ name = value }` for one",
        ),
        (
            "basket={position: front}",
            "instances cannot be read before `front}`: `=` behind `position:` belongs there",
            "write `[{ name = value, … }, …]` for a list, `{ name = value }` for one",
        ),
        (
            "bag=[{}] {}",
            "instances cannot be read before `{}`: nothing more belongs there",
            "write `[{ name = value, … }, …]` for a list, `{ name = value }` for one",
        ),
        ("bag=[{size=B10, size=B10}]", "`size` is said twice of one instance", None),
        ("bag=[{},{},{}]", "`bag` takes at most 2, not 3", None),
        ("bag=[{size=B11}]", "unknown component `B11` in family `bag.size`", "did you mean `B10`?"),
        ("bag[3].size=B10", "`bag[3].size`: `bag` is numbered from 1 to 2", None),
        ("bag[0].size=B10", "`bag[0].size`: `bag` is numbered from 1 to 2", None),
        ("bag.size=B10", "`bag` is a list of instances", "say it of one of them: `bag[1].size`"),
        ("bag[1].sise=B10", "`bag[1]` has no `sise`", "did you mean `size`?"),
        ("basket[1].position=front", "`basket` is one instance and has no number", "write `basket.position`"),
        ("basket.positon=front", "`basket` has no `positon`", "did you mean `position`?"),
        ("basket=front", "`basket` is an assembly", "write `{ … }` for what is inside it"),
    ],
)
def test_mistakes_about_instances_are_told(bike: str, word: str, message: str, help_line: str | None) -> None:
    done = run("count", bike, word)

    assert 2 == done.code
    lines = done.error.splitlines()
    assert f"error: {message}" in lines
    if help_line is not None:
        assert f"  = help: {help_line}" in lines


def test_a_text_of_brackets_alone_is_refused(bike: str) -> None:
    deep = "[" * (MOST_LEVELS + 2)

    assert (
        f"error: more than {MOST_LEVELS} levels of brackets cannot be"
        in run("count", bike, f"bag={deep}").error
    )
    long = "[" + "{}," * 50_000 + "{}]"
    assert "error: 150,004 characters are too many for one choice" in run("count", bike, f"bag={long}").error


@pytest.mark.parametrize(
    "value",
    [
        [],
        {},
        [{"a": "plain", "b": 'with "quotes", commas = and } brackets', "c": "2xB", "d": "\\"}],
        {"a": [{"component": "A,B", "quantity": 2}, {"component": "3 x C", "quantity": 1}]},
        {"inner": [{"deep": {}}, {}], "b": "  spaces  "},
    ],
)
def test_what_is_written_is_read_again(value: object) -> None:
    read = read_instances(write_instances(value))

    assert as_words(value) == as_words(read)


def as_words(value: object) -> object:
    """Components with quantities as the words that stand for them."""
    match value:
        case {"component": component, "quantity": 1}:
            return component
        case {"component": component, "quantity": quantity}:
            return f"{quantity}x{component}"
        case dict():
            return {name: as_words(inner) for name, inner in value.items()}
        case list():
            return [as_words(inner) for inner in value]
        case _:
            return value


def test_nested_json_is_read_and_told(bike: str, tmp_path: Path) -> None:
    file = tmp_path / "order.json"
    file.write_text(json.dumps({"wheel": "large", "basket": True, "bag": [{"size": "B100", "marks": ["b"]}]}))

    completed = run("complete", bike, "-f", str(file), "--json").result

    assert {
        "wheel": "large",
        "basket": {"position": "front"},
        "bag": [{"size": "B100", "marks": ["b"]}],
    } == completed["configuration"]
    listed = run("list", bike, "-f", str(file), "--format", "jsonl").out.splitlines()
    assert ["front", "back"] == [json.loads(line)["basket"]["position"] for line in listed]


def test_conflicts_and_ways_out_name_the_instance(bike: str) -> None:
    done = run("validate", bike, "wheel=small", "bag=[{size=B10}, {size=B100}]")

    assert [
        "not possible: 2 choices, 1 rule",
        "",
        f"  big-bag  B100 is too large.  {bike}:14",
        "           wheel = small and bag[2].size = B100",
        "",
        "ways out (smallest change first)",
        "  1  wheel       = large",
        "  2  bag[2]      = none",
        "  3  bag[2].size = B10",
    ] == done.out.splitlines()


def test_options_tell_instances_and_what_is_inside_them(bike: str) -> None:
    done = run("options", bike, "wheel=small", "bag[2].size=B10", "--json")

    bag = done.result["options"]["bag"]
    assert (1, 2) == (bag["fewest"], bag["most"])
    assert [("bag[1]", "free", True), ("bag[2]", "chosen", False)] == [
        (each["path"], each["state"], each["absent"]) for each in bag["instances"]
    ]
    assert [{"value": "B10", "state": "free"}] == bag["instances"][0]["options"]["size"]
    told = run("options", bike, "wheel=small", "--reasons").out.splitlines()
    assert "bag[1]           none, yes  (bag[2] is alike)" in told
    assert "not B100 big-bag B100 is too large." in [" ".join(line.split()) for line in told]


def test_every_command_speaks_of_instances(bike: str) -> None:
    for command in (
        ["explain", bike, "wheel=small", "--why-not", "bag[1].size=B100"],
        ["explain", bike, "wheel=small", "--why", "bag[1]=yes"],
        ["explain", bike, "--why", "basket=none"],
        ["repair", bike, "wheel=small", "bag[1].size=B100"],
        ["inspect", bike],
        ["analyze", bike],
        ["diff", bike, bike],
        ["check", bike],
        ["list", bike, "--columns", "bag,basket.position,bag[1].size", "--format", "csv", "--limit", "3"],
    ):
        done = run(*command)

        assert done.code in {0, 1}, (command, done.error)
        assert "internal error" not in done.error
