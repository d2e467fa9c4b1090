"""Compares the driver's answers with the oracle's: [] where they agree, else lines."""

import json
from urllib.parse import parse_qsl, urlsplit

import catalogue
import times

SCORE_FIELDS = ("a", "b", "pending", "excluded", "value", "decided", "low", "high",
                "objective", "met", "reason", "clamped")
OUT_OF_SCOPE_FIELDS = ("value", "decided", "low", "high", "met", "reason")
NUMBERS = ("a", "b", "c", "value", "decided", "low", "high", "objective")
INSTANTS = ("stopped_at", "breached_at", "deadline")
LISTS = ("indicator", "agreement", "service", "priority", "team", "by")


def arguments_of(url):
    """(path, arguments) of a GET as the oracle takes them."""
    parts = urlsplit(url)
    arguments = dict(parse_qsl(parts.query, keep_blank_values=True))
    for name in LISTS:
        if name in arguments:
            arguments[name] = arguments[name].split(",")
    if "from" in arguments:
        arguments["from_"] = arguments.pop("from")
    return parts.path, arguments


def expected(oracle, command):
    """The oracle's answer to a command; None where it has none."""
    now = command["now"]
    if "post" in command:
        return oracle.post(command["post"], now, command["on_error"])
    if "verify" in command:
        return {"differences": []}
    if "restart" in command:
        return {}
    if "ticket" in command:
        return oracle.ticket(command["ticket"]["source"], command["ticket"]["subject"], now)
    path, arguments = arguments_of(command["get"])
    if path == "/v1/scores":
        return oracle.scores(now, **arguments)
    counted = arguments.pop("counted")
    return {"tickets": oracle.behind(path.split("/")[3], counted, now, **arguments)}


def differ(name, want, got):
    """One difference as a line."""
    return "%s: expected %s, got %s" % (name, json.dumps(want, ensure_ascii=False),
                                        json.dumps(got, ensure_ascii=False))


def same_number(left, right):
    """Equal up to the spelling of a double."""
    if any(v is None or isinstance(v, (bool, str)) for v in (left, right)):
        return left is None and right is None
    return abs(left - right) <= 1e-12 * max(1, abs(left))


def instant(value):
    """A time of an answer in ms, whether a number or RFC 3339."""
    return times.parse_time(value) if isinstance(value, str) else value


def same_moment(left, right):
    """The same instant with the same offset, which may be spelled Z."""
    offsets = [text[-6:] if text[-1] not in "Zz" else "+00:00" for text in (left, right)]
    return instant(left) == instant(right) and offsets[0] == offsets[1]


def compare_post(want, answer):
    """Status, counts, and the wrong events by index and id."""
    body, lines = answer["body"], []
    if answer["status"] != want["status"]:
        lines.append(differ("status", want["status"], answer["status"]))
    if want["status"] == 200:
        lines += [differ(n, want[n], body.get(n))
                  for n in ("accepted", "duplicates", "rejected") if want[n] != body.get(n)]
    got = [[e.get("index"), e.get("id") or ""] for e in body.get("errors") or []]
    wanted = [[e["index"], e["id"]] for e in want["errors"]]
    return lines + ([differ("errors", wanted, got)] if wanted != got else [])


def compare_score(want, got):
    """Every field of one score; of one out of scope only that it is null, and why."""
    name = "%s %s" % (want["indicator"], json.dumps(want["scope"], ensure_ascii=False))
    fields = OUT_OF_SCOPE_FIELDS if want["reason"] == "not_in_scope" else SCORE_FIELDS
    lines = []
    if want["reason"] != "not_in_scope" and "c" in want:
        fields += ("c",)
    for field in fields:
        if field not in got:
            lines.append(differ("%s %s" % (name, field), want[field], "(absent)"))
            continue
        same = same_number(want[field], got[field]) if field in NUMBERS \
            else want[field] == got[field]
        if not same:
            lines.append(differ("%s %s" % (name, field), want[field], got[field]))
    late = [score.get("late_maintenance") or 0 for score in (want, got)]
    if late[0] != late[1] and want["value"] is not None:
        lines.append(differ(name + " late_maintenance", *late))
    return lines


