"""All valid configurations, lazily, in catalog order; and how many there are."""

from collections.abc import Iterator
from functools import partial
from itertools import islice

from attrs import frozen

from configurator.configuration.model import Configuration
from configurator.configuration.product import Question
from configurator.csp.problem import ConstraintProblem
from configurator.engines.engine import NO_LIMITS, PreparedProblem, SearchLimits, Unknown
from configurator.engines.registry import LARGE
from configurator.engines.staged import StagedProblem
from configurator.engines.unordered import UnorderedProblem, prepare_unordered
from configurator.errors import SearchLimitError
from configurator.lowering.origins import StructureOrigin
from configurator.lowering.product import LoweredProduct


@frozen
class Count:
    """An exact number of configurations.

    Attributes:
        combinations: how many there would be without any rule, with the same choices open.
    """

    value: int
    combinations: int

    def or_raise(self) -> "Count":
        """This answer."""
        return self


def enumerate_configurations(
    question: Question, *, offset: int = 0, limits: SearchLimits = NO_LIMITS
) -> Iterator[Configuration]:
    """Yield each valid configuration that keeps the choices once, in catalog order, from number `offset`.

    Catalog order compares place by place as written; within a place: absent first, then
    components as written, quantities ascending, mixed slots like words in a dictionary.

    Raises:
        SearchLimitError: a limit ended the search; what came before is right and complete up to there.
    """
    if question.impossible:
        return
    solutions = question.prepared.solutions(question.choices.assumptions, limits)
    for assignment in islice(solutions, offset, None):
        yield question.product.configuration(assignment)


def count_configurations(question: Question, limits: SearchLimits = NO_LIMITS) -> Count | Unknown:
    """How many valid configurations keep the choices, exactly."""
    combinations = count_combinations(question, limits)
    if isinstance(combinations, Unknown):
        return combinations
    if question.impossible:
        return Count(0, combinations)
    found = question.prepared.count(question.choices.assumptions, limits)
    return found if isinstance(found, Unknown) else Count(found, combinations)


def count_combinations(question: Question, limits: SearchLimits = NO_LIMITS) -> int | Unknown:
    """What could be put together without any rule: the product of what each place can take.

    Instances of assemblies count up to order, and their places only where they are there.
    """
    assumptions, lowered = question.choices.assumptions, question.product.lowered
    if lowered.catalog.assemblies:
        try:
            return _without_rules(lowered, limits).count(assumptions, limits)
        except SearchLimitError as stopped:
            return Unknown(stopped.reason)
    total = 1
    for layout in lowered.layout.of.values():
        total *= layout.combinations(assumptions)
    return total


def _without_rules(lowered: LoweredProduct, limits: SearchLimits) -> PreparedProblem:
    """The product without its rules, prepared once.

    Raises:
        SearchLimitError: the time is up.
    """
    found = lowered.known.get("without rules")
    if not isinstance(found, UnorderedProblem | StagedProblem):
        structure = (c for c in lowered.problem.constraints if isinstance(c.origin, StructureOrigin))
        problem = ConstraintProblem(lowered.problem.variables, tuple(structure))
        labelled = LARGE.prepare(problem, limits)
        found = prepare_unordered(LARGE, partial(_given, problem), lowered.symmetries, labelled)
        lowered.known["without rules"] = found
    return found


def _given(problem: ConstraintProblem) -> ConstraintProblem:
    return problem
