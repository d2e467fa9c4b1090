# A rule that is taken out of the file, or watches something else, resolves with that reason.
use: desk
alerts:
  - name: slow-response
    indicator: timely_response_rate
    by: [service]
    window: 24h
    below: {important: 0.9}
    notify: [ops]
  - name: unsolved
    indicator: resolution_rate
    cohort: opened
    window: 24h
    below: {general: 0.9}
    notify: [boss]
---
Monday 2026-11-02

08:00 request opened T-1 service=mail
08:00 request opened T-2 service=web
expect 08:00 boss fired unsolved general a=0 b=2
expect 08:30 ops fired slow-response important service=mail
expect 08:30 ops fired slow-response important service=web

# The rule of slow responses goes, the other one becomes another.
at 09:00 reload
    use: desk
    alerts:
      - name: unsolved
        indicator: first_contact_resolution_rate
        cohort: opened
        window: 24h
        below: {general: 0.9}
        notify: [boss]
expect 09:00 boss fired unsolved general indicator=first_contact_resolution_rate
expect 09:00 ops resolved slow-response important service=mail reason="rule removed"
expect 09:00 ops resolved slow-response important service=web reason="rule removed"
expect 09:00 boss resolved unsolved general indicator=resolution_rate reason="rule changed"
expect alert slow-response service=mail is resolved reason="rule removed"

# It comes back: the value is what it was, and that is a new alert.
at 10:00 reload
    use: desk
    alerts:
      - name: slow-response
        indicator: timely_response_rate
        by: [service]
        window: 24h
        below: {important: 0.9}
        notify: [ops]
expect 10:00 ops fired slow-response important service=mail
expect 10:00 ops fired slow-response important service=web
expect 10:00 boss resolved unsolved general reason="rule removed"
expect nothing until 12:00
