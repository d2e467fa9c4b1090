"""What the figures stand on: a directory on a real disk, made-up events, clients, a slad to measure.

Everything runs on loopback, on ports of the kernel's choice, below build/bench, and is stopped by its
process id when its `with` ends.
"""
import calendar
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(HERE)
sys.path[:0] = [os.path.join(TOP, "tests/support"), os.path.join(HERE, "peers")]
import slad as support  # noqa: E402

DENSITY = 5_000  # tickets a day
EVENTS = 5.6  # of a ticket, about
MEMORY_FILESYSTEMS = ("tmpfs", "ramfs", "overlay")


def month_end():
    """Midnight, UTC, at which the last month ended, in milliseconds: streams end there, so that
    `last-month` is full, and all that is under way by now is late."""
    now = time.gmtime()
    return calendar.timegm((now.tm_year, now.tm_mon, 1, 0, 0, 0)) * 1000


def filesystem(path):
    return subprocess.run(["stat", "-f", "-c", "%T", path], capture_output=True, text=True).stdout.strip()


class Stream:
    """A file of so many events, one on each line."""

    def __init__(self, path, events):
        self.path, self.events = path, events

    def bytes_of_one(self):
        """The mean of its events, without newlines."""
        return os.path.getsize(self.path) / self.events - 1

    def remove(self):
        os.unlink(self.path)


class Harness:
    """directory: of this run; size: numbers by name; pairs: how often each figure is measured."""

    def __init__(self, build, size, quiet=False):
        self.build, self.size, self.quiet = os.path.abspath(build), size, quiet
        base = os.path.join(TOP, "build/bench")
        os.makedirs(base, exist_ok=True)
        self.directory = tempfile.mkdtemp(prefix="run-", dir=base)
        os.chmod(self.directory, 0o755)  # PostgreSQL runs as somebody else
        tempfile.tempdir = self.directory
        self.disk = filesystem(self.directory)
        self.end = month_end()
        self.began = time.monotonic()
        self.config = self.program("generate", "--config")

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        tempfile.tempdir = None
        shutil.rmtree(self.directory, ignore_errors=True)

    def say(self, text):
        if not self.quiet:
            print(f"{time.monotonic() - self.began:6.0f} s  {text}", file=sys.stderr, flush=True)

    def program(self, name, *arguments, stdout=subprocess.PIPE):
        """What it prints; a failure is one of the bench."""
        done = subprocess.run([os.path.join(self.build, "bench", name), *map(str, arguments)],
                              stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE)
        if done.returncode:
            raise RuntimeError(f"{name} {arguments}: {done.stderr.decode()[-2000:]}")
        return done.stdout.decode() if stdout == subprocess.PIPE else None

    def generate(self, seed, events, *more, tickets=None, days=None):
        """A Stream of that many events at the usual density, or of all the given tickets have."""
        tickets = tickets or int(events / EVENTS * 1.02) + 2 * DENSITY  # the last ones' lives are cut short
        days = days or -(-tickets // DENSITY)
        handle, path = tempfile.mkstemp(prefix="events-", dir=self.directory)
        limit = () if events is None else ("--events", events)
        with os.fdopen(handle, "wb") as out:
            self.program("generate", "--seed", seed, "--tickets", tickets, "--days", days, "--end", self.end,
                         *limit, *more, stdout=out)
        return Stream(path, events)

    # Clients

    def load(self, port, stream, connections=64, batch=1, seconds=0, skip=0, events=None):
        """bench/load: what it prints, and rate. events: not all of the rest, but so many."""
        said = json.loads(self.program(
            "load", "--port", port, "--connections", connections, "--batch", batch, "--seconds", seconds,
            "--skip", skip, "--events", events or 0, stream.path))
        if said["used"] == 0 or (events is not None and said["used"] != events):
            raise RuntimeError(f"{said['used']} events were there to send, not {events}")
        said["rate"] = (said["accepted"] + said["duplicates"]) / max(said["seconds"], 1e-6)
        return said

    def bulk(self, port, stream, skip=0, events=None):
        """The load of S5: 1,000 events a POST, 4 connections."""
        return self.load(port, stream, 4, self.size["batch"], skip=skip, events=events)

    def ask(self, port, path, requests, seconds=0):
        return json.loads(self.program("load", "--port", port, "--requests", requests, "--seconds", seconds,
                                       "--get", path))

    def background(self, name, *arguments):
        """One that goes on meanwhile; the caller ends it."""
        return subprocess.Popen([os.path.join(self.build, "bench", name), *map(str, arguments)],
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def finish(self, client):
        """Waits for a load that was begun in the background: its events a second."""
        out, wrong = client.communicate()
        if client.returncode:
            raise RuntimeError(f"load: {wrong.decode()[-2000:]}")
        said = json.loads(out)
        return (said["accepted"] + said["duplicates"]) / said["seconds"]

    @property
    def slad_program(self):
        return os.path.join(self.build, "slad")

    def slad(self, **more):
        return support.Slad(self.config, program=self.slad_program, **more)


class Cost:
    """What a process spends from here on: of_one(events) says how much for an event. Unlike times by the
    clock, this hardly depends on what else the machine does."""

    def __init__(self, pid):
        self.pid = pid
        self.before = self.spent()

    def spent(self):
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rpartition(")")[2].split()
        with open(f"/proc/{self.pid}/io", encoding="ascii") as io:
            written = dict(line.split(": ") for line in io)["write_bytes"]
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), int(written)

    def of_one(self, events):
        seconds, written = (after - before for after, before in zip(self.spent(), self.before))
        return {"cpu µs": round(seconds * 1e6 / events, 1), "bytes written": round(written / events)}


def resident(pid):
    """Of a process, in MiB."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    raise RuntimeError(f"process {pid} has no memory")
