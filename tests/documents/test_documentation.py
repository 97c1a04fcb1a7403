from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from docs._pages.__main__ import FOLDER, PAGES
from tests.architecture.tree import ROOT


@pytest.mark.parametrize("name", PAGES)
def test_a_reference_page_says_what_the_code_says(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == PAGES[name](), "run `make reference`"


def test_the_documentation_builds_without_a_warning(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--quiet", "docs", str(tmp_path)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=100)
    assert built.returncode == 0, built.stderr
    assert (tmp_path / "reference" / "errors.html").read_text(encoding="utf-8").count('id="hb-c003"') == 1


def test_every_decision_says_what_was_decided_and_why() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("0*.md"))
    assert len({decision.name[:4] for decision in decisions}) == len(decisions) > 0
    for decision in decisions:
        text = decision.read_text(encoding="utf-8")
        assert text.startswith(f"# {int(decision.name[:4])}. "), decision.name
        assert "**Why.**" in text, decision.name
