#!/usr/bin/python3
"""The list of tickets: what each says of itself, filtered, in order, in pages that no ticket falls out of."""
import csv
import datetime
import io
import os
import random
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from desk import Desk, parsed  # noqa: E402
from slad import Slad, main  # noqa: E402

CONFIG = {"agreements": [
    {"id": "acme", "from": "2020-01-01", "targets": [
        {"kind": "request", "respond": "1h", "resolve": "8h"},
        {"kind": "incident", "respond": "10m", "recover": "1h", "resolve": "4h"}]},
    {"id": "beta", "from": "2020-01-01"}]}
SEED = int(os.environ.get("SEED", "11"))
CLOCKS = ("response", "recovery", "resolution")


def life(desk, draw, number):
    """The events of some ticket, any way it may have gone; of some the opening never came."""
    kind, name = draw.choice(["request", "request", "incident", "complaint"]), f"T {number}"
    at = draw.randrange(60, 10 * 3600)
    events = [desk.opened(name, at, kind, agreement=draw.choice(["acme", "acme", "beta"]),
                          service=draw.choice(["mail", "web", ""]), priority=draw.choice(["P1", "P2"]),
                          team=draw.choice(["a", "b"]))]
    for verb in ("responded", "paused", "resolved", "reopened", "excluded"):
        if draw.random() < {"reopened": 0.2, "excluded": 0.1}.get(verb, 0.4):
            at = draw.randrange(0, at + 1)
            data = {"paused": {"cause": "customer"}, "excluded": {"cause": "spam"}}.get(verb, {})
            events.append(desk.event(f"{kind}.{verb}", name, at, **data))
    return events[1:] if draw.random() < 0.1 and len(events) > 1 else events


