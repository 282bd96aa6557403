"""What came of mutants: killed, survived, equivalent, not decided; and of all of them together."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Literal

from attrs import field, frozen

from configurator.authoring.mutation.explained import ExplainedMutant
from configurator.authoring.mutation.mutants import Mutant
from configurator.authoring.mutation.sides import Kind
from configurator.configuration.model import Configuration


@frozen
class KilledMutant:
    """A scenario notices: one of its expectations is not met any more.

    Attributes:
        scenario: its title.
        location: where that stands, `file:line:column`.
    """

    scenario: str
    location: str
    state: Literal["killed"] = field(default="killed", init=False)


@frozen
class SurvivingMutant:
    """No scenario notices, though something differs.

    Attributes:
        kind: whether the witness is `lost` (valid, and in the mutant not), `gained` (the other way round), or
            `silenced` (no longer warned of).
        witness: a full configuration that fares otherwise.
        day: on which it does.
        says: what the original says of it, as expectations are written: `invalid because only cpu-socket`.
        scenario: a scenario that notices, as text; empty where the language cannot write it.
        explained: why it may survive, as the catalog's author says; `None` where nobody says so.
    """

    kind: Kind
    witness: Configuration
    day: date
    says: str
    scenario: str
    explained: str | None = None
    state: Literal["survived"] = field(default="survived", init=False)


@frozen
class EquivalentMutant:
    """It is proved that no configuration is lost or gained, and no warning silenced, on any day.

    Attributes:
        why: how it is known.
    """

    why: str
    state: Literal["equivalent"] = field(default="equivalent", init=False)


@frozen
class UndecidedMutant:
    """A limit left it open, for this reason."""

    reason: str
    state: Literal["undecided"] = field(default="undecided", init=False)


MutantOutcome = KilledMutant | SurvivingMutant | EquivalentMutant | UndecidedMutant
"""What came of one mutant."""


@frozen
class MutantReport:
    """A mutant with what came of it."""

    mutant: Mutant
    outcome: MutantOutcome


@frozen
class StaleExplanation:
    """An explanation that explains nothing.

    Attributes:
        why: `unknown`, `killed` or `equivalent`.
    """

    explanation: ExplainedMutant
    why: Literal["unknown", "killed", "equivalent"]


@frozen
class MutationReport:
    """What came of all mutants. True where each survivor is explained and nothing was left open.

    Attributes:
        mutants: in the order declared.
        stale: explanations of what no longer survives, or never was.
    """

    mutants: tuple[MutantReport, ...]
    stale: tuple[StaleExplanation, ...] = ()

    def __bool__(self) -> bool:
        return not self.survived and not self.undecided

    def __iter__(self) -> Iterator[MutantReport]:
        return iter(self.mutants)

    def __len__(self) -> int:
        return len(self.mutants)

    @property
    def killed(self) -> tuple[MutantReport, ...]:
        """Those that a scenario notices."""
        return tuple(each for each in self.mutants if isinstance(each.outcome, KilledMutant))

    @property
    def survived(self) -> tuple[MutantReport, ...]:
        """Those that no scenario notices, and nobody explains."""
        return tuple(each for each in self._survivors if each.outcome.explained is None)  # type: ignore[union-attr]  # survivors

    @property
    def explained(self) -> tuple[MutantReport, ...]:
        """Those that no scenario notices, for a reason that is written down."""
        return tuple(each for each in self._survivors if each.outcome.explained is not None)  # type: ignore[union-attr]  # survivors

    @property
    def _survivors(self) -> tuple[MutantReport, ...]:
        return tuple(each for each in self.mutants if isinstance(each.outcome, SurvivingMutant))

    @property
    def equivalent(self) -> tuple[MutantReport, ...]:
        """Those that mean the same."""
        return tuple(each for each in self.mutants if isinstance(each.outcome, EquivalentMutant))

    @property
    def undecided(self) -> tuple[MutantReport, ...]:
        """Those that a limit left open."""
        return tuple(each for each in self.mutants if isinstance(each.outcome, UndecidedMutant))

    @property
    def score(self) -> Fraction:
        """How many are killed of those that are not equivalent; 1 where there are none."""
        counted = len(self.mutants) - len(self.equivalent)
        return Fraction(len(self.killed), counted) if counted else Fraction(1)
