#!/usr/bin/python3
"""SIGHUP: a good file is in force without a restart, a bad one changes nothing and is said."""
import hashlib
import json
import os
import signal
import sys
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from desk import Desk, until  # noqa: E402
from slad import Slad, main  # noqa: E402

RATES = "timely_response_rate,timely_resolution_rate"


def acme(respond="1h", **more):
    return {"id": "acme", "from": "2020-01-01", "targets": [{"kind": "request", "respond": respond}], **more}


def token(name, *scopes):
    sha256 = hashlib.sha256(f"secret-{name}".encode()).hexdigest()
    return {"name": name, "sha256": sha256, "scopes": list(scopes)}


class Case(unittest.TestCase):
    def setUp(self):
        self.desk = Desk()

    def start(self, **config):
        self.slad = Slad(config)
        self.addCleanup(self.slad.close)
        return self.slad

    def hup(self, config, pattern="was read again"):
        """The line that says what became of a configuration."""
        first = len(self.slad.log)
        self.slad.write_config(config)
        self.slad.signal(signal.SIGHUP)
        return self.slad.wait_log(pattern, first)

    def rate(self, **params):
        score = self.slad.scores(indicator="timely_response_rate", **{"window": "24h", **params})[0]
        return score["a"], score["b"]

    def clean(self):
        self.assertEqual(self.slad.verify()[0], 0, self.slad.verify())


class Bad(Case):
    def test_the_old_one_stays(self):
        self.start(agreements=[acme("1m")])
        self.slad.post(self.desk.late("T1", 120))
        for config in ("agreements: [", "", "agreements: []", {"agreements": [acme("soon")]},
                       {"agreements": [acme("1h")], "alert": []}, {"agreements": [acme("1h")], "listen": "0.0.0.0:0"},
                       "\0", "agreements:\n  - id: \xff"):
            first = len(self.slad.log)
            self.hup(config, "the old configuration stays")
            mistakes = [line for line in self.slad.log[first:] if self.slad.file in line]
            self.assertRegex(mistakes[0], r"slad\.yaml:\d+:\d+: .+")
            self.assertEqual(self.rate(), (1, 1))
        os.unlink(self.slad.file)
        first = len(self.slad.log)
        self.slad.signal(signal.SIGHUP)
        self.slad.wait_log("the old configuration stays", first)
        self.assertEqual(self.rate(), (1, 1))
        self.hup({"agreements": [acme("1h")]})
        self.assertEqual(self.rate(), (0, 1))

    def test_where_it_listens_needs_a_restart(self):
        self.start(agreements=[acme()])
        self.hup({"agreements": [acme()], "listen": "127.0.0.1:1", "database": "other.db"},
                 "warning: listen and database .*start")
        self.assertEqual(self.slad.ask("GET", "/healthz").status, 200)
        self.assertFalse(os.path.exists(self.slad.path("other.db")))


