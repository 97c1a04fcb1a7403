"""Where a login may lead, and that no address takes long to judge."""

from __future__ import annotations

import subprocess
import sys

import pytest

from hospital_bridge.web import next_page

JUDGE = "import sys; from hospital_bridge.web import next_page; print(bool(next_page._PATH.fullmatch(sys.argv[1])))"


@pytest.mark.parametrize("path", ["/p/h1/", "/p/h1/hospital/cards", "/p/h1/a?b=/c&d=e", "/p/h1"])
def test_a_path_of_the_site_is_one(path: str) -> None:
    assert next_page._PATH.fullmatch(path)


@pytest.mark.parametrize("path", ["//evil.example", "/p//evil", "https://evil.example", "/p/h1/\n", "/p/h1/<x>", ""])
def test_anything_else_is_not(path: str) -> None:
    assert not next_page._PATH.fullmatch(path)


def test_a_path_made_to_be_slow_is_judged_all_the_same() -> None:
    """With nested repetition this took longer than anyone waits; a process of its own can be given up on."""
    hostile = "/p/h1/" + "a" * 390 + '"'
    done = subprocess.run(
        [sys.executable, "-c", JUDGE, hostile], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "False"
