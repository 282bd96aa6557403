"""`import configurator` costs next to nothing and offers exactly what it says."""

import ast
import inspect
import subprocess
import sys

import pytest
from house_rules import PACKAGE

import configurator
from configurator.availability.opening import open_stock
from configurator.availability.snapshot import StockSnapshot
from configurator.configuration.model import Configuration
from configurator.configuration.validation import Valid
from configurator.configurator import Configurator
from configurator.errors import StockRequestError

SHIRT = """
catalog shirt "Shirt" version "1"
family print "Print" choose optional {
  | sku   | name  |
  |-------|-------|
  | STAR  | Star  |
  | MOON  | Moon  |
}
family cloth "Cloth" choose one {
  | sku   | name  |
  |-------|-------|
  | WHITE | White |
  | BLACK | Black |
}
"""


def test_names_are_sorted_and_each_can_be_had() -> None:
    names = configurator.__all__

    assert sorted(names) == names
    assert dict.fromkeys(names, True) == {name: hasattr(configurator, name) for name in names}


def test_dir_tells_every_name() -> None:
    assert set(configurator.__all__) <= set(dir(configurator))


def test_type_checkers_and_the_table_of_homes_see_the_same() -> None:
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    typed = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("configurator.")
        for alias in node.names
    }
    used_in_annotations = {"Decision"}

    homes = configurator._HOMES
    assert homes == {name: home for name, home in typed.items() if name not in used_in_annotations}
    assert set(configurator.__all__) == {*homes, "__version__", "accept"}


def test_every_name_has_a_docstring() -> None:
    told = {name: inspect.getdoc(getattr(configurator, name)) for name in configurator.__all__}

    assert [name for name, text in told.items() if not text and name != "__version__"] == []


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="no attribute `Konfigurator`"):
        _ = configurator.Konfigurator  # type: ignore[attr-defined]  # the point of the test


def loaded_by(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter has loaded after some code."""
    command = f"import sys\n{code}\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    told = subprocess.run([sys.executable, "-c", command], check=True, capture_output=True, text=True)
    return set(told.stdout.split())


def test_importing_the_package_loads_no_library() -> None:
    heavy = {"attrs", "attr", "cattrs", "lark", "constraint", "hypothesis", "sqlite3", "click", "rich"}

    assert set() == heavy & loaded_by("import configurator")


def test_using_the_package_never_loads_what_only_tests_and_the_command_line_need() -> None:
    code = "import configurator\nfor name in configurator.__all__: getattr(configurator, name)"

    assert set() == {"hypothesis", "pytest", "click", "rich"} & loaded_by(code)


# ------------------------------------------------------------ accept


def test_accept_reserves_one_product() -> None:
    shirt = Configurator.from_text(SHIRT)
    with open_stock("memory:") as stock:
        stock.import_counts({"STAR": 1, "WHITE": 1})

        first = configurator.accept(shirt, {"print": "STAR", "cloth": "WHITE"}, stock, order="SO-1")
        second = configurator.accept(shirt, {"print": None, "cloth": "WHITE"}, stock, order="SO-2")

    assert isinstance(first, configurator.Accepted)
    assert isinstance(second, configurator.RejectedUnavailable)
    assert (configurator.Shortage("WHITE", wanted=1, free=0),) == second.shortages


def test_accept_takes_a_configuration_and_its_json_for_the_same() -> None:
    shirt = Configurator.from_text(SHIRT)
    verdict = shirt.validate({"print": "STAR", "cloth": "WHITE"})
    assert isinstance(verdict, Valid)
    configuration: Configuration = verdict.configuration
    with open_stock("memory:") as stock:
        stock.import_counts({"STAR": 5, "WHITE": 5})

        first = configurator.accept(shirt, configuration, stock, order="SO-1")
        again = configurator.accept(shirt, configuration.to_dict(), stock, order="SO-1")

    assert isinstance(first, configurator.Accepted)
    assert isinstance(again, configurator.Accepted)
    assert (False, True) == (first.replayed, again.replayed)


def test_accept_and_check_agree_about_the_same_stock() -> None:
    shirt = Configurator.from_text(SHIRT)

    answer = shirt.check({"print": "STAR", "cloth": "WHITE"}, StockSnapshot.from_counts({"STAR": 1}))

    assert isinstance(answer, configurator.RejectedUnavailable)


def test_accept_needs_the_name_of_an_order() -> None:
    shirt = Configurator.from_text(SHIRT)
    with open_stock("memory:") as stock, pytest.raises(StockRequestError, match="order id is empty"):
        configurator.accept(shirt, {"print": None, "cloth": "WHITE"}, stock, order="")
