from __future__ import annotations

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
        "import sys, hospital_bridge.origin as origin\n"
        f"sys.path.insert(0, {str(tmp_path)!r})\n"
        "origin.refuse_strangers()\n"
    )
    refused = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert (
        f"HB-C015: A package of another distribution stands in place of ours. {name} from {tmp_path}" in refused.stderr
    )
