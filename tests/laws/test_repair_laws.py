"""The laws of repairs: the list told is the whole list of smallest changes, found by trying everything."""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product as combinations
from operator import ne

import pytest
from asked_catalogs import loaded, named
from attrs import frozen
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from law_settings import examples
from made_choices import MadeChoice, MadeChoices, choice_of, exactly
from made_prices import PricedCatalog, priced_catalogs

from configurator.configuration import repair_values
from configurator.configuration.choices import read_choices
from configurator.configuration.product import ask, compiled_product
from configurator.configuration.repair_values import RankingKey
from configurator.configuration.repairs import Repair, Repairs, Unrepairable, repairs
from configurator.configuration.validation import Invalid
from configurator.configurator import Configurator
from configurator.csp.constraints import LinearTerm, Literal
from configurator.engines.diagram.search import DiagramSearch
from configurator.engines.diagram.weighing.objectives import ChangeTerm
from configurator.engines.engine import Optimum, Unknown
from configurator.testing.made.catalogs import made_catalogs
from configurator.testing.made.dice import Dice
from configurator.testing.made.products import DAY, Filling, Json, MadePlace, MadeSlot, Scene

ALL = 10_000
"""More repairs than there are."""

Rank = tuple[int, bool, Fraction, Fraction, int, tuple[tuple[int, int], ...]]
Told = tuple[int, Fraction | None, int, dict[str, Json]]
"""Weight, difference in price, ranking key, new values."""


@frozen(eq=False)
class Broken:
    """Choices to be repaired.

    Attributes:
        weights: by place, where it is not 1.
        locked: places that stay.
        key: for places with one variable what each of its values counts, as a ranking key.
    """

    made: PricedCatalog
    choices: MadeChoices
    weights: Mapping[str, int]
    locked: frozenset[str]
    key: Mapping[str, tuple[int, ...]]

    def changed(self, scene: Scene) -> frozenset[str]:
        """The places of which a configuration is not what was said."""
        found = (choice for choice in self.choices.choices if not choice.in_force or not keeps(choice, scene))
        return frozenset(choice.place.name for choice in found)

    @property
    def smallest(self) -> dict[frozenset[str], list[Scene]]:
        """The minimal sets of places to change, with the configurations that change just those."""
        found: dict[frozenset[str], list[Scene]] = {}
        for scene in self.made.catalog.valid:
            found.setdefault(self.changed(scene), []).append(scene)
        free = {places: scenes for places, scenes in found.items() if not places & self.locked}
        return {p: scenes for p, scenes in free.items() if not any(other < p for other in free)}

    def told(self) -> list[Told]:
        """All repairs, the best first."""
        ranked: dict[Rank, Told] = {}
        for places, scenes in self.smallest.items():
            for scene in scenes:
                rank, told = self.ranked(places, scene)
                ranked.setdefault(rank, told)
        return [ranked[rank] for rank in sorted(ranked)]

    def ranked(self, places: frozenset[str], scene: Scene) -> tuple[Rank, Told]:
        """A repair to what a configuration has in some places."""
        at = {place.name: number for number, place in enumerate(self.made.catalog.places)}
        inside = [place for place in self.made.catalog.places if place.name in places]
        values = tuple((at[p.name], p.fillings().index(scene[p.name])) for p in inside)
        weight = sum(self.weights.get(place, 1) for place in places)
        delta = self.delta(places, scene)
        key = sum(self.key[p.name][p.fillings().index(scene[p.name])] for p in inside if p.name in self.key)
        money = Fraction(0) if delta is None else delta
        told = {p.name: p.canonical(scene[p.name]) for p in inside}
        return (weight, delta is None, abs(money), money, key, values), (weight, delta, key, told)

    def delta(self, places: frozenset[str], scene: Scene) -> Fraction | None:
        """By how much the price of some places differs from what was named there."""
        around = reference(self.made)
        before = {c.place.name: named_filling(c) for c in self.choices.choices if c.place.name in places}
        now = {name: scene[name] for name in places}
        prices = self.made.price({**around, **now}), self.made.price({**around, **before})
        return None if prices[0] is None or prices[1] is None else prices[0] - prices[1]


def keeps(choice: MadeChoice, scene: Scene) -> bool:
    """Whether a configuration is what was said of one place."""
    return choice.keeps(scene[choice.place.name])


def reference(made: PricedCatalog) -> Scene:
    """Anything with a price, so that single places can be told apart."""
    places = made.catalog.places
    scenes = combinations(*(place.fillings(any_day=True) for place in places))
    named_scenes = ({p.name: f for p, f in zip(places, each, strict=True)} for each in scenes)
    found = next((scene for scene in named_scenes if made.price(scene) is not None), None)
    assume(found is not None)
    assert found is not None
    return found


