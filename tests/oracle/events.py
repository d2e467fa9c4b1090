"""Events: what is wrong, what is the same, and in which order they take effect."""

import re
from fractions import Fraction

import catalogue
import times
import windows

KINDS = ("request", "incident", "complaint")
VERBS = ("opened", "updated", "assigned", "contacted", "responded", "paused", "resumed",
         "recovered", "resolved", "reopened", "closed", "excluded", "included")
OUTAGE = ("outage.started", "outage.ended")
MAINTENANCE = ("maintenance.planned", "maintenance.cancelled")
CALLS = ("call.answered", "call.abandoned")
SECURITY = ("security.tampered", "security.leaked")
RETRACTED = "event.retracted"
ALONE = CALLS + ("report.submitted", "survey.answered") + SECURITY + (
    "change.applied", "measurement.recorded", "assessment.recorded", RETRACTED)
RANKS = {name: rank for rank, name in enumerate(VERBS + OUTAGE + MAINTENANCE + ALONE)}
CAUSES = ("duplicate", "spam", "test", "cancelled", "invalid")
AHEAD = 5 * times.MINUTE
DUES = ("respond_by", "recover_by", "resolve_by")

TICKET = {"agreement": "agreement", "service": "text", "priority": "text", "team": "text",
          "agent": "text", "channel": "text", "title": "text", "outage": "bool",
          "major": "bool", "started_at": "time", "respond_by": "time",
          "recover_by": "time", "resolve_by": "time"}
PLACE = {"agreement": "agreement", "service": "name"}
COUNT = {"agreement": "agreement", "service": "text", "count": "count"}
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
    "report.submitted": {"agreement": "agreement", "report": "name", "period": "period",
                         "conforming": "bool"},
    "survey.answered": {"agreement": "agreement", "score": "score", "scale": "score",
                        "level": "survey", "service": "text", "ticket": "text"},
    "measurement.recorded": {"agreement": "agreement", "indicator": "measured",
                             "period": "period", "a": "amount", "b": "amount",
                             "c": "amount"},
    "assessment.recorded": {"agreement": "agreement", "indicator": "assessed",
                            "level": "level", "evidence": "text", "assessor": "text",
                            "valid_until": "time"},
    RETRACTED: {"id": "name"},
}
MEMBERS.update({name: COUNT for name in CALLS + SECURITY + ("change.applied",)})
MANDATORY = {
    "opened": ("agreement",),
    "excluded": ("cause",),
    "outage.started": ("agreement", "service"),
    "outage.ended": ("agreement", "service"),
    "maintenance.planned": ("agreement", "service", "from", "to"),
    "maintenance.cancelled": ("agreement", "service", "from", "to"),
    "report.submitted": ("agreement", "report", "period"),
    "survey.answered": ("agreement", "score", "scale"),
    "measurement.recorded": ("agreement", "indicator", "period", "a", "b"),
    "assessment.recorded": ("agreement", "indicator", "level"),
    RETRACTED: ("id",),
}
MANDATORY.update({name: ("agreement",) for name in CALLS + SECURITY + ("change.applied",)})


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
    """`incident.opened` -> `opened`; all others keep their whole name."""
    if name in OUTAGE + MAINTENANCE + ALONE:
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


def whole(value, least, most):
    """A whole number of a range, however it is spelled (5 or 5.0)."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return least <= value <= most and value == int(value)


def score_ok(value):
    """A number from 0 to a million with at most three decimals."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return 0 <= value <= 10 ** 6 and (Fraction(repr(value)) * 1000).denominator == 1


def period_ok(text):
    """The canonical text of a year, quarter, month, week or day that there is."""
    try:
        found = windows.absolute(text)
    except ValueError:
        return False
    return found is not None and found[0] == text


NUMBERS = {
    "count": lambda value: whole(value, 1, 10 ** 9),
    "amount": lambda value: whole(value, 0, 10 ** 12),
    "level": lambda value: whole(value, 1, 5),
    "score": score_ok,
    "bool": lambda value: isinstance(value, bool),
}
TEXTS = {
    "text": lambda value: True,
    "name": lambda value: value != "",
    "kind": lambda value: value in KINDS,
    "by": lambda value: value in ("customer", "agent"),
    "exclusion": lambda value: value in CAUSES,
    "time": lambda value: times.parse_time(value) is not None,
    "survey": lambda value: value in ("ticket", "project", "customer"),
    "measured": lambda value: value in catalogue.MEASURED,
    "assessed": lambda value: value in catalogue.ASSESSED,
    "period": period_ok,
}


def member_ok(form, value, agreements):
    """Has a member the type that the table gives it?"""
    if form in NUMBERS:
        return NUMBERS[form](value)
    if form == "agreement":
        return isinstance(value, str) and value in agreements
    return isinstance(value, str) and TEXTS[form](value)


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
    if verb == "survey.answered":
        return 0 < data["scale"] and data["score"] <= data["scale"]
    if verb == "measurement.recorded":
        return (data.get("c") is not None) == (data["indicator"] == catalogue.STAFF)
    return True


def event_ok(event, now, agreements):
    """Is an event right, whatever else is in the log?"""
    if not isinstance(event, dict) or event.get("specversion") != "1.0":
        return False
    names = ["id", "source", "type", "time", "subject"]
    if event.get("type") in MAINTENANCE + ALONE and "subject" not in event:
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


def effective(events):
    """The events that no retraction of their source names; a retraction stays."""
    retracted = {(e["source"], e["data"]["id"]) for e in events if e["type"] == RETRACTED}
    return [e for e in events
            if e["type"] == RETRACTED or (e["source"], e["id"]) not in retracted]


def records_of(events):
    """All events that have an effect as records, in the order in which they take it."""
    return sorted((Record(e) for e in effective(list(events))), key=lambda r: r.order)
