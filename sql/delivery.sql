-- name: delivery_page
SELECT id, message, receiver, alert, json_extract(body, '$.type'), NULL, created, state, attempts, next,
    status, error, begun, ended
FROM outbox
WHERE id IN (SELECT id FROM outbox INDEXED BY outbox_list
    WHERE id < ?1 AND (?2 < 0 OR state = ?2) AND (?3 IS NULL OR receiver = ?3)
        AND (?4 < 0 OR alert = ?4)
    ORDER BY id DESC LIMIT ?5)
ORDER BY id DESC;

-- name: delivery_get
SELECT id, message, receiver, alert, json_extract(body, '$.type'), body, created, state, attempts, next,
    status, error, begun, ended
FROM outbox WHERE id = ?1;

-- name: delivery_overtaken
SELECT 1 FROM outbox INDEXED BY outbox_alert
WHERE alert = ?1 AND receiver = ?2 AND id > ?3 AND state <> 2 LIMIT 1;

-- name: delivery_again
UPDATE outbox SET state = 0, attempts = 0, next = ?2, status = 0, error = '', begun = 0, ended = 0
WHERE id = ?1;

-- name: delivery_counts
SELECT receiver, state, count(*), max(ended) FROM outbox GROUP BY receiver, state
ORDER BY receiver, state;

-- name: delivery_last
SELECT coalesce(max(id), 0) FROM outbox;

-- Those of alerts that go on stay: they say who is to hear how it ends.
-- name: delivery_prune
DELETE FROM outbox WHERE id IN (SELECT o.id FROM outbox o
    WHERE o.state = ?1 AND o.state <> 0 AND o.ended < ?2
        AND NOT EXISTS (SELECT 1 FROM alert a WHERE a.id = o.alert AND a.resolved > ?3)
    ORDER BY o.ended LIMIT ?4);
