#!/usr/bin/python3
"""Senders of hooks beside the fixtures: other signatures, other codings, public packages, and what the manual has to paste."""
import base64
import gzip
import hashlib
import hmac
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
import logged  # noqa: E402
from hooks import SECRET, System, TOP  # noqa: E402
from slad import PATIENCE, Slad, main  # noqa: E402

JSON = {"Content-Type": "application/json"}
WHSEC = "whsec_" + base64.b64encode(bytes(range(7, 39))).decode()
STANDARD_WEBHOOKS = "standardwebhooks@1"
# What Zabbix gives a script, on a Node that has none of it; the request goes to standard output.
ZABBIX = """
const fs = require("fs"), {script, value} = JSON.parse(fs.readFileSync(0)), seen = {headers: []};
class HttpRequest {
    addHeader(line) { seen.headers.push(line); }
    post(url, body) { seen.url = url; seen.body = body; return ""; }
    getStatus() { return 202; }
}
const said = new Function("value", "HttpRequest", script)(value, HttpRequest);
console.log(JSON.stringify({...seen, said}));
"""
MACROS = {"THE TOKEN": SECRET, "{EVENT.ID}": "77001", "{EVENT.SOURCE}": "0", "{EVENT.VALUE}": "1",
          "{EVENT.UPDATE.STATUS}": "0", "{TRIGGER.NSEVERITY}": "5", "{EVENT.NAME}": 'Disk "/" is full',
          "{HOST.HOST}": "mx1.example.org", "{EVENT.TAGSJSON}": '[{"tag":"service","value":"mail"}]',
          "{EVENT.TIMESTAMP}": "1772877600", "{EVENT.DATE}": "2026.03.07", "{EVENT.TIME}": "11:00:00"}
RECOVERY = {"{EVENT.VALUE}": "0", "{EVENT.RECOVERY.TIMESTAMP}": "1772878805", "{EVENT.RECOVERY.DATE}": "2026.03.07",
            "{EVENT.RECOVERY.TIME}": "11:20:05"}


def mac(text, key=SECRET):
    return hmac.new(key.encode(), text, hashlib.sha256).hexdigest()


def system(name):
    return System(os.path.join(TOP, "tests/hooks", name))


def literals(page, heading):
    """What stands between .Bd -literal and .Ed of one subsection."""
    with open(os.path.join(TOP, "man", page), encoding="utf-8") as file:
        part = file.read().split(f".Ss {heading}\n")[1]
    part = re.split(r"^\.S[sh] ", part, flags=re.M)[0]
    return re.findall(r"^\.Bd -literal[^\n]*\n(.*?)^\.Ed", part, re.M | re.S)


class Case(unittest.TestCase):
    def start(self, name, verify=None, secret=SECRET, **more):
        """A slad with the hook of a system's fixtures, verified as told."""
        of = system(name)
        slad = Slad({"agreements": []}, start=False)
        self.addCleanup(slad.close)
        with open(slad.path("hook.secret"), "w", encoding="utf-8") as file:
            file.write(secret + "\n")
        os.chmod(slad.path("hook.secret"), 0o600)
        hook = {**of.config("hook.secret"), **more}
        if verify is not None:
            hook["verify"] = verify
        slad.write_config({"agreements": [{"id": "acme", "from": "2020-01-01"}], "hooks": [hook]})
        self.first = next(case.steps[0] for case in of.cases if case.expected)
        self.path = f"/hooks/{name}"
        return slad.start()

    def answers(self, slad, status, headers, body=None):
        answer = slad.ask("POST", self.path, self.first[1] if body is None else body, {**self.first[0], **headers})
        self.assertEqual(answer.status, status, answer)
        return answer

    def count(self, slad, result):
        source = self.path.rpartition("/")[2]
        found = re.search(rf'slad_hook_deliveries_total{{result="{result}",source="{source}"}} (\d+)',
                          slad.ask("GET", "/metrics").text)
        return int(found[1])


