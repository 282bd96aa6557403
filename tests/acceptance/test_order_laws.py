"""Random orders of many lines and days against a stock that is counted day by day, by hand."""

from collections import Counter
from datetime import date

from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st
from small_shops import DAYS, NOON, SHOPS, TODAY, Item, Stock, after, stocks

from configurator.acceptance.decision import Accepted, RejectedUnavailable
from configurator.availability.demand import Demand, DemandLine
from configurator.availability.masters import ItemMaster, Policy
from configurator.availability.opening import open_stock
from configurator.availability.reservations import ReservationRequest
from configurator.availability.store import StockStore
from configurator.availability.supply import Supply
from configurator.configuration.model import Configuration

SHOP = SHOPS[0]
LISTED = tuple(SHOP.configurations())


@frozen
class Line:
    """So many of one configuration, on a day (counted from today) or as soon as possible."""

    configuration: Configuration
    quantity: int
    day: int | None

    @property
    def needs(self) -> Counter[str]:
        """Its components; in this catalog every place but the colour is one component."""
        found = Counter(str(value) for key, value in self.configuration.items() if key != "colour")
        return Counter({sku: number * self.quantity for sku, number in found.items()})


lines = st.builds(Line, st.sampled_from(LISTED), st.integers(1, 2), st.none() | st.integers(-1, DAYS - 1))
orders = st.lists(lines, min_size=1, max_size=3)


def told(order: list[Line], order_id: str = "SO-1") -> dict[str, object]:
    """The order as it is handed in."""
    return {
        "order": order_id,
        "lines": [
            {"configuration": dict(line.configuration), "quantity": line.quantity}
            | ({} if line.day is None else {"date": after(line.day).isoformat()})
            for line in order
        ],
    }


def filled(store: StockStore, stock: Stock) -> None:
    """Put stock into a store, with what is promised already."""
    store.import_counts({sku: item.count for sku, item in stock.items()})
    for sku, item in sorted(stock.items()):
        for number, (due, quantity) in enumerate(item.supplies):
            store.add_supply(Supply(f"{sku}-{number}", sku, after(due), quantity))
        for needed, quantity in item.promised:
            demand = Demand((DemandLine(sku, quantity, None, after(needed)),))
            store.reserve(ReservationRequest(f"before {sku}", demand))
    store.set_masters(
        [
            ItemMaster(sku, Policy.BOUGHT, item.lead_time)
            for sku, item in stock.items()
            if item.lead_time is not None
        ]
    )


def can_be_kept(order: list[Line], stock: Stock, days: list[int]) -> bool:
    """Whether every line can be had on its day: for each component, the balance of no day falls below 0.

    What can be bought by its day comes beside.
    """
    return all(_kept(stock[sku], order, days, sku) for sku in stock)


def _kept(item: Item, order: list[Line], days: list[int], sku: str) -> bool:
    wanted = sorted((day, line.needs[sku]) for line, day in zip(order, days, strict=True) if line.needs[sku])
    supplies, promised = list(item.supplies), list(item.promised)
    for day, number in wanted:
        now = Item(item.count, tuple(supplies), tuple(promised), None)
        lacking = number - now.available(day)
        if lacking > 0:
            if item.lead_time is None or item.lead_time > day or day < 1:
                return False
            supplies.append((day, lacking))
        promised.append((day, number))
    return True


@settings(max_examples=30, deadline=None)
@given(orders, stocks(SHOP))
def test_an_order_with_days_is_accepted_exactly_where_counting_by_hand_allows_it(
    order: list[Line], stock: Stock
) -> None:
    dated = [Line(line.configuration, line.quantity, 0 if line.day is None else line.day) for line in order]
    with open_stock("memory:", now=lambda: NOON) as store:
        filled(store, stock)
        answer = SHOP.accept(told(dated), store, alternatives=0)

        possible = all(line.day is not None and line.day >= 0 for line in dated) and can_be_kept(
            dated, stock, [line.day or 0 for line in dated]
        )
        assert possible == isinstance(answer, Accepted)
        assert () == store.audit()
        assert possible == bool(store.reservations("SO-1"))


@settings(max_examples=30, deadline=None)
@given(orders, stocks(SHOP), st.booleans())
def test_what_is_accepted_takes_everything_for_its_days_and_leaves_stock_whole(
    order: list[Line], stock: Stock, late: bool
) -> None:
    with open_stock("memory:", now=lambda: NOON) as store:
        filled(store, stock)
        answer = SHOP.accept(told(order), store, late=late, alternatives=0)

        assert () == store.audit()
        reserved = store.reservations("SO-1")
        if not isinstance(answer, Accepted):
            assert not reserved
            return
        (reservation,) = reserved
        taken: Counter[str] = Counter()
        for each in reservation.lines:
            taken[each.sku] += each.quantity
        assert sum((line.needs for line in order), Counter()) == taken
        assert answer.promise is not None
        assert late or answer.promise.on_time
        assert all(
            promised.day is not None and promised.day >= (promised.wanted or TODAY)
            for promised in answer.promise.lines
        )


@settings(max_examples=30, deadline=None)
@given(orders, stocks(SHOP))
def test_the_day_on_which_a_refused_order_is_possible_is_one_on_which_it_is_accepted(
    order: list[Line], stock: Stock
) -> None:
    with open_stock("memory:", now=lambda: NOON) as store:
        filled(store, stock)
        answer = SHOP.accept(told(order), store, alternatives=0)

        if not isinstance(answer, RejectedUnavailable) or answer.promise is None:
            return
        if answer.possible_on is None:
            late = SHOP.accept(told(order, "SO-2"), store, late=True, alternatives=0)
            assert isinstance(late, RejectedUnavailable)
            return
        moved = [
            Line(line.configuration, line.quantity, (promised.day - TODAY).days)
            for line, promised in zip(order, answer.promise.lines, strict=True)
            if promised.day is not None
        ]
        assert isinstance(SHOP.accept(told(moved, "SO-3"), store, alternatives=0), Accepted)


@settings(max_examples=25, deadline=None)
@given(lines, stocks(SHOP))
def test_a_single_line_is_promised_for_the_first_day_that_counting_by_hand_allows(
    line: Line, stock: Stock
) -> None:
    with open_stock("memory:", now=lambda: NOON) as store:
        filled(store, stock)
        promised = SHOP.promise(told([line]), store)

        first = max(0, line.day or 0)
        days = [day for day in range(first, DAYS + 1) if can_be_kept([line], stock, [day])]
        expected: date | None = after(days[0]) if days else None
        assert expected == promised.or_raise().promise.day  # type: ignore[union-attr]  # it is valid
