"""One ticket from the set of its records: attributes, cycles, legal steps."""

import events

SCOPE = ("agreement", "service", "priority", "team")
TEXTS = ("agreement", "service", "priority", "team")
BOOLS = ("outage", "major")
INSTANTS = events.DUES + ("started_at",)


class Step:
    """A record that had an effect, with the attributes and pauses right after it."""

    def __init__(self, time, what, data, attributes, pauses):
        self.time = time
        self.what = what
        self.data = data
        self.attributes = dict(attributes)
        self.pauses = frozenset(pauses)


class Cycle:
    """From an opening (or a late reopening) on: counts as one ticket opened then."""

    def __init__(self, ticket, start, first):
        self.ticket = ticket
        self.start = start
        self.first = first
        self.steps = []

    def of(self, *names):
        """The steps of these verbs, in order."""
        return [step for step in self.steps if step.what in names]

    def resolution(self):
        """The resolution in force: the last `resolved` that no `reopened` follows."""
        last = self.of("resolved", "reopened")
        return last[-1] if last and last[-1].what == "resolved" else None


class Ticket:
    """The fold of all records of one (source, subject)."""

    def __init__(self, source, subject, settings):
        self.source = source
        self.subject = subject
        self.settings = settings
        self.attributes = {}
        self.pauses = set()
        self.resolved_at = None
        self.excluded = None
        self.cycles = []
        self.warnings = 0
        self.last = 0

    def step(self, time, what, data):
        """Notes an effect in the current cycle."""
        self.cycles[-1].steps.append(Step(time, what, data, self.attributes, self.pauses))

    def open(self, record):
        """The first `opened`, applied before everything else."""
        self.attributes = {"kind": record.type.partition(".")[0]}
        self.attributes.update({name: False for name in BOOLS})
        self.attributes.update({name: "" for name in TEXTS})
        self.attributes.update({name: None for name in INSTANTS})
        self.set_members(record)
        self.cycles.append(Cycle(self, record.time, True))
        self.step(record.time, "start", record.data)

    def set_members(self, record):
        """Overwrites the members that the record carries; null and "" unset."""
        data = record.data
        for name in TEXTS:
            if name in data:
                self.attributes[name] = data[name] or ""
        for name in BOOLS:
            if name in data:
                self.attributes[name] = bool(data[name])
        for name in INSTANTS:
            if name in data:
                self.attributes[name] = record.instant(name)

    def apply(self, record, time):
        """One record in order; what is impossible has no effect but a warning."""
        self.last = time
        if not getattr(self, "do_" + record.verb)(record, time):
            self.warnings += 1

    def do_opened(self, record, time):
        """A second opening."""
        return False

    def do_updated(self, record, time):
        """Overwrites the members it carries; the kind too."""
        self.set_members(record)
        if "kind" in record.data:
            self.attributes["kind"] = record.data["kind"]
        self.step(time, "updated", record.data)
        return True

    def do_assigned(self, record, time):
        """Sets the team."""
        if "team" in record.data:
            self.attributes["team"] = record.data["team"]
        self.step(time, "assigned", record.data)
        return True

    def do_contacted(self, record, time):
        """A further contact; says something of the first one only."""
        self.step(time, "contacted", record.data)
        return True

    def do_responded(self, record, time):
        """An answer; the ticket keeps its team."""
        self.step(time, "responded", record.data)
        return True

    def do_paused(self, record, time):
        """Only while active and not excluded, and once for each cause."""
        cause = record.data.get("cause", "")
        if self.resolved_at is not None or self.excluded or cause in self.pauses:
            return False
        self.pauses.add(cause)
        self.step(time, "paused", record.data)
        return True

    def do_resumed(self, record, time):
        """Ends the pause of its cause, or all of them."""
        ended = {record.data["cause"]} if "cause" in record.data else set(self.pauses)
        if not ended & self.pauses:
            return False
        self.pauses -= ended
        self.step(time, "resumed", record.data)
        return True

    def do_recovered(self, record, time):
        """Once in a cycle, while active."""
        if self.resolved_at is not None or self.cycles[-1].of("recovered"):
            return False
        self.step(time, "recovered", record.data)
        return True

    def do_resolved(self, record, time):
        """Resolves, or moves the resolution of a resolved ticket; ends the pauses."""
        self.pauses.clear()
        self.resolved_at = time
        self.step(time, "resolved", record.data)
        return True

    def do_closed(self, record, time):
        """An active ticket counts as resolved then."""
        if self.resolved_at is None:
            self.pauses.clear()
            self.resolved_at = time
            self.step(time, "resolved", {})
        return True

    def do_reopened(self, record, time):
        """Within the window the same cycle goes on, later a new one starts."""
        if self.resolved_at is None:
            return False
        window = self.settings.reopen_window(self.attributes["agreement"],
                                             self.cycles[-1].start)
        late = time - self.resolved_at > window
        self.resolved_at = None
        if late:
            for name in events.DUES:
                self.attributes[name] = None
            self.cycles.append(Cycle(self, time, False))
        self.step(time, "start" if late else "reopened", record.data)
        return True

    def do_excluded(self, record, time):
        """Ends the pauses; a second one changes nothing."""
        if self.excluded:
            return False
        self.excluded = (record.data["cause"], time)
        self.pauses.clear()
        self.step(time, "excluded", record.data)
        return True

    def do_included(self, record, time):
        """Takes the exclusion back."""
        if not self.excluded:
            return False
        self.excluded = None
        self.step(time, "included", record.data)
        return True


def tickets_of(records, settings):
    """All complete tickets by (source, subject), from records in order."""
    groups = {}
    for record in records:
        if record.verb in events.VERBS:
            groups.setdefault((record.source, record.subject), []).append(record)
    tickets = {}
    for key, group in sorted(groups.items()):
        opening = next((r for r in group if r.verb == "opened"), None)
        if opening is None:
            continue
        ticket = Ticket(key[0], key[1], settings)
        ticket.open(opening)
        for record in group:
            if record is not opening:
                ticket.apply(record, max(record.time, opening.time))
        tickets[key] = ticket
    return tickets
