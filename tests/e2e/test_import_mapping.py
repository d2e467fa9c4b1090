#!/usr/bin/python3
"""slad import --mapping: tables of tickets with the shipped mapping `csv`, and what is wrong in them
by file, line and column."""
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from slad import PATIENCE, PROGRAM, TOP, Slad, main  # noqa: E402

CSV = os.path.join(TOP, "conf/mappings/csv.yaml")
CONFIG = {"agreements": [{"id": "acme", "from": "2020-01-01"}, {"id": "beta", "from": "2020-01-01"}]}
HEAD = "Number,Created,Closed,Prio,Title\n"
NAMED = ("--column", "ticket=Number", "--column", "opened=Created", "--column", "resolved=Closed",
         "--column", "priority=Prio", "--timezone", "Asia/Shanghai")


class Case(unittest.TestCase):
    def setUp(self):
        self.slad = Slad(CONFIG)
        self.addCleanup(self.slad.close)

    def file(self, name, content):
        with open(self.slad.path(name), "wb") as out:
            out.write(content.encode() if isinstance(content, str) else content)
        return self.slad.path(name)

    def run_it(self, *arguments, mapping=CSV, agreement="acme", given=b"", url=None):
        options = ["--mapping", mapping, "--source", "desk"]
        options += ["--agreement", agreement] if agreement else []
        done = subprocess.run([PROGRAM, "import", "-u", url or self.slad.url, *options, *arguments],
                              input=given, capture_output=True, timeout=PATIENCE)
        return subprocess.CompletedProcess(arguments, done.returncode, done.stdout.decode(),
                                           done.stderr.decode())

    def printed(self, *arguments, **options):
        """The events that would be sent."""
        done = self.run_it("--print", *arguments, **options)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def sums(self, done):
        found = re.match(r"accepted (\d+), duplicates (\d+), rejected (\d+)", done.stdout)
        return [int(n) for n in found.groups()]

    def ends(self, done, status, *sums):
        self.assertEqual((done.returncode, self.sums(done)), (status, list(sums)), done)


