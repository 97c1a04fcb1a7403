"""`check` beyond the single keys: what does not fit together is told with its line, and the outside as it is."""

from __future__ import annotations

import json
import socket
from pathlib import Path

from tests.cli.conftest import Command
from tests.cli.test_commands import EMPTY_OPERATOR
from tests.cli.test_map_preview import configuration
from tests.settings.written import BRIDGE, write

__all__ = ["configuration"]

PEER = '\n[[operator.peers]]\nname = "{name}"\naddresses = ["{address}"]\n'
WEST = EMPTY_OPERATOR.replace("east", "west")


def checked(run: Command, folder: Path, operator: str, *, exits: int) -> list[str]:
    write(folder, {"bridge.toml": BRIDGE, "operators.d/east.toml": operator})
    told = run("check")
    assert told.exit_code == exits, told.output
    return (told.stdout if exits == 0 else told.stderr).replace(f"{folder}/", "").splitlines()


def test_a_peer_behind_anothers_addresses_is_a_fault_at_its_line(run: Command, tmp_path: Path) -> None:
    peers = PEER.format(name="his", address="10.1.0.0/16") + PEER.format(name="lis", address="10.1.2.3")
    first, *_ = checked(run, tmp_path, EMPTY_OPERATOR + peers, exits=78)
    assert first == (
        "operators.d/east.toml:12 operator.peers[2].addresses: its addresses belong to east/his already: "
        "it is never heard [HB-C021]"
    )


def test_another_operators_peer_counts_too_and_a_shared_part_is_a_hint(run: Command, tmp_path: Path) -> None:
    write(tmp_path, {"operators.d/west.toml": WEST + PEER.format(name="all", address="10.1.0.0/16")})
    lines = checked(run, tmp_path, EMPTY_OPERATOR + PEER.format(name="his", address="10.1.2.3"), exits=0)
    assert (
        "hint: operators.d/west.toml:8 operator.peers[1].addresses: some of its addresses belong to east/his: "
        "there it is taken for that peer [HB-C021]"
    ) in lines


def test_a_vertical_without_its_hospital_is_told_at_its_line(run: Command, tmp_path: Path) -> None:
    first, *_ = checked(run, tmp_path, EMPTY_OPERATOR + "\n[operator.verticals.hospital]\n", exits=78)
    assert first.startswith(
        "operators.d/east.toml:6 operator.verticals.hospital: no adapter of this operator provides "
    )
    assert "HisDirectory" in first
    assert first.endswith("[HB-C016]")


def test_a_peer_whose_words_nobody_reads_is_a_hint(run: Command, tmp_path: Path) -> None:
    lines = checked(run, tmp_path, EMPTY_OPERATOR + PEER.format(name="his", address="10.1.2.3"), exits=0)
    assert any("its system his reads no news [HB-C022]" in line for line in lines)
    assert any("no charset: " in line for line in lines)


def test_what_a_database_is_never_asked_for_is_a_hint(run: Command, tmp_path: Path) -> None:
    his = """
[operator.his]
adapter = "sql-view"
[operator.his.sql-view]
url = { file = "secrets/his.url" }
[operator.his.sql-view.operations.departments]
statement = "SELECT KSDM, KSMC FROM Out_view_KS"
fields = { code = "KSDM", name = "KSMC" }
"""
    write(tmp_path, {"secrets/his.url": "sqlite:///his.db"})
    hints = [line for line in checked(run, tmp_path, EMPTY_OPERATOR + his, exits=0) if line.startswith("hint: ")]
    assert hints[0] == (
        "hint: operators.d/east.toml:6 operator.his: nothing is written for practitioners, find_patients, "
        "register_patient, slots, book, find_booking, cancel, post, find_posting, postings: who asks for it is refused "
        "[HB-C022]"
    )


def test_a_laboratory_of_which_nothing_is_fetched_is_a_hint(run: Command, tmp_path: Path) -> None:
    views = '\n[operator.systems.lis]\nadapter = "sql-view"\n[operator.systems.lis.sql-view]\n{url}\n'
    write(tmp_path, {"views": "sqlite:///views.db"})
    lines = checked(run, tmp_path, EMPTY_OPERATOR + views.format(url='url = { file = "views" }'), exits=0)
    assert any("operator.systems.lis: no peer sends for it, and it is not fetched from" in line for line in lines)


def test_a_file_of_an_adapter_that_is_not_there_is_told_before_anything_runs(run: Command, configuration: Path) -> None:
    operator = configuration.parent / "operators.d" / "demo.toml"
    told = operator.read_text(encoding="utf-8")
    tls = '[operator.his.hl7v2.tls]\nauthority_file = "gone.pem"\n\n'
    operator.write_text(told.replace("[operator.his.hl7v2.map.bill]", tls + "[operator.his.hl7v2.map.bill]"))
    refused = run("check", str(configuration), "--json")
    assert refused.exit_code == 78, refused.output
    assert [each["code"] for each in json.loads(refused.stdout)] == ["HB-C010"]


def test_live_asks_each_link_name_and_address_once(run: Command, configuration: Path) -> None:
    assert run("migrate", "--config", str(configuration)).exit_code == 0
    with socket.create_server(("127.0.0.1", 2576)):
        told = run("check", str(configuration), "--live", "--json")
    found = {each["about"]: each for each in json.loads(told.stdout) if "about" in each}
    assert told.exit_code == 1
    assert found["Database"]["remedy"] == ""
    assert (
        found["Listener 127.0.0.1:2576"]["remedy"] == "Stop the program that listens there, or choose another address."
    )
    assert found["demo: his"]["seen"].startswith("NotDone")
    assert found["demo: his"]["remedy"]
