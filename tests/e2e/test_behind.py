#!/usr/bin/python3
"""What a row of each list behind a score says, to the member, and a ticket of its clocks."""
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from desk import Desk  # noqa: E402
from slad import Slad, main  # noqa: E402

CONFIG = {
    "timezone": "UTC",
    "calendars": [{"name": "minutes", "timezone": "UTC", "week": [
        {"days": "mon-sun", "open": [f"{h:02}:{m:02}-{h:02}:{m + 1:02}" for h in range(24) for m in range(0, 59, 2)]}]}],
    "agreements": [
        {"id": "acme", "from": "2020-01-01", "timezone": "UTC", "calendar": "always",
         "reports": [{"id": "yearly", "every": "year", "due": "1d"}]},
        {"id": "beta", "from": "2020-01-01", "timezone": "UTC", "calendar": "minutes"},
        {"id": "beta", "from": "2025-07-01", "timezone": "UTC", "calendar": "always"}]}


class Shapes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.slad = Slad(CONFIG)
        cls.desk = desk = Desk("urn:desk")
        cls.year = {"window": "2025"}

        def event(type, subject, time, **data):
            made = desk.event(type, subject, **data)
            made["time"] = time + ".000Z"
            return made
        acme, mail = {"agreement": "acme"}, {"agreement": "acme", "service": "mail"}
        outage = [event("outage.started", "O1", "2025-03-01T00:00:00", **mail),
                  event("outage.ended", "O1", "2025-03-01T02:00:00", **mail),
                  event("outage.started", "O2", "2025-03-01T01:00:00", **mail),
                  event("outage.ended", "O2", "2025-03-01T03:00:00", **mail),
                  event("outage.started", "O3", "2025-03-01T01:30:00", **mail),
                  event("outage.ended", "O3", "2025-03-01T01:45:00", **mail),
                  event("outage.started", "O4", "2025-03-01T01:00:00", **dict(mail, service="web")),
                  event("outage.ended", "O4", "2025-03-01T01:00:01", **dict(mail, service="web")),
                  event("maintenance.planned", "M", "2025-02-01T00:00:00", **mail, **{
                      "from": "2025-03-01T02:30:00Z", "to": "2025-03-01T02:40:00Z"})]
        cls.reports = [event("report.submitted", "P", time, **acme, report="yearly", period=period)
                       for period, time in (("2022", "2023-01-02T00:00:00"), ("2023", "2024-01-02T00:00:00"),
                                            ("2024", "2025-01-03T00:00:00"))]
        measured = {**acme, "indicator": "staff_stability"}
        cls.measured = [event("measurement.recorded", "P", "2025-05-01T00:00:00", **measured, period="2025-02", a=1, b=9),
                        event("measurement.recorded", "P", "2025-05-02T00:00:00", **measured, period="2025-02", a=2, b=10),
                        event("measurement.recorded", "P", "2025-05-03T00:00:00", **measured, period="2025-Q1", a=3, b=20),
                        event("measurement.recorded", "P", "2025-05-04T00:00:00", **measured, period="2025-04", a=4, b=30),
                        event("measurement.recorded", "P", "2025-05-05T00:00:00", **measured, period="2025-W01", a=5, b=40)]
        assessed = {"indicator": "compliance", "assessor": "Ann"}
        cls.assessed = [event("assessment.recorded", "P", "2025-01-01T00:00:00", **acme, **assessed, level=2),
                        event("assessment.recorded", "P", "2025-02-01T00:00:00", **acme, **assessed, level=4,
                              evidence="urn:audit:7", valid_until="2026-01-01T08:00:00+08:00"),
                        event("assessment.recorded", "P", "2025-02-01T00:00:00", agreement="beta", **assessed, level=3,
                              valid_until="2025-03-01T00:00:00Z")]
        incident = [event("incident.opened", "I", "2025-06-01T00:00:00", **mail, outage=True),
                    event("incident.paused", "I", "2025-06-01T00:10:00", cause="customer"),
                    event("incident.paused", "I", "2025-06-01T00:15:00", cause="agreed"),
                    event("incident.resumed", "I", "2025-06-01T00:20:00", cause="customer"),
                    event("incident.resumed", "I", "2025-06-01T00:30:00", cause="agreed"),
                    event("incident.resolved", "I", "2025-06-01T01:00:00")]
        long = [event("request.opened", "L", "2025-01-06T00:00:00", agreement="beta"),
                event("request.responded", "L", "2025-01-06T00:03:30"),
                event("request.updated", "L", "2025-03-01T00:00:00", agreement="acme")]
        answer = cls.slad.post(outage + cls.reports + cls.measured + cls.assessed + incident + long)
        assert answer.status == 200, answer

    @classmethod
    def tearDownClass(cls):
        cls.slad.close()

    def behind(self, indicator, counted=None, **params):
        page = self.slad.get(f"/v1/scores/{indicator}/tickets", counted=counted, **{**self.year, **params})
        return page["tickets"]

    def test_outages_count_what_none_before_has(self):
        rows = self.behind("service_availability", service="mail", to="2025-03-02T00:00:00Z", window=None,
                           from_="2025-03-01T00:00:00Z")
        self.assertEqual([(r["subject"], r["seconds"], r["counted_seconds"]) for r in rows],
                         [("O1", 7200, 7200), ("O2", 6600, 3000), ("O3", 900, 0)])
        whole = self.slad.scores(indicator="service_availability", **self.year)[0]
        rows = self.slad.behind("service_availability", "bad", **self.year)
        self.assertEqual(whole["a"], sum(r["counted_seconds"] for r in rows))
        self.assertEqual([r["subject"] for r in rows], ["O1", "O2", "O4", "O3", "I"])
        page = self.slad.get("/v1/scores/service_availability/tickets", window="2025", cohort="settled")
        self.assertEqual(page["window"], {"name": "2025", "from": "2025-01-01T00:00:00Z",
                                          "to": "2026-01-01T00:00:00Z", "cohort": "settled"})
        planned = self.behind("service_availability", "excluded")
        self.assertEqual([(r["kind"], r["counted_seconds"]) for r in planned], [("maintenance", 600)])

    def test_reports(self):
        params = {"window": None, "from_": "2023-01-01T00:00:00Z", "to": "2026-01-01T00:00:00Z", "agreement": "acme"}
        ids = [e["id"] for e in self.reports]

        def row(period, due, at, number):
            return {"report": "yearly", "period": period, "due": due + "T00:00:00.000Z", "event": ids[number],
                    "submitted_at": at + "T00:00:00.000Z", "source": "urn:desk", "agreement": "acme"}
        late = row("2024", "2025-01-02", "2025-01-03", 2)
        timely = [row("2022", "2023-01-02", "2023-01-02", 0), row("2023", "2024-01-02", "2024-01-02", 1)]
        self.assertEqual(self.behind("report_on_time_rate", "good", **params), timely)
        self.assertEqual(self.behind("report_on_time_rate", **params), [late])
        self.assertEqual(self.behind("report_submission_rate", "good", **params), timely + [late])
        params["to"] = "2027-01-03T00:00:00Z"
        missing = self.behind("report_submission_rate", "bad", **params)
        self.assertEqual([(r["period"], r["submitted_at"], r["event"], r["source"]) for r in missing],
                         [("2025", None, None, None)])
        self.assertEqual([r["period"] for r in self.behind("report_on_time_rate", "pending", **params)], ["2026"])
        self.assertEqual(self.behind("report_on_time_rate", "pending", cohort="settled", **params), [])

    def test_measurements(self):
        rows = self.behind("staff_stability")
        ids = [e["id"] for e in self.measured]
        self.assertEqual(rows[0], {
            "event": ids[2], "source": "urn:desk", "agreement": "acme", "period": "2025-Q1", "a": 3, "b": 20, "c": 0,
            "from": "2025-01-01T00:00:00.000Z", "to": "2025-04-01T00:00:00.000Z", "time": "2025-05-03T00:00:00.000Z",
            "excluded": None})
        self.assertEqual([r["event"] for r in rows], [ids[2], ids[3]])
        aside = [(r["event"], r["excluded"]) for r in self.behind("staff_stability", "excluded")]
        self.assertEqual(aside, [(ids[0], "superseded"), (ids[1], "overlapped"), (ids[4], "outside")])
        aside = [(r["event"], r["excluded"]) for r in self.behind("staff_stability", "excluded", window="2025-02")]
        self.assertEqual(aside, [(ids[0], "superseded"), (ids[2], "outside")])
        for counted in ("bad", "pending"):
            self.assertEqual(self.behind("staff_stability", counted), [])
        score = self.slad.scores(indicator="staff_stability", **self.year)[0]
        self.assertEqual((score["a"], score["b"]), (7, 50))

    def test_assessments(self):
        ids = [e["id"] for e in self.assessed]
        self.assertEqual(self.behind("compliance", window="2025-06"), [{
            "event": ids[1], "source": "urn:desk", "agreement": "acme", "level": 4, "time": "2025-02-01T00:00:00.000Z",
            "valid_until": "2026-01-01T00:00:00.000Z", "evidence": "urn:audit:7", "assessor": "Ann",
            "excluded": None}])
        aside = self.behind("compliance", "excluded", window="2025-06")
        self.assertEqual([(r["event"], r["excluded"], r["evidence"]) for r in aside],
                         [(ids[0], "superseded", None), (ids[2], "stale", None)])
        self.assertEqual(self.behind("compliance", "excluded", window="2025-01"), [])
        self.assertEqual([r["level"] for r in self.behind("compliance", window="2025-01")], [2])

    def test_no_list_out_of_scope(self):
        for indicator in ("compliance", "staff_stability", "report_on_time_rate", "service_availability"):
            self.assertEqual(self.behind(indicator, "good", team="a"), [])
            self.assertEqual(self.behind(indicator, "bad", team="a"), [])

    def test_pages_go_on(self):
        for indicator, counted, params in (("staff_stability", "excluded", {}), ("compliance", "excluded", {}),
                                           ("report_on_time_rate", "bad", {"window": None, "to": "2026-01-01T00:00:00Z",
                                                                           "from_": "2010-01-01T00:00:00Z"}),
                                           ("service_availability", "bad", {})):
            params = {**self.year, "counted": counted, **params}
            path = f"/v1/scores/{indicator}/tickets"
            whole, rows, cursor = self.slad.get(path, **params), [], None
            self.assertIsNone(whole["next"])
            while cursor is not None or not rows:
                page = self.slad.get(path, limit=1, cursor=cursor, **params)
                rows += page["tickets"]
                self.assertEqual(len(page["tickets"]), 1)
                cursor = page["next"]
            self.assertEqual(rows, whole["tickets"])
            self.assertGreater(len(rows), 1)

    def test_an_incident(self):
        cycle = self.slad.ticket("I")["cycles"][0]
        said = {s["indicator"]: s for s in cycle["scores"]}
        self.assertEqual({i: s["counted"] for i, s in said.items() if s["counted"]}, {
            "incident_control_rate": "bad", "on_time_recovery_rate": "good", "service_availability": "bad"})
        self.assertEqual(said["service_availability"], {
            "indicator": "service_availability", "counted": "bad", "excluded": None,
            "opened_at": "2025-06-01T00:00:00.000Z", "settled_at": "2025-06-01T01:00:00.000Z",
            "scope": {"agreement": "acme", "service": "mail"}, "why": "had its service down for 1h of agreed time"})
        for indicator, why in (("resolution_rate", "counts requests; this is an incident"),
                               ("major_incident_free", "counts major incidents; this is an incident"),
                               ("staff_stability", "made of measurements, not of tickets"),
                               ("compliance", "made of assessments, not of tickets"),
                               ("report_on_time_rate", "made of reports, not of tickets"),
                               ("contact_connection_rate", "made of calls, not of tickets")):
            self.assertEqual((said[indicator]["counted"], said[indicator]["why"]), (None, why))
        self.assertEqual([(p["from"][14:19], p["to"][14:19], p["cause"]) for p in cycle["pauses"]],
                         [("10:00", "20:00", "customer"), ("20:00", "30:00", "agreed")])
        self.assertEqual([(v["from"][11:19], v["to"][11:19]) for v in cycle["clocks"]["recovery"]["working"]],
                         [("00:00:00", "00:10:00"), ("00:30:00", "01:00:00")])
        self.assertEqual([(v["from"][11:19], v["to"][11:19]) for v in cycle["clocks"]["response"]["working"]],
                         [("00:00:00", "01:00:00")])

    def test_a_long_story(self):
        """Its intervals are cut after the first thousand; its phases name what judged them."""
        cycle = self.slad.ticket("L")["cycles"][0]
        response, resolution = cycle["clocks"]["response"], cycle["clocks"]["resolution"]
        self.assertEqual([(v["from"], v["to"]) for v in response["working"]], [
            ("2025-01-06T00:00:00.000Z", "2025-01-06T00:01:00.000Z"),
            ("2025-01-06T00:02:00.000Z", "2025-01-06T00:03:00.000Z")])
        self.assertNotIn("working_cut", response)
        self.assertEqual((len(resolution["working"]), resolution["working_cut"]), (1000, True))
        self.assertEqual(resolution["working"][-1]["from"], "2025-01-07T09:18:00.000Z")
        names = [(p["agreement"], p["agreement_version"], p["calendar"]) for p in cycle["phases"]]
        self.assertEqual(names, [("beta", "2020-01-01", "minutes")] * 2 + [("acme", "2020-01-01", "always")])
        versions = [p["calendar_version"] for p in cycle["phases"]]
        self.assertEqual(versions[0], versions[1])
        self.assertNotEqual(versions[0], versions[2])
        self.assertTrue(all(len(v) == 12 and int(v, 16) >= 0 for v in versions))


if __name__ == "__main__":
    main()
