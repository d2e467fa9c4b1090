#!/usr/bin/python3
"""The bench is true: events by their seed, a client that believes no answer, a table of all figures."""
import collections
import hashlib
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from slad import LINES, TOP, Slad, main  # noqa: E402

BUILD = os.path.abspath(os.environ.get("BUILD") or os.path.join(TOP, "build/release"))
sys.path.insert(0, os.path.join(TOP, "bench"))
from table import FIGURES, Result, table  # noqa: E402


def program(name, *arguments):
    return subprocess.run([os.path.join(BUILD, "bench", name), *map(str, arguments)], capture_output=True)


def generate(*arguments):
    done = program("generate", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Events(unittest.TestCase):
    def test_the_seed_says_it_all(self):
        once, again, other = (generate("--tickets", 500, "--seed", seed) for seed in (7, 7, 8))
        self.assertEqual(hashlib.sha256(once).digest(), hashlib.sha256(again).digest())
        self.assertNotEqual(once, other)
        self.assertTrue(once.startswith(generate("--tickets", 500, "--seed", 7, "--events", 100)))

    def test_late_and_twice(self):
        lines = generate("--tickets", 2000).splitlines()
        events = [json.loads(line) for line in lines]
        share = 1 - len({e["id"] for e in events}) / len(events)
        self.assertTrue(0.01 < share < 0.03, share)
        self.assertEqual(len(set(lines)), len({e["id"] for e in events}))  # the same bytes again
        behind = sum(a["time"] > b["time"] for a, b in zip(events, events[1:])) / len(events)
        self.assertTrue(0.02 < behind < 0.06, behind)
        of = collections.Counter(e["data"].get("agreement") for e in events)
        self.assertEqual(len(of), 51)
        sizes = [len(line) for line in lines]
        self.assertTrue(220 < sum(sizes) / len(sizes) < 300)

    def test_open_tickets_stay_open(self):
        events = [json.loads(line) for line in generate("--tickets", 1000, "--open", 100, "--days", 300).splitlines()]
        opened = {e["subject"] for e in events}
        resolved = {e["subject"] for e in events if e["type"].endswith(".resolved")}
        self.assertTrue(100 <= len(opened - resolved) <= 105, len(opened - resolved))

    def test_slad_takes_them(self):
        lines = generate("--tickets", 300).decode().splitlines(keepends=True)
        with Slad(generate("--config").decode()) as slad:
            total = slad.post_lines(lines)
            self.assertEqual(total["accepted"], len(set(lines)))
            self.assertEqual(total["duplicates"], len(lines) - len(set(lines)))
            slad.stop()
            self.assertEqual(slad.verify()[0], 0)


class Scripted(http.server.ThreadingHTTPServer):
    """Answers POSTs with (status, headers, body), one after the other, the last for ever."""

    def __init__(self, *answers):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers, self.bodies = list(answers), []
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.server.bodies.append((self.headers["Content-Type"],
                                   self.rfile.read(int(self.headers["Content-Length"]))))
        answers = self.server.answers
        status, headers, body = answers.pop(0) if len(answers) > 1 else answers[0]
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *arguments):
        pass


def counted(accepted, duplicates=0, rejected=0):
    return 200, {}, f'{{"accepted":{accepted},"duplicates":{duplicates},"rejected":{rejected}}}'


