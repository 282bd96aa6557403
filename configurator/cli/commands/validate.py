"""`configurator validate`."""

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
from configurator.cli.wording import (
    DOUBTFUL,
    FAINT,
    GOOD,
    conflict_lines,
    not_possible,
    plural,
)
from configurator.cli.words import read_choice_words
from configurator.configuration.validation import Incomplete, Invalid, Valid
from configurator.engines.engine import Unknown
from configurator.serialization import verdict_json

EXAMPLES = """\b
Examples:
  configurator validate catalogs/desktop_pc cpu=CPU-7800X3D board=MB-Z790-TUF
  configurator validate catalogs/desktop_pc -f order.json --as-of 2026-11-22
  configurator validate catalogs/bicycle --only -f - <order.json
"""


@click.command("validate", epilog=EXAMPLES)
@catalog_argument
@choice_arguments
@question_options
@output_options()
@answers("validate")
def validate(
    inquiry: Inquiry, catalog: str, choices: tuple[str, ...], file: str | None, **more: Any
) -> Answer:
    """Whether choices are valid, all or some of them made, and if not, why.

    CHOICE is `slot=SKU`, `slot=2xSKU`, `slot=none`, `slot=A,2xB`, or `slot+=SKU` for at least that.
    """
    given = read_choice_words(choices, file)
    asked = inquiry.load(catalog)
    with inquiry.screen.waiting("judging"):
        verdict = asked.validate(
            given, as_of=inquiry.day, seconds=inquiry.settings.seconds, only=more["only"]
        )
    result = verdict_json(verdict)
    match verdict:
        case Valid():
            price = dict(verdict.configuration.calcs).get("price")
            line = Text.assemble(("valid", GOOD), f": {price}" if price else "")
            notices = tuple(
                Text.assemble((notice.severity, DOUBTFUL), f": {notice.message} ", (notice.location, FAINT))
                for notice in verdict.notices
            )
            return Answer("yes", ExitCode.YES, result, (line,), notices)
        case Incomplete(open=still_open):
            told = f"{plural(len(still_open), 'place')} still open: {', '.join(still_open)}"
            line = Text.assemble(("incomplete, but possible", GOOD), f": {told}")
            return Answer("yes", ExitCode.YES, result, (line,))
        case Invalid(conflicts=conflicts):
            told_conflicts = conflict_lines(asked.catalog, given, conflicts, only=more["only"])
            return Answer(
                "no", ExitCode.NO, result, (not_possible(len(given), conflicts), "", *told_conflicts)
            )
        case Unknown(reason=reason):
            line = Text.assemble(("not decided", DOUBTFUL), f": {reason}")
            return Answer("unknown", ExitCode.UNKNOWN, result, (line,), (MORE_TIME,))
