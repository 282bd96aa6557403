"""What the PostgreSQL server does by itself: one function for each step that many callers take at once.

A call is one round trip and one transaction. Everybody takes locks in one order, so nobody waits in a ring:

1. the gate: shared, or alone for a fact that may break promises;
2. the key of the request, so that a twin in flight waits for the answer to the first;
3. reservations, in the order in which they were granted;
4. counters, by id;
5. the number of the event, which waits for nobody.

Written for the isolation level READ COMMITTED: each statement sees what was committed before it began, and a
locked row is the last there is. Everything is written with the schema `stock`; another name is put in its
place. In PL/pgSQL even where SQL would do, because its plans are kept from one call to the next.
"""

from typing import Final

SWEEP: Final = "ST001"
"""The code of an error that says: holds that have expired stand in the way."""
CLOCK: Final = "ST002"
"""The code of an error that says: the clock is far behind. Its detail: last write, time of the clock."""
PLACE: Final = "ST003"
"""The code of an error that says: promises for later days are touched, the caller has to work it out."""

# A transaction that is about to take a number first shows, as a shared lock, a number that is below it. Who
# follows the story reads up to the least number shown: whatever comes out later has a number above it. The
# transaction's own id would not do in its place, because ids and numbers are not taken in the same order.
_TELL: Final = """
CREATE FUNCTION stock.tell(new_kind text, new_res_id text, new_at bigint, new_actor text, new_payload jsonb)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    told bigint;
BEGIN
    SELECT last_value INTO told FROM stock.event_seq;
    PERFORM pg_advisory_xact_lock_shared('stock.event'::regclass::oid::integer,
        (told & 2147483647)::integer);
    told := nextval('stock.event_seq');
    INSERT INTO stock.event (seq, kind, res_id, actor, at, payload)
    VALUES (told, new_kind, new_res_id, new_actor, new_at, new_payload);
    RETURN told;
END $$;
CREATE FUNCTION stock.settled() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    highest bigint;
    behind bigint;
BEGIN
    SELECT last_value INTO highest FROM stock.event_seq;
    SELECT max((highest - objid::bigint) & 2147483647) INTO behind FROM pg_locks
    WHERE locktype = 'advisory' AND objsubid = 2 AND classid = 'stock.event'::regclass::oid
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database());
    RETURN highest - coalesce(behind, 0);
END $$"""

# INVARIANT: counters change nowhere else, so each is the sum of its movements. Whatever takes more from the
# shelf than before is guarded by what is free, a second belt beside the decision before it and the CHECK.
_MOVE: Final = """
CREATE FUNCTION stock.move(told bigint, pools bigint[], on_hands bigint[], helds bigint[],
    allocateds bigint[], planneds bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    moved bigint;
BEGIN
    UPDATE stock.pool SET on_hand = pool.on_hand + d.on_hand, held = pool.held + d.held,
        allocated = pool.allocated + d.allocated, planned = pool.planned + d.planned
    FROM unnest(pools, on_hands, helds, allocateds, planneds) AS d(id, on_hand, held, allocated, planned)
    WHERE pool.id = d.id AND (d.held + d.allocated <= 0
        OR pool.on_hand - pool.held - pool.allocated - pool.floor >= d.held + d.allocated);
    GET DIAGNOSTICS moved = ROW_COUNT;
    IF moved <> cardinality(pools) THEN
        RAISE EXCEPTION '% counters should have moved, % did', cardinality(pools), moved
            USING ERRCODE = 'assert_failure';
    END IF;
    INSERT INTO stock.ledger (seq, pool_id, d_on_hand, d_held, d_allocated, d_planned)
    SELECT told, d.* FROM unnest(pools, on_hands, helds, allocateds, planneds) AS d;
END $$;
CREATE FUNCTION stock.zeros(pools bigint[]) RETURNS bigint[] LANGUAGE sql IMMUTABLE AS $$
    SELECT array_fill(0::bigint, ARRAY[cardinality(pools)])
$$"""