def compare_scores(want, body):
    """The window and every score; the groups in their order, for each indicator."""
    left, right = want["window"], body["window"]
    lines = [differ("window " + n, left[n], right[n])
             for n in ("name", "cohort")
             if left[n].replace("+00:00", "Z") != right[n].replace("+00:00", "Z")]
    lines += [differ("window " + n, left[n], right[n])
              for n in ("from", "to") if not same_moment(left[n], right[n])]
    if instant(want["as_of"]) != instant(body["as_of"]):
        lines.append(differ("as_of", want["as_of"], body["as_of"]))
    for indicator in sorted({s["indicator"] for s in want["scores"] + body["scores"]}):
        wanted = [s for s in want["scores"] if s["indicator"] == indicator]
        got = [s for s in body["scores"] if s["indicator"] == indicator]
        if [s["scope"] for s in wanted] != [s["scope"] for s in got]:
            lines.append(differ(indicator + " groups", [s["scope"] for s in wanted],
                                [s["scope"] for s in got]))
            continue
        for one, other in zip(wanted, got):
            lines += compare_score(one, other)
    return lines


def compare_tickets(want, body):
    """The tickets behind a score, in any order."""
    got = sorted([t["source"], t["subject"], instant(t["opened"])] for t in body["tickets"])
    wanted = [list(t) for t in want["tickets"]]
    return [] if wanted == got else [differ("tickets", wanted, got)]


def compare_clock(name, want, got):
    """One clock; its deadline only while it is neither stopped nor late."""
    lines = []
    for field, value in want.items():
        shown = instant(got[field]) if field in INSTANTS else got[field]
        if field == "deadline" and want["state"] not in ("running", "paused"):
            continue
        if shown != value:
            lines.append(differ("%s %s" % (name, field), value, shown))
    return lines


def compare_ticket(want, body):
    """Attributes, cycles and clocks."""
    names = ("source", "subject", "kind", "agreement", "service", "priority", "team",
             "excluded")
    lines = [differ(n, want[n], body.get(n)) for n in names
             if (want[n] or None) != (body.get(n) or None)]
    records = {r["event"]["id"]: r["retracted"] for r in body["records"]}
    if records != want["retracted"]:
        lines.append(differ("retracted", want["retracted"], records))
    starts = [c["start"] for c in want["cycles"]]
    found = [instant(c["start"]) for c in body["cycles"]]
    if starts != found:
        return lines + [differ("cycles", starts, found)]
    for number, (one, other) in enumerate(zip(want["cycles"], body["cycles"]), 1):
        for name, clock in one["clocks"].items():
            lines += compare_clock("cycle %d %s" % (number, name), clock,
                                   other["clocks"][name])
    return lines


def compare_shaped(command, want, answer):
    """By the kind of command; expects the shapes of the contract."""
    if "post" in command:
        return compare_post(want, answer)
    if want is None:
        return []
    if answer["status"] != 200:
        return [differ("status", 200, answer["status"])]
    if "verify" in command:
        found = answer["body"]["differences"]
        return [] if found == [] else [differ("differences", [], found)]
    if "restart" in command:
        return []
    if "ticket" in command:
        return compare_ticket(want, answer["body"])
    if arguments_of(command["get"])[0] == "/v1/scores":
        return compare_scores(want, answer["body"])
    return compare_tickets(want, answer["body"])


def compare(command, want, answer):
    """The differences as lines; an answer of another shape is one."""
    if answer["status"] is None:
        return [answer["body"]]
    try:
        return compare_shaped(command, want, answer)
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        return ["shape of the answer: %r" % error]


class Closure:
    """The lists add up to the numbers, from the driver's answers alone.

    |good| + |bad| + |pending| = b; of incidents counted against a promise |bad| = a, with
    neither good nor pending ones; |excluded| is the sum of the causes.
    """

    def __init__(self):
        self.score = None
        self.sizes = {}

    def follow(self, command, answer):
        """A score of one indicator begins a check; its four lists end it."""
        if "get" not in command:
            return []
        path, arguments = arguments_of(command["get"])
        if path == "/v1/scores":
            scores = answer["body"]["scores"]
            self.score = scores[0] if len(scores) == 1 else None
            self.sizes = {}
            return []
        self.sizes[arguments["counted"]] = len(answer["body"]["tickets"])
        if self.score is None or len(self.sizes) < 4 \
                or self.score["reason"] == "not_in_scope":
            return []
        return self.add_up()

    def add_up(self):
        """The sums of the lists against the score."""
        score, sizes = self.score, self.sizes
        counted = [sizes["good"] + sizes["bad"] + sizes["pending"], sizes["excluded"]]
        wanted = [score["b"], sum(score["excluded"].values())]
        if score["indicator"] in (catalogue.MAJOR, catalogue.CONTROL):
            wanted = [score["a"], wanted[1]]
            counted[0] = sizes["bad"] - sizes["good"] - sizes["pending"]
        return [] if counted == wanted else [differ("lists", wanted, counted)]
