#!/usr/bin/python3
"""Alerts that are not about a score: when they fire, that they do so once, and when they are resolved."""
import datetime
import os
import sqlite3
import sys
import time
import unittest
from urllib.parse import quote

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
sys.path[:0] = [os.path.join(TOP, "tests/support"), os.path.join(TOP, "tests/oracle")]
from check_oracle import Replay  # noqa: E402
from desk import Desk, metrics, parsed, until  # noqa: E402
from logged import rows  # noqa: E402
from hook import Receiver  # noqa: E402
from slad import Slad, event, main  # noqa: E402

REPLAY = os.path.join(os.environ.get("BUILD") or os.path.join(TOP, "build/release"), "tests/replay")
RATE = "timely_response_rate"
DAY, HOUR, MINUTE = 86_400_000, 3_600_000, 60_000
OFFICE = {"name": "office", "week": [{"days": "mon-fri", "open": ["09:00-12:00", "13:00-18:00"]}]}
TARGETS = [{"kind": "request", "respond": "30m"}]


def at(text):
    """UTC milliseconds of a time in UTC."""
    return round(datetime.datetime.fromisoformat(text + "+00:00").timestamp() * 1000)


def shown(ms):
    moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=ms)
    return moment.isoformat(timespec="milliseconds") + "Z"


class Virtual(unittest.TestCase):
    """Rules under a virtual clock; everybody is told in the outbox, which nobody empties."""

    def start(self, now, *rules, **config):
        if not os.path.exists(REPLAY):
            self.skipTest(f"there is no {REPLAY}: make tests")
        receivers = [{"name": "ops", "webhook": {"url": "http://127.0.0.1:9/"}}]
        alerts = [{"notify": ["ops"], **rule} for rule in rules]
        self.replay = Replay(REPLAY, {"receivers": receivers, "alerts": alerts, **config}, 300)
        self.addCleanup(self.replay.close)
        self.count = 0
        self.get(now, "/v1/alerts")

    def ask(self, now, **command):
        answer = self.replay.ask({"now": now, **command})
        self.assertEqual(answer["status"], 200, answer)
        return answer["body"]

    def get(self, now, path):
        return self.ask(now, get=path)

    def send(self, now, type, subject, when=None, source="desk", **data):
        self.count += 1
        made = event(f"e{self.count}", type, subject, shown(now if when is None else when), source, **data)
        self.ask(now, post=[made])

    def told(self, now):
        """All messages, once slad has looked at the rules."""
        self.get(now, "/v1/alerts")
        return self.ask(now, outbox=True)["outbox"]

    def moves(self, now):
        """What was told: (move, level, about)."""
        return [(m["body"]["type"].rpartition(".")[2], m["body"]["data"]["level"], m["body"]["data"]["about"])
                for m in self.told(now)]

    def exactly(self, now, what):
        """It is told at this instant, not a millisecond before, and not again after a restart."""
        before = len(self.told(now - 1))
        told = self.told(now)
        self.assertEqual([m["created"] for m in told[before:]], [now] * len(told[before:]))
        self.assertEqual(self.moves(now)[before:], what)
        self.ask(now, restart=True)
        self.assertEqual(len(self.told(now + 1)), len(told))
        self.assertEqual(self.ask(now + 1, verify=True)["differences"], [])
        return told[before:]


