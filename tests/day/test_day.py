#!/usr/bin/python3
"""The generated helpdesk: the same for the same seed, right to the last event, alive, and with an
alert for certain."""
import collections
import datetime
import json
import os
import random
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path[:0] = [HERE, os.path.join(HERE, "..", "support"), os.path.join(HERE, "..", "oracle")]

import day
import events as rules
import helpdesk
import slad
from life import FATES, LIVES

GENERATE = os.path.join(HERE, "generate")
REPLAY = os.path.join(os.environ.get("BUILD") or os.path.join(slad.TOP, "build/release"), "tests/replay")
END = datetime.datetime(2026, 11, 20, 18, tzinfo=helpdesk.ZONE)  # a Friday
SUNDAY = datetime.datetime(2026, 11, 22, 3, tzinfo=helpdesk.ZONE)
SEED = int(os.environ.get("SEED") or random.randrange(1 << 32))  # of the tests that roam
TICKET_TYPES = {f"{kind}.{verb}" for kind, verb in (
    *(("request", verb) for verb in rules.VERBS if verb != "recovered"),
    *(("incident", verb) for verb in ("opened", "assigned", "contacted", "responded", "recovered",
                                      "resolved", "closed", "excluded")),
    *(("complaint", verb) for verb in ("opened", "assigned", "responded", "resolved")))}


def milliseconds(time):
    return round(time.timestamp() * 1000)


def instant(event):
    return datetime.datetime.fromisoformat(event["time"])


def run(*arguments, **environment):
    return subprocess.run([GENERATE, *arguments], capture_output=True, text=True,
                          env={**os.environ, **environment})


