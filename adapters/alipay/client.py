"""One call to `/gateway.do`: signed request, verified answer, one of five outcomes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from adapters.alipay.errors import SUCCESS, outcome, uncertain
from adapters.alipay.keys import Keys
from adapters.alipay.mapping import local_text
from adapters.alipay.signing import Member, members, sign, string_to_sign, verify
from adapters.errors import Malformed, OutcomeUnknown, Untrusted
from adapters.http import HttpClient, Request
from adapters.time import Now

_OK = 200
_CHARSET = "utf-8"


@dataclass(frozen=True, slots=True)
class Call:
    """One method; `changes` is False only where a repetition leaves the world as it was.

    `firm` takes every business code for a no, where nothing worse than a message hangs on it.
    """

    method: str
    changes: bool
    content: Mapping[str, object] | None = field(default=None, repr=False)
    parameters: Mapping[str, str] = field(default_factory=dict, repr=False)
    firm: bool = False


class AlipayClient:
    """The protocol alone: it knows methods and codes, not what they mean to us."""

    def __init__(self, app_id: str, gateway_url: str, keys: Keys, http: HttpClient, now: Now) -> None:
        self._app_id = app_id
        self._gateway_url = gateway_url
        self._keys = keys
        self._http = http
        self._now = now

    def call(self, call: Call) -> Mapping[str, Any]:
        """The method's own answer, verified, code 10000; any other answer is one of the five outcomes."""
        answer = self._answer(call)
        # The one answer without a code is a granted token.
        code = str(answer.get("code") or (SUCCESS if "access_token" in answer else ""))
        if code != SUCCESS:
            raise outcome(code, str(answer.get("sub_code", "")), changes=call.changes, firm=call.firm)
        return answer

    def _answer(self, call: Call) -> Mapping[str, Any]:
        try:
            response = self._http.send(self._request(call))
        except OutcomeUnknown as error:
            raise uncertain(error.text, changes=call.changes) from error
        if response.status != _OK:
            # The gateway itself always answers 200: something between us and it spoke.
            raise uncertain(f"HTTP status {response.status}", native_code=str(response.status), changes=call.changes)
        return self._verified(call, response.body)

    def _request(self, call: Call) -> Request:
        return Request(
            "POST",
            f"{self._gateway_url}?charset={_CHARSET}",
            {"Content-Type": f"application/x-www-form-urlencoded; charset={_CHARSET}"},
            urlencode(self._signed_parameters(call)).encode(),
        )

    def _signed_parameters(self, call: Call) -> dict[str, str]:
        parameters = {
            "app_id": self._app_id,
            "method": call.method,
            "format": "JSON",
            "charset": _CHARSET,
            "sign_type": "RSA2",
            "timestamp": local_text(self._now()),
            "version": "1.0",
            **self._serial_parameters(),
            **call.parameters,
        }
        if call.content is not None:
            parameters["biz_content"] = json.dumps(call.content, ensure_ascii=False, separators=(",", ":"))
        parameters["sign"] = sign(self._keys.private, string_to_sign(parameters))
        del parameters["charset"]  # it stands in the address, where the gateway reads it before the body
        return parameters

    def _serial_parameters(self) -> dict[str, str]:
        serials = self._keys.serials
        return {} if serials is None else {"app_cert_sn": serials.app, "alipay_root_cert_sn": serials.root}

    def _verified(self, call: Call, body: bytes) -> Mapping[str, Any]:
        try:
            found = members(body.decode(_CHARSET))
        except UnicodeDecodeError:
            raise Malformed("the answer is not UTF-8") from None
        node = found.get(call.method.replace(".", "_") + "_response") or found.get("error_response")
        if node is None or not isinstance(node.value, dict):
            raise Malformed("the answer lacks the method's node")
        self._check_signature(node, found)
        return node.value

    def _check_signature(self, node: Member, found: Mapping[str, Member]) -> None:
        if "sign" not in found:
            native = node.value.get("sub_code", "") if isinstance(node.value, dict) else ""
            raise Untrusted(f"unsigned answer, which claims {native or 'nothing'}", native_code=str(native))
        expected = self._keys.serials.alipay if self._keys.serials else None
        if expected is not None and found.get("alipay_cert_sn", Member("", "")).value != expected:
            raise Untrusted("the answer was signed under another Alipay certificate")
        verify(self._keys.alipay, node.source.encode(), str(found["sign"].value))
