#!/usr/bin/python3
"""Both ways: what stands behind a score adds up to it, and a ticket stands in the lists that it names."""
import os
import random
import sys
import unittest
from urllib.parse import quote

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
sys.path[:0] = [os.path.join(TOP, "tests/support"), os.path.join(TOP, "tests/oracle")]
import streams  # noqa: E402
import times  # noqa: E402
from check_oracle import Replay  # noqa: E402
from facts import Facts  # noqa: E402
from hours import ALWAYS, Calendar  # noqa: E402
from slad import main  # noqa: E402

REPLAY = os.path.join(os.environ.get("BUILD") or os.path.join(TOP, "build/release"), "tests/replay")
SEED = int(os.environ.get("SEED", "1"))
SEEDS = int(os.environ.get("SEEDS", "12"))
COUNTED = ["good", "bad", "pending", "excluded"]
DIMENSIONS = ["agreement", "service", "priority", "team"]
PAUSABLE = ("recovery", "resolution")


def total(items, member="n"):
    return sum(item[member] for item in items)


def amounts_of(indicator, items):
    """What the lists of an indicator of the catalogue come to: members of its score."""
    n = {counted: total(i for i in items if i["counted"] == counted) for counted in COUNTED}
    good = [i for i in items if i["counted"] == "good"]
    bad = [i for i in items if i["counted"] == "bad"]
    name, of = indicator["id"], indicator["input"]
    if name == "service_availability":
        return {"a": total(bad, "a")}
    if name == "information_integrity_rate":
        return {"a": n["bad"], "b": n["good"]}
    if name in ("leakage_free", "major_incident_free", "incident_control_rate"):
        return {"a": n["bad"], "pending": n["pending"], "nothing good": n["good"]}
    if of == "measurement.recorded":
        return {"a": total(good, "a"), "b": total(good, "b"), "c": total(good, "c")}
    if of == "assessment.recorded":
        return {"a": total(good, "a"), "b": 5 * n["good"]}
    late = indicator["formula"] == "1-A/B"
    return {"a": n["bad"] if late else n["good"], "b": n["good"] + n["bad"] + n["pending"], "pending": n["pending"]}


def amounts_said(indicator, score):
    """The same members of the score itself, in the units of evidence."""
    said = {"nothing good": 0, "c": 0, **{k: v or 0 for k, v in score.items() if k in ("a", "b", "c", "pending")}}
    if indicator["id"] == "service_availability":
        said["a"] = round(1000 * said["a"])
    return said


def causes_of(items):
    found = {}
    for item in items:
        if item["counted"] == "excluded" and item["kind"] in ("ticket", "event"):
            found[item["cause"]] = found.get(item["cause"], 0) + item["n"]
    return found


def item_of(indicator, counted, row):
    """A row of a list in the words of evidence: what both of them say of it."""
    of = indicator["input"]
    item = {"indicator": indicator["id"], "counted": counted, "source": row["source"] or "", "cycle": 0, "n": 1,
            "a": 0, "b": 0, "c": 0, "cause": row.get("excluded") or "", "topic": "", "period": ""}
    if indicator["id"] == "service_availability":
        item.update(kind=row["kind"], a=round(1000 * row["counted_seconds"]), cycle=0,
                    cause="maintenance" if counted == "excluded" else "")
    elif of == "measurement.recorded":
        item.update(kind="measurement", topic=indicator["id"], **{k: row[k] for k in ("period", "a", "b", "c")})
    elif of == "assessment.recorded":
        item.update(kind="assessment", a=row["level"])
    elif "report" in row:
        item.update(kind="report", topic=row["report"], period=row["period"])
    elif "cycle" in row:
        item.update(kind="ticket", cycle=row["cycle"])
    else:
        item.update(kind="event", n=row["count"])
    if item["kind"] != "maintenance":
        item["name"] = row["subject"] if "subject" in row else row["event"] or ""
    return item


def sorted_items(items):
    return sorted((tuple(sorted(i.items())) for i in items))


