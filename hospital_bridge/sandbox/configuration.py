"""The configuration that an operator's IT would write for a demo, secrets in files of their own."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hospital_bridge.sandbox.companies import HOSPITAL, Site

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from hospital_bridge.sandbox.alipay.accounts import AppCredentials
    from hospital_bridge.sandbox.companies import Company, Files

_BRIDGE = """\
# A demo. Every key is explained in docs/reference/configuration.md.

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
name = "{company.name}"
name_en = "{company.name_en}"
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

"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where everything listens; `gateway` and `public_url` are addresses without a trailing slash.

    `his` writes how the hospital is reached for an operator of that id; without it, HL7 at `his_port`. `clinic` is
    where a clinician's system hears events that are signed with `clinic_secret`; empty for none.
    """

    gateway: str
    his_port: int
    web_port: int
    listener_port: int
    charset: str = "UNICODE UTF-8"
    his: Callable[[str], Files] | None = None
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
    company: Company = HOSPITAL,
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
    write_operator(folder, operator_id, addresses, credentials, company=company)
    return main


def write_operator(
    folder: Path,
    operator_id: str,
    addresses: Addresses,
    credentials: AppCredentials,
    *,
    peer: str = "127.0.0.1",
    company: Company = HOSPITAL,
) -> None:
    """Write one operator's files and secrets; `peer` is the address from which its own systems send."""
    files = company.written(Site(operator_id, folder, addresses, peer))
    _write_secrets(folder / "secrets", {f"{operator_id}-alipay-app.pem": credentials.private_key, **files.secrets})
    head = _operator(operator_id, addresses, credentials, company)
    written = {f"operators.d/{operator_id}.toml": f"{head}\n{files.tables}", **files.others}
    for path, text in written.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def _write_secrets(folder: Path, texts: Mapping[str, str]) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).touch(mode=0o600)
        (folder / name).write_text(text, encoding="utf-8")


def _operator(operator_id: str, addresses: Addresses, credentials: AppCredentials, company: Company) -> str:
    return _OPERATOR.format(
        operator_id=operator_id,
        company=company,
        credentials=credentials,
        gateway=addresses.gateway,
        bill_host=addresses.gateway.split("//", 1)[1],
        public_url=addresses.public_url,
    )
