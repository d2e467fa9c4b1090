#!/usr/bin/python3
"""The life of 20,769 incidents, counted by slad: totals, reopenings, pauses, working time.

Under the agreement `each`, a reopening at once counts as a new ticket, so a ticket's cycles tell
its reopenings; under `last`, every row in Resolved moves the resolution, as the log's own
resolved_at does.
"""
import uci
from reallog import EVER, Always, RealLog, by, good, instant, main, rows, truth

FOREVER = "3650d"
CLOSED_AGAIN = "INC0000137"
RATE = "on_time_recovery_rate"
TABLES = {"priority": "priority", "service": "category", "team": "assignment_group"}


def configuration(window):
    """reopen_window is that of `each`."""
    return {"agreements": [
        {"id": "each", "from": "2016-01-01", "reopen_window": window, "pause_on": ["customer"]},
        {"id": "last", "from": "2016-01-01", "reopen_window": FOREVER}]}


class Incidents(Always, RealLog):
    folder = uci.FOLDER
    config = configuration("0s")

    @classmethod
    def read(cls):
        cls.incidents = {i.number: i for i in uci.incidents()}
        return [line for i in cls.incidents.values()
                for line in uci.lifetime(i, "each") + uci.lifetime(i, "last", True)]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if cls.there():
            cls.tickets = {number: cls.slad.ticket(number, source="urn:uci:each")
                           for number in cls.incidents}

    # How many

    def test_20769_incidents_by_priority_category_and_group(self):
        self.assertEqual(self.score(RATE, agreement="last", **EVER)["b"], 20_769)
        for dimension, name in TABLES.items():
            column = uci.COLUMNS[dimension]
            expected = {"" if row[column] == "?" else row[column]: int(row["cases"])
                        for row in rows(self.folder, f"gt_made_sla_by_{name}.csv")}
            found = by(self.scores(RATE, by=dimension, agreement="last", **EVER), dimension)
            self.assertEqual({k: s["b"] for k, s in found.items()}, expected, dimension)
            self.assertEqual({s["a"] for s in found.values()}, {0}, "without a target, never late")

    def test_by_month_of_opening(self):
        for row in rows(self.folder, "gt_made_sla_by_opened_month.csv"):
            score = self.score(RATE, agreement="last", window=row["opened_month"])
            self.assertEqual(score["b"], int(row["cases"]), row["opened_month"])

    def test_the_end_of_each(self):
        ended = truth(self.folder)["final_state"]["Closed"]
        score = self.score(RATE, agreement="last", **EVER)
        self.assertEqual((good(score), score["pending"]), (ended, 20_769 - ended))
        states = [ticket["state"] for ticket in self.tickets.values()]
        self.assertEqual((states.count("resolved"), states.count("open")),
                         (ended, 20_769 - ended))

    # Reopenings

    def test_cycles_are_the_reopenings(self):
        """But those in the minute of the resolution, which is not over then."""
        summary, counted = truth(self.folder), {}
        wrong = []
        for number, incident in self.incidents.items():
            at_once = incident.reopenings().count(0)
            n = len(self.tickets[number]["cycles"]) - 1 + at_once
            if n != int(incident.last["reopen_count"]):
                wrong.append(number)
            counted[n] = counted.get(n, 0) + 1
        self.assertEqual(len(wrong), 20_769 -
                         summary["consistency"]["cases_where_transition_count_equals_reopen_count"])
        for number in wrong:  # where the log's own count is one less than its moves
            n = len(self.incidents[number].reopenings())
            counted[n] -= 1
            counted[n - 1] = counted.get(n - 1, 0) + 1
        expected = {int(k): v for k, v in summary["reopen_count_hist"].items()}
        self.assertEqual({k: v for k, v in counted.items() if v}, expected)

    def begin_with(self, window):
        self.slad.stop()
        self.slad.write_config(configuration(window))
        self.slad.start()

    def test_the_reopen_window_decides_what_counts_anew(self):
        """The same log under other terms: stopped, and started with another configuration."""
        after = [m for i in self.incidents.values() for m in i.reopenings()]
        self.assertEqual(len(after), truth(self.folder)["consistency"]["reopen_transitions"])
        before, counts = self.everything(), {}
        self.addCleanup(self.begin_with, "0s")
        for window, limit in (("90m", 90), ("7d", 7 * 1440), (FOREVER, 1 << 40), ("0s", 0)):
            self.begin_with(window)
            counts[window] = self.score(RATE, agreement="each", **EVER)["b"]
            self.assertEqual(counts[window], 20_769 + sum(m > limit for m in after), window)
        self.assertEqual(counts[FOREVER], 20_769)
        self.assertGreater(counts["90m"], counts["7d"])
        self.assert_alike(self.everything(), before)

    # Time

    def cycle_sum(self, count):
        """Milliseconds summed over all cycles of all resolved tickets."""
        return sum(count(cycle) for ticket in self.tickets.values()
                   if ticket["state"] == "resolved" for cycle in ticket["cycles"])

    def test_running_time_of_each_incident(self):
        """From opening to resolution, less Awaiting User Info, less Resolved and Closed."""
        stopped = {"Awaiting User Info", *uci.ENDS}
        for number, incident in self.incidents.items():
            ticket = self.tickets[number]
            if ticket["state"] == "resolved":
                running = sum(m for s, m in incident.minutes_in().items() if s not in stopped)
                running += uci.minutes(incident.times[0] - incident.opened)
                elapsed = sum(c["clocks"]["recovery"]["elapsed_ms"] for c in ticket["cycles"])
                self.assertEqual(elapsed, running * uci.MINUTE, number)
                self.assertEqual(instant(ticket["cycles"][-1]["resolved_at"]),
                                 incident.resolution(), number)

    def test_running_time_of_all(self):
        """Each incident's first row comes some time after its opening; that time runs, too."""
        spent = truth(self.folder)["minutes_in_state"]
        running = sum(m for state, m in spent.items()
                      if state not in uci.ENDS and state != "Awaiting User Info")
        first = sum(uci.minutes(self.incidents[number].times[0] - self.incidents[number].opened)
                    for number, t in self.tickets.items() if t["state"] == "resolved")
        elapsed = self.cycle_sum(lambda c: c["clocks"]["resolution"]["elapsed_ms"])
        self.assertEqual(elapsed, (running + first) * uci.MINUTE)

    def test_paused_time_of_all_is_65403440_minutes(self):
        def wall_less_elapsed(cycle):
            wall = instant(cycle["resolved_at"]) - instant(cycle["start"])
            elapsed = cycle["clocks"]["resolution"]["elapsed_ms"]
            return uci.minutes(wall) * uci.MINUTE - elapsed
        paused = self.cycle_sum(wall_less_elapsed)
        self.assertEqual(paused, 65_403_440 * uci.MINUTE)
        self.assertEqual(paused, truth(self.folder)["minutes_in_state"]["Awaiting User Info"] *
                         uci.MINUTE)

    def test_the_last_resolved_is_the_resolution(self):
        """The column resolved_at says so, which the events were made without, but for two: one is
        cut before it was resolved; one was reopened, then closed, in slad a resolution."""
        settled = {ticket["subject"]: instant(ticket["settled_at"])
                   for ticket in self.slad.behind(RATE, "good", agreement="last", **EVER)}
        other, took = [], {"all": []}
        for number, incident in self.incidents.items():
            row = incident.last
            if row["resolved_at"] == "?":
                continue
            at = uci.when(row["resolved_at"])
            if settled.get(number) != at:
                other.append(number)
                self.assertEqual(settled.get(number), incident.resolution())
            else:
                at = settled[number]
            for name in ("all", row["priority"]):
                took.setdefault(name, []).append(uci.minutes(at - incident.opened))
        self.assertEqual(other, [CLOSED_AGAIN, uci.CUT])
        self.assertEqual({name: uci.figures(values) for name, values in took.items()},
                         truth(self.folder)["resolution_minutes_resolved_at"])

    @staticmethod
    def last_resolution(incident):
        """The last row in Resolved, or where the end has none, the first in Closed."""
        ended = None
        for before, state, at in zip([None] + incident.states, incident.states, incident.times):
            if state in uci.ENDS and (before not in uci.ENDS or state == "Resolved"):
                ended = at
        return ended if incident.states[-1] in uci.ENDS else None

    def test_times_of_the_statistics(self):
        """The log's own figures leave out 1,418 incidents that have no resolved_at, though all but
        three have a row in Resolved; slad counts them all, and so does this."""
        took = {}
        for incident in self.incidents.values():
            at = self.last_resolution(incident)
            for name in ("all", incident.last["priority"]):
                if at is not None:
                    took.setdefault(name, []).append(60 * uci.minutes(at - incident.opened))
        whole, = self.statistics(agreement="last", **EVER)
        self.assert_times(whole["times"]["resolution"]["elapsed"], uci.figures(took.pop("all")))
        for group in self.statistics(agreement="last", by="priority", **EVER):
            self.assert_times(group["times"]["resolution"]["elapsed"],
                              uci.figures(took.pop(group["scope"]["priority"])), group["scope"])
        self.assertEqual(took, {})

    def test_pauses_are_what_working_time_leaves_out(self):
        spans = self.statistics(agreement="each", **EVER)[0]["times"]["resolution"]
        self.assertEqual(spans["working"]["count"], spans["elapsed"]["count"])
        ms = [round(1000 * s["mean"] * s["count"]) for s in (spans["elapsed"], spans["working"])]
        self.assertEqual(ms[0] - ms[1], 65_403_440 * uci.MINUTE)

    def test_reopened_of_the_statistics(self):
        """Once however often, within a ticket or as a new one."""
        known = truth(self.folder)["reopen_count_hist"]
        again = sum(bool(i.reopenings()) for i in self.incidents.values())
        self.assertLessEqual(again - (20_769 - known["0"]), 1, "one has a move that is not counted")
        flow = self.statistics(agreement="last", **EVER)[0]["tickets"]["incident"]
        self.assertEqual((flow["opened"], flow["reopened"]), (20_769, again))
        self.assertEqual(flow["reopened_share"], again / 20_769)
        flow = self.statistics(agreement="each", **EVER)[0]["tickets"]["incident"]
        self.assertEqual(flow["opened"], self.score(RATE, agreement="each", **EVER)["b"])


if __name__ == "__main__":
    main()
