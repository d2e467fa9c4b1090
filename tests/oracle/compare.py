"""Compares the driver's answers with the oracle's: [] where they agree, else lines."""

from urllib.parse import parse_qsl, urlsplit

import compare_answers
import compare_lists
import compare_orders
import orders
from differences import compare_head, differ, instant

INSTANTS = ("stopped_at", "breached_at", "deadline")
LISTS = ("indicator", "agreement", "service", "priority", "team", "by")
ANSWERS = {"/v1/statistics": "statistics", "/v1/evaluation": "evaluation",
           "/v1/series": "series", "/v1/correlation": "correlation", "/v1/gaps": "gaps",
           "/v1/scores": "scores"}


def arguments_of(url):
    """(path, arguments) of a GET as the oracle takes them."""
    parts = urlsplit(url)
    arguments = dict(parse_qsl(parts.query, keep_blank_values=True))
    for name in LISTS:
        if name in arguments:
            arguments[name] = arguments[name].split(",")
    if "from" in arguments:
        arguments["from_"] = arguments.pop("from")
    return parts.path, arguments


def expected(oracle, command):
    """The oracle's answer to a command; None where it has none."""
    now = command["now"]
    if "post" in command:
        return oracle.post(command["post"], now, command["on_error"])
    if "verify" in command:
        return {"differences": []}
    if "restart" in command:
        return {}
    if "ticket" in command:
        return oracle.ticket(command["ticket"]["source"], command["ticket"]["subject"], now)
    try:
        if "order" in command:
            return expected_order(oracle, command)
        return expected_get(oracle, now, *arguments_of(command["get"]))
    except orders.Refused as refused:
        return refused


def expected_order(oracle, command):
    """The oracle's answer to an order."""
    path, arguments = arguments_of(command["order"])
    parts, body, now = path.split("/")[2:], command["body"], command["now"]
    if parts[0] == "periods":
        return oracle.close(now, parts[1], arguments["agreement"][0], body)
    if len(parts) == 1:
        return oracle.improve(now, body)
    return oracle.move(now, int(parts[1]), parts[2], body)


def expected_get(oracle, now, path, arguments):
    """The oracle's answer to a question."""
    parts = path.split("/")[2:]
    if parts[0] == "periods":
        agreement, = arguments.get("agreement", [None])
        if len(parts) == 1:
            return oracle.periods.heads(agreement)
        return oracle.period(now, parts[1], agreement, arguments.get("revision"),
                             parts[-1] == "moves")
    if parts[0] == "improvements":
        return oracle.improvement(now, int(parts[1]))
    if path in ANSWERS:
        return getattr(oracle, ANSWERS[path])(now, **arguments)
    return {"tickets": oracle.behind(path.split("/")[3], now, **arguments)}


def compare_post(want, answer):
    """Status, counts, and the wrong events by index and id."""
    body, lines = answer["body"], []
    if answer["status"] != want["status"]:
        lines.append(differ("status", want["status"], answer["status"]))
    if want["status"] == 200:
        lines += [differ(n, want[n], body.get(n))
                  for n in ("accepted", "duplicates", "rejected") if want[n] != body.get(n)]
    got = [[e.get("index"), e.get("id") or ""] for e in body.get("errors") or []]
    wanted = [[e["index"], e["id"]] for e in want["errors"]]
    return lines + ([differ("errors", wanted, got)] if wanted != got else [])


def compare_scores(want, body):
    """The window and every score; the groups in their order, for each indicator."""
    lines = compare_head(want, body)
    for indicator in sorted({s["indicator"] for s in want["scores"] + body["scores"]}):
        wanted = [s for s in want["scores"] if s["indicator"] == indicator]
        got = [s for s in body["scores"] if s["indicator"] == indicator]
        if [s["scope"] for s in wanted] != [s["scope"] for s in got]:
            lines.append(differ(indicator + " groups", [s["scope"] for s in wanted],
                                [s["scope"] for s in got]))
            continue
        for one, other in zip(wanted, got):
            lines += compare_answers.compare_score(one, other)
    return lines


def compare_clock(name, want, got):
    """One clock; its deadline only while it is neither stopped nor late."""
    lines = compare_lists.compare_working(name, want, got)
    for field, value in want.items():
        if field == "working":
            continue
        shown = instant(got[field]) if field in INSTANTS else got[field]
        if field == "deadline" and want["state"] not in ("running", "paused"):
            continue
        if shown != value:
            lines.append(differ("%s %s" % (name, field), value, shown))
    return lines


def compare_ticket(want, body):
    """Attributes, cycles, clocks and scores."""
    names = ("source", "subject", "kind", "agreement", "service", "priority", "team",
             "excluded")
    lines = [differ(n, want[n], body.get(n)) for n in names
             if (want[n] or None) != (body.get(n) or None)]
    records = {r["event"]["id"]: r["retracted"] for r in body["records"]}
    if records != want["retracted"]:
        lines.append(differ("retracted", want["retracted"], records))
    starts = [c["start"] for c in want["cycles"]]
    found = [instant(c["start"]) for c in body["cycles"]]
    if starts != found:
        return lines + [differ("cycles", starts, found)]
    for number, (one, other) in enumerate(zip(want["cycles"], body["cycles"]), 1):
        lines += compare_lists.compare_counts("cycle %d" % number, one["scores"],
                                              other["scores"])
        for name, clock in one["clocks"].items():
            lines += compare_clock("cycle %d %s" % (number, name), clock,
                                   other["clocks"][name])
    return lines


def compare_get(url, want, body):
    """By the path."""
    path = arguments_of(url)[0]
    if path == "/v1/periods":
        return compare_orders.compare_heads(want, body)
    if path.startswith("/v1/periods"):
        return compare_orders.compare_period(want, body)
    if path.startswith("/v1/improvements"):
        return compare_orders.compare_improvement(want, body)
    if path == "/v1/scores":
        return compare_scores(want, body)
    if isinstance(body, str):
        return compare_answers.compare_statistics_csv(want, body)
    if path in ANSWERS:
        return getattr(compare_answers, "compare_" + ANSWERS[path])(want, body)
    return compare_lists.compare_list(path.split("/")[3], want, body)


def compare_shaped(command, want, answer):
    """By the kind of command; expects the shapes of the contract."""
    if "post" in command:
        return compare_post(want, answer)
    if want is None:
        refused = "get" not in command or answer["status"] == 400
        return [] if refused else [differ("status", 400, answer["status"])]
    status = 200
    if isinstance(want, orders.Refused):
        status = want.status
    elif command.get("order") == "/v1/improvements":
        status = 201
    if answer["status"] != status:
        return [differ("status", status, answer["status"])]
    if status >= 400:
        return []
    if "verify" in command:
        found = answer["body"]["differences"]
        return [] if found == [] else [differ("differences", [], found)]
    if "restart" in command:
        return []
    if "ticket" in command:
        return compare_ticket(want, answer["body"])
    return compare_get(command.get("get") or command["order"], want, answer["body"])


def compare(command, want, answer):
    """The differences as lines; an answer of another shape is one."""
    if answer["status"] is None:
        return [answer["body"]]
    try:
        return compare_shaped(command, want, answer)
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        return ["shape of the answer: %r" % error]
