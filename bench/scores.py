"""S7 to S9: what a question costs, when there are many tickets behind it and while events come in.

The question is the scores of the largest customer in a full month, by service: all 32 indicators. Two
slads have a year of tickets, of a brief life (opened and resolved): one few, one many. For S8 the
question is one indicator of these, and PostgreSQL answers it from one row a ticket.
"""
import calendar
import time

import postgres
from table import Result

QUESTION = "/v1/scores?agreement=customer-01&by=service&window=last-month"
ONE = QUESTION + "&indicator=timely_response_rate"


def month(end):
    """The month that ended there: from and to in milliseconds."""
    last = time.gmtime(end / 1000 - 1)
    return calendar.timegm((last.tm_year, last.tm_mon, 1, 0, 0, 0)) * 1000, end


class Scores:
    def __init__(self, h, few, many):
        self.h, self.few, self.many = h, few, many
        for slad, tickets in ((few, h.size["few"]), (many, h.size["many"])):
            stream = h.generate(500, None, "--brief", tickets=tickets, days=365)
            said = h.bulk(slad.port, stream)
            stream.remove()
            h.say(f"scores: {tickets:,} tickets at {said['rate']:,.0f} events/s")

    def ask(self, slad, question=QUESTION):
        return self.h.ask(slad.port, question, self.h.size["asks"])

    def flat(self):
        """S7."""
        pairs = [(self.ask(self.many), self.ask(self.few)) for _ in range(self.h.size["pairs"])]
        self.h.say(f"scores: p99 {pairs[-1][0]['p99']} µs with many tickets, {pairs[-1][1]['p99']} µs with few")
        return Result("S7", [a["p99"] / b["p99"] for a, b in pairs], {
            "many": self.h.size["many"], "few": self.h.size["few"], "questions a turn": self.h.size["asks"],
            "p99 of many in ms": [a["p99"] / 1000 for a, _ in pairs],
            "of few": [b["p99"] / 1000 for _, b in pairs],
            "p50 of many": [a["p50"] / 1000 for a, _ in pairs], "p50 of few": [b["p50"] / 1000 for _, b in pairs]})

    def beside_postgres(self):
        """S8. That both count the same tickets is checked."""
        if postgres.binaries() is None:
            return Result("S8", missing="no PostgreSQL 15")
        start, end = month(self.h.end)
        facts = self.h.generate(500, None, "--brief", "--facts", tickets=self.h.size["many"], days=365)
        server = postgres.Postgres(self.h.directory)
        try:
            server.prepare_tickets(facts.path)
            theirs = server.count_tickets(1, start, end)
            ours = sum(score["b"] for score in self.many.get(ONE)["scores"])
            if ours != theirs:
                raise RuntimeError(f"slad counts {ours} tickets, PostgreSQL {theirs}")
            pairs = [(server.score(1, start, end, self.h.size["asks"] // 5), self.ask(self.many, ONE)["p99"])
                     for _ in range(self.h.size["pairs"])]
        finally:
            server.close()
            facts.remove()
        self.h.say(f"scores: p99 {pairs[-1][1]} µs, PostgreSQL {pairs[-1][0]} µs")
        return Result("S8", [a / b for a, b in pairs], {
            "tickets": self.h.size["many"], "of them counted": ours,
            "slad p99 in ms": [b / 1000 for _, b in pairs], "PostgreSQL p99 in ms": [a / 1000 for a, _ in pairs]})

    def busy(self):
        """S9: the questions of a turn, quiet and beside a client that sends events all the time."""
        seconds = self.h.size["seconds"]
        events = int(60_000 * seconds)
        stream = self.h.generate(501, events * self.h.size["pairs"])
        pairs, rates = [], []
        for number in range(self.h.size["pairs"]):
            quiet = self.h.ask(self.many.port, QUESTION, 0, seconds)
            client = self.h.background(
                "load", "--port", self.many.port, "--connections", 4, "--batch", self.h.size["batch"],
                "--seconds", seconds * 1.2, "--skip", events * number, "--events", events, stream.path)
            time.sleep(seconds * 0.1)
            pairs.append((self.h.ask(self.many.port, QUESTION, 0, seconds), quiet))
            rates.append(self.h.finish(client))
            self.h.say(f"scores: p99 {pairs[-1][0]['p99']} µs beside {rates[-1]:,.0f} events/s, {quiet['p99']} µs quiet")
        stream.remove()
        return Result("S9", [a["p99"] / b["p99"] for a, b in pairs], {
            "tickets": self.h.size["many"], "events a second meanwhile": [round(r) for r in rates],
            "p99 busy in ms": [a["p99"] / 1000 for a, _ in pairs], "quiet": [b["p99"] / 1000 for _, b in pairs]})


def measure(h, wanted):
    with h.slad() as few, h.slad() as many:
        s = Scores(h, few, many)
        figures = {"S7": s.flat, "S8": s.beside_postgres, "S9": s.busy}
        return [figures[name]() for name in figures if name in wanted]
