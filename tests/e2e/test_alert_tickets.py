#!/usr/bin/python3
"""Alerts of single tickets: at a real receiver, and to the millisecond under a virtual clock."""
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from stepper import (AGREEMENTS, HOUR, MINUTE, MONDAY, NEAR, RESOLUTION, RESPONSE, Virtual, e, instant,  # noqa: E402
                   stamp)
from desk import Desk, parsed, until  # noqa: E402
from hook import Receiver  # noqa: E402
from slad import SOURCE, Slad, main  # noqa: E402


class Levels(Virtual):
    def test_each_level_at_its_millisecond(self):
        self.start(RESPONSE)
        self.at(0, e("opened", 0))
        self.at(60)
        self.assertEqual(self.told(), [
            ("fired", "response", "general", round(22.5 * MINUTE)),
            ("changed", "response", "important", 27 * MINUTE),
            ("changed", "response", "urgent", 30 * MINUTE + 1)])
        message = self.bench.outbox(self.now)[0]["data"]
        self.assertEqual(message["about"], {"ticket": "T1", "source": SOURCE, "clock": "response",
                                            "deadline": stamp(MONDAY + 30 * MINUTE)})
        self.assertEqual((message["kind"], message["indicator"], message["value"]), ("ticket", None, None))
        self.assertEqual(message["scope"], {"agreement": "acme", "service": "", "priority": "", "team": ""})
        self.assertEqual(message["since"], stamp(MONDAY + round(22.5 * MINUTE)))
        self.assertTrue(message["explain"].startswith("/v1/tickets/T1?source="))
        self.check_verified()
        self.at(61, e("responded", 61))
        self.assertEqual(self.moves()[-1], ("resolved", "cleared"))
        self.check_verified()

    def test_nothing_where_the_clock_stops_in_time(self):
        self.start(RESPONSE, RESOLUTION)
        self.at(0, e("opened", 0))
        self.at(22, e("responded", 22))
        self.at(230, e("resolved", 230))
        self.at(1000)
        self.assertEqual(self.told(), [])

    def test_so_long_before_the_deadline(self):
        self.start(NEAR)
        self.at(0, e("opened", 0))
        self.at(600)
        self.assertEqual([t[::2] + t[3:] for t in self.told()],
                         [("fired", "general", 6 * HOUR), ("changed", "urgent", round(7.5 * HOUR))])

    def test_a_pause_keeps_the_level_and_moves_the_next(self):
        self.start(RESOLUTION)
        self.at(0, e("opened", 0))
        self.at(250, e("paused", 250, cause="customer"))
        self.at(2000)
        self.assertEqual(self.moves(), [("fired", "general")])
        self.at(2000, e("resumed", 2000))
        self.at(3000)
        self.assertEqual(self.told()[1:], [("changed", "resolution", "urgent", (2000 + 230) * MINUTE + 1)])
        self.check_verified()

    def test_another_target_takes_the_level_away_and_brings_it(self):
        self.start(RESOLUTION)
        self.at(0, e("opened", 0))
        self.at(70, e("updated", 70, priority="P1"))  # 70 of 120 minutes
        self.assertEqual(self.told(), [("fired", "resolution", "general", 70 * MINUTE)])
        self.at(80, e("updated", 80, priority="P2"))
        self.assertEqual(self.moves()[-1], ("resolved", "cleared"))
        self.at(300)
        self.assertEqual(self.told()[-1], ("fired", "resolution", "general", 240 * MINUTE))
        self.check_verified()

    def test_a_breach_stands_after_a_softer_target(self):
        self.start(RESOLUTION)
        self.at(0, e("opened", 0, priority="P1"))
        self.at(130, e("updated", 130, priority="P2"))
        self.assertEqual(self.moves(), [("fired", "general"), ("changed", "urgent")])

    def test_a_due_time_of_the_source(self):
        self.start(RESOLUTION, NEAR)
        self.at(0, e("opened", 0, resolve_by=stamp(MONDAY + 100 * MINUTE)))
        self.at(200)
        self.assertEqual(self.told(), [
            ("fired", "near", "general", 0), ("fired", "resolution", "general", 50 * MINUTE),
            ("changed", "near", "urgent", 70 * MINUTE), ("changed", "resolution", "urgent", 100 * MINUTE + 1)])

    def test_moves_of_one_millisecond(self):
        self.start(NEAR)
        for minutes in (60, 20, 60, 20):
            verb = "opened" if minutes == 60 and not self.bench.count else "updated"
            self.post(e(verb, self.bench.count / 1000 / 60, resolve_by=stamp(MONDAY + minutes * MINUTE)))
        self.assertEqual(self.moves(), [("fired", "general"), ("changed", "urgent"), ("changed", "general"),
                                        ("changed", "urgent")])
        self.assertEqual(len({m["id"] for m in self.bench.outbox(self.now)}), 4)

    def test_exclusion_and_inclusion(self):
        self.start(RESOLUTION)
        self.at(0, e("opened", 0))
        self.at(300, e("excluded", 300, cause="spam"))
        self.assertEqual(self.moves(), [("fired", "general"), ("resolved", "excluded")])
        self.at(450, e("included", 450))
        self.assertEqual(self.told()[2], ("fired", "resolution", "general", 450 * MINUTE))

    def test_reopening(self):
        self.start(RESOLUTION)
        self.at(0, e("opened", 0))
        self.at(300, e("resolved", 300))
        self.at(400, e("reopened", 400))  # the same cycle: 300 minutes are used, and the pause does not count
        self.assertEqual(self.told(), [("fired", "resolution", "general", 240 * MINUTE),
                                       ("resolved", "resolution", "general", 300 * MINUTE),
                                       ("fired", "resolution", "general", 400 * MINUTE)])
        self.at(450, e("resolved", 450))
        late = 450 + 8 * 1440
        self.at(late, e("reopened", late))  # another cycle
        self.at(late + 241)
        self.assertEqual(self.told()[4:], [("fired", "resolution", "general", (late + 240) * MINUTE)])
        self.check_verified()

    def test_a_late_event_takes_a_level_back(self):
        self.start(RESPONSE)
        self.at(0, e("opened", 0))
        self.at(28)
        self.at(29, e("responded", 5))
        self.assertEqual(self.moves(), [("fired", "general"), ("changed", "important"), ("resolved", "cleared")])

    def test_a_retracted_opening(self):
        self.start(RESPONSE)
        opening = self.bench.event("request.opened", "T1", MONDAY, agreement="acme")
        self.bench.post(self.now, [opening])
        self.at(25)
        retraction = self.bench.event("event.retracted", "T1", self.now, id_=opening["id"])
        self.bench.post(self.now, [retraction])
        self.assertEqual(self.moves(), [("fired", "general"), ("resolved", "retracted")])
        self.check_verified()

    def test_the_scope(self):
        self.start({**RESPONSE, "where": {"team": "one"}})
        self.at(0, e("opened", 0, team="one"), e("opened", 0, "T2", team="two"))
        self.at(25)
        self.assertEqual([(m["data"]["about"]["ticket"], m["data"]["scope"]["team"])
                          for m in self.bench.outbox(self.now)], [("T1", "one")])
        self.at(26, e("assigned", 26, team="two"), e("assigned", 26, "T2", team="one"))
        self.assertEqual(sorted(self.moves()), [("fired", "general"), ("fired", "general"), ("resolved", "cleared")])
        resolved = [m for m in self.bench.outbox(self.now) if m["type"].endswith("resolved")][0]
        self.assertEqual((resolved["data"]["scope"]["team"], resolved["data"]["about"]["ticket"]), ("one", "T1"))
        self.at(200, e("assigned", 200, team="one"))  # late for hours, and new to the team
        self.assertEqual(self.told()[-1], ("fired", "response", "urgent", 200 * MINUTE))

    def test_for_and_keep(self):
        self.start({**RESPONSE, "for": "5m", "keep": "20m"})
        self.at(0, e("opened", 0))
        self.at(26)
        self.assertEqual(self.told(), [])
        self.at(28, e("responded", 28))
        self.at(40)
        self.assertEqual(self.told()[0][:2] + self.told()[0][3:], ("fired", "response", round(27.5 * MINUTE)))
        self.assertEqual(len(self.told()), 1)
        self.at(60)
        self.assertEqual(self.told()[1][:1] + self.told()[1][3:], ("resolved", round(47.5 * MINUTE)))
        self.at(100, e("opened", 100, "T2"))
        self.at(124, e("responded", 124, "T2"))  # pending for 1.5 minutes
        self.at(200)
        self.assertEqual(len(self.told()), 2)

    def test_two_cycles_that_come_at_once(self):
        """The end of the first cycle comes after the start of the second."""
        late = 8 * 1440 + 300
        self.start(RESOLUTION)
        self.at(0, e("opened", 0))
        self.at(late, e("reopened", late))
        self.at(late + 250, e("resolved", 250), e("assigned", late + 250, team="x"))
        self.assertEqual(sorted(self.moves()[-2:]), [("fired", "general"), ("resolved", "cleared")])
        self.assertEqual(len({m["data"]["alert"] for m in self.bench.outbox(self.now)}), 2)
        self.check_verified()


