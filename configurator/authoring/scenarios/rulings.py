"""What decided an expectation: rules broken or kept, stock, dates, with what they compare; and examples."""

from collections.abc import Iterable, Iterator
from typing import Literal

from attrs import evolve

from configurator.authoring.scenarios.asked import AskedScenario, Completion
from configurator.authoring.scenarios.outcomes import Ruling
from configurator.authoring.scenarios.told_values import restriction_values
from configurator.catalog.choices import place_of
from configurator.catalog.evaluation import Chosen
from configurator.catalog.expressions import Expression, places_of
from configurator.catalog.rules import Restriction
from configurator.catalog.structure import ProductOption
from configurator.catalog.values import format_value
from configurator.csp.negation import Alternative
from configurator.csp.variables import Assignment
from configurator.engines.switched import Possible
from configurator.errors import SearchLimitError
from configurator.explanation.conflict import (
    Conflict,
    SwitchedCase,
    find_conflict,
    kind_of,
    units_told,
)
from configurator.explanation.evidence import (
    EffectivityEvidence,
    Evidence,
    Fact,
    RuleEvidence,
    StockEvidence,
)
from configurator.lowering.layout import SlotLayout

MOST_PLACES = 6
"""How many places of a configuration are told as an example."""


def rulings(asked: AskedScenario, conflicts: Iterable[Conflict]) -> tuple[Ruling, ...]:
    """Whatever takes part in conflicts besides choices, each once."""
    told: dict[tuple[str, str, str], Ruling] = {}
    for conflict in conflicts:
        for evidence in conflict.evidence:
            found = ruling(asked, evidence)
            if found is not None:
                told.setdefault((found.kind, found.name, found.message), found)
    return tuple(told.values())


def ruling(asked: AskedScenario, evidence: Evidence) -> Ruling | None:
    """A piece of evidence; `None` for a choice."""
    match evidence:
        case RuleEvidence(rule=rule, what=what, message=message, location=location, rows=rows):
            restriction = next(each for each in asked.lowered.restrictions if each.key == rule)
            values = restriction_values(asked.product.catalog, restriction, asked.case.decided_places())
            return Ruling(what, rule, f"{message}{_row_words(rows)}", location, compared=values)
        case StockEvidence(component=sku, text=text):
            return Ruling("stock", sku, text, "")
        case EffectivityEvidence(component=sku, place=place, text=text):
            return Ruling("effectivity", sku or place, text, "")
        case _:
            return None


def broken(asked: AskedScenario, restriction: Restriction, conflicts: Iterable[Conflict]) -> Ruling:
    """A restriction that is to blame, with the sentence that its conflict tells, else with its title."""
    for each in rulings(asked, conflicts):
        if each.name == restriction.key:
            return each
    title = restriction.title if restriction.title != restriction.key else ""
    return _ruling_of(asked, restriction, title, asked.case.decided_places(), holds=False)


def kept(asked: AskedScenario, key: str, switched: SwitchedCase | None = None) -> Ruling | None:
    """That a restriction holds, with what it compares; `None` where it is not in force.

    Args:
        asked: the scenario.
        key: of the restriction.
        switched: its choices where nothing keeps them: then the restriction is held against these alone.
    """
    restriction = next(each for each in asked.product.catalog.restrictions if each.key == key)
    if not restriction.period.holds(asked.lowered.as_of):
        return None
    chosen = asked.completed().chosen if switched is None else _kept_in(asked, restriction, switched)
    return _ruling_of(asked, restriction, "", chosen, holds=True)


def _kept_in(asked: AskedScenario, restriction: Restriction, switched: SwitchedCase) -> Chosen:
    """The choices as far as they go, and where a rule holds beside them, what it then compares."""
    numbers = [at for at, member in enumerate(switched.members) if member is restriction]
    answer = switched.problem.solve((*numbers, *switched.choices), asked.limits)
    if isinstance(answer, Possible):
        return asked.lowered.lift(answer.witness)
    return asked.case.decided_places()


def _ruling_of(
    asked: AskedScenario, restriction: Restriction, message: str, chosen: Chosen, *, holds: bool
) -> Ruling:
    values = restriction_values(asked.product.catalog, restriction, chosen)
    kind: Literal["rule", "table", "resource"] = kind_of(restriction)
    return Ruling(kind, restriction.key, message, restriction.span.location, holds, values)


def what_excludes(asked: AskedScenario, holding: tuple[Alternative, ...]) -> tuple[Ruling, ...]:
    """The rules by which what is expected cannot be had at all; none where it can, or nobody knows."""
    if len(holding) != 1:
        return ()
    try:
        if asked.example(holding[0], asked.brief) is not None:
            return ()
    except SearchLimitError:
        return ()
    conflict = find_conflict(evolve(asked.case, facts=(Fact("", "", holding[0]),)), asked.brief)
    if not conflict.minimal:
        return ()
    return tuple(each for each in rulings(asked, (conflict,)) if each.kind != "stock")


def not_in_force(asked: AskedScenario, keys: Iterable[str]) -> Iterator[str]:
    """A sentence for each of these rules that does not count on the day."""
    for restriction in asked.product.catalog.restrictions:
        if restriction.key in keys and not restriction.period.holds(asked.lowered.as_of):
            days = restriction.period.describe()
            yield f"`{restriction.key}` is in force {days}, not on {asked.lowered.as_of}"


def _row_words(rows: tuple[int, ...]) -> str:
    if not rows:
        return ""
    return f" ({'row' if len(rows) == 1 else 'rows'} {' and '.join(map(str, rows))})"


# ---------------------------------------------------------------- configurations in words


def place_value(asked: AskedScenario, key: str, chosen: Chosen) -> str:
    """What a place holds, as the language writes it."""
    if isinstance(asked.lowered.layout.of[key], SlotLayout):
        return units_told(chosen.units[key])
    return format_value(chosen.options[key])


def told_places(asked: AskedScenario, assignment: Assignment) -> Iterator[str]:
    """A configuration as an example: what it holds where the choices say nothing."""
    chosen = asked.lowered.lift(assignment)
    told = [f"{key} = {place_value(asked, key, chosen)}" for key in _open_places(asked, chosen)]
    if told:
        yield f"for example with {_few(told)}"


def told_completion(asked: AskedScenario, condition: Expression, completion: Completion) -> Iterator[str]:
    """What the completion put where the choices say nothing, as far as a condition reads it."""
    read = set(places_of(condition))
    still_open = [key for key in _open_places(asked, completion.chosen) if key in read]
    told = [f"{key} = {place_value(asked, key, completion.chosen)}" for key in still_open]
    if told:
        yield f"completed with {_few(told)}"


def _open_places(asked: AskedScenario, chosen: Chosen) -> list[str]:
    """The places that the choices do not name, in catalog order; none of assemblies that are not there."""
    named = {place_of(choice) for choice in asked.question.choices.choices}
    found: list[str] = []
    for key in asked.lowered.layout.of:
        place = asked.product.catalog.place_of[key]
        there = place.within is None or chosen.options.get(place.within) is True
        is_presence = isinstance(place, ProductOption) and place.presence
        if key not in named and there and not is_presence:
            found.append(key)
    return found


def _few(told: list[str]) -> str:
    """The first of a list, and how many more there are."""
    more = len(told) - MOST_PLACES
    return ", ".join(told[:MOST_PLACES]) + (f" and {more} more" if more > 0 else "")
