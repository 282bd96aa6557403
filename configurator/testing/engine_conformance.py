"""The suite that any engine must pass, ours or a guest's.

    from configurator.testing.engine_conformance import EngineConformance

    class TestMyEngine(EngineConformance):
        engine = MyEngine()

pytest then collects every case for that engine. The cases are of four kinds: situations at the
edge, each with its answer spelled out; order and laziness of lists; limits; and random
problems, where the exhaustive engine is the judge.
"""

# The names of the cases are their sentences.
# ruff: noqa: D102

from collections.abc import Iterable
from functools import partial
from itertools import islice
from math import comb
from typing import ClassVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from configurator.csp.constraints import (
    ClauseConstraint,
    Constraint,
    LinearConstraint,
    LinearTerm,
    Literal,
    PredicateConstraint,
    SortedConstraint,
    TableConstraint,
)
from configurator.csp.problem import ConstraintProblem
from configurator.csp.symmetries import InterchangeableBlocks
from configurator.csp.variables import Assignment, Assumptions, Variable
from configurator.engines.engine import (
    NO_LIMITS,
    Engine,
    Feasible,
    Infeasible,
    Optimum,
    PreparedProblem,
    SearchLimits,
    Unknown,
)
from configurator.engines.exhaustive import ExhaustiveEngine
from configurator.engines.unordered import prepare_unordered
from configurator.errors import SearchLimitError
from configurator.testing.problem_strategies import HUGE, Question, constraints, objectives, questions

JUDGE = ExhaustiveEngine()

# One method serves a class for each engine, which Hypothesis would otherwise report; no
# deadline, because a slow machine is not a wrong answer.
random_problems = settings(
    deadline=None, max_examples=100, suppress_health_check=[HealthCheck.differing_executors]
)


def problem_of(sizes: Iterable[int], *constraints: Constraint) -> ConstraintProblem:
    """A problem with variables `v0`, `v1`, … of those sizes."""
    variables = tuple(Variable(f"v{index}", size) for index, size in enumerate(sizes))
    return ConstraintProblem(variables, constraints)


def is_one_of(variable: int, *values: int) -> Literal:
    """A literal."""
    return Literal(variable, frozenset(values))


def different(first: int, second: int, size: int) -> TableConstraint:
    """A table: two variables of one size take different values."""
    rows = frozenset((a, b) for a in range(size) for b in range(size) if a != b)
    return TableConstraint((first, second), (tuple(range(size)),) * 2, rows)


def sum_of_values(
    sizes: Iterable[int], lower: int | None, upper: int | None, scale: int = 1
) -> LinearConstraint:
    """A sum over all variables in which each value weighs itself times the scale."""
    terms = tuple(
        LinearTerm(index, tuple(value * scale for value in range(size))) for index, size in enumerate(sizes)
    )
    return LinearConstraint(terms, lower, upper)


def _unchanged(problem: ConstraintProblem) -> ConstraintProblem:
    return problem


def sizes_of(problem: ConstraintProblem) -> tuple[int, ...]:
    """The sizes of the domains."""
    return tuple(variable.size for variable in problem.variables)


class StepClock:
    """A clock that goes on by one each time it is read."""

    def __init__(self) -> None:
        self.readings = 0

    def __call__(self) -> float:
        """The number of readings so far."""
        self.readings += 1
        return float(self.readings)


def stops_after(readings: int) -> SearchLimits:
    """Limits that are reached when the clock has been read so often: the same on every machine."""
    return SearchLimits(float(readings), float(readings), StepClock())


def expect(expected: object, actual: object, what: str) -> None:
    """Raise `AssertionError` when two things differ."""
    # Assertions are rewritten in test modules only; this tells as much from anywhere.
    if expected != actual:
        raise AssertionError(f"{what}: expected {expected!r}, got {actual!r}")


