"""Business district: one mall, its shops, and what passes between them and the people who visit."""

from __future__ import annotations
