-- name: improvement_add
INSERT INTO improvement (indicator, agreement, service, priority, team, title, aim, window, due,
    state, baseline, result)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, NULL);

-- name: improvement_set
UPDATE improvement SET state = ?2, result = ?3 WHERE id = ?1;

-- name: improvement_get
SELECT id, indicator, agreement, service, priority, team, title, aim, window, due, state, baseline,
    result
FROM improvement WHERE id = ?1;

-- name: improvement_page
SELECT id, indicator, agreement, service, priority, team, title, aim, window, due, state, baseline,
    result
FROM improvement
WHERE id < ?1 AND (?2 < 0 OR state = ?2) AND (?3 IS NULL OR agreement = ?3)
    AND (?4 IS NULL OR indicator = ?4)
ORDER BY id DESC LIMIT ?5;

-- name: improvement_move_add
INSERT INTO improvement_move (improvement, at, move, by, note) VALUES (?1, ?2, ?3, ?4, ?5);

-- name: improvement_moves
SELECT at, move, by, note FROM improvement_move WHERE improvement = ?1 ORDER BY id;
