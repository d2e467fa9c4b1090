#!/usr/bin/python3
"""GET /v1/scores and /v1/indicators: the shape, the windows, the scopes, what is refused."""
import csv
import datetime
import io
import os
import sys
import unittest
import zoneinfo

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from desk import Desk, parsed, until  # noqa: E402
from slad import Slad, event, main  # noqa: E402

TARGETS = [{"kind": "request", "respond": "1m", "resolve": "8h"},
           {"kind": "incident", "respond": "30m", "recover": "4h"}]
CONFIG = {
    "timezone": "Pacific/Auckland",
    "agreements": [
        {"id": "acme", "from": "2020-01-01", "timezone": "Asia/Shanghai", "targets": TARGETS,
         "services": [{"id": "mail"}],
         "objectives": [{"indicator": "timely_response_rate", "at_least": 0.95},
                        {"indicator": "resolution_rate", "at_least": 0.25}]},
        {"id": "beta", "from": "2020-01-01", "timezone": "America/New_York", "targets": TARGETS}]}
MEMBERS = ["indicator", "characteristic", "name", "name_zh", "scope", "a", "b", "pending", "excluded",
           "value", "decided", "low", "high", "objective", "met", "reason", "clamped"]
CHARACTERISTICS = ["security", "reliability", "responsiveness", "tangibility", "friendliness"]
OF_TICKETS = ["on_time_recovery_rate", "service_availability", "first_contact_resolution_rate",
            "resolution_rate", "timely_response_rate", "timely_resolution_rate", "complaint_handling_rate"]


def june(desk, subject, minutes=0, type="request.opened", **data):
    """An event in June 2026, so many minutes after the noon of its 10th in UTC."""
    time = datetime.datetime(2026, 6, 10, 12) + datetime.timedelta(minutes=minutes)
    desk.count += 1
    if type.endswith(".opened"):
        data = {"agreement": "acme", **data}
    return event(f"j-{desk.count}", type, subject, time.isoformat() + "Z", desk.source, **data)


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.slad = Slad(CONFIG)
        desk = Desk()
        events = [
            june(desk, "good", service="mail", team="one", priority="P1"),
            june(desk, "good", 1, "request.responded"), june(desk, "good", 60, "request.resolved"),
            june(desk, "late", service="mail", team="two"), june(desk, "late", 2, "request.responded"),
            june(desk, "web", service="web, \"intra\"", team="one"), june(desk, "web", 0.5, "request.responded"),
            june(desk, "spam", service="mail"), june(desk, "spam", 1, "request.excluded", cause="spam"),
            june(desk, "none"), june(desk, "none", 0, "request.responded"),
            june(desk, "beta", service="mail", agreement="beta"), june(desk, "beta", 3, "request.responded"),
            june(desk, "broken", type="incident.opened", service="mail", outage=True),
            june(desk, "broken", 90, "incident.recovered"),
        ]
        assert cls.slad.post(events).json()["accepted"] == len(events)

    @classmethod
    def tearDownClass(cls):
        cls.slad.close()

    def score(self, indicator="timely_response_rate", **params):
        found = self.slad.scores(indicator=indicator, **{"window": "2026-06", **params})
        self.assertEqual(len(found), 1)
        return found[0]

    def refused(self, *words, path="/v1/scores", **params):
        answer = self.slad.ask("GET", path, **params)
        self.assertEqual(answer.status, 400, answer)
        self.assertEqual(answer.headers.get_content_type(), "application/problem+json")
        for word in words:
            self.assertIn(word, answer.json()["detail"])


