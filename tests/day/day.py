"""A day of the helpdesk as events, in the order of time.

What it has for certain, whatever the seed: a mail outage about ten in the morning with a flood of incidents,
a rush of requests about mail that are answered late, complaints afterwards; a planned maintenance
of erp at night, during which erp is down without blame; one of vpn that is called off; and every
verb that slad knows. Some of those who were helped answer a survey.
"""
import json
import random
from datetime import timedelta

import helpdesk
from life import FATES, Plan, live, minutes

HOUR = timedelta(hours=1)
DAY = 24 * HOUR
SOURCE = "https://desk.example"
LEAST = 200  # tickets a day: with fewer there is no rush that an alert could be sure of

FLOOD, RUSH, ANGER = 0.09, 0.08, 0.02  # of the day's tickets
DUPLICATES = 0.6  # of the flood
LATE = 0.8  # of the rush


def deck(rng, shares, n):
    """n names in these shares, shuffled; none is missing where there is room for all."""
    whole = sum(shares.values())
    exact = {name: n * share / whole for name, share in shares.items()}
    counts = {name: max(int(x), 1 if n >= len(shares) else 0) for name, x in exact.items()}
    by_rest = sorted(shares, key=lambda name: counts[name] - exact[name])
    while sum(counts.values()) != n:
        if sum(counts.values()) < n:
            counts[by_rest[0]] += 1
            by_rest.append(by_rest.pop(0))
        else:
            counts[max(counts, key=counts.get)] -= 1
    cards = [name for name in shares for _ in range(counts[name])]
    rng.shuffle(cards)
    return cards


def outage_begins(end):
    """Ten o'clock, or the full hour closest to it that leaves the day time to suffer: 5 to 20 hours
    before the end."""
    last = end.astimezone(helpdesk.ZONE).replace(minute=0, second=0, microsecond=0)
    hours = [last - n * HOUR for n in range(5, 21) if 5 * HOUR <= end - (last - n * HOUR) <= 20 * HOUR]
    return min(hours, key=lambda hour: (abs(hour.hour - 10), hour))


def within(rng, begin, end):
    return begin + (end - begin) * rng.random()


