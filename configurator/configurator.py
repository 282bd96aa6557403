"""The public face: one compiled, immutable object for one catalog, each method a call to what does it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from configurator.acceptance.decision import Check, Decision, accept_order, check_order
from configurator.acceptance.orders import read_order
from configurator.acceptance.screening import ScreenedConfiguration, screen
from configurator.availability.clock import system_clock
from configurator.availability.snapshot import StockSnapshot
from configurator.availability.store import StockStore
from configurator.catalog.compilation import CompileResult, compile_catalog
from configurator.catalog.model import Catalog
from configurator.catalog_files import find_catalog, text_reader
from configurator.compiled_files import InForce, key_of, load_compiled, save_compiled
from configurator.configuration.choices import read_choices
from configurator.configuration.columns import (
    ConfigurationColumns,
    FastPage,
    fast_page,
    sample_configurations,
    validate_columns,
)
from configurator.configuration.completion import Completion, NotCompletable, complete
from configurator.configuration.domains import ValidDomains, valid_domains
from configurator.configuration.enumeration import Count, count_configurations, enumerate_configurations
from configurator.configuration.inspection import Inspection, inspect_product
from configurator.configuration.model import Configuration
from configurator.configuration.pricing import (
    Priced,
    PriceRanges,
    cheapest_configurations,
    price_histogram,
    price_ranges,
)
from configurator.configuration.product import (
    PreparedProduct,
    Question,
    ask,
    prepare_product,
    product_of_artefact,
)
from configurator.configuration.validation import Verdict, validate
from configurator.diagnostics.diagnostic import Diagnostic
from configurator.distribution import library_version
from configurator.engines.engine import SearchLimits, Unknown
from configurator.engines.registry import compiled_form
from configurator.errors import CatalogError, SearchLimitError
from configurator.lowering.intervals import interval_in_force

T = TypeVar("T")

Choices = Mapping[str, object]
"""What a customer chose, by dotted path: see `Configurator.validate`."""


class Configurator:
    """A catalog, ready to be asked.

    Immutable and safe to share between threads. Pickling keeps the catalog's source and
    compiles it again. Every question takes `as_of`, the day for which it is asked (today
    in the catalog's time zone when left out), and `seconds`, after which the answer is "unknown".

    Attributes:
        catalog: the resolved catalog.
        diagnostics: warnings and hints from loading it.
    """

    def __init__(
        self,
        catalog: Catalog,
        diagnostics: tuple[Diagnostic, ...],
        *,
        engine: str | None,
        clock: Callable[[], datetime],
        source: tuple[Any, ...],
    ) -> None:
        self.catalog = catalog
        self.diagnostics = diagnostics
        self._engine = engine
        self._clock = clock
        self._source = source
        self._products: dict[InForce, PreparedProduct] = {}
        self._lock = Lock()

    # ------------------------------------------------------------ loading

    @classmethod
    def load(
        cls, path: str | Path, *, engine: str | None = None, clock: Callable[[], datetime] = system_clock
    ) -> "Configurator":
        """Load a catalog: a `.pcat` file, a folder with exactly one headed file, or `package:name`.

        Files are read once, now; only the folder tree of the catalog is ever looked at.

        Args:
            path: what to load; `package:desktop_pc` is a catalog shipped with this library.
            engine: the engine to ask; by default the one that suits.
            clock: gives the time now, aware of its time zone.

        Raises:
            CatalogError: the catalog cannot be loaded; `.diagnostics` tells every mistake.
        """
        found = find_catalog(str(path))
        return cls._compiled(
            compile_catalog(found.entry, found.reader), engine, clock, ("load", str(path), engine)
        )

    @classmethod
    def from_text(
        cls,
        text: str,
        *,
        name: str = "catalog.pcat",
        files: Mapping[str, str | bytes] = MappingProxyType({}),
        engine: str | None = None,
        clock: Callable[[], datetime] = system_clock,
    ) -> "Configurator":
        """Load a catalog from text; `files` are what it imports or reads, by path.

        Raises:
            CatalogError: the catalog cannot be loaded; `.diagnostics` tells every mistake.
        """
        reader = text_reader({**files, name: text})
        source = ("from_text", text, name, dict(files), engine)
        return cls._compiled(compile_catalog(name, reader), engine, clock, source)

    @classmethod
    def _compiled(
        cls, result: CompileResult, engine: str | None, clock: Callable[[], datetime], source: tuple[Any, ...]
    ) -> "Configurator":
        if result.catalog is None:
            raise CatalogError(result.diagnostics)
        return cls(result.catalog, result.diagnostics, engine=engine, clock=clock, source=source)

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuilt, self._source)

    def __repr__(self) -> str:
        return f"<Configurator {self.catalog.name} {self.catalog.version} {self.catalog.digest[:19]}>"

    @property
    def digest(self) -> str:
        """`sha256:…` of what the catalog says."""
        return self.catalog.digest

    def today(self) -> date:
        """The day it is now in the catalog's time zone."""
        return self._clock().astimezone(ZoneInfo(self.catalog.timezone)).date()

    # ------------------------------------------------------------ questions

    def validate(
        self,
        choices: Choices = MappingProxyType({}),
        *,
        as_of: date | None = None,
        seconds: float | None = None,
        only: bool = False,
    ) -> Verdict:
        """`Valid`, `Incomplete`, `Invalid` with conflicts, or `Unknown`.

        Args:
            choices: by dotted path: `"SKU"`, `"2 x SKU"`, `None` for nothing, a list for a mixed slot or
                set, `{"component": "SKU", "quantity": 2}`, `{"includes": […]}`; a missing key is open.
            as_of: the day for which it is asked.
            seconds: the time limit.
            only: what is not named is left empty.

        Raises:
            ChoiceError: a choice names what does not exist or does not fit its place.
        """
        limits = SearchLimits.within(seconds)
        return validate(self._ask(choices, as_of, limits, only=only), limits)

    def count(
        self,
        choices: Choices = MappingProxyType({}),
        *,
        as_of: date | None = None,
        seconds: float | None = None,
        only: bool = False,
    ) -> Count | Unknown:
        """How many valid configurations keep the choices, exactly, or `Unknown`.

        Raises:
            ChoiceError: as in `validate`.
        """
        limits = SearchLimits.within(seconds)
        try:
            return count_configurations(self._ask(choices, as_of, limits, only=only), limits)
        except SearchLimitError as error:
            return Unknown(error.reason)

    def configurations(
        self,
        choices: Choices = MappingProxyType({}),
        *,
        as_of: date | None = None,
        offset: int = 0,
        limit: int | None = None,
        seconds: float | None = None,
        only: bool = False,
    ) -> Iterator[Configuration]:
        """Each valid configuration that keeps the choices once, lazily, in catalog order.

        Args:
            choices: as in `validate`.
            as_of: the day for which it is asked.
            offset: how many to pass over.
            limit: how many to give at most; `None` for all.
            seconds: the time limit, counted from the first one asked for.
            only: as in `validate`.

        Raises:
            ChoiceError: as in `validate`, at once.
            SearchLimitError: while iterating: a limit ended the search, there may be more.
        """
        if offset < 0 or (limit is not None and limit < 0):
            raise ValueError(f"offset {offset} and limit {limit} cannot be negative")
        read_choices(self.catalog, choices, only=only)
        return self._configurations(choices, as_of, offset, limit, seconds, only=only)

    def _configurations(
        self,
        choices: Choices,
        as_of: date | None,
        offset: int,
        limit: int | None,
        seconds: float | None,
        *,
        only: bool,
    ) -> Iterator[Configuration]:
        limits = SearchLimits.within(seconds)
        question = self._ask(choices, as_of, limits, only=only)
        found = enumerate_configurations(question, offset=offset, limits=limits)
        for number, configuration in enumerate(found, start=1):
            yield configuration
            # Stop before looking for one more: the search for it may take long.
            if number == limit:
                return

    def options(
        self,
        choices: Choices = MappingProxyType({}),
        *,
        as_of: date | None = None,
        seconds: float | None = None,
        only: bool = False,
    ) -> ValidDomains | Unknown:
        """What every place can still take under the choices.

        Raises:
            ChoiceError: as in `validate`.
        """
        limits = SearchLimits.within(seconds)
        try:
            return valid_domains(self._ask(choices, as_of, limits, only=only), limits)
        except SearchLimitError as error:
            return Unknown(error.reason)

    def complete(
        self,
        choices: Choices = MappingProxyType({}),
        *,
        as_of: date | None = None,
        seconds: float | None = None,
        only: bool = False,
    ) -> Completion:
        """A valid configuration that keeps the choices, then the defaults, then catalog order.

        Raises:
            ChoiceError: as in `validate`.
        """
        limits = SearchLimits.within(seconds)
        return complete(self._ask(choices, as_of, limits, only=only), limits)

    # ------------------------------------------------------------ money

    def cheapest(
        self,
        choices: Choices = MappingProxyType({}),
        *,
        by: str = "price",
        limit: int = 1,
        as_of: date | None = None,
        seconds: float | None = None,
        only: bool = False,
    ) -> tuple[Priced, ...] | NotCompletable | Unknown:
        """The `limit` cheapest valid configurations that keep the choices, ascending by a calc.

        Equal amounts are in catalog order. Configurations for which the calc has no value do not count.

        Raises:
            ChoiceError: as in `validate`, or there is no such calc.
        """
        return self._answered(
            lambda question, limits: cheapest_configurations(question, by, count=limit, limits=limits),
            choices,
            as_of,
            seconds,
            only=only,
        )

    def price_ranges(
        self,
        choices: Choices = MappingProxyType({}),
        *,
        by: str = "price",
        as_of: date | None = None,
        seconds: float | None = None,
        only: bool = False,
    ) -> PriceRanges | Unknown:
        """For each place and value that can still be chosen, what it leads to: from the least to the most.

        Raises:
            ChoiceError: as in `cheapest`.
        """
        return self._answered(
            lambda question, limits: price_ranges(question, by, limits), choices, as_of, seconds, only=only
        )

    def count_within(
        self,
        budgets: Sequence[int | Fraction],
        choices: Choices = MappingProxyType({}),
        *,
        by: str = "price",
        as_of: date | None = None,
        seconds: float | None = None,
        only: bool = False,
    ) -> tuple[int, ...] | Unknown:
        """For each budget, in the calc's unit, how many configurations come to that much at most, exactly.

        Raises:
            ChoiceError: as in `cheapest`.
        """
        return self._answered(
            lambda question, limits: price_histogram(question, by, budgets, limits),
            choices,
            as_of,
            seconds,
            only=only,
        )

    # ------------------------------------------------------------ by the million

    def sample(
        self,
        amount: int,
        choices: Choices = MappingProxyType({}),
        *,
        seed: int = 0,
        as_of: date | None = None,
        seconds: float | None = None,
        only: bool = False,
    ) -> ConfigurationColumns | Unknown:
        """So many valid configurations that keep the choices, each drawn from all of them alike.

        Raises:
            ChoiceError: as in `validate`.
        """
        return self._answered(
            lambda question, limits: sample_configurations(question, amount, seed, limits),
            choices,
            as_of,
            seconds,
            only=only,
        )

    def fast_page(
        self,
        offset: int,
        length: int,
        choices: Choices = MappingProxyType({}),
        *,
        as_of: date | None = None,
        seconds: float | None = None,
        only: bool = False,
    ) -> FastPage | Unknown:
        """Configurations number `offset` and on, as columns, in the diagram's own order, wherever they are.

        Page 10**10 costs what page 0 costs; catalog order is `configurations`.

        Raises:
            ChoiceError: as in `validate`.
        """
        return self._answered(
            lambda question, limits: fast_page(question, offset, length, limits),
            choices,
            as_of,
            seconds,
            only=only,
        )

    def validate_columns(
        self, values: NDArray[np.int32], *, as_of: date | None = None, seconds: float | None = None
    ) -> NDArray[np.bool_] | Unknown:
        """For each column of numbers, as `ConfigurationColumns.values` has them, whether it is valid.

        Raises:
            ChoiceError: there is not one row for each variable.
        """
        return validate_columns(self.product(as_of), values, SearchLimits.within(seconds))

    # ------------------------------------------------------------ compiling

    def compile(self, *, as_of: date | None = None, seconds: float | None = None) -> Inspection:
        """Compile now what the first question would compile, and tell what came of it.

        A catalog that cannot be compiled within the limits is still answered about, by searching; the
        notes say why.
        """
        in_force = interval_in_force(self.catalog, self._day(as_of))
        return inspect_product(self.product(as_of), in_force, SearchLimits.within(seconds))

    def save_compiled(
        self, path: str | Path, *, as_of: date | None = None, seconds: float | None = None
    ) -> Path:
        """Write the compiled catalog to a file, or into a folder under a name of its own; returns the file.

        It serves every day on which the same is in force as on `as_of`.

        Raises:
            ArtefactError: the file cannot be written.
            SearchLimitError: the catalog cannot be compiled within the limits.
        """
        in_force = interval_in_force(self.catalog, self._day(as_of))
        compiled = compiled_form(self.product(as_of).prepared, SearchLimits.within(seconds))
        if isinstance(compiled, Unknown):
            compiled.or_raise()
        return save_compiled(Path(path), key_of(self.catalog, in_force, library_version()), compiled.compiled)

    def load_compiled(self, path: str | Path, *, as_of: date | None = None) -> None:
        """Read the compiled catalog for a day from a file that `save_compiled` wrote, or from its folder.

        Raises:
            ArtefactError: the file is none, is damaged, or belongs to another state of the catalog, other
                days or another version: it is refused, and nothing has changed.
        """
        day = self._day(as_of)
        in_force = interval_in_force(self.catalog, day)
        compiled = load_compiled(Path(path), key_of(self.catalog, in_force, library_version()))
        product = product_of_artefact(self.catalog, day, compiled, engine=self._engine)
        with self._lock:
            self._products.pop(in_force, None)
            self._remember(in_force, product)

    # ------------------------------------------------------------ stock

    def screen(
        self, configurations: Iterable[Configuration], stock: StockSnapshot
    ) -> Iterator[ScreenedConfiguration]:
        """Each configuration with what is short to build one of it, lazily; nothing is reserved."""
        return screen(self.catalog, configurations, stock)

    def accept(
        self,
        order: object,
        stock: StockStore,
        *,
        order_id: str | None = None,
        ttl: timedelta | None = None,
        key: str | None = None,
        as_of: date | None = None,
        seconds: float | None = None,
    ) -> Decision:
        """Accept an order: valid, then available, then reserved all or nothing, in one idempotent step.

        Args:
            order: parsed JSON: `{"order": "SO-1", "lines": [{"configuration": {…}, "quantity": 1}]}`, or a
                configuration.
            stock: an open store.
            order_id: the order's id, if the order does not carry it.
            ttl: how long to hold the components; `None` allocates them for good.
            key: the idempotency key; by default made from the order's id.
            as_of: the day of the order.
            seconds: the time limit for the search, if one is needed.

        Raises:
            ChoiceError: a line names what does not exist.
            OrderError: the order cannot be read, or has no id.
            IdempotencyConflict: the key was used before with other content.
            StockError: the store cannot answer.
        """
        limits = SearchLimits.within(seconds)
        read = read_order(order).named(order_id)
        product = self.product(as_of)
        return accept_order(product, read, stock, ttl=ttl, key=key, as_of=as_of, limits=limits)

    def check(
        self, order: object, stock: StockSnapshot, *, as_of: date | None = None, seconds: float | None = None
    ) -> Check:
        """Hold an order against counted stock; nothing is reserved.

        Raises:
            ChoiceError: a line names what does not exist.
            OrderError: the order cannot be read.
        """
        limits = SearchLimits.within(seconds)
        return check_order(self.product(as_of), read_order(order), stock, limits=limits)

    # ------------------------------------------------------------ inside

    def product(self, as_of: date | None = None) -> PreparedProduct:
        """The catalog on a day, prepared once for all days on which the same is in force.

        Raises:
            EngineUnavailableError: the engine asked for does not exist.
        """
        day = self._day(as_of)
        in_force = interval_in_force(self.catalog, day)
        with self._lock:
            if in_force not in self._products:
                self._remember(in_force, prepare_product(self.catalog, day, engine=self._engine))
            return self._products[in_force].on(day)

    def _remember(self, in_force: InForce, product: PreparedProduct) -> None:
        while len(self._products) >= MOST_INTERVALS:
            del self._products[next(iter(self._products))]
        self._products[in_force] = product

    def _day(self, as_of: date | None) -> date:
        if as_of is not None and (isinstance(as_of, datetime) or not isinstance(as_of, date)):
            raise TypeError(f"`as_of` is a `datetime.date`, not `{as_of!r}`")
        return as_of or self.today()

    def _answered(
        self,
        question: Callable[[Question, SearchLimits], T | Unknown],
        choices: Choices,
        as_of: date | None,
        seconds: float | None,
        *,
        only: bool,
    ) -> T | Unknown:
        limits = SearchLimits.within(seconds)
        try:
            return question(self._ask(choices, as_of, limits, only=only), limits)
        except SearchLimitError as error:
            return Unknown(error.reason)

    def _ask(
        self, choices: Choices, as_of: date | None, limits: SearchLimits, *, only: bool = False
    ) -> Question:
        return ask(self.product(as_of), read_choices(self.catalog, choices, only=only), limits)


MOST_INTERVALS = 16
"""For how many runs of days one `Configurator` remembers what is prepared; the oldest goes first."""


def _rebuilt(kind: str, *arguments: Any) -> Configurator:
    if kind == "load":
        path, engine = arguments
        return Configurator.load(path, engine=engine)
    text, name, files, engine = arguments
    return Configurator.from_text(text, name=name, files=files, engine=engine)
