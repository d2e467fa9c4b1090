#!/usr/bin/python3
"""The bodies that slad-hooks(7), TEMPLATES, says to paste: each taken out of the page, filled in as its system would,
posted, and its events and scores looked at. And what the mapping says of bodies that are wrong.

A subsection for the mapping `template` has one literal block with a JSON object whose first member is "ticket", maybe within a script, and maybe
one that is a hook, which begins with "- source:". Its words say whether the system escapes what it fills in.
"""
import datetime
import json
import os
import re
import sys
import unittest
import zoneinfo

import yaml

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
import logged  # noqa: E402
from hooks import SECRET, TOP, sign, verification  # noqa: E402
from slad import Slad, main  # noqa: E402

PAGE = os.path.join(TOP, "man/slad-hooks.7")
MAPPING = os.path.join(TOP, "conf/mappings/template.yaml")
with open(MAPPING, encoding="utf-8") as text:
    SHIPPED = yaml.safe_load(text)
# In time only if the answer is one, and the pause stops the clock.
AGREEMENTS = [{"id": "acme", "from": "2020-01-01", "pause_on": ["customer", "supplier"],
               "targets": [{"respond": "15m", "recover": "40m", "resolve": "40m"}]}]
TITLE = 'It says "paper\\jam",\nthen\tnothing'
PLACEHOLDER = re.compile(r"\{\{.*?\}\}|#\{.*?\}|\$\{.*?\}|\{[^{}]*\$.*?\}|\$this->.*?\$")
MEMBER = re.compile(r'"(\w+)": (?:"([^"]*)"|([^"{\n][^\n]*?)(?=,?\n|\}))')
START = datetime.datetime(2026, 3, 9, 8, 0, 0, tzinfo=datetime.timezone.utc)
SHAPES = {"rfc3339": "%Y-%m-%dT%H:%M:%S+00:00", "utc_suffix": "%Y-%m-%d %H:%M:%S UTC", "local": "%Y-%m-%d %H:%M:%S",
          "offset_spaced": "%Y-%m-%d %H:%M:%S +0000", "offset_nocolon": "%Y-%m-%dT%H:%M:%S+0000"}
# What systems call a ticket that is new, waits, and is solved, and for whom it waits; of what shape their times are, and
# of what zone, where that is known.
STATES = {"Freshdesk": ("Open", "Pending", "Resolved", "customer"),
          "GLPI": ("New", "Pending", "Solved", "customer"),
          "iTop": ("new", "pending", "resolved", "customer"),
          "Request Tracker": ("new", "stalled", "resolved", "customer"),
          "ServiceNow": ("New", "Awaiting Vendor", "Resolved", "supplier"),
          "Zammad": ("new", "pending reminder", "closed", "customer"),
          "Zendesk": ("New", "On-hold", "Solved", "supplier")}
TIMES = {"Freshdesk": ("local", None), "GLPI": ("rfc3339", None), "iTop": ("local", None), "ServiceNow": ("local", "UTC"),
         "Zammad": ("utc_suffix", None), "Zendesk": ("rfc3339", None)}


class Template:
    """One subsection."""

    def __init__(self, name, text):
        self.name, self.words = name, re.sub(r"\s+", " ", text)
        self.hook, self.body = {}, None
        for block in re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed", text, re.M | re.S):
            block = block.replace("\\e", "\\")
            if block.startswith("- source:"):
                self.hook = yaml.safe_load(block)[0]
            elif re.search(r'\{\s*"ticket"', block):
                self.body = self._object(block[re.search(r'\{\s*"ticket"', block).start():])

    @staticmethod
    def _object(text):
        depth = 0
        for at, char in enumerate(text):
            depth += {"{": 1, "}": -1}.get(char, 0)
            if depth == 0:
                return text[:at + 1]
        raise AssertionError(f"an object that does not end: {text}")

    @property
    def escapes(self):
        return "does not escape" not in self.words

    @property
    def members(self):
        return {member[1] for member in MEMBER.finditer(self.body)} - {"times"}

    def time(self, minutes):
        said = re.search(r'"times": "(\w+)"', self.body)
        shape, zone = TIMES.get(self.name, (said[1] if said else "rfc3339", None))
        zone = zone or (self.hook.get("timezone", "UTC") if shape == "local" else "UTC")
        at = START + datetime.timedelta(minutes=minutes)
        return at.astimezone(zoneinfo.ZoneInfo(zone)).strftime(SHAPES[shape])

    def fill(self, values):
        """The body as the system sends it."""
        def one(member):
            name, text, bare = member[1], member[2], member[3]
            value = str(values.get(name, ""))
            if bare is not None:
                return f'"{name}": {json.dumps(value)}'
            if not (PLACEHOLDER.search(text) or (name == "by" and text == "")):
                return member[0]
            return f'"{name}": ' + (json.dumps(value) if self.escapes else f'"{value}"')
        return MEMBER.sub(one, self.body).encode()


