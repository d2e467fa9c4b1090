#!/usr/bin/python3
"""Receivers of every kind, the real ones where there are any: Alertmanager, a mail server with
STARTTLS and AUTH, the public verifier of Standard Webhooks; and servers that answer as the chats'
robots document."""
import base64
import hashlib
import hmac
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
import alertmanager  # noqa: E402
import mail  # noqa: E402
from desk import Desk, parsed, until  # noqa: E402
from logged import rows  # noqa: E402
from hook import SECRET, Receiver  # noqa: E402
from robot import Robot  # noqa: E402
from slad import Slad, main  # noqa: E402
from tls import Authority  # noqa: E402

AGREEMENTS = [{"id": "acme", "from": "2020-01-01", "timezone": "Asia/Shanghai",
               "targets": [{"kind": "request", "respond": "1s"}]}]
RULE = {"name": "slow-response", "indicator": "timely_response_rate", "window": "24h", "by": ["agreement", "service"],
        "below": {"general": 0.6, "urgent": 0.3}, "notify": ["it"]}
NPM_PACKAGE = "standardwebhooks@1"


class Case(unittest.TestCase):
    def setUp(self):
        self.desk = Desk()

    def start(self, receiver, **files):
        """A daemon with one receiver; the other arguments are files of secrets."""
        self.slad = Slad({"agreements": AGREEMENTS}, start=False)
        self.addCleanup(self.slad.close)
        for name, text in files.items():
            with open(self.slad.path(name), "w", encoding="utf-8") as out:
                os.chmod(self.slad.path(name), 0o600)
                out.write(text + "\n")
        self.configure(receiver)
        self.slad.start()

    def configure(self, receiver):
        self.slad.write_config({"agreements": AGREEMENTS, "alerts": [RULE], "receivers": [{"name": "it", **receiver}]})

    def reload(self, receiver):
        self.configure(receiver)
        first = len(self.slad.log)
        self.slad.signal(1)
        self.slad.wait_log("was read again", first)

    def send(self, events):
        answer = self.slad.post(events)
        self.assertEqual(answer.status, 200, answer)

    def bad(self, count=1, service="mail"):
        self.send([e for i in range(count)
                   for e in self.desk.late(f"bad-{self.desk.count}-{i}", service=service)])

    def good(self, count=1, service="mail"):
        self.send([e for i in range(count)
                   for e in self.desk.answered(f"good-{self.desk.count}-{i}", service=service)])

    def fire(self, service="mail"):
        """A general alert: one of two."""
        self.send(self.desk.late(f"bad-{self.desk.count}", service=service) +
                  self.desk.answered(f"good-{self.desk.count}", service=service))

    def outbox(self):
        return rows(self.slad.path("slad.db"), "SELECT state, attempts, status, error FROM outbox ORDER BY id")

    def until_outbox(self, *states):
        """Waits until the messages are delivered (1), failed (2) or waiting (0)."""
        until(lambda: [row[0] for row in self.outbox()] == list(states), f"messages are {states}")
        return self.outbox()


