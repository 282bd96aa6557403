"""The tables of a catalog as they are written: cells as text, with what their columns hold."""

import re
from collections.abc import Iterator
from typing import Literal

from attrs import evolve, field, frozen

from configurator.catalog.cell_values import read_number
from configurator.catalog.draft import Draft
from configurator.catalog.families import PERIOD_COLUMNS, SKU, STOCKED
from configurator.catalog.loading import CatalogReader, Module, load_modules, resolve_path
from configurator.catalog.model import Catalog
from configurator.catalog.rules import VariantTable
from configurator.catalog.table_sources import TableContent, table_content
from configurator.catalog.values import (
    BooleanType,
    ComponentType,
    DateType,
    EnumerationType,
    NumberType,
    TextType,
    Type,
)
from configurator.source import Span
from configurator.spreadsheets.sheet import ColumnForm
from configurator.syntax.nodes import (
    ColumnHeading,
    FamilyDeclaration,
    Row,
    TableBlock,
    TableDeclaration,
    TableSource,
)

YES_NO = ("yes", "no")
_COMMA = re.compile(r"(?<=\d),(?=\d)")
_POINT = re.compile(r"(?<=\d)\.(?=\d)")


@frozen(eq=False)
class WrittenColumn:
    """A column of a table.

    Attributes:
        numeric: whether its cells are numbers, or patterns of numbers.
        kind: the type of its values; `None` in a rule table, whose cells are patterns.
    """

    form: ColumnForm
    numeric: bool
    kind: Type | None = None

    def normal(self, text: str) -> str:
        """The same for two texts that say the same: `4.10` and `4.1` where numbers stand."""
        number = read_number(text) if self.form.holds == "number" else None
        return text if number is None else str(number)


@frozen(eq=False)
class WrittenTable:
    """A table with its place.

    Attributes:
        kind: whether it holds components or rows of a rule table.
        key: of the family or rule table.
        number: which table of a family it is, from 1.
        path: of the file that holds the cells, within the reader's tree.
        shown: the same as people know it.
        rows: with decimal points, whatever the file has.
        key_column: the column that no two rows share, the SKUs; `None` in a rule table.
    """

    kind: Literal["family", "table"]
    key: str
    number: int
    path: str
    shown: str
    node: TableBlock | TableSource
    content: TableContent = field(repr=False)
    columns: tuple[WrittenColumn, ...] = field(repr=False)
    rows: tuple[tuple[str, ...], ...] = field(repr=False)
    key_column: int | None

    @property
    def name(self) -> str:
        """`drive`, and `drive 2` for the second table of a family."""
        return self.key if self.number == 1 else f"{self.key} {self.number}"

    @property
    def headings(self) -> tuple[str, ...]:
        """What stands above the columns, as the language writes it."""
        return tuple(column.form.heading for column in self.columns)

    @property
    def decimal_comma(self) -> bool:
        """Whether its file writes numbers with a comma."""
        return self.content.decimal_comma

    def normal(self, row: tuple[str, ...]) -> tuple[str, ...]:
        """The same for two rows that say the same."""
        return tuple([column.normal(text) for column, text in zip(self.columns, row, strict=True)])

    def source_text(self, text: str, at: int) -> str:
        """A cell as its file writes it."""
        return _POINT.sub(",", text) if self.decimal_comma and self.columns[at].numeric else text

    def cell_span(self, row: int, at: int) -> Span:
        """Where a cell stands in its file."""
        line = self.content.lines[row]
        return line.cells[at].span if isinstance(line, Row) else self.content.cell_span(line.span, at)


def written_tables(entry: str, reader: CatalogReader, catalog: Catalog) -> tuple[WrittenTable, ...]:
    """All tables of families and rule tables in catalog order; `component` statements are none.

    Args:
        entry: the path of the headed file within the reader's tree.
        reader: gives the files once more.
        catalog: what they were compiled to.
    """
    loaded = load_modules(entry, reader)
    draft = Draft(loaded, reader)
    tables = {each.key: each for each in catalog.restrictions if isinstance(each, VariantTable)}
    found: list[WrittenTable] = []
    for module, statement in loaded.statements:
        match statement:
            case FamilyDeclaration():
                found += _family_tables(draft, module, statement, catalog)
            case TableDeclaration():
                key = module.namespace + statement.id.text
                types = [column.expression.type for column in tables[key].columns] if key in tables else []
                forms = [_pattern_form(kind, catalog) for kind in types]
                made = _written(draft, module, statement.content, ("table", key, 1), forms)
                found += [made] if made else []
            case _:
                pass
    return tuple(found)


