"""Service availability: outages united, cut to the agreed hours, less maintenance."""

import events
import hours
import outcomes


class Outage:
    """A span in which a service was down, and what says so; no end while it lasts."""

    def __init__(self, kind, key, place, begin, end):
        self.kind = kind
        self.key = key
        self.place = place
        self.begin = begin
        self.end = end


class Maintenance:
    """A planned maintenance that stands, and when it was announced."""

    kind = "maintenance"

    def __init__(self, key, place, begin, end, announced):
        self.key = key
        self.place = place
        self.begin = begin
        self.end = end
        self.announced = announced

    def on_time(self):
        """Announced before it began: it leaves both A and B."""
        return self.announced < self.begin


def monitored(records):
    """The Outages of outage.*, for each (source, subject, place)."""
    groups, result = {}, []
    for record in records:
        if record.verb in events.OUTAGE:
            place = (record.data["agreement"], record.data["service"])
            groups.setdefault((record.source, record.subject, place), []).append(record)
    for (source, subject, place), group in groups.items():
        key, begin = (source, subject), None
        for record in group:
            if record.verb == "outage.started" and begin is None:
                begin = record.time
            elif record.verb == "outage.ended" and begin is not None:
                result.append(Outage("outage", key, place, begin, record.time))
                begin = None
        if begin is not None:
            result.append(Outage("outage", key, place, begin, None))
    return result


def cycle_spans(cycle):
    """[(begin, end or None)] in which an incident's service was down, in one cycle.

    From the start to `recovered`, after which nothing counts; without it to the
    resolution, and again from each reopening on; a moved resolution moves the end.
    """
    begin = cycle.start
    started_at = cycle.ticket.attributes["started_at"]
    if cycle.first and started_at is not None:
        begin = started_at
    spans, end = [], None
    for step in cycle.of("resolved", "reopened", "recovered"):
        if step.what == "recovered":
            return spans + [(begin, step.time)]
        if step.what == "resolved":
            end = step.time
        else:
            spans.append((begin, end))
            begin, end = step.time, None
    return spans + [(begin, end)]


def reported(tickets, settings, now):
    """The Outages of incidents with `outage: true`."""
    return [outage for ticket in tickets.values() for cycle in ticket.cycles
            for outage in outages_in(cycle, settings, now)]


def outages_in(cycle, settings, now):
    """The Outages of one cycle of an incident that says it is one."""
    ticket = cycle.ticket
    attributes, limit = ticket.attributes, None
    if attributes["kind"] != "incident" or not attributes["outage"] \
            or not attributes["service"] or not outcomes.has_version(cycle, settings):
        return []
    if ticket.excluded:
        if outcomes.late_before_cancelling(cycle, "recovery", settings, now) is None:
            return []
        limit = ticket.excluded[1]
    result = []
    for begin, end in cycle_spans(cycle):
        if limit is not None:
            end = limit if end is None else min(end, limit)
        result.append(Outage("incident", (ticket.source, ticket.subject),
                             (attributes["agreement"], attributes["service"]), begin, end))
    return result


def maintenances(records):
    """Those planned and not cancelled, by (source, agreement, service, from, to)."""
    announced = {}
    for record in records:
        if record.verb in events.MAINTENANCE:
            key = (record.source, record.data["agreement"], record.data["service"],
                   record.instant("from"), record.instant("to"))
            if record.verb == "maintenance.planned":
                announced.setdefault(key, record.time)
            else:
                announced.pop(key, None)
    return [Maintenance((key[0], None), (key[1], key[2]), key[3], key[4], at)
            for key, at in announced.items()]


class Availability:
    """The sums of one service in one window, in milliseconds."""

    def __init__(self, down, agreed, rest, late):
        self.down = down
        self.agreed = agreed
        self.rest = rest
        self.late = late


class Outages:
    """Everything that the log says about the services being down."""

    def __init__(self, records, tickets, settings, now):
        self.settings = settings
        self.now = now
        self.outages = monitored(records) + reported(tickets, settings, now)
        self.maintenances = maintenances(records)

    def places(self):
        """The measured services: listed in a version, or else known from the log."""
        places = {(v.agreement, service) for versions in self.settings.agreements.values()
                  for v in versions for service in v.services}
        places.update(outage.place for outage in self.outages)
        places.update(m.place for m in self.maintenances)
        return sorted(places)

    def agreed_spans(self, place, begin, end):
        """The agreed hours: of the versions that list it; of all where none does."""
        agreement, service = place
        versions = self.settings.agreements[agreement]
        listed = any(service in version.services for version in versions)
        spans = []
        for version in versions:
            if listed and service not in version.services:
                continue
            calendar = version.services[service] if listed else version.calendar
            last = end if version.end is None else min(end, version.end)
            spans += calendar.open_spans(max(begin, version.begin), last)
        return hours.union(spans)

    def planned(self, place):
        """The spans of maintenance announced in time."""
        return [(m.begin, m.end) for m in self.maintenances
                if m.place == place and m.on_time()]

    def down(self, place):
        """The united outages of a service, up to now."""
        return hours.union((outage.begin, self.now if outage.end is None else outage.end)
                           for outage in self.outages if outage.place == place)

    def agreed(self, place, window):
        """B of a service up to now, as spans."""
        return hours.subtract(
            self.agreed_spans(place, window.begin, min(window.end, self.now)),
            self.planned(place))

    def measure(self, place, window):
        """A and B of a service up to now, and the agreed time still to come."""
        late = sum(1 for m in self.maintenances
                   if m.place == place and not m.on_time()
                   and m.begin < window.end and m.end > window.begin)
        agreed = self.agreed(place, window)
        rest = hours.subtract(
            self.agreed_spans(place, max(window.begin, self.now), window.end),
            self.planned(place))
        return Availability(hours.length(hours.intersect(agreed, self.down(place))),
                            hours.length(agreed), hours.length(rest), late)


def outages_of(world):
    """The Outages of a world, whatever its window."""
    return world.once("outages", lambda: Outages(world.records, world.tickets,
                                                 world.settings, world.query.now))
