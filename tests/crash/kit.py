"""What the crash tests share: counts, a daemon under the recorder, clients that know what was acknowledged.

    args = arguments(__doc__, images=(150, 10_000))    # few for every change, many for `make crash`
    slad = recorded(config, trace="trace", control=control)
    load = Load(slad, seed)
    load.run(batches=100)
    check_log(checks, load, path)
"""
import argparse
import contextlib
import json
import mmap
import os
import random
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from desk import stamp  # noqa: E402
from logged import rows  # noqa: E402
import logged  # noqa: E402
from slad import TOP, Slad, event  # noqa: E402

BUILD = os.environ.get("BUILD") or os.path.join(TOP, "build/release")
KEPT = os.path.join(TOP, "build/crash")  # what a failure leaves to look at
HOWS = ("before", "amidst", "after")
MAKING = threading.Lock()
FULL = os.environ.get("SLAD_CRASH") == "full"
AGREEMENT = "acme"
LAST_MONTH = time.strftime("%Y-%m", time.gmtime(time.time() - time.gmtime().tm_mday * 86400))


def arguments(text, **counts):
    """Options --NAME with a small count and a full one, of which $SLAD_CRASH=full takes the latter; and --seed."""
    parser = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, (few, many) in counts.items():
        parser.add_argument(f"--{name}", type=int, default=many if FULL else few)
    parser.add_argument("--seed", default=str(random.SystemRandom().getrandbits(32)))
    return parser


def config(respond="1h", **more):
    targets = [{"kind": "request", "respond": respond, "resolve": "8h"}]
    return {"agreements": [{"id": AGREEMENT, "from": "2020-01-01", "targets": targets}], **more}


class Checks:
    def __init__(self, quiet=False):
        self.passed = self.failed = 0
        self.quiet = quiet
        self.failures = []

    def __call__(self, what, holds, detail=""):
        if holds:
            self.passed += 1
            return True
        self.failed += 1
        self.failures.append(f"{what}: {detail}"[:4000])
        if not self.quiet:
            print(f"FAIL {self.failures[-1]}", flush=True)
        return False

    def end(self):
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed else 0


class Control:
    """The recorder's page: counts calls on files, and kills at one of them."""

    def __init__(self, path):
        self.path = path
        with open(path, "wb") as file:
            file.write(bytes(32))
        self.file = open(path, "r+b")
        self.page = mmap.mmap(self.file.fileno(), 32)

    def _set(self, place, number):
        self.page[place * 8:place * 8 + 8] = struct.pack("=q", number)

    @property
    def calls(self):
        return struct.unpack("=q", self.page[8:16])[0]

    @property
    def left(self):
        return struct.unpack("=q", self.page[:8])[0]

    def arm(self, calls, how="before", database=False):
        """Ends the process at its so-manieth call from now on; 0: not at all, but counts anew."""
        self._set(0, 0)
        self._set(1, 0)
        self._set(2, HOWS.index(how))
        self._set(3, int(database))
        self._set(0, calls)


def recorded(directory, trace=None, control=None, brief=False, synchronous=None, swallow=None):
    """The environment of a program that is recorded in a directory."""
    env = {"LD_PRELOAD": os.path.join(BUILD, "tests/recorder.so"), "SHIM_DIR": os.path.realpath(directory)}
    if trace:
        env["RECORD"] = trace
    if control:
        env["RECORD_CONTROL"] = control.path
    if brief:
        env["RECORD_BRIEF"] = "1"
    if synchronous:
        env["RECORD_SYNCHRONOUS"] = synchronous
    if swallow:
        env["RECORD_SWALLOW"] = swallow
    return env


def run(slad, env, command, *arguments):
    """Another command of slad, recorded too."""
    return subprocess.run([slad.program, command, "-c", slad.file, *arguments], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, cwd=slad.directory, env={**os.environ, **env})


