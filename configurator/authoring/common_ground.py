"""Two versions of a catalog brought onto common ground: what both can say, in variables of its own.

Configurations are the same when every place holds the same: components with quantities, an option's value.
So the common ground has, for each place of both versions, the values that both know. What only one of
them knows (a component that is gone, a quantity beyond the other's bounds) is no part of it and is told
as a `Loss`. A place that only one version has

* counts as empty in the other, where it may be empty (an optional slot, a set that may be empty);
* otherwise is *left out*: configurations are compared on the other places. While no rule reads it, it only
  multiplies configurations, by its `factor`; where a rule does, it is `entangled`, and each of the `ways` to
  fill it makes another problem of the common ground.

Of an assembly that may be taken several times both have as many instances as the one that has fewer, and what
is beyond is absent. Which instance is which means nothing; so that one in the third place is not taken for
more than the other version has, those that are there come first in both: `present_first`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from math import prod

from attrs import define, evolve, field, frozen

from configurator.authoring.ways import MOST_WAYS, Way, comparable, fillings, identity, told_by
from configurator.catalog.evaluation import Chosen, Units
from configurator.catalog.structure import Place, Slot
from configurator.catalog.values import Missing, NumberType, Value
from configurator.configuration.product import PreparedProduct
from configurator.csp.constraints import (
    ClauseConstraint,
    Constraint,
    Literal,
    SortedConstraint,
    TableConstraint,
)
from configurator.csp.problem import ConstraintProblem
from configurator.csp.substitution import View, substituted
from configurator.csp.symmetries import InterchangeableBlocks, Symmetries
from configurator.csp.variables import Assignment, Variable
from configurator.lowering.layout import (
    Layout,
    OptionLayout,
    PlaceLayout,
    SetLayout,
    SlotLayout,
    lay_out,
)
from configurator.lowering.origins import RestrictionOrigin, StructureOrigin
from configurator.lowering.product import instance_blocks, lower_problem

Content = tuple[tuple[str, int], ...]
"""What fills a slot: SKUs with quantities, by SKU."""


@frozen(eq=False)
class Loss:
    """Something at one place that the other version has not.

    Attributes:
        constraints: over the version's own variables; together they say that it is chosen.
    """

    place: str
    constraints: tuple[Constraint, ...]


@frozen(eq=False)
class Side:
    """One version, seen from the common ground.

    Attributes:
        problem: of the version, over variables of its own.
        losses: what the other version has not.
        ways: to fill what is entangled, each with what the version then says about the common ground; those
            that say the same are one, and those that nothing else can be chosen with are none. `None`
            where they are too many.
        factor: how many ways there are to fill the places left out that no rule reads.
        left_out: the places that only this version has and that cannot be empty.
        entangled: those of them that rules read.
        unfillable: those of them that nothing can fill on the day, so that the version has no configuration.
    """

    product: PreparedProduct
    layout: Layout = field(repr=False)
    problem: ConstraintProblem = field(repr=False)
    losses: tuple[Loss, ...]
    ways: tuple[Way, ...] | None = field(repr=False)
    factor: int
    left_out: tuple[str, ...]
    entangled: tuple[str, ...]
    unfillable: tuple[str, ...]

    def problem_of(self, ways: Sequence[Way]) -> ConstraintProblem:
        """What all of these ways allow, at least one; the places are filled as the first of them does."""
        fixed = ways[0].fixed
        if not fixed:
            return self.problem
        told = {identity(constraint): constraint for way in ways for constraint in way.told}
        pins = (
            ClauseConstraint((Literal(variable, frozenset({value})),), StructureOrigin(key))
            for key in self.entangled
            for variable, value in fixed.items()
            if variable in self.layout.of[key].variables
        )
        others = (c for c in self.problem.constraints if fixed.keys().isdisjoint(c.scope))
        return ConstraintProblem(self.problem.variables, (*others, *told.values(), *pins))

    def lift(self, own: Assignment) -> Chosen:
        """What an assignment of the version stands for, components in the catalog's order."""
        units: dict[str, Units] = {}
        options = {}
        for key, layout in self.layout.of.items():
            if isinstance(layout, SlotLayout):
                units[key] = self._in_order(key, layout.units(own))
            else:
                options[key] = layout.value(own)
        return Chosen(units, options)

    def _in_order(self, key: str, units: Units) -> Units:
        if len(units) < 2:
            return units
        slot = self.product.catalog.place_of[key]
        assert isinstance(slot, Slot)
        order = {component.sku: at for at, component in enumerate(slot.family.components)}
        return tuple(sorted(units, key=lambda unit: order[unit[0].sku]))

    def filling(self, way: Way) -> Chosen:
        """What a way fills the entangled places with."""
        assignment = tuple(way.fixed.get(variable, 0) for variable in range(len(self.layout.variables)))
        units: dict[str, Units] = {}
        options: dict[str, Value | Missing] = {}
        for key in self.entangled:
            layout = self.layout.of[key]
            if isinstance(layout, SlotLayout):
                units[key] = self._in_order(key, layout.units(assignment))
            else:
                options[key] = layout.value(assignment)
        return Chosen(units, options)


