"""How long an open stock waits: in seconds or as a time."""

from datetime import timedelta
from pathlib import Path

from configurator.availability.opening import create_stock, open_stock


def test_a_timeout_can_be_a_time(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'stock.db'}"
    assert create_stock(url)

    with open_stock(url, timeout=timedelta(seconds=3)) as store:
        assert 1 == store.receive("A", 1).seq