# The time of the last write is that of the last event. Only where the time is the caller's own it is kept
# beside that as well, also after calls that tell no event; otherwise all writers would queue for that one
# row.
_TIME: Final = """
CREATE FUNCTION stock.high_water() RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT greatest(clock_high_water,
        (SELECT at FROM stock.event ORDER BY seq DESC LIMIT 1)) FROM stock.meta);
END $$;
CREATE FUNCTION stock.present(given bigint) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    RETURN coalesce(given, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);
END $$;
CREATE FUNCTION stock.write_time(given bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    high bigint := stock.high_water();
    present bigint := stock.present(given);
BEGIN
    IF present < high - 86400000000 THEN
        RAISE EXCEPTION 'the clock is behind the last write'
            USING ERRCODE = 'ST002', DETAIL = high || ' ' || present;
    END IF;
    RETURN greatest(present, high);
END $$;
CREATE FUNCTION stock.remember(given bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF given IS NOT NULL THEN
        UPDATE stock.meta SET clock_high_water = given WHERE clock_high_water < given;
    END IF;
END $$"""

# A request goes by its key. One without a key goes by its order and the number of its refused attempts.
_REQUEST: Final = """
CREATE FUNCTION stock.enter() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared('stock.pool'::regclass::oid::integer, 0);
END $$;
CREATE FUNCTION stock.enter_alone() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock('stock.pool'::regclass::oid::integer, 0);
END $$;
CREATE FUNCTION stock.hold_key(wanted_key text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(wanted_key, 'stock.request'::regclass::oid::bigint));
END $$;
CREATE FUNCTION stock.refused_attempts(wanted_order text) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT count(*) FROM stock.request
        WHERE order_ref = wanted_order AND attempt IS NOT NULL AND (outcome -> 'refused') IS NOT NULL);
END $$;
CREATE FUNCTION stock.told(wanted text) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT jsonb_build_array(id, order_ref, state, created, expires_at, config_digest, class,
        promise_date, (SELECT jsonb_agg(jsonb_build_array(pool.sku, line.qty, pool.location,
                nullif(line.needed, '-infinity'), line.consumed) ORDER BY sku, needed, location)
            FROM stock.reservation_line AS line JOIN stock.pool ON pool.id = line.src_id
            WHERE line.res_id = reservation.id))
        FROM stock.reservation WHERE id = wanted);
END $$;
CREATE FUNCTION stock.answered(wanted_key text) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT jsonb_build_object('key', key, 'hash', hash, 'outcome', outcome, 'seq', seq,
            'reservation', CASE WHEN outcome ->> 'reserved' IS NOT NULL
                THEN stock.told(outcome ->> 'reserved') END)
        FROM stock.request WHERE key = wanted_key);
END $$;
CREATE FUNCTION stock.begin_request(INOUT wanted_key text, wanted_order text,
    OUT number bigint, OUT answer jsonb)
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM stock.enter();
    IF wanted_key IS NOT NULL THEN
        PERFORM stock.hold_key(wanted_key);
    ELSE
        LOOP
            number := stock.refused_attempts(wanted_order);
            wanted_key := wanted_order || '#' || number;
            PERFORM stock.hold_key(wanted_key);
            answer := stock.answered(wanted_key);
            -- Refused meanwhile, before the key was held: then that was another attempt.
            EXIT WHEN answer IS NULL OR answer #> '{outcome,refused}' IS NULL
                OR number = stock.refused_attempts(wanted_order);
        END LOOP;
        RETURN;
    END IF;
    answer := stock.answered(wanted_key);
END $$"""

