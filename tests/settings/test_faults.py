from __future__ import annotations

from pathlib import Path

import pytest

from hospital_bridge.settings import Installed
from tests.settings.written import BRIDGE, INSTALLED, OPERATOR, faults, shown

WRONG = """\
[bridge]
data_dir = "data"
public_url = "wallet.hospital.example"
root_key = "c2VjcmV0"
loglevel = "debug"

[bridge.web]
port = 70000
threads = "many"

[operator]
id = "East Hospital"
name = "示例医院"
phone = "010-0000000"

[operator.wallets.main]
adapter = "paywel"

[operator.his]
adapter = "oldhis"
[operator.his.oldhis]
chraset = "gb18030"
port = 2575

[operator.verticals.clinik]
horizon_days = 14

[[operator.peers]]
name = "laboratory"
addresses = [
    "10.1.2.0/24",
    "laboratory",
]
"""


def test_one_wrong_file_gives_every_fault_at_its_line(tmp_path: Path) -> None:
    assert shown(faults(tmp_path, {"bridge.toml": WRONG}), tmp_path) == [
        (
            "bridge.toml:3 bridge.public_url: 'wallet.hospital.example' is not an address such as "
            "https://hospital.example [HB-C005]"
        ),
        'bridge.toml:4 bridge.root_key: a secret is written { file = "…" } or { env = "…" } [HB-C008]',
        "bridge.toml:5 bridge.loglevel: unknown key; did you mean log_level? [HB-C003]",
        "bridge.toml:8 bridge.web.port: 70000 is not a number from 1 to 65535 [HB-C005]",
        "bridge.toml:9 bridge.web.threads: 'many' is not a number from 1 to 256 [HB-C005]",
        "bridge.toml:12 operator.id: 'East Hospital' is not a name of lower-case letters, digits, - and _ [HB-C005]",
        "bridge.toml:17 operator.wallets.main.adapter: no such adapter is installed; did you mean paywell? [HB-C007]",
        "bridge.toml:21 operator.his.oldhis.host: missing; expected text [HB-C004]",
        "bridge.toml:22 operator.his.oldhis.chraset: unknown key; did you mean charset? [HB-C003]",
        "bridge.toml:25 operator.verticals.clinik: no such vertical is installed; did you mean clinic? [HB-C007]",
        (
            "bridge.toml:30 operator.peers[1].addresses[2]: 'laboratory' is not an IP address or a range such as "
            "10.1.0.0/16 [HB-C005]"
        ),
    ]


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    found = faults(tmp_path, {})
    assert shown(found, tmp_path) == ["bridge.toml: cannot be read: No such file or directory [HB-C001]"]


def test_broken_toml_does_not_hide_the_faults_of_other_files(tmp_path: Path) -> None:
    found = faults(
        tmp_path, {"bridge.toml": BRIDGE, "conf.d/a.toml": "[bridge\n", "operators.d/b.toml": "[operator]\n"}
    )
    assert [(fault.file.name, fault.line, fault.code) for fault in found] == [
        ("a.toml", 1, "HB-C002"),
        ("b.toml", 1, "HB-C004"),
        ("b.toml", 1, "HB-C004"),
        ("b.toml", 1, "HB-C004"),
    ]
    assert [fault.key for fault in found[1:]] == ["operator.id", "operator.name", "operator.phone"]


def test_two_files_that_set_one_key(tmp_path: Path) -> None:
    found = faults(tmp_path, {"bridge.toml": BRIDGE, "conf.d/twice.toml": '[bridge]\ndata_dir = "elsewhere"\n'})
    assert shown(found, tmp_path) == [
        "conf.d/twice.toml:2 bridge.data_dir: already set in bridge.toml:2 [HB-C006]",
    ]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ('"a literal"', "HB-C008"),
        ('{ file = "secrets/none.pem" }', "HB-C009"),
        ('{ env = "NOT_SET" }', "HB-C009"),
        ('{ file = "secrets/paywell.pem", env = "ROOT_KEY" }', "HB-C008"),
        ('{ fiel = "secrets/paywell.pem" }', "HB-C008"),
    ],
)
def test_a_secret_that_leads_nowhere_is_one_fault(tmp_path: Path, written: str, code: str) -> None:
    operator = OPERATOR.replace('{ file = "secrets/paywell.pem" }', written)
    found = faults(tmp_path, {"bridge.toml": BRIDGE, "operators.d/east.toml": operator})
    assert [(fault.line, fault.key, fault.code) for fault in found] == [
        (10, "operator.wallets.main.paywell.private_key", code)
    ]


