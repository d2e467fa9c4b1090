"""S5, S13: bulk ingest beside bare SQLite, and a rebuild beside the ingest of the same events.

slad gets NDJSON of 1,000 events a POST on 4 connections; bench/peers/bare.c stores the rows of the same
events in transactions of 1,000. (What waits goes into one transaction of slad's, which may have more
than one POST in it.) Each turn has a fresh store, so that both grow to the same size.
"""
import json
import os
import tempfile
import time

from harness import Cost
from table import Result


def slad_turn(h, stream):
    with h.slad() as slad:
        cost = Cost(slad.process.pid)
        said = h.bulk(slad.port, stream)
        return {**said, "an event": cost.of_one(said["used"])}


def bare_turn(h, stream):
    with tempfile.TemporaryDirectory(prefix="bare-", dir=h.directory) as home:
        said = json.loads(h.program("peers/bare", "--batch", h.size["batch"], os.path.join(home, "bare.db"),
                                    stream.path))
    return {"accepted": said["accepted"], "rate": said["events"] / said["seconds"]}


def measure(h, wanted):
    count = h.size["bulk"]
    rates = []
    for number in range(h.size["pairs"]):
        made = [h.generate(200 + number, count, *more) for more in ((), ("--rows",))]
        turns = slad_turn(h, made[0]), bare_turn(h, made[1])
        if len({turn["accepted"] for turn in turns}) != 1:
            raise RuntimeError(f"not the same events were stored: {turns}")
        rates.append([turn["rate"] for turn in turns])
        for stream in made:
            stream.remove()
        h.say(f"bulk, pair {number + 1}: slad {rates[-1][0]:,.0f}/s, bare {rates[-1][1]:,.0f}/s")
    return [Result("S5", [a / b for a, b in rates], {
        "events a turn": count, "slad": [round(a) for a, _ in rates], "bare": [round(b) for _, b in rates],
        "an event costs slad": turns[0]["an event"]})]


def rebuild_turn(h, stream):
    """Events a second: taken in, and rebuilt."""
    with h.slad() as slad:
        said = h.bulk(slad.port, stream)
        slad.stop()
        began = time.monotonic()
        done = slad.run("rebuild")
        took = time.monotonic() - began
        if done.returncode:
            raise RuntimeError(f"slad rebuild: {done.stderr}")
    return said["rate"], said["accepted"] / took


def measure_rebuild(h, wanted):
    pairs = []
    stream = h.generate(300, h.size["rebuild"])
    for number in range(min(h.size["pairs"], 3)):
        pairs.append(rebuild_turn(h, stream))
        h.say(f"rebuild, pair {number + 1}: ingest {pairs[-1][0]:,.0f}/s, rebuild {pairs[-1][1]:,.0f}/s")
    stream.remove()
    return [Result("S13", [b / a for a, b in pairs], {
        "events": h.size["rebuild"], "ingest": [round(a) for a, _ in pairs],
        "rebuild": [round(b) for _, b in pairs]})]
