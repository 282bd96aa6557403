"""A made catalog and what an author may make of it."""

from attrs import frozen
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from hypothesis.vendor.pretty import RepresentationPrinter

from configurator.configurator import Configurator
from configurator.testing import CatalogSample, catalog_changes
from configurator.testing.made.catalogs import MadeCatalog, made_catalogs
from configurator.testing.made.dice import Dice


@frozen(eq=False)
class Edited:
    """Two versions of a catalog.

    Attributes:
        told: what a failing law shows of them.
    """

    old: Configurator
    new: Configurator
    told: str

    def _repr_pretty_(self, printer: RepresentationPrinter, cycle: bool) -> None:
        assert not cycle
        printer.text(self.told)


@st.composite
def edited_catalogs(draw: DrawFn) -> Edited:
    """A made catalog, and the same after some edits; now and then two that have only names in common."""
    first, dice = _sample(draw(made_catalogs(largest=60))), Dice(draw)
    if dice.chance(15):
        second = _sample(draw(made_catalogs(largest=60)))
        return Edited(first.configurator, second.configurator, f"{first!r}\n{second!r}")
    change = draw(catalog_changes(first))
    old, new = change.configurators
    told = f"{change.old!r}\n{change.new!r}"
    return Edited(new, old, told) if dice.chance(30) else Edited(old, new, told)


def _sample(catalog: MadeCatalog) -> CatalogSample:
    return CatalogSample(catalog.text(), catalog.files())
