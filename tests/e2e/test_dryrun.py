#!/usr/bin/python3
"""What another configuration moves: slad check --against says it before, the daemon's log at the reload.

The prediction is held against a real reload: the scores that /v1/scores gives before and after it,
and the explanations of all tickets.
"""
import contextlib
import copy
import hashlib
import json
import os
import random
import re
import signal
import sqlite3
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from desk import Desk  # noqa: E402
from slad import Slad, main  # noqa: E402

SEED = int(os.environ.get("SEED", time.time_ns() % 10**9))
DAY, HOUR = 86400, 3600
OLD = 10 * DAY  # so that no deadline falls due between a prediction and its reload
WINDOWS = ("this-month", "last-month", "this-year")
YEAR = time.strftime("%Y", time.gmtime())
WEEK = [{"days": "mon-fri", "open": ["09:00-12:00", "13:30-18:00"]}]
SERVICES = ["mail", "web", "desk"]


def day(ago):
    return time.strftime("%Y-%m-%d", time.gmtime(time.time() - ago * DAY))


BASE = {
    "calendars": [{"name": "office", "timezone": "Asia/Shanghai", "week": WEEK, "closed": []}],
    "agreements": [
        {"id": "acme", "from": "2020-01-01", "timezone": "Asia/Shanghai", "calendar": "office", "reopen_window": "7d",
         "pause_on": ["customer"], "incidents_per_month": 5,
         "targets": [{"kind": "request", "respond": "30m", "resolve": "8h"},
                     {"kind": "incident", "respond": "30m", "recover": "4h", "resolve": "12h"},
                     {"kind": "complaint", "respond": "1h", "resolve": "8h"}],
         "services": [{"id": "mail", "calendar": "office"}],
         "reports": [{"id": "monthly", "every": "month", "due": "5d"}],
         "objectives": [{"indicator": "timely_response_rate", "at_least": 0.9}]},
        {"id": "beta", "from": "2020-01-01", "timezone": "America/New_York",
         "targets": [{"respond": "2h", "recover": "6h", "resolve": "20h"}]}],
}


def other_targets(rng, config):
    for agreement in config["agreements"]:
        for target in agreement["targets"]:
            for clock in ("respond", "recover", "resolve"):
                if clock in target:
                    target[clock] = f"{rng.choice([5, 15, 30, 60, 120, 300, 600])}m"


def other_holidays(rng, config):
    config["calendars"][0]["closed"] = [day(ago) for ago in rng.sample(range(1, 80), rng.randrange(12))]


def other_pauses(rng, config):
    config["agreements"][0]["pause_on"] = rng.sample(["customer", "agreed", "supplier"], rng.randrange(3))


def other_reopening(rng, config):
    config["agreements"][rng.randrange(2)]["reopen_window"] = rng.choice(["0s", "1h", "1d", "7d", "30d"])


def other_services(rng, config):
    config["agreements"][0]["services"] = [{"id": service, "calendar": "office"}
                                           for service in rng.sample(SERVICES, rng.randrange(1, 4))]


def other_incidents(rng, config):
    config["agreements"][0]["incidents_per_month"] = rng.randrange(20)


def other_reports(rng, config):
    config["agreements"][0]["reports"] = [{"id": "monthly", "every": rng.choice(["week", "month", "quarter"]),
                                           "due": f"{rng.randrange(1, 9)}d"}]


OTHERS = [other_targets, other_holidays, other_pauses, other_reopening, other_services, other_incidents, other_reports]


def another(rng, config):
    config = copy.deepcopy(config)
    for change in rng.sample(OTHERS, rng.randrange(1, len(OTHERS))):
        change(rng, config)
    return config


def story(rng, desk, subject):
    """A ticket's events, all of them at least OLD ago."""
    kind = rng.choice(["request", "request", "incident", "incident", "complaint"])
    at = OLD + rng.randrange(2 * DAY, 320 * DAY if rng.random() < 0.3 else 60 * DAY)
    data = {"agreement": rng.choice(["acme", "acme", "beta"]), "team": rng.choice(["t1", "t2"])}
    if rng.random() < 0.8:
        data["service"] = rng.choice(SERVICES)
    if kind == "incident" and rng.random() < 0.3:
        data["outage"] = True
    events = [desk.opened(subject, at, kind, **data)]
    for _ in range(rng.randrange(8)):
        at = max(OLD, at - int(rng.expovariate(1 / (6 * HOUR))))
        verb = rng.choice(["responded", "responded", "resolved", "resolved", "recovered", "paused", "resumed",
                           "reopened", "excluded"])
        if verb == "recovered" and kind != "incident" or verb == "excluded" and rng.random() < 0.7:
            continue
        more = {"paused": {"cause": rng.choice(["customer", "agreed", "supplier"])},
                "excluded": {"cause": "duplicate"}}.get(verb, {})
        events.append(desk.event(f"{kind}.{verb}", subject, at, **more))
    return events


