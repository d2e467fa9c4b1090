# A restart neither repeats nor forgets; what fell due meanwhile is told of at the start, once.
use: desk
alerts:
  - name: slow-response
    indicator: timely_response_rate
    by: [service]
    window: 24h
    below: {general: 0.9, urgent: 0.5}
    for: 10m
    notify: [ops]
---
Monday 2026-11-02

09:00 request opened T-1 service=mail
09:10 request opened T-2 service=web

# Late at 09:30; while the rule waits its ten minutes, slad is restarted. The wait goes on.
at 09:35
expect alert slow-response service=mail is pending
at 09:35 restart
expect alert slow-response service=mail is pending
at 09:38 restart
expect 09:40 ops fired slow-response urgent service=mail
at 09:42 restart
at 09:45 restart

# Web's ticket became late at 09:40, and has been so for ten minutes when slad comes back.
at 09:46 stop
at 10:00 start
expect 10:00 ops fired slow-response urgent service=web
at 10:05 restart

# It is resolved by work of the time without slad, sent when it is back.
at 10:10 stop
at 11:00 start
at 11:00 import
    10:20 request opened T-3..T-20 service=mail
    10:21 T-3..T-20 responded
expect 11:00 ops resolved slow-response urgent service=mail
at 11:02 restart
at 11:04 restart
expect alert slow-response service=mail is resolved
expect alert slow-response service=web is firing
expect nothing until 12:00
