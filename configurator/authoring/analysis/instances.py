"""Instances of assemblies in an analysis: what is so of each of them is said once, by the declared path."""

import re
from collections.abc import Iterator

from configurator.authoring.analysis.findings import FALSE_OPTIONAL, UNREACHABLE, Finding
from configurator.authoring.analysis.ground import Ground, within
from configurator.authoring.checks.instances import declared_path
from configurator.catalog.structure import AssemblyPlace
from configurator.csp.constraints import Constraint, LinearConstraint, LinearTerm
from configurator.lowering.layout import PlaceLayout, SlotLayout

_FURTHER = re.compile(r"\[(?!1\])\d+\]")


def is_first(key: str) -> bool:
    """Whether a place lies in no instance but first ones: what is so of one instance is so of all."""
    return not _FURTHER.search(key)


def key_of(layout: PlaceLayout) -> str:
    """The path of a place."""
    return layout.slot.key if isinstance(layout, SlotLayout) else layout.option.key


def surroundings(ground: Ground, layout: PlaceLayout) -> tuple[Constraint, ...]:
    """That the instance is there in which a place lies; nothing where it lies in none that may be absent."""
    place = ground.lowered.catalog.place_of[key_of(layout)]
    if place.within is None:
        return ()
    (presence,) = ground.lowered.layout.of[place.within].variables
    return (within(presence, (1,)),)


def can_be_there(ground: Ground, layout: PlaceLayout) -> bool:
    """Whether some valid configuration has the instance in which a place lies."""
    place = ground.lowered.catalog.place_of[key_of(layout)]
    if place.within is None:
        return True
    (presence,) = ground.lowered.layout.of[place.within].variables
    return 1 in ground.domains[presence]


def where_there(ground: Ground, layout: PlaceLayout) -> str:
    """` where it is there`, behind what is said of a place in an instance that may be absent."""
    place = ground.lowered.catalog.place_of[key_of(layout)]
    if place.within is None:
        return ""
    (presence,) = ground.lowered.layout.of[place.within].variables
    around = declared_path(place.within)
    return f" where `{around}` is chosen" if ground.domains[presence] != (1,) else ""


def _places(ground: Ground) -> Iterator[tuple[AssemblyPlace, list[int], tuple[Constraint, ...]]]:
    """Yield each place of assemblies that may vary, its options of presence, and what is around it."""
    layouts = ground.lowered.layout.of
    for place in ground.lowered.catalog.assemblies:
        own = [each.presence for each in place.instances if each.presence == each.prefix]
        if not own or not is_first(place.key):
            continue
        variables = [layouts[each].variables[0] for each in own]
        around: tuple[Constraint, ...] = ()
        if place.within is not None:
            (presence,) = layouts[place.within].variables
            if 1 not in ground.domains[presence]:
                # What is around it is never there, and that is told.
                continue
            around = (within(presence, (1,)),)
        yield place, variables, around


def _possible_count(
    ground: Ground,
    variables: list[int],
    bounds: tuple[int | None, int | None],
    around: tuple[Constraint, ...],
) -> tuple[bool, tuple[str, ...]]:
    """Whether so many instances can be there, and if not, by which rules."""
    terms = tuple(LinearTerm(variable, (0, 1)) for variable in variables)
    asked = ground.one_of(((LinearConstraint(terms, *bounds), *around),))
    if ground.possible(asked, ground.every) is not None:
        return True, ()
    return False, ground.ids(ground.because(asked, ground.every))


def too_many(ground: Ground) -> Iterator[Finding]:
    """Assemblies that are never there, or never as often as they may be, in catalog order."""
    for place, variables, around in _places(ground):
        name, most = declared_path(place.key), len(variables)
        if all(1 not in ground.domains[variable] for variable in variables):
            _, rules = _possible_count(ground, variables, (1, None), around)
            yield Finding(UNREACHABLE, f"`{name}` is never chosen", (name,), place.span.location, rules)
            continue
        reached = most
        because: tuple[str, ...] = ()
        while reached > 1:
            possible, found = _possible_count(ground, variables, (reached, None), around)
            if possible:
                break
            reached, because = reached - 1, found
        if reached < most:
            message = f"`{name}` may be chosen {most} times, and never is more than {_times(reached)}"
            yield Finding(UNREACHABLE, message, (name,), place.span.location, because)


def too_few(ground: Ground) -> Iterator[Finding]:
    """Assemblies that need not be there, or less often than they always are, in catalog order."""
    for place, variables, around in _places(ground):
        name, fewest = declared_path(place.key), place.minimum if place.repeated else 0
        reached = fewest
        because: tuple[str, ...] = ()
        while reached < len(variables):
            possible, found = _possible_count(ground, variables, (None, reached), around)
            if possible:
                break
            reached, because = reached + 1, found
        if reached > fewest:
            message = f"`{name}` may be absent, and never is"
            if fewest or reached > 1:
                message = f"`{name}` may be chosen {_times(fewest)}, and always is {_times(reached)} or more"
                if reached == len(variables):
                    message = f"`{name}` may be chosen {_times(fewest)}, and always is {_times(reached)}"
            yield Finding(FALSE_OPTIONAL, message, (name,), place.span.location, because)


def _times(count: int) -> str:
    return {0: "not at all", 1: "once", 2: "twice"}.get(count, f"{count} times")
