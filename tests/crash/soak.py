#!/usr/bin/python3
"""Lets alerts come and go, and kills slad with -9 all the time, before receivers that behave badly.

    soak.py [--times N] [--seed N]

A desk opens late tickets, excludes some and takes that back, and reports outages and their ends, so
that alerts fire, change and resolve; a person acknowledges or closes some, and what is urgent and
not acknowledged is escalated. Three receivers answer, hang, cut the line, refuse connections, are down for long, answer 500,
429 or 404, or 200 with an error, each by its own whim. slad is killed N times at random instants and started again, by
the old address of a receiver or a new one. In the end all is well, what failed for good is sent
again by hand, and then: every alert is what the tickets come to; each move in the archive reached
each receiver that was to hear it, and nothing else did; an alert fired once and resolved at most once; what came twice
came under the same id with the same words; and a receiver heard everything in order, but for what it
had refused for good.
"""
import argparse
import collections
import json
import os
import random
import signal
import socket
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from desk import stamp, until  # noqa: E402
from logged import rows  # noqa: E402
from hook import Message, Receiver  # noqa: E402
from kit import FULL  # noqa: E402
from slad import Slad, event  # noqa: E402

LONGEST = 2.2  # seconds that slad lives
SERVICES = 6
LEVELS = {1: "general", 2: "important", 3: "urgent"}  # by the number of late tickets beside one good
ESCALATE = {"after": "1s", "notify": ["boss"]}
RULES = [{"name": "slow", "indicator": "timely_response_rate", "by": ["service"], "window": "24h",
          "below": {"general": 0.9, "important": 0.5, "urgent": 0.3}, "notify": ["ops", "gateway"], "escalate": ESCALATE},
         {"name": "outage", "instant": "outage", "fresh": "1d", "notify": ["ops", "gateway"], "escalate": ESCALATE}]
AGREEMENTS = [{"id": "acme", "from": "2020-01-01", "targets": [{"kind": "request", "respond": "1h"}]}]
# What a receiver does next: weight, and for how many seconds at most.
WHIMS = {"fine": (8, 1.0), "hang": (3, 1.5), "cut": (2, 0.5), "down": (2, 0.8), "down for long": (0.5, 9.0),
         "500": (2, 0.8), "429": (1, 0.5), "404": (1, 0.4), "200 with an error": (1, 0.4)}


class Signed(Message):
    """A CloudEvent with the headers of Standard Webhooks."""

    @property
    def told(self):
        return self.event if self.signed() else None

    @staticmethod
    def config(receiver, name, directory):
        return receiver.config(name, os.path.join(directory, f"{name}.secret"))


class Filled(Message):
    """What a template makes of it."""

    @property
    def id(self):
        return json.loads(self.body)["message"]

    @property
    def event(self):
        return json.loads(json.loads(self.body)["event"])

    told = event

    @staticmethod
    def config(receiver, name, _):
        return {"name": name, "template": {"url": receiver.url, "success": "\"ok\": true",
                                           "body": "{\"message\":\"{{message}}\",\"event\":\"{{event}}\"}"}}


class Rude(Receiver):
    """A receiver of messages of a form, with whims; `whim` is the one of now."""

    def __init__(self, seed, form):
        super().__init__(opened=False)
        self.form = form
        self.random, self.whim, self.seen = random.Random(seed), "fine", collections.Counter()
        self.refused = set()  # ids that it refused for good
        port = self.server.server_address[1]
        self.server.server_close()
        self.server.socket = socket.socket()  # bound by number, it keeps its port while it is down
        self.server.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.server.socket.bind(("127.0.0.1", port))
        self.open()

    def shut(self):
        """From here on connections are refused."""
        self.server.shutdown()
        self.thread.join()
        self.server.socket.shutdown(socket.SHUT_RDWR)

    def live(self, stopping):
        while not stopping.is_set():
            names = list(WHIMS)
            whim = self.random.choices(names, [WHIMS[name][0] for name in names])[0]
            self.seen[whim] += 1
            self.whim = whim
            if whim.startswith("down"):
                self.shut()
            stopping.wait(self.random.random() * WHIMS[whim][1])
            self.whim = "fine"
            if whim.startswith("down"):
                self.open()

    def _handler(self):
        receiver = self

        class Handler(super()._handler()):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.take(self, receiver.form(self.path, self.headers, body))

        return Handler

    def take(self, handler, message):
        whim, waited = self.whim, time.monotonic()
        with self.heard:
            self.attempts.append(message)
        while whim == "hang" and self.whim == "hang" and time.monotonic() - waited < WHIMS["hang"][1]:
            time.sleep(0.01)
        status = int(whim) if whim.isdigit() else 200
        wrong = status == 404 or (whim == "200 with an error" and self.form is Filled)
        answer = json.dumps({"ok": not wrong}).encode()
        if whim == "cut" or whim.startswith("down"):
            handler.close_connection = True
            return
        with self.heard:
            if wrong:
                self.refused.add(message.id)
            elif status == 200:
                self.messages.append(message)
        handler.send_response(status)
        if status == 429:
            handler.send_header("Retry-After", "1")
        handler.send_header("Content-Length", str(len(answer)))
        handler.end_headers()
        handler.wfile.write(answer)


