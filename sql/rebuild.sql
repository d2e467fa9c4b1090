-- name: drop_entities
DELETE FROM entity;

-- name: drop_counted
DELETE FROM counted;

-- name: drop_scopes
DELETE FROM scope;

-- name: drop_tallies
DELETE FROM tally;

-- name: drop_downs
DELETE FROM down;

-- name: drop_entries
DELETE FROM entry;

-- name: dump_entities
SELECT CASE e.class WHEN 0 THEN 'ticket' WHEN 1 THEN 'outage' WHEN 2 THEN 'maintenance'
       WHEN 3 THEN 'fact' ELSE 'retraction' END,
       s.name, e.name, e.state, coalesce(e.due, 0), e.facts, e.counts,
       coalesce(p.agreement, ''), coalesce(p.service, ''), coalesce(p.priority, ''),
       coalesce(p.team, '')
FROM entity e JOIN source s ON s.id = e.source LEFT JOIN scope p ON p.id = e.scope
ORDER BY 1, 2, 3;

-- name: dump_tallies
SELECT p.agreement, p.service, p.priority, p.team, t.place >> 62, (t.place >> 60) & 3,
       ((t.place >> 30) & 1073741823) - 536870912, t.tallies
FROM tally t JOIN scope p ON p.id = t.place & 1073741823
ORDER BY 1, 2, 3, 4, 5, 6, 7;

-- name: dump_counted
SELECT c.minute, s.name, e.name, e.class
FROM counted c JOIN entity e ON e.id = c.entity JOIN source s ON s.id = e.source
ORDER BY 1, 2, 3, 4;

-- name: dump_downs
SELECT d.agreement, d.service, d.kind, d.start, d.until, s.name, e.name, e.class
FROM down d JOIN entity e ON e.id = d.entity JOIN source s ON s.id = e.source
ORDER BY 1, 2, 3, 4, 5, 6, 7, 8;

-- name: dump_entries
SELECT y.kind, y.agreement, y.topic, y.period, y.time, s.name, e.name, y.sequence, y.a, y.b, y.c
FROM entry y JOIN entity e ON e.id = y.entity JOIN source s ON s.id = e.source
ORDER BY 1, 2, 3, 4, 5, 6, 7;

-- name: dump_counts
SELECT e.name, s.name, coalesce(p.agreement, ''), e.counts
FROM entity e JOIN source s ON s.id = e.source LEFT JOIN scope p ON p.id = e.scope
WHERE e.class = 0
ORDER BY 1, 2;
