"""Reads a story: its configuration, its lines, and what they mean as events, times and values.

README says how one is written.
"""
import datetime
import json
import os
import re
import shlex
import zoneinfo

UTC = datetime.timezone.utc
TICKETS = ("request", "incident", "complaint")
VERBS = {**{kind: ("opened", "updated", "assigned", "contacted", "responded", "paused", "resumed", "recovered",
                   "resolved", "reopened", "closed", "excluded", "included") for kind in TICKETS},
         "outage": ("started", "ended"), "maintenance": ("planned", "cancelled"), "call": ("answered", "abandoned"),
         "report": ("submitted",), "survey": ("answered",), "security": ("tampered", "leaked"),
         "change": ("applied",), "measurement": ("recorded",), "assessment": ("recorded",), "event": ("retracted",)}
MEMBERS_OF_THE_EVENT = ("source", "id", "sequence")
TIMES = ("from", "to", "until", "started_at", "respond_by", "recover_by", "resolve_by", "valid_until")
NUMBERS = ("count", "a", "b", "c", "score", "scale", "sequence")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DATE = re.compile(r"\d{4}-\d\d-\d\d$")
TIME = re.compile(r"(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{3}))?)?$")
RANGE = re.compile(r"(.*?)(\d+)\.\.\1(\d+)$")
PAIR = re.compile(r"[a-z_.-]+=")


class StoryError(Exception):
    """What is wrong with a story, or with what came of it."""

    def __init__(self, number, text):
        super().__init__(text)
        self.number, self.text = number, text


class Moment:
    """An instant as precise as it was written: 09:30 is that minute, 09:30:00.001 that millisecond."""

    def __init__(self, first, last):
        self.first, self.last = first, last  # ms UTC, both included

    def __contains__(self, ms):
        return self.first <= ms <= self.last


class Line:
    """A line that says something, with those that are indented under it."""

    def __init__(self, number, text, day):
        self.number, self.text, self.day = number, text, day
        self.block = []  # [(number, text)]
        try:
            self.words = shlex.split(text)
        except ValueError as error:
            raise StoryError(number, f"the quotes of this line do not end: {error}") from None

    def wrong(self, text):
        return StoryError(self.number, text)


def pairs(words):
    """The words of the form name=value as a dict, and the others."""
    found, others = {}, []
    for word in words:
        if PAIR.match(word):
            name, _, value = word.partition("=")
            found[name] = value
        else:
            others.append(word)
    return found, others


