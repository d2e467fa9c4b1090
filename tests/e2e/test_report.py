#!/usr/bin/python3
"""GET /v1/reports/{window}: every format and language of a helpdesk's days; its figures are those of the
other answers; what is refused; and, where chromium is, that it prints."""
import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

import yaml

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from desk import until  # noqa: E402
from slad import TOP, Slad, event, main  # noqa: E402

SEED, END, DAYS = 5, "2026-06-09T18:00:00+08:00", 14
NAME = "ACME <script>alert(1)</script> | \"Ltd\""
FORMATS = {"html": "text/html", "md": "text/markdown", "json": "application/json", "csv": "text/csv"}
CHROMIUM = shutil.which("chromium")


def config():
    """That of the demo, with a name that is none, a rule that sees the past, and nobody to tell."""
    with open(os.path.join(TOP, "tests/day/slad.yaml"), encoding="utf-8") as file:
        made = yaml.load(file, yaml.BaseLoader)
    made["agreements"][0]["name"] = NAME
    made["alerts"] = [{"name": name, "indicator": "timely_response_rate", "where": where, "by": by,
                       "window": "2026", "below": {"urgent": "0.999"}, "clear": "0.9995", "notify": []}
                      for name, where, by in (("ours", {"agreement": "acme"}, ["service"]), ("all", {}, ["service"]),
                                              ("whole", {}, []), ("theirs", {"agreement": "globex"}, ["service"]))]
    del made["receivers"]
    return made


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.slad = Slad(config())
        command = ["tests/day/generate", "--seed", str(SEED), "--end", END, "--tickets", "200", "--days", str(DAYS)]
        done = subprocess.run(command, cwd=TOP, capture_output=True, encoding="utf-8", check=True)
        print(done.stderr.strip())
        total = cls.slad.post_lines(iter(done.stdout.splitlines(keepends=True)))
        assert total["accepted"] > 1000, total
        secret = [event("s-1", "request.opened", "S-1", "2026-06-09T02:00:00Z", agreement="globex", service="secret"),
                  event("s-2", "request.responded", "S-1", "2026-06-09T09:00:00Z")]
        assert cls.slad.post(secret).status == 200

    @classmethod
    def tearDownClass(cls):
        cls.slad.close()

    def ask(self, window="2026-06", agreement="acme", **params):
        return self.slad.ask("GET", f"/v1/reports/{window}", agreement=agreement, **params)

    def report(self, **params):
        answer = self.ask(format="json", **params)
        self.assertEqual(answer.status, 200, answer)
        return answer.json()


class Formats(Case):
    def test_each_in_each_language(self):
        for form, type in FORMATS.items():
            for lang in ("en", "zh"):
                with self.subTest(form=form, lang=lang):
                    answer = self.ask(format=form, lang=lang)
                    self.assertEqual((answer.status, answer.headers.get_content_type()), (200, type))
                    self.assertEqual(form != "json" and lang == "zh", bool(re.search("报告期|部分", answer.text)))
        self.assertEqual(self.ask().text.split("</dl>")[1:], self.ask(format="html", lang="en").text.split("</dl>")[1:])

    def test_html_is_a_page_of_its_own(self):
        root = ElementTree.fromstring(self.ask().text)
        self.assertEqual(root.find(".//h1").text, NAME)
        self.assertEqual([e.tag for e in root.iter() if e.tag in ("script", "link", "img", "iframe", "a")], [])
        titles = [h.text for h in root.iter("h2")]
        self.assertEqual(titles, ["Summary", "Evaluation", "Indicators", "Course of the period", "Times", "Satisfaction",
                                  "Tickets", "Services that need attention", "Alerts of the period", "Improvements",
                                  "How to read this report"])
        self.assertEqual(sum(svg.get("class") == "trend" for svg in root.iter("svg")), 4)

    def test_the_same_numbers_in_all(self):
        scores = self.report()["scores"]
        page, markdown = self.ask().text, self.ask(format="md").text
        lines = list(csv.DictReader(io.StringIO(self.ask(format="csv").text)))
        values = {(r["item"], r["measure"]): r["value"] for r in lines if r["section"] == "score"}
        for score in scores:
            with self.subTest(score["indicator"]):
                for measure in ("a", "b", "value", "previous"):
                    text = values.get((score["indicator"], measure))
                    self.assertEqual(None if text is None else float(text), score[measure])
                if score["value"] is not None:
                    shown = f"{100 * score['value']:.2f}\u00a0%"
                    row = re.search(rf"<tr><td>{score['name']}<.*?</tr>", page)[0]
                    self.assertIn(shown, row)
                    self.assertIn(shown, re.search(rf"^\| {score['name']}.*$", markdown, re.M)[0])

    @unittest.skipUnless(CHROMIUM and shutil.which("pdfinfo"), "no chromium and pdfinfo to print it with")
    def test_prints(self):
        with tempfile.TemporaryDirectory() as directory:
            for lang in ("en", "zh"):
                page, pdf = (os.path.join(directory, f"report.{end}") for end in ("html", "pdf"))
                with open(page, "wb") as out:
                    out.write(self.ask(lang=lang).body)
                subprocess.run([CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu",
                                "--disable-dev-shm-usage", f"--user-data-dir={directory}",
                                f"--print-to-pdf={pdf}", "file://" + page], capture_output=True, timeout=120)
                said = subprocess.run(["pdfinfo", pdf], capture_output=True, encoding="utf-8", check=True).stdout
                self.assertIn("A4", said)
                self.assertIn(int(re.search(r"Pages: +(\d+)", said)[1]), range(3, 9))


