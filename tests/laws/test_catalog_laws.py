"""The laws of reasoning, on random small catalogs whose meaning is known without the library."""

import pytest
from asked_catalogs import (
    ENGINES,
    TABLE_LIMITS,
    loaded,
    meant_offers,
    named,
    named_object,
    tables_up_to,
    taken_defaults,
    told_domains,
)
from hypothesis import given
from hypothesis import strategies as st
from law_settings import examples
from made_choices import MadeChoices, full_choices, made_choices

from configurator.catalog.judgement import violations
from configurator.configuration.completion import Completed, NotCompletable
from configurator.configuration.enumeration import Count
from configurator.configuration.validation import Incomplete, Invalid, Valid
from configurator.csp.semantics import holds
from configurator.explanation.conflict import restriction_of
from configurator.lowering.product import lower_product
from configurator.testing.made.catalogs import (
    MadeCatalog,
    made_catalogs,
    other_names,
    plain_names,
    with_names,
)
from configurator.testing.made.products import DAY, Json, Scene

table_limits = st.sampled_from(TABLE_LIMITS)
engines = st.sampled_from(ENGINES)


NO_CHOICES = MadeChoices(())


def meant_list(catalog: MadeCatalog, choices: MadeChoices = NO_CHOICES) -> list[Json]:
    """What must be listed, in order."""
    return [named(dict(catalog.canonical(scene))) for scene in kept(catalog, choices)]


def kept(catalog: MadeCatalog, choices: MadeChoices) -> list[Scene]:
    """The valid configurations that keep the choices, in order."""
    return [scene for scene in catalog.valid if choices.keep(scene)] if choices.in_force else []


# ---------------------------------------------------------------- lists and counts


@examples(100)
@given(catalog=made_catalogs(), rows=table_limits)
def test_engines_list_and_count_what_brute_force_finds(catalog: MadeCatalog, rows: int) -> None:
    with tables_up_to(rows):
        for engine in ENGINES:
            asked = loaded(catalog, engine)

            assert meant_list(catalog) == [found.to_dict() for found in asked.configurations(as_of=DAY)]
            assert Count(len(catalog.valid), len(catalog.scenes)) == asked.count(as_of=DAY)


@examples(100)
@given(catalog=made_catalogs(), data=st.data(), rows=table_limits, engine=engines)
def test_choices_narrow_lists_and_counts_to_what_keeps_them(
    catalog: MadeCatalog, data: st.DataObject, rows: int, engine: str
) -> None:
    choices = data.draw(made_choices(catalog))
    given_choices = named_object(choices.given)
    with tables_up_to(rows):
        asked = loaded(catalog, engine)
        expected = meant_list(catalog, choices)
        counted = asked.count(given_choices, as_of=DAY)

        assert expected == [found.to_dict() for found in asked.configurations(given_choices, as_of=DAY)]
        assert isinstance(counted, Count)
        assert len(expected) == counted.value


@examples(50)
@given(catalog=made_catalogs(), offset=st.integers(0, 5), limit=st.integers(1, 5))
def test_offset_and_limit_cut_a_piece_out_of_the_list(catalog: MadeCatalog, offset: int, limit: int) -> None:
    asked = loaded(catalog)
    found = [f.to_dict() for f in asked.configurations(as_of=DAY, offset=offset, limit=limit)]

    assert meant_list(catalog)[offset : offset + limit] == found


@examples(50)
@given(catalog=made_catalogs(), data=st.data())
def test_counts_over_the_values_of_one_place_add_up(catalog: MadeCatalog, data: st.DataObject) -> None:
    asked = loaded(catalog)
    place = data.draw(st.sampled_from(catalog.places))
    parts = [
        asked.count(named_object({place.name: place.canonical(filling)}), as_of=DAY)
        for filling in place.fillings()
    ]

    assert len(catalog.valid) == sum(part.value for part in parts if isinstance(part, Count))


@examples(50)
@given(catalog=made_catalogs())
def test_lists_hold_each_configuration_once_in_canonical_form(catalog: MadeCatalog) -> None:
    asked = loaded(catalog)
    found = list(asked.configurations(as_of=DAY))

    assert len(found) == len(set(found))
    for configuration in found:
        again = asked.validate(configuration.to_dict(), as_of=DAY)
        assert isinstance(again, Valid)
        assert configuration == again.configuration


# ---------------------------------------------------------------- verdicts


