"""`configurator scenario`: the group, and `scenario from`."""

from pathlib import Path
from typing import Any

import click
from rich.text import Text

from configurator.authoring.recording import quoted, title_apart
from configurator.cli.asked_stock import AskedStock, stock_options
from configurator.cli.exit_codes import ExitCode
from configurator.cli.failures import MORE_TIME, CommandError
from configurator.cli.files import STANDARD_INPUT, read_json_file
from configurator.cli.inquiry import Answer, Inquiry
from configurator.cli.options import InOrder, answers, bundle_option, output_options, question_options
from configurator.cli.scenario_files import add_scenarios, catalog_from, catalog_near, titles_in_file
from configurator.cli.wording import DOUBTFUL, FAINT, GOOD
from configurator.engines.engine import Unknown
from configurator.serialization import JsonObject
from configurator.source import SourceFile
from configurator.syntax.nodes import ScenarioDeclaration
from configurator.syntax.parser import parse_catalog


@click.group("scenario", cls=InOrder)
def scenario() -> None:
    """Scenarios made of orders: what is chosen, and what is the case of it."""


FROM_EXAMPLES = """\b
Examples:
  configurator scenario from order.json
  configurator scenario from order.json -o scenarios.pcat --tag smoke
  configurator scenario from complaint.json --catalog catalogs/desktop_pc --title "the GPU that did not fit"
  configurator configure package:bicycle && configurator scenario from order.json --catalog package:bicycle
"""


@scenario.command("from", short_help="Write an order as a scenario that passes.", epilog=FROM_EXAMPLES)
@click.argument("order", metavar="ORDER.json")
@click.option(
    "--catalog",
    metavar="CATALOG",
    help="The catalog; by default the one in the folder of the order, or in the nearest one above.",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE.pcat",
    help="Add it at the end of this file, which is made if there is none; by default it is printed.",
)
@click.option("--title", metavar="TITLE", help="By default the order's id, else what is chosen.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Give it this tag; may be repeated.")
@click.option(
    "--calc",
    "calcs",
    multiple=True,
    metavar="CALC",
    help="Expect what this calc is worth; may be repeated. By default `price`, where there is one.",
)
@click.option(
    "--only", is_flag=True, help="What is not named stays empty; a place that cannot be is an error."
)
@bundle_option
@stock_options()
@question_options
@output_options()
@answers("scenario from")
def record(inquiry: Inquiry, order: str, catalog: str | None, **more: Any) -> Answer:
    """Write an order as a scenario that expects what is the case now, and passes.

    ORDER is a configuration, choices, an order, or a saved configuration, as JSON; `-` is standard input.
    Each line of an order is a scenario. It expects `valid`, the price and the warnings; or `invalid` and the
    rules to blame; under stock whether it is available.
    """
    output, tags = more["output"], more["tags"]
    content = read_json_file(order)
    stock = AskedStock.read(inquiry, more)
    path = catalog or catalog_near(Path() if order == STANDARD_INPUT else Path(order).parent)
    taken = _titles(output)
    asked = inquiry.load(path)
    with inquiry.screen.waiting("recording"):
        try:
            text = asked.record_scenario(
                content,
                title=more["title"],
                tags=tags,
                calcs=more["calcs"] or None,
                stock=stock.snapshot,
                on=stock.on,
                as_of=inquiry.day,
                seconds=inquiry.settings.seconds,
                only=more["only"],
                bundles=more["bundles"],
            )
        except ValueError as error:
            raise CommandError(str(error), ExitCode.USAGE) from error
    if isinstance(text, Unknown):
        line = Text.assemble(("not decided", DOUBTFUL), f": {text.reason}")
        return Answer("unknown", ExitCode.UNKNOWN, {"scenarios": [], "file": None}, (line,), (MORE_TIME,))
    known = (*taken, *(each.title for each in asked.scenarios))
    found = _scenarios(text, () if more["title"] is not None else known)
    result: JsonObject = {"scenarios": [told for told, _ in found], "file": output}
    texts = [block for _, block in found]
    if output is not None:
        _add(Path(output), texts, path)
        lines = [Text.assemble(("added", GOOD), f" to `{output}`: {told['title']}") for told, _ in found]
        return Answer("yes", ExitCode.YES, result, tuple(lines))
    if not inquiry.as_json:
        inquiry.screen.write("\n".join(texts))
    head = f"scenarios for {quoted(catalog_from(Path('scenarios.pcat'), path))}"
    note = Text(f"a file of them begins with `{head}`; `-o FILE` makes one", FAINT)
    return Answer("yes", ExitCode.YES, result, (), (note,))


def _titles(output: str | None) -> tuple[str, ...]:
    """The titles that are taken in the file, which is read before anything is searched."""
    if output is None:
        return ()
    try:
        return titles_in_file(Path(output))
    except (OSError, ValueError) as error:
        raise _not_written(output, error) from error


def _scenarios(text: str, taken: tuple[str, ...]) -> list[tuple[JsonObject, str]]:
    """The scenarios of a text, each for programs and as it is written, with titles that are not taken."""
    parsed = parse_catalog(SourceFile("recorded.pcat", text)).file
    assert parsed is not None
    found: list[tuple[JsonObject, str]] = []
    titles = [*taken]
    for each in parsed.statements:
        assert isinstance(each, ScenarioDeclaration)
        title = title_apart(each.title.value, titles)
        titles.append(title)
        block = f"{each.span.text}\n".replace(quoted(each.title.value), quoted(title), 1)
        expected = [" ".join(expectation.span.text.split()) for expectation in each.expectations]
        found.append(({"title": title, "expectations": expected, "text": block}, block))
    return found


def _add(file: Path, texts: list[str], catalog: str) -> None:
    try:
        add_scenarios(file, texts, catalog)
    except (OSError, ValueError) as error:
        raise _not_written(str(file), error) from error


def _not_written(file: str, error: OSError | ValueError) -> CommandError:
    if isinstance(error, OSError):
        reason = (error.strerror or "the path is not usable").lower()
        return CommandError(f"`{file}` cannot be written: {reason}", ExitCode.ENVIRONMENT)
    return CommandError(f"nothing is written: {error}", ExitCode.USAGE)
