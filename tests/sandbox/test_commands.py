"""Several commands in one process end as one that is called alone would."""

from __future__ import annotations

import json
import subprocess
import sys


def run(*commands: list[str]) -> subprocess.CompletedProcess[str]:
    several = [sys.executable, "-m", "hospital_bridge.sandbox.commands"]
    return subprocess.run(several, input=json.dumps(commands), capture_output=True, text=True, check=False)


def test_each_prints_what_it_prints_alone() -> None:
    done = run(["explain", "HB-C001"], ["explain", "HB-D006"])
    assert done.returncode == 0
    assert done.stdout.index("HB-C001") < done.stdout.index("HB-D006")


def test_the_first_that_fails_is_the_last() -> None:
    done = run(["explain", "HB-C001"], ["no-such-command"], ["explain", "HB-D006"])
    assert done.returncode == 2
    assert "no-such-command" in done.stderr
    assert "HB-C001" in done.stdout
    assert "HB-D006" not in done.stdout
