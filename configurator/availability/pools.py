"""The counters of an item at a location as databases keep them, and what follows from them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from attrs import frozen

from configurator.availability.balances import StockBalance
from configurator.availability.breaking import Place, Positions
from configurator.availability.positions import ItemPosition
from configurator.availability.quantities import ItemId
from configurator.availability.supply import Commitment, Supply


@frozen
class Pool:
    """The counters of one item at one location, as they are written: holds count until they are swept."""

    id: int
    sku: ItemId
    location: str
    on_hand: int
    held: int
    allocated: int
    planned: int
    floor: int

    @property
    def unpromised(self) -> int:
        """What lies there and was not promised from the shelf."""
        return self.on_hand - self.held - self.allocated

    @property
    def place(self) -> Place:
        """The item and its location."""
        return self.sku, self.location


def pool_positions(
    pools: Iterable[Pool],
    expired: Mapping[int, tuple[int, int]],
    supplies: Iterable[Supply],
    commitments: Iterable[Commitment],
) -> Positions:
    """Pools over time, by place.

    Args:
        pools: the pools.
        expired: by pool, what holds that are left out took from the shelf and for later days.
        supplies: what is to come, for these pools and perhaps others.
        commitments: likewise, what was promised for later days.
    """
    supplies_at: dict[Place, list[Supply]] = {}
    commitments_at: dict[Place, list[Commitment]] = {}
    for supply in supplies:
        supplies_at.setdefault((supply.sku, supply.location), []).append(supply)
    for commitment in commitments:
        commitments_at.setdefault((commitment.sku, commitment.location), []).append(commitment)
    return {
        pool.place: ItemPosition(
            pool.sku,
            pool.unpromised + expired.get(pool.id, (0, 0))[0],
            pool.floor,
            tuple(supplies_at.get(pool.place, ())),
            tuple(commitments_at.get(pool.place, ())),
            pool.location,
        )
        for pool in pools
    }


def pool_balances(
    pools: Sequence[Pool],
    expired: Mapping[int, tuple[int, int]],
    positions: Mapping[Place, ItemPosition],
    today: date,
) -> tuple[StockBalance, ...]:
    """The counters without expired holds, in the order of the pools.

    Args:
        pools: the pools.
        expired: by pool, what expired holds took from the shelf and for later days.
        positions: at least of the pools of which something is planned.
        today: the stock's day.
    """
    found = []
    for pool in pools:
        shelf, later = expired.get(pool.id, (0, 0))
        found.append(
            StockBalance(
                pool.sku,
                pool.on_hand,
                pool.held - shelf,
                pool.allocated,
                pool.floor,
                pool.planned - later,
                needed_later(positions[pool.place], today) if pool.planned else 0,
                pool.location,
            )
        )
    return tuple(found)


def needed_later(position: ItemPosition, today: date) -> int:
    """How many of those that lie there and are free stay there for later days."""
    return max(0, position.unpromised - position.floor) - position.available(None, today)
