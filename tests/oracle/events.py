"""Events: what is wrong, what is the same, and in which order they take effect."""

import re

import times

KINDS = ("request", "incident", "complaint")
VERBS = ("opened", "updated", "assigned", "contacted", "responded", "paused", "resumed",
         "recovered", "resolved", "reopened", "closed", "excluded", "included")
OUTAGE = ("outage.started", "outage.ended")
MAINTENANCE = ("maintenance.planned", "maintenance.cancelled")
RANKS = {name: rank for rank, name in enumerate(VERBS + OUTAGE + MAINTENANCE)}
CAUSES = ("duplicate", "spam", "test", "cancelled", "invalid")
AHEAD = 5 * times.MINUTE
DUES = ("respond_by", "recover_by", "resolve_by")

TICKET = {"agreement": "agreement", "service": "text", "priority": "text", "team": "text",
          "agent": "text", "channel": "text", "title": "text", "outage": "bool",
          "major": "bool", "started_at": "time", "respond_by": "time",
          "recover_by": "time", "resolve_by": "time"}
PLACE = {"agreement": "agreement", "service": "name"}
MEMBERS = {
    "opened": TICKET,
    "updated": dict(TICKET, kind="kind"),
    "assigned": {"team": "text", "agent": "text"},
    "contacted": {"by": "by"},
    "responded": {"agent": "text", "team": "text"},
    "paused": {"cause": "text"},
    "resumed": {"cause": "text"},
    "resolved": {"first_contact": "bool", "effective": "bool"},
    "excluded": {"cause": "exclusion", "duplicate_of": "text"},
    "outage.started": PLACE,
    "outage.ended": PLACE,
    "maintenance.planned": dict(PLACE, **{"from": "time", "to": "time"}),
    "maintenance.cancelled": dict(PLACE, **{"from": "time", "to": "time"}),
}
MANDATORY = {
    "opened": ("agreement",),
    "excluded": ("cause",),
    "outage.started": ("agreement", "service"),
    "outage.ended": ("agreement", "service"),
    "maintenance.planned": ("agreement", "service", "from", "to"),
    "maintenance.cancelled": ("agreement", "service", "from", "to"),
}


def canonical(value):
    """A JSON value in a form that is equal exactly when the values are."""
    if isinstance(value, bool) or value is None:
        return ("literal", value)
    if isinstance(value, (int, float)):
        return ("number", value)
    if isinstance(value, str):
        return ("text", value)
    if isinstance(value, list):
        return ("list", tuple(canonical(v) for v in value))
    return ("object", tuple(sorted((k, canonical(v)) for k, v in value.items())))


def verb_of(name):
    """`incident.opened` -> `opened`; outages and maintenance keep their whole name."""
    if name in OUTAGE + MAINTENANCE:
        return name
    kind, _, verb = name.partition(".")
    return verb if kind in KINDS and verb in VERBS else None


def sequence_of(event):
    """The `sequence` attribute: a whole number or its text; absent = 0; None if wrong."""
    value = event.get("sequence")
    if value is None:
        return 0
    if isinstance(value, str) and re.fullmatch(r"-?\d+", value, re.ASCII):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def member_ok(form, value, agreements):
    """Has a member the type that the table gives it?"""
    if form == "bool":
        return isinstance(value, bool)
    if not isinstance(value, str):
        return False
    return {"text": lambda: True,
            "name": lambda: value != "",
            "agreement": lambda: value in agreements,
            "kind": lambda: value in KINDS,
            "by": lambda: value in ("customer", "agent"),
            "exclusion": lambda: value in CAUSES,
            "time": lambda: times.parse_time(value) is not None}[form]()


def data_ok(verb, data, agreements):
    """Are the mandatory members there, and the known ones of their type?"""
    if any(data.get(name) is None for name in MANDATORY.get(verb, ())):
        return False
    for name, form in MEMBERS.get(verb, {}).items():
        if name not in data:
            continue
        absent = data[name] is None and (verb != "updated" or form not in ("agreement", "kind"))
        if not absent and not member_ok(form, data[name], agreements):
            return False
    if verb in MAINTENANCE:
        return times.parse_time(data["from"]) < times.parse_time(data["to"])
    return True


def event_ok(event, now, agreements):
    """Is an event right, whatever else is in the log?"""
    if not isinstance(event, dict) or event.get("specversion") != "1.0":
        return False
    names = ["id", "source", "type", "time", "subject"]
    if event.get("type") in MAINTENANCE and "subject" not in event:
        names.remove("subject")
    for name in names:
        if not isinstance(event.get(name), str) or not event[name]:
            return False
    if any(len(event.get(name, "").encode()) > 512 for name in ("id", "source", "subject")):
        return False
    instant = times.parse_time(event["time"])
    if instant is None or instant > now + AHEAD or sequence_of(event) is None:
        return False
    verb = verb_of(event["type"])
    data = event.get("data")
    data = {} if data is None else data
    return verb is not None and isinstance(data, dict) and data_ok(verb, data, agreements)


class Record:
    """An event as the projection sees it."""

    def __init__(self, event):
        self.source = event["source"]
        self.subject = event.get("subject", "")
        self.type = event["type"]
        self.verb = verb_of(event["type"])
        self.time = times.parse_time(event["time"])
        given = event.get("data") or {}
        self.data = {k: v for k, v in given.items() if v is not None or self.verb == "updated"}
        self.order = (self.time, sequence_of(event), RANKS[self.verb], event["id"])

    def instant(self, name):
        """A time member in ms, None if absent or null."""
        value = self.data.get(name)
        return None if value is None else times.parse_time(value)


def records_of(events):
    """All events as records, in the order in which they take effect."""
    return sorted((Record(e) for e in events), key=lambda r: r.order)
