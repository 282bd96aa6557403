"""Setting counts: what an import would change, and which promises it would break."""

from collections.abc import Iterable, Mapping

from attrs import frozen

from configurator.availability.quantities import ItemId, checked_name, checked_quantity
from configurator.availability.reservations import Reservation


@frozen
class ImportLine:
    """One item of an import.

    Attributes:
        before: the count until now; `None` when stock had never heard of the item.
        after: the count from now on.
        promised: what is held and allocated, expired holds left out.
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
    """

    lines: tuple[ImportLine, ...]
    broken: tuple[Reservation, ...] = ()

    @property
    def changes(self) -> tuple[ImportLine, ...]:
        """The items whose count changes or that are new."""
        return tuple(line for line in self.lines if line.before != line.after)

    @property
    def below_promises(self) -> tuple[tuple[ItemId, int, int], ...]:
        """`(sku, new count, promised)` where the count falls below what is promised, by SKU."""
        return tuple(
            (line.sku, line.after, line.promised) for line in self.lines if line.after < line.promised
        )


def checked_counts(counts: Mapping[ItemId, int]) -> dict[ItemId, int]:
    """Counts by SKU, sorted by SKU.

    Raises:
        StockRequestError: a SKU is no name, or a count is negative, fractional or absurd.
    """
    return {checked_name(sku, "the SKU"): checked_quantity(counts[sku], sku) for sku in sorted(counts)}


def promises_to_break(
    lines: Iterable[ImportLine], candidates: Iterable[Reservation]
) -> tuple[Reservation, ...]:
    """The reservations to give up so that no count is below what stays promised.

    Candidates come in the order in which they are to be given up. A reservation goes as a whole, since half
    an order cannot be assembled, and only if it needs an item that is still short when its turn comes.
    """
    short = {line.sku: line.promised - line.after for line in lines if line.after < line.promised}
    broken = []
    for reservation in candidates:
        if any(short.get(line.sku, 0) > 0 for line in reservation.lines):
            broken.append(reservation)
            for line in reservation.lines:
                if line.sku in short:
                    short[line.sku] -= line.quantity
    return tuple(broken)
