"""The indicators that people report: measurements, assessments, due reports."""

from datetime import timedelta
from fractions import Fraction

import catalogue
import times
import windows
from measures import Measure, empty_score, rate_score, settle


def latest_first(record):
    """By time, sequence, id; two sources that agree in all of it: the later name."""
    return record.order[:2] + (record.order[3], record.source)


def latest(records):
    """The one that counts; None of none."""
    return max(records, key=latest_first, default=None)


class Paper(Measure):
    """A measure that knows no other dimension than the agreement."""

    dimensions = ("agreement",)

    def records(self, name, agreement):
        """The events of a type that speak of an agreement (and the indicator)."""
        return [r for r in self.world.records
                if r.type == name and r.data["agreement"] == agreement
                and r.data.get("indicator", self.indicator) == self.indicator]

    def gather(self):
        """What `found` says of each agreement."""
        for agreement in self.world.settings.agreements:
            for thing in self.found(agreement):
                self.add({"agreement": agreement}, thing)

    def found(self, agreement):
        """The things of an agreement."""
        raise NotImplementedError


class Measured(Paper):
    """The latest measurement of each period that lies wholly in the window."""

    def found(self, agreement):
        """What those that are taken say."""
        return [record.data for record in self.taken(agreement)]

    def taken(self, agreement):
        """Longer periods first; none that overlaps one already taken."""
        zone = self.world.settings.zone_at(agreement, self.query.now)
        records = self.records("measurement.recorded", agreement)
        spans = []
        for name in {r.data["period"] for r in records}:
            _, first, after = windows.absolute(name)
            begin, end = (times.day_start(zone, day) for day in (first, after))
            if self.query.window.begin <= begin and end <= self.query.window.end:
                spans.append((begin - end, begin, end, name))
        taken = []
        for _, begin, end, name in sorted(spans):
            if all(end <= a or b <= begin for a, b, _ in taken):
                taken.append((begin, end, name))
        return [latest(r for r in records if r.data["period"] == name)
                for _, _, name in taken]

    def body(self, group):
        """Sums over agreements and periods, then the formula."""
        a, b, c = (sum(int(data.get(name, 0)) for data in self.of(group)) for name in "abc")
        score = empty_score("no_data")
        score.update(a=a, b=b)
        if self.indicator == catalogue.STAFF:
            score["c"] = c
        if not b:
            return score
        if self.indicator == catalogue.STAFF:
            return settle(score, Fraction(7 * a + 3 * c, 10 * b))
        share = Fraction(a, b)
        return settle(score, share if self.indicator == "service_item_completeness"
                      else 1 - share)


class Assessed(Paper):
    """The mean level of the latest valid assessments."""

    def found(self, agreement):
        """The latest before the end, and None for one that is no more valid then."""
        end = min(self.query.window.end, self.query.now)
        record = latest(r for r in self.records("assessment.recorded", agreement)
                        if r.time < end)
        if record is None:
            return []
        until = record.instant("valid_until")
        return [None if until is not None and until <= end else int(record.data["level"])]

    def body(self, group):
        """Stale only where none is valid."""
        levels = [level for level in self.of(group) if level is not None]
        score = empty_score("stale" if self.of(group) and not levels else "no_data")
        if levels:
            score.update(a=sum(levels), b=5 * len(levels))
            settle(score, Fraction(score["a"], score["b"]))
        return score


class Reports(Paper):
    """Reports due in the window, and those submitted."""

    def due(self, version, every, delay):
        """[(period, due instant)] in the window of one report of one version."""
        window, zone = self.query.window, version.zone
        day = times.local_date(zone, window.begin - delay) - timedelta(days=2)
        result = []
        while True:
            name, _, day = windows.period(every, day)
            end = times.day_start(zone, day)
            if end + delay >= window.end:
                return result
            if window.holds(end + delay) and self.governing(version.agreement, day) is version:
                result.append((name, end + delay))

    def governing(self, agreement, day):
        """The last version that holds by the end, in its zone, of the period that ends before a day."""
        holding = [v for v in self.world.settings.agreements[agreement]
                   if times.day_start(v.zone, day) - 1 >= v.begin]
        return holding[-1] if holding else None

    def found(self, agreement):
        """good, bad or pending for each due report."""
        return [how for how, _, _, _ in self.obligations(agreement)]

    def obligations(self, agreement):
        """[(how, report, period, due)] of each due report; settled ones are not pending."""
        submitted = [r for r in self.records("report.submitted", agreement)
                     if r.data.get("conforming", True)]
        result = []
        for version in self.world.settings.agreements[agreement]:
            for report, every, delay in version.reports:
                for period, due in self.due(version, every, delay):
                    how = self.outcome(submitted, report, period, due)
                    if how != "pending" or self.query.cohort != "settled":
                        result.append((how, report, period, due))
        return result

    def outcome(self, submitted, report, period, due):
        """Good with a conforming submission (in time, for the one that asks it)."""
        any_time = self.indicator == "report_submission_rate"
        for record in submitted:
            if (record.data["report"], record.data["period"]) == (report, period) \
                    and (any_time or record.time <= due):
                return "good"
        return "pending" if due > self.query.now else "bad"

    def body(self, group):
        """Pending until due."""
        return rate_score({how: self.of(group).count(how)
                           for how in ("good", "bad", "pending")}, False)
