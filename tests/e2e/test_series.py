#!/usr/bin/python3
"""GET /v1/series and GET /v1/correlation: steps that add up to the window, trends on known points,
the windows before, and what is refused."""
import csv
import datetime
import io
import os
import sys
import unittest
import zoneinfo

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from desk import Desk, parsed, stamp  # noqa: E402
from slad import Slad, event, main  # noqa: E402

ZONE = zoneinfo.ZoneInfo("America/New_York")
CONFIG = {
    "timezone": "America/New_York",
    "agreements": [
        {"id": "acme", "from": "2020-01-01", "timezone": "America/New_York",
         "targets": [{"kind": "request", "respond": "1m", "resolve": "8h"},
                     {"kind": "incident", "respond": "30m", "recover": "4h"}],
         "services": [{"id": "mail"}, {"id": "web"}],
         "objectives": [{"indicator": "timely_response_rate", "at_least": 0.75}]},
        {"id": "acme", "from": "2026-03-10", "timezone": "America/New_York",
         "targets": [{"kind": "request", "respond": "1m", "resolve": "8h"},
                     {"kind": "incident", "respond": "30m", "recover": "4h"}],
         "services": [{"id": "mail"}, {"id": "web"}],
         "objectives": [{"indicator": "timely_response_rate", "at_least": 0.5}]},
        {"id": "beta", "from": "2020-01-01", "timezone": "America/New_York"}]}
NUMBERS = ["a", "b", "pending", "excluded", "value", "decided", "low", "high", "objective", "met", "reason",
           "clamped"]
ADDING = ["timely_response_rate", "timely_resolution_rate", "resolution_rate", "first_contact_resolution_rate",
          "on_time_recovery_rate", "service_availability", "contact_connection_rate",
          "information_integrity_rate", "complaint_handling_rate", "leakage_free", "major_incident_free"]
RATE = "timely_response_rate"
CALLS = "contact_connection_rate"


class Desk2(Desk):
    """Makes events at a wall clock time in New York."""

    def at(self, day, time="12:00", fold=0):
        wall = datetime.datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=ZONE, fold=fold)
        return stamp(wall.timestamp())

    def requests(self, day, good, late, time="12:00", **data):
        """So many requests that are answered at once, and so many that never are."""
        made = []
        for i in range(good + late):
            subject, at = f"{day} {time} {data} {i}", self.at(day, time)
            made.append(self._made("request.opened", subject, at, agreement=self.agreement, **data))
            if i < good:
                made.append(self._made("request.responded", subject, at))
        return made

    def calls(self, day, answered, abandoned, time="12:00", **data):
        return [self._made(f"call.{what}", f"{day} {what}", self.at(day, time), agreement=self.agreement,
                           count=count, **data)
                for what, count in (("answered", answered), ("abandoned", abandoned)) if count]

    def _made(self, type, subject, time, **data):
        self.count += 1
        return event(f"{self.prefix}-{self.count}", type, subject, time, self.source, **data)


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.slad = Slad(CONFIG)
        desk = Desk2()
        events = desk.requests("2026-03-01", 4, 0, service="mail", team="one")
        for day, good, late in (("2026-03-02", 3, 1), ("2026-03-03", 2, 2), ("2026-03-05", 0, 4)):
            events += desk.requests(day, good, late, service="web", team="two")
        events += desk.requests("2026-03-08", 1, 1, "00:30") + desk.requests("2026-03-08", 0, 1, "23:59")
        events += desk.requests("2026-03-31", 3, 1, "23:59", service="mail")
        events += desk.requests("2026-02-10", 1, 3, service="mail") + desk.requests("2025-03-20", 9, 1)
        for day, answered, abandoned in (("2026-03-01", 10, 0), ("2026-03-02", 6, 4), ("2026-03-03", 7, 3),
                                         ("2026-03-05", 2, 8)):
            events += desk.calls(day, answered, abandoned, service="mail")
        events += [desk._made("incident.opened", "down", desk.at("2026-03-07", "22:00"), agreement="acme",
                              service="mail", outage=True, major=True),
                   desk._made("incident.recovered", "down", desk.at("2026-03-09", "03:15")),
                   desk._made("change.applied", "change", desk.at("2026-03-04"), agreement="acme", count=7),
                   desk._made("security.tampered", "tampered", desk.at("2026-03-05"), agreement="acme"),
                   desk._made("assessment.recorded", "assessed", desk.at("2026-03-10"), agreement="acme",
                              indicator="service_courtesy", level=4)]
        assert cls.slad.post(events).json()["accepted"] == len(events)

    @classmethod
    def tearDownClass(cls):
        cls.slad.close()

    def series(self, indicator=RATE, **params):
        return self.slad.get("/v1/series", indicator=indicator, **{"window": "2026-03", **params})

    def one(self, indicator=RATE, **params):
        found = self.series(indicator, **params)["series"]
        self.assertEqual(len(found), 1)
        return found[0]

    def refused(self, *words, path="/v1/series", **params):
        answer = self.slad.ask("GET", path, **params)
        self.assertEqual(answer.status, 400, answer)
        self.assertEqual(answer.headers.get_content_type(), "application/problem+json")
        for word in words:
            self.assertIn(word, answer.json()["detail"])


