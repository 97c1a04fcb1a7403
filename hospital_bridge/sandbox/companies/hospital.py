"""The demo hospital: its HIS behind HL7, its clinic's webhook, its doctors, nurses and records office."""

from __future__ import annotations

from hospital_bridge.sandbox.companies.company import Company, Files, Site
from hospital_bridge.sandbox.hospital.doors import mllp

HOST = "127.0.0.1"

_TABLES = """\
[operator.wallets.main.alipay.message_templates.visit_called]
id = "CALLED"
keywords = ["number", "desk"]
page = "pages/bridge?to={{link}}"

[operator.wallets.main.alipay.message_templates.report_ready]
id = "REPORT"
page = "pages/bridge?to={{link}}"

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
    his = (
        addresses.his(site.operator_id)
        if addresses.his
        else mllp.over_mllp(HOST, addresses.his_port, addresses.charset)
    )
    tables = f"{_TABLES.format(peer=site.peer)}\n{his.tables}"
    if not addresses.clinic:
        return Files(tables, his.secrets, his.others)
    key = f"{site.operator_id}-clinic.key"
    clinic = _CLINIC.format(url=addresses.clinic, key=key)
    return Files(tables + clinic, {**his.secrets, key: addresses.clinic_secret}, his.others)


HOSPITAL = Company(
    vertical="hospital",
    name="示例医院",
    name_en="Demo Hospital",
    staff={
        "admin": ("admin finance", "示例管理员"),
        "auditor": ("auditor", "示例审计员"),
        "finance": ("finance", "示例会计"),
        "nurse": ("nurse help_desk", "示例护士"),
        "doctor": ("clinician", "示例医生"),
        "records": ("records", "示例病案员"),
    },
    written=_written,
)
