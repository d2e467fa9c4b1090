#!/usr/bin/python3
"""Business time and zone offsets, checked by counting the seconds one by one.

usage: calendar_oracle.py [PATH-OF-TOOL] [--seed N]     (the tool of $BUILD, if none is named)

Zones come from Python's own zoneinfo, open hours from the plan's words ("an instant is open if and
only if its local time lies in an open span"); nothing is shared with slad's calendar. Around each
change of the clocks, random calendars are put to tool_calendar with random questions.
"""

import argparse
import os
import random
import subprocess
import sys
from bisect import bisect_left
from datetime import date, datetime, timedelta, timezone
from itertools import accumulate
from zoneinfo import ZoneInfo, available_timezones

DAY = 86400
EPOCH = date(1970, 1, 1).toordinal()
CALENDARS = 4
QUESTIONS = 60
OFFSETS = 30
RULES_END = datetime(2037, 12, 31, tzinfo=timezone.utc)
MISREAD_AFTER_RULES_END = {"Europe/Dublin", "Eire"}

CHANGES = [
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Asia/Shanghai", date(1991, 9, 15)),
    ("Asia/Kathmandu", date(2026, 1, 1)),
    ("Pacific/Apia", date(2011, 12, 30)),
    ("America/Havana", date(2026, 3, 8)),
    ("America/Havana", date(2026, 11, 1)),
    ("Africa/Casablanca", date(2026, 2, 15)),
    ("Africa/Casablanca", date(2026, 3, 22)),
    ("Asia/Gaza", date(2027, 2, 6)),
    ("UTC", date(2026, 12, 31)),
]


def local_seconds(zone, first, last):
    """(days since 1970, second of the day) on the wall, for each second in [first, last)."""
    wall = []
    for t in range(first, last):
        shown = datetime.fromtimestamp(t, zone)
        wall.append((shown.toordinal() - EPOCH,
                     shown.hour * 3600 + shown.minute * 60 + shown.second))
    return wall


def random_spans(rng):
    """Up to three spans, in minutes; some end at 24:00, some on the next day."""
    spans = []
    for _ in range(rng.choice([0, 1, 1, 2, 3])):
        begin = rng.choice([0, 60, 120, 480, 540, 1320, rng.randrange(1440)])
        end = rng.choice([begin + rng.randint(1, 600), 1440, 1440 + rng.randint(1, 1440)])
        if begin < end:
            spans.append((begin, end))
    return spans


def random_plan(rng, middle):
    """Seven weekdays, and a few dates around the middle."""
    week = [random_spans(rng) for _ in range(7)]
    if rng.random() < 0.2:
        week = [[]] * 7
    near = rng.sample(range(middle - 3, middle + 4), rng.randint(0, 4))
    return week, {day: random_spans(rng) for day in near}


def flags_of(plan, day):
    """86400 bytes: 1 where the day's wall is open."""
    week, dates = plan
    flags = bytearray(DAY)
    for begun in (day, day - 1):
        spans = dates[begun] if begun in dates else week[(begun + 3) % 7]
        for begin, end in spans:
            lead = (begun - day) * DAY
            low, high = max(0, begin * 60 + lead), min(DAY, end * 60 + lead)
            if low < high:
                flags[low:high] = b"\1" * (high - low)
    return flags


class Counted:
    """Each second of a span of time, open or shut, and how many were open before it."""

    def __init__(self, plan, first, wall):
        days = {day: flags_of(plan, day) for day in {day for day, _ in wall}}
        self.first = first
        self.flags = [days[day][second] for day, second in wall]
        self.sums = [0, *accumulate(self.flags)]

    def until(self, t):
        """Open ms before the ms t."""
        second, rest = divmod(t - self.first * 1000, 1000)
        total = self.sums[second] * 1000
        return total + rest if rest and self.flags[second] else total

    def elapsed(self, s, e):
        return self.until(e) - self.until(s) if s < e else 0

    def after(self, s, n):
        """The first ms by which n have passed; None if that lies past what was counted."""
        if n == 0:
            return s
        want = self.until(s) + n
        second = bisect_left(self.sums, (want + 999) // 1000)
        if second >= len(self.sums):
            return None
        return (self.first + second - 1) * 1000 + want - self.sums[second - 1] * 1000


class Script:
    """Lines for the tool, and what it is to answer."""

    def __init__(self):
        self.lines, self.questions = [], []

    def ask(self, line, answer):
        self.lines.append(line)
        self.questions.append((line, str(answer)))


def describe(script, name, zone, plan):
    def words(spans):
        return "".join(f" {begin}-{end}" for begin, end in spans)

    week, dates = plan
    script.lines.append(f"calendar {name} {zone}")
    script.lines += [f"week {day}{words(spans)}" for day, spans in enumerate(week)]
    script.lines += [f"date {day}{words(spans)}" for day, spans in dates.items()]


def ask_hours(script, rng, name, counted):
    low, high = counted.first * 1000, (counted.first + len(counted.flags)) * 1000
    whole = counted.elapsed(low, high)
    for _ in range(QUESTIONS):
        unit = rng.choice([1, 1000, 60000, 900000])
        s = rng.randrange(low, high) // unit * unit
        e = rng.randrange(low, high) // unit * unit
        script.ask(f"elapsed {name} {s} {e}", counted.elapsed(s, e))
        n = rng.randint(0, whole) // unit * unit
        t = counted.after(s, n)
        if t is not None:
            script.ask(f"after {name} {s} {n}", t)


def ask_change(script, rng, zone, day):
    begin = datetime(day.year, day.month, day.day, tzinfo=timezone.utc)
    first = int(begin.timestamp()) - DAY
    wall = local_seconds(ZoneInfo(zone), first, first + 3 * DAY)
    for _ in range(CALENDARS):
        name = f"c{len(script.lines)}"
        plan = random_plan(rng, day.toordinal() - EPOCH)
        describe(script, name, zone, plan)
        ask_hours(script, rng, name, Counted(plan, first, wall))


def ask_offsets(script, rng):
    """Offsets of every zone, from the age of local mean times to 2100."""
    for name in sorted(n for n in available_timezones() if n[0].isupper()):
        zone = ZoneInfo(name)
        end = datetime(2100, 1, 1, tzinfo=timezone.utc)
        if name in MISREAD_AFTER_RULES_END:
            end = RULES_END
        for _ in range(OFFSETS):
            t = rng.randrange(-3 * 10**9, int(end.timestamp()))
            offset = datetime.fromtimestamp(t, zone).utcoffset()
            script.ask(f"offset {name} {t * 1000}", offset // timedelta(milliseconds=1))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tool", nargs="?", help="$BUILD/tests/tool_calendar if absent",
                        default=os.path.join(os.environ.get("BUILD", "build/release"),
                                             "tests/tool_calendar"))
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    options = parser.parse_args()
    print(f"seed {options.seed}")
    rng, script = random.Random(options.seed), Script()
    for zone, day in CHANGES:
        ask_change(script, rng, zone, day)
    ask_offsets(script, rng)
    run = subprocess.run([os.path.abspath(options.tool)], input="\n".join(script.lines) + "\n",
                         stdout=subprocess.PIPE, text=True, check=True)
    answers = run.stdout.split()
    failed = abs(len(script.questions) - len(answers))
    for (line, right), answer in zip(script.questions, answers):
        if answer != right:
            failed += 1
            if failed <= 20:
                print(f"{line}: {answer}, but {right} is right")
    print(f"{len(script.questions) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
