"""Tells one story to the replay driver, line by line, and compares what receivers are told."""
import datetime
import json
import os
import subprocess
import tempfile
import textwrap
import urllib.parse

from story import Line, pairs

LEVELS = ("urgent", "important", "general")
DIMENSIONS = ("agreement", "service", "priority", "team")
TOLD = ("fired", "changed", "resolved", "escalated", "backfill")
STATES = ("inactive", "pending", "firing", "resolved", "closed")
ORDERS = {"acknowledges": "ack", "notes": "note", "closes": "close"}
SAID = ("note", "cause", "measure", "verification")
ANSWERS = {"refuses": ("failed", 404), "takes": ("delivered", 200)}
MEMORY = "/dev/shm"  # where a commit for each minute of a month takes no time
LAST = 6  # messages shown when a story fails
PATIENCE = 300  # seconds for one answer


class Message:
    """A row of the outbox."""

    def __init__(self, row):
        self.id, self.receiver, self.at = row["message"], row["receiver"], row["created"]
        self.body = row["body"]
        self.move = self.body["type"].rpartition(".")[2]
        self.data = self.body["data"]
        self.claimed = False

    def get(self, name):
        """A member of the scope, of what it is about, or of the data; a.b is b in a."""
        for within in (self.data.get("scope") or {}, self.data.get("about") or {}, self.data):
            found = within
            for part in name.split("."):
                found = found.get(part) if isinstance(found, dict) else None
            if found is not None:
                return found
        counts = {of["rule"]: of["count"] for of in self.data.get("rules", [])}  # of a summary
        return counts.get(name)

    def shown(self, story):
        words = [story.shown(self.at), self.receiver, self.move]
        words += [str(self.data[name]) for name in ("rule", "level") if self.data.get(name)]
        for part in (self.data.get("scope") or {}, self.data.get("about") or {}):
            words += [f"{name}={value}" for name, value in part.items()]
        words += [f"{name}={self.data[name]}" for name in ("value", "a", "b", "reason")
                  if self.data.get(name) is not None]
        if "rule" not in self.data:
            words.append(json.dumps(self.data, ensure_ascii=False))
        return " ".join(words)


