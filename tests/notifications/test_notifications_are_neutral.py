from __future__ import annotations

import re
from pathlib import Path

import pytest

import notifications

MODULES = sorted(Path(notifications.__file__).parent.rglob("*.py"))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_they_speak_of_no_trade(module: Path) -> None:
    assert not re.findall(r"(?i:patient|doctor)|\bHIS\b", module.read_text(encoding="utf-8"))
