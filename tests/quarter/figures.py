"""What the worked example must say, word by word, by the reckoning: its tables, and each sentence that
has a figure."""
from datetime import date, timedelta
from fractions import Fraction

from reckon import BEGIN, DAY, END, length, minutes
from story import USUAL, span

PLACES = 12


def decimal(number):
    """Exact, or rounded half up to twelve decimals; '-' for what is not there."""
    if number is None:
        return "-"
    scaled = int(abs(number) * 10 ** PLACES + Fraction(1, 2))
    whole, rest = divmod(scaled, 10 ** PLACES)
    text = f"{whole}.{rest:0{PLACES}}".rstrip("0").rstrip(".")
    return f"-{text}" if number < 0 else text


def lasts(time):
    """'3h45m', as slad writes it, but that days are hours."""
    hours, rest = divmod(time, timedelta(hours=1))
    return (f"{hours}h" if hours else "") + (f"{rest // timedelta(minutes=1)}m" if rest else "") or "0s"


def day(time):
    return f"{time:%b} {time.day}"


def clock_cell(clock):
    if clock is None or clock.target is None:
        return "-"
    return lasts(clock.shows) + (" *" if clock.late else "")


def steps(clock):
    rows, shows = [], timedelta()
    for start, end in clock.runs:
        shows += end - start
        rows.append([day(start), f"{start:%H:%M}-{end:%H:%M}", lasts(end - start), lasts(shows)])
    return rows


def all_clocks(q):
    rows = []
    for kind, name, cycle in q.cycles:
        if cycle.excluded or kind == "complaint":
            continue
        cells = [name] + [clock_cell(q.clock(kind, cycle, clock)) for clock in ("respond", "recover", "resolve")]
        first = {True: "yes", None: "pending"}.get(cycle.first_contact) or f"no, {cycle.first_contact}"
        rows.append(cells + [first if kind == "request" else "-"])
    return rows


def availability(q):
    rows = []
    for start, end, who in q.united():
        runs = q.taken(start, end)
        agreed = " ".join(f"{a:%H:%M}-{b:%H:%M}" for a, b in runs) or "-"
        rows.append([f"{day(start)} {start:%H:%M}", f"{day(end)} {end:%H:%M}", agreed, lasts(length(runs)),
                     ", ".join(who)])
    return rows


def indicator_row(q, name):
    n = q.numbers[name]
    short = " ".join(sorted(n.short)) or n.reason or ""
    a, b = ("-" if number is None else str(number) for number in (n.a, n.b))
    return [name, a, b, decimal(n.value), short]


def gap_rows(q):
    whole = {None: "-"}
    return [[name, decimal(aim), decimal(value), decimal(gap), str(whole.get(affords, affords)),
             str(whole.get(needs, needs))] for name, aim, value, gap, affords, needs in q.gaps()]


