"""The configuration that a hospital's IT would write for the demo hospital, secrets in files of their own."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hospital_bridge.sandbox.hospital.codes import REASONS
from hospital_bridge.sandbox.hospital.notices import WINDOW_ONLY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hospital_bridge.sandbox.alipay.accounts import AppCredentials

_BRIDGE = """\
# The demo hospital. Every key is explained in docs/reference/configuration.md.

[bridge]
data_dir = "data"
public_url = "{public_url}"
root_key = {{ file = "secrets/root.key" }}
log_level = "warning"
{database}
[bridge.web]
port = {web_port}

[bridge.listener]
port = {listener_port}
"""

_DATABASE = """\
database_url = { file = "secrets/database.url" }
owner_database_url = { file = "secrets/owner-database.url" }
"""

_OPERATOR = """\
[operator]
id = "{operator_id}"
name = "示例医院"
name_en = "Demo Hospital"
phone = "010-00000000"

[operator.wallets.main]
adapter = "alipay"

[operator.wallets.main.alipay]
app_id = "{credentials.app_id}"
seller_id = "{credentials.seller_id}"
private_key = {{ file = "secrets/{operator_id}-alipay-app.pem" }}
alipay_public_key = '''
{credentials.alipay_public_key}'''
gateway_url = "{gateway}/gateway.do"
authorise_url = "{gateway}/oauth2/publicAppAuthorize.htm"
notify_url = "{public_url}/callbacks/v1/{operator_id}/main"
pay_url = "{gateway}/cashier?trade_no={{trade_no}}&return_to={{return_url}}"
bill_hosts = ["{bill_host}"]

[operator.wallets.main.alipay.message_templates.visit_called]
id = "CALLED"
keywords = ["number", "desk"]
page = "pages/bridge?to={{link}}"

[operator.wallets.main.alipay.message_templates.report_ready]
id = "REPORT"
page = "pages/bridge?to={{link}}"

[operator.his]
adapter = "hl7v2"

[operator.his.hl7v2]
host = "127.0.0.1"
port = {his_port}
charset = "{charset}"
reply_timeout = 5.0

[operator.his.hl7v2.codes]
{codes}

[operator.his.hl7v2.map.bill]
at_window = {{ from = "PV1-20", values = ["{window_only}"] }}

[operator.verticals.hospital]
horizon_days = 7

[[operator.peers]]
name = "demo-his"
addresses = ["{peer}"]
"""


_CLINIC = """\

[[operator.webhooks]]
name = "clinic"
url = "{url}"
secrets = [{{ file = "secrets/{operator_id}-clinic.key" }}]
events = [
  "report.available", "report.corrected", "report.critical", "report.critical.escalated", "report.critical.parked",
]
networks = ["127.0.0.1"]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where everything listens; `gateway` and `public_url` are addresses without a trailing slash.

    `clinic` is where a clinician's system hears events that are signed with `clinic_secret`; empty for none.
    """

    gateway: str
    his_port: int
    web_port: int
    listener_port: int
    charset: str = "UNICODE UTF-8"
    clinic: str = ""
    clinic_secret: str = field(default="", repr=False)

    @property
    def public_url(self) -> str:
        """Where patients and wallets reach the bridge."""
        return f"http://127.0.0.1:{self.web_port}"


def write_configuration(
    folder: Path,
    addresses: Addresses,
    credentials: AppCredentials,
    *,
    operator_id: str = "demo",
    database_url: str = "",
    owner_database_url: str = "",
) -> Path:
    """Write bridge.toml, the operator's file and the secrets into `folder`; the main file's path."""
    _write_secrets(
        folder / "secrets",
        {
            "root.key": base64.b64encode(secrets.token_bytes(32)).decode(),
            "database.url": database_url,
            "owner-database.url": owner_database_url,
        },
    )
    main = folder / "bridge.toml"
    shared = _BRIDGE.format(
        public_url=addresses.public_url,
        database=_DATABASE if database_url else "",
        web_port=addresses.web_port,
        listener_port=addresses.listener_port,
    )
    main.write_text(shared, encoding="utf-8")
    write_operator(folder, operator_id, addresses, credentials)
    return main


def write_operator(
    folder: Path, operator_id: str, addresses: Addresses, credentials: AppCredentials, *, peer: str = "127.0.0.1"
) -> None:
    """Write one operator's file and its secret; `peer` is the address from which its hospital sends."""
    own_secrets = {f"{operator_id}-alipay-app.pem": credentials.private_key}
    if addresses.clinic:
        own_secrets[f"{operator_id}-clinic.key"] = addresses.clinic_secret
    _write_secrets(folder / "secrets", own_secrets)
    (folder / "operators.d").mkdir(exist_ok=True)
    own = _operator(operator_id, addresses, credentials, peer)
    (folder / "operators.d" / f"{operator_id}.toml").write_text(own, encoding="utf-8")


def _write_secrets(folder: Path, texts: Mapping[str, str]) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).touch(mode=0o600)
        (folder / name).write_text(text, encoding="utf-8")


def _operator(operator_id: str, addresses: Addresses, credentials: AppCredentials, peer: str) -> str:
    clinic = _CLINIC.format(url=addresses.clinic, operator_id=operator_id) if addresses.clinic else ""
    operator = _OPERATOR.format(
        operator_id=operator_id,
        peer=peer,
        credentials=credentials,
        gateway=addresses.gateway,
        bill_host=addresses.gateway.split("//", 1)[1],
        public_url=addresses.public_url,
        his_port=addresses.his_port,
        charset=addresses.charset,
        window_only=WINDOW_ONLY,
        codes="\n".join(f'{code} = "{reason}"' for code, reason in REASONS.items()),
    )
    return operator + clinic
