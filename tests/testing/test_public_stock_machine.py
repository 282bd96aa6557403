"""The state machine for stores of others: sound stores pass, faulty ones fail in few steps."""

import subprocess
import sys
from pathlib import Path

import pytest
from faulty_stores import FAULTY, Store, factory_of
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from configurator.testing import StockMachine

MOST_STEPS = 4
"""Steps of a falsifying sequence, without the beginning and the end."""


def run(machine: type[StockMachine], examples: int) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=10,
            deadline=None,
            derandomize=True,
            database=None,
            report_multiple_bugs=False,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_store_that_does_what_it_should_passes() -> None:
    run(StockMachine.for_store(factory_of(Store)), 15)


def test_other_skus_can_be_asked_for() -> None:
    skus = ("4711", "4712", "4713", "4714")
    asked: set[str] = set()

    class Watched(Store):
        def receive(self, sku: str, quantity: int, **more: object) -> object:
            asked.add(sku)
            return self.inner.receive(sku, quantity, **more)  # type: ignore[arg-type]  # as it was given

    run(StockMachine.for_store(factory_of(Watched), skus=skus), 15)

    assert set(skus[:2]) <= asked <= set(skus)


@pytest.mark.parametrize("skus", [("A", "B"), ("A", "B", "A", "C"), ()])
def test_four_different_skus_are_needed(skus: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="a machine takes 4 different SKUs, not "):
        StockMachine.for_store(factory_of(Store), skus=skus)


@pytest.mark.parametrize("kind", FAULTY, ids=lambda kind: kind.__name__)
def test_a_faulty_store_is_found_with_a_short_sequence(kind: type[Store]) -> None:
    with pytest.raises(AssertionError) as found:
        run(StockMachine.for_store(factory_of(kind)), 300)
    told = [line for line in found.value.__notes__ if line.startswith("state.")]
    # After each step the whole state is looked at.
    steps = [line for line in told if "the_whole_state" not in line]

    assert "answers otherwise than it should" in str(found.value)
    assert len(steps) <= MOST_STEPS + len(["begin_with_stock_and_promises", "teardown"]), steps


USE = """
from hypothesis import settings

from configurator.availability.memory_store import MemoryStockStore
from configurator.testing import StockMachine


def my_store(folder, clock):
    return {store}


Machine = StockMachine.for_store(my_store, reopens=False)

TestMyStore = Machine.TestCase
TestMyStore.settings = settings(TestMyStore.settings, max_examples=5, stateful_step_count=10)


class TestMyStoreAgain(Machine.TestCase):
    settings = settings(Machine.TestCase.settings, max_examples=3)
"""

BROKEN = """type("Broken", (MemoryStockStore,), {"audit": lambda self: ("all is lost",)})(clock)"""


def pytest_on(folder: Path, store: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_mine.py").write_text(USE.replace("{store}", store), encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_mine.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_pytest_runs_it_as_an_attribute_and_as_a_class(tmp_path: Path) -> None:
    done = pytest_on(tmp_path, "MemoryStockStore(clock)")

    assert "2 passed" in done.stdout, done.stdout + done.stderr


def test_pytest_shows_the_sequence_that_a_faulty_store_fails_on(tmp_path: Path) -> None:
    done = pytest_on(tmp_path, BROKEN)

    assert "2 failed" in done.stdout, done.stdout + done.stderr
    assert "`audit` answers otherwise than it should: expected (), got ('all is lost',)" in done.stdout
    assert "state.begin_with_stock_and_promises(" in done.stdout
