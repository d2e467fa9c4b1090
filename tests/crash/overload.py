#!/usr/bin/python3
"""Gives slad ten times what its disk takes, and looks at what it keeps, forgets and says.

    overload.py [--seconds N] [--rate BYTES]

The disk is slow by slow_disk.so. Senders do not heed Retry-After: bulk of 16 MiB, single events,
drips, and askers who read no answer. Meanwhile scores are asked for. In the middle it is killed
with -9. Held are: what is offered is at least ten times what is stored; every answer is 200 or 503,
each 503 with Retry-After; the queues and the memory stay within figures computed from the limits;
every question is answered; then, with a fast disk again, it is as before, and each event that was
acknowledged is in the log once.
"""
import argparse
import base64
import collections
import http.client
import json
import mmap
import os
import re
import selectors
import socket
import struct
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from crowd import Crowd  # noqa: E402
import logged  # noqa: E402
from desk import Desk, metrics, stamp, until  # noqa: E402
from slad import LINES, TOP, Slad  # noqa: E402

FULL = os.environ.get("SLAD_CRASH") == "full"
SHIM = os.path.join(os.path.abspath(os.environ.get("BUILD") or os.path.join(TOP, "build/release")), "tests/slow_disk.so")
CONFIG = {"agreements": [{"id": "acme", "from": "2020-01-01"}]}
TIMES = 10  # what is offered of what is stored
MIB = 1 << 20
# As in limits.h, keeper.h, request.h and slad(8).
EVENTS, EVENTS_OF_ONE, QUEUE, REQUESTS, HEADS, ANSWERS, ANSWER, CONNECTION = \
    100_000, 10_000, 256 * MIB, 64 * MIB, 8 * MIB, 128 * MIB, 64 * MIB, 8 << 10
ONE = 128 * MIB  # that one request of 16 MiB takes while it is read
BULK, SINGLES, SLOW, DEAF = 20, 96, 200, 40
PAD = base64.b64encode(os.urandom(3 << 20)).decode()  # which does not get smaller in the log


class Disk:
    """The page of slow_disk.so."""

    def __init__(self, path):
        with open(path, "wb") as file:
            file.write(bytes(32))
        self.path = path
        with open(path, "r+b") as file:
            self.page = mmap.mmap(file.fileno(), 32)

    def set(self, rate, sync):
        self.page[:16] = struct.pack("=qq", rate, sync)

    @property
    def syncs(self):
        return struct.unpack("=q", self.page[16:24])[0]


class Tally:
    """What senders saw."""

    def __init__(self):
        self.lock = threading.Lock()
        self.answers, self.wrong = collections.Counter(), []
        self.offered, self.sure, self.later = 0, [], collections.Counter()

    def add(self, what, status, retry_after, ids, body=b""):
        """True: the events are stored."""
        if status == 0:
            return False
        with self.lock:
            self.answers[what, status] += 1
            self.offered += len(ids)
            if status == 200:
                self.sure += ids
            elif status is not None:
                if status != 503 or not (retry_after or "").isdigit() or not 1 <= int(retry_after) <= 60:
                    self.wrong.append(f"{what}: {status}, Retry-After {retry_after}: {body[:300]}")
                else:
                    self.later[int(retry_after)] += 1
            return status == 200


class Bulk(threading.Thread):
    """Sends bodies of 16 MiB, each again and again until it is taken."""

    def __init__(self, load, number):
        super().__init__(daemon=True)
        self.load, self.number, self.made = load, number, 0

    def body(self):
        self.made += 1
        ids = [f"b{self.number}-{self.made}-{i}" for i in range(EVENTS_OF_ONE)]
        time_of = stamp(time.time())
        lines = "".join(
            f'{{"specversion":"1.0","id":"{id}","source":"urn:bulk","type":"request.opened","subject":"{id}",'
            f'"time":"{time_of}","data":{{"agreement":"acme","title":"{PAD[i * 401:i * 401 + 1400]}"}}}}\n'
            for i, id in enumerate(ids))
        return ids, lines.encode()

    def run(self):
        ids, body = self.body()
        while not self.load.over.is_set():
            status, retry, said = self.load.post(body)
            if self.load.tally.add("bulk", status, retry, ids, said):
                ids, body = self.body()
            self.load.over.wait(0.02)


