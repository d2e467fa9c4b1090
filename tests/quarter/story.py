"""The quarter of the worked example: events.txt read as a story, and told as events for slad."""
import datetime
import os
import re
import sys
from zoneinfo import ZoneInfo

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../support"))
from slad import event  # noqa: E402

ZONE = ZoneInfo("Asia/Shanghai")
YEAR = 2026
USUAL = "10:00"  # of what has no time of day
SINGLE = {"tampered": "security.tampered", "leaked": "security.leaked"}
SERIES = {"answered": "call.answered", "abandoned": "call.abandoned", "applied": "change.applied"}


def when(day, time=USUAL):
    """'Apr 7', '10:20' in Shanghai."""
    return datetime.datetime.strptime(f"{YEAR} {day} {time}", "%Y %b %d %H:%M").replace(tzinfo=ZONE)


def read():
    """The lines of events.txt that say something."""
    with open(os.path.join(HERE, "events.txt"), encoding="utf-8") as file:
        return [line.rstrip("\n") for line in file if line.strip() and line[0] != "#"]


class Ticket:
    def __init__(self, head):
        self.subject, self.kind, *words = head.split()
        self.priority = next((w for w in words if re.fullmatch(r"P\d", w)), None)
        self.major, self.outage = "major" in words, "outage" in words
        self.since = words[words.index("since") + 1] if "since" in words else None
        self.moves = []  # (time, verb, word), in order

    def day(self, line):
        day, moves = re.fullmatch(r"\s+(\w+ \d+)\s+(.*)", line).groups()
        for move in moves.split(", "):
            time, verb, *word = move.split()
            self.moves.append((when(day, time), verb, word[0] if word else None))

    @property
    def started(self):
        opened = self.moves[0][0]
        return when(f"{opened:%b %d}", self.since) if self.since else opened


class Story:
    """tickets, and facts as (keyword, time, rest of the line); late: one move that came too late."""

    def __init__(self, lines=None):
        self.tickets, self.facts, self.late = [], [], None
        for line in lines or read():
            if line[0] == " ":
                self.tickets[-1].day(line)
            elif line[1] == "-":
                self.tickets.append(Ticket(line))
            elif line.startswith("late "):
                _, subject, rest = line.split(maxsplit=2)
                self.late = (subject, Ticket(f"{subject} late"))
                self.late[1].day(" " + rest)
            else:
                self.facts.append(fact(line))

    def of(self, keyword):
        return [(time, rest) for word, time, rest in self.facts if word == keyword]

    def with_late(self):
        """The same with what came late in its place."""
        other = Story()
        subject, told = self.late
        ticket = next(t for t in other.tickets if t.subject == subject)
        ticket.moves = sorted(ticket.moves + told.moves, key=lambda move: move[0])
        return other


def fact(line):
    keyword, day, rest = re.fullmatch(r"(\w+) +(\w+ \d+),? *(.*)", line).groups()
    time = re.match(r"\d\d:\d\d", rest)
    return keyword, when(day, time[0]) if time else when(day), rest


def span(start, rest):
    """'18:30 to Apr 14 20:30, planned May 12 10:00': (from, to, planned)."""
    found = re.fullmatch(r"\S+ to (\w+ \d+) (\S+?)(?:, planned (\w+ \d+) (\S+))?", rest).groups()
    return start, when(*found[:2]), when(*found[2:]) if found[2] else None


# Events

class Teller:
    def __init__(self):
        self.events = []

    def tell(self, type, subject, time, **data):
        if type != "event.retracted" and not re.match("(request|incident|complaint)\\.(?!opened)", type):
            data = {"agreement": "acme", **data}
        self.events.append(event(f"e-{len(self.events) + 1}", type, subject, time.isoformat()))
        self.events[-1]["data"] = data
        return self.events[-1]["id"]

    def ticket(self, ticket):
        for time, verb, word in ticket.moves:
            data = {}
            if verb == "opened":
                data = {"service": "mail", "priority": ticket.priority, "major": ticket.major,
                        "outage": ticket.outage}
                if ticket.since:
                    data["started_at"] = ticket.started.isoformat()
            elif word:
                data = {{"updated": "kind"}.get(verb, "cause"): word}
            self.tell(f"{ticket.kind}.{verb}", ticket.subject, time, **data)

    def fact(self, keyword, time, rest):
        getattr(self, keyword, self.counts)(keyword, time, rest)

    def outage(self, _, time, rest):
        start, end, _ = span(time, rest)
        for type, at in (("outage.started", start), ("outage.ended", end)):
            self.tell(type, "O-mail", at, service="mail")

    def maintenance(self, _, time, rest):
        start, end, planned = span(time, rest)
        self.tell("maintenance.planned", "M-mail", planned, service="mail",
                  **{"from": start.isoformat(), "to": end.isoformat()})

    def counts(self, keyword, time, rest):
        if keyword in SINGLE:
            id = self.tell(SINGLE[keyword], None, time)
            if rest:
                self.tell("event.retracted", None, when(rest.removeprefix("retracted ")), id=id)
            return
        for part in rest.split(", "):
            count, what = part.split()
            self.tell(SERIES[what], None, time, count=int(count))

    def report(self, _, time, rest):
        report, period = re.match(r"(\w+) of ([\w-]+)", rest).groups()
        self.tell("report.submitted", None, time, report=report, period=period,
                  conforming="not" not in rest)

    def survey(self, _, time, rest):
        level, score, scale = re.fullmatch(r"(\w+) (\d+)/(\d+)", rest).groups()
        self.tell("survey.answered", None, time, level=level, score=int(score), scale=int(scale))

    def measured(self, _, time, rest):
        indicator, period, *numbers = rest.split()
        self.tell("measurement.recorded", None, time, indicator=indicator, period=period,
                  **{number[0]: int(number[2:]) for number in numbers})

    def assessed(self, _, time, rest):
        indicator, level, until = re.fullmatch(r"(\w+) (\d)(?:, until (.*))?", rest).groups()
        self.tell("assessment.recorded", None, time, indicator=indicator, level=int(level),
                  **({"valid_until": when(until).isoformat()} if until else {}))


def told(story):
    """(all events but the late one, the late one)."""
    teller = Teller()
    for ticket in story.tickets:
        teller.ticket(ticket)
    for keyword, time, rest in story.facts:
        teller.fact(keyword, time, rest)
    subject, late = story.late
    events = [clean(e) for e in teller.events]
    (time, verb, _), = late.moves
    return events, clean(event("e-late", f"request.{verb}", subject, time.isoformat()))


def clean(made):
    """Without members that are not there."""
    if made["subject"] is None:
        del made["subject"]
    made["data"] = {name: value for name, value in made["data"].items() if value is not None}
    return made
