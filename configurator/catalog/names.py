"""What names mean: from a path as written to the slots, options and instances that it leads to."""

from collections.abc import Container, Iterator, Mapping

from attrs import field, frozen

from configurator.catalog.draft import Draft
from configurator.catalog.expansion import inside, own_name
from configurator.catalog.rules import Binding, InstanceBinding
from configurator.catalog.structure import AssemblyPlace, ComponentFamily, Instance, ProductOption, Slot
from configurator.diagnostics.suggestion import did_you_mean
from configurator.syntax.expressions import Name, PathReference


@frozen(eq=False)
class Scope:
    """Where an expression stands, and so what its names mean.

    Attributes:
        namespace: of the file, ending in a dot; empty for the catalog's own. Inside an assembly that of the
            instance that is spoken of.
        bound: names that `for each` binds, by the word written.
        instead: slots that stand for one of their units here, by key (inside an aggregate).
        columns: the bound unit whose columns may be named bare (inside an aggregate), or `None`.
        outer: the namespaces around the first one, from the inside out.
    """

    namespace: str
    bound: Mapping[str, str] = field(factory=dict)
    instead: Mapping[str, str] = field(factory=dict)
    columns: str | None = None
    outer: tuple[str, ...] = ()

    @property
    def namespaces(self) -> tuple[str, ...]:
        """Where a name is looked for, in this order."""
        return (self.namespace, *self.outer)


@frozen(eq=False)
class Reach:
    """Where a path leads that may go through assemblies of which there are several.

    Attributes:
        slots: the slots it leads to, one for each instance on the way.
        instances: the instances it leads to, or in which it names an option or a calc.
        word: the part of the path that leads there, as written.
        rest: what follows.
        assembly: the key of the assembly of the instances.
        several: whether there may be several: an assembly on the way is repeated.
    """

    slots: tuple[Slot, ...]
    instances: tuple[Instance, ...]
    word: str
    rest: tuple[Name, ...]
    assembly: str = ""
    several: bool = False


