"""What a completion keeps so far: choices, then wish after wish, and a solution that keeps them all."""

from collections.abc import Sequence

from attrs import evolve, field, frozen

from configurator.configuration.product import Question
from configurator.csp.constraints import ClauseConstraint, Constraint, LinearConstraint
from configurator.csp.semantics import holds
from configurator.csp.variables import Assignment
from configurator.engines.engine import Feasible, Objective, Optimum, PreparedProblem, SearchLimits, Unknown
from configurator.errors import SearchLimitError

MOST_EXTENDED = 64
"""How many problems extended by wishes are remembered for one product."""

Extended = dict[tuple[str, ...], PreparedProblem]
"""A product with the constraints of some wishes, by the names of these."""


Named = tuple[str, tuple[Constraint, ...]]
"""A wish's constraints by its name; no name where they depend on the choices."""


@frozen(eq=False)
class Kept:
    """What is kept so far: as assumptions where they can say it, which costs nothing, else as constraints.

    Attributes:
        prepared: the product with the constraints of some wishes.
        names: the names of these wishes.
        waiting: wishes that are kept and that nothing was asked under yet. The problem is extended by them
            when something is; the last wish never needs it.
        witness: a solution that keeps it all; `None` where it is not known yet.
        first: whether the witness is the first of all such solutions in catalog order.
        extended: what is remembered of such problems; `None` where this one is not met again.
    """

    prepared: PreparedProblem
    assumptions: dict[int, frozenset[int]]
    names: tuple[str, ...] = ()
    waiting: tuple[Named, ...] = ()
    witness: Assignment | None = None
    first: bool = False
    extended: Extended | None = field(default=None, repr=False)

    @classmethod
    def of(cls, question: Question) -> "Kept":
        """The choices alone."""
        extended: Extended | None = None
        if question.prepared is question.product.prepared:
            # What earlier completions extended: choices mostly leave the same wishes to be kept.
            known = question.product.lowered.known.setdefault("completions with wishes", {})
            assert isinstance(known, dict)
            extended = known
        return cls(question.prepared, dict(question.choices.assumptions), extended=extended)

    def keeping(self, wishes: Sequence[Named], limits: SearchLimits) -> "Kept | None":
        """With wishes besides; `None` where no solution keeps them all.

        Raises:
            SearchLimitError: the search did not fit the limits.
        """
        narrowed = dict(self.assumptions)
        waiting = list(self.waiting)
        for name, constraints in wishes:
            wider: list[Constraint] = []
            for constraint in constraints:
                match constraint:
                    case ClauseConstraint(literals=()):
                        return None
                    case ClauseConstraint(literals=(literal,)):
                        before = narrowed.get(literal.variable, literal.values)
                        narrowed[literal.variable] = before & literal.values
                    case _:
                        wider.append(constraint)
            if wider:
                waiting.append((name, tuple(wider)))
        if not all(narrowed.values()):
            return None
        kept = evolve(self, assumptions=narrowed, waiting=tuple(waiting))
        every = (constraint for _, constraints in wishes for constraint in constraints)
        if self.witness is not None and all(holds(each, self.witness) for each in every):
            return kept
        return kept.solved(limits)

    def solved(self, limits: SearchLimits) -> "Kept | None":
        """With a solution that keeps it all; `None` where there is none.

        Raises:
            SearchLimitError: the search did not fit the limits.
        """
        asked = self._asked(limits)
        answer = asked.prepared.feasibility(self.assumptions, limits)
        if isinstance(answer, Unknown):
            raise SearchLimitError(answer.reason)
        return evolve(asked, witness=answer.witness, first=False) if isinstance(answer, Feasible) else None

    def at_least(
        self, objective: Objective, known: dict[int, frozenset[int]], limits: SearchLimits
    ) -> "Kept | None":
        """With an objective as small as it can be besides; `None` where it has no value.

        Args:
            objective: what is made small.
            known: the assumptions, narrowed to where it has a value.
            limits: of the search.

        Raises:
            SearchLimitError: the search did not fit the limits.
        """
        asked = self._asked(limits)
        best = asked.prepared.cheapest(objective, known, limits)
        if isinstance(best, Unknown):
            raise SearchLimitError(best.reason)
        if not isinstance(best, Optimum):
            return None
        reached: Named = ("", (LinearConstraint(objective, None, best.cost),))
        return evolve(asked, assumptions=known, waiting=(reached,), witness=best.witness, first=True)

    def narrowed(self, limits: SearchLimits) -> "Kept":
        """The same with every variable narrowed to what it can still take, where that can be told.

        After an objective little is left mostly, and a wish that asks for more is refused without a search:
        of the twelve wishes that `catalogs/desktop_pc` gives up for its least price, ten.

        Raises:
            SearchLimitError: preparing did not fit the limits.
        """
        asked = self._asked(limits)
        found = asked.prepared.domains(self.assumptions, limits)
        if isinstance(found, Unknown):
            return asked
        sizes = (variable.size for variable in asked.prepared.problem.variables)
        left = {
            variable: frozenset(values)
            for variable, (values, size) in enumerate(zip(found, sizes, strict=True))
            if len(values) < size
        }
        return evolve(asked, assumptions=left)

    def final(self, limits: SearchLimits) -> Assignment:
        """The first solution in catalog order that keeps it all; there must be one.

        Raises:
            SearchLimitError: the search did not fit the limits.
        """
        if self.first and self.witness is not None:
            return self.witness
        return next(self._asked(limits).prepared.solutions(self.assumptions, limits))

    def _asked(self, limits: SearchLimits) -> "Kept":
        """The same with nothing waiting, ready to be asked.

        Raises:
            SearchLimitError: preparing did not fit the limits.
        """
        if not self.waiting:
            return self
        names = (*self.names, *(name for name, _ in self.waiting))
        # The best of an objective depends on the choices: remembering it would be of no use.
        extended = self.extended if all(names) else None
        found = None if extended is None else extended.get(names)
        if found is None:
            every = tuple(constraint for _, constraints in self.waiting for constraint in constraints)
            found = self.prepared.extended(every, limits)
            if extended is not None and len(extended) < MOST_EXTENDED:
                extended[names] = found
        return evolve(self, prepared=found, names=names, waiting=(), extended=extended)
