#!/usr/bin/python3
"""How foreign systems prove who they are, each as its documentation has it, without asking the mapping."""
import base64
import hashlib
import hmac
import json
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from hooks import TOP  # noqa: E402
from slad import Slad, main  # noqa: E402

SECRET = "kept between the two"
AGREEMENTS = [{"id": "acme", "from": "2020-01-01"}]


def digest(text):
    return hmac.new(SECRET.encode(), text, hashlib.sha256)


def zendesk(body, at):
    """The timestamp is RFC 3339, and stands before the body."""
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
    return {"X-Zendesk-Webhook-Signature-Timestamp": stamp,
            "X-Zendesk-Webhook-Signature": base64.b64encode(digest(stamp.encode() + body).digest()).decode()}


def glpi(body, at):
    """The timestamp counts seconds, and stands after the body."""
    stamp = str(int(at))
    return {"X-GLPI-timestamp": stamp, "X-GLPI-signature": digest(body + stamp.encode()).hexdigest()}


class Proofs(unittest.TestCase):
    def slad(self, mapping):
        made = Slad({"agreements": AGREEMENTS}, start=False)
        self.addCleanup(made.close)
        with open(made.path("hook.secret"), "w", encoding="utf-8") as file:
            file.write(SECRET + "\n")
        os.chmod(made.path("hook.secret"), 0o600)
        made.write_config({"agreements": AGREEMENTS, "hooks": [
            {"source": "desk", "mapping": os.path.join(TOP, "conf/mappings", mapping + ".yaml"), "agreement": "acme",
             "verify": {"secret_files": ["hook.secret"]}}]})
        return made.start()

    def status(self, slad, body, proof):
        return slad.ask("POST", "/hooks/desk", body, {"Content-Type": "application/json", **proof}).status

    def test_zendesk_and_its_window(self):
        slad = self.slad("zendesk")
        body = json.dumps({"type": "zen:event-type:user.created", "id": "1", "detail": {"id": "2"}}).encode()
        self.assertEqual(self.status(slad, body, zendesk(body, time.time())), 202)
        self.assertEqual(self.status(slad, body + b" ", zendesk(body, time.time())), 401)
        self.assertEqual(self.status(slad, body, zendesk(body, time.time() - 3600)), 401)

    def test_glpi_however_late(self):
        slad = self.slad("glpi")
        body = json.dumps({"event": "update", "item": {"id": 1}}, indent=4).encode()
        self.assertEqual(self.status(slad, body, glpi(body, time.time())), 202)
        self.assertEqual(self.status(slad, body, glpi(body, time.time() - 86400)), 202)
        self.assertEqual(self.status(slad, body + b" ", glpi(body, time.time())), 401)


if __name__ == "__main__":
    main()
