#!/usr/bin/python3
"""What people do with alerts, at random and under a virtual clock, beside a little model of it.

SEED=N takes other walks, WALKS=N more of them.
"""
import os
import random
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from bench import Bench  # noqa: E402
from desk import stamp  # noqa: E402
from slad import event, main  # noqa: E402

START = 1_795_000_000_000  # in November 2026
SECOND, MINUTE = 1000, 60_000
PAUSE = 250  # ms between two looks at the rules, unless an order or an instant asks for one
ITEMS = "service_item_completeness"
RULES = {
    "items": {"below": {"general": 0.9, "important": 0.7, "urgent": 0.5}, "for": 0, "after": 10 * MINUTE,
              "notify": ["log", "ops"], "escalate": ["boss"], "agreements": ["acme", "beta"]},
    "patient": {"below": {"urgent": 0.5}, "for": 2 * MINUTE, "after": 5 * MINUTE,
                "notify": ["ops"], "escalate": ["boss", "ops"], "agreements": ["acme"]},
    "quiet": {"below": {"urgent": 0.6}, "for": 0, "after": 3 * MINUTE,
              "notify": [], "escalate": ["boss"], "agreements": ["beta"]},
}
LEVELS = ["urgent", "important", "general"]


def seconds(ms):
    return f"{ms // SECOND}s"


def rule_config(name, rule):
    return {"name": name, "indicator": ITEMS, "window": "this-month", "below": rule["below"],
            "for": seconds(rule["for"]), "notify": rule["notify"], "by": ["agreement"],
            **({"where": {"agreement": rule["agreements"][0]}} if len(rule["agreements"]) == 1 else {}),
            "escalate": {"after": seconds(rule["after"]), "notify": rule["escalate"]}}


CONFIG = {
    "timezone": "UTC",
    "agreements": [{"id": name, "from": "2020-01-01"} for name in ("acme", "beta")],
    "receivers": [{"name": name, "webhook": {"url": "http://127.0.0.1:9/"}} for name in ("ops", "log", "boss")],
    "alerts": [rule_config(name, rule) for name, rule in RULES.items()]}


class Alert:
    def __init__(self, id, rule, agreement, now):
        self.id, self.rule, self.agreement = id, rule, agreement
        self.state, self.since = "pending", now
        self.level = self.told = self.acked_by = self.escalated = self.silence = None
        self.heard = set()
        self.levelled = now  # it came to its level, or receivers heard of that
        self.history = []


class Model:
    """Says from the orders and the values alone who hears what, and when."""

    def __init__(self):
        self.values = {"acme": None, "beta": None}
        self.alerts, self.silences, self.messages = [], [], []
        self.now = START
        self.next_id = 1

    def live(self):
        return [a for a in self.alerts if a.state in ("pending", "firing", "closed")]

    def find(self, id):
        return next((a for a in self.alerts if a.id == id), None)

    def active(self, silence):
        return silence["from"] <= self.now < silence["end"]

    def silenced(self, alert):
        """The silence that keeps it from everybody: of several that which ends last."""
        found = None
        for s in self.silences:
            names = all(s[key] in (None, getattr(alert, key)) for key in ("rule", "level", "agreement"))
            if names and self.active(s) and (found is None or s["end"] > found["end"]):
                found = s
        return found

    def say(self, kind, alert, receivers, reason=None):
        for receiver in receivers:
            alert.heard.add(receiver)
            self.messages.append((self.now, kind, str(alert.id), receiver, alert.level, reason))

    def held(self, rule, agreement):
        value = self.values[agreement]
        if value is None:
            return None
        return next((l for l in LEVELS if value < RULES[rule]["below"].get(l, 0)), "none")

    def end(self, alert, state, reason):
        if alert.state == "firing":
            self.say("resolved", alert, sorted(alert.heard), reason)
        alert.state, alert.silence = state, None

    def condition(self, rule, agreement):
        alert = next((a for a in self.live() if (a.rule, a.agreement) == (rule, agreement)), None)
        level = self.held(rule, agreement)
        if level is None:
            return
        if level == "none":
            if alert is not None and alert.state == "pending":
                self.alerts.remove(alert)
                if alert.id == self.next_id - 1:
                    self.next_id = 1 + max([a.id for a in self.alerts], default=0)
            elif alert is not None:
                self.end(alert, "resolved", "cleared")
                alert.history.append("resolved")
            return
        if alert is None:
            alert = Alert(None, rule, agreement, self.now)
        if alert.state == "pending" and self.now >= alert.since + RULES[rule]["for"]:
            alert.state, alert.level, alert.levelled = "firing", level, self.now
            alert.history.append("fired")
        elif alert.state == "firing" and level != alert.level:
            alert.level, alert.levelled = level, self.now
            alert.history.append("changed")
        if alert.id is None:
            alert.id, self.next_id = self.next_id, self.next_id + 1
            self.alerts.append(alert)
        self.tell(alert)

    def tell(self, alert):
        rule = RULES[alert.rule]
        if alert.state != "firing":
            return
        silence = self.silenced(alert)
        if (silence and silence["id"]) != alert.silence:
            alert.silence = silence and silence["id"]
            alert.history.append("silenced" if silence else "unsilenced")
        if silence:
            return
        if alert.told != alert.level:
            if alert.told is None:
                self.say("fired", alert, rule["notify"])
            else:
                self.say("changed", alert, sorted(alert.heard))
            alert.told, alert.levelled = alert.level, self.now
        if self.waits(alert) and self.now >= alert.levelled + rule["after"]:
            alert.escalated = self.now
            alert.history.append("escalated")
            self.say("escalated", alert, rule["escalate"])

    @staticmethod
    def waits(alert):
        return (alert.state == "firing" and alert.level == "urgent" and alert.acked_by is None and
                alert.escalated is None)

    def look(self):
        for rule, settings in RULES.items():
            for agreement in settings["agreements"]:
                self.condition(rule, agreement)

    def instants(self):
        for s in self.silences:
            yield from (s["from"], s["end"])
        for a in self.live():
            if a.state == "pending":
                yield a.since + RULES[a.rule]["for"]
            elif self.waits(a):
                yield a.levelled + RULES[a.rule]["after"]

    def advance(self, to):
        while True:
            at = min((t for t in self.instants() if self.now < t <= to), default=None)
            if at is None:
                break
            self.now = at
            self.look()
        self.now = to


