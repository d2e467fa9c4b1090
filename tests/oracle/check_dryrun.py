#!/usr/bin/python3
"""Holds `slad check --against` against the oracle, for random streams and two configurations.

    check_dryrun.py SLAD [--seeds A-B]

A real daemon stores the events, of days just past; then another configuration is tried, and
what would differ is compared with what the oracle says of both at the same instant.
"""

import argparse
import copy
import json
import os
import random
import subprocess
import sys
from datetime import date, timedelta

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))

import catalogue
import configs
import lists
import slad as daemon
import streams
import times
from differences import compare_fields, differ
from oracle import Oracle, Query
from orders import NOTHING, NUMBERS

WINDOWS = ("this-month", "last-month", "this-year")
LONGEST = 12


def other_version(rng, config, row):
    """Changes something in a version of an agreement that judges."""
    calendars = [calendar["name"] for calendar in config["calendars"]]
    rng.choice([
        lambda: row.update(targets=configs.targets(rng, calendars)),
        lambda: row.update(targets=configs.targets(rng, calendars)),
        lambda: row.update(calendar=rng.choice(calendars)),
        lambda: row.update(pause_on=configs.some(rng, configs.CAUSES)),
        lambda: row.update(reopen_window=rng.choice(["0s", "30m", "1d", "7d"])),
        lambda: row.update(incidents_per_month=rng.choice([0, 1, 7, 100])),
        lambda: row.update(reports=configs.reports(rng)),
        lambda: row.update(services=[{"id": s} for s in configs.some(rng, configs.SERVICES)]),
    ])()


def other(rng, config):
    """Another configuration of the same agreements."""
    result = copy.deepcopy(config)
    for _ in range(rng.randint(0, 4)):
        other_version(rng, result, rng.choice(result["agreements"]))
    if rng.random() < 0.3:
        rng.choice(result["calendars"])["week"] = rng.choice(list(configs.WEEKS.values()))
    return result


def story_of(seed):
    """A stream that ended yesterday, or some days before."""
    for attempt in range(100):
        rng = random.Random("dry run %d %d" % (seed, attempt))
        first = date.today() - timedelta(days=LONGEST + 2 + rng.choice([0, 0, 10, 30]))
        story = streams.stream(rng.randrange(10 ** 9), (None, first))
        if story.days <= LONGEST:
            return rng, story
    raise AssertionError("no short stream")


def counts(oracle, now):
    """{(source, subject): (agreement, {(cycle, indicator): how it counts})}."""
    world = oracle.world(Query(oracle.settings, now))
    found = {}
    for key, ticket in world.tickets.items():
        ways = {(number, name): lists.counts_in(cycle, name, world)
                for number, cycle in enumerate(ticket.cycles, 1)
                for name in catalogue.LISTED}
        found[key] = ticket.attributes["agreement"], {
            place: way for place, way in ways.items() if way}
    return found


def way(counted):
    """How a cycle counts, but for the time."""
    return counted and counted[:2]


def settled_at(counted):
    """The minute in which it is settled; None if it is not."""
    return counted and counted[2] and counted[2] // times.MINUTE


def tickets(before, after, now):
    """{agreement: ({ticket: its changes}, how many are but settled at another minute)}."""
    result = {}
    mine, theirs = counts(before, now), counts(after, now)
    for key, (agreement, ways) in mine.items():
        others = theirs[key][1]
        changes = {}
        for place in set(ways) | set(others):
            pair = ways.get(place), others.get(place)
            if way(pair[0]) != way(pair[1]):
                changes[place] = True
            elif settled_at(pair[0]) != settled_at(pair[1]):
                changes[place] = False
        if changes:
            row = result.setdefault(agreement, ({}, []))
            row[0][key] = set(changes)
            row[1].append(not any(changes.values()))
    return {agreement: (named, sum(only)) for agreement, (named, only) in result.items()}


def rows(oracle, now, agreement, window):
    """{(indicator, service): numbers} of an agreement, as a whole and by service."""
    found = {}
    for by in ([], ["service"]):
        answer = oracle.scores(now, window=window, agreement=[agreement], by=by)
        found.update({(s["indicator"], s["scope"].get("service")): {n: s[n] for n in NUMBERS}
                      for s in answer["scores"] if s["reason"] != "not_in_scope"})
    return found


