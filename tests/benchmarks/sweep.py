"""The seeded sweep: how many models compile, in what time and size, as their rules reach further.

    python tests/benchmarks/sweep.py [--windows 5 8 12 16 24] [--seeds 20] [--cap SECONDS]
                                     [--markdown FILE] [--json FILE]

Each model has 24 families of about 70 and 220 tables; the families of one rule lie at most WINDOW apart
before they are shuffled, so a wide window scatters the rules. Answers are not compared here, which is the
work of `run.py` and of the conformance suite.
"""

import argparse
import json
import statistics
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench_worker import Worker
from benchmark_page import write_between
from benchmark_report import surroundings
from engine_measures import ENGINE, WITHOUT_NUMBA, Figures, measure_shape
from instance_problems import ABSENT, Shape, instances_present

HEADER = (
    "| Window | Models | Void | Compiled | Median | Worst | Nodes, median | Nodes, most "
    "| Valid domains after one choice, median |"
)


def main(arguments: Sequence[str]) -> int:
    """Sweep and tell."""
    options = read(arguments)
    if not instances_present():
        sys.stderr.write(f"{ABSENT}\n")
        return 2
    lines = [f"engine {ENGINE}, limit {options.cap:g} s; {surroundings()}", "", HEADER, "|--:" * 9 + "|"]
    say(*lines)
    figures: dict[str, list[Figures]] = {}
    for window in options.windows:
        figures[str(window)] = list(models(window, range(1, options.seeds + 1), options.cap))
        lines.append(row(window, figures[str(window)]))
        say(lines[-1])
    if options.markdown:
        write_between(options.markdown, "sweep", "\n".join(lines))
    if options.json:
        plain = {"engine": ENGINE, "windows": figures}
        options.json.write_text(json.dumps(plain, indent=1), encoding="utf-8")
    return 0


def read(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="How many models compile as their rules reach further.")
    parser.add_argument("--windows", type=int, nargs="+", default=[5, 8, 12, 16, 24], help="which")
    parser.add_argument("--seeds", type=int, default=20, help="models for each window")
    parser.add_argument("--cap", type=float, default=10.0, help="seconds for each step of each model")
    parser.add_argument("--markdown", type=Path, help="put the table into a page, between its marks")
    parser.add_argument("--json", type=Path, help="write all figures")
    return parser.parse_args(arguments)


def models(window: int, seeds: Sequence[int], cap: float) -> Iterator[Figures]:
    """Yield the figures of each seed's model."""
    with Worker(WITHOUT_NUMBA) as worker:
        for seed in seeds:
            # The engine keeps its limit itself; the worker's is for one that does not.
            outcome = worker.run(measure_shape, Shape(window=window, seed=seed), cap, seconds=4 * cap + 30)
            yield outcome.items[0] if outcome.items else {"stopped": outcome.stopped or "no answer"}


def row(window: int, figures: Sequence[Figures]) -> str:
    """One line of the table."""
    compiled = [each for each in figures if "prepare_ms" in each]
    columns = [
        str(window),
        str(len(figures)),
        str(sum("void" in each for each in figures)),
        str(len(compiled)),
        told(statistics.median, compiled, "prepare_ms", " ms"),
        told(max, compiled, "prepare_ms", " ms"),
        told(statistics.median, compiled, "nodes", ""),
        told(max, compiled, "nodes", ""),
        told(statistics.median, compiled, "domains_ms", " ms"),
    ]
    return f"| {' | '.join(columns)} |"


def told(summary: Any, figures: Sequence[Figures], name: str, unit: str) -> str:
    """A figure over those models that have it."""
    having = [float(each[name]) for each in figures if name in each]
    if not having:
        return "–"
    found = summary(having)
    return f"{found:,.3g}{unit}" if found < 100 else f"{found:,.0f}{unit}"


def say(*lines: str) -> None:
    """At once, for those who watch."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
