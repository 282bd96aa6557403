"""A catalog on one day as a constraint problem, with everything needed to read answers back."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from functools import cache, partial
from itertools import product as combinations

from attrs import field, frozen

from configurator.catalog.evaluation import Chosen, compiled
from configurator.catalog.expressions import IsChosen, ResourceValue
from configurator.catalog.model import Catalog
from configurator.catalog.rules import Default, Resource, Restriction, Rule, VariantTable
from configurator.catalog.structure import Component, ProductOption, Slot
from configurator.catalog.values import BooleanType, NumberType
from configurator.csp.constraints import (
    ClauseConstraint,
    Constraint,
    LinearConstraint,
    LinearTerm,
    Literal,
    SortedConstraint,
)
from configurator.csp.problem import ConstraintProblem
from configurator.csp.variables import Assignment
from configurator.lowering.conditions import (
    All,
    Any,
    Atom,
    ConditionLowering,
    asked_by_class,
    linear_constraint,
    must_not_be,
)
from configurator.lowering.layout import Layout, OptionLayout, SetLayout, SlotLayout, lay_out
from configurator.lowering.linear import resource_form
from configurator.lowering.origins import DefaultOrigin, RestrictionOrigin, StructureOrigin
from configurator.lowering.readings import Readings
from configurator.lowering.tables import lower_table

BOOLEAN = BooleanType()


@frozen(eq=False)
class LoweredProduct:
    """A catalog on one day, ready for engines.

    Attributes:
        as_of: the day; what is not in force on it has no value and no constraint.
        find_problem: lowers the rules at its first call, and remembers.
        known: what was worked out about it before; never wrong to work out twice.
    """

    catalog: Catalog
    as_of: date
    layout: Layout = field(repr=False)
    find_problem: Callable[[], ConstraintProblem] = field(repr=False)
    known: dict[str, object] = field(factory=dict, repr=False)

    @property
    def problem(self) -> ConstraintProblem:
        """Its solutions in ascending order are the valid configurations in catalog order.

        Found when it is first asked for: an engine that was compiled before needs the layout alone.
        """
        return self.find_problem()

    def lift(self, assignment: Assignment) -> Chosen:
        """What an assignment stands for."""
        units = {}
        options = {}
        for key, found in self.layout.of.items():
            if isinstance(found, SlotLayout):
                units[key] = found.units(assignment)
            else:
                options[key] = found.value(assignment)
        return Chosen(units, options)

    @property
    def restrictions(self) -> tuple[Restriction, ...]:
        """What restricts configurations on this day: everything in force but warnings and hints."""
        return tuple(r for r in self.catalog.restrictions if decides(r) and r.period.holds(self.as_of))


def decides(restriction: Restriction) -> bool:
    """Whether breaking it makes a configuration invalid."""
    return not isinstance(restriction, Rule) or restriction.severity == "error"


def lower_product(catalog: Catalog, as_of: date) -> LoweredProduct:
    """Lower everything in force on a day; its rules when its problem is first asked for.

    Cost: for each rule the number of classes it tells apart.
    """
    layout = lay_out(catalog.places, as_of)
    return LoweredProduct(catalog, as_of, layout, cache(partial(lower_problem, catalog, as_of, layout)))


def lower_problem(catalog: Catalog, as_of: date, layout: Layout) -> ConstraintProblem:
    """Variables and constraints of everything in force on a day."""
    constraints: list[Constraint] = []
    for place in catalog.places:
        constraints.extend(structure_constraints(layout, place))
    for restriction in catalog.restrictions:
        if decides(restriction) and restriction.period.holds(as_of):
            constraints.extend(lower_restriction(restriction, layout))
    return ConstraintProblem(layout.variables, tuple(constraints))


# ---------------------------------------------------------------- structure


def structure_constraints(layout: Layout, place: Slot | ProductOption) -> Iterator[Constraint]:
    """What makes a mixed slot one multiset of the right size, and a set option one set of the right size."""
    found = layout.of[place.key]
    origin = StructureOrigin(place.key)
    if isinstance(found, SlotLayout) and found.slot.cardinality.kind == "mixed":
        yield SortedConstraint(found.variables, origin)
        filled = frozenset(range(1, len(found.values)))
        for variable in found.variables[: found.slot.cardinality.minimum]:
            yield ClauseConstraint((Literal(variable, filled),), origin)
    elif isinstance(found, SetLayout):
        terms = tuple(LinearTerm(variable, (0, 1)) for variable in found.variables)
        yield LinearConstraint(terms, found.option.minimum, found.option.maximum, (), origin)


# ---------------------------------------------------------------- restrictions


def lower_restriction(restriction: Restriction, layout: Layout) -> Iterator[Constraint]:
    """Constraints that together say: the restriction is kept."""
    origin = RestrictionOrigin(restriction)
    readings = Readings(layout)
    match restriction:
        case Rule():
            yield from lower_rule(restriction, readings, origin)
        case VariantTable():
            yield from lower_table(restriction, readings, origin)
        case Resource():
            yield from lower_resource(restriction, readings, origin)


def lower_rule(rule: Rule, readings: Readings, origin: RestrictionOrigin) -> Iterator[Constraint]:
    """Every clause, for every combination of units that `for each` may meet."""
    layouts = [readings.layout.of[binding.slot] for binding in rule.bindings]
    slots = [layout for layout in layouts if isinstance(layout, SlotLayout)]
    # Where there is no unit, the rule says nothing.
    vacuous = tuple(
        Atom(IsChosen(binding.name, chosen=False, type=BOOLEAN), False) for binding in rule.bindings
    )
    for variables in combinations(*(slot.variables for slot in slots)):
        inside = readings
        for binding, slot, variable in zip(rule.bindings, slots, variables, strict=True):
            inside = inside.binding(binding.name, slot, variable)
        lowering = ConditionLowering(inside, origin)
        for clause in rule.clauses:
            guards = (must_not_be(True, guard) for guard in clause.guards)
            yield from lowering.lower(_spread((*vacuous, *guards, must_not_be(False, clause.body))))


def _spread(parts: "tuple[Atom | All | Any, ...]") -> "Atom | All | Any":
    """`guards or (a and b)` as `(guards or a) and (guards or b)`: narrower constraints, one each."""
    *guards, body = parts
    if not guards:
        return body
    if isinstance(body, All):
        return All(tuple(Any((*guards, part)) for part in body.parts))
    return Any(parts)


def lower_resource(resource: Resource, readings: Readings, origin: RestrictionOrigin) -> Iterator[Constraint]:
    """Supply minus what is needed is not negative, and nothing of it is blank."""
    balance = resource_value(resource)
    form = resource_form(balance, readings)
    if form is None:
        scope = readings.scope(balance)
        classes = tuple(readings.classes((balance,), variable) for variable in scope)
        evaluate, read = compiled(balance), readings.reader((balance,))

        def balanced(values: tuple[int, ...]) -> bool:
            return _not_negative(evaluate(read(dict(zip(scope, values, strict=True)))))

        yield asked_by_class(scope, classes, balanced, origin)
        return
    for literal in form.blank:
        known = frozenset(range(readings.size(literal.variable))) - literal.values
        yield ClauseConstraint((Literal(literal.variable, known),), origin)
    yield from linear_constraint(form, 0, None, (), origin)


def resource_value(resource: Resource) -> ResourceValue:
    """`resource.left` as an expression."""
    kind = resource.supply[0].expression.type
    assert isinstance(kind, NumberType)
    return ResourceValue(resource.supply, resource.demand, resource.factor, "left", kind, resource.unit)


def _not_negative(left: object) -> bool:
    return isinstance(left, int | Fraction) and left >= 0


# ---------------------------------------------------------------- defaults


def default_constraints(lowered: LoweredProduct, default: Default) -> tuple[Constraint, ...] | None:
    """Constraints that say: the default is kept wherever its condition is true.

    `None` when it can never be: its component is not in force on the day.
    """
    layout = lowered.layout.of[default.place]
    lowering = ConditionLowering(Readings(lowered.layout), DefaultOrigin(default))
    literals = default_literals(layout, default)
    if literals is None:
        return None
    found: list[Constraint] = []
    for literal in literals:
        if default.guard is None:
            found.append(ClauseConstraint((literal,), DefaultOrigin(default)))
        else:
            found.extend(lowering.lower(must_not_be(True, default.guard), (literal,)))
    return tuple(found)


def default_literals(
    layout: SlotLayout | OptionLayout | SetLayout, default: Default
) -> tuple[Literal, ...] | None:
    """What the default's place must take, variable by variable."""
    match layout:
        case SlotLayout():
            return unit_literals(layout, default.units)
        case OptionLayout(variables=(variable,), values=values):
            return (Literal(variable, frozenset({list(values).index(default.value)})),)
        case SetLayout():
            assert isinstance(default.value, frozenset)
            return set_literals(layout, default.value, exact=True)
        case _:
            raise AssertionError(layout)


