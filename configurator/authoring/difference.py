"""What a change to a catalog does: declarations changed, configurations lost and gained, orders that break.

Whether anything is lost, and an example for each cause, is found without counting: a lost configuration
either holds what is gone, or breaks a constraint that is new. So the search for it is asked
about what changed and nothing else. Numbers come from three counts: of the old version, of the new
one, and of what both have. Where nothing is lost, both have all the old ones, and a count is saved.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cached_property
from typing import Literal

from attrs import define, field, frozen

from configurator.authoring.common_ground import CommonGround, Side, common_ground
from configurator.authoring.declarations import ChangedDeclaration, changed_declarations
from configurator.authoring.refusals import Refusal, refusals
from configurator.authoring.saved_orders import OrdersCompared, compare_orders, numbered
from configurator.catalog.evaluation import Chosen
from configurator.catalog.model import Catalog
from configurator.configuration.model import Configuration, configuration_of
from configurator.configuration.product import PreparedProduct
from configurator.csp.constraints import Constraint, SortedConstraint
from configurator.csp.problem import ConstraintProblem
from configurator.csp.substitution import contraries
from configurator.engines.backtracking import BacktrackingEngine
from configurator.engines.diagram.search import DiagramEngine
from configurator.engines.engine import NO_LIMITS, Engine, PreparedProblem, SearchLimits, Unknown
from configurator.engines.registry import AUTOMATIC, choose_engine
from configurator.engines.sat import SatEngine
from configurator.engines.staged import StagedEngine
from configurator.errors import SearchLimitError
from configurator.lowering.origins import RestrictionOrigin

MOST_LISTED = 20_000
"""Configurations of each version that are listed where they cannot be told apart by a common problem."""
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
        old: how many the old version has; `None` where that could not be counted within the limits.
        new: likewise of the new version.
        lost: how many of the old ones the new version refuses; `None` likewise.
        gained: how many of the new ones the old version refuses; `None` likewise.
        kept: how many both have; `None` likewise.
        lost_examples: as many as asked for, each with another cause while there is one.
        gained_examples: likewise.
        left_out: places that only one version has and that cannot be empty, in catalog order: `lost`,
            `gained` and `kept` count configurations without them.
        reason: why something was not counted; empty if everything was.
    """

    kind: Kind
    old: int | None
    new: int | None
    lost: int | None
    gained: int | None
    kept: int | None
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
    examples: int = EXAMPLES,
    limits: SearchLimits = NO_LIMITS,
) -> Difference:
    """Compare two versions of a catalog.

    Args:
        old: the version before.
        new: the version after, or the same on another day.
        orders: saved orders, see `compare_orders`.
        examples: how many configurations to tell each way.
        limits: of everything together.
    """
    return Difference(
        _version(old.catalog, old.lowered.as_of),
        _version(new.catalog, new.lowered.as_of),
        changed_declarations(old.catalog, new.catalog),
        effect_of(old, new, examples=examples, limits=limits),
        compare_orders(old, new, orders, limits) if orders else None,
    )


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
    old: PreparedProduct, new: PreparedProduct, *, examples: int = EXAMPLES, limits: SearchLimits = NO_LIMITS
) -> Effect | Unknown:
    """What a change does to the valid configurations."""
    try:
        comparison = Comparison(old, new, examples, limits)
        if comparison.entangled:
            return comparison.by_listing()
        return comparison.by_causes()
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
    wanted: int
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
        old = self.old.prepared.count({}, self.limits)
        new = old if self.same_problem else self.new.prepared.count({}, self.limits)
        kept = self.count_of_both(old, new, loses=lost.any, gains=gained.any)
        return self.effect(lost, gained, old, new, kept)

    @property
    def same_problem(self) -> bool:
        """Whether both versions say the same, so that one count is that of both."""
        ground = self.ground
        return (
            not ground.old.losses
            and not ground.new.losses
            and not self.left_out
            and not ground.old.new_to(ground.new)
            and not ground.new.new_to(ground.old)
        )

    def count_of_both(
        self, old: int | Unknown, new: int | Unknown, *, loses: bool, gains: bool
    ) -> int | Unknown:
        """How many configurations both versions have."""
        before, after = self.ground.old.factor, self.ground.new.factor
        if not loses and not isinstance(old, Unknown):
            return old // before
        if not gains and not isinstance(new, Unknown):
            return new // after
        try:
            problem = self.ground.problem
            found = self.engine(problem).prepare(problem, self.limits).count({}, self.limits)
        except SearchLimitError as stopped:
            return Unknown(stopped.reason)
        return found if isinstance(found, Unknown) else found // (before * after)

    def effect(
        self,
        lost: _Found,
        gained: _Found,
        old: int | Unknown,
        new: int | Unknown,
        kept: int | Unknown,
    ) -> Effect:
        """The answer, put together."""
        sides = self.ground.old, self.ground.new
        return Effect(
            _kind(loses=bool(lost.examples), gains=bool(gained.examples)),
            _known(old),
            _known(new),
            _minus(old, sides[0].factor, kept) if lost.examples else 0,
            _minus(new, sides[1].factor, kept) if gained.examples else 0,
            _known(kept),
            tuple(lost.examples[: self.wanted]),
            tuple(gained.examples[: self.wanted]),
            self.left_out,
            next((each.reason for each in (old, new, kept) if isinstance(each, Unknown)), ""),
        )

    def examples_of(self, side: Side, other: Side, limits: SearchLimits) -> _Found:
        """Configurations of one version that the other refuses, one for each cause while more are wanted."""
        found = _Found()
        covered: set[str] = set()
        try:
            for cause, place_or_rule, constraints in self.causes(side, other):
                if len(found.examples) >= max(1, self.wanted):
                    break
                if place_or_rule in covered:
                    continue
                solution = next(cause.extended(constraints, limits).solutions({}, limits), None)
                if solution is not None:
                    chosen = side.lift(solution if cause is self.alone(side) else side.own(solution))
                    example = self.example(side, other, chosen)
                    found.examples.append(example)
                    covered |= {place_or_rule}
                    covered |= {each.rule or place for each in example.refusals for place in each.places}
        except SearchLimitError as stopped:
            found.complete = False
            found.reason = stopped.reason
        return found

    def causes(
        self, side: Side, other: Side
    ) -> Iterator[tuple[PreparedProblem, str, tuple[Constraint, ...]]]:
        """Everything for which the other version may refuse a configuration.

        With each comes the problem in which to look, and what it is about: a place or a rule.
        """
        if other.unfillable:
            yield self.alone(side), other.unfillable[0], ()
            return
        for loss in side.losses:
            yield self.alone(side), loss.place, loss.constraints
        own = {v for key in other.left_out for v in self.targets(other, key)}
        for constraint in other.new_to(side):
            if isinstance(constraint, SortedConstraint) or (
                constraint.scope and own.issuperset(constraint.scope)
            ):
                continue
            for contrary in contraries(constraint, self.ground.sizes):
                yield self.on_common_ground(side), _about(constraint), contrary

    def targets(self, side: Side, key: str) -> set[int]:
        """The variables of the common ground that a place of one version alone has."""
        views = (side.views[variable] for variable in side.layout.of[key].variables)
        return {view.target for view in views if view.target is not None}

    def alone(self, side: Side) -> PreparedProblem:
        """A version's own problem, for examples."""
        return self._prepared[0 if side is self.ground.old else 1]()

    def on_common_ground(self, side: Side) -> PreparedProblem:
        """What a version says on common ground, for examples."""
        return self._prepared[2 if side is self.ground.old else 3]()

    @cached_property
    def _prepared(self) -> "tuple[_Lazily, _Lazily, _Lazily, _Lazily]":
        ground = self.ground
        problems = (
            ground.old.problem,
            ground.new.problem,
            ConstraintProblem(ground.variables, ground.old.constraints),
            ConstraintProblem(ground.variables, ground.new.constraints),
        )
        first, second, third, fourth = (_Lazily(problem, self) for problem in problems)
        return first, second, third, fourth

    def example(self, side: Side, other: Side, chosen: Chosen) -> Example:
        """A configuration with what the other version has against it."""
        catalog = side.product.catalog
        against = refusals(other.product.lowered, catalog.places, chosen)
        return Example(configuration_of(catalog, chosen), against)

    # ------------------------------------------------------------ by listing

    def by_listing(self) -> Effect | Unknown:
        """The answer from all configurations of both versions, where they are few."""
        names = ", ".join(f"`{key}`" for key in self.entangled)
        counts = [product.prepared.count({}, self.limits) for product in (self.old, self.new)]
        for counted in counts:
            if isinstance(counted, Unknown):
                return counted
            if counted > MOST_LISTED:
                return Unknown(
                    f"only one version has {names}, and its rules read that: beyond {MOST_LISTED:,} "
                    "configurations it is not known which of them are the same without it"
                )
        first, second = self.ground.old, self.ground.new
        before, after = self.listed(first), self.listed(second)
        lost = [chosen for content, chosen in before.items() if content not in after]
        gained = [chosen for content, chosen in after.items() if content not in before]
        return Effect(
            _kind(loses=bool(lost), gains=bool(gained)),
            _known(counts[0]),
            _known(counts[1]),
            len(lost),
            len(gained),
            len(before) - len(lost),
            tuple(self.listed_example(first, second, chosen) for chosen in lost[: self.wanted]),
            tuple(self.listed_example(second, first, chosen) for chosen in gained[: self.wanted]),
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
        """What is in each place; nothing where the version has no such place, or leaves it out."""
        told: list[object] = []
        for key in self.ground.places:
            if key in side.left_out:
                told.append(frozenset())
            elif key in chosen.units:
                told.append(frozenset((component.sku, amount) for component, amount in chosen.units[key]))
            else:
                value = chosen.options.get(key, frozenset())
                # Python holds yes for 1.
                told.append(("yesno", value) if isinstance(value, bool) else value)
        return tuple(told)

    def listed_example(self, side: Side, other: Side, chosen: Chosen) -> Example:
        """The same where no single filling of what was left out can be blamed."""
        example = self.example(side, other, chosen)
        if not other.entangled or any(each.kind != "rule" for each in example.refusals):
            return example
        names = " and ".join(f"`{key}`" for key in other.entangled)
        message = f"there is no way to fill {names} that keeps the rules"
        refusal = Refusal("place", None, (), other.entangled, message, "")
        return Example(example.configuration, (refusal,))


@frozen(eq=False, slots=False)
class _Lazily:
    """A problem prepared for examples when the first is wanted."""

    problem: ConstraintProblem
    comparison: Comparison

    @cached_property
    def prepared(self) -> PreparedProblem:
        engine = self.comparison.engine(self.problem, for_examples=True)
        return engine.prepare(self.problem, self.comparison.limits)

    def __call__(self) -> PreparedProblem:
        return self.prepared


def _about(constraint: Constraint) -> str:
    origin = constraint.origin
    if isinstance(origin, RestrictionOrigin):
        return origin.restriction.key
    return str(getattr(origin, "place", ""))


def _kind(*, loses: bool, gains: bool) -> Kind:
    if loses:
        return "both" if gains else "specialisation"
    return "generalisation" if gains else "refactoring"


def _known(count: int | Unknown) -> int | None:
    return None if isinstance(count, Unknown) else count


def _minus(count: int | Unknown, factor: int, kept: int | Unknown) -> int | None:
    if isinstance(count, Unknown) or isinstance(kept, Unknown):
        return None
    return count // factor - kept
