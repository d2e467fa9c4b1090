"""How each cycle counts for each indicator: good, bad, pending or excluded, and when."""

from clocks import Clock

RATES = {  # indicator: (kind, clock or None, True where the formula is 1-A/B)
    "on_time_recovery_rate": ("incident", "recovery", True),
    "first_contact_resolution_rate": ("request", None, False),
    "resolution_rate": ("request", None, False),
    "timely_response_rate": ("request", "response", True),
    "timely_resolution_rate": ("request", "resolution", True),
    "complaint_handling_rate": ("complaint", None, False),
}


class Outcome:
    """One cycle in one indicator."""

    def __init__(self, cycle, indicator, counted, settled_at, cause=None):
        self.cycle = cycle
        self.indicator = indicator
        self.counted = counted
        self.settled_at = settled_at
        self.cause = cause
        attributes = cycle.ticket.attributes
        self.scope = {name: attributes[name]
                      for name in ("agreement", "service", "priority", "team")}


def has_version(cycle, settings):
    """Was a version of the ticket's latest agreement in force when the cycle began?"""
    agreement = cycle.ticket.attributes["agreement"]
    return settings.version_at(agreement, cycle.start) is not None


def late_before_cancelling(cycle, clock_name, settings, now):
    """The breach that a cancelled ticket had at its exclusion, or None."""
    cause, excluded_at = cycle.ticket.excluded
    if cause != "cancelled" or not has_version(cycle, settings):
        return None
    breach = Clock(cycle, clock_name, settings, now).breached_at
    return breach if breach is not None and breach <= excluded_at else None


def first_contact(cycle):
    """A `reopened` takes it back; else what a resolution says; else what the log shows."""
    if cycle.of("reopened"):
        return False
    said = [s.data["first_contact"] for s in cycle.of("resolved") if "first_contact" in s.data]
    if said:
        return said[-1]
    before = cycle.steps[:cycle.steps.index(cycle.resolution())]
    answers = [s for s in before if s.what == "responded"]
    contacts = [s for s in cycle.of("contacted") if s.data.get("by", "customer") == "customer"]
    teams = {cycle.steps[0].attributes["team"]}
    teams.update(s.data.get("team") or "" for s in cycle.of("updated", "assigned", "responded"))
    return (len(answers) <= 1 and not contacts and len(teams - {""}) <= 1
            and not cycle.of("paused"))


def by_resolution(cycle, indicator):
    """(counted, settled) of the rates without a clock: decided by the resolution."""
    resolution = cycle.resolution()
    if resolution is None:
        return "pending", None
    good = True
    if indicator == "first_contact_resolution_rate":
        good = first_contact(cycle)
    elif indicator == "complaint_handling_rate":
        good = resolution.data.get("effective", True)
    return "good" if good else "bad", resolution.time


def by_clock(cycle, clock_name, settings, now):
    """(counted, settled): late at the breach, else met at the stop, else pending."""
    clock = Clock(cycle, clock_name, settings, now)
    if clock.breached_at is not None:
        return "bad", clock.breached_at
    if clock.stopped_at is not None:
        return "good", clock.stopped_at
    return "pending", None


def outcome_of(cycle, indicator, settings, now):
    """How a cycle of the indicator's kind counts."""
    clock_name = RATES[indicator][1]
    if cycle.ticket.excluded:
        cause, at = cycle.ticket.excluded
        if clock_name:
            breach = late_before_cancelling(cycle, clock_name, settings, now)
            if breach is not None:
                return Outcome(cycle, indicator, "bad", breach)
        return Outcome(cycle, indicator, "excluded", at, cause)
    if not has_version(cycle, settings):
        return Outcome(cycle, indicator, "excluded", cycle.start, "no_agreement")
    if clock_name:
        counted, settled_at = by_clock(cycle, clock_name, settings, now)
    else:
        counted, settled_at = by_resolution(cycle, indicator)
    return Outcome(cycle, indicator, counted, settled_at)


def outcomes_of(tickets, indicator, settings, now):
    """Every cycle of every ticket whose latest kind is the indicator's."""
    kind = RATES[indicator][0]
    return [outcome_of(cycle, indicator, settings, now)
            for ticket in tickets.values() if ticket.attributes["kind"] == kind
            for cycle in ticket.cycles]


def incident_of(cycle, indicator, settings):
    """How an incident's cycle counts where every one that is not excluded is bad."""
    if cycle.ticket.excluded:
        cause, at = cycle.ticket.excluded
        return Outcome(cycle, indicator, "excluded", at, cause)
    if not has_version(cycle, settings):
        return Outcome(cycle, indicator, "excluded", cycle.start, "no_agreement")
    return Outcome(cycle, indicator, "bad", cycle.start)


def incidents_of(tickets, indicator, settings, major):
    """Every cycle of every incident whose latest `major` is so."""
    return [incident_of(cycle, indicator, settings) for ticket in tickets.values()
            if ticket.attributes["kind"] == "incident"
            and ticket.attributes["major"] == major
            for cycle in ticket.cycles]
