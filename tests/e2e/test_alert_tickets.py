#!/usr/bin/python3
"""Alerts of single tickets and events: at a real receiver, and to the millisecond under a virtual clock."""
import os
import random
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from bench import DAY, HOUR, MINUTE, MONDAY, Bench, ms, stamp  # noqa: E402
from desk import Desk, parsed, until  # noqa: E402
from hook import Receiver  # noqa: E402
from slad import SOURCE, Slad, main  # noqa: E402

AGREEMENTS = [{"id": "acme", "from": "2020-01-01", "timezone": "UTC", "targets": [
    {"respond": "30m", "recover": "4h", "resolve": "8h"},
    {"priority": "P1", "respond": "10m", "recover": "1h", "resolve": "2h"}]}]
RESPONSE = {"name": "response", "ticket": {"clock": "response", "used": {
    "general": "75%", "important": "90%", "urgent": "100%"}}, "notify": ["ops"]}
RESOLUTION = {"name": "resolution", "ticket": {"clock": "resolution", "used": {
    "general": "50%", "urgent": "100%"}}, "notify": ["ops"]}
NEAR = {"name": "near", "ticket": {"clock": "resolution", "before": {"general": "2h", "urgent": "30m"}},
        "notify": ["ops"]}
OPS = [{"name": "ops", "webhook": {"url": "http://127.0.0.1:9/"}}]


def instant(what, **more):
    return {"name": what, "instant": what, "notify": ["ops"], **more}


class Virtual(unittest.TestCase):
    """The engine, woken at exactly the instants at which it wants to be."""

    def start(self, *rules, agreements=None, receivers=None):
        self.config = {"listen": "127.0.0.1:0", "database": "x", "agreements": agreements or AGREEMENTS,
                       "alerts": list(rules), "receivers": receivers or OPS}
        self.bench = Bench(self.config)
        self.addCleanup(self.bench.close)
        self.now = MONDAY
        return self.bench

    def at(self, minutes, *events):
        """Time goes on to a minute, and events of that minute come."""
        to = MONDAY + round(minutes * MINUTE)
        self.bench.run_to(to, self.now)
        self.now = to
        if events:
            self.post(*events)

    def post(self, *events):
        self.bench.post(self.now, [self.bench.event(type, subject, MONDAY + round(at * MINUTE), **data)
                                   for type, subject, at, data in events])

    def told(self):
        """(move, rule, level, ms after the start) of all messages about alerts."""
        return [(m["type"].rpartition(".")[2], m["data"]["rule"], m["data"]["level"], ms(m["time"]) - MONDAY)
                for m in self.bench.outbox(self.now) if m["type"] != "slad.backfill"]

    def moves(self):
        return [(m["type"].rpartition(".")[2], m["data"].get("reason") or m["data"]["level"])
                for m in self.bench.outbox(self.now)]

    def check_verified(self):
        self.assertEqual(self.bench.verify(self.now), [])


def e(verb, at, subject="T1", kind="request", **data):
    if verb == "opened":
        data = {"agreement": "acme", **data}
    return (f"{kind}.{verb}", subject, at, data)


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


class Instants(Virtual):
    def test_each_of_them(self):
        self.start(*(instant(w) for w in ("leaked", "tampered", "major_incident", "outage", "complaint")))
        self.at(0, ("security.leaked", "S1", 0, {"agreement": "acme"}),
                ("security.tampered", "S2", 0, {"agreement": "acme", "service": "mail"}),
                ("outage.started", "O1", 0, {"agreement": "acme", "service": "mail"}),
                e("opened", 0, "I1", "incident", major=True, outage=True, service="web"),
                e("opened", 0, "C1", "complaint"))
        messages = self.bench.outbox(self.now)
        self.assertEqual({(m["data"]["rule"], m["data"]["level"]) for m in messages}, {
            (w, "urgent") for w in ("leaked", "tampered", "major_incident", "outage", "complaint")})
        about = {(m["data"]["rule"], *sorted(m["data"]["about"])): m["data"] for m in messages}
        self.assertEqual(about["leaked", "event", "source", "type"]["about"],
                         {"event": "b-1", "type": "security.leaked", "source": SOURCE})
        self.assertEqual(about["outage", "outage", "source"]["about"], {"outage": "O1", "source": SOURCE})
        self.assertEqual(about["outage", "outage", "source"]["scope"], {"agreement": "acme", "service": "mail"})
        self.assertEqual(about["outage", "source", "ticket"]["about"], {"ticket": "I1", "source": SOURCE})
        self.assertEqual(len(about), 6)
        self.at(10, e("recovered", 10, "I1", "incident"), e("resolved", 10, "C1", "complaint"),
                ("outage.ended", "O1", 10, {"agreement": "acme", "service": "mail"}))
        self.assertEqual(sorted(m["data"]["rule"] for m in self.bench.outbox(self.now)[6:]),
                         ["complaint", "major_incident", "outage", "outage"])
        self.assertEqual({m["data"]["reason"] for m in self.bench.outbox(self.now)[6:]}, {"cleared"})

    def test_retracted_and_excluded(self):
        self.start(instant("leaked"), instant("complaint"), instant("outage"))
        self.at(0, ("security.leaked", "S1", 0, {"agreement": "acme"}), e("opened", 0, "C1", "complaint"),
                ("outage.started", "O1", 0, {"agreement": "acme", "service": "mail"}))
        self.at(1, ("event.retracted", "x", 1, {"id_": "b-1"}), e("excluded", 1, "C1", "complaint", cause="test"),
                ("event.retracted", "y", 1, {"id_": "b-3"}))
        self.assertEqual(sorted(self.moves()[3:]),
                         [("resolved", "excluded"), ("resolved", "retracted"), ("resolved", "retracted")])
        self.check_verified()

    def test_what_becomes_major_is_told_then(self):
        self.start(instant("major_incident", level="important"))
        self.at(0, e("opened", 0, kind="incident"))
        self.at(500, e("updated", 500, kind="incident", major=True))
        self.assertEqual(self.told(), [("fired", "major_incident", "important", 500 * MINUTE)])

    def test_an_outage_of_two_services(self):
        self.start(instant("outage"))
        down = [("outage.started", "O1", 0, {"agreement": "acme", "service": s}) for s in ("mail", "web")]
        self.at(0, *down)
        self.at(1, ("outage.ended", "O1", 1, {"agreement": "acme", "service": "web"}))
        self.assertEqual([(m["data"]["scope"]["service"], m["type"].rpartition(".")[2])
                          for m in self.bench.outbox(self.now)],
                         [("mail", "fired"), ("web", "fired"), ("web", "resolved")])


