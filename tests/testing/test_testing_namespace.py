"""`configurator.testing` gives its names when they are asked for, and loads nothing before."""

import subprocess
import sys

import pytest

import configurator.testing

LOADED = """
import sys
import configurator.testing
names = dir(configurator.testing)
print([name for name in ("hypothesis", "pytest", "lark", "numpy", "attrs") if name in sys.modules])
"""


def test_importing_it_loads_neither_hypothesis_nor_pytest_nor_the_parser() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)

    assert "[]" == done.stdout.strip()


@pytest.mark.parametrize("name", configurator.testing.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert name == getattr(configurator.testing, name).__name__


def test_every_public_name_has_a_home() -> None:
    assert set(configurator.testing.__all__) == set(configurator.testing._HOMES)
    assert set(configurator.testing.__all__) <= set(dir(configurator.testing))


def test_no_module_hides_a_public_name() -> None:
    homes = {home.split(".")[2] for home in configurator.testing._HOMES.values()}

    assert not homes & set(configurator.testing.__all__)


def test_unknown_names_are_told() -> None:
    with pytest.raises(AttributeError, match=r"module `configurator\.testing` has no attribute `nothing`"):
        configurator.testing.nothing  # type: ignore[attr-defined]  # noqa: B018 - that it is asked for is the test
