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

    from configurator.acceptance.decision import (
        Accepted,
        Available,
        Decision,
        OrderIncomplete,
        RejectedInvalid,
        RejectedUnavailable,
    )
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
    from configurator.authoring.difference import Difference, Effect
    from configurator.authoring.scenarios.outcomes import (
        Compared,
        ExpectationOutcome,
        NumberUpdate,
        Ruling,
        ScenarioOutcome,
        ScenarioReport,
    )
    from configurator.authoring.tables.answers import TableChange, TablesImported, TablesRefused
    from configurator.availability.balances import Shortage
    from configurator.availability.opening import open_stock
    from configurator.availability.snapshot import StockSnapshot
    from configurator.availability.stock_file import parse_stock
    from configurator.availability.store import StockStore
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
    from configurator.configuration.model import ComponentQuantity, Configuration
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
    "Amount",
    "Analysis",
    "ArtefactError",
    "AssemblyBuilder",
    "Available",
    "Broken",
    "ByDefault",
    "CatalogBuildError",
    "CatalogBuilder",
    "CatalogError",
    "Change",
    "Cheaper",
    "Checked",
    "ChosenAnyway",
    "ChosenByCustomer",
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
    "DecisionEvidence",
    "Derivation",
    "Difference",
    "Effect",
    "EffectivityEvidence",
    "Excluded",
    "ExpectationOutcome",
    "FamilyBuilder",
    "FamilyShares",
    "FastPage",
    "Finding",
    "Forced",
    "Formatted",
    "Incomplete",
    "Inspection",
    "Invalid",
    "Left",
    "LostBundle",
    "NotCompletable",
    "NotForced",
    "NumberUpdate",
    "OrderIncomplete",
    "Pattern",
    "Possible",
    "Premise",
    "PriceLine",
    "PriceRange",
    "PriceReason",
    "PriceSpan",
    "Priced",
    "Refuted",
    "RejectedInvalid",
    "RejectedUnavailable",
    "Repair",
    "Repaired",
    "Repairs",
    "ResourceLeft",
    "Retreat",
    "RowReference",
    "RuleEvidence",
    "RuleWeight",
    "Ruling",
    "SavedConfiguration",
    "ScenarioOutcome",
    "ScenarioReport",
    "Session",
    "Shortage",
    "Step",
    "StockEvidence",
    "StockSnapshot",
    "StockStore",
    "TableChange",
    "TableFile",
    "TablesImported",
    "TablesRefused",
    "Unchanged",
    "Unchecked",
    "Unformattable",
    "Unknown",
    "Unrepairable",
    "Valid",
    "ValidDomains",
    "VoidCatalog",
    "WishEvidence",
    "WishOutcome",
    "Witness",
    "__version__",
    "accept",
    "export_table_texts",
    "export_tables",
    "format_text",
    "import_tables",
    "open_stock",
    "parse_stock",
]