class Signatures(Case):
    def test_pagerduty_signs_with_every_secret_that_it_has(self):
        slad = self.start("pagerduty")
        body = self.first[1]
        wrong = "v1=" + mac(body, "of before")
        self.answers(slad, 401, {"X-PagerDuty-Signature": wrong})
        self.answers(slad, 401, {"X-PagerDuty-Signature": f"{wrong},v0={mac(body)}"})
        self.answers(slad, 202, {"X-PagerDuty-Signature": f"{wrong},v1={mac(body)}"})
        self.answers(slad, 202, {"X-PagerDuty-Signature": f"v1={mac(body)}, {wrong}"})
        self.assertEqual((self.count(slad, "accepted"), self.count(slad, "duplicate")), (1, 1))

    def test_grafana_signs_if_it_is_told_to(self):
        header = "X-Grafana-Alerting-Signature"
        slad = self.start("grafana", {"signature": {"header": header, "secret_files": ["hook.secret"]}})
        self.answers(slad, 401, {"Authorization": f"Bearer {SECRET}"})
        self.answers(slad, 202, {header: mac(self.first[1])})

    def test_grafana_signs_a_timestamp(self):
        header = "X-Grafana-Alerting-Signature"
        slad = self.start("grafana", {"signature": {
            "header": header, "signed": "timestamp:body", "timestamp_header": "X-Time", "secret_files": ["hook.secret"]}})
        for ago, status in ((0, 202), (4000, 401)):
            stamp = str(int(time.time()) - ago)
            self.answers(slad, status, {"X-Time": stamp, header: mac(stamp.encode() + b":" + self.first[1])})
        self.answers(slad, 401, {"X-Time": str(int(time.time())), header: mac(self.first[1])})

    def test_basic_authentication_is_asked_for_by_its_name(self):
        slad = self.start("grafana", {"basic": {"user": "grafana", "password_file": "hook.secret"}})
        self.assertEqual(self.answers(slad, 401, {}).headers["WWW-Authenticate"], 'Basic realm="slad", charset="UTF-8"')
        proof = base64.b64encode(f"grafana:{SECRET}".encode()).decode()
        self.answers(slad, 202, {"Authorization": f"Basic {proof}"})

    def test_a_token_is_asked_for_as_ever(self):
        answer = self.answers(self.start("grafana"), 401, {})
        self.assertEqual(answer.headers.get_all("WWW-Authenticate"), ["Bearer"])
        self.assertIn("Authorization, with the token, is missing", answer.json()["detail"])
        answer = self.answers(self.start("grafana"), 401, {"Authorization": SECRET})
        self.assertIn("what Authorization has before the token is not 'Bearer '", answer.json()["detail"])
        for name, scheme in (("zabbix", "Token"), ("pagerduty", "Signature")):
            answer = self.answers(self.start(name), 401, {})
            self.assertEqual(answer.headers.get_all("WWW-Authenticate"), [f'{scheme} realm="slad"'])


class Bodies(Case):
    def test_a_compressed_body(self):
        slad = self.start("pagerduty")
        packed = gzip.compress(self.first[1])
        proof = {"X-PagerDuty-Signature": "v1=" + mac(self.first[1])}
        self.answers(slad, 202, {**proof, "Content-Encoding": "gzip"}, packed)
        self.assertEqual(self.count(slad, "accepted"), 1)
        self.answers(slad, 400, {**proof, "Content-Encoding": "gzip"}, packed[:-9])
        self.answers(slad, 415, {**proof, "Content-Encoding": "br"}, packed)
        self.answers(slad, 413, {**proof, "Content-Encoding": "gzip", "X-PagerDuty-Signature": "v1=" + mac(b" " * (2 << 20))},
                     gzip.compress(b" " * (2 << 20)))

    def test_an_event_without_data(self):
        slad = self.start("cloudevents")
        event = {"ce-specversion": "1.0", "ce-id": "e1", "ce-source": "urn:desk", "ce-subject": "17",
                 "ce-type": "org.example.desk.case.solved", "ce-time": "2026-03-07T08:00:00Z", "Authorization": f"Bearer {SECRET}"}
        for _ in range(2):
            answer = slad.ask("POST", self.path, b"", event)
            self.assertEqual(answer.status, 202, answer)
        self.assertEqual((self.count(slad, "accepted"), self.count(slad, "duplicate")), (1, 1))
        answer = slad.ask("POST", self.path, b"", {"Authorization": f"Bearer {SECRET}"})
        self.assertEqual(answer.status, 400, answer)