class Quiet(Virtual):
    def test_two_working_hours(self):
        monday = at("2026-11-02T17:00:00.123")  # the last hour of the day, then one of Tuesday's
        rule = {"name": "silent", "quiet": {"source": "desk", "after": "2h", "calendar": "office"}, "level": "important"}
        self.start(monday - HOUR, rule, calendars=[OFFICE], agreements=[{"id": "acme", "from": "2020-01-01"}])
        self.assertEqual(self.moves(monday - 1), [])  # never seen
        self.send(monday, "request.opened", "T1", agreement="acme")
        self.send(monday + HOUR, "request.opened", "T2", source="other", agreement="acme")
        fires = at("2026-11-03T10:00:00.123")
        about = {"source": "desk", "last": shown(monday)}
        fired = self.exactly(fires, [("fired", "important", about)])[0]
        self.assertEqual({k: fired["body"]["data"][k] for k in ("kind", "indicator", "value", "window", "explain")},
                         {"kind": "quiet", "indicator": None, "value": None, "window": None, "explain": None})
        self.assertEqual(len(self.told(fires + 5 * HOUR)), 1)
        self.send(fires + 5 * HOUR, "request.opened", "T1", agreement="nobody")  # a rejected one is none
        self.send(fires + 6 * HOUR, "request.resolved", "T1")
        told = self.told(fires + 6 * HOUR)
        self.assertEqual([(m["body"]["type"], m["created"]) for m in told[1:]],
                         [("slad.alert.resolved", fires + 6 * HOUR)])
        self.assertEqual(told[1]["body"]["data"]["reason"], "cleared")
        again = at("2026-11-04T09:00:00.123")  # from 16:00:00.123 on
        self.exactly(again, [("fired", "important", {"source": "desk", "last": shown(fires + 6 * HOUR)})])

    def send(self, now, type, subject, **data):
        if data.get("agreement") == "nobody":
            self.replay.ask({"now": now, "post": [event("bad", type, subject, shown(now), "desk", **data)]})
        else:
            super().send(now, type, subject, **data)


class Papers(Virtual):
    def test_an_assessment_expires(self):
        start, ends = at("2026-11-02T09:00:00"), at("2026-12-31T12:00:00.500")
        rule = {"name": "expires", "expiry": {"before": {"general": "30d", "urgent": "0s"}}}
        self.start(start, rule, agreements=[{"id": "acme", "from": "2020-01-01"}, {"id": "b", "from": "2020-01-01"}])
        self.assess(start, "acme", shown(ends))
        self.assess(start, "acme", shown(ends - 20 * DAY), "confidentiality_mechanism")
        self.assess(start + 1000, "acme", None, "confidentiality_mechanism")
        self.assess(start, "b", None)
        about = {"indicator": "compliance", "valid_until": shown(ends)}
        fired = self.exactly(ends - 30 * DAY, [("fired", "general", about)])[0]
        self.assertEqual(fired["body"]["data"]["scope"], {"agreement": "acme"})
        self.assertEqual(fired["body"]["data"]["kind"], "expiry")
        self.exactly(ends, [("changed", "urgent", about)])
        self.assess(ends + DAY, "acme", shown(ends + 365 * DAY))
        told = self.told(ends + DAY + 1)
        self.assertEqual([(m["body"]["type"], m["body"]["data"]["reason"]) for m in told[2:]],
                         [("slad.alert.resolved", "cleared")])
        self.assertEqual(len(self.told(ends + 300 * DAY)), 3)

    def assess(self, now, agreement, until, indicator="compliance"):
        data = {} if until is None else {"valid_until": until}
        self.send(now, "assessment.recorded", "x", agreement=agreement, indicator=indicator, level=3, **data)

    def test_a_report_is_due(self):
        start = at("2026-11-02T09:00:00")
        zone = 8 * HOUR  # Shanghai's midnight is eight hours before that of UTC
        self.start_reports(start, {"general": "2d", "urgent": "0s"})
        september = {"report": "monthly", "period": "2026-09", "due": shown(at("2026-10-06T00:00:00") - zone)}
        self.assertEqual(self.moves(start), [("fired", "urgent", september)])  # August's is too long ago
        due = at("2026-11-06T00:00:00") - zone
        october = {"report": "monthly", "period": "2026-10", "due": shown(due)}
        fired = self.exactly(due - 2 * DAY, [("fired", "general", october)])[0]
        self.assertEqual(fired["body"]["data"]["scope"], {"agreement": "acme"})
        self.exactly(due, [("changed", "urgent", october)])
        self.submit(due + HOUR, "2026-10")
        self.assertEqual(self.moves(due + HOUR)[3:], [("resolved", "urgent", october)])
        later = due + 10 * DAY  # September's alert does not go away by itself
        self.assertEqual([(a["about"]["period"], a["state"]) for a in self.get(later, "/v1/alerts?state=firing")["alerts"]],
                         [("2026-09", "firing")])
        self.submit(later, "2026-09", conforming=False)
        self.assertEqual(len(self.told(later + MINUTE)), 4)
        self.submit(later + HOUR, "2026-09")
        self.assertEqual(self.moves(later + HOUR)[4:], [("resolved", "urgent", september)])

    def test_a_report_is_not_due_before_its_period_is_over(self):
        self.start_reports(at("2026-11-07T00:00:00"), {"general": "10d"})
        self.assertEqual([a["period"] for _, _, a in self.moves(at("2026-11-07T00:00:00"))], ["2026-10"])
        over = at("2026-11-30T16:00:00")
        due = {"report": "monthly", "period": "2026-11", "due": shown(over + 5 * DAY)}
        self.exactly(over, [("fired", "general", due)])

    def start_reports(self, now, before):
        terms = {"from": "2020-01-01", "timezone": "Asia/Shanghai", "reports": [{"id": "monthly", "every": "month", "due": "5d"}]}
        self.start(now, {"name": "due", "report": {"before": before}, "where": {"agreement": "acme"}},
                   agreements=[{"id": "acme", **terms}, {"id": "other", **terms}])

    def submit(self, now, period, **data):
        self.send(now, "report.submitted", "x", agreement="acme", report="monthly", period=period, **data)


