# A person closes an alert while its reason stands: nothing more is said until it comes anew.
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

08:00 request opened T-1..T-8 service=mail
08:01 T-1..T-8 responded
08:30 request opened L-1 service=mail
expect 09:00 ops fired slow-response important service=mail
at 09:10 Jane closes 1 note="the customer was on the phone"
expect 09:10 ops resolved slow-response important service=mail reason="closed by Jane"
expect alert 1 is closed

# Worse, and better within bounds: it is closed, and nothing fires for mail. Web is another matter.
10:00 request opened L-2..L-20 service=mail
10:00 request opened W-1 service=web
expect 10:30 ops fired slow-response urgent service=web
at 10:40 restart
expect nothing until 12:00

# The reason ends: closed becomes resolved, and that is no news.
12:00 request opened T-10..T-400 service=mail
12:01 T-10..T-400 responded
expect nothing until 12:30
expect alert 1 is resolved

# Anew: a new alert.
13:00 request opened L-30..L-90 service=mail
expect 13:30 ops fired slow-response important service=mail
expect nothing until 15:00
