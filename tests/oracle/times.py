"""Instants, durations, zones: everything is UTC milliseconds inside."""

import re
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}

RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(\.\d+)?([Zz]|([+-])(\d\d):(\d\d))",
    re.ASCII)


def parse_time(text):
    """RFC 3339 with a mandatory offset; the fraction is cut to ms; None if wrong."""
    return parse_text(text) if isinstance(text, str) else None


@lru_cache(maxsize=100000)
def parse_text(text):
    """The same, of text."""
    found = RFC3339.fullmatch(text)
    if not found:
        return None
    year, month, day, hour, minute, second = (int(found[i]) for i in range(1, 7))
    offset = 0
    if found[9]:
        hours, minutes = int(found[10]), int(found[11])
        if hours > 23 or minutes > 59:
            return None
        offset = (hours * HOUR + minutes * MINUTE) * (1 if found[9] == "+" else -1)
    try:
        naive = datetime(year, month, day, hour, minute, second, tzinfo=timezone.utc)
    except ValueError:
        return None
    if year < 1970:
        return None
    fraction = int((found[7] or ".0")[1:4].ljust(3, "0"))
    return to_ms(naive) + fraction - offset


def to_ms(moment):
    """An aware datetime as UTC milliseconds."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def from_ms(ms):
    """UTC milliseconds as an aware datetime."""
    return EPOCH + timedelta(milliseconds=ms)


def format_utc(ms):
    """RFC 3339 in UTC with milliseconds."""
    return from_ms(ms).strftime("%Y-%m-%dT%H:%M:%S.") + "%03dZ" % (ms % 1000)


def format_zoned(ms, zone):
    """RFC 3339 to the second, with the offset of the zone at that instant."""
    offset = offset_at(zone, ms) // MINUTE
    sign = "-" if offset < 0 else "+"
    local = from_ms(ms + offset * MINUTE).strftime("%Y-%m-%dT%H:%M:%S")
    return "%s%s%02d:%02d" % (local, sign, abs(offset) // 60, abs(offset) % 60)


def parse_duration(text):
    """`90s`, `8h30m`, `7d` as milliseconds; None if it is none."""
    if not re.fullmatch(r"(\d+[smhd])+", text, re.ASCII):
        return None
    return sum(int(n) * UNITS[u] for n, u in re.findall(r"(\d+)([smhd])", text))


@lru_cache(maxsize=None)
def zone_info(zone):
    """The zone's rules from the system's zone data."""
    return ZoneInfo(zone)


def offset_at(zone, ms):
    """What to add to UTC to get the local wall time at this instant, in ms."""
    return from_ms(ms).astimezone(zone_info(zone)).utcoffset() // timedelta(milliseconds=1)


def local_date(zone, ms):
    """The local date at this instant."""
    return from_ms(ms + offset_at(zone, ms)).date()


def naive_ms(day):
    """Local midnight of a date, as milliseconds of a clock without a zone."""
    return (day - date(1970, 1, 1)).days * DAY


@lru_cache(maxsize=None)
def year_offsets(zone, year):
    """[(from, to, offset)] over one UTC year: looks at every day, halves to the change."""
    begin = naive_ms(date(year, 1, 1))
    end = naive_ms(date(year + 1, 1, 1))
    pieces, start, at = [], begin, begin
    while at < end:
        following = min(at + DAY, end)
        before, after = offset_at(zone, at), offset_at(zone, following)
        if before != after and following < end:
            low, high = at, following
            while high - low > 1:
                middle = (low + high) // 2
                if offset_at(zone, middle) == before:
                    low = middle
                else:
                    high = middle
            pieces.append((start, high, before))
            start = high
        at = following
    pieces.append((start, end, offset_at(zone, end - 1)))
    return pieces


@lru_cache(maxsize=None)
def day_start(zone, day):
    """The first instant of a local date, also where midnight is skipped or doubled."""
    middle = naive_ms(day)
    first, last = middle - 2 * DAY, middle + 2 * DAY
    candidates = set()
    for year in range(from_ms(first).year, from_ms(last).year + 1):
        for begin, _, offset in year_offsets(zone, year):
            candidates.update((begin, middle - offset))
    return min(t for t in candidates
               if first <= t <= last and local_date(zone, t) >= day)
