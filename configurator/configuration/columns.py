"""Configurations by the million: as columns of numbers, in the compiled diagram's own order, drawn at random.

The *fast order* is the diagram's: row 10^10 costs what row 0 costs, and each row has a rank. It depends on
catalog, choices, day and version, so pages say which order they are of.
"""

from collections.abc import Iterator

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from configurator.configuration.model import Configuration
from configurator.configuration.product import PreparedProduct, Question
from configurator.csp.variables import Assignment
from configurator.engines.diagram.artefact import fingerprint
from configurator.engines.engine import NO_LIMITS, SearchLimits, Unknown
from configurator.engines.registry import compiled_form
from configurator.errors import ChoiceError, SearchLimitError

LARGEST_COLUMNS = 100_000_000
"""Numbers that columns hold at most: about 400 MB."""


@frozen(eq=False)
class ConfigurationColumns:
    """Configurations as numbers: what each stands for is looked up when it is asked for.

    Attributes:
        values: one row per variable of the catalog's layout, one column per configuration.
    """

    product: PreparedProduct = field(repr=False)
    values: NDArray[np.int32] = field(repr=False)

    def __len__(self) -> int:
        return int(self.values.shape[1])

    def __getitem__(self, at: int) -> Configuration:
        return self.product.configuration(tuple(self.values[:, at].tolist()))

    def __iter__(self) -> Iterator[Configuration]:
        for column in self.values.T.tolist():
            yield self.product.configuration(tuple(column))

    @property
    def names(self) -> tuple[str, ...]:
        """What each row is about: a slot or option, a position of a mixed slot, an element of a set."""
        return tuple(variable.name for variable in self.product.lowered.layout.variables)


@frozen
class FastPage:
    """Some configurations in the fast order.

    Attributes:
        offset: the rank of the first.
        size: how many there are in all.
        order: which diagram's order it is: under the same choices, equal texts mean equal order.
    """

    columns: ConfigurationColumns
    offset: int
    size: int
    order: str


def fast_page(
    question: Question, offset: int, length: int, limits: SearchLimits = NO_LIMITS
) -> FastPage | Unknown:
    """Configurations number `offset` and on in the fast order; fewer than `length` at the end.

    Costs the same wherever it is.
    """
    if offset < 0 or length < 0:
        raise ValueError("a page begins at 0 or later and has a length of 0 or more")
    compiled = compiled_form(question.prepared, limits)
    if isinstance(compiled, Unknown):
        return compiled
    order = compiled.compiled.remember(fingerprint, limits)
    if question.impossible:
        return FastPage(_nothing(question), offset, 0, order)
    found = compiled.fast_order(question.choices.assumptions, limits)
    if isinstance(found, Unknown):
        return found
    refused = _too_large(question, min(length, max(0, found.size - offset)))
    if refused is not None:
        return refused
    try:
        columns = found.page(offset, length, limits)
    except SearchLimitError as stopped:
        return Unknown(stopped.reason)
    return FastPage(ConfigurationColumns(question.product, columns), offset, found.size, order)


def rank_of(
    question: Question, assignment: Assignment, limits: SearchLimits = NO_LIMITS
) -> int | Unknown | None:
    """The number of a configuration in the fast order; `None` if it does not keep rules and choices."""
    if question.impossible:
        return None
    compiled = compiled_form(question.prepared, limits)
    if isinstance(compiled, Unknown):
        return compiled
    found = compiled.fast_order(question.choices.assumptions, limits)
    if isinstance(found, Unknown):
        return found
    rank = int(found.rank(np.array(assignment, np.int32).reshape(-1, 1), limits)[0])
    return None if rank < 0 else rank


def sample_configurations(
    question: Question, amount: int, seed: int, limits: SearchLimits = NO_LIMITS
) -> ConfigurationColumns | Unknown:
    """So many configurations that keep the choices, each drawn from all alike; none if there are none.

    One seed gives the same ones for the same catalog, day and version.
    """
    if amount < 0:
        raise ValueError("the number of samples must not be negative")
    if question.impossible:
        return _nothing(question)
    refused = _too_large(question, amount)
    if refused is not None:
        return refused
    compiled = compiled_form(question.prepared, limits)
    if isinstance(compiled, Unknown):
        return compiled
    found = compiled.sample(amount, seed, question.choices.assumptions, limits)
    return found if isinstance(found, Unknown) else ConfigurationColumns(question.product, found)


def validate_columns(
    product: PreparedProduct, values: NDArray[np.int32], limits: SearchLimits = NO_LIMITS
) -> NDArray[np.bool_] | Unknown:
    """For each column whether it is a valid configuration; rows are those of `ConfigurationColumns.values`.

    Any whole numbers will do; what stands for nothing is invalid. A million take some tens of milliseconds.

    Raises:
        ChoiceError: there is not one row per variable.
    """
    rows = len(product.lowered.layout.variables)
    if values.ndim != 2 or len(values) != rows:
        raise ChoiceError([f"{rows} rows of values are needed, one for each variable"])
    compiled = compiled_form(product.prepared, limits)
    if isinstance(compiled, Unknown):
        return compiled
    try:
        return compiled.validate(values, limits)
    except SearchLimitError as stopped:
        return Unknown(stopped.reason)


def _too_large(question: Question, rows: int) -> Unknown | None:
    """The refusal of columns that would take more memory than they may."""
    variables = len(question.product.lowered.layout.variables)
    if rows * variables <= LARGEST_COLUMNS:
        return None
    most = LARGEST_COLUMNS // variables
    return Unknown(f"{rows:,} configurations at once are too many: ask for {most:,} at most")


def _nothing(question: Question) -> ConfigurationColumns:
    rows = len(question.product.lowered.layout.variables)
    return ConfigurationColumns(question.product, np.empty((rows, 0), np.int32))
