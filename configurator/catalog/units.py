"""The stage that declares units, and looking one up. Units are global to a catalog."""

from fractions import Fraction

from configurator.catalog.draft import Draft
from configurator.catalog.values import Unit
from configurator.diagnostics.suggestion import did_you_mean
from configurator.syntax.expressions import Name
from configurator.syntax.nodes import CatalogHeader, UnitDeclaration


def declare_units(draft: Draft) -> None:
    """Units are global: every file's units are known everywhere, in whatever order they are declared."""
    declare_currency(draft)
    waiting = [node for _, node in draft.loaded.statements if isinstance(node, UnitDeclaration)]
    while waiting:
        ready = [node for node in waiting if node.base is None or node.base.text in draft.units]
        # Where nothing is ready, what is left is in unknown units, which is to be told.
        for node in ready or waiting:
            declare_unit(draft, node)
        waiting = [node for node in waiting if node not in ready] if ready else []


def declare_currency(draft: Draft) -> None:
    """The currency of the catalog's header is a unit; headers of imported catalogs must agree."""
    for module in draft.loaded.modules:
        header = module.file.header
        if not isinstance(header, CatalogHeader) or header.currency is None:
            continue
        name = header.currency.text
        if draft.currency is None:
            draft.currency = draft.units[name] = Unit(name, name, Fraction(1))
            draft.unit_spans[name] = header.currency.span
        elif draft.currency.name != name:
            draft.error(
                "E0403",
                f"this file counts in {name}, another one of the catalog in {draft.currency.name}",
                header.currency.span,
                help=(f"the other currency is named at {draft.unit_spans[draft.currency.name].location}",),
            )


def declare_unit(draft: Draft, node: UnitDeclaration) -> None:
    """One unit; repeating a declaration word for word is allowed, changing it is an error."""
    name = node.name.text
    unit: Unit | None = None
    if node.base is None:
        unit = Unit(name, name, Fraction(1))
    else:
        base = find_unit(draft, node.base)
        if base is None:
            return
        if not node.factor or node.factor < 0:
            draft.error("E0401", f"`{name}` must be more than 0 {node.base.text}", node.span)
            return
        unit = Unit(name, base.base, base.factor * node.factor)
    if name in draft.units and draft.units[name] != unit:
        draft.error(
            "E0401",
            f"unit `{name}` is declared twice, differently",
            node.name.span,
            help=(f"the other declaration is at {draft.unit_spans[name].location}",),
        )
        return
    draft.units[name] = unit
    draft.unit_spans.setdefault(name, node.name.span)


def find_unit(draft: Draft, name: Name | None) -> Unit | None:
    """The unit of that name; reports an unknown one. `None` for `None`."""
    if name is None:
        return None
    unit = draft.units.get(name.text)
    if unit is None:
        help_lines = did_you_mean(name.text, draft.units) or (f"declare it: `unit {name.text}`",)
        draft.error("E0401", f"unknown unit `{name.text}`", name.span, help=help_lines)
    return unit