def stream(rng, tickets):
    desk = Desk()
    events = [e for i in range(tickets) for e in story(rng, desk, f"T{i:03}")]
    for i in range(12):
        at = OLD + rng.randrange(70 * DAY)
        about = {"agreement": "acme", "service": rng.choice(SERVICES)}
        events += [desk.event("outage.started", f"O{i}", at, **about),
                   desk.event("outage.ended", f"O{i}", at - rng.randrange(9 * HOUR), **about)]
    rng.shuffle(events)
    return events


def minute(instant):
    return None if instant is None else instant[:16]


def explanation(ticket):
    """In which minutes, and as what, a ticket counts."""
    return [(minute(cycle["start"]), [(s["indicator"], s["counted"], s["excluded"], minute(s["settled_at"]))
                                      for s in cycle["scores"]
                                      if s["counted"] is not None and s["indicator"] != "service_availability"])
            for cycle in ticket["cycles"]]


def timeless(told):
    """As what a ticket counts."""
    return [[s[:3] for s in scores] for start, scores in told]


NUMBERS = ("a", "b", "c", "pending", "excluded", "value", "decided", "low", "high", "reason", "clamped",
           "late_maintenance")


def numbers(row):
    return None if row is None else {name: row.get(name) for name in NUMBERS}


def counts_anything(row):
    return any(row[n] not in (0, None) for n in ("a", "b", "pending")) or row["excluded"] or row.get("late_maintenance")


class Case(unittest.TestCase):
    def start(self, config):
        self.slad = Slad(config)
        self.addCleanup(self.slad.close)
        return self.slad

    def other(self, config, name="other.yaml"):
        path = self.slad.path(name)
        with open(path, "w", encoding="utf-8") as out:
            out.write(config if isinstance(config, str) else json.dumps({"database": "nowhere.db", **config}))
        return path

    def dry(self, config, status=None):
        done = self.slad.run("check", "--against", self.other(config), "--format", "json")
        self.assertIn(done.returncode, (0, 1), done)
        self.assertTrue(done.stdout, done)
        said = json.loads(done.stdout)
        self.assertEqual(done.returncode, int(said["differs"]), done)
        self.assertTrue(said["complete"])
        if status is not None:
            self.assertEqual(done.returncode, status, done)
        return said

    def hup(self, config):
        """The lines that the reload logged."""
        first = len(self.slad.log)
        self.slad.write_config(config)
        self.slad.signal(signal.SIGHUP)
        self.slad.wait_log("was read again", first)
        return self.slad.log[first:]

    def dump(self):
        with contextlib.closing(sqlite3.connect(f"file:{self.slad.path('slad.db')}?mode=ro", uri=True)) as database:
            return hashlib.sha256("\n".join(database.iterdump()).encode()).hexdigest()


