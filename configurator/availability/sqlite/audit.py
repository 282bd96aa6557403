"""The questions by which a SQLite stock proves its bookkeeping: one sentence for each broken promise.

Counters, reservations, answers and events each tell the same story; what was written around the store, or
by a mistake in it, makes two of them differ. I8 (what was answered lasts) shows only in what the disk gives
back, so the file itself is checked. I12 (an answer says which event it saw) leaves no trace to check.
"""

from sqlite3 import Connection
from typing import Final

# What an event granted or took, a row for each line. Events before version 2 told quantities by SKU, all of
# them from the default location and for now.
_TOLD: Final = """SELECT event.seq, event.kind, event.res_id,
        CASE line.type WHEN 'array' THEN json_extract(line.value, '$[0]') ELSE line.key END AS sku,
        CASE line.type WHEN 'array' THEN json_extract(line.value, '$[1]') ELSE 'default' END AS location,
        CASE line.type WHEN 'array' THEN coalesce(json_extract(line.value, '$[2]'), '') ELSE '' END AS needed,
        CASE line.type WHEN 'array' THEN json_extract(line.value, '$[3]') ELSE line.value END AS qty
    FROM event, json_each(event.payload, '$.lines') AS line
    WHERE event.kind IN ('RESERVED', 'CONSUMED')"""

_KEPT: Final = """SELECT reservation.seq, res_id, pool.sku, pool.location, needed, qty, consumed
    FROM reservation_line JOIN pool ON pool.id = src_id JOIN reservation ON reservation.id = res_id"""

