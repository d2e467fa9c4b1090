# An assessment that is about to expire: told a month, a week, and at the end; a later one ends it.
use: desk
alerts:
  - name: assessment-expires
    expiry: {before: {general: 30d, important: 7d, urgent: 0s}}
    notify: [boss]
---
Monday 2026-11-02

09:00 assessment recorded indicator=compliance level=4 valid_until=2026-12-20 assessor=Jane
expect 2026-11-20 00:00 boss fired assessment-expires general indicator=compliance valid_until=2026-12-20T00:00
expect 2026-12-13 00:00 boss changed assessment-expires important indicator=compliance
expect 2026-12-20 00:00 boss changed assessment-expires urgent indicator=compliance
2026-12-21 10:00 assessment recorded indicator=compliance level=5 valid_until=2027-12-20 assessor=Jane
expect 2026-12-21 10:00 boss resolved assessment-expires urgent indicator=compliance reason=cleared
expect nothing until 2026-12-24 00:00