class Budget(Virtual):
    START = at("2026-11-02T09:00:00")
    RULE = {"name": "burns", "budget": {"indicator": RATE}, "above": {"general": 1, "important": 3, "urgent": 6},
            "by": ["agreement", "service"], "where": {"agreement": "acme"}}
    ACME = {"id": "acme", "from": "2020-01-01", "targets": TARGETS, "objectives": [{"indicator": RATE, "at_least": 0.9}]}

    def answered(self, now, count, service="mail"):
        for _ in range(count):
            self.count += 1
            subject = f"T{self.count}"
            self.send(now, "request.opened", subject, now - MINUTE, agreement="acme", service=service)
            self.send(now, "request.responded", subject, now - MINUTE, agreement="acme")

    def late(self, now, count, ago=40 * MINUTE, service="mail"):
        for _ in range(count):
            self.count += 1
            self.send(now, "request.opened", f"T{self.count}", now - ago, agreement="acme", service=service)

    def last(self, now):
        told = self.told(now)
        data = told[-1]["body"]["data"]
        return (len(told), told[-1]["body"]["type"].rpartition(".")[2], data["level"], data["a"], data["b"],
                data["threshold"], data["window"]["name"])

    def test_both_windows(self):
        now = self.START
        self.start(now, self.RULE, {**self.RULE, "name": "many", "min": 20}, agreements=[self.ACME])
        self.answered(now, 10)
        self.answered(now, 10, "web")
        now += 10 * HOUR
        self.late(now, 3)
        self.late(now, 1, ago=5 * HOUR)  # for the long window only
        now += HOUR // 2
        self.assertEqual(self.last(now), (1, "fired", "general", 4, 14, 0.9, "24h"))  # 10/14 and 0/3
        about = self.told(now)[0]["body"]["data"]["about"]
        self.assertEqual(about, {"objective": 0.9, "long": {"window": "24h", "good": 10, "decided": 14},
                                 "short": {"window": "1h", "good": 0, "decided": 3}})
        self.assertEqual(self.told(now)[0]["body"]["data"]["scope"], {"agreement": "acme", "service": "mail"})
        page = self.get(now, self.told(now)[0]["body"]["data"]["explain"])
        self.assertEqual(len(page["tickets"]), 4)
        self.late(now, 1)
        now += MINUTE
        self.assertEqual(self.last(now), (2, "changed", "important", 5, 15, 0.7, "24h"))
        self.ask(now, restart=True)
        self.assertEqual(len(self.told(now + 1)), 2)
        now += 2 * HOUR  # nothing is decided in the short window: no data
        self.assertEqual(len(self.told(now)), 2)
        alerts = self.get(now, "/v1/alerts")["alerts"]
        self.assertEqual([(a["kind"], a["state"], a["no_data"], a["indicator"]) for a in alerts],
                         [("budget", "firing", True, RATE)])
        self.answered(now, 1)
        self.assertEqual(self.last(now + MINUTE), (3, "resolved", "important", 0, 1, 0.7, "1h"))

    def test_an_objective_of_its_own(self):
        now = self.START
        rule = {**self.RULE, "budget": {"indicator": RATE, "objective": 0.5, "long": "12h", "short": "30m"}, "by": []}
        del rule["where"]
        self.start(now, rule, agreements=[self.ACME])
        self.answered(now, 1)
        self.late(now, 1)
        self.assertEqual(self.told(now + MINUTE), [])  # 1/2 is not below 1-1*(1-0.5)
        self.late(now + MINUTE, 1)
        self.assertEqual(self.last(now + 2 * MINUTE), (1, "fired", "general", 2, 3, 0.5, "12h"))


