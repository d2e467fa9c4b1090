"""The statistics: flows, backlog, times, satisfaction, failures; nothing is merged."""

from fractions import Fraction

import hours
import outcomes
from clocks import Clock
from fold import SCOPE
from outages import outages_of

KINDS = ("request", "incident", "complaint")
CLOCKS = {"request": ("response", "resolution"),
          "incident": ("response", "recovery", "resolution"),
          "complaint": ("response", "resolution")}
LEVELS = ("ticket", "project", "customer")
PERCENTILES = (50, 90, 95, 99)
PLACE = ("agreement", "service")
BILLION = 10 ** 9


class Life:
    """One cycle: when it began, was resolved, taken back, and what its clocks showed."""

    def __init__(self, cycle, settings, now):
        ticket = cycle.ticket
        resolution = cycle.resolution()
        self.start = cycle.start
        self.kind = ticket.attributes["kind"]
        self.scope = {name: ticket.attributes[name] for name in SCOPE}
        self.resolved_at = resolution.time if resolution else None
        self.reopened = bool(cycle.of("reopened")) or ticket.cycles[-1] is not cycle
        self.cause = None
        if ticket.excluded:
            self.cause = ticket.excluded[0]
        elif not outcomes.has_version(cycle, settings):
            self.cause = "no_agreement"
        self.clocks = {} if self.cause else {
            name: Clock(cycle, name, settings, now) for name in CLOCKS[self.kind]}
        self.shown = {name: (clock.elapsed(), max(0, clock.stopped_at - cycle.start))
                      for name, clock in self.clocks.items()
                      if clock.stopped_at is not None}


def lives_of(world):
    """The Life of every cycle of every ticket."""
    return world.once("lives", lambda: [
        Life(cycle, world.settings, world.query.now)
        for ticket in world.tickets.values() for cycle in ticket.cycles])


def share(part, whole):
    """A ratio; None of nothing."""
    return Fraction(part, whole) if whole else None


def flow(lives, window):
    """What came, went and stayed in a window, of some cycles."""
    counted = [life for life in lives if life.cause is None]
    opened = [life for life in counted if window.holds(life.start)]
    resolved = sum(1 for life in counted if window.holds(life.resolved_at))
    before = sum(1 for life in counted if life.start < window.begin and not (
        life.resolved_at is not None and life.resolved_at < window.begin))
    reopened = sum(1 for life in opened if life.reopened)
    causes = [life.cause for life in lives if life.cause and window.holds(life.start)]
    return {"opened": len(opened), "resolved": resolved, "backlog_before": before,
            "backlog_after": before + len(opened) - resolved, "reopened": reopened,
            "reopened_share": share(reopened, len(opened)),
            "excluded": {cause: causes.count(cause) for cause in causes},
            "excluded_share": share(len(causes), len(opened) + len(causes))}


