#!/usr/bin/python3
"""Availability and recovery of GitHub's services from its own status page, counted by slad.

Down are the times of incidents of impact minor, major or critical. Under `whole` and `severe` all
of GitHub is one service, under `parts` each component is. `reported` has the same times from
incidents with `outage` instead of outages from monitoring. `planned` has maintenance besides.
`hour` and `day4` promise recovery within 60 and 240 minutes.
"""
from reallog import (EVER, Always, RealLog, Shuffled, by, event, good, instant, main, ndjson,
                     nearest_rank, objects, rows, truth)

FOLDER = "github-status"
SPAN = {"from_": "2022-04-01T00:00:00Z", "to_": "2026-08-01T00:00:00Z"}
ALL = ("minor", "major", "critical")
SEVERE = ("major", "critical")
TARGETS = {"hour": "60m", "day4": "240m"}


def agreement(name, services, **more):
    return {"id": name, "from": "2022-01-01", "services": [{"id": s} for s in services], **more}


def outage(incident, name, service):
    """The time it was down, as monitoring would tell it."""
    return [ndjson([event(f"{name}/{service}/{incident['id']}/{verb}", f"outage.{verb}",
                          incident["id"], at, f"urn:github:{name}", agreement=name,
                          service=service)])
            for verb, at in (("started", incident["downtime_start"]),
                             ("ended", incident["downtime_end"]))]


def maintenance(incident):
    """Announced when it was scheduled, and for the time that it took."""
    at = {update["status"]: update["at"] for update in incident["updates"]}
    return [ndjson([event(incident["id"] + "/planned", "maintenance.planned", incident["id"],
                          at["Scheduled"], "urn:github:planned", agreement="planned",
                          service="github", from_=at["In progress"], to_=at["Completed"])])]


def ticket(incident, name, ended, end, **data):
    """An incident, from its start to its end."""
    return [ndjson([event(f"{incident['id']}/{verb}", f"incident.{verb}", incident["id"], at,
                          f"urn:github:{name}", **more)])
            for verb, at, more in (
                ("opened", incident["started_at"], {
                    "agreement": name, "priority": incident["impact"], **data}),
                (ended, end, {}))]


def reported(incident):
    """Where it was up again before it was reported, it is opened when it began."""
    data = {"service": "github", "outage": True, "started_at": incident["downtime_start"]}
    if incident["downtime_end"] < incident["started_at"]:
        incident = {**incident, "started_at": incident["downtime_start"]}
    return ticket(incident, "reported", "recovered", incident["downtime_end"], **data)


