"""The configuration: calendars, agreements and their versions, targets, reports, objectives."""

from datetime import date
from fractions import Fraction

import hours
import times

CLOCKS = {"response": ("respond", "respond_by"),
          "recovery": ("recover", "recover_by"),
          "resolution": ("resolve", "resolve_by")}
WEEK = 7 * times.DAY


class Target:
    """A row of an agreement's targets; what it does not name matches everything."""

    def __init__(self, row, calendar):
        self.keys = {k: row[k] for k in ("service", "priority", "kind") if k in row}
        self.calendar = calendar
        self.limits = {clock: times.parse_duration(row[names[0]])
                       for clock, names in CLOCKS.items() if names[0] in row}

    def matches(self, attributes):
        """All given keys must equal."""
        return all(attributes.get(k) == v for k, v in self.keys.items())

    def rank(self):
        """More given keys win; then service beats priority beats kind."""
        return (len(self.keys), "service" in self.keys, "priority" in self.keys,
                "kind" in self.keys)


class Version:
    """One version of an agreement, in force from its `from` to the next one's."""

    def __init__(self, config, calendars, default_zone):
        self.agreement = config["id"]
        self.zone = config.get("timezone", default_zone)
        self.begin = 0
        if "from" in config:
            self.begin = times.day_start(self.zone, date.fromisoformat(config["from"]))
        self.end = None
        self.calendar = calendars[config["calendar"]] if "calendar" in config else hours.ALWAYS
        self.reopen_window = times.parse_duration(config.get("reopen_window", "7d"))
        self.pause_on = set(config.get("pause_on", ["customer", "agreed"]))
        self.targets = [Target(row, calendars[row["calendar"]] if "calendar" in row
                               else self.calendar) for row in config.get("targets", [])]
        self.services = {row["id"]: calendars[row["calendar"]] if "calendar" in row
                         else self.calendar for row in config.get("services", [])}
        self.incidents = config.get("incidents_per_month", 0)
        self.reports = [(row["id"], row["every"], times.parse_duration(row["due"]))
                        for row in config.get("reports", [])]
        self.objectives = {row["indicator"]: Fraction(str(row["at_least"]))
                           for row in config.get("objectives", [])}

    def target_for(self, attributes):
        """The most specific row that matches; None if none does."""
        rows = [row for row in self.targets if row.matches(attributes)]
        return max(rows, key=Target.rank) if rows else None


class Settings:
    """All of the configuration that the indicators need."""

    def __init__(self, config):
        self.zone = config.get("timezone", "UTC")
        calendars = {row["name"]: hours.Calendar(row, self.zone)
                     for row in config.get("calendars", [])}
        self.agreements = {}
        for row in config["agreements"]:
            version = Version(row, calendars, self.zone)
            self.agreements.setdefault(version.agreement, []).append(version)
        for versions in self.agreements.values():
            versions.sort(key=lambda v: v.begin)
            for version, following in zip(versions, versions[1:]):
                version.end = following.begin

    def version_at(self, agreement, instant):
        """The version with the latest `from` <= instant; None before the first."""
        found = None
        for version in self.agreements[agreement]:
            if version.begin <= instant:
                found = version
        return found

    def zone_at(self, agreement, now):
        """The zone of the version in force, else of the first one."""
        return (self.version_at(agreement, now) or self.agreements[agreement][0]).zone

    def reopen_window(self, agreement, cycle_start):
        """How long after `resolved` a reopening continues the same cycle."""
        version = self.version_at(agreement, cycle_start)
        return version.reopen_window if version else WEEK