class Desk(threading.Thread):
    """Posts one change after the other, each until it is acknowledged; `late` and `down` are the truth."""

    def __init__(self, slad, seed):
        super().__init__(daemon=True)
        self.slad, self.random, self.stopping = slad, random.Random(seed), threading.Event()
        self.late = {f"s{n}": set() for n in range(SERVICES)}
        self.out = {service: set() for service in self.late}  # those that are excluded
        self.down = {}  # the services that outages of now take down
        self.count, self.begun, self.wrong = 0, time.time() - 3 * 3600, []

    def make(self, type, subject, at=None, **data):
        self.count += 1
        return event(f"e-{self.count}", type if "." in type else f"request.{type}", subject,
                     stamp(at or self.begun + 2 * 3600 + self.count / 100), **data)

    def opened(self, service, subject):
        return self.make("opened", subject, self.begun, agreement="acme", service=service)

    def first(self):
        """A good ticket for each service."""
        for service in self.late:
            yield self.opened(service, f"good-{service}")
            yield self.make("responded", f"good-{service}", self.begun + 60)

    def outage(self):
        if self.down and self.random.random() < 0.6:
            subject = self.random.choice(sorted(self.down))
            return self.make("outage.ended", subject, agreement="acme", service=self.down.pop(subject))
        subject, service = f"outage-{self.count}", self.random.choice(list(self.late))
        self.down[subject] = service
        return self.make("outage.started", subject, agreement="acme", service=service)

    def change(self):
        if self.random.random() < 0.15:
            return self.outage()
        service = self.random.choice(list(self.late))
        late, out = self.late[service], self.out[service]
        if late and (len(late) == len(LEVELS) or self.random.random() < 0.6):
            subject = self.random.choice(sorted(late))
            late.remove(subject)
            out.add(subject)
            return self.make("excluded", subject, cause="test")
        if out and self.random.random() < 0.7:
            subject = self.random.choice(sorted(out))
            out.remove(subject)
            late.add(subject)
            return self.make("included", subject)
        subject = f"late-{self.count}"
        late.add(subject)
        return self.opened(service, subject)

    def post(self, events):
        while True:
            try:
                answer = self.slad.post(events)
                if answer.status != 200:
                    self.wrong.append(answer)
                return
            except OSError:
                pass
            except Exception as error:  # of http.client, when the connection ends within an answer
                if type(error).__module__ != "http.client":
                    raise
            time.sleep(0.01)

    def run(self):
        while not self.stopping.is_set():
            self.post([self.change() for _ in range(self.random.choice((1, 1, 1, 2, 4)))])
            self.stopping.wait(self.random.random() * 0.3)


class Person(threading.Thread):
    """Acknowledges or closes an alert now and then; who knows whether slad was there to hear it."""

    def __init__(self, slad, seed, stopping):
        super().__init__(daemon=True)
        self.slad, self.random, self.stopping = slad, random.Random(seed), stopping
        self.answered = collections.Counter()

    def act(self):
        firing = self.slad.get("/v1/alerts", state="firing")["alerts"]
        if firing:
            order = self.random.choice(("ack", "ack", "close"))
            answer = self.slad.ask("POST", f"/v1/alerts/{self.random.choice(firing)['id']}/{order}",
                                   b'{"by":"Jane","note":"seen"}', {"Content-Type": "application/json"})
            self.answered[order] += answer.status == 200

    def run(self):
        while not self.stopping.wait(self.random.random()):
            try:
                self.act()
            except (OSError, AssertionError):
                pass
            except Exception as error:
                if type(error).__module__ != "http.client":
                    raise


