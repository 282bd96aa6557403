"""A compiled problem: what every question walks over, and nothing else. Immutable, so shared freely."""

from collections.abc import Callable
from typing import Any, TypeVar

from attrs import field, frozen

from configurator.csp.variables import Variable
from configurator.engines.diagram.decisions import Decision, DecisionWeights
from configurator.engines.diagram.layers import Diagram
from configurator.engines.engine import NO_LIMITS, SearchLimits

Found = TypeVar("Found")


@frozen(eq=False)
class SideSum:
    """A sum that stays out of the diagram: added up along the way, it may be `upper` at most.

    Attributes:
        weights: what each decision adds, in the order of the layers.
    """

    weights: tuple[DecisionWeights, ...] = field(repr=False)
    upper: int


@frozen(eq=False)
class CompiledDiagram:
    """The solutions of a problem: the paths of the diagram, written out in members, that keep every side sum.

    Attributes:
        variables: those of the problem, in its order.
        decisions: one per layer, in the order of the layers; together they settle each variable once.
    """

    variables: tuple[Variable, ...]
    decisions: tuple[Decision, ...] = field(repr=False)
    diagram: Diagram
    side_sums: tuple[SideSum, ...] = ()
    _memory: dict[Callable[..., object], Any] = field(factory=dict, init=False, repr=False)

    def layer_of(self, variable: int) -> int:
        """The layer that settles a variable."""
        return next(at for at, decision in enumerate(self.decisions) if variable in decision.variables)

    def remember(
        self, find: Callable[["CompiledDiagram", SearchLimits], Found], limits: SearchLimits = NO_LIMITS
    ) -> Found:
        """What a function finds out about this diagram, worked out at the first call only.

        Two threads that come at once may both work it out; what they find is equal.

        Args:
            find: a function of a module, since what it found is kept under its identity.
            limits: for the first call.

        Raises:
            SearchLimitError: a limit ended the first call; then nothing is kept.
        """
        if find not in self._memory:
            self._memory[find] = find(self, limits)
        found: Found = self._memory[find]
        return found
