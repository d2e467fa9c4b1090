-- name: silence_add
INSERT INTO silence (created, start, until, ended, rule, level, agreement, service, priority, team,
    by, reason)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12);

-- name: silence_end
UPDATE silence SET ended = ?2, ended_by = ?3, ended_note = ?4 WHERE id = ?1;

-- name: silence_get
SELECT id, created, start, until, ended, rule, level, agreement, service, priority, team, by,
    reason, ended_by, ended_note
FROM silence WHERE id = ?1;

-- name: silence_page
SELECT id, created, start, until, ended, rule, level, agreement, service, priority, team, by,
    reason, ended_by, ended_note
FROM silence
WHERE id < ?1 AND (?2 < 0 OR ?2 = CASE WHEN until <= ?3 OR ended <= ?3 THEN 2
    WHEN start > ?3 THEN 0 ELSE 1 END)
ORDER BY id DESC LIMIT ?4;

-- name: silence_live
SELECT id, created, start, until, ended, rule, level, agreement, service, priority, team, by,
    reason, ended_by, ended_note
FROM silence WHERE until > ?1 AND ended > ?1 ORDER BY id;
