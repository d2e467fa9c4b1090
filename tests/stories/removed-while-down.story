# Rules that went, came or changed while slad was down count from its start.
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
    below: {general: 0.5}
    notify: [boss]
---
Monday 2026-11-02

08:00 request opened T-1..T-4 service=mail
expect 08:00 boss fired unsolved general a=0 b=4
08:01 T-1..T-3 responded
08:02 T-1..T-3 resolved
expect 08:02 boss resolved unsolved general a=3 b=4
expect 08:30 ops fired slow-response important service=mail value=0.75

# slow-response has a lower threshold now: it does not hold any more. unsolved has a higher one.
at 09:00 stop
at 10:00 start
    use: desk
    alerts:
      - name: slow-response
        indicator: timely_response_rate
        by: [service]
        window: 24h
        below: {important: 0.7}
        notify: [ops]
      - name: unsolved
        indicator: resolution_rate
        cohort: opened
        window: 24h
        below: {general: 0.9}
        notify: [boss]
expect 10:00 ops resolved slow-response important service=mail reason=cleared
expect 10:00 boss fired unsolved general a=3 b=4

# And now there is none but a new one.
at 11:00 stop
at 12:00 start
    use: desk
    alerts:
      - name: slow-resolution
        indicator: timely_resolution_rate
        window: 24h
        below: {general: 0.9}
        notify: [boss]
expect 12:00 boss resolved unsolved general reason="rule removed"
expect nothing until 15:59
expect 16:00 boss fired slow-resolution general a=1 b=4
expect nothing until 18:00
