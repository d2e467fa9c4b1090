#!/usr/bin/python3
"""Alerts and people: acknowledged, written on, closed, silenced, escalated; and the archive."""
import csv
import hashlib
import io
import json
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from bench import Bench  # noqa: E402
from desk import Desk, metrics, parsed, stamp, until  # noqa: E402
from hook import Receiver  # noqa: E402
from slad import Slad, event, main  # noqa: E402

START = 1_795_000_000_000  # in November 2026
SECOND, MINUTE = 1000, 60_000
ITEMS = "service_item_completeness"
RULE = {"name": "items", "indicator": ITEMS, "window": "this-month", "by": ["agreement"], "notify": ["ops"],
        "below": {"general": 0.9, "urgent": 0.5}, "escalate": {"after": "10m", "notify": ["boss"]}}
PATIENT = {"name": "patient", "indicator": ITEMS, "window": "this-month", "where": {"agreement": "acme"},
           "for": "5m", "below": {"general": 0.9}}


def config(*rules):
    return {"timezone": "UTC", "agreements": [{"id": id, "from": "2020-01-01"} for id in ("acme", "beta")],
            "receivers": [{"name": name, "webhook": {"url": "http://127.0.0.1:9/"}} for name in ("ops", "boss")],
            "alerts": list(rules)}


class Case(unittest.TestCase):
    def begin(self, *rules):
        self.bench = Bench(config(*(rules or [RULE])), START)
        self.addCleanup(self.bench.__exit__)
        self.count = 0

    def value(self, a, agreement="acme"):
        """The value is a tenth of that from now on."""
        self.bench.advance(SECOND)
        self.count += 1
        id = f"m{self.count}"
        self.bench.post([event(id, "measurement.recorded", id, stamp(self.bench.now / 1000), agreement=agreement,
                               indicator=ITEMS, period="2026-11", a=a, b=10)])
        return self.bench.now

    def order(self, path, wanted=200, **body):
        status, answer = self.bench.order(path, **body)
        self.assertEqual(status, wanted, answer)
        return answer

    def told(self):
        return [(kind, receiver, level) for _, kind, _, receiver, level, _ in self.bench.outbox()]

    def alert(self, id=1):
        return self.bench.get(f"/v1/alerts/{id}")

    def history(self, id=1):
        return [line["what"] for line in self.alert(id)["history"]]


