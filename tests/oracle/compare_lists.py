"""Compares what stands behind a score with the oracle's, and adds the lists up."""

import catalogue
import hours
from differences import differ, instant, same_number

COUNTED = ("good", "bad", "pending", "excluded")
INCIDENTS = (catalogue.MAJOR, catalogue.CONTROL)


def seconds(value):
    """Seconds of an answer as ms."""
    return round(value * 1000)


def ticket(row):
    """A ticket's cycle as the oracle names it."""
    return (row["source"], row["subject"], instant(row["opened"]), row["excluded"])


def event(row):
    """A call, a change, a leak."""
    return (row["source"], row["event"], row["count"])


def outage(row):
    """An outage or a maintenance, whole, and the time that it takes alone."""
    return (row["kind"], row["source"], row["subject"], row["agreement"], row["service"],
            instant(row["from"]), instant(row["to"]), seconds(row["seconds"]))


def report(row):
    """A report that was due."""
    return (row["agreement"], row["report"], row["period"], instant(row["due"]))


def paper(row):
    """A measurement or an assessment, and why it does not count."""
    return (row.get("excluded"), row["source"], row["event"])


def shape_of(indicator):
    """How the rows behind an indicator are read."""
    if indicator in catalogue.LISTED:
        return ticket
    if indicator == catalogue.AVAILABILITY:
        return outage
    if indicator in catalogue.REPORTS:
        return report
    return paper if indicator in catalogue.MEASURED + catalogue.ASSESSED else event


def by_text(things):
    """Sorted, with None among the values."""
    return sorted(things, key=repr)


def compare_counted(spans, rows):
    """What each outage adds to those before it in the list, which may be in any order."""
    lines, seen = [], {}
    for row in rows:
        key = outage(row)
        place, mine = key[3:5], spans[key]
        adds = hours.length(hours.subtract(mine, seen.get(place, [])))
        seen[place] = hours.union(seen.get(place, []) + list(mine))
        if seconds(row["counted_seconds"]) != adds:
            lines.append(differ("%s counted_seconds" % (key,), adds / 1000,
                                row["counted_seconds"]))
    return lines


def compare_list(indicator, want, body):
    """The same things, in any order."""
    shape, wanted, spans = shape_of(indicator), want["tickets"], {}
    if indicator == catalogue.AVAILABILITY:
        spans = {thing[:-1] + (hours.length(thing[-1]),): thing[-1] for thing in wanted}
        wanted = [thing[:-1] + (hours.length(thing[-1]),) for thing in wanted]
    got = by_text(shape(row) for row in body["tickets"])
    wanted = by_text(wanted)
    if wanted == got:
        outages = [row for row in body["tickets"] if row.get("kind") != "maintenance"]
        return compare_counted(spans, outages) if spans else []
    return [differ("list", [list(t) for t in wanted if t not in got],
                   [list(t) for t in got if t not in wanted])
            if set(wanted) != set(got) else differ("list, repeated", wanted, got)]


class Closure:
    """The lists add up to the numbers, from the driver's answers alone."""

    def __init__(self):
        self.score = None
        self.lists = {}

    def follow(self, path, arguments, answer):
        """A score of one indicator begins a check; its four lists end it."""
        if answer["status"] != 200:
            return []
        if path == "/v1/scores":
            scores = answer["body"]["scores"]
            self.score, self.lists = scores[0] if len(scores) == 1 else None, {}
            return []
        if not path.endswith("/tickets") or "counted" not in arguments:
            return []
        self.lists[arguments["counted"]] = answer["body"]["tickets"]
        if self.score is None or len(self.lists) < len(COUNTED) \
                or self.score["reason"] == "not_in_scope":
            return []
        wanted, got = self.sums()
        same = len(wanted) == len(got) and all(map(same_number, wanted, got))
        return [] if same else [differ("lists", wanted, got)]

    def sum(self, counted, member=None):
        """The rows of a list, or the sum of a member of them."""
        rows = self.lists[counted]
        return len(rows) if member is None else sum(row[member] for row in rows)

    def sums(self):
        """(what the score says, what the lists add up to)."""
        score, indicator = self.score, self.score["indicator"]
        good, bad, pending = (self.sum(counted) for counted in COUNTED[:3])
        a, b, excluded = score["a"], score["b"], sum(score["excluded"].values())
        if indicator in INCIDENTS:
            return [a, 0, excluded], [bad, good + pending, self.sum("excluded")]
        if indicator in catalogue.TICKETS + catalogue.REPORTS:
            minus = indicator in ("on_time_recovery_rate", "timely_response_rate",
                                  "timely_resolution_rate")
            return [a, b, score["pending"], excluded], [
                bad if minus else good, good + bad + pending, pending, self.sum("excluded")]
        if indicator == catalogue.AVAILABILITY:
            return [a, 0], [self.sum("bad", "counted_seconds"), good + pending]
        if indicator in catalogue.MEASURED:
            members = "abc" if indicator == catalogue.STAFF else "ab"
            return [score[m] for m in members] + [0], [
                self.sum("good", m) for m in members] + [bad + pending]
        if indicator in catalogue.ASSESSED:
            return [a, b, 0], [self.sum("good", "level"), 5 * good, bad + pending]
        return self.counts(a, b)

    def counts(self, a, b):
        """Calls, changes, leaks: each row counts so often."""
        good, bad = self.sum("good", "count"), self.sum("bad", "count")
        if self.score["indicator"] == catalogue.CONNECTION:
            return [a, b], [good, good + bad]
        return [a, b or 0], [bad, good]


def compare_working(name, want, got):
    """The intervals of open, running time: those of the oracle, and their sum is elapsed."""
    spans = [(instant(span["from"]), instant(span["to"])) for span in got["working"]]
    if got.get("working_cut"):
        return []
    lines, sums = [], [hours.length(spans), hours.length(hours.union(spans))]
    if sums != 2 * [got["elapsed_ms"]]:
        lines.append(differ(name + " sum of working", got["elapsed_ms"], sums))
    if hours.union(spans) != want["working"]:
        lines.append(differ(name + " working", want["working"], spans))
    return lines


def compare_counts(name, want, got):
    """The 32 scores of a cycle, in order, and in which of them it counts."""
    names = [row["indicator"] for row in got]
    if names != list(catalogue.INDICATORS):
        return [differ(name + " scores", list(catalogue.INDICATORS), names)]
    lines = []
    for row in got:
        counted, cause, settled_at = want[row["indicator"]] or (None, None, None)
        found = [row["counted"], row["excluded"]]
        wanted = [counted, cause]
        if row["indicator"] in catalogue.TICKETS:
            wanted.append(settled_at)
            found.append(instant(row["settled_at"]))
        if wanted != found:
            lines.append(differ("%s %s" % (name, row["indicator"]), wanted, found))
        if not row["why"]:
            lines.append(differ("%s %s why" % (name, row["indicator"]), "a sentence",
                                row["why"]))
    return lines