class Backfill(Virtual):
    def year(self, count):
        """Requests of a year, each answered some minutes after it was opened; how many were so late that an alert
        would have fired, and the events."""
        events, late = [], 0
        for i in range(count):
            at = -(i + 1) * 525600 / count
            answer = 300 if i == 5 else random.choice([5, 20, 24, 50, 300])
            late += answer > 22.5
            events += [e("opened", at, f"Y{i}"), e("responded", at + answer, f"Y{i}"),
                       e("resolved", at + answer, f"Y{i}")]
        return late, events

    def summaries(self):
        return [m for m in self.bench.outbox(self.now) if m["type"] == "slad.backfill"]

    def test_a_year_in_any_order_is_one_summary(self):
        seed = random.randrange(1 << 30)
        print("seed", seed)
        random.seed(seed)
        self.start(RESPONSE, {**RESPONSE, "name": "boss", "notify": ["ops", "boss"],
                              "ticket": {"clock": "response", "used": {"urgent": "100%"}}},
                   receivers=OPS + [{"name": "boss", "webhook": {"url": "http://127.0.0.1:9/"}}])
        late, events = self.year(300)
        random.shuffle(events)
        while events:
            self.at((self.now - MONDAY) / MINUTE + 0.5)
            self.post(*events[:50])
            events = events[50:]
            if len(events) == 400:
                self.bench.restart(self.now)
        self.assertEqual(self.moves(), [])
        last = self.now
        self.bench.run_to(last + 10 * MINUTE - 1, self.now)
        self.now = last + 10 * MINUTE - 1
        self.assertEqual(self.summaries(), [])
        self.at((self.now + 1 - MONDAY) / MINUTE)
        told = {m["receiver"]: m["data"] for m in self.summaries()}
        self.assertEqual(len(self.bench.outbox(self.now)), 2)
        rules = {r["rule"]: r["count"] for r in told["ops"]["rules"]}
        self.assertEqual(rules["response"], late)
        self.assertEqual(told["ops"]["count"], sum(rules.values()))
        self.assertEqual(told["boss"]["rules"], [{"rule": "boss", "count": rules["boss"]}])
        self.assertLess(ms(told["ops"]["earliest"]), MONDAY - 300 * DAY)
        self.assertLess(ms(told["ops"]["latest"]), MONDAY)
        self.at((self.now - MONDAY) / MINUTE + 60)
        self.post(e("closed", 60, "Y5"))  # what is known is not counted again
        self.at((self.now - MONDAY) / MINUTE + 60)
        self.assertEqual(len(self.summaries()), 2)
        self.check_verified()

    def test_an_open_ticket_of_the_past(self):
        self.start(RESPONSE, RESOLUTION)
        self.at(0, e("opened", -310))
        self.at(1, e("assigned", 1, team="x"))
        self.assertEqual(self.moves(), [])  # late for hours, and at half of its 8 hours 70 minutes ago
        self.at(1000)
        self.assertEqual(self.told(), [("fired", "resolution", "urgent", 170 * MINUTE + 1)])
        self.assertEqual(self.summaries()[0]["data"], {
            "rules": [{"rule": "response", "count": 1}, {"rule": "resolution", "count": 1}], "count": 2,
            "earliest": stamp(MONDAY - round(287.5 * MINUTE)), "latest": stamp(MONDAY - 70 * MINUTE)})

    def test_a_firing_one_resolves_as_always(self):
        self.start(RESPONSE)
        self.at(0, e("opened", 0))
        self.at(200, e("responded", 28))
        self.assertEqual(self.moves()[-1], ("resolved", "cleared"))
        self.at(300)
        self.assertEqual(self.summaries(), [])

    def test_instants(self):
        self.start(instant("leaked"), instant("complaint"))
        self.at(0, ("security.leaked", "S1", -61, {"agreement": "acme"}),
                ("security.leaked", "S2", -59, {"agreement": "acme"}), e("opened", -100, "C1", "complaint"))
        self.assertEqual([m["data"]["about"]["event"] for m in self.bench.outbox(self.now)], ["b-2"])
        self.at(20)
        self.assertEqual(self.summaries()[0]["data"], {
            "rules": [{"rule": "leaked", "count": 1}, {"rule": "complaint", "count": 1}], "count": 2,
            "earliest": stamp(MONDAY - 100 * MINUTE), "latest": stamp(MONDAY - 61 * MINUTE)})