class States(Case):
    """Each row of the table: what a person may do in each state, and what becomes of it."""

    def refused(self, deed, state, possible, id=1):
        answer = self.order(f"/v1/alerts/{id}/{deed}", 409, note="x")
        self.assertIn(f"alert {id} is {state}", answer["detail"])
        self.assertTrue(answer["detail"].endswith(f"possible is {possible}"), answer["detail"])

    def test_pending(self):
        self.begin(PATIENT)
        self.value(8)
        self.assertEqual(self.alert()["state"], "pending")
        self.refused("ack", "pending", "note")
        self.refused("close", "pending", "note")
        self.assertEqual(self.order("/v1/alerts/1/note", note="a blip?")["history"][0]["what"], "noted")
        self.value(10)
        self.assertEqual(self.bench.ask(get="/v1/alerts/1")[0], 404)
        self.value(8)
        self.assertEqual(self.history(), [])

    def test_firing_and_acknowledged(self):
        self.begin()
        at = self.value(8)
        shown = self.alert()
        self.assertEqual([shown[k] for k in ("state", "kind", "about", "acknowledged_by", "acknowledged_at",
                                             "escalated_at", "silenced_by")],
                         ["firing", "score", None, None, None, None, None])
        self.bench.advance(SECOND)
        shown = self.order("/v1/alerts/1/ack", by="ann", note="mine")
        self.assertEqual([shown[k] for k in ("state", "acknowledged_by", "acknowledged_at")],
                         ["firing", "ann", stamp((at + SECOND) / 1000)])
        self.assertEqual(shown["history"][1], {
            "at": stamp((at + SECOND) / 1000), "what": "acknowledged", "by": "ann", "note": "mine", "cause": None,
            "measure": None, "verification": None})
        self.refused("ack", "firing, acknowledged by ann", "note, close")
        self.assertIn("ann", self.bench.get("/alerts"))
        self.value(4)
        self.bench.advance(60 * MINUTE)
        self.value(10)
        self.assertEqual(self.told(), [("fired", "ops", "general"), ("changed", "ops", "urgent"),
                                       ("resolved", "ops", "urgent")])
        self.assertEqual(self.history(), ["fired", "acknowledged", "changed", "resolved"])

    def test_closed(self):
        self.begin()
        self.value(8)
        closed = self.order("/v1/alerts/1/close", by="bob", cause="disk", measure="swapped", verification="watched")
        self.assertEqual([closed[k] for k in ("state", "reason")], ["closed", "closed by bob"])
        self.assertEqual(self.bench.outbox()[-1][1:], ("resolved", "1", "ops", "general", "closed by bob"))
        self.refused("ack", "closed", "note")
        self.refused("close", "closed", "note")
        self.order("/v1/alerts/1/note", verification="still fine")
        self.value(4)
        self.bench.advance(30 * MINUTE)
        self.assertEqual([a["id"] for a in self.bench.get("/v1/alerts?state=closed")["alerts"]], ["1"])
        self.value(9)
        self.assertEqual(self.told(), [("fired", "ops", "general"), ("resolved", "ops", "general")])
        shown = self.alert()
        self.assertEqual([shown[k] for k in ("state", "reason")], ["resolved", "closed by bob"])
        self.assertEqual(shown["resolved_at"], closed["resolved_at"])
        self.assertEqual([(l["what"], l["note"], l["cause"]) for l in shown["history"]],
                         [("fired", "general", None), ("closed", None, "disk"), ("noted", None, None),
                          ("resolved", "cleared", None)])
        self.value(4)
        self.assertEqual([a["id"] for a in self.bench.get("/v1/alerts?state=firing")["alerts"]], ["2"])

    def test_resolved(self):
        self.begin()
        self.value(8)
        self.value(9)
        self.refused("ack", "resolved", "note")
        self.refused("close", "resolved", "note")
        self.order("/v1/alerts/1/note", by="auditor", note="seen")
        self.assertEqual(self.history(), ["fired", "resolved", "noted"])

    def test_what_is_wrong(self):
        self.begin()
        self.value(8)
        for deed, body in (("close", {}), ("note", {}), ("note", {"note": ""}), ("ack", {"nota": "x"}),
                           ("ack", {"cause": 3}), ("ack", {"by": "a\nb"}), ("ack", {"by": "a\x1b[2J"}), ("close", {"measure": "x" * 4001}), ("note?x=1", {"note": "x"})):
            self.order(f"/v1/alerts/1/{deed}", 400, **body)
        for id in ("2", "01", "x", "-1"):
            self.order(f"/v1/alerts/{id}/ack", 404)
        self.assertEqual(self.history(), ["fired"])


class Escalation(Case):
    def test_exactly_once_and_at_the_instant(self):
        self.begin()
        at = self.value(8)
        self.bench.advance(60 * MINUTE)
        at = self.value(4)
        self.bench.advance(5 * MINUTE)
        self.bench.ask(restart=True)
        self.bench.advance(60 * MINUTE)
        self.bench.ask(restart=True)
        self.bench.advance(MINUTE)
        escalated = [row for row in self.bench.outbox() if row[1] == "escalated"]
        self.assertEqual(escalated, [(at + 10 * MINUTE, "escalated", "1", "boss", "urgent", None)])
        self.assertEqual(self.alert()["escalated_at"], stamp((at + 10 * MINUTE) / 1000))
        self.assertEqual(self.alert()["history"][2]["note"], "boss")
        self.value(8)
        self.value(4)
        self.bench.advance(60 * MINUTE)
        self.value(10)
        self.assertEqual([row[1] for row in self.bench.outbox() if row[3] == "boss"],
                         ["escalated", "changed", "changed", "resolved"])

    def test_an_acknowledgement_at_the_last_instant(self):
        self.begin()
        at = self.value(4)
        self.bench.advance(at + 10 * MINUTE - 1 - self.bench.now)
        self.bench.now += 1
        self.order("/v1/alerts/1/ack")
        self.bench.advance(MINUTE)
        self.assertEqual(self.told(), [("fired", "ops", "urgent")])

    def test_better_in_time(self):
        self.begin()
        self.value(4)
        self.bench.advance(9 * MINUTE)
        self.value(8)
        self.bench.advance(MINUTE)
        self.value(4)
        self.bench.advance(9 * MINUTE)
        self.assertNotIn("escalated", self.history())
        self.bench.advance(MINUTE)
        self.assertIn("escalated", self.history())


