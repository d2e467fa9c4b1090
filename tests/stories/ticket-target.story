# Another priority is another target: the alert comes at once, goes, or moves, as the new one has it.
timezone: UTC
agreements:
  - id: acme
    from: 2020-01-01
    targets:
      - {kind: request, respond: 4h}
      - {kind: request, priority: P1, respond: 1h}
receivers:
  - {name: ops, webhook: {url: "http://127.0.0.1:9/ops"}}
alerts:
  - name: response-at-risk
    ticket: {clock: response, used: {general: 75%, urgent: 100%}}
    notify: [ops]
---
Monday 2026-11-02

# 75 % of four hours would be 12:00.
09:00 request opened T-1 service=mail priority=P3
09:50 T-1 updated priority=P1
expect 09:50 ops fired response-at-risk general ticket=T-1 deadline=10:00
09:55 T-1 updated priority=P3
expect 09:55 ops resolved response-at-risk general ticket=T-1 reason=cleared
expect nothing until 11:59
expect 12:00:00.000 ops fired response-at-risk general ticket=T-1 deadline=13:00

# The change itself makes it late, and a breach stands, whatever is promised afterwards.
12:10 T-1 updated priority=P1
expect 12:10 ops changed response-at-risk urgent ticket=T-1
12:20 T-1 updated priority=P3
expect nothing until 12:40
12:40 T-1 responded
expect 12:40 ops resolved response-at-risk urgent ticket=T-1 reason=cleared
expect nothing until 18:00
