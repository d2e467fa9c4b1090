"""Random events that stand alone: calls, security, changes, papers, and retractions."""

from datetime import timedelta

import catalogue
import times
import windows
from configs import REPORTS, SERVICES

PLACES = SERVICES + ["mail", "fax", ""]
UNITS = ("day", "week", "month", "quarter", "year")


class Facts:
    """Tells one small bunch of events at a time."""

    def __init__(self, story):
        self.story = story
        self.rng = story.rng
        # Two of each sort are told of most of the time, so that what is told meets.
        self.story.favourites = [self.rng.sample(names, 2) for names in (
            catalogue.MEASURED, catalogue.ASSESSED)]

    def indicator(self, which):
        """Of the measured (0) or the assessed (1) ones: mostly a favourite."""
        if self.rng.random() < 0.8:
            return self.rng.choice(self.story.favourites[which])
        return self.rng.choice((catalogue.MEASURED, catalogue.ASSESSED)[which])

    def add(self, name, at, data):
        """One event, with a subject that means nothing, or none at all."""
        rng, story = self.rng, self.story
        event = story.add(rng.choice(story.sources), "T%d" % rng.randint(1, 9), name,
                          min(at, story.end), data)
        if rng.random() < 0.7:
            del event["subject"]
        return event

    def data(self, **more):
        """The members that all of them have."""
        return dict({"agreement": self.rng.choice(self.story.agreements)}, **more)

    def counted(self):
        """Calls, leaks, changes and tampering, with and without a service and a count."""
        rng = self.rng
        names = rng.choice([["call.answered", "call.answered", "call.abandoned"],
                            ["change.applied", "change.applied", "security.tampered"],
                            ["security.tampered"], ["security.leaked"], ["call.answered"]])
        at = self.story.instant()
        data = self.data(service=rng.choice(PLACES))
        for name in rng.sample(names, rng.randint(1, len(names))):
            again = dict(data)
            if rng.random() < 0.3:
                again.pop("service")
            if rng.random() < 0.5:
                again["count"] = rng.choice([1, 2, 3, 7, 40, 5.0])
            if name in ("call.answered", "change.applied") and rng.random() < 0.3:
                again["count"] = rng.choice([50, 333, 10 ** 9])
            self.add(name, at, again)
            at += rng.choice([0, 1, times.MINUTE, times.HOUR])

    def rhythm(self):
        """Calls and changes now and again all through the stream, for trends."""
        rng, story = self.rng, self.story
        data, count = self.data(service="mail"), rng.randint(3, 9)
        level = rng.choice([0, 1, 5])
        for number in range(count):
            at = story.begin + (story.end - story.begin) * number // count
            for name, most in (("call.answered", 9), ("call.abandoned", 1 + level * number),
                               ("change.applied", 9), ("security.tampered", 1 + number)):
                if rng.random() < 0.8:
                    self.add(name, at + rng.randrange(times.HOUR),
                             dict(data, count=rng.randint(1, most)))

    def dues(self):
        """[(version, row, period, due instant)] of reports that fall due in the stream."""
        story, result = self.story, []
        for version in story.config["agreements"]:
            zone = version["timezone"]
            for row in version.get("reports", []):
                delay = times.parse_duration(row["due"])
                day = times.local_date(zone, story.begin - delay) - timedelta(days=2)
                due = story.begin
                while due <= story.end:
                    name, _, day = windows.period(row["every"], day)
                    due = times.day_start(zone, day) + delay
                    if story.begin <= due <= story.end:
                        result.append((version, row, name, due))
        return result

    def report(self):
        """A report submitted about its due time; with the wrong form, twice, or unknown."""
        rng, story = self.rng, self.story
        dues = self.dues()
        if not dues:
            data = self.data(report=rng.choice(REPORTS), period=story.first.isoformat()[:7])
            self.add("report.submitted", story.instant(), data)
            return
        version, row, name, due = rng.choice(dues)
        story.instants.append(due)
        for _ in range(rng.choice([1, 1, 1, 2, 3])):
            at = due + rng.choice([0, 0, 1, -1, -times.HOUR, times.HOUR, times.DAY]) \
                if rng.random() < 0.7 else story.instant()
            data = {"agreement": version["id"], "report": row["id"], "period": name}
            if rng.random() < 0.35:
                data["conforming"] = rng.choice([True, False, False])
            if rng.random() < 0.1:
                data.update(rng.choice([{"report": rng.choice(REPORTS)}, self.data(),
                                        {"period": name[:4]}]))
            self.add("report.submitted", max(at, story.begin), data)

    def measurement(self):
        """Periods that overlap and repeat; corrections of the same instant."""
        rng, story = self.rng, self.story
        indicator = self.indicator(0)
        at = story.instant()
        data = self.data(indicator=indicator)
        day = times.from_ms(at).date() + timedelta(days=rng.choice([0, 0, 0, -7, -31, -92]))
        for _ in range(rng.choice([1, 1, 2, 3])):
            unit = rng.choices(UNITS, [2, 3, 5, 2, 1])[0]
            b = rng.choice([0, 1, 3, 10, 250, 10 ** 12, 12.0])
            again = dict(data, period=windows.period(unit, day)[0], b=b,
                         a=rng.choice([0, 0, 1, 2, int(b), int(b // 3),
                                         min(int(b) + 1, 10 ** 12)]))
            if indicator == catalogue.STAFF:
                again["c"] = rng.choice([0, 1, int(b // 2), int(b)])
            self.add("measurement.recorded", at, again)
            at += rng.choice([0, 0, 1, times.HOUR, -times.MINUTE])
            day += timedelta(days=rng.choice([0, 1, 7]))

    def assessment(self):
        """Levels that replace each other, some valid for a while only."""
        rng, story = self.rng, self.story
        at = story.instant()
        data = self.data(indicator=self.indicator(1), assessor="Ann")
        for _ in range(rng.choice([1, 1, 2])):
            again = dict(data, level=rng.choice([1, 2, 3, 4, 5, 5.0]))
            if rng.random() < 0.5:
                until = rng.choice([story.edge(), at + times.DAY, at - times.HOUR,
                                    story.instant(), story.end + times.DAY])
                again["valid_until"] = story.text(until)
                story.instants.append(min(until, story.end))
            self.add("assessment.recorded", at, again)
            at += rng.choice([0, 0, 1, times.HOUR, times.DAY])

    def survey(self):
        """An answer, with and without a level and a service; it feeds no indicator."""
        scale = self.rng.choice([5, 10, 0.5, 4.125, 10 ** 6])
        data = self.data(scale=scale, score=self.rng.choice([0, 0.001, 0.25, scale]))
        if self.rng.random() < 0.6:
            data["level"] = self.rng.choice(["ticket", "project", "customer"])
        if self.rng.random() < 0.6:
            data["service"] = self.rng.choice(PLACES)
        if self.rng.random() < 0.3:
            data["ticket"] = "T1"
        self.add("survey.answered", self.story.instant(), data)

    def tell(self):
        """One bunch of any sort."""
        self.rng.choices([self.counted, self.report, self.measurement, self.assessment,
                          self.survey, self.rhythm], [12, 14, 8, 8, 6, 1])[0]()

    def target(self):
        """(source, id) of what a retraction names: mostly something that matters."""
        rng, events = self.rng, self.story.events
        how = rng.random()
        if how < 0.1:
            return rng.choice(self.story.sources), "z-%d" % rng.randint(900, 999)
        verbs = [".resolved", ".opened", ".started", ".ended", ".excluded", ".reopened",
                 ".planned", ".cancelled", ".retracted", ".updated", ".paused"]
        verb = rng.choice(verbs)
        named = [e for e in events if e["type"].endswith(verb)]
        found = rng.choice(named if named and how < 0.5 else events)
        source = found["source"] if how < 0.95 else rng.choice(self.story.sources)
        return source, found["id"]

    def retract(self):
        """Takes events back, some twice, some retractions, before or after them."""
        rng, story = self.rng, self.story
        for _ in range(rng.choice([0, 1, 2, 3, len(story.events) // 8])):
            source, name = self.target()
            event = self.add("event.retracted", story.instant(), {"id": name})
            event["source"] = source
            event["id"] = "r-%d" % story.tick(source)
            if rng.random() < 0.02:
                event["data"]["id"] = event["id"]
