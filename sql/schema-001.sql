-- The log is the truth: what was accepted, in the order it was accepted.
-- heard: when the last record of the source was received; NULL: it has none.
CREATE TABLE source (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    heard INTEGER
);
CREATE TABLE record (
    seq INTEGER PRIMARY KEY,
    received INTEGER NOT NULL,
    body TEXT NOT NULL
);
CREATE TABLE identity (
    source INTEGER NOT NULL,
    id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (source, id)
) WITHOUT ROWID;

-- What was refused, until its cause is mended: an event whose sender asked to skip it, or a delivery
-- of a hook that could not be mapped. hook: the hook's source, NULL of events. headers: JSON, without
-- secrets. bytes: of body.
CREATE TABLE quarantine (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    received INTEGER NOT NULL,
    sender TEXT NOT NULL,
    hook TEXT,
    delivery TEXT,
    reason TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    headers TEXT,
    body TEXT NOT NULL
);
CREATE INDEX quarantine_list ON quarantine (id, hook, bytes);

-- What a hook that sends snapshots last said of a ticket. state: JSON.
CREATE TABLE hook_state (
    source TEXT NOT NULL,
    subject TEXT NOT NULL,
    version ANY,
    state TEXT NOT NULL,
    PRIMARY KEY (source, subject)
) WITHOUT ROWID;

-- All below is folded from the log, and can be rebuilt from it.
-- An entity is what records are about: a ticket (class 0), an outage (1), a maintenance (2); or a
-- fact (3), which is the event of that name; or the retraction (4) of the event of that name.
-- facts: its records, packed. counts: what it contributes to tallies, packed.
-- state: 0 incomplete, 1 open, 2 resolved, 3 excluded. due: when time alone changes its counts,
-- or what rules say of it.
CREATE TABLE entity (
    id INTEGER PRIMARY KEY,
    class INTEGER NOT NULL,
    source INTEGER NOT NULL,
    name TEXT NOT NULL,
    state INTEGER NOT NULL,
    scope INTEGER,
    due INTEGER,
    facts BLOB NOT NULL,
    counts BLOB NOT NULL,
    UNIQUE (name, source, class)
);
CREATE INDEX entity_due ON entity (due) WHERE due IS NOT NULL;
CREATE INDEX entity_state ON entity (state) WHERE state < 2;
CREATE INDEX entity_retraction ON entity (source) WHERE class = 4;

-- In which minutes an entity counts: the way from a score back to its tickets.
CREATE TABLE counted (
    minute INTEGER NOT NULL,
    entity INTEGER NOT NULL,
    PRIMARY KEY (minute, entity)
) WITHOUT ROWID;

CREATE TABLE scope (
    id INTEGER PRIMARY KEY,
    agreement TEXT NOT NULL,
    service TEXT NOT NULL,
    priority TEXT NOT NULL,
    team TEXT NOT NULL,
    UNIQUE (agreement, service, priority, team)
);

-- counts: pairs of measure and number, packed, of one scope in one bucket of minutes.
CREATE TABLE tally (
    scope INTEGER NOT NULL,
    level INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    counts BLOB NOT NULL,
    PRIMARY KEY (scope, level, bucket)
) WITHOUT ROWID;

-- kind: 0 outage, 1 maintenance announced in time, 2 maintenance announced late.
CREATE TABLE down (
    agreement TEXT NOT NULL,
    service TEXT NOT NULL,
    kind INTEGER NOT NULL,
    until INTEGER NOT NULL,
    start INTEGER NOT NULL,
    entity INTEGER NOT NULL,
    PRIMARY KEY (agreement, service, kind, until, start, entity)
) WITHOUT ROWID;
CREATE INDEX down_entity ON down (entity);

-- Facts that are no counts: reports (kind 0, a: conforming), measurements (1: a, b, c) and
-- assessments (2, a: level, b: valid until). topic: the report, or the indicator.
CREATE TABLE entry (
    entity INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    agreement TEXT NOT NULL,
    topic TEXT NOT NULL,
    period TEXT NOT NULL,
    time INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    a INTEGER NOT NULL,
    b INTEGER NOT NULL,
    c INTEGER NOT NULL
);
CREATE INDEX entry_about ON entry (kind, agreement);

-- Alerts and what they have to tell: not folded, never rebuilt. kind: of its rule; subject: what
-- tells its alerts apart beside the scope; about: what it is about, as JSON; told: the level that
-- receivers heard last, 0 none; leveled: when it came to its level, or they heard of that later;
-- silence: what keeps it from them, 0 nothing.
CREATE TABLE alert (
    id INTEGER PRIMARY KEY,
    rule TEXT NOT NULL,
    indicator TEXT NOT NULL,
    agreement TEXT,
    service TEXT,
    priority TEXT,
    team TEXT,
    window TEXT NOT NULL,
    cohort INTEGER NOT NULL,
    state INTEGER NOT NULL,
    level INTEGER NOT NULL,
    candidate INTEGER NOT NULL,
    candidate_since INTEGER NOT NULL,
    since INTEGER NOT NULL,
    fired INTEGER NOT NULL,
    resolved INTEGER NOT NULL,
    no_data INTEGER NOT NULL,
    good INTEGER NOT NULL,
    total INTEGER NOT NULL,
    a INTEGER NOT NULL,
    b INTEGER NOT NULL,
    reason TEXT,
    kind INTEGER NOT NULL,
    subject TEXT NOT NULL,
    about TEXT,
    told INTEGER NOT NULL,
    acked INTEGER NOT NULL,
    acked_by TEXT,
    escalated INTEGER NOT NULL,
    leveled INTEGER NOT NULL,
    silence INTEGER NOT NULL
);
CREATE INDEX alert_state ON alert (state);
CREATE INDEX alert_fired ON alert (fired);
CREATE INDEX alert_subject ON alert (subject) WHERE state IN (1, 2, 4);

