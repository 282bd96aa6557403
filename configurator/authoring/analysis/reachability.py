"""What can never be chosen, and what cannot be avoided: dead, unreachable, false optional, forced."""

from collections.abc import Iterator
from fractions import Fraction

from configurator.authoring.analysis.findings import (
    DEAD,
    ELSEWHERE,
    FALSE_OPTIONAL,
    FORCED,
    UNREACHABLE,
    Finding,
)
from configurator.authoring.analysis.ground import Ground, holding, lacking, within
from configurator.authoring.analysis.instances import (
    can_be_there,
    is_first,
    surroundings,
    too_few,
    too_many,
    where_there,
)
from configurator.authoring.checks.instances import declared_path
from configurator.catalog.evaluation import Worth
from configurator.catalog.structure import Component, ProductOption
from configurator.catalog.values import format_number, format_value
from configurator.csp.constraints import ClauseConstraint, Literal
from configurator.csp.negation import Alternative
from configurator.engines.engine import Unknown
from configurator.engines.switched import Possible
from configurator.errors import SearchLimitError
from configurator.explanation.conflict import listed
from configurator.lowering.layout import OptionLayout, SetLayout, SlotLayout, is_outside


def unreachable(ground: Ground) -> Iterator[Finding]:
    """Components in force and values of options that no valid configuration has, in catalog order."""
    slots = [found for found in ground.lowered.layout.of.values() if isinstance(found, SlotLayout)]
    living = {(found.slot.family.key, sku) for found in slots for sku in living_skus(ground, found)}
    told: set[tuple[str, str]] = set()
    yield from too_many(ground)
    for key, layout in ground.lowered.layout.of.items():
        if not is_first(key) or not can_be_there(ground, layout):
            continue
        match layout:
            case OptionLayout(option=option) if option.presence:
                continue
            case SlotLayout(slot=slot):
                here = living_skus(ground, layout)
                missing = [component for component in components(layout) if component.sku not in here]
                elsewhere = [each for each in missing if (slot.family.key, each.sku) in living]
                sharing = [each for each in slots if each.slot.family is slot.family]
                dead = [each for each in missing if each not in elsewhere]
                if dead and not here and not elsewhere and (slot.family.key, dead[0].sku) not in told:
                    told.update((slot.family.key, each.sku) for each in dead)
                    yield _always_empty(ground, sharing, dead)
                for component in missing:
                    if component not in elsewhere and (slot.family.key, component.sku) not in told:
                        told.add((slot.family.key, component.sku))
                        yield _dead(ground, sharing, component)
                if elsewhere:
                    yield _elsewhere(ground, layout, elsewhere)
            case OptionLayout():
                yield from _values(ground, layout)
            case SetLayout():
                yield from _elements(ground, layout)


def components(layout: SlotLayout) -> tuple[Component, ...]:
    """The components in force that the slot may hold, in catalog order, each once."""
    return tuple(dict.fromkeys(units[0][0] for units in layout.values if units))


def living_skus(ground: Ground, layout: SlotLayout) -> frozenset[str]:
    """The SKUs that the slot holds in some valid configuration."""
    held = (layout.values[value] for variable in layout.variables for value in ground.domains[variable])
    return frozenset(units[0][0].sku for units in held if units)


def _dead(ground: Ground, slots: list[SlotLayout], component: Component) -> Finding:
    because = _reason(ground, tuple((holding(slot, component.sku),) for slot in slots))
    message = f"`{component.sku}` is in no valid configuration{_told(component)}"
    return Finding(DEAD, message, (component.sku,), component.span.location, because)


def _always_empty(ground: Ground, slots: list[SlotLayout], dead: list[Component]) -> Finding:
    """That whole slots are always empty: one finding, not one for each component."""
    filled = tuple((_filled(slot),) for slot in slots)
    paths = tuple(dict.fromkeys(declared_path(slot.slot.key) for slot in slots))
    keys = listed([f"`{path}`" for path in paths])
    skus = tuple(component.sku for component in dead)
    message = f"{keys} {'is' if len(paths) == 1 else 'are'} always empty: "
    message += f"the only component, `{skus[0]}`, is" if len(skus) == 1 else f"all {len(skus)} components are"
    notes = () if len(skus) == 1 else (", ".join(skus),)
    location = slots[0].slot.span.location
    return Finding(
        DEAD, f"{message} in no valid configuration", skus, location, _reason(ground, filled), notes
    )


def _filled(layout: SlotLayout) -> ClauseConstraint:
    """That a slot holds anything."""
    values = frozenset(value for value, units in enumerate(layout.values) if units)
    return ClauseConstraint(tuple(Literal(variable, values) for variable in layout.variables))


def _elsewhere(ground: Ground, layout: SlotLayout, missing: list[Component]) -> Finding:
    key = declared_path(layout.slot.key)
    skus = tuple(component.sku for component in missing)
    because = _reason(ground, tuple((holding(layout, sku),) for sku in skus))
    if living_skus(ground, layout):
        message = f"`{key}` never holds {', '.join(skus)}: only other slots of the family do"
    else:
        message = f"`{key}` is always empty: only other slots of the family are filled"
    return Finding(ELSEWHERE, message, (key, *skus), layout.slot.span.location, because)


def _told(component: Component) -> str:
    return "" if component.title == component.sku else f" ({component.title})"


