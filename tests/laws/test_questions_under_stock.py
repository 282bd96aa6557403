"""Laws of questions under stock: engines answer what trying all configurations with their bills says."""

import pickle
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from fractions import Fraction
from itertools import combinations

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from law_settings import examples
from stocked_catalogs import (
    ENGINES,
    LATER,
    TODAY,
    StockedCatalog,
    stocked_catalogs,
    units_of,
)

from configurator import Configuration, Configurator, Count, Incomplete, Valid
from configurator.acceptance.stock_analysis import StockAnalysis
from configurator.acceptance.stock_facts import StockTerms, facts_of_stock
from configurator.configuration.completion import Completed, NotCompletable
from configurator.configuration.domains import IdenticalOffers, MixedOffers, PlaceOffers, ValueOffers
from configurator.configuration.outlook import Availability
from configurator.configuration.reasons import Excluded
from configurator.configuration.repairs import Repairs
from configurator.configuration.validation import Invalid
from configurator.engines.engine import Unknown
from configurator.explanation.checking import Checked
from configurator.explanation.conflict import Conflict, Conflicts


@examples(6)
@given(stocked_catalogs())
def test_what_is_counted_and_listed_under_stock_is_what_stock_can_build(found: StockedCatalog) -> None:
    buildable = [each.to_dict() for each in found.buildable]

    for engine in ENGINES:
        asked = found.asked(engine)
        counted = asked.count()

        assert isinstance(counted, Count), counted
        assert len(buildable) == counted.value, engine
        assert buildable == [each.to_dict() for each in asked.configurations()], engine


@examples(6)
@given(stocked_catalogs(), st.data())
def test_choices_under_stock_leave_what_of_them_stock_can_build(
    found: StockedCatalog, data: st.DataObject
) -> None:
    choices = drawn_choices(found, data)
    kept = [each for each in found.buildable if keeps(each, choices)]

    for engine in ENGINES:
        asked = found.asked(engine)
        counted = asked.count(choices)
        verdict = asked.validate(choices)

        assert isinstance(counted, Count), counted
        assert len(kept) == counted.value, engine
        assert bool(kept) == isinstance(verdict, Valid | Incomplete), engine


@examples(6)
@given(stocked_catalogs())
def test_what_is_offered_under_stock_is_in_something_that_can_be_built(found: StockedCatalog) -> None:
    buildable = [each.to_dict() for each in found.buildable]
    boards = {each["board"] for each in buildable}
    memory = {units_told(each["memory"]) for each in buildable}
    drives = [units_of(each["drives"]) for each in buildable]

    for engine in ENGINES:
        offers = found.asked(engine).options()
        assert not isinstance(offers, Unknown)
        of_board, of_memory, of_drives = (offers.of[place] for place in ("board", "memory", "drives"))

        assert isinstance(of_board, ValueOffers)
        assert boards == {each.value for each in of_board.offers}
        assert isinstance(of_memory, IdenticalOffers)
        assert (None in memory) == of_memory.absent
        offered = {(each.component, n) for each in of_memory.offers for n in (each.lowest, each.highest)}
        assert offered <= memory
        assert {sku for sku, _ in filter(None, memory)} == {sku for sku, _ in offered}
        assert isinstance(of_drives, MixedOffers)
        most = {sku: max(each[sku] for each in drives) for each in drives for sku in each}
        assert most == {each.component: each.highest for each in of_drives.offers}


@examples(6)
@given(stocked_catalogs(), st.data())
def test_the_cheapest_and_the_best_under_stock_can_be_built(
    found: StockedCatalog, data: st.DataObject
) -> None:
    choices = drawn_choices(found, data)
    kept = [each for each in found.buildable if keeps(each, choices)]
    plain = Configurator.from_text(found.text)
    prices = {str(each.to_dict()): price_of(plain, each) for each in kept}
    best = {}

    for engine in ENGINES:
        asked = found.asked(engine)
        cheapest, completed = asked.cheapest(choices), asked.complete(choices)
        if not kept:
            assert isinstance(cheapest, NotCompletable)
            assert isinstance(completed, NotCompletable)
            continue

        assert isinstance(cheapest, tuple)
        assert min(prices.values()) == cheapest[0].amount.number
        assert min(prices.values()) == prices[str(cheapest[0].configuration.to_dict())]
        assert isinstance(completed, Completed)
        assert str(completed.configuration.to_dict()) in prices
        best[engine] = completed.configuration.to_dict()

    assert all(each == best["exhaustive"] for each in best.values())


