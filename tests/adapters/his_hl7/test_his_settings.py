from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from marshmallow import ValidationError

from adapters import registry
from adapters.his_hl7 import manifest
from adapters.his_hl7.client import control_id
from adapters.his_hl7.map_settings import NewsMap
from adapters.his_hl7.schema import Hl7HisSchema
from adapters.his_hl7.settings import TlsFiles, settings_from
from hospital_bridge.clock import uuid7
from tests.adapters.his_hl7.conftest import MONDAY_MORNING

REQUIRED = {"host": "his.example", "port": 2575}


def test_two_settings_are_enough() -> None:
    settings = settings_from(Hl7HisSchema().load(REQUIRED))
    assert (settings.host, settings.port, settings.charset) == ("his.example", 2575, "UNICODE UTF-8")
    assert settings.time_zone == ZoneInfo("Asia/Shanghai")
    assert settings.id_types["CN_ID"][0] == "NNCHN"
    assert settings.tls is None


def test_settings_are_read_in_their_units() -> None:
    given = REQUIRED | {"reply_timeout": 1.5, "time_zone": "UTC", "tls": {"authority_file": "ca.pem"}}
    settings = settings_from(Hl7HisSchema().load(given))
    assert settings.reply_timeout == 1.5
    assert settings.time_zone == ZoneInfo("UTC")
    assert settings.tls == TlsFiles("ca.pem", "", "")


@pytest.mark.parametrize(
    "wrong",
    [
        {"port": 0},
        {"port": "2575"},
        {"host": ""},
        {"charset": "KLINGON"},
        {"time_zone": "Asia/Atlantis"},
        {"reply_timeout": 0},
        {"codes": {"9001": "whatever"}},
        {"sexes": {"1": "X"}},
        {"id_types": {"CN_ID": []}},
        {"posting_query": "Q99"},
        {"receipt_number": "somewhere"},
        {"processing_id": "X"},
        {"triggers": {"ADT^ZP1": "ADT^A99"}},
        {"triggers": {"ZP1": "ADT^A04", "adt^zp2": "ADT^A04"}},
        {"patient_query": "Q22"},
        {"registration": "ADT^ZP1^"},
        {"unknown_key": 1},
    ],
)
def test_a_fault_is_told_under_its_key(wrong: Mapping[str, Any]) -> None:
    with pytest.raises(ValidationError) as fault:
        Hl7HisSchema().load({**REQUIRED, **wrong})
    assert list(fault.value.messages_dict) == list(wrong)


def test_the_manifest_keeps_what_it_declares() -> None:
    assert registry.checked(manifest, "hl7v2", "hospital-bridge") is manifest


def test_control_ids_are_short_and_differ_by_time_and_chance() -> None:
    ids = {control_id(uuid7(MONDAY_MORNING + timedelta(milliseconds=ms), n)) for ms in range(50) for n in range(50)}
    assert len(ids) == 2500
    assert {len(each) for each in ids} == {20}


def mapped(**told: Any) -> NewsMap:
    return settings_from(Hl7HisSchema().load(REQUIRED | {"map": told})).map


def test_a_hospital_writes_only_where_it_differs_from_the_standard() -> None:
    told = mapped(result={"item": "OBX-3.2", "flags": {"N": "negative"}, "critical": {"values": ["PP"]}})
    assert told.result.item == ("OBX-3.2",)
    assert (told.result.flags["N"], told.result.flags["HH"]) == ("negative", "critical_high")
    assert told.result.critical.places == ("OBX-8",)
    assert [told.result.critical.accepts(code) for code in ("pp", "HH")] == [True, False]
    assert told.bill == mapped().bill


@pytest.mark.parametrize(
    ("section", "key", "wrong"),
    [
        ("result", "item", "somewhere"),
        ("result", "item", "OBX(2)-3"),
        ("result", "practitioner", "OBR-16.1"),
        ("result", "flags", {"N": "fine"}),
        ("result", "statuses", {"F": "done"}),
        ("result", "critical", {"form": "OBX-8"}),
        ("bill", "unit", "jiao"),
        ("bill", "charges", ["DFT P03"]),
        ("visit", "number", "SCH-2.1; PV1-19"),
    ],
)
def test_a_fault_in_the_map_is_told_under_its_key(section: str, key: str, wrong: object) -> None:
    with pytest.raises(ValidationError) as fault:
        mapped(**{section: {key: wrong}})
    assert list(fault.value.messages_dict["map"][section]) == [key]