class Silences(Case):
    def silence(self, wanted=201, **body):
        return self.order("/v1/silences", wanted, **{"reason": "works", "by": "eve", **body})

    def test_nobody_hears_until_it_ends(self):
        self.begin()
        self.silence(agreement="acme", **{"for": "30m"})
        begun = self.bench.now
        since = self.value(8)
        self.value(4)
        self.value(4, "beta")
        self.assertEqual([row[2] for row in self.bench.outbox()], ["2"])
        shown = self.alert()
        self.assertEqual((shown["silenced_by"], shown["history"][1]["by"]), ("1", "eve"))
        self.assertIn("silence 1", self.bench.get("/alerts"))
        self.bench.advance(45 * MINUTE)
        mine = [row for row in self.bench.outbox() if row[2] == "1"]
        self.assertEqual(mine, [(begun + 30 * MINUTE, "fired", "1", "ops", "urgent", None),
                                (begun + 40 * MINUTE, "escalated", "1", "boss", "urgent", None)])
        self.assertEqual((self.alert()["since"], self.alert()["silenced_by"]), (stamp(since / 1000), None))
        self.assertEqual(self.history(), ["fired", "silenced", "changed", "unsilenced", "escalated"])

    def test_what_comes_and_goes_in_it(self):
        self.begin()
        self.silence(**{"for": "30m"})
        self.value(8)
        self.value(10)
        self.bench.advance(60 * MINUTE)
        self.assertEqual(self.told(), [])
        self.assertEqual(self.history(), ["fired", "silenced", "resolved"])

    def test_who_heard_hears_the_end(self):
        self.begin()
        self.value(4)
        self.bench.advance(11 * MINUTE)
        self.silence(**{"for": "2h"})
        self.value(8)
        self.value(10)
        self.assertEqual(self.told()[2:], [("resolved", "boss", "general"), ("resolved", "ops", "general")])

    def test_closed_in_it(self):
        self.begin()
        self.silence(**{"for": "2h"})
        self.value(4)
        self.assertIsNone(self.order("/v1/alerts/1/close", note="x")["silenced_by"])
        self.bench.advance(240 * MINUTE)
        self.assertEqual(self.told(), [])

    def test_only_a_level(self):
        self.begin()
        self.silence(level="general", **{"for": "2h"})
        self.value(8)
        self.assertEqual(self.told(), [])
        self.value(4)
        self.assertEqual(self.told(), [("fired", "ops", "urgent")])
        self.value(8)
        self.bench.advance(120 * MINUTE)
        self.assertEqual(self.told()[1:], [("changed", "ops", "general")])

    def test_later_and_lifted(self):
        self.begin()
        made = self.silence(rule="items", until=stamp((START + 60 * MINUTE) / 1000),
                            **{"from": "2026-11-18T12:20:00+01:00"})
        self.assertEqual((made["state"], made["from"]), ("waiting", "2026-11-18T11:20:00.000Z"))
        self.assertEqual(self.bench.get("/v1/silences")["silences"], [])
        self.value(8)
        self.assertEqual(self.told(), [("fired", "ops", "general")])
        self.assertEqual(self.bench.get("/v1/silences?state=waiting")["silences"][0]["firing"], 1)
        self.bench.advance(20 * MINUTE)
        self.assertEqual(self.alert()["silenced_by"], "1")
        self.assertEqual(self.bench.order("/v1/silences/1", "DELETE", by="ann", note="done")[0], 200)
        self.assertEqual(self.bench.order("/v1/silences/1", "DELETE")[0], 409)
        self.assertEqual(self.bench.order("/v1/silences/2", "DELETE")[0], 404)
        self.assertEqual(self.bench.order("/v1/silences/1", "DELETE", reason="x")[0], 400)
        self.assertIsNone(self.alert()["silenced_by"])
        shown = self.bench.get("/v1/silences?state=all")["silences"]
        self.assertEqual([(s["state"], s["ended_by"], s["ended_note"]) for s in shown], [("ended", "ann", "done")])
        self.assertEqual(self.bench.get("/v1/silences/1"), shown[0])

    def test_what_is_wrong(self):
        self.begin()
        for body in ({"reason": "", "for": "1h"}, {"reason": None, "for": "1h"}, {}, {"for": "1h", "until": "x"},
                     {"for": "1h", "until": "2026-12-01T00:00:00Z"}, {"for": "0s"}, {"for": "soon"},
                     {"until": "2026-11-01T00:00:00Z"}, {"for": "1h", "rule": "itmes"},
                     {"for": "1h", "agreement": "acne"}, {"for": "1h", "level": "worst"}, {"for": "1h", "servise": "x"}):
            self.silence(400, **body)
        self.assertEqual(self.bench.get("/v1/silences?state=all")["silences"], [])
        self.assertEqual(self.bench.ask(get="/v1/silences?state=asleep")[0], 400)


