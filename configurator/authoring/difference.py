"""What a change to a catalog does: declarations changed, configurations lost and gained, orders that break.

Whether anything is lost, and an example for each cause, is found without counting: a lost configuration
either holds what is gone, or breaks a constraint that is new. So the search for it is asked
about what changed and nothing else. Numbers come from three counts: of the old version, of the new
one, and of what both have. Where nothing is lost, both have all the old ones, and a count is saved.

A place that only one version has, that cannot be empty and that its rules read makes of one problem several,
one for each way to fill it; see `ways`. Where these are too many, configurations are listed.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property, partial
from itertools import product
from math import prod
from typing import Literal

from attrs import define, field, frozen

from configurator.authoring.common_ground import CommonGround, Side, common_ground, in_any_order, new_to
from configurator.authoring.declarations import ChangedDeclaration, changed_declarations
from configurator.authoring.refusals import Refusal, refusals
from configurator.authoring.saved_orders import OrdersCompared, compare_orders, numbered
from configurator.authoring.ways import Way, greatest, identity, signed_subsets
from configurator.catalog.evaluation import Chosen
from configurator.catalog.model import Catalog
from configurator.catalog.values import ABSENT
from configurator.configuration.model import Configuration, configuration_of
from configurator.configuration.product import PreparedProduct
from configurator.csp.constraints import Constraint, SortedConstraint
from configurator.csp.negation import negations
from configurator.csp.problem import ConstraintProblem
from configurator.csp.symmetries import Symmetries
from configurator.engines.backtracking import BacktrackingEngine
from configurator.engines.diagram.search import DiagramEngine
from configurator.engines.engine import NO_LIMITS, Engine, PreparedProblem, SearchLimits, Unknown
from configurator.engines.registry import AUTOMATIC, choose_engine
from configurator.engines.sat import SatEngine
from configurator.engines.staged import StagedEngine
from configurator.engines.unordered import prepare_unordered
from configurator.errors import SearchLimitError
from configurator.lowering.origins import RestrictionOrigin

MOST_LISTED = 20_000
"""Configurations of each version that are listed where they cannot be told apart by a common problem."""
MOST_COUNTS = 31
"""Counts of which what several ways to fill such a place allow together may be the sum."""
TOO_MANY_WAYS = "it can be filled in too many ways"
"""In the reason for what no time would decide."""
EXAMPLES = 3
"""Examples told each way when nobody says how many."""

Kind = Literal["refactoring", "generalisation", "specialisation", "both"]
"""Nothing lost or gained; only gained; only lost; both."""

EXAMPLE_ENGINE = StagedEngine(AUTOMATIC, (SatEngine(), DiagramEngine(), BacktrackingEngine()))
"""For examples: what is asked once, of a problem that differs a little each time."""


@frozen
class Version:
    """Which catalog, on which day."""

    name: str
    version: str
    digest: str
    as_of: date


@frozen
class Example:
    """A configuration that one version has and the other refuses.

    Attributes:
        refusals: everything that the other version has against it, in the order declared.
    """

    configuration: Configuration
    refusals: tuple[Refusal, ...]


@frozen
class Effect:
    """What a change does to the valid configurations.

    Attributes:
        old: how many the old version has, without the places left out; `None` where that could not be
            counted within the limits.
        new: likewise of the new version.
        lost: how many of the old ones the new version refuses; `None` likewise. `old - lost` is `kept`.
        gained: how many of the new ones the old version refuses; `None` likewise. `new - gained` is `kept`.
        kept: how many both have; `None` likewise.
        old_whole: how many the old version has with all its places; `None` likewise.
        new_whole: likewise of the new version.
        lost_examples: as many as asked for, each with another cause while there is one.
        gained_examples: likewise.
        left_out: places that only one version has and that cannot be empty, in catalog order: all numbers
            but `old_whole` and `new_whole` count configurations without them.
        reason: why something was not counted; empty if everything was.
    """

    kind: Kind
    old: int | None
    new: int | None
    lost: int | None
    gained: int | None
    kept: int | None
    old_whole: int | None
    new_whole: int | None
    lost_examples: tuple[Example, ...] = ()
    gained_examples: tuple[Example, ...] = ()
    left_out: tuple[str, ...] = ()
    reason: str = ""

    @property
    def loses(self) -> bool:
        """Whether anything is lost."""
        return self.kind in {"specialisation", "both"}

    def or_raise(self) -> "Effect":
        """This answer."""
        return self


@frozen
class Difference:
    """What differs between two versions of a catalog, or between two days of one.

    Attributes:
        changes: declarations that differ, by kind of declaration, each kind in the new version's order.
        effect: `Unknown` where it is not even known whether something is lost or gained.
        orders: of saved orders, which break; `None` when none were given.
    """

    old: Version
    new: Version
    changes: tuple[ChangedDeclaration, ...]
    effect: Effect | Unknown
    orders: OrdersCompared | None = None

    @property
    def breaks(self) -> bool:
        """Whether a configuration is lost or a saved order breaks."""
        lost = isinstance(self.effect, Effect) and self.effect.loses
        return lost or bool(self.orders and self.orders.broken)

    @property
    def undecided(self) -> bool:
        """Whether a limit left open something that `breaks` speaks of."""
        return isinstance(self.effect, Unknown) or bool(self.orders and self.orders.undecided)


def difference(
    old: PreparedProduct,
    new: PreparedProduct,
    *,
    orders: Sequence[object] = (),
    examples: int | None = EXAMPLES,
    limits: SearchLimits = NO_LIMITS,
) -> Difference:
    """Compare two versions of a catalog.

    Args:
        old: the version before.
        new: the version after, or the same on another day.
        orders: saved orders, see `compare_orders`.
        examples: how many configurations to tell each way, at most; `None` for one of each cause.
        limits: of everything together.

    Raises:
        ValueError: the number of examples is less than 1.
    """
    check_examples(examples)
    return Difference(
        _version(old.catalog, old.lowered.as_of),
        _version(new.catalog, new.lowered.as_of),
        changed_declarations(old.catalog, new.catalog),
        effect_of(old, new, examples=examples, limits=limits),
        compare_orders(old, new, orders, limits) if orders else None,
    )


def check_examples(wanted: int | None) -> None:
    """Whether so many examples can be told.

    Raises:
        ValueError: they are less than 1.
    """
    if wanted is not None and wanted < 1:
        raise ValueError(f"the limit is at least 1, or `None` for all, not `{wanted}`")


def undecided_difference(
    old: tuple[Catalog, date], new: tuple[Catalog, date], orders: Sequence[object], reason: str
) -> Difference:
    """What can be told of two catalogs, each on its day, where a limit ended everything else."""
    judged = OrdersCompared(
        len(orders), 0, (), (), (), tuple((saved.number, reason) for saved in numbered(orders))
    )
    return Difference(
        _version(*old),
        _version(*new),
        changed_declarations(old[0], new[0]),
        Unknown(reason),
        judged if orders else None,
    )


def _version(catalog: Catalog, day: date) -> Version:
    return Version(catalog.name, catalog.version, catalog.digest, day)


def effect_of(
    old: PreparedProduct,
    new: PreparedProduct,
    *,
    examples: int | None = EXAMPLES,
    limits: SearchLimits = NO_LIMITS,
) -> Effect | Unknown:
    """What a change does to the valid configurations."""
    try:
        comparison = Comparison(old, new, examples, limits)
        return comparison.by_listing() if comparison.many_ways else comparison.by_causes()
    except SearchLimitError as stopped:
        return Unknown(stopped.reason)


# ---------------------------------------------------------------- one comparison


@define
class _Found:
    """Examples of what one version has and the other refuses.

    Attributes:
        complete: whether every cause was looked at, as far as examples were wanted.
    """

    examples: list[Example] = field(factory=list)
    complete: bool = True
    reason: str = ""

    @property
    def any(self) -> bool | None:
        """Whether there is such a configuration; `None` for not known."""
        return True if self.examples else (False if self.complete else None)


@frozen(eq=False, slots=False)
class Comparison:
    """Two versions under comparison."""

    old: PreparedProduct
    new: PreparedProduct
    wanted: int | None
    limits: SearchLimits

    @cached_property
    def ground(self) -> CommonGround:
        """What both can say."""
        return common_ground(self.old, self.new)

    @property
    def entangled(self) -> tuple[str, ...]:
        """Places of one version alone that its rules read."""
        return (*self.ground.old.entangled, *self.ground.new.entangled)

    @property
    def left_out(self) -> tuple[str, ...]:
        """Places of one version alone that cannot be empty."""
        return (*self.ground.old.left_out, *self.ground.new.left_out)

    @cached_property
    def ways(self) -> tuple[tuple[Way, ...], tuple[Way, ...]]:
        """The fewest ways to fill what is entangled that together allow all there is, of both versions.

        Raises:
            SearchLimitError: they are not known.
        """
        return self._fewest(self.ground.old), self._fewest(self.ground.new)

    def _fewest(self, side: Side) -> tuple[Way, ...]:
        assert side.ways is not None

        def allows(first: Way, second: Way) -> bool:
            said = set(map(identity, second.told))
            return all(
                next(self.alone(side, second).extended(group, self.limits).solutions({}, self.limits), None)
                is None
                for constraint in first.told
                if identity(constraint) not in said
                for group in negations(constraint, side.problem.variables)
            )

        return greatest(side.ways, allows)

    def ways_of(self, side: Side) -> tuple[Way, ...]:
        """Those of one version."""
        return self.ways[0 if side is self.ground.old else 1]

    @cached_property
    def many_ways(self) -> bool:
        """Whether there are too many ways to count what they allow together.

        Raises:
            SearchLimitError: it is not known.
        """
        if self.ground.old.ways is None or self.ground.new.ways is None:
            return True
        return prod((1 << len(ways)) - 1 for ways in self.ways) > MOST_COUNTS

    def engine(self, problem: ConstraintProblem, *, for_examples: bool = False) -> Engine:
        """The engine asked for, or the one that suits."""
        name = self.old.engine.name
        if for_examples and name == AUTOMATIC:
            return EXAMPLE_ENGINE
        return choose_engine(problem, name)

    # ------------------------------------------------------------ by causes

    def by_causes(self) -> Effect | Unknown:
        """The answer from what changed."""
        ground = self.ground
        # On the way to the first loss of each kind half of the time may go; the other half is for counting.
        lost = self.examples_of(ground.old, ground.new, self.limits.half())
        gained = self.examples_of(ground.new, ground.old, self.limits.half())
        if lost.any is None or gained.any is None:
            return Unknown(lost.reason or gained.reason)
        return self.effect(lost, gained, self.numbers(loses=lost.any, gains=gained.any))

    @property
    def same_problem(self) -> bool:
        """Whether both versions say the same, so that one count is that of both."""
        ground = self.ground
        if ground.old.losses or ground.new.losses or self.left_out:
            return False
        ((before,), (after,)) = self.ways
        return not new_to(before, after) and not new_to(after, before)

    @cached_property
    def wholes(self) -> tuple[int | Unknown, int | Unknown]:
        """How many configurations both versions have, with all their places."""
        old = self.old.prepared.count({}, self.limits)
        return old, old if self.same_problem else self.new.prepared.count({}, self.limits)

    def compared(self, side: Side) -> int | Unknown:
        """How many configurations a version has without the places left out."""
        if side.entangled:
            subsets = signed_subsets(self.ways_of(side))
            problems = ((sign, side.problem_of(ways)) for sign, ways in subsets)
            found = self.signed(problems, side.product.lowered.symmetries)
        else:
            found = self.wholes[0 if side is self.ground.old else 1]
        return found if isinstance(found, Unknown) else found // side.factor

    def kept(self) -> int | Unknown:
        """How many configurations both versions have, without the places left out."""
        ground = self.ground
        problems = (
            (first * second, ground.problem_of((*before, *after)))
            for first, before in signed_subsets(self.ways[0])
            for second, after in signed_subsets(self.ways[1])
        )
        found = self.signed(problems, ground.symmetries)
        return found if isinstance(found, Unknown) else found // (ground.old.factor * ground.new.factor)

    def signed(
        self, problems: Iterable[tuple[int, ConstraintProblem]], symmetries: Symmetries
    ) -> int | Unknown:
        """The sum of the numbers of solutions, each times its sign."""
        total = 0
        for sign, ordered in problems:
            problem = in_any_order(ordered)
            engine = self.engine(problem)
            try:
                labelled = engine.prepare(problem, self.limits)
                prepared = prepare_unordered(engine, partial(_given, problem), symmetries, labelled)
                found = prepared.count({}, self.limits)
            except SearchLimitError as stopped:
                return Unknown(stopped.reason)
            if isinstance(found, Unknown):
                return found
            total += sign * found
        return total

    def numbers(self, *, loses: bool, gains: bool) -> tuple[int | Unknown, int | Unknown, int | Unknown]:
        """How many the old version has, how many the new one, and how many both, on common footing."""
        old = self.compared(self.ground.old)
        if not loses and not gains:
            # One count is that of all; the other is asked where it could not be had.
            old = self.compared(self.ground.new) if isinstance(old, Unknown) else old
            return old, old, old
        new = self.compared(self.ground.new)
        if not loses and not isinstance(old, Unknown):
            return old, new, old
        if not gains and not isinstance(new, Unknown):
            return old, new, new
        kept = self.kept()
        return old if loses else kept, new if gains else kept, kept

    def effect(
        self, lost: _Found, gained: _Found, numbers: tuple[int | Unknown, int | Unknown, int | Unknown]
    ) -> Effect:
        """The answer, put together."""
        old, new, kept = numbers
        sides = self.ground.old, self.ground.new
        wholes = [
            self.wholes[at] if sides[at].left_out else compared for at, compared in enumerate((old, new))
        ]
        return Effect(
            _kind(loses=bool(lost.examples), gains=bool(gained.examples)),
            _known(old),
            _known(new),
            _minus(old, kept) if lost.examples else 0,
            _minus(new, kept) if gained.examples else 0,
            _known(kept),
            _known(wholes[0]),
            _known(wholes[1]),
            tuple(lost.examples[: self.wanted]),
            tuple(gained.examples[: self.wanted]),
            self.left_out,
            next((each.reason for each in (*numbers, *wholes) if isinstance(each, Unknown)), ""),
        )

    def examples_of(self, side: Side, other: Side, limits: SearchLimits) -> _Found:
        """Configurations of one version that the other refuses, one for each cause while more are wanted."""
        found = _Found()
        covered: set[str] = set()
        seen: set[object] = set()
        try:
            for cause in self.causes(side, other):
                if self.wanted is not None and len(found.examples) >= self.wanted:
                    break
                if cause.about in covered:
                    continue
                prepared = self.on_common_ground if cause.common else self.alone
                extended = prepared(side, cause.way).extended(cause.constraints, limits)
                solution = next(extended.solutions({}, limits), None)
                if solution is None:
                    continue
                chosen = side.lift(cause.way.own(solution) if cause.common else solution)
                example = self.example(side, other, chosen)
                covered |= {cause.about}
                covered |= {each.rule or place for each in example.refusals for place in each.places}
                if self.content(side, chosen) not in seen:
                    seen.add(self.content(side, chosen))
                    found.examples.append(example)
        except SearchLimitError as stopped:
            found.complete = False
            found.reason = stopped.reason
        return found

    def causes(self, side: Side, other: Side) -> Iterator["_Cause"]:
        """Everything for which the other version may refuse a configuration."""
        for way in self.ways_of(side):
            if other.unfillable or not self.ways_of(other):
                about = (*other.unfillable, *other.entangled)[0]
                yield _Cause(way, about, (), common=False)
                continue
            for loss in side.losses:
                yield _Cause(way, loss.place, loss.constraints, common=False)
            for broken in self.breaches(way, other):
                about = ", ".join(dict.fromkeys(map(_about, broken)))
                # Where a constraint can be broken in two ways, each with each of the others' ways.
                for groups in product(*(negations(each, self.ground.variables) for each in broken)):
                    constraints = tuple(each for group in groups for each in group)
                    yield _Cause(way, about, constraints, common=True)

    def breaches(self, way: Way, other: Side) -> Iterator[tuple[Constraint, ...]]:
        """Constraints of the other version that, broken together, refuse a configuration in all its ways."""
        own = {v for key in other.left_out for v in self.targets(other, key)}
        said = [
            {
                identity(constraint): constraint
                for constraint in new_to(each, way)
                if not isinstance(constraint, SortedConstraint)
                and not (constraint.scope and own.issuperset(constraint.scope))
            }
            for each in self.ways_of(other)
        ]
        shared = {key: each for key, each in said[0].items() if all(key in of_way for of_way in said)}
        for constraint in shared.values():
            yield (constraint,)
        if len(said) > 1:
            others = [[each for key, each in of.items() if key not in shared] for of in said]
            for broken in product(*others):
                yield tuple({identity(each): each for each in broken}.values())

    def targets(self, side: Side, key: str) -> set[int]:
        """The variables of the common ground that a place of one version alone has."""
        if key in side.entangled:
            return set()
        views = self.ways_of(side)[0].views if self.ways_of(side) else ()
        found = (views[variable].target for variable in side.layout.of[key].variables if views)
        return {target for target in found if target is not None}

    def alone(self, side: Side, way: Way) -> PreparedProblem:
        """A version's own problem, filled in one way, for examples."""
        return self._prepared((False, way), lambda: side.problem_of((way,)))

    def on_common_ground(self, side: Side, way: Way) -> PreparedProblem:
        """What a version says on common ground, filled in one way, for examples."""
        del side
        return self._prepared((True, way), lambda: self.ground.problem_of((way,)))

    def _prepared(self, key: tuple[bool, Way], problem: Callable[[], ConstraintProblem]) -> PreparedProblem:
        if key not in self._for_examples:
            asked = problem()
            self._for_examples[key] = self.engine(asked, for_examples=True).prepare(asked, self.limits)
        return self._for_examples[key]

    @cached_property
    def _for_examples(self) -> dict[tuple[bool, Way], PreparedProblem]:
        return {}

    def example(self, side: Side, other: Side, chosen: Chosen) -> Example:
        """A configuration with what the other version has against it, however its own places are filled."""
        catalog = side.product.catalog
        ways = () if other.ways is None else self.ways_of(other)
        found = [
            refusals(other.product.lowered, catalog.places, chosen, filling, earlier=other is self.ground.old)
            for filling in ([other.filling(way) for way in ways] or [Chosen({}, {})])
        ]
        against = tuple(each for each in found[0] if all(each in of_way for of_way in found))
        blamed = against and (bool(ways) or any(each.kind != "rule" for each in against))
        if other.entangled and not blamed:
            against = (_unfillable(other, found if ways else ()),)
        return Example(configuration_of(catalog, chosen), against)

    # ------------------------------------------------------------ by listing

    def by_listing(self) -> Effect | Unknown:
        """The answer from all configurations of both versions, where they are few."""
        names = ", ".join(f"`{key}`" for key in self.entangled)
        only = (
            "only one version has"
            if not self.ground.old.entangled or not self.ground.new.entangled
            else ("not both versions have")
        )
        counts = [product.prepared.count({}, self.limits) for product in (self.old, self.new)]
        for counted in counts:
            if isinstance(counted, Unknown):
                return counted
            if counted > MOST_LISTED:
                return Unknown(
                    f"{only} {names}, rules read that, and {TOO_MANY_WAYS}: beyond "
                    f"{MOST_LISTED:,} configurations it is not known which of them are the same without it"
                )
        first, second = self.ground.old, self.ground.new
        before, after = self.listed(first), self.listed(second)
        lost = [chosen for content, chosen in before.items() if content not in after]
        gained = [chosen for content, chosen in after.items() if content not in before]
        return Effect(
            _kind(loses=bool(lost), gains=bool(gained)),
            len(before),
            len(after),
            len(lost),
            len(gained),
            len(before) - len(lost),
            _known(counts[0]),
            _known(counts[1]),
            tuple(self.example(first, second, chosen) for chosen in lost[: self.wanted]),
            tuple(self.example(second, first, chosen) for chosen in gained[: self.wanted]),
            self.left_out,
        )

    def listed(self, side: Side) -> dict[object, Chosen]:
        """What is in the places compared, each once, in catalog order of the configurations.

        Raises:
            SearchLimitError: the time is up.
        """
        found: dict[object, Chosen] = {}
        for assignment in side.product.prepared.solutions({}, self.limits):
            chosen = side.product.lowered.lift(assignment)
            found.setdefault(self.content(side, chosen), chosen)
        return found

    def content(self, side: Side, chosen: Chosen) -> tuple[object, ...]:
        """What is in each place; nothing where the version has no such place, or leaves it out.

        Instances of an assembly are told in an order that does not depend on which is which.
        """
        told: dict[str, object] = {}
        for key in self.ground.places:
            if key in side.left_out:
                told[key] = frozenset()
            elif key in chosen.units:
                told[key] = frozenset((component.sku, amount) for component, amount in chosen.units[key])
            else:
                value = chosen.options.get(key, frozenset())
                # Python holds yes for 1.
                told[key] = ("yesno", value) if isinstance(value, bool) else value
                if value is ABSENT or (value is False and key in self.instances):
                    told[key] = frozenset()
        for keys in self.repeated:
            contents = [tuple(told.get(key, frozenset()) for key in block) for block in keys]
            contents.sort(key=_in_a_fixed_order, reverse=True)
            for block, content in zip(keys, contents, strict=True):
                told.update(zip(block, content, strict=True))
        return tuple(told[key] for key in self.ground.places)

    @cached_property
    def instances(self) -> frozenset[str]:
        """The places that say whether an instance of an assembly is there, of both versions."""
        return frozenset(
            instance.prefix
            for product in (self.old, self.new)
            for place in product.catalog.assemblies
            for instance in place.instances
        )

    @cached_property
    def repeated(self) -> tuple[tuple[tuple[str, ...], ...], ...]:
        """For each assembly that may be taken several times the places of each instance, innermost first.

        Instances of one assembly have the same places in the same order, whichever version has them.
        """
        places = [
            place
            for product in (self.old, self.new)
            for place in product.catalog.assemblies
            if place.maximum > 1
        ]
        # Of both versions, the one with more instances has the others' too.
        most = {place.key: place for place in sorted(places, key=lambda place: place.maximum)}
        inside: dict[str, dict[str, None]] = {}
        for key in self.ground.places:
            for place in most.values():
                for instance in place.instances:
                    if key == instance.prefix or key.startswith(f"{instance.prefix}."):
                        inside.setdefault(place.key, {})[key.removeprefix(instance.prefix)] = None
        return tuple(
            tuple(
                tuple(instance.prefix + rest for rest in inside.get(place.key, {}))
                for instance in place.instances
            )
            for place in sorted(most.values(), key=lambda place: -place.key.count("."))
        )


