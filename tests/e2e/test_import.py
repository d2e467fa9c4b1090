#!/usr/bin/python3
"""slad import: files, gzip'd or not, wrong lines by their place, daemons that go and come, and its
own death."""
import gzip
import hashlib
import json
import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from desk import Desk, until  # noqa: E402
from logged import rows  # noqa: E402
from robot import Robot  # noqa: E402
from slad import PATIENCE, PROGRAM, Slad, main, ndjson  # noqa: E402
from tls import Authority  # noqa: E402

AGREEMENTS = [{"id": "acme", "from": "2020-01-01"}]
BATCH = 5000  # events, at most


class Case(unittest.TestCase):
    def start(self, **config):
        """A daemon with a Unix socket, whose address stays when it is started again."""
        self.slad = Slad({"agreements": AGREEMENTS, **config}, start=False)
        self.addCleanup(self.slad.close)
        self.socket = f"unix:{self.slad.path('s')}"
        self.slad.write_config({"agreements": AGREEMENTS, "listen": ["127.0.0.1:0", self.socket], **config})
        self.slad.start()
        return self.slad

    def setUp(self):
        self.desk = Desk()
        self.start()

    def events(self, count):
        first = self.desk.count
        return [self.desk.opened(f"T{first + i}", ago=60) for i in range(count)]

    def file(self, name, content):
        """Events, or text, or bytes."""
        if isinstance(content, list):
            content = ndjson(content)
        with open(self.slad.path(name), "wb") as out:
            out.write(content.encode() if isinstance(content, str) else content)
        return self.slad.path(name)

    def begin(self, *arguments, url=None, **options):
        child = subprocess.Popen(
            [PROGRAM, "import", "-u", url or self.slad.url, *arguments], text=True,
            **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options})
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        return child

    def run_it(self, *arguments, **options):
        with self.begin(*arguments, **options) as child:
            out, err = child.communicate(timeout=PATIENCE)
        return subprocess.CompletedProcess(arguments, child.returncode, out, err)

    def ends(self, done, status, accepted=None, duplicates=0, rejected=0):
        self.assertEqual(done.returncode, status, done)
        if accepted is not None:
            self.assertRegex(done.stdout, rf"\Aaccepted {accepted}, duplicates {duplicates}, rejected {rejected}, "
                                          r"seconds \d+\.\d\n\Z", done)

    def sums(self, done):
        return [int(n) for n in re.match(r"accepted (\d+), duplicates (\d+), rejected (\d+)", done.stdout).groups()]

    def records(self):
        return rows(self.slad.path("slad.db"), "SELECT count(*) FROM record")[0][0]

    def sound(self, count):
        self.assertEqual(self.records(), count)
        status, said = self.slad.verify()
        self.assertEqual(status, 0, said)


