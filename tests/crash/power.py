#!/usr/bin/python3
"""Cuts the power of slad, on paper: records what it writes, and looks at what a disk could have kept.

    power.py [--images N] [--lives N] [--seed N]
    power.py --replay build/crash/power-... --image N [--into DIRECTORY]

A real daemon lives under load, recorded by recorder.so: a first start on nothing or on an old database,
stops, a kill, a reload that judges anew, a closed period, a backup, a rebuild. From its trace come
images: an instant is chosen, and what a disk could hold then (see trace.py): all that was synced, and of
the rest any part, in any order, torn at sectors; names, too, unless their directory was synced. Of each
image: `slad verify` has nothing to say, slad starts on it, every event and period that was acknowledged
by then is there, nothing is there twice, no batch in part, and a backup that was reported is whole.

The trace must be complete: replayed to its end it gives the files that are there, byte by byte. And the
harness must see: with synchronous=NORMAL, with OFF, and where directories are not synced, it has to
find images that lost something. A failure leaves its trace in build/crash, and any image of it can
be made again by its number.
"""
import concurrent.futures
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time

from kit import (AGREEMENT, KEPT, LAST_MONTH, Checks, Control, Load, arguments, check_log, check_start, config,
                 daemon, log_of, old_database, recorded, rows, run)
from trace import ACCEPT, CLOSE, READ, SEND, SYNC, SYNCED, WRITE, Trace, World, note

BEFORE, AFTERWARDS = "1h", "2h"  # to respond in, until the reload and from then on
WORKERS = 2
LOG_HEADER = 32  # bytes that a write-ahead log begins with
ONCE_MORE = 4  # of so many images one is verified after a start, too
OLD = 300  # events in an old database
BUNDLE = 20  # images that are looked at together
UNJUDGED = ("is not judged to the end", "judges otherwise")
FAULTS = {"synchronous=NORMAL": {"synchronous": "NORMAL"}, "synchronous=OFF": {"synchronous": "OFF"},
          "directories are not synced": {"swallow": "directory"},
          "checkpoints are not synced": {"swallow": "database"}}


