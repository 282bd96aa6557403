"""What an analysis found: findings with codes, and the figures behind them."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from attrs import field, frozen

from configurator.configuration.model import Configuration
from configurator.configuration.pricing import Amount, Priced
from configurator.diagnostics.diagnostic import Severity
from configurator.engines.engine import Unknown

DEAD = "A0801"
FALSE_OPTIONAL = "A0802"
REDUNDANT = "A0803"
VOID = "A0804"
UNREACHABLE = "A0805"
WEIGHT = "A0806"
NEVER_FIRES = "A0807"
FORCED = "A0808"
TIGHT = "A0809"
IDLE_ROW = "A0810"
RANGE = "A0811"
NEVER_NEEDED = "A0812"
CHOKE = "A0813"
OPEN = "A0814"
ELSEWHERE = "A0815"

LEVELS: Mapping[str, tuple[str, Severity]] = MappingProxyType(
    {
        VOID: ("void catalog", Severity.ERROR),
        DEAD: ("dead component", Severity.WARNING),
        FALSE_OPTIONAL: ("false optional", Severity.WARNING),
        UNREACHABLE: ("unreachable", Severity.WARNING),
        REDUNDANT: ("redundant", Severity.WARNING),
        NEVER_FIRES: ("never fires", Severity.WARNING),
        IDLE_ROW: ("idle row", Severity.WARNING),
        FORCED: ("forced", Severity.HINT),
        ELSEWHERE: ("elsewhere", Severity.HINT),
        WEIGHT: ("weight", Severity.HINT),
        TIGHT: ("tight", Severity.HINT),
        RANGE: ("range", Severity.HINT),
        NEVER_NEEDED: ("never needed", Severity.HINT),
        CHOKE: ("choke", Severity.HINT),
        OPEN: ("undecided", Severity.HINT),
    }
)
"""By code, in the order in which findings are told: what it is called, and how grave it is."""


UNREACHED = "dead components and values"
UNAVOIDABLE = "what is forced"
IDLE_RULES = "redundant rules"
SILENT_RULES = "warnings that never speak"
IDLE_ROWS = "rows of tables"
MAY_WARN = frozenset({UNREACHED, UNAVOIDABLE, IDLE_RULES, SILENT_RULES, IDLE_ROWS})
"""The topics that findings graver than hints come from."""


@frozen
class Finding:
    """One thing found out about a catalog.

    Attributes:
        code: a code of the area A08, such as `A0801`.
        message: one line.
        about: what it is about: SKUs, paths of places, ids of rules.
        location: where that stands, `file:line:column`; empty for the catalog as a whole.
        because: ids of the rules, tables and resources that make it so, in the order declared: no fewer do.
            Empty where the declarations alone do, or where a limit kept them from being found.
        notes: further lines for people.
        witness: a configuration that shows it; `None` where it is shown by there being none.
    """

    code: str
    message: str
    about: tuple[str, ...] = ()
    location: str = ""
    because: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    witness: Configuration | None = field(default=None, repr=False)

    @property
    def kind(self) -> str:
        """What such a finding is called: `dead component`."""
        return LEVELS[self.code][0]

    @property
    def severity(self) -> Severity:
        """How grave it is."""
        return LEVELS[self.code][1]


@frozen
class RuleWeight:
    """How much a rule, table or resource decides.

    Attributes:
        rule: its id.
        alone: how many combinations it alone refuses: so many more would be valid without it.
        witness: one of them: a configuration that breaks this rule and keeps all others; `None` where
            there is none or a limit kept it from being found.
    """

    rule: str
    alone: int | Unknown
    witness: Configuration | None = field(default=None, repr=False)


@frozen
class ResourceLeft:
    """How tight a resource is.

    Attributes:
        least: the least that a valid configuration leaves of it, in its unit.
        witness: the first such configuration.
        enough: from which supply on it refuses nothing that all else allows; `None` where it does even with
            the greatest, or where the supply is not one component's.
    """

    resource: str
    least: Amount
    witness: Configuration = field(repr=False)
    enough: Amount | None


@frozen
class PriceSpan:
    """The cheapest and the dearest configuration, by the calc `price`; `None` where a limit stopped it."""

    cheapest: Priced | None
    dearest: Priced | None


@frozen
class ComponentShare:
    """In how many of all valid configurations a component is."""

    component: str
    configurations: int


@frozen
class FamilyShares:
    """The components of a slot that are in force, most frequent first; equal ones in catalog order."""

    slot: str
    components: tuple[ComponentShare, ...]


@frozen
class VoidCatalog:
    """Why there is no valid configuration at all.

    Attributes:
        conflicts: minimal sets of rules that cannot hold together, as ids in the order declared.
        complete: whether these are all such sets.
        drops: the smallest sets of rules without which there are valid configurations; all of that size,
            unless a limit cut them short.
        empty: slots that must be filled and have no component in force. The conflicts are then of rules
            that read none of these, and there is nothing to drop: no rule keeps them empty.
    """

    conflicts: tuple[tuple[str, ...], ...]
    complete: bool
    drops: tuple[tuple[str, ...], ...]
    empty: tuple[str, ...]


@frozen
class Analysis:
    """What a catalog says on a day.

    Attributes:
        as_of: the day.
        configurations: how many are valid.
        findings: the gravest first, then by code, then in catalog order.
        weights: of each rule, table and resource that decides, in the order declared.
        resources: those that ever decide, in the order declared.
        prices: `None` without a calc `price`, without configurations, or where limits stopped both ends.
        families: the slots of which shares could be told, in catalog order.
        void: why there is no valid configuration; `None` where there is one.
        open: what limits kept from being found out, by topic.
    """

    as_of: date
    configurations: int | Unknown
    findings: tuple[Finding, ...]
    weights: tuple[RuleWeight, ...] = ()
    resources: tuple[ResourceLeft, ...] = ()
    prices: PriceSpan | None = None
    families: tuple[FamilyShares, ...] = ()
    void: VoidCatalog | None = None
    open: Mapping[str, Unknown] = field(factory=dict)

    def of(self, code: str) -> tuple[Finding, ...]:
        """The findings with a code."""
        return tuple(found for found in self.findings if found.code == code)

    @property
    def dead_components(self) -> tuple[str, ...]:
        """SKUs in force that are in no valid configuration, in catalog order."""
        return tuple(sku for found in self.of(DEAD) for sku in found.about)

    @property
    def redundant_rules(self) -> tuple[str, ...]:
        """Ids of rules, tables and resources without which exactly the same would be valid."""
        idle = (*self.of(REDUNDANT), *self.of(NEVER_FIRES))
        names = {rule for found in idle for rule in found.about}
        return tuple(weight.rule for weight in self.weights if weight.rule in names)

    @property
    def complete(self) -> bool:
        """Whether every error and warning there is was found: no limit stopped what finds them."""
        return not MAY_WARN & self.open.keys()

    def or_raise(self) -> "Analysis":
        """This answer."""
        return self
