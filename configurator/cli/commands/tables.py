"""`configurator tables export` and `tables import`."""

from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path

import click
from rich.text import Text

from configurator.authoring.tables.answers import TableChange, TablesImported, TablesRefused
from configurator.catalog.loading import decode
from configurator.cli.exit_codes import ExitCode
from configurator.cli.failures import CommandError
from configurator.cli.file_writing import replace_file
from configurator.cli.inquiry import Answer, Inquiry
from configurator.cli.options import answers, output_options
from configurator.cli.wording import BAD, FAINT, GOOD, plural
from configurator.diagnostics.rendering import render_text
from configurator.serialization import to_json
from configurator.source import SourceFile
from configurator.table_files import export_table_texts, export_tables, import_tables

MOST_TOLD = 50
"""Changes that are told one by one to people; JSON has them all."""


@click.group("tables")
def tables() -> None:
    """Tables of a catalog as a spreadsheet, and back."""


# ---------------------------------------------------------------- export


EXPORT_EXAMPLES = """\b
Examples:
  configurator tables export bicycle.pcat -o bicycle.xlsx
  configurator tables export catalogs/desktop_pc --family gpu --table socket -o gpu.xlsx
  configurator tables export bicycle.pcat --csv -o sheets
"""


@tables.command("export", epilog=EXPORT_EXAMPLES)
@click.argument("catalog")
@click.option(
    "-o",
    "--output",
    metavar="FILE.xlsx",
    help="Where to write; by default the catalog's name with `.xlsx`, in this folder. Overwritten if there.",
)
@click.option("--family", "families", multiple=True, metavar="F", help="Only this family; may be repeated.")
@click.option("--table", "wanted", multiple=True, metavar="T", help="Only this rule table; may be repeated.")
@click.option("--csv", "as_csv", is_flag=True, help="A folder of CSV files instead; needs no extra.")
@output_options()
@answers("tables export")
def export(
    inquiry: Inquiry,
    catalog: str,
    output: str | None,
    families: tuple[str, ...],
    wanted: tuple[str, ...],
    *,
    as_csv: bool,
) -> Answer:
    """Write the tables of a catalog into a spreadsheet with one sheet for each.

    Planners change cells, add rows and remove rows; `tables import` takes it back. Columns with known
    values have drop-downs. `component` statements are no tables and stay in the catalog.
    """
    loaded = inquiry.load(catalog)
    suffix = "" if as_csv else ".xlsx"
    place = Path(output or f"{loaded.catalog.name}{suffix}")
    try:
        if as_csv:
            texts = export_table_texts(catalog, families=families, tables=wanted)
            place.mkdir(parents=True, exist_ok=True)
            for name, content in texts.items():
                (place / name).write_bytes(content)
        else:
            place.write_bytes(export_tables(catalog, families=families, tables=wanted))
    except OSError as error:
        reason = (error.strerror or "the path is not usable").lower()
        raise CommandError(f"`{place}` cannot be written: {reason}", ExitCode.ENVIRONMENT) from error
    line = Text.assemble(("written", GOOD), f": {place}")
    note = f"bring changes back with `configurator tables import {catalog} {place}`"
    return Answer("yes", ExitCode.YES, {"file": str(place)}, (line,), (note,))


# ---------------------------------------------------------------- import


IMPORT_EXAMPLES = """\b
Examples:
  configurator tables import bicycle.pcat bicycle.xlsx --dry-run --diff
  configurator tables import bicycle.pcat bicycle.xlsx
"""


