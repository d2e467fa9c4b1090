# A silence keeps what matches from being told; its end tells what still fires.
use: desk
alerts:
  - name: slow-response
    indicator: timely_response_rate
    by: [service]
    window: 24h
    below: {important: 0.9, urgent: 0.5}
    notify: [ops]
---
Monday 2026-11-02

# Mail is moved until ten.
08:00 request opened T-1..T-4 service=mail
08:00 request opened W-1 service=web
at 08:05 Jane silences reason="mail moves" service=mail until=10:00
expect 08:30 ops fired slow-response urgent service=web
expect alert slow-response service=mail is firing level=urgent
expect nothing until 09:59

# It still fires when the silence ends: now it is told.
expect 10:00 ops fired slow-response urgent service=mail

# Told before a silence: the end is told in spite of it.
at 10:30 Jane silences reason="again" rule=slow-response for=8h
11:00 request opened T-10..T-100 service=mail
11:00 request opened X-1 service=files
11:01 T-10..T-100 responded
expect 11:01 ops resolved slow-response urgent service=mail

# Files' alert began and ended in silence: nobody hears of either.
at 11:31
expect alert slow-response service=files is firing
12:00 request opened X-2..X-20 service=files
12:01 X-2..X-20 responded
expect alert slow-response service=files is resolved
expect nothing until 13:00

# A silence that is taken back ends at once: print's alert is told then.
13:00 request opened P-1 service=print
expect nothing until 14:00
at 14:00 Jane ends silence 2
expect 14:00 ops fired slow-response urgent service=print
expect nothing until 18:00
at 18:00 Jane silences service=mail for=1h refused 400
