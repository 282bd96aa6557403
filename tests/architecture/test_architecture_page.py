"""The architecture page shows the house as it stands."""

import ast
import re

import pytest
from house_rules import DOORS, FLOORS, PACKAGE
from module_table import PAGE, module_table, shown_table

TEXT = PAGE.read_text(encoding="utf-8")
# `parse_catalog` (`syntax/parser.py`)
NAMED = sorted(set(re.findall(r"`([A-Za-z_][\w.]*)`\s+\(`([\w/]+\.py)`\)", TEXT)))


def test_the_floors_on_the_page_are_those_of_the_rules() -> None:
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \|", TEXT, re.MULTILINE)
    floors = tuple(frozenset(re.findall(r"`([a-z_]+)`", names)) for _, names in rows)

    assert floors == FLOORS
    assert [int(level) for level, _ in rows] == list(range(len(FLOORS)))


def test_the_doors_on_the_page_are_those_of_the_rules() -> None:
    section = TEXT.partition("## Doors")[2].partition("\n## ")[0]

    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == set(DOORS)


def test_the_modules_on_the_page_are_those_of_the_package() -> None:
    assert shown_table(TEXT) == module_table(), "run `python tests/architecture/module_table.py`"


@pytest.mark.parametrize(("name", "file"), NAMED)
def test_what_the_walk_names_exists(name: str, file: str) -> None:
    tree = ast.parse((PACKAGE / file).read_text(encoding="utf-8"))

    assert name in defined_in(tree)


def defined_in(tree: ast.Module) -> set[str]:
    """Functions, classes, methods and module-level names, methods as `Class.method`."""
    found: set[str] = set()
    for node in tree.body:
        match node:
            case ast.FunctionDef(name=name):
                found.add(name)
            case ast.ClassDef(name=name, body=body):
                found.add(name)
                found |= {f"{name}.{method.name}" for method in body if isinstance(method, ast.FunctionDef)}
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                found.add(name)
            case _:
                pass
    return found


def test_the_walk_visits_every_floor() -> None:
    walk = TEXT.partition("## A reader's walk")[2]
    files = {file.split("/")[0].removesuffix(".py") for _, file in NAMED if f"`{file}`" in walk}
    visited = {level for level, floor in enumerate(FLOORS) if floor & files}

    not_on_the_way = {level for level, floor in enumerate(FLOORS) if floor == {"building", "testing"}}
    assert visited | not_on_the_way == set(range(len(FLOORS)))
