"""The measuring book, slow and obvious: every answer is computed from all events anew."""

import catalogue
import evaluation
import events
import figures
import lists
import orders
import papers
import questions
import tallies
import times
import windows
from catalogue import INDICATORS
from clocks import Clock
from fold import SCOPE, tickets_of
from measures import BOUNDS, World
from settings import Settings

MOST_ERRORS = 100
FAMILIES = {catalogue.AVAILABILITY: tallies.Available, catalogue.MAJOR: tallies.Major,
            catalogue.CONTROL: tallies.Control, catalogue.LEAKAGE: tallies.Leakage,
            catalogue.INTEGRITY: tallies.Integrity,
            catalogue.CONNECTION: tallies.Connection}
FAMILIES.update({name: tallies.Rate for name in catalogue.TICKETS})
FAMILIES.update({name: papers.Measured for name in catalogue.MEASURED})
FAMILIES.update({name: papers.Assessed for name in catalogue.ASSESSED})
FAMILIES.update({name: papers.Reports for name in catalogue.REPORTS})


def quotient(value):
    """A fraction as the nearest float; None stays."""
    return None if value is None else value.numerator / value.denominator


class Query:
    """What a request for scores asks: a window, a cohort, filters, groups."""

    def __init__(self, settings, now, window="this-month", indicator=INDICATORS,
                 agreement=None, service=None, priority=None, team=None, by=(),
                 cohort="opened", from_=None, to=None):
        self.now = now
        self.indicators = [i for i in INDICATORS if i in indicator]
        self.filters = {name: list(values) for name, values in
                        zip(SCOPE, (agreement, service, priority, team)) if values}
        self.by = list(by)
        self.cohort = cohort
        zone = settings.zone
        agreements = set(self.filters.get("agreement", ()))
        if len(agreements) == 1:
            zone = settings.zone_at(agreements.pop(), now)
        self.window = windows.find(window, from_, to, zone, now)

    def head(self):
        """`window` and `as_of`, which all answers carry."""
        window = self.window
        return {"window": {"name": window.name, "cohort": self.cohort,
                           "from": times.format_zoned(window.begin, window.zone),
                           "to": times.format_zoned(window.end, window.zone)},
                "as_of": times.format_utc(self.now)}

    def admits(self, scope):
        """Does a full scope pass the filters? Several values of one mean any of them."""
        return all(scope[name] in values for name, values in self.filters.items())

    def group(self, scope):
        """The values of the `by` dimensions."""
        return tuple(scope[name] for name in self.by)

    def shown_scope(self, group):
        """The dimensions that name exactly one value, and those of `by`."""
        shown = {name: values[0] for name, values in self.filters.items()
                 if len(set(values)) == 1}
        shown.update(zip(self.by, group))
        return shown


