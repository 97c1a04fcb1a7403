from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from hospital_bridge.bootstrap import build
from hospital_bridge.cli.map import tables
from hospital_bridge.clock import SystemClock
from hospital_bridge.inbound import sender_of
from hospital_bridge.installed import installed
from hospital_bridge.message_desk import opened
from hospital_bridge.sandbox.alipay.world import AlipayWorld
from hospital_bridge.sandbox.configuration import Addresses, write_configuration
from hospital_bridge.settings import load
from tests.cli.conftest import Command

FOLDER = Path(__file__).parents[2] / "fixtures" / "his_hl7"
COMMENTED = FOLDER / "oru_r01__two_groups_with_comments.hl7"
UNREADABLE = FOLDER / "oru_r01__unknown_flag.hl7"
PERSONAL = ("王弢", "999999198503120034", "血红蛋白", "135", "19850312")


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    addresses = Addresses(gateway="http://127.0.0.1:1", his_port=2575, web_port=8080, listener_port=2576)
    return write_configuration(tmp_path, addresses, AlipayWorld(SystemClock()).new_app("示例医院"))


def drawn(configuration: Path, file: Path, *, shown: bool) -> str:
    bridge = build(load(configuration, installed()))
    try:
        read = opened(file.read_bytes(), sender_of(bridge, "demo/demo-his"))
    finally:
        bridge.close()
    page = io.StringIO()
    paper = Console(file=page, width=300)
    for table in tables(read, shown=shown):
        paper.print(table)
    return page.getvalue()


def test_a_message_stands_beside_what_it_tells(configuration: Path) -> None:
    page = drawn(configuration, COMMENTED, shown=True)
    assert all(value in page for value in PERSONAL)
    assert "ReportIssued" in page
    assert "flag: high" in page


def test_what_nothing_reads_is_listed_by_its_place(configuration: Path) -> None:
    page = drawn(configuration, COMMENTED, shown=True)
    assert "NTE(1)-3" in page  # the note behind PID, which belongs to no report
    assert "病人的备注" in page
    assert "NTE(2)-3" not in page


def test_what_is_written_into_a_file_holds_no_personal_data(run: Command, configuration: Path) -> None:
    told = run("map", "preview", "--config", str(configuration), str(COMMENTED))
    assert told.exit_code == 0, told.output
    assert "ReportIssued" in told.stdout
    assert "•••" in told.stdout
    assert not any(value in told.stdout for value in PERSONAL)


def test_a_message_that_cannot_be_read_exits_1_with_its_place(run: Command, configuration: Path) -> None:
    told = run("map", "preview", "--config", str(configuration), str(UNREADABLE))
    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr == "It cannot be read: OBX(2)-8 is no flag that the map lists\n"


def test_a_peer_that_is_not_configured_is_named(run: Command, configuration: Path) -> None:
    told = run("map", "preview", "--config", str(configuration), "--peer", "nobody", str(COMMENTED))
    assert told.exit_code == 2
    assert "demo-his" in told.stderr


def test_where_only_other_systems_send_the_sender_must_be_named(run: Command, configuration: Path) -> None:
    operator = configuration.parent / "operators.d" / "demo.toml"
    address = 'addresses = ["127.0.0.1"]'
    told = operator.read_text(encoding="utf-8").replace(address, f'{address}\nsystem = "lis"')
    lis = '\n[operator.systems.lis]\nadapter = "hl7v2"\n[operator.systems.lis.hl7v2]\nhost = "127.0.0.1"\nport = 2577\n'
    operator.write_text(told + lis, encoding="utf-8")
    unnamed = run("map", "preview", "--config", str(configuration), str(COMMENTED))
    assert unnamed.exit_code == 2
    assert "--peer must be one of: demo-his" in unnamed.stderr
    assert run("map", "preview", "--config", str(configuration), "--peer", "demo-his", str(COMMENTED)).exit_code == 0
