"""S1 to S4: one event a POST, 64 connections, each answered behind its commit.

In each round slad, both spellings of pgbench and both services of Node.js have the same seconds, one after
the other, each with a fresh store; the three that speak HTTP get the same events from the same client.
"""
import json
import os
import shutil
import subprocess

import node
import postgres
from harness import Cost, HERE
from table import Result

CONNECTIONS = 64
MOST_A_SECOND = 50_000  # events that are made ready for a second


def slad_round(h, stream):
    with h.slad() as slad:
        cost = Cost(slad.process.pid)
        said = h.load(slad.port, stream, CONNECTIONS, seconds=h.size["seconds"])
        return {**said, "an event": cost.of_one(said["used"])}


def node_round(h, script, stream):
    with node.Node(script, h.directory) as service:
        cost = Cost(service.process.pid)
        said = h.load(service.port, stream, CONNECTIONS, seconds=h.size["seconds"])
        return {**said, "an event": cost.of_one(said["used"])}


def postgres_rounds(h):
    """Functions that give the rate of one round, by figure, and one that stops it all."""
    if postgres.binaries() is None:
        return {}, lambda: None
    server = postgres.Postgres(h.directory)

    def measure(spelling):
        server.prepare_events()
        return {"rate": server.events(spelling, h.size["seconds"], CONNECTIONS)}

    return {"S1": lambda: measure(postgres.AS_ONE), "S1a": lambda: measure(postgres.AS_FIVE)}, server.close


def cross_check(h, stream):
    """What wrk sees of the same, to doubt our own client: requests a second, or None."""
    if shutil.which("wrk") is None:
        return None
    with h.slad() as slad:
        done = subprocess.run(
            ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(round(h.size['seconds']), 1)}s", "-s",
             os.path.join(HERE, "cross.lua"), slad.url],
            capture_output=True, text=True, env={**os.environ, "SLAD_EVENTS": stream.path})
    said = json.loads(done.stdout.strip().splitlines()[-1])
    if said["wrong"]:
        raise RuntimeError(f"wrk: {said}")
    return said["requests"] / said["seconds"]


def peers(h, stream, pg):
    """The contenders of a round, by figure."""
    found = {"slad": lambda: slad_round(h, stream), **pg}
    if node.there():
        found["S2"] = lambda: node_round(h, "naive.js", stream)
        found["S3"] = lambda: node_round(h, "group.js", stream)
    return found


def result(h, name, rounds, missing):
    if name not in rounds[0]:
        return Result(name, missing=missing)
    rates = [(r["slad"]["rate"], r[name]["rate"]) for r in rounds]
    about = {"seconds a turn": h.size["seconds"], "slad": [round(a) for a, _ in rates],
             "peer": [round(b) for _, b in rates]}
    if "an event" in rounds[0][name]:
        about["an event costs slad"] = rounds[-1]["slad"]["an event"]
        about["the peer"] = rounds[-1][name]["an event"]
    return Result(name, [a / b for a, b in rates], about)


def measure(h, wanted):
    rounds, ratio = [], None
    wanted = {*wanted, "S1a"} if "S1" in wanted else wanted
    pg, stop = postgres_rounds(h) if "S1" in wanted else ({}, lambda: None)
    try:
        for number in range(h.size["pairs"]):
            stream = h.generate(100 + number, int(MOST_A_SECOND * h.size["seconds"]))
            contenders = peers(h, stream, pg)
            rounds.append({name: turn() for name, turn in contenders.items()
                           if name == "slad" or name in wanted})
            h.say(f"single, round {number + 1}: " + ", ".join(
                f"{'slad' if n == 'slad' else n} {r['rate']:,.0f}/s" for n, r in rounds[-1].items()))
            if number == 0:
                seen = cross_check(h, stream)
                ratio = seen and seen / rounds[0]["slad"]["rate"]
            stream.remove()
    finally:
        stop()
    results = [result(h, "S1", rounds, "no PostgreSQL 15"), result(h, "S1a", rounds, "no PostgreSQL 15"),
               result(h, "S2", rounds, "no Node.js"), result(h, "S3", rounds, "no Node.js")]
    results[0].about["wrk sees, of what our client sees"] = round(ratio, 3) if ratio else "no wrk"
    latency = [(r["slad"]["p99"], r["slad"]["p50"]) for r in rounds]
    results.append(Result("S4", [a / b for a, b in latency], {
        "p50 in ms": [b / 1000 for _, b in latency], "p99 in ms": [a / 1000 for a, _ in latency]}))
    return [r for r in results if r.name in wanted]
