#!/usr/bin/python3
"""GET /v1/evaluation: the four steps, weights, coverage, grades, vetoes, what is refused."""
import csv
import fractions
import io
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from slad import Slad, event, main  # noqa: E402

SECURITY = ["supplier_access_control_rate", "customer_access_fulfilment_rate", "information_integrity_rate",
            "confidentiality_mechanism", "leakage_free"]
ONLY_SECURITY = {"reliability": 0, "responsiveness": 0, "tangibility": 0, "friendliness": 0}
BANDS = [("A", 0.95), ("B", 0.85), ("C", 0.7), ("D", 0)]
MEMBERS = ["window", "as_of", "agreement", "profile", "score", "coverage", "grade", "reason",
           "requirement", "selection", "characteristics", "grading"]


def weights(**given):
    """Security's indicators, each with a weight, 0 if not given."""
    return [{"id": i, "weight": given.get(i, 0)} for i in SECURITY]


def secure(name, more=None, **given):
    return {"name": name, "characteristics": ONLY_SECURITY, "indicators": weights(**given), **(more or {})}


LEAK = {"vetoes": [{"indicator": "leakage_free", "below": 1, "at_most": "C"}]}
CONFIG = {
    "timezone": "UTC",
    "agreements": [
        {"id": "acme", "name": "ACME Ltd.", "from": "2020-01-01", "timezone": "Asia/Shanghai",
         "targets": [{"kind": "request", "respond": "1m"}],
         "objectives": [{"indicator": "timely_response_rate", "at_least": 0.95}]},
        {"id": "acme", "name": "ACME Group", "from": "2026-07-01", "timezone": "Asia/Shanghai"},
        {"id": "beta", "from": "2020-01-01"}],
    "profiles": [
        secure("edge", supplier_access_control_rate=1, customer_access_fulfilment_rate=1),
        secure("limit", **{i: 1 for i in SECURITY}),
        secure("over", {"min_coverage": 0.800000001}, **{i: 1 for i in SECURITY}),
        secure("good", supplier_access_control_rate=2.5, confidentiality_mechanism=7.5),
        secure("leak", LEAK, confidentiality_mechanism=1),
        secure("high", {"grades": [{"grade": "top", "at_least": 0.99}]}, customer_access_fulfilment_rate=1),
        secure("none", {"min_coverage": 0}, information_integrity_rate=1)]}


def june(id, type, subject="x", day=10, **data):
    return event(id, type, subject, f"2026-06-{day:02}T12:00:00Z", **{"agreement": "acme", **data})


def measured(id, indicator, a, b, **data):
    return june(id, "measurement.recorded", indicator=indicator, period="2026-06", a=a, b=b, **data)


def answered(subject, minute, agreement="acme"):
    return [june(f"{subject}-o", "request.opened", subject, agreement=agreement),
            event(f"{subject}-r", "request.responded", subject, f"2026-06-10T12:{minute:02}:00Z")]


EVENTS = [
    measured("m1", "supplier_access_control_rate", 1, 3), measured("m2", "customer_access_fulfilment_rate", 4, 15),
    measured("m3", "staff_professionalism", 3, 7, c=5),
    june("a1", "assessment.recorded", indicator="confidentiality_mechanism", level=5),
    june("a2", "assessment.recorded", indicator="service_courtesy", level=3),
    june("a3", "assessment.recorded", agreement="beta", indicator="confidentiality_mechanism", level=2),
    june("l1", "security.leaked"),
    *answered("T1", 0), *answered("T2", 0), *answered("T3", 5), *answered("T4", 5, "beta")]


def exact(score, indicator):
    """A score's value as a fraction, by the standard's formula."""
    a, b = (fractions.Fraction(score[m]) if score[m] is not None else None for m in "ab")
    if indicator["formula"] == "1 if A = 0, else 0":
        return fractions.Fraction(a == 0)
    if not b:
        return fractions.Fraction(score["value"])
    if "C" in indicator["formula"]:
        return fractions.Fraction(7 * score["a"] + 3 * score["c"], 10 * score["b"])
    return min(1, max(0, 1 - a / b if indicator["formula"] == "1-A/B" else a / b))


