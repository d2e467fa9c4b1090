# A ticket that is excluded ends its alert, with that reason.
use: desk
alerts:
  - name: response-at-risk
    ticket: {clock: response, used: {important: 50%, urgent: 100%}}
    notify: [ops]
---
Monday 2026-11-02

09:00 request opened T-1 service=mail
expect 09:15:00.000 ops fired response-at-risk important ticket=T-1
09:20 T-1 excluded cause=duplicate
expect 09:20 ops resolved response-at-risk important ticket=T-1 reason=excluded
expect nothing until 10:00

# A retracted opening is a ticket that never was.
10:00 request opened T-2 service=mail id=wrong-one
expect 10:15:00.000 ops fired response-at-risk important ticket=T-2
10:16 event retracted wrong-one
expect 10:16 ops resolved response-at-risk important ticket=T-2
expect nothing until 12:00