_QUERIES: Final = (
    # I1, never oversell. The CHECKs say the same; this finds what was written around them.
    """SELECT 'I1: ' || <place> || ' has ' || on_hand || ' on hand, ' || held || ' held and ' ||
        allocated || ' allocated'
    FROM pool WHERE held < 0 OR allocated < 0 OR held + allocated > on_hand ORDER BY sku, location""",
    # I2, conservation: counters are the sum of their movements; what moves between locations stays the same.
    """SELECT 'I2: the counters of ' || <place> || ' are not the sum of its movements'
    FROM pool LEFT JOIN ledger ON pool_id = pool.id GROUP BY pool.id
    HAVING on_hand <> coalesce(sum(d_on_hand), 0) OR held <> coalesce(sum(d_held), 0)
        OR allocated <> coalesce(sum(d_allocated), 0) OR planned <> coalesce(sum(d_planned), 0)
    ORDER BY pool.sku, pool.location""",
    """SELECT 'I2: event ' || event.seq || ' moved goods that did not arrive, or arrived without having left'
    FROM event LEFT JOIN ledger ON ledger.seq = event.seq WHERE kind = 'TRANSFERRED'
    GROUP BY event.seq HAVING coalesce(sum(d_on_hand), 0) <> 0 OR count(ledger.seq) <> 2
    ORDER BY event.seq""",
    """SELECT 'I2: of the supply `' || ref || '` ' || received || ' are said to have come, its events say '
    || come FROM (SELECT ref, received, coalesce((SELECT sum(json_extract(payload, '$.quantity')) FROM event
        WHERE kind = 'RECEIVED' AND json_extract(payload, '$.supply') = ref), 0) AS come FROM supply)
    WHERE received <> come ORDER BY ref""",
    # I3, counters are rows: what is held, allocated and planned is what reservations say.
    """SELECT 'I3: the counters of ' || <place> || ' are not the sum of its reservations'
    FROM pool
    LEFT JOIN reservation_line AS line ON line.src_id = pool.id
    LEFT JOIN reservation ON reservation.id = line.res_id
    GROUP BY pool.id
    HAVING held <> coalesce(sum(qty - consumed) FILTER (WHERE src = 'POOL' AND state = 'HELD'), 0)
        OR allocated <> coalesce(sum(qty - consumed) FILTER (WHERE src = 'POOL' AND state = 'ALLOCATED'), 0)
        OR planned <> coalesce(sum(qty - consumed)
            FILTER (WHERE src = 'SUPPLY' AND state IN ('HELD', 'ALLOCATED')), 0)
    ORDER BY pool.sku, pool.location""",
    """SELECT DISTINCT 'I3: reservation `' || res_id || '` is '
        || iif(pending, '', 'not ') || 'among what later days wait for'
    FROM reservation_line JOIN reservation ON reservation.id = res_id
    WHERE pending <> (src = 'SUPPLY' AND consumed < qty AND state IN ('HELD', 'ALLOCATED'))
    ORDER BY reservation.seq""",
    # I4, all or nothing: a reservation has exactly the lines that its event granted, and moved each.
    """WITH told AS (<told>), kept AS (<kept>)
    SELECT 'I4: the lines of reservation `' || id || '` are not what was granted' FROM reservation
    WHERE seq IN (
        SELECT seq FROM (SELECT seq, sku, location, needed, qty FROM kept
            EXCEPT SELECT seq, sku, location, needed, qty FROM told WHERE kind = 'RESERVED')
        UNION SELECT seq FROM (SELECT seq, sku, location, needed, qty FROM told WHERE kind = 'RESERVED'
            EXCEPT SELECT seq, sku, location, needed, qty FROM kept))
        OR NOT EXISTS (SELECT 1 FROM reservation_line WHERE res_id = id)
    ORDER BY seq""",
    """SELECT 'I4: reservation `' || id || '` and the movements of its event differ' FROM reservation
    WHERE seq IN (
        SELECT seq FROM (
            SELECT reservation.seq, src_id AS pool, sum(qty) FILTER (WHERE src = 'POOL') AS shelf,
                sum(qty) FILTER (WHERE src = 'SUPPLY') AS later
            FROM reservation_line JOIN reservation ON id = res_id GROUP BY reservation.seq, src_id)
        LEFT JOIN ledger USING (seq)
        WHERE ledger.pool_id = pool OR ledger.pool_id IS NULL
        GROUP BY seq, pool
        HAVING coalesce(sum(shelf), 0) <> coalesce(sum(d_held + d_allocated), 0)
            OR coalesce(sum(later), 0) <> coalesce(sum(d_planned), 0))
        OR (SELECT count(*) FROM ledger WHERE ledger.seq = reservation.seq)
            <> (SELECT count(DISTINCT src_id) FROM reservation_line WHERE res_id = id)
    ORDER BY seq""",
    """SELECT 'I4: event ' || event.seq || ' granted a reservation that is missing'
    FROM event LEFT JOIN reservation ON reservation.seq = event.seq AND reservation.id = res_id
    WHERE kind = 'RESERVED' AND reservation.id IS NULL ORDER BY event.seq""",
    """SELECT 'I4: event ' || event.seq || ' tells of reservation `' || res_id || '`, which is missing'
    FROM event WHERE res_id IS NOT NULL AND res_id NOT IN (SELECT id FROM reservation) ORDER BY event.seq""",
    """SELECT 'I4: the supply `' || ref || '` is for reservation `' || res_id || '`, which is missing'
    FROM supply WHERE res_id IS NOT NULL AND res_id NOT IN (SELECT id FROM reservation) ORDER BY ref""",
    # I5, one resolution, and one event for it; no more is taken off the shelf than was allocated.
    """SELECT 'I5: reservation `' || id || '` is ' || state || ' without exactly one event for it'
    FROM reservation LEFT JOIN event
        ON res_id = id AND kind IN ('RELEASED', 'CANCELLED', 'EXPIRED', 'PROMISE_BROKEN')
    GROUP BY id HAVING count(event.seq) <> (state IN ('RELEASED', 'EXPIRED'))
        OR (state = 'EXPIRED') <> (coalesce(max(kind), '') = 'EXPIRED')
    ORDER BY reservation.seq""",
    """SELECT 'I5: reservation `' || id || '` left its hold ' || count(event.seq) || ' times'
    FROM reservation JOIN event ON res_id = id
    WHERE kind IN ('CONFIRMED', 'EXPIRED') OR event.seq = reservation.seq
        AND json_extract(payload, '$.state') = 'ALLOCATED'
    GROUP BY id HAVING count(event.seq) > 1 ORDER BY reservation.seq""",
    """SELECT 'I5: reservation `' || id || '` is ' || state || ' with ' || sum(consumed) || ' of ' || sum(qty)
        || ' consumed'
    FROM reservation JOIN reservation_line ON res_id = id
    GROUP BY id HAVING (state = 'CONSUMED') <> (sum(consumed) = sum(qty))
        OR state IN ('HELD', 'EXPIRED') AND sum(consumed) > 0 OR max(consumed - qty) > 0
    ORDER BY seq""",
    # Events before version 2 took all there was and said so by saying nothing.
    """WITH told AS (<told>), kept AS (<kept>)
    SELECT DISTINCT 'I5: what reservation `' || kept.res_id || '` consumed is not what its events say'
    FROM kept LEFT JOIN (
        SELECT res_id, sku, location, needed, sum(qty) AS qty FROM told WHERE kind = 'CONSUMED'
        GROUP BY res_id, sku, location, needed) AS taken USING (res_id, sku, location, needed)
    WHERE kept.consumed <> coalesce(taken.qty, 0) AND NOT EXISTS (
        SELECT 1 FROM event WHERE event.res_id = kept.res_id AND kind = 'CONSUMED' AND payload = '{}')
    ORDER BY kept.seq""",
    # I6, expiry: nothing is void before its time, and what ran out first is void first.
    """SELECT 'I6: reservation `' || id || '` expired before its time'
    FROM reservation JOIN event ON res_id = id AND kind = 'EXPIRED' WHERE at < expires_at
    ORDER BY reservation.seq""",
    """WITH step AS (
        SELECT seq, kind, res_id, at, json_extract(payload, '$.expires_at') AS until FROM event
        WHERE kind IN ('CONFIRMED', 'EXTENDED')),
    pair AS (
        SELECT seq, kind, res_id, at, lag(until) OVER (PARTITION BY res_id ORDER BY seq) AS before FROM step)
    SELECT 'I6: reservation `' || res_id || '` was ' || lower(kind) || ' after it had expired'
    FROM pair WHERE at >= before ORDER BY seq""",
    # A clock that was set back, with consent, may let a later hold run out before an earlier one.
    """WITH ended AS (
        SELECT event.seq, reservation.id, expires_at, reservation.seq AS granted,
            (SELECT count(*) FROM event AS back WHERE back.kind = 'CLOCK_ACCEPTED' AND back.seq < event.seq)
            AS clock
        FROM event JOIN reservation ON res_id = id WHERE kind = 'EXPIRED'),
    pair AS (
        SELECT seq, id, expires_at, granted, lag(expires_at) OVER turn AS before,
            lag(granted) OVER turn AS earlier
        FROM ended WINDOW turn AS (PARTITION BY clock ORDER BY seq))
    SELECT 'I6: reservation `' || id || '` expired out of turn'
    FROM pair WHERE (expires_at, granted) < (before, earlier) ORDER BY seq""",
    # I7, stored answers, both ways: every grant, refusal and fact with a key has its answer, and none
    # another.
    """SELECT 'I7: event ' || event.seq || ' answered a request that is not stored'
    FROM event LEFT JOIN request ON request.seq = event.seq
    WHERE (kind IN ('RESERVED', 'REFUSED') OR json_extract(payload, '$.key') IS NOT NULL)
        AND request.key IS NULL ORDER BY event.seq""",
    """SELECT 'I7: the answer stored under the key `' || key || '` is not that of event ' || request.seq
    FROM request LEFT JOIN event ON event.seq = request.seq
    WHERE key IS NOT json_extract(payload, '$.key')
        OR CASE kind
            WHEN 'RESERVED' THEN json_extract(outcome, '$.reserved') IS NOT res_id
                OR order_ref IS NOT json_extract(payload, '$.order')
            WHEN 'REFUSED' THEN json_extract(outcome, '$.refused') IS NOT json_extract(payload, '$.shortages')
                OR order_ref IS NOT json_extract(payload, '$.order')
            ELSE json_extract(outcome, '$.booked') IS NOT request.seq OR order_ref IS NOT NULL
        END
    ORDER BY request.seq""",
    # I9, later days: what lies there and what is firm covers what was promised for days until then. Days
    # are taken as they were told, and the safety stock is left out: a fact may eat it.
    """WITH change AS (
        SELECT pool.id, '' AS day, on_hand - held - allocated AS more FROM pool
        UNION ALL SELECT pool.id, due, qty - received FROM supply JOIN pool USING (sku, location)
            WHERE firm = 1 AND cancelled = 0 AND lot = ''
        UNION ALL SELECT src_id, needed, consumed - qty FROM reservation_line
            JOIN reservation ON id = res_id WHERE src = 'SUPPLY' AND state IN ('HELD', 'ALLOCATED')),
    balance AS (
        SELECT id, sum(more) OVER (PARTITION BY id ORDER BY day) AS least FROM change)
    SELECT 'I9: of ' || <place> || ' ' || -min(least) || ' too few are left for later days'
    FROM balance JOIN pool USING (id) GROUP BY pool.id HAVING min(least) < 0
    ORDER BY pool.sku, pool.location""",
    # I10, one order: nothing was cut out of the story, and time runs forwards in it.
    "SELECT 'I10: events are missing before ' || max(seq) FROM event HAVING count(*) <> max(seq)",
    """SELECT 'I10: event ' || seq || ' is earlier than the one before it'
    FROM (SELECT seq, kind, at, lag(at) OVER (ORDER BY seq) AS before FROM event)
    WHERE at < before AND kind <> 'CLOCK_ACCEPTED' ORDER BY seq""",
    # I11, no surprises: each kind of event moves its own counters its own way, so what is available rises
    # only by goods that came or were found, and by what reservations gave back.
    """SELECT DISTINCT 'I11: event ' || event.seq || ' (' || kind || ') moved counters as it may not'
    FROM ledger JOIN event USING (seq)
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
    ORDER BY event.seq""",
    """SELECT 'I11: event ' || event.seq || ' (' || kind || ') and its movement differ'
    FROM event LEFT JOIN ledger ON ledger.seq = event.seq
    WHERE kind IN ('RECEIVED', 'ADJUSTED', 'TRANSFERRED') GROUP BY event.seq
    HAVING coalesce(max(d_on_hand), 0) <> json_extract(payload, '$.quantity') AND kind <> 'ADJUSTED'
        OR coalesce(sum(d_on_hand), 0) <> json_extract(payload, '$.change') AND kind = 'ADJUSTED'
    ORDER BY event.seq""",
    # I13, facts are never refused: a promise is broken together with the fact that breaks it; between the
    # two stands only what was to be had for it.
    """WITH step AS (
        SELECT seq, kind, coalesce(json_extract(payload, '$.because'), 'IMPORTED') AS because FROM event
        WHERE kind <> 'SUPPLY_CANCELLED' OR res_id IS NULL),
    pair AS (
        SELECT seq, kind, because, lead(kind) OVER turn AS next, lead(because) OVER turn AS follows
        FROM step WINDOW turn AS (ORDER BY seq))
    SELECT 'I13: event ' || seq || ' broke a promise, and its fact does not follow' FROM pair
    WHERE kind = 'PROMISE_BROKEN' AND next IS NOT because
        AND (next IS NOT 'PROMISE_BROKEN' OR follows <> because)
    ORDER BY seq""",
)

_PARTS: Final = {
    "<told>": _TOLD,
    "<kept>": _KEPT,
    "<place>": "'`' || pool.sku || '` at `' || pool.location || '`'",
}


def _whole(query: str) -> str:
    for name, part in _PARTS.items():
        query = query.replace(name, part)
    return query


AUDIT_QUERIES: Final = tuple(map(_whole, _QUERIES))
"""Each gives one sentence per violation and no row when its invariant holds."""


def audit(connection: Connection) -> tuple[str, ...]:
    """A sentence for each violated invariant, each row that points to nothing, each damage of the file."""
    found = [str(row[0]) for query in AUDIT_QUERIES for row in connection.execute(query)]
    found += [
        f"a row of `{table}` points to a missing row of `{parent}`"
        for table, _, parent, _ in connection.execute("PRAGMA foreign_key_check")
    ]
    found += [
        f"I8: the file is damaged: {row[0]}"
        for row in connection.execute("PRAGMA integrity_check")
        if row[0] != "ok"
    ]
    return tuple(found)
