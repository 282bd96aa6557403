"""`configurator complete`."""

from typing import Any

import click
from rich.text import Text

from configurator.cli.exit_codes import ExitCode
from configurator.cli.failures import MORE_TIME
from configurator.cli.inquiry import Answer, Inquiry
from configurator.cli.options import (
    answers,
    catalog_argument,
    choice_arguments,
    output_options,
    question_options,
)
from configurator.cli.terminal import GAP
from configurator.cli.wording import DOUBTFUL, FAINT, STRONG, conflict_lines, not_possible, value_in_words
from configurator.cli.words import read_choice_words
from configurator.configuration.completion import Completed
from configurator.configuration.validation import Invalid
from configurator.engines.engine import Unknown
from configurator.serialization import completion_json

EXAMPLES = """\b
Examples:
  configurator complete catalogs/bicycle
  configurator complete catalogs/desktop_pc usage=gaming cpu=CPU-7800X3D
  configurator complete catalogs/desktop_pc --json | jq .result.configuration >order.json
"""


@click.command("complete", epilog=EXAMPLES)
@catalog_argument
@choice_arguments
@question_options
@output_options()
@answers("complete")
def complete(
    inquiry: Inquiry, catalog: str, choices: tuple[str, ...], file: str | None, **more: Any
) -> Answer:
    """One valid configuration that keeps the choices, then the defaults, then catalog order.

    CHOICE is `slot=SKU`, `slot=2xSKU`, `slot=none`, `slot=A,2xB`, or `slot+=SKU` for at least that.
    """
    given = read_choice_words(choices, file)
    asked = inquiry.load(catalog)
    seconds, only = inquiry.settings.seconds, more["only"]
    with inquiry.screen.waiting("completing"):
        found = asked.complete(given, as_of=inquiry.day, seconds=seconds, only=only)
    if isinstance(found, Unknown):
        line = Text.assemble(("not decided", DOUBTFUL), f": {found.reason}")
        return Answer("unknown", ExitCode.UNKNOWN, completion_json(found), (line,), (MORE_TIME,))
    if isinstance(found, Completed):
        return Answer("yes", ExitCode.YES, completion_json(found), completion_lines(found))
    with inquiry.screen.waiting("looking for the reason"):
        verdict = asked.validate(given, as_of=inquiry.day, seconds=seconds, only=only)
    conflicts = verdict.conflicts if isinstance(verdict, Invalid) else ()
    told = conflict_lines(asked.catalog, given, conflicts, only=only)
    notes = (f"why is not known: {verdict.reason}",) if isinstance(verdict, Unknown) else ()
    head = not_possible(len(given), conflicts)
    return Answer("no", ExitCode.NO, completion_json(found, conflicts), (head, "", *told), notes)


def completion_lines(found: Completed) -> tuple[Text, ...]:
    """Every place with its value and who chose it; then the calcs; then the defaults that yielded."""
    values = {path: value_in_words(value) for path, value in found.configuration.items()}
    width = max((len(path) for path in (*values, *dict(found.configuration.calcs))), default=0)
    lines = []
    for path, value in values.items():
        who = f"{_who(found, path):<12}{GAP}"
        lines.append(Text.assemble(who, (f"{path:<{width}}", STRONG), GAP, value))
    for name, value in found.configuration.calcs:
        lines.append(Text.assemble(f"{'':<12}{GAP}", (f"{name:<{width}}", STRONG), GAP, value))
    for each in found.not_kept:
        place = (each.location.rpartition(":")[0], FAINT)
        told = (f"default of {each.place} not kept", DOUBTFUL)
        lines.append(Text.assemble(told, ": it does not go with the rest", GAP, place))
    return tuple(lines)


def _who(found: Completed, path: str) -> str:
    if path in found.chosen:
        return "you chose"
    return "default" if path in found.defaults else "chosen by us"
