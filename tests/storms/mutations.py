"""Seeded mistakes: what somebody might get wrong in the shipped stores, each a small change of their text."""

from typing import Final

from attrs import frozen

POSITIONS: Final = "positions.py"
PLACING: Final = "placing.py"
LIFE: Final = "sqlite/life.py"
RESERVING: Final = "sqlite/reserving.py"
FACTS: Final = "sqlite/facts.py"
READING: Final = "sqlite/reading.py"
LEDGER: Final = "sqlite/ledger.py"
GROUP: Final = "sqlite/group.py"
FUNCTIONS: Final = "postgres/functions.py"


@frozen
class Change:
    """A text of a module that stands there exactly `times` times, and what takes its place."""

    module: str
    before: str
    after: str
    times: int = 1


@frozen
class Mutant:
    """A mistake.

    Attributes:
        name: what is wrong, in a few words.
        changes: how.
        first: what is most likely to notice: files of tests, or after `storms` arguments to the storms. If it
            does not, all tests of stock are run.
    """

    name: str
    changes: tuple[Change, ...]
    first: tuple[str, ...] = ("test_stock_reserving.py",)

    @property
    def which(self) -> str:
        """The tests of which store are asked, as an expression for pytest."""
        in_postgres = all(change.module.startswith("postgres/") for change in self.changes)
        return "postgres" if in_postgres else "not postgres"


def change(name: str, module: str, before: str, after: str, *first: str) -> Mutant:
    """A mistake in one place."""
    return Mutant(name, (Change(module, before, after),), first or ("test_stock_reserving.py",))