class Bench:
    """A stream of a seed in a replay, at its last instant."""

    def __init__(self, seed):
        self.random = random.Random(f"explain {seed}")
        self.story = streams.stream(seed)
        facts = Facts(self.story)
        for number in range(6):
            streams.tell_outage(self.story, number)
            streams.tell_maintenance(self.story, number)
            facts.tell()
        last = max(times.parse_time(e["time"]) for e in self.story.events)
        self.now = max(last, self.story.end) + self.random.choice([0, times.HOUR, 40 * times.DAY])
        self.replay = Replay(REPLAY, self.story.config, 600)
        events = list(self.story.events)
        self.random.shuffle(events)
        for i in range(0, len(events), 25):
            self.ask(post=events[i:i + 25], on_error="skip")
        self.indicators = self.get("/v1/indicators")["indicators"]

    def ask(self, **command):
        answer = self.replay.ask({"now": self.now, **command})
        if answer["status"] != 200:
            raise AssertionError(f"{command}: {answer}")
        return answer["body"]

    def path(self, path, params):
        return path + "?" + "&".join(f"{k}={quote(str(v), safe=':')}" for k, v in params.items())

    def get(self, path, **params):
        return self.ask(get=self.path(path, params))

    def evidence(self, **params):
        return self.ask(evidence=self.path("/v1/scores", params))["evidence"]

    def behind(self, indicator, counted, limit, **params):
        rows, cursor = [], {}
        while True:
            page = self.get(f"/v1/scores/{indicator}/tickets", counted=counted, limit=limit, **cursor, **params)
            rows += page["tickets"]
            if page["next"] is None:
                return rows
            cursor = {"cursor": page["next"]}

    def wide(self):
        """A window that nothing lies outside of."""
        return {"from": "2020-01-01T00:00:00Z", "to": "2030-01-01T00:00:00Z"}

    def windows(self):
        story, some = self.story, self.random.choice
        day = times.from_ms(some(story.instants)).date()
        begin = some(story.instants) // times.MINUTE * times.MINUTE
        return [self.wide(), {"window": "this-month"}, {"window": day.isoformat()[:7]}, {"window": str(day.year)},
                {"window": day.isoformat()},
                {"from": times.format_utc(begin), "to": times.format_utc(begin + times.MINUTE * some([1, 100, 9999]))}]

    def scopes(self):
        """The whole, and every value of each dimension."""
        found = self.evidence(**self.wide())
        yield {}
        for dimension in DIMENSIONS:
            for value in sorted({i["scope"][dimension] for i in found}):
                if dimension != "agreement" or value in self.story.agreements:
                    yield {dimension: value}