_DECISION: Final = """
CREATE FUNCTION stock.refuse(wanted_key text, wanted_order text, wanted_hash text, number bigint,
    shortages jsonb, present bigint, actor text) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    told bigint := stock.tell('REFUSED', NULL, present, actor,
        jsonb_build_object('key', wanted_key, 'order', wanted_order, 'shortages', shortages));
BEGIN
    INSERT INTO stock.request (key, seq, hash, order_ref, attempt, outcome)
    VALUES (wanted_key, told, wanted_hash, wanted_order, number, jsonb_build_object('refused', shortages));
    RETURN told;
END $$;
CREATE FUNCTION stock.grant_request(wanted_key text, wanted_order text, wanted_hash text, number bigint,
    ttl bigint, digest text, priority integer, promised date, lines jsonb,
    pools bigint[], needs date[], quantities bigint[], present bigint, actor text) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    new_id text := 'R-' || substr(encode(sha256(convert_to(wanted_key, 'UTF8')), 'hex'), 1, 16);
    new_state text := CASE WHEN ttl IS NULL THEN 'ALLOCATED' ELSE 'HELD' END;
    told bigint := stock.tell('RESERVED', new_id, present, actor,
        jsonb_build_object('key', wanted_key, 'lines', lines, 'order', wanted_order, 'state', new_state));
    moves record;
    zeros bigint[];
BEGIN
    IF needs IS NULL THEN
        zeros := stock.zeros(pools);
        PERFORM stock.move(told, pools, zeros, CASE WHEN ttl IS NULL THEN zeros ELSE quantities END,
            CASE WHEN ttl IS NULL THEN quantities ELSE zeros END, zeros);
    ELSE
        SELECT array_agg(pool) AS pools, array_agg(CASE WHEN ttl IS NULL THEN 0 ELSE shelf END) AS helds,
            array_agg(CASE WHEN ttl IS NULL THEN shelf ELSE 0 END) AS allocateds, array_agg(later) AS planneds
        INTO moves
        FROM (SELECT pool, coalesce(sum(quantity) FILTER (WHERE needed IS NULL), 0)::bigint AS shelf,
                coalesce(sum(quantity) FILTER (WHERE needed IS NOT NULL), 0)::bigint AS later
            FROM unnest(pools, needs, quantities) AS line(pool, needed, quantity) GROUP BY pool) AS summed;
        PERFORM stock.move(told, moves.pools, stock.zeros(moves.pools), moves.helds, moves.allocateds,
            moves.planneds);
    END IF;
    INSERT INTO stock.reservation
        (id, seq, order_ref, config_digest, class, state, created, expires_at, promise_date)
    VALUES (new_id, told, wanted_order, digest, priority, new_state, present, present + ttl, promised);
    INSERT INTO stock.reservation_line (res_id, src, src_id, needed, qty, pending)
    SELECT new_id, CASE WHEN line.needed IS NULL THEN 'POOL' ELSE 'SUPPLY' END, line.pool,
        coalesce(line.needed, '-infinity'), line.quantity, line.needed IS NOT NULL
    FROM unnest(pools, needs, quantities) AS line(pool, needed, quantity);
    INSERT INTO stock.request (key, seq, hash, order_ref, attempt, outcome)
    VALUES (wanted_key, told, wanted_hash, wanted_order, number, jsonb_build_object('reserved', new_id));
    RETURN jsonb_build_object('key', wanted_key, 'seq', told, 'at', present, 'lines', lines);
END $$"""

