"""The whole analysis, topic by topic; what a limit stops is told as undecided."""

from collections.abc import Callable, Iterator

from attrs import define, field

from configurator.authoring.analysis.choking import choking, family_shares
from configurator.authoring.analysis.findings import (
    IDLE_ROWS,
    IDLE_RULES,
    LEVELS,
    OPEN,
    SILENT_RULES,
    UNAVOIDABLE,
    UNREACHED,
    Analysis,
    FamilyShares,
    Finding,
    PriceSpan,
    ResourceLeft,
    RuleWeight,
)
from configurator.authoring.analysis.ground import Ground
from configurator.authoring.analysis.prices import (
    cheapest_price,
    dearest_price,
    never_needed,
    price_objective,
    range_finding,
)
from configurator.authoring.analysis.reachability import unavoidable, unreachable
from configurator.authoring.analysis.redundancy import idle_rows, never_told, redundant, redundant_ids
from configurator.authoring.analysis.void import void_catalog, void_finding
from configurator.authoring.analysis.weights import (
    counted,
    resources_left,
    rule_weights,
    tight_finding,
    weight_finding,
)
from configurator.configuration.pricing import Priced
from configurator.configuration.product import PreparedProduct
from configurator.engines.diagram.left_out import LeftOut
from configurator.engines.engine import NO_LIMITS, SearchLimits, Unknown
from configurator.errors import SearchLimitError
from configurator.explanation.conflict import switched_rules
from configurator.lowering.objectives import LoweredObjective


def analyze(product: PreparedProduct, limits: SearchLimits = NO_LIMITS) -> Analysis | Unknown:
    """Find out what a catalog says on a day.

    The cheapest configuration comes first, which takes a moment. Counts take half of the time left at most,
    and every other topic its share, so that what is easily told is told whatever else is hard; what a limit
    stops is left undecided, with the reason. Without even the valid domains all is unknown.
    """
    try:
        rules = switched_rules(product.lowered, limits)
        domains = product.prepared.domains({}, limits)
    except SearchLimitError as stopped:
        return Unknown(stopped.reason)
    if isinstance(domains, Unknown):
        return domains
    day = product.lowered.as_of
    if not all(domains):
        try:
            found = void_catalog(product.lowered, rules, limits)
        except SearchLimitError as stopped:
            return Unknown(stopped.reason)
        return Analysis(day, 0, (void_finding(found, product.lowered, rules),), void=found)
    return _Work(Ground(product, rules, domains, limits)).done()


CHEAPEST = "the cheapest configuration"
DEAREST = "the dearest configuration"
SPARED = "what is never needed"
TOPICS = 12
"""Among how many the time is shared."""


