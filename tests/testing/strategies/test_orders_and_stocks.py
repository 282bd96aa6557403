"""`orders` and `stocks`: what `accept` takes, and stock of which it is known what `accept` says."""

import datetime as dt
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from drawn_values import QUIETLY, smallest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategy_catalogs import HEAD, NONE, SHELF, crowd, family, loaded

from configurator import Accepted, Configurator, RejectedUnavailable, Supply
from configurator.acceptance.orders import read_order
from configurator.configuration.model import JsonValue
from configurator.errors import ChoiceError, StrategyError
from configurator.testing import DrawnStock, orders, stocks
from configurator.testing.strategies.stocks import Level

Order = dict[str, JsonValue]
BUNDLED = Configurator.from_text(
    HEAD
    + family("board choose one", {"B1": 1, "B2": 2})
    + family("colour choose optional not stocked", {"RED": 1})
    + 'bundle big "Big" {\n  choose board = "B2"\n}\n'
    + 'bundle never "Never" {\n  choose board = "B1"\n}\n'
    + "rule no-bundle : when board = B1 require colour is absent\n"
    + 'bundle both "Both" {\n  choose board = "B1", colour = "RED"\n}\n'
)
DAYS = (date(2027, 1, 4), date(2027, 3, 1))


@pytest.mark.parametrize(
    ("level", "expected"), [("short", RejectedUnavailable), ("exact", Accepted), ("plenty", Accepted)]
)
@pytest.mark.parametrize("name", ["bicycle", "kitchen"])
def test_what_becomes_of_an_order_is_known_by_the_level(name: str, level: Level, expected: type) -> None:
    catalog = Configurator.load(f"package:{name}")

    @settings(QUIETLY, max_examples=10, deadline=None)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        order = data.draw(orders(catalog, max_lines=2, max_quantity=3))
        stock = data.draw(stocks(catalog, order, level=level))
        assert isinstance(catalog.accept(order, stock.store(), alternatives=0), expected)

    check()


def test_an_order_and_its_stock_are_drawn_together() -> None:
    drawn = orders(SHELF).flatmap(
        lambda order: st.tuples(st.just(order), stocks(SHELF, order, level="exact"))
    )

    @settings(QUIETLY, max_examples=20)
    @given(drawn)
    def check(case: tuple[Order, DrawnStock]) -> None:
        order, stock = case
        assert SHELF.check(order, stock.snapshot)

    check()


def test_orders_have_lines_quantities_bundles_days_and_priorities() -> None:
    seen: set[str] = set()

    @settings(QUIETLY, max_examples=150)
    @given(orders(BUNDLED, max_lines=3, max_quantity=4, dates=DAYS))
    def check(order: Order) -> None:
        read = read_order(order)
        assert 1 <= len(read.lines) <= 3
        for line in read.lines:
            assert 1 <= line.quantity <= 4
            assert line.wanted is None or DAYS[0] <= line.wanted <= DAYS[1]
            assert BUNDLED.validate(line.configuration, bundles=line.bundles)
            seen.update(line.bundles)
        seen.update(order)
        seen.update(key for line in order["lines"] for key in line)  # type: ignore[union-attr, misc]

    check()

    # Nothing is valid with `both`.
    assert {
        "order",
        "lines",
        "priority",
        "configuration",
        "quantity",
        "bundles",
        "date",
        "big",
        "never",
    } == seen


def test_an_order_shrinks_to_one_of_the_first_configuration() -> None:
    found = smallest(orders(BUNDLED))

    assert [{"configuration": {"board": "B1", "colour": None}, "quantity": 1}] == found["lines"]
    assert {"order", "lines"} == set(found)


def test_orders_with_one_id_are_the_same_order() -> None:
    seen: dict[JsonValue, Order] = {}

    @settings(QUIETLY, max_examples=200)
    @given(orders(BUNDLED))
    def check(order: Order) -> None:
        assert order == seen.setdefault(order["order"], order)

    check()

    assert 50 < len(seen)


def test_orders_of_nothing_valid_are_refused() -> None:
    with pytest.raises(StrategyError, match="nothing can be drawn from `made`"):
        smallest(orders(NONE))


def test_orders_have_at_least_one_product() -> None:
    with pytest.raises(StrategyError, match="`max_lines` is 1 or more, not 0"):
        orders(BUNDLED, max_lines=0)
    with pytest.raises(StrategyError, match="`max_quantity` is 1 or more, not 0"):
        orders(BUNDLED, max_quantity=0)


@pytest.mark.parametrize("strategy", [orders, stocks])
def test_days_are_the_first_and_the_last(strategy: Callable[..., object]) -> None:
    told = "`dates` are the first and the last day, and 2027-01-04 comes before 2027-03-01"
    with pytest.raises(StrategyError, match=told):
        strategy(BUNDLED, dates=DAYS[::-1])
    with pytest.raises(StrategyError, match="`dates` are the first and the last day, not "):
        strategy(BUNDLED, dates=DAYS[:1])


# ---------------------------------------------------------------- any stock


