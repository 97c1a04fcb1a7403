from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path
from zoneinfo import ZoneInfo

from hospital_bridge.settings import AdapterChoice, Settings, load
from tests.settings.written import BRIDGE, ENVIRONMENT, INSTALLED, OPERATOR, write


def loaded(folder: Path, files: dict[str, str]) -> Settings:
    return load(write(folder, files), INSTALLED, ENVIRONMENT)


def test_one_file_and_one_operator(tmp_path: Path) -> None:
    settings = loaded(tmp_path, {"bridge.toml": BRIDGE, "operators.d/east.toml": OPERATOR})
    east = settings.operator("east")
    assert settings.bridge.public_url == "https://wallet.hospital.example"
    assert settings.bridge.root_key == bytes(range(32))
    assert east.name == "示例医院"
    assert east.timezone == ZoneInfo("Asia/Shanghai")
    assert east.his == AdapterChoice(
        adapter="oldhis", settings={"host": "10.1.2.3", "port": 2575, "charset": "gb18030"}
    )
    assert east.verticals == {"clinic": {"horizon_days": 14}}
    assert east.peers[0].addresses == (ip_network("10.1.2.0/24"),)
    assert east.peers[0].charset == "gb18030"


def test_sqlite_in_the_data_folder_is_the_default(tmp_path: Path) -> None:
    bridge = loaded(tmp_path, {"bridge.toml": BRIDGE}).bridge
    assert bridge.data_dir == tmp_path / "data"
    assert bridge.database_url == bridge.owner_database_url == f"sqlite:///{tmp_path}/data/bridge.db"


def test_a_secret_comes_from_its_file_without_the_last_line_end(tmp_path: Path) -> None:
    settings = loaded(tmp_path, {"bridge.toml": BRIDGE, "operators.d/east.toml": OPERATOR})
    assert settings.operator("east").wallets["main"].settings["private_key"] == "the wallet's key"


def test_any_text_may_come_from_a_file(tmp_path: Path) -> None:
    certified = OPERATOR.replace("private_key", 'certificate = { file = "app.crt" }\nprivate_key')
    files = {"bridge.toml": BRIDGE, "operators.d/east.toml": certified, "app.crt": "the certificate\n"}
    assert loaded(tmp_path, files).operator("east").wallets["main"].settings["certificate"] == "the certificate"


def test_no_secret_shows_when_settings_are_printed(tmp_path: Path) -> None:
    printed = repr(loaded(tmp_path, {"bridge.toml": BRIDGE, "operators.d/east.toml": OPERATOR}))
    assert "east" in printed
    assert "the wallet's key" not in printed
    assert repr(bytes(range(32))) not in printed


def test_conf_d_adds_to_the_main_file(tmp_path: Path) -> None:
    extra = {"conf.d/web.toml": "[bridge.web]\nport = 9000\n", "conf.d/log.toml": '[bridge]\nlog_level = "debug"\n'}
    bridge = loaded(tmp_path, {"bridge.toml": BRIDGE, **extra}).bridge
    assert (bridge.web.port, bridge.web.threads, bridge.log_level) == (9000, 8, "debug")


def test_operators_stand_in_the_main_file_or_in_files_of_their_own(tmp_path: Path) -> None:
    named = '[[operator]]\nid = "{0}"\nname = "{0}"\nphone = "010-0000000"\n'
    two = BRIDGE + named.format("north") + named.format("south")
    settings = loaded(tmp_path, {"bridge.toml": two, "operators.d/east.toml": OPERATOR})
    assert [operator.id for operator in settings.operators] == ["north", "south", "east"]


def test_the_digest_follows_what_is_written_and_not_the_secrets(tmp_path: Path) -> None:
    files = {"bridge.toml": BRIDGE, "operators.d/east.toml": OPERATOR}
    first = loaded(tmp_path, files).digest
    assert loaded(tmp_path, {**files, "secrets/paywell.pem": "another key"}).digest == first
    changed = OPERATOR.replace("2575", "2576")
    assert loaded(tmp_path, {**files, "operators.d/east.toml": changed}).digest != first


def test_reading_makes_nothing(tmp_path: Path) -> None:
    loaded(tmp_path, {"bridge.toml": BRIDGE})
    assert not (tmp_path / "data").exists()
