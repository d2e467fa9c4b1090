#!/usr/bin/python3
"""What goes wrong around slad, one thing after the other: a disk that hangs, that fails while many wait, that is full
while a new configuration is applied; no files to be had, no memory.

    tests/crash/troubles.py [--seed S] [TROUBLE...]
"""
import contextlib
import errno
import http.client
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from faulty import Fault, Patient, under
from kit import FULL, Checks, Load, arguments, check_log, config
from desk import metrics, until

STALL = 5  # seconds after which slad lets nobody wait
HANG = 8
LONG = 500 * 4120  # bytes of a log that is worth a copy, where the shim makes it out to be longer than it is
PULSE = 1  # seconds until a door that had no room opens again
TICKETS = 3000  # more than are judged in one transaction


class Later(threading.Thread):
    """A request on a connection of its own; `answer` is None if there was none, `took` the seconds."""

    def __init__(self, load, events):
        super().__init__(daemon=True)
        self.load, self.events, self.answer, self.took = load, events, None, None
        self.start()

    def run(self):
        began = time.monotonic()
        _, self.answer = self.load.post(self.events)
        self.took = time.monotonic() - began

    @property
    def status(self):
        self.join(60)
        return self.answer.status if self.answer else None


class Trouble:
    env = {}

    def __init__(self, args, checks, directory):
        self.all, self.fault = checks, Fault(os.path.join(directory, "control"))
        self.slad = Patient(config(database="data/slad.db"), start=False)
        self.slad.soon = 60
        self.data = self.slad.path("data")
        os.mkdir(self.data)
        self.slad.env = {**under(self.data, self.fault), **self.env}
        self.load = Load(self.slad, args.seed, clients=1)
        self.path = os.path.join(self.data, "slad.db")

    def check(self, what, holds, detail=""):
        return self.all(f"{type(self).__name__}: {what}", holds, f"{detail}; {self.slad.log[-5:]}")

    def post(self, events=None):
        return self.load.post(events or self.load.events(0))[1]

    def many(self):
        """Posts so many events that the log is soon worth a copy."""
        made = []
        while len(made) < 300:
            made += self.load.events(0)
        return self.post(made)

    def later(self):
        return Later(self.load, self.load.events(0))

    def status(self, path, **params):
        return self.slad.ask("GET", path, **params).status

    def cpu(self):
        with open(f"/proc/{self.slad.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def salt(self):
        """Another one after each beginning of the write-ahead log."""
        with open(self.path + "-wal", "rb") as file:
            return file.read(24)[16:]

    def ends(self, status):
        got = self.slad.ended(20)
        self.check("it ends in order", got == status, got)
        self.slad.stop()

    def run(self):
        with self.slad:
            self.slad.start()
            self.check("it stores", self.post().status == 200)
            self.story()
            self.fault.disarm()
            if self.slad.process is None:
                self.slad.start()
            self.check("it stores in the end", self.post().status == 200)
            self.check("it stops", self.slad.stop() == 0)
            check_log(self.all, self.load, self.path, what=f"{type(self).__name__}: ")
            status, said = self.slad.verify()
            self.check("verify", status == 0, said)


class Hang(Trouble):
    """A sync takes long: nobody hears 200 before it is done, and questions are answered."""

    def story(self):
        began = time.monotonic()
        self.fault.arm("sync", 1, how="sleep", ms=HANG * 1000)
        first = self.later()
        until(lambda: self.fault.hits, "the disk hangs")
        queued = [self.later() for _ in range(3)]
        self.check("questions are answered", self.status("/v1/scores") == 200)
        self.check("those that wait for their turn are told", [q.status for q in queued] == [503] * 3,
                   [q.answer for q in queued])
        took = time.monotonic() - began
        self.check("after some seconds", STALL <= took < HANG, took)
        answer = self.post()
        self.check("nobody else need wait", answer.status == 503 and "disk" in answer.json()["detail"], answer)
        self.check("when to try again", int(answer.headers["Retry-After"]) >= 5, answer.headers)
        self.check("it is not ready", self.status("/readyz") == 503)
        self.check("it is alive", self.status("/healthz") == 200)
        self.check("questions are answered still", self.status("/v1/scores") == 200)
        self.check("the disk hung for all that", first.answer is None and time.monotonic() - began < HANG)
        self.check("it is answered at last", first.status == 200 and first.took >= HANG - 0.5, (first.answer, first.took))
        until(lambda: self.status("/readyz") == 200, "it is ready again")
        self.slad.wait_log("the disk answers again")
        waiting = metrics(self.slad)["slad_queue_events"]
        self.check("those that were told do not wait any more", waiting == 0, waiting)


class Watchdog(Trouble):
    """A keeper that waits for the disk is let wait; one that computes without end is not."""

    def __init__(self, *arguments):
        self.directory = tempfile.TemporaryDirectory(prefix="slad-notify-")
        path = os.path.join(self.directory.name, "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path)
        self.env = {"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "1000000"}
        super().__init__(*arguments)

    def beats(self, seconds):
        end, count = time.monotonic() + seconds, 0
        while (left := end - time.monotonic()) > 0:
            self.socket.settimeout(left)
            with contextlib.suppress(TimeoutError):
                count += b"WATCHDOG=1" in self.socket.recv(4096)
        return count

    def during(self, how):
        self.fault.arm("sync", 1, how=how, ms=4000)
        first = self.later()
        until(lambda: self.fault.hits, "the disk hangs")
        self.beats(1)
        count = self.beats(2.5)
        self.check("it is stored at last", first.status == 200, first.answer)
        return count

    def story(self):
        ldd = subprocess.run(["ldd", self.slad.program], capture_output=True, text=True)
        if "libsystemd" in ldd.stdout:
            waits, computes = self.during("sleep"), self.during("spin")
            self.check("it is not killed for the disk", waits >= 3, waits)
            self.check("it is killed for its own sake", computes <= 1, computes)
        self.socket.close()
        self.directory.cleanup()


class ManyWait(Trouble):
    """A sync fails while many wait: all of them hear 503, and the log begins anew."""

    def story(self):
        self.fault.arm("sync", 1, errno.EIO, how="sleep", ms=1500)
        first = self.later()
        until(lambda: self.fault.hits, "the disk hangs")
        rest = [self.later() for _ in range(8)]
        got = [first.status] + [each.status for each in rest]
        self.check("all are told", got == [503] * 9, got)
        self.ends(4)
        lost = [line for line in self.slad.log if "cannot be trusted" in line]
        self.check("it says so once", len(lost) == 1, lost)
        salt = self.salt()
        self.slad.start()
        self.check("the write-ahead log begins anew", until(lambda: self.salt() != salt, "it does"))


class Reload(Trouble):
    """The disk is full while all tickets are judged anew: that is done once there is room."""

    def story(self):
        self.load.fill(TICKETS)
        for number, respond in ((1, "20m"), (3, "2h"), (6, "30m"), (9, "40m"))[:4 if FULL else 2]:
            self.fault.arm("write", number, errno.ENOSPC, forever=True)
            first = len(self.slad.log)
            self.slad.write_config(config(respond, database="data/slad.db"))
            self.slad.signal(signal.SIGHUP)
            self.slad.wait_log("is not applied to all tickets yet", first)
            answer = self.post()
            self.check("nothing is stored meanwhile", answer.status == 503 and "full" in answer.json()["detail"], answer)
            self.check("questions are answered", self.status("/v1/scores") == 200)
            self.check("it is not ready", self.status("/readyz") == 503)
            self.fault.disarm()
            self.slad.wait_log("the configuration was read again", first)
            until(lambda: self.status("/readyz") == 200, "it is ready again")
            self.check("it stores again", self.post().status == 200)
            status, said = self.slad.verify()
            self.check("all is judged by the new one", status == 0, said)


class Doors(Trouble):
    """No connection can be accepted: no spinning, the others are served, and later all are."""

    def story(self):
        until(lambda: self.status("/healthz") == 200, "a connection is kept")
        self.fault.arm("accept", 1, errno.EMFILE, forever=True)
        waiting = http.client.HTTPConnection("127.0.0.1", self.slad.port, timeout=30)
        waiting.request("GET", "/healthz")
        until(lambda: self.fault.hits, "it cannot accept")
        before, calls = self.cpu(), self.fault.hits
        end = time.monotonic() + 2
        while time.monotonic() < end:
            self.check("a connection that is kept is served", self.post().status == 200)
            time.sleep(0.1)
        self.check("no spinning", self.cpu() - before < 1 and self.fault.hits - calls < 2 * (2 / PULSE + 1),
                   (self.cpu() - before, self.fault.hits))
        self.fault.disarm()
        self.check("who waited is served", waiting.getresponse().status == 200)
        waiting.close()


class Files(Trouble):
    """The process may open no more files: what is open goes on."""

    def story(self):
        pid = self.slad.process.pid
        self.status("/healthz")
        limit = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        count = len(os.listdir(f"/proc/{pid}/fd"))
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (count + 4, limit[1]))
        before = self.cpu()
        crowd = [socket.create_connection(("127.0.0.1", self.slad.port)) for _ in range(24)]
        for _ in range(20):
            self.check("it stores", self.post().status == 200)
            self.check("it answers", self.status("/v1/scores") == 200)
        self.slad.write_config(config("20m", database="data/slad.db"))
        self.slad.signal(signal.SIGHUP)
        self.slad.wait_log("mistakes|was read again")
        self.check("it stores after a reload", self.post().status == 200)
        time.sleep(1)
        self.check("no spinning", self.cpu() - before < 2, self.cpu() - before)
        for each in crowd:
            each.close()
        began = time.monotonic()
        self.slad._disconnect()
        self.check("new ones are served again", self.status("/healthz") == 200)
        self.check("soon", time.monotonic() - began < 10 * PULSE, time.monotonic() - began)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, limit)
        self.slad.write_config(config(database="data/slad.db"))
        first = len(self.slad.log)
        self.slad.signal(signal.SIGHUP)
        self.slad.wait_log("was read again", first)


class Memory(Trouble):
    """The memory is at an end: so is the process, in order."""

    def story(self):
        pid = self.slad.process.pid
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            data = next(int(line.split()[1]) << 10 for line in file if line.startswith("VmData:"))
        # Not of the address space: much of that is only reserved, and malloc goes on in it.
        resource.prlimit(pid, resource.RLIMIT_DATA, (data + (4 << 20), resource.RLIM_INFINITY))
        answer, count = self.post(), 0
        while answer is not None and count < 200:
            self.check("what is answered", answer.status in (200, 503), answer)
            made = []
            while len(made) < 2500:
                made += self.load.events(0)
            answer, count = self.post(made), count + 1
        self.ends(4)
        # Memory that SQLite cannot map is an I/O error to it: the index of the write-ahead log.
        said = ("out of memory", "disk I/O error (disk I/O error, 5386,")
        self.check("it says why", any(text in line for line in self.slad.log for text in said))


class Checkpoint(Trouble):
    """The database cannot be synced when the log is copied into it, after commits that stand."""

    def story(self):
        self.fault.arm("checkpoint", 1, errno.EIO)
        for _ in range(100):
            answer = self.many()
            if answer is None or answer.status != 200:
                break
        self.check("it fails", self.fault.hits == 1, self.fault.hits)
        self.check("nothing is stored after that", answer is None or answer.status == 503, answer)
        self.ends(4)


class Behind(Trouble):
    """The copying of the log into the database hangs: commits go on until the log is too long, and then wait."""

    hang = 16

    def story(self):
        self.fault.arm("checkpoint", 1, how="sleep", ms=self.hang * 1000)
        until(lambda: self.many().status == 200 and self.fault.hits, "the log is copied")
        began, stored = time.monotonic(), 0
        while (answer := self.many()).status == 200 and time.monotonic() - began < self.hang:
            stored += 1
        log = os.path.getsize(self.path + "-wal")
        self.check("commits go on", stored > 1, stored)
        self.check("the log ends somewhere", log < 6 * LONG, log)
        self.check("who waits is told", answer.status == 503 and time.monotonic() - began < self.hang, answer)
        until(lambda: self.status("/readyz") == 200, "it is ready again")
        salt = self.salt()
        self.check("the log begins anew", until(lambda: self.many().status == 200 and self.salt() != salt, "it does"))


TROUBLES = {each.__name__.lower(): each
            for each in (Hang, Watchdog, ManyWait, Reload, Doors, Files, Memory, Checkpoint, Behind)}


def main():
    parser = arguments(__doc__)
    parser.add_argument("troubles", nargs="*", choices=[[], *TROUBLES])
    args = parser.parse_args()
    print(f"seed {args.seed}", flush=True)
    checks = Checks()
    for name in args.troubles or TROUBLES:
        began, directory = time.monotonic(), tempfile.mkdtemp(prefix="slad-trouble-")
        TROUBLES[name](args, checks, directory).run()
        shutil.rmtree(directory)
        print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
