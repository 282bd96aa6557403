"""A catalog on one day as a constraint problem, with everything needed to read answers back."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from functools import cache, cached_property, partial

from attrs import field, frozen

from configurator.catalog.evaluation import Chosen, compiled
from configurator.catalog.expressions import IsChosen, ResourceValue
from configurator.catalog.model import Catalog
from configurator.catalog.rules import (
    Binding,
    Default,
    InstanceBinding,
    Resource,
    Restriction,
    Rule,
    VariantTable,
)
from configurator.catalog.structure import AssemblyPlace, Component, ProductOption, Slot
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
from configurator.csp.symmetries import InterchangeableBlocks, Symmetries
from configurator.csp.variables import Assignment
from configurator.lowering.conditions import (
    All,
    Any,
    Atom,
    ConditionLowering,
    asked_by_class,
    linear_constraint,
    merged,
    must_not_be,
)
from configurator.lowering.layout import Layout, OptionLayout, SetLayout, SlotLayout, ValueClasses, lay_out
from configurator.lowering.linear import resource_form
from configurator.lowering.origins import DefaultOrigin, RestrictionOrigin, StructureOrigin
from configurator.lowering.readings import Readings
from configurator.lowering.tables import lower_table

BOOLEAN = BooleanType()


@frozen(eq=False, slots=False)
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

    @cached_property
    def symmetries(self) -> Symmetries:
        """Which instances of assemblies may change places; empty where nothing is repeated."""
        return tuple(
            InterchangeableBlocks(blocks)
            for place in self.catalog.assemblies
            if len(blocks := instance_blocks(self.layout, place)) > 1
        )

    @property
    def restrictions(self) -> tuple[Restriction, ...]:
        """What restricts configurations on this day: everything in force but warnings and hints."""
        return tuple(r for r in self.catalog.restrictions if decides(r) and r.period.holds(self.as_of))


def instance_blocks(layout: Layout, place: AssemblyPlace) -> tuple[tuple[int, ...], ...]:
    """For each instance of an assembly its variables, the first for whether it is there."""
    return tuple(
        tuple(
            variable
            for key, found in layout.of.items()
            if key == instance.prefix or key.startswith(f"{instance.prefix}.")
            for variable in found.variables
        )
        for instance in place.instances
    )


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
    for assembly in catalog.assemblies:
        constraints.extend(instance_constraints(layout, assembly))
    for restriction in catalog.restrictions:
        if decides(restriction) and restriction.period.holds(as_of):
            constraints.extend(lower_restriction(restriction, layout))
    return ConstraintProblem(layout.variables, tuple(constraints))


# ---------------------------------------------------------------- structure


def structure_constraints(layout: Layout, place: Slot | ProductOption) -> Iterator[Constraint]:
    """What makes a mixed slot one multiset of the right size, and a set option one set of the right size.

    In an assembly, also that a place is empty exactly where that is not there (or may be empty by itself).
    """
    found = layout.of[place.key]
    origin = StructureOrigin(place.key)
    there: tuple[Literal, ...] = ()
    missing: tuple[Literal, ...] = ()
    if place.within is not None:
        (presence,) = layout.of[place.within].variables
        there, missing = (Literal(presence, frozenset({1})),), (Literal(presence, frozenset({0})),)
        for variable in found.variables:
            yield ClauseConstraint(merged((*there, Literal(variable, frozenset({0})))), origin)
    if isinstance(found, SlotLayout) and found.slot.cardinality.kind == "mixed":
        yield SortedConstraint(found.variables, origin)
    if isinstance(found, SlotLayout):
        filled = frozenset(value for value, units in enumerate(found.values) if units)
        mixed = found.slot.cardinality.kind == "mixed"
        if mixed or missing:
            for variable in found.variables[: found.slot.cardinality.minimum]:
                yield ClauseConstraint(merged((*missing, Literal(variable, filled))), origin)
    elif isinstance(found, SetLayout):
        terms = tuple(LinearTerm(variable, (0, 1)) for variable in found.variables)
        yield LinearConstraint(terms, found.option.minimum, found.option.maximum, missing, origin)
    elif found.option.may_be_empty:
        (variable,) = found.variables
        values = frozenset(range(1, len(found.values)))
        yield ClauseConstraint(merged((*missing, Literal(variable, values))), origin)


def instance_constraints(layout: Layout, place: AssemblyPlace) -> Iterator[Constraint]:
    """The fewest instances of an assembly, where what surrounds it is there."""
    presences = [instance.presence for instance in place.instances if instance.presence is not None]
    if not place.minimum or not place.repeated:
        return
    terms = tuple(LinearTerm(layout.of[presence].variables[0], (0, 1)) for presence in presences)
    missing: tuple[Literal, ...] = ()
    if place.within is not None:
        missing = (Literal(layout.of[place.within].variables[0], frozenset({0})),)
    yield LinearConstraint(terms, place.minimum, None, missing, StructureOrigin(place.key))


# ---------------------------------------------------------------- restrictions


def lower_restriction(restriction: Restriction, layout: Layout) -> Iterator[Constraint]:
    """Constraints that together say: the restriction is kept."""
    origin = RestrictionOrigin(restriction)
    readings = Readings(layout)
    match restriction:
        case Rule():
            yield from lower_rule(restriction, readings, origin)
        case VariantTable():
            for inside, missing in bound_readings(restriction.bindings, readings):
                yield from lower_table(restriction, inside, origin, absences(missing, inside, origin))
        case Resource():
            for inside, missing in bound_readings(restriction.bindings, readings):
                yield from lower_resource(restriction, inside, origin, absences(missing, inside, origin))


def absences(missing: tuple[Atom, ...], readings: Readings, origin: RestrictionOrigin) -> tuple[Literal, ...]:
    """The conditions under which something is not there, as literals."""
    found = (ConditionLowering(readings, origin).literal(atom) for atom in missing)
    return tuple(literal for literal in found if isinstance(literal, Literal))


def lower_rule(rule: Rule, readings: Readings, origin: RestrictionOrigin) -> Iterator[Constraint]:
    """Every clause, for every combination of units that `for each` may meet."""
    for inside, vacuous in bound_readings(rule.bindings, readings):
        lowering = ConditionLowering(inside, origin)
        for clause in rule.clauses:
            guards = (must_not_be(True, guard) for guard in clause.guards)
            yield from lowering.lower(_spread((*vacuous, *guards, must_not_be(False, clause.body))))


def bound_readings(
    bindings: Sequence[Binding | InstanceBinding], readings: Readings
) -> Iterator[tuple[Readings, tuple[Atom, ...]]]:
    """The readings once for everything that the names of some bindings may stand for.

    With them the conditions, one of which holds where it is not there: then nothing is said of it.
    """
    if not bindings:
        yield readings, ()
        return
    binding, *others = bindings
    if isinstance(binding, Binding):
        slot = readings.at(binding.slot)
        assert isinstance(slot, SlotLayout)
        for variable in slot.variables:
            missing = Atom(IsChosen(binding.name, chosen=False, type=BOOLEAN), never=False)
            inside = readings.binding(binding.name, slot, variable)
            yield from ((found, (missing, *more)) for found, more in bound_readings(others, inside))
        return
    for instance in binding.instances:
        inside = readings
        for name, prefix in zip(binding.names, (instance.prefix, *instance.outer), strict=False):
            inside = inside.inside(name, prefix)
        absent: tuple[Atom, ...] = ()
        if instance.presence is not None:
            absent = (Atom(IsChosen(instance.presence, chosen=False, type=BOOLEAN), never=False),)
        yield from ((found, (*absent, *more)) for found, more in bound_readings(others, inside))


def _spread(parts: "tuple[Atom | All | Any, ...]") -> "Atom | All | Any":
    """`guards or (a and b)` as `(guards or a) and (guards or b)`: narrower constraints, one each."""
    *guards, body = parts
    if not guards:
        return body
    if isinstance(body, All):
        return All(tuple(Any((*guards, part)) for part in body.parts))
    return Any(parts)


def lower_resource(
    resource: Resource,
    readings: Readings,
    origin: RestrictionOrigin,
    unless: tuple[Literal, ...] = (),
) -> Iterator[Constraint]:
    """Supply minus what is needed is not negative, and nothing of it is blank; unless a literal holds."""
    balance = resource_value(resource)
    form = resource_form(balance, readings)
    if form is None:
        excused = {literal.variable: literal.values for literal in unless}
        scope = tuple(sorted({*readings.scope(balance), *excused}))
        classes = tuple(
            ValueClasses.by(range(readings.size(variable)))
            if variable in excused
            else readings.classes((balance,), variable)
            for variable in scope
        )
        evaluate, read = compiled(balance), readings.reader((balance,))

        def balanced(values: tuple[int, ...]) -> bool:
            of = dict(zip(scope, values, strict=True))
            if any(of[variable] in allowed for variable, allowed in excused.items()):
                return True
            return _not_negative(evaluate(read(of)))

        yield asked_by_class(scope, classes, balanced, origin)
        return
    for literal in form.blank:
        known = frozenset(range(readings.size(literal.variable))) - literal.values
        yield ClauseConstraint(merged((Literal(literal.variable, known), *unless)), origin)
    yield from linear_constraint(form, 0, None, unless, origin)


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
