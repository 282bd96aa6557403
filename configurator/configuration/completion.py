"""Fill in the rest: the customer's choices first, then what the call asks for, then the catalog's wishes.

In this order, and what comes earlier is never given up for what comes later:

1. the choices, and what the applied bundles choose;
2. objectives named in the call;
3. defaults in the order declared, each kept if a completion still exists; its condition is read on the
   finished configuration;
4. preferences and objectives of the catalog by descending weight, equal weights in the order declared;
5. catalog order of values.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal, NoReturn

from attrs import evolve, field, frozen

from configurator.catalog.choices import place_of
from configurator.catalog.evaluation import Chosen, evaluate
from configurator.catalog.messages import tell
from configurator.catalog.model import Objective, Preference
from configurator.catalog.rules import Default
from configurator.catalog.values import format_number, normal
from configurator.configuration.model import (
    Configuration,
    PlaceValue,
    configuration_of,
    numbered_calcs,
    numbered_values,
)
from configurator.configuration.product import Question
from configurator.configuration.validation import NOT_KNOWN, Asked
from configurator.configuration.wish_reasons import why_not_kept
from configurator.configuration.wishes import Aim, Step, calc_of, default_text, keep_wishes, together
from configurator.engines.engine import NO_LIMITS, SearchLimits, Unknown
from configurator.errors import InvalidConfigurationError, SearchLimitError
from configurator.explanation.conflict import Conflict
from configurator.lowering.objectives import is_number

WishState = Literal["kept", "not kept", "idle"]
"""`kept`; `not kept` (something that goes before stands against it); `idle` where it says nothing: a default
whose condition is not true on the finished configuration, an objective that can have no value."""


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
class WishOutcome:
    """A wish, and what became of it.

    Attributes:
        kind: `default` and `prefer` are kept or not; `minimise` and `maximise` reach a value.
        name: of a default its place, of a preference its id, of an objective the expression.
        text: the wish as it is written, without its reason: `psu = PSU-650 when gpu is absent`.
        location: where it is declared; empty for an objective that the call named.
        message: the sentence that a preference gives as its reason; empty for none.
        number: the value that an objective reached, in the unit in which it is told; `None` for none.
        reached: the same for people; empty for none.
        why: what stands against a wish that is not kept: the fewest choices, earlier wishes and rules found;
            unknown where the time was up; `None` where nobody asked for it.
    """

    kind: Literal["default", "prefer", "minimise", "maximise"]
    name: str
    text: str
    state: WishState
    location: str
    message: str = ""
    number: int | Fraction | None = None
    reached: str = ""
    why: Conflict | Unknown | None = None


@frozen
class Completed:
    """A valid configuration that keeps every choice.

    Attributes:
        configuration: the best one in the order that the module tells, so the only one.
        chosen: the places the customer chose, in catalog order.
        not_kept: defaults that yielded to a rule, a choice's consequence or an earlier wish.
        defaults: the places that took their default, in catalog order.
        bundled: the places that a bundle chose and the customer did not, in catalog order.
        places: what every place holds, by path, instances of assemblies numbered as the choices number them:
            see `numbered_values`. The other paths here have these numbers too.
        calcs: each calc as people read it, numbered likewise.
        wishes: what became of every wish, in the order in which they were minded. Defaults of places that
            are chosen are left out.
    """

    configuration: Configuration
    chosen: tuple[str, ...]
    not_kept: tuple[DefaultNotKept, ...]
    defaults: tuple[str, ...] = ()
    bundled: tuple[str, ...] = ()
    wishes: tuple[WishOutcome, ...] = ()
    places: tuple[tuple[str, PlaceValue], ...] = field(default=(), eq=False, repr=False)
    calcs: tuple[tuple[str, str], ...] = field(default=(), eq=False, repr=False)

    def or_raise(self) -> "Completed":
        """This answer."""
        return self


@frozen
class NotCompletable:
    """No valid configuration keeps the choices; `validate` says why."""

    _asked: Asked = field(default=NOT_KNOWN, eq=False, repr=False)

    def __bool__(self) -> bool:
        return False

    def or_raise(self) -> NoReturn:
        """Raise it.

        Raises:
            InvalidConfigurationError: always.
        """
        raise InvalidConfigurationError(["no valid configuration keeps the choices"])


Completion = Completed | NotCompletable | Unknown


def complete(
    question: Question,
    limits: SearchLimits = NO_LIMITS,
    *,
    aims: Sequence[Aim] = (),
    reasons: bool = False,
) -> Completion:
    """Complete the choices. The answer depends on nothing but catalog, day, choices, bundles and aims.

    Cost: one search if all defaults and preferences can be kept, two for each of those that cannot at most;
    one for each objective, and some more where it is no sum. Every wish that is not kept takes some searches
    for its reason.

    Args:
        question: the choices.
        limits: of the whole search.
        aims: objectives that go before all wishes of the catalog.
        reasons: whether to find out what stands against the wishes that are not kept.
    """
    try:
        found = keep_wishes(question, aims, limits)
    except SearchLimitError as error:
        return Unknown(error.reason)
    if found is None:
        return NotCompletable(Asked(question))
    assignment, steps = found
    final = question.product.lowered.lift(assignment)
    outcomes = [_outcome(question, step, final) for step in steps]
    if reasons:
        reached = [outcome.reached for outcome in outcomes]
        for number, outcome in enumerate(outcomes):
            if outcome.state == "not kept":
                why = why_not_kept(question, steps, reached, number, limits)
                outcomes[number] = evolve(outcome, why=why)
    taken = frozenset(
        each.place
        for step, outcome in zip(steps, outcomes, strict=True)
        if isinstance(step.wish, Default) and outcome.state == "kept"
        for each in together(question.product.catalog, step.wish)
    )
    return _completed(question, final, tuple(outcomes), taken)


def _completed(
    question: Question, final: Chosen, outcomes: tuple[WishOutcome, ...], taken: frozenset[str]
) -> Completed:
    chosen = {place_of(choice) for choice in question.choices.own}
    bundled = {place_of(choice) for choice in question.choices.choices} - chosen
    defaults = [outcome for outcome in outcomes if outcome.kind == "default"]
    keys = [place.key for place in question.product.catalog.places]
    return Completed(
        configuration_of(question.product.catalog, final),
        tuple(key for key in keys if key in chosen),
        tuple(DefaultNotKept(each.name, each.location) for each in defaults if each.state == "not kept"),
        tuple(key for key in keys if key in taken),
        tuple(key for key in keys if key in bundled),
        outcomes,
        numbered_values(question.product.catalog, final),
        numbered_calcs(question.product.catalog, final),
    )


def _outcome(question: Question, step: Step, final: Chosen) -> WishOutcome:
    """What became of a wish, read off the finished configuration."""
    match step.wish:
        case Default(place=place, guard=guard, span=span) as default:
            state: WishState = "kept" if step.kept else "not kept"
            # One whose condition is not true on the finished configuration is kept, but says nothing.
            if step.kept and guard is not None and evaluate(guard, final) is not True:
                state = "idle"
            text = default_text(default)
            several = len(together(question.product.catalog, default)) > 1
            name = text.partition(" = ")[0] if several else place
            return WishOutcome("default", name, text, state, span.location)
        case Preference(key=key, text=text, message=message, span=span):
            told = "" if message is None else tell(message, final)
            return WishOutcome("prefer", key, text, "kept" if step.kept else "not kept", span.location, told)
        case Aim() | Objective() as wish:
            return _reached(question, wish, final)


def _reached(question: Question, wish: Aim | Objective, final: Chosen) -> WishOutcome:
    calc = calc_of(question.product.catalog, wish)
    text, where = (calc.key, "") if isinstance(wish, Aim) else (wish.text, wish.span.location)
    kind: Literal["minimise", "maximise"] = "minimise" if wish.direction == "minimise" else "maximise"
    worth = evaluate(calc.expression, final)
    if not is_number(worth):
        return WishOutcome(kind, text, text, "idle", where)
    number = normal(Fraction(worth) / calc.unit.factor) if calc.unit else worth
    reached = format_number(worth, calc.unit, money=calc.money)
    return WishOutcome(kind, text, text, "kept", where, "", number, reached)
