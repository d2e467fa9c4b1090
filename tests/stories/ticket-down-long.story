# What time alone brought while slad was down for a day is told at its start; what came later is old news.
use: desk
alerts:
  - name: response-at-risk
    ticket: {clock: response, used: {important: 75%, urgent: 100%}}
    notify: [ops]
---
Monday 2026-11-02

09:00 request opened T-1..T-2 service=mail
at 09:10 stop

# T-1 was answered while slad was down, in time. T-3 came and was late long before slad heard of it.
at 2026-11-03 10:00 start
expect 2026-11-03 10:00 ops fired response-at-risk urgent ticket=T-1
expect 2026-11-03 10:00 ops fired response-at-risk urgent ticket=T-2
at 2026-11-03 10:05 import
    2026-11-02 09:15 request responded T-1
    2026-11-02 11:00 request opened T-3 service=mail
expect 2026-11-03 10:05 ops resolved response-at-risk urgent ticket=T-1 reason=cleared
at 2026-11-03 10:10 restart
expect 2026-11-03 10:15 ops backfill response-at-risk=1
expect nothing until 2026-11-03 12:00
expect alert response-at-risk ticket=T-2 is firing level=urgent
expect alert response-at-risk ticket=T-3 is inactive
