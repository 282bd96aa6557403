"""All valid configurations, lazily, in catalog order; and how many there are."""

from collections.abc import Iterator
from itertools import islice

from attrs import frozen

from configurator.configuration.model import Configuration
from configurator.configuration.product import Question
from configurator.engines.engine import NO_LIMITS, SearchLimits, Unknown


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
    combinations = count_combinations(question)
    if question.impossible:
        return Count(0, combinations)
    found = question.prepared.count(question.choices.assumptions, limits)
    return found if isinstance(found, Unknown) else Count(found, combinations)


def count_combinations(question: Question) -> int:
    """What could be put together without any rule: the product of what each place can take."""
    total = 1
    assumptions = question.choices.assumptions
    for layout in question.product.lowered.layout.of.values():
        total *= layout.combinations(assumptions)
    return total
