from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from hospital_bridge.cli import demo
from hospital_bridge.sandbox.story import PLAYS
from tests.architecture.tree import ROOT
from tests.settings.written import BRIDGE, write

Command = Callable[..., Result]

NEW_PATIENT = ROOT / "fixtures" / "hl7" / "adt_a28__new_patient.hl7"
EMPTY_OPERATOR = '[operator]\nid = "east"\nname = "示例医院"\nphone = "010-0000000"\n'


def test_a_usable_configuration_exits_0_and_names_its_operators(run: Command, tmp_path: Path) -> None:
    write(tmp_path, {"bridge.toml": BRIDGE, "operators.d/east.toml": EMPTY_OPERATOR})
    checked = run("check")
    assert (checked.exit_code, checked.stderr) == (0, "")
    assert "east (示例医院)" in checked.stdout


def test_a_wrong_configuration_exits_78_with_every_fault(run: Command, tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "bridge.toml": BRIDGE + 'log_levl = "info"\n',
            "operators.d/east.toml": '[operator]\nname = "东"\nphone = "12"\n',
        },
    )
    checked = run("check")
    assert checked.exit_code == 78
    assert checked.stderr.replace(f"{tmp_path}/", "").splitlines() == [
        "bridge.toml:5 bridge.log_levl: unknown key; did you mean log_level? [HB-C003]",
        (
            "operators.d/east.toml:1 operator.id: missing; "
            "expected a name of lower-case letters, digits, - and _ [HB-C004]"
        ),
        "operators.d/east.toml:3 operator.phone: '12' is not a telephone number [HB-C005]",
        "Faults: 3. `hospital-bridge explain CODE` tells more about a code.",
    ]


def test_faults_are_told_in_the_language_of_the_terminal(run: Command, tmp_path: Path) -> None:
    write(tmp_path, {"bridge.toml": BRIDGE + 'log_levl = "info"\n'})
    told = run("check", lang="zh_CN.UTF-8").stderr
    assert "bridge.log_levl: 未知项，是否想写 log_level？ [HB-C003]" in told


def test_faults_as_json_for_a_program(run: Command, tmp_path: Path) -> None:
    write(tmp_path, {"bridge.toml": BRIDGE + 'log_levl = "info"\n'})
    checked = run("check", "--json")
    assert checked.exit_code == 78
    assert json.loads(checked.stdout) == [
        {
            "file": str(tmp_path / "bridge.toml"),
            "line": 5,
            "key": "bridge.log_levl",
            "message": "unknown key; did you mean log_level?",
            "code": "HB-C003",
        }
    ]


def test_the_schema_for_editors_knows_the_installed_adapters(run: Command) -> None:
    schema = json.loads(run("check", "--schema").stdout)
    operator = schema["properties"]["operator"]["oneOf"][0]
    assert "alipay" in operator["properties"]["his"]["properties"]["adapter"]["enum"]


def test_adapters_prints_who_provides_what(run: Command) -> None:
    printed = run("adapters")
    assert printed.exit_code == 0
    row = next(line for line in printed.stdout.splitlines() if "WalletPayments" in line)
    assert "✓" in row


def test_one_adapter_shows_its_settings_and_its_quality(run: Command) -> None:
    printed = run("adapters", "alipay").stdout
    assert "app_id *" in printed
    assert "every answer and notice is verified" in printed


def test_an_adapter_that_is_not_installed(run: Command) -> None:
    refused = run("adapters", "paypal")
    assert refused.exit_code == 78
    assert "[HB-C007]" in refused.stderr


@pytest.mark.parametrize("typed", ["HB-C003", "hb-c003"])
def test_a_code_is_explained(run: Command, typed: str) -> None:
    assert run("explain", typed).stdout.startswith("HB-C003  The configuration has a key that nothing reads.\n")


def test_an_unknown_code_names_its_neighbours(run: Command) -> None:
    refused = run("explain", "HB-C999")
    assert refused.exit_code == 1
    assert "HB-C0" in refused.stderr


def test_help_lists_every_command(run: Command) -> None:
    listed = run("--help").stdout
    assert all(name in listed for name in ("adapters", "check", "explain", "hl7"))


def test_a_conforming_message(run: Command) -> None:
    checked = run("hl7", "validate", str(NEW_PATIENT))
    assert (checked.exit_code, checked.stdout) == (0, f"{NEW_PATIENT}: conforms\n")


def test_a_message_that_breaks_the_standard_exits_1_and_shows_no_value(run: Command, tmp_path: Path) -> None:
    broken = tmp_path / "broken.hl7"
    broken.write_bytes(NEW_PATIENT.read_bytes().replace(b"^ADT_A05", b""))
    checked = run("hl7", "validate", str(broken))
    assert checked.exit_code == 1
    assert f"{broken}:1 MSH-9.3: error: the message structure is missing" in checked.stdout


def test_the_demo_can_be_asked_for_every_play() -> None:
    (vertical,) = [option for option in demo.command.params if option.name == "vertical"]
    assert list(vertical.type.choices) == list(PLAYS)  # type: ignore[attr-defined]
