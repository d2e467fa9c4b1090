-- name: past_set
INSERT INTO past (subject, rule, at, learned) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (subject, rule) DO UPDATE SET at = ?3, learned = ?4;

-- name: past_delete
DELETE FROM past WHERE subject = ?1 AND rule = ?2;

-- name: past_under
SELECT subject, rule, at FROM past WHERE subject >= ?1 AND subject < ?2;

-- name: past_last
SELECT max(learned) FROM past;

-- name: past_rules
SELECT rule, count(*), min(at), max(at) FROM past GROUP BY rule ORDER BY rule;

-- name: past_clear
DELETE FROM past;