PRESENT_FIRST = object()
"""The origin of what says nothing but which instance of an assembly is which."""


def present_first(symmetries: Symmetries) -> Iterator[Constraint]:
    """That of the instances of an assembly those that are there come first."""
    for group in symmetries:
        for before, after in pairwise(group.blocks):
            there, not_there = Literal(before[0], frozenset({1})), Literal(after[0], frozenset({0}))
            yield ClauseConstraint((there, not_there), PRESENT_FIRST)


def in_any_order(problem: ConstraintProblem) -> ConstraintProblem:
    """The problem as it is counted: instances are told apart by nothing."""
    return evolve(
        problem,
        constraints=tuple(each for each in problem.constraints if each.origin is not PRESENT_FIRST),
    )


def new_to(way: Way, other: Way) -> tuple[Constraint, ...]:
    """What a way says about the common ground and another one does not, in the first one's order."""
    said = set(filter(comparable, other.constraints))
    return tuple(c for c in way.constraints if not (comparable(c) and c in said))


@frozen(eq=False)
class CommonGround:
    """Two versions and what they can both say.

    Attributes:
        places: all of them: of the old version in its order, then those that only the new one has.
        symmetries: instances of assemblies that both have; but for `present_first` nothing tells them apart.
    """

    variables: tuple[Variable, ...] = field(repr=False)
    old: Side
    new: Side
    places: tuple[str, ...]
    symmetries: Symmetries = ()

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many values each variable has."""
        return tuple(variable.size for variable in self.variables)

    def problem_of(self, ways: Iterable[Way]) -> ConstraintProblem:
        """What all of these ways allow of what both versions can say, times the `factor` of each version."""
        said = {identity(constraint): constraint for way in ways for constraint in way.constraints}
        return ConstraintProblem(self.variables, tuple(said.values()))


def common_ground(old: PreparedProduct, new: PreparedProduct) -> CommonGround:
    """Bring two versions together. Cost: that of reading every constraint of both."""
    before, after = old.lowered.layout.of, _relaid(old, new).of
    entangled = (_entangled(old, before, after), _entangled(new, after, before))
    work = _Work(before, after, entangled)
    places = dict.fromkeys((*work.old, *work.new))
    for key in places:
        work.take(key)
    return work.finished(old, new)


def _relaid(old: PreparedProduct, new: PreparedProduct) -> Layout:
    """The new version's layout, with what both mixed slots hold in the old one's order.

    A multiset is written in ascending order, so both versions must agree on what ascends.
    """
    before, after = old.lowered.layout, new.lowered.layout
    places: list[Place] = []
    changed = False
    for place in new.catalog.places:
        layouts = before.of.get(place.key), after.of[place.key]
        if isinstance(place, Slot) and all(_is_mixed(layout) for layout in layouts):
            assert isinstance(layouts[0], SlotLayout)
            rank = {sku: at for at, sku in enumerate(_skus(layouts[0]))}
            known = [c for c in place.family.components if c.sku in rank]
            ordered = sorted(known, key=lambda component: rank[component.sku])
            if known != ordered:
                others = [c for c in place.family.components if c.sku not in rank]
                family = evolve(place.family, components=(*ordered, *others))
                places.append(evolve(place, family=family))
                changed = True
                continue
        places.append(place)
    return lay_out(tuple(places), new.lowered.as_of) if changed else after


# ---------------------------------------------------------------- work in progress


@define(eq=False)
class _Work:
    """The common ground while places are taken up; index 0 is the old version, 1 the new one."""

    old: Mapping[str, PlaceLayout]
    new: Mapping[str, PlaceLayout]
    entangled: tuple[tuple[str, ...], tuple[str, ...]]
    variables: list[Variable] = field(factory=list)
    views: tuple[dict[int, View], dict[int, View]] = field(factory=lambda: ({}, {}))
    losses: tuple[list[Loss], list[Loss]] = field(factory=lambda: ([], []))
    chains: tuple[list[SortedConstraint], list[SortedConstraint]] = field(factory=lambda: ([], []))
    left_out: tuple[list[str], list[str]] = field(factory=lambda: ([], []))

    def take(self, key: str) -> None:
        """Take up the place of that key."""
        before, after = self.old.get(key), self.new.get(key)
        if before is None or after is None or _sort(before) != _sort(after):
            for side, layout in enumerate((before, after)):
                if layout is not None:
                    self.alone(side, key, layout)
            return
        match before, after:
            case SetLayout(), SetLayout():
                self.sets(key, before, after)
            case SlotLayout(), SlotLayout() if _is_mixed(before) and _is_mixed(after):
                self.multisets(key, before, after)
            case SlotLayout(), SlotLayout() if _is_mixed(before) or _is_mixed(after):
                mixed = 0 if _is_mixed(before) else 1
                self.one_and_many(key, mixed, (before, after)[mixed], (before, after)[1 - mixed])
            case _:
                self.single(key, before, after)

    def add(self, name: str, size: int) -> int:
        """A new variable."""
        self.variables.append(Variable(name, size))
        return len(self.variables) - 1

    def lose(self, side: int, key: str, gone: Mapping[int, Sequence[int]]) -> None:
        """Note which values of which variables the other version has not."""
        literals = tuple(Literal(v, frozenset(values)) for v, values in gone.items() if values)
        if literals:
            self.losses[side].append(Loss(key, (ClauseConstraint(literals, StructureOrigin(key)),)))

    # ------------------------------------------------------------ places of both

    def single(self, key: str, before: PlaceLayout, after: PlaceLayout) -> None:
        """One variable in both."""
        of = [_meanings(layout) for layout in (before, after)]
        number = [{meaning: value for value, meaning in enumerate(meanings)} for meanings in of]
        common = [meaning for meaning in of[0] if meaning in number[1]]
        target = self.add(key, len(common))
        for side, layout in enumerate((before, after)):
            (variable,) = layout.variables
            self.views[side][variable] = View(target, tuple(number[side][meaning] for meaning in common))
            gone = [value for value, meaning in enumerate(of[side]) if meaning not in number[1 - side]]
            self.lose(side, key, {variable: gone})

    def sets(self, key: str, before: SetLayout, after: SetLayout) -> None:
        """Elements of both are variables; one that only one version has is out on common ground."""
        for element in before.elements:
            if element in after.elements:
                target = self.add(f"{key}:{element}", 2)
                for side, layout in enumerate((before, after)):
                    variable = layout.variables[layout.elements.index(element)]
                    self.views[side][variable] = View(target, (0, 1))
        for side, (layout, other) in enumerate(((before, after), (after, before))):
            pairs = zip(layout.elements, layout.variables, strict=True)
            own = [variable for element, variable in pairs if element not in other.elements]
            self.views[side].update(dict.fromkeys(own, View(None, (0,))))
            self.lose(side, key, dict.fromkeys(own, (1,)))

    def multisets(self, key: str, before: SlotLayout, after: SlotLayout) -> None:
        """Positions of both, as many as the shorter one has, and the components of both."""
        skus = [_skus(layout) for layout in (before, after)]
        common = [sku for sku in skus[0] if sku in set(skus[1])]
        length = min(len(before.variables), len(after.variables))
        targets = tuple(self.add(f"{key}[{at + 1}]", len(common) + 1) for at in range(length))
        for side, layout in enumerate((before, after)):
            number = {sku: value for value, sku in enumerate(skus[side], start=1)}
            values = (0, *(number[sku] for sku in common))
            gone = [number[sku] for sku in skus[side] if sku not in set(common)]
            lost: dict[int, Sequence[int]] = {}
            for at, variable in enumerate(layout.variables):
                inside = at < length
                self.views[side][variable] = View(targets[at], values) if inside else View(None, (0,))
                lost[variable] = gone if inside else range(1, len(layout.values))
            self.chains[side].append(SortedConstraint(targets, StructureOrigin(key)))
            self.lose(side, key, lost)

    def one_and_many(self, key: str, mixed: int, many: SlotLayout, one: SlotLayout) -> None:
        """A mixed slot in one version, one kind of component in the other: what both can hold."""
        number = {sku: value for value, sku in enumerate(_skus(many), start=1)}
        places = len(many.variables)
        contents = [_content(units) for units in one.values]
        held = [all(sku in number and amount <= places for sku, amount in found) for found in contents]
        common = [value for value, inside in enumerate(held) if inside]
        target = self.add(key, len(common))
        (variable,) = one.variables
        self.views[1 - mixed][variable] = View(target, tuple(common))
        self.lose(1 - mixed, key, {variable: [value for value, inside in enumerate(held) if not inside]})
        for at, position in enumerate(many.variables):
            filled = ([number[sku] for sku, amount in contents[value] if at < amount] for value in common)
            self.views[mixed][position] = View(target, tuple(found[0] if found else 0 for found in filled))
        known = {sku for value in common for sku, _ in contents[value]}
        amounts = {sum(amount for _, amount in contents[value]) for value in common}
        gone = [value for sku, value in number.items() if sku not in known]
        self.lose(mixed, key, dict.fromkeys(many.variables, gone))
        self.losses[mixed].extend(Loss(key, found) for found in _beyond(key, many, amounts))

    # ------------------------------------------------------------ places of one version

    def alone(self, side: int, key: str, layout: PlaceLayout) -> None:
        """A place that the other version has not."""
        empty = _emptiness(layout)
        if empty is not None:
            self.views[side].update({variable: View(None, (empty,)) for variable in layout.variables})
            sizes = [2 if isinstance(layout, SetLayout) else _size(layout) for _ in layout.variables]
            filled = [[value for value in range(size) if value != empty] for size in sizes]
            self.lose(side, key, dict(zip(layout.variables, filled, strict=True)))
            return
        self.left_out[side].append(key)
        if key in self.entangled[side]:
            return
        targets = []
        for at, variable in enumerate(layout.variables):
            size = 2 if isinstance(layout, SetLayout) else _size(layout)
            targets.append(self.add(f"{key}[{at + 1}]", size))
            self.views[side][variable] = View(targets[-1], tuple(range(size)))
        if _is_mixed(layout):
            self.chains[side].append(SortedConstraint(tuple(targets), StructureOrigin(key)))

    # ------------------------------------------------------------ the end

    def finished(self, old: PreparedProduct, new: PreparedProduct) -> CommonGround:
        """Read the constraints of both."""
        sides = [self.side(0, old, self.old), self.side(1, new, self.new)]
        places = tuple(dict.fromkeys((*self.old, *self.new)))
        return CommonGround(
            tuple(self.variables), sides[0], sides[1], places, tuple(self.symmetries(old, new))
        )

    def symmetries(self, old: PreparedProduct, new: PreparedProduct) -> Iterator[InterchangeableBlocks]:
        """The groups of variables for instances of assemblies that both versions have."""
        of_new = {place.key: place for place in new.catalog.assemblies}
        for place in old.catalog.assemblies:
            if place.key not in of_new:
                continue
            shared = min(place.maximum, of_new[place.key].maximum)
            blocks = instance_blocks(old.lowered.layout, place)[:shared]
            targets = [
                sorted(
                    {
                        view.target
                        for view in map(self.views[0].get, block)
                        if view and view.target is not None
                    }
                )
                for block in blocks
            ]
            if len(targets) > 1 and all(targets):
                yield InterchangeableBlocks(tuple(map(tuple, targets)))

    def side(self, side: int, product: PreparedProduct, of: Mapping[str, PlaceLayout]) -> Side:
        """One version, all its places taken up."""
        lowered = product.lowered
        layout, problem = lowered.layout, lowered.problem
        if of is not layout.of:
            layout = Layout(layout.variables, of)
            problem = lower_problem(product.catalog, lowered.as_of, layout)
        problem = problem.extended(tuple(present_first(lowered.symmetries)))
        left_out = {key: layout.of[key].combinations({}) for key in self.left_out[side]}
        entangled = self.entangled[side]
        return Side(
            product,
            layout,
            problem,
            tuple(self.losses[side]),
            self.ways(side, layout, problem),
            prod(max(1, ways) for key, ways in left_out.items() if key not in entangled),
            tuple(left_out),
            entangled,
            tuple(key for key, ways in left_out.items() if not ways),
        )

    def ways(self, side: int, layout: Layout, problem: ConstraintProblem) -> tuple[Way, ...] | None:
        """The ways to fill what is entangled; those of which one says what another does are one."""
        entangled = [variable for key in self.entangled[side] for variable in layout.of[key].variables]
        filled = fillings(problem, entangled)
        if filled is None:
            return None
        reading = [c for c in problem.constraints if not set(entangled).isdisjoint(c.scope)]
        found: dict[object, tuple[Mapping[int, int], tuple[Constraint, ...]]] = {}
        for each in filled:
            told = told_by(problem, reading, each)
            if told is not None:
                found.setdefault(frozenset(map(identity, told)), (each, told))
                if len(found) > MOST_WAYS:
                    return None
        untouched: dict[int, Constraint | None] = {}
        return tuple(self.way(side, problem, *each, untouched) for each in found.values())

    def way(
        self,
        side: int,
        problem: ConstraintProblem,
        fixed: Mapping[int, int],
        told: tuple[Constraint, ...],
        untouched: dict[int, Constraint | None],
    ) -> Way:
        """One way; what is said about other places is read only for the first of them."""
        views = tuple(
            View(None, (fixed[variable],)) if variable in fixed else self.views[side][variable]
            for variable in range(len(problem.variables))
        )
        sizes = [variable.size for variable in self.variables]
        said: list[Constraint | None] = [*self.chains[side]]
        for at, constraint in enumerate(problem.constraints):
            if not fixed.keys().isdisjoint(constraint.scope):
                said.append(substituted(constraint, views, sizes))
                continue
            if at not in untouched:
                untouched[at] = substituted(constraint, views, sizes)
            said.append(untouched[at])
        constraints = {identity(constraint): constraint for constraint in said if constraint is not None}
        return Way(fixed, told, views, tuple(constraints.values()))


def _entangled(
    product: PreparedProduct, own: Mapping[str, PlaceLayout], other: Mapping[str, PlaceLayout]
) -> tuple[str, ...]:
    """The places that only this version has, that cannot be empty, and that rules read."""
    alone = [
        key
        for key, layout in own.items()
        if (key not in other or _sort(layout) != _sort(other[key]))
        and _emptiness(layout) is None
        and layout.combinations({}) > 1
    ]
    ruled = _ruled(product.lowered.problem) if alone else frozenset()
    return tuple(key for key in alone if not ruled.isdisjoint(own[key].variables))


def _ruled(problem: ConstraintProblem) -> frozenset[int]:
    """The variables that a restriction says something about, on the common ground or off it."""
    sizes = tuple(variable.size for variable in problem.variables)
    views = tuple(View(variable, tuple(range(size))) for variable, size in enumerate(sizes))
    said = (
        substituted(constraint, views, sizes)
        for constraint in problem.constraints
        if isinstance(constraint.origin, RestrictionOrigin)
    )
    return frozenset(variable for found in said if found is not None for variable in found.scope)


# ---------------------------------------------------------------- places


def _is_mixed(layout: PlaceLayout | None) -> bool:
    return isinstance(layout, SlotLayout) and layout.slot.cardinality.kind == "mixed"


def _sort(layout: PlaceLayout) -> object:
    """What kind of thing fills the place: what fills places of different sorts is never the same."""
    if isinstance(layout, SlotLayout):
        return "slot"
    kind = layout.option.type
    return (type(kind), kind.dimension) if isinstance(kind, NumberType) else type(kind)


def _size(layout: SlotLayout | OptionLayout) -> int:
    return len(layout.values)


def _content(units: Units) -> Content:
    return tuple((component.sku, quantity) for component, quantity in units)


def _meanings(layout: PlaceLayout) -> list[object]:
    """What each value of a place's only variable stands for."""
    if isinstance(layout, SlotLayout):
        return [_content(units) for units in layout.values]
    assert isinstance(layout, OptionLayout)
    return list(layout.values)


