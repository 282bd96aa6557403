"""Families that choke: slots in which few components carry nearly all configurations."""

from collections.abc import Iterator
from fractions import Fraction

from configurator.authoring.analysis.findings import CHOKE, ComponentShare, FamilyShares, Finding, RuleWeight
from configurator.authoring.analysis.ground import Ground
from configurator.authoring.analysis.reachability import components
from configurator.catalog.judgement import places_read
from configurator.catalog.structure import Slot
from configurator.configuration.product import compiled_product
from configurator.engines.diagram.walks.counting import count, counts_by_value
from configurator.engines.engine import Unknown
from configurator.errors import SearchLimitError
from configurator.lowering.layout import SlotLayout

CARRIED = Fraction(9, 10)
"""A slot chokes if a small part of its components carries this share of the configurations."""
SMALL_PART = Fraction(1, 4)
"""Which part of the components in force is small."""
FEWEST = 4
"""Components in force below which a slot is no matter of shares."""


def family_shares(ground: Ground) -> Iterator[FamilyShares]:
    """In how many configurations each component in force is, slot by slot, in catalog order.

    Raises:
        SearchLimitError: the catalog could not be compiled without sums outside the diagram.
    """
    found = compiled_product(ground.product, "shares of components", ground.limits)
    if isinstance(found, Unknown):
        raise SearchLimitError(found.reason)
    if found.compiled.side_sums:
        raise SearchLimitError("a sum stays outside the diagram, so that shares cannot be told")
    everything = count(found.compiled, {}, ground.limits)
    for layout in ground.lowered.layout.of.values():
        if not isinstance(layout, SlotLayout):
            continue
        shares = {component.sku: 0 for component in components(layout)}
        if layout.slot.cardinality.kind == "mixed":
            for sku in shares:
                others = frozenset(
                    at for at, units in enumerate(layout.values) if not units or units[0][0].sku != sku
                )
                without = dict.fromkeys(layout.variables, others)
                shares[sku] = everything - count(found.compiled, without, ground.limits)
        else:
            (variable,) = layout.variables
            by_value = counts_by_value(found.compiled, variable, {}, ground.limits)
            for units, number in zip(layout.values, by_value.tolist(), strict=True):
                if units:
                    shares[units[0][0].sku] += int(number)
        ranked = sorted(shares.items(), key=lambda pair: -pair[1])
        yield FamilyShares(layout.slot.key, tuple(ComponentShare(sku, number) for sku, number in ranked))


def choking(
    ground: Ground, families: tuple[FamilyShares, ...], weights: tuple[RuleWeight, ...], configurations: int
) -> Iterator[Finding]:
    """The slots that choke, in catalog order.

    A slot with at least four components in force chokes if at most a quarter of them carry at least nine
    tenths of the configurations that fill it. Mixed slots are left out: there one configuration has
    several components.
    """
    for found in families:
        slot = ground.lowered.catalog.place_of[found.slot]
        filled = sum(share.configurations for share in found.components)
        mixed = isinstance(slot, Slot) and slot.cardinality.kind == "mixed"
        if mixed or len(found.components) < FEWEST or not filled:
            continue
        carried, few = 0, 0
        while carried < CARRIED * filled:
            carried += found.components[few].configurations
            few += 1
        if few > SMALL_PART * len(found.components):
            continue
        rarest = found.components[-1]
        names = ", ".join(share.component for share in found.components[:few])
        message = (
            f"`{found.slot}`: {few} of {len(found.components)} components carry "
            f"{percent(carried, filled)} of the configurations that fill it: {names}"
        )
        notes = [f"the rarest, {rarest.component}, is in {rarest.configurations:,} of {configurations:,}"]
        heavy = _heaviest(ground, found.slot, weights)
        if heavy is not None:
            notes.append(f"what refuses most there alone: {heavy.rule} {heavy.alone:,}")
        yield Finding(CHOKE, message, (found.slot,), slot.span.location, notes=tuple(notes))


def _heaviest(ground: Ground, slot: str, weights: tuple[RuleWeight, ...]) -> RuleWeight | None:
    """The restriction that reads the slot and refuses most alone."""
    reading = {each.key for each in ground.rules.restrictions if slot in places_read(each)}
    known = [w for w in weights if w.rule in reading and isinstance(w.alone, int) and w.alone]
    return max(known, key=lambda weight: weight.alone if isinstance(weight.alone, int) else 0, default=None)


def percent(part: int, whole: int) -> str:
    """`97.3 %`, rounded down: no more is claimed than there is."""
    tenths = part * 1000 // whole
    return f"{tenths // 10}.{tenths % 10} %"
