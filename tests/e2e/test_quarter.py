#!/usr/bin/python3
"""The worked example of slad-indicators(7): its agreement and events are those of tests/quarter, each of
its figures follows from them by a reckoning that is not slad's, and slad says the same."""
import json
import os
import re
import sys
import unittest
from datetime import datetime, timedelta

import yaml

TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(TESTS, "support"), os.path.join(TESTS, "quarter")]
import figures  # noqa: E402
import page  # noqa: E402
import reckon  # noqa: E402
import story  # noqa: E402
from slad import Slad, main  # noqa: E402

WINDOW = {"window": "2026-Q2", "agreement": "acme"}
PERIOD = "/v1/periods/2026-Q2"
NAMES = re.compile(r"slad-events 7|/v1/")
with open(os.path.join(TESTS, "quarter/slad.yaml"), encoding="utf-8") as file:
    CONFIG = file.read()


def reckoned(told):
    return reckon.Quarter(yaml.load(CONFIG, yaml.BaseLoader), told, page.formulas())


class ThePage(unittest.TestCase):
    """Without slad."""

    @classmethod
    def setUpClass(cls):
        cls.page = page.Worked()
        told = story.Story()
        cls.figures = (reckoned(told), reckoned(told.with_late()), page.characteristics())

    def test_shows_the_agreement(self):
        self.assertEqual(self.page.blocks[0], CONFIG.splitlines())

    def test_shows_the_events(self):
        self.assertEqual([line for block in self.page.blocks[1:] for line in block], story.read())

    def test_tables_follow_from_the_events(self):
        expected = figures.tables(*self.figures)
        self.assertEqual(list(self.page.tables), list(expected))
        for heading, tables in expected.items():
            with self.subTest(heading):
                self.assertEqual(self.page.tables[heading], tables)
                for head, rows in zip(self.page.heads[heading], tables, strict=True):
                    self.assertEqual({len(row) for row in rows}, {len(head)})

    def test_each_figure_in_a_sentence_follows_too(self):
        text = self.page.prose
        for said in figures.statements(*self.figures):
            with self.subTest(said):
                self.assertEqual(text.count(said), 1, self.page.prose)
            text = text.replace(said, " ")
        self.assertEqual(re.findall(r".{0,60}\d.{0,30}", NAMES.sub(" ", text)), [])

    def test_knows_all_indicators(self):
        self.assertEqual([row[0] for row in self.page.tables["All 32 indicators"][0]], list(page.formulas()))
        self.assertEqual(set(self.figures[0].numbers), set(page.formulas()))


def number(cell):
    return None if cell == "-" else float(cell)