@unittest.skipIf(alertmanager.missing(), alertmanager.missing())
class AtAlertmanager(Case):
    def begin(self, **more):
        self.there = alertmanager.Alertmanager()
        self.addCleanup(self.there.__exit__)
        self.start({"alertmanager": {"url": self.there.url + "/", **more}, "base_url": "https://slad.example.org"})

    def until_alerts(self, count, what):
        return until(lambda: [self.there.alerts()] if len(self.there.alerts()) == count else None, what)[0]

    def test_fired_changed_resolved(self):
        self.begin(repeat="1s")
        self.fire()
        alert = self.until_alerts(1, "it fires")[0]
        labels = alert["labels"]
        self.assertEqual(labels, {"alertname": "slow-response", "severity": "general", "slad_alert": labels["slad_alert"],
                                  "agreement": "acme", "service": "mail"})
        self.assertIn("[general] slow-response (acme / mail): Timely response rate 50% (A 1 of B 2), below 60%",
                      alert["annotations"]["summary"])
        self.assertTrue(alert["annotations"]["explain"].startswith("https://slad.example.org/v1/scores/"))
        self.assertEqual(alert["generatorURL"], alert["annotations"]["explain"])
        self.assertGreater(parsed(alert["endsAt"].replace("Z", "+00:00")), time.time() + 12 * 3600)
        first = alert["updatedAt"]
        again = until(lambda: [a for a in self.there.alerts() if a["updatedAt"] > first], "it is said again")
        self.assertEqual((len(again), again[0]["fingerprint"]), (1, alert["fingerprint"]))
        self.bad(3)
        changed = until(lambda: [a for a in self.there.alerts() if a["labels"]["severity"] == "urgent"], "it is urgent")
        self.assertEqual(len(self.there.alerts()), 1)
        self.assertEqual(changed[0]["labels"]["slad_alert"], labels["slad_alert"])
        self.good(20)
        self.until_alerts(0, "it is resolved")
        self.fire("web")
        self.until_alerts(1, "another fires")
        first = self.there.alerts()[0]["updatedAt"]
        until(lambda: [a for a in self.there.alerts() if a["updatedAt"] > first], "it is said again")
        self.assertEqual([a["labels"]["service"] for a in self.there.alerts()], ["web"])

    def test_restarts(self):
        """slad's: nothing is resolved, all is said at once. Alertmanager's: it hears of it again."""
        self.begin(repeat="1h")
        self.fire("mail")
        self.fire("web")
        before = self.until_alerts(2, "both fire")
        self.slad.kill9()
        self.slad.start()
        until(lambda: all(a["updatedAt"] > b["updatedAt"] for a, b in zip(self.there.alerts(), before)),
              "both are said again at the start")
        self.there.stop()
        self.there.start()
        self.assertEqual(self.there.alerts(), [])
        self.reload({"alertmanager": {"url": self.there.url, "repeat": "1s"}})
        self.until_alerts(2, "both are said again to the new one")
        self.slad.stop()
        self.there.stop()
        self.slad.start()
        self.slad.wait_log("could not be told again what fires")
        self.bad(9, "web")  # urgent, while nobody listens
        self.there.start()
        self.until_alerts(2, "they are there again")
        until(lambda: sorted(a["labels"]["severity"] for a in self.there.alerts()) == ["general", "urgent"],
              "one of them is urgent")
        self.slad.wait_log("is told again what fires")
        self.good(30, "web")
        self.until_alerts(1, "one is resolved")

    def test_resolved_while_it_was_down(self):
        self.begin(repeat="1s")
        self.fire()
        self.until_alerts(1, "it fires")
        self.there.stop()
        self.good(20)
        self.slad.wait_log("will be tried again")
        self.slad.kill9()
        self.slad.start()
        self.there.start()
        self.until_outbox(1, 1)
        self.assertEqual(self.there.alerts(), [])


class Overtaken(Case):
    def test_what_is_over_is_not_brought_back(self):
        """Neither by an operator nor by slad is Alertmanager told that an alert fires which has ended."""
        with Robot((400, "{}"), (200, "{}")) as robot:
            self.start({"alertmanager": {"url": robot.url, "repeat": "1s"}})
            self.fire()
            self.until_outbox(2)
            self.good(20)
            self.until_outbox(2, 1)
            answer = self.slad.ask("POST", "/v1/deliveries/1/retry", b"{}", {"Content-Type": "application/json"})
            self.assertEqual(answer.status, 409, answer)
            self.assertIn("overtaken", answer.json()["detail"])
            self.until_outbox(2, 1)

    def test_an_end_that_fails_ends_the_repetition(self):
        with Robot((200, "{}")) as robot:
            self.start({"alertmanager": {"url": robot.url, "repeat": "1s"}})
            self.fire()
            self.until_outbox(1)
            robot.answers[:] = [(400, "{}")]
            self.good(20)
            self.until_outbox(1, 2)
            robot.answers[:] = [(200, "{}")]
            said = len(robot.requests)
            self.fire("web")
            until(lambda: len(robot.requests) >= said + 2 and self.alerts_of(robot.requests[said + 1:]), "web is told again")
            self.assertEqual(self.alerts_of(robot.requests[said + 1:]), {"web"})

    @staticmethod
    def alerts_of(requests):
        return {alert["labels"]["service"] for request in requests for alert in request.json()}


class Stop(Case):
    def test_a_stop_waits_for_no_repetition(self):
        """What is only said again is nothing that a stop must finish."""
        with Receiver() as deaf:
            self.start({"alertmanager": {"url": deaf.url, "repeat": "1s"}})
            self.fire()
            self.until_outbox(1)
            deaf.answering.clear()
            deaf.wait_attempts(len(deaf.attempts) + 1)
            began = time.monotonic()
            self.assertEqual(self.slad.stop(), 0)
            self.assertLess(time.monotonic() - began, 4)
            deaf.answering.set()


