# Silences that begin later, end by restart, name a level, or meet a closing; and what each leaves unsaid.
use: desk
alerts:
  - name: slow-response
    indicator: timely_response_rate
    by: [service]
    window: 24h
    below: {important: 0.9, urgent: 0.5}
    notify: [ops]
---
Monday 2026-11-02

# From nine on; what fires before is told, its change within the silence is told at its end.
at 08:00 Jane silences reason="a drill" service=mail from=09:00 until=11:00
08:00 request opened T-1..T-8 service=mail
08:01 T-1..T-8 responded
08:10 request opened L-1..L-2 service=mail
expect 08:40 ops fired slow-response important service=mail a=2 b=10
09:00 request opened L-3..L-20 service=mail
expect nothing until 09:31
expect alert 1 is firing level=urgent
at 10:00 restart
expect 11:00 ops changed slow-response urgent service=mail

# Closed by a person within a silence: who heard of it hears that.
at 12:00 Jane silences reason="again" service=mail for=4h
at 12:10 Jane closes 1 note="we know"
expect 12:10 ops resolved slow-response urgent service=mail reason="closed by Jane"
expect nothing until 13:00

# Closed within a silence and never told: nobody hears of it at all, not even at the end.
13:00 request opened W-1 service=web
at 13:05 Jane silences reason="web, too" service=web until=15:00
at 13:31
expect alert slow-response service=web is firing
at 13:40 Jane closes slow-response service=web note="a test"
expect nothing until 15:30

# The slad that was down when a silence ended tells it when it is back.
at 16:00 Jane silences reason="files" service=files until=17:00
16:00 request opened F-1 service=files
at 16:40 stop
at 18:00 start
expect 18:00 ops fired slow-response urgent service=files

# A silence of one level: what is urgent is told, what is important is not.
at 19:00 Jane silences reason="noise" level=important for=1h
19:00 request opened P-1..P-3 service=print
19:01 P-1..P-3 responded
19:02 request opened P-4 service=print
expect nothing until 19:33
expect alert slow-response service=print is firing level=important
19:33 request opened P-5..P-9 service=print
expect 20:00 ops fired slow-response important service=print
expect 20:03 ops changed slow-response urgent service=print
expect nothing until 22:00
