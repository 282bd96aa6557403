"""`configurator mutate`."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import click
from rich.text import Text

from configurator.authoring.mutation.explained import ExplainedMutant, read_explanations
from configurator.authoring.mutation.mutants import OPERATORS, Operator
from configurator.authoring.mutation.mutation import Progress, read_wanted
from configurator.authoring.mutation.outcomes import MutationReport, SurvivingMutant
from configurator.catalog.loading import ReadProblem, decode
from configurator.catalog.model import Scenario
from configurator.catalog_files import find_scenarios, holds_scenarios
from configurator.cli.exit_codes import ExitCode
from configurator.cli.failures import MORE_TIME, CommandError
from configurator.cli.inquiry import Answer, Inquiry
from configurator.cli.mutants_told import listed_lines, other_lines, summary, survivor_lines
from configurator.cli.options import answers, output_options, question_options
from configurator.cli.progress_bar import progress_bar
from configurator.cli.scenario_files import add_scenarios
from configurator.cli.scenario_suites import Suites
from configurator.cli.selection import Selection
from configurator.cli.wording import plural
from configurator.configurator import Configurator
from configurator.errors import CatalogError, MutationError
from configurator.serialization import CatalogIdentity
from configurator.serialization_mutation import mutation_json

EXAMPLES = """\b
Examples:
  configurator mutate catalogs/desktop_pc
  configurator mutate catalogs/desktop_pc --element cooling --only row
  configurator mutate catalogs/desktop_pc --timeout 5m --fail-under 90
  configurator mutate catalogs/desktop_pc --write survivors.pcat
