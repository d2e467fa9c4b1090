#!/usr/bin/python3
"""Statistics of the oracle against small cases computed by hand."""

import os
import sys
import unittest
from fractions import Fraction

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import figures
from cases import Case, at
from compare_answers import compare_statistics_csv, flattened


class Figures(Case):

    def figures(self, now="11-30 12:00", **arguments):
        """The only element of the statistics, over November unless told otherwise."""
        found = self.groups(now, **arguments)
        self.assertEqual(len(found), 1)
        return found[0]

    def groups(self, now="11-30 12:00", **arguments):
        """All elements."""
        return self.oracle.statistics(at(now), **dict({"window": "2026-11"}, **arguments)
                                      )["statistics"]

    def flow(self, kind="request", **arguments):
        """(opened, resolved, before, after, reopened) of a kind."""
        found = self.figures(**arguments)["tickets"][kind]
        return tuple(found[name] for name in ("opened", "resolved", "backlog_before",
                                              "backlog_after", "reopened"))


class Flows(Figures):

    def test_backlog(self):
        """One from October still open, one resolved in November, one resolved before it."""
        self.open("10-20 10:00", subject="A")
        self.open("10-20 10:00", subject="B")
        self.tell("request.resolved", "11-02 10:00", "B")
        self.open("10-20 10:00", subject="C")
        self.tell("request.resolved", "10-31 23:59:59.999", "C")
        self.open("11-01 00:00", subject="D")
        self.open("11-20 10:00", subject="E")
        self.tell("request.resolved", "11-20 11:00", "E")
        self.open("11-20 10:00", "incident", "F")
        self.assertEqual(self.flow(), (2, 2, 2, 2, 0))
        self.assertEqual(self.flow("incident"), (1, 0, 0, 1, 0))
        self.assertEqual(self.flow("all"), (3, 2, 2, 3, 0))
        self.assertEqual(self.flow(window="2026-10"), (3, 1, 0, 2, 0))

    def test_the_last_resolution_counts(self):
        """Resolved in October, reopened and resolved in November: it was open between."""
        self.open("10-30 10:00")
        self.tell("request.resolved", "10-31 10:00")
        self.tell("request.reopened", "11-02 10:00")
        self.assertEqual(self.flow(), (0, 0, 1, 1, 0))
        self.tell("request.resolved", "11-03 10:00")
        self.assertEqual(self.flow(), (0, 1, 1, 0, 0))
        self.assertEqual(self.flow(window="2026-10"), (1, 0, 0, 1, 1))

    def test_reopened_within_and_by_the_next_cycle(self):
        """beta continues for an hour: the second reopening opens a ticket of its own."""
        for subject, again in (("A", "11-20 10:30"), ("B", "11-20 11:30")):
            self.open("11-20 09:00", subject=subject, agreement="beta")
            self.tell("request.resolved", "11-20 10:00", subject)
            self.tell("request.reopened", again, subject)
        self.assertEqual(self.flow(), (3, 1, 0, 2, 2))
        self.assertEqual(self.figures()["tickets"]["request"]["reopened_share"],
                         Fraction(2, 3))

    def test_excluded_leave_everything_else(self):
        """Cancelled after its breach: late in the score, excluded here; beta has no
        version before 16 November in New York."""
        self.open("11-19 10:00", subject="A")
        self.tell("request.excluded", "11-20 10:00", "A", cause="cancelled")
        self.open("11-19 10:00", subject="B")
        self.tell("request.excluded", "11-19 10:01", "B", cause="spam")
        self.open("11-10 10:00", subject="C", agreement="beta")
        self.open("11-19 10:00", subject="D")
        self.assertEqual(self.score("timely_response_rate")["b"], 2)
        found = self.figures()["tickets"]["all"]
        self.assertEqual(found["excluded"], {"cancelled": 1, "spam": 1, "no_agreement": 1})
        self.assertEqual((found["opened"], found["excluded_share"]), (1, Fraction(3, 4)))
        self.assertEqual(self.figures()["times"]["response"]["working"]["count"], 0)
        self.assertIsNone(self.figures(window="2026-10")["tickets"]["all"]["excluded_share"])


