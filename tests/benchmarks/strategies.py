"""What drawing configurations costs beyond what Hypothesis itself costs for as many draws.

    python tests/benchmarks/strategies.py [CATALOG …] [--examples N] [--rounds N]

For each catalog and strategy: seconds of the processor to load the catalog, to prepare the strategy, and for
so many examples, the median of the rounds; beside it as many examples of as many `sampled_from` with as many
values each, and the difference. Every line also says how many different values came.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from attrs import frozen
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from configurator.configurator import Configurator
from configurator.testing import (
    configurations,
    invalid_configurations,
    orders,
    partial_configurations,
    stocks,
)

SHIPPED = ("desktop_pc", "bicycle", "coffee_machine", "kitchen", "lift")
MOST_VALUES = 1_000
"""Values of a place up to which the bare draw has as many."""

Made = Callable[[Configurator], st.SearchStrategy[Any]]
STRATEGIES: tuple[tuple[str, Made], ...] = (
    ("configurations", configurations),
    ("uniform", lambda catalog: configurations(catalog, distribution="uniform")),
    ("invalid", invalid_configurations),
    ("partial", partial_configurations),
    ("orders", orders),
    ("stocks", stocks),
)


@frozen
class Line:
    """Figures of one strategy, in seconds."""

    catalog: str
    strategy: str
    load: float
    prepare: float
    drawn: float
    bare: float
    different: int


def one_round(strategy: st.SearchStrategy[Any], examples: int) -> tuple[float, list[Any]]:
    """The time for so many examples, and the examples."""
    kept: list[Any] = []

    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def check(value: object) -> None:
        kept.append(value)

    began = time.process_time()
    check()
    return time.process_time() - began, kept


def seconds_for(strategy: st.SearchStrategy[Any], examples: int, rounds: int) -> tuple[float, int]:
    """The median time for so many examples, and how many different ones came in the last round."""
    found = [one_round(strategy, examples) for _ in range(rounds)]
    return statistics.median(seconds for seconds, _ in found), len(set(map(repr, found[-1][1])))


def bare(catalog: Configurator) -> st.SearchStrategy[Any]:
    """As many draws as a configuration takes, each from as many values, and nothing else."""
    sizes = [variable.size for variable in catalog.product().lowered.layout.variables]
    return st.tuples(*(st.sampled_from(range(min(size, MOST_VALUES))) for size in sizes))


def measured(name: str, examples: int, rounds: int) -> list[Line]:
    """A line for each strategy."""
    found = []
    for strategy, make in STRATEGIES:
        began = time.process_time()
        catalog = Configurator.load(f"package:{name}")
        load = time.process_time() - began
        without, _ = seconds_for(bare(catalog), examples, rounds)
        began = time.process_time()
        drawn = make(catalog)
        drawn.validate()
        prepare = time.process_time() - began
        taken, different = seconds_for(drawn, examples, rounds)
        found.append(Line(name, strategy, load, prepare, taken, without, different))
    return found


def told(line: Line) -> str:
    """A line of the table."""
    ratio = line.drawn / line.bare
    return (
        f"{line.catalog:15} {line.strategy:15} load {line.load:6.3f}  prepare {line.prepare:6.3f}  "
        f"drawn {line.drawn:6.3f}  bare {line.bare:6.3f}  beyond {line.drawn - line.bare:6.3f}  "
        f"ratio {ratio:5.1f}  different {line.different}"
    )


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("catalogs", nargs="*", default=list(SHIPPED))
    parser.add_argument("--examples", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args(arguments)
    for name in asked.catalogs:
        for line in measured(name, asked.examples, asked.rounds):
            sys.stdout.write(told(line) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
