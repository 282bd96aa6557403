"""Catalogs taken apart into calls of a builder: each statement of a text as a program would give it."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from configurator import CatalogBuilder, Pattern, TableFile
from configurator.building.families import FamilyBuilder
from configurator.building.parts import AssemblyBuilder
from configurator.catalog.cell_values import infer_type, read_date, read_number
from configurator.catalog.values import BooleanType, DateType, NumberType
from configurator.syntax.expressions import (
    BooleanLiteral,
    DateLiteral,
    Name,
    NumberLiteral,
    TextLiteral,
)
from configurator.syntax.nodes import (
    AssembledDeclaration,
    AssemblyDeclaration,
    AttributeDeclaration,
    BundleDeclaration,
    CalcDeclaration,
    CatalogFile,
    CatalogHeader,
    Choice,
    ComponentDeclaration,
    DefaultDeclaration,
    Effective,
    FamilyDeclaration,
    GivenBundle,
    GivenDate,
    GivenStock,
    Import,
    ObjectiveDeclaration,
    OptionDeclaration,
    PreferDeclaration,
    ResourceDeclaration,
    RuleDeclaration,
    ScenarioDeclaration,
    SetValue,
    SlotDeclaration,
    Statement,
    TableBlock,
    TableDeclaration,
    TableSource,
    TypeExpression,
    UnitDeclaration,
)
from configurator.syntax.vocabulary import WEEKDAYS


def rebuilt(file: CatalogFile) -> CatalogBuilder:
    """The catalog of a file, built by calls."""
    header = file.header
    assert isinstance(header, CatalogHeader)
    made = CatalogBuilder(
        header.name.text,
        _text(header.title),
        version=_text(header.version),
        currency=_text(header.currency),
        timezone=_text(header.timezone),
        tested_on=header.tested_on,
    )
    for statement in file.statements:
        _add_to_catalog(made, statement)
    return made


def _add_to_catalog(made: CatalogBuilder, node: Statement) -> None:
    match node:
        case Import(path=path, alias=alias):
            made.import_file(path.value, _text(alias))
        case UnitDeclaration(name=name, factor=factor, base=base):
            made.unit(name.text, factor, _text(base))
        case DefaultDeclaration(choice=choice, guard=guard):
            made.default(choice.span.text, when=_words(guard))
        case PreferDeclaration():
            made.prefer(
                node.id.text, node.expression.span.text, weight=node.weight, because=_text(node.message)
            )
        case ObjectiveDeclaration(direction="minimise"):
            made.minimise(node.expression.span.text, weight=node.weight)
        case ObjectiveDeclaration():
            made.maximise(node.expression.span.text, weight=node.weight)
        case BundleDeclaration():
            made.bundle(
                node.name.text,
                _text(node.title),
                choose=_choices(node.choices),
                price=None if node.price is None else _scalar(node.price),
                about=_text(node.about),
                **_period(node.effective),
            )
        case ScenarioDeclaration():
            made.scenario(
                node.title.value,
                choose=_choices(node.choices),
                only=node.only,
                expect=[each.span.text for each in node.expectations],
                on=next((each.date for each in node.givens if isinstance(each, GivenDate)), None),
                stock={g.component.value: g.quantity for g in node.givens if isinstance(g, GivenStock)},
                bundles=[g.name.text for g in node.givens if isinstance(g, GivenBundle)],
                tags=[tag.text for tag in node.tags],
                todo=node.todo,
            )
        case AssembledDeclaration():
            made.assembled_in(
                node.days,
                cost=None if node.cost is None else _scalar(node.cost),
                workdays=[WEEKDAYS[day] for day in node.workdays],
                closed=[(days.first, days.last) for days in node.closed],
            )
        case _:
            _add_part(made, node)


def _add_part(made: AssemblyBuilder, node: Statement) -> None:
    match node:
        case FamilyDeclaration(name=name, title=title):
            family = made.family(name.text, _text(title), choose=_choose(node), stocked=node.stocked)
            _fill(family, node)
        case SlotDeclaration(name=name, title=title):
            made.slot(name.text, node.family.text, _text(title), choose=str(_choose(node)))
        case OptionDeclaration(name=name, title=title, type=kind):
            made.option(
                name.text,
                kind.kind,  # type: ignore[arg-type]  # an option has one of these kinds
                _text(title),
                values=[_scalar(value) for value in kind.values],
                minimum=kind.minimum,
                maximum=kind.maximum,
                step=kind.step,
                unit=_text(kind.unit),
            )
        case AssemblyDeclaration(name=name, title=title):
            inner = made.assembly(name.text, _text(title), choose=_choose(node))
            for item in node.items:
                _add_part(inner, item)
        case CalcDeclaration(name=name, title=title):
            made.calc(name.text, node.expression.span.text, _text(title), unit=_text(node.unit))
        case RuleDeclaration():
            made.rule(
                node.id.text,
                *(each.span.text for each in node.clauses),
                title=_text(node.title),
                for_each=[f"{each.path.text} as {each.alias.text}" for each in node.loops],
                when=_words(node.guard),
                because=_text(node.message),
                severity=node.severity,
                **_period(node.effective),
            )
        case ResourceDeclaration():
            made.resource(
                node.id.text,
                _text(node.title),
                supply=[each.span.text for each in node.supply],
                demand=[each.span.text for each in node.demand],
                unit=_text(node.unit),
                spare=node.spare,
                because=_text(node.message),
                **_period(node.effective),
            )
        case TableDeclaration():
            _add_table(made, node)
        case _:
            raise AssertionError(node)


def _add_table(made: AssemblyBuilder, node: TableDeclaration) -> None:
    content = node.content
    rest: dict[str, Any] = {
        "kind": node.kind,
        "title": _text(node.title),
        "because": _text(node.message),
        **_period(node.effective),
    }
    if isinstance(content, TableSource):
        made.table(node.id.text, file=_file(content), **rest)
        return
    rows = [[Pattern(cell.text) for cell in row.cells] for row in content.rows]
    made.table(node.id.text, [each.span.text for each in content.headings], rows, **rest)


# ---------------------------------------------------------------- families


def _fill(family: FamilyBuilder, node: FamilyDeclaration) -> None:
    numbers = _columns_of_values(node)
    for item in node.items:
        match item:
            case AttributeDeclaration(name=name, title=title, type=kind):
                family.attribute(
                    name.text,
                    kind.kind,  # type: ignore[arg-type]  # an attribute has one of these kinds
                    _text(title),
                    values=[_scalar(value) for value in kind.values],
                    unit=_text(kind.unit),
                    optional=item.optional,
                    default=None if item.default is None else _scalar(item.default),
                )
            case ComponentDeclaration():
                family.component(
                    item.sku.value,
                    _text(item.title),
                    **_period(item.effective),
                    **{each.name.text: _value(each.value) for each in item.fields},
                )
            case TableBlock():
                names = [each.path.text for each in item.headings]
                rows = [
                    [_cell(cell.text, numbers.get(name)) for cell, name in zip(row.cells, names, strict=True)]
                    for row in item.rows
                ]
                family.components(rows, columns=[each.span.text for each in item.headings])
            case TableSource():
                family.source(_file(item))


def _columns_of_values(node: FamilyDeclaration) -> Mapping[str, object]:
    """For columns of numbers, days, truth values and sets: of what they are."""
    texts: dict[str, set[str]] = {}
    kinds: dict[str, object] = {}
    for item in node.items:
        if isinstance(item, AttributeDeclaration):
            kinds[item.name.text] = _meant(item.type)
        if isinstance(item, TableBlock):
            for at, heading in enumerate(item.headings):
                name = heading.path.text
                texts.setdefault(name, set()).update(row.cells[at].text for row in item.rows)
                if heading.unit is not None:
                    kinds.setdefault(name, NumberType)
                elif heading.type is not None:
                    kinds.setdefault(name, _meant(heading.type))
    inferred: dict[str, object] = {name: type(infer_type(found, None)) for name, found in texts.items()}
    return {**inferred, **kinds, "sku": None, "name": None}


def _meant(kind: TypeExpression) -> object:
    match kind.kind:
        case "number" | "whole" | "money":
            return NumberType
        case "yesno":
            return BooleanType
        case "date":
            return DateType
        case "set of" | "set of text":
            return set
        case _:
            return None


def _cell(text: str, kind: object) -> Any:
    if not text:
        return None
    if kind is NumberType and read_number(text) is not None:
        return Decimal(text)
    if kind is BooleanType and text in {"yes", "no"}:
        return text == "yes"
    if kind is DateType and read_date(text) is not None:
        return read_date(text)
    if kind is set:
        return [item.strip() for item in text.split(",")]
    return text


# ---------------------------------------------------------------- pieces


def _text(found: TextLiteral | Name | None) -> str | None:
    match found:
        case TextLiteral(value=value):
            return value
        case Name(text=text):
            return text
        case None:
            return None


def _words(found: Any) -> str | None:
    return None if found is None else str(found.span.text)


def _choose(node: FamilyDeclaration | SlotDeclaration | AssemblyDeclaration) -> str | None:
    return None if node.cardinality is None else node.cardinality.span.text.removeprefix("choose").strip()


def _choices(found: Iterable[Choice]) -> list[str]:
    return [each.span.text for each in found]


def _period(found: Effective | None) -> dict[str, Any]:
    return {
        "effective_from": found.start if found else None,
        "effective_until": found.end if found else None,
    }


def _scalar(found: object) -> Any:
    match found:
        case NumberLiteral(value=value, unit=None):
            return value
        case NumberLiteral(value=value, unit=Name(text=unit)):
            return value, unit
        case TextLiteral(value=text) | Name(text=text):
            return text
        case DateLiteral(value=day):
            return day
        case BooleanLiteral(value=flag):
            return flag
        case _:
            raise AssertionError(found)


def _value(found: object) -> Any:
    return [_scalar(item) for item in found.items] if isinstance(found, SetValue) else _scalar(found)


def _file(found: TableSource) -> TableFile:
    return TableFile(
        found.path.value,
        sheet=_text(found.sheet),
        separator=_text(found.separator),
        decimal_comma=found.decimal_comma,
        columns={each.source.value: _mapped(each.path.text, each.unit) for each in found.columns},
        ignore_others=found.ignore_others,
    )


def _mapped(path: str, unit: Name | None) -> str:
    return path if unit is None else f"{path} [{unit.text}]"
