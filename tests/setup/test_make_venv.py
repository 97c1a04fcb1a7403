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
    programs = tmp_path / "bin"
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


def provide_python(machine: Path, name: str, *, microseconds: int, makes_environments: bool = True) -> Path:
    """A Python that says of itself how fast it is; the path under which it runs."""
    real = machine / f"real-{name}"
    real.symlink_to(Path(sys.executable).resolve())
    answers = f"*perf_counter*) echo {microseconds};; {'' if makes_environments else '*ensurepip*) exit 1;;'}"
    provide(machine, name, f'case "$2" in {answers} *) exec {real} "$@";; esac')
    return real


def made_by(machine: Path) -> str:
    made = make_venv(machine)
    assert made.returncode == 0, made.stderr
    told = (machine.parent / ".venv" / "pyvenv.cfg").read_text(encoding="utf-8")
    return next(line for line in told.splitlines() if line.startswith("command = ")).split()[2]


def test_of_several_pythons_a_clearly_faster_one_is_taken(machine: Path) -> None:
    provide_python(machine, "python3", microseconds=9000)
    faster = provide_python(machine, "python3.12", microseconds=6000)
    assert made_by(machine) == str(faster)


def test_of_pythons_that_are_much_alike_the_first_is_taken(machine: Path) -> None:
    first = provide_python(machine, "python3", microseconds=9000)
    provide_python(machine, "python3.12", microseconds=8000)
    assert made_by(machine) == str(first)


def test_a_faster_python_that_makes_no_environments_is_passed_over(machine: Path) -> None:
    first = provide_python(machine, "python3", microseconds=9000)
    provide_python(machine, "python3.12", microseconds=1, makes_environments=False)
    assert made_by(machine) == str(first)


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
