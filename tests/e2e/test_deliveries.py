#!/usr/bin/python3
"""What an operator sees of messages, and orders: the list, another try, a test, the receivers."""
import csv
import hashlib
import io
import json
import os
import signal
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from desk import Desk, metrics, parsed, until  # noqa: E402
from hook import SECRET, Receiver  # noqa: E402
from slad import Slad, main  # noqa: E402

AGREEMENTS = [{"id": "acme", "from": "2020-01-01", "targets": [{"kind": "request", "respond": "1s"}]}]
RULE = {"name": "slow-response", "indicator": "timely_response_rate", "window": "24h", "by": ["service"],
        "below": {"general": 0.5}, "notify": ["ops"]}
JSON = {"Content-Type": "application/json"}
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def elsewhen():
    """A calendar that is shut today, and for some days to come."""
    return {"name": "elsewhen", "week": [{"days": DAYS[(time.gmtime().tm_wday + 4) % 7],
                                          "open": "00:00-24:00"}]}


class Case(unittest.TestCase):
    def start(self, receiver, *rules, **more):
        self.desk, self.receiver = Desk(), receiver
        self.addCleanup(receiver.close)
        self.config = {"agreements": AGREEMENTS, "alerts": list(rules or [RULE]),
                       "calendars": [elsewhen()]}
        self.slad = Slad(self.config, start=False)
        self.addCleanup(self.slad.close)
        self.config["receivers"] = [{**receiver.config("ops", self.slad.path("ops.secret")), **more}]
        self.slad.write_config(self.config)
        self.slad.start()

    def reload(self, **changed):
        said = len(self.slad.log)
        self.slad.write_config({**self.config, **changed})
        self.slad.signal(signal.SIGHUP)
        self.slad.wait_log("the configuration was read again", said)

    def send(self, events):
        answer = self.slad.post(events)
        self.assertEqual(answer.status, 200, answer)

    def fire(self, service="mail"):
        self.send(self.desk.late(f"bad-{self.desk.count}", service=service))

    def resolve(self, service="mail", count=3):
        self.send([e for i in range(count)
                   for e in self.desk.answered(f"good-{self.desk.count}-{i}", service=service)])

    def list(self, **params):
        return self.slad.get("/v1/deliveries", **params)["deliveries"]

    def until_listed(self, count, **params):
        return until(lambda: (found := self.list(**params)) and len(found) == count and found,
                     f"{count} deliveries are {params}")

    def order(self, path, body=None, **headers):
        return self.slad.ask("POST", path, json.dumps(body or {}).encode(), {**JSON, **headers})

    def ordered(self, path, body=None):
        answer = self.order(path, body)
        self.assertEqual(answer.status, 202, answer)
        return answer.json()

    def refused(self, status, path, word, body=None):
        answer = self.order(path, body)
        self.assertEqual(answer.status, status, answer)
        self.assertIn(word, answer.json()["detail"])


class Lists(Case):
    def test_a_delivery_tells_its_life(self):
        self.start(Receiver())
        self.fire()
        message = self.receiver.wait(1)[0]
        row = self.until_listed(1, state="delivered")[0]
        self.assertEqual(
            {name: row[name] for name in ("message", "receiver", "alert", "type", "state", "attempts",
                                          "status", "error", "next_attempt_at")},
            {"message": message.id, "receiver": "ops", "alert": message.data["alert"],
             "type": "slad.alert.fired", "state": "delivered", "attempts": 1, "status": 200,
             "error": None, "next_attempt_at": None})
        times = [parsed(row[name]) for name in ("created_at", "first_attempt_at", "ended_at")]
        self.assertEqual(times, sorted(times))
        self.assertNotIn("body", row)
        one = self.slad.get(f"/v1/deliveries/{row['id']}")
        self.assertEqual(one.pop("body"), message.event)
        self.assertEqual(one, row)

    def test_filters_pages_and_csv(self):
        self.start(Receiver())
        for number, service in enumerate(("a", "b", "c"), 1):
            self.fire(service)
            self.receiver.wait(number)
        self.receiver.status = 404
        self.resolve("b")
        failed = self.until_listed(1, state="failed")[0]
        self.assertEqual((failed["type"], failed["status"], failed["error"]),
                         ("slad.alert.resolved", 404, "the receiver answered 404"))
        rows = self.list()
        ids = [int(row["id"]) for row in rows]
        self.assertEqual(ids, sorted(ids, reverse=True))
        self.assertEqual(len(rows), 4)
        self.assertEqual([row["type"] for row in self.list(alert=failed["alert"])],
                         ["slad.alert.resolved", "slad.alert.fired"])
        self.assertEqual(self.list(receiver="nobody"), [])
        self.assertEqual(len(self.list(receiver="ops", state="delivered")), 3)
        page = self.slad.get("/v1/deliveries", limit=3)
        rest = self.slad.get("/v1/deliveries", limit=3, cursor=page["next"])
        self.assertEqual(page["deliveries"] + rest["deliveries"], rows)
        self.assertIsNone(rest["next"])
        table = list(csv.DictReader(io.StringIO(self.slad.ask("GET", "/v1/deliveries?format=csv").text)))
        self.assertEqual([row["id"] for row in table], [row["id"] for row in rows])
        self.assertEqual(table[0]["status"], "404")
        self.assertEqual(table[0]["next_attempt_at"], "")

    def test_wrong_questions(self):
        self.start(Receiver())
        for query in ("state=lost", "limit=0", "cursor=x", "alert=x", "format=xml", "status=200"):
            self.assertEqual(self.slad.ask("GET", f"/v1/deliveries?{query}").status, 400, query)
        for path in ("/v1/deliveries/1", "/v1/deliveries/x", "/v1/deliveries/01"):
            self.assertEqual(self.slad.ask("GET", path).status, 404, path)
        self.assertEqual(self.slad.ask("GET", "/v1/receivers?x=1").status, 400)

    def test_no_secret_is_told(self):
        self.start(Receiver(status=404))
        self.fire()
        failed = self.until_listed(1, state="failed")[0]
        for path in ("/v1/deliveries", f"/v1/deliveries/{failed['id']}", "/v1/receivers", "/metrics"):
            text = self.slad.ask("GET", path).text
            self.assertNotIn(SECRET, text)
            self.assertNotIn("/hook", text)


