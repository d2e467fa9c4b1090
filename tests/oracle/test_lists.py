#!/usr/bin/python3
"""What stands behind scores, and what a ticket says of itself, worked out by hand."""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import catalogue
from cases import Case, at
from compare_lists import Closure, compare_counts, compare_list, compare_working


class Lists(Case):

    def behind(self, indicator, counted=None, now="11-30 12:00", **arguments):
        """What is behind a score of November, sorted."""
        found = self.oracle.behind(indicator, at(now), counted,
                                   **dict({"window": "2026-11"}, **arguments))
        return sorted(found, key=repr)

    def outage(self, subject, begin, end, service="mail"):
        """An outage of acme's."""
        for name, when in (("started", begin), ("ended", end)):
            if when:
                self.tell("outage." + name, when, subject, agreement="acme", service=service)

    def test_events(self):
        names = [self.note("call.answered", "11-20 10:00", count=7, service="mail"),
                 self.note("call.abandoned", "11-20 10:00")]
        self.note("call.abandoned", "12-01 00:00")
        self.assertEqual(self.behind("contact_connection_rate"), [("s", names[1], 1)])
        self.assertEqual(self.behind("contact_connection_rate", "good"), [("s", names[0], 7)])
        self.assertEqual(self.behind("contact_connection_rate", service=["mail"]), [])
        self.assertEqual(self.behind("contact_connection_rate", "good", team=["one"]), [])

    def test_outages_and_maintenance(self):
        """Two hours of which one is maintenance; the office of erp opens at 9:00."""
        self.outage("O1", "11-20 10:00", "11-20 12:00")
        self.outage("O2", "11-20 08:30", "11-20 09:30", "erp")
        self.outage("O3", "11-20 07:00", "11-20 08:00", "erp")
        self.outage("O4", "11-30 11:00", None)
        for subject, when in (("M", "11-19 10:00"), ("N", "11-20 11:30")):
            self.tell("maintenance.planned", when, subject, agreement="acme", service="mail",
                      **{"from": "2026-11-20T11:%s:00+08:00" % ("00" if subject == "M" else "30"),
                         "to": "2026-11-20T12:00:00+08:00"})
        self.assertEqual(self.behind("service_availability"), [
            ("outage", "s", "O1", "acme", "mail", at("11-20 10:00"), at("11-20 12:00"),
             ((at("11-20 10:00"), at("11-20 11:00")),)),
            ("outage", "s", "O2", "acme", "erp", at("11-20 08:30"), at("11-20 09:30"),
             ((at("11-20 09:00"), at("11-20 09:30")),)),
            ("outage", "s", "O4", "acme", "mail", at("11-30 11:00"), None,
             ((at("11-30 11:00"), at("11-30 12:00")),))])
        self.assertEqual(self.behind("service_availability", "excluded"), [
            ("maintenance", "s", None, "acme", "mail", at("11-20 11:00"), at("11-20 12:00"),
             ((at("11-20 11:00"), at("11-20 12:00")),))])
        self.assertEqual(self.behind("service_availability", service=["vpn"]), [])

    def test_reports(self):
        """Of the weeks one that was sent in time and one late; a month not due before 5 days."""
        for week, when in (("2026-W45", "11-09 10:00"), ("2026-W46", "11-20 10:00")):
            self.note("report.submitted", when, report="weekly", period=week)
        window = {"window": "2026-11", "now": "11-22 12:00"}
        due = [("acme", "weekly", "2026-W%d" % week, at(when)) for week, when in (
            (44, "11-03 00:00"), (45, "11-10 00:00"), (46, "11-17 00:00"), (47, "11-24 00:00"))]
        month = ("acme", "monthly", "2026-10", at("11-06 00:00"))
        self.assertEqual(self.behind("report_on_time_rate", "good", **window), [due[1]])
        self.assertEqual(self.behind("report_on_time_rate", **window), [month, due[0], due[2]])
        self.assertEqual(self.behind("report_submission_rate", "good", **window), due[1:3])
        self.assertEqual(self.behind("report_submission_rate", "pending", **window), [due[3]])
        self.assertEqual(self.behind("report_submission_rate", "pending", cohort="settled",
                                     **window), [])

    def test_measurements(self):
        """The month replaces the week in it; the week across its end is outside."""
        names = {}
        for period, when in (("2026-W47", "11-20 10:00"), ("2026-11", "11-20 10:00"),
                             ("2026-11", "11-20 11:00"), ("2026-W49", "11-20 10:00"),
                             ("2026-10", "11-20 10:00"), ("2026-Q4", "11-20 10:00")):
            names[period, when[6:8]] = self.note(
                "measurement.recorded", when, indicator="staff_stability", period=period,
                a=1, b=10)
        self.assertEqual(self.behind("staff_stability"), [(None, "s", names["2026-11", "11"])])
        self.assertEqual(self.behind("staff_stability", "excluded"), sorted([
            ("superseded", "s", names["2026-11", "10"]),
            ("overlapped", "s", names["2026-W47", "10"]),
            ("outside", "s", names["2026-W49", "10"]),
            ("outside", "s", names["2026-Q4", "10"])], key=repr))
        self.assertEqual(self.behind("staff_stability", "bad"), [])
        self.assertEqual(self.behind("staff_professionalism"), [])

    def test_assessments(self):
        names = [self.note("assessment.recorded", when, indicator="compliance", level=level,
                           **more)
                 for when, level, more in (
                     ("11-10 10:00", 3, {}), ("11-20 10:00", 4, {}), ("12-02 10:00", 5, {}),
                     ("11-21 10:00", 2, {"agreement": "beta",
                                         "valid_until": "2026-11-25T00:00:00Z"}))]
        self.assertEqual(self.behind("compliance"), [(None, "s", names[1])])
        self.assertEqual(self.behind("compliance", "excluded"), sorted([
            ("superseded", "s", names[0]), ("stale", "s", names[3])], key=repr))
        self.assertEqual(self.behind("compliance", now="11-24 00:00"), [
            (None, "s", names[1]), (None, "s", names[3])])
        for now, count in (("11-25 07:59:59.999", 2), ("11-25 08:00", 1)):
            self.assertEqual(len(self.behind("compliance", now=now)), count)