class Times(Figures):

    def test_working_and_elapsed(self):
        """Friday 17:30 to Monday 09:15: 45 minutes of the office, 63 h 45 min in all; a
        pause stops the resolution's clock alone."""
        self.open("11-20 17:30")
        self.tell("request.paused", "11-20 17:40", cause="customer")
        self.tell("request.responded", "11-23 09:15")
        self.tell("request.resumed", "11-23 09:30", cause="customer")
        self.tell("request.resolved", "11-23 10:00")
        found = self.figures()["times"]
        self.assertEqual(found["response"]["working"]["p50"], 45 * 60)
        self.assertEqual(found["response"]["elapsed"]["p99"], 63.75 * 3600)
        self.assertEqual(found["resolution"]["working"]["mean"], 40 * 60)
        self.assertEqual(found["resolution"]["elapsed"]["mean"], 64.5 * 3600)
        self.assertEqual(found["recovery"]["working"],
                         {"count": 0, "mean": None, "p50": None, "p90": None, "p95": None,
                          "p99": None})

    def test_cohorts(self):
        self.open("10-30 10:00")
        self.tell("request.responded", "11-02 10:00")
        self.open("11-30 10:00", subject="B")
        for cohort, window, count in (("opened", "2026-11", 0), ("settled", "2026-11", 1),
                                      ("opened", "2026-10", 1), ("settled", "2026-10", 0)):
            found = self.figures(cohort=cohort, window=window)["times"]
            self.assertEqual(found["response"]["working"]["count"], count, (cohort, window))
            self.assertEqual(found["resolution"]["working"]["count"], 0)

    def test_by_kind(self):
        """An incident is recovered after an hour; a resolution is a first answer too."""
        self.open("11-20 09:00", "incident")
        self.tell("incident.recovered", "11-20 10:00")
        self.tell("incident.resolved", "11-20 11:00")
        self.open("11-20 09:00", "complaint", "B")
        self.tell("complaint.resolved", "11-20 09:00:00.127", "B")
        found = self.figures()
        self.assertEqual(found["times_by_kind"]["incident"]["recovery"]["working"]["p50"], 3600)
        self.assertEqual(found["times_by_kind"]["complaint"]["response"]["working"]["p50"],
                         Fraction(127, 1000))
        self.assertEqual(found["times"]["response"]["elapsed"]["count"], 2)
        self.assertEqual(found["times"]["response"]["elapsed"]["p50"], Fraction(127, 1000))
        self.assertEqual(found["times"]["response"]["elapsed"]["p90"], 7200)
        self.assertNotIn("recovery", found["times_by_kind"]["request"])

    def test_a_clock_without_a_target_runs(self):
        """beta promises requests nothing; its office opens at 9:00 in Shanghai."""
        self.open("11-20 08:00", agreement="beta")
        self.tell("request.responded", "11-20 09:10")
        found = self.figures()["times"]["response"]
        self.assertEqual((found["working"]["p50"], found["elapsed"]["p50"]), (600, 4200))

    def test_nearest_rank(self):
        values = list(range(1000, 11000, 1000))
        found = figures.spread(values)
        self.assertEqual([found[n] for n in ("count", "mean", "p50", "p90", "p95", "p99")],
                         [10, 5.5, 5, 9, 10, 10])
        self.assertEqual(figures.nearest_rank([7, 3], 50), 3)

    def test_within_one_percent(self):
        self.assertTrue(figures.within(Fraction(127, 1000), 0.127))
        self.assertFalse(figures.within(Fraction(127, 1000), 0.1275))
        self.assertTrue(figures.within(Fraction(1000), 1009.9))
        self.assertFalse(figures.within(Fraction(1000), 1010.1))
        self.assertFalse(figures.within(None, 0))


class Satisfaction(Figures):

    def answers(self, **arguments):
        """{level: (answered, value)}."""
        found = self.figures(**arguments)["satisfaction"]
        return {level: (part["answered"], part["value"]) for level, part in found.items()}

    def test_levels_and_scopes(self):
        """Without a level it is about a ticket: 4/5 and 9/10 make 0.85."""
        self.note("survey.answered", "11-20 10:00", score=4, scale=5)
        self.note("survey.answered", "11-20 10:00", score=9, scale=10, level="ticket",
                  service="mail")
        self.note("survey.answered", "11-20 10:00", score=1, scale=3, level="customer")
        self.note("survey.answered", "12-01 00:00", score=0, scale=5)
        self.assertEqual(self.answers(), {
            "ticket": (2, Fraction(85, 100)), "project": (0, None),
            "customer": (1, Fraction(333333333, 10 ** 9))})
        self.assertEqual(self.answers(service=["mail"])["ticket"], (1, Fraction(9, 10)))
        self.assertEqual(self.answers(cohort="settled"), self.answers())
        for arguments in ({"priority": ["P1"]}, {"team": ["one"]}):
            found = self.figures(**arguments)["satisfaction"]["ticket"]
            self.assertEqual(found, {"answered": 0, "value": None, "reason": "not_in_scope"})

    def test_rounded_half_up(self):
        for score, scale, parts in ((1, 3, 333333333), (2, 3, 666666667), (0.001, 10 ** 6, 1),
                                    (0.001, 4 * 10 ** 5, 3)):
            name = self.note("survey.answered", "11-20 10:00", score=score, scale=scale)
            self.assertEqual(self.answers()["ticket"], (1, Fraction(parts, 10 ** 9)))
            self.retract(name)


