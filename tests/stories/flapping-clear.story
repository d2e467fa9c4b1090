# A value that swings round the threshold does not flap: it has to come back to `clear`.
use: desk
alerts:
  - name: slow-response
    indicator: timely_response_rate
    window: 24h
    below: {important: 0.8}
    clear: 0.9
    notify: [ops]
---
Monday 2026-11-02

08:00 request opened T-1..T-7
08:01 T-1..T-7 responded
08:10 request opened L-1..L-2
# 7 of 9 are on time: 0.78
expect 08:40 ops fired slow-response important a=2 b=9

# 0.8, 0.82, 0.75: between the threshold and `clear`, and below again. Nobody is told.
09:00 request opened T-8
09:01 T-8 responded
at 09:02
expect score timely_response_rate window=24h cohort=settled is a=2 b=10 value=0.8
expect alert slow-response is firing
09:10 request opened T-9
09:11 T-9 responded
09:20 request opened L-3
expect nothing until 09:51
expect score timely_response_rate window=24h cohort=settled is a=3 b=12 value=0.75

# 27 of 30 are 0.9: that is clear.
10:00 request opened T-10..T-26
10:01 T-10..T-26 responded
expect nothing until 10:02
expect score timely_response_rate window=24h cohort=settled is a=3 b=29
10:02 request opened T-27
10:03 T-27 responded
expect 10:03 ops resolved slow-response important value=0.9 a=3 b=30 reason=cleared
expect nothing until 12:00
