"""Visits and appointments as the hospital tells of them: SIU (HL7 v2.5.1 section 10.4) and ADT (section 3.3)."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.his_hl7.settings import Hl7HisSettings
from adapters.hl7.message import Message
from adapters.news import AppointmentCalledOff


def called_off(message: Message, _settings: Hl7HisSettings) -> Sequence[AppointmentCalledOff]:
    """SIU^S15: an appointment was cancelled by the hospital; SCH-1 is our number, SCH-2 the hospital's."""
    return (AppointmentCalledOff(message["SCH-1.1"].strip(), message["SCH-2.1"].strip()),)
