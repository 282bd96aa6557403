"""From one file to all the files a catalog is made of. The files themselves come from an injected reader."""

import posixpath
from collections.abc import Callable, Iterable
from typing import Protocol

from attrs import field, frozen

from configurator.diagnostics.diagnostic import Diagnostic, Severity
from configurator.source import SourceFile, Span
from configurator.syntax.nodes import (
    AssemblyDeclaration,
    CatalogFile,
    CatalogHeader,
    Import,
    ScenarioDeclaration,
    ScenariosHeader,
    Statement,
)
from configurator.syntax.parser import ParseResult, parse_catalog

MODULE_LIMIT = 1000
"""How many files one catalog may import, in all."""


Parse = Callable[[SourceFile], ParseResult]
"""`parse_catalog`, or what answers as it does."""


@frozen
class ReadProblem:
    """Why a file cannot be read, in words for a message, and what to do."""

    message: str
    help: tuple[str, ...] = ()
    code: str = "E0201"


class CatalogReader(Protocol):
    """Gives the files of one folder tree by their path within it, with `/` between names."""

    def read(self, path: str) -> bytes | ReadProblem:
        """The content of a file, or why it cannot be had. Never reaches outside the tree."""

    def shown(self, path: str) -> str:
        """How people know the file in messages."""


@frozen(eq=False)
class Module:
    """A file in its place.

    Attributes:
        namespace: what its names begin with, ending in a dot; empty for the catalog's own.
        path: within the reader's tree.
        assembly: the key of the assembly inside which statements stand; empty outside of assemblies.
        around: for the inside of an assembly what surrounds it; `None` for a file.
    """

    namespace: str
    path: str
    file: CatalogFile = field(repr=False)
    assembly: str = ""
    around: "Module | None" = field(default=None, repr=False)

    @property
    def surroundings(self) -> "tuple[Module, ...]":
        """Itself and what surrounds it, from the inside out: where a name is looked for."""
        return (self, *(self.around.surroundings if self.around else ()))


@frozen(eq=False)
class LoadedModules:
    """Every statement of a catalog in catalog order, each with the module it stands in.

    An import stands for the file it names: its statements come where the import stands. What stands inside an
    assembly comes after the assembly, with the assembly's inside for its module.
    """

    entry: Module | None
    modules: tuple[Module, ...]
    statements: tuple[tuple[Module, Statement], ...]
    diagnostics: tuple[Diagnostic, ...]


