"""The incidents of the UCI event log, as events.

One row is one update of an incident. Its state moves the ticket: Awaiting User Info is a pause for
the customer, the other waits are pauses for others, a move out of Resolved or Closed is a
reopening. Rows of one minute keep their order in the file by `sequence`. Category is the service,
assignment group the team. The times have no zone; they are taken as UTC. A lifetime is made without
the columns resolved_at and closed_at, which every row has, from the first one on.
"""
from datetime import datetime, timezone

from reallog import event, ndjson, nearest_rank, rows

FOLDER = "uci-incident"
ENDS = ("Resolved", "Closed")
CAUSES = {"Awaiting User Info": "customer", "Awaiting Vendor": "supplier",
          "Awaiting Problem": "problem", "Awaiting Evidence": "evidence"}
COLUMNS = {"priority": "priority", "service": "category", "team": "assignment_group"}
MINUTE = 60_000
CUT = "INC0029233"  # the last incident of the file is cut after its first row


def when(text):
    """D/M/YYYY HH:MM"""
    date, clock = text.split(" ")
    day, month, year = date.split("/")
    hour, minute = clock.split(":")
    return datetime(int(year), int(month), int(day), int(hour), int(minute), tzinfo=timezone.utc)


def minutes(span):
    return span.days * 1440 + span.seconds // 60


def figures(values):
    """As gt_summary.json has them."""
    return {"n": len(values), "sum": sum(values), "min": min(values), "max": max(values),
            **{f"p{p}": nearest_rank(values, p) for p in (50, 90, 95)}}


class Incident:
    """The rows of one incident, in the order in which they were written."""

    def __init__(self, number, found):
        self.number = number
        self.rows = sorted(found, key=lambda row: when(row["sys_updated_at"]))
        self.opened = when(self.rows[0]["opened_at"])
        self.states = [row["incident_state"] for row in self.rows]
        self.times = [when(row["sys_updated_at"]) for row in self.rows]

    @property
    def last(self):
        return self.rows[-1]

    def minutes_in(self):
        """{state: minutes to the next row}"""
        found = {}
        for state, at, until in zip(self.states, self.times, self.times[1:]):
            found[state] = found.get(state, 0) + minutes(until - at)
        return found

    def reopenings(self):
        """How long after the resolution each one is, in minutes."""
        found, ended = [], None
        for before, state, at in zip([None] + self.states, self.states, self.times):
            if state in ENDS:
                ended = at if before not in ENDS else ended
            elif before in ENDS:
                found.append(minutes(at - ended))
        return found

    def resolution(self):
        """When it last came into Resolved or Closed from elsewhere; None where it is open."""
        ended = None
        for before, state, at in zip([None] + self.states, self.states, self.times):
            if state in ENDS and before not in ENDS:
                ended = at
        return ended if self.states[-1] in ENDS else None


def incidents():
    found = {}
    for row in rows(FOLDER, "incident_event_log.csv.gz"):
        found.setdefault(row["number"], []).append(row)
    return [Incident(number, these) for number, these in found.items()]


def attributes(row):
    return {name: None if row[column] == "?" else row[column] for name, column in COLUMNS.items()}


class Writer:
    """Makes the events of one incident under one agreement, from a source of its own."""

    def __init__(self, incident, agreement):
        self.incident, self.agreement = incident, agreement
        self.lines, self.number = [], 0

    def write(self, verb, at, **data):
        self.number += 1
        self.lines.append(ndjson([event(
            f"{self.incident.number}-{self.number}", f"incident.{verb}", self.incident.number,
            at.isoformat(), f"urn:uci:{self.agreement}", sequence=self.number, **data)]))

    def open(self):
        known = {n: v for n, v in attributes(self.incident.rows[0]).items() if v is not None}
        self.write("opened", self.incident.opened, agreement=self.agreement, **known)

    def describe(self, before, row, at):
        changed = {name: value for name, value in attributes(row).items()
                   if value != attributes(before)[name]}
        if changed.get("team"):
            self.write("assigned", at, team=changed.pop("team"))
        if changed:
            self.write("updated", at, **changed)

    def move(self, before, state, at):
        """A move between states; `before` is None for the first row."""
        if state in ENDS:
            if before not in ENDS or state == "Closed":
                self.write("resolved" if state == "Resolved" else "closed", at)
            return
        if before in ENDS:
            self.write("reopened", at)
        if before in CAUSES:
            self.write("resumed", at, cause=CAUSES[before])
        if state in CAUSES:
            self.write("paused", at, cause=CAUSES[state])


def lifetime(incident, agreement, every_resolved=False):
    """All the events. every_resolved: each Resolved row says so again, and moves the resolution."""
    writer = Writer(incident, agreement)
    writer.open()
    before = None
    for row, at in zip(incident.rows, incident.times):
        state = row["incident_state"]
        if before is not None:
            writer.describe(before, row, at)
        if before is None or before["incident_state"] != state:
            writer.move(before and before["incident_state"], state, at)
        elif state == "Resolved" and every_resolved:
            writer.write("resolved", at)
        before = row
    return writer.lines


def closing(incident, agreement):
    """Only its opening, with its last attributes, and its closing."""
    writer = Writer(incident, agreement)
    known = {n: v for n, v in attributes(incident.last).items() if v is not None}
    writer.write("opened", incident.opened, agreement=agreement, **known)
    writer.write("closed", when(incident.last["closed_at"]))
    return writer.lines
