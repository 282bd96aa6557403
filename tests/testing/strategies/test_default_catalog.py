"""`default_catalog`: what `Configuration` means to Hypothesis, and that it means nothing to anybody else."""

import subprocess
import sys
from collections.abc import Container, Hashable, Mapping, Sized
from threading import Thread

import pytest
from drawn_values import QUIETLY, smallest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategy_catalogs import NONE, ONE, SHELF

from configurator import Configuration
from configurator.errors import ChoiceError, StrategyError
from configurator.testing import default_catalog

ANY = st.from_type(Configuration)


def test_configurations_are_drawn_from_the_default_catalog() -> None:
    with default_catalog(ONE):
        found = smallest(ANY)

    assert {"board": "B2", "fan": "F1"} == found.to_dict()


def test_without_a_default_catalog_the_next_step_is_told() -> None:
    with pytest.raises(StrategyError) as raised:
        smallest(ANY)

    assert (
        "a `Configuration` alone does not say of which catalog "
        "(draw from `configurations(catalog)`, or within `with default_catalog(catalog):`)"
    ) == str(raised.value)


def test_the_innermost_default_holds() -> None:
    found = []
    with default_catalog(ONE):
        with default_catalog(SHELF, choices={"board": "B3"}):
            found.append(smallest(ANY)["board"])
        found.append(smallest(ANY)["board"])

    assert ["B3", "B2"] == found


def test_a_thread_knows_only_its_own_default() -> None:
    found: list[object] = []

    def drawn_in(board: str) -> None:
        with default_catalog(SHELF, choices={"board": board}):
            found.extend(smallest(ANY)["board"] for _ in range(5))

    with default_catalog(ONE):
        threads = [Thread(target=drawn_in, args=[board]) for board in ("B1", "B3")]
        for thread in threads:
            thread.start()
        found.append(smallest(ANY)["board"])
        for thread in threads:
            thread.join()

    assert ["B1"] * 5 + ["B2"] + ["B3"] * 5 == sorted(map(str, found))


@default_catalog(SHELF)
@settings(QUIETLY, max_examples=10)
@given(...)
def test_annotated_arguments_are_drawn_from_it(configuration: Configuration) -> None:
    assert SHELF.validate(configuration)


@default_catalog(SHELF)
@settings(QUIETLY, max_examples=10)
@given(st.lists(st.from_type(Configuration), max_size=2))
def test_it_decorates_tests(drawn: list[Configuration]) -> None:
    assert all(SHELF.validate(each) for each in drawn)


def test_a_mistake_ends_the_default() -> None:
    def fails() -> None:
        with default_catalog(ONE):
            raise OSError

    with pytest.raises(OSError):  # noqa: PT011 - it is raised just above
        fails()
    with pytest.raises(StrategyError):
        smallest(ANY)


def test_a_catalog_that_cannot_be_the_default_is_told_at_once() -> None:
    with (
        pytest.raises(ChoiceError, match="`bord` is neither a slot nor an option"),
        default_catalog(ONE, choices={"bord": "B1"}),
    ):
        pass
    with pytest.raises(StrategyError, match="nothing can be drawn from `made`"), default_catalog(NONE):
        pass


@pytest.mark.parametrize("wanted", [Mapping, Container, Sized, Hashable, object])
def test_whoever_wants_anything_else_gets_no_configurations(wanted: type) -> None:
    @settings(QUIETLY, max_examples=50)
    @given(st.from_type(wanted))
    def check(value: object) -> None:
        assert not isinstance(value, Configuration)

    with default_catalog(ONE):
        check()


# ---------------------------------------------------------------- what a failing test shows

FAILING = """
from fractions import Fraction
from hypothesis import given, settings, strategies as st
from configurator import Configurator
from configurator.testing import *

catalog = Configurator.from_text({text!r})

@settings(database=None, derandomize=True, print_blob=False)
@given({strategy})
def test(drawn):
    assert {condition}

test()
"""


def shown_by(text: str, strategy: str, condition: str) -> str:
    """What a failing test of that strategy prints for its argument."""
    code = FAILING.format(text=text, strategy=strategy, condition=condition)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "AssertionError" in done.stderr, done.stderr
    lines = [line.lstrip("| ") if line.startswith("  |") else line for line in done.stderr.splitlines()]
    begin = next(at for at, line in enumerate(lines) if line.startswith("    drawn="))
    end = next(at for at in range(begin, len(lines)) if lines[at].startswith(")"))
    return "\n".join(lines[begin:end]).strip().removeprefix("drawn=").split("  # ")[0].rstrip(",")


ASSEMBLED = """catalog made "Made" version "1"
unit cm
option height : number 0..2 step 0.5 in cm
assembly box choose 0..2 {
  family plate choose one {
    | sku |
    |---|
    | P1 |
  }
  family cup choose 0..2 mixed {
    | sku |
    |---|
    | C1 |
  }
}
rule flat : require count(box) <= 1
"""


def test_a_configuration_that_fails_a_test_is_shown_as_python() -> None:
    from fractions import Fraction  # noqa: PLC0415 - what the pasted code needs

    from configurator import ComponentQuantity  # noqa: PLC0415 - likewise
    from configurator.configuration.model import InstanceValue  # noqa: PLC0415 - likewise

    shown = shown_by(
        ASSEMBLED, "configurations(catalog)", "'C1' not in str(drawn) or drawn['height'] != Fraction(1, 2)"
    )
    names = {each.__name__: each for each in (Fraction, ComponentQuantity, InstanceValue, Configuration)}

    assert {
        "height": 0.5,
        "box": [{"plate": "P1", "cup": [{"component": "C1", "quantity": 1}]}],
    } == eval(shown, names).to_dict()  # noqa: S307 - that it can be pasted is what is tested


def test_invalid_choices_that_fail_a_test_are_shown_as_python() -> None:
    from configurator.testing import InvalidConfiguration  # noqa: PLC0415 - what the pasted code needs

    shown = shown_by(ASSEMBLED, "invalid_configurations(catalog)", "not drawn")
    names = {"InvalidConfiguration": InvalidConfiguration}

    assert InvalidConfiguration(
        {"height": 0, "box": [{"plate": "P1", "cup": []}] * 2}, "flat", ("flat",)
    ) == eval(shown, names)  # noqa: S307 - that it can be pasted is what is tested


def test_orders_that_fail_a_test_are_shown_as_json() -> None:
    shown = shown_by(ASSEMBLED, "orders(catalog)", "drawn['lines'][0]['quantity'] < 3")

    assert [{"configuration": {"height": 0, "box": []}, "quantity": 3}] == eval(shown)["lines"]  # noqa: S307 - that it can be pasted is what is tested
