"""How long `check` takes on long tables, beyond what importing takes, in what memory, and how it grows.

    python tests/benchmarks/checking.py [ROWS …]

Each line is a fresh process that imports the command, then reads and compiles one catalog, as `check` does,
and looks through it with the checks that need no solving. Times are processor seconds of that process, so
that a busy machine does not count; building the parsers (0.05 s and more, once a process) is part of them.
Memory is the high-water mark of the whole process. `x 2.0` says how the time has grown for twice the rows.

The catalog over real components (58,203 of them) is checked where its data are: see `tests/real_data`.
"""

import argparse
import csv
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from cold_start import peak_megabytes

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "real_data"))

import pc_parts

ROWS = (10_000, 20_000, 40_000)
HEADING = ("sku", "name", "kind", "draw [W]", "price [EUR]", "boxed")
HEADER = 'catalog long "Long" version "1" currency EUR\nunit W\n'


def say(line: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def components(rows: int) -> Iterator[tuple[str, ...]]:
    """Yield made-up components, always the same."""
    dice = random.Random(1)  # noqa: S311 - nothing is kept secret
    for number in range(rows):
        yield (
            f"P-{number:06}",
            f"Part number {number}",
            dice.choice("ABCDEFG"),
            str(dice.randint(1, 500)),
            f"{dice.randint(100, 99_999) / 100:.2f}",
            dice.choice(("yes", "no")),
        )


def table(rows: Iterator[tuple[str, ...]], heading: tuple[str, ...]) -> str:
    """Rows between bars."""
    lines = [heading, tuple("---" for _ in heading), *rows]
    return "".join(f"  | {' | '.join(line)} |\n" for line in lines)


def in_catalog(folder: Path, rows: int) -> Path:
    """Components in the catalog itself."""
    text = f"{HEADER}family part choose one {{\n{table(components(rows), HEADING)}}}\n"
    return written(folder, text)


def in_csv(folder: Path, rows: int) -> Path:
    """Components in a CSV file."""
    with (folder / "parts.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADING)
        writer.writerows(components(rows))
    return written(folder, f'{HEADER}family part choose one {{ from csv "parts.csv" }}\n')


def in_workbook(folder: Path, rows: int) -> Path:
    """Components in a workbook."""
    from xlsxwriter import Workbook  # noqa: PLC0415 - optional

    with Workbook(str(folder / "parts.xlsx")) as book:
        page = book.add_worksheet("parts")
        page.write_row(0, 0, HEADING)
        for at, row in enumerate(components(rows), start=1):
            for column, cell in enumerate(row):
                page.write(at, column, float(cell) if column in {3, 4} else cell)
    return written(folder, f'{HEADER}family part choose one {{ from xlsx "parts.xlsx" }}\n')


def in_rule_table(folder: Path, rows: int) -> Path:
    """A rule table of two columns, the second one of ranges."""
    dice = random.Random(1)  # noqa: S311 - nothing is kept secret
    lines = ((str(at), f"{dice.randint(1, 100)}..{dice.randint(101, 400)}") for at in range(rows))
    options = f"option a : whole 0..{rows}\noption b : whole 0..500\n"
    return written(folder, f"{HEADER}{options}table t allow {{\n{table(lines, ('a', 'b'))}}}\n")


def written(folder: Path, text: str) -> Path:
    """A catalog in a file."""
    place = folder / "long.pcat"
    place.write_text(text, encoding="utf-8")
    return place


FORMS: dict[str, Callable[[Path, int], Path]] = {
    "components in the catalog": in_catalog,
    "components in a CSV file": in_csv,
    "components in a workbook": in_workbook,
    "a rule table": in_rule_table,
}


def measure(path: str) -> None:
    """In the fresh process: check one catalog, print what it took as JSON."""
    from configurator.authoring.checks.checking import check_catalog  # noqa: PLC0415 - this is what is timed
    from configurator.catalog.compilation import compile_catalog  # noqa: PLC0415 - likewise
    from configurator.catalog_files import find_catalog  # noqa: PLC0415 - likewise
    from configurator.cli.commands import check  # noqa: PLC0415 - likewise

    assert check
    imported, before = time.process_time(), peak_megabytes()
    found = find_catalog(path)
    result = compile_catalog(found.entry, found.reader)
    compiled = time.process_time()
    assert result.catalog is not None, result.diagnostics
    check_catalog(result.catalog)
    say(
        json.dumps(
            {
                "import": imported,
                "compile": compiled - imported,
                "check": time.process_time() - imported,
                "before": before,
                "peak": peak_megabytes(),
            }
        )
    )


def measured(path: Path) -> dict[str, float]:
    """The same from outside."""
    command = [sys.executable, __file__, "--measure", str(path)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    values: dict[str, float] = json.loads(printed)
    return values


def tell(name: str, took: dict[str, float], before: float | None) -> None:
    """A line of the table."""
    grown = f"x {took['check'] / before:.1f}" if before else "–"
    say(
        f"| {name} | {took['compile']:.2f} s | {took['check']:.2f} s | {grown} "
        f"| {took['peak']:.0f} MB ({took['peak'] - took['before']:.0f} more) |"
    )


def main() -> None:
    """Measure all forms."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("rows", type=int, nargs="*", default=list(ROWS))
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        measure(given.measure)
        return
    say("| Catalog | Read and compiled | With all checks | Growth | Peak memory |")
    say("|---|--:|--:|--:|--:|")
    for form, make in FORMS.items():
        before: float | None = None
        for rows in given.rows:
            with tempfile.TemporaryDirectory() as folder:
                took = measured(make(Path(folder), rows))
            tell(f"{form}, {rows:,} rows", took, before)
            before = took["check"]
    if pc_parts.FOLDER.is_dir():
        with tempfile.TemporaryDirectory() as folder:
            tell("58,203 real components in CSV files", measured(pc_parts.write_catalog(Path(folder))), None)
    else:
        say(f"({pc_parts.MISSING})")


if __name__ == "__main__":
    main()
