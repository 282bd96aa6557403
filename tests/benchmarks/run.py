"""The benchmarks: our engine beside its peers, side by side in one run.

    python tests/benchmarks/run.py [--quick] [--only WORDS] [--peer NAME] [--cap SECONDS]
                                   [--markdown FILE] [--json FILE [--add]]

Every peer is asked the same inputs in a process of its own with one thread, and what they
answer is compared; wrong answers end the run with exit code 1. Milliseconds depend on the machine, the ratios
are what to look at. Goals that are missed do not change the exit code. The whole plan takes a while;
`--add` joins the figures of several runs, each with a part of it.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from attrs import evolve
from benchmark_page import figures, joined, read_plain, write_between
from benchmark_plan import PLAN, QUICK
from benchmark_report import absences, as_plain, as_text, summary, surroundings
from instance_problems import ABSENT, instances_present
from side_by_side import Result, find_subject, run_all


def main(arguments: Sequence[str]) -> int:
    """Run and tell."""
    options = read(arguments)
    if not instances_present():
        sys.stderr.write(f"{ABSENT}\n")
        return 2
    chosen = [
        measurement
        for measurement in (QUICK if options.quick else PLAN)
        if all(word in measurement.name for word in options.only)
    ]
    if options.peer:
        chosen = [
            evolve(measurement, peers=tuple(peer for peer in measurement.peers if peer in options.peer))
            for measurement in chosen
        ]
    begun = time.monotonic()
    say(surroundings(), *absences(), f"subject: {find_subject()}", "")
    results: list[Result] = []
    running = run_all(
        chosen, cap=options.cap, enough=options.cap / 3, progress=note, one_worker=options.quick
    )
    for result in running:
        results.append(result)
        say(as_text(result))
    say("", summary(results), f"{time.monotonic() - begun:.0f} s")
    plain = as_plain(results)
    if options.add:
        plain = joined(read_plain(options.json), plain, [measurement.name for measurement in PLAN])
    if options.json:
        options.json.write_text(json.dumps(plain, indent=1), encoding="utf-8")
    if options.markdown:
        write_between(options.markdown, "figures", figures(plain))
    return 1 if any(result.disagreement for result in results) else 0


def read(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Our engine beside its peers.")
    parser.add_argument("--quick", action="store_true", help="the smallest instance, few inputs")
    parser.add_argument("--only", nargs="*", default=[], help="measurements whose name has all these words")
    parser.add_argument("--peer", action="append", default=[], help="ask only these besides the subject")
    parser.add_argument("--cap", type=float, default=30.0, help="seconds for a peer and measurement")
    parser.add_argument("--markdown", type=Path, help="put the tables into a page, between its marks")
    parser.add_argument("--json", type=Path, help="write all figures")
    parser.add_argument(
        "--add", action="store_true", help="keep what the JSON file has of other measurements"
    )
    options = parser.parse_args(arguments)
    if options.add and not options.json:
        parser.error("`--add` needs `--json`")
    return options


def say(*lines: str) -> None:
    """At once, for those who watch."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def note(line: str) -> None:
    """What is going on."""
    sys.stderr.write(f"# {line}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
