"""The recorded news of hospitals and how a test compares them: bytes as base64, instants in UTC."""

from __future__ import annotations

import base64
import dataclasses
import json
from datetime import date
from pathlib import Path
from typing import Any, get_args

from adapters.errors import Malformed
from adapters.his_hl7.mapping import news
from adapters.his_hl7.settings import Hl7HisSettings
from adapters.hl7.message import Message
from adapters.news import News
from tests.adapters.his_hl7.conftest import demo_settings

WRITTEN = ("map", "triggers", "sexes", "id_types")
"""What the fixture's hospital wrote into its settings."""
FOLDER = Path(__file__).parents[3] / "fixtures" / "his_hl7"


def raw_of(name: str) -> bytes:
    return (FOLDER / f"{name}.hl7").read_bytes()


def expected_of(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((FOLDER / f"{name}.expected.json").read_text(encoding="utf-8"))
    return read


def settings_of(name: str) -> Hl7HisSettings:
    """The demo hospital's settings with the map that the fixture's hospital wrote."""
    told = expected_of(name)
    return demo_settings(**{key: told[key] for key in WRITTEN if key in told})


def heard_as_plain(raw: bytes, settings: Hl7HisSettings, charset: str | None = None) -> dict[str, Any]:
    try:
        heard = news.read(Message.parse(raw, charset), settings)
    except Malformed as fault:
        return {"malformed": fault.text}
    return {"news": [plain(each) for each in heard.news], "left": [plain(each) for each in heard.left]}


def plain(value: object) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kind = {"kind_of_news": type(value).__name__} if type(value).__name__ in NEWS_KINDS else {}
        return {**kind, **{field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.isoformat() if isinstance(value, date) else value


NEWS_KINDS = frozenset(kind.__name__ for kind in get_args(News))
NEWS = tuple(
    sorted(
        path.name.removesuffix(".expected.json")
        for path in FOLDER.glob("*.expected.json")
        if {"news", "malformed"} & set(json.loads(path.read_text(encoding="utf-8")))
    )
)