@tables.command("import", epilog=IMPORT_EXAMPLES)
@click.argument("catalog")
@click.argument("file", metavar="FILE.xlsx")
@click.option("--dry-run", is_flag=True, help="Say what would change; write nothing.")
@click.option("--diff", "with_diff", is_flag=True, help="Show the difference of every file that changes.")
@click.option(
    "--merge",
    is_flag=True,
    help="Also where the catalog has changed since the export, unless both changed the same.",
)
@output_options()
@answers("tables import")
def import_(
    inquiry: Inquiry, catalog: str, file: str, *, dry_run: bool, with_diff: bool, merge: bool
) -> Answer:
    """Take an exported and changed spreadsheet back into the catalog's files.

    FILE is the workbook, or the folder of CSV files. Only cells and rows that differ are rewritten, in
    `.pcat` and CSV files. Nothing is written unless the changed catalog loads.
    """
    if catalog.startswith("package:"):
        step = "copy the catalog, and import into the copy"
        raise CommandError("a catalog that comes with this library is not changed", ExitCode.USAGE, step)
    inquiry.load(catalog)
    found = import_tables(catalog, file, merge=merge)
    if isinstance(found, TablesRefused):
        return _refused(inquiry, found)
    shown = {path: _shown(Path(path)) for path in found.files}
    difference = _difference(found, shown) if with_diff else []
    if not dry_run:
        _write(found)
    result = {
        "changes": to_json(found.changes),
        "files": list(shown.values()),
        "reordered": list(found.reordered),
        "merged": list(found.merged),
        "digest": found.digest,
        "dry_run": dry_run,
    }
    if with_diff:
        result["diff"] = difference
    lines = (*_lines(found, shown, dry_run=dry_run), *difference)
    notes = tuple(
        f"the rows of `{name}` stand in another order in the sheet; the catalog's order is kept"
        for name in found.reordered
    )
    return Answer("yes", ExitCode.YES, result, lines, notes)


def _refused(inquiry: Inquiry, found: TablesRefused) -> Answer:
    inquiry.findings = list(found.diagnostics)
    if not inquiry.as_json:
        # Here the findings are the answer.
        inquiry.screen.write(render_text(found.diagnostics, colour=inquiry.screen.colour) + "\n\n")
    line = Text.assemble(
        ("refused", BAD), f": {plural(len(found.diagnostics), 'finding')}; nothing was changed"
    )
    return Answer("no", ExitCode.NO, {"changes": [], "files": []}, (line,))


def _shown(place: Path) -> str:
    here = Path.cwd()
    return str(place.relative_to(here)) if place.is_relative_to(here) else str(place)


def _write(found: TablesImported) -> None:
    for path, content in found.files.items():
        try:
            replace_file(Path(path), content)
        except OSError as error:
            message = f"`{_shown(Path(path))}` cannot be written: {(error.strerror or '').lower()}"
            raise CommandError(message, ExitCode.ENVIRONMENT) from error


def _difference(found: TablesImported, shown: dict[str, str]) -> list[str]:
    told: list[str] = []
    for path, content in found.files.items():
        before, after = (_text_lines(data, path) for data in (Path(path).read_bytes(), content))
        told += unified_diff(before, after, shown[path], shown[path], lineterm="")
    return told


def _text_lines(data: bytes, name: str) -> list[str]:
    source = decode(data, name)
    assert isinstance(source, SourceFile)
    return source.text.removesuffix("\n").split("\n")


def _lines(found: TablesImported, shown: dict[str, str], *, dry_run: bool) -> Iterator[Text | str]:
    if not found.changes:
        yield Text.assemble(("nothing to change", GOOD), ": the spreadsheet brings nothing new")
        return
    verb = "would change" if dry_run else "changed"
    numbers = {
        kind: sum(each.kind == kind for each in found.changes) for kind in ("changed", "added", "removed")
    }
    parts = [
        plural(numbers["changed"], "cell"),
        f"{plural(numbers['added'], 'row')} added",
        f"{plural(numbers['removed'], 'row')} removed",
    ]
    yield Text.assemble((verb, GOOD), f": {', '.join(parts)} in {', '.join(shown.values())}")
    for change in found.changes[:MOST_TOLD]:
        yield _told(change)
    if len(found.changes) > MOST_TOLD:
        yield Text(f"  and {len(found.changes) - MOST_TOLD:,} more", FAINT)


def _told(change: TableChange) -> str:
    match change.kind:
        case "changed":
            before, after = change.before or "blank", change.after or "blank"
            return f"  {change.table}  {change.row}  {change.column}: {before} -> {after}"
        case "added":
            return f"  {change.table}  {change.row}  added: {change.after}"
        case "removed":
            return f"  {change.table}  {change.row}  removed: {change.before}"
