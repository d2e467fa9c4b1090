#!/usr/bin/python3
"""The edge of POST /v1/events: gzip'd bodies, CloudEvents in binary mode, and the handshake."""
import gzip
import json
import os
import random
import sys
import unittest
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from desk import Desk  # noqa: E402
from slad import ARRAY, LINES, Slad, main, ndjson  # noqa: E402

CONFIG = {"agreements": [{"id": "acme", "from": "2020-01-01"}]}
TOKEN = "abc"  # SHA-256: FIPS 180-4, appendix
DIGEST = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
ONE, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"
MOST = 16 << 20
GZIP = {"Content-Encoding": "gzip"}


class Case(unittest.TestCase):
    """One daemon for all tests of a class; each has a source of its own."""

    config = CONFIG

    @classmethod
    def setUpClass(cls):
        cls.slad = Slad(cls.config)

    @classmethod
    def tearDownClass(cls):
        cls.slad.close()

    def setUp(self):
        self.desk = Desk(f"urn:{self.id()}")

    def send(self, body, type=ARRAY, headers=None, **params):
        if not isinstance(body, bytes):
            body = json.dumps(body, ensure_ascii=False).encode()
        return self.slad.ask("POST", "/v1/events", body,
                             {**({"Content-Type": type} if type else {}), **(headers or {})}, **params)

    def taken(self, answer, accepted, duplicates=0):
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(answer.json(), {"accepted": accepted, "duplicates": duplicates, "rejected": 0})

    def refused(self, answer, status, *words):
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.headers.get_content_type(), "application/problem+json")
        for word in words:
            self.assertIn(word, answer.json()["detail"])
        return answer.json()