def asked(oracle, now, agreement, window, key):
    """The numbers of a service that does not show by itself."""
    score, = oracle.scores(now, window=window, agreement=[agreement], service=[key[1]],
                           indicator=[key[0]])["scores"]
    return {name: score[name] for name in NUMBERS}


def scores(before, after, now):
    """{(agreement, window, indicator, service): (before, after)} of those that move."""
    result = {}
    for agreement in before.settings.agreements:
        for window in WINDOWS:
            shown = [rows(o, now, agreement, window) for o in (before, after)]
            for key in set(shown[0]) | set(shown[1]):
                mine, theirs = (
                    found[key] if key in found else asked(o, now, agreement, window, key)
                    for o, found in zip((before, after), shown))
                if mine != theirs:
                    result[(agreement, window) + key] = mine, theirs
    return result


def compare_tickets(want, got):
    """How many of each agreement, and which."""
    found = {row["agreement"]: row for row in got}
    if set(found) != set(want):
        return [differ("agreements", sorted(want), sorted(found))]
    lines = []
    for agreement, (named, retimed) in want.items():
        row = found[agreement]
        if [row["count"], row["retimed"]] != [len(named), retimed]:
            lines.append(differ(agreement, [len(named), retimed],
                                [row["count"], row["retimed"]]))
        for ticket in row["named"]:
            key = ticket["source"], ticket["subject"]
            changes = {(c["cycle"], c["indicator"]) for c in ticket["changes"]}
            if named.get(key) != changes:
                lines.append(differ("%s %s" % key, sorted(named.get(key, ())),
                                    sorted(changes)))
    return lines


def compare_scores(want, got):
    """Each score that moves, with its numbers on both sides; null is a service without any."""
    found = {(row["scope"]["agreement"], row["window"], row["indicator"],
              row["scope"].get("service")): row for row in got}
    lines = [differ("score", str(key) if key in want else None,
                    str(key) if key in found else None)
             for key in sorted(set(want) ^ set(found), key=str)]
    for key in set(want) & set(found):
        for numbers, which in zip(want[key], ("before", "after")):
            lines += compare_fields("%s %s" % (key, which), numbers,
                                    found[key][which] or NOTHING, NUMBERS)
    return lines


def predict(program, here, config):
    """What the program says would differ."""
    path = here.path("other.yaml")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(config, file)
    done = subprocess.run([program, "check", "-c", here.file, "--against", path, "--format",
                           "json"], capture_output=True, text=True, timeout=120)
    return done.returncode, json.loads(done.stdout)


def check(program, seed):
    """The differences of one seed as lines."""
    rng, story = story_of(seed)
    config = other(rng, story.config)
    with daemon.Slad(story.config, program=program) as here:
        answer = here.post(story.events)
        if answer.status != 200:
            return [repr(answer)]
        here.stop()
        code, found = predict(program, here, config)
    now = times.parse_time(found["as_of"])
    before, after = Oracle(story.config), Oracle(config)
    for oracle in (before, after):
        oracle.events = {(e["source"], e["id"]): e for e in story.events}
    lines = compare_tickets(tickets(before, after, now), found["tickets"])
    lines += compare_scores(scores(before, after, now), found["scores"])
    differs = bool(found["tickets"] or found["scores"])
    if [code, found["differs"], found["complete"]] != [int(differs), differs, True]:
        lines.append(differ("differs", differs, [code, found["differs"], found["complete"]]))
    return lines


def main():
    """Runs the seeds, ends with the count."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("slad")
    parser.add_argument("--seeds", default="1-25", help="A-B, both included")
    options = parser.parse_args()
    first, _, last = options.seeds.partition("-")
    seeds, failed = range(int(first), int(last or first) + 1), 0
    for seed in seeds:
        lines = check(os.path.abspath(options.slad), seed)
        failed += bool(lines)
        print("\n  ".join(["seed %d%s" % (seed, "" if lines else " ok")] + lines), flush=True)
    print("%d passed, %d failed" % (len(seeds) - failed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
