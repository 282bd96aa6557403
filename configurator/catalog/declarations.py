"""The stages that say what there is: families with their components, slots, options, assemblies."""

from collections.abc import Iterable, Mapping
from functools import cached_property

from configurator.catalog.assemblies import Assembly, Member, PlacedAssembly
from configurator.catalog.draft import Draft
from configurator.catalog.expansion import MOST_INSTANCES, expand
from configurator.catalog.families import build_family
from configurator.catalog.loading import Module
from configurator.catalog.structure import Cardinality, ProductOption, Slot
from configurator.catalog.type_expressions import MOST_VALUES, listed_values, range_domain
from configurator.catalog.values import BooleanType, EnumerationType, NumberType, SetType
from configurator.diagnostics.suggestion import did_you_mean
from configurator.syntax.expressions import Name
from configurator.syntax.nodes import (
    AssemblyDeclaration,
    FamilyDeclaration,
    OptionDeclaration,
    SlotDeclaration,
    Statement,
)
from configurator.syntax.nodes import Cardinality as CardinalityNode

MOST_UNITS = 1000
"""The most units a slot may hold."""


# ---------------------------------------------------------------- families, slots, options


def declare_families(draft: Draft) -> None:
    """Every family with its attributes and components."""
    for module, statement in draft.loaded.statements:
        if isinstance(statement, FamilyDeclaration):
            key = module.namespace + statement.name.text
            if key in draft.families:
                draft.error(
                    "E0302",
                    f"family `{key}` is declared twice",
                    statement.name.span,
                    help=(f"the other declaration is at {draft.families[key].span.location}",),
                )
                continue
            draft.families[key] = build_family(draft, module, statement)
    check_shared_components(draft)


def check_shared_components(draft: Draft) -> None:
    """The same SKU in two families is one stock item: the columns they share must agree."""
    seen: dict[str, tuple[str, Mapping[str, object]]] = {}
    for family in draft.families.values():
        for component in family.components:
            known = seen.get(component.sku)
            if known is None:
                seen[component.sku] = (family.key, component.values)
                continue
            other, values = known
            for name, value in component.values.items():
                if name in values and values[name] != value:
                    draft.error(
                        "E0507",
                        f"`{component.sku}` is in `{other}` and `{family.key}` with different `{name}`",
                        component.span,
                        help=(
                            "one SKU is one stocked thing: give the two the same values or different SKUs",
                        ),
                    )


def declare_places(draft: Draft) -> None:
    """Slots, options and assemblies, in catalog order, written out for every instance of an assembly."""
    declared = _Declarations(draft)
    for module, statement in draft.loaded.statements:
        declared.read(module, statement)
    declared.check_placed()
    expand(draft, declared.members, declared.assemblies)
    tell_unplaced(draft)


def tell_unplaced(draft: Draft) -> None:
    """Warn of assemblies that stand nowhere; of those inside others the others tell."""
    placed = {home.assembly for home in draft.homes.values()}
    for key, assembly in draft.assemblies.items():
        if key not in placed and not assembly.around and key not in draft.mistaken:
            name = key.rpartition(".")[2]
            draft.warning(
                "W0620",
                f"the assembly `{key}` stands nowhere",
                assembly.span,
                help=(f"say `choose` behind its name, or declare a slot: `slot … : {name} choose one`",),
            )


