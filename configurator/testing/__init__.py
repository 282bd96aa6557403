"""What tests are made of, ours and our users': the only place that imports Hypothesis and pytest.

    from hypothesis import given

    from configurator import Configurator
    from configurator.testing import configurations

    PC = Configurator.load("package:desktop_pc")


    @given(configurations(PC, cpu="CPU-7600"))
    def test_my_price_agrees(configuration): ...

The names below are public and stable. Each is imported when it is first used: importing this package loads
neither Hypothesis nor pytest nor the parser.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from configurator.testing.engine_conformance import EngineConformance
    from configurator.testing.made.changes import CatalogChange, catalog_changes
    from configurator.testing.made.samples import CatalogSample, catalogs
    from configurator.testing.session_machine import DialogSubject, SessionMachine, offered
    from configurator.testing.stock_machine import HandClock, StockMachine
    from configurator.testing.strategies.invalid import InvalidConfiguration, invalid_configurations
    from configurator.testing.strategies.orders import orders
    from configurator.testing.strategies.partial import partial_configurations
    from configurator.testing.strategies.stocks import DrawnStock, stocks
    from configurator.testing.strategies.valid import configurations, default_catalog

__all__ = [
    "CatalogChange",
    "CatalogSample",
    "DialogSubject",
    "DrawnStock",
    "EngineConformance",
    "HandClock",
    "InvalidConfiguration",
    "SessionMachine",
    "StockMachine",
    "catalog_changes",
    "catalogs",
    "configurations",
    "default_catalog",
    "invalid_configurations",
    "offered",
    "orders",
    "partial_configurations",
    "stocks",
]

# No module of this package may have the name of something public: importing it would hide that.
_HOMES = {
    "CatalogChange": "configurator.testing.made.changes",
    "CatalogSample": "configurator.testing.made.samples",
    "DialogSubject": "configurator.testing.session_machine",
    "DrawnStock": "configurator.testing.strategies.stocks",
    "EngineConformance": "configurator.testing.engine_conformance",
    "HandClock": "configurator.testing.stock_machine",
    "InvalidConfiguration": "configurator.testing.strategies.invalid",
    "SessionMachine": "configurator.testing.session_machine",
    "StockMachine": "configurator.testing.stock_machine",
    "catalog_changes": "configurator.testing.made.changes",
    "catalogs": "configurator.testing.made.samples",
    "configurations": "configurator.testing.strategies.valid",
    "default_catalog": "configurator.testing.strategies.valid",
    "invalid_configurations": "configurator.testing.strategies.invalid",
    "offered": "configurator.testing.session_machine",
    "orders": "configurator.testing.strategies.orders",
    "partial_configurations": "configurator.testing.strategies.partial",
    "stocks": "configurator.testing.strategies.stocks",
}


if not TYPE_CHECKING:  # a type checker that sees it would take any name at all for granted

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module `configurator.testing` has no attribute `{name}`")
        from importlib import import_module  # noqa: PLC0415 - the point of this module is to import late

        value = getattr(import_module(_HOMES[name]), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
