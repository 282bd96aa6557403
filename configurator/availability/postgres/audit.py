"""The questions by which a PostgreSQL stock proves its bookkeeping: one sentence for each broken promise.

Counters, reservations, answers and events each tell the same story; what was written around the store, or by
a mistake in it, makes two of them differ. The questions are those of SQLite, with three differences. Numbers
of events have gaps where a transaction was rolled back, so what is missing shows in the rows that point to
it; these are looked for by name, since the tables that many write have no foreign keys. Times of events are
compared within a reservation only, because two transactions that have nothing to do with each other may take
their times one way round and their numbers the other. And for the same reason holds of different items need
not be swept in the order of their expiry. I8 (what was answered lasts) and I12 (an answer says which event it
saw) leave no trace to check.
"""

from typing import Final

from configurator.availability.postgres.connections import Session

_AT: Final = "'`' || pool.sku || '` at `' || pool.location || '`'"
_ENDINGS: Final = "('RELEASED', 'CANCELLED', 'EXPIRED', 'PROMISE_BROKEN')"
_LIVE: Final = "state IN ('HELD', 'ALLOCATED')"

# What an event granted or took, a row for each line.
_TOLD_LINES: Final = """SELECT event.seq, event.kind, event.res_id, line ->> 0 AS sku, line ->> 1 AS location,
        coalesce((line ->> 2)::date, '-infinity') AS needed, (line ->> 3)::bigint AS qty
    FROM stock.event, jsonb_array_elements(event.payload -> 'lines') AS line
    WHERE event.kind IN ('RESERVED', 'CONSUMED')"""

_LINES: Final = """SELECT reservation.seq, res_id, pool.sku, pool.location, needed, qty, consumed
    FROM stock.reservation_line JOIN stock.pool ON pool.id = src_id
    JOIN stock.reservation ON reservation.id = res_id"""


def _pointing(table: str, column: str, parent: str, key: str) -> str:
    return (
        f"SELECT 'a row of `{table}` points to a missing row of `{parent}`' FROM stock.{table} AS child "
        f"WHERE child.{column} IS NOT NULL AND child.{column}::text <> '' "
        f"AND NOT EXISTS (SELECT FROM stock.{parent} AS parent WHERE parent.{key} = child.{column})"
    )


