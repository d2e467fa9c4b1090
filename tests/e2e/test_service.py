#!/usr/bin/python3
"""What surrounds the daemon: systemd, Prometheus, health, a disk that is full."""
import contextlib
import os
import random
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from desk import Desk, metrics, until  # noqa: E402
from slad import PATIENCE, Slad, main  # noqa: E402

CONFIG = {"agreements": [{"id": "acme", "from": "2020-01-01", "targets": [{"kind": "request", "respond": "1m"}]}]}


class Manager:
    """systemd's end of the notification socket."""

    def __init__(self):
        self.directory = tempfile.TemporaryDirectory(prefix="slad-notify-")
        self.path = os.path.join(self.directory.name, "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(PATIENCE)

    def close(self):
        self.socket.close()
        self.directory.cleanup()

    def wait(self, word):
        """What was said until a message with this line, that one included; a list of lists of lines."""
        said = []
        while not said or word not in said[-1]:
            said.append(self.socket.recv(4096).decode().splitlines())
        return said


def runs(*command):
    return shutil.which(command[0]) and subprocess.run(command, capture_output=True).returncode == 0


class Systemd(unittest.TestCase):
    def start(self, **env):
        self.manager = Manager()
        self.addCleanup(self.manager.close)
        self.slad = Slad(CONFIG, start=False, env={"NOTIFY_SOCKET": self.manager.path, **env})
        self.addCleanup(self.slad.close)
        ldd = subprocess.run(["ldd", self.slad.program], capture_output=True, text=True)
        if "libsystemd" not in ldd.stdout:
            self.skipTest("this slad was built without libsystemd")
        return self.slad.start()

    def test_ready_and_stopping(self):
        self.start()
        said = self.manager.wait("READY=1")
        self.assertEqual(len(said), 1)
        self.slad.signal(signal.SIGTERM)
        self.manager.wait("STOPPING=1")
        self.assertEqual(self.slad.process.wait(PATIENCE), 0)

    def test_ready_means_ready(self):
        self.start()
        self.manager.wait("READY=1")
        self.assertEqual(self.slad.post(Desk().opened("T1")).status, 200)

    def test_reload(self):
        self.start()
        self.manager.wait("READY=1")
        for config in (CONFIG, "agreements: [", CONFIG):
            self.slad.write_config(config)
            self.slad.signal(signal.SIGHUP)
            reloading = self.manager.wait("RELOADING=1")[-1]
            self.assertTrue(any(re.fullmatch(r"MONOTONIC_USEC=\d+", line) for line in reloading), reloading)
            self.manager.wait("READY=1")

    def test_watchdog(self):
        self.start(WATCHDOG_USEC="200000")
        for _ in range(3):
            self.manager.wait("WATCHDOG=1")

    def test_no_watchdog_for_another_process(self):
        self.start(WATCHDOG_USEC="100000", WATCHDOG_PID="1")
        self.slad.signal(signal.SIGTERM)
        said = self.manager.wait("STOPPING=1")
        self.assertNotIn(["WATCHDOG=1"], said)

    def test_a_long_start_wants_time(self):
        self.start()
        self.slad.post(Desk().opened("T1"))
        self.slad.stop()
        self.manager.wait("STOPPING=1")
        with contextlib.closing(sqlite3.connect(self.slad.path("slad.db"))) as db, db:
            db.execute("DELETE FROM meta WHERE name = 'packed'")  # so that all is folded anew
        self.slad.start()
        self.assertIn(["EXTEND_TIMEOUT_USEC=60000000"], self.manager.wait("READY=1"))

    def test_a_bad_start_is_never_ready(self):
        self.start()
        self.manager.wait("READY=1")
        second = subprocess.run([self.slad.program, "serve", "-c", self.slad.file], capture_output=True,
                                env={**os.environ, "NOTIFY_SOCKET": self.manager.path})
        self.assertEqual(second.returncode, 4)
        self.slad.signal(signal.SIGTERM)
        self.assertNotIn(["READY=1"], self.manager.wait("STOPPING=1"))

    def test_the_journal_s_prefix(self):
        with Slad(CONFIG, env={"JOURNAL_STREAM": "8:1"}) as slad:
            slad.write_config("agreements: [")
            slad.signal(signal.SIGHUP)
            slad.wait_log("old configuration stays")
            for line in slad.log:
                self.assertRegex(line, r"^<[3-6]>[^<]")
            self.assertTrue(any(line.startswith("<3>") for line in slad.log))
            self.assertTrue(any(line.startswith("<6>") for line in slad.log))


class Prometheus(unittest.TestCase):
    def test_promtool(self):
        if shutil.which("promtool") is None:
            self.skipTest("promtool is not here; Debian's package prometheus has it")
        with Slad(CONFIG) as slad:
            desk = Desk()
            names = ['say "hello"', "back\\slash", "Störung 漢字", "{}=,", "x" * 512, "%s%n", ""]
            slad.post([e for i, name in enumerate(names) for e in desk.late(f"T{i}", service=name)])
            slad.post(desk.event("request.exploded", "T"), on_error="skip")
            answer = slad.ask("GET", "/metrics")
            self.assertEqual(answer.headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")
            done = subprocess.run(["promtool", "check", "metrics"], input=answer.body, capture_output=True)
            self.assertEqual((done.returncode, done.stdout + done.stderr), (0, b""))

    def test_what_is_counted(self):
        with Slad(CONFIG) as slad:
            desk = Desk()
            one = desk.opened("T1", 30, service="mail")
            slad.post([one, one, desk.opened("T2", 90, service="mail")])
            slad.post(desk.event("request.exploded", "T"), on_error="skip")
            slad.ask("GET", "/nothing")
            seen = metrics(slad)
            wanted = {'slad_events_total{result="accepted"}': 2, 'slad_events_total{result="duplicate"}': 1,
                      'slad_events_total{result="rejected"}': 1, "slad_quarantine_events": 1, "slad_log_records": 2,
                      'slad_tickets{state="open"}': 2, 'slad_http_answers_total{class="4xx"}': 1,
                      'slad_score_ratio{indicator="timely_response_rate",agreement="acme",service="mail"}': 0.5}
            self.assertEqual({name: seen.get(name) for name in wanted}, wanted)
            slad.restart()
            self.assertEqual(metrics(slad)["slad_quarantine_events"], 1)
            self.assertEqual(metrics(slad)['slad_events_total{result="accepted"}'], 0)


class Health(unittest.TestCase):
    def test_both_answer(self):
        with Slad(CONFIG) as slad:
            for path in ("/healthz", "/readyz"):
                answer = slad.ask("GET", path)
                self.assertEqual((answer.status, answer.headers.get_content_type()), (200, "application/json"))


class DiskFull(unittest.TestCase):
    """In a mount of its own; a file there takes the room away and gives it back."""

    def test_it_says_so_and_goes_on(self):
        unshare = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
        if not runs(*unshare, "mount", "-t", "tmpfs", "none", "/mnt"):
            self.skipTest("no mount of its own may be made here")
        with Slad({**CONFIG, "database": "small/slad.db"}, start=False) as slad:
            small, real = slad.path("small"), slad.program
            os.mkdir(small)
            slad.program = slad.path("wrapped")
            with open(slad.program, "w", encoding="ascii") as out:
                out.write(f"#!/bin/sh\nexec {' '.join(unshare)} sh -c 'mount -t tmpfs -o size=2m none {small} && "
                          f"exec {real} \"$0\" \"$@\"' \"$@\"\n")
            os.chmod(slad.program, 0o700)
            slad.start()
            self.story(slad, f"/proc/{slad.process.pid}/root{small}/ballast")

    def story(self, slad, ballast):
        desk, noise, stored = Desk(), random.Random(1), 1
        first = desk.opened("T0")
        self.assertEqual(slad.post(first).status, 200)
        for sends in (False, True):  # whether anybody does when there is room again
            self.fill(ballast)
            event, refused, stored = self.post_until_full(slad, desk, noise, stored)
            self.assertGreater(int(refused.headers["Retry-After"]), 0)
            self.assertIn("disk", refused.json()["detail"])
            self.assertEqual(slad.ask("GET", "/healthz").status, 200)
            self.assertEqual(self.count(slad), stored)
            slad.post(first)  # there may be room for a duplicate, which is no room for an event
            self.stays_full(slad)
            os.unlink(ballast)
            if sends:
                until(lambda: slad.post(event).status == 200, "it stores again")
                self.assertEqual(self.count(slad), stored + 1)
            until(lambda: slad.ask("GET", "/readyz").status == 200, "it is ready again")

    @staticmethod
    def count(slad):
        return slad.scores(indicator="resolution_rate", window="24h")[0]["b"]

    @staticmethod
    def fill(ballast):
        with open(ballast, "wb", buffering=0) as out, contextlib.suppress(OSError):
            for _ in range(64):
                out.write(bytes(65536))

    def post_until_full(self, slad, desk, noise, stored):
        """As long as the database has room for what is in the log, the log has room again. An event that
        is refused, its answer, and how many are stored."""
        for stored in range(stored, 2000):
            event = desk.opened(f"T{stored}", title=noise.randbytes(1500).hex())
            refused = slad.post(event)
            while refused.status == 503:
                before = metrics(slad)["slad_commit_failures_total"]
                until(lambda: slad.ask("GET", "/readyz").status == 200 or
                      metrics(slad)["slad_commit_failures_total"] > before + 1, "it has tried again")
                if slad.ask("GET", "/readyz").status == 503:
                    return event, refused, stored
                refused = slad.post(event)
        raise AssertionError("the disk is never full")

    def stays_full(self, slad):
        """As long as it is full, for as long as a test may look: time alone mends nothing."""
        end = time.monotonic() + 1.5
        while time.monotonic() < end:
            self.assertEqual(slad.ask("GET", "/readyz").status, 503)
            time.sleep(0.05)


if __name__ == "__main__":
    main()
