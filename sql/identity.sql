-- name: identity_runs
SELECT id, level, parts, done, entries, upto, coalesce(heir, 0) FROM identity_run ORDER BY id;

-- name: identity_run_add
INSERT INTO identity_run (level, parts, done, entries, upto) VALUES (?1, ?2, ?3, ?4, ?5);

-- name: identity_run_heir
UPDATE identity_run SET heir = ?2 WHERE id = ?1;

-- name: identity_run_done
UPDATE identity_run SET done = ?2 WHERE id = ?1;

-- name: identity_run_delete
DELETE FROM identity_run WHERE id = ?1;

-- name: identity_block
SELECT entries FROM identity_block WHERE place = ?1;

-- name: identity_blocks
SELECT entries FROM identity_block WHERE place BETWEEN ?1 AND ?2 ORDER BY place;

-- name: identity_block_add
INSERT INTO identity_block (place, entries) VALUES (?1, ?2);

-- name: identity_block_delete
DELETE FROM identity_block WHERE place >= ?1 AND place < ?2;

-- name: identity_filters
SELECT place, bytes FROM identity_filter WHERE place BETWEEN ?1 AND ?2 ORDER BY place;

-- name: identity_filter_add
INSERT INTO identity_filter (place, bytes) VALUES (?1, ?2);

-- name: identity_filter_delete
DELETE FROM identity_filter WHERE place >= ?1 AND place < ?2;

-- name: identity_of
SELECT seq, body FROM record WHERE seq > ?1 ORDER BY seq;

-- Of a body: its source, and its id; 0 and '' where it is no event.
-- name: identity_words
SELECT iif(json_valid(?1), coalesce((SELECT id FROM source WHERE name = ?1 ->> '$.source'), 0), 0),
    iif(json_valid(?1), coalesce(?1 ->> '$.id', ''), '');

-- name: identity_drop_runs
DELETE FROM identity_run;

-- name: identity_drop_blocks
DELETE FROM identity_block;

-- name: identity_drop_filters
DELETE FROM identity_filter;

-- name: identity_all_blocks
SELECT place, entries FROM identity_block ORDER BY place;

-- name: identity_record
SELECT 1 FROM record WHERE seq = ?1;
