-- name: quarantine_add
INSERT INTO quarantine (received, sender, hook, delivery, reason, headers, body, bytes)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8);

-- name: quarantine_size
SELECT count(*), coalesce(sum(bytes), 0) FROM quarantine;

-- name: quarantine_page
SELECT id, received, sender, hook, delivery, reason, bytes FROM quarantine
WHERE id < ?1 AND (?2 IS NULL OR hook = ?2) ORDER BY id DESC LIMIT ?3;

-- name: quarantine_get
SELECT id, received, sender, hook, delivery, reason, bytes, headers, body FROM quarantine
WHERE id = ?1;

-- name: quarantine_drop
DELETE FROM quarantine WHERE id = ?1;

-- name: hook_state_get
SELECT version, state FROM hook_state WHERE source = ?1 AND subject = ?2;

-- name: hook_state_set
INSERT INTO hook_state (source, subject, version, state) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (source, subject) DO UPDATE SET version = excluded.version, state = excluded.state;

-- name: hook_state_stands
SELECT ?1 IS NOT NULL AND version IS NOT NULL AND (?1 < version OR (?1 = version AND state = ?4))
FROM hook_state WHERE source = ?2 AND subject = ?3;
