#!/usr/bin/python3
"""Closed periods and improvements of the oracle against cases worked out by hand."""

import copy
import os
import sys
import unittest
from fractions import Fraction

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from cases import CONFIG, Case, at
from oracle import Oracle
from orders import Refused

REPLIES = "timely_response_rate"


class Periods(Case):

    def close(self, when, window="2026-10", **body):
        """Closes a period of acme."""
        return self.oracle.close(at(when), window, "acme", body)

    def refused(self, status, *arguments, **more):
        """Is the order refused like that?"""
        with self.assertRaises(Refused) as found:
            self.close(*arguments, **more)
        self.assertEqual(found.exception.status, status)

    def stored(self, when, revision, **arguments):
        """(a, b) of the replies as a revision has them, for each row."""
        found = self.oracle.scores(at(when), window="2026-10", agreement=["acme"],
                                   revision=revision, indicator=[REPLIES], **arguments)
        return [(score["a"], score["b"]) for score in found["scores"]]

    def test_only_calendar_windows_that_are_over(self):
        self.refused(400, "11-02 10:00", "30d")
        self.refused(409, "10-31 23:59:59.999")
        self.assertEqual(self.close("11-01 00:00")["head"]["revision"], 1)
        self.assertEqual(self.close("11-01 00:00", "last-month")["head"]["window"], "2026-10")

    def test_what_comes_late_moves_the_live_numbers_only(self):
        """A late ticket, an answer that came in time after all, in two services."""
        self.open("10-20 10:00", service="mail")
        self.close("11-02 10:00", by="Jane", note="so")
        self.assertEqual(self.stored("11-02 10:00", "1"), [(1, 1)])
        self.tell("request.responded", "10-20 10:05")
        self.open("10-21 10:00", subject="T2", service="vpn")
        self.assertEqual(self.stored("11-09 10:00", "1"), [(1, 1)])
        self.assertEqual(self.stored("11-09 10:00", "1", by=["service"]), [(1, 1)])
        moved, scores = self.oracle.period(at("11-09 10:00"), "2026-10", "acme",
                                           moves=True)["moved"]
        self.assertEqual(moved[REPLIES, "ticket", "s", "T1", 1],
                         (("bad", None, "mail", ()), ("good", None, "mail", ())))
        self.assertEqual(moved[REPLIES, "ticket", "s", "T2", 1],
                         (None, ("bad", None, "vpn", ())))
        self.assertEqual({key[0] for key in moved}, {
            REPLIES, "timely_resolution_rate", "resolution_rate",
            "first_contact_resolution_rate"})
        before, after = scores[REPLIES, None]
        self.assertEqual([(n["a"], n["b"]) for n in (before, after)], [(1, 1), (1, 2)])
        self.assertEqual([n["a"] for n in scores[REPLIES, "mail"]], [1, 0])
        self.assertIsNone(scores[REPLIES, "vpn"][0])
        second = self.close("11-09 10:00")
        self.assertEqual((second["head"]["revision"], second["head"]["by"]), (2, "operator"))
        self.assertEqual(second["moved"], (moved, scores))
        self.assertEqual(self.stored("11-09 10:00", "2"), [(1, 2)])
        self.assertEqual(self.stored("11-09 10:00", "1"), [(1, 1)])
        self.assertEqual([h["revision"] for h in self.oracle.periods.heads("acme")], [2, 1])
        with self.assertRaises(Refused):
            self.stored("11-09 10:00", "3")

    def test_a_new_measurement_moves_the_old_one_too(self):
        first = self.note("measurement.recorded", "10-30 10:00", indicator="staff_stability",
                          period="2026-10", a=1, b=10)
        self.close("11-02 10:00")
        second = self.note("measurement.recorded", "11-03 10:00", indicator="staff_stability",
                           period="2026-10", a=2, b=10)
        moved, scores = self.oracle.period(at("11-09 10:00"), "2026-10", "acme",
                                           moves=True)["moved"]
        self.assertEqual(moved, {
            ("staff_stability", "measurement", "s", first, None):
                (("good", None, "", (1, 10)), ("excluded", "superseded", "", (1, 10))),
            ("staff_stability", "measurement", "s", second, None):
                (None, ("good", None, "", (2, 10)))})
        self.assertEqual([n["value"] for n in scores["staff_stability", None]], [0.9, 0.8])

    def test_time_alone_moves_what_was_pending(self):
        """A resolution due after the end of the month is open at first, late later on."""
        self.open("10-30 17:30")
        self.tell("request.responded", "10-30 17:31")
        self.close("11-01 10:00")
        moved, _ = self.oracle.period(at("11-09 10:00"), "2026-10", "acme",
                                      moves=True)["moved"]
        self.assertEqual(list(moved.values()), [
            (("pending", None, "", ()), ("bad", None, "", ()))])

    def test_the_edges_are_those_of_the_closing(self):
        """acme moves from Shanghai to New York; what was closed stays where it was."""
        config = copy.deepcopy(CONFIG)
        config["agreements"][1].update({"from": "2026-11-10", "timezone": "America/New_York"})
        self.oracle = Oracle(config)
        self.close("11-02 10:00")
        found = self.oracle.scores(at("11-20 10:00"), window="2026-10", agreement=["acme"],
                                   revision="1")
        self.assertEqual(found["window"]["from"], "2026-10-01T00:00:00+08:00")


