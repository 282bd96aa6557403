"""Two versions of a catalog, as a Hypothesis strategy."""

from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from typing import Any

from attrs import evolve, field, frozen
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from hypothesis.vendor.pretty import RepresentationPrinter

from configurator.availability.clock import system_clock
from configurator.catalog.compilation import compile_catalog
from configurator.catalog.loading import CatalogReader, ReadProblem, decode, resolve_path
from configurator.catalog_files import find_catalog, text_reader
from configurator.configurator import Configurator
from configurator.errors import CatalogError, StrategyError
from configurator.source import SourceFile
from configurator.syntax.nodes import (
    CatalogFile,
    CatalogHeader,
    FamilyDeclaration,
    Import,
    Statement,
    TableDeclaration,
    TableSource,
)
from configurator.syntax.parser import ParseResult, parse_catalog
from configurator.testing.made.dice import Dice
from configurator.testing.made.edits import EDIT_KINDS, EDITS, SURE, CatalogTexts, Edit, EditKind
from configurator.testing.made.samples import CatalogSample, catalogs

MOST_TRIED = 6
"""Edits of one kind that are tried before the next kind is: loading a large catalog takes a while."""
MOST_PARSED = 64
"""Of how many texts it is remembered how they read; those not needed for longest go first."""


@frozen(slots=False)
class CatalogChange:
    """Two versions of a catalog.

    Attributes:
        old: as it was: what was given, or a random one.
        edits: what was changed, in words, one edit after the other; never empty.
        kinds: of which kind each edit is.
    """

    old: CatalogSample | Configurator
    _new: "CatalogSample | Configurator | _Version"
    edits: tuple[str, ...]
    kinds: tuple[EditKind, ...]

    @cached_property
    def new(self) -> CatalogSample | Configurator:
        """As it is, of the same class as `old`. A `Configurator` is loaded when it is first asked for."""
        return self._new.configurator if isinstance(self._new, _Version) else self._new

    @property
    def configurators(self) -> tuple[Configurator, Configurator]:
        """Both versions, ready to be asked."""
        return _loaded(self.old), _loaded(self.new)


def _loaded(version: CatalogSample | Configurator) -> Configurator:
    return version.configurator if isinstance(version, CatalogSample) else version


def catalog_changes(
    catalog: CatalogSample | Configurator | None = None,
    *,
    kinds: Collection[EditKind] | None = None,
    max_edits: int = 3,
) -> st.SearchStrategy[CatalogChange]:
    """Two versions of a catalog that both load: one, and the same after some edits.

    An edit is made so that the catalog still loads, and where that is not certain it is loaded to make sure.
    One that does not load is replaced by the next of the finite list of edits that the text allows. Where
    none of the wanted kinds is possible, a place is added. Files of tables (CSV, workbooks) stay as they are,
    except for names.

    A catalog that was loaded is read once more, now, and a file of it with each edit: a draw takes some
    milliseconds for a small catalog, some ten for one of 200 components.

    Args:
        catalog: the first version; a random one of `catalogs()` when left out.
        kinds: what may be done; anything when left out. See `EditKind`.
        max_edits: so many edits at most, at least one.

    Raises:
        StrategyError: a kind is unknown, not even one edit is allowed, or the catalog has no text to be
            changed, because it was loaded from a compiled file.
    """
    if unknown := [kind for kind in kinds or () if kind not in EDIT_KINDS]:
        raise StrategyError(f"unknown kind of edit `{unknown[0]}`", (f"there are {', '.join(EDIT_KINDS)}",))
    if max_edits < 1:
        raise StrategyError("a change has at least one edit")
    wanted = tuple(kind for kind in EDIT_KINDS if kinds is None or kind in kinds)
    if catalog is None:
        return catalogs().flatmap(lambda drawn: _changes(drawn, _Version.of(drawn), wanted, max_edits))
    version = _Version.of(catalog)
    # What is done now would else be done by the first draw, which would take longer than all others.
    for kind in (*wanted, "place added") if isinstance(catalog, Configurator) else ():
        version.edits(kind)
    return _changes(catalog, version, wanted, max_edits)


@st.composite
def _changes(
    draw: DrawFn,
    old: CatalogSample | Configurator,
    version: "_Version",
    kinds: tuple[EditKind, ...],
    most: int,
) -> CatalogChange:
    dice, made = Dice(draw), list[Edit]()
    for _ in dice.times(1, most):
        version, edit = _edited(dice, version, kinds)
        made.append(edit)
    new = version.sample() if isinstance(old, CatalogSample) else version
    return CatalogChange(old, new, tuple(one.words for one in made), tuple(one.kind for one in made))


def _edited(dice: Dice, version: "_Version", kinds: tuple[EditKind, ...]) -> tuple["_Version", Edit]:
    """A version after one edit that loads."""
    first = dice.number(0, len(kinds) - 1) if kinds else 0
    number = dice.number(0, 9999)
    for kind in (*kinds[first:], *kinds[:first], "place added"):
        found = version.edits(kind)
        start = number % max(len(found), 1)
        for edit in (*found[start:], *found[:start])[:MOST_TRIED]:
            if id(edit) in version.refused:
                continue
            changed = evolve(version, changed={**version.changed, **edit.make()})
            if kind in SURE or changed.loads:
                return changed, edit
            version.refused.add(id(edit))
    raise AssertionError("an optional slot with a new name can always be added")


