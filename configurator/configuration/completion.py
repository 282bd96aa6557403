"""Fill in the rest: the customer's choices first, then defaults, then catalog order."""

from typing import NoReturn

from attrs import evolve, frozen

from configurator.catalog.evaluation import evaluate
from configurator.catalog.rules import Default
from configurator.configuration.model import Configuration, configuration_of
from configurator.configuration.product import Question
from configurator.csp.constraints import ClauseConstraint, Constraint
from configurator.engines.engine import NO_LIMITS, Infeasible, PreparedProblem, SearchLimits, Unknown
from configurator.errors import InvalidConfigurationError, SearchLimitError
from configurator.lowering.choices import place_of
from configurator.lowering.product import default_constraints

MOST_EXTENDED = 64
"""How many problems extended by defaults are remembered for one product."""


@frozen
class DefaultNotKept:
    """A default that had to yield.

    Attributes:
        place: whose default it is.
        location: where the default is declared.
    """

    place: str
    location: str


@frozen
class Completed:
    """A valid configuration that keeps every choice.

    Attributes:
        configuration: as many defaults as possible kept, earlier ones first; what is
            then still open takes the first value in catalog order with which a completion exists.
        chosen: the places the customer chose, in catalog order.
        not_kept: defaults that yielded to a rule, a choice's consequence or an earlier default.
        defaults: the places that took their default, in catalog order.
    """

    configuration: Configuration
    chosen: tuple[str, ...]
    not_kept: tuple[DefaultNotKept, ...]
    defaults: tuple[str, ...] = ()

    def or_raise(self) -> "Completed":
        """This answer."""
        return self


@frozen
class NotCompletable:
    """No valid configuration keeps the choices; `validate` says why."""

    def __bool__(self) -> bool:
        return False

    def or_raise(self) -> NoReturn:
        """Raise it.

        Raises:
            InvalidConfigurationError: always.
        """
        raise InvalidConfigurationError(["no valid configuration keeps the choices"])


Completion = Completed | NotCompletable | Unknown


def complete(question: Question, limits: SearchLimits = NO_LIMITS) -> Completion:
    """Complete the choices. The answer depends on nothing but catalog, day and choices.

    A default of a place that the customer chose says nothing. A default's condition
    is read on the finished configuration. Cost: one search per default and one at the end.
    """
    try:
        return _complete(question, limits)
    except SearchLimitError as error:
        return Unknown(error.reason)


def _complete(question: Question, limits: SearchLimits) -> Completion:
    kept = Kept(question.prepared, dict(question.choices.assumptions), _remembered(question))
    if question.impossible or not kept.feasible(limits):
        return NotCompletable()
    chosen = {place_of(choice) for choice in question.choices.choices}
    kept_defaults: list[Default] = []
    not_kept: list[DefaultNotKept] = []
    for number, default in enumerate(question.product.catalog.defaults):
        if default.place in chosen:
            continue
        constraints = default_constraints(question.product.lowered, default)
        narrowed = None if constraints is None else kept.with_default(number, constraints, limits)
        if narrowed is not None and narrowed.feasible(limits):
            kept = narrowed
            kept_defaults.append(default)
        else:
            not_kept.append(_told(default))
    first = next(kept.prepared.solutions(kept.assumptions, limits))
    final = question.product.lowered.lift(first)
    # A default whose condition is not true on the finished configuration is kept, but says nothing.
    told = {d.place for d in kept_defaults if d.guard is None or evaluate(d.guard, final) is True}
    keys = [place.key for place in question.product.catalog.places]
    return Completed(
        configuration_of(question.product.catalog, final),
        tuple(key for key in keys if key in chosen),
        tuple(not_kept),
        tuple(key for key in keys if key in told),
    )


def _told(default: Default) -> DefaultNotKept:
    return DefaultNotKept(default.place, default.span.location)


Extended = dict[tuple[int, ...], PreparedProblem]
"""A product with the constraints of some defaults, by the numbers of these."""


def _remembered(question: Question) -> Extended:
    """What earlier completions extended: choices mostly leave the same defaults to be kept."""
    if question.prepared is not question.product.prepared:
        return {}
    known = question.product.lowered.known.setdefault("completions with defaults", {})
    assert isinstance(known, dict)
    return known


@frozen(eq=False)
class Kept:
    """What is kept so far: as assumptions where they can say it, which costs nothing, else as constraints.

    Attributes:
        extended: what is remembered of problems with more constraints.
        defaults: those whose constraints the problem has.
    """

    prepared: PreparedProblem
    assumptions: dict[int, frozenset[int]]
    extended: Extended
    defaults: tuple[int, ...] = ()

    def with_default(self, number: int, constraints: tuple[Constraint, ...], limits: SearchLimits) -> "Kept":
        """The same with a default to keep.

        Raises:
            SearchLimitError: preparing did not fit the limits.
        """
        assumptions = dict(self.assumptions)
        wider: list[Constraint] = []
        for constraint in constraints:
            match constraint:
                case ClauseConstraint(literals=(literal,)):
                    before = assumptions.get(literal.variable, literal.values)
                    assumptions[literal.variable] = before & literal.values
                case _:
                    wider.append(constraint)
        if not wider:
            return evolve(self, assumptions=assumptions)
        defaults = (*self.defaults, number)
        prepared = self.extended.get(defaults)
        if prepared is None:
            prepared = self.prepared.extended(tuple(wider), limits)
            if len(self.extended) < MOST_EXTENDED:
                self.extended[defaults] = prepared
        return Kept(prepared, assumptions, self.extended, defaults)

    def feasible(self, limits: SearchLimits) -> bool:
        """Whether a configuration keeps all of it.

        Raises:
            SearchLimitError: the search did not fit the limits.
        """
        answer = self.prepared.feasibility(self.assumptions, limits)
        if isinstance(answer, Unknown):
            raise SearchLimitError(answer.reason)
        return not isinstance(answer, Infeasible)
