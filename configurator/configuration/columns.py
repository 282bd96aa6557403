"""Configurations by the million: as columns of numbers, in the compiled diagram's own order, drawn at random.

The *fast order* is the diagram's: row 10^10 costs what row 0 costs, and each row has a rank. It depends on
catalog, choices, day and version, so pages say which order they are of.
"""

from collections.abc import Callable, Iterator
from datetime import date

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from configurator.catalog.model import Catalog
from configurator.configuration.model import Configuration, configuration_of
from configurator.configuration.product import PreparedProduct, Question, compiled_product
from configurator.csp.variables import Assignment
from configurator.engines.engine import NO_LIMITS, SearchLimits, Unknown
from configurator.engines.many_assignments import in_order
from configurator.engines.unordered_diagram import name_of_order
from configurator.errors import ChoiceError, SearchLimitError
from configurator.lowering.product import LoweredProduct, lower_product

LARGEST_COLUMNS = 100_000_000
"""Numbers that columns hold at most: about 400 MB."""


@frozen(eq=False, repr=False)
class ConfigurationColumns:
    """Configurations as numbers: what each stands for is looked up when it is asked for.

    One row per variable, in catalog order, and one column per configuration. Numbers count from 0, in
    catalog order, among what is in force on the day:

    | Place                        | Rows                | Numbers                                         |
    |------------------------------|---------------------|-------------------------------------------------|
    | slot of one                  | one                 | its components                                  |
    | optional slot                | one                 | absent, then its components                     |
    | slot of identical components | one                 | absent if it may be, then component by quantity |
    | mixed slot of up to n        | n, never descending | blank, then its components                      |
    | option of values, or yesno   | one                 | its values; no before yes                       |
    | option of a number           | one                 | its numbers, ascending                          |
    | set option                   | one per element     | 0 left out, 1 in                                |

    Pickling keeps the catalog and the numbers, and nothing of what was prepared to find them.

    Attributes:
        lowered: the catalog on its day, which tells what the numbers stand for.
        values: the numbers.
    """

    lowered: LoweredProduct
    values: NDArray[np.int32]

    def __repr__(self) -> str:
        name, day = self.lowered.catalog.name, self.lowered.as_of
        return f"<ConfigurationColumns {name} {day} {len(self):,} configurations in {len(self.values)} rows>"

    def __reduce__(self) -> tuple[Callable[..., "ConfigurationColumns"], tuple[object, ...]]:
        return _unpickled, (self.lowered.catalog, self.lowered.as_of, self.values)

    def __len__(self) -> int:
        return int(self.values.shape[1])

    def __getitem__(self, at: int) -> Configuration:
        return self._configuration(self.values[:, at].tolist())

    def __iter__(self) -> Iterator[Configuration]:
        for column in self.values.T.tolist():
            yield self._configuration(column)

    def _configuration(self, column: list[int]) -> Configuration:
        return configuration_of(self.lowered.catalog, self.lowered.lift(tuple(column)))

    @property
    def names(self) -> tuple[str, ...]:
        """What each row is about: a slot or option, a position of a mixed slot, an element of a set."""
        return tuple(variable.name for variable in self.lowered.layout.variables)


def _unpickled(catalog: Catalog, as_of: date, values: NDArray[np.int32]) -> ConfigurationColumns:
    return ConfigurationColumns(lower_product(catalog, as_of), values)


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
    compiled = question.counted("pages in the fast order", limits)
    if isinstance(compiled, Unknown):
        return compiled
    order = name_of_order(compiled, limits)
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
    return FastPage(ConfigurationColumns(question.product.lowered, columns), offset, found.size, order)


def rank_of(
    question: Question, assignment: Assignment, limits: SearchLimits = NO_LIMITS
) -> int | Unknown | None:
    """The number of a configuration in the fast order; `None` if it does not keep rules and choices."""
    if question.impossible:
        return None
    compiled = question.counted("ranks in the fast order", limits)
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
    compiled = question.counted("samples", limits)
    if isinstance(compiled, Unknown):
        return compiled
    found = compiled.sample(amount, seed, question.choices.assumptions, limits)
    return found if isinstance(found, Unknown) else ConfigurationColumns(question.product.lowered, found)


def validate_columns(
    product: PreparedProduct, values: NDArray[np.int32], limits: SearchLimits = NO_LIMITS
) -> NDArray[np.bool_] | Unknown:
    """For each column whether it is a valid configuration; numbered as `ConfigurationColumns` are.

    Any whole numbers will do. What stands for nothing is invalid, and so are positions of a mixed slot
    that descend, and instances of an assembly: each configuration has one column. A million take some tens
    of milliseconds.

    Raises:
        ChoiceError: there is not one row per variable, or the values are no whole numbers.
    """
    rows = len(product.lowered.layout.variables)
    if not np.issubdtype(values.dtype, np.integer):
        raise ChoiceError([f"the values must be whole numbers, not `{values.dtype}`"])
    if values.ndim != 2 or len(values) != rows:
        raise ChoiceError([f"{rows} rows of values are needed, one for each variable"])
    compiled = compiled_product(product, "verdicts on columns", limits)
    if isinstance(compiled, Unknown):
        return compiled
    try:
        valid = compiled.validate(values, limits)
        return valid & in_order(values, product.lowered.symmetries)
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
    return ConfigurationColumns(question.product.lowered, np.empty((rows, 0), np.int32))
