#!/usr/bin/python3
"""A report of hostile names and made-up numbers (report_sample.h) in every format and language:
well-formed, harmless, complete, and the same numbers everywhere."""
import csv
import html
import io
import json
import os
import re
import subprocess
import unittest
import xml.etree.ElementTree as ElementTree

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOOL = os.path.join(os.environ.get("BUILD") or os.path.join(TOP, "build/release"), "tests/tool_report")
SAMPLES, LANGUAGES = ("full", "empty", "hollow"), ("en", "zh")
ELEMENTS = set("html head meta title style body main header p h1 h2 dl div dt dd table thead tbody tr th td small "
               "figure figcaption svg line text rect path circle".split())
ATTRIBUTES = set("lang charset http-equiv content name class scope colspan viewBox role aria-label x y x1 y1 x2 y2 "
                 "text-anchor width height d cx cy r".split())
NAME = "<script>alert(\"1\")</script> & 'Söhne' | 北京, Ltd. =cmd()"
SERVICE = "=mail|\"a\",b <img src=x onerror=y>`*_[z](http://evil.example)@team"


def written(sample, form, lang):
    done = subprocess.run([TOOL, sample, form, lang], capture_output=True, check=True)
    return done.stdout.decode("utf-8")


def squeezed(text):
    return " ".join(text.split())


def element_text(element):
    return squeezed("".join(element.itertext()))


def cell_texts(cell):
    """Of a cell of HTML: the text, and the note below it; no-break spaces are spaces."""
    note = cell.find("small")
    first = squeezed(cell.text or "")
    return [first] + ([element_text(note)] if note is not None else [])


def html_tables(root):
    """Rows of cells of every table and list of facts, in order; a head that is no text is empty."""
    found = []
    for element in root.iter():
        if element.tag == "dl":
            words = [[element_text(e)] for e in element.iter() if e.tag in ("dt", "dd")]
            found.append([words[i:i + 2] for i in range(0, len(words), 2)])
        elif element.tag == "table":
            rows = [[cell_texts(c) for c in row] for row in element.iter("tr")]
            found.append([row + [[""]] * (len(rows[0]) - len(row)) for row in rows])
    return found


def md_plain(text):
    """What GitHub shows of an escaped text."""
    text = re.sub(r"\\([!-/:-@\[-`{-~])", lambda m: f"&#{ord(m[1])};", text.strip())
    return squeezed(html.unescape(text.removeprefix("**").removesuffix("**")))


def md_tables(text):
    found = []
    for block in re.findall(r"(?:^\|.*\n)+", text, re.M):
        rows = [re.split(r"(?<!\\)\|", line.strip())[1:-1] for line in block.splitlines()]
        assert all(re.fullmatch(r" -+:? ", c) for c in rows[1]), rows[1]
        assert len({len(row) for row in rows}) == 1, block
        cells = [[[md_plain(part) for part in c.split("<br>")] for c in row] for row in rows[:1] + rows[2:]]
        found.append(cells[1:] if all(c == [""] for c in cells[0]) else cells)
    return found


def percent(text):
    found = re.search(r"(\d+(?:\.\d+)?) %", text)
    return float(found[1]) / 100 if found else None


class Html(unittest.TestCase):
    def test_is_xml_and_asks_for_nothing(self):
        for sample in SAMPLES:
            for lang in LANGUAGES:
                with self.subTest(sample=sample, lang=lang):
                    text = written(sample, "html", lang)
                    self.assertTrue(text.startswith("<!DOCTYPE html>\n"))
                    root = ElementTree.fromstring(text)
                    self.assertEqual(root.get("lang"), {"en": "en", "zh": "zh-CN"}[lang])
                    self.assertLessEqual({e.tag for e in root.iter()}, ELEMENTS)
                    self.assertLessEqual({a for e in root.iter() for a in e.keys()}, ATTRIBUTES)
                    for style in root.iter("style"):
                        self.assertNotRegex(style.text, r"url\(|@import|//|expression")
                    self.assertIn("default-src 'none'", text)

    def test_names_are_only_text(self):
        root = ElementTree.fromstring(written("full", "html", "en"))
        self.assertEqual(element_text(root.find(".//h1")), NAME)
        self.assertIn(NAME, element_text(root.find(".//title")))
        self.assertIn([SERVICE], [row[0] for table in html_tables(root) for row in table])
        for element in root.iter():
            self.assertNotRegex(element.text or "", "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e]")

    def test_words_are_in_its_language(self):
        for sample in SAMPLES:
            root = ElementTree.fromstring(written(sample, "html", "en"))
            titles = [element_text(h) for h in root.iter("h2")]
            self.assertFalse(re.search("[一-鿿]", " ".join(titles)), titles)
            root = ElementTree.fromstring(written(sample, "html", "zh"))
            self.assertTrue(all(re.search("[一-鿿]", element_text(h)) for h in root.iter("h2")))

    def test_missed_is_a_word_too(self):
        root = ElementTree.fromstring(written("full", "html", "en"))
        for cell in root.iter("td"):
            if cell.get("class") == "bad":
                self.assertRegex(element_text(cell), "✗|firing")
        self.assertEqual(sum("✗ missed" in element_text(c) for c in root.iter("td")), 2)

    def test_empty_parts_are_left_out_or_say_so(self):
        titles = [element_text(h) for h in ElementTree.fromstring(written("empty", "html", "en")).iter("h2")]
        self.assertEqual(titles, ["Summary", "How to read this report"])
        text = element_text(ElementTree.fromstring(written("hollow", "html", "en")).find("body"))
        for words in ("No alert fired in the period.", "No improvement touches the period.",
                      "No service missed an objective or was late.", "none (no data)"):
            self.assertIn(words, text)


