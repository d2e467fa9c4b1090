# What came so late that it is no news is counted, rule by rule, into one summary for each receiver.
use: desk
alerts:
  - {name: leak, instant: leaked, fresh: 2h, notify: [ops]}
  - {name: complaint, instant: complaint, level: general, notify: [ops, boss]}
---
Monday 2026-11-02

at 12:00 import
    10:30 security leaked service=mail
    10:30 complaint opened C-1 service=mail
    2026-11-01 10:30 security leaked service=web
expect 12:00 ops fired leak urgent service=mail
at 12:05 import
    2026-10-01 08:00 complaint opened C-2 service=mail

# Ten minutes after the last of it; a restart meanwhile makes no difference.
at 12:10 restart
expect nothing until 12:14
expect 12:15 ops backfill count=3 leak=1 complaint=2 earliest=2026-10-01T08:00 latest=10:30
expect 12:15 boss backfill count=2 complaint=2
expect nothing until 14:00

# A retraction of such a thing, its end, and what comes after are no news either.
14:00 C-1 resolved
14:01 C-2 resolved
expect nothing until 15:00
15:00 complaint opened C-3 service=mail
expect 15:00 ops fired complaint general ticket=C-3
expect 15:00 boss fired complaint general ticket=C-3
15:30 C-3 resolved
expect 15:30 ops resolved complaint general ticket=C-3
expect 15:30 boss resolved complaint general ticket=C-3
expect nothing until 18:00