class Story:
    """path, title, head (YAML as text), lines."""

    def __init__(self, path):
        self.path, self.name = path, os.path.splitext(os.path.basename(path))[0]
        with open(path, encoding="utf-8") as file:
            text = file.read()
        head, found, body = text.partition("\n---\n")
        if not found:
            raise StoryError(1, "there is no line '---' between the configuration and the story")
        self.title = head.lstrip("# ").partition("\n")[0]
        self.head = self.configuration(head)
        named = re.search(r"^timezone: *(\S+)", self.head, re.M)
        self.zone = zoneinfo.ZoneInfo(named[1] if named else "UTC")
        self.events = 0  # so far, for their ids
        self.last = None  # (kind, subject) of the event before
        self.kinds = {}  # of each ticket, by its subject
        self.lines = list(self.read(body, head.count("\n") + 3))

    def configuration(self, text):
        """The YAML of a head, with that of the file which it uses before it."""
        used = re.search(r"^use: *(\S+) *\n?", text, re.M)
        if used is None:
            return text + "\n"
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), used[1] + ".yaml"), encoding="utf-8") as file:
            return file.read() + text.replace(used[0], "") + "\n"

    def read(self, body, number):
        day = line = None
        for number, raw in enumerate(body.split("\n"), number):
            text = raw.strip()
            if line is not None and raw[:1].isspace() and text:
                line.block.append((number, raw))
                continue
            if not text or text.startswith("#"):
                continue
            words = text.split()
            if words[0] in WEEKDAYS and len(words) == 2:
                words = [words[1], self.weekday(number, *words)]
            if DATE.match(words[0]) and (len(words) == 1 or words[1] in WEEKDAYS):
                day = datetime.date.fromisoformat(words[0])
                continue
            line = Line(number, text, day)
            yield line

    @staticmethod
    def weekday(number, name, date):
        if not DATE.match(date) or WEEKDAYS[datetime.date.fromisoformat(date).weekday()] != name:
            raise StoryError(number, f"{date} is no {name}")
        return name

    # Times

    def moment(self, line, words):
        """The moment that the words begin with, and the words behind it."""
        words, day = list(words), line.day
        if words and "T" in words[0] and DATE.match(words[0][:10]):
            words[:1] = words[0].split("T", 1)
        if words and DATE.match(words[0]):
            day = datetime.date.fromisoformat(words.pop(0))
        found = TIME.match(words[0]) if words else None
        if found is None:
            raise line.wrong(f"a time such as 09:30 is missing before {' '.join(words)!r}")
        if day is None:
            raise line.wrong("no line before says which day it is, such as: Monday 2026-11-02")
        hour, minute, second, ms = (int(part or 0) for part in found.groups())
        at = datetime.datetime.combine(day, datetime.time(hour % 24, minute, second, ms * 1000), self.zone)
        first = int(at.timestamp() * 1000 + 0.5) + (hour // 24) * 86_400_000
        width = 1 if found[4] else 1000 if found[3] else 60_000
        return Moment(first, first + width - 1), words[1:]

    def instant(self, line, text):
        """The first millisecond of a time, or of a date."""
        return self.moment(line, [text + "T00:00" if DATE.match(text) else text])[0].first

    def shown(self, ms):
        at = datetime.datetime.fromtimestamp(ms / 1000, self.zone)
        return at.strftime("%Y-%m-%d %H:%M:%S.") + f"{ms % 1000:03}"

    @staticmethod
    def rfc3339(ms):
        at = datetime.datetime.fromtimestamp(ms // 1000, UTC)
        return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03}Z"

    # Events

    def happenings(self, line, words):
        """The events of a line that begins with a time: [(ms, event)]."""
        moment, words = self.moment(line, words)
        given, words = pairs(words)
        kind, verb, subject = self.what(line, words)
        self.last = (kind, subject)
        made = []
        for one in self.each(line, subject):
            if kind in TICKETS:
                self.kinds[one] = kind
            made.append((moment.first, self.event(line, moment.first, (kind, verb, one), given)))
        return made

    def what(self, line, words):
        """("request", "opened", "T-1") of the words between time and members."""
        if words[:1] in (["…"], ["..."]):
            if self.last is None:
                raise line.wrong("'…' stands for the ticket of the event before, and there is none")
            words = [self.last[0], *words[1:], self.last[1]]
        elif len(words) == 2 and words[0] not in VERBS:
            first = next(self.each(line, words[0]))
            words = [self.kinds.get(first, "request"), words[1], words[0]]
        kind = words[0] if words else ""
        if kind not in VERBS:
            raise line.wrong(f"{kind!r} is no event and no ticket; events begin with: {', '.join(VERBS)}")
        if len(words) < 2 or words[1] not in VERBS[kind]:
            raise line.wrong(f"{kind} {' '.join(words[1:2])!r} is unknown; there is: {', '.join(VERBS[kind])}")
        if len(words) > 3 or (len(words) == 2 and kind in (*TICKETS, "event")):
            raise line.wrong(f"an event is written: TIME {kind} {words[1]} SUBJECT member=value …")
        return kind, words[1], words[2] if len(words) == 3 else f"{kind}-{self.events + 1}"

    @staticmethod
    def each(line, subject):
        """T-1..T-20 are twenty."""
        found = RANGE.match(subject)
        if found is None:
            yield subject
            return
        if int(found[3]) < int(found[2]):
            raise line.wrong(f"{subject} is empty")
        for n in range(int(found[2]), int(found[3]) + 1):
            yield f"{found[1]}{n}"

    def event(self, line, at, what, given):
        kind, verb, subject = what
        self.events += 1
        data = {name: self.value(line, kind, name, text) for name, text in given.items()
                if name not in MEMBERS_OF_THE_EVENT}
        if kind == "event":
            data["id"] = subject
        elif kind not in TICKETS or verb == "opened":
            data.setdefault("agreement", "acme")
        made = {"specversion": "1.0", "id": given.get("id", f"e-{self.events}"), "source": given.get("source", "desk"),
                "type": f"{kind}.{verb}", "subject": subject, "time": self.rfc3339(at), "data": data}
        if "sequence" in given:
            made["sequence"] = int(given["sequence"])
        return made

    def value(self, line, kind, name, text):
        if name in TIMES:
            return self.rfc3339(self.instant(line, text))
        if text in ("true", "false"):
            return text == "true"
        if name in NUMBERS or (kind == "assessment" and name == "level"):
            return json.loads(text)
        return text
