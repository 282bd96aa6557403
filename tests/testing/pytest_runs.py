"""Runs of pytest with our plugin: in this process where that will do, else in one of their own."""

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

INSTALLED = any(each.value == "configurator.testing.pytest_plugin" for each in entry_points(group="pytest11"))
PLUGIN = () if INSTALLED else ("-p", "configurator.testing.pytest_plugin")
"""What loads the plugin in a checkout that is not installed."""

QUIET = ("-W", "ignore::pytest.PytestAssertRewriteWarning")
"""Of a run in this process: what is tested here has been imported long ago."""

SHOP = """\
catalog shop "Shop" version "1" currency EUR
  tested on 2026-11-22

unit W
import "rules.pcat"

family cpu "Processor" choose one {
  | sku   | draw [W] | price [EUR] |
  |-------|----------|-------------|
  | C-ECO |       65 |      199.00 |
  | C-MAX |      170 |      399.00 |
}
family psu "Power supply" choose one {
  | sku   | watts [W] | price [EUR] |
  |-------|-----------|-------------|
  | P-100 |       100 |       54.00 |
  | P-500 |       500 |      129.00 |
}

calc price "Price" in EUR = sum(price)

scenario "office PC" tags smoke {
  choose cpu = "C-ECO"
  expect valid
}

scenario "too weak" tags smoke, power-budget {
  choose cpu = "C-MAX", psu = "P-100"
  expect valid
}

todo scenario "silence" {
  choose nothing
  expect valid
}
"""
RULES = """\
rule watts "Power supply is strong enough":
  require cpu.draw <= psu.watts
  because "{cpu.sku} draws {cpu.draw}, {psu.sku} gives {psu.watts}."

scenario "told beside the rule" {
  choose psu = "P-100"
  expect forced cpu = "C-ECO"
}
"""
MORE = """\
scenarios for "../shop.pcat"

scenario "strong" tags power-budget {
  choose cpu = "C-MAX"
  expect forced psu = "P-500"
}
"""


def write(folder: Path, files: dict[str, str]) -> None:
    """Write files below a folder."""
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def write_shop(folder: Path) -> None:
    """A catalog of three files in `catalogs`: five scenarios, of which one fails and one is a reminder."""
    files = {"shop.pcat": SHOP, "rules.pcat": RULES, "tests/more.pcat": MORE}
    write(folder / "catalogs", files)


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """Run pytest in this process."""
    return pytester.runpytest_inprocess(*PLUGIN, "-p", "no:hypothesispytest", *QUIET, *arguments)


def run_apart(folder: Path, *arguments: str, site: Path | None = None) -> tuple[str, int]:
    """Run pytest in a process of its own: what it prints, and its exit code.

    Args:
        folder: where.
        arguments: of pytest.
        site: a folder in which the plugin is installed; nothing else then loads it.
    """
    plugin = PLUGIN if site is None else ()
    paths = [str(each) for each in (site, ROOT, os.environ.get("PYTHONPATH")) if each]
    told = subprocess.run(
        [sys.executable, "-m", "pytest", *plugin, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(paths),
            "COLUMNS": "110",
            "NO_COLOR": "1",
            "PYTEST_ADDOPTS": "",
        },
    )
    return told.stdout + told.stderr, told.returncode


def node_ids(result: pytest.RunResult) -> list[str]:
    """The ids that `--collect-only -q` printed."""
    return [line for line in result.outlines if "::" in line]
