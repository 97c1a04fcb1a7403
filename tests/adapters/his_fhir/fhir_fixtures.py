"""The recorded news of FHIR servers and how a test compares them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from adapters.errors import Malformed
from adapters.his_fhir.mapping import news
from adapters.his_fhir.schema import FhirHisSchema
from adapters.his_fhir.settings import FhirSettings, settings_from
from tests.adapters.his_hl7.news_fixtures import plain

FOLDER = Path(__file__).parents[3] / "fixtures" / "his_fhir"
NAMES = tuple(sorted(path.name.removesuffix(".expected.json") for path in FOLDER.glob("*.expected.json")))


def raw_of(name: str) -> bytes:
    return (FOLDER / f"{name}.json").read_bytes()


def expected_of(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((FOLDER / f"{name}.expected.json").read_text(encoding="utf-8"))
    return read


@cache
def settings_of(name: str) -> FhirSettings:
    """What the fixture's hospital wrote into its settings."""
    return fhir_settings(**expected_of(name)["settings"])


def fhir_settings(**written: Any) -> FhirSettings:
    return settings_from(FhirHisSchema().load({"base_url": "https://his.example/fhir", **written}))


def heard_as_plain(raw: bytes, settings: FhirSettings) -> Mapping[str, Any]:
    try:
        heard = news.read(raw, settings)
    except Malformed as fault:
        return {"malformed": fault.text}
    return {"news": [plain(each) for each in heard.news], "left": [plain(each) for each in heard.left]}