class List(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        print(f"SEED={SEED}")
        cls.slad = Slad(CONFIG)
        draw = random.Random(SEED)
        desks = [Desk(), Desk(source="other", prefix="o")]
        events = [event for i in range(200) for event in life(desks[i % 5 == 0], draw, i)]
        draw.shuffle(events)
        assert cls.slad.post(events).status == 200
        cls.all = cls.slad.get("/v1/tickets", limit=1000)["tickets"]

    @classmethod
    def tearDownClass(cls):
        cls.slad.close()

    def listed(self, **params):
        answer = self.slad.get("/v1/tickets", limit=1000, **params)
        self.assertIsNone(answer["next"])
        return answer["tickets"]

    @staticmethod
    def names(tickets):
        return [(t["source"], t["subject"]) for t in tickets]

    def test_each_ticket_is_there_once(self):
        self.assertEqual(sorted(self.names(self.all)), sorted(
            ("other" if i % 5 == 0 else Desk().source, f"T {i}") for i in range(200)))
        self.assertEqual({t["state"] for t in self.all}, {"open", "resolved", "excluded", "incomplete"})

    def test_it_says_what_the_ticket_says(self):
        for short in self.all:
            with self.subTest(ticket=short["subject"]):
                whole = self.slad.get(short["href"])
                for member in ("id", "subject", "source", "state", "kind", "agreement", "service", "priority",
                               "team", "major", "excluded"):
                    self.assertEqual(short[member], whole[member], member)
                self.assertEqual(short["cycles"], len(whole["cycles"]))
                if not whole["cycles"]:
                    self.assertEqual((short["opened_at"], short["deadline"], short["clocks"]), (None, None, {}))
                    continue
                last = whole["cycles"][-1]
                self.assertEqual(short["opened_at"], whole["cycles"][0]["start"])
                for member in ("responded_at", "recovered_at", "resolved_at"):
                    self.assertEqual(short[member], last[member], member)
                self.clocks_agree(short, last)

    def clocks_agree(self, short, last):
        self.assertEqual(list(short["clocks"]), list(last["clocks"]))
        for name, clock in short["clocks"].items():
            for member in ("state", "target", "deadline", "stopped_at", "breached_at", "retargeted"):
                self.assertEqual(clock[member], last["clocks"][name][member], (name, member))
        self.assertEqual(short["late"], any(c["breached_at"] for c in last["clocks"].values()))
        ahead = [c["deadline"] for c in last["clocks"].values() if c["deadline"] and not c["stopped_at"]]
        self.assertEqual(short["deadline"], min(ahead, default=None) if short["state"] != "excluded" else None)

    def test_filters(self):
        def is_in(values):
            return lambda wanted, member: (member or "") in values
        filters = [({"state": s}, lambda t, s=s: t["state"] == s)
                   for s in ("open", "resolved", "excluded", "incomplete")]
        filters += [({"kind": k}, lambda t, k=k: t["kind"] == k) for k in ("request", "incident", "complaint")]
        filters += [({"late": "true"}, lambda t: t["late"]),
                    ({"source": "other"}, lambda t: t["source"] == "other"),
                    ({"agreement": "acme"}, lambda t: t["agreement"] == "acme"),
                    ({"service": "mail,web"}, lambda t: t["service"] in ("mail", "web")),
                    ({"priority": "P1", "team": "b"}, lambda t: (t["priority"], t["team"]) == ("P1", "b")),
                    ({"state": "open", "late": "true", "kind": "incident"},
                     lambda t: t["state"] == "open" and t["late"] and t["kind"] == "incident")]
        for params, fits in filters:
            with self.subTest(**params):
                wanted = self.names(t for t in self.all if fits(t))
                self.assertTrue(wanted)
                self.assertEqual(self.names(self.listed(**params)), wanted)

    def test_at_risk_are_those_whose_deadline_is_near(self):
        for ahead in (0, 600, 3600, 4 * 3600, 24 * 3600):
            with self.subTest(ahead=ahead):
                answer = self.slad.get("/v1/tickets", limit=1000, at_risk=f"{ahead}s")
                until = parsed(answer["as_of"]) + ahead
                wanted = {(t["source"], t["subject"]) for t in self.all
                          if t["state"] == "open" and t["deadline"] and parsed(t["deadline"]) <= until}
                self.assertEqual(set(self.names(answer["tickets"])), wanted)
                deadlines = [t["deadline"] for t in answer["tickets"]]
                self.assertEqual(deadlines, sorted(deadlines))
        self.assertTrue(wanted)

    def test_pages_are_the_list(self):
        for params in ({}, {"state": "open"}, {"late": "true"}, {"at_risk": "24h"}, {"kind": "complaint"}):
            for limit in (1, 7, 50):
                with self.subTest(limit=limit, **params):
                    found, cursor, pages = [], {}, 0
                    while cursor is not None and pages < 500:
                        page = self.slad.get("/v1/tickets", limit=limit, **params, **cursor)
                        self.assertLessEqual(len(page["tickets"]), limit)
                        found += self.names(page["tickets"])
                        cursor = {"cursor": page["next"]} if page["next"] else None
                        pages += 1
                    self.assertEqual(found, self.names(self.listed(**params)))

    def test_csv_and_text(self):
        rows = list(csv.DictReader(io.StringIO(
            self.slad.ask("GET", "/v1/tickets", format="csv", limit=1000).text)))
        self.assertEqual([(r["source"], r["ticket"]) for r in rows], self.names(self.all))
        for row, ticket in zip(rows, self.all):
            self.assertEqual((row["state"], row["kind"], row["team"], row["deadline"]),
                             tuple(ticket[m] or "" for m in ("state", "kind", "team", "deadline")))
            for clock in CLOCKS:
                shown = ticket["clocks"].get(clock)
                self.assertEqual(row[clock].split(" ")[0], shown["state"] if shown else "")
        text = self.slad.ask("GET", "/tickets", state="open", limit=1000).text.splitlines()
        self.assertEqual(len(text), 1 + sum(t["state"] == "open" for t in self.all))
        self.assertEqual(text[0].split()[:3], ["TICKET", "SOURCE", "STATE"])

    def test_what_is_wrong_is_named(self):
        for params, said in (({"state": "shut"}, "open, resolved, excluded or incomplete"),
                             ({"kind": "bug"}, "request, incident or complaint"),
                             ({"at_risk": "soon"}, "at_risk=soon"),
                             ({"at_risk": "1h", "state": "resolved"}, "only open tickets"),
                             ({"late": "yes"}, "true is wanted"), ({"cursor": "x"}, "page before"),
                             ({"agreement": "nobody"}, "acme"), ({"window": "today"}, "window"),
                             ({"limit": 0}, "limit"), ({"format": "xml"}, "csv")):
            with self.subTest(**params):
                answer = self.slad.ask("GET", "/v1/tickets", **params)
                self.assertEqual(answer.status, 400)
                self.assertIn(said, answer.json()["detail"])


class Overnight(unittest.TestCase):
    """A target that is used up when the desk shuts is late only when it opens again, days later; it is
    at risk before it shuts."""

    def test_the_last_hour_of_the_week(self):
        now = datetime.datetime.now(datetime.timezone.utc)
        shut = now.replace(second=0, microsecond=0) + datetime.timedelta(minutes=30)
        opened = shut - datetime.timedelta(hours=1)
        if shut.date() != opened.date():
            self.skipTest("this hour runs over midnight")
        spans = [{"days": shut.strftime("%a").lower(), "open": [f"{opened:%H:%M}-{shut:%H:%M}"]}]
        config = {"calendars": [{"name": "short", "timezone": "UTC", "week": spans}],
                  "agreements": [{"id": "acme", "from": "2020-01-01", "calendar": "short",
                                  "targets": [{"kind": "request", "respond": "1h"}]}]}
        with Slad(config) as slad:
            desk = Desk()
            ago = time.time() - opened.timestamp()
            self.assertEqual(slad.post([desk.opened("T", ago)]).status, 200)
            for ahead, there in (("31m", ["T"]), ("1m", []), ("7d", ["T"])):
                with self.subTest(ahead=ahead):
                    page = slad.get("/v1/tickets", at_risk=ahead)
                    self.assertEqual([t["subject"] for t in page["tickets"]], there)


if __name__ == "__main__":
    main()
