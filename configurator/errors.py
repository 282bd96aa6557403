"""Every public exception. Answers ("invalid", "unavailable", "unknown") are values, never exceptions.

    ConfiguratorError
    ├── CatalogError            a catalog that cannot be loaded; `.diagnostics`
    ├── CatalogBuildError       a catalog that a program cannot build so; `.call`, `.message`, `.help`
    ├── ChoiceError             a choice that names what does not exist or has the wrong form; `.problems`
    ├── InvalidConfigurationError   what `.or_raise()` raises for an invalid answer; `.messages`
    ├── IncompleteConfigurationError  what `.or_raise()` raises for an order that is not all decided; `.open`
    ├── OrderError              an order that cannot be read; `.problems`
    ├── MutationError           rule mutation that cannot begin: a scenario is not met; `.message`, `.help`
    │   └── ExplanationsError        a list of explained survivors that cannot be read
    ├── TableFileError          a spreadsheet of tables that cannot be made or read; `.message`, `.help`
    │   └── UnknownTableError        a family or rule table that the catalog does not have
    ├── StrategyError           a test asked for what cannot be drawn; `.message`, `.help`
    ├── EngineError
    │   ├── EngineUnavailableError   an engine that is not known or not installed
    │   ├── SearchLimitError         a limit ended a search; `.reason`
    │   └── ArtefactError            a compiled catalog that cannot be used, or be made a file; `.reason`
    └── StockError
        ├── OutOfStockError         what `.or_raise()` raises where components are short; `.shortages`
        ├── StockUnavailableError    the database cannot be opened, is locked, corrupt or of another version
        ├── StockFileError           a stock file with a mistake; `.location`
        ├── StockRequestError        a request no store can fulfil: negative, fractional or absurd quantities
        ├── IdempotencyConflict      one key, two contents; `.key`
        ├── UnknownReservationError  no such reservation; `.reservation`
        ├── ReservationStateError    the reservation is past that step; `.reservation`, `.state`
        ├── PromiseBreakError        a fact leaves too little for what is promised; `.items`, `.orders`
        └── ClockError               the clock stepped by more than a day

Each keeps its values as attributes; the text is made from them.
"""

from collections.abc import Sequence

from configurator.diagnostics.diagnostic import Diagnostic


class ConfiguratorError(Exception):
    """Base of all: catch it to catch everything this library raises on purpose."""


class CatalogError(ConfiguratorError):
    """A catalog cannot be loaded.

    Attributes:
        diagnostics: every finding, errors and warnings, in order of place.
    """

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__(self.diagnostics)

    def __str__(self) -> str:
        return "\n".join(
            f"{finding.code}: {finding.message}" + (f" ({finding.location})" if finding.span else "")
            for finding in self.diagnostics
        )


class CatalogBuildError(ConfiguratorError):
    """A program that builds a catalog gave what cannot stand in one.

    Attributes:
        call: what was being built: `family cpu, component CPU-1, column tdp`.
        message: what is wrong with it, one sentence.
        help: next steps, one line each.
    """

    def __init__(self, call: str, message: str, help: Sequence[str] = ()) -> None:  # noqa: A002 - same word as in Diagnostic
        self.call = call
        self.message = message
        self.help = tuple(help)
        super().__init__(call, message, self.help)

    def __str__(self) -> str:
        return f"{self.call}: {self.message}" + "".join(f" ({line})" for line in self.help)


class ChoiceError(ConfiguratorError):
    """A choice names something that does not exist, or has the wrong form.

    Attributes:
        problems: one sentence each, in the order of the choices.
        help: next steps, one line each.
    """

    def __init__(self, problems: Sequence[str], help: Sequence[str] = ()) -> None:  # noqa: A002 - same word as in Diagnostic
        self.problems = tuple(problems)
        self.help = tuple(help)
        super().__init__(self.problems, self.help)

    def __str__(self) -> str:
        return "; ".join(self.problems) + "".join(f" ({line})" for line in self.help)


class MutationError(ConfiguratorError):
    """Rule mutation cannot begin: a scenario is not met by the catalog as it is.

    Or what is to be changed names what there is not.

    Attributes:
        message: one sentence.
        help: next steps, one line each.
    """

    def __init__(self, message: str, help: Sequence[str] = ()) -> None:  # noqa: A002 - same word as in Diagnostic
        self.message = message
        self.help = tuple(help)
        super().__init__(message, self.help)

    def __str__(self) -> str:
        return self.message + "".join(f" ({line})" for line in self.help)


class ExplanationsError(MutationError):
    """The list of explained survivors cannot be read."""


class InvalidConfigurationError(ConfiguratorError):
    """Choices that no valid configuration keeps, for those who like exceptions better than verdicts.

    Attributes:
        messages: what speaks against them, one sentence each.
    """

    def __init__(self, messages: Sequence[str]) -> None:
        self.messages = tuple(messages)
        super().__init__(self.messages)

    def __str__(self) -> str:
        return "; ".join(self.messages)