class Archive(Case):
    def test_filters(self):
        self.begin(RULE, {**PATIENT, "notify": ["ops"]})
        first = self.value(8)
        self.value(4, "beta")
        self.bench.advance(10 * MINUTE)
        self.value(10)

        def ids(query):
            return [a["id"] for a in self.bench.get("/v1/alerts?" + query)["alerts"]]

        self.assertEqual(ids(""), ["3", "2", "1"])
        for query, wanted in (("rule=patient", ["2"]), ("level=urgent", ["3"]), ("agreement=acme", ["2", "1"]),
                              ("service=", []), ("state=resolved&rule=items", ["1"]), ("limit=1&cursor=3", ["2"]),
                              (f"from={stamp(first / 1000)}", ["3", "2", "1"]), (f"to={stamp(first / 1000)}", []),
                              (f"from={stamp(first / 1000 + .001)}&to={stamp(first / 1000 + 60)}", ["3"])):
            self.assertEqual(ids(query), wanted, query)
        for query in ("level=none", "state=inactive", "from=yesterday", "format=xml", "rules=x"):
            self.assertEqual(self.bench.ask(get="/v1/alerts?" + query)[0], 400, query)
        rows = list(csv.DictReader(io.StringIO(self.bench.get("/v1/alerts?format=csv&agreement=beta"))))
        self.assertEqual([[r[k] for k in ("id", "rule", "agreement", "level", "value", "a", "b", "resolved_at")]
                          for r in rows], [["3", "items", "beta", "urgent", f"{0.4:.17g}", "4", "10", ""]])


