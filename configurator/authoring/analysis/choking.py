"""Families that choke: slots in which few components carry nearly all configurations."""

from collections.abc import Iterator
from fractions import Fraction

from configurator.authoring.analysis.findings import CHOKE, ComponentShare, FamilyShares, Finding, RuleWeight
from configurator.authoring.analysis.ground import Ground
from configurator.authoring.analysis.reachability import components, living_skus
from configurator.catalog.judgement import places_read
from configurator.catalog.structure import Slot
from configurator.configuration.product import counted_product
from configurator.csp.variables import Assumptions
from configurator.engines.diagram.search import DiagramSearch
from configurator.engines.diagram.walks.counting import counts_by_value
from configurator.engines.engine import Unknown
from configurator.engines.unordered_diagram import CountedForm
from configurator.errors import SearchLimitError
from configurator.lowering.layout import SlotLayout

CARRIED = Fraction(9, 10)
"""A slot chokes if a small part of its components carries this share of the configurations."""
SMALL_PART = Fraction(1, 4)
"""Which part of the living components is small."""
FEWEST = 4
"""Living components below which a slot is no matter of shares."""


def family_shares(ground: Ground) -> Iterator[FamilyShares]:
    """In how many configurations each component in force is, slot by slot, in catalog order.

    Where one sum stays outside the diagram, such as a budget, each component is counted by itself.

    Raises:
        SearchLimitError: a limit was reached, or the catalog cannot be compiled.
    """
    found = counted_product(ground.product, "shares of components", ground.limits)
    if isinstance(found, Unknown):
        raise SearchLimitError(found.reason)
    if len(found.compiled.side_sums) > 1:
        # Each count would be a search of its own, and there is one for each component.
        raise SearchLimitError("several sums stay outside the diagram, so that shares cannot be told")
    # Of an assembly that may be taken several times one instance tells what all do.
    later = {v for group in ground.lowered.symmetries for block in group.blocks[1:] for v in block}
    for layout in ground.lowered.layout.of.values():
        if isinstance(layout, SlotLayout) and later.isdisjoint(layout.variables):
            shares = _shares(found, layout, ground)
            ranked = sorted(shares.items(), key=lambda pair: -pair[1])
            yield FamilyShares(layout.slot.key, tuple(ComponentShare(sku, number) for sku, number in ranked))


def _shares(compiled: CountedForm, layout: SlotLayout, ground: Ground) -> dict[str, int]:
    """By SKU, in how many configurations it is in a slot."""
    shares = {component.sku: 0 for component in components(layout)}
    living = living_skus(ground, layout)
    if layout.slot.cardinality.kind == "mixed":
        everything, every = _counted(compiled, {}, ground), frozenset(range(len(layout.values)))
        for sku in filter(living.__contains__, shares):
            without = dict.fromkeys(layout.variables, every - _holding(layout, sku))
            shares[sku] = everything - _counted(compiled, without, ground)
        return shares
    (variable,) = layout.variables
    if compiled.compiled.side_sums or not isinstance(compiled, DiagramSearch):
        # Up to order: in how many configurations some instance of the assembly has the component.
        for sku in filter(living.__contains__, shares):
            shares[sku] = _counted(compiled, {variable: _holding(layout, sku)}, ground)
        return shares
    by_value = counts_by_value(compiled.compiled, variable, {}, ground.limits)
    for units, number in zip(layout.values, by_value.tolist(), strict=True):
        if units:
            shares[units[0][0].sku] += int(number)
    return shares


def _holding(layout: SlotLayout, sku: str) -> frozenset[int]:
    """The values of a slot that hold a component."""
    return frozenset(value for value, units in enumerate(layout.values) if units and units[0][0].sku == sku)


def _counted(compiled: CountedForm, assumptions: Assumptions, ground: Ground) -> int:
    found = compiled.count(assumptions, ground.limits)
    if isinstance(found, Unknown):
        raise SearchLimitError(found.reason)
    return found


def choking(
    ground: Ground, found: FamilyShares, weights: tuple[RuleWeight, ...], configurations: int
) -> Finding | None:
    """That a slot chokes; `None` where it does not.

    A slot with at least four components that can be chosen chokes if at most a quarter of them carry at
    least nine tenths of the configurations that fill it. Dead components are told elsewhere. Mixed slots
    are left out: there one configuration has several components.
    """
    slot = ground.lowered.catalog.place_of[found.slot]
    shares = tuple(share for share in found.components if share.configurations)
    if len(shares) < FEWEST or (isinstance(slot, Slot) and slot.cardinality.kind == "mixed"):
        return None
    filled = sum(share.configurations for share in shares)
    carried, few = 0, 0
    while carried < CARRIED * filled:
        carried += shares[few].configurations
        few += 1
    if few > SMALL_PART * len(shares):
        return None
    rarest = shares[-1]
    names = ", ".join(share.component for share in shares[:few])
    message = (
        f"`{found.slot}`: {few} of {len(shares)} components carry "
        f"{percent(carried, filled)} of the configurations that fill it: {names}"
    )
    notes = [f"the rarest, {rarest.component}, is in {rarest.configurations:,} of {configurations:,}"]
    heavy = _heaviest(ground, found.slot, weights)
    if heavy is not None:
        notes.append(f"what refuses most there alone: {heavy.rule} {heavy.alone:,}")
    return Finding(CHOKE, message, (found.slot,), slot.span.location, notes=tuple(notes))


def _heaviest(ground: Ground, slot: str, weights: tuple[RuleWeight, ...]) -> RuleWeight | None:
    """The restriction that reads the slot and refuses most alone."""
    reading = {each.key for each in ground.rules.restrictions if slot in places_read(each)}
    known = [w for w in weights if w.rule in reading and isinstance(w.alone, int) and w.alone]
    return max(known, key=lambda weight: weight.alone if isinstance(weight.alone, int) else 0, default=None)


def percent(part: int, whole: int) -> str:
    """`97.3 %`, rounded down: no more is claimed than there is."""
    tenths = part * 1000 // whole
    return f"{tenths // 10}.{tenths % 10} %"
