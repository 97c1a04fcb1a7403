"""What is on the wire, read from outside: the name of a request and the intent that must stand behind it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from adapters.hl7.build import UTF_8
from adapters.hl7.message import Message
from adapters.http import Request


@dataclass(frozen=True)
class Intent:
    """The key of the effect that must be committed before the call; a `prefix` of it where we know no more."""

    key: str
    prefix: bool = False


@dataclass(frozen=True)
class WalletCall:
    """One call of the gateway, or the fetching of a bill."""

    name: str
    intent: Intent | None = None
    order: str = ""

    @classmethod
    def read(cls, request: Request) -> WalletCall:
        """From the request as it leaves; only changing methods have an intent."""
        form = parse_qs(request.body.decode())
        method = form.get("method", [urlsplit(request.url).path])[0]
        content = json.loads(form.get("biz_content", ["{}"])[0])
        order = str(content.get("out_trade_no", ""))
        keys = {
            "alipay.trade.create": f"create:{order}",
            "alipay.trade.close": f"close:{order}",
            "alipay.trade.refund": f"refund:{content.get('out_request_no', '')}",
        }
        return cls(method, Intent(keys[method]) if method in keys else None, order)


@dataclass(frozen=True)
class HisMessage:
    """One message to the hospital; `serial` and `kind` (PY or CD) of a posting; `browses` asks what is on offer."""

    name: str
    intent: Intent | None = None
    serial: str = ""
    kind: str = ""
    browses: bool = False

    @classmethod
    def read(cls, raw: bytes) -> HisMessage:
        """From the bytes as they leave."""
        message = Message.parse(raw, UTF_8)
        if message.type == "DFT^P03":
            return cls._posting(message)
        intents = {
            "SRM^S01": Intent(f"hospital.book:{message['ARQ-1.1']}"),
            "SRM^S04": Intent(f"hospital.release:{message['ARQ-1.1']}:", prefix=True),
            "ADT^A28": Intent("hospital.create_record:", prefix=True),
        }
        browses = message.type.startswith("MFQ") or message["QRD-9.1"] == "SOP"
        return cls(message.type, intents.get(message.type), browses=browses)

    @classmethod
    def _posting(cls, message: Message) -> HisMessage:
        serial, kind = message["FT1-2"], message["FT1-6"]
        purpose = "fulfil" if kind == "PY" else "reverse"
        return cls(f"{message.type} {kind}", Intent(f"{purpose}:{serial}"), serial, kind)
