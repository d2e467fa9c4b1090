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
