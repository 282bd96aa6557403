"""A random price for a made catalog, with what it means."""

from collections.abc import Callable
from fractions import Fraction

from attrs import field, frozen
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from configurator.testing.made.catalogs import MadeCatalog, Statement
from configurator.testing.made.dice import Dice
from configurator.testing.made.products import MadeOption, MadeSlot, Scene

Amount = Fraction | None
"""What something adds; `None` where that is not known."""
Term = tuple[str, Callable[[Scene], Amount]]
COLUMNS = ("«size»", "«rate»")
"""Columns of plain numbers."""


@frozen(eq=False)
class PricedCatalog:
    """A catalog with a calc `price`.

    Attributes:
        price: what a configuration comes to; `None` where that is not known.
    """

    catalog: MadeCatalog
    price: Callable[[Scene], Amount] = field(repr=False)


@st.composite
def priced_catalogs(draw: DrawFn, catalogs: st.SearchStrategy[MadeCatalog]) -> PricedCatalog:
    """Catalogs with a price that adds up what places are worth."""
    catalog, dice = draw(catalogs), Dice(draw)
    possible = [term for place in catalog.places for term in _terms(place)]
    terms = [(dice.number(-2, 3), term) for term in possible if dice.chance(70)]
    text = " + ".join(["0", *(f"({factor}) * {said}" for factor, (said, _) in terms)])

    def price(scene: Scene) -> Amount:
        worths = [(factor, meant(scene)) for factor, (_, meant) in terms]
        known = [factor * worth for factor, worth in worths if worth is not None]
        return sum(known, Fraction(0)) if len(known) == len(worths) else None

    return PricedCatalog(catalog.of([*catalog.statements, Statement(f"calc price = {text}")]), price)


def _terms(place: MadeSlot | MadeOption) -> list[Term]:
    """What may be counted of a place."""
    match place:
        case MadeSlot():
            return [
                (f"sum({place.name}.{column})", _summed(place, column))
                for column in COLUMNS
                if column in place.family.columns and place.family.values(column)
            ]
        case MadeOption(kind="number", unit=""):
            return [(place.name, lambda scene: place.number(scene[place.name]))]
        case MadeOption(kind="yesno"):
            return [
                (
                    f"(if {place.name} = yes then 2 else 0)",
                    lambda scene: Fraction(2 * bool(scene[place.name])),
                )
            ]
        case _:
            return []


def _summed(slot: MadeSlot, column: str) -> Callable[[Scene], Amount]:
    """What the components of a slot have in a column, all together."""

    def total(scene: Scene) -> Amount:
        units = scene[slot.name]
        assert isinstance(units, tuple)
        found = Fraction(0)
        for component, quantity in units:
            worth = component.values.get(column)
            if worth is None:
                return None
            assert isinstance(worth, Fraction)
            found += worth * quantity
        return found

    return total
