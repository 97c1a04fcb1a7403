"""Cards over a unit of work: what they may be used for, who used them, and what people are shown."""

from __future__ import annotations