@frozen(eq=False)
class _Cause:
    """One thing for which the other version may refuse a configuration.

    Attributes:
        way: of the version that has the configuration.
        about: a place, a rule, or several with commas.
        constraints: what a configuration refused for it keeps.
        common: whether they are over the common ground's variables, not the version's own.
    """

    way: Way
    about: str
    constraints: tuple[Constraint, ...]
    common: bool = field(kw_only=True)


def _unfillable(other: Side, found: Sequence[tuple[Refusal, ...]]) -> Refusal:
    """That nothing fills what is entangled; each way to fill it has other rules against it."""
    broken = {each.rule for of_way in found for each in of_way}
    rules = [f"`{each.key}`" for each in other.product.lowered.restrictions if each.key in broken]
    read = {place for of_way in found for each in of_way for place in each.places} | {*other.entangled}
    places = tuple(key for key in other.layout.of if key in read)
    names = " and ".join(f"`{key}`" for key in other.entangled)
    kept = ", ".join(rules) or "the rules"
    where = other.product.catalog.place_of[other.entangled[0]].span.location
    return Refusal("place", None, (), places, f"there is no way to fill {names} that keeps {kept}", where)


def _about(constraint: Constraint) -> str:
    origin = constraint.origin
    if isinstance(origin, RestrictionOrigin):
        return origin.restriction.key
    return str(getattr(origin, "place", ""))


def _kind(*, loses: bool, gains: bool) -> Kind:
    if loses:
        return "both" if gains else "specialisation"
    return "generalisation" if gains else "refactoring"


def _in_a_fixed_order(content: tuple[object, ...]) -> list[str]:
    """Sorts contents of instances, whatever they are made of."""
    return [repr(sorted(each, key=repr)) if isinstance(each, frozenset) else repr(each) for each in content]


def _given(problem: ConstraintProblem) -> ConstraintProblem:
    return problem


def _known(count: int | Unknown) -> int | None:
    return None if isinstance(count, Unknown) else count


def _minus(count: int | Unknown, kept: int | Unknown) -> int | None:
    if isinstance(count, Unknown) or isinstance(kept, Unknown):
        return None
    return count - kept
