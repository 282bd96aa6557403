"""A decision with assumptions made once and for all: a decision again, of the members that are left."""

from functools import cached_property

import numpy as np
from attrs import field, frozen

from configurator.csp.variables import Assumptions
from configurator.engines.diagram.decisions import Columns, Decision, RestrictedDecision, SingleDecision
from configurator.engines.diagram.whole import Indices


@frozen(eq=False, slots=False)
class AssumedDecision:
    """Members of another decision that obey assumptions.

    Its atoms are those of the other; of an atom's members only those left count.
    """

    decision: Decision
    assumptions: Assumptions = field(repr=False)

    @property
    def variables(self) -> tuple[int, ...]:
        """Those of the decision."""
        return self.decision.variables

    @property
    def class_of(self) -> Indices:
        """That of the decision."""
        return self.decision.class_of

    @property
    def classes(self) -> int:
        """As many as the decision has."""
        return self.decision.classes

    @cached_property
    def everything(self) -> RestrictedDecision:
        """All members that obey the assumptions."""
        return self.decision.restricted(self.assumptions)

    def restricted(self, assumptions: Assumptions) -> RestrictedDecision:
        """The members that obey these assumptions too."""
        its_own = own(self, assumptions)
        return self.decision.restricted(self.with_both(its_own)) if its_own else self.everything

    def with_both(self, assumptions: Assumptions) -> Assumptions:
        """Its own assumptions and these."""
        narrower = {
            variable: allowed & self.assumptions.get(variable, allowed)
            for variable, allowed in assumptions.items()
        }
        return {**self.assumptions, **narrower}

    def reclassed(self, class_of: Indices) -> "AssumedDecision":
        """The same with other classes."""
        return AssumedDecision(self.decision.reclassed(class_of), self.assumptions)

    def atoms_of(self, columns: Columns) -> Indices:
        """For each column its atom; -1 where the assumptions forbid it."""
        labels, _ = self.everything.ranks(columns)
        return np.where(labels >= 0, self.decision.atoms_of(columns), -1).astype(np.int32)


def own(decision: Decision, assumptions: Assumptions) -> Assumptions:
    """The assumptions on a decision's variables."""
    return {variable: assumptions[variable] for variable in decision.variables if variable in assumptions}


def assumed(decision: Decision, assumptions: Assumptions) -> Decision:
    """The decision of the members that obey assumptions; the decision itself if they are on other variables.

    Its classes are the same, and some may have no member left.
    """
    its_own = own(decision, assumptions)
    if not its_own:
        return decision
    if isinstance(decision, SingleDecision):
        left = np.zeros(len(decision.class_of), np.bool_)
        left[[value for value in its_own[decision.variable] if 0 <= value < len(left)]] = True
        class_of = np.where(left, decision.class_of, -1).astype(np.int32)
        return SingleDecision(decision.variable, class_of, decision.classes)
    if isinstance(decision, AssumedDecision):
        return AssumedDecision(decision.decision, decision.with_both(its_own))
    return AssumedDecision(decision, its_own)
