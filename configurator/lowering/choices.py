"""A customer's choices as assumptions on variables, and answers about variables as places."""

from collections.abc import Container, Sequence

from attrs import field, frozen

from configurator.catalog.choices import OptionChoice, PlaceChoice, SlotChoice, place_of
from configurator.catalog.model import Bundle
from configurator.catalog.structure import Component, Slot
from configurator.csp.constraints import Constraint, LinearConstraint, LinearTerm, Literal, Origin
from configurator.csp.semantics import holds
from configurator.csp.variables import Assignment
from configurator.lowering.layout import Layout, OptionLayout, SetLayout, SlotLayout
from configurator.lowering.origins import ChoiceOrigin
from configurator.lowering.product import LoweredProduct, set_literals, unit_literals


@frozen
class NotInForce:
    """A chosen component that exists, but not on that day; `bundle` is the key of the one that chooses it."""

    place: str
    component: Component
    bundle: str = ""


@frozen(eq=False)
class LoweredChoices:
    """Choices as an engine takes them.

    Attributes:
        choices: as given, and those of the applied bundles; in catalog order, at one place one's own first.
        assumptions: what the variables may still take.
        constraints: what assumptions cannot say: a multiset that includes something.
        not_in_force: chosen components that are not in force; then no configuration obeys the choices.
        expired: applied bundles that are not in force, whose choices are left out; likewise.
        left_out: the places of assemblies that are chosen not to be there.
    """

    choices: tuple[PlaceChoice, ...]
    assumptions: dict[int, frozenset[int]]
    constraints: tuple[Constraint, ...] = field(repr=False)
    not_in_force: tuple[NotInForce, ...]
    expired: tuple[Bundle, ...] = ()
    left_out: frozenset[str] = frozenset()

    @property
    def impossible(self) -> bool:
        """Whether what was chosen alone rules everything out: something of it is not in force on the day."""
        return bool(self.not_in_force or self.expired)

    @property
    def own(self) -> tuple[PlaceChoice, ...]:
        """The choices that come with no bundle."""
        return tuple(choice for choice in self.choices if not choice.bundle)

    def decided(self, layout: Layout) -> Assignment | None:
        """The one assignment the choices leave, when they say something of every place; else `None`."""
        chosen = self.left_out | {place_of(choice) for choice in self.choices}
        if self.impossible or chosen != set(layout.of):
            return None
        allowed = [self.assumptions.get(variable, frozenset()) for variable in range(len(layout.variables))]
        if any(len(values) != 1 for values in allowed):
            return None
        assignment = tuple(next(iter(values)) for values in allowed)
        if _fills_what_is_absent(layout, assignment):
            return None
        # One's own choice may be exact where a bundle's includes something, and the other way round.
        return assignment if all(holds(each, assignment) for each in self.constraints) else None


def _fills_what_is_absent(layout: Layout, assignment: Assignment) -> bool:
    """Whether a place is filled of which it was said, too, that its assembly is not there."""
    for each in layout.of.values():
        within = (each.slot if isinstance(each, SlotLayout) else each.option).within
        absent = within is not None and not assignment[layout.of[within].variables[0]]
        if absent and any(assignment[variable] for variable in each.variables):
            return True
    return False


def with_bundles(
    lowered: LoweredProduct, choices: Sequence[PlaceChoice], bundles: Sequence[Bundle]
) -> tuple[PlaceChoice, ...]:
    """One's own choices and those of bundles in force, in catalog order; at one place one's own first."""
    order = {key: at for at, key in enumerate(lowered.layout.of)}
    every = [*choices]
    for bundle in bundles:
        if bundle.period.holds(lowered.as_of):
            every += bundle.choices
    return tuple(sorted(every, key=lambda choice: order[place_of(choice)]))


def lower_choices(lowered: LoweredProduct, choices: tuple[PlaceChoice, ...]) -> LoweredChoices:
    """Lower choices that were read for this catalog; several about one place all hold."""
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
    left_out = leave_out(lowered, assumptions, {place_of(choice) for choice in choices})
    return LoweredChoices(choices, assumptions, tuple(constraints), tuple(not_in_force), left_out=left_out)


def leave_out(
    lowered: LoweredProduct, assumptions: dict[int, frozenset[int]], chosen: Container[str]
) -> frozenset[str]:
    """Assume of assemblies that are not there that their places are empty: those of which nothing is said."""
    left_out: set[str] = set()
    for key, layout in lowered.layout.of.items():
        place = lowered.catalog.place_of[key]
        if place.within is None or key in chosen:
            continue
        (presence,) = lowered.layout.of[place.within].variables
        if assumptions.get(presence) == frozenset({0}):
            left_out.add(key)
            assumptions.update(dict.fromkeys(layout.variables, frozenset({0})))
    return frozenset(left_out)


def take(assumptions: dict[int, frozenset[int]], literals: tuple[Literal, ...]) -> None:
    """Note what the literals say, besides what is noted already."""
    for literal in literals:
        before = assumptions.get(literal.variable, literal.values)
        assumptions[literal.variable] = before & literal.values


def missing(lowered: LoweredProduct, slot: Slot, choice: SlotChoice) -> list[NotInForce]:
    """The chosen components that are not in force on the day."""
    found = [lowered.catalog.component(slot.family, sku) for sku, _ in choice.units]
    return [
        NotInForce(slot.key, component, choice.bundle)
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
