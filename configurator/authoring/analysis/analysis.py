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
from configurator.authoring.analysis.prices import never_needed, price_objective, price_span, range_finding
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
from configurator.configuration.product import PreparedProduct
from configurator.engines.engine import NO_LIMITS, SearchLimits, Unknown
from configurator.errors import SearchLimitError
from configurator.explanation.conflict import switched_rules


def analyze(product: PreparedProduct, limits: SearchLimits = NO_LIMITS) -> Analysis | Unknown:
    """Find out what a catalog says on a day.

    Counts take half of the time left at most, so that what needs none is decided all the same; what a limit
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


@define(eq=False)
class _Work:
    """An analysis under way."""

    ground: Ground
    findings: list[Finding] = field(factory=list)
    open: dict[str, Unknown] = field(factory=dict)

    def done(self) -> Analysis:
        """Everything, the dearest last."""
        ground = self.ground
        limits = ground.limits
        half = limits.half()
        found = counted(ground.product, ground.rules, half)
        if isinstance(found, Unknown) and half.deadline is not None and half.now() > half.deadline:
            found = Unknown("half of the time left did not suffice")
        number = len(ground.rules.restrictions)
        alone = (found,) * number if isinstance(found, Unknown) else found.alone
        if isinstance(found, Unknown):
            self.open["counts"] = found
            total = ground.product.prepared.count({}, limits.half())
        else:
            total = found.everything
        self.collect(UNREACHED, lambda: unreachable(ground))
        self.collect(UNAVOIDABLE, lambda: unavoidable(ground))
        idle = self.collect(IDLE_RULES, lambda: redundant(ground, alone))
        self.collect(SILENT_RULES, lambda: never_told(ground))
        idle_ids = redundant_ids(idle, ground.rules.restrictions)
        self.collect(IDLE_ROWS, lambda: idle_rows(ground, idle_ids))
        weights = rule_weights(ground, alone)
        line = weight_finding(weights, total)
        self.findings += [] if line is None else [line]
        resources = self.resources(idle_ids, weights)
        families = self.families(weights, total)
        prices = self.prices()
        self.findings += [
            Finding(OPEN, f"{topic}: {unknown.reason}", (topic,)) for topic, unknown in self.open.items()
        ]
        order = {code: at for at, code in enumerate(LEVELS)}
        ranked = tuple(sorted(self.findings, key=lambda each: order[each.code]))
        return Analysis(
            ground.lowered.as_of, total, ranked, weights, resources, prices, families, open=self.open
        )

    def collect(self, topic: str, find: Callable[[], Iterator[Finding]]) -> list[Finding]:
        """The findings of one topic, as far as the limits let them be found."""
        found: list[Finding] = []
        try:
            found.extend(find())
        except SearchLimitError as stopped:
            self.open[topic] = Unknown(stopped.reason)
        self.findings += found
        return found

    def resources(self, idle: frozenset[str], weights: tuple[RuleWeight, ...]) -> tuple[ResourceLeft, ...]:
        """How tight resources are."""
        alone = {weight.rule: weight.alone for weight in weights}
        found: list[ResourceLeft] = []

        def told() -> Iterator[Finding]:
            for each in resources_left(self.ground, idle):
                found.append(each)
                yield tight_finding(self.ground, each, alone[each.resource])

        self.collect("how tight resources are", told)
        return tuple(found)

    def families(self, weights: tuple[RuleWeight, ...], total: int | Unknown) -> tuple[FamilyShares, ...]:
        """The shares of components, and the slots that choke."""
        found: list[FamilyShares] = []

        def told() -> Iterator[Finding]:
            found.extend(family_shares(self.ground))
            if isinstance(total, int):
                yield from choking(self.ground, tuple(found), weights, total)

        self.collect("shares of components", told)
        return tuple(found)

    def prices(self) -> PriceSpan | None:
        """The range of prices, and what is never needed."""
        spans: list[PriceSpan] = []

        def told() -> Iterator[Finding]:
            objective = price_objective(self.ground)
            span = None if objective is None else price_span(self.ground, objective)
            if objective is None or span is None:
                return
            spans.append(span)
            yield range_finding(span)
            idle = never_needed(self.ground, objective)
            if idle is not None:
                yield idle

        self.collect("prices", told)
        return spans[0] if spans else None
