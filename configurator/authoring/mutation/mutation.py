"""Rule mutation: which small changes to the rules no scenario notices.

Each mutant is compared with the original on every run of days on which something else is in force:

1. Scenarios that may notice it are run on it; the first that fails *kills* it.
2. Where none does, a configuration is looked for that fares otherwise: the mutant *survives*, and the
   configuration is told, with a scenario that would have noticed.
3. Where there is none on any day, the mutant is *equivalent*.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date
from itertools import chain, combinations

from attrs import evolve, frozen

from configurator.authoring.mutation.explained import ExplainedMutant
from configurator.authoring.mutation.generation import days_that_differ, generate, layouts_of
from configurator.authoring.mutation.killing import FindProduct, Grounds, MutatedCatalog, Placed
from configurator.authoring.mutation.mutants import OPERATORS, Further, Mutant, Operator
from configurator.authoring.mutation.operators import row_id
from configurator.authoring.mutation.outcomes import (
    EquivalentMutant,
    KilledMutant,
    MutantOutcome,
    MutantReport,
    MutationReport,
    StaleExplanation,
    SurvivingMutant,
    UndecidedMutant,
)
from configurator.authoring.mutation.witnesses import Shown, survivor
from configurator.catalog.applied_bundles import with_bundles_price
from configurator.catalog.model import Catalog, Scenario
from configurator.catalog.rules import VariantTable
from configurator.diagnostics.suggestion import did_you_mean
from configurator.engines.engine import SearchLimits
from configurator.errors import MutationError, SearchLimitError

MOST_BUNDLES = 6
"""How many bundles may be applied in all ways, where a rule reads their price."""

RUN_THEM = "mutants are told from a catalog that does as its scenarios expect: `configurator test` tells more"
"""What to do where a scenario is not met."""

Progress = Callable[[int, int, MutantReport], None]
"""Told after each mutant: how many are done, of how many, and what came of this one."""


@frozen(eq=False)
class Wanted:
    """Which mutants are looked at.

    Attributes:
        operators: kinds of changes.
        elements: ids of rules, tables, resources (then with all their rows) or rows; empty for all.
    """

    operators: Collection[Operator] = OPERATORS
    elements: Collection[str] = ()

    def holds(self, mutant: Mutant, key: str) -> bool:
        """Whether a mutant of a restriction is one of them."""
        if mutant.operator not in self.operators:
            return False
        return not self.elements or mutant.element in self.elements or key in self.elements


def read_wanted(catalog: Catalog, operators: Collection[str], elements: Collection[str]) -> Wanted | None:
    """Which mutants are asked for; `None` for all.

    Raises:
        MutationError: there is no such kind of change or no such element, or no kind is named.
        TypeError: one text is given instead of several.
    """
    for what, example, given in (("operators", "drop", operators), ("elements", "heat", elements)):
        if isinstance(given, str):
            raise TypeError(f"{what} are a list, such as `['{example}']`, not `{given!r}`")
    kinds = ", ".join(f"`{each}`" for each in OPERATORS)
    if not operators:
        raise MutationError("no kind of change is named", (f"there are {kinds}",))
    for each in operators:
        if each not in OPERATORS:
            raise MutationError(f"there is no kind of change `{each}`", (f"there are {kinds}",))
    known = element_ids(catalog) if elements else ()
    for each in elements:
        if each not in known:
            raise MutationError(
                f"there is no rule, table, resource or row `{each}`", did_you_mean(str(each), known)
            )
    chosen = tuple(each for each in OPERATORS if each in operators)
    return None if chosen == OPERATORS and not elements else Wanted(chosen, tuple(elements))


def element_ids(catalog: Catalog) -> dict[str, None]:
    """Whatever can be changed, by id and in the order declared: each row after its table."""
    found: dict[str, None] = {}
    for restriction in catalog.restrictions:
        found[restriction.key] = None
        if isinstance(restriction, VariantTable):
            found.update(dict.fromkeys(row_id(restriction, row) for row in restriction.rows))
    return found


def mutants_of(catalog: Catalog, day: date, wanted: Wanted | None = None) -> tuple[Mutant, ...]:
    """The mutants of a catalog, in the order declared.

    Args:
        catalog: the catalog.
        day: any; the values that exist are those of all days.
        wanted: which; all when left out.
    """
    chosen = wanted or Wanted()
    layouts = layouts_of(catalog, days_that_differ(catalog, day))
    return tuple(
        each
        for each in generate(catalog, layouts)
        if chosen.holds(each, catalog.restrictions[each.change.number].key)
    )


def mutate(
    catalog: Catalog,
    scenarios: Sequence[Scenario],
    day: date,
    find_product: FindProduct,
    *,
    engine: str | None = None,
    limits: SearchLimits,
    wanted: Wanted | None = None,
    explained: Iterable[ExplainedMutant] = (),
    progress: Progress | None = None,
) -> MutationReport:
    """Make all mutants and see what comes of them.

    Args:
        catalog: the original.
        scenarios: of it; all of them are met.
        day: for scenarios that name none.
        find_product: gives the original's product on a day.
        engine: to ask mutants with; `None` for those that suit.
        limits: of everything together; what was not reached is undecided.
        wanted: which mutants; all when left out.
        explained: why some may survive.
        progress: is told after each mutant.

    Raises:
        MutationError: a scenario is not met as it is.
    """
    placed = tuple(Placed(each, each.day or day) for each in scenarios if not each.todo)
    grounds = Grounds(catalog, placed, find_product)
    unmet = _unmet(grounds, limits)
    found = mutants_of(catalog, day, wanted)
    run = Run(grounds, days_that_differ(catalog, day), engine, limits)
    reports: list[MutantReport] = []
    because = {each.mutant: each.because for each in explained}
    for each in found:
        mutant, outcome = (each, UndecidedMutant(unmet)) if unmet else run.outcome(each)
        if isinstance(outcome, SurvivingMutant) and mutant.id in because:
            outcome = evolve(outcome, explained=because[mutant.id])
        reports.append(MutantReport(mutant, outcome))
        if progress is not None:
            progress(len(reports), len(found), reports[-1])
    stale = tuple(_stale(reports, explained, everything=wanted is None))
    return MutationReport(tuple(reports), stale)


def _unmet(grounds: Grounds, limits: SearchLimits) -> str:
    """Why it is not known that all scenarios are met; empty where they are.

    Raises:
        MutationError: one is not.
    """
    for placed in grounds.placed:
        state = grounds.run(placed, limits)
        where = f"the scenario `{placed.scenario.title}` ({placed.scenario.span.location})"
        if state == "failed":
            raise MutationError(f"{where} is not met", (RUN_THEM,))
        if state == "undecided":
            return f"{where} is not decided within the limits"
    return ""


def _stale(
    reports: Sequence[MutantReport], explained: Iterable[ExplainedMutant], *, everything: bool
) -> Iterator[StaleExplanation]:
    outcomes = {each.mutant.id: each.outcome for each in reports}
    for explanation in explained:
        match outcomes.get(explanation.mutant):
            case None if everything:
                yield StaleExplanation(explanation, "unknown")
            case KilledMutant():
                yield StaleExplanation(explanation, "killed")
            case EquivalentMutant():
                yield StaleExplanation(explanation, "equivalent")
            case _:
                pass


@frozen(eq=False)
class Run:
    """What all mutants are compared with.

    Attributes:
        days: one of each run of days on which the same is in force.
    """

    grounds: Grounds
    days: tuple[date, ...]
    engine: str | None
    limits: SearchLimits

    def outcome(self, mutant: Mutant) -> tuple[Mutant, MutantOutcome]:
        """What comes of a mutant; of a shift too short to make a difference, of the shortest that does."""
        found = self._outcome(mutant)
        if not isinstance(found, EquivalentMutant) or mutant.further is None:
            return mutant, found
        try:
            further = self._longer(mutant.further)
        except SearchLimitError as error:
            return mutant, UndecidedMutant(error.reason)
        return (mutant, found) if further is None else (further, self._outcome(further))

    def _longer(self, further: Further) -> Mutant | None:
        """The shortest shift that makes a difference, given that one step makes none; `None` if none does.

        Raises:
            SearchLimitError: that is not known.
        """
        same, other = 1, 2
        while not self._differs(further.mutant(min(other, further.most))):
            if other >= further.most:
                return None
            same, other = other, other * 2
        other = min(other, further.most)
        while other - same > 1:
            middle = (same + other) // 2
            if self._differs(further.mutant(middle)):
                other = middle
            else:
                same = middle
        return further.mutant(other)

    def _differs(self, mutant: Mutant) -> bool:
        return self._shown(MutatedCatalog.of(mutant, self.grounds, self.engine)) is not None

    def _outcome(self, mutant: Mutant) -> MutantOutcome:
        try:
            self.limits.check()
            mutated = MutatedCatalog.of(mutant, self.grounds, self.engine)
            killed, stopped = mutated.killer(self.limits)
            if killed is not None:
                return killed
            shown = self._shown(mutated)
            if shown is None:
                return EquivalentMutant(self._why(mutated))
            if stopped:
                return UndecidedMutant(stopped)
            return survivor(mutated, shown, self.limits)
        except SearchLimitError as error:
            return UndecidedMutant(error.reason)

    def _shown(self, mutated: MutatedCatalog) -> Shown | None:
        """A configuration that fares otherwise; `None` where it is proved that there is none.

        Raises:
            SearchLimitError: that is not known.
        """
        for bundles in self._bundles(mutated.grounds.catalog):
            for day in self.days:
                ground = self.grounds.ground(day, bundles, self.limits)
                for side in mutated.sides(day, bundles, self.limits).noticeable:
                    found = side.one(self.limits)
                    if found is not None:
                        return Shown(side, ground, day, bundles, found)
        return None

    def _why(self, mutated: MutatedCatalog) -> str:
        """How a mutant without witness differs, if at all."""
        for day in self.days:
            for side in mutated.sides(day, (), self.limits).told:
                if side.one(self.limits) is not None:
                    return "it only warns of more, which no expectation can be about"
        return "the same configurations are valid on every day, with the same warnings"

    def _bundles(self, catalog: Catalog) -> Iterator[tuple[str, ...]]:
        """The ways to apply bundles, as far as rules read their price.

        Raises:
            SearchLimitError: after the first, where they are too many.
        """
        yield ()
        if with_bundles_price(catalog, 1).restrictions is catalog.restrictions:
            return
        keys = [each.key for each in catalog.bundles if each.price]
        if len(keys) > MOST_BUNDLES:
            raise SearchLimitError(f"rules read the price of bundles, and there are more than {MOST_BUNDLES}")
        yield from chain.from_iterable(combinations(keys, size) for size in range(1, len(keys) + 1))
