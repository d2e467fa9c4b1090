#!/usr/bin/python3
"""Calls, leaks, incidents, retractions and wrong events, against cases computed by hand."""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import catalogue
import spoil
from cases import CONFIG, Case, at
from oracle import FAMILIES, Oracle


class Counting(Case):

    def numbers(self, indicator, **arguments):
        """(a, b, value) of a score."""
        score = self.score(indicator, **arguments)
        return score["a"], score["b"], score["value"]

    def groups(self, by, indicators, **arguments):
        """The groups that show, in order."""
        answer = self.oracle.scores(at("11-30 12:00"), window="2026-11", by=by,
                                    indicator=indicators, **arguments)
        return [tuple(s["scope"][name] for name in by) for s in answer["scores"]
                if s["indicator"] == indicators[0]]

    def test_the_catalogue_is_whole(self):
        self.assertEqual(len(catalogue.INDICATORS), 32)
        self.assertEqual(set(FAMILIES), set(catalogue.INDICATORS))
        self.assertEqual((len(catalogue.MEASURED), len(catalogue.ASSESSED)), (5, 13))

    def test_connection(self):
        self.note("call.answered", "11-20 10:00", count=7, service="mail")
        self.note("call.answered", "11-20 10:00")
        self.note("call.abandoned", "11-20 10:00", count=2.0, service="mail")
        self.note("call.abandoned", "12-01 00:00", count=9)
        for cohort in ("opened", "settled"):
            score = self.score("contact_connection_rate", cohort=cohort)
            self.assertEqual([score[n] for n in ("a", "b", "value", "decided", "low", "high")],
                             [8, 10, 0.8, 0.8, 0.8, 0.8])
        self.assertEqual(self.numbers("contact_connection_rate", service=["mail"]),
                         (7, 9, 7 / 9))
        self.assertEqual(self.score("contact_connection_rate", team=["one"])["reason"],
                         "not_in_scope")
        self.assertEqual(self.groups(["service"], ["contact_connection_rate"]),
                         [("",), ("mail",)])

    def test_integrity(self):
        self.note("security.tampered", "11-20 10:00", count=2)
        self.assertEqual(self.numbers("information_integrity_rate"), (2, 0, None))
        self.note("change.applied", "11-20 10:00", count=8)
        self.assertEqual(self.numbers("information_integrity_rate"), (2, 8, 0.75))
        self.note("security.tampered", "11-20 10:00", count=7)
        score = self.score("information_integrity_rate")
        self.assertEqual([score[n] for n in ("a", "value", "low", "clamped")],
                         [9, 0, 0, True])

    def test_leakage(self):
        self.assertEqual(self.numbers("leakage_free"), (0, None, 1))
        self.note("security.leaked", "11-20 10:00", count=3, service="vpn")
        self.assertEqual(self.numbers("leakage_free"), (3, None, 0))
        self.assertEqual(self.numbers("leakage_free", service=["mail"]), (0, None, 1))
        self.assertEqual(self.groups(["service"], ["leakage_free"]), [("vpn",)])
        self.assertEqual(self.groups(["agreement"], ["leakage_free"]), [("acme",), ("beta",)])

    def test_no_agreement_in_force_no_leakage_value(self):
        """beta begins on 16 November at 13:00 of Shanghai, 00:00 of its own zone."""
        for window, value in (("2026-11-15", None), ("2026-11-16", 1)):
            score = self.score("leakage_free", agreement=["beta"], window=window)
            self.assertEqual((score["value"], score["reason"]),
                             (value, None if value else "no_data"))
        self.assertIsNone(self.score("leakage_free", window="2026-12")["value"])
        self.assertIsNone(self.score("major_incident_free", window="2026-12")["value"])
        score = self.score("leakage_free", "11-16 13:00", agreement=["beta"])
        self.assertIsNone(score["value"])
        score = self.score("leakage_free", "11-16 13:01", agreement=["beta"])
        self.assertEqual(score["value"], 1)

    def test_major_incidents(self):
        self.open("11-20 10:00", "incident", major=True, service="mail")
        self.open("11-20 10:00", "request", "T2", major=True)
        self.open("11-20 10:00", "incident", "T3", major=True)
        self.tell("incident.excluded", "11-20 11:00", "T3", cause="spam")
        self.open("11-20 10:00", "incident", "T4", major=True)
        self.tell("incident.updated", "11-20 11:00", "T4", major=None)
        score = self.score("major_incident_free")
        self.assertEqual([score[n] for n in ("a", "b", "value", "excluded")],
                         [1, None, 0, {"spam": 1}])
        score = self.score("major_incident_free", service=["vpn"])
        self.assertEqual((score["a"], score["value"], score["excluded"]), (0, 1, {}))
        self.assertEqual(self.numbers("incident_control_rate", agreement=["acme"]),
                         (1, 5, 0.8))
        self.assertEqual(self.listed("major_incident_free", "bad"), ["T1"])
        self.assertEqual(self.listed("incident_control_rate", "bad"), ["T4"])
        self.assertEqual(self.listed("major_incident_free", "excluded"), ["T3"])
        self.assertEqual(self.listed("major_incident_free", "good"), [])

    def listed(self, indicator, counted):
        """The subjects behind a score."""
        return [subject for _, subject, _, _ in self.oracle.behind(
            indicator, at("11-30 12:00"), counted, window="2026-11")]

    def test_control_by_cycles_and_no_agreement(self):
        """A late reopening is one more; before beta began there is none to count."""
        self.open("11-02 10:00", "incident")
        self.tell("incident.resolved", "11-02 11:00")
        self.tell("incident.reopened", "11-10 10:00")
        self.open("11-16 12:59", "incident", "T2", agreement="beta")
        score = self.score("incident_control_rate", agreement=["acme", "beta"])
        self.assertEqual((score["a"], score["excluded"]), (2, {"no_agreement": 1}))
        self.assertEqual(self.numbers("incident_control_rate", agreement=["acme"],
                                      cohort="settled"), (2, 5, 0.6))

    def test_control_pro_rata(self):
        """beta: 347 of the 721 hours of New York's November, times 3, cut at millionths."""
        self.assertEqual(self.numbers("incident_control_rate")[1], 6.443828)
        window = {"from_": "2026-11-15T00:00:00+08:00", "to": "2026-12-16T00:00:00+08:00"}
        # 16/30 of 5 is 2.666666 when cut, 15/31 of 10 is 4.838709.
        self.assertEqual(self.numbers("incident_control_rate", agreement=["acme"],
                                      **window)[1], 7.505375)
        self.assertEqual(self.numbers("incident_control_rate", agreement=["acme"],
                                      window="2026")[1], 65)

    def test_control_clamped_and_without_b(self):
        for number in range(6):
            self.open("11-20 10:00", "incident", "T%d" % number)
        score = self.score("incident_control_rate", agreement=["acme"])
        self.assertEqual((score["a"], score["b"], score["value"], score["clamped"]),
                         (6, 5, 0, True))
        score = self.score("incident_control_rate", agreement=["beta"], window="2026-10")
        self.assertEqual((score["b"], score["value"], score["reason"]), (0, 1, None))
        self.assertEqual(self.score("incident_control_rate", service=["mail"])["reason"],
                         "not_in_scope")