class Steps(Case):
    def test_all_members(self):
        answer = self.series(agreement="acme", service="web")
        self.assertEqual(list(answer), ["window", "step", "as_of", "series"])
        self.assertEqual(answer["window"], {"name": "2026-03", "from": "2026-03-01T00:00:00-05:00",
                                            "to": "2026-04-01T00:00:00-04:00", "cohort": "opened"})
        self.assertEqual(answer["step"], "day")
        self.assertRegex(answer["as_of"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        one = answer["series"][0]
        self.assertEqual(list(one), ["indicator", "characteristic", "name", "name_zh", "scope", "points",
                                     "trend", "compared"])
        self.assertEqual((one["indicator"], one["characteristic"], one["name"], one["name_zh"], one["scope"]),
                         (RATE, "responsiveness", "Timely response rate", "及时响应率",
                          {"agreement": "acme", "service": "web"}))
        self.assertEqual([list(p) for p in one["points"]], [["window", "from", "to"] + NUMBERS] * 31)
        self.assertEqual(one["points"][1], {
            "window": "2026-03-02", "from": "2026-03-02T00:00:00-05:00", "to": "2026-03-03T00:00:00-05:00",
            "a": 1, "b": 4, "pending": 0, "excluded": {}, "value": 0.75, "decided": 0.75, "low": 0.75,
            "high": 0.75, "objective": 0.75, "met": True, "reason": None, "clamped": False})
        self.assertEqual((one["points"][0]["value"], one["points"][0]["reason"]), (None, "no_data"))
        self.assertEqual(list(one["trend"]), ["n", "slope", "stderr", "from", "to", "direction"])
        self.assertEqual(list(one["compared"]), ["value", "previous", "year_before"])
        self.assertEqual(list(one["compared"]["previous"]),
                         ["window", "from", "to", "value", "a", "b", "difference"])

    def test_each_point_is_the_score_of_its_window(self):
        for step, count in (("hour", 743), ("day", 31), ("week", 6), ("month", 1)):
            points = self.one(step=step, agreement="acme")["points"]
            self.assertEqual(len(points), count, step)
            self.assertEqual(points[0]["from"], "2026-03-01T00:00:00-05:00")
            self.assertEqual(points[-1]["to"], "2026-04-01T00:00:00-04:00")
            for point in [p for p in points if p["b"] > 0]:
                score = self.slad.scores(from_=point["from"], to=point["to"], indicator=RATE, agreement="acme")[0]
                self.assertEqual({m: point[m] for m in NUMBERS}, {m: score[m] for m in NUMBERS})
            for before, after in zip(points, points[1:]):
                self.assertEqual(before["to"], after["from"])

    def test_the_names_of_steps(self):
        names = {step: [p["window"] for p in self.one(step=step, window="2026-03-08")["points"]]
                 for step in ("hour", "day", "week", "month")}
        self.assertEqual(names["hour"][:4], ["2026-03-08T00:00-05:00", "2026-03-08T01:00-05:00",
                                             "2026-03-08T03:00-04:00", "2026-03-08T04:00-04:00"])
        self.assertEqual(len(names["hour"]), 23)
        self.assertEqual((names["day"], names["week"], names["month"]),
                         (["2026-03-08"], ["2026-W10"], ["2026-03"]))

    def test_steps_add_up(self):
        """Over every step, by every dimension, and for all of time that has a zone's change in it."""
        for by in ("", "agreement", "service", "agreement,service"):
            for params in ({"window": "2026-03"}, {"window": "2026-W10"},
                           {"window": None, "from_": "2026-03-07T22:30:00-05:00",
                            "to": "2026-03-09T03:01:00-04:00"}):
                asked = {"indicator": ",".join(ADDING), **params, **({"by": by} if by else {})}
                scores = self.slad.scores(**asked)
                for step in ("hour", "day", "week", "month"):
                    series = self.slad.get("/v1/series", step=step, **asked)["series"]
                    self.assertEqual([(s["indicator"], s["scope"]) for s in series],
                                     [(s["indicator"], s["scope"]) for s in scores])
                    for one, score in zip(series, scores):
                        with self.subTest(step=step, by=by, indicator=score["indicator"], **params):
                            self.assertEqual(sum(p["a"] for p in one["points"]), score["a"])
                            self.assertEqual(sum(p["b"] or 0 for p in one["points"]), score["b"] or 0)
                            self.assertEqual(one["compared"]["value"], score["value"])

    def test_a_group_that_rests_for_a_step_keeps_its_point(self):
        """By service, where nothing happened is still a value for an absence, and none for a share."""
        by_name = {(s["indicator"], s["scope"]["service"]): s["points"]
                   for s in self.series("leakage_free,timely_response_rate", by="service")["series"]}
        self.assertEqual(sorted({name for _, name in by_name}), ["", "mail", "web"])
        self.assertEqual({p["value"] for p in by_name["leakage_free", "web"]}, {1})
        self.assertEqual({p["reason"] for p in by_name[RATE, "web"]}, {None, "no_data"})

    def test_the_objective_of_each_step(self):
        """The version in force at its end."""
        points = self.one(agreement="acme")["points"]
        self.assertEqual([p["objective"] for p in points], [0.75] * 9 + [0.5] * 22)

    def test_assessments_hold_from_their_day(self):
        points = self.one("service_courtesy", agreement="acme")["points"]
        self.assertEqual([p["value"] for p in points], [None] * 9 + [0.8] * 22)

    def test_not_in_scope(self):
        one = self.one("service_availability", team="one")
        self.assertEqual({(p["value"], p["a"], p["reason"]) for p in one["points"]},
                         {(None, None, "not_in_scope")})
        self.assertEqual(one["trend"]["n"], 0)

    def test_csv(self):
        answer = self.slad.ask("GET", "/v1/series", window="2026-03", by="service", format="csv",
                               indicator=f"{RATE},{CALLS}")
        self.assertEqual(answer.headers.get_content_type(), "text/csv")
        table = list(csv.DictReader(io.StringIO(answer.text)))
        series = self.series(f"{RATE},{CALLS}", by="service")["series"]
        points = [(s, p) for s in series for p in s["points"]]
        self.assertEqual(len(table), len(points))
        for line, (one, point) in zip(table, points):
            self.assertEqual((line["indicator"], line["service"], line["from"], line["to"]),
                             (one["indicator"], one["scope"]["service"], point["from"], point["to"]))
            self.assertEqual((int(line["a"]), int(line["b"])), (point["a"], point["b"]))
            self.assertEqual(float(line["value"]) if line["value"] else None, point["value"])
        zh = self.slad.ask("GET", "/v1/series", window="2026-03", format="csv", lang="zh", indicator=RATE)
        self.assertTrue(zh.text.startswith("指标,"))

    def test_a_window_that_runs(self):
        """The steps to come are there, and make no trend."""
        one = self.one(window="this-year", step="month", agreement="acme")
        answer = self.slad.get("/v1/series", window="2h", step="hour", indicator=RATE)
        self.assertEqual(len(one["points"]), 12)
        points = answer["series"][0]["points"]
        self.assertIn(len(points), (2, 3))
        self.assertGreater(parsed(points[-1]["to"]), parsed(answer["as_of"]))
        absences = self.slad.get("/v1/series", window="3h", step="hour", indicator="leakage_free", agreement="acme")
        points = absences["series"][0]["points"]
        self.assertEqual({p["value"] for p in points}, {1})
        self.assertEqual(absences["series"][0]["trend"]["n"], len(points) - 1)
        pairs = self.slad.get("/v1/correlation", window="3h", step="hour", x="leakage_free",
                              y="major_incident_free", agreement="acme")
        now = datetime.datetime.fromtimestamp(parsed(pairs["as_of"]), ZONE)
        self.assertIn(pairs["n"], (2, 3))
        self.assertNotIn(f"{now:%Y-%m-%dT%H}", {p["window"][:13] for p in pairs["points"]})


class Trends(Case):
    def test_known_points(self):
        """Values 1, .75, .5, none, 0 and so on: of the first five days 1 - x/4."""
        edges = {"window": None, "from_": "2026-03-01T00:00:00-05:00", "to": "2026-03-06T00:00:00-05:00"}
        trend = self.one(**edges)["trend"]
        self.assertEqual((trend["n"], trend["direction"]), (4, "falling"))
        for member, value in (("slope", -0.25), ("stderr", 0), ("from", 1), ("to", 0)):
            self.assertAlmostEqual(trend[member], value, 12)
        trend = self.one(CALLS, **edges)["trend"]  # x 0 1 2 4, y 1 .6 .7 .2
        self.assertEqual((trend["n"], trend["direction"]), (4, "falling"))
        slope, rest = -1.575 / 8.75, 0.3275 - 1.575 ** 2 / 8.75
        for member, value in (("slope", slope), ("stderr", (rest / 2 / 8.75) ** 0.5),
                              ("from", 0.625 - 1.75 * slope), ("to", 0.625 + 2.25 * slope)):
            self.assertAlmostEqual(trend[member], value, 12)

    def test_few_flat_and_unclear(self):
        two = self.one(window=None, from_="2026-03-01T00:00:00-05:00", to="2026-03-03T00:00:00-05:00")["trend"]
        self.assertEqual(two, {"n": 2, "slope": -0.25, "stderr": None, "from": 1, "to": 0.75, "direction": None})
        one = self.one(window="2026-03-01")["trend"]
        self.assertEqual(one, {"n": 1, "slope": None, "stderr": None, "from": None, "to": None, "direction": None})
        flat = self.one("leakage_free", agreement="acme")["trend"]
        self.assertEqual(flat, {"n": 31, "slope": 0, "stderr": 0, "from": 1, "to": 1, "direction": "flat"})
        self.assertEqual(self.one(agreement="acme", service="mail", step="week")["trend"]["n"], 2)
        self.assertEqual(self.one("major_incident_free", agreement="acme")["trend"]["direction"], "unclear")


class Compared(Case):
    def test_month_before_and_year_before(self):
        compared = self.one(agreement="acme")["compared"]
        score = self.slad.scores(window="2026-03", indicator=RATE, agreement="acme")[0]
        self.assertEqual(compared["value"], score["value"])
        self.assertEqual(compared["previous"], {
            "window": "2026-02", "from": "2026-02-01T00:00:00-05:00", "to": "2026-03-01T00:00:00-05:00",
            "value": 0.25, "a": 3, "b": 4, "difference": compared["previous"]["difference"]})
        self.assertAlmostEqual(compared["previous"]["difference"], score["value"] - 0.25, 15)
        self.assertEqual(compared["year_before"]["window"], "2025-03")
        self.assertEqual((compared["year_before"]["a"], compared["year_before"]["b"]), (1, 10))
        self.assertAlmostEqual(compared["year_before"]["difference"], score["value"] - 0.9, 15)

    def test_by_service(self):
        previous = {s["scope"]["service"]: s["compared"]["previous"] for s in self.series(by="service")["series"]}
        self.assertEqual({name: (c["window"], c["a"], c["b"]) for name, c in previous.items()},
                         {"": ("2026-02", 0, 0), "mail": ("2026-02", 3, 4), "web": ("2026-02", 0, 0)})

    def test_no_data_there(self):
        compared = self.one(window="2026-02", agreement="acme")["compared"]
        self.assertEqual((compared["value"], compared["previous"]["value"], compared["previous"]["b"],
                          compared["previous"]["difference"]), (0.25, None, 0, None))

    def test_windows(self):
        for window, previous, year_before in (
                ("2026-W10", "2026-W09", "2025-W10"), ("2026-W53", "2026-W52", None),
                ("2024-02-29", "2024-02-28", None), ("2026-03-01", "2026-02-28", "2025-03-01"),
                ("2026-Q1", "2025-Q4", "2025-Q1"), ("2026", "2025", "2025"), ("1970", None, None)):
            compared = self.one(window=window, step="month")["compared"]
            with self.subTest(window):
                self.assertEqual([c and c["window"] for c in (compared["previous"], compared["year_before"])],
                                 [previous, year_before])
        answer = self.series(window=None, from_="2026-03-08T12:00:00-04:00", to="2026-03-09T12:00:00-04:00")
        compared = answer["series"][0]["compared"]
        self.assertEqual((compared["previous"]["from"], compared["previous"]["to"]),
                         ("2026-03-07T11:00:00-05:00", "2026-03-08T12:00:00-04:00"))
        self.assertEqual((compared["year_before"]["from"], compared["year_before"]["to"]),
                         ("2025-03-08T12:00:00-05:00", "2025-03-09T12:00:00-04:00"))


class Correlation(Case):
    def asked(self, x=RATE, y=CALLS, **params):
        return self.slad.get("/v1/correlation", x=x, y=y, **{"window": "2026-03", **params})

    def test_known_numbers(self):
        """x 1 .75 .5 0, y 1 .6 .7 .2."""
        answer = self.asked(agreement="acme")
        self.assertEqual(list(answer), ["window", "step", "as_of", "x", "y", "n", "pearson", "spearman", "reason",
                                        "points"])
        self.assertEqual((answer["step"], answer["x"], answer["y"], answer["n"], answer["reason"]),
                         ("day", RATE, CALLS, 4, None))
        self.assertEqual(answer["points"], [{"window": "2026-03-01", "x": 1, "y": 1},
                                            {"window": "2026-03-02", "x": 0.75, "y": 0.6},
                                            {"window": "2026-03-03", "x": 0.5, "y": 0.7},
                                            {"window": "2026-03-05", "x": 0, "y": 0.2}])
        self.assertAlmostEqual(answer["pearson"], 0.39375 / (0.546875 * 0.3275) ** 0.5, 12)
        self.assertAlmostEqual(answer["spearman"], 0.8, 12)

    def test_reasons(self):
        for params, reason, n in (({"window": "2026-W09"}, "few", 1), ({"y": "leakage_free"}, "constant", 6),
                                  ({"step": "month"}, "few", 1), ({"team": "one", "y": "service_availability"},
                                                                  "few", 0)):
            answer = self.asked(**params)
            with self.subTest(params):
                self.assertEqual((answer["pearson"], answer["spearman"], answer["reason"], answer["n"]),
                                 (None, None, reason, n))
        self.assertEqual(self.asked(y=RATE)["pearson"], 1)

    def test_refused(self):
        path = "/v1/correlation"
        self.refused("x and y are wanted", path=path, x=RATE)
        self.refused("x and y are wanted", path=path, y=RATE)
        self.refused("y=speed", path=path, x=RATE, y="speed")
        self.refused("'by'", path=path, x=RATE, y=CALLS, by="service")
        self.refused("'indicator'", path=path, x=RATE, y=CALLS, indicator=RATE)
        self.refused("more than 1000 steps", path=path, x=RATE, y=CALLS, window="2026", step="hour")


class Refused(Case):
    def test_parameters(self):
        self.refused("an indicator is wanted")
        self.refused("step=minute", "hour, day, week or month", indicator=RATE, step="minute")
        self.refused("step=:", indicator=RATE, step="")
        self.refused("'profile'", indicator=RATE, profile="default")
        self.refused("more than 1000 steps of an hour", indicator=RATE, window="2026", step="hour")
        self.refused("more than 1000 steps of a day", indicator=RATE, window="1001d", step="day")
        self.refused("32000 points", indicator=",".join(
            i["id"] for i in self.slad.get("/v1/indicators")["indicators"]), window="2026", step="day", by="service")
        self.refused("none of that id", indicator="speed")
        self.refused("no window", indicator=RATE, window="2026-13")

    def test_a_thousand_steps(self):
        self.assertEqual(len(self.one(window="999d")["points"]), 1000)


if __name__ == "__main__":
    main()