def set_literals(layout: SetLayout, value: frozenset[str], *, exact: bool) -> tuple[Literal, ...]:
    """The elements that are in, and (if exact) that the others are not."""
    pairs = zip(layout.elements, layout.variables, strict=True)
    return tuple(
        Literal(variable, frozenset({int(element in value)}))
        for element, variable in pairs
        if exact or element in value
    )


def unit_literals(layout: SlotLayout, units: Sequence[tuple[str, int | None]]) -> tuple[Literal, ...] | None:
    """What a slot's variables must take for exactly these units; a quantity of `None` is open.

    `None` when a component is not in force.
    """
    if layout.slot.cardinality.kind == "mixed":
        return _position_literals(layout, units)
    (variable,) = layout.variables
    if not units:
        return (Literal(variable, frozenset(v for v, found in enumerate(layout.values) if not found)),)
    ((sku, quantity),) = units
    values = frozenset(
        value for value, found in enumerate(layout.values) if found and _matches(found[0], sku, quantity)
    )
    return (Literal(variable, values),) if values else None


def _matches(unit: tuple[Component, int], sku: str, quantity: int | None) -> bool:
    return unit[0].sku == sku and quantity in {None, unit[1]}


def _position_literals(
    layout: SlotLayout, units: Sequence[tuple[str, int | None]]
) -> tuple[Literal, ...] | None:
    value_of = {found[0][0].sku: value for value, found in enumerate(layout.values) if found}
    values: list[int] = []
    for sku, quantity in units:
        if sku not in value_of:
            return None
        values += [value_of[sku]] * (quantity or 1)
    values = sorted(values) + [0] * (len(layout.variables) - len(values))
    return tuple(
        Literal(variable, frozenset({value}))
        for variable, value in zip(layout.variables, values, strict=True)
    )
