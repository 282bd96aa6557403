"""Plain numpy: every rule over all rows, one after the other. What one writes without an engine."""

from typing import Any

import numpy as np
from instance_problems import Rows
from numpy.typing import NDArray

from peers.peer import Session

DRAWN = 1 << 18
"""How many rows of the raw product are drawn at once."""


class NumpyRules(Session):
    """Rules as arrays, evaluated one by one."""

    name = "numpy rule by rule"
    distributions = ("numpy",)

    def validate(self, rows: NDArray[Any]) -> NDArray[Any]:
        """Straight from the rules."""
        return self.instance.valid_rows(rows)

    def sample(self, number: int) -> NDArray[Any]:
        """Rejection: rows of the raw product until enough are valid."""
        random = np.random.default_rng(1)
        sizes = [variable.size for variable in self.instance.problem.variables]
        found: list[Rows] = []
        missing = number
        while missing > 0:
            rows = np.stack([random.integers(0, size, DRAWN, dtype=np.int16) for size in sizes], axis=1)
            kept = rows[self.instance.valid_rows(rows)][:missing]
            found.append(kept)
            missing -= len(kept)
        return np.concatenate(found)


PEERS = (NumpyRules,)
