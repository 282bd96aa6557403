"""The package obeys its house rules, and a package that does not is found out."""

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from house_rules import (
    DOORS,
    FLOOR_OF,
    PACKAGE,
    hidden_imports,
    import_cycle,
    misplaced_imports,
    names_in,
    read_clocks,
    sources,
    spoken_words,
    touched_files,
    used_doors,
)


def test_imports_point_downwards_and_through_doors() -> None:
    assert misplaced_imports(PACKAGE) == []


def test_no_import_is_hidden() -> None:
    assert hidden_imports(PACKAGE) == []


def test_no_modules_import_each_other() -> None:
    assert import_cycle(PACKAGE) == []


def test_files_are_touched_only_near_the_front_doors() -> None:
    assert touched_files(PACKAGE) == []


def test_clocks_are_handed_down() -> None:
    assert read_clocks(PACKAGE) == []


def test_only_the_command_line_speaks() -> None:
    assert spoken_words(PACKAGE) == []


def test_everything_has_a_floor_and_no_floor_is_empty() -> None:
    assert names_in(PACKAGE) == FLOOR_OF.keys()


def test_no_module_is_named_after_nothing() -> None:
    vague = {"utils", "helpers", "common", "core", "base", "manager", "misc"}

    named = {part for relative, _ in sources(PACKAGE) for part in relative.removesuffix(".py").split("/")}

    assert not named & vague


def test_every_door_is_used() -> None:
    only_for_tests = {"interegular", "pytest"}

    assert used_doors(PACKAGE) | only_for_tests == set(DOORS)


def test_every_package_says_what_it_is() -> None:
    folders = {path.parent for path in PACKAGE.rglob("*.py")}
    silent = [folder for folder in folders if not ast.get_docstring(_face(folder))]

    assert silent == []


def _face(folder: Path) -> ast.Module:
    return ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))


Finder = Callable[[Path], list[str]]

FAULTS: dict[str, tuple[str, str, Finder]] = {
    "upwards": ("csp/problem.py", "from configurator.catalog.model import Catalog", misplaced_imports),
    "sideways": ("engines/engine.py", "import configurator.catalog.model", misplaced_imports),
    "upwards inside a function": (
        "availability/store.py",
        "def f():\n    from configurator.configuration import model",
        misplaced_imports,
    ),
    "from the façade": ("catalog/model.py", "from configurator import Configurator", misplaced_imports),
    "relative": ("catalog/model.py", "from .rules import Rule", misplaced_imports),
    "a library past its door": ("catalog/model.py", "import lark", misplaced_imports),
    "the database past its file": ("availability/clock.py", "import sqlite3", misplaced_imports),
    "from a place without a floor": ("utils/text.py", "import configurator.source", misplaced_imports),
    "by name": ("catalog/model.py", "import importlib\nimportlib.import_module('lark')", hidden_imports),
    "by a magic name": ("catalog/model.py", "__import__('lark')", hidden_imports),
    "a file": ("catalog/model.py", "open('x.pcat')", touched_files),
    "a file by its path": ("csp/problem.py", "PATH.read_text()", touched_files),
    "a file through a descriptor": ("lowering/product.py", "import os\nos.open('x', 0)", touched_files),
    "the clock": ("acceptance/decision.py", "datetime.now()", read_clocks),
    "the day": ("configuration/model.py", "datetime.date.today()", read_clocks),
    "print": ("acceptance/decision.py", "print('done')", spoken_words),
    "exit": ("configurator.py", "raise SystemExit(1)", spoken_words),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_at_its_line(fault: str, tmp_path: Path) -> None:
    file, text, finder = FAULTS[fault]
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text(f"'''Fault.'''\n{text}\n", encoding="utf-8")
    line = 1 + len(text.splitlines())

    found = finder(tmp_path)

    assert [f"{file}:{line}"] == [place.rpartition(": ")[0] for place in found]


def test_a_ring_of_modules_is_found(tmp_path: Path) -> None:
    (tmp_path / "csp").mkdir()
    (tmp_path / "csp" / "egg.py").write_text("from configurator.csp import hen\n", encoding="utf-8")
    (tmp_path / "csp" / "hen.py").write_text("def f():\n    import configurator.csp.egg\n", encoding="utf-8")

    assert {"csp/egg.py", "csp/hen.py"} == set(import_cycle(tmp_path))
