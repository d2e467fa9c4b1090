"""Compares closed periods and improvements with the oracle's."""

import catalogue
from compare_answers import compare_score
from differences import (compare_edges, compare_fields, differ, instant, same_name,
                         same_number)
from orders import SCORE, some_of

HEAD = ("agreement", "window", "revision", "by", "note")


def compare_head_of(want, got):
    """The head of a revision."""
    lines = compare_fields("head", want, got, HEAD)
    return lines + [differ("head " + name, want[name], got[name])
                    for name in ("from", "to", "closed_at")
                    if want[name] != instant(got[name])]


def compare_heads(want, body):
    """The list of revisions, newest first; a page has them all."""
    got = body["periods"]
    if len(want) != len(got):
        return [differ("revisions", len(want), len(got))]
    return [line for one, other in zip(want, got) for line in compare_head_of(one, other)]


def key_of(row):
    """What a row of `moved` speaks of."""
    return (row["indicator"], row["kind"], row["source"], row["name"], row.get("cycle"))


def value_of(row):
    """How it counts, as the oracle says it."""
    if row is None:
        return None
    amounts = some_of(row.get(name) or 0 for name in "abc")
    return row["counted"], row["excluded"], row["service"] or "", amounts


def as_ms(seconds):
    """A of availability in ms."""
    return round((seconds or 0) * 1000)


def compare_moved(want, body):
    """What moved, each with before and after; the outages must add up to the difference."""
    moved, scores = want
    if body["moved_count"] != len(body["moved"]):
        return [differ("moved_count", len(body["moved"]), body["moved_count"])]
    got = {key_of(row): (value_of(row["before"]), value_of(row["after"]))
           for row in body["moved"] if row["indicator"] != catalogue.AVAILABILITY}
    lines = [differ("moved %s" % (key,), moved.get(key), got.get(key))
             for key in sorted(set(moved) | set(got), key=repr)
             if moved.get(key) != got.get(key)]
    found = {(row["indicator"], row["service"]): row for row in body["scores_moved"]}
    if set(found) != set(scores):
        return lines + [differ("scores moved", sorted(scores, key=repr),
                               sorted(found, key=repr))]
    for key, pair in scores.items():
        for which, numbers in zip(("before", "after"), pair):
            if numbers is None or found[key][which] is None:
                if numbers is not found[key][which]:
                    lines.append(differ("%s %s" % (key, which), numbers, found[key][which]))
                continue
            lines += compare_fields("%s %s" % (key, which), numbers, found[key][which],
                                    list(numbers))
    return lines + compare_down(scores, body)


def compare_down(scores, body):
    """The outages that moved add up to what A of the availability moved by."""
    pair = scores.get((catalogue.AVAILABILITY, None), ({"a": 0}, {"a": 0}))
    before, after = (as_ms(numbers["a"]) for numbers in pair)
    total = sum(sign * row[which].get("a", 0) for row in body["moved"]
                if row["indicator"] == catalogue.AVAILABILITY
                for sign, which in ((-1, "before"), (1, "after"))
                if row[which] is not None and row[which]["counted"] == "bad")
    return [] if total == after - before else [differ("outages moved", after - before, total)]


def compare_period(want, body):
    """A revision with its scores, or what moved since one."""
    lines = compare_head_of(want["head"], body)
    if want["moved"] is not None:
        lines += compare_moved(want["moved"], body)
    elif body.get("moved"):
        lines.append(differ("moved", [], body["moved"]))
    if "scores" not in want:
        return lines
    keys = [sorted((s["indicator"], sorted(s["scope"].items())) for s in scores)
            for scores in (want["scores"], body["scores"])]
    if keys[0] != keys[1]:
        return lines + [differ("scores", *keys)]
    found = {(s["indicator"], s["scope"].get("service")): s for s in body["scores"]}
    for score in want["scores"]:
        lines += compare_score(score, found[score["indicator"], score["scope"].get("service")])
    return lines


def compare_snapshot(name, want, got):
    """A score of an improvement."""
    if want is None or got is None:
        return [] if want is got else [differ(name, want, got)]
    fields = [f for f in SCORE if want["reason"] != "not_in_scope" or f not in ("a", "b")]
    lines = compare_fields(name, want, got, fields) + compare_edges(name, want, got)
    if not same_name(want["window"], got["window"]):
        lines.append(differ(name + " window", want["window"], got["window"]))
    return lines


def compare_improvement(want, body):
    """A record with its numbers and its history."""
    lines = compare_fields("record", want, body, ("indicator", "scope", "title", "aim", "due",
                                                  "state", "reached"))
    if str(want["id"]) != body["id"]:
        lines.append(differ("id", str(want["id"]), body["id"]))
    if not same_number(want["gap"], body["gap"]):
        lines.append(differ("gap", want["gap"], body["gap"]))
    for name in ("baseline", "present", "latest", "result"):
        lines += compare_snapshot(name, want[name], body[name])
    history = [(instant(step["at"]), step["move"], step["by"], step["note"])
               for step in body["history"]]
    return lines if history == want["history"] else lines + [
        differ("history", want["history"], history)]
