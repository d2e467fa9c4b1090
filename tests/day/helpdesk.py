"""The helpdesk that a day is made of: customers, services, shifts, teams, and what was promised.

slad.yaml beside this file says the same promises to slad; test_day.py holds the two together.
"""
import datetime
from datetime import timedelta

ZONE = datetime.timezone(timedelta(hours=8))  # Asia/Shanghai, which has no summer time

AGREEMENTS = {"acme": 60, "globex": 40}  # shares, as all that follow
SERVICES = {"mail": 30, "erp": 30, "vpn": 22, "print": 18}
PRIORITIES = {"P1": 3, "P2": 16, "P3": 59, "P4": 22}
CHANNELS = {"portal": 38, "phone": 30, "mail": 24, "chat": 8}
KINDS = {"request": 71, "incident": 27, "complaint": 2}

# Minutes to the first answer, to the recovery and to the resolution; the more exact key wins.
PROMISES = {
    "acme": {
        ("request",): (30, None, 480),
        ("request", "P1"): (15, None, 240),
        ("incident",): (30, 240, 960),
        ("incident", "P1"): (15, 120, 480),
        ("complaint",): (240, None, 1440),
    },
    "globex": {
        ("request",): (60, None, 720),
        ("incident",): (30, 240, 960),
        ("incident", "P1"): (15, 120, 480),
        ("complaint",): (240, None, 1440),
    },
}
DAYTIME = (7, 22)  # globex buys these hours, save for incidents of P1; acme buys all

# From the hour on: median minutes to an answer, the share of late ones, who is there.
SHIFTS = [
    (0, "night", 9.0, 0.05, ["Jiang Min", "Roman Feld"]),
    (6, "early", 6.0, 0.02, ["Ana Petrova", "Chen Wei", "Dilip Rao", "Eva Lind", "Feng Jie",
                             "Grete Moser", "Han Mei", "Ivo Brandt"]),
    (14, "late", 8.0, 0.03, ["Kofi Mensah", "Li Na", "Marta Ruiz", "Nils Berg", "Olga Sidorova",
                             "Pan Yu"]),
    (22, "night", 9.0, 0.05, ["Jiang Min", "Roman Feld"]),
]
SECOND_LINE = {
    "mail": ("messaging", ["Sun Yi", "Tomas Novak"]),
    "erp": ("applications", ["Uma Iyer", "Viktor Holm", "Wang Fang"]),
    "vpn": ("network", ["Xu Kai", "Yara Haddad"]),
    "print": ("field", ["Zhao Lei", "Bruno Costa"]),
}
QUALITY = ("quality", ["Helen Graf", "Zhou Ting"])

# Of those whose ticket was resolved, the share that says how content they are, and the marks of 5 that
# they give: those who had no trouble, and those who had.
ANSWERING = 0.3
MARKS = {5: 52, 4: 31, 3: 10, 2: 4, 1: 3}
MARKS_IN_TROUBLE = {5: 14, 4: 24, 3: 28, 2: 20, 1: 14}

# How many tickets come in each hour of the day.
RHYTHM = [4, 3, 3, 3, 4, 6, 14, 26, 42, 58, 60, 52, 34, 40, 54, 56, 50, 40, 26, 18, 14, 11, 8, 6]

TITLES = {
    ("request", "mail"): ["Shared mailbox for a project", "Mailbox is full", "Alias for a colleague",
                          "Out-of-office for someone on leave"],
    ("request", "erp"): ["Access to the purchasing module", "New cost centre", "Password reset",
                         "Report of last month's orders"],
    ("request", "vpn"): ["Token for a new phone", "Access from the Chengdu office", "VPN for a supplier"],
    ("request", "print"): ["Toner for the third floor", "New printer in the meeting room",
                           "Scan to folder"],
    ("incident", "mail"): ["Messages arrive hours late", "Calendar does not open",
                           "Attachments are lost"],
    ("incident", "erp"): ["Orders cannot be booked", "Posting run hangs", "Error 504 after login"],
    ("incident", "vpn"): ["Connection drops every minute", "No network drive over VPN"],
    ("incident", "print"): ["Paper jam that is none", "Every page comes out blank",
                            "The queue stands still"],
    ("complaint", None): ["Nobody called back", "Third time this month", "Closed, but not solved",
                          "Unfriendly on the phone"],
    ("incident", "outage"): ["Mail is down", "Cannot send mail", "Outlook does not connect",
                             "No new mail"],
    ("request", "outage"): ["Where do I find my mail in the browser?", "Please print what came by fax",
                            "How do I reach the supplier without mail?", "Phone list, please",
                            "When will mail be back?"],
    ("complaint", "outage"): ["Hours without mail", "No word on the outage",
                              "An offer missed its deadline for want of mail"],
}


def shift_at(time):
    """(name, median minutes, share of late answers, agents) on duty at an instant."""
    return [shift[1:] for shift in SHIFTS if shift[0] <= time.astimezone(ZONE).hour][-1]


def promise(agreement, kind, priority):
    """(respond, recover, resolve) in minutes of its hours."""
    rows = PROMISES[agreement]
    return rows.get((kind, priority)) or rows[(kind,)]


def works_at(agreement, kind, priority, time):
    """When the clock of a ticket opened at an instant begins to run, and the desk to look at it."""
    if agreement == "acme" or (kind, priority) == ("incident", "P1"):
        return time
    local = time.astimezone(ZONE)
    opens = local.replace(hour=DAYTIME[0], minute=0, second=0, microsecond=0)
    if local.hour < DAYTIME[0]:
        return opens
    return time if local.hour < DAYTIME[1] else opens + timedelta(days=1)
