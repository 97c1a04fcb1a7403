from __future__ import annotations

import subprocess
import sys
from zipfile import ZipFile

import pytest

from tests.architecture.tree import PACKAGES, ROOT

VENDORED = {"hospital_bridge/web/static/vendor/weui.min.css", "hospital_bridge/web/static/vendor/htmx.min.js"}


@pytest.fixture(scope="module")
def wheel_files(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60)
    (wheel,) = folder.glob("*.whl")
    with ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_carries_what_npm_supplied(wheel_files: set[str]) -> None:
    assert wheel_files >= VENDORED


def test_the_wheel_carries_every_catalogue_compiled(wheel_files: set[str]) -> None:
    sources = [file for package in PACKAGES for file in (ROOT / package).rglob("*.po")]
    assert sources
    assert wheel_files >= {file.relative_to(ROOT).with_suffix(".mo").as_posix() for file in sources}


def test_the_wheel_carries_every_file_that_git_knows_of_the_packages(wheel_files: set[str]) -> None:
    listed = subprocess.run(["git", "ls-files", *PACKAGES], cwd=ROOT, check=True, capture_output=True, text=True)
    kept = {name for name in listed.stdout.splitlines() if (ROOT / name).is_file()}
    assert kept - wheel_files == set()


def test_the_wheel_holds_our_four_packages_and_nothing_else(wheel_files: set[str]) -> None:
    tops = {name.partition("/")[0] for name in wheel_files}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)