class GitHub(Always, Shuffled, RealLog):
    folder = FOLDER

    @classmethod
    def read(cls):
        cls.incidents = objects(FOLDER, "incidents.ndjson.gz")
        cls.components = truth(FOLDER)["components"]
        promised = [{"id": name, "from": "2022-01-01",
                     "targets": [{"kind": "incident", "recover": target}]}
                    for name, target in TARGETS.items()]
        cls.config = {"agreements": promised + [
            agreement("whole", ["github"]), agreement("severe", ["github"]),
            agreement("reported", ["github"]), agreement("planned", ["github"]),
            agreement("parts", cls.components)]}
        lines = []
        for incident in cls.incidents:
            for name in TARGETS:
                lines += ticket(incident, name, "resolved", incident["resolved_at"])
            if incident["impact"] in ALL:
                lines += outage(incident, "whole", "github") + reported(incident)
                lines += outage(incident, "planned", "github")
                for component in incident["components"]:
                    lines += outage(incident, "parts", component)
            if incident["impact"] in SEVERE:
                lines += outage(incident, "severe", "github")
            if incident["impact"] == "maintenance":
                lines += maintenance(incident)
        return lines

    def down(self, name, **window):
        score = self.score("service_availability", agreement=name, **window)
        self.assertEqual(score["value"], (score["b"] - score["a"]) / score["b"])
        return score["a"], score["b"]

    # Availability

    def test_down_100591_of_2279520_minutes(self):
        self.assertEqual(self.down("whole", **SPAN), (100_591 * 60, 2_279_520 * 60))
        summary = truth(self.folder)
        self.assertEqual(summary["union_minutes_all_months_minor_major_critical"], 100_591)
        self.assertEqual(summary["minutes_in_months"], 2_279_520)

    def test_severe_21016_minutes(self):
        self.assertEqual(self.down("severe", **SPAN), (21_016 * 60, 2_279_520 * 60))

    def test_incidents_with_outage_tell_the_same(self):
        self.assertEqual(self.down("reported", **SPAN), self.down("whole", **SPAN))

    def test_each_month(self):
        for row in rows(self.folder, "gt_overall_month.csv"):
            names = ["severe"] if row["impacts"] == "major+critical" else ["whole", "reported"]
            for name in names:
                self.assertEqual(self.down(name, window=row["month"]),
                                 (int(row["down_minutes_union"]) * 60,
                                  int(row["minutes_in_month"]) * 60), (name, row["month"]))

    def test_each_component_in_each_month(self):
        expected = {}
        for row in rows(self.folder, "gt_component_month.csv"):
            expected.setdefault(row["month"], {})[row["component"]] = (
                int(row["down_minutes_union"]) * 60, int(row["minutes_in_month"]) * 60)
        self.assertEqual(sum(map(len, expected.values())), 624)
        for month, components in expected.items():
            scores = by(self.scores("service_availability", by="service", agreement="parts",
                                    window=month), "service")
            self.assertEqual({name: (s["a"], s["b"]) for name, s in scores.items()}, components)

    def test_months_and_components_add_up(self):
        table = rows(self.folder, "gt_component_month.csv")
        self.assertEqual(self.down("parts", **SPAN),
                         (sum(int(row["down_minutes_union"]) for row in table) * 60,
                          sum(int(row["minutes_in_month"]) for row in table) * 60))
        months = [self.down("whole", window=row["month"])
                  for row in rows(self.folder, "gt_overall_month.csv")
                  if row["impacts"] != "major+critical"]
        self.assertEqual(tuple(map(sum, zip(*months))), self.down("whole", **SPAN))

    def test_planned_maintenance_leaves_both(self):
        """Counted here minute by minute."""
        def minutes(start, end):
            start, end = int(start.timestamp()) // 60, int(end.timestamp()) // 60
            return set(range(start, end)) & span
        span = range(*(int(instant(SPAN[edge]).timestamp()) // 60 for edge in ("from_", "to_")))
        span, down, planned = set(span), set(), set()
        for incident in self.incidents:
            if incident["impact"] in ALL:
                down |= minutes(instant(incident["downtime_start"]),
                                instant(incident["downtime_end"]))
            if incident["impact"] == "maintenance":
                at = {u["status"]: instant(u["at"]) for u in incident["updates"]}
                if at["Scheduled"] < at["In progress"]:
                    planned |= minutes(at["In progress"], at["Completed"])
        self.assertEqual(len(down), 100_591)
        self.assertGreater(len(planned), 0)
        self.assertEqual(self.down("planned", **SPAN),
                         (len(down - planned) * 60, len(span - planned) * 60))

    def test_a_priority_says_nothing_of_availability(self):
        score = self.score("service_availability", agreement="whole", priority="major", **SPAN)
        self.assertEqual((score["value"], score["reason"]), (None, "not_in_scope"))

    # Recovery

    def test_recovered_within_60_and_240_minutes(self):
        for name, column in (("hour", "recovered_le_60min"), ("day4", "recovered_le_240min")):
            found = {}
            for year in range(2022, 2027):
                scores = self.scores("on_time_recovery_rate", by="priority", agreement=name,
                                     window=year)
                for impact, score in by(scores, "priority").items():
                    self.assertEqual(score["pending"], 0)
                    found[str(year), impact] = (score["b"], good(score))
            expected = {(row["year_started"], row["impact"]): (int(row["incidents"]),
                                                               int(row[column]))
                        for row in rows(self.folder, "gt_recovery_by_year_impact.csv")}
            self.assertEqual(found, expected)

    def test_recovery_of_the_statistics(self):
        """The table's recovery is the time from the start to the end, as slad's is where nothing
        said recovered before it was resolved."""
        def seconds(row, names):
            return {name: int(row[column]) * (1 if name == "n" else 60)
                    for name, column in names.items()}
        known = truth(self.folder)["resolve_minutes"]
        everything, = self.statistics(agreement="hour", **EVER)
        self.assert_times(everything["times"]["recovery"]["elapsed"], seconds(
            known, {"n": "n", "sum": "sum", "p50": "p50", "p90": "p90", "p95": "p95"}))
        self.assertEqual(everything["times"]["recovery"], everything["times"]["resolution"])
        for year in range(2022, 2027):
            found = {g["scope"]["priority"]: g["times_by_kind"]["incident"]["recovery"]["elapsed"]
                     for g in self.statistics(agreement="hour", by="priority", window=year)}
            for row in rows(self.folder, "gt_recovery_by_year_impact.csv"):
                if row["year_started"] == str(year):
                    self.assert_times(found.pop(row["impact"]), seconds(
                        row, {"n": "incidents", "sum": "sum_minutes", "p50": "p50_minutes",
                              "p90": "p90_minutes"}), row)
            self.assertEqual(found, {})

    def test_failures_are_the_united_outages(self):
        spans, last = 0, None
        low, high = instant(SPAN["from_"]), instant(SPAN["to_"])
        for start, end in sorted((instant(i["downtime_start"]), instant(i["downtime_end"]))
                                 for i in self.incidents if i["impact"] in ALL):
            if start == end or end <= low or start >= high:
                continue
            spans += last is None or start > last
            last = end if last is None or end > last else last
        down, agreed = self.down("whole", **SPAN)
        for name in ("whole", "reported"):
            found = self.statistics(agreement=name, **SPAN)[0]["failures"]
            self.assertEqual(found["count"], spans)
            self.assertAlmostEqual(found["restore"] * spans, down, 3)
            self.assertAlmostEqual(found["between"] * spans, agreed - down, 3)

    def test_minutes_to_recover(self):
        took = {}
        for incident in self.incidents:
            found = self.slad.ticket(incident["id"], source="urn:github:hour")
            clock = found["cycles"][0]["clocks"]["recovery"]
            took.setdefault((incident["started_at"][:4], found["priority"]), []).append(
                clock["elapsed_ms"] / 60_000)
        for row in rows(self.folder, "gt_recovery_by_year_impact.csv"):
            values = took[row["year_started"], row["impact"]]
            self.assertEqual((sum(values), nearest_rank(values, 50), nearest_rank(values, 90)),
                             (int(row["sum_minutes"]), int(row["p50_minutes"]),
                              int(row["p90_minutes"])))
        values = [value for some in took.values() for value in some]
        known = truth(self.folder)["resolve_minutes"]
        self.assertEqual({"n": len(values), "sum": sum(values), "min": min(values),
                          "max": max(values), **{f"p{p}": nearest_rank(values, p)
                                                 for p in (50, 90, 95)}}, known)


if __name__ == "__main__":
    main()
