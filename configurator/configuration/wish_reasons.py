"""What stands against a wish that is not kept: choices, earlier wishes, rules, or a date."""

from collections.abc import Sequence

from attrs import evolve

from configurator.catalog.model import Catalog, Objective, Preference
from configurator.catalog.rules import Default, Resource, Rule, VariantTable
from configurator.catalog.structure import Component, Slot
from configurator.configuration.product import Question
from configurator.configuration.wishes import Aim, Step, default_text, together
from configurator.engines.engine import SearchLimits, Unknown
from configurator.errors import SearchLimitError
from configurator.explanation.conflict import Conflict, SwitchedCase, cause_of, listed
from configurator.explanation.evidence import (
    DecisionEvidence,
    EffectivityEvidence,
    Evidence,
    Fact,
    RuleEvidence,
)
from configurator.explanation.minimal_sets import shrink


def why_not_kept(
    question: Question, steps: Sequence[Step], reached: Sequence[str], number: int, limits: SearchLimits
) -> Conflict | Unknown:
    """A minimal set of choices, earlier wishes and rules that leaves a wish no room; the wish is no member.

    Where an objective is among them no rules are told: all of them together decide how good it can be.

    Args:
        question: the choices.
        steps: what became of all wishes, in their order.
        reached: of each that is an objective, the value that it reached.
        number: which of them is asked about.
        limits: of the search.
    """
    step = steps[number]
    if step.constraints is None:
        assert isinstance(step.wish, Default)
        return _not_in_force(question, step.wish)
    facts: list[Fact] = []
    objectives: list[Fact] = []
    for earlier, value in zip(steps[:number], reached, strict=False):
        if earlier.kept and earlier.constraints:
            fact = _fact(earlier, value)
            facts.append(fact)
            if isinstance(earlier.wish, Aim | Objective):
                objectives.append(fact)
    case = question.case()
    case = evolve(case, facts=(*case.facts, *facts))
    try:
        switched = SwitchedCase.of(case, limits)
        problem = switched.problem.extended([step.constraints], limits)
        wish = len(problem.parts) - 1
        # Rules are given up first, then earlier wishes, the least first: the choices are what can be changed.
        rules = range(len(switched.rules.restrictions))
        others = (*range(switched.choices.start - 1, rules.stop - 1, -1), *switched.choices)
        found = shrink(problem, (*rules, *others), limits, always=(wish,))
        if found is not None and any(switched.members[part] in objectives for part in found.parts):
            found = shrink(problem, others, limits, always=(wish, *rules))
    except SearchLimitError as stopped:
        return Unknown(stopped.reason)
    assert found is not None
    told = switched.told(evolve(found, witnesses={}))
    members = [switched.members[part] for part in found.parts]
    # Each by its own sentence: that of the conflict would be about what is left, which is not the question.
    evidence = tuple(
        evolve(each, message=cause_of(case, member))
        if isinstance(each, RuleEvidence) and isinstance(member, Rule | VariantTable | Resource)
        else each
        for each, member in zip(told.evidence, members, strict=True)
    )
    return evolve(told, message=_sentence(evidence), evidence=evidence)


def _sentence(evidence: Sequence[Evidence]) -> str:
    """`it does not go with …`, every member named."""
    if not evidence:
        return "nothing can be so, whatever the rules"
    return f"it does not go with {listed([_in_words(each) for each in evidence])}"


def _in_words(evidence: Evidence) -> str:
    match evidence:
        case RuleEvidence(rule=rule, message=message):
            said = message.rstrip(".")
            return rule if said in {"", rule} else f"{rule} ({said})"
        case DecisionEvidence(text=text):
            return f"`{text}`"
        case _:
            return evidence.text


def _fact(step: Step, reached: str) -> Fact:
    """What was kept before, as a fact: it goes before what is asked about."""
    assert step.constraints is not None
    match step.wish:
        case Default(place=place, span=span):
            told = f"the default `{default_text(step.wish)}`"
            return Fact(place, told, step.constraints, "wish", span.location)
        case Preference(key=key, span=span):
            return Fact(key, f"the preference `{key}`", step.constraints, "wish", span.location)
        case Objective(direction=direction, text=text, span=span):
            words = f"`{direction} {text}` ({reached})"
            return Fact(text, words, step.constraints, "wish", span.location)
        case Aim(direction=direction, calc=calc):
            return Fact(calc.key, f"`{direction} {calc.key}` ({reached})", step.constraints, "wish")


def _not_in_force(question: Question, default: Default) -> Conflict:
    """A default that names what cannot be chosen on the day."""
    lowered = question.product.lowered
    place, absent = next(
        (each.place, component)
        for each in together(lowered.catalog, default)
        for component in _named(lowered.catalog, each)
        if not component.period.holds(lowered.as_of)
    )
    told = f"{absent.title} ({absent.sku}) can be chosen {absent.period.describe()}, not on {lowered.as_of}"
    evidence = (EffectivityEvidence(absent.sku, place, told),)
    return Conflict((), (), (), (), told, (absent.span.location,), (absent.sku,), evidence=evidence)


def _named(catalog: Catalog, default: Default) -> tuple[Component, ...]:
    """The components that a default names."""
    slot = catalog.place_of[default.place]
    if not isinstance(slot, Slot):
        return ()
    found = (catalog.component(slot.family, sku) for sku, _ in default.units)
    return tuple(each for each in found if each is not None)
