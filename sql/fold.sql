-- name: entity_find
SELECT id, state, coalesce(scope, 0), coalesce(due, 0), facts, counts FROM entity
WHERE name = ?3 AND source = ?2 AND class = ?1;

-- name: entity_add
INSERT INTO entity (class, source, name, state, scope, due, facts, counts)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8);

-- An update takes a row out of every index of the columns it names and puts it back, even if they
-- stay as they are: it names those that change.
-- name: entity_set
UPDATE entity SET facts = ?2, counts = ?3, scope = ?4 WHERE id = ?1;

-- name: entity_set_state
UPDATE entity SET facts = ?2, counts = ?3, scope = ?4, state = ?5 WHERE id = ?1;

-- name: entity_set_due
UPDATE entity SET facts = ?2, counts = ?3, scope = ?4, due = ?6 WHERE id = ?1;

-- name: entity_set_both
UPDATE entity SET facts = ?2, counts = ?3, scope = ?4, state = ?5, due = ?6 WHERE id = ?1;

-- name: entity_get
SELECT class, source, name, state, coalesce(scope, 0), coalesce(due, 0), facts, counts
FROM entity WHERE id = ?1;

-- name: entity_due
SELECT id FROM entity WHERE due <= ?1 ORDER BY due LIMIT ?2;

-- name: entity_next_due
SELECT due FROM entity WHERE due IS NOT NULL ORDER BY due LIMIT 1;

-- name: entity_named
SELECT e.id, s.name FROM entity e JOIN source s ON s.id = e.source
WHERE e.name = ?1 AND e.class = 0 ORDER BY s.name LIMIT 100;

-- name: entity_after
SELECT id FROM entity WHERE id > ?1 ORDER BY id LIMIT ?2;

-- Only tickets are open or incomplete; the second condition is that of the index.
-- name: entity_states
SELECT count(*) FROM entity WHERE state = ?1 AND state < 2;

-- name: entity_open
SELECT id FROM entity WHERE state = 1 AND state < 2 AND id > ?1 ORDER BY id LIMIT ?2;

-- name: entity_retractions
SELECT 1 FROM entity WHERE source = ?1 AND class = 4 LIMIT 1;

-- name: entry_delete
DELETE FROM entry WHERE entity = ?1;

-- name: entry_add
INSERT INTO entry (entity, kind, agreement, topic, period, time, sequence, a, b, c)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10);

-- name: entry_list
SELECT y.topic, y.period, y.time, y.sequence, y.a, y.b, y.c, y.entity, s.name, e.name
FROM entry y JOIN entity e ON e.id = y.entity JOIN source s ON s.id = e.source
WHERE y.kind = ?1 AND y.agreement = ?2
ORDER BY y.topic, y.period, y.time, y.sequence, e.name, s.name;

-- name: counted_add
INSERT INTO counted (minute, entity) VALUES (?1, ?2) ON CONFLICT DO NOTHING;

-- name: counted_delete
DELETE FROM counted WHERE minute = ?1 AND entity = ?2;

-- name: counted_page
SELECT c.minute, c.entity, s.name, e.name, e.counts,
       p.agreement, p.service, p.priority, p.team, e.class
FROM counted c
JOIN entity e ON e.id = c.entity
JOIN source s ON s.id = e.source
JOIN scope p ON p.id = e.scope
WHERE c.minute >= ?1 AND c.minute < ?2 AND (c.minute, c.entity) > (?3, ?4)
ORDER BY c.minute, c.entity;

-- name: scope_find
SELECT id FROM scope WHERE agreement = ?1 AND service = ?2 AND priority = ?3 AND team = ?4;

-- Scopes of an agreement get ids in blocks of 32, so that their tallies of a time lie together.
-- name: scope_add
INSERT INTO scope (id, agreement, service, priority, team)
VALUES (coalesce((SELECT max(id) + 1 FROM scope WHERE agreement = ?1 HAVING max(id) % 32 < 31),
                 (SELECT coalesce(max(id), 0) / 32 * 32 + 32 FROM scope)), ?1, ?2, ?3, ?4);

-- name: scope_list
SELECT id, service, priority, team, agreement FROM scope
ORDER BY agreement, service, priority, team;

-- name: scope_list_of
SELECT id, service, priority, team FROM scope WHERE agreement = ?1
ORDER BY service, priority, team;

-- name: tally_get
SELECT tallies FROM tally WHERE place = ?1;

-- One search of the tree, where an update takes two.
-- name: tally_set
INSERT OR REPLACE INTO tally (place, tallies) VALUES (?1, ?2);

-- name: tally_delete
DELETE FROM tally WHERE place = ?1;

-- name: tally_ends
SELECT (SELECT min(place) FROM tally WHERE place BETWEEN ?1 AND ?2),
       (SELECT max(place) FROM tally WHERE place BETWEEN ?1 AND ?2);

-- Of many scopes at once, in runs of ids: in the list ?2, 4096 times the first of each, and how many
-- behind it belong to it. ?1: the place of a scope 0.
-- name: tally_range
SELECT t.place - ?1, t.tallies FROM json_each(?2) j CROSS JOIN tally t
WHERE t.place >= ?1 + (j.value >> 12) AND t.place <= ?1 + (j.value >> 12) + (j.value & 4095);

-- name: down_delete
DELETE FROM down WHERE entity = ?1;

-- name: down_add
INSERT INTO down (agreement, service, kind, until, start, entity)
VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING;

-- name: down_range
SELECT start, until FROM down
WHERE agreement = ?1 AND service = ?2 AND kind = ?3 AND until > ?4 AND start < ?5;

-- name: down_services
SELECT DISTINCT agreement, service FROM down ORDER BY agreement, service;

-- name: down_services_of
SELECT DISTINCT agreement, service FROM down WHERE agreement = ?1 ORDER BY agreement, service;

-- name: down_page
SELECT d.start, d.entity, d.until, d.kind, d.agreement, d.service, e.class, s.name, e.name
FROM down d JOIN entity e ON e.id = d.entity JOIN source s ON s.id = e.source
WHERE d.until > ?1 AND d.start < ?2 AND (d.start, d.entity) > (?3, ?4)
ORDER BY d.start, d.entity, d.agreement, d.service, d.until;

-- name: ticket_page
SELECT e.id, coalesce(e.due, 0), e.state, e.source, s.name, e.name, e.facts, e.counts,
       p.agreement, p.service, p.priority, p.team
FROM entity e JOIN source s ON s.id = e.source LEFT JOIN scope p ON p.id = e.scope
WHERE e.class = 0 AND e.id < ?1
ORDER BY e.id DESC LIMIT ?2;

-- name: ticket_page_in
SELECT e.id, coalesce(e.due, 0), e.state, e.source, s.name, e.name, e.facts, e.counts,
       p.agreement, p.service, p.priority, p.team
FROM entity e JOIN source s ON s.id = e.source LEFT JOIN scope p ON p.id = e.scope
WHERE e.class = 0 AND e.state = ?2 AND e.state < 2 AND e.id < ?1
ORDER BY e.id DESC LIMIT ?3;

-- name: ticket_due
SELECT e.id, e.due, e.state, e.source, s.name, e.name, e.facts, e.counts,
       p.agreement, p.service, p.priority, p.team
FROM entity e JOIN source s ON s.id = e.source LEFT JOIN scope p ON p.id = e.scope
WHERE e.class = 0 AND e.due <= ?1 AND (e.due, e.id) > (?2, ?3)
ORDER BY e.due, e.id LIMIT ?4;
