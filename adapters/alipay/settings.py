"""What hospital IT tells the adapter: one merchant account and its keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from adapters.alipay import keys
from adapters.alipay.messages import MessageTemplate, MessageTemplateSchema

_CERTIFICATES = ("app_cert", "alipay_cert", "root_cert")


def _readable_as(read: Callable[[str], object]) -> Callable[[str], None]:
    def check(text: str) -> None:
        try:
            read(text)
        except ValueError as error:
            raise ValidationError(str(error)) from None

    return check


def _has_trade_no(template: str) -> None:
    if "{trade_no}" not in template:
        raise ValidationError("the place {trade_no} is missing")


def _address() -> validate.URL:
    return validate.URL(schemes={"http", "https"}, require_tld=False)


class AlipaySchema(Schema):
    """One Alipay app of one merchant; give `alipay_public_key`, or the three certificates."""

    app_id = fields.String(
        required=True, validate=validate.Regexp(r"\d{8,32}\Z"), metadata={"description": "the app's id"}
    )
    seller_id = fields.String(
        required=True, validate=validate.Regexp(r"2088\d{12}\Z"), metadata={"description": "the merchant's PID"}
    )
    private_key = fields.String(
        required=True,
        validate=_readable_as(keys.private_key),
        metadata={"secret": True, "description": "the app's RSA private key"},
    )
    alipay_public_key = fields.String(
        validate=_readable_as(keys.public_key), metadata={"description": "Alipay's public key (key mode)"}
    )
    app_cert = fields.String(
        validate=_readable_as(keys.first_certificate), metadata={"description": "appCertPublicKey_*.crt"}
    )
    alipay_cert = fields.String(
        validate=_readable_as(keys.first_certificate), metadata={"description": "alipayCertPublicKey_RSA2.crt"}
    )
    root_cert = fields.String(validate=_readable_as(keys.root_serial), metadata={"description": "alipayRootCert.crt"})
    gateway_url = fields.String(load_default="https://openapi.alipay.com/gateway.do", validate=_address())
    authorise_url = fields.String(
        load_default="https://openauth.alipay.com/oauth2/publicAppAuthorize.htm", validate=_address()
    )
    notify_url = fields.String(
        required=True, validate=_address(), metadata={"description": "where Alipay sends payment notices"}
    )
    refund_days = fields.Integer(
        strict=True,
        load_default=365,
        validate=validate.Range(1, 3650),
        metadata={"description": "so many days after the payment the contract with Alipay lets money go back"},
    )
    product_code = fields.String(load_default="JSAPI_PAY", validate=validate.Length(min=1, max=64))
    pay_url = fields.String(
        required=True,
        validate=[_has_trade_no, _address()],
        metadata={
            "description": "page that opens the payment sheet, with {trade_no} and, where it leads back, {return_url}"
        },
    )
    bill_hosts = fields.List(
        fields.String(validate=validate.Length(min=1)),
        load_default=lambda: ["dwbillcenter.alipay.com"],
        metadata={"description": "hosts, with a port where it is not the usual one, that may serve a bill"},
    )

    message_templates = fields.Dict(
        keys=fields.String(),
        values=fields.Nested(MessageTemplateSchema),
        load_default=dict,
        metadata={
            "description": "templates of the console by the bridge's name for them, each with "
            "`id`, `page` (with {link}) and `keywords`"
        },
    )

    @validates_schema
    def check_one_mode(self, data: Mapping[str, Any], **_: object) -> None:
        """Key mode or certificate mode, never a half of one."""
        given = [name for name in _CERTIFICATES if data.get(name)]
        if data.get("alipay_public_key"):
            if given:
                raise ValidationError("give alipay_public_key or the certificates, not both", given[0])
        elif len(given) < len(_CERTIFICATES):
            missing = next(name for name in _CERTIFICATES if name not in given)
            raise ValidationError("give alipay_public_key, or all of app_cert, alipay_cert and root_cert", missing)


@dataclass(frozen=True, slots=True)
class AlipaySettings:
    """The account without its secrets; `pay_url` holds the place `{trade_no}`."""

    app_id: str
    seller_id: str
    gateway_url: str
    authorise_url: str
    notify_url: str
    product_code: str
    pay_url: str
    bill_hosts: tuple[str, ...]
    message_templates: Mapping[str, MessageTemplate]
    refund_days: int

    @classmethod
    def of(cls, loaded: Mapping[str, Any]) -> AlipaySettings:
        """From what `AlipaySchema` loaded."""
        chosen = {name: loaded[name] for name in cls.__slots__}
        return cls(**{**chosen, "bill_hosts": tuple(loaded["bill_hosts"])})


def keys_of(loaded: Mapping[str, Any]) -> keys.Keys:
    """The keys from what `AlipaySchema` loaded."""
    if loaded.get("alipay_public_key"):
        return keys.Keys(keys.private_key(loaded["private_key"]), keys.public_key(loaded["alipay_public_key"]))
    return keys.certificate_keys(
        loaded["private_key"], app=loaded["app_cert"], alipay=loaded["alipay_cert"], root=loaded["root_cert"]
    )
