"""A customer's choices as assumptions on variables, and answers about variables as places."""

from attrs import field, frozen

from configurator.catalog.choices import OptionChoice, PlaceChoice, SlotChoice
from configurator.catalog.structure import Component, Slot
from configurator.csp.constraints import Constraint, LinearConstraint, LinearTerm, Literal, Origin
from configurator.csp.variables import Assignment
from configurator.lowering.layout import Layout, OptionLayout, SetLayout, SlotLayout
from configurator.lowering.origins import ChoiceOrigin
from configurator.lowering.product import LoweredProduct, set_literals, unit_literals


@frozen
class NotInForce:
    """A chosen component that exists, but not on that day."""

    place: str
    component: Component


@frozen(eq=False)
class LoweredChoices:
    """Choices as an engine takes them.

    Attributes:
        choices: as given.
        assumptions: what the variables may still take.
        constraints: what assumptions cannot say: a multiset that includes something.
        not_in_force: chosen components that are not in force; then no configuration obeys the choices.
    """

    choices: tuple[PlaceChoice, ...]
    assumptions: dict[int, frozenset[int]]
    constraints: tuple[Constraint, ...] = field(repr=False)
    not_in_force: tuple[NotInForce, ...]

    def decided(self, layout: Layout) -> Assignment | None:
        """The one assignment the choices leave, when they say something of every place; else `None`."""
        chosen = {place_of(choice) for choice in self.choices}
        if self.constraints or self.not_in_force or chosen != set(layout.of):
            return None
        allowed = [self.assumptions.get(variable, frozenset()) for variable in range(len(layout.variables))]
        if any(len(values) != 1 for values in allowed):
            return None
        return tuple(next(iter(values)) for values in allowed)


def place_of(choice: PlaceChoice) -> str:
    """The key of the slot or option a choice is about."""
    return choice.slot if isinstance(choice, SlotChoice) else choice.option


def lower_choices(lowered: LoweredProduct, choices: tuple[PlaceChoice, ...]) -> LoweredChoices:
    """Lower choices that were read for this catalog, at most one per place."""
    assumptions: dict[int, frozenset[int]] = {}
    constraints: list[Constraint] = []
    not_in_force: list[NotInForce] = []
    for choice in choices:
        layout = lowered.layout.of[place_of(choice)]
        match choice, layout:
            case SlotChoice(at_least=True), SlotLayout():
                constraints.extend(included(layout, choice))
            case SlotChoice(), SlotLayout():
                take(assumptions, unit_literals(layout, choice.units) or ())
            case OptionChoice(value=value, at_least=at_least), SetLayout():
                assert isinstance(value, frozenset)
                take(assumptions, set_literals(layout, value, exact=not at_least))
            case OptionChoice(value=value), OptionLayout(variables=(variable,), values=values):
                take(assumptions, (Literal(variable, frozenset({list(values).index(value)})),))
            case _:
                raise AssertionError(choice)
        if isinstance(choice, SlotChoice) and isinstance(layout, SlotLayout):
            not_in_force.extend(missing(lowered, layout.slot, choice))
    return LoweredChoices(choices, assumptions, tuple(constraints), tuple(not_in_force))


def take(assumptions: dict[int, frozenset[int]], literals: tuple[Literal, ...]) -> None:
    """Note what the literals say."""
    for literal in literals:
        assumptions[literal.variable] = literal.values


def missing(lowered: LoweredProduct, slot: Slot, choice: SlotChoice) -> list[NotInForce]:
    """The chosen components that are not in force on the day."""
    found = [lowered.catalog.component(slot.family, sku) for sku, _ in choice.units]
    return [
        NotInForce(slot.key, component)
        for component in found
        if component is not None and not component.period.holds(lowered.as_of)
    ]


def included(layout: SlotLayout, choice: SlotChoice) -> tuple[Constraint, ...]:
    """`includes`: at least so many units of each."""
    return tuple(at_least(layout, sku, quantity or 1, ChoiceOrigin(choice)) for sku, quantity in choice.units)


def at_least(layout: SlotLayout, sku: str, quantity: int, origin: Origin) -> Constraint:
    """At least `quantity` units of a component among a mixed slot's positions."""
    weights = tuple(int(bool(found) and found[0][0].sku == sku) for found in layout.values)
    terms = tuple(LinearTerm(variable, weights) for variable in layout.variables)
    return LinearConstraint(terms, quantity, None, (), origin)
