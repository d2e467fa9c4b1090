#!/usr/bin/python3
"""An outage whose service gets another name in the tables while it goes on: it has to be possible to end it."""
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from hooks import SECRET, TOP  # noqa: E402
from slad import Slad, main  # noqa: E402

AGREEMENTS = [{"id": "acme", "from": "2020-01-01"}]
ALERT = {"fingerprint": "f1", "labels": {"alertname": "Down", "severity": "critical", "service": "probe"},
         "startsAt": "2026-03-06T02:00:00Z", "endsAt": "0001-01-01T00:00:00Z", "status": "firing"}
ENDED = {**ALERT, "status": "resolved", "endsAt": "2026-03-06T02:20:00Z"}


class Outages(unittest.TestCase):
    def configure(self, service):
        self.slad.write_config({"agreements": AGREEMENTS, "hooks": [
            {"source": "prom", "mapping": os.path.join(TOP, "conf/mappings/alertmanager.yaml"), "agreement": "acme",
             "tables": {"services": {"probe": service}}, "verify": {"token_file": "token"}}]})

    def reload(self, service):
        self.configure(service)
        first = len(self.slad.log)
        self.slad.signal(1)
        self.slad.wait_log("configuration was read again", first)

    def send(self, alert):
        answer = self.slad.ask("POST", "/hooks/prom", json.dumps({"alerts": [alert]}).encode(),
                               {"Content-Type": "application/json", "Authorization": f"Bearer {SECRET}"})
        self.assertEqual(answer.status, 202, answer)

    def down(self, service):
        """Seconds that count against a service."""
        score, = self.slad.get("/v1/scores", indicator="service_availability", service=service, agreement="acme",
                               **{"from": "2026-03-06T00:00:00Z", "to": "2026-03-07T00:00:00Z"})["scores"]
        return score["a"]

    def test_its_old_name_ends_it(self):
        self.slad = Slad({"agreements": AGREEMENTS}, start=False)
        self.addCleanup(self.slad.close)
        with open(self.slad.path("token"), "w", encoding="utf-8") as file:
            file.write(SECRET)
        os.chmod(self.slad.path("token"), 0o600)
        self.configure("mail")
        self.slad.start()
        self.send(ALERT)
        self.reload("post")
        self.send(ENDED)
        row, = self.slad.get("/v1/quarantine")["quarantine"]
        self.assertIn("f1:2026-03-06T02:00:00Z:started", row["reason"])
        self.assertEqual(self.slad.ask("POST", f"/v1/quarantine/{row['id']}/replay").status, 409)
        self.assertEqual(self.down("mail"), 22 * 3600)
        self.reload("mail")
        replay = self.slad.ask("POST", f"/v1/quarantine/{row['id']}/replay")
        self.assertEqual((replay.status, replay.json()), (200, {"accepted": 1, "duplicates": 1}), replay)
        self.reload("post")
        self.assertEqual(self.slad.get("/v1/quarantine")["quarantine"], [])
        self.assertEqual((self.down("mail"), self.down("post")), (1200, 0))


if __name__ == "__main__":
    main()
