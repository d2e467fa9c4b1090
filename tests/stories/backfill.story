# No storm after a backfill: last year's log changes scores, and moves no rule about today.
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

09:00 request opened T-1 service=mail
09:10 T-1 responded
at 12:00 import
    2025-11-03 09:00 request opened OLD-1..OLD-200 service=mail
    2025-11-03 10:00 OLD-1..OLD-150 responded
    2025-11-04 10:00 OLD-1..OLD-150 resolved
    2026-10-30 09:00 request opened LATE-1..LATE-50 service=web
expect nothing until 13:00
expect score timely_response_rate window=2025-11 is a=200 b=200
expect score timely_response_rate window=2026-10 is a=50 b=50
expect alert slow-response service=mail is inactive

# Today's are watched as before.
13:00 request opened T-2 service=mail
expect 13:30 ops fired slow-response important service=mail a=1 b=2
expect nothing until 15:00
