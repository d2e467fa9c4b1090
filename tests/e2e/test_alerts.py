#!/usr/bin/python3
"""Alerts at a real receiver: fired, changed, resolved, once each, signed, and when nothing is said."""
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from desk import Desk, metrics, parsed, until  # noqa: E402
from hook import Receiver  # noqa: E402
from slad import Slad, main  # noqa: E402

RATE = "timely_response_rate"
AGREEMENTS = [{"id": "acme", "from": "2020-01-01", "targets": [{"kind": "request", "respond": "1s"}]},
              {"id": "slow", "from": "2020-01-01", "targets": [{"kind": "request", "respond": "1h"}]}]
SLOW = {"name": "slow-response", "indicator": RATE, "window": "24h", "below": {"general": 0.5},
        "notify": ["ops"]}
MEMBERS = ["alert", "rule", "kind", "indicator", "scope", "about", "level", "value", "a", "b", "threshold", "window", "since",
           "explain"]


class Case(unittest.TestCase):
    """A receiver, and a daemon that tells it."""

    def setUp(self):
        self.receiver = Receiver()
        self.addCleanup(self.receiver.close)
        self.desk = Desk()

    def start(self, *rules, receivers=None, agreements=None):
        self.config = {"agreements": agreements or AGREEMENTS, "alerts": list(rules)}
        self.slad = Slad(self.config, start=False)
        self.addCleanup(self.slad.close)
        self.config["receivers"] = receivers or [self.receiver.config("ops", self.slad.path("ops.secret"))]
        self.slad.write_config(self.config)
        return self.slad.start()

    def reload(self, **changes):
        """Another configuration, once it is in force."""
        self.config.update(changes)
        self.slad.write_config(self.config)
        first = len(self.slad.log)
        self.slad.signal(1)
        self.slad.wait_log("was read again", first)

    def send(self, *lists):
        answer = self.slad.post([event for events in lists for event in events])
        self.assertEqual(answer.status, 200, answer)

    def good(self, count, ago=30, **data):
        return [e for i in range(count) for e in self.desk.answered(f"good-{self.desk.count}-{i}", ago, **data)]

    def bad(self, count, ago=30, **data):
        return [e for i in range(count) for e in self.desk.late(f"bad-{self.desk.count}-{i}", ago, **data)]

    def alerts(self, **params):
        return self.slad.get("/v1/alerts", **params)["alerts"]

    def until_alerts(self, what, condition):
        return until(lambda: [a for a in self.alerts() if condition(a)], what)

    def until_scored(self, b, **params):
        until(lambda: self.slad.scores(indicator=RATE, window="24h", **params)[0]["b"] == b, f"{b} tickets count")