class Excluded(Virtual):
    def test_the_share_of_the_month(self):
        now = at("2026-11-02T09:00:00")
        rule = {"name": "tidy", "excluded": {}, "above": {"general": 0.1}, "by": ["service"], "min": 5,
                "where": {"agreement": "acme"}}
        self.start(now, rule, agreements=[{"id": "acme", "from": "2020-01-01"}])
        for n in range(9):
            self.send(now, "request.opened", f"M{n}", agreement="acme", service="mail & web")
        self.exclude(now, "X1", "spam")
        self.assertEqual(self.told(now + MINUTE), [])  # a tenth is not above a tenth
        self.exclude(now, "Y1", "spam", service="few")
        self.exclude(now + 2 * MINUTE, "X2", "duplicate")
        told = self.told(now + 3 * MINUTE)
        data = told[0]["body"]["data"]
        self.assertEqual((len(told), data["kind"], data["a"], data["b"], data["threshold"], data["window"]["name"]),
                         (1, "excluded", 2, 11, 0.9, "2026-11"))
        self.assertEqual(data["value"], 9 / 11)
        self.assertEqual(data["explain"], f"/v1/statistics?window=2026-11&agreement=acme&service={quote('mail & web')}")
        page = self.get(now + 4 * MINUTE, data["explain"])["statistics"]
        self.assertEqual([g["tickets"]["all"]["excluded_share"] for g in page], [2 / 11])
        self.ask(now + 4 * MINUTE, restart=True)
        for n in range(9):
            self.send(now + 5 * MINUTE, "request.opened", f"N{n}", agreement="acme", service="mail & web")
        told = self.told(now + 6 * MINUTE)
        self.assertEqual([(m["body"]["type"], m["body"]["data"]["b"]) for m in told[1:]], [("slad.alert.resolved", 20)])

    def exclude(self, now, subject, cause, service="mail & web"):
        self.send(now, "request.opened", subject, agreement="acme", service=service)
        self.send(now, "request.excluded", subject, cause=cause)


class Real(unittest.TestCase):
    """A daemon and its receivers."""

    def start(self, *rules, **config):
        self.ops, self.boss = Receiver(), Receiver()
        self.addCleanup(self.ops.close)
        self.addCleanup(self.boss.close)
        self.desk = Desk(source="desk")
        self.config = {"agreements": [{"id": "acme", "from": "2020-01-01", "targets": [{"kind": "request", "respond": "1s"}]}],
                       "receivers": [self.ops.config("ops"), self.boss.config("boss")], "alerts": list(rules), **config}
        self.slad = Slad(self.config)
        self.addCleanup(self.slad.close)

    def reload(self, **changes):
        self.config.update(changes)
        self.slad.write_config(self.config)
        first = len(self.slad.log)
        self.slad.signal(1)
        self.slad.wait_log("was read again", first)

    def send(self, *events):
        answer = self.slad.post(list(events))
        self.assertEqual(answer.status, 200, answer)

    def firing(self):
        return self.slad.get("/v1/alerts", state="firing")["alerts"]