class Program(unittest.TestCase):

    def test_the_same_seed_and_end_give_the_same_bytes(self):
        same = ("--seed", "7", "--end", "2026-11-20T18:00:00+08:00", "--tickets", "500")
        one = run(*same, PYTHONHASHSEED="1", TZ="America/Lima")
        two = run(*same[:2], *("--end", "2026-11-20T10:00:00Z"), *same[4:], PYTHONHASHSEED="2")
        self.assertEqual(one.stdout, two.stdout)
        self.assertEqual(one.stdout, "".join(day.line(e) + "\n" for e in day.events(7, END)))
        self.assertIn("seed 7", one.stderr)
        self.assertNotEqual(one.stdout, run("--seed", "8", *same[2:]).stdout)

    def test_ends_now_unless_told(self):
        times = [instant(json.loads(line)) for line in run("--tickets", "200").stdout.splitlines()]
        self.assertLess(abs(datetime.datetime.now(helpdesk.ZONE) - times[-1]), day.HOUR)

    def test_a_wrong_argument_is_told(self):
        for wrong in (["--end", "2026-11-20T18:00:00"], ["--tickets", "10"], ["--days", "0"]):
            done = run(*wrong)
            self.assertEqual((done.returncode, done.stdout), (2, ""), wrong)
            self.assertIn(wrong[0], done.stderr)

    def test_a_reader_that_stops_early_is_no_error(self):
        with subprocess.Popen([GENERATE, "--tickets", "2000"], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as child:
            child.stdout.readline()
            child.stdout.close()
            self.assertEqual(child.stderr.read(), b"")


class Events(unittest.TestCase):

    def check(self, events, end):
        """Right by the rules, in order, none from the future, no identity twice."""
        for event in events:
            self.assertTrue(rules.event_ok(event, milliseconds(end), {"acme", "globex"}), event)
            self.assertLessEqual(instant(event), end)
        times = [instant(event) for event in events]
        self.assertEqual(times, sorted(times))
        self.assertEqual(len({e["id"] for e in events}), len(events))

    def test_every_event_is_right(self):
        print(f"SEED={SEED}")
        rng = random.Random(SEED)
        for _ in range(12):
            end = END + datetime.timedelta(seconds=rng.randrange(7 * 86400))
            tickets = rng.choice([day.LEAST, 500, 1200])
            with self.subTest(seed=SEED, end=end, tickets=tickets):
                self.check(list(day.events(rng.randrange(1 << 32), end, tickets)), end)

    def test_many_days_are_one_stream(self):
        events = list(day.events(3, SUNDAY, 200, days=9))
        self.check(events, SUNDAY)
        opened = [e["subject"] for e in events if e["type"].endswith(".opened")]
        self.assertEqual(opened, [f"T{1001 + n}" for n in range(9 * 200)])
        days = collections.Counter((SUNDAY - instant(e)).days for e in events)
        self.assertTrue(all(days[n] > 600 for n in range(9)), days)

    def test_each_ticket_opens_once_before_all_else(self):
        first = {}
        for event in day.events(5, END):
            if event["type"].partition(".")[0] in rules.KINDS:
                first.setdefault(event["subject"], event["type"].endswith(".opened"))
        self.assertEqual((len(first), set(first.values())), (500, {True}))

    def test_all_verbs_appear(self):
        for seed in range(20):
            for end in (END, SUNDAY):
                types = {e["type"] for e in day.events(seed, end)}
                self.assertEqual(TICKET_TYPES - types, set(), seed)
                self.assertLessEqual(set(rules.OUTAGE + rules.MAINTENANCE), types)

    def test_who_was_helped_says_how_content_they_are(self):
        """About as many as there should be, after the help, and less content after the outage."""
        events = list(day.events(4, END, 3000))
        resolved = {e["subject"]: instant(e) for e in events if e["type"].endswith(".resolved")}
        surveys = [e for e in events if e["type"] == "survey.answered"]
        self.assertAlmostEqual(len(surveys) / len(resolved), helpdesk.ANSWERING, delta=0.06)
        self.assertEqual({(e["data"]["agreement"], e["data"]["service"]) for e in surveys},
                         {(a, s) for a in helpdesk.AGREEMENTS for s in helpdesk.SERVICES})
        self.assertTrue(all(resolved[e["data"]["ticket"]] < instant(e) for e in surveys))
        marks = {service: [e["data"]["score"] for e in surveys if e["data"]["service"] == service]
                 for service in ("mail", "erp")}
        self.assertLess(*(sum(m) / len(m) for m in marks.values()))

    def test_the_source_is_told(self):
        self.assertEqual({e["source"] for e in day.events(1, END, 200, source="urn:x")}, {"urn:x"})


class Shape(unittest.TestCase):

    def setUp(self):
        self.opened = [e for e in day.events(11, END, 3000) if e["type"].endswith(".opened")]

    def share(self, name, value):
        return sum(e["data"].get(name) == value for e in self.opened) / len(self.opened)

    def test_shares(self):
        kinds = collections.Counter(e["type"] for e in self.opened)
        self.assertTrue(0.55 < kinds["request.opened"] / 3000 < 0.75, kinds)
        self.assertTrue(0.2 < kinds["incident.opened"] / 3000 < 0.4, kinds)
        self.assertAlmostEqual(self.share("agreement", "acme"), 0.6, delta=0.03)
        self.assertAlmostEqual(self.share("service", "erp"), 0.24, delta=0.03)
        self.assertTrue(0.02 < self.share("priority", "P1") < 0.08)

    def test_the_night_is_quiet(self):
        hours = collections.Counter(instant(e).hour for e in self.opened)
        night, forenoon = sum(hours[h] for h in range(5)), sum(hours[h] for h in range(8, 13))
        self.assertLess(8 * night, forenoon)
        self.assertTrue(all(hours[h] for h in range(24)), hours)

    def test_decks_hold_their_shares(self):
        rng = random.Random(1)
        for n in range(400):
            cards = collections.Counter(day.deck(rng, FATES["request"], n))
            self.assertEqual(sum(cards.values()), n)
            self.assertTrue(n < len(FATES["request"]) or len(cards) == len(FATES["request"]))
            self.assertLess(abs(cards["first_contact"] - 0.36 * n), 8)

    def test_all_fates_are_known(self):
        self.assertLessEqual({fate for fates in FATES.values() for fate in fates}, set(LIVES))

    def test_the_outage_is_by_day_whatever_the_hour(self):
        for minute in range(0, 1440, 7):
            end = END + datetime.timedelta(minutes=minute)
            begins = day.outage_begins(end)
            self.assertTrue(5 * day.HOUR <= end - begins <= 20 * day.HOUR, end)
            self.assertTrue(6 <= begins.hour <= 15, (end, begins))
        self.assertEqual(day.outage_begins(END), END.replace(hour=10))

    def test_promises_are_those_of_the_configuration(self):
        try:
            import yaml
        except ImportError:
            self.skipTest("there is no python3-yaml: sh tests/packages installs it")
        with open(os.path.join(HERE, "slad.yaml"), encoding="utf-8") as file:
            config = yaml.safe_load(file)
        self.assertEqual([a["id"] for a in config["agreements"]], list(helpdesk.PROMISES))
        for agreement in config["agreements"]:
            self.assertEqual({row_key(row): row_minutes(row) for row in agreement["targets"]},
                             helpdesk.PROMISES[agreement["id"]])
            self.assertEqual({s if isinstance(s, str) else s["id"] for s in agreement["services"]},
                             set(helpdesk.SERVICES))


def row_key(row):
    return (row["kind"], row["priority"]) if "priority" in row else (row["kind"],)


def row_minutes(row):
    units = {"m": 1, "h": 60}
    return tuple(int(row[name][:-1]) * units[row[name][-1]] if name in row else None
                 for name in ("respond", "recover", "resolve"))


class Story(unittest.TestCase):
    """What slad makes of it, under a virtual clock."""

    def replay(self, seed, end, *commands, tickets=500):
        now = milliseconds(end)
        lines = [{"now": now, "post": list(day.events(seed, end, tickets))}]
        lines += [{"now": now, **command} for command in commands]
        with tempfile.TemporaryDirectory() as scratch:
            config = os.path.join(scratch, "slad.yaml")
            with open(os.path.join(HERE, "slad.yaml"), encoding="utf-8") as file, \
                    open(config, "w", encoding="utf-8") as out:
                out.write(file.read())
            with open(os.path.join(scratch, "ops.secret"), "w", opener=private) as file:
                file.write("whsec_c2VjcmV0")
            done = subprocess.run([REPLAY, "-c", config], text=True, capture_output=True,
                                  input="".join(json.dumps(line) + "\n" for line in lines))
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([a["status"] for a in answers], [200] * len(lines), answers[0])
        return [answer["body"] for answer in answers]

    def setUp(self):
        if not os.path.exists(REPLAY):
            self.skipTest(f"there is no {REPLAY}: make tests")

    def test_slow_answers_about_mail_are_an_urgent_alert_at_every_hour(self):
        print(f"SEED={SEED}")
        for hour in range(0, 168, 7):  # every hour of the day, every day of the week
            seed = SEED + hour
            end = SUNDAY + datetime.timedelta(hours=hour, minutes=hour % 60, seconds=hour % 50)
            with self.subTest(seed=seed, end=end):
                outbox = self.replay(seed, end, {"outbox": True})[1]["outbox"]
                told = [m["body"] for m in outbox if m["body"]["data"]["scope"] == {"service": "mail"}]
                self.assertEqual([(m["type"], m["data"]["level"]) for m in told],
                                 [("slad.alert.fired", "urgent")])
                self.assertTrue(0.6 < told[0]["data"]["value"] < 0.76, told)

    def test_the_least_day_has_it_too(self):
        for seed in range(6):
            outbox = self.replay(seed, END, {"outbox": True}, tickets=day.LEAST)[1]["outbox"]
            self.assertIn({"service": "mail"}, [m["body"]["data"]["scope"] for m in outbox], seed)

    def test_mail_was_down_and_erp_excused(self):
        question = {"get": "/v1/scores?window=24h&by=service&indicator=service_availability"}
        for seed in range(4):
            scores = self.replay(seed, END, question)[1]["scores"]
            values = {score["scope"]["service"]: score["value"] for score in scores}
            self.assertTrue(0.89 < values.pop("mail") < 0.96, scores)
            self.assertEqual(values, {"erp": 1.0, "print": 1.0, "vpn": 1.0})

    def test_customers_are_rather_content(self):
        question = {"get": "/v1/statistics?window=24h&by=agreement"}
        for seed in range(4):
            rows = self.replay(seed, END, question)[1]["statistics"]
            self.assertEqual([row["scope"]["agreement"] for row in rows], list(helpdesk.AGREEMENTS))
            for row in rows:
                found = row["satisfaction"]["ticket"]
                self.assertTrue(20 < found["answered"] < 120 and 0.65 < found["value"] < 0.92, found)

    def test_no_ticket_does_the_impossible(self):
        subjects = [f"T{1001 + n}" for n in range(500)]
        tickets = self.replay(9, END, *({"ticket": {"source": day.SOURCE, "subject": subject}}
                                        for subject in subjects))[1:]
        self.assertEqual([(t["subject"], t["warnings"]) for t in tickets if t["warnings"]], [])
        states = collections.Counter(ticket["state"] for ticket in tickets)
        self.assertGreater(states["resolved"], 380)
        self.assertTrue(states["open"] > 5 and states["excluded"] > 20, states)


def private(path, flags):
    return os.open(path, flags, 0o600)


if __name__ == "__main__":
    slad.main()