class Truth(Case):
    def scores(self, windows, side):
        """All scores that are compared, as the daemon says them now."""
        found = {}
        for entry in windows:
            ask = {"window": entry[side]["name"], "agreement": entry["agreement"]}
            for row in self.slad.scores(**ask) + self.slad.scores(by="service", **ask):
                service = row["scope"].get("service")
                if service is None or counts_anything(row):
                    found[entry["agreement"], service, entry["window"], row["indicator"]] = row
        return found

    def explanations(self, subjects):
        tickets = {s: self.slad.ticket(s) for s in subjects}
        return {s: (t["agreement"], explanation(t)) for s, t in tickets.items()}

    def same(self, predicted, seen, key):
        """What is agreed of a window that runs, and an outage in it, grows with the seconds between two looks."""
        if predicted is not None and key[3] == "service_availability" and key[2] != "last-month":
            for amount in "ab":
                self.assertAlmostEqual(predicted[amount], seen[amount], delta=300, msg=key)
            return
        self.assertEqual(predicted, None if seen is None else {n: seen.get(n) for n in predicted}, key)

    def check_scores(self, said, before, after):
        moved = {(s["scope"]["agreement"], s["scope"].get("service"), s["window"], s["indicator"]): s
                 for s in said["scores"]}
        self.assertEqual(len(moved), len(said["scores"]))
        for key, score in moved.items():
            self.assertNotEqual(numbers(score["before"]), numbers(score["after"]), key)
            self.same(score["before"], before.get(key), key)
            self.same(score["after"], after.get(key), key)
        for key in before.keys() | after.keys():
            if key not in moved and not (key[3] == "service_availability" and key[2] != "last-month"):
                self.assertEqual(numbers(before.get(key)), numbers(after.get(key)), key)
        return len(moved)

    def check_tickets(self, said, before, after):
        changed = {}
        for subject in sorted(before):
            if before[subject] != after[subject]:
                changed.setdefault(before[subject][0], []).append(subject)
        self.assertEqual(said["count"], sum(len(c) for c in changed.values()))
        self.assertEqual({t["agreement"]: t["count"] for t in said["tickets"]},
                         {agreement: len(c) for agreement, c in changed.items()})
        for entry in said["tickets"]:
            ours = changed[entry["agreement"]]
            retimed = [s for s in ours if timeless(before[s][1]) == timeless(after[s][1])]
            self.assertEqual(entry["retimed"], len(retimed))
            self.assertEqual([t["subject"] for t in entry["named"]],
                             ([s for s in ours if s not in retimed] + retimed)[:20])
            for ticket in entry["named"]:
                self.check_changes(ticket, before[ticket["subject"]][1], after[ticket["subject"]][1])
        return said["count"]

    def check_changes(self, ticket, before, after):
        """Each change that is named is the difference of the two explanations."""
        def counts(told):
            return {(c, s[0]): (told[c][0], *s[1:]) for c in range(len(told)) for s in told[c][1]}

        old, new = counts(before), counts(after)
        wanted = {key: (old.get(key), new.get(key)) for key in old.keys() | new.keys() if old.get(key) != new.get(key)}
        said = {(c["cycle"] - 1, c["indicator"]): c for c in ticket["changes"]}
        self.assertEqual(said.keys(), wanted.keys(), ticket)
        for key, sides in wanted.items():
            for side, name in zip(sides, ("before", "after")):
                self.assertEqual((said[key][name], said[key]["excluded_" + name]),
                                 (None, None) if side is None else side[1:3], ticket)

    def test_what_it_predicts_comes_true(self):
        rng = random.Random(SEED)
        print(f"SEED={SEED}", flush=True)
        config = BASE
        self.start(config)
        subjects = [f"T{i:03}" for i in range(150)]
        self.slad.post_all(stream(rng, len(subjects)))
        moved = changed = 0
        for _ in range(8):
            following = another(rng, config)
            content = self.dump()
            said = self.dry(following)
            self.assertEqual(self.dump(), content)
            scores = self.scores(said["windows"], "before")
            tickets = self.explanations(subjects)
            self.hup(following)
            with self.subTest(before=config, after=following):
                moved += self.check_scores(said, scores, self.scores(said["windows"], "after"))
                changed += self.check_tickets(said, tickets, self.explanations(subjects))
            config = following
        self.assertGreater(moved, 100)
        self.assertGreater(changed, 50)
        self.assertEqual(self.slad.verify()[0], 0)

    def test_back_is_the_mirror_of_forth(self):
        """The other way round, FILE is not what the database was judged by: both are folded anew."""
        rng = random.Random(SEED)
        self.start(BASE)
        self.slad.post_all(stream(rng, 100))
        following = another(rng, BASE)
        other_targets(rng, following)
        forth = self.dry(following, 1)
        self.slad.stop()
        self.slad.write_config(following)
        back = self.dry(BASE, 1)
        self.assertEqual([(t["agreement"], t["count"], [(n["subject"], [(c["before"], c["after"]) for c in n["changes"]])
                                                        for n in t["named"]]) for t in forth["tickets"]],
                         [(t["agreement"], t["count"], [(n["subject"], [(c["after"], c["before"]) for c in n["changes"]])
                                                        for n in t["named"]]) for t in back["tickets"]])

        def moves(said, before, after):
            return [(s["indicator"], s["scope"], s["window"], numbers(s[before]), numbers(s[after]))
                    for s in said["scores"] if s["indicator"] != "service_availability"]
        self.assertEqual(moves(forth, "before", "after"), moves(back, "after", "before"))


def plain(respond="10m", **more):
    return {"agreements": [{"id": "acme", "from": "2020-01-01",
                            "targets": [{"kind": "request", "respond": respond}], **more}]}


