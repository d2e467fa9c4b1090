#!/usr/bin/python3
"""Messages outlive everything: restarts, kill -9, receivers that are down, slow or rude."""
import os
import signal
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from desk import Desk, metrics, until  # noqa: E402
from logged import rows  # noqa: E402
from hook import Receiver  # noqa: E402
from slad import PATIENCE, Slad, main  # noqa: E402

AGREEMENTS = [{"id": "acme", "from": "2020-01-01", "targets": [{"kind": "request", "respond": "1s"}]}]
RULE = {"name": "slow-response", "indicator": "timely_response_rate", "window": "24h", "by": ["service"],
        "below": {"general": 0.5}, "notify": ["ops"]}


class Case(unittest.TestCase):
    def setUp(self):
        self.desk = Desk()

    def start(self, receiver, *rules):
        self.receiver = receiver
        self.addCleanup(receiver.close)
        self.config = {"agreements": AGREEMENTS, "alerts": list(rules or [RULE])}
        self.slad = Slad(self.config, start=False)
        self.addCleanup(self.slad.close)
        self.config["receivers"] = [receiver.config("ops", self.slad.path("ops.secret"))]
        self.slad.write_config(self.config)
        self.slad.start()

    def send(self, events):
        answer = self.slad.post(events)
        self.assertEqual(answer.status, 200, answer)

    def fire(self, service="mail"):
        self.send(self.desk.late(f"bad-{self.desk.count}", service=service))

    def resolve(self, service="mail", count=3):
        self.send([e for i in range(count)
                   for e in self.desk.answered(f"good-{self.desk.count}-{i}", service=service)])

    def deliveries(self, state):
        return sum(count for name, count in metrics(self.slad).items()
                   if name.startswith(f'slad_deliveries{{state="{state}",'))

    def until_deliveries(self, state, count):
        until(lambda: self.deliveries(state) == count, f"{count} deliveries are {state}")

    def same_twice(self, attempts):
        """Every attempt at a message is that message: gives the ids in the order of the first."""
        bodies = {}
        for attempt in attempts:
            self.assertEqual(bodies.setdefault(attempt.id, attempt.body), attempt.body)
            self.assertTrue(attempt.signed())
        return list(bodies)


class Restarts(Case):
    def test_a_restart_sends_nothing_again(self):
        self.start(Receiver())
        self.fire()
        self.receiver.wait(1)
        self.until_deliveries("delivered", 1)
        for _ in range(2):
            self.assertEqual(self.slad.stop(), 0)
            self.slad.start()
        self.assertEqual([a["state"] for a in self.slad.get("/v1/alerts")["alerts"]], ["firing"])
        self.resolve()
        self.receiver.wait(2)
        self.until_deliveries("delivered", 2)
        self.assertEqual(self.slad.stop(), 0)
        self.slad.start()
        self.fire("web")  # comes after whatever would be sent again
        messages = self.receiver.wait(3)
        self.assertEqual([m.move for m in messages], ["fired", "resolved", "fired"])
        self.assertEqual(len(self.receiver.attempts), 3)

    def test_a_stop_waits_for_the_answer(self):
        """A message under way at a SIGTERM is finished, like a request, and not sent again."""
        self.start(Receiver())
        self.receiver.answering.clear()
        self.fire()
        self.receiver.wait_attempts(1)
        self.slad.signal(signal.SIGTERM)
        self.slad.wait_log("stopping")
        self.receiver.answering.set()
        self.assertEqual(self.slad.process.wait(PATIENCE), 0)
        self.slad.start()
        self.fire("web")
        self.receiver.wait(2)
        self.assertEqual([a.data["scope"]["service"] for a in self.receiver.attempts], ["mail", "web"])

    def test_kill9_forgets_nothing(self):
        """At most the message under way comes twice, and then with the same id."""
        self.start(Receiver())
        for round in range(4):
            service = f"s{round}"
            self.fire(service)
            if round % 2:
                self.receiver.wait_attempts(1)
            self.slad.kill9()
            self.slad.start()
            until(lambda: any(m.data["scope"]["service"] == service for m in self.receiver.messages),
                  f"{service} has fired")
            self.slad.kill9()
            self.slad.start()
            self.resolve(service)
            until(lambda: any(m.data["scope"]["service"] == service and m.move == "resolved"
                              for m in self.receiver.messages), f"{service} is resolved")
        self.until_deliveries("waiting", 0)
        ids = self.same_twice(self.receiver.attempts)
        moves = [next((m.data["scope"]["service"], m.move) for m in self.receiver.messages if m.id == id)
                 for id in ids]
        self.assertEqual(moves, [(f"s{i}", move) for i in range(4) for move in ("fired", "resolved")])
        self.assertLessEqual(len(self.receiver.messages), 8 + 8)

    def test_what_fell_due_while_it_was_down(self):
        """Time went on without the daemon: the ticket became late, and is told of at the start."""
        self.start(Receiver())
        opened = self.desk.opened("T1", service="mail")
        self.send([opened])
        self.slad.kill9()
        until(lambda: self.desk.opened("T2", ago=1.1)["time"] > opened["time"], "its time is over")
        self.slad.start()
        self.assertEqual(self.receiver.wait(1)[0].data["a"], 1)


