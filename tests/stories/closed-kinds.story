# What a person closes stays closed, be it about a ticket, an outage or a value, and over restarts.
use: desk
alerts:
  - name: response-at-risk
    ticket: {clock: response, used: {general: 75%, urgent: 100%}}
    notify: [ops]
  - {name: outage, instant: outage, notify: [ops]}
---
Monday 2026-11-02

09:00 request opened T-1 service=mail
expect 09:22:30 ops fired response-at-risk general ticket=T-1
at 09:25 Jane closes 1 note="the customer knows"
expect 09:25 ops resolved response-at-risk general ticket=T-1 reason="closed by Jane"

# It becomes late, but it is closed; the next ticket is another matter.
09:26 request opened T-2 service=mail
expect nothing until 09:48
expect alert 1 is closed
expect 09:48:30 ops fired response-at-risk general ticket=T-2
09:50 T-1..T-2 responded
expect 09:50 ops resolved response-at-risk general ticket=T-2 reason=cleared
expect alert 1 is resolved

10:00 outage started O-1 service=mail
expect 10:00 ops fired outage urgent outage=O-1
at 10:05 Jane closes outage outage=O-1 cause="a power cut"
expect 10:05 ops resolved outage urgent outage=O-1 reason="closed by Jane"
11:00 outage ended O-1 service=mail
expect nothing until 12:00
expect alert outage outage=O-1 is resolved

# The next outage is another one.
12:00 outage started O-2 service=mail
expect 12:00 ops fired outage urgent outage=O-2
12:30 outage ended O-2 service=mail
expect 12:30 ops resolved outage urgent outage=O-2 reason=cleared
expect nothing until 18:00
