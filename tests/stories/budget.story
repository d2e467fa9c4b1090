# Late tickets use up what the objective allows: told while it burns in the long and the short window.
use: desk
alerts:
  - name: response-budget
    budget: {indicator: timely_response_rate, objective: 0.9, long: 24h, short: 1h}
    above: {general: 1, urgent: 6}
    by: [service]
    min: 10
    notify: [ops]
---
Monday 2026-11-02

# One late of twenty is half of what 0.9 allows.
08:00 request opened T-1..T-20 service=mail
08:10 T-1..T-19 responded
08:20 request opened L-1..L-2 service=mail
expect nothing until 08:49

# Three late of 22: 1.4 times the pace, in both windows.
expect 08:50 ops fired response-budget general service=mail a=3 b=22

# An hour after the last one was decided the short window is empty: no data, and no news.
expect nothing until 10:00
expect alert response-budget service=mail is firing no_data=true

# Seven of ten in the last hour is seven times the pace, but over the day it is 10 of 32.
10:00 request opened L-3..L-9 service=mail
10:10 request opened T-21..T-23 service=mail
10:30:30 T-21..T-23 responded
expect nothing until 11:02
expect alert response-budget service=mail is firing level=general

# The short window is well again: that ends it, whatever the day was like.
12:00 request opened T-24..T-30 service=mail
12:01 T-24..T-30 responded
expect 12:01 ops resolved response-budget general service=mail reason=cleared
expect nothing until 18:00
