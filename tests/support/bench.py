"""The engine under a virtual clock: the driver `replay` with a configuration of its own.

    with Bench({"agreements": [...]}, start=1_800_000_000_000) as bench:
        bench.post([event(...)]); bench.advance(60_000); bench.order("/v1/alerts/1/ack", by="ann")

It steps by itself whenever the daemon would, and at no other time.
"""
import json
import os
import subprocess
import tempfile
import urllib.parse

from slad import TOP

PROGRAM = os.path.join(TOP, os.environ.get("BUILD", "build/release"), "tests/replay")


class Bench:
    def __init__(self, config, start):
        self.folder = tempfile.TemporaryDirectory(prefix="slad-bench-")
        path = os.path.join(self.folder.name, "slad.yaml")
        with open(path, "w", encoding="utf-8") as out:
            json.dump({"listen": "127.0.0.1:0", "database": "slad.db", **config}, out)
        self.process = subprocess.Popen([PROGRAM, "-c", path], cwd=self.folder.name, encoding="utf-8",
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL)
        self.now = self.stepped = start

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.process.stdin.close()
        self.process.stdout.read()
        self.process.stdout.close()
        self.process.wait()
        self.folder.cleanup()

    def ask(self, **command):
        """(status, body) of one command, now."""
        self.process.stdin.write(json.dumps({"now": self.now, **command}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"replay ended with {self.process.wait()} at {command}"
        answer = json.loads(line)
        return answer["status"], answer["body"]

    def get(self, path):
        status, body = self.ask(get=path)
        assert status == 200, (path, status, body)
        return body

    def post(self, events):
        status, body = self.ask(post=events)
        assert status == 200, body

    def order(self, path, method="POST", **body):
        """(status, body); a DELETE has its members as parameters."""
        if method == "DELETE":
            return self.ask(order=path + "?" + urllib.parse.urlencode(body), method=method)
        return self.ask(order=path, body=body)

    def next(self):
        return self.ask(next=True)[1]["next"]

    def advance(self, ms):
        """Lets so much time pass; gives the instant."""
        end = self.now + ms
        while True:
            at = max(self.next(), self.now + 1)
            if at > end:
                break
            self.now = self.stepped = at
            self.ask(get="/healthz")
        self.now = end
        return end

    def outbox(self):
        """All messages, in the order written, as (created, type, alert, receiver, level, reason)."""
        rows = self.ask(outbox=True)[1]["outbox"]
        return sorted((row["created"], row["body"]["type"].rpartition(".")[2], row["body"]["subject"],
                       row["receiver"], row["body"]["data"]["level"], row["body"]["data"].get("reason"))
                      for row in rows)