class Down(Case):
    def test_down_then_up(self):
        """Until open() its port refuses connections."""
        self.start(Receiver(opened=False))
        self.fire()
        self.slad.wait_log("will be tried again after")
        self.until_deliveries("waiting", 1)
        self.resolve()
        self.until_deliveries("waiting", 2)
        self.receiver.open()
        self.receiver.wait(2)
        self.until_deliveries("delivered", 2)
        self.assertEqual(self.receiver.moves(), ["fired", "resolved"])
        self.assertEqual(len(self.receiver.attempts), 2)

    def test_down_over_restarts(self):
        self.start(Receiver(opened=False))
        self.fire()
        first = self.slad.wait_log("will be tried again after")
        self.assertIn("delivery", first)
        for end in (self.slad.stop, self.slad.kill9):
            end()
            said = len(self.slad.log)
            self.slad.start()
            self.slad.wait_log("will be tried again after", said)
        self.receiver.open()
        self.receiver.wait(1)
        self.until_deliveries("delivered", 1)
        self.assertEqual(len(self.receiver.attempts), 1)
        attempts = rows(self.slad.path("slad.db"), "SELECT attempts, status, error FROM outbox")
        self.assertGreaterEqual(attempts[0][0], 3)  # a kill may forget to count its last one
        self.assertEqual(attempts[0][1:], (200, ""))

    def test_an_error_passes(self):
        self.start(Receiver(status=503))
        self.fire()
        self.receiver.wait_attempts(2)
        self.receiver.status = 204
        self.receiver.wait(1)
        self.until_deliveries("delivered", 1)
        self.assertEqual(len(self.same_twice(self.receiver.attempts)), 1)
        times = [int(a.headers["webhook-timestamp"]) for a in self.receiver.attempts]
        self.assertEqual(times, sorted(times))

    def test_a_refusal_is_for_good_and_holds_up_nothing(self):
        self.start(Receiver(status=404))
        self.fire()
        self.until_deliveries("failed", 1)
        self.receiver.status = 200
        self.resolve()
        self.assertEqual(self.receiver.wait(1)[0].move, "resolved")
        self.assertEqual(len(self.receiver.attempts), 2)
        self.slad.restart()
        self.assertEqual(self.deliveries("failed"), 1)

    def test_no_redirect_is_followed(self):
        with Receiver() as elsewhere:
            self.start(Receiver(status=302))
            self.receiver.headers["Location"] = elsewhere.url
            self.fire()
            self.until_deliveries("failed", 1)
            self.assertEqual(elsewhere.attempts, [])

    def test_one_receiver_holds_up_no_other(self):
        with Receiver() as fine:
            self.start(Receiver(opened=False), RULE)
            self.config["receivers"].append(fine.config("fine"))
            self.config["alerts"].append({**RULE, "name": "too", "notify": ["fine"]})
            self.slad.write_config(self.config)
            self.slad.restart()
            for service in ("a", "b", "c"):
                self.fire(service)
            self.assertEqual([m.data["rule"] for m in fine.wait(3)], ["too"] * 3)
            self.until_deliveries("delivered", 3)
            self.assertEqual(self.deliveries("waiting"), 3)

    def test_a_receiver_of_another_address(self):
        """A reload that names where the receiver is now sends what waits there."""
        self.start(Receiver(opened=False))
        self.fire()
        self.slad.wait_log("will be tried again after")
        with Receiver() as moved:
            self.config["receivers"] = [moved.config("ops", self.slad.path("ops.secret"))]
            self.slad.write_config(self.config)
            self.slad.signal(signal.SIGHUP)
            message = moved.wait(1)[0]
            self.assertEqual((message.move, message.signed()), ("fired", True))

    def test_no_proxy_of_the_environment(self):
        with Receiver() as proxy:
            self.slad = Slad({"agreements": AGREEMENTS}, start=False, env={
                "http_proxy": proxy.url, "HTTP_PROXY": proxy.url, "ALL_PROXY": proxy.url, "no_proxy": ""})
            self.addCleanup(self.slad.close)
            with Receiver() as receiver:
                self.slad.write_config({"agreements": AGREEMENTS, "alerts": [RULE],
                                        "receivers": [receiver.config("ops")]})
                self.slad.start()
                self.fire()
                receiver.wait(1)
            self.assertEqual(proxy.attempts, [])


if __name__ == "__main__":
    main()
