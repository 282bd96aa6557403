"""What questions under stock once got wrong: wrong steps, foreign stock, goods that are bought today."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from configurator import Buildable, Configurator, Nearest, Promised, open_stock
from configurator.acceptance.stock_analysis import StockAnalysis
from configurator.availability.masters import ItemMaster, Policy
from configurator.availability.snapshot import StockSnapshot
from configurator.configuration.domains import ValueOffers
from configurator.configuration.reasons import Excluded
from configurator.explanation.conflict import Conflict

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TODAY, TOMORROW = date(2026, 11, 23), date(2026, 11, 24)
BAGS = """
catalog bags "Bags" version "1" currency EUR
family f choose one {
  | sku |
  | A   |
}
assembly bag choose 2 {
  family g choose 1..2 identical {
    | sku |
    | B   |
    | C   |
  }
  slot s : f choose one
}
"""
ONE = """
catalog one "One" version "1" currency EUR
family f choose one {
  | sku | price [EUR] |
  | A   |        1.00 |
}
family colour choose one not stocked {
  | sku  | price [EUR] |
  | RED  |        1.00 |
}
calc price "Price" in EUR = sum(price)
"""
FULL = {"f": "A", "colour": "RED"}


def loaded(text: str) -> Configurator:
    return Configurator.from_text(text, clock=lambda: NOON)


def bought_now() -> StockSnapshot:
    """Nothing there of what is bought without a lead time."""
    with open_stock("memory:", now=lambda: NOON) as store:
        store.import_counts({"A": 0})
        store.set_masters([ItemMaster("A", Policy.BOUGHT, 0)])
        return store.snapshot()


# ---------------------------------------------------------------- reasons


def test_an_instance_that_a_fact_does_not_read_is_not_taken_for_absent() -> None:
    bags = loaded(BAGS)
    analysis = bags.stock_analysis(StockSnapshot.from_counts({"A": 2, "B": 9, "C": 9}))

    assert isinstance(analysis, StockAnalysis)
    assert ["A", "B", "C"] == [each.component for each in analysis.dead]
    for each in analysis.dead:
        assert isinstance(each.conflict, Conflict)
        assert ("A",) == each.conflict.stock


def test_a_step_never_concludes_that_everything_is_left() -> None:
    bags = loaded(BAGS).under(StockSnapshot.from_counts({"A": 2, "B": 9, "C": 9}))
    excluded = bags.why_not({}, "bag[1].g", "B")

    assert isinstance(excluded, Excluded)
    assert ("bag[1].g = B  ->  nothing is left",) == excluded.derivation.lines


def test_what_is_not_stocked_is_dead_where_all_that_it_goes_with_is_short() -> None:
    analysis = loaded(ONE).stock_analysis(StockSnapshot.from_counts({"A": 0}))

    assert isinstance(analysis, StockAnalysis)
    assert [("A", ("A",)), ("RED", ("A",))] == [
        (each.component, each.conflict.stock) for each in analysis.dead if isinstance(each.conflict, Conflict)
    ]


# ---------------------------------------------------------------- what is no stock, no day, no number

ASKED: tuple[tuple[str, Callable[[Configurator, object], object]], ...] = (
    ("under", lambda asked, stock: asked.under(stock)),  # type: ignore[arg-type]  # what is tested
    ("options", lambda asked, stock: asked.options(stock=stock)),  # type: ignore[arg-type]  # likewise
    ("session", lambda asked, stock: asked.session(stock=stock)),  # type: ignore[arg-type]  # likewise
    ("stock_analysis", lambda asked, stock: asked.stock_analysis(stock)),  # type: ignore[arg-type]  # likewise
    ("screen", lambda asked, stock: asked.screen((), stock)),  # type: ignore[arg-type]  # likewise
    ("nearest", lambda asked, stock: asked.nearest(FULL, stock)),  # type: ignore[arg-type]  # likewise
    ("buildable", lambda asked, stock: asked.buildable(FULL, stock)),  # type: ignore[arg-type]  # likewise
    ("promise", lambda asked, stock: asked.promise(FULL, stock)),  # type: ignore[arg-type]  # likewise
    ("check", lambda asked, stock: asked.check(FULL, stock)),  # type: ignore[arg-type]  # likewise
    ("accept", lambda asked, stock: asked.accept({"order": "1", **FULL}, stock)),  # type: ignore[arg-type]  # likewise
)


@pytest.mark.parametrize("question", [question for _, question in ASKED], ids=[name for name, _ in ASKED])
@pytest.mark.parametrize(
    "stock", ["sqlite:///s.db", {"A": 1}, 42, object(), StockSnapshot], ids=lambda each: type(each).__name__
)
def test_what_is_no_stock_is_refused_in_the_same_words(
    question: Callable[[Configurator, object], object], stock: object
) -> None:
    told = f"stock is an open store or a snapshot, not `{type(stock).__name__}`; `open_stock"

    with pytest.raises(TypeError, match=told):
        question(loaded(ONE), stock)


@pytest.mark.parametrize("name", [name for name, _ in ASKED if name not in {"options", "session"}])
def test_only_offers_can_be_asked_for_without_stock(name: str) -> None:
    with pytest.raises(TypeError, match="stock is an open store or a snapshot, not `NoneType`"):
        dict(ASKED)[name](loaded(ONE), None)


@pytest.mark.parametrize("on", ["2026-11-23", NOON, 20261123], ids=str)
@pytest.mark.parametrize("name", ["under", "stock_analysis", "screen", "nearest", "buildable"])
def test_a_day_that_is_no_date_is_refused_in_the_same_words(name: str, on: object) -> None:
    given = {"screen": ((),), "nearest": (FULL,), "buildable": (FULL,)}.get(name, ())

    with pytest.raises(TypeError, match=r"the day on which it is needed is a `datetime\.date`, not"):
        getattr(loaded(ONE), name)(*given, bought_now(), on=on)


@pytest.mark.parametrize("name", ["under", "stock_analysis", "screen", "nearest"])
def test_nobody_asks_for_more_products_than_a_line_of_an_order_can_have(name: str) -> None:
    given = {"screen": ((),), "nearest": (FULL,)}.get(name, ())
    question = getattr(loaded(ONE), name)
    question(*given, bought_now(), times=10**6)

    with pytest.raises(ValueError, match="the number of products is at most 1000000, not `1000001`"):
        question(*given, bought_now(), times=10**6 + 1)


# ---------------------------------------------------------------- bought today


def test_what_is_bought_today_is_there_tomorrow_whatever_is_asked() -> None:
    asked, stock = loaded(ONE), bought_now()
    offers = asked.options(stock=stock).or_raise().of["f"]
    nearest = asked.nearest(FULL, stock)
    built = asked.buildable(FULL, stock)
    promised = asked.promise(FULL, stock)
    analysis = asked.stock_analysis(stock)

    assert isinstance(offers, ValueOffers)
    assert f"from {TOMORROW}" == str(offers.offers[0].availability)
    assert [0, 0, 1] == [
        asked.under(stock, on=day).count().or_raise().value for day in (None, TODAY, TOMORROW)
    ]
    assert [False, True] == [
        each.buildable
        for day in (TODAY, TOMORROW)
        for each in asked.screen([*asked.configurations()], stock, on=day)
    ]
    assert isinstance(analysis, StockAnalysis)
    assert (0, f"from {TOMORROW}") == (analysis.buildable, str(analysis.dead[0].availability))
    assert isinstance(built, Buildable)
    assert 0 == built.quantity
    assert isinstance(nearest, Nearest)
    assert isinstance(promised, Promised)
    assert TOMORROW == nearest.first.day == promised.promise.day


def test_choices_held_against_stock_are_refused_as_no_configuration() -> None:
    asked = loaded(ONE)
    with open_stock("memory:") as store, pytest.raises(TypeError, match="is a `Configuration`, not"):
        list(asked.screen([{"a": 1}], store))  # type: ignore[list-item]  # what is tested
