"""S6, S10, S11, S12: what a long log costs.

One stream, so that a day has as many tickets in either; one slad holds its beginning (the small log),
another much of it (the large one). Then the next slice of the stream goes into each in turns.
"""
import os
import time

from harness import resident
from table import Result


def size_on_disk(slad):
    return sum(os.path.getsize(slad.path(name)) for name in os.listdir(slad.directory) if "slad.db" in name)


def start_seconds(slad):
    began = time.monotonic()
    slad.start()
    return time.monotonic() - began


class Growth:
    def __init__(self, h):
        self.h = h
        self.small, self.large = h.size["small"], h.size["large"]
        self.slice = h.size["slice"]
        events = self.large + self.slice * h.size["pairs"]
        self.accepted = 0  # new events in the large log
        self.open = min(100_000, events // 100)
        h.say(f"growth: making {events:,} events")
        self.stream = h.generate(400, events, "--open", self.open)

    def fill(self, slad, events, what):
        said = self.h.bulk(slad.port, self.stream, events=events)
        self.h.say(f"growth: {what} log of {events:,} events at {said['rate']:,.0f}/s")
        return said

    def compare(self, small, large):
        """S6: the rates of the next slices, in turns."""
        rates = []
        for number in range(self.h.size["pairs"]):
            pair = [self.h.bulk(slad.port, self.stream, size + number * self.slice, self.slice)
                    for slad, size in ((large, self.large), (small, self.small))]
            self.accepted += pair[0]["accepted"]
            pair = [said["rate"] for said in pair]
            rates.append(pair)
            self.h.say(f"growth, pair {number + 1}: large {pair[0]:,.0f}/s, small {pair[1]:,.0f}/s")
        return Result("S6", [a / b for a, b in rates], {
            "large": self.large, "small": self.small, "events a turn": self.slice,
            "on large": [round(a) for a, _ in rates], "on small": [round(b) for _, b in rates]})

    def starts(self, large):
        """S10: killed while it takes in events, and started again, beside an empty one."""
        extra = self.h.generate(401, 20_000 * self.h.size["pairs"])
        values, about = [], {"events": self.large, "after kill": [], "empty": []}
        for number in range(self.h.size["pairs"]):
            client = self.h.background("load", "--port", large.port, "--connections", 4, "--batch", 1000,
                                       "--skip", 20_000 * number, extra.path)
            time.sleep(self.h.size["seconds"] / 4)
            large.kill9()
            client.kill()
            client.communicate()
            again = start_seconds(large)
            with self.h.slad(start=False) as empty:
                first = start_seconds(empty)
            values.append(again - first)
            about["after kill"].append(round(again, 3))
            about["empty"].append(round(first, 3))
            self.h.say(f"growth: started after a kill in {again:.3f} s, empty in {first:.3f} s")
        extra.remove()
        return Result("S10", values, about)

    def disk(self, large):
        """S12, of the stopped daemon: its log is in the database, and nothing waits beside it."""
        large.stop()
        stored, made = size_on_disk(large) / self.accepted, self.stream.bytes_of_one()
        return Result("S12", [stored / made], {
            "events": self.accepted, "bytes of one": round(stored), "of its JSON": round(made)})


def idle(h):
    with h.slad() as slad:
        return resident(slad.process.pid)


def measure(h, wanted):
    g = Growth(h)
    with h.slad() as small, h.slad() as large:
        g.fill(small, g.small, "a small")
        g.accepted = g.fill(large, g.large, "a large")["accepted"]
        results = [g.compare(small, large)]
        results.append(Result("S11", [resident(large.process.pid)], {
            "events": g.large, "open tickets": g.open}))
        results.append(Result("S11i", [idle(h)]))
        small.stop()
        results.append(g.disk(large))
        if "S10" in wanted:
            large.start()
            results.append(g.starts(large))
    g.stream.remove()
    return [r for r in results if r.name in wanted or (r.name == "S11i" and "S11" in wanted)]
