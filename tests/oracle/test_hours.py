#!/usr/bin/python3
"""Calendars and windows of the oracle against small cases computed by hand."""

import os
import random
import sys
import unittest
from datetime import date, timedelta

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import hours
import times
import windows
from cases import CONFIG, Case, at

HOUR, MINUTE = times.HOUR, times.MINUTE


class Calendars(Case):

    def calendar(self, zone, *spans, **more):
        return hours.Calendar(dict({"timezone": zone, "week": [
            {"days": "mon-sun", "open": list(spans)}]}, **more), "UTC")

    def day(self, calendar, day):
        """Open hours of a local day."""
        begin = times.day_start(calendar.zone, day)
        return calendar.elapsed(begin, times.day_start(
            calendar.zone, day + timedelta(days=1))) / HOUR

    def test_days_of_other_lengths(self):
        whole = self.calendar("America/New_York", "00:00-24:00")
        self.assertEqual(self.day(whole, date(2026, 3, 8)), 23)
        self.assertEqual(self.day(whole, date(2026, 11, 1)), 25)
        howe = self.calendar("Australia/Lord_Howe", "00:00-24:00")
        self.assertEqual(self.day(howe, date(2026, 4, 5)), 24.5)
        self.assertEqual(self.day(howe, date(2026, 10, 4)), 23.5)

    def test_span_over_gap_and_fold(self):
        early = self.calendar("America/New_York", "01:00-03:30")
        self.assertEqual(self.day(early, date(2026, 3, 8)), 1.5)
        self.assertEqual(self.day(early, date(2026, 11, 1)), 3.5)
        self.assertEqual(self.day(early, date(2026, 11, 2)), 2.5)

    def test_midnight_that_is_skipped(self):
        start = times.day_start("America/Santiago", date(2026, 9, 6))
        self.assertEqual(times.format_zoned(start, "America/Santiago"),
                         "2026-09-06T01:00:00-03:00")
        self.assertEqual(times.format_utc(start), "2026-09-06T04:00:00.000Z")

    def test_holidays_and_make_up_days(self):
        office = self.oracle.settings.agreements["acme"][0].calendar
        self.assertEqual(self.day(office, date(2026, 10, 1)), 0)
        self.assertEqual(self.day(office, date(2026, 10, 10)), 9)
        self.assertEqual(self.day(office, date(2026, 10, 11)), 0)
        self.assertEqual(self.day(office, date(2026, 10, 12)), 7.5)
        self.assertEqual(self.day(office, date(2026, 12, 31)), 3)

    def test_overnight_belongs_to_its_first_day(self):
        """Friday 20th is closed: its morning is Thursday's, its evening and Saturday none."""
        night = hours.Calendar(CONFIG["calendars"][2], "UTC")
        self.assertEqual(self.day(night, date(2026, 11, 16)), 2)
        self.assertEqual(self.day(night, date(2026, 11, 19)), 8)
        self.assertEqual(self.day(night, date(2026, 11, 20)), 6)
        self.assertEqual(self.day(night, date(2026, 11, 21)), 0)
        self.assertEqual(self.day(night, date(2026, 11, 14)), 6)

    def test_overlapping_spans_count_once(self):
        lap = self.calendar("UTC", "20:00-06:00", "05:00-09:00")
        self.assertEqual(self.day(lap, date(2026, 5, 5)), 13)

    def test_every_minute_by_wall_clock(self):
        """An instant is open iff its local time lies in a span: two days around changes."""
        for zone, day in (("America/New_York", date(2026, 3, 7)),
                          ("Australia/Lord_Howe", date(2026, 4, 4)),
                          ("Europe/Berlin", date(2026, 10, 24)),
                          ("Asia/Kathmandu", date(2026, 5, 5))):
            calendar = self.calendar(zone, "01:45-02:10", "23:00-00:30")
            begin = times.day_start(zone, day)
            for minute in range(begin, begin + 48 * HOUR, MINUTE):
                local = times.from_ms(minute).astimezone(times.zone_info(zone))
                wall = local.hour * 60 + local.minute
                is_open = 105 <= wall < 130 or wall >= 1380 or wall < 30
                self.assertEqual(calendar.elapsed(minute, minute + MINUTE),
                                 MINUTE if is_open else 0, local)

    def test_reach_inverts_elapsed(self):
        rng = random.Random(7)
        calendar = self.calendar("Europe/Berlin", "22:00-03:00", "09:10-11:00")
        for _ in range(300):
            begin = at("10-20 00:00") + rng.randrange(9 * times.DAY)
            amount = rng.randrange(1, 40 * HOUR)
            end = calendar.reach(begin, amount)
            self.assertEqual(calendar.elapsed(begin, end), amount)
            self.assertEqual(calendar.elapsed(begin, end - 1), amount - 1)

    def test_never_open(self):
        never = hours.Calendar({"timezone": "UTC", "week": []}, "UTC")
        self.assertIsNone(never.reach(0, 1))


