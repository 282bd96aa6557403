"""What is packed, under which name, and that an installed package finds its data."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

import configurator

ROOT = Path(__file__).resolve().parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

NAMESAKES = """
import importlib.metadata, json
print(json.dumps(importlib.metadata.packages_distributions()))
"""


def strangers(distributions: dict[str, list[str]], package: str, ours: str) -> set[str]:
    """Distributions other than ours that install a package of that name."""
    return set(distributions.get(package, [])) - {ours}


def test_no_other_distribution_installs_our_package() -> None:
    assert set() == strangers(dict(packages_distributions()), "configurator", configurator.DISTRIBUTION)


def test_only_the_kept_up_constraint_library_is_installed() -> None:
    assert set() == strangers(dict(packages_distributions()), "constraint", "python-constraint2")


@pytest.mark.parametrize(
    ("package", "namesake"), [("configurator", "configurator"), ("constraint", "python-constraint")]
)
def test_a_namesake_would_be_found(package: str, namesake: str, tmp_path: Path) -> None:
    folder = tmp_path / f"{namesake.replace('-', '_')}-3.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {namesake}\nVersion: 3.0\n")
    (folder / "top_level.txt").write_text(f"{package}\n")
    (folder / "RECORD").write_text(f"{package}/__init__.py,,\n")

    told = subprocess.run(
        [sys.executable, "-c", NAMESAKES],
        check=True,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )

    assert namesake in strangers(json.loads(told.stdout), package, "ours")


def test_the_distribution_in_hints_is_the_one_that_is_built() -> None:
    assert PROJECT["project"]["name"] == configurator.DISTRIBUTION


def test_the_version_is_the_one_that_is_built_or_admits_that_nothing_is_installed() -> None:
    assert configurator.__version__ in {PROJECT["project"]["version"], "0+checkout"}


def test_the_console_command_exists() -> None:
    assert PROJECT["project"]["scripts"] == {"configurator": "configurator.__main__:main"}


def test_core_dependencies_are_the_six_that_were_decided() -> None:
    names = {entry.partition(">")[0] for entry in PROJECT["project"]["dependencies"]}

    assert names == {"attrs", "cattrs", "lark", "numpy", "python-constraint2", "python-sat"}


def test_every_library_is_recorded_with_its_licence() -> None:
    decisions = ROOT / "docs" / "decisions"
    record = "".join(page.read_text(encoding="utf-8") for page in sorted(decisions.glob("*-libraries*.md")))
    extras = [entry for group in PROJECT["project"]["optional-dependencies"].values() for entry in group]
    names = {
        entry.replace("=", ">").partition(">")[0].partition("[")[0]
        for entry in [*PROJECT["project"]["dependencies"], *extras]
    }

    assert [] == sorted(name for name in names if name not in record)


def test_data_folders_are_packed_inside_the_package() -> None:
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]

    assert wheel["only-include"] == ["configurator", "grammars", "catalogs"]
    assert wheel["sources"] == {"grammars": "configurator/grammars", "catalogs": "configurator/catalogs"}


def test_the_package_is_typed_and_licensed() -> None:
    assert (ROOT / "configurator" / "py.typed").is_file()
    assert "MIT License" in (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_an_installed_package_finds_grammars_and_catalogs(tmp_path: Path) -> None:
    unseen = shutil.ignore_patterns("__pycache__", "*.db*")
    shutil.copytree(ROOT / "configurator", tmp_path / "configurator", ignore=unseen)
    for data in ("grammars", "catalogs"):
        shutil.copytree(ROOT / data, tmp_path / "configurator" / data, ignore=unseen)
    program = (
        "from configurator import Configurator\n"
        "from configurator.catalog_files import shipped_catalogs\n"
        "import configurator\n"
        "print(configurator.__file__)\n"
        "for name in shipped_catalogs(): print(Configurator.load(f'package:{name}').catalog.name)\n"
    )

    told = subprocess.run(
        [sys.executable, "-P", "-c", program],
        check=True,
        capture_output=True,
        text=True,
        cwd=tmp_path.parent,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )

    place, *names = told.stdout.splitlines()
    assert Path(place).is_relative_to(tmp_path)
    assert names == sorted(path.name for path in (ROOT / "catalogs").iterdir() if path.is_dir())
