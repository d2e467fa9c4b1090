"""What stands behind each score, and in which scores each cycle of a ticket counts."""

import catalogue
import hours
import outages
import outcomes
import papers
import tallies
import times
import windows

INCIDENTS = {catalogue.MAJOR: True, catalogue.CONTROL: False}


def of_tickets(measure):
    """[(counted, source, subject, cycle start, cause)]."""
    return [(o.counted, o.cycle.ticket.source, o.cycle.ticket.subject, o.cycle.start, o.cause)
            for rows in measure.groups.values() for o in rows]


def of_events(measure):
    """[(counted, source, event, count)]: what speaks for the service is good."""
    good = ("call.answered", "change.applied")
    return [("good" if record.type in good else "bad", record.source, record.order[3],
             int(record.data.get("count", 1)))
            for rows in measure.groups.values() for record in rows]


def of_availability(measure):
    """[(counted, kind, source, subject, agreement, service, begin, end, its agreed spans)].

    Outages that take agreed time are bad, maintenance in time that takes some is excluded.
    """
    world, result = measure.world, []
    query, found = world.query, outages.outages_of(world)
    for place in found.places():
        if not measure.touched or not query.admits(dict(zip(tallies.PLACE, place))):
            continue
        agreed = found.agreed(place, query.window)
        whole = found.agreed_spans(place, query.window.begin,
                                   min(query.window.end, world.query.now))
        for counted, things, spans in (("bad", found.outages, agreed),
                                       ("excluded", found.maintenances, whole)):
            for thing in things:
                if thing.place != place or counted == "excluded" and not thing.on_time():
                    continue
                end = found.now if thing.end is None else thing.end
                taken = hours.intersect(spans, [(thing.begin, end)])
                if taken:
                    result.append((counted, thing.kind) + thing.key + place
                                  + (thing.begin, thing.end, tuple(taken)))
    return result


def of_reports(measure):
    """[(counted, agreement, report, period, due)], one for each obligation."""
    world, result = measure.world, []
    for agreement in world.agreements(()) if measure.touched else ():
        for how, report, period, due in measure.obligations(agreement):
            result.append((how, agreement, report, period, due))
    return result


def of_measurements(measure):
    """[(counted, why not, source, event)] of those whose period touches the window."""
    world, result = measure.world, []
    window = world.query.window
    for agreement in world.agreements(()) if measure.touched else ():
        zone = world.settings.zone_at(agreement, world.query.now)
        taken = measure.taken(agreement)
        found = measure.records("measurement.recorded", agreement)
        for record in found:
            _, first, after = windows.absolute(record.data["period"])
            begin, end = (times.day_start(zone, day) for day in (first, after))
            if end <= window.begin or window.end <= begin:
                continue
            same = [other for other in found
                    if other.data["period"] == record.data["period"]]
            why = None
            if papers.latest(same) is not record:
                why = "superseded"
            elif not (window.begin <= begin and end <= window.end):
                why = "outside"
            elif record not in taken:
                why = "overlapped"
            result.append(("excluded" if why else "good", why, record.source,
                           record.order[3]))
    return result


def of_assessments(measure):
    """[(counted, why not, source, event)] of those before the window's end."""
    world, result = measure.world, []
    end = min(world.query.window.end, world.query.now)
    for agreement in world.agreements(()) if measure.touched else ():
        found = [record for record in measure.records("assessment.recorded", agreement)
                 if record.time < end]
        for record in found:
            until, why = record.instant("valid_until"), None
            if record is not papers.latest(found):
                why = "superseded"
            elif until is not None and until <= end:
                why = "stale"
            result.append(("excluded" if why else "good", why, record.source,
                           record.order[3]))
    return result


def behind(measure):
    """Everything behind a score, whatever it counts as: tuples that begin with that."""
    name = measure.indicator
    if name in catalogue.LISTED:
        return of_tickets(measure)
    if name == catalogue.AVAILABILITY:
        return of_availability(measure)
    if name in catalogue.REPORTS:
        return of_reports(measure)
    if name in catalogue.MEASURED:
        return of_measurements(measure)
    return of_assessments(measure) if name in catalogue.ASSESSED else of_events(measure)


def counts_in(cycle, indicator, world):
    """How a cycle counts in an indicator: (counted, cause, settled_at); None where it
    does not."""
    attributes, settings = cycle.ticket.attributes, world.settings
    found = None
    if indicator in outcomes.RATES:
        if attributes["kind"] == outcomes.RATES[indicator][0]:
            found = outcomes.outcome_of(cycle, indicator, settings, world.query.now)
    elif indicator in INCIDENTS:
        if attributes["kind"] == "incident" and attributes["major"] == INCIDENTS[indicator]:
            found = outcomes.incident_of(cycle, indicator, settings)
    elif indicator == catalogue.AVAILABILITY:
        return ("bad", None, None) if down_in(cycle, world) else None
    return found and (found.counted, found.cause, found.settled_at)


def down_in(cycle, world):
    """Had the incident its service down in agreed time in this cycle?"""
    found = outages.outages_of(world)
    for outage in outages.outages_in(cycle, world.settings, world.query.now):
        end = found.now if outage.end is None else outage.end
        agreed = found.agreed_spans(outage.place, outage.begin, min(end, found.now))
        if hours.subtract(agreed, found.planned(outage.place)):
            return True
    return False