class Markdown(unittest.TestCase):
    def test_nothing_in_it_is_html(self):
        for sample in SAMPLES:
            for lang in LANGUAGES:
                text = written(sample, "md", lang)
                self.assertEqual(set(re.findall(r"<[^>]*>", text)) - {"<br>"}, set())
                self.assertNotRegex(text, r"(?<!\\)[`\[\]]|@|http://")
                self.assertNotIn("\r", text)

    def test_says_what_the_page_says(self):
        for sample in SAMPLES:
            for lang in LANGUAGES:
                with self.subTest(sample=sample, lang=lang):
                    page = html_tables(ElementTree.fromstring(written(sample, "html", lang)))
                    tables = md_tables(written(sample, "md", lang))
                    tables = [t for t in tables if not re.match("2026-11-0", t[min(1, len(t) - 1)][0][0])]
                    self.assertEqual(page, tables)


class Numbers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.json = json.loads(written("full", "json", "en"))
        cls.rows = list(csv.DictReader(io.StringIO(written("full", "csv", "en"), newline="")))
        page = html_tables(ElementTree.fromstring(written("full", "html", "en")))
        cls.page = {row[0][0]: row for table in page for row in table if len(row) > 2}

    def csv(self, section, item, measure):
        found = [r["value"] for r in self.rows if (r["section"], r["item"], r["measure"]) == (section, item, measure)]
        self.assertLessEqual(len(found), 1)
        return found[0] if found else None

    def test_scores(self):
        self.assertEqual(len(self.json["scores"]), 6)
        for score in self.json["scores"]:
            with self.subTest(score["indicator"]):
                for measure in ("a", "b", "value", "objective", "previous", "pending", "excluded"):
                    text = self.csv("score", score["indicator"], measure)
                    self.assertEqual(None if text is None else float(text), score[measure], measure)
                row = self.page[score["name"]]
                shown = percent(row[3][0])
                if score["value"] is None:
                    self.assertEqual(row[3], ["no data"])
                    continue
                self.assertAlmostEqual(shown, score["value"], delta=0.00005)
                if score["objective"] is not None:
                    self.assertEqual(shown >= percent(row[4][0]), score["met"])
                    self.assertEqual(row[5], ["✓ met" if score["met"] else "✗ missed"])
                if score["indicator"] != "service_availability":
                    self.assertEqual(float(row[1][0].replace(",", "")), score["a"])

    def test_points(self):
        points = next(s for s in self.json["scores"] if s["points"])["points"]
        self.assertEqual(len(points), 6)
        table = next(t for t in md_tables(written("full", "md", "en")) if t[0][0] == ["Step"])
        for point, row in zip(points, table[1:]):
            self.assertEqual(row[0], [point["window"]])
            text = self.csv("series", "timely_response_rate", point["window"])
            self.assertEqual(None if text is None else float(text), point["value"])
            shown = percent(row[1][0])
            self.assertEqual(shown is None, point["value"] is None)
            if shown is not None:
                self.assertAlmostEqual(shown, point["value"], delta=0.00005)

    def test_the_rest(self):
        for flow in self.json["tickets"]:
            for measure in ("opened", "resolved", "backlog_before", "backlog_after", "reopened"):
                self.assertEqual(int(self.csv("tickets", flow["kind"], measure)), flow[measure])
        self.assertEqual(self.page["Requests"][1:5], [["17"], ["12,345"], ["12,301"], ["61"]])
        for time in self.json["times"]:
            item = f"{time['clock']}.{time['measured']}"
            for measure in ("count", "mean", "p50", "p90", "p95", "p99"):
                text = self.csv("time", item, measure)
                self.assertEqual(None if text is None else float(text), time[measure])
        self.assertEqual(self.page["Response, working time"][1:],
                         [["12,345"], ["12 min 34 s"], ["7 min"], ["30 min"], ["45 min"], ["26 h 3 min"]])
        self.assertEqual((self.json["evaluation"]["score"], self.json["evaluation"]["coverage"]), (0.9312, 0.7999999))
        self.assertEqual(float(self.csv("evaluation", "default", "score")), 0.9312)
        self.assertEqual(self.json["alerts"]["fired"], 7)
        self.assertEqual(int(self.csv("alerts", "", "fired")), 7)

    def test_no_cell_is_a_formula(self):
        for row in csv.reader(io.StringIO(written("full", "csv", "zh"), newline="")):
            self.assertEqual(len(row), 5)
            for cell in row:
                self.assertNotRegex(cell, r"^[=+@\t\r-]")

    def test_json_is_complete(self):
        parts = ["evaluation", "scores", "times", "failures", "satisfaction", "tickets", "services", "alerts",
                 "improvements"]
        head = ["agreement", "name", "window", "zone", "as_of", "running", "revision", "closed_at", "closed_by",
                "moved", "previous", "step"]
        for sample in SAMPLES:
            self.assertEqual(list(json.loads(written(sample, "json", "en"))), head + parts)
        empty = json.loads(written("empty", "json", "en"))
        self.assertEqual({empty[p] for p in parts if p != "scores"}, {None})
        self.assertEqual(self.json["window"], {"name": "2026-11", "from": "2026-11-01T00:00:00+08:00",
                                               "to": "2026-12-01T00:00:00+08:00", "cohort": "opened"})
        self.assertEqual(self.json["services"][0]["service"], SERVICE.replace(",b ", ",b\r\n"))


if __name__ == "__main__":
    unittest.main()
