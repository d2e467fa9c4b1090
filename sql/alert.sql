-- name: alert_add
INSERT INTO alert (rule, indicator, agreement, service, priority, team, state, level, candidate,
    candidate_since, since, fired, resolved, no_data, good, total, a, b, reason,
    window, cohort, kind, subject, about, told, acked, acked_by, escalated,
    leveled, silence)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19,
    ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30);

-- name: alert_set
UPDATE alert SET state = ?2, level = ?3, candidate = ?4, candidate_since = ?5, since = ?6,
    fired = ?7, resolved = ?8, no_data = ?9, good = ?10, total = ?11, a = ?12, b = ?13,
    reason = ?14, about = ?15, told = ?16, acked = ?17, acked_by = ?18, escalated = ?19,
    leveled = ?20, silence = ?21, agreement = ?22, service = ?23, priority = ?24, team = ?25
WHERE id = ?1;

-- name: alert_delete
DELETE FROM alert WHERE id = ?1;

-- name: alert_history_delete
DELETE FROM alert_history WHERE alert = ?1;

-- name: alert_live
SELECT id, rule, indicator, agreement, service, priority, team, state, level, candidate,
    candidate_since, since, fired, resolved, no_data, good, total, a, b, reason,
    window, cohort, kind, subject, about, told, acked, acked_by, escalated, leveled,
    silence
FROM alert WHERE state IN (1, 2, 4) ORDER BY id;

-- name: alert_under
SELECT id, rule, indicator, agreement, service, priority, team, state, level, candidate,
    candidate_since, since, fired, resolved, no_data, good, total, a, b, reason,
    window, cohort, kind, subject, about, told, acked, acked_by, escalated
FROM alert INDEXED BY alert_subject
WHERE subject >= ?1 AND subject < ?2 AND state IN (1, 2, 4) ORDER BY id;

-- name: alert_subjects
SELECT DISTINCT subject FROM alert WHERE state IN (1, 2, 4) AND kind IN (3, 4);

-- name: alert_history_add
INSERT INTO alert_history (alert, at, what, by, note, cause, measure, verification)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8);

-- name: alert_history
SELECT at, what, by, note, cause, measure, verification FROM alert_history
WHERE alert = ?1 ORDER BY id;

-- name: alert_page
SELECT id, rule, indicator, agreement, service, priority, team, state, level, candidate,
    candidate_since, since, fired, resolved, no_data, good, total, a, b, reason,
    window, cohort, kind, subject, about, told, acked, acked_by, escalated, leveled,
    silence
FROM alert
WHERE id < ?1 AND (?2 < 0 OR state = ?2) AND (?3 IS NULL OR rule = ?3)
    AND (?4 = 0 OR CASE state WHEN 1 THEN candidate ELSE level END = ?4)
    AND (?5 IS NULL OR agreement = ?5) AND (?6 IS NULL OR service = ?6)
    AND fired >= ?7 AND (fired < ?8 OR ?9)
ORDER BY id DESC LIMIT ?10;

-- name: alert_fired
SELECT id, rule, indicator, agreement, service, priority, team, state, level, candidate,
    candidate_since, since, fired, resolved, no_data, good, total, a, b, reason,
    window, cohort, kind, subject, about, told, acked, acked_by, escalated, leveled,
    silence
FROM alert
WHERE (agreement = ?1 OR agreement IS NULL) AND fired >= ?2 AND fired < ?3
ORDER BY fired DESC, id DESC LIMIT ?4;

-- name: alert_get
SELECT id, rule, indicator, agreement, service, priority, team, state, level, candidate,
    candidate_since, since, fired, resolved, no_data, good, total, a, b, reason,
    window, cohort, kind, subject, about, told, acked, acked_by, escalated, leveled,
    silence
FROM alert WHERE id = ?1;

-- name: alert_counts
SELECT state, level, kind, count(*) FROM alert GROUP BY state, level, kind
ORDER BY state, level, kind;

-- name: outbox_add
INSERT INTO outbox (message, receiver, alert, created, body, state, attempts, next, status, error)
VALUES (?1, ?2, ?3, ?4, ?5, 0, 0, ?4, 0, '');

-- name: outbox_has
SELECT 1 FROM outbox WHERE message = ?1;

-- name: outbox_lanes
SELECT DISTINCT receiver FROM outbox INDEXED BY outbox_waiting WHERE state = 0
ORDER BY receiver LIMIT ?1;

-- name: outbox_waiting
SELECT id, message, receiver, body, attempts, next, created, alert, begun FROM outbox
WHERE state = 0 AND receiver = ?1 AND id > ?2 ORDER BY id LIMIT ?3;

-- name: outbox_failed
SELECT count(*), coalesce(max(created), 0) FROM outbox
WHERE state = 2 AND receiver = ?1 AND created > ?2;

-- name: outbox_oldest
SELECT created FROM outbox WHERE state = 0 AND receiver = ?1 ORDER BY id LIMIT 1;

-- name: outbox_report
UPDATE outbox SET state = ?2, attempts = ?3, next = ?4, status = ?5, error = ?6, begun = ?7,
    ended = ?8
WHERE id = ?1;

-- What receivers were last told of each alert that fires, or whose end is not delivered yet, and the
-- first message about it: after an id of a row, a page.
-- name: outbox_told
SELECT o.id, o.receiver, o.body, (SELECT f.message FROM outbox f
        WHERE f.alert = o.alert AND f.receiver = o.receiver AND f.state = 1 ORDER BY f.id LIMIT 1)
FROM (SELECT id AS alert FROM alert WHERE state = ?2 UNION
        SELECT alert FROM outbox INDEXED BY outbox_waiting WHERE state = 0) t
    CROSS JOIN outbox o ON o.alert = t.alert CROSS JOIN alert a ON a.id = o.alert
WHERE o.id > ?1 AND o.state = 1
    AND o.id = (SELECT max(l.id) FROM outbox l
        WHERE l.alert = o.alert AND l.receiver = o.receiver AND l.state = 1)
    AND (a.state = ?2 OR EXISTS (SELECT 1 FROM outbox w INDEXED BY outbox_alert
        WHERE w.alert = o.alert AND w.receiver = o.receiver AND w.state = 0))
ORDER BY o.id LIMIT ?3;

-- name: outbox_receivers
SELECT DISTINCT receiver FROM outbox WHERE alert = ?1 ORDER BY receiver;
