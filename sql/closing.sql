-- name: closing_add
INSERT INTO closing (agreement, window, start, until, revision, closed, seq, judgement, by, note)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10);

-- name: closing_get
SELECT id, agreement, window, start, until, revision, closed, seq, judgement, by, note
FROM closing WHERE agreement = ?1 AND window = ?2 AND (?3 = 0 OR revision = ?3)
ORDER BY revision DESC LIMIT 1;

-- name: closing_page
SELECT id, agreement, window, start, until, revision, closed, seq, judgement, by, note
FROM closing WHERE id < ?1 AND (?2 IS NULL OR agreement = ?2) ORDER BY id DESC LIMIT ?3;

-- name: closing_next
SELECT id, agreement, window, start, until, revision, closed, seq, judgement, by, note
FROM closing WHERE id > ?1 ORDER BY id LIMIT 1;

-- name: closed_score_add
INSERT INTO closed_score (closing, service, indicator, score) VALUES (?1, ?2, ?3, ?4);

-- name: closed_scores
SELECT service, indicator, score FROM closed_score WHERE closing = ?1 ORDER BY id;

-- name: evidence_add
INSERT INTO evidence (closing, indicator, kind, source, name, cycle, part, service, counted, cause,
    a, b, c)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13);

-- name: evidence_of
SELECT indicator, kind, source, name, cycle, part, service, counted, cause, a, b, c
FROM evidence WHERE closing = ?1 ORDER BY indicator, kind, source, name, cycle, part, service;
