"""The factors of a product: what a tester would vary, and in which levels.

| Place                    | Factors                              | Levels                            |
|--------------------------|--------------------------------------|-----------------------------------|
| slot of one, or optional | one                                  | its components, and `none`        |
| identical slot           | its component; how many of it        | components, `none`; numbers       |
| mixed slot               | for each component how many of it    | `0`, `1`, `2 or more`             |
| option, yesno            | one                                  | its values                        |
| option of a number       | one                                  | numbers                           |
| set option               | for each element whether it is in    | `no`, `yes`                       |
| assembly                 | how many instances, if that may vary | numbers; `0` and `1` for optional |

Numbers are levels each, as long as there are few (`MOST_NUMBERS`); of more the first two and the last two
are, and one level is for all in between. What is inside an assembly is a factor of an instance, any that is
there.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Literal

from attrs import define, field, frozen

from configurator.authoring.covering.factors import FactorProblem, FactorWriter, Reading
from configurator.catalog.structure import AssemblyPlace, Instance
from configurator.catalog.values import Missing, Number, format_number, format_value
from configurator.csp.problem import ConstraintProblem
from configurator.lowering.layout import Layout, OptionLayout, PlaceLayout, SetLayout, SlotLayout, is_outside
from configurator.lowering.product import LoweredProduct

MOST_NUMBERS = 8
"""Numbers of one place that are levels each; of more only those at the ends are."""

FactorKind = Literal["value", "quantity", "number", "element", "instances"]


@frozen
class CoveringFactor:
    """Something of a product that has one of some levels.

    Attributes:
        path: the place, as an author writes it; `cabinet.body` for the one of any cabinet.
        kind: `value` (what fills a slot or an option), `quantity` (how many of an identical slot's
            component), `number` (how many of one component a mixed slot holds), `element` (whether it is in a
            set), or `instances` (how many of an assembly there are).
        of: the component or element that a `number` or `element` is about; empty for the others.
        levels: what each is called, in catalog order; numbers ascending.
        grouped: whether they are so many numbers that those in the middle are one level.
    """

    path: str
    kind: FactorKind
    of: str
    levels: tuple[str, ...]
    grouped: bool = False

    @property
    def name(self) -> str:
        """What it is called: `cpu`, `number of memory`, `number of SSD-1T in drives`, `"quiet" in wishes`."""
        match self.kind:
            case "value":
                return self.path
            case "quantity" | "instances":
                return f"number of {self.path}"
            case "number":
                return f"number of {self.of} in {self.path}"
            case "element":
                return f'"{self.of}" in {self.path}'


@frozen(eq=False)
class ProductFactors:
    """A product's problem with its factors, and what they are called, in the same order."""

    problem: FactorProblem
    factors: tuple[CoveringFactor, ...]


@define
class _Found:
    """A factor on the way: what each instance shows of it."""

    factor: CoveringFactor
    look: str
    readings: dict[str, Reading] = field(factory=dict)


def product_factors(lowered: LoweredProduct, problem: ConstraintProblem) -> ProductFactors:
    """The factors of a product, in catalog order, laid into its problem.

    Args:
        lowered: the product on its day.
        problem: its problem, to which constraints may have been added.
    """
    layout = lowered.layout
    found: dict[tuple[str, FactorKind, str], _Found] = {}
    for place in _in_order(lowered):
        around = _around(place)
        for factor, reading in _factors_of(layout, place):
            look = _written(around or "")
            entry = found.setdefault((factor.path, factor.kind, factor.of), _Found(factor, look))
            entry.readings[around or ""] = reading
    kept = [each for each in found.values() if each.factor.levels]
    writer = FactorWriter(problem)
    looks = _add_looks(lowered, writer, {each.look for each in kept if each.look})
    for each in kept:
        instances = looks.get(each.look)
        if instances is None:
            writer.add(tuple(each.readings.values()), len(each.factor.levels))
        else:
            readings = tuple(each.readings[instance] for instance in instances.presences)
            writer.add(readings, len(each.factor.levels), instances.number)
    return ProductFactors(writer.written(), tuple(each.factor for each in kept))


def _in_order(lowered: LoweredProduct) -> Iterator[PlaceLayout | AssemblyPlace]:
    """The places, each assembly before what is inside its first instance."""
    first = {
        place.instances[0].prefix: place
        for place in lowered.catalog.assemblies
        if place.instances and has_own_presence(place.instances[0])
    }
    for key, found in lowered.layout.of.items():
        if key in first:
            yield first[key]
        place = lowered.catalog.place_of[key]
        if not getattr(place, "presence", False):
            yield found


def has_own_presence(instance: Instance) -> bool:
    """Whether an instance may be absent by itself, not only with what is around it."""
    return instance.presence == instance.prefix


def _around(place: PlaceLayout | AssemblyPlace) -> str | None:
    """The option that says whether the instance is there in which something stands, if it stands in one."""
    match place:
        case AssemblyPlace():
            return place.within
        case SlotLayout(slot=slot):
            return slot.within
        case OptionLayout(option=option) | SetLayout(option=option):
            return option.within


def _written(key: str) -> str:
    """A path as an author writes it: without the numbers of instances."""
    return re.sub(r"\[\d+\]", "", key)


# ---------------------------------------------------------------- factors


Told = tuple[CoveringFactor, Reading]


