-- name: daybook_rows
SELECT id, lines FROM daybook WHERE id > ?1 AND id <= ?2 ORDER BY id;

-- name: daybook_add
INSERT INTO daybook (id, lines) VALUES (?1, ?2);

-- name: daybook_drop
DELETE FROM daybook WHERE id <= ?1;

-- name: posting_get
SELECT since, upto, level, era, scope, bucket FROM posting;

-- name: posting_set
UPDATE posting SET since = ?1, upto = ?2, level = ?3, era = ?4, scope = ?5, bucket = ?6;

-- After the last row that there ever was; a reader that knows another `since` reads all again.
-- name: posting_renew
INSERT OR REPLACE INTO posting (rowid, since, upto, level, era, scope, bucket)
SELECT 1, -1, max(coalesce((SELECT max(id) FROM daybook), 0), coalesce((SELECT max(upto) FROM posting), 0)),
       4, 0, 0, 0;
