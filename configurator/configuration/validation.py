"""Is it valid, and if not, why.

The verdicts are disjoint: *Valid* (everything decided, no rule broken), *Incomplete*
(not everything decided, but it can be), *Invalid* (no valid configuration keeps the
choices), *Unknown* (a limit stopped the search).
"""

from collections.abc import Sequence
from typing import Literal

from attrs import field, frozen

from configurator.catalog.choices import place_of
from configurator.catalog.evaluation import Chosen
from configurator.catalog.judgement import violations
from configurator.catalog.rules import Rule
from configurator.catalog.structure import ProductOption
from configurator.configuration.choices import read_choices
from configurator.configuration.model import Configuration, configuration_of
from configurator.configuration.product import Question
from configurator.csp.variables import Assignment
from configurator.diagnostics.suggestion import did_you_mean
from configurator.engines.engine import NO_LIMITS, Feasible, SearchLimits, Unknown
from configurator.errors import ChoiceError, InvalidConfigurationError
from configurator.explanation.checking import (
    Checked,
    Refuted,
    Unchecked,
    VerdictCheck,
    check_assignment,
    check_conflict,
)
from configurator.explanation.conflict import (
    Conflict,
    Conflicts,
    all_conflicts,
    broken_by_choices,
    find_conflict,
    sentence,
)
from configurator.lowering.choices import lower_choices


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
        witness: a valid configuration that keeps the choices, any: the proof that there is one.
    """

    open: tuple[str, ...]
    witness: Configuration | None = field(default=None, eq=False, repr=False)
    valid: bool = field(default=False, init=False)

    def __bool__(self) -> bool:
        return self.valid

    def or_raise(self) -> "Incomplete":
        """This verdict: nothing speaks against the choices so far."""
        return self


@frozen(eq=False, repr=False)
class Asked:
    """What an answer answers, for whoever has only the answer. It does not outlive pickling."""

    question: Question | None = None

    def __deepcopy__(self, _: object) -> "Asked":
        return self

    def __reduce__(self) -> tuple[type["Asked"], tuple[()]]:
        return Asked, ()


NOT_KNOWN = Asked()
"""What was asked where the answer was made by hand."""


@frozen
class Invalid:
    """No valid configuration keeps the choices.

    Attributes:
        conflicts: what speaks against them, at least one, in the order declared.
    """

    conflicts: tuple[Conflict, ...]
    _asked: Asked = field(default=NOT_KNOWN, eq=False, repr=False)
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
    case = question.case()
    assignment = question.choices.decided(product.lowered.layout)
    if assignment is not None or question.impossible:
        found = broken_by_choices(case, limits)
        if found or assignment is None:
            return Invalid(found, Asked(question))
        chosen = product.lowered.lift(assignment)
        return Valid(configuration_of(product.catalog, chosen), notices(question, chosen))
    answer = question.prepared.feasibility(question.choices.assumptions, limits)
    if isinstance(answer, Feasible):
        return Incomplete(open_places(question), product.configuration(answer.witness))
    found = broken_by_choices(case, limits)
    if found:
        return Invalid(found, Asked(question))
    if isinstance(answer, Unknown):
        return answer
    return Invalid((find_conflict(case, limits),), Asked(question))


def question_of(answer: object) -> Question | None:
    """The question that an answer answers; `None` where it was made by hand or pickled, or knows of none."""
    asked = getattr(answer, "_asked", NOT_KNOWN)
    assert isinstance(asked, Asked)
    return asked.question


def conflicts_of(
    question: Question,
    limit: int | None = None,
    importance: Sequence[str] = (),
    limits: SearchLimits = NO_LIMITS,
) -> Conflicts | Unknown:
    """All minimal conflicts of choices, none where they can be completed, or the first `limit` of them.

    Args:
        question: the choices.
        limit: how many at most; `None` for all.
        importance: places whose choices matter most, most important first; conflicts of these come first.
        limits: where they end the search, those found so far.

    Raises:
        ChoiceError: an important place does not exist.
        TypeError: the important places are one text instead of several.
        ValueError: the limit is less than 1.
    """
    if isinstance(importance, str):
        raise TypeError(f"important places are a list, such as `[{importance!r}]`, not `{importance!r}`")
    known = question.product.catalog.place_of
    for place in importance:
        if place not in known:
            raise ChoiceError([f"`{place}` is neither a slot nor an option"], did_you_mean(place, known))
    case = question.case(tuple(importance))
    return all_conflicts(case, limit, limits)


def open_places(question: Question) -> tuple[str, ...]:
    """The places that the choices leave open, in catalog order; one of them may be only half decided.

    An assembly is open where it is open whether some instance is there; what is inside that is not told.
    """
    catalog, assumptions = question.product.catalog, question.choices.assumptions
    layouts = question.product.lowered.layout.of
    said_inside = {place_of(choice) for choice in question.choices.choices}
    there: set[str] = set()
    for key in said_inside:
        # What is chosen inside an instance has it there.
        while (within := catalog.place_of[key].within) is not None:
            there.add(within)
            key = within  # noqa: PLW2901 - outwards
    found: dict[str, None] = {}
    unclear: set[str] = set()
    for key, layout in layouts.items():
        place = catalog.place_of[key]
        decided = all(len(assumptions.get(variable, ())) == 1 for variable in layout.variables)
        if place.within in unclear:
            unclear.add(key)
        elif decided:
            continue
        elif isinstance(place, ProductOption) and place.presence:
            if key not in there:
                unclear.add(key)
                found.setdefault(catalog.assembly_around(key).key)
        else:
            found.setdefault(key)
    return tuple(found)


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


# ---------------------------------------------------------------- checked


def check_verdict(question: Question, verdict: Verdict, limits: SearchLimits = NO_LIMITS) -> VerdictCheck:
    """Check a verdict about choices without the solver that found it: see `explanation.checking`.

    Raises:
        TypeError: it is no verdict.
    """
    case = question.case()
    match verdict:
        case Valid(configuration=configuration, notices=told):
            assignment = _assignment_of(question, configuration)
            if isinstance(assignment, Refuted):
                return assignment
            if told != notices(question, question.product.lowered.lift(assignment)):
                return Refuted("warnings and hints are other ones")
            return check_assignment(case, assignment)
        case Incomplete(open=still_open, witness=witness):
            if not still_open or still_open != open_places(question):
                return Refuted("other places are open")
            if witness is None:
                return Unchecked("no configuration came with it")
            assignment = _assignment_of(question, witness)
            return assignment if isinstance(assignment, Refuted) else check_assignment(case, assignment)
        case Invalid(conflicts=conflicts):
            steps: list[str] = []
            for conflict in conflicts:
                found = check_conflict(case, conflict, limits)
                if not isinstance(found, Checked):
                    return found
                steps.extend(found.steps)
            return Checked(tuple(steps)) if conflicts else Refuted("nothing speaks against the choices")
        case Unknown(reason=reason):
            return Unchecked(reason)
        case _:
            raise TypeError(f"a verdict is what `validate` answers, not `{verdict!r}`")


def _assignment_of(question: Question, configuration: Configuration) -> Assignment | Refuted:
    """The values that a configuration stands for, read like a customer's choices."""
    product = question.product
    if configuration.catalog not in {"", product.catalog.digest}:
        return Refuted("its configuration belongs to another state of the catalog")
    try:
        read = lower_choices(product.lowered, read_choices(product.catalog, dict(configuration)))
    except ChoiceError as error:
        return Refuted(f"its configuration cannot be read: {error.problems[0]}")
    assignment = read.decided(product.lowered.layout)
    if assignment is None:
        return Refuted("its configuration is not complete, or outdated")
    return question.as_numbered(assignment)
