from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.tree import ROOT, copy, dotted, modules

CONFIGURATION: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = {contract["id"]: contract for contract in CONFIGURATION["tool"]["importlinter"]["contracts"]}

PLANTED = [
    ("packages", "adapters/values.py", "hospital_bridge.clock"),
    ("packages", "queueing/__init__.py", "notifications"),
    ("rooms", "hospital_bridge/clock.py", "hospital_bridge.store"),
    ("rooms", "hospital_bridge/store/__init__.py", "hospital_bridge.web"),
    ("rooms", "hospital_bridge/web/__init__.py", "hospital_bridge.workers"),
    ("identity-apart", "hospital_bridge/identity/__init__.py", "hospital_bridge.payment"),
    ("payment-apart", "hospital_bridge/payment/__init__.py", "hospital_bridge.identity"),
    ("queueing-pure", "queueing/__init__.py", "cryptography"),
    ("notifications-pure", "notifications/__init__.py", "flask"),
    ("adapters-bare", "adapters/values.py", "sqlalchemy"),
    ("adapters-bare", "adapters/alipay/__init__.py", "flask"),
    ("adapters-independent", "adapters/alipay/__init__.py", "adapters.his_hl7"),
    ("verticals-independent", "hospital_bridge/verticals/transit/__init__.py", "hospital_bridge.verticals.hospital"),
    ("no-named-adapter", "hospital_bridge/cli/__init__.py", "adapters.alipay"),
    ("no-named-vertical", "hospital_bridge/web/__init__.py", "hospital_bridge.verticals.hospital"),
    ("sql-in-store", "hospital_bridge/web/__init__.py", "sqlalchemy"),
    ("sql-in-store", "hospital_bridge/verticals/hospital/__init__.py", "sqlite3"),
    ("flask-in-web", "hospital_bridge/verticals/hospital/__init__.py", "flask"),
    ("sandbox-outside", "hospital_bridge/sandbox/__init__.py", "hospital_bridge.store"),
    ("sandbox-outside", "hospital_bridge/sandbox/__init__.py", "adapters.alipay"),
]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return copy(tmp_path / "tree")


def lint(tree: Path, contract: str) -> subprocess.CompletedProcess[str]:
    command = Path(sys.executable).with_name("lint-imports")
    arguments = [str(command), "--no-logo", "--no-cache", "--contract", contract]
    return subprocess.run(arguments, cwd=tree, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(("contract", "file", "imported"), PLANTED)
def test_a_planted_violation_is_caught(tree: Path, contract: str, file: str, imported: str) -> None:
    module = tree / file
    module.parent.mkdir(exist_ok=True)
    with module.open("a", encoding="utf-8") as stream:
        stream.write(f"\nimport {imported}\n")
    caught = lint(tree, contract)
    assert caught.returncode == 1, caught.stdout + caught.stderr
    assert f"{dotted(module, tree)} -> {imported}" in caught.stdout


def test_every_contract_has_a_planted_violation() -> None:
    assert {contract for contract, _, _ in PLANTED} == set(CONTRACTS)


def test_the_tree_itself_keeps_every_contract() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    kept = subprocess.run([str(command), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert kept.returncode == 0, kept.stdout


def test_every_module_of_the_application_stands_in_a_layer() -> None:
    rooms = [
        f"hospital_bridge.{name.strip(' ()')}"
        for layer in CONTRACTS["rooms"]["layers"]
        for name in layer.replace(":", "|").split("|")
    ]
    homeless = [
        name
        for module in modules("hospital_bridge")
        if not any((name := dotted(module)) == room or name.startswith(f"{room}.") for room in rooms)
        and not any(room.startswith(f"{name}.") for room in rooms)
        and name != "hospital_bridge"
    ]
    assert homeless == []


def test_every_concrete_adapter_is_held_apart() -> None:
    points = CONFIGURATION["project"]["entry-points"]["hospital_bridge.adapters"].values()
    concrete = {point.partition(":")[0] for point in points}
    assert concrete <= set(CONTRACTS["adapters-independent"]["modules"])
    assert concrete <= set(CONTRACTS["no-named-adapter"]["forbidden_modules"])
