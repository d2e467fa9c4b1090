#!/usr/bin/python3
"""POST /v1/events: its forms, what is wrong and how that is said, duplicates and conflicts."""
import json
import os
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from desk import Desk, metrics, stamp, until  # noqa: E402
from logged import rows  # noqa: E402
from slad import LINES, Slad, event, main, ndjson  # noqa: E402

CONFIG = {"agreements": [{"id": "acme", "from": "2020-01-01"}, {"id": "beta", "from": "2020-01-01"}]}
NOTHING = {"accepted": 0, "duplicates": 0, "rejected": 0}
ONE, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"


class Case(unittest.TestCase):
    """One daemon for all tests of a class; each has a source of its own."""

    @classmethod
    def setUpClass(cls):
        cls.slad = Slad(CONFIG)

    @classmethod
    def tearDownClass(cls):
        cls.slad.close()

    def setUp(self):
        self.source = f"urn:{self.id()}"
        self.desk = Desk(self.source)

    def send(self, body, type="application/json", **params):
        if not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        return self.slad.ask("POST", "/v1/events", body if isinstance(body, bytes) else body.encode(),
                             {"Content-Type": type}, **params)

    def taken(self, answer, accepted, duplicates=0):
        """A 200 in which nothing is wrong."""
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(answer.headers.get_content_type(), "application/json")
        self.assertEqual(answer.json(),
                         {"accepted": accepted, "duplicates": duplicates, "rejected": 0})

    def refused(self, answer, status=400):
        """A problem with a sentence; gives it."""
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.headers.get_content_type(), "application/problem+json")
        problem = answer.json()
        self.assertEqual(problem["status"], status)
        self.assertTrue(problem["title"] and problem["detail"], problem)
        return problem

    def wrong(self, answer, *wanted):
        """A 400 whose errors are exactly these: (index, id, pointer, words of the detail)."""
        errors = self.refused(answer)["errors"]
        self.assertEqual([(e["index"], e["id"], e["pointer"]) for e in errors],
                         [w[:3] for w in wanted], errors)
        for error, w in zip(errors, wanted):
            for word in w[3:]:
                self.assertIn(word, error["detail"])

    def stored(self):
        """How many events of this test's source are in the log."""
        return rows(self.slad.path("slad.db"), "SELECT count(*) FROM record "
                    "WHERE text(body) ->> '$.source' = ?", self.source)[0][0]


