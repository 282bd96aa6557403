"""One family: its columns typed, its cells read, its components made."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial

from attrs import define, field, frozen

from configurator.catalog.cell_values import (
    CellProblem,
    infer_type,
    is_odd_number,
    number_help,
    read_number,
    read_value,
)
from configurator.catalog.draft import Draft
from configurator.catalog.loading import Module
from configurator.catalog.structure import ALWAYS, Attribute, Component, ComponentFamily, Period
from configurator.catalog.table_sources import Record, TableContent, table_content
from configurator.catalog.type_expressions import declared_type
from configurator.catalog.units import find_unit
from configurator.catalog.values import (
    BooleanType,
    DateType,
    NumberType,
    SetType,
    TextType,
    Type,
    Unit,
    Value,
    format_number,
    normal,
)
from configurator.diagnostics.suggestion import did_you_mean
from configurator.source import Span
from configurator.syntax.expressions import (
    BooleanLiteral,
    DateLiteral,
    Name,
    NumberLiteral,
    Scalar,
    TextLiteral,
)
from configurator.syntax.nodes import (
    AttributeDeclaration,
    Cell,
    ColumnHeading,
    ComponentDeclaration,
    FamilyDeclaration,
    SetValue,
    TableBlock,
    TableSource,
    TypeExpression,
)

SKU, NAME = "sku", "name"
# Columns with a meaning of their own; they are no attributes.
PERIOD_COLUMNS = ("valid_from", "valid_until")
STOCKED = "stocked"
RESERVED = ("quantity",)
"""Names that a path already means something by."""


@frozen(eq=False)
class CellColumn:
    """What the cells of one column of one table have in common.

    Attributes:
        column: how it is called in messages.
        locate: from the place of a row of a file that of the cell in this column.
        read: the values of its texts so far; components repeat them.
    """

    column: str
    unit: Unit | None
    decimal_comma: bool
    locate: Callable[[Span], Span] = field(repr=False)
    read: dict[str, Value] = field(factory=dict, repr=False)


@define(eq=False)
class RawComponent:
    """A component before its columns have types.

    Attributes:
        cells: what each column says; a mere text stands where the component does.
        columns: of the table it stands in; empty for a component written out.
    """

    sku: str
    span: Span
    title: str | None = None
    period: Period | None = None
    cells: Mapping[str, str | Cell | Scalar | SetValue] = field(factory=dict)
    columns: Mapping[str, CellColumn] = field(factory=dict)


@define
class Column:
    """What is known of a column while the family is read: its unit and type as headings declare them."""

    name: str
    span: Span
    unit: Unit | None = None
    type: TypeExpression | None = None


def build_family(draft: Draft, module: Module, node: FamilyDeclaration) -> ComponentFamily:
    """The family a statement declares, as far as it can be read; every mistake is reported."""
    return _FamilyBuilder(draft, module, node).build()


class _FamilyBuilder:
    """Reads one `family` statement. Every mistake is reported; what is right is kept."""

    def __init__(self, draft: Draft, module: Module, node: FamilyDeclaration) -> None:
        self.draft = draft
        self.module = module
        self.node = node
        self.declared: dict[str, AttributeDeclaration] = {}
        self.columns: dict[str, Column] = {}
        self.raw: list[RawComponent] = []
        self.unreadable = False

    def build(self) -> ComponentFamily:
        """The family, as far as it can be read."""
        for item in self.node.items:
            match item:
                case AttributeDeclaration():
                    self.declare_attribute(item)
                case ComponentDeclaration():
                    self.add_component(item)
                case TableBlock() | TableSource():
                    content = table_content(self.draft, self.module, item)
                    if content is None:
                        self.unreadable = True
                    else:
                        self.add_rows(content)
        attributes = {name: self.attribute(column) for name, column in self.columns.items()}
        components = [self.component(raw, attributes) for raw in self.unique()]
        self.draft.unreadable |= self.unreadable
        if not components and not self.unreadable:
            self.draft.error(
                "E0507",
                f"family `{self.node.name.text}` has no components",
                self.node.name.span,
                help=("add a table with a column `sku`, or `component` statements",),
            )
        shown = {name: a for name, a in attributes.items() if name not in (*PERIOD_COLUMNS, STOCKED)}
        title = self.node.title.value if self.node.title else self.node.name.text
        key = self.module.namespace + self.node.name.text
        return ComponentFamily(key, title, shown, tuple(components), self.node.name.span)

    # ------------------------------------------------------------ reading

    def declare_attribute(self, node: AttributeDeclaration) -> None:
        name = node.name.text
        if name in self.declared:
            self.draft.error("E0302", f"attribute `{name}` is declared twice", node.name.span)
            return
        self.declared[name] = node
        self.column(name, node.name.span)

    def column(self, name: str, span: Span) -> Column:
        if name in RESERVED:
            self.draft.error("E0302", f"`{name}` cannot be a column: it already means something", span)
        return self.columns.setdefault(name, Column(name, span))

    def add_component(self, node: ComponentDeclaration) -> None:
        effective = node.effective
        period = Period(effective.start, effective.end) if effective else None
        cells: dict[str, str | Cell | Scalar | SetValue] = {}
        for item in node.fields:
            if item.name.text in cells:
                self.draft.error("E0302", f"`{item.name.text}` is given twice", item.name.span)
            self.column(item.name.text, item.name.span)
            cells[item.name.text] = item.value
        title = node.title.value if node.title else None
        if title is not None:
            cells.setdefault(NAME, node.title or node.sku)
            self.column(NAME, node.span)
        self.raw.append(RawComponent(node.sku.value, node.sku.span, title, period, cells))

    def add_rows(self, content: TableContent) -> None:
        names = [heading.path.names[-1].text for heading in content.headings]
        units = {name: find_unit(self.draft, h.unit) for h, name in zip(content.headings, names, strict=True)}
        for heading, name in zip(content.headings, names, strict=True):
            if len(heading.path.names) > 1:
                self.draft.error("E0507", f"`{heading.path.text}` cannot name a column", heading.path.span)
            if names.count(name) > 1 and names.index(name) == content.headings.index(heading):
                self.draft.error("E0507", f"two columns are called `{name}`", heading.span)
            if name != SKU:
                self.head(self.column(name, heading.span), units[name], heading)
        if SKU not in names:
            self.draft.error(
                "E0507", "the table has no column `sku`", content.span, help=did_you_mean(SKU, names)
            )
            self.unreadable = True
            return
        columns = {
            name: CellColumn(column, units[name], content.decimal_comma, partial(content.cell_span, at=at))
            for at, (name, column) in enumerate(zip(names, content.names, strict=True))
        }
        for line in content.lines:
            texts: Sequence[str | Cell] = line.texts if isinstance(line, Record) else line.cells
            cells = dict(zip(names, texts, strict=True))
            sku = cells[SKU]
            if isinstance(sku, Cell):
                self.raw.append(RawComponent(sku.text, sku.span, cells=cells, columns=columns))
            else:
                self.raw.append(RawComponent(sku, line.span, cells=cells, columns=columns))

    def head(self, column: Column, unit: Unit | None, heading: ColumnHeading) -> None:
        """A heading's unit and type; headings of several tables must measure the same."""
        if unit is not None and column.unit is not None and unit.dimension != column.unit.dimension:
            self.draft.error(
                "E0402",
                f"`{column.name}` is in {column.unit.name} elsewhere, here in {unit.name}",
                heading.span,
            )
        column.unit = column.unit or unit
        column.type = column.type or heading.type

    def unique(self) -> Sequence[RawComponent]:
        """Components with a SKU of their own."""
        seen: dict[str, RawComponent] = {}
        for raw in self.raw:
            if not raw.sku:
                self.draft.error("E0504", "a component has no SKU", _place(raw, SKU))
            elif raw.sku in seen:
                self.draft.error(
                    "E0503",
                    f"SKU `{raw.sku}` stands twice in family `{self.node.name.text}`",
                    _place(raw, SKU),
                    help=(f"the other one is at {_place(seen[raw.sku], SKU).location}",),
                )
            else:
                seen[raw.sku] = raw
        return tuple(seen.values())

    # ------------------------------------------------------------ typing

    def attribute(self, column: Column) -> Attribute:
        node = self.declared.get(column.name)
        kind, unit = self.type_of(column, node)
        title = node.title.value if node and node.title else column.name
        return Attribute(column.name, title, kind, unit, bool(node and node.optional), column.span)

    def type_of(self, column: Column, node: AttributeDeclaration | None) -> tuple[Type, Unit | None]:
        declared = node.type if node else column.type
        if column.name in PERIOD_COLUMNS:
            return DateType(), None
        if column.name == STOCKED:
            return BooleanType(), None
        if column.name == NAME and declared is None:
            return TextType(), None
        if declared is not None:
            kind, unit = declared_type(self.draft, declared)
            if unit and column.unit and unit.dimension != column.unit.dimension:
                self.draft.error(
                    "E0402",
                    f"`{column.name}` is declared in {unit.name}, headed [{column.unit.name}]",
                    column.span,
                )
            return kind, column.unit or unit
        return self.inferred_type(column)

    def inferred_type(self, column: Column) -> tuple[Type, Unit | None]:
        texts: set[str] = set()
        literals: list[Scalar | SetValue] = []
        comma = False
        for raw in self.raw:
            cell = raw.cells.get(column.name)
            if isinstance(cell, str | Cell):
                texts.add(cell if isinstance(cell, str) else cell.text)
                comma = comma or raw.columns[column.name].decimal_comma
            elif cell is not None:
                literals.append(cell)
        unit = column.unit
        for literal in literals:
            if isinstance(literal, NumberLiteral) and literal.unit is not None and unit is None:
                unit = find_unit(self.draft, literal.unit)
        texts.update(_literal_text(literal) for literal in literals)
        kind = infer_type(texts, unit, decimal_comma=comma)
        if isinstance(kind, TextType):
            self.warn_of_odd_numbers(column, texts, comma=comma)
        return kind, unit

    def warn_of_odd_numbers(self, column: Column, texts: set[str], *, comma: bool) -> None:
        """A column of numbers of which a few are written otherwise is text: hardly what was meant."""
        odd = sorted(text for text in texts if text and read_number(text, decimal_comma=comma) is None)
        plain = sum(1 for text in texts if text) - len(odd)
        if not odd or plain < len(odd) or not all(is_odd_number(text, decimal_comma=comma) for text in odd):
            return
        first = next((raw for raw in self.raw if _text(raw, column.name) in odd), None)
        if first is None:
            return
        text = _text(first, column.name)
        steps = number_help(text, None, decimal_comma=comma)
        self.draft.warning(
            "W0521", f"`{column.name}` is text because of `{text}`", _place(first, column.name), help=steps
        )

    # ------------------------------------------------------------ components

    def component(self, raw: RawComponent, attributes: dict[str, Attribute]) -> Component:
        values: dict[str, Value] = {}
        cells, columns = raw.cells, raw.columns
        for name, attribute in attributes.items():
            cell = cells.get(name)
            text = cell.text if isinstance(cell, Cell) else cell
            value = columns[name].read.get(text) if isinstance(text, str) else None
            if value is None:
                value = self.value(raw, attribute)
            if value is not None:
                values[name] = value
        start, end = (values.pop(name, None) for name in PERIOD_COLUMNS)
        period = raw.period or _period(start, end)
        if period.start and period.end and period.end < period.start:
            self.draft.error("E0507", f"`{raw.sku}` ends before it begins", raw.span)
        stocked = values.pop(STOCKED, self.node.stocked)
        title = values.get(NAME)
        shown = title if isinstance(title, str) and title else raw.sku
        return Component(raw.sku, shown, values, period, stocked is True, raw.span)

    def value(self, raw: RawComponent, attribute: Attribute) -> Value:
        """A component's value of an attribute; `None` where it is blank."""
        cell = raw.cells.get(attribute.name)
        text = cell.text if isinstance(cell, Cell) else cell
        if not text:
            declared = self.declared.get(attribute.name)
            if declared and declared.default is not None:
                return self.literal_value(declared.default, attribute)
            if not self.may_be_blank(attribute, raw):
                self.draft.error(
                    "E0504",
                    f"`{raw.sku}` has no `{attribute.name}`",
                    _place(raw, attribute.name),
                    help=(f"write a value, or declare `attribute {attribute.name} : … optional`",),
                )
            return None
        return (
            self.cell_value(raw, text, attribute)
            if isinstance(text, str)
            else self.literal_value(text, attribute)
        )

    def may_be_blank(self, attribute: Attribute, raw: RawComponent) -> bool:
        # A set may be empty, a period open, a component without a title is shown by its SKU.
        if attribute.optional or attribute.name in (*PERIOD_COLUMNS, STOCKED):
            return True
        return attribute.name == NAME and not isinstance(raw.cells.get(NAME), str | Cell)

    def cell_value(self, raw: RawComponent, text: str, attribute: Attribute) -> Value:
        column = raw.columns[attribute.name]
        try:
            unit = column.unit or attribute.unit
            value = read_value(text, attribute.type, unit, decimal_comma=column.decimal_comma)
        except CellProblem as problem:
            where = f" in column `{column.column}`"
            place = _place(raw, attribute.name)
            self.draft.error("E0502", problem.message + where, place, help=problem.help)
            return None
        column.read[text] = value
        return value

    def literal_value(self, literal: Scalar | SetValue, attribute: Attribute) -> Value:
        if isinstance(literal, NumberLiteral) and isinstance(attribute.type, NumberType):
            unit = find_unit(self.draft, literal.unit)
            if (unit.dimension if unit else ()) != attribute.type.dimension:
                wanted = attribute.unit.name if attribute.unit else "no unit"
                self.draft.error("E0402", f"`{attribute.name}` is in {wanted}", literal.span)
                return None
            return normal(literal.value * (unit.factor if unit else 1))
        if isinstance(literal, SetValue) and not isinstance(attribute.type, SetType):
            self.draft.error("E0304", f"`{attribute.name}` is no set", literal.span)
            return None
        if isinstance(literal, TextLiteral) and isinstance(attribute.type, TextType):
            return literal.value
        try:
            return read_value(_literal_text(literal), attribute.type, None)
        except CellProblem as problem:
            self.draft.error(
                "E0502", f"{problem.message}, for `{attribute.name}`", literal.span, help=problem.help
            )
            return None


def _text(raw: RawComponent, name: str) -> str:
    cell = raw.cells.get(name)
    return cell.text if isinstance(cell, Cell) else cell if isinstance(cell, str) else ""


def _place(raw: RawComponent, name: str) -> Span:
    """Where a component says something of a column, or should."""
    match raw.cells.get(name):
        case Cell(span=span):
            return span
        case str():
            return raw.columns[name].locate(raw.span)
        case _:
            return raw.span


def _period(start: Value, end: Value) -> Period:
    if start is None and end is None:
        return ALWAYS
    return Period(start if isinstance(start, date) else None, end if isinstance(end, date) else None)


def _literal_text(literal: Scalar | SetValue) -> str:
    match literal:
        case SetValue(items=items):
            texts = (_literal_text(item).replace("\\", "\\\\").replace('"', '\\"') for item in items)
            return ", ".join(f'"{text}"' for text in texts)
        case NumberLiteral(value=value):
            return format_number(value)
        case TextLiteral(value=value):
            return value
        case DateLiteral(value=day):
            return day.isoformat()
        case BooleanLiteral(value=flag):
            return "yes" if flag else "no"
        case Name(text=text):
            return text
