#!/usr/bin/python3
"""Order does not matter: the incidents' events shuffled, in batches of other sizes, end in the same scores."""
import os
import random

import uci
from reallog import RealLog, Slad, main

SEED = int(os.environ.get("SEED") or random.randrange(1 << 30))


class Order(RealLog):
    folder = uci.FOLDER
    config = {
        "calendars": [{"name": "weekdays",
                       "week": [{"days": "mon-fri", "open": ["08:00-18:00"]}]}],
        "agreements": [{"id": "desk", "from": "2016-01-01", "calendar": "weekdays",
                        "targets": [{"kind": "incident", "respond": "1h", "recover": "20h"},
                                    {"kind": "incident", "priority": "1 - Critical",
                                     "calendar": "always", "recover": "8h"}]}]}

    @classmethod
    def read(cls):
        cls.incidents = [i.number for i in uci.incidents()]
        return [line for i in uci.incidents() for line in uci.lifetime(i, "desk")]

    def ticket(self, slad, number):
        """All that is said of a ticket, but when it was asked and when its events came."""
        found = slad.ticket(number)
        del found["as_of"]
        found["records"] = [record["event"] for record in found["records"]]
        return found

    def test_shuffled_in_other_batches(self):
        print(f"SEED={SEED}", flush=True)
        chance, lines = random.Random(SEED), list(self.lines)
        chance.shuffle(lines)
        with Slad(self.config) as other:
            at = 0
            while at < len(lines):
                size = chance.choice((1, 17, 900, 4_000, 9_000))
                sent = other.post_lines(lines[at:at + size])
                self.assertEqual(sent["accepted"], len(lines[at:at + size]))
                at += size
            self.assertEqual(self.everything(other), self.everything())
            for number in chance.sample(self.incidents, 500):
                if number != uci.CUT:
                    self.assertEqual(self.ticket(other, number), self.ticket(self.slad, number))
            status, words = other.verify()
            self.assertEqual(status, 0, words)


if __name__ == "__main__":
    main()