def templates():
    with open(PAGE, encoding="utf-8") as file:
        section = file.read().split("\n.Sh TEMPLATES\n")[1].split("\n.Sh ")[0]
    parts = re.split(r"^\.Ss (.*)\n", section, flags=re.M)
    found = [Template(name, text) for name, text in zip(parts[1::2], parts[2::2])]
    return [template for template in found if template.body is not None]


class Templates(unittest.TestCase):
    def slad(self, hook):
        made = Slad({"agreements": AGREEMENTS}, start=False)
        self.addCleanup(made.close)
        with open(made.path("hook.secret"), "w", encoding="utf-8") as file:
            file.write(SECRET + "\n")
        os.chmod(made.path("hook.secret"), 0o600)
        kind, keys = verification(SHIPPED, hook)
        verify = {"token_file": "hook.secret"}
        if kind == "signature":
            verify = {"signature": {**keys, "secret_files": ["hook.secret"]}}
        finds = {"agreement": "acme"} if "agreement" in hook else {"tables": {"agreements": {"ACME": "acme"}}}
        made.write_config({"timezone": "UTC", "agreements": AGREEMENTS, "hooks": [
            {**hook, **finds, "source": "desk", "mapping": MAPPING, "verify": verify}]})
        made.proof = lambda body: sign(kind, keys, body)
        return made.start()

    def post(self, slad, body):
        answer = slad.ask("POST", "/hooks/desk", body, {"Content-Type": "application/json", **slad.proof(body)})
        self.assertEqual(answer.status, 202, (answer, body))

    def log(self, slad):
        return logged.events(slad.path("slad.db"))

    def reasons(self, slad):
        return [row["reason"] for row in slad.get("/v1/quarantine")["quarantine"]]

    def test_the_page_has_them(self):
        found = templates()
        names = [template.name for template in found]
        self.assertEqual(names, sorted(names, key=str.lower))
        self.assertLessEqual({"Freshdesk", "GLPI", "iTop", "ServiceNow", "Zammad", "Zendesk"}, set(names))
        self.assertLessEqual(set(names), set(STATES))
        for template in found:
            with self.subTest(system=template.name):
                self.assertIsNotNone(template.body)
                self.assertLessEqual({"ticket", "changed", "state", "opened"}, template.members)
                self.assertRegex(template.words, r"does not escape|escapes")
                self.assertEqual("title" in template.members, template.escapes)
                self.assertTrue("customer" in template.members or "agreement" in template.hook)

    def life(self, template, ticket):
        """What its system sends of a ticket that is opened, answered, waits, goes on and is solved."""
        new, waits, solved, _ = STATES[template.name]
        values = {"ticket": ticket, "opened": template.time(0), "kind": "Incident", "priority": "High",
                  "team": "Second line", "agent": "ada@example.org", "customer": "ACME", "service": "Mail",
                  "title": TITLE, "id": 71, "internal": "false", "public": "true"}
        for minutes, state, by in [(0, new, ""), (10, new, "agent"), (20, waits, ""), (50, new, "customer"), (60, solved, "")]:
            yield template.fill({**values, "changed": template.time(minutes), "state": state, "by": by,
                                 "id": 71 + minutes, "time": template.time(minutes)})

    def wanted(self, template):
        cause = STATES[template.name][3]
        comments = "comment" in template.body
        return [event for event in [
            ("opened", "08:00"), comments and ("responded", "08:10"), ("paused", "08:20"),
            comments and ("contacted", "08:50"), ("resumed", "08:50"), ("resolved", "09:00")] if event], cause

    def test_each_gives_its_events_and_scores(self):
        for template in templates():
            with self.subTest(system=template.name):
                slad = self.slad(template.hook)
                for body in self.life(template, "4711"):
                    for _ in range(2):  # once more
                        self.post(slad, body)
                self.assertEqual(self.reasons(slad), [])
                events = self.log(slad)
                wanted, cause = self.wanted(template)
                self.assertEqual([(event["type"].split(".")[1], event["time"][11:16]) for event in events], wanted)
                self.assertEqual({event["subject"] for event in events}, {"4711"})
                opened = events[0]
                self.assertEqual(opened["data"]["agreement"], "acme")
                self.assertEqual(opened["type"],
                                 "incident.opened" if "kind" in template.body else "request.opened")
                if "title" in template.members:
                    self.assertEqual(opened["data"]["title"], 'It says "paper\\jam", then nothing')
                for name, value in {"priority": "P2", "team": "Second line", "agent": "ada@example.org",
                                    "service": "Mail"}.items():
                    self.assertEqual(opened["data"].get(name), value if name in template.members else None, name)
                self.assertEqual({event["data"]["cause"] for event in events if "cause" in event["data"]}, {cause})
                indicators = ["resolution_rate", "timely_response_rate", "timely_resolution_rate"]
                if "kind" in template.members:
                    indicators = ["on_time_recovery_rate"]
                for indicator in indicators:
                    score = slad.scores(window="2026-03", indicator=indicator, agreement="acme")[0]
                    self.assertEqual((score["value"], score["b"]), (1, 1), indicator)
                ticket = slad.ticket("4711", source="desk")
                clocks = ticket["cycles"][0]["clocks"]
                self.assertEqual([clocks["response"]["elapsed"], clocks["resolution"]["elapsed"]],
                                 ["10m" if "comment" in template.body else "1h", "30m"])
                self.assertEqual(ticket["warnings"], [])

    def test_what_was_not_filled_in_is_named(self):
        for template in templates():
            if not PLACEHOLDER.search(template.body):
                continue  # a script, whose bodies always are
            with self.subTest(system=template.name):
                slad = self.slad(template.hook)
                self.post(slad, template.body.encode())
                self.assertEqual(self.log(slad), [])
                reason, = self.reasons(slad)
                self.assertIn("ticket is a placeholder that was not filled in: " + re.search(
                    r'"ticket": "(.*?)"', template.body)[1], reason)

    def test_what_is_wrong_is_said(self):
        right = {"ticket": "1", "changed": "2026-03-09T08:00:00Z", "state": "New", "customer": "ACME"}
        for change, wanted in [
                ({"state": "Erledigt"}, "the table states has no open, waiting, done or gone for the state of 1: Erledigt"),
                ({"state": None}, "for the state of 1: (empty)"),
                ({"changed": " "}, "changed is empty in ticket 1"),
                ({"ticket": ""}, "ticket is empty, where others are not: 2026-03-09T08:00:00Z"),
                ({"changed": "yesterday"}, "'yesterday' is no time of the shape rfc3339"),
                ({"times": "soon"}, "there is no shape 'soon'"),
                ({"team": "${team}"}, "team is a placeholder that was not filled in: ${team}"),
                ({"customer": "Nobody"}, "'agreement' is missing"),
                ({"ticket": None, "changed": None, "state": None, "customer": None, "error": "unexpected token"},
                 "the body could not be made: unexpected token")]:
            with self.subTest(change=change):
                slad = self.slad({})
                self.post(slad, json.dumps({**right, **change}).encode())
                reason, = self.reasons(slad)
                self.assertIn(wanted, reason)
                self.assertEqual(self.log(slad), [])
                self.post(slad, json.dumps(right).encode())
                self.assertEqual(len(self.log(slad)), 1)


if __name__ == "__main__":
    main()