class Windows(Case):

    def window(self, name, now="11-20 03:00", zone="Asia/Shanghai"):
        found = windows.find(name, None, None, zone, at(now))
        return [found.name] + [times.format_zoned(t, zone) for t in (found.begin, found.end)]

    def test_names(self):
        day = ["2026-11-20", "2026-11-20T00:00:00+08:00", "2026-11-21T00:00:00+08:00"]
        self.assertEqual(self.window("today"), day)
        self.assertEqual(self.window("2026-11-20"), day)
        self.assertEqual(self.window("yesterday")[0], "2026-11-19")
        self.assertEqual(self.window("this-week"), [
            "2026-W47", "2026-11-16T00:00:00+08:00", "2026-11-23T00:00:00+08:00"])
        self.assertEqual(self.window("last-month"), [
            "2026-10", "2026-10-01T00:00:00+08:00", "2026-11-01T00:00:00+08:00"])
        self.assertEqual(self.window("last-quarter"), [
            "2026-Q3", "2026-07-01T00:00:00+08:00", "2026-10-01T00:00:00+08:00"])
        self.assertEqual(self.window("2026-Q4")[1:], [
            "2026-10-01T00:00:00+08:00", "2027-01-01T00:00:00+08:00"])
        self.assertEqual(self.window("last-year")[0], "2025")

    def test_zone_decides_the_day(self):
        self.assertEqual(self.window("today", zone="America/New_York"), [
            "2026-11-19", "2026-11-19T00:00:00-05:00", "2026-11-20T00:00:00-05:00"])
        answer = self.oracle.scores(at("11-20 03:00"), window="today", agreement=["beta"])
        self.assertEqual(answer["window"]["from"], "2026-11-19T00:00:00-05:00")

    def test_iso_weeks(self):
        self.assertEqual(windows.absolute("2026-W53")[1:], (date(2026, 12, 28),
                                                            date(2027, 1, 4)))
        self.assertEqual(windows.relative("this-week", date(2027, 1, 2))[0], "2026-W53")
        self.assertEqual(windows.relative("last-week", date(2027, 1, 5))[0], "2026-W53")

    def test_a_day_across_the_change(self):
        self.assertEqual(self.window("2026-11-01", zone="America/New_York")[1:], [
            "2026-11-01T00:00:00-04:00", "2026-11-02T00:00:00-05:00"])

    def test_rolling(self):
        self.assertEqual(self.window("90m", "11-20 03:00:30.000")[1:], [
            "2026-11-20T01:31:00+08:00", "2026-11-20T03:01:00+08:00"])

    def test_half_open(self):
        self.open("11-20 23:59:59.999")
        self.open("11-21 00:00:00.000", subject="T2")
        self.assertEqual(self.counts("resolution_rate", window="2026-11-20"), (0, 1, 1))


if __name__ == "__main__":
    unittest.main()
