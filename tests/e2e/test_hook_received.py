#!/usr/bin/python3
"""A snapshot without a time of its own, such as Freshdesk's simple content: what it says happened when it came."""
import datetime
import json
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from desk import until  # noqa: E402
from hooks import SECRET, TOP  # noqa: E402
from slad import PATIENCE, Slad, main  # noqa: E402

AGREEMENTS = [{"id": "acme", "from": "2020-01-01"}]


class Received(unittest.TestCase):
    def test_what_stands_at_the_wrong_place(self):
        for mapping, body, reason in (
                ("freshdesk", {"ticket_id": 12, "ticket_status": "Open"},
                 "ticket_id stands outside of freshdesk_webhook in the body of 12"),
                ("freshdesk", {"freshdesk_webhook": {"ticket_id": 12, "ticket_status": "Odd"}},
                 "the table states has no open, waiting, done or gone for the status of 12: Odd"),
                ("servicenow", {"sys_id": "ab", "state": "1"}, "number is missing in a record of the state 1"),
                ("servicenow", {"number": "INC1", "state": "1"}, "sys_updated_on is empty in INC1"),
                ("glpi", {"event": "new", "item": {"id": 4, "type": 1, "date_mod": "2026-03-09 10:00:00", "status": {"id": 77}}},
                 "the table states has no open, waiting, done or gone for the status of 4: 77")):
            with self.subTest(mapping=mapping, reason=reason):
                slad = Slad({"agreements": AGREEMENTS, "hooks": [
                    {"source": "desk", "mapping": os.path.join(TOP, "conf/mappings", mapping + ".yaml"), "agreement": "acme",
                     "verify": "none"}]})
                self.addCleanup(slad.close)
                answer = slad.ask("POST", "/hooks/desk", json.dumps(body).encode(), {"Content-Type": "application/json"})
                self.assertEqual(answer.status, 202, answer)
                self.assertEqual([row["reason"] for row in slad.get("/v1/quarantine")["quarantine"]], [reason])

    def test_simple_content_of_freshdesk(self):
        slad = Slad({"agreements": AGREEMENTS}, start=False)
        self.addCleanup(slad.close)
        with open(slad.path("hook.token"), "w", encoding="utf-8") as file:
            file.write(SECRET + "\n")
        os.chmod(slad.path("hook.token"), 0o600)
        slad.write_config({"agreements": AGREEMENTS, "hooks": [
            {"source": "desk", "mapping": os.path.join(TOP, "conf/mappings/freshdesk.yaml"), "agreement": "acme",
             "verify": {"token_file": "hook.token"}}]})
        slad.start()
        for status, headers in [("Open", {}), ("Open", {}), ("Open", {"X-Slad-By": "agent"}), ("Pending", {}),
                                ("Resolved", {})]:
            body = {"freshdesk_webhook": {"ticket_id": 12, "ticket_status": status, "ticket_priority": "Low"}}
            answer = slad.ask("POST", "/hooks/desk", json.dumps(body).encode(),
                              {"Content-Type": "application/json", "X-Slad-Token": SECRET, **headers})
            self.assertEqual(answer.status, 202, answer)
            came = time.time_ns() // 1_000_000  # what comes within one millisecond has no order
            until(lambda came=came: time.time_ns() // 1_000_000 > came, "the next millisecond has begun")
        self.assertEqual(slad.get("/v1/quarantine")["quarantine"], [])
        ticket = slad.ticket("12", source="desk")
        self.assertEqual([record["event"]["type"] for record in ticket["records"]], [
            "request." + verb for verb in ("opened", "responded", "paused", "resolved")])
        for record in ticket["records"]:
            came, kept = (datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
                          for text in (record["event"]["time"], record["received"]))
            self.assertLessEqual(came, kept)
            self.assertLess((kept - came).total_seconds(), PATIENCE)


if __name__ == "__main__":
    main()