"""


@click.command("mutate", epilog=EXAMPLES)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "-k",
    "words",
    default="",
    metavar="WORDS",
    help="Only scenarios whose title or tags have this in them: `office and not white`.",
)
@click.option(
    "--tag", "tags", multiple=True, metavar="TAG", help="Only scenarios with this tag, or another one named."
)
@click.option(
    "--only",
    "operators",
    multiple=True,
    type=click.Choice(OPERATORS),
    help="Only changes of this kind; may be repeated.",
)
@click.option(
    "--element",
    "elements",
    multiple=True,
    metavar="ID",
    help="Only changes of this rule, table, resource or row (`cooling row 2`); may be repeated.",
)
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Fail where the score is less, instead of for every survivor that is not explained.",
)
@click.option(
    "--write", "target", metavar="FILE", help="Write a scenario for each survivor, which would notice it."
)
@click.option(
    "--explained",
    metavar="FILE",
    help="Why some mutants may survive; by default `mutants.toml` beside the catalog.",
)
@question_options
@output_options()
@answers("mutate")
def mutate(
    inquiry: Inquiry,
    paths: tuple[str, ...],
    words: str,
    tags: tuple[str, ...],
    operators: tuple[Operator, ...],
    elements: tuple[str, ...],
    fail_under: float | None,
    target: str | None,
    explained: str | None,
) -> Answer:
    """Change one rule at a time, and see whether any scenario notices.

    A rule is dropped, a row of a table deleted, allow and forbid swapped, a comparison flipped, a bound
    shifted by the least that makes a difference. A mutant is *killed* where a scenario fails; it *survives*
    where none does, and a configuration is told that a new scenario could use; it is *equivalent* where it is
    proved to mean the same.

    PATH is a catalog, a file of scenarios, or a folder with both below it: one catalog in all.
    `--timeout` is the time for everything.
    """
    asked, scenarios, named = _found(inquiry, paths, Selection(words, tags))
    known = None if explained is None else _explanations(explained)
    _check_elements(asked, elements)
    with _bar(inquiry) as progress:
        found = asked.mutate(
            scenarios,
            as_of=inquiry.settings.as_of,
            seconds=inquiry.settings.seconds,
            operators=operators or OPERATORS,
            elements=elements,
            explained=known,
            progress=progress,
        )
    written = () if target is None else tuple(_write(found, Path(target), named))
    more = tuple(listed_lines(found)) if inquiry.settings.verbose else ()
    end = summary(found, inquiry.elapsed)
    lines = (*more, *survivor_lines(found), *other_lines(found), *written, end)
    return _answer(found, fail_under, lines)


def _answer(found: MutationReport, fail_under: float | None, lines: Sequence[Text]) -> Answer:
    result = mutation_json(found)
    notes = (MORE_TIME,) if found.undecided else ()
    failed = bool(found.survived) if fail_under is None else found.score * 100 < Fraction(str(fail_under))
    if failed:
        return Answer("no", ExitCode.NO, result, tuple(lines), notes)
    if found.undecided and fail_under is None:
        return Answer("unknown", ExitCode.UNKNOWN, result, tuple(lines), notes)
    return Answer("yes", ExitCode.YES, result, tuple(lines), notes)


# ---------------------------------------------------------------- what is asked


def _found(
    inquiry: Inquiry, paths: Sequence[str], selection: Selection
) -> tuple[Configurator, tuple[Scenario, ...], str]:
    """The one catalog that the paths name, the scenarios that are wanted, and the catalog's own path.

    Raises:
        CatalogError: something cannot be loaded.
        CommandError: the paths name several catalogs, or none of the scenarios is wanted.
    """
    suites = Suites(inquiry, selection.test())
    for path in paths:
        suites.add(path)
    broken = [finding for suite in suites.suites for finding in suite.broken]
    if broken:
        raise CatalogError(broken)
    catalogs = {id(each.catalog): each.catalog for each in suites.suites if each.catalog is not None}
    if len(catalogs) != 1:
        raise CommandError(
            f"{len(catalogs)} catalogs are named, and one at a time is mutated", ExitCode.USAGE
        )
    (asked,) = catalogs.values()
    scenarios = tuple(each for suite in suites.suites for each in suite.scenarios)
    if suites.all and not scenarios:
        raise CommandError(
            f"none of {plural(suites.all, 'scenario')} is selected",
            ExitCode.USAGE,
            "`-k` looks for parts of titles and tags, `--tag` for whole tags",
        )
    first = suites.suites[0].path
    shipped = first.startswith("package:")
    named = find_scenarios(first).catalog if not shipped and holds_scenarios(Path(first)) else first
    inquiry.adopt(asked, named)
    day = inquiry.settings.as_of or asked.catalog.tested_on or asked.today()
    inquiry.identity = CatalogIdentity(asked.catalog.name, asked.catalog.version, asked.digest, day)
    return asked, scenarios, named


def _check_elements(asked: Configurator, elements: Sequence[str]) -> None:
    """See that there is everything that is named.

    Raises:
        CommandError: something is not.
    """
    try:
        read_wanted(asked.catalog, OPERATORS, elements)
    except MutationError as error:
        raise CommandError(
            error.message, ExitCode.USAGE, *error.help, "`configurator show CATALOG` tells what there is"
        ) from error


def _explanations(path: str) -> tuple[ExplainedMutant, ...]:
    """What a file says that the user named.

    Raises:
        CommandError: it cannot be read.
        MutationError: it is not what it should be.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise CommandError(f"`{path}` cannot be read: {error.strerror}", ExitCode.ENVIRONMENT) from error
    source = decode(data, path)
    if isinstance(source, ReadProblem):
        raise CommandError(source.message, ExitCode.ENVIRONMENT, *source.help)
    return read_explanations(source.text, path)


# ---------------------------------------------------------------- meanwhile


@contextmanager
def _bar(inquiry: Inquiry) -> Iterator[Progress | None]:
    """A progress bar, where a person looks."""
    with progress_bar(inquiry.screen, "mutants") as advance:
        yield None if advance is None else _telling(advance)


def _telling(advance: Callable[[int, int], None]) -> Progress:
    return lambda done, whole, _: advance(done, whole)


# ---------------------------------------------------------------- survivors as scenarios


def _write(found: MutationReport, target: Path, catalog: str) -> Iterator[Text]:
    """Add the scenarios of survivors to a file, which is made where there is none; tells how many.

    Raises:
        CommandError: they cannot be written.
    """
    outcomes = [each.outcome for each in found.survived]
    texts = [each.scenario for each in outcomes if isinstance(each, SurvivingMutant) and each.scenario]
    if not texts:
        return
    try:
        add_scenarios(target, texts, catalog)
    except ValueError as error:
        raise CommandError(str(error), ExitCode.ENVIRONMENT) from error
    except OSError as error:
        raise CommandError(f"`{target}` cannot be written: {error.strerror}", ExitCode.ENVIRONMENT) from error
    yield Text(f"written to {target}: {plural(len(texts), 'scenario')}")
