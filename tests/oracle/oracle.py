"""The measuring book, slow and obvious: every answer is computed from all events anew."""

from fractions import Fraction

import events
import times
import windows
from clocks import Clock
from fold import SCOPE, tickets_of
from outages import Availability, Outages
from outcomes import RATES, outcomes_of
from settings import Settings

AVAILABILITY = "service_availability"
INDICATORS = ("on_time_recovery_rate", AVAILABILITY, "first_contact_resolution_rate",
              "resolution_rate", "timely_response_rate", "timely_resolution_rate",
              "complaint_handling_rate")
MOST_ERRORS = 100


def quotient(value):
    """A fraction as the nearest float; None stays."""
    return None if value is None else value.numerator / value.denominator


def seconds(ms):
    """Milliseconds as seconds, an integer where they are whole."""
    return ms / 1000 if ms % 1000 else ms // 1000


class Query:
    """What a request for scores asks: a window, a cohort, filters, groups."""

    def __init__(self, settings, now, window="this-month", indicator=INDICATORS,
                 agreement=None, service=None, priority=None, team=None, by=(),
                 cohort="opened", from_=None, to=None):
        self.now = now
        self.indicators = [i for i in INDICATORS if i in indicator]
        self.filters = {name: list(values) for name, values in
                        zip(SCOPE, (agreement, service, priority, team)) if values}
        self.by = list(by)
        self.cohort = cohort
        zone = settings.zone
        agreements = set(self.filters.get("agreement", ()))
        if len(agreements) == 1:
            name = agreements.pop()
            zone = (settings.version_at(name, now) or settings.agreements[name][0]).zone
        self.window = windows.find(window, from_, to, zone, now)

    def admits(self, scope):
        """Does a full scope pass the filters? Several values of one mean any of them."""
        return all(scope[name] in values for name, values in self.filters.items())

    def group(self, scope):
        """The values of the `by` dimensions."""
        return tuple(scope[name] for name in self.by)

    def shown_scope(self, group):
        """The dimensions that name exactly one value, and those of `by`."""
        shown = {name: values[0] for name, values in self.filters.items()
                 if len(set(values)) == 1}
        shown.update(zip(self.by, group))
        return shown


