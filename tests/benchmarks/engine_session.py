"""An engine of ours as a peer, as far as every engine answers: what each of their modules builds on.

Imported by fresh processes that are measured, so it imports no engine.
"""

from itertools import islice
from typing import Any, ClassVar, TypeVar

import numpy as np
from instance_problems import Instance, Rows, State, assumptions_of
from peers.peer import Domains, Session

from configurator.engines.engine import Engine, Feasible, Infeasible, Unknown

T = TypeVar("T")


class EngineSession(Session):
    """An engine by the protocol of all engines."""

    distributions: ClassVar[tuple[str, ...]] = ("pcat-configurator",)
    engine: ClassVar[Engine]

    def __init__(self, instance: Instance) -> None:
        super().__init__(instance)
        self.prepared = self.engine.prepare(instance.problem)

    def domains(self, state: State) -> Domains:
        """Exact, or the reason why not as an exception; likewise all others."""
        return known(self.prepared.domains(assumptions_of(state)))

    def listing(self, limit: int | None) -> object:
        """Tuples, in catalog order."""
        return list(islice(self.prepared.solutions({}), limit))

    def rows_of(self, listing: Any) -> Rows:
        """From tuples."""
        return np.array(listing, dtype=np.int16)

    def count(self, state: State) -> int:
        """Without listing."""
        return known(self.prepared.count(assumptions_of(state)))

    def cheapest(self, state: State) -> int | None:
        """The cost without its witness."""
        answer = self.prepared.cheapest(self.instance.price, assumptions_of(state))
        if isinstance(answer, Unknown):
            answer.or_raise()
        return None if isinstance(answer, Infeasible) else answer.cost

    def feasible(self, state: State) -> bool:
        """The first witness."""
        return isinstance(known(self.prepared.feasibility(assumptions_of(state))), Feasible)


def known(answer: T | Unknown) -> T:
    """An answer that is none is no answer to be timed."""
    return answer.or_raise() if isinstance(answer, Unknown) else answer