class Deliveries(Real):
    SLOW = {"name": "slow", "indicator": RATE, "below": {"general": 0.5}, "notify": ["boss"]}
    DEAD = {"name": "dead", "delivery": True, "level": "important", "notify": ["boss", "ops"]}

    def fail(self):
        self.start(self.SLOW, self.DEAD)
        self.boss.status = 410
        self.send(*self.desk.late("T1"))
        fired = self.ops.wait(1)[0]
        self.assertEqual((fired.move, fired.data["kind"], fired.data["about"], fired.data["level"]),
                         ("fired", "delivery", {"receiver": "boss", "failed": 1}, "important"))
        self.assertEqual(metrics(self.slad)['slad_alerts_firing{kind="delivery",level="important"}'], 1)
        self.assertRegex(self.slad.ask("GET", "/alerts").text, r"(?m)firing +important +dead .* delivery +boss$")
        self.assertEqual(rows(self.slad.path("slad.db"), "SELECT receiver FROM outbox ORDER BY id"), [("boss",), ("ops",)])

    def change(self, query):
        self.slad.stop()
        database = sqlite3.connect(self.slad.path("slad.db"))
        with database:
            database.execute(query)
        database.close()
        self.slad.start()

    def resolved(self, reason):
        message = self.ops.wait(2)[1]
        self.assertEqual((message.move, message.data["reason"]), ("resolved", reason))
        self.assertEqual(len(self.ops.messages), 2)
        return message

    def test_it_is_resolved_once_the_message_came(self):
        self.fail()
        self.boss.status, self.boss.headers = 500, {"Retry-After": "1"}
        self.change("UPDATE outbox SET state = 0, next = 0, attempts = 0 WHERE receiver = 'boss'")
        self.boss.wait_attempts(2)
        until(lambda: [a for a in self.firing() if a["kind"] == "delivery" and a["no_data"]], "it waits")
        self.assertEqual(len(self.ops.messages), 1)
        self.boss.status = 200
        self.assertEqual(self.resolved("cleared").data["about"], {"receiver": "boss", "failed": 0})
        self.assertEqual([m.data["rule"] for m in self.boss.messages], ["slow"])

    def test_it_is_resolved_after_seven_days(self):
        self.fail()
        week = 7 * DAY
        created = round(time.time() * 1000) - week + 4000
        self.change(f"UPDATE outbox SET created = {created} WHERE receiver = 'boss'")
        self.assertGreaterEqual(parsed(self.resolved("cleared").event["time"]), (created + week) / 1000)

    def test_a_receiver_that_is_gone(self):
        self.fail()
        self.reload(alerts=[{**self.DEAD, "notify": ["ops"]}], receivers=[self.ops.config("ops")])
        self.resolved("rule changed")


