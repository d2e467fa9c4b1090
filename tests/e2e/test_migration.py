#!/usr/bin/python3
"""A database of the first schema, with data: the daemon brings it to the newest one at its start."""
import contextlib
import os
import re
import sqlite3
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
import logged  # noqa: E402
from desk import Desk  # noqa: E402
from slad import Slad, TOP, main  # noqa: E402

SCHEMAS = [name for name in os.listdir(os.path.join(TOP, "sql")) if name.startswith("schema-")]
CONFIG = {"agreements": [{"id": "acme", "from": "2020-01-01", "targets": [{"kind": "request", "respond": "10m"}]}]}


def first_schema(table):
    """A table of the first schema."""
    with open(os.path.join(TOP, "sql/schema-001.sql"), encoding="utf-8") as file:
        return re.search(rf"CREATE TABLE {table} \(.*?;", file.read(), re.DOTALL)[0]


class Migration(unittest.TestCase):
    def setUp(self):
        self.slad = Slad(CONFIG)
        self.addCleanup(self.slad.close)
        desk, other = Desk(), Desk(source="urn:other")
        self.events = [event for i in range(300) for event in desk.answered(f"T{i}") + other.answered(f"T{i}")]
        self.slad.post_all(self.events)
        self.slad.stop()
        self.slad.run("rebuild")  # posts all tallies
        self.backdate()

    def backdate(self):
        """Makes of the database what slad wrote when its schema was the first."""
        with contextlib.closing(sqlite3.connect(self.slad.path("slad.db"))) as db, db:
            tables = [name for name, in db.execute("SELECT name FROM sqlite_master WHERE name LIKE 'identity%'")]
            self.assertEqual(sorted(tables), ["identity_block", "identity_filter", "identity_run"])
            for name in tables:
                db.execute(f"DROP TABLE {name}")
            db.execute("DELETE FROM meta WHERE name = 'identity_key'")
            db.execute(first_schema("identity"))
            db.create_function("text", 1, logged.text)
            db.execute("UPDATE record SET body = text(body)")
            db.execute("INSERT INTO identity SELECT s.id, r.body ->> '$.id', r.seq FROM record r "
                       "JOIN source s ON s.name = r.body ->> '$.source'")
            db.execute("ALTER TABLE tally RENAME TO tally_by_time")
            db.execute(first_schema("tally"))
            db.execute("INSERT INTO tally SELECT place & 1073741823, place >> 60, "
                       "(place >> 30 & 1073741823) - 536870912, tallies FROM tally_by_time WHERE place >> 62 = 0")
            db.execute("DROP TABLE tally_by_time")
            db.execute("DROP TABLE daybook")
            db.execute("DROP TABLE posting")
            db.execute("PRAGMA user_version = 1")

    def test_a_reader_waits_for_the_daemon(self):
        done = self.slad.run("verify")
        self.assertEqual(done.returncode, 4, done)
        self.assertIn(f"version 1, this slad wants {len(SCHEMAS)}; start slad serve once", done.stderr)

    def test_the_daemon_migrates(self):
        before = len(self.events)
        self.slad.start()
        self.assertEqual(self.slad.get("/readyz")["records"], before)
        self.assertEqual(self.slad.post_all(self.events)["duplicates"], before)
        self.slad.post(Desk(prefix="new").answered("T-new"))
        self.slad.stop()
        done = self.slad.run("verify")
        self.assertEqual(done.returncode, 0, done)

    def test_between_the_new_form_and_the_fold(self):
        """As a kill leaves it while the log is folded anew."""
        self.slad.run("rebuild")
        with contextlib.closing(sqlite3.connect(self.slad.path("slad.db"))) as db, db:
            db.execute("DELETE FROM tally")
            db.execute("DELETE FROM meta WHERE name = 'packed'")
        done = self.slad.run("verify")
        self.assertEqual(done.returncode, 1, done)
        self.assertIn("not judged to the end: start slad serve", done.stdout)
        self.assertNotIn("tally", done.stdout)
        self.slad.start()
        self.slad.stop()
        done = self.slad.run("verify")
        self.assertEqual(done.returncode, 0, done)

    def test_rebuild_migrates(self):
        done = self.slad.run("rebuild")
        self.assertEqual(done.returncode, 0, done)
        done = self.slad.run("verify")
        self.assertEqual(done.returncode, 0, done)


if __name__ == "__main__":
    main()
