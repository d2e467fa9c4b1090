#!/usr/bin/python3
"""For every request that is answered with 2xx because something was stored, the log was synced in between.

    traced.py [--requests N] [--seed N]

A real daemon under load, recorded by recorder.so: single events, batches, wrong ones that go to
quarantine, deliveries of a hook, silences, improvements, closed periods, on many connections at
once. Of each 2xx: a sync of the write-ahead log began after the last byte of the request had been
read, and had returned without an error before the first byte of the answer was handed to the kernel.
And the harness must see: with synchronous=NORMAL such answers have to be found.
"""
import bisect
import collections
import json
import os
import shutil
import sys
import tempfile
import threading

from kit import AGREEMENT, TOP, Checks, Load, arguments, config, daemon, event, recorded
from trace import CLOSE, OPEN, SYNC, SYNCED, WRITE, Trace

CLIENTS = 24
ORDERS = 1_000_000  # numbers of what clients of other kinds ask
HOOK = {"source": "monitor", "mapping": os.path.join(TOP, "conf/mappings/alertmanager.yaml"), "verify": "none",
        "tables": {"agreements": {"*": AGREEMENT}}}


class Clerk(threading.Thread):
    """Asks for what is no event, or a wrong one, until the load ends."""

    def __init__(self, load, number):
        super().__init__(daemon=True)
        self.load, self.number, self.count = load, ORDERS * (number + 1), 0
        self.stopping = threading.Event()
        self.wrong, self.kinds = [], {}

    def ask(self, kind, status, method, path, body=None, **params):
        self.count += 1
        number = self.number + self.count
        answer = self.load.ask(number, method, path, json.dumps(body).encode() if body is not None else None, **params)
        self.kinds[number] = kind
        if answer is None or answer.status != status:
            self.wrong.append((kind, answer))
            return {}
        return json.loads(answer.body or b"{}")

    def run(self):
        while not self.stopping.is_set():
            self.ask("wrong", 200, "POST", "/v1/events", {"specversion": "1.0", "id": f"x{self.count}"},
                     on_error="skip")
            silence = self.ask("silence", 201, "POST", "/v1/silences",
                               {"for": "1h", "by": "Jo", "reason": "a test", "agreement": AGREEMENT})
            self.ask("silence lifted", 200, "DELETE", f"/v1/silences/{silence.get('id')}")
            self.ask("event", 200, "POST", "/v1/events", event(
                f"o{self.number}-{self.count}", "request.opened", f"O{self.number}-{self.count}", "2026-01-05T10:00:00Z",
                agreement=AGREEMENT))
            self.ask("hook", 202, "POST", "/hooks/monitor", {"version": "4", "status": "firing", "alerts": [{
                "status": "firing", "labels": {"alertname": "Silent", "service": "web", "severity": "critical"},
                "startsAt": "2026-01-06T02:00:00Z", "fingerprint": f"{self.number + self.count:x}"}]})
            self.ask("period", 200, "POST", "/v1/periods/2026-01/close", {}, agreement=AGREEMENT)


def record(seed, requests, **fault):
    """A trace, and the kinds of what was asked by clerks."""
    directory = tempfile.mkdtemp(prefix="slad-traced-")
    path = os.path.join(directory, "trace")
    try:
        slad = daemon(config(hooks=[HOOK]), lambda d: recorded(d, path, brief=True, **fault))
        slad.start()
        load = Load(slad, seed, clients=CLIENTS)
        clerks = [Clerk(load, i) for i in range(2)]
        for clerk in clerks:
            clerk.start()
        load.run(requests - sum(clerk.count for clerk in clerks))
        for clerk in clerks:
            clerk.stopping.set()
            clerk.join(60)
        wrong = load.wrong + [w for clerk in clerks for w in clerk.wrong]
        slad.close()
        return Trace(path), {n: kind for clerk in clerks for n, kind in clerk.kinds.items()}, wrong
    finally:
        shutil.rmtree(directory)


def syncs_of(trace):
    """(begin, end) of each good sync of a write-ahead log by who had written to it, in their order."""
    logs, written, begun, found = set(), set(), {}, []
    for i, r in enumerate(trace.records):
        here = (r.process, r.fd)
        if r.what == OPEN and r.result >= 0 and trace.payload(r).endswith(b"-wal"):
            logs.add((r.process, r.result))
        elif r.what == CLOSE:
            logs.discard(here)
            written.discard(here)
        elif r.what == WRITE and here in logs:
            written.add(here)
        elif r.what == SYNC and here in written:
            written.remove(here)
            begun[here] = i
        elif r.what == SYNCED and here in begun:
            begin = begun.pop(here)
            if r.result == 0:
                found.append((begin, i))
    return found


def unsynced(trace):
    """The answers that left though no sync lies between them and their request, and all of 2xx."""
    syncs = syncs_of(trace)
    begins = [begin for begin, _ in syncs]
    answers = [a for a in trace.answers() if a.status // 100 == 2]
    bare = []
    for a in answers:
        first = bisect.bisect_right(begins, a.begun)
        if first == len(syncs) or syncs[first][1] >= a.answered:
            bare.append(a)
    return bare, answers, len(syncs)


def main():
    args = arguments(__doc__, requests=(1500, 12_000)).parse_args()
    print(f"seed {args.seed}", flush=True)
    checks = Checks()
    trace, kinds, wrong = record(args.seed, args.requests)
    bare, answers, syncs = unsynced(trace)
    checks("every answer is right", not wrong, wrong[:3])
    checks("there are enough answers", len(answers) >= args.requests * 0.8, len(answers))
    for a in answers:
        checks(f"request {a.batch}, {kinds.get(a.batch, 'events')}", a not in bare, "answered without a sync")
    asked = collections.Counter(kinds.get(a.batch, "events") for a in answers)
    print(f"{len(answers)} answers of 2xx, {syncs} syncs of the log, {len(bare)} answers without one; "
          + ", ".join(f"{kind} {count}" for kind, count in asked.items()))
    trace, _, _ = record(args.seed, 200, synchronous="NORMAL")
    bare, answers, syncs = unsynced(trace)
    checks("synchronous=NORMAL is caught", bare, len(answers))
    print(f"synchronous=NORMAL: {len(bare)} of {len(answers)} answers without one")
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
