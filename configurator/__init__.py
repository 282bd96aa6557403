"""Rule-based product configuration: from a catalog text to an order accepted against stock.

    from configurator import Configurator

    pc = Configurator.load("package:desktop_pc")
    pc.validate({"cpu": "CPU-7800X3D", "board": "MB-Z790-TUF"})

The names below are the public face. Each is imported when it is first used, so that
`import configurator` costs next to nothing.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, timedelta

    from configurator.acceptance.costs import OrderCost
    from configurator.acceptance.decision import (
        Accepted,
        Available,
        Decision,
        LineAlternatives,
        OrderIncomplete,
        Promised,
        RejectedInvalid,
        RejectedUnavailable,
    )
    from configurator.acceptance.masters import component_masters
    from configurator.acceptance.nearest import Nearest, Proposal, Unbuildable
    from configurator.acceptance.promising import LinePromise, OrderPromise, ToProcure
    from configurator.acceptance.stock_analysis import Choke, StockAnalysis, StockDead
    from configurator.authoring.analysis.findings import (
        Analysis,
        ComponentShare,
        FamilyShares,
        Finding,
        PriceSpan,
        ResourceLeft,
        RuleWeight,
        VoidCatalog,
    )
    from configurator.authoring.coverage.elements import CoverageElement
    from configurator.authoring.coverage.report import (
        CoveringScenario,
        ElementCoverage,
        RuleCoverage,
        combined_coverage,
    )
    from configurator.authoring.coverage.scenario import ScenarioCoverage
    from configurator.authoring.covering.product_factors import CoveringFactor
    from configurator.authoring.covering.sample import CoveringSample
    from configurator.authoring.difference import Difference, Effect
    from configurator.authoring.mutation.explained import ExplainedMutant
    from configurator.authoring.mutation.mutants import Mutant
    from configurator.authoring.mutation.outcomes import (
        EquivalentMutant,
        KilledMutant,
        MutantReport,
        MutationReport,
        StaleExplanation,
        SurvivingMutant,
        UndecidedMutant,
    )
    from configurator.authoring.scenarios.outcomes import (
        Compared,
        ExpectationOutcome,
        NumberUpdate,
        Ruling,
        ScenarioOutcome,
        ScenarioReport,
    )
    from configurator.authoring.tables.answers import TableChange, TablesImported, TablesRefused
    from configurator.availability.answers.atp import AtpRow, AtpTable, atp
    from configurator.availability.answers.atp_grid import AtpGrid, atp_grid
    from configurator.availability.answers.buildable import (
        AlternativeLine,
        Buildable,
        BuildableComponent,
        buildable,
        buildable_with_alternatives,
    )
    from configurator.availability.answers.calendar import ClosedDays, WorkingCalendar
    from configurator.availability.answers.pegging import Peg, Pegging, Unpegged, pegging
    from configurator.availability.answers.promise import (
        Promise,
        PromisedComponent,
        PromiseSource,
        SourceKind,
        promise,
        promise_each,
    )
    from configurator.availability.answers.shortages import LowItem, StockShortages, shortages
    from configurator.availability.balances import Shortage, StockBalance, StockCheck
    from configurator.availability.changes import StockChange
    from configurator.availability.demand import Demand, DemandLine
    from configurator.availability.ledger import EventKind, StockEvent, StockMovement
    from configurator.availability.masters import ItemMaster, Policy
    from configurator.availability.opening import open_stock
    from configurator.availability.reservations import (
        Refused,
        Reservation,
        ReservationRequest,
        ReservationState,
        Reserved,
        ReservedLine,
    )
    from configurator.availability.snapshot import StockSnapshot
    from configurator.availability.stock_file import StockFile, parse_stock, read_stock_file
    from configurator.availability.stock_import import ImportLine, ImportPlan
    from configurator.availability.store import StockStore
    from configurator.availability.supply import Commitment, Supply
    from configurator.building.catalog import CatalogBuilder
    from configurator.building.cells import Pattern
    from configurator.building.families import FamilyBuilder
    from configurator.building.parts import AssemblyBuilder
    from configurator.building.sources import TableFile
    from configurator.configuration.columns import ConfigurationColumns, FastPage
    from configurator.configuration.completion import Completed, NotCompletable, WishOutcome
    from configurator.configuration.domains import ValidDomains
    from configurator.configuration.enumeration import Count
    from configurator.configuration.inspection import Inspection
    from configurator.configuration.model import ComponentQuantity, Configuration, InstanceValue
    from configurator.configuration.outlook import Availability
    from configurator.configuration.pricing import Amount, Priced, PriceRange
    from configurator.configuration.reasons import (
        ByDefault,
        Cheaper,
        ChosenByCustomer,
        Excluded,
        Forced,
        NotForced,
        Possible,
        PriceLine,
        PriceReason,
        Retreat,
    )
    from configurator.configuration.repairs import Change, Repair, Repairs, Unrepairable
    from configurator.configuration.saved import SavedConfiguration
    from configurator.configuration.session import ChosenAnyway, Session
    from configurator.configuration.upgrade import Broken, LostBundle, Repaired, Unchanged
    from configurator.configuration.validation import Incomplete, Invalid, Valid
    from configurator.configurator import Configurator
    from configurator.engines.engine import Unknown
    from configurator.errors import ArtefactError, CatalogBuildError, CatalogError, ConfiguratorError
    from configurator.explanation.checking import Checked, Refuted, Unchecked
    from configurator.explanation.conflict import Conflict, Conflicts, RowReference, Witness
    from configurator.explanation.derivation import Derivation, Left, Premise, Step
    from configurator.explanation.evidence import (
        DecisionEvidence,
        EffectivityEvidence,
        RuleEvidence,
        StockEvidence,
        WishEvidence,
    )
    from configurator.syntax.formatting.formatter import Formatted, Unformattable, format_text
    from configurator.table_files import export_table_texts, export_tables, import_tables

    DISTRIBUTION: str
    __version__: str

__all__ = [
    "Accepted",
    "AlternativeLine",
    "Amount",
    "Analysis",
    "ArtefactError",
    "AssemblyBuilder",
    "AtpGrid",
    "AtpRow",
    "AtpTable",
    "Availability",
    "Available",
    "Broken",
    "Buildable",
    "BuildableComponent",
    "ByDefault",
    "CatalogBuildError",
    "CatalogBuilder",
    "CatalogError",
    "Change",
    "Cheaper",
    "Checked",
    "Choke",
    "ChosenAnyway",
    "ChosenByCustomer",
    "ClosedDays",
    "Commitment",
    "Compared",
    "Completed",
    "ComponentQuantity",
    "ComponentShare",
    "Configuration",
    "ConfigurationColumns",
    "Configurator",
    "ConfiguratorError",
    "Conflict",
    "Conflicts",
    "Count",
    "CoverageElement",
    "CoveringFactor",
    "CoveringSample",
    "CoveringScenario",
    "DecisionEvidence",
    "Demand",
    "DemandLine",
    "Derivation",
    "Difference",
    "Effect",
    "EffectivityEvidence",
    "ElementCoverage",
    "EquivalentMutant",
    "EventKind",
    "Excluded",
    "ExpectationOutcome",
    "ExplainedMutant",
    "FamilyBuilder",
    "FamilyShares",
    "FastPage",
    "Finding",
    "Forced",
    "Formatted",
    "ImportLine",
    "ImportPlan",
    "Incomplete",
    "Inspection",
    "InstanceValue",
    "Invalid",
    "ItemMaster",
    "KilledMutant",
    "Left",
    "LineAlternatives",
    "LinePromise",
    "LostBundle",
    "LowItem",
    "Mutant",
    "MutantReport",
    "MutationReport",
    "Nearest",
    "NotCompletable",
    "NotForced",
    "NumberUpdate",
    "OrderCost",
    "OrderIncomplete",
    "OrderPromise",
    "Pattern",
    "Peg",
    "Pegging",
    "Policy",
    "Possible",
    "Premise",
    "PriceLine",
    "PriceRange",
    "PriceReason",
    "PriceSpan",
    "Priced",
    "Promise",
    "PromiseSource",
    "Promised",
    "PromisedComponent",
    "Proposal",
    "Refused",
    "Refuted",
    "RejectedInvalid",
    "RejectedUnavailable",
    "Repair",
    "Repaired",
    "Repairs",
    "Reservation",
    "ReservationRequest",
    "ReservationState",
    "Reserved",
    "ReservedLine",
    "ResourceLeft",
    "Retreat",
    "RowReference",
    "RuleCoverage",
    "RuleEvidence",
    "RuleWeight",
    "Ruling",
    "SavedConfiguration",
    "ScenarioCoverage",
    "ScenarioOutcome",
    "ScenarioReport",
    "Session",
    "Shortage",
    "SourceKind",
    "StaleExplanation",
    "Step",
    "StockAnalysis",
    "StockBalance",
    "StockChange",
    "StockCheck",
    "StockDead",
    "StockEvent",
    "StockEvidence",
    "StockFile",
    "StockMovement",
    "StockShortages",
    "StockSnapshot",
    "StockStore",
    "Supply",
    "SurvivingMutant",
    "TableChange",
    "TableFile",
    "TablesImported",
    "TablesRefused",
    "ToProcure",
    "Unbuildable",
    "Unchanged",
    "Unchecked",
    "UndecidedMutant",
    "Unformattable",
    "Unknown",
    "Unpegged",
    "Unrepairable",
    "Valid",
    "ValidDomains",
    "VoidCatalog",
    "WishEvidence",
    "WishOutcome",
    "Witness",
    "WorkingCalendar",
    "__version__",
    "accept",
    "atp",
    "atp_grid",
    "buildable",
    "buildable_with_alternatives",
    "combined_coverage",
    "component_masters",
    "export_table_texts",
    "export_tables",
    "format_text",
    "import_tables",
    "open_stock",
    "parse_stock",
    "pegging",
    "promise",
    "promise_each",
    "read_stock_file",
    "shortages",
]

# Where each name lives. A test holds this table against the imports above.
_HOMES = {
    "Accepted": "configurator.acceptance.decision",
    "AlternativeLine": "configurator.availability.answers.buildable",
    "Amount": "configurator.configuration.pricing",
    "Analysis": "configurator.authoring.analysis.findings",
    "ArtefactError": "configurator.errors",
    "AssemblyBuilder": "configurator.building.parts",
    "AtpGrid": "configurator.availability.answers.atp_grid",
    "AtpRow": "configurator.availability.answers.atp",
    "AtpTable": "configurator.availability.answers.atp",
    "Availability": "configurator.configuration.outlook",
    "Available": "configurator.acceptance.decision",
    "Broken": "configurator.configuration.upgrade",
    "Buildable": "configurator.availability.answers.buildable",
    "BuildableComponent": "configurator.availability.answers.buildable",
    "ByDefault": "configurator.configuration.reasons",
    "CatalogBuildError": "configurator.errors",
    "CatalogBuilder": "configurator.building.catalog",
    "CatalogError": "configurator.errors",
    "Change": "configurator.configuration.repairs",
    "Cheaper": "configurator.configuration.reasons",
    "Checked": "configurator.explanation.checking",
    "Choke": "configurator.acceptance.stock_analysis",
    "ChosenAnyway": "configurator.configuration.session",
    "ChosenByCustomer": "configurator.configuration.reasons",
    "ClosedDays": "configurator.availability.answers.calendar",
    "Commitment": "configurator.availability.supply",
    "Compared": "configurator.authoring.scenarios.outcomes",
    "Completed": "configurator.configuration.completion",
    "ComponentQuantity": "configurator.configuration.model",
    "ComponentShare": "configurator.authoring.analysis.findings",
    "Configuration": "configurator.configuration.model",
    "ConfigurationColumns": "configurator.configuration.columns",
    "Configurator": "configurator.configurator",
    "ConfiguratorError": "configurator.errors",
    "Conflict": "configurator.explanation.conflict",
    "Conflicts": "configurator.explanation.conflict",
    "Count": "configurator.configuration.enumeration",
    "CoverageElement": "configurator.authoring.coverage.elements",
    "CoveringFactor": "configurator.authoring.covering.product_factors",
    "CoveringSample": "configurator.authoring.covering.sample",
    "CoveringScenario": "configurator.authoring.coverage.report",
    "DecisionEvidence": "configurator.explanation.evidence",
    "Demand": "configurator.availability.demand",
    "DemandLine": "configurator.availability.demand",
    "Derivation": "configurator.explanation.derivation",
    "Difference": "configurator.authoring.difference",
    "Effect": "configurator.authoring.difference",
    "EffectivityEvidence": "configurator.explanation.evidence",
    "ElementCoverage": "configurator.authoring.coverage.report",
    "EquivalentMutant": "configurator.authoring.mutation.outcomes",
    "EventKind": "configurator.availability.ledger",
    "Excluded": "configurator.configuration.reasons",
    "ExpectationOutcome": "configurator.authoring.scenarios.outcomes",
    "ExplainedMutant": "configurator.authoring.mutation.explained",
    "FamilyBuilder": "configurator.building.families",
    "FamilyShares": "configurator.authoring.analysis.findings",
    "FastPage": "configurator.configuration.columns",
    "Finding": "configurator.authoring.analysis.findings",
    "Forced": "configurator.configuration.reasons",
    "Formatted": "configurator.syntax.formatting.formatter",
    "ImportLine": "configurator.availability.stock_import",
    "ImportPlan": "configurator.availability.stock_import",
    "Incomplete": "configurator.configuration.validation",
    "Inspection": "configurator.configuration.inspection",
    "InstanceValue": "configurator.configuration.model",
    "Invalid": "configurator.configuration.validation",
    "ItemMaster": "configurator.availability.masters",
    "KilledMutant": "configurator.authoring.mutation.outcomes",
    "Left": "configurator.explanation.derivation",
    "LineAlternatives": "configurator.acceptance.decision",
    "LinePromise": "configurator.acceptance.promising",
    "LostBundle": "configurator.configuration.upgrade",
    "LowItem": "configurator.availability.answers.shortages",
    "Mutant": "configurator.authoring.mutation.mutants",
    "MutantReport": "configurator.authoring.mutation.outcomes",
    "MutationReport": "configurator.authoring.mutation.outcomes",
    "Nearest": "configurator.acceptance.nearest",
    "NotCompletable": "configurator.configuration.completion",
    "NotForced": "configurator.configuration.reasons",
    "NumberUpdate": "configurator.authoring.scenarios.outcomes",
    "OrderCost": "configurator.acceptance.costs",
    "OrderIncomplete": "configurator.acceptance.decision",
    "OrderPromise": "configurator.acceptance.promising",
    "Pattern": "configurator.building.cells",
    "Peg": "configurator.availability.answers.pegging",
    "Pegging": "configurator.availability.answers.pegging",
    "Policy": "configurator.availability.masters",
    "Possible": "configurator.configuration.reasons",
    "Premise": "configurator.explanation.derivation",
    "PriceLine": "configurator.configuration.reasons",
    "PriceRange": "configurator.configuration.pricing",
    "PriceReason": "configurator.configuration.reasons",
    "PriceSpan": "configurator.authoring.analysis.findings",
    "Priced": "configurator.configuration.pricing",
    "Promise": "configurator.availability.answers.promise",
    "PromiseSource": "configurator.availability.answers.promise",
    "Promised": "configurator.acceptance.decision",
    "PromisedComponent": "configurator.availability.answers.promise",
    "Proposal": "configurator.acceptance.nearest",
    "Refused": "configurator.availability.reservations",
    "Refuted": "configurator.explanation.checking",
    "RejectedInvalid": "configurator.acceptance.decision",
    "RejectedUnavailable": "configurator.acceptance.decision",
    "Repair": "configurator.configuration.repairs",
    "Repaired": "configurator.configuration.upgrade",
    "Repairs": "configurator.configuration.repairs",
    "Reservation": "configurator.availability.reservations",
    "ReservationRequest": "configurator.availability.reservations",
    "ReservationState": "configurator.availability.reservations",
    "Reserved": "configurator.availability.reservations",
    "ReservedLine": "configurator.availability.reservations",
    "ResourceLeft": "configurator.authoring.analysis.findings",
    "Retreat": "configurator.configuration.reasons",
    "RowReference": "configurator.explanation.conflict",
    "RuleCoverage": "configurator.authoring.coverage.report",
    "RuleEvidence": "configurator.explanation.evidence",
    "RuleWeight": "configurator.authoring.analysis.findings",
    "Ruling": "configurator.authoring.scenarios.outcomes",
    "SavedConfiguration": "configurator.configuration.saved",
    "ScenarioCoverage": "configurator.authoring.coverage.scenario",
    "ScenarioOutcome": "configurator.authoring.scenarios.outcomes",
    "ScenarioReport": "configurator.authoring.scenarios.outcomes",
    "Session": "configurator.configuration.session",
    "Shortage": "configurator.availability.balances",
    "SourceKind": "configurator.availability.answers.promise",
    "StaleExplanation": "configurator.authoring.mutation.outcomes",
    "Step": "configurator.explanation.derivation",
    "StockAnalysis": "configurator.acceptance.stock_analysis",
    "StockBalance": "configurator.availability.balances",
    "StockChange": "configurator.availability.changes",
    "StockCheck": "configurator.availability.balances",
    "StockDead": "configurator.acceptance.stock_analysis",
    "StockEvent": "configurator.availability.ledger",
    "StockEvidence": "configurator.explanation.evidence",
    "StockFile": "configurator.availability.stock_file",
    "StockMovement": "configurator.availability.ledger",
    "StockShortages": "configurator.availability.answers.shortages",
    "StockSnapshot": "configurator.availability.snapshot",
    "StockStore": "configurator.availability.store",
    "Supply": "configurator.availability.supply",
    "SurvivingMutant": "configurator.authoring.mutation.outcomes",
    "TableChange": "configurator.authoring.tables.answers",
    "TableFile": "configurator.building.sources",
    "TablesImported": "configurator.authoring.tables.answers",
    "TablesRefused": "configurator.authoring.tables.answers",
    "ToProcure": "configurator.acceptance.promising",
    "Unbuildable": "configurator.acceptance.nearest",
    "Unchanged": "configurator.configuration.upgrade",
    "Unchecked": "configurator.explanation.checking",
    "UndecidedMutant": "configurator.authoring.mutation.outcomes",
    "Unformattable": "configurator.syntax.formatting.formatter",
    "Unknown": "configurator.engines.engine",
    "Unpegged": "configurator.availability.answers.pegging",
    "Unrepairable": "configurator.configuration.repairs",
    "Valid": "configurator.configuration.validation",
    "ValidDomains": "configurator.configuration.domains",
    "VoidCatalog": "configurator.authoring.analysis.findings",
    "WishEvidence": "configurator.explanation.evidence",
    "WishOutcome": "configurator.configuration.completion",
    "Witness": "configurator.explanation.conflict",
    "WorkingCalendar": "configurator.availability.answers.calendar",
    "atp": "configurator.availability.answers.atp",
    "atp_grid": "configurator.availability.answers.atp_grid",
    "buildable": "configurator.availability.answers.buildable",
    "buildable_with_alternatives": "configurator.availability.answers.buildable",
    "combined_coverage": "configurator.authoring.coverage.report",
    "component_masters": "configurator.acceptance.masters",
    "export_table_texts": "configurator.table_files",
    "export_tables": "configurator.table_files",
    "format_text": "configurator.syntax.formatting.formatter",
    "import_tables": "configurator.table_files",
    "open_stock": "configurator.availability.opening",
    "parse_stock": "configurator.availability.stock_file",
    "pegging": "configurator.availability.answers.pegging",
    "promise": "configurator.availability.answers.promise",
    "promise_each": "configurator.availability.answers.promise",
    "read_stock_file": "configurator.availability.stock_file",
    "shortages": "configurator.availability.answers.shortages",
}


if not TYPE_CHECKING:  # a type checker that sees it would take any name at all for granted

    def __getattr__(name: str) -> Any:
        value: Any
        if name in {"DISTRIBUTION", "__version__"}:
            value = _metadata(name)
        elif name in _HOMES:
            from importlib import import_module  # noqa: PLC0415 - the point of this module is to import late

            value = getattr(import_module(_HOMES[name]), name)
        else:
            raise AttributeError(f"module `configurator` has no attribute `{name}`")
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _metadata(name: str) -> str:
    from configurator import distribution  # noqa: PLC0415 - 20 ms that few callers need

    return distribution.DISTRIBUTION if name == "DISTRIBUTION" else distribution.library_version()


def accept(
    configurator: "Configurator",
    configuration: "Mapping[str, object]",
    stock: "StockStore",
    *,
    order: str,
    ttl: "timedelta | None" = None,
    key: str | None = None,
    as_of: "date | None" = None,
    seconds: float | None = None,
) -> "Decision":
    """Accept one product for an order: valid, then available, then reserved all or nothing.

    The short form of `Configurator.accept`, which also takes orders of several lines.

    Args:
        configurator: the catalog.
        configuration: what is ordered, once; a `Configuration` or choices by dotted path.
        stock: an open store.
        order: the order's id.
        ttl: how long to hold the components; `None` allocates them for good.
        key: the idempotency key; by default made from the order's id.
        as_of: the day of the order; today when left out.
        seconds: the time limit for the search, if one is needed.

    Raises:
        ChoiceError: a choice names what does not exist.
        IdempotencyConflict: the key was used before with other content.
        StockError: the store cannot answer.
    """
    lines = [{"configuration": _as_handed_in(configuration)}]
    return configurator.accept(
        {"lines": lines}, stock, order_id=order, ttl=ttl, key=key, as_of=as_of, seconds=seconds
    )


def _as_handed_in(configuration: "Mapping[str, object]") -> object:
    # One spelling for one content: the same order as an object and as JSON must share its idempotency key.
    to_dict = getattr(configuration, "to_dict", None)
    return to_dict() if to_dict else configuration
