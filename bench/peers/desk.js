// What both services of Node.js share: the tables, the work of one event, and reading a request. An
// event is a row with a unique id, its ticket an upsert, and three counters are moved: of its scope by
// the minute, the hour and the day. There are no clocks, calendars, targets or alerts.
"use strict";

const http = require("http");
const Database = require("better-sqlite3");

// PRAGMAs as a careful person sets them: what was answered survives a power cut.
exports.open = function (path) {
    const db = new Database(path);
    db.pragma("journal_mode = WAL");
    db.pragma("synchronous = FULL");
    db.pragma("cache_size = -16384");
    db.exec(`
        CREATE TABLE IF NOT EXISTS event (source TEXT, id TEXT, body TEXT, UNIQUE (source, id));
        CREATE TABLE IF NOT EXISTS ticket (
            subject TEXT PRIMARY KEY, type TEXT, time TEXT, scope TEXT, events INTEGER) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS counter (
            scope TEXT, type TEXT, bucket TEXT, n INTEGER, PRIMARY KEY (scope, type, bucket)) WITHOUT ROWID;`);
    const event = db.prepare("INSERT INTO event (source, id, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
    const ticket = db.prepare(`
        INSERT INTO ticket (subject, type, time, scope, events) VALUES (?, ?, ?, ?, 1)
        ON CONFLICT (subject) DO UPDATE SET type = excluded.type, time = excluded.time,
            scope = coalesce(excluded.scope, scope), events = events + 1
        RETURNING scope`);
    const counter = db.prepare(`
        INSERT INTO counter (scope, type, bucket, n) VALUES (?, ?, ?, 1)
        ON CONFLICT (scope, type, bucket) DO UPDATE SET n = n + 1`);

    // To be called within a transaction: 1 for a new event, 0 for a known one.
    function store(e, body) {
        if (event.run(e.source, e.id, body).changes === 0)
            return 0;
        const d = e.data || {};
        const scope = d.agreement ? `${d.agreement}/${d.service}/${d.priority}/${d.team}` : null;
        const of = ticket.get(e.subject, e.type, e.time, scope).scope || "";
        counter.run(of, e.type, e.time.slice(0, 16));
        counter.run(of, e.type, e.time.slice(0, 13));
        counter.run(of, e.type, e.time.slice(0, 10));
        return 1;
    }
    return { db, store };
};

// What is wrong with an event, or nothing.
function mistake(e) {
    for (const name of ["specversion", "id", "source", "type", "subject", "time"])
        if (typeof e[name] !== "string" || e[name] === "")
            return `${name} is missing`;
    if (Number.isNaN(Date.parse(e.time)))
        return "time is no time";
}

function answer(response, status, body) {
    response.writeHead(status, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) });
    response.end(body);
}

// A server of POST /v1/events, one event a request: take(event, text, done), where done(accepted) answers.
exports.serve = function (take) {
    const server = http.createServer((request, response) => {
        const parts = [];
        request.on("data", (part) => parts.push(part));
        request.on("end", () => {
            const text = Buffer.concat(parts).toString();
            let event, wrong;
            try {
                event = JSON.parse(text);
                wrong = mistake(event);
            } catch (error) {
                wrong = error.message;
            }
            if (wrong)
                answer(response, 400, JSON.stringify({ detail: wrong }));
            else
                take(event, text, (n) =>
                    answer(response, 200, `{"accepted":${n},"duplicates":${1 - n},"rejected":0}`));
        });
    });
    server.keepAliveTimeout = 60000;
    server.listen(0, "127.0.0.1", () => console.log(`listening on ${server.address().port}`));
};
