"""`configurator configure` as a command: what it needs, what it begins with, what it leaves."""

import subprocess
import sys
from pathlib import Path

import pytest
from command_runs import CATALOGS, run

from configurator.cli.dialog import app as dialog_app
from configurator.cli.dialog.app import Dialog
from configurator.configuration.session import Session

BIKE = str(CATALOGS / "kids_bike.pcat")


@pytest.fixture
def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both streams say that somebody sits there."""
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda _: True, raising=False)


def test_without_textual_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "textual", None)
    told = run("configure", BIKE)

    assert (6, "") == (told.code, told.out)
    assert told.error == (
        "error: `configure` needs textual\n  = help: pip install 'pcat-configurator[tui]'\n"
    )


def test_without_a_terminal_the_command_says_so() -> None:
    told = run("configure", BIKE)

    assert (6, "") == (told.code, told.out)
    assert told.error == (
        "error: `configure` needs a terminal to show itself and to read keys from\n"
        "  = help: without one, ask `configurator options` and `configurator validate`\n"
    )


@pytest.mark.usefixtures("at_a_terminal")
def test_the_dialog_begins_with_the_choices_and_ends_with_them_in_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun: list[tuple[dict[str, object], float | None, str]] = []

    def start(session: Session, catalog: str) -> Dialog:
        begun.append((dict(session.choices), session.seconds, catalog))
        dialog = Dialog(session.choose(support=True), catalog)
        dialog.files.append(Path("order.json"))
        return dialog

    monkeypatch.setattr(dialog_app, "start", start)
    told = run("configure", BIKE, "colour=red", "--timeout", "2s")

    assert [({"colour": "red"}, 2.0, BIKE)] == begun
    assert (0, "colour=red support=yes\n") == (told.code, told.out)
    assert told.error.splitlines()[-1] == "wrote order.json"


@pytest.mark.usefixtures("at_a_terminal")
def test_choices_that_do_not_exist_are_told_before_the_screen_is_taken() -> None:
    told = run("configure", BIKE, "colour=pink")

    assert 2 == told.code
    assert "`pink`" in told.error


def test_the_command_loads_textual_only_when_it_is_needed() -> None:
    program = "import sys, configurator.cli.commands.configure; print('textual' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert told.stdout == "False\n"
