"""The pytest plugin: what pytest calls at its start and for every test; the rest is imported when needed.

It is loaded with every start of pytest where this library is installed. So it imports nothing that pytest
has not imported already, and nothing of this library before a `.pcat` file is collected, an option asks for
it, or an assertion fails in a process that has loaded a catalog.
"""

import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from configurator.testing.pytest_options import FINDINGS, SENT, catalog_date, scenario_timeout

SUFFIX = ".pcat"
LIBRARY = "configurator"
VERDICTS = "configurator.configuration.validation"
CONFIGURATIONS = "configurator.configuration.model"

# ---------------------------------------------------------------- options


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare options and settings."""
    _spare_the_library(pluginmanager)
    group = parser.getgroup("configurator", "scenarios of product catalogs")
    group.addoption(
        "--catalog-date",
        metavar="DATE",
        help="the day of scenarios that name none, such as 2027-01-20; else `tested on`, or today",
    )
    group.addoption(
        "--scenario-timeout",
        metavar="SECONDS",
        help="how long one scenario may take; what is not decided by then fails",
    )
    group.addoption(
        "--rule-coverage",
        nargs="?",
        const="text",
        metavar="text|json|html",
        help="tell which rules, rows, resources and effective ranges decided something in some scenario",
    )
    group.addoption(
        "--rule-coverage-file",
        metavar="FILE",
        help="with --rule-coverage: write it into this file; json and html are written only",
    )
    group.addoption(
        "--rule-coverage-fail-under",
        metavar="PERCENT",
        help="with --rule-coverage: fail where less of it is covered",
    )
    parser.addini(
        "configurator_files",
        "patterns of .pcat files with scenarios: of names, or with a / of paths below the root folder",
        type="args",
        default=[f"*{SUFFIX}"],
    )
    parser.addini("configurator_catalog_date", "as --catalog-date")
    parser.addini("configurator_scenario_timeout", "as --scenario-timeout")
    parser.addini("configurator_rule_coverage_fail_under", "as --rule-coverage-fail-under")


def _spare_the_library(pluginmanager: pytest.PytestPluginManager) -> None:
    """Have this library compiled by Python rather than by pytest, all but the suite that others inherit from.

    pytest rewrites the assertions of everything that comes with a plugin. Of 350 modules that takes a second,
    each time where nothing may be written beside them, and tells nobody anything. There is no official way to
    be left out but a mark in each module; where this one goes, all works as before, only later.
    """
    marked = getattr(getattr(pluginmanager, "rewrite_hook", None), "_must_rewrite", None)
    if isinstance(marked, set) and LIBRARY in marked:
        marked.discard(LIBRARY)
        marked.add(f"{LIBRARY}.testing.engine_conformance")


# ---------------------------------------------------------------- hooks


def pytest_configure(config: pytest.Config) -> None:
    """Refuse what cannot be understood before anything is collected."""
    catalog_date(config)
    scenario_timeout(config)
    if any(map(config.getoption, ("rule_coverage", "rule_coverage_file", "rule_coverage_fail_under"))):
        from configurator.testing import pytest_findings  # noqa: PLC0415 - an option asks for it

        pytest_findings.begin(config)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A file of scenarios, where it is one."""
    if file_path.suffix != SUFFIX:
        return None
    from configurator.testing import pytest_items  # noqa: PLC0415 - only where there is such a file

    return pytest_items.scenarios_file(file_path, parent)


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Place by place what differs between two configurations."""
    if op != "==" or CONFIGURATIONS not in sys.modules or not (_is_ours(left) or _is_ours(right)):
        return None
    from configurator.testing import pytest_answers  # noqa: PLC0415 - only where there may be configurations

    return pytest_answers.compared(left, right)


def _is_ours(value: object) -> bool:
    return type(value).__module__ == CONFIGURATIONS


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    call: pytest.CallInfo[None],
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add to a failed assertion what the catalog says of the verdicts that took part in it."""
    report = yield
    excinfo = call.excinfo if report.failed and VERDICTS in sys.modules else None
    if excinfo is not None and isinstance(excinfo.value, AssertionError):
        from configurator.testing import pytest_answers  # noqa: PLC0415 - only where there may be verdicts

        pytest_answers.add_reasons(report, excinfo)
    return report


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take what a worker of pytest-xdist found."""
    sent = getattr(node, "workeroutput", {}).get(SENT)
    if sent:
        from configurator.testing import pytest_findings  # noqa: PLC0415 - only where a worker found something

        pytest_findings.findings_of(node.config).take(sent)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Send what a worker found, or judge what all of them found together."""
    found = session.config.stash.get(FINDINGS, None)
    if found is not None:
        found.finish(session)


def pytest_terminal_summary(terminalreporter: "pytest.TerminalReporter", config: pytest.Config) -> None:
    """Tell what there is to say besides the outcomes of the items."""
    # The name of the reporter's class is in quotes: earlier versions of pytest 8 keep it to themselves.
    found = config.stash.get(FINDINGS, None)
    if found is not None:
        found.tell(terminalreporter)