def rounded(x):
    return float(fractions.Fraction((2 * 10**12 * x + 1) // 2, 10**12))


class Case(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.slad = Slad(CONFIG)
        answer = cls.slad.post(EVENTS)
        assert answer.status == 200 and answer.json()["accepted"] == len(EVENTS), answer

    @classmethod
    def tearDownClass(cls):
        cls.slad.close()

    def ask(self, profile=None, **params):
        params = {"window": "2026-06", "agreement": "acme", "profile": profile, **params}
        return self.slad.get("/v1/evaluation", **params)

    def graded(self, profile, score, coverage, grade, reason=None, **params):
        got = self.ask(profile, **params)
        self.assertEqual([got[m] for m in ("profile", "score", "coverage", "grade", "reason")],
                         [profile, score, coverage, grade, reason])
        return got


class Steps(Case):
    def test_all_members(self):
        got = self.ask("leak")
        self.assertRegex(got.pop("as_of"), r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertEqual([m for m in MEMBERS if m != "as_of"], list(got))
        names = {"tangibility": "有形性", "friendliness": "友好性", "reliability": "可靠性", "responsiveness": "响应性"}
        self.assertEqual(got, {
            "window": {"name": "2026-06", "from": "2026-06-01T00:00:00+08:00",
                       "to": "2026-07-01T00:00:00+08:00", "cohort": "opened"},
            "agreement": "acme", "profile": "leak", "score": 1, "coverage": 1, "grade": "C", "reason": None,
            "requirement": {
                "agreement": "acme", "name": "ACME Ltd.", "version": "2020-01-01", "window": "2026-06",
                "profile": "leak", "min_coverage": 0.8,
                "objectives": [{"indicator": "timely_response_rate", "at_least": 0.95}]},
            "selection": [{"indicator": "confidentiality_mechanism", "characteristic": "security",
                           "weight": 1, "share": 1}],
            "characteristics": [
                {"characteristic": "security", "name_zh": "安全性", "weight": 1, "score": 1, "coverage": 1,
                 "indicators": [{
                     "indicator": "confidentiality_mechanism", "name": "Confidentiality mechanism",
                     "name_zh": "保密机制的运行情况", "value": 1, "a": 5, "b": 5, "weight": 1, "share": 1,
                     "reason": None}]},
                *({"characteristic": c, "name_zh": names[c], "weight": 0, "score": None, "coverage": None,
                   "indicators": []} for c in ("reliability", "responsiveness", "tangibility", "friendliness"))],
            "grading": {
                "bands": [{"grade": g, "at_least": x} for g, x in BANDS], "min_coverage": 0.8, "reached": "A",
                "vetoes": [{"indicator": "leakage_free", "below": 1, "at_most": "C", "value": 0,
                            "applied": True}]}})

    def test_on_the_edge_of_a_band(self):
        got = self.graded("edge", 0.7, 1, "C")  # of 2/3 and 11/15
        self.assertEqual([i["share"] for i in got["selection"]], [0.5, 0.5])

    def test_weights(self):
        got = self.graded("good", 0.916666666667, 1, "B")  # 1/4 * 2/3 + 3/4 * 1
        self.assertEqual([(i["weight"], i["share"]) for i in got["selection"]], [(2.5, 0.25), (7.5, 0.75)])
        self.assertEqual(got["grading"]["reached"], "B")

    def test_coverage_at_its_limit(self):
        got = self.graded("limit", 0.6, 0.8, "D")  # of 2/3, 11/15, 1 and 0
        self.assertEqual([(i["value"] is None, i["reason"]) for i in got["characteristics"][0]["indicators"]],
                         [(False, None), (False, None), (True, "no_data"), (False, None), (False, None)])
        got = self.graded("over", 0.6, 0.8, None, "coverage")
        self.assertIsNone(got["grading"]["reached"])

    def test_no_data(self):
        got = self.graded("none", None, 0, None, "no_data")
        self.assertEqual([(c["score"], c["coverage"]) for c in got["characteristics"]],
                         [(None, 0)] + 4 * [(None, None)])

    def test_below_the_last_band(self):
        self.graded("high", 0.733333333333, 1, None, "no_band")

    def test_veto(self):
        self.assertEqual(self.ask("leak", window="2026-05")["grading"]["vetoes"][0]["applied"], False)
        got = self.graded("leak", 0.4, 1, "D", agreement="beta")
        self.assertEqual([v["value"] for v in got["grading"]["vetoes"]], [1])

    def test_version_at_the_windows_end(self):
        got = self.ask("default", window="2026-07")["requirement"]
        self.assertEqual((got["name"], got["version"], got["objectives"]), ("ACME Group", "2026-07-01", []))

    def test_before_the_agreement(self):
        got = self.ask("default", window="2019-06")
        self.assertEqual((got["grade"], got["reason"]), (None, "coverage"))
        self.assertEqual((got["requirement"]["name"], got["requirement"]["version"]), (None, None))


class Default(Case):
    def expected(self, **params):
        """Score and coverage of the default profile, from the scores, and those of characteristics."""
        listed = {i["id"]: i for i in self.slad.get("/v1/indicators")["indicators"]}
        scores = self.slad.scores(**params)
        found = {}
        for score in scores:
            has, of, total = found.setdefault(score["characteristic"], [0, fractions.Fraction(0), 0])
            if score["value"] is not None:
                has, of = has + 1, of + exact(score, listed[score["indicator"]])
            found[score["characteristic"]] = [has, of, total + 1]
        covered = sum(fractions.Fraction(has, total) for has, _, total in found.values())
        score = sum(of / total for _, of, total in found.values()) / covered
        return rounded(score), rounded(covered / 5), [
            None if not has else rounded(fractions.Fraction(of, has)) for has, of, _ in found.values()]

    def test_as_from_the_scores(self):
        for params in ({"agreement": "acme"}, {"agreement": "beta"}, {}, {"agreement": "acme", "cohort": "settled"},
                       {"agreement": "acme", "window": "2026"}):
            params = {"window": "2026-06", **params}
            with self.subTest(params):
                got = self.slad.get("/v1/evaluation", profile="default", **params)
                score, coverage, parts = self.expected(**params)
                self.assertEqual((got["score"], got["coverage"]), (score, coverage))
                self.assertEqual([c["score"] for c in got["characteristics"]], parts)
                self.assertEqual((got["profile"], got["grade"], got["reason"]), ("default", None, "coverage"))
                self.assertEqual(len(got["selection"]), 32)
                self.assertEqual(got["window"]["cohort"], params.get("cohort", "opened"))
                self.assertAlmostEqual(sum(i["share"] for i in got["selection"]), 1, 10)
                self.assertEqual([i["weight"] for i in got["selection"]], 32 * [1])

    def test_known_values(self):
        found = {i["indicator"]: i for c in self.ask("default")["characteristics"] for i in c["indicators"]}
        got = {i: (found[i]["value"], found[i]["a"], found[i]["b"]) for i in found}
        self.assertEqual(got["timely_response_rate"], (2 / 3, 1, 3))
        self.assertEqual(got["leakage_free"], (0, 1, None))
        self.assertEqual(got["service_courtesy"], (0.6, 3, 5))
        self.assertEqual(got["staff_professionalism"], (36 / 70, 3, 7))
        self.assertEqual([i for i in found if "c" in found[i]], ["staff_professionalism"])
        self.assertEqual(found["staff_professionalism"]["c"], 5)
        self.assertEqual(got["complaint_handling_rate"][0], 1)
        self.assertEqual(found["complaint_handling_rate"]["reason"], "b_zero_standard")

    def test_over_all(self):
        got = self.slad.get("/v1/evaluation", window="2026-06", profile="leak")
        self.assertEqual((got["agreement"], got["score"], got["grade"]), (None, 0.7, "C"))  # (5 + 2) of 10
        self.assertEqual([got["requirement"][m] for m in ("agreement", "name", "version", "objectives")],
                         [None, None, None, []])
        self.assertEqual(got["window"]["from"], "2026-06-01T00:00:00Z")

    def test_a_profile_of_the_file_takes_its_place(self):
        own = {"name": "default", "min_coverage": 0, "grades": [{"grade": "fine", "at_least": 0}]}
        with Slad({**CONFIG, "profiles": [secure("first", leakage_free=1), own]}) as slad:
            got = slad.get("/v1/evaluation", window="2026-06")
            self.assertEqual((got["profile"], got["grade"]), ("default", "fine"))

    def test_without_a_default_the_first_of_the_file_does(self):
        self.assertEqual(self.ask()["profile"], CONFIG["profiles"][0]["name"])
        with Slad({**CONFIG, "profiles": []}) as slad:
            self.assertEqual(slad.get("/v1/evaluation", window="2026-06")["profile"], "default")


class Table(Case):
    def rows(self, **params):
        answer = self.slad.ask("GET", "/v1/evaluation", window="2026-06", format="csv", **params)
        self.assertEqual((answer.status, answer.headers.get_content_type()), (200, "text/csv"))
        return list(csv.DictReader(io.StringIO(answer.text)))

    def test_csv(self):
        rows = self.rows(agreement="acme", profile="limit")
        self.assertEqual([r["indicator"] for r in rows], SECURITY)
        self.assertEqual(rows[0], {
            "indicator": SECURITY[0], "characteristic": "security", "name": "Supplier access control rate",
            "agreement": "acme", "profile": "limit", "from": "2026-06-01T00:00:00+08:00",
            "to": "2026-07-01T00:00:00+08:00", "cohort": "opened", "a": "1", "b": "3", "c": "",
            "value": "0.66666666666666663", "weight": "1", "share": "0.2", "reason": "",
            "characteristic_score": "0.6", "score": "0.6", "coverage": "0.8", "grade": "D"})
        self.assertEqual((rows[2]["value"], rows[2]["reason"]), ("", "no_data"))
        self.assertEqual((rows[4]["a"], rows[4]["b"]), ("1", ""))
        self.assertEqual(len(self.rows(profile="default")), 32)

    def test_csv_without_a_score(self):
        row, = self.rows(agreement="acme", profile="none")
        self.assertEqual([row[m] for m in ("characteristic_score", "score", "coverage", "grade")], ["", "", "0", ""])

    def test_csv_in_chinese(self):
        row, = self.rows(agreement="acme", profile="leak", lang="zh")
        self.assertEqual((row["特性"], row["名称"], row["等级"]), ("安全性", "保密机制的运行情况", "C"))


class Refused(Case):
    def refused(self, *words, **params):
        answer = self.slad.ask("GET", "/v1/evaluation", **params)
        self.assertEqual(answer.status, 400, answer)
        for word in words:
            self.assertIn(word, answer.json()["detail"])

    def test_parameters(self):
        self.refused("'service'", "agreement", service="mail")
        self.refused("'by'", by="agreement")
        self.refused("'indicator'", indicator="leakage_free")
        self.refused("profile=nope", "edge", "default", profile="nope")
        self.refused("agreement=nope", "acme", agreement="nope")
        self.refused("one agreement", agreement="acme,beta")
        self.refused("'never' is no window", window="never")
        self.refused("cohort=all", cohort="all")
        self.refused("format=html", format="html")
        self.refused("lang=de", lang="de")
        self.assertEqual(self.slad.ask("POST", "/v1/evaluation", b"").status, 405)


if __name__ == "__main__":
    main()