class Authorised(Case):
    def test_basic_and_bearer(self):
        with Robot((200, "{}")) as robot:
            self.start({"alertmanager": {"url": robot.url, "user": "slad", "password_file": "pw"}}, pw="s3cret:!")
            self.fire()
            request = robot.wait(1)[0]
            self.assertEqual(request.path, "/robot/api/v2/alerts")
            self.assertEqual(base64.b64decode(request.headers["Authorization"].split()[1]), b"slad:s3cret:!")
        with Robot((200, "{}")) as robot:
            self.start({"alertmanager": {"url": robot.url, "token_file": "token"}}, token="abc.def")
            self.fire()
            self.assertEqual(robot.wait(1)[0].headers["Authorization"], "Bearer abc.def")


class Https(Case):
    def test_private_authorities(self):
        with tempfile.TemporaryDirectory() as directory:
            right, wrong = Authority(directory, "right"), Authority(directory, "wrong")
            with Robot((200, {"errcode": 0}), context=right.context()) as robot:
                self.start({"wecom": {"url": robot.url}, "ca_file": wrong.file})
                self.fire()
                self.assertIn("certificate", self.slad.wait_log("will be tried again"))
                self.assertEqual(robot.requests, [])
                self.reload({"wecom": {"url": robot.url}})
                until(lambda: sum("certificate" in line for line in self.slad.log) > 1, "the system's do not do")
                self.reload({"wecom": {"url": robot.url}, "ca_file": right.file})
                robot.wait(1)
                self.until_outbox(1)

    def test_another_name(self):
        with tempfile.TemporaryDirectory() as directory:
            authority = Authority(directory)
            with Robot((200, "ok"), context=authority.context("DNS:slad.example.org")) as robot:
                self.start({"slack": {"url": robot.url}, "ca_file": authority.file})
                self.fire()
                self.assertIn("127.0.0.1", self.slad.wait_log("will be tried again"))
                self.assertEqual(robot.requests, [])


@unittest.skipIf(mail.MISSING, mail.MISSING)
class Email(Case):
    def setUp(self):
        super().setUp()
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.authority = Authority(self.directory.name)

    def begin(self, box, password="s3cret", **more):
        self.box = box
        box.__enter__()
        self.addCleanup(box.__exit__)
        self.start(self.receiver(**more), pw=password)

    def receiver(self, **more):
        return {"email": {"smtp": self.box.url, "from": "slad@example.org", "to": ["duty@example.org", "boss@example.org"],
                          "user": "slad", "password_file": "pw", **more},
                "ca_file": self.authority.file, "base_url": "https://slad.example.org", "language": "zh"}

    def mailbox(self, **more):
        return mail.Mailbox(self.authority.context(), {"slad": "s3cret"}, **more)

    def test_a_thread(self):
        self.begin(self.mailbox())
        self.fire()
        fired = self.box.wait(1)[0]
        self.bad(3)
        changed = self.box.wait(2)[1]
        self.box.refuse = ["450 4.2.1 later"] * 1000
        self.good(20)
        self.slad.wait_log("will be tried again")
        self.slad.restart()
        self.box.refuse = []
        resolved = self.box.wait(3)[2]
        self.assertTrue(fired.encrypted)
        self.assertEqual(fired.envelope.mail_from, "slad@example.org")
        self.assertEqual(fired.envelope.rcpt_tos, ["duty@example.org", "boss@example.org"])
        self.assertEqual(fired["Subject"], "【一般】slow-response(acme / mail):及时响应率 50%(A 1 / B 2),低于 60%")
        self.assertIn("https://slad.example.org/v1/scores/", fired.get_content())
        self.assertIn("UTC+08:00", fired.get_content())
        self.assertIsNone(fired["In-Reply-To"])
        for other in (changed, resolved):
            self.assertEqual(other["In-Reply-To"], fired["Message-ID"])
            self.assertEqual(other["References"].split(), [fired["References"], fired["Message-ID"]])
        self.assertEqual(len({m["Message-ID"] for m in self.box.messages}), 3)
        self.until_outbox(1, 1, 1)

    def test_wrong_password_is_for_good(self):
        self.begin(self.mailbox(), password="guess")
        self.fire()
        row = self.until_outbox(2)[0]
        self.assertEqual((row[1], self.box.logins), (1, [False]))
        self.assertIn("535", row[3])
        self.assertNotIn("guess", " ".join(self.slad.log) + row[3])

    def test_later_and_never(self):
        self.begin(self.mailbox())
        self.box.refuse = ["450 4.2.1 later", "450 4.2.1 later", "550 5.1.1 nobody of this name", None]
        self.fire()
        self.assertIn("450", self.slad.wait_log("will be tried again"))
        self.assertEqual(self.box.wait(1)[0].envelope.rcpt_tos, ["boss@example.org"])
        self.until_outbox(1)
        self.assertIn("550 5.1.1 nobody of this name", self.slad.wait_log("not all of its recipients got"))
        self.box.refuse = ["550 5.1.1 nobody", "550 5.1.1 nobody"]
        self.good(20)
        self.assertEqual(self.until_outbox(1, 2)[1][3], "the mail server answered 550 5.1.1 nobody")

    def test_nothing_in_the_clear(self):
        self.begin(mail.Mailbox(), starttls="required")
        self.fire()
        self.slad.wait_log("will be tried again")
        self.assertEqual(self.box.messages, [])
        self.reload({"email": {"smtp": self.box.url, "from": "a@b", "to": ["c@d"], "starttls": "try"}})
        self.assertFalse(self.box.wait(1)[0].encrypted)

    def test_a_server_that_is_not_trusted(self):
        self.begin(self.mailbox())
        other = Authority(self.directory.name, "other")
        self.reload({**self.receiver(), "ca_file": other.file})
        self.fire()
        self.assertIn("certificate", self.slad.wait_log("will be tried again"))
        self.assertEqual(self.box.logins, [])


