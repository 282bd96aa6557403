"""How expressions read variables: which ones, and what they are worth on some of their values.

A family may hold thousands of components and yet only a few sockets. So nothing is asked for each value on
its own: the values of a variable are first put into *classes* by what an expression reads of them, and the
expression is then evaluated once per class. What an attribute looks like is remembered with the layout, for
all expressions that read it.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial

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
    standing_for,
)
from configurator.catalog.values import ABSENT, BLANK, Missing, Value
from configurator.lowering.layout import (
    Layout,
    OptionLayout,
    PlaceLayout,
    SetLayout,
    SlotLayout,
    ValueClasses,
)


@frozen(eq=False)
class Readings:
    """Expressions on a layout.

    Attributes:
        bound: the variable that stands for each name a rule's `for each` binds to a unit.
        prefixes: what the paths begin with of the instance that stands for each name bound to an instance.
    """

    layout: Layout
    bound: Mapping[str, tuple[SlotLayout, int]] = field(factory=dict)
    prefixes: Mapping[str, str] = field(factory=dict)

    def binding(self, name: str, slot: SlotLayout, variable: int) -> "Readings":
        """The same with a name bound to one variable of a slot."""
        return evolve(self, bound={**self.bound, name: (slot, variable)})

    def inside(self, name: str, prefix: str) -> "Readings":
        """The same with a name bound to the instance of an assembly whose places begin with a prefix."""
        return evolve(self, prefixes={**self.prefixes, name: prefix})

    def at(self, place: str) -> PlaceLayout:
        """The layout of a place, whose path may begin with a name that is bound to an instance."""
        while place.startswith("@"):
            name, dot, rest = place.partition(".")
            place = self.prefixes[name] + dot + rest
        return self.layout.of[place]

    def size(self, variable: int) -> int:
        """How many values a variable has."""
        return self.layout.variables[variable].size

    def variables(self, place: str) -> tuple[int, ...]:
        """The variables of a place or bound name."""
        if place in self.bound:
            return (self.bound[place][1],)
        found = self.at(place)
        if isinstance(found, SetLayout) and found.presence is not None:
            return (found.presence, *found.variables)
        return found.variables

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
        return compiled(expression)(self.reader((expression,))(values))

    def reader(self, expressions: tuple[Expression, ...]) -> Callable[[Mapping[int, int]], Chosen]:
        """Gives the part of a configuration that some expressions read, from values for variables.

        To be made once and called often.
        """
        slots: list[tuple[str, SlotLayout, tuple[int, ...]]] = []
        options: list[tuple[str, OptionLayout | SetLayout]] = []
        for place in dict.fromkeys(place for expression in expressions for place in places_of(expression)):
            if place in self.bound:
                layout, variable = self.bound[place]
                slots.append((place, layout, (variable,)))
                continue
            found = self.at(place)
            if isinstance(found, SlotLayout):
                slots.append((place, found, found.variables))
            else:
                options.append((place, found))
        return partial(_chosen, tuple(slots), tuple(options))

    # ------------------------------------------------------------ classes

    def classes(self, expressions: tuple[Expression, ...], variable: int) -> ValueClasses:
        """The values of a variable in classes that none of the expressions can tell apart."""
        leaves: dict[object, None] = {}
        for expression in expressions:
            _collect(expression, self, variable, leaves, {})
        return self._classes_by(leaves, variable)

    def worths(self, expression: Expression, variable: int) -> tuple[ValueClasses, tuple[Worth, ...]]:
        """What an expression is worth on each class of values of a variable, all other slots being empty."""
        classes = self.classes((expression,), variable)
        evaluate, read = compiled(expression), self.reader((expression,))
        return classes, tuple([evaluate(read({variable: value})) for value in classes.first])

    def _classes_by(self, leaves: Iterable[object], variable: int) -> ValueClasses:
        return ValueClasses.joint([self._looks(leaf, variable) for leaf in leaves], self.size(variable))

    def _looks(self, leaf: object, variable: int) -> ValueClasses:
        """The values of a variable by what a leaf shows of them: found once for each place."""
        place = self.layout.at[variable]
        if isinstance(leaf, Aggregate) and any(slot.startswith("@") for slot in leaf.slots):
            # A sum over a name that stands for something else in each binding: true of this binding alone.
            return self._shown(leaf, variable, place)
        # The positions of a mixed slot are alike.
        key = (leaf, place.variables[0] if isinstance(place, SlotLayout) else variable)
        known = self.layout.looks
        if key not in known:
            known[key] = self._shown(leaf, variable, place)
        return known[key]

    def _shown(self, leaf: object, variable: int, place: PlaceLayout) -> ValueClasses:
        if isinstance(leaf, Aggregate):
            return self._added(leaf, variable)
        assert isinstance(leaf, tuple)
        kind, name = leaf
        if not isinstance(place, SlotLayout) or kind == "value":
            return ValueClasses.by(range(self.size(variable)))
        match kind:
            case "attribute":
                return ValueClasses.by(
                    [tuple([c.values.get(name, BLANK) for c, _ in u]) for u in place.values]
                )
            case "sku":
                return ValueClasses.by([tuple([c.sku for c, _ in units]) for units in place.values])
            case "quantity":
                return ValueClasses.by([tuple([quantity for _, quantity in u]) for u in place.values])
            case _:
                return ValueClasses.by(map(bool, place.values))

    def _added(self, aggregate: Aggregate, variable: int) -> ValueClasses:
        """The values by what each adds to a sum or count on its own."""
        leaves: dict[object, None] = {("quantity", ""): None, ("chosen", ""): None}
        ranges = {aggregate.bound: aggregate.slots}
        for part in children(aggregate):
            _collect(part, self, variable, leaves, ranges)
        inside = self._classes_by(leaves, variable)
        evaluate, read = compiled(aggregate), self.reader((aggregate,))
        return inside.merged([evaluate(read({variable: value})) for value in inside.first])


def _chosen(
    slots: tuple[tuple[str, SlotLayout, tuple[int, ...]], ...],
    options: tuple[tuple[str, OptionLayout | SetLayout], ...],
    values: Mapping[int, int],
) -> Chosen:
    units: dict[str, Units] = {}
    for place, layout, variables in slots:
        if len(variables) == 1:
            (variable,) = variables
            units[place] = layout.values[values[variable]] if variable in values else ()
        else:
            units[place] = tuple(u for v in variables if v in values for u in layout.values[values[v]])
    return Chosen(units, {place: _option(found, values) for place, found in options})


def _option(layout: OptionLayout | SetLayout, values: Mapping[int, int]) -> Value | Missing:
    match layout:
        case OptionLayout(variables=(variable,), values=meanings):
            return meanings[values[variable]]
        case SetLayout(presence=presence) if presence is not None and not values.get(presence):
            return ABSENT
        case SetLayout(elements=elements, variables=variables):
            pairs = zip(elements, variables, strict=True)
            return frozenset(element for element, variable in pairs if values.get(variable))
        case _:
            raise AssertionError(layout)


# ---------------------------------------------------------------- what of a value matters


def _collect(
    node: Expression,
    readings: Readings,
    variable: int,
    leaves: dict[object, None],
    ranges: Mapping[str, tuple[str, ...]],
) -> None:
    """Gather what a node reads of the variable; `ranges` are the slots a bound name stands for."""

    def reads(place: str) -> bool:
        return any(variable in readings.variables(each) for each in standing_for(place, ranges))

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
        case Aggregate(instances=instances, bound=bound) if instances:
            ranges = {**ranges, bound: tuple(instance.prefix for instance in instances)}
            if any(reads(each.presence) for each in instances if each.presence is not None):
                leaves.setdefault(("chosen", ""))
        case Aggregate(slots=slots, bound=bound):
            inside = any(slot.partition(".")[0] in ranges for slot in slots)
            slots = tuple(each for slot in slots for each in standing_for(slot, ranges))
            if not any(variable in readings.variables(slot) for slot in slots):
                ranges = {**ranges, bound: slots}
            elif separable(node) and not inside:
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
    alone = not node.instances and not any(set(places_of(part)) - {node.bound} for part in inside)
    return alone and node.function in {"sum", "count"}
