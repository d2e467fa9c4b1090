"""The life of one ticket as its events: opened, assigned, answered, paused, resolved, reopened..."""
from datetime import timedelta

import helpdesk


def minutes(n):
    return timedelta(milliseconds=round(n * 60000))


class Plan:
    """What is decided of a ticket before its life begins."""

    def __init__(self, kind, opened, agreement, service, priority, channel, fate, **more):
        self.kind, self.opened, self.fate = kind, opened, fate
        self.agreement, self.service, self.priority = agreement, service, priority
        self.channel = channel
        self.late = more.get("late")          # answered after the target; None: the shift decides
        self.about = more.get("about")        # "outage": of the mail outage
        self.recovered = more.get("recovered")  # when its service works again
        self.first = more.get("first")        # the Plan that it is a duplicate of
        self.details = more.get("details", {})
        self.subject = None                   # numbered in the order of opening


class Life:
    """Tells the events of one ticket; `now` goes forward."""

    def __init__(self, plan, rng, tell):
        self.plan, self.rng = plan, rng
        self.kind, self.now, self.sink = plan.kind, plan.opened, tell
        self.count = 0
        self.team, self.agents = "desk", helpdesk.shift_at(plan.opened)[3]
        if plan.kind == "complaint":
            self.team, self.agents = helpdesk.QUALITY
        self.agent = rng.choice(self.agents)

    def tell(self, verb, **data):
        self.count += 1
        self.sink(self.now, f"{self.plan.subject}-{self.count}", f"{self.kind}.{verb}",
                  self.plan.subject, data)

    def wait(self, low, high):
        self.now += minutes(self.rng.uniform(low, high))

    def about(self, median, spread, most):
        """Minutes about a median, as people need them: many short, few long."""
        return min(median * self.rng.lognormvariate(0, spread), most)

    # Parts of a life

    def open(self):
        plan = self.plan
        about = plan.about or (None if plan.kind == "complaint" else plan.service)
        self.tell("opened", agreement=plan.agreement, service=plan.service, priority=plan.priority,
                  team=self.team, channel=plan.channel,
                  title=self.rng.choice(helpdesk.TITLES[plan.kind, about]), **plan.details)

    def answer(self):
        """Assigned at a free moment; answered within the target or, if that is its lot, after."""
        plan, respond = self.plan, helpdesk.promise(self.plan.agreement, self.plan.kind,
                                                self.plan.priority)[0]
        begins = max(
            self.now, helpdesk.works_at(plan.agreement, plan.kind, plan.priority, plan.opened))
        _, median, share, agents = helpdesk.shift_at(begins)
        if plan.kind != "complaint":
            self.agents, self.agent = agents, self.rng.choice(agents)
        late = self.rng.random() < share if plan.late is None else plan.late
        needed = respond * self.rng.uniform(1.2, 2.6) if late else self.about(
            median * respond / 30, 0.6, 0.9 * respond)
        if late and self.rng.random() < 0.5:
            self.now = begins + minutes(0.8 * needed)
            self.tell("contacted", by="customer")
        self.now = begins + minutes(0.85 * needed)
        self.tell("assigned", team=self.team, agent=self.agent)
        self.now = begins + minutes(needed)
        self.tell("responded", team=self.team, agent=self.agent)

    def work(self, median, most):
        self.now += minutes(self.about(median, 0.7, most))

    def hand_over(self):
        self.wait(5, 40)
        self.team, agents = helpdesk.SECOND_LINE[self.plan.service]
        self.agent = self.rng.choice(agents)
        self.tell("assigned", team=self.team, agent=self.agent)
        self.wait(10, 60)
        self.tell("responded", team=self.team, agent=self.agent)

    def pause(self, cause):
        self.wait(3, 20)
        self.tell("paused", cause=cause)
        self.wait(20, 200)
        if cause == "customer":
            self.tell("contacted", by="customer")
        self.tell("resumed", cause=cause)

    def resolve(self, **data):
        self.tell("resolved", **data)

    def close(self, share=0.6):
        if self.rng.random() < share:
            self.wait(60, 240)
            self.tell("closed")

    def reopen(self):
        self.wait(20, 150)
        self.tell("reopened")
        self.wait(3, 15)
        self.tell("responded", team=self.team, agent=self.agent)
        self.work(40, 200)
        self.resolve(first_contact=False)


