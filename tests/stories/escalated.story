# An urgent alert that nobody acknowledges goes to a second receiver, once.
use: desk
alerts:
  - name: slow-response
    indicator: timely_response_rate
    window: 24h
    below: {important: 0.9, urgent: 0.5}
    notify: [ops]
    escalate: {after: 30m, notify: [boss]}
---
Monday 2026-11-02

# Important for three hours: that is no reason.
08:00 request opened T-1..T-3
08:01 T-1..T-3 responded
08:30 request opened L-1
expect 09:00 ops fired slow-response important
expect nothing until 12:00

# Urgent at 12:30: half an hour later the boss hears of it, over restarts and all.
12:00 request opened L-2..L-9
expect 12:30 ops changed slow-response urgent
at 12:45 restart
expect 13:00 boss escalated slow-response urgent
at 13:10 restart
expect nothing until 15:00

# Both hear of its end.
15:00 request opened T-10..T-200
15:01 T-10..T-200 responded
expect 15:01 ops resolved slow-response urgent
expect 15:01 boss resolved slow-response urgent
expect history 1 fired changed escalated resolved
expect nothing until 18:00