@define(eq=False)
class _Work:
    """An analysis under way.

    Attributes:
        topics: how many are still to be looked at.
    """

    ground: Ground
    findings: list[Finding] = field(factory=list)
    open: dict[str, Unknown] = field(factory=dict)
    topics: int = TOPICS

    def done(self) -> Analysis:
        """Everything: what takes a moment first, and each topic within a share of the time left."""
        ground = self.ground
        objective = self.objective()
        cheapest = None if objective is None else self.end_of_prices(CHEAPEST, cheapest_price, objective)
        found = self.counts()
        number = len(ground.rules.restrictions)
        alone = (found,) * number if isinstance(found, Unknown) else found.alone
        if isinstance(found, Unknown):
            total = ground.product.prepared.count({}, self.share())
        else:
            total = found.everything
        self.collect(UNREACHED, unreachable)
        self.collect(UNAVOIDABLE, unavoidable)
        idle = self.collect(IDLE_RULES, lambda ground: redundant(ground, alone))
        self.collect(SILENT_RULES, never_told)
        idle_ids = redundant_ids(idle, ground.rules.restrictions)
        self.collect(IDLE_ROWS, lambda ground: idle_rows(ground, idle_ids))
        weights = rule_weights(ground.within(self.share()), alone)
        line = weight_finding(weights, total)
        self.findings += [] if line is None else [line]
        resources = self.resources(idle_ids, weights)
        dearest = None if objective is None else self.end_of_prices(DEAREST, dearest_price, objective)
        prices = self.prices(cheapest, dearest)
        if objective is not None and prices is not None:
            self.collect(SPARED, lambda ground: never_needed(ground, objective))
        families = self.families(weights, total)
        self.findings += [
            Finding(OPEN, f"{topic}: {unknown.reason}", (topic,)) for topic, unknown in self.open.items()
        ]
        order = {code: at for at, code in enumerate(LEVELS)}
        ranked = tuple(sorted(self.findings, key=lambda each: order[each.code]))
        return Analysis(
            ground.lowered.as_of, total, ranked, weights, resources, prices, families, open=self.open
        )

    # ------------------------------------------------------------ time

    def share(self) -> SearchLimits:
        """The next topic's share of the time left: twice what would be its due if all took the same.

        What a topic leaves of it the others have; the last one has all that is left.
        """
        limits = self.ground.limits
        self.topics -= 1
        if limits.deadline is None:
            return limits
        left = max(0.0, limits.deadline - limits.now())
        seconds = left * 2 / (max(self.topics, 0) + 2)
        return SearchLimits(limits.now() + seconds, seconds, limits.now)

    def stopped(self, reason: str, share: SearchLimits) -> Unknown:
        """Why a topic is undecided; a limit that is but its share of the time is not told as the whole."""
        if share.deadline is None or share.now() <= share.deadline:
            return Unknown(reason)
        if not share.seconds:
            return Unknown("no time was left for it")
        return Unknown(f"{share.seconds:.3g} s, its share of the time, did not suffice")

    def collect(self, topic: str, find: Callable[[Ground], Iterator[Finding]]) -> list[Finding]:
        """The findings of one topic, as far as its share of the time lets them be found."""
        found: list[Finding] = []
        share = self.share()
        try:
            found.extend(find(self.ground.within(share)))
        except SearchLimitError as stopped:
            self.open[topic] = self.stopped(stopped.reason, share)
        self.findings += found
        return found

    # ------------------------------------------------------------ topics with figures of their own

    def counts(self) -> LeftOut | Unknown:
        """How much each rule refuses alone, within half of the time left: the rest hardly needs it."""
        self.topics -= 1
        half = self.ground.limits.half()
        found = counted(self.ground.product, self.ground.rules, half)
        if isinstance(found, Unknown):
            found = self.open["counts"] = self.stopped(found.reason, half)
        return found

    def resources(self, idle: frozenset[str], weights: tuple[RuleWeight, ...]) -> tuple[ResourceLeft, ...]:
        """How tight resources are."""
        alone = {weight.rule: weight.alone for weight in weights}
        found: list[ResourceLeft] = []

        def told(ground: Ground) -> Iterator[Finding]:
            for each in resources_left(ground, idle):
                found.append(each)
                yield tight_finding(ground, each, alone[each.resource])

        self.collect("how tight resources are", told)
        return tuple(found)

    def families(self, weights: tuple[RuleWeight, ...], total: int | Unknown) -> tuple[FamilyShares, ...]:
        """The shares of components, and the slots that choke."""
        found: list[FamilyShares] = []

        def told(ground: Ground) -> Iterator[Finding]:
            for each in family_shares(ground):
                found.append(each)
                finding = choking(ground, each, weights, total) if isinstance(total, int) else None
                if finding is not None:
                    yield finding

        self.collect("shares of components", told)
        return tuple(found)

    def objective(self) -> LoweredObjective | None:
        """The price as a sum; `None` where there is none."""
        try:
            return price_objective(self.ground)
        except SearchLimitError as stopped:
            self.open["prices"] = Unknown(stopped.reason)
            return None

    def end_of_prices(
        self,
        topic: str,
        find: Callable[[Ground, LoweredObjective], Priced | None],
        objective: LoweredObjective,
    ) -> Priced | None:
        """One end of the range of prices."""
        share = self.share()
        try:
            return find(self.ground.within(share), objective)
        except SearchLimitError as stopped:
            self.open[topic] = self.stopped(stopped.reason, share)
            return None

    def prices(self, cheapest: Priced | None, dearest: Priced | None) -> PriceSpan | None:
        """The range of prices, as far as it is known."""
        if cheapest is None and dearest is None:
            return None
        span = PriceSpan(cheapest, dearest)
        self.findings.append(range_finding(span))
        return span
