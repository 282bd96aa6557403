"""Choices as parts that repairs give up: an instance of an assembly is given up as one, with its inside.

What is chosen inside an instance counts only where the instance is there; that it is there is a part of its
own. Giving that part up leaves the instance out, and takes back at once whatever was chosen inside it.
"""

from collections.abc import Collection, Mapping, Sequence

from attrs import evolve

from configurator.catalog.choices import OptionChoice, PlaceChoice, SlotChoice, place_of
from configurator.catalog.model import Catalog
from configurator.configuration.given_choices import lies_at
from configurator.configuration.product import Question
from configurator.csp.constraints import ClauseConstraint, Constraint, LinearConstraint, Literal
from configurator.engines.engine import SearchLimits
from configurator.engines.switched import Part
from configurator.explanation.conflict import (
    Member,
    SwitchedCase,
    choice_part,
    switched_facts,
    switched_rules,
)


def locked_places(catalog: Catalog, locked: Collection[str]) -> frozenset[str]:
    """The places whose choices stay: of an assembly all that lies inside it."""
    inside = {**catalog.assembly_of, **{each.key: each for each in catalog.places if _is_presence(each)}}
    return frozenset(
        place.key
        for place in catalog.places
        if place.key in locked or any(lies_at(place.key, each) for each in locked if each in inside)
    )


def _is_presence(place: object) -> bool:
    return getattr(place, "presence", False) is True


def switched_choices(question: Question, locked: Collection[str], limits: SearchLimits) -> SwitchedCase:
    """Rules and choices as parts, with one more for each instance of whose inside something is chosen.

    Raises:
        SearchLimitError: the time is up.
    """
    lowered = question.product.lowered
    loose = loosened(question, locked)
    order = {key: at for at, key in enumerate(lowered.layout.of)}
    chosen = {place_of(choice) for choice in question.choices.own}
    stays = [OptionChoice(key, value=True, presence=True) for key in set(loose.values()) - chosen]
    # At one place one's own choice comes first.
    every = sorted((*question.choices.choices, *stays), key=lambda choice: order[place_of(choice)])
    rules, facts = switched_rules(lowered, limits), question.product.facts.each
    standing = switched_facts(lowered, facts, limits)
    own: list[tuple[Member, Part]] = [
        (bundle, (ClauseConstraint((), bundle),)) for bundle in question.choices.expired
    ]
    for choice in every:
        presence = None if choice.bundle else loose.get(place_of(choice))
        part = choice_part(lowered, choice)
        if presence is not None:
            (variable,) = lowered.layout.of[presence].variables
            part = tuple(_unless(each, Literal(variable, frozenset({0}))) for each in part)
        own.append((choice, part))
    problem = standing.extended([part for _, part in own], limits) if own else standing
    case = evolve(question.case(), choices=evolve(question.choices, choices=tuple(every)))
    return SwitchedCase(case, rules, problem, (*rules.restrictions, *facts, *(member for member, _ in own)))


def loosened(question: Question, locked: Collection[str]) -> Mapping[str, str]:
    """For places inside instances the instance without which what is chosen there says nothing.

    What is locked says something in any case, and so does what is chosen inside an instance that the customer
    leaves out: that is a contradiction, not a choice about nothing.
    """
    places = question.product.catalog.place_of
    own = {place_of(choice): choice for choice in question.choices.own}
    found: dict[str, str] = {}
    waiting = [key for key in own if key not in locked]
    while waiting:
        key = waiting.pop()
        within = places[key].within
        if within is None or key in found:
            continue
        around = own.get(within)
        if isinstance(around, OptionChoice) and around.value is False:
            continue
        found[key] = within
        if within not in locked:
            waiting.append(within)
    return found


def _unless(constraint: Constraint, literal: Literal) -> Constraint:
    """A constraint that says nothing where a literal holds."""
    match constraint:
        case ClauseConstraint(literals=literals):
            return ClauseConstraint((*literals, literal), constraint.origin)
        case LinearConstraint(unless=unless):
            return evolve(constraint, unless=(*unless, literal))
        case _:
            raise AssertionError(constraint)


def inside_of(choices: Sequence[PlaceChoice], given_up: Sequence[PlaceChoice]) -> tuple[PlaceChoice, ...]:
    """The choices inside instances that are given up."""
    gone = [place_of(each) for each in given_up if leaves_out(each)]
    own = (choice for choice in choices if not choice.bundle and place_of(choice) not in gone)
    return tuple(choice for choice in own if any(lies_at(place_of(choice), key) for key in gone))


def leaves_out(choice: PlaceChoice) -> bool:
    """Whether giving up a choice leaves an instance out."""
    return isinstance(choice, OptionChoice) and choice.presence and choice.value is True


def first_of_alike(
    catalog: Catalog, choices: Sequence[PlaceChoice], weights: Mapping[str, int], given_up: Collection[str]
) -> bool:
    """Whether of instances of which the same is chosen the first ones are changed, and most of the first.

    Instances count up to their order: changing another one of them would be the same repair.
    """
    for home in catalog.assemblies:
        patterns: dict[tuple[object, ...], list[tuple[str, ...]]] = {}
        for instance in home.instances if len(home.instances) > 1 else ():
            size = len(instance.prefix)
            own = [each for each in choices if lies_at(place_of(each), instance.prefix)]
            said = tuple((_moved(each, size), weights.get(place_of(each), 1)) for each in own)
            changed = (key[size:] for key in given_up if lies_at(key, instance.prefix))
            patterns.setdefault(said, []).append(tuple(sorted(changed)))
        if any(found != sorted(found, reverse=True) for found in patterns.values()):
            return False
    return True


def _moved(choice: PlaceChoice, size: int) -> PlaceChoice:
    """What is chosen, whatever the instance."""
    if isinstance(choice, SlotChoice):
        return evolve(choice, slot=choice.slot[size:])
    return evolve(choice, option=choice.option[size:])
