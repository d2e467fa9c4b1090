"""Compares statistics, evaluations, series, correlations and gaps with the oracle's."""

import csv
import io

import figures
from differences import (compare_edges, compare_fields, compare_head, compare_rows, differ,
                         same_name, same_number)
from fold import SCOPE

SCORE_FIELDS = ("a", "b", "pending", "excluded", "value", "decided", "low", "high",
                "objective", "met", "reason", "clamped")
OUT_OF_SCOPE_FIELDS = ("value", "decided", "low", "high", "met", "reason")
FLOWS = ("opened", "resolved", "backlog_before", "backlog_after", "reopened",
         "reopened_share", "excluded", "excluded_share")
SPREAD = ("count", "mean")
PERCENTILES = ["p%d" % percent for percent in figures.PERCENTILES]
CLOSE = 1e-9


def named(row):
    """An indicator and a scope for a line."""
    return "%s %s" % (row["indicator"], sorted(row["scope"].items()))


def amounts(want):
    """a and b, unless the score is out of scope."""
    return () if want["reason"] == "not_in_scope" else ("a", "b")


def score_fields(want):
    """What is compared of a score; of one out of scope only that it is null, and why."""
    if want["reason"] == "not_in_scope":
        return OUT_OF_SCOPE_FIELDS
    return SCORE_FIELDS + (("c",) if "c" in want else ())


def compare_score(want, got, name=None):
    """Every field of one score."""
    name = name or named(want)
    lines = compare_fields(name, want, got, score_fields(want))
    late = [score.get("late_maintenance") or 0 for score in (want, got)]
    if late[0] != late[1] and want["value"] is not None:
        lines.append(differ(name + " late_maintenance", *late))
    return lines


def compare_spread(name, want, got):
    """Count and mean exactly, percentiles as near as promised."""
    lines = compare_fields(name, want, got, SPREAD)
    return lines + [differ("%s p%d" % (name, p), want["p%d" % p], got.get("p%d" % p))
                    for p in figures.PERCENTILES
                    if not figures.within(want["p%d" % p], got.get("p%d" % p, 0))]


def compare_times(name, want, got):
    """Working and elapsed time of each clock; no clock more or less."""
    if set(want) != set(got):
        return [differ(name, sorted(want), sorted(got))]
    return [line for clock, both in want.items() for how, part in both.items()
            for line in compare_spread("%s %s %s" % (name, clock, how), part,
                                       got[clock][how])]


def compare_kinds(name, want, got):
    """Times by kind."""
    if set(want) != set(got):
        return [differ(name, sorted(want), sorted(got))]
    return [line for kind in want
            for line in compare_times("%s %s" % (name, kind), want[kind], got[kind])]


def compare_statistics(want, body):
    """The groups in order, and all that is in each."""
    lines = compare_head(want, body)
    scopes = [[part["scope"] for part in found["statistics"]] for found in (want, body)]
    if scopes[0] != scopes[1]:
        return lines + [differ("groups", *scopes)]
    for one, other in zip(want["statistics"], body["statistics"]):
        name = str(one["scope"])
        if set(one["tickets"]) != set(other["tickets"]):
            lines.append(differ(name + " kinds", list(one["tickets"]), list(other["tickets"])))
        for kind, flow in one["tickets"].items():
            lines += compare_fields("%s %s" % (name, kind), flow, other["tickets"][kind], FLOWS)
        lines += compare_times(name, one["times"], other["times"])
        lines += compare_kinds(name, one["times_by_kind"], other["times_by_kind"])
        for level, rates in one["satisfaction"].items():
            lines += compare_fields("%s %s" % (name, level), rates,
                                    other["satisfaction"][level], list(rates))
        lines += compare_fields(name + " failures", one["failures"], other["failures"],
                                list(one["failures"]))
    return lines


def flattened(part):
    """{(kind, statistic, measure): number} of a group, as the lines of the CSV have them."""
    found = {}
    for kind, flow in part["tickets"].items():
        found.update({(kind, "tickets", name): flow[name] for name in FLOWS if name != "excluded"})
        found.update({(kind, "tickets.excluded", cause): count
                      for cause, count in flow["excluded"].items()})
    for kind, clocks in dict(part["times_by_kind"], all=part["times"]).items():
        found.update({(kind, "times.%s.%s" % (clock, how), name): number
                      for clock, both in clocks.items() for how, spread in both.items()
                      for name, number in spread.items()})
    for level, rates in part["satisfaction"].items():
        found.update({("", "satisfaction." + level, name): rates[name] for name in rates})
    found.update({("", "failures", name): part["failures"][name] for name in part["failures"]})
    return found


def cell(text):
    """A number, a word, or nothing."""
    try:
        return float(text) if text else None
    except ValueError:
        return text


def compare_statistics_csv(want, text):
    """A line for each number."""
    wanted, got = {}, {}
    for part in want["statistics"]:
        scope = tuple(part["scope"].get(name, "") for name in SCOPE)
        wanted.update({scope + key: number for key, number in flattened(part).items()})
    rows = list(csv.reader(io.StringIO(text)))
    for row in rows[1:]:
        got[tuple(row[:-1])] = cell(row[-1])
    if rows[0] != list(SCOPE) + ["kind", "statistic", "measure", "value"] \
            or len(got) != len(rows) - 1 or set(got) != set(wanted):
        return [differ("lines", sorted(set(wanted) - set(got)), sorted(set(got) - set(wanted)))]
    return [differ(str(key), number, got[key]) for key, number in wanted.items()
            if not (figures.within(number, got[key]) if key[-1] in PERCENTILES
                    else number == got[key] or same_number(number, got[key]))]


