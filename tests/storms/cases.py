"""Cases of two callers on one stock: what they do, and what may come of it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

from attrs import frozen

from configurator.availability.demand import Demand
from configurator.availability.opening import open_stock
from configurator.availability.reservations import (
    Refused,
    Reservation,
    ReservationRequest,
    Reserved,
    reservation_id,
)
from configurator.availability.store import StockStore
from configurator.errors import StockError
from storms.workload import seen

NOON: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
_LETTERS: Final = ("A", "B")


class StandingClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> datetime:
        return self.time


Call: TypeAlias = Callable[[StockStore, str], object]
"""A call on a stock; its items, orders and keys begin with the text."""


def reserve(order: str, *wanted: str, hold: bool = False, quantity: int = 1, key: str | None = None) -> Call:
    """A request for some items."""

    def call(store: StockStore, own: str) -> object:
        demand = Demand.of({f"{own}{letter}": quantity for letter in wanted})
        ttl = timedelta(minutes=1) if hold else None
        return store.reserve(ReservationRequest(f"{own}{order}", demand, ttl, f"{own}{key or order}"))

    return call


def on(order: str, operation: str, *arguments: object) -> Call:
    """A call about the reservation of an order."""
    return lambda store, own: getattr(store, operation)(reservation_id(f"{own}{order}"), *arguments)


def consume_part(order: str, letter: str) -> Call:
    """Take one of an item."""
    return lambda store, own: store.consume(reservation_id(f"{own}{order}"), {f"{own}{letter}": 1})


def receive(letter: str, quantity: int, key: str, location: str = "default") -> Call:
    """Goods come."""
    return lambda store, own: store.receive(f"{own}{letter}", quantity, location=location, key=f"{own}{key}")


def adjust(letter: str, change: int, *, break_promises: bool = False) -> Call:
    """Goods are found or lost."""
    return lambda store, own: store.adjust(
        f"{own}{letter}", change, reason="counted", break_promises=break_promises
    )


def count(letter: str, number: int, *, break_promises: bool = False) -> Call:
    """A count is set."""
    return lambda store, own: store.import_counts({f"{own}{letter}": number}, break_promises=break_promises)


def transfer(letter: str, quantity: int) -> Call:
    """Goods move."""
    return lambda store, own: store.transfer(f"{own}{letter}", quantity, source="default", target="annex")


def floor(letter: str, quantity: int) -> Call:
    """The safety stock is set."""
    return lambda store, own: store.set_floor(f"{own}{letter}", quantity)


def expire(store: StockStore, _own: str) -> object:
    """Sweep."""
    return store.expire()


@frozen
class Case:
    """Two callers on one stock.

    Attributes:
        start: what was done before; A and B are counted as given by `stock` before that.
        callers: the calls of each, one after the other.
        later: how long after the start they come.
    """

    name: str
    callers: tuple[tuple[Call, ...], tuple[Call, ...]]
    start: tuple[Call, ...] = ()
    stock: tuple[int, int] = (1, 1)
    later: timedelta = timedelta(0)


_HELD: Final = (reserve("SO", "A", "B", hold=True),)
_ACCEPTED: Final = (reserve("SO", "A", "B"),)
_EXPIRED: Final = timedelta(minutes=1)

SINGLE: Final = (
    Case("the last unit", ((reserve("L", "A"),), (reserve("R", "A"),))),
    Case("the last pair, in other order", ((reserve("L", "A", "B"),), (reserve("R", "B", "A"),))),
    Case("a hold and an order", ((reserve("L", "A", hold=True),), (reserve("R", "A"),))),
    Case("one request sent twice", ((reserve("SO", "A"),), (reserve("SO", "A"),)), stock=(5, 1)),
    Case("one key, two contents", ((reserve("L", "A", key="k"),), (reserve("R", "B", key="k"),))),
    Case(
        "one refusal asked for twice", ((reserve("SO", "A", quantity=2),), (reserve("SO", "A", quantity=2),))
    ),
    Case("confirm and release", ((on("SO", "confirm"),), (on("SO", "release"),)), _HELD),
    Case("confirm twice", ((on("SO", "confirm"),), (on("SO", "confirm"),)), _HELD),
    Case("consume and cancel", ((on("SO", "consume"),), (on("SO", "cancel"),)), _ACCEPTED),
    Case("consume twice", ((on("SO", "consume"),), (on("SO", "consume"),)), _ACCEPTED),
    Case("two parts", ((consume_part("SO", "A"),), (consume_part("SO", "B"),)), _ACCEPTED),
    Case("one part twice", ((consume_part("SO", "A"),), (consume_part("SO", "A"),)), _ACCEPTED),
    Case("confirm what expires", ((on("SO", "confirm"),), (expire,)), _HELD, later=_EXPIRED),
    Case("take what expires", ((reserve("L", "A"),), (on("SO", "confirm"),)), _HELD, later=_EXPIRED),
    Case(
        "extend what expires", ((on("SO", "extend", _EXPIRED),), (reserve("R", "A"),)), _HELD, later=_EXPIRED
    ),
    Case("sweep twice", ((expire,), (expire,)), _HELD, later=_EXPIRED),
    Case("a delivery told twice", ((receive("A", 3, "k"),), (receive("A", 3, "k"),))),
    Case(
        "a delivery to a new place and an order",
        ((receive("A", 1, "k", "annex"),), (reserve("R", "A", quantity=2),)),
    ),
    Case("a delivery and an order", ((receive("A", 1, "k"),), (reserve("R", "A", quantity=2),))),
    Case("a loss and an order", ((adjust("A", -1),), (reserve("R", "A"),))),
    Case(
        "a loss that breaks and a confirm",
        ((adjust("A", -1, break_promises=True),), (on("SO", "confirm"),)),
        _HELD,
    ),
    Case("a count and a count", ((count("A", 4),), (count("A", 7),))),
    Case("a lower count and an order", ((count("A", 0, break_promises=True),), (reserve("R", "A", "B"),))),
    Case("a transfer and an order", ((transfer("A", 1),), (reserve("R", "A"),))),
    Case("two transfers of one unit", ((transfer("A", 1),), (transfer("A", 1),))),
    Case("a floor and an order", ((floor("A", 1),), (reserve("R", "A"),))),
)

DOUBLE: Final = (
    Case(
        "two orders each, in other order",
        ((reserve("L1", "A"), reserve("L2", "B")), (reserve("R1", "B"), reserve("R2", "A"))),
    ),
    Case(
        "two orders each, in one order",
        ((reserve("L1", "A"), reserve("L2", "B")), (reserve("R1", "A"), reserve("R2", "B"))),
    ),
    Case(
        "an order and its confirm, twice told",
        (
            (reserve("SO", "A", hold=True), on("SO", "confirm")),
            (reserve("SO", "A", hold=True), on("SO", "confirm")),
        ),
    ),
    Case(
        "release to take, and consume",
        ((on("SO", "release"), reserve("L", "A")), (on("SO", "confirm"), on("SO", "consume"))),
        _HELD,
    ),
    Case(
        "a loss and an order against a delivery and an order",
        ((adjust("A", -1), reserve("L", "A")), (receive("A", 1, "k"), reserve("R", "A"))),
    ),
)


def plain(answer: object, own: str) -> object:
    """An answer without what differs from stock to stock: numbers of events, names of items, moments."""
    match answer:
        case Reserved():
            return ("reserved", answer.replayed, plain(answer.reservation, own))
        case Refused():
            short = [(each.component.removeprefix(own), each.wanted, each.free) for each in answer.shortages]
            return ("refused", answer.replayed, short)
        case Reservation():
            view = seen(answer)
            lines = sorted([line[0].removeprefix(own), *line[1:]] for line in view["lines"])
            return (answer.order.removeprefix(own), view["state"], str(lines))
        case tuple():
            mine = (
                each for each in answer if not isinstance(each, Reservation) or each.order.startswith(own)
            )
            return [plain(each, own) for each in mine]
        case StockError():
            return (type(answer).__name__,)
        case BaseException():
            return ("failed", repr(answer))
        case _:
            return type(answer).__name__


def left(store: StockStore, own: str) -> object:
    """What a stock looks like afterwards: counters and reservations."""
    counters = [
        (each.sku.removeprefix(own), each.location, each.on_hand, each.held, each.allocated, each.floor)
        for each in store.balances([own + letter for letter in _LETTERS])
    ]
    reservations = sorted(
        str(plain(each, own)) for each in store.reservations() if each.order.startswith(own)
    )
    return counters, reservations


def attempted(call: Call, store: StockStore, own: str) -> object:
    """The plain answer to a call, be it an error."""
    try:
        return plain(call(store, own), own)
    except StockError as error:
        return plain(error, own)


def set_up(case: Case, store: StockStore, own: str) -> None:
    """The stock on which two callers meet."""
    counts = dict(zip(_LETTERS, case.stock, strict=True))
    store.import_counts({own + letter: number for letter, number in counts.items()})
    for call in case.start:
        call(store, own)


def serial(case: Case, order: tuple[int, ...]) -> tuple[object, object]:
    """The answers of the callers, and the stock, when they come one after the other.

    Args:
        case: what they do.
        order: who comes first; who is left out never comes, and has no answers.
    """
    clock = StandingClock()
    answers: list[object] = [None, None]
    with open_stock("memory:", now=clock) as store:
        set_up(case, store, "-")
        clock.time += case.later
        for caller in order:
            answers[caller] = [attempted(call, store, "-") for call in case.callers[caller]]
        return answers, left(store, "-")


Allowed: TypeAlias = tuple[tuple[object, object], ...]
Verdict: TypeAlias = str
"""What is wrong, empty when nothing is."""


def judged(
    case: Case, allowed: Allowed, answers: list[object], stock: object, audit: tuple[str, ...]
) -> Verdict:
    """What is wrong with an outcome."""
    if audit:
        return f"{case.name}: {audit[0]}"
    if (answers, stock) not in allowed:
        return f"{case.name}: {answers}, leaving {stock}, is the outcome of no serial order"
    return ""
