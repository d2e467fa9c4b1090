# Last year's log sends one summary, and nothing for each ticket that was late then.
use: desk
alerts:
  - name: response-at-risk
    ticket: {clock: response, used: {important: 75%, urgent: 100%}}
    notify: [ops]
  - name: leak
    instant: leaked
    notify: [ops]
---
Monday 2026-11-02

09:00 request opened T-1 service=mail
09:01 T-1 responded
at 12:00 import
    2025-11-03 09:00 request opened OLD-1..OLD-200 service=mail
    2025-11-03 10:00 OLD-1..OLD-150 responded
    2025-12-24 18:00 security leaked service=mail
at 12:05 import
    2025-12-03 09:00 request opened OLD-201..OLD-250 service=web

# What is of today is told as ever, while the old log still comes in.
12:06 request opened T-2 service=mail

# Ten minutes after the last of it.
expect 12:15 ops backfill response-at-risk=250 leak=1
expect 12:28:30.000 ops fired response-at-risk important ticket=T-2
12:29 T-2 responded
expect 12:29 ops resolved response-at-risk important ticket=T-2
expect score timely_response_rate window=2025 is a=250 b=250
expect nothing until 15:00

# What is late by less than an hour is news, even if it comes late.
at 15:00 import
    14:00:30 request opened T-3 service=mail
expect 15:00 ops fired response-at-risk urgent ticket=T-3
expect nothing until 18:00