_RESERVE: Final = """
CREATE FUNCTION stock.reserve(wanted_key text, wanted_order text, wanted_hash text, ttl bigint, digest text,
    priority integer, promised date, skus text[], wanted bigint[], sweeps integer, given bigint,
    actor text) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    request record;
    found record;
    present bigint;
    shortages jsonb;
    told bigint;
BEGIN
    request := stock.begin_request(wanted_key, wanted_order);
    IF request.answer IS NOT NULL THEN
        present := stock.write_time(given);
        IF request.answer ->> 'hash' = wanted_hash THEN
            PERFORM stock.remember(given);
        END IF;
        RETURN jsonb_build_object('answer', request.answer, 'at', present);
    END IF;
    -- Rows are locked in the order of their ids, and only then read: what is decided here stays true.
    SELECT count(*) AS number, count(DISTINCT sku) AS skus, bool_or(planned <> 0) AS later, FALSE AS short,
        array_agg(id ORDER BY sku) AS pools, array_agg(free ORDER BY sku) AS quantities,
        array_agg(location ORDER BY sku) AS locations, NULL::jsonb AS lines
    INTO found FROM (
        SELECT id, sku, location, planned, greatest(0, on_hand - held - allocated - floor) AS free
        FROM stock.pool WHERE sku = ANY (skus) AND lot = '' ORDER BY id FOR NO KEY UPDATE) AS locked;
    IF found.number = cardinality(skus) AND found.skus = found.number THEN
        -- Each item lies at one location, so there is nothing to choose; both lists are sorted by item.
        SELECT bool_or(free < quantity), jsonb_agg(jsonb_build_array(sku, location, NULL, quantity))
        INTO found.short, found.lines
        FROM unnest(skus, found.locations, found.quantities, wanted) AS line(sku, location, free, quantity);
        found.quantities := wanted;
    ELSE
        WITH placed AS (
            SELECT sku, location, id, quantity, free,
                coalesce(sum(free) OVER (PARTITION BY sku), 0)::bigint AS all_free,
                least(free, greatest(0, quantity - (sum(free) OVER (PARTITION BY sku ORDER BY
                    location <> 'default', location ROWS UNBOUNDED PRECEDING) - free)))::bigint AS taken
            FROM unnest(skus, wanted) AS asked(sku, quantity) LEFT JOIN (
                SELECT id, sku, location, greatest(0, on_hand - held - allocated - floor) AS free
                FROM stock.pool WHERE id = ANY (found.pools)) AS pool USING (sku)
        )
        SELECT bool_or(all_free < quantity), array_agg(id ORDER BY sku, location) FILTER (WHERE taken > 0),
            array_agg(taken ORDER BY sku, location) FILTER (WHERE taken > 0),
            jsonb_agg(jsonb_build_array(sku, location, NULL, taken) ORDER BY sku, location)
                FILTER (WHERE taken > 0)
        INTO found.short, found.pools, found.quantities, found.lines FROM placed;
    END IF;
    IF found.later THEN
        RAISE EXCEPTION 'later days are touched' USING ERRCODE = 'ST003';
    END IF;
    present := stock.write_time(given);
    PERFORM stock.remember(given);
    IF NOT found.short THEN
        RETURN stock.grant_request(request.wanted_key, wanted_order, wanted_hash, request.number, ttl, digest,
            priority, promised, found.lines, found.pools, NULL, found.quantities, present, actor);
    END IF;
    IF stock.asks_for_sweep(sweeps, skus, present) THEN
        RAISE EXCEPTION 'expired holds are in the way' USING ERRCODE = 'ST001';
    END IF;
    SELECT jsonb_agg(jsonb_build_array(sku, quantity, coalesce(free, 0), free IS NOT NULL) ORDER BY sku)
    INTO shortages
    FROM unnest(skus, wanted) AS asked(sku, quantity) LEFT JOIN (
        SELECT sku, sum(greatest(0, on_hand - held - allocated - floor))::bigint AS free
        FROM stock.pool WHERE sku = ANY (skus) AND lot = '' GROUP BY sku) AS pool USING (sku)
    WHERE coalesce(free, 0) < quantity;
    told := stock.refuse(request.wanted_key, wanted_order, wanted_hash, request.number, shortages, present,
        actor);
    RETURN jsonb_build_object('key', request.wanted_key, 'seq', told, 'refused', shortages);
END $$;
CREATE FUNCTION stock.asks_for_sweep(sweeps integer, skus text[], present bigint) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    -- All that has expired is swept once. Again only what took some of these items and ran out since.
    IF sweeps = 0 THEN
        RETURN EXISTS (SELECT FROM stock.reservation WHERE state = 'HELD' AND expires_at <= present);
    END IF;
    RETURN sweeps < 20 AND EXISTS (
        SELECT FROM stock.reservation JOIN stock.reservation_line ON res_id = reservation.id
            JOIN stock.pool ON pool.id = src_id
        WHERE state = 'HELD' AND expires_at <= present AND sku = ANY (skus));
END $$"""

