# An alert about a ticket is about it as it is now: its scope is that of its latest attributes.
timezone: UTC
agreements:
  - id: acme
    from: 2020-01-01
    targets:
      - {kind: request, respond: 4h}
      - {kind: request, priority: P1, respond: 2h}
receivers:
  - {name: ops, webhook: {url: "http://127.0.0.1:9/ops"}}
alerts:
  - name: response-at-risk
    ticket: {clock: response, used: {general: 75%, important: 90%, urgent: 100%}}
    notify: [ops]
---
Monday 2026-11-02

09:00 request opened T-1 service=mail priority=P1
expect 10:30:00.000 ops fired response-at-risk general ticket=T-1 service=mail priority=P1
10:31 T-1 updated service=web
expect 10:48:00.000 ops changed response-at-risk important ticket=T-1 service=web priority=P1
expect alert response-at-risk service=web is firing
10:50 T-1 responded
expect 10:50 ops resolved response-at-risk important ticket=T-1 service=web
