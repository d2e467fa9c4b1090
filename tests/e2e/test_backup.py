#!/usr/bin/python3
"""slad backup: copies of a database that is being written, and the way back from them."""
import contextlib
import fcntl
import os
import resource
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from desk import Desk, until  # noqa: E402
from logged import rows  # noqa: E402
from slad import PATIENCE, PROGRAM, Slad, main, ndjson  # noqa: E402

CONFIG = {"agreements": [{"id": "acme", "from": "2020-01-01", "targets": [{"kind": "request", "respond": "10m"}]}]}


def read(path):
    with open(path, "rb") as file:
        return file.read()


class Pouring(threading.Thread):
    """Posts small batches until it is told to stop; knows which events were acknowledged."""

    def __init__(self, slad):
        super().__init__(daemon=True)
        self.slad, self.ending, self.acknowledged, self.failed = slad, threading.Event(), [], None
        self.start()

    def run(self):
        desk = Desk(prefix="pour")
        while not self.ending.is_set():
            events = desk.answered(f"P{desk.count}")
            answer = self.slad.post(events)
            if answer.status != 200:
                self.failed = answer
                return
            self.acknowledged += [event["id"] for event in events]

    def stop(self):
        self.ending.set()
        self.join(PATIENCE)


class Case(unittest.TestCase):
    def setUp(self):
        self.slad = Slad(CONFIG)
        self.addCleanup(self.slad.close)
        self.dest = self.slad.path("copy.db")

    def fill(self, count):
        desk = Desk()
        events = [desk.opened(f"T{i}", 3600) for i in range(count)]
        self.slad.post_all(events)
        return events

    def ends(self, done, status, *words):
        self.assertEqual(done.returncode, status, done)
        for word in words:
            self.assertIn(word, done.stdout + done.stderr)
        self.assertEqual([n for n in os.listdir(self.slad.directory) if n.startswith("copy.db.")], [], done)

    def ids(self, path):
        return {id for id, in rows(path, "SELECT text(body) ->> 'id' FROM record")}

    def sound(self, path):
        """What slad verify says of a copy."""
        other = Slad({**CONFIG, "database": path}, start=False)
        self.addCleanup(other.close)
        status, said = other.verify()
        self.assertEqual(status, 0, said)


class Copies(Case):
    def test_while_events_pour_in(self):
        self.fill(20_000)
        more = self.slad.path("more")
        with open(more, "w", encoding="utf-8") as out:
            desk = Desk(prefix="import")
            out.write(ndjson(desk.opened(f"I{i}", 3600) for i in range(30_000)))
        pouring = Pouring(self.slad)
        with subprocess.Popen([PROGRAM, "import", "-u", self.slad.url, more], stdout=subprocess.DEVNULL) as importing:
            for number in range(3):
                until(lambda: len(pouring.acknowledged) > 20 * number, "events pour in")
                dest = f"{self.dest}{number}"
                before = set(pouring.acknowledged)
                done = self.slad.run("backup", dest)
                self.ends(done, 0, dest)
                copied = self.ids(dest)
                self.assertLessEqual(before, copied)
                self.assertIn(f" {len(copied)} records, {os.path.getsize(dest)} bytes", done.stdout)
                self.assertEqual(stat.S_IMODE(os.stat(dest).st_mode), 0o600)
                self.sound(dest)
            self.assertEqual(importing.wait(PATIENCE), 0)
        pouring.stop()
        self.assertIsNone(pouring.failed)
        status, said = self.slad.verify()
        self.assertEqual(status, 0, said)

    def test_of_one_that_does_not_run(self):
        self.fill(3000)
        self.slad.kill9()  # the last transactions lie in its write-ahead log
        files = [self.slad.path("slad.db"), self.slad.path("slad.db-wal")]
        before = [read(file) for file in files]
        self.assertGreater(len(before[1]), 0)
        self.ends(self.slad.run("backup", self.dest), 0)
        self.assertEqual([read(file) for file in files], before)
        self.assertEqual(len(self.ids(self.dest)), 3000)
        self.sound(self.dest)
        self.slad.start().stop()
        self.ends(self.slad.run("backup", "--force", self.dest), 0)
        self.sound(self.dest)

    def test_the_way_back(self):
        kept = self.fill(100)
        lost = Desk(prefix="late").answered("L1")
        before = self.slad.get("/readyz")["records"]
        self.ends(self.slad.run("backup", self.dest), 0)
        self.assertEqual(self.slad.post(lost).json()["accepted"], 2)
        self.slad.stop()
        for end in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                os.rename(self.slad.path("slad.db" + end), self.slad.path("old.db" + end))
        os.rename(self.dest, self.slad.path("slad.db"))
        self.slad.start()
        self.assertEqual(self.slad.get("/readyz")["records"], before)
        self.assertEqual(self.slad.post(lost).json()["accepted"], 2)
        self.assertEqual(self.slad.post(kept).json()["duplicates"], 100)
        self.assertEqual(self.slad.get("/readyz")["records"], before + 2)
        status, said = self.slad.verify()
        self.assertEqual(status, 0, said)


