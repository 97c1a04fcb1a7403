from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hospital_bridge.origin import refuse_strangers
from tests.architecture.tree import ROOT


def test_our_packages_come_from_one_place() -> None:
    refuse_strangers()
    assert Path(sys.modules["hospital_bridge.origin"].__file__ or "").parents[1] == ROOT


@pytest.mark.parametrize("name", ["adapters", "notifications"])
def test_a_package_of_that_name_from_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").touch()
    program = (
        "import sys\n"
        "from hospital_bridge.cli import main\n"
        f"sys.path.insert(0, {str(tmp_path)!r})\n"
        "main(['explain', 'HB-C015'])\n"
    )
    command = [sys.executable, "-c", program]
    english = {**os.environ, "LC_ALL": "C.UTF-8"}
    refused = subprocess.run(command, cwd=ROOT, env=english, capture_output=True, text=True, check=False)
    assert refused.returncode == 78
    assert refused.stderr.startswith(
        f"A package of another distribution stands in place of ours. {name} from {tmp_path}; expected {ROOT}. [HB-C015]"
    )
