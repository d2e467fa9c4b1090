#!/usr/bin/python3
"""Has the kernel cut a file system off under slad, and mounts it again.

    cut.py [--cuts N] [--seed N]

A file system (ext4, then XFS) in a file is mounted as a loop device, with the database on it, and clients
post events. At a random instant FS_IOC_SHUTDOWN without a flush of its log ends it: whatever was not
synced is gone, as when the power fails, and each later call is an error. slad must stop acknowledging and
end by itself: with the exit status of a failed store, or by SIGBUS, as XFS may end who touches a page of a
mapped file (the index of the write-ahead log is one) that it cannot give any more. Mounted again: `slad
verify` has nothing to say, slad starts, every acknowledged event is there, nothing twice, no batch in part.
Events whose request was under way at the cut may be lost though they were acknowledged: XFS (Linux 6.18)
returns 0 from an fdatasync that a cut overtook, as no power failure could.

And the harness must see: with synchronous=NORMAL and with OFF something acknowledged has to be lost
within some cuts. Needs root and loop devices; where they are not, it says so and is skipped.
"""
import collections
import contextlib
import ctypes
import fcntl
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

from kit import Checks, Load, arguments, check_log, check_start, config, daemon, recorded

SHUTDOWN = 0x8004587D  # EXT4_IOC_SHUTDOWN, and XFS_IOC_GOINGDOWN
NO_LOG_FLUSH = 2
SYSTEMS = {"ext4": (["mkfs.ext4", "-q", "-F"], 96), "xfs": (["mkfs.xfs", "-q", "-f"], 320)}  # MiB
ENDS = {4, -signal.SIGBUS}
PATIENCE = 20  # seconds for slad to end after a cut
LONGEST = 0.5  # seconds that slad lives
FAULT_CUTS = 10  # within which a fault must show
LIFE = 20  # cuts of one file system: each start and each check reads all that is there
CLONE_NEWNS = 0x20000  # unshare(2)


def tool(*command):
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PATH": path})


def be_alone():
    """Mounts are ours alone from here on: a mount namespace that somebody copies meanwhile would hold a
    file system that was cut, and mounted again it would still be the one that was cut."""
    if ctypes.CDLL(None).unshare(CLONE_NEWNS) == 0:
        tool("mount", "--make-rprivate", "/")


