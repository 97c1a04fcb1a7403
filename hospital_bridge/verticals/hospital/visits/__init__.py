"""Visits: the day itself, from the registration wherever it was made to the place in the practitioner's line."""

from __future__ import annotations
