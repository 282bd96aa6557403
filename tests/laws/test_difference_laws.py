"""The laws of comparing two versions of a catalog, held against their whole lists."""

from collections.abc import Iterator
from itertools import islice

from asked_catalogs import TABLE_LIMITS, loaded, tables_up_to
from edited_catalogs import Edited, edited_catalogs
from hypothesis import assume, given
from hypothesis import strategies as st
from law_settings import examples

from configurator.authoring.difference import Effect
from configurator.catalog.structure import Place, ProductOption, Slot
from configurator.catalog.values import SetType
from configurator.configuration.enumeration import Count
from configurator.configuration.model import ComponentQuantity, Configuration, PlaceValue
from configurator.configurator import Configurator
from configurator.testing.made.catalogs import MadeCatalog, made_catalogs
from configurator.testing.made.products import DAY

MOST = 2_000


def effect(old: Configurator, new: Configurator, limit: int = 3) -> Effect:
    found = old.difference(new, as_of=DAY, limit=limit).effect
    assert isinstance(found, Effect)
    return found


def small(edited: Edited) -> bool:
    counts = [version.count(as_of=DAY) for version in (edited.old, edited.new)]
    return all(isinstance(count, Count) and count.value <= MOST for count in counts)


# ---------------------------------------------------------------- by hand


def may_be_empty(place: Place) -> bool:
    if isinstance(place, Slot):
        return place.cardinality.may_be_absent
    return isinstance(place.type, SetType) and place.minimum == 0


def same_sort(first: Place, second: Place) -> bool:
    if isinstance(first, ProductOption) and isinstance(second, ProductOption):
        return first.type.__class__ is second.type.__class__ and getattr(
            first.type, "dimension", None
        ) == getattr(second.type, "dimension", None)
    return isinstance(first, Slot) and isinstance(second, Slot)


def content(place: Place, value: PlaceValue) -> object:
    """What is in a place, however many kinds of component it takes."""
    if isinstance(place, ProductOption):
        return frozenset(value) if isinstance(value, tuple) else (type(value) is bool, value)
    match value:
        case None:
            return frozenset()
        case str():
            return frozenset({(value, 1)})
        case ComponentQuantity():
            return frozenset({(value.component, value.quantity)})
        case tuple():
            return frozenset((each.component, each.quantity) for each in value)  # type: ignore[union-attr]
        case _:
            raise AssertionError(value)


def told(own: Configurator, other: Configurator, configuration: Configuration) -> frozenset[object]:
    """A configuration without its places that the other catalog has not and that cannot be empty."""
    places = other.catalog.place_of
    return frozenset(
        (key, content(place, configuration[key]))
        for key, place in own.catalog.place_of.items()
        if (key in places and same_sort(place, places[key])) or may_be_empty(place)
        if content(place, configuration[key]) != frozenset()
    )


def both_lists(edited: Edited) -> Iterator[set[frozenset[object]]]:
    for own, other in ((edited.old, edited.new), (edited.new, edited.old)):
        yield {told(own, other, configuration) for configuration in own.configurations(as_of=DAY)}


# ---------------------------------------------------------------- laws


@examples(60)
@given(edited=edited_catalogs(), rows=st.sampled_from(TABLE_LIMITS))
def test_lost_and_gained_are_the_differences_of_the_lists(edited: Edited, rows: int) -> None:
    with tables_up_to(rows):
        assume(small(edited))
        before, after = both_lists(edited)
        found = effect(edited.old, edited.new)

    assert (len(before - after), len(after - before), len(before & after)) == (
        found.lost,
        found.gained,
        found.kept,
    )
    assert (len(before), len(after)) == (found.old, found.new)
    kind = {(False, False): "refactoring", (True, False): "specialisation", (False, True): "generalisation"}
    assert kind.get((bool(before - after), bool(after - before)), "both") == found.kind


@examples(30)
@given(edited=edited_catalogs())
def test_examples_are_lost_and_gained_and_say_why(edited: Edited) -> None:
    assume(small(edited))
    before, after = both_lists(edited)
    found = effect(edited.old, edited.new, limit=4)

    lost = {told(edited.old, edited.new, each.configuration) for each in found.lost_examples}
    gained = {told(edited.new, edited.old, each.configuration) for each in found.gained_examples}
    assert lost <= before - after
    assert gained <= after - before
    assert bool(before - after) == bool(lost)
    assert bool(after - before) == bool(gained)
    assert all(each.refusals for each in (*found.lost_examples, *found.gained_examples))


@examples(40)
@given(edited=edited_catalogs(), rows=st.sampled_from(TABLE_LIMITS))
def test_old_less_lost_is_kept_and_new_less_gained_is_kept(edited: Edited, rows: int) -> None:
    with tables_up_to(rows):
        found = effect(edited.old, edited.new)
    counts = [version.count(as_of=DAY).or_raise().value for version in (edited.old, edited.new)]

    numbers = found.old, found.new, found.lost, found.gained, found.kept
    old, new, lost, gained, kept = (number for number in numbers if number is not None)
    assert old - lost == kept == new - gained
    assert counts == [found.old_whole, found.new_whole]
    assert found.left_out or counts == [old, new]


@examples(40)
@given(edited=edited_catalogs())
def test_a_saved_configuration_breaks_exactly_when_it_is_lost(edited: Edited) -> None:
    assume(small(edited))
    before, after = edited.old.catalog.place_of, edited.new.catalog.place_of
    # What has to be decided anew is another matter than what is lost.
    assume(all(key in before or may_be_empty(place) for key, place in after.items()))
    assume(all(same_sort(place, after[key]) for key, place in before.items() if key in after))
    assume(all(key in after or may_be_empty(place) for key, place in before.items()))
    _, now = both_lists(edited)
    saved = list(islice(edited.old.configurations(as_of=DAY), 40))
    found = edited.old.difference(edited.new, as_of=DAY, orders=[each.to_dict() for each in saved]).orders
    lost = [at for at, each in enumerate(saved, 1) if told(edited.old, edited.new, each) not in now]

    assert (found is None) == (not saved)
    if found is not None:
        assert lost == [order.number for order in found.broken]
        assert len(saved) - len(lost) == found.sound


@examples(25)
@given(edited=edited_catalogs())
def test_nothing_is_lost_or_gained_from_a_catalog_to_itself(edited: Edited) -> None:
    found = effect(edited.old, edited.old)

    assert ("refactoring", 0, 0) == (found.kind, found.lost, found.gained)
    assert () == edited.old.difference(edited.old, as_of=DAY).changes


@examples(25)
@given(edited=edited_catalogs())
def test_what_is_lost_on_the_way_there_is_gained_on_the_way_back(edited: Edited) -> None:
    assume(small(edited))
    there, back = effect(edited.old, edited.new), effect(edited.new, edited.old)

    assert (there.lost, there.gained, there.kept) == (back.gained, back.lost, back.kept)
    mirrored = {"specialisation": "generalisation", "generalisation": "specialisation"}
    assert mirrored.get(there.kind, there.kind) == back.kind


@examples(25)
@given(catalog=made_catalogs(largest=60))
def test_one_more_restriction_only_loses(catalog: MadeCatalog) -> None:
    whole = loaded(catalog)
    for restriction in catalog.restrictions:
        if "«" in restriction.name:
            continue  # a resource may be read by other rules
        found = effect(loaded(catalog.without(restriction)), whole)

        assert 0 == found.gained
        assert found.kind in {"refactoring", "specialisation"}
