# Whoever acknowledges an alert stops its escalation; notes say what was found and done.
use: desk
alerts:
  - name: slow-response
    indicator: timely_response_rate
    window: 7d
    below: {urgent: 0.9}
    notify: [ops]
    escalate: {after: 30m, notify: [boss]}
---
Monday 2026-11-02

08:30 request opened T-1 service=mail
expect 09:00 ops fired slow-response urgent
at 09:10 Jane acknowledges 1 note="I am on it"
expect alert 1 is firing acknowledged_by=Jane acknowledged_at=09:10
at 09:11 Joe acknowledges 1 refused 409
expect nothing until 11:00
at 11:00 Jane notes 1 cause="a wrong recipient" measure="asked to delete it"
at 12:00 Jane closes 1 verification="they confirm that it is deleted"
expect 12:00 ops resolved slow-response urgent reason="closed by Jane"
at 13:00 Joe notes 1 note="told the customer"
expect history 1 fired acknowledged noted closed noted
at 13:00 Joe acknowledges 1 refused 409
at 13:00 Joe closes 1 note="again" refused 409
expect nothing until 18:00