class Shape(Case):
    def test_all_members(self):
        answer = self.slad.get("/v1/scores", window="2026-06", agreement="acme", service="mail",
                               indicator="timely_response_rate")
        self.assertEqual(list(answer), ["window", "as_of", "scores"])
        self.assertEqual(answer["window"], {"name": "2026-06", "from": "2026-06-01T00:00:00+08:00",
                                            "to": "2026-07-01T00:00:00+08:00", "cohort": "opened"})
        self.assertRegex(answer["as_of"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertEqual(list(answer["scores"][0]), MEMBERS)
        self.assertEqual(answer["scores"], [{
            "indicator": "timely_response_rate", "characteristic": "responsiveness",
            "name": "Timely response rate", "name_zh": "及时响应率",
            "scope": {"agreement": "acme", "service": "mail"},
            "a": 1, "b": 2, "pending": 0, "excluded": {"spam": 1}, "value": 0.5, "decided": 0.5,
            "low": 0.5, "high": 0.5, "objective": 0.95, "met": False, "reason": None, "clamped": False}])

    def test_what_is_pending_bounds_the_value(self):
        score = self.score("resolution_rate", agreement="acme")
        self.assertEqual((score["a"], score["b"], score["pending"]), (1, 4, 3))
        self.assertEqual((score["value"], score["decided"], score["low"], score["high"]), (0.25, 1, 0.25, 1))
        self.assertEqual((score["objective"], score["met"]), (0.25, True))

    def test_all_32_by_default(self):
        scores = self.slad.scores(window="2026-06")
        listed = self.slad.get("/v1/indicators")["indicators"]
        self.assertEqual([s["indicator"] for s in scores], [i["id"] for i in listed])
        self.assertEqual(len({s["indicator"] for s in scores}), 32)
        for score in scores:
            with self.subTest(score["indicator"]):
                self.assertEqual([m for m in score if m != "c"], MEMBERS)
                self.assertEqual("c" in score, score["indicator"] == "staff_professionalism")
                self.assertIn(score["characteristic"], CHARACTERISTICS)
                self.assertEqual(score["value"] is None, score["reason"] not in (None, "b_zero_standard"))

    def test_no_data(self):
        score = self.score(window="2021-06")
        self.assertEqual({k: score[k] for k in MEMBERS[5:]}, {
            "a": 0, "b": 0, "pending": 0, "excluded": {}, "value": None, "decided": None, "low": None,
            "high": None, "objective": None, "met": None, "reason": "no_data", "clamped": False})
        self.assertIsNone(self.score(window="2021-06", agreement="acme")["met"])

    def test_no_complaint_is_well_handled(self):
        score = self.score("complaint_handling_rate")
        self.assertEqual((score["b"], score["value"], score["reason"]), (0, 1, "b_zero_standard"))

    def test_availability_in_seconds(self):
        score = self.score("service_availability", agreement="acme")
        self.assertEqual((score["a"], score["b"]), (90 * 60, 30 * 24 * 3600))
        self.assertEqual(score["value"], (score["b"] - score["a"]) / score["b"])
        for dimension in ("team", "priority"):
            score = self.score("service_availability", **{dimension: "one"})
            self.assertEqual((score["value"], score["reason"]), (None, "not_in_scope"))

    def test_cohort(self):
        for cohort, b in (("opened", 5), ("settled", 5)):
            answer = self.slad.get("/v1/scores", window="2026-06", indicator="timely_response_rate",
                                   cohort=cohort)
            self.assertEqual((answer["window"]["cohort"], answer["scores"][0]["b"]), (cohort, b))
        score = self.score("resolution_rate", cohort="settled")
        self.assertEqual((score["a"], score["b"], score["pending"]), (1, 1, 0))

    def test_csv(self):
        answer = self.slad.ask("GET", "/v1/scores", format="csv", window="2026-06", by="service")
        self.assertEqual(answer.headers.get_content_type(), "text/csv")
        table = list(csv.DictReader(io.StringIO(answer.text)))
        scores = self.slad.scores(window="2026-06", by="service")
        self.assertEqual(len(table), len(scores))
        for line, score in zip(table, scores):
            self.assertEqual((line["indicator"], line["service"], line["reason"]),
                             (score["indicator"], score["scope"]["service"], score["reason"] or ""))
            if score["reason"] in (None, "no_data"):
                self.assertEqual([float(line[m]) if line[m] else None for m in "ab"], [score[m] for m in "ab"])
                self.assertEqual(line["value"] and float(line["value"]), "" if score["value"] is None
                                 else score["value"])
        self.assertEqual({line["from"] for line in table}, {"2026-06-01T00:00:00+12:00"})

    def test_text(self):
        answer = self.slad.ask("GET", "/scores", window="2026-06", agreement="acme")
        self.assertEqual(answer.headers.get_content_type(), "text/plain")
        line = next(x for x in answer.text.splitlines() if x.startswith("Timely response rate"))
        self.assertEqual(line.split()[3:], ["75.00", "%", "1", "4", "0", "95.00", "%", "MISSED"])
        by = self.slad.ask("GET", "/scores", window="2026-06", by="agreement,service",
                           indicator="timely_response_rate").text
        self.assertRegex(by, r"(?m)^Timely response rate +beta +mail +0\.00 % ")

    def test_nothing_is_cached(self):
        self.assertEqual(self.slad.ask("GET", "/v1/scores").headers["Cache-Control"], "no-store")

    def test_head(self):
        answer = self.slad.ask("HEAD", "/v1/scores")
        self.assertEqual((answer.status, answer.body), (200, b""))


class Scopes(Case):
    def test_filters_are_lists(self):
        for params, a, b in (
                ({}, 2, 5), ({"agreement": "acme"}, 1, 4), ({"agreement": "acme,beta"}, 2, 5),
                ({"service": "mail"}, 2, 3), ({"team": "one"}, 0, 2), ({"team": "one,two"}, 1, 3),
                ({"priority": "P1"}, 0, 1), ({"service": ""}, 0, 1), ({"service": "unheard of"}, 0, 0),
                ({"agreement": "acme", "service": "mail", "team": "two"}, 1, 1)):
            score = self.score(**params)
            with self.subTest(params):
                self.assertEqual((score["a"], score["b"]), (a, b))

    def test_by_lists(self):
        scores = self.slad.scores(window="2026-06", indicator="timely_response_rate", by="agreement,service")
        self.assertEqual([(s["scope"], s["a"], s["b"]) for s in scores], [
            ({"agreement": "acme", "service": ""}, 0, 1), ({"agreement": "acme", "service": "mail"}, 1, 2),
            ({"agreement": "acme", "service": "web, \"intra\""}, 0, 1),
            ({"agreement": "beta", "service": "mail"}, 1, 1)])
        self.assertEqual([s["objective"] for s in scores], [0.95, 0.95, 0.95, None])

    def test_parts_add_up(self):
        whole = self.slad.scores(window="2026-06", indicator=",".join(OF_TICKETS))
        for by in ("agreement", "service", "agreement,service", "priority,team", "agreement,service,priority,team"):
            parts = self.slad.scores(window="2026-06", indicator=",".join(OF_TICKETS), by=by)
            for score in whole:
                mine = [p for p in parts if p["indicator"] == score["indicator"]]
                if score["indicator"] == "service_availability" and "team" in by:
                    continue
                for member in ("a", "b", "pending"):
                    with self.subTest(by=by, indicator=score["indicator"], member=member):
                        self.assertEqual(sum(p[member] for p in mine), score[member])

    def test_days_add_up_to_the_month(self):
        month = self.slad.scores(window="2026-06", agreement="acme", indicator=",".join(OF_TICKETS))
        days = [self.slad.scores(window=f"2026-06-{day:02}", agreement="acme", indicator=",".join(OF_TICKETS))
                for day in range(1, 31)]
        for i, score in enumerate(month):
            self.assertEqual(sum(day[i]["b"] for day in days), score["b"], score["indicator"])
            self.assertEqual(sum(day[i]["a"] for day in days), score["a"], score["indicator"])


class Refused(Case):
    def test_parameters(self):
        for words, params in (
                (("sevrice", "service", "window"), {"sevrice": "mail"}),
                (("respond_rate", "/v1/indicators"), {"indicator": "respond_rate"}),
                (("zeta", "acme", "beta"), {"agreement": "zeta"}),
                (("zeta", "acme", "beta"), {"agreement": "acme,zeta"}),
                (("region", "agreement", "team"), {"by": "region"}),
                (("twice",), {"by": "team,team"}),
                (("opened or settled",), {"cohort": "closed"}),
                (("json or csv",), {"format": "xml"}),
                (("nobody", "default"), {"profile": "nobody"}),
                (("sevrice",), {"sevrice": "mail", "path": "/scores"}),
                (("sevrice",), {"sevrice": "mail", "path": "/v1/scores/resolution_rate/tickets"})):
            with self.subTest(params):
                self.refused(*words, **params)

    def test_windows(self):
        for window in ("", "tomorow", "2026-13", "2026-06-31", "2026-W54", "2026-Q5", "26", "0m", "90s",
                       "-1h", "1000000d", "this-day", "2026-06,2026-07"):
            with self.subTest(window=window):
                self.refused(f"'{window}'", window=window)
        self.refused("go together", from_="2026-06-01T00:00:00Z")
        self.refused("go together", to="2026-06-01T00:00:00Z")
        self.refused("whole minute", from_="2026-06-01T00:00:30Z", to="2026-06-02T00:00:00Z")
        self.refused("offset", from_="2026-06-01T00:00:00", to="2026-06-02T00:00:00Z")
        self.refused("before", from_="2026-06-02T00:00:00Z", to="2026-06-02T00:00:00Z")
        self.refused("either", window="today", from_="2026-06-01T00:00:00Z", to="2026-06-02T00:00:00Z")


class Windows(Case):
    def asked(self, **params):
        answer = self.slad.get("/v1/scores", indicator="timely_response_rate", **params)
        return answer["window"], answer["as_of"], answer["scores"][0]

    def check(self, zone, window, name, first, last, canonical):
        """The window goes from the first local date to the last."""
        edges = [datetime.datetime.combine(day, datetime.time(), zone).isoformat() for day in (first, last)]
        self.assertEqual((window["name"], window["from"], window["to"]), (canonical, *edges), name)

    def test_names_of_now(self):
        for key, params in (("Pacific/Auckland", {}), ("Asia/Shanghai", {"agreement": "acme"}),
                            ("America/New_York", {"agreement": "beta"}),
                            ("Pacific/Auckland", {"agreement": "acme,beta"})):
            zone = zoneinfo.ZoneInfo(key)
            for name in windows_of(datetime.date.today()):
                window, as_of, _ = self.asked(window=name, **params)
                today = datetime.datetime.fromtimestamp(parsed(as_of), zone).date()
                with self.subTest(zone=key, name=name):
                    self.check(zone, window, name, *windows_of(today)[name])

    def test_names_of_any_time(self):
        day = datetime.date
        for name, first, last in (
                ("2026", day(2026, 1, 1), day(2027, 1, 1)), ("2026-Q4", day(2026, 10, 1), day(2027, 1, 1)),
                ("2026-11", day(2026, 11, 1), day(2026, 12, 1)), ("2026-W47", day(2026, 11, 16), day(2026, 11, 23)),
                ("2026-W53", day(2026, 12, 28), day(2027, 1, 4)), ("2024-02-29", day(2024, 2, 29), day(2024, 3, 1))):
            for zone, agreement in (("America/New_York", "beta"), ("Asia/Shanghai", "acme")):
                with self.subTest(name=name, zone=zone):
                    window = self.asked(window=name, agreement=agreement)[0]
                    self.check(zoneinfo.ZoneInfo(zone), window, name, first, last, name)

    def test_the_default_is_this_month(self):
        self.assertEqual(self.asked()[0], self.asked(window="this-month")[0])

    def test_rolling(self):
        for name, minutes in (("90m", 90), ("24h", 24 * 60), ("30d", 30 * 24 * 60), ("1d2h3m", 1563)):
            window, as_of, _ = self.asked(window=name)
            begin, end = parsed(window["from"]), parsed(window["to"])
            self.assertEqual(window["name"], name)
            self.assertEqual(end - begin, minutes * 60)
            self.assertEqual(end % 60, 0)
            self.assertTrue(0 < end - parsed(as_of) <= 60, (window, as_of))

    def test_explicit(self):
        window, _, score = self.asked(from_="2026-06-10T14:00:00+02:00", to="2026-06-10T12:01:00Z",
                                      agreement="acme")
        self.assertEqual((window["from"], window["to"]),
                         ("2026-06-10T20:00:00+08:00", "2026-06-10T20:01:00+08:00"))
        self.assertEqual(score["b"], 4)
        self.assertEqual(self.asked(from_="2026-06-10T12:01:00Z", to="2026-06-11T12:00:00Z")[2]["b"], 0)

    def test_a_plus_as_it_is_typed_and_as_browsers_send_it(self):
        self.slad.post(Desk("urn:plus").opened("T", service="two words"))
        typed = self.slad.get("/v1/scores?from=2026-06-10T14:00:00+02:00&to=2026-06-10T20:01:00+08:00"
                              "&agreement=acme&indicator=timely_response_rate")
        self.assertEqual((typed["window"]["from"], typed["scores"][0]["b"]), ("2026-06-10T20:00:00+08:00", 4))
        for service in ("two+words", "two%20words"):
            score = self.slad.get(f"/v1/scores?window=24h&service={service}&indicator=timely_response_rate")
            self.assertEqual(score["scores"][0]["b"], 1)

    def test_edges_lie_in_the_agreement_s_zone(self):
        """An hour before midnight in Shanghai it is still the day before in New York, and so on."""
        desk = Desk("urn:edges")
        for agreement in ("acme", "beta"):
            made = desk.opened("edge " + agreement, agreement=agreement, service="edge")
            self.slad.post(dict(made, time="2025-03-31T16:00:00.000Z"))
            made = desk.opened("before " + agreement, agreement=agreement, service="edge")
            self.slad.post(dict(made, time="2025-03-31T15:59:59.999Z"))
        for agreement, window, b in (("acme", "2025-03", 1), ("acme", "2025-04", 1), ("acme", "2025-04-01", 1),
                                     ("acme", "2025-Q1", 1), ("beta", "2025-03", 2), ("beta", "2025-04", 0)):
            with self.subTest(agreement=agreement, window=window):
                self.assertEqual(self.asked(window=window, agreement=agreement, service="edge")[2]["b"], b)


def windows_of(today):
    """Of each window named by now: first date, date after the last, canonical name."""
    one = datetime.timedelta(days=1)
    found = {"today": (today, today + one, str(today)), "yesterday": (today - one, today, str(today - one))}
    monday = today - one * today.weekday()
    for name, start in (("this-week", monday), ("last-week", monday - 7 * one)):
        year, week, _ = start.isocalendar()
        found[name] = (start, start + 7 * one, f"{year}-W{week:02}")
    for unit, months in (("month", 1), ("quarter", 3), ("year", 12)):
        this = today.year * 12 + (today.month - 1) // months * months
        for name, start in ((f"this-{unit}", this), (f"last-{unit}", this - months)):
            first, last = (datetime.date(n // 12, n % 12 + 1, 1) for n in (start, start + months))
            canonical = {"month": f"{first:%Y-%m}", "quarter": f"{first:%Y}-Q{(first.month + 2) // 3}",
                         "year": f"{first:%Y}"}[unit]
            found[name] = (first, last, canonical)
    return found


class Catalogue(Case):
    def test_the_32(self):
        listed = self.slad.get("/v1/indicators")["indicators"]
        self.assertEqual(len(listed), 32)
        for member in ("id", "name", "name_zh", "characteristic", "sub_characteristic", "formula"):
            self.assertTrue(all(i[member] for i in listed), member)
        counts = [sum(i["characteristic"] == c for i in listed) for c in CHARACTERISTICS]
        self.assertEqual(counts, [5, 12, 5, 5, 5])
        for one in listed:
            self.assertEqual(self.slad.get(f"/v1/indicators/{one['id']}"), one)
        ladders = [i["id"] for i in listed if i["ladder"]]
        self.assertEqual(ladders, [i["id"] for i in listed if i["input"] == "assessment.recorded"])
        for one in listed:
            self.assertEqual([level["level"] for level in one["ladder"] or []], [1, 2, 3, 4, 5][:len(one["ladder"] or [])])

    def test_one_that_is_not(self):
        answer = self.slad.ask("GET", "/v1/indicators/response_rate")
        self.assertEqual(answer.status, 404)
        self.assertIn("/v1/indicators", answer.json()["detail"])


class Time(unittest.TestCase):
    def test_time_alone_makes_a_ticket_late(self):
        targets = [{"kind": "request", "respond": "1s"}]
        with Slad({"agreements": [{"id": "acme", "from": "2020-01-01", "targets": targets}]}) as slad:
            slad.post(Desk().opened("T1"))
            first = slad.scores(indicator="timely_response_rate", window="24h")[0]
            if first["a"] == 0:  # else this machine was very slow
                self.assertEqual((first["pending"], first["value"], first["low"]), (1, 1, 0))
            score = until(lambda: [s for s in slad.scores(indicator="timely_response_rate", window="24h")
                                   if s["a"] == 1], "T1 is late")[0]
            self.assertEqual((score["b"], score["pending"], score["value"]), (1, 0, 0))
            settled = slad.scores(indicator="timely_response_rate", window="24h", cohort="settled")[0]
            self.assertEqual((settled["a"], settled["b"]), (1, 1))
            clock = slad.ticket("T1")["cycles"][0]["clocks"]["response"]
            start = parsed(slad.ticket("T1")["cycles"][0]["start"])
            self.assertEqual(clock["state"], "late")
            self.assertAlmostEqual(parsed(clock["breached_at"]) - start, 1.001, 5)


if __name__ == "__main__":
    main()
