"""`docs/reference/cli.md` tells every command, option and exit code, and the listing every summary."""

import re
from collections.abc import Iterator
from pathlib import Path

import click

from configurator.cli.exit_codes import ExitCode
from configurator.cli.main import COMMANDS, load_command, root

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")


def commands() -> Iterator[tuple[str, click.Command]]:
    """Yield every command with its words, groups opened."""
    for name in COMMANDS:
        command = load_command(name)
        assert command is not None
        yield from opened(name, command)


def opened(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    """Yield the command itself, or those of a group and of the groups within."""
    if not isinstance(command, click.Group):
        yield name, command
        return
    for below, inner in command.commands.items():
        yield from opened(f"{name} {below}", inner)


def test_every_command_has_a_heading_and_a_place_in_the_overview() -> None:
    missing = [
        name
        for name, _ in commands()
        if f"\n## {name}\n" not in PAGE or f"[`{name}`](#{name.replace(' ', '-')})" not in PAGE
    ]

    assert [] == missing


def test_every_option_is_told() -> None:
    missing = {
        (name, option)
        for name, command in commands()
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for option in (*parameter.opts, *parameter.secondary_opts)
        if not re.search(rf"[`\[ (]{re.escape(option)}[`\] ,=]", PAGE)
    }

    assert set() == missing


def test_every_option_on_the_page_exists() -> None:
    known = {
        option for _, command in commands() for p in command.params for option in (*p.opts, *p.secondary_opts)
    }
    known |= {option for p in root.params for option in p.opts} | {"--help"}

    assert set() == set(re.findall(r"--[a-z][a-z-]+", PAGE)) - known


def test_every_exit_code_is_told() -> None:
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)}

    assert {int(code) for code in ExitCode} == told


def test_the_listing_tells_what_the_commands_say_of_themselves() -> None:
    listed = click.Context(root, info_name="configurator")

    for name, summary in COMMANDS.items():
        command = root.get_command(listed, name)
        assert command is not None
        assert (command.help or "").strip()
        assert summary in root.get_help(listed)


def test_every_command_shows_an_example() -> None:
    without = [
        name for name, command in commands() if f"  configurator {name} " not in (command.epilog or "")
    ]

    assert [] == without
