"""Names that hide others: what is written means one thing, and might be taken for another."""

from collections.abc import Iterator

from configurator.authoring.checks.heads import head_of
from configurator.authoring.checks.instances import declared_path, place_meant
from configurator.authoring.checks.reading import nodes_of
from configurator.catalog.expressions import (
    AttributeOf,
    Calc,
    CalcValue,
    Comparison,
    Expression,
    OptionValue,
)
from configurator.catalog.model import Catalog
from configurator.catalog.rules import Rule
from configurator.catalog.structure import ComponentFamily, Slot
from configurator.catalog.values import TextType
from configurator.diagnostics.diagnostic import Diagnostic, Severity


def shadowed_names(catalog: Catalog) -> Iterator[Diagnostic]:
    """Calcs named like a column they do not add up, words with two meanings."""
    yield from _calcs_like_columns(catalog)
    yield from _words_with_two_meanings(catalog)


def _own(key: str) -> str:
    return key.rpartition(".")[2]


# ---------------------------------------------------------------- a calc and a column


def _calcs_like_columns(catalog: Catalog) -> Iterator[Diagnostic]:
    """`sum(weight)` adds up columns; a calc `weight` that is something else will be taken for their sum."""
    for calc in catalog.calcs.values():
        name = _own(calc.key)
        families = [family for family in catalog.families.values() if name in family.attributes]
        if families and not _reads_column(calc, name):
            yield _calc_like_column(calc, name, families)


def _reads_column(calc: Calc, name: str) -> bool:
    return any(isinstance(node, AttributeOf) and node.attribute == name for node in nodes_of(calc.expression))


def _calc_like_column(calc: Calc, name: str, families: list[ComponentFamily]) -> Diagnostic:
    first = families[0].key
    path = declared_path(calc.key)
    others = f" and {len(families) - 1} more" if len(families) > 1 else ""
    return Diagnostic(
        "W0703",
        Severity.HINT,
        f"the calc `{path}` is called like a column of `{first}`{others} that it does not read",
        head_of(calc.span),
        help=(f"`{name}` alone means the calc, `sum({name})` the column: name them apart",),
    )


# ---------------------------------------------------------------- a word and a name


def _words_with_two_meanings(catalog: Catalog) -> Iterator[Diagnostic]:
    """`cpu.use = office`, where `office` is an option, and a value of the column too."""
    values: _Values = {}
    for rule in catalog.restrictions:
        if not isinstance(rule, Rule):
            continue
        told: set[str] = set()
        for node in nodes_of(rule.clauses):
            if not isinstance(node, Comparison) or node.operator not in {"=", "!="}:
                continue
            for column, name in ((node.left, node.right), (node.right, node.left)):
                key = _named(name)
                if not key or key in told or not isinstance(column, AttributeOf):
                    continue
                if _is_value(catalog, rule, column, key, values):
                    told.add(key)
                    yield _two_meanings(rule, column, key)


def _named(expression: Expression) -> str:
    match expression:
        case OptionValue(option=key):
            return key
        case CalcValue(calc=calc):
            return calc.key
        case _:
            return ""


_Values = dict[tuple[str, str], frozenset[object]]
"""The values in the columns looked at so far, by family and column."""


def _is_value(catalog: Catalog, rule: Rule, column: AttributeOf, key: str, values: _Values) -> bool:
    """Whether a column of free text has a value that is spelt like a name; declared lists cannot."""
    slot = place_meant(catalog, rule, column.place)
    if not isinstance(column.type, TextType) or not isinstance(slot, Slot):
        return False
    at = (slot.family.key, column.attribute)
    if at not in values:
        values[at] = frozenset(each.values.get(column.attribute) for each in slot.family.components)
    return _own(key) in values[at]


def _two_meanings(rule: Rule, column: AttributeOf, key: str) -> Diagnostic:
    name = _own(key)
    return Diagnostic(
        "W0705",
        Severity.WARNING,
        f"`{name}` is the name of an option or calc here, and a value of the column `{column.attribute}` too",
        head_of(rule.span),
        help=(f'write `"{name}"` if you mean the value',),
    )