class _Parses:
    """Reads files, and remembers how they read."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], ParseResult] = {}

    def __call__(self, source: SourceFile) -> ParseResult:
        key = (source.name, source.text)
        found = self.known.pop(key, None) or parse_catalog(source)
        self.known[key] = found
        while len(self.known) > MOST_PARSED:
            self.known.pop(next(iter(self.known)))
        return found


@frozen(slots=False, repr=False)
class _Version:
    """A catalog that is about to be edited.

    Attributes:
        entry: the path of its own file.
        reader: gives its files.
        changed: texts that are no longer what the reader gives, by path.
        given: the files of the sample it comes from.
        parse: reads them; shared by all versions of one catalog, which have most files in common.
        refused: which of its own edits leave nothing that loads, by identity: nobody waits for them again.
    """

    entry: str
    reader: CatalogReader
    engine: str | None = None
    changed: Mapping[str, str] = field(factory=dict)
    given: tuple[str, ...] = ()
    parse: _Parses = field(factory=_Parses, eq=False)
    refused: set[int] = field(factory=set, init=False, eq=False)
    _edits: dict[EditKind, tuple[Edit, ...]] = field(factory=dict, init=False, eq=False)

    def __repr__(self) -> str:
        return f"<{self.entry} with edits>"

    def _repr_pretty_(self, printer: RepresentationPrinter, cycle: bool) -> None:
        """What a failing test shows: not the texts, of which the edits tell what is new."""
        assert not cycle
        printer.text(repr(self))

    @classmethod
    def of(cls, catalog: CatalogSample | Configurator) -> "_Version":
        """The files of a catalog."""
        if isinstance(catalog, CatalogSample):
            reader = text_reader({**catalog.files, "catalog.pcat": catalog.text})
            return cls("catalog.pcat", reader, given=tuple(catalog.files))
        source: tuple[Any, ...] = catalog._source  # noqa: SLF001 - what pickling keeps, and nothing else has
        match source:
            case ("load", path, engine):
                found = find_catalog(str(path))
                return cls(found.entry, found.reader, engine)
            case ("from_reader", entry, reader, engine):
                return cls(entry, reader, engine)
            case (_, text, name, files, engine):
                return cls(name, text_reader({**files, name: text}), engine)
            case _:
                raise StrategyError(
                    "a catalog that was loaded from a compiled file has no text to be changed"
                )

    def read(self, path: str) -> bytes | ReadProblem:
        """What stands in a file now."""
        return self.changed[path].encode() if path in self.changed else self.reader.read(path)

    def shown(self, path: str) -> str:
        """How people know a file."""
        return self.reader.shown(path)

    def text(self, path: str) -> str | None:
        """The text of a file; `None` for what is no text."""
        content = self.read(path)
        decoded = content if isinstance(content, ReadProblem) else decode(content, path)
        return decoded.text if isinstance(decoded, SourceFile) else None

    @cached_property
    def configurator(self) -> Configurator:
        """The version, loaded."""
        result = compile_catalog(self.entry, self, parse=self.parse)
        source = ("from_reader", self.entry, evolve(self, parse=_Parses()), self.engine)
        return Configurator._compiled(result, self.engine, system_clock, source)  # noqa: SLF001 - see above

    @property
    def loads(self) -> bool:
        """Whether it is a catalog."""
        try:
            return bool(self.configurator.catalog.places)
        except CatalogError:
            return False

    def sample(self) -> CatalogSample:
        """The version with its source text."""
        texts = {path: self.text(path) or "" for path in self.given}
        return CatalogSample(self.text(self.entry) or "", texts)

    def edits(self, kind: EditKind) -> tuple[Edit, ...]:
        """The edits of a kind that its texts allow."""
        if kind not in self._edits:
            self._edits[kind] = tuple(EDITS[kind](self.texts))
        return self._edits[kind]

    @cached_property
    def texts(self) -> CatalogTexts:
        """Its files, parsed: those that the catalog is made of, and the tables beside them."""
        files, others, todo = dict[str, CatalogFile](), dict[str, str](), [self.entry]
        while todo:
            path = todo.pop(0)
            parsed = self.parse(SourceFile(self.shown(path), self.text(path) or "")).file
            if path in files or parsed is None:
                continue
            files[path] = parsed
            todo += [target for statement in parsed.statements for target in _imported(path, statement)]
            for statement in parsed.statements:
                for target in _tables(path, statement):
                    text = self.text(target)
                    others |= {target: text} if text is not None else {}
        others |= {path: text for path in self.given if path not in files and (text := self.text(path))}
        header = files[self.entry].header
        money = header.currency if isinstance(header, CatalogHeader) else None
        return CatalogTexts(files, others, money.text if money else "")


def _imported(path: str, statement: Statement) -> Iterator[str]:
    if isinstance(statement, Import):
        target = resolve_path(path, statement.path.value)
        if isinstance(target, str):
            yield target


def _tables(path: str, statement: Statement) -> Iterator[str]:
    """The files of tables that a statement reads."""
    sources: tuple[object, ...] = ()
    if isinstance(statement, FamilyDeclaration):
        sources = statement.items
    elif isinstance(statement, TableDeclaration):
        sources = (statement.content,)
    for source in sources:
        if isinstance(source, TableSource) and source.kind == "csv":
            target = resolve_path(path, source.path.value)
            if isinstance(target, str):
                yield target
