#!/usr/bin/python3
"""The first ten minutes of slad-hooks(7), as they stand there, with the machine's own shell, curl and openssl; and what an
administrator sees when something is wrong."""
import json
import os
import re
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from hooks import TOP, sign  # noqa: E402
from slad import PATIENCE, Slad, main  # noqa: E402

SIGNATURE = {"header": "X-Hub-Signature", "algorithm": "sha1", "prefix": "sha1="}


def literals(section):
    """What stands between .Bd -literal and .Ed of one section of the page, as it is shown."""
    with open(os.path.join(TOP, "man/slad-hooks.7"), encoding="utf-8") as file:
        part = file.read().split(f".Sh {section}\n")[1].split("\n.Sh ")[0]
    return [text.replace("\\e", "\\").replace("\\(dq", '"')
            for text in re.findall(r"^\.Bd -literal[^\n]*\n(.*?)^\.Ed", part, re.M | re.S)]


def instant(ago):
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() - ago))


class Walk(unittest.TestCase):
    def shell(self, slad, text):
        done = subprocess.run(["sh", "-e", "-c", text.replace("127.0.0.1:7523", f"127.0.0.1:{slad.port}")], cwd=slad.directory,
                              capture_output=True, text=True, timeout=PATIENCE, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def zammad(self, slad, state, ago, article=None):
        with open(slad.path("desk.secret"), encoding="ascii") as file:
            secret = file.read().strip()
        body = json.dumps({"ticket": {
            "id": 1, "number": "41001", "title": "No mail", "state": state, "created_at": instant(3), "updated_at": instant(ago),
            "group": {"name": "Desk"}, "priority": {"name": "2 normal"}, "owner": {"login": "-"}},
            "article": article or {}}).encode()
        answer = slad.ask("POST", "/hooks/desk", body, {"Content-Type": "application/json",
                                                        **sign("signature", SIGNATURE, body, secret)})
        self.assertEqual((answer.status, answer.body), (202, b""), answer)

    def test_the_first_ten_minutes(self):
        make_secret, config, knock, ask, look = literals("THE FIRST TEN MINUTES")
        slad = Slad({"agreements": []}, start=False)
        self.addCleanup(slad.close)
        self.shell(slad, make_secret)
        self.assertEqual(os.stat(slad.path("desk.secret")).st_mode & 0o777, 0o600)
        slad.write_config("listen: 127.0.0.1:0\ndatabase: slad.db\n" + config)
        checked = slad.run("check")
        self.assertEqual((checked.returncode, checked.stderr), (0, ""))
        slad.start()
        self.assertIn("slad_hook_info", self.shell(slad, look))
        self.assertTrue(self.shell(slad, knock).startswith("HTTP/1.1 202 "))
        self.assertIn('{result="ignored",source="desk"} 1\n', self.shell(slad, look))
        self.zammad(slad, "new", 3)
        self.zammad(slad, "open", 1, {"id": 7, "sender": "Agent", "type": "email", "internal": False, "created_at": instant(1),
                                      "created_by": {"login": "ada"}})
        said = self.shell(slad, ask)
        self.assertIn("41001", said)
        self.assertRegex(said, r"timely_response_rate|[Tt]imely response")
        self.assertEqual(slad.scores(indicator="timely_response_rate", window="today", agreement="acme")[0]["value"], 1)
        clocks = json.dumps(slad.ticket("41001", source="desk"))
        self.assertIn("target", clocks)

    def test_what_is_seen_when_something_is_wrong(self):
        make_secret, config, knock, _, look = literals("THE FIRST TEN MINUTES")
        slad = Slad({"agreements": []}, start=False)
        self.addCleanup(slad.close)
        self.shell(slad, make_secret)
        slad.write_config("listen: 127.0.0.1:0\ndatabase: slad.db\n" + config.replace(
            "    agreement: acme\n", "    tables: {agreements: {Brook: acme}}\n"))
        slad.start()
        for change, status, wanted in (
                (("cat desk.secret", "echo other"), 401, "the signature in X-Hub-Signature is not that of the body"),
                (("X-Hub-Signature", "X-Signature"), 401, "the header X-Hub-Signature, with the signature, is missing"),
                (("application/json", "application/x-www-form-urlencoded"), 415, "a hook takes JSON"),
                (("hooks/desk", "hooks/dask"), 404, "no hook 'dask' is configured"),
                (("body='{}'", "body='a=b'"), 400, "the body is no JSON: line 1, column 1: ")):
            with self.subTest(change=change):
                said = self.shell(slad, knock.replace(*change))
                self.assertTrue(said.startswith(f"HTTP/1.1 {status} "), said)
                self.assertIn(wanted, said)
        slad.wait_log("hook desk: deliveries are unverified: the signature")
        slad.wait_log("a delivery came for a hook 'dask', which is not configured")
        self.assertIn("\nslad_hook_unknown_total 1\n", self.shell(slad, look))
        self.zammad(slad, "new", 3)
        said = self.shell(slad, look)
        for result in ("unverified", "malformed"):
            self.assertIn(f'{{result="{result}",source="desk"}} 2\n', said)
        self.assertIn('{result="quarantined",source="desk"} 1\n', said)
        self.assertRegex(said, r'"reason": *"[^"]*agreement')


if __name__ == "__main__":
    main()
