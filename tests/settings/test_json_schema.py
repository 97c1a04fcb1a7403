from __future__ import annotations

from typing import Any

from hospital_bridge.settings.json_schema import json_schema
from tests.settings.written import INSTALLED


def at(*path: str) -> Any:
    value: Any = json_schema(INSTALLED)
    for key in path:
        value = value["properties"][key] if key.islower() else value[key]
    return value


def test_numbers_carry_their_limits_and_defaults() -> None:
    port = at("bridge", "web", "port")
    assert (port["type"], port["minimum"], port["maximum"], port["default"]) == ("integer", 1, 65535, 8080)


def test_a_secret_is_a_reference_and_nothing_else() -> None:
    key = at("bridge", "root_key")
    assert key["type"] == "object"
    assert key["oneOf"] == [{"required": ["file"]}, {"required": ["env"]}]
    assert key["additionalProperties"] is False


def test_an_unknown_key_is_marked() -> None:
    assert at("bridge")["additionalProperties"] is False
    assert at("bridge")["required"] == ["data_dir", "public_url", "root_key"]


def test_an_operator_may_choose_what_is_installed() -> None:
    one, several = at("operator")["oneOf"]
    his = one["properties"]["his"]["properties"]
    assert several == {"type": "array", "items": one}
    assert his["adapter"]["enum"] == ["oldhis", "paywell"]
    assert his["oldhis"]["required"] == ["host", "port"]
    wallet = one["properties"]["wallets"]["additionalProperties"]["properties"]
    assert wallet["paywell"]["properties"]["private_key"]["type"] == "object"
    assert set(one["properties"]["verticals"]["properties"]) == {"clinic"}