class StandardWebhooks(Case):
    SCRIPT = ("const {Webhook} = require('standardwebhooks'); const fs = require('fs');"
              "const given = JSON.parse(fs.readFileSync(0));"
              "console.log(JSON.stringify(given.map(({secret, id, at, body}) =>"
              " new Webhook(secret).sign(id, new Date(at * 1000), body))));")

    def sign(self, *given):
        for program in ("node", "npm"):
            if shutil.which(program) is None:
                self.skipTest(f"there is no {program}: Debian's nodejs and npm have it")
        with tempfile.TemporaryDirectory(prefix="slad-npm-") as directory:
            done = subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefer-offline", "--fetch-retries",
                                   "1", "--prefix", directory, STANDARD_WEBHOOKS], stdin=subprocess.DEVNULL, capture_output=True,
                                  text=True, timeout=2 * PATIENCE, env={**os.environ, "HOME": directory})
            if done.returncode != 0:
                self.skipTest(f"npm cannot install {STANDARD_WEBHOOKS}: {done.stderr[-200:]}")
            said = subprocess.run(["node", "-e", self.SCRIPT], input=json.dumps(given), cwd=directory, text=True,
                                  capture_output=True, timeout=PATIENCE)
        self.assertEqual(said.returncode, 0, said.stderr)
        return json.loads(said.stdout)

    def headers(self, at, signature, id="msg_p1", prefix="webhook"):
        return {**JSON, f"{prefix}-id": id, f"{prefix}-timestamp": str(at), f"{prefix}-signature": signature}

    def test_the_public_signer(self):
        slad = self.start("standardwebhooks", secret=WHSEC)
        body, now = self.first[1], int(time.time())
        other = "whsec_" + base64.b64encode(bytes(range(32))).decode()
        mine, old, theirs = self.sign(*({"secret": secret, "id": "msg_p1", "at": at, "body": body.decode()}
                                        for secret, at in ((WHSEC, now), (WHSEC, now - 4000), (other, now))))
        self.answers(slad, 401, self.headers(now, theirs))
        self.answers(slad, 401, self.headers(now - 4000, old))
        self.answers(slad, 401, self.headers(now + 1, mine))
        self.answers(slad, 401, self.headers(now, mine, "msg_p2"))
        self.answers(slad, 401, self.headers(now, mine.replace("v1,", "v1a,")))
        self.answers(slad, 401, self.headers(now, mine), body + b" ")
        self.answers(slad, 202, self.headers(now, f"{theirs} v1a,AAAA {mine}"))
        self.answers(slad, 202, self.headers(now, mine))
        self.assertEqual((self.count(slad, "accepted"), self.count(slad, "duplicate")), (1, 1))

    def test_other_names_of_its_headers(self):
        slad = self.start("standardwebhooks", {"signature": {
            "header": "svix-signature", "id_header": "svix-id", "timestamp_header": "svix-timestamp",
            "secret_files": ["hook.secret"]}}, secret=WHSEC)
        now, key = int(time.time()), base64.b64decode(WHSEC[6:])
        text = f"msg_p1.{now}.".encode() + self.first[1]
        signature = "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
        self.answers(slad, 401, self.headers(now, signature))
        self.answers(slad, 202, self.headers(now, signature, prefix="svix"))
        self.assertEqual(self.count(slad, "accepted"), 1)


class Zabbix(Case):
    def filled(self, macros=MACROS):
        """The parameters of the manual, with their macros replaced as Zabbix does; and the script."""
        text, script = literals("slad-hooks.7", "Zabbix")
        given = dict(line.split(None, 1) for line in text.strip().split("\n"))
        for name, value in given.items():
            for macro, stands in macros.items():
                value = value.replace(macro, stands)
            given[name] = value
        return given, script

    def post(self, slad, given):
        body = json.dumps({k: v for k, v in given.items() if k not in ("url", "token")}).encode()
        answer = slad.ask("POST", self.path, body, {**JSON, "X-Slad-Token": given["token"]})
        self.assertEqual(answer.status, 202, answer)

    def test_what_the_manual_has_to_paste(self):
        """Zabbix 7.0 knows both times, an older one no timestamps; either has to do."""
        for unknown in ("TIMESTAMP}", ".TIME}"):
            slad = self.start("zabbix")
            for macros in (MACROS, {**MACROS, **RECOVERY}):
                self.post(slad, self.filled({name: v for name, v in macros.items() if not name.endswith(unknown)})[0])
            with self.subTest(unknown=unknown):
                self.assertEqual(slad.get("/v1/quarantine")["quarantine"], [])
                events = logged.events(slad.path("slad.db"))
                self.assertEqual([(event["type"], event["subject"], event["time"], event["data"]["service"]) for event in events],
                                 [("outage.started", "77001", "2026-03-07T10:00:00.000Z", "mail"),
                                  ("outage.ended", "77001", "2026-03-07T10:20:05.000Z", "mail")])

    def test_macros_that_were_not_replaced(self):
        slad = self.start("zabbix")
        given = dict(line.split(None, 1) for line in literals("slad-hooks.7", "Zabbix")[0].strip().split("\n"))
        self.post(slad, {**given, "token": SECRET})
        [row] = slad.get("/v1/quarantine")["quarantine"]
        self.assertIn("Zabbix did not replace {EVENT.ID}", row["reason"])

    def test_the_script(self):
        if shutil.which("node") is None:
            self.skipTest("there is no node: Debian's nodejs has it")
        slad = self.start("zabbix")
        given, script = self.filled()
        done = subprocess.run(["node", "-e", ZABBIX], input=json.dumps({"script": script, "value": json.dumps(given)}),
                              text=True, capture_output=True, timeout=PATIENCE)
        self.assertEqual(done.returncode, 0, done.stderr)
        sent = json.loads(done.stdout)
        self.assertEqual((sent["said"], sent["url"]), ("OK", "https://slad.example.org/hooks/zabbix"))
        headers = dict(line.split(": ", 1) for line in sent["headers"])
        answer = slad.ask("POST", self.path, sent["body"].encode(), headers)
        self.assertEqual(answer.status, 202, answer)
        self.assertEqual(self.count(slad, "accepted"), 1)
        self.assertNotIn(SECRET, sent["body"])


if __name__ == "__main__":
    main()
