"""What is told to speak against choices, held against what brute force finds on random small catalogs."""

import re
from collections.abc import Callable, Iterable

from asked_catalogs import TABLE_LIMITS, loaded, named_object, tables_up_to
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from law_settings import examples
from made_choices import MadeChoice, MadeChoices, choice_of, made_choices

from configurator.configuration.model import JsonValue
from configurator.configuration.reasons import (
    ByDefault,
    Excluded,
    Forced,
    NotForced,
    Possible,
)
from configurator.configuration.validation import Incomplete, Invalid
from configurator.csp.semantics import holds
from configurator.csp.variables import Assignment
from configurator.explanation.checking import Checked
from configurator.explanation.conflict import Conflict, Conflicts, restriction_of
from configurator.explanation.derivation import Derivation, Left, Step
from configurator.explanation.evidence import RuleEvidence
from configurator.lowering.layout import Layout, SlotLayout
from configurator.lowering.product import lower_product
from configurator.testing.made.catalogs import MadeCatalog, made_catalogs, plain_names, with_names
from configurator.testing.made.dice import Dice
from configurator.testing.made.products import DAY, Filling, MadeOption, MadeRestriction, MadeSlot, Scene

table_limits = st.sampled_from(TABLE_LIMITS)

Members = frozenset[str]
"""Rules by their ids, choices by `place =`."""


@frozen(eq=False)
class Judge:
    """Which members each way of putting a catalog's product together keeps, found by trying all."""

    everything: Members
    kept: tuple[Members, ...]

    @classmethod
    def of(cls, catalog: MadeCatalog, choices: MadeChoices) -> "Judge":
        rules = {rule_id(each): each.kept for each in catalog.restrictions if each.in_force}
        chosen = {member(each): keeper(each) for each in choices.choices}
        tests = {**rules, **chosen}
        kept = {frozenset(name for name, test in tests.items() if test(scene)) for scene in catalog.scenes}
        return cls(frozenset(tests), tuple(kept))

    def clash(self, members: Iterable[str]) -> bool:
        """Whether nothing keeps all of these."""
        wanted = frozenset(members)
        return not any(wanted <= kept for kept in self.kept)

    def minimal(self) -> set[Members]:
        """Every minimal set that nothing keeps."""
        found: list[Members] = []
        waiting: list[Members] = [frozenset()]
        names = sorted(self.everything)
        while waiting:
            level: dict[Members, None] = {}
            for members in waiting:
                if any(each <= members for each in found):
                    continue
                if self.clash(members):
                    found.append(members)
                else:
                    level |= {members | {name}: None for name in names if name > max(members, default="")}
            waiting = list(level)
        return set(found)


def rule_id(restriction: MadeRestriction) -> str:
    return plain(restriction.name)


def plain(name: str) -> str:
    return with_names(name, plain_names)


def member(choice: MadeChoice) -> str:
    return f"{plain(choice.place.name)} ="


def keeper(choice: MadeChoice) -> Callable[[Scene], bool]:
    return lambda scene: choice.keeps(scene[choice.place.name])


def members_of(conflict: Conflict) -> Members:
    return frozenset((*conflict.rules, *(f"{place} =" for place in conflict.choices)))


# ---------------------------------------------------------------- conflicts


@examples(60)
@given(catalog=made_catalogs(largest=120, crowded=True), data=st.data(), rows=table_limits)
def test_a_conflict_is_one_and_no_member_can_be_left_out(
    catalog: MadeCatalog, data: st.DataObject, rows: int
) -> None:
    choices = data.draw(made_choices(catalog, most=4, sensible=False))
    with tables_up_to(rows):
        verdict = loaded(catalog).validate(named_object(choices.given), as_of=DAY)
    judge = Judge.of(catalog, choices)
    if not isinstance(verdict, Invalid):
        return
    for conflict in verdict.conflicts:
        members = members_of(conflict)

        assert conflict.minimal
        assert judge.clash(members)
        assert [] == [name for name in members if judge.clash(members - {name})]


@examples(60)
@given(catalog=made_catalogs(largest=80, crowded=True), data=st.data(), rows=table_limits)
def test_all_conflicts_are_all_minimal_sets_that_brute_force_finds(
    catalog: MadeCatalog, data: st.DataObject, rows: int
) -> None:
    choices = data.draw(made_choices(catalog, most=4, sensible=False))
    with tables_up_to(rows):
        found = loaded(catalog).conflicts(named_object(choices.given), as_of=DAY)
    assert isinstance(found, Conflicts)
    told = [members_of(conflict) for conflict in found.conflicts]

    assert found.complete
    assert Judge.of(catalog, choices).minimal() == set(told)
    assert len(set(told)) == len(told) or not catalog.scenes


