"""Fields for what a configuration holds beyond text and numbers."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from marshmallow import ValidationError, fields

from adapters.hl7.charset import codec_of
from notifications.signing import Secret, UnusableSecret

ROOT_KEY_BYTES = 32


class Key32(fields.Field[bytes]):
    """A key of 32 bytes, written in base64."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> bytes:
        try:
            key = base64.b64decode(value, validate=True)
        except (binascii.Error, TypeError, ValueError) as error:
            raise ValidationError("It is not base64.") from error
        if len(key) != ROOT_KEY_BYTES:
            raise ValidationError("It must be 32 bytes in base64, as `openssl rand -base64 32` prints them.")
        return key


class Zone(fields.Field[ZoneInfo]):
    """A time zone by its IANA name."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> ZoneInfo:
        try:
            return ZoneInfo(value)
        except (ZoneInfoNotFoundError, TypeError, ValueError, OSError) as error:
            raise ValidationError("There is no such time zone.") from error


class AddressRange(fields.Field[IPv4Network | IPv6Network]):
    """An IP address or a range of them, such as 10.1.0.0/16."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any
    ) -> IPv4Network | IPv6Network:
        try:
            return ip_network(value)
        except ValueError as error:
            raise ValidationError("It is neither an IP address nor a range of them.") from error


class WebhookSecret(fields.Field[Secret]):
    """A secret of Standard Webhooks: `whsec_` and 24 to 64 bytes in base64."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> Secret:
        try:
            return Secret.parse(value)
        except UnusableSecret as error:
            raise ValidationError("It must be whsec_ and 24 to 64 bytes in base64.") from error


class Charset(fields.String):
    """A character set by a name that HL7 messages use for it, such as gb18030."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> str:
        name = super()._deserialize(value, attr, data)
        if name and codec_of(name) is None:
            raise ValidationError("There is no such character set.")
        return name.lower()
