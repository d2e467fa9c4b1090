# A dip shorter than `for` is not told of; nor is a level that holds for less.
use: desk
alerts:
  - name: slow-response
    indicator: timely_response_rate
    window: 24h
    below: {general: 0.9, urgent: 0.5}
    for: 30m
    notify: [ops]
---
Monday 2026-11-02

# Late at 08:30, mended at 08:50: pending, and inactive again.
08:00 request opened L-1
at 08:31
expect alert slow-response is pending
08:50 request opened T-1..T-9
08:50:30 T-1..T-9 responded
at 08:51
expect alert slow-response is inactive
expect nothing until 09:59

# Late from 10:30 on: 9 of 11 are on time. Half an hour later it is told.
10:00 request opened L-2
expect nothing until 10:31
expect alert slow-response is pending
expect 11:00 ops fired slow-response general a=2 b=11

# For ten minutes it looks urgent; that is no news.
11:10 request opened L-3..L-15
at 11:41
expect alert slow-response is firing level=general
11:50 request opened T-20..T-30
11:51 T-20..T-30 responded
expect nothing until 13:00
expect alert slow-response is firing level=general

# And now it stays so.
13:00 request opened L-16..L-40
expect nothing until 13:59
expect 14:00 ops changed slow-response urgent
expect nothing until 18:00
