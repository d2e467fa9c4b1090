# A ticket at 75 %, 90 % and 100 % of its response time: told to the millisecond, one alert each.
use: desk
alerts:
  - name: response-at-risk
    ticket: {clock: response, used: {general: 75%, important: 90%, urgent: 100%}}
    notify: [ops]
---
Monday 2026-11-02

# 30 minutes: 22:30, 27:00, and the first instant after the deadline.
09:00 request opened T-1 service=mail
expect 09:22:30.000 ops fired response-at-risk general ticket=T-1 clock=response deadline=09:30
expect 09:27:00.000 ops changed response-at-risk important ticket=T-1
expect 09:30:00.001 ops changed response-at-risk urgent ticket=T-1
expect alert 1 is firing level=urgent
09:41 T-1 responded
expect 09:41 ops resolved response-at-risk urgent ticket=T-1 reason=cleared

# One that is answered in time is never heard of; each ticket has an alert of its own.
10:00 request opened T-2..T-4 service=mail
10:20 T-2 responded
expect 10:22:30.000 ops fired response-at-risk general ticket=T-3
expect 10:22:30.000 ops fired response-at-risk general ticket=T-4
10:25 T-3 responded
expect 10:25 ops resolved response-at-risk general ticket=T-3
10:26 T-4 resolved
expect 10:26 ops resolved response-at-risk general ticket=T-4 reason=cleared
expect nothing until 2026-11-03 12:00