class Teller:
    def __init__(self, story, program, restarts):
        self.story, self.restarts = story, restarts
        self.now, self.down, self.messages, self.alerts = None, False, [], []
        self.folder = tempfile.TemporaryDirectory(prefix="slad-story-")
        self.configurations = 0
        self.errors = open(os.path.join(self.folder.name, "stderr"), "w+", encoding="utf-8")
        self.process = subprocess.Popen(
            [program, "-c", self.configuration(story.head)], cwd=self.folder.name, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self.errors, encoding="utf-8",
            env={**os.environ, "TMPDIR": MEMORY if os.access(MEMORY, os.W_OK) else self.folder.name})

    def close(self):
        self.process.stdin.close()
        self.process.stdout.read()
        self.process.wait()
        self.process.stdout.close()
        self.errors.close()
        self.folder.cleanup()

    def configuration(self, text):
        self.configurations += 1
        path = os.path.join(self.folder.name, f"slad-{self.configurations}.yaml")
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
        return path

    def said(self, count=LAST):
        """The last that receivers were told, for whoever looks for a mistake."""
        last = [f"       {m.shown(self.story)}\n" for m in self.messages[-count:]]
        return "     what was told last:\n" + "".join(last) if last else "     nothing was told\n"

    # The driver

    def ask(self, line, at=None, **command):
        try:
            self.process.stdin.write(json.dumps({"now": self.now if at is None else at, **command}) + "\n")
            self.process.stdin.flush()
            got = self.process.stdout.readline()
        except OSError:
            got = ""
        if not got:
            self.process.wait()
            self.errors.seek(0)
            raise line.wrong(f"slad ended: {self.errors.read()[-3000:]}")
        return json.loads(got)

    def collect(self, line):
        """What was told since the last look."""
        rows = [Message(row) for row in self.ask(line, outbox=True)["body"]["outbox"]]
        known = {message.id: message for message in self.messages}
        for message in sorted(rows, key=lambda m: m.at):
            if message.id not in known:
                self.messages.append(message)
                alert = message.data.get("alert")
                if message.move == "fired" and alert not in self.alerts:
                    self.alerts.append(alert)
            elif known[message.id].body != message.body:
                raise line.wrong(f"the message {message.id} is another one now")

    def open(self):
        return [m for m in self.messages if not m.claimed]

    def advance(self, line, until):
        """Lets time pass until then, or until something is told."""
        while self.now < until and not self.open():
            answer = self.ask(line, until, **{"pass": True})["body"]
            self.now = answer["now"]
            if answer["told"]:
                self.collect(line)

    def go(self, line, at):
        """Lets time pass up to the instant before a line; what is told on the way is not expected."""
        if self.now is None:
            self.now = at
        if at < self.now:
            raise line.wrong(f"it is {self.story.shown(self.now)} already")
        if at > self.now:
            if not self.down:
                self.advance(line, at - 1)
            self.nothing_open(line)
            self.now = at

    def nothing_open(self, line):
        if self.open():
            raise line.wrong(f"{line.text}\ncame before, and is not expected:\n  {self.open()[0].shown(self.story)}")

    # Lines

    def tell(self):
        lines = iter(self.story.lines)
        line = next(lines, None)
        while line is not None:
            try:
                line = self.line(line, lines)
            except (IndexError, KeyError, ValueError) as error:
                raise line.wrong(f"this line is not understood; README says what there is ({error!r})") from error
        last = self.story.lines[-1]
        self.nothing_open(Line(last.number, "the end of the story", last.day))
        self.laws(last)

    def line(self, line, lines):
        """Tells a line, and those events after it that happen at the same instant; gives the next."""
        after = None
        if line.words[0] == "expect":
            self.expect(line, line.words[1:])
        elif line.words[0] == "at":
            self.at(line)
        else:
            after = self.happen(line, lines)
        if self.restarts and not self.down and self.now is not None:
            self.ask(line, restart=True)
        return after or next(lines, None)

    def happen(self, line, lines):
        made = self.story.happenings(line, line.words)
        at = made[0][0]
        after = next(lines, None)
        while after is not None and after.words[0] not in ("at", "expect") and \
                self.story.moment(after, after.words)[0].first == at:
            made += self.story.happenings(after, after.words)
            after = next(lines, None)
        self.go(line, at)
        self.post(line, made)
        return after

    def post(self, line, made):
        if self.down:
            raise line.wrong("slad is stopped; nothing can be sent to it")
        answer = self.ask(line, post=[event for _, event in made])
        if answer["status"] != 200:
            raise line.wrong(f"slad refuses it: {json.dumps(answer['body'], ensure_ascii=False)}")
        self.collect(line)

    def at(self, line):
        moment, words = self.story.moment(line, line.words[1:])
        self.go(line, moment.first)
        given, bare = pairs(words)
        if not words:
            self.advance_through(line)
        elif words in (["restart"], ["stop"], ["start"]):
            self.life(line, words[0])
        elif words == ["reload"]:
            self.ask(line, reload=self.below(line))
            self.collect(line)
        elif words == ["import"]:
            below = [Line(number, text.strip(), line.day) for number, text in line.block]
            self.post(line, [one for each in below for one in self.story.happenings(each, each.words)])
        elif len(bare) >= 2 and bare[1] in ANSWERS and bare[2:] == ["everything"]:
            state, status = ANSWERS[bare[1]]
            self.ask(line, report=bare[0], state=state, status=status)
            self.collect(line)
        else:
            self.order(line, bare, given)

    def advance_through(self, line):
        """What is due at this very instant is done, too."""
        self.now -= 1
        self.advance(line, self.now + 1)

    def life(self, line, word):
        if (word == "start") != self.down:
            raise line.wrong("slad is stopped" if self.down else "slad runs")
        self.down = word == "stop"
        if not self.down:
            self.ask(line, restart=self.below(line) if line.block else True)

    def below(self, line):
        """The configuration that is indented under a line, as a file."""
        text = "\n".join(text for _, text in line.block)
        return self.configuration(self.story.configuration(textwrap.dedent(text)))

    # Orders

    def order(self, line, words, given):
        refused = None
        if len(words) > 2 and words[-2] == "refused":
            refused, words = int(words[-1]), words[:-2]
        who, verb, rest = words[0], words[1] if len(words) > 1 else "", words[2:]
        deletes, body = False, {"by": who}
        if verb in ORDERS:
            scope = {name: value for name, value in given.items() if name not in SAID}
            target = f"/v1/alerts/{self.alert(line, rest, scope)}/{ORDERS[verb]}"
            body.update({name: value for name, value in given.items() if name in SAID})
        elif verb == "silences":
            target = "/v1/silences"
            body.update({name: self.story.value(line, "", name, value) for name, value in given.items()})
        elif verb == "ends" and rest[:1] == ["silence"]:
            deletes, body = True, None
            target = f"/v1/silences/{rest[1]}?" + urllib.parse.urlencode({"by": who})
        elif verb == "retries" and rest[:1] and rest[0].isdigit():
            target = f"/v1/deliveries/{self.failed(line, int(rest[0]))}/retry"
        elif verb == "tests":
            target = f"/v1/receivers/{rest[0]}/test"
        else:
            raise line.wrong("there is no such line; README says what there is")
        answer = self.ask(line, order=target, body=body, **({"method": "DELETE"} if deletes else {}))
        if answer["status"] != refused and (refused is not None or answer["status"] >= 300):
            raise line.wrong(f"{line.text}\nwas answered {answer['status']}: "
                             f"{json.dumps(answer['body'], ensure_ascii=False)}")
        self.collect(line)

    def alert(self, line, words, scope):
        """The id of an alert: the n-th that fired for somebody, or the last of a rule and scope."""
        if len(words) == 1 and words[0].isdigit():
            if int(words[0]) > len(self.alerts):
                raise line.wrong(f"{len(self.alerts)} alerts were told of so far")
            return self.alerts[int(words[0]) - 1]
        found = self.find(line, words[0] if len(words) == 1 else None, scope)
        if not found:
            raise line.wrong(f"there is no alert {' '.join(words)} {scope or ''}")
        return found[0]["id"]

    def failed(self, line, number):
        """The id of the n-th message that failed for good."""
        found = self.ask(line, get="/v1/deliveries?state=failed&limit=1000")["body"]["deliveries"]
        if not 0 < number <= len(found):
            raise line.wrong(f"{len(found)} messages failed")
        return sorted(delivery["id"] for delivery in found)[number - 1]

    def find(self, line, rule, scope):
        """Its alerts, newest first."""
        answer = self.ask(line, get="/v1/alerts?limit=1000")
        self.collect(line)
        return [alert for alert in answer["body"]["alerts"] if alert["rule"] == rule and
                all(same(self.story, line, value, {**(alert.get("about") or {}), **alert["scope"]}.get(name))
                    for name, value in scope.items())]

    # Expectations

    def expect(self, line, words):
        if words[:1] == ["nothing"]:
            if words[1:2] == ["until"]:
                self.go(line, self.story.moment(line, words[2:])[0].first)
            elif words[1:]:
                raise line.wrong("it is written: expect nothing until TIME")
            self.nothing_open(line)
        elif words[:1] == ["alert"]:
            self.expect_alert(line, words[1:])
        elif words[:1] == ["history"]:
            self.expect_history(line, words[1:])
        elif words[:1] == ["score"]:
            self.expect_score(line, words[1:])
        else:
            self.expect_message(line, words)

    def expect_message(self, line, words):
        moment, words = self.story.moment(line, words)
        if len(words) < 2 or words[1] not in TOLD:
            raise line.wrong(f"it is written: expect TIME RECEIVER {'|'.join(TOLD)} RULE LEVEL name=value …")
        if not self.open() and not self.down:
            self.advance(line, moment.last)
        if not self.open():
            raise line.wrong(f"expected: {line.text}\ncame:     nothing until {self.story.shown(self.now)}")
        first = [m for m in self.open() if m.at == self.open()[0].at]
        found = [m for m in first if self.matches(line, m, moment, words)]
        if not found:
            came = "\n          ".join(m.shown(self.story) for m in first)
            raise line.wrong(f"expected: {line.text}\ncame:     {came}")
        found[0].claimed = True

    def matches(self, line, message, moment, words):
        given, words = pairs(words)
        wanted = [message.receiver, message.move]
        if "rule" in message.data:
            wanted += [message.data["rule"], message.data["level"]]
        return message.at in moment and words == wanted[:max(len(words), 3)] and \
            all(same(self.story, line, value, message.get(name)) for name, value in given.items())

    def expect_alert(self, line, words):
        if "is" not in words:
            raise line.wrong("it is written: expect alert RULE name=value … is STATE name=value …")
        which, being = words[:words.index("is")], words[words.index("is") + 1:]
        scope, rest = pairs(which)
        fields, state = pairs(being)
        if len(state) != 1 or state[0] not in STATES:
            raise line.wrong(f"a state is one of {', '.join(STATES)}")
        if len(rest) == 1 and rest[0].isdigit():
            found = [self.ask(line, get=f"/v1/alerts/{self.alert(line, rest, {})}")["body"]]
        else:
            found = self.find(line, rest[0], scope)
        alert = found[0] if found else {"state": "inactive"}
        if state[0] == "inactive" and alert["state"] == "resolved":
            return
        wrong = [f"{name}={alert.get(name)}" for name, value in fields.items()
                 if not same(self.story, line, value, alert.get(name))]
        if alert["state"] != state[0] or wrong:
            raise line.wrong(f"expected: {line.text}\nit is:    {alert['state']} {' '.join(wrong)}")

    def expect_history(self, line, words):
        id = self.alert(line, words[:1], {})
        answer = self.ask(line, get=f"/v1/alerts/{id}")["body"]
        came = [entry["what"] for entry in answer.get("history", [])]
        if came != words[1:]:
            raise line.wrong(f"expected: {' '.join(words[1:])}\nit is:    {' '.join(came)}")

    def expect_score(self, line, words):
        if "is" not in words:
            raise line.wrong("it is written: expect score INDICATOR window=… is a=1 b=2")
        asked, rest = pairs(words[:words.index("is")])
        wanted, _ = pairs(words[words.index("is") + 1:])
        target = "/v1/scores?" + urllib.parse.urlencode({"indicator": rest[0], **asked})
        answer = self.ask(line, get=target)
        self.collect(line)
        if answer["status"] != 200:
            raise line.wrong(f"{target} was answered: {answer['body']}")
        score = answer["body"]["scores"][0]
        if not all(same(self.story, line, value, score.get(name)) for name, value in wanted.items()):
            came = " ".join(f"{name}={score.get(name)}" for name in wanted)
            raise line.wrong(f"expected: {line.text}\nit is:    {came}")

    # What holds for every story

    def laws(self, line):
        heard = {}
        for message in self.messages:
            heard.setdefault((message.receiver, message.data.get("alert")), []).append(message)
        for (receiver, alert), messages in heard.items():
            moves = [m.move for m in messages]
            fine = len(set(m.id for m in messages)) == len(moves) and moves.count("fired") <= 1 and \
                moves.count("escalated") <= 1 and "resolved" not in moves[:-1] and moves[0] in ("fired", "escalated")
            if alert is not None and not fine:
                raise line.wrong(f"{receiver} heard of alert {alert}: {' '.join(moves)}")
        if not self.down:
            differences = self.ask(line, verify=True)["body"]["differences"]
            if differences:
                raise line.wrong(f"verify finds: {differences[:5]}")


def same(story, line, wanted, got):
    """Whether a value as it is written in a story is that of a message."""
    if got is None:
        return wanted == "none"
    if isinstance(got, bool):
        return wanted == str(got).lower()
    if isinstance(got, (int, float)):
        try:
            return abs(float(wanted) - got) < 0.0005
        except ValueError:
            return False
    if isinstance(got, str) and got.endswith("Z") and ":" in wanted:
        return parsed(got) in story.moment(line, [wanted])[0]
    return str(got) == wanted


def parsed(text):
    """RFC 3339 in milliseconds."""
    return round(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)
