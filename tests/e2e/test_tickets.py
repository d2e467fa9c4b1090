#!/usr/bin/python3
"""Every number explains itself: from a score to its tickets, and from a ticket to its scores."""
import os
import random
import sys
import unittest
import unittest.mock
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from desk import Desk, parsed  # noqa: E402
from slad import Slad, main  # noqa: E402

CONFIG = {"agreements": [
    {"id": "acme", "from": "2020-01-01", "targets": [
        {"kind": "request", "respond": "10m", "resolve": "2h"},
        {"kind": "incident", "respond": "10m", "recover": "1h", "resolve": "4h"}]},
    {"id": "beta", "from": "2020-01-01", "reopen_window": "10m"}]}
RATES = ["on_time_recovery_rate", "first_contact_resolution_rate", "resolution_rate", "timely_response_rate",
         "timely_resolution_rate", "complaint_handling_rate"]
COMPLEMENTS = ["on_time_recovery_rate", "timely_response_rate", "timely_resolution_rate"]
COUNTED = ["good", "bad", "pending", "excluded"]
SEED = int(os.environ.get("SEED", "7"))


def life(desk, random, number):
    """The events of some ticket of the last few hours, any way it may have gone."""
    kind, name = random.choice(["request"] * 3 + ["incident", "complaint"]), f"T{number}"
    at = random.randrange(3600, 6 * 3600)
    events = [desk.opened(name, at, kind, agreement=random.choice(["acme", "acme", "beta"]),
                          service=random.choice(["mail", "web", ""]), team=random.choice(["a", "b"]))]
    verbs = ["responded", "contacted", "paused", "resumed", "recovered", "resolved", "reopened", "resolved",
             "closed", "excluded"]
    for verb in verbs:
        if random.random() < (0.1 if verb in ("excluded", "reopened") else 0.5):
            at = random.randrange(0, at + 1)
            data = {"paused": {"cause": "customer"}, "excluded": {"cause": random.choice(["spam", "cancelled"])},
                    "contacted": {"by": "customer"}}.get(verb, {})
            events.append(desk.event(f"{kind}.{verb}", name, at, **data))
    return events


