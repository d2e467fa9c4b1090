#!/usr/bin/python3
"""Complaints to the CFPB, counted by slad.

Only the day of receipt is published, and two flags. `handled` is a complaint each: resolved on the
day it was sent to the company, effective where the consumer did not dispute the answer; where
nobody says whether they did, it is not resolved. `answered` is the same as a request each, with the
flag `Timely response?` taken as given: due 15 days after receipt, answered then, or a second later.
"""
from datetime import datetime, timedelta, timezone

from reallog import EVER, Always, RealLog, Shuffled, by, event, good, main, ndjson, rows, truth

FOLDER = "cfpb"
PROMISE = timedelta(days=15)
TABLES = {"service": ("product", "Product"), "priority": ("channel", "Submitted via"),
          "team": ("company_response", "Company response to consumer")}
KEYS = {"product": "product", "channel": "submitted_via", "company_response": "company_response"}


def day(text):
    month, date, year = map(int, text.split("/"))
    return datetime(year, month, date, tzinfo=timezone.utc)


def written(name, number, kind, events):
    return [ndjson([event(f"{number}-{verb}", f"{kind}.{verb}", f"C{number}", at.isoformat(),
                          f"urn:cfpb:{name}", **data)]) for verb, at, data in events]


def handled(number, row, scope):
    events = [("opened", day(row["Date received"]), {"agreement": "handled", **scope})]
    if row["Consumer disputed?"]:
        events.append(("resolved", day(row["Date sent to company"]),
                       {"effective": row["Consumer disputed?"] == "No"}))
    return written("handled", number, "complaint", events)


def answered(number, row, scope):
    received = day(row["Date received"])
    due = received + PROMISE
    late = timedelta(seconds=row["Timely response?"] != "Yes")
    return written("answered", number, "request", [
        ("opened", received, {"agreement": "answered", "respond_by": due.isoformat(), **scope}),
        ("responded", due + late, {})])


class Complaints(Always, Shuffled, RealLog):
    folder = FOLDER
    config = {"agreements": [{"id": "handled", "from": "2013-01-01"},
                             {"id": "answered", "from": "2013-01-01"}]}

    @classmethod
    def read(cls):
        lines = []
        for number, row in enumerate(rows(FOLDER, "consumer_complaints.csv.gz"), 1):
            scope = {dimension: row[column] for dimension, (_, column) in TABLES.items()}
            lines += handled(number, row, scope) + answered(number, row, scope)
        return lines

    def both(self, dimension, **window):
        """{group: (complaints, timely, not timely, disputed, not disputed)}"""
        complaints = by(self.scores("complaint_handling_rate", by=f"agreement,{dimension}",
                                    agreement="handled", **window), dimension)
        timely = by(self.scores("timely_response_rate", by=f"agreement,{dimension}",
                                agreement="answered", **window), dimension)
        self.assertEqual(set(complaints), set(timely))
        found = {}
        for name, c in complaints.items():
            t = timely[name]
            self.assertEqual((t["b"], t["pending"]), (c["b"], 0))
            found[name] = (c["b"], good(t), t["a"], c["b"] - c["a"] - c["pending"], c["a"])
        return found

    def row(self, row):
        return tuple(int(row[name]) for name in ("complaints", "timely_yes", "timely_no",
                                                 "disputed_yes", "disputed_no"))

    def test_3186_complaints(self):
        summary = truth(self.folder)
        score = self.score("complaint_handling_rate", **EVER)
        disputed = summary["disputed"]
        self.assertEqual((score["a"], score["b"], score["pending"]),
                         (disputed["No"], 3_186, disputed[""]))
        self.assertEqual(score["value"], 2_534 / 3_186)
        self.assertEqual(score["decided"], 2_534 / (2_534 + 595))
        timely = self.score("timely_response_rate", **EVER)
        self.assertEqual((good(timely), timely["a"]),
                         (summary["timely_yes"], summary["timely_no"]))

    def test_by_product_channel_and_response(self):
        for dimension, (name, _) in TABLES.items():
            expected = {row[KEYS[name]]: self.row(row)
                        for row in rows(self.folder, f"gt_timely_by_{name}.csv")}
            self.assertEqual(self.both(dimension, **EVER), expected)

    def test_by_month_of_receipt(self):
        table = rows(self.folder, "gt_timely_by_received_month.csv")
        for row in table:
            parts = self.both("service", window=row["received_month"]).values()
            self.assertEqual(tuple(map(sum, zip(*parts))), self.row(row), row["received_month"])
        self.assertEqual(sum(int(row["complaints"]) for row in table), 3_186)

    def test_a_complaint_is_no_request(self):
        for name in ("timely_response_rate", "resolution_rate", "on_time_recovery_rate"):
            score = self.score(name, agreement="handled", **EVER)
            self.assertEqual((score["b"], score["value"], score["reason"]), (0, None, "no_data"))

    def test_a_month_without_complaints_is_full(self):
        score = self.score("complaint_handling_rate", window="2014-05")
        self.assertEqual((score["b"], score["value"], score["reason"]),
                         (0, 1, "b_zero_standard"))


if __name__ == "__main__":
    main()
