"""A catalog under stock: what answers say, in words and days; what refuses to be asked so."""

import pickle
from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest

from configurator import (
    Availability,
    Completed,
    Configurator,
    Conflict,
    Incomplete,
    Invalid,
    Repairs,
    Supply,
    Unknown,
    Valid,
    open_stock,
)
from configurator.availability.masters import ItemMaster, Policy
from configurator.availability.snapshot import StockSnapshot
from configurator.configuration.domains import IdenticalOffers, Offer, PlaceOffers, ValueOffers
from configurator.configuration.reasons import Excluded
from configurator.engines.engine import SearchLimits
from configurator.explanation.evidence import StockEvidence

BENCH = """
catalog bench "Workbench" version "1" currency EUR
family top "Top" choose one {
  | sku   | name       | price [EUR] |
  | OAK   | Oak top    |      220.00 |
  | BEECH | Beech top  |      180.00 |
  | STEEL | Steel top  |      320.00 |
}
family leg "Legs" choose 2..3 identical {
  | sku  | price [EUR] |
  | FIX  |       30.00 |
  | LIFT |       95.00 |
}
family drawer "Drawers" choose 0..2 mixed {
  | sku   | price [EUR] |
  | SMALL |       25.00 |
  | LARGE |       45.00 |
}
family oiling choose optional not stocked {
  | sku |
  | OIL |
}
calc price in EUR = sum(price)
rule steel-stands:
  when top = STEEL
  require leg.quantity >= 3
  because "A top of steel stands on three legs."
bundle pair "Pair of drawers" {
  choose drawer = 2 x "SMALL"
  price -5.00 EUR
}
"""
TODAY, MONDAY = date(2026, 11, 23), date(2026, 11, 30)
COUNTS = {"OAK": 3, "BEECH": 0, "STEEL": 1, "FIX": 2, "LIFT": 2, "SMALL": 1}


def noon() -> datetime:
    return datetime(2026, 11, 23, 12, tzinfo=UTC)


def bench(engine: str | None = None) -> Configurator:
    return Configurator.from_text(BENCH, name="bench.pcat", engine=engine, clock=noon)


def shelf(**counts: int) -> StockSnapshot:
    return StockSnapshot.from_counts({**COUNTS, **counts})


def expected(*supplies: Supply, **counts: int) -> StockSnapshot:
    """What a store looks like that expects something."""
    with open_stock("memory:", now=noon) as store:
        store.import_counts({**COUNTS, **counts})
        for supply in supplies:
            store.add_supply(supply)
        return store.snapshot()


def tops(offers: Mapping[str, PlaceOffers] | Unknown) -> tuple[Offer, ...]:
    """What is offered as the top."""
    assert not isinstance(offers, Unknown)
    found = offers["top"]
    assert isinstance(found, ValueOffers)
    return found.offers


def available(offers: Mapping[str, PlaceOffers] | Unknown) -> list[str]:
    """From when on each top can be had."""
    return [str(each.availability) for each in tops(offers)]


def message(asked: Configurator, **choices: object) -> str:
    """What speaks against choices."""
    verdict = asked.validate(choices)
    assert isinstance(verdict, Invalid)
    (conflict,) = verdict.conflicts
    return conflict.message


# ---------------------------------------------------------------- what is said


def test_stock_that_is_in_the_way_is_named_with_its_number() -> None:
    asked = bench().under(shelf())

    assert "`top = BEECH` cannot be built: there is no Beech top (BEECH) in stock" == message(
        asked, top="BEECH"
    )
    two_small = [{"component": "SMALL", "quantity": 2}]
    assert "`drawer = 2 x SMALL` cannot be built: there is 1 SMALL in stock" == message(
        asked, drawer=two_small
    )
    large = "`drawer = 1 x LARGE` cannot be built: LARGE is unknown to stock"
    assert large == message(asked, drawer=["LARGE"])


