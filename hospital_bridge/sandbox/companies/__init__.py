"""The operators that a demo can be of, one module each."""

from __future__ import annotations

from hospital_bridge.sandbox.companies.company import Company, Files, Site
from hospital_bridge.sandbox.companies.district import DISTRICT
from hospital_bridge.sandbox.companies.hospital import HOSPITAL
from hospital_bridge.sandbox.companies.transit import TRANSIT

__all__ = ["DISTRICT", "HOSPITAL", "TRANSIT", "Company", "Files", "Site"]