class Refusals(Case):
    def test_what_is_there_already(self):
        with open(self.dest, "w", encoding="ascii") as out:
            out.write("precious")
        self.ends(self.slad.run("backup", self.dest), 1, "--force")
        with open(self.dest, encoding="ascii") as file:
            self.assertEqual(file.read(), "precious")
        self.ends(self.slad.run("backup", self.dest, "--force"), 0)
        self.sound(self.dest)

    def test_places(self):
        self.ends(self.slad.run("backup", self.slad.directory), 1, "is a directory")
        self.ends(self.slad.run("backup", "--force", "/dev/null"), 1, "no file")
        self.ends(self.slad.run("backup", self.slad.path("nowhere/copy.db")), 4, "nowhere/copy.db.tmp")

    def test_the_database_itself(self):
        self.fill(100)
        os.symlink("slad.db", self.slad.path("link"))
        os.link(self.slad.path("slad.db"), self.slad.path("x.tmp"))
        for name in ("slad.db", "slad.db-wal", "slad.db-shm", "slad.db.lock", "link", "x"):
            self.ends(self.slad.run("backup", "--force", self.slad.path(name)), 1, "the database itself")
        os.unlink(self.slad.path("x.tmp"))
        self.assertEqual(self.slad.verify()[0], 0)

    def test_two_at_once(self):
        with open(self.dest + ".tmp", "wb") as other:
            fcntl.flock(other, fcntl.LOCK_EX)
            done = self.slad.run("backup", self.dest)
            self.assertEqual(done.returncode, 4, done)
            self.assertIn("another slad backup", done.stderr)
            self.assertTrue(os.path.exists(self.dest + ".tmp"))
        self.ends(self.slad.run("backup", self.dest), 0)  # what one that died left is no hindrance

    def test_what_a_dead_one_left(self):
        """Above all a write-ahead log: SQLite would put its pages into the copy."""
        self.fill(500)
        with Slad(CONFIG) as other:
            desk = Desk(prefix="other")
            other.post_all([desk.opened(f"O{i}") for i in range(500)])
            other.kill9()
            for end in ("", "-wal", "-shm"):
                with open(f"{self.dest}.tmp{end}", "wb") as out:
                    out.write(read(other.path("slad.db" + end)))
                    os.chmod(out.name, 0o644)
        self.ends(self.slad.run("backup", self.dest), 0)
        self.assertEqual(stat.S_IMODE(os.stat(self.dest).st_mode), 0o600)
        self.assertEqual(self.ids(self.dest), self.ids(self.slad.path("slad.db")))
        self.sound(self.dest)

    def test_no_room(self):
        """A limit to the size of files fails the writes as a full disk does."""
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))

        self.fill(10_000)
        done = subprocess.run([PROGRAM, "backup", "-c", self.slad.file, self.dest], capture_output=True, text=True,
                              preexec_fn=limit)
        self.ends(done, 4, self.dest)
        self.assertFalse(os.path.exists(self.dest))
        self.assertEqual(self.slad.verify()[0], 0)

    def test_a_damaged_one(self):
        self.fill(5000)
        self.slad.stop()
        path = self.slad.path("slad.db")
        with contextlib.closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            size, = database.execute("PRAGMA page_size").fetchone()
            root, = database.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'record'").fetchone()
        with open(path, "r+b") as file:
            for page, words in ((os.path.getsize(path) // size // 2, "copy.db.tmp: it is not sound"), (root, "slad.db")):
                file.seek((page - 1) * size)
                file.write(b"\x07" * 100)
                file.flush()
                self.ends(self.slad.run("backup", self.dest), 4, words)
                self.assertFalse(os.path.exists(self.dest))

    def test_usage(self):
        for arguments in ([], ["a", "b"], ["-x", "a"], ["--force"], [""]):
            done = self.slad.run("backup", *arguments)
            self.ends(done, 2, "usage: slad backup")
        bad = Slad("agreements: []\n", start=False)
        self.addCleanup(bad.close)
        self.assertEqual(bad.run("backup", self.dest).returncode, 3)
        empty = Slad(CONFIG, start=False)
        self.addCleanup(empty.close)
        self.ends(empty.run("backup", self.dest), 4, "slad.db")
        self.assertFalse(os.path.exists(self.dest))


if __name__ == "__main__":
    main()