def local(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(story.ZONE)


class Told(unittest.TestCase):
    """What slad answers, against the page alone."""

    @classmethod
    def setUpClass(cls):
        cls.page = page.Worked()
        cls.slad = Slad("listen: 127.0.0.1:0\ndatabase: slad.db\n" + CONFIG)
        cls.addClassCleanup(cls.slad.close)
        cls.events, cls.late = story.told(story.Story())
        answer = cls.slad.post(cls.events)
        assert answer.status == 200, answer

    def table(self, heading, n=0):
        return self.page.tables[heading][n]


class Numbers(Told):
    def short(self, indicator):
        """What keeps a value from 1: of A/B the bad and the pending ones, of 1-A/B those of A."""
        formula = page.formulas()[indicator]
        names = set()
        for counted in ("bad", "pending") if formula == "A/B" else ("bad",):
            for row in self.slad.behind(indicator, counted, **WINDOW):
                names.add(row.get("subject") or row.get("period"))
        return names - {None}

    def test_scores(self):
        rows = {row[0]: row[1:] for row in self.table("All 32 indicators")}
        scores = self.slad.scores(**WINDOW)
        self.assertEqual([s["indicator"] for s in scores], list(rows))
        for score in scores:
            name = score["indicator"]
            with self.subTest(name):
                a, b, value, short = rows[name]
                if short == "stale":
                    self.assertEqual((score["value"], score["reason"]), (None, short))
                    continue
                self.assertEqual((score["a"], score["b"], score["value"]), (number(a), number(b), number(value)))
                if name != "service_availability":
                    self.assertEqual(self.short(name), set(short.split()))

    def test_what_a_score_says_besides(self):
        scores = {s["indicator"]: s for s in self.slad.scores(**WINDOW)}
        resolution = scores["timely_resolution_rate"]
        decided, low, high = (float(re.search(rf"\b{member}(?: is)? (\d\.\d+)", self.page.prose)[1])
                              for member in ("decided", "low", "high"))
        self.assertAlmostEqual(resolution["decided"], decided, places=12)
        self.assertEqual((resolution["low"], resolution["high"]), (low, high))
        self.assertEqual((resolution["pending"], resolution["excluded"]), (1, {"duplicate": 1}))
        self.assertEqual(scores["service_availability"]["late_maintenance"], 1)
        self.assertEqual(scores["staff_professionalism"]["c"], 15)
        self.assertEqual({i: s["met"] for i, s in scores.items() if s["met"] is not None}, {
            row[0]: float(row[3]) <= 0 for row in self.table("Objectives and gaps")})

    def test_gaps(self):
        gaps = self.slad.get("/v1/gaps", all="true", **WINDOW)["gaps"]
        self.assertEqual([[g[m] for m in ("indicator", "objective", "value", "gap", "affords", "needs")] for g in gaps],
                         [[row[0], *map(number, row[1:])] for row in self.table("Objectives and gaps")])

    def test_statistics(self):
        rows = [[number(cell) for cell in row[1:]] for row in self.table("Times, satisfaction, failures")]
        found = self.slad.get("/v1/statistics", **WINDOW)["statistics"][0]
        times, failures = found["times_by_kind"], found["failures"]
        clocks = [times["request"]["response"]["working"], times["incident"]["recovery"]["working"]]
        surveys = [found["satisfaction"][level] for level in ("ticket", "customer")]
        self.assertEqual(rows, [[c["count"], c["mean"]] for c in clocks] + [
            [s["answered"], s["value"]] for s in surveys] + [
            [failures["count"], failures[m]] for m in ("restore", "between")])

    def test_evaluation(self):
        *rows, whole = self.table("The evaluation")
        found = self.slad.get("/v1/evaluation", profile="contract", **WINDOW)
        for row, part in zip(rows, found["characteristics"], strict=True):
            self.assertEqual(row[0], part["characteristic"])
            self.assertEqual([number(row[1]), *map(number, row[6:])], [part["weight"], part["score"], part["coverage"]])
            weight = sum(indicator["weight"] for indicator in part["indicators"])
            self.assertEqual(number(row[2]), weight)
            for indicator in part["indicators"]:
                share = number(row[3]) * indicator["weight"] / number(whole[1])
                self.assertAlmostEqual(indicator["share"], share, places=12)
        self.assertEqual([found["score"], found["coverage"]], [number(cell) for cell in whole[6:]])
        grades = re.search(r"The score reaches (\w).* the grade is (\w)\.", self.page.prose).groups()
        self.assertEqual((found["grading"]["reached"], found["grade"]), grades)


class Clocks(Told):
    def test_steps(self):
        for n, subject in enumerate(("R-1", "R-2")):
            clock = self.slad.ticket(subject)["cycles"][0]["clocks"]["resolution"]
            shown, total = [], timedelta()
            for run in clock["working"]:
                start, end = local(run["from"]), local(run["to"])
                total += end - start
                shown.append([figures.day(start), f"{start:%H:%M}-{end:%H:%M}", figures.lasts(end - start),
                              figures.lasts(total)])
            self.assertEqual(shown, self.table("Two tickets step by step", n))
            self.assertEqual(clock["elapsed"], shown[-1][3])
        self.assertIn(f"{local(clock['breached_at']):%d May %H:%M:%S}.001", self.page.prose)

    def test_all(self):
        for name, *shown in self.table("All clocks"):
            with self.subTest(name):
                subject, _, cycle = name.partition(" ")
                cycles = self.slad.ticket(subject)["cycles"]
                found = cycles[int(cycle.strip("()") or 1) - 1]
                self.assertEqual(len(cycles), 2 if cycle else 1)
                for cell, clock in zip(shown, ("response", "recovery", "resolution")):
                    clock = found["clocks"].get(clock)
                    if cell == "-":
                        self.assertTrue(clock is None or clock["target"] is None)
                    else:
                        self.assertEqual(cell, clock["elapsed"] + (" *" if clock["state"] == "late" else ""))
                first = {True: "yes", None: "pending", False: "no"}[found["first_contact"]]
                self.assertEqual(shown[3].split(",")[0], first if name[0] == "R" and name != "R-7" else "-")

    def test_outages(self):
        taken = {}
        for outage in self.slad.behind("service_availability", "bad", **WINDOW):
            start, end = local(outage["from"]), local(outage["to"])
            row = next(row for row in self.table("Availability") if story.when(*row[0].rsplit(" ", 1)) <= start
                       and end <= story.when(*row[1].rsplit(" ", 1)))
            taken[row[0]] = taken.get(row[0], 0) + outage["counted_seconds"]
        self.assertEqual({row[0]: row[3] for row in self.table("Availability") if row[3] != "0s"},
                         {start: figures.lasts(timedelta(seconds=n)) for start, n in taken.items()})
        excused = self.slad.behind("service_availability", "excluded", **WINDOW)
        self.assertEqual([(m["kind"], m["seconds"]) for m in excused], [("maintenance", 12 * 3600)])


class Closed(Told):
    def close(self):
        answer = self.slad.ask("POST", f"{PERIOD}/close?agreement=acme", json.dumps({"by": "Jane"}),
                               {"Content-Type": "application/json"})
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    def check_moves(self, found):
        rows = self.table("Closed, and what came later")
        whole = [move for move in found["scores_moved"] if move["service"] is None]
        self.assertEqual([[m["indicator"], *(m[side][member] for side in ("before", "after")
                                             for member in ("a", "b", "value"))] for m in whole],
                         [[row[0], *map(number, row[1:7])] for row in rows])
        self.assertEqual([[m["indicator"], m["name"]] for m in found["moved"]], [[row[0], row[7]] for row in rows])

    def test_what_came_later(self):
        self.close()
        score = {"profile": "contract", **WINDOW}
        before = self.slad.get("/v1/evaluation", **score)["score"]
        self.assertEqual(self.slad.post([self.late]).json()["accepted"], 1)
        self.check_moves(self.slad.get(f"{PERIOD}/moves", agreement="acme"))
        after = self.slad.get("/v1/evaluation", **score)
        self.assertGreater(after["score"], before)
        self.assertIn(f"= {after['score']}; the veto still makes it a {after['grade']}.", self.page.prose)
        second = self.close()
        self.assertEqual(second["revision"], 2)
        self.check_moves(second)
        for row in self.table("Closed, and what came later"):
            for revision, cells in ((1, row[1:4]), (2, row[4:7])):
                kept = self.slad.scores(revision=revision, indicator=row[0], **WINDOW)[0]
                self.assertEqual([kept[m] for m in ("a", "b", "value")], [number(cell) for cell in cells])
        self.assertEqual(self.slad.verify()[0], 0)


if __name__ == "__main__":
    main()