def first_contact(life):
    life.answer()
    life.wait(1, 6)
    life.resolve(first_contact=True)
    life.close()


def plain(life):
    life.answer()
    life.work(60, 320)
    life.resolve(first_contact=False)
    life.close()


def second_line(life):
    life.answer()
    life.hand_over()
    life.work(110, 700)
    life.resolve(first_contact=False)
    life.close()


def waiting(life):
    life.answer()
    life.pause("customer")
    life.work(40, 300)
    life.resolve(first_contact=False)
    life.close()


def supplier(life):
    """Waiting for a supplier is no excuse: the clock runs on."""
    life.answer()
    life.pause("supplier")
    life.work(150, 700)
    life.tell("contacted", by="agent")
    life.wait(1, 5)
    life.resolve(first_contact=False)
    life.close()


def reopened(life):
    life.answer()
    life.work(30, 200)
    life.resolve(first_contact=True)
    life.reopen()
    life.close()


def raised(life):
    """More urgent than it looked."""
    life.answer()
    life.wait(1, 10)
    life.tell("updated", priority="P2" if life.plan.priority in ("P3", "P4") else "P1")
    life.work(40, 200)
    life.resolve(first_contact=False)
    life.close()


def turned(life):
    """A request that turns out to be an incident."""
    life.answer()
    life.wait(2, 10)
    life.tell("updated", kind="incident", priority="P3")
    life.kind = "incident"
    life.work(30, 120)
    life.tell("recovered")
    life.wait(5, 30)
    life.resolve()
    life.close()


def repaired(life):
    """An incident: the service works again, and then the cause is found."""
    life.answer()
    if life.plan.recovered is not None:
        life.now = max(life.now, life.plan.recovered)
        life.wait(1, 15)
    else:
        life.work(50, 200)
        if life.rng.random() < 0.06:
            life.wait(240, 300)
    life.tell("recovered")
    life.wait(5, 60)
    life.resolve()
    life.close()


def apologised(life):
    life.answer()
    life.work(90, 400)
    life.resolve(effective=life.rng.random() > 0.15)
    life.close()


def excluded(cause):
    def live(life):
        life.wait(1, 9)
        more = {} if life.plan.first is None else {"duplicate_of": life.plan.first.subject}
        life.tell("excluded", cause=cause, **more)
    return live


def included(life):
    """Taken for spam, and then not."""
    excluded("spam")(life)
    life.wait(1, 5)
    life.tell("included")
    life.answer()
    life.work(20, 100)
    life.resolve(first_contact=False)
    life.close()


LIVES = {
    "first_contact": first_contact, "plain": plain, "second_line": second_line, "waiting": waiting,
    "supplier": supplier, "reopened": reopened, "raised": raised, "turned": turned,
    "repaired": repaired, "apologised": apologised, "included": included,
    **{cause: excluded(cause) for cause in ("duplicate", "spam", "test", "cancelled", "invalid")},
}

# The shares of fates among the tickets of a kind.
FATES = {
    "request": {"first_contact": 36, "plain": 9, "second_line": 19, "waiting": 14, "supplier": 5,
                "reopened": 5, "raised": 4, "turned": 2, "duplicate": 1.5, "spam": 1.5, "test": 0.7,
                "cancelled": 0.7, "invalid": 0.6, "included": 1},
    "incident": {"repaired": 95, "duplicate": 4, "invalid": 1},
    "complaint": {"apologised": 100},
}


def live(plan, rng, tell):
    """Tells all the events of a ticket: tell(time, id, type, subject, data)."""
    life = Life(plan, rng, tell)
    life.open()
    LIVES[plan.fate](life)