class Failures(Figures):

    def outage(self, begin, end, subject="O1", service="mail"):
        """An outage of acme's mail, agreed around the clock."""
        for name, when in (("started", begin), ("ended", end)):
            self.tell("outage." + name, when, subject, agreement="acme", service=service)

    def test_united_and_cut_in_two_by_maintenance(self):
        """10:00-12:00 and 11:00-13:00 are one; with an hour's maintenance in it, still."""
        window = {"from_": "2026-11-20T00:00:00+08:00", "to": "2026-11-21T00:00:00+08:00"}
        self.outage("11-20 10:00", "11-20 12:00")
        self.outage("11-20 11:00", "11-20 13:00", "O2")
        self.outage("11-20 20:00", "11-20 21:00", "O3")
        found = self.figures(**window)["failures"]
        self.assertEqual(found, {"count": 2, "between": 10 * 3600, "restore": 2 * 3600})
        self.tell("maintenance.planned", "11-19 10:00", "M", agreement="acme",
                  service="mail", **{"from": "2026-11-20T11:00:00+08:00",
                                     "to": "2026-11-20T12:00:00+08:00"})
        found = self.figures(**window)["failures"]
        self.assertEqual(found, {"count": 2, "between": 10 * 3600, "restore": 1.5 * 3600})
        score = self.score("service_availability", **window)
        self.assertEqual(Fraction(score["a"], score["b"]),
                         found["restore"] / (found["between"] + found["restore"]))

    def test_outside_the_agreed_hours_there_is_none(self):
        """erp is listed nowhere: the office's hours hold, from 9:00 on."""
        self.outage("11-20 06:00", "11-20 08:00", service="erp")
        found = self.figures(service=["erp"])["failures"]
        self.assertEqual(found, {"count": 0, "between": None, "restore": None})
        self.outage("11-20 06:00", "11-20 09:10", "O2", service="erp")
        found = self.figures(service=["erp"], now="11-20 12:00")["failures"]
        self.assertEqual((found["count"], found["restore"]), (1, 600))
        self.assertEqual(self.figures(team=["one"])["failures"]["reason"], "not_in_scope")


class Groups(Figures):

    def test_only_those_with_something_to_say(self):
        self.open("11-20 09:00", service="vpn", priority="P1")
        self.open("11-20 09:00", subject="B")
        self.note("survey.answered", "11-20 10:00", score=4, scale=5, service="erp")
        self.open("09-20 09:00", subject="C", service="old")
        self.tell("request.resolved", "09-21 09:00", "C")
        self.assertEqual([f["scope"] for f in self.groups(by=["service"])],
                         [{"service": name} for name in ("", "erp", "vpn")])
        self.assertEqual([f["scope"]["priority"] for f in self.groups(by=["priority"])],
                         ["", "P1"])
        self.assertEqual(self.groups(by=["service"], window="2026-08"), [])
        self.assertEqual(len(self.groups(window="2026-08")), 1)


class Lines(Figures):

    def test_csv(self):
        """As many lines as numbers, each the same; the percentiles as near as promised."""
        self.open("11-20 09:00", service="vpn")
        self.tell("request.responded", "11-20 09:10")
        want = {"statistics": self.groups(service=["vpn"], priority=["P9"])}
        numbers = flattened(want["statistics"][0])
        self.assertEqual(numbers["", "failures", "reason"], "not_in_scope")
        self.assertEqual(numbers["all", "tickets", "opened"], 0)
        want = {"statistics": self.groups(by=["service"])}
        key = "all", "times.response.working", "p95"
        numbers = flattened(want["statistics"][0])
        self.assertEqual(numbers[key], 600)
        for changes, same in (({}, True), ({key: 605}, True), ({key: 607}, False),
                              ({key: None}, False), (("all", "tickets", "opened"), False)):
            lines = dict(numbers)
            if isinstance(changes, dict):
                lines.update(changes)
            else:
                lines.pop(changes)
            text = "agreement,service,priority,team,kind,statistic,measure,value\r\n"
            for row, number in lines.items():
                shown = "" if number is None else number
                text += ",vpn,,,%s,%s\r\n" % (",".join(row), float(shown) if shown != "" else "")
            self.assertEqual(compare_statistics_csv(want, text) == [], same, changes)


if __name__ == "__main__":
    unittest.main(verbosity=1)