class Streams(unittest.TestCase):
    """Random streams of all event types."""

    def each(self, check):
        for seed in range(SEED, SEED + SEEDS):
            with self.subTest(seed=seed):
                bench = Bench(seed)
                try:
                    check(bench)
                finally:
                    self.assertEqual(bench.replay.close(), 0)

    def closes(self, bench, params):
        """Evidence adds up to the scores of a question, all 32."""
        scores = {s["indicator"]: s for s in bench.get("/v1/scores", **params)["scores"]}
        items = bench.evidence(**params)
        for indicator in bench.indicators:
            mine = [i for i in items if i["indicator"] == indicator["id"]]
            score = scores[indicator["id"]]
            said, found = amounts_said(indicator, score), amounts_of(indicator, mine)
            if score["reason"] == "not_in_scope":
                self.assertEqual(mine, [], params)
                continue
            self.assertEqual(found, {k: said[k] for k in found}, (indicator["id"], params))
            self.assertEqual(causes_of(mine), score["excluded"], (indicator["id"], params))
        return items

    def test_evidence_adds_up(self):
        def check(bench):
            scopes = list(bench.scopes())
            for window in bench.windows():
                for cohort in ("opened", "settled"):
                    for scope in scopes:
                        self.closes(bench, {**window, "cohort": cohort, **scope})
        self.each(check)

    def test_lists_are_the_evidence(self):
        """Page by page, of any length, each list holds the items of its score, and only them."""
        def check(bench):
            for window, cohort, scope in self.questions(bench):
                params = {**window, "cohort": cohort, **scope}
                items = self.closes(bench, params)
                for indicator in bench.indicators:
                    rows = [item_of(indicator, counted, row) for counted in COUNTED for row in bench.behind(
                        indicator["id"], counted, bench.random.choice([1, 2, 7, 1000]), **params)]
                    mine = [{k: v for k, v in i.items() if k not in ("scope", "from")
                             and (k != "name" or i["kind"] != "maintenance")}
                            for i in items if i["indicator"] == indicator["id"]]
                    self.assertEqual(sorted_items(rows), sorted_items(mine), (indicator["id"], params))
        self.each(check)

    def questions(self, bench):
        scopes, windows = list(bench.scopes()), bench.windows()
        yield windows[0], "opened", {}
        yield windows[0], "settled", bench.random.choice(scopes)
        yield bench.random.choice(windows), bench.random.choice(["opened", "settled"]), bench.random.choice(scopes)

    def tickets(self, bench):
        for source, subject in sorted({(e["source"], e["subject"]) for e in bench.story.events
                                       if e["type"].split(".")[0] in ("request", "incident", "complaint")}):
            answer = bench.replay.ask({"now": bench.now, "ticket": {"source": source, "subject": subject}})
            if answer["status"] == 200:
                yield answer["body"]

    def test_a_ticket_names_its_lists(self):
        """The scores of all tickets are exactly the places that they have in lists."""
        def check(bench):
            listed, said = {}, {}
            for item in bench.evidence(**bench.wide()):
                if item["kind"] in ("ticket", "incident"):
                    key = item["indicator"], item["source"], item["name"], item["cycle"]
                    listed[key] = item["counted"], item["cause"]
            order = [i["id"] for i in bench.indicators]
            for ticket in self.tickets(bench):
                for number, cycle in enumerate(ticket["cycles"], 1):
                    self.assertEqual([s["indicator"] for s in cycle["scores"]], order)
                    for score in cycle["scores"]:
                        self.assertTrue(score["why"])
                        self.place(ticket, number, score, said)
            self.assertEqual(said, listed)
        self.each(check)

    def place(self, ticket, number, score, said):
        """Takes down where a cycle counts."""
        if score["counted"] is None:
            self.assertEqual([score[k] for k in ("excluded", "opened_at", "settled_at", "scope")], [None] * 4)
            return
        for dimension, value in score["scope"].items():
            self.assertEqual(value, ticket[dimension] or "")
        availability = score["indicator"] == "service_availability"
        key = score["indicator"], ticket["source"], ticket["subject"], 0 if availability else number
        said[key] = score["counted"], score["excluded"] or ""

    def test_the_narrowest_scope(self):
        """In the scope, the window and the cohort that a ticket names, the list has it."""
        def check(bench):
            for ticket in self.tickets(bench):
                for number, cycle in enumerate(ticket["cycles"], 1):
                    for score in cycle["scores"]:
                        if score["counted"] is not None and score["scope"]["agreement"] in bench.story.agreements:
                            self.stands(bench, ticket, number, score)
        self.each(check)

    def stands(self, bench, ticket, number, score):
        ways = [("opened", score["opened_at"]), ("settled", score["settled_at"])]
        for cohort, at in ways[:1] if score["indicator"] == "service_availability" else ways:
            if at is None:
                continue
            minute = times.parse_time(at) // times.MINUTE * times.MINUTE
            to = minute + times.MINUTE
            if score["indicator"] == "service_availability":
                to = times.parse_time("2030-01-01T00:00:00Z")
            rows = bench.behind(score["indicator"], score["counted"], 1000, cohort=cohort, **score["scope"], **{
                "from": times.format_utc(minute), "to": times.format_utc(to)})
            found = [r for r in rows if (r["subject"], r["source"], r.get("cycle", number)) ==
                     (ticket["subject"], ticket["source"], number)]
            self.assertTrue(found, (cohort, at, score))

    def test_working_time(self):
        """Intervals are those of the calendars, and add up to what the clock shows."""
        def check(bench):
            calendars = calendars_of(bench.story.config)
            for ticket in self.tickets(bench):
                for cycle in ticket["cycles"]:
                    for name, clock in cycle["clocks"].items():
                        spans = [(times.parse_time(v["from"]), times.parse_time(v["to"])) for v in clock["working"]]
                        self.assertNotIn("working_cut", clock)
                        self.assertEqual(sum(b - a for a, b in spans), clock["elapsed_ms"], (ticket["id"], name))
                        wanted = working(calendars, cycle, name, clock, bench.now)
                        self.assertEqual(spans, wanted, (ticket["id"], name))
                    self.pauses(cycle)
        self.each(check)

    def pauses(self, cycle):
        """They cover the phases that are paused, one after the other."""
        spans = [(p["from"], p["to"]) for p in cycle["phases"] if p["paused"]]
        paused = joined((times.parse_time(a), times.parse_time(b) if b else FOREVER) for a, b in spans)
        listed = [(times.parse_time(p["from"]), times.parse_time(p["to"]) if p["to"] else FOREVER)
                  for p in cycle["pauses"]]
        self.assertEqual(joined(listed), paused)
        self.assertTrue(all(a[1] <= b[0] for a, b in zip(listed, listed[1:])))
        self.assertTrue(all(p["cause"] for p in cycle["pauses"]))


FOREVER = times.to_ms(times.EPOCH.replace(year=2100))


def joined(spans):
    result = []
    for begin, end in spans:
        if result and result[-1][1] == begin:
            result[-1] = result[-1][0], end
        elif begin < end:
            result.append((begin, end))
    return result


def calendars_of(config):
    """The calendars by name, as the oracle reads them."""
    zone = config.get("timezone", "UTC")
    return {"always": ALWAYS, **{row["name"]: Calendar(row, zone) for row in config["calendars"]}}


def working(calendars, cycle, name, clock, now):
    """From the phases alone: where they are open, neither paused nor resolved, until the stop."""
    end = times.parse_time(clock["stopped_at"]) if clock["stopped_at"] else now
    spans = []
    for phase in cycle["phases"]:
        begin = times.parse_time(phase["from"])
        until = min(times.parse_time(phase["to"]) if phase["to"] else end, end)
        stands = name in PAUSABLE and (phase["paused"] or phase["resolved"])
        if phase["calendar"] is not None and not stands:
            spans += calendars[phase["calendar"]].open_spans(begin, until)
    return joined(spans)


if __name__ == "__main__":
    main()
