#!/usr/bin/python3
"""The real logs as they lie there, imported by `slad import --mapping`: the same figures as those of
the events that the other tests make of them.

Boston, the complaints, and the incidents of a status page by the shipped mapping `csv` and options
alone; what of a log is no table of tickets, by a small mapping of its own.
"""
import os
import re
import subprocess
import time

import test_boston
import test_cfpb
import test_github
import uci
from reallog import DATA, EVER, HERE, RealLog, Slad, by, good, main, rows, truth
from slad import PROGRAM, TOP

CSV = os.path.join(TOP, "conf/mappings/csv.yaml")


def own(name):
    return os.path.join(HERE, "mappings", name + ".yaml")


def columns(**named):
    return [option for field, column in named.items() for option in ("--column", f"{field}={column}")]


def tables(*entries):
    return [option for entry in entries for option in ("--table", entry)]


class Imported:
    """Mixed in before a test of a log: its file is imported, once for each list of options."""

    file = None
    options = ()
    accepted = None

    @classmethod
    def import_all(cls, slad):
        """The sums of all runs: [accepted, duplicates, rejected]."""
        sums, began = [0, 0, 0], time.monotonic()
        for options in cls.options:
            done = subprocess.run([PROGRAM, "import", "-u", slad.url, *options,
                                   os.path.join(DATA, cls.folder, cls.file)],
                                  capture_output=True, text=True)
            if done.returncode != 0 or re.sub(r"importing: .*\n", "", done.stderr):
                raise AssertionError(done)
            found = re.match(r"accepted (\d+), duplicates (\d+), rejected (\d+)", done.stdout)
            sums = [a + int(b) for a, b in zip(sums, found.groups())]
        took = time.monotonic() - began
        print(f"{cls.folder}: {sum(sums)} events in {took:.1f} s, {sum(sums) / took:.0f}/s")
        return sums

    @classmethod
    def setUpClass(cls):
        if cls.there():
            cls.lines = cls.read()
            cls.slad = Slad(cls.config)
            cls.addClassCleanup(cls.slad.close)
            cls.posted = cls.import_all(cls.slad)

    def test_every_event_is_accepted(self):
        self.assertEqual(self.posted, [self.accepted or len(self.lines), 0, 0])

    def test_posted_again_it_is_all_duplicates_and_changes_no_score(self):
        before = self.everything()
        self.assertEqual(self.import_all(self.slad), [0, self.posted[0], 0])
        self.assert_alike(self.everything(), before)

    test_shuffled_in_other_batches = None  # lines of a file are not shuffled


class Boston(Imported, test_boston.Boston):
    file = "boston311_2015h1.csv.gz"
    options = [["--mapping", CSV, "--source", "urn:boston:311", "--timezone", "America/New_York",
                "--times", "%m/%d/%Y %I:%M:%S %p",
                *columns(ticket="CASE_ENQUIRY_ID", opened="OPEN_DT", resolve_by="TARGET_DT",
                         closed="CLOSED_DT", service="TYPE", priority="Source",
                         team="Department", agreement="TARGET_DT"),
                *tables("agreements.=unpromised", "agreements.*=promised")]]


class Complaints(Imported, test_cfpb.Complaints):
    file = "consumer_complaints.csv.gz"
    options = [["--mapping", CSV, "--source", "urn:cfpb:handled", "--agreement", "handled",
                "--timezone", "UTC", "--times", "%m/%d/%Y",
                *columns(ticket="#", opened="Date received", resolved="Date sent to company",
                         state="Consumer disputed?", effective="Consumer disputed?",
                         service="Product", priority="Submitted via",
                         team="Company response to consumer"),
                *tables("kinds.*=complaint", "states.Yes=done", "states.No=done",
                        "effective.Yes=false", "effective.No=true")],
               ["--mapping", own("cfpb"), "--source", "urn:cfpb:answered", "--timezone", "UTC"]]