class Life:
    """A recorded life of a daemon; `directory` has its trace and what it was told."""

    def __init__(self, seed, batches, old=False, **fault):
        self.directory = tempfile.mkdtemp(prefix="slad-life-")
        self.path = os.path.join(self.directory, "trace")
        self.control = Control(os.path.join(self.directory, "control"))
        self.random = random.Random(seed)
        self.slad = daemon(config(BEFORE), lambda d: recorded(d, self.path, self.control, **fault))
        self.load = Load(self.slad, seed, most=6)
        self.closed, self.batches = {}, batches
        self.before = os.path.join(self.directory, "before")
        os.mkdir(self.before)
        if old:
            old_database(os.path.join(self.before, "slad.db"), self.load, OLD)
            shutil.copy(os.path.join(self.before, "slad.db"), self.slad.directory)

    def record(self):
        self.slad.start()
        note(self.path, "ready")
        self.load.run(self.batches)
        self.slad.stop()
        self.slad.start()
        with self.load.running():
            self.control.arm(self.random.randrange(50, 600), self.random.choice(["before", "amidst", "after"]))
            self.slad.process.wait(60)
        self.slad.kill9()
        self.control.arm(0)
        self.slad.start()
        self.load.run(self.batches // 2)
        self.orders()
        self.slad.stop()
        note(self.path, "rebuild")
        done = run(self.slad, self.slad.env, "rebuild")
        note(self.path, "rebuilt")
        assert done.returncode == 0, done.stderr
        self.slad.start()
        self.load.run(self.batches // 4)
        self.slad.kill9()
        return self

    def orders(self):
        """A reload that judges anew, a closed period, a backup, all under load."""
        self.slad.write_config(config(AFTERWARDS))
        note(self.path, "reload")
        first = len(self.slad.log)
        with self.load.running():
            self.slad.signal(signal.SIGHUP)
            self.slad.wait_log("was read again", first)
            note(self.path, "reloaded")
            for revision in (1, 2):
                number = 1_000_000 + revision
                answer = self.load.ask(number, "POST", f"/v1/periods/{LAST_MONTH}/close", b"{}", agreement=AGREEMENT)
                assert answer is not None and answer.status == 200, answer
                self.closed[number] = revision
            done = run(self.slad, self.slad.env, "backup", self.slad.path("copy.db"))
            assert done.returncode == 0, done.stderr
            note(self.path, "backup")

    def files(self):
        """What is there, of what the recorder sees."""
        found = {}
        for name in os.listdir(self.slad.directory):
            if not name.endswith(("-shm", ".lock", ".yaml")):
                with open(self.slad.path(name), "rb") as file:
                    found[name] = file.read()
        return found

    def save(self):
        """What replaying needs beside the trace."""
        with open(os.path.join(self.directory, "life.json"), "w", encoding="utf-8") as out:
            json.dump({"batches": self.load.batches, "closed": self.closed}, out)
        return self.directory

    def close(self):
        self.slad.close()
        shutil.rmtree(self.directory)


class Told:
    """What stands in for a Load where a trace is looked at: the batches of it."""

    def __init__(self, directory):
        with open(os.path.join(directory, "life.json"), encoding="utf-8") as file:
            life = json.load(file)
        self.batches = {int(n): [tuple(key) for key in keys] for n, keys in life["batches"].items()}
        self.closed = {int(n): revision for n, revision in life["closed"].items()}


class Images:
    """The images of one life, by number."""

    def __init__(self, directory, seed):
        self.seed = seed
        self.trace, self.before = Trace(os.path.join(directory, "trace")), os.path.join(directory, "before")
        self.told = Told(directory)
        self.answers = [a for a in self.trace.answers() if a.status // 100 == 2]
        self.notes = {text: instant for instant, text in self.trace.notes()}
        self.kinds = [[i for i, r in enumerate(self.trace.records) if of(r)] for of in (
            lambda r: r.what == WRITE, lambda r: r.what in (SYNC, SYNCED), lambda r: r.what == SEND,
            lambda r: r.what not in (WRITE, SYNC, SYNCED, SEND, READ, ACCEPT, CLOSE),
            lambda r: r.what == WRITE and r.offset == 0)]

    def instant(self, number):
        """Right after a record; those of each kind are as likely as those of another."""
        chosen = random.Random(f"{self.seed}/{number}")
        return chosen.choice(chosen.choice([kind for kind in self.kinds if kind])) + 1

    def world(self):
        return World(self.trace, self.before)

    def numbers(self, count):
        """In the order of their instants."""
        return sorted(range(count), key=self.instant)

    def sure(self, instant):
        return {a.batch for a in self.answers if a.answered < instant} | ({0} & set(self.told.batches))

    def make(self, world, number, directory):
        instant = self.instant(number)
        world.go_to(instant)
        for name, content in world.image(random.Random(f"{self.seed}:{number}")).items():
            with open(os.path.join(directory, name), "wb") as out:
                out.write(content)

    def settings(self, instant):
        """The configuration in force."""
        return config(AFTERWARDS if instant > self.notes["reload"] else BEFORE)

    def look(self, slad, number):
        """The failures of an image, in the directory of a daemon that is not started."""
        checks, instant = Checks(quiet=True), self.instant(number)
        sure = self.sure(instant)
        clean = self.look_before(checks, slad, instant, sure)
        if check_start(checks, slad, verify=not clean or number % ONCE_MORE == 0) is None:
            return checks.failures
        check_log(checks, self.told, slad.path("slad.db"), {n for n in sure if n not in self.told.closed})
        kept = rows(slad.path("slad.db"), "SELECT revision FROM closing WHERE window = ?", LAST_MONTH)
        gone = [r for n, r in self.told.closed.items() if n in sure and (r,) not in kept]
        checks("a closed period is there", not gone, gone)
        self.look_at_backup(checks, slad, instant)
        return checks.failures

    def look_before(self, checks, slad, instant, sure):
        """verify on what the cut left. Before slad was ready once there may be nothing, and amidst a reload or a
        rebuild what is judged in part."""
        status, said = slad.verify()
        judging = instant < self.notes["ready"] or self.notes["reload"] < instant <= self.notes["reloaded"] or \
            self.notes["rebuild"] < instant <= self.notes["rebuilt"]
        fine = status == 0 or (status == 1 and judging and any(word in said for word in UNJUDGED)) or \
            (status == 4 and sure <= {0} and instant < self.notes["ready"])
        checks("verify before the start", fine, said)
        return status == 0

    def look_at_backup(self, checks, slad, instant):
        there = os.path.exists(slad.path("copy.db"))
        checks("a reported backup is there", there or instant <= self.notes["backup"])
        if there:
            found, wrong = log_of(slad.path("copy.db"))
            checks("a backup is whole", found and not wrong, wrong)


class Pool:
    """Looks at images, some at once, and stops at the first that fails if it is told to."""

    def __init__(self, images):
        self.images = images
        self.failures, self.looked, self.seconds = {}, 0, 0
        self.room = threading.Semaphore(WORKERS * 2)

    def one(self, slad, number):
        try:
            failures = self.images.look(slad, number)
            if failures:
                self.failures[number] = failures
        except Exception as error:
            self.failures[number] = [repr(error)]
        finally:
            self.looked += 1
            slad.close()
            self.room.release()

    def all(self, numbers):
        world = self.images.world()
        begun = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as workers:
            for number in numbers:
                self.room.acquire()
                slad = daemon(self.images.settings(self.images.instant(number)), memory=True)
                self.images.make(world, number, slad.directory)
                workers.submit(self.one, slad, number)
        self.seconds = time.monotonic() - begun
        return self


def keep(life, name):
    os.makedirs(KEPT, exist_ok=True)
    to = os.path.join(KEPT, name)
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(life.directory, to)
    return os.path.relpath(to)


def look_at_record(checks, life, images):
    """The trace is all that happened."""
    world = images.world()
    world.go_to(len(images.trace.records))
    there, replayed = life.files(), world.complete()
    checks("the trace is complete", there == replayed,
           [(name, len(there.get(name, "")), len(replayed.get(name, ""))) for name in {*there, *replayed}])
    checks("every answer is right", not life.load.wrong and not life.load.refused, life.load.wrong[:3])
    known = {a.batch for a in images.answers}
    checks("every answer is in the trace", life.load.sure - {0} <= known, life.load.sure - known)


def live(checks, seed, batches, count, old):
    """One life and its images."""
    life = Life(seed, batches, old).record()
    images = Images(life.save(), seed)
    look_at_record(checks, life, images)
    pool = Pool(images).all(images.numbers(count))
    checks.passed += pool.looked - len(pool.failures)
    records = images.trace.records
    print(f"{count} images of {len(records)} calls ({sum(r.what == WRITE for r in records)} writes, "
          f"{sum(r.what == WRITE and r.offset == 0 and r.length == LOG_HEADER for r in records)} logs begun, "
          f"{sum(r.what == SYNCED for r in records)} syncs, {len(images.answers)} requests acknowledged), "
          f"{sum(map(len, images.told.batches.values()))} events, {OLD * old} of them old, in {pool.seconds:.0f} s, seed {seed}", flush=True)
    if pool.failures:
        at = keep(life, f"power-{seed}")
        for number, failures in sorted(pool.failures.items())[:5]:
            checks(f"image {number}", False, f"{failures[0]}; it is made again by "
                   f"tests/crash/power.py --replay {at} --seed {seed} --image {number}")
        checks.failed += max(len(pool.failures) - 5, 0)
    life.close()


def caught(checks, seed, batches, most, what, fault):
    """Whether a fault shows within so many images."""
    life = Life(seed, batches, **fault).record()
    images, looked, failures = Images(life.save(), seed), 0, {}
    while looked < most and not failures:
        pool = Pool(images).all(sorted(range(looked, looked + BUNDLE), key=images.instant))
        looked, failures = looked + pool.looked, pool.failures
    said = next(iter(failures.values()), [""])[0]
    if checks(f"{what} is caught", failures, f"not within {looked} images"):
        print(f"{what}: {len(failures)} of {looked} images fail, such as: {said[:100]}", flush=True)
    life.close()


def replay(args):
    images = Images(args.replay, args.seed)
    instant = images.instant(args.image)
    slad = daemon(images.settings(instant), memory=True)
    images.make(images.world(), args.image, slad.directory)
    if args.into:
        shutil.copytree(slad.directory, args.into)
    print(f"image {args.image}: instant {instant} of {len(images.trace.records)}, "
          f"{len(images.sure(instant))} requests acknowledged")
    failures = images.look(slad, args.image)
    slad.close()
    for failure in failures:
        print(f"FAIL {failure}")
    return 1 if failures else 0


def main():
    parser = arguments(__doc__, images=(150, 10_000), lives=(2, 20))
    parser.add_argument("--batches", type=int, default=60, help="in the first part of the first life")
    parser.add_argument("--replay", help="the directory of a trace that was kept")
    parser.add_argument("--image", type=int)
    parser.add_argument("--into", help="where to put the image")
    args = parser.parse_args()
    if args.replay:
        return replay(args)
    print(f"seed {args.seed}", flush=True)
    checks = Checks()
    for number in range(args.lives):
        live(checks, f"{args.seed}-{number}", args.batches * (1 + number % 3), args.images // args.lives, number % 2 == 1)
    for number, (what, fault) in enumerate(FAULTS.items()):
        caught(checks, f"{args.seed}-fault-{number}", args.batches, 200, what, fault)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