@examples(60)
@given(catalog=made_catalogs(largest=120, crowded=True), data=st.data(), rows=table_limits)
def test_every_verdict_passes_its_check(catalog: MadeCatalog, data: st.DataObject, rows: int) -> None:
    choices = named_object(data.draw(made_choices(catalog, most=4, sensible=False)).given)
    with tables_up_to(rows):
        asked = loaded(catalog)
        verdict = asked.validate(choices, as_of=DAY)
        checked = asked.check_verdict(choices, verdict, as_of=DAY)

    assert isinstance(checked, Checked)
    if isinstance(verdict, Incomplete):
        assert verdict.witness in list(asked.configurations(choices, as_of=DAY))


# ---------------------------------------------------------------- why and why not


@st.composite
def asked_values(draw: DrawFn, catalog: MadeCatalog, choices: MadeChoices) -> MadeChoice | None:
    """A value to ask about, of a place for which nothing is chosen."""
    dice = Dice(draw)
    chosen = {choice.place.name for choice in choices.choices}
    places = [place for place in catalog.places if place.name not in chosen]
    if not places:
        return None
    valid = catalog.valid
    place = dice.one(places)
    aim = dice.one(valid)[place.name] if valid and dice.chance(30) else None
    found = choice_of(dice, place, aim)
    return found if found is not None and found.in_force else None


def handed_in(wanted: MadeChoice) -> JsonValue:
    """The value as it is asked about: a list where exactly these are meant."""
    (given_value,) = named_object({"value": wanted.given}).values()
    place = wanted.place
    several = place.kind in {"mixed", "some"} if isinstance(place, MadeSlot | MadeOption) else False
    if several and isinstance(given_value, str):
        parts = [part.strip() for part in given_value.split(",")]
        return [part for part in parts if part != "none"]
    return given_value


@examples(60)
@given(catalog=made_catalogs(largest=100, crowded=True), data=st.data(), rows=table_limits)
def test_why_not_is_answered_by_a_smallest_conflict_and_sound_steps(
    catalog: MadeCatalog, data: st.DataObject, rows: int
) -> None:
    choices = data.draw(made_choices(catalog, most=3, sensible=False))
    wanted = data.draw(asked_values(catalog, choices))
    if wanted is None or not choices.in_force or not catalog.scenes:
        return
    place = plain(wanted.place.name)
    with tables_up_to(rows):
        found = loaded(catalog).why_not(named_object(choices.given), place, handed_in(wanted), as_of=DAY)
    judge = Judge.of(catalog, MadeChoices((*choices.choices, wanted)))
    own = member(wanted)
    if not judge.clash(judge.everything):
        assert isinstance(found, Possible)
        return
    assert isinstance(found, Excluded)
    told = members_of(found.conflict)
    fewest = min(len(each - {own}) for each in judge.minimal())

    assert judge.clash(told)
    assert fewest == len(told - {own})
    assert [] == [name for name in told if judge.clash(told - {name})]
    retreats = [f"{retreat.place} =" for retreat in found.retreats]
    assert retreats == [
        member(each) for each in choices.choices if not judge.clash(judge.everything - {member(each)})
    ]
    check_steps(catalog, choices, found.derivation, wanted.keeps, wanted.place.name)


@examples(60)
@given(catalog=made_catalogs(largest=100, crowded=True), data=st.data(), rows=table_limits)
def test_why_says_forced_of_what_is_in_every_completion(
    catalog: MadeCatalog, data: st.DataObject, rows: int
) -> None:
    choices = data.draw(made_choices(catalog, most=3))
    wanted = data.draw(asked_values(catalog, choices))
    if wanted is None or not choices.in_force or not catalog.scenes:
        return
    place = plain(wanted.place.name)
    with tables_up_to(rows):
        found = loaded(catalog).why(named_object(choices.given), place, handed_in(wanted), as_of=DAY)
    completions = [scene for scene in catalog.valid if choices.keep(scene)]
    having = [scene for scene in completions if keeper(wanted)(scene)]
    if not having:
        assert isinstance(found, Excluded)
    elif len(having) == len(completions):
        assert isinstance(found, Forced)
        judge = Judge.of(catalog, choices)
        told = members_of(found.conflict)
        left = [scene for scene in catalog.scenes if not keeper(wanted)(scene)]
        assert told <= judge.everything
        assert not any(keeps_all(catalog, choices, told, scene) for scene in left)
        for name in told:
            assert any(keeps_all(catalog, choices, told - {name}, scene) for scene in left)
        check_steps(catalog, choices, found.because, lambda found: not wanted.keeps(found), wanted.place.name)
    else:
        assert isinstance(found, NotForced | ByDefault)