MUTANTS: Final = (
    Mutant(
        "no lock",
        (
            Change(GROUP, '"BEGIN IMMEDIATE"', '"BEGIN"', times=2),
            Change(GROUP, "if not self._lock.acquire(deadline):", "if False:"),
        ),
        ("storms", "interleavings", "--only", "the last"),
    ),
    change(
        "no guard",
        RESERVING,
        "or pool.unpromised - pool.floor < line.quantity",
        "or pool.unpromised < 0",
    ),
    change(
        "no aggregation",
        "demand.py",
        "totals[wanted] = totals.get(wanted, 0) + line.quantity",
        "totals[wanted] = line.quantity",
        "test_demand.py",
    ),
    change(
        "generator reuse",
        RESERVING,
        "pools = pools_of(turn.connection, request.demand.skus)\n    return",
        "pools = iter(pools_of(turn.connection, request.demand.skus))\n    return",
        "test_stock_machine.py",
    ),
    change(
        "extend without predicate",
        LIFE,
        "if found.state is not _HELD or found.expires_at is None:",
        "if found.expires_at is None:",
        "test_stock_life.py",
    ),
    change(
        "expiry off by one in the sweep",
        LIFE,
        "AND state = 'HELD' AND expires_at <= ?",
        "AND state = 'HELD' AND expires_at < ?",
        "test_stock_clock.py",
    ),
    change(
        "confirm after expiry",
        LIFE,
        "if found.state is _HELD:\n        seq",
        "if found.state in {_HELD, ReservationState.EXPIRED}:\n        seq",
        "test_stock_life.py",
    ),
    change(
        "replay not stored",
        RESERVING,
        "    store_answer(turn, seq, attempt.key, attempt.hash, outcome, request.order, attempt.number)\n",
        "",
        "test_stock_idempotency.py",
    ),
    change(
        "refusal not stored",
        RESERVING,
        'store_answer(turn, seq, attempt.key, attempt.hash, {"refused": rows}',
        '(lambda *_: None)(turn, seq, attempt.key, attempt.hash, {"refused": rows}',
        "test_stock_idempotency.py",
    ),
    change(
        "other content ignored", RESERVING, "if stored[0] != hash_:", "if False:", "test_stock_idempotency.py"
    ),
    change(
        "a fact booked twice",
        FACTS,
        "if again := _told_again(turn, receipt.key, receipt.hash):",
        "if False:",
        "test_stock_idempotency.py",
    ),
    change(
        "ledger line missing",
        LEDGER,
        "    turn.connection.executemany(_WRITE_MOVEMENTS, [(seq, *row) for row in rows])\n",
        "",
    ),
    change(
        "float quantity",
        "quantities.py",
        "not isinstance(value, int)",
        "not isinstance(value, (int, float))",
        "test_demand.py",
    ),
    change(
        "look-ahead ignored",
        POSITIONS,
        "least = balance if least is None else min(least, balance)",
        "least = balance",
        "test_stock_dated.py",
    ),
    change(
        "planned receipts counted on",
        POSITIONS,
        "if supply.firm and supply.open:",
        "if supply.open:",
        "test_stock_dated.py",
    ),
    change(
        "overdue receipts count today",
        POSITIONS,
        "day = max(supply.due, tomorrow)",
        "day = max(supply.due, today)",
        "test_stock_dated.py",
    ),
    Mutant(
        "floor ignored",
        (
            Change(
                RESERVING, "pool.unpromised - pool.floor < line.quantity", "pool.unpromised < line.quantity"
            ),
            Change(LEDGER, "on_hand - held - allocated - floor >=", "on_hand - held - allocated >="),
        ),
    ),
    change(
        "location ignored",
        PLACING,
        "each for each in places.values() if line.location is None or each.location == line.location",
        "each for each in places.values()",
    ),
    change(
        "what an earlier line took is free again",
        PLACING,
        "places[location] = places[location].taking(got, line.needed)",
        "pass",
    ),
    change(
        "planned not given back", LIFE, "planned=-later.get(pool, 0),", "planned=0,", "test_stock_dated.py"
    ),
    change(
        "consumed and still allocated",
        LIFE,
        "moves.append(Move(pool, on_hand=-now - then, allocated=-now, planned=-then))",
        "moves.append(Move(pool, on_hand=-now - then, planned=-then))",
        "test_stock_life.py",
    ),
    change(
        "held goods can be moved away",
        FACTS,
        "    if free < told.quantity:\n",
        "    if False:\n",
        "test_stock_facts.py",
    ),
    change(
        "the oldest promise is broken first",
        "breaking.py",
        "latest_first = tuple(live)[::-1]",
        "latest_first = tuple(live)",
        "test_stock_counting.py",
    ),
    change(
        "the clock runs backwards",
        "clock.py",
        "        )\n    return max(now, high_water)",
        "        )\n    return now",
        "test_stock_clock.py",
    ),
    change(
        "expired holds stand in the way",
        RESERVING,
        "found = _found(turn, request, pools_of(turn.connection, request.demand.skus), live=True)",
        "pass",
        "test_stock_clock.py",
    ),
    change(
        "a call that fails leaves half of it",
        GROUP,
        '            execute("ROLLBACK TO call")\n',
        "",
        "test_sqlite_broken_calls.py",
    ),
    Mutant(
        "answered before the commit",
        (
            Change(
                GROUP,
                '            self._connection.execute("COMMIT")\n            self._commit_seconds',
                "            self._finish(group)\n"
                '            self._connection.execute("COMMIT")\n            self._commit_seconds',
            ),
        ),
        ("storms", "power-loss", "--cuts", "200", "--steps", "60"),
    ),
    Mutant(
        "not synced",
        (Change("sqlite/store.py", '"foreign_keys = ON", "synchronous = FULL"', '"synchronous = NORMAL"'),),
        ("storms", "power-loss", "--cuts", "100", "--steps", "60"),
    ),
    change(
        "unordered locks",
        FUNCTIONS,
        "FROM stock.pool WHERE sku = ANY (skus) AND lot = '' ORDER BY id FOR NO KEY UPDATE",
        "FROM stock.pool WHERE sku = ANY (skus) AND lot = '' ORDER BY random() FOR NO KEY UPDATE",
        *("storms", "last-unit", "--store", "postgres", "--rounds", "30", "--workers", "30"),
    ),
    change(
        "counters read and not locked",
        FUNCTIONS,
        "AND lot = '' ORDER BY id FOR NO KEY UPDATE) AS locked;",
        "AND lot = '' ORDER BY id) AS locked;",
        *("storms", "interleavings", "--store", "postgres", "--only", "the last unit"),
    ),
    change(
        "a key read and not locked",
        FUNCTIONS,
        "IF wanted_key IS NOT NULL THEN\n        PERFORM stock.hold_key(wanted_key);",
        "IF wanted_key IS NOT NULL THEN\n        NULL;",
        *("storms", "interleavings", "--store", "postgres", "--only", "one request sent twice"),
    ),
    Mutant(
        "a reservation read and not locked",
        (
            Change(
                FUNCTIONS,
                "INTO res FROM stock.reservation WHERE id = wanted FOR NO KEY UPDATE",
                "INTO res FROM stock.reservation WHERE id = wanted",
                times=3,
            ),
        ),
        ("storms", "interleavings", "--store", "postgres", "--only", "confirm and release"),
    ),
    change(
        "confirm after expiry in PostgreSQL",
        FUNCTIONS,
        "standing := CASE WHEN res.state = 'HELD' AND res.expires_at <= present THEN 'EXPIRED'",
        "standing := CASE WHEN FALSE THEN 'EXPIRED'",
        "test_stock_life.py",
    ),
)