-- What became of an alert, and what people said of it.
CREATE TABLE alert_history (
    id INTEGER PRIMARY KEY,
    alert INTEGER NOT NULL,
    at INTEGER NOT NULL,
    what TEXT NOT NULL,
    by TEXT,
    note TEXT,
    cause TEXT,
    measure TEXT,
    verification TEXT
);
CREATE INDEX alert_history_of ON alert_history (alert);

-- What rules would have fired for, had slad known of it in time: until one summary tells of it.
-- subject: as of alerts; at: when it was; learned: when slad heard of it.
CREATE TABLE past (
    subject TEXT NOT NULL,
    rule TEXT NOT NULL,
    at INTEGER NOT NULL,
    learned INTEGER NOT NULL,
    PRIMARY KEY (subject, rule)
) WITHOUT ROWID;

-- Alerts that receivers are not to hear of, from `start` to `until`, or `ended` by a person before
-- that. Never deleted. level: 0 is any; so is NULL of the others.
CREATE TABLE silence (
    id INTEGER PRIMARY KEY,
    created INTEGER NOT NULL,
    start INTEGER NOT NULL,
    until INTEGER NOT NULL,
    ended INTEGER NOT NULL,
    rule TEXT,
    level INTEGER NOT NULL,
    agreement TEXT,
    service TEXT,
    priority TEXT,
    team TEXT,
    by TEXT NOT NULL,
    reason TEXT NOT NULL,
    ended_by TEXT,
    ended_note TEXT
);
CREATE INDEX silence_until ON silence (until);

-- state: 0 waiting, 1 delivered, 2 failed. begun: its first attempt, 0: none yet; its day of attempts
-- counts from there. ended: when it was delivered or failed, 0 while it waits. An id is never used
-- twice, though old rows are deleted: who hands messages out goes by them.
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message TEXT NOT NULL UNIQUE,
    receiver TEXT NOT NULL,
    alert INTEGER NOT NULL,
    created INTEGER NOT NULL,
    body TEXT NOT NULL,
    state INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    next INTEGER NOT NULL,
    status INTEGER NOT NULL,
    error TEXT NOT NULL,
    begun INTEGER NOT NULL DEFAULT 0,
    ended INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX outbox_alert ON outbox (alert);
CREATE INDEX outbox_ended ON outbox (state, ended) WHERE state <> 0;
CREATE INDEX outbox_list ON outbox (id, state, receiver, alert);
CREATE INDEX outbox_receiver ON outbox (receiver, state, ended);
CREATE INDEX outbox_waiting ON outbox (receiver, id) WHERE state = 0;
CREATE INDEX outbox_failed ON outbox (receiver, created) WHERE state = 2;

CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- Improvement records: made and moved on by people; not folded, never rebuilt.
-- state: 0 identified, 1 acting, 2 verifying, 3 closed. aim: in 1e-9. window: of the baseline.
-- baseline, result: scores as they were then, as JSON.
CREATE TABLE improvement (
    id INTEGER PRIMARY KEY,
    indicator TEXT NOT NULL,
    agreement TEXT NOT NULL,
    service TEXT,
    priority TEXT,
    team TEXT,
    title TEXT NOT NULL,
    aim INTEGER NOT NULL,
    window TEXT NOT NULL,
    due TEXT,
    state INTEGER NOT NULL,
    baseline TEXT NOT NULL,
    result TEXT
);
CREATE TABLE improvement_move (
    id INTEGER PRIMARY KEY,
    improvement INTEGER NOT NULL,
    at INTEGER NOT NULL,
    move TEXT NOT NULL,
    by TEXT NOT NULL,
    note TEXT NOT NULL
);
CREATE INDEX improvement_move_of ON improvement_move (improvement);

-- Closed periods: what the scores were, and what they were made of; not folded, never rebuilt.
-- seq: the last record of the log; judgement: of the configuration that judged.
CREATE TABLE closing (
    id INTEGER PRIMARY KEY,
    agreement TEXT NOT NULL,
    window TEXT NOT NULL,
    start INTEGER NOT NULL,
    until INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    closed INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    judgement TEXT NOT NULL,
    by TEXT NOT NULL,
    note TEXT NOT NULL,
    UNIQUE (agreement, window, revision)
);

-- A score as it was shown, as JSON; of the whole agreement where `service` is NULL.
CREATE TABLE closed_score (
    id INTEGER PRIMARY KEY,
    closing INTEGER NOT NULL,
    service TEXT,
    indicator TEXT NOT NULL,
    score TEXT NOT NULL
);
CREATE INDEX closed_score_of ON closed_score (closing);

-- What counted in it; `part` tells apart several of one name.
CREATE TABLE evidence (
    closing INTEGER NOT NULL,
    indicator TEXT NOT NULL,
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    name TEXT NOT NULL,
    cycle INTEGER NOT NULL,
    part INTEGER NOT NULL,
    service TEXT NOT NULL,
    counted TEXT NOT NULL,
    cause TEXT NOT NULL,
    a INTEGER NOT NULL,
    b INTEGER NOT NULL,
    c INTEGER NOT NULL,
    PRIMARY KEY (closing, indicator, kind, source, name, cycle, part, service)
) WITHOUT ROWID;