class Restarts(Virtual):
    def test_a_restart_neither_repeats_nor_forgets(self):
        self.start(RESPONSE)
        self.at(0, e("opened", 0))
        self.at(23)
        self.bench.restart(self.now)
        self.at(24)
        self.assertEqual(len(self.told()), 1)
        self.bench.restart(self.now)
        self.now = MONDAY + 5 * HOUR  # it did not run in between
        self.bench.step(self.now)
        self.assertEqual(self.told()[1:], [("changed", "response", "urgent", 5 * HOUR)])
        self.check_verified()

    def test_what_fell_due_while_it_did_not_run_is_told(self):
        self.start(RESPONSE)
        self.at(0, e("opened", 0))
        self.bench.restart(self.now)
        self.now = MONDAY + 5 * HOUR
        self.bench.step(self.now)
        self.assertEqual(self.told(), [("fired", "response", "urgent", 5 * HOUR)])
        self.assertEqual(self.bench.outbox(self.now)[0]["data"]["since"], stamp(MONDAY + 30 * MINUTE + 1))

    def test_another_rule_looks_at_open_tickets_once(self):
        self.start()
        self.at(0, e("opened", 0))
        self.at(100, e("opened", 100, "T2"))
        self.at(240, e("opened", 240, "T3"))
        self.at(260)
        self.bench.reload(self.now, {**self.config, "alerts": [RESPONSE]})
        self.at(261)
        self.assertEqual(self.moves(), [])  # T1 and T2 are late for hours; T3 is at 66 %
        self.check_verified()
        self.at(300)
        self.assertEqual([m["data"]["about"]["ticket"] for m in self.bench.outbox(self.now)], ["T3"] * 3)
        self.bench.reload(self.now, {**self.config, "alerts": [{**RESPONSE, "name": "other"}]})
        self.at(301)
        self.assertEqual(self.moves()[3:], [("fired", "urgent"), ("resolved", "rule removed")])
        self.at(1000)
        self.assertEqual(len(self.moves()), 5)
        self.check_verified()

    def test_a_changed_rule(self):
        self.start(RESPONSE)
        self.at(0, e("opened", 0))
        self.at(23)
        self.bench.reload(self.now, {**self.config, "alerts": [{**RESPONSE, "ticket": {
            "clock": "response", "used": {"urgent": "50%"}}}]})
        self.assertEqual(self.moves(), [("fired", "general"), ("changed", "urgent")])
        self.bench.reload(self.now, {**self.config, "alerts": [{**RESPONSE, "ticket": {
            "clock": "resolution", "used": {"urgent": "1%"}}}]})
        self.at(24)
        self.assertEqual(self.moves()[2:], [("fired", "urgent"), ("resolved", "rule changed")])
        self.check_verified()

    def test_another_target(self):
        self.start(RESPONSE)
        self.at(0, e("opened", 0))
        self.at(23)
        softer = [{**AGREEMENTS[0], "targets": [{"respond": "2h"}]}]
        self.bench.reload(self.now, {**self.config, "agreements": softer})
        self.assertEqual(self.moves(), [("fired", "general"), ("resolved", "cleared")])
        self.at(100)
        self.assertEqual(self.told()[2], ("fired", "response", "general", 90 * MINUTE))
        self.check_verified()


