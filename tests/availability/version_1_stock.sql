-- A stock of version 1, as the program of that version wrote it: tables, rows, triggers.
PRAGMA foreign_keys = OFF;
BEGIN;
CREATE TABLE meta (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    schema_version INTEGER NOT NULL,
    clock_high_water INTEGER NOT NULL
) STRICT;
CREATE TABLE component (
    sku TEXT NOT NULL PRIMARY KEY,
    uom TEXT NOT NULL DEFAULT 'piece',
    scale INTEGER NOT NULL DEFAULT 1 CHECK (scale >= 1)
) STRICT;
CREATE TABLE pool (
    id INTEGER PRIMARY KEY,
    sku TEXT NOT NULL REFERENCES component (sku),
    location TEXT NOT NULL,
    lot TEXT NOT NULL DEFAULT '',
    on_hand INTEGER NOT NULL DEFAULT 0 CHECK (on_hand >= 0),
    held INTEGER NOT NULL DEFAULT 0 CHECK (held >= 0),
    allocated INTEGER NOT NULL DEFAULT 0 CHECK (allocated >= 0),
    floor INTEGER NOT NULL DEFAULT 0 CHECK (floor >= 0),
    UNIQUE (sku, location, lot),
    CHECK (held + allocated <= on_hand)
) STRICT;
CREATE TABLE event (
    seq INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    res_id TEXT REFERENCES reservation (id) DEFERRABLE INITIALLY DEFERRED,
    actor TEXT NOT NULL DEFAULT '',
    at INTEGER NOT NULL,
    payload TEXT NOT NULL CHECK (json_valid(payload))
) STRICT;
CREATE TABLE ledger (
    seq INTEGER NOT NULL REFERENCES event (seq),
    pool_id INTEGER NOT NULL REFERENCES pool (id),
    d_on_hand INTEGER NOT NULL,
    d_held INTEGER NOT NULL,
    d_allocated INTEGER NOT NULL,
    PRIMARY KEY (seq, pool_id),
    CHECK (d_on_hand <> 0 OR d_held <> 0 OR d_allocated <> 0)
) STRICT;
CREATE TABLE request (
    key TEXT NOT NULL PRIMARY KEY,
    hash TEXT NOT NULL,
    order_ref TEXT NOT NULL,
    attempt INTEGER,
    outcome TEXT NOT NULL CHECK (json_valid(outcome)),
    seq INTEGER NOT NULL UNIQUE REFERENCES event (seq)
) STRICT;
CREATE TABLE reservation (
    id TEXT NOT NULL PRIMARY KEY,
    seq INTEGER NOT NULL UNIQUE REFERENCES event (seq),
    order_ref TEXT NOT NULL,
    config_digest TEXT NOT NULL DEFAULT '',
    class INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL CHECK (state IN ('HELD', 'ALLOCATED', 'CONSUMED', 'RELEASED', 'EXPIRED')),
    created INTEGER NOT NULL,
    expires_at INTEGER CHECK (expires_at > created),
    promise_date TEXT,
    CHECK (state <> 'HELD' OR expires_at IS NOT NULL)
) STRICT;
CREATE TABLE reservation_line (
    res_id TEXT NOT NULL REFERENCES reservation (id),
    src TEXT NOT NULL CHECK (src IN ('POOL', 'SUPPLY')),
    src_id INTEGER NOT NULL,
    qty INTEGER NOT NULL CHECK (qty > 0),
    consumed INTEGER NOT NULL DEFAULT 0 CHECK (consumed BETWEEN 0 AND qty),
    PRIMARY KEY (res_id, src, src_id)
) STRICT;
CREATE TABLE supply (
    id INTEGER PRIMARY KEY,
    sku TEXT NOT NULL REFERENCES component (sku),
    location TEXT NOT NULL,
    due TEXT NOT NULL,
    qty INTEGER NOT NULL CHECK (qty > 0),
    received INTEGER NOT NULL DEFAULT 0 CHECK (received BETWEEN 0 AND qty),
    firm INTEGER NOT NULL CHECK (firm IN (0, 1))
) STRICT;
INSERT INTO "component" VALUES('CPU','piece',1);
INSERT INTO "component" VALUES('GPU','piece',1);
INSERT INTO "component" VALUES('SSD','piece',1);
INSERT INTO "event" VALUES(1,'IMPORTED',NULL,'',1795348800000000,'{"counts":{"CPU":[null,9],"GPU":[null,2],"SSD":[null,4]}}');
INSERT INTO "event" VALUES(2,'RESERVED','R-c1fd30ad5024489f','',1795348800000000,'{"key":"SO-1#0","lines":{"CPU":2,"GPU":1},"order":"SO-1","state":"ALLOCATED"}');
INSERT INTO "event" VALUES(3,'CONSUMED','R-c1fd30ad5024489f','',1795348800000000,'{}');
INSERT INTO "event" VALUES(4,'RESERVED','R-152489f31f7a2463','',1795348800000000,'{"key":"SO-2#0","lines":{"CPU":1},"order":"SO-2","state":"HELD"}');
INSERT INTO "event" VALUES(5,'CONFIRMED','R-152489f31f7a2463','',1795348800000000,'{}');
INSERT INTO "event" VALUES(6,'RESERVED','R-936596c888beb764','',1795348800000000,'{"key":"SO-3#0","lines":{"GPU":1},"order":"SO-3","state":"HELD"}');
INSERT INTO "event" VALUES(7,'EXTENDED','R-936596c888beb764','',1795348800000000,'{"expires_at":1795348920000000}');
INSERT INTO "event" VALUES(8,'RELEASED','R-936596c888beb764','',1795348800000000,'{}');
INSERT INTO "event" VALUES(9,'RESERVED','R-6782d0f6d1dd30ec','',1795348800000000,'{"key":"SO-4#0","lines":{"GPU":1},"order":"SO-4","state":"HELD"}');
INSERT INTO "event" VALUES(10,'REFUSED',NULL,'',1795348800000000,'{"key":"SO-6#0","order":"SO-6","shortages":[["GPU",9,0,true]]}');
INSERT INTO "event" VALUES(11,'EXPIRED','R-6782d0f6d1dd30ec','',1795349100000000,'{}');
INSERT INTO "event" VALUES(12,'RESERVED','R-34c54841f5473017','',1795349100000000,'{"key":"SO-5#0","lines":{"CPU":1,"GPU":1},"order":"SO-5","state":"HELD"}');
INSERT INTO "event" VALUES(13,'PROMISE_BROKEN','R-34c54841f5473017','',1795349100000000,'{"order":"SO-5","state":"HELD"}');
INSERT INTO "event" VALUES(14,'IMPORTED',NULL,'',1795349100000000,'{"counts":{"GPU":[1,0]}}');
INSERT INTO "event" VALUES(15,'RESERVED','R-84e169aff4c273af','',1795349100000000,'{"key":"SO-7#0","lines":{"CPU":1},"order":"SO-7","state":"HELD"}');
INSERT INTO "ledger" VALUES(1,1,9,0,0);
INSERT INTO "ledger" VALUES(1,2,2,0,0);
INSERT INTO "ledger" VALUES(1,3,4,0,0);
INSERT INTO "ledger" VALUES(2,1,0,0,2);
INSERT INTO "ledger" VALUES(2,2,0,0,1);
INSERT INTO "ledger" VALUES(3,1,-2,0,-2);
INSERT INTO "ledger" VALUES(3,2,-1,0,-1);
INSERT INTO "ledger" VALUES(4,1,0,1,0);
INSERT INTO "ledger" VALUES(5,1,0,-1,1);
INSERT INTO "ledger" VALUES(6,2,0,1,0);
INSERT INTO "ledger" VALUES(8,2,0,-1,0);
INSERT INTO "ledger" VALUES(9,2,0,1,0);
INSERT INTO "ledger" VALUES(11,2,0,-1,0);
INSERT INTO "ledger" VALUES(12,1,0,1,0);
INSERT INTO "ledger" VALUES(12,2,0,1,0);
INSERT INTO "ledger" VALUES(13,1,0,-1,0);
INSERT INTO "ledger" VALUES(13,2,0,-1,0);
INSERT INTO "ledger" VALUES(14,2,-1,0,0);
INSERT INTO "ledger" VALUES(15,1,0,1,0);
INSERT INTO "meta" VALUES(1,1,1795349100000000);
INSERT INTO "pool" VALUES(1,'CPU','default','',7,1,1,0);
INSERT INTO "pool" VALUES(2,'GPU','default','',0,0,0,0);
INSERT INTO "pool" VALUES(3,'SSD','default','',4,0,0,0);
INSERT INTO "request" VALUES('SO-1#0','7aaa5bfd6bc0111f5f17b83fca1c8a0647d445250cc9d79d7be977815ccd2ef8','SO-1',0,'{"reserved":"R-c1fd30ad5024489f"}',2);
INSERT INTO "request" VALUES('SO-2#0','40fc6c4b44ae6246c4c50e925aa9386474e6ffab4118636ae75836d36e3e2c65','SO-2',0,'{"reserved":"R-152489f31f7a2463"}',4);
INSERT INTO "request" VALUES('SO-3#0','a2d15553c3134be72dc19196a9651abe227ef92c9edf4716f974b111a6609382','SO-3',0,'{"reserved":"R-936596c888beb764"}',6);
INSERT INTO "request" VALUES('SO-4#0','ebb8fe27297e3adafe8378f39898b97c40ae6300c0ad463a76237656124f81a8','SO-4',0,'{"reserved":"R-6782d0f6d1dd30ec"}',9);
INSERT INTO "request" VALUES('SO-6#0','eaee684e7c5e81cd23ff2648907875a3fe47b1c07afeb08f9b90e71cb626bfcf','SO-6',0,'{"refused":[["GPU",9,0,true]]}',10);
INSERT INTO "request" VALUES('SO-5#0','831a7d38d6d66af2e7059346fb5af7226c7435159b8ce5db16ce80c0255fd3c4','SO-5',0,'{"reserved":"R-34c54841f5473017"}',12);
INSERT INTO "request" VALUES('SO-7#0','2c595a00d6cb09e41ab038f60ff020554aa75d06eff7450136173d91a6eeb64d','SO-7',0,'{"reserved":"R-84e169aff4c273af"}',15);
INSERT INTO "reservation" VALUES('R-c1fd30ad5024489f',2,'SO-1','',0,'CONSUMED',1795348800000000,NULL,NULL);
INSERT INTO "reservation" VALUES('R-152489f31f7a2463',4,'SO-2','',0,'ALLOCATED',1795348800000000,NULL,NULL);
INSERT INTO "reservation" VALUES('R-936596c888beb764',6,'SO-3','',0,'RELEASED',1795348800000000,1795348920000000,NULL);
INSERT INTO "reservation" VALUES('R-6782d0f6d1dd30ec',9,'SO-4','',0,'EXPIRED',1795348800000000,1795348860000000,NULL);
INSERT INTO "reservation" VALUES('R-34c54841f5473017',12,'SO-5','',0,'RELEASED',1795349100000000,1795385100000000,NULL);
INSERT INTO "reservation" VALUES('R-84e169aff4c273af',15,'SO-7','',0,'HELD',1795349100000000,1795385100000000,NULL);
INSERT INTO "reservation_line" VALUES('R-c1fd30ad5024489f','POOL',1,2,2);
INSERT INTO "reservation_line" VALUES('R-c1fd30ad5024489f','POOL',2,1,1);
INSERT INTO "reservation_line" VALUES('R-152489f31f7a2463','POOL',1,1,0);
INSERT INTO "reservation_line" VALUES('R-936596c888beb764','POOL',2,1,0);
INSERT INTO "reservation_line" VALUES('R-6782d0f6d1dd30ec','POOL',2,1,0);
INSERT INTO "reservation_line" VALUES('R-34c54841f5473017','POOL',1,1,0);
INSERT INTO "reservation_line" VALUES('R-34c54841f5473017','POOL',2,1,0);
INSERT INTO "reservation_line" VALUES('R-84e169aff4c273af','POOL',1,1,0);
CREATE INDEX reservation_expiry ON reservation (expires_at, seq) WHERE state = 'HELD';
CREATE INDEX reservation_order ON reservation (order_ref);
CREATE INDEX reservation_line_source ON reservation_line (src, src_id);
CREATE INDEX request_order ON request (order_ref);
CREATE INDEX supply_due ON supply (sku, due);
CREATE INDEX ledger_pool ON ledger (pool_id);
CREATE INDEX event_reservation ON event (res_id) WHERE res_id IS NOT NULL;
CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'event is append-only'); END;
CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'event is append-only'); END;
CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'ledger is append-only'); END;
CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger BEGIN SELECT RAISE(ABORT, 'ledger is append-only'); END;
COMMIT;
