#!/usr/bin/python3
"""GET /v1/statistics: its shape, its numbers against those counted here, CSV, what is refused."""
import contextlib
import csv
import datetime
import io
import os
import random
import sqlite3
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from logged import rows  # noqa: E402
from slad import Slad, event, main  # noqa: E402

SEED = int(os.environ.get("SEED") or random.randrange(1 << 30))
CONFIG = {
    "timezone": "UTC",
    "calendars": [{"name": "office", "timezone": "UTC",
                   "week": [{"days": "mon-fri", "open": ["09:00-17:00"]}]}],
    "agreements": [
        {"id": "acme", "from": "2020-01-01", "targets": [{"respond": "1h", "resolve": "8h"}],
         "services": [{"id": "mail"}]},
        {"id": "beta", "from": "2020-01-01", "calendar": "office", "services": [{"id": "web"}]}]}
START = datetime.datetime(2026, 6, 1, tzinfo=datetime.timezone.utc)
HOUR = 3600
NO_TIMES = {"count": 0, "mean": None, "p50": None, "p90": None, "p95": None, "p99": None}
KINDS = ["request", "incident", "complaint"]
NO_FLOW = {"opened": 0, "resolved": 0, "backlog_before": 0, "backlog_after": 0, "reopened": 0,
           "reopened_share": None, "excluded": {}, "excluded_share": None}