class Oracle:
    """Keeps the set of accepted events and nothing else."""

    def __init__(self, config):
        self.settings = Settings(config)
        self.events = {}
        self.projected = None
        self.known = None
        self.periods = orders.Periods(self)
        self.improvements = orders.Improvements(self)

    def post(self, batch, now_ms, on_error="fail"):
        """Stores new events; all or nothing unless the wrong ones are to be skipped."""
        fresh, duplicates, errors = {}, 0, []
        for index, event in enumerate(batch):
            if not events.event_ok(event, now_ms, self.settings.agreements):
                name = event.get("id") if isinstance(event, dict) else None
                errors.append({"index": index, "id": name if isinstance(name, str) else ""})
                continue
            key = (event["source"], event["id"])
            known = fresh.get(key) or self.events.get(key)
            if known is None:
                fresh[key] = event
            elif events.canonical(known) == events.canonical(event):
                duplicates += 1
            else:
                errors.append({"index": index, "id": event["id"]})
        if errors and on_error == "fail":
            return {"status": 400, "accepted": 0, "duplicates": 0,
                    "rejected": len(errors), "errors": errors[:MOST_ERRORS]}
        self.events.update(fresh)
        return {"status": 200, "accepted": len(fresh), "duplicates": duplicates,
                "rejected": len(errors), "errors": errors[:MOST_ERRORS]}

    def project(self):
        """(records in order, complete tickets); anew once there are more events."""
        if self.projected is None or self.projected[0] != len(self.events):
            records = events.records_of(self.events.values())
            self.projected = len(self.events), (records, tickets_of(records, self.settings))
        return self.projected[1]

    def world(self, query):
        """All that the answer to a question may look at."""
        state = len(self.events), query.now
        if self.known is None or self.known[0] != state:
            self.known = state, {}
        return World(self.settings, *self.project(), query, self.known[1])

    def measures(self, query):
        """{indicator: Measure} of a question."""
        world = self.world(query)
        return {name: FAMILIES[name](name, world) for name in query.indicators}

    def scores(self, now_ms, **arguments):
        """The body of GET /v1/scores, live or of a revision."""
        revision = arguments.pop("revision", None)
        query = Query(self.settings, now_ms, **arguments)
        if revision:
            agreement, = query.filters["agreement"]
            return self.periods.stored(query, agreement, revision)
        return dict(query.head(), scores=self.answer(query))

    def answer(self, query):
        """The rows that answer a question for scores."""
        measures = self.measures(query)
        groups = {()}
        if query.by:
            groups = {group for measure in measures.values() for group in measure.shown()}
        scores = []
        for group in sorted(groups):
            for indicator, measure in measures.items():
                body = measure.score(group)
                body.update(indicator=indicator, scope=query.shown_scope(group))
                scores.append(self.judged(body, query))
        return scores

    def close(self, now_ms, window, agreement, body):
        """The answer to POST /v1/periods/{window}/close."""
        query = Query(self.settings, now_ms, window=window, agreement=[agreement])
        return self.periods.close(query, agreement, body)

    def period(self, now_ms, window, agreement, revision=None, moves=False):
        """The body of GET /v1/periods/{window}, or of its moves; all of its pages."""
        query = Query(self.settings, now_ms, window=window, agreement=[agreement])
        if moves:
            return self.periods.moves(query, agreement, revision)
        return self.periods.shown(self.periods.find(query, agreement, revision))

    def improve(self, now_ms, body):
        """The answer to POST /v1/improvements."""
        query = Query(self.settings, now_ms, window=body.get("window", "last-month"),
                      agreement=[body["agreement"]], indicator=[body["indicator"]])
        return self.improvements.create(query, body)

    def of_record(self, now_ms, number):
        """The question that a record of an improvement asks."""
        if not 1 <= number <= len(self.improvements.kept):
            raise orders.Refused(404)
        record = self.improvements.kept[number - 1]
        return Query(self.settings, now_ms, agreement=[record["scope"]["agreement"]],
                     indicator=[record["indicator"]])

    def improvement(self, now_ms, number):
        """The body of GET /v1/improvements/{id}."""
        query = self.of_record(now_ms, number)
        return self.improvements.shown(self.improvements.kept[number - 1], query)

    def move(self, now_ms, number, verb, body):
        """The answer to a move of an improvement, which asks for a note."""
        if not body.get("note"):
            raise orders.Refused(400)
        return self.improvements.move(number, verb, self.of_record(now_ms, number), body)

    def statistics(self, now_ms, format="json", **arguments):
        """The body of GET /v1/statistics, with exact figures."""
        query = Query(self.settings, now_ms, **arguments)
        return dict(query.head(), statistics=figures.statistics(self.world(query)))

    def evaluation(self, now_ms, profile=None, **arguments):
        """The body of GET /v1/evaluation, with exact figures."""
        query = Query(self.settings, now_ms, **arguments)
        scores = {name: measure.score(())
                  for name, measure in self.measures(query).items()}
        agreement = query.shown_scope(()).get("agreement")
        version = agreement and self.settings.version_at(
            agreement, min(query.now, query.window.end - 1))
        objectives = version.objectives if version else {}
        return dict(query.head(), agreement=agreement,
                    version=version.date if version else None,
                    objectives=[{"indicator": name, "at_least": objectives[name]}
                                for name in INDICATORS if name in objectives],
                    **evaluation.evaluate(self.settings.profile(profile), scores))

    def series(self, now_ms, step="day", **arguments):
        """The body of GET /v1/series."""
        return questions.series_of(self, Query(self.settings, now_ms, **arguments), step)

    def correlation(self, now_ms, x, y, step="day", **arguments):
        """The body of GET /v1/correlation."""
        query = Query(self.settings, now_ms, indicator=[x, y], **arguments)
        return questions.correlation_of(self, query, step, x, y)

    def gaps(self, now_ms, **arguments):
        """The body of GET /v1/gaps."""
        every = arguments.pop("all", "false") == "true"
        return questions.gaps_of(self, Query(self.settings, now_ms, **arguments), every)

    def judged(self, score, query):
        """Adds `objective` and `met`, where the scope names exactly one agreement."""
        objective = None
        agreement = score["scope"].get("agreement")
        if agreement is not None:
            version = self.settings.version_at(agreement,
                                               min(query.now, query.window.end - 1))
            objective = version and version.objectives.get(score["indicator"])
        value = score["value"]
        known = objective is not None and value is not None
        score["met"] = value >= objective if known else None
        score["objective"] = None if objective is None else float(objective)
        for name in BOUNDS:
            score[name] = quotient(score[name])
        return score

    def behind(self, indicator, now_ms, counted=None, limit=None, **arguments):
        """What counts so in a score, in any order, each as a tuple; all of its pages."""
        query = Query(self.settings, now_ms, indicator=[indicator], **arguments)
        if counted is None:
            paper = catalogue.MEASURED + catalogue.ASSESSED
            counted = "good" if indicator in paper else "bad"
        return [thing[1:] for thing in lists.behind(self.measures(query)[indicator])
                if thing[0] == counted]

    def ticket(self, source, subject, now_ms):
        """Attributes and the clocks of each cycle; None where the ticket is incomplete."""
        found = self.project()[1].get((source, subject))
        if found is None:
            return None
        names = ["response", "resolution"]
        if found.attributes["kind"] == "incident":
            names.append("recovery")
        world = self.world(Query(self.settings, now_ms))
        cycles = [{"start": cycle.start,
                   "scores": {name: lists.counts_in(cycle, name, world)
                              for name in INDICATORS},
                   "clocks": {name: Clock(cycle, name, self.settings, now_ms).view()
                              for name in names}} for cycle in found.cycles]
        view = {name: found.attributes[name] for name in ("kind",) + SCOPE}
        view["retracted"] = self.retracted(source, subject)
        view.update(source=source, subject=subject, cycles=cycles,
                    excluded=found.excluded[0] if found.excluded else None)
        return view

    def retracted(self, source, subject):
        """{id: True or False} of all records of a ticket: what was taken back stays."""
        left = {(e["source"], e["id"]) for e in events.effective(list(self.events.values()))}
        mine = sorted(e["id"] for e in self.events.values()
                      if (e["source"], e.get("subject")) == (source, subject)
                      and events.verb_of(e["type"]) in events.VERBS)
        return {name: (source, name) not in left for name in mine}