class Life(Case):
    def test_time_alone_fires_and_good_work_resolves(self):
        self.start({**SLOW, "where": {"agreement": "acme"}, "by": ["service"]})
        begun = time.time()
        opened = self.desk.opened("T1", service="mail & web/é")
        self.send([opened])
        fired = self.receiver.wait(1)[0]
        self.check_request(fired)
        self.check_fired(fired, parsed(opened["time"]))
        self.assertGreaterEqual(fired.received, begun + 1)
        self.send(self.good(3, service="mail & web/é"))
        resolved = self.receiver.wait(2)[1]
        self.check_request(resolved)
        self.check_resolved(fired, resolved)
        self.assertEqual(self.receiver.moves(), ["fired", "resolved"])
        until(lambda: metrics(self.slad)['slad_deliveries{state="delivered",receiver="ops"}'] == 2, "both are delivered")

    def check_request(self, message):
        self.assertEqual(message.path, "/hook")
        self.assertEqual(message.headers.get_content_type(), "application/cloudevents+json")
        self.assertTrue(message.signed(), message.headers)
        self.assertNotIn(".", message.id)
        self.assertLess(abs(int(message.headers["webhook-timestamp"]) - time.time()), 60)

    def check_fired(self, message, start):
        event, data = message.event, message.event["data"]
        self.assertEqual((event["specversion"], event["type"], event["subject"]),
                         ("1.0", "slad.alert.fired", data["alert"]))
        self.assertTrue(event["id"] and event["source"] and event["datacontenttype"] == "application/json")
        self.assertEqual(list(data), MEMBERS)
        self.assertEqual({k: data[k] for k in MEMBERS[1:11]}, {
            "rule": "slow-response", "kind": "score", "about": None, "indicator": RATE, "scope": {"agreement": "acme", "service": "mail & web/é"},
            "level": "general", "value": 0, "a": 1, "b": 1, "threshold": 0.5})
        self.assertEqual(data["window"]["name"], "24h")
        self.assertEqual(parsed(data["window"]["to"]) - parsed(data["window"]["from"]), 24 * 3600)
        self.assertTrue(1 <= parsed(data["since"]) - start, data["since"])
        page = self.slad.get(data["explain"])
        self.assertEqual([t["subject"] for t in page["tickets"]], ["T1"])

    def check_resolved(self, fired, message):
        data = message.data
        self.assertEqual(message.event["type"], "slad.alert.resolved")
        self.assertEqual(list(data), [*MEMBERS, "reason"])
        self.assertEqual([data[k] for k in ("alert", "rule", "scope", "since")],
                         [fired.data[k] for k in ("alert", "rule", "scope", "since")])
        self.assertEqual([data[k] for k in ("value", "a", "b")], [0.75, 1, 4])
        self.assertNotEqual(message.id, fired.id)
        stored = self.slad.get(f"/v1/alerts/{data['alert']}")
        self.assertEqual((stored["state"], stored["level"]), ("resolved", "general"))

    def test_a_change_of_level(self):
        self.start({**SLOW, "below": {"general": 0.9, "important": 0.5, "urgent": 0.1}, "clear": 0.95})
        self.send(self.good(4), self.bad(1))  # 0.8
        self.receiver.wait(1)
        self.send(self.bad(5))  # 0.4
        self.receiver.wait(2)
        self.send(self.good(2))  # 0.5, not below 0.5
        self.receiver.wait(3)
        self.send(self.good(60))  # 66/72 = 0.917: above every threshold, not yet clear
        self.until_alerts("the value is seen", lambda a: a["b"] == 72)
        self.assertEqual(self.alerts()[0]["state"], "firing")
        self.send(self.good(100))
        messages = self.receiver.wait(4)
        self.assertEqual([(m.move, m.data["level"]) for m in messages], [
            ("fired", "general"), ("changed", "important"), ("changed", "general"), ("resolved", "general")])
        self.assertEqual([m.data["threshold"] for m in messages[:3]], [0.9, 0.5, 0.9])
        self.assertEqual(len({m.data["alert"] for m in messages}), 1)
        self.assertEqual(len({m.id for m in messages}), 4)

    def test_the_worst_level_at_once(self):
        self.start({**SLOW, "below": {"general": 0.9, "important": 0.5, "urgent": 0.1}})
        self.send(self.bad(1))
        self.assertEqual(self.receiver.wait(1)[0].data["level"], "urgent")
        self.assertEqual(metrics(self.slad)['slad_alerts{state="firing",level="urgent"}'], 1)

    def test_one_alert_for_each_group(self):
        self.start({**SLOW, "by": ["service"]})
        self.send(self.bad(1, service="a"), self.bad(1, service="b"), self.good(1, service="c"), self.bad(1))
        messages = self.receiver.wait(3)
        self.assertEqual(sorted(m.data["scope"]["service"] for m in messages), ["", "a", "b"])
        self.send(self.good(2, service="a"))
        self.assertEqual(self.receiver.wait(4)[3].data["scope"], {"service": "a"})
        self.assertEqual([a["scope"]["service"] for a in self.alerts(state="resolved")], ["a"])

    def test_a_second_time_is_another_alert(self):
        self.start(SLOW)
        self.send(self.bad(1))
        self.receiver.wait(1)
        self.send(self.good(3))
        self.receiver.wait(2)
        self.send(self.bad(10))
        messages = self.receiver.wait(3)
        self.assertEqual([m.move for m in messages], ["fired", "resolved", "fired"])
        self.assertNotEqual(messages[2].data["alert"], messages[0].data["alert"])

    def test_every_receiver_of_a_rule(self):
        with Receiver() as second:
            self.start({**SLOW, "notify": ["ops", "boss"]}, {**SLOW, "name": "quiet", "notify": []},
                       receivers=[self.receiver.config("ops"), second.config("boss")])
            self.send(self.bad(1))
            one, two = self.receiver.wait(1)[0], second.wait(1)[0]
            self.assertEqual(one.data, two.data)
            self.assertNotEqual(one.id, two.id)
            self.assertIsNone(one.headers["webhook-signature"])  # without a secret
            self.assertEqual(len(self.alerts(state="firing")), 2)


