"""The examples under `--help`: what they name is there."""

import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from command_runs import run

from configurator.cli.main import root

CATALOGS = Path(__file__).resolve().parents[2] / "catalogs"

THEIRS = (
    *("order.json", "complaint.json", "bike.json", "pc.json", "orders.jsonl", "recount.csv"),
    *(".xlsx", "bicycle.pcat"),
)
"""Files that a reader would have to write first."""
ELSEWHERE = ("HEAD", "main:", "postgresql:", " | ", "<", "configure catalogs")
"""What needs a repository, a server, a second program or a person."""
SLOW = (
    "configurator check",
    "configurator test",
    "configurator fmt",
    "configurator inspect",
    "--timeout 0",
    "github",
    "--fail-level",
)
"""What is asked of whole folders, or without end."""


def commands_of(context: click.Context, command: click.Command) -> Iterator[click.Command]:
    """Yield a command and those beneath it."""
    yield command
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from commands_of(context, found)


def all_examples() -> list[str]:
    """The lines beneath "Examples:" of all commands, each once."""
    lines = [
        line.strip()
        for command in commands_of(click.Context(root), root)
        for line in (command.epilog or "").splitlines()
    ]
    return list(dict.fromkeys(line for line in lines if line.startswith("configurator ")))


def runs_by_itself(line: str) -> bool:
    """Whether an example needs nothing that is not beside it."""
    return not any(word in line for word in (*THEIRS, *ELSEWHERE, *SLOW))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the catalogs, and what they count in one stock database."""
    folder = tmp_path_factory.mktemp("shop")
    shutil.copytree(CATALOGS, folder / "catalogs")
    url = f"sqlite:///{folder / 'stock.db'}"
    assert 0 == run("stock", "init", "--db", url).code
    for catalog in ("bicycle", "desktop_pc"):
        assert 0 == run("stock", "import", str(folder / "catalogs" / catalog / "stock.csv"), "--db", url).code
    supply = ("stock", "supply", "add", "--due", "2026-12-04", "--db", url)
    assert 0 == run(*supply, "PO-7", "GPU-4070", "5").code
    planned = ("--due", "2027-02-01", "--planned", "--db", url)
    assert 0 == run("stock", "supply", "add", "FC-12", "GPU-4070", "40", *planned).code
    assert 0 == run("stock", "receive", "GPU-4070", "9", "--db", url).code
    return folder


@pytest.mark.parametrize("line", [each for each in all_examples() if runs_by_itself(each)])
def test_an_example_of_the_help_can_be_run(
    line: str, shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(shop / "stock.db", tmp_path / "stock.db")
    (tmp_path / "catalogs").symlink_to(shop / "catalogs")
    of = "bicycle" if "bicycle" in line else "desktop_pc"
    shutil.copy(CATALOGS / of / "stock.csv", tmp_path / "stock.csv")
    monkeypatch.chdir(tmp_path)
    words = shlex.split(line.partition(" >")[0])[1:]

    done = run(*words)

    assert done.code in {0, 1, 4, 5}, done.error + done.out


def test_every_group_of_examples_is_looked_at() -> None:
    assert 60 <= len(all_examples())
    assert 45 <= sum(map(runs_by_itself, all_examples()))