@examples(6)
@given(stocked_catalogs(), st.data())
def test_conflicts_under_stock_stand_and_no_member_of_them_is_superfluous(
    found: StockedCatalog, data: st.DataObject
) -> None:
    choices = drawn_choices(found, data)
    asked = found.asked()
    conflicts = asked.conflicts(choices, limit=20)
    verdict = asked.validate(choices)

    assert isinstance(conflicts, Conflicts)
    possible = any(keeps(each, choices) for each in found.buildable)
    assert possible != bool(conflicts)
    for conflict in conflicts.conflicts:
        assert conflict.minimal
        left = {key: value for key, value in choices.items() if concerns(conflict.choices, key)}
        short = {sku: found.stock.get(sku, 0) for sku in conflict.stock}
        # Of the stock it is enough to know what the conflict names.
        assert not any(keeps(each, left) and fits(each, short, found.times) for each in found.valid), conflict
        for named in conflict.stock:
            others = {sku: count for sku, count in short.items() if sku != named}
            if not conflict.rules:
                assert any(
                    keeps(each, left) and fits(each, others, found.times) for each in everything(found)
                ), conflict
    if isinstance(verdict, Invalid):
        assert isinstance(asked.check_verdict(choices, verdict), Checked)


@examples(6)
@given(stocked_catalogs(), st.data())
def test_a_repair_under_stock_can_be_built_and_changes_the_fewest_places(
    found: StockedCatalog, data: st.DataObject
) -> None:
    choices = {key: value for key, value in drawn_choices(found, data).items() if key != "box"}
    buildable = found.buildable
    repairs = found.asked().repairs(choices)

    fewest = next(
        (
            number
            for number in range(len(choices) + 1)
            for kept in combinations(choices, len(choices) - number)
            if any(keeps(each, {key: choices[key] for key in kept}) for each in buildable)
        ),
        None,
    )
    assert (fewest is not None) == isinstance(repairs, Repairs)
    if isinstance(repairs, Repairs):
        assert bool(fewest) == bool(repairs)
        for repair in repairs.repairs:
            assert fewest is not None
            assert len(repair.changes) >= fewest
            assert any(keeps(each, repair.choices) for each in buildable)
        if repairs:
            assert len(repairs.repairs[0].changes) == fewest


@examples(6)
@given(stocked_catalogs(), st.data())
def test_what_is_excluded_under_stock_is_in_nothing_that_can_be_built(
    found: StockedCatalog, data: st.DataObject
) -> None:
    choices = {key: value for key, value in drawn_choices(found, data).items() if key not in {"board", "box"}}
    board = data.draw(st.sampled_from(["B1", "B2", "X"]))
    excluded = found.asked().why_not(choices, "board", board)
    of_session = found.asked().session(choices).why_not("board", board)

    possible = any(keeps(each, {**choices, "board": board}) for each in found.buildable)
    assert possible != isinstance(excluded, Excluded)
    assert possible != isinstance(of_session, Excluded)


@examples(6)
@given(stocked_catalogs(), st.integers(0, 99))
def test_samples_under_stock_can_be_built(found: StockedCatalog, seed: int) -> None:
    buildable = [each.to_dict() for each in found.buildable]
    drawn = found.asked("diagram").sample(5, seed=seed)

    if not buildable:
        assert isinstance(drawn, Unknown) or not len(drawn)
        return
    assert not isinstance(drawn, Unknown)
    assert all(each.to_dict() in buildable for each in drawn)


@examples(6)
@given(stocked_catalogs())
def test_what_is_said_in_few_constraints_is_what_the_facts_say_one_by_one(found: StockedCatalog) -> None:
    plain = Configurator.from_text(found.text)
    terms = StockTerms.of(found.snapshot, times=found.times, today=plain.today())
    facts = facts_of_stock(plain.product().lowered, terms)
    apart = plain.product().prepared.extended(tuple(c for fact in facts.each for c in fact.constraints))

    assert len(found.buildable) == apart.count({})


