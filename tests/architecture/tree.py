"""The source tree as the rules about it see it."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("hospital_bridge", "adapters", "queueing", "notifications")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules(*packages: str, root: Path = ROOT) -> Iterator[Path]:
    """Every module of the packages, ours by default."""
    for package in packages or PACKAGES:
        yield from sorted((root / package).rglob("*.py"))


def dotted(module: Path, root: Path = ROOT) -> str:
    """The name under which a module is imported."""
    parts = module.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def functions(module: Path) -> Iterator[Function]:
    """Every function and method of a module."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, Function):
            yield node


def copy(target: Path) -> Path:
    """A copy of the packages, their rules and the rules' own code, to be damaged by a test."""
    for name in (*PACKAGES, "tests/architecture"):
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__", "vendor"))
    shutil.copy(ROOT / "pyproject.toml", target)
    return target
