"""A request to `/gateway.do`: parameters merged from query and body, then the common checks (wallet reference 1.1)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

from hospital_bridge.sandbox.alipay.accounts import App
from hospital_bridge.sandbox.alipay.local_time import read
from hospital_bridge.sandbox.alipay.refusals import invalid, invalid_content, missing
from hospital_bridge.sandbox.alipay.rsa2 import fits, joined
from hospital_bridge.sandbox.alipay.world import AlipayWorld

_CHARSETS = frozenset({"utf-8", "gbk", "gb2312", "gb18030"})
_REQUIRED = (
    ("method", "method"),
    ("charset", "charset"),
    ("sign_type", "signature-type"),
    ("sign", "signature"),
    ("timestamp", "timestamp"),
    ("version", "version"),
)
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


@dataclass(frozen=True, slots=True)
class GatewayRequest:
    """A request whose app, signature and common parameters were checked."""

    app: App
    method: str
    parameters: Mapping[str, str] = field(repr=False)
    content: Mapping[str, Any] = field(repr=False)
    host_url: str


def merged(query: bytes, body: bytes) -> dict[str, str]:
    """Every parameter, wherever the client put it."""
    charset = dict(_pairs(query + b"&" + body, "latin-1")).get("charset", "utf-8").lower()
    encoding = charset if charset in _CHARSETS else "utf-8"
    return dict(_pairs(body, encoding)) | dict(_pairs(query, encoding))


def _pairs(form: bytes, encoding: str) -> list[tuple[str, str]]:
    return parse_qsl(form.decode("latin-1"), keep_blank_values=True, encoding=encoding, errors="replace")


def calling_app(world: AlipayWorld, parameters: Mapping[str, str]) -> App:
    """The app that calls; without one there is no key to sign the answer with."""
    if not parameters.get("app_id"):
        raise missing("app-id")
    app = world.apps.get(parameters["app_id"])
    if app is None:
        raise invalid("app-id")
    return app


def checked(world: AlipayWorld, app: App, parameters: Mapping[str, str], host_url: str) -> GatewayRequest:
    """The request, or the Refusal that Alipay's gateway answers with; `host_url` is how the caller reached us."""
    for name, label in _REQUIRED:
        if not parameters.get(name):
            raise missing(label)
    _check_forms(parameters)
    _check_serials(app, parameters)
    _check_signature(app, parameters)
    _check_time(world, parameters["timestamp"])
    return GatewayRequest(app, parameters["method"], parameters, _content(parameters), host_url)


def _check_forms(parameters: Mapping[str, str]) -> None:
    if parameters["charset"].lower() not in _CHARSETS:
        raise invalid("charset")
    if parameters["sign_type"] != "RSA2":
        raise invalid("signature-type")
    if parameters["version"] != "1.0":
        raise invalid("version")
    if parameters.get("format", "JSON").upper() != "JSON":
        raise invalid("format")
    if parameters.get("encrypt_type"):
        raise invalid("encrypt-type")
    if not _TIMESTAMP.fullmatch(parameters["timestamp"]):
        raise invalid("timestamp")


def _check_serials(app: App, parameters: Mapping[str, str]) -> None:
    if app.serials is None:
        return
    expected = {"app_cert_sn": app.serials.app, "alipay_root_cert_sn": app.serials.root}
    for name, serial in expected.items():
        label = name.replace("_", "-")
        if not parameters.get(name):
            raise missing(label)
        if parameters[name] != serial:
            raise invalid(label)


def _check_signature(app: App, parameters: Mapping[str, str]) -> None:
    try:
        signed = joined(parameters, "sign").encode(parameters["charset"])
    except UnicodeEncodeError:
        # What stands for bytes that could not be read was signed by nobody.
        raise invalid("signature") from None
    if not fits(app.public_key, signed, parameters["sign"]):
        raise invalid("signature")


def _check_time(world: AlipayWorld, timestamp: str) -> None:
    try:
        skew = abs(read(timestamp) - world.clock.now())
    except ValueError:
        raise invalid("timestamp") from None
    if skew > world.timestamp_tolerance + timedelta(seconds=1):
        raise invalid("timestamp")


def _content(parameters: Mapping[str, str]) -> Mapping[str, Any]:
    try:
        content = json.loads(parameters.get("biz_content") or "{}", parse_float=str)
        json.dumps(content, ensure_ascii=False).encode()  # half a surrogate pair is text that nobody can write
    except (ValueError, RecursionError):
        raise invalid_content("biz_content不是合法的JSON") from None
    if not isinstance(content, dict):
        raise invalid_content("biz_content不是JSON对象")
    return content
