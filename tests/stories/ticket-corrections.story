# What is learned later counts as if it had been known: alerts follow the log, whatever its order.
use: desk
alerts:
  - name: response-at-risk
    ticket: {clock: response, used: {important: 75%, urgent: 100%}}
    notify: [ops]
  - {name: major, instant: major_incident, notify: [ops]}
  - {name: complaint, instant: complaint, level: general, notify: [ops]}
---
Monday 2026-11-02

# The answer of 09:20 comes at 09:25.
09:00 request opened T-1 service=mail
expect 09:22:30.000 ops fired response-at-risk important ticket=T-1
at 09:25 import
    09:20 T-1 responded id=the-answer
expect 09:25 ops resolved response-at-risk important ticket=T-1 reason=cleared

# It was no answer: the clock runs on, and is at more than three quarters.
09:28 event retracted the-answer
expect 09:28 ops fired response-at-risk important ticket=T-1
expect 09:30:00.001 ops changed response-at-risk urgent ticket=T-1
09:40 T-1 responded
expect 09:40 ops resolved response-at-risk urgent ticket=T-1

# Events come before the ticket's opening: it is judged once that is there.
at 10:10 import
    10:05 request responded T-2
at 10:40 import
    10:00 request opened T-2 service=mail
expect nothing until 10:50

# A major incident that is none, and a complaint that comes back.
11:00 incident opened I-1 service=mail major=true
expect 11:00 ops fired major urgent ticket=I-1
11:02 I-1 responded
11:05 I-1 updated major=false
expect 11:05 ops resolved major urgent ticket=I-1 reason=cleared
12:00 complaint opened C-1 service=mail
expect 12:00 ops fired complaint general ticket=C-1
12:10 C-1 resolved
expect 12:10 ops resolved complaint general ticket=C-1
12:30 C-1 reopened
expect 12:30 ops fired complaint general ticket=C-1
12:40 C-1 resolved
expect 12:40 ops resolved complaint general ticket=C-1
expect nothing until 18:00
