#!/usr/bin/python3
"""Kills slad with -9 under load, again and again, and looks at what is left.

    kill9.py [--times N] [--rounds N] [--seed N] [--clients N] [--verify-every N]

Clients post batches of events with random ids, and note which were acknowledged; a batch whose answer
was lost is sent again, or not. The daemon is killed at random instants, some of them before it is
ready, some while a reload judges all tickets by other targets, and started again on the same files,
by the old configuration or the new one. Then: no acknowledged event is missing, none is there
twice, no batch is there in part, the scores are those of the events in the log, what is kept
follows from the log, and no alert was told twice or forgotten. Each round begins with nothing.
"""
import argparse
import collections
import os
import random
import signal
import sys
import threading
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from desk import parsed, stamp  # noqa: E402
from logged import rows  # noqa: E402
from hook import Receiver  # noqa: E402
from kit import FULL, recorded  # noqa: E402
from slad import Slad, event, ndjson  # noqa: E402

RATES = "timely_response_rate,resolution_rate"
TARGET = 600  # seconds to respond in
LONGEST = 0.6  # seconds that it lives
RELOADS = 0.3  # of its lives
PAUSE = 0.1  # seconds between two batches of a client
STARTS = 5  # of which the quickest is told
TICKETS = 300  # of a client, until it goes on to another service
RULE = {"name": "slow", "indicator": "timely_response_rate", "by": ["service"], "window": "24h",
        "below": {"general": 0.5, "urgent": 0.45}, "notify": ["ops"]}


def config(receiver, respond=TARGET):
    targets = [{"kind": "request", "respond": f"{respond:g}s", "resolve": "8h"}]
    return {"agreements": [{"id": "acme", "from": "2020-01-01", "targets": targets}],
            "alerts": [RULE], "receivers": [receiver]}


Batch = collections.namedtuple("Batch", "events acknowledged")


class Client(threading.Thread):
    """Opens tickets and works on them, in batches, whatever happens to the daemon."""

    def __init__(self, slad, number, seed):
        super().__init__(daemon=True)
        self.slad, self.random = slad, random.Random(f"{seed}-{number}")
        self.source = f"urn:client:{number}"
        self.batches, self.waiting, self.wrong = [], [], []
        self.number, self.opened, self.doubtful = number, 0, 0
        self.stopping = threading.Event()

    def make(self, type, subject, at, **data):
        id = str(uuid.UUID(int=self.random.getrandbits(128), version=4))
        return event(id, type, subject, stamp(at), self.source, **data)

    def ticket(self):
        """The events of a request of some hours ago, most of them good."""
        subject, at = self.make("", "", 0)["id"], time.time() - self.random.randrange(7200, 36000)
        late = self.random.random() < 0.4
        self.opened += 1
        yield self.make("request.opened", subject, at, agreement="acme",
                        service=f"s{self.opened // TICKETS}-{self.number % 2}", title="x" * self.random.randrange(300))
        if self.random.random() < 0.8:
            yield self.make("request.responded", subject, at + TARGET * (2 if late else 0.5))
        if self.random.random() < 0.6:
            yield self.make("request.resolved", subject, at + TARGET * 3)

    def batch(self):
        """Some events, in any order, of tickets of this batch and of earlier ones."""
        for _ in range(self.random.randrange(1, 40)):
            self.waiting += self.ticket()
        self.random.shuffle(self.waiting)
        size = 1 if self.random.random() < 0.1 else self.random.randrange(1, 120)
        events, self.waiting = self.waiting[:size], self.waiting[size:]
        return events

    def post(self, events):
        """The answer, or None if it was lost."""
        try:
            if len(events) == 1:
                return self.slad.post(events[0])
            if self.random.random() < 0.5:
                return self.slad.post(events)
            body, headers = ndjson(events).encode(), {"Content-Type": "application/x-ndjson"}
            return self.slad.ask("POST", "/v1/events", body, headers)
        except OSError:
            return None
        except Exception as error:  # of http.client, when the connection ends within an answer
            if type(error).__module__ != "http.client":
                raise
            return None

    def acknowledge(self, answer, count, may_be_known):
        said = answer.json() if answer.status == 200 else {}
        if said.get("accepted", 0) + said.get("duplicates", 0) != count:
            self.wrong.append(f"{count} events were answered with {answer}")
        elif said["duplicates"] not in ((0, count) if may_be_known else (0,)):
            self.wrong.append(f"a batch of {count} was stored in part: {answer}")

    def run(self):
        doubt = None
        while not self.stopping.is_set() or doubt is not None:
            events = doubt or self.batch()
            answer = self.post(events)
            if answer is not None:
                self.acknowledge(answer, len(events), doubt is not None)
                self.batches.append(Batch(events, True))
                doubt = None
                self.stopping.wait(self.random.random() * PAUSE)
                continue
            if doubt is None:
                self.doubtful += 1
                again = self.random.random() < 0.6 and not self.stopping.is_set()
                doubt = events if again else None
                if not again:
                    self.batches.append(Batch(events, False))
            self.stopping.wait(0.01)


