#!/usr/bin/python3
"""Steps, trends, windows before, correlations and gaps, against cases computed by hand."""

import math
import os
import random
import statistics
import sys
import unittest
from fractions import Fraction

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import questions
import series
import times
import windows
from cases import Case, at

SHANGHAI = "Asia/Shanghai"


def window(name, zone=SHANGHAI, now="2026-11-21T10:00:00+08:00"):
    """A window by its name, or by its edges with a slash between."""
    begin, _, end = name.partition("/")
    if end:
        return windows.explicit(begin, end, zone)
    return windows.find(name, None, None, zone, times.parse_time(now))


def shown(part):
    """A window's name and edges."""
    return (part.name, times.format_zoned(part.begin, part.zone),
            times.format_zoned(part.end, part.zone))


class Steps(unittest.TestCase):

    def names(self, name, unit, zone=SHANGHAI):
        """The names of the steps."""
        return [part.name for part in series.steps(window(name, zone), unit)]

    def test_names(self):
        self.assertEqual(len(self.names("2026-11", "day")), 30)
        self.assertEqual(self.names("2026-11", "week"), ["2026-W%d" % n for n in range(44, 50)])
        self.assertEqual(self.names("2026-Q4", "month"), ["2026-10", "2026-11", "2026-12"])
        self.assertEqual(self.names("2026-11-21", "hour")[14], "2026-11-21T14:00+08:00")

    def test_the_ends_are_cut(self):
        found = series.steps(window("2026-11-20T10:20:00+08:00/2026-11-22T09:00:00+08:00"), "day")
        self.assertEqual([shown(part) for part in found], [
            ("2026-11-20", "2026-11-20T10:20:00+08:00", "2026-11-21T00:00:00+08:00"),
            ("2026-11-21", "2026-11-21T00:00:00+08:00", "2026-11-22T00:00:00+08:00"),
            ("2026-11-22", "2026-11-22T00:00:00+08:00", "2026-11-22T09:00:00+08:00")])
        found = series.steps(window("2026-11-20T10:20:00+08:00/2026-11-20T11:30:00+08:00"), "hour")
        self.assertEqual([shown(part)[:2] for part in found], [
            ("2026-11-20T10:00+08:00", "2026-11-20T10:20:00+08:00"),
            ("2026-11-20T11:00+08:00", "2026-11-20T11:00:00+08:00")])

    def test_days_of_23_and_25_hours(self):
        """Berlin: from 2 to 3 on 29 March; from 3 back to 2 on 25 October."""
        zone = "Europe/Berlin"
        names = self.names("2026-03-29", "hour", zone)
        self.assertEqual((len(names), names[1:3]),
                         (23, ["2026-03-29T01:00+01:00", "2026-03-29T03:00+02:00"]))
        names = self.names("2026-10-25", "hour", zone)
        self.assertEqual((len(names), names[2:4]),
                         (25, ["2026-10-25T02:00+02:00", "2026-10-25T02:00+01:00"]))

    def test_hours_of_odd_zones(self):
        found = series.steps(window("2026-11-20", "Asia/Kathmandu"), "hour")
        self.assertEqual(shown(found[1]), ("2026-11-20T01:00+05:45", "2026-11-20T01:00:00+05:45",
                                           "2026-11-20T02:00:00+05:45"))
        self.assertEqual(len(found), 24)
        for day, lengths in (("2026-10-04", (60, 60, 30, 60)), ("2026-04-05", (60, 60, 30, 60))):
            found = series.steps(window(day, "Australia/Lord_Howe"), "hour")
            self.assertEqual(tuple((p.end - p.begin) // times.MINUTE for p in found[:4]), lengths)

    def test_too_many(self):
        """Forty-one days and sixteen hours are a thousand hours."""
        end = "2026-10-01T00:00:00+08:00/2026-11-11T16:%02d:00+08:00"
        self.assertEqual(len(series.steps(window(end % 0), "hour")), 1000)
        self.assertIsNone(series.steps(window(end % 1), "hour"))


class Before(unittest.TestCase):

    def test_previous(self):
        for name, earlier in (("2026-11", "2026-10"), ("2026-W01", "2025-W52"),
                              ("2026-Q1", "2025-Q4"), ("2026", "2025"),
                              ("2026-03-01", "2026-02-28"), ("2021-W01", "2020-W53")):
            self.assertEqual(series.before(window(name)).name, earlier)
        found = series.before(window("24h"))
        self.assertEqual((found.name, found.end), (
            "2026-11-19T10:01:00+08:00/2026-11-20T10:01:00+08:00", window("24h").begin))

    def test_previous_of_edges_has_their_length(self):
        found = series.before(window("2026-11-20T10:00:00+08:00/2026-11-20T11:30:00+08:00"))
        self.assertEqual(found.name, "2026-11-20T08:30:00+08:00/2026-11-20T10:00:00+08:00")

    def test_a_year_before(self):
        for name, earlier in (("2026-11", "2025-11"), ("2026-W47", "2025-W47"),
                              ("2026-Q1", "2025-Q1"), ("2026", "2025"),
                              ("2026-11-21", "2025-11-21"), ("2024-02", "2023-02")):
            self.assertEqual(series.a_year_before(window(name)).name, earlier)
        for name in ("2024-02-29", "2026-W53"):
            self.assertIsNone(series.a_year_before(window(name)))

    def test_edges_a_year_before_lie_on_the_wall(self):
        """New York's clocks went back on 1 November 2026, and on 2 November 2025."""
        found = series.a_year_before(window(
            "2026-11-01T12:00:00-05:00/2026-11-03T12:00:00-05:00", "America/New_York"))
        self.assertEqual(shown(found)[1:], ("2025-11-01T12:00:00-04:00",
                                            "2025-11-03T12:00:00-05:00"))
        self.assertIsNone(series.a_year_before(window(
            "2024-02-28T00:00:00+08:00/2024-02-29T12:00:00+08:00")))


class Trends(unittest.TestCase):

    def test_by_hand(self):
        """(0,1) (1,3) (2,2) (3,4): means 1.5 and 2.5, Sxx 5, Sxy 4, SSE 5 - 16/5."""
        found = series.fit([(0, 1), (1, 3), (2, 2), (3, 4)])
        self.assertEqual((found["n"], found["slope"], found["from"], found["to"]),
                         (4, Fraction(4, 5), Fraction(13, 10), Fraction(37, 10)))
        self.assertAlmostEqual(found["stderr"], math.sqrt(1.8 / 2 / 5))
        # 0.8 is less than twice 0.424.
        self.assertEqual(found["direction"], "unclear")

    def test_directions(self):
        for values, direction in (([1, 2, 3], "rising"), ([1, 1, 1], "flat"),
                                  ([1, 0, 1], "unclear"), ([9, 6, 5, 2, 1], "falling"),
                                  ([1, 2], None)):
            self.assertEqual(series.fit(list(enumerate(values)))["direction"], direction)
        found = series.fit([(4, 1), (6, 2)])
        self.assertEqual((found["slope"], found["stderr"]), (Fraction(1, 2), None))
        self.assertIsNone(series.fit([(4, 1)])["slope"])
        self.assertEqual(series.fit([])["n"], 0)

    def test_only_complete_steps(self):
        steps = series.steps(window("2026-11"), "day")[:5]
        values = [Fraction(n) for n in (1, 2, 3, 9, 9)]
        self.assertEqual(series.trend(steps, values, steps[3].end - 1)["n"], 3)
        self.assertEqual(series.trend(steps, values, steps[3].end)["n"], 4)
        values[1] = None
        found = series.trend(steps, values, steps[2].end)
        self.assertEqual((found["n"], found["slope"]), (2, 1))


class Correlations(unittest.TestCase):

    def test_by_hand(self):
        """Ranks with ties: 1, 2.5, 2.5, 4."""
        self.assertEqual(series.ranks([1, 5, 5, 7]), [1, 2.5, 2.5, 4])
        # x - mean: -1 0 1, y - mean: -1 1 0: 1 / 2.
        found = series.correlate([(1, 1), (2, 3), (3, 2)])
        self.assertEqual((found["n"], found["pearson"], found["spearman"]), (3, 0.5, 0.5))
        found = series.correlate([(1, 1), (2, 10), (3, 100)])
        self.assertEqual(found["spearman"], 1)
        self.assertLess(found["pearson"], 1)
        self.assertEqual(series.correlate([(1, 1), (2, 3)])["reason"], "few")
        self.assertEqual(series.correlate([(1, 1), (1, 3), (1, 2)]),
                         {"n": 3, "pearson": None, "spearman": None, "reason": "constant"})

    def test_against_the_library(self):
        for seed in range(50):
            rng = random.Random(seed)
            pairs = [(Fraction(rng.randrange(9), 8), Fraction(rng.randrange(9), 8))
                     for _ in range(rng.randrange(3, 20))]
            x, y = [[float(pair[n]) for pair in pairs] for n in (0, 1)]
            found = series.correlate(pairs)
            if found["reason"] is None:
                self.assertAlmostEqual(found["pearson"], statistics.correlation(x, y))
                line = statistics.linear_regression(range(len(y)), y)
                fitted = series.fit(list(enumerate(pair[1] for pair in pairs)))
                self.assertAlmostEqual(float(fitted["slope"]), line.slope, msg=seed)
                self.assertAlmostEqual(float(fitted["from"]), line.intercept, msg=seed)


class Answers(Case):

    def late(self, day, subject, minutes):
        """A request of acme answered after some minutes; 30 are promised."""
        self.open("%s 10:00" % day, subject=subject)
        self.tell("request.responded", "%s 10:%02d" % (day, minutes), subject)

    def test_series(self):
        """Two days with tickets: 1 of 1, then 0 of 1; last year and last month nothing."""
        self.late("11-19", "A", 30)
        self.late("11-20", "B", 31)
        found = self.oracle.series(at("11-20 12:00"), window="2026-11", step="day",
                                   indicator=["timely_response_rate"], agreement=["acme"])
        row, = found["series"]
        self.assertEqual([(p["window"], p["value"], p["met"]) for p in row["points"]
                          if p["value"] is not None],
                         [("2026-11-19", 1, True), ("2026-11-20", 0, False)])
        self.assertEqual((row["trend"]["n"], row["compared"]["value"]), (1, Fraction(1, 2)))
        self.assertEqual(row["compared"]["previous"]["window"], "2026-10")
        self.assertIsNone(row["compared"]["previous"]["difference"])

    def test_series_by_group_compared(self):
        self.late("10-20", "A", 31)
        self.late("10-20", "B", 30)
        self.late("11-20", "C", 30)
        found = self.oracle.series(at("11-20 12:00"), window="2026-11", step="week",
                                   indicator=["timely_response_rate"], by=["service"])
        row, = found["series"]
        self.assertEqual((row["scope"], len(row["points"])), ({"service": ""}, 6))
        previous = row["compared"]["previous"]
        self.assertEqual([previous[n] for n in ("value", "a", "b", "difference")],
                         [Fraction(1, 2), 1, 2, Fraction(1, 2)])

    def test_correlation(self):
        for day, minutes in (("11-17", 10), ("11-18", 31), ("11-19", 20), ("11-20", 20)):
            self.late(day, "T" + day, minutes)
            self.note("call.answered", day + " 10:00", count=minutes)
            self.note("call.abandoned", day + " 10:00", count=minutes // 31 + 1)
        found = self.oracle.correlation(at("11-21 00:00"), window="2026-11",
                                        x="timely_response_rate", y="contact_connection_rate")
        self.assertEqual((found["n"], len(found["points"])), (4, 4))
        self.assertEqual(found["points"][1], {"window": "2026-11-18", "x": 0,
                                              "y": Fraction(31, 33)})
        found = self.oracle.correlation(at("11-20 23:59"), window="2026-11",
                                        x="timely_response_rate", y="contact_connection_rate")
        self.assertEqual(found["n"], 3)


class Gaps(Case):

    def test_affords_and_needs_by_hand(self):
        """90 of 100 at 0.95: five were allowed, ten are bad; (90+k)/(100+k) >= 0.95 at 100."""
        name, objective = "timely_response_rate", Fraction(95, 100)
        for a, b, borne, needed in ((10, 100, 0, 100), (5, 100, 0, 0), (2, 100, 3, 0),
                                    (0, 19, 0, 0), (0, 20, 1, 0), (1, 1, 0, 19)):
            score = {"a": a, "b": b, "value": 1 - Fraction(a, b)}
            self.assertEqual((questions.affords(name, score, objective),
                              questions.needs(name, score, objective)), (borne, needed))
        score = {"a": 9, "b": 10, "value": Fraction(9, 10)}
        self.assertIsNone(questions.needs("resolution_rate", score, Fraction(1)))
        self.assertIsNone(questions.needs("service_availability", score, Fraction(1)))
        self.assertEqual(questions.affords("resolution_rate", score, Fraction(1, 2)), 4)
        self.assertEqual(questions.affords("resolution_rate", score, Fraction(0)), 9)

    def test_affords_and_needs_one_by_one(self):
        for seed in range(300):
            rng = random.Random(seed)
            b = rng.randrange(1, 60)
            good, objective = rng.randrange(b + 1), Fraction(rng.randrange(1, 100), 100)
            score = {"a": good, "b": b, "value": Fraction(good, b)}
            borne = [k for k in range(good + 1) if Fraction(good - k, b) >= objective]
            needed = next(k for k in range(10 ** 6) if Fraction(good + k, b + k) >= objective)
            self.assertEqual((questions.affords("resolution_rate", score, objective),
                              questions.needs("resolution_rate", score, objective)),
                             (max(borne, default=0), needed), seed)

    def test_rows(self):
        """acme's only objective: half of the replies in time."""
        self.open("11-19 10:00")
        found = self.oracle.gaps(at("11-20 12:00"), window="2026-11")["gaps"]
        row, = found
        self.assertEqual([row[n] for n in ("indicator", "scope", "gap", "met", "affords",
                                           "needs")],
                         ["timely_response_rate", {"agreement": "acme"}, Fraction(1, 2), False,
                          0, 1])
        self.assertEqual(row["previous"], {"window": "2026-10", "value": None})
        self.assertEqual(row["trend"]["n"], 1)
        self.tell("request.responded", "11-19 10:10")
        self.assertEqual(self.oracle.gaps(at("11-20 12:00"), window="2026-11")["gaps"], [])
        found = self.oracle.gaps(at("11-20 12:00"), window="2026-11", all="true")["gaps"]
        self.assertEqual([row["met"] for row in found], [True])


class Order(unittest.TestCase):

    def test_largest_gap_first_then_the_standards_order(self):
        rows = [{"indicator": name, "gap": gap, "scope": {"agreement": agreement}}
                for name, gap, agreement in (
                    ("service_courtesy", None, "a"), ("compliance", 0.1, "a"),
                    ("resolution_rate", 0.2, "b"), ("resolution_rate", 0.2, "a"),
                    ("on_time_recovery_rate", 0.2, "b"), ("compliance", -0.1, "a"))]
        self.assertEqual([(r["indicator"][:3], r["scope"]["agreement"])
                          for r in sorted(rows, key=questions.gap_order)],
                         [("on_", "b"), ("res", "a"), ("res", "b"), ("com", "a"),
                          ("com", "a"), ("ser", "a")])


if __name__ == "__main__":
    unittest.main(verbosity=1)
