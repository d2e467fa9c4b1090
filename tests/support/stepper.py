"""The engine under a virtual clock (tests/replay.c), driven step by step.

    with Bench(config) as bench:
        bench.post(now, [event(...)])
        bench.run_to(now + 3600_000)
        bench.outbox()[0]["type"] == "slad.alert.fired"

Times are ms since the epoch.
"""
import datetime
import json
import os
import subprocess
import tempfile
import unittest

from slad import SOURCE, TOP, event

PROGRAM = os.path.join(TOP, f"build/{os.environ.get('MODE', 'release')}/tests/replay")
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
MONDAY = 1793610000000  # 2026-11-02T09:00:00Z


def stamp(ms):
    moment = datetime.datetime.fromtimestamp(ms // 1000, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03}Z"


def ms(text):
    return round(datetime.datetime.fromisoformat(text).timestamp() * 1000)


class Bench:
    def __init__(self, config):
        self.directory = tempfile.TemporaryDirectory(prefix="slad-bench-")
        self.file = self.write(config, "slad.yaml")
        self.process = subprocess.Popen([PROGRAM, "-c", self.file], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.count = 0

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        self.directory.cleanup()

    def write(self, config, name):
        file = os.path.join(self.directory.name, name)
        with open(file, "w", encoding="utf-8") as out:
            json.dump(config, out)
        return file

    def ask(self, now, **command):
        self.process.stdin.write(json.dumps({"now": now, **command}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert answer["status"] < 300, answer
        return answer["body"]

    def event(self, type, subject, at, source=SOURCE, **data):
        """An event at an instant, with an id of its own."""
        self.count += 1
        return event(f"b-{self.count}", type, subject, stamp(at), source, **data)

    def post(self, now, events):
        return self.ask(now, post=events)

    def step(self, now):
        self.ask(now, step=True)

    def restart(self, now):
        self.ask(now, restart=True)

    def reload(self, now, config):
        self.count += 1
        self.ask(now, reload=self.write(config, f"slad-{self.count}.yaml"))

    def run_to(self, now, since):
        """Wakes at each instant at which the engine wants to be woken, as its thread does."""
        at = since
        while True:
            at = max(self.ask(at, next=True)["next"], at + 1)
            if at > now:
                break
            self.step(at)
        self.step(now)

    def outbox(self, now=0):
        return [{**row["body"], "receiver": row["receiver"]} for row in self.ask(now, outbox=True)["outbox"]]

    def verify(self, now):
        return self.ask(now, verify=True)["differences"]


AGREEMENTS = [{"id": "acme", "from": "2020-01-01", "timezone": "UTC", "targets": [
    {"respond": "30m", "recover": "4h", "resolve": "8h"},
    {"priority": "P1", "respond": "10m", "recover": "1h", "resolve": "2h"}]}]
RESPONSE = {"name": "response", "ticket": {"clock": "response", "used": {
    "general": "75%", "important": "90%", "urgent": "100%"}}, "notify": ["ops"]}
RESOLUTION = {"name": "resolution", "ticket": {"clock": "resolution", "used": {
    "general": "50%", "urgent": "100%"}}, "notify": ["ops"]}
NEAR = {"name": "near", "ticket": {"clock": "resolution", "before": {"general": "2h", "urgent": "30m"}},
        "notify": ["ops"]}
OPS = [{"name": "ops", "webhook": {"url": "http://127.0.0.1:9/"}}]


def instant(what, **more):
    return {"name": what, "instant": what, "notify": ["ops"], **more}


class Virtual(unittest.TestCase):
    """The engine, woken at exactly the instants at which it wants to be."""

    def start(self, *rules, agreements=None, receivers=None):
        self.config = {"listen": "127.0.0.1:0", "database": "x", "agreements": agreements or AGREEMENTS,
                       "alerts": list(rules), "receivers": receivers or OPS}
        self.bench = Bench(self.config)
        self.addCleanup(self.bench.close)
        self.now = MONDAY
        return self.bench

    def at(self, minutes, *events):
        """Time goes on to a minute, and events of that minute come."""
        to = MONDAY + round(minutes * MINUTE)
        self.bench.run_to(to, self.now)
        self.now = to
        if events:
            self.post(*events)

    def post(self, *events):
        self.bench.post(self.now, [self.bench.event(type, subject, MONDAY + round(at * MINUTE), **data)
                                   for type, subject, at, data in events])

    def told(self):
        """(move, rule, level, ms after the start) of all messages about alerts."""
        return [(m["type"].rpartition(".")[2], m["data"]["rule"], m["data"]["level"], ms(m["time"]) - MONDAY)
                for m in self.bench.outbox(self.now) if m["type"] != "slad.backfill"]

    def moves(self):
        return [(m["type"].rpartition(".")[2], m["data"].get("reason") or m["data"]["level"])
                for m in self.bench.outbox(self.now)]

    def check_verified(self):
        self.assertEqual(self.bench.verify(self.now), [])


def e(verb, at, subject="T1", kind="request", **data):
    if verb == "opened":
        data = {"agreement": "acme", **data}
    return (f"{kind}.{verb}", subject, at, data)