class Retries(Case):
    def dead_letter(self):
        """One that failed, and a later one of the same receiver that arrived."""
        self.start(Receiver(status=404))
        self.fire()
        dead = self.until_listed(1, state="failed")[0]
        self.receiver.status = 200
        self.resolve()
        self.receiver.wait(1)
        self.until_listed(1, state="delivered")
        return dead

    def arrives(self, dead):
        again = self.receiver.wait(2)[1]
        self.assertEqual((again.id, again.move, again.signed()), (dead["message"], "fired", True))
        self.assertEqual(again.body, self.receiver.attempts[0].body)
        row = until(lambda: (r := self.slad.get(f"/v1/deliveries/{dead['id']}"))["state"] == "delivered" and r,
                    "it is delivered")
        self.assertEqual((row["attempts"], row["status"], row["error"]), (1, 200, None))
        self.assertGreater(parsed(row["first_attempt_at"]), parsed(dead["ended_at"]))

    def test_a_dead_letter_arrives(self):
        dead = self.dead_letter()
        answer = self.ordered(f"/v1/deliveries/{dead['id']}/retry", {"by": "ann", "note": "it is up again"})
        self.assertEqual((answer["id"], answer["state"], answer["attempts"], answer["error"]),
                         (dead["id"], "waiting", 0, None))
        self.arrives(dead)
        self.assertEqual(len(self.receiver.attempts), 3)
        self.slad.wait_log(f"delivery {dead['id']} to 'ops' is to be tried again, says ann: it is up again")

    def test_it_outlives_a_kill(self):
        dead = self.dead_letter()
        self.receiver.answering.clear()
        self.ordered(f"/v1/deliveries/{dead['id']}/retry")
        self.slad.kill9()
        self.slad.start()
        self.receiver.answering.set()
        again = until(lambda: [m for m in self.receiver.messages if m.id == dead["message"]], "it comes")
        self.assertEqual(again[0].move, "fired")
        self.until_listed(2, state="delivered")

    def test_it_may_fail_again_and_be_tried_again(self):
        dead = self.dead_letter()
        self.receiver.status = 410
        self.ordered(f"/v1/deliveries/{dead['id']}/retry")
        row = self.until_listed(1, state="failed")[0]
        self.assertEqual((row["status"], row["attempts"]), (410, 1))
        self.receiver.status = 200
        self.ordered(f"/v1/deliveries/{dead['id']}/retry")
        self.arrives(dead)

    def test_it_goes_before_what_is_younger(self):
        """A resolved that waits does not overtake its fired one that is tried again."""
        self.start(Receiver(status=404))
        self.fire()
        dead = self.until_listed(1, state="failed")[0]
        self.receiver.status = 503
        self.receiver.headers["Retry-After"] = "3600"
        self.resolve()
        until(lambda: [row for row in self.list(state="waiting") if row["attempts"]], "it is tried")
        self.ordered(f"/v1/deliveries/{dead['id']}/retry")
        with Receiver() as moved:  # another address is tried at once
            self.reload(receivers=[moved.config("ops", self.slad.path("ops.secret"))])
            moved.wait(2)
            self.assertEqual(moved.moves(), ["fired", "resolved"])

    def test_the_day_of_attempts_goes_on_over_a_restart(self):
        self.start(Receiver(opened=False))
        self.fire()
        tried = lambda least: until(  # noqa: E731
            lambda: (found := self.list(state="waiting")) and found[0]["attempts"] >= least and found[0],
            f"it is tried {least} times")
        before = tried(1)
        self.slad.restart()
        self.assertEqual(tried(before["attempts"] + 1)["first_attempt_at"], before["first_attempt_at"])

    def test_only_what_failed(self):
        dead = self.dead_letter()
        done = self.list(state="delivered")[0]
        self.refused(409, f"/v1/deliveries/{done['id']}/retry", "is delivered")
        self.refused(404, "/v1/deliveries/4711/retry", "no delivery '4711'")
        self.refused(404, f"/v1/deliveries/0{dead['id']}/retry", "no delivery")
        self.refused(400, f"/v1/deliveries/{dead['id']}/retry", "'why'", {"why": "x"})
        self.receiver.status = 503
        self.ordered(f"/v1/deliveries/{dead['id']}/retry")
        self.refused(409, f"/v1/deliveries/{dead['id']}/retry", "is waiting")

    def test_a_receiver_is_removed_and_comes_back(self):
        self.start(Receiver(opened=False))
        self.fire()
        self.slad.wait_log("will be tried again after")
        self.reload(receivers=[], alerts=[{**RULE, "notify": []}])
        dead = self.until_listed(1, state="failed")[0]
        self.assertEqual(dead["error"], "no receiver 'ops' is configured")
        self.refused(409, f"/v1/deliveries/{dead['id']}/retry", "no receiver 'ops'")
        self.assertEqual(self.slad.get("/v1/receivers"), {"receivers": []})
        self.assertEqual(metrics(self.slad)['slad_deliveries{state="failed",receiver="ops"}'], 1)
        self.receiver.open()
        self.reload()
        self.ordered(f"/v1/deliveries/{dead['id']}/retry")
        self.assertEqual(self.receiver.wait(1)[0].id, dead["message"])


