"""Laws of questions about instances: what is told of "the second rack" is so of all ways to number racks."""

import json

from hypothesis import assume, given
from hypothesis import strategies as st
from law_settings import examples
from made_instances import Flat, all_numbered, catalogs, choices, keeps, numbered

from configurator import (
    Amount,
    ChosenByCustomer,
    Completed,
    Configurator,
    Excluded,
    Forced,
    Incomplete,
    Invalid,
    NotCompletable,
    Possible,
    Repairs,
    Unrepairable,
    Valid,
)
from configurator.catalog.structure import ProductOption, Slot
from configurator.configuration.choices import read_choices, speaks_of_instances
from configurator.configuration.domains import (
    AssemblyOffers,
    IdenticalOffers,
    InstanceOffers,
    MixedOffers,
    Offer,
    PlaceOffers,
    QuantityOffer,
    SetOffers,
    ValidDomains,
    ValueOffers,
)
from configurator.configuration.instance_words import write_instances
from configurator.configuration.model import JsonValue, json_value
from configurator.configuration.nested_choices import canonical_choices, nested_choices
from configurator.configuration.offer_writing import Offers
from configurator.explanation.checking import Checked


def said_to(flat: Flat) -> dict[str, object]:
    return dict(flat)


@examples(40)
@given(catalogs(), st.data())
def test_a_verdict_about_instances_is_that_of_all_ways_to_number_them(text: str, data: st.DataObject) -> None:
    asked = Configurator.from_text(text)
    said = data.draw(choices(asked))
    possible = any(keeps(flat, said) for flat in all_numbered(asked))

    verdict = asked.validate(said_to(said))

    assert possible == isinstance(verdict, Valid | Incomplete)
    checked = asked.check_verdict(said_to(said), verdict)
    assert isinstance(checked, Checked), checked


@examples(40)
@given(catalogs(), st.data())
def test_completion_is_the_first_listed_and_numbers_instances_as_the_choices_do(
    text: str, data: st.DataObject
) -> None:
    asked = Configurator.from_text(text)
    said = data.draw(choices(asked))

    completed = asked.complete(said_to(said))

    first = next(iter(asked.configurations(said_to(said))), None)
    if first is None:
        assert isinstance(completed, NotCompletable)
        return
    assert isinstance(completed, Completed)
    assert first == completed.configuration
    flat = {path: json_value(value) for path, value in completed.places if value is not None or "." in path}
    assert keeps(flat, said)
    assert any(same(flat, each) for each in all_numbered(asked) if keeps(each, said))


def same(flat: Flat, other: Flat) -> bool:
    return {k: v for k, v in flat.items() if v is not None} == {
        k: v for k, v in other.items() if v is not None
    }


@examples(40)
@given(catalogs(), st.data())
def test_offers_are_what_numbered_configurations_hold_where_an_instance_is_there(
    text: str, data: st.DataObject
) -> None:
    asked = Configurator.from_text(text)
    said = data.draw(choices(asked))
    left = [flat for flat in all_numbered(asked) if keeps(flat, said)]

    found = asked.options(said_to(said))

    assert isinstance(found, ValidDomains)
    top = [member.key for member in asked.catalog.inside("")]
    assert top == list(found.of)
    for place in asked.catalog.places:
        if isinstance(place, ProductOption) and place.presence:
            continue
        there = [flat for flat in left if place.key in flat]
        certain = bool(there) and len(there) == len(left)
        offers = found.of[place.key]
        assert values_in(place, there) == told(offers), place.key
        assert states_of(offers) <= {"free", "chosen", "forced"}
        forced = certain and len(values_in(place, there)) == 1 and place.key not in said
        if isinstance(offers, ValueOffers):
            assert forced == ("forced" in states_of(offers))
    for home in asked.catalog.assemblies:
        offers = found.of[home.key]
        around = asked.catalog.instance_around(home.key)
        there = [flat for flat in left if not around or _is_there(asked, around, flat)]
        counts = [sum(_is_there(asked, each.prefix, flat) for each in home.instances) for flat in there]
        assert isinstance(offers, AssemblyOffers)
        assert (min(counts, default=0), max(counts, default=0)) == (offers.fewest, offers.most)
        possible = [
            each.prefix
            for each in home.instances
            if any(_is_there(asked, each.prefix, flat) for flat in left)
        ]
        assert possible == [each.path for each in offers.instances if left and there]


