"""Setting counts: what an import would change, and which promises it would break."""

from collections.abc import Mapping

from attrs import frozen

from configurator.availability.breaking import Place, Positions
from configurator.availability.quantities import ItemId, checked_name, checked_quantity
from configurator.availability.reservations import Reservation


@frozen
class ImportLine:
    """One item of an import.

    Attributes:
        before: the count until now; `None` when stock had never heard of the item.
        after: the count from now on.
        promised: what is held and allocated there, expired holds left out.
    """

    sku: ItemId
    before: int | None
    after: int
    promised: int


@frozen
class ImportPlan:
    """What an import does, or would do.

    Attributes:
        lines: every item that the import names, by SKU.
        broken: the reservations that have to be given up, in that order; as they stood before.
        missing: `(sku, location, how many)` where too little would be left for what is promised.
    """

    lines: tuple[ImportLine, ...]
    broken: tuple[Reservation, ...] = ()
    missing: tuple[tuple[ItemId, str, int], ...] = ()

    @property
    def changes(self) -> tuple[ImportLine, ...]:
        """The items whose count changes or that are new."""
        return tuple(line for line in self.lines if line.before != line.after)

    def more(self, location: str) -> dict[Place, int]:
        """How many more, or fewer, lie at the location afterwards; 0 of an item that becomes known."""
        return {(line.sku, location): line.after - (line.before or 0) for line in self.changes}

    def payload(self, location: str) -> dict[str, object]:
        """What the event of an import at the location tells."""
        return {
            "counts": {line.sku: [line.before, line.after] for line in self.changes},
            "location": location,
        }


def import_lines(
    counts: Mapping[ItemId, int], on_hand: Mapping[Place, int], positions: Positions, location: str
) -> tuple[ImportLine, ...]:
    """What these counts change at a location.

    Args:
        counts: sorted by SKU.
        on_hand: what lies at the places that stock knows.
        positions: those places, holds that have expired left out.
        location: where it was counted.
    """
    lines = []
    for sku, count in counts.items():
        there = on_hand.get((sku, location))
        promised = 0 if there is None else there - positions[sku, location].unpromised
        lines.append(ImportLine(sku, there, count, promised))
    return tuple(lines)


def checked_counts(counts: Mapping[ItemId, int]) -> dict[ItemId, int]:
    """Counts by SKU, sorted by SKU.

    Raises:
        StockRequestError: a SKU is no name, or a count is negative, fractional or absurd.
    """
    return {checked_name(sku, "the SKU"): checked_quantity(counts[sku], sku) for sku in sorted(counts)}
