#!/usr/bin/python3
"""Each call of a kind fails, the n-th, for all n (or some of them), once and for ever, while slad starts, is posted to,
asked, told to read its configuration again, and stopped.

It may answer 503 or end with the status 4; it never ends by a signal, gives a wrong answer or lets one wait. After that
it starts again: what was acknowledged is in the log, nothing is twice, what was in doubt can be sent again, and
`slad verify` is content.

    tests/crash/faults.py [--runs N] [--seed S] [KIND...]
"""
import collections
import errno
import os
import random
import shutil
import signal
import sys
import tempfile
import time

from faulty import KINDS, Fault, Patient, sanitizer, under
from kit import AGREEMENT, Checks, Load, arguments, check_log, config

ERRORS = {"open": [errno.EMFILE, errno.EIO], "read": [errno.EIO], "write": [errno.EIO, errno.ENOSPC],
          "truncate": [errno.EIO], "sync": [errno.EIO, errno.ENOSPC],
          "checkpoint": [errno.EIO, errno.ENOSPC], "unlink": [errno.EIO],
          "accept": [errno.EMFILE, errno.ECONNABORTED], "receive": [errno.ECONNRESET], "send": [errno.EPIPE],
          "wait": [errno.EINTR, errno.EBADF], "alloc": [errno.ENOMEM]}
NO_ANSWER = {"accept"}  # where a client may wait in vain: nobody hears it
STATUS_STORAGE = 4
LARGE = 900  # events of a batch that fills the write-ahead log
CLOSED = "2026-01"


class Case:
    """One call, in one life of a daemon on a copy of the base."""

    def __init__(self, sweep, phase, kind, number, error, forever, how="error"):
        self.sweep, self.checks, self.fault = sweep, sweep.checks, sweep.fault
        self.phase, self.kind, self.number = phase, kind, number
        self.error, self.forever, self.how = error, forever, how
        self.what = f"{phase}: {kind} {number} {'and all after' if forever else 'once'} " \
                    f"({errno.errorcode.get(error, error)}{', half done' if how == 'short' else ''}): "
        self.slad = Patient(config(database="data/slad.db"), start=False)
        self.data = self.slad.path("data")
        os.mkdir(self.data)
        for name in os.listdir(sweep.base):
            shutil.copy(os.path.join(sweep.base, name), self.data)
        self.slad.env = under(self.data, self.fault)
        if kind in NO_ANSWER and forever:
            self.slad.soon = 0.2
        self.load = Load(self.slad, sweep.seed, clients=1)
        if sweep.state:
            self.load.restore(sweep.state)
        self.gone, self.started = False, None

    def check(self, what, holds, detail=""):
        return self.checks(self.what + what, holds, f"{detail}; {self.slad.log[-4:]}")

    def arm(self):
        self.fault.arm(self.kind, self.number, self.error, self.forever, self.how)

    def start(self):
        if self.phase == "start":
            self.arm()
        try:
            self.slad.start()
        except AssertionError:
            status = self.slad.ended(1)
            self.check("a start that fails says so", status == STATUS_STORAGE, status)
            self.gone = True
        self.started = {kind: self.fault.calls(kind) for kind in KINDS}
        if self.phase == "work":
            self.arm()

    def opened(self, batches):
        return {id for n in batches for id in self.sweep.opened if id in set(self.load.batches[n])}

    def post(self, events):
        number, answer = self.load.post(events)
        self.sweep.opened |= {(e["source"], e["id"]) for e in events if e["type"] == "request.opened"}
        if answer is None:
            self.sweep.tally["lost"] += 1
            return
        self.sweep.tally[answer.status] += 1
        self.check("an answer to a POST", answer.status in (200, 503), answer)
        if answer.status == 200:
            self.check("and its count", answer.json()["accepted"] == len(events), answer)
        else:
            self.check("with Retry-After", int(answer.headers["Retry-After"]) > 0, answer)

    def ask(self, path, **params):
        """The JSON of a 200, or None."""
        try:
            answer = self.slad.ask("GET", path, **params)
        except Exception as error:  # noqa: B902 # of sockets, of http.client
            if not isinstance(error, OSError) and type(error).__module__ != "http.client":
                raise
            return None
        self.check(f"an answer to {path}", answer.status in (200, 503), answer)
        return answer if answer.status == 200 else None

    def look(self):
        """What is answered is true of what was acknowledged, or of what was sent."""
        least = len(self.opened(self.load.sure))
        answer = self.ask("/v1/scores", indicator="resolution_rate", window="60d", agreement=AGREEMENT)
        most = len(self.opened(self.load.batches))
        if answer:
            scores = answer.json()["scores"]
            count = scores[0]["b"] if scores else 0
            self.check("a score is right", least <= count <= most, (least, count, most))
        answer = self.ask("/readyz")
        if answer:
            least = sum(len(self.load.batches[n]) for n in self.load.sure)
            self.check("all records are there", answer.json()["records"] >= least, (answer, least))
        self.ask("/metrics")

    def work(self):
        for events in self.sweep.batches[:3]:
            self.post(events)
        self.look()
        self.slad.write_config(config("30m", database="data/slad.db"))
        if self.slad.process.poll() is None:
            self.slad.signal(signal.SIGHUP)
        for events in self.sweep.batches[3:]:
            self.post(events)
        self.look()
        self.slad._disconnect()

    def end(self):
        status = self.slad.ended(0)
        if status is None and self.slad.log and "slad ends" in self.slad.log[-1]:
            status = self.slad.ended(5)
        self.sweep.tally["alive" if status is None else f"status {status}"] += 1
        if status is None:
            if self.kind not in NO_ANSWER:
                self.check("nobody waits in vain", not self.slad.late, self.slad.late)
            began = time.monotonic()
            status = self.slad.stop()
            self.check("it stops", status in (0, STATUS_STORAGE), status)
            self.check("soon", time.monotonic() - began < 8, time.monotonic() - began)
        else:
            self.check("it ends in order", status == STATUS_STORAGE, status)
            self.slad.stop()

    def again(self):
        """A start without faults, and the doubtful ones sent again."""
        self.fault.disarm()
        self.slad.env = None
        check_log(self.checks, self.load, os.path.join(self.data, "slad.db"), what=self.what)
        self.slad.start()
        for n, keys in list(self.load.batches.items()):
            events = self.sweep.sent.get(tuple(keys))
            if n not in self.load.sure and events:
                answer = self.slad.post(events)
                said = answer.json() if answer.status == 200 else {}
                self.check("what is in doubt can be sent again",
                           said.get("accepted", 0) + said.get("duplicates", 0) == len(keys), answer)
                self.load.answered[n] = 200
        self.check("it stops after that", self.slad.stop() == 0)
        check_log(self.checks, self.load, os.path.join(self.data, "slad.db"), what=self.what + "in the end ")
        status, said = self.slad.verify()
        self.check("verify", status == 0, said)

    def run(self):
        """How many calls of each kind were made in the phase, and whether one was hit."""
        try:
            self.start()
            if not self.gone:
                self.work()
            self.end()
            calls, hits = {kind: self.fault.calls(kind) for kind in KINDS}, self.fault.hits
            if self.phase == "start":
                calls = self.started
            self.again()
        finally:
            self.fault.disarm()
            self.slad.close()
        return calls, hits