def _factors_of(layout: Layout, place: PlaceLayout | AssemblyPlace) -> Iterator[Told]:
    match place:
        case AssemblyPlace():
            yield from _assembly(layout, place)
        case SlotLayout():
            yield from _slot(place)
        case SetLayout(option=option, elements=elements, variables=variables):
            for element, variable in zip(elements, variables, strict=True):
                told = CoveringFactor(_written(option.key), "element", element, ("no", "yes"))
                yield told, Reading((variable,), None, (0, 1))
        case OptionLayout(option=option, variables=variables):
            levels, level_of = _option_levels(place)
            inside = sum(level is not None for level in level_of)
            told = CoveringFactor(_written(option.key), "value", "", levels, len(levels) < inside)
            yield told, Reading(variables, None, level_of)


def _assembly(layout: Layout, place: AssemblyPlace) -> Iterator[Told]:
    presences = [each.prefix for each in place.instances if has_own_presence(each)]
    if len(presences) != place.maximum or place.minimum == place.maximum:
        return
    levels, class_of = numbers_as_levels(range(place.minimum, place.maximum + 1), str)
    variables = tuple(layout.of[presence].variables[0] for presence in presences)
    reading = Reading(variables, (0, 1), (*[None] * place.minimum, *class_of))
    grouped = len(levels) < len(class_of)
    yield CoveringFactor(_written(place.key), "instances", "", levels, grouped), reading


def _slot(found: SlotLayout) -> Iterator[Told]:
    slot, path = found.slot, _written(found.slot.key)
    kind, most = slot.cardinality.kind, slot.cardinality.maximum
    if kind == "mixed":
        levels = ("0", "1", "2 or more" if most > 2 else "2")[: most + 1]
        for at, units in enumerate(found.values):
            if units:
                weights = tuple(int(value == at) for value in range(len(found.values)))
                level_of = tuple(min(number, 2) for number in range(most + 1))
                told = CoveringFactor(path, "number", units[0][0].sku, levels)
                yield told, Reading(found.variables, weights, level_of)
        return
    shown = [
        None if is_outside(found, value) else (units[0][0].sku if units else "none")
        for value, units in enumerate(found.values)
    ]
    names = tuple(dict.fromkeys(name for name in shown if name is not None))
    number_of = {name: level for level, name in enumerate(names)}
    reading = Reading(
        found.variables, None, tuple(None if each is None else number_of[each] for each in shown)
    )
    yield CoveringFactor(path, "value", "", names), reading
    if kind == "identical" and max(1, slot.cardinality.minimum) < most:
        amounts = range(max(1, slot.cardinality.minimum), most + 1)
        levels, class_of = numbers_as_levels(amounts, str)
        quantities = tuple(class_of[units[0][1] - amounts[0]] if units else None for units in found.values)
        told = CoveringFactor(path, "quantity", "", levels, len(levels) < len(amounts))
        yield told, Reading(found.variables, None, quantities)


def _option_levels(found: OptionLayout) -> tuple[tuple[str, ...], tuple[int | None, ...]]:
    values = [value for value in found.values if not isinstance(value, Missing)]
    outside: list[int | None] = [None] * (len(found.values) - len(values))
    if found.option.range is None:
        return tuple(format_value(value) for value in values), (*outside, *range(len(values)))
    unit = found.option.range.unit
    numbers: list[Number] = [value for value in values if isinstance(value, int | Fraction)]
    levels, class_of = numbers_as_levels(numbers, lambda number: format_number(number, unit))
    return levels, (*outside, *class_of)


def numbers_as_levels(
    numbers: Sequence[Number], told: Callable[[Number], str]
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Levels of ascending numbers, and for each number its level.

    Each is one, as long as there are few; else the two at either end and what is between them.
    """
    if len(numbers) <= MOST_NUMBERS:
        return tuple(map(told, numbers)), tuple(range(len(numbers)))
    ends = (numbers[0], numbers[1], numbers[-2], numbers[-1])
    between = f"{told(numbers[2])} to {told(numbers[-3])}"
    levels = (told(ends[0]), told(ends[1]), between, told(ends[2]), told(ends[3]))
    return levels, (0, 1, *[2] * (len(numbers) - 4), 3, 4)


# ---------------------------------------------------------------- looks


@frozen
class _Instances:
    """A look that was added: its number, and the options that say whether its instances are there."""

    number: int
    presences: tuple[str, ...]


def _add_looks(lowered: LoweredProduct, writer: FactorWriter, needed: set[str]) -> Mapping[str, _Instances]:
    """A look for each assembly whose insides are factors, an outer one before those within it."""
    presences: dict[str, list[str]] = {}
    for place in lowered.catalog.assemblies:
        for instance in place.instances:
            if has_own_presence(instance):
                presences.setdefault(_written(instance.prefix), []).append(instance.prefix)
    within = {key: lowered.catalog.place_of[key].within for keys in presences.values() for key in keys}
    wanted = set(needed)
    for path in reversed(presences):
        outer = within[presences[path][0]]
        if path in wanted and outer is not None:
            wanted.add(_written(outer))
    found: dict[str, _Instances] = {}
    for path, keys in presences.items():
        if path not in wanted:
            continue
        variables = tuple(lowered.layout.of[key].variables[0] for key in keys)
        outer = within[keys[0]]
        if outer is None:
            number = writer.add_look(variables, None, ())
        else:
            around = found[_written(outer)]
            places = {key: at for at, key in enumerate(around.presences, start=1)}
            number = writer.add_look(
                variables, around.number, tuple(places[str(within[key])] for key in keys)
            )
        found[path] = _Instances(number, tuple(keys))
    return found