class Day:
    """The 24 hours that end at an instant."""

    def __init__(self, seed, end, tickets, number, source=SOURCE):
        """Tickets are numbered from `number` on. Python hashes text for the seed the same way
        everywhere; how many days ago it was makes no difference to it."""
        self.end, self.begin = end, end - DAY
        self.rng = random.Random(f"{seed} {end.timestamp():.3f}")
        self.surveyed = random.Random(f"{seed} {end.timestamp():.3f} surveys")
        self.source, self.events = source, []
        self.outage = outage_begins(end)
        self.restored = self.outage + minutes(self.rng.uniform(70, 100))
        self.plans = self.flood(round(tickets * FLOOD)) + self.rush(round(tickets * RUSH))
        self.plans += self.anger(max(round(tickets * ANGER), 2))
        self.plans += self.routine(tickets - len(self.plans))
        self.tell_all(number)

    def tell(self, time, id, type, subject, data):
        self.events.append((time, len(self.events), {
            "specversion": "1.0", "id": id, "source": self.source, "type": type,
            "time": time.astimezone(helpdesk.ZONE).isoformat(timespec="milliseconds"),
            "subject": subject, "data": data}))

    # What happens to mail

    def flood(self, n):
        """Monitoring sees it first; then come those who cannot send, most of them at once."""
        rng = self.rng
        first = Plan("incident", self.outage + minutes(rng.uniform(1, 4)), "acme", "mail", "P1",
                     "monitoring", "repaired", late=False, about="outage",
                     recovered=self.restored - minutes(15),
                     details={"outage": True, "major": True, "started_at": self.outage.isoformat()})
        plans = [first]
        for fate in deck(rng, {"duplicate": DUPLICATES, "repaired": 1 - DUPLICATES}, n - 1):
            after = min(4 + rng.expovariate(1 / 15), 65)
            plans.append(Plan(
                "incident", self.outage + minutes(after), self.customer(), "mail",
                rng.choice(["P1", "P2", "P2", "P3"]), rng.choice(["phone", "phone", "portal", "chat"]),
                fate, late=rng.random() < 0.2, about="outage", recovered=self.restored,
                first=first if fate == "duplicate" else None))
        return plans

    def rush(self, n):
        """Those who ask for help without mail wait: the desk is busy with the flood."""
        rng = self.rng
        lates = deck(rng, {True: LATE, False: 1 - LATE}, n)
        return [Plan(
            "request", within(rng, self.outage, self.outage + minutes(150)), self.customer(), "mail",
            rng.choice(["P2", "P3", "P3", "P4"]), rng.choice(["phone", "portal", "chat"]),
            rng.choice(["first_contact", "plain", "second_line"]), late=late, about="outage")
            for late in lates]

    def anger(self, n):
        return [Plan("complaint", within(self.rng, self.restored, min(self.restored + 4 * HOUR, self.end)),
                     self.customer(), "mail", "P3", "mail", "apologised", about="outage")
                for _ in range(n)]

    def customer(self):
        return self.rng.choices(list(helpdesk.AGREEMENTS), helpdesk.AGREEMENTS.values())[0]

    # The rest of the day

    def hour(self):
        """An instant of the day, by its rhythm."""
        starts = [self.begin + n * HOUR for n in range(24)]
        rates = [helpdesk.RHYTHM[(start + HOUR / 2).astimezone(helpdesk.ZONE).hour] for start in starts]
        start = self.rng.choices(starts, rates)[0]
        return within(self.rng, start, start + HOUR)

    def routine(self, n):
        rng = self.rng
        kinds = deck(rng, helpdesk.KINDS, n)
        fates = {kind: deck(rng, FATES[kind], kinds.count(kind)) for kind in helpdesk.KINDS}
        cards = {kind: list(zip(*(deck(rng, shares, kinds.count(kind)) for shares in (
            helpdesk.AGREEMENTS, helpdesk.SERVICES, helpdesk.PRIORITIES, helpdesk.CHANNELS)))) for kind in helpdesk.KINDS}
        plans = []
        for kind in kinds:
            agreement, service, priority, channel = cards[kind].pop()
            plans.append(Plan(kind, self.hour(), agreement, service, priority, channel,
                              fates[kind].pop()))
        return plans

    def name_firsts(self):
        """A duplicate is one of an earlier ticket about the same."""
        seen = {}
        for plan in self.plans:
            like = seen.setdefault((plan.kind, plan.service), plan)
            if plan.fate == "duplicate" and plan.first is None and like is not plan:
                plan.first = like

    def tell_outages(self):
        name = self.outage.strftime("%Y%m%d")
        for agreement in helpdesk.AGREEMENTS:
            subject = f"mail-{agreement}-{name}"
            place = {"agreement": agreement, "service": "mail"}
            self.tell(self.outage, f"{subject}-1", "outage.started", subject, place)
            self.tell(self.restored, f"{subject}-2", "outage.ended", subject, place)

    def tell_maintenance(self):
        """At two in the night, announced days before."""
        local = self.end.astimezone(helpdesk.ZONE)
        night = local.replace(hour=2, minute=0, second=0, microsecond=0)
        night -= DAY if night > local else timedelta()
        for service, begin in (("erp", night), ("vpn", night + DAY)):
            for agreement in helpdesk.AGREEMENTS:
                subject = f"{service}-{agreement}-{begin:%Y%m%d}"
                where = {"agreement": agreement, "service": service}
                span = {"from": begin.isoformat(), "to": (begin + 2 * HOUR).isoformat()}
                self.tell(begin - 2 * DAY, f"{subject}-1", "maintenance.planned", subject, where | span)
                if service == "vpn":
                    self.tell(self.outage + HOUR, f"{subject}-2", "maintenance.cancelled", subject,
                              where | span)
                    continue
                down = begin + minutes(self.rng.uniform(5, 20))
                self.tell(down, f"{subject}-2", "outage.started", subject, where)
                self.tell(down + HOUR, f"{subject}-3", "outage.ended", subject, where)

    def tell_surveys(self):
        """Each ticket counts once, after its last resolution."""
        resolved = {event["subject"]: time for time, _, event in self.events if event["type"].endswith(".resolved")}
        for plan in self.plans:
            if plan.subject not in resolved or self.surveyed.random() >= helpdesk.ANSWERING:
                continue
            trouble = plan.about == "outage" or plan.fate == "reopened" or plan.kind == "complaint"
            marks = helpdesk.MARKS_IN_TROUBLE if trouble else helpdesk.MARKS
            mark, = self.surveyed.choices(list(marks), marks.values())
            time = resolved[plan.subject] + minutes(self.surveyed.uniform(5, 90))
            self.tell(time, f"{plan.subject}-survey", "survey.answered", plan.subject, {
                "agreement": plan.agreement, "service": plan.service, "ticket": plan.subject,
                "level": "ticket", "score": mark, "scale": 5})

    def tell_all(self, number):
        self.plans.sort(key=lambda plan: plan.opened)
        for plan in self.plans:
            plan.subject = f"T{number}"
            number += 1
        self.name_firsts()
        self.tell_outages()
        self.tell_maintenance()
        for plan in self.plans:
            live(plan, self.rng, self.tell)
        self.tell_surveys()


def events(seed, end, tickets=500, days=1, source=SOURCE):
    """All events of so many days up to an instant, in the order of time; tickets of each day. A day
    announces maintenance up to two days before it begins, so what is told lags behind."""
    waiting = []
    for ago in reversed(range(days)):
        day = Day(seed, end - ago * DAY, tickets, 1001 + (days - 1 - ago) * tickets, source)
        waiting = sorted(waiting + [(time, ago, n, event) for time, n, event in day.events],
                         key=lambda e: (e[0], -e[1], e[2]))
        told = [e for e in waiting if e[0] <= (end if ago == 0 else day.end - 3 * DAY)]
        yield from (event for *_, event in told)
        waiting = waiting[len(told):]


def line(event):
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))
