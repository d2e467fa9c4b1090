#!/usr/bin/python3
"""Order does not matter: the incidents, shuffled, end in the same scores and the same tickets."""
import uci
from reallog import Always, RealLog, Shuffled, main


class Order(Always, Shuffled, RealLog):
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
        incidents = uci.incidents()
        cls.numbers = [i.number for i in incidents if i.number != uci.CUT]
        return [line for incident in incidents for line in uci.lifetime(incident, "desk")]

    def ticket(self, slad, number):
        """All that is said of a ticket, but when it was asked and when its events came."""
        found = slad.ticket(number)
        del found["as_of"]
        found["records"] = [record["event"] for record in found["records"]]
        return found

    def compare(self, other):
        for number in self.chance.sample(self.numbers, 500):
            self.assertEqual(self.ticket(other, number), self.ticket(self.slad, number))


if __name__ == "__main__":
    main()
