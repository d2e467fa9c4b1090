"""The three clocks of a cycle: phases, elapsed working time, breach, deadline."""

import hours
import settings as configuration


class Phase:
    """A span of a clock between two steps: what is in force in it does not change."""

    def __init__(self, begin, end, step, stops):
        self.begin = begin
        self.end = end
        self.step = step
        self.stops = stops


class Clock:
    """One clock of one cycle, computed afresh."""

    def __init__(self, cycle, name, settings, now):
        self.cycle = cycle
        self.name = name
        self.settings = settings
        self.now = now = max(now, cycle.start, cycle.ticket.last)
        self.target_name, self.due_name = configuration.CLOCKS[name]
        self.phases = self.find_phases()
        self.stopped_at = self.phases[-1].end
        self.breached_at = None
        self.retargeted = False
        self.find_breach()
        excluded = cycle.ticket.excluded
        self.excused = (excluded is not None and self.breached_at is not None
                        and excluded[1] < self.breached_at <= now)
        if self.breached_at is not None and (self.breached_at > now or self.excused):
            self.breached_at, self.retargeted = None, False

    def stop_steps(self):
        """(steps that stop for good, steps that stop until a reopening), as indexes."""
        steps = self.cycle.steps
        if self.name == "response":
            for index, step in enumerate(steps):
                if step.what in ("responded", "resolved"):
                    return index, set()
            return None, set()
        final, pausing = None, set()
        moves = [i for i, s in enumerate(steps)
                 if s.what in ("resolved", "reopened")
                 or self.name == "recovery" and s.what == "recovered"]
        for index, following in zip(moves, moves[1:] + [None]):
            if steps[index].what == "recovered":
                return index, pausing
            if steps[index].what == "resolved":
                if following is None:
                    final = index
                elif steps[following].what == "reopened":
                    pausing.add(index)
        return final, pausing

    def find_phases(self):
        """The spans in which the clock is not stopped; the last may have no end."""
        steps = self.cycle.steps
        final, pausing = self.stop_steps()
        phases, stopped = [], False
        for index, step in enumerate(steps):
            if stopped and step.what == "reopened":
                stopped = False
            following = index + 1 if index + 1 < len(steps) else None
            if index in pausing:
                stopped = True
            if stopped:
                continue
            if following is None:
                phases.append(Phase(step.time, None, step, False))
                break
            stops = following == final or following in pausing
            phases.append(Phase(step.time, steps[following].time, step, stops))
            if following == final:
                break
        return phases

    def rule(self, step):
        """(target, due, calendar) in force: a due time of the source replaces the target."""
        due = step.attributes[self.due_name]
        version = self.settings.version_at(step.attributes["agreement"], self.cycle.start)
        if version is None:
            return None, due, None
        row = version.target_for(step.attributes)
        if row is None:
            return None, due, version.calendar
        target = row.limits.get(self.name) if due is None else None
        return target, due, row.calendar

    def paused(self, step):
        """Is a cause in the set that the agreement in force lists?"""
        if self.name == "response":
            return False
        version = self.settings.version_at(step.attributes["agreement"], self.cycle.start)
        return version is not None and bool(step.pauses & (version.pause_on - {""}))

    def elapsed_in(self, phase, until):
        """Working time of a phase up to an instant, in the calendar of the phase."""
        calendar = self.rule(phase.step)[2]
        if calendar is None or self.paused(phase.step):
            return 0
        return calendar.elapsed(phase.begin, until)

    def over(self, phase, elapsed, instant):
        """Is elapsed over the target in force, or the instant past the due time?"""
        target, due, _ = self.rule(phase.step)
        if due is not None:
            return instant > due
        return target is not None and elapsed > target

    def inside(self, phase, elapsed):
        """The first instant in the course of a phase at which it becomes late, or None."""
        target, due, calendar = self.rule(phase.step)
        if due is not None:
            return due + 1
        if target is None or calendar is None or self.paused(phase.step):
            return None
        return calendar.reach(phase.begin, target - elapsed + 1)

    def find_breach(self):
        """The first instant at which the clock is late; it stands from then on.

        At a phase's start (not of an empty phase, but for the one at the stop), else in
        its course, else at the stop. `retargeted`: by what was in force before, it would
        not have been late at that instant.
        """
        elapsed, previous = 0, None
        for phase in self.phases:
            if phase.begin == phase.end and not phase.stops:
                continue
            if self.over(phase, elapsed, phase.begin):
                self.breached_at = phase.begin
                self.retargeted = previous is not None and not self.over(
                    previous, elapsed, phase.begin)
                return
            instant = self.inside(phase, elapsed)
            if instant is not None and (phase.end is None or instant < phase.end):
                self.breached_at = instant
                return
            if phase.end is None:
                return
            elapsed += self.elapsed_in(phase, phase.end)
            if phase.stops and self.over(phase, elapsed, phase.end):
                self.breached_at = phase.end
                return
            previous = phase

    def elapsed(self):
        """Working time up to the stop, else up to now."""
        total = 0
        for phase in self.phases:
            end = self.now if phase.end is None else phase.end
            if self.stopped_at is None:
                end = min(end, self.now)
            total += self.elapsed_in(phase, max(end, phase.begin))
        return total

    def working(self):
        """The spans of open, running time that `elapsed` is the sum of."""
        spans = []
        for phase in self.phases:
            end = self.now if phase.end is None else phase.end
            if self.stopped_at is None:
                end = min(end, self.now)
            calendar = self.rule(phase.step)[2]
            if calendar is not None and not self.paused(phase.step):
                spans += calendar.open_spans(phase.begin, max(end, phase.begin))
        return hours.union(spans)

    def last_step(self):
        """The step whose attributes are in force now (or were at the end)."""
        return self.phases[-1].step

    def deadline(self):
        """The earliest t with elapsed = target in force; the due time where one is given."""
        if self.stopped_at is not None or self.excused:
            return None
        target, due, _ = self.rule(self.last_step())
        if due is not None:
            return due
        if target is None or self.paused(self.last_step()):
            return None
        left = target
        for phase in self.phases:
            calendar = self.rule(phase.step)[2]
            if calendar is None or self.paused(phase.step):
                continue
            spent = left if phase.end is None else self.elapsed_in(phase, phase.end)
            if spent >= left:
                return calendar.reach(phase.begin, left)
            left -= spent
        return None

    def state(self):
        """late once breached; met when stopped in time; else paused or running."""
        if self.breached_at is not None:
            return "late"
        if self.stopped_at is not None:
            return "met"
        return "paused" if self.paused(self.last_step()) else "running"

    def view(self):
        """What a ticket shows of a clock."""
        return {"state": self.state(), "elapsed_ms": self.elapsed(),
                "stopped_at": self.stopped_at, "breached_at": self.breached_at,
                "retargeted": self.retargeted, "deadline": self.deadline(),
                "working": self.working()}
