# Each change of level is told once, the worst at once; inactive, pending, firing, resolved.
use: desk
alerts:
  - name: slow-response
    indicator: timely_response_rate
    where: {service: mail}
    window: 24h
    below: {general: 0.9, important: 0.7, urgent: 0.5}
    clear: 0.95
    notify: [ops]
---
Monday 2026-11-02

08:00 request opened T-1..T-8 service=mail
08:01 T-1..T-8 responded
at 08:02
expect alert slow-response service=mail is inactive

08:10 request opened L-1 service=mail
expect 08:40 ops fired slow-response general service=mail value=0.8889 threshold=0.9
09:00 request opened L-2..L-5 service=mail
expect 09:30 ops changed slow-response important value=0.6154 threshold=0.7
10:00 request opened L-6..L-9 service=mail
expect 10:30 ops changed slow-response urgent value=0.4706 threshold=0.5
expect alert 1 is firing level=urgent

# 10 of 18, then 171 of 180: better by a level, and well.
11:00 request opened T-9..T-10 service=mail
11:01 T-9..T-10 responded
expect 11:01 ops changed slow-response important a=9 b=19
11:30 request opened T-11..T-171 service=mail
11:31 T-11..T-171 responded
expect 11:31 ops resolved slow-response important value=0.95 a=9 b=180
expect alert slow-response service=mail is inactive
expect nothing until 13:00