def test_rules_and_stock_that_refuse_together_are_named_together() -> None:
    verdict = bench().under(shelf()).validate({"top": "STEEL"})

    assert isinstance(verdict, Invalid)
    (conflict,) = verdict.conflicts
    assert ("steel-stands",) == conflict.rules
    assert ("FIX", "LIFT") == conflict.stock
    assert ("top",) == conflict.choices
    assert conflict.minimal


def test_a_full_configuration_that_is_short_is_told_with_the_choices_that_matter() -> None:
    full: dict[str, object] = {"top": "OAK", "leg": "3 x FIX", "drawer": [], "oiling": None}
    verdict = bench().under(shelf()).validate(full)

    assert isinstance(bench().validate(full), Valid)
    assert isinstance(verdict, Invalid)
    assert [("leg",)] == [conflict.choices for conflict in verdict.conflicts]
    assert [("FIX",)] == [conflict.stock for conflict in verdict.conflicts]


def test_a_conflict_says_until_when_stock_is_in_the_way() -> None:
    coming = expected(Supply("PO-1", "BEECH", date(2026, 12, 4), 2), Supply("PO-2", "SMALL", MONDAY, 1))
    asked = bench().under(coming)

    told = "there is no Beech top (BEECH) in stock, only from 2026-12-04"
    assert f"`top = BEECH` cannot be built: {told}" == message(asked, top="BEECH")
    two_small = "`drawer = 2 x SMALL` cannot be built: there is 1 SMALL in stock, more from 2026-11-30"
    assert two_small == message(asked, drawer=["2 x SMALL"])
    (conflict,) = asked.conflicts({"top": "BEECH"}).or_raise().conflicts
    (stock,) = (each for each in conflict.evidence if isinstance(each, StockEvidence))
    assert date(2026, 12, 4) == stock.until


def test_on_a_later_day_it_is_told_what_can_be_had_by_then() -> None:
    coming = expected(Supply("PO-1", "BEECH", date(2026, 12, 4), 2))
    asked = bench().under(coming, on=MONDAY)

    told = "there is no Beech top (BEECH) to be had by 2026-11-30, only from 2026-12-04"
    assert f"`top = BEECH` cannot be built: {told}" == message(asked, top="BEECH")
    assert isinstance(bench().under(coming, on=date(2026, 12, 4)).validate({"top": "BEECH"}), Incomplete)


def test_of_several_products_each_component_is_needed_as_often() -> None:
    asked = bench().under(shelf(), times=2)

    assert "`leg = FIX` cannot be built: there are 2 FIX in stock for 2 products" == message(
        asked, leg={"component": "FIX"}
    )
    assert 0 == asked.count().or_raise().value


def test_what_is_bought_to_order_can_be_had_after_its_lead_time() -> None:
    bought = StockSnapshot.from_counts(COUNTS, (ItemMaster("BEECH", Policy.BOUGHT, 7),))

    assert isinstance(bench().under(bought, on=date(2026, 11, 29)).validate({"top": "BEECH"}), Invalid)
    assert isinstance(bench().under(bought, on=MONDAY).validate({"top": "BEECH"}), Incomplete)
    offers = bench().options(stock=bought).or_raise().of
    (beech,) = (each for each in tops(offers) if each.value == "BEECH")
    assert Availability("from", MONDAY) == beech.availability


def test_what_the_catalog_says_of_lead_times_counts_as_well() -> None:
    top = """
family top "Top" choose one {
  | sku   | price [EUR] | policy  | lead_time |
  | OAK   |      220.00 | stocked |         0 |
  | BEECH |      180.00 | bought  |         7 |
}
family leg"""
    text = (
        BENCH[: BENCH.index("\nfamily top")]
        + top
        + BENCH[BENCH.index("\nfamily leg") + len("\nfamily leg") :]
    )
    text = text.replace("when top = STEEL", "when top = BEECH")
    asked = Configurator.from_text(text, clock=noon)

    assert isinstance(asked.under(shelf(FIX=3)).validate({"top": "BEECH"}), Invalid)
    assert isinstance(asked.under(shelf(FIX=3), on=MONDAY).validate({"top": "BEECH"}), Incomplete)


