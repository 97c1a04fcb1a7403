"""Messages of a mini program to its users: which template says what, and one call (wallet reference 1.5)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from marshmallow import Schema, fields, post_load, validate

from adapters.alipay.client import Call
from adapters.errors import Refused
from adapters.wallet_messages import WalletMessage

METHOD = "alipay.open.app.mini.templatemessage.send"


@dataclass(frozen=True, slots=True)
class MessageTemplate:
    """A template as Alipay's console has it: `keywords` are our parameters in the order of its keyword1 and on."""

    template_id: str
    keywords: tuple[str, ...]
    page: str


class MessageTemplateSchema(Schema):
    """`message_templates.KEY`: the template that says what the bridge calls KEY."""

    id = fields.String(
        required=True, validate=validate.Length(1, 64), metadata={"description": "user_template_id of the console"}
    )
    keywords = fields.List(
        fields.String(validate=validate.Length(1)),
        load_default=list,
        metadata={"description": "the message's parameters in the order of keyword1, keyword2, …"},
    )
    page = fields.String(
        required=True,
        validate=validate.Length(1, 128),
        metadata={"description": "the mini program's page that opens, with {link} where our page's address goes"},
    )

    @post_load
    def made(self, data: dict[str, Any], **_: Any) -> MessageTemplate:
        return MessageTemplate(data["id"], tuple(data["keywords"]), data["page"])


def send_call(message: WalletMessage, templates: Mapping[str, MessageTemplate]) -> Call:
    """The call that hands the message over; Refused when no template says it.

    Alipay knows no idempotency key here: after a lost answer a repetition may be read twice. A business code is a firm
    no, whichever it is: the user has not subscribed, or unsubscribed, or the template does not fit.
    """
    template = templates.get(message.template_key)
    if template is None or not set(template.keywords) <= message.values.keys():
        raise Refused(f"message_templates has nothing that fits {message.template_key}")
    data = {f"keyword{n}": {"value": message.values[name]} for n, name in enumerate(template.keywords, 1)}
    to = {"to_user_id": message.to.user_id} if message.to.user_id else {"to_open_id": message.to.open_id}
    content = {
        **to,
        "user_template_id": template.template_id,
        "page": template.page.replace("{link}", quote(message.link, safe="")),
        "data": json.dumps(data, ensure_ascii=False, separators=(",", ":")),
    }
    return Call(METHOD, changes=True, content=content, firm=True)