def _is_there(asked: Configurator, prefix: str, flat: Flat) -> bool:
    place = asked.catalog.place_of.get(prefix)
    if place is not None:
        return flat.get(prefix) is True
    around = asked.catalog.instance_around(asked.catalog.assembly_around(prefix).key)
    return not around or _is_there(asked, around, flat)


def values_in(place: Slot | ProductOption, there: list[Flat]) -> list[JsonValue]:
    found: list[JsonValue] = []
    for flat in there:
        if flat[place.key] not in found:
            found.append(flat[place.key])
    if isinstance(place, Slot) and place.cardinality.kind == "mixed":
        counts = [
            {str(unit["component"]): int(str(unit["quantity"])) for unit in held if isinstance(unit, dict)}
            for held in found
            if isinstance(held, list)
        ]
        totals = [sum(each.values()) for each in counts]
        most = {sku: max(each.get(sku, 0) for each in counts) for each in counts for sku in each}
        return [most, min(totals, default=0), max(totals, default=0)]  # type: ignore[list-item]  # told alike
    if isinstance(place, Slot) and place.cardinality.kind == "identical":
        quantities: dict[str, list[int]] = {}
        for held in found:
            if held is not None:
                quantities.setdefault(held["component"], []).append(held["quantity"])  # type: ignore[index,arg-type,call-overload]  # a unit
        ranges = {sku: [min(each), max(each)] for sku, each in quantities.items()}
        return [ranges, None in found]  # type: ignore[list-item]  # told alike
    if isinstance(place, ProductOption) and place.key.endswith("marks"):
        return [
            "must"
            if found and all(mark in held for held in found)  # type: ignore[operator]  # marks
            else "can"
            if any(mark in held for held in found)  # type: ignore[operator]  # likewise
            else "cannot"
            for mark in ("a", "b")
        ]
    return sorted(found, key=repr)


def told(offers: PlaceOffers) -> list[JsonValue]:
    match offers:
        case ValueOffers(offers=values):
            return sorted((json_value(each.value) for each in values), key=repr)
        case MixedOffers(offers=mixed, fewest=fewest, most=most):
            return [{each.component: each.highest for each in mixed}, fewest, most]
        case IdenticalOffers(offers=components, absent=absent):
            return [{each.component: [each.lowest, each.highest] for each in components}, absent]
        case SetOffers(elements=elements):
            return [each.state for each in elements]
        case _:
            raise AssertionError(offers)


def states_of(offers: PlaceOffers) -> set[str]:
    match offers:
        case ValueOffers(offers=values) | MixedOffers(offers=values) | IdenticalOffers(offers=values):
            return {each.state for each in values}
        case _:
            return set()


@examples(40)
@given(catalogs(), st.data())
def test_every_minimal_conflict_about_instances_is_checked(text: str, data: st.DataObject) -> None:
    asked = Configurator.from_text(text)
    said = data.draw(choices(asked))

    for conflict in asked.conflicts(said_to(said)).or_raise().conflicts:
        verdict = asked.check_verdict(said_to(said), Invalid((conflict,)))

        assert isinstance(verdict, Checked), (conflict, verdict)


@examples(30)
@given(catalogs(), st.data())
def test_repairs_of_instances_are_the_fewest_changes_and_can_be_completed(
    text: str, data: st.DataObject
) -> None:
    asked = Configurator.from_text(text)
    said = data.draw(choices(asked))
    every = all_numbered(asked)

    found = asked.repairs(said_to(said), limit=None)

    if any(keeps(flat, said) for flat in every):
        assert isinstance(found, Repairs)
        assert not found.repairs
        return
    if not every:
        assert isinstance(found, Unrepairable)
        return
    assert isinstance(found, Repairs)
    assert found.repairs
    seen = []
    for repair in found.repairs:
        assert isinstance(asked.validate(repair.choices), Valid | Incomplete)
        assert len(repair.changes) == repair.weight
        # No part of it would do.
        assert not any(
            keeps_changed(
                asked, flat, said, [change.place for change in repair.changes if change is not other]
            )
            for other in repair.changes
            for flat in every
        )
        for change in repair.changes:
            place = asked.catalog.place_of[change.place]
            left_out = change.after is None and place.within is not None
            may_be_none = isinstance(place, Slot) and place.cardinality.may_be_absent
            presence = isinstance(place, ProductOption) and place.presence
            # A place of an instance that is there is never left empty where it must be filled.
            around_left_out = place.within is not None and said.get(place.within, True) is None
            assert not left_out or presence or may_be_none or around_left_out
        seen.append(tuple((change.place, json_value(change.after)) for change in repair.changes))
    assert len(set(map(repr, seen))) == len(seen)
    fewest = min(weight_of(asked, flat, said) for flat in every)
    assert fewest == found.repairs[0].weight


