#!/usr/bin/python3
"""Closed periods: revisions that stay, what moved each number, verify, what is refused."""
import datetime
import json
import os
import re
import sqlite3
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from slad import PROGRAM, Slad, event, main  # noqa: E402

CONFIG = {
    "timezone": "UTC",
    "agreements": [
        {"id": "acme", "from": "2020-01-01", "incidents_per_month": 3,
         "targets": [{"kind": "request", "respond": "1h", "resolve": "8h"}, {"kind": "incident", "recover": "1h"}],
         "services": [{"id": "mail"}], "reports": [{"id": "monthly", "every": "month", "due": "5d"}],
         "objectives": [{"indicator": "timely_response_rate", "at_least": 0.9}]},
        {"id": "beta", "from": "2020-01-01"}]}


class Case(unittest.TestCase):
    def setUp(self):
        self.slad = Slad(CONFIG)
        self.addCleanup(self.slad.close)
        self.count = 0
        self.send(
            self.on(3, "request.opened", "T-1", agreement="acme", service="mail"),
            self.on(3, "request.responded", "T-1"), self.on(4, "request.resolved", "T-1"),
            self.on(5, "request.opened", "T-2", agreement="acme", service="web"),
            self.on(6, "incident.opened", "I-1", agreement="acme", service="mail", outage=True),
            self.on(7, "incident.recovered", "I-1"),
            self.on(8, "call.answered", "C-1", agreement="acme", count=7),
            self.on(9, "measurement.recorded", "M-1", agreement="acme", indicator="staff_stability",
                    period="2026-03", a=1, b=10),
            self.on(9, "assessment.recorded", "A-1", agreement="acme", indicator="compliance", level=4),
            self.on(9, "request.opened", "T-3", agreement="beta"))

    def on(self, day, type, subject, month=3, hour=12, **data):
        self.count += 1
        time = datetime.datetime(2026, month, day, hour).isoformat() + "Z"
        return event(f"p-{self.count}", type, subject, time, "desk", **data)

    def send(self, *events):
        answer = self.slad.post(list(events))
        self.assertEqual(answer.status, 200, answer)

    def order(self, path, body=None, **params):
        return self.slad.ask("POST", path, body if body is None else json.dumps(body),
                             {"Content-Type": "application/json"}, **params)

    def close_march(self, **body):
        answer = self.order("/v1/periods/2026-03/close", body, agreement="acme")
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    def score(self, id, **params):
        scores = self.slad.get("/v1/scores", window="2026-03", agreement="acme", indicator=id, **params)["scores"]
        return (scores[0]["a"], scores[0]["b"])

    def test_a_revision_is_what_the_scores_were(self):
        live = self.slad.get("/v1/scores", window="2026-03", agreement="acme")["scores"]
        services = self.slad.get("/v1/scores", window="2026-03", agreement="acme", by="service")["scores"]
        closed = self.close_march(by="Jane", note="as agreed")
        self.assertEqual((closed["revision"], closed["by"], closed["note"], closed["window"]),
                         (1, "Jane", "as agreed", "2026-03"))
        self.assertEqual(closed["scores"], live + services)
        again = self.slad.get("/v1/scores", window="2026-03", agreement="acme", revision=1)
        self.assertEqual(again["scores"], live)
        self.assertEqual((again["revision"], again["closed_at"]), (1, closed["closed_at"]))
        self.assertEqual(self.slad.get("/v1/scores", window="2026-03", agreement="acme", by="service",
                                       revision=1)["scores"], services)
        mail = self.slad.get("/v1/scores", window="2026-03", agreement="acme", service="mail", revision=1)["scores"]
        self.assertEqual(mail, [s for s in services if s["scope"]["service"] == "mail"])

    def test_what_comes_later_moves_the_live_view_only(self):
        self.close_march()
        self.send(self.on(5, "request.responded", "T-2"))
        self.assertEqual(self.score("timely_response_rate"), (0, 2))
        self.assertEqual(self.score("timely_response_rate", revision=1), (1, 2))
        moves = self.slad.get("/v1/periods/2026-03/moves", agreement="acme")
        self.assertEqual([(m["indicator"], m["name"], m["before"]["counted"], m["after"]["counted"])
                          for m in moves["moved"]], [("timely_response_rate", "T-2", "bad", "good")])
        self.assertEqual({(m["indicator"], m["service"]) for m in moves["scores_moved"]},
                         {("timely_response_rate", None), ("timely_response_rate", "web")})
        self.assertEqual(moves["scores_moved"][0]["before"]["a"], 1)
        self.assertEqual(moves["scores_moved"][0]["after"]["a"], 0)

    def test_closing_again_makes_a_revision_that_tells_what_moved(self):
        first = self.close_march()
        self.assertNotIn("moved", first)
        self.send(self.on(5, "request.responded", "T-2"),
                  self.on(10, "request.opened", "T-4", agreement="acme", service="mail"),
                  self.on(11, "event.retracted", "x", id_="p-7"),  # the call
                  self.on(3, "report.submitted", "R", month=4, agreement="acme", report="monthly", period="2026-02"),
                  self.on(12, "measurement.recorded", "M", agreement="acme", indicator="staff_stability",
                          period="2026-03", a=2, b=10))
        second = self.close_march()
        self.assertEqual(second["revision"], 2)
        moved = {(m["indicator"], m["kind"], m["name"]): (m["before"] and m["before"]["counted"],
                                                          m["after"] and m["after"]["counted"])
                 for m in second["moved"]}
        self.assertEqual(moved[("timely_response_rate", "ticket", "T-2")], ("bad", "good"))
        self.assertEqual(moved[("timely_response_rate", "ticket", "T-4")], (None, "bad"))
        self.assertEqual(moved[("resolution_rate", "ticket", "T-4")], (None, "pending"))
        self.assertEqual(moved[("contact_connection_rate", "event", "p-7")], ("good", None))
        self.assertEqual(moved[("report_submission_rate", "report", "monthly 2026-02")], ("bad", "good"))
        self.assertEqual(moved[("staff_stability", "measurement", "p-8")][1], "excluded")
        shown = self.slad.get("/v1/periods/2026-03", agreement="acme")
        self.assertEqual((shown["revision"], shown["moved"], shown["scores"]),
                         (2, second["moved"], second["scores"]))
        self.assertEqual(self.slad.get("/v1/periods/2026-03", agreement="acme", revision=1)["scores"], first["scores"])
        self.assertEqual(self.score("contact_connection_rate", revision=1), (7, 7))
        self.assertEqual(self.score("contact_connection_rate", revision=2), (0, 0))
        self.assertEqual([(p["revision"], p["agreement"]) for p in self.slad.get("/v1/periods")["periods"]],
                         [(2, "acme"), (1, "acme")])
        self.assertEqual(self.slad.get("/v1/periods", agreement="beta")["periods"], [])
        self.assertEqual(self.slad.verify()[0], 0)

    def test_closing_when_nothing_moved_is_a_revision_too(self):
        self.close_march()
        second = self.close_march()
        self.assertEqual((second["revision"], second["moved"], second["scores_moved"]), (2, [], []))
        self.assertEqual((second["moved_count"], second["next"]), (0, None))

    def test_what_moved_comes_in_pages(self):
        self.close_march()
        self.send(*(self.on(10, "request.opened", f"N-{i}", agreement="acme") for i in range(5)))
        whole = self.slad.get("/v1/periods/2026-03/moves", agreement="acme")
        self.assertEqual(whole["moved_count"], 20)  # five tickets in four indicators
        pages, cursor = [], 0
        while cursor is not None:
            page = self.slad.get("/v1/periods/2026-03/moves", agreement="acme", limit=7, cursor=cursor)
            self.assertEqual(page["moved_count"], 20)
            pages, cursor = pages + page["moved"], page["next"]
        self.assertEqual(pages, whole["moved"])

    def test_an_outage_of_two_services_is_two_things(self):
        def closed():
            answer = self.order("/v1/periods/2026-03/close", {}, agreement="beta")
            self.assertEqual(answer.status, 200, answer)
            return answer.json()

        for hour, verb in ((1, "started"), (3, "ended")):
            self.send(*(self.on(10, "outage." + verb, "O-1", hour=hour, agreement="beta", service=service)
                        for service in ("mail", "web")))
        self.assertEqual(closed()["revision"], 1)
        self.send(self.on(10, "outage.ended", "O-1", hour=2, agreement="beta", service="mail"))
        self.assertEqual([(m["kind"], m["name"], m["before"]["service"], m["before"]["a"], m["after"]["a"])
                          for m in closed()["moved"]], [("outage", "O-1", "mail", 7200000, 3600000)])
        self.assertEqual(self.slad.verify()[0], 0)

    def test_no_page_of_another_site_closes_them(self):
        for headers in ({}, {"Content-Type": "text/plain"}):
            answer = self.slad.ask("POST", "/v1/periods/2026-03/close?agreement=acme", "",
                                   {"Origin": "https://elsewhere.example", **headers})
            self.assertEqual(answer.status, 403, answer)
        self.assertEqual(self.slad.get("/v1/periods")["periods"], [])
        answer = self.slad.ask("POST", "/v1/periods/2026-03/close?agreement=acme", "{}",
                               {"Origin": self.slad.url, "Content-Type": "application/json"})
        self.assertEqual(answer.status, 200, answer)

    def test_they_outlive_their_agreement(self):
        closed = self.close_march()
        self.slad.stop()
        self.slad.write_config({**CONFIG, "agreements": CONFIG["agreements"][1:]})
        self.slad.start()
        self.assertEqual(self.slad.get("/v1/periods/2026-03", agreement="acme")["scores"], closed["scores"])
        self.assertEqual(self.score("contact_connection_rate", revision=1), (7, 7))
        self.assertEqual(self.slad.verify()[0], 0)
        for method, path in (("GET", "/v1/periods/2026-03/moves"), ("GET", "/v1/periods/2026-02"),
                             ("POST", "/v1/periods/2026-03/close")):
            answer = self.slad.ask(method, path, None, None, agreement="acme")
            self.assertEqual(answer.status, 400, path)
            self.assertIn("acme", answer.json()["detail"])

    def test_what_is_wrong_is_named(self):
        for path, params, status, word in (
                ("/v1/periods/2026-03/close", {}, 400, "agreement"),
                ("/v1/periods/2026-03/close", {"agreement": "nobody"}, 400, "nobody"),
                ("/v1/periods/fortnight/close", {"agreement": "acme"}, 400, "fortnight"),
                ("/v1/periods/30d/close", {"agreement": "acme"}, 400, "calendar window"),
                ("/v1/periods/this-month/close", {"agreement": "acme"}, 409, "not over"),
                ("/v1/periods/2026-03/close", {"agreement": "acme", "x": "y"}, 400, "x")):
            answer = self.order(path, {}, **params)
            self.assertEqual(answer.status, status, (path, params))
            self.assertIn(word, answer.json()["detail"])
        self.assertEqual(self.slad.get("/v1/periods")["periods"], [])
        self.close_march()
        for params, status in (({"revision": 2}, 404), ({"revision": 0}, 400), ({"revision": 1, "by": "team"}, 400),
                               ({"revision": 1, "cohort": "settled"}, 400), ({"revision": 1, "priority": "P1"}, 400)):
            answer = self.slad.ask("GET", "/v1/scores", None, None, window="2026-03", agreement="acme", **params)
            self.assertEqual(answer.status, status, params)
        answer = self.slad.ask("GET", "/v1/periods/2026-02", None, None, agreement="acme")
        self.assertEqual(answer.status, 404)
        self.assertIn("close", answer.json()["detail"])

    def test_a_rebuild_keeps_them_and_verify_knows_them(self):
        self.close_march()
        self.slad.stop()
        self.assertEqual(self.slad.run("rebuild").returncode, 0)
        self.assertEqual(self.slad.verify()[0], 0)
        self.slad.start()
        self.assertEqual(self.score("contact_connection_rate", revision=1), (7, 7))

    def test_verify_finds_a_number_that_was_changed(self):
        self.close_march()
        self.slad.stop()
        for change, word in (
                ("UPDATE closed_score SET score = replace(score, '\"a\":7', '\"a\":8') "
                 "WHERE indicator = 'contact_connection_rate'", "contact_connection_rate"),
                ("UPDATE evidence SET counted = 'good' WHERE indicator = 'timely_response_rate'", "timely_response_rate"),
                ("DELETE FROM evidence WHERE indicator = 'compliance'", "compliance")):
            with sqlite3.connect(self.slad.path("slad.db")) as db:
                db.execute(change)
            db.close()
            said = self.slad.run("verify")
            self.assertEqual(said.returncode, 1, change)
            self.assertIn("acme 2026-03, revision 1 " + word, said.stdout + said.stderr)

    def test_under_another_configuration_only_the_sums_are_verified(self):
        self.close_march()
        other = json.loads(json.dumps(CONFIG))
        other["agreements"][0]["targets"][0]["respond"] = "365d"
        self.slad.stop()
        self.slad.write_config(other)
        self.slad.start()
        self.assertEqual(self.score("timely_response_rate"), (0, 2))
        self.assertEqual(self.score("timely_response_rate", revision=1), (1, 2))
        self.assertEqual(self.slad.verify()[0], 0)

    def growth(self, method, path, **params):
        """MiB of resident memory that answering takes at most, beside what was there before; and the answer."""
        process = f"/proc/{self.slad.process.pid}"

        def resident(name):
            with open(process + "/status", encoding="ascii") as status:
                return next(int(line.split()[1]) for line in status if line.startswith(name)) / 1024

        with open(process + "/clear_refs", "w", encoding="ascii") as refs:
            refs.write("5")  # the peak begins anew
        before = resident("VmRSS")
        answer = self.slad.ask(method, path, None, None, **params)
        self.assertEqual(answer.status, 200, answer)
        return resident("VmHWM") - before, answer.json()

    @unittest.skipIf(re.search("asan|tsan", PROGRAM), "a sanitizer keeps what was freed")
    def test_memory_does_not_grow_with_what_counts(self):
        count = 30000
        self.slad.post_lines([json.dumps(self.on(3 + i % 7, "request.opened", f"{i:x}", agreement="acme")) + "\n"
                              for i in range(count)])
        close, moves = ("POST", "/v1/periods/2026-03/close"), ("GET", "/v1/periods/2026-03/moves")
        grown = [self.growth(*close, agreement="acme")[0], self.growth(*moves, agreement="acme")[0]]
        self.slad.post_lines([json.dumps(self.on(11, "request.resolved", f"{i:x}")) + "\n" for i in range(count)])
        for asked in (moves, close, ("GET", "/v1/periods/2026-03")):
            grew, answer = self.growth(*asked, agreement="acme")
            self.assertGreaterEqual(answer["moved_count"], count)
            grown.append(grew)
        self.assertLess(max(grown), 32, grown)


if __name__ == "__main__":
    main()
