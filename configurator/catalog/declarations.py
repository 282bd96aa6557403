"""The stages that say what there is: families with their components, slots, options."""

from collections.abc import Iterable, Mapping

from configurator.catalog.draft import Draft
from configurator.catalog.families import build_family
from configurator.catalog.loading import Module
from configurator.catalog.structure import Cardinality, ProductOption, Slot
from configurator.catalog.type_expressions import MOST_VALUES, listed_values, range_domain
from configurator.catalog.values import BooleanType, EnumerationType, NumberType, SetType
from configurator.diagnostics.suggestion import did_you_mean
from configurator.syntax.expressions import Name
from configurator.syntax.nodes import Cardinality as CardinalityNode
from configurator.syntax.nodes import FamilyDeclaration, OptionDeclaration, SlotDeclaration

MOST_UNITS = 1000
"""The most units a slot may hold."""


# ---------------------------------------------------------------- families, slots, options


def declare_families(draft: Draft) -> None:
    """Every family with its attributes and components."""
    for module, statement in draft.loaded.statements:
        if isinstance(statement, FamilyDeclaration):
            key = module.namespace + statement.name.text
            if key in draft.families:
                draft.error(
                    "E0302",
                    f"family `{key}` is declared twice",
                    statement.name.span,
                    help=(f"the other declaration is at {draft.families[key].span.location}",),
                )
                continue
            draft.families[key] = build_family(draft, module, statement)
    check_shared_components(draft)


def check_shared_components(draft: Draft) -> None:
    """The same SKU in two families is one stock item: the columns they share must agree."""
    seen: dict[str, tuple[str, Mapping[str, object]]] = {}
    for family in draft.families.values():
        for component in family.components:
            known = seen.get(component.sku)
            if known is None:
                seen[component.sku] = (family.key, component.values)
                continue
            other, values = known
            for name, value in component.values.items():
                if name in values and values[name] != value:
                    draft.error(
                        "E0507",
                        f"`{component.sku}` is in `{other}` and `{family.key}` with different `{name}`",
                        component.span,
                        help=(
                            "one SKU is one stocked thing: give the two the same values or different SKUs",
                        ),
                    )


def declare_places(draft: Draft) -> None:
    """Slots and options, in catalog order."""
    for module, statement in draft.loaded.statements:
        match statement:
            case FamilyDeclaration(cardinality=cardinality) if cardinality is not None:
                title = statement.title.value if statement.title else statement.name.text
                declare_slot(draft, module, statement.name, title, statement.name.text, cardinality)
            case SlotDeclaration():
                title = statement.title.value if statement.title else statement.name.text
                declare_slot(
                    draft, module, statement.name, title, statement.family.text, statement.cardinality
                )
            case OptionDeclaration():
                declare_option(draft, module, statement)
            case _:
                pass


def declare_slot(
    draft: Draft, module: Module, name: Name, title: str, family_name: str, node: CardinalityNode
) -> None:
    """One slot; its family must exist and its bounds be sensible."""
    key = module.namespace + name.text
    family = draft.families.get(module.namespace + family_name)
    if not draft.claim(key, "slot", name.span):
        return
    if family is None:
        known = [k.removeprefix(module.namespace) for k in draft.families if k.startswith(module.namespace)]
        draft.error(
            "E0301", f"unknown family `{family_name}`", node.span, help=did_you_mean(family_name, known)
        )
        return
    if node.kind == "instances":
        draft.error(
            "E0310",
            f"say how the components of `{name.text}` are chosen",
            node.span,
            help=(
                f"`choose {node.minimum}..{node.maximum} identical` for one component times a quantity, "
                "`mixed` for different ones",
            ),
        )
        return
    if node.maximum > MOST_UNITS or node.maximum * len(family.components) > MOST_VALUES:
        draft.error("E0310", f"`{name.text}` may hold {node.maximum} units: too many", node.span)
        return
    cardinality = Cardinality(node.kind, node.minimum, node.maximum)
    draft.places[key] = Slot(key, title, family, cardinality, name.span)


def declare_option(draft: Draft, module: Module, node: OptionDeclaration) -> None:
    """One option with its possible values."""
    key = module.namespace + node.name.text
    title = node.title.value if node.title else node.name.text
    if not draft.claim(key, "option", node.name.span):
        return
    declared = node.type
    values = listed_values(draft, declared)
    span = node.name.span
    match declared.kind:
        case "one of" | "ordered of":
            kind = EnumerationType(values, ordered=declared.kind == "ordered of")
            draft.places[key] = ProductOption(key, title, kind, None, 0, 0, span)
        case "yesno":
            draft.places[key] = ProductOption(key, title, BooleanType(), None, 0, 0, span)
        case "some":
            low, high = int(declared.minimum or 0), int(declared.maximum or 0)
            if low > len(values):
                draft.error("E0310", f"`{node.name.text}` has only {len(values)} elements", declared.span)
                return
            high = min(high, len(values))
            draft.places[key] = ProductOption(key, title, SetType(values), None, low, high, span)
        case "whole" | "number" if declared.minimum is not None and declared.maximum is not None:
            bounds = range_domain(draft, declared)
            if bounds is not None:
                dimension = bounds.unit.dimension if bounds.unit else ()
                kind_of_number = NumberType(dimension, whole=declared.kind == "whole")
                draft.places[key] = ProductOption(key, title, kind_of_number, bounds, 0, 0, span)
        case _:
            draft.error(
                "E0304",
                f"`{declared.kind}` cannot be chosen from",
                declared.span,
                help=(
                    "an option is `one of { … }`, `some 0..2 of { … }`, `yesno`, `whole 0..10` "
                    "or `number 0..10 step 0.5`",
                ),
            )


def known_in(namespace: str, keys: Iterable[str]) -> list[str]:
    """Keys as they are written inside a namespace."""
    return [key.removeprefix(namespace) for key in keys if key.startswith(namespace)]
