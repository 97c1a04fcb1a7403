"""A hospital with more systems than one: each is asked for what it can, and its messages are read by its own map."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.news import AbnormalFlag, ReportIssued
from hospital_bridge.bootstrap import Bridge, build
from hospital_bridge.inbound import sender_of
from hospital_bridge.installed import installed
from hospital_bridge.settings import SettingsFaults, load
from hospital_bridge.systems import ports_of
from tests.settings.written import BRIDGE, ENVIRONMENT, write

OPERATOR = """
[operator]
id = "east"
name = "示例医院"
phone = "010-0000000"

[operator.his]
adapter = "hl7v2"
[operator.his.hl7v2]
host = "127.0.0.1"
port = 2576

[operator.systems.lis]
adapter = "hl7v2"
[operator.systems.lis.hl7v2]
host = "127.0.0.1"
port = 2577
[operator.systems.lis.hl7v2.map.result.flags]
N = "negative"

[[operator.peers]]
name = "laboratory"
addresses = ["127.0.0.2"]
system = "lis"
charset = "gb18030"

[[operator.peers]]
name = "his"
addresses = ["127.0.0.3"]
"""
REPORT = (
    "MSH|^~\\&|LIS|LAB|HB|H1|20260101080000||ORU^R01|M1|P|2.5.1\r"
    "PID|1||100^^^HIS^MR\r"
    "OBR|1|O1|R1|HBSAG^乙肝表面抗原|||20260101070000|||||||||||||||20260101080000|||F\r"
    "OBX|1|ST|HBSAG^乙肝表面抗原||-|||N|||F\r"
)


@pytest.fixture
def bridge(tmp_path: Path) -> Iterator[Bridge]:
    write(tmp_path, {"bridge.toml": BRIDGE, "operators.d/east.toml": OPERATOR})
    standing = build(load(tmp_path / "bridge.toml", installed(), ENVIRONMENT))
    yield standing
    standing.close()


@pytest.mark.parametrize(
    ("peer", "meant"), [("laboratory", AbnormalFlag.NEGATIVE), ("his", AbnormalFlag.NORMAL), ("", AbnormalFlag.NORMAL)]
)
def test_one_letter_means_what_its_own_sender_means_by_it(bridge: Bridge, peer: str, meant: AbnormalFlag) -> None:
    sender = sender_of(bridge, f"east/{peer}")
    assert sender.reader is not None
    charset = sender.charset or "utf-8"
    (news,) = sender.reader.read_news(REPORT.encode(charset), sender.charset)
    assert isinstance(news, ReportIssued)
    assert [observation.flag for observation in news.observations] == [meant]


def test_what_two_systems_can_the_his_is_asked(bridge: Bridge) -> None:
    systems = bridge.operators["east"].systems
    assert list(systems) == ["his", "lis"]
    assert ports_of(systems)["HisBilling"] is systems["his"].adapter


WITHOUT_INVOICES = """
[operator]
id = "east"
name = "示例医院"
phone = "010-0000000"

[operator.his]
adapter = "http-xml"
[operator.his.http-xml]
url = "http://127.0.0.1:2580/his"

[operator.systems.invoices]
adapter = "http-xml"
[operator.systems.invoices.http-xml]
url = "http://127.0.0.1:2581/invoices"
"""
INVOICES = """
rules = [{ at = "/Response/Code", is = ["0"], means = "ok" }]
[operator.systems.invoices.http-xml.operations.invoice_state]
template = "<Request><Serial>{serial}</Serial></Request>"
rows = "/Response/Invoice"
fields = { invoice_state = "State" }

[operator.systems.invoices.http-xml.conventions]
invoice_states = { 0 = "not_issued", 1 = "issued", 2 = "reversed" }
"""


@pytest.mark.parametrize(("written", "asked"), [("", None), (INVOICES, "invoices")])
def test_of_e_invoices_the_system_is_asked_whose_settings_describe_how(
    tmp_path: Path, written: str, asked: str | None
) -> None:
    write(tmp_path, {"bridge.toml": BRIDGE, "operators.d/east.toml": WITHOUT_INVOICES + written})
    standing = build(load(tmp_path / "bridge.toml", installed(), ENVIRONMENT))
    systems = standing.operators["east"].systems
    found = ports_of(systems).get("HisInvoices")
    assert found is (systems[asked].adapter if asked else None)
    standing.close()


@pytest.mark.parametrize(
    ("wrong", "by", "code", "key"),
    [
        ('system = "lis"', 'system = "ris"', "HB-C005", "operator.peers[1].system"),
        ("[operator.systems.lis]", "[operator.systems.his]", "HB-C005", "operator.systems.his"),
    ],
)
def test_a_system_that_is_not_there_is_named_with_its_line(
    tmp_path: Path, wrong: str, by: str, code: str, key: str
) -> None:
    text = OPERATOR.replace(wrong, by).replace("systems.lis.", "systems.his." if "his" in by else "systems.lis.")
    write(tmp_path, {"bridge.toml": BRIDGE, "operators.d/east.toml": text})
    with pytest.raises(SettingsFaults) as refused:
        load(tmp_path / "bridge.toml", installed(), ENVIRONMENT)
    assert (code, key) in [(fault.code, fault.key) for fault in refused.value.faults]
