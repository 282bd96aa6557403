"""The stage that checks what does not change which configurations are valid: wishes, bundles, scenarios.

Their names and types are checked as everything else's; each gives one warning
that it is not evaluated yet, so that nobody waits for an effect.
"""

from configurator.catalog.draft import Draft
from configurator.catalog.expression_checking import Scope
from configurator.catalog.loading import Module
from configurator.catalog.messages import read_message
from configurator.catalog.model import Bundle, Objective, Preference, Scenario
from configurator.catalog.named_values import NamedValues
from configurator.catalog.restrictions import period_of, resolve_choice
from configurator.catalog.units import find_unit
from configurator.catalog.values import normal
from configurator.diagnostics.suggestion import did_you_mean
from configurator.source import Span
from configurator.syntax.expressions import BinaryOperation, Name, PathReference
from configurator.syntax.nodes import (
    BundleDeclaration,
    Choice,
    ExpectExpression,
    ExpectInvalid,
    ExpectUnavailable,
    ExpectValue,
    ExpectWarning,
    GivenBundle,
    GivenStock,
    ObjectiveDeclaration,
    PreferDeclaration,
    ScenarioDeclaration,
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
            case ScenarioDeclaration():
                check_scenario(draft, values, module, statement)
            case _:
                pass


def not_evaluated(draft: Draft, what: str, span: Span) -> None:
    """The one warning that each of these statements gives."""
    draft.warning("W0601", f"{what} is not evaluated yet", span, help=("its names and types were checked",))


def check_bundle(draft: Draft, values: NamedValues, module: Module, node: BundleDeclaration) -> None:
    """The choices must fit their places, the price be money."""
    key = module.namespace + node.name.text
    for choice in node.choices:
        resolve_choice(draft, values, module, choice)
    if node.price is not None:
        unit = find_unit(draft, node.price.unit)
        if node.price.unit is None or (unit is not None and unit != draft.currency):
            currency = draft.currency.name if draft.currency else "the catalog's currency"
            draft.error("E0403", f"the price of a bundle is in {currency}", node.price.span)
    if any(bundle.key == key for bundle in draft.bundles):
        draft.error("E0302", f"bundle `{key}` is declared twice", node.name.span)
        return
    title = node.title.value if node.title else node.name.text
    draft.bundles.append(Bundle(key, title, period_of(node.effective), node.span))
    not_evaluated(draft, f"bundle `{key}`", node.name.span)


def check_preference(draft: Draft, values: NamedValues, module: Module, node: PreferDeclaration) -> None:
    """A preference is a condition."""
    scope = Scope(module.namespace)
    expression = values.checker.condition(node.expression, scope)
    message = read_message(draft, values.checker, node.message, scope)
    if expression is None:
        return
    weight = normal(node.weight) if node.weight is not None else 1
    key = module.namespace + node.id.text
    draft.preferences.append(Preference(key, expression, weight, message, node.span))
    not_evaluated(draft, f"preference `{key}`", node.id.span)


def check_objective(draft: Draft, values: NamedValues, module: Module, node: ObjectiveDeclaration) -> None:
    """An objective is a number."""
    expression = values.checker.number(node.expression, Scope(module.namespace))
    if expression is None:
        return
    weight = normal(node.weight) if node.weight is not None else 1
    draft.objectives.append(Objective(node.direction, expression, weight, node.span))
    not_evaluated(draft, f"`{node.direction}`", node.span)


# ---------------------------------------------------------------- scenarios


def check_scenario(draft: Draft, values: NamedValues, module: Module, node: ScenarioDeclaration) -> None:
    """Names of bundles, components, rules, places and values."""
    for given in node.givens:
        match given:
            case GivenBundle(name=path):
                known_bundle(draft, module, path)
            case GivenStock(component=component):
                known_component(draft, component.value, component.span)
            case _:
                pass
    for choice in node.choices:
        resolve_choice(draft, values, module, choice)
    for expectation in node.expectations:
        match expectation:
            case ExpectInvalid(because=because):
                for name in because:
                    known_id(draft, module, name)
            case ExpectWarning(id=name):
                known_id(draft, module, name)
            case ExpectUnavailable(component=sku) if sku is not None:
                known_component(draft, sku.value, sku.span)
            case ExpectValue(choice=expected):
                check_expected(draft, values, module, expected)
            case ExpectExpression(expression=expression):
                values.checker.condition(expression, Scope(module.namespace))
            case _:
                pass
    draft.scenarios.append(Scenario(node.title.value, tuple(tag.text for tag in node.tags), node.span))
    not_evaluated(draft, f'scenario "{node.title.value}"', node.title.span)


def check_expected(draft: Draft, values: NamedValues, module: Module, node: Choice) -> None:
    """`expect forced x = …`: of a place or of an attribute of one."""
    found = values.checker.place(node.path, Scope(module.namespace))
    if found is None or not found[1]:
        if found is not None:
            resolve_choice(draft, values, module, node)
        return
    # An attribute: the same check as in a rule that compares it.
    value = node.value
    if isinstance(value, Name):
        value_node = PathReference((value,), value.span)
        values.checker.condition(
            BinaryOperation("=", node.path, value_node, node.span), Scope(module.namespace)
        )
    else:
        values.checker.value(node.path, Scope(module.namespace))


def known_bundle(draft: Draft, module: Module, path: PathReference) -> None:
    """Report a bundle that does not exist."""
    keys = [bundle.key for bundle in draft.bundles]
    if module.namespace + path.text not in keys:
        draft.error("E0301", f"unknown bundle `{path.text}`", path.span, help=did_you_mean(path.text, keys))


def known_component(draft: Draft, sku: str, span: Span) -> None:
    """Report a SKU that no family has."""
    skus = {component.sku for family in draft.families.values() for component in family.components}
    if sku not in skus:
        draft.error("E0303", f"unknown component `{sku}`", span, help=did_you_mean(sku, skus))


def known_id(draft: Draft, module: Module, name: Name | PathReference) -> None:
    """Report a rule, table or resource that does not exist."""
    if module.namespace + name.text not in draft.ids:
        known = [key.removeprefix(module.namespace) for key in draft.ids]
        draft.error(
            "E0301",
            f"no rule, table or resource is called `{name.text}`",
            name.span,
            help=did_you_mean(name.text, known),
        )