class OfATicket(Case):

    def counts(self, subject="T1", cycle=0, now="11-30 12:00"):
        """{indicator: counted} of a cycle, of those in which it counts."""
        found = self.oracle.ticket("s", subject, at(now))["cycles"][cycle]["scores"]
        self.assertEqual(list(found), list(catalogue.INDICATORS))
        return {name: counted[0] for name, counted in found.items() if counted}

    def test_a_request(self):
        self.open("11-20 10:00")
        self.tell("request.responded", "11-20 10:10")
        self.assertEqual(self.counts(), {
            "timely_response_rate": "good", "timely_resolution_rate": "bad",
            "first_contact_resolution_rate": "pending", "resolution_rate": "pending"})
        self.tell("request.excluded", "11-20 10:11", cause="spam")
        self.assertEqual(set(self.counts().values()), {"excluded"})

    def test_an_incident(self):
        """Down in the night is no harm to erp, whose office is closed; in the day it is."""
        self.open("11-20 19:00", "incident", outage=True, service="erp")
        self.tell("incident.recovered", "11-20 20:00")
        self.assertEqual(self.counts(), {"on_time_recovery_rate": "good",
                                         "incident_control_rate": "bad"})
        self.open("11-20 17:00", "incident", "T2", outage=True, service="erp", major=True)
        self.tell("incident.recovered", "11-20 20:00", "T2")
        self.assertEqual(self.counts("T2"), {
            "on_time_recovery_rate": "good", "major_incident_free": "bad",
            "service_availability": "bad"})

    def test_an_incident_in_maintenance(self):
        """Announced in time and all around it: no harm; a minute too short: some."""
        for subject, end in (("T1", "20:00"), ("T2", "19:59")):
            self.open("11-20 19:00", "incident", subject, outage=True, service="mail")
            self.tell("incident.recovered", "11-20 20:00", subject)
            plan = {"agreement": "acme", "service": "mail",
                    "from": "2026-11-20T19:00:00+08:00", "to": "2026-11-20T%s:00+08:00" % end}
            self.tell("maintenance.planned", "11-19 10:00", "M", **plan)
            self.assertEqual("service_availability" in self.counts(subject), subject == "T2")
            self.tell("maintenance.cancelled", "11-19 11:00", "M", **plan)

    def test_working(self):
        """Friday 17:30 to Monday 9:30, less a pause from 9:10 to 9:20."""
        self.open("11-20 17:30")
        for verb, when in (("paused", "11-23 09:10"), ("resumed", "11-23 09:20"),
                           ("resolved", "11-23 09:30")):
            self.tell("request." + verb, when, **({} if verb == "resolved" else
                                                  {"cause": "customer"}))
        first = [(at("11-20 17:30"), at("11-20 18:00"))]
        self.assertEqual(self.clock("resolution", "11-30 12:00")["working"], first + [
            (at("11-23 09:00"), at("11-23 09:10")), (at("11-23 09:20"), at("11-23 09:30"))])
        self.assertEqual(self.clock("response", "11-30 12:00")["working"], first + [
            (at("11-23 09:00"), at("11-23 09:30"))])