def _skus(layout: SlotLayout) -> list[str]:
    """The components of a mixed slot, in the order of its values."""
    return [units[0][0].sku for units in layout.values if units]


def _emptiness(layout: PlaceLayout) -> int | None:
    """The value of each variable of an empty place; `None` for one that cannot be empty."""
    match layout:
        case SlotLayout(slot=slot):
            return 0 if slot.may_be_empty else None
        case SetLayout(option=option):
            return 0 if option.minimum == 0 or option.may_be_empty else None
        case OptionLayout(option=option):
            return 0 if option.presence or option.may_be_empty else None


def _beyond(key: str, many: SlotLayout, amounts: set[int]) -> Iterator[tuple[Constraint, ...]]:
    """Of a mixed slot: two kinds of components, and so many of them as the other version cannot hold."""
    origin, size = StructureOrigin(key), len(many.values)
    kinds = tuple(range(size))
    different = frozenset((low, high) for low in range(1, size) for high in range(low + 1, size))
    for pair in pairwise(many.variables):
        yield (TableConstraint(pair, (kinds, kinds), different, origin),)
    filled, blank = frozenset(range(1, size)), frozenset({0})
    for amount in range(len(many.variables) + 1):
        if amount not in amounts:
            last = many.variables[amount - 1 : amount] if amount else ()
            after = many.variables[amount : amount + 1]
            literals = [*(Literal(v, filled) for v in last), *(Literal(v, blank) for v in after)]
            yield tuple(ClauseConstraint((literal,), origin) for literal in literals)
