"""Which elements decide in a scenario: those without which some answer that it asks for would be another one.

| Asked for                                 | The answer                                                  |
|-------------------------------------------|-------------------------------------------------------------|
| anything, where nothing valid is left     | all minimal conflicts of rules, rows and choices            |
| `unavailable`                             | the same, with stock                                        |
| `forced`, `impossible`, `always`, `never` | all minimal sets of them that refuse the opposite           |
| `completes`, `warning`, an expression     | the configuration that completes the choices                |
| `warning a`                               | that `a` speaks, too                                        |
| all of these, and `valid`                 | that the configuration which completes the choices is valid |
| `available`                               | that stock can build something                              |
| `solutions`                               | which configurations there are                              |

Rules, resources and rows that forbid are left out; a table that allows says what its other rows say; what has
a range is in force on all days. What a limit keeps open is undecided.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial

from attrs import define, field, frozen

from configurator.authoring.analysis.ground import OneOf
from configurator.authoring.coverage.better import Region, better_by_wishes, earlier_in_catalog, kept_wishes
from configurator.authoring.coverage.elements import row_id
from configurator.authoring.coverage.explored import MOST_SETS, Explored, explore
from configurator.authoring.coverage.parts import Switched, Without, key_alone, rows_needed, without_element
from configurator.authoring.scenarios.asked import AskedScenario
from configurator.authoring.scenarios.running import sides_expected
from configurator.catalog.applied_bundles import bundles_price, with_price
from configurator.catalog.expectations import (
    Expectation,
    ExpectedConflict,
    ExpectedCount,
    ExpectedShortage,
    ExpectedTruth,
    ExpectedValue,
    ExpectedVerdict,
    ExpectedWarning,
)
from configurator.catalog.judgement import violations
from configurator.configuration.product import PreparedProduct, ask, prepare_product
from configurator.configuration.wishes import Step, keep_wishes
from configurator.csp.constraints import Constraint
from configurator.csp.negation import Alternative, broken_part
from configurator.csp.variables import Assignment
from configurator.engines.engine import NO_LIMITS, SearchLimits, Unknown
from configurator.engines.switched import Clash, Part, Possible
from configurator.errors import SearchLimitError
from configurator.lowering.product import lower_restriction


@frozen(eq=False)
class Among:
    """A scenario's parts, one of some alternatives always being the case; without any, the parts alone."""

    switched: Switched
    alternatives: tuple[int, ...] = ()

    def solve(self, on: Iterable[int], limits: SearchLimits = NO_LIMITS) -> Possible | Clash | Unknown:
        """Whether these parts can hold together."""
        problem = self.switched.problem
        return (
            OneOf(problem, self.alternatives).solve(on, limits)
            if self.alternatives
            else problem.solve(on, limits)
        )

    def keeps(self, part: int, assignment: Assignment) -> bool:
        """Whether an assignment keeps a part."""
        return self.switched.problem.keeps(part, assignment)

    def possible(self, on: Iterable[int]) -> Possible | Clash:
        """The same where a limit is no answer.

        Raises:
            SearchLimitError: a limit stopped it.
        """
        answer = self.solve(on, self.switched.limits)
        if isinstance(answer, Unknown):
            raise SearchLimitError(answer.reason)
        return answer


@frozen
class Named:
    """Whom a scenario expects to be to blame; with `only`, nobody else."""

    names: frozenset[str]
    only: bool

    def among(self, blamed: frozenset[str]) -> frozenset[str]:
        """Of those that are to blame the ones that matter."""
        return blamed if self.only else blamed & self.names