def keeps_all(catalog: MadeCatalog, choices: MadeChoices, members: Members, scene: Scene) -> bool:
    rules = (each for each in catalog.restrictions if rule_id(each) in members)
    chosen = (each for each in choices.choices if member(each) in members)
    return all(each.kept(scene) for each in rules) and all(keeper(each)(scene) for each in chosen)


def check_steps(
    catalog: MadeCatalog,
    choices: MadeChoices,
    derivation: Derivation,
    opposite: Callable[[Filling], bool],
    place: str,
) -> None:
    """Each step follows from its premises and its rules alone, and the last one rules the opposite out."""
    layout, assignments = everything_possible(catalog)
    every = list(zip(assignments, catalog.scenes, strict=True))
    chosen = {plain(each.place.name): keeper(each) for each in choices.choices}
    rules = {rule_id(each): each for each in catalog.restrictions}

    def begins(step: Step, assignment: Assignment, scene: Scene) -> bool:
        return all(
            is_left(layout, premise.left, assignment)
            and (not premise.chosen or chosen[premise.left.place](scene))
            and (not premise.supposed or opposite(scene[place]))
            for premise in step.premises
        )

    known: dict[str, Left] = {}
    for step in derivation.steps:
        by = [rules[each.rule] for each in step.by if isinstance(each, RuleEvidence)]
        for premise in step.premises:
            assert premise.left == known.get(premise.left.place, premise.left)
            assert premise.left.place in known or premise.chosen or premise.supposed
        after = [(a, s) for a, s in every if begins(step, a, s) and all(rule.kept(s) for rule in by)]

        assert step.conclusion or not after
        assert all(is_left(layout, left, a) for a, _ in after for left in step.conclusion)
        known |= {left.place: left for left in step.conclusion}
    (*_, last) = derivation.steps
    for left in last.conclusion:
        assert plain(place) == left.place
        assert not any(is_left(layout, left, a) and opposite(s[place]) for a, s in every)


def everything_possible(catalog: MadeCatalog) -> tuple[Layout, list[Assignment]]:
    """All that can be put together without rules, as values of variables, in the order of the scenes."""
    lowered = lower_product(loaded(catalog).catalog, DAY)
    structure = [c for c in lowered.problem.constraints if restriction_of(c) is None]
    found: list[Assignment] = [()]
    for variable in lowered.problem.variables:
        found = [(*one, value) for one in found for value in range(variable.size)]
    return lowered.layout, [each for each in found if all(holds(c, each) for c in structure)]


HOLDS = (
    r"(holds no (?P<no>[^ ,]+(, [^ ,]+)*( or [^ ,]+)?)"
    r"|holds only (?P<only>[^ ,]+(, [^ ,]+)*( and (?!holds)[^ ,]+)?))?"
    r"(( and )?holds at least (?P<least>\d+))?(( and )?holds at most (?P<most>\d+))?"
)
"""What is left of a mixed slot in words; empty for words that tell no more than what is chosen."""


def is_left(layout: Layout, left: Left, assignment: Assignment) -> bool:
    """Whether an assignment is within what is left of a place; of a mixed slot by the words themselves."""
    found = layout.of[left.place]
    variables = found.variables
    if isinstance(found, SlotLayout) and found.slot.cardinality.kind == "mixed" and " = " not in left.text:
        held = {component.sku: count for component, count in found.units(assignment)}
        told = re.fullmatch(HOLDS, left.text.removeprefix(f"{left.place} "))
        if told is not None:
            return all(
                (
                    not held.keys() & set(re.split(r", | or ", told["no"] or "")),
                    told["only"] is None or held.keys() <= set(re.split(r", | and ", told["only"])),
                    sum(held.values()) >= int(told["least"] or 0),
                    told["most"] is None or sum(held.values()) <= int(told["most"]),
                )
            )
    return all(assignment[v] in values for v, values in zip(variables, left.values, strict=True))