class Forms(Case):
    def test_one_object(self):
        self.taken(self.send(self.desk.opened("T1")), 1)
        self.taken(self.send(self.desk.opened("T2"), "application/json; charset=utf-8"), 1)
        self.taken(self.send(self.desk.opened("T3"), ONE), 1)
        self.taken(self.send(self.desk.opened("T4"), "Application/CloudEvents+JSON;charset=UTF-8"), 1)
        self.assertEqual(self.stored(), 4)

    def test_an_array(self):
        self.taken(self.send([self.desk.opened("T1"), self.desk.opened("T2")]), 2)
        self.taken(self.send([self.desk.opened("T3")], BATCH), 1)
        self.taken(self.send([]), 0)
        self.taken(self.send([], BATCH), 0)
        self.assertEqual(self.stored(), 3)

    def test_lines(self):
        events = [self.desk.opened(f"T{i}") for i in range(5)]
        self.taken(self.send(ndjson(events[:2]), LINES), 2)
        self.taken(self.send(ndjson(events[2:3]).rstrip("\n"), LINES), 1)  # no last newline
        self.taken(self.send("\n" + ndjson(events[3:]).replace("\n", "\r\n\r\n"), LINES), 2)
        self.taken(self.send("", LINES), 0)
        self.assertEqual(self.stored(), 5)

    def test_the_most_that_one_request_takes(self):
        lines = ndjson([self.desk.opened(f"T{i % 100}") for i in range(10_000)])
        self.taken(self.send(lines, LINES), 10_000)
        problem = self.refused(self.send(lines + ndjson([self.desk.opened("T")]), LINES))
        self.assertIn("10000", problem["detail"])
        self.assertEqual(self.stored(), 10_000)

    def test_the_form_must_be_that_of_the_type(self):
        self.refused(self.send([self.desk.opened("T1")], ONE))
        self.refused(self.send(self.desk.opened("T1"), BATCH))
        for body in ("5", "null", '"text"', "true"):
            self.refused(self.send(body))
        self.assertEqual(self.stored(), 0)

    def test_what_is_kept_is_what_was_sent(self):
        sent = self.desk.opened("Überfall 漢字 🎫", service="émail", custom={"a": [1, 2.5, None, True]})
        sent.update(traceparent="00-x", datacontenttype="application/json", sequence="7")
        self.taken(self.send(sent), 1)
        ticket = self.slad.ticket(sent["subject"], source=self.source)
        self.assertEqual([r["event"] for r in ticket["records"]], [sent])

    def test_senders_in_parallel(self):
        events = [self.desk.opened(f"T{i}") for i in range(200)]
        answers, threads = [], []
        for part in range(8):
            mine = events[part * 25:part * 25 + 25]
            threads.append(threading.Thread(
                target=lambda mine=mine: answers.extend(self.send(e) for e in mine)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([a.json()["accepted"] for a in answers], [1] * 200)
        self.assertEqual(self.stored(), 200)

    def test_no_event_waits_for_the_clock(self):
        """The keeper looks at its queue every second at the latest: 40 s, were it not woken before."""
        began = time.monotonic()
        for i in range(40):
            self.taken(self.send(self.desk.opened(f"T{i}")), 1)
        self.assertLess(time.monotonic() - began, 20)


class Same(Case):
    """Identity is (source, id); content counts as JSON values, not as spelling."""

    def test_a_duplicate(self):
        one = self.desk.opened("T1")
        self.taken(self.send(one), 1)
        self.taken(self.send(one), 0, 1)
        self.taken(self.send([one, one, self.desk.opened("T2")]), 1, 2)
        self.assertEqual(self.stored(), 2)

    def test_another_spelling_is_a_duplicate(self):
        one = self.desk.opened("Téé", title="a/b", extra={"x": 100, "y": [1, {"b": 1, "a": 2}]})
        self.taken(self.send(one), 1)
        backwards = dict(reversed(one.items()), data=dict(reversed(one["data"].items())))
        self.taken(self.send(json.dumps(backwards, indent=3)), 0, 1)
        self.taken(self.send(json.dumps(one, ensure_ascii=False).encode()), 0, 1)
        self.taken(self.send(json.dumps(one).replace("a/b", "\\u0061\\/b")), 0, 1)
        self.taken(self.send(json.dumps(one).replace("100", "1e2")), 0, 1)
        self.taken(self.send(json.dumps(one).replace("100", "100.0")), 0, 1)
        self.assertEqual(self.stored(), 1)

    def test_a_duplicate_within_one_request(self):
        one = self.desk.opened("T1")
        self.taken(self.send([one, dict(reversed(one.items()))]), 1, 1)
        self.assertEqual(self.stored(), 1)

    def test_the_same_id_of_another_source_is_another_event(self):
        one = self.desk.opened("T1")
        self.taken(self.send([one, dict(one, source=self.source + ":2")]), 2)

    def test_a_conflict(self):
        one = self.desk.opened("T1", service="mail")
        other = dict(one, data=dict(one["data"], service="web"))
        self.taken(self.send(one), 1)
        good = self.desk.opened("T2")
        self.wrong(self.send([good, other]), (1, one["id"], "/id", one["id"], "first stands"))
        self.assertEqual(self.stored(), 1)
        self.assertEqual(self.slad.ticket("T1", source=self.source)["service"], "mail")
        answer = self.send([good, other], on_error="skip").json()
        self.assertEqual((answer["accepted"], answer["duplicates"], answer["rejected"]), (1, 0, 1))
        self.assertEqual(answer["errors"][0]["index"], 1)

    def test_a_conflict_within_one_request(self):
        one, other = self.desk.opened("T1", service="mail"), self.desk.opened("T1", service="web")
        other["id"] = one["id"]
        self.wrong(self.send([one, other]), (1, one["id"], "/id"))
        self.assertEqual(self.stored(), 0)
        answer = self.send([one, other, one], on_error="skip").json()
        self.assertEqual((answer["accepted"], answer["duplicates"], answer["rejected"]), (1, 1, 1))
        self.assertEqual(self.slad.ticket("T1", source=self.source)["service"], "mail")

    def test_one_member_more_is_other_content(self):
        one = self.desk.opened("T1")
        self.taken(self.send(one), 1)
        for more in ({"traceparent": "x"}, {"sequence": 1}, {"data": dict(one["data"], title=None)}):
            self.wrong(self.send({**one, **more}), (0, one["id"], "/id"))


class Wrong(Case):
    def test_every_wrong_event_is_named(self):
        good, naive, ahead, type, other, none = (self.desk.opened(f"T{i}") for i in range(6))
        naive["time"] = "2026-11-20T10:00:00"
        ahead["time"] = stamp(time.time() + 360)
        type["type"] = "request.exploded"
        other["data"]["agreement"] = "zeta"
        del none["data"]["agreement"]
        sent = [good, naive, ahead, type, 5, other, none]
        wanted = [(1, naive["id"], "/time", "offset", "+08:00"), (2, ahead["id"], "/time", "300 s"),
                  (3, type["id"], "/type", "request.exploded", "request.opened"), (4, None, "", "object"),
                  (5, other["id"], "/data/agreement", "zeta", "acme, beta"),
                  (6, none["id"], "/data/agreement", "missing")]
        self.wrong(self.send(sent), *wanted)
        self.wrong(self.send("\n".join(map(json.dumps, sent)), LINES), *wanted)
        self.assertEqual(self.refused(self.send(sent))["rejected"], 6)
        self.assertEqual(self.stored(), 0)

    def test_the_first_hundred_of_many(self):
        events = [self.desk.event("request.exploded", f"T{i}") for i in range(250)]
        events.insert(120, self.desk.opened("T"))
        for params in ({}, {"on_error": "skip"}):
            answer = self.send(events, **params).json()
            self.assertEqual(answer["rejected"], 250)
            self.assertEqual([e["index"] for e in answer["errors"]], list(range(100)))
        self.assertEqual(self.stored(), 1)

    def test_on_error(self):
        good, bad = self.desk.opened("T1"), self.desk.event("request.exploded", "T1")
        self.wrong(self.send([bad, good], on_error="fail"), (0, bad["id"], "/type"))
        before = metrics(self.slad)
        answer = self.send([bad, good], on_error="skip")
        self.assertEqual(answer.status, 200)
        self.assertEqual({**answer.json(), "errors": None},
                         {"accepted": 1, "duplicates": 0, "rejected": 1, "errors": None})
        self.assertEqual((answer.json()["errors"][0]["index"], self.stored()), (0, 1))
        after = metrics(self.slad)
        moved = {name: after[name] - before[name] for name in after if name in before}
        self.assertEqual(moved["slad_quarantine_events"], 1)
        self.assertEqual(moved['slad_events_total{result="accepted"}'], 1)
        self.assertEqual(moved['slad_events_total{result="rejected"}'], 1)
        kept = rows(self.slad.path("slad.db"), "SELECT body FROM quarantine ORDER BY id DESC LIMIT 1")
        self.assertEqual(json.loads(kept[0][0]), bad)
        self.assertIn("skip", self.refused(self.send(good, on_error="perhaps"))["detail"])

    def test_what_is_refused_does_not_lie_in_quarantine(self):
        before = metrics(self.slad)["slad_quarantine_events"]
        self.refused(self.send(self.desk.event("request.exploded", "T1")))
        self.assertEqual(metrics(self.slad)["slad_quarantine_events"], before)

    def test_members(self):
        cases = [
            ("/specversion", dict(specversion="0.3")), ("/specversion", dict(specversion=1.0)),
            ("/specversion", dict(specversion=None)), ("/id", dict(id="")), ("/id", dict(id=7)),
            ("/id", dict(id="x" * 513)), ("/source", dict(source="")), ("/source", dict(source=None)),
            ("/subject", dict(subject=None)), ("/subject", dict(subject="")),
            ("/subject", dict(subject="a\nb")), ("/subject", dict(subject="ü" * 257)),
            ("/time", dict(time=None)), ("/time", dict(time=1763700000)),
            ("/time", dict(time="2026-02-30T00:00:00Z")), ("/time", dict(time="2026-01-01")),
            ("/time", dict(time="2026-01-01T23:59:60Z")), ("/time", dict(time="1969-12-31T23:59:59Z")),
            ("/sequence", dict(sequence=1.5)), ("/sequence", dict(sequence="one")),
            ("/data", dict(data=[1])), ("/data", dict(data="agreement")),
            ("/data/agreement", dict(data={"agreement": 5})), ("/data/agreement", dict(data={"agreement": ""})),
            ("/data/outage", dict(data={"agreement": "acme", "outage": "yes"})),
            ("/data/service", dict(data={"agreement": "acme", "service": ["mail"]})),
            ("/data/resolve_by", dict(data={"agreement": "acme", "resolve_by": "tomorrow"})),
            ("/data/cause", dict(type="request.excluded", data={"cause": "boredom"})),
            ("/data/cause", dict(type="request.excluded", data={})),
            ("/data/by", dict(type="request.contacted", data={"by": "robot"})),
            ("/data/kind", dict(type="request.updated", data={"kind": "wish"})),
            ("/data/service", dict(type="outage.started", data={"agreement": "acme"})),
            ("/data/to", dict(type="maintenance.planned", data={
                "agreement": "acme", "service": "mail", "from": "2026-01-02T00:00:00Z",
                "to": "2026-01-02T00:00:00Z"})),
        ]
        sent = [{**self.desk.opened(f"T{i}"), **change} for i, (_, change) in enumerate(cases)]
        errors = self.refused(self.send(sent))["errors"]
        self.assertEqual([(e["index"], e["pointer"]) for e in errors],
                         [(i, pointer) for i, (pointer, _) in enumerate(cases)])
        self.assertEqual(self.stored(), 0)

    def test_five_minutes_ahead(self):
        near = self.desk.opened("T1", ago=-240)
        self.taken(self.send(near), 1)
        far = self.desk.opened("T1", ago=-360)
        self.wrong(self.send(far), (0, far["id"], "/time", "ahead"))

    def test_times_of_any_offset_are_instants(self):
        one = self.desk.opened("T1")
        one["time"] = "2026-01-01T08:30:00.123456+08:00"
        self.taken(self.send(one), 1)
        cycle = self.slad.ticket("T1", source=self.source)["cycles"][0]
        self.assertEqual(cycle["start"], "2026-01-01T00:30:00.123Z")


class Bodies(Case):
    """What is no JSON, or JSON that two readers could take differently."""

    def text(self, old=None, new=None, **data):
        text = json.dumps(self.desk.opened("T1", **data))
        self.assertTrue(old is None or old in text)
        return text if old is None else text.replace(old, new)

    def test_no_json(self):
        bad = ["", " ", "{", "[1,", "{'id': 1}", self.text() + "x", self.text() + self.text(),
               self.text('"T1"', '"T1",'), self.text('"T1"', "NaN"), self.text('"T1"', "01"),
               "\ufeff" + self.text(), self.text('"T1"', '"T\t1"'), "<event/>"]
        for body in bad:
            for type in ("application/json", ONE, BATCH):
                with self.subTest(body=body, type=type):
                    self.refused(self.send(body, type))
        self.assertEqual(self.stored(), 0)

    def test_dangerous_json(self):
        deep = "[" * 40 + "]" * 40
        cases = {
            "a member twice": self.text('"T1"', '"T1", "subject": "T2"'),
            "a member twice in data": self.text('"acme"', '"acme", "agreement": "beta"'),
            "a member twice, escaped": self.text('"T1"', '"T1", "s\\u0075bject": "T2"'),
            "NUL": self.text('"T1"', '"T\\u00001"'),
            "NUL in a name": self.text('"acme"', '"acme", "a\\u0000b": 1'),
            "half a surrogate": self.text('"T1"', '"T\\ud8001"'),
            "a number too big": self.text('"acme"', '"acme", "n": 1e400'),
            "a whole number too big": self.text('"acme"', '"acme", "n": 9223372036854775808'),
            "nested": self.text('"acme"', f'"acme", "n": {deep}'),
            "nested before anything": "[" * 100_000,
            "bad UTF-8": self.text().encode().replace(b"T1", b"T\xff"),
            "overlong UTF-8": self.text().encode().replace(b"T1", b"T\xc0\x80"),
            "a surrogate in UTF-8": self.text().encode().replace(b"T1", b"T\xed\xa0\x80"),
            "UTF-16": self.text().encode("utf-16"),
        }
        for what, body in cases.items():
            with self.subTest(what):
                detail = self.refused(self.send(body))["detail"]
                self.assertNotIn("JSON_", detail)  # a library's own words help nobody
                line = body if isinstance(body, bytes) else body.encode()
                if b"\n" not in line:
                    self.refused(self.send(line, LINES))
        self.assertEqual(self.stored(), 0)

    def test_a_bad_line_among_good_ones(self):
        good = [json.dumps(self.desk.opened(f"T{i}")).encode() for i in range(2)]
        body = b"\n".join([good[0], b'{"id": "\xff"}', b'{"id": ', good[1]])
        errors = self.refused(self.send(body, LINES))["errors"]
        self.assertEqual([e["index"] for e in errors], [1, 2])
        answer = self.send(body, LINES, on_error="skip").json()
        self.assertEqual((answer["accepted"], answer["rejected"]), (2, 2))

    def test_numbers_that_fit(self):
        body = self.text('"acme"', '"acme", "n": [9223372036854775807, -0.0, 1e300, 2.5e-10]')
        self.taken(self.send(body), 1)
        self.taken(self.send(body), 0, 1)

    def test_too_large(self):
        event = self.desk.opened("T1", title="x" * (16 << 20))
        self.assertIn("16777216", self.refused(self.send(event), 413)["detail"])
        event = self.desk.opened("T1", title="x" * (64 << 10))
        self.wrong(self.send(event), (0, event["id"], "", "65536"))
        self.taken(self.send(self.desk.opened("T1", title="x" * (60 << 10))), 1)

    def test_other_media_types(self):
        for type in ("text/plain", "application/xml", "application/x-www-form-urlencoded",
                     "application/jsonx", ""):
            problem = self.refused(self.send(self.desk.opened("T1"), type), 415)
            self.assertIn("application/json", problem["detail"])
        answer = self.slad.ask("POST", "/v1/events", b"{}")
        self.refused(answer, 415)

    def test_other_methods(self):
        for method in ("GET", "PUT", "DELETE", "PATCH"):
            body = b"{}" if method in ("PUT", "PATCH") else None
            answer = self.slad.ask(method, "/v1/events", body)
            self.refused(answer, 405)
            self.assertIn("POST", answer.headers["Allow"])


class Afterwards(Case):
    def test_order_of_arrival_does_not_matter(self):
        first, second = Desk(self.source + ":1"), Desk(self.source + ":2")
        for desk in (first, second):
            desk.events = [desk.opened("T", ago=1000), desk.event("request.assigned", "T", 990, team="a"),
                           desk.event("request.responded", "T", 900), desk.event("request.resolved", "T", 800),
                           desk.event("request.reopened", "T", 700), desk.event("request.resolved", "T", 600)]
        for before, after in zip(first.events, second.events):
            after["time"] = before["time"]
        self.taken(self.send(first.events), 6)
        for one in reversed(second.events):
            self.taken(self.send(one), 1)
        tickets = [self.slad.ticket("T", source=d.source) for d in (first, second)]
        self.assertEqual(*[t["cycles"] for t in tickets])

    def test_an_opening_that_comes_late_heals(self):
        before = metrics(self.slad)['slad_tickets{state="incomplete"}']
        self.taken(self.send(self.desk.event("request.responded", "T", 10)), 1)
        self.assertEqual(metrics(self.slad)['slad_tickets{state="incomplete"}'], before + 1)
        self.assertEqual(self.slad.ticket("T", source=self.source)["state"], "incomplete")
        self.taken(self.send(self.desk.opened("T", 20)), 1)
        self.assertEqual(metrics(self.slad)['slad_tickets{state="incomplete"}'], before)
        self.assertEqual(self.slad.ticket("T", source=self.source)["state"], "open")

    def test_an_impossible_sequence_is_a_warning(self):
        resumed = self.desk.event("request.resumed", "T", 10)
        self.taken(self.send([self.desk.opened("T", 20), resumed]), 2)
        warnings = self.slad.ticket("T", source=self.source)["warnings"]
        self.assertEqual([w["event"] for w in warnings], [resumed["id"]])

    def test_what_was_acknowledged_survives(self):
        with Slad(CONFIG) as slad:
            one = event("e1", "request.opened", "T1", stamp(time.time()), self.source, agreement="acme")
            self.assertEqual(slad.post(one).json()["accepted"], 1)
            slad.kill9()
            slad.start()
            self.assertEqual(slad.post(one).json()["duplicates"], 1)
            until(lambda: slad.scores(indicator="resolution_rate")[0]["b"] == 1, "it counts once")


if __name__ == "__main__":
    main()
