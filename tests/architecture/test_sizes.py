from __future__ import annotations

from statistics import median

from tests.architecture.tree import dotted, functions, modules

LONGEST_MODULE = 300
LONGEST_FUNCTION = 40
MEDIAN_MODULE = 100
MEDIAN_FUNCTION = 10


def test_no_module_is_longer_than_its_reader_has_patience() -> None:
    lines = {dotted(module): len(module.read_text(encoding="utf-8").splitlines()) for module in modules()}
    assert {name: count for name, count in lines.items() if count > LONGEST_MODULE} == {}
    assert median(lines.values()) < MEDIAN_MODULE


def test_no_function_needs_scrolling() -> None:
    """Migrations are left out: a tool writes them from the tables, and they are never edited once they ran."""
    lines = {
        f"{dotted(module)}.{function.name}:{function.lineno}": (function.end_lineno or 0) - function.lineno + 1
        for module in modules()
        for function in functions(module)
        if "migrations" not in module.parts or not module.stem[0].isdigit()
    }
    assert {name: count for name, count in lines.items() if count > LONGEST_FUNCTION} == {}
    assert median(lines.values()) < MEDIAN_FUNCTION


def test_names_say_what_a_module_is_for() -> None:
    nameless = {"utils", "helpers", "common", "manager", "base", "misc"}
    assert [dotted(module) for module in modules() if module.stem in nameless] == []
