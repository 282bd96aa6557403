"""Random orders of many lines and days against a stock that is counted day by day, by hand."""

from collections import Counter
from datetime import date

from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st
from small_shops import DAYS, NOON, SHOPS, TODAY, Item, Stock, after, stocks

from configurator.acceptance.decision import Accepted, Available, RejectedUnavailable
from configurator.acceptance.nearest import Nearest
from configurator.availability.demand import Demand, DemandLine
from configurator.availability.masters import ItemMaster, Policy
from configurator.availability.opening import open_stock
from configurator.availability.reservations import ReservationRequest
from configurator.availability.store import StockStore
from configurator.availability.supply import Supply
from configurator.configuration.model import Configuration
from configurator.configurator import Configurator

SHOP = SHOPS[0]
LISTED = tuple(SHOP.configurations())
SPARSE = """catalog sparse currency EUR
{assembled}
family top choose optional {{
  | sku | price [EUR] |
  |-----|-------------|
  | T1  | 10          |
  | T2  | 12          |
}}
family leg choose optional {{
  | sku | price [EUR] |
  |-----|-------------|
  | L1  | 5           |
  | L2  | 4           |
}}
family service choose one not stocked {{
  | sku   | price [EUR] |
  |-------|-------------|
  | CHECK | 1           |
}}
calc price "Price" in EUR = sum(price)
"""


@frozen
class Line:
    """So many of one configuration, on a day (counted from today) or as soon as possible."""

    configuration: Configuration
    quantity: int
    day: int | None

    @property
    def needs(self) -> Counter[str]:
        """Its components; in these catalogs every place but two is one component or none."""
        told = self.configuration.items()
        found = Counter(str(value) for key, value in told if value and key not in {"colour", "service"})
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


@frozen
class Works:
    """A shop of sparse products with its working days, counted by hand. Today is a Monday, day 0."""

    shop: Configurator
    assembly: int
    weekdays: tuple[int, ...]

    @classmethod
    def of(cls, assembled: str, assembly: int, weekdays: tuple[int, ...]) -> "Works":
        text = SPARSE.format(assembled=assembled)
        return cls(Configurator.from_text(text, clock=lambda: NOON), assembly, weekdays)

    def first_open(self, day: int) -> int:
        """The first working day from a day on."""
        return next(each for each in range(day, day + 7) if each % 7 in self.weekdays)

    def begin_for(self, wanted: int) -> int:
        """The last working day on which what is wanted on a day can be begun."""
        begun = [each for each in range(-21, wanted + 1) if each % 7 in self.weekdays]
        return begun[-1 - self.assembly]

    def planned(self, order: list[Line], stock: Stock) -> list[int] | None:
        """On which days the lines are begun; `None` where the order is refused.

        Lines with a day are begun for it. The others come after them; each is begun as soon as what can be
        bought for it is there; what cannot be bought has to be there then.
        """
        days = {at: self.begin_for(each.day) for at, each in enumerate(order) if each.day is not None}
        if min(days.values(), default=0) < 0 or not self.kept(order, stock, days):
            return None
        for at, each in enumerate(order):
            if at not in days:
                begin = self.first_open(0)
                for sku in each.needs:
                    while stock[sku].lead_time is not None and not self.kept(
                        order, {sku: stock[sku]}, {**days, at: begin}
                    ):
                        begin += 1
                days[at] = self.first_open(begin)
                if not self.kept(order, stock, days):
                    return None
        return [days[at] for at in range(len(order))]

    def kept(self, order: list[Line], stock: Stock, days: dict[int, int]) -> bool:
        """Whether some lines can be had on their days."""
        return can_be_kept([order[at] for at in days], stock, [min(day, DAYS) for day in days.values()])


WORKS = (
    Works.of("", 0, (0, 1, 2, 3, 4, 5, 6)),
    Works.of("assembled in 1 day open monday to friday", 1, (0, 1, 2, 3, 4)),
    Works.of("assembled in 1 day open wednesday to saturday", 1, (2, 3, 4, 5)),
    Works.of("assembled in 0 days open thursday to friday", 0, (3, 4)),
)
SPARSELY = tuple(WORKS[0].shop.configurations())
sparse_lines = st.builds(
    Line, st.sampled_from(SPARSELY), st.integers(1, 2), st.none() | st.integers(-1, DAYS - 1)
)
sparse_orders = st.lists(sparse_lines, min_size=1, max_size=4)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(WORKS), sparse_orders, stocks(WORKS[0].shop))
def test_check_and_accept_both_say_what_planning_by_hand_says(
    works: Works, order: list[Line], stock: Stock
) -> None:
    with open_stock("memory:", now=lambda: NOON) as store:
        filled(store, stock)
        planned = works.planned(order, stock)
        checked = works.shop.check(told(order), store, alternatives=0)
        accepted = works.shop.accept(told(order), store, alternatives=0)

        assert (planned is not None) == isinstance(checked, Available) == isinstance(accepted, Accepted)
        assert () == store.audit()
        if planned is None or not isinstance(checked, Available) or not isinstance(accepted, Accepted):
            return
        assert accepted.promise is not None
        assert [after(day) for day in planned] == [each.begin for each in accepted.promise.lines]
        assert checked.promise.lines == accepted.promise.lines
        booked = [each for each in store.supplies() if each.reservation]
        assert sorted((each.due, each.sku, each.quantity) for each in booked) == [
            (each.due, each.sku, each.quantity) for each in accepted.to_procure
        ]
        assert accepted.promise.to_procure == accepted.to_procure == checked.promise.to_procure


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(WORKS), sparse_lines, stocks(WORKS[0].shop))
def test_what_is_told_instead_of_a_refused_line_is_accepted_and_nothing_is_told_only_where_nothing_is(
    works: Works, line: Line, stock: Stock
) -> None:
    with open_stock("memory:", now=lambda: NOON) as store:
        filled(store, stock)
        refused = works.shop.check(told([line]), store, alternatives=2)

        if not isinstance(refused, RejectedUnavailable) or refused.too_early:
            return
        ((told_instead),) = [each.proposals for each in refused.alternatives]
        assert isinstance(told_instead, tuple)
        could = [each for each in SPARSELY if works.planned([Line(each, line.quantity, line.day)], stock)]
        assert bool(told_instead) == bool(could)
        for proposal in told_instead:
            instead = told([line])
            instead["lines"][0]["configuration"] = dict(proposal.choices)  # type: ignore[index]  # the order's
            assert isinstance(works.shop.check(instead, store, alternatives=0), Available)


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(WORKS), sparse_lines, stocks(WORKS[0].shop))
def test_what_is_nearest_without_a_change_is_begun_when_it_is_promised(
    works: Works, line: Line, stock: Stock
) -> None:
    with open_stock("memory:", now=lambda: NOON) as store:
        filled(store, stock)
        wanted = None if line.day is None else after(line.day)
        nearest = works.shop.nearest(dict(line.configuration), store, on=wanted, times=line.quantity)
        promised = works.shop.promise(told([line]), store).or_raise().promise.lines[0]  # type: ignore[union-attr]  # it is valid

        assert isinstance(nearest, Nearest)
        kept = [(each.begin, each.day) for each in nearest.proposals if not each.changes]
        assert kept == ([] if promised.day is None else [(promised.begin, promised.day)])
        assert all((each.begin - TODAY).days % 7 in works.weekdays for each in nearest.proposals)


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
