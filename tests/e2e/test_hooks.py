#!/usr/bin/python3
"""Foreign webhooks become events: every system of tests/hooks, and what may be wrong with what it sends."""
import json
import os
import random
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
import logged  # noqa: E402
from hooks import SECRET, TOP, systems  # noqa: E402
from slad import Slad, main  # noqa: E402

SEED = int(os.environ.get("SEED", "11"))
AGREEMENTS = [{"id": "acme", "from": "2020-01-01"}]
HOSTILE = [b"", b"{", b"[]", b"null", b"17", b'"text"', b"[" * 5000 + b"]" * 5000, b'{"a":' * 70 + b"1" + b"}" * 70,
           b'{"ticket":{"id":1e999,"number":123456789012345678901234567890}}', b'{"ticket":{"id":"\\u0000","number":"a\\u0000b"}}',
           b'{"alerts":"none","issue":[],"ticket":7,"object_attributes":[[]]}', b'{"a":1,"a":2}', b"\xff\xfe", b'{"a":"\x00"}',
           b'{"alerts":[' + b",".join([b"{}"] * 3000) + b"]}", b"\xef\xbb\xbf{}", b'{"issue":' + b'{"x":"' + b"y" * 200000 + b'"}}']


ODD = [None, "", [], {}, -1, True, 1e18, 12345678901234567890, "x" * 3000, "'\"; \\ %s ${a}", "\t\n", "\u202e",
       "2026-13-45T99:99:99Z", [[["a"]]], {"name": {"name": []}}]
FOR_IMPORT = {"csv"}  # of rows, not of webhooks
IN_ORDER = "in-order-"  # begins the names of cases in which only the order tells what became of a ticket


def paths(value, path=()):
    """The paths of all that is in a payload."""
    if path:
        yield path
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield from paths(value[key], path + (key,))


def bent(body, source):
    """The payload with something odd in one place."""
    whole = inner = json.loads(body)
    path = source.choice(list(paths(whole)) or [None])
    if path is None:
        return body
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = source.choice(ODD)
    return json.dumps(whole).encode()


