#!/usr/bin/python3
"""A real helpdesk: Request Tracker 5, whose scrip is the one in slad-hooks(7), and what slad makes of its tickets."""
import os
import signal
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
import rt  # noqa: E402
from desk import parsed, until  # noqa: E402
from slad import PATIENCE, TOP, Slad, main  # noqa: E402

MISSING = rt.missing()
TOKEN = "it's a token of the test"
CONFIG = {"agreements": [
    {"id": "acme", "from": "2020-01-01", "targets": [{"respond": "8h", "resolve": "24h"},
                                                     {"priority": "P2", "respond": "1s", "resolve": "24h"}]},
    {"id": "beta", "from": "2020-01-01"}]}
HOOK = {"source": "rt", "mapping": os.path.join(TOP, "conf/mappings/template.yaml"), "verify": {"token_file": "token"},
        "tables": {"agreements": {"ACME Ltd": "acme", "Bäta \"B\" AG": "beta"}}}
EVERYBODY = ["SeeQueue", "CreateTicket", "ShowTicket", "ReplyToTicket", "SeeCustomField", "SetInitialCustomField"]
STAFF = ["ModifyTicket", "DeleteTicket", "OwnTicket", "CommentOnTicket", "ShowTicketComments"]
RATES = ["timely_response_rate", "timely_resolution_rate", "resolution_rate", "first_contact_resolution_rate"]


def user(name, organization=None):
    return {"Name": name, "EmailAddress": f"{name}@desk.example", "Password": rt.PASSWORD,
            "Privileged": int(organization is None), **({"Organization": organization} if organization else {})}


def helpdesk(code):
    """A queue with customers, a member of the staff, and the scrip."""
    return {"Queues": [{"Name": "Helpdesk", "CorrespondAddress": "desk@desk.example"}],
            "CustomFields": [{"Name": name, "Type": "FreeformSingle", "Queue": ["Helpdesk"]} for name in ("Kind", "Service")],
            "Users": [user("ann"), user("paula", "ACME Ltd"), user("otto", "Bäta \"B\" AG")],
            "ACL": [*({"GroupDomain": "SystemInternal", "GroupType": "Everyone", "Right": right} for right in EVERYBODY),
                    *({"UserId": "ann", "Queue": "Helpdesk", "Right": right} for right in STAFF)],
            "Scrips": [{"Description": "Tell slad", "Queue": "Helpdesk", "ScripCondition": "On Transaction",
                        "ScripAction": "User Defined", "Template": "Blank", "CustomPrepareCode": "1;",
                        "CustomCommitCode": code}]}


def configured(configuration, url):
    """What the page says to configure, with this slad's address and token."""
    made = configuration.replace('"https://slad.example.org/hooks/rt"', rt.perl(url + "/hooks/rt"))
    made = made.replace('"the token in the hook\'s token_file"', rt.perl(TOKEN))
    assert made.count("'") >= 4 and "example" not in made, made
    return made