class Command(Case):
    def late(self, config=None):
        """100 requests answered after 1 to 100 minutes: 94 in time, and with 90m30s 4 less; the 6
        that stay late are late at another minute then."""
        desk, ago = Desk(), 5 * HOUR
        if time.gmtime(time.time() - ago).tm_mon != time.gmtime().tm_mon:
            self.skipTest("the month is too young")
        self.start(plain("94m30s") if config is None else config)
        events = []
        for i in range(100):
            events += [desk.opened(f"T{i:03}", ago, service="mail"),
                       desk.event("request.responded", f"T{i:03}", ago - 60 * (i + 1))]
        self.slad.post(events)

    def test_text(self):
        self.late()
        done = self.slad.run("check", "--against", self.other(plain("90m30s")))
        self.assertEqual(done.returncode, 1, done)
        lines = done.stdout.splitlines()
        self.assertRegex(lines[0], r"^as of \d{4}-.+Z$")
        self.assertEqual(lines[1:5], ["tickets that would count otherwise: 10", "  acme: 10, of them only at another time: 6", "    T090 of urn:test",
                                      "      timely_response_rate: good -> bad"], done.stdout)
        self.assertEqual(lines.count("      timely_response_rate: good -> bad"), 4)
        self.assertEqual(lines.count("      timely_response_rate: bad, at another time"), 6)
        table = [re.split(r"  +", line) for line in lines[lines.index("scores that would move: 4") + 2:]]
        for service in ("*", "mail"):
            self.assertIn(["timely_response_rate", "acme", service, YEAR, "94/100", "90/100"], table)

    def test_nothing_differs(self):
        self.late()
        objectives = [{"indicator": "timely_response_rate", "at_least": 0.5}]
        done = self.slad.run("check", "--against", self.other(plain("94m30s", name="Other", objectives=objectives)))
        self.assertEqual(done.returncode, 0, done)
        self.assertIn("tickets that would count otherwise: 0\nscores that would move: 0\n", done.stdout)
        self.dry(plain("94m30s"), 0)

    def test_only_the_first_are_named(self):
        self.late()
        said = self.dry(plain("1m30s"), 1)
        self.assertEqual(said["tickets"][0]["count"], 99)
        self.assertEqual([t["subject"] for t in said["tickets"][0]["named"]], [f"T{i:03}" for i in range(1, 21)])
        text = self.slad.run("check", "--against", self.other(plain("1m30s"))).stdout
        self.assertIn("\n    and 79 more\n", text)

    def test_an_agreement_that_goes(self):
        self.late()
        beta = [{"id": "beta", "from": "2020-01-01", "timezone": "Asia/Shanghai"}]
        said = self.dry({"agreements": beta}, 1)
        self.assertEqual([(t["agreement"], t["count"]) for t in said["tickets"]], [("acme", 100)])
        self.assertEqual(said["tickets"][0]["named"][0]["changes"][0]["excluded_after"], "no_agreement")
        found = [s for s in said["scores"] if s["scope"] == {"agreement": "acme"} and s["window"] == "this-year" and
                 s["indicator"] == "timely_response_rate"]
        self.assertEqual([(s["before"]["value"], s["after"]["value"], s["after"]["excluded"]) for s in found],
                         [(0.94, None, {"no_agreement": 100})])
        self.assertEqual({w["agreement"] for w in said["windows"]}, {"acme", "beta"})

    def test_mistakes(self):
        self.late()
        done = self.slad.run("check", "--against", self.other("agreements:\n  - id: acme\n    from: soon\n"))
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertRegex(done.stderr, r"other\.yaml:3:11: ")
        good = self.other(plain())
        self.slad.write_config("agreements: []\n")
        done = self.slad.run("check", "--against", good)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertRegex(done.stderr, r"slad\.yaml:1:")
        done = self.slad.run("check", "--against", "/nowhere/other.yaml")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"(?s)slad\.yaml:1:.*/nowhere/other\.yaml:1:1: ")

    def test_usage(self):
        self.slad = Slad(plain(), start=False)
        self.addCleanup(self.slad.close)
        for words in (["--against"], ["--format", "json"], ["--against", "x", "--format", "xml"],
                      ["--against", "x", "--against", "y"], ["--against", "x", "y"], ["--agains", "x"]):
            done = self.slad.run("check", *words)
            self.assertEqual(done.returncode, 2, words)
            self.assertIn("usage: slad check", done.stderr)

    def test_no_database(self):
        self.slad = Slad(plain(), start=False)
        self.addCleanup(self.slad.close)
        done = self.slad.run("check", "--against", self.other(plain("1m")))
        self.assertEqual(done.returncode, 4, done)
        self.assertRegex(done.stderr, r"slad: \S+slad\.db: No such file")
        self.assertFalse(os.path.exists(self.slad.path("slad.db")))

    def test_the_file_stays_as_it_is(self):
        self.late()
        self.slad.stop()
        with open(self.slad.path("slad.db"), "rb") as file:
            before = file.read()
        self.dry(plain("50m"), 1)
        with open(self.slad.path("slad.db"), "rb") as file:
            self.assertEqual(file.read(), before)
        self.assertEqual(self.slad.verify()[0], 0)

    def test_a_daemon_is_not_disturbed(self):
        self.late()
        done, answers = threading.Event(), []

        def pour():
            desk = Desk(prefix="p")
            while not done.is_set():
                answers.append(self.slad.post(desk.late(f"P{desk.count}", 600)).status)

        thread = threading.Thread(target=pour)
        thread.start()
        for _ in range(5):
            self.assertEqual(self.dry(plain("90m30s"), 1)["tickets"][0]["count"], 10)
        done.set()
        thread.join()
        self.assertEqual(set(answers), {200})
        self.assertEqual(self.slad.verify()[0], 0)


