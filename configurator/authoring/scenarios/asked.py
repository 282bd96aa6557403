"""A scenario as questions: verdict, completion, examples, and what stock leaves, each asked once."""

from collections.abc import Iterable
from functools import cached_property

from attrs import define, evolve, frozen

from configurator.acceptance.bill_of_materials import bill_of_materials, total_demand
from configurator.acceptance.stock_facts import stock_facts
from configurator.authoring.scenarios.truths import Truths
from configurator.availability.balances import Shortage
from configurator.availability.snapshot import StockSnapshot
from configurator.catalog.evaluation import Chosen
from configurator.catalog.model import Scenario
from configurator.configuration.choices import read_choices
from configurator.configuration.completion import Completed, NotCompletable, complete
from configurator.configuration.product import PreparedProduct, Question, ask
from configurator.configuration.validation import Valid, Verdict, validate
from configurator.csp.constraints import Constraint
from configurator.csp.negation import Alternative
from configurator.csp.variables import Assignment
from configurator.engines.engine import Feasible, SearchLimits, Unknown
from configurator.errors import SearchLimitError
from configurator.explanation.conflict import Case, Conflict, find_conflict
from configurator.lowering.choices import lower_choices
from configurator.lowering.product import LoweredProduct

EVIDENCE_SECONDS = 2
"""How long it may take at most to find out which rule decided."""


@frozen(eq=False)
class Completion:
    """The configuration that completes the choices."""

    assignment: Assignment
    chosen: Chosen


@define(eq=False, slots=False)
class AskedScenario:
    """One scenario brought before its product; what several expectations ask is asked once.

    Attributes:
        product: with the scenario's bundles applied.
        limits: of the whole scenario.
    """

    scenario: Scenario
    product: PreparedProduct
    question: Question
    limits: SearchLimits

    @classmethod
    def of(cls, scenario: Scenario, product: PreparedProduct, limits: SearchLimits) -> "AskedScenario":
        """Apply the bundles and bring the choices before the product.

        Raises:
            SearchLimitError: preparing did not fit the limits.
        """
        bundles = tuple(each for each in product.catalog.bundles if each.key in scenario.bundles)
        applied = product.applying(bundles)
        return cls(scenario, applied, ask(applied, scenario.choices, limits), limits)

    @property
    def lowered(self) -> LoweredProduct:
        """The product's variables and rules."""
        return self.product.lowered

    @cached_property
    def verdict(self) -> Verdict:
        """On the choices, stock left aside."""
        return validate(self.question, self.limits)

    @cached_property
    def case(self) -> Case:
        """The choices, for looking for conflicts."""
        return Case(self.lowered, self.question.choices)

    @cached_property
    def stocked_case(self) -> Case:
        """The choices with the given stock."""
        return evolve(self.case, facts=stock_facts(self.lowered, self.scenario.stock))

    @cached_property
    def completion(self) -> Completion | None:
        """What completes the choices; `None` where nothing does.

        Raises:
            SearchLimitError: a limit stopped it.
        """
        found = complete(self.question, self.limits)
        match found:
            case Unknown(reason=reason):
                raise SearchLimitError(reason)
            case NotCompletable():
                return None
            case Completed(configuration=configuration):
                read = read_choices(self.product.catalog, dict(configuration))
                assignment = lower_choices(self.lowered, read).decided(self.lowered.layout)
                assert assignment is not None
                return Completion(assignment, self.lowered.lift(assignment))

    @property
    def brief(self) -> SearchLimits:
        """Limits of what only tells more: it must not cost the time of what is asked."""
        limits = self.limits
        end = limits.now() + EVIDENCE_SECONDS
        if limits.deadline is not None:
            end = min(end, limits.deadline)
        return SearchLimits(end, EVIDENCE_SECONDS, limits.now)

    def example(
        self, constraints: Iterable[Constraint], limits: SearchLimits | None = None
    ) -> Assignment | None:
        """A valid configuration that keeps the choices and these constraints; `None` where there is none.

        Raises:
            SearchLimitError: a limit stopped the search.
        """
        within = limits or self.limits
        wanted = tuple(constraints)
        prepared = self.question.prepared
        if self.question.impossible:
            return None
        if wanted:
            prepared = prepared.extended(wanted, within)
        answer = prepared.feasibility(self.question.choices.assumptions, within)
        if isinstance(answer, Unknown):
            raise SearchLimitError(answer.reason)
        return answer.witness if isinstance(answer, Feasible) else None

    def example_of(self, alternatives: Iterable[Alternative]) -> Assignment | None:
        """The same for one of several sets of constraints, whichever is possible first."""
        found = (self.example(alternative) for alternative in alternatives)
        return next((each for each in found if each is not None), None)

    @cached_property
    def short(self) -> Conflict | tuple[Shortage, ...] | None:
        """Why the given stock can build nothing that the choices leave; `None` where it can.

        Of a full configuration what is short, from its bill of materials.

        Raises:
            SearchLimitError: a limit stopped the search.
        """
        if isinstance(self.verdict, Valid):
            bill = bill_of_materials(self.product.catalog, self.verdict.configuration)
            demand = total_demand([(bill, 1)])
            snapshot = StockSnapshot.from_counts(dict(self.scenario.stock))
            # What is not given is no matter of stock here: there is plenty of it.
            missing = () if demand.is_empty else snapshot.check(demand)
            return tuple(each for each in missing if each.known) or None
        if self.buildable() is not None:
            return None
        return find_conflict(self.stocked_case, self.limits)

    def buildable(self) -> Assignment | None:
        """A configuration that the given stock can build.

        Raises:
            SearchLimitError: a limit stopped the search.
        """
        return self.example(constraint for fact in self.stocked_case.facts for constraint in fact.constraints)

    @cached_property
    def truths(self) -> Truths:
        """Where conditions are true."""
        return Truths(self.lowered.layout)

    def completed(self) -> Completion:
        """The completion of choices that can be completed."""
        completion = self.completion
        assert completion is not None
        return completion
