# What stops an escalation, and what does not: a better level, a closing, a fall below urgent and back.
use: desk
alerts:
  - name: slow-response
    indicator: timely_response_rate
    by: [service]
    window: 24h
    below: {important: 0.9, urgent: 0.5}
    notify: [ops]
    escalate: {after: 30m, notify: [boss]}
---
Monday 2026-11-02

# Urgent for twenty minutes, important, and urgent again: half an hour counts from the second time.
08:00 request opened L-1 service=mail
expect 08:30 ops fired slow-response urgent service=mail
08:50 request opened T-1 service=mail
08:50:30 T-1 responded
expect 08:50 ops changed slow-response important service=mail value=0.5
08:51 request opened L-2 service=mail
expect 09:21 ops changed slow-response urgent service=mail
expect nothing until 09:50
expect 09:51 boss escalated slow-response urgent service=mail

# Whom it was escalated to hears what becomes of it.
10:00 request opened T-2..T-4 service=mail
10:01 T-2..T-4 responded
expect 10:01 ops changed slow-response important service=mail
expect 10:01 boss changed slow-response important service=mail
at 10:10 Jane closes 1 note="enough"
expect 10:10 ops resolved slow-response important service=mail reason="closed by Jane"
expect 10:10 boss resolved slow-response important service=mail reason="closed by Jane"

# Closed before its time: nobody is called.
11:00 request opened W-1 service=web
expect 11:30 ops fired slow-response urgent service=web
at 11:40 Jane closes slow-response service=web note="known"
expect 11:40 ops resolved slow-response urgent service=web
expect nothing until 13:00

# slad was down when it was due: told at the start.
13:00 request opened F-1 service=files
expect 13:30 ops fired slow-response urgent service=files
at 13:40 stop
at 15:00 start
expect 15:00 boss escalated slow-response urgent service=files
expect nothing until 18:00
