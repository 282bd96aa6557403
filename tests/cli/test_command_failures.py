"""Bad input: each mistake has its own message, the documented exit code, and loses nothing."""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from command_runs import run

from configurator.cli import inquiry
from configurator.configurator import Configurator

BIKE = "kids_bike.pcat"
ONE_STOCK = "an order is held against a stock: give one of `--db` and `--stock`"
FORMS = "`sqlite:///stock.db`, `sqlite:////var/lib/stock.db` or `postgresql://user@host/database`"
DURATIONS = "write it like 500ms, 10s, 15m, 2h or 7d"
SO_1 = ["--db", "memory:", "--order", "SO-1"]


def error(message: str, *steps: str) -> str:
    return "".join([f"error: {message}\n", *(f"  = help: {step}\n" for step in steps)])


# ---------------------------------------------------------------- words and options


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ["color=red"],
            error("`color` is neither a slot nor an option", "did you mean `colour`?"),
        ),
        (["colour=redd"], error("`colour` has no value `redd`", "did you mean `red`?")),
        (
            ["front_wheel=W15"],
            error("unknown component `W15` in family `wheel`", "did you mean `W18`?"),
        ),
        (["front_wheel=none"], error("`front_wheel` cannot be left empty")),
        (["front_wheel=0xW14"], error("`front_wheel`: a quantity of 0 cannot be")),
        (["front_wheel=-1xW14"], error("`front_wheel`: a quantity of -1 cannot be")),
        (["front_wheel=2xW14"], error("`front_wheel` takes at most 1, not 2")),
        (
            ["front_wheel=999999999999xW14"],
            error("`front_wheel`: a quantity of 999999999999 cannot be"),
        ),
        (
            ["colour"],
            error(
                "`colour` is no choice",
                "write `slot=SKU`, `slot=2xSKU`, `slot=none`, or `slot+=SKU` for at least that",
            ),
        ),
        (["colour="], error("`colour=` chooses nothing", "write `colour=none` to leave it empty")),
        (
            ["colour=red", "colour=blue"],
            error("`colour` is chosen twice", "separate several by commas: `colour=A,2xB`"),
        ),
        (
            ["--as-of", "22.11.2026"],
            error(
                "invalid value for '--as-of': `22.11.2026` is no date; write it like 2026-11-22",
                "see `configurator validate --help`",
            ),
        ),
        (
            ["--as-of", "2026-02-30"],
            error(
                "invalid value for '--as-of': `2026-02-30` is no day of the calendar"
                " (day is out of range for month)",
                "see `configurator validate --help`",
            ),
        ),
        (
            ["--timeout", "10"],
            error(
                "invalid value for '--timeout': `10` is no duration; write it like 500ms, 10s, 15m, 2h or 7d",
                "see `configurator validate --help`",
            ),
        ),
        (
            ["--engine", "backtrackin"],
            error(
                "unknown engine `backtrackin`,"
                " known are `auto`, `diagram`, `backtracking`, `sat`, `cp-sat`, `exhaustive`;"
                " did you mean `backtracking`?"
            ),
        ),
        (["-", "-f", "x.json"], error("`-` and `--file` both name an order", "leave one of them out")),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_mistake_in_a_question_is_a_usage_error(words: list[str], told: str) -> None:
    failed = run("validate", BIKE, "-q", *words)

    assert (2, "", told) == (failed.code, failed.out, failed.error)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ["--columns", "colour,prise"],
            error("there is no column `prise`", "there are: colour, support, front_wheel, rear_wheel"),
        ),
        (["--columns", " , "], error("`--columns` names no column")),
        (
            ["--columns", "colour", "--json"],
            "`--columns` goes with `--format text` and `csv`",
        ),
        (
            ["--limit", "-1"],
            error(
                "invalid value for '--limit': -1 is not in the range 0<=x<=1000000000000",
                "see `configurator list --help`",
            ),
        ),
    ],
)
def test_a_mistake_in_a_list_is_a_usage_error(words: list[str], told: str) -> None:
    failed = run("list", BIKE, "-q", *words)

    assert failed.code == 2
    assert told in failed.error + failed.out


def test_an_unknown_option_is_a_usage_error() -> None:
    failed = run("validate", BIKE, "--colour")

    assert (2, "") == (failed.code, failed.out)
    assert failed.error.startswith("error: no such option")
    assert failed.error.endswith("  = help: see `configurator validate --help`\n")


