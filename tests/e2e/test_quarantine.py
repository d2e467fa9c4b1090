#!/usr/bin/python3
"""What a hook's mapping cannot make events of is kept, with the reason, until somebody mends its cause; and every
way in which a delivery may prove who sent it."""
import base64
import gzip
import json
import os
import re
import sqlite3
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from hooks import sign  # noqa: E402
from slad import Slad, event, main  # noqa: E402

AGREEMENTS = [{"id": "acme", "from": "2020-01-01"}]
MAPPING = """
name: own
delivery: header('X-Delivery')
tables: {agreements: {}}
subject: body->>'id'
time: ts(body->>'at', 'local')
events:
  - each: json_each(body, '$.tickets')
    type: opened
    id: body->>'id' || ':' || (item->>'id')
    subject: item->>'id'
    data: {agreement: "lookup('agreements', item->>'org')", major: "item->>'major'", title: "item->>'t'"}
  - when: body->>'what' = 'gone'
    type: = body->>'type'
    data: {cause: "body->>'cause'", from: "ts(body->>'at', 'local')"}
"""
WHSEC = "whsec_" + base64.b64encode(bytes(range(24))).decode()
SIGNED = {"header": "webhook-signature", "encoding": "base64", "prefix": "v1,", "signed": "id.timestamp.body",
          "id_header": "webhook-id", "timestamp_header": "webhook-timestamp"}


def payload(id="p1", org="A", subject="T1", at="2026-03-09 20:30:15", **more):
    return {"id": id, "at": at, "tickets": [{"id": subject, "org": org, "t": "Ä", "major": True}], **more}