class Tables(Case):
    def test_rows_and_again(self):
        """What a cell has may be anything; and the table may be of any kind."""
        table = self.file("t.csv", HEAD + 'T1,2026-11-02 09:00,2026-11-02T10:30:00,1,"a, ""b""\nc"\n'
                          "T2, 2026-11-03 ,,,\n\n" 'T3,2026-11-02 09:00:30+01:00,2026-11-02 09:00Z,2,ü\n')
        text = open(table, encoding="utf-8").read()
        kinds = [table, self.file("bom.csv", "\ufeff" + text), self.file("t.csv.gz", gzip.compress(text.encode())),
                 self.file("crlf.csv", text.replace("\n", "\r\n").replace('""\r\nc', '""\nc')),
                 self.file("tab", "sep=\t\n" + re.sub(r",(?! \"\")", "\t", text))]
        self.ends(self.run_it(*NAMED, table), 0, 5, 0, 0)
        for kind in kinds:
            self.ends(self.run_it(*NAMED, kind), 0, 0, 5, 0)
        self.ends(self.run_it(*NAMED, "-", given=text.encode()), 0, 0, 5, 0)
        ticket = self.slad.ticket("T1")
        first = ticket["cycles"][0]
        self.assertEqual((first["start"], first["resolved_at"], ticket["priority"]),
                         ("2026-11-02T01:00:00.000Z", "2026-11-02T02:30:00.000Z", "1"))
        self.assertEqual(self.slad.ticket("T2")["cycles"][0]["start"], "2026-11-02T16:00:00.000Z")
        self.assertEqual(self.slad.ticket("T3")["cycles"][0]["start"], "2026-11-02T08:00:30.000Z")
        self.assertEqual(self.slad.verify()[0], 0)

    def test_a_later_table(self):
        """What is new is stored; what is otherwise than it was first said is a conflict."""
        rows = ["T1,2026-11-02 09:00,2026-11-02 10:00,P1,", "T2,2026-11-02 09:00,,P1,"]
        self.ends(self.run_it(*NAMED, self.file("first.csv", HEAD + "\n".join(rows))), 0, 3, 0, 0)
        later = ["T1,2026-11-02 09:00,2026-11-04 10:00,P1,", "T2,2026-11-02 09:00,2026-11-03 09:00,P1,"]
        self.ends(self.run_it(*NAMED, self.file("later.csv", HEAD + "\n".join(later))), 0, 2, 2, 0)
        self.assertEqual(self.slad.ticket("T1")["cycles"][0]["resolved_at"], "2026-11-04T02:00:00.000Z")
        other = self.file("other.csv", HEAD + "T0,2026-11-02 09:00,,,\n" + "\n".join(later).replace("P1", "P2"))
        done = self.run_it(*NAMED, other)
        self.ends(done, 1, 0, 0, 2)
        self.assertRegex(done.stderr, r"(?m)/other\.csv:3: /id: the id 'T1:opened' is known .* with other content")
        self.ends(self.run_it("--skip", *NAMED, other), 1, 1, 2, 2)

    def test_shipped_by_its_name(self):
        for directory in ("bin", "share/slad/mappings"):
            os.makedirs(self.slad.path(directory))
        shutil.copy(PROGRAM, self.slad.path("bin/slad"))
        shutil.copy(CSV, self.slad.path("share/slad/mappings/csv.yaml"))
        table = self.file("t.csv", HEAD + "T1,2026-11-02 09:00,,,\n")
        done = subprocess.run([self.slad.path("bin/slad"), "import", "-u", self.slad.url, "--mapping", "csv", "--source",
                               "desk", "--agreement", "acme", *NAMED, table], capture_output=True, text=True)
        self.ends(done, 0, 1, 0, 0)

    def test_json_of_every_kind(self):
        objects = [{"key": "J-1", "fields": {"prio": {"name": "High"}, "made": 1793581200, "n": 7}},
                   {"key": "J-2", "fields": {"prio": None, "made": 1793581200.5}, "team": "desk"}]
        lines = "\n".join(json.dumps(o) for o in objects)
        options = ("--column", "ticket=key", "--column", "opened=fields.made", "--column",
                   "priority=fields.prio.name", "--times", "s")
        first = self.printed(*options, self.file("lines", lines))
        self.assertEqual([(e["subject"], e["time"], e["data"]) for e in first], [
            ("J-1", "2026-11-02T01:00:00.000Z", {"agreement": "acme", "priority": "High"}),
            ("J-2", "2026-11-02T01:00:00.500Z", {"agreement": "acme", "team": "desk"})])
        for name, text in (("array", json.dumps(objects)), ("pretty", json.dumps(objects, indent=2)),
                           ("crlf", lines.replace("\n", "\r\n")), ("bom", "\ufeff\n" + lines)):
            self.assertEqual(self.printed(*options, self.file(name, text)), first, name)
            self.assertEqual(self.printed(*options, self.file(name, gzip.compress(text.encode()))), first)

    def test_each_column(self):
        """Columns of the fields' own names need no option."""
        times = ["opened", "answered", "paused", "resumed", "recovered", "first_resolved", "reopened",
                 "resolved", "closed", "respond_by", "recover_by", "resolve_by", "started_at"]
        row = {name: f"2026-11-02 {9 + i:02}:00" for i, name in enumerate(times)}
        row.update(ticket="T1", kind="Incident", agreement="beta", service="mail", priority="P1", team="a",
                   agent="b", channel="c", title="d", state="Closed", excluded="Spam", effective="YES",
                   first_contact="n", outage="true", major="0")
        table = self.file("t.csv", ";".join(row) + "\n" + ";".join(row.values()) + "\n")
        events = self.printed("--timezone", "UTC", table, agreement=None)
        self.assertEqual([(e["type"], e["time"][11:13]) for e in events], [
            ("incident.opened", "09"), ("incident.responded", "10"), ("incident.paused", "11"),
            ("incident.resumed", "12"), ("incident.recovered", "13"), ("incident.resolved", "14"),
            ("incident.reopened", "15"), ("incident.resolved", "16"), ("incident.closed", "17"),
            ("incident.excluded", "17")])
        self.assertEqual(events[0]["data"], {
            "agreement": "beta", "service": "mail", "priority": "P1", "team": "a", "agent": "b", "channel": "c",
            "title": "d", "outage": True, "major": False, **{name: f"2026-11-02T{9 + times.index(name):02}:00:00.000Z"
                                                             for name in times[9:]}})
        self.assertEqual(events[7]["data"], {"effective": True, "first_contact": False})
        self.assertEqual(events[9]["data"], {"cause": "spam"})
        self.assertEqual(len({e["id"] for e in events}), 10)
        self.ends(self.run_it("--timezone", "UTC", table, agreement=None), 0, 10, 0, 0)

    def test_tables_and_states(self):
        table = self.file("t.csv", "ticket,opened,resolved,state,agreement,kind\n"
                          "1,02.11.2026,2026/11/02,,Beta Ltd.=1,Bug\n2,02.11.2026,N/A,Weird,,\n"
                          "3,02.11.2026,2026/11/03,fixed,x,\n")
        events = self.printed(
            "--times", "%d.%m.%Y", "--table", "times.resolved=%Y/%m/%d", "--timezone", "Europe/Berlin",
            "--none", "N/A", "--table", "states.weird=open", "--table", "states.fixed=open",
            "--table", "states.fixed=done", "--table", "agreements.Beta Ltd.=1=beta", "--table", "agreements.=acme",
            "--table", "agreements.*=rest", "--table", "kinds.bug=incident", "--table", "kinds.*=complaint",
            table, agreement=None)
        self.assertEqual([(e["type"], e["subject"], e["time"], e["data"].get("agreement")) for e in events], [
            ("incident.opened", "1", "2026-11-01T23:00:00.000Z", "beta"),
            ("complaint.opened", "2", "2026-11-01T23:00:00.000Z", "acme"),
            ("complaint.opened", "3", "2026-11-01T23:00:00.000Z", "rest"),
            ("complaint.resolved", "3", "2026-11-02T23:00:00.000Z", None)])

    def test_rows_without_a_name(self):
        table = self.file("t.csv", "opened,title\n2026-11-02Z,a\n2026-11-02Z,a\n")
        events = self.printed("--column", "ticket=#", "--times", "%F%z", table)
        self.assertEqual([e["subject"] for e in events], ["1", "2"])

    def test_a_copy_with_columns_of_its_own(self):
        with open(CSV, encoding="utf-8") as shipped:
            text = shipped.read().replace('ticket: ""', "ticket: Number", 1).replace('opened: ""', "opened: Created", 1)
        table = self.file("t.csv", HEAD + "T1,2026-11-02 09:00,,,\n")
        copy = self.file("mine.yaml", text)
        events = self.printed("--timezone", "UTC", table, mapping=copy)
        self.assertEqual([(e["id"], e["time"]) for e in events], [("T1:opened", "2026-11-02T09:00:00.000Z")])
        events = self.printed("--timezone", "UTC", "--column", "ticket=Created", table, mapping=copy)
        self.assertEqual(events[0]["subject"], "2026-11-02 09:00")

    def test_a_column_that_means_something_else(self):
        row = {"ticket": "T1", "opened": "2026-11-02", "state": "VA", "team": "-"}
        for text in (",".join(row) + "\n" + ",".join(row.values()), json.dumps(row)):
            events = self.printed("--timezone", "UTC", "--column", "state=", "--column", "resolved=opened",
                                  "--none", "-", self.file("t", text))
            self.assertEqual([(e["type"], e["data"]) for e in events],
                             [("request.opened", {"agreement": "acme"}), ("request.resolved", {})])

    def test_tables_that_any_mapping_has(self):
        mapping = self.file("m.yaml", """
name: m
tables: {columns: {n: "#", at: "", a: ""}}
events: [{type: opened, subject: field('n'), time: field_ts('at'), data: {agent: field('a')}}]
""")
        events = self.printed("--none", "-", "--times", "s", self.file("t", "at,a\n0,-\n1,x\n"), mapping=mapping)
        self.assertEqual([e["data"] for e in events], [{}, {"agent": "x"}])

    def test_snapshots(self):
        """A mapping that compares: in the order of the file, and the same once more."""
        mapping = self.file("snap.yaml", """
name: snap
tables: {columns: {n: n, at: at, s: s}}
snapshot: {subject: field('n'), version: field_ts('at'), state: {s: field('s')}}
subject: field('n')
time: field_ts('at')
events:
  - {when: state IS NULL, type: opened, id: "field('n')", data: {agreement: "'acme'"}}
  - {when: "state IS NOT NULL", type: "= iif(field('s') = 'done', 'resolved', 'reopened')",
     id: "field('n') || field('at')"}
""")
        table = self.file("t.csv", "n,at,s\n1,2026-11-02T09:00Z,new\n2,2026-11-02T09:00Z,new\n"
                          "1,2026-11-02T10:00Z,done\n1,2026-11-02T10:00Z,done\n1,2026-11-02T11:00Z,new\n"
                          "1,2026-11-02T10:30Z,done\n")
        for sums in ((4, 0, 0), (0, 4, 0)):
            self.ends(self.run_it(table, mapping=mapping, agreement=None), 0, *sums)
        self.assertEqual(self.slad.ticket("1")["state"], "open")

    def test_the_one_of_the_manual(self):
        with open(os.path.join(TOP, "man/slad-hooks.7"), encoding="utf-8") as page:
            text = re.search(r"^name: history\n.*?(?=^\.Ed)", page.read(), re.M | re.S)[0]
        table = self.file("t.csv", "Number,Created,Changed,State\n1,2026-11-02Z,2026-11-02Z,New\n"
                          "1,2026-11-02Z,2026-11-03Z,Done\n1,2026-11-02Z,2026-11-04Z,Done\n".replace("Z", "T09:00Z"))
        events = self.printed(table, mapping=self.file("history.yaml", text), agreement=None)
        self.assertEqual([(e["type"], e["time"][:10]) for e in events],
                         [("request.opened", "2026-11-02"), ("request.resolved", "2026-11-03")])

    def test_many(self):
        """More than a batch, with rows that give two events each, and a kill in between."""
        text = HEAD + "".join(f"T{i},2026-11-02 09:00,2026-11-02 10:00,,{'x' * (i % 200)}\n" for i in range(9000))
        child = subprocess.Popen([PROGRAM, "import", "-u", self.slad.url, "--mapping", CSV, "--source", "desk",
                                  "--agreement", "acme", *NAMED, "-"], stdin=subprocess.PIPE,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        child.stdin.write(text[:len(text) // 2].encode())
        child.kill()
        child.wait()
        child.stdin.close()
        done = self.run_it(*NAMED, self.file("t.csv", text))
        self.assertEqual(done.returncode, 0, done)
        accepted, duplicates, rejected = self.sums(done)
        self.assertEqual((accepted + duplicates, rejected), (18000, 0))
        self.assertEqual(self.slad.verify()[0], 0)


class Wrong(Case):
    def refused(self, text, line, why, *arguments, **options):
        """Wrong at a line: nothing is sent. The same with --skip."""
        table = self.file("t.csv", text)
        done = self.run_it(*arguments, table, **options)
        self.assertRegex(done.stderr, rf"(?m)^\S+/t\.csv:{line}: .*{why}")
        self.assertEqual(self.sums(done)[:2], [0, 0], done)
        return self.run_it("--skip", *arguments, table, **options)

    def test_rows(self):
        good = "T1,2026-11-02 09:00,,,\n"
        for row, why in (
                ("T2,noon,,,\n", "column 'Created': 'noon' is no time of the shape iso, such as .*; see --times"),
                ("T2,2026-11-02 09:00,2026-02-30,,\n", "column 'Closed': '2026-02-30' is no time"),
                ("T2,2026-11-02 09:00,\n", "it has 3 columns, and the first row names 5"),
                ('T2,"2026-11-02" 09:00,,,\n', "column 2: its quotes end before the cell does"),
                ("T2,2026-11-02 09:00,,\0,\n", "column 4: it holds a NUL")):
            with self.subTest(row):
                done = self.refused(HEAD + good + row + good.replace("T1", "T3"), 3, why, *NAMED)
                self.assertEqual((done.returncode, self.sums(done)[2]), (1, 1), done)
                self.assertEqual(sum(self.sums(done)[:2]), 2)

    def test_what_the_daemon_refuses(self):
        text = HEAD + 'T1,2026-11-02 09:00,,,"a\nb"\n,2026-11-02 09:00,,,\n'
        done = self.refused(text, 4, "/(id|subject): ", *NAMED)
        self.ends(done, 1, 1, 0, 1)

    def test_encodings(self):
        table = self.file("t.csv", HEAD.encode() + b"T1,2026-11-02 09:00,,,caf\xe9\n")
        done = self.run_it(*NAMED, table)
        self.assertIn("t.csv:2: column 5 'Title' is not UTF-8; iconv(1)", done.stderr)
        done = self.run_it(*NAMED, self.file("t.csv", HEAD.encode("utf-16")))
        self.assertIn("t.csv:1: it is UTF-16", done.stderr)
        self.assertEqual(done.returncode, 4)

    def test_columns(self):
        text = HEAD + "T1,2026-11-02 09:00,,,\n"
        for options, why in (
                (("--column", "team=Team"), r"t\.csv:1: there is no column 'Team' \(the field team\); there are 'Number', "),
                (("--column", "ticket=Number"), r"t\.csv:1: which column is the field opened\? Say --column opened=COLUMN"),
                (("--column", "tickt=Number"), r"has no field 'tickt'; it has: ticket, kind, "),
                (("--table", "prio.a=b"), r"has no table 'prio'; it has: columns, "),
                (("--timezone", "Mars/Base"), r"Mars/Base")):
            with self.subTest(options):
                done = self.run_it(*(NAMED if "Team" in str(options) else ()), *options, self.file("t.csv", text))
                self.assertEqual(done.returncode, 3, done)
                self.assertRegex(done.stderr, why)
        done = self.run_it(*NAMED, self.file("t.csv", text), agreement=None)
        self.assertRegex(done.stderr, "which column is the field agreement.* or --agreement ID")
        done = self.run_it(*NAMED, self.file("t.csv", text.replace("Prio", "Number")))
        self.assertIn("two columns are named 'Number'", done.stderr)
        done = self.run_it("--column", "ticket=key", "--column", "opened=at", "--column", "team=nowhere",
                           self.file("t", '{"key":1,"at":"2026-11-02T09:00Z"}'))
        self.assertEqual(done.returncode, 3)
        self.assertIn("t:1: no row has a member 'nowhere' (the field team)", done.stderr)

    def test_zones_states_and_mappings(self):
        text = "ticket,opened,state\nT1,2026-11-02 09:00,odd\n"
        self.refused(text, 2, "is a local time, and no time zone is known; say --timezone")
        self.refused(text + "T2,2026-11-02 09:00,\n", 2, "column 'state': the table 'states' does not say what 'odd' "
                     "means; say --table", "--timezone", "UTC", "--column", "resolved=opened")
        done = self.run_it(self.file("t.csv", text), mapping="nosuch")
        self.assertEqual(done.returncode, 3)
        self.assertIn("there is no mapping 'nosuch'", done.stderr)
        broken = self.file("broken.yaml", "name: x\nevents:\n  - {type: opened, subject: feld('a')}\n")
        done = self.run_it(self.file("t.csv", text), mapping=broken)
        self.assertEqual(done.returncode, 3)
        self.assertRegex(done.stderr, r"broken\.yaml:3:\d+: no such function: feld")

    def test_broken_files(self):
        for name, text, line, why in (
                ("quote", HEAD + 'T1,2026-11-02 09:00,,,\nT2,"2026-11-02 09:00,,,\nT3,2026-11-02 09:00,,,\n', 3,
                 "the quote that opens in line 3 is never closed"),
                ("cut", '[{"ticket":"T2","opened":"2026-11-02T09:00Z"},\n{"ticket":', 2, "does not end"),
                ("comma", '[{"ticket":"T3","opened":"2026-11-02T09:00Z"}\n{"ticket":1}]', 2, "a comma too many or too few")):
            done = self.run_it(*(NAMED if name == "quote" else ()), self.file(name, text))
            self.assertEqual(done.returncode, 4, done)
            self.assertRegex(done.stderr, rf"/{name}:{line}: .*{why}")
            self.assertEqual(sum(self.sums(done)[:2]), 1, done)
        for text, why in (("[1]", "it is no object"), ('{"a":1,"a":2}', "it is no JSON: column 10: duplicate object key"),
                          ('{"a":\n01}', "t:2: it is no JSON")):
            done = self.run_it(self.file("t", text))
            self.assertEqual(done.returncode, 1, done)
            self.assertIn(why, done.stderr)

    def test_usage(self):
        for arguments in (["--mapping", "csv", "t.csv"], ["--source", "x", "t.csv"], ["--print", "t.csv"],
                          ["--mapping", "csv", "--source", "x", "--column", "ticket", "t.csv"],
                          ["--mapping", "csv", "--source", "x", "--table", "a=b", "t.csv"],
                          ["--mapping", "csv", "--source", "x"]):
            done = subprocess.run([PROGRAM, "import", *arguments], capture_output=True, text=True)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertIn("--column FIELD=COLUMN", done.stderr)


if __name__ == "__main__":
    main()
