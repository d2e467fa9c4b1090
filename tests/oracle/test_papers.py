#!/usr/bin/python3
"""Measurements, assessments and reports against small cases computed by hand."""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from cases import Case


class Measurements(Case):

    def measure(self, period, a, b, when="11-20 10:00", indicator="staff_stability", **more):
        """Records a measurement."""
        return self.note("measurement.recorded", when, indicator=indicator, period=period,
                         a=a, b=b, **more)

    def numbers(self, window, indicator="staff_stability", **arguments):
        """(a, b, value) of a score."""
        score = self.score(indicator, window=window, **arguments)
        return score["a"], score["b"], score["value"]

    def test_latest_of_each_period(self):
        self.measure("2026-10", 1, 10)
        self.measure("2026-10", 9, 10, "11-20 09:59:59.999")
        self.measure("2026-11", 3, 10)
        self.assertEqual(self.numbers("2026-10"), (1, 10, 0.9))
        self.assertEqual(self.numbers("2026-Q4"), (4, 20, 0.8))
        self.assertEqual(self.numbers("2026-11-20"), (0, 0, None))
        self.measure("2026-10", 5, 10, "11-20 10:00:00.001")
        self.assertEqual(self.numbers("2026-10"), (5, 10, 0.5))

    def test_sequence_then_id_then_source(self):
        data = {"agreement": "acme", "indicator": "staff_stability", "period": "2026-10",
                "b": 10}
        for number, (sequence, name, source) in enumerate(
                [(0, "z", "s"), (1, "a", "s"), (1, "b", "s"), (1, "b", "t"), (0, "y", "u")]):
            event = self.event("measurement.recorded", "11-20 10:00", dict(data, a=number),
                               sequence=sequence)
            event.update(id=name, source=source)
            self.post(event)
        self.assertEqual(self.numbers("2026-10")[0], 3)

    def test_the_longer_period_counts(self):
        """The quarter leaves out its months and the week across its end."""
        self.measure("2026-11", 1, 10)
        self.measure("2026-W01", 2, 10)
        self.measure("2026-W53", 3, 10)
        self.measure("2026-09", 4, 10)
        self.assertEqual(self.numbers("2026"), (5, 20, 0.75))
        self.measure("2026-Q4", 1, 4)
        self.assertEqual(self.numbers("2026"), (5, 14, 9 / 14))
        self.assertEqual(self.numbers("2026-11"), (1, 10, 0.9))
        self.measure("2026-09-30", 4, 10)
        self.assertEqual(self.numbers("2026"), (5, 14, 9 / 14))

    def test_periods_lie_in_the_zone_of_the_agreement(self):
        """New York's 20 November: from 13:00 to 13:00 of Shanghai."""
        self.measure("2026-11-20", 1, 4, agreement="beta")
        self.assertEqual(self.numbers("2026-11-20", agreement=["beta"]), (1, 4, 0.75))
        self.assertEqual(self.numbers("2026-11-20"), (0, 0, None))
        for begin, b in (("13:00", 4), ("13:01", 0)):
            window = {"from_": "2026-11-20T%s:00+08:00" % begin,
                      "to": "2026-11-21T13:00:00+08:00"}
            self.assertEqual(self.numbers(None, **window)[1], b)

    def test_formulas(self):
        self.measure("2026-10", 3, 4, indicator="service_item_completeness")
        self.measure("2026-10", 1, 4, indicator="supplier_access_control_rate")
        self.measure("2026-10", 3, 4, indicator="staff_professionalism", c=1)
        self.assertEqual(self.numbers("2026-10", "service_item_completeness")[2], 0.75)
        self.assertEqual(self.numbers("2026-10", "supplier_access_control_rate")[2], 0.75)
        score = self.score("staff_professionalism", window="2026-10")
        # 0.7 x 3/4 + 0.3 x 1/4
        self.assertEqual([score[n] for n in ("a", "b", "c", "value", "low")],
                         [3, 4, 1, 0.6, 0.6])
        self.measure("2026-10", 5, 4, "11-20 11:00", "service_item_completeness")
        score = self.score("service_item_completeness", window="2026-10")
        self.assertEqual((score["value"], score["clamped"]), (1, True))

    def test_b_zero_and_out_of_scope(self):
        self.measure("2026-10", 3, 0)
        score = self.score("staff_stability", window="2026-10")
        self.assertEqual((score["a"], score["value"], score["reason"]), (3, None, "no_data"))
        score = self.score("staff_stability", window="2026-10", service=["mail"])
        self.assertEqual(score["reason"], "not_in_scope")