class Log(Case):
    late = Command.late

    def moves(self, lines):
        return [line.removeprefix("info: ") for line in lines if " -> " in line]

    def test_a_reload_says_what_moved(self):
        self.late()
        said = self.dry(plain("90m30s"))
        lines = self.hup(plain("90m30s"))
        self.assertIn("info: tickets of acme that count otherwise: 10", lines)
        self.assertIn(f"timely_response_rate of acme, {YEAR}: 94/100 -> 90/100", self.moves(lines))
        self.assertEqual(len(self.moves(lines)), len([s for s in said["scores"] if "service" not in s["scope"]]))

    def test_a_start_does_so_too(self):
        self.late()
        self.slad.stop()
        first = len(self.slad.log)
        self.slad.write_config(plain("90m30s"))
        self.slad.start()
        lines = self.slad.log[first:]
        self.assertIn("info: tickets of acme that count otherwise: 10", lines)
        self.assertIn(f"timely_response_rate of acme, {YEAR}: 94/100 -> 90/100", self.moves(lines))
        first = len(self.slad.log)
        self.slad.restart()
        self.assertEqual(self.moves(self.slad.log[first:]), [])

    def test_what_no_ticket_counts_in(self):
        self.late(plain("94m30s", incidents_per_month=5))
        lines = self.hup(plain("94m30s", incidents_per_month=3))
        self.assertIn(f"incident_control_rate of acme, {YEAR}: 60/60 -> 36/36", self.moves(lines))
        self.assertFalse([line for line in lines if "count otherwise" in line], lines)

    def test_nothing_moved(self):
        self.late()
        lines = self.hup(plain("94m30s", objectives=[{"indicator": "timely_response_rate", "at_least": 0.5}]))
        self.assertIn("info: tickets are judged as before: all scores stay", lines)
        lines = self.hup(plain("94m31s"))
        self.assertTrue([line for line in lines if line.endswith("and this year stay")], lines)
        self.assertEqual(self.moves(lines), [])

    def test_at_most_twenty(self):
        agreements = [{"id": f"a{i:02}", "from": "2020-01-01", "incidents_per_month": 5,
                       "targets": [{"kind": "request", "respond": "10m"}]} for i in range(25)]
        self.start({"agreements": agreements})
        desk = Desk()
        self.slad.post([e for i in range(25) for e in
                        [desk.opened(f"T{i}", 3 * HOUR, agreement=f"a{i:02}"),
                         desk.event("request.responded", f"T{i}", 3 * HOUR - 300)]])
        for agreement in agreements:
            agreement["incidents_per_month"] = 4
            agreement["targets"][0]["respond"] = "1m"
        said = self.dry({"agreements": agreements})
        lines = self.hup({"agreements": agreements})
        self.assertEqual(len(self.moves(lines)), 20)
        self.assertIn("info: more scores that moved: " + str(len([s for s in said["scores"] if "service" not in s["scope"]]) - 20),
                      lines)
        self.assertEqual(len([line for line in lines if re.search(r"tickets of a\d\d that count otherwise: 1$", line)]), 20)
        self.assertIn("info: tickets of more agreements (5) that count otherwise: 5", lines)

    def test_time_is_not_the_configuration(self):
        """A first start has nothing to say."""
        self.start(plain())
        self.assertEqual([line for line in self.slad.log if "score" in line or "otherwise" in line], [])


if __name__ == "__main__":
    main()
