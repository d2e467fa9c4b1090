#!/usr/bin/python3
"""What one sender can cost the others: memory, time, and the daemon's life."""
import json
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from desk import Desk  # noqa: E402
from slad import LINES, Slad, main, ndjson  # noqa: E402

CONFIG = {"agreements": [{"id": "acme", "from": "2020-01-01"}]}
MOST = 300 << 20  # bytes of resident memory, at any time


class Case(unittest.TestCase):
    def setUp(self):
        self.slad = Slad(CONFIG)
        self.addCleanup(self.slad.close)
        self.desk = Desk()

    def send(self, body, type="application/json"):
        return self.slad.ask("POST", "/v1/events", body, {"Content-Type": type})

    def alive(self):
        """It goes on, and takes what is right."""
        self.assertEqual(self.slad.post(self.desk.opened("fine")).status, 200)

    def memory(self):
        """Bytes at the most so far; of no meaning under a sanitizer."""
        if os.environ.get("MODE", "release") not in ("release", "cov"):
            return 0
        with open(f"/proc/{self.slad.process.pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmHWM:\s+(\d+) kB", status.read())[1]) << 10


class Memory(Case):
    def test_conflicts_by_the_thousand(self):
        events = [self.desk.opened(f"T{i}") for i in range(10_000)]
        self.slad.post_all(events)
        for event in events:
            event["data"]["service"] = "mail"
        answer = self.slad.post(events)
        self.assertEqual((answer.status, answer.json()["rejected"], len(answer.json()["errors"])), (400, 10_000, 100))
        self.assertLess(self.memory(), MOST)
        self.alive()

    def test_bodies_that_grow_in_memory(self):
        size = (16 << 20) - 1000
        event = json.dumps(self.desk.opened("T1", extra="EXTRA")).encode()
        empties = b"[" + b",".join([b"{}"] * (size // 3)) + b"]"
        lists = b"[" + b",".join([b"[]"] * (size // 3)) + b"]"
        full = ndjson([self.desk.opened(f"F{i}", extra=[{}] * 450) for i in range(10_000)]).encode()
        for body, type in ((b"[" + full[:-1].replace(b"\n", b",") + b"]", "application/json"), (full, LINES),
                           (empties, "application/json"), (event.replace(b'"EXTRA"', lists), "application/json"),
                           (event.replace(b'"EXTRA"', lists), LINES), (b"{}\n" * (size // 3), LINES),
                           (b"\n" * size, LINES), (b" " * size, "application/json")):
            answer = self.send(body, type)
            self.assertIn(answer.status, (200, 400), answer)
            self.assertLess(len(answer.body), 100_000)
        self.assertLess(self.memory(), MOST)
        self.alive()


class Life(Case):
    def test_a_ticket_of_too_many_events(self):
        """The sender hears of it, nobody else does."""
        texts = {name: "x" * 500 for name in ("service", "priority", "team")}
        for _ in range(12):
            answer = self.slad.post([self.desk.event("request.updated", "T1", **texts) for _ in range(2000)])
            if answer.status != 200:
                break
        self.assertEqual(answer.status, 400, answer)
        self.assertEqual(self.slad.process.poll(), None)
        answer = self.slad.post([self.desk.event("request.updated", "T1", **texts) for _ in range(2000)]
                                + [self.desk.opened("T2")], on_error="skip")
        self.assertEqual(answer.status, 200, answer)
        self.assertGreater(answer.json()["rejected"], 0)
        self.assertEqual(self.slad.scores(indicator="resolution_rate", window="24h")[0]["b"], 1)
        self.alive()

    def test_a_subject_of_many_sources(self):
        desks = [Desk(f"urn:{i:03}") for i in range(150)]
        self.slad.post([desk.opened("T1", service=desk.source) for desk in desks])
        self.assertEqual(self.slad.ask("GET", "/v1/tickets/T1").status, 409)
        for desk in desks:
            self.assertEqual(self.slad.ticket("T1", source=desk.source)["service"], desk.source)

    def test_a_service_for_each_ticket(self):
        """An answer that nobody can read is refused, and says how to ask for less."""
        for part in range(3):
            self.slad.post_all([self.desk.opened(f"T{part}-{i}", service=f"s{part}-{i}") for i in range(10_000)])
        answer = self.slad.ask("GET", "/v1/scores", by="service", window="24h")
        self.assertEqual(answer.status, 400, answer)
        self.assertIn("fewer", answer.json()["detail"])
        score = self.slad.scores(indicator="resolution_rate", window="24h", service="s1-77")[0]
        self.assertEqual(score["b"], 1)
        self.assertEqual(self.slad.scores(indicator="resolution_rate", window="24h")[0]["b"], 30_000)
        answer = self.slad.ask("GET", "/metrics")
        self.assertEqual(answer.status, 200)
        self.assertLess(self.memory(), MOST)
        self.alive()

    def test_thousands_of_cycles(self):
        """A ticket that is reopened for ever stays a ticket that one can ask for."""
        config = {"agreements": [{"id": "acme", "from": "2020-01-01", "reopen_window": "1s"}]}
        self.slad.write_config(config)
        self.slad.restart()
        events = [self.desk.opened("T1", 50_000)]
        for i in range(2000):
            events += [self.desk.event("request.resolved", "T1", 49_000 - 20 * i),
                       self.desk.event("request.reopened", "T1", 48_990 - 20 * i)]
        self.slad.post_all(events)
        self.assertEqual(len(self.slad.ticket("T1")["cycles"]), 2001)
        score = self.slad.scores(indicator="resolution_rate", window="24h")[0]
        self.assertEqual((score["a"], score["b"]), (2000, 2001))
        self.assertEqual(len(self.slad.behind("resolution_rate", "good", window="24h")), 2000)
        self.alive()


if __name__ == "__main__":
    main()
