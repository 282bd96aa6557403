"""Invalid configurations: everything decided, and one rule broken, that alone."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from attrs import field, frozen
from hypothesis import strategies as st

from configurator.authoring.analysis.findings import REDUNDANT
from configurator.authoring.analysis.ground import OneOf
from configurator.catalog.judgement import violations
from configurator.catalog.rules import Restriction, Rule, VariantTable
from configurator.configuration.model import JsonValue, configuration_of
from configurator.configuration.product import PreparedProduct, Question
from configurator.csp.constraints import ClauseConstraint, Literal
from configurator.csp.negation import Alternative, broken_part
from configurator.csp.problem import ConstraintProblem
from configurator.csp.variables import Assignment, Variable
from configurator.diagnostics.suggestion import did_you_mean
from configurator.engines.engine import NO_LIMITS, SearchLimits, Unknown
from configurator.engines.stepwise import MOST_SECONDS_OF_SOLVER, steps_of
from configurator.engines.switched import Possible
from configurator.errors import SearchLimitError, StrategyError
from configurator.explanation.conflict import SwitchedRules, kind_of, restriction_of, switched_rules
from configurator.explanation.minimal_sets import smallest_conflict
from configurator.lowering.product import decides
from configurator.testing.strategies.asked import (
    AnyCatalog,
    configurator_of,
    name_of,
    question_of,
    read_asked,
)
from configurator.testing.strategies.broken_rules import only_where, with_one_of
from configurator.testing.strategies.drawing import Drawing, assumed, drawing, with_sizes

MOST_SECONDS = 0.5
"""How long it is tried to compile one diagram for all rules."""


@frozen
class InvalidConfiguration:
    """Everything decided, and something broken. Its `repr` is Python that makes an equal one.

    Attributes:
        choices: in the canonical JSON form, which `Configurator.validate` and `accept` take.
        violates: the id of the rule, table or resource that was to be broken.
        broken: the ids of all that are, in the order declared; with `exact`, that one alone.
    """

    choices: Mapping[str, JsonValue] = field(hash=False)
    violates: str
    broken: tuple[str, ...]


def invalid_configurations(
    catalog: AnyCatalog,
    *,
    violates: str | None = None,
    exact: bool = True,
    choices: Mapping[str, object] = MappingProxyType({}),
    as_of: date | None = None,
    only: bool = False,
    bundles: Sequence[str] = (),
    **places: object,
) -> st.SearchStrategy[InvalidConfiguration]:
    """Configurations that break one rule, table or resource and keep all others.

    Args:
        catalog: as in `configurations`.
        violates: the id of what is broken; by default any that can be broken alone, drawn as well.
        exact: whether all others are kept; else others may be broken too.
        choices: as in `configurations`: what is kept by all of them.
        as_of: as in `configurations`.
        only: as in `configurations`.
        bundles: as in `configurations`.
        places: as in `configurations`.

    Raises:
        ChoiceError: a choice names what does not exist or does not fit its place.
        StrategyError: `violates` names nothing, or what makes nothing invalid, or nothing can break it, or,
            with `exact`, nothing can break it alone (finding A0803 of `analyze`). Without `violates`, at the
            first draw: nothing can be broken.
        SearchLimitError: a solver could not tell.
    """
    configurator = configurator_of(catalog)
    read, applied = read_asked(configurator, choices, places, only=only, bundles=bundles)
    if violates is not None:
        _check_wanted(question_of(configurator, read, applied, as_of), violates, exact=exact)

    def prepared() -> st.SearchStrategy[InvalidConfiguration]:
        question = question_of(configurator, read, applied, as_of)
        if violates is None:
            return _breaking_any(any_broken(question, exact=exact), exact=exact)
        number = _number_of(switched_rules(question.product.lowered), violates)
        return _breaking(_one_broken(question, number, exact=exact), violates, exact=exact)

    return st.deferred(prepared)


@st.composite
def _breaking(draw: st.DrawFn, drawing: Drawing, violates: str, *, exact: bool) -> InvalidConfiguration:
    return _told(drawing.product, drawing.assigned(draw), violates, exact=exact)


@st.composite
def _breaking_any(
    draw: st.DrawFn, found: tuple[Drawing, tuple[Restriction, ...]], *, exact: bool
) -> InvalidConfiguration:
    drawing, restrictions = found
    values = drawing.drawn(draw)
    which = restrictions[values[drawing.variables]]
    return _told(drawing.product, drawing.assignment(values), which.key, exact=exact)


def _told(
    product: PreparedProduct, assignment: Assignment, violates: str, *, exact: bool
) -> InvalidConfiguration:
    chosen = product.lowered.lift(assignment)
    broken: tuple[str, ...] = (violates,)
    if not exact:
        every = product.lowered.restrictions
        broken = tuple(each.key for each in every if violations(each, chosen))
    return InvalidConfiguration(configuration_of(product.catalog, chosen).to_dict(), violates, broken)


# ---------------------------------------------------------------- what is solved


def _one_broken(question: Question, number: int, *, exact: bool) -> Drawing:
    """How to draw what breaks a restriction and keeps the choices."""
    rules, product = switched_rules(question.product.lowered), question.product
    rest = _without(question, (rules.restrictions[number],) if exact else rules.restrictions)
    return drawing(product, with_one_of(rest, _broken(rules, number)))


def any_broken(question: Question, *, exact: bool) -> tuple[Drawing, tuple[Restriction, ...]]:
    """How to draw what breaks some restriction; the first variable drawn is its number.

    One diagram for all of them may be too large, and one for each takes too long to compile: then each step
    is asked of a solver.

    Raises:
        StrategyError: nothing can be broken.
    """
    product = question.product
    rules = switched_rules(product.lowered, SearchLimits.within(MOST_SECONDS_OF_SOLVER))
    amount, own = len(rules.restrictions), len(product.lowered.layout.variables)
    ways = [(number, way) for number in range(amount) for way in _broken(rules, number)]
    kept = _without(question, rules.restrictions)
    rule, way = own, own + 1
    constraints = list(kept.constraints)
    if exact:
        for number, part in enumerate(rules.problem.parts):
            others = frozenset(range(amount)) - {number}
            constraints += [only_where(constraint, rule, others, amount) for constraint in part]
    for at, (number, alternative) in enumerate(ways):
        constraints += [only_where(constraint, way, frozenset({at}), len(ways)) for constraint in alternative]
        others = frozenset(range(len(ways))) - {at}
        constraints.append(ClauseConstraint((Literal(way, others), Literal(rule, frozenset({number})))))
    variables = (*product.lowered.layout.variables, Variable("rule", amount), Variable("way", len(ways)))
    sized, turns = with_sizes(ConstraintProblem(variables, tuple(constraints)), product.lowered.layout)
    turns = [(rule,), *turns]
    found = Drawing(product, steps_of(sized, turns, seconds=MOST_SECONDS), sum(map(len, turns)), own)
    if not ways or found.empty:
        alone = " alone" if exact else ""
        under = " with these choices" if question.choices.choices else ""
        raise StrategyError(f"nothing of {name_of(product)} can be broken{alone}{under}")
    return found, rules.restrictions


def _without(question: Question, restrictions: Iterable[Restriction]) -> ConstraintProblem:
    """The problem with the choices, without some restrictions."""
    left_out = frozenset(map(id, restrictions))
    problem = question.prepared.problem
    kept = (each for each in problem.constraints if id(restriction_of(each)) not in left_out)
    return ConstraintProblem(problem.variables, (*kept, *assumed(question)))


def _broken(rules: SwitchedRules, number: int) -> tuple[Alternative, ...]:
    return broken_part(rules.problem.parts[number], rules.problem.fixed.variables)


# ---------------------------------------------------------------- what cannot be


def _check_wanted(question: Question, violates: str, *, exact: bool) -> None:
    """Make sure that a restriction exists, decides, and can be broken.

    Raises:
        StrategyError: not so.
    """
    product = question.product
    wanted = next((each for each in product.catalog.restrictions if each.key == violates), None)
    if wanted is None:
        _refuse_row(product, violates)
        known = [each.key for each in product.catalog.restrictions if decides(each)]
        told = f"`{product.catalog.name}` has no rule, table or resource `{violates}`"
        raise StrategyError(told, did_you_mean(violates, known))
    kind = kind_of(wanted)
    if isinstance(wanted, Rule) and not decides(wanted):
        raise StrategyError(
            f"{kind} `{violates}` is of severity `{wanted.severity}`: what breaks it is valid",
            ("draw `configurations`, and look at the `notices` of the verdict",),
        )
    if not wanted.period.holds(product.lowered.as_of):
        raise StrategyError(
            f"{kind} `{violates}` is not in force on {product.lowered.as_of}", ("give `as_of`",)
        )
    _check_breakable(question, wanted, exact=exact)


def _refuse_row(product: PreparedProduct, violates: str) -> None:
    """Say of a row of a table, as conflicts name them, that it is the table that is named.

    Raises:
        StrategyError: it is one.
    """
    key, row, _ = violates.partition(" row ")
    if row and any(
        each.key == key and isinstance(each, VariantTable) for each in product.catalog.restrictions
    ):
        raise StrategyError(
            f"`{violates}` is a row: what is broken is a whole rule, table or resource",
            (f"`violates={key!r}` breaks any row of the table",),
        )


def _check_breakable(question: Question, wanted: Restriction, *, exact: bool) -> None:
    """Make sure that something breaks a restriction, and keeps all others.

    Raises:
        StrategyError: not so.
        SearchLimitError: the solver could not tell.
    """
    rules = switched_rules(question.product.lowered)
    number = _number_of(rules, wanted.key)
    beside = (*question.product.facts.constraints, *question.choices.constraints, *assumed(question))
    asked = OneOf.of(rules.problem.extended([beside]), _broken(rules, number), NO_LIMITS)
    always = (len(rules.restrictions),)
    others = [other for other in range(len(rules.restrictions)) if other != number]
    kind, under = kind_of(wanted), " with these choices" if question.choices.choices else ""
    # With choices or stock it is no finding about the catalog.
    code = "" if beside else f"{REDUNDANT}: "
    if not _possible(asked, always):
        raise StrategyError(f"{code}no combination{under} breaks {kind} `{wanted.key}`")
    if not exact or _possible(asked, (*always, *others)):
        return
    found = smallest_conflict(asked, others, always=always)
    same = [f"`{rules.restrictions[at].key}`" for at in found.parts] if found else []
    raise StrategyError(
        f"{code}{kind} `{wanted.key}` cannot be broken alone{under}: whatever it refuses, "
        f"{' or '.join(same)} refuse{'s' if len(same) == 1 else ''} as well",
        ("`exact=False` draws what breaks it, and perhaps others",),
    )


def _possible(asked: OneOf, on: Iterable[int]) -> bool:
    match asked.solve(on):
        case Unknown(reason=reason):
            raise SearchLimitError(reason)
        case answer:
            return isinstance(answer, Possible)


def _number_of(rules: SwitchedRules, key: str) -> int:
    return next(at for at, each in enumerate(rules.restrictions) if each.key == key)
