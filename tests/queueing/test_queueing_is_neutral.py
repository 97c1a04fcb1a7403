from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import queueing

MODULES = sorted(Path(queueing.__file__).parent.rglob("*.py"))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_it_speaks_of_no_trade(module: Path) -> None:
    assert not re.findall(r"(?i:patient|doctor)|\bHIS\b", module.read_text(encoding="utf-8"))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_it_cannot_read_a_clock(module: Path) -> None:
    nodes = list(ast.walk(ast.parse(module.read_text(encoding="utf-8"))))
    imported = {alias.name for node in nodes if isinstance(node, ast.Import | ast.ImportFrom) for alias in node.names}
    called = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    assert not imported & {"time", "sched"}
    assert not called & {"now", "utcnow", "today", "monotonic"}
