"""What came of scenarios: for each expectation what was expected, what was got, and what decided."""

from collections.abc import Iterator
from datetime import date
from typing import Literal

from attrs import field, frozen

from configurator.catalog.model import Scenario
from configurator.diagnostics.diagnostic import Diagnostic
from configurator.source import Span

State = Literal["passed", "failed", "undecided", "skipped"]
"""`undecided`: a limit stopped the search. `skipped`: a `todo scenario`."""


@frozen
class Compared:
    """A path with its value, as people read it."""

    path: str
    value: str


@frozen
class Ruling:
    """What decided: a rule that is broken, or that holds although it was expected not to, stock, a date.

    Attributes:
        kind: `rule`, `table`, `resource`, `stock` or `effectivity`.
        name: the id of a rule, the SKU of what is short or not in force.
        message: the sentence for the customer; empty where nothing is broken.
        location: where it stands, `file:line:column`; empty for stock.
        holds: whether it is kept.
        compared: what it compares, as far as it is decided.
    """

    kind: Literal["rule", "table", "resource", "stock", "effectivity"]
    name: str
    message: str
    location: str
    holds: bool = False
    compared: tuple[Compared, ...] = ()


@frozen
class NumberUpdate:
    """A number that an expectation names, and the one that was got.

    Attributes:
        what: what the number is of: `solutions`, or a path as written.
        before: as written, with its unit.
        after: how it would have to be written.
        span: where it stands.
    """

    what: str
    before: str
    after: str
    span: Span = field(eq=False, repr=False)


@frozen
class ExpectationOutcome:
    """What came of one expectation.

    Attributes:
        got: what is the case, in the words of the language where it has some.
        rulings: what decided; empty where it passed.
        compared: the paths that it compares, with their values; empty where it passed.
        notes: more to know, a sentence each.
        updates: numbers that would make it pass.
        expected: the expectation as written.
        span: where it stands.
    """

    got: str
    state: State
    rulings: tuple[Ruling, ...] = ()
    compared: tuple[Compared, ...] = ()
    notes: tuple[str, ...] = ()
    updates: tuple[NumberUpdate, ...] = ()
    expected: str = ""
    span: Span | None = field(default=None, eq=False, repr=False)

    @property
    def location(self) -> str:
        """Where it stands, `file:line:column`."""
        return self.span.location if self.span else ""


@frozen
class ScenarioOutcome:
    """What came of one scenario.

    Attributes:
        as_of: the day on which it was run.
        expectations: in the order written; empty where it was skipped.
        seconds: how long it took.
    """

    scenario: Scenario = field(eq=False, repr=False)
    as_of: date
    expectations: tuple[ExpectationOutcome, ...]
    seconds: float = field(eq=False, default=0.0)

    @property
    def title(self) -> str:
        """Its title."""
        return self.scenario.title

    @property
    def location(self) -> str:
        """Where it stands, `file:line:column`."""
        return self.scenario.span.location

    @property
    def state(self) -> State:
        """That of its expectations: one that failed decides, then one that is undecided."""
        if self.scenario.todo:
            return "skipped"
        states = {each.state for each in self.expectations}
        return "failed" if "failed" in states else "undecided" if "undecided" in states else "passed"


@frozen
class ScenarioReport:
    """What came of several scenarios. True where none failed and none is undecided.

    Attributes:
        outcomes: in the order in which they were given.
        diagnostics: what should be said besides, such as that the day was nobody's choice.
    """

    outcomes: tuple[ScenarioOutcome, ...]
    diagnostics: tuple[Diagnostic, ...] = ()

    def __bool__(self) -> bool:
        return not self.number("failed") and not self.number("undecided")

    def __iter__(self) -> Iterator[ScenarioOutcome]:
        return iter(self.outcomes)

    def __len__(self) -> int:
        return len(self.outcomes)

    def number(self, state: State) -> int:
        """How many came out so."""
        return sum(outcome.state == state for outcome in self.outcomes)
