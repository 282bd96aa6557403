"""Assemblies and modules with a name: what stands inside, and what their instances hold."""

from collections.abc import Mapping, Sequence

from attrs import evolve, field, frozen

from configurator.testing.made.expressions import Made, Site
from configurator.testing.made.products import (
    NUMBER_COLUMNS,
    WORD_COLUMNS,
    Filling,
    MadeColumn,
    MadeComponent,
    MadeFamily,
    MadeOption,
    MadePlace,
    MadeSlot,
)
from configurator.testing.made.writing import filling_text


@frozen(eq=False)
class Group:
    """An assembly, or a module with a name, as something that is chosen.

    Attributes:
        low: fewest instances.
        high: most instances; a module is there once.
        many: whether it is spoken of as several.
        calcs: what is computed inside.
        groups: those inside.
    """

    name: str
    low: int
    high: int
    many: bool
    places: tuple[MadePlace, ...]
    calcs: tuple[Made, ...] = ()
    groups: tuple["Group", ...] = ()

    @property
    def family(self) -> MadeFamily:
        """Its instances as components whose columns are its options and calcs."""
        names = [*(place.name for place in self.places), *(calc.text for calc in self.calcs)]
        known = {*NUMBER_COLUMNS, *WORD_COLUMNS, "«flag»", "«tags»"}
        columns = {
            name: MadeColumn(name, NUMBER_COLUMNS.get(name, ""), blanks=False)
            for name in names
            if name in known
        }
        return MadeFamily("", columns, (), instances=True)

    def deeper(self, path: str = "", *, several: bool = False) -> list[MadeSlot]:
        """What may be run over, by path: itself where there are several, and slots inside."""
        own, start = f"{path}{self.name}", f"{path}{self.name}."
        several = several or self.many
        found = [MadeSlot(own, self.family, "mixed", self.low, self.high)] if self.many else []
        found += [
            evolve(place, name=f"{start}{place.name}", kind="mixed" if several else place.kind)
            for place in self.places
            if isinstance(place, MadeSlot)
        ]
        return [*found, *(slot for group in self.groups for slot in group.deeper(start, several=several))]

    def sites(self, *, rooted: bool, path: str = "") -> list[Site]:
        """Slots inside of which a path may speak."""
        start = f"{path}{self.name}."
        if self.many:
            return []
        found = [
            Site(f"{start}{place.name}", f"{start}{place.name}", (place.family,), rooted=rooted)
            for place in self.places
            if isinstance(place, MadeSlot) and place.single
        ]
        return [*found, *(site for group in self.groups for site in group.sites(rooted=rooted, path=start))]

    def options(self, path: str = "") -> list[MadeOption]:
        """Options inside of which a path may speak."""
        start = f"{path}{self.name}."
        if self.many:
            return []
        found = [evolve(o, name=f"{start}{o.name}") for o in self.places if isinstance(o, MadeOption)]
        return [*found, *(option for group in self.groups for option in group.options(start))]

    def asked(self, path: str = "") -> list[str]:
        """The paths of which may be asked whether something is there."""
        if self.many:
            return []
        own = [f"{path}{self.name}"] if self.low == 0 else []
        return [*own, *(name for group in self.groups for name in group.asked(f"{path}{self.name}."))]


@frozen(eq=False)
class Planted:
    """One instance of a group in the planted configuration.

    Attributes:
        values: what its places and calcs are.
        inside: the instances of the groups inside, by name.
    """

    values: Mapping[str, Filling]
    inside: Mapping[str, tuple["Planted", ...]] = field(factory=dict)


def held(group: Group, instances: Sequence[Planted], path: str = "") -> dict[str, Filling]:
    """What everything in a group holds, by path; of what is there several times, all of it together."""
    own = f"{path}{group.name}"
    found: dict[str, Filling] = {own: tuple((_as_component(at, one), 1) for at, one in enumerate(instances))}
    for place in group.places:
        found[f"{own}.{place.name}"] = _together([one.values[place.name] for one in instances])
    for inner in group.groups:
        each = [held(inner, one.inside[inner.name], f"{own}.") for one in instances]
        for key in held(inner, (), f"{own}."):
            found[key] = _together([one[key] for one in each])
    return found


def _as_component(at: int, planted: Planted) -> MadeComponent:
    values = {name: value for name, value in planted.values.items() if not isinstance(value, tuple)}
    return MadeComponent(str(at), values)


def _together(fillings: Sequence[Filling]) -> Filling:
    """One filling as it is; of several the units, of options nothing."""
    if len(fillings) == 1:
        return fillings[0]
    return tuple(unit for filling in fillings if isinstance(filling, tuple) for unit in filling)


def planted_text(group: Group, instances: Sequence[Planted]) -> str:
    """Instances as a choice."""
    texts = [_instance_text(group, one) for one in instances]
    if group.many:
        return f"[{', '.join(texts)}]"
    return texts[0] if texts else "none"


def _instance_text(group: Group, planted: Planted) -> str:
    parts = [f"{place.name} = {filling_text(place, planted.values[place.name])}" for place in group.places]
    parts += [f"{one.name} = {planted_text(one, planted.inside[one.name])}" for one in group.groups]
    return f"{{ {', '.join(parts)} }}" if parts else "{ }"
