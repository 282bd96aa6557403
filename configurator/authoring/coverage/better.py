"""What would go before a completion: the wishes it gives up, better values, and what stands earlier.

A completion is the first of all valid configurations in an order that knows no rules. So without an element
another one is found exactly where something that goes before it is then valid: one of these regions,
which are all empty as long as every rule holds.
"""

from collections.abc import Iterator, Sequence

from attrs import evolve, frozen

from configurator.authoring.scenarios.asked import AskedScenario
from configurator.catalog.evaluation import evaluate
from configurator.catalog.expressions import Comparison
from configurator.catalog.model import Objective
from configurator.catalog.values import BooleanType
from configurator.configuration.wishes import Aim, Step, calc_of, constant
from configurator.csp.constraints import ClauseConstraint, LinearConstraint, Literal
from configurator.csp.variables import Assignment
from configurator.engines.switched import Part
from configurator.lowering.objectives import condition_constraints, is_number, lower_calc

BOOLEAN = BooleanType()


@frozen(eq=False)
class Region:
    """Configurations that would go before a completion.

    Attributes:
        kept: the wishes that are minded earlier and that they keep too.
        better: what makes them better.
    """

    kept: tuple[Part, ...]
    better: Part


def kept_wishes(steps: Sequence[Step]) -> tuple[Part, ...]:
    """What a completion keeps of its wishes, objectives at the value that they reached."""
    return tuple(step.constraints for step in steps if step.kept and step.constraints)


def better_by_wishes(asked: AskedScenario, completion: Assignment, steps: Sequence[Step]) -> Iterator[Region]:
    """What keeps a wish more than a completion, or reaches a better value, and all that is minded earlier.

    Args:
        asked: the scenario.
        completion: what completes its choices.
        steps: the wishes, and what became of them.
    """
    for at, step in enumerate(steps):
        if isinstance(step.wish, Aim | Objective):
            yield Region(kept_wishes(steps[:at]), _better(asked, step, completion))
        elif not step.kept and step.constraints is not None:
            yield Region(kept_wishes(steps[:at]), step.constraints)


def earlier_in_catalog(completion: Assignment, steps: Sequence[Step]) -> Iterator[Region]:
    """What keeps the same wishes and stands earlier in catalog order, value after value.

    Only where no instances of assemblies may change places: up to their order others stand earlier.
    """
    kept = kept_wishes(steps)
    prefix: list[ClauseConstraint] = []
    for variable, value in enumerate(completion):
        if value:
            earlier = ClauseConstraint((Literal(variable, frozenset(range(value))),))
            yield Region(kept, (*prefix, earlier))
        prefix.append(ClauseConstraint((Literal(variable, frozenset({value})),)))


def _better(asked: AskedScenario, step: Step, completion: Assignment) -> Part:
    """That an objective has a better value than it reached; any, where it has none."""
    wish = step.wish
    assert isinstance(wish, Aim | Objective)
    calc = calc_of(asked.product.catalog, wish)
    expression = calc.expression
    if step.kept and step.constraints and lower_calc(asked.lowered, calc) is not None:
        *has_value, reached = step.constraints
        if isinstance(reached, LinearConstraint) and reached.upper is not None:
            return (*has_value, evolve(reached, upper=reached.upper - 1))
    worth = evaluate(expression, asked.lowered.lift(completion))
    operator, bound = "=", expression
    if is_number(worth):
        operator, bound = ("<" if wish.direction == "minimise" else ">"), constant(worth, expression)
    return condition_constraints(asked.lowered, Comparison(operator, expression, bound, BOOLEAN), wish)
