"""The laws of comparing two versions of a catalog, held against their whole lists."""

from collections.abc import Iterator

from asked_catalogs import TABLE_LIMITS, loaded, tables_up_to
from edited_catalogs import Edited, edited_catalogs
from hypothesis import assume, given
from hypothesis import strategies as st
from law_settings import examples
from made_catalogs import MadeCatalog, made_catalogs
from made_products import DAY

from configurator.authoring.difference import Effect
from configurator.catalog.structure import Place, ProductOption, Slot
from configurator.catalog.values import SetType
from configurator.configuration.enumeration import Count
from configurator.configuration.model import ComponentQuantity, Configuration, PlaceValue
from configurator.configurator import Configurator

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
