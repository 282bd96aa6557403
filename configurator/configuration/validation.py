"""Is it valid, and if not, why.

The verdicts are disjoint: *Valid* (everything decided, no rule broken), *Incomplete*
(not everything decided, but it can be), *Invalid* (no valid configuration keeps the
choices), *Unknown* (a limit stopped the search).
"""

from typing import Literal

from attrs import field, frozen

from configurator.catalog.evaluation import Chosen
from configurator.catalog.judgement import violations
from configurator.catalog.rules import Rule
from configurator.configuration.model import Configuration, configuration_of
from configurator.configuration.product import Question
from configurator.engines.engine import NO_LIMITS, Feasible, SearchLimits, Unknown
from configurator.engines.registry import first_solution_engine
from configurator.errors import InvalidConfigurationError
from configurator.explanation.conflict import Case, Conflict, broken_by_choices, find_conflict, sentence


@frozen
class Notice:
    """A rule of severity `warn` or `hint` that a valid configuration breaks: told, not forbidden."""

    rule: str
    severity: Literal["warn", "hint"]
    message: str
    location: str


@frozen
class Valid:
    """Everything is decided and no rule is broken.

    Attributes:
        notices: warnings and hints, in the order declared.
    """

    configuration: Configuration
    notices: tuple[Notice, ...] = ()
    valid: bool = field(default=True, init=False)

    def __bool__(self) -> bool:
        return self.valid

    def or_raise(self) -> "Valid":
        """This verdict."""
        return self


@frozen
class Incomplete:
    """Not everything is decided, and there is a way to decide the rest.

    Attributes:
        open: the places that still have to be decided, in catalog order.
    """

    open: tuple[str, ...]
    valid: bool = field(default=False, init=False)

    def __bool__(self) -> bool:
        return self.valid

    def or_raise(self) -> "Incomplete":
        """This verdict: nothing speaks against the choices so far."""
        return self


@frozen
class Invalid:
    """No valid configuration keeps the choices.

    Attributes:
        conflicts: what speaks against them, at least one, in the order declared.
    """

    conflicts: tuple[Conflict, ...]
    valid: bool = field(default=False, init=False)

    def __bool__(self) -> bool:
        return self.valid

    def or_raise(self) -> "Invalid":
        """Raise what speaks against it.

        Raises:
            InvalidConfigurationError: always.
        """
        raise InvalidConfigurationError(tuple(conflict.message for conflict in self.conflicts))


Verdict = Valid | Incomplete | Invalid | Unknown


def validate(question: Question, limits: SearchLimits = NO_LIMITS) -> Verdict:
    """Judge choices, all or some of them made.

    A full configuration is judged rule by rule, without a search; whether a partial one
    can be completed is the engine's to say.
    """
    product = question.product
    case = Case(product.lowered, question.choices, first_solution_engine(product.engine.name))
    assignment = question.choices.decided(product.lowered.layout)
    if assignment is not None or question.impossible:
        found = broken_by_choices(case, limits)
        if found or assignment is None:
            return Invalid(found)
        chosen = product.lowered.lift(assignment)
        return Valid(configuration_of(product.catalog, chosen), notices(question, chosen))
    answer = question.prepared.feasibility(question.choices.assumptions, limits)
    if isinstance(answer, Feasible):
        return Incomplete(open_places(question))
    found = broken_by_choices(case, limits)
    if found:
        return Invalid(found)
    if isinstance(answer, Unknown):
        return answer
    return Invalid((find_conflict(case, limits),))


def open_places(question: Question) -> tuple[str, ...]:
    """The places that the choices leave open, in catalog order; one of them may be only half decided."""
    assumptions = question.choices.assumptions
    layouts = question.product.lowered.layout.of
    return tuple(
        key
        for key, layout in layouts.items()
        if any(len(assumptions.get(variable, ())) != 1 for variable in layout.variables)
    )


def notices(question: Question, chosen: Chosen) -> tuple[Notice, ...]:
    """The warnings and hints that a full configuration gives rise to, in the order declared."""
    lowered = question.product.lowered
    told: list[Notice] = []
    for rule in lowered.catalog.restrictions:
        if not isinstance(rule, Rule) or rule.severity == "error" or not rule.period.holds(lowered.as_of):
            continue
        for violation in violations(rule, chosen):
            notice = Notice(rule.key, rule.severity, sentence(violation), rule.span.location)
            if notice not in told:
                told.append(notice)
    return tuple(told)
