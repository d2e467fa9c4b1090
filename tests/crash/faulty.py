"""The hand on the shim that lets calls fail (faulty.c), and a daemon under it.

    fault = Fault(path)
    slad.env = under(directory, fault)
    fault.arm("sync", 3, errno.EIO, forever=True)
    ...
    fault.disarm()
"""
import functools
import http.client
import mmap
import os
import re
import struct
import subprocess

from kit import BUILD, Slad
from slad import PROGRAM

KINDS = ("open", "read", "write", "truncate", "sync", "checkpoint", "unlink", "accept", "receive", "send", "wait", "alloc")
HOWS = ("error", "short", "sleep", "spin")
KIND, LEFT, FOREVER, HOW, ERROR, MS, HITS, CALLS = range(8)  # places in struct control
SIZE = 8 * (CALLS + len(KINDS))
SOON = 10  # seconds that a client waits for an answer


class Fault:
    def __init__(self, path):
        self.path = path
        with open(path, "wb") as file:
            file.write(bytes(SIZE))
        with open(path, "r+b") as file:
            self.page = mmap.mmap(file.fileno(), SIZE)
        self.disarm()

    def _set(self, place, number):
        self.page[place * 8:place * 8 + 8] = struct.pack("=q", number)

    def _get(self, place):
        return struct.unpack("=q", self.page[place * 8:place * 8 + 8])[0]

    def disarm(self):
        self._set(KIND, len(KINDS))

    def arm(self, kind, number, error=0, forever=False, how="error", ms=0):
        """The so-manieth call of a kind from now on; 0: none, but calls are counted."""
        self.disarm()
        for place, value in ((LEFT, number or 1 << 60), (FOREVER, int(forever)), (HOW, HOWS.index(how)),
                             (ERROR, error), (MS, ms), (HITS, 0), (KIND, KINDS.index(kind))):
            self._set(place, value)
        for k in range(len(KINDS)):
            self._set(CALLS + k, 0)

    @property
    def hits(self):
        return self._get(HITS)

    def calls(self, kind):
        return self._get(CALLS + KINDS.index(kind))


@functools.lru_cache(None)
def sanitizer():
    """The libraries of a sanitizer, which must be loaded first."""
    said = subprocess.run(["ldd", PROGRAM], capture_output=True, text=True).stdout
    return re.findall(r"=> (\S*/lib[at]san\.so\S*)", said)


def under(directory, fault):
    """The environment of a daemon whose calls on files in a directory may fail."""
    return {"LD_PRELOAD": ":".join(sanitizer() + [os.path.join(BUILD, "tests/faulty.so")]),
            "SHIM_DIR": os.path.realpath(directory), "FAULTY_CONTROL": fault.path}


class Patient(Slad):
    """A daemon whose clients give up soon; `late` names the requests that were not answered."""

    def __init__(self, *arguments, **more):
        self.late, self.soon = [], SOON
        super().__init__(*arguments, **more)

    def ask(self, method, path, *arguments, **more):
        if getattr(self.local, "connection", None) is None:
            self.local.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.soon)
        try:
            return super().ask(method, path, *arguments, **more)
        except TimeoutError:
            self.late.append(f"{method} {path}")
            raise

    def ended(self, patience):
        """The status with which it ended by itself, or None."""
        try:
            return self.process.wait(patience)
        except Exception:  # noqa: B902 # TimeoutExpired of subprocess
            return None
