# One resolve for each fire, and a second time is another alert.
use: desk
alerts:
  - name: slow-response
    indicator: timely_response_rate
    by: [service]
    window: 24h
    below: {important: 0.75}
    notify: [ops, boss]
---
Monday 2026-11-02

08:55 request opened T-1..T-3 service=mail
08:56 T-1..T-3 responded
09:00 request opened T-4..T-5 service=mail
expect 09:30 ops fired slow-response important service=mail value=0.6 a=2 b=5
expect 09:30 boss fired slow-response important service=mail
expect alert 1 is firing level=important

# Worse and better again below the threshold: no news.
09:40 request opened T-6 service=mail
10:00 request opened T-7..T-8 service=mail
10:01 T-7..T-8 responded
expect nothing until 10:30

# 17 of 20 are on time: the value is back, and that is told once.
10:35 request opened T-9..T-20 service=mail
10:36 T-9..T-20 responded
expect 10:36 ops resolved slow-response important service=mail reason=cleared
expect 10:36 boss resolved slow-response important service=mail
expect alert 1 is resolved reason=cleared
expect nothing until 23:59

Tuesday 2026-11-03
14:00 request opened T-30 service=mail
expect 14:30 ops fired slow-response important service=mail a=1 b=1
expect 14:30 boss fired slow-response important service=mail
expect alert 2 is firing
expect alert 1 is resolved
14:40 request opened T-31..T-33 service=mail
14:41 T-31..T-33 responded
expect 14:41 ops resolved slow-response
expect 14:41 boss resolved slow-response
expect nothing until 23:59
