"""A family in the making: its columns and its components, in the order of the calls."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Protocol

from attrs import define, field, frozen

from configurator.building.calls import building, titled
from configurator.building.cells import Kind, component_cell, dashes, is_inferred, kind_of, row_line, sku_cell
from configurator.building.fragments import heading, read_statement
from configurator.building.sources import TableFile, source_words
from configurator.building.types import AttributeKind, attribute_type, effective
from configurator.building.values import (
    Scalar,
    Value,
    ValueProblem,
    is_quantity,
    listed,
    literal,
    name_words,
    plain,
    quoted,
    shown,
    unit_name,
)
from configurator.catalog.families import NAME, PERIOD_COLUMNS, SKU, STOCKED
from configurator.errors import CatalogBuildError
from configurator.syntax.nodes import FamilyDeclaration

EMPTY = ("",)
"""What stands for a set without elements: without any sign at all it would be a blank."""

_OWN_TYPES = {SKU, NAME, STOCKED, *PERIOD_COLUMNS}
"""Columns whose type nobody has to declare."""


class NamedValues(Protocol):
    """Values by name: a mapping, a row of a database."""

    def keys(self) -> Iterable[str]:
        """The names, in order."""

    def __getitem__(self, key: str, /) -> object:
        """The value of a name."""


@define(eq=False)
class _Column:
    """What has been given of a column.

    Attributes:
        kind: that all its values are of.
        told: whether its type is declared or headed.
        texts: its values where they are texts.
    """

    kind: Kind | None = None
    told: bool = False
    texts: dict[str, None] = field(factory=dict)


@define(eq=False)
class FamilyBuilder:
    """A family in the making; `CatalogBuilder.family` gives one.

    Calls add to it, in the order of the catalog. Columns need no declaration: what all values are decides,
    and texts are texts, also `"007"`.
    """

    _head: str
    _call: str
    _items: "list[str | _Top]" = field(factory=list, init=False)
    _columns: dict[str, _Column] = field(factory=dict, init=False)
    _skus: dict[str, None] = field(factory=dict, init=False)

    def attribute(
        self,
        name: str,
        kind: AttributeKind,
        title: str | None = None,
        *,
        values: Iterable[Scalar] = (),
        unit: str | None = None,
        optional: bool = False,
        default: Scalar | None = None,
    ) -> None:
        """Declare a column: its type, its title, whether it may be blank.

        Args:
            name: of the column.
            kind: its type.
            title: for people.
            values: of `one of`, `ordered of` (ascending) and `set of`.
            unit: of numbers.
            optional: a component may leave it blank; its value is then unknown.
            default: the value of a component that leaves it blank.

        Raises:
            CatalogBuildError: no such attribute can be.
        """
        with building(f"{self._call}, attribute {shown(name)}"):
            words = f"attribute {name_words(name)}{titled(title)} : {attribute_type(kind, values, unit)}"
            words += " optional" if optional else ""
            words += "" if default is None else f" default {literal(default, bare=True)}"
            self._add(words)
        self._column(name).told = True

    def components(
        self,
        rows: "Iterable[NamedValues | Sequence[object]]",
        *,
        columns: Sequence[str] | None = None,
        units: Mapping[str, str] | None = None,
    ) -> None:
        """Add components, one a row: a table with a column `sku`.

        Args:
            rows: a `Value` by column, as rows of a database are; or, with `columns`, values in their order. A
                column that a row leaves out is blank, and so is `None`. `name`, `valid_from`, `valid_until`
                and `stocked` mean what they mean in the language.
            columns: headings in order: `sku`, `draw [W]`, `fits : set of { ATX, ITX }`. By default the keys
                of the rows, each where it comes first.
            units: units of columns of numbers, where the headings do not name them.

        Raises:
            CatalogBuildError: a value that no catalog can hold; it names the component and the column.
        """
        given = [_named(row) for row in rows]
        if not given:
            return
        with self._adding():
            with building(self._call):
                headings = _headings(given, columns, units or {})
                typed = [each for each in headings if each.type and not self._column(each.name).told]
                for each in headings:
                    self._column(each.name).told |= each.told
                lines = [_values(row, headings) for row in given]
            found = self._tables(headings, lines)
            if not any(isinstance(each, _Top) for each in found):
                # No table can hold any of the rows, so no heading tells the types.
                self._items += [f"attribute {each.name} : {each.type}" for each in typed]
            self._items += found

    def component(
        self,
        sku: str,
        title: str | None = None,
        *,
        effective_from: date | None = None,
        effective_until: date | None = None,
        **values: Value,
    ) -> None:
        """Add one component, written out: `component("MB-3", "Tower", socket="AM5", draw=(55, "W"))`.

        Args:
            sku: its number.
            title: its name for people.
            effective_from: the first day on which it may be chosen.
            effective_until: the last one.
            **values: by column; a number may have its unit with it.

        Raises:
            CatalogBuildError: a value that no catalog can hold.
        """
        with building(f"{self._call}, component {shown(sku)}"):
            head = f"{titled(title)}{effective(effective_from, effective_until)}"
        with self._adding():
            self._items.append(self._component(sku, head, values))

    def source(self, file: TableFile) -> None:
        """Add the components of a file beside the catalog.

        Raises:
            CatalogBuildError: something about the file cannot be written.
        """
        with building(f"{self._call}, file {shown(file.path)}"):
            self._add(source_words(file))

    # ------------------------------------------------------------ what is made of it

    def _words(self) -> str:
        """The statement."""
        untold = {
            name: "set of text" if column.kind == "set" else "text"
            for name, column in self._columns.items()
            if not column.told and column.kind and not is_inferred(column.kind, column.texts)
        }
        # A heading tells the type where the column first stands in a table, so that columns keep their order.
        headed = {each.name for item in self._items if isinstance(item, _Top) for each in item.headings}
        lines = [f"attribute {name} : {kind}" for name, kind in untold.items() if name not in headed]
        for item in self._items:
            if isinstance(item, str):
                lines.append(item)
                continue
            words = [(each.words, untold.pop(each.name, None)) for each in item.headings]
            lines += ["".join(f"| {one} : {kind} " if kind else f"| {one} " for one, kind in words) + "|"]
            lines.append(dashes(len(words)))
        return "\n".join([f"{self._head} {{", *lines, "}"]) if lines else f"{self._head} {{ }}"

    @contextmanager
    def _adding(self) -> Iterator[None]:
        """Take back what a call has noted when it comes to nothing."""
        skus = len(self._skus)
        columns = {name: (c.kind, c.told, len(c.texts)) for name, c in self._columns.items()}
        try:
            yield
        except CatalogBuildError:
            _shorten(self._skus, skus)
            for name in [each for each in self._columns if each not in columns]:
                del self._columns[name]
            for name, (kind, was_told, texts) in columns.items():
                column = self._columns[name]
                column.kind, column.told = kind, was_told
                _shorten(column.texts, texts)
            raise

    def _add(self, words: str) -> None:
        node = read_statement(f"family name_ {{ {words} }}", FamilyDeclaration)
        if len(node.items) != 1:
            raise ValueProblem("the words given say more than they may here")
        self._items.append(words)

    def _column(self, name: str) -> _Column:
        return self._columns.setdefault(name, _Column(told=name in _OWN_TYPES))

    def _claim(self, sku: object) -> str:
        written = plain(sku)
        if not isinstance(written, str) or not written:
            raise ValueProblem(f"{shown(sku)} is no SKU", "a SKU is a text that is not empty")
        if written in self._skus:
            raise ValueProblem("the SKU stands twice in the family")
        self._skus[written] = None
        return written

    def _tables(self, headings: Sequence["_Heading"], rows: Sequence[Sequence[object]]) -> "list[str | _Top]":
        """Rows as tables; one that no table can hold is a component written out, in its place."""
        key = next((at for at, each in enumerate(headings) if each.name == SKU), None)
        if key is None:
            raise ValueProblem("there is no column `sku`").at(self._call)
        top = _Top(tuple(headings))
        found: list[str | _Top] = []
        open_table = False
        for row in rows:
            call = f"{self._call}, component {shown(row[key])}"
            line = self._line(row, headings, key, call)
            if line is None:
                values = {
                    each.name: (value, each.unit) if each.unit and value is not None else value
                    for each, value in zip(headings, row, strict=True)
                    if each.name != SKU
                }
                found.append(self._component(row[key], "", values))
                open_table = False
                continue
            with building(call):
                self._claim(row[key])
            found += [line] if open_table else [top, line]
            open_table = True
        return found

    def _line(self, row: Sequence[object], headings: Sequence["_Heading"], key: int, call: str) -> str | None:
        cells: list[str | None] = []
        name = ""
        try:
            for at, (value, found) in enumerate(zip(row, headings, strict=True)):
                name = found.name
                cells.append(sku_cell(value) if at == key else self._cell(value, found))
        except ValueProblem as problem:
            raise problem.at(f"{call}, column {shown(name)}") from None
        return None if None in cells else row_line(cell for cell in cells if cell is not None)

    def _cell(self, value: object, found: "_Heading") -> str | None:
        self._note(found.name, value)
        if found.unit and plain(value) is not None and kind_of(value) != "number":
            raise ValueProblem(f"{shown(value)} is no number", f"the column is in {found.unit}")
        return component_cell(value)

    def _component(self, sku: object, head: str, values: Mapping[str, object]) -> str:
        """A component written out."""
        call = f"{self._call}, component {shown(sku)}"
        with building(call):
            key = self._claim(sku)
        fields = []
        for name, value in values.items():
            with building(f"{call}, column {shown(name)}"):
                written = _field(value)
                if heading(name).says.path.text != name:
                    raise ValueProblem(f"{shown(name)} is no name of a column")
                if written is not None:
                    self._note(name, value)
                    fields.append(f"{name} = {written}")
        inside = f"{{ {', '.join(fields)} }}" if fields else "{ }"
        with building(call):
            words = f"component {quoted(key)}{head} {inside}"
            read_statement(f"family name_ {{ {words} }}", FamilyDeclaration)
        return words

    def _note(self, name: str, value: object) -> None:
        """Mind a value of a column: all are of one kind, unless the type of the column is told."""
        column, value = self._column(name), plain(value)
        if column.told or value is None:
            return
        # Components written out may have numbers with units; in a table the cell is refused after this.
        kind = kind_of(value[0]) if isinstance(value, tuple) and is_quantity(value) else kind_of(value)
        if column.kind not in {None, kind}:
            raise ValueProblem(
                f"{shown(value)} is a {kind}, but a value before is a {column.kind}",
                "give all as one kind, or declare the column with `attribute` before",
            )
        column.kind = kind
        if isinstance(value, str):
            column.texts[value] = None


# ---------------------------------------------------------------- headings and rows


@frozen
class _Heading:
    """A heading of a table.

    Attributes:
        words: as they stand in the table.
        type: as written in it; empty where it names none.
    """

    words: str
    name: str
    unit: str | None
    type: str = ""

    @property
    def told(self) -> bool:
        """Whether it says of which type the values are."""
        return bool(self.unit or self.type)


def _shorten(found: dict[str, None], length: int) -> None:
    """Take back what came last."""
    while len(found) > length:
        found.popitem()


def _named(row: object) -> object:
    """A row of a database by column, where it can tell its columns."""
    if isinstance(row, Mapping) or not hasattr(row, "keys"):
        return row
    return {name: row[name] for name in row.keys()}  # type: ignore[index]  # noqa: SIM118 - no mapping: it has keys


@frozen
class _Top:
    """Where a table begins."""

    headings: tuple[_Heading, ...]


def _headings(
    rows: Sequence[object], columns: Sequence[str] | None, units: Mapping[str, str]
) -> tuple[_Heading, ...]:
    if columns is None:
        written: dict[str, None] = {}
        for row in rows:
            if not isinstance(row, Mapping):
                raise ValueProblem(f"the row {shown(row)} does not name its columns", "give `columns`")
            written |= dict.fromkeys(row)
        columns = tuple(written)
    found = tuple(_heading(each, units) for each in columns)
    names = [each.name for each in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueProblem(f"two columns are called `{twice}`")
    lost = next((name for name in units if name not in names), None)
    if lost is not None:
        raise ValueProblem(f"there is a unit for `{lost}`, but no such column")
    return found


def _heading(words: str, units: Mapping[str, str]) -> _Heading:
    if not isinstance(words, str):
        raise ValueProblem(f"{shown(words)} is no name of a column")
    read = heading(words)
    name = read.says.path.text
    own = read.says.unit.text if read.says.unit else None
    unit = units.get(name)
    if unit is None:
        return _Heading(read.words, name, own, read.says.type.span.text if read.says.type else "")
    if own or read.says.type:
        raise ValueProblem(f"`{name}` has a heading of its own", "name the unit there or in `units`")
    return _Heading(f"{name} [{unit_name(unit)}]", name, unit)


def _values(row: object, headings: Sequence[_Heading]) -> tuple[object, ...]:
    names = [each.name for each in headings]
    if isinstance(row, Mapping):
        unknown = next((name for name in row if name not in names), None)
        if unknown is not None:
            raise ValueProblem(
                f"the row {shown(row)} has a column {shown(unknown)}, which is not one of `columns`"
            )
        return tuple(row.get(name) for name in names)
    if isinstance(row, str) or not isinstance(row, Sequence):
        raise ValueProblem(f"{shown(row)} is no row", "a row is a mapping or a sequence of values")
    if len(row) != len(names):
        raise ValueProblem(f"the row {shown(row)} has {len(row)} values, there are {len(names)} columns")
    return tuple(row)


def _field(value: object) -> str | None:
    """A value in a component written out; `None` where there is none to write."""
    value = plain(value)
    items = listed(value)
    if items is not None:
        return f"{{ {', '.join(literal(item, bare=True) for item in items or EMPTY)} }}"
    return None if value is None else literal(value, bare=True)
