# Messages that a receiver refuses are told to another one, not to itself.
use: desk
alerts:
  - name: slow-response
    indicator: timely_response_rate
    by: [service]
    window: 24h
    below: {urgent: 0.9}
    notify: [ops]
  - {name: dead-letters, delivery: true, level: important, notify: [ops, boss]}
---
Monday 2026-11-02

08:30 request opened T-1 service=mail
expect 09:00 ops fired slow-response urgent service=mail
at 09:05 ops refuses everything
expect 09:05 boss fired dead-letters important receiver=ops failed=1
expect alert dead-letters is firing

# Sent again by hand it waits, and that says nothing; once it has arrived all is well.
at 09:30 Jane retries 1
expect nothing until 09:40
at 09:40 restart
expect alert dead-letters is firing
at 10:00 ops takes everything
expect 10:00 boss resolved dead-letters important receiver=ops reason=cleared

# What the boss does not take is told to ops.
at 10:10 boss refuses everything
expect 10:10 ops fired dead-letters important receiver=boss failed=2
at 10:11 ops takes everything

# A message of a week ago is past.
expect nothing until 2026-11-09 09:59
expect 2026-11-09 10:00 ops resolved dead-letters important receiver=boss reason=cleared
expect nothing until 2026-11-10 09:00
