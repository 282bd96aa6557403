"""Stores with a mistake each, as somebody who writes one might make it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from attrs import evolve

from configurator.availability.demand import Demand
from configurator.availability.memory_store import MemoryStockStore
from configurator.availability.reservations import ReservationRequest
from configurator.availability.store import StockStore
from configurator.errors import StockRequestError, UnknownReservationError
from configurator.testing.stock_machine import Factory, HandClock


class Store:
    """A store that passes everything on to one in memory; subclasses get something wrong."""

    def __init__(self, clock: HandClock) -> None:
        self.inner = MemoryStockStore(clock)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def close(self) -> None:
        """Stay: the same store is opened again."""


class ForgetsKeys(Store):
    """A request that comes again is taken for a new one."""

    def reserve(self, request: ReservationRequest) -> Any:
        again = any(each.order == request.order for each in self.inner.reservations())
        return self.inner.reserve(evolve(request, key=f"{request.order}-again") if again else request)


class ReservesInParts(Store):
    """Of several lines only the first is reserved."""

    def reserve(self, request: ReservationRequest) -> Any:
        return self.inner.reserve(evolve(request, demand=Demand(request.demand.lines[:1])))


class IgnoresFloors(Store):
    """Safety stock is taken note of by nobody."""

    def set_floor(self, sku: str, floor: int, **more: Any) -> Any:
        return self.inner.set_floor(sku, min(floor, 0), **more)


class ExtendsTwice(Store):
    """A hold is extended by twice as much."""

    def extend(self, reservation: str, by: timedelta) -> Any:
        return self.inner.extend(reservation, 2 * by)


class NeverReleases(Store):
    """What is given back stays taken."""

    def release(self, reservation: str) -> Any:
        return self.inner.reservation(reservation)


class LosesTheLastEvent(Store):
    """What happened last is not in the log."""

    def events(self, **how: Any) -> Any:
        return self.inner.events(**how)[:-1]


class RefusesInOtherWords(Store):
    """An unknown reservation is told as a request that cannot be."""

    def confirm(self, reservation: str) -> Any:
        try:
            return self.inner.confirm(reservation)
        except UnknownReservationError as error:
            raise StockRequestError(str(error)) from error


class CountsPlannedSupplies(Store):
    """A planned receipt is taken for a firm one."""

    def add_supply(self, supply: Any) -> Any:
        return self.inner.add_supply(evolve(supply, firm=True))


class ForgetsThePriority(Store):
    """All orders are alike."""

    def reserve(self, request: ReservationRequest) -> Any:
        return self.inner.reserve(evolve(request, priority=0))


class SortsByCount(Store):
    """Balances come with the most first."""

    def balances(self, *which: Any) -> Any:
        return tuple(sorted(self.inner.balances(*which), key=lambda each: -each.on_hand))


FAULTY = (
    ForgetsKeys,
    ReservesInParts,
    IgnoresFloors,
    ExtendsTwice,
    NeverReleases,
    LosesTheLastEvent,
    RefusesInOtherWords,
    CountsPlannedSupplies,
    ForgetsThePriority,
    SortsByCount,
)


def factory_of(kind: type[Store]) -> Factory:
    """Opens the store of a folder: the same again while the folder is there."""
    known: dict[Path, Store] = {}

    def opened(folder: Path, clock: HandClock) -> StockStore:
        if folder not in known:
            known.clear()
            known[folder] = kind(clock)
        return known[folder]

    return opened
