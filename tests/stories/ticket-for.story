# `for` and `keep` hold for tickets, too: a level must hold so long, and an alert fires on for so long.
use: desk
alerts:
  - name: response-late
    ticket: {clock: response, used: {urgent: 100%}}
    for: 10m
    notify: [ops]
  - name: recovery-at-risk
    ticket: {clock: recovery, used: {important: 50%}}
    keep: 30m
    notify: [boss]
---
Monday 2026-11-02

# Late at 09:30, answered at 09:35: nobody hears of it.
09:00 request opened T-1 service=mail
09:35 T-1 responded
expect nothing until 10:00

10:00 request opened T-2 service=mail
expect 10:40:00.001 ops fired response-late urgent ticket=T-2
10:50 T-2 responded
expect 10:50 ops resolved response-late urgent ticket=T-2

# Half of two hours is told at 12:00; recovered at 12:05, it fires on until 12:30.
11:00 incident opened I-1 service=mail
11:01 I-1 responded
expect 12:00:00.000 boss fired recovery-at-risk important ticket=I-1 clock=recovery deadline=13:00
12:05 I-1 recovered
expect nothing until 12:29
expect 12:30 boss resolved recovery-at-risk important ticket=I-1 reason=cleared
expect nothing until 18:00