class Run:
    def __init__(self, args):
        self.args, self.random = args, random.Random(args.seed)
        self.receiver = Receiver()
        self.slad = Slad("", start=False)
        self.slad.env = recorded(self.slad.directory)  # it writes nothing down, but lets checkpoints come often
        self.ops = self.receiver.config("ops", self.slad.path("secret"))
        self.slad.write_config(config(self.ops))
        self.clients = [Client(self.slad, i, args.seed) for i in range(args.clients)]
        self.checks = []
        self.marks = []  # attempts before each kill
        self.unready = self.reloads = 0

    def check(self, what, holds, detail=""):
        self.checks.append(bool(holds))
        if not holds:
            print(f"FAIL {what}: {detail}"[:4000], flush=True)

    def clean(self, what):
        status, said = self.slad.verify()
        self.check(f"verify {what}", status == 0, said)

    def acknowledged(self):
        return sum(len(b.events) for c in self.clients for b in list(c.batches) if b.acknowledged)

    def live(self, number):
        """One start and what is seen of it, until somewhere in its life."""
        before = self.acknowledged()
        self.slad.start()
        count = self.slad.get("/readyz")["records"]
        self.check(f"what is there after kill {number}", count >= before, f"{count} of {before}")
        if number % self.args.verify_every == 0:
            self.clean(f"while it runs after kill {number}")
        time.sleep(self.random.random() * LONGEST)
        if self.random.random() < RELOADS:
            self.slad.write_config(config(self.ops, self.random.choice([TARGET / 10, TARGET, TARGET * 10])))
            self.slad.signal(signal.SIGHUP)
            time.sleep(self.random.random() * 0.1)
            self.reloads += 1

    def kills(self):
        for number in range(1, self.args.times + 1):
            if sys.stdout.isatty():
                print(f"\r{number} of {self.args.times}", end="\r", flush=True)
            if self.random.random() < 0.1:
                self.slad.spawn()
                time.sleep(self.random.random() * 0.05)
                self.unready += 1
            else:
                self.live(number)
            status = self.slad.kill9()
            self.marks.append(len(self.receiver.attempts))
            self.check(f"it lived until kill {number}", status == -9, (status, self.slad.log[-3:]))
            if self.random.random() < 0.5:
                self.slad.write_config(config(self.ops))

    def load(self):
        for client in self.clients:
            client.start()
        self.kills()
        for client in self.clients:
            client.stopping.set()
        self.slad.write_config(config(self.ops))
        self.slad.start()
        for client in self.clients:
            client.join(60)
            self.check("a client ends", not client.is_alive())
            self.check("every answer is right", not client.wrong, client.wrong[:5])

    def look_at_the_log(self):
        """The events in the log by (source, id)."""
        path = self.slad.path("slad.db")
        found = rows(path, "SELECT text(body) ->> '$.source', text(body) ->> '$.id' FROM record")
        stored = set(found)
        self.check("a record is there once", len(stored) == len(found),
                   f"{len(stored)} identities, {len(found)} records")
        sent, missing, parts = {}, [], []
        for client in self.clients:
            for batch in client.batches:
                keys = [(e["source"], e["id"]) for e in batch.events]
                sent.update(zip(keys, batch.events))
                there = sum(key in stored for key in keys)
                missing += [key for key in keys if batch.acknowledged and key not in stored]
                if there not in (0, len(keys)):
                    parts.append((there, len(keys)))
        self.check("no acknowledged event is missing", not missing, missing[:5])
        self.check("no batch is there in part", not parts, parts[:5])
        self.check("nothing is there that was not sent", stored <= set(sent), list(stored - set(sent))[:5])
        return [sent[key] for key in stored if key in sent]

    def look_at_the_scores(self, events):
        opened, responded, resolved = ({e["subject"]: e["time"] for e in events if e["type"] == f"request.{v}"}
                                       for v in ("opened", "responded", "resolved"))
        late = sum(1 for s in opened if not (s in responded and responded[s] < stamp_after(opened[s])))
        wanted = {"timely_response_rate": (late, len(opened)),
                  "resolution_rate": (sum(1 for s in opened if s in resolved), len(opened))}
        scores = {s["indicator"]: (s["a"], s["b"]) for s in self.slad.scores(indicator=RATES, window="24h")}
        self.check("the scores are those of the log", scores == wanted, f"{scores}, not {wanted}")
        behind = [t["subject"] for counted in ("good", "bad", "pending")
                  for t in self.slad.behind("timely_response_rate", counted, window="24h")]
        self.check("the tickets behind a score", sorted(behind) == sorted(opened), f"{len(behind)} of {len(opened)}")

    def look_at_the_alerts(self):
        """One message for each move, always the same under its id."""
        path = self.slad.path("slad.db")
        bodies = {}
        twice = [a.id for a in self.receiver.attempts if bodies.setdefault(a.id, a.body) != a.body]
        self.check("a message is always the same", not twice, twice[:5])
        told = {message: body.encode() for message, body in rows(path, "SELECT message, body FROM outbox")}
        self.check("what was sent is what was to be said", bodies == told,
                   (set(bodies) ^ set(told)) or "other texts")
        moves = collections.defaultdict(list)
        for message in self.receiver.messages:
            if message.id not in [m.id for m in moves[message.data["alert"]]]:
                moves[message.data["alert"]].append(message)
        for id, state in rows(path, "SELECT id, state FROM alert WHERE state IN (2, 3)"):
            said = [m.move for m in moves[str(id)]]
            fine = said[:1] == ["fired"] and said.count("fired") == 1 and \
                (said[-1] == "resolved") == (state == 3) and said.count("resolved") <= 1
            self.check(f"alert {id}, state {state}", fine, said)
        self.check("an alert was told of", moves, "none")

    def look_at_repeats(self):
        """A kill may have come between an answer of the receiver and the commit that notes it: once."""
        ids, seen, allowed = [a.id for a in self.receiver.attempts], set(), 0
        for number, (begin, end) in enumerate(zip([0] + self.marks, self.marks + [len(ids)])):
            again = [id for id in ids[begin:end] if id in seen]
            self.check(f"what was sent again after kill {number}", len(again) <= allowed, again)
            allowed = 1 if end > begin else allowed + 1
            seen.update(ids[begin:end])

    def wait_for_messages(self):
        until = time.monotonic() + 60
        while rows(self.slad.path("slad.db"), "SELECT 1 FROM outbox WHERE state = 0 LIMIT 1"):
            if time.monotonic() > until:
                self.check("all messages are delivered", False)
                return
            time.sleep(0.02)

    def rebuilt(self):
        before = self.slad.scores(indicator=RATES, window="24h", by="service")
        self.slad.stop()
        self.clean("at the end")
        done = self.slad.run("rebuild")
        self.check("rebuild", done.returncode == 0, done.stderr)
        self.clean("after rebuild")
        self.slad.start()
        after = self.slad.scores(indicator=RATES, window="24h", by="service")
        self.check("a rebuild changes nothing", before == after, (before, after))

    def compare_starts(self):
        """What the events that are there add to a start after a kill, by the quickest of a few."""
        self.slad.post_all([e for client in self.clients for e in client.batch()])  # for the log beside the database
        count = self.slad.get("/readyz")["records"]
        with Slad(config(self.ops)) as empty:
            took = [min(self.start_after_kill(slad) for _ in range(STARTS)) for slad in (empty, self.slad)]
        return f"a start after a kill takes {took[1] / took[0]:.1f} times that of an empty one with {count} events, " \
               f"{max(took[1] - took[0], 0) / count * 1e6:.2f} s more for each million"

    @staticmethod
    def start_after_kill(slad):
        slad.kill9()
        began = time.monotonic()
        slad.start()
        return time.monotonic() - began

    def all(self):
        begun = time.monotonic()
        self.load()
        took = time.monotonic() - begun
        self.clean("while it runs")
        events = self.look_at_the_log()
        self.look_at_the_scores(events)
        self.wait_for_messages()
        self.look_at_the_alerts()
        self.look_at_repeats()
        self.rebuilt()
        starts = self.compare_starts()
        self.slad.close()
        self.receiver.close()
        print(f"{self.args.times} kills in {took:.0f} s, {self.unready} of them before it was ready, "
              f"{self.reloads} during or after a reload; "
              f"{self.acknowledged()} events acknowledged, {len(events)} in the log, "
              f"{sum(c.doubtful for c in self.clients)} batches in doubt; "
              f"{len(self.receiver.attempts)} attempts at {len({a.id for a in self.receiver.attempts})} messages; "
              f"{starts}", flush=True)


def stamp_after(opened):
    """When a response to it would be late, as text of the same form."""
    return stamp(parsed(opened) + TARGET + 0.001)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=100 if FULL else 30)
    parser.add_argument("--rounds", type=int, default=10 if FULL else 1)
    parser.add_argument("--seed", default=str(random.SystemRandom().getrandbits(32)))
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--verify-every", type=int, default=10)
    args = parser.parse_args()
    print(f"seed {args.seed}", flush=True)
    checks, seed = [], args.seed
    for number in range(args.rounds):
        args.seed = f"{seed}-{number}"
        run = Run(args)
        run.all()
        checks += run.checks
    failed = checks.count(False)
    print(f"{checks.count(True)} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
