"""Options that commands share, and how a function becomes a command."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from configurator.cli.inquiry import Answer, Inquiry, Settings
from configurator.cli.parameters import read_day, read_duration
from configurator.cli.surroundings import Surroundings

Function = TypeVar("Function", bound=Callable[..., Any])
Decorator = Callable[[Function], Function]


class InOrder(click.Group):
    """A group whose commands are listed as they were added, not by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of a day's work."""
        del ctx
        return list(self.commands)


DEFAULT_TIMEOUT = "60s"
"""How long a question may take when nobody says; nothing hangs for ever."""


def answers(command: str) -> Callable[[Callable[..., Answer]], Callable[..., None]]:
    """Make a command of a function that gets an `Inquiry` and its own options, and returns an `Answer`."""

    def decorate(function: Callable[..., Answer]) -> Callable[..., None]:
        @click.pass_context
        def run(context: click.Context, /, **given: Any) -> None:
            settings = Settings.of(given)
            surroundings = context.find_object(Surroundings) or Surroundings()
            inquiry = Inquiry.begin(command, settings, surroundings)
            context.exit(inquiry.run(lambda begun: function(begun, **given)))

        run.__name__, run.__doc__ = function.__name__, function.__doc__
        return run

    return decorate


def catalog_argument(function: Function) -> Function:
    """The catalog a question is about."""
    return click.argument("catalog")(function)


def choice_arguments(function: Function) -> Function:
    """Choices as words, from a file, from standard input; bundles by name."""
    for decorate in (
        bundle_option,
        click.option(
            "--only",
            is_flag=True,
            help="What is not named stays empty; a place that cannot be is an error.",
        ),
        click.option(
            "-f",
            "--file",
            metavar="ORDER.json",
            help="Read choices from a JSON file; `-` is standard input. Words stand above the file.",
        ),
        click.argument("choices", nargs=-1, metavar="[CHOICE]..."),
    ):
        function = decorate(function)
    return function


def bundle_option(function: Function) -> Function:
    """`--bundle NAME`."""
    return click.option(
        "--bundle",
        "bundles",
        multiple=True,
        metavar="NAME",
        help="Apply this bundle: what it chooses holds beside the choices; may be repeated.",
    )(function)


def timeout_option(function: Function) -> Function:
    """`--timeout`."""
    return click.option(
        "--timeout",
        callback=read_duration,
        default=DEFAULT_TIMEOUT,
        show_default=True,
        metavar="DURATION",
        help="Give up after this time (`500ms`, `10s`, `2m`); `0` for never.",
    )(function)


def question_options(function: Function) -> Function:
    """The options of everything that asks a catalog."""
    for decorate in (
        click.option(
            "--engine",
            metavar="NAME",
            help="Ask this engine alone: `diagram`, `sat`, `backtracking`, `cp-sat` or `exhaustive`.",
        ),
        timeout_option,
        click.option(
            "--as-of",
            callback=read_day,
            metavar="DATE",
            help="The day asked about, such as 2026-11-22; today in the catalog's time zone when left out.",
        ),
    ):
        function = decorate(function)
    return function


def output_options(*forms: str) -> Callable[[Function], Function]:
    """The options of telling an answer; `forms` are those besides text and JSON."""

    def decorate(function: Function) -> Function:
        for option in (
            click.option(
                "--color/--no-color",
                "colour",
                default=None,
                help="Colours, or none; by default on a terminal, minding NO_COLOR and FORCE_COLOR.",
            ),
            click.option("-v", "--verbose", is_flag=True, help="Tell more, on standard error."),
            click.option("-q", "--quiet", is_flag=True, help="Only the answer: no warnings, no hints."),
            click.option(
                "--format",
                "form",
                type=click.Choice(["text", "json", *forms]),
                default="text",
                show_default=True,
                help="How to tell the answer.",
            ),
            click.option("--json", "as_json", is_flag=True, help="The same as `--format json`: one object."),
        ):
            function = option(function)
        return function

    return decorate


def calc_option(function: Function) -> Function:
    """`--by CALC`."""
    return click.option(
        "--by", default="price", show_default=True, metavar="CALC", help="The calc that is asked about."
    )(function)


LARGEST_LIMIT = 10**12
"""More than anybody tells, and less than a database can count to."""


def limit_option(what: str) -> Callable[[Function], Function]:
    """`--limit N`."""
    return click.option("--limit", type=click.IntRange(0, LARGEST_LIMIT), metavar="N", help=what)
