"""A configuration that cannot work: everything at once, in sentences, with the right exit code and no traceback."""

from __future__ import annotations

import base64
import os
import re
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, text

from hospital_bridge.cli import main as command
from hospital_bridge.clock import SystemClock
from hospital_bridge.sandbox.alipay.world import AlipayWorld
from hospital_bridge.sandbox.configuration import Addresses, write_configuration
from hospital_bridge.sandbox.town import free_ports
from tests.journeys.engineer import ENGLISH
from tests.kept_logs import logging_restored

CONFIGURATION_FAULT = 78
RAN_AND_WRONG = 1


@pytest.fixture(scope="module")
def credentials() -> object:
    return AlipayWorld(SystemClock()).new_app()


@pytest.fixture
def main(credentials: object, tmp_path: Path) -> Path:
    """A configuration that works, to be broken."""
    web_port, listener_port = free_ports(2)
    addresses = Addresses(gateway="http://127.0.0.1:9", his_port=9, web_port=web_port, listener_port=listener_port)
    return write_configuration(tmp_path, addresses, credentials)  # type: ignore[arg-type]


def change(file: Path, old: str, new: str) -> None:
    """Write something else in one place of a file."""
    written = file.read_text(encoding="utf-8")
    assert written.count(old) == 1, old
    file.write_text(written.replace(old, new), encoding="utf-8")


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


def run(main: Path, *words: str, **environment: str) -> Ended:
    """One command, which must end by itself; nothing that is not ours to say comes out of it."""
    surroundings = ENGLISH | {"HOSPITAL_BRIDGE_CONFIG": str(main)} | environment
    if "serve" in words:
        return serve(surroundings)
    with logging_restored():
        ended = CliRunner().invoke(command, words, env=surroundings, prog_name="hospital-bridge")
    assert ended.exception is None or isinstance(ended.exception, SystemExit), ended.exception
    return Ended(ended.exit_code, ended.stdout, ended.stderr)


def serve(surroundings: dict[str, str]) -> Ended:
    """The service as a process of its own, as systemd would start it."""
    ended = subprocess.run(
        [sys.executable, "-m", "hospital_bridge", "serve"],
        env=os.environ | surroundings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in ended.stderr, ended.stderr
    return Ended(ended.returncode, ended.stdout, ended.stderr)


def test_ten_faults_are_told_at_once_each_with_its_line(main: Path) -> None:
    operator = main.parent / "operators.d" / "demo.toml"
    change(main, 'log_level = "warning"', 'log_levl = "warning"')
    change(main, "[bridge.web]", "[bridge.web]\nthreads = 0\nhots = 1")
    change(main, 'public_url = "http', 'public_url = "htp')
    change(main, '{ file = "secrets/root.key" }', '"c2VjcmV0"')
    change(operator, 'name = "示例医院"\n', "")
    change(operator, 'phone = "010-00000000"', 'phone = "x"')
    change(operator, 'adapter = "hl7v2"', 'adapter = "hl7v3"')
    change(operator, "horizon_days = 7", "horizon_days = 700")
    change(operator, 'addresses = ["127.0.0.1"]', 'addresses = ["127.0.0.1/99"]')
    change(operator, '{ file = "secrets/demo-alipay-app.pem" }', '{ file = "secrets/gone.pem" }')
    told = run(main, "check")
    assert told.returncode == CONFIGURATION_FAULT
    faults = [line for line in told.stderr.splitlines() if re.search(r"\[HB-C\d{3}\]$", line)]
    assert len(faults) >= 10
    assert all(re.match(r"\S+\.toml:\d+ [a-z0-9_.\[\]-]+: ", fault) for fault in faults)
    for words in ("did you mean log_level?", "did you mean host?", "did you mean hl7v2?", "gone.pem"):
        assert words in told.stderr


def test_nothing_starts_on_a_wrong_configuration(main: Path) -> None:
    change(main, 'log_level = "warning"', 'log_levl = "warning"')
    assert run(main, "serve").returncode == CONFIGURATION_FAULT
    assert not (main.parent / "data").exists()


@pytest.mark.parametrize("part", ["bridge.web", "bridge.listener"])
def test_a_port_that_is_in_use(main: Path, part: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        written = main.read_text(encoding="utf-8")
        port = other.getsockname()[1]
        main.write_text(re.sub(rf"(\[{part}\]\nport = )\d+", rf"\g<1>{port}", written), encoding="utf-8")
        ended = run(main, "serve")
    assert ended.returncode == CONFIGURATION_FAULT
    assert "The address to listen on is in use or not allowed." in ended.stderr
    assert f"{port}" in ended.stderr
    assert "[HB-C014]" in ended.stderr


def test_a_certificate_that_is_not_there(main: Path) -> None:
    operator = main.parent / "operators.d" / "demo.toml"
    change(operator, "bill_hosts", 'app_cert = { file = "secrets/appCert.crt" }\nbill_hosts')
    ended = run(main, "check")
    assert (ended.returncode, "appCert.crt" in ended.stderr) == (CONFIGURATION_FAULT, True)


def test_a_data_folder_that_cannot_be_one(main: Path) -> None:
    (main.parent / "data").write_text("a file", encoding="utf-8")
    ended = run(main, "check")
    assert (ended.returncode, "is a file, not a folder [HB-C011]" in ended.stderr) == (CONFIGURATION_FAULT, True)


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_root_key_of_the_wrong_length(main: Path, length: int) -> None:
    key = base64.b64encode(bytes(length)).decode()
    (main.parent / "secrets" / "root.key").write_text(key, encoding="utf-8")
    ended = run(main, "check")
    assert (ended.returncode, "bridge.root_key" in ended.stderr) == (CONFIGURATION_FAULT, True)
    assert not key or key not in ended.stderr


@pytest.mark.parametrize("words", [["serve"], ["migrate"], ["ledger", "verify"], ["doctor"]], ids=" ".join)
def test_a_database_of_a_later_program(main: Path, words: list[str]) -> None:
    assert run(main, "migrate").returncode == 0
    engine = create_engine(f"sqlite:///{main.parent / 'data' / 'bridge.db'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    ended = run(main, *words)
    assert ended.returncode == RAN_AND_WRONG
    assert "HB-D002" in ended.stderr or "start the program version that made the database" in ended.stdout


@pytest.mark.parametrize("words", [["serve"], ["migrate"], ["ledger", "verify"], ["doctor"]], ids=" ".join)
def test_a_database_server_that_is_not_there(main: Path, words: list[str]) -> None:
    (port,) = free_ports(1)
    address = f"postgresql+psycopg://bridge:canary-password@127.0.0.1:{port}/bridge"
    change(main, 'log_level = "warning"', 'database_url = { env = "HB_DATABASE" }')
    ended = run(main, *words, HB_DATABASE=address)
    assert ended.returncode == RAN_AND_WRONG
    assert "HB-D001" in ended.stderr or "Check that it runs" in ended.stdout
    assert "canary-password" not in ended.stdout + ended.stderr


def test_a_database_without_tables(main: Path) -> None:
    (main.parent / "data").mkdir()
    for words in (["ledger", "verify"], ["audit", "verify"]):
        ended = run(main, *words)
        assert (ended.returncode, "HB-D002" in ended.stderr) == (RAN_AND_WRONG, True)
