# Parts of a target are parts of working time: over lunch, the night and a holiday nothing comes nearer.
timezone: Asia/Shanghai
calendars:
  - name: office
    timezone: Asia/Shanghai
    week: [{days: mon-fri, open: ["09:00-12:00", "13:30-18:00"]}]
    closed: [2026-10-01, 2026-10-02]
    open: [{date: 2026-10-10, open: ["09:00-18:00"]}]
agreements:
  - id: acme
    from: 2026-01-01
    timezone: Asia/Shanghai
    calendar: office
    targets: [{kind: request, respond: 2h, resolve: 10h}]
receivers:
  - {name: ops, webhook: {url: "http://127.0.0.1:9/ops"}}
alerts:
  - name: response-at-risk
    ticket: {clock: response, used: {general: 75%, urgent: 100%}}
    notify: [ops]
  - name: resolution-near
    ticket: {clock: resolution, before: {important: 1h}}
    where: {priority: P1}
    notify: [ops]
---
# The day before the holiday: one hour is left of Wednesday, the rest is of Monday.
Wednesday 2026-09-30

17:00 request opened T-1 service=mail
expect nothing until 2026-10-05 09:29
expect 2026-10-05 09:30:00.000 ops fired response-at-risk general ticket=T-1 deadline=2026-10-05T10:00
expect 2026-10-05 10:00:00.001 ops changed response-at-risk urgent ticket=T-1
2026-10-05 10:20 T-1 responded
expect 2026-10-05 10:20 ops resolved response-at-risk urgent ticket=T-1
2026-10-05 10:20 T-1 resolved

# Over lunch: 11:00 and an hour and a half is 14:00.
2026-10-05 11:00 request opened T-2 service=mail
expect 2026-10-05 14:00:00.000 ops fired response-at-risk general ticket=T-2 deadline=2026-10-05T14:30
2026-10-05 14:10 T-2 responded
expect 2026-10-05 14:10 ops resolved response-at-risk general ticket=T-2
2026-10-05 14:20 T-2 resolved

# A Saturday that is worked: one hour of Friday and nine of Saturday; an hour before that end by the clock.
2026-10-09 17:00 request opened T-3 service=mail priority=P1
2026-10-09 17:00:30 request opened T-4 service=mail
2026-10-09 17:10 T-3..T-4 responded
expect 2026-10-10 17:00:00.000 ops fired resolution-near important ticket=T-3 deadline=2026-10-10T18:00
2026-10-10 17:10 T-3 resolved
expect 2026-10-10 17:10 ops resolved resolution-near important ticket=T-3
