"""What the configuration may hold: the part that all operators share, and one operator's."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate

from hospital_bridge.settings.alerts_schema import AlertsSchema
from hospital_bridge.settings.bill_channels import BillChannelSchema
from hospital_bridge.settings.kinds import NAME, counted, host_to_listen_on, port_to_listen_on, short_name
from hospital_bridge.settings.listener_schema import ListenerSchema, PeerSchema
from hospital_bridge.settings.model import Webhook, WebSettings
from hospital_bridge.settings.refunds_schema import RefundsSchema
from hospital_bridge.settings.values import AddressRange, Key32, WebhookSecret, Zone

LOCALES = ("zh-CN", "en")
ALGORITHMS = ("aes-256-gcm", "sm4-gcm")
LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
_LOG_LEVELS = ("debug", "info", "warning", "error")
_DATABASE = validate.Regexp(
    r"^$|^sqlite:///.+|^postgresql(\+psycopg)?://\S+$",
    error="It is no address such as postgresql+psycopg://bridge@host/database.",
)


class WebSchema(Schema):
    """`[bridge.web]`: where the pages are served."""

    host = host_to_listen_on()
    port = port_to_listen_on(8080)
    threads = counted(8, 256, "Requests that are answered at the same time.")

    @post_load
    def made(self, data: dict[str, Any], **_: Any) -> WebSettings:
        return WebSettings(**data)


class BridgeSchema(Schema):
    """`[bridge]`: what all operators of this installation share."""

    data_dir = fields.String(
        required=True,
        validate=validate.Length(1),
        metadata={"expected": "a folder", "description": "Folder for the embedded database and kept files."},
    )
    public_url = fields.Url(
        required=True,
        schemes={"http", "https"},
        require_tld=False,
        metadata={"description": "Address under which patients and wallets reach this bridge."},
    )
    trusted_proxies = fields.List(
        AddressRange(metadata={"expected": "an IP address or a range such as 10.1.0.0/16"}),
        load_default=list,
        metadata={"description": "Proxies whose X-Forwarded headers are believed."},
    )
    database_url = fields.String(
        load_default="",
        validate=_DATABASE,
        metadata={
            "secret": True,
            "description": "postgresql+psycopg://… of the login that serves; without it SQLite in data_dir is used.",
        },
    )
    owner_database_url = fields.String(
        load_default="",
        validate=_DATABASE,
        metadata={"secret": True, "description": "The login that owns the tables and runs migrations (PostgreSQL)."},
    )
    root_key = Key32(
        required=True,
        metadata={
            "secret": True,
            "description": "32 bytes in base64 that seal personal data; `openssl rand -base64 32`.",
        },
    )
    older_root_keys = fields.List(
        Key32(metadata={"secret": True}),
        load_default=list,
        metadata={"description": "Root keys that were replaced: they still open, until `keys rewrap` has run."},
    )
    algorithm = fields.String(
        load_default="aes-256-gcm",
        validate=validate.OneOf(ALGORITHMS),
        metadata={"description": "What seals from now on; SM4 where GB/T 39786 asks for it. What stands still opens."},
    )
    raw_message_days = counted(90, 3650, "Received messages can be read for so many days; their rows stay.")
    metrics_networks = fields.List(
        AddressRange(metadata={"expected": "an IP address or a range such as 10.1.0.0/16"}),
        load_default=lambda: list(LOOPBACK),
        metadata={"description": "Who may read `/metrics`; by default this machine alone."},
    )
    web = fields.Nested(WebSchema, load_default=lambda: WebSchema().load({}))
    listener = fields.Nested(ListenerSchema, load_default=lambda: ListenerSchema().load({}))
    log_level = fields.String(
        load_default="info",
        validate=validate.OneOf(_LOG_LEVELS),
        metadata={"description": "Least weighty line that is kept."},
    )


class WebhookSchema(Schema):
    """`[[operator.webhooks]]`: a system that is told what happens, signed by the rules of Standard Webhooks."""

    name = fields.String(required=True, validate=short_name(), metadata={**NAME, "description": "Its name."})
    url = fields.Url(
        required=True,
        schemes={"http", "https"},
        require_tld=False,
        metadata={"description": "Where the events are sent."},
    )
    secrets = fields.List(
        WebhookSecret(metadata={"secret": True}),
        required=True,
        validate=validate.Length(1, 5),
        metadata={"description": "Each event is signed with all of them, so that a secret can be changed in peace."},
    )
    events = fields.List(
        fields.String(validate=validate.Length(1, 64)),
        required=True,
        validate=validate.Length(1),
        metadata={"description": "Types of events that it is told of, such as report.available."},
    )
    networks = fields.List(
        AddressRange(metadata={"expected": "an IP address or a range such as 10.1.0.0/16"}),
        load_default=list,
        metadata={"description": "Where it may stand; without them it must have a public address."},
    )

    @post_load
    def made(self, data: dict[str, Any], **_: Any) -> Webhook:
        made = {"secrets": tuple(data["secrets"]), "events": frozenset(data["events"])}
        return Webhook(**{**data, **made, "networks": tuple(data["networks"])})


def _named_once(webhooks: list[Webhook]) -> None:
    names = [webhook.name for webhook in webhooks]
    if len(set(names)) < len(names):
        raise ValidationError("Two of them have one name.")


def _no_his(name: str) -> None:
    if name == "his":
        raise ValidationError("The HIS has its own table.")


class OperatorSchema(Schema):
    """`[operator]`: one tenant; what adapters and verticals want to be told is checked by their own schemas."""

    id = fields.String(
        required=True,
        validate=short_name(),
        metadata={**NAME, "description": "Stands in addresses and in every row; never changes."},
    )
    name = fields.String(required=True, validate=validate.Length(1, 100), metadata={"description": "What people read."})
    name_en = fields.String(
        load_default="",
        validate=validate.Length(max=100),
        metadata={"description": "The name on English pages; else `name`."},
    )
    phone = fields.String(
        required=True,
        validate=validate.Length(3, 40),
        metadata={
            "expected": "a telephone number",
            "description": "Whom people ring for help; it stands on every page.",
        },
    )
    timezone = Zone(
        load_default=lambda: Zone().deserialize("Asia/Shanghai"),
        metadata={"expected": "a time zone such as Asia/Shanghai", "description": "Decides the business date."},
    )
    locale = fields.String(
        load_default=LOCALES[0],
        validate=validate.OneOf(LOCALES),
        metadata={"description": "Language of messages to people who chose none."},
    )
    most_family_members = fields.Integer(
        load_default=4,
        validate=validate.Range(0, 20),
        metadata={"description": "For how many others one wallet user may act: their children, and who let them."},
    )
    wallets = fields.Dict(
        keys=fields.String(validate=short_name(), metadata=NAME),
        values=fields.Dict(),
        load_default=dict,
        metadata={
            "description": "One table for each wallet account: `adapter`, and a table of that adapter's settings."
        },
    )
    his = fields.Dict(
        metadata={"description": "The hospital's system: `adapter`, and a table of that adapter's settings."}
    )
    systems = fields.Dict(
        keys=fields.String(validate=[short_name(), _no_his], metadata=NAME),
        values=fields.Dict(),
        load_default=dict,
        metadata={
            "description": "The hospital's systems beside its HIS, such as a laboratory's: one table for each, with"
            " `adapter` and a table of that adapter's settings. What the HIS cannot do is asked of them."
        },
    )
    verticals = fields.Dict(
        keys=fields.String(),
        values=fields.Dict(),
        load_default=dict,
        metadata={"description": "One table of settings for each vertical that this operator runs."},
    )
    peers = fields.List(
        fields.Nested(PeerSchema), load_default=list, metadata={"description": "Systems that may send HL7 messages."}
    )
    alerts = fields.Nested(AlertsSchema, load_default=lambda: AlertsSchema().load({}))
    refunds = fields.Nested(RefundsSchema, load_default=lambda: RefundsSchema().load({}))
    webhooks = fields.List(
        fields.Nested(WebhookSchema),
        load_default=list,
        validate=_named_once,
        metadata={"description": "Systems that are told what happens by signed webhooks."},
    )
    bill_channels = fields.List(
        fields.Nested(BillChannelSchema),
        load_default=list,
        metadata={
            "description": "Whose a line of a wallet's bill is that was not paid here: tills that share the merchant"
            " number. A line that is neither ours nor a channel's is a difference."
        },
    )
