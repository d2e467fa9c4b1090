# A day that is another day of the week.
use: desk
alerts:
  - {name: slow-response, indicator: timely_response_rate, by: [service], window: 24h, below: {important: 0.95}, notify: [ops]}
---
Monday 2026-11-02

09:00 request opened T-1 service=mail
# wrong here
Wednesday 2026-11-03
