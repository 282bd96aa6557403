"""`configurator check`."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from attrs import define, field, frozen
from rich.text import Text

from configurator.catalog.compilation import CompileResult, compile_catalog
from configurator.catalog.loading import CatalogReader, ReadProblem, decode
from configurator.catalog.model import Catalog
from configurator.catalog_files import FolderReader, find_catalog, is_headed
from configurator.cli.exit_codes import ExitCode
from configurator.cli.inquiry import Answer, Inquiry
from configurator.cli.options import answers, limit_option, output_options
from configurator.cli.wording import BAD, DOUBTFUL, GOOD, plural
from configurator.diagnostics.diagnostic import Diagnostic, Severity
from configurator.diagnostics.rendering import render_text
from configurator.errors import CatalogError
from configurator.serialization import CatalogIdentity
from configurator.syntax.parser import parse_catalog

EXAMPLES = """\b
Examples:
  configurator check catalogs/
  configurator check bicycle.pcat --fail-level warning
"""


@click.command("check", epilog=EXAMPLES)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--fail-level",
    type=click.Choice(["error", "warning", "hint"]),
    default="error",
    show_default=True,
    help="The mildest finding that makes the exit code 1; errors that keep a catalog from loading make it 3.",
)
@limit_option("How many findings to tell at most; 0 for all (the default).")
@output_options()
@answers("check")
def check(inquiry: Inquiry, paths: tuple[str, ...], fail_level: str) -> Answer:
    """Find every mistake in catalogs: syntax, names, types, units, tables. Nothing is solved.

    PATH is a file, a folder with all `.pcat` files below it, or `package:NAME`. Files with a header
    are loaded with all they import; files that none of them imports are still read.
    """
    checked = Checked()
    for path in paths:
        checked.add(path)
    findings = list(dict.fromkeys(checked.findings))
    numbers = {severity: sum(found.severity is severity for found in findings) for severity in Severity}
    # Quiet: only what keeps a catalog from loading.
    grave = [found for found in findings if found.severity is Severity.ERROR]
    told = (grave if inquiry.settings.quiet else findings)[: inquiry.settings.limit or None]
    if not inquiry.as_json and told:
        # Here the findings are the data.
        inquiry.screen.write(render_text(told, colour=inquiry.screen.colour) + "\n\n")
    if len(told) < len(findings) and not inquiry.as_json:
        inquiry.screen.note(f"{plural(len(findings) - len(told), 'finding')} not shown")
    inquiry.findings = told
    inquiry.identity = checked.identity(inquiry)
    status, code = _verdict(numbers, fail_level)
    result = {
        "errors": numbers[Severity.ERROR],
        "warnings": numbers[Severity.WARNING],
        "hints": numbers[Severity.HINT],
        "files": len(checked.files),
        "rules": sum(len(catalog.restrictions) for catalog in checked.catalogs),
        "scenarios": sum(len(catalog.scenarios) for catalog in checked.catalogs),
        "catalogs": [
            {"name": each.name, "version": each.version, "digest": each.digest} for each in checked.catalogs
        ],
    }
    return Answer("yes" if status else "no", code, result, (_summary(inquiry, numbers, result),))


def _verdict(numbers: dict[Severity, int], fail_level: str) -> tuple[bool, ExitCode]:
    if numbers[Severity.ERROR]:
        return False, ExitCode.CATALOG
    counted = {"error": 0, "warning": numbers[Severity.WARNING]}
    failing = counted.get(fail_level, sum(numbers.values()))
    return not failing, ExitCode.NO if failing else ExitCode.YES


def _summary(inquiry: Inquiry, numbers: dict[Severity, int], result: dict[str, Any]) -> Text:
    found = ", ".join(plural(number, severity.value) for severity, number in numbers.items() if number)
    style = BAD if numbers[Severity.ERROR] else DOUBTFUL if found else GOOD
    details = [
        plural(result["rules"], "rule, resource or table", "rules, resources and tables"),
        plural(result["scenarios"], "scenario"),
        f"{inquiry.elapsed * 1000:.0f} ms",
    ]
    return Text.assemble(
        (found or "no findings", style), f" in {plural(result['files'], 'file')} ({', '.join(details)})"
    )


@frozen
class RecordingReader:
    """Reads for another reader and notes which catalog files were asked for.

    Attributes:
        files: the real places of the `.pcat` files read so far.
    """

    reader: CatalogReader
    root: Path
    files: set[Path] = field(factory=set)

    def read(self, path: str) -> bytes | ReadProblem:
        """See `CatalogReader.read`."""
        found = self.reader.read(path)
        if isinstance(found, bytes) and path.endswith(SUFFIX):
            self.files.add((self.root / path).resolve())
        return found

    def shown(self, path: str) -> str:
        """See `CatalogReader.shown`."""
        return self.reader.shown(path)


SUFFIX = ".pcat"


@define
class Checked:
    """What was found so far.

    Attributes:
        files: the real places of the catalog files that were read.
        catalogs: those without errors, in the order found.
    """

    findings: list[Diagnostic] = field(factory=list)
    files: set[Path] = field(factory=set)
    catalogs: list[Catalog] = field(factory=list)
    headed: set[Path] = field(factory=set)

    def identity(self, inquiry: Inquiry) -> CatalogIdentity | None:
        """The catalog, where it was exactly one."""
        if len(self.catalogs) != 1 or len(self.headed) != 1:
            return None
        (catalog,) = self.catalogs
        day = inquiry.surroundings.now().astimezone(ZoneInfo(catalog.timezone)).date()
        return CatalogIdentity(catalog.name, catalog.version, catalog.digest, day)

    def add(self, path: str) -> None:
        """Check a path as a user names it."""
        if path.startswith("package:"):
            self._compile(path)
            return
        place = Path(path)
        if not place.is_dir():
            self._add_files([(place, path)])
            return
        found = sorted(each for each in place.rglob(f"*{SUFFIX}") if not _is_hidden(each, place))
        if not found:
            message = f"there is no {SUFFIX} file in the folder `{path}`"
            self.findings.append(Diagnostic("E0201", Severity.ERROR, message, None))
        self._add_files([(each, str(each)) for each in found])

    def _add_files(self, files: list[tuple[Path, str]]) -> None:
        """Headed files first: what they import is then known."""
        headed = [(place, shown) for place, shown in files if is_headed(place) or not place.is_file()]
        for _, shown in headed:
            self._compile(shown)
        for place, shown in files:
            if place.resolve() not in self.files and (place, shown) not in headed:
                self._parse(place, shown)

    def _compile(self, path: str) -> None:
        try:
            found = find_catalog(path)
        except CatalogError as error:
            self.findings.extend(error.diagnostics)
            return
        root = found.reader.root if isinstance(found.reader, FolderReader) else Path()
        reader = RecordingReader(found.reader, root)
        entry = (root / found.entry).resolve()
        if entry in self.headed:
            return
        self.headed.add(entry)
        result: CompileResult = compile_catalog(found.entry, reader)
        self.files |= reader.files
        self.findings.extend(result.diagnostics)
        if result.catalog is not None:
            self.catalogs.append(result.catalog)

    def _parse(self, place: Path, shown: str) -> None:
        self.files.add(place.resolve())
        data = FolderReader(place.resolve().parent, shown.removesuffix(place.name)).read(place.name)
        source = data if isinstance(data, ReadProblem) else decode(data, shown)
        if isinstance(source, ReadProblem):
            self.findings.append(
                Diagnostic(source.code, Severity.ERROR, source.message, None, help=source.help)
            )
            return
        self.findings.extend(parse_catalog(source).diagnostics)


def _is_hidden(file: Path, below: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(below).parts)
