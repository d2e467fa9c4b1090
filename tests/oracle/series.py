"""Windows cut into steps, trends, the windows before, and correlations."""

import math
from datetime import date
from fractions import Fraction

import times
import windows
from windows import Window

MOST_STEPS = 1000
MOST_POINTS = 32000
KINDS = {4: "year", 7: "month", 10: "day"}


def hour_of(zone, at):
    """(name, begin, end) of the hour on the wall in which an instant lies.

    All instants of one date, hour and offset make one such hour.
    """
    offset = times.offset_at(zone, at)
    begin = at - (at + offset) % times.HOUR
    end = begin + times.HOUR
    pieces = [piece for year in {times.from_ms(begin).year, times.from_ms(end).year}
              for piece in times.year_offsets(zone, year)]
    for first, after, _ in pieces:
        for change in (first, after):
            if begin < change <= at and times.offset_at(zone, change - 1) != offset:
                begin = change
            if at < change < end and times.offset_at(zone, change) != offset:
                end = change
    wall = times.from_ms(at + offset).strftime("%Y-%m-%dT%H:00")
    return wall + times.format_zoned(at, zone)[-6:], begin, end


def step_of(unit, zone, at):
    """(name, begin, end) of the step in which an instant lies."""
    if unit == "hour":
        return hour_of(zone, at)
    name, first, after = windows.period(unit, times.local_date(zone, at))
    return name, times.day_start(zone, first), times.day_start(zone, after)


def steps(window, unit):
    """The steps of a window; the first and the last cut to it. None if there are too many."""
    result, at = [], window.begin
    while at < window.end:
        if len(result) == MOST_STEPS:
            return None
        name, begin, end = step_of(unit, window.zone, at)
        result.append(Window(name, max(begin, window.begin), min(end, window.end),
                             window.zone))
        at = end
    return result


def fit(points):
    """Least squares of [(x, y)]: the trend, in exact fractions but for the root."""
    count = len(points)
    trend = {"n": count, "slope": None, "stderr": None, "from": None, "to": None,
             "direction": None}
    if count < 2:
        return trend
    mean_x = Fraction(sum(x for x, _ in points), count)
    mean_y = sum(Fraction(y) for _, y in points) / count
    square = sum((x - mean_x) ** 2 for x, _ in points)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / square
    trend["slope"] = slope
    trend["from"], trend["to"] = (mean_y + slope * (x - mean_x)
                                  for x in (points[0][0], points[-1][0]))
    if count < 3:
        return trend
    errors = sum((y - mean_y - slope * (x - mean_x)) ** 2 for x, y in points)
    variance = errors / (count - 2) / square
    trend["stderr"] = math.sqrt(variance)
    trend["direction"] = "unclear"
    if slope ** 2 > 4 * variance:
        trend["direction"] = "rising" if slope > 0 else "falling"
    elif not errors:
        trend["direction"] = "flat"
    return trend


def trend(steps_, values, now):
    """The trend of the values of steps: of those that are over and have one."""
    return fit([(place, value) for place, (step, value) in enumerate(zip(steps_, values))
                if step.end <= now and value is not None])


def day_window(zone, name, first, after):
    """The window of whole local days."""
    return Window(name, times.day_start(zone, first), times.day_start(zone, after), zone)


def unit_of(name):
    """The unit of a calendar window's canonical name; None of others."""
    if "Q" in name:
        return "quarter"
    if "W" in name:
        return "week"
    return KINDS.get(len(name))


def calendar_window(window):
    """(unit, first day) of a window with a calendar name; None of any other."""
    found = windows.absolute(window.name)
    return (unit_of(window.name), found[1]) if found else None


def explicit(begin, end, zone):
    """A window of two edges, named by them."""
    return Window(times.format_zoned(begin, zone) + "/" + times.format_zoned(end, zone),
                  begin, end, zone)


def before(window):
    """The window before: of the same kind, or of the same length."""
    found = calendar_window(window)
    if not found:
        return explicit(2 * window.begin - window.end, window.begin, window.zone)
    unit, first = found
    yesterday = date.fromordinal(first.toordinal() - 1)
    return day_window(window.zone, *windows.period(unit, yesterday))


def a_year_before(window):
    """The same window a year earlier; None where there is none."""
    found = calendar_window(window)
    if not found:
        edges = [edge_a_year_before(edge, window.zone) for edge in (window.begin, window.end)]
        return None if None in edges or edges[0] >= edges[1] else explicit(*edges, window.zone)
    unit, first = found
    try:
        if unit == "week":
            year, week, _ = first.isocalendar()
            first = date.fromisocalendar(year - 1, week, 1)
        else:
            first = first.replace(year=first.year - 1)
    except ValueError:
        return None
    return day_window(window.zone, *windows.period(unit, first))


def edge_a_year_before(at, zone):
    """The same wall time a year earlier; None of a 29 February."""
    local = times.from_ms(at + times.offset_at(zone, at))
    try:
        return on_wall(zone, times.to_ms(local.replace(year=local.year - 1)))
    except ValueError:
        return None


def on_wall(zone, local):
    """The first instant that shows a wall time, or a later one where it is skipped."""
    found = []
    for year in {times.from_ms(local - times.DAY).year, times.from_ms(local + times.DAY).year}:
        for begin, end, offset in times.year_offsets(zone, year):
            at = max(begin, local - offset)
            if at < end:
                found.append(at)
    return min(found)


def pearson(pairs):
    """The correlation of pairs; None where one side does not vary."""
    count = len(pairs)
    mean_x, mean_y = (sum(Fraction(pair[n]) for pair in pairs) / count for n in (0, 1))
    xx = sum((x - mean_x) ** 2 for x, _ in pairs)
    yy = sum((y - mean_y) ** 2 for _, y in pairs)
    if not xx or not yy:
        return None
    xy = sum((x - mean_x) * (y - mean_y) for x, y in pairs)
    return math.copysign(math.sqrt(xy ** 2 / (xx * yy)), xy)


def ranks(values):
    """How many are smaller, and half of those that are as large: the mean rank."""
    return [sum(1 for other in values if other < value)
            + Fraction(values.count(value) + 1, 2) for value in values]


def correlate(pairs):
    """n, Pearson's, Spearman's, and why there is none."""
    result = {"n": len(pairs), "pearson": None, "spearman": None, "reason": None}
    if len(pairs) < 3:
        return dict(result, reason="few")
    result["pearson"] = pearson(pairs)
    result["spearman"] = pearson(list(zip(ranks([x for x, _ in pairs]),
                                          ranks([y for _, y in pairs]))))
    if result["pearson"] is None:
        result["reason"] = "constant"
    return result