@examples(6)
@given(stocked_catalogs(dated=True), st.sampled_from(LATER))
def test_on_a_later_day_what_has_come_by_then_can_be_built(found: StockedCatalog, day: date) -> None:
    buildable = sum(found.builds(each, day) for each in found.valid)
    plain = Configurator.from_text(found.text)
    asked = plain.under(found.snapshot, on=day, times=found.times)
    screened = plain.screen(found.valid, found.snapshot, on=day, times=found.times)

    assert buildable == counted(asked)
    assert [found.builds(each, day) for each in found.valid] == [each.buildable for each in screened]


@examples(6)
@given(stocked_catalogs(dated=True), st.data())
def test_an_offer_is_available_from_the_first_day_on_which_something_with_it_can_be_built(
    found: StockedCatalog, data: st.DataObject
) -> None:
    found = evolve(found, times=1)
    choices = {key: value for key, value in drawn_choices(found, data).items() if key in {"board", "usage"}}
    plain = Configurator.from_text(found.text, clock=lambda: datetime.combine(TODAY, time(12), UTC))
    of_options = plain.options(choices, stock=found.snapshot)
    of_session = plain.session(choices, stock=found.snapshot).options()
    assert not isinstance(of_options, Unknown)
    assert not isinstance(of_session, Unknown)
    kept = [each for each in found.valid if keeps(each, choices)]
    offers = {(place, sku) for each in kept for place in PLACES for sku in held(each, place)}

    for place, sku in sorted(offers, key=str):
        having = [each for each in kept if sku in held(each, place)]
        days = [
            day for day in (TODAY, *sorted(every_day(found))) if any(found.builds(e, day) for e in having)
        ]
        expected = "none" if not days else "now" if days[0] == TODAY else f"from {days[0]}"

        assert expected == str(availability(of_options.of[place], sku))
        assert expected == str(availability(of_session[place], sku))


@examples(6)
@given(stocked_catalogs(dated=True))
def test_what_is_dead_or_choked_by_stock_is_what_trying_everything_says(found: StockedCatalog) -> None:
    plain = Configurator.from_text(found.text, clock=lambda: datetime.combine(TODAY, time(12), UTC))
    analysis = plain.stock_analysis(found.snapshot, times=found.times)
    assert isinstance(analysis, StockAnalysis)
    valid, buildable = (
        {sku for each in some for sku in bill_of(each)} for some in (found.valid, found.buildable)
    )

    assert len(found.valid) == analysis.valid
    assert len(found.buildable) == analysis.buildable
    assert valid - buildable == {each.component for each in analysis.dead}
    for dead in analysis.dead:
        having = [each for each in found.valid if dead.component in bill_of(each)]
        days = [day for day in sorted(every_day(found)) if any(found.builds(each, day) for each in having)]
        assert (f"from {days[0]}" if days else "none") == str(dead.availability)
        assert isinstance(dead.conflict, Conflict)
        assert dead.conflict.stock
        assert dead.conflict.minimal
    for choke in analysis.chokes:
        plenty = evolve(found, stock={**found.stock, choke.component: 10**6})
        assert len(plenty.buildable) - len(found.buildable) == choke.gained


@examples(6)
@given(stocked_catalogs())
def test_with_a_bundle_what_the_rules_allow_with_it_is_built(found: StockedCatalog) -> None:
    plain = Configurator.from_text(found.text)
    buildable = sum(found.builds(each) for each in plain.configurations(bundles=["gamer"]))

    for engine in ("auto", "diagram", "sat"):
        count = found.asked(engine).count(bundles=["gamer"])

        assert isinstance(count, Count)
        assert buildable == count.value


@examples(6)
@given(stocked_catalogs())
def test_a_view_that_is_pickled_answers_the_same(found: StockedCatalog) -> None:
    asked = found.asked()

    assert len(found.buildable) == counted(pickle.loads(pickle.dumps(asked)))  # noqa: S301 - what was pickled a moment ago


