#!/usr/bin/python3
"""Timely resolution of Boston's 311 requests by the city's own due times, counted by slad.

In slad an open case with a due time in the past is late, and a case without one is never late. The
city's figure is of closed cases with a due time only: those on time are B - A of
timely_resolution_rate under `promised`, and all of them are A of resolution_rate.
"""
from datetime import datetime, timedelta

import boston
from reallog import EVER, Always, RealLog, by, good, instant, main, nearest_rank, rows, truth

COLUMNS = {"team": ("gt_by_department.csv", "Department"), "service": ("gt_by_type.csv", "TYPE"),
           "priority": ("gt_by_source.csv", "Source")}
MONTHS = [f"2015-{month:02}" for month in range(1, 7)]


class Boston(Always, RealLog):
    folder = boston.FOLDER
    config = {"timezone": "America/New_York",
              "agreements": [{"id": "promised", "from": "2015-01-01"},
                             {"id": "unpromised", "from": "2015-01-01"}]}

    @classmethod
    def read(cls):
        cls.cases = boston.cases()
        return [line for case in cls.cases for line in boston.lifetime(case)]

    def figures(self, **params):
        """slad's answers in the columns of the ground truth."""
        timely = self.score("timely_resolution_rate", **params)
        resolved = self.score("resolution_rate", **params)
        return {"b": timely["b"], "on_time": good(timely), "late": timely["a"],
                "open_in_time": timely["pending"], "closed": resolved["a"],
                "open": resolved["pending"]}

    def test_timely_resolution_is_27295_of_37320(self):
        promised = self.figures(agreement="promised", **EVER)
        self.assertEqual((promised["on_time"], promised["closed"]), (27_295, 37_320))
        summary = truth(self.folder)
        self.assertEqual(promised["b"], summary["with_target"])
        self.assertEqual(promised["on_time"], summary["closed_le_target"])
        self.assertEqual(promised["closed"] - promised["on_time"], summary["closed_gt_target"])
        self.assertEqual(promised["late"], summary["closed_gt_target"] + promised["open"],
                         "slad counts what is open and past its due time as late, too")

    def test_without_a_due_time_nothing_is_late(self):
        summary, free = truth(self.folder), self.figures(agreement="unpromised", **EVER)
        closed = summary["closed"] - summary["closed_with_target"]
        total = summary["cases"] - summary["with_target"]
        self.assertEqual(free, {"b": total, "on_time": closed, "late": 0, "closed": closed,
                                "open": total - closed, "open_in_time": total - closed})

    def test_all_cases_together(self):
        summary, all_ = truth(self.folder), self.figures(**EVER)
        self.assertEqual((all_["b"], all_["closed"], all_["open"], all_["on_time"]),
                         (summary["cases"], summary["closed"], summary["open"],
                          summary["flag_ontime_closed"]))

    def parts(self, dimension, **params):
        """(cases, closed, on time with or without a due time, the same with one only) by group."""
        found = {}
        for agreement in ("promised", "unpromised"):
            timely = by(self.scores("timely_resolution_rate", by=dimension, agreement=agreement,
                                    **params), dimension)
            resolved = by(self.scores("resolution_rate", by=dimension, agreement=agreement,
                                      **params), dimension)
            for name, score in timely.items():
                part = found.setdefault(name, [0] * 6)
                closed = resolved[name]["a"]
                part[:3] = [part[0] + score["b"], part[1] + closed, part[2] + good(score)]
                if agreement == "promised":
                    part[3:] = [closed, good(score), closed - good(score)]
        return {name: tuple(part) for name, part in found.items()}

    def row(self, row):
        return tuple(int(row[name]) for name in (
            "cases", "closed", "flag_ontime_closed", "closed_with_target", "closed_le_target",
            "closed_gt_target"))

    def test_by_department_type_and_source(self):
        for dimension, (table, column) in COLUMNS.items():
            expected = {row[column]: self.row(row) for row in rows(self.folder, table)}
            self.assertEqual(self.parts(dimension, **EVER), expected)

    def test_by_month_of_opening(self):
        expected = {row["open_month"]: self.row(row)
                    for row in rows(self.folder, "gt_by_open_month.csv")}
        self.assertEqual(sorted(expected), MONTHS)
        for month in MONTHS:
            parts = self.parts("agreement", window=month).values()
            self.assertEqual(tuple(map(sum, zip(*parts))), expected[month], month)

    def test_days_add_up_to_months(self):
        day, days = datetime(2015, 1, 1), {}
        while day.year == 2015 and day.month < 7:
            for part in self.parts("team", window=f"{day:%Y-%m-%d}").values():
                days.setdefault(f"{day:%Y-%m}", []).append(part)
            day += timedelta(days=1)
        for row in rows(self.folder, "gt_by_open_month.csv"):
            self.assertEqual(tuple(map(sum, zip(*days[row["open_month"]]))), self.row(row))

    def test_backlog_at_local_midnight(self):
        """Settled by then are those resolved, and those whose due time was over, late or not."""
        for row in rows(self.folder, "gt_backlog_asof.csv"):
            at = datetime.fromisoformat(row["asof_local"]).replace(tzinfo=boston.ZONE)
            window = {"from_": "2010-01-01T00:00:00Z", "to_": at.isoformat()}
            opened = self.score("resolution_rate", **window)["b"]
            resolved = self.score("resolution_rate", cohort="settled", **window)["b"]
            decided = self.score("timely_resolution_rate", cohort="settled", **window)["b"]
            self.assertEqual((opened, opened - resolved, decided - resolved),
                             (int(row["opened_before"]), int(row["open_backlog"]),
                              int(row["open_past_target"])), row["asof_local"])

    def test_backlog_of_the_statistics(self):
        """The backlog that a window begins with, and that the one before it ended with."""
        for row in rows(self.folder, "gt_backlog_asof.csv"):
            at = datetime.fromisoformat(row["asof_local"]).replace(tzinfo=boston.ZONE)
            after, = self.statistics(from_=at.isoformat(), to_="2026-10-01T00:00:00Z")
            before, = self.statistics(from_="2010-01-01T00:00:00Z", to_=at.isoformat())
            self.assertEqual((before["tickets"]["request"]["opened"],
                              before["tickets"]["request"]["backlog_after"],
                              after["tickets"]["request"]["backlog_before"]),
                             (int(row["opened_before"]), int(row["open_backlog"]),
                              int(row["open_backlog"])), row["asof_local"])

    def test_times_of_the_statistics(self):
        """The table counts a case that closed before it opened with the time below zero that this
        took; slad clamps it to 0, which moves the sum and no percentile of these."""
        figures = dict(truth(self.folder)["resolution_seconds_elapsed_new_york"])
        for case in self.cases:
            if case["closed"] and case["closed"] < case["opened"]:
                figures["sum"] += round(case["opened"].timestamp() - case["closed"].timestamp())
        for cohort in ("opened", "settled"):
            clocks = self.statistics(cohort=cohort, **EVER)[0]["times"]
            self.assert_times(clocks["resolution"]["elapsed"], figures, cohort)
            self.assertEqual(clocks["resolution"]["working"], clocks["resolution"]["elapsed"],
                             "the calendar is always open, and nothing paused")
            self.assertEqual(clocks["response"], clocks["resolution"],
                             "the log tells of no answer but the closing")

    def test_months_and_types_of_the_statistics(self):
        for month in MONTHS:
            took = {}
            for case in self.cases:
                if case["closed"] and f"{case['opened']:%Y-%m}" == month:
                    took.setdefault(case["TYPE"], []).append(
                        max(0, case["closed"].timestamp() - case["opened"].timestamp()))
            for group in self.statistics(window=month, by="service"):
                values = took.pop(group["scope"]["service"], [])
                if values:
                    self.assert_times(group["times"]["resolution"]["elapsed"], {
                        "n": len(values), "sum": sum(values),
                        **{f"p{p}": nearest_rank(values, p) for p in (50, 90, 95, 99)}},
                        (month, group["scope"]))
            self.assertEqual(took, {})

    def test_settled_by_month(self):
        """On time in the month of the resolution, late in the month of the due time."""
        for month in MONTHS:
            settled = [0, 0]
            for case in self.cases:
                late = case["due"] and (not case["closed"] or case["closed"] > case["due"])
                at = case["due"] if late else case["closed"]
                settled[bool(late)] += at is not None and f"{at:%Y-%m}" == month
            score = self.score("timely_resolution_rate", cohort="settled", window=month)
            self.assertEqual([good(score), score["a"]], settled, month)

    def test_elapsed_time_is_exact_across_the_clock_changes(self):
        summary = truth(self.folder)["resolution_seconds_elapsed_new_york"]
        took, before = {}, 0
        for ticket in self.slad.behind("resolution_rate", "good", **EVER):
            took[ticket["subject"]] = (instant(ticket["settled_at"]) -
                                       instant(ticket["opened"])).total_seconds()
        for case in self.cases:
            if case["closed"] and case["closed"] < case["opened"]:
                before += (case["closed"].timestamp() - case["opened"].timestamp())
                self.assertEqual(took[case["CASE_ENQUIRY_ID"]], 0, "clamped")
        self.assertEqual(len(took), summary["n"])
        self.assertEqual(int(sum(took.values()) + before), summary["sum"])
        self.assertEqual(nearest_rank(took.values(), 50), summary["p50"])
        self.assertEqual(nearest_rank(took.values(), 90), summary["p90"])
        for subject in sorted(took)[::50]:
            clock = self.slad.ticket(subject)["cycles"][0]["clocks"]["resolution"]
            self.assertEqual(clock["elapsed_ms"], took[subject] * 1000)

    def test_cases_closed_before_they_open_are_clamped(self):
        clamped = [c for c in self.cases if c["closed"] and c["closed"] < c["opened"]]
        self.assertEqual(len(clamped), truth(self.folder)["closed_before_open"])
        for case in clamped:
            ticket = self.slad.ticket(case["CASE_ENQUIRY_ID"])
            cycle = ticket["cycles"][0]
            self.assertEqual((ticket["state"], cycle["resolved_at"]),
                             ("resolved", cycle["start"]))
            self.assertEqual(cycle["clocks"]["resolution"]["elapsed_ms"], 0)


if __name__ == "__main__":
    main()