class _Declarations:
    """Reads what there is to choose as it is declared: the inside of an assembly once."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.members: dict[str, Member] = {}
        self.assemblies: dict[str, Assembly] = {}
        self._of_assemblies: list[tuple[PlacedAssembly, Module]] = []

    def read(self, module: Module, statement: Statement) -> None:
        """One statement."""
        match statement:
            case FamilyDeclaration(cardinality=cardinality) if cardinality is not None:
                self.slot(module, statement, statement.name.text, cardinality)
            case SlotDeclaration():
                self.slot(module, statement, statement.family.text, statement.cardinality)
            case OptionDeclaration():
                key = module.namespace + statement.name.text
                if self.draft.claim(key, "option", statement.name.span):
                    self.add(module, key, read_option(self.draft, key, statement))
            case AssemblyDeclaration():
                self.assembly(module, statement)
            case _:
                pass

    def add(self, module: Module, key: str, member: Member | None) -> None:
        """A slot, an option or a place for assemblies, where its statement stands; `None` for a wrong one."""
        if member is None:
            self.draft.mistaken.add(key)
        elif module.assembly:
            if module.assembly in self.assemblies:
                self.assemblies[module.assembly].members.append(member)
        else:
            self.members[member.key] = member

    def assembly(self, module: Module, node: AssemblyDeclaration) -> None:
        """An assembly, and where it says `choose`, its place."""
        key = module.namespace + node.name.text
        if not self.draft.claim(key, "assembly", node.name.span):
            return
        around = tuple(each.assembly for each in module.surroundings if each.assembly)
        self.assemblies[key] = Assembly(key, module.surroundings[-1], around, node.name.span)
        if node.cardinality is not None:
            self.place(module, node.name, title_of(node), key, node.cardinality)

    def slot(
        self,
        module: Module,
        node: FamilyDeclaration | SlotDeclaration,
        filled_from: str,
        cardinality: CardinalityNode,
    ) -> None:
        """A slot of a family, or a place for instances of an assembly that is declared elsewhere."""
        key = module.namespace + node.name.text
        # Assemblies that stand later in the text are not known yet.
        named = [each.namespace + filled_from for each in module.surroundings]
        assembly = next((found for found in named if found in self._assembly_keys), None)
        if isinstance(node, SlotDeclaration) and assembly is not None:
            if self.draft.claim(key, "assembly", node.name.span):
                self.place(module, node.name, title_of(node), assembly, cardinality)
            return
        if not self.draft.claim(key, "slot", node.name.span):
            return
        self.add(module, key, read_slot(self.draft, module, node, filled_from, cardinality))

    @cached_property
    def _assembly_keys(self) -> frozenset[str]:
        return frozenset(
            module.namespace + statement.name.text
            for module, statement in self.draft.loaded.statements
            if isinstance(statement, AssemblyDeclaration)
        )

    def place(
        self, module: Module, name: Name, title: str, assembly: str, cardinality: CardinalityNode
    ) -> None:
        """A place for instances of an assembly."""
        key = module.namespace + name.text
        if cardinality.kind in {"identical", "mixed"}:
            self.draft.error(
                "E0310",
                f"`{name.text}` holds assemblies: they are configured one by one",
                cardinality.span,
                help=(f"write `choose {cardinality.minimum}..{cardinality.maximum}`",),
            )
            self.draft.mistaken.add(key)
            return
        if cardinality.maximum > MOST_INSTANCES:
            self.draft.error(
                "E0310",
                f"`{name.text}` may hold {cardinality.maximum} instances; {MOST_INSTANCES} are the most",
                cardinality.span,
            )
            self.draft.mistaken.add(key)
            return
        repeated = cardinality.kind == "instances"
        placed = PlacedAssembly(
            key, title, assembly, cardinality.minimum, cardinality.maximum, repeated, name.span
        )
        self._of_assemblies.append((placed, module))
        self.add(module, key, placed)

    def check_placed(self) -> None:
        """What is declared inside an assembly means something only there."""
        for placed, module in self._of_assemblies:
            found = self.assemblies.get(placed.assembly)
            around = {each.assembly for each in module.surroundings}
            if found is not None and not around.issuperset(found.around):
                self.draft.error(
                    "E0332",
                    f"`{placed.assembly}` is declared inside `{found.around[0]}` and can stand only there",
                    placed.span,
                    help=(f"declare it beside `{found.around[-1]}` instead",),
                )


def title_of(node: FamilyDeclaration | SlotDeclaration | OptionDeclaration | AssemblyDeclaration) -> str:
    """The title written, else the name."""
    return node.title.value if node.title else node.name.text


def read_slot(
    draft: Draft,
    module: Module,
    node: FamilyDeclaration | SlotDeclaration,
    family_name: str,
    written: CardinalityNode,
) -> Slot | None:
    """One slot; its family must exist and its bounds be sensible."""
    name = node.name
    named = [each.namespace + family_name for each in module.surroundings]
    family = next((draft.families[key] for key in named if key in draft.families), None)
    if family is None:
        known = [key for each in module.surroundings for key in known_in(each.namespace, draft.families)]
        draft.error(
            "E0301", f"unknown family `{family_name}`", written.span, help=did_you_mean(family_name, known)
        )
        return None
    if written.kind == "instances":
        draft.error(
            "E0310",
            f"say how the components of `{name.text}` are chosen",
            written.span,
            help=(
                f"`choose {written.minimum}..{written.maximum} identical` for one component times a "
                "quantity, `mixed` for different ones",
            ),
        )
        return None
    if written.maximum > MOST_UNITS or written.maximum * len(family.components) > MOST_VALUES:
        draft.error("E0310", f"`{name.text}` may hold {written.maximum} units: too many", written.span)
        return None
    cardinality = Cardinality(written.kind, written.minimum, written.maximum)
    return Slot(module.namespace + name.text, title_of(node), family, cardinality, name.span)


def read_option(draft: Draft, key: str, node: OptionDeclaration) -> ProductOption | None:
    """One option with its possible values."""
    title, declared, span = title_of(node), node.type, node.name.span
    values = listed_values(draft, declared)
    match declared.kind:
        case "one of" | "ordered of":
            kind = EnumerationType(values, ordered=declared.kind == "ordered of")
            return ProductOption(key, title, kind, None, 0, 0, span)
        case "yesno":
            return ProductOption(key, title, BooleanType(), None, 0, 0, span)
        case "some":
            low, high = int(declared.minimum or 0), int(declared.maximum or 0)
            if low > len(values):
                draft.error("E0310", f"`{node.name.text}` has only {len(values)} elements", declared.span)
                return None
            return ProductOption(key, title, SetType(values), None, low, min(high, len(values)), span)
        case "whole" | "number" if declared.minimum is not None and declared.maximum is not None:
            bounds = range_domain(draft, declared)
            if bounds is None:
                return None
            dimension = bounds.unit.dimension if bounds.unit else ()
            kind_of_number = NumberType(dimension, whole=declared.kind == "whole")
            return ProductOption(key, title, kind_of_number, bounds, 0, 0, span)
        case _:
            draft.error(
                "E0304",
                f"`{declared.kind}` cannot be chosen from",
                declared.span,
                help=(
                    "an option is `one of { … }`, `some 0..2 of { … }`, `yesno`, `whole 0..10` "
                    "or `number 0..10 step 0.5`",
                ),
            )
            return None


def known_in(namespace: str, keys: Iterable[str]) -> list[str]:
    """Keys as they are written inside a namespace."""
    return [key.removeprefix(namespace) for key in keys if key.startswith(namespace)]