class Assessments(Case):

    def assess(self, level, when, **more):
        """Records an assessment of compliance."""
        return self.note("assessment.recorded", when, indicator="compliance", level=level,
                         **more)

    def numbers(self, **arguments):
        """(a, b, value, reason) of compliance."""
        score = self.score("compliance", **arguments)
        return tuple(score[n] for n in ("a", "b", "value", "reason"))

    def test_latest_before_the_end(self):
        self.assess(2, "11-10 10:00")
        self.assess(5, "11-20 10:00")
        self.assertEqual(self.numbers(), (5, 5, 1, None))
        self.assertEqual(self.numbers(window="2026-11-19"), (2, 5, 0.4, None))
        self.assertEqual(self.numbers(window="2026-11-09"), (0, 0, None, "no_data"))
        self.assertEqual(self.numbers(now="11-20 10:00"), (2, 5, 0.4, None))
        self.assertEqual(self.numbers(now="11-20 10:00:00.001"), (5, 5, 1, None))

    def test_mean_over_agreements(self):
        self.assess(4, "11-10 10:00")
        self.assess(1, "11-10 10:00", agreement="beta")
        self.assertEqual(self.numbers(), (5, 10, 0.5, None))
        self.assertEqual(self.numbers(agreement=["beta"]), (1, 5, 0.2, None))

    def test_stale(self):
        """What replaced a valid one and expired leaves nothing."""
        self.assess(4, "11-10 10:00")
        self.assess(5, "11-11 10:00", valid_until="2026-11-20T00:00:00+08:00")
        self.assertEqual(self.numbers(window="2026-11-18"), (5, 5, 1, None))
        self.assertEqual(self.numbers(window="2026-11-19"), (0, 0, None, "stale"))
        self.assess(3, "11-10 10:00", agreement="beta")
        self.assertEqual(self.numbers(), (3, 5, 0.6, None))
        self.assertEqual(self.numbers(team=["one"])[3], "not_in_scope")


class Reports(Case):

    def submit(self, report, period, when, **more):
        """Records a submission."""
        return self.note("report.submitted", when, report=report, period=period, **more)

    def both(self, now="11-30 12:00", **arguments):
        """(a, b, pending) of what was in time and of what came at all."""
        return [self.counts(name, now, **arguments)
                for name in ("report_on_time_rate", "report_submission_rate")]

    def test_due_in_the_window(self):
        """November: October's on the 6th, four weeks on Tuesdays; the fifth on 1 December."""
        self.assertEqual(self.both(), [(0, 5, 0)] * 2)
        self.assertEqual(self.both("11-12 12:00"), [(0, 5, 2)] * 2)
        self.assertEqual(self.both("11-12 12:00", cohort="settled"), [(0, 3, 0)] * 2)
        score = self.score("report_on_time_rate", "11-12 12:00")
        self.assertEqual([score[n] for n in ("value", "decided", "low", "high")],
                         [0, 0, 0, 0.4])

    def test_in_time_and_late(self):
        self.submit("monthly", "2026-10", "11-06 00:00:00.000")
        self.assertEqual(self.both(), [(1, 5, 0)] * 2)
        self.submit("weekly", "2026-W44", "11-03 00:00:00.001")
        self.submit("weekly", "2026-W45", "11-05 00:00", conforming=False)
        self.assertEqual(self.both(), [(1, 5, 0), (2, 5, 0)])
        self.submit("weekly", "2026-W45", "11-20 00:00", conforming=True)
        self.submit("weekly", "2026-W47", "11-20 00:00")
        self.submit("weekly", "2026-W46", "11-16 00:00", agreement="beta")
        self.submit("monthly", "2026-W46", "11-16 00:00")
        self.assertEqual(self.both(), [(2, 5, 0), (4, 5, 0)])

    def test_pending_until_due(self):
        window = {"window": "2026-11-17", "now": "11-16 23:59:59.999"}
        self.assertEqual(self.both(**window), [(0, 1, 1)] * 2)
        self.assertEqual(self.both(**dict(window, now="11-17 00:00")), [(0, 1, 0)] * 2)
        self.submit("weekly", "2026-W46", "11-16 12:00")
        self.assertEqual(self.both(**window), [(1, 1, 0)] * 2)

    def test_the_version_at_the_end_of_the_period_governs(self):
        """The second version lists none; before the first, none was agreed."""
        self.assertEqual(self.both(window="2026-12", now="12-15 00:00"), [(0, 2, 0)] * 2)
        self.assertEqual(self.both(window="2026-01"), [(0, 4, 0)] * 2)
        self.assertEqual(self.score("report_on_time_rate", agreement=["beta"])["reason"],
                         "no_data")
        self.assertEqual(self.score("report_on_time_rate", priority=["P1"])["reason"],
                         "not_in_scope")


if __name__ == "__main__":
    unittest.main()