class IncompleteConfigurationError(ConfiguratorError):
    """An order whose configuration is not all decided.

    Attributes:
        open: the paths that still have to be decided.
    """

    def __init__(self, open: Sequence[str]) -> None:  # noqa: A002 - same word as in Incomplete
        self.open = tuple(open)
        super().__init__(self.open)

    def __str__(self) -> str:
        return f"still open: {', '.join(self.open)}"


class OrderError(ConfiguratorError):
    """An order cannot be read.

    Attributes:
        problems: one sentence each.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "; ".join(self.problems)


class TableFileError(ConfiguratorError):
    """A spreadsheet of a catalog's tables cannot be made or read.

    Attributes:
        message: what is wrong, one sentence.
        help: next steps, one line each.
    """

    def __init__(self, message: str, help: Sequence[str] = ()) -> None:  # noqa: A002 - same word as in Diagnostic
        self.message = message
        self.help = tuple(help)
        super().__init__(message, self.help)

    def __str__(self) -> str:
        return self.message + "".join(f" ({line})" for line in self.help)


class UnknownTableError(TableFileError):
    """The catalog has no family or rule table of the name asked for."""


class StrategyError(ConfiguratorError):
    """A test asked for something that cannot be drawn, because there is no such thing.

    Attributes:
        message: why, one sentence.
        help: next steps, one line each.
    """

    def __init__(self, message: str, help: Sequence[str] = ()) -> None:  # noqa: A002 - same word as in Diagnostic
        self.message = message
        self.help = tuple(help)
        super().__init__(message, self.help)

    def __str__(self) -> str:
        return self.message + "".join(f" ({line})" for line in self.help)


class EngineError(ConfiguratorError):
    """Something about an engine."""


class EngineUnavailableError(EngineError):
    """An engine of that name is not known or not installed."""


class SearchLimitError(EngineError):
    """A limit ended a search; what was yielded before is right, but more may exist.

    Attributes:
        reason: which limit, in words a user can act upon.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class ArtefactError(EngineError):
    """A file holds no compiled catalog that can be used (damaged, stale or something else), or none is made.

    Attributes:
        reason: what is wrong, in one line.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class StockError(ConfiguratorError):
    """Something about stock."""


class OutOfStockError(StockError):
    """Components are short.

    Attributes:
        shortages: `(sku, wanted, free)` for each, by SKU; none where something is wanted before it could be
            assembled.
    """

    def __init__(self, shortages: Sequence[tuple[str, int, int]]) -> None:
        self.shortages = tuple(shortages)
        super().__init__(self.shortages)

    def __str__(self) -> str:
        short = (f"{sku}: wanted {wanted}, free {free}" for sku, wanted, free in self.shortages)
        return ", ".join(short) or "wanted before it could be assembled"


class StockUnavailableError(StockError):
    """The stock database cannot be opened, is locked, is corrupt, or has another version."""


class StockFileError(StockError):
    """A stock file holds a mistake.

    Attributes:
        location: `file:line` or the file's name.
    """

    def __init__(self, message: str, location: str) -> None:
        self.message = message
        self.location = location
        super().__init__(message, location)

    def __str__(self) -> str:
        return f"{self.location}: {self.message}"


class StockRequestError(StockError):
    """A request that no store can fulfil: negative, fractional or absurd quantities, an empty demand."""


class IdempotencyConflict(StockError):  # noqa: N818 - the name the field uses
    """One idempotency key came with two different contents.

    Attributes:
        key: the key.
    """

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(key)

    def __str__(self) -> str:
        return f"the key `{self.key}` was used before with other content"


class UnknownReservationError(StockError):
    """No reservation has that id."""

    def __init__(self, reservation: str) -> None:
        self.reservation = reservation
        super().__init__(reservation)

    def __str__(self) -> str:
        return f"no reservation `{self.reservation}`"


class ReservationStateError(StockError):
    """The reservation is past that step (expired, released, ...)."""

    def __init__(self, reservation: str, state: str, wanted: str) -> None:
        self.reservation = reservation
        self.state = state
        self.wanted = wanted
        super().__init__(reservation, state, wanted)

    def __str__(self) -> str:
        return f"cannot {self.wanted} reservation `{self.reservation}`: it is {self.state}"


class PromiseBreakError(StockError):
    """A fact would leave too little for what is promised.

    Attributes:
        items: `(sku, location, missing)` for each item that is too little, by SKU and location.
        orders: the orders that would have to be given up, in that order, each once.
    """

    def __init__(self, items: Sequence[tuple[str, str, int]], orders: Sequence[str]) -> None:
        self.items = tuple(items)
        self.orders = tuple(orders)
        super().__init__(self.items, self.orders)

    def __str__(self) -> str:
        told = ", ".join(f"{sku} {missing} too few" for sku, _, missing in self.items)
        return f"too little is left for what is promised ({told}); to be given up: {', '.join(self.orders)}"


class ClockError(StockError):
    """The clock stepped by more than a day against the database's last reading."""
