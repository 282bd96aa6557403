"""Making places known and receipts expected, as SQL."""

from configurator.availability.ledger import EventKind
from configurator.availability.quantities import ItemId
from configurator.availability.sqlite.ledger import Turn, append_event
from configurator.availability.supply import Supply


def make_known(turn: Turn, sku: ItemId, location: str) -> int:
    """The pool of an item at a location, made if there was none."""
    where = (sku, location)
    turn.connection.execute("INSERT INTO component (sku) VALUES (?) ON CONFLICT DO NOTHING", (sku,))
    turn.connection.execute("INSERT INTO pool (sku, location) VALUES (?, ?) ON CONFLICT DO NOTHING", where)
    found = turn.connection.execute(
        "SELECT id FROM pool WHERE sku = ? AND location = ? AND lot = ''", where
    ).fetchone()
    return int(found[0])


def expect(turn: Turn, supply: Supply) -> int:
    """Expect a receipt that nobody knows; the number of its event."""
    make_known(turn, supply.sku, supply.location)
    due = supply.due.isoformat()
    payload = {
        "due": due,
        "firm": supply.firm,
        "location": supply.location,
        "quantity": supply.quantity,
        "sku": supply.sku,
        "supply": supply.id,
    }
    seq = append_event(turn, EventKind.SUPPLY_ADDED, supply.reservation or None, payload)
    turn.connection.execute(
        "INSERT INTO supply (ref, sku, location, due, qty, firm, res_id) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            supply.id,
            supply.sku,
            supply.location,
            due,
            supply.quantity,
            supply.firm,
            supply.reservation or None,
        ),
    )
    return seq
