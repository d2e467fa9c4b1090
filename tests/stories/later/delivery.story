# Messages that a receiver refuses are told to another one, not to itself.
use: desk
alerts:
  - {name: leak, instant: leaked, notify: [ops]}
  - {name: dead-letters, delivery: true, level: important, notify: [ops, boss]}
---
Monday 2026-11-02

09:00 security leaked service=mail
expect 09:00 ops fired leak urgent
at 09:05 ops refuses everything
expect 09:05 boss fired dead-letters important receiver=ops failed=1
expect nothing until 10:00
at 10:00 boss takes everything

# What failed a week ago is past.
expect 2026-11-09 09:00 boss resolved dead-letters important receiver=ops reason=cleared
expect nothing until 2026-11-10 09:00
