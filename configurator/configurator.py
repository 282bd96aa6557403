"""The public face: one compiled, immutable object for one catalog, each method a call to what does it."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from configurator.acceptance.building import buildable_products
from configurator.acceptance.decision import (
    Check,
    Decision,
    Promised,
    Rejection,
    accept_order,
    check_order,
    promise_order,
)
from configurator.acceptance.masters import with_masters
from configurator.acceptance.nearest import Nearest, Unbuildable, Wish, nearest
from configurator.acceptance.orders import read_order
from configurator.acceptance.screening import ScreenedConfiguration, screen
from configurator.acceptance.seen_stock import checked_stock, look_at
from configurator.acceptance.stock_analysis import StockAnalysis, analyze_stock
from configurator.acceptance.stock_facts import StockTerms, check_terms, facts_of_stock, stock_outlook
from configurator.authoring.analysis.analysis import analyze
from configurator.authoring.analysis.findings import Analysis
from configurator.authoring.checks.checking import check_catalog
from configurator.authoring.coverage.elements import CoverageElement, coverage_elements, long_tables
from configurator.authoring.coverage.report import RuleCoverage, covered_by
from configurator.authoring.coverage.scenario import ScenarioCoverage, scenario_coverage
from configurator.authoring.covering.sample import CoveringSample, covering_sample
from configurator.authoring.difference import (
    Difference,
    check_examples,
    difference,
    undecided_difference,
)
from configurator.authoring.mutation.explained import ExplainedMutant
from configurator.authoring.mutation.mutants import OPERATORS, Operator
from configurator.authoring.mutation.mutation import Progress, mutate, read_wanted
from configurator.authoring.mutation.outcomes import MutationReport
from configurator.authoring.scenarios.outcomes import ScenarioOutcome, ScenarioReport
from configurator.authoring.scenarios.recorded import (
    Case,
    calcs_named,
    check_title,
    read_line,
    record,
    recorded_lines,
    tags_named,
    title_of,
)
from configurator.authoring.scenarios.running import run_scenario, undated
from configurator.availability.answers.buildable import Buildable
from configurator.availability.clock import system_clock
from configurator.availability.snapshot import StockSnapshot
from configurator.availability.store import StockStore
from configurator.catalog.compilation import CompileResult, compile_catalog
from configurator.catalog.loading import CatalogReader
from configurator.catalog.model import Catalog, Scenario
from configurator.catalog_files import explained_survivors, find_catalog, find_scenarios, text_reader
from configurator.compiled_files import InForce, key_of, load_compiled, save_compiled
from configurator.configuration.bundles import read_bundles
from configurator.configuration.choices import read_choices
from configurator.configuration.columns import (
    ConfigurationColumns,
    FastPage,
    fast_page,
    sample_configurations,
    validate_columns,
)
from configurator.configuration.completion import Completion, NotCompletable, complete
from configurator.configuration.domains import ValidDomains
from configurator.configuration.enumeration import Count, count_configurations, enumerate_configurations
from configurator.configuration.inspection import Inspection, inspect_product
from configurator.configuration.model import Configuration
from configurator.configuration.offer_writing import valid_domains
from configurator.configuration.pricing import (
    Budget,
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
    compiled_product,
    prepare_product,
    product_of_artefact,
    product_when_asked,
)
from configurator.configuration.reasons import PriceReason, Why, WhyNot, why, why_not, why_price
from configurator.configuration.repairs import (
    DEFAULT_LIMIT,
    Repairs,
    Unrepairable,
    component_keys,
    repairs,
)
from configurator.configuration.saved import SavedConfiguration
from configurator.configuration.session import Session, begin_session
from configurator.configuration.upgrade import Upgrade, upgrade
from configurator.configuration.validation import (
    Incomplete,
    Invalid,
    Verdict,
    check_verdict,
    conflicts_of,
    validate,
)
from configurator.configuration.wishes import read_aims
from configurator.diagnostics.diagnostic import Diagnostic, Severity, in_order
from configurator.distribution import library_version
from configurator.engines.engine import NO_LIMITS, PreparedProblem, SearchLimits, Unknown
from configurator.engines.registry import AUTOMATIC
from configurator.engines.staged import compiles
from configurator.errors import ArtefactError, CatalogError, SearchLimitError
from configurator.explanation.checking import Unchecked, VerdictCheck
from configurator.explanation.conflict import Conflicts
from configurator.lowering.intervals import interval_in_force
from configurator.source import SourceFile

T = TypeVar("T")

Choices = Mapping[str, object]
"""What a customer chose, by dotted path: see `Configurator.validate`."""


class Configurator:
    """A catalog, ready to be asked.

    Immutable and safe to share between threads. Pickling keeps the catalog's source and
    compiles it again. Every question takes `as_of`, the day for which it is asked (today
    in the catalog's time zone when left out), and `seconds`, after which the answer is "unknown".

    Within `seconds` falls all searching and compiling; a limit is looked at between steps, so an answer may
    come some milliseconds late. Outside falls turning the rules of a day into constraints, which the first
    question about that day does and all others share: 20 ms for a catalog of 50 rules and 200 components.
    What a limit has kept from being compiled is begun again by the next question; `compile` does it ahead.

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
        self._rules: Configurator | None = None
        self._terms: StockTerms | None = None
        self._outlooks: list[tuple[StockSnapshot, PreparedProblem, PreparedProduct]] = []

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
    def from_reader(
        cls,
        entry: str,
        reader: CatalogReader,
        *,
        engine: str | None = None,
        clock: Callable[[], datetime] = system_clock,
    ) -> "Configurator":
        """Load a catalog whose files come from wherever a reader has them: a database, an archive.

        Args:
            entry: the path of the headed file, as the reader knows it.
            reader: gives files by path. Pickling the catalog pickles the reader.
            engine: as in `load`.
            clock: as in `load`.

        Raises:
            CatalogError: the catalog cannot be loaded; `.diagnostics` tells every mistake.
        """
        source = ("from_reader", entry, reader, engine)
        return cls._compiled(compile_catalog(entry, reader), engine, clock, source)

    @classmethod
    def _compiled(
        cls, result: CompileResult, engine: str | None, clock: Callable[[], datetime], source: tuple[Any, ...]
    ) -> "Configurator":
        if result.catalog is None:
            raise CatalogError(result.diagnostics)
        return cls(result.catalog, result.diagnostics, engine=engine, clock=clock, source=source)

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuilt_under, (self._source, self._terms)) if self._terms else (_rebuilt, self._source)

    def __repr__(self) -> str:
        under = " under stock" if self._terms else ""
        return f"<Configurator {self.catalog.name} {self.catalog.version} {self.catalog.digest[:19]}{under}>"

    @property
    def digest(self) -> str:
        """`sha256:…` of what the catalog says."""
        return self.catalog.digest

    def check_catalog(self) -> tuple[Diagnostic, ...]:
        """Warnings and hints about the catalog, by file and place; nothing is solved.

        Those from loading it, and what takes a closer look: what is unused, missing in a table, covered
        twice, out of date, or easily taken for something else.
        """
        return in_order((*self.diagnostics, *check_catalog(self.catalog)))

    def today(self) -> date:
        """The day it is now in the catalog's time zone."""
        return self._clock().astimezone(ZoneInfo(self.catalog.timezone)).date()

    # ------------------------------------------------------------ under stock

    def under(
        self, stock: StockStore | StockSnapshot, *, on: date | None = None, times: int = 1
    ) -> "Configurator":
        """The same catalog, of which every question is asked under stock: only what can be built counts.

        Stock is looked at once, now; what is compiled is shared. A conflict may then name stock, and what was
        `Valid` may be `Invalid` for no other reason. Of one that is under stock already, it is the same under
        other stock instead.

        What is about the catalog itself is asked of the catalog alone: `analyze`, `difference`,
        `save_compiled` and `load_compiled` refuse. `test`, `check`, `accept` and `screen` look at the rules,
        and at the stock that they are given.

        Args:
            stock: an open store, or what one looked like once.
            on: the day on which all components have to be there, without the time of assembly; by default,
                and for a day that is over, now.
            times: for how many products of one configuration.

        Raises:
            StockError: the store cannot answer.
            TypeError: stock is neither a store nor a snapshot, the day is no date, or `times` is not whole.
            ValueError: `times` is less than 1 or more than a line of an order can have.
        """
        return self._under(self._terms_of(stock, on, times))

    def _terms_of(
        self, stock: StockStore | StockSnapshot, on: date | None = None, times: int = 1
    ) -> StockTerms:
        """Stock, looked at once, with what the catalog says of its components."""
        snapshot = look_at(stock)
        told = with_masters(self.catalog, snapshot)
        return StockTerms.of(told, on=on, times=times, today=self.today())

    def _under(self, terms: StockTerms) -> "Configurator":
        rules = self._rules or self
        found = Configurator(
            rules.catalog,
            rules.diagnostics,
            engine=rules._engine,  # noqa: SLF001 - another one of its kind
            clock=rules._clock,  # noqa: SLF001 - likewise
            source=rules._source,  # noqa: SLF001 - likewise
        )
        found._rules, found._terms = rules, terms
        return found

    def stock_analysis(
        self,
        stock: StockStore | StockSnapshot,
        *,
        on: date | None = None,
        times: int = 1,
        as_of: date | None = None,
        seconds: float | None = None,
    ) -> StockAnalysis | Unknown:
        """What stock leaves of the catalog: how much can be built, what is in nothing of it, what chokes it.

        Args:
            stock: as in `under`.
            on: as in `under`.
            times: as in `under`.
            as_of: the day whose rules hold.
            seconds: the time limit; what it stops is `Unknown` one by one.

        Raises:
            StockError: the store cannot answer.
            TypeError: stock is neither a store nor a snapshot, the day is no date, or `times` is not whole.
            ValueError: `times` is less than 1 or more than a line of an order can have.
        """
        terms = self._terms_of(stock, on, times)
        limits = SearchLimits.within(seconds)
        try:
            return analyze_stock((self._rules or self).product(as_of, limits), terms, limits)
        except SearchLimitError as error:
            return Unknown(error.reason)

    def _with_outlook(self, product: PreparedProduct, stock: StockStore | StockSnapshot) -> PreparedProduct:
        """A product whose offers tell from when on stock lets them be had; the last few are remembered."""
        snapshot = look_at(stock)
        with self._lock:
            for known, before, found in self._outlooks:
                if known is snapshot and before is product.bare.prepared:
                    return found.on(product.lowered.as_of).applying(product.bundles)
        terms = self._terms_of(snapshot)
        told = product.with_outlook(stock_outlook(product.lowered, terms))
        with self._lock:
            self._outlooks = [*self._outlooks[1 - MOST_OUTLOOKS :], (snapshot, product.bare.prepared, told)]
        return told

    def _refuse_under_stock(self, what: str) -> None:
        if self._terms is not None:
            raise TypeError(f"{what} is asked of a catalog, not of one under stock")

    # ------------------------------------------------------------ questions

    def validate(
        self,
        choices: Choices = MappingProxyType({}),
        *,
        as_of: date | None = None,
        seconds: float | None = None,
        only: bool = False,
        bundles: Sequence[str] = (),
    ) -> Verdict:
        """`Valid`, `Incomplete`, `Invalid` with conflicts, or `Unknown`.

        Args:
            choices: by dotted path: `"SKU"`, `"2 x SKU"`, `None` for nothing, a list for a mixed slot or
                set, `{"component": "SKU", "quantity": 2}`, `{"includes": […]}`; a missing key is open.
            as_of: the day for which it is asked.
            seconds: the time limit.
            only: what is not named is left empty.
            bundles: names of the bundles to apply: what they choose holds beside the choices.

        Raises:
            ChoiceError: a choice names what does not exist or does not fit its place.
        """
        return self._answered(validate, choices, as_of, seconds, only=only, bundles=bundles)

    def conflicts(
        self,
        choices: Choices = MappingProxyType({}),
        *,
        limit: int | None = None,
        importance: Sequence[str] = (),
        as_of: date | None = None,
        seconds: float | None = None,
        only: bool = False,
        bundles: Sequence[str] = (),
    ) -> Conflicts | Unknown:
        """All minimal conflicts of choices, or the first `limit` of them; none where they can be completed.

        The first is the preferred one: of choices rather than rules, and of important choices before others.

        Args:
            choices: as in `validate`.
            limit: how many to give at most; `None` for all, of which there may be very many.
            importance: places whose choices the customer would least like to give up, most important first.
            as_of: the day for which it is asked.
            seconds: the time limit; when it is reached, those found so far are given.
            only: as in `validate`.
            bundles: as in `validate`.

        Raises:
            ChoiceError: as in `validate`, or an important place does not exist.
            TypeError: `importance` is one text instead of several places.
            ValueError: the limit is less than 1.
        """
        return self._answered(
            lambda question, limits: conflicts_of(question, limit, importance, limits),
            choices,
            as_of,
            seconds,
            only=only,
            bundles=bundles,
        )

    def why(
        self,
        choices: Choices,
        place: str,
        value: object,
        *,
        as_of: date | None = None,
        seconds: float | None = None,
        only: bool = False,
        bundles: Sequence[str] = (),
    ) -> Why:
        """Why a place has a value under the choices: forced by what, chosen, a default, or not forced at all.

        Args:
            choices: as in `validate`.
            place: by dotted path.
            value: as for a choice; one component of a mixed slot or element of a set: "at least this".
            as_of: the day for which it is asked.
            seconds: the time limit.
            only: as in `validate`.
            bundles: as in `validate`.

        Raises:
            ChoiceError: as in `validate`, also about the place and value.
        """
        return self._answered(
            lambda question, limits: why(question, place, value, limits),
            choices,
            as_of,
            seconds,
            only=only,
            bundles=bundles,
        )

    def why_not(
        self,
        choices: Choices,
        place: str,
        value: object,
        *,
        as_of: date | None = None,
        seconds: float | None = None,
        only: bool = False,
        bundles: Sequence[str] = (),
    ) -> WhyNot:
        """Why a place cannot have a value beside the choices about other places, or that it can.

        Args:
            choices: as in `validate`.
            place: by dotted path.
            value: as in `why`.
            as_of: the day for which it is asked.
            seconds: the time limit.
            only: as in `validate`.
            bundles: as in `validate`.

        Raises:
            ChoiceError: as in `validate`, also about the place and value.
        """
        return self._answered(
            lambda question, limits: why_not(question, place, value, limits),
            choices,
            as_of,
            seconds,
            only=only,
            bundles=bundles,
        )

    def why_price(
        self,
        choices: Choices = MappingProxyType({}),
        *,
        by: str = "price",
        as_of: date | None = None,
        seconds: float | None = None,
        only: bool = False,
        bundles: Sequence[str] = (),
    ) -> PriceReason | NotCompletable | Unknown:
        """Why the cheapest completion of the choices costs what it costs, place by place.

        Raises:
            ChoiceError: as in `cheapest`.
        """
        return self._answered(
            lambda question, limits: why_price(question, by, limits),
            choices,
            as_of,
            seconds,
            only=only,
            bundles=bundles,
        )

    def check_verdict(
        self,
        choices: Choices,
        verdict: Verdict,
        *,
        as_of: date | None = None,
        seconds: float | None = None,
        only: bool = False,
        bundles: Sequence[str] = (),
    ) -> VerdictCheck:
        """Check what `validate` said of the choices without the solver that found it.

        Raises:
            ChoiceError: as in `validate`.
            TypeError: it is no verdict.
        """
        checked: VerdictCheck | Unknown = self._answered(
            lambda question, limits: check_verdict(question, verdict, limits),
            choices,
            as_of,
            seconds,
            only=only,
            bundles=bundles,
        )
        return Unchecked(checked.reason) if isinstance(checked, Unknown) else checked

    def repairs(
        self,
        choices: Choices = MappingProxyType({}),
        *,
        limit: int | None = DEFAULT_LIMIT,
        weights: Mapping[str, int] = MappingProxyType({}),
        locked: Collection[str] = (),
        keys: Sequence[Mapping[str, int]] = (),
        as_of: date | None = None,
        seconds: float | None = None,
        only: bool = False,
        bundles: Sequence[str] = (),
    ) -> Repairs | Unrepairable | Unknown:
        """The `limit` smallest changes that make choices possible, best first, proved to be the best.

        Fewest places changed first, then the smallest difference in `price`, then `keys`, then catalog order.
        Without repairs where the choices are possible as they are.

        Args:
            choices: as in `validate`.
            limit: how many at most; `None` for all, of which there may be very many.
            weights: as how many changes the change of a place counts, at least 1.
            locked: places whose choices stay.
            keys: one after the other, what decides between equals: a whole number for each unit of a
                component, by SKU, less being better; days until it is there, for instance. 0 where
                nothing is said.
            as_of: the day for which it is asked.
            seconds: the time limit.
            only: as in `validate`.
            bundles: as in `validate`.

        Raises:
            ChoiceError: as in `validate`, or a weighted or locked place or a component does not exist.
            TypeError: `locked` is one text instead of several places, or a number of a key is not whole.
            ValueError: the limit or a weight is less than 1.
        """
        return self._answered(
            lambda question, limits: repairs(
                question,
                limit=limit,
                weights=weights,
                locked=locked,
                keys=component_keys(question.product, keys),
                limits=limits,
            ),
            choices,
            as_of,
            seconds,
            only=only,
            bundles=bundles,
        )

    def count(
        self,
        choices: Choices = MappingProxyType({}),
        *,
        as_of: date | None = None,
        seconds: float | None = None,
        only: bool = False,
        bundles: Sequence[str] = (),
    ) -> Count | Unknown:
        """How many valid configurations keep the choices, exactly, or `Unknown`.

        Raises:
            ChoiceError: as in `validate`.
        """
        return self._answered(count_configurations, choices, as_of, seconds, only=only, bundles=bundles)

    def configurations(
        self,
        choices: Choices = MappingProxyType({}),
        *,
        as_of: date | None = None,
        offset: int = 0,
        limit: int | None = None,
        seconds: float | None = None,
        only: bool = False,
        bundles: Sequence[str] = (),
    ) -> Iterator[Configuration]:
        """Each valid configuration that keeps the choices once, lazily, in catalog order.

        Args:
            choices: as in `validate`.
            as_of: the day for which it is asked.
            offset: how many to pass over.
            limit: how many to give at most; `None` for all.
            seconds: the time limit, counted from the first one asked for.
            only: as in `validate`.
            bundles: as in `validate`.

        Raises:
            ChoiceError: as in `validate`, at once.
            SearchLimitError: while iterating: a limit ended the search, there may be more.
        """
        if offset < 0 or (limit is not None and limit < 0):
            raise ValueError(f"offset {offset} and limit {limit} cannot be negative")
        read_choices(self.catalog, choices, only=only, bundles=read_bundles(self.catalog, bundles))
        return self._configurations(choices, as_of, offset, limit, seconds, only=only, bundles=bundles)

    def _configurations(
        self,
        choices: Choices,
        as_of: date | None,
        offset: int,
        limit: int | None,
        seconds: float | None,
        *,
        only: bool,
        bundles: Sequence[str],
    ) -> Iterator[Configuration]:
        limits = SearchLimits.within(seconds)
        question = self._ask(choices, as_of, limits, only=only, bundles=bundles)
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
        excluded: bool = False,
        stock: StockStore | StockSnapshot | None = None,
        as_of: date | None = None,
        seconds: float | None = None,
        only: bool = False,
        bundles: Sequence[str] = (),
    ) -> ValidDomains | Unknown:
        """What every place can still take under the choices.

        With `stock`, the rules alone decide what is offered, and the `availability` of each offer tells from
        when on a configuration with it can be built: what is allowed but unavailable stays visible. To be
        offered only what can be built, ask `under(stock).options()`.

        Args:
            choices: as in `validate`.
            excluded: tell of what cannot be chosen too; the `reason` of such an offer tells why.
            stock: an open store, which is looked at once, or what one looked like. A snapshot that is given
                again is not worked out again.
            as_of: the day for which it is asked.
            seconds: the time limit; that of each reason that is looked at later as well.
            only: as in `validate`.
            bundles: as in `validate`.

        Raises:
            ChoiceError: as in `validate`.
            StockError: the store cannot answer.
            TypeError: stock is neither a store nor a snapshot.
        """

        def offered(question: Question, limits: SearchLimits) -> ValidDomains | Unknown:
            if stock is not None:
                told = self._with_outlook(question.product, stock)
                question = Question(told, question.choices, question.prepared)
            return valid_domains(question, limits, excluded=excluded)

        return self._answered(offered, choices, as_of, seconds, only=only, bundles=bundles)

    def complete(
        self,
        choices: Choices = MappingProxyType({}),
        *,
        minimise: Sequence[str] = (),
        maximise: Sequence[str] = (),
        reasons: bool = False,
        as_of: date | None = None,
        seconds: float | None = None,
        only: bool = False,
        bundles: Sequence[str] = (),
    ) -> Completion:
        """The best valid configuration that keeps the choices; there is always just one, in every engine.

        What is best: first `minimise` and `maximise`, then the catalog's defaults in the order declared, then
        its preferences and objectives by descending weight, then catalog order of values. What comes earlier
        is never given up for what comes later.

        Args:
            choices: as in `validate`.
            minimise: calcs to be as small as they can be, the most important first.
            maximise: calcs to be as large as they can be, minded after those to be minimised.
            reasons: find out what stands against each wish that is not kept: its `why`.
            as_of: the day for which it is asked.
            seconds: the time limit.
            only: as in `validate`.
            bundles: as in `validate`.

        Raises:
            ChoiceError: as in `validate`, or there is no such calc, or it is no number.
            TypeError: the calcs are one text instead of several.
        """

        def completed(question: Question, limits: SearchLimits) -> Completion:
            aims = read_aims(question.product.catalog, minimise, maximise)
            return complete(question, limits, aims=aims, reasons=reasons)

        return self._answered(
            completed,
            choices,
            as_of,
            seconds,
            only=only,
            bundles=bundles,
        )

    # ------------------------------------------------------------ dialogues

    def session(
        self,
        choices: Choices = MappingProxyType({}),
        *,
        stock: StockStore | StockSnapshot | None = None,
        as_of: date | None = None,
        seconds: float | None = None,
        bundles: Sequence[str] = (),
    ) -> Session:
        """A dialogue with a customer, which begins with choices; it never changes, each step gives a new one.

        Args:
            choices: as in `validate`; those of a `SavedConfiguration`, for instance.
            stock: what the `availability` of its offers is told by, looked at once, now; as in `options`.
            as_of: the day, of all steps.
            seconds: the time limit, of each question.
            bundles: names of the bundles with which it begins.

        Raises:
            ChoiceError: as in `validate`.
            EngineUnavailableError: the engine asked for does not exist.
            StockError: the store cannot answer.
            TypeError: stock is neither a store nor a snapshot.
            ValueError: the seconds are no number.
        """
        SearchLimits.within(seconds)
        applied = read_bundles(self.catalog, bundles)
        product = self._product_when_asked(as_of)
        if stock is not None:
            product = self._with_outlook(product, stock)
        return begin_session(product.applying(applied), choices, seconds)

    def upgrade(
        self, saved: SavedConfiguration, *, as_of: date | None = None, seconds: float | None = None
    ) -> Upgrade:
        """Bring a saved configuration, of whatever version, before this catalog.

        `Unchanged` if its choices still exist and can be completed, `Repaired` with the smallest repair,
        `Broken` if nothing at all can be chosen. Where it was saved with a catalog of another name, the
        answer says so in `other_catalog`.
        """
        limits = SearchLimits.within(seconds)
        try:
            return upgrade(saved, self.product(as_of, limits), limits)
        except SearchLimitError as error:
            return Unknown(error.reason)

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
        bundles: Sequence[str] = (),
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
            bundles=bundles,
        )

    def price_ranges(
        self,
        choices: Choices = MappingProxyType({}),
        *,
        by: str = "price",
        as_of: date | None = None,
        seconds: float | None = None,
        only: bool = False,
        bundles: Sequence[str] = (),
    ) -> PriceRanges | Unknown:
        """For each place and value that can still be chosen, what it leads to: from the least to the most.

        Raises:
            ChoiceError: as in `cheapest`.
        """
        return self._answered(
            lambda question, limits: price_ranges(question, by, limits),
            choices,
            as_of,
            seconds,
            only=only,
            bundles=bundles,
        )

    def count_within(
        self,
        budgets: Sequence[Budget],
        choices: Choices = MappingProxyType({}),
        *,
        by: str = "price",
        as_of: date | None = None,
        seconds: float | None = None,
        only: bool = False,
        bundles: Sequence[str] = (),
    ) -> tuple[int | Unknown, ...] | Unknown:
        """For each budget, in the calc's unit, how many configurations come to that much at most, exactly.

        A budget that cannot be counted within the limits is `Unknown` for itself; those below the cheapest
        or from the dearest configuration on are answered even then.

        Args:
            budgets: whole numbers, `Decimal`, `Fraction` or `Amount`, in any order.
            choices: as in `validate`.
            by: the calc.
            as_of: the day for which it is asked.
            seconds: the time limit.
            only: as in `validate`.
            bundles: as in `validate`.

        Raises:
            ChoiceError: as in `cheapest`.
            TypeError: a budget is no exact number: a float, a text.
            ValueError: a budget is infinite or no number at all.
        """
        return self._answered(
            lambda question, limits: price_histogram(question, by, budgets, limits),
            choices,
            as_of,
            seconds,
            only=only,
            bundles=bundles,
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
        bundles: Sequence[str] = (),
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
            bundles=bundles,
        )

    def covering_sample(
        self,
        t: int = 2,
        choices: Choices = MappingProxyType({}),
        *,
        seed: int = 0,
        as_of: date | None = None,
        seconds: float | None = None,
        only: bool = False,
        bundles: Sequence[str] = (),
    ) -> CoveringSample | Unknown:
        """Few valid configurations that keep the choices, in which all goes together that can.

        Every t levels of different factors that any such configuration has are in one of the sample; of the
        others it is proved that none has them. Where the time limit stops it, the sample says what is open.

        Args:
            t: how many levels, from 1 to 6; 2 for pairs.
            choices: as in `validate`.
            seed: another one gives another sample, the same one the same, unless a time limit cuts in.
            as_of: the day for which it is asked.
            seconds: the time limit.
            only: as in `validate`.
            bundles: as in `validate`.

        Raises:
            ChoiceError: as in `validate`.
            TypeError: `t` or the seed is no whole number.
            ValueError: `t` is not from 1 to 6, or the seed is negative.
        """
        return self._answered(
            lambda question, limits: covering_sample(question, t, seed, limits),
            choices,
            as_of,
            seconds,
            only=only,
            bundles=bundles,
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
        bundles: Sequence[str] = (),
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
            bundles=bundles,
        )

    def validate_columns(
        self, values: NDArray[np.int32], *, as_of: date | None = None, seconds: float | None = None
    ) -> NDArray[np.bool_] | Unknown:
        """For each column of numbers whether it is valid; `ConfigurationColumns` tells how they are numbered.

        Raises:
            ChoiceError: there is not one row for each variable, or the values are no whole numbers.
        """
        limits = SearchLimits.within(seconds)
        try:
            return validate_columns(self.product(as_of, limits), values, limits)
        except SearchLimitError as error:
            return Unknown(error.reason)

    # ------------------------------------------------------------ authors

    def difference(
        self,
        other: "Configurator",
        *,
        as_of: date | None = None,
        as_of_other: date | None = None,
        seconds: float | None = None,
        orders: Sequence[object] = (),
        limit: int | None = 3,
    ) -> Difference:
        """What changes from this version of a catalog to another one, or from one day to another.

        Args:
            other: the version after; the same object to compare two days.
            as_of: the day of this version; that of the other one too, unless it has its own.
            as_of_other: the day of the other version.
            seconds: the time limit.
            orders: saved orders that may break: parsed JSON as `accept` takes it, configurations, or saved
                sessions.
            limit: how many configurations to tell each way, at most; `None` for one of each cause.

        Raises:
            TypeError: the other version is no `Configurator`.
            ValueError: the limit is less than 1.
        """
        if not isinstance(other, Configurator):
            raise TypeError(f"`other` is a `Configurator`, not `{other!r}`")
        self._refuse_under_stock("`difference`")
        other._refuse_under_stock("`difference`")  # noqa: SLF001 - another one of its kind
        check_examples(limit)
        limits = SearchLimits.within(seconds)
        first, second = as_of or self.today(), as_of_other or as_of or other.today()
        try:
            before, after = self.product(first, limits), other.product(second, limits)
        except SearchLimitError as error:
            told = (self.catalog, first), (other.catalog, second)
            return undecided_difference(*told, orders, error.reason)
        return difference(before, after, orders=orders, examples=limit, limits=limits)

    # ------------------------------------------------------------ for authors

    def analyze(self, *, as_of: date | None = None, seconds: float | None = None) -> Analysis | Unknown:
        """What the catalog says without anybody having written it: dead components, idle rules, prices.

        What the limits stop is told as undecided, with the reason; `Unknown` where nothing was found out.
        """
        self._refuse_under_stock("`analyze`")
        limits = SearchLimits.within(seconds)
        try:
            return analyze(self.product(as_of, limits), limits)
        except SearchLimitError as error:
            return Unknown(error.reason)

    # ------------------------------------------------------------ scenarios

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        """The catalog's own scenarios, in the order written, those of imported files among them."""
        return self.catalog.scenarios

    def read_scenarios(self, path: str | Path) -> tuple[Scenario, ...]:
        """The scenarios of a file that begins with `scenarios for …`, read for this catalog.

        What the file itself names as its catalog is not looked at.

        Raises:
            CatalogError: the file cannot be read or holds a mistake, or the catalog's own files have changed.
        """
        return self._scenarios_in(find_scenarios(str(path)).source)

    def _scenarios_in(self, source: SourceFile) -> tuple[Scenario, ...]:
        entry, reader = _files_of(self._source)
        result = compile_catalog(entry, reader, (source,))
        if result.catalog is None:
            raise CatalogError(result.diagnostics)
        if result.catalog.digest != self.digest:
            changed = f"the catalog `{self.catalog.name}` has changed since it was loaded"
            raise CatalogError([Diagnostic("E0612", Severity.ERROR, changed, None, help=("load it again",))])
        return tuple(each for each in result.catalog.scenarios if each.span.file is source)

    def record_scenario(
        self,
        order: object,
        *,
        title: str | None = None,
        tags: Sequence[str] = (),
        calcs: Sequence[str] | None = None,
        stock: StockStore | StockSnapshot | None = None,
        on: date | None = None,
        as_of: date | None = None,
        seconds: float | None = None,
        only: bool = False,
        bundles: Sequence[str] = (),
    ) -> str | Unknown:
        """Choices, and what is the case of them, as a scenario in the language of catalogs.

        It expects `valid`, of a configuration in which everything is decided also its price and its warnings;
        or `invalid` and the rules to blame, with `only` where it is proved that no others are. Under stock it
        expects also whether that is available. It gives the day, and of stock what that hangs on: what can be
        had for one product of so many as the line orders. It is run before it is given: it passes.

        Args:
            order: choices by path, a configuration, an order as `accept` takes it, or what was saved of a
                session; an order of several lines gives several scenarios with a blank line in between.
            title: by default the order's id, else what is chosen; lines of several are numbered.
            tags: its tags, names as the language writes them.
            calcs: names of calcs whose values are expected; by default `price`, where there is one. One
                without a value, or with one that no decimal number tells, is left out.
            stock: an open store, or what one looked like once; by default nothing is said about stock.
            on: as in `under`.
            as_of: the day asked about.
            seconds: the time limit for each scenario.
            only: whether places that are not named stay empty.
            bundles: more bundles to apply.

        Raises:
            CatalogError: the catalog's own files have changed.
            ChoiceError: a choice, bundle or calc names what does not exist, or no scenario can say it.
            OrderError: the order cannot be read.
            StockError: the store cannot answer.
            TypeError: stock is neither a store nor a snapshot, the day is no date, the title is no text, or
                the tags are one text instead of several.
            ValueError: a tag is no name, or the title is empty or has several lines.
        """
        self._refuse_under_stock("a scenario that is recorded")
        catalog, day = self.catalog, self._day(as_of)
        check_title(title)
        tags, wanted = tags_named(tags), calcs_named(catalog, calcs)
        order_id, lines = recorded_lines(catalog, order)
        named = title if title is not None else f"order {order_id}" if order_id is not None else None
        check_terms(on)
        snapshot = None if stock is None else look_at(stock)
        texts: list[str] = []
        for number, line in enumerate(lines, start=1):
            limits = SearchLimits.within(seconds)
            choices, applied = read_line(catalog, line, bundles, only=only)
            told = title_of(catalog, choices, applied) if named is None else named
            case = Case(
                f"{told}, line {number}" if len(lines) > 1 else told,
                choices,
                applied,
                wanted,
                None if snapshot is None else self._terms_of(snapshot, on, line.quantity),
                tags,
            )
            try:
                texts.append(record(case, self.product(day, limits), self._scenario_in, limits))
            except SearchLimitError as error:
                return Unknown(error.reason)
        return "\n".join(texts)

    def _scenario_in(self, text: str) -> Scenario:
        headed = f'scenarios for "catalog.pcat"\n{text}'
        (scenario,) = self._scenarios_in(SourceFile("recorded.pcat", headed))
        return scenario

    def test(
        self,
        scenarios: Iterable[Scenario] | None = None,
        *,
        as_of: date | None = None,
        seconds: float | None = None,
    ) -> ScenarioReport:
        """Run scenarios and tell for each expectation what was got, and what decided where it was not met.

        Args:
            scenarios: what to run; the catalog's own when left out.
            as_of: the day for those that name none; by default the catalog's `tested on`, else today.
            seconds: the time limit for each scenario.
        """
        if self._rules is not None:
            return self._rules.test(scenarios, as_of=as_of, seconds=seconds)
        day = as_of or self.catalog.tested_on

        def run(scenario: Scenario) -> ScenarioOutcome:
            limits, on = SearchLimits.within(seconds), self._day(scenario.day or day)
            return run_scenario(scenario, on, lambda within: self.product(on, within), limits)

        chosen = self.scenarios if scenarios is None else tuple(scenarios)
        found = tuple(run(scenario) for scenario in chosen)
        return ScenarioReport(found, tuple(undated(chosen, self.catalog, as_of, self.today)))

    def coverage_elements(self) -> tuple[CoverageElement, ...]:
        """What scenarios can cover: rules, tables, rows, resources and effective ranges.

        Ranges of components first, then what restricts in the order declared, each row after its table and
        each range after what it is of, then ranges of bundles. Of a table with more than a thousand rows the
        rows are left out.
        """
        return coverage_elements(self.catalog)

    def scenario_coverage(
        self,
        scenario: Scenario,
        *,
        as_of: date | None = None,
        seconds: float | None = None,
        known: Collection[str] = frozenset(),
    ) -> ScenarioCoverage:
        """Find out which elements decide in a scenario: without which its answers would be other ones.

        Args:
            scenario: one of this catalog.
            as_of: the day if it names none; by default the catalog's `tested on`, else today.
            seconds: the time limit; what it stops is undecided.
            known: ids of elements that need not be looked at.
        """
        if self._rules is not None:
            return self._rules.scenario_coverage(scenario, as_of=as_of, seconds=seconds, known=known)
        day = self._day(scenario.day or as_of or self.catalog.tested_on)
        limits = SearchLimits.within(seconds)
        return scenario_coverage(scenario, day, lambda within: self.product(day, within), limits, known)

    def rule_coverage(
        self,
        scenarios: Iterable[Scenario] | None = None,
        *,
        as_of: date | None = None,
        seconds: float | None = None,
    ) -> RuleCoverage:
        """Tell which rules, rows, resources and ranges decide in some scenario, and in which.

        Args:
            scenarios: those that count; the catalog's own when left out.
            as_of: the day for those that name none; by default the catalog's `tested on`, else today.
            seconds: the time limit for each scenario.
        """
        chosen = self.scenarios if scenarios is None else tuple(scenarios)
        found = [self.scenario_coverage(each, as_of=as_of, seconds=seconds) for each in chosen]
        return covered_by(self.coverage_elements(), found, (each.key for each in long_tables(self.catalog)))

    # ------------------------------------------------------------ mutation

    def mutate(
        self,
        scenarios: Iterable[Scenario] | None = None,
        *,
        as_of: date | None = None,
        seconds: float | None = None,
        operators: Collection[Operator] = OPERATORS,
        elements: Collection[str] = (),
        explained: Iterable[ExplainedMutant] | None = None,
        progress: Progress | None = None,
    ) -> MutationReport:
        """Change one rule at a time, and see whether the scenarios notice.

        Args:
            scenarios: what may notice; the catalog's own when left out.
            as_of: the day for those that name none; by default the catalog's `tested on`, else today.
            seconds: the time limit for everything; mutants that are not reached are undecided.
            operators: only changes of these kinds.
            elements: only changes of these rules, tables, resources or rows of tables, by id.
            explained: why some mutants may survive; by default what `mutants.toml` beside the catalog says,
                where there is such a file.
            progress: is called after each mutant with how many are done, of how many, and what came of it.

        Raises:
            MutationError: a scenario is not met by the catalog as it is, `mutants.toml` cannot be read, or
                there is no such operator or element.
            TypeError: the operators or elements are one text instead of several.
        """
        if self._rules is not None:
            return self._rules.mutate(
                scenarios,
                as_of=as_of,
                seconds=seconds,
                operators=operators,
                elements=elements,
                explained=explained,
                progress=progress,
            )
        wanted = read_wanted(self.catalog, operators, elements)
        limits = SearchLimits.within(seconds)
        known = explained_survivors(*_files_of(self._source)) if explained is None else tuple(explained)
        return mutate(
            self.catalog,
            self.scenarios if scenarios is None else tuple(scenarios),
            self._day(as_of or self.catalog.tested_on),
            self.product,
            engine=self._engine,
            limits=limits,
            wanted=wanted,
            explained=known,
            progress=progress,
        )

    # ------------------------------------------------------------ compiling

    def compile(self, *, as_of: date | None = None, seconds: float | None = None) -> Inspection:
        """Compile now what the first question would compile, and tell what came of it.

        A catalog that cannot be compiled within the limits is still answered about, by searching; the
        notes say why.

        Raises:
            SearchLimitError: the engine `diagram` was asked for, and cannot compile the catalog.
        """
        in_force = interval_in_force(self.catalog, self._day(as_of))
        limits = SearchLimits.within(seconds)
        return inspect_product(self.product(as_of, limits), in_force, limits)

    def save_compiled(
        self, path: str | Path, *, as_of: date | None = None, seconds: float | None = None
    ) -> Path:
        """Write the compiled catalog to a file, or into a folder under a name of its own; returns the file.

        It serves every day on which the same is in force as on `as_of`.

        Raises:
            ArtefactError: an engine was asked for that compiles nothing, or the file cannot be written.
            SearchLimitError: the catalog cannot be compiled within the limits.
        """
        self._refuse_under_stock("a compiled file")
        in_force = interval_in_force(self.catalog, self._day(as_of))
        limits = SearchLimits.within(seconds)
        product = self.product(as_of, limits)
        compiled = compiled_product(product, "a compiled form to save", limits)
        if isinstance(compiled, Unknown):
            if not compiles(product.engine):
                raise ArtefactError(compiled.reason)
            compiled.or_raise()
        return save_compiled(Path(path), key_of(self.catalog, in_force, library_version()), compiled.compiled)

    def load_compiled(self, path: str | Path, *, as_of: date | None = None) -> None:
        """Read the compiled catalog for a day from a file that `save_compiled` wrote, or from its folder.

        Raises:
            ArtefactError: the file is none, is damaged, or belongs to another state of the catalog, other
                days or another version: it is refused, and nothing has changed.
        """
        self._refuse_under_stock("a compiled file")
        day = self._day(as_of)
        in_force = interval_in_force(self.catalog, day)
        compiled = load_compiled(Path(path), key_of(self.catalog, in_force, library_version()))
        product = product_of_artefact(self.catalog, day, compiled, engine=self._engine)
        with self._lock:
            self._products.pop(in_force, None)
            self._remember(in_force, product)

    # ------------------------------------------------------------ stock

    def screen(
        self,
        configurations: Iterable[Configuration],
        stock: StockStore | StockSnapshot,
        *,
        on: date | None = None,
        times: int = 1,
    ) -> Iterator[ScreenedConfiguration]:
        """Each configuration with what is short to build it, lazily; nothing is reserved.

        Args:
            configurations: valid ones of this catalog.
            stock: an open store, which is looked at once, or what one looked like.
            on: as in `under`.
            times: as in `under`: for how many products of each configuration.

        Raises:
            StockError: the store cannot answer.
            TypeError: stock is neither a store nor a snapshot, the day is no date, `times` is not whole, or
                something is no `Configuration`, such as the choices of one.
            ValueError: `times` is less than 1 or more than a line of an order can have.
        """
        return screen(self.catalog, configurations, self._terms_of(stock, on, times))

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
        bundles: Sequence[str] = (),
        late: bool = False,
        alternatives: int = 1,
    ) -> Decision:
        """Accept an order: valid, then available, then reserved all or nothing, in one idempotent step.

        An order of nothing that is stocked does not reach the store: it is accepted each time it comes, with
        other content under the same id or key too, and leaves no trace.

        Args:
            order: parsed JSON: `{"order": "SO-1", "lines": [{"configuration": {…}, "quantity": 1}]}`, or a
                configuration; a line may have `"bundles": […]`, the names of bundles to apply, and a
                `"date"`, the day on which it is wanted; the order a `"priority"` from 0 to 9.
            stock: an open store.
            order_id: the order's id, if the order does not carry it.
            ttl: how long to hold the components; `None` allocates them for good.
            key: the idempotency key; by default made from the order's id.
            as_of: the day of the order.
            seconds: the time limit for the search, if one is needed.
            bundles: more bundles to apply, where the order has one line.
            late: whether to accept it for later days than are wanted, rather than to reject it.
            alternatives: how many to tell at most for each line that is short; 0 looks for none.

        Raises:
            ChoiceError: a line names what does not exist.
            OrderError: the order cannot be read, has no id, or has several lines and bundles are named.
            IdempotencyConflict: the key was used before with other content.
            StockError: the store cannot answer.
            TypeError: stock is no store.
        """
        limits = SearchLimits.within(seconds)
        read = read_order(order).named(order_id).applying(bundles)
        checked_stock(stock)
        try:
            product = (self._rules or self).product(as_of, limits)
        except SearchLimitError as error:
            return Unknown(error.reason)
        return accept_order(
            product,
            read,
            stock,
            ttl=ttl,
            key=key,
            as_of=as_of,
            late=late,
            alternatives=alternatives,
            limits=limits,
        )

    def check(
        self,
        order: object,
        stock: StockStore | StockSnapshot,
        *,
        as_of: date | None = None,
        seconds: float | None = None,
        bundles: Sequence[str] = (),
        late: bool = False,
        alternatives: int = 1,
    ) -> Check:
        """Hold an order against stock; nothing is reserved. All else as in `accept`.

        Raises:
            ChoiceError: a line names what does not exist.
            OrderError: the order cannot be read, or has several lines and bundles are named.
            StockError: the store cannot answer.
            TypeError: stock is neither a store nor a snapshot.
        """
        limits = SearchLimits.within(seconds)
        read, snapshot, today = read_order(order).applying(bundles), look_at(stock), self.today()
        try:
            product = (self._rules or self).product(as_of, limits)
        except SearchLimitError as error:
            return Unknown(error.reason)
        return check_order(
            product, read, snapshot, today=today, late=late, alternatives=alternatives, limits=limits
        )

    def promise(
        self,
        order: object,
        stock: StockStore | StockSnapshot,
        *,
        as_of: date | None = None,
        seconds: float | None = None,
        bundles: Sequence[str] = (),
    ) -> Promised | Rejection:
        """When an order can be there, what it waits for, what it brings in and costs; nothing is reserved.

        Each line gets its earliest day, not before it is wanted, as though the lines were promised one after
        the other: those that are wanted first first.

        Raises:
            ChoiceError: a line names what does not exist.
            OrderError: the order cannot be read, or has several lines and bundles are named.
            StockError: the store cannot answer.
            TypeError: stock is neither a store nor a snapshot.
        """
        limits = SearchLimits.within(seconds)
        read, snapshot = read_order(order).applying(bundles), look_at(stock)
        try:
            product = (self._rules or self).product(as_of, limits)
        except SearchLimitError as error:
            return Unknown(error.reason)
        return promise_order(product, read, snapshot, today=self.today(), limits=limits)

    def nearest(
        self,
        choices: Choices,
        stock: StockStore | StockSnapshot,
        *,
        on: date | None = None,
        times: int = 1,
        locked: Sequence[str] = (),
        weights: Mapping[str, int] = MappingProxyType({}),
        reasons: bool = True,
        more_changes: int = 1,
        as_of: date | None = None,
        seconds: float | None = None,
        only: bool = False,
        bundles: Sequence[str] = (),
    ) -> Nearest | Unbuildable | Unknown:
        """What can be built that is nearest to some choices, and from when on, proved to be the nearest.

        Args:
            choices: what the customer asked for, all of it or some.
            stock: an open store, or what one looked like once.
            on: the day on which the customer wants it, assembly included; by default, and for a day that
                cannot be kept, as soon as possible.
            times: how many of the same are needed.
            locked: places whose choices stay.
            weights: how much it costs to change a place, at least 1; 1 where nothing is said.
            reasons: whether to tell for each change what forced it.
            more_changes: how many more changes than the fewest of a day to look at for a nearer price.
            as_of: the day whose rules hold.
            seconds: the time limit.
            only: whether optional places that are not named stay empty.
            bundles: bundles to apply.

        Raises:
            ChoiceError: a choice, weight or lock names what does not exist.
            StockError: the store cannot answer.
            TypeError: stock is neither a store nor a snapshot, the day is no date, `times` or `more_changes`
                is not whole, or the locked places are one text.
            ValueError: `times` is less than 1 or more than a line of an order can have, a weight is less than
                1, or `more_changes` less than 0.
        """
        check_terms(on, times)
        snapshot = look_at(stock)
        wish = Wish.of(on, times, locked, weights, reasons=reasons, more_changes=more_changes)
        return (self._rules or self)._answered(  # noqa: SLF001 - another one of its kind
            lambda asked, limits: nearest(asked, snapshot, wish, today=self.today(), limits=limits),
            choices,
            as_of,
            seconds,
            only=only,
            bundles=bundles,
        )

    def buildable(
        self,
        choices: Choices,
        stock: StockStore | StockSnapshot,
        *,
        on: date | None = None,
        as_of: date | None = None,
        seconds: float | None = None,
        only: bool = False,
        bundles: Sequence[str] = (),
    ) -> Buildable | Invalid | Incomplete | Unknown:
        """How many of one configuration can be there on a day, assembled.

        Args:
            choices: as in `validate`.
            stock: an open store, or a snapshot.
            on: the day on which the customer wants them, not that of their components, which are needed so
                many working days before it as the assembly takes; a day that is over counts as today. By
                default how many can be begun on the first working day from today on.
            as_of: the day whose rules hold.
            seconds: the time limit.
            only: whether places that are not named are empty.
            bundles: names of bundles to apply.

        Raises:
            ChoiceError: a choice names what does not exist.
            StockError: the store cannot answer.
            TypeError: stock is neither a store nor a snapshot, or the day is no date.
        """
        check_terms(on)
        snapshot = look_at(stock)
        return (self._rules or self)._answered(  # noqa: SLF001 - another one of its kind
            lambda asked, limits: buildable_products(
                asked, snapshot, on=on, today=self.today(), limits=limits
            ),
            choices,
            as_of,
            seconds,
            only=only,
            bundles=bundles,
        )

    # ------------------------------------------------------------ inside

    def product(self, as_of: date | None = None, limits: SearchLimits = NO_LIMITS) -> PreparedProduct:
        """The catalog on a day, prepared once for all days on which the same is in force.

        Raises:
            EngineUnavailableError: the engine asked for does not exist.
            SearchLimitError: the engine asked for cannot be prepared within the limits.
        """
        day = self._day(as_of)
        in_force = interval_in_force(self.catalog, day)
        with self._lock:
            if in_force not in self._products:
                prepared = self._prepared(day, limits)
                self._remember(in_force, prepared)
            return self._products[in_force].on(day)

    def _prepared(self, day: date, limits: SearchLimits) -> PreparedProduct:
        if self._rules is None or self._terms is None:
            return prepare_product(self.catalog, day, engine=self._engine, limits=limits)
        product = self._rules.product(day, limits)
        return product.with_facts(facts_of_stock(product.lowered, self._terms), limits)

    def _product_when_asked(self, as_of: date | None) -> PreparedProduct:
        """The same, with nothing prepared before the first question: its limits are those of preparing.

        Raises:
            EngineUnavailableError: the engine asked for does not exist.
        """
        day = self._day(as_of)
        with self._lock:
            ready = self._products.get(interval_in_force(self.catalog, day))
        if ready is not None or self._engine in {None, AUTOMATIC}:
            # The engine that suits prepares nothing before it is asked.
            return self.product(day)
        if self._rules is not None and self._terms is not None:
            product = self._rules._product_when_asked(day)  # noqa: SLF001 - another one of its kind
            return product.with_facts(facts_of_stock(product.lowered, self._terms))
        return product_when_asked(
            self.catalog, day, str(self._engine), lambda limits: self.product(day, limits).prepared
        )

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
        bundles: Sequence[str],
    ) -> T | Unknown:
        limits = SearchLimits.within(seconds)
        try:
            return question(self._ask(choices, as_of, limits, only=only, bundles=bundles), limits)
        except SearchLimitError as error:
            return Unknown(error.reason)

    def _ask(
        self,
        choices: Choices,
        as_of: date | None,
        limits: SearchLimits,
        *,
        only: bool,
        bundles: Sequence[str],
    ) -> Question:
        applied = read_bundles(self.catalog, bundles)
        read = read_choices(self.catalog, choices, only=only, bundles=applied)
        return ask(self.product(as_of, limits).applying(applied), read, limits)


MOST_OUTLOOKS = 4
"""For how many looks at stock one `Configurator` remembers what can be had when."""


MOST_INTERVALS = 16
"""For how many runs of days one `Configurator` remembers what is prepared; the oldest goes first."""


def _files_of(source: tuple[Any, ...]) -> tuple[str, CatalogReader]:
    """The file that begins a catalog, and what gives it, from where the catalog was loaded."""
    kind, *arguments = source
    if kind == "load":
        found = find_catalog(arguments[0])
        return found.entry, found.reader
    if kind == "from_reader":
        return arguments[0], arguments[1]
    text, name, files, _ = arguments
    return name, text_reader({**files, name: text})


def _rebuilt_under(source: tuple[Any, ...], terms: StockTerms) -> Configurator:
    return _rebuilt(*source)._under(terms)  # noqa: SLF001 - its own way back


def _rebuilt(kind: str, *arguments: Any) -> Configurator:
    if kind == "load":
        path, engine = arguments
        return Configurator.load(path, engine=engine)
    if kind == "from_reader":
        entry, reader, engine = arguments
        return Configurator.from_reader(entry, reader, engine=engine)
    text, name, files, engine = arguments
    return Configurator.from_text(text, name=name, files=files, engine=engine)
