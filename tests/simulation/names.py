"""What the one operator, its one merchant account and some events are called, and where its wallet is reached."""

from __future__ import annotations

OPERATOR = "demo"
ACCOUNT = "main"
GATEWAY = "wallet.test"
WORKS = " works"
"""How the events end in which a process looks for jobs: like the next one, of no consequence unless it does one."""
LOOKS_ON = "visit"
"""An event that changes nothing unless a process commits or sends in it."""
