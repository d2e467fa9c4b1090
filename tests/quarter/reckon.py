"""The figures of the worked example, from its story and its configuration alone: with dates, sets of
minutes and fractions, by the rules as slad-events(7) and slad-indicators(7) tell them."""
import datetime
import re
from datetime import timedelta
from fractions import Fraction

from story import ZONE, span, when

DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
BEGIN, END = when("Apr 1", "00:00"), when("Jul 1", "00:00")
NEVER = when("Dec 31", "00:00")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
FORMULAS = {
    "A/B": lambda a, b, c: Fraction(a, b),
    "1-A/B": lambda a, b, c: 1 - Fraction(a, b),
    "A/5": lambda a, b, c: Fraction(a, 5),
    "1 if A = 0, else 0": lambda a, b, c: Fraction(int(a == 0)),
    "0.7*A/B + 0.3*C/B": lambda a, b, c: (7 * Fraction(a, b) + 3 * Fraction(c, b)) / 10,
}


def minutes(text):
    """'8h' or '7d' as a timedelta."""
    units = {"d": 1440, "h": 60, "m": 1}
    return sum((int(n) * units[unit] * MINUTE for n, unit in re.findall(r"(\d+)([dhm])", text)), timedelta())


class Calendar:
    def __init__(self, config):
        self.week = {}
        for row in config["week"]:
            first, last = (DAYS.index(day) for day in row["days"].split("-"))
            for day in range(first, last + 1):
                self.week.setdefault(day, []).extend(row["open"])
        self.dates = {day: [] for day in config.get("closed", [])}
        self.dates |= {row["date"]: row["open"] for row in config.get("open", [])}

    def spans(self, day):
        midnight = datetime.datetime.combine(day, datetime.time(), ZONE)
        for text in self.dates.get(str(day), self.week.get(day.weekday(), [])):
            hours = [int(h) * 60 + int(m) for h, m in (part.split(":") for part in text.split("-"))]
            yield midnight + hours[0] * MINUTE, midnight + hours[1] * MINUTE

    def runs(self, start, end, without=()):
        """The open stretches from start to end, less others."""
        found, day = [], start.date()
        while day <= end.date():
            for opens, closes in self.spans(day):
                pieces = [(max(opens, start), min(closes, end))]
                for a, b in without:
                    pieces = [p for x, y in pieces for p in ((x, min(y, a)), (max(x, b), y))]
                found += [(x, y) for x, y in pieces if x < y]
            day += DAY
        return found


def length(runs):
    return sum((b - a for a, b in runs), timedelta())


class Clock:
    def __init__(self, runs, target, stopped):
        self.runs, self.target, self.stopped = runs, target, stopped
        self.shows = length(runs)
        self.late = target is not None and self.shows > target


class Cycle:
    """A ticket, or what a reopening after the window has made another one of it."""

    def __init__(self, ticket, start):
        self.ticket, self.start = ticket, start
        self.answers, self.pauses, self.idle = [], [], []
        self.resolved = self.recovered = self.excluded = None
        self.contacted = self.reopened = False

    @property
    def first_contact(self):
        """True, or why not, or None while nobody knows."""
        if self.reopened:
            return "reopened"
        if self.resolved is None:
            return None
        if self.pauses:
            return "paused"
        if self.contacted:
            return "contacted"
        return len(self.answers) <= 1 or "answered twice"


def fold(ticket, window):
    """(kind, cycles)."""
    kind, cycles = ticket.kind, []
    for time, verb, word in ticket.moves:
        now = cycles[-1] if cycles else None
        if verb == "opened":
            cycles.append(Cycle(ticket, time))
        elif verb == "responded":
            now.answers.append(time)
        elif verb == "contacted":
            now.contacted = True
        elif verb == "paused":
            now.pauses.append((time, NEVER))
        elif verb == "resumed":
            now.pauses[-1] = (now.pauses[-1][0], time)
        elif verb == "updated":
            kind = word
        elif verb == "recovered":
            now.recovered = time
        elif verb == "resolved":
            now.resolved = time
        elif verb == "excluded":
            now.excluded = word
        elif verb == "reopened" and time - now.resolved <= window:
            now.idle.append((now.resolved, time))
            now.resolved, now.reopened = None, True
        elif verb == "reopened":
            cycles.append(Cycle(ticket, time))
        else:
            raise ValueError(verb)
    return kind, cycles


class Number:
    def __init__(self, a, b, c=None, short=(), pending=()):
        self.a, self.b, self.c, self.short, self.pending = a, b, c, list(short), list(pending)
        self.value = self.reason = None