def _values(ground: Ground, layout: OptionLayout) -> Iterator[Finding]:
    (variable,) = layout.variables
    option, key = layout.option, declared_path(layout.option.key)
    real = {value for value in range(len(layout.values)) if not is_outside(layout, value)}
    missing = sorted(real - set(ground.domains[variable]))
    runs: list[list[int]] = []
    for value in missing:
        if option.range is not None and runs and runs[-1][-1] == value - 1:
            runs[-1].append(value)
        else:
            runs.append([value])
    for run in runs:
        because = _reason(ground, ((within(variable, run),),))
        ends = [told_value(option, layout.values[value]) for value in dict.fromkeys((run[0], run[-1]))]
        message = f"`{key}` is never {' to '.join(ends)}"
        yield Finding(UNREACHABLE, message, (key,), option.span.location, because)


def told_value(option: ProductOption, value: Worth) -> str:
    """A value of an option for people, numbers in the option's own unit."""
    if option.range is not None and isinstance(value, int | Fraction):
        return format_number(value, option.range.unit)
    return format_value(value)


def _elements(ground: Ground, layout: SetLayout) -> Iterator[Finding]:
    for element, variable in zip(layout.elements, layout.variables, strict=True):
        if 1 not in ground.domains[variable]:
            because = _reason(ground, ((within(variable, (1,)),),))
            key = declared_path(layout.option.key)
            message = f"`{key}` never has {element}"
            yield Finding(UNREACHABLE, message, (key, element), layout.option.span.location, because)


def _reason(ground: Ground, alternatives: tuple[Alternative, ...]) -> tuple[str, ...]:
    """The rules that rule all alternatives out."""
    return ground.ids(ground.because(ground.one_of(alternatives), ground.every))


# ---------------------------------------------------------------- what cannot be avoided


def unavoidable(ground: Ground) -> Iterator[Finding]:
    """Optional slots that are never empty, and what is in every valid configuration, in catalog order.

    What the declarations alone leave no choice about is not told.
    """
    yield from too_few(ground)
    for key, layout in ground.lowered.layout.of.items():
        if not is_first(key) or not can_be_there(ground, layout):
            continue
        match layout:
            case OptionLayout(option=option) if option.presence:
                continue
            case SlotLayout(slot=slot):
                if slot.cardinality.may_be_absent and _never_empty(ground, layout):
                    yield _false_optional(ground, layout)
                if len(components(layout)) > 1 or slot.cardinality.may_be_absent:
                    yield from _core(ground, layout)
            case OptionLayout():
                yield from _forced(ground, layout)
            case SetLayout():
                yield from _forced_elements(ground, layout)


def _forced(ground: Ground, layout: OptionLayout) -> Iterator[Finding]:
    """The one value that an option has wherever it has one."""
    (variable,) = layout.variables
    real = [value for value in range(len(layout.values)) if not is_outside(layout, value)]
    only = [value for value in ground.domains[variable] if value in real]
    if len(only) == 1 < len(real):
        key, option = declared_path(layout.option.key), layout.option
        because = _reason(ground, ((within(variable, set(real) - set(only)),),))
        value = told_value(option, layout.values[only[0]])
        message = f"`{key}` is always {value}{where_there(ground, layout)}"
        yield Finding(FORCED, message, (key,), option.span.location, because)


def _forced_elements(ground: Ground, layout: SetLayout) -> Iterator[Finding]:
    """Elements that a set has wherever it has any."""
    option, key = layout.option, declared_path(layout.option.key)
    around = surroundings(ground, layout)
    for element, variable in zip(layout.elements, layout.variables, strict=True):
        if option.minimum >= len(layout.elements) or 1 not in ground.domains[variable]:
            continue
        lacks = (within(variable, (0,)), *around)
        if around or ground.domains[variable] == (1,):
            asked = ground.one_of((lacks,))
            if ground.possible(asked, ground.every) is None:
                because = ground.ids(ground.because(asked, ground.every))
                message = f"`{key}` always has {element}{where_there(ground, layout)}"
                yield Finding(FORCED, message, (key, element), option.span.location, because)


def _never_empty(ground: Ground, layout: SlotLayout) -> bool:
    """Whether an optional slot is filled in every valid configuration that has what is around it."""
    if layout.slot.within is None:
        return not [value for value in ground.domains[layout.variables[0]] if not layout.values[value]]
    return ground.possible(ground.one_of((_empty(ground, layout),)), ground.every) is None


def _empty(ground: Ground, layout: SlotLayout) -> Alternative:
    """That a slot is empty although what is around it is there."""
    blanks = [value for value, units in enumerate(layout.values) if not units]
    empty = tuple(within(variable, blanks) for variable in layout.variables)
    return (*empty, *surroundings(ground, layout))


def _false_optional(ground: Ground, layout: SlotLayout) -> Finding:
    because = _reason(ground, (_empty(ground, layout),))
    slot, key = layout.slot, declared_path(layout.slot.key)
    message = f"`{key}` may be absent, and never is{where_there(ground, layout)}"
    return Finding(FALSE_OPTIONAL, message, (key,), slot.span.location, because)


def _core(ground: Ground, layout: SlotLayout) -> Iterator[Finding]:
    """Components that the slot holds in every valid configuration that has what is around it."""
    # What is in every configuration is in any one of them: a handful of candidates, not the whole family.
    around = surroundings(ground, layout)
    found = ground.one_of((around,)) if around else ground.rules.problem
    example = found.solve(ground.every, ground.limits)
    if isinstance(example, Unknown):
        raise SearchLimitError(example.reason)
    assert isinstance(example, Possible)
    key = declared_path(layout.slot.key)
    for component, _ in layout.units(example.witness):
        asked = ground.one_of(((*lacking(layout, component.sku), *around),))
        if ground.possible(asked, ground.every) is None:
            because = ground.ids(ground.because(asked, ground.every))
            message = f"`{key}` always holds `{component.sku}`{_told(component)}{where_there(ground, layout)}"
            yield Finding(FORCED, message, (key, component.sku), layout.slot.span.location, because)