def test_an_unusable_secret_is_never_repeated(tmp_path: Path) -> None:
    found = faults(tmp_path, {"bridge.toml": BRIDGE.replace("ROOT_KEY", "SHORT")})
    assert [fault.code for fault in found] == ["HB-C009"]
    in_file = BRIDGE.replace('env = "ROOT_KEY"', 'file = "secrets/paywell.pem"')
    found = faults(tmp_path, {"bridge.toml": in_file})
    assert [fault.code for fault in found] == ["HB-C005"]
    assert "the wallet's key" not in found[0].shown()


def test_a_missing_certificate_is_named(tmp_path: Path) -> None:
    operator = OPERATOR.replace("private_key", 'certificate = { file = "certs/app.crt" }\nprivate_key')
    found = faults(tmp_path, {"bridge.toml": BRIDGE, "operators.d/east.toml": operator})
    assert shown(found, tmp_path) == [
        (
            "operators.d/east.toml:10 operator.wallets.main.paywell.certificate: "
            "certs/app.crt cannot be read: No such file or directory [HB-C010]"
        )
    ]


def test_a_data_folder_that_is_a_file(tmp_path: Path) -> None:
    found = faults(tmp_path, {"bridge.toml": BRIDGE, "data": "not a folder"})
    assert shown(found, tmp_path) == ["bridge.toml:2 bridge.data_dir: data is a file, not a folder [HB-C011]"]


def test_two_operators_of_one_id(tmp_path: Path) -> None:
    files = {"bridge.toml": BRIDGE, "operators.d/east.toml": OPERATOR, "operators.d/west.toml": OPERATOR}
    found = faults(tmp_path, files)
    assert [(fault.file.name, fault.line, fault.code) for fault in found] == [("west.toml", 2, "HB-C012")]


def test_a_broken_adapter_is_a_fault_of_the_line_that_names_it(tmp_path: Path) -> None:
    def broken() -> type:
        raise ImportError("No module named 'vendor_sdk'")

    installed = Installed(adapters={**INSTALLED.adapters, "oldhis": broken}, verticals=INSTALLED.verticals)
    found = faults(tmp_path, {"bridge.toml": BRIDGE, "operators.d/east.toml": OPERATOR}, installed)
    assert [(fault.line, fault.key, fault.code) for fault in found] == [(14, "operator.his.oldhis", "HB-C013")]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('bridge = "here"\n', "bridge"),
        (BRIDGE + 'operator = "east"\n', "bridge.operator"),
        ('operator = "east"\n' + BRIDGE, "operator"),
        (BRIDGE + "[[operator]]\nid = 3\nname = []\n", "operator[1].id"),
        (BRIDGE + '[[operator]]\nid = "a"\nname = "a"\nwallets = 3\n', "operator[1].wallets"),
        (BRIDGE + '[[operator]]\nid = "a"\nname = "a"\nwallets.main = 3\n', "operator[1].wallets.main"),
        (BRIDGE + '[[operator]]\nid = "a"\nname = "a"\nhis.adapter = []\n', "operator[1].his.adapter"),
        (BRIDGE + '[[operator]]\nid = "a"\nname = "a"\nhis = {}\n', "operator[1].his.adapter"),
        (BRIDGE + "web = 3\n", "bridge.web"),
        (BRIDGE + "trusted_proxies = 3\n", "bridge.trusted_proxies"),
        (BRIDGE + "[surprise]\n", "surprise"),
    ],
)
def test_a_value_of_the_wrong_kind_is_a_fault_of_its_key(tmp_path: Path, text: str, key: str) -> None:
    assert key in [fault.key for fault in faults(tmp_path, {"bridge.toml": text})]


def test_a_character_set_that_no_message_could_be_read_in_is_refused(tmp_path: Path) -> None:
    written = OPERATOR.replace('charset = "GB18030"', 'charset = "cp1252"')
    assert written != OPERATOR
    [fault] = faults(tmp_path, {"bridge.toml": BRIDGE, "operators.d/east.toml": written})
    assert (fault.code, fault.key) == ("HB-C005", "operator.peers[1].charset")


def test_older_root_keys_are_secrets_too(tmp_path: Path) -> None:
    literal = BRIDGE + 'older_root_keys = ["c2VjcmV0"]\n'
    [fault] = faults(tmp_path, {"bridge.toml": literal})
    assert (fault.code, fault.key) == ("HB-C008", "bridge.older_root_keys[1]")