class Order(Virtual):
    def test_any_order_ends_the_same(self):
        """What fires and ends depends on when slad heard of things; what is so in the end does not."""
        seed = random.randrange(1 << 30)
        print("seed", seed)
        random.seed(seed)
        life = [e("opened", 0), e("paused", 10, cause="customer"), e("resumed", 15), e("updated", 17, priority="P1"),
                e("responded", 18), e("resolved", 19), e("reopened", 20), e("updated", 25, priority="P2"),
                e("assigned", 26, team="x"), e("excluded", 27, cause="spam"), e("included", 28)]
        ends = set()
        for _ in range(8):
            random.shuffle(life)
            self.start(RESOLUTION, NEAR)
            self.at(29)
            for event in life:
                self.post(event)
            self.at(700)
            alerts = self.bench.ask(self.now, get="/v1/alerts?state=firing")["alerts"]
            ends.add(tuple(sorted((a["rule"], a["level"]) for a in alerts)))
            self.check_verified()
        self.assertEqual(ends, {(("near", "urgent"), ("resolution", "urgent"))})


    def life(self, subject):
        """A random ticket's events, in the order of their times."""
        kind, at, events = random.choice(["request", "incident", "complaint"]), random.randrange(0, 300), []
        events.append(e("opened", at, subject, kind, priority=random.choice(["P1", "P2"]), service="mail",
                        major=random.random() < 0.5, outage=random.random() < 0.5))
        for _ in range(random.randrange(8)):
            at += random.randrange(1, 200)
            verb, data = random.choice([
                ("paused", {"cause": "customer"}), ("resumed", {}), ("updated", {"priority": "P1"}),
                ("updated", {"priority": "P2"}), ("responded", {}), ("resolved", {}), ("reopened", {}),
                ("updated", {"resolve_by": stamp(MONDAY + random.randrange(at + 600) * MINUTE)}),
                ("excluded", {"cause": "spam"}), ("included", {}), ("assigned", {"team": "x"}),
                ("updated", {"kind_": random.choice(["incident", "complaint"])}), ("updated", {"major": True}),
                ("recovered", {}) if kind == "incident" else ("responded", {})])
            events.append(e(verb, at, subject, kind, **data))
        return events

    def firing(self):
        self.check_verified()
        alerts = self.bench.ask(self.now, get="/v1/alerts?state=firing&limit=1000")["alerts"]
        last = {m["data"]["alert"]: m["data"] for m in self.bench.outbox(self.now) if m["type"] != "slad.backfill"}
        return sorted((a["rule"], a["level"], last[a["id"]]["about"]["ticket"]) for a in alerts)

    def test_what_fires_in_the_end_is_so_whenever_its_events_came(self):
        seed = random.randrange(1 << 30)
        print("seed", seed)
        random.seed(seed)
        rules = [{**rule, "fresh": "1000d"} for rule in (
            RESPONSE, RESOLUTION, NEAR, {**RESPONSE, "name": "of-x", "where": {"team": "x"}},
            instant("major_incident"), instant("outage"), instant("complaint", where={"priority": "P1"}))]
        events = [event for i in range(40) for event in self.life(f"T{i}")]
        self.start(*rules)
        for event in sorted(events, key=lambda event: event[2]):
            self.at(event[2], event)
            if random.random() < 0.1:
                self.bench.restart(self.now)
        self.at(2000)
        live = self.firing()
        self.assertGreater(len(live), 10)
        random.shuffle(events)
        self.start(*rules)
        self.at(2000)
        while events:
            self.post(*events[:7])
            events = events[7:]
        self.assertEqual(self.firing(), live)
        self.at(2001)
        self.bench.reload(self.now, {**self.config, "agreements": [{**AGREEMENTS[0], "incidents_per_month": 3}]})
        self.assertEqual(self.firing(), live)


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