def test_what_is_not_stocked_is_always_there() -> None:
    assert isinstance(bench().under(shelf()).validate({"oiling": "OIL"}), Incomplete)


def test_planned_supplies_and_promises_are_heeded() -> None:
    planned = expected(Supply("PO-1", "BEECH", MONDAY, 2, firm=False))

    assert isinstance(bench().under(planned, on=date(2026, 12, 24)).validate({"top": "BEECH"}), Invalid)


# ---------------------------------------------------------------- more questions


def test_why_not_tells_stock_and_the_way_out() -> None:
    found = bench().under(shelf()).why_not({"leg": {"component": "LIFT"}}, "leg", "3 x LIFT")

    assert isinstance(found, Excluded)
    assert ("LIFT",) == found.conflict.stock
    assert "there are 2 LIFT in stock" == found.derivation.steps[0].by[0].text  # type: ignore[union-attr]  # stock


def test_sessions_under_stock_offer_what_can_be_built() -> None:
    session = bench().under(shelf()).session({"top": "OAK"})
    offers = session.options()

    assert ["BEECH", "STEEL"] == [each.value for each in tops(offers) if each.state == "excluded"]
    assert not isinstance(offers, Unknown)
    legs = offers["leg"]
    assert isinstance(legs, IdenticalOffers)
    assert [("FIX", 2, 2), ("LIFT", 2, 2)] == [
        (each.component, each.lowest, each.highest) for each in legs.offers
    ]
    assert isinstance(session.why_not("drawer", "LARGE"), Excluded)


def test_offers_tell_from_when_on_they_can_be_had_through_all_steps() -> None:
    coming = expected(Supply("PO-1", "BEECH", date(2026, 12, 4), 2), Supply("PO-2", "FIX", MONDAY, 4))
    session = bench().session(stock=coming)

    assert ["now", "from 2026-12-04", "from 2026-11-30"] == available(session.options())
    session = session.choose(leg="2 x LIFT")
    assert ["now", "from 2026-12-04", "None"] == available(session.options())


def test_a_bundle_that_stock_cannot_build_is_told_so() -> None:
    asked = bench().under(shelf())

    assert 0 == asked.count(bundles=["pair"]).or_raise().value
    verdict = asked.validate(bundles=["pair"])
    assert isinstance(verdict, Invalid)
    assert [("SMALL",)] == [conflict.stock for conflict in verdict.conflicts]
    assert 4 == bench().under(shelf(SMALL=2)).count(bundles=["pair"]).or_raise().value


def test_a_default_that_stock_cannot_build_is_not_kept_and_stock_is_told_as_the_reason() -> None:
    asked = Configurator.from_text(f'{BENCH}default top = "BEECH"\n', clock=noon).under(shelf())
    completed = asked.complete(reasons=True)

    assert isinstance(completed, Completed)
    assert "OAK" == completed.configuration["top"]
    (wish,) = completed.wishes
    assert isinstance(wish.why, Conflict)
    assert ("BEECH",) == wish.why.stock


def test_ways_out_never_lead_to_what_stock_cannot_build() -> None:
    found = bench().under(shelf()).repairs({"top": "STEEL", "leg": "3 x FIX"}, limit=None)

    assert isinstance(found, Repairs)
    for repair in found.repairs:
        assert not isinstance(bench().under(shelf()).validate(repair.choices), Invalid)


def test_an_offer_without_stock_has_no_availability() -> None:
    (offer, *_) = tops(bench().options().or_raise().of)

    assert offer.availability is None


def test_a_limit_leaves_the_availability_unknown_and_it_is_asked_again() -> None:
    (offer, *_) = tops(bench().options(stock=shelf(), seconds=60).or_raise().of)
    by_day = offer._reasons.possible
    ticks = iter(range(10**6))
    object.__setattr__(by_day, "limits", SearchLimits(0.5, 0.5, lambda: float(next(ticks))))
    stopped = offer.availability
    object.__setattr__(by_day, "limits", SearchLimits())

    assert isinstance(stopped, Unknown)
    assert Availability("now") == offer.availability