class Retraction(Case):

    def test_of_a_resolution(self):
        self.open("11-20 09:00")
        resolved = self.event("request.resolved", "11-20 10:00")
        self.post(resolved)
        self.assertEqual(self.counts("resolution_rate"), (1, 1, 0))
        self.retract(resolved["id"])
        self.assertEqual(self.counts("resolution_rate"), (0, 1, 1))
        self.assertEqual(self.oracle.ticket("s", "T1", self.later)["retracted"],
                         {"e001": False, "e002": True})
        answer = self.oracle.post([resolved, dict(resolved, subject="T9")], self.later, "skip")
        self.assertEqual((answer["duplicates"], answer["rejected"]), (1, 1))

    def test_before_its_target(self):
        self.retract("e003")
        self.open("11-20 09:00")
        self.tell("request.resolved", "11-20 10:00")
        self.assertEqual(self.counts("resolution_rate"), (0, 1, 1))

    def test_of_a_retraction_of_another_source_of_itself(self):
        self.open("11-20 09:00")
        self.post(self.event("request.opened", "11-20 09:00", {"agreement": "acme"},
                             source="other", id="e900"))
        self.retract("e001", source="other")
        self.retract("e900")
        self.assertEqual(self.counts("resolution_rate"), (0, 2, 2))
        self.retract("e900", source="other")
        self.retract("e003")
        self.assertEqual(self.counts("resolution_rate"), (0, 1, 1))
        first = self.retract("e001")
        self.retract(first)
        self.assertEqual(self.counts("resolution_rate"), (0, 0, 0))

    def test_of_the_opening(self):
        """The ticket is incomplete, until another opening comes."""
        self.open("11-20 09:00")
        self.tell("request.resolved", "11-20 12:00")
        self.retract("e001")
        self.assertIsNone(self.oracle.ticket("s", "T1", self.later))
        self.open("11-20 11:30")
        self.assertEqual(self.clock("resolution", "11-30 12:00")["elapsed_ms"], 30 * 60000)

    def test_of_an_outage_and_its_end(self):
        place = {"agreement": "acme", "service": "mail"}
        self.tell("outage.started", "11-20 10:00", "O1", **place)
        self.tell("outage.ended", "11-20 11:00", "O1", **place)
        arguments = {"window": "2026-11-20"}
        self.assertEqual(self.score("service_availability", **arguments)["a"], 3600)
        self.retract("e002")
        self.assertEqual(self.score("service_availability", **arguments)["a"], 14 * 3600)
        self.retract("e001")
        self.assertEqual(self.score("service_availability", **arguments)["a"], 0)

    def test_of_facts(self):
        self.note("call.answered", "11-20 10:00", count=3)
        self.retract(self.note("call.abandoned", "11-20 10:00"))
        self.assertEqual(self.counts("contact_connection_rate"), (3, 3, 0))
        self.retract(self.note("security.leaked", "11-20 10:00"))
        self.assertEqual(self.score("leakage_free")["value"], 1)