class Gzip(Case):
    def packed(self, body, type=ARRAY, headers=None, **params):
        return self.send(gzip.compress(body), type, {**GZIP, **(headers or {})}, **params)

    def test_every_form(self):
        one, two = self.desk.opened("T1"), self.desk.opened("T2")
        self.taken(self.packed(json.dumps(one).encode()), 1)
        self.taken(self.packed(json.dumps(one).encode(), ONE), 0, 1)
        self.taken(self.packed(json.dumps([one, two]).encode(), BATCH), 1, 1)
        self.taken(self.packed(ndjson([one, two]).encode(), LINES), 0, 2)

    def test_members_and_chunks(self):
        events = [self.desk.opened(f"L{i}") for i in range(300)]
        body = b"".join(gzip.compress(ndjson(events[i::3]).encode()) for i in range(3))
        pieces = iter([body[i:i + 1000] for i in range(0, len(body), 1000)])
        self.taken(self.slad.ask("POST", "/v1/events", pieces, {"Content-Type": LINES, **GZIP}), 300)

    def test_names_of_codings(self):
        body = json.dumps(self.desk.opened("T1")).encode()
        for name in ("gzip", "GZip", "x-gzip"):
            self.assertEqual(self.send(gzip.compress(body), ARRAY, {"Content-Encoding": name}).status, 200)
        for name in ("identity", "Identity", ""):
            self.assertEqual(self.send(body, ARRAY, {"Content-Encoding": name}).status, 200)
        for name in ("br", "deflate", "zstd", "gzip, gzip", "gzip, identity", "gzipp", "compress"):
            answer = self.send(gzip.compress(body), ARRAY, {"Content-Encoding": name})
            self.refused(answer, 415, f"'{name}'", "gzip")
            self.assertEqual(answer.headers["Accept-Encoding"], "gzip")

    def test_what_is_broken(self):
        body = gzip.compress(json.dumps(self.desk.opened("T1")).encode())
        for what, sent, words in (
                ("plain", b"{}", "no gzip"), ("zlib", zlib.compress(b"{}"), "no gzip"), ("empty", b"", "missing"),
                ("cut", body[:-1], "missing"), ("half", body[:len(body) // 2], "missing"),
                ("followed", body + b"\0", f"byte {len(body)}"), ("twice, cut", body + body[:-9], "missing"),
                ("checksum", body[:-8] + bytes(4) + body[-4:], "damaged"),
                ("length", body[:-1] + b"\xff", "damaged")):
            with self.subTest(what):
                self.refused(self.send(sent, ARRAY, GZIP), 400, words)
        self.taken(self.send(body, ARRAY, GZIP), 1)

    def test_any_cut_and_any_bit(self):
        seed = random.randrange(1 << 32)
        print(f"seed {seed}")
        rng = random.Random(seed)
        body = gzip.compress(json.dumps(self.desk.opened("T1")).encode())
        self.taken(self.send(body, ARRAY, GZIP), 1)
        for _ in range(200):
            damaged = bytearray(body)
            damaged[rng.randrange(len(body))] ^= 1 << rng.randrange(8)
            cut = rng.random() < 0.5
            answer = self.send(body[:rng.randrange(len(body))] if cut else bytes(damaged), ARRAY, GZIP)
            if cut or answer.status != 200:
                self.refused(answer, 400)
            else:
                self.taken(answer, 0, 1)  # its header's time, or what fills its last byte

    def test_no_more_than_a_body_may_have(self):
        event = json.dumps(self.desk.opened("T1")).encode()
        self.taken(self.packed(event + b"\n" * (MOST - len(event)), LINES), 1)
        self.refused(self.packed(event + b"\n" * (MOST - len(event) + 1), LINES), 413, str(MOST))
        bomb = gzip.compress(bytes(MOST)) * 900  # 14 GiB of nothing
        self.refused(self.send(bomb[:MOST], LINES, GZIP), 413, str(MOST))
        inner = gzip.compress(gzip.compress(bytes(MOST)))
        self.refused(self.send(inner, ARRAY, GZIP), 400, "JSON")
        self.refused(self.send(gzip.compress(b"") * (MOST // 20), ARRAY, GZIP), 400, "JSON")
        self.taken(self.packed(event), 0, 1)

    def test_depth_is_looked_at_behind_it(self):
        self.refused(self.packed(b"[" * (1 << 20)), 400, "32 levels")

    def test_one_of_them_wrong(self):
        good, bad = self.desk.opened("T1"), self.desk.opened("T2", agreement="none")
        body = json.dumps([good, bad]).encode()
        self.assertEqual(self.packed(body).json()["errors"][0]["index"], 1)
        self.assertEqual(self.packed(body, on_error="skip").json()["rejected"], 1)

    def test_where_no_body_is(self):
        self.assertEqual(self.slad.ask("GET", "/v1/indicators", headers={"Content-Encoding": "br"}).status, 200)

    def test_orders(self):
        order = json.dumps({"title": "Faster", "agreement": "acme", "indicator": "timely_response_rate",
                            "window": "24h", "aim": 0.9}).encode()
        path, headers = "/v1/improvements", {"Content-Type": ARRAY}
        self.taken(self.send([self.desk.opened("T1", 60), self.desk.event("request.responded", "T1")]), 2)
        answers = [self.slad.ask("POST", path, gzip.compress(order), {**headers, **GZIP}),
                   self.slad.ask("POST", path, order, headers)]
        self.assertEqual([answer.status for answer in answers], [201, 201], answers)
        self.refused(self.slad.ask("POST", path, order, {**headers, **GZIP}), 400, "no gzip")


class Tokens(Case):
    """Nobody's gzip is opened before it is known whose it is."""

    config = {**CONFIG, "tokens": [{"name": "desk", "sha256": DIGEST, "scopes": ["ingest"]}]}

    def test_the_token_comes_first(self):
        for headers in ({"Content-Encoding": "br"}, GZIP):
            self.refused(self.send(b"x", ARRAY, headers), 401)
        headers = {"Authorization": f"Bearer {TOKEN}"}
        self.refused(self.send(b"x", ARRAY, {**GZIP, **headers}), 400, "no gzip")
        self.taken(self.send(gzip.compress(json.dumps(self.desk.opened("T1")).encode()), ARRAY, {**GZIP, **headers}), 1)

    def test_the_handshake_needs_none(self):
        answer = self.slad.ask("OPTIONS", "/v1/events", headers={"WebHook-Request-Origin": "desk.example"})
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers["WebHook-Allowed-Origin"], "desk.example")


class Binary(Case):
    def headers(self, event):
        return {f"ce-{name}": str(value) for name, value in event.items() if name != "data"}

    def binary(self, event, type=ARRAY, headers=None, body=None, **params):
        return self.send(event["data"] if body is None else body, type,
                         {**self.headers(event), **(headers or {})}, **params)

    def test_every_mode_is_the_same_event(self):
        event = {**self.desk.opened("T1"), "sequence": 7, "traceparent": "00-a-b-01"}
        self.taken(self.binary(event), 1)
        self.taken(self.send(event), 0, 1)
        self.taken(self.send({**event, "sequence": "7", "datacontenttype": "application/json"}, ONE), 0, 1)
        self.taken(self.send([event], BATCH), 0, 1)
        self.taken(self.binary(event, "application/json; charset=utf-8"), 0, 1)
        self.taken(self.binary(event, body=gzip.compress(json.dumps(event["data"]).encode()), headers=GZIP), 0, 1)
        self.assertEqual(self.binary({**event, "traceparent": "00-a-c-01"}).status, 400)

    def test_values_are_decoded(self):
        event = self.desk.opened("Störung €1 100%")
        sent = {"ce-subject": "St%C3%B6rung%20%E2%82%AC1%20100%25"}
        self.taken(self.binary({**event, "subject": "x"}, headers=sent), 1)
        self.taken(self.send(event), 0, 1)
        self.assertEqual(self.slad.ticket(event["subject"], source=self.desk.source)["subject"], event["subject"])
        quoted = {"ce-subject": '"St%C3%B6rung %E2%82%AC1 100%25"'}
        self.taken(self.binary({**event, "subject": "x"}, headers=quoted), 0, 1)
        self.refused(self.binary(event, headers={"ce-subject": "100%"}), 400, "ce-subject", "%25")
        self.refused(self.binary(event, headers={"ce-subject": "%C0%A0"}), 400, "ce-subject", "UTF-8")

    def test_the_same_checks(self):
        event = self.desk.opened("T1", agreement="none")
        binary, json_ = self.binary(event), self.send(event)
        self.assertEqual((binary.status, binary.json()), (json_.status, json_.json()))
        answer = self.binary(event, on_error="skip").json()
        self.assertEqual((answer["accepted"], answer["rejected"]), (0, 1))
        for name in ("id", "source", "type", "time", "specversion", "subject"):
            less = {k: v for k, v in self.desk.opened("T1").items() if k != name}
            self.assertEqual(self.binary(less).json()["errors"][0]["pointer"], f"/{name}")

    def test_data(self):
        event = self.desk.opened("T1")
        for type in ("text/plain", "application/xml", "application/octet-stream", None):
            self.refused(self.binary(event, type), 415, "application/json", "application/cloudevents+json")
        self.refused(self.binary(event, body=b"{"), 400, "no JSON")
        self.assertEqual(self.binary(event, body=b"[]").json()["errors"][0]["pointer"], "/data")
        self.taken(self.binary(event), 1)
        done = self.desk.event("request.responded", "T1")
        self.taken(self.send(b"", None, self.headers(done)), 1)

    def test_two_modes_at_once(self):
        event = self.desk.opened("T1")
        other = {"ce-id": "other"}
        self.refused(self.binary(event, body=json.dumps(event).encode()), 400, "a whole event")
        self.refused(self.send(event, ONE, other), 400, "ce-id", "'other'", f"'{event['id']}'")
        self.refused(self.send([event], BATCH, self.headers(event)), 400, "ce-")
        self.refused(self.send(ndjson([event]).encode(), LINES, other), 400, "ce-")
        self.taken(self.send(event, ONE, self.headers(event)), 1)  # which the binding allows

    def test_ce_headers_that_are_none(self):
        event = self.desk.opened("T1")
        for name in ("ce-", "ce-a-b", "ce-data", "ce-datacontenttype"):
            self.refused(self.binary(event, headers={name: "application/json"}), 400, name)
        self.refused(self.binary(event, headers={"CE-ID": "e"}), 400, "twice")


class Handshake(Case):
    def ask(self, headers=None, path="/v1/events"):
        return self.slad.ask("OPTIONS", path, headers=headers or {})

    def test_permission(self):
        answer = self.ask({"WebHook-Request-Origin": "events.example.com", "WebHook-Request-Rate": "120"})
        self.assertEqual((answer.status, answer.body), (200, b""))
        self.assertEqual(answer.headers["WebHook-Allowed-Origin"], "events.example.com")
        self.assertEqual(answer.headers["WebHook-Allowed-Rate"], "*")
        self.assertEqual(answer.headers["Allow"], "POST, OPTIONS")
        self.assertFalse([name for name in answer.headers if name.lower().startswith("access-control")])

    def test_nobody_asks(self):
        answer = self.ask()
        self.assertEqual((answer.status, answer.headers["Allow"]), (200, "POST, OPTIONS"))
        self.assertIsNone(answer.headers["WebHook-Allowed-Origin"])

    def test_no_name(self):
        for origin in ("a b", "a,b", "<a>", "a" * 254, "é"):
            answer = self.ask({"WebHook-Request-Origin": origin.encode()})
            self.refused(answer, 400, "DNS")
            self.assertIsNone(answer.headers["WebHook-Allowed-Origin"])

    def test_a_browsers_question(self):
        answer = self.ask({"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST",
                           "Sec-Fetch-Site": "cross-site"})
        self.refused(answer, 403)
        self.assertFalse([name for name in answer.headers if name.lower().startswith("access-control")])

    def test_other_paths(self):
        answer = self.ask(path="/v1/scores")
        self.refused(answer, 405)
        self.assertEqual(answer.headers["Allow"], "GET, HEAD")
        self.refused(self.ask(path="/v1/none"), 404)
        self.assertEqual(self.slad.ask("GET", "/v1/events").headers["Allow"], "POST, OPTIONS")


if __name__ == "__main__":
    main()
