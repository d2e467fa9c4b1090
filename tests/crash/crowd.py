#!/usr/bin/python3
"""A healthy client beside a crowd: 10,000 connections that say nothing, 1,000 that drip.

    crowd.py [--idle N] [--slow N] [--requests N] [--rounds N]

In turns, quiet and crowded (A B A B ...), against one daemon: the times of a healthy client's questions
and events, the memory, and what the daemon computes for each request. Held are the memory that the
crowd costs and that nobody healthy is refused; and, under $SLAD_CRASH=full, that the median of the
ratios of the 99th percentiles is at most 2. Then more come than there is room for.
"""
import argparse
import contextlib
import gc
import json
import os
import re
import resource
import socket
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from crowd import Crowd  # noqa: E402
from desk import Desk, metrics, until  # noqa: E402
from slad import Slad  # noqa: E402

FULL = os.environ.get("SLAD_CRASH") == "full"
CONFIG = {"agreements": [{"id": "acme", "from": "2020-01-01"}]}
MEMORY = 64 << 20  # that a crowd of 11,000 may cost
RATIO = 2
FILES = 512  # of ours beside connections


class Healthy:
    """One connection, one request after the other."""

    def __init__(self, slad):
        self.desk, self.count, self.statuses = Desk(), 0, set()
        self.socket = socket.create_connection(("127.0.0.1", slad.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def exchange(self, request):
        began = time.perf_counter()
        self.socket.sendall(request)
        got = b""
        while b"\r\n\r\n" not in got:
            got += self.receive()
        head, _, body = got.partition(b"\r\n\r\n")
        left = int(re.search(rb"\r\nContent-Length: (\d+)", head)[1]) - len(body)
        while left > 0:
            left -= len(self.receive())
        self.statuses.add(int(head[9:12]))
        return time.perf_counter() - began

    def receive(self):
        got = self.socket.recv(1 << 16)
        if not got:
            raise AssertionError("the healthy client was let go")
        return got

    def question(self):
        return self.exchange(b"GET /v1/scores?window=24h HTTP/1.1\r\nHost: localhost\r\n\r\n")

    def event(self):
        self.count += 1
        body = json.dumps(self.desk.opened(f"H{self.count}")).encode()
        return self.exchange(b"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                             b"Content-Length: %d\r\n\r\n%b" % (len(body), body))


def p99(times):
    return sorted(times)[len(times) * 99 // 100]


def resident(slad):
    with open(f"/proc/{slad.process.pid}/status", encoding="ascii") as file:
        return int(re.search(r"VmRSS:\s+(\d+) kB", file.read())[1]) << 10


def computed(slad):
    """Seconds of processor time."""
    with open(f"/proc/{slad.process.pid}/schedstat", encoding="ascii") as file:
        return int(file.read().split()[0]) / 1e9


class Run:
    def __init__(self, args):
        self.args = args
        self.passed = self.failed = 0
        self.slad = Slad(CONFIG)
        self.healthy = Healthy(self.slad)
        self.times = {"question": ([], []), "event": ([], [])}
        self.memory, self.work = ([], []), ([], [])

    def check(self, what, holds, detail=""):
        self.passed += bool(holds)
        self.failed += not holds
        if not holds:
            print(f"FAIL {what}: {detail}", flush=True)

    def measure(self, crowded):
        gc.disable()
        before, began = computed(self.slad), time.monotonic()
        for kind, work, count in (("question", self.healthy.question, 8), ("event", self.healthy.event, 1)):
            self.times[kind][crowded].append([work() for _ in range(count * self.args.requests)])
        gc.enable()
        took = time.monotonic() - began
        self.work[crowded].append((computed(self.slad) - before) / took)
        self.memory[crowded].append(resident(self.slad))

    def rounds(self):
        seen = []
        for _ in range(200):
            self.healthy.question(), self.healthy.event()
        for number in range(1, self.args.rounds + 1):
            self.measure(False)
            with Crowd(self.slad.port, idle=self.args.idle, slow=self.args.slow) as crowd:
                self.measure(True)
                said = metrics(self.slad)
                open_now = said["slad_http_connections"]
                self.check("the crowd is there", open_now >= self.args.idle + self.args.slow, open_now)
            seen.append(crowd.seen)
            until(lambda: metrics(self.slad)["slad_http_connections"] <= 4, "the crowd is gone")
            print(f"round {number} of {self.args.rounds}: {open_now:g} connections", flush=True)
        return seen

    def report(self):
        most = max(self.memory[True]) - self.memory[False][0]
        crowd = self.args.idle + self.args.slow
        print(f"memory: {self.memory[False][0] >> 10} KiB quiet, {most >> 10} KiB more in the crowd, "
              f"{most // max(1, crowd)} bytes a connection")
        self.check("memory of the crowd", most <= MEMORY * max(1, crowd / 11_000), most)
        for kind, (quiet, loaded) in self.times.items():
            ratios = [p99(b) / p99(a) for a, b in zip(quiet, loaded)]
            middle = statistics.median(ratios)
            print(f"{kind}: p99 quiet {1e3 * statistics.median(map(p99, quiet)):.2f} ms, crowded "
                  f"{1e3 * statistics.median(map(p99, loaded)):.2f} ms; ratio {min(ratios):.2f}, median {middle:.2f}, "
                  f"{max(ratios):.2f}; median time ratio "
                  f"{statistics.median(sum(loaded, [])) / statistics.median(sum(quiet, [])):.2f}")
            if FULL:
                self.check(f"p99 of a {kind} beside the crowd", middle <= RATIO, ratios)
        print("share of a processor: " + ", ".join(
            f"{name} {statistics.median(self.work[i]):.2f}" for i, name in enumerate(("quiet", "crowded"))))
        self.check("nobody healthy is refused", self.healthy.statuses == {200}, self.healthy.statuses)

    def too_many(self):
        """Beyond the limit the longest idle make room, and whoever comes is answered; all of it is counted."""
        most = int(metrics(self.slad)["slad_http_connections_max"])
        soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        if most + 300 + FILES > soft:
            print(f"no more than {soft} files for us: the limit of {most} connections is not met")
            return
        with Crowd(self.slad.port, idle=most + 200) as crowd:
            late = Healthy(self.slad)  # as is whoever was idle for so long, and comes again
            late.question()
            self.check("who comes late is answered", late.statuses == {200}, late.statuses)
            self.slad._disconnect()
            before = metrics(self.slad)
            self.check("the limit holds", before["slad_http_connections"] <= most + 64, before["slad_http_connections"])
            made = before['slad_http_limits_total{limit="displaced"}']
            self.check("room was made, and counted", made >= 150, made)
        print(f"{most + 200} connections where {most} have room: {crowd.seen}")

    def all(self):
        seen = self.rounds()
        self.report()
        print(f"the crowds saw {seen}")
        self.too_many()
        self.check("no log floods", len(self.slad.log) < 30, len(self.slad.log))
        self.check("it lives", self.slad.process.poll() is None)
        self.slad.close()
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed else 0


def main():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    room = hard - FILES
    with contextlib.suppress(PermissionError):
        os.nice(-10)  # it is the crowd's cost that is measured, not that of other programs
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--idle", type=int, default=10_000)
    parser.add_argument("--slow", type=int, default=1_000)
    parser.add_argument("--requests", type=int, default=2_000 if FULL else 500)
    parser.add_argument("--rounds", type=int, default=5 if FULL else 2)
    args = parser.parse_args()
    if args.idle + args.slow > room:
        print(f"only {hard} files may be open: a smaller crowd")
        args.idle = max(0, room - args.slow)
    return Run(args).all()


if __name__ == "__main__":
    sys.exit(main())
