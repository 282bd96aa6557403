"""One item at one location over time: what lies there, what is to come, what later days need.

The projected balance on a day is what lies there and is not promised, plus the firm receipts until then,
less what is promised for days until then. What can be promised for a day is the least projected balance from
that day on: whoever takes more makes some later promise fail. So it never falls as days go by, and a new
demand can be met exactly where it is no more than that.
"""

from bisect import bisect_left
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import accumulate

from attrs import evolve, frozen

from configurator.availability.quantities import DEFAULT_LOCATION, ItemId
from configurator.availability.supply import Commitment, Supply


@frozen
class ItemPosition:
    """One item at one location, as it stands today.

    Attributes:
        unpromised: on hand less held and allocated; the safety stock is still in it.
        floor: safety stock that new requests may not touch.
        supplies: what is to come, planned receipts too; only firm ones are counted on.
        commitments: what was promised for later days.
    """

    sku: ItemId
    unpromised: int
    floor: int = 0
    supplies: tuple[Supply, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    location: str = DEFAULT_LOCATION

    def projection(self, today: date) -> tuple[tuple[date, int], ...]:
        """`(day, balance)` for today and each later day on which the balance changes, ascending.

        What is due today or overdue and has not come counts from tomorrow on; what was promised for a day
        that has come counts today. The safety stock is left in.
        """
        changes = {today: self.unpromised}
        tomorrow = today + timedelta(days=1)
        for supply in self.supplies:
            if supply.firm and supply.open:
                day = max(supply.due, tomorrow)
                changes[day] = changes.get(day, 0) + supply.open
        for commitment in self.commitments:
            day = max(commitment.needed, today)
            changes[day] = changes.get(day, 0) - commitment.quantity
        days = sorted(changes)
        return tuple(zip(days, accumulate(changes[day] for day in days), strict=True))

    def promisable(self, today: date) -> tuple[tuple[date, int], ...]:
        """`(day, quantity)`: from each of these days on, so many can be promised to a new request.

        Ascending in both; the first is today; the safety stock is left out; never below 0.
        """
        found: list[tuple[date, int]] = []
        least: int | None = None
        for day, balance in reversed(self.projection(today)):
            least = balance if least is None else min(least, balance)
            found.append((day, max(0, least - self.floor)))
        return tuple(reversed(found))

    def available(self, needed: date | None, today: date) -> int:
        """How many a new request can be promised for a day, `None` for now; never below 0."""
        if not self.supplies and not self.commitments:
            return max(0, self.unpromised - self.floor)
        steps = self.promisable(today)
        if needed is None or needed <= today:
            return steps[0][1]
        at = bisect_left(steps, needed, key=lambda step: step[0])
        exact = at < len(steps) and steps[at][0] == needed
        return steps[at if exact else at - 1][1]

    def takeable(self, needed: date, today: date) -> int:
        """How many of what was promised for a later day can be taken off the shelf now; never below 0.

        It has to lie there, and nobody who needs it earlier may come away empty. For a day that has come,
        those with an earlier day go first as far as no receipt was expected for them; among the others
        whoever asks first does. For a day to come, all that is needed until then has to be there. The safety
        stock may be used: it guards against new requests.
        """
        seen = date.min if needed <= today else today
        return max(0, min(balance for day, balance in self.projection(seen) if day < needed))

    def earliest(self, quantity: int, today: date) -> date | None:
        """The first day on which so many can be promised: today where that is now, `None` where never."""
        for day, promisable in self.promisable(today):
            if promisable >= quantity:
                return day
        return None

    def taking(self, quantity: int, needed: date | None) -> "ItemPosition":
        """The same after so many were promised: now, or for a later day."""
        if needed is None:
            return evolve(self, unpromised=self.unpromised - quantity)
        new = Commitment(self.sku, self.location, needed, quantity, "", "")
        return evolve(self, commitments=(*self.commitments, new))

    def without(self, quantity: int, reservation: str, needed: date) -> "ItemPosition":
        """The same after so many of what a reservation was promised for a day left the shelf."""
        kept = tuple(
            evolve(each, quantity=each.quantity - quantity)
            if (each.reservation, each.needed) == (reservation, needed)
            else each
            for each in self.commitments
        )
        return evolve(self, unpromised=self.unpromised - quantity, commitments=kept)


def in_order(positions: Iterable[ItemPosition]) -> tuple[ItemPosition, ...]:
    """Positions of one item in the order in which stock is taken from them: the default location first."""
    return tuple(sorted(positions, key=lambda each: (each.location != DEFAULT_LOCATION, each.location)))