class Walk:
    """One walk: the same steps by the engine and by the model."""

    def __init__(self, test, seed, bench):
        self.test, self.bench, self.model = test, bench, Model()
        self.random = random.Random(seed)
        self.events = 0
        self.log = []

    def same(self, got, wanted, what):
        if got != wanted:
            self.test.fail(f"{what}: {got}\nthe model says: {wanted}\n" + "\n".join(self.log[-12:]))

    def step(self):
        choices = [(self.measure, 5), (self.wait, 4), (self.ack, 3), (self.note, 1), (self.close, 2),
                   (self.silence, 3), (self.lift, 2), (self.restart, 1)]
        ms = self.random.choice([SECOND, 7 * SECOND, MINUTE, 3 * MINUTE, 5 * MINUTE]) + self.random.randrange(SECOND)
        self.bench.advance(ms)
        while self.bench.now - self.bench.stepped < PAUSE:
            self.bench.advance(PAUSE)
        self.model.advance(self.bench.now)
        act = self.random.choices([c for c, _ in choices], [w for _, w in choices])[0]
        self.log.append(f"{self.bench.now}: {act.__name__}")
        act()
        self.compare()

    def measure(self):
        agreement, a = self.random.choice(["acme", "beta"]), self.random.choice([2, 4, 6, 6, 8, 10, 10])
        self.events += 1
        self.log.append(f"  {agreement} {a / 10}")
        self.bench.post([event(f"m{self.events}", "measurement.recorded", f"m{self.events}",
                               stamp(self.bench.now / 1000), agreement=agreement, indicator=ITEMS,
                               period=self.period, a=a, b=10)])
        self.model.values[agreement] = a / 10
        self.model.look()

    period = time.strftime("%Y-%m", time.gmtime(START / 1000))

    def wait(self):
        pass

    def pick(self):
        ids = [a.id for a in self.model.alerts]
        live = [a.id for a in self.model.live()]
        return self.random.choice(live if live and self.random.random() < 0.8 else ids or [99])

    def deed(self, name, possible, **body):
        alert = self.model.find(self.pick())
        path = f"/v1/alerts/{alert.id if alert else 99}/{name}"
        status, answer = self.bench.order(path, **body)
        self.log.append(f"  {path} {status}")
        self.same(status, 404 if alert is None else 200 if possible(alert) else 409, path)
        if status == 409:
            self.test.assertIn(f"is {alert.state}", answer["detail"])
        return alert if status == 200 else None

    def ack(self):
        alert = self.deed("ack", lambda a: a.state == "firing" and a.acked_by is None, by="ann")
        if alert:
            alert.acked_by = "ann"
            alert.history.append("acknowledged")
        self.model.look()

    def note(self):
        alert = self.deed("note", lambda a: True, by="ann", cause="rain")
        if alert:
            alert.history.append("noted")
        self.model.look()

    def close(self):
        alert = self.deed("close", lambda a: a.state == "firing", by="bob", note="enough")
        if alert:
            alert.history.append("closed")
            self.model.end(alert, "closed", "closed by bob")
        self.model.look()

    def silence(self):
        pick = self.random.choice
        some = {"rule": pick([None, *RULES]), "level": pick([None, None, *LEVELS]),
                "agreement": pick([None, "acme", "beta"])}
        begin = self.bench.now + pick([0, 0, 2 * MINUTE + 3])
        end = begin + pick([1, 30 * SECOND, 4 * MINUTE, 12 * MINUTE])
        body = {**{k: v for k, v in some.items() if v}, "reason": "works", "by": "eve", "until": stamp(end / 1000)}
        if begin > self.bench.now:
            body["from"] = stamp(begin / 1000)
        status, answer = self.bench.order("/v1/silences", **body)
        self.log.append(f"  {body} {status}")
        self.same((status, answer.get("id")), (201, str(len(self.model.silences) + 1)), "a silence")
        self.model.silences.append({**some, "id": len(self.model.silences) + 1, "from": begin, "end": end})
        self.model.look()

    def lift(self):
        if not self.model.silences:
            return
        over = [s for s in self.model.silences if s["end"] > self.bench.now]
        s = self.random.choice(over or self.model.silences)
        status, _ = self.bench.order(f"/v1/silences/{s['id']}", method="DELETE", by="eve")
        self.log.append(f"  silence {s['id']} {status}")
        self.same(status, 200 if s["end"] > self.bench.now else 409, "lifting it")
        s["end"] = min(s["end"], self.bench.now)
        self.model.look()

    def restart(self):
        self.bench.ask(restart=True)

    def compare(self):
        self.same(self.bench.outbox(), sorted(self.model.messages), "messages")
        shown = {a["id"]: a for a in self.bench.get("/v1/alerts?limit=1000")["alerts"]}
        self.same(sorted(shown), sorted(str(a.id) for a in self.model.alerts), "alerts")
        for a in self.model.alerts:
            got = shown[str(a.id)]
            self.same([got[k] for k in ("rule", "state", "acknowledged_by", "silenced_by")],
                      [a.rule, a.state, a.acked_by, a.silence and str(a.silence)], f"alert {a.id}")
            self.same(got["escalated_at"], a.escalated and stamp(a.escalated / 1000), f"escalation of {a.id}")

    def finish(self):
        """Histories; and what holds for every alert and receiver, whatever the model says."""
        for a in self.model.alerts:
            history = self.bench.get(f"/v1/alerts/{a.id}")["history"]
            self.same([line["what"] for line in history], a.history, f"history of {a.id}")
        talks = {}
        for at, kind, alert, receiver, _, _ in self.bench.outbox():
            talks.setdefault((alert, receiver), []).append((at, kind))
        for (alert, receiver), talk in talks.items():
            kinds = [kind for _, kind in sorted(talk, key=lambda t: (t[0], t[1] == "escalated"))]
            state = self.model.find(int(alert)).state
            over = state in ("resolved", "closed")
            self.same((kinds[0] in ("fired", "escalated"), kinds.count("fired") <= 1, kinds.count("escalated") <= 1,
                       kinds.count("resolved"), not over or kinds[-1] == "resolved"),
                      (True, True, True, int(over), True), f"what {receiver} hears of {alert}: {kinds}")


class Walks(unittest.TestCase):
    def test_random_walks(self):
        first = int(os.environ.get("SEED") or time.time())
        kinds = {}
        for seed in range(first, first + int(os.environ.get("WALKS") or 12)):
            print(f"SEED={seed}")
            with self.subTest(seed=seed), Bench(CONFIG, START) as bench:
                walk = Walk(self, seed, bench)
                for _ in range(60):
                    walk.step()
                walk.finish()
                for message in walk.model.messages:
                    kinds[message[1]] = kinds.get(message[1], 0) + 1
        print(kinds)
        self.assertEqual(sorted(kinds), ["changed", "escalated", "fired", "resolved"])


if __name__ == "__main__":
    main()
