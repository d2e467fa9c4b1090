# A message that comes after the last line that expects one.
use: desk
alerts:
  - {name: slow-response, indicator: timely_response_rate, by: [service], window: 24h, below: {important: 0.95}, notify: [ops]}
---
Monday 2026-11-02

09:00 request opened T-1 service=mail
expect 09:30 ops fired slow-response
09:50 request opened T-2..T-90 service=mail
# wrong here
09:51 T-2..T-90 responded
