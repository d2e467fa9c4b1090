# A silence keeps escalations back, too; when it ends, what still fires is told, and escalates if need be.
use: desk
alerts:
  - name: leak
    instant: leaked
    notify: [ops]
    escalate: {after: 30m, notify: [boss]}
  - name: response-at-risk
    ticket: {clock: response, used: {general: 50%, urgent: 100%}}
    notify: [ops]
    escalate: {after: 10m, notify: [boss]}
---
Monday 2026-11-02

at 08:00 Jane silences reason="a drill" level=urgent until=10:00
09:00 security leaked service=mail
expect alert leak service=mail is firing level=urgent

# Only what is urgent is silenced.
09:05 request opened T-1 service=mail
expect 09:20:00.000 ops fired response-at-risk general ticket=T-1
expect nothing until 09:59
expect alert response-at-risk ticket=T-1 is firing level=urgent

# At ten ops hears of the leak, and of the level of T-1; nobody had acknowledged either.
expect 10:00 ops fired leak urgent
expect 10:00 ops changed response-at-risk urgent ticket=T-1

# The ten minutes of T-1 count from when it was told; the leak is acknowledged before its thirty are over.
expect 10:10 boss escalated response-at-risk urgent ticket=T-1
at 10:15 Jane acknowledges leak service=mail
expect nothing until 12:00
12:00 T-1 responded
expect 12:00 ops resolved response-at-risk urgent ticket=T-1 reason=cleared
expect 12:00 boss resolved response-at-risk urgent ticket=T-1 reason=cleared
expect history 1 fired changed silenced unsilenced escalated resolved
