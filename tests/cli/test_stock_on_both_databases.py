"""The same commands on SQLite and on PostgreSQL say the same."""

import re
from pathlib import Path

import pytest
from command_runs import run
from postgres_stock import NoServerError, drop, fresh_url

SO_1 = "R-c1fd30ad5024489f"

STORY = (
    f"stock init|stock import STOCK|stock import STOCK --dry-run|stock show|accept ORDER --ttl 15m|"
    f"reservation list|reservation show {SO_1}|reservation extend {SO_1} --ttl 30m|"
    f"reservation cancel {SO_1}|reservation confirm {SO_1}|stock adjust W18 -2 --reason broken|"
    f"reservation consume {SO_1} W18=1|reservation consume {SO_1} W18=9|stock receive W24 3 --location b|"
    f"stock receive W18 2 --key K|stock receive W18 2 --key K|stock receive W18 3 --key K|"
    f"stock transfer W18 1 --to b|stock transfer W18 99 --to b|stock floor W18 1|stock floor W18 1|"
    f"stock master W20 --policy bought --lead-time 7|stock master W20 --cost 12.50EUR|stock master W20|"
    f"stock supply add PO-7 W18 5 --due 2026-12-04|stock supply add PO-7 W18 6 --due 2026-12-04|"
    f"stock supply change PO-7 --due 2026-12-11|stock receive W18 1 --supply PO-7|stock supply list|"
    f"stock supply cancel PO-7|stock supply cancel PO-9|atp W18 W20 W99|stock shortages|stock pegging|"
    f"stock adjust W18 -5 --reason fire --break-promises|reservation list|reservation expire|"
    f"stock show W18 W99|stock audit|stock events|stock migrate"
).split("|")


def told(url: str, catalog: str, order: str, stock: str) -> list[str]:
    """What each command of the story says, both streams, with its exit code."""
    found = []
    for words in STORY:
        filled = words.replace("accept ORDER", f"accept {catalog} {order}").replace("STOCK", stock)
        for more in ((), ("--json",)) if words.startswith(("stock show", "stock events", "atp")) else ((),):
            ran = run(*filled.split(), "--db", url, *more)
            said = re.sub(r'"elapsed_ms": [\d.]+', "", ran.out + ran.error)
            found.append(f"{words} {' '.join(more)}: {ran.code}\n{said}")
    return found


def test_both_databases_say_the_same_to_the_same_commands(
    tmp_path: Path, order_file: str, stock_file: str
) -> None:
    try:
        url = fresh_url()
    except NoServerError as error:
        pytest.skip(str(error))
    try:
        in_postgresql = told(url, "kids_bike.pcat", order_file, stock_file)
    finally:
        drop([url])
    in_sqlite = told(f"sqlite:///{tmp_path / 'story.db'}", "kids_bike.pcat", order_file, stock_file)

    assert in_sqlite == in_postgresql
    assert not [each for each in in_sqlite if "internal error" in each]