class Base(unittest.TestCase):
    def slad(self, mapping=MAPPING, secrets=None, **hook):
        made = Slad({"agreements": AGREEMENTS}, start=False)
        self.addCleanup(made.close)
        made.hook = {"source": "desk", "mapping": "own", "timezone": "Asia/Shanghai", "verify": "none",
                     "tables": {"agreements": {"A": "acme"}}, **hook}
        os.mkdir(made.path("mappings"))
        self.write(made, "mappings/own.yaml", mapping)
        for name, text in (secrets or {}).items():
            self.write(made, name, text)
            os.chmod(made.path(name), 0o600)
        made.write_config({"agreements": AGREEMENTS, "hooks": [made.hook]})
        return made

    def write(self, slad, name, text):
        with open(slad.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def reload(self, slad):
        first = len(slad.log)
        slad.signal(1)
        return slad.wait_log("configuration was read again|old configuration stays", first)

    def send(self, slad, body, headers=None, path="/hooks/desk"):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return slad.ask("POST", path, raw, {"Content-Type": "application/json", **(headers or {})})

    def quarantine(self, slad, **params):
        return slad.get("/v1/quarantine", **params)["quarantine"]

    def metric(self, slad, name):
        for line in slad.ask("GET", "/metrics").text.splitlines():
            if line.startswith(name + " "):
                return float(line.split()[-1])
        self.fail(f"no metric {name}")


class Quarantine(Base):
    def test_a_delivery_is_kept_mended_and_replayed(self):
        slad = self.slad().start()
        answer = self.send(slad, payload(org="B"), {"X-Delivery": "d-1", "Authorization": "Bearer hush",
                                                    "X-Api-Key": "hush", "Cookie": "hush", "X-Kind": "k"})
        self.assertEqual((answer.status, answer.body), (202, b""))
        row, = self.quarantine(slad)
        self.assertEqual((row["from"], row["source"], row["delivery"]), ("hook", "desk", "d-1"))
        self.assertIn("'p1:T1'", row["reason"])
        self.assertIn("'agreement' is missing; request.opened needs it; the table 'agreements' has nothing for 'B'",
                      row["reason"])
        one = slad.get(f"/v1/quarantine/{row['id']}")
        self.assertEqual(json.loads(one["body"]), payload(org="B"))
        self.assertEqual(one["headers"]["x-kind"], "k")
        self.assertNotIn("hush", json.dumps(one))
        slad.wait_log("hook desk: deliveries are quarantined: .*agreement")

        replay = slad.ask("POST", f"/v1/quarantine/{row['id']}/replay")
        self.assertEqual(replay.status, 409, replay)
        self.assertIn("agreement", replay.json()["detail"])
        self.assertEqual(len(self.quarantine(slad)), 1)
        slad.hook["tables"]["agreements"]["B"] = "acme"
        slad.write_config({"agreements": AGREEMENTS, "hooks": [slad.hook]})
        self.assertIn("read again", self.reload(slad))
        replay = slad.ask("POST", f"/v1/quarantine/{row['id']}/replay", json.dumps({"by": "Eve"}),
                          {"Content-Type": "application/json"})
        self.assertEqual((replay.status, replay.json()), (200, {"accepted": 1, "duplicates": 0}), replay)
        self.assertEqual(self.quarantine(slad), [])
        ticket = slad.ticket("T1")
        self.assertIn("2026-03-09T12:30:15.000Z", json.dumps(ticket))
        self.assertEqual(slad.ask("POST", f"/v1/quarantine/{row['id']}/replay").status, 404)
        self.send(slad, payload(org="B"))
        self.assertEqual(self.quarantine(slad), [])
        slad.wait_log("hook desk: deliveries are taken again")
        self.assertEqual(self.metric(slad, "slad_quarantine_events"), 0)
        self.assertEqual(self.metric(slad, "slad_quarantine_bytes"), 0)
        self.assertEqual(slad.verify()[0], 0)

    def test_what_is_right_of_a_delivery_is_stored(self):
        slad = self.slad().start()
        body = payload()
        body["tickets"].append({"id": "T2", "org": "none"})
        self.send(slad, body)
        self.assertEqual(len(self.quarantine(slad)), 1)
        slad.ticket("T1")
        slad.hook["agreement"] = "acme"
        slad.write_config({"agreements": AGREEMENTS, "hooks": [slad.hook]})
        self.reload(slad)
        replay = slad.ask("POST", f"/v1/quarantine/{self.quarantine(slad)[0]['id']}/replay")
        self.assertEqual(replay.json(), {"accepted": 1, "duplicates": 1})

    def test_expressions_that_fail(self):
        slad = self.slad().start()
        for body, reason in ((payload(at="noon"), "is no time of the shape local"),
                             ({"id": "x", "what": "gone", "type": "excluded", "at": "2026-03-09 20:30:15"}, "cause"),
                             ({"id": "x", "what": "gone", "type": "vanished", "at": "2026-03-09 20:30:15"}, "type"),
                             (payload(at="2030-01-01 00:00:00"), "ahead of slad's clock"),
                             (payload(subject="x\u0000y"), "the character NUL"),
                             (payload(subject="x\ty"), "control character"),
                             ({"tickets": ["text"]}, "malformed JSON"),
                             (payload(org=None), "says nothing that the table 'agreements' could have"),
                             (payload(subject=""), "'subject' is empty")):
            with self.subTest(reason=reason):
                self.assertEqual(self.send(slad, body).status, 202)
                row = self.quarantine(slad)[0]
                self.assertIn(reason, row["reason"])
        self.assertEqual(self.send(slad, {"what": "nothing"}).status, 202)
        count = len(self.quarantine(slad))
        self.assertEqual(self.metric(slad, "slad_quarantine_events"), count)
        slad.restart()
        self.assertEqual(len(self.quarantine(slad)), count)

    def test_pages_and_deletions(self):
        slad = self.slad().start()
        for n in range(5):
            self.send(slad, payload(id=f"p{n}", org="none"))
        wrong = event("e1", "request.opened", "X", "2026-01-01T00:00:00Z", agreement="none")
        self.assertEqual(slad.post([wrong], on_error="skip").json()["rejected"], 1)
        seen, cursor = [], None
        while True:
            page = slad.get("/v1/quarantine", limit=2, cursor=cursor)
            seen += page["quarantine"]
            cursor = page["next"]
            if cursor is None:
                break
        self.assertEqual([row["from"] for row in seen], ["events"] + ["hook"] * 5)
        self.assertEqual(len(self.quarantine(slad, source="desk")), 5)
        ids = [int(row["id"]) for row in seen]
        self.assertEqual(ids, sorted(ids, reverse=True))
        first = slad.get("/v1/quarantine", order="oldest", limit=4)
        rest = slad.get("/v1/quarantine", order="oldest", limit=4, cursor=first["next"])
        self.assertEqual([int(row["id"]) for row in first["quarantine"] + rest["quarantine"]], sorted(ids))
        self.assertIsNone(rest["next"])
        self.assertEqual(self.quarantine(slad, order="newest"), seen)
        self.assertEqual(slad.ask("GET", "/v1/quarantine", order="up").status, 400)
        self.assertEqual(self.quarantine(slad, source="none"), [])
        self.assertEqual([row["from"] for row in self.quarantine(slad, **{"from": "events"})], ["events"])
        self.assertEqual(len(self.quarantine(slad, reason="'p3:T1'", **{"from": "hook"})), 1)
        self.assertEqual(self.quarantine(slad, reason="'p3:T1'", **{"from": "events"}), [])
        self.assertEqual(slad.ask("GET", "/v1/quarantine", **{"from": "hooks"}).status, 400)
        self.assertEqual(slad.ask("POST", f"/v1/quarantine/{seen[0]['id']}/replay").status, 409)
        for row in seen:
            self.assertEqual(slad.ask("DELETE", f"/v1/quarantine/{row['id']}").status, 200)
            self.assertEqual(slad.ask("DELETE", f"/v1/quarantine/{row['id']}").status, 404)
        self.assertEqual(self.quarantine(slad), [])
        for path in ("/v1/quarantine/x", "/v1/quarantine/01", "/v1/quarantine/99999999999999999999"):
            self.assertEqual(slad.ask("GET", path).status, 404)
        self.assertEqual(slad.ask("GET", "/v1/quarantine", limit=0).status, 400)

    def test_an_event_is_replayed(self):
        slad = self.slad().start()
        late = event("e1", "request.opened", "X", "2026-01-01T00:00:00Z", agreement="beta")
        slad.post([late], on_error="skip")
        row, = self.quarantine(slad)
        slad.write_config({"agreements": AGREEMENTS + [{"id": "beta", "from": "2020-01-01"}], "hooks": [slad.hook]})
        self.reload(slad)
        self.assertEqual(slad.ask("POST", f"/v1/quarantine/{row['id']}/replay").json()["accepted"], 1)
        slad.ticket("X")

    def test_a_full_quarantine_says_so(self):
        slad = self.slad().start()
        big = payload(org="none", more="x" * 1_000_000)
        for _ in range(68):
            self.assertEqual(self.send(slad, big).status, 202)
        slad.wait_log("hook desk: deliveries are lost: the quarantine is full")
        self.assertLessEqual(self.metric(slad, "slad_quarantine_bytes"), 64 << 20)
        slad.ask("DELETE", f"/v1/quarantine/{self.quarantine(slad)[0]['id']}")
        count = len(self.quarantine(slad))
        self.send(slad, big)
        self.assertEqual(len(self.quarantine(slad)), count + 1)


SNAPSHOTS = """
name: own
tables: {agreements: {}}
subject: body->>'id'
time: unix_s(body->>'v')
snapshot:
  subject: body->>'id'
  version: body->>'v'
  state: {state: "body->>'state'", org: "lookup('agreements', body->>'org')"}
events:
  - when: state IS NULL
    type: opened
    id: body->>'id' || ':opened'
    time: unix_s(body->>'made')
    data: {agreement: "snapshot->>'org'"}
  - when: changed(state->>'state', snapshot->>'state')
    type: = CASE snapshot->>'state' WHEN 'done' THEN 'resolved' WHEN 'again' THEN 'reopened' END
    id: body->>'id' || ':' || (body->>'state') || ':' || (body->>'v')
  - when: state->>'state' = snapshot->>'state'
    type: contacted
    id: body->>'id' || ':contacted:' || (body->>'v')
"""

LATE = """
  - when: body->>'note' <> ''
    late: yes
    type: responded
    id: body->>'id' || ':note:' || (body->>'v')
"""


class Snapshots(Base):
    def snapshot(self, v, state, org="A", id="S1"):
        return {"id": id, "v": 1773000000 + v, "made": 1773000000, "state": state, "org": org}

    def types(self, slad, subject="S1"):
        return [record["event"]["type"] for record in slad.ticket(subject)["records"]]

    def test_of_a_snapshot_it_is_all_or_nothing(self):
        slad = self.slad(SNAPSHOTS).start()
        self.send(slad, self.snapshot(5, "done", org="none"))
        row, = self.quarantine(slad)
        self.assertEqual(slad.ask("GET", "/v1/tickets/S1").status, 404)
        self.send(slad, self.snapshot(9, "done"))
        self.assertEqual(self.types(slad), ["request.opened", "request.resolved"])
        replay = slad.ask("POST", f"/v1/quarantine/{row['id']}/replay")
        self.assertEqual(replay.json(), {"accepted": 0, "duplicates": 0}, replay)
        self.assertEqual(self.quarantine(slad), [])

    def test_a_snapshot_leaves_the_quarantine_with_its_state(self):
        slad = self.slad(SNAPSHOTS).start()
        self.send(slad, self.snapshot(5, "done", org="B"))
        row, = self.quarantine(slad)
        slad.hook["tables"]["agreements"]["B"] = "acme"
        slad.write_config({"agreements": AGREEMENTS, "hooks": [slad.hook]})
        self.reload(slad)
        replay = slad.ask("POST", f"/v1/quarantine/{row['id']}/replay")
        self.assertEqual(replay.json(), {"accepted": 2, "duplicates": 0}, replay)
        self.send(slad, self.snapshot(6, "again", org="B"))
        self.assertEqual(self.types(slad), ["request.opened", "request.resolved", "request.reopened"])

    def test_older_and_same_ones_say_nothing(self):
        slad = self.slad(SNAPSHOTS).start()
        for v, state in ((1, "new"), (5, "done"), (5, "done"), (3, "again"), (1, "new"), (7, "again"), (5, "done")):
            self.send(slad, self.snapshot(v, state))
        self.assertEqual(self.types(slad), ["request.opened", "request.resolved", "request.reopened"])
        slad.restart()
        self.send(slad, self.snapshot(7, "again"))
        self.send(slad, {"what": "no ticket"})
        self.assertEqual(len(self.types(slad)), 3)
        self.assertEqual(self.quarantine(slad), [])

    def test_of_one_version_each_is_known_that_was_seen(self):
        slad = self.slad(SNAPSHOTS).start()
        for v, state in ((5, "done"), (5, "again"), (5, "done"), (5, "again"), (6, "again")):
            self.send(slad, self.snapshot(v, state))
        wanted = ["request.opened", "request.resolved", "request.reopened", "request.contacted"]
        self.assertEqual(self.types(slad), wanted)
        slad.restart()
        for state in ("done", "again", "done"):
            self.send(slad, self.snapshot(6, state))
        self.send(slad, self.snapshot(7, "done"))
        self.assertEqual(self.types(slad), wanted + ["request.resolved", "request.contacted"])

    def test_a_version_that_never_grows_is_kept_in_bounds(self):
        slad = self.slad(SNAPSHOTS).start()
        for n in range(70):
            self.send(slad, self.snapshot(5, f"s{n}"))
        with sqlite3.connect(f"file:{slad.path('slad.db')}?mode=ro", uri=True) as db:
            (kept,), = db.execute("SELECT state FROM hook_state")
        self.assertEqual(json.loads(kept)["state"], "s69")
        self.assertEqual(len(set(json.loads(kept)["*"])), 64)
        self.assertEqual(self.quarantine(slad), [])

    def test_what_was_kept_before_there_were_prints(self):
        slad = self.slad(SNAPSHOTS).start()
        self.send(slad, self.snapshot(5, "done"))
        slad.stop()
        with sqlite3.connect(slad.path("slad.db")) as db:
            db.execute("""UPDATE hook_state SET state = json_remove(state, '$."*"')""")
        slad.start()
        for state in ("done", "again", "again"):
            self.send(slad, self.snapshot(5, state))
        self.assertEqual(self.types(slad), ["request.opened", "request.resolved", "request.reopened"])

    def test_what_is_late_is_told_of_older_ones_too(self):
        slad = self.slad(SNAPSHOTS + LATE).start()
        for v, note in ((5, ""), (3, "Coming."), (3, "Coming."), (2, ""), (5, ""), (6, "There.")):
            self.send(slad, {**self.snapshot(v, "again" if v == 3 else "done"), "note": note})
        self.assertEqual([(record["event"]["type"], record["event"]["time"][14:19])
                          for record in slad.ticket("S1")["records"]],
                         [("request.opened", "00:00"), ("request.responded", "00:03"),
                          ("request.resolved", "00:05"), ("request.contacted", "00:06"),
                          ("request.responded", "00:06")])
        self.assertEqual(self.quarantine(slad), [])
        self.send(slad, {**self.snapshot(4, "done", org="none"), "note": "A late one needs no agreement."})
        self.assertEqual(self.types(slad).count("request.responded"), 3)


class Answers(Base):
    def test_a_mapping_says_what_a_delivery_is_answered(self):
        slad = self.slad(MAPPING + "answer: 204\n").start()
        for org in ("A", "none"):
            answer = self.send(slad, payload(org=org))
            self.assertEqual((answer.status, answer.body), (204, b""), answer)
        self.assertEqual(len(self.quarantine(slad)), 1)
        self.assertEqual(self.send(slad, b"{").status, 400)

    def test_what_is_refused_of_the_new_keys(self):
        for text, wrong in ((MAPPING + "answer: 200\n", "'answer' is one of 202, 204"),
                            (MAPPING + "    late: perhaps\n", "'late' is one of no, yes"),
                            (MAPPING + "    late: yes\n", "'late' is of a mapping with a snapshot")):
            status = self.slad(text).run("check")
            self.assertEqual(status.returncode, 1, text)
            self.assertIn(wrong, status.stderr)

    def test_what_is_refused(self):
        slad = self.slad().start()
        good = json.dumps(payload()).encode()
        self.assertEqual(self.send(slad, good, path="/hooks/other").status, 404)
        self.assertEqual(slad.ask("GET", "/hooks/desk").status, 405)
        for type in ("application/x-www-form-urlencoded", "text/plain", "application/xml"):
            self.assertEqual(self.send(slad, good, {"Content-Type": type}).status, 415, type)
        for type in ("application/json; charset=utf-8", "application/vnd.desk+json", "text/json"):
            self.assertEqual(self.send(slad, good, {"Content-Type": type}).status, 202, type)
        self.assertEqual(self.send(slad, gzip.compress(good), {"Content-Encoding": "br"}).status, 415)
        self.assertEqual(self.send(slad, good, {"Content-Encoding": "identity"}).status, 202)
        asked = slad.ask("OPTIONS", "/hooks/desk", headers={"WebHook-Request-Origin": "desk.example.org"})
        self.assertEqual((asked.status, asked.headers["WebHook-Allowed-Origin"]), (200, "desk.example.org"))
        self.assertEqual(self.send(slad, b"").status, 400)
        self.assertEqual(self.send(slad, good[:-1]).status, 400)
        self.assertEqual(self.send(slad, b"[" * 65 + b"]" * 65).status, 400)
        self.assertEqual(self.send(slad, b"[" * 64 + b"]" * 64).status, 202)

    def test_tokens_guard_the_quarantine_and_not_the_hook(self):
        slad = self.slad()
        slad.write_config({"agreements": AGREEMENTS, "hooks": [slad.hook],
                           "tokens": [{"name": "t", "sha256": "0" * 64, "scopes": ["read"]}]})
        slad.start()
        self.assertEqual(self.send(slad, payload(org="none")).status, 202)
        self.assertEqual(slad.ask("GET", "/v1/quarantine").status, 401)
        self.assertEqual(slad.ask("DELETE", "/v1/quarantine/1").status, 401)

    def test_mistakes_in_a_mapping_are_named(self):
        slad = self.slad(MAPPING.replace("body->>'what'", "boddy->>'what'"))
        status = slad.run("check")
        self.assertEqual(status.returncode, 1)
        self.assertRegex(status.stderr, r"mappings/own.yaml:13:11: no such column: boddy\n$")
        self.write(slad, "mappings/own.yaml", MAPPING)
        self.assertEqual(slad.run("check").returncode, 0)
        slad.start()
        self.write(slad, "mappings/own.yaml", MAPPING.replace("item->>'org'", "random()"))
        self.assertIn("old configuration stays", self.reload(slad))
        self.assertEqual(self.send(slad, payload()).status, 202)
        slad.ticket("T1")

    def test_a_payload_that_takes_too_long(self):
        forever = "(SELECT count(*) FROM json_each(body) a, json_each(body) b, json_each(body) c, json_each(body) d)"
        slad = self.slad(f"name: own\nevents: [{{type: opened, subject: \"{forever}\"}}]\n").start()
        begun = time.monotonic()
        self.assertEqual(self.send(slad, list(range(1000))).status, 202)
        self.assertLess(time.monotonic() - begun, 5)
        self.assertIn("takes too long", self.quarantine(slad)[0]["reason"])


class Proofs(Base):
    def test_standard_webhooks_and_two_secrets(self):
        slad = self.slad(secrets={"new": WHSEC + "\n", "old": "an old one"},
                         verify={"signature": {**SIGNED, "secret_files": ["new", "old"]}}).start()
        body = json.dumps(payload()).encode()
        for secret, now, status in ((WHSEC, None, 202), ("an old one", None, 202), ("another", None, 401),
                                    (WHSEC, time.time() - 290, 202), (WHSEC, time.time() - 310, 401),
                                    (WHSEC, time.time() + 310, 401)):
            with self.subTest(secret=secret, now=now):
                self.assertEqual(self.send(slad, body, sign("signature", SIGNED, body, secret, now)).status, status)
        headers = sign("signature", SIGNED, body, WHSEC)
        for name in headers:
            with self.subTest(without=name):
                self.assertEqual(
                    self.send(slad, body, {k: v for k, v in headers.items() if k != name}).status, 401)
        two = {**headers, "webhook-signature": "v1,AAAA v1a,BBBB " + headers["webhook-signature"]}
        self.assertEqual(self.send(slad, body, two).status, 202)
        slad.hook["verify"]["signature"]["secret_files"] = ["new"]
        slad.write_config({"agreements": AGREEMENTS, "hooks": [slad.hook]})
        self.reload(slad)
        self.assertEqual(self.send(slad, body, sign("signature", SIGNED, body, "an old one")).status, 401)
        self.assertIsNotNone(re.search("T1", json.dumps(slad.ticket("T1"))))

    def test_every_algorithm(self):
        for algorithm in ("sha1", "sha256", "sha512"):
            for encoding in ("hex", "base64"):
                for signed in ("body", "timestamp.body", "body+timestamp", "v0:timestamp:body"):
                    keys = {"header": "X-Sum", "algorithm": algorithm, "encoding": encoding, "prefix": "s=",
                            "signed": signed, "timestamp_header": "X-Time"}
                    slad = self.slad(secrets={"s": "one"}, verify={"signature": {**keys, "secret_files": "s"}})
                    with self.subTest(**keys), slad.start():
                        body = json.dumps(payload()).encode()
                        self.assertEqual(self.send(slad, body, sign("signature", keys, body, "one")).status, 202)
                        self.assertEqual(self.send(slad, body, sign("signature", keys, body, "two")).status, 401)

    def test_tokens_and_passwords(self):
        slad = self.slad(secrets={"a": "ta", "b": "tb"}, verify={"token_file": ["a", "b"]}).start()
        for token, status in (("ta", 202), ("tb", 202), ("tc", 401), ("", 401)):
            self.assertEqual(self.send(slad, payload(), {"Authorization": f"Bearer {token}"}).status, status, token)
        slad = self.slad(secrets={"a": "t+a"}, verify={"token": {"query": "key"}, "token_file": "a"}).start()
        self.assertEqual(self.send(slad, payload(), path="/hooks/desk?key=t%2Ba").status, 202)
        self.assertEqual(self.send(slad, payload(), path="/hooks/desk?key=t").status, 401)
        self.assertEqual(self.send(slad, payload()).status, 401)
        slad = self.slad(secrets={"p": "pass:word"}, verify={"basic": {"user": "u", "password_file": "p"}}).start()
        for user, status in ((b"u:pass:word", 202), (b"u:pass", 401), (b"v:pass:word", 401)):
            proof = {"Authorization": "Basic " + base64.b64encode(user).decode()}
            self.assertEqual(self.send(slad, payload(), proof).status, status)


if __name__ == "__main__":
    main()
