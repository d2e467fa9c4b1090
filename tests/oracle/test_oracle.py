#!/usr/bin/python3
"""Clocks and scores of the oracle against small cases computed by hand."""

import copy
import os
import random
import sys
import unittest
from fractions import Fraction

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import times
from cases import CONFIG, Case, at
from oracle import Oracle

HOUR, MINUTE = times.HOUR, times.MINUTE


class Clocks(Case):

    def test_late_with_the_first_open_ms_after_the_deadline(self):
        self.open("11-20 17:30")
        clock = self.clock("response", "11-23 09:00:00.000")
        self.assertEqual((clock["state"], clock["deadline"]), ("running", at("11-20 18:00")))
        clock = self.clock("response", "11-23 09:00:00.001")
        self.assertEqual((clock["state"], clock["breached_at"]),
                         ("late", at("11-23 09:00:00.001")))

    def test_on_the_deadline_is_met(self):
        for subject, when, state in (("T1", "11-20 10:30:00.000", "met"),
                                     ("T2", "11-20 10:30:00.001", "late")):
            self.open("11-20 10:00", subject=subject)
            self.tell("request.responded", when, subject)
            self.assertEqual(self.clock("response", "11-20 11:00", subject)["state"], state)
        self.assertEqual(self.counts("timely_response_rate"), (1, 2, 0))

    def test_late_at_the_stop_outside_hours(self):
        """Elapsed stays at the target over the weekend: an answer on Sunday is in time."""
        self.open("11-20 17:30")
        self.tell("request.responded", "11-22 12:00")
        self.assertEqual(self.clock("response", "11-30 12:00")["state"], "met")

    def test_pauses_are_united(self):
        self.open("11-20 09:00")
        for verb, when, cause in (("paused", "11-20 10:00", "customer"),
                                  ("paused", "11-20 11:00", "agreed"),
                                  ("resumed", "11-20 11:30", "customer")):
            self.tell("request." + verb, when, cause=cause)
        self.assertEqual(self.clock("resolution", "11-20 11:45")["elapsed_ms"], HOUR)
        for verb, when, cause in (("resumed", "11-20 14:00", "agreed"),
                                  ("paused", "11-20 14:30", "supplier")):
            self.tell("request." + verb, when, cause=cause)
        self.assertEqual(self.clock("resolution", "11-20 15:00")["elapsed_ms"], 2 * HOUR)
        self.assertEqual(self.clock("response", "11-20 15:00")["elapsed_ms"], 4.5 * HOUR)
        # 8 h: 1 h before, 4 h to 18:00 on Friday, 3 h on Monday.
        self.assertEqual(self.clock("resolution", "11-20 15:00")["deadline"],
                         at("11-23 12:00"))

    def test_paused_has_no_deadline_and_never_ends_late(self):
        self.open("11-20 09:00")
        self.tell("request.paused", "11-20 10:00", cause="customer")
        clock = self.clock("resolution", "12-10 10:00")
        self.assertEqual((clock["state"], clock["deadline"]), ("paused", None))

    def test_reopened_within_the_window(self):
        """09:00-10:00 and 14:00-15:00: two hours; the first resolution counts no more."""
        self.open("11-20 09:00")
        self.tell("request.resolved", "11-20 10:00", first_contact=True)
        self.assertEqual(self.counts("resolution_rate"), (1, 1, 0))
        self.tell("request.reopened", "11-20 14:00")
        self.assertEqual(self.counts("resolution_rate"), (0, 1, 1))
        self.tell("request.resolved", "11-20 15:00", first_contact=True)
        clock = self.clock("resolution", "11-30 12:00")
        self.assertEqual((clock["elapsed_ms"], clock["stopped_at"]),
                         (2 * HOUR, at("11-20 15:00")))
        self.assertEqual(self.counts("first_contact_resolution_rate"), (0, 1, 0))

    def test_reopened_at_and_after_the_end_of_the_window(self):
        for subject, when, cycles in (("T1", "11-17 10:00:00.000", 1),
                                      ("T2", "11-17 10:00:00.001", 2)):
            self.open("11-10 09:00", subject=subject)
            self.tell("request.resolved", "11-10 10:00", subject)
            self.tell("request.reopened", when, subject)
            found = self.oracle.ticket("s", subject, at("11-30 12:00"))["cycles"]
            self.assertEqual(len(found), cycles)
        self.assertEqual(self.counts("resolution_rate"), (1, 3, 2))
        behind = self.oracle.behind("resolution_rate", at("11-30 12:00"), "pending",
                                    window="2026-11")
        self.assertEqual(sorted(behind), [("s", "T1", at("11-10 09:00"), None),
                                          ("s", "T2", at("11-17 10:00:00.001"), None)])

    def test_last_resolved_moves_the_stop(self):
        self.open("11-20 09:00")
        self.tell("request.resolved", "11-20 10:00")
        self.tell("request.closed", "11-20 10:30")
        self.tell("request.resolved", "11-20 11:00")
        self.assertEqual(self.clock("resolution", "11-30 12:00")["elapsed_ms"], 2 * HOUR)

    def test_recovered_else_resolved(self):
        self.open("11-20 09:00", "incident")
        self.tell("incident.recovered", "11-20 13:30:00.001")
        self.tell("incident.resolved", "11-20 17:00")
        clock = self.clock("recovery", "11-30 12:00")
        self.assertEqual((clock["state"], clock["elapsed_ms"]), ("met", 3 * HOUR + 1))
        self.open("11-20 09:00", "incident", "T2")
        self.tell("incident.resolved", "11-20 17:00", "T2")
        self.assertEqual(self.clock("recovery", "11-30 12:00", "T2")["breached_at"],
                         at("11-20 14:30:00.001"))
        self.assertEqual(self.counts("on_time_recovery_rate"), (1, 2, 0))

    def test_breach_by_the_change_stands(self):
        """2 h 30 at 14:00; P1 allows 2 h: late then; the downgrade does not heal."""
        self.open("11-20 10:00", priority="P3")
        self.tell("request.updated", "11-20 14:00", priority="P1")
        self.tell("request.updated", "11-20 14:10", priority="P3")
        self.tell("request.resolved", "11-20 14:20")
        clock = self.clock("resolution", "11-30 12:00")
        self.assertEqual((clock["state"], clock["breached_at"], clock["retargeted"]),
                         ("late", at("11-20 14:00"), True))

    def test_upgrade_taken_back_at_once_does_nothing(self):
        self.open("11-20 10:00", priority="P3")
        first = self.event("request.updated", "11-20 14:00", {"priority": "P1"}, sequence=1)
        second = self.event("request.updated", "11-20 14:00", {"priority": "P3"}, sequence=2)
        self.post(second, first)
        self.tell("request.resolved", "11-20 14:20")
        self.assertEqual(self.clock("resolution", "11-30 12:00")["state"], "met")

    def test_target_in_force_at_the_stop(self):
        self.open("11-20 10:00", priority="P3")
        self.tell("request.updated", "11-20 14:00", priority="P1")
        self.tell("request.resolved", "11-20 14:00")
        self.assertEqual(self.clock("resolution", "11-30 12:00")["breached_at"],
                         at("11-20 14:00"))

    def test_phases_run_in_their_own_calendars(self):
        """Office until 18:30 on Friday (1 h), then always: 4 h are over at 21:30."""
        self.open("11-20 17:00")
        self.tell("request.updated", "11-20 18:30", service="mail")
        self.assertEqual(self.clock("resolution", "11-20 19:00")["deadline"],
                         at("11-20 21:30"))
        self.assertEqual(self.clock("resolution", "11-30 12:00")["breached_at"],
                         at("11-20 21:30:00.001"))

    def test_service_beats_priority(self):
        self.open("11-20 19:00", priority="P1", service="mail")
        self.assertEqual(self.clock("response", "11-20 19:01")["deadline"],
                         at("11-20 19:15"))

    def test_version_of_the_opening(self):
        """Opened under the first version: 30 office minutes, though the second is in force."""
        self.open("11-30 17:45")
        self.open("12-01 00:00", subject="T2")
        self.assertEqual(self.clock("response", "12-01 00:01")["deadline"], at("12-01 09:15"))
        self.assertEqual(self.clock("response", "12-01 00:01", "T2")["deadline"],
                         at("12-01 00:05"))

    def test_due_time_replaces_the_target(self):
        self.open("11-20 09:00", resolve_by="2026-11-21T12:00:00+08:00")
        self.tell("request.paused", "11-20 10:00", cause="customer")
        self.assertEqual(self.clock("resolution", "11-21 12:00")["state"], "paused")
        self.assertEqual(self.clock("resolution", "11-21 12:01")["breached_at"],
                         at("11-21 12:00:00.001"))

    def test_due_time_moved_and_unset(self):
        self.open("11-20 09:00", resolve_by="2026-11-20T12:00:00+08:00")
        self.tell("request.updated", "11-20 11:00", resolve_by="2026-11-20T15:00:00+08:00")
        self.assertEqual(self.clock("resolution", "11-20 13:00")["deadline"],
                         at("11-20 15:00"))
        self.tell("request.updated", "11-20 14:00", resolve_by=None)
        self.assertEqual(self.clock("resolution", "11-20 16:00")["deadline"],
                         at("11-23 09:30"))
        self.tell("request.updated", "11-20 17:00", resolve_by="2026-11-20T16:00:00+08:00")
        clock = self.clock("resolution", "11-20 17:30")
        self.assertEqual((clock["breached_at"], clock["retargeted"]),
                         (at("11-20 17:00"), True))

    def test_events_before_the_opening_take_effect_then(self):
        self.tell("request.responded", "11-20 08:00")
        self.assertIsNone(self.oracle.ticket("s", "T1", at("11-20 08:30")))
        self.assertEqual(self.counts("timely_response_rate"), (0, 0, 0))
        self.open("11-20 10:00")
        self.assertEqual(self.clock("response", "11-20 18:00")["stopped_at"],
                         at("11-20 10:00"))

    def test_other_agreement_has_other_rules(self):
        """beta: one hour to reopen; only the supplier's pauses stop the clock."""
        self.open("11-20 09:00", "incident", agreement="beta")
        self.tell("incident.paused", "11-20 09:30", cause="customer")
        self.tell("incident.paused", "11-20 09:40", cause="supplier")
        self.tell("incident.resolved", "11-20 11:00")
        self.assertEqual(self.clock("recovery", "11-30 12:00")["elapsed_ms"], 40 * MINUTE)
        self.tell("incident.reopened", "11-20 12:00:00.001")
        self.assertEqual(len(self.oracle.ticket("s", "T1", self.later)["cycles"]), 2)


