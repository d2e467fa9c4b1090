#!/usr/bin/python3
"""GET /v1/gaps: objectives missed, the largest gap first; what they still bear, and what they need,
tried by sending just that."""
import os
import random
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from slad import Slad, event, main  # noqa: E402

TARGETS = [{"kind": "request", "respond": "1m", "resolve": "8h"},
           {"kind": "incident", "respond": "30m", "recover": "4h"}]
RATE, SOLVED, CALLS = "timely_response_rate", "resolution_rate", "contact_connection_rate"
MEMBERS = ["indicator", "name", "name_zh", "scope", "objective", "value", "gap", "met", "a", "b", "pending",
           "previous", "trend", "affords", "needs"]


def agreement(id, objectives, **more):
    return {"id": id, "from": "2020-01-01", "timezone": "UTC", "targets": TARGETS,
            "objectives": [{"indicator": i, "at_least": t} for i, t in objectives.items()], **more}


CONFIG = {"timezone": "UTC", "agreements": [
    agreement("acme", {RATE: 0.9, SOLVED: 0.5, CALLS: 0.8, "service_availability": 0.9999,
                       "service_courtesy": 0.9, "complaint_handling_rate": 0.95, "leakage_free": 1},
              services=[{"id": "mail"}]),
    agreement("beta", {RATE: 1, SOLVED: 0.3}),
    agreement("gone", {RATE: 0.99})]}


class Desk:
    """Events of June 2026."""

    def __init__(self):
        self.count = 0

    def made(self, type, subject, minute=0, day=2, month=6, **data):
        self.count += 1
        time = f"2026-{month:02}-{day:02}T{minute // 60:02}:{minute % 60:02}:00Z"
        return event(f"e-{self.count}", type, subject, time, **data)

    def opened(self, agreement="acme", **data):
        subject = f"T-{self.count}"
        return subject, [self.made("request.opened", subject, agreement=agreement, **data)]

    def late(self, **data):
        return self.opened(**data)[1]

    def answered(self, day=2, month=6, **data):
        subject, made = self.opened(day=day, month=month, **data)
        return made + [self.made("request.responded", subject, day=day, month=month)]

    def solved(self, **data):
        subject, made = self.opened(**data)
        return made + [self.made("request.resolved", subject)]

    def call(self, what, agreement="acme", **data):
        return [self.made(f"call.{what}", None, agreement=agreement, **data)]


class Case(unittest.TestCase):
    def setUp(self):
        self.desk = Desk()
        self.slad = Slad(CONFIG)
        self.addCleanup(self.slad.close)

    def post(self, *lists):
        events = [e for one in lists for e in one]
        for e in events:
            if e["subject"] is None:
                del e["subject"]
        if events:
            self.assertEqual(self.slad.post(events).json()["accepted"], len(events))

    def gaps(self, **params):
        return self.slad.get("/v1/gaps", **{"window": "2026-06", **params})["gaps"]

    def gap(self, indicator, **params):
        found = [g for g in self.gaps(all="true", **params) if g["indicator"] == indicator]
        self.assertEqual(len(found), 1, found)
        return found[0]