class Policies(Case):
    def test_the_rate_holds_up_and_fails_nothing(self):
        self.start(Receiver(), rate=1)
        self.fire("a")
        self.receiver.wait(1)
        self.fire("b")
        row = self.until_listed(1, state="waiting")[0]
        self.assertEqual((row["attempts"], row["first_attempt_at"], row["error"]), (0, None, None))
        self.reload(receivers=[{**self.config["receivers"][0], "rate": 2}])
        self.receiver.wait(2)
        self.until_listed(2, state="delivered")
        self.assertEqual(metrics(self.slad)['slad_delivery_failures_total{receiver="ops"}'], 0)

    def test_hours_hold_up_all_but_the_urgent(self):
        hours = {"calendar": "elsewhen"}
        urgent = {**RULE, "name": "woken", "where": {"service": "vital"}, "below": {"urgent": 0.5}}
        self.start(Receiver(), {**RULE, "where": {"service": "mail"}}, urgent, hours=hours)
        self.fire("mail")
        self.until_listed(1, state="waiting")
        self.fire("vital")
        self.assertEqual(self.receiver.wait(1)[0].data["level"], "urgent")
        self.ordered("/v1/receivers/ops/test")
        self.assertEqual(self.receiver.wait(2)[1].move, "test")
        self.resolve("vital")
        self.assertEqual(self.receiver.wait(3)[2].move, "resolved")
        self.until_listed(3, state="delivered")
        self.assertEqual([row["attempts"] for row in self.list(state="waiting")], [0])
        self.slad.restart()
        self.assertEqual(len(self.list(state="waiting")), 1)
        self.reload(receivers=[{k: v for k, v in self.config["receivers"][0].items() if k != "hours"}])
        self.assertEqual(self.receiver.wait(4)[3].data["level"], "general")

    def test_the_urgent_may_wait_too(self):
        self.start(Receiver(), {**RULE, "below": {"urgent": 0.5}},
                   hours={"calendar": "elsewhen", "urgent": "wait"})
        self.fire()
        self.until_listed(1, state="waiting")
        self.ordered("/v1/receivers/ops/test")
        self.until_listed(2, state="waiting")
        self.reload(receivers=[{**self.config["receivers"][0], "hours": {"calendar": "always"}}])
        self.receiver.wait(2)
        self.assertEqual(self.receiver.moves(), ["fired", "test"])

    def test_too_many_requests(self):
        """429: it waits as long as the receiver asks for."""
        self.start(Receiver(status=429))
        self.receiver.headers["Retry-After"] = "2"
        self.fire()
        row = until(lambda: (found := self.list(state="waiting")) and found[0]["attempts"] and found[0],
                    "it is tried")
        self.assertEqual((row["status"], row["error"]), (429, "the receiver answered 429"))
        self.assertGreaterEqual(parsed(row["next_attempt_at"]), parsed(row["first_attempt_at"]) + 2)
        self.receiver.status = 200
        message = self.receiver.wait(1)[0]
        self.assertGreaterEqual(message.received, self.receiver.attempts[0].received + 2)
        self.assertEqual(metrics(self.slad)['slad_delivery_failures_total{receiver="ops"}'], 1)

    def test_one_that_hangs(self):
        self.start(Receiver())
        self.receiver.answering.clear()
        self.fire("a")
        self.receiver.wait_attempts(1)
        with Receiver() as fine:
            self.reload(receivers=self.config["receivers"] + [fine.config("fine")])
            self.ordered("/v1/receivers/fine/test")
            fine.wait(1)
        row = self.list(receiver="ops")[0]
        self.assertEqual((row["state"], row["attempts"]), ("waiting", 0))
        self.refused(409, f"/v1/deliveries/{row['id']}/retry", "is waiting")
        self.receiver.answering.set()
        self.until_listed(1, receiver="ops", state="delivered")


