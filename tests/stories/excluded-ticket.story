# A late ticket that turns out to be spam leaves the score, and the alert ends.
use: desk
alerts:
  - name: slow-response
    indicator: timely_response_rate
    by: [service]
    window: 24h
    below: {important: 0.9}
    notify: [ops]
---
Monday 2026-11-02

08:00 request opened T-1..T-5 service=mail
08:10 T-1..T-4 responded
expect 08:30 ops fired slow-response important service=mail a=1 b=5
09:00 T-5 excluded cause=spam
expect 09:00 ops resolved slow-response important service=mail a=0 b=4 reason=cleared

# It was none after all: late again, and a new alert.
10:00 T-5 included
expect 10:00 ops fired slow-response important service=mail a=1 b=5

# A ticket that is cancelled after its time was over counts as late: nothing changes.
11:00 T-5 excluded cause=cancelled
expect nothing until 12:00
expect alert slow-response service=mail is firing