@examples(100)
@given(catalog=made_catalogs(), data=st.data())
def test_a_full_choice_is_told_exactly_the_rules_it_breaks(catalog: MadeCatalog, data: st.DataObject) -> None:
    asked = loaded(catalog)
    if not catalog.scenes:
        return
    scene, given_choices = data.draw(full_choices(catalog))
    verdict = asked.validate(named_object(given_choices), as_of=DAY)
    broken = [
        with_names(r.name, plain_names) for r in catalog.restrictions if r.in_force and not r.kept(scene)
    ]
    told = [
        with_names(r.name, plain_names)
        for r in catalog.restrictions
        if r.days.hold and not r.decides and not r.kept(scene)
    ]

    match verdict:
        case Valid(configuration=configuration, notices=notices):
            assert broken == []
            assert named(dict(catalog.canonical(scene))) == configuration.to_dict()
            assert told == list(dict.fromkeys(notice.rule for notice in notices))
        case Invalid(conflicts=conflicts):
            assert broken == list(dict.fromkeys(rule for conflict in conflicts for rule in conflict.rules))
        case _:
            pytest.fail(f"{verdict} about a full choice")


@examples(130)
@given(catalog=made_catalogs(), data=st.data(), rows=table_limits, engine=engines)
def test_verdicts_on_partial_choices_are_disjoint_and_right(
    catalog: MadeCatalog, data: st.DataObject, rows: int, engine: str
) -> None:
    choices = data.draw(made_choices(catalog))
    with tables_up_to(rows):
        verdict = loaded(catalog, engine).validate(named_object(choices.given), as_of=DAY)
    completions = kept(catalog, choices)
    still_open = tuple(with_names(key, plain_names) for key in choices.open(catalog.places))

    match verdict:
        case Valid():
            assert len(completions) == 1
            assert still_open == ()
        case Incomplete(open=paths):
            assert completions
            assert still_open == paths
        case Invalid():
            assert completions == []
        case _:
            pytest.fail(f"{verdict} without a limit")
    assert isinstance(verdict, Valid) == verdict.valid


@examples(160)
@given(catalog=made_catalogs(largest=150, crowded=True), data=st.data(), rows=table_limits)
def test_what_is_told_to_be_a_conflict_is_one_and_a_searched_one_is_minimal(
    catalog: MadeCatalog, data: st.DataObject, rows: int
) -> None:
    choices = data.draw(made_choices(catalog, most=5, sensible=False))
    with tables_up_to(rows):
        verdict = loaded(catalog).validate(named_object(choices.given), as_of=DAY)
    if not isinstance(verdict, Invalid) or not choices.in_force:
        return
    if not catalog.scenes:
        # A slot that must be filled has nothing in force: no rule and no choice is to blame.
        assert [((), ())] * len(verdict.conflicts) == [(c.rules, c.choices) for c in verdict.conflicts]
        return
    in_force = {with_names(r.name, plain_names): r for r in catalog.restrictions if r.in_force}

    def leaves_nothing(rules: tuple[str, ...], places: tuple[str, ...]) -> bool:
        said = choices.only([f"«{place}»" for place in places])
        return not any(
            said.keep(scene) and all(in_force[rule].kept(scene) for rule in rules) for scene in catalog.scenes
        )

    everything = tuple(choice.place.name.strip("«»") for choice in choices.choices)
    alone = [rule for rule in in_force if leaves_nothing((rule,), everything)]
    for conflict in verdict.conflicts:
        assert leaves_nothing(conflict.rules, conflict.choices)
    if alone:
        assert alone == list(dict.fromkeys(rule for c in verdict.conflicts for rule in c.rules))
        return
    (conflict,) = verdict.conflicts
    assert conflict.minimal
    for rule in conflict.rules:
        assert not leaves_nothing(tuple(r for r in conflict.rules if r != rule), conflict.choices)
    for place in conflict.choices:
        assert not leaves_nothing(conflict.rules, tuple(p for p in conflict.choices if p != place))


# ---------------------------------------------------------------- valid domains


@examples(130)
@given(catalog=made_catalogs(), data=st.data(), rows=table_limits, engine=engines)
def test_offered_is_exactly_what_some_completion_holds(
    catalog: MadeCatalog, data: st.DataObject, rows: int, engine: str
) -> None:
    choices = data.draw(made_choices(catalog))
    with tables_up_to(rows):
        found = told_domains(loaded(catalog, engine).options(named_object(choices.given), as_of=DAY))
    completions = kept(catalog, choices)
    chosen = {choice.place.name for choice in choices.choices}
    defaults = taken_defaults(catalog, completions, chosen)
    expected: dict[str, Json] = {
        place.name: meant_offers(
            place,
            [scene[place.name] for scene in completions],
            defaults,
            chosen=place.name in chosen,
        )
        for place in catalog.places
    }

    assert named_object(expected) == found