class Good(Case):
    def test_targets(self):
        """What is stored is judged again, back and forth, and equals a fresh computation."""
        self.start(agreements=[acme("1h")])
        events = [e for i in range(300) for e in self.desk.late(f"T{i}", 600 + i)]
        self.slad.post(events + self.desk.answered("fine", 600))
        self.assertEqual(self.rate(), (0, 301))
        self.hup({"agreements": [acme("10m")]})
        self.assertEqual(self.rate(), (300, 301))
        self.assertEqual(self.rate(cohort="settled"), (300, 301))
        self.clean()
        self.hup({"agreements": [acme("11m")]})
        self.assertEqual(self.rate()[1], 301)
        self.assertEqual(self.rate(cohort="settled")[0], self.rate()[0])
        self.clean()
        self.hup({"agreements": [acme("1h")]})
        self.assertEqual(self.rate(), (0, 301))
        self.clean()

    def test_a_second_one_while_the_first_is_taken(self):
        """A pipe says when the first file was read; judging 5,000 tickets takes longer than a signal."""
        self.start(agreements=[acme("1h")])
        self.slad.post_all(e for i in range(5000) for e in self.desk.late(f"T{i}", 600))
        last, said = self.slad.path("last.yaml"), len(self.slad.log)
        self.slad.write_config({"agreements": [acme("2h"), {"id": "beta", "from": "2020-01-01"}]})
        os.rename(self.slad.file, last)
        os.mkfifo(self.slad.file)
        self.slad.signal(signal.SIGHUP)
        with open(self.slad.file, "w", encoding="utf-8") as pipe:
            pipe.write(json.dumps({"listen": "127.0.0.1:0", "database": "slad.db", "agreements": [acme("1m")]}))
        os.rename(last, self.slad.file)
        self.slad.signal(signal.SIGHUP)
        self.slad.wait_log("was read again", said)
        until(lambda: self.slad.ask("GET", "/v1/scores?agreement=beta").status == 200, "the second file is in force")
        self.assertEqual(self.rate(agreement="acme"), (0, 5000))

    def test_time_goes_on_with_the_new_target(self):
        self.start(agreements=[acme("1h")])
        self.slad.post(self.desk.opened("T1"))
        self.hup({"agreements": [acme("1s")]})
        until(lambda: self.rate() == (1, 1), "T1 is late by the new target")

    def test_calendars(self):
        shut = {"name": "shut", "week": [{"days": "mon", "open": ["00:00-00:01"]}]}
        self.start(agreements=[acme("3h", calendar="shut")], calendars=[shut])
        self.slad.post(self.desk.late("T1", 6 * 3600))
        self.assertEqual(self.rate(), (0, 1))
        self.hup({"agreements": [acme("3h")]})
        self.assertEqual(self.rate(), (1, 1))
        self.clean()

    def test_a_later_version_of_an_agreement(self):
        self.start(agreements=[acme("1h")])
        self.slad.post(self.desk.late("T1", 600))
        self.hup({"agreements": [acme("1h"), acme("1m", **{"from": "2100-01-01"})]})
        self.assertEqual(self.rate(), (0, 1))
        self.hup({"agreements": [acme("1h"), acme("1m", **{"from": "2021-01-01"})]})
        self.assertEqual(self.rate(), (1, 1))
        self.assertEqual(self.slad.ticket("T1")["cycles"][0]["agreement_version"], "2021-01-01")
        self.clean()

    def test_agreements_come_and_go(self):
        beta = {"id": "beta", "from": "2020-01-01"}
        self.start(agreements=[acme()])
        event = self.desk.opened("T1", 60, agreement="beta")
        self.assertEqual(self.slad.post(event).status, 400)
        self.hup({"agreements": [acme(), beta]})
        self.assertEqual(self.slad.post(event).status, 200)
        self.assertEqual(self.rate(agreement="beta"), (0, 1))
        self.hup({"agreements": [acme()]})
        self.assertEqual(self.slad.post(self.desk.opened("T2", agreement="beta")).status, 400)
        self.assertEqual(self.slad.ask("GET", "/v1/scores", agreement="beta").status, 400)
        self.assertEqual(self.slad.ticket("T1")["agreement"], "beta")
        self.clean()
        self.hup({"agreements": [beta, acme()]})
        self.assertEqual(self.rate(agreement="beta"), (0, 1))
        self.clean()

    def test_time_zones_of_windows(self):
        self.start(agreements=[acme()])
        self.hup({"agreements": [acme(timezone="Asia/Shanghai")], "timezone": "America/New_York"})
        window = self.slad.get("/v1/scores", window="2026-06", agreement="acme")["window"]
        self.assertEqual(window["from"], "2026-06-01T00:00:00+08:00")
        self.assertEqual(self.slad.get("/v1/scores", window="2026-06")["window"]["from"], "2026-06-01T00:00:00-04:00")

    def test_objectives(self):
        self.start(agreements=[acme()])
        self.slad.post(self.desk.answered("T1"))
        objectives = [{"indicator": "timely_response_rate", "at_least": 0.5}]
        self.hup({"agreements": [acme(objectives=objectives)]})
        score = self.slad.scores(indicator="timely_response_rate", agreement="acme", window="24h")[0]
        self.assertEqual((score["objective"], score["met"]), (0.5, True))

    def test_tokens(self):
        def status(name):
            return self.slad.ask("GET", "/v1/scores", headers={"Authorization": f"Bearer secret-{name}"}).status

        self.start(agreements=[acme()], tokens=[token("old", "read")])
        self.assertEqual((status("old"), status("new")), (200, 401))
        self.hup({"agreements": [acme()], "tokens": [token("new", "read")]})
        self.assertEqual((status("old"), status("new")), (401, 200))
        self.hup({"agreements": [acme()], "tokens": [token("new", "ingest")]})
        self.assertEqual((status("old"), status("new")), (401, 403))
        self.hup({"agreements": [acme()]})
        self.assertEqual(self.slad.ask("GET", "/v1/scores").status, 200)

    def test_while_events_pour_in(self):
        """Nobody is turned away, nothing is lost, and at the end all is judged by the last file."""
        self.start(agreements=[acme("1h")])
        done, answers = threading.Event(), []

        def pour(desk):
            while not done.is_set():
                answers.append(self.slad.post([e for i in range(20)
                                               for e in desk.late(f"{desk.prefix}{desk.count}", 600)]))

        desks = [Desk(prefix=f"p{i}") for i in range(3)]
        threads = [threading.Thread(target=pour, args=(desk,)) for desk in desks]
        for thread in threads:
            thread.start()
        for i in range(20):
            self.hup({"agreements": [acme("1m" if i % 2 else "1h")]})
        done.set()
        for thread in threads:
            thread.join()
        self.assertEqual({a.status for a in answers}, {200})
        count = sum(desk.count for desk in desks)
        self.assertEqual(self.rate(), (count, count))
        self.clean()


if __name__ == "__main__":
    main()
