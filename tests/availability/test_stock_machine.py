"""Every store and the plain one in memory, through the same random steps."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from stock_stores import HandClock, opened

from configurator.testing import StockMachine

EXAMPLES = {"sqlite": 25, "postgres": 8}


@pytest.mark.parametrize("kind", EXAMPLES)
def test_a_store_does_step_by_step_what_the_plain_one_does(kind: str) -> None:
    with TemporaryDirectory() as folder:  # skips where the store cannot be had
        opened(kind, Path(folder), HandClock()).close()
    machine = StockMachine.for_store(lambda folder, clock: opened(kind, folder, clock))

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES[kind],
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
