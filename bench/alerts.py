"""S14: from the deadline of a ticket, and from an event that breaches, to the alert at its receiver.

Deadlines are real: tickets are due at instants of the next seconds, and nothing happens to them. The
events that breach open tickets that were due a moment ago. The receiver is an HTTP server of this
process, and the clock that of the machine.
"""
import random
import time

from harness import support
from desk import Desk, parsed, stamp  # of tests/support, as harness has it
from hook import Receiver
from table import Result

SPREAD = 0.05  # seconds from one deadline to the next, at the mean
AHEAD = 1.5  # seconds to the first of them


def config(receiver):
    return {"agreements": [{"id": "acme", "from": "2020-01-01",
                            "targets": [{"kind": "request", "respond": "30m"}]}],
            "receivers": [receiver.config("ops")],
            "alerts": [{"name": "late", "ticket": {"clock": "response", "used": {"urgent": "100%"}},
                        "notify": ["ops"]}]}


def post(slad, event):
    answer = slad.post([event])
    if answer.status != 200:
        raise RuntimeError(f"POST: {answer}")


def heard(receiver, count):
    """When each ticket's alert came, by ticket; and its deadline."""
    messages = receiver.wait(count)
    if len(messages) != count or {m.move for m in messages} != {"fired"}:
        raise RuntimeError(f"{len(messages)} messages for {count} tickets")
    return {m.data["about"]["ticket"]: (m.received, parsed(m.data["about"]["deadline"])) for m in messages}


def deadlines(slad, receiver, count, seed):
    """Seconds from each deadline to its alert."""
    desk, chance = Desk(), random.Random(seed)
    due = time.time() + AHEAD
    opened = []
    for number in range(count):
        opened.append(desk.opened(f"D{number}", respond_by=stamp(due)))
        due += chance.expovariate(1 / SPREAD)
    answer = slad.post(opened)
    if answer.status != 200:
        raise RuntimeError(f"POST: {answer}")
    return [came - deadline for came, deadline in heard(receiver, count).values()]


def breaches(slad, receiver, count, seed):
    """Seconds from the first byte of each POST to its alert."""
    desk, chance = Desk(), random.Random(seed)
    sent = {}
    for number in range(count):
        name = f"E{number}"
        event = desk.opened(name, respond_by=stamp(time.time() - 0.1))
        sent[name] = time.time()
        post(slad, event)
        time.sleep(chance.expovariate(2 / SPREAD))
    came = heard(receiver, count)
    return [came[name][0] - sent[name] for name in sent]


def quantile(values, q):
    return sorted(values)[min(int(q * len(values)), len(values) - 1)]


def measure(h, wanted):
    results = []
    for name, function in (("S14d", deadlines), ("S14e", breaches)):
        turns = []
        for number in range(min(h.size["pairs"], 3)):
            with Receiver() as receiver, support.Slad(config(receiver), program=h.slad_program) as slad:
                turns.append(function(slad, receiver, h.size["alerts"], 600 + number))
            h.say(f"alerts: {name} {quantile(turns[-1], 0.99):.3f} s")
        results.append(Result(name, [quantile(t, 0.99) for t in turns], {
            "alerts a turn": h.size["alerts"],
            "median in s": [round(quantile(t, 0.5), 4) for t in turns],
            "longest": [round(max(t), 4) for t in turns]}))
    return results
