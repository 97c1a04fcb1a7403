"""Lines and tickets, pure: it knows neither a store, nor a clock, nor whom it orders."""

from __future__ import annotations