def named_filling(choice: MadeChoice) -> Filling:
    """What a choice names, in the smallest quantity."""
    given_ = choice.given
    if isinstance(given_, dict) and "includes" in given_:
        items = given_["includes"]
        assert isinstance(items, list)
        if not isinstance(choice.place, MadeSlot):
            return frozenset(str(item) for item in items)
        components = {component.sku: component for component in choice.place.family.components}
        return tuple((components[sku], quantity) for sku, quantity in map(unit_of, items))
    return next(filling for filling in choice.place.fillings(any_day=True) if choice.keeps(filling))


def unit_of(item: Json) -> tuple[str, int]:
    """A component with its quantity from any of its forms."""
    if isinstance(item, dict):
        quantity = item.get("quantity", 1)
        assert isinstance(quantity, int)
        return str(item["component"]), quantity
    match = re.fullmatch(r"(?:(\d+) ?x ?)?(.*)", str(item))
    assert match is not None
    return match[2], int(match[1] or 1)


@st.composite
def broken_choices(draw: DrawFn, *, full: bool = False) -> Broken:
    """Choices for some places or all of them, with weights, locks and a ranking key."""
    made = draw(priced_catalogs(made_catalogs(largest=150, crowded=draw(st.booleans()))))
    dice = Dice(draw)
    places = made.catalog.places
    assume(len(places) > 1)
    some = places if full else dice.several(places, 1, len(places))
    aim = far_off(dice, made)
    choices = tuple(any_choice(dice, place, aim[place.name]) for place in some)
    weights = {place.name: dice.number(1, 3) for place in places if dice.chance(30)}
    locked = frozenset(place.name for place in places if dice.chance(10))
    single = [p for p in places if p.kind not in {"mixed", "some"}]
    key = {p.name: tuple(dice.number(-1, 2) for _ in p.fillings()) for p in single if dice.chance(50)}
    return Broken(made, MadeChoices(choices), weights, locked, key)


def any_choice(dice: Dice, place: MadePlace, aim: Filling) -> MadeChoice:
    """A choice for a place: mostly just this, sometimes this among others, sometimes of any day."""
    if dice.chance(20):
        return exactly(dice, place, dice.one(place.fillings(any_day=True)))
    partly = choice_of(dice, place, aim) if dice.chance(40) else None
    return partly or exactly(dice, place, aim)


def far_off(dice: Dice, made: PricedCatalog) -> Scene:
    """Something that many places keep from being valid as often as something that few do."""
    catalog = made.catalog
    assume(catalog.scenes)
    valid = [tuple(scene.values()) for scene in catalog.valid]
    by_distance: dict[int, list[Scene]] = {}
    for scene in catalog.scenes:
        changes = (sum(map(ne, scene.values(), other)) for other in valid)
        by_distance.setdefault(min(changes, default=0), []).append(scene)
    distances = sorted(by_distance)
    return dice.one(by_distance[dice.one(distances[1:] or distances)])


@frozen(eq=False)
class Asked:
    """The library with the choices."""

    configurator: Configurator
    broken: Broken

    def repairs(self, limit: int, keys: tuple[RankingKey, ...] | None = None) -> Repairs | Unrepairable:
        """Its repairs; ranked by the key unless others are given."""
        broken = self.broken
        product = self.configurator.product(DAY)
        at = product.lowered.layout.of
        terms = tuple(LinearTerm(at[plain(key)].variables[0], w) for key, w in broken.key.items() if w)
        choices = read_choices(product.catalog, self.given)
        found = repairs(
            ask(product, choices),
            limit=limit,
            weights={plain(place): weight for place, weight in broken.weights.items()},
            locked={plain(place) for place in broken.locked},
            keys=(RankingKey("key", terms),) if keys is None else keys,
        )
        assert isinstance(found, Repairs | Unrepairable)
        return found

    @property
    def given(self) -> dict[str, Json]:
        """The choices as handed in."""
        given_ = named(dict(self.broken.choices.given))
        assert isinstance(given_, dict)
        return given_


def plain(name: str) -> str:
    """A name as it is written in the catalog."""
    return str(named(name))


def told(repair: Repair) -> Told:
    """A repair as plain data."""
    delta = None if repair.delta is None else Fraction(repair.delta.number)
    new = {change.place: repair.choices[change.place] for change in repair.changes}
    return repair.weight, delta, repair.keys[0], new


def meant(broken: Broken) -> list[Told]:
    """What must be told, with names written out."""
    return [
        (weight, delta, key, {plain(place): named(value) for place, value in new.items()})
        for weight, delta, key, new in broken.told()
    ]


