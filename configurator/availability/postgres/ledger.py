"""Writing a PostgreSQL stock: the steps that are worked out here rather than by a function of the server.

A call enters first, alone where it may break promises, then locks what it is about, and only then reads it:
so what it read stays true until the transaction ends. See `functions` for the order of all locks.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from attrs import frozen
from psycopg.types.json import Jsonb

from configurator.availability.ledger import EventKind
from configurator.availability.postgres.connections import whole, wholes
from configurator.availability.postgres.reading import Turn, reservation_from
from configurator.availability.quantities import ItemId
from configurator.availability.reservations import Reservation
from configurator.availability.supply import Supply


class SweepFirstError(Exception):
    """Holds that have expired stand in the way, and cannot be locked any more: begin again after a sweep."""


class EnterAloneError(Exception):
    """What is new has to be made known, which only who is alone may do: begin again so."""


@frozen
class Move:
    """A change of the counters of one pool."""

    pool: int
    on_hand: int = 0
    held: int = 0
    allocated: int = 0
    planned: int = 0


_MOVE: Final = "SELECT stock.move(%s, %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])"


def enter(turn: Turn, *, alone: bool = False) -> None:
    """Begin to write, side by side with others or alone."""
    turn.session.rows("SELECT stock.enter_alone()" if alone else "SELECT stock.enter()")


def remember_time(turn: Turn) -> None:
    """Let no later write be before this one."""
    if turn.given is not None:
        turn.session.rows("SELECT stock.remember(%s)", whole(turn.given))


def append_event(turn: Turn, kind: EventKind, reservation: str | None, payload: Mapping[str, object]) -> int:
    """Tell what happened; the number of the event."""
    return int(
        turn.session.value(
            "SELECT stock.tell(%s, %s, %s, %s, %s)",
            kind.value,
            reservation,
            whole(turn.now),
            turn.actor,
            Jsonb(payload),
        )
    )


def move(turn: Turn, seq: int, moves: Sequence[Move]) -> None:
    """Change counters and write the movements of one event; at most one move for each pool."""
    if moves:
        columns = zip(*((m.pool, m.on_hand, m.held, m.allocated, m.planned) for m in moves), strict=True)
        turn.session.rows(_MOVE, whole(seq), *(wholes(column) for column in columns))


def sweep(turn: Turn, limit: int | None) -> tuple[Reservation, ...]:
    """Holds that have expired give back what they took, in order of expiry."""
    swept = turn.session.value("SELECT stock.sweep(%s, %s, %s)", whole(limit), whole(turn.given), turn.actor)
    return tuple(reservation_from(row, swept["at"]) for row in swept["reservations"])


def sweep_now(turn: Turn) -> None:
    """Likewise all of them, at the time of the turn, by who is alone."""
    turn.session.rows("SELECT stock.sweep_at(NULL, %s, %s)", whole(turn.now), turn.actor)


def make_known(turn: Turn, sku: ItemId, location: str, *, locked: bool = True) -> int:
    """The pool of an item at a location, made if there was none; locked, unless others are to be as well."""
    turn.session.rows("INSERT INTO stock.component (sku) VALUES (%s) ON CONFLICT DO NOTHING", sku)
    turn.session.rows(
        "INSERT INTO stock.pool (sku, location) VALUES (%s, %s) ON CONFLICT DO NOTHING", sku, location
    )
    statement = "SELECT id FROM stock.pool WHERE sku = %s AND location = %s AND lot = ''"
    if locked:
        statement += " FOR NO KEY UPDATE"
    found = turn.session.value(statement, sku, location)
    return int(found)


def expect(turn: Turn, supply: Supply) -> int:
    """Expect a receipt that nobody knows, at a pool that is there; the number of its event."""
    payload = {
        "due": supply.due.isoformat(),
        "firm": supply.firm,
        "location": supply.location,
        "quantity": supply.quantity,
        "sku": supply.sku,
        "supply": supply.id,
    }
    seq = append_event(turn, EventKind.SUPPLY_ADDED, supply.reservation or None, payload)
    turn.session.rows(
        "INSERT INTO stock.supply (ref, sku, location, due, qty, firm, res_id) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s)",
        supply.id,
        supply.sku,
        supply.location,
        supply.due,
        whole(supply.quantity),
        supply.firm,
        supply.reservation,
    )
    return seq