class Files(Case):
    def test_of_every_kind_and_again(self):
        one = self.file("one", self.events(3))
        two = self.file("two.gz", gzip.compress(ndjson(self.events(BATCH)).encode()))
        three = self.file("three", b"\xef\xbb\xbf" + b"\r\n\n".join(
            json.dumps(e).encode() for e in self.events(4)))
        four = ndjson(self.events(2)).encode()
        for accepted, duplicates in ((BATCH + 9, 0), (0, BATCH + 9)):
            with self.begin(one, two, "-", three, stdin=subprocess.PIPE) as child:
                child.stdin.buffer.write(gzip.compress(four) if accepted else four)
                out, err = child.communicate(timeout=PATIENCE)
            self.assertEqual(err, "")
            self.ends(subprocess.CompletedProcess([], child.returncode, out, err), 0, accepted, duplicates)
        self.sound(BATCH + 9)

    def test_several_members(self):
        members = [gzip.compress(ndjson(self.events(700)).encode()) for _ in range(3)]
        self.ends(self.run_it(self.file("m", b"".join(members) + bytes(500))), 0, 2100)

    def test_a_socket_of_a_file(self):
        self.ends(self.run_it(self.file("one", self.events(3)), url=self.socket), 0, 3)

    def test_nothing(self):
        self.ends(self.run_it(self.file("empty", "\n \r\n"), "/dev/null"), 0, 0)

    def test_cut_off(self):
        events = self.events(2000)
        whole = gzip.compress(ndjson(events).encode())
        done = self.run_it(self.file("cut.gz", whole[:len(whole) * 2 // 3]), self.file("next", self.events(1)))
        self.ends(done, 4)
        accepted = self.sums(done)[0]
        self.assertTrue(0 < accepted < 2000, done)
        self.assertIn(f"cut.gz:{accepted + 1}: it ends within the gzip stream: some of it is missing", done.stderr)
        self.assertEqual(self.records(), accepted)
        self.ends(self.run_it(self.file("cut.gz", whole)), 0, 2000 - accepted, accepted)

    def test_not_there(self):
        """Nothing is sent if one of them is missing."""
        one = self.file("one", self.events(3))
        for wrong, why in ((self.slad.path("nowhere"), "No such file"), (self.slad.directory, "directory")):
            done = self.run_it(one, wrong)
            self.ends(done, 4, 0)
            self.assertIn(wrong, done.stderr)
            self.assertIn(why, done.stderr)


class Wrong(Case):
    def three(self):
        """Files of 3, 4 and 6 lines; of the last one the third is no JSON, the fifth no time."""
        last = ndjson(self.events(4)).splitlines()
        last.insert(2, '{"id": ')
        last.insert(4, json.dumps({**self.desk.opened("T"), "id": "odd", "time": "noon"}))
        return [self.file("a", self.events(3)), self.file("b", self.events(4)), self.file("c", "\n".join(last))]

    def named(self, done):
        self.assertRegex(done.stderr, r"(?m)^\S+/c:3: column \d+: .+$")
        self.assertRegex(done.stderr, r"(?m)^\S+/c:5: /time: .+ \(event odd\)$")
        self.assertEqual(len(re.findall(r"(?m)^\S+/[abc]:\d+: ", done.stderr)), 2, done.stderr)

    def test_a_wrong_line_of_the_third_file(self):
        files = self.three()
        done = self.run_it(*files)
        self.ends(done, 1, 0, 0, 2)
        self.named(done)
        self.assertRegex(done.stderr, r"2 wrong, so nothing was stored of \S+/a:1 to \S+/c:6.*--skip")
        self.assertEqual(self.records(), 0)

    def test_skipped(self):
        files = self.three()
        done = self.run_it("--skip", *files)
        self.ends(done, 1, 11, 0, 2)
        self.named(done)
        self.assertEqual(rows(self.slad.path("slad.db"), "SELECT count(*) FROM quarantine"), [(2,)])
        self.sound(11)

    def test_far_down(self):
        """The batches before it are stored, and nothing is sent after it."""
        lines = ndjson(self.events(4 * BATCH)).splitlines()
        wrong = 2 * BATCH + 17
        lines[wrong - 1] = "[]"
        file = self.file("long", "\n".join(lines))
        done = self.run_it(file)
        self.ends(done, 1)
        self.assertRegex(done.stderr, rf"(?m)^\S+/long:{wrong}: ")
        self.assertEqual(self.sums(done)[2], 1)
        self.assertTrue(0 < self.records() < 4 * BATCH - 1)
        done = self.run_it("--skip", file)
        self.ends(done, 1)
        self.sound(4 * BATCH - 1)

    def test_too_long(self):
        event = {**self.desk.opened("T"), "data": {"agreement": "acme", "note": "x" * (300 << 10)}}
        lines = ndjson(self.events(2) + [event] + self.events(2))
        file = self.file("long", lines)
        done = self.run_it(file)
        self.ends(done, 1, 0, 0, 1)
        self.assertIn("long:3: the line has more than 262144 bytes", done.stderr)
        self.ends(self.run_it("--skip", file), 1, 4, 0, 1)

    def test_many_are_counted(self):
        file = self.file("bad", "x\n" * 250)
        for arguments in ([file], ["--skip", file]):
            done = self.run_it(*arguments)
            self.ends(done, 1, 0, 0, 250)
            self.assertEqual(len(re.findall(r"/bad:\d+: column", done.stderr)), 100)


class Interrupted(Case):
    def feed(self, url=None):
        """An import from a pipe of which the first batches are stored; gives it and all its events."""
        events = self.events(5 * BATCH)
        child = self.begin("-", url=url, stdin=subprocess.PIPE)
        self.lines = ndjson(events).splitlines(keepends=True)
        child.stdin.write("".join(self.lines[:3 * BATCH]))
        child.stdin.flush()
        until(lambda: self.records() >= BATCH, "a batch is stored")
        return child

    def test_killed_and_again(self):
        child = self.feed()
        child.kill()
        child.communicate()
        file = self.file("all", "".join(self.lines))
        done = self.run_it(file)
        self.ends(done, 0)
        accepted, duplicates, rejected = self.sums(done)
        self.assertEqual((accepted + duplicates, rejected), (5 * BATCH, 0))
        self.assertGreaterEqual(duplicates, BATCH)
        self.sound(5 * BATCH)

    def test_the_daemon_is_restarted(self):
        for end in (self.slad.kill9, self.slad.stop):
            with self.subTest(end.__name__):
                before = self.records()
                child = self.feed(self.socket)
                self.assertIsNotNone(end())
                rest = threading.Thread(target=child.stdin.write, args=("".join(self.lines[3 * BATCH:]),))
                rest.start()
                self.assertRegex(child.stderr.readline(), r"trying again, for up to 300 s")
                self.slad.start()
                rest.join()
                out, err = child.communicate(timeout=PATIENCE)
                done = subprocess.CompletedProcess([], child.returncode, out, err)
                self.ends(done, 0)
                accepted, duplicates, rejected = self.sums(done)
                self.assertEqual((accepted + duplicates, rejected), (5 * BATCH, 0), done)
                self.assertIn("takes events again", err)
                self.sound(before + 5 * BATCH)

    def test_a_signal_ends_it_after_the_batch(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            before = self.records()
            child = subprocess.Popen(
                [PROGRAM, "import", "-u", self.slad.url, "-"], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
            child.stdin.write(ndjson(self.events(BATCH + 10)))
            child.stdin.flush()
            until(lambda: self.records() > before, "a batch is stored")
            child.send_signal(number)
            self.assertEqual(child.wait(PATIENCE), 1)
            out, err = child.communicate()
            self.assertIn("ended by a signal", err)
            accepted, duplicates, rejected = self.sums(subprocess.CompletedProcess([], 1, out, err))
            self.assertEqual((accepted, duplicates, rejected), (self.records() - before, 0, 0))


class Waiting(Case):
    BUSY = {"status": 503, "detail": "too many events are waiting"}

    def test_as_long_as_it_is_told(self):
        file = self.file("one", self.events(1))
        with Robot((503, self.BUSY, {"Retry-After": "1"}), (200, {"accepted": 1, "duplicates": 0, "rejected": 0})) as busy:
            began = time.monotonic()
            done = self.run_it(file, url=busy.url)
            took = time.monotonic() - began
            first, second = busy.wait(2)
        self.ends(done, 0, 1)
        self.assertGreaterEqual(took, 1)
        self.assertEqual((first.path, first.body), ("/robot/v1/events", second.body))
        self.assertEqual(first.headers["Content-Type"], "application/x-ndjson")
        self.assertRegex(done.stderr, r"\Aslad: \S+: it answered 503: too many events are waiting; trying again, for up to 300 s\n"
                                      r"slad: it takes events again\n\Z")

    def test_what_proxies_say(self):
        file = self.file("one", self.events(1))
        with Robot(*((status, "<html>") for status in (408, 429, 502, 504)),
                   (200, {"accepted": 1, "duplicates": 0, "rejected": 0})) as busy:
            done = self.run_it(file, url=busy.url)
            self.assertEqual(len(busy.requests), 5)
        self.ends(done, 0, 1)
        self.assertIn("502: busy", done.stderr)

    def test_given_up(self):
        file = self.file("one", self.events(1))
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
            done = self.run_it("--wait", "0", file, url=url)
            self.ends(done, 4, 0)
            self.assertRegex(done.stderr, r"\Aslad: \S+: .*(refused|connect).*; given up after 0 s\n\Z")
            done = self.run_it("--wait", "11", file, url=url)  # long enough for a line of how far it is
        self.ends(done, 4, 0)
        self.assertRegex(done.stderr, r"(?m)^importing:   0 %  0/s  0 s left$")
        self.assertEqual(len(re.findall(r"trying again", done.stderr)), 1, done.stderr)
        self.assertIn("given up after 11 s", done.stderr)

    def test_a_bar_on_a_terminal(self):
        file = self.file("many", self.events(3 * BATCH))
        try:
            master, slave = pty.openpty()
        except OSError as missing:
            self.skipTest(f"no terminal can be had here: {missing}")
        self.addCleanup(os.close, master)
        child = self.begin(file, stderr=slave)
        os.close(slave)
        said = b""
        while child.poll() is None or select.select([master], [], [], 0)[0]:
            if select.select([master], [], [], 0.1)[0]:
                try:
                    said += os.read(master, 4096)
                except OSError:
                    break
        self.assertEqual(child.wait(PATIENCE), 0)
        self.assertRegex(said.decode(), r"\rimporting \[#* *\] +\d+ %  \d+/s  \d+ s left \x1b\[K")
        self.assertTrue(said.endswith(b"\r\x1b[K"), said[-80:])


class Answers(Case):
    def ask(self, *answer, arguments=()):
        with Robot(answer) as robot:
            return self.run_it(*arguments, self.file("one", self.events(1)), url=robot.url)

    def test_what_is_no_slad(self):
        for answer in ((404, "no such page"), (200, "welcome"), (301, ""), (405, ""),
                       (200, {"accepted": 7, "duplicates": 0, "rejected": 0})):
            done = self.ask(*answer)
            self.ends(done, 3, 0)
            self.assertIn("a slad?", done.stderr)

    def test_a_small_door(self):
        done = self.ask(413, "<html>nginx</html>")
        self.ends(done, 3, 0)
        self.assertIn("413", done.stderr)
        self.assertIn("in front", done.stderr)

    def test_broken(self):
        self.ends(self.ask(500, {"detail": "it hurts"}), 4, 0)

    def test_no_control_characters(self):
        done = self.ask(400, {"detail": "x\x1b[2Jy\n\x07", "rejected": 0})
        self.ends(done, 1)
        self.assertNotRegex(done.stderr, r"[\x00-\x09\x0b-\x1f]")


class Doors(Case):
    def test_tokens(self):
        config = [{"name": "desk", "sha256": hashlib.sha256(b"secret").hexdigest(), "scopes": ["ingest"]},
                  {"name": "board", "sha256": hashlib.sha256(b"other").hexdigest(), "scopes": ["read"]}]
        self.start(tokens=config)
        file = self.file("one", self.events(1))
        right, wrong, empty = (self.file(n, t) for n, t in (("r", " secret\n"), ("w", "other"), ("e", "\n")))
        for arguments in ([], ["-t", wrong]):
            done = self.run_it(*arguments, file)
            self.ends(done, 3, 0)
            self.assertIn("see -t", done.stderr)
        for bad in (empty, self.slad.path("nowhere")):
            done = self.run_it("-t", bad, file)
            self.ends(done, 3)
            self.assertIn(bad, done.stderr)
        self.ends(self.run_it("-t", right, file), 0, 1)

    def test_tls(self):
        authority = Authority(self.slad.directory)
        file = self.file("one", self.events(1))
        with Robot((200, {"accepted": 1, "duplicates": 0, "rejected": 0}), context=authority.context()) as server:
            self.ends(self.run_it("--ca", authority.file, file, url=server.url), 0, 1)
            done = self.run_it(file, url=server.url)
            self.ends(done, 3, 0)
            self.assertIn("certificate", done.stderr)

    def test_usage(self):
        file = self.file("one", self.events(1))
        for arguments in ([], ["-x", file], ["--wait", "soon", file], ["--wait", "-1", file], ["-t"]):
            done = self.run_it(*arguments)
            self.ends(done, 2)
            self.assertIn("usage: slad import", done.stderr)
        for url in ("127.0.0.1:7523", "ftp://desk", "http://", "unix:s", "http://h/?x=1", "http://h:99999"):
            done = self.run_it(file, url=url)
            self.ends(done, 2)
            self.assertIn(url, done.stderr)

        done = self.run_it(file, url="http://me:secret@127.0.0.1:1")
        self.ends(done, 2)
        self.assertNotIn("secret", done.stderr)

    def test_a_name_that_nobody_has(self):
        done = self.run_it(self.file("one", self.events(1)), url="http://desk.invalid:7523")
        self.ends(done, 3, 0)
        self.assertIn("desk.invalid", done.stderr)


if __name__ == "__main__":
    main()
