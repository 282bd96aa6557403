"""Seeded mistakes: the tests of stock are run against each, and must notice it.

A mistake that no test notices means that the tests would not notice it in earnest either.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from storms.mutations import MUTANTS, Change, Mutant
from storms.tally import Budget, Tally

ROOT: Final = Path(__file__).resolve().parents[2]
_COPIED: Final = ("configurator", "grammars", "catalogs", "tests")
_LONGEST: Final = 240.0
ALL: Final = ("",)
"""All tests of stock, as names of files in their folder."""
_FOUND: Final = 1
"""The exit code of tests that failed, of pytest and of the storms."""


def storm(tally: Tally, budget: Budget, *, names: Iterable[str] = ()) -> None:
    """Try every mistake, or those with these words in their names.

    Args:
        tally: gets the figures. Mistakes that were noticed in an earlier run of it are not tried again.
        budget: when to stop.
        names: empty for all.
    """
    # What survived before is tried again.
    tally.violations.clear()
    chosen = [each for each in MUTANTS if not names or any(name in each.name for name in names)]
    with tempfile.TemporaryDirectory(prefix="mutants-") as scratch:
        tree = copied(Path(scratch))
        for mutant in chosen:
            if budget.over:
                return
            if tally.counts[f"noticed: {mutant.name}"]:
                continue
            if not _passes_unharmed(tree, mutant.first, mutant.which):
                tally.violations.append(f"without a mistake {' '.join(mutant.first)} does not pass")
                continue
            tally.counts["mistakes"] += 1
            how = noticed(tree, mutant)
            if how:
                tally.counts[f"noticed: {mutant.name}"] += 1
            else:
                tally.violations.append(f"survived: {mutant.name}")
            sys.stdout.write(f"{mutant.name}: {f'noticed by {how}' if how else 'SURVIVED'}\n")
            sys.stdout.flush()
            tally.save()


def copied(folder: Path) -> Path:
    """A copy of what the tests of stock need; mistakes are made there."""
    for name in _COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns(".hypothesis"))
    shutil.copy2(ROOT / "pyproject.toml", folder)
    return folder


def noticed(tree: Path, mutant: Mutant) -> str:
    """Which test noticed a mistake; empty when none did."""
    before = {change.module: _module(tree, change).read_text(encoding="utf-8") for change in mutant.changes}
    try:
        for change in mutant.changes:
            _make(tree, change)
        return _failed(tree, mutant.first, mutant.which) or _failed(tree, ALL, mutant.which)
    finally:
        for module, text in before.items():
            (tree / "configurator" / "availability" / module).write_text(text, encoding="utf-8")


@cache
def _passes_unharmed(tree: Path, tests: tuple[str, ...], which: str) -> bool:
    return not _failed(tree, tests, which)


def _module(tree: Path, change: Change) -> Path:
    return tree / "configurator" / "availability" / change.module


def _make(tree: Path, change: Change) -> None:
    module = _module(tree, change)
    module.write_text(changed(module.read_text(encoding="utf-8"), change), encoding="utf-8")


def changed(text: str, change: Change) -> str:
    """A module's text with a mistake in it.

    Raises:
        SystemExit: what is to be changed does not stand there as often as it should.
    """
    times = text.count(change.before)
    if times != change.times:
        raise SystemExit(f"{change.module} has {times} times, not {change.times} times: {change.before!r}")
    return text.replace(change.before, change.after)


def _failed(tree: Path, tests: tuple[str, ...], which: str) -> str:
    """The first test that fails in the copy, or hangs; empty when all pass.

    Args:
        tree: the copy.
        tests: see `Mutant.first`.
        which: the tests of which store, as an expression for pytest.

    Raises:
        SystemExit: they could not be run.
    """
    if tests[0] == "storms":
        command = ["tests.storms", *tests[1:], "--budget", str(_LONGEST / 2)]
    else:
        paths = [str(Path("tests", "availability", test)) for test in tests]
        options = ("-n", "0", "-x", "-q", "-p", "no:cacheprovider", "--hypothesis-seed=0")
        command = ["pytest", *options, "-k", which, *paths]
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    try:
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=tree,
            env=environment,
            capture_output=True,
            text=True,
            timeout=_LONGEST if tests != ALL else 5 * _LONGEST,
            check=False,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired:
        # All tests may take long on a busy machine; that is no reason to believe that one failed.
        return f"{' '.join(tests)}, which hangs" if tests != ALL else ""
    if done.returncode not in {0, _FOUND}:
        raise SystemExit(
            f"`{' '.join(command)}` could not be run:\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
        )
    if done.returncode == 0:
        return ""
    failed = re.search(r"^(?:FAILED|ERROR) \S+?::(\S+)", done.stdout, re.MULTILINE)
    return failed[1] if failed else " ".join(tests)