class Lists(Case):
    def test_alerts_as_lists(self):
        self.start({**SLOW, "by": ["service"]})
        for service in ("a", "b", "c"):
            self.send(self.bad(1, service=service))
        self.receiver.wait(3)
        everything = self.alerts()
        self.assertEqual([a["scope"]["service"] for a in everything][::-1], ["a", "b", "c"])
        page = self.slad.get("/v1/alerts", limit=2)
        rest = self.slad.get("/v1/alerts", limit=2, cursor=page["next"])
        self.assertEqual(page["alerts"] + rest["alerts"], everything)
        self.assertIsNone(rest["next"])
        one = self.slad.get(f"/v1/alerts/{everything[0]['id']}")
        self.assertEqual([line["what"] for line in one.pop("history")], ["fired"])
        self.assertEqual(one, everything[0])
        self.assertEqual(self.slad.ask("GET", f"/v1/alerts/{everything[0]['id']}x").status, 404)
        self.assertEqual(self.alerts(state="resolved"), [])
        text = self.slad.ask("GET", "/alerts", state="firing").text
        self.assertEqual(len(text.splitlines()), 4)
        self.assertRegex(text, r"(?m)firing +general +slow-response +service=b +0\.00 %")

    def test_wrong_questions(self):
        self.start(SLOW)
        for path in ("/v1/alerts/1", "/v1/alerts/none", "/v1/alerts/1x", "/v1/alerts/"):
            self.assertEqual(self.slad.ask("GET", path).status, 404, path)
        for params in ({"state": "on"}, {"limit": 0}, {"limit": 1001}, {"cursor": "x"}):
            for path in ("/v1/alerts", "/alerts"):
                self.assertEqual(self.slad.ask("GET", path, **params).status, 400, params)


class Silence(Case):
    """What must not be said. Each ends with a message that would come after the wrong one."""

    def test_too_few_are_no_value(self):
        self.start({**SLOW, "min": 3, "name": "three"}, {**SLOW, "min": 2, "name": "two"})
        self.send(self.bad(1))
        self.until_scored(1)
        self.send(self.bad(1))
        self.receiver.wait(1)
        self.send(self.bad(1))
        self.assertEqual([m.data["rule"] for m in self.receiver.wait(2)], ["two", "three"])
        self.assertEqual([m.data["b"] for m in self.receiver.messages], [2, 3])

    def test_no_data_does_not_resolve(self):
        self.start(SLOW)
        bad = self.bad(1)
        self.send(bad)
        self.receiver.wait(1)
        self.send([self.desk.event("request.excluded", bad[0]["subject"], cause="spam")])
        seen = self.until_alerts("no data is seen", lambda a: a["no_data"])
        self.assertEqual([(a["state"], a["level"]) for a in seen], [("firing", "general")])
        self.send(self.good(1))
        messages = self.receiver.wait(2)
        self.assertEqual([m.move for m in messages], ["fired", "resolved"])
        self.assertEqual(messages[1].data["b"], 1)

    def test_a_backfill_fires_nothing(self):
        self.start(SLOW, {**SLOW, "name": "month", "window": "30d"})
        self.send(self.bad(50, ago=40 * 86400))
        self.assertEqual(self.slad.scores(indicator=RATE, window="60d")[0]["a"], 50)
        self.send(self.bad(1, ago=5 * 86400))
        self.assertEqual([m.data["b"] for m in self.receiver.wait(1)], [1])
        self.send(self.bad(1))
        messages = self.receiver.wait(2)
        self.assertEqual([(m.data["rule"], m.data["b"]) for m in messages], [("month", 1), ("slow-response", 1)])

    def test_the_cohort(self):
        """A ticket opened long ago and late now is one of now; among those opened now it is none."""
        agreements = [{"id": "acme", "from": "2020-01-01", "targets": [{"kind": "request", "respond": "3d"}]}]
        self.start({**SLOW, "name": "opened", "cohort": "opened"}, SLOW, agreements=agreements)
        self.send(self.bad(1, ago=3 * 86400 + 60))
        self.assertEqual([m.data["rule"] for m in self.receiver.wait(1)], ["slow-response"])
        self.assertEqual([a["rule"] for a in self.alerts()], ["slow-response"])

    def test_others_are_not_watched(self):
        self.start({**SLOW, "where": {"agreement": "acme", "team": "one"}})
        self.send(self.bad(1, team="two"), self.bad(1), self.bad(1, agreement="slow", team="one"))
        self.send(self.bad(1, team="one"))
        self.assertEqual([m.data["b"] for m in self.receiver.wait(1)], [1])
        self.assertEqual(len(self.alerts()), 1)

    def test_for_so_long(self):
        self.start({**SLOW, "name": "brief", "for": "1h"}, {**SLOW, "name": "while", "for": "1s"})
        self.send(self.bad(1))
        pending = self.until_alerts("both wait", lambda a: a["rule"] == "brief")
        self.assertEqual([(a["state"], a["fired_at"]) for a in pending], [("pending", None)])
        fired = self.receiver.wait(1)[0]
        self.assertEqual(fired.data["rule"], "while")
        self.assertGreaterEqual(parsed(fired.event["time"]) - parsed(fired.data["since"]), 1)
        self.send(self.good(3))
        self.receiver.wait(2)
        self.assertEqual(self.alerts(state="pending"), [])  # it never fired, so nobody hears that it ended
        self.assertEqual([m.data["rule"] for m in self.receiver.messages], ["while", "while"])

    def test_keep_firing_for_so_long(self):
        self.start({**SLOW, "keep": "1s"})
        self.send(self.bad(1))
        fired = self.receiver.wait(1)[0]
        self.send(self.good(3))
        resolved = self.receiver.wait(2)[1]
        self.assertGreaterEqual(parsed(resolved.event["time"]) - parsed(fired.event["time"]), 1)


