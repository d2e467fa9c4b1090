#!/usr/bin/python3
"""Alerts of leaks, outages, major incidents and complaints; what is of the past; events in any order."""
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from stepper import (AGREEMENTS, DAY, MINUTE, MONDAY, NEAR, OPS, RESOLUTION, RESPONSE, Virtual, e,  # noqa: E402
                   instant, ms, stamp)
from slad import SOURCE, main  # noqa: E402


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


if __name__ == "__main__":
    main()
