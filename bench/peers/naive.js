// A service as it is first written: each POST is a transaction of its own, durable before its answer.
//
//     node naive.js DATABASE
"use strict";

const desk = require("./desk");

const { db, store } = desk.open(process.argv[2]);
const one = db.transaction(store).immediate;
desk.serve((event, text, done) => done(one(event, text)));
