"""What the indicators share: dimensions, groups, and the shape of a score."""

from fractions import Fraction

SCOPE = ("agreement", "service", "priority", "team")
BOUNDS = ("value", "decided", "low", "high")


def empty_score(reason):
    """A score without a value, and why."""
    return {"a": 0, "b": 0, "pending": 0, "excluded": {}, "value": None, "decided": None,
            "low": None, "high": None, "reason": reason, "clamped": False}


def settle(score, value):
    """A value with nothing pending, cut to [0, 1]: all bounds are the value."""
    score["clamped"] = not 0 <= value <= 1
    score.update({name: min(max(value, Fraction(0)), Fraction(1)) for name in BOUNDS})
    score["reason"] = None
    return score


def rate_score(count, minus):
    """A, B, value and bounds: pending ones are in B and could still go either way."""
    score = empty_score("no_data")
    total = count["good"] + count["bad"] + count["pending"]
    score.update(a=count["bad" if minus else "good"], b=total, pending=count["pending"])
    if total:
        low = Fraction(count["good"], total)
        high = Fraction(count["good"] + count["pending"], total)
        score.update(low=low, high=high, value=high if minus else low, reason=None)
        if total > count["pending"]:
            score["decided"] = Fraction(count["good"], total - count["pending"])
    return score


class World:
    """All that a score may look at: the events in effect, the tickets, the question."""

    def __init__(self, settings, records, tickets, query, known=None):
        self.settings = settings
        self.records = records
        self.tickets = tickets
        self.query = query
        self.known = {} if known is None else known

    def once(self, key, make):
        """What depends on the events and the time alone, computed once for all windows."""
        if key not in self.known:
            self.known[key] = make()
        return self.known[key]

    def agreements(self, group):
        """The agreements that the filter and the group let through."""
        chosen = dict(zip(self.query.by, group)).get("agreement")
        wanted = self.query.filters.get("agreement", self.settings.agreements)
        return [name for name in self.settings.agreements
                if name in wanted and chosen in (None, name)]

    def in_force(self, group):
        """Is one of them in force in some part of the window up to now?"""
        window = self.query.window
        return any(max(self.settings.agreements[name][0].begin, window.begin)
                   < min(window.end, self.query.now) for name in self.agreements(group))


class Measure:
    """One indicator in one question: what belongs to each group, and its score."""

    dimensions = SCOPE

    def __init__(self, indicator, world):
        self.indicator = indicator
        self.world = world
        self.query = world.query
        self.groups = {}
        self.touched = not (set(self.query.filters) | set(self.query.by)) \
            - set(self.dimensions)
        if self.touched:
            self.gather()

    def gather(self):
        """Fills the groups."""
        raise NotImplementedError

    def body(self, group):
        """The score of a group."""
        raise NotImplementedError

    def add(self, scope, thing):
        """A thing of a scope goes to its group, if the filters admit it."""
        if self.query.admits(scope):
            self.groups.setdefault(self.query.group(scope), []).append(thing)

    def of(self, group):
        """The things of a group."""
        return self.groups.get(group, [])

    def score(self, group):
        """The score of a group; null where a dimension does not touch the indicator."""
        return self.body(group) if self.touched else empty_score("not_in_scope")

    def shown(self):
        """The groups that show because of this indicator."""
        scores = {group: self.score(group) for group in self.groups}
        return {group for group, score in scores.items()
                if score["a"] or score["b"] or score["excluded"]}


class Standing(Measure):
    """An indicator that has a value without any event: shows for each agreement."""

    def shown(self):
        """With `by` agreement alone, each agreement for which there is a value."""
        found = super().shown()
        if self.touched and self.query.by == ["agreement"]:
            found |= {(name,) for name in self.world.agreements(())
                      if self.score((name,))["value"] is not None}
        return found
