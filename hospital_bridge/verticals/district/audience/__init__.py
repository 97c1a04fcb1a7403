"""How many people of what kind a district reaches: fixed tables, noise and a budget, and nobody to be singled out."""

from __future__ import annotations
