"""Kinds of settings that several tables have."""

from __future__ import annotations

from marshmallow import fields, validate

NAME = {"expected": "a name of lower-case letters, digits, - and _"}


def short_name() -> validate.Regexp:
    """A name of ours: it stands in addresses that never change."""
    return validate.Regexp(r"^[a-z][a-z0-9_-]{0,30}$")


def port_to_listen_on(default: int) -> fields.Integer:
    """A port of this machine."""
    return fields.Integer(
        strict=True,
        load_default=default,
        validate=validate.Range(1, 65535),
        metadata={"description": "Port to listen on."},
    )


def counted(default: int | None, most: int, what: str) -> fields.Integer:
    """A whole number from 1 on, or left out where the default is None; `what` describes it."""
    return fields.Integer(
        strict=True, load_default=default, validate=validate.Range(1, most), metadata={"description": what}
    )


def host_to_listen_on() -> fields.String:
    """An address of this machine."""
    return fields.String(
        load_default="127.0.0.1",
        validate=validate.Length(1),
        metadata={"description": "Address to listen on; 0.0.0.0 listens on every network of the machine."},
    )
