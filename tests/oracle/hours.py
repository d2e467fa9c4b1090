"""Sets of instants as sorted lists of half-open [from, to), and business calendars."""

from bisect import bisect_right
from datetime import date, timedelta

import times

DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
LAST_YEAR = 2050


def union(spans):
    """Overlapping and touching spans united."""
    result = []
    for begin, end in sorted(s for s in spans if s[0] < s[1]):
        if result and begin <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((begin, end))
    return result


def intersect(left, right):
    """What lies in both."""
    return union((max(a, c), min(b, d)) for a, b in left for c, d in right
                 if a < d and c < b)


def subtract(spans, holes):
    """What lies in spans and in no hole."""
    result = union(spans)
    for begin, end in union(holes):
        rest = []
        for a, b in result:
            rest += [(a, min(b, begin)), (max(a, end), b)]
        result = union(rest)
    return result


def length(spans):
    """The total length in milliseconds."""
    return sum(end - begin for begin, end in spans)


def parse_days(text):
    """`mon-fri`, `sat`, `mon,wed` (or a list of such) as weekday numbers."""
    parts = text if isinstance(text, list) else text.split(",")
    numbers = set()
    for part in parts:
        first, _, last = part.strip().partition("-")
        begin, end = DAYS.index(first), DAYS.index(last or first)
        numbers.update(range(begin, end + 1))
    return numbers


def parse_span(text):
    """`09:00-12:00` as ms after the day's midnight; past 24 h when overnight."""
    ends = []
    for part in text.split("-"):
        hour, minute = part.strip().split(":")
        ends.append(int(hour) * times.HOUR + int(minute) * times.MINUTE)
    begin, end = ends
    return begin, end if end > begin else end + times.DAY


class Calendar:
    """Weekly spans in a zone, less holidays, with date overrides that open."""

    def __init__(self, config, default_zone):
        self.zone = config.get("timezone", default_zone)
        self.week = {n: [] for n in range(7)}
        for row in config.get("week", []):
            for number in parse_days(row["days"]):
                self.week[number] += [parse_span(s) for s in row["open"]]
        self.closed = {date.fromisoformat(d) for d in config.get("closed", [])}
        self.special = {date.fromisoformat(row["date"]):
                        [parse_span(s) for s in row["open"]]
                        for row in config.get("open", [])}
        self.years = {}

    def day_spans(self, day):
        """The spans that start on a date: its override, else none if closed, else the week's."""
        if day in self.special:
            return self.special[day]
        if day in self.closed:
            return []
        return self.week[day.weekday()]

    def local_spans(self, first, last):
        """The open local time of some dates, as ms of a clock without a zone."""
        spans = []
        day = first
        while day <= last:
            midnight = times.naive_ms(day)
            spans += [(midnight + a, midnight + b) for a, b in self.day_spans(day)]
            day += timedelta(days=1)
        return union(spans)

    def year(self, year):
        """The open UTC spans of a UTC year: an instant is open iff its local time is."""
        if year not in self.years:
            spans = []
            for begin, end, offset in times.year_offsets(self.zone, year):
                first = times.from_ms(begin + offset).date() - timedelta(days=1)
                last = times.from_ms(end + offset).date()
                for a, b in self.local_spans(first, last):
                    spans.append((max(a - offset, begin), min(b - offset, end)))
            spans = union(spans)
            self.years[year] = spans, [a for a, _ in spans]
        return self.years[year]

    def open_spans(self, begin, end):
        """The open spans in [begin, end), not united across new year."""
        if begin >= end:
            return []
        result = []
        for year in range(times.from_ms(begin).year, times.from_ms(end - 1).year + 1):
            spans, starts = self.year(year)
            for a, b in spans[max(0, bisect_right(starts, begin) - 1):]:
                if a >= end:
                    break
                if b > begin:
                    result.append((max(a, begin), min(b, end)))
        return result

    def elapsed(self, begin, end):
        """Open milliseconds in [begin, end)."""
        return length(self.open_spans(begin, end))

    def reach(self, begin, amount):
        """The least t with elapsed(begin, t) >= amount; None if it never comes."""
        if amount <= 0:
            return begin
        for year in range(times.from_ms(begin).year, LAST_YEAR):
            end = times.naive_ms(date(year + 1, 1, 1))
            for a, b in self.open_spans(max(begin, times.naive_ms(date(year, 1, 1))), end):
                if b - a >= amount:
                    return a + amount
                amount -= b - a
        return None


ALWAYS = Calendar({"timezone": "UTC",
                   "week": [{"days": "mon-sun", "open": ["00:00-24:00"]}]}, "UTC")
