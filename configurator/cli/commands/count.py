"""`configurator count`."""

from typing import Any

import click
from rich.text import Text

from configurator.cli.exit_codes import ExitCode
from configurator.cli.failures import MORE_TIME, SAYS_WHY
from configurator.cli.inquiry import Answer, Inquiry
from configurator.cli.options import (
    answers,
    catalog_argument,
    choice_arguments,
    output_options,
    question_options,
)
from configurator.cli.wording import BAD, DOUBTFUL, GOOD, plural, seconds_in_words, share_in_words
from configurator.cli.words import read_wanted
from configurator.configuration.enumeration import Count
from configurator.serialization import count_json

EXAMPLES = """\b
Examples:
  configurator count catalogs/bicycle
  configurator count catalogs/desktop_pc usage=gaming cpu=CPU-7800X3D --timeout 10s
"""


@click.command("count", epilog=EXAMPLES)
@catalog_argument
@choice_arguments
@question_options
@output_options()
@answers("count")
def count(inquiry: Inquiry, catalog: str, choices: tuple[str, ...], file: str | None, **more: Any) -> Answer:
    """How many valid configurations keep the choices, exactly.

    CHOICE is `slot=SKU`, `slot=2xSKU`, `slot=none`, `slot=A,2xB`, or `slot+=SKU` for at least that.
    """
    wanted = read_wanted(choices, file, more["bundles"])
    given, bundles = wanted.choices, wanted.bundles
    settings = inquiry.settings
    asked = inquiry.load(catalog)
    with inquiry.screen.waiting("counting"):
        found = asked.count(
            given, as_of=inquiry.day, seconds=settings.seconds, only=more["only"], bundles=bundles
        )
    result = count_json(found)
    if not isinstance(found, Count):
        line = Text.assemble(("not decided", DOUBTFUL), f": {found.reason}")
        return Answer("unknown", ExitCode.UNKNOWN, result, (line,), (MORE_TIME,))
    told = plural(found.value, "configuration")
    share = f" ({share_in_words(found.value, found.combinations)} of {found.combinations:,} combinations)"
    line = Text.assemble(
        (told, GOOD if found.value else BAD), f"{share}, exact, {seconds_in_words(inquiry.elapsed)}"
    )
    if not found.value:
        return Answer("no", ExitCode.NO, result, (line,), (SAYS_WHY,))
    return Answer("yes", ExitCode.YES, result, (line,))
