#!/usr/bin/python3
"""The due times that slad computes, against those that the City of Boston computed.

The cases are opened without the city's due time and never closed, so each becomes late at the first
instant after the deadline: that is when it settles. The city's rule "N working days later, at the
same time of day" is a target of N x 8h30m from 08:30 to 17:00, Monday to Friday.

Its other rule, "N calendar days later, at the same time of day", is no length of time across a
clock change; slad's targets are lengths of time, so there the two differ by that hour, and by
nothing else.
"""
import re
from datetime import timedelta

import boston
from reallog import EVER, Always, RealLog, instant, main, ndjson, rows

HOLIDAYS = ["2015-01-01", "2015-01-19", "2015-02-16", "2015-04-20", "2015-05-25",
            "2015-09-07", "2015-10-12", "2015-11-11", "2015-11-26", "2015-12-25"]
WORKDAY = 510  # minutes


def rules():
    """{type: (days, whether they are working days)}"""
    found = {}
    for row in rows(boston.FOLDER, "gt_target_calendar.csv"):
        days, unit = re.match(r"(\d+) (working|calendar) days", row["rule"]).groups()
        found[row["TYPE"]] = (int(days), unit == "working")
    return found


def target(type_, days, working):
    return {"service": type_, "calendar": "office" if working else "always",
            "resolve": f"{days * WORKDAY}m" if working else f"{days}d"}


class BostonCalendar(Always, RealLog):
    folder = boston.FOLDER

    @classmethod
    def read(cls):
        cls.rules = rules()
        cls.config = {
            "timezone": "America/New_York",
            "calendars": [{"name": "office", "closed": HOLIDAYS,
                           "week": [{"days": "mon-fri", "open": ["08:30-17:00"]}]}],
            "agreements": [{"id": "city", "from": "2015-01-01", "calendar": "office",
                            "targets": [target(t, *rule) for t, rule in cls.rules.items()]}]}
        cls.cases = {case["CASE_ENQUIRY_ID"]: case for case in boston.cases()
                     if case["due"] and case["TYPE"] in cls.rules}
        return [ndjson([boston.opened(case, agreement="city")]) for case in cls.cases.values()]

    def deadlines(self):
        """{case: the instant after which it is late}"""
        found = {}
        for ticket in self.slad.behind("timely_resolution_rate", "bad", **EVER):
            found[ticket["subject"]] = instant(ticket["settled_at"]) - timedelta(milliseconds=1)
        return found

    def agreed(self, working, correct=lambda case, at: at):
        """{type: (cases, equal to the second, within a minute)}"""
        found = {t: (0, 0, 0) for t, rule in self.rules.items() if rule[1] == working}
        for subject, at in self.deadlines().items():
            case = self.cases[subject]
            if case["TYPE"] in found:
                off = abs(correct(case, at).timestamp() - case["due"].timestamp())
                n, equal, near = found[case["TYPE"]]
                found[case["TYPE"]] = (n + 1, equal + (off == 0), near + (off <= 60))
        return found

    def expected(self, working):
        return {row["TYPE"]: (int(row["cases_with_target"]), int(row["equal_to_the_second"]),
                              int(row["within_60s"]))
                for row in rows(self.folder, "gt_target_calendar.csv")
                if self.rules[row["TYPE"]][1] == working}

    def test_every_case_is_late_by_now(self):
        self.assertEqual(set(self.deadlines()), set(self.cases))

    def test_working_days_agree_for_17960_of_18589(self):
        found = self.agreed(working=True)
        self.assertEqual(found, self.expected(working=True))
        self.assertEqual([sum(t[i] for t in found.values()) for i in (2, 0)], [17_960, 18_589])

    def test_calendar_days_agree_but_for_the_hour_of_a_clock_change(self):
        def same_time_of_day(case, at):
            return at + (case["opened"].utcoffset() - at.astimezone(boston.ZONE).utcoffset())
        self.assertEqual(self.agreed(False, same_time_of_day), self.expected(working=False))
        plain, rule = self.agreed(False), self.expected(working=False)
        for type_, (n, _, near) in plain.items():
            self.assertEqual(n, rule[type_][0])
            self.assertLess(near, rule[type_][2], f"{type_}: some cross the clock change")

    def test_a_ticket_tells_the_same(self):
        deadlines = self.deadlines()
        for subject in sorted(deadlines)[::200]:
            days, working = self.rules[self.cases[subject]["TYPE"]]
            clock = self.slad.ticket(subject)["cycles"][0]["clocks"]["resolution"]
            late = deadlines[subject] + timedelta(milliseconds=1)
            self.assertEqual(instant(clock["breached_at"]), late)
            minutes = days * (WORKDAY if working else 1440)
            spelt = re.match(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?$", clock["target"]).groups("0")
            self.assertEqual(sum(int(n) * m for n, m in zip(spelt, (1440, 60, 1))), minutes)
            self.assertGreater(clock["elapsed_ms"], minutes * 60_000)


if __name__ == "__main__":
    main()