class AddingUp(unittest.TestCase):

    def follow(self, score, **lists):
        """What a closure says of a score and its four lists."""
        closure, found = Closure(), []
        closure.follow("/v1/scores", {}, {"status": 200, "body": {"scores": [score]}})
        for counted in ("good", "bad", "pending", "excluded"):
            found = closure.follow("/v1/scores/x/tickets", {"counted": counted},
                                   {"status": 200, "body": {"tickets": lists.get(counted, [])}})
        return found

    def score(self, indicator, a, b, pending=0, excluded=None):
        """A score."""
        return {"indicator": indicator, "a": a, "b": b, "pending": pending, "reason": None,
                "excluded": excluded or {}}

    def test_sums(self):
        rows = [{}, {}]
        self.assertEqual(self.follow(self.score("timely_response_rate", 2, 3, 1, {"spam": 2}),
                                     bad=rows, pending=[{}], excluded=rows), [])
        for wrong in (self.score("timely_response_rate", 1, 3, 1, {"spam": 2}),
                      self.score("timely_response_rate", 2, 4, 1, {"spam": 2}),
                      self.score("timely_response_rate", 2, 3, 0, {"spam": 2}),
                      self.score("timely_response_rate", 2, 3, 1, {"spam": 1})):
            self.assertTrue(self.follow(wrong, bad=rows, pending=[{}], excluded=rows))
        calls = [{"count": 3}, {"count": 4}]
        self.assertEqual(self.follow(self.score("contact_connection_rate", 7, 10), good=calls,
                                     bad=calls[:1]), [])
        self.assertEqual(self.follow(self.score("leakage_free", 7, None), bad=calls), [])
        self.assertTrue(self.follow(self.score("leakage_free", 3, None), bad=calls))
        down = [{"counted_seconds": 1.5}, {"counted_seconds": 0}]
        self.assertEqual(self.follow(self.score("service_availability", 1.5, 9), bad=down), [])
        levels = [{"level": 3}, {"level": 4}]
        self.assertEqual(self.follow(self.score("compliance", 7, 10), good=levels), [])
        self.assertTrue(self.follow(self.score("compliance", 7, 15), good=levels))
        self.assertEqual(self.follow(self.score("staff_stability", 2, 9),
                                     good=[{"a": 2, "b": 9}]), [])

    def test_what_an_outage_adds(self):
        """Two of an hour that overlap by half of one: the second adds the other half."""
        def row(subject, begin, counted):
            return {"kind": "outage", "source": "s", "subject": subject, "agreement": "a",
                    "service": "m", "from": begin, "to": None, "seconds": 3600,
                    "counted_seconds": counted}
        rows = [row("A", "1970-01-01T00:00:00Z", 3600), row("B", "1970-01-01T00:30:00Z", 1800)]
        want = {"tickets": [("outage", "s", "A", "a", "m", 0, None, ((0, 3600000),)),
                            ("outage", "s", "B", "a", "m", 1800000, None,
                             ((1800000, 5400000),))]}
        self.assertEqual(compare_list("service_availability", want, {"tickets": rows}), [])
        self.assertTrue(compare_list("service_availability", want, {"tickets": rows[::-1]}))
        rows[1]["counted_seconds"] = 3600
        self.assertTrue(compare_list("service_availability", want, {"tickets": rows}))

    def test_working_must_add_up(self):
        want = {"working": [(0, 60000)]}
        span = {"from": "1970-01-01T00:00:00Z", "to": "1970-01-01T00:01:00Z"}
        self.assertEqual(compare_working("x", want, {"working": [span], "elapsed_ms": 60000}), [])
        self.assertTrue(compare_working("x", want, {"working": [span], "elapsed_ms": 60001}))
        self.assertTrue(compare_working("x", want, {"working": [span, span],
                                                    "elapsed_ms": 120000}))

    def test_all_32_in_order(self):
        want = dict.fromkeys(catalogue.INDICATORS)
        rows = [{"indicator": name, "counted": None, "excluded": None, "settled_at": None,
                 "why": "so"} for name in catalogue.INDICATORS]
        self.assertEqual(compare_counts("x", want, rows), [])
        self.assertTrue(compare_counts("x", want, rows[1:]))
        rows[3]["counted"] = "good"
        self.assertTrue(compare_counts("x", want, rows))


if __name__ == "__main__":
    unittest.main(verbosity=1)
