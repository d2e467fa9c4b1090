// The same service by somebody who knows what a commit costs: what has come since the last one goes
// into one transaction, once in each turn of the event loop, and is answered behind its commit.
//
//     node group.js DATABASE
"use strict";

const desk = require("./desk");

const { db, store } = desk.open(process.argv[2]);
let queue = [];

const all = db.transaction((batch) => {
    for (const one of batch)
        one.accepted = store(one.event, one.text);
}).immediate;

function commit() {
    const batch = queue;
    queue = [];
    all(batch);
    for (const one of batch)
        one.done(one.accepted);
}

desk.serve((event, text, done) => {
    if (queue.push({ event, text, done, accepted: 0 }) === 1)
        setImmediate(commit);
});