class Sweep:
    def __init__(self, args, checks, fault):
        self.args, self.checks, self.fault, self.seed = args, checks, fault, args.seed
        self.random = random.Random(args.seed)
        self.base = tempfile.mkdtemp(prefix="slad-base-")
        self.tally = collections.Counter()
        self.state, self.opened, self.sent = None, set(), {}
        self.prepare()

    def prepare(self):
        """A database that was in use, with a write-ahead log that a kill left; and what is posted next."""
        with Patient(config(database="data/slad.db"), start=False) as slad:
            os.mkdir(slad.path("data"))
            slad.start()
            load = Load(slad, self.seed, clients=1)
            for _ in range(20):
                events = load.events(0)
                load.post(events)
                self.opened |= {(e["source"], e["id"]) for e in events if e["type"] == "request.opened"}
            slad.kill9()
            for name in ("slad.db", "slad.db-wal"):
                shutil.copy(os.path.join(slad.path("data"), name), self.base)
            self.state = load.state()
            self.batches = [load.events(0) for _ in range(5)]
            large = []
            while len(large) < LARGE:
                large += load.events(0)
            self.batches.insert(2, large)
        self.sent = {tuple((e["source"], e["id"]) for e in events): events for events in self.batches}

    def calls(self, phase, kind):
        """How many there are, seen by a life in which none fails."""
        calls, _ = Case(self, phase, kind, 0, 0, False).run()
        return calls[kind]

    def cases(self, phase, kind, calls):
        """(number, error, for ever, how), in an order of chance."""
        made = [(n, error, forever, "error") for n in range(1, calls + 1) for error in ERRORS[kind]
                for forever in (False, True) if not forever or error != errno.EINTR]
        if kind == "write":
            made += [(n, errno.EIO, False, "short") for n in range(1, calls + 1)]
        self.random.shuffle(made)
        share = self.args.runs if kind != "alloc" else self.args.runs * 2
        return made[:share]

    def hits(self, phase, kind, case):
        """Whether the call was made: lives differ a little in how many they make."""
        return any(Case(self, phase, kind, *case).run()[1] > 0 for _ in range(3))

    def kind(self, kind):
        for phase in ("start", "work"):
            began, before = time.monotonic(), collections.Counter(self.tally)
            calls = self.calls(phase, kind)
            if not calls:
                continue
            cases = self.cases(phase, kind, calls)
            hits = sum(self.hits(phase, kind, case) for case in cases)
            self.checks(f"{phase}: {kind}: calls were hit", hits >= len(cases) * 0.8, f"{hits} of {len(cases)}")
            ends = ", ".join(f"{k} {n}" for k, n in sorted((self.tally - before).items(), key=str))
            print(f"{phase}: {kind}: {calls} calls, {len(cases)} runs, {hits} of them hit ({ends}), "
                  f"in {time.monotonic() - began:.0f} s", flush=True)

    def all(self):
        for kind in self.args.kinds or KINDS:
            if kind != "alloc" or not sanitizer():
                self.kind(kind)
        shutil.rmtree(self.base)


def main():
    parser = arguments(__doc__, runs=(3, 400))
    parser.add_argument("kinds", nargs="*", choices=[[], *KINDS])
    args = parser.parse_args()
    print(f"seed {args.seed}", flush=True)
    checks = Checks()
    with tempfile.TemporaryDirectory(prefix="slad-faults-") as directory:
        Sweep(args, checks, Fault(os.path.join(directory, "control"))).all()
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