def keeps_changed(asked: Configurator, flat: Flat, said: Flat, changed: list[str]) -> bool:
    """Whether a numbered configuration keeps what is said but where something may change."""
    return lost(asked, flat, said) <= set(changed)


def lost(asked: Configurator, flat: Flat, said: Flat) -> set[str]:
    """The places whose choices a numbered configuration gives up, an instance left out counting as one."""
    found: set[str] = set()
    for place, value in said.items():
        if flat.get(place) == value and (value is not None or place in flat or is_presence(asked, place)):
            continue
        gone = outermost_gone(asked, flat, said, place)
        found.add(place if gone is None else gone)
    return found


def outermost_gone(asked: Configurator, flat: Flat, said: Flat, place: str) -> str | None:
    """The outermost instance around a place that is not there although nobody says that it be left out."""
    around: list[str] = []
    within = asked.catalog.place_of[place].within
    while within is not None:
        around.append(within)
        within = asked.catalog.place_of[within].within
    for each in reversed(around):
        if flat.get(each) is not True:
            return None if each in said and said[each] is None else each
    return None


def is_presence(asked: Configurator, place: str) -> bool:
    found = asked.catalog.place_of[place]
    return isinstance(found, ProductOption) and found.presence


def weight_of(asked: Configurator, flat: Flat, said: Flat) -> int:
    return len(lost(asked, flat, said))


@examples(30)
@given(catalogs(), st.data())
def test_price_deltas_inside_instances_are_exact(text: str, data: st.DataObject) -> None:
    asked = Configurator.from_text(f"{text}\ncalc price = sum(price)")
    said = data.draw(choices(asked))
    left = [flat for flat in all_numbered(asked) if keeps(flat, said)]
    options = asked.session(said_to(said)).options()
    assert isinstance(options, Offers)
    if not left:
        return
    now = min(map(price_of, left))

    for place in asked.catalog.places:
        if isinstance(place, ProductOption) and place.presence:
            continue
        offers = options[place.key]
        for value, delta in deltas(offers):
            holding = [price_of(flat) for flat in left if place.key in flat and flat[place.key] == value]
            if place.key in said and not holding:
                continue
            assert isinstance(delta, Amount)
            assert min(holding) - now == delta.number
    for home in asked.catalog.assemblies:
        found = options[home.key]
        assert isinstance(found, AssemblyOffers)
        for each in found.instances:
            there = [price_of(flat) for flat in left if flat.get(each.path) is True]
            if there:
                assert isinstance(each.price_delta, Amount)
                assert min(there) - now == each.price_delta.number


def price_of(flat: Flat) -> int:
    prices = {"L1": 5, "L2": 7}
    total = 0
    for value in flat.values():
        for held in value if isinstance(value, list) else [value]:
            if isinstance(held, dict):
                total += prices[str(held["component"])] * int(str(held["quantity"]))
            elif held in prices:
                total += prices[str(held)]
    return total


def deltas(offers: PlaceOffers) -> list[tuple[JsonValue, object]]:
    """Values that can be chosen with their price deltas."""
    if not isinstance(offers, ValueOffers):
        return []
    return [(json_value(each.value), each.price_delta) for each in offers.offers if each.state != "excluded"]


@examples(20)
@given(catalogs(), st.data())
def test_every_offer_inside_an_instance_has_its_reason(text: str, data: st.DataObject) -> None:
    asked = Configurator.from_text(text)
    said = data.draw(choices(asked))
    options = asked.session(said_to(said)).options()
    assert isinstance(options, Offers)

    for key in [*asked.catalog.place_of, *asked.catalog.assembly_of]:
        for offer in one_by_one(options[key]):
            reason = offer.reason
            match offer.state:
                case "excluded":
                    assert isinstance(reason, Excluded | Possible | None), (key, offer, reason)
                case "forced":
                    assert isinstance(reason, Forced), (key, offer, reason)
                case "chosen":
                    assert isinstance(reason, ChosenByCustomer | Forced), (key, offer, reason)


