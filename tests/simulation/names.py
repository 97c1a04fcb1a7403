"""What the one operator and its one merchant account are called, and where its wallet is reached."""

from __future__ import annotations

OPERATOR = "demo"
ACCOUNT = "main"
GATEWAY = "wallet.test"
