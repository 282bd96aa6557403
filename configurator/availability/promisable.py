"""How many of an item can be promised from which day on, over all its locations: it never falls."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import date

from attrs import frozen

from configurator.availability.positions import ItemPosition


@frozen
class PromisableCurve:
    """From each of these days on, so many can be promised to a new request.

    Attributes:
        days: ascending; the first is today. Empty where stock knows no place of the item.
        quantities: one per day, strictly ascending, the safety stock left out, never below 0.
    """

    days: tuple[date, ...]
    quantities: tuple[int, ...]

    @property
    def most(self) -> int:
        """The most that can ever be promised from what there is and what comes."""
        return self.quantities[-1] if self.quantities else 0

    def on(self, day: date) -> int:
        """How many can be promised for a day; a day that has come is today."""
        at = bisect_right(self.days, day)
        return self.quantities[max(at - 1, 0)] if self.quantities else 0

    def earliest(self, quantity: int) -> date | None:
        """The first day on which so many can be promised; `None` where it is never."""
        at = bisect_left(self.quantities, quantity)
        return self.days[at] if at < len(self.days) else None


def promisable_curve(positions: Iterable[ItemPosition], today: date) -> PromisableCurve:
    """What the positions of one item can promise together: the sum of what each of them can.

    That is what a request gets which takes the item wherever it lies, since goods at one place do not make
    up for what another place has promised.
    """
    rises: dict[date, int] = {}
    for position in positions:
        before = 0
        for day, quantity in position.promisable(today):
            rises[day] = rises.get(day, 0) + quantity - before
            before = quantity
    days: list[date] = []
    quantities: list[int] = []
    total = 0
    for day in sorted(rises):
        if rises[day] or not days:
            total += rises[day]
            days.append(day)
            quantities.append(total)
    return PromisableCurve(tuple(days), tuple(quantities))