def test_all_wrong_choices_are_told_at_once() -> None:
    failed = run("validate", BIKE, "color=red", "colour=redd", "-q")

    assert failed.error == error("`color` is neither a slot nor an option") + error(
        "`colour` has no value `redd`", "did you mean `colour`?", "did you mean `red`?"
    )


# ---------------------------------------------------------------- catalogs


@pytest.mark.parametrize("command", ["count", "list", "validate", "options", "complete"])
def test_a_catalog_with_mistakes_is_not_asked(command: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken.pcat"
    broken.write_text(
        'catalog b "B" version "1" currency EUR\noption a : one of { x, y }\nrule r:\n  forbid c = x\n'
    )
    failed = run(command, str(broken))

    assert (3, "") == (failed.code, failed.out)
    assert failed.error.startswith("error[E0301]: ")
    assert f" --> {broken}:4:10\n" in failed.error
    assert failed.error.endswith("\n1 error: not loaded\n")


def test_a_folder_without_a_catalog_is_told(tmp_path: Path) -> None:
    failed = run("count", str(tmp_path))

    assert (3, "") == (failed.code, failed.out)
    assert failed.error == (
        f"error[E0201]: no catalog in the folder `{tmp_path}`\n"
        " = help: a catalog's file begins with `catalog NAME`\n\n1 error: not loaded\n"
    )


# ---------------------------------------------------------------- orders


@pytest.mark.parametrize(
    ("order", "message"),
    [
        (b"", "standard input:1:1: the text is empty, an order as JSON was expected"),
        (b"{", "standard input:1:2: this is no JSON: expecting property name enclosed in double quotes"),
        (b'{"a": 1, "a": 2}', "standard input: the key `a` stands twice in one object"),
        (b'{"a": NaN}', "standard input: `NaN` is no number that JSON knows"),
        (b'{"a": -Infinity}', "standard input: `-Infinity` is no number that JSON knows"),
        (
            b'{"a": ' + b"9" * 5000 + b"}",
            "standard input: the number `999999999999999999999999999999…` is absurdly large",
        ),
        (b'{"a": 1e999}', "standard input: the number `1e999` is absurdly long, large or small"),
        (
            b'{"a": 1e99999999999999999999}',
            "standard input: the number `1e99999999999999999999` cannot be read",
        ),
        (b'{\n"a": "\xff"}', "standard input:2: not UTF-8: byte 0xff; save the file as UTF-8"),
        (b'{"a": "\\ud800"}', "standard input: the text '\\ud800' holds half of a character"),
        (
            b"[" * 100_000,
            "standard input: more than 40 lists and objects within each other",
        ),
        (
            b'{"a":' * 41 + b"1" + b"}" * 41,
            "standard input: more than 40 lists and objects within each other",
        ),
        (b"[]", 'an order is an object, such as a configuration or `{"lines": […]}`'),
        (b'{"lines": []}', "`lines` is a list of 1 to 10000 lines"),
        (b'{"lines": [{}]}', "line 1 has no `configuration`"),
        (
            b'{"lines": [{"configuration": {}, "quantity": -1}]}',
            "line 1: the quantity is a whole number from 1 to 1000000, not `-1`",
        ),
        (
            b'{"lines": [{"configuration": {}, "quantity": 1.5}]}',
            "line 1: the quantity is a whole number from 1 to 1000000, not `1.5`",
        ),
        (b'{"colour": "redd"}', "`colour` has no value `redd`"),
        (
            b'{"front_wheel": {"component": "W14", "quantity": -2}}',
            "`front_wheel`: a quantity of -2 cannot be",
        ),
        (
            b'{"order": "SO-2", "colour": "red"}',
            "the order is called `SO-2`, not `SO-1`",
        ),
    ],
    ids=lambda value: value[:30].decode(errors="replace") if isinstance(value, bytes) else "",
)
def test_an_order_that_cannot_be_understood_is_a_usage_error(
    order: bytes, message: str, database: str
) -> None:
    failed = run("accept", BIKE, "-", "--db", database, "--order", "SO-1", "-q", given=order)

    assert (2, "") == (failed.code, failed.out)
    assert failed.error.splitlines()[0] == f"error: {message}"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], ONE_STOCK),
        (["--db", "memory:", "--stock", "s.csv"], ONE_STOCK),
        (["--stock", "s.csv", "--ttl", "5m"],
         "`--stock` reserves nothing, so `--ttl` and `--key` say nothing"),
        (["--db", "memory:", "--ttl", "0"], "a hold of 0 holds nothing"),
        (["--db", "memory:", "--order", ""], "the order id is empty"),
        (["--db", "memory:"], "an order that reserves stock needs an id"),
        ([*SO_1, "--ttl", "9999d"],
         "a hold lasts more than 0 seconds and at most 3660 days"),
        (
            [*SO_1, "--ttl", "soon"],
            "invalid value for '--ttl': `soon` is no duration; write it like 500ms, 10s, 15m, 2h or 7d",
        ),
        ([*SO_1, "--key", " "], "the key ` ` begins or ends with a space"),
    ],
)  # fmt: skip
def test_an_accept_that_says_too_little_or_too_much_is_a_usage_error(words: list[str], message: str) -> None:
    order = '{"colour": "red", "support": false, "front_wheel": "W18", "rear_wheel": "W18"}'
    failed = run("accept", BIKE, "-", "-q", *words, given=order)

    assert (2, "", f"error: {message}") == (failed.code, failed.out, failed.error.splitlines()[0])


