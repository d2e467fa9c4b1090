#!/usr/bin/python3
"""The incidents' own made_sla flag, against a target in a calendar open from Monday to Friday, 24
hours.

The rule behind the flag is not published. The nearest known one, from opening to closing, is 9,219
minutes of those five days for Moderate and 20,734 for Low; it agrees for 99.24 % and 99.85 %.
slad's verdicts must be those of that rule, counted here by another way, without exception.
"""
from datetime import timedelta

import uci
from reallog import EVER, Always, RealLog, by, main, rows

RATE = "on_time_recovery_rate"
LIMITS = {"3 - Moderate": 9_219, "4 - Low": 20_734}
AGREES = {"3 - Moderate": 0.9924, "4 - Low": 0.9985}


def weekday_minutes(start, end):
    """Whole weeks have five days; the days that remain are looked at one by one."""
    weeks = (end - start) // timedelta(days=7)
    count, at = weeks * 5 * 1440, start + timedelta(days=7 * weeks)
    while at < end:
        midnight = at.replace(hour=0, minute=0) + timedelta(days=1)
        until = min(midnight, end)
        if at.weekday() < 5:
            count += uci.minutes(until - at)
        at = until
    return count


class Weekdays(Always, RealLog):
    folder = uci.FOLDER
    config = {
        "calendars": [{"name": "weekdays",
                       "week": [{"days": "mon-fri", "open": ["00:00-24:00"]}]}],
        "agreements": [{"id": "guess", "from": "2016-01-01", "calendar": "weekdays",
                        "targets": [{"kind": "incident", "priority": name, "recover": f"{limit}m"}
                                    for name, limit in LIMITS.items()]}]}

    @classmethod
    def read(cls):
        cls.incidents = {i.number: i for i in uci.incidents()}
        return [line for i in cls.incidents.values() for line in uci.closing(i, "guess")]

    def late(self):
        """Those that slad counts late; all that are closed are settled."""
        return {ticket["subject"] for ticket in self.slad.behind(RATE, "bad", **EVER)}

    def test_late_are_those_over_the_limit(self):
        expected = set()
        for number, incident in self.incidents.items():
            limit = LIMITS.get(incident.last["priority"])
            closed = uci.when(incident.last["closed_at"])
            if limit and weekday_minutes(incident.opened, closed) > limit:
                expected.add(number)
        self.assertEqual(self.late(), expected)

    def test_the_scores_agree_with_the_flag_as_far_as_the_rule_does(self):
        late, found = self.late(), by(self.scores(RATE, by="priority", **EVER), "priority")
        for row in rows(self.folder, "gt_made_sla_by_priority.csv"):
            name, score = row["priority"], found[row["priority"]]
            self.assertEqual(score["b"], int(row["cases"]))
            these = [i for i in self.incidents.values() if i.last["priority"] == name]
            self.assertEqual(score["a"], sum(i.number in late for i in these))
            if name in LIMITS:
                agree = sum((i.last["made_sla"] == "true") == (i.number not in late)
                            for i in these)
                self.assertEqual(round(agree / len(these), 4), AGREES[name], f"{name}: {agree}")
            else:
                self.assertEqual(score["a"], 0, "no target")


if __name__ == "__main__":
    main()