def _family_tables(
    draft: Draft, module: Module, statement: FamilyDeclaration, catalog: Catalog
) -> Iterator[WrittenTable]:
    key = module.namespace + statement.name.text
    family = catalog.families.get(key)
    types: dict[str, Type] = {name: a.type for name, a in family.attributes.items()} if family else {}
    types |= {name: DateType() for name in PERIOD_COLUMNS} | {STOCKED: BooleanType(), SKU: TextType()}
    number = 0
    for item in statement.items:
        if isinstance(item, TableBlock | TableSource):
            number += 1
            made = _written(draft, module, item, ("family", key, number), [])
            if made:
                names = [heading.path.text for heading in made.content.headings]
                columns = [
                    _value_column(types.get(name, TextType()), heading)
                    for name, heading in zip(names, made.headings, strict=True)
                ]
                yield _with_columns(made, columns, names.index(SKU) if SKU in names else None)


def _value_column(kind: Type, heading: str) -> WrittenColumn:
    return WrittenColumn(evolve(_value_form(kind), heading=heading), isinstance(kind, NumberType), kind)


def _written(
    draft: Draft,
    module: Module,
    node: TableBlock | TableSource,
    what: tuple[Literal["family", "table"], str, int],
    forms: list[tuple[ColumnForm, bool]],
) -> WrittenTable | None:
    content = table_content(draft, module, node)
    if content is None:
        return None
    path = module.path
    if isinstance(node, TableSource):
        resolved = resolve_path(module.path, node.path.value)
        assert isinstance(resolved, str)
        path = resolved
    plain = [(ColumnForm(""), False)] * len(content.headings)
    columns = [
        WrittenColumn(evolve(form, heading=_heading(content, node, at)), numeric)
        for at, (form, numeric) in enumerate(forms or plain)
    ]
    shown = draft.reader.shown(path)
    made = WrittenTable(*what, path, shown, node, content, (), (), None)
    return _with_columns(made, columns, None)


def _with_columns(table: WrittenTable, columns: list[WrittenColumn], key: int | None) -> WrittenTable:
    rows = []
    for line in table.content.lines:
        texts = tuple([cell.text for cell in line.cells]) if isinstance(line, Row) else line.texts
        if table.decimal_comma:
            texts = tuple(
                [_COMMA.sub(".", t) if c.numeric else t for t, c in zip(texts, columns, strict=True)]
            )
        rows.append(texts)
    return evolve(table, columns=tuple(columns), rows=tuple(rows), key_column=key)


def _heading(content: TableContent, node: TableBlock | TableSource, at: int) -> str:
    heading: ColumnHeading = content.headings[at]
    if isinstance(node, TableSource):
        if not node.columns:
            return content.names[at]
        return heading.path.text + (f" [{heading.unit.text}]" if heading.unit else "")
    return " ".join(heading.span.text.split())


def _value_form(kind: Type) -> ColumnForm:
    """How cells of a component's column are written."""
    match kind:
        case NumberType():
            return ColumnForm("", "number")
        case DateType():
            return ColumnForm("", "date")
        case BooleanType():
            return ColumnForm("", values=YES_NO, strict=True)
        case EnumerationType(values=values):
            return ColumnForm("", values=values, strict=True)
        case _:
            return ColumnForm("")


def _pattern_form(kind: Type, catalog: Catalog) -> tuple[ColumnForm, bool]:
    """How cells of a rule table's column are written: patterns, for which some values are offered."""
    values: tuple[str, ...] = ()
    match kind:
        case BooleanType():
            values = YES_NO
        case EnumerationType(values=known):
            values = known
        case ComponentType(family=family) if family in catalog.families:
            values = tuple(component.sku for component in catalog.families[family].components)
        case _:
            pass
    offered = tuple([_as_pattern(value) for value in values])
    return ColumnForm("", values=(*offered, "any", "absent") if offered else ()), isinstance(kind, NumberType)


def _as_pattern(value: str) -> str:
    """A value as a cell of a rule table, between quotes where it would be read as something else."""
    plain = re.fullmatch(r"\w[\w +/()-]*", value) and value not in {"any", "other", "absent"}
    if plain and not value.startswith("not "):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