class Oracle:
    """Keeps the set of accepted events and nothing else."""

    def __init__(self, config):
        self.settings = Settings(config)
        self.events = {}

    def post(self, batch, now_ms, on_error="fail"):
        """Stores new events; all or nothing unless the wrong ones are to be skipped."""
        fresh, duplicates, errors = {}, 0, []
        for index, event in enumerate(batch):
            if not events.event_ok(event, now_ms, self.settings.agreements):
                name = event.get("id") if isinstance(event, dict) else None
                errors.append({"index": index, "id": name if isinstance(name, str) else ""})
                continue
            key = (event["source"], event["id"])
            known = fresh.get(key) or self.events.get(key)
            if known is None:
                fresh[key] = event
            elif events.canonical(known) == events.canonical(event):
                duplicates += 1
            else:
                errors.append({"index": index, "id": event["id"]})
        if errors and on_error == "fail":
            return {"status": 400, "accepted": 0, "duplicates": 0,
                    "rejected": len(errors), "errors": errors[:MOST_ERRORS]}
        self.events.update(fresh)
        return {"status": 200, "accepted": len(fresh), "duplicates": duplicates,
                "rejected": len(errors), "errors": errors[:MOST_ERRORS]}

    def project(self):
        """(records in order, complete tickets)."""
        records = events.records_of(self.events.values())
        return records, tickets_of(records, self.settings)

    def counted(self, query, tickets):
        """{indicator: [(group, counted, outcome)]} of the cycles in window and filters."""
        result = {}
        for indicator in query.indicators:
            if indicator == AVAILABILITY:
                continue
            result[indicator] = rows = []
            for outcome in outcomes_of(tickets, indicator, self.settings, query.now):
                at = outcome.settled_at
                if query.cohort == "opened":
                    at = outcome.cycle.start
                elif outcome.counted == "pending":
                    continue
                if query.window.holds(at) and query.admits(outcome.scope):
                    rows.append((query.group(outcome.scope), outcome.counted, outcome))
        return result

    def measured(self, query, records, tickets):
        """{group: Availability}; empty where a dimension does not touch availability."""
        sums = {}
        if AVAILABILITY not in query.indicators or not self.in_scope(query):
            return sums
        outages = Outages(records, tickets, self.settings, query.now)
        for place in outages.places():
            scope = {"agreement": place[0], "service": place[1]}
            if not query.admits(scope):
                continue
            part = outages.measure(place, query.window)
            total = sums.setdefault(query.group(scope), Availability(0, 0, 0, 0))
            total.down += part.down
            total.agreed += part.agreed
            total.rest += part.rest
            total.late += part.late
        return sums

    @staticmethod
    def in_scope(query):
        """Availability has no priority and no team."""
        return not {"priority", "team"} & (set(query.filters) | set(query.by))

    def scores(self, now_ms, **arguments):
        """The body of GET /v1/scores."""
        query = Query(self.settings, now_ms, **arguments)
        records, tickets = self.project()
        counted = self.counted(query, tickets)
        measured = self.measured(query, records, tickets)
        groups = {()}
        if query.by:
            groups = {row[0] for rows in counted.values() for row in rows}
            groups |= {group for group, sums in measured.items() if sums.agreed > 0}
        scores = []
        for group in sorted(groups):
            for indicator in query.indicators:
                scope = query.shown_scope(group)
                if indicator == AVAILABILITY:
                    sums = measured.get(group, Availability(0, 0, 0, 0))
                    body = availability_score(sums) if self.in_scope(query) else \
                        empty_score("not_in_scope")
                else:
                    rows = [r for r in counted[indicator] if r[0] == group]
                    body = rate_score(indicator, rows)
                body.update(indicator=indicator, scope=scope)
                scores.append(self.judged(body, query))
        window = query.window
        return {"window": {"name": window.name, "cohort": query.cohort,
                           "from": times.format_zoned(window.begin, window.zone),
                           "to": times.format_zoned(window.end, window.zone)},
                "as_of": times.format_utc(now_ms), "scores": scores}

    def judged(self, score, query):
        """Adds `objective` and `met`, where the scope names exactly one agreement."""
        objective = None
        agreement = score["scope"].get("agreement")
        if agreement is not None:
            version = self.settings.version_at(agreement,
                                               min(query.now, query.window.end - 1))
            objective = version and version.objectives.get(score["indicator"])
        value = score["value"]
        known = objective is not None and value is not None
        score["met"] = value >= objective if known else None
        score["objective"] = None if objective is None else float(objective)
        for name in ("value", "decided", "low", "high"):
            score[name] = quotient(score[name])
        return score

    def behind(self, indicator, counted, now_ms, **arguments):
        """The sorted (source, subject, cycle start) that count so in a score."""
        query = Query(self.settings, now_ms, indicator=[indicator], **arguments)
        rows = self.counted(query, self.project()[1]).get(indicator, [])
        return sorted((o.cycle.ticket.source, o.cycle.ticket.subject, o.cycle.start)
                      for _, how, o in rows if how == counted)

    def ticket(self, source, subject, now_ms):
        """Attributes and the clocks of each cycle; None where the ticket is incomplete."""
        found = self.project()[1].get((source, subject))
        if found is None:
            return None
        names = ["response", "resolution"]
        if found.attributes["kind"] == "incident":
            names.append("recovery")
        cycles = [{"start": cycle.start,
                   "clocks": {name: Clock(cycle, name, self.settings, now_ms).view()
                              for name in names}} for cycle in found.cycles]
        view = {name: found.attributes[name] for name in ("kind",) + SCOPE}
        view.update(source=source, subject=subject, cycles=cycles,
                    excluded=found.excluded[0] if found.excluded else None)
        return view


def empty_score(reason):
    """A score without a value, and why."""
    return {"a": 0, "b": 0, "pending": 0, "excluded": {}, "value": None, "decided": None,
            "low": None, "high": None, "reason": reason, "clamped": False}


def rate_score(indicator, rows):
    """A, B, value and its bounds: pending ones are in B and could still go either way."""
    score = empty_score("no_data")
    count = {"good": 0, "bad": 0, "pending": 0, "excluded": 0}
    for _, how, outcome in rows:
        count[how] += 1
        if how == "excluded":
            score["excluded"][outcome.cause] = score["excluded"].get(outcome.cause, 0) + 1
    total = count["good"] + count["bad"] + count["pending"]
    minus = RATES[indicator][2]
    score.update(a=count["bad" if minus else "good"], b=total, pending=count["pending"])
    if total:
        low = Fraction(count["good"], total)
        high = Fraction(count["good"] + count["pending"], total)
        score.update(low=low, high=high, value=high if minus else low, reason=None)
        if total > count["pending"]:
            score["decided"] = Fraction(count["good"], total - count["pending"])
    elif indicator == "complaint_handling_rate":
        score.update(value=Fraction(1), low=Fraction(1), high=Fraction(1),
                     reason="b_zero_standard")
    return score


def availability_score(sums):
    """1 - A/B of the agreed time so far; the bounds reckon with the agreed time to come."""
    score = empty_score("no_data")
    score.update(a=seconds(sums.down), b=seconds(sums.agreed))
    if sums.late:
        score["late_maintenance"] = sums.late
    if sums.agreed:
        up, whole = sums.agreed - sums.down, sums.agreed + sums.rest
        value = Fraction(up, sums.agreed)
        score.update(value=value, decided=value, low=Fraction(up, whole),
                     high=Fraction(up + sums.rest, whole), reason=None)
    return score