class Listed(Case):
    def setUp(self):
        super().setUp()
        desk = self.desk
        self.post(*(desk.solved(service="mail") for _ in range(3)), *(desk.late(service="web") for _ in range(2)),
                  desk.answered(day=4), desk.answered(day=6), desk.late(day=8),
                  desk.answered(day=20, month=5), desk.late(day=21, month=5),
                  *(desk.call("answered") for _ in range(4)), desk.call("abandoned", count=6),
                  *(desk.solved(agreement="beta") for _ in range(3)), desk.late(agreement="beta"),
                  [desk.made("incident.opened", "slow", agreement="beta", service="lab")],
                  [desk.made("incident.opened", "down", day=3, agreement="acme", service="mail", outage=True),
                   desk.made("incident.recovered", "down", 100, day=3),
                   desk.made("assessment.recorded", None, day=1, agreement="acme",
                             indicator="service_courtesy", level=4)])

    def test_all_members(self):
        answer = self.slad.get("/v1/gaps", window="2026-06")
        self.assertEqual(list(answer), ["window", "step", "as_of", "gaps"])
        self.assertEqual(answer["window"], {"name": "2026-06", "from": "2026-06-01T00:00:00Z",
                                            "to": "2026-07-01T00:00:00Z", "cohort": "opened"})
        self.assertEqual(answer["step"], "day")
        for gap in answer["gaps"]:
            self.assertEqual(list(gap), MEMBERS)
            self.assertEqual((gap["met"], gap["affords"]),
                             (False, 0 if gap["needs"] is not None or gap["objective"] == 1 else None))
        calls = answer["gaps"][0]
        self.assertEqual({m: calls[m] for m in MEMBERS[:11]}, {
            "indicator": CALLS, "name": "Contact connection rate", "name_zh": "接通率",
            "scope": {"agreement": "acme"}, "objective": 0.8, "value": 0.4, "gap": 0.4, "met": False,
            "a": 4, "b": 10, "pending": 0})
        self.assertEqual((calls["affords"], calls["needs"]), (0, 20))  # 24/30
        self.assertEqual(calls["previous"], {"window": "2026-05", "value": None})
        self.assertEqual(calls["trend"]["n"], 1)

    def test_only_what_is_missed_the_largest_gap_first(self):
        self.assertEqual([(g["indicator"], g["scope"]["agreement"], round(g["gap"], 6)) for g in self.gaps()], [
            (CALLS, "acme", 0.4), (RATE, "acme", 0.275), (RATE, "beta", 0.25), (SOLVED, "acme", 0.125),
            ("service_courtesy", "acme", 0.1), ("service_availability", "acme", 0.002215)])

    def test_all_objectives(self):
        found = [(g["indicator"], g["scope"]["agreement"], g["met"]) for g in self.gaps(all="true")]
        self.assertEqual(found[6:], [("leakage_free", "acme", True), ("complaint_handling_rate", "acme", True),
                                     (SOLVED, "beta", True), (RATE, "gone", None)])
        gone = self.gaps(all="true", agreement="gone")
        self.assertEqual([(g["value"], g["gap"], g["affords"], g["needs"]) for g in gone], [(None,) * 4])
        self.assertEqual(self.gaps(agreement="gone"), [])
        ahead = self.gaps(all="true", window="2040-01")
        self.assertEqual((len(ahead), {g["met"] for g in ahead if g["indicator"] == RATE}), (10, {None}))
        self.assertEqual({g["scope"]["agreement"] for g in self.gaps(agreement="beta", all="true")}, {"beta"})

    def test_budgets_are_of_what_is_counted(self):
        for gap in self.gaps(all="true", agreement="acme"):
            with self.subTest(gap["indicator"]):
                self.assertEqual(gap["affords"] is not None, gap["indicator"] in (
                    RATE, SOLVED, CALLS, "complaint_handling_rate"))
        self.assertEqual(self.gap(RATE, agreement="beta")["needs"], None)  # 1 is out of reach
        self.assertEqual(self.gap(SOLVED, agreement="beta")["affords"], 1)  # 2/4 are still 0.3
        self.assertEqual(self.gap("complaint_handling_rate")["affords"], 0)

    def test_before_and_trend(self):
        rate = self.gap(RATE, agreement="acme")
        self.assertEqual(rate["previous"], {"window": "2026-05", "value": 0.5})
        series = self.slad.get("/v1/series", window="2026-06", indicator=RATE, agreement="acme")["series"][0]
        self.assertEqual(rate["trend"], series["trend"])
        self.assertEqual(rate["trend"]["n"], 4)
        quarter = self.slad.get("/v1/gaps", window="2026-Q2", agreement="acme")
        self.assertEqual(quarter["step"], "week")
        by_week = self.slad.get("/v1/series", window="2026-Q2", indicator=RATE, agreement="acme", step="week")
        self.assertEqual(next(g for g in quarter["gaps"] if g["indicator"] == RATE)["trend"],
                         by_week["series"][0]["trend"])
        for window, step in (("62d", "day"), ("63d", "week")):
            self.assertEqual(self.slad.get("/v1/gaps", window=window)["step"], step)

    def test_by_service(self):
        gaps = self.gaps(by="service")
        found = {(g["indicator"], g["scope"]["agreement"], g["scope"]["service"]): g for g in gaps}
        self.assertEqual(sorted(found), sorted([
            (RATE, "acme", "web"), (RATE, "acme", ""), (RATE, "beta", ""), (SOLVED, "acme", ""),
            (SOLVED, "acme", "web"), (CALLS, "acme", ""), ("service_availability", "acme", "mail")]))
        self.assertEqual((found[RATE, "acme", "web"]["a"], found[RATE, "acme", "web"]["needs"]), (2, 18))
        sizes = [g["gap"] for g in gaps]
        self.assertEqual(sizes, sorted(sizes, reverse=True))

    def test_every_objective_by_service(self):
        gaps = self.gaps(by="service", all="true", agreement="acme")
        self.assertEqual(sorted({g["scope"]["service"] for g in gaps}), ["", "mail", "web"])
        self.assertEqual(len(gaps), 3 * 7)
        self.assertEqual({g["scope"]["service"] for g in self.gaps(by="service", all="true", agreement="beta")},
                         {"", "lab"})
        courtesy = [g for g in gaps if g["indicator"] == "service_courtesy"]
        self.assertEqual([(g["value"], g["a"], g["met"], g["trend"]["n"]) for g in courtesy],
                         [(None, None, None, 0)] * 3)

    def test_refused(self):
        for words, params in (("by=service", {"by": "team"}), ("by=service", {"by": "service,team"}),
                              ("true or false", {"all": "yes"}), ("'indicator'", {"indicator": RATE}),
                              ("'service'", {"service": "mail"}), ("zeta", {"agreement": "zeta"}),
                              ("1000 steps of a week", {"window": "36525d"})):
            answer = self.slad.ask("GET", "/v1/gaps", **params)
            with self.subTest(params):
                self.assertEqual(answer.status, 400)
                self.assertIn(words, answer.json()["detail"])