def nearest_rank(values, percent):
    """The ceil(p/100 n)-th smallest."""
    return sorted(values)[-(-percent * len(values) // 100) - 1]


def spread(values):
    """Count, mean and percentiles of milliseconds, in exact seconds."""
    result = {"count": len(values), "mean": None}
    result.update({"p%d" % percent: None for percent in PERCENTILES})
    if values:
        result["mean"] = Fraction(sum(values), 1000 * len(values))
        for percent in PERCENTILES:
            result["p%d" % percent] = Fraction(nearest_rank(values, percent), 1000)
    return result


def durations(lives, clock, query):
    """The times of the clock in the cohort: by the start, or by the stop."""
    found = []
    for life in lives:
        if clock in life.shown:
            at = life.start
            if query.cohort == "settled":
                at = life.clocks[clock].stopped_at
            if query.window.holds(at):
                found.append(life.shown[clock])
    return {"working": spread([working for working, _ in found]),
            "elapsed": spread([elapsed for _, elapsed in found])}


def rated(record):
    """score/scale in parts of a billion, half up."""
    ratio = Fraction(str(record.data["score"])) / Fraction(str(record.data["scale"]))
    return (2 * ratio.numerator * BILLION + ratio.denominator) // (2 * ratio.denominator)


def satisfaction(answers):
    """{level: answered and mean} of surveys."""
    result = {}
    for level in LEVELS:
        rates = [rated(r) for r in answers if r.data.get("level", "ticket") == level]
        result[level] = {"answered": len(rates),
                         "value": share(sum(rates), BILLION * len(rates))}
    return result


class Failing:
    """The failures of one service in the window."""

    def __init__(self, outages, place, window):
        agreed = outages.agreed(place, window)
        hit = [hours.length(hours.intersect(agreed, [span])) for span in outages.down(place)]
        self.count = sum(1 for ms in hit if ms)
        self.down = sum(hit)
        self.agreed = hours.length(agreed)


def failures(services):
    """Count, mean time between, mean time to restore, in exact seconds."""
    count = sum(service.count for service in services)
    down = sum(service.down for service in services)
    agreed = sum(service.agreed for service in services)
    return {"count": count, "between": share(agreed - down, 1000 * count),
            "restore": share(down, 1000 * count)}


class Statistics:
    """The statistics of one question."""

    def __init__(self, world):
        self.query = query = world.query
        self.lives, self.answers, self.services = {}, {}, {}
        self.placed = not (set(query.filters) | set(query.by)) - set(PLACE)
        for life in lives_of(world):
            self.add(self.lives, life.scope, life)
        if not self.placed:
            return
        for record in world.records:
            if record.type == "survey.answered" and query.window.holds(record.time):
                self.add(self.answers, {"agreement": record.data["agreement"],
                                        "service": record.data.get("service", "")}, record)
        outages = outages_of(world)
        for place in outages.places():
            scope = dict(zip(PLACE, place))
            if query.admits(scope):
                self.add(self.services, scope, Failing(outages, place, query.window))

    def add(self, groups, scope, thing):
        """A thing of a scope goes to its group, if the filters admit it."""
        if self.query.admits(scope):
            groups.setdefault(self.query.group(scope), []).append(thing)

    def body(self, group):
        """All statistics of a group."""
        query, lives = self.query, self.lives.get(group, [])
        kinds = {kind: [life for life in lives if life.kind == kind] for kind in KINDS}
        tickets = {kind: flow(kinds[kind], query.window) for kind in KINDS}
        tickets["all"] = flow(lives, query.window)
        outside = {"reason": "not_in_scope"}
        return {
            "scope": query.shown_scope(group), "tickets": tickets,
            "times": {clock: durations(lives, clock, query) for clock in CLOCKS["incident"]},
            "times_by_kind": {kind: {clock: durations(kinds[kind], clock, query)
                                     for clock in CLOCKS[kind]} for kind in KINDS},
            "satisfaction": satisfaction(self.answers.get(group, [])) if self.placed else {
                level: dict(outside, answered=0, value=None) for level in LEVELS},
            "failures": failures(self.services.get(group, [])) if self.placed else dict(
                outside, count=0, between=None, restore=None)}

    def shown(self):
        """The groups in order: those with something to say, or the only one."""
        if not self.query.by:
            return [()]
        groups = set(self.lives) | set(self.answers) | set(self.services)
        return [group for group in sorted(groups) if says(self.body(group))]


def says(body):
    """Is anything in it not nothing?"""
    flows = body["tickets"]["all"]
    return bool(flows["opened"] or flows["resolved"] or flows["backlog_before"]
                or flows["excluded"] or body["failures"]["count"]
                or any(rates["answered"] for rates in body["satisfaction"].values())
                or any(both["working"]["count"] for both in body["times"].values()))


def statistics(world):
    """The `statistics` of the answer."""
    found = Statistics(world)
    return [found.body(group) for group in found.shown()]


def as_printed(value):
    """Fractions as floats, all through."""
    if isinstance(value, dict):
        return {name: as_printed(part) for name, part in value.items()}
    if isinstance(value, list):
        return [as_printed(part) for part in value]
    return float(value) if isinstance(value, Fraction) else value


def within(want, got):
    """Does a percentile lie as near as promised: exact below 128 ms, else within 1 %?"""
    if want is None or got is None:
        return want is got
    if isinstance(got, bool) or not isinstance(got, (int, float)):
        return False
    bound = want / 100 if want >= Fraction(128, 1000) else Fraction(1, BILLION)
    return abs(Fraction(str(got)) - want) <= bound