# Where each name lives. A test holds this table against the imports above.
_HOMES = {
    "Accepted": "configurator.acceptance.decision",
    "Amount": "configurator.configuration.pricing",
    "Analysis": "configurator.authoring.analysis.findings",
    "ArtefactError": "configurator.errors",
    "AssemblyBuilder": "configurator.building.parts",
    "Available": "configurator.acceptance.decision",
    "Broken": "configurator.configuration.upgrade",
    "ByDefault": "configurator.configuration.reasons",
    "CatalogBuildError": "configurator.errors",
    "CatalogBuilder": "configurator.building.catalog",
    "CatalogError": "configurator.errors",
    "Change": "configurator.configuration.repairs",
    "Cheaper": "configurator.configuration.reasons",
    "Checked": "configurator.explanation.checking",
    "ChosenAnyway": "configurator.configuration.session",
    "ChosenByCustomer": "configurator.configuration.reasons",
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
    "DecisionEvidence": "configurator.explanation.evidence",
    "Derivation": "configurator.explanation.derivation",
    "Difference": "configurator.authoring.difference",
    "Effect": "configurator.authoring.difference",
    "EffectivityEvidence": "configurator.explanation.evidence",
    "Excluded": "configurator.configuration.reasons",
    "ExpectationOutcome": "configurator.authoring.scenarios.outcomes",
    "FamilyBuilder": "configurator.building.families",
    "FamilyShares": "configurator.authoring.analysis.findings",
    "FastPage": "configurator.configuration.columns",
    "Finding": "configurator.authoring.analysis.findings",
    "Forced": "configurator.configuration.reasons",
    "Formatted": "configurator.syntax.formatting.formatter",
    "Incomplete": "configurator.configuration.validation",
    "Inspection": "configurator.configuration.inspection",
    "Invalid": "configurator.configuration.validation",
    "Left": "configurator.explanation.derivation",
    "LostBundle": "configurator.configuration.upgrade",
    "NotCompletable": "configurator.configuration.completion",
    "NotForced": "configurator.configuration.reasons",
    "NumberUpdate": "configurator.authoring.scenarios.outcomes",
    "OrderIncomplete": "configurator.acceptance.decision",
    "Pattern": "configurator.building.cells",
    "Possible": "configurator.configuration.reasons",
    "Premise": "configurator.explanation.derivation",
    "PriceLine": "configurator.configuration.reasons",
    "PriceRange": "configurator.configuration.pricing",
    "PriceReason": "configurator.configuration.reasons",
    "PriceSpan": "configurator.authoring.analysis.findings",
    "Priced": "configurator.configuration.pricing",
    "Refuted": "configurator.explanation.checking",
    "RejectedInvalid": "configurator.acceptance.decision",
    "RejectedUnavailable": "configurator.acceptance.decision",
    "Repair": "configurator.configuration.repairs",
    "Repaired": "configurator.configuration.upgrade",
    "Repairs": "configurator.configuration.repairs",
    "ResourceLeft": "configurator.authoring.analysis.findings",
    "Retreat": "configurator.configuration.reasons",
    "RowReference": "configurator.explanation.conflict",
    "RuleEvidence": "configurator.explanation.evidence",
    "RuleWeight": "configurator.authoring.analysis.findings",
    "Ruling": "configurator.authoring.scenarios.outcomes",
    "SavedConfiguration": "configurator.configuration.saved",
    "ScenarioOutcome": "configurator.authoring.scenarios.outcomes",
    "ScenarioReport": "configurator.authoring.scenarios.outcomes",
    "Session": "configurator.configuration.session",
    "Shortage": "configurator.availability.balances",
    "Step": "configurator.explanation.derivation",
    "StockEvidence": "configurator.explanation.evidence",
    "StockSnapshot": "configurator.availability.snapshot",
    "StockStore": "configurator.availability.store",
    "TableChange": "configurator.authoring.tables.answers",
    "TableFile": "configurator.building.sources",
    "TablesImported": "configurator.authoring.tables.answers",
    "TablesRefused": "configurator.authoring.tables.answers",
    "Unchanged": "configurator.configuration.upgrade",
    "Unchecked": "configurator.explanation.checking",
    "Unformattable": "configurator.syntax.formatting.formatter",
    "Unknown": "configurator.engines.engine",
    "Unrepairable": "configurator.configuration.repairs",
    "Valid": "configurator.configuration.validation",
    "ValidDomains": "configurator.configuration.domains",
    "VoidCatalog": "configurator.authoring.analysis.findings",
    "WishEvidence": "configurator.explanation.evidence",
    "WishOutcome": "configurator.configuration.completion",
    "Witness": "configurator.explanation.conflict",
    "export_table_texts": "configurator.table_files",
    "export_tables": "configurator.table_files",
    "format_text": "configurator.syntax.formatting.formatter",
    "import_tables": "configurator.table_files",
    "open_stock": "configurator.availability.opening",
    "parse_stock": "configurator.availability.stock_file",
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