class Load:
    """Clients that open tickets and work on them in batches, each with a number of its own, named in its request.

    batches[n] are the (source, id) of batch n; answered[n] its status; `sure` are the numbers of those that were
    acknowledged, `refused` counts answers of 503. A client whose batch was refused or not answered ends; the next
    one begins with it."""

    def __init__(self, slad, seed, clients=4, most=12):
        self.slad, self.seed, self.count, self.most = slad, seed, clients, most
        self.lock = threading.Lock()
        self.batches, self.answered, self.wrong, self.refused = {}, {}, [], 0
        self.randoms = [random.Random(f"{seed}-{i}") for i in range(clients)]
        self.open = [[] for _ in range(clients)]
        self.doubt = [None] * clients
        self.begun = time.time()

    @property
    def sure(self):
        return {n for n, status in list(self.answered.items()) if status // 100 == 2}

    def state(self):
        """What is known, to be given to restore() when the daemon goes back to the files of now."""
        return dict(self.batches), dict(self.answered), [list(tickets) for tickets in self.open], list(self.doubt)

    def restore(self, state):
        self.batches, self.answered, self.doubt = dict(state[0]), dict(state[1]), list(state[3])
        self.open = [list(tickets) for tickets in state[2]]

    def events(self, i):
        """The next batch of a client."""
        r, made = self.randoms[i], []
        for _ in range(1 if r.random() < 0.2 else r.randrange(1, self.most)):
            if self.open[i] and r.random() < 0.6:
                subject, at = self.open[i].pop(r.randrange(len(self.open[i])))
                made.append((r.choice(["request.responded", "request.resolved"]), subject, at + r.randrange(7200), {}))
            else:
                subject, at = f"T{i}-{r.getrandbits(40)}", self.begun - r.randrange(86400, 45 * 86400)
                self.open[i].append((subject, at))
                made.append(("request.opened", subject, at, {
                    "agreement": AGREEMENT, "service": f"s{r.randrange(4)}", "title": "x" * r.randrange(200)}))
        return [event(str(uuid.UUID(int=r.getrandbits(128))), type, subject, stamp(at), f"urn:c{i}", **data)
                for type, subject, at, data in made]

    def post(self, events):
        """The number and the answer, or None where it was lost."""
        with self.lock:
            number = len(self.batches) + 1
            self.batches[number] = [(e["source"], e["id"]) for e in events]
        body = json.dumps(events if len(events) > 1 else events[0]).encode()
        return number, self.ask(number, "POST", "/v1/events", body)

    def ask(self, number, method, path, body, **params):
        try:
            answer = self.slad.ask(method, path, body, {"X-Batch": str(number), "Content-Type": "application/json"},
                                   **params)
        except OSError:
            return None
        except Exception as error:  # of http.client, when the connection ends within an answer
            if type(error).__module__ != "http.client":
                raise
            return None
        self.answered[number] = answer.status
        return answer

    def _client(self, i, stopping, left):
        while not stopping.is_set():
            with self.lock:
                if left[0] <= 0:
                    return
                left[0] -= 1
            again = self.doubt[i]
            events = again or self.events(i)
            number, answer = self.post(events)
            if answer is None or answer.status == 503:
                self.doubt[i], self.refused = events, self.refused + (answer is not None)
                return
            said = answer.json() if answer.status == 200 else {}
            if said.get("accepted", 0) + said.get("duplicates", 0) != len(events) or \
                    (said["duplicates"] and not again):
                self.wrong.append(f"batch {number} of {len(events)}: {answer}")
            self.doubt[i] = None

    @contextlib.contextmanager
    def running(self, batches=1 << 60):
        """Clients at work; each ends when its connection does."""
        stopping, left = threading.Event(), [batches]
        threads = [threading.Thread(target=self._client, args=(i, stopping, left), daemon=True)
                   for i in range(self.count)]
        for thread in threads:
            thread.start()
        try:
            yield threads
        finally:
            if batches == 1 << 60:
                stopping.set()
            for thread in threads:
                thread.join(60)
            if any(thread.is_alive() for thread in threads):
                self.wrong.append("a client does not end")

    def run(self, batches):
        with self.running(batches):
            pass

    def fill(self, events, size=500):
        """Many events at once."""
        most, self.most = self.most, size
        while events > 0:
            made = self.events(0)
            number, answer = self.post(made)
            if answer is None or answer.status != 200:
                raise AssertionError(f"{answer}")
            events -= len(made)
        self.most = most


def log_of(path):
    """(source, id) of each event in a log, one for each record; and what is wrong with the file."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        said = database.execute("PRAGMA quick_check(3)").fetchall()
    return [(e["source"], e["id"]) for e in logged.events(path)], [] if said == [("ok",)] else said


def check_log(checks, load, path, sure=None, what=""):
    """Everything acknowledged is there, nothing twice, no batch in part, nothing foreign."""
    found, wrong = log_of(path)
    stored = set(found)
    sure = load.sure if sure is None else sure
    missing = [n for n in sure if not stored.issuperset(load.batches[n])]
    parts = [n for n, keys in list(load.batches.items()) if 0 < len(stored.intersection(keys)) < len(keys)]
    known = {key for keys in list(load.batches.values()) for key in keys}
    return all([checks(f"{what}the file is sound", not wrong, wrong),
                checks(f"{what}nothing acknowledged is missing", not missing, f"batches {missing[:9]} of {len(sure)}"),
                checks(f"{what}nothing is there twice", len(found) == len(stored), len(found) - len(stored)),
                checks(f"{what}no batch is there in part", not parts, parts[:9]),
                checks(f"{what}nothing else is there", stored <= known, list(stored - known)[:5])])


def check_start(checks, slad, what="", verify=True):
    """It starts, can be stopped, and all that is stored follows from the log. Gives the seconds of the start."""
    began = time.monotonic()
    try:
        slad.start()
    except AssertionError as error:
        checks(f"{what}it starts", False, error)
        slad.kill9()
        return None
    took = time.monotonic() - began
    checks(f"{what}it stops", slad.stop() == 0, slad.log[-3:])
    if verify:
        status, said = slad.verify()
        checks(f"{what}verify", status == 0, said)
    return took


def old_database(path, load, count):
    """Makes a database of the first schema, of a log and nothing that is folded from it; its events are batch 0 of the
    load, acknowledged."""
    events = []
    while len(events) < count:
        events += load.events(0)
    with open(os.path.join(TOP, "sql/schema-001.sql"), encoding="utf-8") as file:
        schema = file.read()
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.executescript("PRAGMA journal_mode = WAL;" + schema + "PRAGMA user_version = 1;")
        sources = {}
        for seq, e in enumerate(events, 1):
            source = sources.setdefault(e["source"], len(sources) + 1)
            database.execute("INSERT INTO record VALUES (?, ?, ?)", (seq, 1767225600000 + seq, json.dumps(e)))
            database.execute("INSERT INTO identity VALUES (?, ?, ?)", (source, e["id"], seq))
        database.executemany("INSERT INTO source VALUES (?, ?, NULL)", [(id, name) for name, id in sources.items()])
        database.commit()
    load.batches[0], load.answered[0] = [(e["source"], e["id"]) for e in events], 200


def daemon(settings, env_of=None, memory=False):
    """A Slad that is not started, in a directory of its own, in memory if there is room; env_of(directory) gives its
    environment."""
    shared = "/dev/shm"
    if memory and os.access(shared, os.W_OK) and shutil.disk_usage(shared).free > 1 << 28:
        with MAKING:
            tempfile.tempdir, before = shared, tempfile.tempdir
            slad = Slad(settings, start=False)
            tempfile.tempdir = before
    else:
        slad = Slad(settings, start=False)
    slad.env = env_of(slad.directory) if env_of else None
    return slad


__all__ = ["AGREEMENT", "BUILD", "FULL", "HOWS", "KEPT", "LAST_MONTH", "TOP", "Checks", "Control", "Load", "Slad", "arguments",
           "check_log", "check_start", "config", "daemon", "event", "log_of", "old_database",
           "recorded", "rows", "run", "stamp"]
