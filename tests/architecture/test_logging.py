"""Whoever wrote through the standard library would pass by the list of fields that may be written."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, dotted, modules

ALLOWED = {"hospital_bridge.logs"}


def imports_logging(source: str) -> bool:
    for node in ast.walk(ast.parse(source)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        if any(name.partition(".")[0] == "logging" for name in names):
            return True
    return False


def test_inside_the_application_only_the_module_of_the_logs_knows_the_standard_ones() -> None:
    found = {dotted(file) for file in modules("hospital_bridge", root=ROOT) if imports_logging(_read(file))}
    assert found == ALLOWED


@pytest.mark.parametrize("planted", ["import logging", "from logging import getLogger", "import logging.handlers as h"])
def test_an_import_of_the_standard_logs_is_seen(planted: str) -> None:
    assert imports_logging(f"def f() -> None:\n    {planted}\n")


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8")
