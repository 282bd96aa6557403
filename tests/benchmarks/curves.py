"""How cost grows as the model does: with families, components in a family, rules, and sums.

    python tests/benchmarks/curves.py [--seeds 3] [--cap SECONDS] [--only CURVE]
                                      [--picture FILE.svg] [--json FILE]

One size is varied, the others stay as in L0 (24 families of about 70, 220 tables, no sum); when
families vary, rules vary with them.
"""

import argparse
import json
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

from attrs import evolve, frozen
from bench_worker import Worker
from engine_measures import ENGINE, WITHOUT_NUMBA, Figures, measure_shape
from instance_problems import ABSENT, Shape, instances_present

STEPS = ("prepare_ms", "domains_ms", "count_ms")


@frozen
class Point:
    """The figures of a few seeds of one shape.

    Attributes:
        size: what is varied.
        medians: by step, over the models that came so far; a step that none reached is missing.
        models: how many there are, void ones left out.
        finished: how many met no limit.
    """

    size: int
    medians: dict[str, float]
    models: int
    finished: int


CURVES: dict[str, tuple[tuple[int, Shape], ...]] = {
    "families": tuple((n, Shape(families=n, rules=220 * n // 24)) for n in (6, 12, 18, 24, 36, 48, 72)),
    "components": tuple((n, Shape(components=n)) for n in (30, 70, 150, 300, 600)),
    "rules": tuple((n, Shape(rules=n)) for n in (30, 60, 110, 160, 220, 260)),
    "sums": tuple((n, Shape(sums=n)) for n in (0, 1, 2, 3, 4)),
}


def main(arguments: Sequence[str]) -> int:
    """Measure and tell."""
    options = read(arguments)
    if not instances_present():
        sys.stderr.write(f"{ABSENT}\n")
        return 2
    curves: dict[str, list[Point]] = {}
    for name in options.only or CURVES:
        say(f"{name} (engine {ENGINE})")
        curves[name] = []
        for size, shape in CURVES[name]:
            point = measured(size, shape, range(7, 7 + options.seeds), options.cap)
            curves[name].append(point)
            medians = "  ".join(f"{step} {median:>10,.3g}" for step, median in point.medians.items())
            say(f"  {size:>5}  {point.finished} of {point.models}  {medians}")
    if options.json:
        plain = {
            name: [
                {"size": point.size, "finished": point.finished, "models": point.models, **point.medians}
                for point in points
            ]
            for name, points in curves.items()
        }
        options.json.write_text(json.dumps({"engine": ENGINE, "curves": plain}, indent=1), encoding="utf-8")
    if options.picture:
        from curve_picture import draw  # noqa: PLC0415 - matplotlib is wanted for pictures only

        draw(curves, options.picture)
    return 0


def read(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="How cost grows as the model does.")
    parser.add_argument("--seeds", type=int, default=3, help="models for each point")
    parser.add_argument("--cap", type=float, default=10.0, help="seconds for each step of each model")
    parser.add_argument("--only", nargs="*", choices=sorted(CURVES), help="which curves")
    parser.add_argument("--picture", type=Path, help="write an SVG")
    parser.add_argument("--json", type=Path, help="write the figures")
    return parser.parse_args(arguments)


def measured(size: int, shape: Shape, seeds: Sequence[int], cap: float) -> Point:
    """One point."""
    figures: list[Figures] = []
    with Worker(WITHOUT_NUMBA) as worker:
        for seed in seeds:
            # The engine keeps its limit itself; the worker's is for one that does not.
            outcome = worker.run(measure_shape, evolve(shape, seed=seed), cap, seconds=4 * cap + 30)
            each = outcome.items[0] if outcome.items else {"stopped": outcome.stopped or "no answer"}
            if "void" not in each:
                figures.append(each)
    medians = {
        step: statistics.median(having)
        for step in STEPS
        if (having := [float(each[step]) for each in figures if step in each])
    }
    return Point(size, medians, len(figures), sum("stopped" not in each for each in figures))


def say(line: str) -> None:
    """At once, for those who watch."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
