#!/usr/bin/python3
"""The public npm package `cloudevents` as the client, in the three modes of HTTP."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from desk import Desk  # noqa: E402
from slad import PATIENCE, TOP, Slad, main  # noqa: E402

TOKEN = "abc"  # SHA-256: FIPS 180-4, appendix
DIGEST = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
CONFIG = {"agreements": [{"id": "acme", "from": "2020-01-01"}],
          "tokens": [{"name": "desk", "sha256": DIGEST, "scopes": ["ingest"]}]}
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
        cls.slad = Slad(CONFIG)
        cls.addClassCleanup(cls.slad.close)

    def setUp(self):
        self.desk = Desk(f"urn:{self.id()}")

    def send(self, *given):
        """[mode, event] each; gives [status, body] each."""
        done = subprocess.run(
            ["node", os.path.join(TOP, "tests/support/cloudevents.js"), self.slad.url + "/v1/events", TOKEN],
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


if __name__ == "__main__":
    main()
