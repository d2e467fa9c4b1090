#!/usr/bin/python3
"""Sends thousands of dead letters again at once, more than may wait for one receiver.

    letters.py [--letters N]

The receiver's hours are shut meanwhile, so that all of them wait. Once they are not, each arrives,
once, without a start of the daemon in between.
"""
import argparse
import collections
import concurrent.futures
import contextlib
import datetime
import json
import os
import signal
import sqlite3
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from desk import until  # noqa: E402
from logged import rows  # noqa: E402
from hook import Receiver  # noqa: E402
from slad import Slad  # noqa: E402

MESSAGES_OUT = 5_000  # that may be handed out for one receiver
BODY = {"specversion": "1.0", "source": "/slad", "type": "slad.alert.fired", "time": "2026-11-21T01:00:00.000Z",
        "subject": "1", "datacontenttype": "application/json",
        "data": {"alert": "1", "rule": "slow", "scope": {"agreement": "acme"}, "level": "important"}}


def config(receiver, shut):
    day = (datetime.date.today() + datetime.timedelta(3)).strftime("%a").lower()
    calendars = [{"name": "far", "week": [{"days": day, "open": "09:00-10:00"}]}]
    if shut:
        receiver = {**receiver, "hours": {"calendar": "far", "urgent": "wait"}}
    return {"agreements": [{"id": "acme", "from": "2020-01-01"}], "calendars": calendars, "receivers": [receiver]}


def bury(slad, letters):
    """Writes (receiver, state) into the outbox, 2 for dead letters and 0 for those that wait."""
    now = int(time.time() * 1000)
    with contextlib.closing(sqlite3.connect(slad.path("slad.db"))) as database:
        for i, (receiver, state) in enumerate(letters, 1):
            database.execute(
                "INSERT INTO outbox (id, message, receiver, alert, created, body, state, attempts, next, status, error,"
                " begun, ended) VALUES (?, ?, ?, 0, ?, ?, ?, ?, 0, 500, 'it was down', 0, ?)",
                (i, f"letter_{i}", receiver, now, json.dumps({**BODY, "id": f"letter_{i}"}), state, 1 if state else 0,
                 now if state else 0))
        database.commit()


def nobodys():
    """More letters than may wait, to receivers that are no longer configured: each fails, none stays."""
    with Slad({"agreements": [{"id": "acme", "from": "2020-01-01"}]}, env={"SLAD_DEBUG": "1"}) as slad:
        slad.stop()
        bury(slad, [(f"gone{i % 5}", 0) for i in range(5 * MESSAGES_OUT)])
        slad.start()
        try:
            until(lambda: rows(slad.path("slad.db"), "SELECT count(*) FROM outbox WHERE state <> 2") == [(0,)],
                  "all have failed")
        except AssertionError as error:
            print(error)
        left = rows(slad.path("slad.db"), "SELECT count(*) FROM outbox WHERE state <> 2")[0][0]
        return left == 0, f"{left} left", sum("already wait" in line for line in slad.log)


def send_again(slad, count):
    """How many orders were taken."""
    taken = collections.Counter()

    def order(i):
        for _ in range(100):
            answer = slad.ask("POST", f"/v1/deliveries/{i}/retry")
            if answer.status != 503:
                break
            time.sleep(int(answer.headers["Retry-After"]))
        taken[answer.status] += 1

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        list(pool.map(order, range(1, count + 1)))
    return taken


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--letters", type=int, default=2 * MESSAGES_OUT + 500)
    count = parser.parse_args().letters
    if os.access("/dev/shm", os.W_OK):
        tempfile.tempdir = "/dev/shm"
    with Receiver() as receiver, Slad("", start=False) as slad:
        ops = receiver.config("ops", slad.path("ops.secret"))
        slad.write_config(json.dumps({"listen": "127.0.0.1:0", "database": "slad.db", **config(ops, True)}))
        slad.start()
        slad.stop()
        # After the dead one that waits: what is sent again is behind what was handed out.
        bury(slad, [("ops", 2)] * count + [("ops", 0)])
        slad.start()
        taken = send_again(slad, count)
        print(f"orders: {dict(taken)}")
        early = len(receiver.messages)
        slad.write_config(json.dumps({"listen": "127.0.0.1:0", "database": "slad.db", **config(ops, False)}))
        slad.signal(signal.SIGHUP)
        try:
            receiver.wait(count + 1, 300)
            until(lambda: rows(slad.path("slad.db"), "SELECT count(*) FROM outbox WHERE state <> 1") == [(0,)],
                  "all are delivered")
        except AssertionError as error:
            print(str(error)[:200])
        ids = collections.Counter(message.id for message in receiver.messages)
        complaints = [line for line in slad.log if "waits for the next start" in line]
    checks = {"all orders are taken": taken == {202: count}, "none arrives early": early == 0,
              "each arrives": len(ids) == count + 1, "none arrives twice": set(ids.values()) == {1},
              "none waits for the next start": not complaints}
    checks["nobody's letters fail"], left, returned = nobodys()
    print(f"{returned} had no room at first")
    for what, holds in checks.items():
        if not holds:
            print(f"FAIL {what}: {len(ids)} of {count + 1}, {complaints[:1]}, {left}")
    failed = list(checks.values()).count(False)
    print(f"{len(checks) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
