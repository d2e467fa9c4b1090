"""A real slad for a test: started in a directory of its own, spoken to over HTTP, stopped by pid.

    with Slad({"agreements": [{"id": "acme", "from": "2020-01-01"}]}) as slad:
        slad.post([event("e1", "request.opened", "T1", "2026-01-01T00:00:00Z", agreement="acme")])
        slad.scores(window="2026", indicator="resolution_rate")[0]["b"]

The program is $SLAD, else build/release/slad.
"""
import atexit
import gzip
import http.client
import json
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse

import openapi

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.abspath(os.environ.get("SLAD") or os.path.join(TOP, "build/release/slad"))
SOURCE = "urn:test"
LINES = "application/x-ndjson"
ARRAY = "application/json"
BATCH = 5_000  # events in one request
BATCH_BYTES = 15 << 20  # and bytes, at most
PATIENCE = float(os.environ.get("SLAD_PATIENCE", "60"))  # seconds for a start or a stop


def event(id, type, subject, time, source=SOURCE, sequence=None, **data):
    """A CloudEvent; what else is given becomes its data (from_ and to_ for from and to)."""
    made = {"specversion": "1.0", "id": id, "source": source, "type": type, "subject": subject,
            "time": time, "data": {name.rstrip("_"): value for name, value in data.items()}}
    if sequence is not None:
        made["sequence"] = sequence
    return made


def ndjson(events):
    return "".join(json.dumps(e, ensure_ascii=False, separators=(",", ":")) + "\n" for e in events)


def batches(lines, size=BATCH):
    """Bodies of at most so many lines, and of no more bytes than one request may have."""
    body, count, length = [], 0, 0
    for line in lines:
        raw = line.encode()
        if count == size or length + len(raw) > BATCH_BYTES:
            yield b"".join(body)
            body, count, length = [], 0, 0
        body.append(raw)
        count, length = count + 1, length + len(raw)
    if body:
        yield b"".join(body)


