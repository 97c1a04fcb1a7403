"""The answer of the gateway: the method's node, then the certificate's serial, then the signature over the node."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from hospital_bridge.sandbox.alipay.accounts import App
from hospital_bridge.sandbox.alipay.faults import Effect
from hospital_bridge.sandbox.alipay.rsa2 import signature_of

_OTHER_SERIAL = "0" * 32


@dataclass(frozen=True, slots=True)
class Reply:
    """What will be sent, before any fault."""

    name: str
    node: Mapping[str, object]
    app: App | None
    encoding: str = "utf-8"

    def body(self, effect: Effect | None = None) -> bytes:
        """The bytes of the answer; an app that is not known cannot be given a signature."""
        source = json.dumps(self.node, ensure_ascii=False, separators=(",", ":"))
        if self.app is None or effect is Effect.UNSIGNED:
            return f'{{"{self.name}":{source}}}'.encode(self.encoding)
        signature = signature_of(self.app.alipay_key, source.encode(self.encoding))
        return self._assembled(self.app, source, signature, effect).encode(self.encoding)

    def _assembled(self, app: App, source: str, signature: str, effect: Effect | None) -> str:
        if effect is Effect.FLIP_SIGN:
            signature = ("B" if signature[0] != "B" else "C") + signature[1:]
        if effect is Effect.FLIP_CONTENT:
            source = f"{source[:-3]}{'y' if source[-3] == 'x' else 'x'}{source[-2:]}"
        # Only callers in certificate mode are given the serial: one published client stumbles over it.
        serial = "" if app.serials is None else self._serial(app.serials.alipay, effect)
        return f'{{"{self.name}":{source},{serial}"sign":"{signature}"}}'

    @staticmethod
    def _serial(serial: str, effect: Effect | None) -> str:
        return f'"alipay_cert_sn":"{_OTHER_SERIAL if effect is Effect.OTHER_CERTIFICATE else serial}",'
