#!/usr/bin/python3
"""The public npm package `cloudevents` as the client, in the three modes of HTTP, of /v1/events and of a hook."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
import logged  # noqa: E402
from desk import Desk  # noqa: E402
from slad import PATIENCE, TOP, Slad, main  # noqa: E402

TOKEN = "abc"  # SHA-256: FIPS 180-4, appendix
DIGEST = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
CONFIG = {"agreements": [{"id": "acme", "from": "2020-01-01"}],
          "tokens": [{"name": "desk", "sha256": DIGEST, "scopes": ["ingest", "read"]}],
          "hooks": [{"source": "cases", "mapping": os.path.join(TOP, "conf/mappings/cloudevents.yaml"),
                     "agreement": "acme", "verify": {"token_file": "hook.token"},
                     "tables": {"types": {"org.example.case.created": "opened", "org.example.case.solved": "resolved"}}}]}
PACKAGE = "cloudevents@10"
MODES = ("binary", "structured", "transport")


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if shutil.which("node") is None or shutil.which("npm") is None:
            raise unittest.SkipTest("node and npm are not here")
        cls.directory = tempfile.TemporaryDirectory(prefix="slad-npm-")
        cls.addClassCleanup(cls.directory.cleanup)
        try:
            done = subprocess.run(
                ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline",
                 "--fetch-retries", "1", "--prefix", cls.directory.name, PACKAGE],
                cwd=cls.directory.name, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=2 * PATIENCE)
        except subprocess.TimeoutExpired:
            raise unittest.SkipTest(f"npm did not get {PACKAGE} in time") from None
        if done.returncode != 0:
            raise unittest.SkipTest(f"npm did not get {PACKAGE}: {done.stderr[-400:]}")
        cls.slad = Slad(CONFIG, start=False)
        cls.addClassCleanup(cls.slad.close)
        with open(cls.slad.path("hook.token"), "w", encoding="ascii") as file:
            os.chmod(file.fileno(), 0o600)
            file.write(TOKEN + "\n")
        cls.slad.start()

    def setUp(self):
        self.desk = Desk(f"urn:{self.id()}")

    def send(self, *given, path="/v1/events"):
        """[mode, event] each; gives [status, body] each."""
        done = subprocess.run(
            ["node", os.path.join(TOP, "tests/support/cloudevents.js"), self.slad.url + path, TOKEN],
            cwd=self.directory.name, input=json.dumps(given), capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_each_mode_is_taken(self):
        for mode in MODES:
            [status, body] = self.send([mode, self.desk.opened(f"T-{mode}")])[0]
            self.assertIn(status, (200, None), body)
            self.assertEqual(body, {"accepted": 1, "duplicates": 0, "rejected": 0})
        events = [self.desk.opened(f"B{i}") for i in range(3)]
        self.assertEqual(self.send(["batch", events])[0], [200, {"accepted": 3, "duplicates": 0, "rejected": 0}])

    def test_one_event_in_every_mode_counts_once(self):
        event = {**self.desk.opened("T1", service="mail"), "sequence": 7, "tenant": "north", "dataschema": "urn:s",
                 "datacontenttype": "application/json"}
        bare = {k: v for k, v in event.items() if k != "datacontenttype"}
        order = [[mode, one] for one in (event, bare) for mode in MODES] + [["batch", [event, bare]]]
        for first in range(len(order)):
            fresh = [[mode, [{**e, "id": f"{first}"} for e in one] if mode == "batch" else {**one, "id": f"{first}"}]
                     for mode, one in order[first:] + order[:first]]
            bodies = [body for _, body in self.send(*fresh)]
            self.assertEqual(sum(body["accepted"] for body in bodies), 1, bodies)
            self.assertEqual(sum(body["duplicates"] for body in bodies), len(order), bodies)

    def test_what_is_wrong_is_named_the_same(self):
        event = self.desk.opened("T1", agreement="none")
        answers = self.send(["binary", event], ["structured", event], ["batch", [event]])
        for answer in answers:
            self.assertEqual(answer, answers[0])
        self.assertEqual(answers[0][0], 400)
        self.assertEqual(answers[0][1]["errors"][0]["pointer"], "/data/agreement")

    def test_text_that_is_no_json(self):
        event = {**self.desk.opened("T1"), "data": "hello", "datacontenttype": "text/plain"}
        [status, body] = self.send(["binary", event])[0]
        self.assertEqual(status, 415)
        self.assertIn("application/json", body["detail"])

    def hooked(self):
        """The counts of the hook's deliveries, and its events in the log."""
        text = self.slad.ask("GET", "/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
        counts = {result: int(count) for result, count in
                  re.findall(r'slad_hook_deliveries_total{result="(\w+)",source="cases"} (\d+)', text)}
        bodies = logged.events(self.slad.path("slad.db"))
        return counts, [body for body in bodies if body["source"] == "cases"]

    def test_a_hook_takes_each_mode(self):
        def case(what, id, **data):
            return {"type": f"org.example.case.{what}", "source": "https://desk.example.org/", "id": id, "data": data,
                    "subject": "Fall 7 ü", "time": "2026-03-07T08:00:00.250Z", "sequence": "3", "tenant": "north"}

        one, two = case("created", "c 1/%ü", title="Grüße", priority="P1"), case("solved", "c2")
        other = case("viewed", "c3")
        answers = self.send(*([mode, event] for event in (one, two, other) for mode in MODES),
                            ["batch", [one, two, other]], path="/hooks/cases")
        for status, body in answers:
            self.assertIn(status, (202, None), body)
            self.assertIsNone(body)
        counts, events = self.hooked()
        common = {"specversion": "1.0", "source": "cases", "subject": "Fall 7 ü", "time": "2026-03-07T08:00:00.250Z", "sequence": 3}
        self.assertEqual(events, [
            {**common, "type": "request.opened", "id": "https://desk.example.org/:c 1/%ü",
             "data": {"agreement": "acme", "title": "Grüße", "priority": "P1"}},
            {**common, "type": "request.resolved", "id": "https://desk.example.org/:c2", "data": {"agreement": "acme"}}])
        self.assertEqual((counts["accepted"], counts["duplicate"], counts["ignored"]), (2, 5, 3))


if __name__ == "__main__":
    main()
