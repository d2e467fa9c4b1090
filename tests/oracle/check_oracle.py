#!/usr/bin/python3
"""Runs random scripts against the replay driver and compares every answer.

    check_oracle.py --replay PATH [--seeds A-B] [--workers N] [--patience SECONDS]
    check_oracle.py --print SEED        shows the configuration and the script of a seed

For each seed: the script as it comes, then the same accepted events in another order and
split, with the same questions at the end. A difference is shown with its seed, the command,
both answers, and a script with fewer events that still shows it.
"""

import argparse
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import threading
import time
from urllib.parse import quote

import scripts
from compare import arguments_of, compare, expected
from compare_lists import Closure
from oracle import Oracle

MOST_LINES = 12


def plain(value):
    """JSON for a human eye."""
    return json.dumps(value, ensure_ascii=False)


def told(answer):
    """An answer as text, cut."""
    try:
        return plain(answer)[:3000]
    except TypeError:
        return repr(answer)[:3000]


class Replay:
    """The driver as a process in a directory of its own: one command, one answer."""

    def __init__(self, program, config, patience):
        self.folder = tempfile.TemporaryDirectory(prefix="slad-oracle-")
        path = os.path.join(self.folder.name, "slad.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(plain(config) + "\n")
        self.errors = open(os.path.join(self.folder.name, "stderr"), "w+",
                           encoding="utf-8", errors="replace")
        self.process = subprocess.Popen(
            [program, "-c", path], cwd=self.folder.name, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self.errors, encoding="utf-8")
        self.timer = threading.Timer(patience, self.process.kill)
        self.timer.start()

    def ask(self, command):
        """Sends a command, reads its answer; a dead driver answers with its last words."""
        try:
            self.process.stdin.write(plain(command) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except OSError:
            line = ""
        if line:
            try:
                return json.loads(line)
            except ValueError:
                return {"status": None, "body": "not JSON: " + line[:500]}
        code = self.process.wait()
        self.errors.seek(0)
        return {"status": None, "body": "ended with %s: %s" % (
            code, self.errors.read()[-3000:])}

    def close(self):
        """Ends the process; its exit code."""
        try:
            self.process.stdin.close()
        except OSError:
            pass
        self.process.stdout.read()
        code = self.process.wait()
        self.timer.cancel()
        self.errors.close()
        self.folder.cleanup()
        return code


def answer_to(replay, command):
    """The driver's answer; the pages of a list are joined."""
    answer, name = replay.ask(command), None
    if "/tickets" in command.get("get", ""):
        name = "tickets"
    elif "/v1/periods/" in command.get("get", ""):
        name = "moved"
    if name is None or answer["status"] != 200 or name not in answer["body"]:
        return answer
    rows, page = list(answer["body"][name]), answer
    while page["body"].get("next"):
        cursor = quote(str(page["body"]["next"]), safe="")
        page = replay.ask(dict(command, get="%s&cursor=%s" % (command["get"], cursor)))
        if page["status"] != 200:
            return page
        rows += page["body"][name]
    return {"status": 200, "body": dict(answer["body"], **{name: rows})}


class Outcome:
    """How a script went: the first difference, if any, and the events it stored."""

    def __init__(self):
        self.index = None
        self.lines = []
        self.want = None
        self.answer = None
        self.accepted = []
        self.scores = []


def run(options, config, commands):
    """Runs a script up to the first difference."""
    oracle, outcome, closure = Oracle(config), Outcome(), Closure()
    replay = Replay(options.replay, config, options.patience)
    try:
        for index, command in enumerate(commands):
            want = expected(oracle, command)
            answer = answer_to(replay, command)
            lines = compare(command, want, answer)
            if not lines and "get" in command:
                lines = closure.follow(*arguments_of(command["get"]), answer)
            if lines:
                outcome.index, outcome.lines = index, lines
                outcome.want, outcome.answer = want, answer
                break
            if command.get("get", "").startswith("/v1/scores?"):
                outcome.scores.append((command, answer))
    finally:
        code = replay.close()
    if outcome.index is None and code:
        outcome.index, outcome.lines = len(commands) - 1, ["exit code %s" % code]
    outcome.accepted = list(oracle.events.values())
    return outcome


def without(commands, dropped):
    """The script without some events (as (command, position)), and without empty posts."""
    result = []
    for number, command in enumerate(commands):
        if "post" not in command:
            result.append(command)
            continue
        left = [e for place, e in enumerate(command["post"])
                if (number, place) not in dropped]
        if left:
            result.append(dict(command, post=left))
    return result


def minimise(options, config, commands):
    """Drops questions, then events in ever smaller lots, while the last command differs."""
    last = commands[-1]
    commands = [c for c in commands[:-1] if "post" in c or "order" in c] + [last]
    deadline = time.monotonic() + options.minimise

    def differs(dropped):
        """Does the last command still differ, and none before it?"""
        shorter = without(commands, dropped)
        outcome = run(options, config, shorter)
        return outcome.index is not None and outcome.index == len(shorter) - 1

    if not differs(set()):
        return None
    places = [(n, p) for n, c in enumerate(commands[:-1])
              for p in range(len(c.get("post", ())))]
    dropped, size = set(), max(1, len(places) // 2)
    while size and time.monotonic() < deadline:
        for start in range(0, len(places), size):
            lot = dropped | set(places[start:start + size])
            if lot != dropped and time.monotonic() < deadline and differs(lot):
                dropped = lot
        places = [p for p in places if p not in dropped]
        size = size // 2
    return without(commands, dropped)


def report(options, seed, what, config, commands, outcome):
    """A difference as text."""
    command = commands[outcome.index]
    text = ["seed %d (%s), command %d of %d: %s" % (
        seed, what, outcome.index + 1, len(commands), plain(command)[:1500])]
    text += ["  " + line for line in outcome.lines[:MOST_LINES]]
    text += ["  oracle: " + told(outcome.want),
             "  driver: " + told(outcome.answer)]
    if options.minimise:
        shorter = minimise(options, config, commands[:outcome.index + 1])
        if shorter is None:
            text.append("  differs no more when only the events and this command are left")
        else:
            final = run(options, config, shorter)
            text += ["  minimised:"] + ["    " + line for line in final.lines[:MOST_LINES]]
            text += ["  slad.yaml: " + plain(config)]
            text += ["  " + plain(c) for c in shorter]
    return "\n".join(text)


def permutation(options, seed, config, commands, first):
    """The same events in another order: the oracle's answers, and the very same ones."""
    others = scripts.permuted(seed, commands, first.accepted)
    second = run(options, config, others)
    if second.index is not None:
        return report(options, seed, "permuted", config, others, second)
    earlier = {plain(command): answer for command, answer in first.scores}
    for command, answer in second.scores:
        if earlier[plain(command)] != answer:
            return "seed %d: another order answers %s otherwise:\n  %s\n  %s" % (
                seed, plain(command), plain(earlier[plain(command)]), plain(answer))
    return None


def check(job):
    """(seed, None or what differs, seconds) of one seed."""
    options, seed = job
    begin = time.monotonic()
    config, commands = scripts.script(seed)
    outcome = run(options, config, commands)
    if outcome.index is not None:
        text = report(options, seed, "as it comes", config, commands, outcome)
    else:
        text = permutation(options, seed, config, commands, outcome)
    return seed, text, time.monotonic() - begin


def show(seed):
    """The configuration and the commands of a seed, one per line."""
    config, commands = scripts.script(seed)
    print(plain(config))
    for command in commands:
        print(plain(command))


def main():
    """Reads the options, runs the seeds, ends with the count."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--replay", help="the replay driver")
    parser.add_argument("--seeds", default="1-100", help="A-B, both included")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--patience", type=float, default=60, help="seconds for one script")
    parser.add_argument("--minimise", type=float, default=20,
                        help="seconds to spend on a shorter script; 0 = none")
    parser.add_argument("--print", type=int, metavar="SEED", dest="shown")
    options = parser.parse_args()
    if options.shown is not None:
        show(options.shown)
        return 0
    if not options.replay:
        parser.error("--replay is needed")
    options.replay = os.path.abspath(options.replay)
    first, _, last = options.seeds.partition("-")
    jobs = [(options, seed) for seed in range(int(first), int(last or first) + 1)]
    failed = 0
    with multiprocessing.Pool(options.workers) as pool:
        for seed, text, spent in pool.imap(check, jobs):
            failed += text is not None
            print(text if text else "seed %d ok %.1f s" % (seed, spent), flush=True)
    print("%d passed, %d failed" % (len(jobs) - failed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