class Tried(Case):
    """Sends as many bad ones as an objective bears, and one more; as many good ones as it needs, and
    before it one fewer."""

    def met(self, indicator):
        return self.gap(indicator, agreement="acme")["met"]

    def turn(self, answers, count):
        """So many requests that were answered in time were not: their answers are taken back."""
        events = [self.desk.made("event.retracted", None) for _ in range(count)]
        for e in events:
            e["data"]["id"] = answers.pop()
        self.post(events)

    def test_needs(self):
        seed = int(os.environ.get("SEED", random.randrange(1 << 30)))
        print(f"SEED={seed}")
        chance = random.Random(seed)
        good = {RATE: self.desk.answered, SOLVED: self.desk.solved, CALLS: lambda: self.desk.call("answered")}
        bad = {RATE: self.desk.late, SOLVED: self.desk.late, CALLS: lambda: self.desk.call("abandoned")}
        for indicator in good:
            with self.subTest(indicator):
                self.post(*(good[indicator]() for _ in range(chance.randrange(5))),
                          *(bad[indicator]() for _ in range(1 + chance.randrange(9))))
                while self.met(indicator):
                    self.post(bad[indicator]())
                needs = self.gap(indicator, agreement="acme")["needs"]
                self.assertGreater(needs, 0)
                self.post(*(good[indicator]() for _ in range(needs - 1)))
                self.assertEqual((self.met(indicator), self.gap(indicator, agreement="acme")["needs"]), (False, 1))
                self.post(good[indicator]())
                self.assertEqual((self.met(indicator), self.gap(indicator, agreement="acme")["needs"]), (True, 0))

    def test_affords(self):
        seed = int(os.environ.get("SEED", random.randrange(1 << 30)))
        print(f"SEED={seed}")
        answers = []
        for _ in range(random.Random(seed).randrange(21, 60)):
            opened, answer = self.desk.answered()
            answers.append(answer["id"])
            self.post([opened, answer])
        affords = self.gap(RATE, agreement="acme")["affords"]
        self.assertGreater(affords, 1)
        self.turn(answers, affords)
        gap = self.gap(RATE, agreement="acme")
        self.assertEqual((gap["met"], gap["a"], gap["affords"], gap["needs"]), (True, affords, 0, 0))
        self.turn(answers, 1)
        gap = self.gap(RATE, agreement="acme")
        self.assertEqual((gap["met"], gap["affords"]), (False, 0))
        self.assertGreater(gap["needs"], 0)


if __name__ == "__main__":
    main()
