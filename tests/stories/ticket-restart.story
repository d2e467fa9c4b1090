# What fell due while slad was down is told at its start, at the level of now, once.
use: desk
alerts:
  - name: response-at-risk
    ticket: {clock: response, used: {general: 75%, important: 90%, urgent: 100%}}
    notify: [ops]
---
Monday 2026-11-02

09:00 request opened T-1 service=mail
09:10 request opened T-2 service=mail
at 09:12 stop
at 09:31 start
expect 09:31 ops fired response-at-risk urgent ticket=T-1
at 09:32 restart
expect 09:32:30.000 ops fired response-at-risk general ticket=T-2
at 09:33 restart
expect 09:37:00.000 ops changed response-at-risk important ticket=T-2
at 09:38 restart
09:39 T-1..T-2 responded
expect 09:39 ops resolved response-at-risk urgent ticket=T-1
expect 09:39 ops resolved response-at-risk important ticket=T-2
at 09:40 restart
expect nothing until 12:00