def one_by_one(offers: PlaceOffers) -> list[Offer | QuantityOffer | InstanceOffers]:
    match offers:
        case ValueOffers(offers=values):
            return list(values)
        case IdenticalOffers(offers=quantities):
            return list(quantities)
        case AssemblyOffers(instances=instances):
            return list(instances)
        case _:
            return []


@examples(60)
@given(catalogs(), st.data())
def test_choices_told_as_wholes_and_as_words_are_the_same_choices(text: str, data: st.DataObject) -> None:
    asked = Configurator.from_text(text)
    said = data.draw(choices(asked))
    read = read_choices(asked.catalog, said_to(said))

    whole = nested_choices(asked.catalog, read)

    assert read == read_choices(asked.catalog, whole)
    words = {
        path: write_instances(value) if speaks_of_instances(asked.catalog, path) else value
        for path, value in whole.items()
        if not (isinstance(value, dict) and set(value) == {"includes"})
    }
    assert read_choices(asked.catalog, {path: whole[path] for path in words}) == read_choices(
        asked.catalog, words
    )


@examples(30)
@given(catalogs(), st.data())
def test_an_order_is_the_same_order_whichever_instance_is_listed_first(
    text: str, data: st.DataObject
) -> None:
    asked = Configurator.from_text(text)
    every = list(asked.configurations())
    assume(every)
    configuration = data.draw(st.sampled_from(every))
    ways = list(numbered(asked, configuration))

    told = {
        json.dumps(canonical_choices(asked.catalog, read_choices(asked.catalog, whole(asked, way))))
        for way in ways
    }

    assert len(told) == 1
    others = {
        json.dumps(canonical_choices(asked.catalog, read_choices(asked.catalog, each.to_dict())))
        for each in every
    }
    assert len(others) == len(every)


def whole(asked: Configurator, flat: Flat) -> dict[str, object]:
    """A numbered configuration with every instance that is not there left out by name."""
    absent = {
        place.key: None
        for place in asked.catalog.places
        if is_presence(asked, place.key)
        and place.key not in flat
        and (place.within is None or flat.get(place.within) is True)
    }
    return {**flat, **absent}


@examples(30)
@given(catalogs())
def test_findings_about_instances_are_what_configurations_show(text: str) -> None:
    asked = Configurator.from_text(text)
    every = [flat for each in asked.configurations() for flat in numbered(asked, each)]
    assume(every)

    found = asked.analyze().or_raise()

    told = {(each.kind, each.about) for each in found.findings}
    for home in asked.catalog.assemblies:
        if "[" in home.key.replace("[1]", ""):
            continue
        around = asked.catalog.instance_around(home.key)
        there = [flat for flat in every if not around or _is_there(asked, around, flat)]
        counts = [sum(_is_there(asked, each.prefix, flat) for each in home.instances) for flat in there]
        name = home.key.replace("[1]", "")
        fewest = (
            home.minimum if home.repeated else int(home.instances[0].presence != home.instances[0].prefix)
        )
        own = home.instances[0].presence == home.instances[0].prefix
        if there and own:
            assert (max(counts) < home.maximum) == (("unreachable", (name,)) in told)
            assert (min(counts) > fewest) == (("false optional", (name,)) in told)
    for place in asked.catalog.places:
        if not isinstance(place, ProductOption) or "lined" not in place.key or "[2]" in place.key:
            continue
        name = place.key.replace("[1]", "")
        held = {flat[place.key] for flat in every if place.key in flat}
        assert (len(held) == 1) == (("forced", (name,)) in told)


@examples(30)
@given(catalogs())
def test_what_a_rule_about_instances_refuses_alone_is_counted_up_to_their_order(text: str) -> None:
    asked = Configurator.from_text(text)
    assume(asked.catalog.restrictions)
    every = len(list(asked.configurations()))
    assume(every)

    found = asked.analyze().or_raise()

    redundant = {each.about[0] for each in found.findings if each.kind == "redundant"}
    for rule in asked.catalog.restrictions:
        name = rule.key.rpartition(".")[2]
        others = "\n".join(line for line in text.splitlines() if f"rule {name}:" not in line)
        more = len(list(Configurator.from_text(others).configurations())) - every
        weight = next((each.alone for each in found.weights if each.rule == rule.key), 0)
        assert more == weight
        assert (more == 0) == (rule.key in redundant)
