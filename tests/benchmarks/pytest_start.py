"""How much the plugin adds to the start of pytest: `python tests/benchmarks/pytest_start.py [--runs N]`.

Each case is run with and without the plugin, in turns, so that whatever else the machine does hits both
alike. The plugin is found as in a wheel: its entry point and the list of all files of the package lie in a
folder of their own. Compiled files are kept, as in any installation. Told are the medians of the seconds on
the clock and on the processor, and the ratios.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

ROOT = Path(__file__).resolve().parents[2]
ENTRY_POINT = "[pytest11]\nconfigurator = configurator.testing.pytest_plugin\n"
RUNS = 20

CASES = {
    "pytest --version": ("--version",),
    "an empty test file": ("-q", "test_empty.py"),
    "100 folders of 5 files": ("-q", "--collect-only", "folders"),
}


@frozen
class Case:
    """What was measured, in seconds, run by run.

    Attributes:
        clock: on the clock, with the plugin and without.
        processor: on the processor, likewise.
    """

    name: str
    clock: tuple[tuple[float, ...], tuple[float, ...]]
    processor: tuple[tuple[float, ...], tuple[float, ...]]

    def line(self) -> str:
        """`pytest --version  clock 0.201 : 0.200 s = 1.00  processor …`."""
        return "  ".join([f"{self.name:<24}", _told("clock", self.clock), _told("processor", self.processor)])


def _told(what: str, both: tuple[tuple[float, ...], tuple[float, ...]]) -> str:
    with_it, without = map(statistics.median, both)
    return f"{what} {with_it:.3f} : {without:.3f} s = {with_it / without:.2f}"


def write_distribution(folder: Path) -> None:
    """What an installed wheel says of itself: an entry point, and every file it has brought."""
    place = folder / "pcat_wheel-1.0.dist-info"
    place.mkdir()
    files = sorted((ROOT / "configurator").rglob("*.py"))
    (place / "METADATA").write_text("Metadata-Version: 2.1\nName: pcat-wheel\nVersion: 1.0\n")
    (place / "entry_points.txt").write_text(ENTRY_POINT)
    (place / "RECORD").write_text("".join(f"{each.relative_to(ROOT).as_posix()},,\n" for each in files))


def write_tests(folder: Path) -> None:
    """An empty test file, and many folders without a catalog."""
    (folder / "test_empty.py").write_text("def test_nothing(): pass\n")
    for number in range(100):
        inside = folder / "folders" / f"folder_{number}"
        inside.mkdir(parents=True)
        for file in range(5):
            (inside / f"notes_{file}.txt").write_text("nothing\n")


def measured(runs: int) -> Iterator[Case]:
    """Yield what each case took."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        meta = folder / "meta"
        meta.mkdir()
        write_distribution(meta)
        write_tests(folder)
        both = ((str(meta), ()), ("", ("-p", "no:configurator")))
        for name, arguments in CASES.items():
            clock: tuple[list[float], list[float]] = ([], [])
            processor: tuple[list[float], list[float]] = ([], [])
            # One run more: the first one fills the caches of the system.
            for number in range(runs + 1):
                for at, (path, more) in enumerate(both):
                    seconds, busy = one_run(folder, path, (*more, *arguments))
                    if number:
                        clock[at].append(seconds)
                        processor[at].append(busy)
            yield Case(name, _tuples(clock), _tuples(processor))


def _tuples(both: tuple[list[float], list[float]]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return tuple(both[0]), tuple(both[1])


def one_run(folder: Path, path: str, arguments: tuple[str, ...]) -> tuple[float, float]:
    """The seconds of one run, on the clock and on the processor."""
    paths = os.pathsep.join([*filter(None, [path]), str(ROOT)])
    settings = {"PYTHONPATH": paths, "PYTEST_ADDOPTS": "", "PYTHONPYCACHEPREFIX": str(folder / "compiled")}
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env={**inherited, **settings},
        capture_output=True,
        check=False,
    )
    seconds = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode in {0, 5}, done.stdout + done.stderr
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, busy


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=RUNS)
    for case in measured(parser.parse_args().runs):
        sys.stdout.write(f"{case.line()}\n")


if __name__ == "__main__":
    main()
