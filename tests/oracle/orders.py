"""What operators order: periods that close, and improvements; told by brute force."""

import copy
from fractions import Fraction

import catalogue
import lists
import series
import times
import windows

SCORE = ("a", "b", "pending", "excluded", "value", "decided", "low", "high", "reason",
         "clamped")
NUMBERS = ("value", "a", "b", "pending", "excluded", "reason")
NOTHING = {"value": None, "a": 0, "b": 0, "pending": 0, "excluded": {}, "reason": "no_data"}
MOVES = {"identified": {"act": "acting", "close": "closed"},
         "acting": {"verify": "verifying", "close": "closed"},
         "verifying": {"act": "acting", "close": "closed"}, "closed": {"reopen": "acting"}}


class Refused(Exception):
    """An order or a question that cannot be followed, with its status."""

    def __init__(self, status):
        super().__init__(status)
        self.status = status


def over(query, window, **filters):
    """The same question of another window and scope."""
    other = copy.copy(query)
    other.window = window
    other.filters = {name: list(values) for name, values in filters.items()}
    other.by = []
    return other


def evidence(oracle, query):
    """{what: (counted, why not, service, amounts)} behind the 32 scores of an agreement."""
    found = {}
    for indicator, measure in oracle.measures(query).items():
        if indicator == catalogue.AVAILABILITY:
            continue
        for thing in lists.behind(measure):
            key, value = item(indicator, measure, thing)
            found[(indicator,) + key] = value
    return found


def item(indicator, measure, thing):
    """(key, value) of what stands behind a score."""
    counted = thing[0]
    if indicator in catalogue.LISTED:
        ticket = measure.world.tickets[thing[1:3]]
        number = [cycle.start for cycle in ticket.cycles].index(thing[3]) + 1
        return (("ticket", thing[1], thing[2], number),
                (counted, thing[4], ticket.attributes["service"], ()))
    if indicator in catalogue.REPORTS:
        return ("report", None, "%s %s" % thing[2:4], None), (counted, None, "", ())
    by_name = {(r.source, r.order[3]): r.data for r in measure.world.records}
    if indicator in catalogue.MEASURED + catalogue.ASSESSED:
        data = by_name[thing[2:4]]
        measured = indicator in catalogue.MEASURED
        names = ("abc" if indicator == catalogue.STAFF else "ab") if measured else ["level"]
        return (("measurement" if measured else "assessment", thing[2], thing[3], None),
                (counted, thing[1], "", some_of(int(data[name]) for name in names)))
    return (("event", thing[1], thing[2], None),
            (counted, None, by_name[thing[1:3]].get("service", ""), (thing[3],)))


def some_of(amounts):
    """Amounts without the noughts at the end."""
    kept = list(amounts)
    while kept and not kept[-1]:
        kept.pop()
    return tuple(kept)


def something(numbers):
    """The numbers of a score, of which why there is none is none; no score has none."""
    return dict(numbers or NOTHING, b=(numbers or NOTHING)["b"] or 0, reason=None)


class Period:
    """The scores of an agreement in a window at one time, and what they were made of."""

    def __init__(self, oracle, query, agreement):
        whole = over(query, query.window, agreement=[agreement])
        parts = copy.copy(whole)
        parts.by = ["service"]
        self.window = query.window
        self.zone = query.window.zone
        self.agreement = agreement
        self.scores = oracle.answer(whole) + oracle.answer(parts)
        self.evidence = evidence(oracle, whole)
        self.head = {"agreement": agreement, "window": query.window.name,
                     "from": query.window.begin, "to": query.window.end}

    def moved(self, other):
        """{what: (before, after)} of all that another one counts otherwise."""
        return {key: (self.evidence.get(key), other.evidence.get(key))
                for key in set(self.evidence) | set(other.evidence)
                if self.evidence.get(key) != other.evidence.get(key)}

    def scores_moved(self, other):
        """{(indicator, service): (before, after)} of the scores with other numbers.

        A service that is not there on one side has no numbers there; so where there are none
        on the other side either, nothing moved.
        """
        mine, theirs = ({(score["indicator"], score["scope"].get("service")):
                         {name: score[name] for name in NUMBERS} for score in period.scores
                         if score["reason"] != "not_in_scope"} for period in (self, other))
        return {key: (mine.get(key), theirs.get(key)) for key in set(mine) | set(theirs)
                if something(mine.get(key)) != something(theirs.get(key))}