def test_an_order_of_several_lines_is_no_question() -> None:
    lines = '{"lines": [{"configuration": {}}, {"configuration": {}}]}'
    failed = run("validate", BIKE, "-", "-q", given=lines)

    assert (2, "") == (failed.code, failed.out)
    assert failed.error == error(
        "the order has 2 lines, and this command asks about one configuration",
        "hold a whole order against stock with `configurator accept`",
    )


# ---------------------------------------------------------------- files


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["validate", BIKE, "-f", "no.json"], "there is no order `no.json`"),
        (["validate", BIKE, "-f", "lib"], "`lib` is a folder, not an order"),
        (["accept", BIKE, "lib", "--stock", "s.csv"], "`lib` is a folder, not an order"),
        (["list", BIKE, "--stock", "no.csv"], "there is no stock file `no.csv`"),
        (["list", BIKE, "--stock", "lib"], "`lib` is a folder, not a stock file"),
        (["stock", "import", "no.csv", "--db", "memory:"], "there is no stock file `no.csv`"),
        (["validate", BIKE, "-f", "a\0b"],
         "the order `a\N{REPLACEMENT CHARACTER}b` cannot be read: the path is not usable"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_an_environment_error(words: list[str], message: str) -> None:
    failed = run(*words, "-q")

    assert (6, "", f"error: {message}") == (failed.code, failed.out, failed.error.splitlines()[0])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty; its first line should be `sku,on_hand`"),
        (b"sku;count\n", "there is no column `on_hand` among `sku`, `count`"),
        (b"sku,on_hand\nW18,-1\n", "the count `-1` of `W18` is below 0"),
        (b"sku,on_hand\nW18,many\n", "the count `many` of `W18` is not a number"),
        (b"sku,on_hand\nW18,1\nW18,2\n", "`W18` is counted twice, first on line 2"),
        (b"sku,on_hand\nW18\n", "the row has 1 cells, the header 2"),
        (b"sku,on_hand\n\xff,1\n", "not UTF-8: byte 0xff"),
    ],
)
def test_a_stock_file_with_a_mistake_changes_nothing(
    content: bytes, message: str, tmp_path: Path, database: str
) -> None:
    file = tmp_path / "bad.csv"
    file.write_bytes(content)
    before = run("stock", "show", "--db", database).out
    failed = run("stock", "import", str(file), "--db", database)

    assert (6, "") == (failed.code, failed.out)
    assert failed.error.splitlines()[0].startswith(f"error: {file}")
    assert message in failed.error
    assert before == run("stock", "show", "--db", database).out


# ---------------------------------------------------------------- databases


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("stock.db",
         "`stock.db` is not a stock URL; write " + FORMS),
        ("mysql://u:secret@h/db",
         "stock cannot be kept in `mysql`, only in SQLite and PostgreSQL; write " + FORMS),
        ("sqlite:///lib", "`lib` is a directory, not a stock database; "
         "name a file in it, such as `lib/stock.db`"),
        ("sqlite:///no/where.db", "the folder of the stock database `no/where.db` does not exist; "
         "create `no` first"),
    ],
)  # fmt: skip
def test_a_stock_url_that_leads_nowhere_is_an_environment_error(url: str, message: str) -> None:
    failed = run("stock", "show", "--db", url)

    assert (6, "", f"error: {message}\n") == (failed.code, failed.out, failed.error)


