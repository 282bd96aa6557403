"""Mistakes in a command itself, told like every other failure."""

import click

from configurator.cli.exit_codes import ExitCode
from configurator.cli.failures import Failure
from configurator.cli.inquiry import Inquiry, Settings
from configurator.cli.surroundings import Surroundings


def tell_usage(error: click.ClickException, *, as_json: bool) -> ExitCode:
    """Tell what is wrong and where to look; the answer's object too, if it was asked for."""
    context = getattr(error, "ctx", None)
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message(), err=True)
        return ExitCode.USAGE
    message = error.format_message().rstrip(".")
    failure = Failure(ExitCode.USAGE, (message[:1].lower() + message[1:],), _next_step(context))
    words = context.command_path.split() if context else []
    surroundings = (context.find_object(Surroundings) if context else None) or Surroundings()
    inquiry = Inquiry.begin(" ".join(words[1:]), Settings(form="json" if as_json else "text"), surroundings)
    return inquiry.tell_failure(failure)


def _next_step(context: click.Context | None) -> tuple[str, ...]:
    return (f"see `{context.command_path} --help`",) if context else ()