# What a live reservation still keeps is given back, or turned from held into allocated.
_STEPS: Final = """
CREATE FUNCTION stock.lock_pools(reservations text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM stock.pool
    WHERE id = ANY (ARRAY(SELECT src_id FROM stock.reservation_line WHERE res_id = ANY (reservations)))
    ORDER BY id FOR NO KEY UPDATE;
END $$;
CREATE FUNCTION stock.leave(res stock.reservation, new_kind text, new_state text, present bigint, actor text,
    payload jsonb, told_of text DEFAULT NULL) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    told bigint := stock.tell(new_kind, res.id, present, actor, payload);
    moves record;
    own stock.supply;
BEGIN
    IF res.state NOT IN ('HELD', 'ALLOCATED') THEN
        RAISE EXCEPTION 'reservation % has ended before', res.id USING ERRCODE = 'assert_failure';
    END IF;
    SELECT array_agg(pool) AS pools,
        array_agg(CASE WHEN res.state = 'HELD' THEN -shelf ELSE 0 END) AS helds,
        array_agg(CASE WHEN new_state = 'ALLOCATED' THEN shelf WHEN res.state = 'HELD' THEN 0 ELSE -shelf END)
            AS allocateds,
        array_agg(CASE WHEN new_state = 'ALLOCATED' THEN 0 ELSE -later END) AS planneds
    INTO moves
    FROM (SELECT src_id AS pool,
            coalesce(sum(qty - consumed) FILTER (WHERE src = 'POOL'), 0)::bigint AS shelf,
            coalesce(sum(qty - consumed) FILTER (WHERE src = 'SUPPLY'), 0)::bigint AS later
        FROM stock.reservation_line WHERE res_id = res.id AND qty > consumed GROUP BY src_id) AS kept
    WHERE shelf <> 0 OR new_state <> 'ALLOCATED';
    IF moves.pools IS NOT NULL THEN
        PERFORM stock.move(told, moves.pools, stock.zeros(moves.pools), moves.helds, moves.allocateds,
            moves.planneds);
    END IF;
    UPDATE stock.reservation SET state = new_state,
        expires_at = CASE WHEN new_state = 'ALLOCATED' THEN NULL ELSE expires_at END WHERE id = res.id;
    IF new_state <> 'ALLOCATED' THEN
        UPDATE stock.reservation_line SET pending = FALSE WHERE res_id = res.id AND pending;
    END IF;
    -- What was to be had for a hold goes with it: nobody has ordered it yet.
    IF res.state = 'HELD' AND new_state <> 'ALLOCATED' THEN
        FOR own IN SELECT * FROM stock.supply WHERE res_id = res.id AND res_id <> '' AND NOT cancelled
            AND received < qty AND ref IS DISTINCT FROM told_of ORDER BY id
        LOOP
            UPDATE stock.supply SET cancelled = TRUE WHERE id = own.id;
            PERFORM stock.tell('SUPPLY_CANCELLED', res.id, present, actor,
                jsonb_build_object('open', own.qty - own.received, 'supply', own.ref));
        END LOOP;
    END IF;
    RETURN told;
END $$;
CREATE FUNCTION stock.take_step(wanted text, new_kind text, new_state text, given bigint, actor text)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    res stock.reservation;
    present bigint;
    standing text;
BEGIN
    PERFORM stock.enter();
    SELECT * INTO res FROM stock.reservation WHERE id = wanted FOR NO KEY UPDATE;
    -- The time is taken after the last wait, so that what is told later is also later.
    PERFORM stock.lock_pools(ARRAY[wanted]);
    present := stock.write_time(given);
    IF res.id IS NULL THEN
        RETURN NULL;
    END IF;
    standing := CASE WHEN res.state = 'HELD' AND res.expires_at <= present THEN 'EXPIRED' ELSE res.state END;
    IF standing = 'HELD' AND new_kind <> 'CANCELLED'
        OR standing = 'ALLOCATED' AND new_kind <> 'CONFIRMED'
    THEN
        PERFORM stock.leave(res, new_kind, new_state, present, actor, '{}');
    ELSIF standing <> new_state THEN
        RETURN jsonb_build_object('state', standing);
    END IF;
    PERFORM stock.remember(given);
    RETURN jsonb_build_object('at', present, 'reservation', stock.told(wanted));
END $$;
CREATE FUNCTION stock.extend(wanted text, ttl bigint, given bigint, actor text) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    res stock.reservation;
    present bigint;
BEGIN
    PERFORM stock.enter();
    SELECT * INTO res FROM stock.reservation WHERE id = wanted FOR NO KEY UPDATE;
    present := stock.write_time(given);
    IF res.id IS NULL THEN
        RETURN NULL;
    ELSIF res.state <> 'HELD' OR res.expires_at <= present THEN
        RETURN jsonb_build_object('state', CASE res.state WHEN 'HELD' THEN 'EXPIRED' ELSE res.state END);
    ELSIF present + ttl > res.expires_at THEN
        PERFORM stock.tell('EXTENDED', wanted, present, actor,
            jsonb_build_object('expires_at', present + ttl));
        UPDATE stock.reservation SET expires_at = present + ttl WHERE id = wanted;
    END IF;
    PERFORM stock.remember(given);
    RETURN jsonb_build_object('at', present, 'reservation', stock.told(wanted));
END $$;
CREATE FUNCTION stock.sweep(most bigint, given bigint, actor text) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    present bigint;
    swept jsonb;
BEGIN
    PERFORM stock.enter();
    present := stock.write_time(given);
    swept := stock.sweep_at(most, present, actor);
    PERFORM stock.remember(given);
    RETURN jsonb_build_object('at', present, 'reservations', swept);
END $$;
CREATE FUNCTION stock.sweep_at(most bigint, present bigint, actor text) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    res stock.reservation;
    due text[];
    swept jsonb := '[]';
BEGIN
    due := ARRAY(SELECT id FROM stock.reservation WHERE state = 'HELD' AND expires_at <= present
        ORDER BY expires_at, seq LIMIT most);
    -- Locked in the order of all others; somebody may have ended one or another since.
    due := ARRAY(SELECT id FROM (
            SELECT id, state, expires_at FROM stock.reservation WHERE id = ANY (due)
            ORDER BY seq FOR NO KEY UPDATE
        ) AS locked WHERE state = 'HELD' AND expires_at <= present);
    PERFORM stock.lock_pools(due);
    FOR res IN SELECT * FROM stock.reservation WHERE id = ANY (due) ORDER BY expires_at, seq LOOP
        PERFORM stock.leave(res, 'EXPIRED', 'EXPIRED', present, actor, '{}');
        swept := swept || jsonb_build_array(stock.told(res.id));
    END LOOP;
    RETURN swept;
END $$;
CREATE FUNCTION stock.give_up(wanted text, because text, told_of text, present bigint, actor text)
RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    res stock.reservation;
BEGIN
    SELECT * INTO STRICT res FROM stock.reservation WHERE id = wanted FOR NO KEY UPDATE;
    RETURN stock.leave(res, 'PROMISE_BROKEN', 'RELEASED', present, actor,
        jsonb_build_object('because', because, 'order', res.order_ref, 'state', res.state), told_of);
END $$"""

