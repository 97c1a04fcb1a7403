"""The root key is changed without losing anything, and a wrong one is noticed before anything runs."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import Result

from hospital_bridge.bootstrap import build
from hospital_bridge.errors import BridgeError
from hospital_bridge.installed import installed
from hospital_bridge.running import Running
from hospital_bridge.settings import load
from hospital_bridge.store.api_keys import ApiKeys
from hospital_bridge.store.cipher import Algorithm
from hospital_bridge.store.unit_of_work import Store
from tests.settings.written import BRIDGE, ENVIRONMENT, write

Command = Callable[..., Result]

OPERATOR = '[operator]\nid = "east"\nname = "示例医院"\nphone = "010-0000000"\n'
NEW_KEY = base64.b64encode(bytes(range(1, 33))).decode()
PLACE = ("person", "subject", "name", "1")


@contextmanager
def opened(folder: Path) -> Iterator[Store]:
    bridge = build(load(folder / "bridge.toml", installed(), ENVIRONMENT))
    yield bridge.store
    bridge.close()


def configure(folder: Path, *, root: str = '{ env = "ROOT_KEY" }', more: str = "") -> None:
    text = BRIDGE.replace('{ env = "ROOT_KEY" }', root) + more
    write(folder, {"bridge.toml": text, "operators.d/east.toml": OPERATOR, "new.key": NEW_KEY})


@pytest.fixture
def sealed(run: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """A name, sealed by a bridge with its first root key."""
    monkeypatch.setenv("HOSPITAL_BRIDGE_CONFIG", str(tmp_path / "bridge.toml"))
    configure(tmp_path)
    assert run("migrate", "--config", "bridge.toml").exit_code == 0
    with opened(tmp_path) as store, store.begin("east") as work:
        return work.seal.seal(*PLACE, "测试")


def name_of(folder: Path, sealed: bytes) -> str:
    with opened(folder) as store, store.read("east") as work:
        return work.seal.open(*PLACE, sealed)


def test_a_root_key_is_replaced_and_the_old_one_thrown_away(run: Command, tmp_path: Path, sealed: bytes) -> None:
    configure(tmp_path, root='{ file = "new.key" }', more='older_root_keys = [{ env = "ROOT_KEY" }]\n')
    assert name_of(tmp_path, sealed) == "测试"
    rewrapped = run("keys", "rewrap", "--config", "bridge.toml")
    assert (rewrapped.exit_code, rewrapped.stderr) == (0, "")
    assert "Keys wrapped anew: 2." in rewrapped.stdout, "the key of the blind index and that of what is sealed"
    configure(tmp_path, root='{ file = "new.key" }')
    assert name_of(tmp_path, sealed) == "测试"


def test_a_wrong_root_key_is_noticed_at_start_and_by_the_doctor(run: Command, tmp_path: Path, sealed: bytes) -> None:
    configure(tmp_path, root='{ file = "new.key" }')
    bridge = build(load(tmp_path / "bridge.toml", installed(), ENVIRONMENT))
    with pytest.raises(BridgeError, match=r"HB-C017.* east"), Running(bridge, ("worker",), "w"):
        pass
    bridge.close()
    for words in (("keys", "rewrap"), ("serve", "--role", "worker")):
        refused = run(*words, "--config", "bridge.toml")
        assert refused.exit_code == 78
        assert "HB-C017" in refused.stderr
    assert "✗ Root key: The root key is not the one" in run("doctor", "--config", "bridge.toml").stdout


def test_the_doctor_finds_the_right_key_well(run: Command, tmp_path: Path, sealed: bytes) -> None:
    assert "✓ Root key: it opens every stored key" in run("doctor", "--config", "bridge.toml").stdout


def test_sm4_seals_what_is_new_and_what_stands_still_opens(tmp_path: Path, sealed: bytes) -> None:
    configure(tmp_path, more='algorithm = "sm4-gcm"\n')
    with opened(tmp_path) as store, store.begin("east") as work:
        newer = work.seal.seal("person", "subject", "name", "2", "测试")
    assert (sealed[0], newer[0]) == (Algorithm.AES_256_GCM, Algorithm.SM4_GCM)
    assert name_of(tmp_path, sealed) == "测试"


def test_a_system_gets_a_key_once_and_loses_it(run: Command, tmp_path: Path, sealed: bytes) -> None:
    here = ("--config", "bridge.toml")
    added = run("keys", "add", "monitoring", "--scope", "links:read", *here)
    token = added.stdout.strip()
    with opened(tmp_path) as store, store.read("east") as work:
        found = ApiKeys(work).find(token)
    assert found is not None
    assert found.scopes == {"links:read"}
    listed = run("keys", "list", "--json", *here).stdout
    assert json.loads(listed) == [{"key_id": found.key_id, "name": "monitoring", "scopes": ["links:read"]}]
    assert token.partition(".")[2] not in listed
    assert run("keys", "revoke", found.key_id, *here).exit_code == 0
    assert run("keys", "revoke", found.key_id, *here).exit_code == 2
    with opened(tmp_path) as store, store.read("east") as work:
        assert ApiKeys(work).find(token) is None


def test_a_scope_that_does_not_exist_is_refused(run: Command, sealed: bytes) -> None:
    refused = run("keys", "add", "monitoring", "--scope", "everything", "--config", "bridge.toml")
    assert refused.exit_code == 2
    assert "There is no scope everything; choose of: jobs:replay, links:read" in refused.stderr