def test_any_stock_has_counts_and_supplies() -> None:
    seen = set()
    names = {"DrawnStock": DrawnStock, "Supply": Supply, "datetime": dt}

    @settings(QUIETLY, max_examples=60)
    @given(stocks(SHELF, max_count=5, dates=DAYS))
    def check(stock: DrawnStock) -> None:
        assert ["B1", "B2", "B3", "D1", "D2", "F1"] == list(stock.counts)
        assert 0 <= min(stock.counts.values()) <= max(stock.counts.values()) <= 5
        assert all(DAYS[0] <= each.due <= DAYS[1] for each in stock.supplies)
        store = stock.store()
        snapshot = store.snapshot()
        assert stock.snapshot.supplies == snapshot.supplies
        assert stock.counts == {each.sku: each.on_hand for each in snapshot.balances}
        assert stock == eval(repr(stock), names)  # noqa: S307 - that it can be pasted is what is tested
        seen.add(len(stock.supplies))

    check()

    assert {0, 1, 2, 3} <= seen


def test_the_smallest_stock_is_none() -> None:
    assert DrawnStock(dict.fromkeys(["B1", "B2", "B3", "D1", "D2", "F1"], 0)) == smallest(stocks(SHELF))


def test_stock_of_very_many_components_is_drawn_in_few_draws() -> None:
    different = set()

    @settings(QUIETLY, max_examples=40)
    @given(stocks(crowd()))
    def check(stock: DrawnStock) -> None:
        assert 1_000 == len(stock.counts)
        different.add(len(set(stock.counts.values())))

    check()

    assert 3 < max(different)


def test_components_that_are_not_stocked_have_no_stock() -> None:
    assert {"B1": 0, "B2": 0} == smallest(stocks(BUNDLED)).counts


def test_each_store_is_a_fresh_one() -> None:
    stock = DrawnStock({"B1": 2}, (Supply("PO-1", "B1", DAYS[0], 3),))
    stock.store().adjust("B1", -1, reason="lost")

    assert [2] == [each.on_hand for each in stock.store().balances()]


# ---------------------------------------------------------------- stock for an order


def one_line(configuration: dict[str, JsonValue], quantity: int = 2, **more: JsonValue) -> Order:
    return {"order": "SO-1", "lines": [{"configuration": configuration, "quantity": quantity, **more}]}


ORDER = one_line({"board": "B2", "drive": ["D1", "D1"], "fan": None, "colour": "red"})


def test_just_enough_is_what_the_order_needs() -> None:
    assert DrawnStock({"B2": 2, "D1": 4}) == smallest(stocks(SHELF, ORDER, level="exact"))


def test_plenty_is_more_of_everything() -> None:
    assert DrawnStock({"B2": 3, "D1": 5}) == smallest(stocks(SHELF, ORDER, level="plenty"))


def test_short_is_one_unit_too_few_of_one_component() -> None:
    assert DrawnStock({"B2": 1, "D1": 4}) == smallest(stocks(SHELF, ORDER, level="short"))


def test_by_default_the_level_is_drawn() -> None:
    verdicts = set()

    @settings(QUIETLY, max_examples=30)
    @given(stocks(SHELF, ORDER))
    def check(stock: DrawnStock) -> None:
        verdicts.add(type(SHELF.check(ORDER, stock.snapshot, alternatives=0)).__name__)

    check()

    assert {"Available", "RejectedUnavailable"} == verdicts


BOUGHT = Configurator.from_text(
    HEAD
    + "family board choose one {\n  attribute policy : one of { stocked, bought, made }\n"
    + "  attribute lead_time : whole\n"
    + "  | sku | policy | lead_time |\n  |---|---|---|\n  | B1 | bought | 3 |\n}\n"
    + family("fan choose optional", {"F1": 1})
)


def test_what_is_bought_in_time_is_not_what_is_short() -> None:
    day = (BOUGHT.today() + timedelta(days=30)).isoformat()
    both = one_line({"board": "B1", "fan": "F1"}, date=day)
    alone = one_line({"board": "B1", "fan": None}, date=day)

    assert DrawnStock({"B1": 2, "F1": 1}) == smallest(stocks(BOUGHT, both, level="short"))
    with pytest.raises(StrategyError, match="the order needs nothing that could be short"):
        stocks(BOUGHT, alone, level="short")


def test_what_is_bought_too_late_is_short() -> None:
    order = one_line({"board": "B1", "fan": None}, date=BOUGHT.today().isoformat())
    found = smallest(stocks(BOUGHT, order, level="short"))

    assert DrawnStock({"B1": 1}) == found
    assert isinstance(BOUGHT.accept(order, found.store()), RejectedUnavailable)


def test_stock_for_an_order_that_is_not_valid_is_refused() -> None:
    with pytest.raises(StrategyError, match="of this one some are not"):
        stocks(SHELF, one_line({"board": "B3", "drive": [], "fan": None, "colour": "red"}))


def test_an_order_of_what_does_not_exist_is_told() -> None:
    with pytest.raises(ChoiceError, match="unknown component `B9`"):
        stocks(SHELF, one_line({"board": "B9"}))


def test_what_does_not_go_together_is_told() -> None:
    with pytest.raises(ValueError, match="a level is `short`, `exact` or `plenty`, not `low`"):
        stocks(SHELF, ORDER, level="low")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="`short` is the level for an order, and none is given"):
        stocks(SHELF, level="short")
    with pytest.raises(ValueError, match="nothing comes on later days in stock for an order"):
        stocks(SHELF, ORDER, dates=DAYS)
    with pytest.raises(StrategyError, match="`max_count` is 1 or more, not -1"):
        stocks(SHELF, max_count=-1)


def test_a_catalog_of_nothing_that_is_stocked_has_empty_stock() -> None:
    catalog = loaded(family("colour choose optional not stocked", {"RED": 1}))

    assert DrawnStock({}) == smallest(stocks(catalog, dates=DAYS))