class Singles(threading.Thread):
    """Many connections, one event after the other on each."""

    def __init__(self, load, count):
        super().__init__(daemon=True)
        self.load, self.count, self.made, self.selector = load, count, 0, selectors.DefaultSelector()

    def begin(self, state):
        try:
            if state.get("socket") is None:
                state["socket"] = socket.create_connection(("127.0.0.1", self.load.slad.port), 10)
                state["socket"].setblocking(False)
                self.selector.register(state["socket"], selectors.EVENT_READ, state)
            if state.get("id") is None:
                self.made += 1
                state["id"] = f"s{self.made}"
            body = json.dumps({"specversion": "1.0", "id": state["id"], "source": "urn:single", "type": "request.opened",
                               "subject": state["id"], "time": stamp(time.time()), "data": {"agreement": "acme"}}).encode()
            body = state.setdefault("body", body)
            state["got"] = b""
            state["socket"].sendall(b"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                                    b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        except OSError:
            self.end(state)

    def end(self, state):
        if state.get("socket") is not None:
            self.selector.unregister(state["socket"])
            state["socket"].close()
        state["socket"] = None
        self.idle.append(state)

    def read(self, state):
        try:
            got = state["socket"].recv(1 << 16)
        except BlockingIOError:
            return
        except OSError:
            got = b""
        if not got:
            self.load.tally.add("single", None, None, [state["id"]])
            self.end(state)
            return
        state["got"] += got
        head, there, body = state["got"].partition(b"\r\n\r\n")
        length = re.search(rb"\r\nContent-Length: (\d+)", head)
        if not there or len(body) < int(length[1]):
            return
        retry = re.search(rb"\r\nRetry-After: (\d+)", head)
        if self.load.tally.add("single", int(head[9:12]), retry and retry[1].decode(), [state["id"]], body):
            state["id"] = None
            del state["body"]
        if b"\r\nConnection: close" in head:
            self.end(state)
        else:
            self.idle.append(state)

    def run(self):
        self.idle = [{} for _ in range(self.count)]
        while not self.load.over.is_set():
            again, self.idle = self.idle, []
            for state in again:
                self.begin(state)
            for key, _ in self.selector.select(0.05):
                self.read(key.data)
            self.load.over.wait(0.005)


class Watch(threading.Thread):
    """Asks for scores, and looks at what /metrics says."""

    def __init__(self, load):
        super().__init__(daemon=True)
        self.load, self.most, self.answered, self.wrong = load, collections.Counter(), 0, []
        self.slowest = 0

    def run(self):
        while not self.load.over.is_set():
            life = self.load.life
            try:
                began = time.monotonic()
                self.load.slad.scores(indicator="resolution_rate", window="24h")
                self.slowest = max(self.slowest, time.monotonic() - began)
                for name, value in metrics(self.load.slad).items():
                    self.most[name] = max(self.most[name], value)
                self.answered += 1
            except (OSError, http.client.HTTPException, AssertionError) as error:
                if life == self.load.life and life % 2 == 0 and self.load.slad.process is not None:
                    self.wrong.append(repr(error))
            self.load.over.wait(0.05)


class Load:
    def __init__(self, slad):
        self.slad, self.tally, self.over, self.life = slad, Tally(), threading.Event(), 0
        self.watch = Watch(self)
        self.threads = [Bulk(self, i) for i in range(BULK)] + [Singles(self, SINGLES), self.watch]

    def post(self, body):
        """(status, Retry-After, body); None: there was no answer; 0: nobody is there."""
        connection = http.client.HTTPConnection("127.0.0.1", self.slad.port, timeout=120)
        try:
            connection.connect()
        except OSError:
            return 0, None, b""
        try:
            try:
                connection.request("POST", "/v1/events", body, {"Content-Type": LINES})
            except (BrokenPipeError, ConnectionResetError):
                if connection.sock is None:
                    raise
            answer = connection.getresponse()
            return answer.status, answer.headers["Retry-After"], answer.read()
        except (OSError, http.client.HTTPException):
            return None, None, b""
        finally:
            connection.close()

    def run(self, seconds, check, after):
        for thread in self.threads:
            thread.start()
        for half in range(2):
            with Crowd(self.slad.port, slow=SLOW, deaf=DEAF):
                self.over.wait(seconds / 2)
                until(lambda: self.tally.offered >= TIMES * max(EVENTS_OF_ONE, len(self.tally.sure)),
                      "enough is offered")
                check()
            if half == 0:
                self.life += 1
                self.slad.kill9()
                self.slad.start()
                self.life += 1
        self.over.set()
        after()
        for thread in self.threads:
            thread.join(130)


class Run:
    def __init__(self, args):
        self.args = args
        self.passed = self.failed = 0
        self.slad = Slad(CONFIG, start=False)
        self.disk = Disk(self.slad.path("pace"))
        self.slad.env = {"LD_PRELOAD": SHIM, "SLOW_DISK": self.disk.path}
        self.slad.start()
        self.quiet = self.memory()
        self.load = Load(self.slad)
        self.peaks = []

    def check(self, what, holds, detail=""):
        self.passed += bool(holds)
        self.failed += not holds
        if not holds:
            print(f"FAIL {what}: {detail}"[:3000], flush=True)

    def memory(self, which="VmHWM"):
        with open(f"/proc/{self.slad.process.pid}/status", encoding="ascii") as file:
            return int(re.search(which + r":\s+(\d+) kB", file.read())[1]) << 10

    def flood(self):
        print(f"{self.quiet // MIB} MiB at the start", flush=True)
        self.disk.set(self.args.rate, 20)
        began = time.monotonic()
        self.load.run(self.args.seconds, lambda: self.peaks.append(self.memory()), self.fast)
        print(f"{time.monotonic() - began:.0f} s, a disk of {self.args.rate / 1e6:g} MB/s, {self.disk.syncs} syncs")

    def fast(self):
        self.disk.set(0, 0)
        self.ended = time.monotonic()

    def recovery(self):
        """As before, once the disk is fast and the senders are gone."""

        def normal():
            said = metrics(self.slad)
            return said["slad_queue_events"] == said["slad_queue_bytes"] == 0 and said["slad_http_request_bytes"] < 1000
        until(normal, "the queues are empty")
        self.check("it takes events again", self.slad.post(Desk().opened("after")).status == 200)
        print(f"normal {time.monotonic() - self.ended:.1f} s after the end")

    def look_at_what_was_said(self):
        tally, watch = self.load.tally, self.load.watch
        stored = len(tally.sure)
        answers = ", ".join(f"{what} {status}: {count}" for (what, status), count in sorted(tally.answers.items(), key=str))
        print(f"{tally.offered} events offered, {stored} acknowledged; {answers}; Retry-After {dict(tally.later)}")
        self.check("ten times what the disk takes", tally.offered >= TIMES * stored > 0, (tally.offered, stored))
        self.check("every answer is right", not tally.wrong, tally.wrong[:5])
        self.check("some were told to come later", tally.later)
        self.check("no small request is refused for large ones", not tally.answers["single", 503] and
                   tally.answers["single", 200] > 2 * SINGLES, tally.answers)
        self.check("questions are answered", watch.answered > 10 and not watch.wrong, (watch.answered, watch.wrong[:5]))
        print(f"{watch.answered} times scores and metrics were answered, the slowest scores in {watch.slowest:.2f} s")

    def look_at_the_bounds(self):
        most = self.load.watch.most
        for name, bound in (("slad_queue_events", EVENTS + EVENTS_OF_ONE), ("slad_queue_bytes", QUEUE),
                            ("slad_http_request_bytes", REQUESTS + HEADS), ("slad_http_answer_bytes", ANSWERS)):
            self.check(f"bound of {name}", most[name] <= bound, (most[name], bound))
            print(f"{name}: at most {most[name]:.0f} of {bound}")
        connections = most["slad_http_connections"]
        bound = self.quiet + QUEUE + REQUESTS + HEADS + ANSWERS + ANSWER + ONE + connections * CONNECTION
        print(f"memory: at most {max(self.peaks) // MIB} MiB of {int(bound) // MIB}")
        self.check("bound of memory", max(self.peaks) <= bound, (max(self.peaks), bound))

    def look_at_the_log(self):
        found = collections.Counter(event["id"] for event in logged.events(self.slad.path("slad.db")))
        missing = [id for id in self.load.tally.sure if id not in found]
        twice = [id for id, count in found.items() if count > 1]
        self.check("all that was acknowledged is in the log", not missing, (len(missing), missing[:5]))
        self.check("nothing is there twice", not twice, twice[:5])
        print(f"{len(found)} events in the log")

    def all(self):
        self.flood()
        self.recovery()
        self.look_at_what_was_said()
        self.look_at_the_bounds()
        self.look_at_the_log()
        self.check("no log floods", len(self.slad.log) < 100, len(self.slad.log))
        status, said = self.slad.verify()
        self.check("verify", status == 0, said)
        self.slad.close()
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=180 if FULL else 16)
    parser.add_argument("--rate", type=int, default=15_000_000)
    args = parser.parse_args()
    if not os.path.exists(SHIM) or os.environ.get("MODE", "release") != "release":
        print("this needs the release and its slow_disk.so: make tests")
        return 77
    return Run(args).all()


if __name__ == "__main__":
    sys.exit(main())