class Robots(Case):
    """What each robot says in the body counts, whatever the status says."""

    def try_robot(self, kind, answers, states, secret=None, **more):
        """The requests of one message, its row in the outbox being in the state at last."""
        robot = Robot(*answers)
        self.addCleanup(robot.close)
        config = {"url_file": "url"}
        files = {"url": robot.url + "?access_token=t0ken"}
        if secret is not None:
            config["secret_file"] = "secret"
            files["secret"] = secret
        self.start({kind: config, **more}, **files)
        self.fire()
        self.row = self.until_outbox(*states)[0]
        self.assertNotIn("t0ken", " ".join(self.slad.log) + self.row[3])
        return robot.requests

    def test_slack(self):
        request = self.try_robot("slack", [(200, "ok")], [1])[0]
        self.assertEqual(sorted(request.json()), ["mrkdwn", "text"])
        self.assertTrue(request.json()["text"].startswith("[general] slow-response (acme / mail): "))
        self.assertEqual(len(self.try_robot("slack", [(200, {"ok": False, "error": "ratelimited"}), (200, "ok")], [1])), 2)
        self.try_robot("slack", [(404, "no_service")], [2])
        self.try_robot("slack", [(200, {"ok": False, "error": "channel_is_archived"})], [2])
        self.assertIn("channel_is_archived", self.row[3])

    def test_dingtalk(self):
        fine = {"errcode": 0, "errmsg": "ok"}
        requests = self.try_robot("dingtalk", [(200, {"errcode": 130101, "errmsg": "send too fast"}), (200, fine)], [1],
                                  secret="SECabc", language="zh")
        self.assertEqual(len(requests), 2)
        query = requests[1].query
        signed = hmac.new(b"SECabc", f"{query['timestamp']}\nSECabc".encode(), hashlib.sha256).digest()
        self.assertEqual((query["sign"], query["access_token"]), (base64.b64encode(signed).decode(), "t0ken"))
        self.assertLess(abs(int(query["timestamp"]) / 1000 - time.time()), 120)
        self.assertEqual(requests[1].json()["msgtype"], "text")
        self.assertIn("及时响应率", requests[1].json()["text"]["content"])
        self.try_robot("dingtalk", [(200, {"errcode": 310000, "errmsg": "sign not match"})], [2])
        self.assertEqual(self.row[1:3], (1, 200))
        self.assertIn("sign not match", self.row[3])
        self.assertEqual(len(self.try_robot("dingtalk", [(200, "<html>portal</html>"), (200, fine)], [1])), 2)

    def test_feishu(self):
        fine = {"StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "success"}
        limit = {"code": 11232, "msg": "frequency limited"}
        requests = self.try_robot("feishu", [(200, limit), (429, ""), (200, fine)], [1], secret="key", language="zh")
        self.assertEqual(len(requests), 3)
        body = requests[2].json()
        signed = hmac.new(f"{body['timestamp']}\nkey".encode(), b"", hashlib.sha256).digest()
        self.assertEqual(body["sign"], base64.b64encode(signed).decode())
        self.assertLess(abs(int(body["timestamp"]) - time.time()), 120)
        self.assertIn("slow-response", body["content"]["post"]["zh_cn"]["title"])
        self.try_robot("feishu", [(200, {"code": 19021, "msg": "sign match fail"})], [2])
        self.assertIn("19021", self.row[3])

    def test_wecom(self):
        fine = {"errcode": 0, "errmsg": "ok"}
        self.assertEqual(len(self.try_robot("wecom", [(200, {"errcode": 45009, "errmsg": "api freq out of limit"}),
                                                      (200, fine)], [1])), 2)
        self.try_robot("wecom", [(200, {"errcode": 93000, "errmsg": "invalid webhook url"})], [2])
        self.assertIn("invalid webhook url", self.row[3])


class Templates(Case):
    def begin(self, answers, states, **template):
        self.robot = Robot(*answers)
        self.addCleanup(self.robot.close)
        self.start({"template": {"url": self.robot.url, **template}}, token="Bearer t0ken")
        self.fire('m"ai&l')
        self.row = self.until_outbox(*states)[0]
        return self.robot.requests[-1]

    def test_json(self):
        request = self.begin([(200, "OK 1")], [1], method="PUT", headers={"X-A": "b"}, header_files={"Authorization": "token"},
                             body='{"text":"{{summary}}","of":"{{service}}","all":"{{ text }}"}', success="^OK [0-9]")
        self.assertEqual((request.method, request.headers["X-A"], request.headers["Authorization"]),
                         ("PUT", "b", "Bearer t0ken"))
        self.assertEqual(request.json()["of"], 'm"ai&l')
        self.assertIn("\n", request.json()["all"])

    def test_query(self):
        url = "{{summary}}"
        robot = Robot((200, "0"))
        self.addCleanup(robot.close)
        self.start({"template": {"url": f"{robot.url}?to=1&text={url}&level={{{{level}}}}", "method": "GET"}})
        self.fire('m"ai&l')
        request = robot.wait(1)[0]
        self.assertEqual((request.method, request.body, sorted(request.query)), ("GET", b"", ["level", "text", "to"]))
        self.assertIn('m"ai&l', request.query["text"])

    def test_no_success(self):
        self.begin([(200, "ERR no credit")], [2], content_type="application/x-www-form-urlencoded",
                   body="text={{summary}}", success="^OK")
        self.assertIn("without what `success` asks for", self.row[3])


class StandardWebhooks(Case):
    SCRIPT = ("const {Webhook} = require('standardwebhooks'); const fs = require('fs');"
              "const {secret, body, headers} = JSON.parse(fs.readFileSync(0));"
              "console.log(new Webhook(secret).verify(body, headers).type);"
              "try { new Webhook(secret).verify(body + ' ', headers); console.log('forged'); }"
              "catch (e) { console.log('refused'); }")

    def test_the_public_verifier(self):
        for program in ("node", "npm"):
            if shutil.which(program) is None:
                self.skipTest(f"there is no {program}: Debian's nodejs and npm have it")
        with tempfile.TemporaryDirectory() as directory:
            done = subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", directory, NPM_PACKAGE],
                                  capture_output=True, text=True, timeout=120, env={**os.environ, "HOME": directory})
            if done.returncode != 0:
                self.skipTest(f"npm cannot install {NPM_PACKAGE}: {done.stderr[-200:]}")
            with Receiver() as receiver:
                self.start({"webhook": {"url": receiver.url, "secret_file": "secret"}}, secret=SECRET)
                self.fire()
                message = receiver.wait(1)[0]
            given = {"secret": SECRET, "body": message.body.decode(), "headers": dict(message.headers)}
            said = subprocess.run(["node", "-e", self.SCRIPT], input=json.dumps(given), cwd=directory, text=True,
                                  capture_output=True, timeout=60)
            self.assertEqual((said.stdout.split(), said.stderr), (["slad.alert.fired", "refused"], ""))


if __name__ == "__main__":
    main()