class Improving(Case):

    def make(self, when, **more):
        """A new record."""
        return self.oracle.improve(at(when), dict({
            "indicator": REPLIES, "agreement": "acme", "title": "x"}, **more))

    def move(self, verb, when="11-20 10:00", number=1, **body):
        """Its state after a move, or the status of the refusal."""
        try:
            return self.oracle.move(at(when), number, verb, body)["state"]
        except Refused as refused:
            return refused.status

    def test_baseline_present_and_result(self):
        """October: one late of two; November: none of one. The aim is the objective, half."""
        for when, subject in (("10-20 10:00", "A"), ("10-20 10:00", "B"), ("11-20 10:00", "C")):
            self.open(when, subject=subject)
        self.tell("request.responded", "10-20 10:10", "A")
        self.tell("request.responded", "11-20 10:10", "C")
        made = self.make("11-20 11:00", aim=0.95)
        self.assertEqual([made["baseline"][n] for n in ("window", "value", "a", "b")],
                         ["2026-10", 0.5, 1, 2])
        self.assertEqual((made["present"]["window"], made["present"]["value"], made["reached"]),
                         ("2026-11", 1, True))
        self.assertAlmostEqual(made["gap"], 0.45)
        self.assertEqual(made["latest"]["window"], "2026-10")
        self.assertEqual(self.make("11-20 11:00")["aim"], Fraction(1, 2))
        for verb in ("act", "verify", "close"):
            self.move(verb, "12-02 10:00", note="so")
        found = self.oracle.improvement(at("12-03 10:00"), 1)
        self.assertEqual((found["state"], found["result"]["window"], found["reached"]),
                         ("closed", "2026-12", None))
        self.assertEqual([step[1] for step in found["history"]],
                         ["create", "act", "verify", "close"])

    def test_moves(self):
        self.make("11-20 10:00", aim=1)
        self.assertEqual(self.move("verify", note="so"), 409)
        self.assertEqual(self.move("act"), 400)
        self.assertEqual(self.move("act", note="so"), "acting")
        self.assertEqual(self.move("act", note="so"), 409)
        self.assertEqual(self.move("verify", note="so"), "verifying")
        self.assertEqual(self.move("act", note="so"), "acting")
        self.assertEqual(self.move("verify", note="so"), "verifying")
        self.assertEqual(self.move("close", note="so"), "closed")
        self.assertEqual(self.move("reopen", note="so"), "acting")
        self.assertIsNone(self.oracle.improvement(at("11-20 10:00"), 1)["result"])
        self.assertEqual(self.move("act", number=2, note="so"), 404)

    def test_rolling_and_out_of_scope(self):
        found = self.make("11-20 10:00", aim=1, window="30d")
        self.assertEqual((found["present"]["window"], found["latest"]), ("30d", None))
        for body in ({"indicator": "resolution_rate"},
                     {"indicator": "staff_stability", "service": "mail", "aim": 1}):
            with self.assertRaises(Refused):
                self.make("11-20 10:00", **body)


if __name__ == "__main__":
    unittest.main(verbosity=1)