_CONSUME: Final = """
CREATE FUNCTION stock.consume(wanted text, given bigint, actor text) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    res stock.reservation;
    present bigint;
    took record;
    told bigint;
BEGIN
    PERFORM stock.enter();
    SELECT * INTO res FROM stock.reservation WHERE id = wanted FOR NO KEY UPDATE;
    present := stock.write_time(given);
    IF res.id IS NULL THEN
        RETURN NULL;
    ELSIF res.state = 'ALLOCATED' THEN
        IF EXISTS (SELECT FROM stock.reservation_line WHERE res_id = wanted AND pending) THEN
            RAISE EXCEPTION 'later days are touched' USING ERRCODE = 'ST003';
        END IF;
        PERFORM stock.lock_pools(ARRAY[wanted]);
        present := stock.write_time(given);
        SELECT array_agg(src_id) AS pools, array_agg(consumed - qty) AS quantities,
            jsonb_agg(jsonb_build_array(sku, location, NULL, qty - consumed) ORDER BY sku, location) AS lines
        INTO took FROM stock.reservation_line AS line JOIN stock.pool ON pool.id = line.src_id
        WHERE res_id = wanted AND qty > consumed;
        told := stock.tell('CONSUMED', wanted, present, actor, jsonb_build_object('lines', took.lines));
        PERFORM stock.move(told, took.pools, took.quantities, stock.zeros(took.pools), took.quantities,
            stock.zeros(took.pools));
        UPDATE stock.reservation_line SET consumed = qty WHERE res_id = wanted AND consumed < qty;
        UPDATE stock.reservation SET state = 'CONSUMED' WHERE id = wanted;
    ELSIF res.state <> 'CONSUMED' THEN
        RETURN jsonb_build_object('state',
            CASE WHEN res.state = 'HELD' AND res.expires_at <= present THEN 'EXPIRED' ELSE res.state END);
    END IF;
    PERFORM stock.remember(given);
    RETURN jsonb_build_object('at', present, 'reservation', stock.told(wanted));
END $$"""

FUNCTIONS: Final = (_TELL, _MOVE, _TIME, _REQUEST, _DECISION, _RESERVE, _STEPS, _CONSUME)
"""Each makes some functions; in order, for a schema that has the tables and none of these."""
