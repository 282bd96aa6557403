"""What is proposed is compared with all valid configurations on all days, one by one."""

from collections import Counter
from datetime import date, timedelta
from fractions import Fraction

from attrs import evolve, frozen
from hypothesis import given, settings
from hypothesis import strategies as st
from small_shops import DAYS, SHOPS, TODAY, Stock, after, snapshot_of, stocks

from configurator.acceptance.bill_of_materials import bill_of_materials
from configurator.acceptance.nearest import BRINGS_NEARER, Nearest, Proposal, Unbuildable
from configurator.configuration.model import Configuration
from configurator.configurator import Configurator
from configurator.engines.engine import Unknown

PRICES = {"T1": 10, "T2": 12, "T3": 20, "L1": 5, "L2": 4, "L3": 9, "B2": 7, "B3": 9, "A": 3, "B": 4, "S": 1}
LISTED = {shop.catalog.name: tuple(shop.configurations()) for shop in SHOPS}


@frozen
class Case:
    """A wish under some stock."""

    shop: Configurator
    wish: Configuration
    stock: Stock
    times: int
    on: int | None
    more: int = 1


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A valid configuration that somebody wants, on a day or as soon as possible."""
    shop = draw(st.sampled_from(SHOPS))
    wish = draw(st.sampled_from(LISTED[shop.catalog.name]))
    return Case(
        shop,
        wish,
        draw(stocks(shop)),
        draw(st.integers(1, 2)),
        draw(st.none() | st.integers(0, DAYS - 4)),
        draw(st.integers(0, 3)),
    )


def found(case: Case) -> Nearest | Unbuildable:
    """What is proposed."""
    answer = case.shop.nearest(
        dict(case.wish),
        snapshot_of(case.stock),
        on=None if case.on is None else after(case.on),
        times=case.times,
        more_changes=case.more,
    )
    assert isinstance(answer, Nearest | Unbuildable)
    return answer


def needs(shop: Configurator, configuration: Configuration) -> Counter[str]:
    """The components of one product."""
    bill = bill_of_materials(shop.catalog, configuration)
    return Counter(
        {each: sum(b.quantity for b in bill if b.component == each) for each in {b.component for b in bill}}
    )


def price(shop: Configurator, configuration: Configuration) -> int:
    """What one product costs."""
    return sum(PRICES[sku] * number for sku, number in needs(shop, configuration).items())


def ready_on(shop: Configurator, begin: int) -> date:
    """The day on which what is begun on a day is done, worked out by going from day to day."""
    day = after(begin)
    if shop.catalog.name == "pairs":
        return day
    while day.weekday() > 4:
        day += timedelta(days=1)
    day += timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day


def there_on(case: Case, configuration: Configuration) -> date | None:
    """The first day on which it can be there, not before it is wanted."""
    wanted = TODAY if case.on is None else after(case.on)
    needed = needs(case.shop, configuration)
    days = [
        max(ready_on(case.shop, begin), wanted)
        for begin in range(DAYS + 1)
        if all(case.stock[sku].suffices(number * case.times, begin) for sku, number in needed.items())
    ]
    return min(days, default=None)


def changes(case: Case, configuration: Configuration) -> int:
    """How many places are others."""
    return sum(value != configuration[key] for key, value in case.wish.items())


Told = tuple[int, Fraction, date]


def told(proposal: Proposal) -> Told:
    """How far a proposal is from what was wished."""
    delta = Fraction(0) if proposal.delta is None else Fraction(proposal.delta.number)
    return proposal.weight, abs(delta), proposal.day


def dominates(one: Told, other: Told) -> bool:
    """Whether one is as good in everything, and better in something."""
    return one != other and one[0] <= other[0] and one[1] <= other[1] and one[2] <= other[2]


def every_way(case: Case) -> list[Told]:
    """How far each configuration that can be built is from what was wished."""
    before = price(case.shop, case.wish)
    return [
        (changes(case, each), Fraction(abs(price(case.shop, each) - before)), day)
        for each in LISTED[case.shop.catalog.name]
        if (day := there_on(case, each)) is not None
    ]


def by_hand(case: Case) -> list[Told]:
    """All that is dominated by nothing and changes no more than allowed beyond the fewest of its day."""
    every = every_way(case)
    return sorted(
        {
            each
            for each in every
            if not any(dominates(other, each) for other in every)
            and each[0] <= min(other[0] for other in every if other[2] <= each[2]) + case.more
        }
    )


@settings(max_examples=25, deadline=None)
@given(cases())
def test_the_nearest_are_those_of_trying_everything_on_every_day(case: Case) -> None:
    answer = found(case)
    expected = by_hand(case)

    proposed = answer.proposals if isinstance(answer, Nearest) else ()
    assert expected == [told(proposal) for proposal in proposed]
    assert not isinstance(answer, Nearest) or answer.more_changes == case.more


@settings(max_examples=20, deadline=None)
@given(cases())
def test_whatever_is_proposed_is_valid_can_be_built_by_its_day_and_is_dominated_by_nothing(
    case: Case,
) -> None:
    answer = found(case)
    proposed = answer.proposals if isinstance(answer, Nearest) else ()
    valid = set(LISTED[case.shop.catalog.name])
    every = every_way(case)

    for proposal in proposed:
        verdict = case.shop.validate(proposal.choices).or_raise()
        made = getattr(verdict, "configuration", None)
        assert made in valid
        assert there_on(case, made) == proposal.day
        assert changes(case, made) == len(proposal.changes) == proposal.weight
        assert not any(dominates(other, told(proposal)) for other in every)


@settings(max_examples=15, deadline=None)
@given(cases(), st.data())
def test_more_stock_never_makes_the_nearest_worse(case: Case, data: st.DataObject) -> None:
    sku = data.draw(st.sampled_from(sorted(case.stock)))
    richer = evolve(case, stock={**case.stock, sku: evolve(case.stock[sku], count=case.stock[sku].count + 2)})
    poor, rich = found(case), found(richer)

    for proposal in poor.proposals if isinstance(poor, Nearest) else ():
        assert isinstance(rich, Nearest)
        weight, delta, day = told(proposal)
        assert any(
            (found_weight, found_delta) <= (weight, delta) and found_day <= day
            for found_weight, found_delta, found_day in map(told, rich.proposals)
        )


@settings(max_examples=15, deadline=None)
@given(cases(), st.data())
def test_locked_choices_are_never_changed(case: Case, data: st.DataObject) -> None:
    locked = data.draw(st.lists(st.sampled_from(sorted(case.wish)), min_size=1, max_size=2, unique=True))
    answer = case.shop.nearest(dict(case.wish), snapshot_of(case.stock), locked=locked, times=case.times)

    proposed = answer.proposals if isinstance(answer, Nearest) else ()
    assert not {change.place for proposal in proposed for change in proposal.changes} & set(locked)
    buildable = [
        each
        for each in LISTED[case.shop.catalog.name]
        if all(each[key] == case.wish[key] for key in locked) and there_on(evolve(case, on=None), each)
    ]
    assert bool(buildable) == bool(proposed)


@settings(max_examples=15, deadline=None)
@given(cases())
def test_every_change_has_a_reason_in_which_it_takes_part(case: Case) -> None:
    answer = found(case)

    for proposal in answer.proposals if isinstance(answer, Nearest) else ():
        assert len(proposal.changes) == len(proposal.reasons)
        unforced = 0
        for change, reason in zip(proposal.changes, proposal.reasons, strict=True):
            forced = change.place in getattr(reason, "choices", ())
            assert forced or reason == Unknown(BRINGS_NEARER)
            unforced += not forced
        # What could be left out of the fewest changes of a day is left out.
        assert unforced <= case.more
