"""`configurator inspect`."""

from collections.abc import Iterator
from typing import Any

import click
from rich.text import Text

from configurator.cli.exit_codes import ExitCode
from configurator.cli.inquiry import Answer, Inquiry
from configurator.cli.options import answers, catalog_argument, output_options, question_options
from configurator.cli.terminal import aligned, column_widths
from configurator.cli.wording import BAD, DOUBTFUL, FAINT, GOOD, plural, seconds_in_words
from configurator.configuration.inspection import Inspection
from configurator.serialization import inspection_json

EXAMPLES = """\b
Examples:
  configurator inspect catalogs/desktop_pc
  configurator inspect catalogs/desktop_pc --as-of 2027-03-01 --json
  configurator inspect catalogs/desktop_pc --save compiled/
"""


@click.command("inspect", epilog=EXAMPLES)
@catalog_argument
@click.option("--save", metavar="PATH", help="Write the compiled catalog to this file, or into this folder.")
@question_options
@output_options()
@answers("inspect")
def inspect(inquiry: Inquiry, catalog: str, save: str | None, **_: Any) -> Answer:
    """How questions will be answered: what was decided in compiling the catalog, in what size and time.

    One line for each decision, in the order in which the diagram settles them: the ways to settle it,
    how many of them the rules tell apart, and how many different futures there are before it.
    """
    asked = inquiry.load(catalog)
    with inquiry.screen.waiting("compiling"):
        found = asked.compile(as_of=inquiry.day, seconds=inquiry.settings.seconds)
    lines = list(told(found))
    result = inspection_json(found)
    if save is not None and found.form is not None:
        file = asked.save_compiled(save, as_of=inquiry.day)
        lines.append(Text.assemble(("saved", GOOD), f" {file} ({file.stat().st_size:,} bytes)"))
        result["saved"] = str(file)
    elif save is not None:
        lines.append(Text.assemble(("nothing saved", BAD), ": there is no compiled form"))
    if found.form is None:
        return Answer("unknown", ExitCode.UNKNOWN, result, tuple(lines))
    return Answer("yes", ExitCode.YES, result, tuple(lines))


def told(found: Inspection) -> Iterator[Text | str]:
    """The inspection for people."""
    first, last = found.in_force
    days = f"{first or 'any day before'} to {last or 'any day after'}"
    yield f"engine {found.engine}, answers come from {found.answered_by}; the same from {days}"
    kinds = ", ".join(plural(number, kind) for kind, number in sorted(found.constraints.items()))
    yield f"{plural(found.variables, 'variable')}; {kinds or 'no constraints'}"
    if found.void:
        yield Text.assemble(("void", BAD), ": no configuration is valid; `configurator validate` says why")
    if found.form is not None:
        form = found.form
        yield (
            f"{plural(form.tables, 'table')} and {plural(form.clauses, 'clause')} in the diagram,"
            f" {plural(form.sums_inside, 'sum')} inside it, {form.sums_outside} outside"
        )
        yield f"{plural(found.nodes, 'node')}, {plural(found.arcs, 'arc')}, {found.bytes:,} bytes"
        steps = ", ".join(f"{name} {seconds_in_words(took)}" for name, took in found.seconds.items())
        yield Text(f"compiled in {seconds_in_words(sum(found.seconds.values()))}: {steps}", FAINT)
    for note in found.notes:
        yield Text.assemble(("note", DOUBTFUL), f": {note}")
    if found.layers:
        rows = [("decision", "ways", "classes", "nodes", "arcs")]
        rows += [
            (_name(each.places), f"{each.values:,}", f"{each.classes:,}", f"{each.nodes:,}", f"{each.arcs:,}")
            for each in found.layers
        ]
        yield from aligned(rows, column_widths(rows, len(rows[0])))


def _name(places: tuple[str, ...]) -> str:
    return places[0] if len(places) == 1 else f"{places[0]} to {places[-1]}"
