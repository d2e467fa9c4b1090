"""The indicators that count tickets and events: rates, calls, leaks, incidents."""

from fractions import Fraction

import catalogue
import hours
import outcomes
import times
import windows
from measures import Measure, Standing, empty_score, rate_score, settle
from outages import Availability, outages_of

PLACE = ("agreement", "service")
MILLION = 10 ** 6


def seconds(ms):
    """Milliseconds as seconds, an integer where they are whole."""
    return ms / 1000 if ms % 1000 else ms // 1000


def by_cause(rows):
    """{cause: count} of the excluded outcomes."""
    causes = [o.cause for o in rows if o.counted == "excluded"]
    return {cause: causes.count(cause) for cause in causes}


class Tickets(Measure):
    """A measure made of outcomes of cycles."""

    def outcomes(self):
        """Every cycle that counts for the indicator, whatever the question."""
        return outcomes.outcomes_of(self.world.tickets, self.indicator,
                                    self.world.settings, self.query.now)

    def gather(self):
        """Those whose time lies in the window: opened there, or settled there."""
        for outcome in self.world.once(("outcomes", self.indicator), self.outcomes):
            at = outcome.settled_at
            if self.query.cohort == "opened":
                at = outcome.cycle.start
            elif outcome.counted == "pending":
                continue
            if self.query.window.holds(at):
                self.add(outcome.scope, outcome)


class Rate(Tickets):
    """Good, bad and pending tickets of a kind."""

    def body(self, group):
        """No complaint at all is the best there can be."""
        rows = self.of(group)
        count = {how: sum(1 for o in rows if o.counted == how)
                 for how in ("good", "bad", "pending")}
        score = rate_score(count, outcomes.RATES[self.indicator][2])
        score["excluded"] = by_cause(rows)
        if self.indicator == "complaint_handling_rate" and not score["b"]:
            score.update(value=Fraction(1), low=Fraction(1), high=Fraction(1),
                         reason="b_zero_standard")
        return score


class Incidents(Tickets):
    """Incidents with or without `major`: each that is not excluded is in A."""

    def outcomes(self):
        """Both cohorts take them at the cycle's start."""
        return outcomes.incidents_of(self.world.tickets, self.indicator,
                                     self.world.settings,
                                     self.indicator == catalogue.MAJOR)

    def count(self, group):
        """A score with A and what is excluded, and no value yet."""
        rows = self.of(group)
        score = empty_score("no_data")
        score.update(a=sum(1 for o in rows if o.counted == "bad"), excluded=by_cause(rows))
        return score


class Major(Incidents, Standing):
    """1 without a major incident, else 0."""

    def body(self, group):
        """Has no B."""
        score = self.count(group)
        score["b"] = None
        if self.world.in_force(group):
            settle(score, Fraction(score["a"] == 0))
        return score


class Control(Incidents, Standing):
    """Incidents against the number agreed, month by month."""

    dimensions = ("agreement",)

    def agreed(self, name):
        """Millionths of incidents agreed in the window, floored for version and month."""
        total = 0
        for version in self.world.settings.agreements[name]:
            begin = max(self.query.window.begin, version.begin)
            end = self.query.window.end
            end = end if version.end is None else min(end, version.end)
            while begin < end:
                first = times.local_date(version.zone, begin).replace(day=1)
                month = [times.day_start(version.zone, windows.month_after(first, n))
                         for n in (0, 1)]
                part = hours.length(hours.intersect([(begin, end)], [tuple(month)]))
                total += version.incidents * MILLION * part // (month[1] - month[0])
                begin = month[1]
        return total

    def body(self, group):
        """Where none is agreed, any is too many."""
        score = self.count(group)
        b = sum(self.agreed(name) for name in self.world.agreements(group))
        score["b"] = b / MILLION if b % MILLION else b // MILLION
        if b:
            return settle(score, 1 - Fraction(score["a"] * MILLION, b))
        return settle(score, Fraction(score["a"] == 0))


class Counts(Measure):
    """A measure made of events with a `count`, at their minute."""

    dimensions = PLACE
    types = {}

    def gather(self):
        """Each event of the types in the window."""
        for record in self.world.records:
            if record.type in self.types and self.query.window.holds(record.time):
                scope = {"agreement": record.data["agreement"],
                         "service": record.data.get("service", "")}
                self.add(scope, record)

    def sum(self, group, name):
        """The counts of one type in a group."""
        return sum(int(record.data.get("count", 1)) for record in self.of(group)
                   if self.types[record.type] == name)


class Connection(Counts):
    """Calls answered of all calls."""

    types = {"call.answered": "good", "call.abandoned": "bad"}

    def body(self, group):
        """Nothing is ever pending."""
        return rate_score({"good": self.sum(group, "good"), "bad": self.sum(group, "bad"),
                           "pending": 0}, False)


class Integrity(Counts):
    """Changes that nobody made, against those that were made."""

    types = {"security.tampered": "a", "change.applied": "b"}

    def body(self, group):
        """Without a change there is no value, even where something was tampered with."""
        score = empty_score("no_data")
        score.update(a=self.sum(group, "a"), b=self.sum(group, "b"))
        return settle(score, 1 - Fraction(score["a"], score["b"])) if score["b"] else score


class Leakage(Counts, Standing):
    """1 without a leak, else 0."""

    types = {"security.leaked": "a"}

    def body(self, group):
        """Has no B."""
        score = empty_score("no_data")
        score.update(a=self.sum(group, "a"), b=None)
        if self.world.in_force(group):
            settle(score, Fraction(score["a"] == 0))
        return score


class Available(Measure):
    """1 - A/B of the agreed time so far."""

    dimensions = PLACE

    def gather(self):
        """The sums of each measured service."""
        outages = outages_of(self.world)
        for place in outages.places():
            scope = dict(zip(PLACE, place))
            if self.query.admits(scope):
                self.add(scope, outages.measure(place, self.query.window))

    def body(self, group):
        """The bounds reckon with the agreed time to come."""
        sums = Availability(0, 0, 0, 0)
        for part in self.of(group):
            sums.down += part.down
            sums.agreed += part.agreed
            sums.rest += part.rest
            sums.late += part.late
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