def decode(data: bytes, name: str) -> SourceFile | ReadProblem:
    """Bytes as a source text: UTF-8, with or without a byte order mark, any line ends."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return ReadProblem(
            f"`{name}` is not UTF-8: byte {data[error.start]:#04x} on line {line}",
            ("save the file as UTF-8",),
            code="E0204",
        )
    return SourceFile(name, text.replace("\r\n", "\n").replace("\r", "\n"))


def resolve_path(importer: str, written: str) -> str | ReadProblem:
    """The path within the tree of a file named in another one; absolute and outward paths are refused."""
    path = posixpath.normpath(posixpath.join(posixpath.dirname(importer), written.replace("\\", "/")))
    if posixpath.isabs(path) or path == ".." or path.startswith("../") or ":" in path or "\0" in path:
        return ReadProblem(
            f"`{written}` leaves the catalog's folder",
            ("put the file into the catalog's folder or below it",),
            code="E0203",
        )
    return path


class _Loader:
    def __init__(self, reader: CatalogReader, parse: Parse) -> None:
        self.reader = reader
        self.parse_source = parse
        self.modules: list[Module] = []
        self.statements: list[tuple[Module, Statement]] = []
        self.diagnostics: list[Diagnostic] = []
        self._parsed: dict[str, CatalogFile | None] = {}
        self._done: set[tuple[str, str]] = set()

    def report(self, problem: ReadProblem, span: Span | None) -> None:
        self.diagnostics.append(
            Diagnostic(problem.code, Severity.ERROR, problem.message, span, help=problem.help)
        )

    def parse(self, path: str, span: Span | None) -> CatalogFile | None:
        if path in self._parsed:
            return self._parsed[path]
        self._parsed[path] = None
        data = self.reader.read(path)
        source = data if isinstance(data, ReadProblem) else decode(data, self.reader.shown(path))
        if isinstance(source, ReadProblem):
            self.report(source, span)
            return None
        result = self.parse_source(source)
        self.diagnostics.extend(result.diagnostics)
        self._parsed[path] = result.file
        return result.file

    def load(self, path: str, namespace: str, trail: tuple[str, ...], span: Span | None) -> Module | None:
        if (path, namespace) in self._done:
            return None
        self._done.add((path, namespace))
        if len(self._done) > MODULE_LIMIT:
            self.report(ReadProblem(f"more than {MODULE_LIMIT} files are imported"), span)
            return None
        file = self.parse(path, span)
        if file is None:
            return None
        module = Module(namespace, path, file)
        self.modules.append(module)
        for statement in file.statements:
            if isinstance(statement, Import):
                self.follow(statement, module, (*trail, path))
            else:
                self.add(statement, module)
        return module

    def add(self, statement: Statement, module: Module) -> None:
        self.statements.append((module, statement))
        if isinstance(statement, AssemblyDeclaration):
            key = module.namespace + statement.name.text
            inside = Module(f"{key}.", module.path, module.file, key, module)
            for item in statement.items:
                self.add(item, inside)

    def add_scenarios(self, source: SourceFile) -> None:
        result = parse_catalog(source)
        self.diagnostics.extend(result.diagnostics)
        if result.file is None:
            return
        if not isinstance(result.file.header, ScenariosHeader):
            self.report(
                ReadProblem(
                    f"`{source.name}` is no file of scenarios",
                    ('such a file begins with `scenarios for "CATALOG.pcat"`',),
                    code="E0612",
                ),
                Span(source, 0, 0),
            )
            return
        module = Module("", source.name, result.file)
        for statement in result.file.statements:
            if isinstance(statement, ScenarioDeclaration):
                self.statements.append((module, statement))
            else:
                problem = ReadProblem(
                    "a file of scenarios holds nothing but scenarios",
                    ("write the statement into the catalog",),
                    code="E0612",
                )
                self.report(problem, statement.span)

    def follow(self, statement: Import, module: Module, trail: tuple[str, ...]) -> None:
        path = resolve_path(module.path, statement.path.value)
        if isinstance(path, ReadProblem):
            self.report(path, statement.path.span)
            return
        if path in trail:
            cycle = " -> ".join((*trail[trail.index(path) :], path))
            help_line = "move what both need into a third file"
            problem = ReadProblem(f"these files import each other: {cycle}", (help_line,), code="E0202")
            self.report(problem, statement.path.span)
            return
        alias = f"{statement.alias.text}." if statement.alias else ""
        self.load(path, module.namespace + alias, trail, statement.path.span)


def load_modules(
    entry: str,
    reader: CatalogReader,
    scenarios: Iterable[SourceFile] = (),
    parse: Parse = parse_catalog,
) -> LoadedModules:
    """Read and parse a catalog's file and all it imports, each file once, with every finding.

    Args:
        entry: the path of the catalog's file within the reader's tree.
        reader: gives the files.
        scenarios: files of scenarios for it: what stands in them comes last, and they are no modules of it.
        parse: reads a file of the catalog; one that remembers saves most of the time of another version.
    """
    loader = _Loader(reader, parse)
    module = loader.load(entry, "", (), None)
    if module is not None and not isinstance(module.file.header, CatalogHeader):
        loader.diagnostics.append(_no_catalog(module.file))
    for scenario_file in scenarios:
        loader.add_scenarios(scenario_file)
    return LoadedModules(module, tuple(loader.modules), tuple(loader.statements), tuple(loader.diagnostics))


def _no_catalog(file: CatalogFile) -> Diagnostic:
    """What to say of a file that does not begin a catalog."""
    source = file.source
    if isinstance(file.header, ScenariosHeader):
        message = f"`{source.name}` holds scenarios, so it is no catalog"
        help_line = f"name the catalog that they are for, `{file.header.path.value}`"
    else:
        message = f"`{source.name}` has no header, so it is no catalog"
        help_line = 'begin the file with `catalog NAME "Title" version "1" currency EUR`'
    return Diagnostic("E0206", Severity.ERROR, message, Span(source, 0, 0), help=(help_line,))