class Figures(Case):
    def test_head(self):
        report = self.report()
        self.assertEqual((report["agreement"], report["name"], report["running"]), ("acme", NAME, False))
        self.assertEqual(report["window"], self.slad.get("/v1/scores", window="2026-06", agreement="acme")["window"])
        self.assertEqual((report["previous"], report["step"], report["zone"]), ("2026-05", "day", "Asia/Shanghai"))
        self.assertTrue(self.report(window="this-year")["running"])

    def test_scores(self):
        report = self.report()
        before = {s["indicator"]: s["value"] for s in self.slad.scores(window="2026-05", agreement="acme")}
        for shown, score in zip(report["scores"], self.slad.scores(window="2026-06", agreement="acme"), strict=True):
            for member in ("indicator", "a", "b", "value", "pending", "objective", "met", "reason"):
                self.assertEqual(shown[member], score[member], (score["indicator"], member))
            self.assertEqual(shown["excluded"], sum(score["excluded"].values()))
            self.assertEqual(shown["previous"], before[score["indicator"]])
        self.assertTrue(any(before.values()))

    def test_series(self):
        shown = {s["indicator"]: s for s in self.report()["scores"]}
        series = self.slad.get("/v1/series", window="2026-06", agreement="acme",
                               indicator="timely_response_rate")["series"][0]
        score = shown["timely_response_rate"]
        self.assertEqual(score["points"], [{"window": p["window"], "value": p["value"]} for p in series["points"]])
        self.assertEqual(score["trend"], series["trend"]["direction"])
        self.assertEqual(shown["resolution_rate"]["points"], [])

    def test_evaluation(self):
        shown = self.report()["evaluation"]
        found = self.slad.get("/v1/evaluation", window="2026-06", agreement="acme")
        for member in ("profile", "score", "coverage", "grade", "reason"):
            self.assertEqual(shown[member], found[member], member)
        for a, b in zip(shown["characteristics"], found["characteristics"], strict=True):
            self.assertEqual((a["score"], a["coverage"]), (b["score"], b["coverage"]))

    def test_statistics(self):
        report = self.report()
        found = self.slad.get("/v1/statistics", window="2026-06", agreement="acme")["statistics"][0]
        self.assertEqual(len(report["times"]), 6)
        for time in report["times"]:
            expected = found["times"][time["clock"]][time["measured"]]
            self.assertEqual({m: time[m] for m in expected}, expected)
        self.assertGreater(report["times"][0]["count"], 100)
        for flow in report["tickets"]:
            expected = found["tickets"][flow["kind"]]
            self.assertEqual({m: flow[m] for m in expected}, expected)
        for survey in report["satisfaction"]:
            expected = found["satisfaction"][survey["level"]]
            self.assertEqual((survey["answered"], survey["value"]), (expected["answered"], expected["value"]))
        self.assertGreater(found["satisfaction"]["ticket"]["answered"], 100)
        self.assertEqual(report["failures"], found["failures"])

    def test_services(self):
        expected = {}
        for score in self.slad.scores(window="2026-06", agreement="acme", by="service"):
            missed, late = expected.setdefault(score["scope"]["service"], ([], []))
            if score["met"] is False:
                missed.append(score["indicator"])
            if score["indicator"] in ("timely_response_rate", "on_time_recovery_rate", "timely_resolution_rate"):
                late.append(score["a"])
        shown = self.report()["services"]
        order = sorted(expected, key=lambda s: (-len(expected[s][0]), -sum(expected[s][1]), s))
        self.assertEqual([s["service"] for s in shown], [s for s in order if sum(expected[s][1]) + len(expected[s][0])])
        self.assertEqual(shown[0]["service"], "mail")
        for service in shown:
            missed, late = expected[service["service"]]
            self.assertEqual([s["indicator"] for s in service["scores"]], missed)
            self.assertEqual([service["late_recoveries"], service["late_responses"], service["late_resolutions"]], late)

    def test_alerts_that_concern_it(self):
        until(lambda: len(self.slad.get("/v1/alerts", state="firing")["alerts"]) >= 15, "the alerts fire")
        shown = self.report(window="this-year")["alerts"]
        self.assertEqual(shown["fired"], len(shown["alerts"]))
        self.assertEqual({a["rule"] for a in shown["alerts"]}, {"ours", "all", "whole"})
        self.assertEqual({a["scope"].get("service") for a in shown["alerts"]}, {"mail", "erp", "vpn", "print", None})
        listed = {a["id"]: a for a in self.slad.get("/v1/alerts", limit=1000)["alerts"]}
        for alert in shown["alerts"]:
            self.assertEqual(alert["fired_at"], listed[alert["id"]]["fired_at"])
            self.assertEqual(alert["value"] is None, alert["rule"] != "ours")
        self.assertEqual(self.report()["alerts"], {"fired": 0, "alerts": []})


