"""Shows slad at work: a day of a helpdesk goes in, scores, an alert and its reasons come out.

Every command that it shows is one that it runs. All is on loopback, on free ports and in a
directory of its own, and is gone at the end.
"""
import argparse
import datetime
import json
import os
import shlex
import signal
import subprocess
import sys
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path[:0] = [HERE, os.path.join(HERE, "..", "support")]

import helpdesk
from hook import Receiver
from slad import TOP, Slad

SHOWN = 5  # tickets of a longer list
BOLD, DIM, PLAIN = ("\033[1m", "\033[2m", "\033[0m") if sys.stdout.isatty() else ("", "", "")


def head(text):
    print(f"\n{BOLD}{text}{PLAIN}", flush=True)


def command(*words, to=None):
    """Shows a command, runs it, and gives what it says; or has it written to a file."""
    print(f"{DIM}${PLAIN} {shlex.join(words)}" + (f" >{to}" if to else ""), flush=True)
    done = subprocess.run(words, cwd=TOP, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, encoding="utf-8")
    if done.returncode != 0:
        sys.exit(f"{words[0]} failed: {done.stderr}{done.stdout}")
    if to:
        with open(to, "w", encoding="utf-8") as file:
            file.write(done.stdout)
        return done.stderr
    return done.stdout


def say(text):
    print(text.rstrip("\n"), flush=True)


def local(text):
    """An instant of slad's as the helpdesk's time of day."""
    time = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return time.astimezone(helpdesk.ZONE).strftime("%H:%M:%S")


def word(value):
    return value if isinstance(value, str) else json.dumps(value)


def start(receiver):
    """slad with the configuration of this directory, told where the receiver listens."""
    with open(os.path.join(HERE, "slad.yaml"), encoding="utf-8") as file:
        config = file.read().replace("http://127.0.0.1:9900/hook", receiver.url)
    slad = Slad(config, start=False)
    receiver.config("ops", slad.path("ops.secret"))
    os.chmod(slad.path("ops.secret"), 0o600)
    head("1. slad starts")
    say(f"{DIM}${PLAIN} {os.path.relpath(slad.program, TOP)} serve -c {slad.file}")
    slad.start()
    say("\n".join(slad.log))
    return slad


def feed(slad, seed, file):
    head("2. The last 24 hours of a helpdesk go in")
    end = datetime.datetime.now(helpdesk.ZONE).isoformat(timespec="seconds")
    say(command("tests/day/generate", "--seed", str(seed), "--end", end, to=file))
    say(post(slad, file))


def post(slad, file):
    return command(os.path.relpath(slad.program, TOP), "import", "-u", slad.url, file)


def show_scores(slad):
    head("3. The scores: indicators of GB/T 33850-2017, by customer")
    say(command("curl", "-sS", f"{slad.url}/scores?window=24h&by=agreement"))


def percent(share):
    return f"{100 * share:.1f} %"


def show_evaluation(slad):
    """One of the customers as a whole, and on the page that would be handed over."""
    question = "window=24h&agreement=acme"
    found = json.loads(command("curl", "-sS", f"{slad.url}/v1/evaluation?{question}"))
    least = percent(found["grading"]["min_coverage"])
    grade = f"grade {found['grade']}" if found["grade"] else f"no grade with less than {least}"
    say(f"acme as a whole: score {percent(found['score'])}, with data for {percent(found['coverage'])} of the "
        f"weight; {grade}")
    command("curl", "-sS", f"{slad.url}/v1/reports/24h?agreement=acme", to=slad.path("acme.html"))
    say("That is the service report of acme, a page to print; with --stay, that address shows it in a browser.")


def mail_alert(receiver):
    """The first message about mail; some seeds have a bad day elsewhere, too."""
    count = 1
    while receiver.wait(count, 20)[count - 1].data["scope"]["service"] != "mail":
        count += 1
    return receiver.messages[count - 1]


def show_alert(slad, receiver):
    """The webhook as it came; gives its data."""
    head("4. The alert: answers about mail were slow")
    message = mail_alert(receiver)
    say(f"{receiver.url}, a receiver of webhooks, was sent (indented here):")
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature", "content-type"):
        say(f"  {name}: {message.headers[name]}")
    say(json.dumps(message.event, indent=2, ensure_ascii=False))
    if not message.signed():
        sys.exit("its signature is not that of the shared key")
    say("The receiver has verified its signature with the shared key.")
    say(command("curl", "-sS", f"{slad.url}/alerts"))
    return message.data


def show_tickets(slad, alert):
    """The tickets behind the alert's value; gives that with the longest story."""
    head("5. Why: the tickets behind it, and one of them")
    answer = command("curl", "-sS", f"{slad.url}{alert['explain']}")
    tickets = json.loads(answer)["tickets"]
    say(f"{len(tickets)} tickets, where the alert says \"a\": {alert['a']}; the first in short:")
    for ticket in tickets[:SHOWN]:
        say(f"  {ticket['subject']:7} {ticket['agreement']:7} {ticket['priority']}  "
            f"opened {local(ticket['opened'])}, late since {local(ticket['settled_at'])}")
    stories = [slad.get(ticket["href"]) for ticket in tickets[:20]]
    return max(stories, key=lambda ticket: len(ticket["records"]))


def show_ticket(slad, ticket):
    command("curl", "-sS", f"{slad.url}/v1/tickets/{ticket['subject']}?source="
            + urllib.parse.quote(ticket["source"], safe=""))
    say(f"{ticket['kind']} {ticket['subject']} of {ticket['agreement']}, service "
        f"{ticket['service']}, priority {ticket['priority']}:")
    for record in ticket["records"]:
        event = record["event"]
        data = "  ".join(f"{name}: {word(value)}" for name, value in event["data"].items()
                         if name not in ("agreement", "service", "priority"))
        say(f"  {local(event['time'])}  {event['type']:18}  {data}".rstrip())
    for cycle in ticket["cycles"]:
        say(f"  {local(cycle['start'])}  counted, under the agreement's version of "
            f"{cycle['agreement_version']}, as:")
        for score in (s for s in cycle["scores"] if s["counted"]):
            say(f"    {score['counted']:8}{score['indicator']:30}  {score['why']}")


def finish(slad, file, stay):
    head("6. Nothing counts twice, and the log proves the numbers")
    say(post(slad, file))
    say(command(os.path.relpath(slad.program, TOP), "verify", "-c", slad.file))
    if stay:
        wait_for_ctrl_c(slad)
    slad.stop()
    head("slad is stopped, and its files are gone. Where to go from here")
    say("  sh tests/demo --stay     the same, and slad stays for your own questions\n"
        "  README                   how to post an event of your own\n"
        "  conf/slad.yaml           every key of the configuration, explained\n"
        "  sh tests/all             every test")


def wait_for_ctrl_c(slad):
    try:
        say(f"\nslad stays at {slad.url} until you press Ctrl-C, its files in {slad.directory}.")
        signal.pause()
    except KeyboardInterrupt:
        say("")


def main():
    parser = argparse.ArgumentParser(prog="sh tests/demo", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1, help="another day; default: 1")
    parser.add_argument("--stay", action="store_true", help="leave slad running until Ctrl-C")
    args = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    with Receiver() as receiver:
        slad = start(receiver)
        try:
            file = slad.path("day.ndjson")
            feed(slad, args.seed, file)
            show_scores(slad)
            show_evaluation(slad)
            alert = show_alert(slad, receiver)
            show_ticket(slad, show_tickets(slad, alert))
            finish(slad, file, args.stay)
        finally:
            slad.close()


if __name__ == "__main__":
    main()
