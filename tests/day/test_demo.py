#!/usr/bin/python3
"""The demonstration: what it shows is there, and nothing of it is left behind."""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "support"))

import slad

DEMO = ["sh", os.path.join(slad.TOP, "tests/demo")]
PATIENCE = 2 * slad.PATIENCE
PORT = re.compile(r"listening on http://127\.0\.0\.1:(\d+)")


def runs(process):
    """Whether any process was started with this in its command line."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                if process.encode() in file.read():
                    return True
        except OSError:
            pass
    return False


def heed_ctrl_c():
    signal.signal(signal.SIGINT, signal.default_int_handler)


@unittest.skipUnless(shutil.which("curl"), "there is no curl: sh tests/packages installs it")
class Demo(unittest.TestCase):

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.scratch = scratch.name
        self.env = {**os.environ, "SLAD": slad.PROGRAM, "TMPDIR": self.scratch}

    def gone(self):
        self.assertEqual(os.listdir(self.scratch), [])
        self.assertFalse(runs(self.scratch))

    def test_shows_the_way_from_a_day_to_its_reasons(self):
        done = subprocess.run([*DEMO, "--seed", "7"], env=self.env, cwd="/", text=True,
                              capture_output=True, stdin=subprocess.DEVNULL, timeout=PATIENCE)
        said = done.stdout
        self.assertEqual((done.returncode, done.stderr), (0, ""), said)
        told = json.loads(said[said.index("\n{\n"):said.index("\n}\n") + 2])
        alert = told["data"]
        self.assertEqual((told["type"], alert["scope"], alert["level"]),
                         ("slad.alert.fired", {"service": "mail"}, "urgent"))
        for shown in (
                r"accepted (\d+), duplicates 0, rejected 0, seconds [\d.]+\n(?s:.*)"
                r"accepted 0, duplicates \1, rejected 0, seconds [\d.]+\n",
                r"Timely response rate +acme +\d\d\.\d\d % +\d+ +\d+ +\d+ +95\.00 % +MISSED\n",
                r"acme as a whole: score \d\d\.\d %, with data for \d\d\.\d % of the weight; no grade with less",
                r"/v1/reports/24h\?agreement=acme' >.*/acme\.html\n",
                r"has verified its signature",
                r"firing +urgent +slow-response +service=mail",
                r"\d+ tickets, where the alert says \"a\": %d;" % alert["a"],
                r"request\.responded +agent: ",
                r"bad +timely_response_rate +late: \w+ of working time, target (30m|1h)\n",
                r"all that is stored follows from the log",
                r"slad is stopped"):
            self.assertRegex(said, shown)
        self.gone()

    def stopped_by(self, number):
        """Also where the test itself was started to ignore SIGINT, as in the background."""
        with subprocess.Popen([*DEMO, "--stay"], env=self.env, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, preexec_fn=heed_ctrl_c) as child:
            said = ""
            for line in child.stdout:
                said += line
                if "until you press Ctrl-C" in line:
                    break
            self.assertTrue(runs(os.path.join(self.scratch, "slad-")), said)
            self.assertTrue(PORT.search(said), said)
            child.send_signal(number)
            try:
                rest = child.communicate(timeout=PATIENCE)[0]
            finally:
                child.terminate()
        return child.returncode, rest

    def test_stays_until_ctrl_c(self):
        status, rest = self.stopped_by(signal.SIGINT)
        self.assertEqual(status, 0)
        self.assertIn("slad is stopped", rest)
        self.gone()

    def test_leaves_nothing_when_it_is_terminated(self):
        self.assertEqual(self.stopped_by(signal.SIGTERM), (1, ""))
        self.gone()


if __name__ == "__main__":
    slad.main()