def test_the_laws_meet_stock_that_builds_all_some_and_nothing() -> None:
    met: Counter[str] = Counter()

    @examples(40)
    @given(stocked_catalogs())
    def look(found: StockedCatalog) -> None:
        some = found.buildable
        met["nothing valid" if not found.valid else "none" if not some else "some"] += 1
        met["all"] += bool(found.valid) and len(some) == len(found.valid)
        met["assembly"] += bool(some) and "assembly" in found.text
        met["unknown to stock"] += bool(some) and len(found.stock) < 7

    look()

    assert all(met[word] >= 2 for word in ("none", "some", "all", "assembly", "unknown to stock")), met


# ---------------------------------------------------------------- by trying

PLACES = ("board", "drives", "memory")


def counted(asked: Configurator) -> int | None:
    """How many there are."""
    found = asked.count()
    return found.value if isinstance(found, Count) else None


def bill_of(configuration: Configuration) -> set[str]:
    """The components of a configuration."""
    return {*units_of(configuration.to_dict())}


def held(configuration: Configuration, place: str) -> set[str | None]:
    """The components that a place holds; nothing where it is empty, which is told of slots of one kind."""
    found: set[str | None] = {*units_of(configuration.to_dict()[place])}
    return found or ({None} if place == "memory" else set())


def every_day(found: StockedCatalog) -> set[date]:
    """The later days on which something comes."""
    return {due for _, due, _ in found.coming} | {found.bought_by(sku) for sku in found.bought}


def availability(offers: PlaceOffers, sku: str | None) -> Availability | Unknown | None:
    """From when on a component of a place can be had."""
    match offers:
        case ValueOffers(offers=values):
            return next(each.availability for each in values if each.value == sku)
        case IdenticalOffers(offers=quantities, nothing=nothing):
            if sku is None:
                return nothing.availability
            return next(each.availability for each in quantities if each.component == sku)
        case MixedOffers(offers=mixed):
            return next(each.availability for each in mixed if each.component == sku)
        case _:
            raise AssertionError(offers)


def drawn_choices(found: StockedCatalog, data: st.DataObject) -> dict[str, object]:
    """Choices about some places, as some valid configuration or several have them."""
    if not found.valid:
        return {}
    some = st.sampled_from(found.valid)
    choices: dict[str, object] = {}
    for place in data.draw(st.permutations(("board", "drives", "memory", "usage", "box")))[:3]:
        value = data.draw(some).to_dict().get(place, ...)
        if value is not ... and data.draw(st.integers(0, 3)):
            choices[place] = value
    return choices


def keeps(configuration: Configuration, choices: Mapping[str, object]) -> bool:
    """Whether a configuration has what is chosen, instances in whatever order."""
    held = configuration.to_dict()
    return all(canonical(held.get(key)) == canonical(value) for key, value in choices.items())


def canonical(value: object) -> object:
    """A value in which the order of a list says nothing."""
    return sorted(map(str, value)) if isinstance(value, list) else value


def concerns(places: tuple[str, ...], key: str) -> bool:
    """Whether some of the places named are a place or lie inside it."""
    return any(place == key or place.startswith((f"{key}[", f"{key}.")) for place in places)


def units_told(value: object) -> tuple[str, int] | None:
    """A component with its quantity."""
    found = units_of(value)
    return next(iter(found.items())) if found else None


def fits(configuration: Configuration, stock: Mapping[str, int], times: int) -> bool:
    """Whether a configuration takes no more of some components than there are."""
    bill = units_of(configuration.to_dict())
    return all(times * bill[sku] <= count for sku, count in stock.items())


def everything(found: StockedCatalog) -> tuple[Configuration, ...]:
    """All configurations, valid or not."""
    text = "\n".join(line for line in found.text.splitlines() if not line.startswith("rule "))
    return tuple(Configurator.from_text(text, engine="backtracking").configurations())


def price_of(plain: Configurator, configuration: Configuration) -> Fraction:
    """What the components of a configuration cost in all, read off the catalog."""
    prices: dict[str, Fraction] = {}
    for family in plain.catalog.families.values():
        for component in family.components:
            price = component.values["price"]
            assert isinstance(price, int | Fraction)
            prices[component.sku] = Fraction(price)
    bill = units_of(configuration.to_dict())
    return sum((prices[sku] * count for sku, count in bill.items()), Fraction(0))
