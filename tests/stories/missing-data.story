# Missing data does not resolve: a night without tickets says nothing about the day before.
use: desk
alerts:
  - name: slow-response
    indicator: timely_response_rate
    by: [service]
    window: 60m
    below: {important: 0.95}
    notify: [ops]
---
Monday 2026-11-02

09:00 request opened T-1 service=mail
expect nothing until 09:30
expect 09:30 ops fired slow-response important service=mail value=0 a=1 b=1 threshold=0.95

# From 10:31 on no ticket was decided within the hour: there is no value, and no news.
at 10:31
expect alert slow-response service=mail is firing no_data=true
expect nothing until 23:00

# What resolves it is a good value.
23:00 request opened T-2 service=mail
23:10 T-2 responded
expect 23:10 ops resolved slow-response important service=mail value=1 a=0 b=1 reason=cleared
expect nothing until 23:59