class Quarter:
    def __init__(self, config, story, formulas):
        self.story, self.formulas = story, formulas
        self.agreement, self.profile = config["agreements"][0], config["profiles"][0]
        self.calendars = {c["name"]: Calendar(c) for c in config["calendars"]}
        self.calendars["always"] = Calendar({"week": [{"days": "mon-sun", "open": ["00:00-24:00"]}]})
        self.cycles = []  # (kind, name, cycle), in the order of the story
        window = minutes(self.agreement.get("reopen_window", "7d"))
        for ticket in story.tickets:
            kind, cycles = fold(ticket, window)
            for n, cycle in enumerate(cycles, 1):
                name = ticket.subject + (f" ({n})" if len(cycles) > 1 else "")
                self.cycles.append((kind, name, cycle))
        self.down = self.outages()
        self.numbers = {}
        for part in (self.measured, self.security, self.tickets, self.availability, self.reports, self.assessed):
            self.numbers |= part()
        for name, number in self.numbers.items():
            if number.reason is None:
                number.value = FORMULAS[formulas[name]](number.a, number.b, number.c)

    # Clocks

    def of(self, kind):
        return [(name, c) for k, name, c in self.cycles if k == kind and not c.excluded]

    def target(self, kind, cycle):
        fits = [row for row in self.agreement["targets"] if row["kind"] == kind
                and row.get("priority") in (None, cycle.ticket.priority)]
        return max(fits, key=len) if fits else {}

    def clock(self, kind, cycle, clock):
        row = self.target(kind, cycle)
        calendar = self.calendars[row.get("calendar", self.agreement["calendar"])]
        stops = {"respond": (cycle.answers or [None])[0], "recover": cycle.recovered, "resolve": None}[clock]
        stops = stops or cycle.resolved
        away = [] if clock == "respond" else cycle.pauses + cycle.idle
        target = minutes(row[clock]) if clock in row else None
        return Clock(calendar.runs(cycle.start, stops or NEVER, away), target, stops)

    def clocks(self, kind, clock):
        return {name: self.clock(kind, cycle, clock) for name, cycle in self.of(kind)}

    # Indicators

    def tickets(self):
        requests, incidents, complaints = (self.of(k) for k in ("request", "incident", "complaint"))
        b = len(requests)
        open_ = [name for name, c in requests if c.resolved is None]
        first = [name for name, c in requests if c.first_contact is True]
        major = [name for name, c in incidents if c.ticket.major]
        minor = [name for name, c in incidents if not c.ticket.major]
        agreed = 3 * int(self.agreement["incidents_per_month"])
        made = {
            "major_incident_free": Number(len(major), None, short=major),
            "incident_control_rate": Number(len(minor), agreed, short=minor),
            "first_contact_resolution_rate": Number(
                len(first), b, short=[n for n, _ in requests if n not in first], pending=open_),
            "resolution_rate": Number(b - len(open_), b, short=open_, pending=open_),
            "complaint_handling_rate": Number(sum(c.resolved is not None for _, c in complaints), len(complaints)),
        }
        for name, kind, clock in (("timely_response_rate", "request", "respond"),
                                  ("timely_resolution_rate", "request", "resolve"),
                                  ("on_time_recovery_rate", "incident", "recover")):
            clocks = self.clocks(kind, clock)
            late = [n for n, c in clocks.items() if c.late]
            made[name] = Number(len(late), len(clocks), short=late, pending=[
                n for n, c in clocks.items() if not c.stopped and not c.late])
        return made

    def count(self, keyword, what):
        parts = [part.split() for _, rest in self.story.of(keyword) for part in rest.split(", ")]
        return [int(n) for n, word in parts if word == what]

    def security(self):
        leaks = sum("retracted" not in rest for _, rest in self.story.of("leaked"))
        answered, abandoned = (sum(self.count("calls", word)) for word in ("answered", "abandoned"))
        return {"information_integrity_rate": Number(len(self.story.of("tampered")), sum(self.count("changes", "applied"))),
                "leakage_free": Number(leaks, None),
                "contact_connection_rate": Number(answered, answered + abandoned)}

    def outages(self):
        """(from, to, who) of what any monitor or incident says."""
        down = [(*span(time, rest)[:2], "monitor") for time, rest in self.story.of("outage")]
        return down + [(c.ticket.started, c.recovered, name) for name, c in self.of("incident") if c.ticket.outage]

    def united(self):
        """[from, to, who], joined where they touch."""
        joined = []
        for start, end, who in sorted(self.down):
            if joined and start <= joined[-1][1]:
                joined[-1][1] = max(joined[-1][1], end)
                joined[-1][2].append(who)
            else:
                joined.append([start, end, [who]])
        return joined

    def excused(self):
        plans = [span(time, rest) for time, rest in self.story.of("maintenance")]
        return ([(start, end) for start, end, planned in plans if planned < start],
                [(start, end) for start, end, planned in plans if planned >= start])

    def availability(self):
        """Minute by minute."""
        calendar = self.calendars[self.agreement["services"][0]["calendar"]]
        agreed = down = 0
        for start, end in calendar.runs(BEGIN, END):
            for n in range((end - start) // MINUTE):
                at = start + n * MINUTE
                if any(a <= at < b for a, b in self.excused()[0]):
                    continue
                agreed += 60
                down += 60 * any(a <= at < b for a, b, _ in self.down)
        return {"service_availability": Number(down, agreed)}

    def taken(self, start, end):
        """The agreed stretches of an outage."""
        calendar = self.calendars[self.agreement["services"][0]["calendar"]]
        return calendar.runs(max(start, BEGIN), min(end, END), self.excused()[0])

    def due(self):
        """(report, period, due) of what falls due in the quarter."""
        for row in self.agreement["reports"]:
            for month in range(1, 7):
                if row["every"] == "month" or month % 3 == 0:
                    end = datetime.datetime(2026, month + 1, 1, tzinfo=ZONE)
                    due = end + minutes(row["due"])
                    if BEGIN <= due < END:
                        period = f"2026-{month:02}" if row["every"] == "month" else f"2026-Q{month // 3}"
                        yield row["id"], period, due

    def reports(self):
        came = {}
        for time, rest in self.story.of("report"):
            report, period = re.match(r"(\w+) of ([\w-]+)", rest).groups()
            if "not" not in rest:
                came.setdefault((report, period), time)
        due = list(self.due())
        missing = [p for r, p, _ in due if (r, p) not in came]
        late = [p for r, p, by in due if came.get((r, p), NEVER) > by]
        return {"report_on_time_rate": Number(len(due) - len(late), len(due), short=late),
                "report_submission_rate": Number(len(due) - len(missing), len(due), short=missing)}

    def measured(self):
        latest = {}
        for time, rest in sorted(self.story.of("measured")):
            name, period, *numbers = rest.split()
            latest[name, period] = [int(n[2:]) for n in numbers]
        made = {}
        for name in {name for name, _ in latest}:
            rows = {period: n for (i, period), n in latest.items() if i == name}
            rows = [rows["2026-Q2"]] if "2026-Q2" in rows else list(rows.values())
            made[name] = Number(*(sum(column) for column in zip(*rows)))
        return made

    def assessed(self):
        made = {}
        for time, rest in sorted(self.story.of("assessed")):
            name, level, until = re.fullmatch(r"(\w+) (\d)(?:, until (.*))?", rest).groups()
            made[name] = Number(int(level), 5)
            if until and when(until) <= END:
                made[name] = Number(None, None)
                made[name].reason = "stale"
        return made

    # What is made of them

    def decided(self, name):
        """(decided, low, high) of one of the form 1-A/B."""
        n, pending = self.numbers[name], len(self.numbers[name].pending)
        return (1 - Fraction(n.a, n.b - pending), 1 - Fraction(n.a + pending, n.b), 1 - Fraction(n.a, n.b))

    def gaps(self):
        """(indicator, objective, value, gap, affords, needs), the largest gap first."""
        found = []
        for row in self.agreement["objectives"]:
            name, aim = row["indicator"], Fraction(row["at_least"])
            n = self.numbers[name]
            affords = needs = None
            if name != "service_availability":
                affords, needs = 0, 0
                while 1 - Fraction(n.a + affords + 1, n.b) >= aim:
                    affords += 1
                while Fraction(n.b - n.a + needs, n.b + needs) < aim:
                    needs += 1
            found.append((name, aim, n.value, aim - n.value, affords, needs))
        return sorted(found, key=lambda gap: -gap[3])

    def evaluation(self, characteristics):
        """Of each characteristic (W, w, E, data, sum of E*X); characteristics has lists of indicators."""
        weights = {row["id"]: Fraction(row["weight"]) for row in self.profile["indicators"]}
        found = {}
        for name, indicators in characteristics.items():
            w = {i: weights.get(i, Fraction(1)) for i in indicators}
            weight, total = Fraction(self.profile["characteristics"][name]), sum(w.values())
            valued = [i for i in indicators if self.numbers[i].value is not None]
            e = weight / total
            found[name] = (weight, total, e, sum(e * w[i] for i in valued),
                           sum(e * w[i] * self.numbers[i].value for i in valued))
        return found

    def grade(self, score):
        """(reached, given)."""
        bands = [(row["grade"], Fraction(row["at_least"])) for row in self.profile["grades"]]
        reached = next(i for i, (_, least) in enumerate(bands) if score >= least)
        given = max([reached] + [
            [g for g, _ in bands].index(veto["at_most"]) for veto in self.profile["vetoes"]
            if self.numbers[veto["indicator"]].value < Fraction(veto["below"])])
        return bands[reached][0], bands[given][0]

    def satisfaction(self, level):
        marks = [Fraction(rest.split()[1]) for _, rest in self.story.of("survey") if rest.split()[0] == level]
        return len(marks), sum(marks) / len(marks)