class Behind(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        print(f"SEED={SEED}")
        cls.slad = Slad(CONFIG)
        desk, source = Desk(), random.Random(SEED)
        events = [event for i in range(150) for event in life(desk, source, i)]
        source.shuffle(events)
        assert cls.slad.post(events).status == 200

    @classmethod
    def tearDownClass(cls):
        cls.slad.close()

    def lists(self, indicator, **params):
        return {counted: self.slad.behind(indicator, counted, **params) for counted in COUNTED}

    def closes(self, score, lists):
        """The lists add up to the number."""
        size = {counted: len(tickets) for counted, tickets in lists.items()}
        self.assertEqual(size["good"] + size["bad"] + size["pending"], score["b"])
        self.assertEqual(size["pending"], score["pending"])
        self.assertEqual(size["bad" if score["indicator"] in COMPLEMENTS else "good"], score["a"])
        self.assertEqual(size["excluded"], sum(score["excluded"].values()))
        for cause, count in score["excluded"].items():
            self.assertEqual(sum(t["excluded"] == cause for t in lists["excluded"]), count)

    def test_the_list_adds_up_to_the_number(self):
        scopes = [{}, {"agreement": "acme"}, {"agreement": "beta"}, {"service": "mail"}, {"service": ""},
                  {"team": "a", "service": "mail,web"}, {"agreement": "acme", "service": "web", "team": "b"}]
        for cohort in ("opened", "settled"):
            for scope in scopes:
                params = {"window": "24h", "cohort": cohort, **scope}
                for score in self.slad.scores(indicator=",".join(RATES), **params):
                    with self.subTest(indicator=score["indicator"], **params):
                        self.closes(score, self.lists(score["indicator"], **params))

    def test_pages_are_the_list(self):
        for counted in COUNTED:
            whole = self.slad.behind("timely_response_rate", counted, window="24h")
            for limit in (1, 7):
                cursor, found, pages = None, [], 0
                while cursor is not None or pages == 0:
                    page = self.slad.get("/v1/scores/timely_response_rate/tickets", window="24h",
                                         counted=counted, limit=limit, cursor=cursor)
                    self.assertLessEqual(len(page["tickets"]), limit)
                    found += page["tickets"]
                    cursor, pages = page["next"], pages + 1
                self.assertEqual(found, whole)
                self.assertGreaterEqual(pages, len(whole) / limit)

    def test_the_default_is_what_is_bad(self):
        page = self.slad.get("/v1/scores/timely_response_rate/tickets", window="24h", limit=1000)
        self.assertEqual((page["indicator"], page["counted"], page["next"]), ("timely_response_rate", "bad", None))
        self.assertEqual(page["tickets"], self.slad.behind("timely_response_rate", "bad", window="24h"))
        self.assertTrue(page["tickets"])

    def test_a_ticket_says_the_same(self):
        """What the list says of a ticket is what the ticket says of itself."""
        for indicator in RATES:
            for counted, tickets in self.lists(indicator, window="24h").items():
                for place in tickets:
                    ticket = self.slad.get(place["href"])
                    cycle = ticket["cycles"][place["cycle"] - 1]
                    said = next(s for s in cycle["scores"] if s["indicator"] == indicator)
                    with self.subTest(indicator=indicator, subject=place["subject"]):
                        self.assertEqual((said["counted"], said["excluded"], cycle["start"]),
                                         (counted, place["excluded"], place["opened"]))
                        self.assertEqual((ticket["agreement"], ticket["service"], ticket["team"]),
                                         (place["agreement"], place["service"], place["team"]))
                        self.assertTrue(said["why"])

    def test_clocks_explain_the_counts(self):
        clocks = {"timely_response_rate": "response", "timely_resolution_rate": "resolution",
                  "on_time_recovery_rate": "recovery"}
        for indicator, name in clocks.items():
            for counted, tickets in self.lists(indicator, window="24h").items():
                for place in tickets:
                    clock = self.slad.get(place["href"])["cycles"][place["cycle"] - 1]["clocks"][name]
                    if counted != "excluded":
                        late = clock["breached_at"] is not None
                        wanted = "bad" if late else "good" if clock["stopped_at"] else "pending"
                        self.assertEqual(counted, wanted, (indicator, place, clock))

    def test_wrong_questions(self):
        path = "/v1/scores/timely_response_rate/tickets"
        for params, word in (({"counted": "worst"}, "pending"), ({"limit": 0}, "limit"), ({"limit": 1001}, "1000"),
                             ({"limit": "ten"}, "limit"), ({"cursor": "x"}, "next"), ({"cursor": ""}, "next"),
                             ({"window": "never"}, "window"), ({"counted": "bad,good"}, "excluded")):
            answer = self.slad.ask("GET", path, **params)
            with self.subTest(params):
                self.assertEqual(answer.status, 400, answer)
                self.assertIn(word, answer.json()["detail"])
        self.assertEqual(self.slad.ask("GET", "/v1/scores/nothing/tickets").status, 404)


class Names(unittest.TestCase):
    """Subjects are what helpdesks call their tickets."""
    SUBJECTS = ["INC-1", "a/b/c", "two words", "100%", "%2F", "a+b", "?&=#", "Störung №5", "故障 🎫", "..", ".", "/",
                "'; DROP TABLE entity; --", "x" * 512, "\u0301", "a\\b", "\"q\""]

    @classmethod
    def setUpClass(cls):
        cls.slad = Slad(CONFIG)
        cls.desk = Desk("https://desk.example/a b?x=ü&y")
        assert cls.slad.post([cls.desk.opened(s, 3600, service=s) for s in cls.SUBJECTS]).status == 200

    @classmethod
    def tearDownClass(cls):
        cls.slad.close()

    def test_each_is_found(self):
        for subject in self.SUBJECTS:
            with self.subTest(subject[:40]):
                ticket = self.slad.ticket(subject)
                self.assertEqual((ticket["subject"], ticket["source"]), (subject, self.desk.source))
                self.assertEqual(self.slad.ticket(subject, source=self.desk.source), {
                    **ticket, "as_of": self.any, "cycles": self.any})

    @property
    def any(self):
        return unittest.mock.ANY

    def test_the_way_from_the_list(self):
        places = self.slad.behind("timely_response_rate", "bad", window="24h")
        self.assertEqual(sorted(p["subject"] for p in places), sorted(self.SUBJECTS))
        for place in places:
            with self.subTest(place["subject"][:40]):
                self.assertEqual(self.slad.get(place["href"])["subject"], place["subject"])

    def test_services_of_such_names_are_scopes(self):
        scores = self.slad.scores(window="24h", indicator="timely_response_rate", by="service")
        self.assertEqual([s["scope"]["service"] for s in scores], sorted(self.SUBJECTS, key=str.encode))
        for subject in self.SUBJECTS:
            score = self.slad.scores(window="24h", indicator="timely_response_rate", service=subject)[0]
            self.assertEqual(score["b"], 1, subject)

    def test_none_of_that_name(self):
        for subject in ("INC-2", "inc-1", "INC-1 ", "x" * 513, "a%2Fb%2Fc"):
            answer = self.slad.ask("GET", "/v1/tickets/" + urllib.parse.quote(subject, safe=""))
            self.assertEqual(answer.status, 404, answer)
            self.assertEqual(answer.headers.get_content_type(), "application/problem+json")
        self.assertEqual(self.slad.ask("GET", "/v1/tickets/INC-1", source="another").status, 404)
        for bad in ("%", "%zz", "%00", "%ff", "a%2"):
            self.assertEqual(self.slad.ask("GET", f"/v1/tickets/{bad}").status, 400, bad)


class Several(unittest.TestCase):
    def test_two_sources(self):
        with Slad(CONFIG) as slad:
            one, two = Desk("urn:one"), Desk("urn:two")
            slad.post([one.opened("T", 60, service="mail"), two.opened("T", 60, service="web")])
            answer = slad.ask("GET", "/v1/tickets/T")
            self.assertEqual(answer.status, 409)
            self.assertEqual(answer.headers.get_content_type(), "application/problem+json")
            self.assertEqual(answer.json()["sources"], ["urn:one", "urn:two"])
            self.assertIn("source", answer.json()["detail"])
            self.assertEqual(slad.ticket("T", source="urn:one")["service"], "mail")
            self.assertEqual(slad.ticket("T", source="urn:two")["service"], "web")
            self.assertEqual(slad.scores(indicator="timely_response_rate", window="24h")[0]["b"], 2)


class Explained(unittest.TestCase):
    """One ticket from its opening to its second end, as an auditor reads it."""

    @classmethod
    def setUpClass(cls):
        cls.slad = Slad(CONFIG)
        cls.desk = desk = Desk()
        cls.events = [
            desk.opened("T", 7200, service="mail", team="a", title="It is slow"),
            desk.event("request.responded", "T", 6900, agent="ann"),
            desk.event("request.paused", "T", 6000, cause="customer"),
            desk.event("request.resumed", "T", 4200, cause="customer"),
            desk.event("request.paused", "T", 4000, cause="supplier"),
            desk.event("request.resumed", "T", 3900),
            desk.event("request.resolved", "T", 3600),
            desk.event("request.reopened", "T", 1800),
            desk.event("request.assigned", "T", 1700, team="b"),
            desk.event("request.resolved", "T", 600)]
        assert cls.slad.post(cls.events[::-1]).status == 200
        cls.ticket = cls.slad.ticket("T")

    @classmethod
    def tearDownClass(cls):
        cls.slad.close()

    def test_itself(self):
        ticket = self.ticket
        self.assertEqual([ticket[k] for k in ("subject", "kind", "state", "agreement", "service", "team", "warnings")],
                         ["T", "request", "resolved", "acme", "mail", "b", []])
        self.assertEqual([r["event"] for r in ticket["records"]], self.events)
        self.assertEqual(len(ticket["cycles"]), 1)
        self.assertEqual(ticket["cycles"][0]["agreement_version"], "2020-01-01")

    def test_clocks(self):
        clocks = self.ticket["cycles"][0]["clocks"]
        self.assertEqual(sorted(clocks), ["resolution", "response"])
        self.assertEqual([clocks["response"][k] for k in ("state", "target", "breached_at")], ["met", "10m", None])
        self.assertAlmostEqual(clocks["response"]["elapsed_ms"], 300_000, delta=50)
        # 3600 s until the first resolution less 1800 s of waiting for the customer, and 1200 s after it
        self.assertAlmostEqual(clocks["resolution"]["elapsed_ms"], 3_000_000, delta=50)
        self.assertEqual([clocks["resolution"][k] for k in ("state", "target", "deadline")], ["met", "2h", None])
        self.assertEqual(parsed(clocks["resolution"]["stopped_at"]), parsed(self.events[-1]["time"]))

    def test_scores(self):
        scores = self.ticket["cycles"][0]["scores"]
        self.assertEqual(len(scores), 32)
        said = {s["indicator"]: s["counted"] for s in scores if s["counted"]}
        self.assertEqual(said, {"timely_response_rate": "good", "timely_resolution_rate": "good",
                                "resolution_rate": "good", "first_contact_resolution_rate": "bad"})

    def test_phases_lie_end_to_end(self):
        phases = self.ticket["cycles"][0]["phases"]
        self.assertEqual(phases[0]["from"], self.ticket["cycles"][0]["start"])
        for before, after in zip(phases, phases[1:]):
            self.assertEqual(before["to"], after["from"])
        paused = sum(parsed(p["to"]) - parsed(p["from"]) for p in phases if p["paused"])
        resolved = sum(parsed(p["to"]) - parsed(p["from"]) for p in phases if p["resolved"] and p["to"])
        self.assertAlmostEqual(paused, 1800, delta=0.05)
        self.assertAlmostEqual(resolved, 1800, delta=0.05)


if __name__ == "__main__":
    main()
