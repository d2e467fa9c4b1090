"""What the self-tests share: a configuration, words for events and for questions."""

import unittest

import times
from oracle import Oracle

CONFIG = {
    "timezone": "Asia/Shanghai",
    "calendars": [
        {"name": "office", "timezone": "Asia/Shanghai",
         "week": [{"days": "mon-fri", "open": ["09:00-12:00", "13:30-18:00"]}],
         "closed": ["2026-10-01", "2026-10-02"],
         "open": [{"date": "2026-10-10", "open": ["09:00-18:00"]},
                  {"date": "2026-12-31", "open": ["09:00-12:00"]}]},
        {"name": "always", "timezone": "UTC",
         "week": [{"days": "mon-sun", "open": ["00:00-24:00"]}]},
        {"name": "night", "timezone": "Asia/Shanghai",
         "week": [{"days": "mon-fri", "open": ["22:00-06:00"]}], "closed": ["2026-11-20"]}],
    "agreements": [
        {"id": "acme", "from": "2026-01-01", "timezone": "Asia/Shanghai",
         "calendar": "office", "incidents_per_month": 5,
         "reports": [{"id": "monthly", "every": "month", "due": "5d"},
                     {"id": "weekly", "every": "week", "due": "1d"}],
         "targets": [
             {"kind": "request", "respond": "30m", "resolve": "8h"},
             {"kind": "incident", "respond": "30m", "recover": "4h", "resolve": "16h"},
             {"kind": "request", "priority": "P1", "respond": "10m", "resolve": "2h"},
             {"service": "mail", "kind": "request", "calendar": "always",
              "respond": "15m", "resolve": "4h"}],
         "services": [{"id": "mail", "calendar": "always"}],
         "objectives": [{"indicator": "timely_response_rate", "at_least": 0.5}]},
        {"id": "acme", "from": "2026-12-01", "timezone": "Asia/Shanghai",
         "calendar": "always", "targets": [{"respond": "5m"}],
         "incidents_per_month": 10},
        {"id": "beta", "from": "2026-11-16", "timezone": "America/New_York",
         "calendar": "office", "reopen_window": "1h", "pause_on": ["supplier"],
         "incidents_per_month": 3,
         "targets": [{"kind": "incident", "recover": "1h"}]}]}


def at(text):
    """`11-20 17:50[:00.001]` of 2026 in Shanghai, as ms."""
    if len(text) == 11:
        text += ":00"
    return times.parse_time("2026-%sT%s+08:00" % tuple(text.split(" ")))


class Case(unittest.TestCase):
    """A fresh oracle, and short words for events and questions."""

    def setUp(self):
        self.oracle = Oracle(CONFIG)
        self.count = 0
        self.later = at("12-20 00:00")

    def event(self, name, when, data=None, subject="T1", **more):
        """One event with an id of its own."""
        self.count += 1
        return dict({"specversion": "1.0", "id": "e%03d" % self.count, "source": "s",
                     "subject": subject, "type": name, "data": data or {},
                     "time": times.format_utc(at(when))}, **more)

    def post(self, *events):
        """Posts events that are all right."""
        answer = self.oracle.post(list(events), self.later)
        self.assertEqual(answer["status"], 200, answer)

    def tell(self, name, when, subject="T1", **data):
        """Posts one event of a ticket."""
        self.post(self.event(name, when, data, subject))

    def open(self, when, kind="request", subject="T1", **data):
        """Opens a ticket, of acme unless told otherwise."""
        self.tell(kind + ".opened", when, subject, **dict({"agreement": "acme"}, **data))

    def note(self, name, when, **data):
        """Posts an event that stands alone, of acme unless told otherwise; its id."""
        event = self.event(name, when, dict({"agreement": "acme"}, **data))
        event.pop("subject")
        self.post(event)
        return event["id"]

    def retract(self, name, source="s"):
        """Posts a retraction of an id; its own id."""
        event = self.event("event.retracted", "11-20 12:00", {"id": name}, source=source)
        self.post(event)
        return event["id"]

    def clock(self, name, now, subject="T1", cycle=0):
        """One clock of one cycle as it shows now."""
        return self.oracle.ticket("s", subject, at(now))["cycles"][cycle]["clocks"][name]

    def score(self, indicator, now="11-30 12:00", **arguments):
        """The only score of an indicator, over November unless told otherwise."""
        answer = self.oracle.scores(at(now), indicator=[indicator],
                                    **dict({"window": "2026-11"}, **arguments))
        self.assertEqual(len(answer["scores"]), 1)
        return answer["scores"][0]

    def counts(self, indicator, now="11-30 12:00", **arguments):
        """(a, b, pending) of a score."""
        score = self.score(indicator, now, **arguments)
        return score["a"], score["b"], score["pending"]