@unittest.skipIf(MISSING, MISSING)
class RequestTracker(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.slad = Slad(CONFIG, start=False)
        cls.addClassCleanup(cls.slad.close)
        with open(cls.slad.path("token"), "w", encoding="utf-8") as file:
            os.chmod(file.fileno(), 0o600)
            file.write(TOKEN + "\n")
        cls.slad.write_config({**CONFIG, "hooks": [HOOK]})
        cls.slad.start()
        configuration, code = rt.template()
        started = time.monotonic()
        cls.rt = rt.RequestTracker(helpdesk(code), configured(configuration, cls.slad.url))
        cls.addClassCleanup(cls.rt.close)
        cls.rt.ask("root", "GET", "/rt")
        print(f"RT answers after {time.monotonic() - started:.1f} s")

    def tearDown(self):
        """Nothing was wrong that nobody asked about."""
        self.assertEqual(self.rt.log, [])
        self.assertEqual(self.slad.get("/v1/quarantine")["quarantine"], [])

    def opened(self, customer="paula", subject="The printer is gone", **fields):
        return self.rt.open(customer, subject, Queue="Helpdesk", Requestor=f"{customer}@desk.example", **fields)

    def later(self, user, ticket, **fields):
        """A change in a second of its own."""
        self.rt.next_second()
        self.rt.change(user, ticket, **fields)

    def answered(self, ticket):
        self.rt.next_second()
        self.rt.reply("ann", ticket, "Have you looked below the table?")

    def times(self, ticket, type, value=None):
        """When RT says that it was so, in seconds."""
        return [parsed(one["Created"]) for one in self.rt.history(ticket)
                if one["Type"] == type and value in (None, one["NewValue"])]

    def start(self, ticket):
        """When it was created; its first transaction may be of the next second."""
        return parsed(self.rt.ask("root", "GET", f"/ticket/{ticket}")["Created"])

    def cycle(self, ticket):
        found = self.slad.ticket(ticket)
        self.assertEqual(len(found["cycles"]), 1, found)
        self.assertEqual(found["warnings"], [])
        return found["cycles"][0]

    def counted(self, ticket):
        return {score["indicator"]: score["counted"] for score in self.cycle(ticket)["scores"] if score["indicator"] in RATES}

    def verbs(self, ticket):
        return [record["event"]["type"].partition(".")[2] for record in self.slad.ticket(ticket)["records"]]

    def agrees(self, ticket, idle=0, **wanted):
        """The instants of slad are those of RT's transactions, to the second, and so are its clocks."""
        cycle = self.cycle(ticket)
        wanted = {"start": self.start(ticket), **wanted}
        self.assertEqual({name: parsed(cycle[name]) for name in wanted}, wanted, self.rt.history(ticket))
        clocks = cycle["clocks"]
        response = wanted["responded_at"] - wanted["start"]
        self.assertEqual(clocks["response"]["elapsed_ms"], 1000 * response)
        resolution = wanted["resolved_at"] - wanted["start"] - idle
        self.assertEqual(clocks["resolution"]["elapsed_ms"], 1000 * resolution)

    def straight(self):
        """Answered and resolved, at the first contact."""
        ticket = self.opened()
        self.answered(ticket)
        self.later("ann", ticket, Status="resolved")
        self.agrees(ticket, responded_at=self.times(ticket, "Correspond")[0],
                    resolved_at=self.times(ticket, "Status", "resolved")[0])
        self.assertEqual(self.verbs(ticket), ["opened", "responded", "resolved"])
        self.assertEqual(self.counted(ticket), dict.fromkeys(RATES, "good"))

    def crooked(self):
        """Stalled and open again, resolved, reopened, resolved."""
        ticket = self.opened()
        self.answered(ticket)
        self.later("ann", ticket, Status="stalled")
        self.later("ann", ticket, Status="open")
        self.later("ann", ticket, Status="resolved")
        self.assertEqual(self.slad.ticket(ticket)["state"], "resolved")
        self.later("ann", ticket, Status="open")
        self.assertEqual(self.slad.ticket(ticket)["state"], "open")
        self.assertEqual(self.counted(ticket)["resolution_rate"], "pending")
        self.later("ann", ticket, Status="resolved")
        pause = self.cycle(ticket)["pauses"]
        stalled, opened = self.times(ticket, "Status", "stalled")[0], self.times(ticket, "Status", "open")
        self.assertEqual([(parsed(one["from"]), parsed(one["to"]), one["cause"]) for one in pause],
                         [(stalled, opened[1], "customer")])
        reopened = [record["event"]["time"] for record in self.slad.ticket(ticket)["records"]
                    if record["event"]["type"] == "request.reopened"]
        self.assertEqual([parsed(at) for at in reopened], [opened[2]])
        resolved = self.times(ticket, "Status", "resolved")
        self.agrees(ticket, opened[1] - stalled + opened[2] - resolved[0],
                    responded_at=self.times(ticket, "Correspond")[0], resolved_at=resolved[1])
        self.assertTrue(self.cycle(ticket)["reopened"])
        self.assertEqual(self.counted(ticket), {**dict.fromkeys(RATES, "good"), "first_contact_resolution_rate": "bad"})

    def late(self):
        """Of high priority, and answered only when it was too late."""
        ticket = self.opened(Priority=100)
        self.assertEqual(self.slad.ticket(ticket)["priority"], "P2")
        until(lambda: self.counted(ticket)["timely_response_rate"] == "bad", "the response is late")
        self.rt.comment("ann", ticket, "I wonder where she sits.")
        self.assertEqual(self.verbs(ticket), ["opened"])
        self.answered(ticket)
        self.rt.next_second()
        self.rt.reply("paula", ticket, "Yes. It is not there.")
        self.later("ann", ticket, Status="resolved")
        self.agrees(ticket, responded_at=self.times(ticket, "Correspond")[0],
                    resolved_at=self.times(ticket, "Status", "resolved")[0])
        late = parsed(self.cycle(ticket)["clocks"]["response"]["breached_at"])
        self.assertEqual(round(late * 1000), round(self.start(ticket) * 1000) + 1001)
        self.assertEqual(self.counted(ticket), {**dict.fromkeys(RATES, "good"), "timely_response_rate": "bad",
                                                "first_contact_resolution_rate": "bad"})
        said = [record["event"] for record in self.slad.ticket(ticket)["records"]]
        self.assertEqual([(event["type"], parsed(event["time"])) for event in said
                          if event["type"] in ("request.responded", "request.contacted")],
                         list(zip(["request.responded", "request.contacted"], self.times(ticket, "Correspond"))))

    def rejected(self):
        ticket = self.opened(subject="Win a printer")
        self.later("ann", ticket, Status="rejected")
        found = self.slad.ticket(ticket)
        self.assertEqual((found["state"], found["excluded"]), ("excluded", "invalid"))
        self.assertEqual(parsed(found["excluded_at"]), self.times(ticket, "Status", "rejected")[0])

    def test_the_scores_are_those_of_the_tickets(self):
        self.straight()
        self.crooked()
        self.late()
        self.rejected()
        ticket = self.opened()
        self.assertEqual(self.counted(ticket), dict.fromkeys(RATES, "pending"))
        got = {score["indicator"]: (score["a"], score["b"], score["pending"], sum(score["excluded"].values()))
               for score in self.slad.scores(window="24h", agreement="acme", indicator=",".join(RATES))}
        self.assertEqual(got, {"timely_response_rate": (1, 4, 1, 1), "timely_resolution_rate": (0, 4, 1, 1),
                               "resolution_rate": (3, 4, 1, 1), "first_contact_resolution_rate": (1, 4, 1, 1)})
        self.assertEqual(self.slad.verify()[0], 0)

    def test_what_a_ticket_is(self):
        subject = 'Ä "quoted" \\ \'subject\' </b> 漢字 💥 {} $ticket'
        ticket = self.opened("otto", subject, CustomFields={"Kind": "Incident", "Service": "Mail & more"}, Owner="ann")
        found = self.slad.ticket(ticket)
        self.assertEqual([found[name] for name in ("kind", "agreement", "service", "priority", "team")],
                         ["incident", "beta", "Mail & more", "P4", "Helpdesk"])
        data = found["records"][0]["event"]["data"]
        self.assertEqual((data["title"], data["agent"]), (subject, "ann"))
        self.rt.change("ann", ticket, Priority="50", Owner="Nobody")
        self.assertEqual(self.slad.ticket(ticket)["priority"], "P3")

    def test_a_customer_who_writes_again_reopens(self):
        ticket = self.opened("otto")
        self.answered(ticket)
        self.later("ann", ticket, Status="resolved")
        self.rt.next_second()
        self.rt.reply("otto", ticket, "It is gone again.")
        cycle = self.cycle(ticket)
        self.assertEqual((cycle["reopened"], cycle["resolved_at"]), (True, None))
        self.assertEqual(self.verbs(ticket), ["opened", "responded", "resolved", "contacted", "reopened"])

    def test_what_somebody_else_opened_is_not_answered_by_that(self):
        ticket = self.rt.open("ann", "By telephone", Queue="Helpdesk", Requestor="otto@desk.example")
        self.assertEqual(self.verbs(ticket), ["opened"])
        self.answered(ticket)
        self.assertEqual(parsed(self.cycle(ticket)["responded_at"]), self.times(ticket, "Correspond")[0])

    def test_merged_and_deleted_ones_do_not_count(self):
        ticket, other, wrong = (self.opened("otto") for _ in range(3))
        self.later("ann", ticket, MergeInto=other)
        self.later("ann", wrong, Status="deleted")
        self.assertEqual([self.slad.ticket(one)["excluded"] for one in (ticket, other, wrong)],
                         ["duplicate", None, "invalid"])
        self.assertEqual(self.slad.ticket(other)["state"], "open")

    def test_a_slad_that_is_not_there_holds_nothing_up(self):
        ticket = self.opened("otto")
        self.slad.write_config({**CONFIG, "hooks": [HOOK], "listen": f"127.0.0.1:{self.slad.port}"})
        self.slad.stop()
        try:
            self.answered(ticket)
            said = until(lambda: self.rt.log[:], "RT logs it")
            self.assertRegex(said[0], rf"\[warning\]: slad has not taken ticket {ticket}: 500 ")
        finally:
            self.slad.start()
        del self.rt.log[:]
        self.assertEqual(self.verbs(ticket), ["opened"])
        self.later("ann", ticket, Status="stalled")
        self.assertEqual(self.verbs(ticket), ["opened", "responded", "paused"])
        self.assertEqual(parsed(self.cycle(ticket)["responded_at"]), self.times(ticket, "Correspond")[0])

    def test_a_slad_that_hangs_holds_it_up_for_seconds(self):
        ticket = self.opened("otto")
        self.slad.signal(signal.SIGSTOP)
        try:
            before = time.monotonic()
            self.later("ann", ticket, Status="stalled")
            took = time.monotonic() - before
            print(f"RT was held up for {took:.1f} s")
            self.assertLess(took, PATIENCE)
            said = until(lambda: self.rt.log[:], "RT logs it")
            self.assertRegex(said[0], rf"\[warning\]: slad has not taken ticket {ticket}: 500 read timeout")
        finally:
            self.slad.signal(signal.SIGCONT)
        del self.rt.log[:]
        until(lambda: self.verbs(ticket) == ["opened", "paused"], "what was sent is read in the end")


if __name__ == "__main__":
    main()