# Pieces of text put together here are this module's own constants.
# ruff: noqa: S608
AUDIT_QUERIES: Final = (
    # I1, never oversell. The CHECKs say the same; this finds what was written around them.
    f"""SELECT 'I1: ' || {_AT} || ' has ' || on_hand || ' on hand, ' || held || ' held and ' ||
        allocated || ' allocated'
    FROM stock.pool WHERE held < 0 OR allocated < 0 OR held + allocated > on_hand ORDER BY sku, location""",
    # I2, conservation: counters are the sum of their movements; what moves between locations stays the same.
    f"""SELECT 'I2: the counters of ' || {_AT} || ' are not the sum of its movements'
    FROM stock.pool LEFT JOIN stock.ledger ON pool_id = pool.id GROUP BY pool.id
    HAVING on_hand <> coalesce(sum(d_on_hand), 0) OR held <> coalesce(sum(d_held), 0)
        OR allocated <> coalesce(sum(d_allocated), 0) OR planned <> coalesce(sum(d_planned), 0)
    ORDER BY pool.sku, pool.location""",
    """SELECT 'I2: event ' || event.seq || ' moved goods that did not arrive, or arrived without having left'
    FROM stock.event LEFT JOIN stock.ledger ON ledger.seq = event.seq WHERE kind = 'TRANSFERRED'
    GROUP BY event.seq HAVING coalesce(sum(d_on_hand), 0) <> 0 OR count(ledger.seq) <> 2
    ORDER BY event.seq""",
    """SELECT 'I2: of the supply `' || ref || '` ' || received || ' are said to have come, its events say '
        || come
    FROM (SELECT ref, received, coalesce((SELECT sum((payload ->> 'quantity')::bigint) FROM stock.event
        WHERE kind = 'RECEIVED' AND payload ->> 'supply' = ref), 0) AS come FROM stock.supply) AS told
    WHERE received <> come ORDER BY ref""",
    # I3, counters are rows: what is held, allocated and planned is what reservations say.
    f"""SELECT 'I3: the counters of ' || {_AT} || ' are not the sum of its reservations'
    FROM stock.pool
    LEFT JOIN stock.reservation_line AS line ON line.src_id = pool.id
    LEFT JOIN stock.reservation ON reservation.id = line.res_id
    GROUP BY pool.id
    HAVING held <> coalesce(sum(qty - consumed) FILTER (WHERE src = 'POOL' AND state = 'HELD'), 0)
        OR allocated <> coalesce(sum(qty - consumed) FILTER (WHERE src = 'POOL' AND state = 'ALLOCATED'), 0)
        OR planned <> coalesce(sum(qty - consumed) FILTER (WHERE src = 'SUPPLY' AND {_LIVE}), 0)
    ORDER BY pool.sku, pool.location""",
    f"""SELECT 'I3: reservation `' || res_id || '` is '
        || CASE WHEN pending THEN '' ELSE 'not ' END || 'among what later days wait for'
    FROM stock.reservation_line JOIN stock.reservation ON reservation.id = res_id
    WHERE pending <> (src = 'SUPPLY' AND consumed < qty AND {_LIVE})
    GROUP BY reservation.seq, res_id, pending ORDER BY reservation.seq""",
    # I4, all or nothing: a reservation has exactly the lines that its event granted, and moved each.
    f"""WITH told AS MATERIALIZED ({_TOLD_LINES}), kept AS MATERIALIZED ({_LINES})
    SELECT 'I4: the lines of reservation `' || id || '` are not what was granted' FROM stock.reservation
    WHERE seq IN (
        SELECT seq FROM (SELECT seq, sku, location, needed, qty FROM kept
            EXCEPT SELECT seq, sku, location, needed, qty FROM told WHERE kind = 'RESERVED') AS more
        UNION SELECT seq FROM (SELECT seq, sku, location, needed, qty FROM told WHERE kind = 'RESERVED'
            EXCEPT SELECT seq, sku, location, needed, qty FROM kept) AS less)
        OR NOT EXISTS (SELECT FROM stock.reservation_line WHERE res_id = id)
    ORDER BY seq""",
    """WITH wanted AS (
        SELECT reservation.seq, id, src_id AS pool_id,
            coalesce(sum(qty) FILTER (WHERE src = 'POOL'), 0) AS shelf,
            coalesce(sum(qty) FILTER (WHERE src = 'SUPPLY'), 0) AS later
        FROM stock.reservation_line JOIN stock.reservation ON id = res_id
        GROUP BY reservation.seq, id, src_id),
    moved AS (
        SELECT ledger.seq, reservation.id, pool_id, d_held + d_allocated AS shelf, d_planned AS later
        FROM stock.ledger JOIN stock.reservation USING (seq))
    SELECT 'I4: reservation `' || id || '` and the movements of its event differ'
    FROM (SELECT seq, id FROM (SELECT * FROM wanted EXCEPT SELECT * FROM moved) AS less
        UNION SELECT seq, id FROM (SELECT * FROM moved EXCEPT SELECT * FROM wanted) AS more) AS differing
    ORDER BY seq""",
    """SELECT 'I4: event ' || event.seq || ' granted reservation `' || coalesce(res_id, '')
        || '`, which is missing'
    FROM stock.event LEFT JOIN stock.reservation ON reservation.seq = event.seq AND reservation.id = res_id
    WHERE kind = 'RESERVED' AND reservation.id IS NULL ORDER BY event.seq""",
    # I5, one resolution, and one event for it; no more is taken off the shelf than was allocated.
    f"""SELECT 'I5: reservation `' || id || '` is ' || state || ' without exactly one event for it'
    FROM stock.reservation LEFT JOIN stock.event ON res_id = id AND kind IN {_ENDINGS}
    GROUP BY id, state, reservation.seq
    HAVING count(event.seq) <> (state IN ('RELEASED', 'EXPIRED'))::integer
        OR (state = 'EXPIRED') <> (coalesce(max(kind), '') = 'EXPIRED')
    ORDER BY reservation.seq""",
    """SELECT 'I5: reservation `' || id || '` left its hold ' || count(event.seq) || ' times'
    FROM stock.reservation JOIN stock.event ON res_id = id
    WHERE kind IN ('CONFIRMED', 'EXPIRED')
        OR event.seq = reservation.seq AND payload ->> 'state' = 'ALLOCATED'
    GROUP BY id, reservation.seq HAVING count(event.seq) > 1 ORDER BY reservation.seq""",
    """SELECT 'I5: reservation `' || id || '` is ' || state || ' with ' || sum(consumed) || ' of ' || sum(qty)
        || ' consumed'
    FROM stock.reservation JOIN stock.reservation_line ON res_id = id
    GROUP BY id, state, seq HAVING (state = 'CONSUMED') <> (sum(consumed) = sum(qty))
        OR state IN ('HELD', 'EXPIRED') AND sum(consumed) > 0 OR max(consumed - qty) > 0
    ORDER BY seq""",
    f"""WITH told AS MATERIALIZED ({_TOLD_LINES}), kept AS MATERIALIZED ({_LINES}),
    taken AS (SELECT res_id, sku, location, needed, sum(qty) AS qty FROM told WHERE kind = 'CONSUMED'
        GROUP BY res_id, sku, location, needed)
    SELECT 'I5: what reservation `' || kept.res_id || '` consumed is not what its events say'
    FROM kept LEFT JOIN taken USING (res_id, sku, location, needed)
    WHERE kept.consumed <> coalesce(taken.qty, 0) GROUP BY kept.res_id, kept.seq ORDER BY kept.seq""",
    # I6, expiry: nothing is void before its time, and what is void stays so.
    """SELECT 'I6: reservation `' || id || '` expired before its time'
    FROM stock.reservation JOIN stock.event ON res_id = id AND kind = 'EXPIRED' WHERE at < expires_at
    ORDER BY reservation.seq""",
    """WITH step AS (
        SELECT event.seq, kind, res_id, at, (payload ->> 'expires_at')::bigint AS until
        FROM stock.event WHERE kind IN ('CONFIRMED', 'EXTENDED')),
    pair AS (
        SELECT seq, kind, res_id, at, lag(until) OVER (PARTITION BY res_id ORDER BY seq) AS before FROM step)
    SELECT 'I6: reservation `' || res_id || '` was ' || lower(kind) || ' after it had expired'
    FROM pair WHERE at >= before ORDER BY seq""",
    # I7, stored answers, both ways: every grant, refusal and fact with a key has its answer, and none
    # another.
    """SELECT 'I7: event ' || event.seq || ' answered a request that is not stored'
    FROM stock.event LEFT JOIN stock.request ON request.seq = event.seq
    WHERE (kind IN ('RESERVED', 'REFUSED') OR payload ->> 'key' IS NOT NULL)
        AND request.key IS NULL ORDER BY event.seq""",
    """SELECT 'I7: the answer stored under the key `' || key || '` is not that of event ' || request.seq
    FROM stock.request LEFT JOIN stock.event ON event.seq = request.seq
    WHERE key IS DISTINCT FROM payload ->> 'key'
        OR CASE kind
            WHEN 'RESERVED' THEN outcome ->> 'reserved' IS DISTINCT FROM res_id
                OR order_ref IS DISTINCT FROM payload ->> 'order'
            WHEN 'REFUSED' THEN outcome -> 'refused' IS DISTINCT FROM payload -> 'shortages'
                OR order_ref IS DISTINCT FROM payload ->> 'order'
            ELSE (outcome ->> 'booked')::bigint IS DISTINCT FROM request.seq OR order_ref IS NOT NULL
        END
    ORDER BY request.seq""",
    # I9, later days: what lies there and what is firm covers what was promised for days until then. Days are
    # taken as they were told, and the safety stock is left out: a fact may eat it.
    f"""WITH change AS (
        SELECT pool.id, '-infinity'::date AS day, on_hand - held - allocated AS more FROM stock.pool
        UNION ALL SELECT pool.id, due, qty - received FROM stock.supply JOIN stock.pool USING (sku, location)
            WHERE firm AND NOT cancelled AND lot = ''
        UNION ALL SELECT src_id, needed, consumed - qty FROM stock.reservation_line
            JOIN stock.reservation ON id = res_id WHERE src = 'SUPPLY' AND {_LIVE}),
    balance AS (
        SELECT id, sum(more) OVER (PARTITION BY id ORDER BY day) AS least FROM change)
    SELECT 'I9: of ' || {_AT} || ' ' || -min(least) || ' too few are left for later days'
    FROM balance JOIN stock.pool USING (id) GROUP BY pool.id HAVING min(least) < 0
    ORDER BY pool.sku, pool.location""",
    # I10, one order: what happens to a reservation is told in the order in which it happened.
    """WITH told AS (
        SELECT seq, res_id, at, count(*) FILTER (WHERE kind = 'CLOCK_ACCEPTED') OVER (ORDER BY seq) AS clock
        FROM stock.event),
    pair AS (
        SELECT seq, at, lag(at) OVER (PARTITION BY res_id, clock ORDER BY seq) AS before
        FROM told WHERE res_id IS NOT NULL)
    SELECT 'I10: event ' || seq || ' is earlier than the one before it of its reservation'
    FROM pair WHERE at < before ORDER BY seq""",
    # I11, no surprises: each kind of event moves its own counters its own way, so what is available rises
    # only by goods that came or were found, and by what reservations gave back.
    """SELECT 'I11: event ' || event.seq || ' (' || kind || ') moved counters as it may not'
    FROM stock.ledger JOIN stock.event USING (seq)
    WHERE NOT CASE
        WHEN kind = 'RECEIVED' THEN d_on_hand > 0 AND (d_held, d_allocated, d_planned) = (0, 0, 0)
        WHEN kind IN ('IMPORTED', 'ADJUSTED', 'TRANSFERRED') THEN (d_held, d_allocated, d_planned) = (0, 0, 0)
        WHEN kind = 'RESERVED' THEN d_on_hand = 0 AND d_held >= 0 AND d_allocated >= 0 AND d_planned >= 0
            AND (d_held = 0 OR d_allocated = 0)
        WHEN kind = 'CONFIRMED' THEN d_held < 0 AND d_allocated = -d_held AND (d_on_hand, d_planned) = (0, 0)
        WHEN kind = 'CONSUMED' THEN d_held = 0 AND d_allocated <= 0 AND d_planned <= 0
            AND d_on_hand = d_allocated + d_planned
        WHEN kind = 'EXPIRED' THEN d_held <= 0 AND d_planned <= 0 AND (d_on_hand, d_allocated) = (0, 0)
        WHEN kind = 'CANCELLED' THEN d_allocated <= 0 AND d_planned <= 0 AND (d_on_hand, d_held) = (0, 0)
        WHEN kind IN ('RELEASED', 'PROMISE_BROKEN') THEN d_on_hand = 0
            AND d_held <= 0 AND d_allocated <= 0 AND d_planned <= 0
        ELSE FALSE END
    GROUP BY event.seq, kind ORDER BY event.seq""",
    """SELECT 'I11: event ' || event.seq || ' (' || kind || ') and its movement differ'
    FROM stock.event LEFT JOIN stock.ledger ON ledger.seq = event.seq
    WHERE kind IN ('RECEIVED', 'ADJUSTED', 'TRANSFERRED') GROUP BY event.seq, kind, payload
    HAVING coalesce(max(d_on_hand), 0) <> (payload ->> 'quantity')::bigint AND kind <> 'ADJUSTED'
        OR coalesce(sum(d_on_hand), 0) <> (payload ->> 'change')::bigint AND kind = 'ADJUSTED'
    ORDER BY event.seq""",
    # I13, facts are never refused: a promise is broken together with the fact that it is broken by.
    """SELECT 'I13: event ' || broken.seq || ' broke a promise, and no fact follows it'
    FROM stock.event AS broken LEFT JOIN LATERAL (
        SELECT kind FROM stock.event WHERE event.seq > broken.seq AND kind <> 'PROMISE_BROKEN'
            AND NOT (kind = 'SUPPLY_CANCELLED' AND res_id IS NOT NULL)
        ORDER BY event.seq LIMIT 1) AS fact ON TRUE
    WHERE broken.kind = 'PROMISE_BROKEN' AND fact.kind IS DISTINCT FROM broken.payload ->> 'because'
    ORDER BY broken.seq""",
    *(
        _pointing(*pointing)
        for pointing in (
            ("event", "res_id", "reservation", "id"),
            ("ledger", "seq", "event", "seq"),
            ("ledger", "pool_id", "pool", "id"),
            ("request", "seq", "event", "seq"),
            ("reservation", "seq", "event", "seq"),
            ("reservation_line", "res_id", "reservation", "id"),
            ("reservation_line", "src_id", "pool", "id"),
            ("supply", "res_id", "reservation", "id"),
        )
    ),
)
"""Each gives one sentence per violation and no row when its invariant holds."""


def audit(session: Session) -> tuple[str, ...]:
    """A sentence for each violated invariant, and for each row that points to nothing."""
    return tuple(str(row[0]) for query in AUDIT_QUERIES for row in session.rows(query))
