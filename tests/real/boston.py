"""The 311 requests of the City of Boston, as events.

The due time of a case is the one that the city gave it (resolve_by); half of the types have none,
and slad counts a request without a due time in B and never in A. To tell them apart, cases with a
due time are under the agreement `promised`, the others under `unpromised`.
"""
import zoneinfo
from datetime import datetime

from reallog import event, ndjson, rows

FOLDER = "boston-311"
SOURCE = "urn:boston:311"
ZONE = zoneinfo.ZoneInfo("America/New_York")


def local(text):
    """MM/DD/YYYY hh:mm:ss AM on the clocks of Boston, as an instant; None for none."""
    if not text:
        return None
    hour = int(text[11:13]) % 12 + (12 if text[20] == "P" else 0)
    return datetime(int(text[6:10]), int(text[:2]), int(text[3:5]), hour, int(text[14:16]),
                    int(text[17:19]), tzinfo=ZONE)


def cases():
    """The rows, with opened, due and closed as instants, or None."""
    found = rows(FOLDER, "boston311_2015h1.csv.gz")
    for row in found:
        row["opened"] = local(row["OPEN_DT"])
        row["due"] = local(row["TARGET_DT"])
        row["closed"] = local(row["CLOSED_DT"])
    return found


def opened(case, **data):
    return event(case["CASE_ENQUIRY_ID"] + "-opened", "request.opened", case["CASE_ENQUIRY_ID"],
                 case["opened"].isoformat(), SOURCE, service=case["TYPE"], **data)


def lifetime(case):
    """The events of one case, as lines."""
    data = {"team": case["Department"], "priority": case["Source"]}
    if case["due"]:
        made = [opened(case, agreement="promised", resolve_by=case["due"].isoformat(), **data)]
    else:
        made = [opened(case, agreement="unpromised", **data)]
    if case["closed"]:
        made.append(event(case["CASE_ENQUIRY_ID"] + "-closed", "request.closed",
                          case["CASE_ENQUIRY_ID"], case["closed"].isoformat(), SOURCE))
    return [ndjson([e]) for e in made]
