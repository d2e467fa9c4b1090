"""What the end-to-end tests share: a helpdesk that makes events, and waiting for a condition.

    desk = Desk()
    slad.post([desk.opened("T1", ago=60, service="mail"), desk.event("request.responded", "T1")])
    until(lambda: slad.scores(indicator="timely_response_rate")[0]["a"] == 1, "T1 is late")
"""
import datetime
import time

from slad import PATIENCE, SOURCE, event

TICK = 0.02  # seconds between two looks


def stamp(seconds):
    """Seconds since the epoch as RFC 3339 in UTC, with milliseconds."""
    moment = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"


def parsed(text):
    """The way back."""
    return datetime.datetime.fromisoformat(text).timestamp()


class Desk:
    """Makes events with ids of their own, some seconds ago."""

    def __init__(self, source=SOURCE, agreement="acme", prefix="e"):
        self.source, self.agreement, self.prefix = source, agreement, prefix
        self.count = 0

    def event(self, type, subject, ago=0, **data):
        self.count += 1
        return event(f"{self.prefix}-{self.count}", type, subject, stamp(time.time() - ago),
                     self.source, **data)

    def opened(self, subject, ago=0, kind="request", **data):
        return self.event(f"{kind}.opened", subject, ago, **{"agreement": self.agreement, **data})

    def late(self, subject, ago=30, **data):
        """A request that waits for so long already."""
        return [self.opened(subject, ago, **data)]

    def answered(self, subject, ago=30, **data):
        """A request that was answered in no time."""
        return [self.opened(subject, ago, **data), self.event("request.responded", subject, ago)]


def until(condition, what, patience=PATIENCE):
    """Looks again and again until the condition gives something true; gives that."""
    end = time.monotonic() + patience
    while True:
        got = condition()
        if got:
            return got
        if time.monotonic() > end:
            raise AssertionError(f"after {patience:g} s it still does not hold that {what}")
        time.sleep(TICK)


def metrics(slad):
    """The samples of /metrics by their text, such as slad_alerts{state="firing",level="urgent"}."""
    answer = slad.ask("GET", "/metrics")
    assert answer.status == 200, answer
    samples = (line.rpartition(" ") for line in answer.text.splitlines() if line[:1] not in ("#", ""))
    return {name: float(value) for name, _, value in samples}
