"""What a sender can get wrong: each of WRONG gets an event and spoils it."""

AGREED = {"agreement": "acme"}
# Types that stand alone, and data that is wrong for them, with a right agreement.
ALONE = [
    ("call.answered", {"count": 0}), ("call.answered", {"count": -1}),
    ("call.abandoned", {"count": 1.5}), ("call.abandoned", {"count": "2"}),
    ("call.answered", {"count": True}), ("call.answered", {"count": 10 ** 9 + 1}),
    ("call.answered", {"service": 5}), ("call.answered", {"agreement": "nobody"}),
    ("call.missed", {}), ("call.answered", {"agreement": None}),
    ("security.tampered", {"count": 0}), ("security.leaked", {"count": [1]}),
    ("security.leaked", {"agreement": ""}), ("change.applied", {"count": "one"}),
    ("report.submitted", {"report": "monthly"}), ("report.submitted", {"period": "2026-10"}),
    ("report.submitted", {"report": 1, "period": "2026-10"}),
    ("report.submitted", {"report": "monthly", "period": "2026-13"}),
    ("report.submitted", {"report": "monthly", "period": "2026-1"}),
    ("report.submitted", {"report": "monthly", "period": "2026-Q5"}),
    ("report.submitted", {"report": "monthly", "period": "2026-q1"}),
    ("report.submitted", {"report": "monthly", "period": "2025-W53"}),
    ("report.submitted", {"report": "monthly", "period": "2026-W00"}),
    ("report.submitted", {"report": "monthly", "period": "2026-02-29"}),
    ("report.submitted", {"report": "monthly", "period": "last-month"}),
    ("report.submitted", {"report": "monthly", "period": "30d"}),
    ("report.submitted", {"report": "monthly", "period": ""}),
    ("report.submitted", {"report": "monthly", "period": 2026}),
    ("report.submitted", {"report": "monthly", "period": "2026-10", "conforming": "no"}),
    ("survey.answered", {"score": 4}), ("survey.answered", {"scale": 5}),
    ("survey.answered", {"score": 6, "scale": 5}),
    ("survey.answered", {"score": -1, "scale": 5}),
    ("survey.answered", {"score": 0, "scale": 0}),
    ("survey.answered", {"score": 1.2345, "scale": 5}),
    ("survey.answered", {"score": 1, "scale": 10 ** 6 + 1}),
    ("survey.answered", {"score": "4", "scale": 5}),
    ("survey.answered", {"score": 4, "scale": 5, "level": "team"}),
    ("survey.answered", {"score": 4, "scale": 5, "ticket": 7}),
    ("assessment.recorded", {"indicator": "compliance"}),
    ("assessment.recorded", {"level": 3}),
    ("assessment.recorded", {"indicator": "compliance", "level": 0}),
    ("assessment.recorded", {"indicator": "compliance", "level": 6}),
    ("assessment.recorded", {"indicator": "compliance", "level": 2.5}),
    ("assessment.recorded", {"indicator": "compliance", "level": "3"}),
    ("assessment.recorded", {"indicator": "staff_stability", "level": 3}),
    ("assessment.recorded", {"indicator": "leakage_free", "level": 3}),
    ("assessment.recorded", {"indicator": "compliance", "level": 3, "valid_until": "2027"}),
    ("assessment.recorded", {"indicator": "compliance", "level": 3, "assessor": 1}),
]
MEASURED = [  # changes to a right measurement that spoil it; None takes a member away
    {"a": None}, {"b": None}, {"period": None}, {"indicator": None}, {"agreement": None},
    {"a": -1}, {"b": 0.5}, {"a": "1"}, {"b": 10 ** 12 + 1}, {"b": True},
    {"indicator": "compliance"}, {"indicator": "resolution_rate"}, {"indicator": "mood"},
    {"indicator": "staff_professionalism"}, {"c": 1},
    {"indicator": "staff_professionalism", "c": -1},
    {"indicator": "staff_professionalism", "c": 1.5},
    {"period": "2026-11-31"}, {"period": "today"}, {"agreement": "nobody"},
]


def change(name, data):
    """Makes an event one of another type with this data."""
    return lambda event: event.update(type=name, data=data)


def measurement(changes):
    """Makes an event a measurement that is right but for the changes."""
    data = dict(AGREED, indicator="staff_stability", period="2026-10", a=1, b=10)
    data.update(changes)
    return change("measurement.recorded", {k: v for k, v in data.items() if v is not None})


WRONG = [
    lambda e: e.pop("time"),
    lambda e: e.update(time="2026-11-20T10:00:00"),
    lambda e: e.update(time="2026-02-30T10:00:00Z"),
    lambda e: e.update(time="2016-12-31T23:59:60Z"),
    lambda e: e.update(time=1790000000),
    lambda e: e.update(time="2026-11-20 10:00"),
    lambda e: e.update(time="2026-11-20T10:00:00+0800"),
    lambda e: e.update(type="incident.escalated"),
    lambda e: e.update(type="opened"),
    lambda e: e.update(specversion="0.3"),
    lambda e: e.pop("specversion"),
    lambda e: e.pop("subject", None),
    lambda e: e.update(subject=""),
    lambda e: e.update(source=""),
    lambda e: e.update(subject="x" * 513),
    lambda e: e.pop("id"),
    lambda e: e.update(id=7),
    lambda e: e.update(data=[1]),
    lambda e: e.update(sequence="first"),
    lambda e: e.update(type="request.opened", data={"service": "mail"}),
    lambda e: e.update(type="request.opened", data={"agreement": "nobody"}),
    lambda e: e.update(type="request.opened", data={"agreement": 5}),
    lambda e: e.update(type="request.updated", data={"agreement": None}),
    lambda e: e.update(type="request.updated", data={"kind": "problem"}),
    lambda e: e.update(type="request.updated", data={"respond_by": "tomorrow"}),
    lambda e: e.update(type="request.updated", data={"outage": "yes"}),
    lambda e: e.update(type="request.excluded", data={}),
    lambda e: e.update(type="request.excluded", data={"cause": "mood"}),
    lambda e: e.update(type="request.contacted", data={"by": "nobody"}),
    lambda e: e.update(type="request.resolved", data={"first_contact": "yes"}),
    lambda e: e.update(type="request.paused", data={"cause": 3}),
    lambda e: e.update(type="outage.started", data={"agreement": "acme"}),
    lambda e: e.update(type="maintenance.planned", data={
        "agreement": "acme", "service": "mail",
        "from": "2026-11-20T10:00:00Z", "to": "2026-11-20T18:00:00+08:00"}),
]
WRONG += [change(name, dict(AGREED, **data)) for name, data in ALONE]
WRONG += [measurement(changes) for changes in MEASURED]
WRONG += [change("event.retracted", data) for data in ({}, {"id": 7}, {"id": None})]