class Counting(Case):

    def test_value_and_bounds(self):
        for number in range(4):
            self.open("11-20 09:00", subject="T%d" % number)
        self.tell("request.responded", "11-20 09:10", "T0")
        self.tell("request.responded", "11-20 09:20", "T1")
        score = self.score("timely_response_rate", "11-20 09:20")
        self.assertEqual((score["a"], score["b"], score["pending"]), (0, 4, 2))
        score = self.score("timely_response_rate", "11-20 09:30", agreement=["acme"])
        self.assertEqual([score[n] for n in ("value", "decided", "low", "high")],
                         [1, 1, 0.5, 1])
        self.assertEqual((score["objective"], score["met"]), (0.5, True))
        score = self.score("timely_response_rate", "11-20 09:31", agreement=["acme"])
        self.assertEqual((score["a"], score["value"], score["met"]), (2, 0.5, True))

    def test_exclusion_by_cause_and_inclusion(self):
        self.open("11-20 09:00")
        self.tell("request.excluded", "11-20 09:10", cause="spam")
        score = self.score("resolution_rate")
        self.assertEqual((score["b"], score["excluded"], score["reason"]),
                         (0, {"spam": 1}, "no_data"))
        self.tell("request.included", "11-20 18:00")
        self.assertEqual(self.counts("timely_response_rate"), (1, 1, 0))
        self.assertEqual(self.clock("response", "11-30 12:00")["breached_at"],
                         at("11-20 09:30:00.001"))

    def test_cancelled_after_a_breach_stays_late(self):
        self.open("11-20 09:00")
        self.tell("request.excluded", "11-20 10:00", cause="cancelled")
        self.assertEqual(self.counts("timely_response_rate"), (1, 1, 0))
        score = self.score("timely_resolution_rate")
        self.assertEqual((score["b"], score["excluded"]), (0, {"cancelled": 1}))
        self.open("11-20 09:00", subject="T2")
        self.tell("request.excluded", "11-20 09:30", "T2", cause="cancelled")
        self.assertEqual(self.counts("timely_response_rate"), (1, 1, 0))

    def test_no_agreement_in_force(self):
        self.open("11-16 12:59:59.999", "incident", agreement="beta")
        self.open("11-16 13:00", "incident", "T2", agreement="beta")
        score = self.score("on_time_recovery_rate")
        self.assertEqual((score["b"], score["excluded"]), (1, {"no_agreement": 1}))

    def test_kind_change_counts_as_the_latest_kind(self):
        self.open("11-20 09:00")
        self.tell("request.updated", "11-20 10:00", kind="incident")
        self.assertEqual(self.counts("timely_response_rate"), (0, 0, 0))
        self.assertEqual(self.counts("on_time_recovery_rate"), (1, 1, 0))

    def test_complaints(self):
        score = self.score("complaint_handling_rate")
        self.assertEqual((score["value"], score["reason"]), (1, "b_zero_standard"))
        for subject, data in (("T1", {}), ("T2", {"effective": False})):
            self.open("11-20 09:00", "complaint", subject)
            self.tell("complaint.resolved", "11-20 10:00", subject, **data)
        self.assertEqual(self.counts("complaint_handling_rate"), (1, 2, 0))

    def first_contact(self, *records):
        """One more request with these records, resolved at 12:00: is it first contact?"""
        self.setUp()
        self.open("11-20 09:00", team="one")
        for verb, data in records:
            self.tell("request." + verb, "11-20 10:00", **data)
        self.tell("request.resolved", "11-20 12:00")
        return self.counts("first_contact_resolution_rate")[0] == 1

    def test_first_contact_by_the_log(self):
        self.assertTrue(self.first_contact())
        self.assertTrue(self.first_contact(("responded", {"team": "one"}),
                                           ("contacted", {"by": "agent"})))
        self.assertFalse(self.first_contact(("responded", {}), ("responded", {})))
        self.assertFalse(self.first_contact(("contacted", {})))
        self.assertFalse(self.first_contact(("assigned", {"team": "two"})))
        self.assertFalse(self.first_contact(("responded", {"team": "two"})))
        self.assertFalse(self.first_contact(("paused", {"cause": "supplier"})))
        self.assertTrue(self.first_contact(("resumed", {}), ("reopened", {})))

    def test_first_contact_as_said(self):
        self.open("11-20 09:00")
        self.tell("request.contacted", "11-20 09:30")
        self.tell("request.resolved", "11-20 10:00", first_contact=True)
        self.assertEqual(self.counts("first_contact_resolution_rate"), (1, 1, 0))
        self.tell("request.resolved", "11-20 11:00")
        self.assertEqual(self.counts("first_contact_resolution_rate"), (1, 1, 0))
        self.tell("request.resolved", "11-20 12:00", first_contact=False)
        self.assertEqual(self.counts("first_contact_resolution_rate"), (0, 1, 0))

    def test_settled_cohort(self):
        """Late at 09:30:00.001 on the 20th, met on the 21st, one still open."""
        self.open("11-20 09:00")
        self.open("11-20 17:50", subject="T2")
        self.tell("request.responded", "11-21 10:00", "T2")
        self.open("11-27 17:50", subject="T3")
        arguments = {"cohort": "settled", "now": "11-27 17:55"}
        self.assertEqual(self.counts("timely_response_rate", **arguments), (1, 2, 0))
        self.assertEqual(self.counts("timely_response_rate", window="2026-11-20",
                                     **arguments), (1, 1, 0))
        self.assertEqual(self.counts("timely_response_rate", window="2026-11-21",
                                     **arguments), (0, 1, 0))

    def test_groups_add_up(self):
        for number, service in enumerate(["mail", "vpn", "mail", ""]):
            self.open("11-20 09:00", subject="T%d" % number, service=service)
        answer = self.oracle.scores(at("11-20 12:00"), indicator=["resolution_rate"],
                                    by=["service"], agreement=["acme"])
        self.assertEqual([(s["scope"]["service"], s["b"]) for s in answer["scores"]],
                         [("", 1), ("mail", 2), ("vpn", 1)])
        self.assertEqual(answer["scores"][0]["scope"]["agreement"], "acme")
        self.assertEqual(self.counts("resolution_rate", service=[""]), (0, 1, 1))
        self.assertEqual(self.counts("resolution_rate", service=["mail", "vpn"]), (0, 3, 3))