# ---------------------------------------------------------------- the view


def test_stock_is_looked_at_once_and_a_view_of_a_view_has_other_stock() -> None:
    with open_stock("memory:", now=noon) as store:
        store.import_counts(COUNTS)
        asked = bench().under(store)
        store.import_counts({"BEECH": 1})

        assert 8 == asked.count().or_raise().value
        assert 16 == asked.under(store).count().or_raise().value


def test_a_view_that_is_pickled_keeps_its_stock() -> None:
    asked = pickle.loads(pickle.dumps(bench().under(shelf(), times=1)))  # noqa: S301 - pickled a moment ago

    assert 8 == asked.count().or_raise().value
    assert "under stock" in repr(asked)


@pytest.mark.parametrize("engine", [None, "diagram", "sat", "backtracking", "exhaustive"])
def test_every_engine_counts_what_can_be_built(engine: str | None) -> None:
    assert 8 == bench(engine).under(shelf()).count().or_raise().value
    assert 8 == len(list(bench(engine).under(shelf()).configurations()))
    assert bench(engine).under(shelf()).session().count()


def test_what_is_about_a_catalog_is_not_asked_of_one_under_stock() -> None:
    asked = bench().under(shelf())

    with pytest.raises(TypeError, match="`analyze` is asked of a catalog, not of one under stock"):
        asked.analyze()
    with pytest.raises(TypeError, match="`difference` is asked of a catalog"):
        asked.difference(bench())
    with pytest.raises(TypeError, match="`difference` is asked of a catalog"):
        bench().difference(asked)
    with pytest.raises(TypeError, match="a compiled file is asked of a catalog"):
        asked.save_compiled("bench.npz")


@pytest.mark.parametrize(
    ("how", "error", "told"),
    [
        ({"times": 0}, ValueError, "the number of products is at least 1, not `0`"),
        ({"times": 1.5}, TypeError, "the number of products is whole, not `1.5`"),
        ({"times": True}, TypeError, "the number of products is whole, not `True`"),
        ({"on": "2026-11-30"}, TypeError, "the day on which it is needed is a `datetime.date`"),
        ({"on": noon()}, TypeError, "the day on which it is needed is a `datetime.date`"),
    ],
)
def test_what_makes_no_sense_of_stock_is_refused(
    how: dict[str, object], error: type[Exception], told: str
) -> None:
    with pytest.raises(error, match=told):
        bench().under(shelf(), **how)  # type: ignore[arg-type]  # that is the point


def test_a_day_that_has_come_is_now() -> None:
    coming = expected(Supply("PO-1", "BEECH", TODAY, 2))

    assert isinstance(bench().under(coming, on=TODAY).validate({"top": "BEECH"}), Invalid)
    assert isinstance(bench().under(coming, on=date(2026, 1, 1)).validate({"top": "BEECH"}), Invalid)
    assert isinstance(bench().under(coming, on=date(2026, 11, 24)).validate({"top": "BEECH"}), Incomplete)


def test_screening_tells_what_is_short_by_a_day_for_several_products() -> None:
    coming = expected(Supply("PO-1", "OAK", MONDAY, 2))
    (found, *_) = bench().configurations({"top": "OAK", "leg": "2 x FIX", "drawer": [], "oiling": None})

    (now,) = bench().screen([found], coming, times=4)
    (later,) = bench().screen([found], coming, on=MONDAY, times=4)

    assert [("FIX", 8, 2), ("OAK", 4, 3)] == [(s.component, s.wanted, s.free) for s in now.shortages]
    assert [("FIX", 8, 2)] == [(s.component, s.wanted, s.free) for s in later.shortages]
    assert not later.buildable
    assert MONDAY == later.shortages[0].needed
