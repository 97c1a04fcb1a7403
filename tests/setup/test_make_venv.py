from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder of programs that stands for a machine's PATH: a shell's needs, and no Python yet."""
    programs = tmp_path / "some programs"
    programs.mkdir()
    for name in ("bash", "env", "id"):
        (programs / name).symlink_to(shutil.which(name) or "")
    return programs


def provide(machine: Path, name: str, script: str) -> None:
    program = machine / name
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)


def make_venv(machine: Path) -> subprocess.CompletedProcess[str]:
    script = ROOT / ".ci" / "make-venv"
    return subprocess.run(
        [str(script)],
        cwd=machine.parent,
        env={**os.environ, "PATH": str(machine)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_an_old_python_is_refused_in_one_sentence(machine: Path) -> None:
    provide(machine, "python3", '[ "$1" = --version ] && echo "Python 3.9.2" || exit 1')
    refused = make_venv(machine)
    assert refused.returncode == 1
    assert refused.stderr == (
        "hospital_bridge needs Python 3.11 or newer; found: Python 3.9.2. Install one and run make again.\n"
    )


def test_a_newer_python_beside_an_old_one_is_found(machine: Path) -> None:
    provide(machine, "python3", "exit 1")
    (machine / "python3.12").symlink_to(Path(sys.executable).resolve())
    made = make_venv(machine)
    assert made.returncode == 0, made.stderr
    assert (machine.parent / ".venv" / "bin" / "pip").exists()


def provide_python(machine: Path, name: str, *, microseconds: int, makes_environments: bool = True) -> None:
    """A Python that says how fast it is, and whose environments tell who made them."""
    answers = (
        f"*perf_counter*) echo {microseconds};;",
        f"*ensurepip*) exit {0 if makes_environments else 1};;",
        f'"-m venv"*) /bin/mkdir .venv && echo {name} >.venv/made-by;;',
    )
    provide(machine, name, f'case "$*" in {" ".join(answers)} esac')


def made_by(machine: Path) -> str:
    made = make_venv(machine)
    assert made.returncode == 0, made.stderr
    return (machine.parent / ".venv" / "made-by").read_text(encoding="utf-8").strip()


def test_of_several_pythons_a_clearly_faster_one_is_taken(machine: Path) -> None:
    provide_python(machine, "python3", microseconds=9000)
    provide_python(machine, "python3.12", microseconds=6000)
    assert made_by(machine) == "python3.12"


def test_of_pythons_that_are_much_alike_the_first_is_taken(machine: Path) -> None:
    provide_python(machine, "python3", microseconds=9000)
    provide_python(machine, "python3.12", microseconds=8000)
    assert made_by(machine) == "python3"


def test_a_faster_python_that_makes_no_environments_is_passed_over(machine: Path) -> None:
    provide_python(machine, "python3", microseconds=9000)
    provide_python(machine, "python3.12", microseconds=1, makes_environments=False)
    assert made_by(machine) == "python3"


def test_a_python_without_venv_says_what_to_install(machine: Path) -> None:
    provide(machine, "python3", 'case "$2" in *ensurepip*) exit 1;; esac')
    refused = make_venv(machine)
    assert refused.returncode == 1
    assert "apt-get install python3-venv" in refused.stderr


def test_no_set_up_file_names_an_index() -> None:
    for name in ("Makefile", "constraints.txt", "package.json", "package-lock.json", ".npmrc", "pyproject.toml"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert 'resolved":' not in text, name
        assert "index-url" not in text, name
        assert "://" not in text, name