class Availability(Case):

    def setUp(self):
        super().setUp()
        self.place = {"agreement": "acme", "service": "mail"}

    def measure(self, window="2026-11-20", **arguments):
        return self.score("service_availability", window=window, **arguments)

    def test_outages_are_united(self):
        self.tell("outage.started", "11-20 10:00", "O1", **self.place)
        self.tell("outage.ended", "11-20 11:00", "O1", **self.place)
        self.open("11-20 10:45", "incident", service="mail", outage=True,
                  started_at="2026-11-20T10:30:00+08:00")
        self.tell("incident.recovered", "11-20 11:30")
        self.tell("incident.resolved", "11-20 15:00")
        score = self.measure()
        self.assertEqual((score["a"], score["b"]), (5400, 86400))
        self.assertEqual(score["value"], float(Fraction(86400 - 5400, 86400)))
        self.assertEqual(self.measure(priority=["P1"])["reason"], "not_in_scope")

    def test_maintenance_on_time_and_late(self):
        self.tell("outage.started", "11-20 10:00", "O1", **self.place)
        self.tell("outage.ended", "11-20 12:00", "O1", **self.place)
        planned = dict(self.place, **{"from": "2026-11-20T11:00:00+08:00",
                                      "to": "2026-11-20T13:00:00+08:00"})
        self.post(self.event("maintenance.planned", "11-20 11:00", planned, "M1"))
        score = self.measure()
        self.assertEqual((score["a"], score["b"], score["late_maintenance"]),
                         (7200, 86400, 1))
        self.post(self.event("maintenance.planned", "11-20 10:59:59.999", planned, "M2"))
        score = self.measure()
        self.assertEqual((score["a"], score["b"]), (3600, 86400 - 7200))
        self.assertNotIn("late_maintenance", score)
        self.post(self.event("maintenance.cancelled", "11-20 12:00", planned, "M3"))
        self.assertEqual(self.measure()["a"], 7200)

    def test_up_to_now_and_bounds(self):
        self.tell("outage.started", "11-20 06:00", "O1", **self.place)
        score = self.measure(now="11-20 12:00")
        self.assertEqual((score["a"], score["b"]), (6 * 3600, 12 * 3600))
        self.assertEqual([score[n] for n in ("value", "low", "high")], [0.5, 0.25, 0.75])

    def test_an_unlisted_service_in_the_default_calendar(self):
        vpn = {"agreement": "acme", "service": "vpn"}
        self.assertEqual(self.measure(service=["vpn"])["reason"], "no_data")
        self.tell("outage.started", "11-20 11:00", "O1", **vpn)
        self.tell("outage.ended", "11-20 14:00", "O1", **vpn)
        score = self.measure(service=["vpn"])
        self.assertEqual((score["a"], score["b"]), (5400, 27000))

    def test_reopened_incident_is_down_again(self):
        self.open("11-20 01:00", "incident", service="mail", outage=True)
        for verb, when in (("resolved", "02:00"), ("resolved", "03:00"),
                           ("reopened", "05:00"), ("recovered", "06:00"),
                           ("resolved", "09:00")):
            self.tell("incident." + verb, "11-20 " + when)
        self.assertEqual(self.measure()["a"], 3 * 3600)

    def test_excluded_incident_is_no_outage(self):
        self.open("11-20 09:00", "incident", service="mail", outage=True)
        self.tell("incident.excluded", "11-20 10:00", cause="cancelled")
        self.assertEqual(self.measure()["a"], 0)
        self.open("11-20 09:00", "incident", "T2", service="mail", outage=True)
        self.tell("incident.excluded", "11-20 15:00", "T2", cause="cancelled")
        self.assertEqual(self.measure()["a"], 6 * 3600)