def test_a_password_in_a_stock_url_is_never_told() -> None:
    url = "postgresql://mara:secret@127.0.0.1:1/stock?connect_timeout=1"
    failed = [
        run(*words, "--db", url, "--timeout", "1s", *more)
        for words in (("stock", "show"), ("stock", "init"), ("reservation", "list"), ("atp", "W18"))
        for more in ((), ("--json",), ("--verbose",))
    ]

    assert {6} == {each.code for each in failed}
    assert not [each for each in failed if "secret" in each.out + each.error]


def test_without_its_library_a_postgresql_stock_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    for name in [name for name in sys.modules if name.startswith("configurator.availability.postgres")]:
        monkeypatch.delitem(sys.modules, name)
    failed = run("stock", "show", "--db", "postgresql://localhost/stock")

    assert (6, "") == (failed.code, failed.out)
    assert failed.error == error(
        "stock in PostgreSQL needs psycopg; `pip install 'pcat-configurator[postgres]'`"
    )


def test_a_stock_of_a_newer_version_is_left_as_it_is(tmp_path: Path, database: str) -> None:
    with closing(sqlite3.connect(tmp_path / "stock.db")) as other, other:
        other.execute("UPDATE meta SET schema_version = 99")
    failed = [
        run("stock", *words, "--db", database)
        for words in (("show",), ("init",), ("migrate",), ("receive", "W18", "1"))
    ]

    assert [6, 6, 6, 6] == [each.code for each in failed]
    assert {1} == {each.error.count("version 99") for each in failed}


def test_a_missing_database_is_not_made_by_looking(tmp_path: Path, order_file: str) -> None:
    url = f"sqlite:///{tmp_path / 'none.db'}"
    shown = run("stock", "show", "--db", url)
    accepted = run("accept", BIKE, order_file, "--db", url, "-q")

    assert (6, 6) == (shown.code, accepted.code)
    assert shown.error.startswith(f"error: there is no stock database `{tmp_path / 'none.db'}`; ")
    assert not (tmp_path / "none.db").exists()


def test_a_corrupt_database_is_left_as_it_is(tmp_path: Path, order_file: str) -> None:
    file = tmp_path / "corrupt.db"
    file.write_bytes(b"this is no database" * 100)
    failed = run("accept", BIKE, order_file, "--db", f"sqlite:///{file}", "-q")

    assert (6, "") == (failed.code, failed.out)
    assert failed.error == error(
        f"`{file}` is not a SQLite database; it was left as it is, name another file"
    )
    assert file.read_bytes() == b"this is no database" * 100


def test_a_locked_database_is_waited_for_no_longer_than_the_timeout(
    tmp_path: Path, order_file: str, database: str
) -> None:
    file = tmp_path / "stock.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        failed = run("accept", BIKE, order_file, "--db", database, "--timeout", "200ms", "-q")

    assert (6, "") == (failed.code, failed.out)
    assert failed.error == error(
        f"the stock database `{file}` stayed locked by another writer; nothing was changed, try again"
    )
    assert run("accept", BIKE, order_file, "--db", database).code == 0


# ---------------------------------------------------------------- the end of everything


def test_a_mistake_of_ours_is_short_and_says_whom_to_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(Configurator, "count", broken)
    failed = run("count", BIKE, "-q")

    assert (70, "") == (failed.code, failed.out)
    assert failed.error.startswith(
        "error: internal error: ZeroDivisionError: division by zero\n  = help: at "
    )
    assert "this is a mistake of pcat-configurator " in failed.error
    assert "Traceback" not in failed.error


def test_an_interrupted_question_ends_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Configurator, "count", interrupted)
    failed = run("count", BIKE, "-q")

    assert (130, "", "error: interrupted\n") == (failed.code, failed.out, failed.error)


def test_a_question_too_large_for_memory_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_large(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Configurator, "count", too_large)
    failed = run("count", BIKE, "-q")

    assert (4, error("there was not enough memory", inquiry.NARROWER)) == (failed.code, failed.error)