class Receivers(Case):
    def test_a_test_arrives(self):
        self.start(Receiver())
        answer = self.ordered("/v1/receivers/ops/test", {"by": "ann", "note": "are you there?"})
        message = self.receiver.wait(1)[0]
        self.assertTrue(message.signed())
        self.assertEqual(message.id, answer["message"])
        self.assertEqual(message.event["type"], "slad.receiver.test")
        self.assertEqual(message.event["id"], message.id)
        self.assertEqual(message.data, {"receiver": "ops", "by": "ann", "note": "are you there?"})
        row = self.until_listed(1, state="delivered")[0]
        self.assertEqual((row["id"], row["type"], row["alert"]), (answer["id"], "slad.receiver.test", None))
        self.refused(404, "/v1/receivers/nobody/test", "no receiver 'nobody'")
        self.refused(400, "/v1/receivers/ops/test", "'x'", {"x": 1})
        self.slad.wait_log(f"delivery {answer['id']} to 'ops' is a test, says ann: are you there")
        more = [self.ordered("/v1/receivers/ops/test")["message"] for _ in range(3)]
        self.assertEqual([m.id for m in self.receiver.wait(4)[1:]], more)

    def test_the_list(self):
        with Receiver() as other:
            self.start(Receiver(), rate=30, language="zh", base_url="https://slad.example/",
                       hours={"calendar": "elsewhen", "urgent": "pass"})
            self.config["receivers"].append(other.config("other"))
            self.reload()
            self.fire()
            self.ordered("/v1/receivers/ops/test")
            self.receiver.wait(1)
            done = self.until_listed(1, state="delivered")[0]
            self.until_listed(1, state="waiting")
            self.assertEqual(self.slad.get("/v1/receivers")["receivers"], [
                {"name": "ops", "kind": "webhook", "language": "zh", "base_url": "https://slad.example",
                 "digest_seconds": None, "rate": 30, "hours": {"calendar": "elsewhen", "urgent": "pass"},
                 "last_success_at": done["ended_at"], "waiting": 1, "delivered": 1, "failed": 0},
                {"name": "other", "kind": "webhook", "language": "en", "base_url": None,
                 "digest_seconds": None, "rate": None, "hours": None, "last_success_at": None,
                 "waiting": 0, "delivered": 0, "failed": 0}])
            numbers = metrics(self.slad)
            for state, count in (("waiting", 1), ("delivered", 1), ("failed", 0)):
                self.assertEqual(numbers[f'slad_deliveries{{state="{state}",receiver="ops"}}'], count)
                self.assertEqual(numbers[f'slad_deliveries{{state="{state}",receiver="other"}}'], 0)

    def test_who_may(self):
        self.start(Receiver())
        self.config["tokens"] = [{"name": name, "sha256": hashlib.sha256(name.encode()).hexdigest(),
                                  "scopes": [scope]} for name, scope in (("r", "read"), ("o", "operate"))]
        self.reload()
        reader, operator = ({"Authorization": f"Bearer {name}"} for name in "ro")
        self.assertEqual(self.order("/v1/receivers/ops/test", None, **reader).status, 403)
        self.assertEqual(self.slad.ask("GET", "/v1/receivers", headers=operator).status, 403)
        self.assertEqual(self.slad.ask("GET", "/v1/deliveries", headers=reader).status, 200)
        self.assertEqual(self.order("/v1/receivers/ops/test", None, **operator).status, 202)
        self.assertEqual(self.receiver.wait(1)[0].data["by"], "o")


if __name__ == "__main__":
    main()
