#!/usr/bin/python3
"""Evaluations of the oracle against small cases computed by hand."""

import copy
import os
import sys
import unittest
from fractions import Fraction

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import catalogue
from cases import CONFIG, Case, at
from evaluation import evaluate, half_up
from oracle import Oracle
from settings import Profile

NONE = {"value": None, "a": 0, "b": 0, "reason": "no_data"}


def scores(**values):
    """Scores without data but for these values."""
    result = {name: dict(NONE) for name in catalogue.INDICATORS}
    for name, value in values.items():
        result[name].update(value=Fraction(value), reason=None)
    return result


def only(*names, **more):
    """A profile that selects these indicators."""
    return Profile(dict({"indicators": [{"id": name, "weight": 0} for name in
                                        catalogue.INDICATORS if name not in names]}, **more))


class Weights(unittest.TestCase):

    def test_the_catalogue_is_parted(self):
        parts = list(catalogue.CHARACTERISTICS.values())
        self.assertEqual(sum(parts, ()), catalogue.INDICATORS)
        self.assertEqual([len(part) for part in parts], [5, 12, 5, 5, 5])
        self.assertEqual([part[0] for part in parts][1:],
                         ["service_item_completeness", "timely_response_rate",
                          "deliverable_presentation", "proactive_monitoring"])

    def test_renormalised(self):
        """Security 2: leaks 1 of 4, integrity 3 of 4; responsiveness 1: replies alone.
        Leaks 2*1/4 at 1, replies 1 at 1/2: score 1/1.5, coverage 1.5/3."""
        profile = Profile({
            "min_coverage": 0.5,
            "characteristics": {"security": 2, "reliability": 0, "tangibility": 0,
                                "friendliness": 0},
            "indicators": [{"id": name, "weight": weight} for name, weight in (
                ("supplier_access_control_rate", 0), ("customer_access_fulfilment_rate", 0),
                ("confidentiality_mechanism", 0), ("information_integrity_rate", 3),
                ("timely_resolution_rate", 0), ("interaction_mechanism", 0),
                ("report_submission_rate", 0), ("complaint_handling_rate", 0))]})
        found = evaluate(profile, scores(leakage_free=1, timely_response_rate=Fraction(1, 2)))
        self.assertEqual(found["score"], Fraction(666666666667, 10 ** 12))
        self.assertEqual((found["coverage"], found["grade"]), (Fraction(1, 2), "D"))
        self.assertEqual([(row["indicator"], row["weight"], row["share"])
                          for row in found["selection"]],
                         [("information_integrity_rate", 3, Fraction(1, 2)),
                          ("leakage_free", 1, half_up(Fraction(1, 6))),
                          ("timely_response_rate", 1, half_up(Fraction(1, 3)))])
        self.assertEqual([(row["characteristic"], row["score"], row["coverage"])
                          for row in found["characteristics"] if row["coverage"] is not None],
                         [("security", 1, Fraction(1, 4)), ("responsiveness", Fraction(1, 2), 1)])

    def test_default_profile(self):
        """Each characteristic a fifth: one of twelve is 1/60, one of five 1/25."""
        found = evaluate(Profile({}), scores(resolution_rate=1, timely_response_rate=1))
        self.assertEqual(found["coverage"], Fraction(56666666667, 10 ** 12))
        self.assertEqual((found["score"], found["grade"], found["reason"]),
                         (1, None, "coverage"))
        self.assertIsNone(found["grading"]["reached"])

    def test_nothing_known(self):
        found = evaluate(Profile({"min_coverage": 0}), scores())
        self.assertEqual((found["score"], found["coverage"], found["grade"], found["reason"]),
                         (None, 0, None, "no_data"))

    def test_half_up(self):
        self.assertEqual(half_up(Fraction(5, 10 ** 13)), Fraction(1, 10 ** 12))
        self.assertEqual(half_up(Fraction(4999, 10 ** 16)), 0)
        self.assertEqual(half_up(Fraction(2, 3)), Fraction(666666666667, 10 ** 12))


