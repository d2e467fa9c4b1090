"""Random configurations: calendars, zones, agreements in several versions, targets."""

from datetime import date, timedelta

from catalogue import CHARACTERISTICS, INDICATORS

ZONES = ["Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe",
         "Asia/Kathmandu", "UTC", "America/Santiago", "America/St_Johns"]
# Where and when clocks change, and where years, ISO years and months turn.
PLACES = [(None, date(2025, 12, 27)), (None, date(2026, 12, 26)), (None, date(2024, 2, 26)),
          (None, date(2026, 6, 28)), (None, date(2026, 10, 1)), (None, date(2026, 11, 14)),
          ("America/New_York", date(2026, 3, 7)), ("America/New_York", date(2026, 10, 31)),
          ("Europe/Berlin", date(2026, 3, 28)), ("Europe/Berlin", date(2026, 10, 24)),
          ("Australia/Lord_Howe", date(2026, 4, 4)), ("Australia/Lord_Howe", date(2026, 10, 3)),
          ("America/Santiago", date(2026, 4, 3)), ("America/Santiago", date(2026, 9, 5)),
          ("America/St_Johns", date(2026, 10, 31))]
WEEKS = {
    "office": [{"days": "mon-fri", "open": ["09:00-12:00", "13:30-18:00"]}],
    "half": [{"days": "mon-fri", "open": ["08:00-17:00"]},
             {"days": "sat", "open": ["09:00-12:00"]}],
    "night": [{"days": "mon-fri", "open": ["22:00-06:00"]}],
    "evening": [{"days": "mon-sun", "open": ["18:00-24:00"]}],
    "always": [{"days": "mon-sun", "open": ["00:00-24:00"]}],
    "owl": [{"days": "mon-sat", "open": ["00:30-02:30"]},
            {"days": "sun", "open": ["01:15-03:30", "23:00-00:45"]}],
    "lap": [{"days": "mon-sun", "open": ["20:00-06:00", "05:00-09:00"]}],
    "never": [],
}
AGREEMENTS = ["acme", "beta", "gamma"]
SERVICES = ["mail", "vpn", "erp", "почта"]
PRIORITIES = ["P1", "P2", "P3"]
KINDS = ["request", "incident", "complaint"]
CAUSES = ["customer", "agreed", "supplier"]
LIMITS = ["1m", "15m", "30m", "1h", "90m", "2h", "4h", "8h", "8h30m", "2d"]
REPORTS = ["weekly", "monthly", "quarterly", "yearly"]


def some(rng, values, least=0):
    """A random subset, in order."""
    chosen = rng.sample(values, rng.randint(least, len(values)))
    return [v for v in values if v in chosen]


def zone(rng, home):
    """The zone where something happens in these days, or any other."""
    return home if home and rng.random() < 0.6 else rng.choice(ZONES)


def calendar(rng, week, home, first, days):
    """A calendar with holidays and make-up days in the time of the stream."""
    result = {"name": week, "timezone": zone(rng, home), "week": WEEKS[week]}
    if week == "never":
        return result
    dates = [(first + timedelta(days=n)).isoformat() for n in range(days)]
    if rng.random() < 0.5:
        result["closed"] = sorted(rng.sample(dates, min(len(dates), rng.randint(1, 4))))
        dates = [d for d in dates if d not in result["closed"]]
    if rng.random() < 0.5:
        chosen = sorted(rng.sample(dates, min(len(dates), rng.randint(1, 3))))
        result["open"] = [{"date": d, "open": rng.choice(
            [["09:00-18:00"], ["09:00-12:00"], ["22:00-02:00"], ["00:00-24:00"],
             ["07:30-11:00", "12:00-12:01"]])} for d in chosen]
    return result


def target(rng, keys, calendars):
    """A row of targets with some of the three limits."""
    row = {}
    if "kind" in keys:
        row["kind"] = rng.choice(KINDS)
    if "priority" in keys:
        row["priority"] = rng.choice(["P1", "P1", "P2", "P3"])
    if "service" in keys:
        row["service"] = rng.choice(["mail", "mail", "vpn", "почта"])
    if rng.random() < 0.4:
        row["calendar"] = rng.choice(calendars)
    for name in ("respond", "recover", "resolve"):
        if rng.random() < 0.85:
            row[name] = rng.choice(LIMITS)
    return row