class Real(unittest.TestCase):
    def setUp(self):
        self.receiver = Receiver()
        self.addCleanup(self.receiver.close)
        self.desk = Desk()

    def test_from_the_deadline_to_the_receiver(self):
        slad = Slad({"agreements": []}, start=False)
        self.addCleanup(slad.close)
        targets = [{"respond": "2s"}]
        slad.write_config({"agreements": [{"id": "acme", "from": "2020-01-01", "targets": targets}],
                           "alerts": [{**RESPONSE, "ticket": {"clock": "response", "used": {
                               "general": "50%", "urgent": "100%"}}}, instant("leaked")],
                           "receivers": [self.receiver.config("ops", slad.path("ops.secret"))]})
        slad.start()
        opened = self.desk.opened("T 1/ä")
        slad.post([opened])
        start = parsed(opened["time"])
        fired, changed = self.receiver.wait(2)
        self.assertEqual([(m.move, m.data["level"]) for m in (fired, changed)],
                         [("fired", "general"), ("changed", "urgent")])
        self.assertTrue(fired.signed())
        for message, after in ((fired, 1), (changed, 2.001)):
            self.assertGreaterEqual(parsed(message.event["time"]), start + after)
            print(f"{message.move}: {message.received - start - after:.3f} s after its instant")
        self.assertEqual(slad.get(fired.data["explain"])["subject"], "T 1/ä")
        slad.post([self.desk.event("request.responded", "T 1/ä")])
        self.assertEqual(self.receiver.wait(3)[2].data["reason"], "cleared")
        slad.post([self.desk.event("security.leaked", "S1", agreement="acme")])
        self.assertEqual(self.receiver.wait(4)[3].data["kind"], "instant")
        until(lambda: {a["state"] for a in slad.get("/v1/alerts")["alerts"]} == {"firing", "resolved"}, "one is left")


if __name__ == "__main__":
    main()
