#!/usr/bin/python3
"""The description of the interface: it describes the routes that there are, with the parameters that they
take. That answers are as described, every test looks at (tests/support/openapi.py)."""
import json
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
import openapi  # noqa: E402
from desk import Desk  # noqa: E402
from slad import TOP, Slad, main  # noqa: E402

CONFIG = {"agreements": [{"id": "acme", "from": "2020-01-01"}]}
WANTED = {"x": "resolution_rate",
          "y": "timely_response_rate", "indicator": "resolution_rate"}  # what makes a question right


class Document(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.slad = Slad(CONFIG)
        cls.document = cls.slad.get("/openapi.json")
        assert cls.slad.post([Desk().opened("T1")]).status == 200

    @classmethod
    def tearDownClass(cls):
        cls.slad.close()

    def calls(self):
        for pattern, methods in self.document["paths"].items():
            for method, call in methods.items():
                yield method.upper(), pattern, call

    def resolved(self, part):
        while "$ref" in part:
            at = self.document
            for name in part["$ref"][2:].split("/"):
                at = at[name]
            part = at
        return part

    def test_it_is_the_file(self):
        with open(openapi.FILE, encoding="utf-8") as file:
            self.assertEqual(self.document, json.load(file))
        self.assertEqual(self.document["openapi"], "3.1.0")

    def test_references_lead_somewhere_and_all_parts_are_referred_to(self):
        said = set(re.findall(r'"\$ref": "#/components/(\w+)/(\w+)"', json.dumps(self.document)))
        there = {(kind, name) for kind, parts in self.document["components"].items()
                 for name in parts if kind != "securitySchemes"}
        self.assertEqual(said, there)

    def test_calls_have_names_of_their_own(self):
        names = [call["operationId"] for _, _, call in self.calls()]
        self.assertEqual(len(names), len(set(names)))
        tags = {tag["name"] for tag in self.document["tags"]}
        self.assertEqual({tag for _, _, call in self.calls() for tag in call["tags"]}, tags)

    def test_it_describes_the_routes_that_there_are(self):
        with open(os.path.join(TOP, "daemon/routes.c"), encoding="utf-8") as source:
            table = re.findall(r'METHOD_(\w+), "([^"]+)", (\w+)', source.read())
        self.assertGreater(len(table), 50)
        scopes = {"0": None, "SCOPE_READ": "read", "SCOPE_INGEST": "ingest", "SCOPE_OPERATE": "operate"}
        self.assertEqual(
            {(method, pattern, call.get("x-scope")) for method, pattern, call in self.calls()},
            {(method, pattern, scopes[scope]) for method, pattern, scope in table})
        for method, pattern, call in self.calls():
            self.assertEqual("security" in call, "x-scope" not in call, pattern)

    def test_paths_have_their_parameters(self):
        for method, pattern, call in self.calls():
            with self.subTest(call=f"{method} {pattern}"):
                said = [self.resolved(p)["name"] for p in call.get("parameters", [])
                        if self.resolved(p)["in"] == "path"]
                self.assertEqual(said, re.findall(r"{(\w+)}", pattern))

    def parameters(self, call):
        return {p["name"]: p for p in map(self.resolved, call.get("parameters", [])) if p["in"] == "query"}

    def test_parameters_are_those_that_a_call_takes(self):
        """A wrong one is answered with the list of the right ones."""
        asked = 0
        for method, pattern, call in self.calls():
            if method != "GET" or pattern in ("/healthz", "/readyz", "/metrics", "/openapi.json"):
                continue
            path = pattern.replace("/v1/scores/{id}", "/v1/scores/resolution_rate").replace(
                "/v1/indicators/{id}", "/v1/indicators/resolution_rate").replace("{window}", "2026-03").replace(
                "tickets/{id}", "tickets/T1").replace("{id}", "1")
            answer = self.slad.ask("GET", path, no_such_parameter=1)
            known = self.parameters(call)
            with self.subTest(call=pattern):
                if answer.status == 404 or answer.status == 200:
                    self.assertFalse(known)
                    continue
                self.assertEqual(answer.status, 400)
                listed = re.search(r"is no parameter here; there (?:are (.*)|is none)$", answer.json()["detail"])
                self.assertEqual(set((listed.group(1) or "").split(", ")) - {""}, set(known))
                asked += 1
        self.assertGreater(asked, 15)

    def test_words_are_those_that_a_call_takes(self):
        """Each word of an enumeration is taken, and another one is not."""
        tried = 0
        for method, pattern, call in self.calls():
            if method != "GET" or "{" in pattern:
                continue
            for name, parameter in self.parameters(call).items():
                schema = parameter["schema"]
                words = schema.get("enum") or schema.get("items", {}).get("enum")
                if not words:
                    continue
                needed = {n: WANTED[n] for n, p in self.parameters(call).items() if p.get("required")}
                for word in words + ["no_such_word"]:
                    with self.subTest(call=pattern, name=name, word=word):
                        status = self.slad.ask("GET", pattern, **{**needed, name.replace("from", "from_"): word}).status
                        self.assertEqual(status, 400 if word == "no_such_word" else 200)
                        tried += 1
        self.assertGreater(tried, 100)


@unittest.skipIf(openapi.jsonschema is None, "python3-jsonschema is not here")
class Held(unittest.TestCase):
    """The look at answers sees what is wrong."""

    @classmethod
    def setUpClass(cls):
        cls.problem = {"title": "Not Found", "status": 404, "detail": "there is no alert '7'"}

    def wrong(self, answered=404, media="application/problem+json", **changed):
        body = {name: value for name, value in {**self.problem, **changed}.items() if value is not None}
        return openapi.load().wrong("GET", "/v1/alerts/7", answered, media, json.dumps(body))

    def test_what_is_right(self):
        self.assertEqual(self.wrong(), [])

    def test_what_is_wrong(self):
        for changed in ({"status": "404"}, {"detail": None}, {"more": 1}):
            self.assertTrue(self.wrong(**changed), changed)
        self.assertIn("status 409", self.wrong(answered=409)[0])
        self.assertIn("text/plain", self.wrong(media="text/plain")[0])

    def test_no_member_goes_undescribed_at_any_depth(self):
        point = {"window": "w", "from": "f", "to": "t", "objective": None, "met": None, "a": 1, "b": 2, "pending": 0,
                 "excluded": {}, "value": 0.5, "decided": 0.5, "low": 0.5, "high": 0.5, "reason": None, "clamped": False}
        held = openapi.load().validator({"$ref": "#/components/schemas/Point"})
        self.assertEqual(list(held.iter_errors(point)), [])
        for changed in ({"more": 1}, {"reason": "because"}, {"value": "0.5"}):
            self.assertTrue(list(held.iter_errors({**point, **changed})), changed)


if __name__ == "__main__":
    main()
