# With `keep` an alert fires on for so long, and ends only then, if all is well then.
use: desk
alerts:
  - name: slow-response
    indicator: timely_response_rate
    window: 24h
    below: {important: 0.8}
    keep: 2h
    notify: [ops]
---
Monday 2026-11-02

08:00 request opened L-1
expect 08:30 ops fired slow-response important

# Well at 08:41, bad at 09:30, well at 09:41: one alert all the time.
08:40 request opened T-1..T-4
08:41 T-1..T-4 responded
09:00 request opened L-2
expect nothing until 09:40
expect alert slow-response is firing
09:40 request opened T-5..T-8
09:41 T-5..T-8 responded
expect nothing until 10:30

# Time alone ends it: two hours after it fired.
expect 10:30 ops resolved slow-response important value=0.8 a=2 b=10 reason=cleared
expect nothing until 12:00
