# An order that lacks what it is about.
use: desk
---
Monday 2026-11-02

# wrong here
at 09:00 Jane tests
