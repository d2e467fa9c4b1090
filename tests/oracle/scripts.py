"""Replay scripts: the events of a stream as a sender would deliver them, and questions.

A script is a list of commands, each with `now`, which only grows:
{"post": [events], "on_error": "fail" or "skip"}, {"get": path}, {"order": path, "body": {...}},
{"ticket": {...}}, {"verify": true}, {"restart": true}.
"""

import json
import random
from urllib.parse import quote

import configs
import events
import streams
import times
from asking import Asking
from catalogue import CONNECTION, CONTROL, INDICATORS, INTEGRITY, LEAKAGE, MAJOR, REPORTS
from configs import PRIORITIES, SERVICES, some
from spoil import WRONG


class Script:
    """Builds the commands of one seed."""

    def __init__(self, seed):
        self.rng = random.Random("script %s" % seed)
        self.story = streams.stream(seed)
        self.commands = []
        self.now = self.story.begin
        self.sent = []
        self.asking = Asking(self)
        self.tickets = sorted({(e["source"], e["subject"]) for e in self.story.events
                               if events.verb_of(e["type"]) in events.VERBS})

    def say(self, **command):
        """One command at the present time."""
        self.commands.append(dict(now=self.now, **command))

    def schedule(self):
        """[(delivery time, event)]: mostly in order, some late, some a little ahead."""
        rng, planned = self.rng, []
        shuffled = rng.random() < 0.25
        for event in self.story.events:
            at = times.parse_time(event["time"])
            delay = rng.choice([0, 0, 0, -rng.randrange(5 * times.MINUTE + 1),
                                rng.randrange(times.HOUR), rng.randrange(times.DAY),
                                rng.randrange(6 * times.DAY)])
            planned.append((self.story.end + times.DAY if shuffled else at + delay, event))
        rng.shuffle(planned)
        return sorted(planned, key=lambda pair: pair[0])

    def spoiled(self, event):
        """A wrong event made of a right one, with an id of its own."""
        rng = self.rng
        wrong = json.loads(json.dumps(event))
        wrong["id"] = "w-%d" % rng.randrange(10 ** 6)
        if rng.random() < 0.1:
            wrong["time"] = times.format_utc(self.now + 5 * times.MINUTE + rng.choice([0, 1]))
        else:
            rng.choice(WRONG)(wrong)
        return wrong

    def again(self, event):
        """A duplicate: the same values, with the members in another order."""
        return {name: event[name] for name in self.rng.sample(sorted(event), len(event))}

    def conflict(self, event):
        """The same identity with other content."""
        other = json.loads(json.dumps(event))
        self.rng.choice([
            lambda: other.update(subject=other.get("subject", "") + "x"),
            lambda: other.update(sequence=99),
            lambda: other.update(data=dict(other.get("data", {}), more=1)),
            lambda: other.update(time="2025-01-01T00:00:00Z")])()
        return other

    def post(self, batch):
        """A batch with duplicates and, sometimes, wrong events among the right ones."""
        rng = self.rng
        batch = list(batch)
        self.sent += batch
        for _ in range(rng.choice([0, 0, 0, 1, 2])):
            batch.insert(rng.randint(0, len(batch)), self.again(rng.choice(self.sent)))
        good = list(batch)
        for _ in range(rng.choice([0, 0, 0, 0, 1, 2])):
            maker = rng.choice([self.spoiled, self.conflict])
            batch.insert(rng.randint(0, len(batch)), maker(rng.choice(self.sent)))
        on_error = rng.choice(["fail", "fail", "skip"])
        self.say(post=batch, on_error=on_error)
        if on_error == "fail" and len(good) < len(batch):
            self.say(post=good, on_error=rng.choice(["fail", "skip"]))

    def window(self):
        """The arguments of a window of any kind."""
        rng, story = self.rng, self.story
        day = times.from_ms(rng.randrange(story.begin, story.end)).date()
        kind = rng.random()
        if kind < 0.2:
            return {"window": "400d"}
        if kind < 0.55:
            begin, end = story.begin, self.now - self.now % times.MINUTE + times.HOUR
            if kind < 0.35:
                begin = rng.choice(story.instants) // times.MINUTE * times.MINUTE
                end = begin + times.MINUTE * rng.choice([1, 10, 60, 600, 1440, 10000])
            zone = rng.choice(configs.ZONES)
            return {"from": times.format_zoned(begin, zone), "to": times.format_utc(end)}
        year, week, _ = day.isocalendar()
        return {"window": rng.choice([
            "today", "yesterday", "this-week", "last-week", "this-month", "last-month",
            "this-quarter", "last-quarter", "this-year", "last-year", str(day.year),
            "%d-Q%d" % (day.year, (day.month + 2) // 3), day.isoformat()[:7],
            "%d-W%02d" % (year, week), day.isoformat(), day.isoformat(),
            "90m", "24h", "1d12h", "7d", "30d", "400d"])}

    def arguments(self):
        """Random arguments of a query for scores, without the indicators."""
        rng = self.rng
        result = self.window() if rng.random() < 0.9 else {}
        if rng.random() < 0.6:
            result["cohort"] = rng.choice(["opened", "settled"])
        values = {"agreement": self.story.agreements, "service": SERVICES + ["fax", ""],
                  "priority": PRIORITIES + [""], "team": streams.TEAMS}
        odds = {"agreement": 0.3, "service": 0.15, "priority": 0.08, "team": 0.06}
        for name, chosen in values.items():
            if rng.random() < odds[name]:
                result[name] = rng.sample(chosen, rng.randint(1, min(2, len(chosen))))
        return result

    def get(self, path, arguments):
        """A GET with its arguments in the URL; lists joined by commas."""
        pairs = []
        for name, value in arguments.items():
            values = value if isinstance(value, list) else [value]
            pairs.append(name + "=" + ",".join(quote(v, safe=":") for v in values))
        self.say(get=path + ("?" + "&".join(pairs) if pairs else ""))

    def ask_papers(self):
        """Measurements, assessments, reports and promises over wide windows, by agreement."""
        rng, story = self.rng, self.story
        day = times.from_ms(rng.randrange(story.begin, story.end)).date()
        wide = {"from": times.format_utc(story.begin - 100 * times.DAY),
                "to": times.format_utc(story.end + rng.choice([0, 60]) * times.DAY)}
        arguments = rng.choice([wide, {"window": rng.choice([
            str(day.year), day.isoformat()[:7], "%d-Q%d" % (day.year, (day.month + 2) // 3),
            "this-year", "this-quarter", "this-month", "400d", "30d"])}, self.window()])
        arguments = dict(arguments, cohort=rng.choice(["opened", "opened", "settled"]))
        if rng.random() < 0.3:
            arguments["agreement"] = [rng.choice(story.agreements)]
        if rng.random() < 0.5:
            arguments["by"] = ["agreement"]
        indicators = sum(story.favourites, list(REPORTS)) + rng.sample(
            [CONTROL, MAJOR, LEAKAGE, INTEGRITY, CONNECTION], rng.randint(1, 4))
        self.get("/v1/scores", dict(arguments, indicator=indicators))

    def ask(self):
        """A random question."""
        asking = self.asking
        self.rng.choices([self.ask_scores, self.ask_papers, asking.lists, asking.statistics,
                          asking.evaluation, asking.series, asking.correlation, asking.gaps],
                         [7, 4, 4, 3, 2, 2, 2, 1])[0]()

    def ask_scores(self):
        """A random query for scores."""
        rng = self.rng
        arguments = self.arguments()
        if rng.random() < 0.5:
            arguments["by"] = some(rng, ["agreement", "service", "priority", "team"], 1)
            if rng.random() < 0.5:
                arguments["by"] = [rng.choice(["agreement", "service"])]
        how = rng.random()
        if how < 0.6:
            arguments["indicator"] = some(rng, list(INDICATORS), 1) if how < 0.4 \
                else [rng.choice(INDICATORS)]
        self.get("/v1/scores", arguments)

    def look(self):
        """A ticket, or scores."""
        if self.tickets and self.rng.random() < 0.3:
            source, subject = self.rng.choice(self.tickets)
            self.say(ticket={"source": source, "subject": subject})
        else:
            self.ask()

    def wait(self, until):
        """Lets time pass, stopping at instants that matter to look around."""
        rng = self.rng
        marks = sorted(t for t in self.story.instants if self.now <= t < until)
        for mark in sorted(rng.sample(marks, min(len(marks), rng.choice([0, 0, 1])))):
            self.now = max(self.now, mark + rng.choice([-1, 0, 0, 1]))
            self.look()
        self.now = max(self.now, until)

    def build(self):
        """The whole script: batches with time and questions between, questions at the end."""
        rng = self.rng
        planned = self.schedule()
        while planned:
            count = min(len(planned), rng.choice([1, 1, 2, 3, 5, 8, 20, 50]))
            batch, planned = planned[:count], planned[count:]
            self.wait(max(at for at, _ in batch))
            lot = [event for _, event in batch]
            rng.shuffle(lot)
            self.post(lot)
            if rng.random() < 0.02:
                self.say(restart=True)
            for _ in range(rng.choice([0, 0, 1, 2])):
                self.look()
            if rng.random() < 0.15:
                self.asking.ordered()
        self.wait(max(self.now, self.story.end) + rng.choice(
            [0, 1, times.HOUR, 3 * times.DAY, 20 * times.DAY]))
        for _ in range(3):
            self.asking.ordered()
        self.commands += final_questions(self)
        self.say(verify=True)
        return self


def final_questions(script):
    """Questions at the last `now`: the same ones are asked of every other order."""
    kept, script.commands = script.commands, []
    for _ in range(7):
        script.ask()
    for ask in (script.asking.lists, script.asking.statistics, script.asking.evaluation,
                script.asking.series, script.asking.correlation, script.asking.gaps):
        ask()
    for source, subject in script.tickets[:15]:
        script.say(ticket={"source": source, "subject": subject})
    questions, script.commands = script.commands, kept
    return questions


def script(seed):
    """(configuration, commands) of a seed."""
    built = Script(seed).build()
    return built.story.config, built.commands


def permuted(seed, commands, accepted):
    """The same accepted events in another order and split, then the same last questions."""
    rng = random.Random("permuted %s" % seed)
    now = commands[-1]["now"]
    left = list(accepted) + [e for e in accepted if rng.random() < 0.2]
    rng.shuffle(left)
    result = []
    while left:
        count = rng.choice([1, 3, 10, 40, 200])
        result.append({"now": now, "post": left[:count], "on_error": "fail"})
        left = left[count:]
    last = max(i for i, c in enumerate(commands) if "post" in c)
    return result + [c for c in commands[last + 1:] if c["now"] == now and not ordered(c)]


def ordered(command):
    """Does it order something, or ask for what was ordered?"""
    url = command.get("get", "")
    return "order" in command or "revision=" in url or url.startswith(
        ("/v1/periods", "/v1/improvements"))