class Hooks(unittest.TestCase):
    def slad(self, system):
        made = Slad({"agreements": AGREEMENTS}, start=False)
        self.addCleanup(made.close)
        with open(made.path("hook.secret"), "w", encoding="utf-8") as file:
            file.write(SECRET + "\n")
        os.chmod(made.path("hook.secret"), 0o600)
        made.write_config({"agreements": AGREEMENTS, "hooks": [system.config("hook.secret")]})
        return made.start()

    def send(self, slad, system, headers, body, proof=None):
        return slad.ask("POST", f"/hooks/{system.name}", body,
                        {**headers, **(system.sign(body, given=headers) if proof is None else proof)})

    def log(self, slad):
        return logged.events(slad.path("slad.db"))

    def taken(self, slad, system, steps):
        for headers, body in steps:
            answer = self.send(slad, system, headers, body)
            self.assertEqual((answer.status, answer.body), (system.answer, b""), answer)

    def metric(self, slad, **labels):
        wanted = ",".join(f'{name}="{value}"' for name, value in sorted(labels.items()))
        for line in slad.ask("GET", "/metrics").text.splitlines():
            if line.startswith("slad_hook_deliveries_total{" + wanted + "}"):
                return float(line.split()[-1])
        self.fail(f"no metric {wanted}")

    def states(self, slad, events):
        """What has become of each ticket in the end, and its answers."""
        found = {}
        for subject in {event["subject"] for event in events if event["type"].endswith(".opened")}:
            answers = sorted((event["time"], event["id"]) for event in events
                             if event["type"].endswith(".responded") and event["subject"] == subject)
            found[subject] = slad.ticket(subject)["state"], answers
        return found

    def test_every_shipped_mapping_has_fixtures(self):
        shipped = {name[:-5] for name in os.listdir(os.path.join(TOP, "conf/mappings")) if name.endswith(".yaml")}
        self.assertEqual({system.name for system in systems()}, shipped - FOR_IMPORT)

    def test_every_case_gives_its_events(self):
        for system in systems():
            slad = self.slad(system)
            at = 0
            for case in system.cases:
                with self.subTest(system=system.name, case=case.name):
                    self.taken(slad, system, case.steps)
                    events = self.log(slad)
                    self.assertEqual(events[at:], case.expected)
                    at = len(events)
            self.assertEqual(slad.get("/v1/quarantine")["quarantine"], [], system.name)
            self.assertEqual(slad.verify()[0], 0)

    def test_a_delivery_that_comes_again_counts_once(self):
        for system in systems():
            slad = self.slad(system)
            for case in system.cases:
                self.taken(slad, system, [step for step in case.steps for _ in range(2)])
            first = self.log(slad)
            for case in system.cases:
                self.taken(slad, system, case.steps)
            with self.subTest(system=system.name):
                self.assertEqual(self.log(slad), first)
                self.assertEqual(first, [event for case in system.cases for event in case.expected])
                self.assertEqual(slad.get("/v1/quarantine")["quarantine"], [])

    def test_in_any_order_each_event_counts_once(self):
        print(f"SEED={SEED}")
        source = random.Random(SEED)
        for system in systems():
            wanted = [event for case in system.cases for event in case.expected]
            ordered, slad = self.slad(system), self.slad(system)
            self.taken(ordered, system, [step for case in system.cases for step in case.steps])
            steps = [step for case in system.cases for step in case.steps * 2]
            source.shuffle(steps)
            self.taken(slad, system, steps)
            events = self.log(slad)
            opened = [event["subject"] for event in events if event["type"].endswith(".opened")]
            with self.subTest(system=system.name):
                self.assertEqual(len({event["id"] for event in events}), len(events))
                self.assertEqual(len(set(opened)), len(opened))
                self.assertEqual(slad.get("/v1/quarantine")["quarantine"], [])
                unsure = {event["subject"] for case in system.cases if case.name.startswith(IN_ORDER) for event in case.expected}
                sure = [event for event in wanted if event["subject"] not in unsure]
                self.assertEqual(self.states(slad, [event for event in events if event["subject"] not in unsure]),
                                 self.states(ordered, sure))
                if not system.snapshots:  # which tell what lay between two only in order
                    self.assertCountEqual(events, wanted)

    def test_the_metrics_name_each_mapping(self):
        for system in systems():
            slad = self.slad(system)
            self.assertIn(f'\nslad_hook_info{{mapping="{system.name}",source="{system.name}"}} 1\n',
                          slad.ask("GET", "/metrics").text)

    def test_who_cannot_prove_it_stores_nothing(self):
        for system in systems():
            slad = self.slad(system)
            headers, body = next(case.steps[0] for case in system.cases if case.expected)
            proofs = system.wrong_proofs(body, headers)
            for name, proof in proofs.items():
                with self.subTest(system=system.name, proof=name):
                    answer = self.send(slad, system, headers, body, proof)
                    self.assertEqual(answer.status, 401, answer)
                    self.assertNotIn(SECRET, answer.text)
            if system.kind == "signature":
                with self.subTest(system=system.name, body="truncated"):
                    answer = self.send(slad, system, headers, body[:-3], system.sign(body, given=headers))
                    self.assertEqual(answer.status, 401, answer)
            self.assertEqual(self.send(slad, system, headers, body[:-3]).status, 400)
            self.assertEqual(self.log(slad), [])
            self.assertEqual(slad.get("/v1/quarantine")["quarantine"], [])
            self.assertEqual(self.metric(slad, result="unverified", source=system.name),
                             len(proofs) + (system.kind == "signature"))

    def test_hostile_payloads_do_no_harm(self):
        print(f"SEED={SEED}")
        source = random.Random(SEED)
        for system in systems():
            slad = self.slad(system)
            for case in system.cases[:1]:
                headers, _ = case.steps[0]
                for body in HOSTILE:
                    with self.subTest(system=system.name, body=body[:40]):
                        answer = self.send(slad, system, headers, body)
                        self.assertIn(answer.status, (system.answer, 400), answer)
            for headers, body in [step for case in system.cases for step in case.steps if step[1]]:
                odd = bent(body, source)
                with self.subTest(system=system.name, body=odd):
                    self.assertEqual(self.send(slad, system, headers, odd).status, system.answer)
            headers, body = next(case.steps[0] for case in system.cases if case.expected)
            self.assertEqual(self.send(slad, system, headers, b'"' + b"x" * (1 << 20) + b'"').status, 413)
            self.assertEqual(
                self.send(slad, system, {**headers, "Content-Type": "text/html"}, body).status, 415)
            self.taken(slad, system, [(headers, body)])
            self.assertNotEqual(self.log(slad), [], system.name)
            for row in slad.get("/v1/quarantine")["quarantine"]:
                one = slad.get(f"/v1/quarantine/{row['id']}")
                self.assertNotIn(SECRET, json.dumps(one))
            self.assertEqual(slad.verify()[0], 0)


if __name__ == "__main__":
    main()
