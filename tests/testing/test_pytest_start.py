"""What the plugin costs who does not need it: nothing is imported before there is a reason."""

import json
import tomllib
from pathlib import Path

import pytest
from pytest_runs import ROOT, run_apart, write, write_shop

REPORTING = """\
import json, sys

def pytest_unconfigure(config):
    with open("modules.json", "w") as file:
        json.dump(sorted(sys.modules), file)
"""
LIGHT = {
    "configurator",
    "configurator.testing",
    "configurator.testing.pytest_options",
    "configurator.testing.pytest_plugin",
}
HEAVY = {"attr", "attrs", "cattrs", "constraint", "hypothesis", "lark", "numpy", "pysat"}


def loaded(folder: Path, *arguments: str) -> set[str]:
    """The modules that a run has loaded in the end."""
    write(folder, {"conftest.py": REPORTING})
    told, _ = run_apart(folder, "-p", "no:cacheprovider", "-p", "no:hypothesispytest", *arguments)
    assert (folder / "modules.json").exists(), told
    return set(json.loads((folder / "modules.json").read_text(encoding="utf-8")))


def ours(modules: set[str]) -> set[str]:
    return {name for name in modules if name.partition(".")[0] == "configurator"}


def test_a_run_without_catalogs_loads_the_plugin_alone(tmp_path: Path) -> None:
    test = "def test_a(): assert [1] == [2]\ndef test_b(): assert {} == {}\n"
    write(tmp_path, {"test_a.py": test, "notes/readme.txt": "nothing"})

    modules = loaded(tmp_path)

    assert LIGHT == ours(modules)
    assert set() == HEAVY & modules


def test_the_version_and_the_help_load_the_plugin_alone(tmp_path: Path) -> None:
    told, _ = run_apart(tmp_path, "--help", "-p", "no:cacheprovider")

    assert "--catalog-date=DATE" in told
    assert "--rule-coverage=[text|json|html]" in told
    assert "configurator_files (args):" in told


def test_catalogs_alone_load_neither_hypothesis_nor_the_command_line(tmp_path: Path) -> None:
    write_shop(tmp_path)

    modules = loaded(tmp_path)

    assert "configurator.configurator" in modules
    assert set() == {"hypothesis", "click", "rich", "configurator.cli"} & modules


def test_a_catalog_in_a_test_that_passes_loads_nothing_more(tmp_path: Path) -> None:
    write_shop(tmp_path)
    test = (
        "from configurator import Configurator\n"
        "def test_a(): Configurator.load('catalogs/shop.pcat').count()\n"
    )
    write(tmp_path, {"test_a.py": test})

    modules = loaded(tmp_path, "test_a.py")

    later = {f"configurator.testing.pytest_{name}" for name in ("answers", "findings", "items")}
    assert set() == later & modules


def test_what_fails_for_other_reasons_than_answers_loads_nothing_more(tmp_path: Path) -> None:
    write_shop(tmp_path)
    test = (
        "from configurator import Configurator\n"
        "def test_a(): assert Configurator.load('catalogs/shop.pcat').validate({}) is not 1 / 0\n"
    )
    write(tmp_path, {"test_a.py": test})

    modules = loaded(tmp_path, "test_a.py")

    assert "configurator.configuration.validation" in modules
    assert "configurator.testing.pytest_answers" not in modules


def test_the_plugin_is_found_by_pytest_where_the_library_is_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert {"configurator": "configurator.testing.pytest_plugin"} == project["entry-points"]["pytest11"]


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """A folder that tells pytest of the plugin as an installed wheel does."""
    place = tmp_path / "site" / "pcat_wheel-1.0.dist-info"
    files = sorted((ROOT / "configurator").rglob("*.py"))
    write(
        place,
        {
            "METADATA": "Metadata-Version: 2.1\nName: pcat-wheel\nVersion: 1.0\n",
            "entry_points.txt": "[pytest11]\nconfigurator = configurator.testing.pytest_plugin\n",
            "RECORD": "".join(f"{each.relative_to(ROOT).as_posix()},,\n" for each in files),
        },
    )
    return tmp_path / "site"


def test_pytest_finds_the_plugin_of_a_wheel_and_leaves_the_library_as_it_is(
    wheel: Path, tmp_path: Path
) -> None:
    write_shop(tmp_path / "work")
    test = (
        "import configurator.configurator, configurator.testing.engine_conformance as suite\n"
        "def loader(module): return type(module.__spec__.loader).__name__\n"
        "def test_loaders():\n"
        "    assert 'SourceFileLoader' == loader(configurator.configurator)\n"
        "    assert 'AssertionRewritingHook' == loader(suite)\n"
    )
    write(tmp_path / "work", {"test_a.py": test})

    told, _ = run_apart(
        tmp_path / "work", "--strict-markers", "--strict-config", "-W", "error", "-rA", site=wheel
    )

    assert "1 failed, 4 passed, 1 skipped" in told, told


def test_the_plugin_can_be_left_out(wheel: Path, tmp_path: Path) -> None:
    write_shop(tmp_path / "work")

    told, code = run_apart(tmp_path / "work", "-p", "no:configurator", site=wheel)

    assert pytest.ExitCode.NO_TESTS_COLLECTED == code, told