class EngineConformance:
    """All cases; subclasses say which engine they try.

    Attributes:
        engine: the engine on trial.
    """

    engine: ClassVar[Engine]

    def prepared(self, problem: ConstraintProblem) -> PreparedProblem:
        """The problem as the engine on trial has prepared it."""
        return self.engine.prepare(problem)

    def check_answers(
        self, problem: ConstraintProblem, solutions: list[Assignment], assumptions: Assumptions | None = None
    ) -> None:
        """Raise `AssertionError` unless every question is answered as the list of solutions demands."""
        assumed = {} if assumptions is None else assumptions
        prepared = self.prepared(problem)
        self.check_feasibility(prepared, solutions, assumed)
        expect(solutions, list(prepared.solutions(assumed)), "solutions")
        expect(len(solutions), prepared.count(assumed), "count")
        union = tuple(
            tuple(sorted({solution[variable] for solution in solutions}))
            for variable in range(len(problem.variables))
        )
        expect(union, prepared.domains(assumed), "domains")

    def check_feasibility(
        self, prepared: PreparedProblem, solutions: list[Assignment], assumptions: Assumptions
    ) -> None:
        """Raise `AssertionError` unless feasibility is right and its witness is one of the solutions."""
        match prepared.feasibility(assumptions):
            case Feasible(witness=witness):
                if witness not in solutions:
                    raise AssertionError(f"the witness {witness} is no solution")
            case answer:
                expect(([], Infeasible()), (solutions, answer), "solutions and feasibility")

    # ---------------------------------------------------------------- edges

    def test_the_problem_is_handed_back_as_it_was_given(self) -> None:
        problem = problem_of([2, 2], different(0, 1, 2), different(1, 0, 2))

        expect(problem, self.prepared(problem).problem, "problem")

    def test_without_variables_there_is_one_empty_solution(self) -> None:
        self.check_answers(problem_of([]), [()])

    def test_a_false_constraint_without_variables_leaves_no_solution(self) -> None:
        never = (
            ClauseConstraint(()),
            TableConstraint((), (), frozenset()),
            LinearConstraint((), 1, None),
            PredicateConstraint((), lambda _: False),
        )
        for constraint in never:
            self.check_answers(problem_of([], constraint), [])
            self.check_answers(problem_of([2], constraint), [])

    def test_a_true_constraint_without_variables_changes_nothing(self) -> None:
        always = (
            TableConstraint((), (), frozenset({()})),
            LinearConstraint((), 0, 0),
            SortedConstraint(()),
            PredicateConstraint((), lambda _: True),
        )
        self.check_answers(problem_of([], *always), [()])
        self.check_answers(problem_of([2], *always), [(0,), (1,)])

    def test_an_empty_domain_leaves_no_solution(self) -> None:
        self.check_answers(problem_of([2, 0, 3]), [])
        self.check_answers(problem_of([0], ClauseConstraint((is_one_of(0),))), [])

    def test_domains_of_one_value_have_one_solution(self) -> None:
        self.check_answers(problem_of([1, 1, 1], SortedConstraint((0, 1, 2))), [(0, 0, 0)])

    def test_an_unconstrained_problem_has_every_combination(self) -> None:
        self.check_answers(problem_of([2, 3]), [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)])

    def test_a_void_problem_has_no_solution(self) -> None:
        void = problem_of([2, 2, 2], different(0, 1, 2), different(1, 2, 2), different(0, 2, 2))

        self.check_answers(void, [])

    def test_assumptions_may_contradict_the_constraints(self) -> None:
        both = {0: frozenset({1}), 1: frozenset({1})}

        self.check_answers(problem_of([2, 2], different(0, 1, 2)), [], both)

    def test_an_assumption_of_no_value_leaves_no_solution(self) -> None:
        self.check_answers(problem_of([2, 2]), [], {1: frozenset()})

    def test_assumptions_narrow_a_variable_without_settling_it(self) -> None:
        self.check_answers(problem_of([3, 1]), [(0, 0), (2, 0)], {0: frozenset({0, 2})})

    def test_questions_leave_nothing_behind(self) -> None:
        prepared = self.prepared(problem_of([2, 2], different(0, 1, 2)))
        prepared.count({0: frozenset({0})})
        prepared.domains({1: frozenset()})

        expect([(0, 1), (1, 0)], list(prepared.solutions({})), "solutions after other questions")

    def test_lists_under_way_do_not_disturb_each_other(self) -> None:
        prepared = self.prepared(problem_of([2, 2], sum_of_values([2, 2], None, 3)))
        first, second = prepared.solutions({}), prepared.solutions({0: frozenset({1})})

        turns = (next(first), next(second), next(first), next(second))

        expect(((0, 0), (1, 0), (0, 1), (1, 1)), turns, "turns")

    # ---------------------------------------------------------------- each kind of constraint

    def test_values_of_equal_class_are_different_solutions(self) -> None:
        table = TableConstraint((0, 1), ((7, 7, 8), (8, 7)), frozenset({(7, 7), (8, 8)}))

        self.check_answers(problem_of([3, 2], table), [(0, 1), (1, 1), (2, 0)])

    def test_a_row_may_name_a_class_that_no_value_has(self) -> None:
        self.check_answers(problem_of([2], TableConstraint((0,), ((4, 5),), frozenset({(5,), (6,)}))), [(1,)])

    def test_a_table_may_list_its_variables_in_any_order(self) -> None:
        table = TableConstraint((1, 0), ((0, 1, 2), (0, 1)), frozenset({(2, 0), (0, 1)}))

        self.check_answers(problem_of([2, 3], table), [(0, 2), (1, 0)])

    def test_a_clause_may_speak_twice_of_one_variable(self) -> None:
        clause = ClauseConstraint((is_one_of(0, 0), is_one_of(0, 2), is_one_of(1, 1)))

        self.check_answers(problem_of([3, 2], clause), [(0, 0), (0, 1), (1, 1), (2, 0), (2, 1)])

    def test_sums_are_bounded_on_either_side_or_on_none(self) -> None:
        sizes = [2, 2]

        self.check_answers(problem_of(sizes, sum_of_values(sizes, 2, None)), [(1, 1)])
        self.check_answers(problem_of(sizes, sum_of_values(sizes, None, 0)), [(0, 0)])
        self.check_answers(problem_of(sizes, sum_of_values(sizes, 1, 1)), [(0, 1), (1, 0)])
        self.check_answers(problem_of(sizes, sum_of_values(sizes, 2, 1)), [])
        self.check_answers(problem_of([2], sum_of_values([2], None, None)), [(0,), (1,)])

    def test_sums_are_exact_beyond_machine_words(self) -> None:
        sizes = [3, 3, 2]
        even = problem_of(sizes, sum_of_values(sizes, 5 * HUGE, None, HUGE))
        one_short = LinearConstraint(
            (LinearTerm(0, (0, HUGE)), LinearTerm(1, (0, 1 - HUGE)), LinearTerm(2, (0, -1))), None, 0
        )

        self.check_answers(even, [(2, 2, 1)])
        self.check_answers(
            problem_of([2, 2, 2], one_short), [(0, 0, 0), (0, 0, 1), (0, 1, 0), (0, 1, 1), (1, 1, 1)]
        )

    def test_a_literal_excuses_a_sum(self) -> None:
        terms = (LinearTerm(0, (0, 1, 2)), LinearTerm(1, (0, 1)))
        excused = LinearConstraint(terms, 3, None, (is_one_of(0, 0), is_one_of(1, 0)))

        self.check_answers(problem_of([3, 2], excused), [(0, 0), (0, 1), (1, 0), (2, 0), (2, 1)])

    def test_a_chain_ends_in_blanks(self) -> None:
        self.check_answers(
            problem_of([3, 3], SortedConstraint((0, 1))), [(0, 0), (1, 0), (1, 1), (1, 2), (2, 0), (2, 2)]
        )

    def test_a_chain_counts_multisets(self) -> None:
        for values, picks in ((1, 4), (4, 1), (4, 4), (6, 3)):
            chain = problem_of([values] * picks, SortedConstraint(tuple(range(picks))))

            expect(comb(values + picks - 1, picks), self.prepared(chain).count({}), "multisets")

    def test_a_predicate_sees_the_values_in_the_order_of_its_scope(self) -> None:
        falling = PredicateConstraint((2, 0), lambda values: values[0] > values[1])

        self.check_answers(problem_of([3, 1, 2], falling), [(0, 0, 1)])

    # ---------------------------------------------------------------- order and laziness

    def test_the_list_ascends_whatever_the_order_of_the_constraints(self) -> None:
        sizes = [3, 3, 3]
        listed = [
            list(self.prepared(problem_of(sizes, *constraints)).solutions({}))
            for constraints in (
                (different(0, 1, 3), sum_of_values(sizes, 3, 4), SortedConstraint((2, 1))),
                (SortedConstraint((2, 1)), sum_of_values(sizes, 3, 4), different(0, 1, 3)),
            )
        ]

        expect([sorted(set(listed[0]))] * 2, listed, "ascending, each once")

    def test_the_first_of_a_million_million_combinations_come_at_once(self) -> None:
        sizes = [10] * 12
        prepared = self.prepared(problem_of(sizes, sum_of_values(sizes, 1, None)))

        first = list(islice(prepared.solutions({}), 3))

        expect([(0,) * 11 + (last,) for last in (1, 2, 3)], first, "first three")

    # ---------------------------------------------------------------- the cheapest

    def test_without_terms_the_first_solution_is_the_cheapest(self) -> None:
        prepared = self.prepared(problem_of([2, 2], different(0, 1, 2)))

        expect(Optimum(0, (0, 1)), prepared.cheapest((), {}), "cheapest")
        expect(Optimum(0, ()), self.prepared(problem_of([])).cheapest((), {}), "cheapest of no variables")

    def test_of_equally_cheap_solutions_the_first_is_given(self) -> None:
        prepared = self.prepared(problem_of([3, 3, 2], sum_of_values([3, 3], 2, None)))
        objective = (LinearTerm(1, (5, 5, 4)), LinearTerm(0, (0, 0, -1)))

        expect(Optimum(3, (2, 2, 0)), prepared.cheapest(objective, {}), "cheapest")
        expect(Optimum(4, (0, 2, 0)), prepared.cheapest(objective, {0: frozenset({0, 1})}), "one cheapest")
        expect(Optimum(5, (1, 1, 0)), prepared.cheapest(objective[:1], {1: frozenset({1})}), "of three")

    def test_weights_may_be_negative(self) -> None:
        prepared = self.prepared(problem_of([3, 3], different(0, 1, 3)))

        cheapest = prepared.cheapest((LinearTerm(0, (-7, -9, 4)), LinearTerm(1, (2, -9, -8))), {})

        expect(Optimum(-17, (1, 2)), cheapest, "cheapest")

    def test_costs_are_exact_beyond_machine_words(self) -> None:
        prepared = self.prepared(problem_of([3, 3], different(0, 1, 3)))
        for large in (2**40, 2**62, 2**63, HUGE):
            objective = (
                LinearTerm(0, (large, large - 1, large + 1)),
                LinearTerm(1, (large, -large, 1 - large)),
            )

            expect(Optimum(0, (0, 1)), prepared.cheapest(objective, {}), "large and small together")
            expect(
                Optimum(2 * large - 1, (1, 0)),
                prepared.cheapest(objective, {1: frozenset({0})}),
                "large sums",
            )

    def test_where_there_is_no_solution_there_is_no_cheapest_one(self) -> None:
        objective = (LinearTerm(0, (1, 2)),)
        prepared = self.prepared(problem_of([2, 2], different(0, 1, 2)))

        expect(Infeasible(), prepared.cheapest(objective, {0: frozenset({1}), 1: frozenset({1})}), "clash")
        expect(Infeasible(), prepared.cheapest(objective, {1: frozenset()}), "no value")
        void = problem_of([2], ClauseConstraint(()))
        expect(Infeasible(), self.prepared(void).cheapest(objective, {}), "void")
        expect(Infeasible(), self.prepared(problem_of([0])).cheapest((LinearTerm(0, ()),), {}), "empty")

    def test_an_objective_that_does_not_fit_is_a_mistake(self) -> None:
        prepared = self.prepared(problem_of([2, 2]))
        for misfit in ((LinearTerm(2, (0, 0)),), (LinearTerm(0, (0,)),), (LinearTerm(1, (0, 1)),) * 2):
            try:
                answer = prepared.cheapest(misfit, {})
            except ValueError:
                continue
            raise AssertionError(f"{misfit} was answered with {answer}")

    # ---------------------------------------------------------------- extensions

    def test_an_extension_has_the_solutions_that_are_left(self) -> None:
        prepared = self.prepared(problem_of([2, 3], sum_of_values([2, 3], 1, None)))
        extended = prepared.extended((sum_of_values([2, 3], None, 1),))

        expect([(0, 1), (1, 0)], list(extended.solutions({})), "solutions of the extension")
        expect(5, prepared.count({}), "count of what was extended")

    def test_an_extension_is_a_problem_of_its_own(self) -> None:
        problem, more = problem_of([2, 2], different(0, 1, 2)), (ClauseConstraint((is_one_of(0, 1),)),)
        extended = self.prepared(problem).extended(more)

        expect(problem.extended(more), extended.problem, "problem")
        expect(problem, self.prepared(problem).extended(()).problem, "problem without more constraints")

    def test_extensions_of_one_problem_do_not_disturb_each_other(self) -> None:
        prepared = self.prepared(problem_of([3, 3], different(0, 1, 3)))
        low = prepared.extended((sum_of_values([3, 3], None, 1),))
        high = prepared.extended((sum_of_values([3, 3], 3, None),))
        none = low.extended((sum_of_values([3, 3], 3, None),))

        expect([(0, 1), (1, 0)], list(low.solutions({})), "low")
        expect([(1, 2), (2, 1)], list(high.solutions({})), "high")
        expect([], list(none.solutions({})), "low and high")
        expect(((0, 1, 2),) * 2, prepared.domains({}), "neither")

    def test_what_was_alike_may_differ_in_an_extension(self) -> None:
        weighed = LinearConstraint((LinearTerm(0, (0, 1, 2, 9)),), 1, 2)
        prepared = self.prepared(problem_of([4, 2], ClauseConstraint((is_one_of(1, 1),))))
        extended = prepared.extended((SortedConstraint((1, 0)), weighed))

        expect([(1, 1), (2, 1)], list(extended.solutions({})), "solutions of the extension")
        expect(4, prepared.count({}), "count of what was extended")

    def test_a_void_problem_stays_void(self) -> None:
        extended = self.prepared(problem_of([2, 0])).extended((ClauseConstraint((is_one_of(0, 1),)),))

        expect(Infeasible(), extended.feasibility({}), "feasibility")
        expect(0, extended.count({}), "count")

    # ---------------------------------------------------------------- instances up to order

    def test_instances_are_counted_and_listed_up_to_order(self) -> None:
        instances = InterchangeableBlocks(((0, 1), (2, 3)))
        there = (
            ClauseConstraint((is_one_of(first, present), is_one_of(first + 1, *held)))
            for first, _ in instances.blocks
            for present, held in ((1, (0,)), (0, (1, 2)))
        )
        problem = problem_of([2, 3, 2, 3], *there)
        prepared = prepare_unordered(
            self.engine, partial(_unchanged, problem), (instances,), self.prepared(problem)
        )
        every = [(0, 0, 0, 0), (1, 1, 0, 0), (1, 1, 1, 1), (1, 1, 1, 2), (1, 2, 0, 0), (1, 2, 1, 2)]
        second_is_two = {3: frozenset({2})}

        expect(every, list(prepared.solutions({})), "solutions")
        expect(len(every), prepared.count({}), "count")
        expect(every[3:], list(prepared.solutions(second_is_two)), "solutions with a choice")
        expect(3, prepared.count(second_is_two), "count with a choice")

    # ---------------------------------------------------------------- limits

    def test_when_the_time_is_up_nothing_is_answered(self) -> None:
        prepared = self.prepared(problem_of([2, 2], different(0, 1, 2)))
        late = SearchLimits(deadline=1.0, seconds=0.5, now=lambda: 2.0)
        reason = Unknown("the time limit of 0.5 s was reached")

        expect(reason, prepared.feasibility({}, late), "feasibility")
        expect(reason, prepared.count({}, late), "count")
        expect(reason, prepared.domains({}, late), "domains")
        expect(reason, prepared.cheapest((), {}, late), "cheapest")
        expect(([], True), listed_until_stopped(prepared, {}, late), "solutions")
        for prepare in (partial(self.engine.prepare, prepared.problem), partial(prepared.extended, ())):
            try:
                prepare(limits=late)
            except SearchLimitError as stopped:
                expect(reason.reason, stopped.reason, "preparation")
                continue
            raise AssertionError("something was prepared after the time was up")

    @random_problems
    @given(question=questions(), readings=st.integers(0, 60))
    def test_a_limit_ends_an_answer_and_never_changes_it(self, question: Question, readings: int) -> None:
        prepared, assumptions = self.prepared(question.problem), question.assumptions
        judged = list(JUDGE.prepare(question.problem).solutions(assumptions))

        listed, stopped = listed_until_stopped(prepared, assumptions, stops_after(readings))
        expect(judged[: len(listed)] if stopped else judged, listed, "solutions until the limit")
        count = prepared.count(assumptions, stops_after(readings))
        expect(len(judged), len(judged) if isinstance(count, Unknown) else count, "count")
        domains = prepared.domains(assumptions, stops_after(readings))
        if not isinstance(domains, Unknown):
            expect(JUDGE.prepare(question.problem).domains(assumptions), domains, "domains")
        feasible = prepared.feasibility(assumptions, stops_after(readings))
        if not isinstance(feasible, Unknown):
            expect(bool(judged), isinstance(feasible, Feasible), "feasibility")

    @random_problems
    @given(data=st.data(), question=questions(), readings=st.integers(0, 120))
    def test_a_limit_never_changes_what_is_cheapest(
        self, data: st.DataObject, question: Question, readings: int
    ) -> None:
        prepared = self.prepared(question.problem)
        objective = data.draw(objectives(sizes_of(question.problem)))

        cheapest = prepared.cheapest(objective, question.assumptions, stops_after(readings))

        if not isinstance(cheapest, Unknown):
            judged = JUDGE.prepare(question.problem).cheapest(objective, question.assumptions)
            expect(judged, cheapest, "cheapest")

    # ---------------------------------------------------------------- random problems

    @random_problems
    @given(question=questions())
    def test_it_agrees_with_the_judge(self, question: Question) -> None:
        judged = list(JUDGE.prepare(question.problem).solutions(question.assumptions))

        self.check_answers(question.problem, judged, question.assumptions)

    @random_problems
    @given(data=st.data(), question=questions())
    def test_it_agrees_with_the_judge_on_what_is_cheapest(
        self, data: st.DataObject, question: Question
    ) -> None:
        objective = data.draw(objectives(sizes_of(question.problem)))
        judged = JUDGE.prepare(question.problem).cheapest(objective, question.assumptions)

        expect(judged, self.prepared(question.problem).cheapest(objective, question.assumptions), "cheapest")

    @random_problems
    @given(data=st.data(), question=questions())
    def test_it_agrees_with_the_judge_on_extensions(self, data: st.DataObject, question: Question) -> None:
        some = st.lists(constraints(sizes_of(question.problem)), max_size=2).map(tuple)
        first, second = data.draw(some), data.draw(some)
        prepared = self.prepared(question.problem)

        once = prepared.extended(first)
        twice = once.extended(second)

        for search in (twice, once, prepared):
            judged = JUDGE.prepare(search.problem)
            solutions = list(judged.solutions(question.assumptions))
            self.check_feasibility(search, solutions, question.assumptions)
            expect(solutions, list(search.solutions(question.assumptions)), "solutions")
            expect(judged.domains(question.assumptions), search.domains(question.assumptions), "domains")


def listed_until_stopped(
    prepared: PreparedProblem, assumptions: Assumptions, limits: SearchLimits = NO_LIMITS
) -> tuple[list[Assignment], bool]:
    """What a list yields, and whether a limit ended it."""
    listed: list[Assignment] = []
    try:
        for solution in prepared.solutions(assumptions, limits):
            listed.append(solution)  # noqa: PERF402 - what was yielded before the limit must be kept
    except SearchLimitError:
        return listed, True
    return listed, False
