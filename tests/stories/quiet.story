# A source that falls silent in its working hours is told of; nights and weekends are no silence.
use: desk
calendars:
  - {name: office, timezone: UTC, week: [{days: mon-fri, open: ["09:00-17:00"]}]}
alerts:
  - name: silent-desk
    quiet: {source: desk, after: 2h, calendar: office}
    level: important
    notify: [ops]
---
Monday 2026-11-02

# Never heard of yet: no data.
expect nothing until 12:00
at 12:00
expect alert silent-desk is inactive

12:00 request opened T-1
13:30 T-1 responded
expect nothing until 15:29
expect 15:30 ops fired silent-desk important source=desk last=13:30
expect nothing until 16:00

# Anything that comes from it is a sign of life; that of another desk is none.
16:00 request opened X-1 source=other
expect nothing until 16:10
16:10 T-1 resolved
expect 16:10 ops resolved silent-desk important source=desk reason=cleared

# 50 minutes of Monday and 70 of Tuesday.
expect nothing until 2026-11-03 10:09
expect 2026-11-03 10:10 ops fired silent-desk important source=desk last=2026-11-02T16:10
2026-11-03 11:00 request opened T-2
expect 2026-11-03 11:00 ops resolved silent-desk important

# Over the weekend nothing is due.
2026-11-03 12:59 T-2 responded
expect 2026-11-03 14:59 ops fired silent-desk important
2026-11-06 16:30 request opened T-3
expect 2026-11-06 16:30 ops resolved silent-desk
expect nothing until 2026-11-09 10:29
expect 2026-11-09 10:30 ops fired silent-desk important
expect nothing until 2026-11-09 12:00