# ---------------------------------------------------------------- completion


@examples(130)
@given(catalog=made_catalogs(), data=st.data(), rows=table_limits, engine=engines)
def test_completion_keeps_choices_then_defaults_in_order_then_catalog_order(
    catalog: MadeCatalog, data: st.DataObject, rows: int, engine: str
) -> None:
    choices = data.draw(made_choices(catalog))
    with tables_up_to(rows):
        answer = loaded(catalog, engine).complete(named_object(choices.given), as_of=DAY)
    left: list[Scene] = kept(catalog, choices)
    chosen = [choice.place.name for choice in choices.choices]
    yielded: list[str] = []
    for default in catalog.defaults:
        if default.place in chosen or not left:
            continue
        keeping = [s for s in left if not default.guard(s) or default.meant(s)] if default.usable else []
        left = keeping or left
        if not keeping:
            yielded.append(with_names(default.place, plain_names))

    if not left:
        assert isinstance(answer, NotCompletable)
        return
    assert isinstance(answer, Completed)
    assert named(dict(catalog.canonical(left[0]))) == answer.configuration.to_dict()
    assert yielded == [default.place for default in answer.not_kept]
    assert tuple(p.name.strip("«»") for p in catalog.places if p.name in chosen) == answer.chosen


# ---------------------------------------------------------------- catalogs compared


@examples(60)
@given(catalog=made_catalogs())
def test_one_more_rule_never_adds_configurations(catalog: MadeCatalog) -> None:
    with_all = set(loaded(catalog).configurations(as_of=DAY))
    for restriction in catalog.restrictions:
        if "«" in restriction.name:
            continue  # a resource may be read by other rules
        without = set(loaded(catalog.without(restriction)).configurations(as_of=DAY))

        assert with_all <= without


@examples(60)
@given(catalog=made_catalogs())
def test_renaming_everything_changes_nothing_but_names(catalog: MadeCatalog) -> None:
    renamed = loaded(catalog, names=other_names)
    expected = [named(dict(catalog.canonical(scene)), other_names) for scene in catalog.valid]

    assert expected == [found.to_dict() for found in renamed.configurations(as_of=DAY)]


@examples(60)
@given(catalog=made_catalogs(), data=st.data())
def test_reordering_statements_changes_only_the_order(catalog: MadeCatalog, data: st.DataObject) -> None:
    shuffled = catalog.of(data.draw(st.permutations(catalog.statements)))
    before = [dict(found) for found in loaded(catalog).configurations(as_of=DAY)]
    after = [dict(found) for found in loaded(shuffled).configurations(as_of=DAY)]

    assert len(before) == len(after)
    assert all(found in after for found in before)
    assert meant_list(shuffled) == [found.to_dict() for found in loaded(shuffled).configurations(as_of=DAY)]


# ---------------------------------------------------------------- lowering


@examples(120)
@given(catalog=made_catalogs(largest=60, crowded=True, together=False))
def test_every_restriction_means_what_it_says_to_the_judge_and_to_engines(catalog: MadeCatalog) -> None:
    read = loaded(catalog).catalog
    meant = {with_names(r.name, plain_names): r for r in catalog.restrictions}
    for rows in TABLE_LIMITS:
        with tables_up_to(rows):
            lowered = lower_product(read, DAY)
            constraints = lowered.problem.constraints
        structure = [c for c in constraints if restriction_of(c) is None]
        every = assignments([variable.size for variable in lowered.problem.variables])
        possible = [a for a in every if all(holds(constraint, a) for constraint in structure)]
        lifted = [lowered.lift(assignment) for assignment in possible]

        for restriction in read.restrictions:
            own = [c for c in constraints if restriction_of(c) is restriction]
            for assignment, chosen, scene in zip(possible, lifted, catalog.scenes, strict=True):
                kept_here = meant[restriction.key].kept(scene)
                assert kept_here == (not violations(restriction, chosen))
                assert all(holds(c, assignment) for c in own) or not kept_here
                if meant[restriction.key].in_force:
                    assert kept_here == all(holds(c, assignment) for c in own)


def assignments(sizes: list[int]) -> list[tuple[int, ...]]:
    """Every assignment of variables of these sizes."""
    found: list[tuple[int, ...]] = [()]
    for size in sizes:
        found = [(*one, value) for one in found for value in range(size)]
    return found