class Soak:
    def __init__(self, args):
        self.args, self.random = args, random.Random(args.seed)
        forms = {"ops": Signed, "boss": Signed, "gateway": Filled}
        self.receivers = {name: Rude(f"{args.seed}-{name}", form) for name, form in forms.items()}
        self.slad = Slad("", start=False)
        self.addresses = self.reloads = self.stops = 0
        self.write_config()
        self.desk = Desk(self.slad, f"{args.seed}-desk")
        self.checks = []

    def check(self, what, holds, detail=""):
        self.checks.append(bool(holds))
        if not holds:
            print(f"FAIL {what}: {detail}"[:4000], flush=True)

    def write_config(self, moved=False):
        """With `moved` each receiver has another address, and what waits for it is sent at once."""
        self.addresses += moved
        configured = [receiver.form.config(receiver, name, self.slad.directory)
                      for name, receiver in self.receivers.items()]
        for receiver in configured:
            receiver["webhook" if "webhook" in receiver else "template"]["url"] += f"?{self.addresses}"
        self.slad.write_config({"agreements": AGREEMENTS, "alerts": RULES, "receivers": configured})

    def reload(self, moved):
        self.write_config(moved)
        first = len(self.slad.log)
        self.slad.signal(signal.SIGHUP)
        self.slad.wait_log("was read again", first)
        self.reloads += 1

    def kills(self):
        for number in range(1, self.args.times + 1):
            if sys.stdout.isatty():
                print(f"\r{number} of {self.args.times}", end="\r", flush=True)
            self.slad.start()
            time.sleep(self.random.random() * LONGEST)
            if self.random.random() < 0.25:
                self.reload(moved=True)
                time.sleep(self.random.random() * 0.3)
            if self.random.random() < 0.1:
                self.stops += 1
                self.check(f"stop {number}", self.slad.stop() == 0, self.slad.log[-3:])
            else:
                self.check(f"it lived until kill {number}", self.slad.kill9() == -9, self.slad.log[-3:])

    def load(self):
        self.slad.start()
        self.desk.post(list(self.desk.first()))
        self.slad.kill9()
        quiet = threading.Event()
        self.person = Person(self.slad, f"{self.args.seed}-person", self.desk.stopping)
        moods = [threading.Thread(target=r.live, args=(quiet,), daemon=True) for r in self.receivers.values()]
        for thread in (self.desk, self.person, *moods):
            thread.start()
        self.kills()
        self.slad.start()
        self.desk.stopping.set()
        self.desk.join(60)
        self.person.join(60)
        quiet.set()
        for thread in moods:
            thread.join(60)
        self.check("the desk ends", not self.desk.is_alive())
        self.check("every answer is right", not self.desk.wrong, self.desk.wrong[:5])

    # Afterwards

    def standing(self):
        """The alerts that fire or were closed, by what they are about."""
        found = [a for state in ("firing", "closed") for a in self.slad.get("/v1/alerts", state=state, limit=1000)["alerts"]]
        return {a["about"]["outage"] if a["rule"] == "outage" else a["scope"]["service"]:
                a["level"] if a["state"] == "firing" and a["rule"] == "slow" else "" for a in found}

    def is_true(self):
        """Whether the alerts that stand are those of the tickets and outages."""
        slow = {service: LEVELS[len(late)] for service, late in self.desk.late.items() if late}
        standing = self.standing()
        return set(standing) == {*slow, *self.desk.down} and \
            all(level in ("", slow.get(of)) for of, level in standing.items())

    def settle(self):
        """The alerts are those of the tickets; all is delivered, the refused by hand."""
        try:
            until(self.is_true, "the alerts are those of the tickets", 20)
        except AssertionError as error:
            self.check("the alerts", False, f"{error}: {self.standing()}, not {self.desk.late} {self.desk.down}")
        self.reload(moved=True)
        self.wait_for("waiting")
        self.failed = rows(self.slad.path("slad.db"), "SELECT id, message, receiver FROM outbox WHERE state = 2")
        refused = sorted(id for r in self.receivers.values() for id in r.refused)
        known = sorted(message for _, message, _ in self.failed)
        self.check("what failed for good was refused for good", set(known) <= set(refused), set(known) - set(refused))
        listed = self.slad.get("/v1/deliveries", state="failed", limit=1000)["deliveries"]
        self.check("what failed is listed", len(listed) == len(known), f"{len(listed)}, not {len(known)}")
        for id, message, _ in self.failed:
            answer = self.slad.ask("POST", f"/v1/deliveries/{id}/retry", b"{}", {"Content-Type": "application/json"})
            self.check("a retry by hand", answer.status // 100 == 2, (message, answer))
        self.wait_for("waiting")
        self.wait_for("failed")

    def left(self, state):
        return rows(self.slad.path("slad.db"), "SELECT id, receiver, attempts, status, error FROM outbox WHERE state = ?",
                    {"waiting": 0, "failed": 2}[state])

    def wait_for(self, state):
        """Until nothing is: however much it was, as long as it gets less."""
        left = self.left(state)
        while left:
            try:
                until(lambda: len(self.left(state)) < len(left), f"less is {state}", 30)
            except AssertionError as error:
                self.check(f"nothing is {state}", False, f"{error}: {len(left)}, the first are {left[:5]}")
                return
            left = self.left(state)

    def look_at_the_archive(self):
        """The moves of each alert by its id."""
        path, moves = self.slad.path("slad.db"), collections.defaultdict(list)
        for alert, what in rows(path, "SELECT alert, what FROM alert_history ORDER BY id"):
            moves[str(alert)].append(what)
        states = {str(id): state for id, state in rows(path, "SELECT id, state FROM alert WHERE state > 1")}
        self.check("the archive has every alert", set(states) == set(moves), set(states) ^ set(moves))
        for alert, said in moves.items():
            ends = {3: "resolved", 4: "closed"}.get(states.get(alert))
            fine = said[0] == "fired" and said.count("fired") == 1 and "resolved" not in said[:-1] and \
                said.count("closed") <= 1 and said.count("escalated") <= 1 and \
                (said[-1] == ends or (ends is None and not {"closed", "resolved"} & set(said)))
            self.check(f"alert {alert}, state {states.get(alert)}", fine, said)
        services = rows(path, "SELECT rule, service, subject, count(*) FROM alert WHERE state IN (2, 4) GROUP BY 1, 2, 3")
        self.check("of one thing one alert stands", all(count == 1 for *_, count in services), services)
        return moves

    @staticmethod
    def to_be_heard(name, moves):
        """What a receiver is to hear of an alert with such a history."""
        said = [move for move in moves if move in ("fired", "changed", "escalated", "resolved", "closed")]
        if "closed" in said:  # is told as resolved, and what comes then is not
            said = said[:said.index("closed")] + ["resolved"]
        if name == "boss":
            return said[said.index("escalated"):] if "escalated" in said else []
        return [move for move in said if move != "escalated"]

    def look_at(self, name, receiver, moves):
        """What one receiver heard, against the archive and the outbox."""
        outbox = rows(self.slad.path("slad.db"), "SELECT id, message, body FROM outbox WHERE receiver = ? ORDER BY id",
                      name)
        place = {message: id for id, message, _ in outbox}
        bodies = {message: json.loads(body) for _, message, body in outbox}
        other = [a.id for a in receiver.attempts if bodies.get(a.id) != a.told]
        self.check(f"{name}: a message is always the same", not other, other[:5])
        first = list(dict.fromkeys(m.id for m in receiver.messages))
        self.check(f"{name} heard all", set(first) == set(place), (set(place) ^ set(first)))
        by_hand = {message for _, message, who in self.failed if who == name}
        inturn = [place[id] for id in first if id in place and id not in by_hand]
        self.check(f"{name} heard it in order", inturn == sorted(inturn), inturn)
        heard = collections.defaultdict(list)
        for message in sorted({m.id: m for m in receiver.messages}.values(), key=lambda m: place.get(m.id, 0)):
            heard[message.data["alert"]].append(message.move)
        lost = {alert: (said, heard.get(alert)) for alert, said in moves.items()
                if heard.get(alert, []) != self.to_be_heard(name, said)}
        self.check(f"{name} heard every move of the archive, once", not lost and set(heard) <= set(moves), lost)
        again = len(receiver.messages) - len(first)
        most = self.args.times + self.reloads  # each may come between an answer and the commit that notes it
        self.check(f"{name} heard little twice", again <= most, f"{again} times in {most} kills and reloads")
        return again

    def all(self):
        begun = time.monotonic()
        self.load()
        self.settle()
        moves = self.look_at_the_archive()
        for move in ("resolved", "changed", "escalated", "acknowledged", "closed"):
            self.check(f"an alert was {move}", self.args.times < 40 or any(move in said for said in moves.values()))
        again = [self.look_at(name, receiver, moves) for name, receiver in self.receivers.items()]
        status, said = self.slad.verify()
        self.check("verify", status == 0, said)
        self.slad.close()
        for receiver in self.receivers.values():
            receiver.close()
        whims = sum((r.seen for r in self.receivers.values()), collections.Counter())
        print(f"{self.args.times} ends in {time.monotonic() - begun:.0f} s, {self.stops} of them by SIGTERM, "
              f"{self.reloads} reloads; {self.desk.count} events; {len(moves)} alerts, "
              f"{sum(len(m) for m in moves.values())} lines of history, "
              f"{sum(len(r.attempts) for r in self.receivers.values())} attempts at "
              f"{sum(len({m.id for m in r.messages}) for r in self.receivers.values())} messages, "
              f"{sum(again)} came twice, {len(self.failed)} by hand; "
              + ", ".join(f"{order} {count}" for order, count in self.person.answered.items()) + "; "
              + ", ".join(f"{name} {count}" for name, count in whims.items()))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=400 if FULL else 24)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().getrandbits(32))
    args = parser.parse_args()
    print(f"seed {args.seed}", flush=True)
    soak = Soak(args)
    soak.all()
    failed = soak.checks.count(False)
    print(f"{soak.checks.count(True)} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
