"""The answers that are made of scores over several windows: series, correlations, gaps."""

import copy
from bisect import bisect_left
from fractions import Fraction

import catalogue
import series
import times

SHARES = (catalogue.CONNECTION, "first_contact_resolution_rate", "resolution_rate",
          "complaint_handling_rate") + catalogue.REPORTS
COMPLEMENTS = ("on_time_recovery_rate", "timely_response_rate", "timely_resolution_rate")
DAILY = 62 * times.DAY


def over(query, window):
    """The same question of another window."""
    other = copy.copy(query)
    other.window = window
    return other


def edges(window):
    """Name and edges of a window as they are shown."""
    return {"window": window.name, "from": times.format_zoned(window.begin, window.zone),
            "to": times.format_zoned(window.end, window.zone)}


class Asked:
    """Measures of one question over many windows, each gathered once, where needed."""

    def __init__(self, oracle, query):
        self.oracle = oracle
        self.query = query
        self.kept = {}

    def measure(self, indicator, window):
        """The Measure of an indicator over a window."""
        key = indicator, window.begin, window.end
        if key not in self.kept:
            asked = over(self.query, window)
            asked.indicators = [indicator]
            self.kept[key] = self.oracle.measures(asked)[indicator]
        return self.kept[key]

    def score(self, indicator, group, window):
        """The exact score of a group over a window."""
        return self.measure(indicator, window).score(group)

    def shown(self, indicator, group, window):
        """The score as /v1/scores shows it."""
        body = self.score(indicator, group, window)
        body.update(indicator=indicator, scope=self.query.shown_scope(group))
        return self.oracle.judged(body, over(self.query, window))

    def trend(self, indicator, group, steps):
        """The trend over steps."""
        return series.trend(steps, [self.score(indicator, group, step)["value"]
                                    for step in steps], self.query.now)

    def compared(self, indicator, group, window, value):
        """The score over another window, and how far the value is from it."""
        if window is None:
            return None
        score = self.score(indicator, group, window)
        theirs = score["value"]
        known = value is not None and theirs is not None
        return dict(edges(window), value=theirs, a=score["a"], b=score["b"],
                    reason=score["reason"],
                    difference=value - theirs if known else None)


def groups_of(asked, window):
    """The groups that /v1/scores shows over the window, in order."""
    if not asked.query.by:
        return [()]
    return sorted({group for indicator in asked.query.indicators
                   for group in asked.measure(indicator, window).shown()})


def series_of(oracle, query, step):
    """The body of GET /v1/series, with exact figures; None where it asks for too much."""
    asked, window = Asked(oracle, query), query.window
    steps = series.steps(window, step)
    groups = groups_of(asked, window)
    if steps is None or len(groups) * len(query.indicators) * len(steps) > series.MOST_POINTS:
        return None
    rows = []
    for group in groups:
        for indicator in query.indicators:
            value = asked.score(indicator, group, window)["value"]
            rows.append({
                "indicator": indicator, "scope": query.shown_scope(group),
                "points": [dict(asked.shown(indicator, group, part), **edges(part))
                           for part in steps],
                "trend": asked.trend(indicator, group, steps),
                "compared": {"value": value,
                             "previous": asked.compared(indicator, group,
                                                        series.before(window), value),
                             "year_before": asked.compared(
                                 indicator, group, series.a_year_before(window), value)}})
    return dict(query.head(), step=step, series=rows)


def correlation_of(oracle, query, step, x, y):
    """The body of GET /v1/correlation, with exact figures; None where it asks for too much."""
    asked = Asked(oracle, query)
    steps = series.steps(query.window, step)
    if steps is None:
        return None
    points = []
    for part in steps:
        values = [asked.score(name, (), part)["value"] for name in (x, y)]
        if part.end <= query.now and None not in values:
            points.append({"window": part.name, "x": values[0], "y": values[1]})
    return dict(query.head(), step=step, x=x, y=y, points=points,
                **series.correlate([(p["x"], p["y"]) for p in points]))


def good_of(indicator, score):
    """The good ones of a score that counts tickets, calls or reports."""
    return score["a"] if indicator in SHARES else score["b"] - score["a"]


def least(enough):
    """The least whole number from which on a condition holds; it must hold at last."""
    high = 1
    while not enough(high):
        high *= 2
    return bisect_left(range(high), True, key=enough)


def affords(indicator, score, objective):
    """How many of the good ones may still turn bad."""
    if indicator not in SHARES + COMPLEMENTS or score["value"] is None:
        return None
    good, b = good_of(indicator, score), score["b"]
    return max(0, least(lambda more: good < more or good - more < objective * b) - 1)


def needs(indicator, score, objective):
    """How many more good ones make it met; None if none ever do."""
    if indicator not in SHARES + COMPLEMENTS or score["value"] is None:
        return None
    if score["value"] >= objective:
        return 0
    if objective == 1:
        return None
    good, b = good_of(indicator, score), score["b"]
    return least(lambda more: b + more and Fraction(good + more, b + more) >= objective)


def gap_rows(asked, agreement):
    """[(indicator, group, objective)] of an agreement's own objectives."""
    query, settings = asked.query, asked.oracle.settings
    version = settings.version_at(agreement, min(query.now, query.window.end - 1))
    if version is None or not version.objectives:
        return []
    groups = groups_of(asked, query.window)
    return [(indicator, group, version.objectives[indicator]) for group in groups
            for indicator in catalogue.INDICATORS if indicator in version.objectives]


def missed(asked, indicator, group, objective):
    """Is there a value, and is it less than the objective?"""
    value = asked.score(indicator, group, asked.query.window)["value"]
    return value is not None and value < objective


def gap_row(asked, indicator, group, objective, steps):
    """One row of the gaps."""
    earlier = series.before(asked.query.window)
    score = asked.score(indicator, group, asked.query.window)
    previous = asked.score(indicator, group, earlier)["value"]
    value, known = score["value"], score["value"] is not None
    return {"indicator": indicator, "scope": asked.query.shown_scope(group),
            "objective": objective, "value": value, "a": score["a"], "b": score["b"],
            "reason": score["reason"], "gap": objective - value if known else None,
            "met": value >= objective if known else None,
            "previous": {"window": earlier.name, "value": previous},
            "trend": asked.trend(indicator, group, steps),
            "affords": affords(indicator, score, objective),
            "needs": needs(indicator, score, objective)}


def gap_order(row):
    """Largest gap first, without a value last; then the indicator's place, then the scope."""
    gap = row["gap"]
    return (gap is None, 0 if gap is None else -gap,
            catalogue.INDICATORS.index(row["indicator"]),
            [row["scope"].get(name, "") for name in ("agreement", "service")])


def gaps_of(oracle, query, every):
    """The body of GET /v1/gaps, with exact figures."""
    window, rows = query.window, []
    unit = "day" if window.end - window.begin <= DAILY else "week"
    for agreement in query.filters.get("agreement", list(oracle.settings.agreements)):
        part = copy.copy(query)
        part.filters = dict(query.filters, agreement=[agreement])
        asked = Asked(oracle, part)
        steps = series.steps(window, unit)
        rows += [gap_row(asked, *row, steps) for row in gap_rows(asked, agreement)
                 if every or missed(asked, *row)]
    return dict(query.head(), gaps=sorted(rows, key=gap_order))
