# A service report that is due: told five days, one day before, and when it is late; until it is submitted.
timezone: UTC
agreements:
  - id: acme
    from: 2026-01-01
    targets: [{kind: request, respond: 30m}]
    reports: [{id: monthly, every: month, due: 10d}]
receivers:
  - {name: boss, webhook: {url: "http://127.0.0.1:9/boss"}}
alerts:
  - name: report-due
    report: {before: {general: 5d, important: 1d, urgent: 0s}}
    notify: [boss]
---
# October's is due on the 11th of November; that of August is long gone and is left alone,
# September's was late since the 11th of October.
Monday 2026-11-02

09:00 report submitted report=monthly period=2026-09
expect nothing until 2026-11-05 23:00
expect 2026-11-06 00:00 boss fired report-due general report=monthly period=2026-10 due=2026-11-11T00:00
expect 2026-11-10 00:00 boss changed report-due important period=2026-10
expect 2026-11-11 00:00 boss changed report-due urgent period=2026-10
2026-11-12 15:00 report submitted report=monthly period=2026-10
expect 2026-11-12 15:00 boss resolved report-due urgent period=2026-10 reason=cleared
expect nothing until 2026-11-20 00:00