class GitHub(Imported, test_github.GitHub):
    file = "incidents.ndjson.gz"
    options = [["--mapping", CSV, "--source", f"urn:github:{name}", "--agreement", name,
                *columns(ticket="id", opened="started_at", resolved="resolved_at",
                         priority="impact"),
                *tables("kinds.*=incident")] for name in test_github.TARGETS]
    options.append(["--mapping", own("github"), "--source", "urn:github:status"])


def configuration(window):
    return {"agreements": [
        {"id": "each", "from": "2016-01-01", "reopen_window": window, "pause_on": ["customer"]},
        {"id": "sla", "from": "2016-01-01"}]}


class Incidents(Imported, RealLog):
    """The UCI log by snapshots, in the order of the file. One row lies out of that order, after
    which a time sort would see one reopening more than the log's own column has."""

    folder = uci.FOLDER
    file = "incident_event_log.csv.gz"
    config = configuration("3650d")
    options = [["--mapping", own("uci"), "--source", "urn:uci", "--timezone", "UTC"]]
    tables = {"priority": ("priority", "priority"), "service": ("category", "category"),
              "team": ("assignment_group", "assignment_group")}

    @classmethod
    def read(cls):
        return []

    def test_every_event_is_accepted(self):
        self.assertEqual(self.posted[1:], [0, 0])

    def test_what_is_stored_follows_from_the_log(self):
        status, words = self.slad.verify()
        self.assertEqual(status, 0, words)

    def test_incidents_and_their_flag_by_priority_category_and_group(self):
        """The one that is cut after its first row is pending; its flag stands at made."""
        for dimension, (name, column) in self.tables.items():
            expected = {"" if row[column] == "?" else row[column]:
                        (int(row["cases"]), int(row["made_sla_true"]))
                        for row in rows(self.folder, f"gt_made_sla_by_{name}.csv")}
            for agreement in ("each", "sla"):
                scores = by(self.scores("on_time_recovery_rate", by=dimension, agreement=agreement,
                                        **EVER), dimension)
                found = {k: (s["b"], s["b"] - s["a"]) for k, s in scores.items()}
                if agreement == "each":
                    self.assertEqual({k: n for k, (n, _) in found.items()},
                                     {k: n for k, (n, _) in expected.items()})
                else:
                    self.assertEqual(found, expected, dimension)

    def test_made_sla_12595_of_20769(self):
        score = self.score("on_time_recovery_rate", agreement="sla", **EVER)
        self.assertEqual((score["b"] - score["a"], score["b"], score["pending"]),
                         (12_595, 20_769, 1))

    def test_by_month_of_opening(self):
        for row in rows(self.folder, "gt_made_sla_by_opened_month.csv"):
            score = self.score("on_time_recovery_rate", agreement="sla", window=row["opened_month"])
            self.assertEqual((score["b"], score["b"] - score["a"]),
                             (int(row["cases"]), int(row["made_sla_true"])), row)

    def test_the_end_of_each(self):
        score = self.score("on_time_recovery_rate", agreement="each", **EVER)
        self.assertEqual(good(score), truth(self.folder)["final_state"]["Closed"])

    def test_reopened(self):
        known = truth(self.folder)["reopen_count_hist"]
        flow = self.statistics(agreement="each", **EVER)[0]["tickets"]["incident"]
        self.assertEqual((flow["opened"], flow["reopened"]), (20_769, 20_769 - known["0"]))

    def begin_with(self, window):
        self.slad.stop()
        self.slad.write_config(configuration(window))
        self.slad.start()

    def test_paused_65403440_minutes(self):
        """Where each reopening begins anew, so that no time counts between it and a resolution."""
        self.addCleanup(self.begin_with, "3650d")
        self.begin_with("0s")
        spans = self.statistics(agreement="each", **EVER)[0]["times"]["resolution"]
        ms = [round(1000 * s["mean"] * s["count"]) for s in (spans["elapsed"], spans["working"])]
        self.assertEqual(ms[0] - ms[1], 65_403_440 * uci.MINUTE)


if __name__ == "__main__":
    main()