def mean(clocks):
    stopped = [c.shows for c in clocks.values() if c.stopped]
    return len(stopped), sum(stopped, timedelta()), Fraction(sum(stopped, timedelta()) // timedelta(seconds=1), len(stopped))


def failures(q):
    """(how many, time that they took, agreed time)."""
    taken = [length(q.taken(start, end)) for start, end, _ in q.united()]
    taken = [time for time in taken if time]
    return len(taken), sum(taken, timedelta()), timedelta(seconds=q.numbers["service_availability"].b)


def statistics(q):
    response, recovery = mean(q.clocks("request", "respond")), mean(q.clocks("incident", "recover"))
    count, took, agreed = failures(q)
    second = timedelta(seconds=1)
    return [["Response of requests, mean seconds of work", str(response[0]), decimal(response[2])],
            ["Recovery of incidents, mean seconds of work", str(recovery[0]), decimal(recovery[2])],
            *([title, str(n), decimal(value)] for title, (n, value) in (
                ("Satisfaction with tickets", q.satisfaction("ticket")),
                ("Satisfaction of customers", q.satisfaction("customer")))),
            ["Mean seconds to restore", str(count), decimal(Fraction(took // second, count))],
            ["Mean seconds between failures", str(count), decimal(Fraction((agreed - took) // second, count))]]


def totals(q, characteristics):
    """(sum of W, data, sum of E*X) of all."""
    found = q.evaluation(characteristics).values()
    return tuple(sum(row[i] for row in found) for i in (0, 3, 4))


def evaluation(q, characteristics):
    rows = []
    for name, (weight, total, e, data, sum_) in q.evaluation(characteristics).items():
        rows.append([name, *map(decimal, (weight, total, e, data, sum_, sum_ / data, data / weight))])
    weight, data, sum_ = totals(q, characteristics)
    return rows + [["all", decimal(weight), "-", "-", *map(decimal, (data, sum_, sum_ / data, data / weight))]]


def moved(q, later):
    rows = []
    for name, now in later.numbers.items():
        was = q.numbers[name]
        if (was.a, was.b) != (now.a, now.b):
            who = " ".join(sorted(set(was.short) ^ set(now.short)))
            rows.append([name, str(was.a), str(was.b), decimal(was.value), str(now.a), str(now.b),
                         decimal(now.value), who])
    return sorted(rows)


def tables(q, later, characteristics):
    cycles = {name: (kind, cycle) for kind, name, cycle in q.cycles}
    return {
        "Two tickets step by step": [steps(q.clock(*cycles[name], "resolve")) for name in ("R-1", "R-2")],
        "All clocks": [all_clocks(q)],
        "Availability": [availability(q)],
        "All 32 indicators": [[indicator_row(q, name) for names in characteristics.values() for name in names]],
        "Objectives and gaps": [gap_rows(q)],
        "Times, satisfaction, failures": [statistics(q)],
        "The evaluation": [evaluation(q, characteristics)],
        "Closed, and what came later": [moved(q, later)],
    }


def plus(numbers):
    return "+".join(map(str, numbers))


def clocks_said(q):
    cycles = {name: (kind, cycle) for kind, name, cycle in q.cycles}
    answer, solved = (q.clock(*cycles["R-1"], clock) for clock in ("respond", "resolve"))
    pause = cycles["R-1"][1].pauses[0]
    reopened = q.clock(*cycles["R-2"], "resolve")
    over = reopened.shows - reopened.target
    late = reopened.runs[-1][1] - over
    gap = cycles["R-9 (2)"][1].start - cycles["R-9 (1)"][1].resolved
    waits = q.clock(*cycles["R-8"], "resolve")
    return [
        f"the pause from {pause[0].day} May {pause[0]:%H:%M} to {pause[1].day} May {pause[1]:%H:%M}, and the holiday",
        f"{lasts(solved.shows)} are not more than the {lasts(solved.target)} of the target",
        f"ran for {lasts(length(answer.runs[:1]))} on {answer.runs[0][0].day} April and for "
        f"{lasts(length(answer.runs[1:]))} on {answer.runs[1][0].day} May, and stopped at "
        f"{lasts(answer.shows)} of {lasts(answer.target)}",
        f"within the {q.agreement.get('reopen_window', '7d')[:-1]} days of",
        f"That is {lasts(over)} too much: it was late from {late.day} May {late:%H:%M}:00.001 on",
        f"after {gap // DAY} days and {lasts(gap % DAY)}",
        f" since {waits.runs[-1][1].day} June",
        f"Its clock stands at {lasts(waits.shows)}",
    ]


def availability_said(q):
    number = q.numbers["service_availability"]
    calendar = q.calendars[q.agreement["services"][0]["calendar"]]
    whole = length(calendar.runs(BEGIN, END)) // timedelta(hours=1)
    opens, closes = next(calendar.spans(BEGIN.date()))
    (good,), (late,) = q.excused()
    plan = max(span(time, rest)[2] for time, rest in q.story.of("maintenance"))
    hours = length(calendar.runs(*good)) // timedelta(hours=1)
    incident, monitor = (next(d for d in q.down if d[2] == who) for who in ("I-2", "monitor"))
    lost, agreed = (timedelta(seconds=n) for n in (number.a, number.b))
    return [
        f"from {opens:%H:%M} to {closes:%H:%M} on each of the {(END - BEGIN) // DAY} days, {whole} hours",
        f"The maintenance of {good[0].day} May was announced before it began and takes {hours} hours out of "
        f"that, so that {whole - hours} are left",
        f"That of {late[0].day} June was announced {(plan - late[0]) // timedelta(minutes=1)} minutes after", f"late_maintenance is {len(q.excused()[1])}",
        f"On {incident[0].day} April the incident says {incident[0]:%H:%M} to {incident[1]:%H:%M} and the monitor "
        f"{monitor[0]:%H:%M} to {monitor[1]:%H:%M}",
        f"On {good[0].day} May from {good[0]:%H:%M} on there is",
        f"A is {lasts(lost)}, or {number.a} seconds; B {lasts(agreed)}, or {number.b} seconds; 1-A/B is "
        f"{decimal(number.value)}, exactly",
    ]


def indicators_said(q):
    rows = [rest.split() for _, rest in q.story.of("measured")]
    rights = [[int(w[n][2:]) for w in rows if w[0] == "supplier_access_control_rate"] for n in (2, 3)]
    staff = q.numbers["staff_professionalism"]
    parts = [Fraction(7 * staff.a, 10 * staff.b), Fraction(3 * staff.c, 10 * staff.b)]
    agreed = int(q.agreement["incidents_per_month"])
    due = {period: by for _, period, by in q.due()}
    *months, review = due
    allowed = {row["id"]: minutes(row["due"]) // DAY for row in q.agreement["reports"]}
    came = {rest.split()[2].strip(","): time for time, rest in q.story.of("report")}
    expired = next(rest.split()[-1] for _, rest in q.story.of("assessed") if "until" in rest)
    rose = max(time for time, rest in q.story.of("assessed") if rest.startswith("compliance"))
    decided, low, high = q.decided("timely_resolution_rate")
    n = q.numbers["timely_resolution_rate"]
    known = n.b - len(n.pending)
    return [
        f"Security: {plus(rights[0])} of {plus(rights[1])} access rights", "from three months",
        f"{len(q.story.of('tampered'))} tampering on {plus(q.count('changes', 'applied'))} changes",
        f"C is {staff.c}, so 0.7*{staff.a}/{staff.b} + 0.3*{staff.c}/{staff.b} = "
        f"{decimal(parts[0])} + {decimal(parts[1])} = {decimal(sum(parts))}",
        f"{agreed} incidents a month in 3 months are {3 * agreed}",
        f"the major one is not among the {q.numbers['incident_control_rate'].a}",
        f"{plus(q.count('calls', 'answered'))} answered, {plus(q.count('calls', 'abandoned'))} abandoned",
        f"the months {', '.join(months[:-1])} and {months[-1]}, {allowed['monthly']} days after their ends, and "
        f"the review of {review}, {allowed['review']} days after its end",
        f"That of 2026-03 was due on {due['2026-03'].day} April at {due['2026-03']:%H:%M} and came on "
        f"{came['2026-03'].day} April; that of 2026-05 did",
        f"June's is due on {(END + 5 * DAY).day} July",
        f"A of 5 is the level; compliance rose to {q.numbers['compliance'].a} on {rose.day} June",
        f"expired on {expired} June",
        f"of the {known} decided, {known - n.a} were in time, so that decided is {decimal(decided)}; "
        f"low is {decimal(low)}, in case it turns out late, and high {decimal(high)}, in case",
        f"beside the {n.b} as a duplicate",
    ]


def statistics_said(q):
    response, recovery = mean(q.clocks("request", "respond")), mean(q.clocks("incident", "recover"))
    count, took, agreed = failures(q)
    marks = [rest.split()[1] for _, rest in q.story.of("survey") if rest.startswith("ticket")]
    name, aim, value, _, _, needs = q.gaps()[0]
    n = q.numbers[name]
    good, all_ = n.b - n.a + needs, n.b + needs
    assert Fraction(good - 1, all_ - 1) < aim
    return [
        f"After {needs} more requests answered in time, {good} of {all_} are: {decimal(Fraction(good, all_))}. "
        f"With {needs - 1} they would be {good - 1} of {all_ - 1}, which is less",
        f"The {response[0]} responses took {response[1] // timedelta(minutes=1)}m together, the {recovery[0]} "
        f"recoveries {lasts(recovery[1])}",
        f"({' + '.join(marks)}) / {len(marks)}",
        f"the other {count} took {lasts(took)}, and left {lasts(agreed - took)}",
    ]


def evaluation_said(q, later, characteristics):
    weights = {row["id"]: row["weight"] for row in q.profile["indicators"]}
    rest = [i for i in characteristics["reliability"] if i not in weights]
    ones, other = sum(q.numbers[i].value for i in rest), q.numbers["service_availability"].value
    e = q.evaluation(characteristics)["reliability"][2]
    heavy = e * int(weights["service_availability"])
    weight, data, sum_ = totals(q, characteristics)
    after = totals(later, characteristics)[2]
    swift = q.evaluation(characteristics)["responsiveness"][2] * int(weights["timely_response_rate"])
    up, down = (later.numbers[i].value - q.numbers[i].value for i in
                ("timely_response_rate", "first_contact_resolution_rate"))
    reached, given = q.grade(sum_ / data)
    quick, twice = later.clocks("request", "respond")["R-6"], dict(later.of("request"))["R-6"]
    assert later.grade(after / data)[1] == given and not quick.late
    return [
        "an indicator that weighs 1; availability weighs "
        "{service_availability}, the timely response {timely_response_rate} and the timely resolution "
        "{timely_resolution_rate} times".format(**weights),
        f"its {len(rest)} indicators that weigh 1 have values that add up to {decimal(ones)}, so {decimal(e)} * {decimal(ones)} + "
        f"{decimal(heavy)} * {decimal(other)} = {decimal(e * ones)} + {decimal(heavy * other)} = "
        f"{decimal(e * ones + heavy * other)}",
        f"The score is {decimal(sum_)}/{decimal(data)} = {decimal(sum_ / data)}, the coverage "
        f"{decimal(data)}/{decimal(weight)} = {decimal(data / weight)}, which is not less than "
        f"{q.profile['min_coverage']}: there",
        f"The score reaches {reached}; but", f"and the grade is {given}.",
        f"({decimal(sum_)} + {decimal(swift)} * {decimal(up)} - {decimal(e)} * {decimal(-down)}) / "
        f"{decimal(data)} = {decimal(after / data)}; the veto still makes it a {given}",
        f"answered after {lasts(quick.shows)}, in time; and with {len(twice.answers)} answers it",
    ]


def names_said(q, later):
    """Which ticket it is that a sentence is about, where no figure beside it says so."""
    def one(found):
        name, = dict.fromkeys(found)
        return name

    excluded = one(name for _, name, c in q.cycles if c.excluded)
    cut = one(name for start, end, who in q.united() for name in who if not q.taken(start, end))
    asleep = one(n for n, c in q.clocks("incident", "recover").items() if not c.shows)
    waiting = one(q.numbers["timely_resolution_rate"].pending)
    return [
        "The resolution clock of R-1 runs", "R-2 was resolved on the make-up day",
        f"{one(name for _, name, c in q.cycles if c.contacted)} was contacted by the customer",
        f"{one(name[:3] for _, name, _ in q.cycles if '(' in name)} was reopened",
        f"{one(n for k, n, c in q.cycles if k != c.ticket.kind)} is an incident, because",
        f"{excluded} is excluded", f"The one excluded, {excluded}, is",
        f"{one(n for n, c in q.of('incident') if 'calendar' in q.target('incident', c))} runs by night",
        f"{asleep} came and went", f"{waiting} waits for the customer", f"{waiting} is pending in",
        f"{one(n for n, _ in q.of('complaint'))} was resolved, and nothing", f"The outage of {cut} took no",
        f"names {one(row[-1] for row in moved(q, later))} for both",
    ]


def statements(q, later, characteristics):
    """Each stands in the prose once, and without them it has no figure left."""
    office = q.calendars[q.agreement["calendar"]].dates
    holiday, other = (date.fromisoformat(next(day for day, spans in office.items() if bool(spans) == worked))
                      for worked in (False, True))
    return [
        "the second quarter of 2026,", "the window is 2026-Q2, the", f"happened at {USUAL}", "the value from 1:",
        f"{holiday.day} May is a {holiday:%A} and a holiday, {other.day} May a {other:%A}",
        *clocks_said(q), *availability_said(q), *indicators_said(q), *statistics_said(q),
        *evaluation_said(q, later, characteristics), *names_said(q, later),
        "closed, as revision 1.", "Revision 1 stands", "those of revision 1.", "a revision 2 with",
    ]
