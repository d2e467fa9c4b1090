# Small samples do not page: one late ticket of two is no reason to wake anybody.
use: desk
alerts:
  - name: slow-response
    indicator: timely_response_rate
    by: [service]
    window: 24h
    below: {important: 0.9}
    min: 10
    notify: [ops]
---
Monday 2026-11-02

02:00 request opened T-1..T-2 service=mail
02:10 T-2 responded
at 02:31
expect score timely_response_rate service=mail window=24h cohort=settled is a=1 b=2 value=0.5
expect nothing until 03:00

# Nine are not ten, however bad.
03:00 request opened T-3..T-9 service=mail
at 03:31
expect score timely_response_rate service=mail window=24h cohort=settled is a=8 b=9
expect alert slow-response service=mail is inactive
expect nothing until 04:00

# Ten are, and another service's tickets do not help to make them.
04:00 request opened W-1..W-9 service=web
expect nothing until 04:40
04:40 request opened T-10 service=mail
04:41 T-10 responded
expect 04:41 ops fired slow-response important service=mail a=8 b=10

# Fewer again: no value, no news, and still firing.
expect nothing until 2026-11-03 02:29
at 2026-11-03 03:35
expect alert slow-response service=mail is firing no_data=true
expect nothing until 2026-11-03 08:00