@define(eq=False, slots=False)
class Deciding:
    """A scenario, with what is found out about its elements.

    Attributes:
        asked: the scenario.
        switched: its choices before its product in parts.
        on: the parts that are on, with every choice.
        wanted: the elements that are looked for, by id.
        before: the same scenario where what is looked for is the catalog's day, not a rule: before a
            component was put into force, which a part that is on keeps away.
        found: those that decide.
        stopped: why not everything was found out; empty where it was.
    """

    asked: AskedScenario
    switched: Switched
    on: frozenset[int]
    wanted: Mapping[str, Without]
    before: AskedScenario | None = None
    found: set[str] = field(factory=set)
    stopped: str = ""

    def run(self) -> None:
        """Find out which elements decide."""
        price = bundles_price(self.asked.product.bundles)
        expected = [with_price(each, price) for each in self.asked.scenario.expectations]
        try:
            valid = isinstance(self.switched.possible(self.on), Possible)
        except SearchLimitError as stopped:
            self.stopped = stopped.reason
            return
        for answer in self._where_valid(expected) if valid else self._where_invalid(expected):
            if not self.missing:
                return
            try:
                for name in answer():
                    self.found.add(name)
            except SearchLimitError as stopped:
                self.stopped = self.stopped or stopped.reason

    @property
    def missing(self) -> tuple[Without, ...]:
        """The elements that are not found yet."""
        return tuple(each for name, each in self.wanted.items() if name not in self.found)

    @property
    def _narrower(self) -> dict[str, Without]:
        return {each.id: each for each in self.missing if each.narrower}

    @property
    def _wider(self) -> tuple[Without, ...]:
        return tuple(each for each in self.missing if each.wider)

    # ------------------------------------------------------------ what is asked

    def _where_invalid(self, expected: Sequence[Expectation]) -> Iterator[Callable[[], Iterable[str]]]:
        counts = [each for each in expected if isinstance(each, ExpectedCount)]
        if counts:
            yield partial(self._critical, self.on)
        if len(counts) < len(expected):
            yield partial(self._in_conflict, Among(self.switched), self.on, reasons_named(expected))

    def _where_valid(self, expected: Sequence[Expectation]) -> Iterator[Callable[[], Iterable[str]]]:
        """What is asked where something valid is left: what is cheap to find out first."""
        for each in expected:
            if isinstance(each, ExpectedWarning) and self.before is None:
                yield partial(self._speaking, each.rule)
        if self.before is None and any(
            not isinstance(each, ExpectedConflict | ExpectedCount) for each in expected
        ):
            yield self._completion_refused
        for each in expected:
            yield partial(self._refusing_opposite, each)
        if any(is_about_stock(each) for each in expected):
            yield partial(self._stocked, reasons_named(expected))
        if any(asks_completion(each) for each in expected):
            yield self._other_completion
        if any(isinstance(each, ExpectedCount) for each in expected):
            yield self._other_solutions

    # ------------------------------------------------------------ one configuration

    @cached_property
    def completed(self) -> tuple[Assignment, tuple[Step, ...]]:
        """What completes the choices, and what became of the wishes."""
        asked = self.before or self.asked
        found = keep_wishes(asked.question, (), asked.limits)
        assert found is not None
        return found

    def _speaking(self, key: str) -> Iterator[str]:
        """A warning that is given."""
        chosen = self.asked.lowered.lift(self.completed[0])
        for each in self.missing:
            if each.id == key and each.of is not None and violations(each.of, chosen):
                yield key

    def _completion_refused(self) -> Iterator[str]:
        """The elements without which the completion would not be valid, or come with one more warning."""
        yield from self._refused(self.completed[0])
        chosen = self.asked.lowered.lift(self.completed[0])
        for each in self.missing:
            if each.of is None and not each.narrower and each.instead and violations(each.instead, chosen):
                yield each.id

    def _refused(self, assignment: Assignment) -> tuple[str, ...]:
        """The elements without which a valid configuration is not valid any more."""
        chosen = self.asked.lowered.lift(assignment)
        narrower = self._narrower
        found: list[str] = []
        quick: set[str] = set()
        for table in self.switched.parts.allowing:
            names = {row_id(table, row.number) for row in table.rows}
            quick |= names
            if not names.isdisjoint(narrower):
                found += (name for name in rows_needed(table, chosen) if name in narrower)
        for name, without in narrower.items():
            if name not in quick and without.instead is not None and violations(without.instead, chosen):
                found.append(name)
        return tuple(found)

    # ------------------------------------------------------------ what is refused

    def _critical(self, on: frozenset[int], among: Among | None = None) -> Iterator[str]:
        """The elements without which parts that clash can hold together."""
        asked = among or Among(self.switched)
        answer = asked.possible(on)
        assert isinstance(answer, Clash)
        for without in self._wider:
            if not without.off.isdisjoint(answer.parts) and isinstance(
                asked.possible(self.switched.left(on, without)), Possible
            ):
                yield without.id

    def _in_conflict(self, among: Among, on: frozenset[int], named: Named | None = None) -> Iterator[str]:
        """The elements without which the minimal conflicts of some parts would be other ones.

        Of those without which there are only more conflicts, those that change whether what is named is to
        blame.

        Args:
            among: what is asked.
            on: the parts.
            named: whom expectations name; `None` for nobody.
        """
        explored = explore(among, sorted(on), self.asked.limits, MOST_SETS)
        for without in self._wider:
            if self._changes_conflicts(among, explored, without):
                yield without.id
        if explored.stopped:
            raise SearchLimitError(explored.stopped)
        if named is not None:
            blamed = named.among(self._names(explored.to_blame))
            for without in self._in_the_way(among, explored):
                anew = explore(among, sorted(self.switched.left(on, without)), self.asked.limits, MOST_SETS)
                if named.among(self._names(anew.to_blame)) != blamed:
                    yield without.id
                elif anew.stopped:
                    raise SearchLimitError(anew.stopped)

    def _in_the_way(self, among: Among, explored: Explored) -> Iterator[Without]:
        """The elements without which something that can hold together could not."""
        tried: set[tuple[str, frozenset[int]]] = set()
        found: set[str] = set()
        for largest, witness in explored.largest:
            for name in self._refused(witness):
                without = self.wanted[name]
                if name in found or (name, largest) in tried or not without.off <= largest:
                    continue
                tried.add((name, largest))
                if isinstance(among.possible(self.switched.left(largest, without)), Clash):
                    found.add(name)
                    yield without

    def _names(self, numbers: Iterable[int]) -> frozenset[str]:
        """What parts are called in expectations, those that have a name there."""
        return frozenset(name for name in map(self.switched.name_of, numbers) if name)

    def _changes_conflicts(self, among: Among, explored: Explored, without: Without) -> bool:
        having = [each for each in explored.conflicts if not without.off.isdisjoint(each)]
        if without.instead is None:
            return bool(having)
        return any(self._goes_without(among, each, without) for each in having)

    def _goes_without(self, among: Among, conflict: frozenset[int], without: Without) -> bool:
        """Whether the rest of a conflict goes with a table that has a row less."""
        left = self._key_left(conflict, without)
        if left is None or (left and among.alternatives):
            return isinstance(among.possible(self.switched.left(conflict, without)), Possible)
        return left

    def _key_left(self, on: frozenset[int], without: Without) -> bool | None:
        """Whether parts hold together where a table says nothing of a key without a row; `None`: not known.

        The table with a row less is rarely needed for that: what it leaves alone, and the whole table does
        not, has a key that the row matches, and is not what the row allows.
        """
        row, layout = without.row_alone, self.asked.lowered.layout
        if row is None or row.bindings or without.instead is None:
            return None
        refused = tuple(lower_restriction(row, layout))
        keys = broken_part(lower_restriction(key_alone(row), layout), layout.variables)
        if not keys:
            return False
        among = Among(self.switched, self.switched.add((*key, *refused) for key in keys))
        answer = among.possible(on - without.off)
        if isinstance(answer, Clash):
            return False
        chosen = self.asked.lowered.lift(answer.witness)
        told = without.of is not None and violations(without.of, chosen)
        return True if told and not violations(without.instead, chosen) else None

    def _refusing_opposite(self, expectation: Expectation) -> Iterator[str]:
        """The elements that refuse what must not be possible."""
        opposite = self._opposite(expectation)
        if opposite is None or not self._wider:
            return
        if not opposite:
            return
        among = Among(self.switched, self.switched.add(opposite))
        if isinstance(among.possible(self.on), Clash):
            yield from self._in_conflict(among, self.on)

    def _opposite(self, expectation: Expectation) -> tuple[Alternative, ...] | None:
        match expectation:
            case ExpectedValue(kind="forced"):
                return sides_expected(self.asked, expectation)[1]
            case ExpectedValue(kind="impossible"):
                return sides_expected(self.asked, expectation)[0]
            case ExpectedTruth(kind="always", condition=condition):
                return self.asked.truths.where(condition, "not true")
            case ExpectedTruth(kind="never", condition=condition):
                return self.asked.truths.where(condition, "true")
            case _:
                return None

    def _stocked(self, named: Named | None) -> Iterator[str]:
        """The elements without which stock could build something, or nothing any more."""
        if self.asked.question.choices.decided(self.asked.lowered.layout) is not None:
            # Of a full configuration the bill of materials decides.
            return
        said = self.asked.stocked_case.facts
        facts = self.switched.add(fact.constraints for fact in said)
        self.switched.names.update(zip(facts, (f"stock of {fact.key}" for fact in said), strict=True))
        on = self.on | frozenset(facts)
        among = Among(self.switched)
        match among.possible(on):
            case Possible(witness=witness):
                for name in self._refused(witness):
                    if isinstance(among.possible(self.switched.left(on, self.wanted[name])), Clash):
                        yield name
            case Clash():
                yield from self._in_conflict(among, on, named)

    # ------------------------------------------------------------ other completions, other solutions

    def _other_completion(self) -> Iterator[str]:
        """The elements without which something else would complete the choices."""
        if self.before is not None:
            yield from self._completed_with()
            return
        assignment, steps = self.completed
        added: dict[int, int] = {}
        for region in better_by_wishes(self.asked, assignment, steps):
            yield from self._critical(self._within(region, added))
        if self.asked.lowered.symmetries:
            yield from self._completed_anew(self._kept(kept_wishes(steps), added))
            return
        for region in earlier_in_catalog(assignment, steps):
            yield from self._critical(self._within(region, added))

    def _completed_with(self) -> Iterator[str]:
        """The same for a component that is put into force: by completing with it."""
        assert self.before is not None
        for without in self._wider:
            if self._is_alone(without, self.on):
                found = keep_wishes(self.asked.question, (), self.asked.limits)
                before = self._content(self.before.product, self.completed[0])
                if found is None or self._content(self.asked.product, found[0]) != before:
                    yield without.id

    def _within(self, region: Region, added: dict[int, int]) -> frozenset[int]:
        """The parts that are on, and those that say: within the region."""
        return self._kept(region.kept, added) | frozenset(self.switched.add((region.better,)))

    def _kept(self, wishes: Iterable[Part], added: dict[int, int]) -> frozenset[int]:
        """The parts that are on, and what wishes say; these are added once."""
        said = {id(part): part for part in wishes}
        new = [each for each in said if each not in added]
        added.update(zip(new, self.switched.add(said[each] for each in new), strict=True))
        return self.on | {added[each] for each in said}

    def _completed_anew(self, kept: frozenset[int]) -> Iterator[str]:
        """The same where instances may change places and all wishes are kept as well: by completing again."""
        before = self._content(self.asked.product, self.completed[0])
        for without in self._wider:
            if self._is_alone(without, kept):
                product = self._product_without(without).applying(self.asked.product.bundles)
                question = ask(product, self.asked.scenario.choices, self.asked.limits)
                found = keep_wishes(question, (), self.asked.limits)
                if found is None or self._content(product, found[0]) != before:
                    yield without.id

    @staticmethod
    def _content(product: PreparedProduct, assignment: Assignment) -> object:
        return dict(product.configuration(assignment))

    def _product_without(self, without: Without) -> PreparedProduct:
        """The product without an element, bundles left aside; made once."""
        bare = self.asked.product.bare
        known = bare.lowered.known.setdefault("products without an element", {})
        assert isinstance(known, dict)
        if without.id not in known:
            catalog = without_element(bare.catalog, without)
            known[without.id] = prepare_product(
                catalog, bare.lowered.as_of, engine=bare.engine.name, limits=self.asked.limits
            )
        found: PreparedProduct = known[without.id]
        return found

    def _other_solutions(self) -> Iterator[str]:
        """The elements without which there would be more configurations, or fewer."""
        for without in self.missing:
            if without.id in self.found:
                continue
            if without.wider and self._is_alone(without, self.on):
                yield without.id
            elif without.narrower and without.instead is not None:
                # A configuration often needs rows of several tables.
                yield from self._needing(without)

    def _needing(self, without: Without) -> Iterator[str]:
        """What a configuration needs that needs this element; nothing where none does."""
        row = without.row_alone
        if row is not None:
            matching = self._one_that_breaks(lower_restriction(row, self.asked.lowered.layout), self.on)
            if matching is None:
                return
            needed = self._refused(matching)
            if without.id in needed:
                yield from needed
                return
        assert without.instead is not None
        left = lower_restriction(without.instead, self.asked.lowered.layout)
        found = self._one_that_breaks(left, self.on)
        if found is not None:
            yield from self._refused(found)

    def _is_alone(self, without: Without, on: frozenset[int]) -> bool:
        """Whether an element refuses something alone."""
        left = self._key_left(on, without)
        if left is not None:
            return left
        parts = self.switched.problem.parts
        refused = [constraint for number in sorted(without.off) for constraint in parts[number]]
        return self._one_that_breaks(refused, self.switched.left(on, without)) is not None

    def _one_that_breaks(self, constraints: Iterable[Constraint], on: frozenset[int]) -> Assignment | None:
        """Something that keeps some parts and not all of the constraints; `None` if there is nothing."""
        alternatives = broken_part(constraints, self.asked.lowered.layout.variables)
        if not alternatives:
            return None
        answer = Among(self.switched, self.switched.add(alternatives)).possible(on)
        return answer.witness if isinstance(answer, Possible) else None


def is_about_stock(expectation: Expectation) -> bool:
    """Whether it asks what stock can build."""
    return isinstance(expectation, ExpectedShortage) or (
        isinstance(expectation, ExpectedVerdict) and expectation.kind == "available"
    )


def reasons_named(expected: Iterable[Expectation]) -> Named | None:
    """Whom expectations name as to blame; `None` where none does."""
    names: set[str] = set()
    only = False
    for each in expected:
        match each:
            case ExpectedConflict(because=because, only=no_other):
                names.update(because)
                only = only or no_other
            case ExpectedShortage(component=str(component)):
                names.add(f"stock of {component}")
    return Named(frozenset(names), only) if names else None


def asks_completion(expectation: Expectation) -> bool:
    """Whether it asks what completes the choices."""
    match expectation:
        case ExpectedWarning():
            return True
        case ExpectedValue(kind=kind):
            return kind == "completes"
        case ExpectedTruth(kind=kind):
            return kind == "once"
        case _:
            return False
