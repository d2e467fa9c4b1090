"""Random questions beyond the scores, and orders: periods, improvements."""

import times
import windows
from catalogue import (ASSESSED, AVAILABILITY, CONNECTION, CONTROL, INDICATORS, INTEGRITY,
                       LEAKAGE, LISTED, MAJOR, MEASURED, REPORTS)
from configs import some

COUNTED = ("good", "bad", "pending", "excluded")
OTHERS = tuple(name for name in INDICATORS if name not in LISTED)
# Those that have a value in most steps.
OFTEN = (AVAILABILITY, CONNECTION, CONNECTION, CONTROL, INTEGRITY, INTEGRITY, LEAKAGE, MAJOR,
         "timely_response_rate", "resolution_rate")
DIMENSIONS = ["agreement", "service", "priority", "team"]


class Asking:
    """Asks in the name of a script."""

    def __init__(self, script):
        self.script = script
        self.rng = script.rng
        self.closed = []
        self.improvements = 0

    def wide(self, lead=40):
        """A window around all of the stream, mostly still running."""
        rng, story, now = self.rng, self.script.story, self.script.now
        begin = story.begin - rng.choice([0, lead]) * times.DAY
        end = now - now % times.MINUTE + rng.choice([0, 1, 1440]) * times.MINUTE
        return {"from": times.format_utc(begin),
                "to": times.format_utc(max(end, begin + times.MINUTE))}

    def cohort(self):
        """One cohort, the other, or what is the default."""
        return self.rng.choice([{}, {"cohort": "opened"}, {"cohort": "settled"}])

    def arguments(self, wide=0.4):
        """Random arguments of a score, more often than not over much of the stream."""
        arguments = self.cohort() if self.rng.random() < wide else self.script.arguments()
        if self.rng.random() < wide:
            arguments = {name: value for name, value in arguments.items() if name != "window"}
            arguments.update(self.wide())
        return arguments

    def indicators(self, most):
        """A few indicators, some of them of papers."""
        rng = self.rng
        chosen = [rng.choice(rng.choice([OFTEN, INDICATORS])) for _ in range(rng.randint(1, most))]
        if rng.random() < 0.3:
            chosen += sum(self.script.story.favourites, [])
        return sorted(set(chosen), key=INDICATORS.index)

    def statistics(self):
        """All statistics, mostly of groups."""
        arguments = self.arguments(0.6)
        if self.rng.random() < 0.7:
            arguments["by"] = some(self.rng, DIMENSIONS, 1) if self.rng.random() < 0.4 \
                else [self.rng.choice(DIMENSIONS)]
        if self.rng.random() < 0.2:
            arguments["format"] = "csv"
        self.script.get("/v1/statistics", arguments)

    def evaluation(self):
        """Over one agreement, or all of them."""
        rng, script = self.rng, self.script
        given = self.arguments(0.6)
        arguments = {name: given[name] for name in ("window", "from", "to", "cohort")
                     if name in given}
        if rng.random() < 0.6:
            arguments["agreement"] = [rng.choice(script.story.agreements)]
        names = [row["name"] for row in script.story.config.get("profiles", [])]
        if rng.random() < 0.7:
            arguments["profile"] = rng.choice(names + ["default"])
        script.get("/v1/evaluation", arguments)

    def stepped(self):
        """(window, step) that make some steps, rarely too many."""
        rng, script = self.rng, self.script
        day = times.from_ms(rng.randrange(script.story.begin, script.story.end)).date()
        year, week, _ = day.isocalendar()
        step = rng.choice(["hour", "day", "day", "week", "month"])
        if rng.random() < 0.5:
            return self.wide(0), "hour" if script.story.days < 12 else "day"
        names = {"hour": [day.isoformat(), "24h", "90m", "today", "yesterday"],
                 "day": [day.isoformat()[:7], "%d-W%02d" % (year, week), "30d", "this-month"],
                 "week": [day.isoformat()[:7], "%d-Q%d" % (day.year, (day.month + 2) // 3)],
                 "month": [str(day.year), "this-year", "400d", "this-quarter"]}[step]
        how = rng.random()
        if how < 0.06:
            return script.window(), "hour"
        if how < 0.2:
            return script.window(), "month"
        if how < 0.4 and step != "hour":
            return self.wide(), step
        return {"window": rng.choice(names)}, step

    def stepped_arguments(self):
        """Random arguments, with window and step."""
        arguments = self.cohort() if self.rng.random() < 0.6 else self.script.arguments()
        for name in ("window", "from", "to"):
            arguments.pop(name, None)
        window, step = self.stepped()
        arguments.update(window)
        if step != "day" or self.rng.random() < 0.5:
            arguments["step"] = step
        return arguments

    def series(self):
        """A few indicators, step by step."""
        arguments = self.stepped_arguments()
        if self.rng.random() < 0.3:
            arguments["by"] = [self.rng.choice(DIMENSIONS)]
        self.script.get("/v1/series", dict(arguments, indicator=self.indicators(3)))

    def correlation(self):
        """Two indicators, seldom one and the same."""
        x, y = (self.rng.choice(self.rng.choice([OFTEN, LISTED + OTHERS])) for _ in "xy")
        self.script.get("/v1/correlation", dict(self.stepped_arguments(), x=x, y=y))

    def gaps(self):
        """Missed objectives or all of them."""
        rng, script = self.rng, self.script
        given = self.arguments(0.5)
        arguments = {name: given[name] for name in ("window", "from", "to", "cohort")
                     if name in given}
        if rng.random() < 0.5:
            arguments["agreement"] = [rng.choice(script.story.agreements)]
        if rng.random() < 0.4:
            arguments["by"] = ["service"]
        if rng.random() < 0.6:
            arguments["all"] = "true"
        script.get("/v1/gaps", arguments)

    def lists(self):
        """A score, and all that is behind it."""
        rng = self.rng
        indicator = rng.choice([LISTED, OTHERS, REPORTS, [AVAILABILITY],
                                self.script.story.favourites[0],
                                self.script.story.favourites[1], MEASURED, ASSESSED])
        indicator = rng.choice(indicator)
        arguments = self.arguments(0.75)
        self.script.get("/v1/scores", dict(arguments, indicator=[indicator]))
        if rng.random() < 0.3:
            arguments["limit"] = rng.choice(["1", "2", "3", "1000"])
        path = "/v1/scores/%s/tickets" % indicator
        if rng.random() < 0.1:
            self.script.get(path, arguments)
        for counted in COUNTED:
            self.script.get(path, dict(arguments, counted=counted))

    def name_of_period(self):
        """The name of a calendar window, mostly of one that is over."""
        rng, script = self.rng, self.script
        day = times.from_ms(rng.randrange(script.story.begin - 31 * times.DAY,
                                          script.now)).date()
        return rng.choice(["last-month", "last-week", "yesterday"] + [
            windows.period(unit, day)[0] for unit in ("day", "week", "month", "month",
                                                      "quarter")])

    def ordered(self):
        """Closes a period or looks at one; makes, moves or looks at an improvement."""
        if self.rng.random() < 0.6:
            self.of_period()
        else:
            self.of_improvement()

    def of_period(self):
        """A period that is closed, the same again, or what was stored of it."""
        rng, script = self.rng, self.script
        if not self.closed or rng.random() < 0.5:
            agreement, name = rng.choice(script.story.agreements), self.name_of_period()
            if self.closed and rng.random() < 0.6:
                agreement, name = rng.choice(self.closed)
            self.closed.append((agreement, name))
            body = rng.choice([{}, {"by": "Jane"}, {"by": "Jane", "note": "\u00fcber"}])
            script.say(order="/v1/periods/%s/close?agreement=%s" % (name, agreement), body=body)
            return
        agreement, name = rng.choice(self.closed)
        arguments = {"agreement": [agreement]}
        if rng.random() < 0.5:
            arguments["revision"] = rng.choice(["1", "1", "2", "9"])
        how = rng.random()
        if how < 0.75 and rng.random() < 0.3:
            arguments["limit"] = rng.choice(["1", "3", "1000"])
        if how < 0.5:
            script.get("/v1/periods/%s/moves" % name, arguments)
        elif how < 0.75:
            script.get("/v1/periods/" + name, arguments)
        elif how < 0.85:
            script.get("/v1/periods", rng.choice([{}, {"agreement": [agreement]}]))
        else:
            arguments = dict(arguments, window=name, revision="1")
            if rng.random() < 0.5:
                arguments["by"] = ["service"]
            if rng.random() < 0.5:
                arguments["indicator"] = [rng.choice(INDICATORS)]
            script.get("/v1/scores", arguments)

    def of_improvement(self):
        """A new one, a move of one, possible or not, or a look at one."""
        rng, script = self.rng, self.script
        if not self.improvements or rng.random() < 0.3:
            body = {"indicator": rng.choice(rng.choice([OFTEN, INDICATORS])),
                    "agreement": rng.choice(script.story.agreements), "title": "Besser"}
            for name, values in (("service", ["mail", "vpn"]), ("priority", ["P1"]),
                                 ("team", ["one"]), ("aim", [0.5, 0.95, 1, 0.999]),
                                 ("due", ["2026-12-31"]), ("by", ["Jane"]), ("note", ["so"]),
                                 ("window", ["last-week", "this-month", "30d", "24h", "today",
                                             script.story.first.isoformat()[:7]])):
                if rng.random() < {"aim": 0.8, "window": 0.7}.get(name, 0.15):
                    body[name] = rng.choice(values)
            self.improvements += 1
            script.say(order="/v1/improvements", body=body)
            return
        number = rng.randint(1, self.improvements)
        if rng.random() < 0.4:
            script.get("/v1/improvements/%d" % number, {})
            return
        verb = rng.choice(["act", "verify", "close", "reopen"])
        script.say(order="/v1/improvements/%d/%s" % (number, verb),
                   body=rng.choice([{"note": "done"}, {"by": "Jane", "note": "done"}, {}]))