class Grades(unittest.TestCase):

    def grade(self, profile, **values):
        """(grade before vetoes, grade, applied)."""
        found = evaluate(profile, scores(**values))
        return (found["grading"]["reached"], found["grade"],
                [veto["applied"] for veto in found["grading"]["vetoes"]])

    def test_the_rounded_score_is_graded(self):
        """A little less than 0.95 rounds up to it; half of that less does not."""
        profile = only("resolution_rate")
        least = Fraction(95, 100)
        for less, grade in ((Fraction(5, 10 ** 13), "A"), (Fraction(6, 10 ** 13), "B"), (0, "A")):
            self.assertEqual(self.grade(profile, resolution_rate=least - less)[1], grade)
        profile = only("resolution_rate", grades=[{"grade": "good", "at_least": 0.5}])
        self.assertEqual(self.grade(profile, resolution_rate=Fraction(1, 3)), (None, None, []))

    def test_vetoes(self):
        """No better than C, unless the value reaches 1, or there is none."""
        profile = only("resolution_rate", vetoes=[
            {"indicator": "leakage_free", "below": 1, "at_most": "C"}])
        self.assertEqual(self.grade(profile, resolution_rate=1), ("A", "A", [False]))
        self.assertEqual(self.grade(profile, resolution_rate=1, leakage_free=1),
                         ("A", "A", [False]))
        self.assertEqual(self.grade(profile, resolution_rate=1, leakage_free=0),
                         ("A", "C", [True]))
        self.assertEqual(self.grade(profile, resolution_rate=0, leakage_free=0),
                         ("D", "D", [True]))

    def test_the_worst_veto_holds(self):
        profile = only("resolution_rate", vetoes=[
            {"indicator": "leakage_free", "below": 1, "at_most": "D"},
            {"indicator": "resolution_rate", "below": 0.999, "at_most": "B"}])
        self.assertEqual(self.grade(profile, resolution_rate=Fraction(998, 1000),
                                    leakage_free=0), ("A", "D", [True, True]))

    def test_coverage_is_exact(self):
        """A third of the weight: 0.333333333333 is below it, 0.333333333334 above."""
        names = ("resolution_rate", "compliance", "service_courtesy")
        for least, reason in ((0.333333333333, None), (0.333333333334, "coverage")):
            profile = only(*names, min_coverage=least)
            found = evaluate(profile, scores(compliance=1))
            self.assertEqual((found["reason"], found["score"]), (reason, 1))


class Whole(Case):

    def test_from_events(self):
        """No complaint is data: 1. One of two requests late: 1/2; together 3/4."""
        config = dict(copy.deepcopy(CONFIG), profiles=[
            {"name": "ours", "characteristics": {"reliability": 0, "security": 0},
             "indicators": [{"id": "timely_response_rate", "weight": 1}] + [
                 {"id": name, "weight": 0} for name in catalogue.INDICATORS[18:]
                 if name != "complaint_handling_rate"]}])
        self.oracle = Oracle(config)
        for subject in "AB":
            self.open("11-20 10:00", subject=subject)
        self.tell("request.responded", "11-20 10:10", "A")
        found = self.oracle.evaluation(at("11-30 12:00"), window="2026-11",
                                       agreement=["acme"])
        self.assertEqual((found["version"], found["objectives"]), ("2026-01-01", [
            {"indicator": "timely_response_rate", "at_least": Fraction(1, 2)}]))
        self.assertEqual((found["profile"], found["agreement"]), ("ours", "acme"))
        self.assertEqual((found["score"], found["coverage"], found["grade"]),
                         (Fraction(3, 4), 1, "C"))
        self.assertEqual(found["characteristics"][2]["indicators"][0],
                         {"indicator": "timely_response_rate", "weight": 1, "reason": None,
                          "share": Fraction(1, 2),
                          "value": Fraction(1, 2), "a": 1, "b": 2})
        found = self.oracle.evaluation(at("11-30 12:00"), profile="default")
        self.assertEqual((found["profile"], len(found["selection"])), ("default", 32))


if __name__ == "__main__":
    unittest.main(verbosity=1)
