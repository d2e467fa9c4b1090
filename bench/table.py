"""Figures: what each of the goals is, and how its measurements are shown and kept."""
import statistics

AT_LEAST, AT_MOST = "≥", "≤"

# Of each: what is measured, the peer or limit beside it, the goal, its unit. A ratio is always that of
# its pair: the two were measured one after the other.
FIGURES = {
    "S1": ("single-event POSTs a second, 64 connections", "PostgreSQL 15, pgbench, as one statement", AT_LEAST, 4, "×"),
    "S1a": ("the same", "PostgreSQL 15, as a transaction of five", AT_LEAST, 4, "×"),
    "S2": ("the same", "Node.js + SQLite, one transaction a POST", AT_LEAST, 8, "×"),
    "S3": ("the same", "Node.js + SQLite, group commit", AT_LEAST, 1.5, "×"),
    "S4": ("p99 of S1", "its own p50", AT_MOST, 5, "×"),
    "S5": ("bulk NDJSON, events a second", "bare SQLite, the same rows and ids", AT_LEAST, 0.6, "×"),
    "S6": ("S5 on a large log", "S5 on a small one", AT_LEAST, 0.7, "×"),
    "S7": ("p99 of a month's scores, many tickets", "with 10,000 tickets", AT_MOST, 1.5, "×"),
    "S8": ("p99 of one score of a month", "PostgreSQL over raw tickets, best index", AT_LEAST, 100, "× faster"),
    "S9": ("p99 of S7 while S5 runs", "S7 quiet", AT_MOST, 3, "×"),
    "S10": ("start after a kill -9 under load", "start with an empty log", AT_MOST, 1, "s more"),
    "S11": ("resident memory, large log", "-", AT_MOST, 128, "MiB"),
    "S11i": ("resident memory, idle and empty", "-", AT_MOST, 16, "MiB"),
    "S12": ("disk for an event", "the bytes of its JSON", AT_MOST, 1.5, "×"),
    "S13": ("slad rebuild, events a second", "S5 of the same events", AT_LEAST, 2, "× faster"),
    "S14d": ("p99 from a deadline to the receiver", "-", AT_MOST, 1, "s"),
    "S14e": ("p99 from an event to the receiver", "-", AT_MOST, 1, "s"),
}


class Result:
    """values: one of each pair. about: sizes, and what else is worth knowing, by name. missing: why
    there are no values."""

    def __init__(self, name, values=(), about=None, missing=None):
        self.name, self.values = name, list(values)
        self.about, self.missing = about or {}, missing

    def median(self):
        return statistics.median(self.values)

    def verdict(self):
        how, goal = FIGURES[self.name][2:4]
        if not self.values:
            return self.missing or "not measured"
        if how is None:
            return "-"
        held = self.median() >= goal if how == AT_LEAST else self.median() <= goal
        return "held" if held else "missed"

    def json(self):
        what, peer, how, goal, unit = FIGURES[self.name]
        return {"figure": self.name, "what": what, "peer": peer, "unit": unit, "values": self.values,
                "min": min(self.values, default=None), "max": max(self.values, default=None),
                "median": self.median() if self.values else None,
                "goal": None if how is None else f"{how} {goal:g}", "verdict": self.verdict(),
                "about": self.about}


def short(value):
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}" if value < 10 else f"{value:.1f}"


def row(result):
    what, peer, how, goal, unit = FIGURES[result.name]
    numbers = ["-"] * 3
    if result.values:
        numbers = [short(v) for v in (min(result.values), result.median(), max(result.values))]
    return [result.name, what, peer, *numbers, unit, "-" if how is None else f"{how} {goal:g}", result.verdict()]


def table(results):
    """Aligned text with a heading."""
    rows = [["", "figure", "beside", "min", "median", "max", "", "goal", ""]] + [row(r) for r in results]
    widths = [max(len(line[i]) for line in rows) for i in range(len(rows[0]))]
    right = (3, 4, 5)
    lines = []
    for line in rows:
        cells = [c.rjust(w) if i in right else c.ljust(w) for i, (c, w) in enumerate(zip(line, widths))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def details(results):
    """Sizes and absolute numbers: they hold for this machine in this hour only."""
    lines = []
    for result in results:
        if result.about:
            lines.append(f"{result.name}: " + "; ".join(f"{k} {v}" for k, v in result.about.items()))
    return "\n".join(lines)