class Changes(Real):
    def test_a_silent_source(self):
        rule = {"name": "silent", "quiet": {"source": "desk", "after": "1s"}, "notify": ["ops"]}
        self.start(rule, {**rule, "name": "other", "quiet": {"source": "nobody", "after": "1s"}})
        self.send(self.desk.opened("T1"))
        received = rows(self.slad.path("slad.db"), "SELECT max(received) FROM record")[0][0]
        fired = self.ops.wait(1)[0]
        self.assertEqual((fired.move, fired.data["rule"]), ("fired", "silent"))
        self.assertEqual(fired.data["about"], {"source": "desk", "last": shown(received)})
        self.assertGreaterEqual(parsed(fired.event["time"]) * 1000, received + 1000)
        until(lambda: metrics(self.slad)['slad_deliveries{state="delivered",receiver="ops"}'] == 1, "it is known to be delivered")
        self.slad.kill9()
        self.assertEqual(self.slad.run("rebuild").returncode, 0)
        self.slad.start()
        self.assertEqual([a["about"]["source"] for a in self.firing()], ["desk"])
        self.assertEqual(self.slad.verify()[0], 0)
        self.send(self.desk.opened("T2"))
        self.assertEqual([m.move for m in self.ops.wait(3)], ["fired", "resolved", "fired"])

    def test_another_rule_of_the_name(self):
        rule = {"name": "one", "quiet": {"source": "desk", "after": "1s"}, "notify": ["ops"]}
        self.start(rule)
        self.send(self.desk.opened("T1"))
        self.ops.wait(1)
        self.reload(alerts=[{"name": "one", "delivery": True, "notify": ["ops"]}])
        resolved = self.ops.wait(2)[1]
        self.assertEqual((resolved.move, resolved.data["kind"], resolved.data["reason"]),
                         ("resolved", "quiet", "rule changed"))
        self.reload(alerts=[rule])
        self.ops.wait(3)
        self.reload(alerts=[{**rule, "quiet": {"source": "web", "after": "1s"}}])
        self.assertEqual(self.ops.wait(4)[3].data["reason"], "rule changed")

    def test_a_score_that_becomes_a_budget(self):
        rule = {"name": "one", "indicator": RATE, "below": {"general": 0.5}, "notify": ["ops"]}
        self.start(rule)
        self.send(*self.desk.late("T1"))
        self.ops.wait(1)
        budget = {"name": "one", "budget": {"indicator": RATE, "objective": 0.9}, "above": {"general": 1}, "notify": ["ops"]}
        self.reload(alerts=[budget])
        self.assertEqual({(m.move, m.data["kind"], m.data.get("reason")) for m in self.ops.wait(3)},
                         {("fired", "score", None), ("resolved", "score", "rule changed"), ("fired", "budget", None)})

    def test_an_agreement_that_is_gone(self):
        terms = {"from": "2020-01-01", "reports": [{"id": "weekly", "every": "week", "due": "0s"}]}
        rule = {"name": "due", "report": {"before": {"urgent": "0s"}}, "notify": ["ops"]}
        self.start(rule, agreements=[{"id": "acme", **terms}, {"id": "b", "from": "2020-01-01"}])
        fired = self.ops.wait(4)
        self.assertEqual({m.data["scope"]["agreement"] for m in fired}, {"acme"})
        self.reload(agreements=[{"id": "b", "from": "2020-01-01"}])
        told = self.ops.wait(2 * len(fired))
        self.assertEqual({m.data["reason"] for m in told[len(fired):]}, {"rule changed"})
        self.assertEqual(self.firing(), [])

    def test_groups_of_an_agreement_that_is_gone(self):
        budget = {"name": "burns", "budget": {"indicator": RATE, "objective": 0.9}, "above": {"general": 1},
                  "by": ["agreement"], "notify": ["ops"]}
        self.start(budget, {"name": "tidy", "excluded": {}, "above": {"general": 0}, "by": ["agreement"], "notify": ["ops"]})
        excluded = self.desk.late("T2")
        self.send(*self.desk.late("T1"), *excluded, self.desk.event("request.excluded", "T2", cause="spam"))
        self.ops.wait(2)
        self.reload(agreements=[{"id": "b", "from": "2020-01-01"}])
        self.assertEqual({(m.data["rule"], m.data["reason"]) for m in self.ops.wait(4)[2:]},
                         {("burns", "rule changed"), ("tidy", "rule changed")})
        self.send(self.desk.opened("T3", agreement="b"))
        until(lambda: self.slad.get("/v1/statistics", agreement="b")["statistics"][0]["tickets"]["all"]["opened"], "it counts")
        self.assertEqual(self.firing(), [])

    def test_a_budget_without_an_objective(self):
        budget = {"name": "burns", "budget": {"indicator": RATE}, "above": {"general": 1}, "by": ["agreement"], "notify": ["ops"]}
        looked = {"name": "looked", "indicator": RATE, "below": {"general": 1}, "min": 3, "notify": ["ops"]}
        self.start(budget, looked)
        self.send(*self.desk.late("T1"), *self.desk.late("T2"))
        self.slad.wait_log("the rule burns has groups of which no agreement gives the objective")
        self.send(*self.desk.late("T3"))
        self.assertEqual(self.ops.wait(1)[0].data["rule"], "looked")
        acme = {**self.config["agreements"][0], "objectives": [{"indicator": RATE, "at_least": 0.9}]}
        self.assertEqual([a["rule"] for a in self.slad.get("/v1/alerts")["alerts"]], ["looked"])
        self.reload(agreements=[acme])
        self.assertEqual(self.ops.wait(2)[1].data["threshold"], 0.9)
        self.assertEqual(len([line for line in self.slad.log if "gives the objective" in line]), 1)


if __name__ == "__main__":
    main()
