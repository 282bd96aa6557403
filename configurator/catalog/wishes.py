"""The stage that checks what does not change which configurations are valid: wishes and bundles.

Their names and types are checked as everything else's.
"""

from attrs import evolve

from configurator.catalog.choices import PlaceChoice, place_of
from configurator.catalog.draft import Draft
from configurator.catalog.loading import Module
from configurator.catalog.messages import read_message
from configurator.catalog.model import Bundle, Objective, Preference
from configurator.catalog.named_values import NamedValues
from configurator.catalog.names import Scope
from configurator.catalog.restrictions import period_of, resolve_choices
from configurator.catalog.source_words import source_words
from configurator.catalog.units import find_unit
from configurator.catalog.values import Number, normal
from configurator.syntax.expressions import NumberLiteral
from configurator.syntax.nodes import (
    BundleDeclaration,
    ObjectiveDeclaration,
    PreferDeclaration,
)


def check_wishes(draft: Draft, values: NamedValues) -> None:
    """Bundles first, because scenarios name them."""
    for module, statement in draft.loaded.statements:
        if isinstance(statement, BundleDeclaration):
            check_bundle(draft, values, module, statement)
    for module, statement in draft.loaded.statements:
        match statement:
            case PreferDeclaration():
                check_preference(draft, values, module, statement)
            case ObjectiveDeclaration():
                check_objective(draft, values, module, statement)
            case _:
                pass
    if not draft.reads_bundles_price:
        for bundle in draft.bundles:
            if bundle.price:
                draft.warning(
                    "W0630",
                    f"the price of bundle `{bundle.key}` changes nothing: no calc adds `bundles.price`",
                    bundle.span,
                    help=("add it: `calc price = sum(price) + bundles.price`",),
                )


def check_bundle(draft: Draft, values: NamedValues, module: Module, node: BundleDeclaration) -> None:
    """The choices must fit their places, each of which is chosen once, and the price be money."""
    key = module.namespace + node.name.text
    chosen: dict[str, PlaceChoice] = {}
    for choice in node.choices:
        for found in resolve_choices(draft, values, module, choice) or ():
            place = place_of(found)
            if place in chosen:
                # The same path twice is a mistake of form; this is one place by two paths.
                draft.error("E0112", f"the choice of `{place}` stands twice", choice.span)
            chosen[place] = evolve(found, bundle=key)
    price = bundle_price(draft, node.price)
    if any(bundle.key == key for bundle in draft.bundles):
        draft.error("E0302", f"bundle `{key}` is declared twice", node.name.span)
        return
    title = node.title.value if node.title else node.name.text
    about = node.about.value if node.about else ""
    period = period_of(node.effective)
    draft.bundles.append(Bundle(key, title, period, tuple(chosen.values()), price, about, node.span))


def bundle_price(draft: Draft, node: NumberLiteral | None) -> Number:
    """What a bundle adds to `bundles.price`; reports what is no money of the catalog."""
    if node is None:
        return 0
    unit = find_unit(draft, node.unit)
    if node.unit is None or (unit is not None and unit != draft.currency):
        currency = draft.currency.name if draft.currency else "the catalog's currency"
        draft.error("E0403", f"the price of a bundle is in {currency}", node.span)
    elif unit is not None and (node.value * HUNDREDTHS).denominator != 1:
        draft.error("E0403", f"the price of a bundle is in whole hundredths of {unit.name}", node.span)
    return normal(node.value * unit.factor) if unit is not None else 0


HUNDREDTHS = 100


def check_preference(draft: Draft, values: NamedValues, module: Module, node: PreferDeclaration) -> None:
    """A preference is a condition."""
    scope = Scope(module.namespace)
    expression = values.checker.condition(node.expression, scope)
    message = read_message(draft, values.checker, node.message, scope)
    if expression is None:
        return
    weight = normal(node.weight) if node.weight is not None else 1
    key = module.namespace + node.id.text
    if any(isinstance(wish, Preference) and wish.key == key for wish in draft.wishes):
        draft.error("E0302", f"preference `{key}` is declared twice", node.id.span)
        return
    text = source_words(node.expression.span.text)
    draft.wishes.append(Preference(key, expression, weight, message, text, node.span))


def check_objective(draft: Draft, values: NamedValues, module: Module, node: ObjectiveDeclaration) -> None:
    """An objective is a number."""
    expression = values.checker.number(node.expression, Scope(module.namespace))
    if expression is None:
        return
    weight = normal(node.weight) if node.weight is not None else 1
    text = source_words(node.expression.span.text)
    draft.wishes.append(Objective(node.direction, expression, weight, text, node.span))
