"""The laws of bundles: a bundle is its choices, and its price is added; nothing else."""

from collections.abc import Sequence
from json import dumps

from asked_catalogs import loaded, named, named_object
from hypothesis import given
from hypothesis import strategies as st
from law_settings import examples
from made_choices import MadeChoices, made_choices
from wished_catalogs import BundledCatalog, WishedCatalog, bundled_catalogs, completion, some_bundles

from configurator.catalog.values import format_number, normal
from configurator.configuration.completion import Completed, NotCompletable
from configurator.configuration.enumeration import Count
from configurator.configuration.repairs import Repairs, Unrepairable
from configurator.configuration.validation import Incomplete, Invalid, Valid
from configurator.explanation.checking import Checked
from configurator.testing.made.catalogs import made_catalogs
from configurator.testing.made.products import DAY, Scene

engines = st.sampled_from(["exhaustive", "backtracking", "sat", "cp-sat", "diagram"])
made = bundled_catalogs(made_catalogs(largest=120))


@examples(120)
@given(made=made, data=st.data(), engine=engines)
def test_a_bundle_is_what_it_chooses_and_its_price_is_added(
    made: BundledCatalog, data: st.DataObject, engine: str
) -> None:
    choices = data.draw(made_choices(made.catalog))
    applied = data.draw(some_bundles(made, 0, 3))
    names = [bundle.name for bundle in applied]
    asked, chosen = loaded(made.catalog, engine), named_object(choices.given)
    possible = [scene for scene in made.valid(applied) if choices.in_force and choices.keep(scene)]
    found = list(asked.configurations(chosen, as_of=DAY, bundles=names))
    count = asked.count(chosen, as_of=DAY, bundles=names)
    verdict = asked.validate(chosen, as_of=DAY, bundles=names)
    completed = asked.complete(chosen, as_of=DAY, bundles=names)

    assert [named(dict(made.catalog.canonical(scene))) for scene in possible] == [
        configuration.to_dict() for configuration in found
    ]
    assert isinstance(count, Count)
    assert len(possible) == count.value
    for scene, configuration in zip(possible, found, strict=True):
        total = made.total(scene, applied)
        if total is not None:
            told = format_number(normal(total), asked.catalog.currency, money=True)
            assert told == dict(configuration.calcs)["total"]
    assert isinstance(verdict, Valid | Incomplete if possible else Invalid)
    assert isinstance(asked.check_verdict(chosen, verdict, as_of=DAY, bundles=names), Checked)
    places = {choice.place.name for choice in choices.choices}
    bundled = {place for bundle in applied for place in bundle.holds}
    plain = WishedCatalog(made.catalog, (), ())
    expected = completion(plain, possible, places | bundled)
    if expected.scene is None:
        assert isinstance(completed, NotCompletable)
        return
    assert isinstance(completed, Completed)
    assert named(dict(made.catalog.canonical(expected.scene))) == completed.configuration.to_dict()
    assert {place.strip("«»") for place in bundled - places} == set(completed.bundled)


def smallest_changes(choices: MadeChoices, valid: Sequence[Scene]) -> dict[frozenset[str], list[Scene]]:
    """The minimal sets of places to change, with the configurations that change just those."""
    found: dict[frozenset[str], list[Scene]] = {}
    for scene in valid:
        places = (
            choice.place.name
            for choice in choices.choices
            if not choice.in_force or not choice.keeps(scene[choice.place.name])
        )
        found.setdefault(frozenset(places), []).append(scene)
    return {each: found[each] for each in found if not any(other < each for other in found)}


@examples(60)
@given(made=made, data=st.data())
def test_repairs_change_choices_and_never_what_a_bundle_chooses(
    made: BundledCatalog, data: st.DataObject
) -> None:
    choices = data.draw(made_choices(made.catalog, most=4, sensible=False))
    applied = data.draw(some_bundles(made, 0, 2))
    names = [bundle.name for bundle in applied]
    asked, chosen = loaded(made.catalog, "auto"), named_object(choices.given)
    found = asked.repairs(chosen, as_of=DAY, bundles=names, limit=None)
    smallest = smallest_changes(choices, made.valid(applied))

    if isinstance(found, Unrepairable):
        assert not smallest
        return
    assert isinstance(found, Repairs)
    assert smallest
    canonical = {place.name: place.canonical for place in made.catalog.places}
    assert {
        dumps({str(named(name)): named(canonical[name](scene[name])) for name in sorted(places)})
        for places, scenes in smallest.items()
        for scene in scenes
        if places
    } == {
        dumps({name: repair.choices[name] for name in sorted(change.place for change in repair.changes)})
        for repair in found.repairs
    }
    for repair in found.repairs:
        assert not isinstance(asked.validate(repair.choices, as_of=DAY, bundles=names), Invalid)


@examples(60)
@given(made=made, data=st.data())
def test_a_session_with_bundles_tells_what_a_question_tells(
    made: BundledCatalog, data: st.DataObject
) -> None:
    choices = data.draw(made_choices(made.catalog))
    applied = data.draw(some_bundles(made, 1, 3))
    names = [bundle.name for bundle in applied]
    asked, chosen = loaded(made.catalog, "auto"), named_object(choices.given)
    bare = asked.session(chosen, as_of=DAY)
    session = bare.with_bundle(*names)

    assert tuple(names) == session.bundles
    assert asked.count(chosen, as_of=DAY, bundles=names) == session.count()
    assert asked.complete(chosen, as_of=DAY, bundles=names) == session.complete()
    assert session.undo() is bare
    assert session.without_bundle(*names).count() == bare.count()
    assert session.save().bundles == tuple(names)