class Wrong(Case):

    def test_what_is_wrong(self):
        """Every way to spoil an event makes it wrong, of whatever type it was."""
        for number, ruin in enumerate(spoil.WRONG):
            event = self.event("request.opened", "11-20 09:00", {"agreement": "acme"})
            ruin(event)
            self.assertEqual(Oracle(CONFIG).post([event], self.later)["status"], 400,
                             (number, event))

    def test_what_is_right(self):
        right = [("survey.answered", {"score": 4.125, "scale": 5}),
                 ("survey.answered", {"score": 0, "scale": 0.001, "level": "project"}),
                 ("call.answered", {"count": 10 ** 9}), ("call.abandoned", {}),
                 ("report.submitted", {"report": "r", "period": "2026-W53"}),
                 ("report.submitted", {"report": "r", "period": "2028-02-29"}),
                 ("assessment.recorded", {"indicator": "compliance", "level": 5.0}),
                 ("measurement.recorded", {"indicator": "staff_professionalism",
                                           "period": "2026-Q4", "a": 0, "b": 0, "c": 0}),
                 ("security.leaked", {"service": "", "count": None}),
                 ("change.applied", {"more": [1]})]
        for name, data in right:
            self.note(name, "11-20 09:00", **data)
        self.retract("never seen")


if __name__ == "__main__":
    unittest.main()