class Periods:
    """All revisions of all periods."""

    def __init__(self, oracle):
        self.oracle = oracle
        self.kept = []

    def revisions(self, agreement, window):
        """The revisions of a period, by its canonical name."""
        return [p for p in self.kept
                if (p.agreement, p.head["window"]) == (agreement, window)]

    def close(self, query, agreement, body):
        """A new revision of a calendar window that is over."""
        if windows.absolute(query.window.name) is None:
            raise Refused(400)
        if query.window.end > query.now:
            raise Refused(409)
        period = Period(self.oracle, query, agreement)
        earlier = self.revisions(agreement, query.window.name)
        period.head.update(revision=len(earlier) + 1, closed_at=query.now,
                           by=body.get("by") or "operator", note=body.get("note"))
        self.kept.append(period)
        return self.shown(period)

    def find(self, query, agreement, revision):
        """A revision, the last one by default."""
        found = self.revisions(agreement, query.window.name)
        number = int(revision or len(found))
        if not 1 <= number <= len(found):
            raise Refused(404)
        return found[number - 1]

    def shown(self, period):
        """A revision, and what moved since the one before."""
        number = period.head["revision"]
        result = {"head": period.head, "scores": period.scores, "moved": None}
        if number > 1:
            before = self.revisions(period.agreement, period.head["window"])[number - 2]
            result["moved"] = before.moved(period), before.scores_moved(period)
        return result

    def moves(self, query, agreement, revision):
        """What moved since a revision: what the next one would tell."""
        period = self.find(query, agreement, revision)
        now = Period(self.oracle, query, agreement)
        return {"head": period.head, "moved": (period.moved(now), period.scores_moved(now))}

    def heads(self, agreement):
        """The heads, newest first."""
        return [p.head for p in reversed(self.kept) if agreement in (None, p.agreement)]

    def stored(self, query, agreement, revision):
        """The scores of a revision as /v1/scores shows them."""
        period = self.find(query, agreement, revision)
        level = {"agreement", "service"} if query.by else {"agreement"}
        return {"window": {"name": period.window.name, "cohort": "opened",
                           "from": times.format_zoned(period.window.begin, period.zone),
                           "to": times.format_zoned(period.window.end, period.zone)},
                "as_of": times.format_utc(period.head["closed_at"]),
                "scores": [s for s in period.scores if set(s["scope"]) == level
                           and s["indicator"] in query.indicators]}


class Improvements:
    """All records, in the order in which they were made."""

    def __init__(self, oracle):
        self.oracle = oracle
        self.kept = []

    def snapshot(self, record, query, window):
        """A score of the record's scope over a window, without the objective."""
        if window is None:
            return None
        score, = self.oracle.answer(over(query, window, **{
            name: [value] for name, value in record["scope"].items()}))
        return dict({name: score[name] for name in SCORE}, window=window.name,
                    **{"from": times.format_zoned(window.begin, window.zone),
                       "to": times.format_zoned(window.end, window.zone)})

    def create(self, query, body):
        """A record with its baseline."""
        scope = {name: body[name] for name in ("agreement", "service", "priority", "team")
                 if name in body}
        version = self.oracle.settings.version_at(
            body["agreement"], query.now)
        if any(m.touched is False for m in self.oracle.measures(
                over(query, query.window, **{n: [v] for n, v in scope.items()})).values()):
            raise Refused(400)
        aim = body.get("aim")
        if aim is None:
            aim = version and version.objectives.get(body["indicator"])
        if aim is None:
            raise Refused(400)
        record = {"id": len(self.kept) + 1, "indicator": body["indicator"], "scope": scope,
                  "title": body["title"], "aim": Fraction(str(aim)) if "aim" in body else aim,
                  "due": body.get("due"), "state": "identified", "result": None,
                  "history": [(query.now, "create", body.get("by") or "operator",
                               body.get("note"))]}
        record["baseline"] = self.snapshot(record, query, query.window)
        self.kept.append(record)
        return self.shown(record, query)

    def running(self, record, query):
        """(the running window of the baseline's kind, the last complete one)."""
        name, zone, now = record["baseline"]["window"], query.window.zone, query.now
        if windows.absolute(name) is None:
            return windows.find(name, None, None, zone, now), None
        today = times.local_date(zone, now)
        found = series.day_window(zone, *windows.period(series.unit_of(name), today))
        return found, series.before(found)

    def shown(self, record, query):
        """A record with its present and its latest score."""
        present, latest = (self.snapshot(record, query, window)
                           for window in self.running(record, query))
        value = record["baseline"]["value"]
        exact = present["value"]
        return dict(record, present=present, latest=latest, history=list(record["history"]),
                    gap=None if value is None else float(record["aim"]) - value,
                    reached=None if exact is None else self.reached(record, query))

    def reached(self, record, query):
        """Has the present value, as a fraction, come to the aim?"""
        asked = over(query, self.running(record, query)[0],
                     **{n: [v] for n, v in record["scope"].items()})
        return self.oracle.measures(asked)[record["indicator"]].score(())["value"] \
            >= record["aim"]

    def move(self, number, verb, query, body):
        """A move that is possible, with the note that it asks for."""
        record = self.kept[number - 1]
        if verb not in MOVES[record["state"]]:
            raise Refused(409)
        record["state"] = MOVES[record["state"]][verb]
        record["history"].append((query.now, verb, body.get("by") or "operator",
                                  body.get("note")))
        record["result"] = None
        if verb == "close":
            record["result"] = self.snapshot(record, query, self.running(record, query)[0])
        return self.shown(record, query)