class Names:
    """Finds what paths of one catalog lead to, and binds names to units and instances."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._bound_families: dict[str, tuple[ComponentFamily, ...]] = {}
        self._counter = 0

    def families(self, place: str) -> tuple[ComponentFamily, ...]:
        """The families whose components may stand in a place."""
        if place in self._bound_families:
            return self._bound_families[place]
        slot = self._draft.place(place)
        assert isinstance(slot, Slot)
        return (slot.family,)

    def bind(self, families: tuple[ComponentFamily, ...], hint: str) -> str:
        """A fresh bound name for one unit of slots that these families fill."""
        self._counter += 1
        name = f"@{hint}{self._counter}"
        self._bound_families[name] = families
        return name

    def bind_instances(self, instances: tuple[Instance, ...], assembly: str, hint: str) -> InstanceBinding:
        """A fresh bound name for one instance of an assembly."""
        self._counter += 1
        name = f"@{hint}#{self._counter}"
        inside(self._draft, assembly, name, instances[0].outer)
        return InstanceBinding((name,), instances)

    def place(
        self, path: PathReference, scope: Scope
    ) -> tuple[Slot | ProductOption, tuple[Name, ...]] | None:
        """The slot or option at the beginning of a path, and what follows it; reports an unknown one."""
        found = self.at(path, scope)
        if found is None and self.tell_inside(path, scope):
            return None
        if found is None and not self.was_reported(path, scope):
            known = [key.removeprefix(scope.namespace) for key in self._draft.places]
            self._draft.error(
                "E0301",
                f"`{path.text}` is neither a slot nor an option",
                path.span,
                help=did_you_mean(path.text, known),
            )
        return found

    def assembly(self, path: PathReference, scope: Scope) -> str | None:
        """The key of the place of assemblies that a path names; `None` for one that names none."""
        keys = (key for key, rest in self.keys(path, scope) if not rest)
        return next((key for key in keys if key in self._draft.assembly_places), None)

    def at(self, path: PathReference, scope: Scope) -> tuple[Slot | ProductOption, tuple[Name, ...]] | None:
        """The slot or option at the beginning of a path, and what follows it; `None` for an unknown one."""
        for key, tail in self.keys(path, scope):
            place = self._draft.place(key)
            if place is not None and key not in self._draft.assembly_places:
                return place, tail
        return None

    def loop(self, path: PathReference, scope: Scope) -> tuple[Binding | InstanceBinding, ...] | None:
        """What `for each` binds for a path: units of a slot or instances of an assembly, the last binding.

        The others are for the instances on the way there. Reports a path that leads to neither.
        """
        names, namespaces = self._start(path, scope)
        for namespace in namespaces:
            found = self._loop(names, namespace, path)
            if found is not None:
                return found
        if self.was_reported(path, scope):
            return None
        known = known_names(self._draft, scope, {"slot", "assembly"})
        self._draft.error(
            "E0301", f"`{path.text}` is no slot", path.span, help=did_you_mean(path.text, known)
        )
        return None

    def _loop(
        self, names: tuple[Name, ...], namespace: str, path: PathReference
    ) -> tuple[Binding | InstanceBinding, ...] | None:
        for length in range(len(names), 0, -1):
            key = namespace + ".".join(name.text for name in names[:length])
            place = self._draft.place(key)
            if isinstance(place, Slot) and length == len(names):
                return (Binding(self.bind((place.family,), place.key), place.key),)
            assembly = self._draft.assembly_places.get(key)
            if assembly is None:
                continue
            binding = self.bind_instances(assembly.instances, assembly.assembly, names[length - 1].text)
            if length == len(names):
                return (binding,)
            inner = self._loop(names[length:], f"{binding.names[0]}.", path)
            return None if inner is None else (binding, *inner)
        return None

    def keys(self, path: PathReference, scope: Scope) -> Iterator[tuple[str, tuple[Name, ...]]]:
        """Every way to read the path's beginning as a key, the longest first, with what is left over."""
        names, namespaces = self._start(path, scope)
        for namespace in namespaces:
            for length in range(len(names), 0, -1):
                yield namespace + ".".join(name.text for name in names[:length]), names[length:]

    def _start(self, path: PathReference, scope: Scope) -> tuple[tuple[Name, ...], tuple[str, ...]]:
        """The names of a path that are to be looked for, and where, from the inside out."""
        names = path.names
        for length in range(len(names) - 1, 0, -1):
            bound = scope.bound.get(".".join(name.text for name in names[:length]))
            if bound in self._draft.homes:
                return names[length:], (f"{bound}.",)
        if names[0].text == "product" and len(names) > 1:
            return names[1:], ("",)
        return names, scope.namespaces

    def reach(self, path: PathReference, scope: Scope) -> Reach | None:
        """Where a path leads, through all instances on the way; `None` where to nothing."""
        names, namespaces = self._start(path, scope)
        before = len(path.names) - len(names)
        for namespace in namespaces:
            prefixes: tuple[str, ...] = (namespace,)
            instances: tuple[Instance, ...] = ()
            at, assembly, several = 0, "", False
            while at < len(names):
                found = self._step(names[at:], prefixes)
                if found is None:
                    break
                length, place = found
                keys = [p + ".".join(name.text for name in names[at : at + length]) for p in prefixes]
                at += length
                word = ".".join(name.text for name in path.names[: before + at])
                if isinstance(place, Slot):
                    slots = tuple(slot for key in keys if isinstance(slot := self._draft.place(key), Slot))
                    return Reach(slots, (), word, names[at:], several=several)
                if not isinstance(place, AssemblyPlace):
                    inner = ".".join(name.text for name in path.names[: before + at - length])
                    return Reach((), instances, inner, names[at - length :], assembly, several)
                instances = tuple(i for key in keys for i in self._draft.assembly_places[key].instances)
                prefixes, assembly = tuple(f"{each.prefix}." for each in instances), place.assembly
                several = several or place.repeated
                if at == len(names):
                    return Reach((), instances, word, (), assembly, several)
        return None

    def _step(
        self, names: tuple[Name, ...], prefixes: tuple[str, ...]
    ) -> tuple[int, Slot | ProductOption | AssemblyPlace | str] | None:
        """What the next names of a path lead to, and how many of them; the kind of what is no place."""
        if not prefixes:
            return None
        # The shortest first: an assembly on the way is not passed over.
        for length in range(1, len(names) + 1):
            key = prefixes[0] + ".".join(name.text for name in names[:length])
            found = self._draft.assembly_places.get(key) or self._draft.place(key)
            kind = self._draft.kind(key)
            if found is not None or kind in {"calc", "resource"}:
                return length, found or kind
        return None

    def was_reported(self, path: PathReference, scope: Scope) -> bool:
        """Whether the path names a slot or option whose declaration is wrong: one report is enough."""
        keys = (self._draft.declared(key) for key, _ in self.keys(path, scope))
        return any(key in self._draft.mistaken for key in keys)

    def starts_something(self, first: str, scope: Scope) -> bool:
        """Whether longer paths begin with a word."""
        prefixes = tuple(f"{self._draft.declared(namespace + first)}." for namespace in scope.namespaces)
        return first == "product" or any(key.startswith(prefixes) for key in self._draft.names)

    def is_column(self, path: PathReference, unit: str) -> bool:
        """Whether a path is a bare column of the unit that an aggregate looks at."""
        if len(path.names) != 1:
            return False
        name = path.names[0].text
        return name == "sku" or any(
            name in family.attributes for family in self._bound_families.get(unit, ())
        )

    def tell_inside(self, path: PathReference, scope: Scope) -> bool:
        """Report a path that leads into an assembly and to nothing there, or to several things."""
        for key, rest in self.keys(path, scope):
            place = self._draft.assembly_places.get(key)
            if place is None or not rest:
                continue
            inner = ".".join(name.text for name in rest)
            outer = path.text.removesuffix(f".{inner}")
            known = known_inside(self._draft, place.assembly)
            first = rest[0].text
            if place.repeated and first in known:
                self._draft.error(
                    "E0305",
                    f"`{path.text}` can occur several times",
                    path.span,
                    help=(f"say it of an instance: `{outer} = [{{ {inner} = … }}]`",),
                )
            else:
                help_lines = did_you_mean(first, known) or (f"it has: {', '.join(known)}",)
                self._draft.error("E0301", f"`{outer}` has no `{first}`", path.span, help=help_lines)
            return True
        return False

    def tell_several(self, path: PathReference, scope: Scope) -> bool:
        """Report a path that ends at an assembly, or leads through one of which there are several."""
        found = next(
            (
                (self._draft.assembly_places[key], tail)
                for key, tail in self.keys(path, scope)
                if key in self._draft.assembly_places
            ),
            None,
        )
        if found is None:
            return False
        place, tail = found
        written = path.text.removesuffix("".join(f".{name.text}" for name in tail))
        inner = ".".join(name.text for name in tail)
        if not tail:
            help_lines = (f"ask `{written} is chosen`, or `count({written})` for how many there are",)
            self._draft.error(
                "E0304", f"`{written}` is an assembly and has no value", path.span, help=help_lines
            )
        elif own_name(place.assembly) + "." in scope.namespaces:
            self._draft.error(
                "E0305",
                f"`{path.text}` can occur several times",
                path.span,
                help=(f"inside `{written}` write `{inner}`",),
            )
        elif not place.repeated:
            prefix = place.instances[0].prefix
            known = known_inside(self._draft, place.assembly)
            self._draft.error(
                "E0301",
                f"`{path.text}` does not exist",
                path.span,
                label=f"`{written}` has: {', '.join(known)}",
                help=did_you_mean(inner, known) if prefix else (),
            )
        else:
            self._draft.error(
                "E0305",
                f"`{path.text}` can occur several times",
                path.span,
                help=(
                    f"write a rule with `for each {written}`, or an aggregate: `sum({path.text})`, "
                    f"`count({written} where …)`",
                ),
            )
        return True

    def tell_hidden(self, path: PathReference, scope: Scope) -> None:
        """A bare column of what is counted hides a slot or option of its name."""
        keys = [namespace + path.text for namespace in scope.namespaces]
        kinds = [kind for kind in map(self._draft.kind, keys) if kind in {"slot", "option"}]
        if kinds:
            self._draft.hint(
                "W0706",
                f"`{path.text}` is the column of what is counted here, not the {kinds[0]} of that name",
                path.span,
                help=(
                    f"write the slot before it to make that plain, or `product.{path.text}` if you mean that",
                ),
            )


def told_path(key: str) -> str:
    """A path as an author writes it where it begins with a bound name: `glass`, or `door.glass` in a loop."""
    if not key.startswith("@"):
        return key
    name, _, rest = key.partition(".")
    word = name[1:].partition("#")[0] if "#" in name else ""
    return ".".join(part for part in (word, rest) if part)


def known_names(draft: Draft, scope: Scope, kinds: Container[str] | None = None) -> list[str]:
    """What may be named in a scope, as it is written there, from the inside out."""
    known = list(scope.bound)
    for namespace in scope.namespaces:
        start = f"{draft.declared(namespace + '_').removesuffix('_')}"
        known += [
            key.removeprefix(start)
            for key, (kind, _) in draft.names.items()
            if key.startswith(start) and (kinds is None or kind in kinds)
        ]
    return list(dict.fromkeys(known))


def known_inside(draft: Draft, assembly: str) -> list[str]:
    """What is declared inside an assembly, by name."""
    start = f"{assembly}."
    return [key.removeprefix(start) for key in draft.names if key.startswith(start)]
