"""The demo hospital: its HIS behind HL7, its clinic's webhook, its doctors, nurses and records office."""

from __future__ import annotations

from hospital_bridge.sandbox.companies.company import Company, Files, Site
from hospital_bridge.sandbox.hospital.codes import REASONS
from hospital_bridge.sandbox.hospital.notices import WINDOW_ONLY

_TABLES = """\
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
secrets = [{{ file = "secrets/{key}" }}]
events = [
  "report.available", "report.corrected", "report.critical", "report.critical.escalated", "report.critical.parked",
]
networks = ["127.0.0.1"]
"""


def _written(site: Site) -> Files:
    addresses = site.addresses
    tables = _TABLES.format(
        peer=site.peer,
        his_port=addresses.his_port,
        charset=addresses.charset,
        window_only=WINDOW_ONLY,
        codes="\n".join(f'{code} = "{reason}"' for code, reason in REASONS.items()),
    )
    if not addresses.clinic:
        return Files(tables)
    key = f"{site.operator_id}-clinic.key"
    return Files(tables + _CLINIC.format(url=addresses.clinic, key=key), {key: addresses.clinic_secret})


HOSPITAL = Company(
    vertical="hospital",
    name="示例医院",
    name_en="Demo Hospital",
    staff={
        "admin": ("admin", "示例管理员"),
        "auditor": ("auditor", "示例审计员"),
        "nurse": ("nurse", "示例护士"),
        "doctor": ("clinician", "示例医生"),
        "records": ("records", "示例病案员"),
    },
    written=_written,
)
