"""Assemblies: written once, standing in many places.

What stands inside an assembly is declared once, under the assembly's own path (`bag.capacity`). For every
instance that a product may hold its places are written out (`bag[1].capacity`, `bag[2].capacity`), so that
whoever solves or explains sees nothing but slots and options. Rules inside it are not written out: they are
said of a *bound name* that stands for each instance in turn (`@bag.capacity`).
"""

from attrs import evolve, frozen

from configurator.catalog.assemblies import Assembly, Home, Member, PlacedAssembly
from configurator.catalog.draft import Draft
from configurator.catalog.loading import Module
from configurator.catalog.rules import InstanceBinding
from configurator.catalog.structure import AssemblyPlace, Instance, Place, ProductOption
from configurator.catalog.values import BooleanType
from configurator.source import Span

MOST_INSTANCES = 100
"""The most instances that one place of an assembly may hold."""
MOST_PLACES = 20_000
"""The most slots and options of a product, those inside assemblies counted for each instance."""


@frozen(eq=False)
class Contents:
    """Where places are written out to."""

    places: dict[str, Place]
    assemblies: dict[str, AssemblyPlace]
    homes: dict[str, Home]


class Expansion:
    """Writes out the places of assemblies, instance by instance."""

    def __init__(self, draft: Draft, assemblies: dict[str, Assembly], contents: Contents) -> None:
        self.draft = draft
        self.assemblies = assemblies
        self.contents = contents
        self._trail: list[str] = []

    def add(self, member: Member, key: str, within: str | None, around: dict[str, str]) -> None:
        """Write out one member under a path.

        Args:
            member: as declared.
            key: its path.
            within: the option that says whether what surrounds it is there.
            around: for the assemblies around it the prefix of the instance that is being written out.
        """
        if isinstance(member, PlacedAssembly):
            self._place(member, key, within, around)
        else:
            self.contents.places[key] = evolve(member, key=key, within=within)

    def _place(self, placed: PlacedAssembly, key: str, within: str | None, around: dict[str, str]) -> None:
        assembly = self.assemblies.get(placed.assembly)
        if assembly is None or not around.keys() >= set(assembly.around) or not self._fits(placed, assembly):
            return
        outer = tuple(around[each] for each in assembly.around)
        prefixes = [f"{key}[{at + 1}]" for at in range(placed.maximum)] if placed.repeated else [key]
        always = not placed.repeated and placed.minimum == 1
        instances = tuple(Instance(prefix, within if always else prefix, outer) for prefix in prefixes)
        self.contents.assemblies[key] = AssemblyPlace(
            key,
            placed.title,
            placed.assembly,
            placed.minimum,
            instances,
            placed.span,
            within,
            placed.repeated,
        )
        for at, instance in enumerate(instances):
            if not always:
                title = f"{placed.title} {at + 1}" if placed.repeated else placed.title
                self.contents.places[instance.prefix] = presence_option(
                    instance.prefix, title, placed.span, within
                )
            self.write_out(assembly, instance.prefix, instance.presence, around)

    def write_out(self, assembly: Assembly, prefix: str, within: str | None, around: dict[str, str]) -> None:
        """Write out the inside of one instance."""
        outer = tuple(around[each] for each in assembly.around)
        self.contents.homes[prefix] = Home(assembly.key, outer)
        self._trail.append(assembly.key)
        for member in assembly.members:
            name = member.key.removeprefix(f"{assembly.key}.")
            self.add(member, f"{prefix}.{name}", within, {**around, assembly.key: prefix})
        self._trail.pop()

    def _fits(self, placed: PlacedAssembly, assembly: Assembly) -> bool:
        if placed.assembly in self._trail:
            circle = " -> ".join([*self._trail[self._trail.index(placed.assembly) :], placed.assembly])
            self.draft.error("E0330", f"these assemblies contain each other: {circle}", placed.span)
            return False
        # Assemblies inside it are looked at when their turn comes.
        own = 1 + sum(not isinstance(member, PlacedAssembly) for member in assembly.members)
        if len(self.contents.places) + placed.maximum * own > MOST_PLACES:
            self.draft.error(
                "E0331",
                f"with `{placed.key}` the product has more than {MOST_PLACES:,} slots and options",
                placed.span,
                help=("allow fewer instances",),
            )
            return False
        return True


def presence_option(key: str, title: str, span: Span, within: str | None) -> ProductOption:
    """The option that says whether an instance is there."""
    return ProductOption(key, title, BooleanType(), None, 0, 0, span, within, presence=True)


def expand(draft: Draft, members: dict[str, Member], assemblies: dict[str, Assembly]) -> None:
    """Write out all places of the product, in catalog order."""
    draft.assemblies = assemblies
    contents = Contents(draft.places, draft.assembly_places, draft.homes)
    expansion = Expansion(draft, assemblies, contents)
    for key, member in members.items():
        expansion.add(member, key, None, {})


def inside(draft: Draft, assembly: str, name: str, outer: tuple[str, ...]) -> None:
    """Let a bound name stand for an instance of an assembly.

    Args:
        draft: the catalog.
        assembly: the key of the assembly.
        name: the bound name, beginning with `@` and without a dot.
        outer: bound names or prefixes of the instances around it, the nearest first.
    """
    if name in draft.homes:
        return
    found = draft.assemblies[assembly]
    contents = Contents(draft.bound_places, draft.assembly_places, draft.homes)
    # A rule is read of an instance that is there, so nothing inside it lacks its surroundings.
    around = dict(zip(found.around, outer, strict=False))
    Expansion(draft, draft.assemblies, contents).write_out(found, name, None, around)


def own_name(assembly: str) -> str:
    """The bound name by which what stands inside an assembly speaks of its own instance."""
    return "@" + assembly.replace(".", "/")


def enter(draft: Draft, module: Module) -> str:
    """The bound name by which statements inside an assembly speak of its instance, made ready."""
    keys = [each.assembly for each in module.surroundings if each.assembly]
    for at in range(len(keys), 0, -1):
        inside(draft, keys[at - 1], own_name(keys[at - 1]), tuple(map(own_name, keys[at:])))
    return own_name(module.assembly)


def namespaces_of(draft: Draft, prefix: str) -> tuple[str, ...]:
    """What names may begin with inside an instance, from the inside out."""
    home = draft.homes[prefix]
    module = draft.assemblies[home.assembly].module
    return (f"{prefix}.", *(f"{each}." for each in home.outer), module.namespace)


def bindings_inside(draft: Draft, module: Module) -> tuple[InstanceBinding, ...]:
    """What the bound names stand for with which a statement speaks; none outside of assemblies."""
    if not module.assembly:
        return ()
    keys = (module.assembly, *draft.assemblies[module.assembly].around)
    names = tuple(map(own_name, keys))
    return (InstanceBinding(names, instances_of(draft, module.assembly)),)


def instances_of(draft: Draft, assembly: str) -> tuple[Instance, ...]:
    """The instances of an assembly in the product, in catalog order."""
    return tuple(
        instance
        for place in draft.assembly_places.values()
        if place.assembly == assembly and not place.key.startswith("@")
        for instance in place.instances
    )
