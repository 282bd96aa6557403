"""Choices about instances of assemblies, taken apart into choices about the places inside them.

`bag = [{ capacity = "B100" }, { material = leather }]` says that there are two bags, and something of each;
what it leaves out stays open. Written in the language or given by a program, it is taken apart in one way.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Generic, Protocol, TypeVar

from attrs import frozen

from configurator.catalog.choices import ChoiceProblem, OptionChoice, PlaceChoice, place_of
from configurator.catalog.structure import AssemblyPlace, Instance, Place, is_presence
from configurator.diagnostics.suggestion import did_you_mean

V = TypeVar("V")

_INDEXED = re.compile(r"([^\[\].]+)\[([^\[\]]*)\](.*)", re.DOTALL)


def add_choice(found: dict[str, PlaceChoice], choice: PlaceChoice) -> None:
    """Take a choice to others; what is said twice must agree.

    Raises:
        ChoiceProblem: something else was said about the place.
    """
    key = place_of(choice)
    if found.setdefault(key, choice) != choice:
        raise ChoiceProblem(f"`{key}` is chosen twice, and not alike")


def is_spoken_of(place: Place, found: Mapping[str, PlaceChoice]) -> bool:
    """Whether a place says if an instance is there of whose inside something was chosen: then it is."""
    start = f"{place.key}."
    return is_presence(place) and any(key.startswith(start) for key in found)


def is_missing(place: Place, found: Mapping[str, PlaceChoice]) -> bool:
    """Whether a place lies in an assembly that is, by what was chosen, not there."""
    if place.within is None:
        return False
    around = found.get(place.within)
    return not (isinstance(around, OptionChoice) and around.value is True)


@frozen
class Entry(Generic[V]):
    """What is said about a path inside an instance."""

    path: str
    value: V
    at_least: bool


class Shape(Protocol[V]):
    """How values are written."""

    def items(self, value: V) -> list[V] | None:
        """The items of a list; `None` for what is no list."""

    def entries(self, value: V) -> list[Entry[V]] | None:
        """What is said inside an instance; `None` for what says nothing of the kind."""

    def there(self, value: V) -> bool | None:
        """Whether an instance is there, where a value says just that: `yes`, `no`, `none`."""


@frozen(eq=False)
class Leaf(Generic[V]):
    """What is said about a slot or an option."""

    place: Place
    value: V
    at_least: bool


@frozen(eq=False)
class There:
    """Whether an instance is there: `presence` is the option that says so."""

    presence: str
    there: bool


@frozen(eq=False)
class InstanceChoices(Generic[V]):
    """Takes choices apart.

    Attributes:
        places: all slots and options by their paths.
        assemblies: where instances of assemblies stand, by their paths.
        shape: how values are written.
    """

    places: Mapping[str, Place]
    assemblies: Mapping[str, AssemblyPlace]
    shape: Shape[V]

    def parts(self, key: str, value: V, *, at_least: bool = False) -> Iterator[Leaf[V] | There]:
        """What a choice says, place by place; an instance before what is inside it.

        Raises:
            ChoiceProblem: the path does not exist, or the value does not fit an assembly.
        """
        assembly = self.assemblies.get(key)
        place = self.places.get(key)
        if assembly is not None:
            yield from self._assembly(assembly, value, at_least=at_least)
        elif is_presence(place):
            yield from self._instance(key, key, Instance(key, key), value)
        elif place is not None:
            yield Leaf(place, value, at_least)
        else:
            raise self.unknown(key, key)

    def unknown(self, key: str, path: str) -> ChoiceProblem:
        """The problem of a path that leads nowhere."""
        inside = self._unknown_inside(key)
        if inside is not None:
            return inside
        known = [*(k for k in self.places if "[" not in k), *(k for k in self.assemblies if "[" not in k)]
        known = list(dict.fromkeys(known))
        suggestion = did_you_mean(key, known)
        return ChoiceProblem(
            f"`{path}` is neither a slot nor an option", *(suggestion or (f"there are: {', '.join(known)}",))
        )

    def _unknown_inside(self, key: str) -> ChoiceProblem | None:
        """The problem of a path into an assembly; `None` for one that leads into none."""
        instances = {each.prefix: each for place in self.assemblies.values() for each in place.instances}
        at = max((n for n, sign in enumerate(key) if sign == "." and key[:n] in instances), default=-1)
        prefix, rest = key[: max(at, 0)], key[at + 1 :]
        found = _INDEXED.match(rest)
        around = f"{prefix}." if prefix else ""
        head = f"{around}{found[1]}" if found else ""
        if found and head in self.assemblies:
            # An instance beyond the last one is told apart from a slip of the pen.
            place = self.assemblies[head]
            if not place.repeated:
                told = f"`{head}` is one instance and has no number"
                return ChoiceProblem(told, f"write `{head}{found[3]}`")
            return ChoiceProblem(f"`{key}`: `{head}` is numbered from 1 to {place.maximum}")
        head = around + rest.partition(".")[0]
        if head in self.assemblies and self.assemblies[head].repeated and head != key:
            path = f"{self.assemblies[head].instances[0].prefix}{key[len(head) :]}"
            return ChoiceProblem(f"`{head}` is a list of instances", f"say it of one of them: `{path}`")
        if not prefix:
            return None
        start = f"{prefix}."
        known = [k.removeprefix(start) for k in (*self.places, *self.assemblies) if k.startswith(start)]
        known = [each for each in dict.fromkeys(known) if "[" not in each]
        suggestion = did_you_mean(rest, known)
        return ChoiceProblem(f"`{prefix}` has no `{rest}`", *(suggestion or (f"it has: {', '.join(known)}",)))

    def _assembly(self, place: AssemblyPlace, value: V, *, at_least: bool) -> Iterator[Leaf[V] | There]:
        if not place.repeated:
            (instance,) = place.instances
            yield from self._instance(place.key, place.key, instance, value)
            return
        items = [] if self.shape.there(value) is False else self.shape.items(value)
        if items is None:
            raise ChoiceProblem(
                f"`{place.key}` is a list of instances",
                f"write `[{{ … }}]`, `[]` for none; `{place.instances[0].prefix}` speaks of the first",
            )
        if len(items) > place.maximum:
            raise ChoiceProblem(f"`{place.key}` takes at most {place.maximum}, not {len(items)}")
        if len(items) < place.minimum and not at_least:
            raise ChoiceProblem(f"`{place.key}` takes at least {place.minimum}, not {len(items)}")
        for at, instance in enumerate(place.instances):
            if at < len(items):
                told = f"{place.key}[{at + 1}]"
                if self.shape.entries(items[at]) is None:
                    raise ChoiceProblem(f"`{told}` is an instance", "write `{ … }`, `{}` for any")
                yield from self._instance(place.key, told, instance, items[at])
            elif not at_least and instance.presence is not None:
                yield There(instance.presence, there=False)

    def _instance(self, key: str, told: str, instance: Instance, value: V) -> Iterator[Leaf[V] | There]:
        """One instance that is there or not, with what is said about its inside."""
        there, entries = self.shape.there(value), self.shape.entries(value)
        own = instance.presence == instance.prefix
        if there is None and entries is None:
            raise ChoiceProblem(f"`{told}` is an assembly", "write `{ … }` for what is inside it")
        if there is False and not own:
            raise ChoiceProblem(f"`{key}` cannot be left out")
        if own and instance.presence is not None:
            yield There(instance.presence, there is not False)
        for entry in entries or ():
            path = f"{instance.prefix}.{entry.path}"
            if path not in self.places and path not in self.assemblies:
                start = f"{instance.prefix}."
                inside = [
                    k.removeprefix(start) for k in (*self.places, *self.assemblies) if k.startswith(start)
                ]
                known = [each for each in dict.fromkeys(inside) if "[" not in each]
                raise ChoiceProblem(
                    f"`{told}` has no `{entry.path}`",
                    *(did_you_mean(entry.path, known) or (f"it has: {', '.join(known)}",)),
                )
            yield from self.parts(path, entry.value, at_least=entry.at_least)
