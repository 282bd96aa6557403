"""Which supply serves which promise: first in, first out, by the day of need.

Nothing of this is stored. Asked at another moment, with another receipt or another promise, the answer is
another
one: what is promised is a quantity for a day, and any goods will do that are there in time.

At each location promises are served in the order of the days on which they are needed, from the shelf first
and then from the receipts in the order in which they come. If all promises can be kept at all, they are kept
this way; if not, none is served later than it has to be by the one that is latest.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from attrs import frozen

from configurator.availability.positions import ItemPosition
from configurator.availability.quantities import ItemId
from configurator.availability.reservations import Reservation, ReservationState
from configurator.availability.snapshot import StockSnapshot
from configurator.availability.supply import Commitment, Supply

ServedFrom = tuple[str | None, date, int]
"""The id of a receipt or `None` for the shelf, the day on which it is there, and how many."""

_LIVE = (ReservationState.HELD, ReservationState.ALLOCATED)


@frozen
class Peg:
    """So many of what a promise needs, and where they come from.

    Attributes:
        needed: the day on which they are needed; `None` for what was set aside from the shelf.
        reservation: whose promise it is; empty where the snapshot does not say, as for what is set aside.
        order: the order it is for; empty likewise.
        supply: the receipt that they come with; `None` for the shelf, or where nothing serves them.
        day: when they are there; `None` where they never are.
    """

    sku: ItemId
    location: str
    quantity: int
    needed: date | None
    reservation: str
    order: str
    supply: str | None
    day: date | None

    @property
    def is_unmet(self) -> bool:
        """Whether nothing serves it."""
        return self.day is None

    @property
    def is_late(self) -> bool:
        """Whether it is there only after it is needed, or never."""
        if self.day is None:
            return True
        return self.supply is not None and self.needed is not None and self.day > self.needed


@frozen
class Unpegged:
    """So many that serve no promise yet.

    Attributes:
        supply: the receipt that they come with; `None` for the shelf.
        day: when they are there.
    """

    sku: ItemId
    location: str
    quantity: int
    supply: str | None
    day: date


@frozen
class Pegging:
    """All promises of some items, and all that serves them.

    Attributes:
        pegs: by SKU, location, day of need (what is set aside first), reservation and day of supply. The
            quantities of a promise's pegs are what it still needs.
        unpegged: what is left over, by SKU, location and day; safety stock is in it. Only firm receipts
            are pegged to, so only they are left over.
    """

    pegs: tuple[Peg, ...]
    unpegged: tuple[Unpegged, ...]

    def of_order(self, order: str) -> tuple[Peg, ...]:
        """What one order waits for."""
        return tuple(peg for peg in self.pegs if peg.order == order)

    def of_reservation(self, reservation: str) -> tuple[Peg, ...]:
        """What one reservation waits for."""
        return tuple(peg for peg in self.pegs if peg.reservation == reservation)

    def on_supply(self, supply: str) -> tuple[Peg, ...]:
        """What hangs on one receipt: the promises that are in trouble when it slips."""
        return tuple(peg for peg in self.pegs if peg.supply == supply)

    @property
    def unmet(self) -> tuple[Peg, ...]:
        """What nothing serves."""
        return tuple(peg for peg in self.pegs if peg.is_unmet)

    @property
    def late(self) -> tuple[Peg, ...]:
        """What is there only after it is needed, or never."""
        return tuple(peg for peg in self.pegs if peg.is_late)


def pegging(
    snapshot: StockSnapshot,
    sku: ItemId | None = None,
    *,
    location: str | None = None,
    reservations: Iterable[Reservation] = (),
    today: date | None = None,
) -> Pegging:
    """Which supply serves which promise.

    Args:
        snapshot: the stock.
        sku: the only item to look at; `None` for all.
        location: the only location to look at; `None` for all.
        reservations: where given, they name the orders for which things are set aside on the shelf, of which
            the snapshot knows nothing but the number. They have to be of the same moment.
        today: the day; the snapshot's own where none is given.
    """
    today = today or snapshot.today
    aside = _set_aside(snapshot, reservations, today)
    pegs: list[Peg] = []
    unpegged: list[Unpegged] = []
    skus = sorted(snapshot.positions) if sku is None else [sku]
    for each in skus:
        for position in sorted(snapshot.positions.get(each, ()), key=lambda place: place.location):
            if location is None or position.location == location:
                pegs.extend(aside.get((each, position.location), ()))
                served, left = served_by(position, today)
                pegs.extend(served)
                unpegged.extend(left)
    return Pegging(tuple(pegs), tuple(unpegged))


def served_by(position: ItemPosition, today: date) -> tuple[list[Peg], list[Unpegged]]:
    """What serves the commitments of one item at one location, and what is left over.

    What is unpromised below 0 is served first of all, since it is missing for what was set aside.
    """
    sources = _sources(position, today)
    if position.unpromised < 0:
        _draw(sources, -position.unpromised)
    pegs: list[Peg] = []
    for commitment in sorted(position.commitments, key=_turn):
        wanted = commitment.quantity
        for supply, day, quantity in _draw(sources, wanted):
            pegs.append(_peg(commitment, quantity, supply, day))
            wanted -= quantity
        if wanted:
            pegs.append(_peg(commitment, wanted, None, None))
    left = [
        Unpegged(position.sku, position.location, quantity, supply, day) for supply, day, quantity in sources
    ]
    return pegs, left


def serving(position: ItemPosition, commitment: Commitment, today: date) -> Sequence[ServedFrom]:
    """What serves one commitment, be it among those of its position or a new one; what is unmet is left out.

    The same as `served_by` tells of it, without telling of all others.
    """
    turn = _turn(commitment)
    before = sum(each.quantity for each in position.commitments if _turn(each) < turn)
    sources = _sources(position, today)
    _draw(sources, before + max(0, -position.unpromised))
    return _draw(sources, commitment.quantity)


def coming(supply: Supply, today: date) -> date:
    """The day from which on a receipt can be counted on: tomorrow, where it is due today or overdue."""
    return max(supply.due, today + timedelta(days=1))


def _sources(position: ItemPosition, today: date) -> list[ServedFrom]:
    firm = [supply for supply in position.supplies if supply.firm and supply.open]
    arrivals = sorted((coming(supply, today), supply.due, supply.id, supply.open) for supply in firm)
    shelf: list[ServedFrom] = [(None, today, position.unpromised)] if position.unpromised > 0 else []
    return shelf + [(name, day, quantity) for day, _, name, quantity in arrivals]


def _draw(sources: list[ServedFrom], wanted: int) -> Sequence[ServedFrom]:
    """Take so many from the front, as far as there are; what is left stays in `sources`."""
    taken: list[ServedFrom] = []
    while wanted and sources:
        supply, day, quantity = sources.pop(0)
        got = min(wanted, quantity)
        taken.append((supply, day, got))
        wanted -= got
        if got < quantity:
            sources.insert(0, (supply, day, quantity - got))
    return taken


def _turn(commitment: Commitment) -> tuple[date, str, str]:
    return commitment.needed, commitment.reservation, commitment.order


def _peg(commitment: Commitment, quantity: int, supply: str | None, day: date | None) -> Peg:
    return Peg(
        commitment.sku,
        commitment.location,
        quantity,
        commitment.needed,
        commitment.reservation,
        commitment.order,
        supply,
        day,
    )


def _set_aside(
    snapshot: StockSnapshot, reservations: Iterable[Reservation], today: date
) -> dict[tuple[ItemId, str], list[Peg]]:
    """What lies on the shelf for somebody, by item and location: named as far as reservations tell."""
    unnamed = {
        (balance.sku, balance.location): balance.promised for balance in snapshot.balances if balance.promised
    }
    found: dict[tuple[ItemId, str], list[Peg]] = defaultdict(list)
    for reservation in sorted(reservations, key=lambda each: each.id):
        if reservation.state not in _LIVE:
            continue
        for line in reservation.lines:
            place = (line.sku, line.location)
            quantity = min(line.open, unnamed.get(place, 0))
            if line.needed is None and quantity:
                found[place].append(_aside(place, quantity, today, reservation))
                unnamed[place] -= quantity
    for place, quantity in unnamed.items():
        if quantity:
            found[place].append(_aside(place, quantity, today, None))
    return found


def _aside(place: tuple[ItemId, str], quantity: int, day: date, whose: Reservation | None) -> Peg:
    named = ("", "") if whose is None else (whose.id, whose.order)
    return Peg(*place, quantity, None, *named, None, day)