def targets(rng, calendars):
    """Rows of different specificity, no two with the same keys and values."""
    rows, seen = [], set()
    kinds = [dict(target(rng, [], calendars), kind=kind) for kind in some(rng, KINDS)]
    others = [target(rng, some(rng, ["kind", "priority", "service"]), calendars)
              for _ in range(rng.randint(1, 10))]
    for row in kinds + others:
        match = tuple(row.get(k) for k in ("kind", "priority", "service"))
        if match not in seen:
            seen.add(match)
            rows.append(row)
    return rows


def reports(rng):
    """Reports with due times around midnight, short and long."""
    every = [name[:-2] for name in REPORTS]
    rows = [{"id": name, "every": unit if rng.random() < 0.9 else rng.choice(every),
             "due": rng.choice(["0s", "1m", "8h", "1d", "1d12h", "5d", "10d"])}
            for name, unit in zip(REPORTS, every)]
    return some(rng, rows)


def version(rng, name, home, begin, calendars):
    """One version of an agreement."""
    result = {"id": name, "from": begin.isoformat(), "timezone": zone(rng, home),
              "calendar": rng.choice(calendars), "targets": targets(rng, calendars)}
    if rng.random() < 0.75:
        result["reopen_window"] = rng.choice(["1d", "2h", "30m", "10m", "0s", "36h"])
    if rng.random() < 0.6:
        result["pause_on"] = some(rng, CAUSES)
    result["services"] = [
        {"id": s, "calendar": rng.choice(calendars)} if rng.random() < 0.7 else {"id": s}
        for s in some(rng, SERVICES[:3])]
    if rng.random() < 0.8:
        result["incidents_per_month"] = rng.choice([0, 1, 2, 5, 31, 1000])
    if rng.random() < 0.8:
        result["reports"] = reports(rng)
    result["objectives"] = [{"indicator": i, "at_least": rng.choice([0.5, 0.9, 0.95, 0.999, 1])}
                            for i in some(rng, list(INDICATORS))]
    return result


def agreement(rng, name, home, calendars, first, days):
    """All versions of one agreement; sometimes the first begins amid the stream."""
    starts = {date(2023, 1, 1)} if rng.random() < 0.8 else set()
    for _ in range(rng.choice([0, 0, 1, 1, 2]) + (not starts)):
        starts.add(first + timedelta(days=rng.randrange(days)))
    return [version(rng, name, home, start, calendars) for start in sorted(starts)]


def profile(rng, name):
    """Weights, some of them 0 but not all, bands, a coverage, and vetoes."""
    weights = [0, 0.001, 0.5, 1, 1, 2, 2.375, 7, 1000]
    result = {"name": name}
    if rng.random() < 0.8:
        result["min_coverage"] = rng.choice([0, 0, 0, 0.1, 0.333, 0.5, 1, 1])
    chosen = some(rng, list(CHARACTERISTICS))
    if chosen:
        result["characteristics"] = {part: rng.choice(weights) for part in chosen}
        result["characteristics"][chosen[0]] = rng.choice(weights[1:])
    kept = rng.choice(CHARACTERISTICS[(chosen or ["reliability"])[0]])
    named = some(rng, list(INDICATORS))
    if rng.random() < 0.4:
        named, weights = list(INDICATORS), [0] * 15 + [1, 2.5]
    result["indicators"] = [{"id": i, "weight": rng.choice(weights)}
                            for i in named if i != kept]
    grades = some(rng, ["A", "B", "C", "优"], 1)
    if rng.random() < 0.8:
        bands = sorted(rng.sample([0, 0.2, 0.5, 0.666, 0.75, 1], len(grades)))
        result["grades"] = [{"grade": grade, "at_least": least}
                            for grade, least in zip(grades, reversed(bands))]
    else:
        grades = ["A", "B", "C", "D"]
    result["vetoes"] = [{"indicator": i, "below": rng.choice([0.001, 0.5, 0.9, 1]),
                         "at_most": rng.choice(grades)}
                        for i in rng.sample(INDICATORS, rng.choice([0, 1, 3, 12]))]
    return result


def configuration(rng, home, first, days):
    """A whole configuration for a stream of some days from the first on."""
    weeks = rng.sample(sorted(WEEKS), rng.randint(2, 4))
    if weeks.count("never") and rng.random() < 0.7:
        weeks.remove("never")
    calendars = [calendar(rng, week, home, first - timedelta(days=2), days + 6)
                 for week in weeks]
    rows = []
    for name in AGREEMENTS[:rng.randint(1, 3)]:
        rows += agreement(rng, name, home, weeks, first, days)
    return {"timezone": zone(rng, home), "calendars": calendars, "agreements": rows,
            "profiles": [profile(rng, name) for name in some(rng, ["ours", "default", "hard"])]}
