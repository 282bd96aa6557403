"""Values that can be in no solution, found without a search: the cheap step before all others.

Arc consistency of tables, bounds of sums, and clauses with one literal left, to the fixpoint. What
`csp.propagation` does for sets as Python's whole numbers is done here in arrays, for tables of hundreds of
thousands of rows.
"""

from collections.abc import Sequence

import numpy as np

from configurator.engines.diagram.compiling.tables import ClauseForm, TableForm
from configurator.engines.diagram.whole import Flags, Whole


def narrow_by_table(table: TableForm, alive: Sequence[Flags]) -> bool:
    """Keep the values that some row supports; whether anything changed."""
    rows = table.rows[table.supported(alive)]
    changed = False
    for at, variable in enumerate(table.scope):
        supported = np.zeros(table.width(at) + 1, np.bool_)
        supported[rows[:, at]] = True
        supported[-1] = False
        changed |= _keep(alive[variable], supported[table.classes[at]])
    return changed


def narrow_by_clause(clause: ClauseForm, alive: Sequence[Flags]) -> bool:
    """The last literal that can hold must hold; whether anything changed."""
    possible = [
        (v, held) for v, held in zip(clause.scope, clause.holding, strict=True) if (held & alive[v]).any()
    ]
    if len(possible) > 1:
        return False
    if possible:
        return _keep(alive[possible[0][0]], possible[0][1])
    return any(_keep(alive[v], np.zeros(len(alive[v]), np.bool_)) for v in clause.scope)


def narrow_by_sum(weights: dict[int, Whole], upper: int, alive: Sequence[Flags]) -> bool:
    """Keep the values that leave room for the least of the others; whether anything changed."""
    least = {v: int(found[alive[v]].min()) for v, found in weights.items() if alive[v].any()}
    if len(least) < len(weights):
        return False
    room = upper - sum(least.values())
    changed = False
    for variable, found in weights.items():
        fitting = np.asarray(found <= room + least[variable], np.bool_)
        changed |= _keep(alive[variable], fitting)
    return changed


def _keep(alive: Flags, kept: Flags) -> bool:
    """Drop what is not kept; whether that changed anything."""
    before = np.count_nonzero(alive)
    alive &= kept
    return bool(np.count_nonzero(alive) != before)
