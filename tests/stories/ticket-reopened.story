# A ticket that is reopened runs on, in the same cycle or in one of its own; each cycle may fire once.
use: desk
alerts:
  - name: resolution-at-risk
    ticket: {clock: resolution, used: {important: 50%, urgent: 100%}}
    notify: [ops]
---
Monday 2026-11-02

09:00 request opened T-1 service=mail
10:00 T-1 resolved
expect nothing until 12:00

# One hour is used; three more make half of eight.
12:00 T-1 reopened
expect 15:00:00.000 ops fired resolution-at-risk important ticket=T-1
16:00 T-1 resolved
expect 16:00 ops resolved resolution-at-risk important ticket=T-1 reason=cleared

# Reopened at more than half: it fires again at once, as a new alert.
17:00 T-1 reopened
expect 17:00 ops fired resolution-at-risk important ticket=T-1
expect alert 1 is resolved
17:30 T-1 resolved
expect 17:30 ops resolved resolution-at-risk important ticket=T-1

# Ten days later it is another cycle with eight hours of its own.
2026-11-12 09:00 T-1 reopened
expect 2026-11-12 13:00:00.000 ops fired resolution-at-risk important ticket=T-1
expect 2026-11-12 17:00:00.001 ops changed resolution-at-risk urgent ticket=T-1
2026-11-12 18:00 T-1 resolved
expect 2026-11-12 18:00 ops resolved resolution-at-risk urgent ticket=T-1