def compare_evaluation(want, body):
    """Score, coverage, grade, each characteristic, the selection and the vetoes."""
    lines = compare_head(want, body)
    lines += compare_fields("evaluation", want, body, ("agreement", "profile", "grade",
                                                       "reason"))
    # These have twelve decimals: the next number is ten times as far.
    lines += [differ(field, want[field], body[field]) for field in ("score", "coverage")
              if not same_number(want[field], body[field], 1e-13)]
    lines += compare_rows("selection", want["selection"], body["selection"],
                          ("indicator", "characteristic", "weight", "share"))
    lines += compare_rows("characteristics", want["characteristics"], body["characteristics"],
                          ("characteristic", "weight", "score", "coverage"))
    for one, other in zip(want["characteristics"], body["characteristics"]):
        lines += compare_rows(one["characteristic"], one["indicators"], other["indicators"],
                              ("indicator", "weight", "share", "value", "a", "b", "reason"))
    required = body["requirement"]
    lines += compare_fields("requirement", want, required, ("agreement", "version", "profile"))
    lines += compare_rows("objectives", want["objectives"], required["objectives"],
                          ("indicator", "at_least"))
    left, right = want["grading"], body["grading"]
    lines += compare_fields("grading", left, right, ("min_coverage", "reached"))
    lines += compare_rows("bands", left["bands"], right["bands"], ("grade", "at_least"))
    return lines + compare_rows("vetoes", left["vetoes"], right["vetoes"],
                                ("indicator", "below", "at_most", "value", "applied"))


def compare_trend(name, want, got):
    """n exactly, the rest up to what doubles lose; a direction but where it is a close call."""
    lines = [] if want["n"] == got["n"] else [differ(name + " n", want["n"], got["n"])]
    lines += [differ("%s %s" % (name, field), want[field], got[field])
              for field in ("slope", "stderr", "from", "to")
              if not same_number(want[field], got[field], CLOSE)]
    close = want["stderr"] and abs(abs(want["slope"]) / 2 / want["stderr"] - 1) < CLOSE
    if want["direction"] != got["direction"] and not close:
        lines.append(differ(name + " direction", want["direction"], got["direction"]))
    return lines


def compare_compared(name, want, got):
    """Another window's score beside this one's."""
    if want is None or got is None:
        return [] if want is got else [differ(name, want, got)]
    lines = compare_edges(name, want, got)
    if not same_name(want["window"], got["window"]):
        lines.append(differ(name + " window", want["window"], got["window"]))
    return lines + compare_fields(name, want, got, amounts(want) + ("value", "difference"))


def compare_series(want, body):
    """Every row and every point."""
    lines = compare_head(want, body)
    keys = [[named(row) for row in found["series"]] for found in (want, body)]
    if keys[0] != keys[1] or want["step"] != body["step"]:
        return lines + [differ("rows", *keys), differ("step", want["step"], body["step"])]
    for one, other in zip(want["series"], body["series"]):
        name = named(one)
        steps = [[point["window"] for point in row["points"]] for row in (one, other)]
        if len(steps[0]) != len(steps[1]) or not all(map(same_name, *steps)):
            lines.append(differ(name + " steps", *steps))
            continue
        for left, right in zip(one["points"], other["points"]):
            place = "%s %s" % (name, left["window"])
            lines += compare_edges(place, left, right) + compare_score(left, right, place)
        lines += compare_trend(name + " trend", one["trend"], other["trend"])
        if not same_number(one["compared"]["value"], other["compared"]["value"]):
            lines.append(differ(name + " value", one["compared"]["value"],
                                other["compared"]["value"]))
        for which in ("previous", "year_before"):
            lines += compare_compared("%s %s" % (name, which), one["compared"][which],
                                      other["compared"][which])
    return lines


def compare_correlation(want, body):
    """Both coefficients, and the points they are made of."""
    lines = compare_head(want, body)
    lines += compare_fields("correlation", want, body, ("step", "x", "y", "n", "reason"))
    lines += [differ(which, want[which], body[which]) for which in ("pearson", "spearman")
              if not same_number(want[which], body[which], CLOSE)]
    names = [[point["window"] for point in found["points"]] for found in (want, body)]
    if len(names[0]) != len(names[1]) or not all(map(same_name, *names)):
        return lines + [differ("points", *names)]
    return lines + compare_rows("points", want["points"], body["points"], ("x", "y"))


def compare_gaps(want, body):
    """The rows in their order, and all that is in each."""
    lines = compare_head(want, body)
    keys = [[named(row) for row in found["gaps"]] for found in (want, body)]
    if keys[0] != keys[1]:
        return lines + [differ("rows", *keys)]
    for one, other in zip(want["gaps"], body["gaps"]):
        name = named(one)
        lines += compare_fields(name, one, other, ("objective", "value", "gap", "met", "affords",
                                                   "needs") + amounts(one))
        lines += compare_trend(name + " trend", one["trend"], other["trend"])
        previous = other["previous"]
        if not same_name(one["previous"]["window"], previous["window"]) \
                or not same_number(one["previous"]["value"], previous["value"]):
            lines.append(differ(name + " previous", one["previous"], previous))
    return lines
