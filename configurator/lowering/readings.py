"""How expressions read variables: which ones, and what they are worth on some of their values."""

from collections.abc import Mapping

from attrs import evolve, field, frozen

from configurator.catalog.evaluation import Chosen, Units, Worth, compiled
from configurator.catalog.expressions import (
    Aggregate,
    AttributeOf,
    ComponentIn,
    Expression,
    IsChosen,
    OptionValue,
    QuantityIn,
    children,
    places_of,
)
from configurator.catalog.values import Value
from configurator.lowering.layout import Layout, OptionLayout, SetLayout, SlotLayout


@frozen(eq=False)
class Readings:
    """Expressions on a layout.

    Attributes:
        bound: the variable that stands for each name a rule's `for each` binds.
    """

    layout: Layout
    bound: Mapping[str, tuple[SlotLayout, int]] = field(factory=dict)

    def binding(self, name: str, slot: SlotLayout, variable: int) -> "Readings":
        """The same with a name bound to one variable of a slot."""
        return evolve(self, bound={**self.bound, name: (slot, variable)})

    def size(self, variable: int) -> int:
        """How many values a variable has."""
        return self.layout.variables[variable].size

    def variables(self, place: str) -> tuple[int, ...]:
        """The variables of a place or bound name."""
        if place in self.bound:
            return (self.bound[place][1],)
        return self.layout.of[place].variables

    def scope(self, expression: Expression) -> tuple[int, ...]:
        """The variables an expression reads, ascending."""
        return self.scope_of((expression,))

    def scope_of(self, expressions: tuple[Expression, ...]) -> tuple[int, ...]:
        """The variables that several expressions read, ascending."""
        places = {place for expression in expressions for place in places_of(expression)}
        return tuple(sorted({variable for place in places for variable in self.variables(place)}))

    def evaluate(self, expression: Expression, values: Mapping[int, int]) -> Worth:
        """What an expression is worth where some variables have values.

        A slot whose variables have none counts as empty: that is how a sum is taken
        apart, and it must not be relied upon otherwise.
        """
        return compiled(expression)(self.chosen((expression,), values))

    def chosen(self, expressions: tuple[Expression, ...], values: Mapping[int, int]) -> Chosen:
        """The part of a configuration that some expressions read."""
        units: dict[str, Units] = {}
        options: dict[str, Value] = {}
        for place in {place for expression in expressions for place in places_of(expression)}:
            if place in self.bound:
                layout, variable = self.bound[place]
                units[place] = layout.values[values[variable]]
                continue
            found = self.layout.of[place]
            match found:
                case SlotLayout():
                    units[place] = _joined(found, values)
                case OptionLayout(variables=(variable,), values=meanings):
                    options[place] = meanings[values[variable]]
                case SetLayout(elements=elements, variables=variables):
                    pairs = zip(elements, variables, strict=True)
                    options[place] = frozenset(e for e, variable in pairs if values.get(variable))
        return Chosen(units, options)


def _joined(layout: SlotLayout, values: Mapping[int, int]) -> Units:
    return tuple(
        unit
        for variable in layout.variables
        if variable in values
        for unit in layout.values[values[variable]]
    )


# ---------------------------------------------------------------- what of a value matters


def signature_reader(expressions: tuple[Expression, ...], readings: Readings, variable: int) -> "Signature":
    """What the expressions look at in one variable: values that look the same are interchangeable to them."""
    leaves: dict[object, None] = {}
    for expression in expressions:
        _collect(expression, readings, variable, leaves, {})
    return Signature(variable, readings, tuple(leaves))


@frozen(eq=False)
class Signature:
    """Tells what some expressions see of a value of a variable."""

    variable: int
    readings: Readings
    leaves: tuple[object, ...]

    def __call__(self, value: int) -> tuple[object, ...]:
        """What is seen; equal for values that no expression can tell apart."""
        return tuple(self._seen(leaf, value) for leaf in self.leaves)

    def _seen(self, leaf: object, value: int) -> object:
        if isinstance(leaf, Aggregate):
            # What the unit adds on its own; a count of 1 and a blank look different, as they must.
            return self.readings.evaluate(leaf, {self.variable: value})
        assert isinstance(leaf, tuple)
        kind, name = leaf
        units = self._units(value)
        match kind:
            case "attribute":
                return tuple((c.values.get(name), name in c.values) for c, _ in units)
            case "sku":
                return tuple(c.sku for c, _ in units)
            case "quantity":
                return tuple(quantity for _, quantity in units)
            case "chosen":
                return bool(units)
            case _:
                return value

    def _units(self, value: int) -> Units:
        for layout in self.readings.layout.of.values():
            if isinstance(layout, SlotLayout) and self.variable in layout.variables:
                return layout.values[value]
        return ()


def _collect(
    node: Expression,
    readings: Readings,
    variable: int,
    leaves: dict[object, None],
    ranges: Mapping[str, tuple[str, ...]],
) -> None:
    """Gather what a node reads of the variable; `ranges` are the slots a bound name stands for."""

    def reads(place: str) -> bool:
        slots = ranges.get(place, (place,))
        return any(variable in readings.variables(slot) for slot in slots)

    match node:
        case AttributeOf(place=place, attribute=attribute) if reads(place):
            leaves.setdefault(("attribute", attribute))
        case ComponentIn(place=place) if reads(place):
            leaves.setdefault(("sku", ""))
        case QuantityIn(place=place) if reads(place):
            leaves.setdefault(("quantity", ""))
        case IsChosen(place=place) if reads(place):
            leaves.setdefault(("chosen", ""))
        case OptionValue(option=option) if reads(option):
            leaves.setdefault(("value", ""))
        case Aggregate(slots=slots, bound=bound):
            if not any(variable in readings.variables(slot) for slot in slots):
                ranges = {**ranges, bound: slots}
            elif separable(node):
                leaves.setdefault(node)
                return
            else:
                ranges = {**ranges, bound: slots}
                leaves.setdefault(("quantity", ""))
                leaves.setdefault(("chosen", ""))
        case _:
            pass
    for child in children(node):
        _collect(child, readings, variable, leaves, ranges)


def separable(node: Aggregate) -> bool:
    """Whether what a sum or count adds per unit depends on that unit alone, so that it can be taken apart."""
    inside = (node.argument, *((node.where,) if node.where else ()))
    alone = not any(set(places_of(part)) - {node.bound} for part in inside)
    return alone and node.function in {"sum", "count"}