class Posting(Case):

    def answer(self, events, **more):
        answer = self.oracle.post(events, at("11-20 12:00"), **more)
        return [answer[n] for n in ("status", "accepted", "duplicates", "rejected")]

    def test_duplicates_and_conflicts(self):
        one = self.event("request.opened", "11-20 09:00", {"agreement": "acme"})
        same = dict(reversed(list(copy.deepcopy(one).items())))
        other = dict(one, subject="T9")
        self.assertEqual(self.answer([one, same]), [200, 1, 1, 0])
        self.assertEqual(self.answer([same, other]), [400, 0, 0, 1])
        self.assertEqual(self.answer([same, other], on_error="skip"), [200, 0, 1, 1])
        self.assertEqual(self.oracle.events[("s", one["id"])]["subject"], "T1")

    def test_all_or_nothing(self):
        good = self.event("request.opened", "11-20 09:00", {"agreement": "acme"})
        wrong = self.event("request.opened", "11-20 09:00", {"agreement": "nobody"})
        self.assertEqual(self.answer([good, wrong]), [400, 0, 0, 1])
        self.assertEqual(len(self.oracle.events), 0)

    def test_five_minutes_ahead(self):
        self.assertEqual(self.answer([self.event("request.closed", "11-20 12:05")])[0], 200)
        late = self.event("request.closed", "11-20 12:05:00.001")
        self.assertEqual(self.answer([late])[0], 400)

    def test_order_does_not_matter(self):
        events = [self.event("request.opened", "11-20 09:00", {"agreement": "acme"})]
        for verb in ("paused", "resumed", "resolved", "reopened", "excluded", "included"):
            events += [self.event("request." + verb, when, {"cause": "spam"}
                                  if verb == "excluded" else {})
                       for when in ("11-20 09:00", "11-20 10:00", "11-20 11:00")]
        rng, seen = random.Random(3), set()
        for _ in range(30):
            rng.shuffle(events)
            oracle = Oracle(CONFIG)
            oracle.post(events[:9], self.later)
            oracle.post(events[5:], self.later)
            seen.add(str(oracle.ticket("s", "T1", self.later))
                     + str(oracle.scores(self.later, window="2026")))
        self.assertEqual(len(seen), 1)


if __name__ == "__main__":
    unittest.main()
