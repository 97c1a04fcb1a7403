"""Every English sentence that the command line may show a person, gathered from the code that holds them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from adapters.hl7.listener_table.row import Verdict
from adapters.hl7.listener_table.suite import ROWS
from hospital_bridge.error_codes import CODES
from hospital_bridge.settings import expectation
from hospital_bridge.settings.references import SECRET_FORM
from tests.architecture.tree import modules

_SPEAKING = {"Sentence", "translate"}


def shown() -> set[str]:
    """Message ids of error codes, settings' faults and expectations, and the commands' own lines."""
    codes = {text for entry in CODES for text in (entry.title, entry.remedy)}
    kinds = {words for _, words in expectation._KINDS}
    refusals = {text for module in modules("hospital_bridge") for text in _refusals(module)}
    spoken = {text for module in modules("hospital_bridge") for text in _spoken(module)}
    rows = {text for row in ROWS for text in (row.requirement, *Verdict)}
    return codes | kinds | refusals | spoken | rows | {SECRET_FORM.message, "text"}


def _refusals(module: Path) -> Iterator[str]:
    """Why a person cannot be erased yet, in the words of whoever still needs them."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and _named(node.func, "StillNeeded"):
            yield from _first_text(node.args[:1])


def _spoken(module: Path) -> Iterator[str]:
    if not {"settings", "cli", "sandbox"} & set(module.parts):
        return
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _SPEAKING:
            yield from _first_text(node.args[:1])
        if isinstance(node, ast.Call) and _named(node.func, "Step"):
            yield from _first_text(node.args[1:2])
        if isinstance(node, ast.Dict):
            keyed = zip(node.keys, node.values, strict=True)
            yield from _first_text([value for key, value in keyed if _is(key, "expected")])
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            yield from _first_text(node.exc.args[:1] if _named(node.exc.func, "ValidationError") else [])


def _first_text(nodes: list[ast.expr]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _is(node: ast.expr | None, text: str) -> bool:
    return isinstance(node, ast.Constant) and node.value == text


def _named(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
