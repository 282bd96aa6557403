"""Random bytes and mutated files: whatever comes, a command ends with a documented exit code."""

import json
from pathlib import Path

import pytest
from command_runs import CATALOGS, run
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

DOCUMENTED = {0, 1, 2, 3, 4, 5, 6}

QUICK = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

SOURCE = (CATALOGS / "kids_bike.pcat").read_bytes()
ORDER = json.dumps(
    {"lines": [{"configuration": {"colour": "red", "support": False, "front_wheel": "W18"}, "quantity": 2}]}
).encode()


@st.composite
def mutated(draw: st.DrawFn, source: bytes) -> bytes:
    """The source with a few stretches replaced by other bytes, some of them its own."""
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(source)))
        end = min(len(source), start + draw(st.integers(0, 12)))
        at = draw(st.integers(0, len(source)))
        new = draw(st.one_of(st.binary(max_size=6), st.just(source[at : at + 20])))
        source = source[:start] + new + source[end:]
    return source


@QUICK
@given(data=st.one_of(st.binary(max_size=200), mutated(SOURCE)))
@example(data=b"")
@example(data=b"\0")
@example(data=b'catalog a "')
def test_any_bytes_as_a_catalog_end_with_a_documented_code(data: bytes, tmp_path: Path) -> None:
    file = tmp_path / "any.pcat"
    file.write_bytes(data)
    ended = [run("check", str(file)), run("count", str(file), "--timeout", "1s", "--json")]

    assert {each.code for each in ended} <= DOCUMENTED
    assert "Traceback" not in "".join(each.error for each in ended)


@QUICK
@given(data=st.one_of(st.binary(max_size=100), mutated(ORDER)))
@example(data=b"\xef\xbb\xbf{}")
@example(data=b'{"order": "\\u0000"}')
def test_any_bytes_as_an_order_end_with_a_documented_code(data: bytes, stock_file: str) -> None:
    ended = run("accept", "kids_bike.pcat", "-", "--stock", stock_file, "--json", given=data)

    assert ended.code in DOCUMENTED
    assert ended.envelope["command"] == "accept"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
    | st.sampled_from(["red", "W18", "2 x W18", "none", "SO-1"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["component", "quantity", "includes", "colour"]), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
PLACES = st.sampled_from(
    ["colour", "support", "front_wheel", "rear_wheel", "services.warranty", "memory", "storage"]
)


@pytest.mark.parametrize("catalog", ["kids_bike.pcat", "pc.pcat"])
@QUICK
@given(choices=st.dictionaries(PLACES, JSON, max_size=3))
def test_any_json_as_choices_ends_with_a_documented_code(choices: object, catalog: str) -> None:
    text = json.dumps(choices)
    ended = run("validate", catalog, "-", "--json", "--timeout", "2s", given=text)

    assert ended.code in DOCUMENTED


WORDS = st.text(max_size=12) | st.sampled_from(
    ["W18", "W20", "PO-7", "none", "W18=1", "--", "-", "R-1", "a/b", "\x00"]
)
NUMBERS = (
    st.text(max_size=8)
    | st.integers().map(str)
    | st.floats().map(str)
    | st.sampled_from(["0", "-0", "+1", "1_000", "1e3", "9" * 50, "\N{ARABIC-INDIC DIGIT THREE}"])
)
FACTS = st.one_of(
    st.tuples(st.just("receive"), WORDS, NUMBERS),
    st.tuples(st.just("receive"), WORDS, NUMBERS, st.just("--location"), WORDS),
    st.tuples(st.just("adjust"), WORDS, NUMBERS, st.just("--reason"), WORDS),
    st.tuples(st.just("transfer"), WORDS, NUMBERS, st.just("--to"), WORDS),
    st.tuples(st.just("floor"), WORDS, NUMBERS),
    st.tuples(st.just("master"), WORDS, st.just("--lead-time"), NUMBERS, st.just("--cost"), WORDS),
    st.tuples(st.just("supply"), st.just("add"), WORDS, WORDS, NUMBERS, st.just("--due"), WORDS),
    st.tuples(st.just("supply"), st.just("change"), WORDS, st.just("--quantity"), NUMBERS),
    st.tuples(st.just("show"), WORDS),
    st.tuples(st.just("events"), st.just("--after"), NUMBERS),
)


@settings(QUICK, max_examples=10)
@given(facts=st.lists(FACTS, min_size=1, max_size=4))
@example(facts=[("receive", "", "1"), ("receive", "W18", ""), ("show", "")])
@example(facts=[("receive", "W18", "1000000000000"), ("receive", "W18", "1000000000000")])
def test_any_words_as_facts_end_with_a_documented_code_and_right_books(
    facts: list[tuple[str, ...]], database: str
) -> None:
    ended = [run("stock", *words, "--db", database, "--json") for words in facts]

    assert {each.code for each in ended} <= DOCUMENTED
    assert 0 == run("stock", "audit", "--db", database).code
