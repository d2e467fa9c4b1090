"""Random event streams, realistic and nasty, each from one seed."""

import random

import times
from configs import AGREEMENTS, CAUSES, KINDS, PLACES, PRIORITIES, SERVICES, configuration
from events import CAUSES as EXCLUSIONS, VERBS
from facts import Facts
from oracle import Oracle

SOURCES = ["helpdesk", "https://tracker.example/a?b=1"]
TEAMS = ["one", "two", "núcleo", ""]
FAR = times.to_ms(times.EPOCH.replace(year=2049))
NEXT = {  # what usually follows, with its weight; anything may follow once in a while
    "active": {"responded": 5, "paused": 5, "resumed": 4, "updated": 6, "assigned": 2,
               "contacted": 1, "recovered": 2, "resolved": 4, "closed": 1, "excluded": 1},
    "resolved": {"reopened": 8, "closed": 2, "resolved": 3, "updated": 2, "excluded": 1},
    "excluded": {"included": 6, "resolved": 1, "responded": 1, "excluded": 1,
                 "reopened": 1},
}


class Story:
    """Collects the events of one stream."""

    def __init__(self, rng, place=None):
        self.rng = rng
        home, self.first = place or rng.choice(PLACES)
        self.days = rng.choice([2, 5, 12, 30])
        self.config = configuration(rng, home, self.first, self.days)
        self.begin = times.naive_ms(self.first)
        self.end = self.begin + self.days * times.DAY
        self.agreements = [n for n in AGREEMENTS
                           if any(a["id"] == n for a in self.config["agreements"])]
        self.calendars = list(Oracle(self.config).settings.agreements[a][0].calendar
                              for a in self.agreements)
        self.events = []
        self.instants = []
        self.numbers = {}
        self.sources = SOURCES
        self.favourites = []

    def tick(self, source):
        """The next number of a source, for an id."""
        self.numbers[source] = self.numbers.get(source, 0) + 1
        return self.numbers[source]

    def text(self, ms):
        """An instant in one of its spellings."""
        offset = self.rng.choice([None, None, 0, 480, -300, 345, -210])
        if offset is None:
            text = times.format_utc(ms)
            return text.replace(".000Z", "Z") if self.rng.random() < 0.5 else text
        local = times.format_utc(ms + offset * times.MINUTE)[:-1]
        if self.rng.random() < 0.3:
            local += "999"
        return "%s%s%02d:%02d" % (local, "-" if offset < 0 else "+",
                                  abs(offset) // 60, abs(offset) % 60)

    def add(self, source, subject, name, at, data=None):
        """One event, sometimes with a `sequence`, extensions and unknown members."""
        rng = self.rng
        number = self.tick(source)
        event = {"specversion": "1.0", "id": "%s-%d" % (rng.choice("abcz"), number),
                 "source": source, "type": name, "time": self.text(at),
                 "subject": subject}
        if data or rng.random() < 0.7:
            event["data"] = dict(data or {})
            if rng.random() < 0.05:
                event["data"]["note"] = {"deep": [1, 2.5, None, True, "ü"]}
        if rng.random() < 0.15:
            event["sequence"] = rng.choice([0, 1, 2, "1", "02", "-1", 7])
        if rng.random() < 0.05:
            event["traceparent"] = "00-ab"
        self.events.append(event)
        self.instants.append(at)
        return event

    def edge(self):
        """A span's edge of some calendar, or a day's edge."""
        calendar = self.rng.choice(self.calendars)
        at = self.rng.randrange(self.begin, self.end)
        spans = calendar.open_spans(at, at + 3 * times.DAY)
        if not spans or self.rng.random() < 0.2:
            zone = self.config["timezone"]
            return times.day_start(zone, times.local_date(zone, at))
        return self.rng.choice(self.rng.choice(spans))

    def instant(self):
        """Any time in the stream: plain, to the minute, or around an edge."""
        rng = self.rng
        if rng.random() < 0.25:
            return max(self.begin, min(self.edge() + rng.choice([-1, 0, 1]), self.end))
        at = rng.randrange(self.begin, self.end)
        return at - at % times.MINUTE if rng.random() < 0.5 else at


class Tickets:
    """The life of single tickets, step by step."""

    def __init__(self, story):
        self.story = story
        self.rng = story.rng

    def attributes(self, names):
        """Some members of `opened` and `updated`."""
        rng, data = self.rng, {}
        choices = {"service": SERVICES + ["mail", "vpn", "fax", ""],
                   "priority": PRIORITIES + ["P1", ""],
                   "team": TEAMS, "outage": [True, True, False], "major": [True, False],
                   "channel": ["mail"], "title": ["打印机坏了 \"x\""]}
        for name in names:
            if name in choices:
                data[name] = rng.choice(choices[name])
        return data

    def dues(self, at):
        """Due times that the source gives."""
        rng, data = self.rng, {}
        for name in ("respond_by", "recover_by", "resolve_by"):
            if rng.random() < 0.5:
                due = at + rng.choice([-times.HOUR, 0, times.MINUTE, times.HOUR,
                                       9 * times.HOUR, 2 * times.DAY])
                data[name] = self.story.text(due)
                self.story.instants.append(due)
        return data

    def opened(self, at):
        """The data of an opening."""
        rng = self.rng
        names = [n for n in ("service", "priority", "team", "outage", "major", "title")
                 if rng.random() < 0.6]
        data = self.attributes(names)
        data["agreement"] = rng.choice(self.story.agreements)
        if rng.random() < 0.15:
            data.update(self.dues(at))
        if rng.random() < 0.2:
            data["started_at"] = self.story.text(at + rng.choice(
                [-times.DAY, -times.HOUR, -1, 0, times.HOUR]))
        return data

    def updated(self, at):
        """Retargeting by attributes, agreement or kind; due times set, moved, unset."""
        rng = self.rng
        how = rng.choice(["attributes", "attributes", "kind", "agreement", "due", "due",
                          "undo", "unset", "outage"])
        if how == "attributes":
            return self.attributes(rng.sample(["service", "priority", "team"],
                                              rng.randint(1, 2)))
        if how == "kind":
            return {"kind": rng.choice(KINDS)}
        if how == "agreement":
            return {"agreement": rng.choice(self.story.agreements)}
        if how == "due":
            return self.dues(at)
        if how == "undo":
            return {n: None for n in rng.sample(["respond_by", "recover_by", "resolve_by"], 2)}
        if how == "unset":
            return {rng.choice(["service", "priority", "team", "started_at", "outage",
                                "title", "major"]): None}
        return {"outage": rng.choice([True, False]), "service": rng.choice(SERVICES),
                "major": rng.choice([True, False])}

    def data(self, verb, at):
        """The data of a verb."""
        rng = self.rng
        if verb == "opened":
            return self.opened(at)
        if verb == "updated":
            return self.updated(at)
        if verb in ("assigned", "responded"):
            return {"team": rng.choice(TEAMS)} if rng.random() < 0.5 else {"agent": "Ann"}
        if verb == "contacted":
            return rng.choice([{}, {"by": "customer"}, {"by": "agent"}])
        if verb in ("paused", "resumed"):
            return {"cause": rng.choice(CAUSES)} if rng.random() < 0.85 else {}
        if verb == "resolved":
            return rng.choice([{}, {}, {}, {"first_contact": True}, {"first_contact": False},
                               {"effective": False}, {"effective": True}])
        if verb == "excluded":
            return {"cause": rng.choice(EXCLUSIONS + ("cancelled", "cancelled"))}
        return {}

    def deadlines(self, source, subject):
        """The open deadlines of a ticket as it stands."""
        oracle = Oracle(self.story.config)
        oracle.post([e for e in self.story.events
                     if e.get("subject") == subject and e["source"] == source], FAR)
        view = oracle.ticket(source, subject, self.story.begin)
        if view is None:
            return []
        found = [clock["deadline"] for clock in view["cycles"][-1]["clocks"].values()]
        return [t for t in found if t is not None and t < self.story.end + times.DAY]

    def later(self, at, source, subject, marks):
        """The time of the next event: a gap, a boundary, the same instant, or earlier."""
        rng = self.rng
        how = rng.random()
        if how < 0.15:
            return at
        if how < 0.19:
            return at - rng.choice([1, times.MINUTE, 3 * times.HOUR])
        if how < 0.35:
            found = self.deadlines(source, subject)
            if found:
                mark = rng.choice(found)
                self.story.instants.append(mark)
                return mark + rng.choice([-1, 0, 0, 1, 1, 2])
        if how < 0.42 and marks:
            return rng.choice(marks) + rng.choice([-1, 0, 0, 1])
        if how < 0.5:
            return max(at, self.story.edge() + rng.choice([-1, 0, 1]))
        gap = rng.choice([times.MINUTE, 20 * times.MINUTE, times.HOUR, 5 * times.HOUR,
                          times.DAY, 3 * times.DAY])
        step = rng.randrange(gap)
        return at + (step - step % times.MINUTE if rng.random() < 0.4 else step)

    def marks(self, verb, at, agreement):
        """Instants that the verb makes interesting: the end of the reopen window."""
        if verb not in ("resolved", "closed"):
            return []
        windows = [times.parse_duration(a.get("reopen_window", "7d"))
                   for a in self.story.config["agreements"] if a["id"] == agreement]
        return [at + w for w in windows]

    def finish_soon(self, source, subject, kind, at):
        """A ticket that may well be resolved at the first contact."""
        rng = self.rng
        verbs = rng.choice([[], ["responded"], ["responded", "responded"], ["contacted"],
                            ["assigned"], ["contacted", "responded"], ["paused", "resumed"]])
        for verb in verbs + [rng.choice(["resolved", "resolved", "resolved", "closed"])] \
                + rng.choice([[], [], [], ["responded"], ["reopened"], ["contacted"]]):
            at = min(at + rng.randrange(times.HOUR), self.story.end)
            self.story.add(source, subject, kind + "." + verb, at, self.data(verb, at))

    def tell(self, number):
        """One ticket from its opening to wherever it goes."""
        rng, story = self.rng, self.story
        source = rng.choice(SOURCES)
        subject = "T%d" % number
        kind = rng.choices(KINDS, [5, 4, 2])[0]
        at = story.instant()
        opening = self.opened(at)
        if rng.random() < 0.96:
            story.add(source, subject, kind + ".opened", at, opening)
        if rng.random() < 0.2:
            self.finish_soon(source, subject, kind, at)
            return
        state, marks = "active", []
        for _ in range(rng.choice([0, 1, 2, 3, 4, 6, 9, 14])):
            at = min(self.later(at, source, subject, marks), story.end)
            usual = NEXT[state]
            verb = rng.choices(list(usual), list(usual.values()))[0] \
                if rng.random() < 0.9 else rng.choice(VERBS)
            prefix = kind if rng.random() < 0.95 else rng.choice(KINDS)
            story.add(source, subject, prefix + "." + verb, at, self.data(verb, at))
            marks = self.marks(verb, at, opening["agreement"]) or marks
            state = {"resolved": "resolved", "closed": "resolved", "excluded": "excluded",
                     "reopened": "active", "included": "active"}.get(verb, state)


def tell_outage(story, number):
    """An outage from monitoring: started, ended, perhaps overlapping or impossible."""
    rng = story.rng
    place = {"agreement": rng.choice(story.agreements),
             "service": rng.choice(SERVICES + ["fax"])}
    source, subject = rng.choice(SOURCES), "O%d" % rng.randint(1, number + 1)
    at = story.instant()
    for name in rng.choice([["started", "ended"], ["started", "ended"], ["started"],
                            ["ended", "started"], ["started", "started", "ended", "ended"],
                            ["started", "ended", "started", "ended"]]):
        story.add(source, subject, "outage." + name, min(at, story.end), place)
        at += rng.choice([0, 1, times.MINUTE, rng.randrange(times.DAY)])


def tell_maintenance(story, number):
    """A maintenance announced on time or late, cancelled, planned again."""
    rng = story.rng
    begin = story.instant()
    place = {"agreement": rng.choice(story.agreements),
             "service": rng.choice(SERVICES + ["fax"])}
    down = [e for e in story.events if (e.get("data") or {}).get("outage")
            and e["data"].get("service") and e["data"].get("agreement")]
    if down and rng.random() < 0.4:
        found = rng.choice(down)
        begin = max(story.begin, times.parse_time(found["time"]) - times.HOUR)
        place = {name: found["data"][name] for name in place}
    end = begin + rng.choice([1, times.MINUTE, 2 * times.HOUR, times.DAY, 10 * times.DAY])
    data = dict(place, **{"from": story.text(begin), "to": story.text(end)})
    source = rng.choice(SOURCES)
    at = begin + rng.choice([-times.DAY, -times.HOUR, -1, 0, 1, times.HOUR])
    for name in rng.choice([["planned"]] * 3 + [["planned", "cancelled"], ["cancelled"],
                           ["planned", "cancelled", "planned"], ["planned", "planned"]]):
        again = dict(data, **{"from": story.text(begin), "to": story.text(end)})
        story.add(source, "M%d" % (number + rng.randint(0, 1)), "maintenance." + name,
                  min(at, story.end), again)
        at += rng.choice([0, times.MINUTE, times.HOUR])
    story.instants += [begin, end]


def stream(seed, place=None):
    """A Story of 10 to 150 events from a seed, where and when it says or where it is told."""
    rng = random.Random(seed)
    story = Story(rng, place)
    size = rng.choice([10, 25, 60, 100, 140])
    tickets, facts, number = Tickets(story), Facts(story), 0
    share = rng.choice([0, 0.3, 0.4, 0.7])
    while len(story.events) < size:
        number += 1
        what = rng.random()
        if what < 0.08:
            tell_outage(story, number)
        elif what < 0.15:
            tell_maintenance(story, number)
        elif rng.random() < share:
            facts.tell()
        else:
            tickets.tell(number)
    facts.retract()
    return story
