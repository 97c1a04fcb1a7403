"""The operators that a demo can be of, one module each."""

from __future__ import annotations

from hospital_bridge.sandbox.companies.company import Company, Files, Site
from hospital_bridge.sandbox.companies.hospital import HOSPITAL

__all__ = ["HOSPITAL", "Company", "Files", "Site"]