def at(seconds):
    """So many seconds after 2026-06-01."""
    return (START + datetime.timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


class Story:
    """Events with ids of their own."""

    def __init__(self):
        self.events = []

    def tell(self, type, subject, seconds, **data):
        if type.endswith(".opened"):
            data = {"agreement": "acme", **data}
        self.events.append(event(f"s-{len(self.events)}", type, subject, at(seconds), **data))


class Told(unittest.TestCase):
    """A few events whose statistics can be counted by hand."""

    @classmethod
    def setUpClass(cls):
        story, day = Story(), 24 * HOUR
        story.tell("request.opened", "before", -day, service="mail", team="one")
        story.tell("request.opened", "open", -day, service="mail")
        story.tell("request.resolved", "before", 100)
        story.tell("request.opened", "plain", 0, service="mail", team="one", priority="P1")
        story.tell("request.responded", "plain", 0.1)
        story.tell("request.paused", "plain", 1000, cause="customer")
        story.tell("request.resumed", "plain", 2000)
        story.tell("request.resolved", "plain", 4000)
        story.tell("request.opened", "again", 0, service="mail")
        story.tell("request.resolved", "again", 100.5)
        story.tell("request.reopened", "again", 200)
        story.tell("request.opened", "spam", 0, service="mail")
        story.tell("request.excluded", "spam", 9, cause="spam")
        story.tell("request.opened", "late", 0, service="mail")
        story.tell("request.excluded", "late", 9 * HOUR, cause="cancelled")
        story.tell("incident.opened", "down", 0, service="mail", outage=True)
        story.tell("incident.recovered", "down", 1800)
        story.tell("complaint.opened", "weekend", 4 * day + 16 * HOUR, agreement="beta")  # a Friday
        story.tell("complaint.resolved", "weekend", 7 * day + 10 * HOUR)  # and the Monday after
        for n, (score, scale, data) in enumerate((
                (4, 5, {"service": "mail"}), (2, 3, {}), (9, 10, {"level": "project"}))):
            story.tell("survey.answered", f"survey {n}", 50, agreement="acme", score=score,
                       scale=scale, **data)
        cls.slad = Slad(CONFIG)
        cls.addClassCleanup(cls.slad.close)
        assert cls.slad.post(story.events).json()["accepted"] == len(story.events)

    def ask(self, **params):
        window = {} if "from_" in params else {"window": "2026-06"}
        return self.slad.get("/v1/statistics", **{**window, **params})

    def one(self, **params):
        found = self.ask(**params)["statistics"]
        self.assertEqual(len(found), 1)
        return found[0]

    def near(self, found, exact):
        self.assertLessEqual(abs(found - exact), exact / 128, (found, exact))

    def test_shape(self):
        answer = self.ask(agreement="acme", by="service")
        self.assertEqual(list(answer), ["window", "as_of", "statistics"])
        self.assertEqual(answer["window"], {"name": "2026-06", "from": "2026-06-01T00:00:00Z",
                                            "to": "2026-07-01T00:00:00Z", "cohort": "opened"})
        found = answer["statistics"][1]
        self.assertEqual(list(found), ["scope", "tickets", "times", "times_by_kind", "satisfaction",
                                       "failures"])
        self.assertEqual(found["scope"], {"agreement": "acme", "service": "mail"})
        self.assertEqual(list(found["tickets"]), KINDS + ["all"])
        self.assertEqual(list(found["times"]), ["response", "recovery", "resolution"])
        self.assertEqual({kind: list(clocks) for kind, clocks in found["times_by_kind"].items()}, {
            "request": ["response", "resolution"],
            "incident": ["response", "recovery", "resolution"],
            "complaint": ["response", "resolution"]})
        for clocks in [found["times"], *found["times_by_kind"].values()]:
            for spans in clocks.values():
                self.assertEqual(list(spans), ["working", "elapsed"])
                for time in spans.values():
                    self.assertEqual(list(time), list(NO_TIMES))

    def test_tickets(self):
        found = self.one(agreement="acme")["tickets"]
        self.assertEqual(found["request"], {
            "opened": 2, "resolved": 2, "backlog_before": 2, "backlog_after": 2, "reopened": 1,
            "reopened_share": 0.5, "excluded": {"spam": 1, "cancelled": 1}, "excluded_share": 0.5})
        self.assertEqual(found["incident"], {**NO_FLOW, "opened": 1, "backlog_after": 1,
                                             "reopened_share": 0, "excluded_share": 0})
        self.assertEqual(found["complaint"], NO_FLOW)
        self.assertEqual(found["all"], {
            "opened": 3, "resolved": 2, "backlog_before": 2, "backlog_after": 3, "reopened": 1,
            "reopened_share": 1 / 3, "excluded": {"spam": 1, "cancelled": 1}, "excluded_share": 0.4})
        self.assertEqual(self.one(agreement="acme", cohort="settled")["tickets"], found,
                         "flows have no cohort")

    def test_times(self):
        found = self.one(agreement="acme", priority="P1")["times"]
        self.assertEqual(found["response"]["working"], {"count": 1, "mean": 0.1, "p50": 0.1,
                                                        "p90": 0.1, "p95": 0.1, "p99": 0.1})
        self.assertEqual(found["recovery"], {"working": NO_TIMES, "elapsed": NO_TIMES})
        self.assertEqual(found["resolution"]["working"]["mean"], 3000)
        self.assertEqual(found["resolution"]["elapsed"]["mean"], 4000)
        self.near(found["resolution"]["elapsed"]["p50"], 4000)
        both = self.one(agreement="acme")
        self.assertEqual(both["times"]["response"]["elapsed"]["count"], 2)
        self.assertEqual(both["times"]["response"]["elapsed"]["mean"], 50.3)
        self.assertEqual(both["times_by_kind"]["incident"]["recovery"]["elapsed"]["mean"], 1800)
        self.assertEqual(both["times_by_kind"]["incident"]["response"]["elapsed"], NO_TIMES)
        self.assertIsInstance(both["times"]["recovery"]["elapsed"]["mean"], int)

    def test_cohorts(self):
        opened, settled = (self.one(agreement="acme", cohort=c)["times"]["resolution"]["elapsed"]
                           for c in ("opened", "settled"))
        self.assertEqual((opened["count"], opened["mean"]), (1, 4000))
        self.assertEqual((settled["count"], settled["mean"]), (2, (4000 + 86400 + 100) / 2))

    def test_nights_and_weekends_leave_the_working_time(self):
        clock = self.one(agreement="beta")["times_by_kind"]["complaint"]["resolution"]
        self.assertEqual((clock["working"]["mean"], clock["elapsed"]["mean"]),
                         (2 * HOUR, 66 * HOUR))
        self.near(clock["elapsed"]["p99"], 66 * HOUR)

    def test_satisfaction(self):
        self.assertEqual(self.one()["satisfaction"], {
            "ticket": {"answered": 2, "value": 0.7333333335},
            "project": {"answered": 1, "value": 0.9}, "customer": {"answered": 0, "value": None}})
        self.assertEqual(self.one(service="mail")["satisfaction"]["ticket"],
                         {"answered": 1, "value": 0.8})
        for params in ({"priority": "P1"}, {"team": ""}, {"team": "one"}):
            self.assertEqual(self.one(**params)["satisfaction"]["project"],
                             {"answered": 0, "value": None, "reason": "not_in_scope"})

    def test_failures_agree_with_availability(self):
        found = self.one(service="mail")["failures"]
        score = self.slad.scores(window="2026-06", service="mail", indicator="service_availability")[0]
        self.assertEqual(found, {"count": 1, "between": score["b"] - score["a"], "restore": 1800})
        self.assertAlmostEqual(found["restore"] / (found["between"] + found["restore"]),
                               score["a"] / score["b"], 12)
        self.assertEqual(self.one(agreement="beta")["failures"],
                         {"count": 0, "between": None, "restore": None})
        self.assertEqual(self.one(team="one")["failures"],
                         {"count": 0, "between": None, "restore": None, "reason": "not_in_scope"})

    def test_groups_with_something_to_say(self):
        found = self.ask(by="agreement,service")["statistics"]
        self.assertEqual([g["scope"] for g in found], [
            {"agreement": "acme", "service": ""}, {"agreement": "acme", "service": "mail"},
            {"agreement": "beta", "service": ""}])
        found = self.ask(by="service,agreement")["statistics"]
        self.assertEqual([(g["scope"]["service"], g["scope"]["agreement"]) for g in found],
                         [("", "acme"), ("", "beta"), ("mail", "acme")], "sorted as they are grouped")
        self.assertEqual(self.ask(by="team", window="2021")["statistics"], [])
        self.assertEqual(self.one(window="2021")["tickets"]["all"], NO_FLOW)

    def test_a_window_that_runs_ends_now(self):
        found = self.one(from_="2020-01-01T00:00:00Z", to_="2090-01-01T00:00:00Z")["tickets"]["all"]
        self.assertEqual((found["backlog_before"], found["backlog_after"]),
                         (0, found["opened"] - found["resolved"]))
        self.assertEqual(found["backlog_after"], 3)

    def test_csv(self):
        answer = self.slad.ask("GET", "/v1/statistics", window="2026-06", by="agreement", format="csv")
        self.assertEqual(answer.headers.get_content_type(), "text/csv")
        lines = list(csv.reader(io.StringIO(answer.text)))
        self.assertEqual(lines[0], ["agreement", "service", "priority", "team", "kind", "statistic",
                                    "measure", "value"])
        table = {tuple(line[:7]): line[7] for line in lines[1:]}
        self.assertEqual(len(table), len(lines) - 1)
        found = 0
        for group in self.ask(by="agreement")["statistics"]:
            for path, value in self.leaves(group):
                key = (group["scope"]["agreement"], "", "", "", *path)
                text = table[key]
                self.assertEqual(None if text == "" else float(text), value, key)
                found += 1
        self.assertEqual(found, len(table))
        zh = self.slad.ask("GET", "/v1/statistics", format="csv", lang="zh").text
        self.assertTrue(zh.startswith("协议,服务,优先级,团队,"), zh)
        reason = self.slad.ask("GET", "/v1/statistics", window="2026-06", format="csv", team="one").text
        self.assertIn(",,,one,,failures,reason,not_in_scope", reason)

    @staticmethod
    def leaves(group):
        """(kind, statistic, measure) and value of every number of a group."""
        for kind, flow in group["tickets"].items():
            for name, value in flow.items():
                if name == "excluded":
                    yield from (((kind, "tickets.excluded", c), n) for c, n in value.items())
                else:
                    yield (kind, "tickets", name), value
        for kind, clocks in [*group["times_by_kind"].items(), ("all", group["times"])]:
            for clock, spans in clocks.items():
                for span, time in spans.items():
                    yield from (((kind, f"times.{clock}.{span}", m), v) for m, v in time.items())
        for level, found in group["satisfaction"].items():
            yield from ((("", f"satisfaction.{level}", m), v) for m, v in found.items())
        yield from ((("", "failures", m), v) for m, v in group["failures"].items())

    def test_what_is_refused(self):
        for params, word in (({"indicator": "resolution_rate"}, "'indicator'"), ({"by": "day"}, "by=day"),
                             ({"agreement": "nobody"}, "nobody"), ({"cohort": "closed"}, "cohort"),
                             ({"format": "text"}, "format"), ({"window": "soon"}, "soon"),
                             ({"profile": "default"}, "'profile'")):
            answer = self.slad.ask("GET", "/v1/statistics", **params)
            self.assertEqual(answer.status, 400, answer)
            self.assertIn(word, answer.json()["detail"])


def nearest_rank(values, percent):
    values = sorted(values)
    return values[-(-percent * len(values) // 100) - 1]


class Many(unittest.TestCase):
    """Thousands of random lives, counted here as well."""

    @classmethod
    def setUpClass(cls):
        print(f"SEED={SEED}", flush=True)
        chance, story, cls.lives = random.Random(SEED), Story(), []
        for n in range(1500):
            life = {"kind": chance.choice(KINDS), "service": f"s{chance.randrange(3)}",
                    "opened": chance.randrange(60 * 24 * HOUR * 1000) / 1000}
            story.tell(life["kind"] + ".opened", f"T{n}", life["opened"], service=life["service"])
            for verb in ("responded", "resolved"):
                took = int(1000 * 10 ** chance.uniform(-3, 6)) / 1000
                if chance.random() < 0.8:
                    life[verb] = life["opened"] + took
                    story.tell(f"{life['kind']}.{verb}", f"T{n}", life[verb])
            cls.lives.append(life)
        chance.shuffle(story.events)
        cls.slad = Slad(CONFIG)
        cls.addClassCleanup(cls.slad.close)
        cls.slad.post_all(story.events, size=700)

    def expected(self, verb, cohort, lives, low, high):
        took = []
        for life in lives:
            stops = [life[v] for v in {"responded", "resolved"} & set(life)] if verb == "responded" \
                else [life["resolved"]] if "resolved" in life else []
            if stops and low <= (life["opened"] if cohort == "opened" else min(stops)) < high:
                took.append(round(1000 * (min(stops) - life["opened"])))
        return took

    def compare(self, time, took, name):
        self.assertEqual(time["count"], len(took), name)
        if took:
            self.assertAlmostEqual(time["mean"], sum(took) / len(took) / 1000, 9, name)
            for percent in (50, 90, 95, 99):
                exact = nearest_rank(took, percent) / 1000
                self.assertLessEqual(abs(time[f"p{percent}"] - exact), exact / 128 + 1e-9, name)

    def test_windows_groups_and_cohorts(self):
        for first, last in ((0, 60), (3, 4), (10, 45), (0, 90)):
            low, high = first * 24 * HOUR, last * 24 * HOUR
            for cohort in ("opened", "settled"):
                groups = self.slad.get("/v1/statistics", from_=at(low), to_=at(high), by="service",
                                       cohort=cohort)["statistics"]
                for group in groups:
                    lives = [x for x in self.lives if x["service"] == group["scope"]["service"]]
                    self.group(group, lives, cohort, low, high)

    def group(self, group, lives, cohort, low, high):
        for kind, clocks in [*group["times_by_kind"].items(), ("all", group["times"])]:
            some = [x for x in lives if kind in ("all", x["kind"])]
            for clock, verb in (("response", "responded"), ("resolution", "resolved")):
                took = self.expected(verb, cohort, some, low, high)
                self.compare(clocks[clock]["elapsed"], took, (kind, clock, cohort, low, high))
            flow = group["tickets"][kind]
            self.assertEqual(
                (flow["opened"], flow["resolved"], flow["backlog_before"], flow["backlog_after"]),
                (sum(low <= x["opened"] < high for x in some),
                 sum(low <= x.get("resolved", -1) < high for x in some),
                 sum(x["opened"] < low <= x.get("resolved", 1e12) for x in some),
                 sum(x["opened"] < high <= x.get("resolved", 1e12) for x in some)))

    def test_parts_add_up(self):
        all_ = self.slad.get("/v1/statistics", window="2026-06")["statistics"][0]
        days = [self.slad.get("/v1/statistics", window=f"2026-06-{day:02}")["statistics"][0]
                for day in range(1, 31)]
        for kind in KINDS:
            for name in ("opened", "resolved"):
                self.assertEqual(sum(d["tickets"][kind][name] for d in days),
                                 all_["tickets"][kind][name])
        self.assertEqual(days[0]["tickets"]["all"]["backlog_after"],
                         days[1]["tickets"]["all"]["backlog_before"])
        self.assertEqual(days[-1]["tickets"]["all"]["backlog_after"],
                         all_["tickets"]["all"]["backlog_after"])

    def test_what_is_stored_follows_from_the_log(self):
        status, words = self.slad.verify()
        self.assertEqual(status, 0, words)


class Afresh(unittest.TestCase):
    """What is folded anew: all of it, or what other terms make of it."""

    def test_more_than_a_thousand_groups(self):
        story = Story()
        for n in range(1001):
            story.tell("request.opened", f"T{n}", 0, service=f"s{n}")
        with Slad(CONFIG) as slad:
            slad.post(story.events)
            answer = slad.ask("GET", "/v1/statistics", window="2026-06", by="service")
            self.assertEqual(answer.status, 400)
            self.assertIn("more than 1000 groups", answer.json()["detail"])
            found = slad.get("/v1/statistics", window="2026-06", by="agreement")["statistics"]
            self.assertEqual(found[0]["tickets"]["all"]["opened"], 1001)

    def test_another_calendar_makes_other_working_times(self):
        story = Story()
        story.tell("request.opened", "T", 8 * HOUR)
        story.tell("request.resolved", "T", 10 * HOUR)
        with Slad(CONFIG) as slad:
            slad.post(story.events)

            def means():
                clock = slad.get("/v1/statistics", window="2026-06")["statistics"][0]["times"]["resolution"]
                return clock["working"]["mean"], clock["elapsed"]["mean"]
            self.assertEqual(means(), (2 * HOUR, 2 * HOUR))
            slad.stop()
            acme = {**CONFIG["agreements"][0], "calendar": "office"}
            slad.write_config({**CONFIG, "agreements": [acme, CONFIG["agreements"][1]]})
            slad.start()
            self.assertEqual(means(), (HOUR, 2 * HOUR))
            self.assertEqual(slad.verify()[0], 0)

    def test_from_another_version(self):
        story = Story()
        story.tell("request.opened", "T", 0)
        story.tell("request.resolved", "T", 60)
        with Slad(CONFIG) as slad:
            slad.post(story.events)
            before = slad.get("/v1/statistics", window="2026-06")["statistics"]
            slad.stop()
            packed = rows(slad.path("slad.db"), "select value from meta where name = 'packed'")
            with contextlib.closing(sqlite3.connect(slad.path("slad.db"))) as database:
                database.execute("update meta set value = '2' where name = 'packed'")
                database.execute("update entity set counts = x'00'")
                database.execute("delete from tally")
                database.commit()
            slad.start()
            self.assertEqual(slad.get("/v1/statistics", window="2026-06")["statistics"], before)
            self.assertEqual(rows(slad.path("slad.db"), "select value from meta where name = 'packed'"),
                             packed)


if __name__ == "__main__":
    main()
