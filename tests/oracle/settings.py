"""The configuration: calendars, agreements and their versions, targets, reports, objectives."""

from datetime import date
from fractions import Fraction

import catalogue
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
        self.date = config.get("from")
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


class Profile:
    """How indicators are weighed into an evaluation."""

    def __init__(self, row):
        self.name = row.get("name", "default")
        self.min_coverage = decimal(row.get("min_coverage", 0.8))
        given = row.get("characteristics", {})
        self.characteristics = {name: decimal(given.get(name, 1))
                                for name in catalogue.CHARACTERISTICS}
        self.weights = {name: Fraction(1) for name in catalogue.INDICATORS}
        self.weights.update((part["id"], decimal(part.get("weight", 1)))
                            for part in row.get("indicators", []))
        grades = row.get("grades", [{"grade": grade, "at_least": least} for grade, least in
                                    zip("ABCD", (0.95, 0.85, 0.7, 0))])
        self.grades = [(part["grade"], decimal(part["at_least"])) for part in grades]
        self.vetoes = [(part["indicator"], decimal(part["below"]), part["at_most"])
                       for part in row.get("vetoes", [])]


def decimal(number):
    """A number of the file as it is spelled there."""
    return Fraction(str(number))


class Settings:
    """All of the configuration that the indicators need."""

    def __init__(self, config):
        self.zone = config.get("timezone", "UTC")
        calendars = {row["name"]: hours.Calendar(row, self.zone)
                     for row in config.get("calendars", [])}
        self.profiles = [Profile(row) for row in config.get("profiles", [])]
        self.agreements = {}
        for row in config["agreements"]:
            version = Version(row, calendars, self.zone)
            self.agreements.setdefault(version.agreement, []).append(version)
        for versions in self.agreements.values():
            versions.sort(key=lambda v: v.begin)
            for version, following in zip(versions, versions[1:]):
                version.end = following.begin

    def profile(self, name):
        """The profile of a name; without one `default`, else the first of the file."""
        named = {profile.name: profile for profile in self.profiles}
        if name is None:
            name = "default" if "default" in named or not named else self.profiles[0].name
        return named.get(name) or Profile({})

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