class Reload(Case):
    def test_a_removed_rule_resolves(self):
        self.start(SLOW, {**SLOW, "name": "stays"})
        self.send(self.bad(1))
        self.receiver.wait(2)
        self.reload(alerts=[{**SLOW, "name": "stays"}])
        resolved = self.receiver.wait(3)[2]
        self.assertEqual((resolved.move, resolved.data["rule"], resolved.data["reason"]),
                         ("resolved", "slow-response", "rule removed"))
        self.assertTrue(resolved.signed())
        self.assertEqual([(a["rule"], a["state"]) for a in self.alerts(state="firing")], [("stays", "firing")])

    def test_who_heard_that_it_fires_hears_that_it_is_over(self):
        """Also if the rule tells others by then, who heard nothing."""
        with Receiver() as second:
            self.start(SLOW, receivers=[self.receiver.config("ops"), second.config("boss")])
            self.send(self.bad(1))
            self.receiver.wait(1)
            self.reload(alerts=[{**SLOW, "notify": ["boss"]}])
            self.send(self.good(20))
            self.assertEqual([m.move for m in self.receiver.wait(2)], ["fired", "resolved"])
            self.assertEqual(second.moves(), [])

    def test_a_new_rule_fires(self):
        self.start()
        self.send(self.bad(1))
        self.reload(alerts=[SLOW])
        self.assertEqual(self.receiver.wait(1)[0].move, "fired")

    def test_a_raised_threshold(self):
        self.start(SLOW)
        self.send(self.bad(1), self.good(3))
        self.until_scored(4)
        self.reload(alerts=[{**SLOW, "below": {"general": 0.8}}])
        self.assertEqual(self.receiver.wait(1)[0].data["threshold"], 0.8)
        self.reload(alerts=[{**SLOW, "below": {"general": 0.6}}])
        self.assertEqual(self.receiver.wait(2)[1].move, "resolved")

    def test_a_rule_of_other_groups(self):
        """An alert of a group that its rule has no more would fire for ever."""
        self.start(SLOW)
        self.send(self.bad(1, service="mail"))
        self.receiver.wait(1)
        self.reload(alerts=[{**SLOW, "by": ["service"]}])
        self.assertEqual({(m.move, tuple(m.data["scope"])) for m in self.receiver.wait(3)},
                         {("fired", ()), ("resolved", ()), ("fired", ("service",))})

    def test_a_rule_of_another_indicator(self):
        self.start(SLOW)
        self.send(self.bad(1))
        self.receiver.wait(1)
        self.reload(alerts=[{**SLOW, "indicator": "resolution_rate", "cohort": "opened"}])
        messages = self.receiver.wait(3)
        self.assertEqual({(m.move, m.data["indicator"]) for m in messages},
                         {("fired", RATE), ("resolved", RATE), ("fired", "resolution_rate")})

    def test_a_softer_target_resolves(self):
        self.start(SLOW)
        self.send(self.bad(1))
        self.receiver.wait(1)
        targets = [{"kind": "request", "respond": "1h"}]
        self.reload(agreements=[{**AGREEMENTS[0], "targets": targets}, AGREEMENTS[1]])
        self.send(self.good(1))  # settled; the other is pending now
        resolved = self.receiver.wait(2)[1]
        self.assertEqual((resolved.move, resolved.data["b"]), ("resolved", 1))


if __name__ == "__main__":
    main()
