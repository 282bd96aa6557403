"""What a mixed slot can still hold, by feasibility and by engines that know better."""

from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from configurator.csp.constraints import SortedConstraint
from configurator.csp.problem import ConstraintProblem
from configurator.csp.variables import Assumptions, Variable
from configurator.engines.engine import NO_LIMITS, SearchLimits, Unknown
from configurator.engines.exhaustive import ExhaustiveEngine, ExhaustiveSearch
from configurator.engines.multiset_questions import MultisetOffers, multiset_offers
from configurator.testing.problem_strategies import constraints, subsets

ENGINE = ExhaustiveEngine()
SLOT = (0, 1, 2)
SIZES = (4, 4, 4, 2)


def slot_problem(*rules: object) -> ConstraintProblem:
    variables = tuple(Variable(f"v{at}", size) for at, size in enumerate(SIZES))
    return ConstraintProblem(variables, (SortedConstraint(SLOT), *rules))  # type: ignore[arg-type]


def asked(
    prepared: ExhaustiveSearch, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
) -> MultisetOffers | Unknown:
    domains = prepared.domains(assumptions)
    assert not isinstance(domains, Unknown)
    return multiset_offers(prepared, SLOT, domains, assumptions, limits)


@given(
    rules=st.lists(constraints(SIZES), max_size=3),
    assumptions=st.dictionaries(st.integers(0, 3), subsets(2), max_size=2),
)
def test_offers_are_those_of_all_solutions(rules: list[object], assumptions: Assumptions) -> None:
    prepared = ENGINE.prepare(slot_problem(*rules))
    held = [solution[:3] for solution in prepared.solutions(assumptions)]

    offers = asked(prepared, assumptions)

    highest = {value: max((found.count(value) for found in held), default=0) for value in range(1, 4)}
    units = [3 - found.count(0) for found in held]
    assert isinstance(offers, MultisetOffers)
    assert {value: most for value, most in highest.items() if most} == offers.highest
    assert (min(units, default=0), max(units, default=0)) == (offers.fewest, offers.most)


def test_a_limit_that_is_reached_is_told() -> None:
    prepared = ENGINE.prepare(slot_problem())

    offers = asked(prepared, {}, SearchLimits(0.0, 0.0, lambda: 1.0))

    assert Unknown("the time limit of 0 s was reached") == offers


@frozen
class KnowsBetter(ExhaustiveSearch):
    """Answers about multisets itself, or not."""

    answer: MultisetOffers | Unknown | None = None

    def multiset_offers(
        self, scope: tuple[int, ...], assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
    ) -> MultisetOffers | Unknown | None:
        limits.check()
        return self.answer if scope == SLOT and not assumptions else None


def test_an_engine_that_knows_multisets_answers_itself() -> None:
    answer = MultisetOffers({1: 7}, 1, 7)

    assert answer == asked(KnowsBetter(slot_problem(), answer), {})


def test_an_engine_may_leave_it_to_feasibility() -> None:
    offers = asked(KnowsBetter(slot_problem()), {0: frozenset({1})})

    assert MultisetOffers({1: 3, 2: 2, 3: 2}, 1, 3) == offers