class Daemon(unittest.TestCase):
    """The real one, with real receivers."""

    def setUp(self):
        self.ops, self.boss, self.desk = Receiver(), Receiver(), Desk()
        self.addCleanup(self.ops.close)
        self.addCleanup(self.boss.close)

    def start(self, **more):
        rule = {"name": "slow", "indicator": "timely_response_rate", "window": "24h", "below": {"urgent": 0.5},
                "notify": ["ops"], "escalate": {"after": "2s", "notify": ["boss"]}}
        self.slad = Slad({"agreements": [{"id": "acme", "from": "2020-01-01",
                                          "targets": [{"kind": "request", "respond": "1s"}]}],
                          "receivers": [self.ops.config("ops"), self.boss.config("boss")], "alerts": [rule], **more})
        self.addCleanup(self.slad.close)

    def order(self, path, body=None, method="POST", **headers):
        headers = {"Content-Type": "application/json", **{k.replace("_", "-"): v for k, v in headers.items()}}
        return self.slad.ask(method, path, None if body is None else json.dumps(body), headers)

    def test_escalation_in_time_over_a_restart(self):
        self.start()
        self.slad.post(self.desk.late("T1"))
        fired = self.ops.wait(1)[0]
        self.slad.restart()
        escalated = self.boss.wait(1)[0]
        late = parsed(escalated.event["time"]) - parsed(fired.event["time"])
        self.assertTrue(2 <= late < 4, late)
        self.assertEqual((escalated.event["type"], escalated.data["alert"]), ("slad.alert.escalated", fired.data["alert"]))
        self.assertEqual(self.order("/v1/alerts/1/close", {"by": "Jane", "note": "known"}).status, 200)
        for receiver in (self.ops, self.boss):
            self.assertEqual(receiver.wait(2)[1].data["reason"], "closed by Jane")
        self.slad.post(self.desk.answered("T2") + self.desk.answered("T3"))
        until(lambda: self.slad.get("/v1/alerts/1")["state"] == "resolved", "it is over")
        self.slad.restart()
        self.assertEqual((self.ops.moves(), self.boss.moves()), (["fired", "resolved"], ["escalated", "resolved"]))

    def test_a_closing_is_told_at_once(self):
        self.start()
        self.slad.post(self.desk.late("T1"))
        self.boss.wait(1)
        for receiver in ("ops", "boss"):
            until(lambda: metrics(self.slad)[f'slad_deliveries{{state="delivered",receiver="{receiver}"}}'] == 1,
                  f"{receiver} has it")
        closed = self.order("/v1/alerts/1/close", {"note": "known"}).json()
        self.assertEqual(self.ops.wait(2)[1].event["time"], closed["resolved_at"])

    def test_a_silence_ends_and_it_is_told(self):
        self.start()
        made = self.order("/v1/silences", {"reason": "works", "for": "2s", "by": "Eve"})
        self.assertEqual(made.status, 201, made)
        self.slad.post(self.desk.late("T1"))
        alert = until(lambda: self.slad.get("/v1/alerts")["alerts"], "it fires")[0]
        self.assertEqual(alert["silenced_by"], "1")
        message = self.ops.wait(1)[0]
        self.assertEqual((message.event["type"], message.data["since"]), ("slad.alert.fired", alert["since"]))
        self.assertGreaterEqual(parsed(message.event["time"]), parsed(made.json()["until"]))

    def test_a_silence_is_lifted_and_it_is_told_at_once(self):
        self.start()
        self.order("/v1/silences", {"reason": "works", "for": "10h"})
        self.slad.post(self.desk.late("T1"))
        until(lambda: self.slad.get("/v1/alerts")["alerts"], "it fires")
        refused = self.order("/v1/silences/1", method="DELETE", Sec_Fetch_Site="cross-site")
        self.assertEqual(refused.status, 403, refused)
        self.assertEqual(self.slad.ask("PUT", "/v1/silences/1").headers["Allow"], "GET, HEAD, DELETE")
        lifted = self.order("/v1/silences/1?by=Eve", method="DELETE")
        self.assertEqual((lifted.status, lifted.json()["ended_by"]), (200, "Eve"))
        self.assertEqual(self.ops.wait(1)[0].event["time"], lifted.json()["ended_at"])

    def test_who_may(self):
        tokens = [{"name": name, "sha256": hashlib.sha256(name.encode()).hexdigest(), "scopes": scopes}
                  for name, scopes in (("clerk", ["ingest", "read"]), ("chief", ["operate", "read"]))]
        self.start(tokens=tokens)
        body = {"reason": "works", "for": "1h"}
        self.assertEqual(self.order("/v1/silences", body).status, 401)
        self.assertEqual(self.order("/v1/silences", body, Authorization="Bearer clerk").status, 403)
        made = self.order("/v1/silences", body, Authorization="Bearer chief")
        self.assertEqual((made.status, made.json()["by"]), (201, "chief"))
        self.assertEqual(self.order("/v1/silences/1", method="DELETE", Authorization="Bearer clerk").status, 403)
        self.assertEqual(self.order("/v1/alerts/1/ack", Authorization="Bearer clerk").status, 403)
        self.assertEqual(self.order("/v1/silences/1", method="DELETE", Authorization="Bearer chief").status, 200)

    def test_a_rule_that_goes_while_it_is_silenced(self):
        self.start()
        self.slad.post(self.desk.late("T1"))
        self.ops.wait(1)
        self.order("/v1/silences", {"reason": "works", "for": "1h", "rule": "slow"})
        config = json.load(open(self.slad.file, encoding="utf-8"))
        self.slad.write_config({**config, "alerts": []})
        self.slad.signal(1)
        self.assertEqual(self.ops.wait(2)[1].data["reason"], "rule removed")
        self.assertLess(time.time() - self.ops.messages[1].received, 60)


if __name__ == "__main__":
    main()
