-- name: begin
BEGIN IMMEDIATE;

-- name: begin_read
BEGIN;

-- name: commit
COMMIT;

-- name: rollback
ROLLBACK;

-- name: meta_get
SELECT value FROM meta WHERE name = ?1;

-- name: meta_set
INSERT INTO meta (name, value) VALUES (?1, ?2)
ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- What storing an event may need, and more: a page or two may be left on a disk that is full. Of what
-- is there already SQLite writes nothing.
-- name: probe
INSERT INTO meta (name, value) VALUES ('probe', hex(randomblob(131072)))
ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- name: source_find
SELECT id FROM source WHERE name = ?1;

-- name: source_add
INSERT INTO source (name) VALUES (?1);

-- name: source_name
SELECT name FROM source WHERE id = ?1;

-- name: source_hear
UPDATE source SET heard = ?2 WHERE name = ?1;

-- name: source_heard
SELECT heard FROM source WHERE name = ?1 AND heard IS NOT NULL;

-- name: record_add
INSERT INTO record (received, body) VALUES (?1, ?2);

-- name: record_body
SELECT body FROM record WHERE seq = ?1;

-- name: record_received
SELECT received, body FROM record WHERE seq = ?1;

-- name: record_page
SELECT seq, body FROM record WHERE seq > ?1 ORDER BY seq LIMIT ?2;

-- name: record_last
SELECT coalesce(max(seq), 0) FROM record;
