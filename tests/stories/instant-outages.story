# An outage is told once, whoever reports it first; of a service and agreement that the rule names.
use: desk
alerts:
  - {name: outage, instant: outage, where: {service: mail}, notify: [ops]}
---
Monday 2026-11-02

09:00 outage started O-1 service=web
expect nothing until 09:10
09:10 outage started O-2 service=mail
expect 09:10 ops fired outage urgent service=mail outage=O-2
at 09:11 restart
09:20 outage ended O-1 service=web
expect nothing until 09:30
09:30 outage ended O-2 service=mail
expect 09:30 ops resolved outage urgent service=mail outage=O-2 reason=cleared

# That it never was is known an hour later.
10:00 outage started O-3 service=mail id=false-alarm
expect 10:00 ops fired outage urgent outage=O-3
11:00 event retracted false-alarm
expect 11:00 ops resolved outage urgent outage=O-3 reason=retracted
expect nothing until 12:00

# One that is told of when it is over, too, is no news.
at 12:00 import
    11:30 outage started O-4 service=mail
    11:45 outage ended O-4 service=mail
expect nothing until 13:00
