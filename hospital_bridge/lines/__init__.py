"""Lines over a unit of work: commands, what follows from them, and what people are shown."""

from __future__ import annotations