class Client(unittest.TestCase):
    def send(self, answers, *arguments, events=6):
        with tempfile.NamedTemporaryFile() as file, Scripted(*answers) as server:
            file.write(generate("--tickets", 10, "--events", events))
            file.flush()
            done = program("load", "--port", server.server_address[1], *arguments, file.name)
            return done.returncode, done.stdout and json.loads(done.stdout), server.bodies

    def test_each_event_alone_or_in_lines(self):
        status, said, bodies = self.send([counted(1), counted(0, 1), counted(1)])
        self.assertEqual((status, said["requests"], said["accepted"], said["duplicates"]), (0, 6, 5, 1))
        self.assertEqual({type for type, _ in bodies}, {"application/json"})
        status, said, bodies = self.send([counted(4), counted(1)], "--batch", 4, "--skip", 1)
        self.assertEqual((status, said["used"], said["accepted"]), (0, 5, 5))
        self.assertEqual([(type, body.count(b"\n")) for type, body in bodies], [(LINES, 4), (LINES, 1)])
        self.assertEqual(self.send([counted(2), counted(1)], "--batch", 2, "--events", 3)[1]["used"], 3)

    def test_a_wrong_answer_ends_it(self):
        for answer in (counted(0), counted(2), counted(1, 0, 1), (400, {}, "{}"), (200, {}, ""),
                       (503, {}, "{}"), (500, {"Retry-After": "0"}, "{}")):
            self.assertEqual(self.send([counted(1), answer])[0], 1, answer)

    def test_what_is_refused_is_sent_again(self):
        status, said, bodies = self.send([counted(1), (503, {"Retry-After": "1"}, "{}"), counted(1)])
        self.assertEqual((status, said["refused"], said["accepted"]), (0, 1, 6))
        self.assertEqual(bodies[1], bodies[2])
        self.assertGreaterEqual(said["max"], 1_000_000)


class Table(unittest.TestCase):
    def test_verdicts(self):
        self.assertEqual(Result("S1", [3, 4, 9]).verdict(), "held")
        self.assertEqual(Result("S1", [3.9, 1, 9]).verdict(), "missed")
        self.assertEqual(Result("S4", [5, 4, 9]).verdict(), "held")
        self.assertEqual(Result("S4", [5.1, 4, 9]).verdict(), "missed")
        self.assertEqual(Result("S2", missing="no Node.js").verdict(), "no Node.js")
        self.assertIn("no Node.js", table([Result("S2", missing="no Node.js")]))

    def run_smoke(self, build, file, *figures):
        return subprocess.run([os.path.join(TOP, "bench/run"), "--build", build, "--size", "smoke", "--quiet",
                               "--json", file.name, *figures], capture_output=True, text=True)

    def test_what_broke_is_said(self):
        with tempfile.TemporaryDirectory() as build, tempfile.NamedTemporaryFile() as file:
            os.symlink(os.path.join(BUILD, "bench"), os.path.join(build, "bench"))
            os.symlink("/bin/false", os.path.join(build, "slad"))
            done = self.run_smoke(build, file, "S13", "S14")
            self.assertEqual(done.returncode, 1)
            self.assertRegex(done.stderr, r"(?m)\AS13 broke: .*\nS14 broke: ")
            self.assertEqual(json.load(file)["figures"], [])

    def test_who_stops_it_sees_what_was_measured(self):
        with tempfile.NamedTemporaryFile() as file:
            bench = subprocess.Popen([os.path.join(TOP, "bench/run"), "--build", BUILD, "--size", "smoke", "--json",
                                      file.name, "S5", "S10"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            for line in bench.stderr:
                if "growth" in line:
                    break
            bench.terminate()
            said, why = bench.communicate(timeout=60)
            self.assertEqual((bench.returncode, why.splitlines()[-1]), (1, "stopped at S10"))
            self.assertEqual([f["figure"] for f in json.load(file)["figures"]], ["S5"])
        self.assertIn("\nS5 ", said)

    def test_all_of_it(self):
        with tempfile.NamedTemporaryFile() as file:
            done = self.run_smoke(BUILD, file)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            figures = {f["figure"]: f for f in json.load(file)["figures"]}
        self.assertEqual(set(figures), set(FIGURES))
        for name, figure in figures.items():
            self.assertIn(f"\n{name} ", done.stdout)
            if not figure["values"]:
                self.assertIn(figure["verdict"], ("no PostgreSQL 15", "no Node.js"))
                continue
            self.assertIn(figure["verdict"], ("held", "missed", "-"))
            self.assertLessEqual(figure["min"], figure["median"])
            self.assertLessEqual(figure["median"], figure["max"])


if __name__ == "__main__":
    main()
