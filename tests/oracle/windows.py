"""Windows: names, ISO weeks, rolling and explicit ones; half-open, to the minute."""

import re
from datetime import date, timedelta

import times


class Window:
    """[begin, end) with its canonical name and the zone it lies in."""

    def __init__(self, name, begin, end, zone):
        self.name = name
        self.begin = begin
        self.end = end
        self.zone = zone

    def holds(self, instant):
        """Edges are whole minutes, so an instant counts as its minute does."""
        return instant is not None and self.begin <= instant < self.end


def month_after(day, months):
    """The first of the month, some months on."""
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def quarter_start(day):
    """The first day of the quarter."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def week_start(day):
    """The Monday of the ISO week."""
    return day - timedelta(days=day.weekday())


def period(unit, day):
    """(canonical name, first day, first day after) of the day, week, ... that holds a day."""
    if unit == "day":
        return day.isoformat(), day, day + timedelta(days=1)
    if unit == "week":
        monday = week_start(day)
        year, week, _ = monday.isocalendar()
        return "%04d-W%02d" % (year, week), monday, monday + timedelta(days=7)
    if unit == "month":
        first = day.replace(day=1)
        return first.strftime("%Y-%m"), first, month_after(first, 1)
    if unit == "quarter":
        first = quarter_start(day)
        return "%04d-Q%d" % (first.year, first.month // 3 + 1), first, month_after(first, 3)
    return "%04d" % day.year, date(day.year, 1, 1), date(day.year + 1, 1, 1)


def relative(name, today):
    """`today`, `yesterday`, `this-week`, `last-month`, ... or None."""
    if name in ("today", "yesterday"):
        return period("day", today - timedelta(days=name == "yesterday"))
    which, _, unit = name.partition("-")
    if which not in ("this", "last") or unit not in ("week", "month", "quarter", "year"):
        return None
    found = period(unit, today)
    if which == "last":
        found = period(unit, found[1] - timedelta(days=1))
    return found


def absolute(name):
    """`2026`, `2026-Q4`, `2026-11`, `2026-W47`, `2026-11-20`, or None."""
    if re.fullmatch(r"\d{4}", name):
        return period("year", date(int(name), 1, 1))
    if re.fullmatch(r"\d{4}-Q[1-4]", name):
        return period("quarter", date(int(name[:4]), int(name[6]) * 3 - 2, 1))
    if re.fullmatch(r"\d{4}-\d\d", name):
        return period("month", date(int(name[:4]), int(name[5:]), 1))
    if re.fullmatch(r"\d{4}-W\d\d", name):
        return period("week", date.fromisocalendar(int(name[:4]), int(name[6:]), 1))
    if re.fullmatch(r"\d{4}-\d\d-\d\d", name):
        return period("day", date.fromisoformat(name))
    return None


def find(name, begin, end, zone, now):
    """The window that a request asks for; raises ValueError where it is none."""
    if begin is not None or end is not None:
        return explicit(begin, end, zone)
    found = relative(name, times.local_date(zone, now)) or absolute(name)
    if found:
        return Window(found[0], times.day_start(zone, found[1]),
                      times.day_start(zone, found[2]), zone)
    span = times.parse_duration(name)
    if not span or span % times.MINUTE:
        raise ValueError("no window: " + name)
    last = now - now % times.MINUTE + times.MINUTE
    return Window(name, last - span, last, zone)


def explicit(begin, end, zone):
    """From and to as RFC 3339, whole minutes."""
    first, last = times.parse_time(begin), times.parse_time(end)
    if first is None or last is None or first >= last \
            or first % times.MINUTE or last % times.MINUTE:
        raise ValueError("no window: %s/%s" % (begin, end))
    name = times.format_zoned(first, zone) + "/" + times.format_zoned(last, zone)
    return Window(name, first, last, zone)
