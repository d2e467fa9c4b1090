# What is told at once: a leak, tampering, a major incident, an outage, a complaint; and when each ends.
use: desk
alerts:
  - {name: leak, instant: leaked, notify: [ops]}
  - {name: tampering, instant: tampered, level: important, notify: [ops]}
  - {name: major, instant: major_incident, notify: [ops]}
  - {name: outage, instant: outage, level: important, notify: [ops]}
  - {name: complaint, instant: complaint, level: general, notify: [ops]}
---
Monday 2026-11-02

# Leaks and tampering stay until a person closes them.
09:00 security leaked leak-1 service=mail
expect 09:00 ops fired leak urgent
09:01 security tampered service=web
expect 09:01 ops fired tampering important
expect nothing until 2026-11-03 09:00
at 2026-11-03 09:00 Jane closes 1 note="the file was public anyway"
expect 2026-11-03 09:00 ops resolved leak urgent reason="closed by Jane"

# One that was reported by mistake is taken back.
2026-11-03 09:10 security leaked service=mail id=mistake
expect 2026-11-03 09:10 ops fired leak urgent
2026-11-03 09:20 event retracted mistake
expect 2026-11-03 09:20 ops resolved leak urgent reason=retracted

Tuesday 2026-11-03
# A major incident ends when the service works again; so does an outage.
10:00 incident opened I-1 service=mail major=true
expect 10:00 ops fired major urgent ticket=I-1
10:30 I-1 recovered
expect 10:30 ops resolved major urgent ticket=I-1 reason=cleared
10:40 I-1 resolved

# An incident becomes major later on.
11:00 incident opened I-2 service=mail
expect nothing until 11:10
11:10 I-2 updated major=true
expect 11:10 ops fired major urgent ticket=I-2
11:20 I-2 resolved
expect 11:20 ops resolved major urgent ticket=I-2

12:00 outage started O-1 service=mail
expect 12:00 ops fired outage important outage=O-1
12:30 outage ended O-1 service=mail
expect 12:30 ops resolved outage important outage=O-1 reason=cleared

# A complaint ends when it is resolved, or excluded.
13:00 complaint opened C-1 service=mail
expect 13:00 ops fired complaint general ticket=C-1
13:30 C-1 resolved
expect 13:30 ops resolved complaint general ticket=C-1 reason=cleared
14:00 complaint opened C-2 service=mail
expect 14:00 ops fired complaint general ticket=C-2
14:10 C-2 excluded cause=invalid
expect 14:10 ops resolved complaint general ticket=C-2 reason=excluded
expect nothing until 20:00