class Disk:
    """A file system in a file."""

    def __init__(self, kind, directory):
        self.kind, self.image, self.at = kind, os.path.join(directory, "image"), os.path.join(directory, "mounted")
        make, mib = SYSTEMS[kind]
        os.makedirs(self.at, exist_ok=True)
        with open(self.image, "wb") as file:
            file.truncate(mib << 20)
        self.wrong = ""
        try:
            done = tool(*make, self.image)
            self.wrong = done.stderr.strip() if done.returncode else ""
        except FileNotFoundError:
            self.wrong = f"there is no {make[0]}: sh tests/packages installs it"

    def mount(self):
        return tool("mount", "-o", "loop", self.image, self.at)

    def unmount(self):
        """The last file on it may take a moment to be closed."""
        for _ in range(100):
            done = tool("umount", self.at)
            if done.returncode == 0:
                return
            time.sleep(0.05)
        raise AssertionError(done.stderr)

    def is_mounted(self):
        """As the kernel says: a file system that was cut off cannot be asked."""
        with open("/proc/self/mounts", encoding="utf-8") as file:
            return any(line.split()[1] == self.at for line in file)

    def cut(self):
        place = os.open(self.at, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.ioctl(place, SHUTDOWN, struct.pack("=I", NO_LOG_FLUSH))
        finally:
            os.close(place)


@contextlib.contextmanager
def disk(kind):
    """A mounted one; or what keeps it from being there, as its `wrong`."""
    directory = tempfile.mkdtemp(prefix="slad-disk-")
    made = Disk(kind, directory)
    try:
        if not made.wrong:
            done = made.mount()
            made.wrong = done.stderr.strip() if done.returncode else ""
        yield made
    finally:
        if made.is_mounted():
            made.unmount()
        shutil.rmtree(directory)


class Cuts:
    """One file system, cut again and again."""

    def __init__(self, made, seed, checks, env=None):
        self.disk, self.checks, self.random = made, checks, random.Random(f"{seed}-{made.kind}")
        self.database = os.path.join(made.at, "slad.db")
        self.slad = daemon(config(database=self.database), env)
        self.load = Load(self.slad, f"{seed}-{made.kind}")
        self.ends, self.overtaken = [], set()

    def cut(self):
        sure = self.load.sure
        self.disk.cut()
        self.overtaken |= set(range(1, len(self.load.batches) + 1)) - sure

    def live(self):
        self.slad.start()
        with self.load.running():
            time.sleep(self.random.random() * LONGEST)
            self.cut()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.slad.process.wait(PATIENCE)
            self.ends.append(self.slad.kill9())
            if self.ends[-1] not in ENDS:
                print(f"it ended with {self.ends[-1]}: {self.slad.log[-5:]}", flush=True)

    def once(self, number):
        self.live()
        self.disk.unmount()
        done = self.disk.mount()
        what = f"{self.disk.kind}, cut {number}: "
        if not self.checks(f"{what}it can be mounted again", done.returncode == 0, done.stderr):
            return
        if self.load.sure - self.overtaken:
            status, said = self.slad.verify()
            self.checks(f"{what}verify before the start", status == 0, said)
        if check_start(self.checks, self.slad, what) is not None:
            check_log(self.checks, self.load, self.database, self.load.sure - self.overtaken, what)


def life(checks, seed, kind, numbers):
    """These cuts of one file system, as Cuts that are over; None where there was no such file system."""
    with disk(kind) as made:
        if made.wrong:
            print(f"{kind} is skipped: {made.wrong}")
            return None
        c = Cuts(made, f"{seed}-{numbers.start}", checks)
        try:
            for number in numbers:
                c.once(number)
        finally:
            c.slad.close()
        return c


def cuts(checks, seed, kind, count):
    """Whether there was such a file system."""
    lives = []
    for first in range(1, count + 1, LIFE):
        lives.append(life(checks, seed, kind, range(first, min(first + LIFE, count + 1))))
        if lives[-1] is None:
            return False
    ends = collections.Counter(end for c in lives for end in c.ends)
    wrong = [answer for c in lives for answer in c.load.wrong]
    checks(f"{kind}: slad ended by itself", set(ends) <= ENDS, ends)
    checks(f"{kind}: every answer is right", not wrong, wrong[:3])
    print(f"{kind}: {count} cuts, {sum(len(c.load.batches[n]) for c in lives for n in c.load.sure)} events acknowledged"
          f" in {sum(len(c.load.sure) for c in lives)} requests, {sum(len(c.load.sure & c.overtaken) for c in lives)} of"
          f" them when it was cut; slad ended with {dict(ends)}", flush=True)
    return True


def caught(checks, seed, synchronous):
    """Whether weaker syncs show."""
    quiet = Checks(quiet=True)
    with disk("ext4") as made:
        c = Cuts(made, seed, quiet, lambda _: recorded(made.at, synchronous=synchronous))
        try:
            number = 0
            while not quiet.failures and number < FAULT_CUTS:
                number += 1
                c.once(number)
        finally:
            c.slad.close()
    checks(f"synchronous={synchronous} is caught", quiet.failures, f"not within {number} cuts")
    print(f"synchronous={synchronous}: caught by cut {number}: {(quiet.failures or ['-'])[0][:110]}", flush=True)


def main():
    args = arguments(__doc__, cuts=(6, 200)).parse_args()
    if os.geteuid() != 0:
        print("only root can mount: skipped")
        return 77
    print(f"seed {args.seed}", flush=True)
    be_alone()
    checks = Checks()
    there = [kind for kind in SYSTEMS if cuts(checks, args.seed, kind, args.cuts)]
    if "ext4" in there:
        for synchronous in ("NORMAL", "OFF"):
            caught(checks, args.seed, synchronous)
    if not there:
        return 77
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
