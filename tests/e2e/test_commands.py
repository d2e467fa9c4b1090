#!/usr/bin/python3
"""The commands and their exit codes: 0 done, 1 the answer is no, 2 usage, 3 configuration, 4 storage."""
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
import logged  # noqa: E402
from desk import Desk  # noqa: E402
from logged import rows  # noqa: E402
from slad import PATIENCE, PROGRAM, Slad, main  # noqa: E402

AGREEMENTS = [{"id": "acme", "from": "2020-01-01", "services": [{"id": "mail"}], "targets": [
    {"kind": "request", "respond": "10m", "resolve": "2h"}, {"kind": "incident", "recover": "1h"}]}]
CONFIG = {"agreements": AGREEMENTS}


def run(*arguments, **options):
    return subprocess.run([PROGRAM, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=PATIENCE, **options)


class Case(unittest.TestCase):
    def fresh(self, config=None, start=False):
        slad = Slad(CONFIG if config is None else config, start=start)
        self.addCleanup(slad.close)
        return slad

    def ends(self, done, status, *words):
        """An exit status, and one line on standard error that has these words."""
        self.assertEqual(done.returncode, status, done)
        for word in words:
            self.assertIn(word, done.stderr)

    def filled(self):
        """A daemon with some of everything."""
        slad, desk = self.fresh(start=True), Desk()
        events = [desk.opened(f"T{i}", 86400 + 60 * i, service="mail", team=f"t{i % 3}") for i in range(50)]
        events += [desk.event("request.responded", f"T{i}", 86400 + 60 * i - 7 * i) for i in range(0, 50, 2)]
        events += [desk.event("request.resolved", f"T{i}", 7200) for i in range(0, 50, 3)]
        events += [desk.event("request.excluded", "T49", 7200, cause="spam"),
                   desk.opened("I1", 86400, kind="incident", service="mail", outage=True),
                   desk.event("incident.recovered", "I1", 80000),
                   desk.event("outage.started", "O1", 50000, agreement="acme", service="mail"),
                   desk.event("outage.ended", "O1", 49000, agreement="acme", service="mail"),
                   desk.event("request.resolved", "orphan", 100)]
        self.assertEqual(slad.post(events).status, 200)
        return slad


class Usage(Case):
    COMMANDS = ["serve", "check", "import", "backup", "export", "verify", "rebuild", "version", "help"]

    def test_help(self):
        for word in ("help", "-h", "--help"):
            done = run(word)
            self.ends(done, 0)
            for command in self.COMMANDS:
                self.assertIn(f"slad {command}", done.stdout)

    def test_version(self):
        done = run("version")
        self.ends(done, 0)
        self.assertRegex(done.stdout, r"^slad \d+\.\d+\.\d+\n")
        for library in ("SQLite", "libevent", "jansson", "OpenSSL", "curl"):
            self.assertRegex(done.stdout, rf"(?i){library}[^\n]* \S*\d+\.\d+")

    def test_wrong_usage(self):
        self.ends(run(), 2, "usage")
        self.ends(run("frobnicate"), 2, "frobnicate", "usage")
        self.ends(run("-x"), 2, "usage")
        for command in ("serve", "check", "verify", "rebuild"):
            for arguments in (["-c"], ["-x", "file"], ["file"], ["-c", "one", "two"]):
                self.ends(run(command, *arguments), 2, f"usage: slad {command}")
        self.assertNotIn("usage", run("frobnicate").stdout)


class Check(Case):
    def test_a_good_one(self):
        slad = self.fresh()
        done = slad.run("check")
        self.ends(done, 0)
        self.assertIn("slad.yaml is fine", done.stdout)
        self.assertFalse(os.path.exists(slad.path("slad.db")))

    def test_every_mistake_by_line(self):
        slad = self.fresh("agreements:\n  - id: acme\n    from: yesterday\n    targets:\n"
                          "      - {respond: soon}\nlisten: 0.0.0.0:1\nretries: 3\n")
        done = slad.run("check")
        self.ends(done, 1)
        places = re.findall(r"slad\.yaml:(\d+):(\d+): \S", done.stderr)
        self.assertEqual(sorted(places), [("3", "11"), ("5", "19"), ("6", "9"), ("7", "1")], done.stderr)

    def test_a_warning_is_no_mistake(self):
        done = self.fresh("agreements:\n  - id: acme\n    from: 2020-01-01\n    targets:\n"
                          "      - {kind: request, recover: 1h}\n").run("check")
        self.ends(done, 0, "warning")

    def test_no_file(self):
        self.ends(run("check", "-c", "/nowhere/slad.yaml"), 1, "/nowhere/slad.yaml")

    def test_what_is_shipped(self):
        top = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
        examples = os.path.join(top, "conf/examples")
        for path in [os.path.join(top, "conf/slad.yaml")] + [os.path.join(examples, f) for f in os.listdir(examples)]:
            self.ends(run("check", "-c", path), 0)


class Configuration(Case):
    def test_a_bad_one(self):
        slad = self.fresh("agreements: []\n")
        for command in ("serve", "verify", "rebuild"):
            self.ends(slad.run(command), 3, "slad.yaml:1:")
            self.ends(run(command, "-c", "/nowhere/slad.yaml"), 3, "/nowhere/slad.yaml")
        self.assertFalse(os.path.exists(slad.path("slad.db")))

    def test_the_port_is_taken(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            where = f"127.0.0.1:{taken.getsockname()[1]}"
            done = self.fresh({**CONFIG, "listen": where}).run("serve")
        self.assertNotIn(done.returncode, (0, 2, 4), done)
        self.assertIn(where, done.stderr)


class Storage(Case):
    def test_no_place(self):
        slad = self.fresh({**CONFIG, "database": "nowhere/slad.db"})
        for command in ("serve", "verify", "rebuild"):
            self.ends(slad.run(command), 4, "nowhere/slad.db")

    def test_nothing_to_verify(self):
        self.ends(self.fresh().run("verify"), 4, "slad.db")

    def test_what_is_no_database(self):
        slad = self.fresh()
        with open(slad.path("slad.db"), "wb") as out:
            out.write(b"This is a letter to my grandmother.\n" * 1000)
        for command in ("serve", "verify", "rebuild"):
            self.ends(slad.run(command), 4, "slad.db")

    def test_a_newer_one(self):
        slad = self.fresh(start=True)
        slad.stop()
        with contextlib.closing(sqlite3.connect(slad.path("slad.db"))) as database:
            database.execute("PRAGMA user_version = 1000")
        for command in ("serve", "verify", "rebuild"):
            self.ends(slad.run(command), 4, "1000", "newer")

    def test_two_daemons(self):
        slad = self.fresh(start=True)
        self.ends(slad.run("serve"), 4, "slad.db", "in use")
        self.ends(slad.run("rebuild"), 4, "slad.db", "in use")
        other = self.fresh({**CONFIG, "database": slad.path("slad.db")})
        self.ends(other.run("serve"), 4, "in use")
        self.assertEqual(slad.stop(), 0)
        self.assertEqual(slad.start().stop(), 0)

    def test_a_symlink_is_no_way_around_the_lock(self):
        slad = self.fresh(start=True)
        other = self.fresh({**CONFIG, "database": "link.db"})
        os.symlink(slad.path("slad.db"), other.path("link.db"))
        self.ends(other.run("rebuild"), 4, "in use")


class Stop(Case):
    def test_the_file_holds_all_after_a_stop(self):
        """Whoever copies the one file of a daemon that was stopped has everything."""
        slad = self.filled()
        count = slad.get("/readyz")["records"]
        self.assertEqual(slad.stop(), 0)
        copy = slad.path("copy.db")
        shutil.copy(slad.path("slad.db"), copy)
        with contextlib.closing(sqlite3.connect(copy)) as database:
            self.assertEqual(database.execute("SELECT count(*) FROM record").fetchone(), (count,))

    def test_requests_under_way_are_finished_first(self):
        slad, event = self.fresh(start=True), Desk().opened("T1")
        body = json.dumps(event).encode()
        head = (f"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n").encode()
        with socket.create_connection(("127.0.0.1", slad.port), PATIENCE) as half, \
                socket.create_connection(("127.0.0.1", slad.port), PATIENCE) as idle:
            half.sendall(head + body[:20])
            self.assertEqual(slad.ask("GET", "/healthz").status, 200)  # so the half has arrived
            slad.signal(signal.SIGTERM)
            slad.wait_log("stopping")
            self.assertEqual(idle.recv(1), b"")
            half.sendall(body[20:])
            self.assertTrue(half.recv(4096).startswith(b"HTTP/1.1 200 "))
        self.assertEqual(slad.process.wait(PATIENCE), 0)
        self.assertEqual(rows(slad.path("slad.db"), "SELECT count(*) FROM record"), [(1,)])

    def test_sigint_as_sigterm(self):
        slad = self.fresh(start=True)
        slad.signal(signal.SIGINT)
        self.assertEqual(slad.process.wait(PATIENCE), 0)

    def test_whoever_dawdles_does_not_hold_it_up(self):
        slad = self.fresh(start=True)
        with socket.create_connection(("127.0.0.1", slad.port), PATIENCE) as half:
            half.sendall(b"POST /v1/events HTTP/1.1\r\n")
            self.assertEqual(slad.ask("GET", "/healthz").status, 200)
            slad.signal(signal.SIGTERM)
            self.assertEqual(slad.process.wait(PATIENCE), 0)


class Verify(Case):
    TAMPER = {
        "a tally": "UPDATE tally SET tallies = "
                   "(SELECT t.tallies FROM tally t WHERE t.tallies <> tally.tallies LIMIT 1) "
                   "WHERE place = (SELECT min(place) FROM tally)",
        "a ticket's state": "UPDATE entity SET state = 3 WHERE name = 'T4'",
        "a ticket's counts": "UPDATE entity SET counts = x'' WHERE name = 'T4'",
        "a ticket's facts": "UPDATE entity SET facts = (SELECT facts FROM entity WHERE name = 'T5') WHERE name = 'T4'",
        "a ticket more": "INSERT INTO entity (class, source, name, state, facts, counts) "
                         "SELECT class, source, 'T4711', 0, x'', x'' FROM entity WHERE name = 'T4'",
        "a ticket less": "DELETE FROM entity WHERE name = 'T4'",
        "a deadline": "UPDATE entity SET due = 4102444800000 WHERE name = 'T3'",
        "a minute": "DELETE FROM counted WHERE minute = (SELECT min(minute) FROM counted)",
        "an outage": "UPDATE down SET until = until + 60000 WHERE kind = 0",
        "an outage less": "DELETE FROM down",
        "a record": "DELETE FROM record WHERE seq = 7",
        "a record's text": "UPDATE record SET body = replace(text(body), 'mail', 'fax') WHERE seq = 7",
    }

    def stop_whole(self, slad):
        """Stops it and leaves one file, without a write-ahead log, and all tallies posted."""
        slad.stop()
        self.ends(slad.run("rebuild"), 0)
        with contextlib.closing(sqlite3.connect(slad.path("slad.db"))) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def tamper(self, slad, statement):
        with contextlib.closing(sqlite3.connect(slad.path("slad.db"))) as database, database:
            database.create_function("text", 1, logged.text)
            changed = database.execute(statement).rowcount
        self.assertGreaterEqual(changed, 1, statement)

    def test_all_is_well(self):
        slad = self.filled()
        for _ in range(2):  # while it runs, and afterwards
            done = slad.run("verify")
            self.ends(done, 0)
            self.assertIn("slad.db", done.stdout)
            slad.stop()

    def test_it_finds_every_change(self):
        slad = self.filled()
        self.stop_whole(slad)
        with open(slad.path("slad.db"), "rb") as file:
            good = file.read()
        for what, statement in self.TAMPER.items():
            with self.subTest(what):
                self.tamper(slad, statement)
                done = slad.run("verify")
                self.ends(done, 1)
                differences = re.findall(r"(?m)^.+ (?:is stored|follows from the log|was acknowledged), .+$|.+ other values .+",
                                         done.stdout)
                self.assertTrue(differences, done.stdout)
                self.assertRegex(done.stdout, rf"slad\.db: {len(differences)} difference")
                if what != "a record":  # the log is the truth: nothing brings that back
                    self.ends(slad.run("rebuild"), 0)
                    self.ends(slad.run("verify"), 0)
            for name in ("slad.db-wal", "slad.db-shm"):
                if os.path.exists(slad.path(name)):
                    os.unlink(slad.path(name))
            with open(slad.path("slad.db"), "wb") as file:
                file.write(good)

    def test_a_damaged_daybook_is_named_and_rebuilt(self):
        slad = self.filled()
        slad.stop()
        self.tamper(slad, "UPDATE daybook SET lines = substr(lines, 1, 5)")
        why = "the daybook of tallies is damaged; run slad rebuild"
        for command in ("verify", "serve"):
            done = slad.run(command)
            self.ends(done, 4)
            self.assertIn(why, done.stderr)
        self.ends(slad.run("rebuild"), 0)
        self.ends(slad.run("verify"), 0)

    def test_a_record_less_is_found_even_after_a_rebuild(self):
        """Records are numbered without a gap."""
        slad = self.filled()
        self.stop_whole(slad)
        self.tamper(slad, self.TAMPER["a record"])
        self.ends(slad.run("rebuild"), 0)
        self.ends(slad.run("verify"), 1)

    def test_it_changes_nothing(self):
        slad = self.filled()
        self.stop_whole(slad)
        self.tamper(slad, self.TAMPER["a ticket less"])
        with open(slad.path("slad.db"), "rb") as file:
            before = file.read()
        self.ends(slad.run("verify"), 1)
        with open(slad.path("slad.db"), "rb") as file:
            self.assertEqual(file.read(), before)

    def test_another_configuration_is_a_difference(self):
        slad = self.filled()
        slad.write_config({"agreements": [{**AGREEMENTS[0], "targets": []}]})
        done = slad.run("verify")
        self.ends(done, 1)
        self.assertIn("judges otherwise", done.stdout)


    def test_a_damaged_record_is_named(self):
        slad = self.filled()
        self.stop_whole(slad)
        self.tamper(slad, "UPDATE record SET body = substr(body, 1, 20) WHERE seq = 7")
        self.ends(slad.run("verify"), 4, "record 7 of the log: its text is damaged")
        done = slad.run("export")
        self.ends(done, 1, "record 7 of the log: its text is damaged")
        self.assertEqual([len(done.stdout.splitlines()) + 1],
                         [count for count, in rows(slad.path("slad.db"), "SELECT count(*) FROM record")])
        done = slad.run("rebuild")
        self.ends(done, 4, "nothing has changed: record 7 of the log: its text is damaged; it was received at 20",
                  "slad export saves all others")
        slad.start()  # what it has folded stands
        self.assertEqual(slad.post(Desk(prefix="new").opened("T-new")).status, 200)
        shown = [record.get("event") for i in range(50) for record in slad.ticket(f"T{i}")["records"]]
        self.assertEqual(shown.count(None), 1)
        slad.stop()
        self.tamper(slad, "UPDATE meta SET value = 'another' WHERE name = 'packed'")
        self.ends(slad.run("serve"), 4, "nothing has changed: record 7 of the log: its text is damaged")

    def test_a_copy_and_an_export_make_good_a_damaged_record(self):
        """As slad(8) says in FAILURES."""
        slad, desk = self.filled(), Desk(prefix="late")
        self.ends(slad.run("backup", slad.path("copy.db")), 0)
        self.assertEqual(slad.post([desk.opened(f"L{i}", 60, service="mail") for i in range(9)]).status, 200)
        whole = logged.events(slad.path("slad.db"))
        self.stop_whole(slad)
        self.tamper(slad, "UPDATE record SET body = substr(body, 1, 20) WHERE seq = 7")
        rest = slad.run("export")
        self.ends(rest, 1)
        for name in ("slad.db", "slad.db-wal", "slad.db-shm"):
            if os.path.exists(slad.path(name)):
                os.rename(slad.path(name), slad.path("old-" + name))
        shutil.copy(slad.path("copy.db"), slad.path("slad.db"))
        slad.start()
        said = slad.post_all(map(json.loads, rest.stdout.splitlines()))
        self.assertEqual((said["accepted"], said["duplicates"]), (9, len(whole) - 10))
        self.assertEqual(logged.events(slad.path("slad.db")), whole)
        self.ends(slad.run("verify"), 0)


class Export(Case):
    def test_another_slad_takes_it(self):
        slad, other = self.filled(), self.fresh(start=True)
        done = slad.run("export")
        self.ends(done, 0, "exporting: ")
        lines = done.stdout.splitlines()
        self.assertEqual([json.loads(line) for line in lines], logged.events(slad.path("slad.db")))
        self.assertEqual(other.post_all(map(json.loads, lines))["accepted"], len(lines))
        slad.stop()
        other.stop()
        self.assertEqual(other.run("export").stdout, done.stdout)
        self.assertEqual(slad.run("export").stdout, done.stdout)

    def test_nowhere_to_write(self):
        slad = self.filled()
        with open("/dev/full", "wb") as full:
            done = subprocess.run([PROGRAM, "export", "-c", slad.file], stdout=full, stderr=subprocess.PIPE, text=True)
        self.ends(done, 4, "standard output: No space left on device")

    def test_no_database(self):
        self.ends(self.fresh().run("export"), 4, "slad.db")


class Rebuild(Case):
    def answers(self, slad):
        """Everything that scores and tickets say of a span that is over."""
        span = {"from_": "2020-01-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"}
        said = [slad.scores(window=w, cohort=c, by=by) for w in ("7d", "30d") for c in ("opened", "settled")
                for by in ("agreement", "agreement,service,team")]
        said = [[s for s in scores if s["indicator"] != "service_availability"] for scores in said]
        said.append(slad.scores(**span))
        said += [slad.behind(i, c, window="30d") for i in ("timely_response_rate", "resolution_rate")
                 for c in ("good", "bad", "pending", "excluded")]
        said += [{**slad.ticket(f"T{i}"), "as_of": None, "cycles": None} for i in range(5)]
        return json.dumps(said, sort_keys=True)

    def test_the_same_scores(self):
        slad = self.filled()
        before = self.answers(slad)
        self.assertIn('"timely_response_rate"', before)
        slad.stop()
        done = slad.run("rebuild")
        self.ends(done, 0)
        self.ends(slad.run("verify"), 0)
        slad.start()
        self.assertEqual(self.answers(slad), before)

    def test_by_another_configuration(self):
        slad = self.filled()
        slad.stop()
        slad.write_config({"agreements": [{**AGREEMENTS[0], "targets": []}]})
        self.ends(slad.run("rebuild"), 0)
        self.ends(slad.run("verify"), 0)
        slad.start()
        self.assertEqual(slad.scores(indicator="timely_response_rate", window="30d")[0]["a"], 0)

    def test_of_nothing(self):
        slad = self.fresh(start=True)
        slad.stop()
        self.ends(slad.run("rebuild"), 0)
        self.ends(slad.run("verify"), 0)


if __name__ == "__main__":
    main()
