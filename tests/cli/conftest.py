"""Commands run where the small catalogs lie, so that messages hold short paths."""

import json
from pathlib import Path
from typing import Any

import pytest
from command_runs import CATALOGS, run


@pytest.fixture(autouse=True)
def _beside_the_catalogs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CATALOGS)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


BIKE = {"colour": "red", "support": False, "front_wheel": "W18", "rear_wheel": "W18"}


@pytest.fixture
def order_file(tmp_path: Path) -> str:
    """An order of two bicycles that need four wheels `W18`."""
    order: dict[str, Any] = {"order": "SO-1", "lines": [{"configuration": BIKE, "quantity": 2}]}
    file = tmp_path / "order.json"
    file.write_text(json.dumps(order))
    return str(file)


@pytest.fixture
def stock_file(tmp_path: Path) -> str:
    """Five wheels `W18`, one `W20`; stock has never heard of the others."""
    file = tmp_path / "stock.csv"
    file.write_text("sku,on_hand\nW18,5\nW20,1\n")
    return str(file)


@pytest.fixture
def database(tmp_path: Path, stock_file: str) -> str:
    """A database with those counts."""
    url = f"sqlite:///{tmp_path / 'stock.db'}"
    assert run("stock", "import", stock_file, "--db", url).code == 0
    return url
