#!/usr/bin/python3
"""Improvement records: made, moved on, closed; the numbers are slad's; who may."""
import hashlib
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from desk import Desk  # noqa: E402
from slad import Slad, main  # noqa: E402

DAY = 24 * 3600
CONFIG = {
    "timezone": "UTC",
    "tokens": [{"name": name, "sha256": hashlib.sha256(name.encode()).hexdigest(), "scopes": scopes}
               for name, scopes in (("clerk", ["ingest", "read"]), ("chief", ["ingest", "read", "operate"]))],
    "agreements": [{"id": "acme", "from": "2020-01-01",
                    "targets": [{"kind": "request", "respond": "1m"}],
                    "objectives": [{"indicator": "timely_response_rate", "at_least": 0.75}]}]}


def bearer(name):
    return {"Authorization": "Bearer " + name}


class Case(unittest.TestCase):
    def setUp(self):
        self.slad = Slad(CONFIG)
        self.addCleanup(self.slad.close)
        self.desk = Desk()
        self.send(self.desk.late("l-1", 120, service="mail") + self.desk.late("l-2", 120, service="mail") +
                  self.desk.answered("a-1", 120, service="mail") + self.desk.answered("a-2", 120, service="web"))

    def send(self, events):
        events = events if isinstance(events, list) else [events]
        answer = self.slad.post(events, headers=bearer("clerk"))
        self.assertEqual(answer.status, 200, answer)

    def order(self, path, body=None, who="chief"):
        body = None if body is None else json.dumps(body)
        return self.slad.ask("POST", path, body, {**bearer(who), "Content-Type": "application/json"})

    def create(self, **more):
        body = {"indicator": "timely_response_rate", "agreement": "acme", "title": "Answer faster",
                "window": "24h", **more}
        return self.order("/v1/improvements", body)

    def get(self, path="", **params):
        answer = self.slad.ask("GET", "/v1/improvements" + path, None, bearer("clerk"), **params)
        return answer

    def test_a_list_says_of_each_what_it_says_alone(self):
        for indicator in ("timely_response_rate", "resolution_rate", "compliance"):
            for window in ("24h", "48h", "last-week"):
                for scope in ({}, {"service": "mail"}, {"service": "web"}):
                    scope = {} if indicator == "compliance" else scope
                    answer = self.create(indicator=indicator, window=window, aim=0.9, **scope)
                    self.assertEqual(answer.status, 201, answer)
        rows = self.get(limit=100).json()["improvements"]
        self.assertEqual(len(rows), 27)
        for row in rows:
            alone = self.get("/" + row["id"]).json()
            for name in ("present", "latest"):
                for reading in (row[name], alone[name]):
                    if reading is not None:
                        reading.pop("from"), reading.pop("to")  # 24h moves on
            self.assertEqual(row, alone)
        self.assertEqual({row["present"]["value"] for row in rows if row["indicator"] == "timely_response_rate"
                          and row["baseline"]["window"] == "24h"}, {0.5, 1 / 3, 1})

    def test_slad_fills_in_the_baseline_and_the_gap(self):
        answer = self.create(by="Jane", due="2099-12-31")
        self.assertEqual(answer.status, 201, answer)
        made = answer.json()
        self.assertEqual((made["state"], made["aim"], made["gap"], made["due"]),
                         ("identified", 0.75, 0.25, "2099-12-31"))
        self.assertEqual({k: made["baseline"][k] for k in ("window", "value", "a", "b")},
                         {"window": "24h", "value": 0.5, "a": 2, "b": 4})
        self.assertEqual(made["scope"], {"agreement": "acme"})
        self.assertEqual([(h["move"], h["by"]) for h in made["history"]], [("create", "Jane")])
        self.assertIs(made["reached"], False)

    def test_the_present_value_moves_and_the_baseline_stays(self):
        id = self.create(service="mail", aim=0.5).json()["id"]
        self.assertIs(self.get("/" + id).json()["reached"], False)
        self.send(self.desk.answered("a-3", 60, service="mail"))
        seen = self.get("/" + id).json()
        self.assertEqual((seen["baseline"]["a"], seen["baseline"]["b"]), (2, 3))
        self.assertEqual((seen["present"]["a"], seen["present"]["b"]), (2, 4))
        self.assertIs(seen["reached"], True)  # 0.5 of 0.5, on whole numbers
        self.assertIsNone(seen["latest"])  # of a rolling window there is none

    def test_the_loop_and_its_end(self):
        id = self.create().json()["id"]
        for move, state in (("act", "acting"), ("verify", "verifying"), ("act", "acting"),
                            ("verify", "verifying"), ("close", "closed")):
            answer = self.order(f"/v1/improvements/{id}/{move}", {"note": "so " + move})
            self.assertEqual((answer.status, answer.json()["state"]), (200, state), answer)
        closed = self.get("/" + id).json()
        self.assertEqual(closed["result"]["b"], 4)
        self.assertEqual([h["note"] for h in closed["history"]],
                         [None, "so act", "so verify", "so act", "so verify", "so close"])
        self.assertEqual({h["by"] for h in closed["history"]}, {"chief"})
        answer = self.order(f"/v1/improvements/{id}/act", {"note": "again"})
        self.assertEqual(answer.status, 409)
        self.assertIn("closed", answer.json()["detail"])
        self.assertIn("reopen", answer.json()["detail"])
        answer = self.order(f"/v1/improvements/{id}/reopen", {"note": "it came back"})
        self.assertEqual((answer.json()["state"], answer.json()["result"]), ("acting", None))

    def test_a_wrong_move_changes_nothing(self):
        id = self.create().json()["id"]
        before = self.get("/" + id).json()
        self.assertEqual(self.order(f"/v1/improvements/{id}/verify", {"note": "x"}).status, 409)
        self.assertEqual(self.order(f"/v1/improvements/{id}/act").status, 400)  # without a note
        after = self.get("/" + id).json()
        self.assertEqual((after["state"], after["history"]), (before["state"], before["history"]))

    def test_a_calendar_baseline_has_a_running_and_a_complete_window(self):
        made = self.create(window="this-month").json()
        self.assertRegex(made["baseline"]["window"], r"^\d{4}-\d\d$")
        self.assertEqual(made["present"]["window"], made["baseline"]["window"])
        self.assertLess(made["latest"]["window"], made["present"]["window"])

    def test_lists(self):
        ids = [self.create(title=f"t{i}").json()["id"] for i in range(3)]
        self.order(f"/v1/improvements/{ids[1]}/act", {"note": "x"})
        self.assertEqual([i["id"] for i in self.get().json()["improvements"]], ids[::-1])
        self.assertEqual([i["id"] for i in self.get(state="acting").json()["improvements"]], [ids[1]])
        self.assertEqual(self.get(agreement="other").json()["improvements"], [])
        page = self.get(limit=2).json()
        self.assertEqual([i["id"] for i in self.get(limit=2, cursor=page["next"]).json()["improvements"]], [ids[0]])
        lines = self.get(format="csv").text.splitlines()
        self.assertEqual(len(lines), 4)
        self.assertIn("Answer", self.create().text)

    def test_what_is_wrong_is_named(self):
        for more, word in (({"indicator": "nonsense"}, "indicator"), ({"agreement": "nobody"}, "nobody"),
                           ({"aim": 2}, "aim"), ({"aim": 1e-12}, "aim"), ({"aim": "0.9"}, "aim"), ({"title": ""}, "title"),
                           ({"due": "soon"}, "due"), ({"window": "fortnight"}, "fortnight"),
                           ({"indicator": "resolution_rate"}, "objective"), ({"extra": 1}, "extra"),
                           ({"indicator": "service_availability", "priority": "P1", "aim": 0.9}, "dimensions")):
            answer = self.create(**more)
            self.assertEqual(answer.status, 400, more)
            self.assertIn(word, answer.json()["detail"])
        self.assertEqual(self.get().json()["improvements"], [])
        for path in ("/v1/improvements/99/act", "/v1/improvements/x/act"):
            self.assertEqual(self.order(path, {"note": "x"}).status, 404)
        self.assertEqual(self.get("/99").status, 404)
        self.assertEqual(self.order("/v1/improvements", [1]).status, 400)
        self.assertEqual(self.slad.ask("POST", "/v1/improvements", b"{", {
            **bearer("chief"), "Content-Type": "application/json"}).status, 400)
        self.assertEqual(self.slad.ask("POST", "/v1/improvements", b"a: b", {
            **bearer("chief"), "Content-Type": "text/yaml"}).status, 415)

    def test_only_who_may_operate_may_order(self):
        self.assertEqual(self.order("/v1/improvements", {}, who="clerk").status, 403)

    def test_records_survive_a_restart_and_a_rebuild(self):
        id = self.create().json()["id"]
        self.slad.stop()
        self.assertEqual(self.slad.run("rebuild").returncode, 0)
        self.slad.start()
        self.assertEqual(self.get("/" + id).json()["title"], "Answer faster")


if __name__ == "__main__":
    main()
