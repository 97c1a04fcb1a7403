"""The journeys that are played through a bridge that dies: each a person's way, checked in the books outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.crash.hospital_day import HospitalDay
from tests.crash.mortal_stage import MortalStage
from tests.crash.visit import Visit

CALLED = "checked in, called, examined, called again and seen"
BILL = "a bill is told and paid"
RESULT = "a result is told, preliminary and final"

JOURNEYS: Mapping[str, Callable[[MortalStage], None]] = {
    "a new patient pays, is registered, cancels and is refunded": lambda stage: Visit(stage).registered_and_cancelled(),
    "free of charge": lambda stage: Visit(stage).free(),
    "the hospital refuses": lambda stage: Visit(stage).refused(),
    CALLED: lambda stage: HospitalDay(stage).called(),
    BILL: lambda stage: HospitalDay(stage).bill(),
    RESULT: lambda stage: HospitalDay(stage).result(),
}
