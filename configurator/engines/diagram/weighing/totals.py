"""What configurations total, column by column."""

import numpy as np

from configurator.engines.diagram.decisions import Columns
from configurator.engines.diagram.weighing.path_sums import PathSum
from configurator.engines.diagram.whole import Whole


def totals(path_sum: PathSum, columns: Columns) -> Whole:
    """What each configuration totals: one column each, a row per variable of the problem."""
    found = path_sum.array(columns.shape[1], 0)
    for at, decision in enumerate(path_sum.compiled.decisions):
        found = found + weights_of(path_sum, at, columns[list(decision.variables)])
    return found


def weights_of(path_sum: PathSum, at: int, columns: Columns) -> Whole:
    """What each member of a decision weighs: one column each, a row per variable of the decision."""
    weights, decision = path_sum.weights[at], path_sum.compiled.decisions[at]
    found = path_sum.array(columns.shape[1], 0)
    for values in columns:
        found = found + weights.values[values]
    if weights.atoms is not None:
        found = found + weights.atoms[decision.atoms_of(columns)]
    for within, extra in path_sum.pieces.get(at, ()):
        in_piece = np.ones(columns.shape[1], np.bool_)
        for variable, values in within.items():
            in_piece &= np.isin(columns[decision.variables.index(variable)], sorted(values))
        found = np.where(in_piece, found + extra, found)
    return found