class Orders(Case):
    def order(self, path, body):
        answer = self.slad.ask("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        self.assertIn(answer.status, (200, 201), answer)
        return answer.json()

    def test_improvements(self):
        for agreement, title in (("acme", "Ours | <b>"), ("globex", "Theirs")):
            self.order("/v1/improvements", {"indicator": "timely_response_rate", "agreement": agreement, "title": title,
                                            "window": "2026-05", "aim": 0.9995})
        shown = self.report(window="this-year")["improvements"]
        self.assertEqual([i["title"] for i in shown], ["Ours | <b>"])
        found = self.slad.get("/v1/improvements/" + shown[0]["id"])
        self.assertEqual((shown[0]["baseline"], shown[0]["present"], shown[0]["reached"]),
                         (found["baseline"]["value"], found["present"]["value"], found["reached"]))
        self.assertEqual(self.report()["improvements"], [], "it was not there in June")

    def test_closed_and_moved(self):
        self.assertIsNone(self.report(window="2026-05")["revision"])
        self.order("/v1/periods/2026-05/close?agreement=acme", {"by": "Jane <b>"})
        report = self.report(window="2026-05")
        self.assertEqual((report["revision"], report["closed_by"], report["moved"]), (1, "Jane <b>", []))
        late = [event("m-1", "request.opened", "M-1", "2026-05-28T02:00:00Z", agreement="acme", service="mail"),
                event("m-2", "request.responded", "M-1", "2026-05-29T02:00:00Z")]
        self.assertEqual(self.slad.post(late).status, 200)
        moved = self.report(window="2026-05")["moved"]
        self.assertIn("timely_response_rate", moved)
        self.assertNotIn("service_availability", moved)
        self.assertIn("These have moved since", self.ask(window="2026-05").text)


class Refused(Case):
    def refused(self, *words, path="/v1/reports/2026-06", **params):
        answer = self.slad.ask("GET", path, **params)
        self.assertEqual(answer.status, 400, answer)
        for word in words:
            self.assertIn(word, answer.json()["detail"])

    def test_questions_that_are_none(self):
        self.refused("agreement=ID")
        self.refused("one agreement", agreement="acme,globex")
        self.refused("nobody", "acme", agreement="nobody")
        self.refused("format=pdf", "html", agreement="acme", format="pdf")
        self.refused("lang=fr", agreement="acme", lang="fr")
        self.refused("profile=x", agreement="acme", profile="x")
        self.refused("cohort", agreement="acme", cohort="settled")
        self.refused("window", agreement="acme", window="2026-05")
        self.refused("2026-13", path="/v1/reports/2026-13", agreement="acme")

    def test_before_there_was_anything(self):
        report = self.report(window="2019-01")
        self.assertEqual({s["value"] for s in report["scores"]} - {1}, {None})
        self.assertEqual(self.ask(window="2019-01").status, 200)
        self.assertEqual(report["step"], None, "nothing has a course")
        self.assertEqual(self.report(window="24h")["step"], "hour")


if __name__ == "__main__":
    main()
