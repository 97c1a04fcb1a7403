"""Configurations as a hospital's engineer writes them."""

from __future__ import annotations

import base64
from pathlib import Path
from textwrap import dedent

from marshmallow import Schema, fields, validate

from hospital_bridge.settings import Fault, Installed, SettingsFaults, load

ROOT_KEY = base64.b64encode(bytes(range(32))).decode()
ENVIRONMENT = {"ROOT_KEY": ROOT_KEY}


class PayWell(Schema):
    """A wallet adapter's settings."""

    app_id = fields.String(required=True)
    private_key = fields.String(required=True, metadata={"secret": True})
    certificate = fields.String()
    gateway = fields.Url(load_default="https://gateway.example")


class OldHis(Schema):
    """A hospital adapter's settings."""

    host = fields.String(required=True)
    port = fields.Integer(strict=True, required=True, validate=validate.Range(1, 65535))
    charset = fields.String(load_default="gb18030")


class Clinic(Schema):
    """A vertical's settings."""

    horizon_days = fields.Integer(strict=True, load_default=7, validate=validate.Range(1, 90))


INSTALLED = Installed(
    adapters={"paywell": lambda: PayWell, "oldhis": lambda: OldHis}, verticals={"clinic": lambda: Clinic}
)

BRIDGE = """\
[bridge]
data_dir = "data"
public_url = "https://wallet.hospital.example/"
root_key = { env = "ROOT_KEY" }
"""

OPERATOR = """\
[operator]
id = "east"
name = "示例医院"
phone = "010-0000000"

[operator.wallets.main]
adapter = "paywell"
[operator.wallets.main.paywell]
app_id = "2021000000000001"
private_key = { file = "secrets/paywell.pem" }

[operator.his]
adapter = "oldhis"
[operator.his.oldhis]
host = "10.1.2.3"
port = 2575

[operator.verticals.clinic]
horizon_days = 14

[[operator.peers]]
name = "laboratory"
addresses = ["10.1.2.0/24"]
charset = "GB18030"
"""


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write the files and the wallet's key; returns the main file."""
    for name, text in {"secrets/paywell.pem": "the wallet's key\n", **files}.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text), encoding="utf-8")
    return folder / "bridge.toml"


def faults(folder: Path, files: dict[str, str], installed: Installed = INSTALLED) -> list[Fault]:
    """The faults of a configuration that must not load."""
    try:
        load(write(folder, files), installed, ENVIRONMENT)
    except SettingsFaults as found:
        return list(found.faults)
    raise AssertionError("the configuration was accepted")


def shown(found: list[Fault], folder: Path) -> list[str]:
    """The faults as people read them, without the folder of the test."""
    return [fault.shown().replace(f"{folder}/", "") for fault in found]
