# So long before the deadline of the resolution: a pause keeps the state, and moves the rest.
use: desk
alerts:
  - name: resolution-at-risk
    ticket: {clock: resolution, before: {general: 2h, urgent: 30m}}
    notify: [ops]
---
Monday 2026-11-02

# Eight hours: 17:00.
09:00 request opened T-1 service=mail
09:05 T-1 responded
expect 15:00:00.000 ops fired resolution-at-risk general ticket=T-1 deadline=17:00

# While the customer is asked nothing happens; two hours later the deadline is 19:30.
15:30 T-1 paused cause=customer
expect nothing until 18:00
expect alert 1 is firing level=general
18:00 T-1 resumed
expect 19:00:00.000 ops changed resolution-at-risk urgent ticket=T-1
19:10 T-1 resolved
expect 19:10 ops resolved resolution-at-risk urgent ticket=T-1 reason=cleared

# A due time that the desk gives takes the place of the agreement's.
20:00 request opened T-2 service=mail resolve_by=22:30
20:05 T-2 responded
expect 20:30:00.000 ops fired resolution-at-risk general ticket=T-2 deadline=22:30

# More time is agreed: the alert is taken back, and comes when it is due again.
20:45 T-2 updated resolve_by=2026-11-03T08:00
expect 20:45 ops resolved resolution-at-risk general ticket=T-2 reason=cleared
expect 2026-11-03 06:00:00.000 ops fired resolution-at-risk general ticket=T-2
2026-11-03 06:10 T-2 resolved
expect 2026-11-03 06:10 ops resolved resolution-at-risk general ticket=T-2
expect nothing until 2026-11-03 12:00