WAYS: dict[str, dict[str, int]] = {
    "listed": {},
    "searched": {"FEW_VALUES": 0},
    "listed, then searched": {"MOST_TESTS": 2},
    "tried": {"FEW_VALUES": 0, "MANY_VALUES": 0, "MOST_EFFORT": 3_000},
    "tried, then searched": {"FEW_VALUES": 0, "MANY_VALUES": 0, "MOST_EFFORT": 300},
}
"""Ways in which values of several places are found, with the sizes that lead to them."""


@pytest.mark.parametrize("way", [way for way in WAYS if way != "listed"])
@examples(20)
@given(broken=broken_choices(full=True), keyed=st.booleans())
def test_in_whatever_way_values_are_found_the_list_is_the_same(way: str, broken: Broken, keyed: bool) -> None:
    asked = Asked(loaded(broken.made.catalog), broken)
    keys = None if keyed else ()
    listed = asked.repairs(ALL, keys)
    with pytest.MonkeyPatch.context() as patch:
        for name, size in WAYS[way].items():
            patch.setattr(repair_values, name, size)
        otherwise = asked.repairs(ALL, keys)

    assert listed == otherwise


@pytest.mark.parametrize("full", [False, True], ids=["some", "all"])
@examples(30)
@given(data=st.data())
def test_repairs_are_all_smallest_changes_in_their_order(full: bool, data: st.DataObject) -> None:
    broken = data.draw(broken_choices(full=full))
    expected = meant(broken)
    found = Asked(loaded(broken.made.catalog), broken).repairs(ALL)

    if not broken.smallest:
        assert isinstance(found, Unrepairable)
        assert found.conflicts
    elif frozenset() in broken.smallest:
        assert Repairs((), more=False) == found
    else:
        assert isinstance(found, Repairs)
        assert expected == [told(repair) for repair in found.repairs]
        assert not found.more


@examples(12)
@given(broken=broken_choices(), limit=st.integers(1, 4))
def test_a_limit_gives_the_beginning_of_the_whole_list(broken: Broken, limit: int) -> None:
    asked = Asked(loaded(broken.made.catalog), broken)
    whole, some = asked.repairs(ALL), asked.repairs(limit)
    assume(isinstance(whole, Repairs))
    assert isinstance(whole, Repairs)

    assert Repairs(whole.repairs[:limit], more=len(whole.repairs) > limit) == some


@examples(12)
@given(broken=broken_choices(full=True))
def test_a_repair_makes_choices_possible_and_no_part_of_it_does(broken: Broken) -> None:
    asked = Asked(loaded(broken.made.catalog), broken)
    found = asked.repairs(3)
    assume(isinstance(found, Repairs) and found)
    assert isinstance(found, Repairs)

    for repair in found.repairs:
        assert not isinstance(asked.configurator.validate(repair.choices, as_of=DAY), Invalid)
        for kept in repair.changes:
            given_ = asked.given[kept.place]
            partly = {**repair.choices, kept.place: given_}
            assert isinstance(asked.configurator.validate(partly, as_of=DAY), Invalid)


@examples(12)
@given(broken=broken_choices(full=True))
def test_the_first_repair_has_as_few_changes_as_the_compiled_catalog_counts(broken: Broken) -> None:
    assume(broken.choices.in_force)
    asked = Asked(loaded(broken.made.catalog, "diagram"), broken)
    product = asked.configurator.product(DAY)
    question = ask(product, read_choices(product.catalog, asked.given))
    assume(not question.choices.constraints)
    compiled = compiled_product(product, "the fewest changes")
    assert isinstance(compiled, DiagramSearch)
    layouts = product.lowered.layout.of.values()
    changes = tuple(ChangeTerm(found, 1) for found in literals(question.choices.assumptions, layouts))
    fewest = compiled.cheapest_of(changes, {})
    # A set of several elements is no one decision, so that its change is no term.
    assume(not isinstance(fewest, Unknown))
    found = repairs(question)

    if isinstance(fewest, Optimum):
        assert isinstance(found, Repairs)
        assert fewest.cost == (found.repairs[0].weight if found else 0)
    else:
        assert isinstance(found, Unrepairable)


def literals(assumptions: Mapping[int, frozenset[int]], layouts: object) -> Sequence[tuple[Literal, ...]]:
    """What each place's choice says of its variables."""
    return [
        tuple(Literal(v, assumptions[v]) for v in layout.variables if v in assumptions)
        for layout in layouts  # type: ignore[attr-defined]  # the values of a mapping
    ]
