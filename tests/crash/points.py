#!/usr/bin/python3
"""Kills slad with -9 at points that have a name: at each call on its files while it does that.

    points.py [--kills N] [--events N] [--seed N] [POINT...]

recorder.so counts the calls on files (open, write, truncate, sync, unlink, rename) that slad makes while
it starts on nothing, starts on an old database, starts after a kill, checkpoints, judges anew after a
reload, closes a period, stops, is copied by `slad backup`, is rebuilt by `slad rebuild`; then does the
same again from the same files N times for each point, and ends the process at one of those calls: before
it, in the midst of what it writes, or after it. Afterwards slad starts, nothing acknowledged is missing,
nothing is there twice, no batch in part, `slad verify` has nothing to say, and what was being done is
done, or not, and can be done again.

The old database has the tables of sql/schema-001.sql and a log, and nothing that is folded from it: it is
migrated, and folded anew.
"""
import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from kit import (AGREEMENT, HOWS, LAST_MONTH, Checks, Control, Load, arguments, check_log, check_start, config,
                 daemon, log_of, old_database, recorded, rows, run)
from desk import until

WAL_EVENTS = 300  # that lie in a write-ahead log that a kill left: fewer than slad copies back by itself


class Point:
    """One thing that slad does; `base` is the directory from which it begins each time."""

    name, fills = "", True
    database = False  # only calls on the database count
    steady = 1  # the share of the calls that are made each time, whatever clients do meanwhile

    def __init__(self, args, checks, control):
        self.args, self.checks, self.control = args, checks, control
        self.base = tempfile.mkdtemp(prefix="slad-base-")
        self.slad = self.load = self.state = None

    def fresh(self):
        """A daemon on a copy of the base, not started."""
        self.slad = daemon(config(), lambda d: recorded(d, control=self.control))
        for name in os.listdir(self.base):
            shutil.copy(os.path.join(self.base, name), self.slad.directory)
        if self.load:
            self.load.slad = self.slad
            self.load.restore(self.state)

    def prepare(self):
        """Fills the base with a database that was in use."""
        with daemon(config()) as slad:
            self.load = Load(slad, self.args.seed)
            slad.start()
            self.load.fill(self.args.events)
            self.load.run(10)
            self.end(slad)
            self.take(slad)

    def end(self, slad):
        slad.stop()

    def take(self, slad):
        for name in os.listdir(slad.directory):
            if name.startswith("slad.db") and not name.endswith((".lock", "-shm")):
                shutil.copy(slad.path(name), self.base)

    def act(self, arm):
        """Does it; arm() is called when it begins. Gives whether it was done to the end."""
        raise NotImplementedError

    def after(self, what):
        """Looks at what is left; slad was ended."""
        check_start(self.checks, self.slad, what)
        if self.load:
            check_log(self.checks, self.load, self.slad.path("slad.db"), what=what)

    def is_gone(self):
        """Whether the recorder ends it, within a time."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.slad.process.wait(5 if self.control.left <= 0 else 0.3)
            return True
        return False

    def once(self, calls, how):
        """How many calls were made, and whether it was killed."""
        self.fresh()
        self.control.arm(0)
        done = self.act(lambda: self.control.arm(calls, how, self.database))
        made = self.control.calls
        if self.slad.process is not None:
            self.slad.kill9()
        self.control.arm(0)
        self.after(f"{self.name}, killed {how} call {calls}: " if calls else f"{self.name}: ")
        self.slad.close()
        return made, not done

    def all(self):
        begun = time.monotonic()
        if self.fills:
            self.prepare()
            self.state = self.load.state()
        calls, killed = self.once(0, "before")
        self.checks(f"{self.name} can be done", not killed and calls > 0, (killed, calls))
        r = random.Random(f"{self.args.seed}-{self.name}")
        some = range(1, int(calls * self.steady) + 1)
        kills = r.sample(some, min(len(some), self.args.kills))
        kills += r.choices(some, k=self.args.kills - len(kills))
        killed = sum(self.once(number, r.choice(HOWS))[1] for number in sorted(kills))
        self.checks(f"{self.name}: it was killed", killed >= len(kills) * 0.5, f"{killed} of {len(kills)} times")
        shutil.rmtree(self.base)
        print(f"{self.name}: {calls} calls, killed {killed} times at {len(set(kills))} of them, "
              f"in {time.monotonic() - begun:.0f} s", flush=True)


class FirstStart(Point):
    name, fills = "first start", False

    def act(self, arm):
        arm()
        try:
            self.slad.start()
        except AssertionError:
            return False
        return True


class AfterKill(FirstStart):
    """With all that was written in the log beside the database."""

    name, fills = "start after a kill", True

    def end(self, slad):
        self.load.fill(WAL_EVENTS)
        slad.kill9()

    def act(self, arm):
        """Being ready does not wait for the log to be copied back, and begun anew."""
        log = self.slad.path("slad.db-wal")
        left = os.path.getsize(log)
        if not super().act(arm):
            return False
        until(lambda: self.slad.process.poll() is not None or os.path.getsize(log) < left,
              "the log is copied back, or slad is gone")
        return self.slad.process.poll() is None


class OldStart(FirstStart):
    name, fills = "start on an old database", True

    def prepare(self):
        self.load = Load(None, self.args.seed)
        old_database(os.path.join(self.base, "slad.db"), self.load, self.args.events)


class Checkpoint(Point):
    """At calls on the database itself, under load: only a checkpoint makes any."""

    name, database, steady = "checkpoint", True, 0.9

    def act(self, arm):
        self.slad.start()
        with self.load.running():
            arm()
            end = time.monotonic() + 20
            while self.slad.process.poll() is None and time.monotonic() < end:
                if self.control.calls > 300:
                    return True
                time.sleep(0.002)
        return self.slad.process.poll() is None


class Reload(Point):
    name = "reload"

    def act(self, arm):
        self.slad.start()
        self.slad.write_config(config("5m"))
        first = len(self.slad.log)
        arm()
        self.slad.signal(signal.SIGHUP)
        try:
            self.slad.wait_log("was read again", first)
        except AssertionError:
            return False
        return True


class Close(Point):
    name = "closing a period"

    def act(self, arm):
        self.slad.start()
        arm()
        self.answer = self.load.ask(-1, "POST", f"/v1/periods/{LAST_MONTH}/close", b"{}", agreement=AGREEMENT)
        self.load.answered.pop(-1, None)
        return self.answer is not None

    def after(self, what):
        super().after(what)
        closed = rows(self.slad.path("slad.db"), "SELECT id FROM closing")
        scores = rows(self.slad.path("slad.db"), "SELECT count(*) FROM closed_score")[0][0]
        self.checks(f"{what}it is closed if that was said", closed or self.answer is None)
        self.checks(f"{what}with all its scores, or none", bool(closed) == bool(scores), (closed, scores))


class Stop(Point):
    name, steady = "stop", 0.6

    def act(self, arm):
        self.slad.start()
        with self.load.running():
            time.sleep(0.05)
            arm()
            self.slad.signal(signal.SIGTERM)
            return self.slad.process.wait(60) == 0


class Backup(Point):
    """The copying is killed; then the daemon, at any instant while it goes on."""

    name = "backup"

    def act(self, arm):
        self.slad.env = None
        self.slad.start()
        with self.load.running(8):
            arm()
            self.done = run(self.slad, recorded(self.slad.directory, control=self.control), "backup",
                            self.slad.path("copy"))
        return self.done.returncode == 0

    def look_at_copy(self, what):
        if os.path.exists(self.slad.path("copy")):
            found, wrong = log_of(self.slad.path("copy"))
            self.checks(f"{what}the copy is whole", found and not wrong, (len(found), wrong))
        else:
            self.checks(f"{what}a copy that was reported is there", self.done.returncode != 0)

    def after(self, what):
        self.look_at_copy(what)
        self.slad.start()
        killer = threading.Timer(random.random() * 0.1, self.slad.signal, [signal.SIGKILL])
        killer.start()
        self.done = run(self.slad, {}, "backup", "--force", self.slad.path("copy"))
        self.checks(f"{what}the next copy is made", self.done.returncode == 0, self.done.stderr)
        self.look_at_copy(what)
        killer.join()
        self.slad.kill9()
        super().after(what)


class Rebuild(Point):
    name = "rebuild"

    def act(self, arm):
        arm()
        return run(self.slad, self.slad.env, "rebuild").returncode == 0


POINTS = {point.name.replace(" ", "-"): point
          for point in (FirstStart, AfterKill, OldStart, Checkpoint, Reload, Close, Stop, Backup, Rebuild)}


def main():
    parser = arguments(__doc__, kills=(8, 300), events=(1500, 6000))
    parser.add_argument("points", nargs="*", choices=[[], *POINTS])
    args = parser.parse_args()
    print(f"seed {args.seed}", flush=True)
    checks = Checks()
    with tempfile.TemporaryDirectory(prefix="slad-points-") as directory:
        control = Control(os.path.join(directory, "control"))
        for name in args.points or POINTS:
            POINTS[name](args, checks, control).all()
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
