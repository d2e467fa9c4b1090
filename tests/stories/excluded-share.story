# Too many excluded tickets: whoever polishes the numbers by excluding is seen.
use: desk
alerts:
  - name: excluded-share
    excluded: {window: this-month}
    above: {general: 0.1, important: 0.5}
    by: [service]
    min: 10
    notify: [boss]
---
Monday 2026-11-02

08:00 request opened T-1..T-20 service=mail
08:05 T-1..T-20 responded
09:00 T-1..T-2 excluded cause=spam
expect nothing until 10:00

# A tenth is not more than a tenth; three of twenty are.
10:00 T-3 excluded cause=test
expect 10:00 boss fired excluded-share general service=mail
11:00 T-4..T-11 excluded cause=duplicate
expect 11:00 boss changed excluded-share important service=mail
12:00 T-4..T-11 included
expect 12:00 boss changed excluded-share general service=mail
13:00 T-3 included
expect 13:00 boss resolved excluded-share general service=mail reason=cleared

# Two of two, at another service: fewer than ten.
14:00 request opened W-1..W-2 service=web
14:01 W-1..W-2 excluded cause=spam
expect nothing until 18:00