class Answer:
    """What came back: status, headers (a message), text, and json() of it."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        return self.body.decode("utf-8")

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.text[:2000]}"


class Slad:
    """One daemon and its directory. It runs as soon as it is made, unless start=False."""

    def __init__(self, config, start=True, program=PROGRAM, env=None):
        self.temporary = tempfile.TemporaryDirectory(prefix="slad-")
        self.directory = self.temporary.name
        self.program, self.env = program, env
        self.file = os.path.join(self.directory, "slad.yaml")
        self.process = self.reader = None
        self.log = []  # the lines on its standard error, of all its starts
        self.heard = threading.Condition()
        self.local = threading.local()
        self.port = None
        self.write_config(config)
        atexit.register(self.close)
        if start:
            try:
                self.start()
            except BaseException:
                self.close()
                raise

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def path(self, name):
        return os.path.join(self.directory, name)

    def write_config(self, config):
        """A dict, or the text itself."""
        if isinstance(config, dict):
            config = json.dumps({"listen": "127.0.0.1:0", "database": "slad.db", **config})
        with open(self.file, "w", encoding="utf-8") as out:
            out.write(config)

    # Life and death

    def spawn(self):
        """Starts the process and does not wait; gives the number of its first line."""
        self._disconnect()
        first = len(self.log)
        self.process = subprocess.Popen(
            [self.program, "serve", "-c", self.file], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=self.directory,
            env=None if self.env is None else {**os.environ, **self.env})
        self.reader = threading.Thread(
            target=self._listen, args=(self.process.stderr,), daemon=True)
        self.reader.start()
        return first

    def start(self):
        """Returns when the daemon says that it is ready."""
        first = self.spawn()
        self.wait_log(r"is ready$", first)
        ports = [re.search(r"listening on http://.*:(\d+)$", line) for line in self.log[first:]]
        self.port = next((int(found[1]) for found in ports if found), None)
        return self

    def _listen(self, stream):
        for line in stream:
            with self.heard:
                self.log.append(line.decode("utf-8", "replace").rstrip("\n"))
                self.heard.notify_all()
        stream.close()
        with self.heard:
            self.heard.notify_all()

    def wait_log(self, pattern, first=0, patience=PATIENCE):
        """The first line on standard error, from the given number on, that matches."""
        until = time.monotonic() + patience
        with self.heard:
            while True:
                for line in self.log[first:]:
                    if re.search(pattern, line):
                        return line
                left = until - time.monotonic()
                if left <= 0 or not self.reader.is_alive():
                    raise AssertionError(f"slad did not say {pattern!r}: {self.log[first:]}")
                self.heard.wait(min(left, 0.2))

    def stop(self):
        """SIGTERM; gives the exit status."""
        return self._end(signal.SIGTERM)

    def kill9(self):
        return self._end(signal.SIGKILL)

    def restart(self):
        self.stop()
        return self.start()

    def signal(self, number):
        self.process.send_signal(number)

    def _end(self, number):
        self._disconnect()
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            status = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            self.reader.join(PATIENCE)
            self.process = None
        return status

    def close(self):
        atexit.unregister(self.close)
        try:
            self.kill9()
        finally:
            self.temporary.cleanup()

    # Other commands on the same configuration

    def run(self, command, *arguments):
        return subprocess.run([self.program, command, "-c", self.file, *arguments],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              cwd=self.directory)

    def verify(self):
        """slad verify: (exit status, what it prints)."""
        done = self.run("verify")
        return done.returncode, done.stdout + done.stderr

    # HTTP

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def _disconnect(self):
        connection = getattr(self.local, "connection", None)
        if connection is not None:
            connection.close()
        self.local.connection = None

    def _forget_closed(self):
        """A connection that slad closed, since nothing came for so long, is no answer."""
        sock = getattr(getattr(self.local, "connection", None), "sock", None)
        if sock is not None and select.select([sock], [], [], 0)[0]:
            self._disconnect()

    def ask(self, method, path, body=None, headers=None, **params):
        """Any request, any answer: an Answer. from_ stands for the parameter from."""
        params = {name.rstrip("_"): value for name, value in params.items() if value is not None}
        if params:
            query = urllib.parse.urlencode(params, quote_via=urllib.parse.quote)
            path += ("&" if "?" in path else "?") + query
        self._forget_closed()
        if getattr(self.local, "connection", None) is None:
            self.local.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        try:
            self.local.connection.request(method, path, body, headers or {})
            got = self.local.connection.getresponse()
            answer = Answer(got.status, got.headers, got.read())
        except BaseException:
            self._disconnect()
            raise
        if got.will_close:
            self._disconnect()
        openapi.hold(method, path, got.status, got.headers["Content-Type"], answer.body)
        return answer

    def get(self, path, **params):
        """The JSON of a 200; anything else is an AssertionError."""
        answer = self.ask("GET", path, **params)
        if answer.status != 200:
            raise AssertionError(f"GET {path} {params}: {answer}")
        return answer.json()

    def post(self, events, headers=None, **params):
        """One event or a list, as JSON: an Answer."""
        body = json.dumps(events, ensure_ascii=False).encode()
        return self.ask("POST", "/v1/events", body, {"Content-Type": ARRAY, **(headers or {})},
                        **params)

    def post_lines(self, lines, size=BATCH, compress=False, **params):
        """Lines of NDJSON in requests of `size`: the sums of the answers, that must all be 200."""
        total = {"accepted": 0, "duplicates": 0, "rejected": 0}
        headers = {"Content-Type": LINES, **({"Content-Encoding": "gzip"} if compress else {})}
        for body in batches(lines, size):
            answer = self.ask("POST", "/v1/events", gzip.compress(body, 1) if compress else body,
                              headers, **params)
            if answer.status != 200:
                raise AssertionError(f"POST of {body.count(bytes([10]))} lines: {answer}")
            for name in total:
                total[name] += answer.json()[name]
        return total

    def post_all(self, events, size=BATCH, **params):
        """Any number of events."""
        return self.post_lines((ndjson([e]) for e in events), size, **params)

    def scores(self, **params):
        return self.get("/v1/scores", **params)["scores"]

    def ticket(self, subject, **params):
        return self.get("/v1/tickets/" + urllib.parse.quote(subject, safe=""), **params)

    def behind(self, indicator, counted, **params):
        """All the tickets behind a score, page by page."""
        found, cursor = [], None
        while True:
            page = self.get(f"/v1/scores/{indicator}/tickets", counted=counted, cursor=cursor,
                            limit=1000, **params)
            found += page["tickets"]
            cursor = page["next"]
            if cursor is None:
                return found


class Counting(unittest.TextTestResult):
    passed = 0

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1


def main(module="__main__"):
    """unittest.main() that ends with the line `N passed, N failed, N skipped`."""
    runner = unittest.TextTestRunner(stream=sys.stdout, verbosity=2, resultclass=Counting)
    result = unittest.main(module, testRunner=runner, exit=False).result
    failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    skipped = f", {len(result.skipped)} skipped" if result.skipped else ""
    print(f"{result.passed} passed, {failed} failed{skipped}")
    sys.exit(1 if failed else 0)
