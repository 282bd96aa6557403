"""Where a lowered constraint comes from: handed through engines unread, understood here."""

from attrs import frozen

from configurator.catalog.choices import PlaceChoice
from configurator.catalog.rules import Default, Restriction


@frozen(eq=False)
class RestrictionOrigin:
    """An author's rule, table or resource."""

    restriction: Restriction


@frozen(eq=False)
class StructureOrigin:
    """What makes a slot or a set option what it is: its bounds, one order per multiset. Not to blame."""

    place: str


@frozen(eq=False)
class ChoiceOrigin:
    """What a customer chose."""

    choice: PlaceChoice


@frozen(eq=False)
class DefaultOrigin:
    """A default that is being tried."""

    default: Default
