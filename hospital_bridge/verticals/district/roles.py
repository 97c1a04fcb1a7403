"""The staff of a mall, each role with pages of its own."""

from __future__ import annotations

CASHIER = "cashier"
"""Redeems at a shop's desk."""

MANAGER = "manager"
"""Reads the mall's statements and figures."""

HOST = "host"
"""Seats the guests of a restaurant."""
