"""What shows that a mutant differs: a configuration, and the scenario that notices it."""

from collections.abc import Iterator, Sequence
from datetime import date

from attrs import frozen

from configurator.authoring.mutation.killing import MutatedCatalog, Placed
from configurator.authoring.mutation.outcomes import SurvivingMutant
from configurator.authoring.mutation.sides import Ground, Side
from configurator.authoring.recording import scenario_text
from configurator.catalog.choices import PlaceChoice, place_of
from configurator.catalog.expectations import (
    Expectation,
    ExpectedConflict,
    ExpectedVerdict,
    ExpectedWarning,
)
from configurator.catalog.model import Scenario
from configurator.configuration.choices import read_choices
from configurator.configuration.completion import Completed, complete
from configurator.configuration.facts import Facts
from configurator.configuration.model import Configuration, configuration_of
from configurator.configuration.product import ask
from configurator.csp.variables import Assignment
from configurator.engines.engine import SearchLimits
from configurator.errors import ChoiceError
from configurator.lowering.intervals import interval_in_force


@frozen(eq=False)
class Shown:
    """A configuration that fares otherwise in a mutant.

    Attributes:
        bundles: keys of those that are applied.
    """

    side: Side
    ground: Ground
    day: date
    bundles: tuple[str, ...]
    assignment: Assignment


def survivor(mutated: MutatedCatalog, shown: Shown, limits: SearchLimits) -> SurvivingMutant:
    """A survivor with its witness, and a scenario that notices it, if the language can write one.

    Raises:
        SearchLimitError: the time is up.
    """
    catalog = mutated.grounds.catalog
    configuration = _completed(mutated, shown, limits)
    if configuration is None:
        configuration = configuration_of(catalog, shown.ground.lowered.lift(shown.assignment))
    choices = read_choices(catalog, dict(configuration))
    expectation, text = _expected(mutated, shown, choices, limits)
    scenario = "" if expectation is None else _written(mutated, shown, choices, text)
    return SurvivingMutant(shown.side.kind, configuration, shown.day, text, scenario)


def _written(mutated: MutatedCatalog, shown: Shown, choices: Sequence[PlaceChoice], expected: str) -> str:
    """The scenario as text; empty where the language cannot write it."""
    try:
        return scenario_text(
            mutated.grounds.catalog,
            mutated.mutant.id,
            {place_of(choice): choice for choice in choices},
            [expected],
            day=shown.day if _depends_on_day(mutated) else None,
            bundles=shown.bundles,
        )
    except ChoiceError:
        return ""


def _completed(mutated: MutatedCatalog, shown: Shown, limits: SearchLimits) -> Configuration | None:
    """What completes no choices at all, among what fares alike; `None` where nobody finds it.

    It is plainer than what a solver happens to find, and the same in every run.
    """
    day, problem = shown.day, shown.side.asked.problem
    bundles = tuple(each for each in mutated.grounds.catalog.bundles if each.key in shown.bundles)
    gained = shown.side.kind == "gained"
    product = (
        mutated.product(day, limits, counting=False) if gained else mutated.grounds.find_product(day, limits)
    )
    # What holds besides what the product knows: of a warning that it is broken before and kept after.
    own = [] if gained else [part for part in shown.side.on if part >= shown.ground.own]
    besides = tuple(each for part in own for each in problem.parts[part])
    for alternative in shown.side.asked.alternatives:
        said = (*problem.parts[alternative], *besides)
        asked = product.with_facts(Facts(said, tuple), limits).applying(bundles)
        match complete(ask(asked, (), limits), limits):
            case Completed(configuration=configuration):
                return configuration
            case _:
                pass
    return None


def _depends_on_day(mutated: MutatedCatalog) -> bool:
    """Whether anything comes or goes."""
    catalog = mutated.grounds.catalog
    return interval_in_force(catalog, date.min) != (None, None)


def _expected(
    mutated: MutatedCatalog, shown: Shown, choices: Sequence[PlaceChoice], limits: SearchLimits
) -> tuple[Expectation | None, str]:
    """What the original says of a configuration and the mutant does not; `None` where nothing tells it."""
    tried = ""
    for expectation, text in _candidates(mutated, shown):
        tried = tried or text
        placed = Placed(_scenario(mutated, shown, choices, expectation), shown.day)
        if mutated.grounds.run(placed, limits) == "passed" and mutated.run(placed, limits)[0] == "failed":
            return expectation, text
    return None, tried


def _candidates(mutated: MutatedCatalog, shown: Shown) -> Iterator[tuple[Expectation, str]]:
    restriction = mutated.grounds.catalog.restrictions[mutated.mutant.change.number]
    key, span = restriction.key, restriction.span
    match shown.side.kind:
        case "lost":
            yield ExpectedVerdict("valid", span), "valid"
        case "gained":
            yield ExpectedConflict((key,), only=True, span=span), f"invalid because only {key}"
            yield ExpectedConflict((key,), only=False, span=span), f"invalid because {key}"
            yield ExpectedConflict((), only=False, span=span), "invalid"
        case "silenced":
            yield ExpectedWarning(key, span), f"warning {key}"


def _scenario(
    mutated: MutatedCatalog, shown: Shown, choices: Sequence[PlaceChoice], expectation: Expectation
) -> Scenario:
    span = mutated.grounds.catalog.restrictions[mutated.mutant.change.number].span
    return Scenario(
        title="",
        tags=(),
        todo=False,
        day=shown.day,
        stock=(),
        bundles=shown.bundles,
        choices=tuple(choices),
        expectations=(expectation,),
        title_span=span,
        span=span,
    )
