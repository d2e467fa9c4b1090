-- name: quarantine_add
INSERT INTO quarantine (received, sender, hook, delivery, reason, headers, body, bytes)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8);

-- name: quarantine_size
SELECT count(*), coalesce(sum(bytes), 0) FROM quarantine;

-- name: quarantine_page
SELECT id, received, sender, hook, delivery, reason, bytes FROM quarantine
WHERE id * ?6 > ?1 * ?6 AND (?2 IS NULL OR hook = ?2) AND (?3 IS NULL OR (hook IS NULL) = (?3 = 'events'))
    AND (?4 IS NULL OR instr(reason, ?4) > 0)
ORDER BY id * ?6 LIMIT ?5;

-- name: quarantine_get
SELECT id, received, sender, hook, delivery, reason, bytes, headers, body FROM quarantine
WHERE id = ?1;

-- name: quarantine_drop
DELETE FROM quarantine WHERE id = ?1;

-- name: hook_state_get
SELECT version, json_remove(state, '$."*"') FROM hook_state WHERE source = ?1 AND subject = ?2;

-- What the state's member "*" has are the prints of the snapshots of its version that were seen,
-- the 64 last of them, so that one that comes again is known, whichever came after it.

-- name: hook_state_set
INSERT INTO hook_state (source, subject, version, state)
VALUES (?1, ?2, ?3, json_set(?4, '$."*"', json_array(?5)))
ON CONFLICT (source, subject) DO UPDATE SET version = excluded.version,
    state = CASE WHEN excluded.version = version
    THEN json_set(?4, '$."*"', json_insert(
        CASE WHEN json_array_length(state, '$."*"') < 64 THEN json_extract(state, '$."*"')
        ELSE json_remove(coalesce(json_extract(state, '$."*"'), '[]'), '$[0]') END, '$[#]', ?5))
    ELSE excluded.state END;

-- name: hook_state_stands
SELECT ?1 IS NOT NULL AND version IS NOT NULL AND (?1 < version OR (?1 = version
    AND (json_remove(state, '$."*"') = ?4
    OR ?5 IN (SELECT value FROM json_each(state, '$."*"')))))
FROM hook_state WHERE source = ?2 AND subject = ?3;
